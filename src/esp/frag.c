#include "esp/frag.h"

#include <string.h>

#include "esp/checksum.h"
#include "esp/tunnel.h"

enum {
    OPTION_END = 0,
    OPTION_NOP = 1,
    OPTION_COPIED = 0x80,
    ICMP_BYTES = 8,
    ICMP_UNREACHABLE = 3,
    ICMP_FRAGMENTATION_NEEDED = 4,
    ICMPV6_TOO_BIG = 2,
    ICMPV6_ERROR_LAST = 127,
    ICMP_QUOTE_V4 = 548, /* so that the error has 576 bytes at most: RFC 1812 4.3.2.3 */
    TTL = 64,
};

/* Multiples of eight bytes that fit behind a header. */
static uint32_t step(const struct esp_packet *p, uint16_t mtu)
{
    return (uint32_t)(mtu - p->ip_bytes) & ~7u;
}

bool esp_frag_may(const struct esp_packet *p, uint16_t mtu)
{
    return p->family == IP_V4 && !p->df && mtu >= p->ip_bytes + 8;
}

/* Copies the header for a later fragment: options without the copied flag are left out. */
static uint16_t copy_header(const struct esp_packet *p, uint8_t *to)
{
    uint16_t n = ESP_IPV4_BYTES;
    memcpy(to, p->bytes, ESP_IPV4_BYTES);
    for (uint16_t i = ESP_IPV4_BYTES; i < p->ip_bytes && p->bytes[i] != OPTION_END;) {
        uint8_t kind = p->bytes[i], len = 1;
        if (kind != OPTION_NOP) {
            if (i + 1 >= p->ip_bytes)
                break;
            len = p->bytes[i + 1];
            if (len < 2 || i + len > p->ip_bytes)
                break;
        }
        if (kind & OPTION_COPIED) {
            memcpy(to + n, p->bytes + i, len);
            n = (uint16_t)(n + len);
        }
        i = (uint16_t)(i + len);
    }
    while (n % 4)
        to[n++] = OPTION_END;
    to[0] = (uint8_t)(0x40 | n / 4);
    return n;
}

uint32_t esp_frag_len(const struct esp_packet *p, uint16_t mtu, uint32_t done, uint32_t *ret_part)
{
    uint8_t header[60];
    assert(done % 8 == 0 && done < p->len - p->ip_bytes);
    *ret_part = MIN(step(p, mtu), p->len - p->ip_bytes - done);
    return *ret_part +
           (done && p->ip_bytes > ESP_IPV4_BYTES ? copy_header(p, header) : p->ip_bytes);
}

void esp_frag_write(const struct esp_packet *p, uint16_t mtu, uint32_t done, uint8_t *to)
{
    uint16_t header = p->ip_bytes, field = esp_get16(p->bytes + ESP_V4_FRAGMENT);
    uint32_t part = MIN(step(p, mtu), p->len - p->ip_bytes - done);
    if (done)
        header = copy_header(p, to);
    else
        memcpy(to, p->bytes, header);
    memcpy(to + header, p->bytes + p->ip_bytes + done, part);
    /* The packet may be a fragment itself: offsets add up, and more follow after its end. */
    uint16_t offset = (uint16_t)((field & ESP_V4_OFFSET) + done / 8);
    bool more = field & ESP_V4_MF || done + part < p->len - p->ip_bytes;
    esp_put16(to + ESP_V4_FRAGMENT, (uint16_t)((offset & ESP_V4_OFFSET) | (more ? ESP_V4_MF : 0)));
    esp_packet_set_length(to, IP_V4, header, header + part);
}

static bool may_answer(const struct esp_packet *p)
{
    const uint8_t *from = esp_packet_source(p), *to = esp_packet_destination(p);
    if (p->family == IP_V4) {
        bool first = (esp_get16(p->bytes + ESP_V4_FRAGMENT) & ESP_V4_OFFSET) == 0;
        bool is_error = p->protocol == ESP_PROTO_ICMP &&
                        (!p->has_ports || (p->source_port >> 8 != 0 && p->source_port >> 8 != 8));
        return first && !is_error && from[0] != 0 && from[0] < 224 && to[0] < 224;
    }
    bool is_error = p->protocol == ESP_PROTO_ICMPV6 &&
                    (!p->has_ports || p->source_port >> 8 <= ICMPV6_ERROR_LAST);
    struct ip_addr source = ip_from_bytes(IP_V6, from);
    return !is_error && !ip_is_zero(&source) && from[0] != 0xff && to[0] != 0xff;
}

static uint32_t too_big_v4(const struct esp_packet *p, uint16_t mtu, uint8_t *to)
{
    uint32_t quote = MIN(p->len, (uint32_t)ICMP_QUOTE_V4);
    uint8_t *icmp = to + ESP_IPV4_BYTES;
    memset(to, 0, ESP_IPV4_BYTES + ICMP_BYTES);
    to[0] = 0x45;
    to[8] = TTL;
    to[9] = ESP_PROTO_ICMP;
    memcpy(to + ESP_V4_SOURCE, esp_packet_destination(p), 4);
    memcpy(to + ESP_V4_SOURCE + 4, esp_packet_source(p), 4);
    icmp[0] = ICMP_UNREACHABLE;
    icmp[1] = ICMP_FRAGMENTATION_NEEDED;
    esp_put16(icmp + 6, mtu);
    memcpy(icmp + ICMP_BYTES, p->bytes, quote);
    esp_put16(icmp + 2, (uint16_t)~checksum_fold(checksum_sum(icmp, ICMP_BYTES + quote)));
    esp_packet_set_length(to, IP_V4, ESP_IPV4_BYTES, ESP_IPV4_BYTES + ICMP_BYTES + quote);
    return ESP_IPV4_BYTES + ICMP_BYTES + quote;
}

static uint32_t too_big_v6(const struct esp_packet *p, uint16_t mtu, uint8_t *to)
{
    uint32_t quote = MIN(p->len, (uint32_t)ESP_ICMP_BYTES_MAX - ESP_IPV6_BYTES - ICMP_BYTES);
    uint8_t *icmp = to + ESP_IPV6_BYTES;
    memset(to, 0, ESP_IPV6_BYTES + ICMP_BYTES);
    to[0] = 0x60;
    to[6] = ESP_PROTO_ICMPV6;
    to[7] = TTL;
    memcpy(to + ESP_V6_SOURCE, esp_packet_destination(p), 16);
    memcpy(to + ESP_V6_SOURCE + 16, esp_packet_source(p), 16);
    icmp[0] = ICMPV6_TOO_BIG;
    esp_put32(icmp + 4, mtu);
    memcpy(icmp + ICMP_BYTES, p->bytes, quote);
    struct esp_packet error = { .bytes = to, .family = IP_V6, .protocol = ESP_PROTO_ICMPV6 };
    uint64_t sum = checksum_sum(icmp, ICMP_BYTES + quote);
    sum += esp_packet_pseudo(&error, ICMP_BYTES + quote);
    esp_put16(icmp + 2, (uint16_t)~checksum_fold(sum));
    esp_packet_set_length(to, IP_V6, ESP_IPV6_BYTES, ESP_IPV6_BYTES + ICMP_BYTES + quote);
    return ESP_IPV6_BYTES + ICMP_BYTES + quote;
}

uint32_t esp_icmp_too_big(const struct esp_packet *p, uint16_t mtu, uint8_t *to)
{
    if (!may_answer(p))
        return 0;
    return p->family == IP_V4 ? too_big_v4(p, mtu, to) : too_big_v6(p, mtu, to);
}
