/* "Did you mean": what is near, and what is not. */
#include "base/near.h"

#include "../unit.h"

static const char *const known[] = { "azure", "aws", "gcp", "soracom", "device" };

static void the_nearest_word_is_found(void **state)
{
    (void)state;
    static const struct {
        const char *name, *word, *want;
    } cases[] = {
        { "the word itself", "gcp", "gcp" },
        { "a letter is missing", "azre", "azure" },
        { "two letters changed places", "sorcaom", "soracom" },
        { "case does not count", "AWZ", "aws" },
        { "a short word forgives one slip alone", "gxx", NULL },
        { "a long word forgives three", "divices1", "device" },
        { "nothing is near to nothing", "", NULL },
        { "another word", "cisco", NULL },
        { "longer than any", "a-word-that-is-far-longer-than-any-that-is-known-to-the-search-ever",
          NULL },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct near n = near_init(cases[i].word);
        for (size_t k = 0; k < ARRAY_LEN(known); k++)
            near_consider_word(&n, known[k]);
        CLAIM(cases[i].name, (n.best != NULL) == (cases[i].want != NULL));
        if (n.best)
            CLAIM_TEXT(cases[i].name, n.best, cases[i].want);
    }
}

/* A known word may stand inside a longer text, and may be as long as the bound. */
static void known_words_have_a_length(void **state)
{
    (void)state;
    struct near n = near_init("neighbr");
    near_consider(&n, "neighbor|network", 8);
    assert_ptr_not_equal(n.best, NULL);
    assert_int_equal(n.best_len, 8);
    char full[NEAR_WORD_MAX + 2];
    memset(full, 'x', sizeof(full));
    full[NEAR_WORD_MAX] = '\0';
    n = near_init(full);
    near_consider(&n, full, NEAR_WORD_MAX + 1);
    assert_null(n.best);
    near_consider_word(&n, full);
    assert_ptr_equal(n.best, full);
}

static void slips_are_counted(void **state)
{
    (void)state;
    static const struct {
        const char *name, *a, *b;
        unsigned want;
    } cases[] = {
        { "the same but for case", "GateWay", "gatewaY", 0 },
        { "one missing", "gatway", "gateway", 1 },
        { "one more", "gateeway", "gateway", 1 },
        { "one other", "gatevay", "gateway", 1 },
        { "neighbours swapped", "gaetway", "gateway", 1 },
        { "all of it", "", "gateway", 7 },
        { "no letter is touched twice", "ca", "abc", 3 },
        { "brackets are not braces", "[", "{", 1 },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const char *a = cases[i].a, *b = cases[i].b;
        CLAIM(cases[i].name, near_distance(a, strlen(a), b, strlen(b)) == cases[i].want);
        CLAIM(cases[i].name, near_distance(b, strlen(b), a, strlen(a)) == cases[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slips_are_counted),
        cmocka_unit_test(the_nearest_word_is_found),
        cmocka_unit_test(known_words_have_a_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
