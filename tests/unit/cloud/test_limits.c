/* Values that a topology replaces: what is taken, what is refused, and who reads which. */
#include "cloud/limits.h"

#include "../unit.h"
#include "cloud/aws/facts.h"
#include "cloud/azure/facts.h"
#include "cloud/device/facts.h"
#include "cloud/gcp/facts.h"

static void replaced_values_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *name, *id, *value, *want;
    } cases[] = {
        { "a number", "azure.rs.routes-per-peer-max", "1000", "1000" },
        { "a range", "azure.vpn.ike.dpd-range", "10-20", "10-20" },
        { "a range of one", "azure.vpn.ike.dpd-range", "10", "10" },
        { "yes", "azure.vpn.bgp.bfd", "yes", "yes" },
        { "true is yes", "azure.vpn.bgp.bfd", "true", "yes" },
        { "off is no", "azure.vpn.ike.nat-t", "off", "no" },
        { "a text", "azure.rs.preference", "VpnGateway", "VpnGateway" },
        { "numbers", "azure.vpn.bgp.as-private", "64512-65514,65516, 65521-65534",
          "64512-65514, 65516, 65521-65534" },
        { "prefixes", "azure.vpn.apipa.range", "169.254.21.0/24, 169.254.30.0/24",
          "169.254.21.0/24, 169.254.30.0/24" },
        { "the other number of a disputed row", "aws.ike.dpd", "other", "40" },
        { "the other range", "azure.vpn.ha.failover-unplanned", "other", "10-180" },
        { "the other truth", "azure.rs.multihop-needed", "other", "no" },
        { "the other text", "azure.vpn.ike.psk-characters", "other", "letters and digits" },
        { "nothing, where nothing was", "frr.bgp.local-med", "0", "0" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct cloud_limits l = { 0 };
        struct diag d = { 0 };
        char text[256];
        struct text t = text_init(text, sizeof(text));
        const struct cloud_fact *f = cloud_fact_find(cases[i].id);
        CLAIM(cases[i].name, f != NULL);
        CLAIM(cases[i].name, cloud_limits_set(&l, cases[i].id, cases[i].value, &d));
        CLAIM(cases[i].name, cloud_is_replaced(&l, f) && !cloud_is_replaced(NULL, f));
        struct cloud_data data = cloud_data_of(&l, f);
        text_cloud_data(&t, &data);
        CLAIM_TEXT(cases[i].name, text, cases[i].want);
    }
}

static void wrong_values_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *name, *id, *value, *what, *expected, *remedy;
    } cases[] = {
        { "no such row", "azure.nothing.at-all", "1", "is no fact", "spanway facts", "" },
        { "a slip in the id", "azure.vpn.bgp.prefix-max", "1", "is no fact", "spanway facts",
          "did you mean 'azure.vpn.bgp.prefixes-max'?" },
        { "no number", "azure.vpn.bgp.prefixes-max", "many", "\"many\" is no value of",
          "a whole number", "the value is 4000" },
        { "a number and more", "azure.vpn.bgp.prefixes-max", "40k", "40k", "whole", "" },
        { "nothing at all", "azure.vpn.bgp.prefixes-max", "", "\"\"", "whole", "" },
        { "less than nothing", "azure.vpn.bgp.prefixes-max", "-1", "-1", "whole", "" },
        { "none where some were", "azure.vpn.bgp.prefixes-max", "0", "\"0\"", "from 1", "" },
        { "beyond all numbers", "azure.vpn.bgp.prefixes-max", "1000000000001", "", "1000000000000",
          "" },
        { "the larger number first", "azure.vpn.ike.dpd-range", "20-10", "20-10", "smaller", "" },
        { "a range without an end", "azure.vpn.ike.dpd-range", "20-", "20-", "range", "" },
        { "perhaps", "azure.vpn.bgp.bfd", "perhaps", "perhaps", "yes or no", "is no" },
        { "a text that is none", "azure.rs.preference", "", "", "1 to 127", "ExpressRoute" },
        { "numbers with a comma too many", "azure.vpn.bgp.as-private", "1,", "1,", "numbers", "" },
        { "bits beyond a prefix", "azure.vpn.apipa.range", "169.254.21.1/24", "", "prefixes", "" },
        { "an address", "azure.vpn.apipa.range", "169.254.21.1", "", "prefixes", "" },
        { "a list of names", "azure.vpn.status.values", "Up", "", "cannot be replaced", "" },
        { "a list of algorithms", "aws.ike.dh", "14", "", "cannot be replaced", "" },
        { "the other value of a row that has one", "azure.vpn.bgp.prefixes-max", "other", "other",
          "whole", "" },
        { "another value of another kind", "gcp.vpn.payload", "other", "other", "whole", "" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct cloud_limits l = { 0 };
        struct diag d = { 0 };
        CLAIM(cases[i].name, !cloud_limits_set(&l, cases[i].id, cases[i].value, &d));
        CLAIM(cases[i].name, l.n == 0 && d.severity == DIAG_ERROR);
        CLAIM_TEXT(cases[i].name, d.id, "CLOUD-LIMIT");
        CLAIM(cases[i].name, strstr(d.what, cases[i].what) != NULL);
        CLAIM(cases[i].name, strstr(d.expected, cases[i].expected) != NULL);
        CLAIM(cases[i].name, strstr(d.remedy, cases[i].remedy) != NULL);
    }
}

/* The last word on a row counts, other rows keep what they have, and there is an end. */
static void limits_are_a_set(void **state)
{
    (void)state;
    struct cloud_limits l = { 0 };
    struct diag d;
    const struct cloud_fact *max = &azure_facts[AZURE_VPN_BGP_PREFIXES_MAX];
    assert_true(cloud_limits_set(&l, max->id, "8000", &d));
    assert_true(cloud_limits_set(&l, max->id, "9000", &d));
    assert_int_equal(l.n, 1);
    assert_int_equal(cloud_number(&l, max), 9000);
    assert_int_equal(cloud_number(NULL, max), 4000);
    assert_int_equal(cloud_number(&l, &azure_facts[AZURE_RS_PEERS_MAX]), 8);
    struct cloud_limits copy = l;
    memset(&l, 0xff, sizeof(l));
    assert_int_equal(cloud_number(&copy, max), 9000);
    for (size_t i = 0; copy.n < CLOUD_LIMITS_MAX; i++) {
        if (azure_facts[i].value.kind == CLOUD_NUMBER)
            assert_true(cloud_limits_set(&copy, azure_facts[i].id, "7", &d));
    }
    assert_false(cloud_limits_set(&copy, "aws.vgw.routes-in-max", "7", &d));
    assert_non_null(strstr(d.what, "more than"));
    assert_true(cloud_limits_set(&copy, max->id, "6", &d));
    assert_int_equal(cloud_number(&copy, max), 6);
}

static void lists_are_asked(void **state)
{
    (void)state;
    const struct cloud_fact *private = &azure_facts[AZURE_VPN_BGP_AS_PRIVATE];
    assert_true(cloud_has_number(NULL, private, 64512));
    assert_true(cloud_has_number(NULL, private, 65534));
    assert_false(cloud_has_number(NULL, private, 65516));
    assert_true(cloud_has_number(NULL, &azure_facts[AZURE_VPN_IKE_DPD_RANGE], 3600));
    assert_false(cloud_has_number(NULL, &azure_facts[AZURE_VPN_IKE_DPD_RANGE], 8));
    const struct cloud_fact *apipa = &azure_facts[AZURE_VPN_APIPA_RANGE];
    struct ip_addr in, out;
    assert_true(ip_parse("169.254.22.255", &in) && ip_parse("169.254.23.0", &out));
    assert_true(cloud_has_addr(NULL, apipa, &in));
    assert_false(cloud_has_addr(NULL, apipa, &out));
    size_t n;
    assert_non_null(cloud_prefixes(NULL, apipa, &n));
    assert_int_equal(n, 2);
    assert_true(cloud_has_word(&azure_facts[AZURE_VPN_IKE_MODE_VALUES], "ResponderOnly"));
    assert_false(cloud_has_word(&azure_facts[AZURE_VPN_IKE_MODE_VALUES], "Responder"));
    assert_string_equal(cloud_text(NULL, &azure_facts[AZURE_RS_SUBNET_NAME]), "RouteServerSubnet");
    assert_false(cloud_is_so(NULL, &aws_facts[AWS_VGW_ECMP]));
    assert_true(cloud_is_so(NULL, &aws_facts[AWS_TGW_ECMP]));
    struct cloud_span s = cloud_range(NULL, &gcp_facts[GCP_ROUTER_KEEPALIVE_RANGE]);
    assert_true(s.first == 20 && s.last == 60);
    s = cloud_range(NULL, &gcp_facts[GCP_ROUTER_KEEPALIVE]);
    assert_true(s.first == 20 && s.last == 20);
}

static void algorithms_are_found(void **state)
{
    (void)state;
    const struct cloud_fact *dh = &azure_facts[AZURE_VPN_IKE_DH];
    const struct cloud_algorithm *a = cloud_algorithm_named(dh, "dhgroup2048");
    assert_non_null(a);
    assert_int_equal(a->id, 14);
    assert_null(cloud_algorithm_named(dh, "DHGroup21"));
    assert_null(cloud_algorithm_of(dh, 21, 0));
    a = cloud_algorithm_of(&azure_facts[AZURE_VPN_IPSEC_ENCRYPTION], 20, 192);
    assert_non_null(a);
    assert_string_equal(a->name, "GCMAES192");
    a = cloud_algorithm_named(&azure_facts[AZURE_VPN_IPSEC_ENCRYPTION], "DES3");
    assert_true(a && a->weak);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(replaced_values_are_read), cmocka_unit_test(wrong_values_are_refused),
        cmocka_unit_test(limits_are_a_set),         cmocka_unit_test(lists_are_asked),
        cmocka_unit_test(algorithms_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
