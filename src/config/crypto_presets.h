/* config/crypto_presets.h: what the providers' VPN gateways negotiate: their defaults, which fill
 * in what a profile with `preset azure|aws|gcp` does not say, and what they accept, which a
 * configuration is checked against. Data with sources; IANA transform numbers. Constant. */
#ifndef CONFIG_CRYPTO_PRESETS_H
#define CONFIG_CRYPTO_PRESETS_H

#include "base/base.h"

enum { PRESET_ALGORITHMS_MAX = 16 };

/* Numbers of the rows that are facts of cloud/ as well, with their sources: one place for both. */
enum {
    PRESET_AZURE_IKE_S = 28800,
    PRESET_AZURE_CHILD_S = 27000,
    PRESET_AZURE_CHILD_KB = 102400000,
    PRESET_AZURE_MSS = 1350,
    PRESET_AWS_IKE_S = 28800,
    PRESET_AWS_CHILD_S = 3600,
    PRESET_AWS_REPLAY = 1024,
    PRESET_GCP_IKE_S = 36000,
    PRESET_GCP_CHILD_S = 10800,
};

struct preset_algorithm {
    uint16_t id, bits;
};

/* One proposal: any one of each list; lists end with id 0. */
struct preset_proposal {
    struct preset_algorithm encr[PRESET_ALGORITHMS_MAX];
    uint16_t integ[PRESET_ALGORITHMS_MAX];  /* none: with AEADs */
    uint16_t prf[PRESET_ALGORITHMS_MAX];    /* none: follows integ */
    uint16_t groups[PRESET_ALGORITHMS_MAX]; /* IKE: none would be wrong; ESP: none: no PFS */
};

enum { PRESET_PROPOSALS_MAX = 2 };

struct crypto_preset {
    const char *name;   /* as configured */
    const char *title;  /* for people */
    const char *source; /* where the row's facts stand */
    /* What we offer, the best first: AEADs apart from the others. */
    struct preset_proposal ike[PRESET_PROPOSALS_MAX], esp[PRESET_PROPOSALS_MAX];
    /* What the gateway takes at all, by configuration of its end (no refused ones). */
    struct preset_proposal ike_allowed, esp_allowed;
    uint32_t ike_lifetime_s, child_lifetime_s, child_kilobytes; /* 0: no limit by bytes */
    uint16_t dpd_interval_s, dpd_retry_s;
    bool pfs_required;
    bool we_initiate; /* the gateway waits for us by default */
    uint16_t tcp_mss; /* what its documents ask for; 0: nothing */
    uint32_t replay_window;
};

/* All presets. */
const struct crypto_preset *crypto_presets(size_t *ret_n);
/* One by its name; NULL: none. */
const struct crypto_preset *crypto_preset_find(const char *name);

#endif
