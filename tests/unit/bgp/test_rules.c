/* What an UPDATE and an OPEN of ours must and must not hold, by the MUSTs of the RFCs: the bytes
 * are read by a walker of this file, which does not share code with the encoder. */
#include "attr/table.h"
#include "update_lib.h"

static struct arena arena;
static struct attr_table *table;

/* The attributes of one UPDATE as they stand in it. */
struct parts {
    size_t withdrawn_n, nlri_n;
    unsigned count;
    uint8_t code[32], flags[32];
    struct rd value[32];
};

static struct parts parts_of(const uint8_t *msg, size_t n)
{
    struct parts p = { 0 };
    struct rd r = rd_init(msg, n);
    rd_bytes(&r, BGP_HEADER_BYTES);
    p.withdrawn_n = rd_u16(&r);
    rd_bytes(&r, p.withdrawn_n);
    struct rd attributes = rd_sub(&r, rd_u16(&r));
    p.nlri_n = rd_left(&r);
    while (rd_left(&attributes) > 0) {
        assert_true(p.count < ARRAY_LEN(p.code));
        p.flags[p.count] = rd_u8(&attributes);
        p.code[p.count] = rd_u8(&attributes);
        size_t len = p.flags[p.count] & 0x10 ? rd_u16(&attributes) : rd_u8(&attributes);
        p.value[p.count++] = rd_sub(&attributes, len);
    }
    assert_false(r.bad || attributes.bad);
    return p;
}

static int find(const struct parts *p, uint8_t code)
{
    for (unsigned i = 0; i < p->count; i++)
        if (p->code[i] == code)
            return (int)i;
    return -1;
}

enum peer { NEW_EXTERNAL, OLD_EXTERNAL, NEW_INTERNAL };
enum what { ANNOUNCE_V4, ANNOUNCE_V6, WITHDRAW_V4, WITHDRAW_V6 };

/* One UPDATE with every attribute that a route can have: path 65002 70000. */
static struct parts encode(enum what what, enum peer peer, uint8_t msg[BGP_MESSAGE_MAX])
{
    static const uint8_t path[] = { 2, 2, 0, 0, 0xfd, 0xea, 0, 1, 0x11, 0x70 };
    static const uint8_t clusters[] = { 1, 2, 3, 4 }, unknown[] = { 0xe0, 200, 0, 1, 7 };
    static const uint8_t communities[] = { 0xfd, 0xe9, 0, 1 };
    struct attr_draft d = { 0 };
    d.head.has = ATTR_HAS_MED | ATTR_HAS_LOCAL_PREF | ATTR_HAS_ATOMIC_AGGREGATE |
                 ATTR_HAS_AGGREGATOR | ATTR_HAS_ORIGINATOR_ID;
    d.head.local_pref = 300;
    d.head.aggregator_as = 70000;
    d.head.originator_id = 9;
    d.span[SPAN_AS_PATH] = path;
    d.head.span_len[SPAN_AS_PATH] = sizeof(path);
    d.span[SPAN_CLUSTER_LIST] = clusters;
    d.head.span_len[SPAN_CLUSTER_LIST] = sizeof(clusters);
    d.span[SPAN_COMMUNITIES] = communities;
    d.head.span_len[SPAN_COMMUNITIES] = sizeof(communities);
    d.span[SPAN_UNKNOWN] = unknown;
    d.head.span_len[SPAN_UNKNOWN] = sizeof(unknown);
    struct attr_set *set = attr_intern(table, &d);
    assert_non_null(set);

    bool v6 = what == ANNOUNCE_V6 || what == WITHDRAW_V6;
    struct prefix prefix = { .family = v6 ? IP_V6 : IP_V4, .len = 20, .b = { 10, 1, 0x20 } };
    struct rib_export x = { .family = prefix.family, .prefixes = &prefix, .n = 1 };
    if (what == ANNOUNCE_V4 || what == ANNOUNCE_V6)
        x.set = set;
    struct bgp_encode_context ctx = {
        .as4 = peer != OLD_EXTERNAL,
        .is_ebgp = peer != NEW_INTERNAL,
        .prepend = peer != NEW_INTERNAL,
        .local_as = 65001,
        .self_v4 = ip_from_u32(0x0a000001),
        .message_families = BGP_IPV4 | BGP_IPV6,
    };
    assert_true(ip_parse("2001:db8::1", &ctx.self_v6));
    struct wr w = wr_init(msg, BGP_MESSAGE_MAX);
    assert_int_equal(bgp_encode_update(&w, &x, 0, &ctx), 1);
    attr_unref(table, set);
    return parts_of(msg, wr_len(&w));
}

/* Which attributes go to whom: 1 it has to be there, 0 it must not. */
static void attributes_reach_whom_they_may(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum peer peer;
        enum what what;
        uint8_t code;
        int there;
    } cases[] = {
        { "[RFC 4271 5] ORIGIN is mandatory", NEW_EXTERNAL, ANNOUNCE_V4, ATTR_ORIGIN, 1 },
        { "[RFC 4271 5] AS_PATH is mandatory", NEW_EXTERNAL, ANNOUNCE_V4, ATTR_AS_PATH, 1 },
        { "[RFC 4271 5] NEXT_HOP is mandatory", NEW_EXTERNAL, ANNOUNCE_V4, ATTR_NEXT_HOP, 1 },
        { "[RFC 4760 3] NEXT_HOP is left out beside MP_REACH_NLRI", NEW_EXTERNAL, ANNOUNCE_V6,
          ATTR_NEXT_HOP, 0 },
        { "[RFC 4760 3] ORIGIN stands beside MP_REACH_NLRI", NEW_EXTERNAL, ANNOUNCE_V6, ATTR_ORIGIN,
          1 },
        { "[RFC 4760 4] MP_UNREACH_NLRI needs no other attribute", NEW_EXTERNAL, WITHDRAW_V6,
          ATTR_ORIGIN, 0 },
        { "[RFC 4271 5.1.5] LOCAL_PREF is for internal peers", NEW_INTERNAL, ANNOUNCE_V4,
          ATTR_LOCAL_PREF, 1 },
        { "[RFC 4271 5.1.5] LOCAL_PREF is not for external ones", NEW_EXTERNAL, ANNOUNCE_V4,
          ATTR_LOCAL_PREF, 0 },
        { "[RFC 4271 5.1.6] ATOMIC_AGGREGATE is passed on", NEW_EXTERNAL, ANNOUNCE_V4,
          ATTR_ATOMIC_AGGREGATE, 1 },
        { "[RFC 4456 8] ORIGINATOR_ID does not leave the AS", NEW_EXTERNAL, ANNOUNCE_V4,
          ATTR_ORIGINATOR_ID, 0 },
        { "[RFC 4456 8] CLUSTER_LIST does not leave the AS", NEW_EXTERNAL, ANNOUNCE_V4,
          ATTR_CLUSTER_LIST, 0 },
        { "[RFC 4456 8] CLUSTER_LIST stays within it", NEW_INTERNAL, ANNOUNCE_V4, ATTR_CLUSTER_LIST,
          1 },
        { "[RFC 6793 4.1] no AS4_PATH for a new speaker", NEW_EXTERNAL, ANNOUNCE_V4, ATTR_AS4_PATH,
          0 },
        { "[RFC 6793 4.1] no AS4_AGGREGATOR for a new speaker", NEW_EXTERNAL, ANNOUNCE_V4,
          ATTR_AS4_AGGREGATOR, 0 },
        { "[RFC 6793 4.2.2] AS4_PATH for an old speaker", OLD_EXTERNAL, ANNOUNCE_V4, ATTR_AS4_PATH,
          1 },
        { "[RFC 6793 4.2.2] AS4_AGGREGATOR for an old speaker", OLD_EXTERNAL, ANNOUNCE_V4,
          ATTR_AS4_AGGREGATOR, 1 },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        uint8_t msg[BGP_MESSAGE_MAX];
        struct parts p = encode(cases[i].what, cases[i].peer, msg);
        if ((find(&p, cases[i].code) >= 0) != cases[i].there)
            fail_msg("%s", cases[i].name);
    }
}

/* [RFC 7606 5.1] MP_REACH_NLRI or MP_UNREACH_NLRI comes first, and an UPDATE has one of the four
 * places for prefixes filled. */
static void prefixes_stand_in_one_place(void **state)
{
    (void)state;
    static const struct {
        enum what what;
        size_t withdrawn, nlri;
        int first; /* attribute; -1: any but the two */
    } cases[] = {
        { ANNOUNCE_V4, 0, 4, -1 },
        { WITHDRAW_V4, 4, 0, -1 },
        { ANNOUNCE_V6, 0, 0, ATTR_MP_REACH },
        { WITHDRAW_V6, 0, 0, ATTR_MP_UNREACH },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        uint8_t msg[BGP_MESSAGE_MAX];
        struct parts p = encode(cases[i].what, NEW_EXTERNAL, msg);
        assert_int_equal(p.withdrawn_n, cases[i].withdrawn);
        assert_int_equal(p.nlri_n, cases[i].nlri);
        int reach = find(&p, ATTR_MP_REACH), unreach = find(&p, ATTR_MP_UNREACH);
        assert_int_equal(reach, cases[i].first == ATTR_MP_REACH ? 0 : -1);
        assert_int_equal(unreach, cases[i].first == ATTR_MP_UNREACH ? 0 : -1);
    }
}

static void flags_are_as_specified(void **state)
{
    (void)state;
    uint8_t msg[BGP_MESSAGE_MAX];
    struct parts p = encode(ANNOUNCE_V6, NEW_INTERNAL, msg);
    for (unsigned i = 0; i < p.count; i++) {
        const struct attr_row *row = attr_row_of(p.code[i]);
        if (row) /* [RFC 4271 4.3] Partial is 0 on what is well-known or recognized and complete */
            assert_int_equal(p.flags[i] & ~ATTR_FLAG_EXTENDED, row->flags);
        else /* [RFC 4271 5] an unrecognized one is passed on as partial */
            assert_int_equal(p.flags[i], 0xe0);
        for (unsigned k = 0; k < i; k++) /* [RFC 4271 5] once each */
            assert_int_not_equal(p.code[k], p.code[i]);
    }
    assert_true(find(&p, 200) > 0);
}

/* [RFC 6793 4.2.2] 23456 stands for what two bytes cannot hold. */
static void old_speakers_read_as_trans(void **state)
{
    (void)state;
    uint8_t msg[BGP_MESSAGE_MAX];
    struct parts p = encode(ANNOUNCE_V4, OLD_EXTERNAL, msg);
    static const uint8_t path[] = { 2, 3, 0xfd, 0xe9, 0xfd, 0xea, 0x5b, 0xa0 };
    static const uint8_t path4[] = { 2, 3, 0, 0, 0xfd, 0xe9, 0, 0, 0xfd, 0xea, 0, 1, 0x11, 0x70 };
    static const uint8_t aggregator[] = { 0x5b, 0xa0, 0, 0, 0, 0 };
    struct rd r = p.value[find(&p, ATTR_AS_PATH)];
    assert_int_equal(rd_left(&r), sizeof(path));
    assert_memory_equal(r.p, path, sizeof(path)); /* [RFC 4271 5.1.2] our AS in front */
    r = p.value[find(&p, ATTR_AS4_PATH)];
    assert_int_equal(rd_left(&r), sizeof(path4));
    assert_memory_equal(r.p, path4, sizeof(path4));
    r = p.value[find(&p, ATTR_AGGREGATOR)];
    assert_int_equal(rd_left(&r), sizeof(aggregator));
    assert_memory_equal(r.p, aggregator, sizeof(aggregator));
    /* [RFC 4271 5.1.2] an internal peer is told the path as it is. */
    p = encode(ANNOUNCE_V4, NEW_INTERNAL, msg);
    r = p.value[find(&p, ATTR_AS_PATH)];
    assert_int_equal(rd_left(&r), 10);
}

/* The capabilities of one OPEN as code, length, value. */
static size_t capabilities_of(const uint8_t *msg, size_t n, uint8_t *to)
{
    struct rd r = rd_init(msg, n);
    rd_bytes(&r, BGP_HEADER_BYTES + 9);
    size_t parameters = rd_u8(&r), len = 0;
    assert_int_equal(parameters, rd_left(&r));
    while (rd_left(&r) > 0) {
        assert_int_equal(rd_u8(&r), 2); /* [RFC 5492 4] parameter type 2 */
        struct rd value = rd_sub(&r, rd_u8(&r));
        memcpy(to + len, value.p, rd_left(&value));
        len += rd_left(&value);
    }
    assert_false(r.bad);
    return len;
}

static void our_open_says_what_it_must(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint32_t as;
        uint16_t as2;
        uint8_t families;
        const uint8_t *caps;
        size_t n;
    } cases[] = {
        { "[RFC 6793 4.1] a short AS stands in both places", 65001, 65001, BGP_IPV4,
          B("\x01\x04\0\x01\0\x01\x41\x04\0\0\xfd\xe9") },
        { "[RFC 6793 9] a long AS leaves AS_TRANS in the two bytes", 70000, 23456, BGP_IPV4,
          B("\x01\x04\0\x01\0\x01\x41\x04\0\x01\x11\x70") },
        { "[RFC 4760 8] one capability a family", 65001, 65001, BGP_IPV4 | BGP_IPV6,
          B("\x01\x04\0\x01\0\x01\x01\x04\0\x02\0\x01\x41\x04\0\0\xfd\xe9") },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        uint8_t msg[300], caps[256];
        struct bgp_open open = { .version = 4,
                                 .as = cases[i].as,
                                 .hold_time = 90,
                                 .router_id = 1,
                                 .caps = { .families = cases[i].families, .as4 = true } };
        struct wr w = wr_init(msg, sizeof(msg));
        bgp_encode_open(&w, &open);
        size_t n = capabilities_of(msg, wr_len(&w), caps);
        if (n != cases[i].n || memcmp(caps, cases[i].caps, n) != 0 || msg[19] != 4 ||
            (msg[20] << 8 | msg[21]) != cases[i].as2)
            fail_msg("%s", cases[i].name);
    }
}

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, BGP_UPDATE_ARENA_BYTES);
    table = attr_table_new(1, 1000);
    return table ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    attr_table_free(table);
    arena_done(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(attributes_reach_whom_they_may),
        cmocka_unit_test(prefixes_stand_in_one_place),
        cmocka_unit_test(flags_are_as_specified),
        cmocka_unit_test(old_speakers_read_as_trans),
        cmocka_unit_test(our_open_says_what_it_must),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
