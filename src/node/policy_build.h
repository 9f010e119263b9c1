/* node/policy_build.h: a configuration's lists and route-maps as a policy_world, and each
 * neighbour's filters as a policy. The dialect decides what an undefined list says (FRR denies, IOS
 * permits) and how access lists and braces in expressions are read. The world copies what it needs:
 * the configuration may go first. */
#ifndef NODE_POLICY_BUILD_H
#define NODE_POLICY_BUILD_H

#include "base/diag.h"
#include "config/model.h"
#include "policy/policy.h"

/* Everything of the configuration that policies are made of, sealed; owned by the caller
 * (policy_world_free). An entry whose expression is refused is left out: policy_build_check() names
 * it. hash_key: not known to peers. NULL without memory. */
must_use struct policy_world *policy_world_build(const struct config *c, uint64_t hash_key);

/* Whether every list means something: an error in *diags for each expression that is refused.
 * (Names that nobody defined are config/check.c's.) */
must_use bool policy_build_check(const struct config *c, struct diag_list *diags);

/* The filters of a neighbour (settings of its peer group filled in) for one family, CONFIG_AF_*,
 * and direction; NULL: none. Without memory: a policy that denies all. Lives as long as the world.
 */
const struct policy *node_policy_of(struct policy_world *w, const struct config *c,
                                    const struct config_neighbor_af *af, unsigned family,
                                    enum config_direction direction);

/* A route-map by itself, for network, redistribute and default-originate; NULL name: NULL. */
const struct policy *policy_for_map(struct policy_world *w, const char *name);

#endif
