/* Interfaces and their addresses, tunnels included. */
#include "config/parser.h"

#include <string.h>

static struct config_interface *current(struct parser *p)
{
    return &p->c->interfaces.v[p->interface];
}

static void set_interface(struct parser *p, const struct cmd_args *a)
{
    const char *name = parser_interface(p, a, 0);
    if (!name)
        return;
    struct config_interface *i = store_interface(p, name, !a->no);
    if (i && a->no) {
        i->at.line = 0;
        store_forget(p, INDEX_INTERFACE, 0, name);
        return;
    }
    if (!i) {
        p->refused = true;
        return;
    }
    p->interface = (uint32_t)(i - p->c->interfaces.v);
    if (config_is_dead(i->at))
        i->at = parser_at(p, 0);
}

static void set_interface_vrf(struct parser *p, const struct cmd_args *a)
{
    parser_error(p, "CFG-UNSUPPORTED", a->v[1].word, "interfaces in a VRF are not supported", NULL);
}

/* ---- addresses ------------------------------------------------------------------------------- */

static void drop_addresses(struct config_interface *i, uint8_t family)
{
    for (uint32_t k = 0; k < i->addresses.n; k++) {
        if (family == IP_NONE || i->addresses.v[k].prefix.family == family)
            i->addresses.v[k].at.line = 0;
    }
}

static void add_address(struct parser *p, struct prefix address, bool secondary, bool no)
{
    struct config_interface *i = current(p);
    uint32_t *value = index_make(&p->index, INDEX_ADDRESS, p->interface, &address, sizeof(address));
    if (!value)
        return;
    if (*value != INDEX_NONE && config_is_dead(i->addresses.v[*value].at))
        *value = INDEX_NONE;
    if (no) {
        if (*value != INDEX_NONE)
            i->addresses.v[*value].at.line = 0;
        return;
    }
    /* IOS has one primary address: a new one takes the place of the old. */
    if (parser_is_ios(p) && !secondary && address.family == IP_V4) {
        for (uint32_t k = 0; k < i->addresses.n && parser_may_scan(p, 1); k++) {
            struct config_address *old = &i->addresses.v[k];
            if (old->prefix.family == IP_V4 && !old->secondary)
                old->at.line = 0;
        }
    }
    if (*value != INDEX_NONE && !config_is_dead(i->addresses.v[*value].at)) {
        i->addresses.v[*value].secondary = secondary;
        return;
    }
    struct config_address *new = LIST_PUSH(p, i->addresses);
    if (!new)
        return;
    *new =
        (struct config_address){ .prefix = address, .secondary = secondary, .at = parser_at(p, 0) };
    *value = i->addresses.n - 1;
    i->dhcp = i->dhcp && address.family != IP_V4;
}

/* "10.0.0.1/8" with its host bits kept. */
static bool address_of(const char *s, struct prefix *ret)
{
    char ip_text[IP_TEXT_MAX];
    const char *slash = strchr(s, '/');
    struct prefix net;
    struct ip_addr ip;
    if (!slash || (size_t)(slash - s) >= sizeof(ip_text) || !prefix_parse(s, &net, NULL))
        return false;
    memcpy(ip_text, s, (size_t)(slash - s));
    ip_text[slash - s] = '\0';
    if (!ip_parse(ip_text, &ip))
        return false;
    net.family = ip.family;
    memcpy(net.b, ip.b, sizeof(net.b));
    *ret = net;
    return true;
}

static void set_address_slash(struct parser *p, const struct cmd_args *a)
{
    struct prefix address;
    if (!a->v[0].present) {
        drop_addresses(current(p), a->row->arg ? IP_V6 : IP_V4);
        return;
    }
    if (!address_of(parser_arg(p, a, 0), &address)) {
        parser_bad(p, a->v[0].word, "an address with its length");
        return;
    }
    bool secondary = a->row->arg == 0 && a->v[1].present;
    add_address(p, address, secondary, a->no);
}

static void set_address_mask(struct parser *p, const struct cmd_args *a)
{
    if (!a->v[0].present) {
        drop_addresses(current(p), IP_V4);
        current(p)->dhcp = false;
        return;
    }
    struct ip_addr ip = parser_ip(p, a, 0), mask = parser_ip(p, a, 1);
    uint8_t len = 32;
    if (mask.family == IP_V4 && !ip_mask_to_len(&mask, &len))
        return;
    struct prefix address = { .family = IP_V4, .len = len };
    memcpy(address.b, ip.b, sizeof(address.b));
    add_address(p, address, a->v[2].present, a->no);
}

static void set_dhcp(struct parser *p, const struct cmd_args *a)
{
    current(p)->dhcp = !a->no;
    if (!a->no)
        drop_addresses(current(p), IP_V4);
}

static void set_link_local(struct parser *p, const struct cmd_args *a)
{
    struct ip_addr ip = parser_ip(p, a, 0);
    struct prefix address = { .family = IP_V6, .len = 64 };
    if (!ip_is_link_local(&ip)) {
        parser_bad(p, a->v[0].word, "a link-local address (fe80::/10)");
        return;
    }
    memcpy(address.b, ip.b, sizeof(address.b));
    add_address(p, address, false, a->no);
}

/* ---- plain settings: the row's arg is the member's offset
 * ---------------------------------------- */

static void *member(struct parser *p, const struct cmd_args *a)
{
    return (char *)current(p) + a->row->arg;
}

static void set_flag(struct parser *p, const struct cmd_args *a)
{
    *(bool *)member(p, a) = !a->no;
}

/* Of lines whose `no` form is the one that is printed: no ip redirects. */
static void set_flag_off(struct parser *p, const struct cmd_args *a)
{
    *(bool *)member(p, a) = a->no;
}

static void set_u32(struct parser *p, const struct cmd_args *a)
{
    *(uint32_t *)member(p, a) = a->no ? 0 : a->v[0].number;
}

static void set_u16(struct parser *p, const struct cmd_args *a)
{
    *(uint16_t *)member(p, a) = a->no ? 0 : (uint16_t)a->v[0].number;
}

static void set_text(struct parser *p, const struct cmd_args *a)
{
    *(const char **)member(p, a) = a->no ? NULL : parser_keep_rest(p, a, 0);
}

static void set_word(struct parser *p, const struct cmd_args *a)
{
    *(const char **)member(p, a) = a->no ? NULL : parser_keep_arg(p, a, 0);
}

static void set_interface_name(struct parser *p, const struct cmd_args *a)
{
    *(const char **)member(p, a) = a->no ? NULL : parser_interface(p, a, 0);
}

static void set_access_group(struct parser *p, const struct cmd_args *a)
{
    const char *name = a->no ? NULL : parser_keep_arg(p, a, 0);
    if (a->v[1].number == DIR_IN)
        current(p)->acl_in = name;
    else
        current(p)->acl_out = name;
}

static void set_nat_side(struct parser *p, const struct cmd_args *a)
{
    current(p)->nat_side = a->no                 ? NAT_SIDE_NONE
                           : a->v[0].number == 0 ? NAT_SIDE_INSIDE
                                                 : NAT_SIDE_OUTSIDE;
}

static void set_vrf(struct parser *p, const struct cmd_args *a)
{
    const char *name = a->no ? NULL : parser_keep_arg(p, a, 0);
    if (name && !lex_is_management_vrf(name)) {
        parser_error(p, "CFG-UNSUPPORTED", a->v[0].word, "VRFs are not supported",
                     "a management VRF, whose name says so");
        return;
    }
    if (name && current(p)->addresses.n > 0) {
        parser_warn(p, "CFG-SUSPECT", 0, "the interface's addresses are removed, as IOS does",
                    NULL);
        drop_addresses(current(p), IP_NONE);
    }
    current(p)->vrf = name;
}

static void set_vrf_definition(struct parser *p, const struct cmd_args *a)
{
    if (a->no || lex_is_management_vrf(parser_arg(p, a, 0)))
        parser_inert(p, "a management VRF carries nothing of ours");
    else
        parser_error(p, "CFG-UNSUPPORTED", a->v[0].word, "VRFs are not supported",
                     "a management VRF, whose name says so");
}

/* ---- tunnels --------------------------------------------------------------------------------- */

static void placeholder(struct parser *p, size_t word)
{
    char what[160];
    struct text t = text_init(what, sizeof(what));
    text_str(&t, "placeholder '");
    text_str(&t, parser_word(p, word));
    text_str(&t, "': put your own value here; the tunnel stays down until then");
    parser_warn(p, "CFG-PLACEHOLDER", word, what, NULL);
}

static void set_tunnel_source(struct parser *p, const struct cmd_args *a)
{
    struct config_interface *i = current(p);
    i->is_tunnel = true;
    i->tunnel_source = NULL;
    if (a->no)
        return;
    i->tunnel_source = a->row->arg ? parser_interface(p, a, 0) : parser_keep_arg(p, a, 0);
    if (i->tunnel_source && lex_is_placeholder(i->tunnel_source))
        placeholder(p, a->v[0].word);
}

static void set_tunnel_destination(struct parser *p, const struct cmd_args *a)
{
    struct config_interface *i = current(p);
    i->is_tunnel = true;
    i->tunnel_destination = (struct ip_addr){ 0 };
    i->tunnel_destination_text = NULL;
    if (a->no)
        return;
    i->tunnel_destination = parser_ip(p, a, 0);
    i->tunnel_destination_text = parser_keep_arg(p, a, 0);
    if (i->tunnel_destination.family == IP_NONE)
        placeholder(p, a->v[0].word);
}

static void set_tunnel_mode(struct parser *p, const struct cmd_args *a)
{
    static const char *const modes[] = { "ipsec ipv4", "ipsec ipv6",     "gre ip",
                                         "gre ipv6",   "gre multipoint", "ipip" };
    struct config_interface *i = current(p);
    i->is_tunnel = true;
    i->tunnel_mode = a->no ? NULL : modes[a->row->arg];
    if (!a->no && a->row->arg >= 2)
        parser_warn(p, "CFG-UNSUPPORTED", 0, "tunnels other than IPsec are not brought up",
                    "use tunnel mode ipsec ipv4");
}

static void set_protection(struct parser *p, const struct cmd_args *a)
{
    current(p)->is_tunnel = true;
    current(p)->tunnel_ipsec_profile = a->no ? NULL : parser_keep_arg(p, a, 0);
}

/* `preferred` would go by the routes while the interface is down, and so back into the tunnel. */
static void set_via(struct parser *p, const struct cmd_args *a)
{
    if (!a->no && a->v[1].number == 1) {
        parser_error(p, "CFG-UNSUPPORTED", a->v[1].word,
                     "tunnel route-via preferred is not supported", "mandatory");
        return;
    }
    current(p)->is_tunnel = true;
    current(p)->tunnel_via = a->no ? NULL : parser_interface(p, a, 0);
}

/* vxlan id N remote ADDRESS: 2, 4, 6 [local, dstport, dev]; 3, 5, 7 their values. */
static void set_vxlan(struct parser *p, const struct cmd_args *a)
{
    struct config_vxlan x = { 0 };
    if (!a->no) {
        x = (struct config_vxlan){ .vni = a->v[0].number,
                                   .remote = parser_ip(p, a, 1),
                                   .port = a->v[4].present ? (uint16_t)a->v[5].number : 0,
                                   .device = parser_interface(p, a, 7) };
        if (a->v[2].present)
            x.local = parser_ip(p, a, 3);
        if (a->v[2].present && x.local.family != x.remote.family) {
            parser_bad(p, a->v[3].word, "an address of the family of the other end");
            return;
        }
    }
    current(p)->vxlan = x;
}

#define OFFSET(m) ((uint32_t)offsetof(struct config_interface, m))
#define ROW(d, s, f, o, h)                                                                         \
    {                                                                                              \
        .mode = MODE_INTERFACE, .dialects = (d), .syntax = (s), .set = (f), .arg = (o),            \
        .help = (h)                                                                                \
    }
/* Read and kept, so that they can be converted; not done here. */
#define REFUSED(d, s, f, o, w)                                                                     \
    {                                                                                              \
        .mode = MODE_INTERFACE, .dialects = (d), .syntax = (s), .set = (f), .arg = (o),            \
        .why = (w), .flags = ROW_REFUSED                                                           \
    }
/* Read and kept, so that they can be converted; without meaning here. */
#define KEPT(d, s, f, o, w)                                                                        \
    {                                                                                              \
        .mode = MODE_INTERFACE, .dialects = (d), .syntax = (s), .set = (f), .arg = (o), .why = (w) \
    }
/* Applied on some kinds of interface only. */
#define PARTLY(d, s, f, o, k, h, w)                                                                \
    {                                                                                              \
        .mode = MODE_INTERFACE, .dialects = (d), .syntax = (s), .set = (f), .arg = (o),            \
        .flags = (k), .help = (h), .why = (w)                                                      \
    }

static const struct cmd_row rows[] = {
    { .mode = MODE_GLOBAL,
      .dialects = IN_BOTH,
      .syntax = "interface <interface>",
      .set = set_interface,
      .enters = MODE_INTERFACE,
      .flags = ROW_NAMED,
      .help = "Settings of an interface; `no` forgets them" },
    { .mode = MODE_GLOBAL,
      .dialects = IN_IOS,
      .syntax = "interface <interface> {point-to-point|multipoint}",
      .set = set_interface,
      .enters = MODE_INTERFACE,
      .flags = ROW_NAMED,
      .help = "A subinterface, with its kind" },
    { .mode = MODE_GLOBAL,
      .dialects = IN_FRR,
      .syntax = "interface <interface> vrf <name>",
      .set = set_interface_vrf,
      .enters = MODE_LOST,
      .help = "Refused: interfaces in a VRF" },
    { .mode = MODE_GLOBAL,
      .dialects = IN_IOS,
      .syntax = "vrf definition <name>",
      .set = set_vrf_definition,
      .enters = MODE_INERT,
      .flags = ROW_NAMED,
      .help = "A management VRF; others are refused" },
    { .mode = MODE_GLOBAL,
      .dialects = IN_IOS,
      .syntax = "ip vrf <name>",
      .set = set_vrf_definition,
      .enters = MODE_INERT,
      .flags = ROW_NAMED,
      .help = "The same in the older form" },
    ROW(IN_BOTH, "description <line>", set_text, OFFSET(description), "A text for people"),
    ROW(IN_BOTH, "ip address <net4> [secondary] [label <name>]", set_address_slash, 0,
        "An IPv4 address with its length"),
    ROW(IN_BOTH, "ip address <ip> <mask> [secondary]", set_address_mask, 0,
        "An IPv4 address with its netmask"),
    ROW(IN_BOTH, "ip address {dhcp|negotiated}", set_dhcp, 0, "The address comes from elsewhere"),
    ROW(IN_BOTH, "ipv6 address <net6> [eui-64]", set_address_slash, 1,
        "An IPv6 address with its length"),
    ROW(IN_IOS, "ipv6 address <ip6> link-local", set_link_local, 0, "The link-local address"),
    ROW(IN_BOTH, "shutdown", set_flag, OFFSET(shutdown), "Take the interface down"),
    PARTLY(IN_BOTH, "mtu <68-65535>", set_u32, OFFSET(mtu), ROW_ON_VXLANS | ROW_ON_LINKS,
           "The largest packet of the interface: the device's MTU, which comes back when the line "
           "goes, or with an orderly end",
           "of a tunnel it is `ip mtu`; loopbacks cut nothing"),
    PARTLY(IN_BOTH, "ip mtu <68-65535>", set_u32, OFFSET(ip_mtu), ROW_ON_SOME,
           "The largest IP packet: on a tunnel of what goes in; on a link as `mtu`, of both the "
           "smaller one",
           "loopbacks cut nothing"),
    KEPT(IN_BOTH, "bandwidth <1-100000000>", set_u32, OFFSET(bandwidth_kbit),
         "a metric of protocols that are refused; shown again"),
    KEPT(IN_IOS, "encapsulation dot1q <1-4094> [native]", set_u16, OFFSET(dot1q_vlan),
         "VLANs are the host's links: make one, and name it in --interface-map"),
    PARTLY(IN_BOTH, "ip tcp adjust-mss <500-1460>", set_u16, OFFSET(tcp_mss), ROW_ON_SOME,
           "Lower the MSS of TCP connections that pass, for what goes in and what comes out; on "
           "links by nftables, of what is forwarded over IPv4",
           "nothing is forwarded through a loopback"),
    ROW(IN_BOTH, "ip nat {inside|outside}", set_nat_side, 0, "The side of source NAT"),
    REFUSED(IN_BOTH, "ip access-group <name> {in|out}", set_access_group, 0,
            "ip access-group is not supported, packets would not be filtered: filter with "
            "nftables, and remove the line"),
    KEPT(IN_IOS, "ip redirects", set_flag_off, OFFSET(no_redirects),
         "the host's kernel decides: sysctl net.ipv4.conf.DEV.send_redirects"),
    KEPT(IN_IOS, "ip unreachables", set_flag_off, OFFSET(no_unreachables),
         "error messages, which are the kernel's"),
    KEPT(IN_IOS, "ip proxy-arp", set_flag_off, OFFSET(no_proxy_arp),
         "the host's kernel decides: sysctl net.ipv4.conf.DEV.proxy_arp"),
    PARTLY(IN_IOS, "ip unnumbered <interface>", set_interface_name, OFFSET(ip_unnumbered),
           ROW_ON_TUNNELS, "The tunnel carries IPv4 without an address of its own",
           "the host's links have addresses of their own, or none"),
    KEPT(IN_IOS, "vrf forwarding <name>", set_vrf, 0,
         "a management VRF carries nothing of ours: the interface takes no part; other VRFs are "
         "refused"),
    KEPT(IN_IOS, "ip vrf forwarding <name>", set_vrf, 0, "the same in the older form"),
    ROW(IN_BOTH, "tunnel source <addr?>", set_tunnel_source, 0, "The tunnel's own outer address"),
    ROW(IN_BOTH, "tunnel source <interface>", set_tunnel_source, 1,
        "The interface whose address is the outer one"),
    ROW(IN_BOTH, "tunnel destination <addr?>", set_tunnel_destination, 0,
        "The other end's outer address"),
    ROW(IN_BOTH, "tunnel route-via <interface> {mandatory|preferred}", set_via, 0,
        "Packets to the other end leave by this interface, whatever the routes say; `preferred` is "
        "refused"),
    ROW(IN_BOTH, "tunnel mode ipsec ipv4", set_tunnel_mode, 0, "IPsec, IPv4 outside"),
    ROW(IN_BOTH, "tunnel mode ipsec ipv6", set_tunnel_mode, 1, "IPsec, IPv6 outside"),
    ROW(IN_BOTH, "tunnel mode gre ip", set_tunnel_mode, 2, "GRE over IPv4"),
    ROW(IN_BOTH, "tunnel mode gre ipv6", set_tunnel_mode, 3, "GRE over IPv6"),
    ROW(IN_BOTH, "tunnel mode gre multipoint", set_tunnel_mode, 4, "Multipoint GRE"),
    ROW(IN_BOTH, "tunnel mode ipip", set_tunnel_mode, 5, "IP in IP"),
    ROW(IN_BOTH, "tunnel protection ipsec profile <name> [shared]", set_protection, 0,
        "Protect the tunnel by an IPsec profile"),
    ROW(IN_BOTH, "tunnel protection ipsec policy ipv4 <name>", set_word,
        OFFSET(tunnel_ipsec_policy),
        "Protect only what this access list permits, for peers with policy-based tunnels"),
    ROW(IN_BOTH,
        "vxlan id <1-16777215> remote <addr> ([local <addr>] [dstport <1-65535>] [dev "
        "<interface>])",
        set_vxlan, 0, "The interface is a VXLAN to this other end; port 4789 unless it is said"),
    ROW(IN_BOTH, "crypto map <name>", set_word, OFFSET(crypto_map),
        "Refused where it would be used: policy-based tunnels go by a tunnel interface"),
};

const struct cmd_rows cmd_rows_interface = { "Interfaces", rows, ARRAY_LEN(rows) };
