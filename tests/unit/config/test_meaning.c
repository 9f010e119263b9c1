/* No third kind: a line is applied, or listed as without meaning here, or refused; each at its own
 * place. And what is listed shows no secret. */
#include "lib.h"

#define FRR DIALECT_FRR
#define IOS DIALECT_IOS
#define BGP "router bgp 65001\n neighbor 10.0.0.2 remote-as 65002\n"
#define AF " address-family ipv4 unicast\n"

/* The line that ends the text is refused by name, there and nowhere else. */
static void what_is_not_done_is_refused_at_its_own_place(void **state)
{
    (void)state;
    static const struct {
        enum dialect dialect;
        const char *text, *want; /* want NULL: it is done */
        uint32_t line, column;
    } cases[] = {
        { FRR, BGP " neighbor 10.0.0.2 local-as 65009\n", NULL, 0, 0 },
        { FRR, BGP AF "  network 10.0.0.0/8\n", NULL, 0, 0 },
        { FRR, BGP AF "  neighbor 10.0.0.2 allowas-in 2\n", NULL, 0, 0 },
        { FRR, BGP " neighbor 10.0.0.2 bfd\n", "neighbor bfd", 3, 2 },
        { FRR, BGP " neighbor 10.0.0.2 bfd profile X\n", "neighbor bfd", 3, 2 },
        { IOS, BGP " neighbor 10.0.0.2 fall-over bfd\n", "fall-over bfd", 3, 2 },
        { FRR, BGP " neighbor 10.0.0.2 graceful-restart\n", "neighbor graceful-restart", 3, 2 },
        { FRR, BGP " neighbor 10.0.0.2 local-as 65009 no-prepend\n", "local-as", 3, 2 },
        { IOS, BGP " neighbor 10.0.0.2 local-as 65009 no-prepend replace-as\n", "local-as", 3, 2 },
        { FRR, BGP " neighbor 10.0.0.2 capability extended-nexthop\n", "extended-nexthop", 3, 2 },
        { FRR, BGP " neighbor 10.0.0.2 capability dynamic\n", "capability dynamic", 3, 2 },
        { FRR, BGP " neighbor 10.0.0.2 dont-capability-negotiate\n", "dont-capability", 3, 2 },
        { FRR, BGP " bgp graceful-restart\n", "bgp graceful-restart", 3, 2 },
        { FRR, BGP " bgp graceful-shutdown\n", "bgp graceful-shutdown", 3, 2 },
        { FRR, BGP " bgp bestpath med confed\n", "med confed", 3, 2 },
        { FRR, BGP AF "  neighbor 10.0.0.2 addpath-tx-all-paths\n", "addpath-tx-all", 4, 3 },
        { FRR, BGP AF "  neighbor 10.0.0.2 allowas-in origin\n", "allowas-in origin", 4, 3 },
        { FRR, BGP AF "  aggregate-address 10.0.0.0/8\n", "aggregate-address", 4, 3 },
        { IOS, BGP " aggregate-address 10.0.0.0 255.0.0.0 summary-only\n", "aggregate", 3, 2 },
        { FRR, BGP AF "  network 10.0.0.0/8 backdoor\n", "backdoor", 4, 3 },
        { IOS, BGP " network 10.0.0.0 mask 255.0.0.0 backdoor\n", "backdoor", 3, 2 },
        { FRR, BGP AF "  table-map M\n", "table-map", 4, 3 },
        { IOS, "interface Gi1\n mtu 1500\n ip access-group 100 in\n", "ip access-group", 3, 2 },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        for (unsigned allow = 0; allow < 2; allow++) {
            const char *s = cases[i].text;
            struct reading r = read_bytes(s, strlen(s), cases[i].dialect, allow == 1);
            const struct diag *found = NULL;
            for (uint32_t k = 0; k < r.diags.count; k++) {
                if (strcmp(r.diags.items[k].id, "CFG-UNSUPPORTED") != 0)
                    continue;
                CLAIM(s, !found);
                found = &r.diags.items[k];
            }
            CLAIM(s, r.ok == (!cases[i].want || allow == 1));
            CLAIM(s, !cases[i].want == !found);
            if (found) {
                CLAIM(s, strstr(found->what, cases[i].want) != NULL);
                CLAIM(s, found->line == cases[i].line && found->column == cases[i].column);
            }
            reading_done(&r);
        }
    }
}

/* The lines that are listed, by their numbers. */
static void what_is_not_applied_is_listed(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum dialect dialect;
        const char *text;
        uint32_t lines[8]; /* 0 ends */
    } cases[] = {
        { "settings of a link that are the host's",
          IOS,
          "interface Gi1\n mtu 1450\n ip mtu 1400\n ip tcp adjust-mss 1300\n no ip redirects\n"
          " ip unnumbered Loopback0\n bandwidth 1000\n no shutdown\n",
          { 5, 6, 7, 0 } },
        { "sizes of a loopback",
          IOS,
          "interface Loopback0\n ip mtu 1400\n ip tcp adjust-mss 1300\n",
          { 2, 3, 0 } },
        { "mtu of a tunnel", IOS, "interface Tunnel1\n mtu 1400\n ip mtu 1400\n", { 2, 0 } },
        { "which a tunnel has of its own",
          IOS,
          "interface Tunnel1\n ip mtu 1400\n ip tcp adjust-mss 1300\n ip unnumbered Loopback0\n",
          { 0 } },
        { "also where the kind is said last",
          FRR,
          "interface ipsec0\n ip mtu 1400\n tunnel source 10.0.0.1\n",
          { 0 } },
        { "and a VXLAN",
          FRR,
          "interface vx\n mtu 1400\n ip mtu 1400\n ip tcp adjust-mss 1300\n"
          " vxlan id 7 remote 10.0.0.2\n",
          { 0 } },
        { "subinterfaces' VLANs", IOS, "interface Gi1.5\n encapsulation dot1q 5\n", { 2, 0 } },
        { "IKEv1",
          IOS,
          "crypto isakmp policy 10\n encr aes\n group 14\ncrypto isakmp key K address 1.2.3.4\n"
          "crypto isakmp keepalive 10\n",
          { 1, 2, 3, 4, 5, 0 } },
        { "probes",
          IOS,
          "ip sla 1\n icmp-echo 10.0.0.1\nip sla schedule 1 life forever start-time now\n"
          "track 1 ip sla 1 reachability\n",
          { 1, 2, 3, 4, 0 } },
        { "where FRR logs", FRR, "log syslog informational\nhostname a\n", { 1, 0 } },
        { "all of an interface in a management VRF",
          IOS,
          "interface Gi1\n vrf forwarding Mgmt-intf\n ip address 10.9.9.2 255.255.255.0\n"
          " ip access-group 1 in\n no shutdown\ninterface Gi2\n no shutdown\n",
          { 2, 3, 4, 5, 0 } },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct reading r = read_text(cases[i].text, cases[i].dialect);
        char first[1024];
        CLAIM_TEXT(cases[i].name, r.ok ? "" : first_finding(&r, first, sizeof(first)), "");
        uint32_t n = 0;
        for (; cases[i].lines[n] && n < r.c->inert.n; n++) {
            CLAIM(cases[i].name, r.c->inert.v[n].at.line == cases[i].lines[n]);
            CLAIM(cases[i].name, r.c->inert.v[n].why && r.c->inert.v[n].why[0]);
        }
        CLAIM(cases[i].name, n == r.c->inert.n && cases[i].lines[n] == 0);
        reading_done(&r);
    }
}

static void what_is_listed_shows_no_secret(void **state)
{
    (void)state;
    static const struct {
        const char *line, *want;
    } cases[] = {
        { "ip cef", "ip cef" },
        { "service password-encryption", "service password-encryption" },
        { "username admin privilege 15 password 0 SECRET",
          "username admin privilege 15 password <removed>" },
        { "username admin secret 9 SECRET SECRET", "username admin secret <removed>" },
        { "enable secret SECRET", "enable secret <removed>" },
        { "snmp-server community SECRET RO", "snmp-server community <removed>" },
        { "snmp-server host 10.0.0.1 version 2c SECRET", "snmp-server host 10.0.0.1 <removed>" },
        { "snmp-server user u g v3 auth md5 SECRET priv aes 128 SECRET",
          "snmp-server user u g v3 auth <removed>" },
        { "tacacs-server key SECRET", "tacacs-server key <removed>" },
        { "ntp authentication-key 1 md5 SECRET", "ntp authentication-key <removed>" },
        { "crypto isakmp key SECRET address 10.0.0.1", "crypto isakmp key <removed>" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct reading r = read_text(cases[i].line, DIALECT_IOS);
        CLAIM(cases[i].line, r.ok && r.c->inert.n == 1);
        CLAIM_TEXT(cases[i].line, r.c->inert.v[0].text, cases[i].want);
        reading_done(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_done_is_refused_at_its_own_place),
        cmocka_unit_test(what_is_not_applied_is_listed),
        cmocka_unit_test(what_is_listed_shows_no_secret),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
