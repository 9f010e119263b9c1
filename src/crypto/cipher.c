#include "crypto/cipher.h"

#include <string.h>

#include <openssl/err.h>

#include "base/mem.h"
#include "crypto/cipher_impl.h"
#include "crypto/secret.h"

enum { ESP_HEADER_BYTES = 8 };

/* calloc() aligns to 16; GCM tables are read 64 bytes at a time. */
static void *align_up(void *memory)
{
    uintptr_t at = (uintptr_t)memory;
    return (char *)memory + ((CIPHER_ALIGN - at % CIPHER_ALIGN) % CIPHER_ALIGN);
}

static bool is_complete(const struct cipher_params *p)
{
    bool is_aead = p->encr->icv_bytes > 0;
    bool needs_key = p->encr->key_bytes > 0;
    return (!needs_key || p->key) && (!p->integ || p->integ_key) &&
           (is_aead ? !p->integ : p->integ || p->encr->id == CRYPTO_ENCR_NULL);
}

struct cipher *cipher_new(const struct cipher_params *params)
{
    assert(is_complete(params));
    const struct cipher_ops *ops = NULL;
    if (params->engine && !params->portable)
        ops = cipher_mb(params);
    if (!ops)
        ops = &cipher_openssl;
    size_t bytes = ops->bytes + (ops->more_bytes ? ops->more_bytes(params) : 0) + CIPHER_ALIGN;
    void *memory = mem_alloc(MEM_CRYPTO, bytes);
    if (!memory)
        return NULL;
    struct cipher *c = align_up(memory);
    c->ops = ops;
    c->memory = memory;
    c->memory_bytes = bytes;
    c->encr = params->encr;
    c->integ = params->integ;
    c->engine = params->engine;
    c->icv_bytes = params->integ ? params->integ->icv_bytes : params->encr->icv_bytes;
    c->seals = params->seals;
    if (c->encr->salt_bytes)
        memcpy(c->salt, params->key + c->encr->key_bytes, c->encr->salt_bytes);
    if (!ops->init(c, params)) {
        ERR_clear_error();
        cipher_free(c);
        return NULL;
    }
    return c;
}

void cipher_free(struct cipher *c)
{
    if (!c)
        return;
    c->ops->done(c);
    void *memory = c->memory;
    size_t n = c->memory_bytes;
    secret_wipe_bytes(memory, n);
    mem_free(MEM_CRYPTO, memory, n);
}

size_t cipher_iv_bytes(const struct cipher *c)
{
    return c->encr->iv_bytes;
}

size_t cipher_icv_bytes(const struct cipher *c)
{
    return c->icv_bytes;
}

size_t cipher_block_bytes(const struct cipher *c)
{
    return c->encr->block_bytes;
}

void cipher_aad_of(struct cipher_aad *a, const struct cipher *c, const struct cipher_job *j)
{
    memcpy(a->nonce, c->salt, CIPHER_SALT_BYTES);
    memcpy(a->nonce + CIPHER_SALT_BYTES, cipher_iv_at(j), CIPHER_NONCE_BYTES - CIPHER_SALT_BYTES);
    a->p = j->packet;
    a->n = j->header_len;
    if (j->has_esn) {
        memcpy(a->room, j->packet, 4);
        cipher_put_esn(a->room + 4, j->esn_high);
        memcpy(a->room + 8, j->packet + 4, 4);
        a->p = a->room;
        a->n = sizeof(a->room);
    }
}

void cipher_settle(const struct cipher *c, struct cipher_job *j, bool authentic)
{
    uint8_t *data = cipher_data_at(c, j);
    j->ok = authentic;
    if (!authentic)
        secret_wipe_bytes(data, j->data_len);
    else if (j->text != data && j->data_len)
        memcpy(j->text, data, j->data_len);
}

/* A peer chooses the lengths of what is opened, so they are no matter for an assert. */
static bool is_sound(const struct cipher *c, const struct cipher_job *j)
{
    if (j->header_len > CIPHER_PACKET_MAX || j->data_len > CIPHER_PACKET_MAX ||
        cipher_covered(c, j) > CIPHER_PACKET_MAX)
        return false;
    if (j->has_esn && j->header_len != ESP_HEADER_BYTES)
        return false;
    return j->data_len % c->encr->block_bytes == 0;
}

static size_t sound_jobs(const struct cipher *c, struct cipher_job *jobs, size_t n,
                         struct cipher_job *ret_list[CIPHER_BATCH_MAX])
{
    size_t sound = 0;
    assert(n <= CIPHER_BATCH_MAX);
    for (size_t i = 0; i < n; i++) {
        jobs[i].ok = false;
        if (is_sound(c, &jobs[i]))
            ret_list[sound++] = &jobs[i];
    }
    return sound;
}

void cipher_seal(struct cipher *c, struct cipher_job *jobs, size_t n)
{
    struct cipher_job *list[CIPHER_BATCH_MAX];
    assert(c->seals);
    size_t sound = sound_jobs(c, jobs, n, list);
    if (sound)
        c->ops->seal(c, list, sound);
}

void cipher_open(struct cipher *c, struct cipher_job *jobs, size_t n)
{
    struct cipher_job *list[CIPHER_BATCH_MAX];
    assert(!c->seals);
    size_t sound = sound_jobs(c, jobs, n, list);
    if (sound)
        c->ops->open(c, list, sound);
}
