/* What forwards without being a hop, and what a fabric lets pass: rules of nftables.
 * A fabric, an edge router and a gateway on the way out decrement no TTL: it is raised by one
 * before the kernel takes one away. `ip ttl set` takes a constant alone, hence a chain a value. */
#include "lab/plan_impl.h"

#include <string.h>

#include "lab/filter.h"
#include "topo/kinds.h"

enum { NFT_MAX = 1 << 20, TTL_MAX = 254 };

static void ttl_chains(struct text *t)
{
    for (uint64_t i = 1; i <= TTL_MAX; i++) {
        text_str(t, "  chain t");
        text_u64(t, i);
        text_str(t, " { ip ttl set ");
        text_u64(t, i + 1);
        text_str(t, "; }\n");
    }
}

static void ttl_jump(struct text *t, const char *dev)
{
    text_str(t, "    ");
    if (dev) {
        text_str(t, "iifname \"");
        text_str(t, dev);
        text_str(t, "\" ");
    }
    text_str(t, "ip ttl vmap { ");
    for (uint64_t i = 1; i <= TTL_MAX; i++) {
        text_str(t, i == 1 ? "" : ", ");
        text_u64(t, i);
        text_str(t, " : goto t");
        text_u64(t, i);
    }
    text_str(t, " }\n");
}

static void own_addresses(struct text *t, const struct lab_nic *nic)
{
    text_str(t, "{ ");
    for (uint32_t i = 0; i < nic->addresses.count; i++) {
        text_str(t, i ? ", " : "");
        text_ip(t, &nic->addresses.items[i].addr);
    }
    text_str(t, " }");
}

/* What a network interface without IP forwarding sends or gets is its own, or is dropped. */
static void spoof_rule(struct text *t, const struct lab_nic *nic, bool in)
{
    if (nic->forwards || nic->addresses.count == 0)
        return;
    text_str(t, in ? "    iifname \"" : "    oifname \"");
    text_str(t, nic->dev);
    text_str(t, in ? "\" ip saddr != " : "\" ip daddr != ");
    own_addresses(t, nic);
    text_str(t, " drop\n");
}

static void each_nic(struct lab_draft *x, uint32_t space, struct text *t, bool in)
{
    for (uint32_t i = 0; i < x->p->nics.count; i++) {
        if (x->p->nics.items[i].fabric == space)
            spoof_rule(t, &x->p->nics.items[i], in);
    }
}

/* Public addresses of machines, 1:1. */
static void translate(struct lab_draft *x, uint32_t space, struct text *t, bool in)
{
    for (uint32_t i = 0; i < x->p->nics.count; i++) {
        const struct lab_nic *nic = &x->p->nics.items[i];
        if (nic->fabric != space || nic->public_ip.family != IP_V4 || nic->addresses.count == 0)
            continue;
        text_str(t,
                 in ? "    iifname \"internet\" ip daddr " : "    oifname \"internet\" ip saddr ");
        text_ip(t, in ? &nic->public_ip : &nic->via);
        text_str(t, in ? " dnat to " : " snat to ");
        text_ip(t, in ? &nic->via : &nic->public_ip);
        text_char(t, '\n');
    }
}

/* Who has no public address does not reach the Internet. */
static void only_public(struct lab_draft *x, uint32_t space, struct text *t)
{
    bool first = true;
    for (uint32_t i = 0; i < x->p->nics.count; i++) {
        const struct lab_nic *nic = &x->p->nics.items[i];
        if (nic->fabric != space || nic->public_ip.family != IP_V4 || nic->addresses.count == 0)
            continue;
        text_str(t, first ? "    oifname \"internet\" ip saddr != { " : ", ");
        text_ip(t, &nic->via);
        first = false;
    }
    text_str(t, first ? "    oifname \"internet\" drop\n" : " } drop\n");
}

static void fabric_rules(struct lab_draft *x, uint32_t space, struct text *t)
{
    text_str(t, "  chain arrive {\n    type filter hook prerouting priority mangle;\n"
                "    ip saddr 169.254.0.0/16 drop\n    ip daddr 169.254.0.0/16 drop\n");
    each_nic(x, space, t, true);
    ttl_jump(t, NULL);
    text_str(t, "  }\n  chain pass {\n    type filter hook forward priority filter;\n");
    each_nic(x, space, t, false);
    only_public(x, space, t);
    text_str(t, "  }\n  chain in {\n    type nat hook prerouting priority dstnat;\n");
    translate(x, space, t, true);
    text_str(t, "  }\n  chain out {\n    type nat hook postrouting priority srcnat;\n");
    translate(x, space, t, false);
    /* The fabric has the subnets' first addresses, so that ARP is answered; nothing else of it is
     * to be seen but Azure's platform address, in its networks. */
    text_str(t, "  }\n  chain own {\n    type filter hook input priority filter; policy drop;\n"
                "    ip daddr " LAB_PLATFORM " accept\n  }\n"
                "  chain said {\n    type filter hook output priority filter; policy drop;\n"
                "    ip saddr " LAB_PLATFORM " accept\n  }\n");
}

/* Nothing goes back where it came from: two who disagree would send it round for ever. */
static void no_return(struct lab_draft *x, uint32_t space, struct text *t)
{
    text_str(t, "  chain pass {\n    type filter hook forward priority filter;\n");
    for (uint32_t i = 0; i < x->p->cables.count; i++) {
        for (uint32_t k = 0; k < 2; k++) {
            const struct lab_end *e = &x->p->cables.items[i].end[k];
            if (e->space != space)
                continue;
            text_str(t, "    iifname \"");
            text_str(t, e->dev);
            text_str(t, "\" oifname \"");
            text_str(t, e->dev);
            text_str(t, "\" drop\n");
        }
    }
    text_str(t, "  }\n");
}

static void silence(struct text *t)
{
    text_str(t, "  chain said {\n    type filter hook output priority filter;\n"
                "    icmp type time-exceeded drop\n  }\n");
}

static bool answers(const struct net_node *node)
{
    return node->object && node->object->kind == &azure_vnet_gateway_kind &&
           ((const struct azure_vnet_gateway *)(const void *)node->object)->answers_traceroute;
}

static void node_rules(struct lab_draft *x, uint32_t space, const struct net_node *node,
                       struct text *t)
{
    bool edge = node->kind == NET_EDGE;
    if (edge || node->kind == NET_CIRCUIT_GATEWAY) {
        /* What a network sends out by-passes the gateway; what comes in passes it. */
        text_str(t, "  chain arrive {\n    type filter hook prerouting priority mangle;\n");
        ttl_jump(t, edge ? NULL : "gateway");
        text_str(t, "  }\n");
    }
    no_return(x, space, t);
    if (!answers(node))
        silence(t);
}

/* Security groups and firewalls, of which the interfaces of a fabric have their own chains. */
static void filter_rules(struct lab_draft *x, uint32_t space, struct text *t)
{
    NET_LIST_OF(struct lab_filtered) all = { 0 };
    for (uint32_t i = 0; i < x->p->nics.count; i++) {
        const struct lab_nic *nic = &x->p->nics.items[i];
        struct cloud_filter *f = arena_alloc(x->arena, sizeof(*f));
        if (!f ||
            (nic->fabric == space && nic->nic && !cloud_filter_of(x->t, nic->nic, x->arena, f))) {
            x->full = true;
            return;
        }
        if (f->chain_count == 0)
            continue;
        struct lab_filtered *new = NET_PUSH(x->arena, &all);
        if (new)
            *new = (struct lab_filtered){ .device = nic->dev, .filter = f };
        x->full = x->full || !new;
    }
    if (!x->full)
        lab_filter_text(all.items, all.count, t);
}

static bool has_rules(const struct lab_draft *x, const struct lab_space *s)
{
    if (s->kind == LAB_SPACE_FABRIC)
        return true;
    enum net_node_kind kind = s->kind == LAB_SPACE_NODE ? x->n->nodes.items[s->node].kind
                                                        : NET_INTERNET;
    return kind == NET_EDGE || kind == NET_CIRCUIT_GATEWAY || kind == NET_VPN_GATEWAY ||
           kind == NET_CLOUD_ROUTER;
}

void lab_draft_rules(struct lab_draft *x)
{
    char *buffer = arena_alloc(x->arena, NFT_MAX);
    if (!buffer) {
        x->full = true;
        return;
    }
    for (uint32_t i = 0; i < x->p->spaces.count; i++) {
        struct lab_space *s = &x->p->spaces.items[i];
        struct text t = text_init(buffer, NFT_MAX);
        if (!has_rules(x, s))
            continue;
        text_str(&t, "table ip lab {\n");
        bool raises = s->kind == LAB_SPACE_FABRIC || x->n->nodes.items[s->node].kind == NET_EDGE ||
                      x->n->nodes.items[s->node].kind == NET_CIRCUIT_GATEWAY;
        if (raises)
            ttl_chains(&t);
        if (s->kind == LAB_SPACE_FABRIC)
            fabric_rules(x, i, &t);
        else
            node_rules(x, i, &x->n->nodes.items[s->node], &t);
        text_str(&t, "}\n");
        if (s->kind == LAB_SPACE_FABRIC)
            filter_rules(x, i, &t);
        s->nft = arena_strn(x->arena, t.s, t.len);
        x->full = x->full || !s->nft || t.cut;
    }
}
