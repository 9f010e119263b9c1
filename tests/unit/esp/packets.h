/* tests/unit/esp/packets.h: IP packets for the tests of esp/, made the slow and obvious way, and a
 * checksum that adds 16-bit words one by one. Test programs only. */
#ifndef TESTS_ESP_PACKETS_H
#define TESTS_ESP_PACKETS_H

#include <stdlib.h>
#include <string.h>

#include "esp/packet.h"

/* RFC 1071, word by word; 0 over a message with its right checksum. */
static inline uint16_t slow_checksum(const uint8_t *p, size_t n, uint32_t start)
{
    uint32_t sum = start;
    for (size_t i = 0; i < n; i++)
        sum += i % 2 ? p[i] : (uint32_t)p[i] << 8;
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

/* Sum of the pseudo header, for slow_checksum()'s start. */
static inline uint32_t slow_pseudo(const uint8_t *ip, uint8_t protocol, uint32_t len)
{
    size_t n = ip[0] >> 4 == 4 ? 4 : 16;
    const uint8_t *a = ip + (n == 4 ? 12 : 8);
    uint32_t sum = protocol + len;
    for (size_t i = 0; i < 2 * n; i++)
        sum += i % 2 ? a[i] : (uint32_t)a[i] << 8;
    return sum;
}

struct spec {
    uint8_t family;               /* IP_V4, IP_V6 */
    uint8_t protocol, tos, flags; /* TCP's */
    bool df, timestamps;
    uint16_t id, sport, dport, window;
    uint32_t seq, ack, payload; /* bytes */
    uint8_t fill;               /* the payload's first byte; the next ones count on */
    uint8_t host;               /* last byte of the source's address */
};

static inline void put16(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

static inline size_t make_tcp(uint8_t *t, const struct spec *s)
{
    size_t header = s->timestamps ? 32 : 20;
    memset(t, 0, header);
    put16(t, s->sport);
    put16(t + 2, s->dport);
    put16(t + 4, s->seq >> 16);
    put16(t + 6, s->seq);
    put16(t + 8, s->ack >> 16);
    put16(t + 10, s->ack);
    t[12] = (uint8_t)(header / 4 << 4);
    t[13] = s->flags;
    put16(t + 14, s->window);
    if (s->timestamps)
        memcpy(t + 20, "\x01\x01\x08\x0a\x00\x00\x10\x00\x00\x00\x20\x00", 12);
    return header;
}

/* Writes a packet; its length. */
static inline size_t make_packet(uint8_t *p, const struct spec *s)
{
    size_t ip = s->family == IP_V4 ? 20 : 40, header = 8;
    uint8_t *t = p + ip;
    memset(p, 0, ip);
    if (s->protocol == ESP_PROTO_TCP) {
        header = make_tcp(t, s);
    } else {
        memset(t, 0, header);
        put16(t, s->sport);
        put16(t + 2, s->dport);
        put16(t + 4, 8 + s->payload);
    }
    if (s->protocol == ESP_PROTO_ICMP) {
        memset(t, 0, header);
        t[0] = 8;
    }
    size_t len = ip + header + s->payload;
    for (uint32_t i = 0; i < s->payload; i++)
        t[header + i] = (uint8_t)(s->fill + i + i / 251);
    if (s->family == IP_V4) {
        p[0] = 0x45;
        p[1] = s->tos;
        put16(p + 2, (uint32_t)len);
        put16(p + 4, s->id);
        put16(p + 6, s->df ? 0x4000 : 0);
        p[8] = 60;
        p[9] = s->protocol;
        memcpy(p + 12, "\x0a\x01\x00\x00\x0a\x02\x00\x07", 8);
        p[15] = s->host;
        put16(p + 10, slow_checksum(p, 20, 0));
    } else {
        p[0] = (uint8_t)(0x60 | s->tos >> 4);
        p[1] = (uint8_t)(s->tos << 4);
        put16(p + 4, (uint32_t)(len - 40));
        p[6] = s->protocol;
        p[7] = 60;
        p[8] = p[24] = 0xfd;
        p[23] = s->host;
        p[39] = 7;
    }
    size_t at = s->protocol == ESP_PROTO_TCP ? 16 : s->protocol == ESP_PROTO_UDP ? 6 : 2;
    uint32_t start =
        s->protocol == ESP_PROTO_ICMP ? 0 : slow_pseudo(p, s->protocol, (uint32_t)(len - ip));
    uint16_t sum = slow_checksum(t, len - ip, start);
    put16(t + at, sum ? sum : 0xffff);
    return len;
}

/* Whether IPv4's header and the transport's checksum are right, and lengths agree. */
static inline bool is_sound(const uint8_t *p, size_t len)
{
    size_t ip = p[0] >> 4 == 4 ? (size_t)(p[0] & 15) * 4 : 40;
    uint8_t protocol = ip == 40 && p[0] >> 4 == 6 ? p[6] : p[9];
    size_t says = p[0] >> 4 == 4 ? (size_t)(p[2] << 8 | p[3]) : 40 + (size_t)(p[4] << 8 | p[5]);
    if (says != len || (p[0] >> 4 == 4 && slow_checksum(p, ip, 0) != 0))
        return false;
    uint32_t start = protocol == ESP_PROTO_ICMP ? 0
                                                : slow_pseudo(p, protocol, (uint32_t)(len - ip));
    return slow_checksum(p + ip, len - ip, start) == 0;
}

#endif
