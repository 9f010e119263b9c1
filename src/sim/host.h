/* sim/host.h: a router in the virtual world: a node, its interfaces and its TCP. Packets go hop by
 * hop through the forwarding tables of the nodes that they meet; what a kernel would do with a
 * node's wishes is done at once. Times are the clock's. One thread. */
#ifndef SIM_HOST_H
#define SIM_HOST_H

#include "node/node.h"
#include "sim/link.h"
#include "sim/tcp.h"

enum { SIM_INTERFACES_MAX = 32, SIM_KEYS_MAX = 64, SIM_LOG_BYTES = 1024 };

struct sim_interface {
    struct sim_port port;
    struct sim_host *host;
    struct sim_link *link; /* NULL: the loopback */
    struct fib_interface settings;
};

struct sim_key {
    struct ip_addr remote;
    uint64_t key;
};

struct sim_host {
    struct sim_clock *clock;
    const char *name;
    uint32_t number;
    struct node *node;
    struct sim_tcp_user user;
    struct sim_tcp tcp;
    struct sim_event wake;
    struct sim_interface interfaces[SIM_INTERFACES_MAX]; /* by index - 1; 1 is lo */
    uint32_t interface_n;
    struct sim_key keys[SIM_KEYS_MAX];
    uint32_t key_n;
    struct link local;       /* packets to ourselves and errors on their way */
    bool pumping;
    bool no_icmp;            /* says nothing about what it drops: a black hole */
    bool forwards[2];        /* IPv4, IPv6: as the node asked (Linux: off until then) */
    uint64_t forwarded, not_forwarded, no_route, ttl_expired, too_big;
    uint32_t kernel_ops, logs;
    void (*log)(struct sim_host *h, const struct node_action *line); /* NULL: not wanted */
};

/* A host with a node of these parameters and a loopback; takes the configuration when true. One
 * with NAT is refused (SIM-NAT): packets of this world are not translated. */
must_use bool sim_host_init(struct sim_host *h, struct sim_clock *clock, const char *name,
                            const struct node_params *params, struct config *config,
                            struct diag_list *diags);

/* Frees the node and all connections without a word to the other ends. */
void sim_host_done(struct sim_host *h);

/* An interface on a segment, up, with an address (and more by sim_host_address()); its index. */
uint32_t sim_host_attach(struct sim_host *h, const char *name, struct sim_link *link,
                         const struct prefix *address);

/* An address (host bits kept) comes to an interface, or goes. */
void sim_host_address(struct sim_host *h, uint32_t if_index, const struct prefix *address,
                      bool present);

/* The carrier of an interface comes or goes. */
void sim_host_carrier(struct sim_host *h, uint32_t if_index, bool running);

/* The kernel's tables were read: the node starts. */
void sim_host_start(struct sim_host *h);

/* Does what the node wants after something was done to it from outside. */
void sim_host_pump(struct sim_host *h);

/* The host on the other end of a packet's next hop, or NULL; *ret_local: the host itself. For
 * traces and tests. */
struct sim_host *sim_host_next_hop(struct sim_host *h, const struct ip_addr *to, uint64_t flow,
                                   bool *ret_local);

#endif
