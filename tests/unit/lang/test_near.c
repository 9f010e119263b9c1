#include "lang/near.h"

#include "../unit.h"

static void the_word_that_was_meant(void **state)
{
    (void)state;
    static const char *const words[] = {
        "gateway",
        "gateways",
        "virtual_network",
        "addressPrefixes",
        "addressPrefix",
        "name",
        "asn",
        "bgp",
        "tunnel",
        "tunnels",
        "enableBgp",
        "vpn",
        "zone",
        "peerAsn",
        "peer",
        "route-table",
        "expressRoute",
    };
    static const struct {
        const char *name, *word, *want;
    } cases[] = {
        { "the word itself", "gateway", "gateway" },
        { "a letter is missing", "gatway", "gateway" },
        { "a letter too many", "gatewayy", "gateway" },
        { "a wrong letter", "gatewai", "gateway" },
        { "two letters swapped count once", "nmae", "name" },
        { "two errors", "gatwa", NULL },
        { "two errors in a longer word", "virtul_netwrk", "virtual_network" },
        { "three errors are too many", "virtl_netwrk", NULL },
        { "letter case aside", "ADDRESSPREFIX", "addressPrefix" },
        { "dashes and underscores aside", "address-prefixes", "addressPrefixes" },
        { "sameness wins over an earlier near one", "tunnels", "tunnels" },
        { "of a three-letter word one letter", "ans", "asn" },
        { "of a two-letter word none", "vp", NULL },
        { "a short word is not near everything", "a", NULL },
        { "an empty word is near nothing", "", NULL },
        { "another word", "instance", NULL },
        { "case does not count as a change", "EnabelBGP", "enableBgp" },
        { "dashes may be what is wrong", "route_tabel", "route-table" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const char *got = lang_near(cases[i].word, words, ARRAY_LEN(words));
        CLAIM_TEXT(cases[i].name, got ? got : "-", cases[i].want ? cases[i].want : "-");
    }
}

static void of_equals_the_first(void **state)
{
    (void)state;
    static const char *const words[] = { "hub2", "hub1", "hub3" };
    assert_string_equal(lang_near("hubs", words, ARRAY_LEN(words)), "hub2");
    assert_null(lang_near("hubs", words, 0));
}

static void long_words_are_bounded(void **state)
{
    (void)state;
    char word[200], other[200];
    memset(word, 'a', sizeof(word));
    memset(other, 'a', sizeof(other));
    for (size_t len = 60; len < sizeof(word); len++) {
        word[len - 1] = other[len - 1] = 'a';
        word[len] = other[len] = '\0';
        const char *candidates[] = { other };
        assert_ptr_equal(lang_near(word, candidates, 1), other);
        other[len - 1] = 'b';
        const char *want = len <= LANG_NEAR_LEN_MAX ? other : NULL;
        assert_ptr_equal(lang_near(word, candidates, 1), want);
        other[len - 1] = 'a';
    }
}

static void candidates_come_one_by_one(void **state)
{
    (void)state;
    struct lang_near n = lang_near_start("gatway");
    lang_near_try(&n, "subway");
    assert_null(n.best);
    lang_near_try(&n, "gateways");
    assert_string_equal(n.best, "gateways");
    lang_near_try(&n, "gateway");
    assert_string_equal(n.best, "gateway");
    assert_int_equal(n.distance, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_word_that_was_meant),
        cmocka_unit_test(of_equals_the_first),
        cmocka_unit_test(long_words_are_bounded),
        cmocka_unit_test(candidates_come_one_by_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
