#include "ike/cookie.h"

#include <errno.h>

#include "base/rd.h"
#include "base/wr.h"
#include "crypto/secret.h"

enum { VERSION_BYTES = 4, MAC_BYTES = IKE_COOKIE_BYTES - VERSION_BYTES, SHA256_BYTES = 32 };

static_assert((int)MAC_BYTES <= (int)SHA256_BYTES, "the cookie cuts the MAC");
static_assert((int)IKE_COOKIE_BYTES <= (int)IKE_COOKIE_MAX, "2.6: a cookie has 1 to 64 bytes");

static err_t mac(const uint8_t secret[32], const struct ike_cookie_of *of,
                 uint8_t ret_mac[SHA256_BYTES])
{
    uint8_t rest[2 + 8];
    struct wr w = wr_init(rest, sizeof(rest));
    wr_u16(&w, of->port);
    wr_u64(&w, of->spi_i);
    const struct crypto_part parts[] = {
        of->ni,
        { of->address.b, ip_bytes(of->address.family) },
        { rest, sizeof(rest) },
    };
    return crypto_prf(CRYPTO_PRF_SHA256, secret, 32, parts, ARRAY_LEN(parts), ret_mac);
}

/* A new secret each minute; the old one stays for those who are on their way. */
static err_t rotate(struct ike_cookies *c, ns_t now, struct crypto_random *random)
{
    if (c->version != 0 && now - c->since < IKE_COOKIE_LIFETIME)
        return 0;
    uint8_t fresh[32];
    err_t e = crypto_random_bytes(random, fresh, sizeof(fresh));
    if (e)
        return e;
    memcpy(c->secret[1], c->secret[0], sizeof(c->secret[1]));
    memcpy(c->secret[0], fresh, sizeof(c->secret[0]));
    secret_wipe_bytes(fresh, sizeof(fresh));
    c->version = c->version == UINT32_MAX ? 1 : c->version + 1;
    c->since = now;
    return 0;
}

err_t ike_cookie_make(struct ike_cookies *c, ns_t now, struct crypto_random *random,
                      const struct ike_cookie_of *of, uint8_t ret_cookie[IKE_COOKIE_BYTES])
{
    uint8_t full[SHA256_BYTES];
    err_t e = rotate(c, now, random);
    if (!e)
        e = mac(c->secret[0], of, full);
    if (e)
        return e;
    uint8_t cookie[IKE_COOKIE_MAX];
    struct wr w = wr_init(cookie, sizeof(cookie));
    wr_u32(&w, c->version);
    wr_bytes(&w, full, MAC_BYTES);
    assert(!w.bad && wr_len(&w) == IKE_COOKIE_BYTES);
    memcpy(ret_cookie, cookie, IKE_COOKIE_BYTES);
    return 0;
}

bool ike_cookie_check(const struct ike_cookies *c, ns_t now, const struct ike_cookie_of *of,
                      const struct crypto_part *cookie)
{
    uint8_t full[SHA256_BYTES];
    struct rd r = rd_init(cookie->p, cookie->n);
    uint32_t version = rd_u32(&r);
    const uint8_t *came = rd_bytes(&r, MAC_BYTES);
    if (!rd_is_done(&r) || c->version == 0)
        return false;
    /* Wrapping at the top costs those few who hold the old secret's cookie one more exchange. */
    if (version != c->version && version + 1 != c->version)
        return false;
    bool old = version != c->version;
    if (old && c->version == 1)
        return false;
    if (now - c->since >= (old ? 1 : 2) * IKE_COOKIE_LIFETIME)
        return false;
    if (mac(c->secret[old], of, full))
        return false;
    return secret_eq(full, came, MAC_BYTES);
}

void ike_cookies_done(struct ike_cookies *c)
{
    secret_wipe_bytes(c, sizeof(*c));
}
