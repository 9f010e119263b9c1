#include "config/convert_ikev2.h"

#include <string.h>

#include "config/lex.h"

enum { POLICIES_MAX = 256 }; /* of IKEv1 that are carried over; more are a finding */

struct ikev1 {
    const struct config *c;
    struct config_printer *p;
    struct diag_list *findings;
};

static void add(const struct ikev1 *k, enum diag_severity severity, struct config_pos at,
                const char *what, const char *name)
{
    struct diag d = { .severity = severity, .line = at.line, .column = at.column };
    DIAG_SET(d.id, "CFG-IKEV1");
    DIAG_SET(d.file, at.file < k->c->files.n ? k->c->files.v[at.file] : "");
    struct text t = text_init(d.what, sizeof(d.what));
    text_str(&t, name);
    text_str(&t, what);
    diag_add(k->findings, &d);
}

/* A line of up to four parts; NULL ends them. */
static void say(const struct ikev1 *k, const char *const parts[4])
{
    char line[CONFIG_LINE_MAX * 2];
    struct text t = text_init(line, sizeof(line));
    for (size_t i = 0; i < 4 && parts[i]; i++)
        text_str(&t, parts[i]);
    k->p->line(k->p, line);
}

#define SAY(k, ...) say((k), (const char *const[4]){ __VA_ARGS__ })

/* ---- words ----------------------------------------------------------------------------------- */

static const char *word(const struct config_words *w, uint32_t i)
{
    return i < w->words.n ? w->words.v[i] : "";
}

/* Whether word i of the line is the keyword, or a beginning of it. */
static bool is(const struct config_words *w, uint32_t i, const char *keyword)
{
    return word(w, i)[0] != '\0' && lex_is_prefix(word(w, i), keyword);
}

/* The last line of the block that begins with the keyword; NULL: none. */
static const struct config_words *line_of(const struct config_crypto *c, const char *keyword)
{
    for (uint32_t i = c->lines.n; i-- > 0;) {
        if (is(&c->lines.v[i], 0, keyword))
            return &c->lines.v[i];
    }
    return NULL;
}

static const char *word_of(const struct config_crypto *c, const char *keyword, const char * or)
{
    const struct config_words *w = line_of(c, keyword);
    return w ? word(w, 1) : or ;
}

/* The words from i on as one text. */
static void rest(const struct config_words *w, uint32_t i, char *to, size_t n)
{
    struct text t = text_init(to, n);
    for (uint32_t first = i; i < w->words.n; i++) {
        if (i > first)
            text_char(&t, ' ');
        text_str(&t, w->words.v[i]);
    }
}

/* ---- policies -------------------------------------------------------------------------------- */

/* `encryption aes 256`, `encr 3des`: IOS takes DES where nothing is said. */
static void say_encryption(const struct ikev1 *k, const struct config_crypto *policy)
{
    const struct config_words *w = line_of(policy, "encryption");
    const char *name = w ? word(w, 1) : "des";
    const char *bits = w && word(w, 2)[0] ? word(w, 2) : "128";
    if (lex_eq(name, "aes"))
        SAY(k, " encryption aes-cbc-", bits);
    else
        SAY(k, " encryption ", name);
}

static void say_proposal(const struct ikev1 *k, const struct config_crypto *policy)
{
    const char *hash = word_of(policy, "hash", "sha");
    SAY(k, "crypto ikev2 proposal ikev1-policy-", policy->name);
    say_encryption(k, policy);
    SAY(k, " integrity ", lex_eq(hash, "sha") ? "sha1" : hash);
    SAY(k, " group ", word_of(policy, "group", "1"));
}

static uint32_t order_of(const struct config_crypto *policy)
{
    uint32_t n = 0;
    return lex_number(policy->name, 0, UINT32_MAX, &n) ? n : UINT32_MAX;
}

/* Policies count in the order of their numbers. */
static uint32_t sorted_policies(const struct ikev1 *k, const struct config_crypto *v[POLICIES_MAX])
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < k->c->crypto.n; i++) {
        const struct config_crypto *x = &k->c->crypto.v[i];
        if (x->kind != CRYPTO_ISAKMP_POLICY)
            continue;
        if (n == POLICIES_MAX) {
            add(k, DIAG_ERROR, x->at, ": too many IKEv1 policies", x->name);
            break;
        }
        uint32_t at = n++;
        for (; at > 0 && order_of(v[at - 1]) > order_of(x); at--)
            v[at] = v[at - 1];
        v[at] = x;
    }
    return n;
}

/* The proposals of all policies and one IKEv2 policy of them; the first one's lifetime. */
static const char *say_policies(const struct ikev1 *k)
{
    const struct config_crypto *v[POLICIES_MAX];
    uint32_t n = sorted_policies(k, v), used = 0;
    const char *lifetime = NULL;
    for (uint32_t i = 0; i < n; i++) {
        if (!lex_is_prefix(word_of(v[i], "authentication", "rsa-sig"), "pre-share")) {
            add(k, DIAG_WARNING, v[i]->at,
                ": an IKEv1 policy with certificates: name them in a `crypto pki trustpoint`",
                v[i]->name);
            continue;
        }
        say_proposal(k, v[i]);
        v[used++] = v[i];
        lifetime = lifetime ? lifetime : word_of(v[i], "lifetime", "86400");
    }
    if (used > 0)
        SAY(k, "crypto ikev2 policy ikev1-policies");
    for (uint32_t i = 0; i < used; i++)
        SAY(k, " proposal ikev1-policy-", v[i]->name);
    return lifetime;
}

/* ---- keys ------------------------------------------------------------------------------------ */

/* `pre-shared-key address DESTINATION [MASK] key KEY` */
static bool key_in(const struct config_crypto *keyring, const char *destination, char *to, size_t n)
{
    for (uint32_t i = 0; i < keyring->lines.n; i++) {
        const struct config_words *w = &keyring->lines.v[i];
        if (!is(w, 0, "pre-shared-key") || !is(w, 1, "address") ||
            (strcmp(word(w, 2), destination) != 0 && strcmp(word(w, 2), "0.0.0.0") != 0))
            continue;
        uint32_t at = is(w, 3, "key") ? 4 : 5;
        rest(w, at, to, n);
        return at < w->words.n;
    }
    return false;
}

/* `crypto isakmp key [0] KEY address DESTINATION` */
static bool global_key(const struct config_words *w, const char *destination, char *to, size_t n)
{
    if (!is(w, 1, "key"))
        return false;
    uint32_t at = strcmp(word(w, 2), "0") == 0 ? 3 : 2;
    if (!is(w, at + 1, "address") ||
        (strcmp(word(w, at + 2), destination) != 0 && strcmp(word(w, at + 2), "0.0.0.0") != 0))
        return false;
    struct text t = text_init(to, n);
    text_str(&t, word(w, at));
    return true;
}

static bool find_key(const struct ikev1 *k, const char *destination, char *to, size_t n)
{
    for (uint32_t i = 0; i < k->c->crypto.n; i++) {
        const struct config_crypto *x = &k->c->crypto.v[i];
        if (x->kind == CRYPTO_KEYRING && key_in(x, destination, to, n))
            return true;
        if (x->kind == CRYPTO_ISAKMP_GLOBAL && global_key(&x->head, destination, to, n))
            return true;
    }
    return false;
}

/* ---- profiles -------------------------------------------------------------------------------- */

/* crypto isakmp keepalive SECONDS [RETRY] [on-demand|periodic]; without it checks are asked for all
 * the same: else nothing notices a peer that is gone. */
static void say_dpd(const struct ikev1 *k)
{
    for (uint32_t i = k->c->crypto.n; i-- > 0;) {
        const struct config_words *w = &k->c->crypto.v[i].head;
        if (k->c->crypto.v[i].kind != CRYPTO_ISAKMP_GLOBAL || !is(w, 1, "keepalive"))
            continue;
        uint32_t retry;
        bool has_retry = lex_number(word(w, 3), 2, 60, &retry);
        char line[64];
        struct text t = text_init(line, sizeof(line));
        text_str(&t, " dpd ");
        text_str(&t, word(w, 2));
        text_char(&t, ' ');
        text_str(&t, has_retry ? word(w, 3) : "2");
        text_str(&t, is(w, has_retry ? 4 : 3, "periodic") ? " periodic" : " on-demand");
        SAY(k, line);
        return;
    }
    if (!k->c->ipsec.global.dpd.interval_s)
        SAY(k, " dpd 10 5 periodic");
}

static bool uses(const struct config_interface *i, const struct config_ipsec_profile *e)
{
    return i->tunnel_ipsec_profile && strcmp(i->tunnel_ipsec_profile, e->name) == 0 &&
           i->tunnel_destination_text;
}

static void say_keyring(const struct ikev1 *k, const struct config_ipsec_profile *e)
{
    SAY(k, "crypto ikev2 keyring ikev2-", e->name);
    for (uint32_t i = 0; i < k->c->interfaces.n; i++) {
        const struct config_interface *x = &k->c->interfaces.v[i];
        char key[CONFIG_LINE_MAX];
        if (!uses(x, e))
            continue;
        if (!find_key(k, x->tunnel_destination_text, key, sizeof(key))) {
            add(k, DIAG_ERROR, x->at, ": IKEv1 has no pre-shared key for its destination", x->name);
            continue;
        }
        SAY(k, " peer ", x->tunnel_destination_text);
        SAY(k, "  address ", x->tunnel_destination_text);
        SAY(k, "  pre-shared-key 0 ", key);
    }
}

static void say_profile(const struct ikev1 *k, const struct config_ipsec_profile *e,
                        const char *lifetime)
{
    say_keyring(k, e);
    SAY(k, "crypto ikev2 profile ikev2-", e->name);
    for (uint32_t i = 0; i < k->c->interfaces.n; i++) {
        const struct config_interface *x = &k->c->interfaces.v[i];
        if (uses(x, e))
            SAY(k, " match identity remote address ", x->tunnel_destination_text,
                x->tunnel_destination.family == IP_V6 ? NULL : " 255.255.255.255");
    }
    SAY(k, " authentication remote pre-share");
    SAY(k, " authentication local pre-share");
    SAY(k, " keyring local ikev2-", e->name);
    uint32_t seconds;
    if (lifetime && lex_number(lifetime, 120, 86400, &seconds))
        SAY(k, " lifetime ", lifetime);
    say_dpd(k);
    SAY(k, "crypto ipsec profile ", e->name);
    if (e->isakmp_profile)
        SAY(k, " no set isakmp-profile");
    SAY(k, " set ikev2-profile ikev2-", e->name);
}

/* ---- the whole ------------------------------------------------------------------------------- */

static void take_back(const struct ikev1 *k)
{
    for (uint32_t i = 0; i < k->c->crypto.n; i++) {
        const struct config_crypto *x = &k->c->crypto.v[i];
        switch (x->kind) {
        case CRYPTO_ISAKMP_POLICY:
            SAY(k, "no crypto isakmp policy ", x->name);
            break;
        case CRYPTO_KEYRING:
            SAY(k, "no crypto keyring ", x->name);
            break;
        case CRYPTO_ISAKMP_PROFILE:
            SAY(k, "no crypto isakmp profile ", x->name);
            break;
        case CRYPTO_ISAKMP_GLOBAL:
            SAY(k, "no crypto ", x->name);
            break;
        case CRYPTO_MAP:
            add(k, DIAG_ERROR, x->at,
                ": a crypto map is not converted: make an interface Tunnel for its peer", x->name);
            break;
        case CRYPTO_IKEV2_PROPOSAL:
        case CRYPTO_IKEV2_POLICY:
        case CRYPTO_IKEV2_KEYRING:
        case CRYPTO_IKEV2_PROFILE:
        case CRYPTO_IPSEC_TRANSFORM_SET:
        case CRYPTO_IPSEC_PROFILE:
        case CRYPTO_TRUSTPOINT:
            break; /* not kept as words */
        }
    }
}

static bool is_used(const struct config *c, const struct config_ipsec_profile *e)
{
    for (uint32_t i = 0; i < c->interfaces.n; i++) {
        if (uses(&c->interfaces.v[i], e))
            return true;
    }
    return false;
}

bool config_ikev2_lines(const struct config *c, struct config_printer *p,
                        struct diag_list *findings)
{
    struct ikev1 k = { .c = c, .p = p, .findings = findings };
    const char *lifetime = NULL;
    bool any = c->crypto.n > 0;
    SAY(&k, "end"); /* of whatever block came last */
    if (c->ipsec.policies.n == 0)
        lifetime = say_policies(&k);
    for (uint32_t i = 0; i < c->ipsec.ipsec_profiles.n; i++) {
        const struct config_ipsec_profile *e = &c->ipsec.ipsec_profiles.v[i];
        if (e->ikev2_profile || !is_used(c, e))
            continue;
        say_profile(&k, e, lifetime);
        any = true;
    }
    take_back(&k);
    return any;
}
