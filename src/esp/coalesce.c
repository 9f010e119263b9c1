#include "esp/coalesce.h"

#include <string.h>

#include "esp/checksum.h"
#include "esp/vnet.h"

enum {
    TCP_BYTES = 20,
    TCP_SEQUENCE = 4,
    TCP_ACK_NUMBER = 8,
    TCP_OFFSET = 12,
    TCP_FLAGS = 13,
    TCP_WINDOW = 14,
    TCP_CHECKSUM = 16,
    TCP_PSH = 8,
    TCP_ACK = 0x10,
    TCP_ECE = 0x40,
    UDP_BYTES = 8,
    UDP_LENGTH = 4,
    UDP_CHECKSUM = 6,
};

/* Bytes of IP and UDP headers of a packet that may be joined with others; 0: it may not. Without a
 * checksum it may not either: all of a super-packet's datagrams get one. */
static uint16_t joinable_udp(const struct esp_packet *p)
{
    uint32_t left = p->len - p->ip_bytes;
    const uint8_t *udp = p->bytes + p->ip_bytes;
    if (!p->is_plain || left <= UDP_BYTES || esp_get16(udp + UDP_LENGTH) != left ||
        esp_get16(udp + UDP_CHECKSUM) == 0)
        return 0;
    return (uint16_t)(p->ip_bytes + UDP_BYTES);
}

/* The same of TCP. */
static uint16_t joinable_tcp(const struct esp_packet *p)
{
    uint32_t left = p->len - p->ip_bytes;
    if (!p->is_plain || left < TCP_BYTES)
        return 0;
    const uint8_t *tcp = p->bytes + p->ip_bytes;
    uint32_t header = (uint32_t)(tcp[TCP_OFFSET] >> 4) * 4;
    if (header < TCP_BYTES || header >= left)
        return 0; /* without payload there is nothing to join */
    if (!(tcp[TCP_FLAGS] & TCP_ACK) || tcp[TCP_FLAGS] & (uint8_t) ~(TCP_ACK | TCP_PSH | TCP_ECE))
        return 0;
    return (uint16_t)(p->ip_bytes + header);
}

/* A flow's place; two flows at one place only cost that neither is joined. */
static uint32_t flow_hash(const struct esp_packet *p)
{
    const uint8_t *d = esp_packet_destination(p) + ip_bytes(p->family) - 4;
    const uint8_t *s = esp_packet_source(p) + ip_bytes(p->family) - 4;
    uint32_t h = esp_get32(s) ^ esp_get32(d) ^ (uint32_t)p->source_port << 16 ^ p->destination_port;
    return h * UINT32_C(0x9e3779b1) >> 26;
}
static_assert(ESP_FLOWS == 1 << (32 - 26), "flow_hash() gives a place in flows");

static bool same_ip(const uint8_t *a, const uint8_t *b, uint16_t next_id)
{
    if ((a[0] ^ b[0]) & 0xf0)
        return false;
    if (a[0] >> 4 == IP_V6) /* all but the length */
        return memcmp(a, b, 4) == 0 && memcmp(a + 6, b + 6, ESP_IPV6_BYTES - 6) == 0;
    if (esp_get16(a) != esp_get16(b) || esp_get16(a + 6) != esp_get16(b + 6) ||
        esp_get16(a + 8) != esp_get16(b + 8) || memcmp(a + 12, b + 12, 8) != 0)
        return false;
    /* RFC 6864: numbers mean nothing where DF is set; else they have to count on. */
    return esp_get16(a + ESP_V4_FRAGMENT) & ESP_V4_DF || esp_get16(b + ESP_V4_ID) == next_id;
}

/* Whether TCP headers continue one another, as far as this can be seen without the numbers. */
static bool same_tcp(const uint8_t *a, const uint8_t *b, size_t header)
{
    return memcmp(a, b, 4) == 0 &&                                        /* ports */
           memcmp(a + TCP_ACK_NUMBER, b + TCP_ACK_NUMBER, 5) == 0 &&      /* and data offset */
           ((a[TCP_FLAGS] ^ b[TCP_FLAGS]) & ~TCP_PSH) == 0 &&             /* so closes the run */
           esp_get16(a + TCP_WINDOW) == esp_get16(b + TCP_WINDOW) &&      /* options: */
           memcmp(a + TCP_BYTES, b + TCP_BYTES, header - TCP_BYTES) == 0; /* timestamps too */
}

/* Whether header and transport checksums are right. */
static bool is_sound(const struct esp_packet *p)
{
    if (p->family == IP_V4 && checksum_fold(checksum_sum(p->bytes, p->ip_bytes)) != 0xffff)
        return false;
    return esp_packet_checksum_ok(p);
}

/* Looks at the first packet's checksums when a second one comes, not before. */
static bool first_is_sound(struct esp_tun_frame *f, const struct esp_packet *next)
{
    if (f->flow.verified)
        return true;
    struct esp_packet first = *next; /* equal but for its place and length */
    first.bytes = f->flow.packet;
    first.len = f->flow.len;
    f->flow.verified = is_sound(&first);
    return f->flow.verified;
}

/* Whether TCP's segment is the next one of the frame's flow. */
static bool follows_tcp(const struct esp_tun_frame *f, const struct esp_packet *p, uint16_t header)
{
    const uint8_t *tcp = p->bytes + p->ip_bytes;
    return esp_get32(tcp + TCP_SEQUENCE) == f->flow.next_sequence &&
           same_tcp(f->flow.packet + p->ip_bytes, tcp, (size_t)(header - p->ip_bytes));
}

/* Joins a packet to a frame; false: it does not continue it. */
static bool join(struct esp_tun_frame *f, uint32_t connection, const struct esp_packet *p,
                 uint16_t header)
{
    const uint8_t *transport = p->bytes + p->ip_bytes;
    uint8_t *first = f->flow.packet;
    uint32_t payload = p->len - header;
    if (!f->flow.open || f->connection != connection || f->n == ESP_SLICES_MAX ||
        f->flow.header_bytes != header || payload > f->flow.segment ||
        f->flow.len + payload > UINT16_MAX)
        return false;
    if (!same_ip(first, p->bytes, f->flow.next_id))
        return false; /* the protocol too */
    if (f->flow.is_udp ? memcmp(first + p->ip_bytes, transport, 4) != 0
                       : !follows_tcp(f, p, header))
        return false;
    if (!first_is_sound(f, p) || !is_sound(p))
        return false;
    f->slices[f->n++] = (struct esp_slice){ .base = p->bytes + header, .len = payload };
    f->len += payload;
    f->flow.len += payload;
    f->flow.next_sequence += payload;
    f->flow.next_id++;
    bool push = !f->flow.is_udp && transport[TCP_FLAGS] & TCP_PSH;
    if (push)
        first[p->ip_bytes + TCP_FLAGS] |= TCP_PSH;
    if (payload < f->flow.segment || push)
        f->flow.open = false;
    return true;
}

/* A frame of one packet, of no flow yet. */
static struct esp_tun_frame *add_frame(struct esp_to_tun *o, uint32_t connection,
                                       const struct esp_packet *p)
{
    assert(o->n < ESP_TUN_FRAMES_MAX);
    struct esp_tun_frame *f = &o->frames[o->n++];
    f->connection = connection;
    f->n = 1;
    f->len = ESP_VNET_BYTES + p->len;
    f->slices[0] = (struct esp_slice){ .base = p->bytes - ESP_VNET_BYTES, .len = f->len };
    memset(f->slices[0].base, 0, ESP_VNET_BYTES);
    f->flow.open = false;
    f->flow.header_bytes = 0;
    return f;
}

/* Lets a frame grow. */
static void start_flow(struct esp_tun_frame *f, const struct esp_packet *p, uint16_t header)
{
    const uint8_t *transport = p->bytes + p->ip_bytes;
    f->flow.is_udp = p->protocol == ESP_PROTO_UDP;
    f->flow.packet = p->bytes;
    f->flow.len = p->len;
    f->flow.segment = (uint16_t)(p->len - header);
    f->flow.header_bytes = header;
    f->flow.next_id = (uint16_t)(esp_get16(p->bytes + ESP_V4_ID) + 1);
    f->flow.verified = false;
    f->flow.open = true;
    if (f->flow.is_udp)
        return;
    f->flow.next_sequence = esp_get32(transport + TCP_SEQUENCE) + f->flow.segment;
    f->flow.open = !(transport[TCP_FLAGS] & TCP_PSH);
}

void esp_coalesce(struct esp_to_tun *o, const struct esp_tunnel_params *tunnel,
                  const struct esp_packet *p)
{
    uint16_t header = 0, *slot = NULL;
    if (p->has_ports && p->protocol == ESP_PROTO_TCP) {
        header = joinable_tcp(p);
        slot = &o->flows[flow_hash(p)];
    } else if (p->has_ports && p->protocol == ESP_PROTO_UDP && tunnel->uso) {
        header = joinable_udp(p);
        slot = &o->flows[flow_hash(p)];
    }
    if (header && *slot && join(&o->frames[*slot - 1], tunnel->connection, p, header))
        return;
    struct esp_tun_frame *f = add_frame(o, tunnel->connection, p);
    /* Whatever cannot be joined ends its flow's super-packet, so that nothing overtakes it. */
    if (slot)
        *slot = 0;
    if (!header)
        return;
    start_flow(f, p, header);
    *slot = (uint16_t)o->n;
}

/* Writes the headers of a frame that grew: lengths, and the pseudo header's sum for the kernel. */
static void finish(struct esp_tun_frame *f)
{
    bool is_udp = f->flow.is_udp;
    struct esp_packet p = { .bytes = f->flow.packet,
                            .family = f->flow.packet[0] >> 4,
                            .protocol = is_udp ? ESP_PROTO_UDP : ESP_PROTO_TCP };
    p.ip_bytes = p.family == IP_V4 ? ESP_IPV4_BYTES : ESP_IPV6_BYTES;
    const struct esp_vnet v = {
        .flags = ESP_VNET_NEEDS_CHECKSUM,
        .kind = is_udp              ? ESP_VNET_UDP_L4
                : p.family == IP_V4 ? ESP_VNET_TCPV4
                                    : ESP_VNET_TCPV6,
        .header_bytes = f->flow.header_bytes,
        .segment = f->flow.segment,
        .checksum_start = p.ip_bytes,
        .checksum_offset = is_udp ? UDP_CHECKSUM : TCP_CHECKSUM,
    };
    uint32_t len = f->flow.len - p.ip_bytes;
    uint8_t *transport = p.bytes + p.ip_bytes;
    esp_vnet_write(f->slices[0].base, &v);
    esp_packet_set_length(p.bytes, p.family, p.ip_bytes, f->flow.len);
    if (is_udp)
        esp_put16(transport + UDP_LENGTH, (uint16_t)len);
    esp_put16(transport + v.checksum_offset, checksum_fold(esp_packet_pseudo(&p, len)));
}

void esp_to_tun_init(struct esp_to_tun *o)
{
    o->n = o->n_others = o->n_icmps = 0;
    memset(o->flows, 0, sizeof(o->flows));
}

void esp_to_tun_finish(struct esp_to_tun *o)
{
    for (uint32_t i = 0; i < o->n; i++) {
        struct esp_tun_frame *f = &o->frames[i];
        if (f->n > 1 && f->flow.header_bytes)
            finish(f);
        f->flow.open = false;
        f->flow.header_bytes = 0; /* once */
    }
    memset(o->flows, 0, sizeof(o->flows));
}
