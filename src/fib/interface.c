#include <errno.h>
#include <string.h>

#include "base/hash.h"
#include "fib/internal.h"

static uint64_t index_hash(const struct fib *f, uint32_t index)
{
    return hash_mix(f->params.hash_key ^ index);
}

static uint64_t address_hash(const struct fib *f, const struct ip_addr *a)
{
    return hash_bytes(f->params.hash_key, a, sizeof(*a));
}

struct iface *iface_find(const struct fib *f, uint32_t index)
{
    struct table_link *l = table_first(&f->ifaces_by_index, index_hash(f, index));
    for (; l; l = table_next(l)) {
        struct iface *i = container_of(l, struct iface, by_index);
        if (i->info.index == index)
            return i;
    }
    return NULL;
}

/* The address on an interface, or on any when if_index is 0. */
struct address *address_find(const struct fib *f, const struct ip_addr *a, uint32_t if_index)
{
    struct table_link *l = table_first(&f->addresses, address_hash(f, a));
    for (; l; l = table_next(l)) {
        struct address *own = container_of(l, struct address, by_address);
        struct ip_addr there = prefix_addr(&own->prefix);
        if (ip_eq(&there, a) && (if_index == 0 || own->if_index == if_index))
            return own;
    }
    return NULL;
}

static struct prefix network_of(const struct prefix *address)
{
    struct ip_addr a = prefix_addr(address);
    return prefix_of(&a, address->len);
}

bool iface_has_network(const struct iface *i, const struct ip_addr *a)
{
    LIST_EACH (l, &i->addresses) {
        struct prefix network = network_of(&LIST_ENTRY(l, struct address, in_iface)->prefix);
        if (prefix_has_addr(&network, a))
            return true;
    }
    return false;
}

static bool iface_has_exactly(const struct iface *i, const struct prefix *network)
{
    LIST_EACH (l, &i->addresses) {
        struct prefix n = network_of(&LIST_ENTRY(l, struct address, in_iface)->prefix);
        if (prefix_eq(&n, network))
            return true;
    }
    return false;
}

/* FRR keeps the loopback's own networks, and the unspecified address of a tunnel, out of the table.
 */
static bool makes_connected(const struct prefix *address)
{
    struct ip_addr a = prefix_addr(address);
    return !ip_is_loopback(&a) && !ip_is_zero(&a);
}

/* Makes or removes the connected route of an address's network, as links and addresses now are. */
static err_t connected_sync(struct fib *f, struct iface *i, const struct prefix *address)
{
    struct prefix network = network_of(address);
    if (!makes_connected(address))
        return 0;
    if (!iface_is_up(i) || !iface_has_exactly(i, &network)) {
        route_del(f, FIB_CONNECTED, i->info.index, &network);
        return 0;
    }
    struct fib_route r;
    memset(&r, 0, offsetof(struct fib_route, path));
    r.prefix = network;
    r.source = FIB_CONNECTED;
    r.instance = i->info.index;
    r.n = 1;
    r.path[0] = (struct fib_path){ .if_index = i->info.index, .weight = 1 };
    return route_set(f, &r);
}

/* Paths that name the interface may have come alive or died. One walk over all paths finds them,
 * for all interfaces that changed together: a thousand tunnels come up at once. */
static void stir(struct fib *f, struct iface *i)
{
    if (!link_is_in_list(&i->stirred))
        list_append(&f->stirred, &i->stirred);
}

static bool is_stirred(const struct fib *f, const struct paths *p)
{
    for (uint32_t k = 0; k < p->n; k++) {
        uint32_t if_index = p->path[k].given.if_index;
        const struct iface *i = if_index ? iface_find(f, if_index) : NULL;
        if (i && link_is_in_list(&i->stirred))
            return true;
    }
    return false;
}

void interface_stirred_met(struct fib *f)
{
    if (list_is_empty(&f->stirred))
        return;
    for (struct table_link *l = table_each(&f->paths, NULL); l; l = table_each(&f->paths, l)) {
        struct paths *p = container_of(l, struct paths, by_value);
        if (is_stirred(f, p))
            paths_mark(f, p);
    }
    LIST_EACH_SAFE (l, next, &f->stirred)
        list_remove(l);
}

/* ---- names ---- */

static uint64_t name_hash(const struct fib *f, const char *name)
{
    return hash_bytes(f->params.hash_key, name, strlen(name));
}

/* Puts the interface into the table under the name; -ENOMEM only while that is empty. */
static err_t name_set(struct fib *f, struct iface *i, struct iface_name *n, const char *name)
{
    if (n->owner)
        table_remove(&f->ifaces_by_name, &n->by_name);
    n->owner = NULL;
    if (name[0] == '\0')
        return 0;
    err_t err = table_insert(&f->ifaces_by_name, &n->by_name, name_hash(f, name));
    n->owner = err ? NULL : i;
    return err;
}

static struct iface *iface_new(struct fib *f, uint32_t index)
{
    struct iface *i = slab_alloc(&f->iface_slab);
    if (!i)
        return NULL;
    if (table_insert(&f->ifaces_by_index, &i->by_index, index_hash(f, index)) != 0) {
        slab_free(&f->iface_slab, i);
        return NULL;
    }
    i->info.index = index;
    list_init(&i->addresses);
    struct link *before = f->ifaces.next;
    while (before != &f->ifaces && LIST_ENTRY(before, struct iface, all)->info.index < index)
        before = before->next;
    list_append(before, &i->all);
    return i;
}

static err_t iface_sync(struct fib *f, struct iface *i)
{
    err_t err = 0;
    LIST_EACH (l, &i->addresses) {
        struct address *a = LIST_ENTRY(l, struct address, in_iface);
        err_t one = connected_sync(f, i, &a->prefix);
        err = err ? err : one;
    }
    stir(f, i);
    f->incomplete = f->incomplete || err;
    return err;
}

err_t fib_interface_set(struct fib *f, const struct fib_interface *info)
{
    if (info->index == 0)
        return -EINVAL;
    f->churn = 0;
    struct iface *i = iface_find(f, info->index);
    if (!i)
        i = iface_new(f, info->index);
    if (!i)
        return f->iface_slab.live < f->iface_slab.max_objects ? -ENOMEM : -ENOSPC;
    bool was_up = iface_is_up(i), was_admin_up = i->info.admin_up;
    bool had_objects = was_admin_up && i->info.running;
    i->info = *info;
    i->info.name[sizeof(i->info.name) - 1] = '\0';
    i->info.alias[sizeof(i->info.alias) - 1] = '\0';
    if (name_set(f, i, &i->name, i->info.name) || name_set(f, i, &i->alias, i->info.alias)) {
        f->incomplete = true;
        return -ENOMEM;
    }
    /* The kernel drops the next-hop objects of a link that is set down or loses its carrier, groups
     * that are left empty, and their routes. */
    if ((was_admin_up && !info->admin_up) || (had_objects && !(info->admin_up && info->running)))
        nexthop_interface_flushed(f, info->index);
    if (was_up == iface_is_up(i) && !f->incomplete)
        return 0;
    return iface_sync(f, i);
}

void fib_interface_lost(struct fib *f, uint32_t index, bool lost)
{
    struct iface *i = iface_find(f, index);
    if (!i || i->lost == lost)
        return;
    bool was_up = iface_is_up(i);
    f->churn = 0;
    i->lost = lost;
    if (was_up != iface_is_up(i))
        (void)iface_sync(f, i); /* what lacked memory is made good with the next change */
}

static void address_free(struct fib *f, struct address *a)
{
    list_remove(&a->in_iface);
    table_remove(&f->addresses, &a->by_address);
    slab_free(&f->address_slab, a);
}

void fib_interface_del(struct fib *f, uint32_t index)
{
    struct iface *i = iface_find(f, index);
    if (!i)
        return;
    f->churn = 0;
    i->info.admin_up = i->info.running = false;
    LIST_EACH (l, &i->addresses)
        (void)connected_sync(f, i, &LIST_ENTRY(l, struct address, in_iface)->prefix);
    LIST_EACH_SAFE (l, next, &i->addresses)
        address_free(f, LIST_ENTRY(l, struct address, in_iface));
    nexthop_interface_flushed(f, index);
    stir(f, i);
    interface_stirred_met(f); /* while it can be found */
    list_remove(&i->all);
    (void)name_set(f, i, &i->name, "");
    (void)name_set(f, i, &i->alias, "");
    table_remove(&f->ifaces_by_index, &i->by_index);
    slab_free(&f->iface_slab, i);
}

static bool address_is_valid(const struct prefix *address)
{
    return ip_bits(address->family) > 0 && address->len <= ip_bits(address->family);
}

/* Direct paths may hang on the address, and next hops may have become, or been, our own. */
static void address_changed(struct fib *f, struct iface *i, const struct prefix *address)
{
    struct ip_addr a = prefix_addr(address);
    struct prefix host = prefix_of(&a, ip_bits(a.family));
    stir(f, i);
    gateway_mark_under(f, &host);
}

err_t fib_address_set(struct fib *f, uint32_t if_index, const struct prefix *address)
{
    struct iface *i = iface_find(f, if_index);
    if (!i || !address_is_valid(address))
        return i ? -EINVAL : -ENODEV;
    f->churn = 0;
    struct ip_addr value = prefix_addr(address);
    struct address *a = address_find(f, &value, if_index);
    if (a && !prefix_eq(&a->prefix, address)) {
        fib_address_del(f, if_index, &a->prefix);
        a = NULL;
    }
    if (!a) {
        a = slab_alloc(&f->address_slab);
        if (!a)
            return f->address_slab.live < f->address_slab.max_objects ? -ENOMEM : -ENOSPC;
        if (table_insert(&f->addresses, &a->by_address, address_hash(f, &value)) != 0) {
            slab_free(&f->address_slab, a);
            return -ENOMEM;
        }
        a->if_index = if_index;
        a->prefix = *address;
        list_append(&i->addresses, &a->in_iface);
    }
    address_changed(f, i, address);
    err_t err = connected_sync(f, i, address);
    f->incomplete = f->incomplete || err;
    return err;
}

void fib_address_del(struct fib *f, uint32_t if_index, const struct prefix *address)
{
    struct iface *i = iface_find(f, if_index);
    if (!i || !address_is_valid(address))
        return;
    struct ip_addr value = prefix_addr(address);
    struct address *a = address_find(f, &value, if_index);
    if (!a || !prefix_eq(&a->prefix, address))
        return;
    f->churn = 0;
    struct prefix gone = a->prefix;
    address_free(f, a);
    if (connected_sync(f, i, &gone) != 0) /* another address may keep the network */
        f->incomplete = true;
    address_changed(f, i, &gone);
}

bool interface_sync_all(struct fib *f)
{
    bool ok = true;
    LIST_EACH (l, &f->ifaces) {
        struct iface *i = LIST_ENTRY(l, struct iface, all);
        LIST_EACH (al, &i->addresses)
            ok = connected_sync(f, i, &LIST_ENTRY(al, struct address, in_iface)->prefix) == 0 && ok;
    }
    return ok;
}

/* ---- asked ---- */

const struct fib_interface *fib_interface_get(const struct fib *f, uint32_t index)
{
    struct iface *i = iface_find(f, index);
    return i ? &i->info : NULL;
}

const struct fib_interface *fib_interface_find(const struct fib *f, const char *name)
{
    if (name[0] == '\0')
        return NULL;
    const struct fib_interface *best = NULL; /* of several the one with the lowest index */
    struct table_link *l = table_first(&f->ifaces_by_name, name_hash(f, name));
    for (; l; l = table_next(l)) {
        const struct fib_interface *i = &container_of(l, struct iface_name, by_name)->owner->info;
        bool is_it = strcmp(i->name, name) == 0 || strcmp(i->alias, name) == 0;
        if (is_it && (!best || i->index < best->index))
            best = i;
    }
    return best;
}

bool fib_interface_address(const struct fib *f, uint32_t index, uint8_t family,
                           struct prefix *ret_address)
{
    struct iface *i = iface_find(f, index);
    bool found = false;
    if (!i)
        return false;
    LIST_EACH (l, &i->addresses) {
        struct address *a = LIST_ENTRY(l, struct address, in_iface);
        if (a->prefix.family != family)
            continue;
        struct ip_addr value = prefix_addr(&a->prefix);
        /* A link-local IPv6 address only where there is no other. */
        bool local = family == IP_V6 && ip_is_link_local(&value);
        if (!found || !local)
            *ret_address = a->prefix;
        found = true;
        if (!local)
            return true;
    }
    return found;
}

bool fib_interface_link_local(const struct fib *f, uint32_t index, struct ip_addr *ret_address)
{
    struct iface *i = iface_find(f, index);
    if (!i)
        return false;
    LIST_EACH (l, &i->addresses) {
        struct address *a = LIST_ENTRY(l, struct address, in_iface);
        struct ip_addr value = prefix_addr(&a->prefix);
        if (value.family != IP_V6 || !ip_is_link_local(&value))
            continue;
        *ret_address = value;
        return true;
    }
    return false;
}

uint32_t fib_own_address(const struct fib *f, const struct ip_addr *a)
{
    struct address *own = address_find(f, a, 0);
    return own ? own->if_index : 0;
}

bool fib_connected(const struct fib *f, const struct ip_addr *a, struct prefix *ret_prefix,
                   uint32_t *ret_if_index)
{
    uint32_t covering[TRIE_DEPTH_MAX];
    if (ip_bits(a->family) == 0)
        return false;
    const struct trie *t = dest_trie(f, a->family);
    uint32_t n = trie_covering(t, a->b, covering);
    while (n-- > 0) {
        const struct dest *d = trie_head_at(t, covering[n]);
        for (struct route_view r = route_first(f, d); r.meta; r = route_next(f, &r)) {
            if (r.meta->source != FIB_CONNECTED)
                continue;
            *ret_prefix = trie_prefix(t, dest_node(d));
            *ret_if_index = r.meta->instance;
            return true;
        }
    }
    return false;
}

struct ip_addr fib_highest_address(const struct fib *f, bool loopbacks,
                                   bool (*counts)(const void *arg, uint32_t if_index),
                                   const void *arg)
{
    struct ip_addr best = { 0 };
    LIST_EACH (l, &f->ifaces) {
        struct iface *i = LIST_ENTRY(l, struct iface, all);
        if (i->info.loopback != loopbacks || (counts && !counts(arg, i->info.index)))
            continue;
        LIST_EACH (al, &i->addresses) {
            struct ip_addr a = prefix_addr(&LIST_ENTRY(al, struct address, in_iface)->prefix);
            if (a.family == IP_V4 && !ip_is_loopback(&a) && !ip_is_zero(&a) &&
                ip_cmp(&a, &best) > 0)
                best = a;
        }
    }
    return best;
}
