/* node/node.h: one router: the engines wired together, without an operating system. The daemon
 * drives one node with real sockets, the simulator many with virtual ones; both through this
 * header. The driver tells the node what happened, then drains node_next() and the output of
 * connections, and calls node_advance() no later than node_deadline(). One thread a node. Times:
 * ns_t of the driver's monotonic clock, never going back.
 *
 *   node.c      the node, its inputs and outputs      wiring.c  who tells whom
 *   peer.c      a neighbour: session, groups, output  reload.c  from one configuration to the next
 *   local.c     network, redistribute                 view.c    records for show
 *   statics.c   interfaces, static routes             index.c   the configuration by name
 *   policy_build.c  configuration's lists and maps to policies */
#ifndef NODE_NODE_H
#define NODE_NODE_H

#include "base/diag.h"
#include "base/view.h"
#include "config/model.h"
#include "fib/fib.h"
#include "node/view.h"

struct node_params {
    const char *name; /* for logs; the configuration's hostname wins */
    uint64_t seed;    /* of every random number and hash of the node */
    uint32_t shards;  /* RIB shards, 1..16 */
    uint64_t max_routes;
    bool next_hop_objects; /* the kernel has them */
    bool install;          /* false: no kernel operation is ever asked for (--no-kernel) */
};

struct node;

/* A node without configuration; it does nothing until node_configure(). NULL without memory. */
must_use struct node *node_new(const struct node_params *params);

/* Frees the node with all tables, at once: node_shutdown() says goodbye. NULL is allowed. */
void node_free(struct node *n);

/* Takes over the configuration (the node owns it when true is returned). The driver has drained
 * node_next() before: what it gave may point into the old one. The first one starts
 * the node; a later one changes only what differs. False: *diags says why, and the old one runs on.
 */
must_use bool node_configure(struct node *n, ns_t now, struct config *config,
                             struct diag_list *diags);

/* What of a configuration a node cannot do: one error each in *diags; false if there is one. Pure,
 * so that `config check` says it too. node_configure() asks it first. */
must_use bool node_config_check(const struct config *config, struct diag_list *diags);

/* The configuration in force; NULL before the first. */
const struct config *node_config(const struct node *n);

/* Stops every session with Cease/Administrative Shutdown; drain outputs, then free. */
void node_shutdown(struct node *n, ns_t now);

/* --- what happened: the kernel ---------------------------------------------------------------- */

/* A link appeared or changed; it vanished; an address came or went. */
void node_link(struct node *n, ns_t now, const struct fib_interface *link);

/* A tunnel carries nothing any more, as who carried it says: its sessions end now, without waiting
 * for the kernel's word about the link, which may be a second late. */
void node_tunnel_lost(struct node *n, ns_t now, const char *name);
/* It carries again what the kernel says that it can. */
void node_tunnel_back(struct node *n, ns_t now, const char *name);

/* Its addresses and routes are gone with it. */
void node_link_gone(struct node *n, ns_t now, uint32_t if_index);

/* The address has its length, host bits kept. */
void node_address(struct node *n, ns_t now, uint32_t if_index, const struct prefix *address,
                  bool present);

/* A route of somebody else in the kernel's main table came or went (source FIB_KERNEL). */
void node_kernel_route(struct node *n, ns_t now, const struct fib_route *route, bool present);

/* A route or next-hop object of ours was found in the kernel at start. */
void node_kernel_ours(struct node *n, const struct prefix *p, uint8_t protocol, uint32_t metric,
                      uint32_t nexthop_id);

/* One that no route uses by then goes with the sweep. */
void node_kernel_ours_nexthop(struct node *n, uint32_t nexthop_id);

/* The kernel's tables were read once: sessions may start. Stale routes of ours are swept later. */
void node_kernel_synced(struct node *n, ns_t now);

/* The kernel refused an operation. */
void node_kernel_failed(struct node *n, ns_t now, const struct fib_op *op, err_t why);

/* --- what happened: TCP ----------------------------------------------------------------------- */

struct node_endpoints {
    struct ip_addr local, remote;
    uint16_t local_port, remote_port;
    uint32_t if_index; /* 0: unknown */
};

/* A connection that the node asked for is open; or it failed or was closed by the other end (`why`:
 * negative errno, 0: an orderly end). After it the id is not used again. */
void node_tcp_opened(struct node *n, ns_t now, uint32_t conn, const struct node_endpoints *ends);

/* The node has forgotten the connection when this returns. */
void node_tcp_closed(struct node *n, ns_t now, uint32_t conn, err_t why);

/* A connection came in on port 179: its id, or 0: refuse it (close at once). */
must_use uint32_t node_tcp_accepted(struct node *n, ns_t now, const struct node_endpoints *ends);

/* The interface that a connection just accepted has to keep to, as node_tcp.device; 0: any. */
uint32_t node_tcp_device(const struct node *n, uint32_t conn);

/* Bytes came in; at most NODE_INPUT_MAX a call. */
enum { NODE_INPUT_MAX = 65536 };

/* They are read before this returns; an unknown id is ignored (we closed it meanwhile). */
void node_tcp_received(struct node *n, ns_t now, uint32_t conn, const uint8_t *bytes, size_t len);

/* Bytes that wait to be sent on a connection (0: none), and how many of them TCP took. */
size_t node_tcp_output(struct node *n, ns_t now, uint32_t conn, const uint8_t **ret_bytes);

/* len is at most what node_tcp_output() gave last. */
void node_tcp_sent(struct node *n, ns_t now, uint32_t conn, size_t len);

/* --- time ----------------------------------------------------------------------------------------
 */

/* Does what is due, and a bounded portion of background work. */
void node_advance(struct node *n, ns_t now);

/* When node_advance() is next needed: a time in the past when work is waiting; NS_NEVER: no need.
 */
ns_t node_deadline(const struct node *n);

/* --- what the node wants ---------------------------------------------------------------------- */

enum node_action_kind {
    NODE_TCP_CONNECT, /* open a connection: tcp */
    NODE_TCP_CLOSE,   /* conn: close it, after what node_tcp_output() still has went out when
                         `flush`; no node_tcp_closed() is expected for it */
    NODE_TCP_SEND,    /* conn has output again after it had none */
    NODE_TCP_LISTEN,  /* listen on port 179 of every address, or stop (on) */
    NODE_TCP_KEY,   /* how the listener treats `tcp.remote`: key (password NULL: none), TTLs; all
                       three 0: it is forgotten */
    NODE_KERNEL_OP, /* op */
    NODE_ADDRESS,   /* `address` on the interface named `interface` (kernel's name): set or delete
                       (on) */
    NODE_LINK_UP,   /* set the interface named `interface` administratively up or down (on) */
    NODE_FORWARDING, /* forwarding of `family` on or off */
    NODE_NAT,        /* the NAT rules changed: read them with node_nat() */
    NODE_SIZES,      /* `mtu` and `tcp_mss` of the interface named `interface` (kernel's name, or
                        the configured one while it is absent): 0: as it was before */
    NODE_VXLAN,      /* a VXLAN device named `interface`, as `vxlan` says, is to be there or not
                        (on); off and without a name: all that are wanted were told */
    NODE_LOG,        /* one structured line: `text` */
};

/* A VXLAN device with one other end. */
struct node_vxlan {
    uint32_t vni;
    struct ip_addr remote, local; /* local IP_NONE: the route's */
    uint16_t port;
    uint32_t mtu;    /* 0: the kernel's choice */
    char device[32]; /* the kernel's name of what carries it; "": the route's */
};

struct node_tcp {
    struct ip_addr local; /* IP_NONE: the kernel chooses */
    struct ip_addr remote;
    uint16_t port;
    uint8_t ttl;       /* of sent packets: 1 for eBGP to a neighbour on the link, else up to 255 */
    uint8_t min_ttl;   /* GTSM (RFC 5082); 0: off */
    uint32_t if_index; /* for link-local addresses; 0: none */
    uint32_t device;   /* packets leave and come by this interface alone; 0: as routes lead */
    const char *password; /* TCP-MD5 (RFC 2385); NULL: none; borrowed until the next call */
};

struct node_action {
    enum node_action_kind kind;
    uint32_t conn;
    bool flush, on;
    uint8_t family;
    struct node_tcp tcp;
    const struct fib_op *op; /* borrowed until the next call */
    char interface[32];
    struct prefix address;
    struct node_vxlan vxlan;
    uint32_t mtu;
    uint16_t tcp_mss;
    enum diag_severity severity;
    const char *text; /* borrowed until the next call */
};

/* The next thing the node wants, oldest first; false: nothing. */
bool node_next(struct node *n, struct node_action *ret_action);

/* The NAT rules in force: expanded, with kernel interface names. Borrowed until reconfigured. */
const struct config_nat_rule *node_nat(const struct node *n, uint32_t *ret_n);

/* The forwarding table, for the simulator's packets and for traces. */
const struct fib *node_fib(const struct node *n);

/* --- operators -------------------------------------------------------------------------------- */

/* Emits the records; -ENOENT: no such peer; -ENODATA: soft reconfiguration is off (RECEIVED);
 * -EINVAL: BGP is not configured; -ENOMEM. */
must_use err_t node_query(struct node *n, ns_t now, const struct node_query *q,
                          struct view_sink *sink);

/* `clear bgp`: peer IP_NONE: all; family IP_NONE: both. -ENOENT: no such peer. */
must_use err_t node_clear(struct node *n, ns_t now, const struct ip_addr *peer, uint8_t family,
                          enum node_clear what);

#endif
