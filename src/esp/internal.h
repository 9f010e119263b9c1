/* esp/internal.h: the engine's insides, for the files of esp/ alone. */
#ifndef ESP_INTERNAL_H
#define ESP_INTERNAL_H

#include "esp/mtu.h"
#include "esp/tunnel.h"
#include "esp/vnet.h"

enum {
    ESP_BATCH = CIPHER_BATCH_MAX,
    ESP_IV_POOL_BYTES = 1024,
    /* Errors and reports that strangers can provoke: at most so many at once, and a second. */
    ESP_ICMP_BURST = 50,
    ESP_ICMP_PER_S = 100,
    ESP_UNKNOWN_BURST = 10,
    ESP_UNKNOWN_PER_S = 10,
};

struct esp_tunnel {
    struct esp_tunnel *next; /* in the same bucket */
    struct esp_tunnel_params params;
    struct esp_tunnel_counters counters;
    struct esp_sa *sas;                       /* all of its SAs */
    struct esp_sa *outs[ESP_TUNNEL_OUTS_MAX]; /* newest first */
    uint8_t n_outs;
};

/* A bucket of tokens: RFC 4443 2.4 (f). */
struct esp_tokens {
    ns_t since;
    uint32_t left;
};

/* What the batch has to remember of a packet that is being sealed or opened. */
struct esp_pending {
    uint64_t sequence;
    const struct esp_received *from;
    uint32_t inner_len;
    uint8_t tos;
    bool df;
};

struct esp {
    struct esp_params params;
    struct cipher_engine *engine; /* NULL: ciphers do without */
    struct esp_tunnel **tunnels;  /* buckets */
    struct esp_sa **by_spi, **by_id; /* buckets: they grow with the SAs */
    uint32_t tunnel_mask, sa_mask, n_tunnels, n_sas;
    struct esp_event events[ESP_EVENTS_MAX];
    uint32_t event_head, n_events;
    struct esp_tokens icmp, unknown;
    uint32_t iv_left;
    struct cipher_job jobs[ESP_BATCH];
    struct esp_pending pending[ESP_BATCH];
    uint8_t iv_pool[ESP_IV_POOL_BYTES];
};

/* The tunnel of a connection; NULL: there is none. */
struct esp_tunnel *esp_find_tunnel(const struct esp *e, uint32_t connection);
/* The inbound SA of an SPI; NULL: none. */
struct esp_sa *esp_find_spi(const struct esp *e, uint32_t spi);
/* The SA of a CHILD SA by its id; NULL: none. */
struct esp_sa *esp_find_child(const struct esp *e, uint32_t id);

/* Queues an event; false: no room, so tell it again later. */
must_use bool esp_tell(struct esp *e, const struct esp_event *event);
static inline bool esp_tell_of(struct esp *e, enum esp_event_kind kind, const struct esp_sa *sa)
{
    const struct esp_event event = { .kind = kind, .child = sa->id, .spi = sa->spi_in };
    return esp_tell(e, &event);
}

/* Reports limits that one direction has reached; false: it may carry nothing more. */
must_use bool esp_may_go_on(struct esp *e, struct esp_sa *sa, bool outbound);

/* Takes a token; false: the rate is used up. */
must_use bool esp_token(struct esp_tokens *t, ns_t now, uint32_t burst, uint32_t per_s);

#endif
