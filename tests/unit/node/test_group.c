/* Groups of peers with one outbound policy: when which member is told. */

#include "../unit.h"

#include "pair.h"

/* The centre's group has an interval of 30 s, and its members come one after the other. */
static const char conf_centre[] = "frr version 8.5\n"
                                  "hostname centre\n"
                                  "ip route 192.0.2.0/24 Null0\n"
                                  "router bgp 65001\n"
                                  " no bgp ebgp-requires-policy\n"
                                  " neighbor 10.0.0.2 remote-as 65002\n"
                                  " neighbor 10.0.0.2 advertisement-interval 30\n"
                                  " neighbor 10.0.0.3 remote-as 65003\n"
                                  " neighbor 10.0.0.3 advertisement-interval 30\n"
                                  " address-family ipv4 unicast\n"
                                  "  network 192.0.2.0/24\n";
static const char conf_leaf[] = "frr version 8.5\n"
                                "hostname leaf%c\n"
                                "router bgp 6500%c\n"
                                " no bgp ebgp-requires-policy\n"
                                " neighbor 10.0.0.1 remote-as 65001\n";

static void add_leaf(struct pair *p, char number)
{
    char text[512];
    snprintf(text, sizeof(text), conf_leaf, number, number);
    pair_add(p, text, 1);
}

static bool hears(struct pair *p, int leaf)
{
    struct pair_table t;
    return strcmp(pair_show(p, leaf, &t, NODE_QUERY_BGP_TABLE, NULL),
                  ">192.0.2.0/24 10.0.0.1 w0 [65001]\n") == 0;
}

static void the_first_table_does_not_wait_for_the_interval(void **state)
{
    (void)state;
    struct pair p = { 0 };
    pair_add(&p, conf_centre, 1);
    add_leaf(&p, '2');
    node_kernel_synced(p.node[0], p.now);
    node_kernel_synced(p.node[1], p.now);
    while (!hears(&p, 1) && p.now < 200 * NS_PER_S)
        pair_run(&p, 0.1);
    assert_true(hears(&p, 1));
    ns_t first_at = p.now;
    add_leaf(&p, '3');
    node_kernel_synced(p.node[2], p.now);
    while (!hears(&p, 2) && p.now < first_at + 25 * NS_PER_S)
        pair_run(&p, 0.1);
    assert_true(hears(&p, 2)); /* [RFC 4271 9.2.1.1] spaces changes, not a first table */
    pair_done(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_table_does_not_wait_for_the_interval),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
