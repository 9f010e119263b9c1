/* UPDATEs as a peer can send them, from bytes to tables: a peer of the test's own making. */

#include "../unit.h"

#include "bgp/wire.h"
#include "pair.h"

/* Our node is 10.0.0.1 and 2001:db8::1 in AS 65001; the peer is 10.0.0.2 or 2001:db8::2, AS 65002.
 * One session carries both families. */
static const char conf[] = "frr version 8.5\nrouter bgp 65001\n bgp router-id 10.255.0.1\n"
                           " no bgp ebgp-requires-policy\n neighbor %s remote-as 65002\n"
                           " neighbor %s passive\n"
                           " address-family ipv4 unicast\n  neighbor %s activate\n"
                           " exit-address-family\n"
                           " address-family ipv6 unicast\n  neighbor %s activate\n"
                           " exit-address-family\n";

struct raw_peer {
    struct pair p;
    uint32_t conn;
    uint8_t said[64]; /* the first bytes of what the node said last */
    size_t said_n;
};

static void drain(struct raw_peer *r)
{
    const uint8_t *bytes;
    size_t n;
    for (int i = 0; i < 100; i++) {
        pair_act(&r->p, 0);
        while ((n = node_tcp_output(r->p.node[0], r->p.now, r->conn, &bytes)) > 0) {
            r->said_n = MIN(n, sizeof(r->said));
            memcpy(r->said, bytes, r->said_n);
            node_tcp_sent(r->p.node[0], r->p.now, r->conn, n);
        }
        if (node_deadline(r->p.node[0]) <= r->p.now)
            node_advance(r->p.node[0], r->p.now);
    }
}

static void say(struct raw_peer *r, const uint8_t *bytes, size_t n)
{
    node_tcp_received(r->p.node[0], r->p.now, r->conn, bytes, n);
    drain(r);
}

static void meet(struct raw_peer *r, const char *address, uint32_t shards)
{
    char text[1024];
    memset(r, 0, sizeof(*r));
    snprintf(text, sizeof(text), conf, address, address, address, address);
    pair_add(&r->p, text, shards);
    node_kernel_synced(r->p.node[0], r->p.now);
    drain(r);
    struct node_endpoints ends = { .local_port = 179, .remote_port = 40000, .if_index = 2 };
    assert_true(ip_parse(address, &ends.remote));
    ends.local = ends.remote.family == IP_V6 ? r->p.address6[0] : r->p.address[0];
    r->conn = node_tcp_accepted(r->p.node[0], r->p.now, &ends);
    assert_true(r->conn != 0);
    struct bgp_open open = { .version = 4,
                             .as = 65002,
                             .hold_time = 90,
                             .router_id = 0x0aff0002,
                             .caps = { .families = BGP_IPV4 | BGP_IPV6, .as4 = true } };
    uint8_t room[256];
    struct wr w = wr_init(room, sizeof(room));
    bgp_encode_open(&w, &open);
    bgp_encode_keepalive(&w);
    assert_false(w.bad);
    say(r, room, wr_len(&w));
}

static void part(struct raw_peer *r)
{
    pair_done(&r->p);
}

#define B(s) (const uint8_t *)(s), sizeof(s) - 1
#define ORIGIN "\x40\x01\x01\x00"
#define PATH "\x40\x02\x06\x02\x01\x00\x00\xfd\xea"
#define NEXT_HOP "\x40\x03\x04\x0a\x00\x00\x02"
#define NET "\x18\x0a\x01\x02" /* 10.1.2.0/24 */
/* 2001:db8:1::/48 by way of 2001:db8::2 */
#define REACH6                                                                                     \
    "\x80\x0e\x1c\x00\x02\x01\x10\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x02\x00\x30\x20\x01\x0d"   \
    "\xb8\x00\x01"
#define UNREACH4 "\x80\x0f\x07\x00\x01\x01\x18\x0a\x01\x02"
#define UNREACH4_BAD "\x80\x0f\x09\x00\x01\x01\x21\x0a\0\0\0\0"
#define UNREACH6_BAD "\x80\x0f\x04\x00\x02\x01\x81"
#define REACH6_BAD "\x80\x0e\x0a\x00\x02\x01\x04\x0a\x00\x00\x02\x00\x00"

static void update(struct raw_peer *r, const uint8_t *attrs, size_t an, const uint8_t *nlri,
                   size_t nn)
{
    uint8_t msg[512];
    struct wr w = wr_init(msg, sizeof(msg));
    size_t mark = bgp_begin(&w, BGP_UPDATE);
    wr_u16(&w, 0);
    wr_u16(&w, (uint16_t)an);
    wr_bytes(&w, attrs, an);
    wr_bytes(&w, nlri, nn);
    bgp_end(&w, mark);
    assert_false(w.bad);
    say(r, msg, wr_len(&w));
}

struct family_count {
    struct view_sink sink;
    bool established;
    uint32_t accepted;
};

static bool count_emit(struct view_sink *sink, const struct view *v, const void *record)
{
    struct family_count *c = container_of(sink, struct family_count, sink);
    const struct view_bgp_neighbor *n = record;
    if (v == &view_bgp_neighbor) {
        c->established = n->established;
        c->accepted = n->prefixes_accepted;
    }
    return true;
}

static struct family_count count(struct raw_peer *r, uint8_t family)
{
    struct family_count c = { .sink = { .emit = count_emit } };
    struct node_query q = { .kind = NODE_QUERY_BGP_SUMMARY, .family = family };
    assert_int_equal(node_query(r->p.node[0], r->p.now, &q, &c.sink), 0);
    return c;
}

/* What one UPDATE does to a session that carries a good route of each family. */
static void faults_of_one_family(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const uint8_t *attrs;
        size_t attrs_n;
        const uint8_t *nlri;
        size_t nlri_n;
        bool stays;
        uint32_t left4, left6; /* routes afterwards */
    } cases[] = {
        { "nothing wrong", B(REACH6 ORIGIN PATH NEXT_HOP), B(NET), true, 1, 1 },
        { "[RFC 7606 2] families mixed in one UPDATE are withdrawn together",
          B(REACH6 UNREACH4 ORIGIN PATH NEXT_HOP "\x80\x04\x03\0\0\0"), B(""), true, 0, 0 },
        { "[RFC 4760 7] the IPv6 part is broken: IPv4 goes on", B(UNREACH6_BAD), B(""), true, 1,
          0 },
        { "[RFC 4760 7] the IPv4 part is broken: IPv6 goes on", B(UNREACH4_BAD), B(""), true, 0,
          1 },
        { "[RFC 4760 7] the IPv4 part is broken beside a good IPv6 one",
          B(REACH6 UNREACH4_BAD ORIGIN PATH), B(""), true, 0, 1 },
        { "[RFC 4760 7] IPv4 routes of the UPDATE that breaks IPv4 do not count",
          B(UNREACH4_BAD ORIGIN PATH NEXT_HOP), B("\x18\x0a\x01\x03"), true, 0, 1 },
        { "[RFC 4760 7] IPv6 routes of the UPDATE that breaks IPv6 do not count",
          B(REACH6 UNREACH6_BAD ORIGIN PATH), B(""), true, 1, 0 },
        { "[RFC 7606 7.11] both are broken: the session ends",
          B(REACH6_BAD UNREACH4_BAD ORIGIN PATH), B(""), false, 0, 0 },
        { "[RFC 7606 7.3] NEXT_HOP of three bytes: withdrawn",
          B(ORIGIN PATH "\x40\x03\x03\x0a\x00\x00"), B(NET), true, 0, 1 },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        for (uint32_t shards = 1; shards <= 4; shards += 3) {
            static struct raw_peer r;
            meet(&r, "10.0.0.2", shards);
            update(&r, B(REACH6 ORIGIN PATH NEXT_HOP), B(NET));
            CLAIM(cases[i].name, count(&r, IP_V4).accepted == 1);
            CLAIM(cases[i].name, count(&r, IP_V6).accepted == 1);
            update(&r, cases[i].attrs, cases[i].attrs_n, cases[i].nlri, cases[i].nlri_n);
            CLAIM(cases[i].name, count(&r, IP_V4).established == cases[i].stays);
            CLAIM(cases[i].name, count(&r, IP_V4).accepted == cases[i].left4);
            CLAIM(cases[i].name, count(&r, IP_V6).accepted == cases[i].left6);
            part(&r);
        }
    }
}

/* A family that was switched off stays off for the session: RFC 4760 7. */
static void a_family_that_is_off_stays_off(void **state)
{
    (void)state;
    static struct raw_peer r;
    meet(&r, "10.0.0.2", 1);
    update(&r, B(UNREACH6_BAD), B(""));
    update(&r, B(REACH6 ORIGIN PATH NEXT_HOP), B(NET));
    assert_int_equal(count(&r, IP_V6).accepted, 0); /* [RFC 4760 7] ignored from then on */
    assert_int_equal(count(&r, IP_V4).accepted, 1);
    assert_true(count(&r, IP_V4).established);
    part(&r);
}

/* A next hop that is link-local alone is the peer's own: FRR sends so where it has no other. */
static void a_link_local_next_hop_alone_is_the_peer(void **state)
{
    (void)state;
#define LINK "\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\x02"
#define ZERO "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define NET6 "\x00\x30\x20\x01\x0d\xb8\x00\x01"
    static const struct {
        const char *name;
        const uint8_t *attrs;
        size_t n;
    } cases[] = {
        { "16 bytes", B("\x80\x0e\x1c\x00\x02\x01\x10" LINK NET6 ORIGIN PATH) },
        { "after ::", B("\x80\x0e\x2c\x00\x02\x01\x20" ZERO LINK NET6 ORIGIN PATH) },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        static struct raw_peer r;
        struct pair_table t;
        print_message("# %s\n", cases[i].name);
        meet(&r, "2001:db8::2", 1);
        update(&r, cases[i].attrs, cases[i].n, B(""));
        assert_string_equal(pair_show6(&r.p, 0, &t, NODE_QUERY_BGP_TABLE),
                            ">2001:db8:1::/48 2001:db8::2 ll w0 [65002]\n");
        assert_true(ip_is_link_local(&r.p.last_path[0].next_hop));
        part(&r);
    }
}

static void reconfigure(struct raw_peer *r, const char *text)
{
    struct diag_list diags = { 0 };
    struct config *c = pair_config(text, &diags);
    assert_non_null(c);
    assert_true(node_configure(r->p.node[0], r->p.now, c, &diags));
    diag_list_done(&diags);
    drain(r);
}

/* What the node's last words are when it ends a session of its own accord: Cease, and why. */
static void the_last_words_say_why(void **state)
{
    (void)state;
    enum { SHUTDOWN, GONE, CLEARED, TIMERS, LIMIT, STOP };
    static const struct {
        const char *name;
        int how;
        uint8_t subcode;
        const uint8_t *data;
        size_t n;
    } cases[] = {
        { "[RFC 4486 4] neighbor shutdown", SHUTDOWN, 2, B("") },
        { "[RFC 4486 4] the neighbor's lines are gone", GONE, 3, B("") },
        { "[RFC 4486 4] clear bgp", CLEARED, 4, B("") },
        { "[RFC 4486 4] other timers", TIMERS, 6, B("") },
        { "[RFC 4486 4] too many prefixes: family and limit", LIMIT, 1, B("\0\x01\x01\0\0\0\x01") },
        { "[RFC 4486 4] the daemon ends", STOP, 2, B("") },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        static struct raw_peer r;
        char text[1024];
        struct ip_addr all = { 0 };
        meet(&r, "10.0.0.2", 1);
        size_t n = (size_t)snprintf(text, sizeof(text), conf, "10.0.0.2", "10.0.0.2", "10.0.0.2",
                                    "10.0.0.2");
        switch (cases[i].how) {
        case SHUTDOWN:
            snprintf(text + n, sizeof(text) - n, " neighbor 10.0.0.2 shutdown\n");
            reconfigure(&r, text);
            break;
        case GONE:
            reconfigure(&r, "frr version 8.5\nrouter bgp 65001\n bgp router-id 10.255.0.1\n");
            break;
        case CLEARED:
            assert_int_equal(node_clear(r.p.node[0], r.p.now, &all, IP_NONE, NODE_CLEAR_HARD), 0);
            break;
        case TIMERS:
            snprintf(text + n, sizeof(text) - n, " neighbor 10.0.0.2 timers 3 9\n");
            reconfigure(&r, text);
            break;
        case LIMIT:
            snprintf(text + n, sizeof(text) - n,
                     " address-family ipv4 unicast\n  neighbor 10.0.0.2 maximum-prefix 1\n");
            reconfigure(&r, text);
            CLAIM(cases[i].name, count(&r, IP_V4).established); /* the limit alone ends nothing */
            update(&r, B(ORIGIN PATH NEXT_HOP), B(NET "\x18\x0a\x01\x03"));
            break;
        case STOP:
            node_shutdown(r.p.node[0], r.p.now);
            break;
        default:
            fail();
        }
        drain(&r);
        CLAIM(cases[i].name, r.said_n == 21 + cases[i].n && r.said[18] == BGP_NOTIFICATION);
        CLAIM(cases[i].name, r.said[19] == BGP_ERR_CEASE && r.said[20] == cases[i].subcode);
        CLAIM(cases[i].name, memcmp(r.said + 21, cases[i].data, cases[i].n) == 0);
        part(&r);
    }
}

/* [RFC 8212 3] An external session without a policy exchanges nothing, in either direction. */
static void an_external_peer_needs_a_policy(void **state)
{
    (void)state;
    static const struct {
        const char *name, *version, *lines;
        bool in, out;
    } cases[] = {
        { "[RFC 8212 3] no policy", "frr version 8.5", "", false, false },
        { "[RFC 8212 3] one inward", "frr version 8.5", "  neighbor 10.0.0.2 prefix-list ALL in\n",
          true, false },
        { "[RFC 8212 3] one outward", "frr version 8.5",
          "  neighbor 10.0.0.2 prefix-list ALL out\n", false, true },
        { "FRR before 7.4 does not ask", "frr version 7.2", "", true, true },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char a[1024];
        struct pair p = { 0 };
        struct pair_table t;
        snprintf(a, sizeof(a),
                 "%s\nip route 192.0.2.0/24 Null0\nip prefix-list ALL seq 5 permit any\n"
                 "router bgp 65001\n neighbor 10.0.0.2 remote-as 65002\n"
                 " address-family ipv4 unicast\n  network 192.0.2.0/24\n%s",
                 cases[i].version, cases[i].lines);
        pair_add(&p, a, 1);
        pair_add(&p,
                 "frr version 8.5\nip route 198.51.100.0/24 Null0\nrouter bgp 65002\n"
                 " no bgp ebgp-requires-policy\n neighbor 10.0.0.1 remote-as 65001\n"
                 " address-family ipv4 unicast\n  network 198.51.100.0/24\n",
                 1);
        for (int k = 0; k < 2; k++)
            node_kernel_synced(p.node[k], p.now);
        pair_run(&p, 30);
        pair_show(&p, 0, &t, NODE_QUERY_BGP_TABLE, NULL);
        CLAIM(cases[i].name, (strstr(t.text, ">198.51.100.0/24") != NULL) == cases[i].in);
        pair_show(&p, 1, &t, NODE_QUERY_BGP_TABLE, NULL);
        CLAIM(cases[i].name, (strstr(t.text, ">192.0.2.0/24") != NULL) == cases[i].out);
        pair_done(&p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(faults_of_one_family),
        cmocka_unit_test(a_family_that_is_off_stays_off),
        cmocka_unit_test(a_link_local_next_hop_alone_is_the_peer),
        cmocka_unit_test(the_last_words_say_why),
        cmocka_unit_test(an_external_peer_needs_a_policy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
