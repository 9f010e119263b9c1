#include "cloud/azure/tables.h"

#include <string.h>

#include "cloud/rows.h"

#define SKU(n, gen, tunnels, mbps, one, az, vms)                                                   \
    {                                                                                              \
        .name = (n), .generation = (gen), .has_bgp = true, .has_active_active = true,              \
        .is_zone_redundant = (az), .tunnels_max = (tunnels), .aggregate_mbps = (mbps),             \
        .tunnel_mbps = (one), .vms_max = (vms), DOC("VPNSKU, SKU23")                               \
    }

const struct azure_vpn_sku azure_vpn_skus[AZURE_VPN_SKU_COUNT] = {
    { .name = "Basic",
      .generation = 1,
      .tunnels_max = 10,
      .aggregate_mbps = 100,
      .vms_max = 200,
      DOC("VPNSKU, VPNAA") },
    SKU("VpnGw1", 1, 30, 650, 650, false, 450),
    SKU("VpnGw1AZ", 1, 30, 650, 650, true, 1000),
    SKU("VpnGw2", 1, 30, 1000, 1200, false, 1300),
    SKU("VpnGw2AZ", 1, 30, 1000, 1200, true, 2000),
    SKU("VpnGw3", 1, 30, 1250, 1250, false, 0),
    SKU("VpnGw3AZ", 1, 30, 1250, 1250, true, 5000),
    SKU("VpnGw2", 2, 30, 1250, 1250, false, 685),
    SKU("VpnGw2AZ", 2, 30, 1250, 1250, true, 2000),
    SKU("VpnGw3", 2, 30, 2500, 1500, false, 2240),
    SKU("VpnGw3AZ", 2, 30, 2500, 1500, true, 3300),
    SKU("VpnGw4", 2, 100, 5000, 2300, false, 5300),
    SKU("VpnGw4AZ", 2, 100, 5000, 2300, true, 4400),
    SKU("VpnGw5", 2, 100, 10000, 2300, false, 6700),
    SKU("VpnGw5AZ", 2, 100, 10000, 2300, true, 9000),
};

const struct azure_vpn_sku *azure_vpn_sku_find(const char *name, unsigned generation)
{
    const struct azure_vpn_sku *found = NULL;
    for (size_t i = 0; i < AZURE_VPN_SKU_COUNT; i++) {
        const struct azure_vpn_sku *s = &azure_vpn_skus[i];
        if (strcmp(s->name, name) != 0 || (generation && s->generation != generation))
            continue;
        if (!found || s->generation > found->generation)
            found = s;
    }
    return found;
}

const struct azure_er_sku azure_er_skus[AZURE_ER_SKU_COUNT] = {
    { "ErGw1AZ", "Standard", 4, false, DOC("ERGW") },
    { "ErGw2AZ", "HighPerformance", 8, false, DOC("ERGW") },
    { "ErGw3AZ", "UltraPerformance", 16, true, DOC("ERGW") },
};

const struct azure_er_sku *azure_er_sku_find(const char *name)
{
    for (size_t i = 0; i < AZURE_ER_SKU_COUNT; i++) {
        if (strcmp(azure_er_skus[i].name, name) == 0 ||
            strcmp(azure_er_skus[i].old_name, name) == 0)
            return &azure_er_skus[i];
    }
    return NULL;
}

#define AZURE_PUBLIC "reserved by Azure, public"
#define AZURE_PRIVATE "reserved by Azure, private"
#define IANA "reserved by IANA"

/* The document has 429496729 as the last one, a digit short of 4294967295, which RFC 7300 reserves:
 * both are refused, the first one as the document's word, unverified. */
const struct cloud_as_range azure_as_refused[AZURE_AS_REFUSED_COUNT] = {
    { 0, 0, IANA, DOC("RFC") },
    { 8074, 8075, AZURE_PUBLIC, DOC("VPNFAQ") },
    { 12076, 12076, AZURE_PUBLIC, DOC("VPNFAQ") },
    { 23456, 23456, IANA, DOC("VPNFAQ") },
    { 64496, 64511, IANA, DOC("VPNFAQ") },
    { 65515, 65515, AZURE_PRIVATE, DOC("VPNFAQ") },
    { 65516, 65516, "in neither list of the document", UNVERIFIED("VPNFAQ") },
    { 65517, 65520, AZURE_PRIVATE, DOC("VPNFAQ") },
    { 65535, 65551, IANA, DOC("VPNFAQ") },
    { 429496729, 429496729, "so the document, a digit short of 4294967295", UNVERIFIED("VPNFAQ") },
    { 4294967295, 4294967295, IANA, DOC("RFC") },
};

const struct cloud_as_range *azure_as_refusal(uint32_t as)
{
    for (size_t i = 0; i < AZURE_AS_REFUSED_COUNT; i++) {
        if (as >= azure_as_refused[i].first && as <= azure_as_refused[i].last)
            return &azure_as_refused[i];
    }
    return NULL;
}

const struct azure_nsg_rule azure_nsg_defaults[AZURE_NSG_DEFAULT_COUNT] = {
    { 65000, true, true, "AllowVnetInBound", "VirtualNetwork", "VirtualNetwork", DOC("NSG, S2") },
    { 65001, true, true, "AllowAzureLoadBalancerInBound", "AzureLoadBalancer", "*", DOC("NSG") },
    { 65500, true, false, "DenyAllInBound", "*", "*", DOC("NSG") },
    { 65000, false, true, "AllowVnetOutBound", "VirtualNetwork", "VirtualNetwork", DOC("NSG") },
    { 65001, false, true, "AllowInternetOutBound", "*", "Internet", DOC("NSG") },
    { 65500, false, false, "DenyAllOutBound", "*", "*", DOC("NSG") },
};

const struct azure_system_route azure_system_routes[AZURE_SYSTEM_ROUTE_COUNT] = {
    { .next_hop = "Virtual network", DOC("UDR") },  { V4(0, 0, 0, 0, 0), "Internet", DOC("UDR") },
    { V4(10, 0, 0, 0, 8), "None", DOC("UDR") },     { V4(172, 16, 0, 0, 12), "None", DOC("UDR") },
    { V4(192, 168, 0, 0, 16), "None", DOC("UDR") }, { V4(100, 64, 0, 0, 10), "None", DOC("UDR") },
};

const struct azure_region azure_regions[AZURE_REGION_COUNT] = {
    { "eastasia", "East Asia", 12076, 51010, DOC("ERRT") },
    { "japaneast", "Japan East", 12076, 51012, DOC("ERRT") },
    { "japanwest", "Japan West", 12076, 51013, DOC("ERRT") },
};
