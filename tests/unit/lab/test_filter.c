#include <string.h>

#include "../unit.h"
#include "lab/filter.h"

static struct cloud_filter filter_of(struct cloud_filter_rule *rules, uint32_t n)
{
    struct cloud_filter f = { .chain_count = 1 };
    f.chains[0].rules.items = rules;
    f.chains[0].rules.count = n;
    return f;
}

static void test_a_group_becomes_two_chains_and_a_set(void **state)
{
    (void)state;
    struct prefix p;
    struct cloud_ports ports[] = { { 22, 22 }, { 8000, 8999 } };
    assert_true(prefix_parse("10.9.0.0/16", &p, NULL));
    struct cloud_filter_rule rules[] = {
        { .inbound = true,
          .allow = true,
          .protocol = 6,
          .source.connected = true,
          .source.prefixes = { &p, 1, 1 },
          .destination.any = true,
          .destination_ports = { ports, 2, 2 } },
        { .inbound = false,
          .allow = false,
          .source.any = true,
          .destination.internet = true,
          .destination_ports = { ports, 1, 1 } },
    };
    struct cloud_filter f = filter_of(rules, 2);
    struct lab_filtered item = { "n1", &f };
    char text[4096];
    struct text t = text_init(text, sizeof(text));
    lab_filter_text(&item, 1, &t);
    assert_string_equal(
        t.s, "table ip lab-filter {\n"
             "    set connected-n1 { type ipv4_addr; flags interval; auto-merge; }\n"
             "    chain out-n1-0 {\n"
             "        ip daddr != @connected-n1 meta l4proto { tcp, udp } th dport { 22 } drop\n"
             "        drop\n"
             "    }\n"
             "    chain in-n1-0 {\n"
             "        ip protocol 6 ip saddr { 10.9.0.0/16 } th dport { 22, 8000-8999 } return\n"
             "        ip protocol 6 ip saddr @connected-n1 th dport { 22, 8000-8999 } return\n"
             "        drop\n"
             "    }\n"
             "    chain forward {\n"
             "        type filter hook forward priority filter; policy accept;\n"
             "        ct state established,related accept\n"
             "        iifname \"n1\" jump out-n1-0\n"
             "        oifname \"n1\" jump in-n1-0\n"
             "    }\n"
             "}\n");
}

static void test_where_nothing_filters_there_is_no_table(void **state)
{
    (void)state;
    char text[64];
    struct text t = text_init(text, sizeof(text));
    lab_filter_text(NULL, 0, &t);
    assert_string_equal(t.s, "");
}

static void test_the_set_follows_the_routes_but_not_to_the_internet(void **state)
{
    (void)state;
    struct cloud_route rows[] = {
        { .hop = CLOUD_HOP_GATEWAY, .active = true }, /* a learned default route */
        { .hop = CLOUD_HOP_LOCAL, .active = true },
        { .hop = CLOUD_HOP_GATEWAY, .active = false },
        { .hop = CLOUD_HOP_INTERNET, .active = true },
        { .hop = CLOUD_HOP_NONE, .active = true },
        { .hop = CLOUD_HOP_APPLIANCE, .active = true },
    };
    static const char *const prefixes[] = { "0.0.0.0/0",   "10.0.0.0/16", "10.1.0.0/16",
                                            "10.2.0.0/16", "10.3.0.0/16", "10.4.0.0/16" };
    struct cloud_routes routes = { .rows = { rows, ARRAY_LEN(rows), ARRAY_LEN(rows) } };
    char text[1024];
    struct text t = text_init(text, sizeof(text));
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        assert_true(prefix_parse(prefixes[i], &rows[i].prefix, NULL));
    lab_filter_connected("n1", &routes, &t);
    assert_string_equal(t.s, "flush set ip lab-filter connected-n1\n"
                             "add element ip lab-filter connected-n1 { 10.0.0.0/16 }\n"
                             "add element ip lab-filter connected-n1 { 10.4.0.0/16 }\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_group_becomes_two_chains_and_a_set),
        cmocka_unit_test(test_where_nothing_filters_there_is_no_table),
        cmocka_unit_test(test_the_set_follows_the_routes_but_not_to_the_internet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
