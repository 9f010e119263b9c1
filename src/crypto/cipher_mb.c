#include "crypto/cipher_impl.h"

#ifdef CRYPTO_IPSEC_MB

#include <string.h>

#include <intel-ipsec-mb.h>
#include <openssl/err.h>

#include "base/mem.h"
#include "crypto/hash.h"
#include "crypto/secret.h"

/* AES in GCM by its direct calls, which neither queue nor schedule; AES-CBC and HMAC by bursts,
 * many packets side by side in the lanes of the vector registers. Bursts use the manager's memory
 * only while a call lasts, so that one manager serves all ciphers of a thread. */

enum {
    ROUND_KEYS_BYTES = 15 * 16, /* AES-256 */
    TAG_ROOM = CRYPTO_ICV_MAX,
};

struct cipher_engine {
    void *memory; /* what was allocated; this and the managers are aligned in it */
    size_t bytes;
    IMB_MGR *mgr;     /* the CPU's widest */
    IMB_MGR *sha_mgr; /* with SHA instructions, for SHA-1 and SHA-256; NULL: the CPU lacks them */
    size_t gcm_key_bytes; /* that this CPU's code uses of a struct gcm_key_data */
    IMB_JOB jobs[CIPHER_BATCH_MAX];
    uint8_t tags[CIPHER_BATCH_MAX][TAG_ROOM];
    uint8_t received[CIPHER_BATCH_MAX][TAG_ROOM];
};

struct gcm_cipher {
    struct cipher c;
    aes_gcm_enc_dec_t run;
    /* A struct gcm_key_data, as much of it as the engine's gcm_key_bytes: 1 KB with VAES, which
     * has 48 powers of the hash key in it, 368 bytes with AVX2, which has eight. */
    uint8_t key[] __attribute__((aligned(CIPHER_ALIGN)));
};

struct chacha_cipher {
    struct cipher c;
    struct chacha20_poly1305_context_data ctx;
    uint8_t key[32];
};

struct cbc_cipher {
    struct cipher c;
    IMB_KEY_SIZE_BYTES key_bytes;
    IMB_HASH_ALG hash;
    size_t lanes_min; /* fewer packets are hashed faster two by two, or one by one */
    bool has_sha;     /* the engine's sha_mgr does the hash */
    bool has_hmac;
    struct crypto_hmac hmac;
    uint8_t enc_keys[ROUND_KEYS_BYTES] __attribute__((aligned(CIPHER_ALIGN)));
    uint8_t dec_keys[ROUND_KEYS_BYTES] __attribute__((aligned(CIPHER_ALIGN)));
    uint8_t ipad[CRYPTO_HASH_MAX] __attribute__((aligned(CIPHER_ALIGN)));
    uint8_t opad[CRYPTO_HASH_MAX] __attribute__((aligned(CIPHER_ALIGN)));
};

static size_t round_up(size_t n)
{
    return (n + CIPHER_ALIGN - 1) / CIPHER_ALIGN * CIPHER_ALIGN;
}

/* The library also has code for CPUs without AES instructions: table look-ups, whose time tells the
 * key. libcrypto is better there. */
static bool is_usable(const IMB_MGR *mgr)
{
    const uint64_t need = IMB_FEATURE_AESNI | IMB_FEATURE_PCLMULQDQ | IMB_FEATURE_SELF_TEST |
                          IMB_FEATURE_SELF_TEST_PASS;
    return (mgr->features & need) == need && mgr->used_arch >= IMB_ARCH_SSE;
}

/* How far the code that makes a key writes, over a ground of one byte: what it leaves alone, the
 * code that uses the key cannot need. */
static size_t reach(IMB_MGR *m, uint8_t ground)
{
    static const uint8_t key[32];
    struct gcm_key_data data;
    memset(&data, ground, sizeof(data));
    const uint8_t *bytes = (const uint8_t *)&data;
    size_t n = sizeof(data);
    IMB_AES256_GCM_PRE(m, key, &data);
    while (n > 0 && bytes[n - 1] == ground)
        n--;
    return n;
}

static bool start(struct cipher_engine *e, char *room, size_t mgr_bytes)
{
    e->mgr = imb_set_pointers_mb_mgr(room, 0, 1);
    if (!e->mgr)
        return false;
    init_mb_mgr_auto(e->mgr, NULL);
    if (imb_get_errno(e->mgr) != 0 || !is_usable(e->mgr))
        return false;
    e->gcm_key_bytes = MAX(reach(e->mgr, 0x55), reach(e->mgr, 0xaa));
    if (!(e->mgr->features & IMB_FEATURE_SHANI))
        return true;
    e->sha_mgr = imb_set_pointers_mb_mgr(room + mgr_bytes, 0, 1);
    if (!e->sha_mgr)
        return false;
    init_mb_mgr_sse(e->sha_mgr);
    return imb_get_errno(e->sha_mgr) == 0 && is_usable(e->sha_mgr);
}

struct cipher_engine *cipher_engine_new(void)
{
    size_t engine_bytes = round_up(sizeof(struct cipher_engine));
    size_t mgr_bytes = round_up(imb_get_mb_mgr_size());
    size_t bytes = CIPHER_ALIGN + engine_bytes + 2 * mgr_bytes;
    char *memory = mem_alloc(MEM_CRYPTO, bytes);
    if (!memory)
        return NULL;
    char *at = memory + (round_up((uintptr_t)memory) - (uintptr_t)memory);
    struct cipher_engine *e = (void *)at;
    e->memory = memory;
    e->bytes = bytes;
    if (!start(e, at + engine_bytes, mgr_bytes)) {
        cipher_engine_free(e);
        return NULL;
    }
    return e;
}

void cipher_engine_free(struct cipher_engine *e)
{
    if (!e)
        return;
    void *memory = e->memory;
    size_t bytes = e->bytes;
    secret_wipe_bytes(memory, bytes);
    mem_free(MEM_CRYPTO, memory, bytes);
}

/* ---- GCM ---- */

static struct gcm_key_data *gcm_key(struct gcm_cipher *g)
{
    return (void *)g->key;
}

static size_t gcm_key_bytes(const struct cipher_params *params)
{
    return params->engine->gcm_key_bytes;
}

static bool gcm_init(struct cipher *c, const struct cipher_params *params)
{
    struct gcm_cipher *g = (struct gcm_cipher *)c;
    IMB_MGR *m = c->engine->mgr;
    switch (c->encr->key_bits) {
    case 128:
        IMB_AES128_GCM_PRE(m, params->key, gcm_key(g));
        g->run = c->seals ? m->gcm128_enc : m->gcm128_dec;
        break;
    case 192:
        IMB_AES192_GCM_PRE(m, params->key, gcm_key(g));
        g->run = c->seals ? m->gcm192_enc : m->gcm192_dec;
        break;
    default:
        IMB_AES256_GCM_PRE(m, params->key, gcm_key(g));
        g->run = c->seals ? m->gcm256_enc : m->gcm256_dec;
    }
    return true;
}

/* cipher_free() wipes the structure, and there is nothing else. */
static void nothing_more(struct cipher *c)
{
    assert(c->ops->done == nothing_more);
}

static void gcm_seal(struct cipher *c, struct cipher_job *const *jobs, size_t n)
{
    struct gcm_cipher *g = (struct gcm_cipher *)c;
    struct gcm_context_data ctx;
    struct cipher_aad aad;
    for (size_t i = 0; i < n; i++) {
        struct cipher_job *j = jobs[i];
        uint8_t *data = cipher_data_at(c, j);
        cipher_aad_of(&aad, c, j);
        g->run(gcm_key(g), &ctx, data, j->text, j->data_len, aad.nonce, aad.p, aad.n,
               data + j->data_len, c->icv_bytes);
        j->ok = true;
    }
    secret_wipe_bytes(&ctx, sizeof(ctx));
}

static void gcm_open(struct cipher *c, struct cipher_job *const *jobs, size_t n)
{
    struct gcm_cipher *g = (struct gcm_cipher *)c;
    struct gcm_context_data ctx;
    struct cipher_aad aad;
    uint8_t tag[TAG_ROOM];
    for (size_t i = 0; i < n; i++) {
        struct cipher_job *j = jobs[i];
        uint8_t *data = cipher_data_at(c, j);
        cipher_aad_of(&aad, c, j);
        g->run(gcm_key(g), &ctx, data, data, j->data_len, aad.nonce, aad.p, aad.n, tag,
               c->icv_bytes);
        cipher_settle(c, j, secret_eq(tag, data + j->data_len, c->icv_bytes));
    }
    secret_wipe_bytes(&ctx, sizeof(ctx));
}

static const struct cipher_ops mb_gcm = {
    .bytes = sizeof(struct gcm_cipher),
    .more_bytes = gcm_key_bytes,
    .init = gcm_init,
    .done = nothing_more,
    .seal = gcm_seal,
    .open = gcm_open,
};

/* ---- ChaCha20-Poly1305 ---- */

static bool chacha_init(struct cipher *c, const struct cipher_params *params)
{
    struct chacha_cipher *g = (struct chacha_cipher *)c;
    memcpy(g->key, params->key, sizeof(g->key));
    return c->encr->key_bytes == sizeof(g->key);
}

/* The data from `from` to its place, the tag to ret_tag. */
static void chacha_run(struct chacha_cipher *g, const struct cipher_job *j, const uint8_t *from,
                       uint8_t *ret_tag)
{
    IMB_MGR *m = g->c.engine->mgr;
    struct cipher_aad aad;
    cipher_aad_of(&aad, &g->c, j);
    IMB_CHACHA20_POLY1305_INIT(m, g->key, &g->ctx, aad.nonce, aad.p, aad.n);
    uint8_t *data = cipher_data_at(&g->c, j);
    if (g->c.seals) {
        IMB_CHACHA20_POLY1305_ENC_UPDATE(m, g->key, &g->ctx, data, from, j->data_len);
        IMB_CHACHA20_POLY1305_ENC_FINALIZE(m, &g->ctx, ret_tag, g->c.icv_bytes);
    } else {
        IMB_CHACHA20_POLY1305_DEC_UPDATE(m, g->key, &g->ctx, data, from, j->data_len);
        IMB_CHACHA20_POLY1305_DEC_FINALIZE(m, &g->ctx, ret_tag, g->c.icv_bytes);
    }
}

static void chacha_seal(struct cipher *c, struct cipher_job *const *jobs, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        chacha_run((struct chacha_cipher *)c, jobs[i], jobs[i]->text, cipher_icv_at(c, jobs[i]));
        jobs[i]->ok = true;
    }
}

static void chacha_open(struct cipher *c, struct cipher_job *const *jobs, size_t n)
{
    uint8_t tag[TAG_ROOM];
    for (size_t i = 0; i < n; i++) {
        chacha_run((struct chacha_cipher *)c, jobs[i], cipher_data_at(c, jobs[i]), tag);
        cipher_settle(c, jobs[i], secret_eq(tag, cipher_icv_at(c, jobs[i]), c->icv_bytes));
    }
}

static const struct cipher_ops mb_chacha = {
    .bytes = sizeof(struct chacha_cipher),
    .init = chacha_init,
    .done = nothing_more,
    .seal = chacha_seal,
    .open = chacha_open,
};

/* ---- CBC with HMAC ---- */

/* The state of the hash after the key's block with ipad or opad, where every packet starts. */
static void hash_block(IMB_MGR *m, IMB_HASH_ALG hash, const uint8_t *block, uint8_t *ret_state)
{
    if (hash == IMB_AUTH_HMAC_SHA_1)
        IMB_SHA1_ONE_BLOCK(m, block, ret_state);
    else if (hash == IMB_AUTH_HMAC_SHA_256)
        IMB_SHA256_ONE_BLOCK(m, block, ret_state);
    else if (hash == IMB_AUTH_HMAC_SHA_384)
        IMB_SHA384_ONE_BLOCK(m, block, ret_state);
    else
        IMB_SHA512_ONE_BLOCK(m, block, ret_state);
}

static void hash_key(struct cbc_cipher *b, const uint8_t *key, size_t n)
{
    uint8_t block[CRYPTO_HASH_BLOCK_MAX];
    assert(n <= CRYPTO_KEY_MAX);
    memset(block, 0x36, sizeof(block));
    for (size_t i = 0; i < n; i++)
        block[i] ^= key[i];
    hash_block(b->c.engine->mgr, b->hash, block, b->ipad);
    for (size_t i = 0; i < sizeof(block); i++)
        block[i] ^= 0x36 ^ 0x5c;
    hash_block(b->c.engine->mgr, b->hash, block, b->opad);
    secret_wipe_bytes(block, sizeof(block));
}

static IMB_HASH_ALG hash_of(const struct crypto_integ_alg *integ)
{
    switch (integ->id) {
    case CRYPTO_SHA1_96:
        return IMB_AUTH_HMAC_SHA_1;
    case CRYPTO_SHA256_128:
        return IMB_AUTH_HMAC_SHA_256;
    case CRYPTO_SHA384_192:
        return IMB_AUTH_HMAC_SHA_384;
    case CRYPTO_SHA512_256:
        return IMB_AUTH_HMAC_SHA_512;
    case CRYPTO_INTEG_NONE:
        break;
    }
    assert(!"an integrity algorithm without a hash");
    return IMB_AUTH_NULL;
}

static void expand_keys(struct cbc_cipher *b, const uint8_t *key)
{
    IMB_MGR *m = b->c.engine->mgr;
    if (b->key_bytes == IMB_KEY_128_BYTES)
        IMB_AES_KEYEXP_128(m, key, b->enc_keys, b->dec_keys);
    else if (b->key_bytes == IMB_KEY_192_BYTES)
        IMB_AES_KEYEXP_192(m, key, b->enc_keys, b->dec_keys);
    else
        IMB_AES_KEYEXP_256(m, key, b->enc_keys, b->dec_keys);
}

/* From how many packets on the lanes pay, measured: a burst costs as much as its lanes are many. */
static size_t lanes_min(const struct cipher_engine *e, IMB_HASH_ALG hash)
{
    if (hash != IMB_AUTH_HMAC_SHA_1 && hash != IMB_AUTH_HMAC_SHA_256)
        return 2;
    if (!e->sha_mgr)
        return 4;
    return e->mgr->used_arch >= IMB_ARCH_AVX512 ? 16 : SIZE_MAX;
}

static bool cbc_init(struct cipher *c, const struct cipher_params *params)
{
    struct cbc_cipher *b = (struct cbc_cipher *)c;
    b->key_bytes = (IMB_KEY_SIZE_BYTES)c->encr->key_bytes;
    b->hash = hash_of(c->integ);
    b->lanes_min = lanes_min(c->engine, b->hash);
    b->has_sha = c->engine->sha_mgr && c->integ->hash_bytes <= 32;
    expand_keys(b, params->key);
    hash_key(b, params->integ_key, c->integ->key_bytes);
    const EVP_MD *md = crypto_md_of(c->integ->hash_bytes);
    if (crypto_hmac_init(&b->hmac, md, params->integ_key, c->integ->key_bytes))
        return false;
    b->has_hmac = true;
    return true;
}

static void cbc_done(struct cipher *c)
{
    struct cbc_cipher *b = (struct cbc_cipher *)c;
    if (b->has_hmac)
        crypto_hmac_done(&b->hmac);
}

/* The data of all packets through AES; a job that fails is not ok. */
static void crypt(struct cbc_cipher *b, struct cipher_job *const *jobs, size_t n)
{
    struct cipher_engine *e = b->c.engine;
    struct cipher_job *run[CIPHER_BATCH_MAX];
    size_t n_run = 0;
    for (size_t i = 0; i < n; i++) {
        struct cipher_job *j = jobs[i];
        uint8_t *data = cipher_data_at(&b->c, j);
        j->ok = true;
        if (j->data_len == 0) /* the library takes an empty message for a mistake */
            continue;
        e->jobs[n_run] = (IMB_JOB){
            .src = b->c.seals ? j->text : data,
            .dst = b->c.seals ? data : j->text,
            .msg_len_to_cipher_in_bytes = j->data_len,
            .iv = cipher_iv_at(j),
            .iv_len_in_bytes = CRYPTO_BLOCK_MAX,
            .enc_keys = b->enc_keys,
            .dec_keys = b->dec_keys,
            .key_len_in_bytes = (uint64_t)b->key_bytes,
        };
        run[n_run++] = j;
    }
    if (n_run)
        IMB_SUBMIT_CIPHER_BURST_NOCHECK(e->mgr, e->jobs, (uint32_t)n_run, IMB_CIPHER_CBC,
                                        b->c.seals ? IMB_DIR_ENCRYPT : IMB_DIR_DECRYPT,
                                        b->key_bytes);
    for (size_t i = 0; i < n_run; i++)
        run[i]->ok = (e->jobs[i].status & IMB_STATUS_COMPLETED_CIPHER) != 0;
}

/* One packet's HMAC by libcrypto. */
static bool hash_one(struct cbc_cipher *b, const struct cipher_job *j, uint8_t *ret_tag)
{
    uint8_t esn[4], full[CRYPTO_HASH_MAX];
    const struct crypto_part parts[] = {
        { j->packet, cipher_covered(&b->c, j) },
        { esn, j->has_esn ? sizeof(esn) : 0 },
    };
    cipher_put_esn(esn, j->esn_high);
    if (!crypto_hmac(&b->hmac, parts, ARRAY_LEN(parts), full)) {
        ERR_clear_error();
        return false;
    }
    memcpy(ret_tag, full, b->c.icv_bytes);
    return true;
}

/* All packets' HMACs side by side. The ESN's high half is hashed behind the data, where the ICV
 * stands: there it is written for the time of the hash. */
static void hash_burst(struct cbc_cipher *b, IMB_MGR *mgr, struct cipher_job *const *jobs, size_t n)
{
    struct cipher_engine *e = b->c.engine;
    for (size_t i = 0; i < n; i++) {
        struct cipher_job *j = jobs[i];
        if (j->has_esn)
            cipher_put_esn(cipher_icv_at(&b->c, j), j->esn_high);
        e->jobs[i] = (IMB_JOB){
            .src = j->packet,
            .msg_len_to_hash_in_bytes = cipher_covered(&b->c, j) + (j->has_esn ? 4 : 0),
            .u.HMAC._hashed_auth_key_xor_ipad = b->ipad,
            .u.HMAC._hashed_auth_key_xor_opad = b->opad,
            .auth_tag_output = e->tags[i],
            .auth_tag_output_len_in_bytes = b->c.icv_bytes,
        };
    }
    IMB_SUBMIT_HASH_BURST_NOCHECK(mgr, e->jobs, (uint32_t)n, b->hash);
    for (size_t i = 0; i < n; i++)
        jobs[i]->ok = jobs[i]->ok && (e->jobs[i].status & IMB_STATUS_COMPLETED_AUTH) != 0;
}

/* The tags of all packets to the engine's room. */
static void hash(struct cbc_cipher *b, struct cipher_job *const *jobs, size_t n)
{
    const struct cipher_engine *e = b->c.engine;
    if (n >= b->lanes_min || b->has_sha) {
        hash_burst(b, n >= b->lanes_min ? e->mgr : e->sha_mgr, jobs, n);
        return;
    }
    for (size_t i = 0; i < n; i++)
        jobs[i]->ok = jobs[i]->ok && hash_one(b, jobs[i], b->c.engine->tags[i]);
}

static void cbc_seal(struct cipher *c, struct cipher_job *const *jobs, size_t n)
{
    struct cbc_cipher *b = (struct cbc_cipher *)c;
    crypt(b, jobs, n);
    hash(b, jobs, n);
    for (size_t i = 0; i < n; i++)
        memcpy(cipher_icv_at(c, jobs[i]), c->engine->tags[i], c->icv_bytes);
}

static void cbc_open(struct cipher *c, struct cipher_job *const *jobs, size_t n)
{
    struct cbc_cipher *b = (struct cbc_cipher *)c;
    struct cipher_engine *e = c->engine;
    struct cipher_job *good[CIPHER_BATCH_MAX];
    size_t n_good = 0;
    for (size_t i = 0; i < n; i++) {
        jobs[i]->ok = true;
        memcpy(e->received[i], cipher_icv_at(c, jobs[i]), c->icv_bytes);
    }
    hash(b, jobs, n);
    for (size_t i = 0; i < n; i++) {
        memcpy(cipher_icv_at(c, jobs[i]), e->received[i], c->icv_bytes);
        jobs[i]->ok = jobs[i]->ok && secret_eq(e->tags[i], e->received[i], c->icv_bytes);
        if (jobs[i]->ok)
            good[n_good++] = jobs[i];
    }
    crypt(b, good, n_good);
}

static const struct cipher_ops mb_cbc = {
    .bytes = sizeof(struct cbc_cipher),
    .init = cbc_init,
    .done = cbc_done,
    .seal = cbc_seal,
    .open = cbc_open,
};

const struct cipher_ops *cipher_mb(const struct cipher_params *params)
{
    if (params->encr->id == CRYPTO_AES_GCM_16)
        return &mb_gcm;
    if (params->encr->id == CRYPTO_CHACHA20_POLY1305)
        return &mb_chacha;
    return params->encr->id == CRYPTO_AES_CBC ? &mb_cbc : NULL;
}

#else

struct cipher_engine *cipher_engine_new(void)
{
    return NULL;
}

void cipher_engine_free(struct cipher_engine *e)
{
    assert(!e);
}

const struct cipher_ops *cipher_mb(const struct cipher_params *params)
{
    assert(params->encr);
    return NULL;
}

#endif
