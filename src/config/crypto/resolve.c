/* Each tunnel interface with all that it refers to. A tunnel that lacks something is left out, and
 * the reason said: an error where a line names what is not there or what is refused, a warning
 * where a value is left to fill in, or where a download uses IKEv1: those are read, and stay down.
 */
#include "config/crypto_resolve.h"

#include <string.h>

#include "config/crypto_presets.h"
#include "config/crypto_set.h"

/* Owners in our own index, beside those of kinds and of keyrings. */
enum { OWNER_POLICY = 1 << 20, OWNER_TUNNEL };

struct resolver {
    struct parser *p;
    struct config_ipsec *x;
    struct index names; /* of what is left after sweeping: the parser's index is from before */
    const struct config_ikev2_policy *policy_for_any;
};

struct at_work {
    struct resolver *r;
    const struct config_interface *i;
    struct config_tunnel t;
};

/* ---- findings -------------------------------------------------------------------------------- */

static void say(struct at_work *w, enum diag_severity severity, const char *id,
                struct config_pos at, const char *const what[3], const char *remedy)
{
    const struct parser *p = w->r->p;
    struct diag d = { .severity = severity, .line = at.line, .column = at.column };
    if (severity == DIAG_ERROR && p->options->allow_unsupported)
        d.severity = DIAG_WARNING;
    DIAG_SET(d.id, id);
    DIAG_SET(d.file, at.file < p->c->files.n ? p->c->files.v[at.file] : p->file_name);
    struct text t = text_init(d.what, sizeof(d.what));
    text_str(&t, w->i->name);
    text_str(&t, " stays down: ");
    for (size_t i = 0; i < 3 && what[i]; i++)
        text_str(&t, what[i]);
    if (remedy)
        DIAG_SET(d.remedy, remedy);
    diag_add(p->diags, &d);
}

#define SAY(w, severity, id, at, remedy, ...)                                                      \
    (say((w), (severity), (id), (at), (const char *const[3]){ __VA_ARGS__ }, (remedy)), false)

/* ---- names ----------------------------------------------------------------------------------- */

static bool note(struct resolver *r, enum index_kind kind, uint32_t owner, const void *key,
                 size_t len, uint32_t value)
{
    uint32_t *slot = index_make(&r->names, kind, owner, key, len);
    if (!slot)
        r->p->full = true;
    else if (*slot == INDEX_NONE)
        *slot = value;
    return slot;
}

static const uint32_t *find(const struct resolver *r, uint32_t owner, const char *name)
{
    return index_find(&r->names, INDEX_CRYPTO, owner, name, strlen(name));
}

#define NOTE_NAMES(r, list, owner)                                                                 \
    do {                                                                                           \
        for (uint32_t i_ = 0; i_ < (list).n; i_++)                                                 \
            note((r), INDEX_CRYPTO, (uint32_t)(owner), (list).v[i_].name,                          \
                 strlen((list).v[i_].name), i_);                                                   \
    } while (0)

static void note_policies(struct resolver *r)
{
    for (uint32_t i = 0; i < r->x->policies.n; i++) {
        const struct config_ikev2_policy *policy = &r->x->policies.v[i];
        for (uint32_t k = 0; k < policy->locals.n; k++)
            note(r, INDEX_CRYPTO, OWNER_POLICY, &policy->locals.v[k].ip,
                 sizeof(policy->locals.v[k].ip), i);
        if (policy->locals.n == 0 && !r->policy_for_any)
            r->policy_for_any = policy;
    }
}

static void note_peers(struct resolver *r)
{
    for (uint32_t k = 0; k < r->x->keyrings.n; k++) {
        const struct config_ikev2_keyring *keyring = &r->x->keyrings.v[k];
        for (uint32_t i = 0; i < keyring->peers.n; i++) {
            const struct config_addr *a = &keyring->peers.v[i].address;
            if (a->ip.family != IP_NONE && a->len == ip_bits(a->ip.family))
                note(r, INDEX_CRYPTO, store_peer_owner(k), &a->ip, sizeof(a->ip), i);
        }
    }
}

static void note_all(struct resolver *r)
{
    const struct config *c = r->p->c;
    NOTE_NAMES(r, r->x->proposals, CRYPTO_IKEV2_PROPOSAL);
    NOTE_NAMES(r, r->x->keyrings, CRYPTO_IKEV2_KEYRING);
    NOTE_NAMES(r, r->x->profiles, CRYPTO_IKEV2_PROFILE);
    NOTE_NAMES(r, r->x->transform_sets, CRYPTO_IPSEC_TRANSFORM_SET);
    NOTE_NAMES(r, r->x->ipsec_profiles, CRYPTO_IPSEC_PROFILE);
    NOTE_NAMES(r, r->x->trustpoints, CRYPTO_TRUSTPOINT);
    for (uint32_t i = 0; i < c->interfaces.n; i++)
        note(r, INDEX_INTERFACE, 0, c->interfaces.v[i].name, strlen(c->interfaces.v[i].name), i);
    for (uint32_t i = 0; i < c->access_lists.n; i++)
        note(r, INDEX_ACCESS_LIST, c->access_lists.v[i].family, c->access_lists.v[i].name,
             strlen(c->access_lists.v[i].name), i);
    note_policies(r);
    note_peers(r);
}

/* ---- algorithms ------------------------------------------------------------------------------ */

bool crypto_is_usable(enum crypto_word_kind kind, const struct config_algorithm *a)
{
    const struct crypto_word *w = crypto_word_of(kind, a->id, a->bits);
    return w && !w->refused;
}

static bool has_usable(enum crypto_word_kind kind, const struct config_algorithms *list)
{
    for (uint32_t i = 0; i < list->n; i++) {
        if (crypto_is_usable(kind, &list->v[i]))
            return true;
    }
    return false;
}

bool crypto_proposal_is_usable(const struct config_ikev2_proposal *x)
{
    bool cbc = false, aead = false;
    for (uint32_t i = 0; i < x->encryption.n; i++) {
        const struct config_algorithm *a = &x->encryption.v[i];
        const struct crypto_word *w = crypto_word_of(WORD_ENCR, a->id, a->bits);
        cbc = cbc || (w && !w->refused && !w->is_aead);
        aead = aead || (w && !w->refused && w->is_aead);
    }
    cbc = cbc && has_usable(WORD_INTEG, &x->integrity);
    return (cbc || aead) && (x->prf.n == 0 || has_usable(WORD_PRF, &x->prf)) &&
           has_usable(WORD_GROUP, &x->groups);
}

const char *crypto_transform_refusal(const struct config_transform_set *x)
{
    const struct crypto_word *encr =
        crypto_word_of(WORD_ENCR, x->encryption.id, x->encryption.bits);
    const struct crypto_word *integ = crypto_word_of(WORD_INTEG, x->integrity.id, 0);
    if (!encr || encr->refused)
        return encr ? encr->refused : "it has no cipher: use esp-gcm 256";
    if (integ && integ->refused)
        return integ->refused;
    if (!encr->is_aead && !integ)
        return "packets without integrity are refused: add esp-sha256-hmac, or use esp-gcm 256";
    return NULL;
}

/* ---- the parts of a tunnel ------------------------------------------------------------------- */

static bool find_profiles(struct at_work *w)
{
    struct resolver *r = w->r;
    const uint32_t *at = find(r, CRYPTO_IPSEC_PROFILE, w->i->tunnel_ipsec_profile);
    if (!at)
        return SAY(w, DIAG_ERROR, "CFG-REFERENCE", w->i->at, NULL, "there is no IPsec profile '",
                   w->i->tunnel_ipsec_profile, "'");
    w->t.ipsec = &r->x->ipsec_profiles.v[*at];
    const char *name = w->t.ipsec->ikev2_profile;
    if (!name)
        return SAY(
            w, DIAG_WARNING, "CFG-IKEV1", w->t.ipsec->at,
            "set ikev2-profile in it, or let `spanway config convert --ikev2 FILE` write the "
            "IKEv2 equivalent",
            "its IPsec profile '", w->t.ipsec->name, "' is for IKEv1, which is not supported");
    at = find(r, CRYPTO_IKEV2_PROFILE, name);
    if (!at)
        return SAY(w, DIAG_ERROR, "CFG-REFERENCE", w->t.ipsec->at, NULL,
                   "there is no IKEv2 profile '", name, "'");
    w->t.ike = &r->x->profiles.v[*at];
    return true;
}

static const struct config_interface *interface_named(const struct resolver *r, const char *name)
{
    const uint32_t *at = index_find(&r->names, INDEX_INTERFACE, 0, name, strlen(name));
    return at ? &r->p->c->interfaces.v[*at] : NULL;
}

static struct ip_addr first_address(const struct config_interface *i, uint8_t family)
{
    for (uint32_t k = 0; i && k < i->addresses.n; k++) {
        struct prefix own = i->addresses.v[k].prefix;
        if (own.family == family && !i->addresses.v[k].secondary)
            return ip_from_bytes(family, own.b);
    }
    return (struct ip_addr){ 0 };
}

static bool find_ends(struct at_work *w)
{
    const struct config_interface *i = w->i;
    const char *mode = i->tunnel_mode ? i->tunnel_mode : "";
    uint8_t family = strcmp(mode, "ipsec ipv6") == 0 ? IP_V6 : IP_V4;
    if (!lex_is_prefix("ipsec", mode))
        return SAY(w, DIAG_WARNING, "CFG-UNSUPPORTED", i->at, "add `tunnel mode ipsec ipv4`",
                   "without `tunnel mode ipsec` it is a GRE tunnel");
    if (!i->tunnel_destination_text || !i->tunnel_source)
        return SAY(w, DIAG_WARNING, "CFG-INCOMPLETE", i->at, NULL,
                   i->tunnel_source ? "it has no tunnel destination" : "it has no tunnel source");
    if (i->tunnel_destination.family == IP_NONE || lex_is_placeholder(i->tunnel_source))
        return false; /* said where it was read */
    if (i->tunnel_destination.family != family)
        return SAY(w, DIAG_ERROR, "CFG-VALUE", i->at, NULL,
                   "its destination is not of the family of 'tunnel mode ", mode, "'");
    w->t.remote = i->tunnel_destination;
    if (!ip_parse(i->tunnel_source, &w->t.local))
        w->t.local = first_address(interface_named(w->r, i->tunnel_source), family);
    if (w->t.local.family != IP_NONE && w->t.local.family != family)
        return SAY(w, DIAG_ERROR, "CFG-VALUE", i->at, NULL,
                   "its source is not of the family of 'tunnel mode ", mode, "'");
    for (uint32_t k = 0; k < i->addresses.n; k++)
        w->t.carries_ipv6 = w->t.carries_ipv6 || i->addresses.v[k].prefix.family == IP_V6;
    return true;
}

/* The peer with the longest address range that holds the destination. */
static const struct config_ikev2_peer *peer_of(struct at_work *w, uint32_t k)
{
    const struct config_ikev2_keyring *keyring = &w->r->x->keyrings.v[k];
    const uint32_t *at = index_find(&w->r->names, INDEX_CRYPTO, store_peer_owner(k), &w->t.remote,
                                    sizeof(w->t.remote));
    if (at)
        return &keyring->peers.v[*at];
    if (!parser_may_scan(w->r->p, keyring->peers.n))
        return NULL;
    const struct config_ikev2_peer *best = NULL;
    for (uint32_t i = 0; i < keyring->peers.n; i++) {
        const struct config_addr *a = &keyring->peers.v[i].address;
        if (a->ip.family != w->t.remote.family)
            continue;
        struct prefix range = prefix_of(&a->ip, a->len);
        if (prefix_has_addr(&range, &w->t.remote) && (!best || best->address.len < a->len))
            best = &keyring->peers.v[i];
    }
    return best;
}

static enum config_auth auth(const struct config_ikev2_profile *x, bool local)
{
    enum config_auth how = local ? x->auth_local : x->auth_remote;
    return how == AUTH_UNSET && x->preset ? AUTH_PSK : how;
}

static bool key_is_there(struct at_work *w, const struct config_secret *s, const char *whose)
{
    if (s->kind == SECRET_NONE)
        return SAY(w, DIAG_ERROR, "CFG-REFERENCE", w->t.peer->at,
                   "add `pre-shared-key`: the same at both ends", "peer '", w->t.peer->name, whose);
    if (s->kind == SECRET_REMOVED && !w->r->p->options->secrets_removed)
        return SAY(w, DIAG_WARNING, "CFG-PLACEHOLDER", s->at, "enter the key in its place",
                   "its key was removed from this text");
    /* A placeholder was said where it was read. */
    return s->kind != SECRET_TEXT || !crypto_key_is_placeholder(s->value);
}

static bool find_keys(struct at_work *w)
{
    const struct config_ikev2_profile *x = w->t.ike;
    bool local = auth(x, true) == AUTH_PSK, remote = auth(x, false) == AUTH_PSK;
    if (auth(x, true) == AUTH_UNSET || auth(x, false) == AUTH_UNSET)
        return SAY(w, DIAG_ERROR, "CFG-INCOMPLETE", x->at,
                   "add `authentication local pre-share` and `authentication remote pre-share`",
                   "IKEv2 profile '", x->name, "' does not say how both sides authenticate");
    if (!local && !remote)
        return true;
    if (!x->keyring)
        return SAY(w, DIAG_ERROR, "CFG-INCOMPLETE", x->at, "add `keyring local NAME`",
                   "IKEv2 profile '", x->name, "' has no keyring");
    const uint32_t *at = find(w->r, CRYPTO_IKEV2_KEYRING, x->keyring);
    if (!at)
        return SAY(w, DIAG_ERROR, "CFG-REFERENCE", x->at, NULL, "there is no IKEv2 keyring '",
                   x->keyring, "'");
    w->t.keyring = &w->r->x->keyrings.v[*at];
    w->t.peer = peer_of(w, *at);
    if (!w->t.peer)
        return SAY(w, DIAG_ERROR, "CFG-REFERENCE", w->t.keyring->at,
                   "add a peer with the tunnel's destination as its address", "keyring '",
                   w->t.keyring->name, "' has no peer with the address of the destination");
    return (!local || key_is_there(w, &w->t.peer->psk[PSK_LOCAL], "' has no key of ours")) &&
           (!remote || key_is_there(w, &w->t.peer->psk[PSK_REMOTE], "' has no key of the peer"));
}

static bool has_part(struct at_work *w, const struct config_trustpoint *t, unsigned part,
                     const char *what)
{
    return t->part[part].kind != SECRET_NONE ||
           SAY(w, DIAG_ERROR, "CFG-INCOMPLETE", t->at, "name the file in it", "trustpoint '",
               t->name, what);
}

static bool find_trust(struct at_work *w)
{
    const struct config_ikev2_profile *x = w->t.ike;
    bool sign = auth(x, true) != AUTH_PSK, verify = auth(x, false) != AUTH_PSK;
    if (x->local.kind == IDENTITY_DN && !sign)
        return SAY(w, DIAG_ERROR, "CFG-INCOMPLETE", x->local.at,
                   "`authentication local rsa-sig`, or another identity", "IKEv2 profile '",
                   x->name,
                   "' takes our identity from a certificate, which a pre-shared key has not");
    for (uint32_t i = 0; i < x->trustpoints.n; i++) {
        const struct config_trustpoint_use *use = &x->trustpoints.v[i];
        const uint32_t *at = find(w->r, CRYPTO_TRUSTPOINT, use->name);
        if (!at)
            return SAY(w, DIAG_ERROR, "CFG-REFERENCE", use->at, NULL, "there is no trustpoint '",
                       use->name, "'");
        if (use->sign && !w->t.sign)
            w->t.sign = &w->r->x->trustpoints.v[*at];
        if (use->verify && !w->t.verify)
            w->t.verify = &w->r->x->trustpoints.v[*at];
    }
    if ((sign && !w->t.sign) || (verify && !w->t.verify))
        return SAY(w, DIAG_ERROR, "CFG-INCOMPLETE", x->at, "add `pki trustpoint NAME`",
                   "IKEv2 profile '", x->name, "' names no trustpoint for its certificates");
    return (!sign || (has_part(w, w->t.sign, TRUST_CERTIFICATE, "' has no identity certificate") &&
                      has_part(w, w->t.sign, TRUST_PRIVATE_KEY, "' has no private key"))) &&
           (!verify || has_part(w, w->t.verify, TRUST_CA, "' has no authority (ca)"));
}

static bool find_proposals(struct at_work *w)
{
    struct resolver *r = w->r;
    const uint32_t *at =
        index_find(&r->names, INDEX_CRYPTO, OWNER_POLICY, &w->t.local, sizeof(w->t.local));
    w->t.policy = at && w->t.local.family != IP_NONE ? &r->x->policies.v[*at] : r->policy_for_any;
    if (!w->t.policy)
        return true;
    for (uint32_t i = 0; i < w->t.policy->proposals.n; i++) {
        const char *name = w->t.policy->proposals.v[i];
        at = find(r, CRYPTO_IKEV2_PROPOSAL, name);
        if (!at)
            return SAY(w, DIAG_ERROR, "CFG-REFERENCE", w->t.policy->at, NULL,
                       "there is no IKEv2 proposal '", name, "'");
        if (!crypto_proposal_is_usable(&r->x->proposals.v[*at]))
            continue;
        const struct config_ikev2_proposal **new = LIST_PUSH(r->p, w->t.proposals);
        if (new)
            *new = &r->x->proposals.v[*at];
    }
    if (w->t.proposals.n > 0)
        return true;
    return SAY(w, DIAG_ERROR, "CFG-REFUSED", w->t.policy->at,
               "a proposal needs encryption, integrity and group: aes-cbc-256, sha256, 14",
               "IKEv2 policy '", w->t.policy->name, "' has no proposal that is supported");
}

static bool find_transforms(struct at_work *w)
{
    struct resolver *r = w->r;
    const char *why = NULL;
    for (uint32_t i = 0; i < w->t.ipsec->transform_sets.n; i++) {
        const char *name = w->t.ipsec->transform_sets.v[i];
        const uint32_t *at = find(r, CRYPTO_IPSEC_TRANSFORM_SET, name);
        if (!at)
            return SAY(w, DIAG_ERROR, "CFG-REFERENCE", w->t.ipsec->at, NULL,
                       "there is no transform set '", name, "'");
        why = crypto_transform_refusal(&r->x->transform_sets.v[*at]);
        if (why)
            continue;
        const struct config_transform_set **new = LIST_PUSH(r->p, w->t.transform_sets);
        if (new)
            *new = &r->x->transform_sets.v[*at];
    }
    if (why && w->t.transform_sets.n == 0)
        return SAY(w, DIAG_ERROR, "CFG-REFUSED", w->t.ipsec->at, NULL, why);
    const struct crypto_word *pfs = crypto_word_of(WORD_GROUP, w->t.ipsec->pfs.id, 0);
    if (pfs && pfs->refused)
        return SAY(w, DIAG_ERROR, "CFG-REFUSED", w->t.ipsec->pfs.at, NULL,
                   "set pfs: ", pfs->refused);
    return true;
}

/* tunnel protection ipsec policy: what its access list permits, from us to the peer. */
static bool find_selectors(struct at_work *w)
{
    const char *name = w->i->tunnel_ipsec_policy;
    if (!name)
        return true;
    const uint32_t *at = index_find(&w->r->names, INDEX_ACCESS_LIST, IP_V4, name, strlen(name));
    if (!at)
        return SAY(w, DIAG_ERROR, "CFG-REFERENCE", w->i->at, NULL, "there is no access list '",
                   name, "'");
    const struct config_access_list *l = &w->r->p->c->access_lists.v[*at];
    for (uint32_t i = 0; i < l->entries.n; i++) {
        const struct config_acl_entry *e = &l->entries.v[i];
        if (e->remark)
            continue;
        if (!e->permit || e->has_icmp || e->established || w->t.n_selectors == TUNNEL_SELECTORS_MAX)
            return SAY(w, DIAG_ERROR, "CFG-VALUE", e->at, NULL, "access list '", name,
                       "': only 16 plain permit rules say what is protected");
        w->t.selectors[w->t.n_selectors].local = e->source;
        w->t.selectors[w->t.n_selectors].remote = e->destination;
        w->t.selectors[w->t.n_selectors].protocol = e->protocol;
        w->t.selectors[w->t.n_selectors].local_port[0] = e->src_port_lo;
        w->t.selectors[w->t.n_selectors].local_port[1] = e->src_port_hi;
        w->t.selectors[w->t.n_selectors].remote_port[0] = e->dst_port_lo;
        w->t.selectors[w->t.n_selectors].remote_port[1] = e->dst_port_hi;
        w->t.n_selectors++;
    }
    if (w->t.n_selectors > 0)
        return true;
    return SAY(w, DIAG_ERROR, "CFG-VALUE", l->at, NULL, "access list '", name, "' permits nothing");
}

/* Two tunnels between the same addresses: the peer's requests could be either's. */
static bool is_only_one(struct at_work *w)
{
    if (w->t.local.family == IP_NONE)
        return true; /* whose address it is turns out later: IKE tells them apart */
    struct ip_addr ends[2] = { w->t.local, w->t.remote };
    uint32_t *slot = index_make(&w->r->names, INDEX_CRYPTO, OWNER_TUNNEL, ends, sizeof(ends));
    if (!slot)
        return false;
    if (*slot != INDEX_NONE && w->t.n_selectors == 0)
        return SAY(w, DIAG_ERROR, "CFG-SUSPECT", w->i->at, NULL, "'",
                   w->r->p->c->interfaces.v[*slot].name,
                   "' goes between the same two addresses already");
    if (*slot == INDEX_NONE)
        *slot = (uint32_t)(w->i - w->r->p->c->interfaces.v);
    return true;
}

static void resolve(struct resolver *r, const struct config_interface *i)
{
    struct at_work w = { .r = r, .i = i, .t = { .interface = i } };
    if (!find_profiles(&w) || !find_ends(&w) || !find_keys(&w) || !find_trust(&w) ||
        !find_proposals(&w) || !find_transforms(&w) || !find_selectors(&w) || !is_only_one(&w))
        return;
    struct config_tunnel *new = LIST_PUSH(r->p, r->x->tunnels);
    if (new)
        *new = w.t;
}

/* A tunnel that is to come up. */
static bool is_wanted(const struct config_interface *i)
{
    return i->tunnel_ipsec_profile && !i->shutdown && !i->vrf;
}

void crypto_resolve(struct parser *p)
{
    struct resolver r = { .p = p, .x = &p->c->ipsec };
    index_init(&r.names, &p->c->arena);
    bool any = false;
    for (uint32_t i = 0; i < p->c->interfaces.n; i++)
        any = any || is_wanted(&p->c->interfaces.v[i]);
    if (!any)
        return;
    note_all(&r);
    for (uint32_t i = 0; i < p->c->interfaces.n; i++) {
        if (is_wanted(&p->c->interfaces.v[i]))
            resolve(&r, &p->c->interfaces.v[i]);
    }
}
