/* What lies between two routers: TTL over hops, TCP-MD5, MTU with and without ICMP. Two speakers A
 * and B with routers in between that only forward. LOGS=1 prints what they log. */
#include "routers.h"

enum { MIDDLES_MAX = 3, PREFIXES = 400, SPEAKER_TEXT = 65536 };

struct paths_case {
    const char *name;
    int middles;             /* routers in between, 1.. */
    int ttl_a, ttl_b;        /* ebgp-multihop; 0: not said */
    const char *password_a, *password_b;
    uint32_t mtu;            /* of the second link: the ends' own links have 1500 */
    bool no_icmp;
    bool up, routes;         /* what becomes of it */
    bool ttl_expires, too_big, flaps;
};

static const struct paths_case cases[] = {
    { .name = "a TTL of 2 passes one router", .middles = 1, .ttl_a = 2, .ttl_b = 2, .up = true,
      .routes = true },
    { .name = "a TTL of 2 does not pass two", .middles = 2, .ttl_a = 2, .ttl_b = 2,
      .ttl_expires = true },
    { .name = "a TTL of 3 passes two routers", .middles = 2, .ttl_a = 3, .ttl_b = 3, .up = true,
      .routes = true },
    { .name = "without ebgp-multihop packets die at the first router", .middles = 1,
      .ttl_expires = true },
    { .name = "equal passwords", .middles = 1, .ttl_a = 9, .ttl_b = 9, .password_a = "secret",
      .password_b = "secret", .up = true, .routes = true },
    { .name = "different passwords", .middles = 1, .ttl_a = 9, .ttl_b = 9, .password_a = "secret",
      .password_b = "Secret" },
    { .name = "a password on one side", .middles = 1, .ttl_a = 9, .ttl_b = 9,
      .password_a = "secret" },
    { .name = "a small MTU at one end is in its MSS", .middles = 1, .ttl_a = 9, .ttl_b = 9,
      .mtu = 600, .up = true, .routes = true },
    { .name = "a small MTU is found by ICMP", .middles = 2, .ttl_a = 9, .ttl_b = 9, .mtu = 600,
      .up = true, .routes = true, .too_big = true },
    { .name = "an MTU black hole lets the session flap", .middles = 2, .ttl_a = 9, .ttl_b = 9,
      .mtu = 600, .no_icmp = true, .too_big = true, .flaps = true },
};

static char *speaker(const char *name, int as, const char *peer, int peer_as, int ttl,
                     const char *password, const char *gateway)
{
    static char text[SPEAKER_TEXT];
    size_t n = (size_t)snprintf(text, sizeof(text),
                                "frr version 8.5\nfrr defaults traditional\nhostname %s\n"
                                "ip route 10.0.0.0/8 %s\nrouter bgp %d\n bgp router-id 1.1.1.%d\n"
                                " no bgp ebgp-requires-policy\n no bgp network import-check\n"
                                " timers bgp 3 9\n neighbor %s remote-as %d\n"
                                " neighbor %s timers connect 10\n",
                                name, gateway, as, as - 65000, peer, peer_as, peer);
    if (ttl)
        n += (size_t)snprintf(text + n, sizeof(text) - n, " neighbor %s ebgp-multihop %d\n", peer,
                              ttl);
    if (password)
        n += (size_t)snprintf(text + n, sizeof(text) - n, " neighbor %s password %s\n", peer,
                              password);
    n += (size_t)snprintf(text + n, sizeof(text) - n, " address-family ipv4 unicast\n");
    for (int i = 0; i < PREFIXES && as == 65001; i++)
        n += (size_t)snprintf(text + n, sizeof(text) - n, "  network 172.%d.%d.0/24\n",
                              16 + i / 200, i % 200);
    snprintf(text + n, sizeof(text) - n, " exit-address-family\n");
    return text;
}

static struct sim_host *add(struct routers *r, const char *name, const char *text)
{
    struct diag_list diags = { 0 };
    struct sim_host *h = sim_world_host(&r->world, name, 1, routers_config(text), &diags);
    assert_non_null(h);
    diag_list_done(&diags);
    if (getenv("LOGS"))
        h->log = routers_log;
    return h;
}

struct seen {
    struct view_sink sink;
    unsigned routes, drops;
};

static bool seen_emit(struct view_sink *sink, const struct view *v, const void *record)
{
    struct seen *s = container_of(sink, struct seen, sink);
    s->routes += v == &view_bgp_route;
    if (v == &view_bgp_neighbor)
        s->drops += ((const struct view_bgp_neighbor *)record)->dropped_count;
    return true;
}

static void run_case(const struct paths_case *c)
{
    static struct routers r;
    memset(&r, 0, sizeof(r));
    r.seed = 1;
    r.n = 2;
    sim_world_init(&r.world, r.seed);
    int links = c->middles + 1;
    char last[32], gateway_b[32];
    snprintf(last, sizeof(last), "10.%d.0.2", links - 1);
    snprintf(gateway_b, sizeof(gateway_b), "10.%d.0.1", links - 1);
    r.host[0] = add(&r, "a", speaker("a", 65001, last, 65002, c->ttl_a, c->password_a, "10.0.0.2"));
    r.host[1] = add(&r, "b",
                    speaker("b", 65002, "10.0.0.1", 65001, c->ttl_b, c->password_b, gateway_b));
    struct sim_host *middle[MIDDLES_MAX];
    for (int i = 0; i < c->middles; i++) {
        char text[512]; /* a line: what is not mine goes left or right */
        size_t n = (size_t)snprintf(text, sizeof(text), "frr version 8.5\nhostname m%d\n", i);
        for (int k = 0; k < links; k++)
            if (k < i || k > i + 1)
                n += (size_t)snprintf(text + n, sizeof(text) - n,
                                      "ip route 10.%d.0.0/30 10.%d.0.%d\n", k, k < i ? i : i + 1,
                                      k < i ? 1 : 2);
        middle[i] = add(&r, "m", text);
        middle[i]->no_icmp = c->no_icmp;
    }
    for (int k = 0; k < links; k++) {
        struct sim_link_params params = { .latency = NS_PER_MS,
                                          .mtu = k == 1 ? c->mtu : 0 };
        struct sim_link *l = sim_world_link(&r.world, &params);
        char name[16], address[32];
        snprintf(name, sizeof(name), "eth%d", k);
        for (int end = 0; end < 2; end++) {
            snprintf(address, sizeof(address), "10.%d.0.%d/30", k, end + 1);
            struct prefix p = routers_prefix(address);
            struct sim_host *h = end == 0 ? (k == 0 ? r.host[0] : middle[k - 1])
                                          : (k == links - 1 ? r.host[1] : middle[k]);
            sim_host_attach(h, name, l, &p);
        }
    }
    sim_world_start(&r.world);
    routers_run(&r, 60);
    uint64_t expired = 0, too_big = 0;
    for (int i = 0; i < c->middles; i++) {
        expired += middle[i]->ttl_expired;
        too_big += middle[i]->too_big;
    }
    struct seen seen = { .sink = { .emit = seen_emit } };
    struct node_query table = { .kind = NODE_QUERY_BGP_TABLE, .family = IP_V4 };
    struct node_query peers = { .kind = NODE_QUERY_BGP_SUMMARY, .family = IP_V4 };
    assert_int_equal(node_query(r.host[1]->node, r.world.clock.now, &table, &seen.sink), 0);
    assert_int_equal(node_query(r.host[1]->node, r.world.clock.now, &peers, &seen.sink), 0);
    CLAIM(c->name, c->flaps || (routers_established(&r) == 2) == c->up);
    CLAIM(c->name, seen.routes == (c->routes ? (unsigned)PREFIXES : 0));
    CLAIM(c->name, (expired > 0) == c->ttl_expires);
    CLAIM(c->name, (too_big > 0) == c->too_big);
    CLAIM(c->name, (seen.drops > 0) == c->flaps);
    routers_done(&r);
}

static void what_lies_in_between(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        run_case(&cases[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(what_lies_in_between) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
