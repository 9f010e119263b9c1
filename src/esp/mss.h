/* esp/mss.h: the maximum segment size that TCP's SYN offers is lowered to what the tunnel carries,
 * in both directions (RFC 9293 3.7.1, RFC 4459 3.2). */
#ifndef ESP_MSS_H
#define ESP_MSS_H

#include "esp/packet.h"

/* Lowers the MSS option of a SYN to `mss`, and keeps the TCP checksum right; is_partial: the
 * checksum field holds the pseudo header's sum alone (virtio), which does not change. Whether the
 * packet was changed. */
bool esp_mss_clamp(struct esp_packet *p, uint16_t mss, bool is_partial);

/* The MSS for packets of a family: the configured one (of IPv4; 0: none) or what the MTU carries,
 * whichever is less. */
must_use uint16_t esp_mss_limit(uint8_t family, uint16_t configured, uint16_t mtu);

#endif
