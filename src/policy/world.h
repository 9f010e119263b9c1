/* policy/world.h: inside of policy/: what a sealed world holds. Everything lives in the world's
 * arena, but for the compiled expressions, which the world frees one by one. */
#ifndef POLICY_WORLD_H
#define POLICY_WORLD_H

#include "base/arena.h"
#include "policy/build.h"
#include "policy/regex.h"
#include "policy/shared.h"

enum list_kind { LIST_PREFIX, LIST_AS_PATH, LIST_COMMUNITY, LIST_ACCESS, LIST_ROUTE_MAP };
enum { NAME_BUCKETS = 256 };

/* What a thing says, in 128 bits: equal things of two worlds have equal digests. Two hashes under
 * two keys: a chance collision is out of reach, and configurations are not hostile to themselves.
 */
struct digest {
    uint64_t a, b;
};

/* The head of everything that has a name. */
struct named {
    struct named *next_in_bucket, *next;
    enum list_kind kind;
    uint8_t space; /* family; of a community list its enum attr_span */
    const char *name;
    struct digest digest;
};

struct prefix_key { /* rules with one prefix, in a hash table */
    struct prefix prefix;
    uint32_t first, n; /* into windows */
};

struct prefix_window { /* lengths lo..hi; of one prefix in order of seq */
    uint32_t order;
    uint8_t lo, hi;
    bool permit;
};

struct prefix_list {
    struct named head;
    bool is_empty;
    uint64_t hash_key;
    uint32_t mask;   /* slots - 1 */
    uint32_t *slots; /* index of the key + 1; 0: free */
    struct prefix_key *keys;
    struct prefix_window *windows;
    uint32_t lengths; /* different prefix lengths, shortest first ... */
    uint8_t length[129];
    uint32_t first_order[129]; /* ... and the first rule that has it */
};

struct as_path_rule {
    bool permit;
    struct regex *regex;
};

struct as_path_list {
    struct named head;
    uint64_t hash_key; /* of the memo: another for each list */
    struct as_path_rule *rules;
    size_t n;
};

struct community_rule {
    bool permit, any;
    struct regex *regex;
    uint8_t *values; /* sorted, without repeats */
    size_t n_values;
};

struct community_list {
    struct named head;
    size_t width;
    struct community_rule *rules;
    size_t n;
    bool has_regex;
};

struct access_list {
    struct named head;
    enum policy_acl_kind kind;
    struct policy_acl_rule *rules;
    size_t n;
};

struct match {
    struct policy_match_def def; /* names copied */
    const struct named **lists;  /* after sealing, one a name; NULL: not defined */
};

struct set {
    struct policy_set_def def;
    const struct named *list; /* after sealing */
};

struct route_map;
struct entry {
    uint32_t seq;
    bool permit;
    struct match *matches;
    size_t n_matches;
    struct set *sets;
    size_t n_sets;
    const char *call;
    const struct route_map *called; /* after sealing; NULL: none or not defined */
    enum policy_on_match on_match;
    uint32_t goto_seq;
};

struct route_map {
    struct named head;
    struct entry *entries;
    size_t n;
    bool looks_at_prefix;          /* itself or what it calls */
    struct digest own, with_calls; /* while sealing */
};

struct policy {
    struct policy_world *world;
    struct policy *next_in_bucket;
    bool deny_all;
    uint8_t family;
    enum policy_direction direction;
    uint32_t own_as;
    /* Names as configured (NULL: none), and what they stand for (NULL: not defined). */
    const char *distribute_name, *prefix_name, *filter_name, *map_name;
    const struct access_list *distribute;
    const struct prefix_list *prefix;
    const struct as_path_list *filter;
    const struct route_map *map;
    struct digest digest;
};

struct owned_regex {
    struct owned_regex *next;
    struct regex *regex;
};

struct policy_world {
    struct arena arena;
    struct policy_params params;
    struct regex_context *regexes; /* made with the first expression */
    struct owned_regex *owned;
    struct named *buckets[NAME_BUCKETS];
    struct named *all, **all_end;
    struct policy *policies[NAME_BUCKETS];
    struct policy denies;
    uint64_t *memo; /* made with the first as-path list */
    uint32_t memo_mask;
    bool sealed;
    uint64_t set_failures, loop_limits, text_limits;
};

/* --- world.c */

/* Enters a thing into the world under its name; -EEXIST when the name is taken. */
must_use err_t world_add(struct policy_world *w, struct named *item, enum list_kind kind,
                         uint8_t space, const char *name);

/* The thing of a kind and name space; NULL: nobody defined it. */
const struct named *world_find(const struct policy_world *w, enum list_kind kind, uint8_t space,
                               const char *name);

/* What a list that nobody defined says. */
static inline enum policy_verdict world_undefined(const struct policy_world *w)
{
    return w->params.ios ? POLICY_PERMIT : POLICY_DENY;
}

/* A compiled expression for the world; errors as regex_new(). */
must_use err_t world_regex(struct policy_world *w, const char *text, bool magic_underscore,
                           struct regex **ret_regex, const char **ret_why);

/* Bytes of one community of the kind: 4, 8 or 12. */
size_t community_width(enum attr_span which);

/* Mixes n bytes in: equal contents give equal digests, whatever the pointers. */
void digest_bytes(struct digest *d, const void *bytes, size_t n);

/* Mixes a number in. */
void digest_u64(struct digest *d, uint64_t v);

/* Mixes a string in; NULL differs from "". */
void digest_str(struct digest *d, const char *s); /* NULL differs from "" */

/* --- the lists: what each says of a route. A NULL list: not defined. */

/* Of the route's prefix. */
enum policy_verdict prefix_list_run(const struct policy_world *w, const struct prefix_list *l,
                                    const struct prefix *p);

/* Of the text of the path; remembers. */
enum policy_verdict as_path_list_run(struct policy_world *w, const struct as_path_list *l,
                                     const uint8_t *path, size_t n);

/* Of the route's prefix, as the list's kind looks at it. */
enum policy_verdict access_list_run(const struct policy_world *w, const struct access_list *l,
                                    const struct prefix *p);

/* Of the communities of the list's kind. */
enum policy_verdict community_list_run(struct policy_world *w, const struct community_list *l,
                                       const uint8_t *span, size_t n, bool exact);

/* Whether the list names this one value for deletion: the first rule that knows it decides. */
bool community_list_drops(struct policy_world *w, const struct community_list *l,
                          const uint8_t *value);

/* --- route_map.c */

/* Runs a defined map, with its `set` clauses. */
enum policy_verdict route_map_run(const struct policy *p, struct policy_route *r);

/* Binds the names in every map to what they stand for; then digests, and what maps look at. */
must_use err_t route_maps_seal(struct policy_world *w);

/* --- set.c */

/* One `set` clause; false: no room. */
must_use bool set_apply(const struct policy *p, const struct set *s, struct policy_route *r);

#endif
