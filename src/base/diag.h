/* base/diag.h: what is wrong with an input, where, what was expected, what to do.
 * A diag is a value; a diag_list collects them up to a limit and counts the rest. */
#ifndef BASE_DIAG_H
#define BASE_DIAG_H

#include "base/base.h"
#include "base/text.h"

enum diag_severity { DIAG_NOTE, DIAG_WARNING, DIAG_ERROR };

struct diag {
    enum diag_severity severity;
    char id[24];           /* stable: "CFG-UNKNOWN", "BGP-7606-7.4" */
    char file[128];        /* file, or "peer 10.0.0.1" */
    uint32_t line, column; /* 1-based; 0: not applicable. For messages: column is the offset */
    char what[256];        /* what is wrong, naming the offending word or bytes */
    char expected[192];    /* what would have been right; may be empty */
    char remedy[192];      /* what to do; may be empty */
};

enum { DIAG_LIST_MAX = 1000 };
struct diag_list {
    struct diag *items; /* heap, grown on demand */
    uint32_t count, cap;
    uint32_t errors, warnings, dropped; /* dropped: beyond DIAG_LIST_MAX, still counted above */
};

/* Adds one; never fails (beyond the limit, or without memory, it is counted as dropped). */
void diag_add(struct diag_list *l, const struct diag *d);

/* Frees the findings and zeroes the list, which can be used again. */
void diag_list_done(struct diag_list *l);

/* Copies s into the array field, cut to fit: DIAG_SET(d.what, "..."). */
void diag_set(char *field, size_t cap, const char *s);
#define DIAG_SET(field, s) diag_set((field), sizeof(field), (s))

/* "file:line:column: error: what; expected …; remedy [id]", one line. */
void text_diag(struct text *t, const struct diag *d);

#endif
