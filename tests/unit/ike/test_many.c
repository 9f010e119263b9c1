/* Many tunnels at once: how they begin, and what each of them takes. */
#include "../../lib/ike_ends.h"
#include "../unit.h"
#include "base/mem.h"
#include "ike/internal.h"

enum { MANY = 40 };

/* Two gateways with MANY tunnels between them, each from an address of its own. */
struct ends {
    struct ike *e[2];
    struct ike_connection c[2][MANY];
};

static struct ends *ends_new(void)
{
    static struct ends x;
    for (uint32_t end = 0; end < 2; end++) {
        const struct ike_params params = { .random = crypto_random_seeded(end + 1) };
        const struct ike_config config = { .connections = x.c[end], .n = MANY };
        for (uint32_t i = 0; i < MANY; i++) {
            struct ike_connection *c = &x.c[end][i];
            *c = ike_ends_connection((int)end);
            c->id = i + 1;
            *(end ? &c->remote : &c->local) = ip_from_u32(0xc6336400 + i);
        }
        x.e[end] = ike_new(&params);
        assert_non_null(x.e[end]);
        assert_int_equal(ike_configure(x.e[end], 0, &config), 0);
    }
    return &x;
}

static void ends_free(struct ends *x)
{
    ike_free(x->e[0]);
    ike_free(x->e[1]);
    assert_int_equal(mem_bytes(MEM_IKE), 0);
}

/* Carries out what an end wants; true: there was something. */
static bool act(struct ends *x, int end)
{
    struct ike_action a;
    bool any = false;
    while (ike_next(x->e[end], &a)) {
        const struct esp_path there = { .local = a.path.remote,
                                        .remote = a.path.local,
                                        .local_port = a.path.remote_port,
                                        .remote_port = a.path.local_port };
        any = true;
        if (a.kind == IKE_DO_KEYS)
            assert_true(ike_ends_answer_keys(x->e[end], 0, a.keys, "k"));
        if (a.kind == IKE_DO_SEND)
            ike_receive(x->e[!end], 0, &there, a.bytes, a.len);
    }
    return any;
}

/* What the first of many attempts sent is on its way while the others' keys are made: the peer
 * works at the same time, and not after us. */
static void attempts_begin_a_few_at_a_time(void **state)
{
    (void)state;
    struct ends *x = ends_new();
    int sent = 0, calls = 0;
    for (; ike_deadline(x->e[0]) <= 0; calls++) {
        struct ike_action a;
        int before = sent;
        ike_advance(x->e[0], 0);
        while (ike_next(x->e[0], &a))
            sent += a.kind == IKE_DO_SEND;
        assert_in_range(sent - before, 1, 8);
    }
    assert_int_equal(sent, MANY);
    assert_true(calls >= MANY / 8);
    ends_free(x);
}

static uint32_t tunnels_up(const struct ike *e)
{
    uint32_t n = 0;
    LIST_EACH (it, &e->conns)
        n += LIST_ENTRY(it, struct ike_conn, link)->up;
    return n;
}

/* An IKE SA with its CHILD SA, in whatever the engine keeps of them: docs/performance.md. */
static void a_tunnel_that_is_up_takes_two_kilobytes(void **state)
{
    (void)state;
    struct ends *x = ends_new();
    size_t before = mem_bytes(MEM_IKE) + mem_bytes(MEM_CRYPTO);
    bool more = true;
    while (more || ike_deadline(x->e[0]) <= 0) {
        ike_advance(x->e[0], 0);
        more = act(x, 0);
        more = act(x, 1) || more;
    }
    assert_int_equal(tunnels_up(x->e[0]), MANY);
    assert_int_equal(tunnels_up(x->e[1]), MANY);
    size_t each = (mem_bytes(MEM_IKE) + mem_bytes(MEM_CRYPTO) - before) / (2 * MANY);
    if (each > 2048)
        print_error("%zu bytes\n", each);
    assert_true(each <= 2048);
    ends_free(x);
}

static const struct ike_lists *lists_of(const struct ike *e, uint32_t id)
{
    return ike_find_conn(e, id)->c.lists;
}

/* Proposals, selectors and identities are 6 KB: equal ones are there once, others are not mixed up,
 * and each goes with the last connection that has it. */
static void equal_lists_are_kept_once(void **state)
{
    (void)state;
    struct ends *x = ends_new();
    struct ike *e = x->e[0];
    for (uint32_t id = 2; id <= MANY; id++)
        assert_ptr_equal(lists_of(e, id), lists_of(e, 1));
    size_t before = mem_bytes(MEM_IKE);
    x->c[0][MANY - 2].lists->child[0].encr[0].key_bits = 256;
    const struct ike_config config = { .connections = x->c[0], .n = MANY };
    assert_int_equal(ike_configure(e, 0, &config), 0);
    assert_ptr_equal(lists_of(e, MANY), lists_of(e, 1));
    assert_int_equal(lists_of(e, MANY - 1)->child[0].encr[0].key_bits, 256);
    assert_int_equal(lists_of(e, MANY - 2)->child[0].encr[0].key_bits, 128);
    assert_true(mem_bytes(MEM_IKE) - before >= sizeof(struct ike_lists));
    x->c[0][MANY - 2].lists->child[0].encr[0].key_bits = 128;
    assert_int_equal(ike_configure(e, 0, &config), 0);
    assert_int_equal(lists_of(e, MANY - 1)->child[0].encr[0].key_bits, 128);
    const struct ike_config none = { 0 };
    assert_int_equal(ike_configure(e, 0, &none), 0);
    assert_null(e->last_lists);
    ends_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(attempts_begin_a_few_at_a_time),
        cmocka_unit_test(equal_lists_are_kept_once),
        cmocka_unit_test(a_tunnel_that_is_up_takes_two_kilobytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
