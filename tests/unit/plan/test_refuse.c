/* What cannot be: the answer says why, and names the nearest that works. */
#include "lib.h"

#include <stdlib.h>

static const struct {
    const char *name, *text;
    const char *what, *remedy; /* parts of the first finding */
} cases[] = {
    { "one connection of AWS to an active-active gateway",
      "redundancy: full\nconnect:\n" LIB_AZURE LIB_AWS
      "pairs:\n  - {between: [az, am], connections: 1}\n",
      "accepts 1 customer gateway", "leave connections out" },
    { "one Door to an active-active gateway",
      "redundancy: full\nconnect:\n" LIB_AZURE LIB_SORACOM
      "pairs:\n  - {between: [so, az], connections: 1}\n",
      "the second instance would have no tunnel", "redundancy: tunnel" },
    { "an active-active gateway that exists, and one connection",
      "redundancy: tunnel\nconnect:\n"
      "  az: {provider: azure, existing_gateway: active-active, address_space: "
      "[10.2.0.0/16]}\n" LIB_AWS,
      "one VPN connection to an active-active gateway cannot be", "ask for redundancy: full" },
    { "an active-standby gateway in full redundancy",
      "redundancy: full\nconnect:\n"
      "  az: {provider: azure, existing_gateway: active-standby, address_space: "
      "[10.2.0.0/16]}\n" LIB_AWS,
      "full redundancy needs an active-active gateway", "redundancy: tunnel" },
    { "addresses that overlap",
      "redundancy: none\nconnect:\n" LIB_AZURE
      "  am: {provider: aws, address_space: [10.2.128.0/24]}\n",
      "az and am overlap: 10.2.0.0/16 and 10.2.128.0/24", "another range" },
    { "equal AS numbers",
      "redundancy: none\nconnect:\n"
      "  az: {provider: azure, asn: 65001, address_space: [10.2.0.0/16]}\n"
      "  am: {provider: aws, asn: 65001, address_space: [10.3.0.0/16]}\n",
      "the same AS number, 65001", "leave asn out" },
    { "an AS number that Azure keeps for itself",
      "redundancy: none\nconnect:\n" LIB_AZURE
      "  am: {provider: aws, asn: 12076, address_space: [10.3.0.0/16]}\n",
      "AS 12076 cannot be used", "leave asn out" },
    { "an AS number that a customer gateway does not take",
      "redundancy: none\nconnect:\n" LIB_AWS
      "  go: {provider: gcp, region: x, asn: 4200000000, address_space: [10.3.0.0/16]}\n",
      "does not take AS 4200000000", "leave asn out" },
    { "static routes to Google", "redundancy: none\nrouting: static\nconnect:\n" LIB_AZURE LIB_GCP,
      "only BGP", "leave routing out" },
    { "static routes and full redundancy",
      "redundancy: full\nrouting: static\nconnect:\n" LIB_AZURE LIB_AWS, "no redundancy is gained",
      "redundancy: tunnel" },
    { "one router in full redundancy", "redundancy: full\nconnect:\n" LIB_AWS LIB_SITE1,
      "single point of failure", "second router's address" },
    { "one address on each side, and two tunnels",
      "redundancy: tunnel\nconnect:\n" LIB_AZURE LIB_SITE1, "there is one tunnel",
      "redundancy: none" },
    { "two networks of AWS",
      "redundancy: none\nconnect:\n" LIB_AWS "  b: {provider: aws, address_space: [10.3.0.0/16]}\n",
      "two networks of one kind", "own peering" },
    { "SORACOM and AWS", "redundancy: none\nconnect:\n" LIB_SORACOM LIB_AWS,
      "towards Azure or a site only", "Canal" },
    { "inside addresses that Azure does not take",
      "redundancy: none\nconnect:\n" LIB_AZURE LIB_AWS
      "pairs:\n  - {between: [az, am], inside: [169.254.30.0/24]}\n",
      "have to be from 169.254.21.0/24, 169.254.22.0/24", "leave inside out" },
    { "inside addresses that AWS keeps",
      "redundancy: none\nconnect:\n" LIB_GCP LIB_AWS
      "pairs:\n  - {between: [go, am], inside: [169.254.169.252/30]}\n",
      "no room for 1 tunnels", "larger ranges" },
    { "a SKU without BGP",
      "redundancy: none\nconnect:\n" LIB_AWS
      "  az: {provider: azure, sku: Basic, address_space: [10.2.0.0/16]}\n",
      "no SKU with BGP and zones", "VpnGw1AZ" },
    { "a site without an address",
      "redundancy: none\nconnect:\n" LIB_AWS
      "  tokyo: {provider: site, address_space: [10.2.0.0/16]}\n",
      "no public address", "public_addresses" },
    { "a network that has no room for a gateway",
      "redundancy: none\nconnect:\n" LIB_AWS
      "  az: {provider: azure, address_space: [10.2.0.0/27]}\n",
      "a prefix of /27", "another prefix" },
    { "a region that would leave its quotes",
      "redundancy: none\nconnect:\n" LIB_AWS
      "  az: {provider: azure, region: \"x'; rm y\", address_space: [10.2.0.0/24]}\n",
      "no region", "letters" },
    { "nothing behind connect", "redundancy: none\nconnect:\n", "no networks", "two or three" },
    { "nothing behind address_space",
      "redundancy: none\nconnect:\n  x: {provider: site, public_addresses: [203.0.113.1], "
      "address_space: }\n" LIB_AWS,
      "the address space is empty", "add a prefix" },
    { "nothing behind between",
      "redundancy: none\nconnect:\n" LIB_AZURE LIB_AWS "pairs:\n  - {between: }\n",
      "a pair is of two networks", "name two" },
    { "an unknown key", "redundancy: none\nregio: x\nconnect:\n" LIB_AZURE LIB_AWS,
      "has no key \"regio\"", "" },
    { "one network", "redundancy: none\nconnect:\n" LIB_AZURE, "has 1 items", "add" },
};

static void test_refusals_name_the_nearest(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char text[2048];
        snprintf(text, sizeof(text), "spanway-plan: 1\n%s", cases[i].text);
        struct lib_source source = { .source = { .read = lib_read },
                                     .names = { "intent.yaml" },
                                     .texts = { text } };
        struct diag_list diags = { 0 };
        struct plan_intent intent;
        struct plan plan;
        bool ok = plan_intent_read(&intent, "intent.yaml", &source.source, &diags) &&
                  plan_build(&plan, &intent, &diags);
        CLAIM(cases[i].name, !ok);
        CLAIM(cases[i].name, diags.count > 0);
        if (!strstr(diags.items[0].what, cases[i].what) ||
            !strstr(diags.items[0].remedy, cases[i].remedy))
            fail_msg("%s: %s; %s", cases[i].name, diags.items[0].what, diags.items[0].remedy);
        plan_intent_done(&intent);
        diag_list_done(&diags);
    }
}

static void test_a_topology_is_no_intent(void **state)
{
    (void)state;
    struct lib_source source = { .source = { .read = lib_read },
                                 .names = { "t.yaml" },
                                 .texts = { "spanway: 1\nname: x\n" } };
    struct diag_list diags = { 0 };
    struct plan_intent intent;
    assert_false(plan_intent_read(&intent, "t.yaml", &source.source, &diags));
    assert_string_equal(diags.items[0].expected, "spanway-plan: 1");
    plan_intent_done(&intent);
    diag_list_done(&diags);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refusals_name_the_nearest),
        cmocka_unit_test(test_a_topology_is_no_intent),
    };
    return cmocka_run_group_tests_name("plan refuse", tests, NULL, NULL);
}
