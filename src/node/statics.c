/* Interfaces, addresses and static routes of the configuration. */

#include "node/internal.h"

/* The kernel's name of a configured interface: every loopback is an address on `lo`. NULL: absent.
 */
static const char *kernel_name(const struct node *n, const char *name)
{
    const struct fib_interface *i = fib_interface_find(n->fib, node_device_name(name));
    return i ? i->name : NULL;
}

static uint32_t index_of(const struct node *n, const char *name)
{
    const struct fib_interface *i = fib_interface_find(n->fib, node_device_name(name));
    return i ? i->index : 0;
}

struct ip_addr node_interface_address(const struct node *n, const char *name, uint8_t family)
{
    const struct config_interface *c = node_index_interface(n->index, name);
    if (c && c->vrf)
        return (struct ip_addr){ 0 };
    for (uint32_t i = 0; c && i < c->addresses.n; i++)
        if (c->addresses.v[i].prefix.family == family && !c->addresses.v[i].secondary)
            return ip_from_bytes(family, c->addresses.v[i].prefix.b);
    struct prefix a;
    if (fib_interface_address(n->fib, index_of(n, name), family, &a))
        return ip_from_bytes(family, a.b);
    return (struct ip_addr){ 0 };
}

/* Whether the device is in a management VRF by the configuration: it takes no part, whatever the
 * kernel has on it. */
bool node_is_apart(const struct node *n, uint32_t if_index)
{
    const struct fib_interface *i = n->config ? fib_interface_get(n->fib, if_index) : NULL;
    const struct config_interface *c = i ? node_index_interface(n->index, i->name) : NULL;
    if (i && !c && i->alias[0])
        c = node_index_interface(n->index, i->alias);
    return c && c->vrf;
}

void node_set_apart(struct node *n)
{
    for (uint32_t i = 0; i < n->config->interfaces.n; i++) {
        const struct config_interface *c = &n->config->interfaces.v[i];
        uint32_t if_index = c->vrf ? index_of(n, c->name) : 0;
        struct prefix a;
        for (unsigned af = 0; if_index && af < CONFIG_AF_COUNT; af++)
            while (fib_interface_address(n->fib, if_index, node_family(af), &a))
                fib_address_del(n->fib, if_index, &a);
    }
}

/* --- addresses -------------------------------------------------------------------------------- */

static bool has_address(const struct config_interface *i, const struct prefix *p)
{
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

/* Why an interface of the configuration is not brought up; NULL: it is. */
static const char *why_down(const struct node *n, const struct config_interface *c)
{
    if (c->crypto_map)
        return "crypto maps are not supported: use a tunnel interface";
    if (!c->is_tunnel || node_index_tunnel(n->index, c))
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
    if (c->vrf || kernel_name(n, c->name) || c->is_tunnel || c->vxlan.vni || c->shutdown ||
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

/* --- MTU and MSS ------------------------------------------------------------------------------ */

struct sizes {
    uint32_t mtu;
    uint16_t tcp_mss;
};

/* Of a link of the host; tunnels and VXLANs have theirs from who makes them. IOS cuts its packets
 * at the smaller of both MTUs, a Linux device has one. */
static struct sizes sizes_of(const struct config_interface *c)
{
    struct sizes s = { 0 };
    if (!c || c->vrf || c->is_tunnel || node_is_loopback(c->name))
        return s;
    s.tcp_mss = c->tcp_mss;
    if (!c->vxlan.vni)
        s.mtu = c->mtu && c->ip_mtu ? MIN(c->mtu, c->ip_mtu) : MAX(c->mtu, c->ip_mtu);
    return s;
}

static void push_sizes(struct node *n, const char *name, struct sizes s)
{
    struct node_action *a = node_push(n, NODE_SIZES);
    if (!a)
        return;
    a->mtu = s.mtu;
    a->tcp_mss = s.tcp_mss;
    diag_set(a->interface, sizeof(a->interface), name);
}

static bool has_sizes(struct sizes s)
{
    return s.mtu || s.tcp_mss;
}

/* Sets what the configuration says of an interface that exists. */
static void apply_interface(struct node *n, const struct config_interface *c)
{
    const char *kernel = kernel_name(n, c->name);
    if (!kernel || c->vrf || why_down(n, c))
        return;
    if (has_sizes(sizes_of(c)))
        push_sizes(n, kernel, sizes_of(c));
    for (uint32_t i = 0; i < c->addresses.n; i++)
        push_address(n, kernel, &c->addresses.v[i].prefix, true);
    if (c->shutdown)
        push_link(n, kernel, false);
    else if (c->addresses.n || c->vxlan.vni || c->is_tunnel) /* a tunnel may do without address */
        push_link(n, kernel, true);
}

static void remove_interface(struct node *n, const struct config_interface *old)
{
    const char *kernel = kernel_name(n, old->name);
    const struct config_interface *now = node_index_interface(n->index, old->name);
    if (has_sizes(sizes_of(old)) && !has_sizes(sizes_of(now)))
        push_sizes(n, kernel ? kernel : old->name, (struct sizes){ 0 });
    if (!kernel || old->vrf)
        return;
    for (uint32_t i = 0; i < old->addresses.n; i++)
        if (!has_address(now, &old->addresses.v[i].prefix))
            push_address(n, kernel, &old->addresses.v[i].prefix, false);
    if (old->shutdown && !(now && now->shutdown))
        push_link(n, kernel, true);
}

/* --- static routes ---------------------------------------------------------------------------- */

/* Sets the route whose first line is `first`: lines of one prefix and distance are one route with
 * several paths. */
static void apply_static(struct node *n, uint32_t first)
{
    const struct node_index *x = n->index;
    const struct config_static *s = &n->config->statics.v[first];
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
    for (uint32_t at = first; at != NODE_INDEX_END && r.n < FIB_PATHS_MAX; at = x->next_line[at]) {
        const struct config_static *line = &n->config->statics.v[at];
        assert(x->first_line[at] == first);
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
    for (uint32_t i = 0; old && i < old->statics.n; i++)
        if (node_index_static(n->index, &old->statics.v[i]) == NODE_INDEX_END)
            fib_route_del(n->fib, FIB_STATIC, old->statics.v[i].distance,
                          &old->statics.v[i].prefix);
    for (uint32_t i = 0; i < config->statics.n; i++)
        if (n->index->first_line[i] == i)
            apply_static(n, i);
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
 * forwards. IOS routes no IPv6 until `ipv6 unicast-routing`; but a text about IPv4 does not say
 * that its host, which may forward for others, has to stop: without a line the host decides. */
static void apply_forwarding(struct node *n, const struct config *c)
{
    push_forwarding(n, IP_V4, c->ip_forwarding != TRI_NO);
    if (c->dialect != DIALECT_IOS || c->ipv6_forwarding != TRI_UNSET)
        push_forwarding(n, IP_V6, c->ipv6_forwarding != TRI_NO);
}

void node_statics_apply(struct node *n, const struct config *old, const struct config *config)
{
    if (!old || old->ip_forwarding != config->ip_forwarding ||
        old->ipv6_forwarding != config->ipv6_forwarding)
        apply_forwarding(n, config);
    for (uint32_t i = 0; old && i < old->interfaces.n; i++)
        remove_interface(n, &old->interfaces.v[i]);
    for (uint32_t i = 0; i < config->interfaces.n; i++) {
        const struct config_interface *c = &config->interfaces.v[i];
        apply_interface(n, c);
        log_absent(n, c);
        const char *why = c->shutdown || c->vrf ? NULL : why_down(n, c);
        if (why)
            log_down(n, c->name, why);
    }
    apply_statics(n, old, config);
}

const struct config_interface *node_interface_config(const struct node *n, uint32_t if_index)
{
    const struct fib_interface *i = fib_interface_get(n->fib, if_index);
    const struct config_interface *c = NULL;
    if (i && n->config)
        c = node_index_interface(n->index, i->name);
    if (i && n->config && !c && i->alias[0])
        c = node_index_interface(n->index, i->alias);
    return c;
}

bool node_is_tunnel(const struct node *n, uint32_t if_index)
{
    const struct config_interface *c = node_interface_config(n, if_index);
    return c && node_index_tunnel(n->index, c);
}

/* What the configuration says of the device under one of its names. */
static void apply_device(struct node *n, const struct fib_interface *i, const char *name)
{
    struct node_walk w = node_index_interfaces(n->index, name);
    for (uint32_t k; (k = node_walk_next(&w)) != NODE_INDEX_END;) {
        const struct config_interface *c = &n->config->interfaces.v[k];
        const char *kernel = kernel_name(n, c->name);
        if (kernel && strcmp(kernel, i->name) == 0)
            apply_interface(n, c);
    }
    w = node_index_static_devices(n->index, name);
    for (uint32_t k; (k = node_walk_next(&w)) != NODE_INDEX_END;)
        if (strcmp(node_device_name(n->config->statics.v[k].interface), name) == 0)
            apply_static(n, n->index->first_line[k]);
}

void node_statics_interface(struct node *n, const struct fib_interface *i)
{
    if (!n->config)
        return;
    apply_device(n, i, i->loopback ? "lo" : i->name);
    if (i->alias[0] && strcmp(i->alias, i->name) != 0)
        apply_device(n, i, i->alias);
}
