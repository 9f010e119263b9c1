/* os/loop.h: the event loop: an epoll reactor with descriptors, one deadline in nanoseconds, and
 * signals by signalfd. A turn waits once and then runs what is ready in a fixed order: by rank,
 * then in the order in which the watches were added, whatever order the kernel reports.
 * Level-triggered: a handler may leave work for the next turn. Watches belong to their owners
 * (embedded in their structs). One thread a loop. */
#ifndef OS_LOOP_H
#define OS_LOOP_H

#include <signal.h>
#include <sys/epoll.h>

#include "base/base.h"

/* Ready descriptors handled in one turn; more wait for the next. */
enum { LOOP_READY_MAX = 256 };

struct loop_watch {
    int fd;
    uint32_t events;       /* EPOLLIN | EPOLLOUT as asked for */
    uint8_t rank;          /* lower runs first */
    uint64_t order;        /* set by loop_add() */
    bool added;
    void (*ready)(struct loop_watch *w, uint32_t events); /* EPOLLERR and EPOLLHUP come unasked */
};

struct loop;

/* A loop whose clock starts at 0 now; NULL without memory or descriptors. */
must_use struct loop *loop_new(void);

/* Frees the loop; watches are their owners'. NULL is allowed. */
void loop_free(struct loop *l);

/* Watches a descriptor (fd, events, rank, ready are set); the caller keeps `w` until loop_del(). */
must_use err_t loop_add(struct loop *l, struct loop_watch *w);

/* Changes the events that are waited for; no call to the kernel when they are the same. */
void loop_set(struct loop *l, struct loop_watch *w, uint32_t events);

/* Forgets the watch, also when it is ready in this very turn; does not close the descriptor. */
void loop_del(struct loop *l, struct loop_watch *w);

/* Blocks the signals in the thread and reports each by the callback, first in a turn. Once a loop.
 * */
must_use err_t loop_signals(struct loop *l, const sigset_t *set,
                            void (*on_signal)(void *owner, int signal), void *owner);

/* Monotonic time since loop_new(). */
ns_t loop_now(const struct loop *l);

/* One turn: waits until something is ready or `until` (NS_NEVER: no limit; the past: only looks),
 * runs the handlers. The time when waiting ended. */
ns_t loop_turn(struct loop *l, ns_t until);

#endif
