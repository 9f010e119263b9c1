/* policy/regex.h: compiled expressions over the text of paths and communities, by PCRE2.
 * An expression is immutable and may be matched by several threads; what a match writes to is in a
 * scratch that one match takes at a time. Limits: a match may backtrack REGEX_STEPS times;
 * then short texts are decided by PCRE2's other algorithm, which does not backtrack; what neither
 * decides is no match, and counted. Memory comes from base/mem.h. */
#ifndef POLICY_REGEX_H
#define POLICY_REGEX_H

#include "base/base.h"
#include "policy/ere.h"

enum {
    REGEX_STEPS = 16000000,    /* over all starting points of one match */
    REGEX_STEPS_EACH = 250000, /* from one of them: reaching it ends the match after some 15 ms */
    REGEX_DFA_TEXT_MAX = 512,  /* the second algorithm is quadratic in the text */
    REGEX_HEAP_KIB = 4096,     /* of backtracking points */
};

struct regex;
struct regex_context;

/* What all expressions of one world share. NULL without memory. jit: compile to machine code where
 * the system lets us (it needs executable memory, which a sandbox may refuse). */
must_use struct regex_context *regex_context_new(bool jit);

/* Expressions of the context have to be freed before. NULL is allowed. */
void regex_context_free(struct regex_context *c);

/* Matches that reached a limit since the start. */
uint64_t regex_limit_hits(const struct regex_context *c);

/* -EINVAL: refused, *ret_why says why (static text); -ENOMEM. */
must_use err_t regex_new(struct regex_context *c, const char *text,
                         const struct ere_options *options, struct regex **ret_regex,
                         const char **ret_why);

/* NULL is allowed. */
void regex_free(struct regex *re);

/* Whether the expression matches anywhere in n bytes at s. */
bool regex_matches(struct regex_context *c, const struct regex *re, const char *s, size_t n);

#endif
