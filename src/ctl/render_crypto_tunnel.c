/* `show interface Tunnel13` in IOS's layout. Lines of IOS about what a tunnel of ours has not
 * (queues, rates over five minutes, timers since the last packet) are left out: no figure is made
 * up. Counters are the tunnel's, over all its CHILD SAs. */
#include <stdio.h>
#include <string.h>

#include "ctl/crypto.h"

/* "1:2::3/64" has a colon, "10.0.0.1/30" none. */
static void put_addresses(struct render *r, const struct view_interface *i)
{
    char list[sizeof(i->addresses)];
    char *next = NULL;
    unsigned n = 0;
    snprintf(list, sizeof(list), "%s", i->addresses);
    for (char *w = strtok_r(list, " ", &next); w; w = strtok_r(NULL, " ", &next))
        if (!strchr(w, ':'))
            render_f(r, "  %s %s\n", n++ ? "Secondary address" : "Internet address is", w);
}

/* The transport as IOS names it: "IPSEC/IP" for `tunnel mode ipsec ipv4`. */
static const char *transport_of(const struct view_tunnel *t)
{
    if (strncmp(t->mode, "ipsec", 5) == 0)
        return t->destination.family == IP_V6 ? "IPSEC/IPV6" : "IPSEC/IP";
    return strncmp(t->mode, "gre", 3) == 0 || !t->mode[0] ? "GRE/IP" : t->mode;
}

static void put_ends(struct render *r, const struct crypto_facts *f, const struct view_tunnel *t,
                     const struct view_ike_sa *sa)
{
    char local[IP_TEXT_MAX], remote[IP_TEXT_MAX];
    const struct ip_addr *source = sa && sa->up ? &sa->local : &t->local;
    const struct view_interface *outside = crypto_interface_with(f, source);
    struct ip_addr written;
    bool is_address = ip_parse(t->source, &written);
    crypto_ip_text(source, local);
    crypto_ip_text(&t->destination, remote);
    render_f(r, "  Tunnel source %s", ip_bytes(source->family) ? local : "UNKNOWN");
    if (!is_address && t->source[0])
        render_f(r, " (%s)", t->source);
    else if (outside && !is_address)
        render_f(r, " (%s)", outside->alias[0] ? outside->alias : outside->name);
    render_f(r, ", destination %s\n", ip_bytes(t->destination.family) ? remote : "UNKNOWN");
}

static void put_counters(struct render *r, struct crypto_facts *f, const struct view_tunnel *t)
{
    const struct view_ike_totals *known = crypto_totals_of(f, t->name);
    struct view_ike_totals s = known ? *known : (struct view_ike_totals){ 0 };
    render_f(r, "     %llu packets input, %llu bytes\n     %llu input errors\n",
             (unsigned long long)s.packets_in, (unsigned long long)s.bytes_in,
             (unsigned long long)s.errors_in);
    render_f(r, "     %llu packets output, %llu bytes\n", (unsigned long long)s.packets_out,
             (unsigned long long)s.bytes_out);
}

void crypto_put_tunnel(struct render *r, struct crypto_facts *f, const struct view_tunnel *t,
                       const struct view_interface *i)
{
    const struct view_ike_sa *sa = crypto_sa_of(f, t->name);
    bool is_up = i && i->admin_up && i->running;
    const char *admin = t->is_shutdown || (i && !i->admin_up) ? "administratively down"
                        : i                                   ? "up"
                                                              : "down";
    render_f(r, "%s is %s, line protocol is %s \n  Hardware is Tunnel\n", t->name, admin,
             is_up ? "up" : "down");
    if (t->description[0])
        render_f(r, "  Description: %s\n", t->description);
    if (i)
        put_addresses(r, i);
    if (i)
        render_f(r, "  MTU %u bytes, BW %u Kbit/sec\n", i->mtu,
                 t->bandwidth_kbit ? t->bandwidth_kbit : 100);
    render_str(r, "  Encapsulation TUNNEL, loopback not set\n  Keepalive not set\n");
    render_f(r, "  Tunnel linestate evaluation %s\n", is_up ? "up" : "down");
    char buf[256];
    struct text held = text_init(buf, sizeof(buf));
    if (crypto_held_text(t, &held))
        render_f(r, "  Tunnel is held down: %s\n", buf);
    put_ends(r, f, t, sa);
    render_f(r, "  Tunnel protocol/transport %s\n", transport_of(t));
    if (i)
        render_f(r, "  Tunnel transport MTU %u bytes\n", i->mtu);
    if (t->ipsec_profile[0])
        render_f(r, "  Tunnel protection via IPSec (profile \"%s\")\n", t->ipsec_profile);
    put_counters(r, f, t);
}
