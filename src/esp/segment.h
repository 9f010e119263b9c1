/* esp/segment.h: a super-packet that a TUN hands over (TCP or UDP segmentation offload) becomes
 * the packets that it stands for, one at a time, each written once: its payload is copied and
 * summed in one go. */
#ifndef ESP_SEGMENT_H
#define ESP_SEGMENT_H

#include "esp/packet.h"
#include "esp/vnet.h"

struct esp_super {
    const struct esp_packet *packet;
    uint16_t segment;      /* payload bytes of each but the last */
    uint16_t header_bytes; /* IP and transport */
    uint32_t payload;      /* bytes in all */
    bool is_tcp;
    bool cwr_first; /* CWR stands on the first segment only: RFC 3168 6.1.2 */
};

/* Understands a super-packet; false: its virtio header does not fit it. */
must_use bool esp_super_init(struct esp_super *s, const struct esp_vnet *v,
                             const struct esp_packet *p);

/* Bytes of the packet whose payload starts at `done`, below s->payload. */
must_use uint32_t esp_super_len(const struct esp_super *s, uint32_t done);

/* Writes that packet, with its lengths, number, flags and checksums. */
void esp_super_write(const struct esp_super *s, uint32_t done, uint8_t *to);

/* Fills in the checksum of a packet whose virtio header asks for it; false: it does not fit. */
must_use bool esp_vnet_checksum(const struct esp_vnet *v, struct esp_packet *p);

#endif
