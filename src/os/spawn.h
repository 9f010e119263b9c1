/* os/spawn.h: the processes of one daemon: this binary executed again, once a role, so that no two
 * share an address space layout; watched by pidfd. Descriptors given become 3, 4, ... in the child;
 * every other one is closed. */
#ifndef OS_SPAWN_H
#define OS_SPAWN_H

#include <sys/types.h>

#include "base/base.h"

enum { SPAWN_FIRST_FD = 3, SPAWN_FDS_MAX = 32, SPAWN_ARGS_MAX = 32 };

struct spawn_params {
    const char *name;        /* argv[0]: "spanwayd: core" */
    const char *const *args; /* argv[1..], not counting NULL */
    size_t arg_count;
    const int *fds;          /* borrowed; the child gets copies */
    size_t fd_count;
    bool whole_environment; /* secrets may stand in it; else the child sees the log's, the time
                             * zone's and the sanitizers' variables alone */
};

struct spawn_child {
    pid_t pid;
    int pidfd; /* readable when it ended; closed by spawn_reap() */
};

/* How a child ended. */
struct spawn_end {
    bool by_signal;
    int code; /* exit status, or the signal */
};

/* Starts the child. */
must_use err_t spawn_role(const struct spawn_params *p, struct spawn_child *ret_child);

/* Collects an ended child: -EAGAIN when it still runs. */
must_use err_t spawn_reap(struct spawn_child *c, struct spawn_end *ret_end);

/* Sends it a signal. */
void spawn_signal(const struct spawn_child *c, int signal);

/* The end in words: "exit status 1", "signal 31 (Bad system call): a forbidden system call". */
void spawn_end_text(const struct spawn_end *end, char *buf, size_t n);

#endif
