/* Policies made from configuration text, both dialects. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "attr/aspath.h"
#include "attr/community.h"
#include "base/mem.h"
#include "config/parse.h"
#include "node/policy_build.h"
#include "policy/build.h"

static struct config *parse(const char *text, enum dialect dialect)
{
    struct config_file f = { .name = "test", .text = text, .len = strlen(text) };
    struct config_options o = { .dialect = dialect };
    struct diag_list diags = { 0 };
    struct config *c = NULL;
    bool ok = config_parse(&f, 1, &o, &diags, &c);
    for (uint32_t i = 0; !ok && i < diags.count; i++)
        print_message("# %s: %s\n", diags.items[i].file, diags.items[i].what);
    diag_list_done(&diags);
    assert_non_null(c);
    assert_true(ok);
    return c;
}

/* A sequence of AS numbers on the wire. */
static size_t path_bytes(const char *s, uint8_t *to)
{
    size_t n = 2;
    to[0] = AS_SEQUENCE;
    to[1] = 0;
    while (*s) {
        char *end;
        uint32_t as = (uint32_t)strtoul(s, &end, 10);
        for (int shift = 24; shift >= 0; shift -= 8)
            to[n++] = (uint8_t)(as >> shift);
        to[1]++;
        s = end + (*end == ' ');
    }
    return to[1] ? n : 0;
}

struct bench {
    struct config *c;
    struct policy_world *w;
    struct arena arena;
    struct attr_draft draft;
    uint8_t path[256];
};

static void bench_init(struct bench *b, const char *text, enum dialect dialect)
{
    memset(b, 0, sizeof(*b));
    arena_init(&b->arena, 1 << 16);
    b->c = parse(text, dialect);
    b->w = policy_world_build(b->c, 99);
    assert_non_null(b->w);
}

static void bench_done(struct bench *b)
{
    policy_world_free(b->w);
    config_free(b->c);
    arena_done(&b->arena);
    assert_int_equal(mem_bytes(MEM_POLICY), 0);
}

static const struct policy *policy_for(struct bench *b, const char *neighbor,
                                       enum config_direction direction)
{
    struct ip_addr a;
    assert_true(ip_parse(neighbor, &a));
    const struct config_neighbor *n = config_neighbor_find(b->c, &a);
    assert_non_null(n);
    struct config_neighbor resolved;
    config_neighbor_resolve(b->c, n, &resolved);
    return node_policy_of(b->w, b->c, &resolved.af[CONFIG_AF_IPV4], CONFIG_AF_IPV4, direction);
}

static bool permits(struct bench *b, const struct policy *p, const char *prefix, const char *path)
{
    struct policy_route r = { .draft = &b->draft, .arena = &b->arena, .source = POLICY_STATIC };
    assert_true(prefix_parse(prefix, &r.prefix, NULL));
    size_t n = path_bytes(path, b->path);
    b->draft = (struct attr_draft){ .span[SPAN_AS_PATH] = n ? b->path : NULL };
    b->draft.head.span_len[SPAN_AS_PATH] = (uint16_t)n;
    return policy_run(p, &r) == POLICY_PERMIT;
}

static const char forced_tunnel[] =
    "frr version 8.3.1\n"
    "frr defaults traditional\n"
    "hostname vm-nva100\n"
    "!\n"
    "router bgp 65001\n"
    " neighbor 10.100.210.4 remote-as 65515\n"
    " neighbor 10.100.210.4 ebgp-multihop 255\n"
    " neighbor 10.100.210.5 remote-as 65515\n"
    " !\n"
    " address-family ipv4 unicast\n"
    "  neighbor 10.100.210.4 route-map rmap-bogon-asns in\n"
    "  neighbor 10.100.210.4 route-map rmap-azure-asns out\n"
    "  neighbor 10.100.210.5 route-map nobody in\n"
    " exit-address-family\n"
    "exit\n"
    "!\n"
    "bgp as-path access-list azure-asns seq 5 permit _65515_\n"
    "bgp as-path access-list bogon-asns seq 5 permit _0_\n"
    "bgp as-path access-list bogon-asns seq 10 permit _23456_\n"
    "bgp as-path access-list bogon-asns seq 15 permit _1310[0-6][0-9]_|_13107[0-1]_\n"
    "bgp as-path access-list bogon-asns seq 20 deny _65515_\n"
    "bgp as-path access-list bogon-asns seq 25 permit ^65\n"
    "!\n"
    "route-map rmap-bogon-asns deny 5\n"
    " match as-path bogon-asns\n"
    "exit\n"
    "!\n"
    "route-map rmap-bogon-asns permit 10\n"
    "exit\n"
    "!\n"
    "route-map rmap-azure-asns deny 5\n"
    " match as-path azure-asns\n"
    "exit\n"
    "!\n"
    "route-map rmap-azure-asns permit 10\n"
    "exit\n"
    "!\n";

static void the_forced_tunnel_maps_decide(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        bool in, out;
    } rows[] = {
        { "65515", true, false },         { "65515 12076 65010", true, false },
        { "65515 131071", false, false }, { "131072", true, true },
        { "65001 15169", false, true },   { "", true, true },
        { "65515 23456", false, false },  { "15169 0", false, true },
    };
    struct bench b;
    bench_init(&b, forced_tunnel, DIALECT_FRR);
    const struct policy *in = policy_for(&b, "10.100.210.4", DIR_IN);
    const struct policy *out = policy_for(&b, "10.100.210.4", DIR_OUT);
    assert_false(policy_looks_at_prefix(in));
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        assert_int_equal(permits(&b, in, "10.0.0.0/8", rows[i].path), rows[i].in);
        assert_int_equal(permits(&b, out, "10.0.0.0/8", rows[i].path), rows[i].out);
    }
    assert_null(policy_for(&b, "10.100.210.5", DIR_OUT));
    assert_false(permits(&b, policy_for(&b, "10.100.210.5", DIR_IN), "10.0.0.0/8", "1"));
    bench_done(&b);
}

static const char frr_all[] = "frr version 8.5\n"
                              "ip prefix-list pl seq 5 deny 10.1.0.0/16 le 32\n"
                              "ip prefix-list pl seq 10 permit 10.0.0.0/8 le 24\n"
                              "ip prefix-list def seq 5 permit any\n"
                              "access-list named seq 5 permit 10.0.0.0/8\n"
                              "bgp community-list standard cl seq 5 permit 65000:1 65000:2\n"
                              "bgp community-list expanded ce seq 5 permit _65000:[0-9]+_\n"
                              "bgp large-community-list standard ll seq 5 permit 1:2:3\n"
                              "route-map m permit 10\n"
                              " match ip address prefix-list pl\n"
                              " match source-protocol static\n"
                              " set as-path prepend 65010 65010\n"
                              " set community 65000:2 65000:1 no-export\n"
                              " set large-community 1:2:3 additive\n"
                              " set extcommunity rt 65000:7\n"
                              " set local-preference 250\n"
                              " set metric +5\n"
                              " set origin egp\n"
                              " set weight 77\n"
                              " set ip next-hop 192.0.2.1\n"
                              " on-match next\n"
                              "exit\n"
                              "route-map m permit 20\n"
                              " match community cl\n"
                              " match large-community ll\n"
                              " set tag 4\n"
                              " call c\n"
                              "exit\n"
                              "route-map c permit 5\n"
                              " match community ce\n"
                              " set distance 33\n"
                              " set comm-list cl delete\n"
                              "exit\n"
                              "router bgp 65010\n"
                              " neighbor 192.0.2.9 remote-as 65020\n"
                              " neighbor 192.0.2.8 remote-as 65020\n"
                              " address-family ipv4 unicast\n"
                              "  neighbor 192.0.2.9 route-map m in\n"
                              "  neighbor 192.0.2.9 prefix-list pl out\n"
                              "  neighbor 192.0.2.8 distribute-list named in\n"
                              " exit-address-family\n"
                              "exit\n";

static void every_set_and_match_of_frr_arrives(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b, frr_all, DIALECT_FRR);
    const struct policy *p = policy_for(&b, "192.0.2.9", DIR_IN);
    assert_true(policy_looks_at_prefix(p));
    assert_false(permits(&b, p, "10.1.2.0/24", "1"));
    assert_true(permits(&b, p, "10.2.0.0/16", "65020 1"));
    char buf[300];
    struct text t = text_init(buf, sizeof(buf));
    const struct attr_draft *d = &b.draft;
    text_aspath(&t, d->span[SPAN_AS_PATH], d->head.span_len[SPAN_AS_PATH]);
    text_str(&t, "; ");
    text_communities(&t, d->span[SPAN_COMMUNITIES], d->head.span_len[SPAN_COMMUNITIES]);
    text_str(&t, "; ");
    text_large_communities(&t, d->span[SPAN_LARGE_COMMUNITIES],
                           d->head.span_len[SPAN_LARGE_COMMUNITIES]);
    text_str(&t, "; ");
    text_ext_communities(&t, d->span[SPAN_EXT_COMMUNITIES], d->head.span_len[SPAN_EXT_COMMUNITIES]);
    text_str(&t, "; ");
    text_ip(&t, &d->head.next_hop);
    assert_string_equal(t.s, "65010 65010 65020 1; no-export; 1:2:3; RT:65000:7; 192.0.2.1");
    assert_int_equal(d->head.local_pref, 250);
    assert_int_equal(d->head.med, 5);
    assert_int_equal(d->head.origin, ORIGIN_EGP);
    assert_int_equal(d->head.weight, 77);
    assert_int_equal(d->head.tag, 4);
    assert_int_equal(d->head.distance, 33);

    p = policy_for(&b, "192.0.2.9", DIR_OUT);
    assert_false(permits(&b, p, "10.1.2.0/24", "1"));
    assert_true(permits(&b, p, "10.2.0.0/16", "1"));
    p = policy_for(&b, "192.0.2.8", DIR_IN);
    assert_true(permits(&b, p, "10.2.0.0/16", "1"));
    assert_false(permits(&b, p, "11.0.0.0/8", "1"));
    assert_null(policy_for(&b, "192.0.2.8", DIR_OUT));
    bench_done(&b);
}

static const char ios_all[] = "version 15.6\n"
                              "hostname r1\n"
                              "ip prefix-list pl seq 5 permit 10.0.0.0/8 le 24\n"
                              "ip as-path access-list 1 deny _65515_\n"
                              "ip as-path access-list 1 permit .*\n"
                              "ip as-path access-list 2 permit ^$\n"
                              "ip as-path access-list 3 permit _\\{7\n"
                              "access-list 10 permit 10.0.0.0 0.255.255.255\n"
                              "access-list 101 permit ip 10.0.0.0 0.255.255.255 host 255.255.0.0\n"
                              "route-map m permit 10\n"
                              " match as-path 2 3\n"
                              " set metric 9\n"
                              "route-map m permit 20\n"
                              " match ip address 10\n"
                              " set local-preference 300\n"
                              "router bgp 65010\n"
                              " neighbor 192.0.2.9 remote-as 65020\n"
                              " neighbor 192.0.2.9 filter-list 1 in\n"
                              " neighbor 192.0.2.9 route-map m out\n"
                              " neighbor 192.0.2.8 remote-as 65020\n"
                              " neighbor 192.0.2.8 distribute-list 101 in\n"
                              " neighbor 192.0.2.8 prefix-list nobody out\n"
                              " neighbor 192.0.2.7 remote-as 65020\n"
                              " neighbor 192.0.2.7 route-map nobody in\n"
                              "end\n";

static void ios_lists_and_maps_arrive(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b, ios_all, DIALECT_IOS);
    const struct policy *p = policy_for(&b, "192.0.2.9", DIR_IN);
    assert_false(permits(&b, p, "10.0.0.0/8", "65515 1"));
    assert_true(permits(&b, p, "10.0.0.0/8", "1"));
    p = policy_for(&b, "192.0.2.9", DIR_OUT);
    assert_true(permits(&b, p, "172.16.0.0/12", ""));
    assert_int_equal(b.draft.head.med, 9);
    assert_true(permits(&b, p, "10.0.0.0/7", "1")); /* by address, any length */
    assert_int_equal(b.draft.head.local_pref, 300);
    assert_false(permits(&b, p, "172.16.0.0/12", "1"));
    p = policy_for(&b, "192.0.2.8", DIR_IN);
    assert_true(permits(&b, p, "10.3.0.0/16", "1"));
    assert_false(permits(&b, p, "10.3.0.0/17", "1"));
    assert_true(permits(&b, policy_for(&b, "192.0.2.8", DIR_OUT), "10.0.0.0/8", "1"));
    assert_true(permits(&b, policy_for(&b, "192.0.2.7", DIR_IN), "10.0.0.0/8", "1"));
    bench_done(&b);
}

static void refused_expressions_are_named_with_their_line(void **state)
{
    (void)state;
    struct config *c = parse("frr version 8.5\n"
                             "bgp as-path access-list a seq 5 permit _1_\n"
                             "bgp as-path access-list a seq 10 permit (?=1)\n"
                             "bgp as-path access-list a seq 15 permit [1\n"
                             "bgp as-path access-list a seq 20 permit _2_\n"
                             "bgp community-list expanded ce seq 5 permit *1\n",
                             DIALECT_FRR);
    struct diag_list diags = { 0 };
    assert_false(policy_build_check(c, &diags));
    assert_int_equal(diags.count, 3);
    static const uint32_t lines[] = { 3, 4, 6 };
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(diags.items[i].line, lines[i]);
        assert_string_equal(diags.items[i].file, "test");
        assert_string_equal(diags.items[i].id, "CFG-REGEX");
    }
    diag_list_done(&diags);
    struct policy_world *w = policy_world_build(c, 1); /* without the refused entries */
    assert_non_null(w);
    uint8_t path[64];
    size_t n = path_bytes("2", path);
    assert_int_equal(policy_try_as_path_list(w, "a", path, n), POLICY_PERMIT);
    n = path_bytes("3", path);
    assert_int_equal(policy_try_as_path_list(w, "a", path, n), POLICY_DENY);
    policy_world_free(w);
    config_free(c);
}

static void a_changed_list_is_another_policy(void **state)
{
    (void)state;
    struct bench a, same, other;
    char changed[sizeof(forced_tunnel)];
    memcpy(changed, forced_tunnel, sizeof(changed));
    memcpy(strstr(changed, "permit ^65\n"), "permit ^64\n", 11);
    bench_init(&a, forced_tunnel, DIALECT_FRR);
    bench_init(&same, forced_tunnel, DIALECT_FRR);
    bench_init(&other, changed, DIALECT_FRR);
    const char *n = "10.100.210.4";
    assert_true(policy_eq(policy_for(&a, n, DIR_IN), policy_for(&same, n, DIR_IN)));
    assert_false(policy_eq(policy_for(&a, n, DIR_IN), policy_for(&other, n, DIR_IN)));
    assert_true(policy_eq(policy_for(&a, n, DIR_OUT), policy_for(&other, n, DIR_OUT)));
    assert_true(policy_eq(policy_for_map(a.w, "rmap-azure-asns"),
                          policy_for_map(other.w, "rmap-azure-asns")));
    assert_null(policy_for_map(a.w, NULL));
    policy_world_free(same.w);
    policy_world_free(other.w);
    config_free(same.c);
    config_free(other.c);
    bench_done(&a);
}

static void memory_can_fail_anywhere(void **state)
{
    (void)state;
    struct config *c = parse(frr_all, DIALECT_FRR);
    bool done = false;
    for (uint64_t n = 1; !done && n < 2000; n++) {
        size_t before = mem_bytes(MEM_ARENA);
        mem_fail_at(n);
        struct policy_world *w = policy_world_build(c, 1);
        mem_fail_at(0);
        done = w != NULL;
        policy_world_free(w);
        assert_int_equal(mem_bytes(MEM_POLICY), 0);
        assert_int_equal(mem_bytes(MEM_ARENA), before);
    }
    assert_true(done);
    config_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_forced_tunnel_maps_decide),
        cmocka_unit_test(every_set_and_match_of_frr_arrives),
        cmocka_unit_test(ios_lists_and_maps_arrive),
        cmocka_unit_test(refused_expressions_are_named_with_their_line),
        cmocka_unit_test(a_changed_list_is_another_policy),
        cmocka_unit_test(memory_can_fail_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
