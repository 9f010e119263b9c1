#include "config/icmp.h"

#include "base/ip.h"
#include "config/lex.h"

/* A row is a type alone (code -1) or a type with its code. */
static const struct row {
    const char *name;
    uint8_t type;
    int16_t code;
} names_v4[] = {
    { "echo-reply", 0, -1 },
    { "unreachable", 3, -1 },
    { "net-unreachable", 3, 0 },
    { "host-unreachable", 3, 1 },
    { "protocol-unreachable", 3, 2 },
    { "port-unreachable", 3, 3 },
    { "packet-too-big", 3, 4 },
    { "source-route-failed", 3, 5 },
    { "network-unknown", 3, 6 },
    { "host-unknown", 3, 7 },
    { "host-isolated", 3, 8 },
    { "dod-net-prohibited", 3, 9 },
    { "dod-host-prohibited", 3, 10 },
    { "net-tos-unreachable", 3, 11 },
    { "host-tos-unreachable", 3, 12 },
    { "administratively-prohibited", 3, 13 },
    { "host-precedence-unreachable", 3, 14 },
    { "precedence-unreachable", 3, 15 },
    { "source-quench", 4, -1 },
    { "redirect", 5, -1 },
    { "net-redirect", 5, 0 },
    { "host-redirect", 5, 1 },
    { "net-tos-redirect", 5, 2 },
    { "host-tos-redirect", 5, 3 },
    { "alternate-address", 6, -1 },
    { "echo", 8, -1 },
    { "router-advertisement", 9, -1 },
    { "router-solicitation", 10, -1 },
    { "time-exceeded", 11, -1 },
    { "ttl-exceeded", 11, 0 },
    { "reassembly-timeout", 11, 1 },
    { "parameter-problem", 12, -1 },
    { "general-parameter-problem", 12, 0 },
    { "option-missing", 12, 1 },
    { "no-room-for-option", 12, 2 },
    { "timestamp-request", 13, -1 },
    { "timestamp-reply", 14, -1 },
    { "information-request", 15, -1 },
    { "information-reply", 16, -1 },
    { "mask-request", 17, -1 },
    { "mask-reply", 18, -1 },
    { "traceroute", 30, -1 },
    { "conversion-error", 31, -1 },
    { "mobile-redirect", 32, -1 },
};

static const struct row names_v6[] = {
    { "unreachable", 1, -1 },
    { "no-route", 1, 0 },
    { "no-admin", 1, 1 },
    { "beyond-scope", 1, 2 },
    { "destination-unreachable", 1, 3 },
    { "port-unreachable", 1, 4 },
    { "packet-too-big", 2, -1 },
    { "time-exceeded", 3, -1 },
    { "hop-limit", 3, 0 },
    { "reassembly-timeout", 3, 1 },
    { "parameter-problem", 4, -1 },
    { "header", 4, 0 },
    { "next-header", 4, 1 },
    { "parameter-option", 4, 2 },
    { "echo-request", 128, -1 },
    { "echo-reply", 129, -1 },
    { "mld-query", 130, -1 },
    { "mld-report", 131, -1 },
    { "mld-reduction", 132, -1 },
    { "router-solicitation", 133, -1 },
    { "router-advertisement", 134, -1 },
    { "nd-ns", 135, -1 },
    { "nd-na", 136, -1 },
    { "redirect", 137, -1 },
    { "router-renumbering", 138, -1 },
};

static const struct row *rows_of(uint8_t family, size_t *ret_n)
{
    assert(family == IP_V4 || family == IP_V6);
    *ret_n = family == IP_V6 ? ARRAY_LEN(names_v6) : ARRAY_LEN(names_v4);
    return family == IP_V6 ? names_v6 : names_v4;
}

bool config_icmp_parse(const char *name, uint8_t family, struct config_icmp *ret_icmp)
{
    size_t n;
    const struct row *rows = rows_of(family, &n);
    for (size_t i = 0; i < n; i++) {
        if (!lex_eq(name, rows[i].name))
            continue;
        *ret_icmp = (struct config_icmp){ .type = rows[i].type,
                                          .code = (uint8_t)MAX(rows[i].code, 0),
                                          .has_code = rows[i].code >= 0 };
        return true;
    }
    return false;
}

const char *config_icmp_name(const struct config_icmp *icmp, uint8_t family)
{
    size_t n;
    const struct row *rows = rows_of(family, &n);
    int code = icmp->has_code ? icmp->code : -1;
    for (size_t i = 0; i < n; i++)
        if (rows[i].type == icmp->type && rows[i].code == code)
            return rows[i].name;
    return NULL;
}
