#include "cases.h"

const struct check_case cases_own[] = {
    {
        .rule = "R200",
        .claim = "a suppression names a rule that does not exist",
        .base = "azure-site",
        .edits = { { .find = "requirements:\n",
                     .replace = "suppress:\n  - {rule: R998, reason: known}\nrequirements:\n" } },
    },
    {
        .rule = "R212",
        .claim = "a suppression of what is not found",
        .base = "azure-site",
        .edits = { { .find = "requirements:\n",
                     .replace = "suppress:\n  - {rule: R046, reason: known}\nrequirements:\n" } },
    },
    {
        .rule = "R212",
        .claim = "a suppression of what is found about another object",
        .base = "er-vpn",
        .edits = { { .find = "  - {rule: R046, reason",
                     .replace = "  - {rule: R046, object: azure.virtual_networks.vnet-hub, "
                                "reason" } },
        .also = "R046",
    },
    {
        .rule = "R206",
        .claim = "a line that is no command",
        .base = "azure-site",
        .edits = { { .file = "azure-site/edge.cfg",
                     .find = "hostname edge\n",
                     .replace = "hostname edge\nhostnam edge2\n" } },
        .object = "edge",
    },
    {
        .rule = "R207",
        .claim = "an interface that the router does not have",
        .base = "azure-site",
        .edits = { { .find = "GigabitEthernet1: {address: 203.0.113.1/30",
                     .replace = "GigabitEthernet0/5: {address: 203.0.113.1/30" } },
        .object = "GigabitEthernet0/5",
    },
    { .rule = NULL },
};
