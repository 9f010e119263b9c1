/* config/crypto_model.h: IKEv2 and IPsec of a configuration, typed. Part of config/model.h, whose
 * rules hold: all lives in the configuration's arena, read-only once parsed, NULL or 0 means "not
 * said". IKEv1 and crypto maps are recognised only, and kept as their words.
 *
 * Algorithms are IANA transform numbers (crypto/alg.h has the same); those that we refuse (DES,
 * 3DES, MD5, group 1) are kept as written, since providers' downloads list them beside others.
 * Secrets are values here and nowhere else: config/print.h masks them, config/secrets.h takes them
 * out of a text. */
#ifndef CONFIG_CRYPTO_MODEL_H
#define CONFIG_CRYPTO_MODEL_H

#include "base/ip.h"
#include "config/place.h"

enum config_secret_kind {
    SECRET_NONE,
    SECRET_TEXT,       /* the key as typed */
    SECRET_HEX,        /* its bytes in hexadecimal */
    SECRET_FILE,       /* the file that holds it: read by the keys process alone */
    SECRET_ENV,        /* the environment variable */
    SECRET_CREDENTIAL, /* the file below systemd's credential directory */
    SECRET_REMOVED,    /* "<removed>": it was taken out of this text; somebody else has it */
};
struct config_secret {
    enum config_secret_kind kind;
    const char *value; /* the key, path or name */
    struct config_pos at;
};

/* The place of a secret in a text, whatever became of the line: see config/secrets.h. */
struct config_secret_span {
    struct config_pos at;
    uint32_t len; /* bytes */
    bool bgp;     /* the password of a BGP session; else a key of IPsec */
};

struct config_algorithm {
    uint16_t id, bits; /* IANA transform number; key length, 0 where it has none */
    struct config_pos at;
};

struct config_algorithms {
    struct config_algorithm *v;
    uint32_t n, cap;
};

/* An address, or the place where one is to be filled in (ip.family IP_NONE, the text as written).
 */
struct config_addr {
    struct ip_addr ip;
    uint8_t len; /* of a range of addresses; all bits of the family: one address */
    const char *text;
    struct config_pos at;
};

struct config_ikev2_proposal {
    const char *name;
    struct config_algorithms encryption, integrity, prf, groups;
    struct config_pos at;
};

struct config_ikev2_policy {
    const char *name;
    CONFIG_LIST(struct config_addr) locals; /* empty: any */
    CONFIG_LIST(const char *) proposals;    /* the best first */
    bool any_fvrf;                          /* match fvrf any */
    struct config_pos at;
};

enum config_identity_kind {
    IDENTITY_NONE,
    IDENTITY_ADDRESS, /* addr */
    IDENTITY_FQDN,    /* text, as are the next three */
    IDENTITY_EMAIL,
    IDENTITY_KEY_ID,
    IDENTITY_DN, /* no text: the subject of our certificate */
    IDENTITY_ANY,
};
struct config_identity {
    enum config_identity_kind kind;
    struct config_addr addr;
    const char *text;
    bool domain; /* text is a domain: any name, or mailbox, in it */
    struct config_pos at;
};

struct config_ikev2_peer {
    const char *name;
    const char *description;
    struct config_addr address; /* text NULL: not said */
    const char *hostname;
    struct config_identity identity;
    struct config_secret psk[2]; /* ours, the peer's: by PSK_* */
    bool psk_both;               /* one line set both */
    const char *ppk_id;          /* RFC 8784; NULL: none */
    struct config_secret ppk;
    bool ppk_required;
    struct config_pos at;
};
enum { PSK_LOCAL, PSK_REMOTE };

struct config_ikev2_keyring {
    const char *name;
    CONFIG_LIST(struct config_ikev2_peer) peers;
    struct config_pos at;
};

enum config_auth { AUTH_UNSET, AUTH_PSK, AUTH_RSA, AUTH_ECDSA };

struct config_dpd {
    uint16_t interval_s, retry_s; /* 0: not said */
    bool on_demand;
};

struct config_trustpoint_use {
    const char *name;
    bool sign, verify;
    struct config_pos at;
};

struct config_ikev2_profile {
    const char *name;
    const char *description;
    CONFIG_LIST(struct config_addr) locals;
    CONFIG_LIST(const char *) local_interfaces;
    CONFIG_LIST(struct config_identity) remotes;
    bool any_fvrf;
    struct config_identity local;
    enum config_auth auth_local, auth_remote;
    const char *keyring;
    bool keyring_local; /* written `keyring local` */
    CONFIG_LIST(struct config_trustpoint_use) trustpoints;
    uint32_t lifetime_s;
    struct config_dpd dpd;
    uint16_t nat_keepalive_s;
    bool force_encapsulation, mobike;
    const char *preset; /* of crypto_presets.h: "azure"; fills in what is not said */
    struct config_pos at;
};

struct config_transform_set {
    const char *name;
    struct config_algorithm encryption, integrity; /* id 0: not said */
    bool esn;
    bool has_mode, transport, require;
    struct config_pos at;
};

enum config_replay { REPLAY_UNSET, REPLAY_WINDOW, REPLAY_OFF };

/* What an IPsec profile and the global settings both have. */
struct config_sa_limits {
    uint32_t lifetime_s, lifetime_kilobytes;
    bool no_kilobytes; /* lifetime kilobytes disable */
    enum config_replay replay;
    uint32_t window;
};

struct config_ipsec_profile {
    const char *name;
    const char *description;
    CONFIG_LIST(const char *) transform_sets;
    const char *ikev2_profile, *isakmp_profile;
    bool has_pfs;
    struct config_algorithm pfs;
    struct config_sa_limits limits;
    bool responder_only;
    struct config_pos at;
};

/* What the keys process reads for a trustpoint, by TRUST_*. */
enum { TRUST_CERTIFICATE, TRUST_PRIVATE_KEY, TRUST_CA, TRUST_COUNT };
struct config_trustpoint {
    const char *name;
    struct config_secret part[TRUST_COUNT]; /* by reference only */
    struct config_pos at;
};

enum config_df { DF_UNSET, DF_CLEAR, DF_COPY, DF_SET };

struct config_crypto_global {
    struct config_dpd dpd;
    uint16_t nat_keepalive_s;
    uint8_t fragmentation; /* enum config_tri; UNSET: on */
    uint16_t fragment_bytes;
    bool has_cookie_challenge;
    uint16_t cookie_challenge; /* half-open SAs from which on cookies are asked for */
    uint32_t max_sa, max_negotiation;
    enum config_df df;
    struct config_sa_limits limits;
    bool kernel; /* platform ipsec kernel */
    struct config_pos kernel_at;
    uint8_t workers; /* platform ipsec workers; 0: as many as there are CPUs */
    struct config_pos at;
};

/* ---- kept as words --------------------------------------------------------------------------- */

struct config_words { /* a line kept as its words, in order */
    CONFIG_LIST(const char *) words;
    bool secret; /* holds a key: printed only into configuration files */
    struct config_pos at;
};

enum config_crypto_kind {
    /* typed: names in the index of the parser */
    CRYPTO_IKEV2_PROPOSAL,
    CRYPTO_IKEV2_POLICY,
    CRYPTO_IKEV2_KEYRING,
    CRYPTO_IKEV2_PROFILE,
    CRYPTO_IPSEC_TRANSFORM_SET,
    CRYPTO_IPSEC_PROFILE,
    CRYPTO_TRUSTPOINT,
    /* words */
    CRYPTO_ISAKMP_POLICY,
    CRYPTO_KEYRING,
    CRYPTO_ISAKMP_PROFILE,
    CRYPTO_MAP,
    CRYPTO_ISAKMP_GLOBAL,
};

struct config_crypto {
    enum config_crypto_kind kind;
    const char *name;
    struct config_words head;               /* the words after the name */
    CONFIG_LIST(struct config_words) lines; /* the block's lines, checked against the table */
    struct config_pos at;
};

/* ---- resolved -------------------------------------------------------------------------------- */

enum { TUNNEL_SELECTORS_MAX = 16 };

struct config_interface;

/* A tunnel interface with all that it refers to: made of the lines above once all are read, for
 * the tunnels that can come up. Pointers into the same configuration. */
struct config_tunnel {
    const struct config_interface *interface;
    const struct config_ipsec_profile *ipsec;
    const struct config_ikev2_profile *ike;
    const struct config_ikev2_keyring *keyring; /* NULL: no pre-shared keys */
    const struct config_ikev2_peer *peer;
    const struct config_ikev2_policy *policy; /* NULL: the preset's proposals, or the defaults */
    CONFIG_LIST(const struct config_ikev2_proposal *) proposals;
    CONFIG_LIST(const struct config_transform_set *) transform_sets;
    const struct config_trustpoint *sign, *verify; /* NULL: none */
    struct ip_addr local, remote;                  /* local IP_NONE: the route's */
    bool carries_ipv6;                             /* inside */
    struct {
        struct prefix local, remote;
        uint8_t protocol;
        uint16_t local_port[2], remote_port[2]; /* from, to */
    } selectors[TUNNEL_SELECTORS_MAX];          /* policy-based; none: any to any */
    uint8_t n_selectors;
};

struct config_ipsec {
    CONFIG_LIST(struct config_ikev2_proposal) proposals;
    CONFIG_LIST(struct config_ikev2_policy) policies;
    CONFIG_LIST(struct config_ikev2_keyring) keyrings;
    CONFIG_LIST(struct config_ikev2_profile) profiles;
    CONFIG_LIST(struct config_transform_set) transform_sets;
    CONFIG_LIST(struct config_ipsec_profile) ipsec_profiles;
    CONFIG_LIST(struct config_trustpoint) trustpoints;
    struct config_crypto_global global;
    CONFIG_LIST(struct config_tunnel) tunnels;      /* resolved, in the order of the interfaces */
    CONFIG_LIST(struct config_secret_span) secrets; /* every secret in the text */
};

/* Whether both mean the same: what was written, not where. */
bool config_ipsec_eq(const struct config_ipsec *a, const struct config_ipsec *b);
/* The same of an object that is kept as words. */
bool config_crypto_eq(const struct config_crypto *a, const struct config_crypto *b);
/* Whether both are the same words in the same order. */
bool config_words_eq(const struct config_words *a, const struct config_words *b);

#endif
