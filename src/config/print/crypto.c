/* IKEv2 and IPsec as IOS prints them, in either dialect; IKEv1 and crypto maps from their words. */
#include <string.h>

#include "config/crypto_names.h"
#include "config/lex.h"
#include "config/print.h"

static void number(struct out *o, unsigned indent, const char *what, uint32_t value)
{
    if (value == 0)
        return;
    out_begin(o, indent, what);
    out_number(o, value);
    out_end(o);
}

static void names(struct out *o, const char *what, const char *const *v, uint32_t n)
{
    if (n == 0)
        return;
    out_begin(o, 1, what);
    for (uint32_t i = 0; i < n; i++)
        out_word(o, v[i]);
    out_end(o);
}

static void out_addr(struct out *o, const struct config_addr *a)
{
    if (a->ip.family == IP_NONE)
        out_word(o, a->text);
    else
        out_ip(o, &a->ip);
}

/* " ADDRESS MASK"; of one address the mask is left out unless IOS prints it. */
static void out_range(struct out *o, const struct config_addr *a, bool always)
{
    bool whole = a->len == ip_bits(a->ip.family);
    out_addr(o, a);
    if (a->ip.family == IP_V4 && (always || !whole)) {
        struct ip_addr mask = ip_mask_from_len(a->len);
        out_ip(o, &mask);
    } else if (a->ip.family == IP_V6 && !whole) {
        text_char(&o->t, '/');
        text_u64(&o->t, a->len);
    }
}

/* Whether the key typed as it is would be read as something else. */
static bool needs_type(const char *key)
{
    static const char *const words[] = { "0",   "6",     "hex",    "file",
                                         "env", "local", "remote", "credential" };
    char first[16];
    size_t n = strcspn(key, " \t");
    if (n >= sizeof(first))
        return false;
    memcpy(first, key, n);
    first[n] = '\0';
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (lex_is_prefix(first, words[i]))
            return true;
    }
    return false;
}

static void out_key(struct out *o, const struct config_secret *s)
{
    static const char *const types[] = {
        [SECRET_NONE] = "",     [SECRET_TEXT] = "",   [SECRET_HEX] = "hex",
        [SECRET_FILE] = "file", [SECRET_ENV] = "env", [SECRET_CREDENTIAL] = "credential",
        [SECRET_REMOVED] = "",
    };
    bool typed = s->kind == SECRET_TEXT || s->kind == SECRET_HEX;
    if (s->kind == SECRET_TEXT && o->p->with_secrets &&
        (needs_type(s->value) || strcmp(s->value, "<removed>") == 0))
        out_word(o, "0");
    if (types[s->kind][0] && (!typed || o->p->with_secrets))
        out_word(o, types[s->kind]);
    if (typed)
        out_secret(o, s->value);
    else
        out_word(o, s->value);
}

/* ---- IKEv2 ----------------------------------------------------------------------------------- */

static void algorithms(struct out *o, const char *what, enum crypto_word_kind kind,
                       const struct config_algorithms *list)
{
    if (list->n == 0)
        return;
    out_begin(o, 1, what);
    for (uint32_t i = 0; i < list->n; i++) {
        const struct crypto_word *w = crypto_word_of(kind, list->v[i].id, list->v[i].bits);
        assert(w);
        out_word(o, w->word);
    }
    out_end(o);
}

static void print_proposal(struct out *o, const struct config_ikev2_proposal *x)
{
    out_line(o, 0, "crypto ikev2 proposal ", x->name, NULL);
    algorithms(o, "encryption", WORD_ENCR, &x->encryption);
    algorithms(o, "integrity", WORD_INTEG, &x->integrity);
    algorithms(o, "prf", WORD_PRF, &x->prf);
    algorithms(o, "group", WORD_GROUP, &x->groups);
    out_bang(o);
}

static void print_locals(struct out *o, const struct config_addr *v, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        out_begin(o, 1, "match address local");
        out_addr(o, &v[i]);
        out_end(o);
    }
}

static void print_policy(struct out *o, const struct config_ikev2_policy *x)
{
    out_line(o, 0, "crypto ikev2 policy ", x->name, NULL);
    if (x->any_fvrf)
        out_line(o, 1, "match fvrf any", NULL, NULL);
    print_locals(o, x->locals.v, x->locals.n);
    for (uint32_t i = 0; i < x->proposals.n; i++)
        out_line(o, 1, "proposal ", x->proposals.v[i], NULL);
    out_bang(o);
}

static const char *const identity_text[] = {
    [IDENTITY_NONE] = "",        [IDENTITY_ADDRESS] = " address", [IDENTITY_FQDN] = " fqdn",
    [IDENTITY_EMAIL] = " email", [IDENTITY_KEY_ID] = " key-id",   [IDENTITY_DN] = " dn",
    [IDENTITY_ANY] = " any",
};

static void print_identity(struct out *o, unsigned indent, const char *what,
                           const struct config_identity *id, bool mask)
{
    if (id->kind == IDENTITY_NONE)
        return;
    out_begin(o, indent, what);
    text_str(&o->t, identity_text[id->kind]);
    if (id->domain)
        out_word(o, "domain");
    if (id->kind == IDENTITY_ADDRESS)
        out_range(o, &id->addr, mask);
    else if (id->text)
        out_word(o, id->text);
    out_end(o);
}

static void print_key(struct out *o, const char *what, const struct config_secret *s)
{
    if (s->kind == SECRET_NONE)
        return;
    out_begin(o, 2, what);
    out_key(o, s);
    out_end(o);
}

static void print_peer(struct out *o, const struct config_ikev2_peer *x)
{
    out_line(o, 1, "peer ", x->name, NULL);
    if (x->description)
        out_line(o, 2, "description ", x->description, NULL);
    if (x->address.text) {
        out_begin(o, 2, "address");
        out_range(o, &x->address, false);
        out_end(o);
    }
    if (x->hostname)
        out_line(o, 2, "hostname ", x->hostname, NULL);
    print_identity(o, 2, "identity", &x->identity, false);
    if (x->psk_both) {
        print_key(o, "pre-shared-key", &x->psk[PSK_LOCAL]);
    } else {
        print_key(o, "pre-shared-key local", &x->psk[PSK_LOCAL]);
        print_key(o, "pre-shared-key remote", &x->psk[PSK_REMOTE]);
    }
    if (x->ppk_id) {
        out_begin(o, 2, "ppk manual id ");
        text_str(&o->t, x->ppk_id);
        text_str(&o->t, " key");
        out_key(o, &x->ppk);
        if (x->ppk_required)
            out_word(o, "required");
        out_end(o);
    }
    out_line(o, 1, "!", NULL, NULL);
}

static void print_keyring(struct out *o, const struct config_ikev2_keyring *x)
{
    out_line(o, 0, "crypto ikev2 keyring ", x->name, NULL);
    for (uint32_t i = 0; i < x->peers.n; i++)
        print_peer(o, &x->peers.v[i]);
    out_bang(o);
}

static void print_dpd(struct out *o, unsigned indent, const char *what, const struct config_dpd *d)
{
    if (d->interval_s == 0)
        return;
    out_begin(o, indent, what);
    out_number(o, d->interval_s);
    out_number(o, d->retry_s);
    out_word(o, d->on_demand ? "on-demand" : "periodic");
    out_end(o);
}

static void print_authentication(struct out *o, const char *what, enum config_auth how)
{
    static const char *const text[] = { "", "pre-share", "rsa-sig", "ecdsa-sig" };
    if (how != AUTH_UNSET)
        out_line(o, 1, what, text[how], NULL);
}

static void print_trustpoint_uses(struct out *o, const struct config_ikev2_profile *x)
{
    for (uint32_t i = 0; i < x->trustpoints.n; i++) {
        const struct config_trustpoint_use *use = &x->trustpoints.v[i];
        out_line(o, 1, "pki trustpoint ", use->name,
                 use->sign && use->verify ? NULL
                 : use->sign              ? " sign"
                                          : " verify");
    }
}

static void print_profile(struct out *o, const struct config_ikev2_profile *x)
{
    out_line(o, 0, "crypto ikev2 profile ", x->name, NULL);
    if (x->description)
        out_line(o, 1, "description ", x->description, NULL);
    if (x->any_fvrf)
        out_line(o, 1, "match fvrf any", NULL, NULL);
    print_locals(o, x->locals.v, x->locals.n);
    for (uint32_t i = 0; i < x->local_interfaces.n; i++)
        out_line(o, 1, "match address local interface ", x->local_interfaces.v[i], NULL);
    for (uint32_t i = 0; i < x->remotes.n; i++)
        print_identity(o, 1, "match identity remote", &x->remotes.v[i], true);
    print_identity(o, 1, "identity local", &x->local, false);
    print_authentication(o, "authentication remote ", x->auth_remote);
    print_authentication(o, "authentication local ", x->auth_local);
    if (x->keyring)
        out_line(o, 1, x->keyring_local ? "keyring local " : "keyring ", x->keyring, NULL);
    print_trustpoint_uses(o, x);
    number(o, 1, "lifetime", x->lifetime_s);
    print_dpd(o, 1, "dpd", &x->dpd);
    number(o, 1, "nat keepalive", x->nat_keepalive_s);
    if (x->force_encapsulation)
        out_line(o, 1, "nat force-encap", NULL, NULL);
    if (x->mobike)
        out_line(o, 1, "mobike", NULL, NULL);
    if (x->preset)
        out_line(o, 1, "preset ", x->preset, NULL);
    out_bang(o);
}

/* ---- IPsec ----------------------------------------------------------------------------------- */

static void out_transform(struct out *o, bool is_integ, const struct config_algorithm *x)
{
    if (x->id == 0)
        return;
    const struct crypto_transform_word *w = crypto_transform_of(is_integ, x->id);
    assert(w);
    out_word(o, w->word);
    if (w->takes_bits && x->bits != 128)
        out_number(o, x->bits);
}

static void print_transform_set(struct out *o, const struct config_transform_set *x)
{
    out_begin(o, 0, "crypto ipsec transform-set ");
    text_str(&o->t, x->name);
    out_transform(o, false, &x->encryption);
    out_transform(o, true, &x->integrity);
    if (x->esn)
        out_word(o, "esn");
    out_end(o);
    if (x->has_mode)
        out_line(o, 1, "mode ", x->transport ? "transport" : "tunnel",
                 x->require ? " require" : NULL);
    out_bang(o);
}

static void limit(struct out *o, unsigned indent, const char *prefix, const char *what, uint32_t n)
{
    if (n == 0)
        return;
    out_begin(o, indent, prefix);
    text_str(&o->t, what);
    out_number(o, n);
    out_end(o);
}

static void print_limits(struct out *o, unsigned indent, const char *prefix,
                         const struct config_sa_limits *x)
{
    limit(o, indent, prefix, "lifetime seconds", x->lifetime_s);
    limit(o, indent, prefix, "lifetime kilobytes", x->lifetime_kilobytes);
    if (x->no_kilobytes)
        out_line(o, indent, prefix, "lifetime kilobytes disable", NULL);
    limit(o, indent, prefix, "replay window-size", x->window);
    if (x->replay == REPLAY_OFF)
        out_line(o, indent, prefix, "replay disable", NULL);
}

static void print_ipsec_profile(struct out *o, const struct config_ipsec_profile *x)
{
    out_line(o, 0, "crypto ipsec profile ", x->name, NULL);
    if (x->description)
        out_line(o, 1, "description ", x->description, NULL);
    print_limits(o, 1, "set security-association ", &x->limits);
    names(o, "set transform-set", x->transform_sets.v, x->transform_sets.n);
    if (x->has_pfs) {
        out_begin(o, 1, "set pfs group");
        text_u64(&o->t, x->pfs.id);
        out_end(o);
    }
    if (x->ikev2_profile)
        out_line(o, 1, "set ikev2-profile ", x->ikev2_profile, NULL);
    if (x->isakmp_profile)
        out_line(o, 1, "set isakmp-profile ", x->isakmp_profile, NULL);
    if (x->responder_only)
        out_line(o, 1, "responder-only", NULL, NULL);
    out_bang(o);
}

static void print_trustpoint(struct out *o, const struct config_trustpoint *x)
{
    static const char *const parts[] = { [TRUST_CERTIFICATE] = " identity ",
                                         [TRUST_PRIVATE_KEY] = " private-key ",
                                         [TRUST_CA] = " ca " };
    out_line(o, 0, "crypto pki trustpoint ", x->name, NULL);
    for (size_t i = 0; i < TRUST_COUNT; i++) {
        if (x->part[i].kind != SECRET_NONE)
            out_line(o, 1, x->part[i].kind == SECRET_FILE ? "file" : "credential", parts[i],
                     x->part[i].value);
    }
    out_bang(o);
}

static void print_global(struct out *o, const struct config_crypto_global *g)
{
    static const char *const df[] = { "", "clear", "copy", "set" };
    print_dpd(o, 0, "crypto ikev2 dpd", &g->dpd);
    number(o, 0, "crypto ikev2 nat keepalive", g->nat_keepalive_s);
    if (g->fragment_bytes)
        number(o, 0, "crypto ikev2 fragmentation mtu", g->fragment_bytes);
    else
        out_tri(o, 0, (enum config_tri)g->fragmentation, "crypto ikev2 fragmentation");
    if (g->has_cookie_challenge) {
        out_begin(o, 0, "crypto ikev2 cookie-challenge");
        out_number(o, g->cookie_challenge);
        out_end(o);
    }
    number(o, 0, "crypto ikev2 limit max-sa", g->max_sa);
    number(o, 0, "crypto ikev2 limit max-in-negotiation-sa", g->max_negotiation);
    print_limits(o, 0, "crypto ipsec security-association ", &g->limits);
    if (g->df != DF_UNSET)
        out_line(o, 0, "crypto ipsec df-bit ", df[g->df], NULL);
    if (g->kernel)
        out_line(o, 0, "platform ipsec kernel", NULL, NULL);
    number(o, 0, "platform ipsec workers", g->workers);
}

/* ---- from words ------------------------------------------------------------------------------ */

static const char *const crypto_text[] = {
    [CRYPTO_ISAKMP_POLICY] = "crypto isakmp policy ",
    [CRYPTO_KEYRING] = "crypto keyring ",
    [CRYPTO_ISAKMP_PROFILE] = "crypto isakmp profile ",
    [CRYPTO_MAP] = "crypto map ",
    [CRYPTO_ISAKMP_GLOBAL] = "crypto",
};

/* Words of a line; what follows `key` is a secret. */
static void out_words(struct out *o, const struct config_words *w)
{
    bool secret = false;
    for (uint32_t i = 0; i < w->words.n; i++) {
        const char *s = w->words.v[i];
        if (secret)
            out_secret(o, s);
        else
            out_word(o, s);
        secret = secret || (w->secret && s[0] && lex_is_prefix(s, "key"));
    }
}

void print_words(struct out *o, unsigned indent, const struct config_words *w)
{
    out_begin(o, indent > 0 ? indent - 1 : 0, "");
    out_words(o, w);
    if (indent == 0)
        o->p->line(o->p, o->t.s + 1);
    else
        out_end(o);
}

static void print_block(struct out *o, const struct config_crypto *c)
{
    out_begin(o, 0, crypto_text[c->kind]);
    if (c->kind != CRYPTO_ISAKMP_GLOBAL)
        text_str(&o->t, c->name);
    out_words(o, &c->head);
    out_end(o);
    for (uint32_t i = 0; i < c->lines.n; i++)
        print_words(o, 1, &c->lines.v[i]);
    out_bang(o);
}

void print_crypto(struct out *o)
{
    const struct config_ipsec *x = &o->c->ipsec;
    for (uint32_t i = 0; i < x->trustpoints.n; i++)
        print_trustpoint(o, &x->trustpoints.v[i]);
    for (uint32_t i = 0; i < x->proposals.n; i++)
        print_proposal(o, &x->proposals.v[i]);
    for (uint32_t i = 0; i < x->policies.n; i++)
        print_policy(o, &x->policies.v[i]);
    for (uint32_t i = 0; i < x->keyrings.n; i++)
        print_keyring(o, &x->keyrings.v[i]);
    for (uint32_t i = 0; i < x->profiles.n; i++)
        print_profile(o, &x->profiles.v[i]);
    print_global(o, &x->global);
    for (uint32_t i = 0; i < x->transform_sets.n; i++)
        print_transform_set(o, &x->transform_sets.v[i]);
    for (uint32_t i = 0; i < x->ipsec_profiles.n; i++)
        print_ipsec_profile(o, &x->ipsec_profiles.v[i]);
    for (uint32_t i = 0; i < o->c->crypto.n; i++)
        print_block(o, &o->c->crypto.v[i]);
}

static void print_vxlan(struct out *o, const struct config_vxlan *x)
{
    if (x->vni == 0)
        return;
    out_begin(o, 1, "vxlan id");
    out_number(o, x->vni);
    out_word(o, "remote");
    out_ip(o, &x->remote);
    if (x->local.family != IP_NONE) {
        out_word(o, "local");
        out_ip(o, &x->local);
    }
    if (x->port) {
        out_word(o, "dstport");
        out_number(o, x->port);
    }
    if (x->device) {
        out_word(o, "dev");
        out_word(o, x->device);
    }
    out_end(o);
}

void print_tunnel(struct out *o, const struct config_interface *i)
{
    if (i->tunnel_source)
        out_line(o, 1, "tunnel source ", i->tunnel_source, NULL);
    if (i->tunnel_mode)
        out_line(o, 1, "tunnel mode ", i->tunnel_mode, NULL);
    if (i->tunnel_destination_text)
        out_line(o, 1, "tunnel destination ", i->tunnel_destination_text, NULL);
    if (i->tunnel_via) {
        out_begin(o, 1, "tunnel route-via");
        out_word(o, i->tunnel_via);
        out_word(o, "mandatory");
        out_end(o);
    }
    if (i->tunnel_ipsec_policy)
        out_line(o, 1, "tunnel protection ipsec policy ipv4 ", i->tunnel_ipsec_policy, NULL);
    if (i->tunnel_ipsec_profile)
        out_line(o, 1, "tunnel protection ipsec profile ", i->tunnel_ipsec_profile, NULL);
    print_vxlan(o, &i->vxlan);
    if (i->crypto_map)
        out_line(o, 1, "crypto map ", i->crypto_map, NULL);
}
