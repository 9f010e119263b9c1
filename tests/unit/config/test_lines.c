/* Single lines: what they come to, their `no` forms and abbreviations, and what is said about those
 * that are wrong. */
#include "lib.h"

#define FRR DIALECT_FRR
#define IOS DIALECT_IOS

/* The text is read; the printed configuration must hold `want` (or must not hold `not`). */
static const struct {
    const char *name;
    enum dialect dialect;
    const char *text, *want, *not ;
} prints[] = {
    { "a later line overrides", FRR, "hostname a\nhostname b\n", "hostname b\n", "hostname a" },
    { "no removes", FRR, "ip route 10.0.0.0/8 10.1.1.1\nno ip route 10.0.0.0/8 10.1.1.1\n", "end",
      "ip route" },
    { "no of one route leaves the other", FRR,
      "ip route 10.0.0.0/8 10.1.1.1\nip route 10.0.0.0/8 10.1.1.2\nno ip route 10.0.0.0/8 "
      "10.1.1.1\n",
      "ip route 10.0.0.0/8 10.1.1.2\n", "10.1.1.1" },
    { "FRR keeps one route for each distance", FRR,
      "ip route 10.0.0.0/8 10.1.1.1\nip route 10.0.0.0/8 10.1.1.1 5\n",
      "ip route 10.0.0.0/8 10.1.1.1\nip route 10.0.0.0/8 10.1.1.1 5\n", NULL },
    { "IOS has one distance for a next hop", IOS,
      "ip route 10.0.0.0 255.0.0.0 10.1.1.1\nip route 10.0.0.0 255.0.0.0 10.1.1.1 5\n",
      "ip route 10.0.0.0 255.0.0.0 10.1.1.1 5\n", "10.1.1.1\n" },
    { "options in any order", FRR, "ip route 10.0.0.0/8 10.1.1.1 eth0 20 tag 7 onlink\n",
      "ip route 10.0.0.0/8 10.1.1.1 eth0 tag 7 20 onlink\n", NULL },
    { "tag is no interface", FRR, "ip route 10.0.0.0/8 10.1.1.1 tag 7\n",
      "ip route 10.0.0.0/8 10.1.1.1 tag 7\n", NULL },
    { "Null0 is a blackhole", FRR, "ip route 10.0.0.0/8 Null0\n", "ip route 10.0.0.0/8 blackhole\n",
      NULL },
    { "reject stays reject", FRR, "ip route 10.0.0.0/8 reject\n", "ip route 10.0.0.0/8 reject\n",
      NULL },
    { "IPv6 static by interface", FRR, "ipv6 route 2001:db8::/32 fe80::1 eth0\n",
      "ipv6 route 2001:db8::/32 fe80::1 eth0\n", NULL },
    { "IPv4 statics stand before those of IPv6", FRR,
      "ipv6 route 2001:db8::/32 fe80::1 eth0\nip route 10.0.0.0/8 10.1.1.1\n",
      "ip route 10.0.0.0/8 10.1.1.1\nipv6 route 2001:db8::/32 fe80::1 eth0\n", NULL },
    { "FRR takes netmasks too", FRR, "ip route 10.0.0.0 255.0.0.0 10.1.1.1\n",
      "ip route 10.0.0.0/8 10.1.1.1\n", NULL },
    { "int tunnel 1", IOS, "int tunnel 1\n ip tcp adjust-mss 1350\n",
      "interface Tunnel1\n no ip address\n ip tcp adjust-mss 1350\n", NULL },
    { "Gi0/0", IOS, "int Gi0/0\n desc x\n", "interface GigabitEthernet0/0\n description x\n",
      NULL },
    { "t is Tunnel, te is TenGigabitEthernet", IOS, "int te1/0/1\nint tu5\n",
      "interface TenGigabitEthernet1/0/1\n no ip address\n!\ninterface Tunnel5\n", NULL },
    { "no shut", IOS, "int gi1\n shut\n no shut\n", "interface GigabitEthernet1\n", "shutdown" },
    { "a new primary address takes the old one's place", IOS,
      "int gi1\n ip addr 10.0.0.1 255.0.0.0\n ip addr 10.0.0.2 255.0.0.0\n",
      " ip address 10.0.0.2 255.0.0.0\n", "10.0.0.1" },
    { "secondary addresses stay", IOS,
      "int gi1\n ip addr 10.0.0.1 255.0.0.0\n ip addr 10.1.0.1 255.255.0.0 secondary\n",
      " ip address 10.0.0.1 255.0.0.0\n ip address 10.1.0.1 255.255.0.0 secondary\n", NULL },
    { "no ip address takes all away", IOS, "int gi1\n ip addr 10.0.0.1 255.0.0.0\n no ip address\n",
      " no ip address\n", "10.0.0.1" },
    { "FRR has several addresses", FRR,
      "interface lo\n ip address 10.0.0.1/8\n ip address 9.9.9.9/32\n",
      " ip address 10.0.0.1/8\n ip address 9.9.9.9/32\n", NULL },
    { "prefix lists number by fives", FRR,
      "ip prefix-list A permit 10.0.0.0/8\nip prefix-list A seq 12 deny any\nip prefix-list A "
      "permit 11.0.0.0/8 le 24\n",
      "ip prefix-list A seq 5 permit 10.0.0.0/8\nip prefix-list A seq 12 deny any\n"
      "ip prefix-list A seq 15 permit 11.0.0.0/8 le 24\n",
      NULL },
    { "prefix lists are sorted", FRR,
      "ip prefix-list A seq 10 permit any\nip prefix-list A seq 5 deny 10.0.0.0/8\n",
      "seq 5 deny 10.0.0.0/8\nip prefix-list A seq 10 permit any\n", NULL },
    { "le before ge", FRR, "ip prefix-list A permit 10.0.0.0/8 le 30 ge 24\n",
      "ip prefix-list A seq 5 permit 10.0.0.0/8 ge 24 le 30\n", NULL },
    { "no of an entry by what it says", FRR,
      "ip prefix-list A permit any\nip prefix-list A deny 10.0.0.0/8\nno ip prefix-list A permit "
      "any\n",
      "seq 10 deny 10.0.0.0/8\n", "permit any" },
    { "as-path lists of older versions", FRR, "ip as-path access-list X permit ^65\n",
      "bgp as-path access-list X seq 5 permit ^65\n", NULL },
    { "an expression keeps its blanks", FRR, "bgp as-path access-list X permit ^65 _66$\n",
      "permit ^65 _66$\n", NULL },
    { "community lists", FRR, "bgp community-list standard C permit 65000:1 no-export\n",
      "bgp community-list standard C seq 5 permit 65000:1 no-export\n", NULL },
    { "large community lists", FRR, "bgp large-community-list standard C permit 1:2:3\n",
      "bgp large-community-list standard C seq 5 permit 1:2:3\n", NULL },
    { "numbered community lists know their kind", IOS, "ip community-list 101 permit 65000:.*\n",
      "ip community-list 101 permit 65000:.*\n", NULL },
    { "the order of FRR 10.5: delete, then the list", FRR,
      "bgp community-list standard C permit 1:1\nroute-map A permit 10\n set comm-list delete C\n",
      " set comm-list C delete\n", NULL },
    { "whether the first AS is the neighbor's, for all of them", IOS,
      "router bgp 1\n no bgp enforce-first-as\n", " no bgp enforce-first-as\n", NULL },
    { "the banner's delimiter is a pair, not the letter", IOS,
      "banner login ^CCompany C\n# CC\nrouter bgp 5\n^C\nhostname a\n", "hostname a\n", "router" },
    { "a banner as it is stored", IOS,
      "banner motd \003\nrouter bgp 5\n\003\r\nbanner login \003one line\003\nhostname a\n",
      "hostname a\n", "router" },
    { "a caret typed as delimiter", IOS, "banner motd ^Ciao\nrouter bgp 5\n^\nhostname a\n",
      "hostname a\n", "router" },
    { "a byte order mark", FRR, "\xef\xbb\xbfhostname a\n", "hostname a\n", NULL },
    { "what a pager leaves", IOS, "hostname a\n --More-- \b\bint gi1\n--More--hostname b\n",
      "hostname b\n", "hostname a" },
    { "a certificate without indentation", IOS,
      "crypto pki certificate chain X\ncertificate ca 01\n30820321 A0030201\n0506\nquit\n"
      "hostname a\n",
      "hostname a\n", NULL },
    { "do show run at a configuration prompt", IOS,
      "R2(config)#do show running-config\nhostname a\nend\nR2(config)#do show clock\n12:00\n",
      "hostname a\n", NULL },
    { "IPv6 networks, for FRR", FRR,
      "router bgp 1\n address-family ipv6 unicast\n  network 2001:db8::/48\n"
      "  aggregate-address 2001:db8::/40 summary-only\n",
      "  network 2001:db8::/48\n  aggregate-address 2001:db8::/40 summary-only\n", NULL },
    { "IPv6 networks, for IOS", IOS,
      "router bgp 1\n address-family ipv6\n  network 2001:db8::/48\n"
      "  aggregate-address 2001:db8::/40 summary-only\n",
      "  network 2001:db8::/48\n  aggregate-address 2001:db8::/40 summary-only\n", NULL },
    { "an IPv6 address of an interface", IOS, "int gi1\n ipv6 address 2001:db8::1/128\n",
      " ipv6 address 2001:db8::1/128\n", NULL },
    { "the guest shell's VRF of cloud images", IOS,
      "vrf definition GS\n rd 1:1\ninterface VirtualPortGroup0\n vrf forwarding GS\n"
      "ip route vrf GS 0.0.0.0 0.0.0.0 GigabitEthernet1 10.0.0.1 global\n"
      "ip nat inside source list A interface GigabitEthernet1 vrf GS overload\nhostname a\n",
      "hostname a\n", "ip nat" },
    { "a management VRF in the older form", IOS, "ip vrf MGMT\n rd 1:1\nhostname a\nwr\n",
      "hostname a\n", NULL },
    { "a word for the log", IOS, "access-list 100 permit tcp any any eq ftp-data log WEB\n",
      "access-list 100 permit tcp any any eq 20 log\n", NULL },
    { "timers", FRR, "router bgp 1\n timers bgp 5 15\n", " timers bgp 5 15\n", NULL },
    { "datacenter has its own timers", FRR, "frr defaults datacenter\nrouter bgp 1\n",
      "router bgp 1\n", "timers" },
    { "asdot", IOS, "router bgp 1.10\n", "router bgp 65546\n", NULL },
    { "ebgp-multihop alone is 255", FRR,
      "router bgp 1\n neighbor 10.0.0.1 remote-as 2\n neighbor 10.0.0.1 ebgp-multihop\n",
      " neighbor 10.0.0.1 ebgp-multihop 255\n", NULL },
    { "addresses are canonical", FRR, "router bgp 1\n neighbor 2001:DB8:0::1 remote-as 2\n",
      " neighbor 2001:db8::1 remote-as 2\n", NULL },
    { "no neighbor removes all of it", FRR,
      "router bgp 1\n neighbor 10.0.0.1 remote-as 2\n neighbor 10.0.0.1 description x\n"
      " no neighbor 10.0.0.1\n",
      "router bgp 1\n", "neighbor" },
    { "no neighbor password needs no password", FRR,
      "router bgp 1\n neighbor 10.0.0.1 remote-as 2\n neighbor 10.0.0.1 password x\n"
      " no neighbor 10.0.0.1 password\n",
      "neighbor 10.0.0.1 remote-as 2", "password" },
    { "no router bgp removes it", FRR,
      "router bgp 1\n neighbor 10.0.0.1 remote-as 2\nexit\nno router bgp\nrouter bgp 2\n"
      " neighbor 10.0.0.1 remote-as 3\n",
      "router bgp 2\n neighbor 10.0.0.1 remote-as 3\n", "router bgp 1" },
    { "family lines without a block are IPv4's", FRR,
      "router bgp 1\n neighbor 10.0.0.1 remote-as 2\n neighbor 10.0.0.1 route-map A in\n network "
      "10.0.0.0/8\n",
      " address-family ipv4 unicast\n  network 10.0.0.0/8\n  neighbor 10.0.0.1 route-map A in\n",
      NULL },
    { "a session line leaves the address family", FRR,
      "router bgp 1\n neighbor 10.0.0.1 remote-as 2\n address-family ipv6 unicast\n"
      " neighbor 10.0.0.1 activate\n neighbor 10.0.0.2 remote-as 3\n neighbor 10.0.0.2 weight 5\n",
      " address-family ipv4 unicast\n  neighbor 10.0.0.2 weight 5\n", NULL },
    { "no indentation at all", FRR,
      "router bgp 1\nneighbor 10.0.0.1 remote-as 2\naddress-family ipv4 unicast\nnetwork "
      "10.0.0.0/8\n"
      "exit-address-family\nexit\nip route 10.0.0.0/8 10.1.1.1\n",
      "  network 10.0.0.0/8\n", NULL },
    { "a global line leaves the block", FRR,
      "interface eth0\n ip address 10.0.0.1/8\n ip route 10.0.0.0/8 10.1.1.1\n",
      "ip route 10.0.0.0/8 10.1.1.1\n", NULL },
    { "old network without mask has its class", IOS, "router bgp 1\n network 10.0.0.0\n",
      " network 10.0.0.0 mask 255.0.0.0\n", NULL },
    { "peer groups", FRR,
      "router bgp 1\n neighbor G peer-group\n neighbor G remote-as 2\n neighbor 10.0.0.1 "
      "peer-group G\n",
      " neighbor G peer-group\n neighbor G remote-as 2\n neighbor 10.0.0.1 peer-group G\n", NULL },
    { "no send-community of one kind", FRR,
      "router bgp 1\n neighbor 10.0.0.1 remote-as 2\n no neighbor 10.0.0.1 send-community large\n",
      "  no neighbor 10.0.0.1 send-community large\n", NULL },
    { "route-map clauses replace one another", FRR,
      "route-map A permit 10\n set ip next-hop 10.0.0.1\n set ip next-hop unchanged\n",
      " set ip next-hop unchanged\n", "10.0.0.1" },
    { "no route-map removes the map", FRR,
      "route-map A permit 10\nroute-map A deny 20\nno route-map A\n", "end", "route-map" },
    { "no of one entry", FRR,
      "route-map A permit 10\nroute-map A deny 20\nno route-map A permit 10\n",
      "route-map A deny 20\n", "permit 10" },
    { "metric by difference", FRR, "route-map A permit 10\n set metric +5\n", " set metric +5\n",
      NULL },
    { "no metric at all", FRR, "route-map A permit 10\n set metric none\n", " set metric none\n",
      " set metric 0" },
    { "tunnels by a certain interface", IOS,
      "interface Tunnel1\n tunnel route-via GigabitEthernet0/1 mandatory\n",
      " tunnel route-via GigabitEthernet0/1 mandatory\n", NULL },
    { "and no longer", IOS,
      "interface Tunnel1\n tunnel route-via Gi0/1 mandatory\n no tunnel route-via\n", "Tunnel1",
      "route-via" },
    { "communities are canonical", FRR,
      "route-map A permit 10\n set community 65000:1 no-export additive\n",
      " set community 65000:1 no-export additive\n", NULL },
    { "IOS continue is on-match", IOS, "route-map A permit 10\n continue 20\n", " continue 20\n",
      NULL },
    { "access lists of IOS keep their form", IOS, "access-list 10 permit 10.0.0.0 0.255.255.255\n",
      "access-list 10 permit 10.0.0.0 0.255.255.255\n", NULL },
    { "named access lists number by tens", IOS,
      "ip access-list extended A\n permit tcp any any eq bgp\n deny ip any any log\n",
      "ip access-list extended A\n 10 permit tcp any any eq 179\n 20 deny ip any any log\n", NULL },
    { "no of a rule by number", IOS,
      "ip access-list extended A\n permit tcp any any\n deny ip any any\n no 10\n",
      " 20 deny ip any any\n", "permit" },
    { "ICMP messages by name", IOS,
      "ip access-list extended A\n permit icmp any any unreachable\n permit icmp any any echo log\n"
      " permit icmp any any packet-too-big\n",
      " 10 permit icmp any any unreachable\n 20 permit icmp any any echo log\n"
      " 30 permit icmp any any packet-too-big\n",
      NULL },
    { "ICMP messages by number have their name", IOS,
      "access-list 100 permit icmp any any 3\naccess-list 100 permit icmp any any 3 4\n"
      "access-list 100 permit icmp any any 42 1\naccess-list 100 permit icmp any any 43\n",
      "access-list 100 permit icmp any any unreachable\n"
      "access-list 100 permit icmp any any packet-too-big\n"
      "access-list 100 permit icmp any any 42 1\naccess-list 100 permit icmp any any 43\n",
      NULL },
    { "no of one ICMP message leaves the other", IOS,
      "ip access-list extended A\n permit icmp any any echo\n permit icmp any any echo-reply\n"
      " no permit icmp any any echo\n",
      " 20 permit icmp any any echo-reply\n", "echo\n" },
    { "eth21 of Linux is not Ethernet21", IOS, "interface eth21\n desc x\n",
      "interface eth21\n description x\n", NULL },
    { "neither is eth0.100", IOS, "interface eth0.100\n desc x\n",
      "interface eth0.100\n description x\n", NULL },
    { "eth0/1 is an abbreviation of IOS", IOS, "interface eth0/1\n desc x\n",
      "interface Ethernet0/1\n description x\n", NULL },
    { "Eth1 too", IOS, "interface Eth1\n desc x\n", "interface Ethernet1\n description x\n", NULL },
    { "iptables comes back as iptables", FRR,
      "sudo iptables -t nat -A POSTROUTING ! -s 10.0.0.4 -o eth0 -j MASQUERADE\n",
      "iptables -t nat -A POSTROUTING ! -s 10.0.0.4/32 -o eth0 -j MASQUERADE\n", NULL },
    { "iptables-save", FRR,
      "# Generated\n*nat\n:POSTROUTING ACCEPT [0:0]\n-A POSTROUTING -d 10.0.0.0/8 -j "
      "RETURN\nCOMMIT\n",
      "iptables -t nat -A POSTROUTING -d 10.0.0.0/8 -j RETURN\n", NULL },
    { "a typed session", FRR,
      "r1# conf t\nr1(config)# router bgp 1\nr1(config-router)# bgp router-id 1.1.1.1\n",
      "router bgp 1\n bgp router-id 1.1.1.1\n", NULL },
    { "output of other commands is passed over", FRR,
      "r1# show run\nhostname a\nend\nr1# show ip bgp\nhostname b\nr1# show running-config\nip "
      "forwarding\n",
      "hostname a\nip forwarding\n", NULL },
    { "a banner is text", IOS, "banner motd ^C\nhostname x\n^C\nhostname y\n", "hostname y\n",
      "hostname x" },
    { "a fence of a document", FRR, "```\nhostname a\n```\n", "hostname a\n", NULL },
    { "IKEv2 keyrings keep their peers", IOS,
      "crypto ikev2 keyring k\n peer a\n  address 10.0.0.1\n  pre-shared-key x\n peer b\n  address "
      "10.0.0.2\n",
      "crypto ikev2 keyring k\n peer a\n  address 10.0.0.1\n  pre-shared-key x\n !\n peer b\n  "
      "address 10.0.0.2\n !\n",
      NULL },
    { "refused blocks end", FRR, "router ospf\n network 10.0.0.0/8 area 0\nexit\nhostname x\n",
      "hostname x\n", NULL },
};

static void test_prints(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(prints); i++) {
        struct reading r = read_text(prints[i].text, prints[i].dialect);
        char *text = print_config(r.c, DIALECT_UNKNOWN);
        if (!strstr(text, prints[i].want))
            fail_msg("%s: got\n%s", prints[i].name, text);
        if (prints[i].not &&strstr(text, prints[i].not ))
            fail_msg("%s: holds '%s':\n%s", prints[i].name, prints[i].not, text);
        struct reading again = read_text(text, prints[i].dialect);
        CLAIM(prints[i].name, config_eq(r.c, again.c));
        reading_done(&again);
        free(text);
        reading_done(&r);
    }
}

/* The first finding, as the user sees it. */
static const struct {
    const char *name;
    enum dialect dialect;
    const char *text, *want;
} findings[] = {
    { "a slip in the first word", FRR, "hostname a\n rotuer bgp 1\n",
      "test.conf:2:2: error: unknown command 'rotuer'; did you mean 'router'? [CFG-UNKNOWN]" },
    { "a slip further on", FRR, "router bgp 1\n neighbor 10.0.0.1 remoteas 2\n",
      "test.conf:2:20: error: not understood: 'remoteas'" },
    { "the nearest of what was expected", FRR,
      "router bgp 1\n neighbor 10.0.0.1 remote-as 2\n neighbor 10.0.0.1 route-mpa X in\n",
      "did you mean 'route-map'? [CFG-UNKNOWN]" },
    { "a way out that is only preferred", IOS,
      "interface Tunnel1\n tunnel route-via GigabitEthernet0/1 preferred\n",
      "test.conf:2:38: error: tunnel route-via preferred is not supported" },
    { "a number out of range", FRR, "router bgp 1\n neighbor 10.0.0.1 ebgp-multihop 300\n",
      "test.conf:2:34: error: '300' is not a value that fits here; expected a number from 1 to "
      "255" },
    { "AS 0", FRR, "router bgp 0\n",
      "test.conf:1:12: error: '0' is not a value that fits here; "
      "expected an AS number from 1 to 4294967295 [CFG-VALUE]" },
    { "AS_TRANS", FRR, "router bgp 23456\n", "test.conf:1:12: error: AS 23456 is AS_TRANS" },
    { "an AS that is too large", FRR, "router bgp 4294967296\n",
      "test.conf:1:12: error: '4294967296'" },
    { "a bad address", FRR, "router bgp 1\n neighbor 10.0.0.300 remote-as 2\n",
      "test.conf:2:11: error: '10.0.0.300' is not a value that fits here" },
    { "a bad prefix", FRR, "router bgp 1\n network 10.0.0.0/33\n",
      "test.conf:2:10: error: '10.0.0.0/33' is not a value that fits here" },
    { "a mask with holes", IOS, "ip route 10.0.0.0 255.0.255.0 10.1.1.1\n",
      "test.conf:1:19: error: '255.0.255.0' is not a value that fits here; expected a netmask" },
    { "a line that ends too early", FRR, "ip route 10.0.0.0/8\n",
      "test.conf:1:20: error: the line ends too early: 'ip route 10.0.0.0/8'; expected an IPv4 "
      "address" },
    { "a line that goes on too long", FRR, "hostname a\nip forwarding please\n",
      "test.conf:2:15: error: not understood: 'please'; expected the end of the line" },
    { "a protocol that is not there", FRR, "router ospf\n network 10.0.0.0/8 area 0\n",
      "test.conf:1:1: error: OSPF is not supported [CFG-UNSUPPORTED]" },
    { "a filter that is not there", IOS, "interface Gi1\n service-policy input X\n",
      "test.conf:2:2: error: quality of service is not supported [CFG-UNSUPPORTED]" },
    { "a line in the wrong block", FRR, "match as-path X\n", "this belongs under 'route-map'" },
    { "a line of the other dialect", FRR, "ip sla 100\n",
      "this is a line of Cisco IOS; the file is read as FRR" },
    { "an ambiguous beginning", FRR, "router bgp 1\n bgp c\n", "test.conf:2:" },
    { "ge below the length", FRR, "ip prefix-list A permit 10.0.0.0/16 ge 8\n",
      "test.conf:1:40: error: '8' will not do here; expected prefix length <= ge <= le "
      "[CFG-VALUE]" },
    { "le below the length", FRR, "ip prefix-list A permit 10.0.0.0/16 le 8\n",
      "test.conf:1:40: error: '8' will not do here; expected prefix length <= le [CFG-VALUE]" },
    { "hold time 2", FRR, "router bgp 1\n timers bgp 1 2\n",
      "test.conf:2:15: error: '2' will not do here; expected a hold time of 0 or at least 3 s" },
    { "a neighbor without AS", FRR, "router bgp 1\n neighbor 10.0.0.1 description x\n",
      "test.conf:2:2: error: neighbor 10.0.0.1 has no remote-as: its session cannot be made" },
    { "a group that is not there", FRR, "router bgp 1\n neighbor G remote-as 2\n",
      "test.conf:2:11: error: there is no such peer group yet" },
    { "an undefined list denies on FRR", FRR,
      "frr version 7.0\nrouter bgp 1\n neighbor 10.0.0.1 remote-as 2\n neighbor 10.0.0.1 "
      "prefix-list X in\n",
      "test.conf:3:2: warning: there is no prefix list 'X': on FRR an undefined list denies "
      "everything" },
    { "an undefined list permits on IOS", IOS,
      "router bgp 1\n neighbor 10.0.0.1 remote-as 2\n neighbor 10.0.0.1 route-map X in\n",
      "test.conf:2:2: warning: there is no route map 'X': on IOS an undefined list permits" },
    { "no policy, no routes", FRR, "router bgp 1\n neighbor 10.0.0.1 remote-as 2\n",
      "warning: neighbor 10.0.0.1 has no policy: no routes are exchanged with it (RFC 8212)" },
    { "a second AS for a neighbor", FRR,
      "router bgp 1\n neighbor 10.0.0.1 remote-as 2\n neighbor 10.0.0.1 remote-as 3\n",
      "test.conf:3:11: warning: the neighbor has another remote-as already" },
    { "bits beyond the mask", FRR, "ip route 10.0.0.1/8 10.1.1.1\n",
      "test.conf:1:10: warning: '10.0.0.1/8' has bits beyond its mask: taken as 10.0.0.0/8" },
    { "a placeholder", IOS, "interface Tunnel1\n tunnel destination 40.76.X.X\n",
      "test.conf:2:21: warning: placeholder '40.76.X.X': put your own value here" },
    { "iptables filters", FRR, "iptables -A FORWARD -j DROP\n",
      "test.conf:1:10: error: filtering by iptables is not supported" },
    { "static NAT", IOS, "ip nat inside source static 10.0.0.1 192.0.2.1\n",
      "test.conf:1:1: error: static translations are not supported" },
    { "a tracked route", IOS, "ip route 10.0.0.0 255.0.0.0 10.1.1.1 track 5\n",
      "error: the route follows a track object" },
    { "NAT in a VRF", IOS,
      "ip nat inside source list A interface GigabitEthernet1 vrf RED overload\n",
      "test.conf:1:60: error: VRFs are not supported" },
    { "a VRF in the older form", IOS, "ip vrf RED\n rd 1:1\n",
      "test.conf:1:8: error: VRFs are not supported" },
    { "a banner without an end", IOS, "hostname a\nbanner motd ^C\nrouter bgp 1\n",
      "test.conf:2:1: error: the banner does not end: all that follows is its text" },
    { "a message that ICMP does not have", IOS, "access-list 100 permit icmp any any echoes\n",
      "test.conf:1:37: error: 'echoes' will not do here; expected an ICMP message's name or type" },
    { "an ICMP message of another protocol", IOS, "access-list 100 permit tcp any any echo-reply\n",
      "test.conf:1:36: error: 'echo-reply' will not do here; expected 'log', 'established'" },
    { "a second ICMP message", IOS, "access-list 100 permit icmp any any echo 8\n",
      "test.conf:1:42: error: '8' will not do here" },
    { "an ICMP message in source NAT", IOS,
      "access-list 100 permit icmp any any echo\n"
      "ip nat inside source list 100 interface GigabitEthernet1 overload\n",
      "test.conf:1:1: error: ICMP types cannot be matched by source NAT" },
    { "a second word after log", IOS, "access-list 100 permit ip any any log A B\n",
      "'A' will not do here" },
    { "an AS learnt from the peer", FRR, "router bgp 1\n neighbor 10.0.0.1 remote-as auto\n",
      "test.conf:2:2: error: an AS learnt from the peer is not supported" },
    { "waiting for the kernel", FRR, "router bgp 1\n bgp suppress-fib-pending\n",
      "test.conf:2:2: error: routes are announced when they are chosen" },
    { "active for IPv6 by default", FRR, "router bgp 1\n bgp default ipv6-unicast\n",
      "test.conf:2:2: error: write neighbor X activate below address-family ipv6 unicast" },
    { "AS numbers with dots", FRR, "router bgp 1.10 as-notation dot\n neighbor 10.0.0.1 x\n",
      "test.conf:1:1: error: AS numbers are plain here" },
    { "eiBGP multipath", IOS, "router bgp 1\n maximum-paths eibgp 4\n",
      "test.conf:2:2: error: paths of eBGP and iBGP side by side are not supported" },
    { "additional paths to a neighbor", IOS,
      "router bgp 1\n neighbor 10.0.0.1 remote-as 2\n neighbor 10.0.0.1 advertise "
      "additional-paths all\n",
      "test.conf:3:2: error: additional paths are not supported" },
    { "how many translations there may be", IOS, "ip nat translation max-entries 5\n",
      "test.conf:1:20: error:" },
    { "an access list's port", IOS, "access-list 100 permit tcp any any eq nosuch\n",
      "test.conf:1:39: error: 'nosuch' will not do here; expected a port" },
};

static void test_findings(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(findings); i++) {
        struct reading r = read_text(findings[i].text, findings[i].dialect);
        char got[1024] = "";
        first_finding(&r, got, sizeof(got));
        if (!strstr(got, findings[i].want))
            fail_msg("%s: got \"%s\", want \"%s\"", findings[i].name, got, findings[i].want);
        reading_done(&r);
    }
}

/* What is said of a line is not said again of what follows from it. */
static void test_one_finding(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text;
    } cases[] = {
        { "remote-as auto, and more of the neighbor",
          "router bgp 1\n neighbor 10.0.0.1 remote-as auto\n neighbor 10.0.0.1 timers 3 9\n"
          " address-family ipv4 unicast\n  neighbor 10.0.0.1 soft-reconfiguration inbound\n" },
        { "before remote-as auto",
          "router bgp 1\n neighbor 10.0.0.1 timers 3 9\n neighbor 10.0.0.1 remote-as auto\n" },
        { "remote-as auto of a group",
          "router bgp 1\n neighbor G peer-group\n neighbor G remote-as auto\n"
          " neighbor 10.0.0.1 peer-group G\n neighbor 10.0.0.1 timers 3 9\n" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct reading r = read_text(cases[i].text, FRR);
        CLAIM(cases[i].name, r.diags.count == 1 && r.diags.errors == 1);
        reading_done(&r);
    }
}

/* Lines known and without meaning here are counted, with their reason. */
static void test_inert(void **state)
{
    (void)state;
    struct reading r =
        read_text("version 15.6\nip cef\nline con 0\n no modem enable\n logging synchronous\n"
                  "interface Gi1\n duplex auto\nno ip http server\n",
                  DIALECT_UNKNOWN);
    assert_true(r.ok);
    assert_int_equal(r.c->inert.n, 6);
    for (uint32_t i = 0; i < r.c->inert.n; i++)
        assert_true(r.c->inert.v[i].why && r.c->inert.v[i].why[0]);
    assert_int_equal(r.c->inert.v[0].at.line, 2);
    reading_done(&r);
}

static void test_allow_unsupported(void **state)
{
    (void)state;
    const char *text = "router ospf\n network 10.0.0.0/8 area 0\nexit\nfoo bar\nhostname x\n";
    struct reading r = read_bytes(text, strlen(text), DIALECT_FRR, true);
    assert_true(r.ok);
    assert_int_equal(r.diags.warnings, 2);
    assert_string_equal(r.c->hostname, "x");
    reading_done(&r);
}

/* The version decides what holds where nothing was said. */
static void test_defaults(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text;
        enum config_tri policy, import_check;
        uint16_t hold_s, paths;
    } cases[] = {
        { "FRR 8.5", "frr version 8.5\nrouter bgp 1\n", TRI_YES, TRI_YES, 180, 64 },
        { "FRR 7.2", "frr version 7.2\nrouter bgp 1\n", TRI_NO, TRI_NO, 180, 64 },
        { "FRR 7.4", "frr version 7.4\nrouter bgp 1\n", TRI_YES, TRI_YES, 180, 64 },
        { "FRR datacenter", "frr defaults datacenter\nrouter bgp 1\n", TRI_NO, TRI_YES, 9, 64 },
        { "FRR, said", "frr version 8.5\nrouter bgp 1\n no bgp ebgp-requires-policy\n", TRI_NO,
          TRI_YES, 180, 64 },
        { "IOS", "version 15.6\nrouter bgp 1\n", TRI_NO, TRI_YES, 180, 1 },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct reading r = read_text(cases[i].text, DIALECT_UNKNOWN);
        struct config_bgp b;
        config_bgp_resolve(r.c, &b);
        CLAIM(cases[i].name, b.ebgp_requires_policy == cases[i].policy);
        CLAIM(cases[i].name, b.network_import_check == cases[i].import_check);
        CLAIM(cases[i].name, b.hold_s == cases[i].hold_s);
        CLAIM(cases[i].name, b.af[CONFIG_AF_IPV4].maximum_paths == cases[i].paths);
        reading_done(&r);
    }
}

static void test_groups(void **state)
{
    (void)state;
    struct reading r =
        read_text("router bgp 65001\n neighbor G peer-group\n neighbor G remote-as internal\n"
                  " neighbor G timers 5 15\n neighbor 10.0.0.1 peer-group G\n"
                  " neighbor 10.0.0.1 timers 7 21\n neighbor 10.0.0.2 peer-group G\n"
                  " neighbor G weight 5\n",
                  FRR);
    struct config_neighbor n;
    struct ip_addr first = ip_from_u32(0x0a000001), second = ip_from_u32(0x0a000002);
    config_neighbor_resolve(r.c, config_neighbor_find(r.c, &first), &n);
    assert_int_equal(n.hold_s, 21);
    assert_int_equal(n.remote_as, 65001);
    assert_int_equal(n.ebgp_multihop, 255);
    config_neighbor_resolve(r.c, config_neighbor_find(r.c, &second), &n);
    assert_int_equal(n.hold_s, 15);
    assert_int_equal(n.af[CONFIG_AF_IPV4].weight, 5);
    reading_done(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_prints),
        cmocka_unit_test(test_findings),
        cmocka_unit_test(test_one_finding),
        cmocka_unit_test(test_inert),
        cmocka_unit_test(test_allow_unsupported),
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_groups),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
