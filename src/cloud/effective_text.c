/* Effective routes in the words of each provider's command line and portal. */
#include <string.h>

#include "cloud/effective.h"

enum { SOURCES = 3, HOPS = 6, PROVIDERS = 3 };

/* By provider, then command line and portal. */
static const char *const sources[PROVIDERS][2][SOURCES] = {
    [CLOUD_AZURE] = { { "Default", "User", "VirtualNetworkGateway" },
                      { "Default", "User", "Virtual network gateway" } },
    [CLOUD_AWS] = { { "CreateRouteTable", "CreateRoute", "EnableVgwRoutePropagation" },
                    { "local", "static", "propagated" } },
    [CLOUD_GCP] = { { "SUBNET", "STATIC", "BGP" }, { "Subnet", "Static", "Dynamic" } },
};

static const char *const hops[PROVIDERS][2][HOPS] = {
    [CLOUD_AZURE] = { { "VnetLocal", "VNetPeering", "VirtualNetworkGateway", "VirtualAppliance",
                        "Internet", "None" },
                      { "Virtual network", "VNet peering", "Virtual network gateway",
                        "Virtual appliance", "Internet", "None" } },
    [CLOUD_AWS] = { { "local", "pcx", "vgw", "i", "igw", "blackhole" },
                    { "local", "Peering connection", "Virtual private gateway", "Instance",
                      "Internet gateway", "Blackhole" } },
    [CLOUD_GCP] = { { "NETWORK", "PEERING", "VPN_TUNNEL", "INSTANCE", "GATEWAY", "NONE" },
                    { "Virtual network", "Peering", "VPN tunnel", "Instance",
                      "Default internet gateway", "None" } },
};

const char *cloud_source_name(enum cloud_provider_id id, enum cloud_route_source s, bool portal)
{
    return sources[id][portal][s];
}

const char *cloud_hop_name(enum cloud_provider_id id, enum cloud_route_hop h, bool portal)
{
    return hops[id][portal][h];
}

const char *cloud_state_name(enum cloud_provider_id id, bool active)
{
    if (id == CLOUD_AZURE)
        return active ? "Active" : "Invalid";
    return active ? "active" : "overridden";
}

/* ---- the table ------------------------------------------------------------------------------- */

enum { COLUMNS = 5, GAP = 2 };

static const char *const headings[COLUMNS] = { "Source", "State", "Address Prefix", "Next Hop Type",
                                               "Next Hop IP" };

struct cells {
    const char *s[COLUMNS];
    char prefix[PREFIX_TEXT_MAX], next_hop[IP_TEXT_MAX];
};

static void fill(struct cells *c, enum cloud_provider_id id, const struct cloud_route *r)
{
    struct text prefix = text_init(c->prefix, sizeof(c->prefix));
    struct text next_hop = text_init(c->next_hop, sizeof(c->next_hop));
    text_prefix(&prefix, &r->prefix);
    if (r->next_hop.family != IP_NONE)
        text_ip(&next_hop, &r->next_hop);
    const char *const s[COLUMNS] = { cloud_source_name(id, r->source, false),
                                     cloud_state_name(id, r->active), c->prefix,
                                     cloud_hop_name(id, r->hop, false), c->next_hop };
    memcpy(c->s, s, sizeof(s));
}

/* A row, without blanks at its end. */
static void put(struct text *t, const char *const *cells, const size_t *widths)
{
    size_t owed = 0;
    for (size_t i = 0; i < COLUMNS; i++) {
        size_t len = strlen(cells[i]);
        for (; len > 0 && owed > 0; owed--)
            text_char(t, ' ');
        text_str(t, cells[i]);
        owed += widths[i] - len + GAP;
    }
    text_char(t, '\n');
}

static void put_rule(struct text *t, const size_t *widths)
{
    for (size_t i = 0; i < COLUMNS; i++) {
        for (size_t k = 0; i > 0 && k < GAP; k++)
            text_char(t, ' ');
        for (size_t k = 0; k < widths[i]; k++)
            text_char(t, '-');
    }
    text_char(t, '\n');
}

void text_cloud_routes(struct text *t, enum cloud_provider_id id, const struct cloud_routes *r)
{
    size_t widths[COLUMNS];
    struct cells c;
    for (size_t i = 0; i < COLUMNS; i++)
        widths[i] = strlen(headings[i]);
    for (uint32_t k = 0; k < r->rows.count; k++) {
        fill(&c, id, &r->rows.items[k]);
        for (size_t i = 0; i < COLUMNS; i++)
            widths[i] = MAX(widths[i], strlen(c.s[i]));
    }
    put(t, headings, widths);
    put_rule(t, widths);
    for (uint32_t k = 0; k < r->rows.count; k++) {
        fill(&c, id, &r->rows.items[k]);
        put(t, c.s, widths);
    }
}
