#include "ike/proposal.h"

#include "ike/payload.h"

/* 3.3.1, 3.3.2: the byte that says whether another one follows. */
enum { LAST = 0, MORE_PROPOSALS = 2, MORE_TRANSFORMS = 3 };

enum { ATTRIBUTE_SHORT = 0x8000, ATTRIBUTE_KEY_LENGTH = 14 }; /* 3.3.5 */

/* --- decoding --------------------------------------------------------------------------------- */

static void read_attributes(struct rd *r, struct ike_transform *t)
{
    while (!r->bad && rd_left(r) > 0) {
        uint16_t type = rd_u16(r), value = rd_u16(r);
        if (type == (ATTRIBUTE_SHORT | ATTRIBUTE_KEY_LENGTH)) {
            t->key_bits = value;
        } else {
            t->unusable = true;
            if (!(type & ATTRIBUTE_SHORT))
                (void)rd_bytes(r, value);
        }
    }
}

/* One transform; false: its lengths are wrong. */
static bool read_transform(struct rd *r, bool is_last, struct ike_transform *ret_transform)
{
    uint8_t more = rd_u8(r);
    (void)rd_u8(r);
    uint16_t length = rd_u16(r);
    struct rd in = rd_sub(r, length < 4 ? 0 : length - 4u);
    struct ike_transform t = { .type = rd_u8(&in) };
    (void)rd_u8(&in);
    t.id = rd_u16(&in);
    read_attributes(&in, &t);
    *ret_transform = t;
    return !r->bad && !in.bad && more == (is_last ? LAST : MORE_TRANSFORMS);
}

/* Where an SA payload is being read. */
struct offer_reader {
    struct rd r;
    size_t n;
    struct ike_offer *offer;
    struct diag *diag;
};

static bool bad_sa(struct offer_reader *o, const char *what)
{
    return ike_syntax(o->diag, "SA", o->n - rd_left(&o->r), what);
}

static bool read_transforms(struct offer_reader *o, struct rd *in, uint8_t count,
                            struct ike_offered *p)
{
    struct ike_offer *offer = o->offer;
    bool fits = offer->n_proposals < IKE_OFFER_PROPOSALS_MAX &&
                offer->n_transforms + count <= IKE_OFFER_TRANSFORMS_MAX;
    p->first = offer->n_transforms;
    for (uint8_t i = 0; i < count; i++) {
        struct ike_transform t;
        if (!read_transform(in, i + 1 == count, &t))
            return bad_sa(o, "a transform's length or order is wrong");
        if (fits)
            offer->transforms[p->first + p->n++] = t;
    }
    if (rd_left(in) > 0)
        return bad_sa(o, "bytes behind the last transform of a proposal");
    if (fits) {
        offer->n_transforms = (uint16_t)(offer->n_transforms + count);
        offer->proposals[offer->n_proposals++] = *p;
    } else {
        offer->ignored++;
    }
    return true;
}

static bool read_proposal(struct offer_reader *o, bool *ret_more)
{
    uint8_t more = rd_u8(&o->r);
    (void)rd_u8(&o->r);
    uint16_t length = rd_u16(&o->r);
    struct rd in = rd_sub(&o->r, length < 4 ? 0 : length - 4u);
    struct ike_offered p = { .number = rd_u8(&in), .protocol = rd_u8(&in) };
    p.spi_bytes = rd_u8(&in);
    uint8_t count = rd_u8(&in);
    if (in.bad || o->r.bad)
        return bad_sa(o, "a proposal is shorter than its header, or than it says");
    if (p.spi_bytes > IKE_SPI_BYTES)
        return bad_sa(o, "a proposal's SPI is longer than 8 bytes");
    if (more != LAST && more != MORE_PROPOSALS)
        return bad_sa(o, "the byte that says whether a proposal follows is neither 0 nor 2");
    rd_copy(&in, p.spi, p.spi_bytes);
    if (in.bad)
        return bad_sa(o, "a proposal ends within its SPI");
    *ret_more = more == MORE_PROPOSALS;
    return read_transforms(o, &in, count, &p);
}

bool ike_offer_decode(const struct crypto_part *body, struct ike_offer *ret_offer,
                      struct diag *ret_diag)
{
    struct offer_reader o = {
        .r = rd_init(body->p, body->n), .n = body->n, .offer = ret_offer, .diag = ret_diag
    };
    ret_offer->n_proposals = ret_offer->n_transforms = ret_offer->ignored = 0;
    bool more = true;
    while (more)
        if (!read_proposal(&o, &more))
            return false;
    if (rd_left(&o.r) > 0)
        return bad_sa(&o, "bytes behind the last proposal");
    return true;
}

/* --- encoding --------------------------------------------------------------------------------- */

static void write_transform(struct wr *w, const struct ike_transform *t, bool is_last)
{
    wr_u8(w, is_last ? LAST : MORE_TRANSFORMS);
    wr_u8(w, 0);
    wr_u16(w, t->key_bits ? 12 : 8);
    wr_u8(w, t->type);
    wr_u8(w, 0);
    wr_u16(w, t->id);
    if (t->key_bits) {
        wr_u16(w, ATTRIBUTE_SHORT | ATTRIBUTE_KEY_LENGTH);
        wr_u16(w, t->key_bits);
    }
}

void ike_offer_encode(const struct ike_offer *offer, struct wr *w)
{
    for (uint16_t i = 0; i < offer->n_proposals; i++) {
        const struct ike_offered *p = &offer->proposals[i];
        size_t mark = wr_mark(w);
        wr_u8(w, i + 1 == offer->n_proposals ? LAST : MORE_PROPOSALS);
        wr_u8(w, 0);
        wr_u16(w, 0);
        wr_u8(w, p->number);
        wr_u8(w, p->protocol);
        wr_u8(w, p->spi_bytes);
        wr_u8(w, (uint8_t)p->n);
        wr_bytes(w, p->spi, p->spi_bytes);
        for (uint16_t k = 0; k < p->n; k++)
            write_transform(w, &offer->transforms[p->first + k], k + 1 == p->n);
        wr_patch16(w, mark + 2, (uint16_t)(wr_len(w) - mark));
    }
}

/* --- what we want, as lists ------------------------------------------------------------------- */

/* NULL is the simulator's, without negotiation. */
static bool is_usable(uint16_t encr, uint16_t key_bits)
{
    return encr != CRYPTO_ENCR_NULL && crypto_encr_alg(encr, key_bits);
}

static bool is_aead(uint16_t encr, uint16_t key_bits)
{
    const struct crypto_encr_alg *a = crypto_encr_alg(encr, key_bits);
    return a && a->icv_bytes > 0;
}

/* RFC 7296 3.3.2 has no default: the PRF goes with the integrity, as every peer has it. */
static uint16_t prf_of_integ(uint16_t integ)
{
    switch (integ) {
    case CRYPTO_SHA1_96:
        return CRYPTO_PRF_SHA1;
    case CRYPTO_SHA384_192:
        return CRYPTO_PRF_SHA384;
    case CRYPTO_SHA512_256:
        return CRYPTO_PRF_SHA512;
    default:
        return CRYPTO_PRF_SHA256;
    }
}

/* The transforms of one type, by preference. */
struct list {
    uint8_t n;
    struct {
        uint16_t id, key_bits;
    } of[IKE_TRANSFORMS_MAX];
};

/* One proposal of ours with AEADs alone, or without any: RFC 5282 8. An empty list: not a matter
 * of this negotiation. */
struct want {
    struct list of[IKE_T_ESN + 1]; /* by enum ike_transform_type */
};

static void list_add(struct list *l, uint16_t id, uint16_t key_bits)
{
    for (uint8_t i = 0; i < l->n; i++)
        if (l->of[i].id == id && l->of[i].key_bits == key_bits)
            return;
    if (l->n < IKE_TRANSFORMS_MAX) {
        l->of[l->n].id = id;
        l->of[l->n++].key_bits = key_bits;
    }
}

static void want_prf(struct want *w, const struct ike_proposal *p, bool aead)
{
    static const uint16_t sha2[] = { CRYPTO_PRF_SHA256, CRYPTO_PRF_SHA384, CRYPTO_PRF_SHA512 };
    for (uint8_t i = 0; i < p->n_prf; i++)
        list_add(&w->of[IKE_T_PRF], p->prf[i], 0);
    if (p->n_prf > 0)
        return;
    for (uint8_t i = 0; i < p->n_integ && !aead; i++)
        list_add(&w->of[IKE_T_PRF], prf_of_integ(p->integ[i]), 0);
    for (size_t i = 0; i < ARRAY_LEN(sha2) && aead; i++)
        list_add(&w->of[IKE_T_PRF], sha2[i], 0);
}

/* False: the proposal has nothing of this kind. */
static bool want_of(const struct ike_wish *wish, const struct ike_proposal *p, bool aead,
                    struct want *ret_want)
{
    struct want w = { 0 };
    for (uint8_t i = 0; i < p->n_encr; i++)
        if (is_usable(p->encr[i].id, p->encr[i].key_bits) &&
            is_aead(p->encr[i].id, p->encr[i].key_bits) == aead)
            list_add(&w.of[IKE_T_ENCR], p->encr[i].id, p->encr[i].key_bits);
    if (w.of[IKE_T_ENCR].n == 0)
        return false;
    for (uint8_t i = 0; i < p->n_integ && !aead; i++)
        if (p->integ[i] != CRYPTO_INTEG_NONE)
            list_add(&w.of[IKE_T_INTEG], p->integ[i], 0);
    if (!aead && w.of[IKE_T_INTEG].n == 0) /* nothing of ours ever goes unauthenticated */
        return false;
    for (uint8_t i = 0; i < p->n_group && !wish->without_dh; i++)
        list_add(&w.of[IKE_T_DH], p->group[i], 0);
    if (wish->protocol == IKE_PROTO_IKE) {
        want_prf(&w, p, aead);
    } else {
        if (p->esn)
            list_add(&w.of[IKE_T_ESN], 1, 0);
        if (p->no_esn || !p->esn)
            list_add(&w.of[IKE_T_ESN], 0, 0);
    }
    *ret_want = w;
    return true;
}

/* Whether the kind of our i-th proposal that comes first is the AEAD one: its first cipher is. */
static bool aead_first(const struct ike_proposal *p)
{
    return p->n_encr > 0 && is_aead(p->encr[0].id, p->encr[0].key_bits);
}

static void offer_add(struct ike_offer *offer, const struct want *w)
{
    struct ike_offered *p = &offer->proposals[offer->n_proposals];
    size_t n = 0;
    for (uint8_t type = IKE_T_ENCR; type <= IKE_T_ESN; type++)
        n += w->of[type].n;
    if (offer->n_proposals == IKE_OFFER_PROPOSALS_MAX ||
        offer->n_transforms + n > IKE_OFFER_TRANSFORMS_MAX) {
        offer->ignored++;
        return;
    }
    p->first = offer->n_transforms;
    p->n = (uint16_t)n;
    for (uint8_t type = IKE_T_ENCR; type <= IKE_T_ESN; type++)
        for (uint8_t i = 0; i < w->of[type].n; i++)
            offer->transforms[offer->n_transforms++] = (struct ike_transform){
                .type = type, .id = w->of[type].of[i].id, .key_bits = w->of[type].of[i].key_bits
            };
    offer->n_proposals++;
    p->number = (uint8_t)offer->n_proposals;
}

void ike_offer_make(const struct ike_wish *wish, const uint8_t *spi, uint8_t spi_bytes,
                    struct ike_offer *ret_offer)
{
    assert(spi_bytes <= IKE_SPI_BYTES);
    ret_offer->n_proposals = ret_offer->n_transforms = ret_offer->ignored = 0;
    for (size_t i = 0; i < wish->n; i++) {
        bool aead = aead_first(&wish->ours[i]);
        for (int turn = 0; turn < 2; turn++, aead = !aead) {
            struct want w;
            if (want_of(wish, &wish->ours[i], aead, &w))
                offer_add(ret_offer, &w);
        }
    }
    for (uint16_t i = 0; i < ret_offer->n_proposals; i++) {
        struct ike_offered *p = &ret_offer->proposals[i];
        p->protocol = (uint8_t)wish->protocol;
        p->spi_bytes = spi_bytes;
        if (spi_bytes)
            memcpy(p->spi, spi, spi_bytes);
    }
}
