/* The documents that rows name by their codes. Stored copies were read, not live pages; the year
 * in a title is that of the copy. */
#include "cloud/fact.h"

#include <string.h>

#define LEARN "learn.microsoft.com/azure/"
#define AZDOCS "MicrosoftDocs/azure-docs "
#define AWSVPN "docs.aws.amazon.com/vpn/latest/s2svpn"
#define GCDOCS "docs.cloud.google.com/network-connectivity/docs/vpn/"
#define SORBLOG "blog.soracom.com/ja-jp/"

static const struct cloud_source sources[] = {
    { "VPNFAQ", "VPN Gateway FAQ, with its includes", LEARN "vpn-gateway/vpn-gateway-vpn-faq" },
    { "VPNSKU", "Gateway SKUs: tunnels and throughput",
      AZDOCS "includes/vpn-gateway-table-gwtype-aggtput-include.md; vpn-gateway/about-gateway-skus "
             "(2025)" },
    { "SKU23", "About gateway SKUs (2023): throughput by algorithm",
      LEARN "vpn-gateway/about-gateway-skus" },
    { "VPNBGP", "Configure BGP for VPN Gateway (2023)", LEARN "vpn-gateway/bgp-howto" },
    { "VPNAA", "About active-active gateways (2024)",
      LEARN "vpn-gateway/about-active-active-gateways" },
    { "VPNHA", "Highly available connectivity", LEARN "vpn-gateway/vpn-gateway-highlyavailable" },
    { "VPNDEV", "About VPN devices for site-to-site connections",
      LEARN "vpn-gateway/vpn-gateway-about-vpn-devices" },
    { "VPNALG", "Algorithms of IPsec/IKE policies (2024)",
      AZDOCS "includes/vpn-gateway-ipsec-ike-algorithm-include.md" },
    { "VPNREQ", "Requirements of IPsec/IKE policies",
      AZDOCS "includes/vpn-gateway-ipsec-ike-requirements-include.md" },
    { "VPNMODE", "Connection modes (2023)", AZDOCS "includes, vpn-gateway connection modes" },
    { "VPNSET", "About VPN Gateway configuration settings",
      LEARN "vpn-gateway/vpn-gateway-about-vpn-gateway-settings" },
    { "VPNLOG", "Troubleshoot with diagnostic logs; monitoring reference",
      LEARN "vpn-gateway/troubleshoot-vpn-with-azure-diagnostics" },
    { "VPNPP", "Site-to-site VPN over ExpressRoute private peering (2023)",
      LEARN "vpn-gateway/site-to-site-vpn-private-peering" },
    { "VPNAWS", "How to connect AWS and Azure with BGP (2026)",
      LEARN "vpn-gateway/vpn-gateway-howto-aws-bgp" },
    { "VPNDIAG", "View BGP metrics and status", LEARN "vpn-gateway/bgp-diagnostics" },
    { "AZAPI", "API reference: TunnelConnectionHealth, VirtualNetworkGatewayConnectionStatus",
      "learn.microsoft.com" },
    { "AZPSK", "Set-AzureVNetGatewayKey (classic cmdlet)", "learn.microsoft.com/powershell" },
    { "AZAWSOLD", "Create a VPN between Azure and AWS using managed solutions",
      AZDOCS "create-vpn-azure-aws-managed-solutions" },
    { "ALZ", "Issue 335: updates of gateways", "Azure/Azure-Landing-Zones" },
    { "ARSFAQ", "Route Server FAQ (2022)", LEARN "route-server/route-server-faq" },
    { "ARSLIM", "Route Server limits and capacity (2025)",
      AZDOCS "includes/route-server-limits.md, route-server-capacity.md" },
    { "ARSTS", "Troubleshoot Route Server (2023)", LEARN "route-server/troubleshoot-route-server" },
    { "ARSMR", "Route Server in several regions (2024)", LEARN "route-server/multiregion" },
    { "ARSER", "Route Server with ExpressRoute and VPN",
      LEARN "route-server/expressroute-vpn-support" },
    { "ARSNH", "Next hop IP support", LEARN "route-server/next-hop-ip" },
    { "ARSRP", "Hub routing preference (2023)", LEARN "route-server/hub-routing-preference" },
    { "ARSMAP", "Route maps of Route Server", AZDOCS "articles/route-server/route-maps-*.md" },
    { "ERRT", "ExpressRoute routing requirements", LEARN "expressroute/expressroute-routing" },
    { "ERFAQ", "ExpressRoute FAQ (2022)", LEARN "expressroute/expressroute-faqs" },
    { "ERBFD", "Configure BFD over ExpressRoute", LEARN "expressroute/expressroute-bfd" },
    { "ERGW", "About ExpressRoute gateways (2023)",
      LEARN "expressroute/expressroute-about-virtual-network-gateways" },
    { "ERCO", "ExpressRoute and site-to-site VPN coexisting (2018)",
      LEARN "expressroute/expressroute-howto-coexist-resource-manager" },
    { "UDR", "Virtual network traffic routing (2023)",
      LEARN "virtual-network/virtual-networks-udr-overview" },
    { "IP168", "What is IP address 168.63.129.16",
      LEARN "virtual-network/what-is-ip-address-168-63-129-16" },
    { "NSG", "Network security groups, overview",
      LEARN "virtual-network/network-security-groups-overview" },
    { "TAGS", "Service tags, overview", LEARN "virtual-network/service-tags-overview" },
    { "S2SVPN", "AWS Site-to-Site VPN user guide (2023)", AWSVPN },
    { "EC2API", "EC2 API: ModifyVpnTunnelOptionsSpecification",
      "docs.aws.amazon.com/AWSEC2/latest/APIReference" },
    { "AWSNAG", "Amazon VPC network administrator guide: what the downloads contain",
      "awsdocs/amazon-vpc-network-administrator-guide" },
    { "AWSTGW", "Transit gateway quotas", "docs.aws.amazon.com/vpc/latest/tgw" },
    { "AWSBW", "Choosing tunnel bandwidth: standard or large", "aws/agent-toolkit-for-aws" },
    { "BATFISH", "A device configuration from an AWS download", "batfish/batfish" },
    { "GCIKE", "Supported IKE ciphers (2026)", GCDOCS "concepts/supported-ike-ciphers" },
    { "GCMTU", "MTU considerations", GCDOCS "concepts/mtu-considerations" },
    { "GCTOP", "HA VPN topologies", GCDOCS "concepts/topologies" },
    { "GCBW", "Topologies to increase bandwidth", GCDOCS "concepts/topologies-increase-bandwidth" },
    { "GCADV", "Cloud VPN, advanced concepts", GCDOCS "concepts/advanced" },
    { "GCAWS", "Connect HA VPN to AWS peer gateways",
      GCDOCS "how-to/connect-ha-vpn-aws-peer-gateway" },
    { "GCCR", "Fields of Cloud Router and its peers", "hashicorp/terraform-provider-google docs" },
    { "GCQ", "Quotas and limits of Cloud Router and VPN",
      "cloud.google.com/network-connectivity/docs/router/quotas" },
    { "GCMODE", "Configure dynamic routing mode",
      "cloud.google.com/router/docs/how-to/configuring-routing-mode" },
    { "GCEXT", "ExternalVpnGateway.RedundancyType", "Google.Cloud.Compute.V1 reference" },
    { "SOR1", "Redundant Door with Azure VPN (2022)",
      SORBLOG "2022/08/02/door-redundant-network-with-azure-vpn" },
    { "SOR2", "Door with Azure VPN, static routes (2021)",
      SORBLOG "2021/12/16/soracom-door-azure-vpn-static-route" },
    { "SOR3", "VPG type F2 (2024)", SORBLOG "2024/08/08/vpg-type-f2-usecase" },
    { "SOR4", "Virtual Private Gateway", "users.soracom.io/ja-jp/docs/vpg" },
    { "FRRDOC", "FRRouting user guide (2026)", "FRRouting/frr doc/user" },
    { "FRRSRC", "FRRouting source code (2026)", "FRRouting/frr bgpd, lib" },
    { "IOSDOC", "Cisco IOS IP configuration guide", "cisco.com" },
    { "RFC", "RFC 7300, RFC 7607 and IANA's registry of AS numbers", "rfc-editor.org" },
    { "BIC", "Azure networks as templates", "skmkzyk/bicep-templates" },
    { "FAB", "Azure networks as scripts", "fabferri/az-pattern" },
    { "JWR", "Azure networks as labs", "jwrightazure/lab" },
    { "KAY", "Azure networks as Terraform", "kaysalawu/azure-network-terraform" },
    { "S1", "Article: ExpressRoute to a hub, VPN gateway in a spoke", NULL },
    { "S2", "Article: forced tunnelling with Route Server and FRR", NULL },
    { "S3", "Article: Azure and Google Cloud by HA VPN", NULL },
    { "S4", "Article: Azure and AWS by BGP", NULL },
    { "S5", "Article: SORACOM Door to Azure",
      SORBLOG "2022/08/02/door-redundant-network-with-azure-vpn" },
    { "S6", "Hub and spoke over VXLAN",
      "skmkzyk/bicep-templates 20221006_hub-spoke-wo-remote-gw-vxlan" },
    { "S7", "Hub and spoke by Route Server",
      "skmkzyk/bicep-templates 20220930_hub-spoke-wo-remote-gw" },
    { "S8", "Hairpin between two circuits", "skmkzyk/bicep-templates 20221010_avs-ars-hairpin" },
    { "NONE", "No document at hand", NULL },
};

const struct cloud_source *cloud_sources(size_t *ret_n)
{
    *ret_n = ARRAY_LEN(sources);
    return sources;
}

const struct cloud_source *cloud_source_find(const char *code, size_t len)
{
    for (size_t i = 0; i < ARRAY_LEN(sources); i++) {
        if (strlen(sources[i].code) == len && memcmp(sources[i].code, code, len) == 0)
            return &sources[i];
    }
    return NULL;
}
