/* esp/coalesce.h: consecutive TCP segments of one flow, and datagrams of UDP where the TUN takes
 * them so, become one super-packet, so that the kernel handles forty packets as one. The rules are
 * those of receive offload: the same headers but for length, sequence number, IPv4's number and
 * PSH; full segments but the last; checksums right, since the kernel will not look at them again.
 * Slices, no copies. */
#ifndef ESP_COALESCE_H
#define ESP_COALESCE_H

#include "esp/packet.h"
#include "esp/tunnel.h"

/* Adds a packet with ESP_VNET_BYTES of free bytes before it: to its flow's super-packet, or as a
 * frame of its own. There is room for one frame. */
void esp_coalesce(struct esp_to_tun *o, const struct esp_tunnel_params *tunnel,
                  const struct esp_packet *p);

#endif
