/* Any body of an UPDATE, from any kind of peer (the first byte): it gets a verdict, and what is
 * used of it, told on, is flawless and means the same. */
#include <stdlib.h>
#include <string.h>

#include "attr/attr.h"
#include "base/arena.h"
#include "base/wr.h"
#include "bgp/update.h"

static struct attr_set *intern(struct attr_table *t, const struct bgp_update *u, bool mp)
{
    struct attr_draft d = u->draft;
    if (mp) {
        d.head.next_hop = u->mp_next_hop;
        d.head.next_hop_ll = u->mp_next_hop_ll;
    }
    return attr_intern(t, &d);
}

/* Tells the announced prefixes to an internal peer, who reads them back. */
static void check_told(struct attr_table *t, struct arena *arena, const struct bgp_update *u,
                       bool mp)
{
    const struct bgp_encode_context e = { .as4 = true, .message_families = BGP_IPV4 | BGP_IPV6 };
    const struct bgp_update_context peer = {
        .as4 = true, .families = BGP_IPV4 | BGP_IPV6, .local_as = 65001, .remote_as = 65001
    };
    uint8_t out[BGP_MESSAGE_MAX];
    struct bgp_update u2;
    struct bgp_fault fault;
    struct attr_set *set = intern(t, u, mp);
    struct rib_export x = { .family = mp ? u->mp_family : IP_V4,
                            .set = set,
                            .prefixes = mp ? u->mp_announced : u->announced,
                            .n = mp ? u->mp_announced_n : u->announced_n };
    struct wr w = wr_init(out, sizeof(out));
    size_t n = bgp_encode_update(&w, &x, 0, &e);
    if (n > 0) {
        bgp_decode_update(out, wr_len(&w), &peer, arena, &u2, &fault);
        if (fault.verdict != BGP_FINE || u2.announced_n + u2.mp_announced_n != n)
            abort();
        if (memcmp(u2.announced_n ? u2.announced : u2.mp_announced, x.prefixes,
                   n * sizeof(struct prefix)) != 0)
            abort();
        struct attr_set *again = intern(t, &u2, u2.announced_n == 0);
        if (again->as_path_hops != set->as_path_hops || again->first_as != set->first_as)
            abort();
        attr_unref(t, again);
    }
    attr_unref(t, set);
}

static void check(const uint8_t *msg, size_t n, const struct bgp_update_context *ctx,
                  struct arena *arena)
{
    struct bgp_update u;
    struct bgp_fault fault;
    struct attr_table *t = attr_table_new(1, 100);
    bgp_decode_update(msg, n, ctx, arena, &u, &fault);
    if ((fault.verdict == BGP_FINE) != (fault.id == NULL) || fault.offset > n)
        abort();
    if (fault.verdict == BGP_RESET && fault.code != BGP_ERR_UPDATE)
        abort(); /* the arena is large enough for any message */
    if (fault.verdict == BGP_WITHDRAW && u.announced_n + u.mp_announced_n > 0)
        abort();
    if (t && fault.verdict <= BGP_DISCARD && u.announced_n > 0)
        check_told(t, arena, &u, false);
    if (t && fault.verdict <= BGP_DISCARD && u.mp_announced_n > 0)
        check_told(t, arena, &u, true);
    if (t && attr_table_count(t) > 0)
        abort();
    attr_table_free(t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t msg[BGP_MESSAGE_MAX];
    struct wr w = wr_init(msg, sizeof(msg));
    if (size < 5)
        return 0;
    size_t mark = bgp_begin(&w, BGP_UPDATE);
    wr_bytes(&w, data + 1, size - 1);
    if (w.bad)
        return 0;
    bgp_end(&w, mark);
    const struct bgp_update_context ctx = {
        .as4 = data[0] & 1,
        .is_ebgp = data[0] & 2,
        .enforce_first_as = data[0] & 4,
        .families = data[0] & 8    ? BGP_IPV4
                    : data[0] & 16 ? BGP_IPV6
                                   : BGP_IPV4 | BGP_IPV6,
        .local_as = 65001,
        .remote_as = data[0] & 2 ? 65002 : 65001,
        .local = ip_from_u32(0x0a000001),
    };
    struct arena arena;
    arena_init(&arena, 2 * BGP_UPDATE_ARENA_BYTES);
    uint8_t *exact = malloc(wr_len(&w)); /* so that ASan sees the first byte read too many */
    if (exact) {
        memcpy(exact, msg, wr_len(&w));
        check(exact, wr_len(&w), &ctx, &arena);
    }
    free(exact);
    arena_done(&arena);
    return 0;
}
