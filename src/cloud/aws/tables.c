#include "cloud/aws/tables.h"

#include "cloud/rows.h"
#include "cloud/sheet.h"

const struct aws_mtu aws_mtus[AWS_MTU_COUNT] = {
    { "AES-GCM", true, 0, 1446, 1406, 1438, 1398, DOC("S2SVPN") },
    { "AES-CBC, SHA1", false, 2, 1438, 1398, 1422, 1382, DOC("S2SVPN") },
    { "AES-CBC, SHA2-256", false, 12, 1438, 1398, 1422, 1382, DOC("S2SVPN") },
    { "AES-CBC, SHA2-384", false, 13, 1422, 1382, 1422, 1382, DOC("S2SVPN") },
    { "AES-CBC, SHA2-512", false, 14, 1422, 1382, 1406, 1366, DOC("S2SVPN") },
};

const struct aws_mtu *aws_mtu_find(bool is_aead, uint16_t integrity)
{
    for (size_t i = 0; i < AWS_MTU_COUNT; i++) {
        if (is_aead ? aws_mtus[i].is_aead
                    : !aws_mtus[i].is_aead && aws_mtus[i].integrity == integrity)
            return &aws_mtus[i];
    }
    return NULL;
}

const struct aws_old_vgw aws_old_vgws[AWS_OLD_VGW_COUNT] = {
    { "ap-northeast-1", 10124, DOC("S2SVPN") },
    { "ap-southeast-1", 17493, DOC("S2SVPN") },
    { "eu-west-1", 9059, DOC("S2SVPN") },
    { NULL, 7224, DOC("S2SVPN") },
};

const struct cloud_as_range aws_as_refused[AWS_AS_REFUSED_COUNT] = {
    { 0, 0, "reserved by IANA", DOC("RFC") },
    { 2147483648, 4294967295, "beyond what a customer gateway takes", DOC("S2SVPN") },
};

const struct cloud_as_range *aws_as_refusal(uint32_t as)
{
    for (size_t i = 0; i < AWS_AS_REFUSED_COUNT; i++) {
        if (as >= aws_as_refused[i].first && as <= aws_as_refused[i].last)
            return &aws_as_refused[i];
    }
    return NULL;
}

/* ---- as text --------------------------------------------------------------------------------- */

static const char *const mtu_columns[] = { "algorithms",     "MTU",   "MSS",   "MTU with NAT-T",
                                           "MSS with NAT-T", "grade", "source" };

static void mtu_cell(struct text *t, size_t row, size_t column)
{
    const struct aws_mtu *m = &aws_mtus[row];
    const struct sheet_cell cells[] = {
        CELL_TEXT(m->name),
        CELL_NUMBER(m->mtu_bytes),
        CELL_NUMBER(m->mss_bytes),
        CELL_NUMBER(m->nat_mtu_bytes),
        CELL_NUMBER(m->nat_mss_bytes),
        CELL_TEXT(cloud_grade_name(m->grade)),
        CELL_TEXT(m->source),
    };
    sheet_cell(t, &cells[column]);
}

static const char *const vgw_columns[] = { "region", "AS", "grade", "source" };

static void vgw_cell(struct text *t, size_t row, size_t column)
{
    const struct aws_old_vgw *v = &aws_old_vgws[row];
    const struct sheet_cell cells[] = {
        CELL_TEXT(v->region ? v->region : "all others"),
        CELL_NUMBER(v->as),
        CELL_TEXT(cloud_grade_name(v->grade)),
        CELL_TEXT(v->source),
    };
    sheet_cell(t, &cells[column]);
}

static const char *const as_columns[] = { "first", "last", "why", "grade", "source" };

static void as_cell(struct text *t, size_t row, size_t column)
{
    const struct cloud_as_range *r = &aws_as_refused[row];
    const struct sheet_cell cells[] = {
        CELL_NUMBER(r->first), CELL_NUMBER(r->last),
        CELL_TEXT(r->why),     CELL_TEXT(cloud_grade_name(r->grade)),
        CELL_TEXT(r->source),
    };
    sheet_cell(t, &cells[column]);
}

const struct cloud_sheet aws_sheets[AWS_SHEET_COUNT] = {
    SHEET("aws.mtus", "MTU and TCP MSS of a tunnel", mtu_columns, AWS_MTU_COUNT, mtu_cell),
    SHEET("aws.old-vgws", "AS numbers of virtual private gateways made before 2018-06-30",
          vgw_columns, AWS_OLD_VGW_COUNT, vgw_cell),
    SHEET("aws.as-refused", "AS numbers that a customer gateway refuses", as_columns,
          AWS_AS_REFUSED_COUNT, as_cell),
};
