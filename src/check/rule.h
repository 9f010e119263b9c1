/* check/rule.h: one row a rule.
 *
 * To add a rule: a row in the table of its file (rules/), a function that looks at what struct
 * check holds and calls check_report() for each case, and a row in the table of cases under
 * tests/unit/check/, which breaks it. Numbers are for ever: of a rule that is dropped the number
 * stays unused. R001 to R183 are those of the reference of design rules, R200 and up follow from
 * the format or the tables of facts. `spanway check --list-rules`, `--explain` and docs/rules.md
 * print these rows. */
#ifndef CHECK_RULE_H
#define CHECK_RULE_H

#include "base/diag.h"

struct check;
struct cloud_fact;

enum {
    CHECK_RULE_FACTS_MAX = 4,
    CHECK_RULE_NUMBER_MAX = 299,
    CHECK_RULE_REFERENCE_MAX = 183, /* numbers up to it are the reference's */
};

struct check_rule {
    const char *id;    /* "R003" */
    const char *scope; /* who meets whom: "Azure and AWS" */
    enum diag_severity severity;
    const char *title;   /* what has to hold, in one sentence */
    const char *symptom; /* what the user sees go wrong */
    const char *remedy;
    const char *source; /* codes of cloud/'s table of sources, scenarios: "VPNBGP, S4" */
    /* What it rests on; one that is unverified or disputed makes an error a warning. */
    const struct cloud_fact *facts[CHECK_RULE_FACTS_MAX];
    bool of_change; /* it speaks of a change (--since) alone */
    bool of_others; /* it speaks of findings: runs when suppressions have been applied */
    void (*run)(struct check *c, const struct check_rule *rule);
};

/* The tables of rules, one a file; the last pointer is NULL, and the last row of each has no id. */
extern const struct check_rule *const check_rule_tables[];

/* The rule of that number (1: "R001"), or NULL. */
const struct check_rule *check_rule_number(uint32_t number);

/* The rule that somebody calls "R003", "r3" or "3", or NULL. */
const struct check_rule *check_rule_find(const char *id);

/* 3 of "R003". */
uint32_t check_rule_id_number(const struct check_rule *rule);

/* The severity with which it reports: its own, or a warning in the place of an error where a fact
 * it rests on is unverified or disputed. */
enum diag_severity check_rule_severity(const struct check_rule *rule);

#endif
