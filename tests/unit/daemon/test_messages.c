/* daemon/messages.h: round trips, and what a process that was taken over might send. */
#include "daemon/messages_ipsec.h"

#include "../unit.h"

static struct prefix prefix(const char *s)
{
    struct prefix p;
    assert_true(prefix_parse(s, &p, NULL));
    return p;
}

static struct ip_addr addr(const char *s)
{
    struct ip_addr a;
    assert_true(ip_parse(s, &a));
    return a;
}

static struct kernel_write full_write(enum fib_op_kind kind)
{
    struct kernel_write w = { .kind = WRITE_FIB };
    w.op.kind = kind;
    w.op.id = 70001;
    w.op.prefix = prefix("2001:db8:1::/48");
    w.op.protocol = FIB_PROTOCOL;
    w.op.metric = 20;
    w.op.preferred_source = addr("2001:db8::9");
    w.op.n = FIB_PATHS_MAX;
    for (uint32_t i = 0; i < FIB_PATHS_MAX; i++) {
        if (kind == FIB_OP_GROUP_SET) {
            w.op.member[i].id = 1 + i;
            w.op.member[i].weight = i;
            continue;
        }
        w.op.path[i] = (struct fib_path){
            .next_hop = addr("2001:db8::1"), .if_index = i, .weight = 1 + i, .onlink = i & 1 };
    }
    return w;
}

static void round_trip(const char *name, const struct kernel_write *w)
{
    uint8_t bytes[WRITE_BYTES_MAX];
    struct kernel_write back;
    struct wr to = wr_init(bytes, sizeof(bytes));
    write_encode(w, &to);
    CLAIM(name, !to.bad);
    if (w->kind == WRITE_FIB)
        CLAIM(name, wr_len(&to) >= WRITE_BYTES_MIN);
    struct rd from = rd_init(bytes, wr_len(&to));
    CLAIM(name, write_decode(&from, &back) && rd_is_done(&from));
    CLAIM(name, memcmp(w, &back, sizeof(back)) == 0);
    for (size_t n = 0; n < wr_len(&to); n++) {
        from = rd_init(bytes, n);
        CLAIM(name, !write_decode(&from, &back)); /* cut anywhere it is refused */
    }
}

static void test_writes(void **state)
{
    (void)state;
    for (int kind = FIB_OP_NEXTHOP_SET; kind <= FIB_OP_ROUTE_DEL; kind++) {
        struct kernel_write w = full_write((enum fib_op_kind)kind);
        round_trip("the largest write fits and comes back", &w);
    }
    struct kernel_write small = { .kind = WRITE_FIB };
    small.op.kind = FIB_OP_NEXTHOP_DEL;
    round_trip("the smallest write", &small);
    struct kernel_write a = {
        .kind = WRITE_ADDRESS, .on = true, .interface = "eth0", .address = prefix("10.0.0.0/24") };
    round_trip("an address", &a);
    struct kernel_write f = { .kind = WRITE_FORWARDING, .on = true, .family = IP_V6 };
    round_trip("forwarding", &f);
    struct kernel_write v = { .kind = WRITE_VXLAN,
                              .on = true,
                              .interface = "vxlan0",
                              .vxlan = { .vni = 77,
                                         .remote = addr("10.100.0.4"),
                                         .local = addr("10.0.0.4"),
                                         .port = 4789,
                                         .mtu = 1450,
                                         .device = "eth0" } };
    round_trip("a VXLAN device", &v);
    struct kernel_write s = {
        .kind = WRITE_SIZES, .interface = "eth0", .mtu = 9000, .tcp_mss = 1350
    };
    round_trip("MTU and MSS of a link", &s);
}

static const struct hostile {
    const char *name;
    size_t len;
    uint8_t bytes[40];
} hostile[] = {
    { "no such kind", 1, { WRITE_KINDS } },
    { "no such operation", 2, { WRITE_FIB, 9 } },
    { "no such family", 8, { WRITE_FIB, 0, 0, 0, 0, 0, 5, 0 } },
    { "prefix longer than the address", 12, { WRITE_FIB, 0, 0, 0, 0, 0, 4, 33, 1, 2, 3, 4 } },
    { "more paths than there may be",
      17,
      { WRITE_FIB, 3, 0, 0, 0, 0, 0, 0, 0, 186, 0, 0, 0, 0, 0, 65, 0 } },
    { "a truth beyond true", 8, { WRITE_LINK, 2, 0, 0, 0, 0, 0, 0 } },
    { "a VXLAN to no such family", 16, { WRITE_VXLAN, 1, 0, 0, 1, 'v', 0, 0, 0, 77, 5 } },
    { "a VXLAN on a name that does not end", 40, { WRITE_VXLAN, 1, 0, 0, 1, 'v', 0, 0, 0, 77, 0, 0,
                                                   18, 181, 0, 0, 0, 0, 0, 33, 'a' } },
    { "NUL in a name", 9, { WRITE_LINK, 1, 0, 0, 2, 'a', 0, 0, 0 } },
    { "name longer than its field", 40, { WRITE_LINK, 1, 0, 0, 33, 'a', 'a' } },
};

static void test_hostile(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(hostile); i++) {
        struct kernel_write w;
        struct rd r = rd_init(hostile[i].bytes, hostile[i].len);
        CLAIM(hostile[i].name, !write_decode(&r, &w));
    }
}

static void test_query(void **state)
{
    (void)state;
    struct node_query q = { .kind = NODE_QUERY_BGP_TABLE,
                            .family = IP_V6,
                            .peer = addr("10.0.0.1"),
                            .prefix = prefix("2001:db8::/32"),
                            .longer_prefixes = true,
                            .source = FIB_SOURCE_COUNT,
                            .name = "a list" };
    struct node_query back;
    uint8_t bytes[256];
    struct wr w = wr_init(bytes, sizeof(bytes));
    query_encode(&q, &w);
    assert_false(w.bad);
    struct rd r = rd_init(bytes, wr_len(&w));
    CLAIM("a question comes back", query_decode(&r, &back) && memcmp(&q, &back, sizeof(q)) == 0);
    r = rd_init(bytes, wr_len(&w) + 1);
    CLAIM("bytes behind it are refused", !query_decode(&r, &back));
    bytes[0] = NODE_QUERY_INERT + 1;
    r = rd_init(bytes, wr_len(&w));
    CLAIM("no such question", !query_decode(&r, &back));
}

static void test_nat(void **state)
{
    (void)state;
    struct config_nat_rule back, rule = { .action = NAT_SOURCE,
                                          .source = prefix("10.0.0.0/8"),
                                          .not_destination = true,
                                          .destination = prefix("192.168.0.0/16"),
                                          .protocol = 17,
                                          .out_interface = "eth0",
                                          .to = addr("192.0.2.1") };
    struct nat_strings strings;
    uint8_t bytes[NAT_RULE_BYTES_MAX];
    struct wr w = wr_init(bytes, sizeof(bytes));
    nat_rule_encode(&rule, &w);
    struct rd r = rd_init(bytes, wr_len(&w));
    assert_true(nat_rule_decode(&r, &back, &strings) && rd_is_done(&r));
    CLAIM_TEXT("the interface", back.out_interface, "eth0");
    CLAIM("the rest", back.action == NAT_SOURCE && back.not_destination && !back.not_source &&
                          back.protocol == 17 && prefix_eq(&back.source, &rule.source) &&
                          ip_eq(&back.to, &rule.to));
    rule.out_interface = "an interface name that is much longer than any kernel would have it";
    w = wr_init(bytes, sizeof(bytes));
    nat_rule_encode(&rule, &w);
    CLAIM("an overlong name still fits", !w.bad);
    bytes[0] = 9;
    r = rd_init(bytes, wr_len(&w));
    CLAIM("no such action", !nat_rule_decode(&r, &back, &strings));
}

static void test_workers(void **state)
{
    (void)state;
    uint8_t bytes[64];
    const struct workers_wish wish = { .workers = ESP_WORKERS_MAX, .tunnels = 70000 };
    struct workers_wish back;
    struct wr w = wr_init(bytes, sizeof(bytes));
    wish_encode(&wish, &w);
    CLAIM("it fits its row", !w.bad && wr_len(&w) <= messages[MSG_CONF_TUNNELS].max_bytes);
    struct rd r = rd_init(bytes, wr_len(&w));
    CLAIM("a wish comes back", wish_decode(&r, &back) && back.workers == ESP_WORKERS_MAX &&
                                   !back.kernel && back.tunnels == 70000);
    bytes[0]++;
    r = rd_init(bytes, wr_len(&w));
    CLAIM("more workers than there may be", !wish_decode(&r, &back));
    const struct too_big big = { .remote = addr("2001:db8::1"), .mtu = 1280, .spi = 0x12345678 };
    struct too_big same;
    w = wr_init(bytes, sizeof(bytes));
    too_big_encode(&big, &w);
    CLAIM("it fits both rows", !w.bad && wr_len(&w) <= messages[MSG_TOO_BIG].max_bytes &&
                                   wr_len(&w) <= messages[MSG_ESP_TOO_BIG].max_bytes);
    r = rd_init(bytes, wr_len(&w));
    CLAIM("an error comes back", too_big_decode(&r, &same) && ip_eq(&same.remote, &big.remote) &&
                                     same.mtu == 1280 && same.spi == 0x12345678);
    bytes[0] = 5;
    r = rd_init(bytes, wr_len(&w));
    CLAIM("about no such family", !too_big_decode(&r, &same));
    const struct view_ike_worker strays = { .process = 9, .handed_over = 1, .taken_over = 2,
                                            .lost = 3 };
    struct view_ike_worker kept = { .worker = 4, .restarts = 5 };
    w = wr_init(bytes, sizeof(bytes));
    strays_encode(&strays, &w);
    CLAIM("they fit their row", !w.bad && wr_len(&w) <= messages[MSG_ESP_STRAYS].max_bytes);
    r = rd_init(bytes, wr_len(&w));
    CLAIM("strays come back", strays_decode(&r, &kept) && kept.process == 9 &&
                                  kept.handed_over == 1 && kept.taken_over == 2 && kept.lost == 3);
    CLAIM("and nothing else changes", kept.worker == 4 && kept.restarts == 5);
}

/* Each row of the table can be carried, and has both ends. */
static void test_table(void **state)
{
    (void)state;
    for (int i = 0; i < MSG_COUNT; i++) {
        CLAIM("it has a row", messages[i].name != NULL);
        CLAIM(messages[i].name, messages[i].sender != messages[i].receiver);
        CLAIM(messages[i].name, messages[i].max_bytes <= IPC_MESSAGE_MAX);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_writes), cmocka_unit_test(test_hostile), cmocka_unit_test(test_query),
        cmocka_unit_test(test_nat),    cmocka_unit_test(test_table), cmocka_unit_test(test_workers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
