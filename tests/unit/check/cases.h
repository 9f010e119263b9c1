/* Cases of the rules. A base is a small topology in bases/, whole and without any finding; a case
 * breaks it by replacing a few words, and names the rule that has to say so. So the base is the
 * case that a rule stays silent about, and the edited one the case that it reports. */
#ifndef CHECK_CASES_H
#define CHECK_CASES_H

#include <stdbool.h>
#include <stddef.h>

enum { CASE_EDITS_MAX = 6 };

struct case_edit {
    const char *file; /* of a device; NULL: the topology itself */
    const char *find; /* stands in it exactly once */
    const char *replace;
};

struct check_case {
    const char *rule;  /* "R003" */
    const char *claim; /* reads as one: "an APIPA address outside of Azure's range" */
    const char *base;  /* "azure-aws": bases/azure-aws.yaml */
    struct case_edit edits[CASE_EDITS_MAX]; /* ends with one without `find` */
    const char *object;   /* name of the object that the finding is about; NULL: any */
    const char *severity; /* that it is found with; NULL: any */
    const char *also;     /* other rules that the edit breaks: "R010 R174"; NULL: none */
    const char *follows;  /* those of which every finding follows from the rule's: "R175" */
    bool change; /* the rule is about a change: the base runs today, the edited one is next */
};

/* The tables of cases, one a file of rules; each ends with a row without rule. */
extern const struct check_case cases_peers[], cases_ipsec[], cases_azure[], cases_aws[],
    cases_gcp[], cases_change[], cases_whole[];
extern const struct check_case cases_pitfalls[];
extern const struct check_case cases_route_server[];
extern const struct check_case cases_express_route[];
extern const struct check_case cases_vnet[];
extern const struct check_case cases_device[];
extern const struct check_case cases_own[];
extern const struct check_case cases_sites[];
extern const struct check_case cases_needs[];
extern const struct check_case cases_required[];

/* Edits after which the rule has nothing to say: what looks like a fault and is none. */
extern const struct check_case cases_silent[];

#endif
