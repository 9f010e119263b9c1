/* UPDATE messages to the wire: what is decoded encodes to the same bytes; messages are filled; what
 * peers of each kind are told; mutated messages. */
#include "base/mem.h"
#include "base/rng.h"
#include "update_lib.h"

static struct arena arena;
static struct attr_table *table;

static struct bgp_encode_context internal_encoding(void)
{
    struct bgp_encode_context e = {
        .as4 = true,
        .local_as = 65001,
        .self_v4 = ip_from_u32(0x0a000001),
        .message_families = BGP_IPV4 | BGP_IPV6,
    };
    assert_true(ip_parse("2001:db8::1", &e.self_v6));
    return e;
}

static struct bgp_encode_context external_encoding(void)
{
    struct bgp_encode_context e = internal_encoding();
    e.is_ebgp = e.prepend = true;
    return e;
}

/* The export that an update asks for: its announced prefixes with its attributes. */
static struct rib_export export_of(struct bgp_update *u, struct attr_set **ret_set)
{
    struct rib_export x = { .family = IP_V4, .prefixes = u->announced, .n = u->announced_n };
    struct attr_draft d = u->draft;
    *ret_set = NULL;
    if (u->mp_announced_n > 0) {
        x.family = u->mp_family;
        x.prefixes = u->mp_announced;
        x.n = u->mp_announced_n;
        d.head.next_hop = u->mp_next_hop;
        d.head.next_hop_ll = u->mp_next_hop_ll;
    }
    if (x.n > 0) {
        x.set = *ret_set = attr_intern(table, &d);
        return x;
    }
    x.prefixes = u->withdrawn;
    x.n = u->withdrawn_n;
    if (u->mp_withdrawn_n > 0) {
        x.family = u->mp_family;
        x.prefixes = u->mp_withdrawn;
        x.n = u->mp_withdrawn_n;
    }
    if (u->end_of_rib) {
        x.end_of_rib = true;
        x.family = u->end_of_rib == BGP_IPV6 ? IP_V6 : IP_V4;
    }
    return x;
}

#define ORIGIN "\x40\x01\x01\x00"
#define PATH "\x40\x02\x0a\x02\x02\x00\x00\xfd\xea\x00\x01\x11\x70" /* 65002 70000 */
#define NEXT_HOP "\x40\x03\x04\x0a\x00\x00\x02"
#define MED "\x80\x04\x04\0\0\0\x07"
#define PREF "\x40\x05\x04\x00\x00\x00\x64"
#define NET "\x18\x0a\x01\x02"
#define FRONT6 "\x00\x02\x01\x10\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x02\x00"

static void what_is_decoded_encodes_to_the_same(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const uint8_t *withdrawn;
        size_t wn;
        const uint8_t *attrs;
        size_t an;
        const uint8_t *nlri;
        size_t nn;
    } cases[] = {
        { "the least", B(""), B(ORIGIN "\x40\x02\x00" NEXT_HOP PREF), B("\x00") },
        { "some", B(""), B(ORIGIN PATH NEXT_HOP MED PREF), B(NET "\x20\x01\x02\x03\x04") },
        { "everything", B(""),
          B(ORIGIN PATH NEXT_HOP MED PREF "\x40\x06\x00"
                                          "\xc0\x07\x08\0\x01\x11\x70\x0a\0\0\x09"
                                          "\xc0\x08\x08\0\0\0\x01\0\0\0\x09"
                                          "\x80\x09\x04\x0a\0\0\x05"
                                          "\x80\x0a\x08\0\0\0\x02\0\0\0\x01"
                                          "\xe0\x0b\x01\x07"
                                          "\xc0\x10\x08\0\x02\0\x01\0\0\0\x02"
                                          "\xe0\x19\x14"
                                          "12345678901234567890"
                                          "\xc0\x20\x0c\0\0\0\x01\0\0\0\x02\0\0\0\x03"
                                          "\xe0\xc8\x01\x01"),
          B(NET) },
        { "sets", B(""),
          B(ORIGIN "\x40\x02\x10\x02\x01\0\0\xfd\xea\x01\x02\0\0\0\x01\0\0\0\x02" NEXT_HOP PREF),
          B(NET) },
        { "withdrawn", B(NET "\x00\x20\x01\x02\x03\x04"), B(""), B("") },
        { "IPv6", B(""), B("\x80\x0e\x1c" FRONT6 "\x30\x20\x01\x0d\xb8\x00\x01" ORIGIN PATH PREF),
          B("") },
        { "IPv6 with a link-local next hop", B(""),
          B("\x80\x0e\x26\x00\x02\x01\x20\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x02"
            "\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\x02\x00\x00" ORIGIN PATH PREF),
          B("") },
        { "IPv6 withdrawn", B(""), B("\x80\x0f\x0b\x00\x02\x01\x30\x20\x01\x0d\xb8\x00\x01\x00"),
          B("") },
        { "End-of-RIB", B(""), B(""), B("") },
        { "End-of-RIB of IPv6", B(""), B("\x80\x0f\x03\x00\x02\x01"), B("") },
    };
    struct bgp_update_context c = internal_peer();
    struct bgp_encode_context e = internal_encoding();
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        uint8_t msg[BGP_MESSAGE_MAX], out[BGP_MESSAGE_MAX];
        size_t n = make_update(msg, cases[i].withdrawn, cases[i].wn, cases[i].attrs, cases[i].an,
                               cases[i].nlri, cases[i].nn);
        struct bgp_update u;
        struct bgp_fault f;
        struct attr_set *set;
        arena_reset(&arena);
        bgp_decode_update(msg, n, &c, &arena, &u, &f);
        if (f.verdict != BGP_FINE)
            fail_msg("%s: %s %s", cases[i].name, f.id, f.what);
        struct rib_export x = export_of(&u, &set);
        struct wr w = wr_init(out, sizeof(out));
        assert_int_equal(bgp_encode_update(&w, &x, 0, &e), x.end_of_rib ? 1 : x.n);
        if (wr_len(&w) != n || memcmp(out, msg, n) != 0)
            fail_msg("%s: %zu bytes instead of %zu", cases[i].name, wr_len(&w), n);
        attr_unref(table, set);
    }
}

/* Decodes what was encoded, as the peer would. */
static struct bgp_update read_back(const uint8_t *msg, size_t n, const struct bgp_update_context *c)
{
    struct bgp_update u;
    struct bgp_fault f;
    uint8_t type;
    assert_int_equal(bgp_frame(msg, n, &type, &f), n);
    assert_int_equal(type, BGP_UPDATE);
    bgp_decode_update(msg, n, c, &arena, &u, &f);
    if (f.verdict != BGP_FINE)
        fail_msg("%s %s", f.id, f.what);
    return u;
}

static const char *path_text(const struct bgp_update *u)
{
    static char buf[400];
    struct text t = text_init(buf, sizeof(buf));
    text_aspath(&t, u->draft.span[SPAN_AS_PATH], u->draft.head.span_len[SPAN_AS_PATH]);
    return buf;
}

static struct attr_set *intern_path(const char *bytes, size_t n)
{
    struct attr_draft d = { 0 };
    d.head.origin = ORIGIN_EGP;
    d.head.span_len[SPAN_AS_PATH] = (uint16_t)n;
    d.span[SPAN_AS_PATH] = (const uint8_t *)bytes;
    d.head.has = ATTR_HAS_AGGREGATOR | ATTR_HAS_LOCAL_PREF | ATTR_HAS_ORIGINATOR_ID;
    d.head.aggregator_as = 70000;
    d.head.aggregator_id = 9;
    d.head.local_pref = 200;
    return attr_intern(table, &d);
}

#define SEGMENTS(s) (s), sizeof(s) - 1

static void what_external_peers_are_told(void **state)
{
    (void)state;
    static const struct {
        const char *name, *path;
        size_t n;
        bool prepend;
        const char *new_speaker, *old_speaker; /* as read back by each */
    } cases[] = {
        { "our AS is put in front of nothing", SEGMENTS(""), true, "65001", "65001" },
        { "and of a sequence", SEGMENTS("\x02\x01\0\0\0\x07"), true, "65001 7", "65001 7" },
        { "and of a set", SEGMENTS("\x01\x01\0\0\0\x07"), true, "65001 {7}", "65001 {7}" },
        { "but not for a route server's client", SEGMENTS("\x02\x01\0\0\0\x07"), false, "7", "7" },
        { "long numbers reach old speakers by AS4_PATH", SEGMENTS("\x02\x01\0\x01\x11\x70"), true,
          "65001 70000", "65001 70000" },
    };
    static const struct prefix net = { .family = IP_V4, .len = 8, .b = { 10 } };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        for (int old = 0; old < 2; old++) {
            struct attr_set *set = intern_path(cases[i].path, cases[i].n);
            struct rib_export x = { .family = IP_V4, .set = set, .prefixes = &net, .n = 1 };
            struct bgp_encode_context e = external_encoding();
            struct bgp_update_context c = external_peer();
            c.local = ip_from_u32(0x0a000002);
            c.as4 = e.as4 = !old;
            e.prepend = cases[i].prepend;
            uint8_t out[BGP_MESSAGE_MAX];
            struct wr w = wr_init(out, sizeof(out));
            assert_int_equal(bgp_encode_update(&w, &x, 0, &e), 1);
            arena_reset(&arena);
            struct bgp_update u = read_back(out, wr_len(&w), &c);
            const char *want = old ? cases[i].old_speaker : cases[i].new_speaker;
            if (strcmp(path_text(&u), want) != 0)
                fail_msg("%s: %s", cases[i].name, path_text(&u));
            /* No LOCAL_PREF, no ORIGINATOR_ID; our address; the aggregator whole. */
            assert_int_equal(u.draft.head.has, ATTR_HAS_AGGREGATOR);
            assert_int_equal(u.draft.head.aggregator_as, 70000);
            assert_int_equal(ip_to_u32(&u.draft.head.next_hop), 0x0a000001);
            assert_int_equal(u.draft.head.origin, ORIGIN_EGP);
            attr_unref(table, set);
        }
    }
}

static void a_full_segment_is_not_joined(void **state)
{
    (void)state;
    uint8_t path[2 + 255 * 4] = { AS_SEQUENCE, 255 };
    for (size_t i = 5; i < sizeof(path); i += 4)
        path[i] = 7;
    struct attr_set *set = intern_path((const char *)path, sizeof(path));
    static const struct prefix net = { .family = IP_V4, .len = 8, .b = { 10 } };
    struct rib_export x = { .family = IP_V4, .set = set, .prefixes = &net, .n = 1 };
    struct bgp_encode_context e = external_encoding();
    struct bgp_update_context c = external_peer();
    c.local = ip_from_u32(0x0a000002);
    uint8_t out[BGP_MESSAGE_MAX];
    struct wr w = wr_init(out, sizeof(out));
    assert_int_equal(bgp_encode_update(&w, &x, 0, &e), 1);
    arena_reset(&arena);
    struct bgp_update u = read_back(out, wr_len(&w), &c);
    assert_int_equal(aspath_hops(u.draft.span[SPAN_AS_PATH], u.draft.head.span_len[SPAN_AS_PATH]),
                     256);
    attr_unref(table, set);
}

static void next_hops_of_ipv6(void **state)
{
    (void)state;
    static const struct prefix net = { .family = IP_V6, .len = 16, .b = { 0x20, 1 } };
    static const struct {
        const char *name, *set, *set_ll, *self, *self_ll, *want, *want_ll; /* NULL: none */
    } cases[] = {
        { "ourselves", NULL, NULL, "2001:db8::1", NULL, "2001:db8::1", NULL },
        { "ourselves on a link", NULL, NULL, "2001:db8::1", "fe80::1", "2001:db8::1", "fe80::1" },
        { "a third party", "2001:db8::9", NULL, "2001:db8::1", "fe80::1", "2001:db8::9", NULL },
        { "a third party on the link", "2001:db8::9", "fe80::9", "2001:db8::1", "fe80::1",
          "2001:db8::9", "fe80::9" },
        { "a link without global addresses", NULL, NULL, NULL, "fe80::1", "fe80::1", "fe80::1" },
        { "an IPv4 session without IPv6 addresses", NULL, NULL, NULL, NULL, "::ffff:10.0.0.1",
          NULL },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct attr_draft d = { .head = { .has = ATTR_HAS_LOCAL_PREF } };
        struct bgp_encode_context e = internal_encoding();
        struct bgp_update_context c = internal_peer();
        struct ip_addr none = { 0 };
        e.self_v6 = none;
        if ((cases[i].set && !ip_parse(cases[i].set, &d.head.next_hop)) ||
            (cases[i].set_ll && !ip_parse(cases[i].set_ll, &d.head.next_hop_ll)) ||
            (cases[i].self && !ip_parse(cases[i].self, &e.self_v6)) ||
            (cases[i].self_ll && !ip_parse(cases[i].self_ll, &e.self_ll)))
            fail();
        struct attr_set *set = attr_intern(table, &d);
        struct rib_export x = { .family = IP_V6, .set = set, .prefixes = &net, .n = 1 };
        uint8_t out[BGP_MESSAGE_MAX];
        struct wr w = wr_init(out, sizeof(out));
        assert_int_equal(bgp_encode_update(&w, &x, 0, &e), 1);
        arena_reset(&arena);
        struct bgp_update u = read_back(out, wr_len(&w), &c);
        struct ip_addr want = none, want_ll = none;
        if ((cases[i].want && !ip_parse(cases[i].want, &want)) ||
            (cases[i].want_ll && !ip_parse(cases[i].want_ll, &want_ll)))
            fail();
        if (!ip_eq(&u.mp_next_hop, &want) || !ip_eq(&u.mp_next_hop_ll, &want_ll))
            fail_msg("%s", cases[i].name);
        attr_unref(table, set);
    }
}

/* RFC 4271 5.1.3, 5.1.5: what depends on who is told is not in the set. */
static void what_depends_on_the_peer(void **state)
{
    (void)state;
    static const struct {
        const char *name, *set, *want;
        bool self, is_ebgp;
        struct prefix shared;
    } cases[] = {
        { "external: ourselves", "10.9.0.1", "10.0.0.5", true, true, { 0 } },
        { "on the network of the peer", "10.9.0.1", "10.9.0.1", true, true, { 4, 24, { 10, 9 } } },
        { "on another network", "10.9.1.1", "10.0.0.5", true, true, { 4, 24, { 10, 9 } } },
        { "kept as it is", "10.9.1.1", "10.9.1.1", false, true, { 4, 24, { 10, 9 } } },
        { "internal: kept", "10.9.0.1", "10.9.0.1", false, false, { 0 } },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        static const struct prefix net = { .family = IP_V4, .len = 8, .b = { 20 } };
        struct bgp_encode_context e =
            cases[i].is_ebgp ? external_encoding() : internal_encoding();
        struct bgp_update_context c = internal_peer();
        struct attr_draft d = { 0 };
        struct ip_addr want;
        e.shared = cases[i].shared;
        e.self_v4 = ip_from_u32(0x0a000005);
        if (!ip_parse(cases[i].set, &d.head.next_hop) || !ip_parse(cases[i].want, &want))
            fail();
        struct attr_set *set = attr_intern(table, &d);
        struct rib_export x = { .family = IP_V4,
                                .set = set,
                                .next_hop_self = cases[i].self,
                                .local_pref = 150,
                                .prefixes = &net,
                                .n = 1 };
        uint8_t out[BGP_MESSAGE_MAX];
        struct wr w = wr_init(out, sizeof(out));
        c.is_ebgp = cases[i].is_ebgp;
        c.remote_as = e.local_as;
        assert_int_equal(bgp_encode_update(&w, &x, 0, &e), 1);
        arena_reset(&arena);
        struct bgp_update u = read_back(out, wr_len(&w), &c);
        if (!ip_eq(&u.draft.head.next_hop, &want) ||
            u.draft.head.local_pref != (cases[i].is_ebgp ? 0 : 150))
            fail_msg("%s", cases[i].name);
        attr_unref(table, set);
    }
}

/* n different prefixes of the length. */
static void make_prefixes(struct prefix *p, size_t n, uint8_t family, uint8_t len)
{
    for (size_t i = 0; i < n; i++) {
        p[i] = (struct prefix){ .family = family, .len = len };
        p[i].b[0] = family == IP_V6 ? 0x20 : 10;
        p[i].b[1] = (uint8_t)(i >> 8);
        p[i].b[2] = (uint8_t)i;
    }
}

static void messages_are_filled(void **state)
{
    (void)state;
    static struct prefix many[5000];
    struct attr_set *set = intern_path(SEGMENTS("\x02\x01\0\0\0\x07"));
    static const struct {
        uint8_t family, len;
        bool withdraw;
    } cases[] = { { IP_V4, 24, false }, { IP_V4, 24, true },  { IP_V4, 32, false },
                  { IP_V6, 48, false }, { IP_V6, 128, true }, { IP_V6, 24, false } };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        make_prefixes(many, ARRAY_LEN(many), cases[i].family, cases[i].len);
        struct rib_export x = { .family = cases[i].family,
                                .prefixes = many,
                                .n = ARRAY_LEN(many),
                                .set = cases[i].withdraw ? NULL : set };
        struct bgp_encode_context e = external_encoding();
        struct bgp_update_context c = external_peer();
        c.local = ip_from_u32(0x0a000002);
        size_t from = 0, messages = 0;
        while (from < x.n) {
            uint8_t out[BGP_MESSAGE_MAX];
            struct wr w = wr_init(out, sizeof(out));
            size_t count = bgp_encode_update(&w, &x, from, &e);
            assert_true(count > 0);
            if (from + count < x.n) /* one byte may have been kept for a longer length */
                assert_true(wr_room(&w) <= (size_t)1 + cases[i].len / 8);
            arena_reset(&arena);
            struct bgp_update u = read_back(out, wr_len(&w), &c);
            const struct prefix *got = cases[i].family == IP_V6
                                           ? (cases[i].withdraw ? u.mp_withdrawn : u.mp_announced)
                                           : (cases[i].withdraw ? u.withdrawn : u.announced);
            assert_memory_equal(got, many + from, count * sizeof(*got));
            from += count;
            messages++;
        }
        assert_int_equal(from, x.n);
        assert_true(messages > 1);
    }
    attr_unref(table, set);
}

static void what_does_not_fit_is_refused_whole(void **state)
{
    (void)state;
    static uint8_t huge[4090];
    static struct prefix many[10];
    struct attr_draft d = { 0 };
    huge[0] = 0xe0;
    huge[1] = 200;
    huge[2] = (4090 - 4) >> 8;
    huge[3] = (4090 - 4) & 0xff;
    d.span[SPAN_UNKNOWN] = huge;
    d.head.span_len[SPAN_UNKNOWN] = sizeof(huge);
    struct attr_set *set = attr_intern(table, &d);
    struct bgp_encode_context e = external_encoding();
    for (int v6 = 0; v6 < 2; v6++) {
        make_prefixes(many, ARRAY_LEN(many), v6 ? IP_V6 : IP_V4, 24);
        struct rib_export x = {
            .family = v6 ? IP_V6 : IP_V4, .set = set, .prefixes = many, .n = ARRAY_LEN(many)
        };
        uint8_t out[2 * BGP_MESSAGE_MAX];
        struct wr w = wr_init(out, sizeof(out));
        wr_u8(&w, 1);
        assert_int_equal(bgp_encode_update(&w, &x, 0, &e), 0);
        assert_false(w.bad);
        assert_int_equal(wr_len(&w), 1);
        /* Any room that is too small leaves the writer as it was, too. */
        struct attr_set *small = intern_path(SEGMENTS("\x02\x01\0\0\0\x07"));
        for (int withdraw = 0; withdraw < 2; withdraw++) {
            x.set = withdraw ? NULL : small;
            for (size_t room = 0; room < 120; room++) {
                struct wr tiny = wr_init(out, room);
                size_t count = bgp_encode_update(&tiny, &x, 0, &e);
                assert_false(tiny.bad);
                assert_true(count > 0 ? wr_len(&tiny) > 23 : wr_len(&tiny) == 0);
            }
        }
        attr_unref(table, small);
    }
    struct rib_export x = { .family = IP_V6, .prefixes = many, .n = 1 };
    uint8_t out[BGP_MESSAGE_MAX];
    struct wr w = wr_init(out, sizeof(out));
    e.message_families = BGP_IPV4;
    assert_int_equal(bgp_encode_update(&w, &x, 0, &e), 0);
    attr_unref(table, set);
}

static void non_transitive_communities_stay_inside(void **state)
{
    (void)state;
    static const uint8_t values[] = { 0, 2, 0, 1, 0, 0, 0, 1, 0x40, 4, 0, 1, 0, 0, 0, 0 };
    static const struct prefix net = { .family = IP_V4, .len = 8, .b = { 10 } };
    struct attr_draft d = { .head = { .has = ATTR_HAS_LOCAL_PREF } };
    d.span[SPAN_EXT_COMMUNITIES] = values;
    d.head.span_len[SPAN_EXT_COMMUNITIES] = sizeof(values);
    struct attr_set *set = attr_intern(table, &d);
    struct rib_export x = { .family = IP_V4, .set = set, .prefixes = &net, .n = 1 };
    for (int external = 0; external < 2; external++) { /* [RFC 4360 6] */
        struct bgp_encode_context e = external ? external_encoding() : internal_encoding();
        struct bgp_update_context c = external ? external_peer() : internal_peer();
        c.local = ip_from_u32(0x0a000002);
        uint8_t out[BGP_MESSAGE_MAX];
        struct wr w = wr_init(out, sizeof(out));
        assert_int_equal(bgp_encode_update(&w, &x, 0, &e), 1);
        arena_reset(&arena);
        struct bgp_update u = read_back(out, wr_len(&w), &c);
        assert_int_equal(u.draft.head.span_len[SPAN_EXT_COMMUNITIES], external ? 8 : 16);
    }
    attr_unref(table, set);
}

/* A seed message, and what comes of it when bytes change. */
static void mutated_messages_are_judged_and_survive(void **state)
{
    (void)state;
    static const uint8_t attrs[] = "\x80\x0e\x1c" FRONT6
                                   "\x30\x20\x01\x0d\xb8\x00\x01" ORIGIN PATH NEXT_HOP MED PREF
                                   "\x40\x06\x00"
                                   "\xc0\x07\x08\0\x01\x11\x70\x0a\0\0\x09"
                                   "\xc0\x08\x08\0\0\0\x01\0\0\0\x09"
                                   "\x80\x09\x04\x0a\0\0\x05"
                                   "\x80\x0a\x04\0\0\0\x02"
                                   "\xc0\x10\x08\0\x02\0\x01\0\0\0\x02"
                                   "\xc0\x11\x06\x02\x01\0\x01\x11\x70"
                                   "\xc0\x20\x0c\0\0\0\x01\0\0\0\x02\0\0\0\x03"
                                   "\xe0\xc8\x01\x01";
    uint8_t seed_msg[BGP_MESSAGE_MAX];
    size_t n = make_update(seed_msg, B(NET), attrs, sizeof(attrs) - 1, B(NET "\x09\x0c\x80"));
    size_t verdicts[BGP_RESET + 1] = { 0 };
    struct rng rng = rng_init(7606);
    for (int round = 0; round < 60000; round++) {
        uint8_t msg[BGP_MESSAGE_MAX], out[BGP_MESSAGE_MAX];
        memcpy(msg, seed_msg, n);
        for (int64_t k = rng_between(&rng, 0, 3); k >= 0; k--)
            msg[rng_between(&rng, 19, (int64_t)n - 1)] = rng_chance(&rng, 500000)
                                                             ? (uint8_t)rng_u64(&rng)
                                                             : (uint8_t)rng_between(&rng, 0, 8);
        struct bgp_update_context c = round & 1 ? internal_peer() : external_peer();
        c.as4 = (round & 2) == 0;
        size_t len = rng_chance(&rng, 100000) ? (size_t)rng_between(&rng, 23, (int64_t)n) : n;
        struct bgp_update u;
        struct bgp_fault f;
        arena_reset(&arena);
        bgp_decode_update(msg, len, &c, &arena, &u, &f);
        verdicts[f.verdict]++;
        assert_true((f.verdict == BGP_FINE) == (f.id == NULL));
        assert_true(f.offset <= len);
        if (f.verdict >= BGP_WITHDRAW || (u.announced_n == 0 && u.mp_announced_n == 0))
            continue;
        /* What we tell others of it is flawless, and says the same a second time. */
        struct attr_set *set, *again;
        struct rib_export x = export_of(&u, &set);
        struct bgp_encode_context e = internal_encoding();
        c = internal_peer();
        c.local = ip_from_u32(1);
        struct wr w = wr_init(out, sizeof(out));
        if (bgp_encode_update(&w, &x, 0, &e) > 0) {
            struct bgp_update u2 = read_back(out, wr_len(&w), &c);
            struct rib_export x2 = export_of(&u2, &again);
            assert_int_equal(x2.n, x.n);
            assert_memory_equal(x2.prefixes, x.prefixes, x.n * sizeof(struct prefix));
            assert_int_equal(again->as_path_hops, set->as_path_hops);
            attr_unref(table, again);
        }
        attr_unref(table, set);
    }
    for (size_t i = 0; i < ARRAY_LEN(verdicts); i++)
        assert_true(verdicts[i] > 100);
    print_message("# fine %zu, discard %zu, withdraw %zu, family off %zu, reset %zu\n", verdicts[0],
                  verdicts[1], verdicts[2], verdicts[3], verdicts[4]);
}

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, BGP_UPDATE_ARENA_BYTES);
    table = attr_table_new(5, 1000);
    return table ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    bool leaked = attr_table_count(table) > 0;
    arena_done(&arena);
    attr_table_free(table);
    return leaked || mem_bytes(MEM_ATTR) > 0 ? -1 : 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_decoded_encodes_to_the_same),
        cmocka_unit_test(what_external_peers_are_told),
        cmocka_unit_test(a_full_segment_is_not_joined),
        cmocka_unit_test(next_hops_of_ipv6),
        cmocka_unit_test(what_depends_on_the_peer),
        cmocka_unit_test(messages_are_filled),
        cmocka_unit_test(what_does_not_fit_is_refused_whole),
        cmocka_unit_test(non_transitive_communities_stay_inside),
        cmocka_unit_test(mutated_messages_are_judged_and_survive),
    };
    return cmocka_run_group_tests_name("bgp/update_encode", tests, setup, teardown);
}
