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
void core_tcp_connect(struct core *c, ns_t now, const struct node_action *a);
void core_tcp_close(struct core *c, ns_t now, uint32_t conn, bool flush);
void core_tcp_send(struct core *c, ns_t now, uint32_t conn);
void core_tcp_send_all(struct core *c, ns_t now);
void core_tcp_listener(struct core *c, uint8_t family, int fd);
void core_tcp_unlisten(struct core *c);
void core_tcp_key(struct core *c, const struct node_tcp *key);
void core_tcp_expire(struct core *c, ns_t now);
ns_t core_tcp_deadline(const struct core *c);
void core_tcp_done(struct core *c);

/* core_writes.c: writes to the kernel, which priv does. full: no more now; idle: all are done. */
must_use err_t core_writes_init(struct core *c);
void core_writes_done(struct core *c);
void core_write(struct core *c, const struct kernel_write *w);
void core_write_nat(struct core *c);
bool core_writes_are_full(const struct core *c);
bool core_writes_are_idle(const struct core *c);
void core_writes_flush(struct core *c);
must_use bool core_writes_answered(struct core *c, ns_t now, const struct ipc_message *m);

/* core_kernel.c: what the kernel says of links, addresses and routes. open: before the sandbox,
 * which allows no such socket; more: events that were left over from a turn. */
must_use err_t core_kernel_open(struct core *c);
must_use err_t core_kernel_watch(struct core *c);
bool core_kernel_is_synced(const struct core *c);
void core_kernel_more(struct core *c);
void core_kernel_close(struct core *c);

/* core_query.c: a message of ctl; false: malformed. */
must_use bool core_query_message(struct core *c, ns_t now, const struct ipc_message *m);

#endif
