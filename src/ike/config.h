/* ike/config.h: what the IKE engine is told to do: connections, each to one peer, typed and
 * resolved. node/ builds it from the configuration; secrets are named here, never held: the keys
 * process (or the test) answers for them. Borrowed by the engine until the next ike_configure(). */
#ifndef IKE_CONFIG_H
#define IKE_CONFIG_H

#include "esp/params.h"

enum {
    IKE_ID_MAX = 256,        /* bytes of an identity */
    IKE_PROPOSALS_MAX = 16,  /* of one connection, of one kind */
    IKE_TRANSFORMS_MAX = 16, /* of one type in one proposal */
    IKE_CONNECTIONS_MAX = 16384,
    IKE_INTERFACE_MAX = 64, /* bytes of an interface's name */
};

/* Transforms that we offer or accept, by preference; a proposal is any one of each list. */
struct ike_proposal {
    struct {
        uint16_t id, key_bits;
    } encr[IKE_TRANSFORMS_MAX];
    uint16_t prf[IKE_TRANSFORMS_MAX];   /* IKE only; empty: as integ, or SHA-2 for an AEAD */
    uint16_t integ[IKE_TRANSFORMS_MAX]; /* empty with AEADs, which never mix with others */
    uint16_t group[IKE_TRANSFORMS_MAX]; /* CHILD: empty: no PFS */
    uint8_t n_encr, n_prf, n_integ, n_group;
    bool esn, no_esn; /* CHILD: which of both; neither: no_esn */
};

enum ike_id_type {                  /* RFC 7296 3.5 */
                   IKE_ID_NONE = 0, /* ours: the local address; the peer's: any */
                   IKE_ID_IPV4 = 1,
                   IKE_ID_FQDN = 2,
                   IKE_ID_RFC822 = 3,
                   IKE_ID_IPV6 = 5,
                   IKE_ID_DN = 9,
                   IKE_ID_DER_GN = 10,
                   IKE_ID_KEY_ID = 11,
};
struct ike_id {
    enum ike_id_type type;
    uint16_t len;
    uint8_t bytes[IKE_ID_MAX];
};

enum ike_auth { IKE_AUTH_PSK, IKE_AUTH_CERT };
enum ike_start {
    IKE_START_AT_ONCE, /* and again whenever it is lost */
    IKE_START_TRAFFIC, /* when a packet wants to enter */
    IKE_START_NEVER,   /* responder only */
};
enum ike_dpd { IKE_DPD_OFF, IKE_DPD_PERIODIC, IKE_DPD_ON_DEMAND };

/* What a connection has several of; where connections have equal ones, the engine keeps them once.
 */
struct ike_lists {
    uint8_t n_ike, n_child, n_local_ts, n_remote_ts, n_remote_ids;
    struct ike_proposal ike[IKE_PROPOSALS_MAX], child[IKE_PROPOSALS_MAX];
    struct esp_selector local_ts[ESP_SELECTORS_MAX], remote_ts[ESP_SELECTORS_MAX];
    struct ike_id remote_ids[8]; /* further ones that are accepted: `match identity remote` */
};

/* One peer and one tunnel (or, policy-based, one set of selectors). */
struct ike_connection {
    uint32_t id;           /* stable while the configuration names it; never 0 */
    const char *name;      /* "Tunnel13": in logs and shows */
    struct ip_addr local;  /* IP_NONE: any address of ours (responder), or the route's */
    const char *source;    /* the interface that local is of: its other addresses do too; NULL */
    struct ip_addr remote; /* IP_NONE: any peer (responder) */
    struct ike_id local_id;      /* DN without bytes: the subject of our certificate */
    struct ike_id remote_id;     /* type NONE: its address, unless any_remote_id */
    bool any_remote_id;
    enum ike_auth local_auth, remote_auth;
    const char *key;        /* what the keys process knows the PSK, or our private key, by */
    const char *trustpoint; /* what it knows the CA certificates by; NULL: no certificates */
    const char *ppk_id;     /* RFC 8784; NULL: none */
    bool ppk_required;

    struct ike_lists *lists; /* never NULL; not changed by the engine */

    enum ike_start start;
    uint32_t ike_lifetime_s, child_lifetime_s; /* hard limits; 0: none */
    uint64_t child_lifetime_bytes, child_lifetime_packets;
    uint32_t rekey_margin_s;    /* we start this long before the end; 0: a tenth, at most 540 s */
    uint8_t rekey_fuzz_percent; /* the margin grows by up to this much, at random */
    enum ike_dpd dpd;
    uint16_t dpd_interval_s, dpd_retry_s; /* idle time before asking; between retries */
    uint8_t dpd_retries;
    bool fragmentation;       /* RFC 7383 */
    uint16_t fragment_bytes;  /* of a whole IP packet; 0: 1280 */
    uint16_t nat_keepalive_s; /* 0: off */
    bool force_encapsulation;
    bool mobike;
    uint32_t window; /* replay window, packets */
    enum esp_df df;
    bool copy_dscp;
    bool accept_narrower; /* as responder: the peer's narrower selectors are taken */
};

struct ike_config {
    const struct ike_connection *connections;
    uint32_t n;
    uint32_t half_open_max;   /* IKE_SA_INITs unanswered before cookies are demanded; 0: 64 */
    uint32_t half_open_limit; /* and before they are dropped; 0: 4096 */
    uint32_t sa_max;          /* IKE SAs at most; 0: 32768 */
    bool key_log;             /* IKE_DO_KEY_LOG is wanted */
    bool debug;               /* each message is an event: `debug crypto ikev2` */
};

#endif
