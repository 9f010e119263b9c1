/* IKEv1 and crypto maps: recognised and kept as words, so that they are printed and converted; no
 * tunnel comes up by them. And tracking, which is not measured. */
#include "config/crypto_set.h"

#include <string.h>

/* `key`, however it is shortened: what follows is a key. */
static bool is_key_word(const char *s)
{
    return s[0] != '\0' && lex_is_prefix(s, "key");
}

/* The words from w on; the key in them, if any, is noted as a secret. */
static void keep_words(struct parser *p, size_t w, struct config_words *ret)
{
    *ret = (struct config_words){ .at = parser_at(p, w < p->l.n ? w : 0) };
    ret->at.line = p->line;
    for (; w < p->l.n; w++) {
        const char *kept = parser_keep(p, parser_word(p, w));
        const char **slot = kept ? LIST_PUSH(p, ret->words) : NULL;
        if (slot)
            *slot = kept;
        if (ret->secret || !is_key_word(parser_word(p, w)) || w + 1 >= p->l.n)
            continue;
        ret->secret = true;
        crypto_note_secret(p, w + 1, p->l.n);
    }
}

/* A block's head: argument 0 is its name, the words after it are kept. */
static void set_block(struct parser *p, const struct cmd_args *a)
{
    enum config_crypto_kind kind = (enum config_crypto_kind)a->row->arg;
    const char *name = parser_arg(p, a, 0);
    struct config_crypto *c = store_crypto(p, kind, name, !a->no);
    if (!c) {
        p->refused = !a->no;
        return;
    }
    if (a->no) {
        c->at.line = 0;
        store_forget(p, INDEX_CRYPTO, (uint32_t)kind, name);
        return;
    }
    p->crypto = (uint32_t)(c - p->c->crypto.v);
    struct config_words head;
    keep_words(p, a->v[0].word + 1, &head);
    p->c->crypto.v[p->crypto].head = head;
    crypto_placeholders(p, a->v[0].word + 1);
}

/* A crypto map's name and sequence number together name the block. */
static void set_map(struct parser *p, const struct cmd_args *a)
{
    char name[CONFIG_LINE_MAX];
    struct text t = text_init(name, sizeof(name));
    text_str(&t, parser_arg(p, a, 0));
    text_char(&t, ' ');
    text_u64(&t, a->v[1].number);
    struct config_crypto *c = store_crypto(p, CRYPTO_MAP, name, !a->no);
    if (!c) {
        p->refused = !a->no;
        return;
    }
    if (a->no) {
        c->at.line = 0;
        store_forget(p, INDEX_CRYPTO, CRYPTO_MAP, name);
        return;
    }
    p->crypto = (uint32_t)(c - p->c->crypto.v);
    struct config_words head;
    keep_words(p, a->v[1].word + 1, &head);
    p->c->crypto.v[p->crypto].head = head;
}

static bool same_words(const struct parser *p, const struct config_words *words, size_t w)
{
    if (words->words.n != p->l.n - w)
        return false;
    for (uint32_t i = 0; i < words->words.n; i++) {
        if (strcmp(words->words.v[i], parser_word(p, w + i)) != 0)
            return false;
    }
    return true;
}

/* How a line of a block stands to others that begin alike: rows' arg. */
enum { LINE_ONCE, LINE_REPEATS };

/* The leading words of a line that make it the same setting as another. */
static uint32_t setting_words(const struct cmd_row *row)
{
    uint32_t n = 0;
    for (const char *s = row->syntax; *s && *s != '<' && *s != '[' && *s != '{'; s++)
        n += s[1] == ' ' || s[1] == '\0';
    return n;
}

static bool same_setting(const struct parser *p, const struct config_words *words, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        if (i >= words->words.n || strcmp(words->words.v[i], parser_word(p, i)) != 0)
            return false;
    }
    return true;
}

/* Keys are not taken for places to fill in: they may be in capitals. */
static void placeholders(struct parser *p)
{
    size_t key = 1;
    while (key < p->l.n && !is_key_word(parser_word(p, key)))
        key++;
    size_t n = p->l.n;
    p->l.n = MIN(n, key);
    crypto_placeholders(p, 1);
    p->l.n = n;
}

/* A line of the current block; the later of two that set the same thing counts. */
static void set_line(struct parser *p, const struct cmd_args *a)
{
    struct config_crypto *c = &p->c->crypto.v[p->crypto];
    size_t w = a->no ? 1 : 0;
    if (!parser_may_scan(p, c->lines.n))
        return;
    struct config_words *old = NULL;
    uint32_t n = a->row->arg == LINE_REPEATS ? UINT32_MAX : setting_words(a->row);
    for (uint32_t i = 0; i < c->lines.n; i++) {
        struct config_words *line = &c->lines.v[i];
        if (config_is_dead(line->at))
            continue;
        if (same_words(p, line, w) || (!a->no && n != UINT32_MAX && same_setting(p, line, n)))
            old = line;
        if (old && a->no)
            old->at.line = 0;
    }
    if (a->no)
        return;
    struct config_words words;
    keep_words(p, 0, &words);
    if (!old)
        old = LIST_PUSH(p, p->c->crypto.v[p->crypto].lines);
    if (old && words.words.n > 0)
        *old = words;
    else if (old)
        old->at.line = 0;
    placeholders(p);
}

/* A global crypto line: an object without a block, named by its own words. */
static void set_global(struct parser *p, const struct cmd_args *a)
{
    char text[CONFIG_LINE_MAX + 1];
    struct text t = text_init(text, sizeof(text));
    for (size_t w = a->no ? 2 : 1; w < p->l.n; w++) {
        text_str(&t, t.len > 0 ? " " : "");
        text_str(&t, parser_word(p, w));
    }
    struct config_crypto *c = store_crypto(p, CRYPTO_ISAKMP_GLOBAL, text, !a->no);
    if (!c)
        return;
    if (a->no) {
        c->at.line = 0;
        store_forget(p, INDEX_CRYPTO, CRYPTO_ISAKMP_GLOBAL, text);
        return;
    }
    struct config_words head;
    uint32_t i = (uint32_t)(c - p->c->crypto.v);
    keep_words(p, 1, &head); /* the word `crypto` is every line's */
    p->c->crypto.v[i].head = head;
    placeholders(p);
}

/* ip sla and track: kept word by word; nothing is measured yet, so a tracked route is refused. */
static void set_track(struct parser *p, const struct cmd_args *a)
{
    if (a->no)
        return;
    struct config_words words;
    keep_words(p, 0, &words);
    struct config_words *line = LIST_PUSH(p, p->c->tracks);
    if (line)
        *line = words;
}

/* Kept, so that `config convert --ikev2` makes IKEv2 of them. */
#define IKEV1 "IKEv1, by which no tunnel comes up: `config convert --ikev2` makes IKEv2 of it"
#define MAP "a crypto map, by which no tunnel comes up: use a tunnel interface"
#define TRACKED "probes are not sent: a static route with `track` is refused"

#define BLOCK(s, k, m, h)                                                                          \
    {                                                                                              \
        .mode = MODE_GLOBAL, .dialects = IN_BOTH, .syntax = (s), .set = set_block, .arg = (k),     \
        .enters = (m), .why = (h), .flags = ROW_NAMED                                              \
    }
#define LINE(m, s, h)                                                                              \
    {                                                                                              \
        .mode = (m), .dialects = IN_BOTH, .syntax = (s), .set = set_line, .why = (h)               \
    }
#define REPEATS(m, s, h)                                                                           \
    {                                                                                              \
        .mode = (m), .dialects = IN_BOTH, .syntax = (s), .set = set_line, .arg = LINE_REPEATS,     \
        .why = (h)                                                                                 \
    }
#define GLOBAL(s, h)                                                                               \
    {                                                                                              \
        .mode = MODE_GLOBAL, .dialects = IN_BOTH, .syntax = (s), .set = set_global, .why = (h)     \
    }
#define TRACK(m, e, s, h)                                                                          \
    {                                                                                              \
        .mode = (m), .dialects = IN_IOS, .syntax = (s), .set = set_track, .enters = (e),           \
        .why = (h)                                                                                 \
    }

static const struct cmd_row rows[] = {
    BLOCK("crypto isakmp policy <1-10000>", CRYPTO_ISAKMP_POLICY, MODE_ISAKMP_POLICY,
          IKEV1),
    LINE(MODE_ISAKMP_POLICY, "encryption <line>", IKEV1),
    LINE(MODE_ISAKMP_POLICY, "encr <line>", IKEV1),
    LINE(MODE_ISAKMP_POLICY, "hash <name>", IKEV1),
    LINE(MODE_ISAKMP_POLICY, "authentication <name>", IKEV1),
    LINE(MODE_ISAKMP_POLICY, "group <1-31>", IKEV1),
    LINE(MODE_ISAKMP_POLICY, "lifetime <60-86400>", IKEV1),
    GLOBAL("crypto isakmp keepalive <10-3600> [<2-60>] [{on-demand|periodic}]", IKEV1),
    GLOBAL("crypto isakmp key <line>", IKEV1),
    GLOBAL("crypto isakmp nat keepalive <5-3600>", IKEV1),
    GLOBAL("crypto isakmp invalid-spi-recovery", IKEV1),
    GLOBAL("crypto isakmp enable", IKEV1),
    GLOBAL("crypto isakmp aggressive-mode disable", IKEV1),
    GLOBAL("crypto isakmp identity <line>", IKEV1),
    BLOCK("crypto keyring <name>", CRYPTO_KEYRING, MODE_KEYRING, IKEV1),
    LINE(MODE_KEYRING, "local-address <addr?> [<name>]", IKEV1),
    LINE(MODE_KEYRING, "local-address <interface>", IKEV1),
    REPEATS(MODE_KEYRING, "pre-shared-key address <addr?> [<mask>] key <line>", IKEV1),
    REPEATS(MODE_KEYRING, "pre-shared-key hostname <name> key <line>", IKEV1),
    LINE(MODE_KEYRING, "description <line>", IKEV1),
    BLOCK("crypto isakmp profile <name>", CRYPTO_ISAKMP_PROFILE, MODE_ISAKMP_PROFILE,
          IKEV1),
    LINE(MODE_ISAKMP_PROFILE, "local-address <addr?> [<name>]", IKEV1),
    LINE(MODE_ISAKMP_PROFILE, "local-address <interface>", IKEV1),
    REPEATS(MODE_ISAKMP_PROFILE, "match identity <line>", IKEV1),
    REPEATS(MODE_ISAKMP_PROFILE, "keyring <name>", IKEV1),
    LINE(MODE_ISAKMP_PROFILE, "keepalive <10-3600> [retry <2-60>]", IKEV1),
    LINE(MODE_ISAKMP_PROFILE, "vrf <name>", IKEV1),
    LINE(MODE_ISAKMP_PROFILE, "self-identity <line>", IKEV1),
    LINE(MODE_ISAKMP_PROFILE, "description <line>", IKEV1),
    { .mode = MODE_GLOBAL,
      .dialects = IN_BOTH,
      .syntax = "crypto map <name> <1-65535> {ipsec-isakmp|ipsec-manual} [<line>]",
      .set = set_map,
      .enters = MODE_CRYPTO_MAP,
      .flags = ROW_NAMED,
      .why = MAP },
    REPEATS(MODE_CRYPTO_MAP, "set peer <line>", MAP),
    LINE(MODE_CRYPTO_MAP, "set transform-set <line>", MAP),
    LINE(MODE_CRYPTO_MAP, "set ikev2-profile <name>", MAP),
    LINE(MODE_CRYPTO_MAP, "set isakmp-profile <name>", MAP),
    LINE(MODE_CRYPTO_MAP, "set pfs [<name>]", MAP),
    REPEATS(MODE_CRYPTO_MAP, "set security-association <line>", MAP),
    REPEATS(MODE_CRYPTO_MAP, "match address <name>", MAP),
    LINE(MODE_CRYPTO_MAP, "reverse-route [<line>]", MAP),
    LINE(MODE_CRYPTO_MAP, "description <line>", MAP),
    TRACK(MODE_GLOBAL, MODE_TRACK, "ip sla <1-2147483647>", TRACKED),
    TRACK(MODE_GLOBAL, 0, "ip sla schedule <1-2147483647> <line>", TRACKED),
    TRACK(MODE_GLOBAL, MODE_TRACK, "track <1-1000> <line>", TRACKED),
    TRACK(MODE_TRACK, 0, "icmp-echo <addr?> [<line>]", TRACKED),
    TRACK(MODE_TRACK, 0, "timeout <0-604800000>", TRACKED),
    TRACK(MODE_TRACK, 0, "threshold <0-60000>", TRACKED),
    TRACK(MODE_TRACK, 0, "frequency <1-604800>", TRACKED),
    TRACK(MODE_TRACK, 0, "tag <line>", TRACKED),
    TRACK(MODE_TRACK, 0, "delay <line>", TRACKED),
    TRACK(MODE_TRACK, 0, "object <1-1000> [not]", TRACKED),
};

const struct cmd_rows cmd_rows_isakmp = { "IKEv1, crypto maps and tracking", rows,
                                          ARRAY_LEN(rows) };
