/* Transforms, proposals and suites in words: those that we lack too, so that an explanation can
 * name what a peer offered. */
#include "ike/proposal.h"

struct transform_name {
    uint8_t type;
    uint16_t id;
    const char *name;
};

/* IANA's "Internet Key Exchange Version 2 (IKEv2) Parameters". */
static const struct transform_name names[] = {
    { IKE_T_ENCR, 1, "DES-IV64" },
    { IKE_T_ENCR, 2, "DES" },
    { IKE_T_ENCR, 3, "3DES" },
    { IKE_T_ENCR, 4, "RC5" },
    { IKE_T_ENCR, 5, "IDEA" },
    { IKE_T_ENCR, 6, "CAST" },
    { IKE_T_ENCR, 7, "BLOWFISH" },
    { IKE_T_ENCR, 11, "NULL" },
    { IKE_T_ENCR, CRYPTO_AES_CBC, "AES-CBC" },
    { IKE_T_ENCR, 13, "AES-CTR" },
    { IKE_T_ENCR, 14, "AES-CCM-8" },
    { IKE_T_ENCR, 15, "AES-CCM-12" },
    { IKE_T_ENCR, 16, "AES-CCM-16" },
    { IKE_T_ENCR, 18, "AES-GCM-8" },
    { IKE_T_ENCR, 19, "AES-GCM-12" },
    { IKE_T_ENCR, CRYPTO_AES_GCM_16, "AES-GCM-16" },
    { IKE_T_ENCR, 21, "NULL-AUTH-AES-GMAC" },
    { IKE_T_ENCR, 23, "CAMELLIA-CBC" },
    { IKE_T_ENCR, 24, "CAMELLIA-CTR" },
    { IKE_T_ENCR, CRYPTO_CHACHA20_POLY1305, "CHACHA20-POLY1305" },
    { IKE_T_PRF, 1, "PRF-HMAC-MD5" },
    { IKE_T_PRF, CRYPTO_PRF_SHA1, "PRF-HMAC-SHA1" },
    { IKE_T_PRF, 3, "PRF-HMAC-TIGER" },
    { IKE_T_PRF, 4, "PRF-AES128-XCBC" },
    { IKE_T_PRF, CRYPTO_PRF_SHA256, "PRF-HMAC-SHA2-256" },
    { IKE_T_PRF, CRYPTO_PRF_SHA384, "PRF-HMAC-SHA2-384" },
    { IKE_T_PRF, CRYPTO_PRF_SHA512, "PRF-HMAC-SHA2-512" },
    { IKE_T_PRF, 8, "PRF-AES128-CMAC" },
    { IKE_T_INTEG, CRYPTO_INTEG_NONE, "no integrity" },
    { IKE_T_INTEG, 1, "HMAC-MD5-96" },
    { IKE_T_INTEG, CRYPTO_SHA1_96, "HMAC-SHA1-96" },
    { IKE_T_INTEG, 3, "DES-MAC" },
    { IKE_T_INTEG, 4, "KPDK-MD5" },
    { IKE_T_INTEG, 5, "AES-XCBC-96" },
    { IKE_T_INTEG, 6, "HMAC-MD5-128" },
    { IKE_T_INTEG, 7, "HMAC-SHA1-160" },
    { IKE_T_INTEG, 8, "AES-CMAC-96" },
    { IKE_T_INTEG, CRYPTO_SHA256_128, "HMAC-SHA2-256-128" },
    { IKE_T_INTEG, CRYPTO_SHA384_192, "HMAC-SHA2-384-192" },
    { IKE_T_INTEG, CRYPTO_SHA512_256, "HMAC-SHA2-512-256" },
    { IKE_T_DH, CRYPTO_GROUP_NONE, "no group" },
    { IKE_T_DH, 1, "MODP_768" },
    { IKE_T_DH, CRYPTO_MODP_1024, "MODP_1024" },
    { IKE_T_DH, CRYPTO_MODP_1536, "MODP_1536" },
    { IKE_T_DH, CRYPTO_MODP_2048, "MODP_2048" },
    { IKE_T_DH, CRYPTO_MODP_3072, "MODP_3072" },
    { IKE_T_DH, CRYPTO_MODP_4096, "MODP_4096" },
    { IKE_T_DH, CRYPTO_MODP_6144, "MODP_6144" },
    { IKE_T_DH, CRYPTO_MODP_8192, "MODP_8192" },
    { IKE_T_DH, CRYPTO_ECP_256, "ECP_256" },
    { IKE_T_DH, CRYPTO_ECP_384, "ECP_384" },
    { IKE_T_DH, CRYPTO_ECP_521, "ECP_521" },
    { IKE_T_DH, CRYPTO_MODP_1024_160, "MODP_1024_160" },
    { IKE_T_DH, CRYPTO_MODP_2048_224, "MODP_2048_224" },
    { IKE_T_DH, CRYPTO_MODP_2048_256, "MODP_2048_256" },
    { IKE_T_DH, 25, "ECP_192" },
    { IKE_T_DH, 26, "ECP_224" },
    { IKE_T_DH, 27, "ECP_224_BP" },
    { IKE_T_DH, 28, "ECP_256_BP" },
    { IKE_T_DH, 29, "ECP_384_BP" },
    { IKE_T_DH, 30, "ECP_512_BP" },
    { IKE_T_DH, CRYPTO_X25519, "CURVE_25519" },
    { IKE_T_DH, 32, "CURVE_448" },
    { IKE_T_DH, 35, "ML_KEM_512" },
    { IKE_T_DH, 36, "ML_KEM_768" },
    { IKE_T_DH, 37, "ML_KEM_1024" },
    { IKE_T_ESN, 0, "no ESN" },
    { IKE_T_ESN, 1, "ESN" },
};

static const char *type_word(uint8_t type)
{
    static const char *const words[] = {
        [IKE_T_ENCR] = "encryption", [IKE_T_PRF] = "PRF", [IKE_T_INTEG] = "integrity",
        [IKE_T_DH] = "group",        [IKE_T_ESN] = "ESN",
    };
    return type < ARRAY_LEN(words) && words[type] ? words[type] : NULL;
}

void text_ike_transform(struct text *t, const struct ike_transform *transform)
{
    const char *name = NULL;
    for (size_t i = 0; i < ARRAY_LEN(names) && !name; i++)
        if (names[i].type == transform->type && names[i].id == transform->id)
            name = names[i].name;
    if (name) {
        text_str(t, name);
    } else if (type_word(transform->type)) {
        text_str(t, type_word(transform->type));
        text_char(t, ' ');
        text_u64(t, transform->id);
    } else {
        text_str(t, "transform type ");
        text_u64(t, transform->type);
    }
    if (transform->key_bits) {
        text_char(t, '-');
        text_u64(t, transform->key_bits);
    }
    if (transform->unusable)
        text_str(t, " with an unknown attribute");
}

/* Types separated by '/', alternatives of one type by '|'. */
static void text_offered(struct text *t, const struct ike_offer *offer, const struct ike_offered *p)
{
    for (uint16_t i = 0; i < p->n; i++) {
        const struct ike_transform *x = &offer->transforms[p->first + i];
        if (i > 0)
            text_char(t, x[-1].type == x->type ? '|' : '/');
        text_ike_transform(t, x);
    }
}

void text_ike_offer(struct text *t, const struct ike_offer *offer)
{
    for (uint16_t i = 0; i < offer->n_proposals; i++) {
        if (i > 0)
            text_str(t, ", ");
        text_offered(t, offer, &offer->proposals[i]);
    }
}

void text_ike_wish(struct text *t, const struct ike_wish *wish)
{
    struct ike_offer offer;
    ike_offer_make(wish, NULL, 0, &offer);
    text_ike_offer(t, &offer);
}

void text_ike_suite(struct text *t, const struct ike_suite *s)
{
    const struct ike_transform parts[] = {
        { .type = IKE_T_ENCR, .id = s->encr, .key_bits = s->encr_bits },
        { .type = IKE_T_INTEG, .id = s->integ },
        { .type = IKE_T_PRF, .id = s->prf },
        { .type = IKE_T_DH, .id = s->group },
        { .type = IKE_T_ESN, .id = s->esn },
    };
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        if (i > 0 && parts[i].id == 0) /* an AEAD's integrity, a CHILD's PRF, no PFS, no ESN */
            continue;
        if (i > 0)
            text_char(t, '/');
        text_ike_transform(t, &parts[i]);
    }
}
