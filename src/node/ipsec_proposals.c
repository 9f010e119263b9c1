#include "node/ipsec_proposals.h"

#include "config/crypto_resolve.h"

static void add(uint16_t *v, uint8_t *n, uint16_t id)
{
    if (*n < IKE_TRANSFORMS_MAX)
        v[(*n)++] = id;
}

static void add_encr(struct ike_proposal *p, uint16_t id, uint16_t bits)
{
    if (p->n_encr == IKE_TRANSFORMS_MAX)
        return;
    p->encr[p->n_encr].id = id;
    p->encr[p->n_encr].key_bits = bits;
    p->n_encr++;
}

static void add_all(uint16_t *v, uint8_t *n, enum crypto_word_kind kind,
                    const struct config_algorithms *from)
{
    for (uint32_t i = 0; i < from->n; i++) {
        if (crypto_is_usable(kind, &from->v[i]))
            add(v, n, from->v[i].id);
    }
}

/* RFC 7296 3.3: AEADs never stand in one proposal with ciphers that need integrity beside them. */
static bool part_of(const struct config_ikev2_proposal *from, bool aead, struct ike_proposal *to)
{
    *to = (struct ike_proposal){ 0 };
    for (uint32_t i = 0; i < from->encryption.n; i++) {
        const struct config_algorithm *a = &from->encryption.v[i];
        const struct crypto_word *w = crypto_word_of(WORD_ENCR, a->id, a->bits);
        if (w && !w->refused && w->is_aead == aead)
            add_encr(to, a->id, a->bits);
    }
    if (!aead)
        add_all(to->integ, &to->n_integ, WORD_INTEG, &from->integrity);
    add_all(to->prf, &to->n_prf, WORD_PRF, &from->prf);
    add_all(to->group, &to->n_group, WORD_GROUP, &from->groups);
    return to->n_encr > 0 && (aead || to->n_integ > 0);
}

static bool begins_with_aead(const struct config_ikev2_proposal *from)
{
    for (uint32_t i = 0; i < from->encryption.n; i++) {
        const struct config_algorithm *a = &from->encryption.v[i];
        const struct crypto_word *w = crypto_word_of(WORD_ENCR, a->id, a->bits);
        if (w && !w->refused)
            return w->is_aead;
    }
    return false;
}

static void from_preset(const struct preset_proposal *from, struct ike_proposal *to)
{
    for (size_t i = 0; i < PRESET_ALGORITHMS_MAX && from->encr[i].id; i++)
        add_encr(to, from->encr[i].id, from->encr[i].bits);
    for (size_t i = 0; i < PRESET_ALGORITHMS_MAX && from->integ[i]; i++)
        add(to->integ, &to->n_integ, from->integ[i]);
    for (size_t i = 0; i < PRESET_ALGORITHMS_MAX && from->prf[i]; i++)
        add(to->prf, &to->n_prf, from->prf[i]);
    for (size_t i = 0; i < PRESET_ALGORITHMS_MAX && from->groups[i]; i++)
        add(to->group, &to->n_group, from->groups[i]);
}

/* The default proposal of IOS: AES-CBC, SHA-2 first. Its groups of newer versions; its older
 * default groups 5 and 2 are there for whoever names them. */
static const struct preset_proposal default_ike = {
    .encr = { { CRYPTO_AES_CBC, 256 }, { CRYPTO_AES_CBC, 192 }, { CRYPTO_AES_CBC, 128 } },
    .integ = { CRYPTO_SHA512_256, CRYPTO_SHA384_192, CRYPTO_SHA256_128, CRYPTO_SHA1_96 },
    .groups = { CRYPTO_ECP_256, CRYPTO_MODP_2048, CRYPTO_ECP_521 },
};
/* The default transform set of IOS: esp-aes esp-sha-hmac. */
static const struct preset_proposal default_child = {
    .encr = { { CRYPTO_AES_CBC, 128 } },
    .integ = { CRYPTO_SHA1_96 },
};

void ipsec_proposals_ike(const struct config_tunnel *t, const struct crypto_preset *preset,
                         struct ike_lists *x)
{
    for (uint32_t i = 0; i < t->proposals.n; i++) {
        bool first = begins_with_aead(t->proposals.v[i]);
        for (unsigned k = 0; k < 2 && x->n_ike < IKE_PROPOSALS_MAX; k++)
            x->n_ike += part_of(t->proposals.v[i], k == 0 ? first : !first, &x->ike[x->n_ike]);
    }
    for (size_t i = 0; t->proposals.n == 0 && preset && i < PRESET_PROPOSALS_MAX; i++) {
        if (preset->ike[i].encr[0].id)
            from_preset(&preset->ike[i], &x->ike[x->n_ike++]);
    }
    if (x->n_ike == 0)
        from_preset(&default_ike, &x->ike[x->n_ike++]);
}

/* `set pfs` decides; where it is not said, a provider that demands PFS gets its groups. */
static void set_groups(const struct config_tunnel *t, const struct crypto_preset *preset,
                       struct ike_proposal *to)
{
    if (t->ipsec->has_pfs) {
        to->n_group = 0;
        add(to->group, &to->n_group, t->ipsec->pfs.id);
    } else if (to->n_group == 0 && preset && preset->pfs_required) {
        for (size_t i = 0; i < PRESET_ALGORITHMS_MAX && preset->esp[0].groups[i]; i++)
            add(to->group, &to->n_group, preset->esp[0].groups[i]);
    }
}

/* Whether a transform set is an alternative within the proposal: another AEAD, or another integrity
 * for the same cipher. */
static bool fits_in(const struct config_transform_set *from, const struct ike_proposal *to)
{
    if (to->esn != from->esn || (to->n_integ == 0) != (from->integrity.id == 0))
        return false;
    return to->n_integ == 0 || (to->n_encr == 1 && to->encr[0].id == from->encryption.id &&
                                to->encr[0].key_bits == from->encryption.bits);
}

/* A set is a proposal of its own, as IOS sends it, while there is room; where there are more sets
 * than that (a provider's gateway takes whatever it can), alternatives share one. */
static struct ike_proposal *child_for(const struct config_tunnel *t,
                                      const struct config_transform_set *from, struct ike_lists *x)
{
    for (uint8_t i = 0; t->transform_sets.n > IKE_PROPOSALS_MAX && i < x->n_child; i++) {
        if (fits_in(from, &x->child[i]))
            return &x->child[i];
    }
    assert(x->n_child < IKE_PROPOSALS_MAX); /* there are fewer ciphers than proposals */
    return &x->child[x->n_child++];
}

static void from_transform_set(const struct config_transform_set *from, struct ike_proposal *to)
{
    if (to->n_encr == 0 || to->n_integ == 0) /* else it is the cipher that is there */
        add_encr(to, from->encryption.id, from->encryption.bits);
    if (from->integrity.id)
        add(to->integ, &to->n_integ, from->integrity.id);
    to->esn = from->esn; /* offered beside short numbers, since few peers have it */
}

void ipsec_proposals_child(const struct config_tunnel *t, const struct crypto_preset *preset,
                           struct ike_lists *x)
{
    for (uint32_t i = 0; i < t->transform_sets.n; i++)
        from_transform_set(t->transform_sets.v[i], child_for(t, t->transform_sets.v[i], x));
    for (size_t i = 0; t->transform_sets.n == 0 && preset && i < PRESET_PROPOSALS_MAX; i++) {
        if (preset->esp[i].encr[0].id)
            from_preset(&preset->esp[i], &x->child[x->n_child++]);
    }
    if (x->n_child == 0)
        from_preset(&default_child, &x->child[x->n_child++]);
    for (uint8_t i = 0; i < x->n_child; i++) {
        set_groups(t, preset, &x->child[i]);
        x->child[i].no_esn = true;
    }
}
