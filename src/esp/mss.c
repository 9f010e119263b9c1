#include "esp/mss.h"

#include "base/rd.h"
#include "esp/checksum.h"

enum {
    TCP_BYTES = 20,
    TCP_FLAGS = 13,
    TCP_CHECKSUM = 16,
    TCP_SYN = 2,
    OPTION_END = 0,
    OPTION_NOP = 1,
    OPTION_MSS = 2,
    MSS_MIN = 88, /* a smaller one would make packets of nothing but headers */
};

uint16_t esp_mss_limit(uint8_t family, uint16_t configured, uint16_t mtu)
{
    unsigned headers = TCP_BYTES + (family == IP_V6 ? ESP_IPV6_BYTES : ESP_IPV4_BYTES);
    unsigned more = family == IP_V6 ? ESP_IPV6_BYTES - ESP_IPV4_BYTES : 0;
    unsigned mss = mtu > headers + MSS_MIN ? mtu - headers : MSS_MIN;
    if (configured > more + MSS_MIN)
        mss = MIN(mss, configured - more);
    return (uint16_t)mss;
}

/* The place of the option's value in the TCP header; 0: there is none. */
static size_t find_mss(const uint8_t *tcp, size_t header_bytes)
{
    struct rd r = rd_init(tcp, header_bytes);
    (void)rd_bytes(&r, TCP_BYTES);
    while (!r.bad && rd_left(&r) > 0) {
        uint8_t kind = rd_u8(&r);
        if (kind == OPTION_END)
            break;
        if (kind == OPTION_NOP)
            continue;
        uint8_t len = rd_u8(&r);
        size_t at = header_bytes - rd_left(&r);
        if (len < 2 || !rd_bytes(&r, len - 2u))
            break;
        if (kind == OPTION_MSS && len == 4)
            return at;
    }
    return 0;
}

/* A value at an odd place straddles two words of the checksum: its bytes count swapped. */
static uint16_t as_summed(uint16_t v, size_t at)
{
    return at % 2 ? (uint16_t)(v << 8 | v >> 8) : v;
}

bool esp_mss_clamp(struct esp_packet *p, uint16_t mss, bool is_partial)
{
    uint8_t *tcp = p->bytes + p->ip_bytes;
    size_t left = p->len - p->ip_bytes;
    if (p->protocol != ESP_PROTO_TCP || p->is_fragment || left < TCP_BYTES ||
        !(tcp[TCP_FLAGS] & TCP_SYN))
        return false;
    size_t header_bytes = (size_t)(tcp[12] >> 4) * 4;
    if (header_bytes < TCP_BYTES || header_bytes > left)
        return false;
    size_t at = find_mss(tcp, header_bytes);
    uint16_t before = at ? esp_get16(tcp + at) : 0;
    if (before <= mss)
        return false;
    esp_put16(tcp + at, mss);
    if (!is_partial)
        esp_put16(tcp + TCP_CHECKSUM, checksum_update(esp_get16(tcp + TCP_CHECKSUM),
                                                      as_summed(before, at), as_summed(mss, at)));
    return true;
}
