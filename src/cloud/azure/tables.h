/* cloud/azure/tables.h: Azure's tables with more columns than a fact has: SKUs, AS numbers that are
 * refused, default rules of network security groups, system routes, communities of regions.
 * Constant; each row has its grade and source. */
#ifndef CLOUD_AZURE_TABLES_H
#define CLOUD_AZURE_TABLES_H

#include "cloud/fact.h"

/* A SKU of VPN gateways. The same name in two generations is two rows. */
struct azure_vpn_sku {
    const char *name;
    uint8_t generation;
    bool has_bgp, has_active_active, is_zone_redundant;
    uint16_t tunnels_max;    /* site-to-site and VNet-to-VNet */
    uint32_t aggregate_mbps; /* all tunnels together */
    uint32_t tunnel_mbps;    /* one tunnel with GCMAES256; 0: not published */
    uint32_t vms_max;        /* VMs in the VNet; 0: not published */
    enum cloud_grade grade;
    const char *source;
};
enum { AZURE_VPN_SKU_COUNT = 15 };
extern const struct azure_vpn_sku azure_vpn_skus[AZURE_VPN_SKU_COUNT];

/* The SKU of that name (case counts); generation 0: the newest. NULL: none. */
const struct azure_vpn_sku *azure_vpn_sku_find(const char *name, unsigned generation);

/* A SKU of ExpressRoute gateways. */
struct azure_er_sku {
    const char *name, *old_name; /* "ErGw1AZ", and the one without zones, "Standard" */
    uint8_t circuits_max;
    bool has_fastpath;
    enum cloud_grade grade;
    const char *source;
};
enum { AZURE_ER_SKU_COUNT = 3 };
extern const struct azure_er_sku azure_er_skus[AZURE_ER_SKU_COUNT];

/* The SKU by either of its names; NULL: none. */
const struct azure_er_sku *azure_er_sku_find(const char *name);

/* AS numbers that a VPN gateway refuses: for itself, and for a peer. */
enum { AZURE_AS_REFUSED_COUNT = 11 };
extern const struct cloud_as_range azure_as_refused[AZURE_AS_REFUSED_COUNT];

/* Why the AS number cannot be a peer's, or NULL. 65515 can be the gateway's own. */
const struct cloud_as_range *azure_as_refusal(uint32_t as);

/* A default rule of a network security group. */
struct azure_nsg_rule {
    uint16_t priority;
    bool inbound, allow;
    const char *name, *from, *to; /* service tags, or "*" */
    enum cloud_grade grade;
    const char *source;
};
enum { AZURE_NSG_DEFAULT_COUNT = 6 };
extern const struct azure_nsg_rule azure_nsg_defaults[AZURE_NSG_DEFAULT_COUNT];

/* A system route of a new VNet. */
struct azure_system_route {
    struct prefix prefix; /* IP_NONE: each prefix of the VNet */
    const char *next_hop; /* as the portal shows it */
    enum cloud_grade grade;
    const char *source;
};
enum { AZURE_SYSTEM_ROUTE_COUNT = 6 };
extern const struct azure_system_route azure_system_routes[AZURE_SYSTEM_ROUTE_COUNT];

/* The community with which Microsoft tags routes of a region. */
struct azure_region {
    const char *name; /* as az names it: "japaneast" */
    const char *title;
    uint16_t community_as, community;
    enum cloud_grade grade;
    const char *source;
};
enum { AZURE_REGION_COUNT = 3 };
extern const struct azure_region azure_regions[AZURE_REGION_COUNT];

enum { AZURE_SHEET_COUNT = 6 };
/* The tables above as text. */
extern const struct cloud_sheet azure_sheets[AZURE_SHEET_COUNT];

#endif
