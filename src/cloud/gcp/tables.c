#include "cloud/gcp/tables.h"

#include "cloud/rows.h"
#include "cloud/sheet.h"
#include "topo/gcp.h"

const struct gcp_redundancy_type gcp_redundancies[GCP_REDUNDANCY_COUNT] = {
    [GCP_SINGLE_IP_INTERNALLY_REDUNDANT] = { "SINGLE_IP_INTERNALLY_REDUNDANT", 1,
                                             "one address that a redundant device has",
                                             DOC("GCEXT") },
    [GCP_TWO_IPS_REDUNDANCY] = { "TWO_IPS_REDUNDANCY", 2,
                                 "two devices, or two instances of a gateway", DOC("GCEXT") },
    [GCP_FOUR_IPS_REDUNDANCY] = { "FOUR_IPS_REDUNDANCY", 4,
                                  "AWS: 0 and 1 of the connection of HA interface 0, 2 and 3 of "
                                  "that of interface 1",
                                  DOC("GCEXT, GCAWS") },
};

static const char *const columns[] = { "type", "interfaces", "note", "grade", "source" };

static void cell(struct text *t, size_t row, size_t column)
{
    const struct gcp_redundancy_type *r = &gcp_redundancies[row];
    const struct sheet_cell cells[] = {
        CELL_TEXT(r->name),   CELL_NUMBER(r->interfaces),
        CELL_TEXT(r->note),   CELL_TEXT(cloud_grade_name(r->grade)),
        CELL_TEXT(r->source),
    };
    sheet_cell(t, &cells[column]);
}

const struct cloud_sheet gcp_sheets[GCP_SHEET_COUNT] = {
    SHEET("gcp.redundancies", "Redundancy types of external VPN gateways", columns,
          GCP_REDUNDANCY_COUNT, cell),
};
