/* bgp/update_encode.c: UPDATE messages to the wire: as many prefixes with one set of attributes as
 * a message holds. Attributes stand by code; MP_REACH_NLRI and MP_UNREACH_NLRI come first (RFC 7606
 * 5.1). One kind of prefixes a message. */
#include <string.h>

#include "attr/table.h"
#include "bgp/update.h"

/* One prefix of NLRI; false: it does not fit. */
static bool put_prefix(struct wr *m, const struct prefix *p)
{
    size_t n = (size_t)(p->len + 7) / 8;
    uint8_t *to = wr_room(m) > n ? wr_space(m, n + 1) : NULL;
    if (!to)
        return false;
    to[0] = p->len;
    for (size_t i = 0; i < n; i++)
        to[i + 1] = p->b[i];
    return true;
}

/* Prefixes until the message is full; how many. */
static size_t put_prefixes(struct wr *m, const struct rib_export *x, size_t from)
{
    size_t i = from;
    while (i < x->n && put_prefix(m, &x->prefixes[i]))
        i++;
    return i - from;
}

static size_t put_withdrawn_v4(struct wr *m, const struct rib_export *x, size_t from)
{
    uint8_t room[BGP_MESSAGE_MAX];
    struct wr list = wr_init(room, wr_room(m) >= 4 ? wr_room(m) - 4 : 0);
    size_t count = put_prefixes(&list, x, from);
    wr_u16(m, (uint16_t)wr_len(&list));
    wr_bytes(m, room, wr_len(&list));
    wr_u16(m, 0);
    return count;
}

static void put_family(struct wr *m, uint8_t family)
{
    wr_u16(m, family == IP_V6 ? AFI_IPV6 : AFI_IPV4);
    wr_u8(m, SAFI_UNICAST);
}

/* MP_UNREACH_NLRI alone: withdrawn prefixes, or none for End-of-RIB. */
static size_t put_unreach(struct wr *m, const struct rib_export *x, size_t from)
{
    wr_u16(m, 0);
    size_t total = wr_mark(m);
    wr_u16(m, 0);
    if (wr_room(m) < 1)
        return 0;
    /* One byte is kept for a length of two. */
    struct wr body = wr_init(m->p, wr_room(m) - 1);
    size_t mark = attr_put_begin(&body, ATTR_FLAG_OPTIONAL, ATTR_MP_UNREACH);
    put_family(&body, x->family);
    size_t count = x->end_of_rib ? 1 : put_prefixes(&body, x, from);
    if (!wr_space(m, wr_len(&body)) || body.bad)
        return 0;
    attr_put_end(m, total + 2 + mark);
    wr_patch16(m, total, (uint16_t)(wr_len(m) - total - 2));
    return count;
}

/* Whether the set's next hop is on the network that we share with the peer, which then can use it
 * as well as we can (RFC 4271 5.1.3). */
static bool is_shared(const struct rib_export *x, const struct bgp_encode_context *ctx)
{
    return ctx->shared.family != IP_NONE && prefix_has_addr(&ctx->shared, &x->set->head.next_hop);
}

/* Whether the peer is told our own address. */
static bool is_self(const struct rib_export *x, const struct bgp_encode_context *ctx)
{
    return x->set->head.next_hop.family == IP_NONE || (x->next_hop_self && !is_shared(x, ctx));
}

/* The next hop that the peer is told: the set's, or our own address. */
static struct ip_addr next_hop_of(const struct rib_export *x, const struct bgp_encode_context *ctx)
{
    if (!is_self(x, ctx))
        return x->set->head.next_hop;
    return x->family == IP_V6 ? ctx->self_v6 : ctx->self_v4;
}

static struct attr_encoding encoding_of(const struct rib_export *x,
                                        const struct bgp_encode_context *ctx)
{
    return (struct attr_encoding){
        .local_pref = x->local_pref,
        .as4 = ctx->as4,
        .is_ebgp = ctx->is_ebgp,
        .prepend = ctx->prepend,
        .local_as = ctx->local_as,
    };
}

static size_t put_announced_v4(struct wr *m, const struct rib_export *x, size_t from,
                               const struct bgp_encode_context *ctx)
{
    struct attr_encoding e = encoding_of(x, ctx);
    e.next_hop = next_hop_of(x, ctx);
    if (e.next_hop.family != IP_V4)
        return 0;
    wr_u16(m, 0);
    size_t total = wr_mark(m);
    wr_u16(m, 0);
    attr_encode(m, x->set, &e);
    if (m->bad)
        return 0;
    wr_patch16(m, total, (uint16_t)(wr_len(m) - total - 2));
    return put_prefixes(m, x, from);
}

/* RFC 2545 3: the link-local address stands beside the global one where both ends share a link. A
 * link without global addresses names the link-local one twice; over an IPv4 session without any
 * IPv6 address the mapped one has to do. */
static bool put_next_hops_v6(struct wr *m, const struct rib_export *x,
                             const struct bgp_encode_context *ctx)
{
    struct ip_addr global = next_hop_of(x, ctx), ll = { 0 };
    if (is_self(x, ctx))
        ll = ctx->self_ll;
    else if (!ctx->is_ebgp || is_shared(x, ctx))
        ll = attr_rare(x->set)->next_hop_ll;
    if (global.family == IP_NONE)
        global = ll;
    if (global.family == IP_NONE && ctx->self_v4.family == IP_V4) {
        uint8_t mapped[16] = { [10] = 0xff, [11] = 0xff };
        memcpy(mapped + 12, ctx->self_v4.b, 4);
        global = ip_from_bytes(IP_V6, mapped);
    }
    if (global.family != IP_V6)
        return false;
    bool both = ll.family == IP_V6;
    wr_u8(m, both ? 32 : 16);
    wr_bytes(m, global.b, 16);
    if (both)
        wr_bytes(m, ll.b, 16);
    return true;
}

static size_t put_announced_v6(struct wr *m, const struct rib_export *x, size_t from,
                               const struct bgp_encode_context *ctx)
{
    uint8_t room[BGP_MESSAGE_MAX];
    struct wr rest = wr_init(room, sizeof(room));
    struct attr_encoding e = encoding_of(x, ctx);
    attr_encode(&rest, x->set, &e);
    wr_u16(m, 0);
    size_t total = wr_mark(m);
    wr_u16(m, 0);
    if (m->bad || rest.bad || wr_room(m) < wr_len(&rest) + 1)
        return 0;
    struct wr body = wr_init(m->p, wr_room(m) - wr_len(&rest) - 1);
    size_t mark = attr_put_begin(&body, ATTR_FLAG_OPTIONAL, ATTR_MP_REACH);
    put_family(&body, IP_V6);
    if (!put_next_hops_v6(&body, x, ctx))
        return 0;
    wr_u8(&body, 0);
    size_t count = body.bad ? 0 : put_prefixes(&body, x, from);
    if (count == 0 || !wr_space(m, wr_len(&body)))
        return 0;
    attr_put_end(m, total + 2 + mark);
    wr_bytes(m, room, wr_len(&rest));
    wr_patch16(m, total, (uint16_t)(wr_len(m) - total - 2));
    return count;
}

static size_t put_body(struct wr *m, const struct rib_export *x, size_t from,
                       const struct bgp_encode_context *ctx)
{
    if (x->family == IP_V6)
        return x->set && !x->end_of_rib ? put_announced_v6(m, x, from, ctx)
                                        : put_unreach(m, x, from);
    if (x->end_of_rib) {
        wr_u32(m, 0);
        return 1;
    }
    return x->set ? put_announced_v4(m, x, from, ctx) : put_withdrawn_v4(m, x, from);
}

size_t bgp_encode_update(struct wr *w, const struct rib_export *x, size_t from,
                         const struct bgp_encode_context *ctx)
{
    if (w->bad || !(ctx->message_families & bgp_family_bit(x->family)))
        return 0;
    struct wr m = wr_init(w->p, MIN(wr_room(w), (size_t)BGP_MESSAGE_MAX));
    size_t mark = bgp_begin(&m, BGP_UPDATE);
    size_t count = put_body(&m, x, from, ctx);
    if (m.bad || count == 0)
        return 0;
    bgp_end(&m, mark);
    wr_space(w, wr_len(&m));
    return count;
}
