#include "nat/nat.h"

#include "../unit.h"

static struct prefix px(const char *s)
{
    struct prefix p = { 0 };
    if (s && !prefix_parse(s, &p, NULL))
        fail_msg("prefix %s", s);
    return p;
}

static struct ip_addr ip(const char *s)
{
    struct ip_addr a = { 0 };
    if (s && !ip_parse(s, &a))
        fail_msg("address %s", s);
    return a;
}

/* Reference network S2.2, its five iptables lines. */
static uint32_t s2_rules(struct nat_rule rules[5])
{
    const char *exempt[] = { "168.63.129.16/32", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16" };
    for (size_t i = 0; i < 4; i++)
        rules[i] = (struct nat_rule){ .action = NAT_ACT_EXEMPT, .destination = px(exempt[i]) };
    rules[4] = (struct nat_rule){ .action = NAT_ACT_MASQUERADE,
                                  .source = px("10.100.0.10/32"),
                                  .not_source = true,
                                  .out_interface = "eth0" };
    return 5;
}

struct match_case {
    const char *name, *from, *to, *out;
    int want; /* the rule; -1: none */
};

static const struct match_case cases[] = {
    { "a client goes out translated", "10.0.0.4", "8.8.8.8", "eth0", 4 },
    { "the platform's address is exempt", "10.0.0.4", "168.63.129.16", "eth0", 0 },
    { "its neighbour is not", "10.0.0.4", "168.63.129.17", "eth0", 4 },
    { "10/8 is exempt", "10.0.0.4", "10.200.0.1", "eth0", 1 },
    { "the last of 172.16/12 is exempt", "10.0.0.4", "172.31.255.255", "eth0", 2 },
    { "the first behind 172.16/12 is not", "10.0.0.4", "172.32.0.0", "eth0", 4 },
    { "192.168/16 is exempt", "10.0.0.4", "192.168.0.1", "eth0", 3 },
    { "own packets need no translation", "10.100.0.10", "8.8.8.8", "eth0", -1 },
    { "another interface is not ours to hide behind", "10.0.0.4", "8.8.8.8", "eth1", -1 },
    { "exemption does not look at the interface", "10.0.0.4", "10.1.1.1", "eth1", 1 },
    { "IPv6 meets no IPv4 rule", "2001:db8::1", "2001:db8::2", "eth0", -1 },
};

static void s2_rules_decide_in_order(void **state)
{
    (void)state;
    struct nat_rule rules[5];
    uint32_t n = s2_rules(rules);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const struct match_case *c = &cases[i];
        struct nat_packet p = { .source = ip(c->from),
                                .destination = ip(c->to),
                                .protocol = NAT_UDP,
                                .source_port = 4000,
                                .destination_port = 53 };
        const struct nat_rule *r = nat_match(rules, n, &p, c->out);
        CLAIM(c->name, c->want < 0 ? r == NULL : r == &rules[c->want]);
    }
}

static void protocol_and_negation_are_respected(void **state)
{
    (void)state;
    struct nat_rule r = { .action = NAT_ACT_SOURCE,
                          .protocol = NAT_TCP,
                          .to = ip("1.2.3.4"),
                          .destination = px("10.0.0.0/8"),
                          .not_destination = true };
    struct nat_packet p = { .source = ip("10.0.0.4"),
                            .destination = ip("8.8.8.8"),
                            .protocol = NAT_UDP };
    assert_null(nat_match(&r, 1, &p, "eth0"));
    p.protocol = NAT_TCP;
    assert_ptr_equal(nat_match(&r, 1, &p, "eth0"), &r);
    p.destination = ip("10.9.9.9");
    assert_null(nat_match(&r, 1, &p, "eth0"));
    r.destination = (struct prefix){ 0 }; /* "not anything" */
    assert_null(nat_match(&r, 1, &p, "eth0"));
    assert_int_equal(nat_rule_family(&r), IP_V4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(s2_rules_decide_in_order),
        cmocka_unit_test(protocol_and_negation_are_respected),
    };
    return cmocka_run_group_tests_name("nat/match", tests, NULL, NULL);
}
