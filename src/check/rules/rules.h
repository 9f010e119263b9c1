/* check/rules/rules.h: the tables of rules, one a file. */
#ifndef CHECK_RULES_H
#define CHECK_RULES_H

#include "check/rule.h"

extern const struct check_rule check_rules_peers[];         /* R004 to R176: two sides */
extern const struct check_rule check_rules_sites[];         /* R001 to R068: a gateway's sites */
extern const struct check_rule check_rules_ipsec[];         /* R044, R074 to R082 */
extern const struct check_rule check_rules_azure_bgp[];     /* R003 to R067: BGP */
extern const struct check_rule check_rules_azure_gateway[]; /* R008 to R084: gateways */
extern const struct check_rule check_rules_pitfalls[];      /* R014 to R038 */
extern const struct check_rule check_rules_nva[];           /* R021 to R046: appliances */
extern const struct check_rule check_rules_route_server[];  /* R019, R020, R085 to R091 */
extern const struct check_rule check_rules_route_paths[];   /* R092 to R098 */
extern const struct check_rule check_rules_express_route[]; /* R033, R034, R099 to R105 */
extern const struct check_rule check_rules_circuits[];      /* R106 to R109 */
extern const struct check_rule check_rules_vnet[];          /* R110 to R117 */
extern const struct check_rule check_rules_aws[];           /* R118 to R135 */
extern const struct check_rule check_rules_aws_routes[];    /* R120 to R134: routes, bandwidth */
extern const struct check_rule check_rules_change[];        /* R018, R041, R042, R135 */
extern const struct check_rule check_rules_gcp[];           /* R136 to R148 */
extern const struct check_rule check_rules_frr[];           /* R149 to R170 */
extern const struct check_rule check_rules_device[];        /* R152 to R173 */
extern const struct check_rule check_rules_ios[];           /* R163 to R166 */
extern const struct check_rule check_rules_needs[];         /* R010, R180, R181 */
extern const struct check_rule check_rules_whole[];         /* R174 to R183 */
extern const struct check_rule check_rules_required[];      /* R210, R211 */
extern const struct check_rule check_rules_transit[];       /* R204, R205 */
extern const struct check_rule check_rules_own[]; /* R200 and up: of the format and the checker */

#endif
