/* Whole configurations: ours under topologies/, and those of ../shared/data where present.
 * Each is accepted, and reading what we print gives the same model. */
#include <dirent.h>

#include "lib.h"

static bool is_same_printed(const char *name, const struct config *c, char **ret_text)
{
    char *text = print_config(c, DIALECT_UNKNOWN);
    struct reading again = read_text(text, c->dialect);
    char finding[1024];
    if (!again.ok)
        fail_msg("%s: what we print is refused: %s", name,
                 first_finding(&again, finding, sizeof(finding)));
    bool same = config_eq(c, again.c);
    reading_done(&again);
    *ret_text = text;
    return same;
}

/* Converted text must be understood as the other dialect, unless convert said that it cannot be. */
static void check_conversion(const char *name, const struct config *c)
{
    enum dialect to = c->dialect == DIALECT_IOS ? DIALECT_FRR : DIALECT_IOS;
    struct diag_list findings = { 0 };
    config_convert_findings(c, to, &findings);
    char *text = print_config(c, to);
    struct reading r = read_text(text, to);
    char finding[1024];
    if (findings.errors == 0 && !r.ok)
        fail_msg("%s: the conversion is refused: %s", name,
                 first_finding(&r, finding, sizeof(finding)));
    char *back = NULL;
    CLAIM(name, is_same_printed(name, r.c, &back));
    free(back);
    CLAIM(name, r.c->bgp.as == c->bgp.as);
    if (findings.errors == 0) {
        CLAIM(name, r.c->bgp.neighbors.n == c->bgp.neighbors.n);
        CLAIM(name, r.c->statics.n == c->statics.n);
        CLAIM(name, r.c->route_maps.n == c->route_maps.n);
    }
    reading_done(&r);
    free(text);
    diag_list_done(&findings);
}

static void check_file(const char *path, const char *name)
{
    size_t len;
    char *text = read_file(path, &len), finding[1024], *printed = NULL;
    CLAIM(name, text != NULL);
    struct reading r = read_text(text, DIALECT_UNKNOWN);
    if (!r.ok)
        fail_msg("%s is refused: %s", name, first_finding(&r, finding, sizeof(finding)));
    CLAIM(name, is_same_printed(name, r.c, &printed));
    check_conversion(name, r.c);
    free(printed);
    reading_done(&r);
    free(text);
}

static bool is_configuration(const char *name)
{
    return name[0] != '.' && !strstr(name, "advertised") && !strstr(name, "received") &&
           !strstr(name, "show-ip") && !strstr(name, "show-bgp") && !strstr(name, "juniper") &&
           strcmp(name, "expect") != 0;
}

static int check_folder(const char *folder)
{
    DIR *d = opendir(folder);
    int n = 0;
    for (struct dirent *e = d ? readdir(d) : NULL; e; e = readdir(d)) {
        char path[1024];
        if (!is_configuration(e->d_name))
            continue;
        snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
        check_file(path, e->d_name);
        n++;
    }
    if (d)
        closedir(d);
    return n;
}

static void test_own_files(void **state)
{
    (void)state;
    static const char *const scenarios[] = { "s1", "s1x", "s2", "s6", "s7", "s8" };
    int n = 0;
    for (size_t i = 0; i < ARRAY_LEN(scenarios); i++) {
        char relative[64], path[1024];
        snprintf(relative, sizeof(relative), "topologies/%s", scenarios[i]);
        n += check_folder(source_path(path, sizeof(path), relative));
    }
    assert_true(n >= 9);
}

static void test_data_files(void **state)
{
    (void)state;
    static const char *const folders[] = { "frr", "cisco", "seeds", "downloads" };
    const char *data = getenv("SPANWAY_DATA");
    char root[512], path[1024];
    source_path(root, sizeof(root), "../shared/data");
    int n = 0;
    for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
        snprintf(path, sizeof(path), "%s/configs/%s", data && data[0] ? data : root, folders[i]);
        n += check_folder(path);
    }
    if (n == 0) {
        print_message("skipped: no shared data here\n");
        skip();
    }
}

/* vtysh's own output comes out of print again, line by line. */
static void test_exact(void **state)
{
    (void)state;
    static const char *const names[] = { "s1/vm-hub00",  "s2/vm-nva100", "s6/vm-hub00",
                                         "s6/vm-hub100", "s7/vm-hub00",  "s8/vm-hub00" };
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        char relative[256], path[1024];
        size_t len;
        snprintf(relative, sizeof(relative), "topologies/%s.conf", names[i]);
        char *text = read_file(source_path(path, sizeof(path), relative), &len);
        CLAIM(names[i], text != NULL);
        struct reading r = read_text(text, DIALECT_UNKNOWN);
        char *printed = print_config(r.c, DIALECT_UNKNOWN);
        const char *want = strstr(text, "frr version");
        CLAIM(names[i], want != NULL);
        CLAIM_TEXT(names[i], printed, want);
        free(printed);
        reading_done(&r);
        free(text);
    }
}

/* S2: the model that the demo runs on. */
static void test_s2_model(void **state)
{
    (void)state;
    char path[1024];
    size_t len;
    char *text = read_file(source_path(path, sizeof(path), "topologies/s2/vm-nva100.conf"), &len);
    assert_non_null(text);
    struct reading r = read_text(text, DIALECT_UNKNOWN);
    assert_true(r.ok);
    const struct config *c = r.c;
    assert_int_equal(c->dialect, DIALECT_FRR);
    assert_int_equal(c->version.major, 8);
    assert_int_equal(c->version.minor, 5);
    assert_string_equal(c->hostname, "vm-nva100");
    assert_int_equal(c->ipv6_forwarding, TRI_NO);
    assert_int_equal(c->statics.n, 1);
    assert_int_equal(c->bgp.as, 65001);
    assert_int_equal(c->bgp.neighbors.n, 2);
    struct config_neighbor n;
    config_neighbor_resolve(c, &c->bgp.neighbors.v[0], &n);
    assert_int_equal(n.remote_as, 65515);
    assert_int_equal(n.ebgp_multihop, 255);
    assert_int_equal(n.hold_s, 180);
    assert_int_equal(n.af[CONFIG_AF_IPV4].activate, TRI_YES);
    assert_int_equal(n.af[CONFIG_AF_IPV4].default_originate, TRI_YES);
    assert_int_equal(n.af[CONFIG_AF_IPV4].soft_reconfiguration, TRI_YES);
    assert_int_equal(n.af[CONFIG_AF_IPV4].send_community_kinds, SEND_COMMUNITY_ALL);
    assert_string_equal(n.af[CONFIG_AF_IPV4].route_map[DIR_IN], "rmap-bogon-asns");
    const struct config_as_path_list *l = config_as_path_list_find(c, "bogon-asns");
    assert_non_null(l);
    assert_int_equal(l->entries.n, 5);
    assert_string_equal(l->entries.v[3].regex, "_65515_");
    assert_false(l->entries.v[3].permit);
    struct config_bgp b;
    config_bgp_resolve(c, &b);
    assert_int_equal(b.ebgp_requires_policy, TRI_YES);
    assert_int_equal(b.af[CONFIG_AF_IPV4].maximum_paths, 64);
    reading_done(&r);
    free(text);
}

/* S2's NAT in both forms beside the unchanged text. */
static void test_s2_nat(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint32_t rules, exempt;
    } cases[] = { { "topologies/s2/nat.iptables", 5, 4 }, { "topologies/s2/nat.ios", 6, 5 } };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char path[1024];
        struct config_file files[2] = { { .name = "frr.conf" }, { .name = cases[i].name } };
        char *first = read_file(source_path(path, sizeof(path), "topologies/s2/vm-nva100.conf"),
                                &files[0].len);
        char *second = read_file(source_path(path, sizeof(path), cases[i].name), &files[1].len);
        files[0].text = first;
        files[1].text = second;
        struct config_options options = { 0 };
        struct diag_list diags = { 0 };
        struct config *c = NULL;
        CLAIM(cases[i].name, config_parse(files, 2, &options, &diags, &c));
        CLAIM(cases[i].name, c->nat_rules.n == cases[i].rules);
        for (uint32_t k = 0; k < c->nat_rules.n; k++)
            CLAIM(cases[i].name, (c->nat_rules.v[k].action == NAT_EXEMPT) == (k < cases[i].exempt));
        const struct config_nat_rule *last = &c->nat_rules.v[c->nat_rules.n - 1];
        CLAIM(cases[i].name, last->action == NAT_MASQUERADE);
        CLAIM_TEXT(cases[i].name, last->out_interface, "eth0");
        CLAIM(cases[i].name, last->not_source == (i == 0));
        CLAIM(cases[i].name, last->at.file == 1);
        config_free(c);
        diag_list_done(&diags);
        free(first);
        free(second);
    }
}

/* S1: what the Cisco router says. */
static void test_s1_tky01(void **state)
{
    (void)state;
    char path[1024];
    size_t len;
    char *text = read_file(source_path(path, sizeof(path), "topologies/s1/tky01.cfg"), &len);
    struct reading r = read_text(text, DIALECT_UNKNOWN);
    assert_true(r.ok);
    const struct config *c = r.c;
    assert_int_equal(c->dialect, DIALECT_IOS);
    assert_int_equal(c->bgp.af[0].networks.n, 2);
    assert_int_equal(c->bgp.neighbors.n, 3);
    const struct config_interface *t = config_interface_find(c, "Tunnel13");
    assert_non_null(t);
    assert_true(t->is_tunnel);
    assert_string_equal(t->tunnel_mode, "ipsec ipv4");
    assert_int_equal(t->tcp_mss, 1350);
    const struct config_interface *g = config_interface_find(c, "GigabitEthernet8.714");
    assert_non_null(g);
    assert_int_equal(g->dot1q_vlan, 714);
    assert_string_equal(c->statics.v[0].interface, "Tunnel13");
    struct config_neighbor n;
    config_neighbor_resolve(c, &c->bgp.neighbors.v[0], &n);
    assert_int_equal(n.af[CONFIG_AF_IPV4].send_community, TRI_NO);
    assert_string_equal(n.update_source, "Loopback0");
    struct config_bgp b;
    config_bgp_resolve(c, &b);
    assert_int_equal(b.ebgp_requires_policy, TRI_NO);
    assert_int_equal(b.af[CONFIG_AF_IPV4].maximum_paths, 1);
    reading_done(&r);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_own_files), cmocka_unit_test(test_data_files),
        cmocka_unit_test(test_exact),     cmocka_unit_test(test_s2_model),
        cmocka_unit_test(test_s2_nat),    cmocka_unit_test(test_s1_tky01),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
