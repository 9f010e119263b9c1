#include "cloud/filter.h"
#include "lib.h"

/* ---- rules in words -------------------------------------------------------------------------- */

static void put_side(struct text *t, const struct cloud_filter_side *s)
{
    text_str(t, s->any ? " any" : s->connected ? " connected" : s->internet ? " internet" : "");
    for (uint32_t i = 0; i < s->prefixes.count; i++) {
        text_str(t, " ");
        text_prefix(t, &s->prefixes.items[i]);
    }
}

static void put_ports(struct text *t, const char *word, const struct cloud_ports *p, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        text_str(t, word);
        text_u64(t, p[i].first);
        text_str(t, "-");
        text_u64(t, p[i].last);
    }
}

/* "in allow 6 any > any to 22-22", a line a rule, a blank line between chains. */
static const char *words_of(const struct cloud_filter *f)
{
    static char buffer[4096];
    struct text t = text_init(buffer, sizeof(buffer));
    for (uint32_t c = 0; c < f->chain_count; c++) {
        text_str(&t, c ? "\n" : "");
        for (uint32_t i = 0; i < f->chains[c].rules.count; i++) {
            const struct cloud_filter_rule *r = &f->chains[c].rules.items[i];
            text_str(&t, r->inbound ? "in" : "out");
            text_str(&t, r->allow ? " allow " : " deny ");
            text_u64(&t, r->protocol);
            put_side(&t, &r->source);
            text_str(&t, " >");
            put_side(&t, &r->destination);
            put_ports(&t, " from ", r->source_ports.items, r->source_ports.count);
            put_ports(&t, " to ", r->destination_ports.items, r->destination_ports.count);
            text_str(&t, "\n");
        }
    }
    return t.s;
}

static void expect_filter(const char *yaml, const char *object, const char *words)
{
    const struct text_file files[] = { { "t.yaml", yaml }, { 0 } };
    struct world w;
    struct cloud_filter f;
    world_open(&w, files);
    const struct topo_object *o = topo_find(w.t, object);
    if (!o)
        fail_msg("no object %s", object);
    assert_true(cloud_filter_of(w.t, o, &w.arena, &f));
    assert_string_equal(words_of(&f), words);
    world_close(&w);
}

/* ---- Azure ----------------------------------------------------------------------------------- */

#define AZURE_NETWORK                                                                              \
    "spanway: 1\nname: t\nazure:\n"                                                                \
    "  virtual_networks:\n"                                                                        \
    "    v:\n      location: japaneast\n      address_space: [10.0.0.0/16]\n"                      \
    "      subnets:\n"                                                                             \
    "        a: {address_prefix: 10.0.0.0/24, network_security_group: g}\n"                        \
    "        b: {address_prefix: 10.0.1.0/24}\n"                                                   \
    "  network_interfaces:\n"                                                                      \
    "    both: {subnet: v/a, network_security_group: h}\n"                                         \
    "    one: {subnet: v/b, network_security_group: h}\n"                                          \
    "    none: {subnet: v/b}\n"                                                                    \
    "  network_security_groups:\n"

#define AZURE_GROUPS                                                                               \
    "    g:\n      security_rules: {}\n"                                                           \
    "    h:\n      security_rules:\n"                                                              \
    "        second: {priority: 200, direction: Inbound, access: Deny, protocol: \"*\",\n"         \
    "          source_address_prefixes: [\"*\"], destination_address_prefixes: [\"*\"],\n"         \
    "          source_port_ranges: [\"*\"], destination_port_ranges: [\"*\"]}\n"                   \
    "        first: {priority: 100, direction: Inbound, access: Allow, protocol: Tcp,\n"           \
    "          source_address_prefixes: [10.9.0.0/16, 10.8.0.1],\n"                                \
    "          destination_address_prefixes: [VirtualNetwork],\n"                                  \
    "          source_port_ranges: [\"*\"], destination_port_ranges: [\"22\", \"8000-8999\"]}\n"

#define AZURE_DEFAULTS                                                                             \
    "in allow 0 connected > connected\n"                                                           \
    "out allow 0 connected > connected\n"                                                          \
    "out allow 0 any > internet\n"

static void test_rules_of_azure_go_by_priority_and_end_in_the_default_ones(void **state)
{
    (void)state;
    expect_filter(AZURE_NETWORK AZURE_GROUPS, "azure.network_interfaces.one",
                  "in allow 6 10.9.0.0/16 10.8.0.1/32 > connected to 22-22 to 8000-8999\n"
                  "in deny 0 any > any\n" AZURE_DEFAULTS);
}

static void test_subnet_and_interface_each_have_their_say(void **state)
{
    (void)state;
    expect_filter(AZURE_NETWORK AZURE_GROUPS, "azure.network_interfaces.both",
                  AZURE_DEFAULTS
                  "\n"
                  "in allow 6 10.9.0.0/16 10.8.0.1/32 > connected to 22-22 to 8000-8999\n"
                  "in deny 0 any > any\n" AZURE_DEFAULTS);
}

static void test_without_a_group_nothing_is_filtered(void **state)
{
    (void)state;
    expect_filter(AZURE_NETWORK AZURE_GROUPS, "azure.network_interfaces.none", "");
}

/* ---- AWS ------------------------------------------------------------------------------------- */

#define AWS_NETWORK                                                                                \
    "spanway: 1\nname: t\naws:\n"                                                                  \
    "  vpcs:\n    v:\n      region: ap-northeast-1\n      cidr_blocks: [10.0.0.0/16]\n"            \
    "      subnets: {a: {cidr_block: 10.0.0.0/24, availability_zone: ap-northeast-1a}}\n"          \
    "  instances:\n"                                                                               \
    "    some: {subnet: v/a, security_groups: [g, h]}\n"                                           \
    "    bare: {subnet: v/a}\n"                                                                    \
    "  security_groups:\n"                                                                         \
    "    g: {vpc: v, ingress: [{protocol: icmp, cidr_blocks: [10.2.0.0/24]}]}\n"                   \
    "    h:\n      vpc: v\n"                                                                       \
    "      ingress: [{protocol: tcp, from_port: 80, to_port: 90, cidr_blocks: [0.0.0.0/0]}]\n"

static void test_groups_of_aws_add_up_and_let_everything_out(void **state)
{
    (void)state;
    expect_filter(AWS_NETWORK, "aws.instances.some",
                  "in allow 1 10.2.0.0/24 > any\n"
                  "in allow 6 0.0.0.0/0 > any to 80-90\n"
                  "out allow 0 any > any\n");
    expect_filter(AWS_NETWORK, "aws.instances.bare", "");
}

static void test_an_egress_rule_of_aws_replaces_its_default(void **state)
{
    (void)state;
    expect_filter(AWS_NETWORK "      egress: [{protocol: \"-1\", cidr_blocks: [10.2.0.0/24]}]\n",
                  "aws.instances.some",
                  "in allow 1 10.2.0.0/24 > any\n"
                  "in allow 6 0.0.0.0/0 > any to 80-90\n"
                  "out allow 0 any > 10.2.0.0/24\n");
}

/* ---- Google Cloud ---------------------------------------------------------------------------- */

#define GCP_NETWORK                                                                                \
    "spanway: 1\nname: t\ngcp:\n"                                                                  \
    "  networks: {n: {routing_mode: REGIONAL}, m: {routing_mode: REGIONAL}}\n"                     \
    "  subnetworks:\n"                                                                             \
    "    s: {network: n, region: asia-east2, ip_cidr_range: 10.1.0.0/24}\n"                        \
    "    q: {network: m, region: asia-east2, ip_cidr_range: 10.2.0.0/24}\n"                        \
    "  instances: {i: {subnetwork: s}, k: {subnetwork: q}}\n"                                      \
    "  firewalls:\n"                                                                               \
    "    late: {network: n, direction: INGRESS, allow: [all], source_ranges: [10.0.0.0/8]}\n"      \
    "    bad: {network: n, direction: INGRESS, priority: 1000, deny: [\"udp:53\"],\n"              \
    "      source_ranges: [10.0.0.0/8]}\n"                                                         \
    "    out: {network: n, direction: EGRESS, priority: 5, deny: [\"tcp:1-9\"],\n"                 \
    "      destination_ranges: [0.0.0.0/0]}\n"

static void test_rules_of_google_go_by_priority_and_denials_first(void **state)
{
    (void)state;
    expect_filter(GCP_NETWORK, "gcp.instances.i",
                  "out deny 6 any > 0.0.0.0/0 to 1-9\n"
                  "in deny 17 10.0.0.0/8 > any to 53-53\n"
                  "in allow 0 10.0.0.0/8 > any\n"
                  "out allow 0 any > any\n");
    expect_filter(GCP_NETWORK, "gcp.instances.k", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rules_of_azure_go_by_priority_and_end_in_the_default_ones),
        cmocka_unit_test(test_subnet_and_interface_each_have_their_say),
        cmocka_unit_test(test_without_a_group_nothing_is_filtered),
        cmocka_unit_test(test_groups_of_aws_add_up_and_let_everything_out),
        cmocka_unit_test(test_an_egress_rule_of_aws_replaces_its_default),
        cmocka_unit_test(test_rules_of_google_go_by_priority_and_denials_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
