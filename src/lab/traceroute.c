#include "lab/traceroute.h"

#include <errno.h>

#include "lab/wire.h"

enum {
    UDP_PORT_FIRST = 33434,
    TCP_PORT = 80,
    SPORT_FIRST = 40000,
    SPORT_MASK = 0x3f80, /* a block of 128 source ports: four rounds of 32 hops */
    NUMBER_MASK = 0x7f,
    ROUND_SHIFT = 5,
    GRACE_MS = 150, /* for the hops before it, when the destination has answered */
};
static_assert(LAB_HOPS_MAX < 1 << ROUND_SHIFT && LAB_HOPS_TRIES <= NUMBER_MASK >> ROUND_SHIFT,
              "a number of 7 bits tells round and hop");

struct walk {
    const struct lab_traceroute *t;
    struct lab_wire wire;
    struct ip_addr source;
    uint16_t base;
    uint8_t hop_max;
    uint8_t end; /* the lowest TTL that ended somewhere; 0: none yet */
    ns_t sent_at[NUMBER_MASK + 1];
    struct lab_hops *hops;
};

static struct lab_question question_of(const struct walk *w, uint8_t number, uint8_t ttl)
{
    static const uint8_t protocols[] = {
        [LAB_SERVICE_ICMP] = LAB_PROTOCOL_ICMP,
        [LAB_SERVICE_TCP] = LAB_PROTOCOL_TCP,
        [LAB_SERVICE_UDP] = LAB_PROTOCOL_UDP,
    };
    struct lab_question q = {
        .src = w->source,
        .dst = w->t->to,
        .protocol = protocols[w->t->service],
        .ttl = ttl,
        .mark = w->t->mark,
        .attempt = number,
        .sport = (uint16_t)(w->base | number),
        .dport = w->t->port,
    };
    if (w->t->service == LAB_SERVICE_ICMP) { /* identifier, sequence number */
        q.sport = w->base;
        q.dport = number;
    } else if (q.dport == 0) {
        q.dport = w->t->service == LAB_SERVICE_TCP ? TCP_PORT
                                                   : (uint16_t)(UDP_PORT_FIRST + ttl - 1);
    }
    return q;
}

/* --- answers ---------------------------------------------------------------------------------- */

/* The number of the question that a packet is about: from the ports or identifiers, since a router
 * may quote no more than those. */
static bool number_of(const struct walk *w, uint16_t id, uint16_t echo_seq, uint8_t *ret_number)
{
    bool is_echo = w->t->service == LAB_SERVICE_ICMP;
    if (is_echo ? id != w->base || echo_seq > NUMBER_MASK : (id & ~NUMBER_MASK) != w->base)
        return false;
    *ret_number = is_echo ? (uint8_t)echo_seq : (uint8_t)(id & NUMBER_MASK);
    return w->sent_at[*ret_number] != 0;
}

static bool read_error(const struct walk *w, const struct lab_packet *p, uint8_t *ret_number)
{
    struct lab_packet about;
    bool is_echo = w->t->service == LAB_SERVICE_ICMP;
    if (!lab_packet_read(p->payload, p->payload_len, &about) || !ip_eq(&about.dst, &w->t->to))
        return false;
    struct lab_question asked = question_of(w, 0, 1);
    return about.protocol == asked.protocol &&
           number_of(w, is_echo ? about.icmp_id : about.sport, about.icmp_seq, ret_number);
}

static bool read_answer(const struct walk *w, const struct lab_heard *heard, uint8_t *ret_number)
{
    const struct lab_packet *p = &heard->packet;
    bool is_echo = w->t->service == LAB_SERVICE_ICMP;
    struct lab_kinship k = lab_packet_kinship(&w->t->mark, heard->bytes, heard->n);
    return k.way == LAB_ANSWERING && ip_eq(&p->src, &w->t->to) &&
           number_of(w, is_echo ? p->icmp_id : p->dport, p->icmp_seq, ret_number);
}

static void note(struct walk *w, uint8_t number, const struct ip_addr *by, enum lab_outcome outcome)
{
    uint8_t ttl = (number & ((1 << ROUND_SHIFT) - 1)) + 1;
    if (ttl > w->hop_max)
        return;
    struct lab_hop *h = &w->hops->hop[ttl - 1];
    /* "Port unreachable" by somebody else than the destination is a router's refusal. */
    if (outcome == LAB_REFUSED && !ip_eq(by, &w->t->to))
        outcome = LAB_UNREACHABLE;
    if (h->address.family == IP_NONE)
        *h = (struct lab_hop){ .address = *by,
                               .rtt = lab_now() - w->sent_at[number],
                               .outcome = outcome };
    if (outcome != LAB_LOOP && (w->end == 0 || ttl < w->end))
        w->end = ttl;
}

static void hear(struct walk *w)
{
    struct lab_heard heard;
    uint8_t number;
    while (lab_wire_receive(&w->wire, &heard)) {
        const struct lab_packet *p = &heard.packet;
        enum lab_outcome verdict = lab_packet_verdict(p);
        if (verdict != LAB_REACHED && read_error(w, p, &number))
            note(w, number, &p->src, verdict);
        else if (verdict == LAB_REACHED && read_answer(w, &heard, &number))
            note(w, number, &p->src, p->tcp_flags & LAB_RST ? LAB_REFUSED : LAB_REACHED);
    }
}

/* --- rounds ----------------------------------------------------------------------------------- */

static uint8_t last_of(const struct walk *w)
{
    return w->end ? w->end : w->hop_max;
}

static bool is_silent(const struct walk *w, uint8_t ttl)
{
    return w->hops->hop[ttl - 1].address.family == IP_NONE;
}

static bool is_complete(const struct walk *w)
{
    if (w->end == 0)
        return false;
    for (uint8_t ttl = 1; ttl <= w->end; ttl++)
        if (is_silent(w, ttl))
            return false;
    return true;
}

static err_t send_round(struct walk *w, uint8_t round)
{
    for (uint8_t ttl = 1; ttl <= last_of(w); ttl++) {
        uint8_t number = (uint8_t)(round << ROUND_SHIFT | (ttl - 1));
        if (!is_silent(w, ttl))
            continue;
        struct lab_question q = question_of(w, number, ttl);
        w->sent_at[number] = lab_now();
        err_t rc = lab_wire_send(&w->wire, &q);
        if (rc != 0)
            return rc;
        hear(w); /* an end that is near saves the rest */
    }
    return 0;
}

/* The first round does not wait for hops that may be silent for good. */
static void wait_round(struct walk *w, uint8_t round, ns_t timeout)
{
    bool ended = w->end != 0;
    ns_t until = lab_now() + (ended && round == 0 ? MIN(timeout, GRACE_MS * NS_PER_MS) : timeout);
    while (lab_now() < until && !is_complete(w)) {
        (void)lab_wire_wait(&w->wire, -1, 0, until, w->t->trace);
        hear(w);
        if (w->end != 0 && !ended) {
            ended = true;
            until = MIN(until, lab_now() + GRACE_MS * NS_PER_MS);
        }
    }
}

/* Who was asked in vain limits his errors, perhaps: to one a second, as Linux does. The last round
 * waits for that. */
static void walk(struct walk *w)
{
    ns_t timeout = w->t->timeout > 0 ? w->t->timeout : LAB_HOPS_WAIT_MS * NS_PER_MS;
    for (uint8_t round = 0; round < LAB_HOPS_TRIES && !is_complete(w); round++) {
        err_t rc = send_round(w, round);
        if (rc != 0) {
            w->hops->error = -rc;
            return;
        }
        wait_round(w, round, timeout);
    }
}

static void conclude(struct walk *w)
{
    struct lab_hops *h = w->hops;
    if (w->end) {
        enum lab_outcome end = h->hop[w->end - 1].outcome;
        h->count = w->end;
        h->reached = end == LAB_REACHED || end == LAB_REFUSED;
        return;
    }
    for (uint8_t ttl = w->hop_max; ttl > 0 && h->count == 0; ttl--)
        if (!is_silent(w, ttl))
            h->count = ttl;
    h->count = MIN((uint8_t)(h->count + 1), w->hop_max);
}

void lab_traceroute_run(const struct lab_traceroute *t, struct lab_hops *ret_hops)
{
    struct walk w = { .t = t, .source = t->source, .hops = ret_hops };
    *ret_hops = (struct lab_hops){ .count = 0 };
    w.hop_max = t->hop_max && t->hop_max < LAB_HOPS_MAX ? t->hop_max : LAB_HOPS_MAX;
    w.base = (uint16_t)(SPORT_FIRST + (lab_mark_isn(&t->mark) & SPORT_MASK)) &
             (uint16_t)~NUMBER_MASK;
    err_t rc = t->to.family == IP_V4 ? 0 : -EAFNOSUPPORT;
    if (rc == 0 && w.source.family != IP_V4)
        rc = lab_netns_source(t->from, &t->to, &w.source);
    if (rc == 0)
        rc = lab_wire_open(t->from, t->service == LAB_SERVICE_TCP, &w.wire);
    if (rc != 0) {
        ret_hops->error = -rc;
        return;
    }
    walk(&w);
    conclude(&w);
    lab_wire_close(&w.wire);
}

/* --- text ------------------------------------------------------------------------------------- */

void lab_hop_text(const struct lab_hop *h, struct text *t)
{
    if (h->address.family == IP_NONE)
        text_char(t, '*');
    else
        text_ip(t, &h->address);
}

void lab_hops_text(const struct lab_hops *h, struct text *t)
{
    for (uint8_t i = 0; i < h->count; i++) {
        const struct lab_hop *hop = &h->hop[i];
        text_str(t, i < 9 ? " " : "");
        text_u64(t, i + 1u);
        text_str(t, "  ");
        lab_hop_text(hop, t);
        if (hop->address.family != IP_NONE) {
            text_str(t, "  ");
            text_u64(t, (uint64_t)(hop->rtt / NS_PER_US));
            text_str(t, " us");
            text_str(t, hop->outcome == LAB_UNREACHABLE  ? " !H"
                        : hop->outcome == LAB_PROHIBITED ? " !X"
                                                         : "");
        }
        text_char(t, '\n');
    }
}
