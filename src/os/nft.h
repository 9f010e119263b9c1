/* os/nft.h: source NAT in the kernel, as nftables rules: one table of ours, replaced as a whole in
 * one transaction, so that no packet meets half a rule set. The `nft` program is run (its library
 * is GPL-2); no shell, an empty environment, a deadline. Needs CAP_NET_ADMIN. Tables: `ip
 * spanway-INSTANCE`, and `ip6 spanway-INSTANCE` when a rule is IPv6's. */
#ifndef OS_NFT_H
#define OS_NFT_H

#include "base/base.h"
#include "base/ip.h"
#include "base/text.h"

enum {
    OS_NFT_RULES_MAX = 1024,
    OS_NFT_DOCUMENT_MAX = 1 << 20, /* bytes: 1024 rules of less than 1000 each */
    OS_NFT_INSTANCE_MAX = 32,      /* letters, digits, '-', '_' and '.' */
    OS_NFT_DEADLINE_S = 20,
};

enum os_nft_action { OS_NFT_MASQUERADE, OS_NFT_EXEMPT, OS_NFT_SOURCE };

struct os_nft_rule {
    enum os_nft_action action;
    struct prefix source, destination; /* length 0: any */
    bool not_source, not_destination;
    uint8_t protocol;       /* 0: any */
    char out_interface[32]; /* "": any */
    struct ip_addr to;      /* OS_NFT_SOURCE */
};

/* Puts the rules in force instead of those of before; n 0 removes them. On failure nothing changed
 * and ret_why holds nft's own words: -ENOENT nft is not installed; -EINVAL a rule or the name is
 * not valid; -ETIMEDOUT; -EPROTO nft refused. */
must_use err_t os_nft_set(const char *instance, const struct os_nft_rule *rules, uint32_t n,
                          struct text *ret_why);

/* What passes an interface, in or out: TCP over IPv4 that is forwarded agrees on at most this
 * segment size (`ip tcp adjust-mss`). A table of its own, `ip spanway-mss-INSTANCE`. */
struct os_nft_clamp {
    char interface[32];
    uint16_t mss;
};

/* As os_nft_set(), for clamps. */
must_use err_t os_nft_clamp(const char *instance, const struct os_nft_clamp *clamps, uint32_t n,
                            struct text *ret_why);
/* Its document; false: it does not fit, or a name is not valid. */
must_use bool os_nft_clamp_document(struct text *t, const char *instance,
                                    const struct os_nft_clamp *clamps, uint32_t n);

/* Removes the tables of NAT; no error when there are none. */
must_use err_t os_nft_clear(const char *instance, struct text *ret_why);

/* The document that is given to `nft -j -f -`, one family of it. False: it does not fit, or a rule
 * is not valid. */
must_use bool os_nft_document(struct text *t, const char *instance, uint8_t family,
                              const struct os_nft_rule *rules, uint32_t n);

#endif
