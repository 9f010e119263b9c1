/* What a node asks of a configuration beyond its text. Lines that are known and not done here are
 * rows of the command table (ROW_REFUSED): the parser names them at their own place, and the
 * reference page lists them so. */

#include "node/internal.h"

bool node_config_check(const struct config *config, struct diag_list *diags)
{
    return policy_build_check(config, diags);
}
