#include "crypto/random.h"

#include <errno.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/rand.h>

enum { CHUNK = 1 << 20 }; /* RAND_bytes() counts in int */

err_t crypto_start(void)
{
    uint8_t one;
    bool done = OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL) == 1 &&
                RAND_bytes(&one, sizeof(one)) == 1;
    ERR_clear_error();
    return done ? 0 : -EIO;
}

struct crypto_random crypto_random_system(void)
{
    return (struct crypto_random){ .is_seeded = false };
}

struct crypto_random crypto_random_seeded(uint64_t seed)
{
    return (struct crypto_random){ .is_seeded = true, .rng = rng_init(seed) };
}

/* Little-endian on every machine, so that a seed means the same bytes everywhere. */
static void seeded_bytes(struct rng *rng, uint8_t *to, size_t n)
{
    for (size_t i = 0; i < n; i += 8) {
        uint64_t v = rng_u64(rng);
        for (size_t k = 0; k < MIN(n - i, 8); k++)
            to[i + k] = (uint8_t)(v >> 8 * k);
    }
}

err_t crypto_random_bytes(struct crypto_random *r, void *to, size_t n)
{
    uint8_t *p = to;
    if (r->is_seeded) {
        seeded_bytes(&r->rng, p, n);
        return 0;
    }
    for (size_t done = 0; done < n;) {
        size_t now = MIN(n - done, CHUNK);
        if (RAND_bytes(p + done, (int)now) != 1) {
            ERR_clear_error();
            memset(to, 0, n);
            return -EIO;
        }
        done += now;
    }
    return 0;
}
