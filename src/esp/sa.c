#include "esp/sa.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "crypto/secret.h"

/* 3.3.3: a 32-bit number may not cycle. At nine tenths a new SA is asked for. */
#define SEQUENCE_LAST UINT32_MAX
#define SEQUENCE_SOFT (UINT64_C(0x100000000) / 10 * 9)

static bool is_usable(const struct esp_child *c)
{
    const struct crypto_encr_alg *encr = crypto_encr_alg(c->encr, c->encr_bits);
    const struct crypto_integ_alg *integ = crypto_integ_alg(c->integ);
    if (!encr || c->id == 0 || c->spi_in < ESP_SPI_MIN || c->spi_out < ESP_SPI_MIN)
        return false;
    if (c->integ != CRYPTO_INTEG_NONE && (!integ || encr->icv_bytes > 0))
        return false;
    if (c->integ == CRYPTO_INTEG_NONE && encr->icv_bytes == 0 && encr->id != CRYPTO_ENCR_NULL)
        return false;
    return c->window <= ESP_WINDOW_MAX && c->window % 64 == 0 && c->n_local <= ESP_SELECTORS_MAX &&
           c->n_remote <= ESP_SELECTORS_MAX && ip_bytes(c->path.remote.family) > 0 &&
           c->df <= ESP_DF_CLEAR;
}

static struct cipher *make_cipher(const struct esp_child *c, bool seals,
                                  struct cipher_engine *engine)
{
    const struct crypto_encr_alg *encr = crypto_encr_alg(c->encr, c->encr_bits);
    const struct crypto_integ_alg *integ =
        c->integ == CRYPTO_INTEG_NONE ? NULL : crypto_integ_alg(c->integ);
    const uint8_t *key = seals ? c->key_out : c->key_in;
    const struct cipher_params params = {
        .encr = encr,
        .integ = integ,
        .key = key,
        .integ_key = integ ? key + encr->key_bytes + encr->salt_bytes : NULL,
        .seals = seals,
        .engine = engine,
    };
    return cipher_new(&params);
}

static void copy_selectors(struct esp_sa *sa, const struct esp_child *c, struct esp_selector *to)
{
    memcpy(to, c->local, c->n_local * sizeof(*to));
    memcpy(to + c->n_local, c->remote, c->n_remote * sizeof(*to));
    sa->selectors = (struct esp_selectors){
        .local = to, .remote = to + c->n_local, .n_local = c->n_local, .n_remote = c->n_remote
    };
}

static uint16_t make_flags(const struct esp_sa *sa, const struct esp_child *c)
{
    unsigned f = 0;
    f |= c->esn ? ESP_SA_ESN : 0;
    f |= c->transport ? ESP_SA_TRANSPORT : 0;
    f |= c->copy_dscp ? ESP_SA_COPY_DSCP : 0;
    f |= c->path.remote_port ? ESP_SA_UDP : 0;
    f |= esp_selectors_take_all(&sa->selectors, IP_V4) ? ESP_SA_ALL_V4 : 0;
    f |= esp_selectors_take_all(&sa->selectors, IP_V6) ? ESP_SA_ALL_V6 : 0;
    f |= c->encr != CRYPTO_AES_CBC ? ESP_SA_COUNTER_IV : 0;
    return (uint16_t)f;
}

static void fill(struct esp_sa *sa, const struct esp_child *c)
{
    size_t block = cipher_block_bytes(sa->out.cipher);
    sa->id = c->id;
    sa->spi_in = c->spi_in;
    sa->path = c->path;
    sa->limits = c->limits;
    sa->out.spi = c->spi_out;
    sa->out.iv_bytes = (uint8_t)cipher_iv_bytes(sa->out.cipher);
    sa->out.icv_bytes = (uint8_t)cipher_icv_bytes(sa->out.cipher);
    sa->out.align = (uint8_t)MAX(block, 4); /* 2.4: the trailer ends at a multiple of 4 */
    sa->out.df = (uint8_t)c->df;
    sa->out.flags = make_flags(sa, c);
    esp_sa_set_alarms(sa);
}

err_t esp_sa_new(const struct esp_child *child, struct cipher_engine *engine,
                 struct esp_sa **ret_sa)
{
    if (!is_usable(child))
        return -EINVAL;
    size_t words = esp_replay_words(child->window);
    size_t selectors = ((size_t)child->n_local + child->n_remote) * sizeof(struct esp_selector);
    selectors = (selectors + 7) / 8 * 8;
    size_t bytes = sizeof(struct esp_sa) + selectors + words * 8 + ESP_CACHE_LINE;
    uint8_t *memory = mem_alloc(MEM_ESP, bytes);
    if (!memory)
        return -ENOMEM;
    size_t skew = (uintptr_t)memory % ESP_CACHE_LINE;
    struct esp_sa *sa = (void *)(memory + (skew ? ESP_CACHE_LINE - skew : 0));
    sa->memory = memory;
    sa->memory_bytes = bytes;
    sa->in.cipher = make_cipher(child, false, engine);
    sa->out.cipher = make_cipher(child, true, engine);
    if (!sa->in.cipher || !sa->out.cipher) {
        esp_sa_free(sa);
        return -ENOMEM;
    }
    uint8_t *after = (uint8_t *)(sa + 1);
    copy_selectors(sa, child, (void *)after);
    esp_replay_init(&sa->in.replay, child->window, words ? (void *)(after + selectors) : NULL);
    fill(sa, child);
    *ret_sa = sa;
    return 0;
}

void esp_sa_free(struct esp_sa *sa)
{
    if (!sa)
        return;
    cipher_free(sa->in.cipher);
    cipher_free(sa->out.cipher);
    mem_free(MEM_ESP, sa->memory, sa->memory_bytes);
}

static uint64_t or_never(uint64_t limit)
{
    return limit ? limit : UINT64_MAX;
}

static uint64_t soft_packets(const struct esp_sa *sa, bool outbound)
{
    uint64_t limit = or_never(sa->limits.soft_packets);
    bool cycles = outbound && !(sa->out.flags & ESP_SA_ESN);
    return cycles ? MIN(limit, SEQUENCE_SOFT) : limit;
}

static uint64_t hard_packets(const struct esp_sa *sa, bool outbound)
{
    uint64_t limit = or_never(sa->limits.hard_packets);
    bool cycles = outbound && !(sa->out.flags & ESP_SA_ESN);
    return cycles ? MIN(limit, SEQUENCE_LAST) : limit;
}

enum esp_due esp_sa_due(const struct esp_sa *sa, bool outbound)
{
    const struct esp_life *l = outbound ? &sa->out.life : &sa->in.life;
    if (l->packets >= hard_packets(sa, outbound) || l->bytes >= or_never(sa->limits.hard_bytes))
        return ESP_DUE_HARD;
    if (l->packets >= soft_packets(sa, outbound) || l->bytes >= or_never(sa->limits.soft_bytes))
        return ESP_DUE_SOFT;
    return ESP_DUE_NOTHING;
}

void esp_sa_set_alarms(struct esp_sa *sa)
{
    for (int outbound = 0; outbound < 2; outbound++) {
        struct esp_life *l = outbound ? &sa->out.life : &sa->in.life;
        uint64_t packets = hard_packets(sa, outbound), bytes = or_never(sa->limits.hard_bytes);
        if (!sa->told_soft) {
            packets = MIN(packets, soft_packets(sa, outbound));
            bytes = MIN(bytes, or_never(sa->limits.soft_bytes));
        }
        l->packet_alarm = packets;
        l->byte_alarm = bytes;
    }
}

void esp_sa_counters(const struct esp_sa *sa, struct esp_counters *ret)
{
    *ret = sa->drops;
    ret->packets_in = sa->in.life.packets;
    ret->packets_out = sa->out.life.packets;
    ret->bytes_in = sa->in.life.bytes;
    ret->bytes_out = sa->out.life.bytes;
    ret->sequence_out = sa->out.life.packets;
    ret->sequence_in = sa->in.replay.top;
}

static uint64_t errors_of(const struct esp_counters *c)
{
    return c->replayed + c->bad_icv + c->bad_padding + c->bad_selector + c->malformed + c->no_room;
}

void esp_totals_add(struct esp_totals *t, const struct esp_counters *was,
                    const struct esp_counters *is)
{
    assert(is->packets_in >= was->packets_in && is->packets_out >= was->packets_out);
    t->packets_in += is->packets_in - was->packets_in;
    t->packets_out += is->packets_out - was->packets_out;
    t->bytes_in += is->bytes_in - was->bytes_in;
    t->bytes_out += is->bytes_out - was->bytes_out;
    t->errors_in += errors_of(is) - errors_of(was);
}
