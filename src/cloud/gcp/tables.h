/* cloud/gcp/tables.h: Google Cloud's tables with more columns than a fact has: the kinds of
 * external VPN gateways. Constant. */
#ifndef CLOUD_GCP_TABLES_H
#define CLOUD_GCP_TABLES_H

#include "cloud/fact.h"

/* A redundancy type of external VPN gateways; the table is indexed by topo/gcp.h's enumeration. */
struct gcp_redundancy_type {
    const char *name;
    uint8_t interfaces; /* numbered from 0 */
    const char *note;
    enum cloud_grade grade;
    const char *source;
};
enum { GCP_REDUNDANCY_COUNT = 3 };
extern const struct gcp_redundancy_type gcp_redundancies[GCP_REDUNDANCY_COUNT];

enum { GCP_SHEET_COUNT = 1 };
/* The table above as text. */
extern const struct cloud_sheet gcp_sheets[GCP_SHEET_COUNT];

#endif
