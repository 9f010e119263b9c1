/* daemon/messages_ipsec.h: the messages of ike, data and keys that carry more than a number: SAs
 * with their keys, what ESP saw, and what the keys process is asked. As in messages.h, decoders
 * trust nothing that they read; who decodes keys wipes them. */
#ifndef DAEMON_MESSAGES_IPSEC_H
#define DAEMON_MESSAGES_IPSEC_H

#include "daemon/messages.h"
#include "ike/ike.h"
#include "esp/workers.h"

enum {
    SELECTOR_BYTES = 2 * 17 + 5,
    CHILD_BYTES_MAX = 512 + 2 * ESP_SELECTORS_MAX * SELECTOR_BYTES,
    ASK_BYTES_MAX = 40 * 1024, /* one request to keys, encoded: certificates are most of it */
    NAME_BYTES_MAX = 256,      /* of a key, a trustpoint, a PPK */
    TRUSTED_MAX = 16,          /* CAs of one trustpoint */
    TOLD_BYTES_MAX = TRUSTED_MAX * 20, /* of one word of keys: CAs' hashes, or a subject */
    TRUST_BYTES_MAX = NAME_BYTES_MAX + 8 + TOLD_BYTES_MAX,
    KEY_FILE_NAME_MAX = 512,   /* of a file that a secret names */
    KEY_FILES_MAX = 4096,      /* of all secrets */
};

static_assert((int)IKE_ID_MAX <= (int)TOLD_BYTES_MAX, "a subject that we go by fits its message");

/* The connections that a configuration is built into, at most. */
#define IPSEC_ARENA_MAX ((size_t)256 << 20)

/* The sockets that priv opens for IPsec. */
enum ipsec_socket {
    SOCKET_IKE_500,  /* UDP 500: ike */
    SOCKET_IKE_4500, /* UDP 4500, datagrams with the non-ESP marker: ike */
    SOCKET_ESP_4500, /* UDP 4500, the rest: data */
    SOCKET_ESP_RAW,  /* IP protocol 50: data */
    SOCKET_KINDS,
};

/* What decides how many workers data has; of a configuration. */
struct workers_wish {
    uint8_t workers; /* `platform ipsec workers`; 0: it says nothing */
    bool kernel;     /* `platform ipsec kernel` */
    uint32_t tunnels;
};
void wish_encode(const struct workers_wish *w, struct wr *to);
/* The way back. */
must_use bool wish_decode(struct rd *from, struct workers_wish *ret_wish);

/* The files of --key-log, as Wireshark names them in its profile's folder. */
enum key_log_file {
    KEY_LOG_IKE, /* ikev2_decryption_table */
    KEY_LOG_ESP, /* esp_sa */
    KEY_LOG_FILES,
};

/* One CHILD SA, its path alone. */
void child_encode(const struct esp_child *c, struct wr *to);
must_use bool child_decode(struct rd *from, struct esp_child *ret_child);
void path_encode(const struct esp_path *p, struct wr *to);
must_use bool path_decode(struct rd *from, struct esp_path *ret_path);

/* What ESP saw. Times in counters are ages on the wire, since clocks differ: `now` of each side. */
void event_encode(const struct esp_event *e, struct wr *to);
must_use bool event_decode(struct rd *from, struct esp_event *ret_event);
void totals_encode(const struct esp_totals *t, struct wr *to);
/* The way back. */
void totals_decode(struct rd *from, struct esp_totals *ret_totals);
/* An ICMP error about ESP in UDP: too big for the path. It comes to any socket of the port, whoever
 * sent what it quotes. */
struct too_big {
    struct ip_addr remote;
    uint32_t mtu, spi; /* spi: that it quotes */
};
void too_big_encode(const struct too_big *b, struct wr *to);
/* The way back. */
must_use bool too_big_decode(struct rd *from, struct too_big *ret);
/* What a worker tells of itself; its number and restarts do not travel. */
void strays_encode(const struct view_ike_worker *v, struct wr *to);
/* The way back: into the other members alone. */
must_use bool strays_decode(struct rd *from, struct view_ike_worker *v);
void counters_encode(const struct esp_counters *c, ns_t now, struct wr *to);
must_use bool counters_decode(struct rd *from, ns_t now, struct esp_counters *ret_counters);

/* A request to keys; decoding borrows from the message, and strings and the identity go to the
 * buffers. w.bad after encoding: it is longer than ASK_BYTES_MAX. */
struct ask_strings {
    char key[NAME_BYTES_MAX], trustpoint[NAME_BYTES_MAX], ppk_id[NAME_BYTES_MAX];
    struct ike_id peer_id;
};
void ask_encode(const struct ike_keys_request *k, struct wr *to);
must_use bool ask_decode(struct rd *from, struct ike_keys_request *ret_request,
                         struct ask_strings *ret_strings);

/* Its answer; decoding borrows from the message, the reason goes to the buffer. */
void answer_encode(const struct ike_keys_answer *a, struct wr *to);
must_use bool answer_decode(struct rd *from, struct ike_keys_answer *ret_answer,
                            char ret_why[NAME_BYTES_MAX]);

#endif
