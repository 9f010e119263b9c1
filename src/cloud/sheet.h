/* cloud/sheet.h: short forms for the tables that are shown as text, for cloud/PROVIDER/ alone: a
 * row fills its cells, one of which is printed. */
#ifndef CLOUD_SHEET_H
#define CLOUD_SHEET_H

#include "cloud/fact.h"

struct sheet_cell {
    const char *text; /* NULL: the number */
    int64_t number;
};

#define CELL_TEXT(s)                                                                               \
    {                                                                                              \
        .text = (s)                                                                                \
    }
#define CELL_NUMBER(v)                                                                             \
    {                                                                                              \
        .number = (v)                                                                              \
    }
#define CELL_YES(b) CELL_TEXT((b) ? "yes" : "no")
/* A number of which 0 says that it is not published. */
#define CELL_KNOWN(v)                                                                              \
    {                                                                                              \
        .text = (v) ? NULL : "-", .number = (v)                                                    \
    }

#define SHEET(sheet_id, what, headings, rows, print)                                               \
    {                                                                                              \
        .id = (sheet_id), .title = (what), .columns = (headings),                                  \
        .column_count = ARRAY_LEN(headings), .row_count = (rows), .cell = (print)                  \
    }

/* Appends what a cell holds. */
static inline void sheet_cell(struct text *t, const struct sheet_cell *c)
{
    if (c->text)
        text_str(t, c->text);
    else
        text_i64(t, c->number);
}

#endif
