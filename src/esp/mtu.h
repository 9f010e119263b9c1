/* esp/mtu.h: how large an inner packet may be: the path's MTU, learnt from ICMP and believed for a
 * while (RFC 1191 6.3, RFC 8201 4, RFC 4301 8.2), less what the outer headers, IV, padding and ICV
 * take. */
#ifndef ESP_MTU_H
#define ESP_MTU_H

#include "esp/sa.h"

#define ESP_MTU_AGE (600 * NS_PER_S) /* RFC 1191 6.3: ten minutes */
enum {
    ESP_MTU_DEFAULT = 1500,
    ESP_MTU_V4_MIN = 576,  /* less than this is an attack or a mistake: RFC 791 3.1 */
    ESP_MTU_V6_MIN = 1280, /* RFC 8200 5 */
    ESP_MTU_INNER_MIN = 68,
};

/* The path's MTU in outer bytes. */
must_use uint16_t esp_mtu_outer(const struct esp_mtu *m, ns_t now);

/* Notes what ICMP said of the path to an address of the family; false: it changes nothing. */
must_use bool esp_mtu_learn(struct esp_mtu *m, ns_t now, uint8_t family, uint32_t mtu);

/* The largest inner packet of an SA that fits outer bytes of a path of the family. */
must_use uint16_t esp_mtu_inner(const struct esp_sa_out *out, uint8_t family, uint16_t outer);

/* Sets the SA's inner MTU from its path, at most ip_mtu (0: no limit). */
void esp_mtu_apply(struct esp_sa *sa, ns_t now, uint16_t ip_mtu);

#endif
