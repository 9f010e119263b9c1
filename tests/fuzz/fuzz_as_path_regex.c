/* An expression and a text, with a zero byte or a newline between: nothing crashes, stalls or leaks
 * whatever they are, both ways of matching agree, and where the expression has no counts and no
 * back references, the C library's regexec() is the oracle, as it is FRR's engine. */
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "policy/regex.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { EXPRESSION_MAX = 300, TEXT_MAX = 300, ORACLE_MAX = 40 };

/* Counts, back references and many _ or repeats take glibc minutes, gigabytes, or to a wrong
 * answer; at a line feed it thinks that the text ends, and no AS path has one. */
static bool has_oracle(const char *expression, const char *text)
{
    size_t underscores = 0, repeats = 0;
    for (const char *p = expression; *p; p++) {
        underscores += *p == '_';
        repeats += *p == '*' || *p == '+' || *p == '?';
    }
    return underscores <= 3 && repeats <= 3 && strlen(expression) <= ORACLE_MAX &&
           strlen(text) <= ORACLE_MAX && !strpbrk(expression, "{\\") && !strchr(text, '\n');
}

static void expand(const char *expression, char *to)
{
    size_t n = 0;
    for (const char *p = expression; *p; p++) {
        if (*p == '_')
            n += (size_t)sprintf(to + n, "(^|[,{}() ]|$)");
        else
            to[n++] = *p;
    }
    to[n] = '\0';
}

static void compare(const char *expression, const char *text, bool taken, bool matched)
{
    char full[ORACLE_MAX * 15 + 1];
    expand(expression, full);
    regex_t re;
    bool theirs_taken = regcomp(&re, full, REG_EXTENDED | REG_NOSUB) == 0;
    if (theirs_taken != taken)
        abort();
    if (!taken)
        return;
    if ((regexec(&re, text, 0, NULL, 0) == 0) != matched)
        abort();
    regfree(&re);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char expression[EXPRESSION_MAX + 1], text[TEXT_MAX + 1];
    size_t e = 0, t = 0, i = 0;
    for (; i < size && data[i] != 0 && data[i] != '\n' && e < EXPRESSION_MAX; i++)
        expression[e++] = (char)data[i];
    for (i++; i < size && data[i] != 0 && t < TEXT_MAX; i++)
        text[t++] = (char)data[i];
    expression[e] = text[t] = '\0';

    bool matched[2] = { false, false }, taken = true, limited = false;
    for (int jit = 0; jit < 2; jit++) {
        static const struct ere_options options = { .magic_underscore = true };
        struct regex_context *c = regex_context_new(jit);
        struct regex *re = NULL;
        const char *why = NULL;
        taken = c && regex_new(c, expression, &options, &re, &why) == 0;
        matched[jit] = taken && regex_matches(c, re, text, t);
        limited = limited || (c && regex_limit_hits(c) > 0);
        regex_free(re);
        regex_context_free(c);
    }
    if (!limited && matched[0] != matched[1])
        abort();
    if (!limited && has_oracle(expression, text))
        compare(expression, text, taken, matched[0]);
    if (mem_bytes(MEM_POLICY) != 0)
        abort();
    return 0;
}
