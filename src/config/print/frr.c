/* The running configuration as vtysh prints it. */
#include "config/print.h"

#include <string.h>

#include "config/lex.h"

static void print_head(struct out *o)
{
    const struct config *c = o->c;
    if (!o->convert && c->version.text[0])
        out_line(o, 0, "frr version ", c->version.text, NULL);
    out_line(o, 0, "frr defaults ", c->datacenter ? "datacenter" : "traditional", NULL);
    if (c->hostname[0])
        out_line(o, 0, "hostname ", c->hostname, NULL);
    if (c->log_syslog_level)
        out_line(o, 0, c->log_syslog_level[0] ? "log syslog " : "log syslog", c->log_syslog_level,
                 NULL);
    out_tri(o, 0, c->ip_forwarding, "ip forwarding");
    out_tri(o, 0, c->ipv6_forwarding, "ipv6 forwarding");
    out_line(o, 0, "service integrated-vtysh-config", NULL, NULL);
    if (c->router_id.family != IP_NONE) {
        out_begin(o, 0, "ip router-id");
        out_ip(o, &c->router_id);
        out_end(o);
    }
    out_tri(o, 0, c->nht_resolve_via_default[CONFIG_AF_IPV4], "ip nht resolve-via-default");
    out_tri(o, 0, c->nht_resolve_via_default[CONFIG_AF_IPV6], "ipv6 nht resolve-via-default");
    out_bang(o);
}

static void number(struct out *o, const char *what, uint32_t value)
{
    if (!value)
        return;
    out_begin(o, 1, what);
    out_number(o, value);
    out_end(o);
}

static void print_interface(struct out *o, const struct config_interface *i)
{
    out_line(o, 0, "interface ", i->name, NULL);
    if (i->description)
        out_line(o, 1, "description ", i->description, NULL);
    number(o, "bandwidth", i->bandwidth_kbit);
    number(o, "mtu", i->mtu);
    if (i->dhcp)
        out_line(o, 1, "ip address dhcp", NULL, NULL);
    for (uint32_t k = 0; k < i->addresses.n; k++)
        print_interface_address(o, &i->addresses.v[k]);
    if (i->acl_in)
        out_line(o, 1, "ip access-group ", i->acl_in, " in");
    if (i->acl_out)
        out_line(o, 1, "ip access-group ", i->acl_out, " out");
    if (i->nat_side != NAT_SIDE_NONE)
        out_line(o, 1, i->nat_side == NAT_SIDE_INSIDE ? "ip nat inside" : "ip nat outside", NULL,
                 NULL);
    number(o, "ip mtu", i->ip_mtu);
    number(o, "ip tcp adjust-mss", i->tcp_mss);
    if (i->shutdown)
        out_line(o, 1, "shutdown", NULL, NULL);
    print_tunnel(o, i);
    out_line(o, 0, "exit", NULL, NULL);
    out_bang(o);
}

void print_frr(struct out *o)
{
    const struct config *c = o->c;
    print_head(o);
    print_statics(o);
    if (c->statics.n > 0)
        out_bang(o);
    print_crypto(o);
    for (uint32_t i = 0; i < c->interfaces.n; i++)
        print_interface(o, &c->interfaces.v[i]);
    print_bgp(o);
    print_access_lists(o);
    print_prefix_lists(o);
    print_as_path_lists(o);
    print_community_lists(o);
    print_route_maps(o);
    print_nat(o);
    out_line(o, 0, "end", NULL, NULL);
}
