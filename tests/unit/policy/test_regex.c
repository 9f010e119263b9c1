/* Expressions: named cases, what is refused, and 10,000 random expressions against regcomp(). */
#include <errno.h>
#include <regex.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/rng.h"
#include "policy/regex.h"

static const struct ere_options frr = { .magic_underscore = true };
static const struct ere_options ios = { .magic_underscore = true, .literal_braces = true };

static const struct {
    const char *name, *regex, *text;
    bool want;
} matching[] = {
    { "_ at the start", "_65515_", "65515 12076", true },
    { "_ at the end", "_65515_", "12076 65515", true },
    { "_ alone on both sides", "_65515_", "65515", true },
    { "_ does not match inside a number", "_6551_", "65515 16551", false },
    { "_ matches braces", "_65515_", "1 {65515}", true },
    { "_ matches a comma", "_2_", "1 {1,2,3}", true },
    { "_ matches parentheses", "_65001_", "(65001 65002) 3", true },
    { "^$ is the empty path", "^$", "", true },
    { "^$ is not another path", "^$", "1", false },
    { "_ on the empty path", "_", "", true },
    { ". needs a character", ".", "", false },
    { ".* takes the empty path", ".*", "", true },
    { "a bar binds weakest", "_1310[0-6][0-9]_|_13107[0-1]_", "5 131071", true },
    { "the range ends at 131071", "_1310[0-6][0-9]_|_13107[0-1]_", "5 131072", false },
    { "$ is the very end, not before a newline", "a$", "a\n", false },
    { "a class in a bracket", "^[[:digit:]]+$", "65515", true },
    { "a class that is inverted", "[^[:digit:] ]", "1 2", false },
    { "a backslash is a character in a bracket", "^[\\d]$", "\\", true },
    { "\\d is the letter d", "\\d", "5", false },
    { "\\d is the letter d, indeed", "\\d", "d", true },
    { "a first ] is a character", "^[]a]$", "]", true },
    { "an unmatched ) is a character", "^1)$", "1)", true },
    { "a second repeat repeats the first", "^(1+?)$", "", true },
    { "a++ is no possessive repeat", "^a++a$", "aa", true },
    { "*? is no lazy repeat", "^a*?b$", "aab", true },
    { "a repeat count", "^(_1){2,3}$", "1 1", true },
    { "a repeat count with a top", "^1{,2}$", "111", false },
    { "a back reference, as in glibc", "^([0-9]+) \\1$", "12 12", true },
    { "a back reference that differs", "^([0-9]+) \\1$", "12 13", false },
    { "\\< and \\> are word ends", "\\<65\\>", "1 65 2", true },
    { "\\< and \\> are not inside words", "\\<65\\>", "1 655 2", false },
    { "an empty branch matches all", "9|", "1", true },
    { "an empty group", "^1()2$", "12", true },
    { "a quoted dot", "^1\\.2$", "1x2", false },
    { "an escaped brace", "^\\{1\\}$", "{1}", true },
    { "a prepended AS twice", "^65010_65010_", "65010 65010 1", true },
    { "\\E\\Q mean nothing", "^\\Qa\\E$", "QaE", true },
};

static void verdicts_are_those_of_ere(void **state)
{
    (void)state;
    for (int jit = 0; jit < 2; jit++) {
        struct regex_context *c = regex_context_new(jit);
        assert_non_null(c);
        for (size_t i = 0; i < sizeof(matching) / sizeof(matching[0]); i++) {
            struct regex *re = NULL;
            const char *why = NULL;
            if (regex_new(c, matching[i].regex, &frr, &re, &why))
                fail_msg("%s: refused: %s", matching[i].name, why);
            if (regex_matches(c, re, matching[i].text, strlen(matching[i].text)) !=
                matching[i].want)
                fail_msg("%s: wrong verdict", matching[i].name);
            regex_free(re);
        }
        assert_int_equal(regex_limit_hits(c), 0);
        regex_context_free(c);
    }
    assert_int_equal(mem_count(MEM_POLICY), 0);
}

static const char *const refused[] = {
    "*1",
    "^*",
    "1|*2",
    "(*1)",
    "(?=1)",
    "(?:1)",
    "(*FAIL)",
    "(1",
    "[1",
    "1{2",
    "1{2,1}",
    "1{x}",
    "1{40000}",
    "\\",
    "\\1",
    "(1\\1)",
    "[[:x:]]",
    "[2-1]",
    "[1-[:alpha:]]",
    "[a-c-e]",
    "(?<!1)",
    "(?{1})",
    "+",
    "$+",
    "[[.ab.]]",
    "[[:alpha:",
    "{1}",
    "a|{1}",
    "()|?",
    "\\b*",
    "((((1{32767}){32767}){32767}){32767})",
};

static void what_an_ere_is_not_is_refused(void **state)
{
    (void)state;
    struct regex_context *c = regex_context_new(true);
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        struct regex *re = NULL;
        const char *why = NULL;
        if (regex_new(c, refused[i], &frr, &re, &why) != -EINVAL || !why)
            fail_msg("%s was taken", refused[i]);
    }
    char deep[400];
    memset(deep, '(', 199);
    memset(deep + 199, ')', 199);
    deep[398] = '\0';
    struct regex *re = NULL;
    const char *why = NULL;
    assert_int_equal(regex_new(c, deep, &frr, &re, &why), -EINVAL);
    char longest[ERE_TEXT_MAX + 2];
    memset(longest, '1', sizeof(longest) - 1);
    longest[sizeof(longest) - 1] = '\0';
    assert_int_equal(regex_new(c, longest, &frr, &re, &why), -EINVAL);
    memset(longest, '_', sizeof(longest) - 2);
    longest[sizeof(longest) - 2] = '\0';
    if (regex_new(c, longest, &frr, &re, &why) == 0)
        regex_free(re);
    regex_context_free(c);
}

static void braces_are_characters_in_ios(void **state)
{
    (void)state;
    struct regex_context *c = regex_context_new(true);
    struct regex *re = NULL;
    const char *why = NULL;
    assert_int_equal(regex_new(c, "_{1,2}$", &ios, &re, &why), 0);
    assert_true(regex_matches(c, re, "5 {1,2}", 7));
    assert_false(regex_matches(c, re, "5 1", 3));
    regex_free(re);
    regex_context_free(c);
}

/* ---- random expressions ---------------------------------------------------------------------- */

struct writer {
    char s[600];
    size_t n;
};

static void put(struct writer *w, const char *s)
{
    size_t n = strlen(s);
    if (w->n + n < sizeof(w->s)) {
        memcpy(w->s + w->n, s, n + 1);
        w->n += n;
    }
}

static const char *pick(struct rng *rng, const char *const *of, size_t n)
{
    return of[rng_between(rng, 0, (int64_t)n - 1)];
}
#define PICK(rng, of) pick(rng, of, sizeof(of) / sizeof((of)[0]))

/* glibc counts an anchor inside a {n,m} wrongly (2(^| |$){2} matches "2 3"), so an expression has
 * anchors or counts, not both. */
static void random_atom(struct rng *rng, struct writer *w, bool counts)
{
    static const char *const anchors[] = { "_",    "_",   "_",   "_",   "_",   "^",   "$",
                                           "[_2]", "\\<", "\\>", "\\b", "\\B", "\\`", "\\'" };
    static const char *const atoms[] = {
        "1",
        "2",
        "3",
        "65",
        "12",
        ".",
        "[0-3]",
        "[^1]",
        "[[:digit:]]",
        "[1,{}]",
        "\\.",
        " ",
        "[]-]",
        "[1-]",
        "[^-2]",
        "\\{",
        "\\}",
        ",",
        "()",
        ")",
        "}",
        "\\w",
        "\\W",
        "\\s",
        "\\S",
        "[---]",
        "[+--]",
        "[[.1.]-2]",
        "[[=1=]]",
        "\\d",
        "[\\d]",
        "[^[:space:]]",
        "[[:alpha:]1]",
        "[[:punct:]]",
        "\\(",
        "\\)",
        "[[:digit:]-]",
        "[[:digit:]-1]",
        "[^]1]",
        "[^^]",
        "[a^]",
    };
    if (!counts && rng_between(rng, 0, 2) == 0)
        put(w, PICK(rng, anchors));
    else
        put(w, PICK(rng, atoms));
}

static void random_repeat(struct rng *rng, struct writer *w, bool counts)
{
    static const char *const plain[] = { "*", "+", "?", "*?", "+?", "++", "??", "+*" };
    static const char *const counted[] = { "{2}",    "{1,2}",  "{,2}", "{2,}",  "{0}", "{,}",
                                           "{1,2}?", "{2}{2}", "+{2}", "{2,1}", "{1" };
    if (counts && rng_between(rng, 0, 1) == 0)
        put(w, PICK(rng, counted));
    else
        put(w, PICK(rng, plain));
}

static void random_regex(struct rng *rng, struct writer *w)
{
    bool counts = rng_between(rng, 0, 3) == 0;
    int64_t open = 0, items = rng_between(rng, 1, 8);
    for (int64_t i = 0; i < items; i++) {
        int64_t dice = rng_between(rng, 0, 9);
        if (dice == 0) {
            put(w, "(");
            open++;
            continue;
        }
        if (dice == 1)
            put(w, "|");
        random_atom(rng, w, counts);
        if (rng_between(rng, 0, 3) == 0)
            random_repeat(rng, w, counts);
        if (open > 0 && rng_between(rng, 0, 2) == 0) {
            put(w, ")");
            open--;
            if (rng_between(rng, 0, 2) == 0)
                random_repeat(rng, w, counts);
        }
    }
    while (open-- > 0)
        put(w, ")");
}

static void random_path(struct rng *rng, struct writer *w)
{
    static const char *const parts[] = { "1",     "2",     "12",    "65",  "3",   "11",
                                         "{1,2}", "(1 2)", "65515", "{2}", "a1_", "-" };
    int64_t n = rng_between(rng, 0, 5);
    for (int64_t i = 0; i < n; i++) {
        if (i > 0)
            put(w, " ");
        put(w, PICK(rng, parts));
    }
}

/* What FRR gives to regcomp(). */
static void magic(const struct writer *from, char *to)
{
    size_t n = 0;
    for (const char *p = from->s; *p; p++) {
        if (*p == '_')
            n += (size_t)sprintf(to + n, "(^|[,{}() ]|$)");
        else
            to[n++] = *p;
    }
    to[n] = '\0';
}

static void random_expressions_agree_with_regcomp(void **state)
{
    (void)state;
    struct rng rng = rng_init(20240607);
    struct regex_context *c[2] = { regex_context_new(false), regex_context_new(true) };
    unsigned taken = 0, matched = 0, cases = 0;
    while (cases < 10000) {
        struct writer expr = { .n = 0 };
        random_regex(&rng, &expr);
        char full[sizeof(expr.s) * 15];
        magic(&expr, full);
        regex_t posix;
        bool ok = regcomp(&posix, full, REG_EXTENDED | REG_NOSUB) == 0;
        struct regex *re[2] = { NULL, NULL };
        const char *why = "";
        for (int jit = 0; jit < 2; jit++) {
            bool ours = regex_new(c[jit], expr.s, &frr, &re[jit], &why) == 0;
            if (ours != ok)
                fail_msg("'%s': regcomp %s it, we do not (%s)", expr.s, ok ? "takes" : "refuses",
                         why);
        }
        taken += ok;
        for (int i = 0; ok && i < 5; i++, cases++) {
            struct writer path = { .n = 0 };
            random_path(&rng, &path);
            bool want = regexec(&posix, path.s, 0, NULL, 0) == 0;
            matched += want;
            for (int jit = 0; jit < 2; jit++)
                if (regex_matches(c[jit], re[jit], path.s, path.n) != want)
                    fail_msg("'%s' on '%s': regexec says %d", expr.s, path.s, want);
        }
        cases += !ok;
        if (ok)
            regfree(&posix);
        regex_free(re[0]);
        regex_free(re[1]);
    }
    assert_true(taken > 1000 && matched > 1000);
    print_message("# %u expressions taken, %u matches\n", taken, matched);
    regex_context_free(c[0]);
    regex_context_free(c[1]);
}

static void hostile_expressions_end_soon(void **state)
{
    (void)state;
    static const char *const hostile[] = { "^(([0-9]+)* ?)*x$", "(_[0-9]+)+(_[0-9]+)+_x$",
                                           "(.*)(.*)(.*)(.*)(.*)x$", "((1*)*)*2$",
                                           "^(1|11|111)*$" };
    static char text[12000];
    for (size_t i = 0; i < sizeof(text) - 1; i++)
        text[i] = i % 6 == 5 ? ' ' : '1';
    text[90] = text[490] = text[11000] = 'x';
    for (int jit = 0; jit < 2; jit++) {
        struct regex_context *c = regex_context_new(jit);
        for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
            struct regex *re = NULL;
            const char *why = NULL;
            assert_int_equal(regex_new(c, hostile[i], &frr, &re, &why), 0);
            assert_false(regex_matches(c, re, text, sizeof(text) - 1));
            assert_false(regex_matches(c, re, text, 100));
            assert_false(regex_matches(c, re, text, 500));
            regex_free(re);
        }
        assert_true(regex_limit_hits(c) > 0);
        regex_context_free(c);
    }
}

/* What operators write is decided on the longest path that a message can hold. */
static void plain_expressions_are_decided_on_the_longest_paths(void **state)
{
    (void)state;
    static const struct {
        const char *regex;
        bool want;
    } plain[] = { { "_65515_", true },          { ".*_65515_.*", true },
                  { "^.*_65515$", true },       { "^1.*_65515_", true },
                  { "^[0-9]+ .* 65515", true }, { ".*_65516_.*", false },
                  { "_65516_|_65517_", false }, { "^(_[0-9]+)+$", true },
                  { "_1_.*_65515_", true } };
    static char text[12000];
    for (size_t i = 0; i < sizeof(text) - 1; i++)
        text[i] = i % 2 ? ' ' : '1';
    memcpy(text + sizeof(text) - 7, " 65515", 6);
    for (int jit = 0; jit < 2; jit++) {
        struct regex_context *c = regex_context_new(jit);
        for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
            struct regex *re = NULL;
            const char *why = NULL;
            assert_int_equal(regex_new(c, plain[i].regex, &frr, &re, &why), 0);
            if (regex_matches(c, re, text, strlen(text)) != plain[i].want)
                fail_msg("%s: wrong (jit %d)", plain[i].regex, jit);
            regex_free(re);
        }
        assert_int_equal(regex_limit_hits(c), 0);
        regex_context_free(c);
    }
}

/* (.|..)*x backtracks without end, yet a short text is decided all the same. */
static void short_texts_are_decided_by_the_second_algorithm(void **state)
{
    (void)state;
    struct regex_context *c = regex_context_new(true);
    struct regex *re = NULL;
    const char *why = NULL;
    assert_int_equal(regex_new(c, "^(1|11)*[^1]*x$|65515$", &frr, &re, &why), 0);
    static const char text[] = "11111111111111111111111111111111111111111111111111111111111111 "
                               "111111111111111111111111111111111111111111111111111111 65515";
    assert_true(regex_matches(c, re, text, strlen(text)));
    assert_int_equal(regex_limit_hits(c), 0);
    regex_free(re);
    regex_context_free(c);
}

static void memory_can_fail_anywhere(void **state)
{
    (void)state;
    bool done = false;
    for (uint64_t n = 1; !done && n < 1000; n++) {
        struct regex *re = NULL;
        const char *why = NULL;
        mem_fail_at(n);
        struct regex_context *c = regex_context_new(false);
        err_t err = c ? regex_new(c, "_(1|2){3}_", &frr, &re, &why) : -ENOMEM;
        mem_fail_at(0);
        done = err == 0;
        assert_true(err == 0 || err == -ENOMEM);
        regex_free(re);
        regex_context_free(c);
        assert_int_equal(mem_bytes(MEM_POLICY), 0);
    }
    assert_true(done);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verdicts_are_those_of_ere),
        cmocka_unit_test(what_an_ere_is_not_is_refused),
        cmocka_unit_test(braces_are_characters_in_ios),
        cmocka_unit_test(random_expressions_agree_with_regcomp),
        cmocka_unit_test(hostile_expressions_end_soon),
        cmocka_unit_test(plain_expressions_are_decided_on_the_longest_paths),
        cmocka_unit_test(short_texts_are_decided_by_the_second_algorithm),
        cmocka_unit_test(memory_can_fail_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
