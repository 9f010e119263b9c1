/* cloud/soracom/tables.h: the types of SORACOM's virtual private gateways. Constant. */
#ifndef CLOUD_SORACOM_TABLES_H
#define CLOUD_SORACOM_TABLES_H

#include "cloud/fact.h"

/* A type of virtual private gateways. */
struct soracom_vpg_type {
    const char *name;
    uint32_t lines_min, lines_max; /* SIMs; both 0: not stated; lines_max 0: no end */
    bool has_routing_control;      /* two-way traffic, routing control, an AS number of its own */
    const char *note;
    enum cloud_grade grade;
    const char *source;
};
enum { SORACOM_VPG_TYPE_COUNT = 4 };
extern const struct soracom_vpg_type soracom_vpg_types[SORACOM_VPG_TYPE_COUNT];

enum { SORACOM_SHEET_COUNT = 1 };
/* The table above as text. */
extern const struct cloud_sheet soracom_sheets[SORACOM_SHEET_COUNT];

#endif
