/* The topology file: the frame, and what it says of the whole. */
#include "plan/put.h"
#include "plan/write.h"

static const char *const collections[] = { [PLAN_AZURE] = "azure.virtual_networks",
                                           [PLAN_AWS] = "aws.vpcs",
                                           [PLAN_GCP] = "gcp.networks",
                                           [PLAN_SORACOM] = "soracom.virtual_private_gateways",
                                           [PLAN_SITE] = "sites" };

static struct put_text place_of(const struct plan_network *n)
{
    struct put_text r;
    struct text t = text_init(r.s, sizeof(r.s));
    put(&t, "%s.%s", collections[n->provider], n->o.name);
    return r;
}

/* What a plan without full redundancy implies is said where `check` looks for it, and reports say
 * it again. Each rule at its object alone: anything else that it finds is a fault of the plan. */
static void put_excuse(struct text *out, const char *rule, const char *object, const char *reason)
{
    put(out, "  - rule: %s\n    object: %s\n    reason: \"%s\"\n", rule, object, reason);
}

/* A tunnel's or a connection's place, made of the collection and the names of both sides. */
static struct put_text object_of(const char *collection, const char *name, const char *end)
{
    struct put_text r;
    struct text t = text_init(r.s, sizeof(r.s));
    put(&t, "%s%s%s", collection, name, end);
    return r;
}

static void put_azure_excuses(const struct plan *p, const struct plan_network *azure,
                              struct text *out)
{
    struct put_text gateway = object_of("azure.virtual_network_gateways.", azure->o.name, "-gw");
    uint32_t custom = 0;
    put_excuse(out, "R039", gateway.s,
               "one instance is active: each maintenance and each failure of it is an outage of "
               "seconds to minutes");
    for (const struct plan_link *l = NULL; (l = put_next_link(p, azure, l)) != NULL;)
        custom += l->tunnels[0].inside.family != IP_NONE ? l->tunnel_count : 0;
    if (custom > 1)
        put_excuse(out, "R053", gateway.s,
                   "documents disagree whether an active-standby gateway uses several custom "
                   "addresses: test each session, or plan with redundancy full");
}

/* Of the two tunnels of a connection one is used. */
static void put_unused_tunnel(const struct plan_link *l, struct text *out)
{
    int side = plan_is_aws_kind(l->side[0]) ? 0 : 1;
    struct put_text c = object_of(l->side[side]->provider == PLAN_AWS ? "aws.vpn_connections.vpn-"
                                                                      : "soracom.doors.door-",
                                  l->side[!side]->o.name, "-0");
    put_excuse(out, "R119", c.s,
               "one tunnel was asked for: the connection is down while AWS maintains it");
    if (l->side[!side]->provider == PLAN_SITE)
        put_excuse(out, "R182", c.s, "one tunnel was asked for: the router has none to the second");
}

static void put_link_excuses(const struct plan_link *l, struct text *out)
{
    bool azure = l->side[0]->provider == PLAN_AZURE, aws = l->side[0]->provider == PLAN_AWS;
    const struct plan_network *gcp = l->side[0]->provider == PLAN_GCP   ? l->side[0]
                                     : l->side[1]->provider == PLAN_GCP ? l->side[1]
                                                                        : NULL;
    bool one = l->tunnel_count == 1;
    if (one && put_connections(l) > 0)
        put_unused_tunnel(l, out);
    if (one && azure && gcp)
        put_excuse(out, "R038", object_of("gcp.ha_vpn_gateways.", gcp->o.name, "-ha-vpn").s,
                   "one tunnel was asked for: no redundancy, and none of Google's SLA");
    if (gcp && (one || aws))
        put_excuse(out, "R137",
                   object_of("gcp.vpn_tunnels.tunnel-", l->side[l->side[0] == gcp]->o.name, "-0").s,
                   "one of Google's interfaces is used: its SLA of 99.99 % asks for both, which "
                   "redundancy full plans");
}

static void put_excuses(const struct plan *p, struct text *out)
{
    const struct plan_network *azure = put_network(p, PLAN_AZURE);
    char buffer[4096];
    struct text t = text_init(buffer, sizeof(buffer));
    if (plan_is_active_active(p))
        return;
    if (azure)
        put_azure_excuses(p, azure, &t);
    for (uint32_t i = 0; i < p->link_count; i++)
        put_link_excuses(&p->links[i], &t);
    if (t.len > 0) {
        put(out, "\nsuppress: # what redundancy %s implies\n",
            plan_redundancy_names[p->intent->redundancy]);
        text_str(out, buffer);
    }
}

static void put_requirements(const struct plan *p, struct text *out)
{
    put(out, "\nrequirements:\n  connect:\n");
    for (uint32_t i = 0; i < p->link_count; i++) {
        put(out, "    - {from: %s,", place_of(p->links[i].side[0]).s);
        put(out, " to: %s, encrypted: true}\n", place_of(p->links[i].side[1]).s);
    }
    if (plan_is_active_active(p))
        put(out, "  redundancy: true\n");
}

void plan_write_topology(const struct plan *p, struct text *out)
{
    put(out,
        "# Made by `spanway plan`, redundancy %s. Public addresses from 198.51.100.0/24 stand "
        "in for\n# those that the provider gives; every ReplaceMe... is a pre-shared key to be "
        "replaced, by\n# another one for each tunnel.\n",
        plan_redundancy_names[p->intent->redundancy]);
    put(out, "spanway: 1\nname: \"");
    /* The only text of the intent that is not a checked name. */
    for (const char *s = p->intent->name; *s; s++) {
        if (*s != '"' && *s != '\\' && (unsigned char)*s >= ' ')
            text_char(out, *s);
    }
    put(out, "\"\n");
    put_azure(p, out);
    put_aws(p, out);
    put_gcp(p, out);
    put_soracom(p, out);
    put_sites(p, out);
    put_requirements(p, out);
    put_excuses(p, out);
}
