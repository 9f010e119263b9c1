/* daemon/channel.h: one process's end of a channel to another, on a loop: what comes in is handed
 * on message by message, what does not go out at once follows when there is room. Owned by the
 * process; one thread.
 *
 * A queue that reaches IPC_QUEUE_MAX ends the channel, and with it the daemon. None does, whatever
 * the other end does or leaves:
 *
 *   asked and answered   who answers takes no question while an answer waits (answers_first):
 *   (keys, ctl)          ctl to core and ike, ike to keys. ike lets a request fail that keys would
 *                        get too late.
 *   ike to data          every word counts. While one of its workers is behind, ike hears no peer
 *                        and lets its timers rest: peers repeat themselves, and nothing that runs
 *                        stops. ICMP errors are offered.
 *   data to ike          events wait in the engine, which tells them again; counters and errors of
 *                        ICMP are offered, and left out when ike is busy: the next ones say the
 *                        same.
 *   data to priv         what ike says of tunnels in the kernel: while priv is behind, data does
 *                        not hear ike.
 *   data to priv         a word for each device and each tunnel that is lost or back, which priv
 *                        passes on.
 *   core to priv         a few batches unanswered (BATCHES_MAX), a few rules and findings.
 *   priv to all          what one configuration needs, and one answer a batch.
 *
 * No two processes wait for each other: ike takes whatever keys and data say, at any time. */
#ifndef DAEMON_CHANNEL_H
#define DAEMON_CHANNEL_H

#include "daemon/messages.h"
#include "os/loop.h"

/* More than this waits: the other end does not keep up. */
enum { CHANNEL_BEHIND = IPC_QUEUE_MAX / 4 };

struct channel {
    struct ipc ipc;
    struct loop_watch watch;
    struct loop *loop;
    err_t error;        /* of sending; reported at the next turn */
    bool answers_first; /* what comes in are questions: none is taken while an answer waits */
    bool held;          /* nothing is taken in: channel_hold() */
    void *owner;
    /* A message; false: it is malformed, or nothing that this sender may say now. */
    bool (*message)(void *owner, const struct ipc_message *m);
    /* The channel is closed already. -EPIPE: the other end is gone; -EPROTO: it broke the rules. */
    void (*ended)(void *owner, struct channel *c, err_t why);
};

/* Takes over fd; owner, message and ended are set by the caller. */
must_use err_t channel_open(struct channel *c, struct loop *loop, int fd, enum role self,
                            enum role peer, uint8_t rank);

/* Closes it, if it is open; what waits is dropped. */
void channel_done(struct channel *c);

/* Whether there is another end. */
bool channel_is_open(const struct channel *c);

/* Whether the other end does not keep up: who can wait with more, does. */
bool channel_is_behind(const struct channel *c);

/* Takes nothing in until it is let go again. */
void channel_hold(struct channel *c, bool hold);

/* Sends what is not missed when it is left out, unless the other end is behind; false: left out. */
bool channel_offer(struct channel *c, enum message kind, const void *bytes, size_t len);

/* Sends or queues; fd is always taken. To nobody: dropped. A peer that does not take messages any
 * more is reported by `ended` at the next turn. */
void channel_send(struct channel *c, enum message kind, const void *bytes, size_t len, int fd);

#endif
