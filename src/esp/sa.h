/* esp/sa.h: the two SAs of one CHILD SA: ciphers, sequence numbers, window, limits, counters, and
 * where packets go. What every packet touches stands in cache lines of its own, so that a thousand
 * tunnels do not fetch what only `show` reads. One allocation each, made by esp_child_add(). */
#ifndef ESP_SA_H
#define ESP_SA_H

#include "crypto/cipher.h"
#include "esp/packet.h"
#include "esp/replay.h"

enum { ESP_CACHE_LINE = 64, ESP_HEADER_BYTES = 8, ESP_TRAILER_BYTES = 2, ESP_UDP_BYTES = 8 };

/* One direction's use. Alarms: the count at which something has to be looked at next. */
struct esp_life {
    uint64_t packets, bytes, packet_alarm, byte_alarm;
};

enum esp_sa_flags {
    ESP_SA_ESN = 1 << 0,
    ESP_SA_TRANSPORT = 1 << 1,
    ESP_SA_COPY_DSCP = 1 << 2,
    ESP_SA_UDP = 1 << 3,
    ESP_SA_ALL_V4 = 1 << 4, /* every packet of the family is selected */
    ESP_SA_ALL_V6 = 1 << 5,
    ESP_SA_COUNTER_IV = 1 << 6, /* the IV is the sequence number; else it is random */
};

/* Outbound, hot. life.packets is the sequence number of the packet sent last. */
struct esp_sa_out {
    struct cipher *cipher;
    struct esp_life life;
    ns_t mtu_until; /* when the path MTU has to be thought over */
    uint32_t spi;
    uint16_t mtu; /* of inner packets */
    uint16_t flags;
    uint8_t iv_bytes, icv_bytes, align, df;
};
static_assert(sizeof(struct esp_sa_out) <= ESP_CACHE_LINE, "one line for a packet that is sealed");

/* Inbound, hot. */
struct esp_sa_in {
    struct cipher *cipher;
    struct esp_life life;
    struct esp_replay replay;
};
static_assert(sizeof(struct esp_sa_in) <= ESP_CACHE_LINE, "one line for a packet that is opened");

/* What the path carries (mtu.c). */
struct esp_mtu {
    uint16_t link, learnt; /* outer bytes; learnt 0: nothing */
    ns_t until;            /* learnt is believed so long */
    bool ignore_icmp;
};

struct esp_tunnel;

struct esp_sa {
    _Alignas(ESP_CACHE_LINE) struct esp_sa_out out;
    _Alignas(ESP_CACHE_LINE) struct esp_sa_in in;
    _Alignas(ESP_CACHE_LINE) uint32_t spi_in; /* warm: one more line for what the lookup needs */
    uint32_t id;
    struct esp_sa *next_spi, *next_id; /* in the same bucket */
    struct esp_tunnel *tunnel;
    struct esp_sa *next_of_tunnel;
    bool told_soft, told_hard, told_active, told_moved;
    struct esp_path path, moved_to;
    struct esp_selectors selectors;
    struct esp_limits limits;
    struct esp_mtu path_mtu;
    struct esp_counters drops; /* the fields that count drops, and last_in, last_out */
    void *memory;
    size_t memory_bytes;
};

/* Makes the pair, with the thread's engine or NULL; -EINVAL: an algorithm or number that cannot be
 * used; -ENOMEM. */
must_use err_t esp_sa_new(const struct esp_child *child, struct cipher_engine *engine,
                          struct esp_sa **ret_sa);
/* Wipes and frees; NULL is allowed. */
void esp_sa_free(struct esp_sa *sa);

/* Whether counts have reached an alarm, so that esp_sa_due() has to be asked. */
static inline bool esp_life_is_due(const struct esp_life *l)
{
    return l->packets >= l->packet_alarm || l->bytes >= l->byte_alarm;
}

enum esp_due { ESP_DUE_NOTHING, ESP_DUE_SOFT, ESP_DUE_HARD };
/* The limit that one direction has reached, told before or not. */
enum esp_due esp_sa_due(const struct esp_sa *sa, bool outbound);
/* Sets both directions' alarms to the limits that were not told yet. */
void esp_sa_set_alarms(struct esp_sa *sa);

/* All counters, for show. */
void esp_sa_counters(const struct esp_sa *sa, struct esp_counters *ret);

#endif
