/* esp/frag.h: packets that do not fit the tunnel. Fragments are made before encryption (RFC 4301
 * 8.1), since peers do not put fragments of ESP together; who said "do not fragment", and every
 * sender of IPv6, is told the MTU (RFC 1191, RFC 4443 3.2). */
#ifndef ESP_FRAG_H
#define ESP_FRAG_H

#include "esp/packet.h"

/* Whether an IPv4 packet may be cut, and each piece carry at least eight bytes. */
must_use bool esp_frag_may(const struct esp_packet *p, uint16_t mtu);

/* Bytes of the fragment whose payload starts at `done`; *ret_part: of payload. */
must_use uint32_t esp_frag_len(const struct esp_packet *p, uint16_t mtu, uint32_t done,
                               uint32_t *ret_part);

/* Writes that fragment: header, options that are copied (RFC 791 3.1), payload. */
void esp_frag_write(const struct esp_packet *p, uint16_t mtu, uint32_t done, uint8_t *to);

/* Writes the ICMP or ICMPv6 error about a packet, at most ESP_ICMP_BYTES_MAX: its length; 0: no
 * error may be sent about it (RFC 1122 3.2.2, RFC 4443 2.4 (e)). It comes from the address that the
 * packet was going to, which the sender has a route to. */
must_use uint32_t esp_icmp_too_big(const struct esp_packet *p, uint16_t mtu, uint8_t *to);

#endif
