/* The running configuration as `show running-config` of IOS prints it. */
#include "config/print.h"

#include <string.h>

#include "config/lex.h"

static void number(struct out *o, const char *what, uint32_t value)
{
    if (!value)
        return;
    out_begin(o, 1, what);
    out_number(o, value);
    out_end(o);
}

static bool has_ipv4(const struct config_interface *i)
{
    for (uint32_t k = 0; k < i->addresses.n; k++) {
        if (i->addresses.v[k].prefix.family == IP_V4)
            return true;
    }
    return i->dhcp || i->ip_unnumbered;
}

static void print_interface(struct out *o, const struct config_interface *i)
{
    out_line(o, 0, "interface ", i->name, NULL);
    if (i->description)
        out_line(o, 1, "description ", i->description, NULL);
    number(o, "bandwidth", i->bandwidth_kbit);
    number(o, "encapsulation dot1Q", i->dot1q_vlan);
    if (i->vrf)
        out_line(o, 1, "vrf forwarding ", i->vrf, NULL);
    if (!has_ipv4(i))
        out_line(o, 1, "no ip address", NULL, NULL);
    if (i->dhcp)
        out_line(o, 1, "ip address dhcp", NULL, NULL);
    if (i->ip_unnumbered)
        out_line(o, 1, "ip unnumbered ", i->ip_unnumbered, NULL);
    for (uint32_t k = 0; k < i->addresses.n; k++)
        print_interface_address(o, &i->addresses.v[k]);
    if (i->acl_in)
        out_line(o, 1, "ip access-group ", i->acl_in, " in");
    if (i->acl_out)
        out_line(o, 1, "ip access-group ", i->acl_out, " out");
    if (i->no_redirects)
        out_line(o, 1, "no ip redirects", NULL, NULL);
    if (i->no_unreachables)
        out_line(o, 1, "no ip unreachables", NULL, NULL);
    if (i->no_proxy_arp)
        out_line(o, 1, "no ip proxy-arp", NULL, NULL);
    number(o, "mtu", i->mtu);
    number(o, "ip mtu", i->ip_mtu);
    if (i->nat_side != NAT_SIDE_NONE)
        out_line(o, 1, i->nat_side == NAT_SIDE_INSIDE ? "ip nat inside" : "ip nat outside", NULL,
                 NULL);
    number(o, "ip tcp adjust-mss", i->tcp_mss);
    if (i->shutdown)
        out_line(o, 1, "shutdown", NULL, NULL);
    print_tunnel(o, i);
    out_bang(o);
}

static void print_tracks(struct out *o)
{
    bool below = false;
    for (uint32_t i = 0; i < o->c->tracks.n; i++) {
        const struct config_words *w = &o->c->tracks.v[i];
        bool head = lex_eq(w->words.v[0], "ip") || lex_eq(w->words.v[0], "track");
        print_words(o, head || !below ? 0 : 1, w);
        below = below || head;
    }
    if (o->c->tracks.n > 0)
        out_bang(o);
}

void print_ios(struct out *o)
{
    const struct config *c = o->c;
    /* The line tells the dialect: a converted text says one that all of its words are of. */
    const char *version = o->convert ? "15.6" : c->version.text;
    if (version[0]) {
        out_line(o, 0, "version ", version, NULL);
        out_bang(o);
    }
    if (c->hostname[0]) {
        out_line(o, 0, "hostname ", c->hostname, NULL);
        out_bang(o);
    }
    out_tri(o, 0, o->convert ? TRI_UNSET : c->ip_forwarding, "ip routing");
    out_tri(o, 0, c->ipv6_forwarding, "ipv6 unicast-routing");
    print_tracks(o);
    print_crypto(o);
    for (uint32_t i = 0; i < c->interfaces.n; i++)
        print_interface(o, &c->interfaces.v[i]);
    print_bgp(o);
    print_nat(o);
    print_statics(o);
    if (c->statics.n > 0)
        out_bang(o);
    print_as_path_lists(o);
    print_community_lists(o);
    print_prefix_lists(o);
    print_route_maps(o);
    print_access_lists(o);
    out_line(o, 0, "end", NULL, NULL);
}
