#include <string.h>

#include "../unit.h"
#include "lab/learned.h"

static uint32_t read_all(const char *json, struct arena *a, struct lab_paths *ret)
{
    arena_init(a, 1 << 20);
    memset(ret, 0, sizeof(*ret));
    return lab_learned_read(json, strlen(json), a, ret) ? ret->rows.count : UINT32_MAX;
}

#define PATH(more) "{\"valid\":true,\"bestpath\":true,\"pathFrom\":\"external\"," more "}"
#define FROM_PEER "\"peerId\":\"172.16.0.2\",\"nexthops\":[{\"ip\":\"172.16.0.9\"}]"
#define ROUTES(rows) "{\"vrfId\":0,\"routes\":{" rows "}}"

static void test_a_best_path_is_read_with_all_that_fabrics_choose_by(void **state)
{
    (void)state;
    struct arena a;
    struct lab_paths p;
    uint32_t n = read_all(ROUTES("\"10.1.0.0/16\":[" PATH(
                              "\"metric\":7,\"path\":\"65515 12076 {1,2}\"," FROM_PEER) "]"),
                          &a, &p);
    assert_int_equal(n, 1);
    const struct lab_path *r = p.rows.items;
    char text[64];
    struct text t = text_init(text, sizeof(text));
    text_prefix(&t, &r->prefix);
    text_str(&t, " ");
    text_ip(&t, &r->next_hop);
    text_str(&t, " ");
    text_ip(&t, &r->peer);
    assert_string_equal(t.s, "10.1.0.0/16 172.16.0.9 172.16.0.2");
    assert_int_equal(r->length, 3);
    assert_int_equal(r->med, 7);
    assert_false(r->internal);
    arena_done(&a);
}

static void test_own_routes_and_those_not_used_are_left_out(void **state)
{
    (void)state;
    static const char *const paths[] = {
        PATH("\"path\":\"\",\"peerId\":\"(unspec)\",\"nexthops\":[{\"ip\":\"0.0.0.0\"}]"),
        "{\"valid\":true,\"path\":\"1\"," FROM_PEER "}", /* not the best */
        PATH("\"path\":\"1\",\"peerId\":\"10.0.0.1\",\"nexthops\":[]"),
        PATH("\"path\":\"1\",\"metric\":\"many\"," FROM_PEER),
    };
    for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
        struct arena a;
        struct lab_paths p;
        char json[1024];
        snprintf(json, sizeof(json), ROUTES("\"10.1.0.0/16\":[%s]"), paths[i]);
        assert_int_equal(read_all(json, &a, &p), 0);
        arena_done(&a);
    }
}

static void test_several_equal_paths_are_all_there(void **state)
{
    (void)state;
    struct arena a;
    struct lab_paths p;
    uint32_t n =
        read_all(ROUTES("\"10.1.0.0/16\":[" PATH(
                     "\"path\":\"1\"," FROM_PEER) ",{\"valid\":true,\"multipath\":true,"
                                                  "\"pathFrom\":\"internal\",\"path\":\"1\","
                                                  "\"peerId\":\"10.0.0.1\",\"nexthops\":[{\"ip\":"
                                                  "\"10.0.0.2\"}]}]"),
                 &a, &p);
    assert_int_equal(n, 2);
    assert_false(p.rows.items[0].internal);
    assert_true(p.rows.items[1].internal);
    arena_done(&a);
}

static void test_what_is_no_such_answer_is_said(void **state)
{
    (void)state;
    struct arena a;
    struct lab_paths p;
    assert_int_equal(read_all("% No BGP here\n", &a, &p), UINT32_MAX);
    arena_done(&a);
    assert_int_equal(read_all("{\"routes\":{\"10.1.0.0/16\":[{]}}", &a, &p), UINT32_MAX);
    arena_done(&a);
    assert_int_equal(read_all("{\"warning\":\"none\"}", &a, &p), 0);
    arena_done(&a);
    /* Other shapes than the expected ones are nothing, not a fault. */
    assert_int_equal(
        read_all(ROUTES("\"x\":[1],\"10.0.0.0/8\":{},\"10.1.0.0/16\":[7,[],{}]"), &a, &p), 0);
    arena_done(&a);
}

static void test_static_routes_count_while_they_lead_somewhere(void **state)
{
    (void)state;
    struct arena a;
    struct lab_paths p = { 0 };
    static const char json[] =
        "{\"10.1.0.0/16\":[{\"selected\":true,\"nexthops\":[{\"active\":true,"
        "\"interfaceName\":\"Tunnel1\"}]}],"
        "\"10.2.0.0/16\":[{\"selected\":true,\"nexthops\":[{\"active\":true,"
        "\"blackhole\":true}]}],"
        "\"10.3.0.0/16\":[{\"nexthops\":[{\"interfaceName\":\"Tunnel1\"}]}]}";
    arena_init(&a, 1 << 20);
    assert_true(lab_statics_read(json, strlen(json), &a, &p));
    assert_int_equal(p.rows.count, 1);
    assert_int_equal(p.rows.items[0].prefix.b[1], 1);
    arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_best_path_is_read_with_all_that_fabrics_choose_by),
        cmocka_unit_test(test_own_routes_and_those_not_used_are_left_out),
        cmocka_unit_test(test_several_equal_paths_are_all_there),
        cmocka_unit_test(test_what_is_no_such_answer_is_said),
        cmocka_unit_test(test_static_routes_count_while_they_lead_somewhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
