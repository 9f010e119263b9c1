/* The largest packet that passes: lab_probe_mtu(). */
#include <errno.h>

#include "lab/probe.h"
#include "lab/wire.h"

enum {
    TTL = 64,
    MTU_WAIT_MS = 400,
    MTU_TRIES = 2, /* silence is believed the second time: one packet may be lost */
    SPORT_FIRST = 40000,
    SPORT_MASK = 0x3fff,
};

struct search {
    const struct lab_probe *p;
    struct lab_wire wire;
    struct ip_addr source;
    uint16_t number; /* of the packet sent last */
    uint32_t hint;   /* what a router said would fit; 0: nothing */
    struct lab_answer *answer;
};

static struct lab_question question_of(const struct search *s, uint32_t bytes)
{
    struct lab_question q = {
        .src = s->source,
        .dst = s->p->to,
        .protocol = LAB_PROTOCOL_ICMP,
        .ttl = TTL,
        .df = true,
        .mark = s->p->mark,
        .sport = (uint16_t)lab_mark_isn(&s->p->mark),
        .dport = s->number,
        .bytes = (uint16_t)bytes,
    };
    if (s->p->service == LAB_SERVICE_TCP) {
        /* Each its own connection: a second SYN of one would be taken for the first. */
        uint32_t spread = lab_mark_isn(&s->p->mark) + s->number;
        q.protocol = LAB_PROTOCOL_TCP;
        q.sport = (uint16_t)(SPORT_FIRST + (spread & SPORT_MASK));
        q.dport = s->p->port;
    }
    return q;
}

/* Whether what was heard is about the packet sent last, and what it says. */
static bool take(struct search *s, const struct lab_question *q, const struct lab_heard *heard)
{
    const struct lab_packet *packet = &heard->packet;
    struct lab_kinship k = lab_packet_kinship(&s->p->mark, heard->bytes, heard->n);
    struct lab_packet about;
    bool is_tcp = q->protocol == LAB_PROTOCOL_TCP;
    if (k.way == LAB_ANSWERING) {
        if (is_tcp ? packet->dport != q->sport : packet->icmp_seq != q->dport)
            return false;
        *s->answer = (struct lab_answer){ .outcome = LAB_REACHED, .by = packet->src };
        return true;
    }
    if (k.way != LAB_ERROR || !lab_packet_read(packet->payload, packet->payload_len, &about) ||
        (is_tcp ? about.sport != q->sport : about.icmp_seq != q->dport))
        return false;
    s->answer->outcome = lab_packet_verdict(packet);
    s->answer->by = packet->src;
    if (s->answer->outcome == LAB_TOO_BIG)
        s->hint = packet->icmp_mtu;
    return true;
}

static bool hear(struct search *s, const struct lab_question *q)
{
    struct lab_heard heard;
    while (lab_wire_receive(&s->wire, &heard))
        if (take(s, q, &heard))
            return true;
    return false;
}

/* Whether a packet of so many bytes passes. */
static bool passes(struct search *s, uint32_t bytes)
{
    s->hint = 0;
    for (int i = 0; i < MTU_TRIES; i++) {
        s->number++;
        struct lab_question q = question_of(s, bytes);
        ns_t until = lab_now() + MTU_WAIT_MS * NS_PER_MS;
        *s->answer = (struct lab_answer){ .outcome = LAB_TIMEOUT, .attempts = (uint8_t)(i + 1) };
        err_t rc = lab_wire_send(&s->wire, &q);
        if (rc != 0) {
            s->answer->outcome = rc == -EMSGSIZE       ? LAB_TOO_BIG
                                 : lab_is_no_route(rc) ? LAB_NO_ROUTE
                                                       : LAB_FAILED;
            s->answer->error = -rc;
            return false;
        }
        while (lab_now() < until && s->answer->outcome == LAB_TIMEOUT) {
            (void)lab_wire_wait(&s->wire, -1, 0, until, s->p->trace);
            if (hear(s, &q))
                break;
        }
        if (s->answer->outcome != LAB_TIMEOUT)
            return s->answer->outcome == LAB_REACHED;
    }
    return false;
}

/* `low` passes, what is longer than `high` does not. The first packet tried is the longest; a
 * router's hint is tried before halves are. */
static uint32_t find(struct search *s, uint32_t low, uint32_t high)
{
    uint32_t next = high;
    while (low < high) {
        if (passes(s, next)) {
            low = next;
        } else {
            high = next - 1;
            if (s->hint > low && s->hint <= high) {
                /* Longer than the hint does not pass there; a link behind may take less. */
                next = high = s->hint;
                continue;
            }
        }
        next = low + (high - low + 1) / 2;
    }
    return low;
}

uint32_t lab_probe_mtu(const struct lab_probe *p, uint32_t limit, struct lab_answer *ret_answer)
{
    struct search s = { .p = p, .source = p->source, .answer = ret_answer };
    uint32_t device = 0, found = 0;
    *ret_answer = (struct lab_answer){ .outcome = LAB_FAILED, .error = EAFNOSUPPORT };
    if (p->to.family != IP_V4)
        return 0;
    err_t rc = lab_netns_mtu(p->from, &p->to, &device);
    if (rc == 0 && s.source.family != IP_V4)
        rc = lab_netns_source(p->from, &p->to, &s.source);
    if (rc == 0)
        rc = lab_wire_open(p->from, p->service == LAB_SERVICE_TCP, &s.wire);
    if (rc != 0) {
        *ret_answer =
            (struct lab_answer){ .outcome = lab_is_no_route(rc) ? LAB_NO_ROUTE : LAB_FAILED,
                                 .error = -rc };
        return 0;
    }
    uint32_t high = MIN(MIN(limit, device), (uint32_t)LAB_PACKET_MAX);
    if (high >= LAB_PACKET_MIN && passes(&s, LAB_PACKET_MIN)) {
        struct lab_answer reached = *ret_answer;
        found = find(&s, LAB_PACKET_MIN, high);
        *ret_answer = reached;
    }
    lab_wire_close(&s.wire);
    return found;
}
