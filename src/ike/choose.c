/* What is chosen of an offer, and why nothing is. Both sides' wishes are offers here: ours as
 * ike_offer_make() writes it, where AEADs never share a proposal with other ciphers. */
#include "ike/proposal.h"

/* The transforms of one proposal, by type. */
struct side {
    const struct ike_offer *offer;
    const struct ike_offered *p;
};

static const struct ike_transform *transform(const struct side *s, uint16_t i)
{
    return &s->offer->transforms[s->p->first + i];
}

static bool has_type(const struct side *s, uint8_t type)
{
    for (uint16_t i = 0; i < s->p->n; i++)
        if (transform(s, i)->type == type)
            return true;
    return false;
}

static bool has(const struct side *s, const struct ike_transform *x)
{
    for (uint16_t i = 0; i < s->p->n; i++) {
        const struct ike_transform *t = transform(s, i);
        if (t->type == x->type && t->id == x->id && t->key_bits == x->key_bits && !t->unusable)
            return true;
    }
    return false;
}

/* The first transform of the type in `leading` that `other` has too; NULL: none. */
static const struct ike_transform *both_have(const struct side *leading, const struct side *other,
                                             uint8_t type)
{
    for (uint16_t i = 0; i < leading->p->n; i++) {
        const struct ike_transform *t = transform(leading, i);
        if (t->type == type && !t->unusable && has(other, t))
            return t;
    }
    return NULL;
}

/* What one pair of proposals comes to: bits of the types that fail, 1 << type; bit 0: the protocol
 * or a type that we do not know (3.3.6: then the proposal is not acceptable). */
struct pairing {
    const struct ike_wish *wish;
    struct side ours, theirs;
};

static void suite_set(struct ike_choice *c, const struct ike_transform *t)
{
    switch ((enum ike_transform_type)t->type) {
    case IKE_T_ENCR:
        c->suite.encr = t->id;
        c->suite.encr_bits = t->key_bits;
        break;
    case IKE_T_PRF:
        c->suite.prf = t->id;
        break;
    case IKE_T_INTEG:
        c->suite.integ = t->id;
        c->says_no_integ = t->id == CRYPTO_INTEG_NONE;
        break;
    case IKE_T_DH:
        c->suite.group = t->id;
        c->says_no_group = t->id == CRYPTO_GROUP_NONE;
        break;
    case IKE_T_ESN:
        c->suite.esn = t->id != 0;
        break;
    }
}

/* One type; false: the two have nothing in common. */
static bool meet_type(const struct pairing *x, uint8_t type, struct ike_choice *c)
{
    bool we_want = has_type(&x->ours, type), they_want = has_type(&x->theirs, type);
    if (!we_want && !they_want)
        return true;
    struct ike_transform none = { .type = type }, ke = { .type = type, .id = x->wish->ke_group };
    const struct ike_transform *t = NULL;
    if (type == IKE_T_DH && x->wish->without_dh) { /* groups there say nothing: 1.2 */
        c->says_no_group = has(&x->theirs, &none);
        return true;
    }
    if (!we_want) { /* they may say in so many words that they need none either */
        bool may = type == IKE_T_INTEG || type == IKE_T_DH;
        t = may && has(&x->theirs, &none) ? &none : NULL;
    } else if (type == IKE_T_DH && ke.id && has(&x->ours, &ke) && has(&x->theirs, &ke)) {
        t = &ke; /* saves a round trip: 1.2 */
    } else {
        t = x->wish->prefer_ours ? both_have(&x->ours, &x->theirs, type)
                                 : both_have(&x->theirs, &x->ours, type);
    }
    if (t)
        suite_set(c, t);
    return t != NULL;
}

static uint8_t meet(const struct pairing *x, struct ike_choice *ret_choice)
{
    struct ike_choice c = { .number = x->theirs.p->number,
                            .spi_bytes = x->theirs.p->spi_bytes,
                            .ours = (uint8_t)(x->ours.p->number - 1) };
    uint8_t failed = x->theirs.p->protocol != x->wish->protocol;
    memcpy(c.spi, x->theirs.p->spi, sizeof(c.spi));
    for (uint16_t i = 0; i < x->theirs.p->n; i++) {
        uint8_t type = transform(&x->theirs, i)->type;
        failed |= type < IKE_T_ENCR || type > IKE_T_ESN;
    }
    for (uint8_t type = IKE_T_ENCR; type <= IKE_T_ESN; type++)
        if (!meet_type(x, type, &c))
            failed |= (uint8_t)(1u << type);
    if (failed == 0)
        *ret_choice = c;
    return failed;
}

static int weight(uint8_t failed)
{
    int n = failed & 1 ? 8 : 0;
    for (uint8_t type = IKE_T_ENCR; type <= IKE_T_ESN; type++)
        n += failed >> type & 1;
    return n;
}

/* The best pair: the first that meets, in the order of who leads, else the closest. Returns what
 * fails (0: it meets). At least one proposal on both sides. */
static uint8_t best_pair(const struct ike_wish *wish, const struct ike_offer *ours,
                         const struct ike_offer *theirs, struct pairing *ret_pair,
                         struct ike_choice *ret_choice)
{
    const struct ike_offer *outer = wish->prefer_ours ? ours : theirs;
    const struct ike_offer *inner = wish->prefer_ours ? theirs : ours;
    uint8_t best = UINT8_MAX;
    for (uint16_t i = 0; i < outer->n_proposals; i++)
        for (uint16_t k = 0; k < inner->n_proposals; k++) {
            struct side a = { outer, &outer->proposals[i] }, b = { inner, &inner->proposals[k] };
            struct pairing x = { wish, wish->prefer_ours ? a : b, wish->prefer_ours ? b : a };
            uint8_t failed = meet(&x, ret_choice);
            if (best == UINT8_MAX || weight(failed) < weight(best)) {
                best = failed;
                *ret_pair = x;
            }
            if (failed == 0)
                return 0;
        }
    return best;
}

/* --- in words --------------------------------------------------------------------------------- */

static const char *const type_words[] = {
    [IKE_T_ENCR] = "encryption",
    [IKE_T_PRF] = "PRF",
    [IKE_T_INTEG] = "integrity",
    [IKE_T_DH] = "Diffie-Hellman group",
    [IKE_T_ESN] = "extended sequence numbers",
};

static void text_type(struct text *t, const struct side *s, uint8_t type)
{
    bool any = false;
    for (uint16_t i = 0; i < s->p->n; i++) {
        if (transform(s, i)->type != type)
            continue;
        if (any)
            text_str(t, " or ");
        text_ike_transform(t, transform(s, i));
        any = true;
    }
    if (!any)
        text_str(t, "none");
}

/* The IOS name of what the peer has and we could have: "group 2", "integrity sha1"; false: none of
 * its transforms of the type is one that we can do. */
static bool text_ios(struct text *t, const struct side *theirs, uint8_t type)
{
    for (uint16_t i = 0; i < theirs->p->n; i++) {
        const struct ike_transform *x = transform(theirs, i);
        const struct crypto_encr_alg *encr = crypto_encr_alg(x->id, x->key_bits);
        const struct crypto_integ_alg *integ = crypto_integ_alg(x->id);
        const struct crypto_prf_alg *prf = crypto_prf_alg(x->id);
        if (x->type != type || x->unusable)
            continue;
        if (type == IKE_T_ENCR && encr) {
            text_str(t, "encryption ");
            text_str(t, encr->ios);
        } else if (type == IKE_T_INTEG && integ && integ->id) {
            text_str(t, "integrity ");
            text_str(t, integ->ios);
        } else if (type == IKE_T_PRF && prf) {
            text_str(t, "prf ");
            text_str(t, prf->ios);
        } else if (type == IKE_T_DH && x->id && crypto_group_alg(x->id)) {
            text_str(t, "group ");
            text_u64(t, x->id);
        } else {
            continue;
        }
        return true;
    }
    return false;
}

static void remedy_ike(struct text *t, const struct side *theirs, uint8_t type)
{
    char name[64];
    struct text ios = text_init(name, sizeof(name));
    if (text_ios(&ios, theirs, type)) {
        text_str(t, "add `");
        text_str(t, name);
        text_str(t, "` to the crypto ikev2 proposal, or give the peer what we want");
    } else {
        text_str(t, "we can do none of what the peer offers there: give it what we want");
    }
}

/* As a transform-set has it: "esp-aes 256", "esp-sha256-hmac"; false: it has no name for it. */
static bool text_esp(struct text *t, const struct side *theirs, uint8_t type)
{
    static const struct {
        uint8_t type;
        uint16_t id;
        const char *name;
    } names[] = {
        { IKE_T_ENCR, CRYPTO_AES_CBC, "esp-aes" },
        { IKE_T_ENCR, CRYPTO_AES_GCM_16, "esp-gcm" },
        { IKE_T_ENCR, CRYPTO_CHACHA20_POLY1305, "esp-chacha20-poly1305" },
        { IKE_T_INTEG, CRYPTO_SHA1_96, "esp-sha-hmac" },
        { IKE_T_INTEG, CRYPTO_SHA256_128, "esp-sha256-hmac" },
        { IKE_T_INTEG, CRYPTO_SHA384_192, "esp-sha384-hmac" },
        { IKE_T_INTEG, CRYPTO_SHA512_256, "esp-sha512-hmac" },
    };
    for (uint16_t i = 0; i < theirs->p->n; i++) {
        const struct ike_transform *x = transform(theirs, i);
        for (size_t k = 0; k < ARRAY_LEN(names) && x->type == type && !x->unusable; k++) {
            if (names[k].type != type || names[k].id != x->id)
                continue;
            text_str(t, names[k].name);
            if (x->key_bits) {
                text_char(t, ' ');
                text_u64(t, x->key_bits);
            }
            return true;
        }
    }
    return false;
}

static void remedy_esp(struct text *t, const struct pairing *x, uint8_t type)
{
    char name[64];
    struct text ios = text_init(name, sizeof(name));
    bool able = type == IKE_T_DH ? text_ios(&ios, &x->theirs, type)
                                 : text_esp(&ios, &x->theirs, type);
    if (type == IKE_T_DH && !has_type(&x->ours, type)) {
        text_str(t, "the peer demands PFS: `set pfs ");
        text_str(t, able ? name : "group 14");
        text_str(t, "` in the crypto ipsec profile");
    } else if (type == IKE_T_DH && !able) {
        text_str(t, "the peer offers no PFS that we can do: switch PFS on there, or `no set pfs`");
    } else if (type == IKE_T_ESN) {
        text_str(t, "use extended sequence numbers on both sides, or on none");
    } else if (able) {
        text_str(t, type == IKE_T_DH ? "`set pfs " : "a transform-set with `");
        text_str(t, name);
        text_str(t, type == IKE_T_DH ? "` in the crypto ipsec profile, or the peer takes ours"
                                     : "` fits, or give the peer what we want");
    } else {
        text_str(t, "we can do none of what the peer offers there: give it what we want");
    }
}

/* The type to speak of: of several that fail, the one that decides most. */
static uint8_t first_failed(uint8_t failed)
{
    for (uint8_t type = IKE_T_ENCR; type <= IKE_T_ESN; type++)
        if (failed >> type & 1)
            return type;
    return 0;
}

static void say_start(struct diag *d, const struct ike_wish *wish)
{
    *d = (struct diag){ .severity = DIAG_ERROR };
    DIAG_SET(d->id, "IKE-NO-PROPOSAL");
    struct text t = text_init(d->expected, sizeof(d->expected));
    text_ike_wish(&t, wish);
}

/* Fills in what came closest and which transform of it fails. */
static void say_closest(const struct pairing *x, uint8_t failed, struct diag *d)
{
    struct text t = text_init(d->what, sizeof(d->what));
    struct text remedy = text_init(d->remedy, sizeof(d->remedy));
    uint8_t type = first_failed(failed);
    text_str(&t, x->wish->protocol == IKE_PROTO_IKE ? "no IKE proposal fits: "
                                                    : "no ESP proposal fits: ");
    text_str(&t, "the peer's number ");
    text_u64(&t, x->theirs.p->number);
    if (failed & 1) {
        text_str(&t, x->theirs.p->protocol != x->wish->protocol
                         ? " is for another protocol"
                         : " has a transform of a kind that we do not know");
        text_str(&remedy, "take AH, compression or additional key exchanges off at the peer");
        return;
    }
    text_str(&t, " comes closest, but for ");
    text_str(&t, type_words[type]);
    text_str(&t, " it offers ");
    text_type(&t, &x->theirs, type);
    text_str(&t, ", we want ");
    text_type(&t, &x->ours, type);
    failed &= (uint8_t) ~(1u << type);
    for (uint8_t more = first_failed(failed); more; more = first_failed(failed)) {
        text_str(&t, "; nor does ");
        text_str(&t, type_words[more]);
        text_str(&t, " fit");
        failed &= (uint8_t) ~(1u << more);
    }
    if (x->wish->protocol == IKE_PROTO_IKE)
        remedy_ike(&remedy, &x->theirs, type);
    else
        remedy_esp(&remedy, x, type);
}

bool ike_choose(const struct ike_wish *wish, const struct ike_offer *offer,
                struct ike_choice *ret_choice, struct diag *ret_diag)
{
    struct ike_offer ours;
    struct pairing closest;
    struct ike_choice choice;
    ike_offer_make(wish, NULL, 0, &ours);
    if (ours.n_proposals == 0 || offer->n_proposals == 0) {
        say_start(ret_diag, wish);
        DIAG_SET(ret_diag->what, ours.n_proposals == 0 ? "no proposal of ours to compare with"
                                                       : "the peer offers no proposal");
        return false;
    }
    uint8_t failed = best_pair(wish, &ours, offer, &closest, &choice);
    if (failed) {
        say_start(ret_diag, wish);
        say_closest(&closest, failed, ret_diag);
        return false;
    }
    *ret_choice = choice;
    return true;
}

bool ike_choice_check(const struct ike_wish *wish, const struct ike_offer *answer,
                      struct ike_choice *ret_choice, struct diag *ret_diag)
{
    const char *why = NULL;
    uint32_t seen = 0;
    if (answer->n_proposals != 1 || answer->ignored)
        why = "the answer has not one proposal, but none or several";
    for (uint16_t i = 0; i < answer->n_transforms && !why; i++) {
        uint8_t type = answer->transforms[i].type;
        if (type > IKE_T_ESN || (seen >> type & 1))
            why = "the answer has two transforms of one kind, or one of an unknown kind";
        else
            seen |= UINT32_C(1) << type;
    }
    if (why) {
        say_start(ret_diag, wish);
        DIAG_SET(ret_diag->id, "IKE-BAD-CHOICE");
        DIAG_SET(ret_diag->what, why);
        return false;
    }
    if (ike_choose(wish, answer, ret_choice, ret_diag))
        return true;
    DIAG_SET(ret_diag->id, "IKE-BAD-CHOICE");
    struct text t = text_init(ret_diag->what, sizeof(ret_diag->what));
    text_str(&t, "the peer chose what we did not offer: ");
    text_ike_offer(&t, answer);
    DIAG_SET(ret_diag->remedy, "the peer is at fault: look for an update of it");
    return false;
}

void ike_choice_encode(const struct ike_choice *choice, enum ike_protocol protocol,
                       const uint8_t *spi, uint8_t spi_bytes, struct wr *w)
{
    assert(spi_bytes <= IKE_SPI_BYTES);
    const struct ike_suite *s = &choice->suite;
    struct ike_offer answer = { .n_proposals = 1 };
    struct ike_offered *p = &answer.proposals[0];
    *p = (struct ike_offered){ .number = choice->number,
                               .protocol = (uint8_t)protocol,
                               .spi_bytes = spi_bytes };
    if (spi_bytes)
        memcpy(p->spi, spi, spi_bytes);
    const struct {
        bool is_there;
        struct ike_transform t;
    } parts[] = {
        { true, { .type = IKE_T_ENCR, .id = s->encr, .key_bits = s->encr_bits } },
        { protocol == IKE_PROTO_IKE, { .type = IKE_T_PRF, .id = s->prf } },
        { s->integ || choice->says_no_integ, { .type = IKE_T_INTEG, .id = s->integ } },
        { s->group || choice->says_no_group, { .type = IKE_T_DH, .id = s->group } },
        { protocol != IKE_PROTO_IKE, { .type = IKE_T_ESN, .id = s->esn } },
    };
    for (size_t i = 0; i < ARRAY_LEN(parts); i++)
        if (parts[i].is_there)
            answer.transforms[p->n++] = parts[i].t;
    answer.n_transforms = p->n;
    ike_offer_encode(&answer, w);
}

bool ike_wish_allows(const struct ike_wish *wish, const struct ike_suite *suite)
{
    bool is_ike = wish->protocol == IKE_PROTO_IKE;
    struct ike_offer ours;
    ike_offer_make(wish, NULL, 0, &ours);
    const struct {
        bool counts;
        struct ike_transform t;
    } parts[] = {
        { true, { .type = IKE_T_ENCR, .id = suite->encr, .key_bits = suite->encr_bits } },
        { suite->integ != CRYPTO_INTEG_NONE, { .type = IKE_T_INTEG, .id = suite->integ } },
        { is_ike, { .type = IKE_T_PRF, .id = suite->prf } },
        { is_ike, { .type = IKE_T_DH, .id = suite->group } },
        { !is_ike, { .type = IKE_T_ESN, .id = suite->esn } },
    };
    bool allowed = false;
    for (uint16_t i = 0; i < ours.n_proposals && !allowed; i++) {
        struct side s = { &ours, &ours.proposals[i] };
        allowed = true;
        for (size_t k = 0; k < ARRAY_LEN(parts); k++)
            allowed = allowed && (!parts[k].counts || has(&s, &parts[k].t));
    }
    return allowed;
}

uint16_t ike_wish_group(const struct ike_wish *wish)
{
    for (size_t i = 0; i < wish->n && !wish->without_dh; i++)
        if (wish->ours[i].n_group > 0)
            return wish->ours[i].group[0];
    return CRYPTO_GROUP_NONE;
}

bool ike_wish_has_group(const struct ike_wish *wish, uint16_t group)
{
    for (size_t i = 0; i < wish->n && !wish->without_dh; i++)
        for (uint8_t k = 0; k < wish->ours[i].n_group; k++)
            if (wish->ours[i].group[k] == group)
                return true;
    return false;
}
