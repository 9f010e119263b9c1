/* The chapters of the command table, and the modes. */
#include "config/table.h"

static const struct cmd_mode_info mode_info[MODE_COUNT] = {
    [MODE_GLOBAL] = { "global configuration", MODE_GLOBAL },
    [MODE_INTERFACE] = { "interface", MODE_GLOBAL },
    [MODE_BGP] = { "router bgp", MODE_GLOBAL },
    [MODE_BGP_AF] = { "address-family", MODE_BGP },
    [MODE_ROUTE_MAP] = { "route-map", MODE_GLOBAL },
    [MODE_ACCESS_LIST] = { "ip access-list", MODE_GLOBAL },
    [MODE_IKEV2_PROPOSAL] = { "crypto ikev2 proposal", MODE_GLOBAL },
    [MODE_IKEV2_POLICY] = { "crypto ikev2 policy", MODE_GLOBAL },
    [MODE_IKEV2_KEYRING] = { "crypto ikev2 keyring", MODE_GLOBAL },
    [MODE_IKEV2_PEER] = { "peer of crypto ikev2 keyring", MODE_IKEV2_KEYRING },
    [MODE_IKEV2_PROFILE] = { "crypto ikev2 profile", MODE_GLOBAL },
    [MODE_TRANSFORM_SET] = { "crypto ipsec transform-set", MODE_GLOBAL },
    [MODE_IPSEC_PROFILE] = { "crypto ipsec profile", MODE_GLOBAL },
    [MODE_TRUSTPOINT] = { "crypto pki trustpoint", MODE_GLOBAL },
    [MODE_ISAKMP_POLICY] = { "crypto isakmp policy", MODE_GLOBAL },
    [MODE_KEYRING] = { "crypto keyring", MODE_GLOBAL },
    [MODE_ISAKMP_PROFILE] = { "crypto isakmp profile", MODE_GLOBAL },
    [MODE_CRYPTO_MAP] = { "crypto map", MODE_GLOBAL },
    [MODE_TRACK] = { "ip sla and track", MODE_GLOBAL },
    [MODE_LINE] = { "line", MODE_GLOBAL },
    [MODE_INERT] = { "a block without meaning here", MODE_GLOBAL },
    [MODE_LOST] = { "a block that was refused", MODE_GLOBAL },
};

const struct cmd_mode_info *cmd_mode_info(enum cmd_mode mode)
{
    assert(mode < MODE_COUNT);
    return &mode_info[mode];
}

static struct cmd_rows const *const chapters[] = {
    &cmd_rows_system,    &cmd_rows_interface, &cmd_rows_static,   &cmd_rows_lists,
    &cmd_rows_route_map, &cmd_rows_bgp,       &cmd_rows_neighbor, &cmd_rows_neighbor_af,
    &cmd_rows_nat,       &cmd_rows_crypto,    &cmd_rows_ipsec,    &cmd_rows_isakmp,
    &cmd_rows_inert,     &cmd_rows_refused,
};

const struct cmd_rows *const *cmd_table(size_t *ret_chapters)
{
    *ret_chapters = ARRAY_LEN(chapters);
    return chapters;
}
