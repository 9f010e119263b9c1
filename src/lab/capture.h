/* lab/capture.h: `spanway lab capture`: what passes an interface of a space (or all of them), as
 * pcapng on a descriptor, each packet at once, so that a viewer can follow. Keys of IKE and ESP are
 * in the files that spanwayd writes with --key-log DIR; the capture's comment names them. One
 * thread, which blocks until the end; SIGPIPE should be ignored. CAP_NET_RAW in the space. */
#ifndef LAB_CAPTURE_H
#define LAB_CAPTURE_H

#include "lab/netns.h"

enum { LAB_CAPTURE_INTERFACES_MAX = 256 };

struct lab_capture {
    const struct lab_netns *space;
    const char *interface;       /* NULL: all of them */
    const char *const *key_dirs; /* the --key-log directories of who has keys; NULL ends the list,
                                  * and may be the list */
    int out;                     /* where it is written to: a file, a pipe */
    int stop;            /* ends when this is readable; -1: nothing stops it but its limit */
    uint64_t packet_max; /* 0: no limit */
};

struct lab_captured {
    uint64_t packets, dropped;
};

/* Captures until `stop`, packet_max, or the reader of `out` is gone (-EPIPE). -ENODEV: no such
 * interface. *ret_captured is set in any case. */
must_use err_t lab_capture_run(const struct lab_capture *c, struct lab_captured *ret_captured);

#endif
