/* cloud/soracom/facts.h: what SORACOM's Door and virtual private gateways do: the rows and their
 * numbers. The types of gateways are in cloud/soracom/tables.h. */
#ifndef CLOUD_SORACOM_FACTS_H
#define CLOUD_SORACOM_FACTS_H

#include "cloud/fact.h"

enum soracom_fact {
    /* Door */
    SORACOM_DOOR_WHAT,
    SORACOM_DOOR_LOOKS_LIKE_AWS,
    SORACOM_DOOR_P1_VPNS,
    SORACOM_DOOR_P1_TUNNELS,
    SORACOM_DOOR_P2_VPNS,
    SORACOM_DOOR_P2_TUNNELS,
    SORACOM_DOOR_ONE_VPN_ROUTING,
    SORACOM_DOOR_AZURE_MODE,
    SORACOM_DOOR_APPLICATION,
    SORACOM_DOOR_INSIDE_PUBLISHED,
    /* Virtual private gateway */
    SORACOM_VPG_TYPE_FIXED,
    SORACOM_VPG_ZONES,
    SORACOM_VPG_SERVICES,
    SORACOM_VPG_OUTBOUND_FILTER,
    SORACOM_FACT_COUNT
};

/* The rows, by enum soracom_fact. */
extern const struct cloud_fact soracom_facts[SORACOM_FACT_COUNT];

#endif
