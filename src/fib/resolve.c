/* A gateway is resolved by a search from it down to interfaces: the most specific selected route
 * that covers it, then that route's own next hops, and so on. A route that is already on the way
 * would resolve itself: it is passed over for the next less specific one, as is a route that leads
 * nowhere. Whoever had to do so is "fragile": any change may give it another answer, so it is asked
 * again. */
#include <errno.h>
#include <string.h>

#include "fib/internal.h"

struct gateway *gateway_ref(struct fib *f, const struct ip_addr *a, bool via_default)
{
    struct trie *t = gateway_trie(f, a->family, via_default);
    struct prefix host = prefix_of(a, ip_bits(a->family));
    uint32_t h = trie_insert(t, &host);
    if (!h)
        return NULL;
    struct gateway *g = trie_head_at(t, h);
    if (g->users.next == NULL) { /* new */
        list_init(&g->users);
        g->via_default = via_default;
        trie_at(t, h)->user[0] = (uint8_t)((a->family == IP_V6 ? GATEWAY_V6 : 0) |
                                           (via_default ? GATEWAY_VIA_DEFAULT : 0));
        gateway_mark(f, g);
    }
    return g;
}

static struct trie *trie_of(const struct fib *f, const struct gateway *g)
{
    /* All gateway tries have heads of one size. */
    const struct trie_node *n = trie_node_of(&f->gateways[0][0], g);
    return gateway_trie(f, n->user[0] & GATEWAY_V6 ? IP_V6 : IP_V4,
                        (n->user[0] & GATEWAY_VIA_DEFAULT) != 0);
}

struct ip_addr gateway_address(const struct fib *f, const struct gateway *g)
{
    struct trie *t = trie_of(f, g);
    struct prefix p = trie_prefix(t, trie_node_of(t, g));
    return prefix_addr(&p);
}

void gateway_release(struct fib *f, struct gateway *g)
{
    if (g->refs > 0 || g->trackers > 0)
        return;
    list_remove(&g->dirty);
    list_remove(&g->fragile);
    list_remove(&g->via_link);
    list_remove(&g->news);
    hops_unref(f, g->hops);
    struct trie *t = trie_of(f, g);
    trie_remove(t, trie_node_of(t, g));
}

void gateway_mark(struct fib *f, struct gateway *g)
{
    if (!link_is_in_list(&g->dirty))
        list_append(&f->dirty_gateways, &g->dirty);
}

static void mark_fragile(struct fib *f)
{
    LIST_EACH (l, &f->fragile)
        gateway_mark(f, LIST_ENTRY(l, struct gateway, fragile));
}

void gateway_mark_under(struct fib *f, const struct prefix *p)
{
    for (unsigned via_default = 0; via_default < 2; via_default++) {
        struct trie *t = gateway_trie(f, p->family, via_default);
        if (t->root == 0)
            continue;
        struct trie_walk walk;
        trie_walk_under(t, p, &walk);
        for (uint32_t h; (h = trie_walk_next(&walk));)
            gateway_mark(f, trie_head_at(t, h));
    }
    if (!list_is_empty(&f->fragile))
        mark_fragile(f);
}

bool path_is_usable(const struct fib *f, const struct paths *p, const struct fib_path *path)
{
    const struct iface *i = iface_find(f, path->if_index);
    if (!iface_is_up(i))
        return false;
    if (path->next_hop.family == IP_NONE || path->onlink || p->trusted)
        return true;
    if (path->next_hop.family == IP_V6 && ip_is_link_local(&path->next_hop))
        return true;
    return iface_has_network(i, &path->next_hop);
}

/* One gateway on the way down. */
struct frame {
    struct ip_addr address;
    bool via_default, found;
    uint8_t limit;        /* only routes shorter than this are still to be tried */
    struct dest *current; /* whose paths are being followed; NULL: find the next */
    uint32_t next_path;
};

struct search {
    const struct fib *f;
    struct frame frame[FIB_RECURSION_MAX];
    uint32_t depth;
    struct hop_list found;
    bool fragile;
    uint32_t steps;
    const struct meta *first; /* what the gateway itself matched, */
    uint8_t first_len;        /* with this length */
};

static void push(struct search *s, const struct ip_addr *a, bool via_default)
{
    s->frame[s->depth++] = (struct frame){
        .address = *a,
        .via_default = via_default,
        .limit = UINT8_MAX,
    };
}

static bool is_on_the_way(const struct search *s, const struct dest *d)
{
    for (uint32_t i = 0; i < s->depth; i++) {
        if (s->frame[i].current == d)
            return true;
    }
    return false;
}

/* The next candidate that covers the frame's address. */
static struct dest *next_match(struct search *s, struct frame *at)
{
    uint32_t covering[TRIE_DEPTH_MAX];
    const struct trie *t = dest_trie(s->f, at->address.family);
    uint32_t n = trie_covering(t, at->address.b, covering);
    while (n-- > 0) {
        struct dest *d = trie_head_at(t, covering[n]);
        uint8_t len = dest_node(d)->len;
        if (len >= at->limit || !dest_selected(s->f, d))
            continue;
        if (len == 0 && !at->via_default)
            return NULL;
        at->limit = len;
        if (!is_on_the_way(s, d))
            return d;
        s->fragile = true;
    }
    return NULL;
}

static void pop(struct search *s, bool found)
{
    s->depth--;
    if (s->depth > 0 && found)
        s->frame[s->depth - 1].found = true;
}

/* A route that ends here: connected, or one that drops. True: it did. */
static bool is_end(struct search *s, const struct frame *at, const struct meta *m)
{
    const struct paths *p = m->paths;
    if (m->source == FIB_CONNECTED) {
        struct fib_path hop = { .next_hop = at->address, .if_index = p->path[0].given.if_index };
        return hop_list_add(&s->found, &hop);
    }
    if (p->kind == FIB_UNICAST)
        return false;
    s->found.blackhole = s->found.blackhole || p->kind == FIB_BLACKHOLE;
    s->found.reject = s->found.reject || p->kind == FIB_REJECT;
    return true;
}

/* The next of the paths that the frame follows: an interface, or one more step down. */
static void follow(struct search *s, struct frame *at, const struct paths *p)
{
    const struct path *path = &p->path[at->next_path++];
    if (!path->gateway) {
        if (!path_is_usable(s->f, p, &path->given))
            return;
        struct fib_path hop = path->given;
        if (hop.next_hop.family == IP_NONE) { /* an interface route: the gateway is on that link */
            hop.next_hop = at->address;
            hop.onlink = true;
        }
        at->found = hop_list_add(&s->found, &hop) || at->found;
        return;
    }
    if (s->depth == FIB_RECURSION_MAX) {
        s->fragile = true;
        return;
    }
    push(s, &path->given.next_hop, p->via_default);
}

static void step(struct search *s)
{
    struct frame *at = &s->frame[s->depth - 1];
    if (!at->current) {
        struct dest *d = next_match(s, at);
        if (!d) {
            pop(s, false);
            return;
        }
        const struct meta *m = dest_selected(s->f, d);
        if (s->depth == 1) {
            s->first = m;
            s->first_len = dest_node(d)->len;
        }
        if (is_end(s, at, m)) {
            pop(s, true);
            return;
        }
        at->current = d;
        at->next_path = 0;
        return;
    }
    const struct paths *p = dest_selected(s->f, at->current)->paths;
    if (at->next_path < p->n) {
        follow(s, at, p);
    } else if (at->found) {
        pop(s, true);
    } else { /* it leads nowhere */
        s->fragile = true;
        at->current = NULL;
    }
}

static uint8_t outcome_of(const struct hop_list *l)
{
    if (l->n > 0)
        return OUTCOME_UNICAST;
    return l->blackhole ? OUTCOME_BLACKHOLE : l->reject ? OUTCOME_REJECT : OUTCOME_NONE;
}

static void set_fragile(struct fib *f, struct gateway *g, bool fragile)
{
    if (fragile == link_is_in_list(&g->fragile))
        return;
    if (fragile)
        list_append(&f->fragile, &g->fragile);
    else
        list_remove(&g->fragile);
}

/* Who uses the gateway has to look again. */
static void tell_users(struct fib *f, struct gateway *g)
{
    LIST_EACH (l, &g->users)
        paths_mark(f, LIST_ENTRY(l, struct path, user)->owner);
    mark_fragile(f);
    f->churn++;
}

static void take_result(struct fib *f, struct gateway *g, const struct search *s, struct hops *hops)
{
    uint8_t outcome = outcome_of(&s->found);
    const struct meta *m = outcome == OUTCOME_NONE ? NULL : s->first;
    bool connected = m && m->source == FIB_CONNECTED;
    uint8_t match_len = m ? s->first_len : 0;
    bool moved = match_len != g->match_len || outcome != g->outcome || connected != g->connected;
    bool changed = moved || !hops_equal(hops, g->hops);
    list_remove(&g->via_link);
    g->via = m ? m->paths : NULL;
    if (g->via)
        list_append(&g->via->dependents, &g->via_link);
    hops_unref(f, g->hops);
    g->hops = hops;
    g->outcome = outcome;
    g->connected = connected;
    g->match_len = match_len;
    g->metric = m ? m->metric : 0;
    set_fragile(f, g, s->fragile);
    if (changed)
        tell_users(f, g);
    if (moved && g->refs > 0) { /* a route must not resolve itself: its match may be it now */
        struct ip_addr a = gateway_address(f, g);
        dest_mark_above(f, &a);
    }
    track_check(f, g);
}

void gateway_resolve(struct fib *f, struct gateway *g)
{
    struct search s;
    memset(&s, 0, offsetof(struct search, found));
    s.found.n = 0;
    s.found.blackhole = s.found.reject = s.fragile = false;
    s.steps = 0;
    s.first = NULL;
    s.first_len = 0;
    s.f = f;
    struct ip_addr a = gateway_address(f, g);
    push(&s, &a, g->via_default);
    while (s.depth > 0 && s.steps++ < RESOLVE_STEPS_MAX)
        step(&s);
    s.fragile = s.fragile || s.depth > 0;
    struct hops *hops;
    if (hops_new(f, &s.found, a.family, &hops) != 0) {
        f->incomplete = true;
        hops = NULL;
        s.found.n = 0;
        s.found.blackhole = s.found.reject = false;
    }
    take_result(f, g, &s, hops);
}
