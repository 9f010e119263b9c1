/* fib/internal.h: the structs behind fib.h, for the files of this folder alone.
 *
 * A route is a prefix's entry in the trie (struct dest) and two interned values that it shares with
 * all routes like it: struct meta (distance, metric, tag) and struct paths (the next hops). Only
 * where a prefix has several routes are they chained objects of their own (struct route). A next
 * hop without interface is a struct gateway, interned too, and resolved once however many routes
 * use it. So a million BGP routes of one peer are a million entries over one meta, one struct
 * paths, one gateway and one kernel object.
 *
 * What a change touches is queued, from the bottom up, until nothing is left (fib_settle):
 *   gateways to resolve -> paths to put together -> prefixes to select -> gateways under those ...
 * and then prefixes to tell the kernel of, after the objects that they need. Paths do not know
 * their routes: what concerns all routes of some paths is said of the paths (`wants`), and one walk
 * over the table finds them, for all paths that were affected together. */
#ifndef FIB_INTERNAL_H
#define FIB_INTERNAL_H

#include "base/list.h"
#include "base/pool.h"
#include "base/slab.h"
#include "fib/fib.h"
#include "fib/marks.h"
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
    bool is_refused; /* by the kernel: next when a group that needs it was refused, too */
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
    struct link dirty;       /* in fib.dirty_paths */
    struct link object;      /* in fib.dirty_objects: the kernel's object has to be set */
    struct link dead;        /* in fib.dead_paths: the kernel's object has to go */
    struct link wanting;     /* in fib.wanting, while `wants` is not 0 */
    uint32_t self;           /* its handle in fib.paths_index */
    struct link dependents;  /* head: gateway.via_link */
    uint64_t refs;           /* metas that hold it, each for a route at least */
    uint64_t kernel_users;   /* prefixes whose kernel route points here */
    struct hops *hops;       /* resolved */
    struct hops *told;       /* what the kernel's group holds */
    uint32_t id, retired_id; /* kernel objects; retired: until no route points at it */
    uint8_t family, kind, outcome, size_class, n;
    uint8_t wants; /* enum want: what is to be done to every prefix with it */
    bool via_default, trusted, is_group, in_kernel, had_rejected;
    bool was_retried; /* the kernel refused its object, which was set again at once */
    bool was_weighed; /* in a selection: one before it knows nothing of these paths */
    bool
        has_guests; /* prefixes of other paths may stay with this object, which comes to the same */
    bool has_away;  /* prefixes of these paths may be such guests elsewhere */
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

enum want {
    WANT_LOOK = 1,   /* its prefixes are selected anew */
    WANT_FORCE = 2,  /* what the kernel has with it is set again */
    WANT_RETRY = 4,  /* what the kernel refused is tried again: it is something else now */
    WANT_GUESTS = 8, /* guests of its object look for another */
    WANT_AGAIN = 16, /* what the kernel refused for a reason that may pass is tried again */
    WANT_REJECT = 32,  /* the kernel refuses its object: its prefixes are rejected */
    WANT_HOPELESS = 64, /* ... for good */
};

/* Times of routes: sixteenths of a second, for more than eight years. */
enum { TICKS_PER_S = 16 };

/* One of several routes of a prefix. They know one another by handles (base/pool.h), 0: none. */
struct route {
    uint32_t next;
    uint32_t meta;
    uint32_t since;
    bool selected;
};

/* A prefix: the head of an entry in fib.trie; its node's user[0] are flags, user[1] the protocol of
 * the kernel's route. */
struct dest {
    uint32_t since;     /* of its only route; of a freed dest the pool's */
    uint32_t route;     /* its only route's meta; with DEST_MANY: its routes, the selected first */
    uint32_t installed; /* paths of our route in the kernel, for paths_at(); 0: none */
};
static_assert(sizeof(struct route) == 16 && sizeof(struct dest) == 12, "millions of each");

/* Dests are named by their handle in their trie, and the family. */
#define DEST_IS_V6 (UINT32_C(1) << 30)

enum dest_flag {
    DEST_CHANGED = 1,   /* what was selected is another now, even if it looks the same */
    DEST_FORCE = 2,     /* the kernel's route has to be set again */
    DEST_REJECTED = 4,  /* by the kernel */
    DEST_TOLD = 8,      /* has an entry in fib.told */
    DEST_MANY = 16,     /* several routes */
    DEST_SELECTED = 32, /* its only route is selected */
    DEST_RETRIED = 64,  /* refused, and set again at once: the next refusal counts */
    DEST_HOPELESS = 128, /* refused for a reason that does not pass by itself */
};

/* A route of a prefix, however it is kept: for walking over them. */
struct route_view {
    uint32_t handle;   /* 0: the only one */
    struct meta *meta; /* NULL: the end */
    uint32_t since;
    bool selected;
};

struct address {
    struct table_link by_address;
    struct link in_iface;
    uint32_t if_index;
    struct prefix prefix; /* host bits kept */
};

struct iface;
struct iface_name {
    struct table_link by_name;
    struct iface *owner;
};

struct iface {
    struct table_link by_index;
    struct iface_name name, alias; /* alias: in the table only when it is not empty */
    struct link all;                /* in fib.ifaces, by index */
    struct link stirred;            /* in fib.stirred */
    struct link addresses;
    struct fib_interface info;
    bool lost; /* fib_interface_lost() */
};

/* What redistribution was told of a prefix that is not BGP's. */
struct told {
    struct table_link by_prefix;
    struct link news;
    struct fib_selected now;
};

/* A route of ours that was in the kernel at start, or an object; or one that could not be removed.
 */
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
    struct table ifaces_by_index, ifaces_by_name, addresses, singles, paths, metas, told;
    struct link ifaces, found;
    struct link undeleted; /* of struct found: the kernel refused to remove them, for now */
    struct link to_delete; /* these are tried again */
    struct link stirred; /* interfaces: direct paths by them may have come alive, or died */
    struct link dirty_gateways, fragile, dirty_paths, dirty_objects;
    struct marks to_select[2], to_install[2]; /* dests, by family and handle */
    struct trie_finger finger[2];             /* of the tries of dests */
    struct link wanting;                      /* paths that want something of their prefixes */
    struct link dead_singles, dead_paths;
    struct link tracked_news, selected_news;
    struct pool routes, metas_pool, paths_index; /* of struct route, meta, and paths * */
    uint64_t route_count;                        /* limited by params.max_routes */
    uint32_t last_meta; /* of the last route that was set: the next one is mostly like it; or 0 */
    struct slab single_slab, iface_slab, address_slab, told_slab, found_slab;
    struct slab paths_slab[CLASS_COUNT], hops_slab[CLASS_COUNT];
    uint32_t next_id;
    bool track_ignores_default[2]; /* by family */
    uint64_t churn;                /* gateways that changed since something outside did */
    uint64_t unstable;             /* times that routes depended on one another without end */
    bool sweeping, incomplete;     /* incomplete: memory was short, look at everything again */
    bool refused; /* a route or an object, for a reason that may pass */
};

enum gateway_flag { GATEWAY_V6 = 1, GATEWAY_VIA_DEFAULT = 2 }; /* of its node's user[0] */

/* The place of a family in arrays of two. */
static inline unsigned family_index(uint8_t family)
{
    return family == IP_V6;
}

/* The prefixes of a family. */
static inline struct trie *dest_trie(const struct fib *f, uint8_t family)
{
    return (struct trie *)(uintptr_t)&f->trie[family_index(family)];
}

/* The gateways of a family, those that may resolve by the default route apart. */
static inline struct trie *gateway_trie(const struct fib *f, uint8_t family, bool via_default)
{
    return (struct trie *)(uintptr_t)&f->gateways[family_index(family)][via_default];
}
/* The node of a dest: all tries of dests have heads of one size. */
static inline struct trie_node *dest_node(const struct dest *d)
{
    return (struct trie_node *)(void *)((char *)(uintptr_t)d + sizeof(struct dest));
}

/* What a dest_self() says. */
static inline uint8_t dest_family(uint32_t self)
{
    return self & DEST_IS_V6 ? IP_V6 : IP_V4;
}

/* The name of a prefix: its handle, and the family. */
static inline uint32_t dest_self(uint8_t family, uint32_t handle)
{
    return handle | (family == IP_V6 ? DEST_IS_V6 : 0);
}

/* The prefix of a name, which is in use. */
static inline struct dest *dest_at(const struct fib *f, uint32_t self)
{
    return trie_head_at(&f->trie[(self & DEST_IS_V6) != 0], self & ~DEST_IS_V6);
}
static inline struct route *route_at(const struct fib *f, uint32_t handle)
{
    return pool_at(&f->routes, handle);
}
static inline struct meta *meta_at(const struct fib *f, uint32_t handle)
{
    return handle ? pool_at(&f->metas_pool, handle) : NULL;
}
static inline struct paths *paths_at(const struct fib *f, uint32_t handle)
{
    return handle ? *(struct paths **)pool_at(&f->paths_index, handle) : NULL;
}

/* Whether the flag is set. */
static inline bool dest_has(const struct dest *d, enum dest_flag flag)
{
    return (dest_node(d)->user[0] & flag) != 0;
}

/* Sets it. */
static inline void dest_flag(struct dest *d, enum dest_flag flag)
{
    dest_node(d)->user[0] |= (uint8_t)flag;
}

/* Clears it. */
static inline void dest_unflag(struct dest *d, enum dest_flag flag)
{
    dest_node(d)->user[0] &= (uint8_t) ~(unsigned)flag;
}
/* Walks over the routes of a prefix, the selected one first; until meta is NULL. */
static inline struct route_view route_of_handle(const struct fib *f, uint32_t handle)
{
    if (handle == 0)
        return (struct route_view){ 0 };
    const struct route *r = route_at(f, handle);
    return (struct route_view){ handle, meta_at(f, r->meta), r->since, r->selected };
}
static inline struct route_view route_first(const struct fib *f, const struct dest *d)
{
    if (dest_has(d, DEST_MANY))
        return route_of_handle(f, d->route);
    return (struct route_view){ 0, meta_at(f, d->route), d->since, dest_has(d, DEST_SELECTED) };
}
static inline struct route_view route_next(const struct fib *f, const struct route_view *r)
{
    return route_of_handle(f, r->handle ? route_at(f, r->handle)->next : 0);
}
/* An interface that packets can leave by. */
static inline bool iface_is_up(const struct iface *i)
{
    return i && i->info.admin_up && i->info.running && !i->lost;
}

/* interface.c */
struct iface *iface_find(const struct fib *f, uint32_t index);

/* An address of ours, on one interface (if_index) or on any (0). */
struct address *address_find(const struct fib *f, const struct ip_addr *a, uint32_t if_index);

/* Whether the address is in a network of the interface. */
bool iface_has_network(const struct iface *i, const struct ip_addr *a);

/* Makes or removes all connected routes as links and addresses are; false: no memory. */
bool interface_sync_all(struct fib *f);

/* Marks the direct paths of interfaces that changed. */
void interface_stirred_met(struct fib *f);

/* resolve.c: gateways, and the walk through the table. */
must_use struct gateway *gateway_ref(struct fib *f, const struct ip_addr *a, bool via_default);

/* Frees it when nothing holds it. */
void gateway_release(struct fib *f, struct gateway *g);
struct ip_addr gateway_address(const struct fib *f, const struct gateway *g);

/* It is to be resolved again. */
void gateway_mark(struct fib *f, struct gateway *g);

/* The same for all that the prefix covers. */
void gateway_mark_under(struct fib *f, const struct prefix *p);

/* Finds its interfaces, and tells who uses it when they are others than before. */
void gateway_resolve(struct fib *f, struct gateway *g);

/* Whether a path with an interface is alive. */
bool path_is_usable(const struct fib *f, const struct paths *p, const struct fib_path *path);

/* paths.c: interned next hops and metas. */
must_use struct meta *meta_ref(struct fib *f, const struct fib_route *r);

/* One route less; the last one frees it, and its paths if nothing else has them. */
void meta_unref(struct fib *f, struct meta *m);

/* They are to be put together again. */
void paths_mark(struct fib *f, struct paths *p);

/* Puts them together, and tells who depends on them when they come to something else. */
void paths_resolve(struct fib *f, struct paths *p);

/* Frees them if nothing holds them any more. */
void paths_release(struct fib *f, struct paths *p);

/* nexthop.c: resolved hops and the kernel's objects. */
struct hop_list {
    uint32_t n;
    struct fib_path path[FIB_PATHS_MAX]; /* resolved; no duplicates */
    bool blackhole, reject;              /* a path ended in one */
};

/* Adds a hop unless it is there; false: the list is full. */
bool hop_list_add(struct hop_list *l, const struct fib_path *path);

/* The interned hops of a list (NULL for an empty one), held once. */
must_use err_t hops_new(struct fib *f, const struct hop_list *l, uint8_t family,
                        struct hops **ret_hops);

/* One holder less; NULL is allowed. */
void hops_unref(struct fib *f, struct hops *h);

/* Whether packets go the same ways, in the same shares. */
bool hops_equal(const struct hops *a, const struct hops *b);

/* The next object to be set; false: none. */
bool nexthop_next_op(struct fib *f, struct fib_op *ret_op);

/* The next object to be removed; false: none. */
bool nexthop_next_dead(struct fib *f, struct fib_op *ret_op);

/* Its object is to be set: routes are about to point at it, or it comes to something else. */
void nexthop_want(struct fib *f, struct paths *p);

/* A prefix whose kernel route pointed at p does not any more. */
void nexthop_user_gone(struct fib *f, struct paths *p);
/* Whether packets that take p's object go as those of the paths are to go; p gets the object of
 * other paths that no route has any more, with everything in the kernel that points at it. */
bool nexthop_serves(const struct paths *object, const struct paths *p);

/* p gets the object of other paths that no route has any more. */
void nexthop_take_over(struct fib *f, struct paths *p, struct paths *from);

/* The kernel dropped what it had by the interface. */
void nexthop_interface_flushed(struct fib *f, uint32_t if_index);

/* The kernel refused an object: tried again at once, or its prefixes are rejected. */
void nexthop_failed(struct fib *f, const struct fib_op *op, bool is_final);

/* Where a route operation leads: an object, or the hops themselves. */
void paths_fill_op(const struct paths *p, struct fib_op *op);

/* select.c: dests by dest_self(). */
must_use err_t route_set(struct fib *f, const struct fib_route *r);

/* The same, removed. */
void route_del(struct fib *f, uint8_t source, uint32_t instance, const struct prefix *p);

/* The prefix is to be selected, and then told to the kernel. */
void dest_mark(struct fib *f, uint32_t self);

/* The same for all that cover the address. */
void dest_mark_above(struct fib *f, const struct ip_addr *a);

/* Whether it waits to be selected (*ret) or to be told to the kernel. */
bool dest_is_waiting(const struct fib *f, uint32_t self, bool *ret_to_select);

/* Something is to be done to every prefix with p. */
void paths_want(struct fib *f, struct paths *p, enum want want);

/* Does what paths want, in one walk over the table; false: nothing was wanted. */
bool paths_wants_met(struct fib *f);

/* Selects for the next prefix that waits; false: none does. */
bool dest_select_next(struct fib *f);

/* The next route operation, or that of the object it needs; false: none. */
bool dest_next_op(struct fib *f, struct fib_op *ret_op);

/* The kernel refused a route: tried again at once, or it is rejected. */
void dest_failed(struct fib *f, const struct fib_op *op, bool is_final);

/* The next removal of what was found, or was not removed before; false: none. */
bool sweep_next_op(struct fib *f, struct fib_op *ret_op);

/* The meta of the selected route; NULL: none. */
static inline struct meta *dest_selected(const struct fib *f, const struct dest *d)
{
    struct route_view r = route_first(f, d);
    return r.selected ? r.meta : NULL;
}

/* fib.c: does what is queued, at most `steps` of it; false: there is more. */
bool fib_settle(struct fib *f, uint64_t steps);

/* track.c */
void track_check(struct fib *f, struct gateway *g);

/* Tells redistribution of the selected route m (NULL: none) if it is news. */
void told_check(struct fib *f, const struct prefix *p, struct dest *d, const struct meta *m);

#endif
