/* Key exchange: the vectors of the RFCs, agreement in every group, values that are refused. */
#include <errno.h>
#include <stdlib.h>

#include "base/mem.h"
#include "dh_vectors.h"
#include "hex.h"

/* [RFC 5903 8] [RFC 7748 6.1] [RFC 5114 A] */
static void one_side(const struct dh_vector *v, const char *x, const char *y, const char *peer)
{
    uint8_t number[CRYPTO_PUBLIC_MAX], value[CRYPTO_PUBLIC_MAX], shared[CRYPTO_PUBLIC_MAX];
    size_t n = hex_bytes(x, number, sizeof(number)), len;
    struct crypto_dh *dh = crypto_dh_of(v->group, number, n);
    CLAIM(v->name, dh);
    const uint8_t *ours = crypto_dh_public(dh, &len);
    claim_hex(v->name, ours, len, y);
    n = hex_bytes(peer, value, sizeof(value));
    CLAIM(v->name, crypto_dh_shared(dh, value, n, shared, &len) == 0);
    claim_hex(v->name, shared, len, v->shared);
    crypto_dh_free(dh);
}

static void published_vectors(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(dh_vectors); i++) {
        const struct dh_vector *v = &dh_vectors[i];
        one_side(v, v->xa, v->ya, v->yb);
        one_side(v, v->xb, v->yb, v->ya);
    }
}

static void every_group_agrees(void **state)
{
    (void)state;
    struct crypto_random random = crypto_random_system();
    size_t n_groups;
    const struct crypto_group_alg *groups = crypto_group_algs(&n_groups);
    for (size_t i = 0; i < n_groups; i++) {
        const char *name = groups[i].name;
        struct crypto_dh *a = crypto_dh_new(groups[i].id, &random);
        struct crypto_dh *b = crypto_dh_new(groups[i].id, &random);
        uint8_t za[CRYPTO_PUBLIC_MAX], zb[CRYPTO_PUBLIC_MAX];
        size_t na, nb, la, lb;
        CLAIM(name, a && b);
        CLAIM(name, crypto_dh_group(a) == groups[i].id);
        const uint8_t *pa = crypto_dh_public(a, &na), *pb = crypto_dh_public(b, &nb);
        CLAIM(name, na == groups[i].public_bytes && nb == na);
        CLAIM(name, memcmp(pa, pb, na) != 0);
        CLAIM(name, crypto_dh_shared(a, pb, nb, za, &la) == 0);
        CLAIM(name, crypto_dh_shared(b, pa, na, zb, &lb) == 0);
        CLAIM(name, la == lb && la <= CRYPTO_PUBLIC_MAX && memcmp(za, zb, la) == 0);
        crypto_dh_free(a);
        crypto_dh_free(b);
    }
}

static void a_seed_repeats(void **state)
{
    (void)state;
    size_t n_groups;
    const struct crypto_group_alg *groups = crypto_group_algs(&n_groups);
    for (size_t i = 0; i < n_groups; i++) {
        if (groups[i].public_bytes > 512)
            continue;
        struct crypto_random one = crypto_random_seeded(7), two = crypto_random_seeded(7);
        struct crypto_random other = crypto_random_seeded(8);
        struct crypto_dh *a = crypto_dh_new(groups[i].id, &one);
        struct crypto_dh *b = crypto_dh_new(groups[i].id, &two);
        struct crypto_dh *c = crypto_dh_new(groups[i].id, &other);
        size_t n;
        CLAIM(groups[i].name, a && b && c);
        const uint8_t *pa = crypto_dh_public(a, &n);
        CLAIM(groups[i].name, memcmp(pa, crypto_dh_public(b, &(size_t){ 0 }), n) == 0);
        CLAIM(groups[i].name, memcmp(pa, crypto_dh_public(c, &(size_t){ 0 }), n) != 0);
        crypto_dh_free(a);
        crypto_dh_free(b);
        crypto_dh_free(c);
    }
}

static void refuse(const char *name, struct crypto_dh *dh, const uint8_t *peer, size_t n)
{
    uint8_t shared[CRYPTO_PUBLIC_MAX];
    size_t len;
    CLAIM(name, crypto_dh_shared(dh, peer, n, shared, &len) == -EBADMSG);
}

static struct crypto_dh *must_new(enum crypto_group group)
{
    struct crypto_random random = crypto_random_seeded(1);
    struct crypto_dh *dh = crypto_dh_new(group, &random);
    assert_non_null(dh);
    return dh;
}

/* [RFC 7296 3.4]: the value has the length of the modulus. */
static void other_lengths_are_refused(void **state)
{
    (void)state;
    uint8_t peer[CRYPTO_PUBLIC_MAX + 1] = { 4, 5 };
    size_t n_groups;
    const struct crypto_group_alg *groups = crypto_group_algs(&n_groups);
    for (size_t i = 0; i < n_groups; i++) {
        if (groups[i].public_bytes > 512)
            continue;
        struct crypto_dh *dh = must_new(groups[i].id);
        refuse(groups[i].name, dh, peer, 0);
        refuse(groups[i].name, dh, peer, groups[i].public_bytes - 1u);
        refuse(groups[i].name, dh, peer, groups[i].public_bytes + 1u);
        crypto_dh_free(dh);
    }
}

/* [RFC 6989 2.1]: 0, 1, p - 1, p and everything above are no public values. */
static void modp_range(void **state)
{
    (void)state;
    struct crypto_dh *dh = must_new(CRYPTO_MODP_2048);
    uint8_t peer[256] = { 0 };
    refuse("0", dh, peer, sizeof(peer));
    peer[255] = 1;
    refuse("1", dh, peer, sizeof(peer));
    memset(peer, 0xff, sizeof(peer));
    refuse("2^2048 - 1", dh, peer, sizeof(peer));
    crypto_dh_free(dh);
}

/* [RFC 6989 2.2]: 2 is in range, but outside the subgroup of prime order. */
static void outside_the_subgroup(void **state)
{
    (void)state;
    static const enum crypto_group groups[] = { CRYPTO_MODP_1024_160, CRYPTO_MODP_2048_224,
                                                CRYPTO_MODP_2048_256 };
    uint8_t peer[256] = { 0 };
    for (size_t i = 0; i < ARRAY_LEN(groups); i++) {
        struct crypto_dh *dh = must_new(groups[i]);
        size_t n = i == 0 ? 128 : 256;
        memset(peer, 0, sizeof(peer));
        peer[n - 1] = 2;
        refuse("2", dh, peer, n);
        crypto_dh_free(dh);
    }
}

/* [RFC 5903 7] [RFC 6989 2.3] */
static void off_the_curve(void **state)
{
    (void)state;
    static const enum crypto_group groups[] = { CRYPTO_ECP_256, CRYPTO_ECP_384, CRYPTO_ECP_521 };
    for (size_t i = 0; i < ARRAY_LEN(groups); i++) {
        struct crypto_dh *dh = must_new(groups[i]);
        uint8_t peer[132];
        size_t n;
        memcpy(peer, crypto_dh_public(dh, &n), crypto_group_alg((uint16_t)groups[i])->public_bytes);
        peer[n - 1] ^= 1;
        refuse("one bit off", dh, peer, n);
        memset(peer, 0, n);
        refuse("zeros", dh, peer, n);
        memset(peer, 0xff, n);
        refuse("coordinates beyond the field", dh, peer, n);
        crypto_dh_free(dh);
    }
}

/* [RFC 8031 2.3] [RFC 7748 6.1]: points of small order give zero. */
static void x25519_zero(void **state)
{
    (void)state;
    static const char *const points[] = {
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    };
    struct crypto_dh *dh = must_new(CRYPTO_X25519);
    for (size_t i = 0; i < ARRAY_LEN(points); i++) {
        uint8_t peer[32];
        refuse(points[i], dh, peer, hex_bytes(points[i], peer, sizeof(peer)));
    }
    crypto_dh_free(dh);
}

static void bad_private_numbers(void **state)
{
    (void)state;
    uint8_t zero[32] = { 0 }, ones[256];
    memset(ones, 0xff, sizeof(ones));
    assert_null(crypto_dh_of(CRYPTO_ECP_256, zero, 32));
    assert_null(crypto_dh_of(CRYPTO_ECP_256, ones, 32));
    assert_null(crypto_dh_of(CRYPTO_MODP_2048, zero, 32));
    assert_null(crypto_dh_of(CRYPTO_MODP_2048, ones, 256));
    assert_null(crypto_dh_of(CRYPTO_X25519, ones, 31));
    assert_null(crypto_dh_of(CRYPTO_GROUP_NONE, ones, 32));
}

static void no_memory(void **state)
{
    (void)state;
    struct crypto_random random = crypto_random_seeded(1);
    size_t before = mem_count(MEM_CRYPTO);
    mem_fail_at(1);
    assert_null(crypto_dh_new(CRYPTO_ECP_256, &random));
    mem_fail_at(0);
    crypto_dh_free(NULL);
    assert_int_equal(mem_count(MEM_CRYPTO), before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_vectors),   cmocka_unit_test(every_group_agrees),
        cmocka_unit_test(a_seed_repeats),      cmocka_unit_test(other_lengths_are_refused),
        cmocka_unit_test(modp_range),          cmocka_unit_test(outside_the_subgroup),
        cmocka_unit_test(off_the_curve),       cmocka_unit_test(x25519_zero),
        cmocka_unit_test(bad_private_numbers), cmocka_unit_test(no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
