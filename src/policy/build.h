/* policy/build.h: how a policy_world is made: lists and route-maps first, in any order, then
 * policy_world_seal(), then the chains of the neighbours. A definition is read during the call
 * only; everything is copied. One thread builds; a sealed world is immutable (its memo of verdicts
 * and its counters are atomic) and may be run by several threads. Names that nobody defined: FRR
 * denies (a match clause does not match), IOS permits. After -ENOMEM the world can only be freed.
 */
#ifndef POLICY_BUILD_H
#define POLICY_BUILD_H

#include "policy/policy.h"

enum {
    POLICY_WORLD_BYTES_MAX = 256 << 20, /* of lists, maps and memo */
    POLICY_CALLS_MAX = 10,              /* nested `call`s, as FRR's RMAP_RECURSION_LIMIT */
    POLICY_STEPS_MAX = 100000,          /* entries looked at for one route: calls multiply */
    POLICY_MEMO_SLOTS = 8192,           /* verdicts of as-path lists kept; 8 bytes each */
    POLICY_TEXT_MAX =
        16384, /* longest text of a path or of communities that an expression sees: more
                  than any 4096-byte message can hold; beyond it: no match, counted */
};

struct policy_params {
    bool ios;            /* undefined lists permit, braces are characters in expressions */
    bool no_jit;         /* for sandboxes that refuse executable memory */
    uint64_t hash_key;   /* of the memo; not known to peers */
    uint32_t memo_slots; /* a power of two; 0: POLICY_MEMO_SLOTS */
    uint32_t own_as;     /* of chains that do not name another */
};

/* Why a list was refused. */
struct policy_error {
    size_t entry;    /* index in the definition */
    const char *why; /* static text */
};

/* An empty world; NULL without memory. */
must_use struct policy_world *policy_world_new(const struct policy_params *params);

/* --- lists: entries in order of seq ----------------------------------------------------------- */

struct policy_prefix_rule {
    bool permit;
    struct prefix prefix;
    uint8_t ge, le; /* 0: not given */
};

/* The rules are copied. -EEXIST: the family has one of the name; -ENOMEM. */
must_use err_t policy_add_prefix_list(struct policy_world *w, uint8_t family, const char *name,
                                      const struct policy_prefix_rule *rules, size_t n);

struct policy_as_path_rule {
    bool permit;
    const char *regex;
};
/* -EINVAL: an expression is refused, *ret_error says which and why. */
must_use err_t policy_add_as_path_list(struct policy_world *w, const char *name,
                                       const struct policy_as_path_rule *rules, size_t n,
                                       struct policy_error *ret_error);

struct policy_community_rule {
    bool permit;
    bool any;
    const char *regex;     /* an expanded entry; else NULL */
    const uint8_t *values; /* n_values of the span's width, network order */
    size_t n_values;
};
/* `which`: SPAN_COMMUNITIES, SPAN_LARGE_COMMUNITIES or SPAN_EXT_COMMUNITIES. -EINVAL as above. */
must_use err_t policy_add_community_list(struct policy_world *w, enum attr_span which,
                                         const char *name,
                                         const struct policy_community_rule *rules, size_t n,
                                         struct policy_error *ret_error);

/* How an access list looks at a route. */
enum policy_acl_kind {
    POLICY_ACL_PREFIX,   /* FRR by prefix: the route's prefix lies within `source` */
    POLICY_ACL_ADDRESS,  /* standard: the route's address lies within `source`, any length */
    POLICY_ACL_NET_MASK, /* extended: address within `source`, netmask within `mask` */
};
struct policy_acl_rule {
    bool permit, exact; /* exact: POLICY_ACL_PREFIX with the very length */
    struct prefix source, mask;
};

/* The rules are copied. -EEXIST: the family has one of the name; -ENOMEM. */
must_use err_t policy_add_access_list(struct policy_world *w, uint8_t family, const char *name,
                                      enum policy_acl_kind kind,
                                      const struct policy_acl_rule *rules, size_t n);

/* --- route-maps ------------------------------------------------------------------------------- */

enum policy_match_kind {
    POLICY_MATCH_AS_PATH,   /* names */
    POLICY_MATCH_COMMUNITY, /* names, exact */
    POLICY_MATCH_LARGE_COMMUNITY,
    POLICY_MATCH_EXT_COMMUNITY,
    POLICY_MATCH_PREFIX_LIST, /* names; family of the list */
    POLICY_MATCH_ACCESS_LIST,
    POLICY_MATCH_NEXT_HOP_PREFIX_LIST,
    POLICY_MATCH_NEXT_HOP_ACCESS_LIST,
    POLICY_MATCH_NEXT_HOP, /* address */
    POLICY_MATCH_METRIC,   /* number; an absent attribute is 0, as in FRR */
    POLICY_MATCH_LOCAL_PREF,
    POLICY_MATCH_ORIGIN,
    POLICY_MATCH_TAG,
    POLICY_MATCH_PEER,      /* address; IP_NONE: ourselves */
    POLICY_MATCH_SOURCE,    /* number: enum policy_source */
    POLICY_MATCH_INTERFACE, /* names */
};

/* One clause. Clauses of one kind are alternatives, as are the names of one clause. */
struct policy_match_def {
    enum policy_match_kind kind;
    uint8_t family;
    bool exact;
    uint32_t number;
    struct ip_addr address;
    const char *const *names;
    size_t n_names;
};

enum policy_set_kind {
    POLICY_SET_PREPEND,          /* values */
    POLICY_SET_PREPEND_LAST,     /* number: how often */
    POLICY_SET_EXCLUDE,          /* values; none: the whole path */
    POLICY_SET_REPLACE,          /* number, 0: any; by our own AS (of the chain) */
    POLICY_SET_COMMUNITY,        /* which, raw, additive; no values and not additive: none */
    POLICY_SET_COMMUNITY_DELETE, /* which, name */
    POLICY_SET_NEXT_HOP,         /* address */
    POLICY_SET_NEXT_HOP_PEER,    /* family. In: the peer; out: ourselves */
    POLICY_SET_NEXT_HOP_SELF,
    POLICY_SET_NEXT_HOP_UNCHANGED,
    POLICY_SET_LOCAL_PREF, /* number, op */
    POLICY_SET_METRIC,     /* number, op */
    POLICY_SET_ORIGIN,
    POLICY_SET_WEIGHT,
    POLICY_SET_TAG,
    POLICY_SET_DISTANCE,
    POLICY_SET_SRC, /* address: into policy_route.src */
    POLICY_SET_ATOMIC_AGGREGATE,
    POLICY_SET_AGGREGATOR,    /* number, address */
    POLICY_SET_ORIGINATOR_ID, /* address */
};
enum policy_op { POLICY_ASSIGN, POLICY_ADD, POLICY_SUBTRACT, POLICY_REMOVE /* metric */ };

struct policy_set_def {
    enum policy_set_kind kind;
    enum policy_op op;
    enum attr_span which;
    uint8_t family;
    bool additive;
    uint32_t number;
    struct ip_addr address;
    const char *name;
    const uint32_t *values; /* AS numbers */
    size_t n_values;
    const uint8_t *raw; /* n_raw communities of the width of `which`, network order */
    size_t n_raw;
};

enum policy_on_match { POLICY_STOP, POLICY_NEXT, POLICY_GOTO };

struct policy_entry_def {
    uint32_t seq;
    bool permit;
    const struct policy_match_def *matches;
    size_t n_matches;
    const struct policy_set_def *sets; /* run in this order */
    size_t n_sets;
    const char *call; /* NULL: none */
    enum policy_on_match on_match;
    uint32_t goto_seq;
};

/* Entries are copied with all that they point to; names in them are bound by policy_world_seal().
 * -EEXIST, -ENOMEM. */
must_use err_t policy_add_route_map(struct policy_world *w, const char *name,
                                    const struct policy_entry_def *entries, size_t n);

/* --- sealing, chains -------------------------------------------------------------------------- */

/* Binds names. Nothing can be added afterwards. */
must_use err_t policy_world_seal(struct policy_world *w);

enum policy_direction { POLICY_IN, POLICY_OUT, POLICY_LOCAL /* network, redistribute, default */ };

struct policy_chain {
    uint8_t family;
    enum policy_direction direction;
    uint32_t own_as; /* for `set as-path replace`; 0: the world's */
    const char *distribute_list, *prefix_list, *filter_list, *route_map; /* NULL: none */
};

/* The policy of a chain, owned by the world; NULL in *ret_policy when the chain is empty. Equal
 * chains of one world give one policy. */
must_use err_t policy_of(struct policy_world *w, const struct policy_chain *chain,
                         const struct policy **ret_policy);

/* A policy of the world that denies every route: for who could not make the right one. */
const struct policy *policy_deny_all(struct policy_world *w);

/* --- for show and for tests ------------------------------------------------------------------- */

/* Expressions that reached a limit (no match then), routes denied because a `set` found no room,
 * and routes denied because a route-map went round too often. */
struct policy_counts {
    uint64_t regex_limits, set_failures, loop_limits;
};

/* Since the world was made. */
struct policy_counts policy_world_counts(const struct policy_world *w);

/* One list by itself; a name that is not defined gives what the dialect says. */
enum policy_verdict policy_try_prefix_list(struct policy_world *w, const char *name,
                                           const struct prefix *p);

/* path: segments with four-byte numbers, n bytes. */
enum policy_verdict policy_try_as_path_list(struct policy_world *w, const char *name,
                                            const uint8_t *path, size_t n);

/* Among the lists of the prefix's family. */
enum policy_verdict policy_try_access_list(struct policy_world *w, const char *name,
                                           const struct prefix *p);

#endif
