#include "config/crypto_set.h"

#include <string.h>

struct config_pos *crypto_block(struct parser *p, enum config_crypto_kind kind, const char *name,
                                bool make, uint32_t *ret_index)
{
#define BLOCK_OF(list, store)                                                                      \
    do {                                                                                           \
        if (!store(p, name, make))                                                                 \
            return NULL;                                                                           \
        *ret_index = (uint32_t)(store(p, name, false) - p->c->ipsec.list.v);                       \
        return &p->c->ipsec.list.v[*ret_index].at;                                                 \
    } while (0)
    switch (kind) {
    case CRYPTO_IKEV2_PROPOSAL:
        BLOCK_OF(proposals, store_ikev2_proposal);
    case CRYPTO_IKEV2_POLICY:
        BLOCK_OF(policies, store_ikev2_policy);
    case CRYPTO_IKEV2_KEYRING:
        BLOCK_OF(keyrings, store_ikev2_keyring);
    case CRYPTO_IKEV2_PROFILE:
        BLOCK_OF(profiles, store_ikev2_profile);
    case CRYPTO_IPSEC_TRANSFORM_SET:
        BLOCK_OF(transform_sets, store_transform_set);
    case CRYPTO_IPSEC_PROFILE:
        BLOCK_OF(ipsec_profiles, store_ipsec_profile);
    case CRYPTO_TRUSTPOINT:
        BLOCK_OF(trustpoints, store_trustpoint);
    case CRYPTO_ISAKMP_POLICY:
    case CRYPTO_KEYRING:
    case CRYPTO_ISAKMP_PROFILE:
    case CRYPTO_MAP:
    case CRYPTO_ISAKMP_GLOBAL:
        break;
    }
    return NULL;
}

bool crypto_open_block(struct parser *p, enum config_crypto_kind kind, const struct cmd_args *a)
{
    const char *name = parser_arg(p, a, 0);
    uint32_t i = 0;
    struct config_pos *at = crypto_block(p, kind, name, !a->no, &i);
    if (at && a->no) {
        at->line = 0;
        store_forget(p, INDEX_CRYPTO, (uint32_t)kind, name);
    } else if (at) {
        p->crypto = i;
    } else {
        p->refused = !a->no;
    }
    return at && !a->no;
}

void crypto_placeholders(struct parser *p, size_t w)
{
    for (; w < p->l.n; w++) {
        const char *s = parser_word(p, w);
        if (!lex_is_placeholder(s))
            continue;
        char what[160];
        struct text t = text_init(what, sizeof(what));
        text_str(&t, "placeholder '");
        text_str(&t, s);
        text_str(&t, "': put your own value here; what uses it stays down until then");
        parser_warn(p, "CFG-PLACEHOLDER", w, what, NULL);
    }
}

/* Keys may be in capitals: of the places to fill in only those in brackets are taken for one. */
bool crypto_key_is_placeholder(const char *s)
{
    size_t n = strlen(s);
    return (n > 2 && s[0] == '<' && s[n - 1] == '>') || strncmp(s, "${", 2) == 0 ||
           strncmp(s, "{{", 2) == 0;
}

static const struct {
    const char *word;
    enum config_secret_kind kind;
} references[] = { { "file", SECRET_FILE },
                   { "env", SECRET_ENV },
                   { "credential", SECRET_CREDENTIAL } };

static bool is_hex(const char *s)
{
    size_t n = strlen(s);
    return n % 2 == 0 && n > 0 && strspn(s, "0123456789abcdefABCDEF") == n;
}

static void note_secret(struct parser *p, size_t w, size_t end, bool bgp)
{
    if (w + 1 == end && strcmp(parser_word(p, w), "<removed>") == 0)
        return;
    struct config_secret_span *span = LIST_PUSH(p, p->c->ipsec.secrets);
    if (!span)
        return;
    const struct lex_word *first = &p->l.words[w], *last = &p->l.words[end - 1];
    *span = (struct config_secret_span){
        .at = parser_at(p, w),
        .len = (uint32_t)(last->column + last->len - first->column),
        .bgp = bgp,
    };
}

void crypto_note_secret(struct parser *p, size_t w, size_t end)
{
    note_secret(p, w, end, false);
}

void crypto_note_bgp_password(struct parser *p, size_t w)
{
    note_secret(p, w, p->l.n, true);
}

/* What follows one of these words may be a secret. */
static bool precedes_secret(const char *word, bool inert)
{
    static const char *const words[] = {
        "key",       "pre-shared-key", "password",           "secret", /* anywhere */
        "community", "key-string",     "authentication-key", "md5",    /* in others' lines */
        "auth",      "priv",           "passphrase",         "message-digest-key",
    };
    size_t n = inert ? ARRAY_LEN(words) : 4;
    for (size_t i = 0; i < n; i++)
        if (lex_eq(word, words[i]))
            return true;
    return false;
}

void crypto_note_unread(struct parser *p)
{
    for (size_t w = 0; w + 1 < p->l.n; w++) {
        if (precedes_secret(parser_word(p, w), false)) {
            crypto_note_secret(p, w + 1, p->l.n);
            return;
        }
    }
}

/* The place of `user:password@host` in an address of a file. */
static bool has_login(const char *word)
{
    const char *scheme = strstr(word, "://");
    return scheme && strchr(scheme, '@');
}

void crypto_note_inert(struct parser *p)
{
    const struct lex_line *l = &p->l;
    if (lex_eq(parser_word(p, l->n - 1), "<removed>"))
        return;
    if (l->n > 3 && lex_eq(parser_word(p, 0), "snmp-server") && lex_eq(parser_word(p, 1), "host")) {
        crypto_note_secret(p, 3, l->n); /* ADDRESS [traps] [version X] COMMUNITY */
        return;
    }
    for (size_t w = 0; w < l->n; w++) {
        bool before = w > 0 && precedes_secret(parser_word(p, w - 1), true);
        if (before || has_login(parser_word(p, w))) {
            crypto_note_secret(p, w, l->n);
            return;
        }
    }
}

static const char *keep_words(struct parser *p, size_t w, size_t end)
{
    const struct lex_word *first = &p->l.words[w], *last = &p->l.words[end - 1];
    size_t len = (size_t)(last->column + last->len - first->column);
    const char *kept = arena_strn(&p->c->arena, lex_rest(&p->l, w), len);
    if (!kept)
        p->full = true;
    return kept;
}

bool crypto_secret(struct parser *p, size_t w, size_t end, struct config_secret *ret)
{
    if (w >= end) {
        parser_bad(p, w, "a key");
        return false;
    }
    struct config_secret s = { .kind = SECRET_TEXT, .at = parser_at(p, w) };
    const char *first = parser_word(p, w);
    for (size_t i = 0; i < ARRAY_LEN(references); i++) {
        if (w + 2 == end && strcmp(first, references[i].word) == 0) {
            s.kind = references[i].kind;
            s.value = parser_keep(p, parser_word(p, w + 1));
            *ret = s;
            return s.value != NULL;
        }
        if (w + 1 == end && strcmp(first, references[i].word) == 0)
            parser_warn(p, "CFG-SUSPECT", w,
                        "this word itself is the key: what it names is missing", NULL);
    }
    bool typed = end - w > 1;
    if (typed && strcmp(first, "6") == 0) {
        crypto_note_secret(p, w + 1, end);
        parser_error(p, "CFG-UNSUPPORTED", w,
                     "a key of type 6 is encrypted by the device that wrote it: enter the key",
                     NULL);
        return false;
    }
    bool hex = typed && lex_eq(first, "hex");
    w += hex || (typed && strcmp(first, "0") == 0) ? 1 : 0;
    bool removed = w + 1 == end && strcmp(parser_word(p, w), "<removed>") == 0;
    if (hex && !removed && (w + 1 != end || !is_hex(parser_word(p, w)))) {
        crypto_note_secret(p, w, end);
        parser_error(p, "CFG-VALUE", w, "the key is not in hexadecimal digits, two for each byte",
                     NULL);
        return false;
    }
    s.kind = hex ? SECRET_HEX : SECRET_TEXT;
    s.value = keep_words(p, w, end);
    if (s.value && removed)
        s.kind = SECRET_REMOVED;
    else
        crypto_note_secret(p, w, end);
    *ret = s;
    return s.value != NULL;
}

struct config_addr crypto_addr(struct parser *p, const struct cmd_args *a, unsigned i,
                               bool has_mask)
{
    struct config_addr addr = { .ip = parser_ip(p, a, i), .at = parser_at(p, a->v[i].word) };
    addr.text = parser_keep_arg(p, a, i);
    addr.len = ip_bits(addr.ip.family);
    struct ip_addr mask;
    uint8_t len;
    const char *s = has_mask ? parser_arg(p, a, i + 1) : NULL;
    if (addr.ip.family == IP_V4 && s && ip_parse(s, &mask) && ip_mask_to_len(&mask, &len))
        addr.len = len;
    return addr;
}

bool crypto_addr_eq(const struct config_addr *a, const struct config_addr *b)
{
    if (a->ip.family != IP_NONE || b->ip.family != IP_NONE)
        return ip_eq(&a->ip, &b->ip) && a->len == b->len;
    return a->text == b->text || (a->text && b->text && strcmp(a->text, b->text) == 0);
}
