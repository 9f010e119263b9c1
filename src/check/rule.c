#include "check/rule.h"

#include <stdlib.h>
#include <string.h>

#include "check/rules/rules.h"
#include "cloud/fact.h"

const struct check_rule *const check_rule_tables[] = {
    check_rules_peers,
    check_rules_sites,
    check_rules_needs,
    check_rules_ipsec,
    check_rules_azure_bgp,
    check_rules_azure_gateway,
    check_rules_pitfalls,
    check_rules_nva,
    check_rules_route_server,
    check_rules_route_paths,
    check_rules_express_route,
    check_rules_circuits,
    check_rules_vnet,
    check_rules_aws,
    check_rules_aws_routes,
    check_rules_gcp,
    check_rules_change,
    check_rules_frr,
    check_rules_device,
    check_rules_ios,
    check_rules_whole,
    check_rules_transit,
    check_rules_required,
    check_rules_own,
    NULL,
};

uint32_t check_rule_id_number(const struct check_rule *rule)
{
    assert(rule->id[0] == 'R');
    return (uint32_t)strtoul(rule->id + 1, NULL, 10);
}

const struct check_rule *check_rule_number(uint32_t number)
{
    for (size_t t = 0; check_rule_tables[t]; t++)
        for (const struct check_rule *r = check_rule_tables[t]; r->id; r++)
            if (check_rule_id_number(r) == number)
                return r;
    return NULL;
}

const struct check_rule *check_rule_find(const char *id)
{
    if (*id == 'R' || *id == 'r')
        id++;
    if (*id < '0' || *id > '9' || strlen(id) > 3)
        return NULL;
    char *end;
    unsigned long number = strtoul(id, &end, 10);
    return *end == '\0' ? check_rule_number((uint32_t)number) : NULL;
}

enum diag_severity check_rule_severity(const struct check_rule *rule)
{
    for (size_t i = 0; i < CHECK_RULE_FACTS_MAX && rule->facts[i]; i++) {
        enum cloud_grade grade = rule->facts[i]->grade;
        if (grade == CLOUD_UNVERIFIED || grade == CLOUD_DISPUTED)
            return MIN(rule->severity, DIAG_WARNING);
    }
    return rule->severity;
}
