/* os/ipc.h: messages between the processes of one daemon: typed, bounded, with a descriptor at
 * most, over a SOCK_SEQPACKET socketpair. This module carries bytes; what they mean stands in the
 * owner's table of kinds. A message of an unknown kind, from the wrong sender, longer than its row
 * allows, or with a descriptor that its row does not name, is a breach: -EPROTO, and the owner ends
 * the peer. Sending never blocks: what the socket does not take is queued up to IPC_QUEUE_MAX. Some
 * messages carry keys: what was queued is wiped when it went or was dropped, what was received with
 * the next receive. One thread. */
#ifndef OS_IPC_H
#define OS_IPC_H

#include "base/base.h"
#include "base/list.h"

enum {
    IPC_MESSAGE_MAX = 48 * 1024, /* payload; well below the socket buffer that a message must fit */
    IPC_QUEUE_MAX = 16 << 20,
};

/* One row a kind of message. */
struct ipc_kind {
    const char *name;
    uint8_t sender, receiver; /* roles, numbered by the owner */
    bool has_fd;              /* exactly one descriptor comes with it */
    uint32_t max_bytes;
};

struct ipc {
    int fd;
    uint8_t self, peer;
    const struct ipc_kind *kinds;
    uint16_t kind_count;
    struct link queue;
    size_t queued_bytes;
    uint8_t *buffer; /* of the message received last */
    size_t in_buffer; /* its length, until the next receive wipes it */
};

struct ipc_message {
    uint16_t kind;
    const uint8_t *bytes; /* borrowed until the next receive */
    size_t len;
    int fd;               /* the receiver's to close; -1: none */
};

/* A pair of connected descriptors, closed on exec. */
must_use err_t ipc_pair(int ret_fd[2]);

/* A channel over fd, which it owns from now on, from role self to role peer. */
must_use err_t ipc_init(struct ipc *c, int fd, uint8_t self, uint8_t peer);

/* The kinds of message that the peer may send; any other ends the channel with -EPROTO. */
void ipc_table(struct ipc *c, const struct ipc_kind *kinds, uint16_t count);

/* Closes the descriptor and drops what is queued. */
void ipc_done(struct ipc *c);

/* Sends or queues a message; fd (-1: none) is always taken and closed. -ENOBUFS: the queue is full;
 * -EPIPE: the peer is gone; -ENOMEM. */
must_use err_t ipc_send(struct ipc *c, uint16_t kind, const void *bytes, size_t len, int fd);

/* Sends what is queued: 0 all of it, -EAGAIN some is left, -EPIPE. */
must_use err_t ipc_flush(struct ipc *c);
static inline bool ipc_has_output(const struct ipc *c) { return c->queued_bytes != 0; }

/* The next message: -EAGAIN none now, -EPIPE the peer is gone, -EPROTO a breach. */
must_use err_t ipc_receive(struct ipc *c, struct ipc_message *ret_message);

/* Waits up to `timeout` for a message to read (flushing meanwhile): -ETIMEDOUT, -EPIPE. */
must_use err_t ipc_wait(struct ipc *c, ns_t timeout);

/* Waits up to `timeout` until everything queued is sent: -ETIMEDOUT, -EPIPE. */
must_use err_t ipc_drain(struct ipc *c, ns_t timeout);

/* An anonymous file of the bytes, sealed against changes, to be passed along. */
must_use err_t ipc_memfd(const char *name, const void *bytes, size_t len, int *ret_fd);

/* The whole of such a file in memory (mem_free with tag MEM_BUFFER and *ret_len): -EPROTO when it
 * is longer than max, not sealed, or not a plain file. Does not close it. */
must_use err_t ipc_memfd_read(int fd, size_t max, uint8_t **ret_bytes, size_t *ret_len);

#endif
