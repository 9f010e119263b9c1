/* esp/checksum.h: the Internet checksum (RFC 1071) and its incremental update (RFC 1624). Sums are
 * of 16-bit words in network order, as numbers of the host, so that lengths and protocols can be
 * added to them as they are; parts of a message may be summed apart when each but the last has an
 * even length. Pure functions. */
#ifndef ESP_CHECKSUM_H
#define ESP_CHECKSUM_H

#include "base/base.h"

/* Folds carries: any sum of sums to 16 bits. */
static inline uint16_t checksum_fold(uint64_t sum)
{
    sum = (sum & UINT32_MAX) + (sum >> 32);
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)((sum & 0xffff) + (sum >> 16));
}

/* The sum of n bytes. */
must_use uint32_t checksum_sum(const void *from, size_t n);
/* The sum of n bytes that are copied on the way. */
must_use uint32_t checksum_copy(void *to, const void *from, size_t n);

/* The checksum after a 16-bit word changed from `old` to `now` (RFC 1624, equation 3). */
static inline uint16_t checksum_update(uint16_t checksum, uint16_t old, uint16_t now)
{
    return (uint16_t)~checksum_fold((uint64_t)(uint16_t)~checksum + (uint16_t)~old + now);
}

#endif
