/* A topology that is printed is a topology: the same one, complete. */
#include "lib.h"
#include "topo/print.h"

enum { PRINT_MAX = 1 << 20 };

struct buffer {
    struct topo_printer printer;
    size_t len;
    char *s;
};

static void write_buffer(struct topo_printer *p, const char *s, size_t n)
{
    struct buffer *b = container_of(p, struct buffer, printer);
    assert_true(b->len + n < PRINT_MAX);
    memcpy(b->s + b->len, s, n);
    b->len += n;
    b->s[b->len] = '\0';
}

/* The caller's to free. */
static char *print(const struct topo *t, enum topo_format format)
{
    struct buffer b = { .printer = { .write = write_buffer }, .s = calloc(1, PRINT_MAX) };
    assert_non_null(b.s);
    topo_print(t, format, &b.printer);
    return b.s;
}

static const struct {
    const char *name, *text, *printed;
} cases[] = {
    { "nothing", "", "spanway: 1\n" },
    { "texts that YAML would take for something else are quoted",
      "description: \"true: \\\"x\\\" # y\\n\\tz\\\\\"\nlimits: {a: 'on', b: '1e3', d: x y, "
      "e: 10.0.0.1, f: '-x'}\n",
      "spanway: 1\ndescription: \"true: \\\"x\\\" # y\\n\\tz\\\\\"\nlimits:\n  a:\n    value: "
      "\"on\"\n  b:\n    value: \"1e3\"\n  d:\n    value: \"x y\"\n  e:\n    value: \"10.0.0.1\"\n "
      " f:\n    value: \"-x\"\n" },
    { "defaults are marked",
      "azure:\n  virtual_networks: {vn: {address_space: [10.0.0.0/16, 10.1.0.0/16]}}\n"
      "  virtual_network_peerings: {p: {virtual_network: vn, remote_virtual_network: vn,\n"
      "    use_remote_gateways: true}}\n",
      "spanway: 1\nazure:\n  virtual_networks:\n    vn:\n      address_space: [10.0.0.0/16, "
      "10.1.0.0/16]\n  virtual_network_peerings:\n    p:\n      virtual_network: vn\n      "
      "remote_virtual_network: vn\n      allow_virtual_network_access: true # default\n      "
      "allow_forwarded_traffic: false # default\n      allow_gateway_transit: false # default\n  "
      "    use_remote_gateways: true\n" },
    { "what was written short is written out",
      "sites: {t: {networks: {lan: 10.0.0.0/24}, routers: {r: {device: r.cfg}}, hosts: {}}}\n"
      "carriers: {c: }\n",
      "spanway: 1\nsites:\n  t:\n    networks:\n      lan:\n        prefix: 10.0.0.0/24\n    "
      "routers:\n      r:\n        device:\n          configuration: r.cfg\n          dialect: "
      "auto "
      "# default\n          daemon: spanwayd # default\n          ip_forward: false # default\n    "
      "      bgpd: true # default\n          "
      "iptables_persistent: false # default\ncarriers:\n  c:\n    private_asn_kept: false # "
      "default\n" },
    { "expectations have no defaults",
      "sites: {t: }\nexpect: {reach: [{from: t, to: t, when: {fail: [t]}}, {from: t, to: t}], "
      "findings: [R001]}\n",
      "spanway: 1\nsites:\n  t: {}\nexpect:\n  reach:\n    - from: sites.t\n      to: sites.t\n    "
      "  when:\n        fail: [sites.t]\n    - from: sites.t\n      to: sites.t\n  findings:\n    "
      "- "
      "rule: R001\n" },
};

static void a_topology_is_printed(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char text[4096];
        struct fixture f;
        snprintf(text, sizeof(text), "spanway: 1\n%s", cases[i].text);
        fixture_read(&f, text);
        char *printed = print(f.t, TOPO_FORMAT_TEXT);
        CLAIM_TEXT(cases[i].name, printed, cases[i].printed);
        free(printed);
        fixture_done(&f);
    }
}

/* Takes " # default", " # assigned" and whole comments out. */
static void strip_marks(char *s)
{
    char *to = s;
    for (char *line = s; *line;) {
        size_t n = strcspn(line, "\n");
        char *end = line + n, *mark = NULL;
        for (char *c = line; c < end; c++) {
            if (strncmp(c, " # default\n", 11) == 0 || strncmp(c, " # assigned\n", 12) == 0)
                mark = c;
        }
        size_t keep = mark ? (size_t)(mark - line) : n;
        if (line[strspn(line, " ")] != '#') {
            memmove(to, line, keep);
            to += keep;
            *to++ = '\n';
        }
        line = end + (*end == '\n');
    }
    *to = '\0';
}

static char *slurp(const char *name)
{
    const char *source = getenv("SPANWAY_SOURCE");
    char path[1024];
    snprintf(path, sizeof(path), "%s/topologies/%s.yaml", source ? source : ".", name);
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    char *s = calloc(1, PRINT_MAX);
    assert_non_null(s);
    (void)!fread(s, 1, PRINT_MAX - 1, f);
    fclose(f);
    return s;
}

static const char *const scenarios[] = { "s1",       "s1x",   "s2",    "s3",    "s4-2020",
                                         "s4-today", "s5-p1", "s5-p2", "s5-ng", "s5-w",
                                         "s6",       "s7",    "s8" };

static void what_is_printed_reads_the_same(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(scenarios); i++) {
        char *text = slurp(scenarios[i]);
        struct fixture f, g, h;
        fixture_read(&f, text);
        CLAIM_TEXT(scenarios[i], f.said, "");
        char *marked = print(f.t, TOPO_FORMAT_TEXT), *plain = print(f.t, TOPO_FORMAT_YAML);
        char *json = print(f.t, TOPO_FORMAT_JSON);
        fixture_read(&g, marked);
        CLAIM_TEXT(scenarios[i], g.said, "");
        fixture_read(&h, json);
        CLAIM_TEXT(scenarios[i], h.said, "");
        char *from_yaml = print(g.t, TOPO_FORMAT_YAML), *from_json = print(h.t, TOPO_FORMAT_YAML);
        strip_marks(marked);
        CLAIM(scenarios[i], strcmp(marked, plain) == 0);
        CLAIM(scenarios[i], strcmp(from_yaml, plain) == 0);
        CLAIM(scenarios[i], strcmp(from_json, plain) == 0);
        free(text), free(marked), free(plain), free(json), free(from_yaml), free(from_json);
        fixture_done(&f), fixture_done(&g), fixture_done(&h);
    }
}

static const char with_secrets[] =
    "spanway: 1\n"
    "azure:\n"
    "  virtual_networks: {vn: {address_space: [10.0.0.0/16]}}\n"
    "  virtual_network_gateways: {g: {type: Vpn, sku: VpnGw1, virtual_network: vn}}\n"
    "  connections: {c: {virtual_network_gateway: g, shared_key: swordfish}}\n"
    "aws:\n"
    "  customer_gateways: {g: {ip_address: 192.0.2.1}}\n"
    "  vpn_connections: {c: {customer_gateway: g, tunnels: [{preshared_key: swordfish}]}}\n";

static void secrets_are_never_printed(void **state)
{
    (void)state;
    static const enum topo_format formats[] = { TOPO_FORMAT_TEXT, TOPO_FORMAT_YAML,
                                                TOPO_FORMAT_JSON };
    struct fixture f, g;
    fixture_read(&f, with_secrets);
    assert_string_equal(f.said, "");
    assert_string_equal(f.t->azure.connections.items[0].shared_key, "swordfish");
    for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
        char *s = print(f.t, formats[i]);
        assert_null(strstr(s, "swordfish"));
        assert_true(!strstr(s, "shared_key: given, not shown") == (i != 0));
        fixture_read(&g, s);
        assert_string_equal(g.said, "");
        fixture_done(&g);
        free(s);
    }
    fixture_done(&f);
}

static void what_was_assigned_is_marked(void **state)
{
    (void)state;
    struct fixture f;
    fixture_read(&f, "spanway: 1\nazure: {public_ip_addresses: {p: {sku: Basic}, q: 192.0.2.7}}\n");
    f.t->azure.public_ip_addresses.items[0].ip_address = ip_from_u32(0xcb007101);
    char *s = print(f.t, TOPO_FORMAT_TEXT);
    assert_string_equal(s, "spanway: 1\nazure:\n  public_ip_addresses:\n    p:\n      sku: Basic\n"
                           "      allocation_method: Static # default\n"
                           "      ip_address: 203.0.113.1 # assigned\n    q:\n"
                           "      sku: Standard # default\n"
                           "      allocation_method: Static # default\n"
                           "      ip_address: 192.0.2.7\n");
    free(s);
    fixture_done(&f);
}

/* The part of a map that is always the same belongs to what was assigned: without it the text would
 * not read the same. */
static void a_map_that_was_assigned_is_whole(void **state)
{
    (void)state;
    struct fixture f, g;
    fixture_read(
        &f, "spanway: 1\nazure:\n"
            "  virtual_networks: {vn: {address_space: [10.0.0.0/16]}}\n"
            "  virtual_network_gateways: {g: {type: Vpn, sku: VpnGw1, virtual_network: vn}}\n");
    struct azure_bgp_peering_address given = { .o = { .name = "[0]",
                                                      .kind = &azure_bgp_peering_address_kind },
                                               .default_address = ip_from_u32(0x0a00c804) };
    f.t->azure.virtual_network_gateways.items[0].bgp_settings.peering_addresses.items = &given;
    f.t->azure.virtual_network_gateways.items[0].bgp_settings.peering_addresses.count = 1;
    char *s = print(f.t, TOPO_FORMAT_TEXT), *plain = print(f.t, TOPO_FORMAT_YAML);
    assert_non_null(strstr(s, "      bgp_settings:\n        asn: 65515 # default\n"
                              "        peering_addresses:\n"
                              "          - default_address: 10.0.200.4 # assigned\n"));
    fixture_read(&g, s);
    char *again = print(g.t, TOPO_FORMAT_YAML);
    assert_string_equal(again, plain);
    free(s), free(plain), free(again);
    fixture_done(&f), fixture_done(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_topology_is_printed),
        cmocka_unit_test(what_is_printed_reads_the_same),
        cmocka_unit_test(secrets_are_never_printed),
        cmocka_unit_test(what_was_assigned_is_marked),
        cmocka_unit_test(a_map_that_was_assigned_is_whole),
    };
    return cmocka_run_group_tests_name("topo/print", tests, NULL, NULL);
}
