/* What setters share: findings, words, copies, room. */
#include "config/parser.h"

#include <string.h>

struct config_pos parser_at(const struct parser *p, size_t word)
{
    uint16_t column = 1;
    if (word < p->l.n)
        column = p->l.words[word].column;
    else if (p->l.n > 0)
        column = (uint16_t)(p->l.words[p->l.n - 1].column + p->l.words[p->l.n - 1].len);
    return (struct config_pos){ .file = p->file, .column = column, .line = p->line };
}

static void place(const struct parser *p, struct diag *d, struct config_pos at)
{
    const char *file = at.file < p->c->files.n ? p->c->files.v[at.file] : p->file_name;
    DIAG_SET(d->file, file);
    d->line = at.line;
    d->column = at.column;
}

static bool is_softened(const struct parser *p, const char *id)
{
    return p->options->allow_unsupported &&
           (strcmp(id, "CFG-UNKNOWN") == 0 || strcmp(id, "CFG-UNSUPPORTED") == 0 ||
            strcmp(id, "CFG-AMBIGUOUS") == 0 || strcmp(id, "CFG-INCOMPLETE") == 0);
}

void parser_error(struct parser *p, const char *id, size_t word, const char *what,
                  const char *expected)
{
    struct diag d = { .severity = is_softened(p, id) ? DIAG_WARNING : DIAG_ERROR };
    DIAG_SET(d.id, id);
    place(p, &d, parser_at(p, word));
    DIAG_SET(d.what, what);
    if (expected)
        DIAG_SET(d.expected, expected);
    diag_add(p->diags, &d);
    p->refused = true;
}

void parser_warn(struct parser *p, const char *id, size_t word, const char *what,
                 const char *remedy)
{
    struct diag d = { .severity = DIAG_WARNING };
    DIAG_SET(d.id, id);
    place(p, &d, parser_at(p, word));
    DIAG_SET(d.what, what);
    if (remedy)
        DIAG_SET(d.remedy, remedy);
    diag_add(p->diags, &d);
}

void parser_report(struct parser *p, enum diag_severity severity, const char *id,
                   struct config_pos at, const char *const parts[4])
{
    struct diag d = { .severity = severity };
    struct text t = text_init(d.what, sizeof(d.what));
    for (size_t i = 0; i < 4 && parts[i]; i++)
        text_str(&t, parts[i]);
    DIAG_SET(d.id, id);
    place(p, &d, at);
    diag_add(p->diags, &d);
}

void parser_bad(struct parser *p, size_t word, const char *expected)
{
    char what[256];
    struct text t = text_init(what, sizeof(what));
    if (word < p->l.n) {
        text_char(&t, '\'');
        text_str(&t, p->l.words[word].s);
        text_str(&t, "' will not do here");
    } else {
        text_str(&t, "the line ends too early");
    }
    parser_error(p, word < p->l.n ? "CFG-VALUE" : "CFG-INCOMPLETE", word, what, expected);
}

const char *parser_word(const struct parser *p, size_t word)
{
    return word < p->l.n ? p->l.words[word].s : "";
}

const char *parser_arg(const struct parser *p, const struct cmd_args *a, unsigned i)
{
    return a->v[i].present ? parser_word(p, a->v[i].word) : NULL;
}

const char *parser_rest(const struct parser *p, const struct cmd_args *a, unsigned i)
{
    return a->v[i].present ? lex_rest(&p->l, a->v[i].word) : NULL;
}

const char *parser_keep(struct parser *p, const char *s)
{
    const char *copy = arena_str(&p->c->arena, s);
    if (!copy)
        p->full = true;
    return copy;
}

const char *parser_keep_arg(struct parser *p, const struct cmd_args *a, unsigned i)
{
    const char *s = parser_arg(p, a, i);
    return s ? parser_keep(p, s) : NULL;
}

const char *parser_keep_rest(struct parser *p, const struct cmd_args *a, unsigned i)
{
    const char *s = parser_rest(p, a, i);
    return s ? parser_keep(p, s) : NULL;
}

const char *parser_interface(struct parser *p, const struct cmd_args *a, unsigned i)
{
    if (!a->v[i].present)
        return NULL;
    char name[CONFIG_LINE_MAX];
    struct text t = text_init(name, sizeof(name));
    if (cmd_interface_name(&p->l, a->v[i].word, parser_is_ios(p), &t) == 0)
        return parser_keep_arg(p, a, i);
    return parser_keep(p, name);
}

struct ip_addr parser_ip(const struct parser *p, const struct cmd_args *a, unsigned i)
{
    struct ip_addr ip = { 0 };
    const char *s = parser_arg(p, a, i);
    if (s && !ip_parse(s, &ip))
        ip = (struct ip_addr){ 0 };
    return ip;
}

static void warn_host_bits(struct parser *p, size_t word, const struct prefix *prefix)
{
    char what[160], text[PREFIX_TEXT_MAX];
    struct text t = text_init(what, sizeof(what)), n = text_init(text, sizeof(text));
    text_prefix(&n, prefix);
    text_char(&t, '\'');
    text_str(&t, parser_word(p, word));
    text_str(&t, "' has bits beyond its mask: taken as ");
    text_str(&t, text);
    parser_warn(p, "CFG-SUSPECT", word, what, NULL);
}

struct prefix parser_net(struct parser *p, const struct cmd_args *a, unsigned i)
{
    struct prefix prefix = { 0 };
    bool host_bits = false;
    const char *s = parser_arg(p, a, i);
    if (s && prefix_parse(s, &prefix, &host_bits) && host_bits)
        warn_host_bits(p, a->v[i].word, &prefix);
    return prefix;
}

static struct prefix net_from(struct parser *p, size_t word, uint8_t len)
{
    struct ip_addr ip;
    if (!ip_parse(parser_word(p, word), &ip))
        return (struct prefix){ 0 };
    struct prefix prefix = prefix_of(&ip, len);
    struct ip_addr first = prefix_addr(&prefix);
    if (!ip_eq(&first, &ip))
        warn_host_bits(p, word, &prefix);
    return prefix;
}

struct prefix parser_net_mask(struct parser *p, const struct cmd_args *a, unsigned i)
{
    struct ip_addr mask = parser_ip(p, a, i + 1);
    uint8_t len = 0;
    if (!a->v[i].present || mask.family != IP_V4 || !ip_mask_to_len(&mask, &len))
        return (struct prefix){ 0 };
    return net_from(p, a->v[i].word, len);
}

struct prefix parser_net_wildcard(struct parser *p, size_t word)
{
    struct ip_addr mask;
    uint8_t len = 0;
    if (!ip_parse(parser_word(p, word + 1), &mask) || mask.family != IP_V4 ||
        !ip_wildcard_to_len(&mask, &len))
        return (struct prefix){ 0 };
    return net_from(p, word, len);
}

void *parser_room(struct parser *p, void *v, uint32_t n, uint32_t *cap, size_t size)
{
    if (p->full)
        return v;
    if (p->objects == CONFIG_OBJECTS_MAX) {
        p->full = true;
        return v;
    }
    p->objects++;
    if (n < *cap)
        return v;
    uint32_t wanted = *cap ? *cap * 2 : 4;
    void *room = arena_alloc(&p->c->arena, wanted * size);
    if (!room) {
        p->full = true;
        return v;
    }
    if (n > 0)
        memcpy(room, v, n * size);
    *cap = wanted;
    return room;
}

bool parser_may_scan(struct parser *p, uint32_t n)
{
    if (p->scan_budget >= n) {
        p->scan_budget -= n;
        return true;
    }
    p->full = true;
    return false;
}
