/* sim/packet.h: what travels over the links: IP packets with a TCP segment, or the two ICMP errors
 * that TCP reacts to. One owner at a time; who drops it frees it. Sequence numbers are stream
 * offsets of 64 bits (SYN is 0, the first byte 1): nothing here is about wrapping. */
#ifndef SIM_PACKET_H
#define SIM_PACKET_H

#include "base/base.h"
#include "base/ip.h"

enum sim_packet_kind { SIM_TCP, SIM_TOO_BIG, SIM_UNREACHABLE };

struct sim_packet {
    enum sim_packet_kind kind;
    struct ip_addr src, dst;
    uint8_t ttl;
    uint16_t sport, dport; /* of an error: of the segment that it is about, seen from its sender */
    bool syn, fin, rst, has_ack;
    uint64_t seq, ack;
    uint32_t window;
    uint16_t mss;          /* with SYN */
    uint32_t mtu;          /* SIM_TOO_BIG: what would have fitted */
    struct ip_addr about;  /* errors: the destination that was not reached */
    uint64_t key;          /* TCP-MD5: hash of the password; 0: not signed */
    uint32_t len;
    uint8_t bytes[];
};

enum { SIM_TTL = 64, SIM_TCP_HEADER = 20 + 12 /* time stamps */ };

/* A zeroed packet with room for len bytes, or NULL; its end. */
must_use struct sim_packet *sim_packet_new(uint32_t len);

/* A packet of its own with the same contents, or NULL. */
struct sim_packet *sim_packet_copy(const struct sim_packet *p);

/* NULL is allowed. */
void sim_packet_free(struct sim_packet *p);

/* Bytes on the wire, IP header included. */
uint32_t sim_packet_bytes(const struct sim_packet *p);

/* The header bytes of IP and TCP before the payload. */
uint32_t sim_header_bytes(uint8_t family);

/* The number of the flow, by which paths of equal cost are shared out. */
uint64_t sim_packet_flow(const struct sim_packet *p);

#endif
