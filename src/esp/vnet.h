/* esp/vnet.h: struct virtio_net_hdr as a TUN with IFF_VNET_HDR uses it: ten bytes, words in the
 * host's order (virtio 1.2 5.1.6, legacy interface). */
#ifndef ESP_VNET_H
#define ESP_VNET_H

#include <string.h>

#include "esp/tunnel.h"

enum esp_vnet_flags { ESP_VNET_NEEDS_CHECKSUM = 1, ESP_VNET_DATA_VALID = 2 };
enum esp_vnet_kind {
    ESP_VNET_PACKET = 0,
    ESP_VNET_TCPV4 = 1,
    ESP_VNET_TCPV6 = 4,
    ESP_VNET_UDP_L4 = 5,
    ESP_VNET_ECN = 0x80, /* with the TCP kinds: CWR on the first segment only */
};

struct esp_vnet {
    uint8_t flags, kind;
    uint16_t header_bytes, segment, checksum_start, checksum_offset;
};
static_assert(sizeof(struct esp_vnet) == ESP_VNET_BYTES, "as on the descriptor");

static inline struct esp_vnet esp_vnet_read(const uint8_t *p)
{
    struct esp_vnet v;
    memcpy(&v, p, sizeof(v));
    return v;
}
static inline void esp_vnet_write(uint8_t *p, const struct esp_vnet *v)
{
    memcpy(p, v, sizeof(*v));
}

#endif
