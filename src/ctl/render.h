/* ctl/render.h: inside of ctl/: records to text in FRR's or IOS's layout, and to JSON with FRR's
 * keys. A struct render is one command's output: buffered, counted, stopped at CTL_OUTPUT_MAX.
 * Renderers are view sinks: they take records in the order in which the node emits them and keep
 * no table; where a layout has to know what comes later, the file says what it holds back and how
 * much. One thread. */
#ifndef CTL_RENDER_H
#define CTL_RENDER_H

#include "base/ip.h"
#include "config/model.h"
#include "ctl/ctl.h"
#include "fib/view.h"
#include "node/view.h"
#include "rib/view.h"

enum {
    RENDER_BUFFER = 16384,
    RENDER_JSON_DEPTH = 16, /* deeper than any document of ours */
    RENDER_AGE_MAX = 32,    /* the longest text of a duration, NUL included */
};

struct render {
    struct ctl_output *out;
    enum dialect layout;
    bool failed;                         /* the output cannot be written, or is too long: stop */
    bool too_long;
    size_t len;                          /* waiting in buf */
    size_t total;                        /* given to out */
    size_t column;                       /* characters since the last newline */
    unsigned depth;                      /* of the JSON document: open objects and arrays */
    bool started[RENDER_JSON_DEPTH + 1]; /* something stands in it already */
    char closing[RENDER_JSON_DEPTH + 1];
    char buf[RENDER_BUFFER];
};

/* --- render_text.c */

/* An empty output. */
void render_init(struct render *r, struct ctl_output *out, enum dialect layout);

/* Writes what is buffered; false: the output failed now or before. */
bool render_flush(struct render *r);

/* Appends n bytes. */
void render_bytes(struct render *r, const char *s, size_t n);
/* Appends a string. */
void render_str(struct render *r, const char *s);
/* Appends what printf makes of the arguments, 2047 characters at most. */
void render_f(struct render *r, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Blanks up to a column of the line (0-based); nothing when the line is already there. */
void render_to(struct render *r, size_t column);

/* The text, then blanks up to `next`; where the text leaves no room for one blank, a new line that
 * is blank up to `next`. How FRR and IOS wrap their tables. */
void render_cell(struct render *r, const char *s, size_t next);

/* The text of an address or prefix as the layout writes it: IOS has capitals in IPv6, and leaves
 * out the length of a prefix that has the natural mask of its class. */
void render_ip_text(enum dialect layout, const struct ip_addr *a, char ret[IP_TEXT_MAX]);
/* The same of a prefix. */
void render_prefix_text(enum dialect layout, const struct prefix *p, char ret[PREFIX_TEXT_MAX]);
/* A router ID as a dotted quad. */
void render_router_id(uint32_t id, char ret[IP_TEXT_MAX]);

/* The length that the class of an IPv4 address has (A 8, B 16, C 24; others 32). */
uint8_t render_natural_len(const struct prefix *p);

/* A duration: "00:15:29", "1d02h03m", "01w2d03h" (FRR); "1d02h", "1w2d", "1y23w" (IOS); negative:
 * "never". */
void render_age(enum dialect layout, ns_t age, char ret[RENDER_AGE_MAX]);

/* --- render_json.c: a document written as it goes; key NULL inside of arrays and at the top. */

void json_open(struct render *r, const char *key, char bracket); /* '{' or '[' */
void json_close(struct render *r);
/* A string; NULL: null. */
void json_text(struct render *r, const char *key, const char *value);
/* A number that is never negative. */
void json_u64(struct render *r, const char *key, uint64_t value);
/* A number. */
void json_i64(struct render *r, const char *key, int64_t value);
/* true or false. */
void json_bool(struct render *r, const char *key, bool value);
/* An address as a string. */
void json_ip(struct render *r, const char *key, const struct ip_addr *a);
/* A prefix as a string. */
void json_prefix(struct render *r, const char *key, const struct prefix *p);

/* Closes what is open and ends the line. */
void json_end(struct render *r);

/* --- BGP tables: render_bgp_table.c (text), render_bgp_table_json.c */

struct bgp_table {
    struct view_sink sink;
    struct render *r;
    enum node_query_kind kind;
    uint8_t family;
    bool is_whole; /* nothing narrows what is shown */
    struct view_bgp_global global;
    bool has_global;
    uint64_t prefixes, paths; /* shown */
    uint64_t filtered;        /* of them, refused by policy: of what was received */
    struct prefix last;
    bool open;         /* JSON: the array of `last` is open */
    bool has_head;     /* JSON: what stands above the routes is out */
    const char *error; /* JSON: why the table is not complete; NULL: it is */
};
/* As text; the head is written with the first route. */
void bgp_table_init(struct bgp_table *t, struct render *r, enum node_query_kind kind,
                    uint8_t family);
/* Writes the totals. */
void bgp_table_end(struct bgp_table *t);
/* As JSON. */
void bgp_table_json_init(struct bgp_table *t, struct render *r, enum node_query_kind kind,
                         uint8_t family);
/* Closes the document. */
void bgp_table_json_end(struct bgp_table *t);

/* The next hop as shown: 0.0.0.0 or :: for own routes. */
struct ip_addr bgp_route_next_hop(const struct view_bgp_route *v);

/* The next hop as an element of `nexthops`, which is left open for what else is said of it. */
void bgp_next_hop_json_open(struct render *r, const struct view_bgp_route *v);

/* The link-local one of two IPv6 next hops as an element of `nexthops`; FRR says more of it in the
 * detail of one prefix than in the table. */
void bgp_next_hop_ll_json(struct render *r, const struct view_bgp_route *v, bool in_detail);
const char *bgp_origin_name(uint8_t origin); /* "IGP", "EGP", "incomplete" */

/* --- one prefix: render_bgp_path.c, render_bgp_path_json.c. The head says how many paths there
 * are and which is best, so the paths of one prefix are held back. */

/* An instant as FRR writes it in "Last update", in UTC; needs no system call. */
enum { BGP_DATE_MAX = 48 };
/* Seconds since 1970; negative: before. */
void bgp_date_text(int64_t epoch_s, char text[BGP_DATE_MAX]);

enum { BGP_PATHS_SHOWN = 256 };
struct bgp_paths {
    struct view_sink sink;
    struct render *r;
    struct view_bgp_global global;
    struct view_bgp_route *v; /* heap */
    unsigned n, cut;          /* cut: not shown, beyond BGP_PATHS_SHOWN */
    bool no_memory;
    int64_t wall_s;        /* seconds since 1970, now */
    char advertised[1024]; /* peers that are told the prefix, one blank before each */
    char names[64 * 66];   /* their host names in the same way, "-": unknown */
};
/* An empty collector of the paths of one prefix. */
void bgp_paths_init(struct bgp_paths *p, struct render *r);
/* Frees what was held back. */
void bgp_paths_done(struct bgp_paths *p);
/* Writes them as text. */
void bgp_paths_text(const struct bgp_paths *p);
/* Writes them as JSON. */
void bgp_paths_json(const struct bgp_paths *p);
bool bgp_paths_have_multipath(const struct bgp_paths *p); /* more than the best are used */

/* --- the summary: render_bgp_summary.c. The width of the first column hangs on all neighbours, so
 * their records are held back. */

struct bgp_summary {
    struct view_sink sink;
    struct render *r;
    uint8_t family;
    struct view_bgp_global global;
    struct view_bgp_neighbor *v; /* heap */
    size_t n, cap;
    bool no_memory;
    bool named; /* the command says the family: no heading, no key around the JSON */
    bool hides_version; /* FRR up to 8 shows 0 as the version that a neighbour was told */
    int64_t wall_s;
};
/* An empty collector of the neighbours of one family. */
void bgp_summary_init(struct bgp_summary *s, struct render *r, uint8_t family);
/* Frees what was held back. */
void bgp_summary_done(struct bgp_summary *s);
/* Writes them as text. */
void bgp_summary_text(const struct bgp_summary *s);
void bgp_summary_json(const struct bgp_summary *s); /* into an open document */
const char *bgp_state_text(uint8_t state);          /* "Idle" ... "Established" */
bool bgp_neighbor_is_over_limit(const struct view_bgp_neighbor *v);

/* --- neighbours in detail: render_bgp_neighbor.c, render_bgp_neighbor_json.c. The records of one
 * neighbour follow one another, a family each. */

struct bgp_neighbors {
    struct view_sink sink;
    struct render *r;
    bool json;
    struct view_bgp_neighbor v[2];
    unsigned n;
    uint64_t shown;
    int64_t wall_s;
};
/* A neighbour is put out when the next one comes, or at the end. */
void bgp_neighbors_init(struct bgp_neighbors *n, struct render *r, bool json);
/* Puts the last neighbour out. */
void bgp_neighbors_end(struct bgp_neighbors *n);

/* A NOTIFICATION's code and subcode in words; the subcode's with a slash before it, "": unknown. */
const char *bgp_code_name(uint8_t code);
/* The subcode in words, with a slash before it; "": unknown. */
const char *bgp_subcode_name(uint8_t code, uint8_t subcode);

/* One neighbour with its n records in a layout. */
void bgp_neighbor_frr(struct render *r, const struct view_bgp_neighbor *v, unsigned n);
/* As IOS lays it out. */
void bgp_neighbor_ios(struct render *r, const struct view_bgp_neighbor *v, unsigned n);
/* As FRR's JSON; wall_s: seconds since 1970, now. */
void bgp_neighbor_json(struct render *r, const struct view_bgp_neighbor *v, unsigned n,
                       int64_t wall_s);

/* --- the router's table: render_route.c (FRR), render_route_ios.c, render_route_json.c. A route
 * is held back until its next hops came; IOS also the lines of one major network, whose head
 * counts them. */

enum { ROUTE_HOPS_MAX = 2 * FIB_PATHS_MAX + FIB_PATHS_MAX * FIB_PATHS_MAX };
struct route_table {
    struct view_sink sink;
    struct render *r;
    uint8_t family;
    bool detail; /* one prefix was asked for */
    uint8_t ibgp_distance; /* JSON: tells iBGP; 0: it cannot */
    struct view_fib_route route;
    struct view_fib_nexthop *hops; /* heap */
    size_t n, cap;
    bool has_route, no_memory;
    uint64_t shown;
    struct prefix last; /* JSON */
    bool open;
    void (*put)(struct route_table *t); /* one route with its next hops */
    struct ios_routes *ios;             /* heap */
};
/* FRR's text. */
void route_table_init(struct route_table *t, struct render *r, uint8_t family, bool detail);

/* IOS. `locals`: the host routes of our own addresses are shown too. False without memory. The
 * sink of t->ios takes the interfaces first (names, addresses). */
must_use bool route_table_ios_init(struct route_table *t, struct render *r, uint8_t family,
                                   bool detail);
/* Where the interfaces go before the routes. */
struct view_sink *route_table_ios_interfaces(struct route_table *t);

/* What stands above the table. ipv4: the gateway of last resort, IP_NONE: none. ipv6: the number of
 * routes. */
struct route_head_ios {
    struct ip_addr gateway;
    bool has_default;
    uint64_t entries;
    bool locals;
    uint32_t local_as;
};
/* Writes the head. */
void route_table_ios_head(struct route_table *t, const struct route_head_ios *head);
/* JSON. */
void route_table_json_init(struct route_table *t, struct render *r, uint8_t family);

/* The last route is complete; then the end of the table. False: memory ran out on the way. */
must_use bool route_table_end(struct route_table *t);
/* The same of IOS's table. */
must_use bool route_table_ios_end(struct route_table *t);
/* The same of JSON. */
must_use bool route_table_json_end(struct route_table *t);
/* Frees what was held back. */
void route_table_done(struct route_table *t);

const char *route_source_name(uint8_t source); /* "kernel", "connected", "static", "bgp" */
bool route_shows_weight(const struct view_fib_route *route, const struct view_fib_nexthop *h);

/* --- interfaces, memory, lines: render_misc.c */

struct crypto_facts;
struct misc_table {
    struct view_sink sink;
    struct crypto_facts *facts; /* tunnels among the interfaces are laid out as such; NULL: not */
    struct render *r;
    bool json, brief;
    const char *name; /* of one interface; "": all */
    uint64_t shown, bytes, count;
};
/* Interfaces, memory or lines, by what comes; json: not as text. */
void misc_table_init(struct misc_table *t, struct render *r, bool json);

/* The member `ipAddresses` of an interface. */
void interface_addresses_json(struct render *r, const struct view_interface *i);

#endif
