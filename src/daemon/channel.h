/* daemon/channel.h: one process's end of a channel to another, on a loop: what comes in is handed
 * on message by message, what does not go out at once follows when there is room. Owned by the
 * process; one thread. */
#ifndef DAEMON_CHANNEL_H
#define DAEMON_CHANNEL_H

#include "daemon/messages.h"
#include "os/loop.h"

struct channel {
    struct ipc ipc;
    struct loop_watch watch;
    struct loop *loop;
    err_t error; /* of sending; reported at the next turn */
    void *owner;
    /* A message; false: it is malformed, or nothing that this sender may say now. */
    bool (*message)(void *owner, const struct ipc_message *m);
    /* The channel is closed already. -EPIPE: the other end is gone; -EPROTO: it broke the rules. */
    void (*ended)(void *owner, struct channel *c, err_t why);
};

/* Takes over fd; owner, message and ended are set by the caller. */
must_use err_t channel_open(struct channel *c, struct loop *loop, int fd, enum role self,
                            enum role peer, uint8_t rank);
void channel_done(struct channel *c);

/* Whether there is another end. */
bool channel_is_open(const struct channel *c);

/* Sends or queues; fd is always taken. To nobody: dropped. A peer that does not take messages any
 * more is reported by `ended` at the next turn. */
void channel_send(struct channel *c, enum message kind, const void *bytes, size_t len, int fd);

#endif
