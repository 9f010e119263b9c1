/* crypto/random.h: where keys, nonces, SPIs and IVs come from. The daemon's source is libcrypto's
 * generator; a seeded one gives the simulator repeatable runs and is not secret. One thread each.
 */
#ifndef CRYPTO_RANDOM_H
#define CRYPTO_RANDOM_H

#include "base/rng.h"

/* Once in each process, before its sandbox: sets libcrypto up without a file of its configuration,
 * and seeds its generator. -EIO: there are no random bytes. Afterwards this folder's work needs of
 * the system memory (mmap, brk), futex, getpid, and getrandom when the generator seeds itself anew.
 * Programs without a sandbox may skip it. */
must_use err_t crypto_start(void);

struct crypto_random {
    bool is_seeded; /* false: libcrypto's */
    struct rng rng; /* when seeded */
};

/* The system's generator; and a repeatable one, for simulations and tests alone. */
struct crypto_random crypto_random_system(void);
struct crypto_random crypto_random_seeded(uint64_t seed);

/* n random bytes; a call costs a microsecond, so many small needs are met from one. -EIO: the
 * generator has none, and nothing may be sent that needs them. */
must_use err_t crypto_random_bytes(struct crypto_random *r, void *to, size_t n);

#endif
