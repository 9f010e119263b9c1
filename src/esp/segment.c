#include "esp/segment.h"

#include "esp/checksum.h"

enum {
    TCP_BYTES = 20,
    TCP_SEQUENCE = 4,
    TCP_FLAGS = 13,
    TCP_CHECKSUM = 16,
    TCP_FIN = 1,
    TCP_PSH = 8,
    TCP_CWR = 0x80,
    UDP_BYTES = 8,
    UDP_LENGTH = 4,
    UDP_CHECKSUM = 6,
    SEGMENT_MIN = 8, /* smaller ones would be work for nothing: Linux' TCP has 48 at least */
};

/* Bytes of the TCP header; 0: cut short. */
static uint16_t tcp_header_bytes(const struct esp_packet *p)
{
    uint32_t left = p->len - p->ip_bytes;
    if (left < TCP_BYTES)
        return 0;
    uint16_t n = (uint16_t)((p->bytes[p->ip_bytes + 12] >> 4) * 4);
    return n < TCP_BYTES || n > left ? 0 : n;
}

bool esp_super_init(struct esp_super *s, const struct esp_vnet *v, const struct esp_packet *p)
{
    uint8_t kind = v->kind & (uint8_t)~ESP_VNET_ECN;
    uint16_t transport = 0;
    if (p->is_fragment || v->segment < SEGMENT_MIN)
        return false;
    if ((kind == ESP_VNET_TCPV4 && p->family == IP_V4) ||
        (kind == ESP_VNET_TCPV6 && p->family == IP_V6))
        transport = p->protocol == ESP_PROTO_TCP ? tcp_header_bytes(p) : 0;
    else if (kind == ESP_VNET_UDP_L4)
        transport = p->protocol == ESP_PROTO_UDP && p->len - p->ip_bytes >= UDP_BYTES ? UDP_BYTES
                                                                                      : 0;
    if (transport == 0)
        return false;
    *s = (struct esp_super){
        .packet = p,
        .segment = v->segment,
        .header_bytes = (uint16_t)(p->ip_bytes + transport),
        .is_tcp = kind != ESP_VNET_UDP_L4,
        .cwr_first = v->kind & ESP_VNET_ECN,
    };
    s->payload = p->len - s->header_bytes;
    return s->payload > 0;
}

uint32_t esp_super_len(const struct esp_super *s, uint32_t done)
{
    assert(done < s->payload);
    return s->header_bytes + MIN(s->segment, s->payload - done);
}

static void set_tcp(const struct esp_super *s, uint32_t done, uint32_t part, uint8_t *tcp)
{
    esp_put32(tcp + TCP_SEQUENCE, esp_get32(tcp + TCP_SEQUENCE) + done);
    if (done + part < s->payload)
        tcp[TCP_FLAGS] &= (uint8_t) ~(TCP_FIN | TCP_PSH);
    if (done > 0 && s->cwr_first)
        tcp[TCP_FLAGS] &= (uint8_t)~TCP_CWR;
}

void esp_super_write(const struct esp_super *s, uint32_t done, uint8_t *to)
{
    const struct esp_packet *p = s->packet;
    uint32_t part = MIN(s->segment, s->payload - done), len = s->header_bytes + part;
    uint8_t *transport = to + p->ip_bytes;
    memcpy(to, p->bytes, s->header_bytes);
    uint64_t sum = checksum_copy(to + s->header_bytes, p->bytes + s->header_bytes + done, part);
    if (p->family == IP_V4)
        esp_put16(to + ESP_V4_ID, (uint16_t)(esp_get16(to + ESP_V4_ID) + done / s->segment));
    esp_packet_set_length(to, p->family, p->ip_bytes, len);
    uint8_t *checksum = transport + (s->is_tcp ? TCP_CHECKSUM : UDP_CHECKSUM);
    esp_put16(checksum, 0);
    if (s->is_tcp)
        set_tcp(s, done, part, transport);
    else
        esp_put16(transport + UDP_LENGTH, (uint16_t)(UDP_BYTES + part));
    sum += checksum_sum(transport, s->header_bytes - p->ip_bytes);
    sum += esp_packet_pseudo(p, len - p->ip_bytes);
    uint16_t got = (uint16_t)~checksum_fold(sum);
    esp_put16(checksum, got == 0 && !s->is_tcp ? UINT16_MAX : got);
}

bool esp_vnet_checksum(const struct esp_vnet *v, struct esp_packet *p)
{
    uint32_t start = v->checksum_start, at = start + v->checksum_offset;
    if (start < p->ip_bytes || start > p->len || at + 2 > p->len)
        return false;
    uint16_t sum = (uint16_t)~checksum_fold(checksum_sum(p->bytes + start, p->len - start));
    /* RFC 768: zero would say that there is none; for TCP both mean the same. */
    esp_put16(p->bytes + at, sum ? sum : UINT16_MAX);
    return true;
}
