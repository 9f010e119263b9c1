/* nat/nat.h: source NAT as Linux does it, for the virtual world: an ordered list of rules, and the
 * table of flows that they translated. In the real world the same rules run in nftables;
 * tests/interop compares the verdicts. An engine without I/O: packets' headers and `now` go in,
 * changed headers come out.
 *
 *   match.c  the rules
 *   table.c  flows: out, back, ICMP errors about them, timeouts
 *
 * A packet meets nat_in() when it arrives or is sent by the host itself, before its route is looked
 * up, and nat_out() when it leaves by an interface. Rules decide on a flow's first packet only.
 * Every flow is kept, translated or not: an answer to a connection from outside must not be
 * translated. TCP, UDP and ICMP echo have ports (the echo's id); of other protocols a flow is the
 * two addresses. One thread. Memory: slab, at most max_flows; one more flow is dropped, and
 * counted, as in Linux. */
#ifndef NAT_NAT_H
#define NAT_NAT_H

#include "base/base.h"
#include "base/ip.h"

enum nat_action { NAT_ACT_MASQUERADE, NAT_ACT_EXEMPT, NAT_ACT_SOURCE };

enum { NAT_INTERFACE_MAX = 32 }; /* bytes of a name, NUL included */

struct nat_rule {
    enum nat_action action;
    struct prefix source, destination; /* length 0: any of the rule's family */
    bool not_source, not_destination;
    uint8_t protocol;                      /* 0: any */
    char out_interface[NAT_INTERFACE_MAX]; /* "": any */
    struct ip_addr to;                     /* NAT_ACT_SOURCE */
};

enum nat_protocol { NAT_ICMP = 1, NAT_TCP = 6, NAT_UDP = 17, NAT_ICMPV6 = 58 };

/* What NAT sees and changes of a packet. */
struct nat_packet {
    struct ip_addr source, destination;
    uint8_t protocol;
    uint16_t source_port, destination_port; /* ICMP echo: both its id */
    bool syn, fin, rst;                     /* TCP */
    struct nat_flow *flow;                  /* set by nat_in() for nat_out(); NULL: new */
    bool is_answer; /* set by nat_in(): runs against the flow's first packet */
};

/* Family of a rule: of its prefixes or its address; IPv4 when none says. */
uint8_t nat_rule_family(const struct nat_rule *r);

/* The first rule that a packet leaving by the interface matches; NULL: none (not translated). */
const struct nat_rule *nat_match(const struct nat_rule *rules, uint32_t n,
                                 const struct nat_packet *p, const char *out_interface);

/* ---- flows
 * --------------------------------------------------------------------------------------- */

struct nat_params {
    uint64_t hash_key;
    uint32_t max_flows; /* nf_conntrack_max */
};

struct nat_counters {
    uint64_t flows_made, translated_packets, expired;
    uint64_t table_full, no_port; /* packets dropped */
};

struct nat;

/* A table without flows; NULL without memory. nat_free() takes NULL. */
must_use struct nat *nat_new(const struct nat_params *params);

/* Frees every flow with the table. NULL is allowed. */
void nat_free(struct nat *n);

enum nat_verdict { NAT_PASS, NAT_TRANSLATED, NAT_DROP };

/* On arrival: finds the packet's flow; an answer to a translated one gets its destination back. */
enum nat_verdict nat_in(struct nat *n, ns_t now, struct nat_packet *p);

/* Where a packet leaves. */
struct nat_exit {
    const struct nat_rule *rules;
    uint32_t n;
    const char *interface;
    struct ip_addr
        address; /* the interface's own, for masquerading; IP_NONE: it drops such packets */
};

/* On leaving: a new flow is judged by the rules; the source of a translated one is replaced. */
enum nat_verdict nat_out(struct nat *n, ns_t now, struct nat_packet *p, const struct nat_exit *at);

/* An ICMP error that arrives: `inner` is the packet that it quotes, as it was seen on the wire.
 * When that belongs to a translated flow, inner's source and the error's destination become the
 * inside's. */
enum nat_verdict nat_error_in(struct nat *n, struct nat_packet *inner,
                              struct ip_addr *error_destination);

/* When the next flow expires (NS_NEVER: none); removes those that did. */
ns_t nat_deadline(const struct nat *n);

/* Forgets the flows that expired until now. */
void nat_advance(struct nat *n, ns_t now);

/* How many flows there are, and what happened so far. */
uint32_t nat_flows(const struct nat *n);

/* All counters count from nat_new() on. */
struct nat_counters nat_counters(const struct nat *n);

#endif
