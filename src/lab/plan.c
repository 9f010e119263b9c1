/* Names, spaces, cables; the order in which a plan is made. */
#include "lab/plan_impl.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { TEXT_MAX = 1024, SOCKET_ROOM = 48 };

/* ---- text ------------------------------------------------------------------------------------ */

static const char *text_of(struct lab_draft *x, const char *format, va_list args)
{
    char buffer[TEXT_MAX];
    int n = vsnprintf(buffer, sizeof(buffer), format, args);
    assert(n >= 0 && (size_t)n < sizeof(buffer));
    const char *s = arena_str(x->arena, buffer);
    x->full = x->full || !s;
    return s ? s : "";
}

const char *lab_draft_text(struct lab_draft *x, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const char *s = text_of(x, format, args);
    va_end(args);
    return s;
}

const char *lab_draft_ip(struct lab_draft *x, const struct ip_addr *a)
{
    char buffer[IP_TEXT_MAX];
    struct text t = text_init(buffer, sizeof(buffer));
    text_ip(&t, a);
    return lab_draft_text(x, "%s", buffer);
}

void lab_draft_refuse(struct lab_draft *x, const struct topo_object *o, const char *what)
{
    struct lab_refusal *r = NET_PUSH(x->arena, &x->p->refusals);
    if (r)
        *r = (struct lab_refusal){ .object = o, .what = what };
    x->full = x->full || !r;
}

/* ---- spaces ---------------------------------------------------------------------------------- */

static bool is_plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
}

bool lab_name_is_valid(const char *name)
{
    size_t n = strlen(name);
    if (n == 0 || n > LAB_NAME_MAX || name[0] == '.' || name[0] == '-')
        return false;
    for (size_t i = 0; i < n; i++) {
        if (!is_plain(name[i]))
            return false;
    }
    return true;
}

/* A key of the map: names may be longer than that. */
static uint32_t *name_slot(struct lab_draft *x, const char *name)
{
    size_t n = strlen(name);
    return net_map_make(&x->names, name, MIN(n, (size_t)NET_KEY_MAX));
}

/* Names of different kinds of resources may be the same: the second one gets a number. */
static const char *free_name(struct lab_draft *x, const char *wanted)
{
    char plain[NET_KEY_MAX - 4];
    size_t n = MIN(strlen(wanted), sizeof(plain) - 1);
    for (size_t i = 0; i < n; i++)
        plain[i] = is_plain(wanted[i]) ? wanted[i] : '.';
    plain[n] = '\0';
    const char *name = lab_draft_text(x, "%s", plain[0] ? plain : "node");
    for (unsigned k = 2; k < 1000; k++) {
        uint32_t *at = name_slot(x, name);
        if (!at) {
            x->full = true;
            return name;
        }
        if (*at == NET_NONE) {
            *at = x->p->spaces.count;
            return name;
        }
        name = lab_draft_text(x, "%s-%u", plain, k);
    }
    x->full = true;
    return name;
}

uint32_t lab_draft_space(struct lab_draft *x, enum lab_space_kind kind, const char *name,
                         uint32_t node)
{
    if (x->p->spaces.count == LAB_SPACES_MAX) {
        lab_draft_refuse(x, NULL, "a lab has 2000 namespaces at most");
        return NET_NONE;
    }
    const char *free = free_name(x, name);
    struct lab_space *s = NET_PUSH(x->arena, &x->p->spaces);
    if (!s) {
        x->full = true;
        return NET_NONE;
    }
    *s = (struct lab_space){ .kind = kind, .name = free, .node = node };
    uint32_t index = x->p->spaces.count - 1;
    const char *netns = lab_draft_text(x, "%s.%s", x->p->name, free);
    x->p->spaces.items[index].netns = netns;
    /* A reply may leave by another interface than the request came in by. */
    lab_draft_sysctl(x, index, "net/ipv4/conf/all/rp_filter", 0);
    lab_draft_sysctl(x, index, "net/ipv4/conf/default/rp_filter", 0);
    /* Else a second traceroute within a second has hops that are silent. */
    lab_draft_sysctl(x, index, "net/ipv4/icmp_ratelimit", 0);
    lab_draft_sysctl(x, index, "net/ipv6/conf/all/accept_dad", 0);
    lab_draft_sysctl(x, index, "net/ipv6/conf/default/accept_dad", 0);
    return index;
}

void lab_draft_sysctl(struct lab_draft *x, uint32_t space, const char *path, int64_t value)
{
    if (space == NET_NONE)
        return;
    struct lab_sysctl *s = NET_PUSH(x->arena, &x->p->spaces.items[space].sysctls);
    if (s)
        *s = (struct lab_sysctl){ path, value };
    x->full = x->full || !s;
}

void lab_draft_late(struct lab_draft *x, uint32_t space, const char *path, int64_t value)
{
    struct lab_sysctl *s = NET_PUSH(x->arena, &x->p->spaces.items[space].late);
    if (s)
        *s = (struct lab_sysctl){ path, value };
    x->full = x->full || !s;
}

void lab_draft_setup(struct lab_draft *x, uint32_t space, const char *format, ...)
{
    if (space == NET_NONE)
        return;
    va_list args;
    va_start(args, format);
    const char *line = text_of(x, format, args);
    va_end(args);
    const char **s = NET_PUSH(x->arena, &x->p->spaces.items[space].setup);
    if (s)
        *s = line;
    x->full = x->full || !s;
}

/* ---- cables ---------------------------------------------------------------------------------- */

struct dev_key {
    uint32_t space;
    char dev[LAB_DEV_MAX + 1];
};

static bool take_dev(struct lab_draft *x, uint32_t space, const char *dev)
{
    struct dev_key key;
    memset(&key, 0, sizeof(key));
    key.space = space;
    memcpy(key.dev, dev, strlen(dev));
    uint32_t *at = net_map_make(&x->devs, &key, sizeof(key));
    if (!at) {
        x->full = true;
        return true;
    }
    if (*at != NET_NONE)
        return false;
    *at = 0;
    return true;
}

const char *lab_draft_dev(struct lab_draft *x, uint32_t space, const char *wanted)
{
    char name[LAB_DEV_MAX + 1];
    size_t n = MIN(strlen(wanted), (size_t)LAB_DEV_MAX);
    for (size_t i = 0; i < n; i++)
        name[i] = is_plain(wanted[i]) ? wanted[i] : '.';
    name[n] = '\0';
    bool whole = wanted[n] == '\0' && strcmp(name, "lo") != 0;
    for (unsigned k = 1; k < 10000; k++) {
        if ((k > 1 || whole) && take_dev(x, space, name))
            return lab_draft_text(x, "%s", name);
        char number[8];
        int digits = snprintf(number, sizeof(number), "_%u", k);
        size_t keep = MIN(n, (size_t)(LAB_DEV_MAX - digits));
        memcpy(name + keep, number, (size_t)digits + 1);
    }
    x->full = true;
    return "";
}

void lab_draft_address(struct lab_draft *x, struct lab_end *end, const struct ip_addr *a,
                       uint8_t len)
{
    if (a->family == IP_NONE)
        return;
    struct lab_address *new = NET_PUSH(x->arena, &end->addresses);
    if (new)
        *new = (struct lab_address){ *a, len };
    x->full = x->full || !new;
}

uint32_t lab_draft_cable(struct lab_draft *x, const struct lab_cable *cable)
{
    if (cable->end[0].space == NET_NONE || cable->end[1].space == NET_NONE)
        return NET_NONE;
    struct lab_cable *new = NET_PUSH(x->arena, &x->p->cables);
    if (!new) {
        x->full = true;
        return NET_NONE;
    }
    *new = *cable;
    new->mtu = cable->mtu ? cable->mtu : LAB_MTU;
    return x->p->cables.count - 1;
}

/* ---- looking up ------------------------------------------------------------------------------ */

uint32_t lab_draft_node(const struct lab_draft *x, const struct topo_object *o, uint32_t instance)
{
    for (uint32_t i = 0; i < x->n->nodes.count; i++) {
        if (x->n->nodes.items[i].object == o && x->n->nodes.items[i].instance == instance)
            return i;
    }
    return NET_NONE;
}

const struct check_device *lab_draft_device(const struct lab_draft *x,
                                            const struct topo_object *owner)
{
    for (uint32_t i = 0; i < x->d->device_count; i++) {
        if (x->d->devices[i].owner == owner)
            return &x->d->devices[i];
    }
    return NULL;
}

static uint32_t space_by_name(const struct lab_plan *p, const char *name)
{
    for (uint32_t i = 0; i < p->spaces.count; i++) {
        if (strcmp(p->spaces.items[i].name, name) == 0)
            return i;
    }
    return NET_NONE;
}

static uint32_t space_by_node(const struct lab_plan *p, const char *name)
{
    const struct net *n = &p->design->net;
    const struct topo_object *o = topo_find(p->design->topo, name);
    for (uint32_t i = 0; i < n->nodes.count; i++) {
        if (p->space_of[i] != NET_NONE &&
            (strcmp(n->nodes.items[i].name, name) == 0 || (o && n->nodes.items[i].object == o)))
            return p->space_of[i];
    }
    return NET_NONE;
}

uint32_t lab_plan_space(const struct lab_plan *p, const char *name)
{
    uint32_t at = space_by_name(p, name);
    return at != NET_NONE ? at : space_by_node(p, name);
}

/* ---- all ------------------------------------------------------------------------------------- */

static void refuse_what_is_not_run(struct lab_draft *x)
{
    for (uint32_t i = 0; i < x->t->aws.transit_gateways.count; i++)
        lab_draft_refuse(x, &x->t->aws.transit_gateways.items[i].o,
                         "the lab does not run transit gateways of AWS");
    for (uint32_t i = 0; i < x->t->sites.carriers.count; i++) {
        if (x->t->sites.carriers.items[i].asn)
            lab_draft_refuse(
                x, &x->t->sites.carriers.items[i].o,
                "the lab does not run carriers that route; leave out its asn and its links "
                "are cables");
    }
    for (uint32_t i = 0; i < x->t->azure.express_route_circuits.count; i++) {
        if (x->t->azure.express_route_circuits.items[i].global_reach.count)
            lab_draft_refuse(x, &x->t->azure.express_route_circuits.items[i].o,
                             "the lab does not run Global Reach");
    }
}

/* Nodes get their spaces in the network's order. */
static void place_nodes(struct lab_draft *x)
{
    const struct net *n = x->n;
    for (uint32_t i = 0; i < n->nodes.count; i++)
        x->p->space_of[i] = NET_NONE;
    /* Where a router speaks BGP for gateways (Google's), they are one machine. */
    for (uint32_t pass = 0; pass < 2; pass++) {
        for (uint32_t i = 0; i < n->nodes.count; i++) {
            const struct net_node *node = &n->nodes.items[i];
            bool speaker = node->kind == NET_CLOUD_ROUTER;
            if (x->p->space_of[i] != NET_NONE || speaker != (pass == 0) ||
                node->kind == NET_FABRIC || node->kind == NET_INTERNET || node->kind == NET_CARRIER)
                continue;
            x->p->space_of[i] = lab_draft_space(x, LAB_SPACE_NODE, node->name, i);
        }
        for (uint32_t e = 0; pass == 0 && e < n->ends.count; e++) {
            const struct net_tunnel_end *end = &n->ends.items[e];
            if (end->speaker != end->node)
                x->p->space_of[end->node] = x->p->space_of[end->speaker];
        }
    }
}

/* Proxy ARP answers at once. The kernel has this delay for each interface alone, and no default in
 * any namespace but the first. */
static void hasten_proxies(struct lab_draft *x)
{
    for (uint32_t i = 0; i < x->p->cables.count; i++) {
        for (uint32_t k = 0; k < 2; k++) {
            const struct lab_end *e = &x->p->cables.items[i].end[k];
            enum lab_space_kind kind = x->p->spaces.items[e->space].kind;
            if (kind == LAB_SPACE_FABRIC || kind == LAB_SPACE_INTERNET)
                lab_draft_late(x, e->space,
                               lab_draft_text(x, "net/ipv4/neigh/%s/proxy_delay", e->dev), 0);
        }
    }
}

bool lab_plan_make(const struct check_design *d, const char *name, struct arena *arena,
                   struct lab_plan *ret_plan)
{
    struct lab_plan p = {
        .name = name ? name : d->topo->name, .design = d, .internet = NET_NONE, .arena = arena
    };
    struct lab_draft x = { .d = d, .t = d->topo, .n = &d->net, .p = &p, .arena = arena };
    size_t nodes = d->net.nodes.count + 1;
    net_map_init(&x.names, arena);
    net_map_init(&x.devs, arena);
    net_map_init(&x.mapped, arena);
    p.space_of = arena_alloc(arena, nodes * sizeof(*p.space_of));
    x.fabric_of = arena_alloc(arena, nodes * sizeof(*x.fabric_of));
    if (!p.space_of || !x.fabric_of)
        return false;
    if (!p.name || !lab_name_is_valid(p.name)) {
        p.name = "lab";
        lab_draft_refuse(
            &x, NULL,
            "a lab's name has 1 to 32 letters, digits, '-', '_' and '.': give one with "
            "--name, or `name:` in the topology");
    }
    refuse_what_is_not_run(&x);
    place_nodes(&x);
    lab_draft_fabrics(&x);
    lab_draft_internet(&x);
    lab_draft_nics(&x);
    lab_draft_circuits(&x);
    lab_draft_sites(&x);
    lab_draft_daemons(&x);
    lab_draft_rules(&x);
    hasten_proxies(&x);
    if (x.full)
        return false;
    *ret_plan = p;
    return true;
}
