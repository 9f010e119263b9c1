#include "crypto/sign.h"

#include <string.h>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "base/mem.h"
#include "crypto/sign_impl.h"

enum { KEY_FILE_MAX = 64 * 1024 };

bool crypto_is_der(const void *bytes, size_t n)
{
    const uint8_t *p = bytes;
    return n >= 2 && p[0] == 0x30 && (p[1] & 0x80 || p[1] + (size_t)2 == n);
}

static enum key_kind ec_kind(const EVP_PKEY *pkey)
{
    static const struct {
        const char *name;
        enum key_kind kind;
    } curves[] = {
        { "prime256v1", KEY_ECP_256 },
        { "secp384r1", KEY_ECP_384 },
        { "secp521r1", KEY_ECP_521 },
    };
    char name[64];
    size_t n;
    if (EVP_PKEY_get_utf8_string_param(pkey, OSSL_PKEY_PARAM_GROUP_NAME, name, sizeof(name), &n) !=
        1)
        return KEY_NONE;
    for (size_t i = 0; i < ARRAY_LEN(curves); i++)
        if (strcmp(name, curves[i].name) == 0)
            return curves[i].kind;
    return KEY_NONE;
}

enum key_kind crypto_key_kind(const EVP_PKEY *pkey)
{
    switch (EVP_PKEY_get_base_id(pkey)) {
    case EVP_PKEY_RSA: {
        int bits = EVP_PKEY_get_bits(pkey);
        return bits >= RSA_BITS_MIN && bits <= RSA_BITS_MAX ? KEY_RSA : KEY_NONE;
    }
    case EVP_PKEY_EC:
        return ec_kind(pkey);
    case EVP_PKEY_ED25519:
        return KEY_ED25519;
    case EVP_PKEY_ED448:
        return KEY_ED448;
    default:
        return KEY_NONE;
    }
}

struct passphrase {
    const char *text;
    bool was_asked;
};

/* libcrypto asks here, and nowhere else: its own way is to ask at the terminal. */
static int give_passphrase(char *to, int room, int is_encrypting, void *arg)
{
    struct passphrase *p = arg;
    assert(!is_encrypting);
    p->was_asked = true;
    if (!p->text)
        return -1;
    size_t n = strlen(p->text);
    if (n > (size_t)room)
        return -1;
    memcpy(to, p->text, n);
    return (int)n;
}

static EVP_PKEY *read_der(const uint8_t *bytes, size_t n, struct passphrase *p)
{
    const unsigned char *at = bytes;
    EVP_PKEY *pkey = d2i_AutoPrivateKey(NULL, &at, (long)n);
    if (pkey)
        return pkey;
    BIO *bio = BIO_new_mem_buf(bytes, (int)n);
    if (!bio)
        return NULL;
    pkey = d2i_PKCS8PrivateKey_bio(bio, NULL, give_passphrase, p);
    BIO_free(bio);
    return pkey;
}

static EVP_PKEY *read_pem(const uint8_t *bytes, size_t n, struct passphrase *p)
{
    BIO *bio = BIO_new_mem_buf(bytes, (int)n);
    if (!bio)
        return NULL;
    EVP_PKEY *pkey = PEM_read_bio_PrivateKey(bio, NULL, give_passphrase, p);
    BIO_free(bio);
    return pkey;
}

struct crypto_key *crypto_key_read(const void *bytes, size_t n, const char *passphrase,
                                   const char **ret_why)
{
    struct passphrase p = { .text = passphrase };
    if (n == 0 || n > KEY_FILE_MAX) {
        *ret_why = n ? "the file is longer than 64 KiB" : "the file is empty";
        return NULL;
    }
    EVP_PKEY *pkey = crypto_is_der(bytes, n) ? read_der(bytes, n, &p) : read_pem(bytes, n, &p);
    ERR_clear_error();
    if (!pkey) {
        *ret_why = !p.was_asked ? "there is no private key in PEM or DER in it"
                   : passphrase ? "the passphrase does not open it"
                                : "it is encrypted, and no passphrase is given";
        return NULL;
    }
    enum key_kind kind = crypto_key_kind(pkey);
    struct crypto_key *k = kind == KEY_NONE ? NULL : mem_alloc(MEM_CRYPTO, sizeof(*k));
    if (!k) {
        *ret_why = kind == KEY_NONE ? "it is neither RSA (1024 to 7168 bits), ECDSA (P-256, "
                                      "P-384, P-521) nor EdDSA"
                                    : "no memory";
        EVP_PKEY_free(pkey);
        return NULL;
    }
    *k = (struct crypto_key){ .pkey = pkey, .kind = kind };
    return k;
}

void crypto_key_free(struct crypto_key *k)
{
    if (!k)
        return;
    EVP_PKEY_free(k->pkey);
    mem_free(MEM_CRYPTO, k, sizeof(*k));
}

bool crypto_key_fits(const struct crypto_key *k, const struct crypto_cert *c)
{
    EVP_PKEY *theirs = X509_get0_pubkey(c->x);
    bool fits = theirs && EVP_PKEY_eq(theirs, k->pkey) == 1;
    ERR_clear_error();
    return fits;
}
