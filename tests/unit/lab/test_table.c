#include <string.h>

#include "../unit.h"
#include "lab/table.h"

/* ---- effective routes in short --------------------------------------------------------------- */

struct row {
    const char *prefix;
    enum cloud_route_hop hop;
    const char *next_hop; /* NULL: none */
    bool inactive;
};

enum { ROWS_MAX = 8 };

/* Everybody is at the device that is called as the last number of the address; nobody at .99. */
static uint32_t find(struct lab_via_finder *f, const struct cloud_route *r, struct lab_via *ret)
{
    static const char *const devices[] = { "n0", "n1", "n2", "n3", "n4" };
    uint8_t last = r->next_hop.b[3];
    (void)f;
    if (r->hop == CLOUD_HOP_INTERNET) {
        ret[0] = (struct lab_via){ .dev = "internet" };
        return 1;
    }
    if (last >= ARRAY_LEN(devices))
        return 0;
    ret[0] = (struct lab_via){ r->next_hop, devices[last] };
    return 1;
}

static struct lab_table table_of(const struct row *rows, struct arena *a)
{
    static struct cloud_route items[ROWS_MAX];
    struct cloud_routes routes = { .rows = { .items = items } };
    struct lab_via_finder finder = { find };
    struct lab_table t;
    for (uint32_t i = 0; i < ROWS_MAX && rows[i].prefix; i++) {
        items[i] = (struct cloud_route){ .hop = rows[i].hop, .active = !rows[i].inactive };
        assert_true(prefix_parse(rows[i].prefix, &items[i].prefix, NULL));
        assert_true(!rows[i].next_hop || ip_parse(rows[i].next_hop, &items[i].next_hop));
        routes.rows.count++;
    }
    assert_true(lab_table_make(&routes, &finder, a, &t));
    return t;
}

static void expect_change(const struct row *old, const struct row *now, const char *lines)
{
    struct arena a;
    char text[2048];
    struct text out = text_init(text, sizeof(text));
    arena_init(&a, 1 << 20);
    struct lab_table x = table_of(old, &a), y = table_of(now, &a);
    lab_table_change(&x, &y, 1000, &out);
    assert_string_equal(out.s, lines);
    arena_done(&a);
}

static const struct row empty[ROWS_MAX] = { { 0 } };
static const struct row one[ROWS_MAX] = { { "10.0.0.0/16", CLOUD_HOP_LOCAL, NULL, false },
                                          { "10.1.0.0/16", CLOUD_HOP_GATEWAY, "10.0.0.1", false } };

/* ---- claims ---------------------------------------------------------------------------------- */

static void test_each_kind_of_hop_is_a_kind_of_route(void **state)
{
    (void)state;
    expect_change(
        empty,
        (const struct row[ROWS_MAX]){ { "0.0.0.0/0", CLOUD_HOP_INTERNET, NULL, false },
                                      { "10.0.0.0/16", CLOUD_HOP_LOCAL, NULL, false },
                                      { "10.1.0.0/16", CLOUD_HOP_PEERING, NULL, false },
                                      { "10.2.0.0/16", CLOUD_HOP_GATEWAY, "10.0.0.2", false },
                                      { "10.2.0.0/16", CLOUD_HOP_GATEWAY, "10.0.0.1", false },
                                      { "10.3.0.0/16", CLOUD_HOP_APPLIANCE, "10.0.0.99", false },
                                      { "10.4.0.0/16", CLOUD_HOP_NONE, NULL, false },
                                      { "10.5.0.0/16", CLOUD_HOP_GATEWAY, "10.0.0.1", true } },
        "route replace 0.0.0.0/0 table 1000 dev internet\n"
        "route replace throw 10.0.0.0/16 table 1000\n"
        "route replace throw 10.1.0.0/16 table 1000\n"
        "route replace 10.2.0.0/16 table 1000 nexthop via 10.0.0.1 dev n1 onlink"
        " nexthop via 10.0.0.2 dev n2 onlink\n"
        "route replace blackhole 10.3.0.0/16 table 1000\n"
        "route replace blackhole 10.4.0.0/16 table 1000\n");
}

static void test_what_is_equal_is_not_told_again(void **state)
{
    (void)state;
    expect_change(one, one, "");
}

static void test_what_is_gone_is_deleted_and_what_changed_replaced(void **state)
{
    (void)state;
    expect_change(
        one,
        (const struct row[ROWS_MAX]){ { "10.1.0.0/16", CLOUD_HOP_GATEWAY, "10.0.0.2", false },
                                      { "10.2.0.0/16", CLOUD_HOP_NONE, NULL, false } },
        "route del 10.0.0.0/16 table 1000\n"
        "route replace 10.1.0.0/16 table 1000 via 10.0.0.2 dev n2 onlink\n"
        "route replace blackhole 10.2.0.0/16 table 1000\n");
    expect_change(one, empty,
                  "route del 10.0.0.0/16 table 1000\n"
                  "route del 10.1.0.0/16 table 1000\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_kind_of_hop_is_a_kind_of_route),
        cmocka_unit_test(test_what_is_equal_is_not_told_again),
        cmocka_unit_test(test_what_is_gone_is_deleted_and_what_changed_replaced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
