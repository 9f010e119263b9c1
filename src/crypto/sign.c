#include "crypto/sign.h"

#include <errno.h>
#include <string.h>

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

#include "base/mem.h"
#include "crypto/secret.h"
#include "crypto/sign_impl.h"

enum {
    MESSAGE_MAX = 128 * 1024, /* IKE_SA_INIT, a nonce and a PRF; IKE messages end at 64 KiB */
    ALGORITHM_MAX = 96,       /* bytes of an AlgorithmIdentifier: PSS takes 67 */
    COORDINATE_MAX = 66,
};

static const EVP_MD *md_of(unsigned hash)
{
    switch (hash) {
    case CRYPTO_HASH_SHA1:
        return EVP_sha1();
    case CRYPTO_HASH_SHA256:
        return EVP_sha256();
    case CRYPTO_HASH_SHA384:
        return EVP_sha384();
    case CRYPTO_HASH_SHA512:
        return EVP_sha512();
    default:
        return NULL; /* EdDSA hashes for itself */
    }
}

/* RFC 7427 A: AlgorithmIdentifiers in DER. PSS has its hash, MGF1 over the same, and the salt's
 * length, which is the hash's. */
#define PSS_OF(last, salt)                                                                         \
    "\x30\x41\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a\x30\x34\xa0\x0f\x30\x0d\x06\x09\x60\x86" \
    "\x48\x01\x65\x03\x04\x02" last                                                                \
    "\x05\x00\xa1\x1c\x30\x1a\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x08\x30\x0d\x06\x09\x60\x86" \
    "\x48\x01\x65\x03\x04\x02" last "\x05\x00\xa2\x03\x02\x01" salt
#define ECDSA_OF(last) "\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03" last

static const struct {
    bool is_rsa;
    uint8_t hash;
    uint8_t n;
    char der[68];
} identifiers[] = {
    { true, CRYPTO_HASH_SHA256, 67, PSS_OF("\x01", "\x20") },
    { true, CRYPTO_HASH_SHA384, 67, PSS_OF("\x02", "\x30") },
    { true, CRYPTO_HASH_SHA512, 67, PSS_OF("\x03", "\x40") },
    { false, CRYPTO_HASH_SHA256, 12, ECDSA_OF("\x02") },
    { false, CRYPTO_HASH_SHA384, 12, ECDSA_OF("\x03") },
    { false, CRYPTO_HASH_SHA512, 12, ECDSA_OF("\x04") },
};
static const char ed25519_der[] = "\x30\x05\x06\x03\x2b\x65\x70";
static const char ed448_der[] = "\x30\x05\x06\x03\x2b\x65\x71";

/* How one signature is made or checked. */
struct scheme {
    enum crypto_auth method;
    unsigned hash;
    bool is_pss;
    int salt_bytes;
    size_t raw_bytes; /* methods 9 to 11: r | s of these bytes each; 0: as libcrypto has it */
};

/* ---- which scheme ---- */

static size_t legacy_raw(enum key_kind kind)
{
    return kind == KEY_ECP_256 ? 32 : kind == KEY_ECP_384 ? 48 : kind == KEY_ECP_521 ? 66 : 0;
}

/* RFC 4754: each curve has its method and hash; RFC 7296: RSA with SHA-1. */
static bool legacy_scheme(enum key_kind kind, struct scheme *ret)
{
    static const struct {
        enum key_kind kind;
        enum crypto_auth method;
        unsigned hash;
    } rows[] = {
        { KEY_RSA, CRYPTO_AUTH_RSA, CRYPTO_HASH_SHA1 },
        { KEY_ECP_256, CRYPTO_AUTH_ECDSA_256, CRYPTO_HASH_SHA256 },
        { KEY_ECP_384, CRYPTO_AUTH_ECDSA_384, CRYPTO_HASH_SHA384 },
        { KEY_ECP_521, CRYPTO_AUTH_ECDSA_521, CRYPTO_HASH_SHA512 },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (rows[i].kind == kind) {
            *ret = (struct scheme){ .method = rows[i].method,
                                    .hash = rows[i].hash,
                                    .raw_bytes = legacy_raw(kind) };
            return true;
        }
    return false;
}

/* The hash that fits the key's strength, else the next that the peer takes; 0: none. */
static unsigned common_hash(enum key_kind kind, uint32_t peer_hashes)
{
    unsigned first = kind == KEY_ECP_384   ? CRYPTO_HASH_SHA384
                     : kind == KEY_ECP_521 ? CRYPTO_HASH_SHA512
                                           : CRYPTO_HASH_SHA256;
    if (peer_hashes >> first & 1)
        return first;
    for (unsigned h = CRYPTO_HASH_SHA256; h <= CRYPTO_HASH_SHA512; h++)
        if (peer_hashes >> h & 1)
            return h;
    return 0;
}

static bool choose(enum key_kind kind, uint32_t peer_hashes, struct scheme *ret)
{
    *ret = (struct scheme){ .method = CRYPTO_AUTH_SIGNATURE };
    if (kind == KEY_ED25519 || kind == KEY_ED448) {
        ret->hash = CRYPTO_HASH_IDENTITY;
        return peer_hashes >> CRYPTO_HASH_IDENTITY & 1;
    }
    ret->hash = common_hash(kind, peer_hashes);
    if (ret->hash == 0)
        return legacy_scheme(kind, ret);
    ret->is_pss = kind == KEY_RSA;
    ret->salt_bytes = EVP_MD_get_size(md_of(ret->hash));
    return true;
}

/* ---- libcrypto ---- */

static bool set_padding(EVP_PKEY_CTX *pctx, const struct scheme *s)
{
    if (!s->is_pss)
        return true;
    return EVP_PKEY_CTX_set_rsa_padding(pctx, RSA_PKCS1_PSS_PADDING) == 1 &&
           EVP_PKEY_CTX_set_rsa_pss_saltlen(pctx, s->salt_bytes) == 1 &&
           EVP_PKEY_CTX_set_rsa_mgf1_md(pctx, md_of(s->hash)) == 1;
}

/* The parts in one piece, since EdDSA reads them twice. NULL: too long, no memory. */
static uint8_t *join(const struct crypto_part *parts, size_t n_parts, size_t *ret_n)
{
    size_t n = 0, at = 0;
    for (size_t i = 0; i < n_parts; i++) {
        if (parts[i].n > MESSAGE_MAX - n)
            return NULL;
        n += parts[i].n;
    }
    uint8_t *all = mem_alloc(MEM_CRYPTO, n);
    for (size_t i = 0; all && i < n_parts; i++) {
        if (parts[i].n)
            memcpy(all + at, parts[i].p, parts[i].n);
        at += parts[i].n;
    }
    *ret_n = n;
    return all;
}

/* r | s, padded, from libcrypto's DER; the number of bytes, 0: it fails. */
static size_t raw_of_der(const uint8_t *der, size_t n, size_t half, uint8_t *ret_raw)
{
    const unsigned char *at = der;
    ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &at, (long)n);
    bool done = sig && BN_bn2binpad(ECDSA_SIG_get0_r(sig), ret_raw, (int)half) > 0 &&
                BN_bn2binpad(ECDSA_SIG_get0_s(sig), ret_raw + half, (int)half) > 0;
    ECDSA_SIG_free(sig);
    return done ? 2 * half : 0;
}

static size_t der_of_raw(const uint8_t *raw, size_t half, uint8_t *ret_der, size_t room)
{
    ECDSA_SIG *sig = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(raw, (int)half, NULL), *s = BN_bin2bn(raw + half, (int)half, NULL);
    int n = 0;
    if (sig && r && s && ECDSA_SIG_set0(sig, r, s) == 1) {
        r = s = NULL; /* they are the signature's now */
        n = i2d_ECDSA_SIG(sig, NULL);
        unsigned char *at = ret_der;
        n = n > 0 && (size_t)n <= room ? i2d_ECDSA_SIG(sig, &at) : 0;
    }
    BN_free(r);
    BN_free(s);
    ECDSA_SIG_free(sig);
    return n > 0 ? (size_t)n : 0;
}

static bool make(struct crypto_key *k, const struct scheme *s, const struct crypto_part *message,
                 uint8_t *ret_sig, size_t *ret_n)
{
    EVP_PKEY_CTX *pctx;
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    bool done = md && EVP_DigestSignInit(md, &pctx, md_of(s->hash), NULL, k->pkey) == 1 &&
                set_padding(pctx, s) &&
                EVP_DigestSign(md, ret_sig, ret_n, message->p, message->n) == 1;
    EVP_MD_CTX_free(md);
    return done;
}

static bool check(EVP_PKEY *pkey, const struct scheme *s, const struct crypto_part *message,
                  const struct crypto_part *sig)
{
    EVP_PKEY_CTX *pctx;
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    bool done = md && EVP_DigestVerifyInit(md, &pctx, md_of(s->hash), NULL, pkey) == 1 &&
                set_padding(pctx, s) &&
                EVP_DigestVerify(md, sig->p, sig->n, message->p, message->n) == 1;
    EVP_MD_CTX_free(md);
    return done;
}

/* ---- signing ---- */

/* RFC 7427 3: the identifier's length, the identifier. */
static size_t put_identifier(enum key_kind kind, const struct scheme *s, uint8_t *to)
{
    const char *der = kind == KEY_ED448 ? ed448_der : ed25519_der;
    uint8_t n = sizeof(ed25519_der) - 1;
    for (size_t i = 0; i < ARRAY_LEN(identifiers); i++)
        if (identifiers[i].is_rsa == (kind == KEY_RSA) && identifiers[i].hash == s->hash) {
            der = identifiers[i].der;
            n = identifiers[i].n;
        }
    to[0] = n;
    memcpy(to + 1, der, n);
    return 1 + (size_t)n;
}

err_t crypto_sign(struct crypto_key *k, uint32_t peer_hashes, const struct crypto_part *parts,
                  size_t n_parts, struct crypto_signature *ret_signature)
{
    struct scheme s;
    struct crypto_signature out = { 0 };
    uint8_t sig[CRYPTO_SIGNATURE_MAX];
    struct crypto_part message;
    if (!choose(k->kind, peer_hashes, &s))
        return -EOPNOTSUPP;
    uint8_t *all = join(parts, n_parts, &message.n);
    if (!all)
        return -ENOMEM;
    message.p = all;
    size_t at = s.method == CRYPTO_AUTH_SIGNATURE ? put_identifier(k->kind, &s, out.data) : 0;
    size_t n = sizeof(sig);
    bool done = make(k, &s, &message, sig, &n);
    if (done && s.raw_bytes) {
        n = raw_of_der(sig, n, s.raw_bytes, out.data);
        done = n > 0;
    } else if (done) {
        done = n <= sizeof(out.data) - at;
        if (done)
            memcpy(out.data + at, sig, n);
    }
    mem_free(MEM_CRYPTO, all, message.n);
    if (!done) {
        ERR_clear_error();
        return -EIO;
    }
    out.method = s.method;
    out.len = (uint16_t)(at + n);
    *ret_signature = out;
    return 0;
}

/* ---- verifying ---- */

static unsigned hash_of_nid(int nid)
{
    return nid == NID_sha256   ? CRYPTO_HASH_SHA256
           : nid == NID_sha384 ? CRYPTO_HASH_SHA384
           : nid == NID_sha512 ? CRYPTO_HASH_SHA512
                               : 0;
}

/* The algorithm of an identifier whose parameters are NULL or left out; else NID_undef. */
static int plain_nid(const X509_ALGOR *a)
{
    const ASN1_OBJECT *object = NULL;
    int type = V_ASN1_UNDEF;
    if (!a)
        return NID_undef;
    X509_ALGOR_get0(&object, &type, NULL, a);
    return type == V_ASN1_UNDEF || type == V_ASN1_NULL ? OBJ_obj2nid(object) : NID_undef;
}

/* The identifier in the parameters of another; NULL: there is none. */
static X509_ALGOR *inner(const X509_ALGOR *a, int nid)
{
    const ASN1_OBJECT *object = NULL;
    const void *value = NULL;
    int type = V_ASN1_UNDEF;
    if (!a)
        return NULL;
    X509_ALGOR_get0(&object, &type, &value, a);
    if (OBJ_obj2nid(object) != nid || type != V_ASN1_SEQUENCE)
        return NULL;
    return ASN1_item_unpack(value, ASN1_ITEM_rptr(X509_ALGOR));
}

/* RFC 4055 3.1: the defaults, which stand for SHA-1, are not taken (RFC 8247 4.2), nor is MGF1 over
 * another hash, which is nobody's practice. */
static bool pss_scheme(const X509_ALGOR *a, struct scheme *ret)
{
    int type;
    const void *value;
    X509_ALGOR_get0(NULL, &type, &value, a);
    if (type != V_ASN1_SEQUENCE)
        return false;
    RSA_PSS_PARAMS *pss = ASN1_item_unpack(value, ASN1_ITEM_rptr(RSA_PSS_PARAMS));
    if (!pss)
        return false;
    X509_ALGOR *mask_hash = inner(pss->maskGenAlgorithm, NID_mgf1);
    int64_t salt = 20;
    ret->hash = hash_of_nid(plain_nid(pss->hashAlgorithm));
    ret->is_pss = true;
    bool done = ret->hash != 0 && hash_of_nid(plain_nid(mask_hash)) == ret->hash &&
                (!pss->saltLength || ASN1_INTEGER_get_int64(&salt, pss->saltLength) == 1) &&
                salt >= 0 && salt <= CRYPTO_SIGNATURE_MAX && !pss->trailerField;
    if (done)
        ret->salt_bytes = (int)salt;
    X509_ALGOR_free(mask_hash);
    RSA_PSS_PARAMS_free(pss);
    return done;
}

static bool scheme_of(const X509_ALGOR *a, enum key_kind kind, struct scheme *ret)
{
    const ASN1_OBJECT *object = NULL;
    int nid = plain_nid(a), hash, key;
    *ret = (struct scheme){ .method = CRYPTO_AUTH_SIGNATURE, .hash = CRYPTO_HASH_IDENTITY };
    if (nid == NID_ED25519)
        return kind == KEY_ED25519;
    if (nid == NID_ED448)
        return kind == KEY_ED448;
    X509_ALGOR_get0(&object, NULL, NULL, a);
    if (OBJ_obj2nid(object) == NID_rsassaPss)
        return kind == KEY_RSA && pss_scheme(a, ret);
    if (OBJ_find_sigid_algs(nid, &hash, &key) != 1)
        return false;
    ret->hash = hash_of_nid(hash);
    bool is_ec = kind == KEY_ECP_256 || kind == KEY_ECP_384 || kind == KEY_ECP_521;
    return ret->hash != 0 && ((key == NID_rsaEncryption && kind == KEY_RSA) ||
                              (key == NID_X9_62_id_ecPublicKey && is_ec));
}

/* Splits RFC 7427's data into scheme and signature. */
static bool open_data(const struct crypto_part *data, enum key_kind kind, struct scheme *ret_scheme,
                      struct crypto_part *ret_sig)
{
    const uint8_t *bytes = data->p;
    if (data->n < 2 || bytes[0] > ALGORITHM_MAX || data->n - 1 <= bytes[0])
        return false;
    const unsigned char *at = bytes + 1;
    X509_ALGOR *a = d2i_X509_ALGOR(NULL, &at, bytes[0]);
    bool done = a && at == bytes + 1 + bytes[0] && scheme_of(a, kind, ret_scheme);
    X509_ALGOR_free(a);
    *ret_sig = (struct crypto_part){ bytes + 1 + bytes[0], data->n - 1 - bytes[0] };
    return done;
}

static bool verify(EVP_PKEY *pkey, const struct scheme *s, const struct crypto_part *sig,
                   const struct crypto_part *message)
{
    uint8_t der[2 * COORDINATE_MAX + 16];
    if (!s->raw_bytes)
        return check(pkey, s, message, sig);
    if (sig->n != 2 * s->raw_bytes)
        return false;
    const struct crypto_part in_der = { der, der_of_raw(sig->p, s->raw_bytes, der, sizeof(der)) };
    return in_der.n > 0 && check(pkey, s, message, &in_der);
}

bool crypto_verify(const struct crypto_cert *c, enum crypto_auth method,
                   const struct crypto_part *data, const struct crypto_part *parts, size_t n_parts,
                   const char **ret_why)
{
    struct scheme s;
    struct crypto_part sig = *data, message;
    EVP_PKEY *pkey = X509_get0_pubkey(c->x);
    enum key_kind kind = pkey ? crypto_key_kind(pkey) : KEY_NONE;
    ERR_clear_error();
    if (kind == KEY_NONE) {
        *ret_why = "the certificate's key is of a kind that IKE does not use";
        return false;
    }
    bool is_known = method == CRYPTO_AUTH_SIGNATURE ? open_data(data, kind, &s, &sig)
                                                    : legacy_scheme(kind, &s) && s.method == method;
    if (!is_known || data->n > CRYPTO_SIGNATURE_MAX) {
        ERR_clear_error();
        *ret_why = "the authentication method does not fit the certificate's key, or is too weak";
        return false;
    }
    uint8_t *all = join(parts, n_parts, &message.n);
    if (!all) {
        *ret_why = "no memory";
        return false;
    }
    message.p = all;
    bool done = verify(pkey, &s, &sig, &message);
    mem_free(MEM_CRYPTO, all, message.n);
    ERR_clear_error();
    if (!done)
        *ret_why = "the signature is wrong";
    return done;
}
