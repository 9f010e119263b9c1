/* The tables as text: for each a list of headings, and what stands in a cell. */
#include "cloud/azure/tables.h"
#include "cloud/sheet.h"

static const char *const vpn_columns[] = { "SKU",           "generation",      "tunnels",
                                           "Mbit/s in all", "Mbit/s a tunnel", "BGP",
                                           "active-active", "zones",           "VMs",
                                           "grade",         "source" };

static void vpn_cell(struct text *t, size_t row, size_t column)
{
    const struct azure_vpn_sku *s = &azure_vpn_skus[row];
    const struct sheet_cell cells[] = {
        CELL_TEXT(s->name),
        CELL_NUMBER(s->generation),
        CELL_NUMBER(s->tunnels_max),
        CELL_NUMBER(s->aggregate_mbps),
        CELL_KNOWN(s->tunnel_mbps),
        CELL_YES(s->has_bgp),
        CELL_YES(s->has_active_active),
        CELL_YES(s->is_zone_redundant),
        CELL_KNOWN(s->vms_max),
        CELL_TEXT(cloud_grade_name(s->grade)),
        CELL_TEXT(s->source),
    };
    sheet_cell(t, &cells[column]);
}

static const char *const er_columns[] = { "SKU",      "without zones", "circuits",
                                          "FastPath", "grade",         "source" };

static void er_cell(struct text *t, size_t row, size_t column)
{
    const struct azure_er_sku *s = &azure_er_skus[row];
    const struct sheet_cell cells[] = {
        CELL_TEXT(s->name),
        CELL_TEXT(s->old_name),
        CELL_NUMBER(s->circuits_max),
        CELL_YES(s->has_fastpath),
        CELL_TEXT(cloud_grade_name(s->grade)),
        CELL_TEXT(s->source),
    };
    sheet_cell(t, &cells[column]);
}

static const char *const as_columns[] = { "first", "last", "why", "grade", "source" };

static void as_cell(struct text *t, size_t row, size_t column)
{
    const struct cloud_as_range *r = &azure_as_refused[row];
    const struct sheet_cell cells[] = {
        CELL_NUMBER(r->first), CELL_NUMBER(r->last),
        CELL_TEXT(r->why),     CELL_TEXT(cloud_grade_name(r->grade)),
        CELL_TEXT(r->source),
    };
    sheet_cell(t, &cells[column]);
}

static const char *const nsg_columns[] = { "direction", "priority", "rule",  "from",
                                           "to",        "allows",   "grade", "source" };

static void nsg_cell(struct text *t, size_t row, size_t column)
{
    const struct azure_nsg_rule *r = &azure_nsg_defaults[row];
    const struct sheet_cell cells[] = {
        CELL_TEXT(r->inbound ? "in" : "out"),
        CELL_NUMBER(r->priority),
        CELL_TEXT(r->name),
        CELL_TEXT(r->from),
        CELL_TEXT(r->to),
        CELL_YES(r->allow),
        CELL_TEXT(cloud_grade_name(r->grade)),
        CELL_TEXT(r->source),
    };
    sheet_cell(t, &cells[column]);
}

static const char *const route_columns[] = { "prefix", "next hop", "grade", "source" };

static void route_cell(struct text *t, size_t row, size_t column)
{
    const struct azure_system_route *r = &azure_system_routes[row];
    char prefix[PREFIX_TEXT_MAX];
    struct text p = text_init(prefix, sizeof(prefix));
    text_prefix(&p, &r->prefix);
    const struct sheet_cell cells[] = {
        CELL_TEXT(r->prefix.family == IP_NONE ? "each of the VNet" : prefix),
        CELL_TEXT(r->next_hop),
        CELL_TEXT(cloud_grade_name(r->grade)),
        CELL_TEXT(r->source),
    };
    sheet_cell(t, &cells[column]);
}

static const char *const region_columns[] = { "region", "title", "community", "grade", "source" };

static void region_cell(struct text *t, size_t row, size_t column)
{
    const struct azure_region *r = &azure_regions[row];
    char community[16];
    struct text c = text_init(community, sizeof(community));
    text_u64(&c, r->community_as);
    text_char(&c, ':');
    text_u64(&c, r->community);
    const struct sheet_cell cells[] = {
        CELL_TEXT(r->name),   CELL_TEXT(r->title),
        CELL_TEXT(community), CELL_TEXT(cloud_grade_name(r->grade)),
        CELL_TEXT(r->source),
    };
    sheet_cell(t, &cells[column]);
}

const struct cloud_sheet azure_sheets[AZURE_SHEET_COUNT] = {
    SHEET("azure.vpn-skus", "VPN gateway SKUs", vpn_columns, AZURE_VPN_SKU_COUNT, vpn_cell),
    SHEET("azure.er-skus", "ExpressRoute gateway SKUs", er_columns, AZURE_ER_SKU_COUNT, er_cell),
    SHEET("azure.as-refused", "AS numbers that a VPN gateway refuses", as_columns,
          AZURE_AS_REFUSED_COUNT, as_cell),
    SHEET("azure.nsg-defaults", "Default rules of network security groups", nsg_columns,
          AZURE_NSG_DEFAULT_COUNT, nsg_cell),
    SHEET("azure.system-routes", "System routes of a new VNet", route_columns,
          AZURE_SYSTEM_ROUTE_COUNT, route_cell),
    SHEET("azure.regions", "Communities of regions", region_columns, AZURE_REGION_COUNT,
          region_cell),
};
