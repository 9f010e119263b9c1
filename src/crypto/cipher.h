/* crypto/cipher.h: packets sealed and opened: AES-GCM (RFC 4106, 5282), ChaCha20-Poly1305
 * (RFC 7634), AES-CBC with HMAC (RFC 3602, 2404, 4868), NULL for the simulator. The same for ESP
 * and for IKE's Encrypted payload, since both put on the wire, without gaps:
 *
 *     header (header_len bytes, authenticated) | IV | data | ICV
 *
 * Work comes in batches: one call seals or opens many packets of one key, which is what the fast
 * implementations need. No allocation per packet, no lock; a cipher belongs to one thread. Keys are
 * wiped when freed. With an engine, Intel's IPsec multi-buffer library does the work (not for NULL
 * encryption); else libcrypto. Both give the same bytes, and a test says so. */
#ifndef CRYPTO_CIPHER_H
#define CRYPTO_CIPHER_H

#include "crypto/alg.h"

struct cipher;
struct cipher_engine; /* Intel's library: 420 KiB, for all ciphers of one thread */

enum {
    CIPHER_BATCH_MAX = 64,
    CIPHER_PACKET_MAX = 65528, /* header, IV and data: an IP packet is no longer */
};

/* One for each packet thread, before its ciphers and freed after them. NULL: this CPU lacks what it
 * needs, the build lacks the library, or there is no memory; ciphers then do without. */
must_use struct cipher_engine *cipher_engine_new(void);
void cipher_engine_free(struct cipher_engine *e);

struct cipher_params {
    const struct crypto_encr_alg *encr;
    const struct crypto_integ_alg *integ; /* NULL with an AEAD */
    const uint8_t *key;                   /* key_bytes + salt_bytes of encr */
    const uint8_t *integ_key;             /* key_bytes of integ; NULL with an AEAD */
    struct cipher_engine *engine;         /* NULL: libcrypto, as for IKE's few messages */
    bool seals;                           /* this direction: seal, or open */
    bool portable;                        /* libcrypto only, for tests and benches that compare */
};

/* NULL: no memory, or libcrypto refuses. The keys are copied. */
must_use struct cipher *cipher_new(const struct cipher_params *params);
void cipher_free(struct cipher *c);

/* Bytes of IV and of ICV on the wire, and what data_len has to be a multiple of. */
size_t cipher_iv_bytes(const struct cipher *c);
size_t cipher_icv_bytes(const struct cipher *c);
size_t cipher_block_bytes(const struct cipher *c);

/* One packet. Sealing: the IV stands in place (for GCM and ChaCha a counter that never repeats
 * under one key, for CBC unpredictable), data comes from `text` (may be the place where it goes)
 * and the ICV is written. Opening: data goes to `text` (may be in place) once the ICV was found
 * right; nothing of a bad packet is ever written to `text` when it is another buffer. An AEAD
 * decrypts while it authenticates, and does so in the packet: a bad one's data is zeros after that,
 * a good one's is plain text there too. With HMAC a bad packet keeps its bytes. `text` and the
 * packet's data are the same place or do not overlap. */
struct cipher_job {
    uint8_t *packet;     /* header, IV, data, ICV */
    uint32_t header_len; /* authenticated bytes before the IV */
    uint32_t data_len;   /* without the ICV; a multiple of the block */
    uint8_t *text;
    bool has_esn; /* an ESP header of 8 bytes; RFC 4303 2.2.1: the high half of the sequence number
                     is authenticated */
    uint32_t esn_high; /* AEAD: between SPI and sequence number; else after the data */
    bool ok;           /* returned: sealed, or opened and authentic */
};

/* n is at most CIPHER_BATCH_MAX. A job that breaks the rules for lengths is not ok, and untouched.
 * ICVs are compared in constant time. */
void cipher_seal(struct cipher *c, struct cipher_job *jobs, size_t n);
void cipher_open(struct cipher *c, struct cipher_job *jobs, size_t n);

#endif
