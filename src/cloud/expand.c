#include "cloud/expand_impl.h"

#include <string.h>

/* ---- parts of the network -------------------------------------------------------------------- */

uint32_t expand_node(struct expander *x, const struct net_node *node)
{
    struct net_node *new = NET_PUSH(x->arena, &x->n->nodes);
    if (!new) {
        x->full = true;
        return NET_NONE;
    }
    *new = *node;
    uint32_t index = x->n->nodes.count - 1;
    const void *object = node->object;
    if (!object)
        return index;
    uint32_t *at = net_map_make(&x->nodes, &object, sizeof(object));
    if (!at)
        x->full = true;
    else if (*at == NET_NONE)
        *at = index;
    return index;
}

uint32_t expand_node_of(struct expander *x, const void *object)
{
    const uint32_t *at = object ? net_map_find(&x->nodes, &object, sizeof(object)) : NULL;
    return at ? *at : NET_NONE;
}

void expand_iface(struct expander *x, const struct net_iface *iface)
{
    if (iface->node == NET_NONE || iface->addr.family == IP_NONE)
        return;
    struct net_iface *new = NET_PUSH(x->arena, &x->n->ifaces);
    if (new)
        *new = *iface;
    x->full = x->full || !new;
}

void expand_link(struct expander *x, enum net_link_kind kind, const struct topo_object *object,
                 uint32_t a, uint32_t b)
{
    if (a == NET_NONE || b == NET_NONE)
        return;
    struct net_link *new = NET_PUSH(x->arena, &x->n->links);
    if (new)
        *new = (struct net_link){ .kind = kind, .object = object, .node = { a, b } };
    x->full = x->full || !new;
}

void expand_internet(struct expander *x, uint32_t node)
{
    uint32_t *new = node != NET_NONE ? NET_PUSH(x->arena, &x->online) : NULL;
    if (new)
        *new = node;
    x->full = x->full || (node != NET_NONE && !new);
}

/* The Internet comes last: nodes of one resource follow one another. */
static void join_internet(struct expander *x)
{
    if (x->online.count == 0)
        return;
    uint32_t all = expand_node(x, &(struct net_node){ .kind = NET_INTERNET,
                                                      .name = "Internet",
                                                      .site = "Internet",
                                                      .group = NET_NONE,
                                                      .fabric = NET_NONE });
    for (uint32_t i = 0; i < x->online.count; i++)
        expand_link(x, NET_LINK_INTERNET, NULL, x->online.items[i], all);
}

uint32_t expand_end(struct expander *x, const struct net_tunnel_end *end)
{
    if (end->node == NET_NONE)
        return NET_NONE;
    struct net_tunnel_end *new = NET_PUSH(x->arena, &x->n->ends);
    if (!new) {
        x->full = true;
        return NET_NONE;
    }
    *new = *end;
    return x->n->ends.count - 1;
}

void expand_statics(struct expander *x, uint32_t end, const topo_prefixes_t *prefixes)
{
    for (uint32_t i = 0; end != NET_NONE && i < prefixes->count; i++) {
        struct net_static *new = NET_PUSH(x->arena, &x->n->statics);
        if (new)
            *new = (struct net_static){ .end = end, .prefix = prefixes->items[i] };
        x->full = x->full || !new;
    }
}

void expand_session(struct expander *x, const struct net_session *session)
{
    if (session->node[0] == NET_NONE)
        return;
    struct net_session *new = NET_PUSH(x->arena, &x->n->sessions);
    if (new)
        *new = *session;
    x->full = x->full || !new;
}

void expand_origin_to(struct expander *x, const struct net_origin *origin)
{
    if (origin->node == NET_NONE || origin->prefix.family == IP_NONE)
        return;
    /* Two local network gateways, or two peerings, may bring the same one. */
    struct {
        uint32_t node;
        struct prefix prefix;
        struct ip_addr towards;
    } key;
    static_assert(sizeof(key) <= NET_KEY_MAX, "a key of a map");
    memset(&key, 0, sizeof(key)); /* its padding is hashed too */
    key.node = origin->node;
    key.prefix = origin->prefix;
    key.towards = origin->towards;
    uint32_t *seen = net_map_make(&x->origins, &key, sizeof(key));
    if (!seen || *seen != NET_NONE) {
        x->full = x->full || !seen;
        return;
    }
    *seen = 0;
    struct net_origin *new = NET_PUSH(x->arena, &x->n->origins);
    if (new)
        *new = *origin;
    x->full = x->full || !new;
}

void expand_origin(struct expander *x, uint32_t node, const struct prefix *p,
                   const struct topo_object *object)
{
    expand_origin_to(x, &(struct net_origin){ .node = node, .prefix = *p, .object = object });
}

void expand_speaks_for(struct expander *x, const void *network, uint32_t node)
{
    if (!network || node == NET_NONE)
        return;
    uint32_t *first = net_map_make(&x->networks, &network, sizeof(network));
    struct expand_speaker *new = NET_PUSH(x->arena, &x->speakers);
    if (!first || !new) {
        x->full = true;
        return;
    }
    uint32_t index = x->speakers.count - 1;
    *new = (struct expand_speaker){ .node = node, .next = NET_NONE, .last = index };
    if (*first == NET_NONE) {
        *first = index;
        return;
    }
    struct expand_speaker *head = &x->speakers.items[*first];
    x->speakers.items[head->last].next = index;
    head->last = index;
}

uint32_t expand_speakers(struct expander *x, const void *network)
{
    const uint32_t *at = net_map_find(&x->networks, &network, sizeof(network));
    return at ? *at : NET_NONE;
}

const char *expand_word(struct expander *x, const char *base, const char *rest)
{
    size_t a = strlen(base), b = strlen(rest);
    char *s = arena_alloc(x->arena, a + b + 1);
    if (!s) {
        x->full = true;
        return base;
    }
    memcpy(s, base, a);
    memcpy(s + a, rest, b + 1);
    return s;
}

const char *expand_name(struct expander *x, const char *base, const char *separator, uint32_t n)
{
    char buffer[16];
    struct text t = text_init(buffer, sizeof(buffer));
    text_str(&t, separator);
    text_u64(&t, n);
    return expand_word(x, base, buffer);
}

struct expand_proposals expand_proposals_add(struct expander *x, const struct net_proposal *v,
                                             uint32_t n)
{
    struct expand_proposals at = { x->n->proposals.count, 0 };
    for (uint32_t i = 0; i < n; i++) {
        struct net_proposal *new = NET_PUSH(x->arena, &x->n->proposals);
        if (!new) {
            x->full = true;
            return at;
        }
        *new = v[i];
        at.count++;
    }
    return at;
}

/* ---- devices --------------------------------------------------------------------------------- */

static void index_devices(struct expander *x)
{
    for (uint32_t i = 0; x->given && i < x->given->count; i++) {
        const void *device = x->given->items[i].device;
        uint32_t *at = net_map_make(&x->devices, &device, sizeof(device));
        if (at)
            *at = i;
        x->full = x->full || !at;
    }
}

const struct config *expand_config(struct expander *x, const struct topo_device *device)
{
    const void *key = device;
    const uint32_t *at = device ? net_map_find(&x->devices, &key, sizeof(key)) : NULL;
    return at ? x->given->items[*at].config : NULL;
}

/* ---- all ------------------------------------------------------------------------------------- */

bool cloud_expand(const struct topo *t, const struct cloud_limits *limits,
                  const struct cloud_devices *devices, struct arena *arena, struct net *ret_net)
{
    struct net n = { .arena = arena };
    struct expander x = { .t = t, .limits = limits, .given = devices, .arena = arena, .n = &n };
    net_map_init(&x.nodes, arena);
    net_map_init(&x.devices, arena);
    net_map_init(&x.networks, arena);
    net_map_init(&x.origins, arena);
    index_devices(&x);
    azure_expand_nodes(&x);
    aws_expand_nodes(&x);
    gcp_expand_nodes(&x);
    soracom_expand_nodes(&x);
    sites_expand_nodes(&x);
    if (x.full)
        return false; /* what joins them counts on instances that follow one another */
    azure_expand_joins(&x);
    aws_expand_joins(&x);
    gcp_expand_joins(&x);
    soracom_expand_joins(&x);
    sites_expand_joins(&x);
    join_internet(&x);
    if (x.full)
        return false;
    *ret_net = n;
    return true;
}
