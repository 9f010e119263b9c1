/* The tables with more columns, and how rows are found in them. */
#include "cloud/aws/tables.h"
#include "cloud/azure/tables.h"
#include "cloud/gcp/tables.h"
#include "cloud/soracom/tables.h"
#include "topo/gcp.h"

#include "../unit.h"

static void vpn_skus_are_found(void **state)
{
    (void)state;
    static const struct {
        const char *claim, *name;
        unsigned generation;
        uint32_t tunnels, mbps, one, vms;
        bool bgp, zones;
    } cases[] = {
        { "Basic has ten tunnels and no BGP", "Basic", 0, 10, 100, 0, 200, false, false },
        { "VpnGw1 carries 650 Mbit/s", "VpnGw1", 0, 30, 650, 650, 450, true, false },
        { "VpnGw2AZ is of the second generation unless asked", "VpnGw2AZ", 0, 30, 1250, 1250, 2000,
          true, true },
        { "in the first one it carries 1 Gbit/s", "VpnGw2AZ", 1, 30, 1000, 1200, 2000, true, true },
        { "the VMs of VpnGw3 are not published", "VpnGw3", 1, 30, 1250, 1250, 0, true, false },
        { "VpnGw4 has a hundred tunnels", "VpnGw4", 0, 100, 5000, 2300, 5300, true, false },
        { "VpnGw5AZ carries 10 Gbit/s", "VpnGw5AZ", 2, 100, 10000, 2300, 9000, true, true },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const struct azure_vpn_sku *s = azure_vpn_sku_find(cases[i].name, cases[i].generation);
        CLAIM(cases[i].claim, s != NULL);
        CLAIM(cases[i].claim, s->tunnels_max == cases[i].tunnels);
        CLAIM(cases[i].claim, s->aggregate_mbps == cases[i].mbps);
        CLAIM(cases[i].claim, s->tunnel_mbps == cases[i].one && s->vms_max == cases[i].vms);
        CLAIM(cases[i].claim, s->has_bgp == cases[i].bgp && s->has_active_active == cases[i].bgp);
        CLAIM(cases[i].claim, s->is_zone_redundant == cases[i].zones);
    }
    assert_null(azure_vpn_sku_find("VpnGw6", 0));
    assert_null(azure_vpn_sku_find("VpnGw5", 1));
    for (size_t i = 0; i < AZURE_VPN_SKU_COUNT; i++) {
        for (size_t k = 0; k < i; k++)
            CLAIM(azure_vpn_skus[i].name,
                  strcmp(azure_vpn_skus[i].name, azure_vpn_skus[k].name) != 0 ||
                      azure_vpn_skus[i].generation != azure_vpn_skus[k].generation);
    }
}

static void er_skus_are_found(void **state)
{
    (void)state;
    const struct azure_er_sku *s = azure_er_sku_find("ErGw3AZ");
    assert_true(s && s->circuits_max == 16 && s->has_fastpath);
    assert_ptr_equal(azure_er_sku_find("UltraPerformance"), s);
    s = azure_er_sku_find("Standard");
    assert_true(s && s->circuits_max == 4 && !s->has_fastpath);
    s = azure_er_sku_find("ErGw2AZ");
    assert_true(s && s->circuits_max == 8);
    assert_null(azure_er_sku_find("ErGw4AZ"));
}

static void as_numbers_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *claim;
        uint32_t as;
        bool azure, aws;
        enum cloud_grade grade;
    } cases[] = {
        { "none is none", 0, true, true, CLOUD_DOCUMENTED },
        { "an AS number of one's own is fine", 64500 + 100, false, false, CLOUD_DOCUMENTED },
        { "8074 is Microsoft's", 8074, true, false, CLOUD_DOCUMENTED },
        { "8076 is not", 8076, false, false, CLOUD_DOCUMENTED },
        { "12076 is the edge's", 12076, true, false, CLOUD_DOCUMENTED },
        { "AS_TRANS", 23456, true, false, CLOUD_DOCUMENTED },
        { "the last one for documents", 64511, true, false, CLOUD_DOCUMENTED },
        { "the first private one", 64512, false, false, CLOUD_DOCUMENTED },
        { "the last one before Azure's", 65514, false, false, CLOUD_DOCUMENTED },
        { "65515 as a peer", 65515, true, false, CLOUD_DOCUMENTED },
        { "65516 is in no list", 65516, true, false, CLOUD_UNVERIFIED },
        { "65520", 65520, true, false, CLOUD_DOCUMENTED },
        { "65521", 65521, false, false, CLOUD_DOCUMENTED },
        { "65534", 65534, false, false, CLOUD_DOCUMENTED },
        { "65551", 65551, true, false, CLOUD_DOCUMENTED },
        { "65552", 65552, false, false, CLOUD_DOCUMENTED },
        { "a digit short", 429496729, true, false, CLOUD_UNVERIFIED },
        { "the largest that AWS takes", 2147483647, false, false, CLOUD_DOCUMENTED },
        { "one more", 2147483648, false, true, CLOUD_DOCUMENTED },
        { "private with four bytes", 4200000000, false, true, CLOUD_DOCUMENTED },
        { "the last of all", 4294967295, true, true, CLOUD_DOCUMENTED },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const struct cloud_as_range *azure = azure_as_refusal(cases[i].as);
        const struct cloud_as_range *aws = aws_as_refusal(cases[i].as);
        CLAIM(cases[i].claim, (azure != NULL) == cases[i].azure);
        CLAIM(cases[i].claim, (aws != NULL) == cases[i].aws);
        CLAIM(cases[i].claim, !azure || azure->grade == cases[i].grade);
    }
}

static void default_rules_and_routes_are_azures(void **state)
{
    (void)state;
    unsigned in = 0, denied = 0;
    for (size_t i = 0; i < AZURE_NSG_DEFAULT_COUNT; i++) {
        const struct azure_nsg_rule *r = &azure_nsg_defaults[i];
        in += r->inbound;
        denied += !r->allow;
        CLAIM(r->name, r->allow == (r->priority < 65500));
        CLAIM(r->name, strstr(r->name, r->inbound ? "InBound" : "OutBound") != NULL);
        CLAIM(r->name, i == 0 || r->inbound != azure_nsg_defaults[i - 1].inbound ||
                           r->priority > azure_nsg_defaults[i - 1].priority);
    }
    assert_int_equal(in, 3);
    assert_int_equal(denied, 2);
    unsigned none = 0;
    for (size_t i = 0; i < AZURE_SYSTEM_ROUTE_COUNT; i++)
        none += strcmp(azure_system_routes[i].next_hop, "None") == 0;
    assert_int_equal(none, 4);
    assert_int_equal(azure_system_routes[0].prefix.family, IP_NONE);
    for (size_t i = 0; i < AZURE_REGION_COUNT; i++) {
        assert_int_equal(azure_regions[i].community_as, 12076);
        assert_int_equal(azure_regions[i].community / 1000, 51);
    }
}

/* AES-GCM needs the least room, SHA-512 the most; TCP and IP headers are 40 bytes. */
static void ciphers_leave_room(void **state)
{
    (void)state;
    for (size_t i = 0; i < AWS_MTU_COUNT; i++) {
        const struct aws_mtu *m = &aws_mtus[i];
        CLAIM(m->name, m->mtu_bytes - m->mss_bytes == 40);
        CLAIM(m->name, m->nat_mtu_bytes - m->nat_mss_bytes == 40);
        CLAIM(m->name, m->nat_mtu_bytes <= m->mtu_bytes);
        CLAIM(m->name, aws_mtu_find(m->is_aead, m->integrity) == m);
    }
    const struct aws_mtu *gcm = aws_mtu_find(true, 0);
    assert_true(gcm && gcm->mtu_bytes == 1446 && gcm->nat_mss_bytes == 1398);
    assert_ptr_equal(aws_mtu_find(true, 12), gcm);
    const struct aws_mtu *sha512 = aws_mtu_find(false, 14);
    assert_true(sha512 && sha512->nat_mtu_bytes == 1406);
    assert_null(aws_mtu_find(false, 1));
    assert_string_equal(aws_old_vgws[0].region, "ap-northeast-1");
    assert_int_equal(aws_old_vgws[0].as, 10124);
    assert_null(aws_old_vgws[AWS_OLD_VGW_COUNT - 1].region);
    assert_int_equal(aws_old_vgws[AWS_OLD_VGW_COUNT - 1].as, 7224);
}

static void external_gateways_have_their_type(void **state)
{
    (void)state;
    static const struct {
        enum gcp_redundancy type;
        const char *name;
        unsigned interfaces;
    } rows[] = { { GCP_SINGLE_IP_INTERNALLY_REDUNDANT, "SINGLE_IP_INTERNALLY_REDUNDANT", 1 },
                 { GCP_TWO_IPS_REDUNDANCY, "TWO_IPS_REDUNDANCY", 2 },
                 { GCP_FOUR_IPS_REDUNDANCY, "FOUR_IPS_REDUNDANCY", 4 } };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        CLAIM(rows[i].name, strcmp(gcp_redundancies[rows[i].type].name, rows[i].name) == 0);
        CLAIM(rows[i].name, gcp_redundancies[rows[i].type].interfaces == rows[i].interfaces);
    }
    for (size_t i = 0; i + 1 < SORACOM_VPG_TYPE_COUNT; i++)
        CLAIM(soracom_vpg_types[i].name,
              strcmp(soracom_vpg_types[i].name, soracom_vpg_types[i + 1].name) < 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vpn_skus_are_found),
        cmocka_unit_test(er_skus_are_found),
        cmocka_unit_test(as_numbers_are_refused),
        cmocka_unit_test(default_rules_and_routes_are_azures),
        cmocka_unit_test(ciphers_leave_room),
        cmocka_unit_test(external_gateways_have_their_type),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
