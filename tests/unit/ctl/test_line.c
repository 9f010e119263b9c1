/* Command lines: abbreviations, arguments, and what is said when none fits. */
#include "../unit.h"
#include "ctl/commands.h"
#include "fake.h"

static void lines_find_their_rows(void **state)
{
    (void)state;
    static const struct {
        const char *line, *path;
        bool json;
    } cases[] = {
        { "show ip bgp", "show ip bgp [ipv4] [unicast]", false },
        { "sh ip b", "show ip bgp [ipv4] [unicast]", false },
        { "  show\tip  bgp \n", "show ip bgp [ipv4] [unicast]", false },
        { "show ip bgp json", "show ip bgp [ipv4] [unicast]", true },
        { "show ip bgp ipv4 unicast", "show ip bgp [ipv4] [unicast]", false },
        { "show bgp ipv4 uni sum", "show bgp ipv4 unicast summary", false },
        { "show bgp ipv6 summary json", "show bgp ipv6 summary", true },
        { "sh ip bgp sum", "show ip bgp [ipv4] summary", false },
        { "sh ip bgp ipv4 u su", "show ip bgp [ipv4] unicast summary", false },
        { "sh bgp sum", "show bgp summary", false },
        { "sh ip bgp 10.0.0.0/8", "show ip bgp [ipv4] [unicast] PREFIX", false },
        { "sh ip bgp 10.0.0.1 json", "show ip bgp [ipv4] [unicast] PREFIX", true },
        { "sh ip bgp 10.0.0.0/8 lo", "show ip bgp [ipv4] [unicast] PREFIX longer-prefixes", false },
        { "show ip bgp nei 10.0.210.4 adv",
          "show ip bgp [ipv4] [unicast] neighbors PEER advertised-routes", false },
        { "show ip bgp nei 10.0.210.4 received",
          "show ip bgp [ipv4] [unicast] neighbors PEER received-routes", false },
        { "show ip bgp neighbors 2001:db8::1 ro json",
          "show ip bgp [ipv4] [unicast] neighbors PEER routes", true },
        { "sh int", "show interface", false },
        { "sh interfaces", "show interfaces", false },
        { "sh ip ro", "show ip route", false },
        { "sh ip ro 0.0.0.0/0", "show ip route PREFIX", false },
        { "sh ipv6 ro c", "show ipv6 route connected", false },
        { "sh ip pre PRE01", "show ip prefix-list NAME", false },
        { "sh ip pre j", "show ip prefix-list NAME", false },
        { "sh route", "show route-map", false },
        { "sh run", "show running-config", false },
        { "sh bgp large", "show bgp large-community-list", false },
        { "sh bgp comm CL det", "show bgp community-list NAME detail", false },
        { "sh bgp extc CL", "show bgp extcommunity-list NAME [detail]", false },
        { "clear bgp *", "clear bgp [ipv4] [unicast] ALL", false },
        { "cl ip bgp 10.0.0.1 soft", "clear ip bgp [ipv4] [unicast] PEER soft", false },
        { "clear ip bgp * soft in", "clear ip bgp [ipv4] [unicast] ALL [soft] in", false },
        { "clear bgp ipv6 uni 10.0.0.1 out", "clear bgp ipv6 [unicast] PEER [soft] out", false },
        { "rel", "reload", false },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct call c = { 0 };
        struct line_error e;
        CLAIM(cases[i].line, line_parse(cases[i].line, &c, &e) == LINE_OK);
        CLAIM_TEXT(cases[i].line, c.row->path, cases[i].path);
        CLAIM(cases[i].line, c.json == cases[i].json);
    }
}

static void arguments_are_taken(void **state)
{
    (void)state;
    struct call c = { 0 };
    struct line_error e;
    struct ip_addr peer = fake_ip("10.0.210.4");
    struct prefix p = fake_prefix("10.0.0.0/8"), host = fake_prefix("10.1.2.3/32");
    assert_int_equal(line_parse("sh ip bgp nei 10.0.210.4 adv", &c, &e), LINE_OK);
    assert_true(ip_eq(&c.peer, &peer));
    assert_int_equal(line_parse("sh ip bgp 10.9.9.9/8 lon", &c, &e), LINE_OK);
    assert_true(prefix_eq(&c.prefix, &p) && !c.is_address);
    assert_int_equal(line_parse("sh ip ro 10.1.2.3", &c, &e), LINE_OK);
    assert_true(prefix_eq(&c.prefix, &host) && c.is_address);
    assert_int_equal(line_parse("show route-map a-map", &c, &e), LINE_OK);
    assert_string_equal(c.name, "a-map");
}

static void what_does_not_fit_is_said_with_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        enum line_result result;
        unsigned column;
        const char *expected;
    } cases[] = {
        { "", LINE_EMPTY, 0, NULL },
        { " \t\n", LINE_EMPTY, 0, NULL },
        { "show ip bpg", LINE_UNKNOWN, 8, "bgp" },
        { "sow", LINE_UNKNOWN, 0, "show" },
        { "show i", LINE_AMBIGUOUS, 5, "ip" },
        { "show ip bgp nei 10.0.0.1 r", LINE_AMBIGUOUS, 25, "received-routes" },
        { "show ip bgp nei 10.0.0.1 extra", LINE_UNKNOWN, 25, "advertised-routes" },
        { "show", LINE_INCOMPLETE, 0, "bgp" },
        { "show ip", LINE_INCOMPLETE, 5, "route" },
        { "clear bgp", LINE_INCOMPLETE, 6, "PEER" },
        { "show ip bgp 10.0.0.0/33", LINE_UNKNOWN, 12, "PREFIX" },
        { "show ip bgp nei 1.2.3", LINE_UNKNOWN, 16, "PEER" },
        { "show version extra", LINE_UNKNOWN, 13, "end of line" },
        { "show ip bgp js", LINE_UNKNOWN, 12, "json" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct call c = { 0 };
        struct line_error e;
        CLAIM(cases[i].line, line_parse(cases[i].line, &c, &e) == cases[i].result);
        CLAIM(cases[i].line, !c.row);
        if (cases[i].expected) {
            CLAIM(cases[i].line, e.column == cases[i].column);
            CLAIM(cases[i].line, strstr(e.expected, cases[i].expected) != NULL);
        }
    }
    char line[CTL_LINE_MAX + 10];
    struct call c = { 0 };
    struct line_error e;
    memset(line, 'x', sizeof(line));
    line[sizeof(line) - 1] = '\0';
    CLAIM("too long", line_parse(line, &c, &e) == LINE_LONG);
    for (size_t i = 0; i < 100; i++)
        memcpy(line + 2 * i, "x ", 3);
    CLAIM("too many words", line_parse(line, &c, &e) == LINE_LONG);
}

static void errors_are_printed(void **state)
{
    (void)state;
    static const struct {
        const char *line, *want;
        uint8_t dialect;
    } cases[] = {
        { "show ip bgp nei 1.1.1.1 r",
          "% Ambiguous command: show ip bgp nei 1.1.1.1 r\n% at \"r\" (column 25)\n"
          "% expected: json, end of line, advertised-routes, received-routes, routes\n",
          DIALECT_FRR },
        { "show version x",
          "% Unknown command: show version x\n% at \"x\" (column 14)\n% expected: json, end of "
          "line\n",
          DIALECT_IOS },
        { "show interf eth0 x",
          "% Unknown command: show interf eth0 x\n% at \"x\" (column 18)\n"
          "% expected: json, end of line\n",
          DIALECT_FRR },
        { "conf t", "% Not done here: the configuration is changed in its files; then: reload\n",
          DIALECT_FRR },
        { "show bgp l2vpn evpn", "% Not done here: EVPN is not supported\n", DIALECT_FRR },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct fake f = fake_new(cases[i].dialect);
        int status;
        char *got = fake_run(&f, cases[i].line, DIALECT_UNKNOWN, &status);
        CLAIM_TEXT(cases[i].line, got, cases[i].want);
        CLAIM(cases[i].line, status == 1);
        free(got);
    }
}

static void clear_says_what_and_whom(void **state)
{
    (void)state;
    static const struct {
        const char *line, *peer;
        uint8_t family;
        enum node_clear what;
    } cases[] = {
        { "clear bgp *", NULL, IP_NONE, NODE_CLEAR_HARD },
        { "clear ip bgp 10.0.0.1", "10.0.0.1", IP_NONE, NODE_CLEAR_HARD },
        { "clear ip bgp 10.0.0.1 soft", "10.0.0.1", IP_V4, NODE_CLEAR_BOTH },
        { "clear ip bgp 10.0.0.1 in", "10.0.0.1", IP_V4, NODE_CLEAR_IN },
        { "clear bgp ipv6 * soft out", NULL, IP_V6, NODE_CLEAR_OUT },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct fake f = fake_new(DIALECT_FRR);
        struct ip_addr peer = fake_ip(cases[i].peer);
        int status;
        char *got = fake_run(&f, cases[i].line, DIALECT_UNKNOWN, &status);
        CLAIM_TEXT(cases[i].line, got, "");
        CLAIM(cases[i].line, status == 0 && f.cleared == 1 && ip_eq(&f.clear_peer, &peer));
        CLAIM(cases[i].line, f.clear_family == cases[i].family && f.clear_what == cases[i].what);
        free(got);
    }
}

static void every_example_runs(void **state)
{
    (void)state;
    for (size_t i = 0; i < commands_count; i++) {
        struct call c = { 0 };
        struct line_error e;
        if (!commands[i].example)
            continue;
        CLAIM(commands[i].example, line_parse(commands[i].example, &c, &e) == LINE_OK);
        CLAIM(commands[i].example, !c.row->refusal);
    }
}

static void the_manual_is_the_one_in_the_tree(void **state)
{
    (void)state;
    struct kept k = { .out = { kept_write } };
    commands_manual(&k.out);
    if (getenv("SPANWAY_REWRITE")) {
        char path[512];
        snprintf(path, sizeof(path), "%s/docs/commands.md", getenv("SPANWAY_SOURCE"));
        FILE *to = fopen(path, "wb");
        assert_non_null(to);
        fputs(k.s, to);
        fclose(to);
    }
    char *want = fake_file("docs", "commands.md");
    assert_non_null(want);
    assert_string_equal(k.s, want);
    free(want);
    free(k.s);
}

static void lists_lines_and_the_rest_are_printed(void **state)
{
    (void)state;
    static const char *const lines[] = { "AS path access list x", "    permit ^65" };
    struct fake f = fake_new(DIALECT_FRR);
    f.lines = lines;
    f.n_lines = 2;
    static const struct {
        const char *line, *want;
        enum node_query_kind kind;
    } cases[] = {
        { "show bgp as-path x", "AS path access list x\n    permit ^65\n",
          NODE_QUERY_AS_PATH_LISTS },
        { "show route-map x", "AS path access list x\n    permit ^65\n", NODE_QUERY_ROUTE_MAPS },
        { "show run",
          "Building configuration...\n\nCurrent configuration:\n!\n"
          "AS path access list x\n    permit ^65\n",
          NODE_QUERY_CONFIG },
        { "show memory",
          "Memory                            bytes        count\n"
          "misc                                 10            1\n"
          "total                                10            1\n",
          NODE_QUERY_MEMORY },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char *got = fake_run(&f, cases[i].line, DIALECT_UNKNOWN, NULL);
        CLAIM_TEXT(cases[i].line, got, cases[i].want);
        CLAIM(cases[i].line, f.last.kind == cases[i].kind);
        free(got);
    }
    char *got = fake_run(&f, "show version", DIALECT_UNKNOWN, NULL);
    CLAIM_TEXT("version", got, "Spanway 0.1.0 (r1)\nConfiguration: FRR 8.4.1\n");
    free(got);
    f.b.key_log = "/tmp/keys";
    got = fake_run(&f, "show version", DIALECT_UNKNOWN, NULL);
    CLAIM_TEXT("a key log is never silent", got,
               "Spanway 0.1.0 (r1)\nConfiguration: FRR 8.4.1\nKEY LOG: the keys of all tunnels are "
               "written to /tmp/keys; who reads the files can read the traffic\n");
    free(got);
    got = fake_run(&f, "show version json", DIALECT_UNKNOWN, NULL);
    CLAIM("in JSON neither", strstr(got, "\"keyLog\":\"/tmp/keys\""));
    free(got);
    got = fake_run(&f, "reload", DIALECT_UNKNOWN, NULL);
    CLAIM_TEXT("reload", got, "read\n");
    free(got);
    f.error = -EINVAL;
    got = fake_run(&f, "reload", DIALECT_UNKNOWN, NULL);
    CLAIM_TEXT("reload", got, "read\n% The configuration was refused; the old one runs on\n");
    free(got);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_find_their_rows),
        cmocka_unit_test(arguments_are_taken),
        cmocka_unit_test(what_does_not_fit_is_said_with_its_place),
        cmocka_unit_test(errors_are_printed),
        cmocka_unit_test(clear_says_what_and_whom),
        cmocka_unit_test(every_example_runs),
        cmocka_unit_test(the_manual_is_the_one_in_the_tree),
        cmocka_unit_test(lists_lines_and_the_rest_are_printed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
