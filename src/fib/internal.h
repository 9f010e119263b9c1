/* fib/internal.h: the structs behind fib.h, for the files of this folder alone.
 *
 * A route is a prefix's entry in the trie (struct dest), a small struct route, and two interned
 * values that it shares with all routes like it: struct meta (distance, metric, tag) and struct
 * paths (the next hops). A next hop without interface is a struct gateway, interned too, and
 * resolved once however many routes use it. So a million BGP routes of one peer are a million
 * entries over one struct paths, one gateway and one kernel object.
 *
 * What a change touches is queued, from the bottom up, until nothing is left (fib_settle):
 *   gateways to resolve -> paths to put together -> prefixes to select -> gateways under those ...
 * and then prefixes to tell the kernel of, after the objects that they need. */
#ifndef FIB_INTERNAL_H
#define FIB_INTERNAL_H

#include "base/list.h"
#include "base/pool.h"
#include "base/slab.h"
#include "fib/fib.h"
#include "fib/table.h"
#include "fib/trie.h"

enum {
    KERNEL_METRIC = 20, /* what FRR gives its routes, so that a foreign one of metric 0 wins */
    FIRST_NEXTHOP_ID = 70000, /* of our kernel objects: out of the way of other daemons' */
    RESOLVE_STEPS_MAX = 4096, /* matches tried for one gateway: only loops come near it */
    SETTLE_STEPS = 4096,      /* prefixes and gateways that one fib_next_op() looks at */
    ADDRESSES_MAX = 65536,    /* over all interfaces */
    CLASS_COUNT = 4,          /* sizes of path lists: 1, 4, 16 and 64 */
};
static_assert(FIB_PATHS_MAX == 64, "the largest class holds every list");

/* One resolved next hop: an interface, and the gateway on it. Interned. */
struct single {
    struct table_link by_value;
    struct link dead;     /* in fib.dead_singles: to be removed from the kernel */
    struct fib_path path; /* weight 0, if_index set */
    uint8_t family;       /* of the routes that use it, when it has no gateway */
    bool in_kernel;
    uint32_t id;          /* of the kernel object; 0: never made */
    uint32_t refs;        /* hop lists that hold it */
    uint32_t kernel_refs; /* groups in the kernel that hold it */
};

/* An immutable, counted list of resolved next hops without duplicates. */
struct hops {
    uint32_t refs;
    uint8_t size_class;
    uint8_t n;
    struct {
        struct single *single;
        uint32_t weight;
    } hop[];
};

enum outcome { OUTCOME_NONE, OUTCOME_UNICAST, OUTCOME_BLACKHOLE, OUTCOME_REJECT };

/* A next hop that the table has to resolve. Head of an entry in fib.gateways. */
struct gateway {
    struct link dirty;    /* in fib.dirty_gateways */
    struct link fragile;  /* in fib.fragile: a loop was met, any change may matter */
    struct link via_link; /* in via->dependents */
    struct link news;     /* in fib.tracked_news */
    struct link users;    /* head: path.user of the paths that name it */
    struct paths *via;    /* of the route that it matched; NULL: none, or connected */
    struct hops *hops;
    uint32_t refs;     /* paths that name it */
    uint32_t trackers; /* fib_track() */
    uint32_t metric;
    uint8_t outcome;   /* enum outcome */
    uint8_t match_len; /* of the route that it matched */
    bool connected, via_default, was_told;
    struct fib_tracked told;
};

struct path {
    struct link user; /* in gateway->users; not of direct paths */
    struct paths *owner;
    struct gateway *gateway; /* NULL: direct */
    struct fib_path given;   /* weight 1.. */
    bool active;
};

/* The next hops of routes, and what they come to. Interned by kind, family, flags and given paths.
 */
struct paths {
    struct table_link by_value;
    struct link dirty;                /* in fib.dirty_paths */
    struct link object;               /* in fib.dirty_objects: the kernel's object has to be set */
    struct link dead;                 /* in fib.dead_paths: the kernel's object has to go */
    uint32_t first_route, last_route; /* by route.same_next */
    uint32_t self;                    /* its handle in fib.paths_index */
    struct link dependents;           /* head: gateway.via_link */
    uint64_t refs;                    /* metas that hold it */
    uint64_t kernel_users;            /* prefixes whose kernel route points here */
    struct hops *hops;                /* resolved */
    struct hops *told;                /* what the kernel's group holds */
    uint32_t id, retired_id;          /* kernel objects; retired: until no route points at it */
    uint8_t family, kind, outcome, size_class, n;
    bool via_default, trusted, is_group, in_kernel, had_rejected;
    struct path path[];
};

/* What routes have in common besides the prefix. Interned. */
struct meta {
    struct table_link by_value;
    uint64_t refs;
    uint32_t self; /* its handle in fib.metas_pool */
    struct paths *paths;
    struct ip_addr preferred_source;
    uint8_t source, distance, kernel_protocol;
    uint32_t instance, metric, tag;
};

/* Of routes and dests there are millions: they know one another by handles (base/pool.h), 0: none.
 */
struct route {
    uint32_t next;                 /* of the same prefix; when is_last: its dest, for dest_at() */
    uint32_t same_prev, same_next; /* with the same paths */
    uint32_t meta;
    uint64_t since_ms : 48;
    bool is_last : 1, selected : 1;
};

/* A prefix: the head of an entry in fib.trie; its node's user[0] are flags, user[1] the protocol of
 * the kernel's route. */
struct dest {
    uint32_t self;       /* for dest_at(): its handle in the trie, and DEST_IS_V6 */
    uint32_t routes;     /* the selected one first */
    uint32_t prev, next; /* in fib.to_select or fib.to_install */
    uint32_t installed;  /* paths of our route in the kernel, for paths_at(); 0: none */
};
#define DEST_IS_V6 (UINT32_C(1) << 30)
static_assert(sizeof(struct route) == 24 && sizeof(struct dest) == 20, "millions of each");

struct dest_queue {
    uint32_t first, last;
};

enum dest_flag {
    DEST_CHANGED = 1,  /* what was selected is another now, even if it looks the same */
    DEST_FORCE = 2,    /* the kernel's route has to be set again */
    DEST_REJECTED = 4, /* by the kernel */
    DEST_TOLD = 8,     /* has an entry in fib.told */
    DEST_SELECTING = 16,
    DEST_INSTALLING = 32,
};

struct address {
    struct table_link by_address;
    struct link in_iface;
    uint32_t if_index;
    struct prefix prefix; /* host bits kept */
};

struct iface {
    struct table_link by_index;
    struct link all; /* in fib.ifaces, by index */
    struct link addresses;
    struct fib_interface info;
};

/* What redistribution was told of a prefix that is not BGP's. */
struct told {
    struct table_link by_prefix;
    struct link news;
    struct fib_selected now;
};

/* A route of ours that was in the kernel at start, or an object. */
struct found {
    struct link all;
    struct prefix prefix; /* family IP_NONE: the object nexthop_id */
    uint32_t metric, nexthop_id;
    uint8_t protocol;
};

struct fib {
    struct fib_params params;
    ns_t now;
    struct trie trie[2];        /* struct dest: IPv4, IPv6 */
    struct trie gateways[2][2]; /* [family][via_default] */
    struct table ifaces_by_index, addresses, singles, paths, metas, told;
    struct link ifaces, found;
    struct link dirty_gateways, fragile, dirty_paths, dirty_objects;
    struct dest_queue to_select, to_install;
    struct link dead_singles, dead_paths;
    struct link tracked_news, selected_news;
    struct pool routes, metas_pool, paths_index; /* of struct route, meta, and paths * */
    struct slab single_slab, iface_slab, address_slab, told_slab, found_slab;
    struct slab paths_slab[CLASS_COUNT], hops_slab[CLASS_COUNT];
    uint32_t next_id;
    bool track_ignores_default[2]; /* by family */
    uint64_t churn;                /* gateways that changed since something outside did */
    uint64_t unstable;             /* times that routes depended on one another without end */
    bool sweeping, incomplete;     /* incomplete: memory was short, look at everything again */
};

enum gateway_flag { GATEWAY_V6 = 1, GATEWAY_VIA_DEFAULT = 2 }; /* of its node's user[0] */

static inline unsigned family_index(uint8_t family)
{
    return family == IP_V6;
}
static inline struct trie *dest_trie(const struct fib *f, uint8_t family)
{
    return (struct trie *)(uintptr_t)&f->trie[family_index(family)];
}
static inline struct trie *gateway_trie(const struct fib *f, uint8_t family, bool via_default)
{
    return (struct trie *)(uintptr_t)&f->gateways[family_index(family)][via_default];
}
/* The node of a dest (all tries of dests have heads of one size), and its family. */
static inline struct trie_node *dest_node(const struct dest *d)
{
    return (struct trie_node *)(void *)((char *)(uintptr_t)d + sizeof(struct dest));
}
static inline uint8_t dest_family(const struct dest *d)
{
    return d->self & DEST_IS_V6 ? IP_V6 : IP_V4;
}
static inline struct dest *dest_at(const struct fib *f, uint32_t self)
{
    return trie_head_at(&f->trie[(self & DEST_IS_V6) != 0], self & ~DEST_IS_V6);
}
static inline struct route *route_at(const struct fib *f, uint32_t handle)
{
    return handle ? pool_at(&f->routes, handle) : NULL;
}
/* The next route of the same prefix; NULL: it was the last. */
static inline struct route *route_next(const struct fib *f, const struct route *r)
{
    return r->is_last ? NULL : route_at(f, r->next);
}
static inline struct meta *route_meta(const struct fib *f, const struct route *r)
{
    return pool_at(&f->metas_pool, r->meta);
}
static inline struct paths *paths_at(const struct fib *f, uint32_t handle)
{
    return handle ? *(struct paths **)pool_at(&f->paths_index, handle) : NULL;
}
static inline bool dest_has(const struct trie_node *n, enum dest_flag flag)
{
    return (n->user[0] & flag) != 0;
}
/* An interface that packets can leave by. */
static inline bool iface_is_up(const struct iface *i)
{
    return i && i->info.admin_up && i->info.running;
}

/* interface.c */
struct iface *iface_find(const struct fib *f, uint32_t index);
struct address *address_find(const struct fib *f, const struct ip_addr *a, uint32_t if_index);
bool iface_has_network(const struct iface *i, const struct ip_addr *a);
bool interface_sync_all(struct fib *f);

/* resolve.c: gateways, and the walk through the table. */
must_use struct gateway *gateway_ref(struct fib *f, const struct ip_addr *a, bool via_default);
void gateway_release(struct fib *f, struct gateway *g); /* frees it when nothing holds it */
struct ip_addr gateway_address(const struct fib *f, const struct gateway *g);
void gateway_mark(struct fib *f, struct gateway *g);
void gateway_mark_under(struct fib *f, const struct prefix *p);
void gateway_resolve(struct fib *f, struct gateway *g);
bool path_is_usable(const struct fib *f, const struct paths *p, const struct fib_path *path);

/* paths.c: interned next hops and metas. */
must_use struct meta *meta_ref(struct fib *f, const struct fib_route *r);
void meta_unref(struct fib *f, struct meta *m);
void paths_mark(struct fib *f, struct paths *p);
void paths_resolve(struct fib *f, struct paths *p);
void paths_release(struct fib *f, struct paths *p); /* frees it if nothing holds it any more */

/* nexthop.c: resolved hops and the kernel's objects. */
struct hop_list {
    uint32_t n;
    struct fib_path path[FIB_PATHS_MAX]; /* resolved; no duplicates */
    bool blackhole, reject;              /* a path ended in one */
};
bool hop_list_add(struct hop_list *l, const struct fib_path *path);
must_use err_t hops_new(struct fib *f, const struct hop_list *l, uint8_t family,
                        struct hops **ret_hops);
void hops_unref(struct fib *f, struct hops *h);
bool hops_equal(const struct hops *a, const struct hops *b);
bool nexthop_next_op(struct fib *f, struct fib_op *ret_op);
bool nexthop_next_dead(struct fib *f, struct fib_op *ret_op);
void nexthop_want(struct fib *f, struct paths *p); /* routes are about to point at it */
void nexthop_user_gone(struct fib *f, struct paths *p);
void nexthop_interface_flushed(struct fib *f, uint32_t if_index);
void nexthop_failed(struct fib *f, const struct fib_op *op);
void paths_fill_op(const struct paths *p, struct fib_op *op);

/* select.c */
must_use err_t route_set(struct fib *f, const struct fib_route *r);
void route_del(struct fib *f, uint8_t source, uint32_t instance, const struct prefix *p);
void dest_mark(struct fib *f, struct dest *d);
void dest_mark_above(struct fib *f, const struct ip_addr *a);
void dest_force_all(struct fib *f, struct paths *p); /* every prefix that the kernel has with it */
void dest_try_again(struct fib *f, struct paths *p); /* what the kernel refused */
void dest_mark_all(struct fib *f, struct paths *p);
bool dest_select_next(struct fib *f); /* false: none is waiting */
bool dest_next_op(struct fib *f, struct fib_op *ret_op);
struct route *dest_selected(const struct fib *f, const struct dest *d);
bool sweep_next_op(struct fib *f, struct fib_op *ret_op);

/* fib.c: does what is queued, at most `steps` of it; false: there is more. */
bool fib_settle(struct fib *f, uint64_t steps);

/* track.c */
void track_check(struct fib *f, struct gateway *g);
void told_check(struct fib *f, const struct prefix *p, struct trie_node *n, const struct route *r);

#endif
