/* ctl/offline.h: what `spanway` does without a daemon: checking and converting configuration files.
 * */
#ifndef CTL_OFFLINE_H
#define CTL_OFFLINE_H

#include <stdio.h>

#include "config/parse.h"

enum { OFFLINE_FILES_MAX = 32 };

struct offline_request {
    const char *const *files;
    size_t file_count;
    struct config_options options;
    bool json;       /* check: findings as JSON */
    bool list_inert; /* check: also the lines without meaning here */
    enum dialect to; /* convert */
};

/* Exit statuses: 0 fine, 1 findings (errors), 2 a file cannot be read. Findings of check go to
 * `out`, those of convert, and unreadable files, to `err`. */
int offline_check(const struct offline_request *r, FILE *out, FILE *err);
int offline_convert(const struct offline_request *r, FILE *out, FILE *err);

#endif
