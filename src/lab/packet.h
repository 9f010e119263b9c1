/* lab/packet.h: the packets of the instruments, IPv4: what they send, and what comes back or is
 * seen on the way. All that is read is untrusted. A question carries a mark, by which it and its
 * answer are known wherever they pass, whatever NAT did to addresses and ports: eight bytes at the
 * beginning of the payload (the answer of ICMP echo and of the responder repeats them), and half of
 * them as the initial sequence number of a TCP connection, which the answer acknowledges. Errors of
 * ICMP quote the beginning of the packet. Pure. RFC 791, 792, 793, 768, 1191. */
#ifndef LAB_PACKET_H
#define LAB_PACKET_H

#include "base/base.h"
#include "base/ip.h"
#include "base/wr.h"

enum {
    LAB_MARK_BYTES = 8,
    LAB_MARK_FIRST = 0x89, /* no text begins so: the responder tells marks from commands */
    LAB_HEAD_BYTES = LAB_MARK_BYTES + 2, /* mark, 'Q' or 'A', number of the attempt */
    LAB_QUOTE_BYTES = 28,                /* of the packet, in an ICMP error: header and 8 bytes */
    LAB_PROTOCOL_ICMP = 1,
    LAB_PROTOCOL_TCP = 6,
    LAB_PROTOCOL_UDP = 17,
    LAB_PACKET_MIN = 68, /* RFC 791: every link takes so many bytes */
    LAB_PACKET_MAX = 65535,
};

struct lab_mark {
    uint8_t b[LAB_MARK_BYTES];
};

/* A mark of random bytes (eight of them). */
struct lab_mark lab_mark_of(const uint8_t random[LAB_MARK_BYTES]);

/* A TCP connection's first sequence number. */
uint32_t lab_mark_isn(const struct lab_mark *m);

enum { LAB_FIN = 1, LAB_SYN = 2, LAB_RST = 4, LAB_ACK = 16 };

/* An IPv4 packet, or the beginning of one. */
struct lab_packet {
    struct ip_addr src, dst;
    uint8_t protocol, ttl;
    bool df;
    uint16_t bytes;       /* of the whole packet, as its header says */
    uint16_t fragment_at; /* not 0: a fragment without a header of transport */
    bool has_ports;       /* TCP, UDP: sport and dport were there */
    uint16_t sport, dport;
    uint8_t icmp_type, icmp_code; /* ICMP */
    uint16_t icmp_id, icmp_seq;   /* of echo and echo reply */
    uint16_t icmp_mtu;            /* of "fragmentation needed": RFC 1191 */
    bool has_sequence;            /* TCP: seq was there */
    uint8_t tcp_flags;            /* 0 in a short quote */
    uint32_t seq, ack;
    const uint8_t *payload; /* of UDP, TCP, echo; of an ICMP error: what it quotes. Borrowed */
    size_t payload_len;
};

/* Reads a packet, perhaps cut short behind the transport's ports; false: no IPv4, or malformed. */
must_use bool lab_packet_read(const void *bytes, size_t n, struct lab_packet *ret_packet);

/* Whether it is an ICMP error (unreachable, time exceeded, parameter problem, source quench). */
bool lab_packet_is_error(const struct lab_packet *p);

/* How a packet belongs to a question with a mark. */
enum lab_way {
    LAB_NEITHER,
    LAB_ASKING,
    LAB_ANSWERING,
    LAB_ERROR,
    LAB_SEALED, /* ESP, whosever it is: a trace tells by the times, lab_packet_kinship() cannot */
};
struct lab_kinship {
    enum lab_way way;
    bool opens;      /* a question or answer that shows the path: echo, UDP, SYN and its answer */
    bool wrapped;    /* within another packet: VXLAN, GRE, IP in IP, ESP without encryption */
    uint8_t attempt; /* where it is known, else 0 */
};

/* Whether it is ESP (RFC 4303), by itself or in UDP (RFC 3948), and its SPI and number. */
must_use bool lab_packet_esp(const struct lab_packet *p, uint32_t *ret_spi, uint32_t *ret_number);

/* What the packet (n bytes of it) is to the mark. */
struct lab_kinship lab_packet_kinship(const struct lab_mark *m, const void *bytes, size_t n);

/* What is to be sent: one whole packet, header included. */
struct lab_question {
    struct ip_addr src, dst;
    uint8_t protocol, ttl;
    bool df;
    uint16_t sport, dport; /* ICMP: identifier and number of the echo */
    struct lab_mark mark;
    uint8_t attempt;
    uint16_t bytes; /* of the whole packet; 0: no more than it needs. TCP: data behind the SYN */
};

/* Writes the packet; false: it does not fit, or `bytes` is less than its headers. */
must_use bool lab_question_write(const struct lab_question *q, struct wr *w);

/* The ten bytes with which a question or its answer begins. */
void lab_head_write(const struct lab_mark *m, char direction, uint8_t attempt,
                    uint8_t head[LAB_HEAD_BYTES]);

/* Whether bytes begin with a head of the direction and the mark (NULL: any mark). */
must_use bool lab_head_read(const void *bytes, size_t n, char direction, const struct lab_mark *m,
                            uint8_t *ret_attempt);

/* How a question went. */
enum lab_outcome {
    LAB_REACHED,
    LAB_TIMEOUT,     /* silence */
    LAB_REFUSED,     /* the host is there, the service is not: RST, port unreachable */
    LAB_UNREACHABLE, /* a router says so */
    LAB_PROHIBITED,  /* a filter says so */
    LAB_LOOP,        /* the TTL ran out on the way */
    LAB_TOO_BIG,     /* DF, and longer than a link takes */
    LAB_NO_ROUTE,    /* the sender's own kernel would not send it */
    LAB_FAILED,      /* the question could not be asked: `error` */
};

/* The outcome in a word: "reachable", "no answer", ... */
const char *lab_outcome_name(enum lab_outcome outcome);

/* What an ICMP error says; LAB_REACHED of what is none. */
enum lab_outcome lab_packet_verdict(const struct lab_packet *p);

#endif
