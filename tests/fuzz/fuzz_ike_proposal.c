/* Any SA payload against our proposals, as responder and as initiator: what is chosen is ours and
 * theirs, what is not has an explanation; and any TS payload is narrowed to what both have. */
#include <stdlib.h>
#include <string.h>

#include "ike/proposal.h"
#include "ike/selector.h"

static const struct ike_proposal ike_ours[] = {
    { .encr = { { CRYPTO_AES_GCM_16, 256 }, { CRYPTO_AES_CBC, 256 }, { CRYPTO_AES_CBC, 128 } },
      .n_encr = 3,
      .integ = { CRYPTO_SHA256_128, CRYPTO_SHA1_96 },
      .n_integ = 2,
      .group = { CRYPTO_MODP_2048, CRYPTO_MODP_1024, CRYPTO_X25519 },
      .n_group = 3 },
};
static const struct ike_proposal esp_ours[] = {
    { .encr = { { CRYPTO_AES_GCM_16, 256 } }, .n_encr = 1, .esn = true, .no_esn = true },
    { .encr = { { CRYPTO_AES_CBC, 128 } },
      .n_encr = 1,
      .integ = { CRYPTO_SHA1_96 },
      .n_integ = 1,
      .group = { CRYPTO_MODP_2048 },
      .n_group = 1 },
};

static bool has(const struct ike_offer *o, uint8_t type, uint16_t id, uint16_t bits)
{
    for (uint16_t i = 0; i < o->n_transforms; i++)
        if (o->transforms[i].type == type && o->transforms[i].id == id &&
            o->transforms[i].key_bits == bits && !o->transforms[i].unusable)
            return true;
    return false;
}

/* Nothing is chosen that one of both does not have; nothing without integrity. */
static void check_choice(const struct ike_choice *c, const struct ike_wish *wish,
                         const struct ike_offer *theirs)
{
    struct ike_offer ours;
    const struct ike_suite *s = &c->suite;
    ike_offer_make(wish, NULL, 0, &ours);
    if (!has(&ours, IKE_T_ENCR, s->encr, s->encr_bits) ||
        !has(theirs, IKE_T_ENCR, s->encr, s->encr_bits))
        abort();
    if (s->integ &&
        (!has(&ours, IKE_T_INTEG, s->integ, 0) || !has(theirs, IKE_T_INTEG, s->integ, 0)))
        abort();
    if (!s->integ && crypto_encr_alg(s->encr, s->encr_bits)->icv_bytes == 0)
        abort();
    if (s->group && (!has(&ours, IKE_T_DH, s->group, 0) || !has(theirs, IKE_T_DH, s->group, 0)))
        abort();
    if (wish->protocol == IKE_PROTO_IKE && (!s->prf || !s->group))
        abort();
    if (wish->without_dh && s->group)
        abort();
}

static void check_offer(const struct ike_offer *offer, const struct ike_wish *wish)
{
    struct ike_choice choice, back;
    struct ike_offer answer;
    struct diag d = { 0 };
    uint8_t bytes[256];
    struct wr w = wr_init(bytes, sizeof(bytes));
    if (ike_choice_check(wish, offer, &choice, &d))
        check_choice(&choice, wish, offer);
    else if (!d.what[0] || !d.id[0])
        abort();
    if (!ike_choose(wish, offer, &choice, &d)) {
        if (!d.what[0] || !d.id[0])
            abort();
        return;
    }
    check_choice(&choice, wish, offer);
    ike_choice_encode(&choice, wish->protocol, choice.spi, choice.spi_bytes, &w);
    if (w.bad || !ike_offer_decode(&(struct crypto_part){ bytes, wr_len(&w) }, &answer, &d) ||
        !ike_choice_check(wish, &answer, &back, &d) ||
        memcmp(&back.suite, &choice.suite, sizeof(back.suite)) != 0)
        abort();
}

static void check_sa(const struct crypto_part *body)
{
    static struct ike_offer offer, again;
    static uint8_t bytes[70000];
    struct diag d = { 0 };
    if (!ike_offer_decode(body, &offer, &d)) {
        if (!d.what[0])
            abort();
        return;
    }
    char text[256];
    struct text t = text_init(text, sizeof(text));
    text_ike_offer(&t, &offer);
    for (int i = 0; i < 8; i++) {
        bool esp = i & 4;
        const struct ike_wish wish = { esp ? esp_ours : ike_ours,
                                       esp ? ARRAY_LEN(esp_ours) : ARRAY_LEN(ike_ours),
                                       esp ? IKE_PROTO_ESP : IKE_PROTO_IKE,
                                       esp && (i & 1),
                                       i & 2,
                                       i & 1 ? CRYPTO_X25519 : 0 };
        check_offer(&offer, &wish);
    }
    struct wr w = wr_init(bytes, sizeof(bytes));
    ike_offer_encode(&offer, &w);
    if (offer.n_proposals == 0)
        return;
    if (w.bad || !ike_offer_decode(&(struct crypto_part){ bytes, wr_len(&w) }, &again, &d) ||
        again.n_transforms != offer.n_transforms || again.n_proposals != offer.n_proposals)
        abort();
}

static void check_ts(const struct crypto_part *body)
{
    static struct ike_ts ts;
    struct esp_selector ours[2] = { ike_ts_any(IP_V6), ike_ts_any(IP_V4) };
    struct ike_narrowed r;
    struct diag d = { 0 };
    if (!ike_ts_decode(body, &ts, &d)) {
        if (!d.what[0])
            abort();
        return;
    }
    ours[1].from = ip_from_u32(0x0a000000);
    ours[1].protocol = 6;
    const struct ike_narrow x = { &ts, ours, 2, true };
    if (!ike_ts_narrow(&x, "TSi", &r, &d)) {
        if (!d.what[0])
            abort();
        return;
    }
    for (uint8_t i = 0; i < r.n; i++)
        if (!ike_ts_covers(&ours[0], &r.s[i]) && !ike_ts_covers(&ours[1], &r.s[i]))
            abort();
    struct ike_ts answer = { .n = r.n };
    memcpy(answer.s, r.s, r.n * sizeof(r.s[0]));
    if (!ike_ts_check(ts.s, ts.n, &answer, "TSi", &r, &d))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1 || size > 65535)
        return 0;
    uint8_t *bytes = calloc(1, size); /* exact: ASan sees the first byte too many */
    if (!bytes)
        return 0;
    memcpy(bytes, data + 1, size - 1);
    const struct crypto_part body = { bytes, size - 1 };
    if (data[0] & 1)
        check_ts(&body);
    else
        check_sa(&body);
    free(bytes);
    return 0;
}
