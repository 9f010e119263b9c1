/* gcloud. */
#include "plan/steps.h"

void command_gcp_network(const struct plan *p, struct text *out)
{
    const struct plan_network *n = put_network(p, PLAN_GCP);
    if (!n)
        return;
    put(out, "gcloud compute networks create %s --subnet-mode=custom --bgp-routing-mode=regional\n",
        n->o.name);
    for (uint32_t i = 0; i < n->address_space.count; i++)
        put(out,
            "gcloud compute networks subnets create %s-subnet%u --network=%s --region=%s \\\n"
            "    --range=%s\n",
            n->o.name, i, n->o.name, n->region, put_prefix(&n->address_space.items[i]).s);
    for (const struct plan_link *l = NULL; (l = put_next_link(p, n, l)) != NULL;) {
        const struct plan_network *peer = plan_peer(l, n);
        put(out,
            "gcloud compute firewall-rules create allow-%s --network=%s --direction=INGRESS \\\n"
            "    --allow=icmp --source-ranges=",
            peer->o.name, n->o.name);
        put_prefixes(out, &peer->address_space, ",");
        text_char(out, '\n');
    }
}

static void put_peers(const struct plan *p, bool aws, struct text *out)
{
    const struct plan_network *n = put_network(p, PLAN_GCP);
    for (const struct plan_link *l = NULL; (l = put_next_link(p, n, l)) != NULL;) {
        int other = !plan_side(l, n);
        if ((l->side[other]->provider == PLAN_AWS) != aws)
            continue;
        put(out, "gcloud compute external-vpn-gateways create peer-%s --interfaces=\"",
            l->side[other]->o.name);
        for (uint32_t i = 0; i < plan_ends(l, other); i++)
            put(out, "%s%u=%s", i ? "," : "", i, command_address(l, other, i).s);
        put(out, "\"\n");
    }
}

void command_gcp_peer_early(const struct plan *p, struct text *out)
{
    put_peers(p, false, out);
}

void command_gcp_peer_late(const struct plan *p, struct text *out)
{
    put_peers(p, true, out);
}

void command_gcp_gateway(const struct plan *p, struct text *out)
{
    const struct plan_network *n = put_network(p, PLAN_GCP);
    const struct plan_link *any = put_next_link(p, n, NULL);
    assert(any);
    put(out, "gcloud compute vpn-gateways create %s-ha-vpn --network=%s --region=%s\n", n->o.name,
        n->o.name, n->region);
    for (uint32_t i = 0; i < 2; i++)
        put(out,
            "%s=$(gcloud compute vpn-gateways describe %s-ha-vpn --region=%s \\\n"
            "    --format='value(vpnInterfaces[%u].ipAddress)')\n",
            command_variable(any, plan_side(any, n), i).s, n->o.name, n->region, i);
}

void command_gcp_router(const struct plan *p, struct text *out)
{
    const struct plan_network *n = put_network(p, PLAN_GCP);
    put(out, "gcloud compute routers create %s-router --network=%s --region=%s --asn=%u\n",
        n->o.name, n->o.name, n->region, plan_asn(p, n));
}

void command_gcp_tunnels(const struct plan *p, struct text *out)
{
    const struct plan_network *n = put_network(p, PLAN_GCP);
    for (const struct plan_link *l = NULL; (l = put_next_link(p, n, l)) != NULL;) {
        int side = plan_side(l, n);
        const char *peer = l->side[!side]->o.name;
        for (uint32_t i = 0; i < l->tunnel_count; i++) {
            const struct plan_tunnel *t = &l->tunnels[i];
            put(out,
                "gcloud compute vpn-tunnels create tunnel-%s-%u --region=%s "
                "--vpn-gateway=%s-ha-vpn \\\n    --interface=%u --peer-external-gateway=peer-%s "
                "--peer-external-gateway-interface=%u \\\n    --router=%s-router --ike-version=2 "
                "--shared-secret=\"$KEY_%s\"\n",
                peer, i, n->region, n->o.name, t->end[side], peer, t->end[!side], n->o.name,
                t->key + PLAN_KEY_MAX - 3);
        }
    }
}

void command_gcp_sessions(const struct plan *p, struct text *out)
{
    const struct plan_network *n = put_network(p, PLAN_GCP);
    for (const struct plan_link *l = NULL; (l = put_next_link(p, n, l)) != NULL;) {
        int side = plan_side(l, n);
        const char *peer = l->side[!side]->o.name;
        for (uint32_t i = 0; i < l->tunnel_count; i++) {
            const struct plan_tunnel *t = &l->tunnels[i];
            put(out,
                "gcloud compute routers add-interface %s-router --region=%s "
                "--interface-name=if-%s-%u \\\n    --vpn-tunnel=tunnel-%s-%u --ip-address=%s "
                "--mask-length=30\n",
                n->o.name, n->region, peer, i, peer, i, put_addr(plan_inside(l, t, side)).s);
            put(out,
                "gcloud compute routers add-bgp-peer %s-router --region=%s "
                "--peer-name=bgp-%s-%u \\\n    --interface=if-%s-%u --peer-ip-address=%s "
                "--peer-asn=%u\n",
                n->o.name, n->region, peer, i, peer, i, put_addr(plan_inside(l, t, !side)).s,
                plan_asn(p, l->side[!side]));
        }
    }
}
