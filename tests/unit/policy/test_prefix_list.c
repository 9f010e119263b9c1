/* Prefix lists: named cases, and random lists against the obvious loop. */
#include "helper.h"

#include "base/mem.h"
#include "base/rng.h"

#include <errno.h>

struct rule_text {
    bool permit;
    const char *prefix;
    uint8_t ge, le;
};

static const struct {
    const char *name;
    struct rule_text rules[3];
    const char *route;
    bool want;
} rows[] = {
    { "without ge and le the length is exact",
      { { true, "10.0.0.0/8", 0, 0 } },
      "10.0.0.0/8",
      true },
    { "and a longer one is denied", { { true, "10.0.0.0/8", 0, 0 } }, "10.1.0.0/16", false },
    { "le allows up to it", { { true, "10.0.0.0/8", 0, 24 } }, "10.1.2.0/24", true },
    { "le allows the prefix itself", { { true, "10.0.0.0/8", 0, 24 } }, "10.0.0.0/8", true },
    { "le denies beyond", { { true, "10.0.0.0/8", 0, 24 } }, "10.1.2.128/25", false },
    { "ge denies below", { { true, "10.0.0.0/8", 16, 0 } }, "10.0.0.0/8", false },
    { "ge alone goes to the end", { { true, "10.0.0.0/8", 16, 0 } }, "10.1.2.3/32", true },
    { "ge and le make a window", { { true, "10.0.0.0/8", 16, 20 } }, "10.1.16.0/20", true },
    { "beyond the window", { { true, "10.0.0.0/8", 16, 20 } }, "10.1.16.0/21", false },
    { "outside of the prefix", { { true, "10.0.0.0/8", 0, 32 } }, "11.0.0.0/16", false },
    { "any", { { true, "0.0.0.0/0", 0, 32 } }, "192.0.2.1/32", true },
    { "0.0.0.0/0 is the default route alone", { { true, "0.0.0.0/0", 0, 0 } }, "0.0.0.0/0", true },
    { "and nothing else", { { true, "0.0.0.0/0", 0, 0 } }, "10.0.0.0/8", false },
    { "ge 1 is all but the default", { { true, "0.0.0.0/0", 1, 0 } }, "0.0.0.0/0", false },
    { "the first match decides: deny",
      { { false, "10.1.0.0/16", 0, 32 }, { true, "10.0.0.0/8", 0, 32 } },
      "10.1.2.0/24",
      false },
    { "the first match decides: permit",
      { { true, "10.0.0.0/8", 0, 32 }, { false, "10.1.0.0/16", 0, 32 } },
      "10.1.2.0/24",
      true },
    { "no match denies", { { false, "10.1.0.0/16", 0, 0 } }, "10.2.0.0/16", false },
    { "a same prefix with another window",
      { { false, "10.0.0.0/8", 25, 0 }, { true, "10.0.0.0/8", 9, 0 } },
      "10.1.0.0/24",
      true },
    { "IPv6", { { true, "2001:db8::/32", 0, 48 } }, "2001:db8:1::/48", true },
    { "IPv6 beyond le", { { true, "2001:db8::/32", 0, 48 } }, "2001:db8:1:1::/64", false },
    { "an IPv6 host", { { true, "::/0", 0, 128 } }, "2001:db8::1/128", true },
};

static struct policy_world *sealed(const struct policy_prefix_rule *rules, size_t n, uint8_t family)
{
    struct policy_params params = { .hash_key = 11 };
    struct policy_world *w = policy_world_new(&params);
    assert_int_equal(policy_add_prefix_list(w, family, "l", rules, n), 0);
    assert_int_equal(policy_world_seal(w), 0);
    return w;
}

static void windows_and_order(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct policy_prefix_rule rules[3];
        size_t n = 0;
        for (; n < 3 && rows[i].rules[n].prefix; n++) {
            const struct rule_text *t = &rows[i].rules[n];
            rules[n] =
                (struct policy_prefix_rule){ t->permit, prefix_from(t->prefix), t->ge, t->le };
        }
        struct prefix p = prefix_from(rows[i].route);
        struct policy_world *w = sealed(rules, n, p.family);
        if ((policy_try_prefix_list(w, "l", &p) == POLICY_PERMIT) != rows[i].want)
            fail_msg("%s: wrong", rows[i].name);
        policy_world_free(w);
    }
}

static void empty_and_undefined(void **state)
{
    (void)state;
    struct prefix p = prefix_from("10.0.0.0/8");
    for (int ios = 0; ios < 2; ios++) {
        struct policy_params params = { .ios = ios };
        struct policy_world *w = policy_world_new(&params);
        assert_int_equal(policy_add_prefix_list(w, IP_V4, "empty", NULL, 0), 0);
        assert_int_equal(policy_add_prefix_list(w, IP_V4, "empty", NULL, 0), -EEXIST);
        assert_int_equal(policy_add_prefix_list(w, IP_V6, "empty", NULL, 0), 0);
        assert_int_equal(policy_world_seal(w), 0);
        assert_int_equal(policy_try_prefix_list(w, "empty", &p), POLICY_PERMIT);
        assert_int_equal(policy_try_prefix_list(w, "x", &p), ios ? POLICY_PERMIT : POLICY_DENY);
        policy_world_free(w);
    }
}

static bool naive(const struct policy_prefix_rule *rules, size_t n, const struct prefix *p)
{
    for (size_t i = 0; i < n; i++) {
        const struct policy_prefix_rule *r = &rules[i];
        if (!prefix_covers(&r->prefix, p))
            continue;
        bool in = r->ge || r->le ? (!r->le || p->len <= r->le) && (!r->ge || p->len >= r->ge)
                                 : p->len == r->prefix.len;
        if (in)
            return r->permit;
    }
    return n == 0;
}

static struct prefix random_prefix(struct rng *rng, uint8_t family)
{
    struct ip_addr a = { .family = family };
    for (size_t i = 0; i < ip_bytes(family); i++)
        a.b[i] = (uint8_t)rng_between(rng, 0, 2); /* few values: nested prefixes are common */
    return prefix_of(&a, (uint8_t)rng_between(rng, 0, ip_bits(family)));
}

static void random_lists_agree_with_the_obvious_loop(void **state)
{
    (void)state;
    struct rng rng = rng_init(99);
    static struct policy_prefix_rule rules[10000];
    for (int round = 0; round < 60; round++) {
        uint8_t family = round % 2 ? IP_V4 : IP_V6;
        size_t n = round == 0 ? 10000 : (size_t)rng_between(&rng, 0, 400);
        for (size_t i = 0; i < n; i++) {
            struct prefix p = random_prefix(&rng, family);
            uint8_t ge = 0, le = 0;
            if (rng_between(&rng, 0, 1))
                ge = (uint8_t)rng_between(&rng, p.len, ip_bits(family));
            if (rng_between(&rng, 0, 1))
                le = (uint8_t)rng_between(&rng, MAX(p.len, ge), ip_bits(family));
            rules[i] = (struct policy_prefix_rule){ rng_between(&rng, 0, 1), p, ge, le };
        }
        struct policy_world *w = sealed(rules, n, family);
        for (int i = 0; i < 500; i++) {
            struct prefix p = random_prefix(&rng, family);
            bool got = policy_try_prefix_list(w, "l", &p) == POLICY_PERMIT;
            assert_int_equal(got, naive(rules, n, &p));
        }
        policy_world_free(w);
    }
}

static void memory_can_fail_anywhere(void **state)
{
    (void)state;
    static struct policy_prefix_rule rules[600];
    struct rng rng = rng_init(1);
    for (size_t i = 0; i < 600; i++)
        rules[i] = (struct policy_prefix_rule){ true, random_prefix(&rng, IP_V4), 0, 0 };
    bool done = false;
    for (uint64_t n = 1; !done && n < 100; n++) {
        struct policy_params params = { .hash_key = 11 };
        mem_fail_at(n);
        struct policy_world *w = policy_world_new(&params);
        err_t err = w ? policy_add_prefix_list(w, IP_V4, "l", rules, 600) : -ENOMEM;
        mem_fail_at(0);
        assert_true(err == 0 || err == -ENOMEM);
        done = err == 0;
        policy_world_free(w);
        assert_int_equal(mem_bytes(MEM_POLICY) + mem_bytes(MEM_ARENA), 0);
    }
    assert_true(done);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(windows_and_order),
        cmocka_unit_test(empty_and_undefined),
        cmocka_unit_test(random_lists_agree_with_the_obvious_loop),
        cmocka_unit_test(memory_can_fail_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
