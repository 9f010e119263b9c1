/* crypto/cipher.h: packets sealed and opened: AES-GCM (RFC 4106, 5282), ChaCha20-Poly1305
 * (RFC 7634), AES-CBC with HMAC (RFC 3602, 2404, 4868), NULL for the simulator. The same for ESP
 * and for IKE's Encrypted payload, since both put on the wire, without gaps:
 *
 *     header (header_len bytes, authenticated) | IV | data | ICV
 *
 * Work comes in batches: one call seals or opens many packets of one key, which is what the fast
 * implementations need. No allocation per packet, no lock; a cipher belongs to one thread. Keys are
 * wiped when freed. On CPUs that have it, Intel's IPsec multi-buffer library does the bulk; else
 * libcrypto. Both give the same bytes, and a test says so. */
#ifndef CRYPTO_CIPHER_H
#define CRYPTO_CIPHER_H

#include "crypto/alg.h"

struct cipher;

enum { CIPHER_BATCH_MAX = 64, CIPHER_HEADER_MAX = 64 * 1024 };

struct cipher_params {
    const struct crypto_encr_alg *encr;
    const struct crypto_integ_alg *integ; /* NULL with an AEAD */
    const uint8_t *key;                   /* key_bytes + salt_bytes of encr */
    const uint8_t *integ_key;             /* key_bytes of integ; NULL with an AEAD */
    bool seals;                           /* this direction: seal, or open */
    bool portable;                        /* libcrypto only, for tests and benches that compare */
};

/* NULL: no memory, or libcrypto refuses. */
must_use struct cipher *cipher_new(const struct cipher_params *params);
void cipher_free(struct cipher *c);

/* Bytes of IV and of ICV on the wire, and what data_len has to be a multiple of. */
size_t cipher_iv_bytes(const struct cipher *c);
size_t cipher_icv_bytes(const struct cipher *c);
size_t cipher_block_bytes(const struct cipher *c);

/* One packet. Sealing: the IV stands in place (for GCM and ChaCha a counter that never repeats
 * under one key, for CBC unpredictable), data comes from `text` (may be the place where it goes)
 * and the ICV is written. Opening: data goes to `text` (may be in place) once the ICV was found
 * right; nothing of a bad packet is ever written to `text` when it is another buffer. */
struct cipher_job {
    uint8_t *packet;     /* header, IV, data, ICV */
    uint32_t header_len; /* authenticated bytes before the IV */
    uint32_t data_len;   /* without the ICV; a multiple of the block */
    uint8_t *text;
    bool has_esn;      /* RFC 4303 2.2.1: the high half of the sequence number is authenticated */
    uint32_t esn_high; /* AEAD: between SPI and sequence number; else after the data */
    bool ok;           /* returned: sealed, or opened and authentic */
};

/* n is at most CIPHER_BATCH_MAX. ICVs are compared in constant time. */
void cipher_seal(struct cipher *c, struct cipher_job *jobs, size_t n);
void cipher_open(struct cipher *c, struct cipher_job *jobs, size_t n);

#endif
