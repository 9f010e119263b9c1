/* What each side proposes, as bits: from the facts of the providers, from a connection's own policy
 * or options, from a router's configuration. */
#include <string.h>

#include "cloud/aws/facts.h"
#include "cloud/azure/facts.h"
#include "cloud/expand_impl.h"
#include "cloud/gcp/facts.h"
#include "config/crypto_presets.h"
#include "config/crypto_resolve.h"
#include "net/proposal.h"

/* ---- bits of facts --------------------------------------------------------------------------- */

static uint64_t bit_of(enum crypto_word_kind kind, const struct cloud_algorithm *a)
{
    return a && a->id ? net_algorithm_bit(kind, a->id, a->bits) : 0;
}

static uint64_t bits_of(enum crypto_word_kind kind, const struct cloud_fact *f)
{
    uint64_t bits = 0;
    for (uint32_t i = 0; i < f->value.n; i++)
        bits |= bit_of(kind, &f->value.algorithms[i]);
    return bits;
}

static uint64_t bit_named(enum crypto_word_kind kind, const struct cloud_fact *f, const char *name)
{
    return name ? bit_of(kind, cloud_algorithm_named(f, name)) : 0;
}

/* Those of a list of names; an empty list stands for all. */
static uint64_t bits_named(enum crypto_word_kind kind, const struct cloud_fact *f,
                           const topo_texts_t *names)
{
    uint64_t bits = 0;
    for (uint32_t i = 0; i < names->count; i++)
        bits |= bit_named(kind, f, names->items[i]);
    return names->count ? bits : bits_of(kind, f);
}

static uint64_t groups_numbered(const struct cloud_fact *f, const topo_u32s_t *numbers)
{
    uint64_t bits = 0;
    for (uint32_t i = 0; i < numbers->count; i++) {
        if (numbers->items[i] <= UINT16_MAX)
            bits |= net_algorithm_bit(WORD_GROUP, (uint16_t)numbers->items[i], 0);
    }
    return numbers->count ? bits : bits_of(WORD_GROUP, f);
}

/* PRFs that may go with an AEAD, which has no hash of its own. */
static uint64_t all_prfs(void)
{
    return net_prf_of_integrity(UINT64_MAX);
}

/* ---- Azure ----------------------------------------------------------------------------------- */

/* "AES256-SHA1", "GCM-AES256": a suite of the default policies. */
static struct net_proposal azure_suite(const char *suite, bool esp)
{
    static const struct {
        const char *word;
        uint16_t id, bits;
    } ciphers[] = {
        { "GCM-AES256", 20, 256 }, { "AES256", 12, 256 }, { "AES128", 12, 128 }, { "3DES", 3, 0 }
    };
    static const struct {
        const char *word;
        uint16_t id;
    } hashes[] = { { "-SHA1", 2 }, { "-SHA256", 12 }, { "-SHA384", 13 } };
    struct net_proposal p = { .esp = esp };
    for (size_t i = 0; i < ARRAY_LEN(ciphers) && !p.encryption; i++) {
        size_t len = strlen(ciphers[i].word);
        if (strncmp(suite, ciphers[i].word, len) != 0)
            continue;
        p.encryption = net_algorithm_bit(WORD_ENCR, ciphers[i].id, ciphers[i].bits);
        suite += len;
    }
    for (size_t i = 0; i < ARRAY_LEN(hashes); i++) {
        if (strcmp(suite, hashes[i].word) == 0)
            p.integrity = net_algorithm_bit(WORD_INTEG, hashes[i].id, 0);
    }
    return p;
}

enum { DEFAULT_SUITES_MAX = 16 };

static struct expand_proposals azure_default(struct expander *x)
{
    const struct cloud_data ike =
        cloud_data_of(x->limits, &azure_facts[AZURE_VPN_IKE_DEFAULT_PROPOSALS]);
    const struct cloud_data esp =
        cloud_data_of(x->limits, &azure_facts[AZURE_VPN_IPSEC_DEFAULT_PROPOSALS]);
    int64_t dh = cloud_number(x->limits, &azure_facts[AZURE_VPN_IKE_DEFAULT_DH]);
    struct net_proposal v[2 * DEFAULT_SUITES_MAX];
    uint32_t n = 0;
    for (uint32_t i = 0; i < ike.n && i < DEFAULT_SUITES_MAX; i++) {
        v[n] = azure_suite(ike.words[i], false);
        v[n].prf = net_prf_of_integrity(v[n].integrity);
        v[n++].group = net_algorithm_bit(WORD_GROUP, (uint16_t)dh, 0);
    }
    for (uint32_t i = 0; i < esp.n && i < DEFAULT_SUITES_MAX; i++)
        v[n++] = azure_suite(esp.words[i], true);
    return expand_proposals_add(x, v, n);
}

struct expand_proposals expand_azure_proposals(struct expander *x, const struct azure_connection *c)
{
    const struct azure_ipsec_policy *p = &c->ipsec_policy;
    if (!p->ike_encryption) {
        if (x->azure_default.count == 0)
            x->azure_default = azure_default(x);
        return x->azure_default;
    }
    const struct cloud_fact *f = azure_facts;
    struct net_proposal v[2] = {
        { .encryption = bit_named(WORD_ENCR, &f[AZURE_VPN_IKE_ENCRYPTION], p->ike_encryption),
          .integrity = bit_named(WORD_INTEG, &f[AZURE_VPN_IKE_INTEGRITY], p->ike_integrity),
          .group = bit_named(WORD_GROUP, &f[AZURE_VPN_IKE_DH], p->dh_group) },
        { .esp = true,
          .encryption = bit_named(WORD_ENCR, &f[AZURE_VPN_IPSEC_ENCRYPTION], p->ipsec_encryption),
          .integrity = bit_named(WORD_INTEG, &f[AZURE_VPN_IPSEC_INTEGRITY], p->ipsec_integrity),
          .group = bit_named(WORD_GROUP, &f[AZURE_VPN_IPSEC_PFS], p->pfs_group) },
    };
    v[0].prf = net_prf_of_integrity(v[0].integrity);
    return expand_proposals_add(x, v, 2);
}

/* ---- AWS ------------------------------------------------------------------------------------- */

static bool has_own_lists(const struct aws_tunnel *t)
{
    return t->phase1_encryption_algorithms.count || t->phase1_integrity_algorithms.count ||
           t->phase1_dh_group_numbers.count || t->phase2_encryption_algorithms.count ||
           t->phase2_integrity_algorithms.count || t->phase2_dh_group_numbers.count;
}

struct expand_proposals expand_aws_proposals(struct expander *x, const struct aws_tunnel *t)
{
    bool own = has_own_lists(t);
    if (!own && x->aws_default.count)
        return x->aws_default;
    const struct cloud_fact *f = aws_facts;
    struct net_proposal v[2] = {
        { .encryption =
              bits_named(WORD_ENCR, &f[AWS_IKE_ENCRYPTION], &t->phase1_encryption_algorithms),
          .integrity =
              bits_named(WORD_INTEG, &f[AWS_IKE_INTEGRITY], &t->phase1_integrity_algorithms),
          .group = groups_numbered(&f[AWS_IKE_DH], &t->phase1_dh_group_numbers) },
        { .esp = true,
          .encryption =
              bits_named(WORD_ENCR, &f[AWS_IPSEC_ENCRYPTION], &t->phase2_encryption_algorithms),
          .integrity =
              bits_named(WORD_INTEG, &f[AWS_IPSEC_INTEGRITY], &t->phase2_integrity_algorithms),
          .group = groups_numbered(&f[AWS_IPSEC_PFS], &t->phase2_dh_group_numbers) },
    };
    v[0].prf = net_prf_of_integrity(v[0].integrity);
    struct expand_proposals at = expand_proposals_add(x, v, 2);
    if (!own)
        x->aws_default = at;
    return at;
}

/* ---- Google Cloud ---------------------------------------------------------------------------- */

static struct expand_proposals gcp_ikev1(struct expander *x)
{
    /* gcp.ike.v1-suite: AES-CBC-128, SHA1, group 2, and nothing else. */
    struct net_proposal ike = { .encryption = net_algorithm_bit(WORD_ENCR, 12, 128),
                                .integrity = net_algorithm_bit(WORD_INTEG, 2, 0),
                                .group = net_algorithm_bit(WORD_GROUP, 2, 0) };
    struct net_proposal v[2] = { ike, ike };
    v[0].prf = net_prf_of_integrity(ike.integrity);
    v[1].esp = true;
    return expand_proposals_add(x, v, 2);
}

struct expand_proposals expand_gcp_proposals(struct expander *x, uint32_t ike_version)
{
    struct expand_proposals *cached = ike_version == 1 ? &x->gcp_ikev1 : &x->gcp_default;
    if (cached->count)
        return *cached;
    if (ike_version == 1)
        return *cached = gcp_ikev1(x);
    const struct cloud_fact *f = gcp_facts;
    struct net_proposal v[2] = {
        { .encryption = bits_of(WORD_ENCR, &f[GCP_IKE_ENCRYPTION]),
          .integrity = bits_of(WORD_INTEG, &f[GCP_IKE_INTEGRITY]),
          .prf = bits_of(WORD_PRF, &f[GCP_IKE_PRF]),
          .group = bits_of(WORD_GROUP, &f[GCP_IKE_DH]) },
        { .esp = true,
          .encryption = bits_of(WORD_ENCR, &f[GCP_IPSEC_ENCRYPTION]),
          .integrity = bits_of(WORD_INTEG, &f[GCP_IPSEC_INTEGRITY]),
          .group = bits_of(WORD_GROUP, &f[GCP_IPSEC_PFS]) },
    };
    return *cached = expand_proposals_add(x, v, 2);
}

/* ---- routers --------------------------------------------------------------------------------- */

static uint64_t bits_listed(enum crypto_word_kind kind, const struct config_algorithms *list)
{
    uint64_t bits = 0;
    for (uint32_t i = 0; i < list->n; i++)
        bits |= net_algorithm_bit(kind, list->v[i].id, list->v[i].bits);
    return bits;
}

static struct net_proposal of_proposal(const struct config_ikev2_proposal *c)
{
    struct net_proposal p = { .encryption = bits_listed(WORD_ENCR, &c->encryption),
                              .integrity = bits_listed(WORD_INTEG, &c->integrity),
                              .prf = bits_listed(WORD_PRF, &c->prf),
                              .group = bits_listed(WORD_GROUP, &c->groups) };
    if (!p.prf)
        p.prf = p.integrity ? net_prf_of_integrity(p.integrity) : all_prfs();
    return p;
}

static struct net_proposal of_preset(const struct preset_proposal *c, bool esp)
{
    struct net_proposal p = { .esp = esp };
    for (size_t i = 0; i < PRESET_ALGORITHMS_MAX; i++) {
        p.encryption |= c->encr[i].id ? net_algorithm_bit(WORD_ENCR, c->encr[i].id, c->encr[i].bits)
                                      : 0;
        p.integrity |= c->integ[i] ? net_algorithm_bit(WORD_INTEG, c->integ[i], 0) : 0;
        p.prf |= c->prf[i] ? net_algorithm_bit(WORD_PRF, c->prf[i], 0) : 0;
        p.group |= c->groups[i] ? net_algorithm_bit(WORD_GROUP, c->groups[i], 0) : 0;
    }
    if (!esp && !p.prf)
        p.prf = net_prf_of_integrity(p.integrity);
    return p;
}

static uint32_t add_preset(const struct crypto_preset *preset, bool esp, struct net_proposal *v)
{
    const struct preset_proposal *from = esp ? preset->esp : preset->ike;
    uint32_t n = 0;
    for (size_t i = 0; i < PRESET_PROPOSALS_MAX; i++) {
        if (from[i].encr[0].id)
            v[n++] = of_preset(&from[i], esp);
    }
    return n;
}

struct expand_proposals expand_config_proposals(struct expander *x, const struct config_tunnel *t)
{
    struct expand_proposals at = { x->n->proposals.count, 0 };
    const struct crypto_preset *preset = t->ike->preset ? crypto_preset_find(t->ike->preset) : NULL;
    struct net_proposal few[PRESET_PROPOSALS_MAX];
    for (uint32_t i = 0; i < t->proposals.n; i++) {
        struct net_proposal p = of_proposal(t->proposals.v[i]);
        at.count += expand_proposals_add(x, &p, 1).count;
    }
    if (t->proposals.n == 0 && preset)
        at.count += expand_proposals_add(x, few, add_preset(preset, false, few)).count;
    for (uint32_t i = 0; i < t->transform_sets.n; i++) {
        const struct config_transform_set *s = t->transform_sets.v[i];
        struct net_proposal p = {
            .esp = true,
            .encryption = net_algorithm_bit(WORD_ENCR, s->encryption.id, s->encryption.bits),
            .integrity = net_algorithm_bit(WORD_INTEG, s->integrity.id, 0),
            .group = t->ipsec->has_pfs ? net_algorithm_bit(WORD_GROUP, t->ipsec->pfs.id, 0) : 0,
        };
        at.count += expand_proposals_add(x, &p, 1).count;
    }
    if (t->transform_sets.n == 0 && preset)
        at.count += expand_proposals_add(x, few, add_preset(preset, true, few)).count;
    return at;
}
