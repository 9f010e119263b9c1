/* The scenarios under topologies/: each is read without a finding, the files that it names are
 * there, and each says what has to come out of it. */
#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>

#include "lib.h"

static const char *source_folder(void)
{
    const char *source = getenv("SPANWAY_SOURCE");
    return source ? source : ".";
}

static bool is_file(const char *relative)
{
    char path[1024];
    struct stat st;
    snprintf(path, sizeof(path), "%s/topologies/%s", source_folder(), relative);
    return stat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0;
}

/* The caller's to free. */
static char *text_of(const char *name)
{
    char path[1024];
    snprintf(path, sizeof(path), "%s/topologies/%s", source_folder(), name);
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    char *s = calloc(1, 1 << 20);
    assert_non_null(s);
    size_t n = fread(s, 1, (1 << 20) - 1, f);
    fclose(f);
    s[n] = '\0';
    return s;
}

static void check_device(const char *name, const struct topo_device *d)
{
    if (d->configuration && !is_file(d->configuration))
        fail_msg("%s: no file %s", name, d->configuration);
}

static void check_files(const char *name, const struct topo *t)
{
    for (uint32_t i = 0; i < t->azure.virtual_machines.count; i++)
        check_device(name, &t->azure.virtual_machines.items[i].device);
    for (uint32_t i = 0; i < t->sites.sites.count; i++) {
        const struct site *s = &t->sites.sites.items[i];
        for (uint32_t k = 0; k < s->routers.count; k++)
            check_device(name, &s->routers.items[k].device);
    }
    for (uint32_t i = 0; i < t->expect.routes.count; i++) {
        const char *output = t->expect.routes.items[i].output;
        if (output && !is_file(output))
            fail_msg("%s: no file %s", name, output);
    }
}

/* Findings in the order of the rules, each with an object and a severity that exists. */
static void check_findings(const char *name, const struct topo *t)
{
    static const char *const severities[] = { "error", "warning", "info" };
    const char *before = "R000";
    CLAIM(name, t->expect.findings.count > 0);
    for (uint32_t i = 0; i < t->expect.findings.count; i++) {
        const struct expect_finding *f = &t->expect.findings.items[i];
        bool known = false;
        for (size_t k = 0; k < ARRAY_LEN(severities); k++)
            known |= strcmp(f->severity, severities[k]) == 0;
        CLAIM(name, known);
        CLAIM(name, strlen(f->rule) == 4 && strcmp(before, f->rule) <= 0);
        CLAIM(name, f->object.object != NULL);
        before = f->rule;
    }
}

/* The collections whose size the scenarios state. */
static int64_t size_of(const struct topo *t, const char *collection)
{
    uint32_t peers = 0, tunnels = 0, up = 0;
    for (uint32_t i = 0; i < t->gcp.routers.count; i++)
        peers += t->gcp.routers.items[i].peers.count;
    for (uint32_t i = 0; i < t->expect.tunnels.count; i++) {
        const struct expect_tunnel *x = &t->expect.tunnels.items[i];
        tunnels += x->when.node == NULL;
        up += x->when.node == NULL && x->state == EXPECT_UP;
    }
    const struct {
        const char *name;
        uint32_t count;
    } sizes[] = {
        { "azure.virtual_network_gateways", t->azure.virtual_network_gateways.count },
        { "azure.local_network_gateways", t->azure.local_network_gateways.count },
        { "azure.public_ip_addresses", t->azure.public_ip_addresses.count },
        { "azure.connections", t->azure.connections.count },
        { "aws.customer_gateways", t->aws.customer_gateways.count },
        { "aws.vpn_connections", t->aws.vpn_connections.count },
        { "gcp.external_vpn_gateways", t->gcp.external_vpn_gateways.count },
        { "gcp.ha_vpn_gateways", t->gcp.ha_vpn_gateways.count },
        { "gcp.vpn_tunnels", t->gcp.vpn_tunnels.count },
        { "gcp.routers", t->gcp.routers.count },
        { "gcp.routers.peers", peers },
        { "soracom.doors", t->soracom.doors.count },
        { "tunnels", tunnels },
        { "tunnels.up", up },
    };
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        if (strcmp(sizes[i].name, collection) == 0)
            return sizes[i].count;
    }
    return -1;
}

static void check_counts(const char *name, const struct topo *t)
{
    for (uint32_t i = 0; i < t->expect.objects.count; i++) {
        const struct expect_count *c = &t->expect.objects.items[i];
        if (size_of(t, c->collection) != c->count)
            fail_msg("%s: %s: %u expected, %lld there", name, c->collection, c->count,
                     (long long)size_of(t, c->collection));
    }
}

static void check_scenario(const char *file)
{
    char *text = text_of(file), name[64];
    const struct memory_file files[] = { { file, text }, { NULL, NULL } };
    struct fixture f;
    fixture_files(&f, files, false);
    CLAIM_TEXT(file, f.said, "");
    CLAIM(file, f.ok);
    snprintf(name, sizeof(name), "%s.yaml", f.t->name);
    CLAIM_TEXT(file, name, file);
    CLAIM(file, f.t->requirements.connect.count > 0);
    check_files(file, f.t);
    check_findings(file, f.t);
    check_counts(file, f.t);
    fixture_done(&f);
    free(text);
}

static void every_scenario_is_read_without_a_finding(void **state)
{
    (void)state;
    char folder[1024];
    snprintf(folder, sizeof(folder), "%s/topologies", source_folder());
    DIR *d = opendir(folder);
    assert_non_null(d);
    int n = 0;
    for (struct dirent *e = readdir(d); e; e = readdir(d)) {
        const char *dot = strrchr(e->d_name, '.');
        if (!dot || strcmp(dot, ".yaml") != 0)
            continue;
        check_scenario(e->d_name);
        n++;
    }
    closedir(d);
    assert_true(n >= 13);
}

/* A file of the scenario, read. */
static struct fixture scenario(const char *file, char **ret_text)
{
    *ret_text = text_of(file);
    const struct memory_file files[] = { { file, *ret_text }, { NULL, NULL } };
    struct fixture f;
    fixture_files(&f, files, false);
    return f;
}

static void s1_means_what_its_text_says(void **state)
{
    (void)state;
    char *text;
    struct fixture f = scenario("s1.yaml", &text);
    const struct topo_expect *e = &f.t->expect;
    const struct expect_routes *sent = &e->routes.items[0];
    assert_int_equal(sent->table, EXPECT_ADVERTISED);
    assert_string_equal(sent->at.object->name, "tky01");
    assert_true(sent->exactly);
    assert_int_equal(sent->rows.count, 2);
    assert_string_equal(sent->rows.items[0].path, ""); /* blank */
    assert_string_equal(sent->rows.items[0].metric, "0");
    assert_null(sent->rows.items[0].source); /* not compared */
    const struct expect_tunnel *t = &e->tunnels.items[0];
    assert_int_equal(t->state, EXPECT_UP);
    assert_int_equal(t->bgp, EXPECT_BGP_ESTABLISHED);
    assert_int_equal(t->configured_on.count, 2);
    assert_string_equal(t->configured_on.items[0].part, "0");
    assert_string_equal(t->configured_on.items[1].part, "Tunnel13");
    const struct expect_when *when = &e->tunnels.items[2].when;
    assert_int_equal(when->without.count, 1);
    assert_string_equal(when->without.items[0].object->name, "vm-hub00");
    assert_string_equal(when->without.items[0].part, "ip route 10.10.200.0/24 10.0.0.1");
    assert_int_equal(f.t->sites.links.items[0].between.count, 2);
    fixture_done(&f);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_scenario_is_read_without_a_finding),
        cmocka_unit_test(s1_means_what_its_text_says),
    };
    return cmocka_run_group_tests_name("scenarios", tests, NULL, NULL);
}
