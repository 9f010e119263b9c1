/* Interfaces, addresses and static routes of the configuration. */

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

static void log_tunnel(struct node *n, const char *name)
{
    char buf[256];
    struct text t = text_init(buf, sizeof(buf));
    text_str(&t, "interface=");
    text_str(&t, name);
    text_str(&t, " event=not-brought-up reason=\"tunnels need IPsec, which this version does not "
                 "have: routes and sessions through it stay down\"");
    node_log(n, DIAG_ERROR, buf);
}

/* A device's name that nothing here has: mistyped, or missing from the interface map. */
static void log_absent(struct node *n, const struct config_interface *c)
{
    if (kernel_name(n, c->name) || c->is_tunnel || c->shutdown || c->addresses.n == 0)
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
static void apply_interface(struct node *n, const struct config_interface *c)
{
    const char *kernel = kernel_name(n, c->name);
    if (!kernel || c->is_tunnel || c->crypto_map)
        return;
    for (uint32_t i = 0; i < c->addresses.n; i++)
        push_address(n, kernel, &c->addresses.v[i].prefix, true);
    if (c->shutdown)
        push_link(n, kernel, false);
    else if (c->addresses.n)
        push_link(n, kernel, true);
}

static void remove_interface(struct node *n, const struct config_interface *old,
                             const struct config *config)
{
    const char *kernel = kernel_name(n, old->name);
    if (!kernel || old->is_tunnel)
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

/* All lines of one prefix and distance are one route with several paths; `first` is the first line.
 */
static void apply_static(struct node *n, const struct config *c, uint32_t first)
{
    const struct config_static *s = &c->statics.v[first];
    for (uint32_t i = 0; i < first; i++)
        if (same_route(&c->statics.v[i], s))
            return;
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
    for (uint32_t i = first; i < c->statics.n && r.n < FIB_PATHS_MAX; i++) {
        const struct config_static *line = &c->statics.v[i];
        if (!same_route(line, s) || line->kind != STATIC_VIA)
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

static bool has_static(const struct config *c, const struct config_static *s)
{
    for (uint32_t i = 0; i < c->statics.n; i++)
        if (same_route(&c->statics.v[i], s))
            return true;
    return false;
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
        apply_interface(n, &config->interfaces.v[i]);
        log_absent(n, &config->interfaces.v[i]);
        if ((config->interfaces.v[i].is_tunnel || config->interfaces.v[i].crypto_map) &&
            !config->interfaces.v[i].shutdown)
            log_tunnel(n, config->interfaces.v[i].name);
    }
    for (uint32_t i = 0; old && i < old->statics.n; i++)
        if (!has_static(config, &old->statics.v[i]))
            fib_route_del(n->fib, FIB_STATIC, old->statics.v[i].distance,
                          &old->statics.v[i].prefix);
    for (uint32_t i = 0; i < config->statics.n; i++)
        apply_static(n, config, i);
}

static bool names(const struct config_static *s, const struct fib_interface *i)
{
    return s->interface && (strcmp(s->interface, i->name) == 0 ||
                            (i->alias[0] && strcmp(s->interface, i->alias) == 0) ||
                            (i->loopback && node_is_loopback(s->interface)));
}

void node_statics_interface(struct node *n, const struct fib_interface *i)
{
    if (!n->config)
        return;
    for (uint32_t k = 0; k < n->config->interfaces.n; k++) {
        const struct config_interface *c = &n->config->interfaces.v[k];
        const char *kernel = kernel_name(n, c->name);
        if (kernel && strcmp(kernel, i->name) == 0)
            apply_interface(n, c);
    }
    for (uint32_t k = 0; k < n->config->statics.n; k++)
        if (names(&n->config->statics.v[k], i))
            for (uint32_t f = 0; f <= k; f++)
                if (same_route(&n->config->statics.v[f], &n->config->statics.v[k])) {
                    apply_static(n, n->config, f);
                    break;
                }
}
