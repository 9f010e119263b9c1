/* expect/impl.h: what the files of the evaluation share. Internal to expect/. */
#ifndef EXPECT_IMPL_H
#define EXPECT_IMPL_H

#include "expect/evaluate.h"
#include "topo/kinds.h"

/* One try of one expectation. */
struct expect_try {
    struct expect_world *w;
    const struct topo *topo; /* of the expectations */
    struct topo_source *files;
    struct arena *arena; /* emptied after the try */
    enum expect_verdict verdict;
    char what[EXPECT_SENTENCE_MAX];
};

/* An expectation of a round, whatever its kind. */
struct expect_item {
    const struct expect_kind *kind;
    const void *e;
    const struct topo_object *o;
    bool negative;
    bool is_decided;
    uint64_t since_ms; /* negative: holds since; UINT64_MAX: does not */
    uint32_t drops;    /* of a session, before something was added */
    enum expect_verdict verdict;
    const char *what;
    uint64_t at_ms;
};

struct expect_kind {
    const char *name;
    void (*look)(struct expect_try *t, const struct expect_item *item);
};

/* Sets the outcome of a try, formatted as by printf. */
void expect_say(struct expect_try *t, enum expect_verdict verdict, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Says that it could not be told, or that the question failed, and why. */
void expect_say_unknown(struct expect_try *t, enum expect_answer answer, const char *what,
                        const char *why);

/* Text of an address ("any" for IP_NONE) or a prefix in the arena; never NULL. */
const char *expect_ip_text(struct arena *arena, const struct ip_addr *a);
const char *expect_prefix_text(struct arena *arena, const struct prefix *p);

/* The path of a place with its part, in the arena; never NULL. */
const char *expect_place_text(struct arena *arena, const struct topo_place *place);

/* Whether the part of a place names that instance: "0", "primary". */
bool expect_is_instance(const char *part, uint32_t instance);

/* Whether the place means this node; this tunnel (a connection, an interface of a router). */
bool expect_is_node(const struct net *n, const struct topo_place *place, uint32_t node);
bool expect_is_tunnel(const struct net *n, const struct topo_place *place, uint32_t tunnel);

/* Whether an end of a tunnel is what the place asks for. */
bool expect_asks_for(const struct net *n, const struct topo_place *place,
                     const struct net_tunnel_end *e);

/* The node that has the address, or NET_NONE. */
uint32_t expect_node_with(const struct net *n, const struct ip_addr *a);

/* The source that somebody at the node would give a ping: a site router's loopback, a gateway's
 * private address; IP_NONE: none, the system chooses. */
struct ip_addr expect_source_of(const struct net *n, uint32_t node);

/* The session that the expectation means: one that can come up, if there are several. NET_NONE:
 * nobody has it. */
uint32_t expect_session_of(const struct net *n, const struct expect_session *e);

/* The tunnel that the expectation means; NET_NONE: nobody has configured it. */
uint32_t expect_tunnel_of(const struct net *n, const struct expect_tunnel *e);

/* Whether the session comes to more than nothing: the word of a portal means up. */
bool expect_is_up_word(const char *word);

/* --- one try of each kind */
void expect_look_reach(struct expect_try *t, const struct expect_item *item);
void expect_look_routes(struct expect_try *t, const struct expect_item *item);
void expect_look_tunnel(struct expect_try *t, const struct expect_item *item);
void expect_look_session(struct expect_try *t, const struct expect_item *item);
void expect_look_status(struct expect_try *t, const struct expect_item *item);
void expect_look_outage(struct expect_try *t, const struct expect_item *item);

/* --- tables as nodes print them: show_rows.c */

/* A route of a table, as texts: "" is blank. */
struct expect_found {
    struct prefix network;
    const char *next_hop, *next_hop_name, *metric, *local_preference, *weight, *path, *origin;
    const char *source[2], *state[2], *next_hop_type[2]; /* as either form of the provider has it */
    bool taken;                                          /* by an expected row */
};

struct expect_found_list {
    NET_LIST_OF(struct expect_found) rows;
};

/* Reads what `show … json` printed for a table, with the keys of FRR. The text is untrusted. False:
 * *ret_why says what is wrong with it. */
must_use bool expect_read_table(struct arena *arena, enum expect_table table, const char *json,
                                size_t len, struct expect_found_list *ret, const char **ret_why);

/* The first line in which two outputs of a command differ when versions and ages count for nothing
 * and the prompt above the expected one is left out: false, and both lines in the arena ("" when
 * one is at its end). True: they are the same. */
bool expect_same_output(struct arena *arena, const char *expected, const char *found,
                        const char **ret_expected, const char **ret_found);

#endif
