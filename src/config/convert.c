/* What a configuration says that the other dialect cannot say. */
#include "config/parse.h"

#include <string.h>

void config_convert_findings(const struct config *c, enum dialect to, struct diag_list *findings)
{
    (void)c; (void)to; (void)findings;
}
