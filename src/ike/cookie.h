/* ike/cookie.h: stateless cookies against half-open floods (RFC 7296 2.6). A cookie proves that the
 * initiator receives at its address: version | HMAC-SHA2-256(secret, Ni | address | port | SPIi).
 * Secrets change every minute; the one before still counts. One thread. */
#ifndef IKE_COOKIE_H
#define IKE_COOKIE_H

#include "base/ip.h"
#include "crypto/prf.h"
#include "crypto/random.h"

enum { IKE_COOKIE_BYTES = 24, IKE_COOKIE_MAX = 64 /* 2.6: of anybody's */ };
#define IKE_COOKIE_LIFETIME (60 * NS_PER_S)

struct ike_cookies {
    uint32_t version; /* of secret[0]; 0: none yet */
    ns_t since;       /* when secret[0] was made */
    uint8_t secret[2][32];
};
struct ike_cookie_of {
    struct crypto_part ni;
    struct ip_addr address;
    uint16_t port;
    uint64_t spi_i;
};

/* The cookie to demand now. -EIO: no random bytes, libcrypto failed. */
must_use err_t ike_cookie_make(struct ike_cookies *c, ns_t now, struct crypto_random *random,
                               const struct ike_cookie_of *of,
                               uint8_t ret_cookie[IKE_COOKIE_BYTES]);
/* Whether the cookie that came is one of ours for this initiator, and not too old. */
must_use bool ike_cookie_check(const struct ike_cookies *c, ns_t now,
                               const struct ike_cookie_of *of, const struct crypto_part *cookie);
/* Wipes the secrets. */
void ike_cookies_done(struct ike_cookies *c);

#endif
