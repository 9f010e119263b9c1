/* Lists and route-maps as lines, in both dialects. */
#include "../unit.h"
#include "config/parse.h"
#include "node/internal.h"

struct joined {
    struct view_sink sink;
    char text[8192];
};

static bool join(struct view_sink *sink, const struct view *view, const void *record)
{
    struct joined *j = container_of(sink, struct joined, sink);
    const struct view_line *l = record;
    assert_int_equal(view->id, VIEW_LINE);
    size_t n = strlen(j->text);
    snprintf(j->text + n, sizeof(j->text) - n, "%s\n", l->text);
    return true;
}

static const char frr[] = "frr version 8.4.1\n"
                          "frr defaults traditional\n"
                          "ip prefix-list PRE01 seq 5 permit 10.10.200.0/24\n"
                          "ip prefix-list PRE02 seq 5 deny 10.0.0.0/8 ge 9 le 24\n"
                          "ip prefix-list PRE02 seq 10 permit any\n"
                          "ipv6 prefix-list SIX seq 5 permit 2001:db8::/32 le 48\n"
                          "bgp as-path access-list azure-asns seq 5 permit _65515_\n"
                          "bgp as-path access-list other seq 5 deny ^65\n"
                          "bgp as-path access-list other seq 10 permit .*\n"
                          "bgp community-list standard CL seq 5 permit 65000:1\n"
                          "bgp community-list expanded EX seq 5 deny ^65000:\n"
                          "route-map rmap deny 5\n"
                          " match as-path azure-asns\n"
                          "exit\n"
                          "route-map rmap permit 10\n"
                          " description what it is for\n"
                          " match ip address prefix-list PRE01\n"
                          " set metric 10\n"
                          " call other\n"
                          " on-match next\n"
                          "exit\n"
                          "route-map other permit 10\n"
                          "exit\n";

static const char mixed[] = "frr version 8.4.1\n"
                            "frr defaults traditional\n"
                            "ip prefix-list B seq 5 deny 10.0.0.0/8\n"
                            "ip prefix-list B seq 10 permit any\n"
                            "ip prefix-list 10 seq 5 permit any\n"
                            "ip prefix-list A seq 5 permit any\n"
                            "ip prefix-list 9 seq 5 permit any\n"
                            "bgp community-list expanded B seq 5 deny ^65000:\n"
                            "bgp community-list expanded B seq 10 permit .*\n"
                            "bgp community-list standard A seq 5 permit 65000:1\n"
                            "bgp community-list 107 seq 5 deny _65000:7_\n"
                            "bgp community-list 7 seq 5 permit 65000:7\n"
                            "bgp large-community-list standard L seq 5 permit 65000:1:2\n"
                            "bgp extcommunity-list standard E seq 5 permit rt 65000:5\n"
                            "route-map 9 permit 10\n"
                            "exit\n"
                            "route-map 10 permit 10\n"
                            "exit\n";

static const char ios[] = "version 15.6\n"
                          "hostname tky01\n"
                          "ip prefix-list ERBGP01 seq 5 permit 10.100.20.1/32\n"
                          "ip prefix-list ERBGP01 seq 10 permit 10.100.10.0/24\n"
                          "ip as-path access-list 10 permit ^65\n"
                          "ip community-list standard CL permit 65000:1\n"
                          "route-map X permit 10\n"
                          " match ip address prefix-list ERBGP01\n"
                          " set metric 10\n";

static void lists_come_out_in_the_dialects_words(void **state)
{
    (void)state;
    static const struct {
        const char *name, *config, *want;
        enum node_query_kind kind;
        uint8_t family;
        const char *list;
    } cases[] = {
        { "prefix list", frr,
          "BGP: ip prefix-list PRE01: 1 entries\n   seq 5 permit 10.10.200.0/24\n",
          NODE_QUERY_PREFIX_LISTS, IP_V4, "PRE01" },
        { "ranges", frr,
          "BGP: ip prefix-list PRE02: 2 entries\n   seq 5 deny 10.0.0.0/8 ge 9 le 24\n"
          "   seq 10 permit any\n",
          NODE_QUERY_PREFIX_LISTS, IP_V4, "PRE02" },
        { "IPv6", frr,
          "BGP: ipv6 prefix-list SIX: 1 entries\n   seq 5 permit 2001:db8::/32 le 48\n",
          NODE_QUERY_PREFIX_LISTS, IP_V6, "" },
        { "unknown name", frr, "", NODE_QUERY_PREFIX_LISTS, IP_V4, "nix" },
        { "prefix lists in order: numbers by value, then names", mixed,
          "BGP: ip prefix-list 9: 1 entries\n   seq 5 permit any\n"
          "BGP: ip prefix-list 10: 1 entries\n   seq 5 permit any\n"
          "BGP: ip prefix-list A: 1 entries\n   seq 5 permit any\n"
          "BGP: ip prefix-list B: 2 entries\n   seq 5 deny 10.0.0.0/8\n   seq 10 permit any\n",
          NODE_QUERY_PREFIX_LISTS, IP_V4, "" },
        { "community lists in order, of their kind only", mixed,
          "Community standard list 7\n    permit 65000:7\n"
          "Community (expanded) access list 107\n    deny _65000:7_\n"
          "Named Community standard list A\n    permit 65000:1\n"
          "Named Community expanded list B\n    deny ^65000:\n    permit .*\n",
          NODE_QUERY_COMMUNITY_LISTS, 0, "" },
        { "large community lists", mixed,
          "Named large community standard list L\n    permit 65000:1:2\n",
          NODE_QUERY_LARGE_COMMUNITY_LISTS, 0, "" },
        { "extended community lists", mixed,
          "Named extended community standard list E\n    permit rt 65000:5\n",
          NODE_QUERY_EXT_COMMUNITY_LISTS, 0, "" },
        { "route-maps in order of their names", mixed,
          "BGP:\nroute-map: 10\n permit, sequence 10\n  Match clauses:\n  Set clauses:\n"
          "  Call clause:\n  Action:\n    Exit routemap\n"
          "route-map: 9\n permit, sequence 10\n  Match clauses:\n  Set clauses:\n"
          "  Call clause:\n  Action:\n    Exit routemap\n",
          NODE_QUERY_ROUTE_MAPS, 0, "" },
        { "AS path lists", frr,
          "AS path access list azure-asns\n    permit _65515_\n"
          "AS path access list other\n    deny ^65\n    permit .*\n",
          NODE_QUERY_AS_PATH_LISTS, 0, "" },
        { "community lists", frr,
          "Named Community standard list CL\n    permit 65000:1\n"
          "Named Community expanded list EX\n    deny ^65000:\n",
          NODE_QUERY_COMMUNITY_LISTS, 0, "" },
        { "route-map", frr,
          "BGP:\nroute-map: rmap\n deny, sequence 5\n  Match clauses:\n    as-path azure-asns\n"
          "  Set clauses:\n  Call clause:\n  Action:\n    Exit routemap\n"
          " permit, sequence 10\n  Description:\n    what it is for\n  Match clauses:\n"
          "    ip address prefix-list PRE01\n  Set clauses:\n    metric 10\n"
          "  Call clause:\n    Call other\n  Action:\n    Continue to next entry\n",
          NODE_QUERY_ROUTE_MAPS, 0, "rmap" },
        { "route-map without clauses", frr,
          "BGP:\nroute-map: other\n permit, sequence 10\n  Match clauses:\n"
          "  Set clauses:\n  Call clause:\n  Action:\n    Exit routemap\n",
          NODE_QUERY_ROUTE_MAPS, 0, "other" },
        { "unknown map", frr, "", NODE_QUERY_ROUTE_MAPS, 0, "nix" },
        { "IOS prefix list", ios,
          "ip prefix-list ERBGP01: 2 entries\n   seq 5 permit 10.100.20.1/32\n"
          "   seq 10 permit 10.100.10.0/24\n",
          NODE_QUERY_PREFIX_LISTS, IP_V4, "" },
        { "IOS AS path list", ios, "AS path access list 10\n    permit ^65\n",
          NODE_QUERY_AS_PATH_LISTS, 0, "10" },
        { "IOS community list", ios, "Named Community standard list CL\n     permit 65000:1\n",
          NODE_QUERY_COMMUNITY_LISTS, 0, "" },
        { "IOS route-map", ios,
          "route-map X, permit, sequence 10\n  Match clauses:\n"
          "    ip address prefix-lists: ERBGP01 \n  Set clauses:\n    metric 10\n"
          "  Policy routing matches: 0 packets, 0 bytes\n",
          NODE_QUERY_ROUTE_MAPS, 0, "" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        static struct node n;
        static struct joined j;
        struct config_file file = { "test", cases[i].config, strlen(cases[i].config) };
        struct config_options options = { 0 };
        struct diag_list diags = { 0 };
        memset(&j, 0, sizeof(j));
        j.sink.emit = join;
        CLAIM(cases[i].name, config_parse(&file, 1, &options, &diags, &n.config));
        struct node_query q = { .kind = cases[i].kind, .family = cases[i].family };
        snprintf(q.name, sizeof(q.name), "%s", cases[i].list);
        CLAIM(cases[i].name, node_query_lists(&n, &q, &j.sink) == 0);
        CLAIM_TEXT(cases[i].name, j.text, cases[i].want);
        config_free(n.config);
        diag_list_done(&diags);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_come_out_in_the_dialects_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
