/* A site: its section of the topology, and the configurations of its routers. */
#include "plan/put.h"
#include "plan/write.h"

#include "cloud/azure/facts.h"
#include "cloud/limits.h"

/* A stand-in: the carrier has the other address of a pair. */
enum { CARRIER_LEN = 31 };

/* Azure's is the smallest of what the providers advise (1350); it does for all. */
static int mss(void)
{
    return (int)cloud_number(NULL, &azure_facts[AZURE_VPN_IPSEC_MSS]);
}

void put_sites(const struct plan *p, struct text *out)
{
    const struct plan_network *n = put_network(p, PLAN_SITE);
    if (!n)
        return;
    put(out, "\nsites:\n  %s:\n", n->o.name);
    if (n->region)
        put(out, "    location: \"%s\"\n", n->region);
    put(out, "    networks:\n");
    for (uint32_t i = 0; i < n->address_space.count; i++)
        put(out, "      lan%u: {prefix: %s}\n", i, put_prefix(&n->address_space.items[i]).s);
    put(out, "    routers:\n");
    for (uint32_t i = 0; i < n->public_addresses.count; i++)
        put(out,
            "      %s-r%u:\n        device: {configuration: %s-r%u.cfg}\n        interfaces:\n"
            "          GigabitEthernet1: {internet: true}\n",
            n->o.name, i, n->o.name, i);
}

/* One tunnel interface of the router. */
struct leg {
    const struct plan_link *link;
    const struct plan_tunnel *tunnel;
    uint32_t number;
};

static uint32_t legs_of(const struct plan *p, const struct plan_network *site, uint32_t router,
                        struct leg legs[PLAN_LINKS_MAX * PLAN_TUNNELS_MAX])
{
    uint32_t n = 0;
    for (const struct plan_link *l = NULL; (l = put_next_link(p, site, l)) != NULL;) {
        assert(plan_side(l, site) == 1);
        for (uint32_t i = 0; i < l->tunnel_count; i++) {
            if (l->tunnels[i].end[1] == router) {
                legs[n] = (struct leg){ l, &l->tunnels[i], n };
                n++;
            }
        }
    }
    return n;
}

static void put_crypto(const struct leg *legs, uint32_t n, struct ip_addr outside, struct text *out)
{
    put(out,
        "crypto ikev2 proposal PLAN\n encryption aes-cbc-256\n integrity sha256\n group 14\n!\n"
        "crypto ikev2 policy PLAN\n match address local %s\n proposal PLAN\n!\n"
        "crypto ikev2 keyring PLAN\n",
        put_addr(outside).s);
    for (uint32_t i = 0; i < n; i++) {
        struct put_text peer = put_addr(put_public(legs[i].link, 0, legs[i].tunnel->end[0]));
        put(out, " peer %s-%u\n  address %s\n  pre-shared-key %s\n !\n",
            legs[i].link->side[0]->o.name, i, peer.s, legs[i].tunnel->key);
    }
    put(out, "!\ncrypto ikev2 profile PLAN\n match address local %s\n", put_addr(outside).s);
    for (uint32_t i = 0; i < n; i++)
        put(out, " match identity remote address %s 255.255.255.255\n",
            put_addr(put_public(legs[i].link, 0, legs[i].tunnel->end[0])).s);
    put(out, " authentication local pre-share\n authentication remote pre-share\n"
             " keyring local PLAN\n lifetime 28800\n dpd 10 3 periodic\n!\n"
             "crypto ipsec transform-set PLAN esp-gcm 256\n mode tunnel\n!\n"
             "crypto ipsec profile PLAN\n set transform-set PLAN\n set pfs group14\n"
             " set ikev2-profile PLAN\n!\n");
}

static void put_interface(const struct leg *leg, struct ip_addr outside, struct text *out)
{
    const struct plan_tunnel *t = leg->tunnel;
    put(out, "interface Tunnel%u\n", leg->number);
    if (t->inside.family != IP_NONE)
        put(out, " ip address %s %s\n", put_addr(plan_inside(leg->link, t, 1)).s, put_mask(30).s);
    else
        put(out, " ip unnumbered Loopback0\n");
    put(out,
        " ip mtu 1400\n ip tcp adjust-mss %d\n tunnel source %s\n tunnel mode ipsec ipv4\n"
        " tunnel destination %s\n tunnel protection ipsec profile PLAN\n!\n",
        mss(), put_addr(outside).s, put_addr(put_public(leg->link, 0, t->end[0])).s);
}

/* Where Azure's instance speaks BGP: in its GatewaySubnet, of an active-standby gateway the last
 * host, else the first ones that Azure gives out. Known for certain when the gateway is made. */
static struct ip_addr azure_speaker(const struct plan *p, const struct plan_network *azure,
                                    uint32_t instance)
{
    struct prefix s = put_gateway_subnet(azure);
    struct ip_addr a = prefix_addr(&s);
    uint32_t size = UINT32_C(1) << (32 - s.len);
    uint32_t first = (uint32_t)cloud_number(NULL, &azure_facts[AZURE_VNET_FIRST_USABLE]);
    return ip_from_u32(ip_to_u32(&a) + (plan_is_active_active(p) ? first + instance : size - 2));
}

static void put_neighbor(const struct plan *p, const struct leg *leg, struct text *out)
{
    const struct plan_network *peer = leg->link->side[0];
    bool azure = peer->provider == PLAN_AZURE;
    struct put_text a = put_addr(azure ? azure_speaker(p, peer, leg->tunnel->end[0])
                                       : plan_inside(leg->link, leg->tunnel, 0));
    put(out, " neighbor %s remote-as %u\n", a.s, plan_asn(p, peer));
    if (azure)
        put(out, " neighbor %s ebgp-multihop 255\n neighbor %s update-source Loopback0\n", a.s,
            a.s);
    else /* Azure's own timers are the longer ones, and hold */
        put(out, " neighbor %s timers 10 30\n", a.s);
    put(out, " neighbor %s prefix-list SITE out\n", a.s);
}

static void put_bgp(const struct plan *p, const struct plan_network *site, const struct leg *legs,
                    uint32_t n, struct text *out)
{
    put(out, "router bgp %u\n bgp log-neighbor-changes\n", plan_asn(p, site));
    for (uint32_t i = 0; i < site->address_space.count; i++) {
        struct ip_addr a = prefix_addr(&site->address_space.items[i]);
        put(out, " network %s mask", put_addr(a).s);
        put(out, " %s\n", put_mask(site->address_space.items[i].len).s);
    }
    for (uint32_t i = 0; i < n; i++) {
        if (legs[i].link->bgp)
            put_neighbor(p, &legs[i], out);
    }
    put(out, " maximum-paths %d\n!\n", PLAN_TUNNELS_MAX);
}

static void put_static(const struct plan *p, const struct plan_network *site,
                       const struct leg *legs, uint32_t n, struct text *out)
{
    for (uint32_t i = 0; i < site->address_space.count; i++) {
        const struct prefix *s = &site->address_space.items[i];
        put(out, "ip route %s", put_addr(prefix_addr(s)).s);
        put(out, " %s Null0 254\n", put_mask(s->len).s);
    }
    for (uint32_t i = 0; i < n; i++) {
        const struct plan_network *peer = legs[i].link->side[0];
        if (legs[i].link->bgp && peer->provider == PLAN_AZURE)
            put(out, "ip route %s 255.255.255.255 Tunnel%u\n",
                put_addr(azure_speaker(p, peer, legs[i].tunnel->end[0])).s, i);
        for (uint32_t k = 0; !legs[i].link->bgp && k < peer->address_space.count; k++) {
            const struct prefix *s = &peer->address_space.items[k];
            put(out, "ip route %s", put_addr(prefix_addr(s)).s);
            put(out, " %s Tunnel%u\n", put_mask(s->len).s, i);
        }
    }
    put(out, "!\n");
}

void plan_write_router(const struct plan *p, const struct plan_network *site, uint32_t router,
                       struct text *out)
{
    struct leg legs[PLAN_LINKS_MAX * PLAN_TUNNELS_MAX];
    uint32_t n = legs_of(p, site, router, legs);
    struct ip_addr outside = site->public_addresses.items[router];
    put(out,
        "! Made by `spanway plan`. To be replaced: each ReplaceMe key, each tunnel destination\n"
        "! (stand-ins until the clouds' gateways are there), the mask and the default route of\n"
        "! GigabitEthernet1. To be added: the interfaces of the site's own networks.\n"
        "version 15.6\nhostname %s-r%u\n!\n",
        site->o.name, router);
    put_crypto(legs, n, outside, out);
    put(out, "interface Loopback0\n ip address %s 255.255.255.255\n!\n",
        put_addr(plan_site_address(site, router)).s);
    for (uint32_t i = 0; i < n; i++)
        put_interface(&legs[i], outside, out);
    put(out, "interface GigabitEthernet1\n ip address %s %s\n!\n", put_addr(outside).s,
        put_mask(CARRIER_LEN).s);
    bool bgp = false;
    for (uint32_t i = 0; i < n; i++)
        bgp |= legs[i].link->bgp;
    if (bgp)
        put_bgp(p, site, legs, n, out);
    put_static(p, site, legs, n, out);
    put(out, "ip route 0.0.0.0 0.0.0.0 %s\n!\n", put_addr(ip_from_u32(ip_to_u32(&outside) ^ 1)).s);
    for (uint32_t i = 0; i < site->address_space.count; i++)
        put(out, "ip prefix-list SITE seq %u permit %s\n", 5 * (i + 1),
            put_prefix(&site->address_space.items[i]).s);
    put(out, "!\nend\n");
}
