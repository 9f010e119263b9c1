/* esp/params.h: what IKE hands over for one pair of SAs (a CHILD SA), and what ESP reports back.
 * Plain values that the daemon carries between processes as bytes; whoever copies one with keys
 * wipes it. RFC 4301 4.4.2.1, RFC 7296 2.17. */
#ifndef ESP_PARAMS_H
#define ESP_PARAMS_H

#include "base/ip.h"
#include "crypto/alg.h"

enum {
    ESP_KEY_MAX = 36 + 64, /* encryption key and salt, then integrity key */
    ESP_SELECTORS_MAX = 16,
    ESP_WINDOW_MAX = 65536, /* packets; a multiple of 64 */
    ESP_WINDOW_DEFAULT = 1024,
    ESP_SPI_MIN = 256, /* 1..255 are reserved: RFC 4303 2.1 */
};

/* A traffic selector (RFC 7296 3.13.1): an address range, a protocol (0: any), a port range. */
struct esp_selector {
    struct ip_addr from, to; /* of one family, both included */
    uint8_t protocol;
    uint16_t port_from, port_to; /* 0..65535: any */
};

/* Where the outer packets go. Ports 0: bare ESP (IP protocol 50); else UDP (RFC 3948). */
struct esp_path {
    struct ip_addr local, remote;
    uint16_t local_port, remote_port;
    uint32_t if_index; /* they leave by this interface; 0: as the routes say */
};

/* Soft: ask for a rekey; hard: no packet more. 0: no limit. */
struct esp_limits {
    uint64_t soft_bytes, hard_bytes, soft_packets, hard_packets;
    /* Time limits are IKE's: it removes the SA. */
};

enum esp_df { ESP_DF_COPY, ESP_DF_SET, ESP_DF_CLEAR }; /* `crypto ipsec df-bit` */

struct esp_child {
    uint32_t id;                     /* of the CHILD SA, IKE's number; never 0 */
    uint32_t connection;             /* of ike_connection: whose tunnel interface */
    uint32_t spi_in;                 /* ours, host order */
    uint32_t spi_out;                /* the peer's */
    uint16_t encr, encr_bits, integ; /* enum crypto_encr, crypto_integ */
    bool esn;
    bool transport; /* transport mode (RFC 4303 3.1.1): not for tunnel interfaces */
    uint8_t key_in[ESP_KEY_MAX], key_out[ESP_KEY_MAX];
    struct esp_path path;
    uint32_t window; /* packets; 0: replay is not checked */
    struct esp_limits limits;
    enum esp_df df;
    bool copy_dscp;
    uint8_t n_local, n_remote;
    struct esp_selector local[ESP_SELECTORS_MAX], remote[ESP_SELECTORS_MAX];
};

enum esp_event_kind {
    ESP_SOFT_LIMIT,  /* child: rekey it */
    ESP_HARD_LIMIT,  /* child: it carries nothing more */
    ESP_UNKNOWN_SPI, /* spi, from whom: the peer has an SA that we lack (RFC 7296 1.5, 2.21.4) */
    ESP_MOVED,       /* child, path: an authentic packet came from a new address (behind a NAT) */
    ESP_ACTIVE,      /* child: the first authentic packet came in: the peer uses the new SA */
};
struct esp_event {
    enum esp_event_kind kind;
    uint32_t child, spi;
    struct esp_path path;
};

/* Counters of one CHILD SA, for `show crypto ipsec sa` and for liveness. Times: the owner's clock;
 * 0: never. */
struct esp_counters {
    uint64_t packets_in, packets_out, bytes_in, bytes_out; /* inner packets, whole */
    uint64_t replayed, bad_icv, bad_padding, bad_selector, malformed, no_room, too_big;
    uint64_t sequence_out, sequence_in;
    ns_t last_in, last_out;
};

/* What went through a tunnel, over all its CHILD SAs: rekeying starts none of it anew. */
struct esp_totals {
    uint64_t packets_in, packets_out, bytes_in, bytes_out; /* inner packets, whole */
    uint64_t errors_in;  /* replayed, forged, malformed, without room */
    uint64_t errors_out; /* that no SA's selectors take, or malformed: the tunnel's own count */
};

/* Adds what happened between two looks at one CHILD SA. */
void esp_totals_add(struct esp_totals *t, const struct esp_counters *was,
                    const struct esp_counters *is);

#endif
