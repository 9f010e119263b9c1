/* Rules of the checker itself: of the format, not of a provider. */
#include "check/check.h"
#include "check/rules.h"
#include "lang/near.h"

static void suppressions_name_rules(struct check *c, const struct check_rule *rule)
{
    for (uint32_t i = 0; i < c->topo->suppress.count; i++) {
        const struct topo_suppression *s = &c->topo->suppress.items[i];
        if (!check_rule_find(s->rule))
            check_report(c, rule, &s->o, "rule", "there is no rule %s", s->rule);
    }
}

const struct check_rule check_rules_own[] = {
    {
        .id = "R200",
        .scope = "any",
        .severity = DIAG_WARNING,
        .title = "a suppression names a rule that exists",
        .symptom = "the finding that it should silence is still there",
        .remedy = "name the rule as the finding does; spanway check --list-rules lists them all",
        .source = "design",
        .run = suppressions_name_rules,
    },
    { .id = NULL },
};
