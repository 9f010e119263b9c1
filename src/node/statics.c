/* Interfaces, addresses and static routes of the configuration. */

#include "base/hash.h"
#include "node/internal.h"

bool node_is_loopback(const char *name)
{
    return strcmp(name, "lo") == 0 || strncmp(name, "Loopback", 8) == 0;
}

/* The kernel's name of a configured interface: every loopback is an address on `lo`. NULL: absent.
 */
static const char *kernel_name(const struct node *n, const char *name)
{
    const struct fib_interface *i =
        fib_interface_find(n->fib, node_is_loopback(name) ? "lo" : name);
    return i ? i->name : NULL;
}

static uint32_t index_of(const struct node *n, const char *name)
{
    const struct fib_interface *i =
        fib_interface_find(n->fib, node_is_loopback(name) ? "lo" : name);
    return i ? i->index : 0;
}

struct ip_addr node_interface_address(const struct node *n, const char *name, uint8_t family)
{
    const struct config_interface *c = config_interface_find(n->config, name);
    for (uint32_t i = 0; c && i < c->addresses.n; i++)
        if (c->addresses.v[i].prefix.family == family && !c->addresses.v[i].secondary)
            return ip_from_bytes(family, c->addresses.v[i].prefix.b);
    struct prefix a;
    if (fib_interface_address(n->fib, index_of(n, name), family, &a))
        return ip_from_bytes(family, a.b);
    return (struct ip_addr){ 0 };
}

/* --- addresses -------------------------------------------------------------------------------- */

static bool has_address(const struct config *c, const char *name, const struct prefix *p)
{
    const struct config_interface *i = c ? config_interface_find(c, name) : NULL;
    for (uint32_t k = 0; i && k < i->addresses.n; k++)
        if (prefix_eq(&i->addresses.v[k].prefix, p))
            return true;
    return false;
}

static void push_address(struct node *n, const char *kernel, const struct prefix *p, bool on)
{
    struct node_action *a = node_push(n, NODE_ADDRESS);
    if (!a)
        return;
    a->on = on;
    a->address = *p;
    diag_set(a->interface, sizeof(a->interface), kernel);
}

static void push_link(struct node *n, const char *kernel, bool on)
{
    struct node_action *a = node_push(n, NODE_LINK_UP);
    if (!a)
        return;
    a->on = on;
    diag_set(a->interface, sizeof(a->interface), kernel);
}

/* A tunnel comes up only when all that it needs was found. */
static bool is_resolved(const struct config *config, const struct config_interface *c)
{
    for (uint32_t i = 0; i < config->ipsec.tunnels.n; i++)
        if (config->ipsec.tunnels.v[i].interface == c)
            return true;
    return false;
}

/* Why an interface of the configuration is not brought up; NULL: it is. */
static const char *why_down(const struct config *config, const struct config_interface *c)
{
    if (c->crypto_map)
        return "crypto maps are not supported: use a tunnel interface";
    if (!c->is_tunnel || is_resolved(config, c))
        return NULL;
    return c->tunnel_ipsec_profile
               ? "its configuration is not complete: routes and sessions through it stay down"
               : "without tunnel protection it is no IPsec tunnel";
}

static void log_down(struct node *n, const char *name, const char *why)
{
    char buf[256];
    struct text t = text_init(buf, sizeof(buf));
    text_str(&t, "interface=");
    text_str(&t, name);
    text_str(&t, " event=not-brought-up reason=\"");
    text_str(&t, why);
    text_char(&t, '"');
    node_log(n, DIAG_WARNING, buf);
}

/* A device's name that nothing here has: mistyped, or missing from the interface map. */
static void log_absent(struct node *n, const struct config_interface *c)
{
    if (kernel_name(n, c->name) || c->is_tunnel || c->vxlan.vni || c->shutdown ||
        c->addresses.n == 0)
        return;
    char buf[256];
    struct text t = text_init(buf, sizeof(buf));
    text_str(&t, "interface=");
    text_str(&t, c->name);
    text_str(&t, " event=absent reason=\"no interface of this host has the name: its addresses "
                 "are not set; see --interface-map\"");
    node_log(n, DIAG_WARNING, buf);
}

/* Sets what the configuration says of an interface that exists. */
static void apply_interface(struct node *n, const struct config *config,
                            const struct config_interface *c)
{
    const char *kernel = kernel_name(n, c->name);
    if (!kernel || why_down(config, c))
        return;
    for (uint32_t i = 0; i < c->addresses.n; i++)
        push_address(n, kernel, &c->addresses.v[i].prefix, true);
    if (c->shutdown)
        push_link(n, kernel, false);
    else if (c->addresses.n || c->vxlan.vni)
        push_link(n, kernel, true);
}

static void remove_interface(struct node *n, const struct config_interface *old,
                             const struct config *config)
{
    const char *kernel = kernel_name(n, old->name);
    if (!kernel)
        return;
    for (uint32_t i = 0; i < old->addresses.n; i++)
        if (!has_address(config, old->name, &old->addresses.v[i].prefix))
            push_address(n, kernel, &old->addresses.v[i].prefix, false);
    const struct config_interface *now = config_interface_find(config, old->name);
    if (old->shutdown && !(now && now->shutdown))
        push_link(n, kernel, true);
}

/* --- static routes ---------------------------------------------------------------------------- */

static bool same_route(const struct config_static *a, const struct config_static *b)
{
    return prefix_eq(&a->prefix, &b->prefix) && a->distance == b->distance;
}

/* The lines of a configuration by route: lines of one prefix and distance are one route with
 * several paths. */
struct static_index {
    const struct config *config;
    uint32_t *first; /* hash table: a route's first line + 1; 0: free */
    uint32_t *next;  /* by line: the same route's next one + 1; 0: the last */
    uint32_t mask;   /* of `first`, which is a power of two and half empty at least */
};

static uint32_t *static_slot(const struct static_index *x, const struct config_static *s)
{
    uint8_t key[19] = { s->distance, s->prefix.family, s->prefix.len };
    memcpy(key + 3, s->prefix.b, 16);
    for (uint64_t at = hash_bytes(0, key, sizeof(key));; at++) {
        uint32_t *slot = &x->first[at & x->mask];
        if (*slot == 0 || same_route(&x->config->statics.v[*slot - 1], s))
            return slot;
    }
}

/* False: no memory. The key of the hash needs no seed: the lines are the operator's own. */
static bool static_index_init(struct static_index *x, const struct config *c)
{
    uint32_t n = c ? c->statics.n : 0, cap = 2;
    while (cap < 2 * n)
        cap *= 2;
    *x = (struct static_index){ .config = c, .mask = cap - 1 };
    x->first = mem_alloc(MEM_NODE, ((size_t)cap + n) * sizeof(*x->first));
    if (!x->first)
        return false;
    x->next = x->first + cap;
    for (uint32_t i = n; i-- > 0;) { /* backwards, so that the first line ends up in the slot */
        uint32_t *slot = static_slot(x, &c->statics.v[i]);
        x->next[i] = *slot;
        *slot = i + 1;
    }
    return true;
}

static void static_index_done(struct static_index *x)
{
    if (x->first)
        mem_free(MEM_NODE, x->first,
                 ((size_t)x->mask + 1 + (x->config ? x->config->statics.n : 0)) *
                     sizeof(*x->first));
}

/* Sets the route whose first line is `first`. */
static void apply_static(struct node *n, const struct static_index *x, uint32_t first)
{
    const struct config_static *s = &x->config->statics.v[first];
    struct fib_route r = { .prefix = s->prefix,
                           .source = FIB_STATIC,
                           .distance = s->distance,
                           .instance = s->distance,
                           .tag = s->tag,
                           .allow_recursion_via_default =
                               n->via_default[node_af(s->prefix.family)] };
    r.kind = s->kind == STATIC_BLACKHOLE ? FIB_BLACKHOLE
             : s->kind == STATIC_REJECT  ? FIB_REJECT
                                         : FIB_UNICAST;
    for (uint32_t at = first + 1; at != 0 && r.n < FIB_PATHS_MAX; at = x->next[at - 1]) {
        const struct config_static *line = &x->config->statics.v[at - 1];
        assert(same_route(line, s));
        if (line->kind != STATIC_VIA)
            continue;
        uint32_t if_index = line->interface ? index_of(n, line->interface) : 0;
        if (line->interface && !if_index)
            continue; /* until the interface appears */
        r.path[r.n++] = (struct fib_path){ .next_hop = line->next_hop,
                                           .if_index = if_index,
                                           .weight = MAX(line->weight, 1u),
                                           .onlink = line->onlink };
    }
    if (r.kind == FIB_UNICAST && r.n == 0)
        fib_route_del(n->fib, FIB_STATIC, r.instance, &r.prefix);
    else if (fib_route_set(n->fib, n->now, &r) < 0)
        node_log(n, DIAG_ERROR, "a static route is not set: table full, or no memory");
}

/* Routes that are no more go, those of the new configuration are set. */
static void apply_statics(struct node *n, const struct config *old, const struct config *config)
{
    struct static_index x;
    if (!static_index_init(&x, config)) {
        node_log(n, DIAG_ERROR, "static routes stay as they were: no memory");
        return;
    }
    for (uint32_t i = 0; old && i < old->statics.n; i++)
        if (*static_slot(&x, &old->statics.v[i]) == 0)
            fib_route_del(n->fib, FIB_STATIC, old->statics.v[i].distance,
                          &old->statics.v[i].prefix);
    for (uint32_t i = 0; i < config->statics.n; i++)
        if (*static_slot(&x, &config->statics.v[i]) == i + 1)
            apply_static(n, &x, i);
    static_index_done(&x);
}

/* --- the whole
 * ------------------------------------------------------------------------------------------------
 */

static void push_forwarding(struct node *n, uint8_t family, bool on)
{
    struct node_action *a = node_push(n, NODE_FORWARDING);
    if (!a)
        return;
    a->family = family;
    a->on = on;
}

/* A device prints `no ip forwarding` when it is off, so a text without the line is of one that
 * forwards. For IPv6 IOS is off until `ipv6 unicast-routing`. */
static void apply_forwarding(struct node *n, const struct config *c)
{
    push_forwarding(n, IP_V4, c->ip_forwarding != TRI_NO);
    bool v6 = c->dialect == DIALECT_IOS ? c->ipv6_forwarding == TRI_YES
                                        : c->ipv6_forwarding != TRI_NO;
    push_forwarding(n, IP_V6, v6);
}

void node_statics_apply(struct node *n, const struct config *old, const struct config *config)
{
    if (!old || old->ip_forwarding != config->ip_forwarding ||
        old->ipv6_forwarding != config->ipv6_forwarding)
        apply_forwarding(n, config);
    for (uint32_t i = 0; old && i < old->interfaces.n; i++)
        remove_interface(n, &old->interfaces.v[i], config);
    for (uint32_t i = 0; i < config->interfaces.n; i++) {
        const struct config_interface *c = &config->interfaces.v[i];
        apply_interface(n, config, c);
        log_absent(n, c);
        const char *why = c->shutdown ? NULL : why_down(config, c);
        if (why)
            log_down(n, c->name, why);
    }
    apply_statics(n, old, config);
}

static bool names(const struct config_static *s, const struct fib_interface *i)
{
    return s->interface && (strcmp(s->interface, i->name) == 0 ||
                            (i->alias[0] && strcmp(s->interface, i->alias) == 0) ||
                            (i->loopback && node_is_loopback(s->interface)));
}

bool node_is_tunnel(const struct node *n, uint32_t if_index)
{
    for (uint32_t i = 0; n->config && i < n->config->ipsec.tunnels.n; i++)
        if (index_of(n, n->config->ipsec.tunnels.v[i].interface->name) == if_index)
            return true;
    return false;
}

void node_statics_interface(struct node *n, const struct fib_interface *i)
{
    if (!n->config)
        return;
    for (uint32_t k = 0; k < n->config->interfaces.n; k++) {
        const struct config_interface *c = &n->config->interfaces.v[k];
        const char *kernel = kernel_name(n, c->name);
        if (kernel && strcmp(kernel, i->name) == 0)
            apply_interface(n, n->config, c);
    }
    struct static_index x = { 0 };
    for (uint32_t k = 0; k < n->config->statics.n; k++) {
        const struct config_static *line = &n->config->statics.v[k];
        if (!names(line, i))
            continue;
        if (!x.first && !static_index_init(&x, n->config)) {
            node_log(n, DIAG_ERROR, "static routes by an interface are not set: no memory");
            return;
        }
        apply_static(n, &x, *static_slot(&x, line) - 1);
    }
    static_index_done(&x);
}
