/* An UPDATE's way from a session to the shards: decoded, its attributes interned once, its prefixes
 * handed to the shards that own them. */

#include "node/internal.h"

/* A peer may send a faulty UPDATE a thousand times a second: one line a second tells of them all.
 */
static void log_fault(struct node_peer *p, const struct bgp_fault *f)
{
    p->bad_updates++;
    if (f->verdict != BGP_RESET && p->node->now < p->bad_logged_at + NS_PER_S && p->bad_logged_at)
        return;
    p->bad_logged_at = p->node->now;

    static const char *const verdicts[] = {
        [BGP_FINE] = "fine",
        [BGP_DISCARD] = "attribute-discard",
        [BGP_WITHDRAW] = "treat-as-withdraw",
        [BGP_AFI_OFF] = "afi-safi-disable",
        [BGP_RESET] = "session-reset",
    };
    char buf[640];
    struct text t = text_init(buf, sizeof(buf));
    text_str(&t, "bgp peer=");
    text_ip(&t, &p->conf.address);
    text_str(&t, " event=bad-update verdict=");
    text_str(&t, verdicts[f->verdict]);
    text_str(&t, " id=");
    text_str(&t, f->id ? f->id : "-");
    text_str(&t, " what=\"");
    text_str(&t, f->what ? f->what : "");
    text_str(&t, "\" attribute=");
    text_u64(&t, f->attribute);
    text_str(&t, " offset=");
    text_u64(&t, f->offset);
    text_str(&t, " bytes=");
    text_hex(&t, f->bytes, f->bytes_len);
    text_str(&t, " bad-updates=");
    text_u64(&t, p->bad_updates);
    node_log(p->node, DIAG_WARNING, buf);
}

/* Hands n prefixes to the shards that own them; set NULL: withdrawn. Prefixes are cut into runs of
 * one shard and family without moving them: a message holds few, and mostly one shard is there. An
 * UPDATE that is treated as withdraw may hold both families (MP_REACH_NLRI and MP_UNREACH_NLRI). */
static void to_shards(struct node_peer *p, struct attr_set *set, const struct prefix *prefixes,
                      size_t n)
{
    struct node *node = p->node;
    uint32_t now_s = (uint32_t)(node->now / NS_PER_S), shards = node->params.shards;
    for (size_t at = 0; at < n;) {
        uint32_t shard = rib_shard_of(&prefixes[at], shards);
        size_t end = at + 1;
        while (end < n && prefixes[end].family == prefixes[at].family &&
               (shards == 1 || rib_shard_of(&prefixes[end], shards) == shard))
            end++;
        struct rib *r = node->shards[shard];
        assert(shard < shards && r);
        if (!set)
            rib_withdraw(r, p->id, prefixes + at, end - at);
        else if (rib_announce(r, now_s, p->id, set, prefixes + at, end - at) == RIB_FULL)
            node->rib_full++;
        at = end;
    }
}

static bool announce(struct node_peer *p, const struct attr_draft *draft,
                     const struct prefix *prefixes, size_t n)
{
    if (n == 0)
        return true;
    struct attr_set *set = attr_intern(p->node->attrs, draft);
    if (!set)
        return false;
    to_shards(p, set, prefixes, n);
    attr_unref(p->node->attrs, set);
    return true;
}

/* The family has to be switched off (RFC 7606 2): its routes go, and nothing more is told. */
static void switch_off(struct node_peer *p, uint8_t family)
{
    assert(p->is_established);
    unsigned af = node_af(family);
    if (!p->af[af].negotiated)
        return;
    p->af[af].negotiated = false;
    node_group_leave(p, af);
    for (unsigned i = 0; i < p->node->params.shards; i++)
        rib_peer_down(p->node->shards[i], p->id, family);
}

void node_update_receive(struct node_peer *p, const uint8_t *message, size_t len)
{
    struct node *n = p->node;
    const struct bgp_session_info *info = bgp_session_info(p->session);
    assert(p->is_established); /* the session gives UPDATEs in that state alone */
    struct bgp_update_context ctx = {
        .as4 = info->as4,
        .is_ebgp = info->peer_open.as != p->params.local_as,
        .families = (uint8_t)((p->af[CONFIG_AF_IPV4].negotiated ? BGP_IPV4 : 0) |
                              (p->af[CONFIG_AF_IPV6].negotiated ? BGP_IPV6 : 0)),
        .local_as = p->params.local_as,
        .remote_as = info->peer_open.as,
        .enforce_first_as = p->conf.enforce_first_as == TRI_YES,
        .local = info->local,
        .remote = info->remote,
        .router_id = info->router_id,
    };
    struct bgp_update u;
    struct bgp_fault fault = { 0 };
    arena_reset(&n->scratch);
    bgp_decode_update(message, len, &ctx, &n->scratch, &u, &fault);
    if (fault.verdict != BGP_FINE)
        log_fault(p, &fault);
    if (fault.verdict == BGP_RESET) {
        bgp_session_update_fault(p->session, n->now, &fault);
        return;
    }
    if (fault.verdict == BGP_AFI_OFF)
        switch_off(p, u.off & BGP_IPV6 ? IP_V6 : IP_V4);
    to_shards(p, NULL, u.withdrawn, u.withdrawn_n);
    to_shards(p, NULL, u.mp_withdrawn, u.mp_withdrawn_n);
    bool ok = announce(p, &u.draft, u.announced, u.announced_n);
    struct attr_draft mp = u.draft;
    mp.head.next_hop = u.mp_next_hop;
    mp.head.next_hop_ll = u.mp_next_hop_ll;
    /* A link-local address alone says which link only beside the peer's own address on it. */
    if (mp.head.next_hop.family == IP_V6 && ip_is_link_local(&mp.head.next_hop) &&
        info->remote.family == IP_V6 && p->if_index != 0) {
        mp.head.next_hop_ll = mp.head.next_hop;
        mp.head.next_hop = info->remote;
    }
    ok &= announce(p, &mp, u.mp_announced, u.mp_announced_n);
    if (!ok) {
        fault = (struct bgp_fault){ .verdict = BGP_RESET,
                                    .code = BGP_ERR_CEASE,
                                    .subcode = 8,
                                    .what = "no memory for an attribute set" };
        bgp_session_update_fault(p->session, n->now, &fault);
        return;
    }
    for (unsigned af = 0; af < CONFIG_AF_COUNT; af++)
        node_peer_check_limit(p, af);
}
