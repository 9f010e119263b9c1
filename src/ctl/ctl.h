/* ctl/ctl.h: one operator's command: parsed by the table of commands, answered by a backend,
 * rendered as text in FRR's or IOS's layout or as JSON. The daemon's ctl process runs it with core
 * behind the backend, the simulator with a node behind it; both through this header. One thread;
 * nothing is kept between commands.
 *
 *   commands.c  the table of commands: words, abbreviations, help
 *   render.c    records to text and JSON
 *   protocol.c  requests and replies on the daemon's socket
 *   cli.c       the client at the other end of it */
#ifndef CTL_CTL_H
#define CTL_CTL_H

#include "base/base.h"
#include "config/model.h"
#include "ike/view.h"
#include "node/view.h"

/* A command line as typed, at most; the output of one command, at most (a full table in JSON). */
enum { CTL_LINE_MAX = 1024 };
#define CTL_OUTPUT_MAX ((size_t)1 << 30)

/* Where the text goes; false: it cannot be written, stop. */
struct ctl_output {
    bool (*write)(struct ctl_output *out, const char *text, size_t len);
};

/* Who answers. Every function may take a while; none may be NULL but
 * where it says so. */
/* What an operator may do to SAs. */
enum ctl_ike_order {
    CTL_IKE_CLEAR,          /* IKE SAs are deleted, with their CHILD SAs, and set up again */
    CTL_IKE_CLEAR_CHILDREN, /* CHILD SAs alone */
    CTL_IKE_REKEY,          /* IKE SAs get new keys, nothing is interrupted */
    CTL_IKE_REKEY_CHILDREN, /* CHILD SAs do */
};

struct ctl_backend {
    /* As node_query(): the records go to the sink in order. Beyond its errors: -ETIMEDOUT, -EPIPE
     * (core did not answer), -EFBIG (too many records: ask for less), -EPROTO. */
    err_t (*query)(struct ctl_backend *b, const struct node_query *q, struct view_sink *sink);
    /* As node_clear(). */
    err_t (*clear)(struct ctl_backend *b, const struct ip_addr *peer, uint8_t family,
                   enum node_clear what);
    /* Reads the configuration files again; findings are written to `out` as lines. -EINVAL:
     * refused, the old configuration runs on. */
    err_t (*reload)(struct ctl_backend *b, struct ctl_output *out);
    const char *version; /* of the program: "0.1.0" */
    /* The records of IKE SAs and, behind each, of CHILD SAs (ike/view.h) of one connection, or of
     * all (0). -ENOTCONN: no IPsec runs here; else as query. NULL: the same. */
    err_t (*ike_query)(struct ctl_backend *b, uint32_t connection, struct view_sink *sink);
    /* Does it to the SAs of a connection, or of all (0). -ENOENT: there is none to rekey. */
    err_t (*ike_order)(struct ctl_backend *b, uint32_t connection, enum ctl_ike_order what);
    /* `debug crypto ikev2` and its kin; what is on then as view_ike_debug records. -ENOSPC: too
     * many peers. NULL: -ENOTCONN. */
    err_t (*ike_debug)(struct ctl_backend *b, enum ike_debug_what what,
                       const struct ip_addr *peer, struct view_sink *sink);
    /* The directory that the keys of tunnels are written to; NULL: they are not. Never silent. */
    const char *key_log;
};

struct ctl_request {
    const char *line;    /* "show ip bgp", "sh ip bgp nei 10.0.210.4 adv json" */
    enum dialect layout; /* DIALECT_UNKNOWN: that of the loaded configuration */
};

/* Runs the command; the exit status of the client: 0, or 1 with the reason written to `out`
 * ("% ..." as the devices say it). */
int ctl_run(const struct ctl_request *request, struct ctl_backend *backend,
            struct ctl_output *out);

#endif
