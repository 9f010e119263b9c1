/* ctl/commands.h: inside of ctl/: the table of commands, and how a line finds its row. A row's
 * path is words with one blank between: lower case stands for itself, [x] may be left out, upper
 * case is an argument (enum command_arg). What a user types may be shortened as on the devices:
 * each word to where it is the only one of its kind. `json` may follow where the row says so. */
#ifndef CTL_COMMANDS_H
#define CTL_COMMANDS_H

#include "ctl/render.h"

enum { COMMAND_WORDS_MAX = 24, COMMAND_ROWS_MAX = 192 };

enum command_arg {
    COMMAND_ARG_NONE,   /* a word of the table */
    COMMAND_ARG_PEER,   /* PEER: the address of a neighbour */
    COMMAND_ARG_PREFIX, /* PREFIX: 10.0.0.0/8, or an address: the longest match */
    COMMAND_ARG_NAME,   /* NAME: any word */
    COMMAND_ARG_ALL,    /* ALL: an asterisk */
    COMMAND_ARG_NUMBER, /* NUMBER: 1 to 2147483647 */
};

struct call;
struct command {
    const char *path;
    const char *help;
    const char *example;        /* as short as people type it; NULL: the row before has one */
    int (*run)(struct call *c); /* the exit status */
    uint8_t family;             /* enum ip_family of the answer; IP_NONE: see run */
    uint8_t kind;               /* enum node_query_kind, node_clear, or ctl_ike_order */
    uint8_t source;             /* of `show ip route`: enum fib_source */
    bool json, longer, brief, detail;
    bool named; /* address family and subsequent one: FRR leaves the family's heading out */
    const char *refusal; /* instead of run: what we do not do, and why or what else */
};

extern const struct command commands[];
extern const size_t commands_count;

/* A line that found its row. */
struct call {
    const struct command *row;
    struct render *r;
    struct ctl_backend *backend;
    struct view_router router;
    struct ip_addr peer;
    struct prefix prefix; /* family IP_NONE: none given */
    bool is_address;      /* PREFIX was an address */
    char name[64];
    uint32_t number; /* 0: none given */
    bool json;
};

enum line_result { LINE_OK, LINE_EMPTY, LINE_UNKNOWN, LINE_AMBIGUOUS, LINE_INCOMPLETE, LINE_LONG };

struct line_error {
    unsigned column;    /* of the word that does not fit, from 0 */
    char word[64];      /* cut to fit */
    char expected[512]; /* words that would have fitted, ", " between */
};

/* Finds the row of a line and its arguments. Everything but LINE_OK leaves the call alone and fills
 * *ret_error. */
must_use enum line_result line_parse(const char *line, struct call *c,
                                     struct line_error *ret_error);

/* --- what rows run: run_bgp.c, run_misc.c, run_crypto.c */

/* Each asks the backend and renders the answer; the exit status.
 * `show bgp`: the table, one prefix of it, or all below one. */
int run_bgp_table(struct call *c);
/* `show bgp summary`, of one family or all. */
int run_bgp_summary(struct call *c);
/* `show bgp neighbors`, all or one. */
int run_bgp_neighbors(struct call *c);
/* A neighbor's `advertised-routes`, `routes`, `received-routes`. */
int run_bgp_adj(struct call *c);
/* `clear bgp`, hard or soft. */
int run_clear(struct call *c);
/* `show ip route`, `show ipv6 route`. */
int run_route(struct call *c);
/* `show interface`, tunnels among them. */
int run_interface(struct call *c);
/* What core writes as text: lists, route-maps, configuration. */
int run_lines(struct call *c);
/* `show memory`. */
int run_memory(struct call *c);
/* `show version`. */
int run_version(struct call *c);
/* `reload`: the configuration read anew. */
int run_reload(struct call *c);

/* IPsec; row->kind is of: */
enum crypto_show { CRYPTO_SHOW_IKE, CRYPTO_SHOW_IPSEC, CRYPTO_SHOW_SESSION, CRYPTO_SHOW_WORKERS };
/* `show crypto`, by row->kind. */
int run_crypto(struct call *c);
/* `clear crypto`: SAs of all tunnels, or of one peer or tunnel. */
int run_order_crypto(struct call *c);

/* `debug crypto ikev2`, `undebug`, `show debugging`: row->kind is an enum ike_debug_what. */
int run_debug(struct call *c);

/* `show interface` of c->name if that is a tunnel; false: it is none, nothing is written. */
bool run_tunnel(struct call *c, int *ret_status);

/* Says that the program spanway does it, not the daemon: ctl/ping.h. */
int run_ping(struct call *c);

/* Ends what a query wrote: the open JSON object, which says what went wrong, or a line does; the
 * exit status. */
int run_end(struct call *c, err_t err);

/* Says why a query came to nothing; the exit status 1. */
int run_failed(struct call *c, err_t why);

/* The manual of all commands as Markdown: docs/commands.md. */
void commands_manual(struct ctl_output *out);

#endif
