/* check/rule.h: one row a rule. Numbers are for ever: a rule that is dropped leaves its number
 * unused. `spanway check --list-rules` and `--explain` print these rows and docs/rules.md is made
 * of them. */
#ifndef CHECK_RULE_H
#define CHECK_RULE_H

#include "base/diag.h"

struct check;
struct cloud_fact;

enum { CHECK_RULE_FACTS_MAX = 4 };

struct check_rule {
    const char *id;    /* "R003" */
    const char *scope; /* who meets whom: "Azure and AWS" */
    enum diag_severity severity;
    const char *title;   /* what has to hold, in one sentence */
    const char *symptom; /* what the user sees go wrong */
    const char *remedy;
    const char *source; /* codes of cloud/'s table of sources, or of a scenario */
    /* What it rests on: one that is unverified makes an error a warning. */
    const struct cloud_fact *facts[CHECK_RULE_FACTS_MAX];
    void (*run)(struct check *c, const struct check_rule *rule);
};

/* Every rule, in the order of the numbers; a group of rules is a file rules_*.c with its table. */
extern const struct check_rule *const check_rules[];
extern const uint32_t check_rule_count;

/* The rule of that number ("R003", "r3", "3"), or NULL. */
const struct check_rule *check_rule_find(const char *id);

#endif
