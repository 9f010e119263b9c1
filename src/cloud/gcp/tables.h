/* cloud/gcp/tables.h: Google Cloud's tables with more columns than a fact has: the kinds of
 * external VPN gateways. Constant. */
#ifndef CLOUD_GCP_TABLES_H
#define CLOUD_GCP_TABLES_H

#include "cloud/fact.h"

/* A redundancy type of external VPN gateways. */
struct gcp_redundancy {
    const char *name;
    uint8_t interfaces; /* numbered from 0 */
    const char *note;
    enum cloud_grade grade;
    const char *source;
};
enum { GCP_REDUNDANCY_COUNT = 3 };
extern const struct gcp_redundancy gcp_redundancies[GCP_REDUNDANCY_COUNT];

/* The type by its name, or by the number of the peer's addresses; NULL: none. */
const struct gcp_redundancy *gcp_redundancy_find(const char *name);
const struct gcp_redundancy *gcp_redundancy_for(unsigned addresses);

enum { GCP_SHEET_COUNT = 1 };
/* The table above as text. */
extern const struct cloud_sheet gcp_sheets[GCP_SHEET_COUNT];

#endif
