#include "net/proposal.h"

uint64_t net_algorithm_bit(enum crypto_word_kind kind, uint16_t id, uint16_t bits)
{
    size_t n;
    const struct crypto_word *w = crypto_words(kind, &n);
    assert(n <= 64);
    for (size_t i = 0; i < n; i++) {
        if (w[i].id == id && w[i].bits == bits)
            return UINT64_C(1) << i;
    }
    return 0;
}

uint64_t net_prf_of_integrity(uint64_t integrity)
{
    /* IANA: AUTH_HMAC_MD5_96 and PRF_HMAC_MD5 are both 1, SHA1 both 2; the SHA2 ones differ. */
    static const struct {
        uint16_t integ, prf;
    } same[] = { { 1, 1 }, { 2, 2 }, { 12, 5 }, { 13, 6 }, { 14, 7 } };
    uint64_t prf = 0;
    for (size_t i = 0; i < ARRAY_LEN(same); i++) {
        if (integrity & net_algorithm_bit(WORD_INTEG, same[i].integ, 0))
            prf |= net_algorithm_bit(WORD_PRF, same[i].prf, 0);
    }
    return prf;
}

static uint64_t aead_bits(void)
{
    size_t n;
    uint64_t bits = 0;
    const struct crypto_word *w = crypto_words(WORD_ENCR, &n);
    for (size_t i = 0; i < n; i++)
        bits |= w[i].is_aead ? UINT64_C(1) << i : 0;
    return bits;
}

static bool one_meets(const struct net_proposal *a, const struct net_proposal *b, uint64_t aead)
{
    if (a->esp != b->esp)
        return false;
    uint64_t common = a->encryption & b->encryption;
    bool cipher = (common & aead) || ((common & ~aead) && (a->integrity & b->integrity));
    if (!cipher)
        return false;
    /* ESP: the first keys come without an exchange of their own, so that one side without PFS
     * comes up (and falls out with the other at the first rekey); two different groups never do
     * anything together. */
    if (a->esp)
        return !a->group || !b->group || (a->group & b->group);
    return (a->group & b->group) && (!a->prf || !b->prf || (a->prf & b->prf));
}

static bool kind_meets(const struct net *n, const struct net_tunnel_end *a,
                       const struct net_tunnel_end *b, bool esp)
{
    uint64_t aead = aead_bits();
    bool any_a = false, any_b = false;
    for (uint32_t k = 0; k < b->proposal_count; k++)
        any_b = any_b || n->proposals.items[b->proposals + k].esp == esp;
    for (uint32_t i = 0; i < a->proposal_count; i++) {
        const struct net_proposal *x = &n->proposals.items[a->proposals + i];
        if (x->esp != esp)
            continue;
        any_a = true;
        for (uint32_t k = 0; k < b->proposal_count; k++) {
            if (one_meets(x, &n->proposals.items[b->proposals + k], aead))
                return true;
        }
    }
    return !any_a || !any_b;
}

bool net_proposals_meet(const struct net *n, const struct net_tunnel_end *a,
                        const struct net_tunnel_end *b)
{
    return kind_meets(n, a, b, false) && kind_meets(n, a, b, true);
}
