#include "crypto/sign.h"

#include <time.h>

#include <openssl/err.h>
#include <openssl/x509_vfy.h>

#include "crypto/sign_impl.h"

enum { SECURITY_LEVEL = 1 }; /* 80 bits: RSA from 1024 bits, no signature with SHA-1 or MD5 */

static STACK_OF(X509) * others_of(struct crypto_cert *const *chain, size_t n)
{
    STACK_OF(X509) *others = sk_X509_new_null();
    for (size_t i = 1; others && i < n; i++)
        if (sk_X509_push(others, chain[i]->x) == 0) {
            sk_X509_free(others);
            return NULL;
        }
    return others;
}

static X509_STORE *store_of(struct crypto_cert *const *trusted, size_t n)
{
    X509_STORE *store = X509_STORE_new();
    for (size_t i = 0; store && i < n; i++)
        if (X509_STORE_add_cert(store, trusted[i]->x) != 1) {
            X509_STORE_free(store);
            return NULL;
        }
    return store;
}

/* Whom the operator trusts may be an intermediate, or the peer's own certificate. */
static bool verify(X509_STORE_CTX *ctx, int64_t wall_time, const char **ret_why)
{
    X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(ctx);
    X509_VERIFY_PARAM_set_time(param, (time_t)wall_time);
    X509_VERIFY_PARAM_set_depth(param, CRYPTO_CHAIN_MAX);
    X509_VERIFY_PARAM_set_auth_level(param, SECURITY_LEVEL);
    if (X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN) != 1) {
        *ret_why = "no memory";
        return false;
    }
    if (X509_verify_cert(ctx) == 1)
        return true;
    int error = X509_STORE_CTX_get_error(ctx);
    *ret_why = error == X509_V_OK ? "no memory" : X509_verify_cert_error_string(error);
    return false;
}

bool crypto_chain_verify(struct crypto_cert *const *chain, size_t n,
                         struct crypto_cert *const *trusted, size_t n_trusted, int64_t wall_time,
                         const char **ret_why)
{
    if (n == 0 || n > CRYPTO_CHAIN_MAX || n_trusted == 0) {
        *ret_why = n == 0           ? "there is no certificate"
                   : n_trusted == 0 ? "no certificate authority is trusted"
                                    : "the chain is too long";
        return false;
    }
    X509_STORE *store = store_of(trusted, n_trusted);
    STACK_OF(X509) *others = others_of(chain, n);
    X509_STORE_CTX *ctx = X509_STORE_CTX_new();
    bool done = false;
    *ret_why = "no memory";
    if (store && others && ctx && X509_STORE_CTX_init(ctx, store, chain[0]->x, others) == 1)
        done = verify(ctx, wall_time, ret_why);
    X509_STORE_CTX_free(ctx);
    sk_X509_free(others);
    X509_STORE_free(store);
    ERR_clear_error();
    return done;
}
