/* tests/lib/ike_ends.h: two ends that agree with each other, for tests that call the IKE engine
 * without a world around it: 192.0.2.1 opens, 192.0.2.2 answers; a pre-shared key. */
#ifndef TESTS_LIB_IKE_ENDS_H
#define TESTS_LIB_IKE_ENDS_H

#include <string.h>

#include "crypto/secret.h"
#include "ike/ike.h"
#include "ike/keymat.h"

/* The connection of end 0, which opens, or 1. */
static inline struct ike_connection ike_ends_connection(int end)
{
    struct ip_addr a[2] = { ip_from_u32(0xc0000201), ip_from_u32(0xc0000202) };
    static struct ike_lists ring[128]; /* the engine copies them */
    static size_t next;
    struct ike_lists *lists = &ring[next++ % (sizeof(ring) / sizeof(ring[0]))];
    *lists =
        (struct ike_lists){ .n_ike = 1,
                            .n_child = 1,
                            .ike = { { .encr = { { CRYPTO_AES_GCM_16, 128 } },
                                       .prf = { CRYPTO_PRF_SHA256 },
                                       .group = { CRYPTO_X25519 },
                                       .n_encr = 1,
                                       .n_prf = 1,
                                       .n_group = 1 } },
                            .child = { { .encr = { { CRYPTO_AES_GCM_16, 128 } }, .n_encr = 1 } } };
    return (struct ike_connection){
        .id = 1,
        .name = "t",
        .local = a[end],
        .remote = a[!end],
        .key = "k",
        .lists = lists,
        .start = end ? IKE_START_NEVER : IKE_START_AT_ONCE,
        .ike_lifetime_s = 3600,
        .child_lifetime_s = 900,
        .dpd = IKE_DPD_PERIODIC,
        .dpd_interval_s = 30,
        .dpd_retry_s = 2,
        .dpd_retries = 3,
        .fragmentation = true,
        .mobike = true,
        .accept_narrower = true,
    };
}

/* Answers like the keys process, with the same key for signing and verifying. False: the key is
 * longer than any. */
static inline bool ike_ends_answer_keys(struct ike *e, ns_t now, const struct ike_keys_request *k,
                                        const char *key)
{
    uint8_t auth[CRYPTO_HASH_MAX];
    struct secret psk;
    struct crypto_part part = { k->auth_data, k->auth_len };
    struct ike_keys_answer a = {
        .request = k->request, .method = CRYPTO_AUTH_PSK, .data = auth, .why = "differs"
    };
    if (!secret_set(&psk, key, strlen(key)))
        return false;
    if (k->kind == IKE_KEYS_SIGN)
        a.ok = ike_psk_auth(k->prf, &psk, k->octets, k->n_octets, auth, &a.len) == 0;
    else
        a.ok = ike_psk_verify(k->prf, &psk, k->octets, k->n_octets, &part);
    ike_keys_answered(e, now, &a);
    return true;
}

#endif
