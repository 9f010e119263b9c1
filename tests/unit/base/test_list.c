#include "base/list.h"

#include "../unit.h"

struct item {
    int value;
    struct link link;
};

static int sum(struct link *head)
{
    int digits = 0;
    LIST_EACH (it, head)
        digits = digits * 10 + LIST_ENTRY(it, struct item, link)->value;
    return digits;
}

static void items_stay_in_the_order_of_appending(void **state)
{
    (void)state;
    struct link head;
    struct item a = { .value = 1 }, b = { .value = 2 }, c = { .value = 3 };
    list_init(&head);
    assert_true(list_is_empty(&head));
    assert_false(link_is_in_list(&a.link));
    list_append(&head, &a.link);
    list_append(&head, &b.link);
    list_append(&head, &c.link);
    assert_int_equal(sum(&head), 123);
    assert_true(link_is_in_list(&b.link));
    list_remove(&b.link);
    assert_false(link_is_in_list(&b.link));
    list_remove(&b.link); /* twice is harmless */
    assert_int_equal(sum(&head), 13);
    list_append(&head, &b.link);
    assert_int_equal(sum(&head), 132);
    LIST_EACH_SAFE (it, next, &head)
        list_remove(it);
    assert_true(list_is_empty(&head));
    struct link never = { 0 };
    list_remove(&never);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(items_stay_in_the_order_of_appending) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
