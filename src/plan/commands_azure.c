/* az. */
#include "plan/steps.h"

#include "cloud/azure/facts.h"
#include "cloud/limits.h"

/* What follows the placeholder's word in a key names its variable. */
static const char *key_of(const struct plan_tunnel *t)
{
    return t->key + PLAN_KEY_MAX - 3;
}

void command_azure_network(const struct plan *p, struct text *out)
{
    const struct plan_network *n = put_network(p, PLAN_AZURE);
    if (!n || n->existing_gateway)
        return;
    struct prefix hosts = put_default_subnet(n), gateway = put_gateway_subnet(n);
    put(out, "az group create -n \"$RG\" -l '%s'\n", n->region ? n->region : "japaneast");
    put(out, "az network vnet create -g \"$RG\" -n %s --address-prefixes ", n->o.name);
    put_prefixes(out, &n->address_space, " ");
    put(out, " \\\n    --subnet-name default --subnet-prefixes %s\n", put_prefix(&hosts).s);
    put(out,
        "az network vnet subnet create -g \"$RG\" --vnet-name %s -n GatewaySubnet \\\n"
        "    --address-prefixes %s\n",
        n->o.name, put_prefix(&gateway).s);
}

/* The custom BGP addresses are set before a connection chooses among them. */
static void put_custom(const struct plan *p, const struct plan_network *n, uint32_t instance,
                       struct text *out)
{
    bool any = false;
    for (const struct plan_link *l = NULL; (l = put_next_link(p, n, l)) != NULL;) {
        for (uint32_t i = 0; i < l->tunnel_count; i++) {
            const struct plan_tunnel *t = &l->tunnels[i];
            if (t->end[0] != instance || t->inside.family == IP_NONE)
                continue;
            if (!any)
                put(out,
                    "az network vnet-gateway update -g \"$RG\" -n %s-gw --set \\\n"
                    "    'bgpSettings.bgpPeeringAddresses[%u].customBgpIpAddresses=[",
                    n->o.name, instance);
            put(out, "%s\"%s\"", any ? "," : "", put_addr(plan_inside(l, t, 0)).s);
            any = true;
        }
    }
    put(out, any ? "]'\n" : "");
}

static void put_gateway_made(const struct plan *p, const struct plan_network *n, struct text *out)
{
    for (uint32_t i = 0; i < put_instances(p); i++)
        put(out,
            "az network public-ip create -g \"$RG\" -n %s-pip%u --sku Standard \\\n"
            "    --allocation-method Static --zone 1 2 3\n",
            n->o.name, i);
    put(out,
        "az network vnet-gateway create -g \"$RG\" -n %s-gw --vnet %s \\\n"
        "    --gateway-type Vpn --vpn-type RouteBased --sku %s",
        n->o.name, n->o.name, n->sku ? n->sku : "VpnGw1AZ");
    if (put_has_bgp(p, n))
        put(out, " --asn %u", plan_asn(p, n));
    put(out, " \\\n    --public-ip-addresses");
    for (uint32_t i = 0; i < put_instances(p); i++)
        put(out, " %s-pip%u", n->o.name, i);
    put(out, "%s\n", plan_is_active_active(p) ? " # two: active-active" : "");
}

void command_azure_gateway(const struct plan *p, struct text *out)
{
    const struct plan_network *n = put_network(p, PLAN_AZURE);
    const struct plan_link *any = put_next_link(p, n, NULL);
    assert(any);
    if (n->existing_gateway)
        put(out, "# %s-gw is there already: give its addresses in the environment.\n", n->o.name);
    else
        put_gateway_made(p, n, out);
    for (uint32_t i = 0; i < put_instances(p); i++) {
        struct put_text v = command_variable(any, plan_side(any, n), i);
        if (n->existing_gateway)
            put(out, ": \"${%s:?public address of instance %u}\"\n", v.s, i);
        else
            put(out,
                "%s=$(az network public-ip show -g \"$RG\" -n %s-pip%u --query ipAddress -o tsv)\n",
                v.s, n->o.name, i);
    }
    for (uint32_t i = 0; i < put_instances(p); i++)
        put_custom(p, n, i, out);
}

void command_azure_local(const struct plan *p, struct text *out)
{
    const struct plan_network *n = put_network(p, PLAN_AZURE);
    for (const struct plan_link *l = NULL; (l = put_next_link(p, n, l)) != NULL;) {
        const struct plan_network *peer = l->side[1];
        for (uint32_t i = 0; i < plan_ends(l, 1); i++) {
            const struct plan_tunnel *t = put_tunnel_at(l, 1, i);
            put(out,
                "az network local-gateway create -g \"$RG\" -n lng-%s-%u \\\n"
                "    --gateway-ip-address \"%s\" ",
                peer->o.name, i, command_address(l, 1, i).s);
            if (l->bgp) {
                struct ip_addr a = peer->provider == PLAN_SITE ? plan_site_address(peer, i)
                                                               : plan_inside(l, t, 1);
                put(out, "--asn %u --bgp-peering-address %s", plan_asn(p, peer), put_addr(a).s);
            } else {
                put(out, "--address-prefixes ");
                put_prefixes(out, &peer->address_space, " ");
            }
            text_char(out, '\n');
        }
    }
}

static void put_policy(const char *name, uint32_t i, struct text *out)
{
    const char *esp = put_azure_algorithm(PUT_ESP_CIPHER);
    put(out,
        "az network vpn-connection ipsec-policy add -g \"$RG\" --connection-name conn-%s-%u \\\n"
        "    --ike-encryption %s --ike-integrity %s --dh-group %s \\\n",
        name, i, put_azure_algorithm(PUT_IKE_CIPHER), put_azure_algorithm(PUT_IKE_HASH),
        put_azure_algorithm(PUT_IKE_GROUP));
    put(out,
        "    --ipsec-encryption %s --ipsec-integrity %s --pfs-group %s \\\n"
        "    --sa-lifetime %d --sa-max-size %d\n",
        esp, esp, put_azure_algorithm(PUT_PFS_GROUP),
        (int)cloud_number(NULL, &azure_facts[AZURE_VPN_IPSEC_LIFETIME]),
        (int)cloud_number(NULL, &azure_facts[AZURE_VPN_IPSEC_LIFETIME_KB]));
}

/* Which of its custom addresses each instance speaks from on this connection. */
static void put_choice(const struct plan_link *l, const struct plan_tunnel *t, uint32_t i,
                       struct text *out)
{
    const struct plan_tunnel *both[] = { t, plan_partner(l, t) };
    put(out, "az network vpn-connection update -g \"$RG\" -n conn-%s-%u", l->side[1]->o.name, i);
    for (size_t k = 0; k < ARRAY_LEN(both); k++) {
        if (both[k])
            put(out,
                " \\\n    --add gatewayCustomBgpIpAddresses customBgpIpAddress=%s \\\n"
                "    ipConfigurationId=\"$(az network vnet-gateway show -g \"$RG\" -n %s-gw \\\n"
                "    --query 'ipConfigurations[%u].id' -o tsv)\"",
                put_addr(plan_inside(l, both[k], 0)).s, l->side[0]->o.name, both[k]->end[0]);
    }
    text_char(out, '\n');
}

void command_azure_connections(const struct plan *p, struct text *out)
{
    const struct plan_network *n = put_network(p, PLAN_AZURE);
    for (const struct plan_link *l = NULL; (l = put_next_link(p, n, l)) != NULL;) {
        for (uint32_t i = 0; i < plan_ends(l, 1); i++) {
            const char *peer = l->side[1]->o.name;
            const struct plan_tunnel *t = put_tunnel_at(l, 1, i);
            put(out,
                "az network vpn-connection create -g \"$RG\" -n conn-%s-%u --vnet-gateway1 %s-gw "
                "\\\n    --local-gateway2 lng-%s-%u --shared-key \"$KEY_%s\"%s\n",
                peer, i, n->o.name, peer, i, key_of(t), l->bgp ? " --enable-bgp" : "");
            put_policy(peer, i, out);
            if (t->inside.family != IP_NONE)
                put_choice(l, t, i, out);
        }
    }
}
