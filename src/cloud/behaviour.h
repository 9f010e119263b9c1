/* cloud/behaviour.h: what the gateways of providers do, as rows: which fact sets which member of
 * struct net_behaviour. A row that is taken out leaves its member as it was. Rows are constant;
 * what they say follows the limits of the topology. Pure. */
#ifndef CLOUD_BEHAVIOUR_H
#define CLOUD_BEHAVIOUR_H

#include "cloud/fact.h"
#include "cloud/limits.h"
#include "net/network.h"

enum cloud_gateway {
    CLOUD_AZURE_VPN,
    CLOUD_AZURE_VPN_STANDBY, /* one address, a second instance behind it */
    CLOUD_AZURE_ER,
    CLOUD_AZURE_MSEE,
    CLOUD_AZURE_MSEE_PREMIUM,
    CLOUD_AZURE_ROUTE_SERVER,
    CLOUD_AWS_VGW,
    CLOUD_AWS_TGW,
    CLOUD_GCP_ROUTER,
    CLOUD_GATEWAY_COUNT
};

enum cloud_row_how {
    CLOUD_ROW_SO,      /* yes: what the row says is so */
    CLOUD_ROW_NOT_SO,  /* yes: it is not so */
    CLOUD_ROW_WORD,    /* yes: the word stands in the row */
    CLOUD_ROW_SEVERAL, /* yes: the number is above 1 */
    CLOUD_ROW_DOUBLED, /* yes: the text, a path, ends in the same AS number twice */
    CLOUD_ROW_NUMBER,
    CLOUD_ROW_UNLESS_SET, /* the number, where the resource does not say */
    CLOUD_ROW_LAST_MS,    /* the end of a range of seconds, in milliseconds */
    CLOUD_ROW_KEEPALIVES, /* the number times the keepalive interval */
};

struct cloud_behaviour_row {
    const struct cloud_fact *fact;
    enum cloud_row_how how;
    uint16_t offset, size; /* of the member of struct net_behaviour */
    const char *word;
};

/* The rows of a kind of gateway, in the order in which they apply. */
const struct cloud_behaviour_row *cloud_behaviour_rows(enum cloud_gateway kind, size_t *ret_n);

/* Lets one row set its member. */
void cloud_behaviour_apply(const struct cloud_limits *limits, const struct cloud_behaviour_row *row,
                           struct net_behaviour *b);

/* Lets all rows of the kind. */
void cloud_behave(const struct cloud_limits *limits, enum cloud_gateway kind,
                  struct net_behaviour *b);

#endif
