/* ctl/check_files.h: `spanway check`: reads topologies with all that they refer to, and prints what
 * the rules find. Needs no daemon. */
#ifndef CTL_CHECK_FILES_H
#define CTL_CHECK_FILES_H

#include <stdio.h>

#include "base/base.h"

enum { CHECK_FILES_MAX = 1000 };

struct check_request {
    const char *const *files;
    size_t file_count;
    const char *since;   /* topology that runs today, of which the file is the next; NULL: none */
    const char *format;  /* NULL: "text" */
    const char *explain; /* print this rule and nothing else */
    const char *version; /* of the program, for SARIF */
    bool list_rules;
    bool expect;          /* the exit status says whether `expect:` holds */
    bool strict;          /* warnings are errors */
    bool quiet;           /* a line for each error and warning */
    bool verbose;         /* also what is suppressed or left to the simulator */
    bool outside_allowed; /* files beyond the topology's folder */
    bool color;
};

/* Checks each file by itself; what is found goes to `out`. The worst exit status of all: 0 fine, 1
 * errors (with `strict` warnings, with `expect` what was expected and is not so), 2 wrong words (of
 * which `err` is told), or a file that cannot be read. */
int check_files(const struct check_request *r, FILE *out, FILE *err);

#endif
