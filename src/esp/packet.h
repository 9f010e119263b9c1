/* esp/packet.h: what the data plane has to know of an IP packet: where its headers are, what
 * selectors compare (RFC 4301 4.4.1.1), ECN and DSCP (RFC 6040, RFC 2983). Packets are borrowed;
 * nothing is copied. */
#ifndef ESP_PACKET_H
#define ESP_PACKET_H

#include "esp/params.h"

enum esp_protocol {
    ESP_PROTO_HOP_BY_HOP = 0,
    ESP_PROTO_ICMP = 1,
    ESP_PROTO_IPV4 = 4,
    ESP_PROTO_TCP = 6,
    ESP_PROTO_UDP = 17,
    ESP_PROTO_IPV6 = 41,
    ESP_PROTO_ROUTING = 43,
    ESP_PROTO_FRAGMENT = 44,
    ESP_PROTO_AH = 51,
    ESP_PROTO_ICMPV6 = 58,
    ESP_PROTO_NONE = 59, /* a dummy packet: RFC 4303 2.6 */
    ESP_PROTO_OPTIONS = 60,
    ESP_PROTO_MH = 135,
};

enum { ESP_IPV4_BYTES = 20, ESP_IPV6_BYTES = 40, ESP_IPV6_MTU_MIN = 1280 };

/* Fields of the headers that change on the way, by their place. */
enum {
    ESP_V4_LENGTH = 2,
    ESP_V4_ID = 4,
    ESP_V4_FRAGMENT = 6, /* flags and offset */
    ESP_V4_CHECKSUM = 10,
    ESP_V4_SOURCE = 12,
    ESP_V6_LENGTH = 4,
    ESP_V6_SOURCE = 8,
    ESP_V4_DF = 0x4000,
    ESP_V4_MF = 0x2000,
    ESP_V4_OFFSET = 0x1fff,
};

struct esp_packet {
    uint8_t *bytes;
    uint32_t len;      /* what the IP header says; what follows is not of the packet */
    uint16_t ip_bytes; /* up to the header of `protocol`, with options or extension headers */
    uint8_t family;    /* enum ip_family */
    uint8_t protocol;  /* of the transport */
    uint8_t tos;       /* DSCP and ECN */
    bool is_plain;     /* without IP options or extension headers, no fragment */
    bool is_fragment;  /* of any kind */
    bool has_ports;    /* they are in this fragment; else they match "any" alone */
    bool df;           /* IPv6: always */
    uint16_t source_port, destination_port; /* ICMP: type << 8 | code, in both */
};

/* Big-endian words at a place that was checked before. */
static inline uint16_t esp_get16(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}
static inline uint32_t esp_get32(const uint8_t *p)
{
    return (uint32_t)esp_get16(p) << 16 | esp_get16(p + 2);
}
static inline void esp_put16(uint8_t *p, uint16_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}
static inline void esp_put32(uint8_t *p, uint32_t v)
{
    esp_put16(p, (uint16_t)(v >> 16));
    esp_put16(p + 2, (uint16_t)v);
}

/* Finds the headers of a packet of at most n bytes; false: it is none, or cut short. */
must_use bool esp_packet_parse(uint8_t *bytes, size_t n, struct esp_packet *ret_packet);

/* Reads what selectors call ports from the transport's first bytes, by p->protocol. */
struct rd;
/* Ports, or type and code of ICMP (RFC 7296 3.13.1); has_ports says whether there were any. */
void esp_packet_read_ports(struct esp_packet *p, struct rd *transport);

/* Source and destination address, in the packet. */
static inline const uint8_t *esp_packet_source(const struct esp_packet *p)
{
    return p->bytes + (p->family == IP_V4 ? ESP_V4_SOURCE : ESP_V6_SOURCE);
}
static inline const uint8_t *esp_packet_destination(const struct esp_packet *p)
{
    return esp_packet_source(p) + ip_bytes(p->family);
}

/* Writes the IP header's length and (IPv4) a fresh header checksum. */
void esp_packet_set_length(uint8_t *bytes, uint8_t family, uint16_t header_bytes, uint32_t len);

/* Sum of the pseudo header (RFC 9293 3.1, RFC 8200 8.1) for a transport of len bytes. */
must_use uint32_t esp_packet_pseudo(const struct esp_packet *p, uint32_t len);

/* Whether the TCP or UDP checksum of an unfragmented packet is right. */
must_use bool esp_packet_checksum_ok(const struct esp_packet *p);

/* The packet's ECN after the tunnel (RFC 6040 4.2); false: it has to be dropped. */
must_use bool esp_packet_decapsulate_ecn(struct esp_packet *p, uint8_t outer_tos);

/* Whether addresses, protocol and ports lie in one of the selectors of either side; inbound: the
 * packet's source is the remote side. */
struct esp_selectors {
    const struct esp_selector *local, *remote;
    uint8_t n_local, n_remote;
};
/* Whether the packet lies in one of either side. */
must_use bool esp_packet_selected(const struct esp_packet *p, const struct esp_selectors *s,
                                  bool inbound);

/* Whether the selectors take every packet of the family, so that nothing has to be compared. */
must_use bool esp_selectors_take_all(const struct esp_selectors *s, uint8_t family);

#endif
