#include "nat/nat.h"

#include "../unit.h"
#include "base/mem.h"
#include "base/rng.h"

static struct ip_addr ip(const char *s)
{
    struct ip_addr a = { 0 };
    if (s && !ip_parse(s, &a))
        fail_msg("address %s", s);
    return a;
}

static const struct nat_rule hide = { .action = NAT_ACT_MASQUERADE, .out_interface = "eth0" };

static struct nat_exit way_out(void)
{
    return (struct nat_exit){
        .rules = &hide, .n = 1, .interface = "eth0", .address = ip("203.0.113.1")
    };
}

static struct nat *table(uint32_t max)
{
    struct nat *n = nat_new(&(struct nat_params){ .hash_key = 3, .max_flows = max });
    assert_non_null(n);
    return n;
}

static struct nat_packet packet(uint8_t protocol, const char *from, uint16_t sport, const char *to,
                                uint16_t dport)
{
    return (struct nat_packet){ .source = ip(from),
                                .destination = ip(to),
                                .protocol = protocol,
                                .source_port = sport,
                                .destination_port = dport };
}

static bool is(const struct ip_addr *a, const char *s)
{
    struct ip_addr b = ip(s);
    return ip_eq(a, &b);
}

static enum nat_verdict through(struct nat *n, ns_t now, struct nat_packet *p)
{
    struct nat_exit at = way_out();
    enum nat_verdict in = nat_in(n, now, p);
    return in == NAT_DROP ? in : nat_out(n, now, p, &at);
}

static void out_and_back(void **state)
{
    (void)state;
    struct nat *n = table(100);
    struct nat_packet p = packet(NAT_UDP, "10.0.0.4", 5000, "8.8.8.8", 53);
    assert_int_equal(through(n, 0, &p), NAT_TRANSLATED);
    assert_true(is(&p.source, "203.0.113.1") && p.source_port == 5000);
    struct nat_packet back = packet(NAT_UDP, "8.8.8.8", 53, "203.0.113.1", 5000);
    assert_int_equal(nat_in(n, 1, &back), NAT_TRANSLATED);
    assert_true(is(&back.destination, "10.0.0.4") && back.destination_port == 5000);
    struct nat_exit at = { .rules = &hide, .n = 1, .interface = "eth0", .address = ip("9.9.9.9") };
    assert_int_equal(nat_out(n, 1, &back, &at), NAT_PASS); /* an answer is not translated again */
    struct nat_packet other = packet(NAT_UDP, "8.8.4.4", 53, "203.0.113.1", 5000);
    assert_int_equal(nat_in(n, 1, &other), NAT_PASS);
    assert_true(is(&other.destination, "203.0.113.1"));
    nat_free(n);
}

static void two_clients_with_one_port_get_two(void **state)
{
    (void)state;
    struct nat *n = table(100);
    struct nat_packet a = packet(NAT_TCP, "10.0.0.4", 5000, "8.8.8.8", 443);
    struct nat_packet b = packet(NAT_TCP, "10.0.0.5", 5000, "8.8.8.8", 443);
    struct nat_packet c = packet(NAT_TCP, "10.0.0.5", 5000, "8.8.4.4", 443);
    assert_int_equal(through(n, 0, &a), NAT_TRANSLATED);
    assert_int_equal(through(n, 0, &b), NAT_TRANSLATED);
    assert_int_equal(through(n, 0, &c), NAT_TRANSLATED);
    assert_int_equal(a.source_port, 5000);
    assert_int_not_equal(b.source_port, 5000);
    assert_true(b.source_port >= 1024);
    assert_int_equal(c.source_port, 5000); /* another destination: the port is free there */
    struct nat_packet back = packet(NAT_TCP, "8.8.8.8", 443, "203.0.113.1", b.source_port);
    assert_int_equal(nat_in(n, 1, &back), NAT_TRANSLATED);
    assert_true(is(&back.destination, "10.0.0.5") && back.destination_port == 5000);
    nat_free(n);
}

static void echoes_keep_one_id_both_ways(void **state)
{
    (void)state;
    struct nat *n = table(100);
    struct nat_packet a = packet(NAT_ICMP, "10.0.0.4", 7, "8.8.8.8", 7);
    struct nat_packet b = packet(NAT_ICMP, "10.0.0.5", 7, "8.8.8.8", 7);
    assert_int_equal(through(n, 0, &a), NAT_TRANSLATED);
    assert_int_equal(through(n, 0, &b), NAT_TRANSLATED);
    assert_int_equal(a.source_port, 7);
    assert_int_not_equal(b.source_port, 7);
    assert_int_equal(b.source_port, b.destination_port);
    struct nat_packet back =
        packet(NAT_ICMP, "8.8.8.8", b.source_port, "203.0.113.1", b.source_port);
    assert_int_equal(nat_in(n, 1, &back), NAT_TRANSLATED);
    assert_true(is(&back.destination, "10.0.0.5"));
    assert_true(back.source_port == 7 && back.destination_port == 7);
    nat_free(n);
}

static void an_answer_to_the_outside_keeps_its_source(void **state)
{
    (void)state;
    struct nat *n = table(100);
    static const struct nat_rule none = { .action = NAT_ACT_EXEMPT, .out_interface = "eth1" };
    struct nat_exit inside = { .rules = &none, .n = 1, .interface = "eth1" };
    struct nat_packet p = packet(NAT_TCP, "8.8.8.8", 9000, "10.0.0.4", 80);
    assert_int_equal(nat_in(n, 0, &p), NAT_PASS);
    assert_int_equal(nat_out(n, 0, &p, &inside), NAT_PASS);
    struct nat_packet back = packet(NAT_TCP, "10.0.0.4", 80, "8.8.8.8", 9000);
    assert_int_equal(through(n, 1, &back), NAT_PASS);
    assert_true(is(&back.source, "10.0.0.4"));
    nat_free(n);
}

static void errors_about_a_flow_find_the_client(void **state)
{
    (void)state;
    struct nat *n = table(100);
    struct nat_packet p = packet(NAT_UDP, "10.0.0.4", 33434, "8.8.8.8", 33434);
    assert_int_equal(through(n, 0, &p), NAT_TRANSLATED);
    struct nat_packet inner = packet(NAT_UDP, "203.0.113.1", 33434, "8.8.8.8", 33434);
    struct ip_addr to = ip("203.0.113.1");
    assert_int_equal(nat_error_in(n, &inner, &to), NAT_TRANSLATED);
    assert_true(is(&to, "10.0.0.4") && is(&inner.source, "10.0.0.4"));
    inner = packet(NAT_UDP, "203.0.113.1", 33435, "8.8.8.8", 33434);
    assert_int_equal(nat_error_in(n, &inner, &to), NAT_PASS);
    nat_free(n);
}

static void flows_expire_as_in_linux(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint8_t protocol;
        bool answer, fin, rst;
        int64_t seconds;
    } lives[] = {
        { "UDP that nobody answered", NAT_UDP, false, false, false, 30 },
        { "UDP with answers", NAT_UDP, true, false, false, 120 },
        { "TCP that nobody answered", NAT_TCP, false, false, false, 120 },
        { "TCP established", NAT_TCP, true, false, false, 432000 },
        { "TCP closing", NAT_TCP, true, true, false, 120 },
        { "TCP reset", NAT_TCP, true, false, true, 10 },
        { "ICMP echo", NAT_ICMP, true, false, false, 30 },
        { "GRE", 47, true, false, false, 600 },
    };
    for (size_t i = 0; i < ARRAY_LEN(lives); i++) {
        struct nat *n = table(100);
        struct nat_packet p = packet(lives[i].protocol, "10.0.0.4", 5, "8.8.8.8", 5);
        assert_int_equal(through(n, 0, &p), NAT_TRANSLATED);
        struct nat_packet back = packet(lives[i].protocol, "8.8.8.8", 5, "203.0.113.1", 5);
        back.fin = lives[i].fin;
        back.rst = lives[i].rst;
        if (lives[i].answer)
            assert_int_equal(nat_in(n, 0, &back), NAT_TRANSLATED);
        CLAIM(lives[i].name, nat_deadline(n) == lives[i].seconds * NS_PER_S);
        nat_advance(n, lives[i].seconds * NS_PER_S - 1);
        CLAIM(lives[i].name, nat_flows(n) == 1);
        nat_advance(n, lives[i].seconds * NS_PER_S);
        CLAIM(lives[i].name, nat_flows(n) == 0);
        nat_free(n);
    }
}

static void at_the_limit_new_flows_are_dropped_and_counted(void **state)
{
    (void)state;
    struct nat *n = table(2);
    for (uint16_t i = 1; i <= 3; i++) {
        struct nat_packet p = packet(NAT_UDP, "10.0.0.4", i, "8.8.8.8", 53);
        assert_int_equal(through(n, 0, &p), i <= 2 ? NAT_TRANSLATED : NAT_DROP);
    }
    assert_int_equal(nat_counters(n).table_full, 1);
    struct nat_packet p = packet(NAT_UDP, "10.0.0.4", 1, "8.8.8.8", 53);
    assert_int_equal(through(n, 1, &p), NAT_TRANSLATED); /* a known flow goes on */
    p = packet(NAT_UDP, "10.0.0.4", 3, "8.8.8.8", 53);
    assert_int_equal(through(n, 31 * NS_PER_S, &p), NAT_TRANSLATED);
    nat_free(n);
}

static void protocols_without_ports_have_one_flow_a_pair(void **state)
{
    (void)state;
    struct nat *n = table(10);
    struct nat_packet a = packet(47, "10.0.0.4", 0, "8.8.8.8", 0);
    struct nat_packet b = packet(47, "10.0.0.5", 0, "8.8.8.8", 0);
    assert_int_equal(through(n, 0, &a), NAT_TRANSLATED);
    assert_int_equal(through(n, 0, &b), NAT_DROP);
    assert_int_equal(nat_counters(n).no_port, 1);
    nat_free(n);
}

/* Whatever goes out comes back to whoever sent it. */
static void random_flows_come_home(void **state)
{
    (void)state;
    struct rng rng = rng_init(11);
    struct nat *n = table(20000);
    for (int i = 0; i < 20000; i++) {
        struct nat_packet p = {
            .source = ip_from_u32(0x0a000000u + (uint32_t)rng_between(&rng, 1, 40)),
            .destination = ip_from_u32(0x08080800u + (uint32_t)rng_between(&rng, 1, 4)),
            .protocol = rng_chance(&rng, 500000) ? NAT_UDP : NAT_TCP,
            .source_port = (uint16_t)rng_between(&rng, 1020, 1060),
            .destination_port = 53
        };
        struct nat_packet sent = p;
        ns_t now = (ns_t)i * NS_PER_MS;
        if (through(n, now, &p) == NAT_DROP)
            continue;
        struct nat_packet back = { .source = p.destination,
                                   .destination = p.source,
                                   .protocol = p.protocol,
                                   .source_port = p.destination_port,
                                   .destination_port = p.source_port };
        assert_int_equal(nat_in(n, now, &back), NAT_TRANSLATED);
        assert_true(ip_eq(&back.destination, &sent.source));
        assert_int_equal(back.destination_port, sent.source_port);
    }
    assert_int_equal(nat_counters(n).table_full, 0);
    nat_free(n);
}

static void memory_may_fail(void **state)
{
    (void)state;
    for (uint64_t at = 1; at < 12; at++) {
        size_t before = mem_bytes(MEM_FIB);
        mem_fail_at(at);
        struct nat *n = nat_new(&(struct nat_params){ .max_flows = 1000 });
        for (uint16_t i = 1; n && i <= 300; i++) {
            struct nat_packet p = packet(NAT_UDP, "10.0.0.4", i, "8.8.8.8", 53);
            (void)through(n, 0, &p);
        }
        mem_fail_at(0);
        nat_free(n);
        assert_int_equal(mem_bytes(MEM_FIB), before);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(out_and_back),
        cmocka_unit_test(two_clients_with_one_port_get_two),
        cmocka_unit_test(echoes_keep_one_id_both_ways),
        cmocka_unit_test(an_answer_to_the_outside_keeps_its_source),
        cmocka_unit_test(errors_about_a_flow_find_the_client),
        cmocka_unit_test(flows_expire_as_in_linux),
        cmocka_unit_test(at_the_limit_new_flows_are_dropped_and_counted),
        cmocka_unit_test(protocols_without_ports_have_one_flow_a_pair),
        cmocka_unit_test(random_flows_come_home),
        cmocka_unit_test(memory_may_fail),
    };
    return cmocka_run_group_tests_name("nat/table", tests, NULL, NULL);
}
