/* Community lists (through a route-map, as routes meet them) and access lists. */
#include "helper.h"

#include "attr/community.h"

#include <errno.h>
#include <stdio.h>

/* "1:2 3:4" as a span. */
static size_t communities(const char *s, uint8_t *to)
{
    size_t n = 0;
    while (*s) {
        char *end;
        uint32_t high = (uint32_t)strtoul(s, &end, 10);
        uint32_t v = high << 16 | (uint32_t)strtoul(end + 1, &end, 10);
        for (int shift = 24; shift >= 0; shift -= 8)
            to[n++] = (uint8_t)(v >> shift);
        s = end + (*end == ' ');
    }
    return n;
}

struct rule_text {
    bool permit;
    const char *values; /* NULL with regex NULL: any */
    const char *regex;
};

static const struct {
    const char *name;
    struct rule_text rules[3];
    size_t n;
    const char *route;
    bool exact, want;
} rows[] = {
    { "all values of an entry are there",
      { { true, "1:1 1:2", NULL } },
      1,
      "1:1 1:2 1:3",
      false,
      true },
    { "one of them is missing", { { true, "1:1 1:2", NULL } }, 1, "1:1 1:3", false, false },
    { "the order does not matter", { { true, "1:2 1:1", NULL } }, 1, "1:1 1:2", false, true },
    { "exact: the same", { { true, "1:2 1:1", NULL } }, 1, "1:1 1:2", true, true },
    { "exact: one more on the route", { { true, "1:1", NULL } }, 1, "1:1 1:2", true, false },
    { "a route without communities", { { true, "1:1", NULL } }, 1, "", false, false },
    { "any, without communities", { { true, NULL, NULL } }, 1, "", false, true },
    { "the first entry decides",
      { { false, "1:1", NULL }, { true, NULL, NULL } },
      2,
      "1:1 1:2",
      false,
      false },
    { "else the next one",
      { { false, "1:1", NULL }, { true, NULL, NULL } },
      2,
      "1:2",
      false,
      true },
    { "no entry denies", { { false, "1:1", NULL } }, 1, "1:2", false, false },
    { "an expression", { { true, NULL, "_65001:1[0-9]_" } }, 1, "65000:1 65001:12", false, true },
    { "an expression that does not match",
      { { true, NULL, "_65001:1[0-9]_" } },
      1,
      "65001:120",
      false,
      false },
    { "an expression over the names",
      { { true, NULL, "no-export" } },
      1,
      "65535:65281",
      false,
      true },
    { "^$ is the absence of communities", { { true, NULL, "^$" } }, 1, "", false, true },
    { "an empty list denies", { { true, NULL, NULL } }, 0, "1:1", false, false },
};

static err_t add_list(struct policy_world *w, const struct rule_text *from, size_t n)
{
    static uint8_t raw[3][64];
    struct policy_community_rule rules[3];
    for (size_t i = 0; i < n; i++) {
        rules[i] =
            (struct policy_community_rule){ .permit = from[i].permit, .regex = from[i].regex };
        rules[i].any = !from[i].regex && !from[i].values;
        rules[i].values = raw[i];
        rules[i].n_values = from[i].values ? communities(from[i].values, raw[i]) / 4 : 0;
    }
    struct policy_error e;
    return policy_add_community_list(w, SPAN_COMMUNITIES, "l", rules, n, &e);
}

static void entries_match_as_frr_matches_them(void **state)
{
    (void)state;
    static const char *const names[] = { "l" };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct policy_params params = { .hash_key = 1 };
        struct policy_world *w = policy_world_new(&params);
        assert_int_equal(add_list(w, rows[i].rules, rows[i].n), 0);
        struct policy_match_def m = {
            .kind = POLICY_MATCH_COMMUNITY, .exact = rows[i].exact, .names = names, .n_names = 1
        };
        struct policy_entry_def e = { .seq = 10, .permit = true, .matches = &m, .n_matches = 1 };
        assert_int_equal(policy_add_route_map(w, "m", &e, 1), 0);
        assert_int_equal(policy_world_seal(w), 0);
        const struct policy *p;
        struct policy_chain chain = { .family = IP_V4, .route_map = "m" };
        assert_int_equal(policy_of(w, &chain, &p), 0);
        uint8_t span[64];
        struct attr_draft d = { 0 };
        d.head.span_len[SPAN_COMMUNITIES] = (uint16_t)communities(rows[i].route, span);
        d.span[SPAN_COMMUNITIES] = d.head.span_len[SPAN_COMMUNITIES] ? span : NULL;
        struct policy_route r = { .prefix = prefix_from("10.0.0.0/8"), .draft = &d };
        if ((policy_run(p, &r) == POLICY_PERMIT) != rows[i].want)
            fail_msg("%s: wrong", rows[i].name);
        policy_world_free(w);
    }
}

static void a_bad_expression_is_named(void **state)
{
    (void)state;
    struct policy_params params = { .hash_key = 1 };
    struct policy_world *w = policy_world_new(&params);
    static const struct policy_community_rule bad[] = { { .permit = true, .any = true },
                                                        { .permit = true, .regex = "[" } };
    struct policy_error e = { 0 };
    assert_int_equal(policy_add_community_list(w, SPAN_LARGE_COMMUNITIES, "x", bad, 2, &e),
                     -EINVAL);
    assert_int_equal(e.entry, 1);
    policy_world_free(w);
}

static const struct {
    const char *name;
    enum policy_acl_kind kind;
    bool exact;
    const char *source, *mask, *route;
    bool want;
} acls[] = {
    { "by prefix: within", POLICY_ACL_PREFIX, false, "10.0.0.0/8", "0.0.0.0/0", "10.1.0.0/16",
      true },
    { "by prefix: less specific", POLICY_ACL_PREFIX, false, "10.0.0.0/16", "0.0.0.0/0",
      "10.0.0.0/8", false },
    { "exact-match: itself", POLICY_ACL_PREFIX, true, "10.0.0.0/8", "0.0.0.0/0", "10.0.0.0/8",
      true },
    { "exact-match: a longer one", POLICY_ACL_PREFIX, true, "10.0.0.0/8", "0.0.0.0/0", "10.0.0.0/9",
      false },
    { "by address: any length", POLICY_ACL_ADDRESS, false, "10.0.0.0/16", "0.0.0.0/0", "10.0.0.0/8",
      true },
    { "by address: elsewhere", POLICY_ACL_ADDRESS, false, "10.0.0.0/16", "0.0.0.0/0", "10.1.0.0/16",
      false },
    { "by address: a host", POLICY_ACL_ADDRESS, false, "10.1.0.0/32", "0.0.0.0/0", "10.1.0.0/16",
      true },
    { "by address: any", POLICY_ACL_ADDRESS, false, "0.0.0.0/0", "0.0.0.0/0", "192.0.2.0/24",
      true },
    { "net and mask", POLICY_ACL_NET_MASK, false, "10.0.0.0/8", "255.255.255.0/32", "10.1.2.0/24",
      true },
    { "net and another mask", POLICY_ACL_NET_MASK, false, "10.0.0.0/8", "255.255.255.0/32",
      "10.1.0.0/16", false },
    { "net and any mask", POLICY_ACL_NET_MASK, false, "10.0.0.0/8", "0.0.0.0/0", "10.1.0.0/16",
      true },
    { "masks of 16 and more", POLICY_ACL_NET_MASK, false, "10.0.0.0/8", "255.255.0.0/16",
      "10.1.2.0/24", true },
    { "masks below 16", POLICY_ACL_NET_MASK, false, "10.0.0.0/8", "255.255.0.0/16", "10.0.0.0/15",
      false },
    { "the default route by host 0.0.0.0", POLICY_ACL_NET_MASK, false, "0.0.0.0/32", "0.0.0.0/32",
      "0.0.0.0/0", true },
    { "IPv6", POLICY_ACL_PREFIX, false, "2001:db8::/32", "::/0", "2001:db8:1::/48", true },
};

static void access_lists_look_at_routes(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(acls); i++) {
        struct policy_params params = { .hash_key = 1 };
        struct policy_world *w = policy_world_new(&params);
        struct policy_acl_rule r = { true, acls[i].exact, prefix_from(acls[i].source),
                                     prefix_from(acls[i].mask) };
        struct prefix p = prefix_from(acls[i].route);
        assert_int_equal(policy_add_access_list(w, p.family, "a", acls[i].kind, &r, 1), 0);
        assert_int_equal(policy_world_seal(w), 0);
        if ((policy_try_access_list(w, "a", &p) == POLICY_PERMIT) != acls[i].want)
            fail_msg("%s: wrong", acls[i].name);
        policy_world_free(w);
    }
}

static void order_end_and_undefined_access_lists(void **state)
{
    (void)state;
    struct prefix in = prefix_from("10.1.0.0/16"), other = prefix_from("11.0.0.0/8");
    for (int ios = 0; ios < 2; ios++) {
        struct policy_params params = { .ios = ios };
        struct policy_world *w = policy_world_new(&params);
        struct policy_acl_rule rules[] = { { false, false, prefix_from("10.1.0.0/16"), { 0 } },
                                           { true, false, prefix_from("10.0.0.0/8"), { 0 } } };
        assert_int_equal(policy_add_access_list(w, IP_V4, "a", POLICY_ACL_PREFIX, rules, 2), 0);
        assert_int_equal(policy_add_access_list(w, IP_V4, "empty", POLICY_ACL_PREFIX, NULL, 0), 0);
        assert_int_equal(policy_world_seal(w), 0);
        enum policy_verdict nobody = ios ? POLICY_PERMIT : POLICY_DENY;
        assert_int_equal(policy_try_access_list(w, "a", &in), POLICY_DENY);
        assert_int_equal(policy_try_access_list(w, "a", &other), POLICY_DENY);
        assert_int_equal(policy_try_access_list(w, "empty", &in), nobody);
        assert_int_equal(policy_try_access_list(w, "nobody", &in), nobody);
        policy_world_free(w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entries_match_as_frr_matches_them),
        cmocka_unit_test(a_bad_expression_is_named),
        cmocka_unit_test(access_lists_look_at_routes),
        cmocka_unit_test(order_end_and_undefined_access_lists),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
