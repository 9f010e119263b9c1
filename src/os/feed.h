/* os/feed.h: a program of the system that takes a document on its standard input: nft, ip. No
 * shell, an empty environment, a deadline after which it is killed. It runs in the network
 * namespace of the calling thread. */
#ifndef OS_FEED_H
#define OS_FEED_H

#include "base/text.h"

enum { OS_FEED_ARGS_MAX = 8 };

struct os_feed {
    const char *program;     /* "nft": looked for where distributions have such programs */
    const char *const *args; /* behind its name; a NULL ends them */
    const char *document;
    size_t bytes;
    unsigned deadline_s;
};

/* Runs it to its end. Otherwise ret_why holds its own words: -ENOENT it is not installed;
 * -ETIMEDOUT; -EPROTO it refused. */
must_use err_t os_feed(const struct os_feed *f, struct text *ret_why);

/* Whether the program is installed. */
bool os_feed_has(const char *program);

#endif
