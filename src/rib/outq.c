/* What waits to be told: items by prefix in buckets by attribute set, so that one UPDATE carries
 * many prefixes and a prefix that changes twice before it is pulled is told once. Split horizon: a
 * bucket is not told to the peer that sent its routes; where that peer knows a prefix from another
 * one, it is told first to forget it. */
#include <string.h>

#include "base/hash.h"
#include "rib/table.h"

/* Dests of a dump that are collected and sorted into buckets at a time, and how many portions for
 * all go between two such windows. */
enum { DUMP_WINDOW = 8192, DUMP_TURNS = 16 };

static struct item *item_at(const struct rib *r, uint32_t h)
{
    return pool_at(&r->items, h);
}
static struct bucket *bucket_at(const struct rib *r, uint32_t h)
{
    return pool_at(&r->buckets, h);
}

/* --- adj -------------------------------------------------------------------------------------- */

/* The group's adj of a dest, 0: none; *ret_prev the one that stands before it or would. */
static uint32_t adj_find(const struct rib *r, const struct dest *d, const struct group *g,
                         uint32_t *ret_prev)
{
    uint32_t prev = 0, h = d->adj;
    for (; h; prev = h, h = adj_at(r, h)->next) {
        const struct adj *a = adj_at(r, h);
        if (a->group == g->params.group && a->generation == g->generation)
            break;
        if (a->group > g->params.group) {
            h = 0;
            break;
        }
    }
    *ret_prev = prev;
    return h;
}

static uint32_t adj_insert(struct rib *r, struct dest *d, const struct group *g, uint32_t prev)
{
    uint32_t h = pool_alloc(&r->adjs);
    if (h == 0)
        return 0;
    struct adj *a = adj_at(r, h);
    uint32_t *at = prev ? &adj_at(r, prev)->next : &d->adj;
    a->group = g->params.group & 0xfffU;
    a->generation = g->generation & 0xfU;
    a->next = *at;
    *at = h;
    return h;
}

void rib_adj_remove(struct rib *r, struct dest *d, uint32_t prev, uint32_t handle)
{
    struct adj *a = adj_at(r, handle);
    assert(!a->is_pending);
    attr_unref(r->params.attrs, a->set);
    if (prev)
        adj_at(r, prev)->next = a->next;
    else
        d->adj = a->next;
    pool_free(&r->adjs, handle);
}

/* The state becomes the group's; takes over the reference. The adj goes when there is nothing. */
static void adj_settle(struct rib *r, struct dest *d, uint32_t prev, uint32_t handle,
                       const struct rib_offer *state)
{
    struct adj *a = adj_at(r, handle);
    a->is_pending = 0;
    a->set = state->set;
    a->source = state->source & 0x1fffU;
    a->is_transparent = state->is_transparent;
    a->is_self = state->is_self;
    if (!a->set)
        rib_adj_remove(r, d, prev, handle);
}

/* What the group was told, of an adj that waits for nothing; a reference is not taken. */
static struct rib_offer told_of(const struct adj *a)
{
    return (struct rib_offer){ a->set, (uint16_t)a->source, a->is_transparent, a->is_self };
}

/* --- buckets ---------------------------------------------------------------------------------- */

static uint64_t bucket_hash(const struct rib *r, const struct bucket *key)
{
    uint64_t parts = (uint64_t)key->group << 32 | (uint64_t)key->source << 16 |
                     (uint64_t)key->family << 8 | (uint64_t)key->is_self << 2 |
                     (uint64_t)key->is_transparent << 1 | (uint64_t)key->is_dump;
    return hash_mix(hash_mix(parts ^ r->params.hash_key) + (key->set ? key->set->hash : 0));
}

static bool bucket_is(const struct bucket *b, const struct bucket *key)
{
    return b->set == key->set && b->source == key->source && b->group == key->group &&
           b->family == key->family && b->is_transparent == key->is_transparent &&
           b->is_self == key->is_self && b->is_dump == key->is_dump;
}

static void buckets_grow(struct rib *r)
{
    uint32_t size = r->bucket_size ? r->bucket_size * 2 : 16;
    uint32_t *heads = mem_alloc(MEM_RIB_TABLE, size * sizeof(*heads));
    if (!heads)
        return;
    for (uint32_t i = 0; i < r->bucket_size; i++) {
        for (uint32_t h = r->bucket_heads[i], next; h; h = next) {
            struct bucket *b = bucket_at(r, h);
            uint32_t *head = &heads[bucket_hash(r, b) & (size - 1)];
            next = b->hash_next;
            b->hash_next = *head;
            *head = h;
        }
    }
    mem_free(MEM_RIB_TABLE, r->bucket_heads, r->bucket_size * sizeof(*heads));
    r->bucket_heads = heads;
    r->bucket_size = size;
}

static struct bucket_queue *queue_of(struct group *g, const struct bucket *b)
{
    return b->is_dump ? &g->window : &g->queue;
}

/* The bucket of the key, made at need with a reference to the set; 0 without memory. */
static uint32_t bucket_get(struct rib *r, struct group *g, const struct bucket *key)
{
    struct bucket_queue *q = queue_of(g, key);
    if (q->last && bucket_is(bucket_at(r, q->last), key))
        return q->last;
    if (r->buckets.live >= r->bucket_size)
        buckets_grow(r);
    if (r->bucket_size == 0)
        return 0;
    uint32_t *head = &r->bucket_heads[bucket_hash(r, key) & (r->bucket_size - 1)];
    for (uint32_t h = *head; h; h = bucket_at(r, h)->hash_next) {
        if (bucket_is(bucket_at(r, h), key))
            return h;
    }
    uint32_t h = pool_alloc(&r->buckets);
    if (h == 0)
        return 0;
    struct bucket *b = bucket_at(r, h);
    *b = *key;
    attr_ref(b->set);
    b->hash_next = *head;
    *head = h;
    b->prev = q->last;
    if (q->last)
        bucket_at(r, q->last)->next = h;
    else
        q->first = h;
    q->last = h;
    return h;
}

static void bucket_free(struct rib *r, struct group *g, uint32_t handle)
{
    struct bucket *b = bucket_at(r, handle);
    struct bucket_queue *q = queue_of(g, b);
    uint32_t *at = &r->bucket_heads[bucket_hash(r, b) & (r->bucket_size - 1)];
    while (*at != handle)
        at = &bucket_at(r, *at)->hash_next;
    *at = b->hash_next;
    if (b->prev)
        bucket_at(r, b->prev)->next = b->next;
    else
        q->first = b->next;
    if (b->next)
        bucket_at(r, b->next)->prev = b->prev;
    else
        q->last = b->prev;
    attr_unref(r->params.attrs, b->set);
    pool_free(&r->buckets, handle);
}

static void item_append(struct rib *r, uint32_t bucket, uint32_t item)
{
    struct bucket *b = bucket_at(r, bucket);
    struct item *it = item_at(r, item);
    it->bucket = bucket;
    it->next = 0;
    it->prev = b->last;
    if (b->last)
        item_at(r, b->last)->next = item;
    else
        b->first = item;
    b->last = item;
    b->count++;
    b->only_left += it->needs_only;
}

/* Takes the item out of its bucket, which goes when it is empty. */
static void item_unlink(struct rib *r, struct group *g, uint32_t item)
{
    struct item *it = item_at(r, item);
    struct bucket *b = bucket_at(r, it->bucket);
    if (it->prev)
        item_at(r, it->prev)->next = it->next;
    else
        b->first = it->next;
    if (it->next)
        item_at(r, it->next)->prev = it->prev;
    else
        b->last = it->prev;
    b->only_left -= it->needs_only;
    if (--b->count == 0)
        bucket_free(r, g, it->bucket);
}

/* --- telling ---------------------------------------------------------------------------------- */

static bool is_same(const struct rib_offer *a, const struct rib_offer *b)
{
    if (a->set != b->set)
        return false;
    return !a->set || (a->source == b->source && a->is_transparent == b->is_transparent &&
                       a->is_self == b->is_self);
}

/* Whether a member would notice that the group's state goes from one to the other. */
static bool is_heard(const struct group *g, const struct rib_offer *from,
                     const struct rib_offer *to)
{
    if (g->member_count == 0)
        return false;
    if (g->member_count == 1) { /* what it sent itself it does not hear */
        uint16_t only = g->members[0].peer;
        bool knows = from->set && from->source != only, is_to_know = to->set && to->source != only;
        if (!knows && !is_to_know)
            return false;
    }
    if (from->set != to->set || from->is_transparent != to->is_transparent ||
        from->is_self != to->is_self)
        return true;
    return rib_member_find(g, from->source) || rib_member_find(g, to->source);
}

static struct rib_offer sent_of(const struct item *it)
{
    return (struct rib_offer){ it->sent, (uint16_t)it->sent_source, it->sent_transparent,
                               it->sent_self };
}

static struct bucket key_of(const struct group *g, unsigned fam, const struct rib_offer *offer)
{
    return (struct bucket){
        .set = offer->set,
        .group = g->params.group,
        .family = (uint8_t)fam,
        .source = offer->source,
        .is_transparent = offer->set && offer->is_transparent,
        .is_self = offer->set && offer->is_self,
    };
}

/* Whether the peer that the offer comes from would know the prefix from another, were it a member:
 * that is asked when the bucket is pulled, since it may join or leave until then. */
static bool needs_only(const struct item *it, const struct rib_offer *offer)
{
    return offer->set && offer->source != RIB_PEER_LOCAL && it->sent &&
           offer->source != it->sent_source;
}

/* Nothing waited for the adj until now. */
static bool tell_first(struct rib *r, unsigned fam, struct group *g, uint32_t dest, uint32_t adj,
                       const struct rib_offer *offer)
{
    struct adj *a = adj_at(r, adj);
    uint32_t item = pool_alloc(&r->items);
    if (item == 0)
        return false;
    struct item *it = item_at(r, item);
    it->dest = dest;
    it->sent = a->set;
    it->sent_source = a->source;
    it->sent_transparent = a->is_transparent;
    it->sent_self = a->is_self;
    it->needs_only = needs_only(it, offer);
    struct bucket key = key_of(g, fam, offer);
    /* A withdrawal is not for the one from whom the route came: it was never told. */
    if (!offer->set)
        key.source = it->sent_source & 0x1fffU;
    uint32_t bucket = bucket_get(r, g, &key);
    if (bucket == 0) {
        pool_free(&r->items, item);
        return false;
    }
    a->is_pending = 1;
    a->item = item;
    item_append(r, bucket, item);
    attr_unref(r->params.attrs, offer->set); /* the bucket has its own reference */
    return true;
}

/* Something waited already: it is overtaken. */
static bool tell_again(struct rib *r, unsigned fam, struct group *g, uint32_t adj,
                       const struct rib_offer *offer)
{
    uint32_t item = adj_at(r, adj)->item, prev;
    struct item *it = item_at(r, item);
    struct rib_offer sent = sent_of(it);
    if (is_same(&sent, offer) && !it->is_split) {
        struct dest *d = dest_at(r, fam, it->dest);
        (void)adj_find(r, d, g, &prev);
        item_unlink(r, g, item);
        pool_free(&r->items, item);
        adj_settle(r, d, prev, adj, &sent);
        attr_unref(r->params.attrs, offer->set);
        return true;
    }
    struct bucket key = key_of(g, fam, offer);
    if (!offer->set)
        key.source = it->sent_source & 0x1fffU;
    if (!bucket_is(bucket_at(r, it->bucket), &key)) {
        uint32_t bucket = bucket_get(r, g, &key);
        if (bucket == 0)
            return false;
        rib_count_split(g, it, bucket_at(r, it->bucket)->source, -1);
        item_unlink(r, g, item);
        it->needs_only = needs_only(it, offer);
        item_append(r, bucket, item);
        rib_count_split(g, it, key.source, 1);
    }
    attr_unref(r->params.attrs, offer->set);
    return true;
}

bool rib_tell(struct rib *r, unsigned fam, struct group *g, uint32_t dest,
              const struct rib_offer *offer)
{
    struct dest *d = dest_at(r, fam, dest);
    uint32_t prev;
    uint32_t adj = adj_find(r, d, g, &prev);
    bool is_new = adj == 0;
    if (is_new && !offer->set)
        return true;
    if (is_new)
        adj = adj_insert(r, d, g, prev);
    if (adj == 0)
        return false;
    struct adj *a = adj_at(r, adj);
    if (a->is_pending)
        return tell_again(r, fam, g, adj, offer);
    struct rib_offer told = told_of(a);
    if (is_same(&told, offer)) {
        attr_unref(r->params.attrs, offer->set);
        return true;
    }
    if (!is_heard(g, &told, offer)) {
        rib_count_told(g, told.set, told.source, -1);
        rib_count_told(g, offer->set, offer->source, 1);
        attr_unref(r->params.attrs, a->set);
        adj_settle(r, d, prev, adj, offer);
        return true;
    }
    bool done = tell_first(r, fam, g, dest, adj, offer);
    if (!done && is_new)
        rib_adj_remove(r, d, prev, adj);
    return done;
}

bool rib_told(const struct rib *r, const struct dest *d, const struct group *g,
              struct rib_offer *ret_told)
{
    uint32_t prev;
    uint32_t h = adj_find(r, d, g, &prev);
    if (h == 0)
        return false;
    const struct adj *a = adj_at(r, h);
    *ret_told = told_of(a);
    if (a->is_pending) {
        const struct bucket *b = bucket_at(r, item_at(r, a->item)->bucket);
        *ret_told = (struct rib_offer){ b->set, b->source, b->is_transparent, b->is_self };
    }
    return ret_told->set != NULL;
}

/* The first item of a bucket for all was told: its adj has the bucket's state now. The bucket
 * stays, even empty. */
static void item_done(struct rib *r, unsigned fam, struct group *g, struct bucket *b)
{
    uint32_t item = b->first;
    struct item *it = item_at(r, item);
    uint32_t dest = it->dest, prev;
    struct dest *d = dest_at(r, fam, dest);
    uint32_t adj = adj_find(r, d, g, &prev);
    struct rib_offer state = { attr_ref(b->set), b->source, b->is_transparent, b->is_self };
    rib_count_split(g, it, b->source, -1);
    rib_count_told(g, it->sent, it->sent_source, -1);
    rib_count_told(g, state.set, state.source, 1);
    adj_settle(r, d, prev, adj, &state);
    attr_unref(r->params.attrs, it->sent);
    b->first = it->next;
    if (b->first)
        item_at(r, b->first)->prev = 0;
    else
        b->last = 0;
    b->count--;
    b->only_left -= it->needs_only;
    pool_free(&r->items, item);
    rib_dest_release(r, fam, dest);
}

void rib_queue_flush(struct rib *r, unsigned fam, struct group *g)
{
    while (g->queue.first) {
        uint32_t h = g->queue.first;
        struct bucket *b = bucket_at(r, h);
        while (b->count > 0)
            item_done(r, fam, g, b);
        bucket_free(r, g, h);
    }
}

/* From now on the source of the item's bucket knows less than the other members. */
static void split(struct group *g, struct item *it, uint16_t source)
{
    rib_count_split(g, it, source, -1);
    it->is_split = 1;
    rib_count_split(g, it, source, 1);
}

/* --- portions --------------------------------------------------------------------------------- */

/* Where the prefixes of a portion go: room for `count`, or as many as there is memory for. */
static uint32_t out_room(struct rib *r, uint32_t count, struct prefix **ret_out)
{
    uint32_t want = MIN(count, (uint32_t)RIB_EXPORT_MAX);
    if (want > r->out_cap && want > ARRAY_LEN(r->out_reserve)) {
        uint32_t cap = r->out_cap ? r->out_cap : 32;
        while (cap < want)
            cap *= 2;
        void *v =
            mem_resize(MEM_BUFFER, r->out, r->out_cap * sizeof(*r->out), cap * sizeof(*r->out));
        if (v) {
            r->out = v;
            r->out_cap = cap;
        }
    }
    bool is_small = r->out_cap == 0 || want <= ARRAY_LEN(r->out_reserve);
    *ret_out = is_small ? r->out_reserve : r->out;
    return MIN(want, is_small ? (uint32_t)ARRAY_LEN(r->out_reserve) : r->out_cap);
}

/* Withdraws from the source of the bucket alone what it knows from others, within the portion that
 * is next; 0: nothing. */
static size_t pull_only(struct rib *r, unsigned fam, struct group *g, struct bucket *b,
                        struct rib_export *e)
{
    struct prefix *out;
    uint32_t room = out_room(r, b->count, &out);
    size_t n = 0;
    uint32_t h = b->first;
    for (uint32_t i = 0; i < room; i++, h = item_at(r, h)->next) {
        struct item *it = item_at(r, h);
        if (!it->needs_only)
            continue;
        it->needs_only = 0;
        split(g, it, b->source);
        b->only_left--;
        out[n++] = rib_dest_prefix(dest_at(r, fam, it->dest), fam);
    }
    *e =
        (struct rib_export){ .family = family_of(fam), .only = b->source, .prefixes = out, .n = n };
    return n;
}

/* The first portion of what waits for all. */
static bool pull_queue(struct rib *r, unsigned fam, struct group *g, struct rib_export *e)
{
    uint32_t h = g->queue.first;
    if (h == 0)
        return false;
    struct bucket *b = bucket_at(r, h);
    g->turns++;
    if (b->only_left > 0 && rib_member_find(g, b->source) && pull_only(r, fam, g, b, e) > 0)
        return true;
    struct prefix *out;
    uint32_t n = out_room(r, b->count, &out);
    r->lent_set = attr_ref(b->set);
    *e = (struct rib_export){
        .family = family_of(fam),
        .set = r->lent_set,
        .except = b->source,
        .transparent = b->is_transparent,
        .next_hop_self = b->is_self,
        .local_pref = r->params.decision.default_local_pref,
        .prefixes = out,
        .n = n,
    };
    uint32_t item = b->first;
    for (uint32_t i = 0; i < n; i++, item = item_at(r, item)->next) {
        const struct dest *d = dest_at(r, fam, item_at(r, item)->dest);
        out[i] = rib_dest_prefix(d, fam);
        rib_dest_foresee(r, fam, d);
    }
    for (uint32_t i = 0; i < n; i++)
        item_done(r, fam, g, b);
    if (b->count == 0)
        bucket_free(r, g, h);
    return true;
}

/* --- dumps ------------------------------------------------------------------------------------ */

/* Frees a bucket of the window with the items that are left in it. */
static void window_free(struct rib *r, struct group *g, uint32_t handle)
{
    struct bucket *b = bucket_at(r, handle);
    for (uint32_t h = b->first, next; h; h = next) {
        next = item_at(r, h)->next;
        pool_free(&r->items, h);
    }
    bucket_free(r, g, handle);
}

void rib_dump_stop(struct rib *r, struct group *g)
{
    while (g->window.first)
        window_free(r, g, g->window.first);
    g->dump_peer = RIB_PEER_LOCAL;
}

/* What was told of the dest comes into the window; false: no memory. What waits for all follows
 * after the window, so the member misses nothing. */
static bool window_add(struct rib *r, unsigned fam, struct group *g, uint32_t dest,
                       uint32_t *ret_count)
{
    uint32_t prev;
    uint32_t adj = adj_find(r, dest_at(r, fam, dest), g, &prev);
    if (adj == 0)
        return true;
    const struct adj *a = adj_at(r, adj);
    struct rib_offer told = told_of(a);
    if (a->is_pending) {
        struct item *it = item_at(r, a->item);
        told = sent_of(it);
        /* What waits is the member's own route: it is not to know the one before either. */
        if (bucket_at(r, it->bucket)->source == g->dump_peer && told.set) {
            split(g, it, g->dump_peer);
            return true;
        }
    }
    if (!told.set || told.source == g->dump_peer)
        return true;
    struct bucket key = key_of(g, fam, &told);
    key.is_dump = true;
    key.source = RIB_PEER_LOCAL;
    uint32_t item = pool_alloc(&r->items);
    uint32_t bucket = item ? bucket_get(r, g, &key) : 0;
    if (bucket == 0) {
        pool_free(&r->items, item);
        return false;
    }
    item_at(r, item)->dest = dest;
    item_append(r, bucket, item);
    ++*ret_count;
    return true;
}

/* Fills the window from where the last one ended; false: no memory for even one. */
static bool window_fill(struct rib *r, unsigned fam, struct group *g)
{
    uint32_t count = 0;
    g->turns = 0;
    for (; g->dump_cursor < g->dump_end && count < DUMP_WINDOW; g->dump_cursor++) {
        const struct dest *d = dest_at(r, fam, g->dump_cursor);
        if (!(d->flags & DEST_LIVE) || d->adj == 0)
            continue;
        if (!window_add(r, fam, g, g->dump_cursor, &count))
            return count > 0;
    }
    return true;
}

static bool pull_window(struct rib *r, unsigned fam, struct group *g, struct rib_export *e)
{
    uint32_t handle = g->window.first;
    struct bucket *b = bucket_at(r, handle);
    struct prefix *out;
    uint32_t n = out_room(r, b->count, &out);
    r->lent_set = attr_ref(b->set);
    *e = (struct rib_export){
        .family = family_of(fam),
        .set = r->lent_set,
        .only = g->dump_peer,
        .transparent = b->is_transparent,
        .next_hop_self = b->is_self,
        .local_pref = r->params.decision.default_local_pref,
        .prefixes = out,
        .n = n,
    };
    for (uint32_t i = 0; i < n; i++) {
        uint32_t item = b->first;
        struct item *it = item_at(r, item);
        out[i] = rib_dest_prefix(dest_at(r, fam, it->dest), fam);
        b->first = it->next;
        b->count--;
        pool_free(&r->items, item);
    }
    if (b->count == 0)
        bucket_free(r, g, handle);
    return true;
}

/* The next member that waits for its dump, or that its End-of-RIB is due: the first behind the one
 * that was dumped last, so that each gets its turn. */
static struct member *next_member(const struct group *g, enum member_state state)
{
    struct member *first = NULL;
    for (uint32_t i = 0; i < g->member_count; i++) {
        struct member *m = &g->members[i];
        if (m->state != state || (state == MEMBER_SYNCED && !m->wants_eor))
            continue;
        if (m->peer > g->last_dumped)
            return m;
        first = first ? first : m;
    }
    return first;
}

static void dump_ended(struct group *g)
{
    struct member *m = rib_member_find(g, g->dump_peer);
    m->state = m->wants_more ? MEMBER_DUMP : MEMBER_SYNCED;
    m->wants_more = false;
    g->last_dumped = m->peer;
    g->dump_peer = RIB_PEER_LOCAL;
}

/* Runs dumps as far as there is nothing to say; true: the window holds something. */
static bool dump_on(struct rib *r, unsigned fam, struct group *g)
{
    for (;;) {
        if (g->dump_peer == RIB_PEER_LOCAL) {
            const struct member *m = next_member(g, MEMBER_DUMP);
            if (!m)
                return false;
            g->dump_peer = m->peer;
            g->dump_cursor = 1;
            g->dump_end = r->tables[fam].dests.end;
            g->turns = DUMP_TURNS;
        }
        if (g->queue.first && g->turns < DUMP_TURNS)
            return false;
        if (!window_fill(r, fam, g))
            return false;
        if (g->window.first)
            return true;
        dump_ended(g);
    }
}

bool rib_next_export(struct rib *r, uint16_t group, uint8_t family, struct rib_export *ret_export)
{
    unsigned fam = fam_of(family);
    struct group *g = rib_group_find(r, fam, group);
    attr_unref(r->params.attrs, r->lent_set);
    r->lent_set = NULL;
    if (!g || g->member_count == 0)
        return false;
    if (g->window.first || dump_on(r, fam, g))
        return pull_window(r, fam, g, ret_export);
    if (pull_queue(r, fam, g, ret_export))
        return true;
    struct member *m = g->due_refresh ? NULL : next_member(g, MEMBER_SYNCED);
    if (!m)
        return false;
    m->wants_eor = false;
    *ret_export = (struct rib_export){ .family = family, .only = m->peer, .end_of_rib = true };
    return true;
}
