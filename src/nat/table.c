#include <string.h>

#include "base/deadline.h"
#include "base/hash.h"
#include "base/slab.h"
#include "nat/nat.h"

enum { BUCKETS_MIN = 64, PORTS_TRIED_MAX = 4096 };

/* Linux's defaults (nf_conntrack_*_timeout). */
#define UNANSWERED_UDP (30 * NS_PER_S)
#define ANSWERED_UDP (120 * NS_PER_S)
#define TCP_OPENING (120 * NS_PER_S)
#define TCP_ESTABLISHED (432000 * NS_PER_S)
#define TCP_CLOSING (120 * NS_PER_S)
#define TCP_CLOSED (10 * NS_PER_S)
#define ICMP_ECHO (30 * NS_PER_S)
#define OTHERS (600 * NS_PER_S)

/* A direction of a flow, as its packets look on arrival. */
struct tuple {
    struct ip_addr source, destination;
    uint16_t source_port, destination_port;
    uint8_t protocol, pad; /* pad: 0, so that tuples compare by memcmp */
};

struct end {
    struct end *next; /* in its bucket */
    struct tuple tuple;
    bool is_answer;
};

struct nat_flow {
    struct end end[2]; /* first packet's direction, and its answers' */
    struct timer timer;
    bool answered, closing, closed;
};

struct nat {
    struct nat_params params;
    struct slab flows;
    struct timer_heap timers;
    struct end **buckets;
    uint32_t bucket_count;
    struct nat_counters counters;
};

struct nat *nat_new(const struct nat_params *params)
{
    struct nat *n = mem_alloc(MEM_FIB, sizeof(*n));
    if (!n)
        return NULL;
    n->params = *params;
    n->bucket_count = BUCKETS_MIN;
    while (n->bucket_count < params->max_flows && n->bucket_count < UINT32_C(1) << 20)
        n->bucket_count *= 2;
    assert((n->bucket_count & (n->bucket_count - 1)) == 0);
    n->buckets = mem_alloc(MEM_FIB, n->bucket_count * sizeof(struct end *));
    if (!n->buckets) {
        mem_free(MEM_FIB, n, sizeof(*n));
        return NULL;
    }
    slab_init(&n->flows, MEM_FIB, sizeof(struct nat_flow), params->max_flows);
    timer_heap_init(&n->timers);
    return n;
}

void nat_free(struct nat *n)
{
    if (!n)
        return;
    timer_heap_done(&n->timers);
    slab_done(&n->flows);
    mem_free(MEM_FIB, n->buckets, n->bucket_count * sizeof(struct end *));
    mem_free(MEM_FIB, n, sizeof(*n));
}

/* ---- finding ---- */

static struct tuple tuple_of(const struct nat_packet *p)
{
    struct tuple t;
    memset(&t, 0, sizeof(t));
    t.source = p->source;
    t.destination = p->destination;
    t.protocol = p->protocol;
    t.source_port = p->source_port;
    t.destination_port = p->destination_port;
    return t;
}

static struct tuple inverse(const struct tuple *t)
{
    struct tuple r = *t;
    r.source = t->destination;
    r.destination = t->source;
    r.source_port = t->destination_port;
    r.destination_port = t->source_port;
    return r;
}

static struct end **bucket(const struct nat *n, const struct tuple *t)
{
    return &n->buckets[hash_bytes(n->params.hash_key, t, sizeof(*t)) & (n->bucket_count - 1)];
}

static struct end *find(const struct nat *n, const struct tuple *t)
{
    struct end *e = *bucket(n, t);
    while (e && memcmp(&e->tuple, t, sizeof(*t)) != 0)
        e = e->next;
    return e;
}

static struct nat_flow *flow_of(struct end *e)
{
    return e->is_answer ? container_of(e, struct nat_flow, end[1])
                        : container_of(e, struct nat_flow, end[0]);
}

static void insert(struct nat *n, struct end *e)
{
    struct end **b = bucket(n, &e->tuple);
    e->next = *b;
    *b = e;
}

static void unlink_end(struct nat *n, struct end *e)
{
    struct end **at = bucket(n, &e->tuple);
    while (*at != e) {
        assert(*at); /* its tuple does not change while it is in the table */
        at = &(*at)->next;
    }
    *at = e->next;
}

static void flow_free(struct nat *n, struct nat_flow *f)
{
    assert(!f->end[0].is_answer && f->end[1].is_answer);
    timer_clear(&n->timers, &f->timer);
    unlink_end(n, &f->end[0]);
    unlink_end(n, &f->end[1]);
    slab_free(&n->flows, f);
}

/* ---- life ---- */

static ns_t lifetime(const struct nat_flow *f)
{
    switch (f->end[0].tuple.protocol) {
    case NAT_TCP:
        if (f->closed)
            return TCP_CLOSED;
        if (f->closing)
            return TCP_CLOSING;
        return f->answered ? TCP_ESTABLISHED : TCP_OPENING;
    case NAT_UDP:
        return f->answered ? ANSWERED_UDP : UNANSWERED_UDP;
    case NAT_ICMP:
    case NAT_ICMPV6:
        return ICMP_ECHO;
    default:
        return OTHERS;
    }
}

static err_t touch(struct nat *n, ns_t now, struct nat_flow *f, const struct nat_packet *p)
{
    f->answered = f->answered || p->is_answer;
    f->closing = f->closing || p->fin;
    f->closed = f->closed || p->rst;
    return timer_set(&n->timers, &f->timer, now + lifetime(f));
}

static bool is_translated(const struct nat_flow *f)
{
    struct tuple plain = inverse(&f->end[0].tuple);
    return memcmp(&plain, &f->end[1].tuple, sizeof(plain)) != 0;
}

ns_t nat_deadline(const struct nat *n)
{
    return timer_next(&n->timers);
}

void nat_advance(struct nat *n, ns_t now)
{
    for (struct timer *t; (t = timer_pop(&n->timers, now));) {
        flow_free(n, container_of(t, struct nat_flow, timer));
        n->counters.expired++;
    }
}

uint32_t nat_flows(const struct nat *n)
{
    return (uint32_t)n->flows.live;
}

struct nat_counters nat_counters(const struct nat *n)
{
    return n->counters;
}

/* ---- packets ---- */

enum nat_verdict nat_in(struct nat *n, ns_t now, struct nat_packet *p)
{
    nat_advance(n, now);
    struct tuple t = tuple_of(p);
    struct end *e = find(n, &t);
    p->flow = NULL;
    p->is_answer = false;
    if (!e)
        return NAT_PASS;
    struct nat_flow *f = flow_of(e);
    p->flow = f;
    p->is_answer = e->is_answer;
    if (touch(n, now, f, p) != 0)
        return NAT_DROP;
    if (!p->is_answer || !is_translated(f))
        return NAT_PASS;
    p->destination = f->end[0].tuple.source;
    p->destination_port = f->end[0].tuple.source_port;
    if (p->protocol == NAT_ICMP || p->protocol == NAT_ICMPV6) /* one id for both directions */
        p->source_port = p->destination_port;
    n->counters.translated_packets++;
    return NAT_TRANSLATED;
}

/* Linux keeps a port in its class: privileged ports stay so. */
static void port_range(uint16_t port, uint32_t *ret_first, uint32_t *ret_count)
{
    uint32_t first = port < 512 ? 1 : port < 1024 ? 600 : 1024;
    uint32_t last = port < 512 ? 511 : port < 1024 ? 1023 : 65535;
    *ret_first = first;
    *ret_count = last - first + 1;
}

static bool has_ports(uint8_t protocol)
{
    return protocol == NAT_TCP || protocol == NAT_UDP || protocol == NAT_ICMP ||
           protocol == NAT_ICMPV6;
}

/* The answers' direction under a new source: with the packet's own port if that is free, else with
 * another of its class. False: none is free. */
static bool choose_port(const struct nat *n, struct tuple *answer, bool echo)
{
    if (!find(n, answer))
        return true;
    if (!has_ports(answer->protocol))
        return false;
    uint32_t first, count;
    if (echo) {
        first = 0;
        count = 65536;
    } else {
        port_range(answer->destination_port, &first, &count);
    }
    uint64_t start = hash_bytes(n->params.hash_key, answer, sizeof(*answer)) % count;
    for (uint32_t i = 0; i < count && i < PORTS_TRIED_MAX; i++) {
        assert(first + (start + i) % count <= UINT16_MAX);
        answer->destination_port = (uint16_t)(first + (start + i) % count);
        if (echo)
            answer->source_port = answer->destination_port;
        if (!find(n, answer))
            return true;
    }
    return false;
}

/* What the rules make of a new flow: its answers' direction. */
static enum nat_verdict judge(struct nat *n, const struct nat_packet *p, const struct nat_exit *at,
                              struct tuple *answer)
{
    const struct nat_rule *r = nat_match(at->rules, at->n, p, at->interface);
    if (!r || r->action == NAT_ACT_EXEMPT)
        return NAT_PASS;
    struct ip_addr to = r->action == NAT_ACT_SOURCE ? r->to : at->address;
    if (to.family != p->source.family)
        return NAT_DROP; /* masquerading needs an address to hide behind */
    answer->destination = to;
    bool echo = p->protocol == NAT_ICMP || p->protocol == NAT_ICMPV6;
    if (choose_port(n, answer, echo))
        return NAT_TRANSLATED;
    n->counters.no_port++;
    return NAT_DROP;
}

static enum nat_verdict begin(struct nat *n, ns_t now, struct nat_packet *p,
                              const struct nat_exit *at)
{
    struct tuple first = tuple_of(p), answer = inverse(&first);
    if (find(n, &first)) /* taken by another flow since it arrived */
        return NAT_DROP;
    if (judge(n, p, at, &answer) == NAT_DROP)
        return NAT_DROP;
    struct nat_flow *f = find(n, &answer) ? NULL : slab_alloc(&n->flows);
    if (!f) {
        n->counters.table_full++;
        return NAT_DROP;
    }
    assert(answer.destination.family == first.source.family);
    f->end[0].tuple = first;
    f->end[1].tuple = answer;
    f->end[1].is_answer = true;
    if (touch(n, now, f, p) != 0) {
        slab_free(&n->flows, f);
        n->counters.table_full++;
        return NAT_DROP;
    }
    insert(n, &f->end[0]);
    insert(n, &f->end[1]);
    n->counters.flows_made++;
    p->flow = f;
    return NAT_PASS;
}

enum nat_verdict nat_out(struct nat *n, ns_t now, struct nat_packet *p, const struct nat_exit *at)
{
    if (!p->flow && begin(n, now, p, at) == NAT_DROP)
        return NAT_DROP;
    const struct nat_flow *f = p->flow;
    assert(f && f->end[1].is_answer);
    if (p->is_answer || !is_translated(f))
        return NAT_PASS;
    p->source = f->end[1].tuple.destination;
    p->source_port = f->end[1].tuple.destination_port;
    if (p->protocol == NAT_ICMP || p->protocol == NAT_ICMPV6)
        p->destination_port = p->source_port;
    n->counters.translated_packets++;
    return NAT_TRANSLATED;
}

enum nat_verdict nat_error_in(struct nat *n, struct nat_packet *inner,
                              struct ip_addr *error_destination)
{
    struct tuple seen = tuple_of(inner), answer = inverse(&seen);
    struct end *e = find(n, &answer);
    if (!e || !e->is_answer || !is_translated(flow_of(e)))
        return NAT_PASS;
    const struct tuple *first = &flow_of(e)->end[0].tuple;
    inner->source = first->source;
    inner->source_port = first->source_port;
    if (inner->protocol == NAT_ICMP || inner->protocol == NAT_ICMPV6)
        inner->destination_port = inner->source_port;
    *error_destination = first->source;
    n->counters.translated_packets++;
    return NAT_TRANSLATED;
}
