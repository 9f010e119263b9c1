#include "plan/intent.h"

#include <string.h>

#include "topo/schema.h"

#define AT(s, member) TOPO_AT(s, member)

const char *const plan_provider_names[] = { "azure", "aws", "gcp", "soracom", "site", NULL };
const char *const plan_redundancy_names[] = { "none", "tunnel", "full", NULL };
static const char *const routings[] = { "default", "bgp", "static", NULL };
static const char *const gateways[] = { "vgw", "tgw", NULL };
static const char *const existing[] = { "no", "active-standby", "active-active", NULL };

static const struct topo_field network_fields[] = {
    { AT(plan_network, provider), .type = TOPO_CHOICE, .required = true,
      .choices = plan_provider_names, .help = "Where it is." },
    { AT(plan_network, region), .type = TOPO_TEXT,
      .help = "Azure's location, the region of AWS or Google Cloud; of a site: for people." },
    { AT(plan_network, address_space), .type = TOPO_LIST, .element = TOPO_PREFIX, .required = true,
      .min = 1, .max = PLAN_ADDRESSES_MAX, .help = "What is to be reached there." },
    { AT(plan_network, asn), .type = TOPO_U32, .help = "AS number; left out: one is chosen." },
    { AT(plan_network, gateway), .type = TOPO_CHOICE, .choices = gateways,
      .help = "AWS: what the connections end at." },
    { AT(plan_network, existing_gateway), .type = TOPO_CHOICE, .choices = existing,
      .help = "Azure: the mode of a VPN gateway that is there already." },
    { AT(plan_network, sku), .type = TOPO_TEXT, .help = "Azure: of the VPN gateway." },
    { AT(plan_network, public_addresses), .type = TOPO_LIST, .element = TOPO_ADDR, .max = 2,
      .help = "A site's: one a router." },
    { 0 },
};

static const struct topo_kind network_kind = {
    .name = "network to connect",
    .path = "connect",
    .size = sizeof(struct plan_network),
    .fields = network_fields,
};

static const struct topo_field pair_fields[] = {
    { AT(plan_pair, between), .type = TOPO_LIST, .element = TOPO_REF, .required = true, .min = 2,
      .max = 2, .kind = &network_kind, .help = "The two networks." },
    { AT(plan_pair, inside), .type = TOPO_LIST, .element = TOPO_PREFIX, .max = 4,
      .help = "Ranges that the tunnels' /30s are taken from." },
    { AT(plan_pair, routing), .type = TOPO_CHOICE, .choices = routings,
      .help = "Instead of the plan's." },
    { AT(plan_pair, connections), .type = TOPO_U32, .max = 2,
      .help = "VPN connections of AWS or SORACOM; left out: as many as the redundancy takes." },
    { 0 },
};

static const struct topo_kind pair_kind = {
    .name = "pair",
    .path = "pairs",
    .size = sizeof(struct plan_pair),
    .fields = pair_fields,
};

static const struct topo_field plan_intent_fields[] = {
    { .name = "spanway-plan",
      .type = TOPO_U32,
      .required = true,
      .min = 1,
      .max = 1,
      .help = "Version of the format; the first line." },
    { AT(plan_intent, name), .type = TOPO_TEXT, .help = "Name of the plan, and of its files." },
    { AT(plan_intent, redundancy), .type = TOPO_CHOICE, .required = true,
      .choices = plan_redundancy_names, .help = "What has to be survived." },
    { AT(plan_intent, routing), .type = TOPO_CHOICE, .choices = routings,
      .help = "By default BGP, wherever both sides have it." },
    { AT(plan_intent, connect), .type = TOPO_NAMED, .required = true, .min = 2,
      .max = PLAN_NETWORKS_MAX, .kind = &network_kind, .help = "Two or three networks, by name." },
    { AT(plan_intent, pairs), .type = TOPO_ITEMS, .max = PLAN_LINKS_MAX, .kind = &pair_kind,
      .help = "Values that are fixed for a pair of them." },
    { 0 },
};

static const struct topo_form form = {
    .what = "a plan's intent",
    .version = "spanway-plan",
    .fields = plan_intent_fields,
};

bool plan_intent_read(struct plan_intent *intent, const char *path, struct topo_source *source,
                      struct diag_list *diags)
{
    memset(intent, 0, sizeof(*intent));
    if (!topo_read_form(&form, intent, path, source, diags, &intent->topo))
        return false;
    if (!intent->name)
        intent->name = "plan";
    return true;
}

void plan_intent_done(struct plan_intent *intent)
{
    topo_free(intent->topo);
    memset(intent, 0, sizeof(*intent));
}
