/* Commands answered by real nodes: three routers on one Ethernet, in virtual time. */
#include "../unit.h"

#include "../node/pair.h"
#include "ctl/ctl.h"

static const char nva[] = "frr version 8.4.1\n"
                          "frr defaults traditional\n"
                          "hostname vm-hub00\n"
                          "ip route 10.10.200.0/24 Null0\n"
                          "ip route 10.0.210.0/24 Null0\n"
                          "router bgp 65001\n"
                          " neighbor 10.0.0.2 remote-as 65515\n"
                          " neighbor 10.0.0.3 remote-as 65515\n"
                          " address-family ipv4 unicast\n"
                          "  redistribute static\n"
                          "  neighbor 10.0.0.2 soft-reconfiguration inbound\n"
                          "  neighbor 10.0.0.2 prefix-list PRE01 out\n"
                          "  neighbor 10.0.0.2 route-map ALL in\n"
                          "  neighbor 10.0.0.3 default-originate\n"
                          "  neighbor 10.0.0.3 prefix-list NONE out\n"
                          "  neighbor 10.0.0.3 route-map ALL in\n"
                          " exit-address-family\n"
                          "ip prefix-list PRE01 seq 5 permit 10.10.200.0/24\n"
                          "ip prefix-list NONE seq 5 deny any\n"
                          "route-map ALL permit 10\n";
static const char server[] = "version 15.6\n"
                             "hostname rs\n"
                             "ip route 10.100.0.0 255.255.0.0 Null0\n"
                             "ip route 192.168.7.0 255.255.255.0 Null0\n"
                             "router bgp 65515\n"
                             " network 10.100.0.0 mask 255.255.0.0\n"
                             " network 192.168.7.0\n"
                             " neighbor 10.0.0.1 remote-as 65001\n"
                             " neighbor 10.0.0.1 soft-reconfiguration inbound\n";

struct real {
    struct ctl_backend b;
    struct pair *p;
    int i;
};

static err_t real_query(struct ctl_backend *b, const struct node_query *q, struct view_sink *sink)
{
    struct real *r = container_of(b, struct real, b);
    return node_query(r->p->node[r->i], r->p->now, q, sink);
}

static err_t real_clear(struct ctl_backend *b, const struct ip_addr *peer, uint8_t family,
                        enum node_clear what)
{
    struct real *r = container_of(b, struct real, b);
    return node_clear(r->p->node[r->i], r->p->now, peer, family, what);
}

static err_t real_reload(struct ctl_backend *b, struct ctl_output *out)
{
    (void)b;
    (void)out;
    return 0;
}

struct kept {
    struct ctl_output out;
    size_t len;
    char s[65536];
};

static bool keep(struct ctl_output *out, const char *text, size_t len)
{
    struct kept *k = container_of(out, struct kept, out);
    assert_true(k->len + len < sizeof(k->s));
    memcpy(k->s + k->len, text, len);
    k->len += len;
    k->s[k->len] = '\0';
    return true;
}

static const char *show(struct pair *p, int i, const char *line)
{
    static struct kept k;
    struct real r = {
        { real_query, real_clear, real_reload, "0.1.0", NULL, NULL, NULL, NULL }, p, i
    };
    struct ctl_request request = { .line = line };
    k = (struct kept){ .out = { keep } };
    (void)ctl_run(&request, &r.b, &k.out);
    if (getenv("SPANWAY_SHOW"))
        printf("\n#%d> %s\n%s", i, line, k.s);
    return k.s;
}

static void wants(struct pair *p, int i, const char *line, const char *part)
{
    const char *got = show(p, i, line);
    if (!strstr(got, part))
        fail_msg("%s: no \"%s\" in\n%s", line, part, got);
}

static void commands_are_answered_by_routers(void **state)
{
    (void)state;
    struct pair p = { 0 };
    pair_add(&p, nva, 1);
    pair_add(&p, server, 1);
    pair_add(&p, server, 4);
    for (int i = 0; i < p.count; i++)
        node_kernel_synced(p.node[i], p.now);
    pair_run(&p, 90);
    wants(&p, 0, "show ip bgp nei 10.0.0.2 adv",
          "*> 10.10.200.0/24   0.0.0.0                  0         32768 ?\n"
          "\nTotal number of prefixes 1\n");
    wants(&p, 0, "show ip bgp nei 10.0.0.2 rec",
          "*> 10.100.0.0/16    10.0.0.2                 0             0 65515 i\n"
          "*> 192.168.7.0/24   10.0.0.2                 0             0 65515 i\n"
          "\nTotal number of prefixes 2\n");
    wants(&p, 0, "show ip bgp nei 10.0.0.3 adv", "\n\nOriginating default network 0.0.0.0/0\n\n");
    wants(&p, 0, "show ip bgp nei 10.0.0.3 rec", "% Inbound soft reconfiguration not enabled\n");
    wants(&p, 0, "show ip bgp nei 10.0.0.9 adv", "No such neighbor in this view/vrf\n");
    wants(&p, 0, "show ip bgp",
          "*= 10.100.0.0/16    10.0.0.3                 0             0 65515 i\n"
          "*>                  10.0.0.2                 0             0 65515 i\n");
    wants(&p, 0, "show ip bgp", "\nDisplayed  4 routes and 6 total paths\n");
    wants(&p, 0, "show ip bgp 10.100.1.1", "Paths: (2 available, best #2, table default)\n");
    wants(&p, 0, "show ip bgp sum", "\nTotal number of neighbors 2\n");
    wants(&p, 0, "show ip bgp nei 10.0.0.2", "  BGP state = Established, up for 00:01:");
    wants(&p, 0, "show ip route", "B>* 10.100.0.0/16 [20/0] via 10.0.0.2, eth0, weight 1, 00:01:");
    wants(&p, 0, "show ip route",
          "\n  *                      via 10.0.0.3, eth0, weight 1, 00:01:");
    wants(&p, 0, "show ip prefix-list PRE01",
          "BGP: ip prefix-list PRE01: 1 entries\n   seq 5 permit 10.10.200.0/24\n");
    wants(&p, 0, "show run", "\nrouter bgp 65001\n");
    wants(&p, 1, "show ip bgp",
          "\n *>   10.10.200.0/24   10.0.0.1                 0             0 65001 ?\n");
    wants(&p, 1, "show ip bgp",
          "\n *>   192.168.7.0      0.0.0.0                  0         32768 i\n");
    wants(&p, 2, "show ip bgp nei 10.0.0.1 adv", "\nTotal number of prefixes 2\n");
    wants(&p, 2, "show ip bgp sum", "\n10.0.0.1        4        65001 ");
    wants(&p, 2, "show ip route",
          "Gateway of last resort is 10.0.0.1 to network 0.0.0.0\n\n"
          "B*    0.0.0.0/0 [20/0] via 10.0.0.1, 00:01:");
    wants(&p, 0, "show ip bgp json", "\"localAS\":65001");
    wants(&p, 0, "show ip route json", "\"protocol\":\"bgp\"");
    wants(&p, 0, "clear bgp 10.0.0.9", "% No such neighbor or address family\n");
    assert_string_equal(show(&p, 0, "clear ip bgp * soft"), "");
    assert_string_equal(show(&p, 0, "clear ip bgp 10.0.0.2"), "");
    pair_run(&p, 60);
    wants(&p, 0, "show ip bgp nei 10.0.0.2", "  Connections established 2; dropped 1\n");
    pair_done(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commands_are_answered_by_routers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
