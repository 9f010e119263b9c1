/* rib/table.h: the inside of a shard, for the files of rib/ alone: what the tables are made of and
 * what the files do for one another. Everything is found by 32-bit handles (pool.h); 0 is none.
 *
 * A prefix is a `dest`: its routes newest first, and what each group was told of it (`adj`, by
 * group). A route of a peer that went down has another generation than the peer: it counts as gone,
 * and the sweep takes it away. Whatever else concerns many prefixes is marked where it belongs
 * (peer, group, next hop: `due`) and done by the sweep too; a dest that is touched before is
 * brought up to date first, so that it does not matter when the sweep comes by. */
#ifndef RIB_TABLE_H
#define RIB_TABLE_H

#include <string.h>

#include "base/pool.h"
#include "rib/decision.h"

enum { FAM_V4, FAM_V6, FAM_COUNT };

/* Whether the sweep has to apply something: with the next round (it came up while one was under
 * way), or with this one. */
enum due { DUE_NO, DUE_WAITING, DUE_RUNNING };

enum {
    DEST_LIVE = 1 << 0,     /* freed dests in the pool are zero */
    DEST_HAS_BEST = 1 << 1, /* a path was chosen by the last decision */
    DEST_QUEUED = 1 << 2,   /* stands in the queue of changes for the FIB */
    DEST_IN_FIB = 1 << 3,   /* the FIB was told paths */
    DEST_PINNED = 1 << 4,   /* the default route of default-originate: lives without routes */
};

/* IPv4 dests are allocated with 4 bytes of address only. */
struct dest {
    uint32_t hash_next;
    uint32_t routes, adj;
    uint32_t change_next;
    uint8_t len;
    uint8_t reason; /* enum rib_step that chose the best path */
    uint8_t flags;  /* DEST_* */
    uint8_t pad;
    uint8_t addr[];
};
enum { DEST_V4_BYTES = sizeof(struct dest) + 4, DEST_V6_BYTES = sizeof(struct dest) + 16 };

enum {
    ROUTE_BEST = 1 << 0,
    ROUTE_MULTIPATH = 1 << 1,
    ROUTE_COMPARED = 1 << 2,   /* while selecting: its MED group was done */
    ROUTE_GROUP_BEST = 1 << 3, /* while selecting: the best of its MED group */
    ROUTE_SOURCE_SHIFT = 4,    /* enum policy_source in the upper bits */
};

struct route {
    struct attr_set *set; /* what import made of it; NULL: rejected, kept for a refresh */
    uint32_t next;
    uint32_t next_hop; /* handle; 0: our own route */
    uint32_t since_s;
    uint16_t peer;
    uint8_t flags; /* ROUTE_* */
    uint8_t generation;
};

/* A route of a peer with soft reconfiguration: it remembers what came. Handles tell the two kinds
 * apart. */
struct kept_route {
    struct route route;
    struct attr_set *received; /* may equal the set; NULL: there was no memory for it */
};
#define ROUTE_KEPT (UINT32_C(1) << 31)

/* What one group was told of a dest. Dests have them in ascending order of the group. */
struct adj {
    uint32_t next;
    uint32_t group : 12, generation : 4, source : 13;
    uint32_t is_pending : 1, is_transparent : 1, is_self : 1;
    union {
        struct attr_set *set; /* told */
        uint32_t item;        /* is_pending: struct item, which knows what was told */
    };
};
static_assert(RIB_GROUPS_MAX <= 1 << 12 && RIB_PEERS_MAX <= 1 << 13, "fields of struct adj");
static_assert(sizeof(struct route) == 24 && sizeof(struct adj) == 16 && sizeof(struct dest) == 20,
              "millions of each");

struct next_hop {
    struct ip_addr address;
    uint8_t due;   /* enum due: its dests are decided anew */
    bool is_known; /* the FIB has spoken */
    bool reachable, connected, is_own;
    bool is_tracked; /* the owner was told to track it */
    bool is_queued;
    uint32_t metric;
    uint32_t refs, hash_next, queue_next;
    uint8_t pad[4];
};

/* Results of import or export policy that cannot depend on the prefix. Direct mapped. */
enum { MEMO_SLOTS = 64 };
struct memo_slot {
    struct attr_set *in, *out; /* references; in NULL: empty */
    uint16_t source; /* export: the peer that sent it; RIB_PEERS_MAX + source of own ones */
    bool is_self;    /* export: of the offer */
};

struct peer {
    struct rib_peer_params params;
    struct memo_slot *memo; /* MEMO_SLOTS of them, or NULL */
    uint32_t received, accepted;
    uint8_t generation;
    uint8_t down_unswept; /* generations that still may have routes */
    bool is_up;
    bool keeps_all;                /* soft reconfiguration since the session came up */
    uint8_t due_down, due_refresh; /* enum due */
};

enum member_state { MEMBER_SYNCED, MEMBER_DUMP };

struct member {
    uint16_t peer;
    uint8_t state;   /* enum member_state */
    bool wants_eor;  /* End-of-RIB is to follow its dump */
    bool wants_more; /* another dump is to follow: it asked while one ran */
};

struct bucket_queue {
    uint32_t first, last;
};

struct group {
    struct rib_group_params params;
    struct memo_slot *memo;
    struct member *members; /* ascending by peer */
    uint32_t member_count, member_cap;
    uint8_t generation;
    uint8_t dels_unswept;
    bool is_used;
    uint8_t due_refresh, due_del; /* enum due */
    struct bucket_queue queue;    /* what waits for all */
    /* The dump for one member: a window of dests collected into buckets of its own. */
    struct bucket_queue window;
    uint16_t dump_peer;   /* RIB_PEER_LOCAL: none runs */
    uint16_t last_dumped; /* the turn goes round, whoever asks again */
    uint32_t dump_cursor, dump_end;
    uint32_t turns; /* portions for all since the last window */
    uint32_t told;  /* prefixes that it was told */
    uint32_t *own;  /* of those, by peer: what that one is not told of, were it a member */
    uint32_t own_cap;
    bool is_uncounted; /* there was no memory for `own` */
};

/* A prefix that waits to be told: for all (then its adj points here), or to one dumped member. */
struct item {
    struct attr_set *sent; /* what was told before; NULL: nothing */
    uint32_t dest, next, prev, bucket;
    uint32_t sent_source : 13, sent_transparent : 1, sent_self : 1;
    uint32_t
        needs_only : 1;    /* the bucket's source knows it from another and must forget it first */
    uint32_t is_split : 1; /* members differ in what they know: it has to be told */
    uint32_t pad;
};

/* Items that are told with one set. */
struct bucket {
    struct attr_set *set; /* a reference; NULL: withdrawn */
    uint32_t first, last, count;
    uint32_t only_left; /* items with needs_only */
    uint32_t hash_next, next, prev;
    uint16_t group;
    uint16_t source; /* this peer is not told; for a dump: RIB_PEER_LOCAL */
    uint8_t family;  /* index */
    bool is_transparent, is_self, is_dump;
};

struct dest_table {
    struct pool dests;
    uint32_t *heads; /* hash table: size a power of 2, or 0 */
    uint32_t size;
    uint32_t used; /* dests with routes: what `show` counts */
    uint64_t routes;
    uint32_t change_first, change_last;
    uint32_t version;
    uint32_t pinned; /* the default route's dest, while a group originates it */
};

struct group_list {
    struct group **v; /* by group id; NULL: never used */
    uint32_t cap;
    uint16_t *active; /* ids in use, ascending */
    uint32_t active_count, active_cap;
};

struct rib {
    struct rib_params params;
    struct dest_table tables[FAM_COUNT];
    struct pool routes, kept_routes, adjs, items, buckets, next_hops;
    uint32_t *nh_heads, nh_size;
    uint32_t nh_queue_first, nh_queue_last;
    uint32_t *bucket_heads, bucket_size;
    struct peer **peers[FAM_COUNT];
    uint32_t peer_cap[FAM_COUNT];
    struct peer self; /* RIB_PEER_LOCAL */
    struct group_list groups[FAM_COUNT];
    struct arena arena; /* for one run of a policy */
    uint8_t due_decide; /* enum due: every dest is decided anew */
    bool sweep_wanted, sweep_running;
    uint8_t sweep_family;
    uint32_t sweep_cursor, sweep_end[FAM_COUNT];
    /* What rib_next_export() lent out. */
    struct attr_set *lent_set;
    struct prefix *out;
    uint32_t out_cap;
    struct prefix out_reserve[8]; /* where there is no memory for more */
};

static inline unsigned fam_of(uint8_t family)
{
    assert(family == IP_V4 || family == IP_V6);
    return family == IP_V6;
}
static inline uint8_t family_of(unsigned fam)
{
    return fam == FAM_V6 ? IP_V6 : IP_V4;
}

static inline struct dest *dest_at(const struct rib *r, unsigned fam, uint32_t h)
{
    return pool_at(&r->tables[fam].dests, h);
}
static inline struct prefix rib_dest_prefix(const struct dest *d, unsigned fam)
{
    struct prefix p = { .family = family_of(fam), .len = d->len };
    if (fam == FAM_V4)
        memcpy(p.b, d->addr, 4);
    else
        memcpy(p.b, d->addr, 16);
    return p;
}
static inline struct route *route_at(const struct rib *r, uint32_t h)
{
    return h & ROUTE_KEPT ? pool_at(&r->kept_routes, h & ~ROUTE_KEPT) : pool_at(&r->routes, h);
}
/* What the peer sent, of a route that remembers it; else NULL. */
static inline struct attr_set *route_received(const struct rib *r, uint32_t h)
{
    if (!(h & ROUTE_KEPT))
        return NULL;
    return ((struct kept_route *)pool_at(&r->kept_routes, h & ~ROUTE_KEPT))->received;
}
static inline struct adj *adj_at(const struct rib *r, uint32_t h)
{
    return pool_at(&r->adjs, h);
}
static inline struct next_hop *next_hop_at(const struct rib *r, uint32_t h)
{
    return pool_at(&r->next_hops, h);
}
static inline uint8_t route_source(const struct route *rt)
{
    return (uint8_t)(rt->flags >> ROUTE_SOURCE_SHIFT);
}

/* --- shard.c ---------------------------------------------------------------------------------- */

/* The peer of an id, or NULL; RIB_PEER_LOCAL is there always. */
static inline struct peer *rib_peer_find(const struct rib *r, unsigned fam, uint16_t id)
{
    if (id == RIB_PEER_LOCAL)
        return (struct peer *)(uintptr_t)&r->self;
    return id < r->peer_cap[fam] ? r->peers[fam][id] : NULL;
}

/* Whether the route counts: its peer did not go down since. */
static inline bool rib_route_is_live(const struct rib *r, unsigned fam, const struct route *rt)
{
    return rt->peer == RIB_PEER_LOCAL || r->peers[fam][rt->peer]->generation == rt->generation;
}

/* Takes the route (whose predecessor in the chain is prev, 0: the first) out and frees it. */
void rib_route_unlink(struct rib *r, unsigned fam, struct dest *d, uint32_t prev, uint32_t handle);

/* --- dest.c ----------------------------------------------------------------------------------- */

/* The hash of a prefix in the shard. */
uint64_t rib_hash(const struct rib *r, const struct prefix *p);

/* The dest of a prefix, whose hash is given; 0: none. */
uint32_t rib_dest_find(const struct rib *r, unsigned fam, const struct prefix *p, uint64_t hash);

/* Finds or makes; 0 without memory. */
must_use uint32_t rib_dest_get(struct rib *r, unsigned fam, const struct prefix *p, uint64_t hash);
/* Frees the dest if nothing holds it any more. */
void rib_dest_release(struct rib *r, unsigned fam, uint32_t handle);
/* The dest may be released soon: fetches what that needs. */
void rib_dest_foresee(const struct rib *r, unsigned fam, const struct dest *d);

/* --- next_hop.c ------------------------------------------------------------------------------- */

/* The entry of an address with one more reference, 0 without memory; one reference less. */
must_use uint32_t rib_next_hop_get(struct rib *r, const struct ip_addr *address);

/* One route less by the next hop. */
void rib_next_hop_put(struct rib *r, uint32_t handle);

/* --- adj_in.c --------------------------------------------------------------------------------- */

/* What import makes of a received set, with a reference; NULL: rejected, or *ret_failed. */
struct attr_set *rib_import(struct rib *r, struct peer *p, const struct prefix *px,
                            struct attr_set *received, bool *ret_failed);

/* Whether what import makes of a set of the peer depends on the prefix. */
bool rib_import_looks_at_prefix(const struct peer *p);

/* Forgets the results kept. */
void rib_memo_drop(struct rib *r, struct memo_slot **memo);

/* The slot of a set in the memo, which is made at need; NULL without memory. */
struct memo_slot *rib_memo_slot(struct memo_slot **memo, const struct attr_set *set);

/* Fills the slot. */
void rib_memo_fill(struct rib *r, struct memo_slot *slot, struct attr_set *in,
                   struct attr_set *out);

/* --- select.c --------------------------------------------------------------------------------- */

/* The path as the decision sees it; false: it is not a candidate. */
bool rib_candidate_of(const struct rib *r, unsigned fam, const struct route *rt,
                      struct rib_candidate *ret_candidate);

/* Chooses anew and tells groups and FIB what that changed. `changed`: the route whose set is
 * another than at the last decision, 0: none. */
void rib_decide(struct rib *r, unsigned fam, uint32_t dest, uint32_t changed);

/* The best route of a dest, 0: none. */
uint32_t rib_best(const struct rib *r, unsigned fam, const struct dest *d);

/* --- adj_out.c -------------------------------------------------------------------------------- */

struct rib_offer {
    struct attr_set *set; /* a reference; NULL: not to be told */
    uint16_t source;
    bool is_transparent;
    bool is_self; /* the next hop becomes ours, except to who is on its network */
};

/* What the group is to be told of the dest whose best route is `best` (NULL: none); false: no
 * memory. */
must_use bool rib_offer_of(struct rib *r, struct group *g, const struct prefix *p,
                           const struct route *best, struct rib_offer *ret_offer);

/* --- group.c ---------------------------------------------------------------------------------- */

/* The group of an id, NULL: there is none. */
struct group *rib_group_find(const struct rib *r, unsigned fam, uint16_t id);

/* Brings what the group is told of the dest in line with its best route. */
void rib_group_update(struct rib *r, unsigned fam, struct group *g, uint32_t dest,
                      const struct route *best);

/* The table is sent to every member again. */
void rib_group_resend_all(struct group *g);

/* Everything of the dest that belongs to deleted groups goes. */
void rib_adj_purge(struct rib *r, unsigned fam, struct dest *d);

/* The prefix of default-originate in the shard that owns it gets or loses its dest; false: no
 * memory. */
bool rib_pin_default(struct rib *r, unsigned fam);

/* Empties the queues, and frees members and memo, of every group. */
void rib_groups_done(struct rib *r);

/* The member's row, or NULL. */
struct member *rib_member_find(const struct group *g, uint16_t peer);

/* --- outq.c ----------------------------------------------------------------------------------- */

/* What the group was told, or is about to be told, of the dest. False: nothing. */
bool rib_told(const struct rib *r, const struct dest *d, const struct group *g,
              struct rib_offer *ret_told);

/* The group is to be told the offer, whose reference is taken over: it waits in a bucket, or
 * becomes the group's state at once when nobody listens. False: no memory, the reference is the
 * caller's. */
must_use bool rib_tell(struct rib *r, unsigned fam, struct group *g, uint32_t dest,
                       const struct rib_offer *offer);

/* The group's adj of the dest goes with its set; nothing waits for it. */
void rib_adj_remove(struct rib *r, struct dest *d, uint32_t prev, uint32_t handle);

/* Applies what waits as if it had been pulled; nobody is told. */
void rib_queue_flush(struct rib *r, unsigned fam, struct group *g);

/* Ends the dump under way, if any. */
void rib_dump_stop(struct rib *r, struct group *g);

/* --- split.c ---------------------------------------------------------------------------------- */

/* What the group's members have really been told of the dest, without what still waits; a
 * reference is not taken. Set NULL: nothing, as far as `peer` goes (RIB_PEERS_MAX: nobody). */
struct rib_offer rib_told_so_far(const struct rib *r, const struct dest *d, const struct group *g,
                                 uint16_t peer);

/* --- count.c ---------------------------------------------------------------------------------- */

/* The group was told of a route of the source, or is no longer (by: 1, -1). */
void rib_count_told(struct group *g, bool is_told, uint32_t source, int by);

/* The item comes into a bucket of the source, or leaves it: the source knows less than others. */
void rib_count_split(struct group *g, const struct item *it, uint32_t source, int by);

/* Nobody was told anything. */
void rib_counts_clear(struct group *g);

/* The slow way: what the peer was told of; RIB_PEERS_MAX: what the group was. */
uint32_t rib_count_by_walk(const struct rib *r, unsigned fam, const struct group *g, uint16_t peer);

/* --- sweep.c ---------------------------------------------------------------------------------- */

/* Something is due: *due becomes DUE_WAITING, and a sweep is wanted. */
void rib_due(struct rib *r, uint8_t *due);

/* Applies to one dest whatever is due. */
void rib_visit(struct rib *r, unsigned fam, uint32_t dest);

/* Sweeps to the end, for generations about to run out. */
void rib_sweep_all(struct rib *r);

#endif
