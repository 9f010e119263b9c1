/* daemon/core.h: the process that owns the node, as its files share it: sockets and kernel events
 * go into the node, what the node wants goes to sockets and to priv. It has no privilege and no
 * file. One thread, one loop.
 *
 *   core.c        the loop, priv's messages, actions      core_tcp.c    connections
 *   core_kernel.c links, addresses, routes                core_query.c  operators' questions
 *   core_writes.c routes to the kernel, by way of priv */
#ifndef DAEMON_CORE_H
#define DAEMON_CORE_H

#include "base/list.h"
#include "daemon/messages.h"
#include "daemon/options.h"
#include "daemon/roles.h"
#include "os/loop.h"

enum {
    CORE_CONN_BUCKETS = 4096,
    CORE_CONNS_MAX = 16384,
    CORE_ACCEPTS_A_TURN = 16,
    CORE_SEND_A_TURN = 1 << 20,   /* bytes of one connection, so that no peer starves another */
    CORE_FLUSH_S = 5,             /* a last NOTIFICATION has this long to be taken */
    CORE_LINGER_S = 2,            /* and the other end this long to close */
    CORE_ACCEPT_PAUSE_S = 1,      /* without descriptors or memory */
    CORE_NODE_STEPS = 1,          /* node_advance() calls before sockets are looked at again */
};

/* What the loop serves first. */
enum { RANK_PRIV = 1, RANK_KERNEL, RANK_CONN, RANK_LISTENER, RANK_CTL };

enum core_conn_state {
    CONN_CONNECTING,
    CONN_OPEN,
    CONN_FLUSHING, /* the node closed it; output remains */
    CONN_DRAINING, /* our end is shut; waiting for the other */
};

struct core;

struct core_conn {
    struct core *core;
    struct loop_watch watch;
    uint32_t id;
    enum core_conn_state state;
    ns_t until;                /* of FLUSHING and DRAINING */
    struct core_conn *next;    /* in its bucket */
    struct link closing;       /* in core.closing */
};

struct core_listener {
    struct core *core;
    struct loop_watch watch;
    uint8_t family;
    bool open, paused;
    ns_t resume_at;
};

/* What accepted connections of a peer get: key, TTL. */
struct core_key {
    struct link link;
    struct ip_addr remote;
    uint32_t if_index;
    uint8_t ttl, min_ttl;
    char password[96]; /* "": none */
};

struct core_kernel; /* core_kernel.c */
struct core_writes; /* core_writes.c */

struct core {
    const struct options *options;
    struct log log;
    struct loop *loop;
    struct node *node;
    struct ipc priv, ctl;
    struct loop_watch priv_watch, ctl_watch;

    struct core_conn *conns[CORE_CONN_BUCKETS];
    uint32_t conn_count;
    struct link closing;
    struct core_listener listeners[2];
    struct link keys;
    uint8_t *input;            /* NODE_INPUT_MAX bytes */

    struct core_kernel *kernel;
    bool kernel_has_more;      /* events were left for the next turn */
    struct core_writes *writes;
    int pending_config;        /* a document that came before the kernel's tables; -1 */
    bool stopping, done;
    int status;
};

/* core.c: an end that was not asked for. */
void core_fail(struct core *c, const char *why);
/* core.c: sends to priv; failure ends the process. */
void core_tell(struct core *c, enum message kind, const void *bytes, size_t len, int fd);

/* core_tcp.c */

/* Opens a connection that the node asked for (NODE_TCP_CONNECT); the outcome comes to the node as
 * node_tcp_opened() or node_tcp_closed(), at once when the kernel refuses. */
void core_tcp_connect(struct core *c, ns_t now, const struct node_action *a);

/* Closes the node's connection; with flush once its last bytes are gone, or after a time limit. */
void core_tcp_close(struct core *c, ns_t now, uint32_t conn, bool flush);

/* Sends what the node has for the connection, as far as the socket takes it. */
void core_tcp_send(struct core *c, ns_t now, uint32_t conn);

/* The same for every open connection whose socket was not full. */
void core_tcp_send_all(struct core *c, ns_t now);

/* Takes over a listening socket of the family that priv made, with all known keys. */
void core_tcp_listener(struct core *c, uint8_t family, int fd);

/* Closes the listening sockets. */
void core_tcp_unlisten(struct core *c);

/* Remembers how the listener treats a neighbor (NODE_TCP_KEY), and tells the kernel. */
void core_tcp_key(struct core *c, const struct node_tcp *key);

/* Closes what has flushed for too long; listens again after a pause (no descriptors were left). */
void core_tcp_expire(struct core *c, ns_t now);

/* When core_tcp_expire() is due; NS_NEVER: not. */
ns_t core_tcp_deadline(const struct core *c);

/* Closes and frees all connections, listeners and keys. */
void core_tcp_done(struct core *c);

/* core_writes.c: writes to the kernel, which priv does. full: no more now; idle: all are done. */

/* An empty batch; -ENOMEM. */
must_use err_t core_writes_init(struct core *c);

/* Frees the batch; what was not sent is lost. */
void core_writes_done(struct core *c);

/* Puts a write into the batch, sending the batch first if that is full. */
void core_write(struct core *c, const struct kernel_write *w);

/* Sends the node's NAT rules as a whole; the last of several messages makes them valid. */
void core_write_nat(struct core *c);

/* Neither the batch nor the way to priv has room: no more now. */
bool core_writes_are_full(const struct core *c);

/* Nothing waits, and priv has answered everything. */
bool core_writes_are_idle(const struct core *c);

/* Sends the batch unless too many are unanswered. */
void core_writes_flush(struct core *c);

/* priv's answer: refused operations go back to the node; false: malformed or not asked for. */
must_use bool core_writes_answered(struct core *c, ns_t now, const struct ipc_message *m);

/* core_kernel.c: what the kernel says of links, addresses and routes. open: before the sandbox,
 * which allows no such socket; more: events that were left over from a turn. */

/* Opens the netlink monitor, before the sandbox forbids such sockets. */
must_use err_t core_kernel_open(struct core *c);

/* Puts the monitor into the loop. */
must_use err_t core_kernel_watch(struct core *c);

/* Whether the first dump of links, addresses and routes was read. */
bool core_kernel_is_synced(const struct core *c);

/* Goes on with events that were left over from a turn. */
void core_kernel_more(struct core *c);

/* Closes the monitor and frees it. */
void core_kernel_close(struct core *c);

/* core_query.c: a message of ctl; false: malformed. */
must_use bool core_query_message(struct core *c, ns_t now, const struct ipc_message *m);

#endif
