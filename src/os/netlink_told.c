#include "os/netlink_told.h"

#include <string.h>

#include "base/hash.h"
#include "base/mem.h"

enum { BUCKETS_MIN = 256 };

struct key { /* no padding that is not written: compared by memcmp */
    uint32_t what, if_index, metric, nexthop_id;
    struct prefix prefix;
    uint8_t protocol, pad;
};

struct told_thing {
    struct told_thing *next;
    uint32_t generation;
    uint32_t via;          /* ROUTE: the interface of every path; 0: several, or none */
    bool is_down;          /* LINK: administratively */
    struct ip_addr source; /* ROUTE: preferred */
    struct key key;
};

void os_netlink_told_init(struct os_netlink_told *t)
{
    *t = (struct os_netlink_told){ 0 };
}

void os_netlink_told_done(struct os_netlink_told *t)
{
    for (uint32_t i = 0; i < t->bucket_count; i++) {
        for (struct told_thing *at = t->buckets[i], *next; at; at = next) {
            next = at->next;
            mem_free(MEM_MISC, at, sizeof(*at));
        }
    }
    mem_free(MEM_MISC, t->buckets, t->bucket_count * sizeof(struct told_thing *));
    *t = (struct os_netlink_told){ 0 };
}

void os_netlink_told_begin(struct os_netlink_told *t)
{
    t->generation++;
    t->sweep = 0;
    t->flushing = false;
}

static struct key key_of(const struct os_netlink_event *e)
{
    struct key k;
    memset(&k, 0, sizeof(k));
    k.what = e->what;
    k.if_index = e->what == OS_NETLINK_LINK || e->what == OS_NETLINK_ADDRESS ? e->if_index : 0;
    if (e->what == OS_NETLINK_ADDRESS || e->what == OS_NETLINK_ROUTE)
        k.prefix = e->prefix;
    if (e->what == OS_NETLINK_ROUTE) {
        k.metric = e->metric;
        k.protocol = e->protocol;
    }
    if (e->what == OS_NETLINK_NEXTHOP)
        k.nexthop_id = e->nexthop_id;
    return k;
}

static struct told_thing **bucket(const struct os_netlink_told *t, const struct key *k)
{
    return &t->buckets[hash_bytes(0, k, sizeof(*k)) & (t->bucket_count - 1)];
}

static void grow(struct os_netlink_told *t)
{
    struct os_netlink_told bigger = *t;
    bigger.bucket_count = t->bucket_count ? t->bucket_count * 2 : BUCKETS_MIN;
    bigger.buckets = mem_alloc(MEM_MISC, bigger.bucket_count * sizeof(struct told_thing *));
    if (!bigger.buckets)
        return;
    for (uint32_t i = 0; i < t->bucket_count; i++) {
        for (struct told_thing *at = t->buckets[i], *next; at; at = next) {
            next = at->next;
            struct told_thing **b = bucket(&bigger, &at->key);
            at->next = *b;
            *b = at;
        }
    }
    mem_free(MEM_MISC, t->buckets, t->bucket_count * sizeof(struct told_thing *));
    *t = bigger;
}

static struct told_thing **find(const struct os_netlink_told *t, const struct key *k)
{
    struct told_thing **at = bucket(t, k);
    while (*at && memcmp(&(*at)->key, k, sizeof(*k)) != 0)
        at = &(*at)->next;
    return at;
}

static void forget(struct os_netlink_told *t, struct told_thing **at)
{
    struct told_thing *gone = *at;
    *at = gone->next;
    t->count--;
    mem_free(MEM_MISC, gone, sizeof(*gone));
}

static uint32_t only_interface(const struct os_netlink_event *e)
{
    for (uint32_t i = 1; i < e->n; i++) {
        if (e->path[i].if_index != e->path[0].if_index)
            return 0;
    }
    return e->n ? e->path[0].if_index : 0;
}

void os_netlink_told_note(struct os_netlink_told *t, const struct os_netlink_event *e)
{
    struct key k = key_of(e);
    if (t->count >= t->bucket_count)
        grow(t);
    t->lacks = t->lacks || t->bucket_count == 0;
    t->was_down = false;
    if (t->bucket_count == 0)
        return;
    struct told_thing **at = find(t, &k);
    bool is_link = e->what == OS_NETLINK_LINK;
    t->was_down = is_link && (*at ? (*at)->is_down : !t->lacks);
    if (e->gone) {
        if (*at)
            forget(t, at);
        return;
    }
    if (!*at) {
        struct told_thing *fresh =
            t->count < OS_NETLINK_TOLD_MAX ? mem_alloc(MEM_MISC, sizeof(*fresh)) : NULL;
        if (!fresh) {
            t->lacks = true;
            return;
        }
        fresh->key = k;
        *at = fresh;
        t->count++;
    }
    (*at)->generation = t->generation;
    (*at)->is_down = is_link && !e->link.admin_up;
    (*at)->via = e->what == OS_NETLINK_ROUTE ? only_interface(e) : 0;
    (*at)->source = e->what == OS_NETLINK_ROUTE ? e->preferred_source : (struct ip_addr){ 0 };
}

static void tell_gone(struct os_netlink_told *t, struct told_thing **at,
                      struct os_netlink_event *ret_event)
{
    const struct key *k = &(*at)->key;
    memset(ret_event, 0, offsetof(struct os_netlink_event, path));
    ret_event->what = k->what;
    ret_event->gone = true;
    ret_event->if_index = k->if_index;
    ret_event->prefix = k->prefix;
    ret_event->metric = k->metric;
    ret_event->protocol = k->protocol;
    ret_event->nexthop_id = k->nexthop_id;
    forget(t, at);
}

static bool has_ipv4_address(const struct os_netlink_told *t, uint32_t if_index)
{
    for (uint32_t i = 0; i < t->bucket_count; i++) {
        for (const struct told_thing *at = t->buckets[i]; at; at = at->next) {
            if (at->key.what == OS_NETLINK_ADDRESS && at->key.if_index == if_index &&
                at->key.prefix.family == IP_V4)
                return true;
        }
    }
    return false;
}

void os_netlink_told_check_flush(struct os_netlink_told *t, const struct os_netlink_event *e)
{
    bool down = e->what == OS_NETLINK_LINK && (e->gone || !e->link.admin_up) && !t->was_down;
    bool address = e->what == OS_NETLINK_ADDRESS && e->gone && e->prefix.family == IP_V4;
    if (!down && !address)
        return;
    t->flushing = true;
    t->sweep = 0;
    t->flush_if = down || !has_ipv4_address(t, e->if_index) ? e->if_index : 0;
    t->flush_source = address ? prefix_addr(&e->prefix) : (struct ip_addr){ 0 };
}

static bool is_flushed(const struct os_netlink_told *t, const struct told_thing *thing)
{
    if (thing->key.what != OS_NETLINK_ROUTE || thing->key.prefix.family != IP_V4)
        return false;
    if (t->flush_if && thing->via == t->flush_if)
        return true;
    return t->flush_source.family && ip_eq(&thing->source, &t->flush_source);
}

bool os_netlink_told_flush(struct os_netlink_told *t, struct os_netlink_event *ret_event)
{
    for (; t->flushing && t->sweep < t->bucket_count; t->sweep++) {
        struct told_thing **at = &t->buckets[t->sweep];
        while (*at && !is_flushed(t, *at))
            at = &(*at)->next;
        if (!*at)
            continue;
        tell_gone(t, at, ret_event);
        return true;
    }
    t->flushing = false;
    return false;
}

bool os_netlink_told_sweep(struct os_netlink_told *t, struct os_netlink_event *ret_event)
{
    for (; t->sweep < t->bucket_count; t->sweep++) {
        struct told_thing **at = &t->buckets[t->sweep];
        while (*at && (*at)->generation == t->generation)
            at = &(*at)->next;
        if (!*at)
            continue;
        tell_gone(t, at, ret_event);
        return true;
    }
    return false;
}
