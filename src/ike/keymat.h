/* ike/keymat.h: keys of IKE and CHILD SAs (RFC 7296 2.13 to 2.18), the octets that AUTH covers
 * (2.15), PSK authentication, PPKs (RFC 8784), NAT detection (2.23), and key log lines. Whatever
 * holds a key is wiped by its owner with the function here; nothing is kept. err_t: -EIO, -ENOMEM
 * of libcrypto. */
#ifndef IKE_KEYMAT_H
#define IKE_KEYMAT_H

#include "base/ip.h"
#include "crypto/prf.h"
#include "crypto/secret.h"
#include "ike/proposal.h"

/* SK_d, SK_ai, SK_ar, SK_ei, SK_er, SK_pi, SK_pr; the encryption keys end in the AEAD's salt. */
struct ike_keys {
    uint8_t prf_len;   /* of d, pi, pr */
    uint8_t integ_len; /* of ai, ar; 0: AEAD */
    uint8_t encr_len;  /* of ei, er, salt included */
    uint8_t d[CRYPTO_HASH_MAX], pi[CRYPTO_HASH_MAX], pr[CRYPTO_HASH_MAX];
    uint8_t ai[CRYPTO_KEY_MAX], ar[CRYPTO_KEY_MAX];
    uint8_t ei[CRYPTO_KEY_MAX], er[CRYPTO_KEY_MAX];
};
/* Leaves zeros. */
void ike_keys_wipe(struct ike_keys *keys);

/* Nonces, SPIs (host order) and g^ir of the exchange. */
struct ike_exchange_secrets {
    struct crypto_part ni, nr;
    uint64_t spi_i, spi_r;
    struct crypto_part shared; /* g^ir; CHILD without PFS: n = 0 */
};

/* 2.14: SKEYSEED = prf(Ni | Nr, g^ir), and all seven keys of it. */
must_use err_t ike_keys_first(const struct ike_suite *suite, const struct ike_exchange_secrets *x,
                              struct ike_keys *ret_keys);

/* SK_d alone: all that is needed of an SA's keys for CHILD SAs and successors. */
struct ike_sk_d {
    uint8_t len;
    uint8_t b[CRYPTO_HASH_MAX];
};
/* Leaves zeros. */
void ike_sk_d_wipe(struct ike_sk_d *d);
/* Copies it. */
struct ike_sk_d ike_sk_d_of(const struct ike_keys *keys);

/* 2.18: SKEYSEED = prf(SK_d (old), g^ir (new) | Ni | Nr) with the old SA's PRF. */
must_use err_t ike_keys_rekeyed(const struct ike_suite *suite, const struct ike_exchange_secrets *x,
                                const struct ike_sk_d *old, uint16_t old_prf,
                                struct ike_keys *ret_keys);

/* Keys of a CHILD SA as struct esp_child has them: encryption key, salt, integrity key. */
struct ike_child_keys {
    uint8_t len;
    uint8_t from_initiator[ESP_KEY_MAX], from_responder[ESP_KEY_MAX];
};
/* Leaves zeros. */
void ike_child_keys_wipe(struct ike_child_keys *keys);

/* 2.17: prf+(SK_d, [g^ir |] Ni | Nr), the initiator's direction first; the initiator is that of
 * the exchange. suite: the CHILD's; prf: the IKE SA's. */
must_use err_t ike_child_keymat(const struct ike_suite *suite, uint16_t prf,
                                const struct ike_sk_d *d, const struct ike_exchange_secrets *x,
                                struct ike_child_keys *ret_keys);

/* RFC 8784 3: SK_d, SK_pi and SK_pr (each of the PRF's output, one after the other at sk) become
 * prf+(PPK, SK). ike_keys_take_ppk() puts the 3 * prf_len bytes back into the keys. */
must_use err_t ike_ppk_mix(uint16_t prf, const struct secret *ppk, uint8_t *sk, size_t n);
/* RFC 8784 3: SK_d, SK_pi, SK_pr as mixed; false: of another length. */
must_use bool ike_keys_take_ppk(struct ike_keys *keys, const uint8_t *sk, size_t n);

/* 2.15: the octets that one side signs: its first message, the other's nonce, prf(SK_p, its ID).
 * Three parts, of which the last points to maced_id. */
struct ike_auth_octets {
    uint8_t maced_id[CRYPTO_HASH_MAX];
    struct crypto_part parts[3];
};
struct ike_auth_input {
    uint16_t prf;
    const struct ike_keys *keys;
    bool initiator;             /* whose AUTH it is */
    struct crypto_part message; /* that side's first message, header included (2.15: the last
                                 * IKE_SA_INIT it sent) */
    struct crypto_part nonce;   /* of the other side */
    struct crypto_part id_body; /* of that side: RestOfID */
};
/* 2.15: what one side signs. */
must_use err_t ike_auth_octets(const struct ike_auth_input *in, struct ike_auth_octets *ret_octets);

/* 2.15: prf(prf(PSK, "Key Pad for IKEv2"), octets): the AUTH payload's data of method 2, of the
 * PRF's output length. For the keys process, which alone has the key. */
must_use err_t ike_psk_auth(uint16_t prf, const struct secret *psk,
                            const struct crypto_part *octets, size_t n_octets,
                            uint8_t ret_auth[CRYPTO_HASH_MAX], size_t *ret_len);
/* Whether auth is that, in constant time; false too when libcrypto fails. */
must_use bool ike_psk_verify(uint16_t prf, const struct secret *psk,
                             const struct crypto_part *octets, size_t n_octets,
                             const struct crypto_part *auth);

/* 2.23: SHA1(SPIi | SPIr | address | port). */
must_use err_t ike_nat_hash(uint64_t spi_i, uint64_t spi_r, const struct ip_addr *a, uint16_t port,
                            uint8_t ret_hash[20]);

/* One line of Wireshark's ikev2_decryption_table, of its esp_sa for one direction (keylog.c).
 * Secret: only for IKE_DO_KEY_LOG. */
void text_ike_key_log(struct text *t, const struct ike_suite *suite, uint64_t spi_i, uint64_t spi_r,
                      const struct ike_keys *keys);
/* The line of esp_sa for one direction. */
void text_ike_esp_key_log(struct text *t, const struct esp_child *child, bool inbound);
enum { IKE_KEY_LOG_MAX = 1024 };

#endif
