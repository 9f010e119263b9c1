/* expect/print.h: the results of an evaluation for people and for machines. What they quote comes
 * from files and from daemons: each form escapes it. One thread. */
#ifndef EXPECT_PRINT_H
#define EXPECT_PRINT_H

#include "expect/evaluate.h"
#include "lang/json.h"

struct expect_printer {
    lang_json_sink sink;
    void *context;
    bool verbose; /* text: also what holds, and what was left */
    bool failed;  /* the sink took no more */
};

/* One row as a line: "s1.yaml:271: fails: client -> vm-spoke10 …". What holds or was left only if
 * the printer is verbose. */
void expect_print_row(struct expect_printer *p, const struct expect_row *row);

/* All rows, and how many hold, fail and were left, after the name of what was evaluated. */
void expect_print_text(struct expect_printer *p, const char *name,
                       const struct expect_results *results);

/* An object with the counts and the rows, as the value that the writer expects next. */
void expect_print_json(struct lang_json *j, const struct expect_results *results);

/* A whole JUnit file: one suite, one case a row. */
void expect_print_junit(struct expect_printer *p, const char *name,
                        const struct expect_results *results);

#endif
