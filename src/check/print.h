/* check/print.h: what a check found, for people and for machines. A format is a row: begin, one
 * report for each topology, end. Output goes to a sink in pieces; nothing is built as a whole.
 * What comes from files is untrusted: each format escapes it; a line that holds a secret is never
 * shown, nor are values of secret fields. One thread. */
#ifndef CHECK_PRINT_H
#define CHECK_PRINT_H

#include "check/design.h"
#include "check/expect.h"
#include "lang/json.h"

enum {
    /* Who has more to mend reads the first ones first. */
    CHECK_EXCERPTS_MAX = 500,
    CHECK_FILE_NAME_MAX = 512,
};

/* One topology: what was read and what was found. */
struct check_report {
    const char *file; /* as typed */
    const struct check_design *design;
    const struct diag_list *diags;     /* of the reader: what keeps it from being checked */
    const struct check *check;         /* NULL: it could not be checked */
    const struct check_expect *expect; /* NULL: not asked for */
};

struct check_printer {
    lang_json_sink sink;
    void *context;
    const struct check_format *format;
    const char *version; /* of the program */
    bool color;          /* text for a terminal */
    bool quiet;          /* text: a line for each error and warning, nothing else */
    bool verbose;        /* also what was suppressed, and expectations left to the simulator */
    bool strict;         /* warnings count as failures */
    bool several;        /* there can be more than one report: JSON is an array */
    uint32_t excerpts;   /* so far */
    bool failed;         /* the sink took no more */
    struct lang_json json;
};

struct check_format {
    const char *name; /* "text" */
    const char *help;
    void (*begin)(struct check_printer *p); /* NULL: nothing to do */
    void (*report)(struct check_printer *p, const struct check_report *r);
    void (*end)(struct check_printer *p); /* NULL: nothing to do */
};

/* All formats; the last row has no name. */
extern const struct check_format check_formats[];

/* The format of that name, or NULL. */
const struct check_format *check_format_find(const char *name);

/* Whether the topology is to be called good: it could be read, has no error, and no warning if the
 * printer is strict; what was expected held. */
bool check_report_is_good(const struct check_report *r, bool strict);

/* Prints the rule: what has to hold, what goes wrong, what to do, from where it is known. */
void check_print_rule(struct check_printer *p, const struct check_rule *rule);

/* Prints one line a rule: number, severity, what has to hold. */
void check_print_rules(struct check_printer *p);

/* --- shared by the formats */

/* Where a finding stands; lines and columns from 1, 0: none. */
struct check_place {
    char file[CHECK_FILE_NAME_MAX]; /* as the user would type it; "": nowhere */
    uint32_t line, column, end_line, end_column;
};

/* The place of a finding, or of what the reader found. */
struct check_place check_place_of(const struct check_report *r, const struct check_finding *f);
struct check_place check_place_of_diag(const struct diag *d);

/* Appends the source line of the place with carets below. False, and nothing is appended: there is
 * none, or it holds a secret. */
bool check_excerpt(const struct check_report *r, const struct check_finding *f, struct text *out);
bool check_excerpt_diag(const struct topo *t, const struct diag *d, struct text *out);

/* "follows from R182 at site.yaml:12"; the finding must follow from one. */
void check_follows_text(const struct check_report *r, const struct check_finding *f,
                        struct text *out);

/* "error", "warning", "info". */
const char *check_severity_name(enum diag_severity severity);

/* Hands text to the sink; as it is, or with what a terminal might obey written as \xNN. */
void check_put(struct check_printer *p, const char *s);
void check_put_safe(struct check_printer *p, const char *s);

/* A number in decimal. */
void check_put_u64(struct check_printer *p, uint64_t v);

/* "3 errors", "1 error". */
void check_put_count(struct check_printer *p, uint64_t n, const char *what);

/* The rows of the table, in print_*.c. */
void check_text_report(struct check_printer *p, const struct check_report *r);
void check_json_begin(struct check_printer *p);
void check_json_report(struct check_printer *p, const struct check_report *r);
void check_json_end(struct check_printer *p);
void check_sarif_begin(struct check_printer *p);
void check_sarif_report(struct check_printer *p, const struct check_report *r);
void check_sarif_end(struct check_printer *p);
void check_junit_begin(struct check_printer *p);
void check_junit_report(struct check_printer *p, const struct check_report *r);
void check_junit_end(struct check_printer *p);

#endif
