/* ctl/plan_files.h: `spanway plan`: reads what somebody wants to connect and prints, or writes into
 * a folder, the objects that it takes. Needs no daemon, draws no random numbers. */
#ifndef CTL_PLAN_FILES_H
#define CTL_PLAN_FILES_H

#include <stdio.h>

#include "base/base.h"

struct plan_request {
    const char *file;
    const char
        *format; /* "topology", "checklist", "commands"; NULL: topology, or all into folder */
    const char *folder; /* files are made there, none is overwritten; NULL: standard output */
};

/* The exit status: 0; 1 it cannot be planned, and `err` says why, or a file cannot be written; 2
 * wrong words, or a file that cannot be read. */
int plan_files(const struct plan_request *r, FILE *out, FILE *err);

#endif
