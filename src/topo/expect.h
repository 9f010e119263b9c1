/* topo/expect.h: what the author of a topology wants of it (`requirements:`), and what has to come
 * out (`expect:`), which makes the file a test. `check` compares what it can know without running
 * anything; the rest is for the virtual and the real world. */
#ifndef TOPO_EXPECT_H
#define TOPO_EXPECT_H

#include "topo/object.h"

/* An address range that a network is given later. */
struct expect_addition {
    struct topo_object o;
    struct topo_place to; /* a virtual network, a VPC */
    struct prefix prefix;
};

/* Under which circumstances an expectation holds; empty: as described. */
struct expect_when {
    topo_places_t without; /* resources or parts taken out of the design */
    topo_places_t fail;    /* what has failed */
    TOPO_LIST_OF(struct expect_addition) add;
    const struct lang_node *node;
};

struct expect_reach {
    struct topo_object o;
    struct topo_place from, to;
    struct ip_addr address; /* instead of `to`, or which one of `to` is meant; else IP_NONE */
    const char *service;    /* "icmp", "tcp/22"; NULL: any */
    bool reachable;
    bool encrypted;          /* on the whole way through tunnels */
    topo_places_t path;      /* what it has to pass, in order */
    topo_places_t avoids;    /* what it must not pass */
    topo_texts_t hops;       /* of a traceroute: addresses, "*" for no answer */
    const char *source_seen; /* the address that `to` sees; NULL: any */
    uint32_t mtu_bytes;      /* the largest packet that passes whole; 0: not compared */
    struct expect_when when;
};

/* A row of a table of routes. A text that is absent (NULL) is not compared; an empty one says that
 * the column is blank: the attribute is not there, the path is empty. */
struct expect_route {
    struct topo_object o;
    struct prefix network;
    const char *next_hop, *metric, *local_preference, *weight, *path, *origin;
    const char *source, *state, *next_hop_type; /* of effective routes: "Default", "Active" */
    bool absent;                                /* the row must not be there */
};

struct expect_routes {
    struct topo_object o;
    struct topo_place at;
    enum expect_table {
        EXPECT_RECEIVED,
        EXPECT_ADVERTISED,
        EXPECT_BGP,
        EXPECT_ROUTES,
        EXPECT_EFFECTIVE,
    } table;
    struct ip_addr neighbor;
    TOPO_LIST_OF(struct expect_route) rows;
    bool exactly;       /* no other rows; default true */
    const char *output; /* file with the exact text of the command; NULL: none */
    struct expect_when when;
};

struct expect_tunnel {
    struct topo_object o;
    struct topo_endpoint local, remote; /* outside addresses */
    topo_places_t configured_on;        /* the objects that ask for it, one or two */
    enum { EXPECT_UP, EXPECT_DOWN } state;
    enum { EXPECT_BGP_NONE, EXPECT_BGP_ESTABLISHED, EXPECT_BGP_DOWN } bgp;
    struct expect_when when;
};

struct expect_session { /* BGP, as `at` sees it */
    struct topo_object o;
    struct topo_place at;
    struct ip_addr neighbor;
    enum { EXPECT_SESSION_ESTABLISHED, EXPECT_SESSION_DOWN } state;
    uint32_t drops; /* how often it is lost while what `when` adds takes effect; default 0 */
    struct expect_when when;
};

struct expect_status { /* what a portal shows for a connection: "Connected", "available" */
    struct topo_object o;
    struct topo_place of;
    const char *log; /* the category that has an entry of it; NULL: the status itself */
    const char *status;
    struct expect_when when;
};

struct expect_outage {
    struct topo_object o;
    topo_places_t fail;
    struct topo_place from, to;
    uint32_t at_most_ms;
    bool planned;
};

struct expect_finding {
    struct topo_object o;
    const char *rule; /* "R099" */
    struct topo_place object;
    const char *severity;
};

struct expect_count {
    struct topo_object o;
    const char *collection; /* "azure.connections"; "tunnels", "tunnels.up": of the whole network */
    uint32_t count;
};

struct expect_step { /* of the order in which the objects are made */
    struct topo_object o;
    const char *step;
    topo_places_t objects; /* made in this step; empty: done by people */
};

struct topo_expect {
    TOPO_LIST_OF(struct expect_reach) reach;
    TOPO_LIST_OF(struct expect_routes) routes;
    TOPO_LIST_OF(struct expect_tunnel) tunnels;
    TOPO_LIST_OF(struct expect_session) sessions;
    TOPO_LIST_OF(struct expect_status) status;
    TOPO_LIST_OF(struct expect_outage) outages;
    TOPO_LIST_OF(struct expect_finding) findings; /* all of them, errors and warnings */
    TOPO_LIST_OF(struct expect_count) objects;
    TOPO_LIST_OF(struct expect_step) order;
};

struct topo_pair { /* of places with hosts: sites, networks of a cloud, subnets, hosts */
    struct topo_object o;
    struct topo_place from, to;
    uint32_t bandwidth_mbps;
    bool encrypted;
};

struct topo_requirements {
    TOPO_LIST_OF(struct topo_pair) connect; /* must reach each other, both ways */
    TOPO_LIST_OF(struct topo_pair) isolate; /* must not, either way */
    bool redundancy;                        /* any single failure leaves `connect` standing */
    uint32_t convergence_seconds;           /* the longest outage that is acceptable; 0: any */
    const struct lang_node *node;
};

struct topo_suppression {
    struct topo_object o;
    const char *rule;
    struct topo_place object; /* no object: everywhere */
    const char *reason;       /* asked for */
};

struct topo_limit {       /* a provider's limit that differs here */
    struct topo_object o; /* named as the fact: azure.vpn.bgp.prefixes-max */
    const char *value;
};

#endif
