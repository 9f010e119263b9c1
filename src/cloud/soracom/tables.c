#include "cloud/soracom/tables.h"

#include "cloud/rows.h"
#include "cloud/sheet.h"

const struct soracom_vpg_type soracom_vpg_types[SORACOM_VPG_TYPE_COUNT] = {
    { "E", 1, 1000, false, "", DOC("SOR3, SOR4") },
    { "F", 1001, 100000, false, "a private connection is needed", DOC("SOR3, SOR4") },
    { "F2", 0, 0, true, "two-way traffic, routing control, an AS number of its own",
      DOC("SOR3, SOR4") },
    { "G", 100001, 0, false, "", DOC("SOR3, SOR4") },
};

static const char *const columns[] = { "type", "lines from", "lines to", "routing control",
                                       "note", "grade",      "source" };

static void cell(struct text *t, size_t row, size_t column)
{
    const struct soracom_vpg_type *v = &soracom_vpg_types[row];
    const struct sheet_cell cells[] = {
        CELL_TEXT(v->name),       CELL_KNOWN(v->lines_min),
        CELL_KNOWN(v->lines_max), CELL_YES(v->has_routing_control),
        CELL_TEXT(v->note),       CELL_TEXT(cloud_grade_name(v->grade)),
        CELL_TEXT(v->source),
    };
    sheet_cell(t, &cells[column]);
}

const struct cloud_sheet soracom_sheets[SORACOM_SHEET_COUNT] = {
    SHEET("soracom.vpg-types", "Types of virtual private gateways", columns, SORACOM_VPG_TYPE_COUNT,
          cell),
};
