#include "config/secrets.h"

#include <string.h>

static const char removed[] = "<removed>";

size_t config_without_secrets_max(const struct config *c, uint16_t file, size_t len)
{
    for (uint32_t i = 0; i < c->ipsec.secrets.n; i++)
        len += c->ipsec.secrets.v[i].at.file == file ? sizeof(removed) - 1 : 0;
    return len;
}

struct copy {
    char *to;
    size_t n, cap;
    const struct config_secret_text *from;
};

static void put(struct copy *k, const char *s, size_t n)
{
    assert(k->n + n <= k->cap);
    memcpy(k->to + k->n, s, n);
    k->n += n;
}

/* One line; *i is the first span that may be of it, in the order of the text. */
static void copy_line(struct copy *k, const struct config *c, struct config_pos at,
                      const char *line, size_t len, uint32_t *i)
{
    size_t done = 0;
    for (; *i < c->ipsec.secrets.n; (*i)++) {
        const struct config_secret_span *s = &c->ipsec.secrets.v[*i];
        if (s->at.file != at.file || s->at.line < at.line)
            continue;
        if (s->at.line != at.line)
            break;
        size_t start = (size_t)(s->at.column - 1);
        bool stays = s->bgp ? k->from->keeps_bgp : k->from->keeps_ipsec;
        if (start < done || start > len || stays)
            continue; /* within one that is out already, or not to go */
        put(k, line + done, start - done);
        put(k, removed, sizeof(removed) - 1);
        done = MIN(start + s->len, len);
    }
    put(k, line + done, len - done);
}

size_t config_without_secrets(const struct config *c, const struct config_secret_text *from,
                              char *to, size_t cap)
{
    struct copy k = { .to = to, .cap = cap, .from = from };
    const char *at = from->text, *end = from->text + from->len;
    if (from->len >= 3 && memcmp(at, "\xef\xbb\xbf", 3) == 0) {
        put(&k, at, 3); /* columns count from behind it */
        at += 3;
    }
    uint32_t i = 0;
    for (uint32_t line = 1; at < end; line++) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        size_t n = (size_t)((newline ? newline : end) - at);
        copy_line(&k, c, (struct config_pos){ .file = from->file, .line = line }, at, n, &i);
        if (newline)
            put(&k, "\n", 1);
        at += n + (newline ? 1 : 0);
    }
    return k.n;
}

/* A plain memset of memory that is freed next would be left out by the compiler. */
static void wipe(struct config_secret *s)
{
    if (s->kind != SECRET_TEXT && s->kind != SECRET_HEX)
        return;
    volatile char *v = (volatile char *)(uintptr_t)s->value;
    for (size_t i = strlen(s->value); i-- > 0;)
        v[i] = '\0';
    *s = (struct config_secret){ .kind = SECRET_REMOVED, .value = removed, .at = s->at };
}

static void wipe_words(struct config_words *w)
{
    bool key = false;
    for (uint32_t i = 0; w->secret && i < w->words.n; i++) {
        size_t n = strlen(w->words.v[i]);
        if (key && w->words.v[i] != removed) {
            volatile char *v = (volatile char *)(uintptr_t)w->words.v[i];
            for (size_t b = 0; b < n; b++)
                v[b] = '\0';
            w->words.v[i] = removed;
        }
        key = key || (n > 0 && n <= 3 && strncmp(w->words.v[i], "key", n) == 0);
    }
}

void config_wipe_secrets(struct config *c)
{
    struct config_ipsec *x = &c->ipsec;
    for (uint32_t i = 0; i < x->keyrings.n; i++) {
        for (uint32_t k = 0; k < x->keyrings.v[i].peers.n; k++) {
            struct config_ikev2_peer *peer = &x->keyrings.v[i].peers.v[k];
            /* Both point to one text where one line set both. */
            wipe(&peer->psk[PSK_LOCAL]);
            if (peer->psk_both)
                peer->psk[PSK_REMOTE] = peer->psk[PSK_LOCAL];
            wipe(&peer->psk[PSK_REMOTE]);
            wipe(&peer->ppk);
        }
    }
    for (uint32_t i = 0; i < c->crypto.n; i++) {
        wipe_words(&c->crypto.v[i].head);
        for (uint32_t k = 0; k < c->crypto.v[i].lines.n; k++)
            wipe_words(&c->crypto.v[i].lines.v[k]);
    }
}
