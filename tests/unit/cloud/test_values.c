/* What rows say, as claims: a row whose value slips, or moves to another index, is seen. */
#include "cloud/limits.h"

#include "../unit.h"
#include "cloud/aws/facts.h"
#include "cloud/azure/facts.h"
#include "cloud/device/facts.h"
#include "cloud/gcp/facts.h"
#include "cloud/soracom/facts.h"
#include "config/crypto_presets.h"

static const struct {
    const char *claim;
    const struct cloud_fact *fact;
    const char *id, *value;
    enum cloud_grade grade;
} claims[] = {
#define ROW(name) &azure_facts[AZURE_##name]
    { "an Azure VPN gateway takes 4,000 prefixes", ROW(VPN_BGP_PREFIXES_MAX),
      "azure.vpn.bgp.prefixes-max", "4000 prefixes", CLOUD_DOCUMENTED },
    { "its APIPA addresses are of two /24s", ROW(VPN_APIPA_RANGE), "azure.vpn.apipa.range",
      "169.254.21.0/24, 169.254.22.0/24", CLOUD_DOCUMENTED },
    { "it is AS 65515 by default", ROW(VPN_BGP_AS_DEFAULT), "azure.vpn.bgp.as-default", "65515",
      CLOUD_DOCUMENTED },
    { "65516 is no private AS number that it surely takes", ROW(VPN_BGP_AS_PRIVATE),
      "azure.vpn.bgp.as-private", "64512-65514, 65521-65534", CLOUD_DOCUMENTED },
    { "it never opens a session from an APIPA address", ROW(VPN_APIPA_INITIATES),
      "azure.vpn.apipa.initiates", "no", CLOUD_DOCUMENTED },
    { "its keepalive is 60 s", ROW(VPN_BGP_KEEPALIVE), "azure.vpn.bgp.keepalive", "60 s",
      CLOUD_DOCUMENTED },
    { "its hold time is 180 s", ROW(VPN_BGP_HOLD), "azure.vpn.bgp.hold", "180 s",
      CLOUD_DOCUMENTED },
    { "it has no BFD", ROW(VPN_BGP_BFD), "azure.vpn.bgp.bfd", "no", CLOUD_DOCUMENTED },
    { "it passes on no default route", ROW(VPN_BGP_DEFAULT_ANNOUNCED),
      "azure.vpn.bgp.default-announced", "no", CLOUD_DOCUMENTED },
    { "it filters what is of its VNet", ROW(VPN_BGP_VNET_PREFIX_FILTERED),
      "azure.vpn.bgp.vnet-prefix-filtered", "yes", CLOUD_DOCUMENTED },
    { "nobody documents that a new VNet prefix resets BGP", ROW(VPN_BGP_VNET_CHANGE_RESETS),
      "azure.vpn.bgp.vnet-change-resets", "yes", CLOUD_UNVERIFIED },
    { "active-active makes two tunnels of a connection", ROW(VPN_HA_ACTIVE_TUNNELS_PER_CONNECTION),
      "azure.vpn.ha.active.tunnels-per-connection", "2 tunnels", CLOUD_DOCUMENTED },
    { "active-standby makes one", ROW(VPN_HA_STANDBY_TUNNELS_PER_CONNECTION),
      "azure.vpn.ha.standby.tunnels-per-connection", "1 tunnel", CLOUD_DOCUMENTED },
    { "a planned fail-over takes 10 to 15 s", ROW(VPN_HA_FAILOVER_PLANNED),
      "azure.vpn.ha.failover-planned", "10-15 s", CLOUD_DOCUMENTED },
    { "how long an unplanned one takes is disputed", ROW(VPN_HA_FAILOVER_UNPLANNED),
      "azure.vpn.ha.failover-unplanned", "60-180 s", CLOUD_DISPUTED },
    { "its main mode lives 8 hours", ROW(VPN_IKE_LIFETIME), "azure.vpn.ike.lifetime", "28800 s",
      CLOUD_DOCUMENTED },
    { "its quick mode lives 7.5 hours", ROW(VPN_IPSEC_LIFETIME), "azure.vpn.ipsec.lifetime",
      "27000 s", CLOUD_DOCUMENTED },
    { "or 102,400,000 KB", ROW(VPN_IPSEC_LIFETIME_KB), "azure.vpn.ipsec.lifetime-kb",
      "102400000 KB", CLOUD_DOCUMENTED },
    { "without a policy it knows group 2 alone", ROW(VPN_IKE_DEFAULT_DH),
      "azure.vpn.ike.default.dh", "2", CLOUD_DOCUMENTED },
    { "a policy has no group 21", ROW(VPN_IKE_DH), "azure.vpn.ike.dh",
      "DHGroup24, ECP384, ECP256, DHGroup14, DHGroup2048, DHGroup2, DHGroup1, None",
      CLOUD_DOCUMENTED },
    { "its DPD waits 45 s", ROW(VPN_IKE_DPD), "azure.vpn.ike.dpd", "45 s", CLOUD_DOCUMENTED },
    { "its DPD can be 9 to 3600 s", ROW(VPN_IKE_DPD_RANGE), "azure.vpn.ike.dpd-range", "9-3600 s",
      CLOUD_DOCUMENTED },
    { "its documents clamp MSS to 1350", ROW(VPN_IPSEC_MSS), "azure.vpn.ipsec.mss", "1350 bytes",
      CLOUD_DOCUMENTED },
    { "its subnet is GatewaySubnet", ROW(GATEWAY_SUBNET_NAME), "azure.gateway-subnet.name",
      "GatewaySubnet", CLOUD_DOCUMENTED },
    { "which is better a /27", ROW(GATEWAY_SUBNET_LENGTH_ADVISED),
      "azure.gateway-subnet.length-advised", "27 bits", CLOUD_DOCUMENTED },
    { "Route Server takes 4,000 routes from a peer", ROW(RS_ROUTES_PER_PEER_MAX),
      "azure.rs.routes-per-peer-max", "4000 routes", CLOUD_DOCUMENTED },
    { "Route Server has 8 peers", ROW(RS_PEERS_MAX), "azure.rs.peers-max", "8 peers",
      CLOUD_DOCUMENTED },
    { "Route Server exchanges nothing between branches by default", ROW(RS_BRANCH_TO_BRANCH),
      "azure.rs.branch-to-branch", "no", CLOUD_DOCUMENTED },
    { "whether multihop is needed is disputed", ROW(RS_MULTIHOP_NEEDED), "azure.rs.multihop-needed",
      "yes", CLOUD_DISPUTED },
    { "nobody documents for today that its peers have 16 bits", ROW(RS_PEER_AS_4_BYTE),
      "azure.rs.peer-as-4-byte", "no", CLOUD_UNVERIFIED },
    { "the Microsoft edge is AS 12076", ROW(ER_MSEE_AS), "azure.er.msee-as", "12076",
      CLOUD_DOCUMENTED },
    { "ExpressRoute takes 4,000 prefixes", ROW(ER_PREFIXES_MAX), "azure.er.prefixes-max",
      "4000 prefixes", CLOUD_DOCUMENTED },
    { "with Premium 10,000", ROW(ER_PREFIXES_MAX_PREMIUM), "azure.er.prefixes-max-premium",
      "10000 prefixes", CLOUD_DOCUMENTED },
    { "and gives at most 1,000", ROW(ER_TO_ONPREM_MAX), "azure.er.to-onprem-max", "1000 prefixes",
      CLOUD_DOCUMENTED },
    { "private AS numbers were seen removed", ROW(ER_PRIVATE_AS_REMOVED),
      "azure.er.private-as-removed", "yes", CLOUD_OBSERVED },
    { "its BFD counts three", ROW(ER_BFD_MULTIPLIER), "azure.er.bfd-multiplier", "3",
      CLOUD_DOCUMENTED },
    { "user routes win over BGP, BGP over system routes", ROW(VNET_SELECTION),
      "azure.vnet.selection", "User, Virtual network gateway, Default", CLOUD_DOCUMENTED },
    { "the platform's address is 168.63.129.16", ROW(VNET_PLATFORM_ADDRESS),
      "azure.vnet.platform-address", "168.63.129.16/32", CLOUD_DOCUMENTED },
#undef ROW
#define ROW(name) &aws_facts[AWS_##name]
    { "a connection of AWS has two tunnels", ROW(VPN_TUNNELS), "aws.vpn.tunnels", "2 tunnels",
      CLOUD_DOCUMENTED },
    { "and one customer gateway", ROW(VPN_CUSTOMER_GATEWAYS), "aws.vpn.customer-gateways",
      "1 customer gateway", CLOUD_DOCUMENTED },
    { "seven inside prefixes are refused", ROW(VPN_INSIDE_RESERVED), "aws.vpn.inside.reserved",
      "169.254.0.0/30, 169.254.1.0/30, 169.254.2.0/30, 169.254.3.0/30, 169.254.4.0/30, "
      "169.254.5.0/30, 169.254.169.252/30",
      CLOUD_DOCUMENTED },
    { "a virtual private gateway takes 100 routes", ROW(VGW_ROUTES_IN_MAX), "aws.vgw.routes-in-max",
      "100 routes", CLOUD_DOCUMENTED },
    { "what happens beyond is not documented", ROW(VGW_ROUTES_IN_BEYOND),
      "aws.vgw.routes-in-beyond", "yes", CLOUD_UNVERIFIED },
    { "it has no ECMP", ROW(VGW_ECMP), "aws.vgw.ecmp", "no", CLOUD_DOCUMENTED },
    { "a transit gateway takes 1,000 routes", ROW(TGW_ROUTES_IN_MAX), "aws.tgw.routes-in-max",
      "1000 routes", CLOUD_DOCUMENTED },
    { "and gives 5,000", ROW(TGW_ROUTES_OUT_MAX), "aws.tgw.routes-out-max", "5000 routes",
      CLOUD_DOCUMENTED },
    { "a tunnel carries 1.25 Gbit/s", ROW(VPN_MBPS), "aws.vpn.mbps", "1250 Mbit/s",
      CLOUD_DOCUMENTED },
    { "AWS's ESP lives one hour", ROW(IPSEC_LIFETIME), "aws.ipsec.lifetime", "3600 s",
      CLOUD_DOCUMENTED },
    { "its DPD is 30 s, or 40", ROW(IKE_DPD), "aws.ike.dpd", "30 s", CLOUD_DISPUTED },
    { "its keys have 8 to 64 characters", ROW(IKE_PSK_LENGTH), "aws.ike.psk-length",
      "8-64 characters", CLOUD_DOCUMENTED },
    { "by default the customer begins", ROW(IKE_STARTUP_ACTION), "aws.ike.startup-action", "add",
      CLOUD_DOCUMENTED },
#undef ROW
#define ROW(name) &gcp_facts[GCP_##name]
    { "Cloud Router's keepalive is 20 s", ROW(ROUTER_KEEPALIVE), "gcp.router.keepalive", "20 s",
      CLOUD_DOCUMENTED },
    { "and its hold time three of them", ROW(ROUTER_HOLD_FACTOR), "gcp.router.hold-factor", "3",
      CLOUD_DOCUMENTED },
    { "its AS number is private", ROW(ROUTER_AS), "gcp.router.as",
      "64512-65534, 4200000000-4294967294", CLOUD_DOCUMENTED },
    { "a VPC is regional by default", ROW(ROUTER_ROUTING_MODE), "gcp.router.routing-mode",
      "REGIONAL", CLOUD_DOCUMENTED },
    { "250 learned routes are not verified", ROW(ROUTER_LEARNED_MAX), "gcp.router.learned-max",
      "250 routes", CLOUD_UNVERIFIED },
    { "Google's IKE lives 10 hours", ROW(IKE_LIFETIME), "gcp.ike.lifetime", "36000 s",
      CLOUD_DOCUMENTED },
    { "its ESP 3 hours", ROW(IPSEC_LIFETIME), "gcp.ipsec.lifetime", "10800 s", CLOUD_DOCUMENTED },
    { "its MTU is 1460", ROW(VPN_MTU), "gcp.vpn.mtu", "1460 bytes", CLOUD_DOCUMENTED },
#undef ROW
    { "pattern P2 of SORACOM has four tunnels", &soracom_facts[SORACOM_DOOR_P2_TUNNELS],
      "soracom.door.p2-tunnels", "4 tunnels", CLOUD_DOCUMENTED },
    { "FRR's hold time is 180 s", &device_facts[FRR_TIMERS_HOLD], "frr.timers.hold", "180 s",
      CLOUD_DOCUMENTED },
    { "an undefined prefix-list denies in FRR", &device_facts[FRR_LISTS_PREFIX_UNDEFINED],
      "frr.lists.prefix-undefined", "denies all", CLOUD_DOCUMENTED },
    { "and permits in IOS, one believes", &device_facts[IOS_BGP_UNDEFINED], "ios.bgp.undefined",
      "permits all", CLOUD_UNVERIFIED },
    { "IOS uses one eBGP path", &device_facts[IOS_BGP_MAXIMUM_PATHS], "ios.bgp.maximum-paths",
      "1 path", CLOUD_OBSERVED },
};

static void rows_say_what_they_said(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(claims); i++) {
        char text[256];
        struct text t = text_init(text, sizeof(text));
        text_cloud_value(&t, claims[i].fact, &claims[i].fact->value);
        CLAIM_TEXT(claims[i].claim, claims[i].fact->id, claims[i].id);
        CLAIM_TEXT(claims[i].claim, text, claims[i].value);
        CLAIM(claims[i].claim, claims[i].fact->grade == claims[i].grade);
    }
}

/* ---- beside the crypto presets --------------------------------------------------------------- */

/* Every algorithm of the list that is not weak is one of the provider's, by name. */
static void check_encryption(const char *name, const struct preset_algorithm *allowed,
                             const struct cloud_fact *f)
{
    size_t n = 0;
    for (; n < PRESET_ALGORITHMS_MAX && allowed[n].id; n++) {
        const struct cloud_algorithm *a = cloud_algorithm_of(f, allowed[n].id, allowed[n].bits);
        CLAIM(name, a && !a->weak);
    }
    size_t strong = 0;
    for (uint32_t i = 0; i < f->value.n; i++)
        strong += !f->value.algorithms[i].weak;
    CLAIM(name, n == strong);
}

/* The same for numbers without key bits. Names may be two for one number (Azure's DHGroup14), and
 * 0 is for a name that stands for none. */
static void check_numbers(const char *name, const uint16_t *allowed, const struct cloud_fact *f)
{
    for (size_t i = 0; i < PRESET_ALGORITHMS_MAX && allowed[i]; i++) {
        const struct cloud_algorithm *a = cloud_algorithm_of(f, allowed[i], 0);
        CLAIM(name, a && !a->weak);
    }
    for (uint32_t i = 0; i < f->value.n; i++) {
        const struct cloud_algorithm *a = &f->value.algorithms[i];
        bool found = a->weak || a->id == 0;
        for (size_t k = 0; k < PRESET_ALGORITHMS_MAX && allowed[k]; k++)
            found |= allowed[k] == a->id;
        if (!found)
            fail_msg("%s: %s is not in the preset", name, a->name);
    }
}

static void presets_allow_what_the_providers_take(void **state)
{
    (void)state;
    const struct {
        const char *preset;
        const struct cloud_fact *ike_encr, *ike_integ, *ike_groups, *esp_encr, *esp_integ, *pfs;
        const struct cloud_fact *ike_life, *esp_life;
    } cases[] = {
        { "azure", &azure_facts[AZURE_VPN_IKE_ENCRYPTION], &azure_facts[AZURE_VPN_IKE_INTEGRITY],
          &azure_facts[AZURE_VPN_IKE_DH], &azure_facts[AZURE_VPN_IPSEC_ENCRYPTION],
          &azure_facts[AZURE_VPN_IPSEC_INTEGRITY], &azure_facts[AZURE_VPN_IPSEC_PFS],
          &azure_facts[AZURE_VPN_IKE_LIFETIME], &azure_facts[AZURE_VPN_IPSEC_LIFETIME] },
        { "aws", &aws_facts[AWS_IKE_ENCRYPTION], &aws_facts[AWS_IKE_INTEGRITY],
          &aws_facts[AWS_IKE_DH], &aws_facts[AWS_IPSEC_ENCRYPTION], &aws_facts[AWS_IPSEC_INTEGRITY],
          &aws_facts[AWS_IPSEC_PFS], &aws_facts[AWS_IKE_LIFETIME], &aws_facts[AWS_IPSEC_LIFETIME] },
        { "gcp", &gcp_facts[GCP_IKE_ENCRYPTION], &gcp_facts[GCP_IKE_INTEGRITY],
          &gcp_facts[GCP_IKE_DH], &gcp_facts[GCP_IPSEC_ENCRYPTION], &gcp_facts[GCP_IPSEC_INTEGRITY],
          &gcp_facts[GCP_IPSEC_PFS], &gcp_facts[GCP_IKE_LIFETIME], &gcp_facts[GCP_IPSEC_LIFETIME] },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const struct crypto_preset *p = crypto_preset_find(cases[i].preset);
        CLAIM(cases[i].preset, p != NULL);
        check_encryption(cases[i].preset, p->ike_allowed.encr, cases[i].ike_encr);
        check_encryption(cases[i].preset, p->esp_allowed.encr, cases[i].esp_encr);
        check_numbers(cases[i].preset, p->ike_allowed.integ, cases[i].ike_integ);
        check_numbers(cases[i].preset, p->esp_allowed.integ, cases[i].esp_integ);
        check_numbers(cases[i].preset, p->ike_allowed.groups, cases[i].ike_groups);
        check_numbers(cases[i].preset, p->esp_allowed.groups, cases[i].pfs);
        CLAIM(cases[i].preset, cloud_number(NULL, cases[i].ike_life) == p->ike_lifetime_s);
        CLAIM(cases[i].preset, cloud_number(NULL, cases[i].esp_life) == p->child_lifetime_s);
    }
}

/* What a preset does rests on rows, too. */
static void presets_do_what_the_rows_say(void **state)
{
    (void)state;
    const struct crypto_preset *azure = crypto_preset_find("azure");
    const struct crypto_preset *aws = crypto_preset_find("aws");
    const struct crypto_preset *gcp = crypto_preset_find("gcp");
    assert_int_equal(azure->child_kilobytes,
                     cloud_number(NULL, &azure_facts[AZURE_VPN_IPSEC_LIFETIME_KB]));
    assert_int_equal(azure->tcp_mss, cloud_number(NULL, &azure_facts[AZURE_VPN_IPSEC_MSS]));
    assert_int_equal(azure->ike[0].groups[0],
                     cloud_number(NULL, &azure_facts[AZURE_VPN_IKE_DEFAULT_DH]));
    assert_true(azure->dpd_interval_s < cloud_number(NULL, &azure_facts[AZURE_VPN_IKE_DPD]));
    assert_int_equal(azure->pfs_required, false);
    assert_int_equal(aws->replay_window, cloud_number(NULL, &aws_facts[AWS_IPSEC_REPLAY_WINDOW]));
    assert_int_equal(aws->pfs_required, cloud_is_so(NULL, &aws_facts[AWS_IPSEC_PFS_REQUIRED]));
    assert_int_equal(aws->we_initiate,
                     strcmp(cloud_text(NULL, &aws_facts[AWS_IKE_STARTUP_ACTION]), "add") == 0);
    assert_true(aws->dpd_interval_s < cloud_number(NULL, &aws_facts[AWS_IKE_DPD]));
    assert_int_equal(gcp->pfs_required, cloud_is_so(NULL, &gcp_facts[GCP_IPSEC_PFS_REQUIRED]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_say_what_they_said),
        cmocka_unit_test(presets_allow_what_the_providers_take),
        cmocka_unit_test(presets_do_what_the_rows_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
