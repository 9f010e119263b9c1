#include "lab/packet.h"

#include <string.h>

#include "base/rd.h"

enum {
    HEADER_BYTES = 20,
    UDP_BYTES = 8,
    ECHO_BYTES = 8,
    TCP_BYTES = 20,
    TCP_WINDOW = 65535,
    FLAG_DF = 0x4000,
    FRAGMENT_MASK = 0x1fff,
    ICMP_ECHO_REPLY = 0,
    ICMP_UNREACHABLE = 3,
    ICMP_QUENCH = 4,
    ICMP_ECHO_REQUEST = 8,
    ICMP_EXCEEDED = 11,
    ICMP_PARAMETER = 12,
    CODE_PROTOCOL = 2,
    CODE_PORT = 3,
    CODE_TOO_BIG = 4,
    CODE_NET_PROHIBITED = 9,
    CODE_HOST_PROHIBITED = 10,
    CODE_PROHIBITED = 13,
    PORT_ESP = 4500,
    PORT_VXLAN = 4789,
    PROTOCOL_IPIP = 4,
    PROTOCOL_GRE = 47,
    PROTOCOL_ESP = 50,
};

struct lab_mark lab_mark_of(const uint8_t random[LAB_MARK_BYTES])
{
    struct lab_mark m;
    memcpy(m.b, random, sizeof(m.b));
    m.b[0] = LAB_MARK_FIRST;
    return m;
}

uint32_t lab_mark_isn(const struct lab_mark *m)
{
    return ip_load32(m->b + 4);
}

/* --- reading ---------------------------------------------------------------------------------- */

static bool read_icmp(struct rd *r, struct lab_packet *p)
{
    p->icmp_type = rd_u8(r);
    p->icmp_code = rd_u8(r);
    rd_u16(r); /* the kernel has checked the sum of what it hands to us */
    uint16_t first = rd_u16(r), second = rd_u16(r);
    if (p->icmp_type == ICMP_ECHO_REQUEST || p->icmp_type == ICMP_ECHO_REPLY) {
        p->icmp_id = first;
        p->icmp_seq = second;
    } else if (p->icmp_type == ICMP_UNREACHABLE && p->icmp_code == CODE_TOO_BIG) {
        p->icmp_mtu = second;
    }
    return !r->bad;
}

/* Eight bytes are enough, as many as the shortest quote has. */
static bool read_tcp(struct rd *r, struct lab_packet *p)
{
    p->sport = rd_u16(r);
    p->dport = rd_u16(r);
    p->seq = rd_u32(r);
    p->has_ports = p->has_sequence = !r->bad;
    if (rd_left(r) < TCP_BYTES - 8) {
        rd_bytes(r, rd_left(r));
        return p->has_ports;
    }
    p->ack = rd_u32(r);
    uint8_t words = rd_u8(r) >> 4;
    p->tcp_flags = rd_u8(r);
    rd_bytes(r, 6); /* window, checksum, urgent */
    if (words < TCP_BYTES / 4)
        return false;
    size_t options = (size_t)words * 4 - TCP_BYTES;
    rd_bytes(r, MIN(options, rd_left(r)));
    return true;
}

static bool read_udp(struct rd *r, struct lab_packet *p)
{
    p->sport = rd_u16(r);
    p->dport = rd_u16(r);
    uint16_t bytes = rd_u16(r);
    rd_u16(r);
    p->has_ports = !r->bad;
    return !r->bad && bytes >= UDP_BYTES;
}

static bool read_transport(struct rd *r, struct lab_packet *p)
{
    bool good = true;
    if (p->fragment_at != 0)
        good = true;
    else if (p->protocol == LAB_PROTOCOL_ICMP)
        good = read_icmp(r, p);
    else if (p->protocol == LAB_PROTOCOL_TCP)
        good = read_tcp(r, p);
    else if (p->protocol == LAB_PROTOCOL_UDP)
        good = read_udp(r, p);
    p->payload_len = rd_left(r);
    p->payload = r->p;
    return good;
}

bool lab_packet_read(const void *bytes, size_t n, struct lab_packet *ret_packet)
{
    struct lab_packet p = { 0 };
    struct rd r = rd_init(bytes, n);
    uint8_t first = rd_u8(&r);
    rd_u8(&r);
    p.bytes = rd_u16(&r);
    rd_u16(&r);
    uint16_t fragment = rd_u16(&r);
    p.df = fragment & FLAG_DF;
    p.fragment_at = (uint16_t)((fragment & FRAGMENT_MASK) * 8);
    p.ttl = rd_u8(&r);
    p.protocol = rd_u8(&r);
    rd_u16(&r);
    const uint8_t *src = rd_bytes(&r, 4), *dst = rd_bytes(&r, 4);
    size_t header = (size_t)(first & 0xf) * 4;
    if (r.bad || first >> 4 != 4 || header < HEADER_BYTES || p.bytes < header)
        return false;
    p.src = ip_from_bytes(IP_V4, src);
    p.dst = ip_from_bytes(IP_V4, dst);
    rd_bytes(&r, header - HEADER_BYTES);
    /* What a short link pads behind the packet is not the packet's. */
    struct rd body = rd_sub(&r, MIN(rd_left(&r), p.bytes - header));
    if (r.bad || !read_transport(&body, &p))
        return false;
    *ret_packet = p;
    return true;
}

bool lab_packet_is_error(const struct lab_packet *p)
{
    return p->protocol == LAB_PROTOCOL_ICMP && p->fragment_at == 0 &&
           (p->icmp_type == ICMP_UNREACHABLE || p->icmp_type == ICMP_QUENCH ||
            p->icmp_type == ICMP_EXCEEDED || p->icmp_type == ICMP_PARAMETER);
}

/* --- belonging -------------------------------------------------------------------------------- */

void lab_head_write(const struct lab_mark *m, char direction, uint8_t attempt,
                    uint8_t head[LAB_HEAD_BYTES])
{
    memcpy(head, m->b, LAB_MARK_BYTES);
    head[LAB_MARK_BYTES] = (uint8_t)direction;
    head[LAB_MARK_BYTES + 1] = attempt;
}

bool lab_head_read(const void *bytes, size_t n, char direction, const struct lab_mark *m,
                   uint8_t *ret_attempt)
{
    struct rd r = rd_init(bytes, n);
    const uint8_t *mark = rd_bytes(&r, LAB_MARK_BYTES);
    uint8_t way = rd_u8(&r), attempt = rd_u8(&r);
    if (r.bad || way != (uint8_t)direction)
        return false;
    if (m ? memcmp(mark, m->b, LAB_MARK_BYTES) != 0 : mark[0] != LAB_MARK_FIRST)
        return false;
    *ret_attempt = attempt;
    return true;
}

static struct lab_kinship of_echo(const struct lab_mark *m, const struct lab_packet *p)
{
    struct lab_kinship k = { .way = LAB_NEITHER };
    uint8_t attempt;
    if (lab_head_read(p->payload, p->payload_len, 'Q', m, &attempt)) {
        k.way = p->icmp_type == ICMP_ECHO_REQUEST ? LAB_ASKING : LAB_ANSWERING;
        k.opens = true;
        k.attempt = attempt;
    }
    return k;
}

static struct lab_kinship of_data(const struct lab_mark *m, const struct lab_packet *p)
{
    struct lab_kinship k = { .way = LAB_NEITHER };
    uint8_t attempt;
    if (lab_head_read(p->payload, p->payload_len, 'Q', m, &attempt))
        k.way = LAB_ASKING;
    else if (lab_head_read(p->payload, p->payload_len, 'A', m, &attempt))
        k.way = LAB_ANSWERING;
    else
        return k;
    k.opens = p->protocol == LAB_PROTOCOL_UDP;
    k.attempt = attempt;
    return k;
}

static struct lab_kinship of_tcp(const struct lab_mark *m, const struct lab_packet *p)
{
    uint32_t isn = lab_mark_isn(m);
    uint8_t what = p->tcp_flags & (LAB_SYN | LAB_ACK | LAB_RST);
    struct lab_kinship k = { .opens = true };
    if (what == LAB_SYN && p->seq == isn)
        k.way = LAB_ASKING;
    else if ((what == (LAB_SYN | LAB_ACK) || what == (LAB_RST | LAB_ACK)) &&
             p->ack - isn - 1 <=
                 LAB_PACKET_MAX) /* a RST acknowledges the data behind the SYN, too */
        k.way = LAB_ANSWERING;
    return k.way == LAB_NEITHER ? of_data(m, p) : k;
}

/* An error about the question. Of one about an answer, the answer's sender is told, not we. */
static struct lab_kinship of_error(const struct lab_mark *m, const struct lab_packet *p)
{
    struct lab_kinship k = { .way = LAB_NEITHER };
    struct lab_packet about;
    uint8_t attempt = 0;
    if (!lab_packet_read(p->payload, p->payload_len, &about))
        return k;
    bool is_echo = about.protocol == LAB_PROTOCOL_ICMP && about.icmp_type == ICMP_ECHO_REQUEST;
    bool is_ours = about.protocol == LAB_PROTOCOL_TCP
                       ? about.has_sequence && about.seq == lab_mark_isn(m)
                       : (is_echo || about.protocol == LAB_PROTOCOL_UDP) &&
                             lab_head_read(about.payload, about.payload_len, 'Q', m, &attempt);
    if (is_ours)
        k = (struct lab_kinship){ .way = LAB_ERROR, .opens = true, .attempt = attempt };
    return k;
}

static struct lab_kinship of_packet(const struct lab_mark *m, const struct lab_packet *p)
{
    if (p->fragment_at != 0)
        return (struct lab_kinship){ .way = LAB_NEITHER };
    if (lab_packet_is_error(p))
        return of_error(m, p);
    if (p->protocol == LAB_PROTOCOL_ICMP)
        return of_echo(m, p);
    if (p->protocol == LAB_PROTOCOL_TCP)
        return of_tcp(m, p);
    if (p->protocol == LAB_PROTOCOL_UDP)
        return of_data(m, p);
    return (struct lab_kinship){ .way = LAB_NEITHER };
}

bool lab_packet_esp(const struct lab_packet *p, uint32_t *ret_spi, uint32_t *ret_number)
{
    struct rd r = rd_init(p->payload, p->payload_len);
    bool in_udp = p->protocol == LAB_PROTOCOL_UDP && (p->dport == PORT_ESP || p->sport == PORT_ESP);
    uint32_t spi = rd_u32(&r), number = rd_u32(&r);
    /* In UDP, four zero bytes begin a message of IKE, and one byte keeps a NAT alive. */
    if (p->fragment_at != 0 || r.bad || spi == 0 || !(in_udp || p->protocol == PROTOCOL_ESP))
        return false;
    *ret_spi = spi;
    *ret_number = number;
    return true;
}

static bool carries_packets(const struct lab_packet *p)
{
    if (p->fragment_at != 0)
        return false;
    if (p->protocol == LAB_PROTOCOL_UDP)
        return p->dport == PORT_VXLAN || p->dport == PORT_ESP || p->sport == PORT_ESP;
    return p->protocol == PROTOCOL_IPIP || p->protocol == PROTOCOL_GRE ||
           p->protocol == PROTOCOL_ESP;
}

/* Within what another packet carries the headers before the inner one have many lengths (VXLAN, GRE
 * with and without key, ESP with and without an initialization vector): the inner packet is looked
 * for at each place. Sealed payload looks like a packet of ours once in 2^64. */
static struct lab_kinship of_carried(const struct lab_mark *m, const struct lab_packet *outer)
{
    enum { FIRST_BYTE_MIN = 0x45, FIRST_BYTE_MAX = 0x4f };
    for (size_t at = 0; at + HEADER_BYTES <= outer->payload_len; at++) {
        struct rd r = rd_init(outer->payload, outer->payload_len);
        struct lab_packet inner;
        rd_bytes(&r, at);
        struct rd peek = r;
        uint8_t first = rd_u8(&peek);
        if (first < FIRST_BYTE_MIN || first > FIRST_BYTE_MAX ||
            !lab_packet_read(r.p, rd_left(&r), &inner))
            continue;
        struct lab_kinship k = of_packet(m, &inner);
        if (k.way != LAB_NEITHER) {
            k.wrapped = true;
            return k;
        }
    }
    return (struct lab_kinship){ .way = LAB_NEITHER };
}

struct lab_kinship lab_packet_kinship(const struct lab_mark *m, const void *bytes, size_t n)
{
    struct lab_packet p;
    if (!lab_packet_read(bytes, n, &p))
        return (struct lab_kinship){ .way = LAB_NEITHER };
    return carries_packets(&p) ? of_carried(m, &p) : of_packet(m, &p);
}

/* --- writing ---------------------------------------------------------------------------------- */

/* RFC 1071, of an even or odd number of bytes, on top of what was summed before. */
static uint32_t sum_of(const uint8_t *p, size_t n, uint32_t sum)
{
    for (size_t i = 0; i < n; i++)
        sum += i % 2 ? p[i] : (uint32_t)p[i] << 8;
    return sum;
}

static uint16_t fold(uint32_t sum)
{
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

static uint32_t pseudo_sum(const struct lab_question *q, size_t n)
{
    return sum_of(q->src.b, 4, sum_of(q->dst.b, 4, (uint32_t)(q->protocol + n)));
}

/* The header of transport; *ret_checksum is where its sum belongs. */
static void write_transport(const struct lab_question *q, struct wr *w, uint16_t bytes,
                            size_t *ret_checksum)
{
    if (q->protocol == LAB_PROTOCOL_ICMP) {
        wr_u16(w, ICMP_ECHO_REQUEST << 8);
        *ret_checksum = wr_mark(w);
        wr_u16(w, 0);
        wr_u16(w, q->sport);
        wr_u16(w, q->dport);
        return;
    }
    wr_u16(w, q->sport);
    wr_u16(w, q->dport);
    if (q->protocol == LAB_PROTOCOL_UDP) {
        wr_u16(w, bytes);
        *ret_checksum = wr_mark(w);
        wr_u16(w, 0);
        return;
    }
    wr_u32(w, lab_mark_isn(&q->mark));
    wr_u32(w, 0);
    wr_u8(w, TCP_BYTES / 4 << 4);
    wr_u8(w, LAB_SYN);
    wr_u16(w, TCP_WINDOW);
    *ret_checksum = wr_mark(w);
    wr_u32(w, 0); /* and the urgent pointer */
}

static uint16_t least_bytes(const struct lab_question *q)
{
    if (q->protocol == LAB_PROTOCOL_TCP)
        return HEADER_BYTES + TCP_BYTES;
    return HEADER_BYTES + UDP_BYTES + LAB_HEAD_BYTES;
}
static_assert((int)UDP_BYTES == (int)ECHO_BYTES, "least_bytes() counts on it");

static void write_header(const struct lab_question *q, struct wr *w, uint16_t bytes)
{
    wr_u16(w, 0x4500);
    wr_u16(w, bytes);
    wr_u16(w, 0); /* the kernel fills in identification and checksum */
    wr_u16(w, q->df ? FLAG_DF : 0);
    wr_u8(w, q->ttl);
    wr_u8(w, q->protocol);
    wr_u16(w, 0);
    wr_bytes(w, q->src.b, 4);
    wr_bytes(w, q->dst.b, 4);
}

bool lab_question_write(const struct lab_question *q, struct wr *w)
{
    assert(q->protocol == LAB_PROTOCOL_ICMP || q->protocol == LAB_PROTOCOL_TCP ||
           q->protocol == LAB_PROTOCOL_UDP);
    assert(q->src.family == IP_V4 && q->dst.family == IP_V4);
    uint16_t bytes = q->bytes ? q->bytes : least_bytes(q);
    uint8_t head[LAB_HEAD_BYTES];
    size_t start = wr_len(w), checksum = 0;
    if (bytes < least_bytes(q))
        return false;
    write_header(q, w, bytes);
    size_t transport = wr_len(w);
    write_transport(q, w, (uint16_t)(bytes - HEADER_BYTES), &checksum);
    lab_head_write(&q->mark, 'Q', q->attempt, head);
    if (q->protocol != LAB_PROTOCOL_TCP)
        wr_bytes(w, head, sizeof(head));
    size_t rest = bytes - (wr_len(w) - start);
    uint8_t *padding = wr_space(w, rest);
    if (w->bad)
        return false;
    memset(padding, 'x', rest);
    size_t n = bytes - HEADER_BYTES;
    uint32_t pseudo = q->protocol == LAB_PROTOCOL_ICMP ? 0 : pseudo_sum(q, n);
    uint16_t sum = fold(sum_of(w->start + transport, n, pseudo));
    wr_patch16(w, checksum, sum == 0 && q->protocol == LAB_PROTOCOL_UDP ? 0xffff : sum);
    return true;
}

/* --- verdicts --------------------------------------------------------------------------------- */

const char *lab_outcome_name(enum lab_outcome outcome)
{
    static const char *const names[] = {
        [LAB_REACHED] = "reachable",     [LAB_TIMEOUT] = "no answer",
        [LAB_REFUSED] = "refused",       [LAB_UNREACHABLE] = "unreachable",
        [LAB_PROHIBITED] = "prohibited", [LAB_LOOP] = "TTL exceeded",
        [LAB_TOO_BIG] = "too big",       [LAB_NO_ROUTE] = "no route",
        [LAB_FAILED] = "not asked",
    };
    assert(outcome < ARRAY_LEN(names));
    return names[outcome];
}

enum lab_outcome lab_packet_verdict(const struct lab_packet *p)
{
    if (!lab_packet_is_error(p) || p->icmp_type == ICMP_QUENCH)
        return LAB_REACHED;
    if (p->icmp_type == ICMP_EXCEEDED)
        return LAB_LOOP;
    if (p->icmp_type == ICMP_PARAMETER)
        return LAB_UNREACHABLE;
    switch (p->icmp_code) {
    case CODE_PROTOCOL:
    case CODE_PORT:
        return LAB_REFUSED;
    case CODE_TOO_BIG:
        return LAB_TOO_BIG;
    case CODE_NET_PROHIBITED:
    case CODE_HOST_PROHIBITED:
    case CODE_PROHIBITED:
        return LAB_PROHIBITED;
    default:
        return LAB_UNREACHABLE;
    }
}
