/* Random tables against a slow and obvious model: selection and resolution as a fixpoint over all
 * routes, recursion by trying every covering route. Also: memory that fails at every place. */
#include "world.h"

#include "base/mem.h"
#include "base/rng.h"

enum { PREFIXES = 24, LINKS = 4, ROUTES_MAX = 200, STEPS = 400, SEEDS = 60 };

struct naive_route {
    bool present, active, selected;
    struct fib_route r;
};

struct naive {
    struct naive_route route[ROUTES_MAX];
    uint32_t n;
    bool up[LINKS + 1];
    bool lost[LINKS + 1]; /* down by word of who carries it alone */
};

static struct kernel k;

/* Prefixes nest by design: 10.x/8, /16, /24 and hosts, so that everything covers something. */
static struct prefix pool_prefix(uint32_t i)
{
    static const uint8_t lens[] = { 8, 16, 24, 32 };
    uint32_t a = 0x14000000u | (i / 8) << 16 | (i % 2) << 8 | 1;
    struct ip_addr addr = ip_from_u32(a);
    return prefix_of(&addr, i == 0 ? 0 : lens[i % 4]);
}

static struct ip_addr pool_next_hop(struct rng *rng)
{
    if (rng_chance(rng, 500000)) /* on a link */
        return ip_from_u32(0x0a000000u | (uint32_t)rng_between(rng, 1, LINKS) << 16 |
                           (uint32_t)rng_between(rng, 1, 3));
    uint32_t i = (uint32_t)rng_between(rng, 0, PREFIXES - 1);
    return ip_from_u32(0x14000000u | (i / 8) << 16 | (i % 2) << 8 | 1);
}

static struct fib_route random_route(struct rng *rng)
{
    struct fib_route r;
    memset(&r, 0, sizeof(r));
    r.prefix = pool_prefix((uint32_t)rng_between(rng, 0, PREFIXES - 1));
    r.source = rng_chance(rng, 400000) ? FIB_STATIC : FIB_BGP;
    r.distance = r.source == FIB_STATIC ? (uint8_t)rng_between(rng, 1, 3) : 20;
    r.instance = r.source == FIB_STATIC ? r.distance : 0;
    r.allow_recursion_via_default = rng_chance(rng, 700000);
    r.kind = rng_chance(rng, 30000) ? FIB_BLACKHOLE : FIB_UNICAST;
    r.n = r.kind == FIB_UNICAST ? (uint32_t)rng_between(rng, 1, 3) : 0;
    for (uint32_t i = 0; i < r.n; i++) {
        r.path[i].weight = 1;
        if (rng_chance(rng, 100000))
            r.path[i].if_index = (uint32_t)rng_between(rng, 1, LINKS);
        else
            r.path[i].next_hop = pool_next_hop(rng);
    }
    return r;
}

static bool same_key(const struct fib_route *a, const struct fib_route *b)
{
    return prefix_eq(&a->prefix, &b->prefix) && a->source == b->source &&
           a->instance == b->instance;
}

/* ---- the model ---- */

static const struct naive_route *selected_at(const struct naive *m, const struct prefix *p)
{
    for (uint32_t i = 0; i < m->n; i++) {
        if (m->route[i].present && m->route[i].selected && prefix_eq(&m->route[i].r.prefix, p))
            return &m->route[i];
    }
    return NULL;
}

/* Whether the address leads to a link; chain: prefixes already on the way. */
static bool leads(const struct naive *m, struct ip_addr a, bool via_default,
                  const struct prefix *chain, uint32_t depth)
{
    if (depth == FIB_RECURSION_MAX)
        return false;
    for (int len = 32; len >= 0; len--) {
        struct prefix p = prefix_of(&a, (uint8_t)len);
        uint32_t link = (ip_to_u32(&a) >> 16) & 0xff;
        if (len == 24 && ip_to_u32(&a) >> 24 == 10 && link >= 1 && link <= LINKS && m->up[link])
            return true;
        const struct naive_route *r = selected_at(m, &p);
        if (!r)
            continue;
        if (len == 0 && !via_default)
            return false;
        bool looped = false;
        struct prefix longer[FIB_RECURSION_MAX + 1];
        for (uint32_t i = 0; i < depth; i++) {
            longer[i] = chain[i];
            looped = looped || prefix_eq(&chain[i], &p);
        }
        if (looped)
            continue;
        longer[depth] = p;
        if (r->r.kind != FIB_UNICAST)
            return true;
        for (uint32_t i = 0; i < r->r.n; i++) {
            const struct fib_path *path = &r->r.path[i];
            if (path->if_index
                    ? m->up[path->if_index]
                    : leads(m, path->next_hop, r->r.allow_recursion_via_default, longer, depth + 1))
                return true;
        }
    }
    return false;
}

/* The most specific route that a next hop ends up matching, walked as the engine says it does. */
static int match_len(const struct naive *m, struct ip_addr a, bool via_default)
{
    for (int len = 32; len >= 0; len--) {
        struct prefix p = prefix_of(&a, (uint8_t)len);
        uint32_t link = (ip_to_u32(&a) >> 16) & 0xff;
        if (len == 24 && ip_to_u32(&a) >> 24 == 10 && link >= 1 && link <= LINKS && m->up[link])
            return len;
        const struct naive_route *r = selected_at(m, &p);
        if (!r)
            continue;
        if (len == 0 && !via_default)
            return -1;
        if (r->r.kind != FIB_UNICAST)
            return len;
        for (uint32_t i = 0; i < r->r.n; i++) {
            const struct fib_path *path = &r->r.path[i];
            if (path->if_index ? m->up[path->if_index]
                               : leads(m, path->next_hop, r->r.allow_recursion_via_default, &p, 1))
                return len;
        }
    }
    return -1;
}

static bool is_active(const struct naive *m, const struct fib_route *r)
{
    if (r->kind != FIB_UNICAST)
        return true;
    for (uint32_t i = 0; i < r->n; i++) {
        const struct fib_path *path = &r->path[i];
        if (path->if_index) {
            if (m->up[path->if_index])
                return true;
            continue;
        }
        int len = match_len(m, path->next_hop, r->allow_recursion_via_default);
        bool covers = prefix_has_addr(&r->prefix, &path->next_hop) && r->prefix.len < 32;
        if (len >= 0 && (!covers || len > r->prefix.len))
            return true;
    }
    return false;
}

/* What the engine selected, as the kernel shows it. */
static void load_selection(struct naive *m)
{
    for (uint32_t i = 0; i < m->n; i++) {
        struct naive_route *r = &m->route[i];
        if (!r->present)
            continue;
        struct kernel_route *installed = kernel_route(&k, &r->r.prefix);
        r->selected = false;
        if (!installed)
            continue;
        uint8_t protocol = r->r.source == FIB_STATIC ? FIB_PROTOCOL_STATIC : FIB_PROTOCOL;
        if (installed->op.protocol == protocol)
            r->selected = true;
    }
}

/* The table, for whoever has to find out. */
static void print_table(const struct naive *m)
{
    for (uint32_t i = 0; i < m->n; i++) {
        const struct naive_route *r = &m->route[i];
        char buf[512];
        struct text t = text_init(buf, sizeof(buf));
        text_str(&t, r->selected ? "> " : "  ");
        text_prefix(&t, &r->r.prefix);
        text_str(&t, r->r.allow_recursion_via_default ? " " : " !default ");
        text_u64(&t, r->r.distance);
        for (uint32_t p = 0; p < r->r.n; p++) {
            text_char(&t, ' ');
            text_ip(&t, &r->r.path[p].next_hop);
            text_char(&t, '@');
            text_u64(&t, r->r.path[p].if_index);
        }
        if (r->present)
            print_message("%s\n", buf);
    }
}

static void check(struct naive *m, uint64_t seed, int step)
{
    load_selection(m);
    for (uint32_t i = 0; i < m->n; i++)
        m->route[i].active = m->route[i].present && is_active(m, &m->route[i].r);
    for (uint32_t i = 0; i < m->n; i++) {
        const struct naive_route *r = &m->route[i];
        if (!r->present)
            continue;
        bool best = r->active;
        for (uint32_t j = 0; j < m->n; j++) {
            const struct naive_route *o = &m->route[j];
            if (o->present && o->active && prefix_eq(&o->r.prefix, &r->r.prefix) &&
                o->r.distance < r->r.distance)
                best = false;
        }
        if (best != r->selected) {
            print_table(m);
            char text[PREFIX_TEXT_MAX];
            struct text t = text_init(text, sizeof(text));
            text_prefix(&t, &r->r.prefix);
            fail_msg("seed %u step %d: %s source %u distance %u is %s, model says %s",
                     (unsigned)seed, step, text, r->r.source, r->r.distance,
                     r->selected ? "selected" : "not", best ? "selected" : "not");
        }
    }
}

/* One change at random; statics of a prefix have one distance, so that the kernel's view is enough.
 */
static void change(struct naive *m, struct fib *f, struct rng *rng)
{
    for (uint32_t link = 1; link <= LINKS; link++) /* the kernel hears of it, or of its end */
        if (m->lost[link] && rng_chance(rng, 50000)) {
            char name[8] = { 'e', 't', 'h', (char)('0' + link), 0 };
            kernel_flush(&k, link);
            link_set(f, link, name, false);
            link_set(f, link, name, true);
        }
    if (rng_chance(rng, 100000)) {
        uint32_t link = (uint32_t)rng_between(rng, 1, LINKS);
        char name[8] = { 'e', 't', 'h', (char)('0' + link), 0 };
        m->up[link] = !m->up[link];
        if (m->lost[link] || (!m->up[link] && rng_chance(rng, 500000))) {
            m->lost[link] = !m->up[link];
            fib_interface_lost(f, link, m->lost[link]);
            return;
        }
        if (!m->up[link])
            kernel_flush(&k, link);
        link_set(f, link, name, m->up[link]);
        return;
    }
    struct fib_route r = random_route(rng);
    if (r.source == FIB_STATIC)
        r.distance = 1, r.instance = 0;
    struct naive_route *at = NULL;
    for (uint32_t i = 0; i < m->n; i++) {
        if (same_key(&m->route[i].r, &r))
            at = &m->route[i];
    }
    if (!at) {
        assert_true(m->n < ROUTES_MAX);
        at = &m->route[m->n++];
    }
    if (at->present && rng_chance(rng, 600000)) {
        at->present = false;
        fib_route_del(f, r.source, r.instance, &r.prefix);
        return;
    }
    *at = (struct naive_route){ .present = true, .r = r };
    set(f, &r);
}

/* The kernel refuses some, and says so at once or late; what it refused twice is tried later. */
static void drain_with_refusals(struct fib *f, struct rng *rng)
{
    static const err_t whys[] = { -ENETDOWN, -ENOBUFS, -EINVAL, -EHOSTUNREACH };
    struct refusal r = { .n = (uint32_t)rng_between(rng, 0, 5),
                         .why = whys[rng_between(rng, 0, 3)],
                         .late = rng_chance(rng, 500000),
                         .removals = rng_chance(rng, 200000) };
    drain_refused(f, &k, r);
    for (int i = 0; fib_has_refused(f); i++) {
        assert_true(i < 4);
        fib_retry(f);
        drain_refused(f, &k, (struct refusal){ 0 });
    }
}

static void run_seed(uint64_t seed, uint32_t *unstable, uint32_t *checked)
{
    struct rng rng = rng_init(seed);
    static struct naive m;
    memset(&m, 0, sizeof(m));
    k.objects = k.routes = 0;
    struct fib *f = router(seed % 2);
    for (uint32_t i = 1; i <= LINKS; i++) {
        char name[8] = { 'e', 't', 'h', (char)('0' + i), 0 }, addr[32];
        snprintf(addr, sizeof(addr), "10.%u.0.9/24", i);
        link_up(f, i, name, addr);
        m.up[i] = true;
    }
    for (int step = 0; step < STEPS; step++) {
        uint64_t before = fib_unstable(f);
        change(&m, f, &rng);
        if (k.refuses)
            drain_with_refusals(f, &rng);
        else
            drain(f, &k);
        if (fib_unstable(f) != before) { /* no table satisfies all: nothing to compare with */
            ++*unstable;
            break;
        }
        check(&m, seed, step);
        ++*checked;
    }
    for (uint32_t i = 0; i < m.n; i++) {
        if (m.route[i].present)
            fib_route_del(f, m.route[i].r.source, m.route[i].r.instance, &m.route[i].r.prefix);
    }
    drain(f, &k);
    assert_int_equal(k.routes, 0);
    assert_int_equal(k.objects, 0);
    fib_free(f);
}

static void random_tables_follow_from_themselves(void **state)
{
    (void)state;
    uint32_t unstable = 0, checked = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++)
        run_seed(seed, &unstable, &checked);
    print_message("%u tables checked, %u of %u runs met a paradox\n", checked, unstable, SEEDS);
    assert_true(checked > SEEDS * STEPS / 4);
}

static void what_is_refused_is_made_good(void **state)
{
    k.refuses = true;
    random_tables_follow_from_themselves(state);
    k.refuses = false;
}

/* ---- memory ---- */

static void some_life(struct fib *f)
{
    struct fib_interface i = { .index = 2, .name = "eth0", .admin_up = true, .running = true };
    struct prefix a = address("10.1.0.9/24");
    if (fib_interface_set(f, &i) != 0 || fib_address_set(f, 2, &a) != 0)
        return;
    struct rng rng = rng_init(5);
    for (int step = 0; step < 60; step++) {
        struct fib_route r = random_route(&rng);
        (void)(fib_route_set(f, 0, &r) == 0);
        struct ip_addr hop = pool_next_hop(&rng);
        if (fib_track(f, &hop) == 0 && step % 2)
            fib_untrack(f, &hop);
        static struct fib_op op;
        while (step % 3 == 0 && fib_next_op(f, &op))
            continue;
        struct fib_tracked t;
        while (fib_next_tracked(f, &t))
            continue;
        struct fib_selected s;
        while (fib_next_selected(f, &s))
            continue;
    }
}

/* Whichever allocation fails: no crash, no leak, and once there is memory again the table is whole.
 */
static void every_allocation_may_fail(void **state)
{
    (void)state;
    for (uint64_t at = 1; at < 80; at++) {
        size_t before = mem_bytes(MEM_FIB);
        mem_fail_at(at);
        struct fib *f =
            fib_new(&(struct fib_params){ .max_routes = 1000, .next_hop_objects = at % 2 });
        if (f)
            some_life(f);
        mem_fail_at(0);
        if (f) {
            k.objects = k.routes = 0;
            link_up(f, 3, "eth1", "10.2.0.9/24");
            struct fib_route r = via(FIB_STATIC, "99.0.0.0/8", 1, "10.2.0.1", 0);
            set(f, &r);
            static struct fib_op op;
            while (fib_next_op(f, &op))
                continue;
            assert_string_equal(fib_says(f, "99.1.1.1"), "10.2.0.1@3");
        }
        fib_free(f);
        assert_int_equal(mem_bytes(MEM_FIB), before);
    }
}

/* ---- size ---- */

static void a_route_is_small(void **state)
{
    (void)state;
    enum { N = 200000 };
    struct fib *f =
        fib_new(&(struct fib_params){ .max_routes = N + 100, .next_hop_objects = true });
    link_up(f, 2, "eth0", "10.0.0.4/24");
    size_t before = mem_bytes(MEM_FIB);
    struct fib_route r = via(FIB_BGP, "10.0.0.0/8", 20, "10.0.0.1", 0);
    add_path(&r, "10.0.0.2", 0);
    struct rng rng = rng_init(1);
    for (uint32_t i = 0; i < N; i++) {
        struct ip_addr a =
            ip_from_u32(0x14000000u + (uint32_t)rng_between(&rng, 0, 0xffffff) * 256);
        r.prefix = prefix_of(&a, 24);
        assert_int_equal(fib_route_set(f, 0, &r), 0);
    }
    static struct fib_op op;
    uint32_t ops = 0;
    while (fib_next_op(f, &op))
        ops++;
    size_t each = (mem_bytes(MEM_FIB) - before) / (ops ? ops : 1);
    print_message("%u operations, %u bytes a route\n", ops, (unsigned)each);
    assert_true(each <= 125);
    fib_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_tables_follow_from_themselves),
        cmocka_unit_test(what_is_refused_is_made_good),
        cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test(a_route_is_small),
    };
    return cmocka_run_group_tests_name("fib/random", tests, NULL, NULL);
}
