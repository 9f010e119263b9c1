#include "os/nft.h"

#include "../unit.h"

static char buf[16384];

static struct prefix px(const char *s)
{
    struct prefix p = { 0 };
    if (!prefix_parse(s, &p, NULL))
        fail_msg("prefix %s", s);
    return p;
}

static bool document(const char *instance, const struct os_nft_rule *rules, uint32_t n)
{
    struct text t = text_init(buf, sizeof(buf));
    return os_nft_document(&t, instance, IP_V4, rules, n);
}

static void the_table_is_replaced_in_one_transaction(void **state)
{
    (void)state;
    struct os_nft_rule r = { .action = OS_NFT_MASQUERADE,
                             .source = px("10.100.0.10/32"),
                             .not_source = true,
                             .out_interface = "eth0",
                             .protocol = 17 };
    assert_true(document("a", &r, 1));
    assert_string_equal(
        buf,
        "{\"nftables\":[{\"add\":{\"table\":{\"family\":\"ip\",\"name\":\"spanway-a\"}}},"
        "{\"delete\":{\"table\":{\"family\":\"ip\",\"name\":\"spanway-a\"}}},"
        "{\"add\":{\"table\":{\"family\":\"ip\",\"name\":\"spanway-a\"}}},"
        "{\"add\":{\"chain\":{\"family\":\"ip\",\"table\":\"spanway-a\",\"name\":\"postrouting\","
        "\"type\":\"nat\",\"hook\":\"postrouting\",\"prio\":100,\"policy\":\"accept\"}}},\n"
        "{\"add\":{\"rule\":{\"family\":\"ip\",\"table\":\"spanway-a\",\"chain\":\"postrouting\","
        "\"expr\":[{\"match\":{\"op\":\"!=\",\"left\":{\"payload\":{\"protocol\":\"ip\","
        "\"field\":\"saddr\"}},\"right\":{\"prefix\":{\"addr\":\"10.100.0.10\",\"len\":32}}}},"
        "{\"match\":{\"op\":\"==\",\"left\":{\"meta\":{\"key\":\"oifname\"}},\"right\":\"eth0\"}},"
        "{\"match\":{\"op\":\"==\",\"left\":{\"meta\":{\"key\":\"l4proto\"}},\"right\":17}},"
        "{\"counter\":{\"packets\":0,\"bytes\":0}},{\"masquerade\":null}]}}}]}\n");
    assert_true(document("a", NULL, 0));
    assert_null(strstr(buf, "chain"));
}

static void nothing_but_names_gets_into_the_document(void **state)
{
    (void)state;
    struct os_nft_rule r = { .action = OS_NFT_MASQUERADE };
    static const char *const bad[] = {
        "", "a b", "a\"", "a\\", "x{y", "a\n", "a-name-that-is-longer-than-it-may-be"
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        CLAIM(bad[i], !document(bad[i], &r, 1));
    for (size_t i = 1; i < ARRAY_LEN(bad) - 1; i++) {
        struct os_nft_rule q = { .action = OS_NFT_EXEMPT };
        memcpy(q.out_interface, bad[i], strlen(bad[i]) + 1);
        CLAIM(bad[i], !document("a", &q, 1));
    }
    memset(r.out_interface, 'x', sizeof(r.out_interface)); /* no end */
    assert_false(document("a", &r, 1));
}

static void rules_that_mix_families_are_refused(void **state)
{
    (void)state;
    struct os_nft_rule r = { .action = OS_NFT_EXEMPT,
                             .source = px("10.0.0.0/8"),
                             .destination = px("fd00::/8") };
    assert_false(document("a", &r, 1));
    r = (struct os_nft_rule){ .action = OS_NFT_SOURCE, .source = px("10.0.0.0/8") };
    assert_false(document("a", &r, 1));
}

static void a_document_too_long_is_no_document(void **state)
{
    (void)state;
    struct os_nft_rule r[100];
    for (size_t i = 0; i < ARRAY_LEN(r); i++)
        r[i] = (struct os_nft_rule){ .action = OS_NFT_EXEMPT, .destination = px("10.0.0.0/8") };
    assert_false(document("a", r, ARRAY_LEN(r)));
}

static bool clamps(const char *instance, const struct os_nft_clamp *v, uint32_t n)
{
    struct text t = text_init(buf, sizeof(buf));
    return os_nft_clamp_document(&t, instance, v, n);
}

static void clamps_have_a_table_of_their_own(void **state)
{
    (void)state;
    struct os_nft_clamp c = { .interface = "eth0", .mss = 1350 };
    assert_true(clamps("a", &c, 1));
    assert_non_null(strstr(
        buf, "{\"add\":{\"chain\":{\"family\":\"ip\",\"table\":\"spanway-mss-a\","
             "\"name\":\"forward\",\"type\":\"filter\",\"hook\":\"forward\","
             "\"prio\":-150,\"policy\":\"accept\"}}}"));
    static const char *const directions[] = { "iifname", "oifname" };
    for (size_t i = 0; i < ARRAY_LEN(directions); i++) {
        char want[512];
        snprintf(want, sizeof(want),
                 "[{\"match\":{\"op\":\"==\",\"left\":{\"meta\":{\"key\":\"%s\"}},"
                 "\"right\":\"eth0\"}},"
                 "{\"match\":{\"op\":\"==\",\"left\":{\"&\":[{\"payload\":{\"protocol\":\"tcp\","
                 "\"field\":\"flags\"}},{\"|\":[\"syn\",\"rst\"]}]},\"right\":\"syn\"}},"
                 "{\"mangle\":{\"key\":{\"tcp option\":{\"name\":\"maxseg\",\"field\":\"size\"}},"
                 "\"value\":1350}}]",
                 directions[i]);
        CLAIM(directions[i], strstr(buf, want) != NULL);
    }
    assert_true(clamps("a", NULL, 0));
    assert_null(strstr(buf, "chain"));
    memcpy(c.interface, "x\"y", 4);
    assert_false(clamps("a", &c, 1));
    c.interface[0] = '\0';
    assert_false(clamps("a", &c, 1));
    assert_false(clamps("a b", NULL, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_is_replaced_in_one_transaction),
        cmocka_unit_test(nothing_but_names_gets_into_the_document),
        cmocka_unit_test(rules_that_mix_families_are_refused),
        cmocka_unit_test(a_document_too_long_is_no_document),
        cmocka_unit_test(clamps_have_a_table_of_their_own),
    };
    return cmocka_run_group_tests_name("os/nft", tests, NULL, NULL);
}
