#include "cloud/limits.h"

#include <string.h>

#include "base/number.h"

static const struct cloud_override *find(const struct cloud_limits *l, const struct cloud_fact *f)
{
    for (uint32_t i = 0; l && i < l->n; i++) {
        if (l->v[i].fact == f)
            return &l->v[i];
    }
    return NULL;
}

bool cloud_is_replaced(const struct cloud_limits *l, const struct cloud_fact *f)
{
    return find(l, f) != NULL;
}

struct cloud_data cloud_data_of(const struct cloud_limits *l, const struct cloud_fact *f)
{
    struct cloud_data d = f->value;
    const struct cloud_override *o = find(l, f);
    if (!o)
        return d;
    d.first = o->first;
    d.last = o->last;
    if (d.kind == CLOUD_TEXT) {
        d.text = o->text;
    } else if (d.kind == CLOUD_NUMBERS) {
        d.spans = o->spans;
        d.n = o->n;
    } else if (d.kind == CLOUD_PREFIXES) {
        d.prefixes = o->prefixes;
        d.n = o->n;
    }
    return d;
}

int64_t cloud_number(const struct cloud_limits *l, const struct cloud_fact *f)
{
    assert(f->value.kind == CLOUD_NUMBER);
    return cloud_data_of(l, f).first;
}

struct cloud_span cloud_range(const struct cloud_limits *l, const struct cloud_fact *f)
{
    assert(f->value.kind == CLOUD_RANGE || f->value.kind == CLOUD_NUMBER);
    struct cloud_data d = cloud_data_of(l, f);
    return (struct cloud_span){ .first = d.first, .last = d.last };
}

bool cloud_is_so(const struct cloud_limits *l, const struct cloud_fact *f)
{
    assert(f->value.kind == CLOUD_BOOL);
    return cloud_data_of(l, f).first != 0;
}

const char *cloud_text(const struct cloud_limits *l, const struct cloud_fact *f)
{
    assert(f->value.kind == CLOUD_TEXT);
    const struct cloud_override *o = find(l, f);
    return o ? o->text : f->value.text;
}

bool cloud_has_number(const struct cloud_limits *l, const struct cloud_fact *f, int64_t number)
{
    struct cloud_data d = cloud_data_of(l, f);
    if (d.kind != CLOUD_NUMBERS) {
        assert(d.kind == CLOUD_RANGE || d.kind == CLOUD_NUMBER);
        return number >= d.first && number <= d.last;
    }
    for (uint32_t i = 0; i < d.n; i++) {
        if (number >= d.spans[i].first && number <= d.spans[i].last)
            return true;
    }
    return false;
}

const struct prefix *cloud_prefixes(const struct cloud_limits *l, const struct cloud_fact *f,
                                    size_t *ret_n)
{
    assert(f->value.kind == CLOUD_PREFIXES);
    struct cloud_data d = cloud_data_of(l, f);
    *ret_n = d.n;
    return d.prefixes;
}

bool cloud_has_addr(const struct cloud_limits *l, const struct cloud_fact *f,
                    const struct ip_addr *a)
{
    size_t n;
    const struct prefix *p = cloud_prefixes(l, f, &n);
    for (size_t i = 0; i < n; i++) {
        if (prefix_has_addr(&p[i], a))
            return true;
    }
    return false;
}

bool cloud_has_word(const struct cloud_fact *f, const char *word)
{
    assert(f->value.kind == CLOUD_WORDS);
    for (uint32_t i = 0; i < f->value.n; i++) {
        if (strcmp(f->value.words[i], word) == 0)
            return true;
    }
    return false;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static bool same_name(const char *a, const char *b)
{
    for (; *a && lower(*a) == lower(*b); a++, b++)
        ;
    return *a == *b;
}

const struct cloud_algorithm *cloud_algorithm_named(const struct cloud_fact *f, const char *name)
{
    assert(f->value.kind == CLOUD_ALGORITHMS);
    for (uint32_t i = 0; i < f->value.n; i++) {
        if (same_name(f->value.algorithms[i].name, name))
            return &f->value.algorithms[i];
    }
    return NULL;
}

const struct cloud_algorithm *cloud_algorithm_of(const struct cloud_fact *f, uint16_t id,
                                                 uint16_t bits)
{
    assert(f->value.kind == CLOUD_ALGORITHMS);
    for (uint32_t i = 0; i < f->value.n; i++) {
        const struct cloud_algorithm *a = &f->value.algorithms[i];
        if (a->id == id && a->bits == bits)
            return a;
    }
    return NULL;
}

/* ---- replacing ------------------------------------------------------------------------------- */

/* A number, or two with a dash between. */
static bool read_span(const char **s, struct cloud_span *ret_span)
{
    uint64_t first, last;
    if (!number_read(s, CLOUD_NUMBER_MAX, &first))
        return false;
    last = first;
    if (**s == '-') {
        (*s)++;
        if (!number_read(s, CLOUD_NUMBER_MAX, &last) || last < first)
            return false;
    }
    *ret_span = (struct cloud_span){ .first = (int64_t)first, .last = (int64_t)last };
    return true;
}

static bool skip_comma(const char **s)
{
    bool is_comma = **s == ',';
    *s += is_comma;
    while (**s == ' ')
        (*s)++;
    return is_comma;
}

static bool read_spans(const char *s, struct cloud_override *o)
{
    do {
        if (o->n == CLOUD_PARTS_MAX || !read_span(&s, &o->spans[o->n]))
            return false;
        o->n++;
    } while (skip_comma(&s));
    return *s == '\0';
}

static bool read_prefixes(const char *s, struct cloud_override *o)
{
    do {
        char one[PREFIX_TEXT_MAX];
        size_t len = strcspn(s, ", ");
        bool host_bits;
        if (len >= sizeof(one) || o->n == CLOUD_PARTS_MAX)
            return false;
        memcpy(one, s, len);
        one[len] = '\0';
        if (!prefix_parse(one, &o->prefixes[o->n], &host_bits) || host_bits)
            return false;
        o->n++;
        s += len;
    } while (skip_comma(&s));
    return *s == '\0';
}

static bool read_bool(const char *s, struct cloud_override *o)
{
    static const char *const words[2][3] = { { "no", "false", "off" }, { "yes", "true", "on" } };
    for (int v = 0; v < 2; v++) {
        for (size_t i = 0; i < ARRAY_LEN(words[v]); i++) {
            if (strcmp(s, words[v][i]) == 0) {
                o->first = o->last = v;
                return true;
            }
        }
    }
    return false;
}

/* A single number where the row has one; nothing where there was something is a slip, too. */
static bool read_number(const char *s, struct cloud_override *o)
{
    uint64_t v;
    if (!number_parse(s, CLOUD_NUMBER_MAX, &v) || (v == 0 && o->fact->value.first != 0))
        return false;
    o->first = o->last = (int64_t)v;
    return true;
}

static bool read_range(const char *s, struct cloud_override *o)
{
    struct cloud_span span;
    if (!read_span(&s, &span) || *s != '\0')
        return false;
    o->first = span.first;
    o->last = span.last;
    return true;
}

static bool read_text(const char *s, struct cloud_override *o)
{
    size_t len = strlen(s);
    if (len == 0 || len >= sizeof(o->text))
        return false;
    memcpy(o->text, s, len + 1);
    return true;
}

/* What the other document says, as a replacement. Rows whose other value is of another kind than
 * their own, or a list, have none that could be taken. */
static bool take_other(struct cloud_override *o)
{
    const struct cloud_data *other = &o->fact->other;
    if (other->kind != o->fact->value.kind)
        return false;
    o->first = other->first;
    o->last = other->last;
    return other->kind != CLOUD_TEXT || read_text(other->text, o);
}

static const struct {
    bool (*read)(const char *s, struct cloud_override *o); /* NULL: cannot be replaced */
    const char *expected;
} kinds[] = {
    [CLOUD_NUMBER] = { read_number, "a whole number from 1 to 1000000000000" },
    [CLOUD_RANGE] = { read_range, "a range such as 9-3600, the smaller number first" },
    [CLOUD_BOOL] = { read_bool, "yes or no" },
    [CLOUD_TEXT] = { read_text, "1 to 127 characters" },
    [CLOUD_NUMBERS] = { read_spans, "up to 16 numbers and ranges, such as 7224, 64512-65534" },
    [CLOUD_PREFIXES] = { read_prefixes, "up to 16 prefixes, such as 10.0.0.0/8, 172.16.0.0/12" },
    [CLOUD_WORDS] = { NULL, "nothing: a list of names cannot be replaced" },
    [CLOUD_ALGORITHMS] = { NULL, "nothing: a list of algorithms cannot be replaced" },
};

static void say_unknown(const char *id, struct diag *d)
{
    struct text what = text_init(d->what, sizeof(d->what));
    text_str(&what, "\"");
    text_str(&what, id);
    text_str(&what, "\" is no fact");
    DIAG_SET(d->expected, "an id that spanway facts prints");
    const char *near = cloud_fact_near(id);
    if (!near)
        return;
    struct text remedy = text_init(d->remedy, sizeof(d->remedy));
    text_str(&remedy, "did you mean '");
    text_str(&remedy, near);
    text_str(&remedy, "'?");
}

static void say_wrong(const struct cloud_fact *f, const char *value, struct diag *d)
{
    struct text what = text_init(d->what, sizeof(d->what));
    text_str(&what, "\"");
    text_str(&what, value);
    text_str(&what, "\" is no value of ");
    text_str(&what, f->id);
    struct text expected = text_init(d->expected, sizeof(d->expected));
    text_str(&expected, kinds[f->value.kind].expected);
    struct text remedy = text_init(d->remedy, sizeof(d->remedy));
    text_str(&remedy, "without it the value is ");
    text_cloud_data(&remedy, &f->value);
}

bool cloud_limits_set(struct cloud_limits *l, const char *id, const char *value,
                      struct diag *ret_diag)
{
    struct diag d = { .severity = DIAG_ERROR };
    DIAG_SET(d.id, "CLOUD-LIMIT");
    const struct cloud_fact *f = cloud_fact_find(id);
    if (!f) {
        say_unknown(id, &d);
        *ret_diag = d;
        return false;
    }
    assert((size_t)f->value.kind < ARRAY_LEN(kinds) && f->value.kind != CLOUD_NOTHING);
    struct cloud_override o = { .fact = f };
    bool is_other = strcmp(value, "other") == 0 && f->other.kind != CLOUD_NOTHING;
    bool fine = is_other ? take_other(&o)
                         : kinds[f->value.kind].read && kinds[f->value.kind].read(value, &o);
    if (!fine) {
        say_wrong(f, value, &d);
        *ret_diag = d;
        return false;
    }
    uint32_t at = 0;
    while (at < l->n && l->v[at].fact != f)
        at++;
    if (at == CLOUD_LIMITS_MAX) {
        DIAG_SET(d.what, "more than 64 facts are replaced");
        *ret_diag = d;
        return false;
    }
    l->v[at] = o;
    l->n = MAX(l->n, at + 1);
    return true;
}
