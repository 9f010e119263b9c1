/* ctl/offline.h: what `spanway` does without a daemon: checking and converting configuration files.
 * */
#ifndef CTL_OFFLINE_H
#define CTL_OFFLINE_H

#include <stdio.h>

#include "config/parse.h"

enum { OFFLINE_FILES_MAX = 32 };

/* What the caller checks of a configuration beyond its text; findings join those of the parser.
 * False: there were errors. */
typedef bool offline_checker(const struct config *config, struct diag_list *diags);

struct offline_request {
    const char *const *files;
    size_t file_count;
    struct config_options options;
    offline_checker *check; /* what a router asks before it takes a configuration; NULL: nothing */
    bool json;       /* check: findings as JSON */
    bool list_inert; /* check: also the lines without meaning here */
    bool together;   /* check: the files are one configuration, as for `spanwayd -f A -f B` */
    enum dialect to; /* convert */
    bool redact;     /* convert: no keys and passwords in what is printed */
    bool to_ikev2;   /* convert: IKEv1 to IKEv2, in the dialect of the files unless `to` says */
};

/* Checks files, each as a configuration of its own unless `together`. Findings go to `out`; as JSON
 * an object, or for several configurations an array of them, null for one that cannot be read;
 * unreadable files to `err`. The worst exit status of all: 0 fine, 1 errors were found, 2 a file
 * cannot be read. */
int offline_check(const struct offline_request *r, FILE *out, FILE *err);

/* Prints the files, which are one configuration, in the dialect `to`, or with IKEv2 in the place of
 * IKEv1; with the keys that are in them, which `err` mentions, unless `redact`. Findings go to
 * `err`; the exit status is as that of a check. */
int offline_convert(const struct offline_request *r, FILE *out, FILE *err);

#endif
