#include "cloud/behaviour.h"

#include <string.h>

#include "cloud/aws/facts.h"
#include "cloud/azure/facts.h"
#include "cloud/gcp/facts.h"

#define ROW(table, index, kind, member)                                                            \
    .fact = &table##_facts[index], .how = (kind),                                                  \
    .offset = offsetof(struct net_behaviour, member),                                              \
    .size = sizeof(((struct net_behaviour *)NULL)->member)
#define AZ(index, kind, member) ROW(azure, index, kind, member)
#define AWS(index, kind, member) ROW(aws, index, kind, member)
#define GCP(index, kind, member) ROW(gcp, index, kind, member)

#define AZURE_VPN_ROWS                                                                             \
    { AZ(AZURE_VPN_BGP_DEFAULT_ANNOUNCED, CLOUD_ROW_NOT_SO, drops_default_out) },                  \
        { AZ(AZURE_VPN_BGP_VNET_PREFIX_FILTERED, CLOUD_ROW_SO, filters_own_prefixes) },            \
        { AZ(AZURE_VPN_BGP_ANNOUNCES, CLOUD_ROW_WORD, announces_spaces_only),                      \
          .word = "VNet address prefixes" },                                                       \
        { AZ(AZURE_VPN_APIPA_INITIATES, CLOUD_ROW_SO, opens_from_apipa) },                         \
        { AZ(AZURE_VPN_HA_ECMP, CLOUD_ROW_SO, equal_cost) },                                       \
        { AZ(AZURE_VPN_BGP_PREFIXES_MAX, CLOUD_ROW_NUMBER, prefixes_max) },                        \
        { AZ(AZURE_VPN_BGP_KEEPALIVE, CLOUD_ROW_NUMBER, keepalive_s) },                            \
    {                                                                                              \
        AZ(AZURE_VPN_BGP_HOLD, CLOUD_ROW_NUMBER, hold_s)                                           \
    }

static const struct cloud_behaviour_row azure_vpn[] = { AZURE_VPN_ROWS };

static const struct cloud_behaviour_row azure_vpn_standby[] = {
    AZURE_VPN_ROWS,
    { AZ(AZURE_VPN_HA_INSTANCES, CLOUD_ROW_SEVERAL, standby) },
    { AZ(AZURE_VPN_HA_FAILOVER_PLANNED, CLOUD_ROW_LAST_MS, failover_planned_ms) },
    { AZ(AZURE_VPN_HA_FAILOVER_UNPLANNED, CLOUD_ROW_LAST_MS, failover_unplanned_ms) },
};

static const struct cloud_behaviour_row azure_er[] = {
    { AZ(AZURE_ER_ANNOUNCES_SPACES, CLOUD_ROW_SO, announces_spaces_only) },
    { AZ(AZURE_ER_ECMP, CLOUD_ROW_SO, equal_cost) },
    { AZ(AZURE_ER_KEEPALIVE, CLOUD_ROW_NUMBER, keepalive_s) },
    { AZ(AZURE_ER_HOLD, CLOUD_ROW_NUMBER, hold_s) },
};

/* Several links are shared out by who is at their ends; of a gateway's two instances an edge was
 * seen to use one, whatever the connection (S8's traceroutes). */
#define AZURE_MSEE_ROWS                                                                            \
    { AZ(AZURE_ER_PRIVATE_AS_REMOVED, CLOUD_ROW_SO, removes_private_asn) },                        \
        { AZ(AZURE_ER_VNET_TO_VNET_PATH, CLOUD_ROW_DOUBLED, replaces_peer_asn) },                  \
        { AZ(AZURE_ER_KEEPALIVE, CLOUD_ROW_NUMBER, keepalive_s) },                                 \
    {                                                                                              \
        AZ(AZURE_ER_HOLD, CLOUD_ROW_NUMBER, hold_s)                                                \
    }

static const struct cloud_behaviour_row azure_msee[] = {
    AZURE_MSEE_ROWS,
    { AZ(AZURE_ER_PREFIXES_MAX, CLOUD_ROW_NUMBER, prefixes_max) },
};

static const struct cloud_behaviour_row azure_msee_premium[] = {
    AZURE_MSEE_ROWS,
    { AZ(AZURE_ER_PREFIXES_MAX_PREMIUM, CLOUD_ROW_NUMBER, prefixes_max) },
};

static const struct cloud_behaviour_row azure_route_server[] = {
    { AZ(AZURE_RS_ANNOUNCES, CLOUD_ROW_WORD, announces_spaces_only),
      .word = "VNet address spaces" },
    { AZ(AZURE_RS_ECMP, CLOUD_ROW_SO, equal_cost) },
    { AZ(AZURE_RS_ROUTES_PER_PEER_MAX, CLOUD_ROW_NUMBER, prefixes_max) },
    { AZ(AZURE_RS_KEEPALIVE, CLOUD_ROW_NUMBER, keepalive_s) },
    { AZ(AZURE_RS_HOLD, CLOUD_ROW_NUMBER, hold_s) },
};

#define AWS_ROWS                                                                                   \
    { AWS(AWS_BGP_KEEPALIVE, CLOUD_ROW_NUMBER, keepalive_s) },                                     \
    {                                                                                              \
        AWS(AWS_BGP_HOLD, CLOUD_ROW_NUMBER, hold_s)                                                \
    }

static const struct cloud_behaviour_row aws_vgw[] = {
    AWS_ROWS,
    /* It stands in the table as it is, "no": a topology can say otherwise. */
    { AWS(AWS_VGW_ECMP, CLOUD_ROW_SO, equal_cost) },
    { AWS(AWS_VGW_ROUTES_IN_MAX, CLOUD_ROW_NUMBER, prefixes_max) },
};

static const struct cloud_behaviour_row aws_tgw[] = {
    AWS_ROWS,
    { AWS(AWS_TGW_ECMP, CLOUD_ROW_SO, equal_cost) },
    { AWS(AWS_TGW_ROUTES_IN_MAX, CLOUD_ROW_NUMBER, prefixes_max) },
};

static const struct cloud_behaviour_row gcp_router[] = {
    { GCP(GCP_ROUTER_KEEPALIVE, CLOUD_ROW_UNLESS_SET, keepalive_s) },
    { GCP(GCP_ROUTER_HOLD_FACTOR, CLOUD_ROW_KEEPALIVES, hold_s) },
    { GCP(GCP_ROUTER_LEARNED_MAX, CLOUD_ROW_NUMBER, prefixes_max) },
    { GCP(GCP_ROUTER_ADVERTISES_LEARNED, CLOUD_ROW_NOT_SO, keeps_learned) },
};

#define KIND(rows)                                                                                 \
    {                                                                                              \
        (rows), ARRAY_LEN(rows)                                                                    \
    }
static const struct {
    const struct cloud_behaviour_row *rows;
    size_t n;
} kinds[CLOUD_GATEWAY_COUNT] = {
    [CLOUD_AZURE_VPN] = KIND(azure_vpn),
    [CLOUD_AZURE_VPN_STANDBY] = KIND(azure_vpn_standby),
    [CLOUD_AZURE_ER] = KIND(azure_er),
    [CLOUD_AZURE_MSEE] = KIND(azure_msee),
    [CLOUD_AZURE_MSEE_PREMIUM] = KIND(azure_msee_premium),
    [CLOUD_AZURE_ROUTE_SERVER] = KIND(azure_route_server),
    [CLOUD_AWS_VGW] = KIND(aws_vgw),
    [CLOUD_AWS_TGW] = KIND(aws_tgw),
    [CLOUD_GCP_ROUTER] = KIND(gcp_router),
};

const struct cloud_behaviour_row *cloud_behaviour_rows(enum cloud_gateway kind, size_t *ret_n)
{
    assert(kind < CLOUD_GATEWAY_COUNT);
    *ret_n = kinds[kind].n;
    return kinds[kind].rows;
}

static void put(struct net_behaviour *b, const struct cloud_behaviour_row *row, uint64_t value)
{
    char *at = (char *)b + row->offset;
    if (row->size == sizeof(bool)) {
        bool v = value != 0;
        memcpy(at, &v, sizeof(v));
    } else if (row->size == sizeof(uint16_t)) {
        uint16_t v = (uint16_t)MIN(value, UINT16_MAX);
        memcpy(at, &v, sizeof(v));
    } else {
        assert(row->size == sizeof(uint32_t));
        uint32_t v = (uint32_t)MIN(value, UINT32_MAX);
        memcpy(at, &v, sizeof(v));
    }
}

static bool is_set(const struct net_behaviour *b, const struct cloud_behaviour_row *row)
{
    static const char none[sizeof(uint32_t)];
    return memcmp((const char *)b + row->offset, none, row->size) != 0;
}

/* "65515 12076 12076": the other gateway's AS number has become the edge's. */
static bool is_doubled(const char *path)
{
    const char *last = strrchr(path, ' ');
    if (!last)
        return false;
    size_t len = strlen(last);
    return (size_t)(last - path) >= len && memcmp(last - len, last, len) == 0;
}

static uint64_t number(const struct cloud_limits *limits, const struct cloud_fact *f)
{
    int64_t v = cloud_number(limits, f);
    return v < 0 ? 0 : (uint64_t)v;
}

void cloud_behaviour_apply(const struct cloud_limits *limits, const struct cloud_behaviour_row *row,
                           struct net_behaviour *b)
{
    switch (row->how) {
    case CLOUD_ROW_SO:
        put(b, row, cloud_is_so(limits, row->fact));
        break;
    case CLOUD_ROW_NOT_SO:
        put(b, row, !cloud_is_so(limits, row->fact));
        break;
    case CLOUD_ROW_WORD:
        put(b, row, cloud_has_word(row->fact, row->word));
        break;
    case CLOUD_ROW_SEVERAL:
        put(b, row, number(limits, row->fact) > 1);
        break;
    case CLOUD_ROW_DOUBLED:
        put(b, row, is_doubled(cloud_text(limits, row->fact)));
        break;
    case CLOUD_ROW_NUMBER:
        put(b, row, number(limits, row->fact));
        break;
    case CLOUD_ROW_UNLESS_SET:
        if (!is_set(b, row))
            put(b, row, number(limits, row->fact));
        break;
    case CLOUD_ROW_LAST_MS:
        put(b, row, (uint64_t)MAX(cloud_range(limits, row->fact).last, 0) * 1000);
        break;
    case CLOUD_ROW_KEEPALIVES:
        put(b, row, number(limits, row->fact) * b->keepalive_s);
        break;
    }
}

void cloud_behave(const struct cloud_limits *limits, enum cloud_gateway kind,
                  struct net_behaviour *b)
{
    size_t n;
    const struct cloud_behaviour_row *rows = cloud_behaviour_rows(kind, &n);
    for (size_t i = 0; i < n; i++)
        cloud_behaviour_apply(limits, &rows[i], b);
}
