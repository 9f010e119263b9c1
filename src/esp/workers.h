/* esp/workers.h: several data planes side by side, each with an engine of its own: which of them a
 * tunnel belongs to. By the number of its connection, so that it is the same in every process and
 * for as long as the tunnel is configured; and as we choose our inbound SPIs, their lowest bits
 * name the worker, too: whoever has only a packet knows whose it is. Pure. */
#ifndef ESP_WORKERS_H
#define ESP_WORKERS_H

#include "base/base.h"

/* At most: four bits of the SPI. */
enum { ESP_WORKERS_MAX = 16 };

/* The worker of a connection, of n. */
static inline uint32_t esp_worker_of(uint32_t connection, uint32_t n)
{
    assert(n > 0 && n <= ESP_WORKERS_MAX);
    return connection % n;
}

/* The bits of an inbound SPI that name its worker: none of one, so that all 32 are random. */
static inline uint32_t esp_worker_mask(uint32_t n)
{
    assert(n > 0 && n <= ESP_WORKERS_MAX);
    return n == 1 ? 0 : n == 2 ? 1 : n <= 4 ? 3 : n <= 8 ? 7 : 15;
}

/* The worker that a received SPI goes to. None of ours has bits beyond the last worker; one that is
 * not ours goes to one of them all the same, who says that it is unknown. */
static inline uint32_t esp_worker_of_spi(uint32_t spi, uint32_t n)
{
    return (spi & esp_worker_mask(n)) % n;
}

#endif
