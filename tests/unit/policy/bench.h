/* A world with the lists that the tests of maps and chains use, and a route to run them over. */
#ifndef TESTS_POLICY_BENCH_H
#define TESTS_POLICY_BENCH_H

#include "helper.h"

#include "base/mem.h"

#define NAMES(a) .names = (a), .n_names = ARRAY_LEN(a)

/* A world with the lists that the cases use, a route, and the map "m" over it. */
struct bench {
    struct policy_world *w;
    struct arena arena;
    struct path path;
    struct attr_draft draft;
    struct policy_route route;
};

static inline struct policy_world *new_world(bool ios)
{
    struct policy_params params = { .ios = ios, .hash_key = 42, .own_as = 65010 };
    struct policy_world *w = policy_world_new(&params);
    struct policy_error e;
    struct policy_prefix_rule r10 = { true, prefix_from("10.0.0.0/8"), 0, 32 };
    struct policy_prefix_rule r11 = { true, prefix_from("11.0.0.0/8"), 0, 32 };
    struct policy_as_path_rule a = { true, "^65" };
    static const uint8_t c1[] = { 0, 1, 0, 1 };
    struct policy_community_rule c = { .permit = true, .values = c1, .n_values = 1 };
    assert_int_equal(policy_add_prefix_list(w, IP_V4, "p10", &r10, 1), 0);
    assert_int_equal(policy_add_prefix_list(w, IP_V4, "p11", &r11, 1), 0);
    assert_int_equal(policy_add_as_path_list(w, "via65", &a, 1, &e), 0);
    assert_int_equal(policy_add_community_list(w, SPAN_COMMUNITIES, "c1", &c, 1, &e), 0);
    return w;
}

static inline void bench_init(struct bench *b, bool ios)
{
    memset(b, 0, sizeof(*b));
    arena_init(&b->arena, 1 << 20);
    b->w = new_world(ios);
    b->path = path_of("65001 12076 {7,8}");
    b->draft.head = (struct attr_head){
        .med = 50, .has = ATTR_HAS_MED, .tag = 7, .next_hop = address_from("192.0.2.1")
    };
    b->draft.span[SPAN_AS_PATH] = b->path.b;
    b->draft.head.span_len[SPAN_AS_PATH] = (uint16_t)b->path.n;
    b->route = (struct policy_route){ .prefix = prefix_from("10.1.0.0/16"),
                                      .draft = &b->draft,
                                      .arena = &b->arena,
                                      .peer = address_from("192.0.2.9"),
                                      .self = address_from("192.0.2.10"),
                                      .toward = address_from("192.0.2.20"),
                                      .source = POLICY_STATIC,
                                      .interface = "eth0" };
}

static inline void bench_done(struct bench *b)
{
    policy_world_free(b->w);
    arena_done(&b->arena);
    assert_int_equal(mem_bytes(MEM_POLICY) + mem_bytes(MEM_ARENA), 0);
}

static inline enum policy_verdict run(struct bench *b, const struct policy_entry_def *entries,
                                      size_t n, enum policy_direction direction)
{
    assert_int_equal(policy_add_route_map(b->w, "m", entries, n), 0);
    assert_int_equal(policy_world_seal(b->w), 0);
    struct policy_chain chain = { .family = IP_V4, .direction = direction, .route_map = "m" };
    const struct policy *p;
    assert_int_equal(policy_of(b->w, &chain, &p), 0);
    return policy_run(p, &b->route);
}

#endif
