#include "cases.h"

const struct check_case cases_own[] = {
    {
        .rule = "R200",
        .claim = "a suppression names a rule that does not exist",
        .base = "azure-site",
        .edits = { { .find = "requirements:\n",
                     .replace = "suppress:\n  - {rule: R998, reason: known}\nrequirements:\n" } },
    },
    { .rule = NULL },
};
