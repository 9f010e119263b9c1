/* ike/selector.h: traffic selectors (RFC 7296 2.9, 3.13): on the wire, narrowed, in words. Pure
 * values. A selector from 65535 to 0 of ports is OPAQUE: only equal ones meet. */
#ifndef IKE_SELECTOR_H
#define IKE_SELECTOR_H

#include "base/diag.h"
#include "base/rd.h"
#include "base/wr.h"
#include "crypto/prf.h"
#include "esp/params.h"

enum { IKE_TS_IPV4_RANGE = 7, IKE_TS_IPV6_RANGE = 8 };

/* What a peer may send in one payload; a CHILD SA then has at most ESP_SELECTORS_MAX. */
enum { IKE_TS_MAX = 64 };

struct ike_ts {
    uint16_t n;
    uint16_t ignored; /* of kinds that we do not know, or beyond the bound */
    struct esp_selector s[IKE_TS_MAX];
};

/* TS payload bodies. Decode is false (INVALID_SYNTAX) on wrong lengths, counts, ranges. */
must_use bool ike_ts_decode(const struct crypto_part *body, struct ike_ts *ret_ts,
                            struct diag *ret_diag);
/* 3.13: the body of a TS payload. */
void ike_ts_encode(const struct esp_selector *s, size_t n, struct wr *w);

/* Everything of the family: 0.0.0.0 - 255.255.255.255, any protocol, any port. */
struct esp_selector ike_ts_any(uint8_t family);
/* The selector of a prefix, of one address (protocol and port any). */
struct esp_selector ike_ts_prefix(const struct prefix *p);

/* Whether both are the same packets. */
must_use bool ike_ts_eq(const struct esp_selector *a, const struct esp_selector *b);
/* Whether all of inner is in outer. */
must_use bool ike_ts_covers(const struct esp_selector *outer, const struct esp_selector *inner);
/* What both have; false: nothing. */
must_use bool ike_ts_meet(const struct esp_selector *a, const struct esp_selector *b,
                          struct esp_selector *ret_both);

/* One side of a negotiation as responder: what the initiator offered against our policy. */
struct ike_narrow {
    const struct ike_ts *offered;
    const struct esp_selector *ours;
    size_t n_ours;
    bool accept_narrower; /* false: our policy has to be covered whole */
};
struct ike_narrowed {
    uint8_t n;
    bool narrowed; /* it is less than what was offered */
    bool cut;      /* more than ESP_SELECTORS_MAX met: the last are left out */
    struct esp_selector s[ESP_SELECTORS_MAX];
};

/* Narrows. The initiator's first selector, when it is of one packet (2.9), is always part of the
 * result, which then starts with it. False: TS_UNACCEPTABLE, *ret_diag says why in words; side:
 * "TSi" or "TSr". */
must_use bool ike_ts_narrow(const struct ike_narrow *narrow, const char *side,
                            struct ike_narrowed *ret_narrowed, struct diag *ret_diag);

/* As initiator: whether the answer lies within what we offered. */
must_use bool ike_ts_check(const struct esp_selector *offered, size_t n_offered,
                           const struct ike_ts *answer, const char *side,
                           struct ike_narrowed *ret_narrowed, struct diag *ret_diag);

/* "10.1.0.0/16", "10.1.0.1-10.1.0.9", "10.1.0.1 proto 6 port 179"; lists joined by ", ". */
void text_ike_selector(struct text *t, const struct esp_selector *s);
/* "10.0.0.0/8, 192.0.2.1": for people. */
void text_ike_selectors(struct text *t, const struct esp_selector *s, size_t n);

#endif
