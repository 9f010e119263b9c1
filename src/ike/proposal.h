/* ike/proposal.h: SA payloads (RFC 7296 3.3): what is offered, what is chosen, and in words why
 * nothing fits. AEAD and other ciphers stand in proposals of their own, as RFC 5282 8 wants. Pure
 * values, no allocation. */
#ifndef IKE_PROPOSAL_H
#define IKE_PROPOSAL_H

#include "base/diag.h"
#include "base/rd.h"
#include "base/wr.h"
#include "ike/config.h"
#include "ike/message.h"

enum ike_transform_type {
    IKE_T_ENCR = 1,
    IKE_T_PRF = 2,
    IKE_T_INTEG = 3,
    IKE_T_DH = 4,
    IKE_T_ESN = 5,
};

enum {
    /* Windows sends one proposal a combination, strongSwan up to 40 transforms in one. */
    IKE_OFFER_PROPOSALS_MAX = 64,
    IKE_OFFER_TRANSFORMS_MAX = 384, /* of all proposals together */
};

struct ike_transform {
    uint8_t type;          /* enum ike_transform_type, or unknown */
    bool unusable;         /* it has an attribute that we do not know: 3.3.6 */
    uint16_t id, key_bits; /* key_bits 0: no Key Length attribute */
};

/* One proposal: transforms[first] to transforms[first + n - 1] of the offer. */
struct ike_offered {
    uint8_t number, protocol; /* enum ike_protocol, or another */
    uint8_t spi_bytes, spi[IKE_SPI_BYTES];
    uint16_t first, n;
};

struct ike_offer {
    uint16_t n_proposals, n_transforms;
    uint16_t ignored; /* proposals beyond the bounds: never chosen */
    struct ike_offered proposals[IKE_OFFER_PROPOSALS_MAX];
    struct ike_transform transforms[IKE_OFFER_TRANSFORMS_MAX];
};

/* What both ends agreed on: IANA numbers, of the tables in crypto/alg.h. */
struct ike_suite {
    uint16_t encr, encr_bits; /* encr_bits 0: ChaCha20-Poly1305 */
    uint16_t integ;           /* 0: AEAD */
    uint16_t prf;             /* IKE only */
    uint16_t group;           /* 0: none (CHILD without PFS) */
    bool esn;
};

struct ike_choice {
    struct ike_suite suite;
    bool says_no_integ, says_no_group; /* they stood in the offer as NONE, and so in the answer */
    uint8_t number;                    /* of the proposal that was chosen, to answer with */
    uint8_t ours; /* which of our proposals, counted as ike_offer_make() writes them */
    uint8_t spi_bytes, spi[IKE_SPI_BYTES]; /* the peer's */
};

/* SA payload bodies. Decode is false (INVALID_SYNTAX) on wrong lengths and counts. */
must_use bool ike_offer_decode(const struct crypto_part *body, struct ike_offer *ret_offer,
                               struct diag *ret_diag);
/* 3.3: the body of an SA payload. */
void ike_offer_encode(const struct ike_offer *offer, struct wr *w);

/* What one side of a negotiation wants. */
struct ike_wish {
    const struct ike_proposal *ours;
    size_t n;
    enum ike_protocol protocol; /* IKE or ESP */
    bool without_dh;   /* CHILD SA of IKE_AUTH: groups are neither offered nor looked at (1.2) */
    bool prefer_ours;  /* our order decides; else the peer's */
    uint16_t ke_group; /* of the peer's KE payload: wins where both sides have it; 0: none */
};

/* Our proposals as an offer, to be encoded; spi: ours, of spi_bytes (0, 4, 8), network order. */
void ike_offer_make(const struct ike_wish *wish, const uint8_t *spi, uint8_t spi_bytes,
                    struct ike_offer *ret_offer);

/* As responder: picks. False: nothing fits, *ret_diag says what they offered, what we want, which
 * one came closest, which transform of it fails, and what to do: NO_PROPOSAL_CHOSEN. Whether
 * ret_choice->suite.group is that of the KE payload is the caller's to see (INVALID_KE_PAYLOAD). */
must_use bool ike_choose(const struct ike_wish *wish, const struct ike_offer *offer,
                         struct ike_choice *ret_choice, struct diag *ret_diag);

/* The answer to an offer: the chosen proposal with our SPI. */
void ike_choice_encode(const struct ike_choice *choice, enum ike_protocol protocol,
                       const uint8_t *spi, uint8_t spi_bytes, struct wr *w);

/* As initiator: whether the answer is one proposal out of what ike_offer_make() offered, with one
 * transform of each kind. False: *ret_diag says what is wrong with it. */
must_use bool ike_choice_check(const struct ike_wish *wish, const struct ike_offer *answer,
                               struct ike_choice *ret_choice, struct diag *ret_diag);

/* Whether what was agreed on before is still among what we want. Groups of CHILD SAs are not looked
 * at: the first of an IKE SA has none. */
must_use bool ike_wish_allows(const struct ike_wish *wish, const struct ike_suite *suite);

/* The group to start with: the first of our first proposal; and whether we offered this one
 * (INVALID_KE_PAYLOAD: 1.3). CRYPTO_GROUP_NONE: no group is wanted. */
uint16_t ike_wish_group(const struct ike_wish *wish);
/* Whether we would take the group. */
bool ike_wish_has_group(const struct ike_wish *wish, uint16_t group);

/* "AES-CBC-256/HMAC-SHA2-256-128/PRF-HMAC-SHA2-256/MODP_2048", all proposals separated by ", ". */
void text_ike_suite(struct text *t, const struct ike_suite *s);
/* What was offered, in one line. */
void text_ike_offer(struct text *t, const struct ike_offer *offer);
/* What we want, in one line. */
void text_ike_wish(struct text *t, const struct ike_wish *wish);
/* One transform by name: "MODP_2048", "3DES" (names of what we lack too), "encryption 99". */
void text_ike_transform(struct text *t, const struct ike_transform *transform);

#endif
