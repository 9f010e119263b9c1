/* tests/unit/rib/fixture.h: short words for tests of the tables: sets, prefixes, peers, and members
 * that remember what they were told. Test programs only. */
#ifndef RIB_FIXTURE_H
#define RIB_FIXTURE_H

#include <stdlib.h>

#include "../unit.h"
#include "attr/aspath.h"
#include "attr/community.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/rng.h"
#include "policy/build.h"
#include "rib/decision.h"
#include "rib/rib.h"
#include "rib/view.h"

#define PATH(...)                                                                                  \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }

/* A set in words; 0: absent (has_* where 0 means something). */
struct set_spec {
    uint32_t path[8]; /* ends at 0 */
    const char *next_hop;
    uint32_t med, local_pref, weight, originator, cluster, community, tag;
    bool has_med, has_local_pref;
    uint8_t origin;
};

static inline size_t fixture_path(const uint32_t *path, uint8_t *ret_bytes)
{
    size_t n = 0;
    while (n < 8 && path[n])
        n++;
    if (n == 0)
        return 0;
    ret_bytes[0] = AS_SEQUENCE;
    ret_bytes[1] = (uint8_t)n;
    for (size_t i = 0; i < n; i++)
        for (size_t b = 0; b < 4; b++)
            ret_bytes[2 + 4 * i + b] = (uint8_t)(path[i] >> (24 - 8 * b));
    return 2 + 4 * n;
}

static inline void fixture_u32(uint32_t v, uint8_t *ret_bytes)
{
    for (size_t b = 0; b < 4; b++)
        ret_bytes[b] = (uint8_t)(v >> (24 - 8 * b));
}

static inline struct attr_set *fixture_set(struct attr_table *t, const struct set_spec *s)
{
    uint8_t path[40], cluster[4], community[4];
    struct attr_draft d = { .head = { .origin = s->origin, .weight = s->weight, .tag = s->tag } };
    d.head.span_len[SPAN_AS_PATH] = (uint16_t)fixture_path(s->path, path);
    d.span[SPAN_AS_PATH] = path;
    if (s->next_hop)
        assert_true(ip_parse(s->next_hop, &d.head.next_hop));
    if (s->med || s->has_med)
        d.head.has |= ATTR_HAS_MED;
    if (s->local_pref || s->has_local_pref)
        d.head.has |= ATTR_HAS_LOCAL_PREF;
    if (s->originator)
        d.head.has |= ATTR_HAS_ORIGINATOR_ID;
    d.head.med = s->med;
    d.head.local_pref = s->local_pref;
    d.head.originator_id = s->originator;
    if (s->cluster) {
        fixture_u32(s->cluster, cluster);
        d.span[SPAN_CLUSTER_LIST] = cluster;
        d.head.span_len[SPAN_CLUSTER_LIST] = 4;
    }
    if (s->community) {
        fixture_u32(s->community, community);
        d.span[SPAN_COMMUNITIES] = community;
        d.head.span_len[SPAN_COMMUNITIES] = 4;
    }
    return attr_intern(t, &d);
}

static inline struct prefix fixture_prefix(const char *s)
{
    struct prefix p;
    bool host_bits;
    assert_true(prefix_parse(s, &p, &host_bits));
    return p;
}

static inline struct ip_addr fixture_ip(const char *s)
{
    struct ip_addr a = { 0 };
    assert_true(ip_parse(s, &a));
    return a;
}

/* --- a shard with peers and members ----------------------------------------------------------- */

enum { FIXTURE_MEMBERS = 8, FIXTURE_KNOWN = 4096, FIXTURE_LOG = 8192 };

/* What a member knows: prefixes with the text of their sets. */
struct known {
    struct prefix prefix;
    char text[128];
};
struct told_member {
    uint16_t peer;
    struct known *known;
    size_t count;
    size_t eors, announced, withdrawn;
    bool spurious; /* was withdrawn what it did not know */
    bool is_internal;
    struct prefix shared; /* network that it is on with us; IP_NONE: none */
};

struct fixture {
    struct attr_table *attrs;
    struct rib *r;
    struct rib_params params;
    struct told_member members[FIXTURE_MEMBERS];
    size_t member_count;
    size_t portions;
};

enum { OUR_AS = 65001, OUR_ID = 0x0a000001 };

static inline void fixture_init(struct fixture *f, uint32_t shard, uint32_t shards)
{
    memset(f, 0, sizeof(*f));
    f->attrs = attr_table_new(7, 100000);
    f->params = (struct rib_params){
        .shard = shard,
        .shards = shards,
        .hash_key = 99,
        .attrs = f->attrs,
        .decision = { .paths_ebgp = 1, .paths_ibgp = 1, .default_local_pref = 100 },
        .local_as = OUR_AS,
        .router_id = OUR_ID,
        .cluster_id = OUR_ID,
        .max_routes = 1000000,
    };
    f->r = rib_new(&f->params);
    assert_non_null(f->r);
}

/* Frees it all; every set must be gone then. */
static inline void fixture_free(struct fixture *f)
{
    rib_free(f->r);
    assert_int_equal(attr_table_count(f->attrs), 0);
    attr_table_free(f->attrs);
    for (size_t i = 0; i < FIXTURE_MEMBERS; i++)
        free(f->members[i].known);
}

/* Nothing of any shard is left on the heap. */
static inline void fixture_no_leak(void)
{
    static const enum mem_tag tags[] = { MEM_RIB_DEST,  MEM_RIB_ROUTE, MEM_RIB_ADJ_OUT,
                                         MEM_RIB_TABLE, MEM_PEER,      MEM_BUFFER };
    for (size_t i = 0; i < ARRAY_LEN(tags); i++)
        assert_int_equal(mem_count(tags[i]), 0);
}

static inline void fixture_done(struct fixture *f)
{
    fixture_free(f);
    fixture_no_leak();
}

static inline struct rib_peer_params fixture_peer(uint16_t peer, enum rib_peer_kind kind,
                                                  uint32_t as)
{
    return (struct rib_peer_params){
        .peer = peer,
        .family = IP_V4,
        .kind = kind,
        .remote_as = as,
        .router_id = 0x01010100U + peer,
        .local_as = OUR_AS,
        .address = ip_from_u32(0xc0000200U + peer), /* 192.0.2.peer */
    };
}

static inline void fixture_up(struct fixture *f, uint16_t peer, enum rib_peer_kind kind,
                              uint32_t as)
{
    struct rib_peer_params p = fixture_peer(peer, kind, as);
    assert_int_equal(rib_peer_set(f->r, &p), 0);
}

static inline enum rib_result fixture_announce(struct fixture *f, uint16_t peer, const char *prefix,
                                               const struct set_spec *spec)
{
    struct prefix p = fixture_prefix(prefix);
    struct attr_set *s = fixture_set(f->attrs, spec);
    enum rib_result result = rib_announce(f->r, 10, peer, s, &p, 1);
    attr_unref(f->attrs, s);
    return result;
}

static inline void fixture_withdraw(struct fixture *f, uint16_t peer, const char *prefix)
{
    struct prefix p = fixture_prefix(prefix);
    rib_withdraw(f->r, peer, &p, 1);
}

static inline void fixture_local(struct fixture *f, const char *prefix, enum policy_source source,
                                 const struct set_spec *spec)
{
    struct prefix p = fixture_prefix(prefix);
    struct attr_set *s = spec ? fixture_set(f->attrs, spec) : NULL;
    assert_int_equal(rib_local(f->r, 10, &p, (uint8_t)source, s), RIB_OK);
    attr_unref(f->attrs, s);
}

/* Every next hop is reachable with this metric. */
static inline void fixture_resolve_all(struct fixture *f, uint32_t metric)
{
    struct rib_next_hop nh = { .reachable = true, .connected = true, .metric = metric };
    bool track;
    while (rib_next_tracked(f->r, &nh.address, &track)) {
        if (track)
            rib_next_hop_set(f->r, &nh);
    }
}

static inline void fixture_resolve(struct fixture *f, const char *address, bool reachable,
                                   uint32_t metric)
{
    struct rib_next_hop nh = { fixture_ip(address), reachable, true, false, metric };
    rib_next_hop_set(f->r, &nh);
}

static inline void fixture_settle(struct fixture *f)
{
    do
        fixture_resolve_all(f, 0);
    while (rib_work(f->r, 1000));
}

/* "next hop|path|med|local pref|communities" of a set, absent ones empty. */
static inline void fixture_text(const struct attr_core *h, const struct attr_set *s, char *buf,
                                size_t n)
{
    struct text t = text_init(buf, n);
    text_ip(&t, &h->next_hop);
    text_char(&t, '|');
    if (s->head.span_len[SPAN_AS_PATH])
        text_aspath(&t, attr_span(s, SPAN_AS_PATH), s->head.span_len[SPAN_AS_PATH]);
    text_char(&t, '|');
    if (h->has & ATTR_HAS_MED)
        text_u64(&t, h->med);
    text_char(&t, '|');
    if (h->has & ATTR_HAS_LOCAL_PREF)
        text_u64(&t, h->local_pref);
    text_char(&t, '|');
    if (s->head.span_len[SPAN_COMMUNITIES])
        text_communities(&t, attr_span(s, SPAN_COMMUNITIES), s->head.span_len[SPAN_COMMUNITIES]);
}

static inline struct told_member *fixture_member(struct fixture *f, uint16_t peer)
{
    for (size_t i = 0; i < f->member_count; i++) {
        if (f->members[i].peer == peer)
            return &f->members[i];
    }
    assert_true(f->member_count < FIXTURE_MEMBERS);
    struct told_member *m = &f->members[f->member_count++];
    m->peer = peer;
    m->known = calloc(FIXTURE_KNOWN, sizeof(*m->known));
    return m;
}

static inline const char *fixture_knows(struct fixture *f, uint16_t peer, const char *prefix)
{
    struct told_member *m = fixture_member(f, peer);
    struct prefix p = fixture_prefix(prefix);
    for (size_t i = 0; i < m->count; i++) {
        if (prefix_eq(&m->known[i].prefix, &p))
            return m->known[i].text;
    }
    return "-";
}

static inline void fixture_tell(struct told_member *m, const struct rib_export *e)
{
    m->eors += e->end_of_rib;
    for (size_t i = 0; i < e->n; i++) {
        size_t at = 0;
        while (at < m->count && !prefix_eq(&m->known[at].prefix, &e->prefixes[i]))
            at++;
        if (!e->set) {
            m->withdrawn++;
            m->spurious = m->spurious || at == m->count;
            if (at < m->count)
                m->known[at] = m->known[--m->count];
            continue;
        }
        m->announced++;
        assert_true(at < FIXTURE_KNOWN);
        if (at == m->count)
            m->count++;
        m->known[at].prefix = e->prefixes[i];
        struct attr_core head = e->set->head;
        bool is_shared = m->shared.family && prefix_has_addr(&m->shared, &head.next_hop);
        if (e->next_hop_self && !is_shared)
            head.next_hop = (struct ip_addr){ 0 };
        if (m->is_internal && !(head.has & ATTR_HAS_LOCAL_PREF)) {
            head.has |= ATTR_HAS_LOCAL_PREF;
            head.local_pref = e->local_pref;
        }
        fixture_text(&head, e->set, m->known[at].text, sizeof(m->known[at].text));
    }
}

/* Tells one portion to those members (of the listed peers) that it concerns; false: none waits. */
static inline bool fixture_pull_one(struct fixture *f, uint16_t group, const uint16_t *peers,
                                    size_t n)
{
    struct rib_export e;
    if (!rib_next_export(f->r, group, IP_V4, &e))
        return false;
    f->portions++;
    assert_true(e.n > 0 || e.end_of_rib);
    assert_true(e.n <= RIB_EXPORT_MAX);
    for (size_t i = 0; i < n; i++) {
        bool concerns = e.only ? e.only == peers[i] : e.except == 0 || e.except != peers[i];
        if (concerns)
            fixture_tell(fixture_member(f, peers[i]), &e);
    }
    return true;
}

static inline void fixture_pull(struct fixture *f, uint16_t group, const uint16_t *peers, size_t n)
{
    while (fixture_pull_one(f, group, peers, n))
        continue;
}

/* --- what was chosen -------------------------------------------------------------------------- */

struct rows {
    struct view_sink sink;
    struct view_bgp_route *v;
    size_t n, cap;
};

static inline bool rows_emit(struct view_sink *sink, const struct view *v, const void *record)
{
    struct rows *rows = container_of(sink, struct rows, sink);
    assert_ptr_equal(v, &view_bgp_route);
    if (rows->n == rows->cap) {
        rows->cap = rows->cap ? rows->cap * 2 : 16;
        rows->v = realloc(rows->v, rows->cap * sizeof(*rows->v));
    }
    memcpy(&rows->v[rows->n++], record, sizeof(*rows->v));
    return true;
}

/* All rows of a query; free rows.v. */
static inline struct rows fixture_query(struct fixture *f, struct rib_query q)
{
    struct rows rows = { .sink = { rows_emit } };
    if (q.family == 0)
        q.family = IP_V4;
    assert_true(rib_query(f->r, &q, &rows.sink));
    return rows;
}

/* "peer: reason" of the best path, "-": none. */
static inline const char *fixture_best(struct fixture *f, const char *prefix)
{
    static char text[64];
    struct rows rows =
        fixture_query(f, (struct rib_query){ .prefix = fixture_prefix(prefix), .now_s = 20 });
    strcpy(text, "-");
    for (size_t i = 0; i < rows.n; i++) {
        if (rows.v[i].best)
            snprintf(text, sizeof(text), "%u: %s", rows.v[i].local ? 0 : rows.v[i].peer.b[3],
                     rib_step_name((enum rib_step)rows.v[i].reason));
    }
    free(rows.v);
    return text;
}

#endif
