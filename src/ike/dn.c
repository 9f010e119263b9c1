#include "ike/dn.h"

/* DER tags. */
enum {
    TAG_OID = 0x06,
    TAG_UTF8 = 0x0c,
    TAG_PRINTABLE = 0x13,
    TAG_IA5 = 0x16,
    TAG_SEQUENCE = 0x30,
    TAG_SET = 0x31,
};

enum { ATTRIBUTES_MAX = 32, VALUE_MAX = 128 };

struct attribute_name {
    const char *name;
    uint8_t oid_len, tag;
    uint8_t oid[10];
};

/* RFC 4514 3 and what certificates of gateways hold besides. */
static const struct attribute_name attribute_names[] = {
    { "CN", 3, TAG_UTF8, { 0x55, 4, 3 } },
    { "SN", 3, TAG_UTF8, { 0x55, 4, 4 } },
    { "serialNumber", 3, TAG_PRINTABLE, { 0x55, 4, 5 } },
    { "C", 3, TAG_PRINTABLE, { 0x55, 4, 6 } },
    { "L", 3, TAG_UTF8, { 0x55, 4, 7 } },
    { "ST", 3, TAG_UTF8, { 0x55, 4, 8 } },
    { "STREET", 3, TAG_UTF8, { 0x55, 4, 9 } },
    { "O", 3, TAG_UTF8, { 0x55, 4, 10 } },
    { "OU", 3, TAG_UTF8, { 0x55, 4, 11 } },
    { "T", 3, TAG_UTF8, { 0x55, 4, 12 } },
    { "GN", 3, TAG_UTF8, { 0x55, 4, 42 } },
    { "UID", 10, TAG_UTF8, { 0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 1, 1 } },
    { "DC", 10, TAG_IA5, { 0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 1, 25 } },
    { "E", 9, TAG_IA5, { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 1 } },
    { "emailAddress", 9, TAG_IA5, { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 1 } },
    { "unstructuredName", 9, TAG_IA5, { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 2 } },
};

/* --- reading ---------------------------------------------------------------------------------- */

struct attribute {
    struct crypto_part oid, value;
};
struct dn {
    uint8_t n;
    struct attribute of[ATTRIBUTES_MAX];
};

/* The contents of the next element when it has the tag (0: any); bad otherwise. */
static struct rd element(struct rd *r, uint8_t tag)
{
    uint8_t got = rd_u8(r);
    size_t n = rd_u8(r);
    if (n == 0x81)
        n = rd_u8(r);
    else if (n == 0x82)
        n = rd_u16(r);
    else if (n >= 0x80)
        r->bad = true;
    if (tag && got != tag)
        r->bad = true;
    return rd_sub(r, n);
}

static struct crypto_part part_of(const struct rd *r)
{
    return (struct crypto_part){ r->p, rd_left(r) };
}

/* False: not the DER of a distinguished name, or more attributes than we look at. */
static bool read_dn(const struct ike_id *id, struct dn *ret_dn)
{
    struct rd r = rd_init(id->bytes, id->len), seq = element(&r, TAG_SEQUENCE);
    ret_dn->n = 0;
    while (!seq.bad && rd_left(&seq) > 0) {
        struct rd set = element(&seq, TAG_SET);
        while (!set.bad && rd_left(&set) > 0) {
            struct rd pair = element(&set, TAG_SEQUENCE);
            struct rd oid = element(&pair, TAG_OID), value = element(&pair, 0);
            if (!rd_is_done(&pair) || oid.bad || value.bad || ret_dn->n == ATTRIBUTES_MAX)
                return false;
            ret_dn->of[ret_dn->n++] = (struct attribute){ part_of(&oid), part_of(&value) };
        }
        if (set.bad)
            return false;
    }
    return rd_is_done(&r) && !seq.bad;
}

static bool same_attribute(const struct attribute *a, const struct attribute *b, bool wildcards)
{
    if (a->oid.n != b->oid.n || memcmp(a->oid.p, b->oid.p, a->oid.n) != 0)
        return false;
    if (wildcards && a->value.n == 1 && memcmp(a->value.p, "*", 1) == 0)
        return true;
    return a->value.n == b->value.n && ike_same_text(a->value.p, b->value.p, a->value.n);
}

bool ike_dn_matches(const struct ike_id *pattern, const struct ike_id *id, bool wildcards)
{
    struct dn a, b;
    if (!read_dn(pattern, &a) || !read_dn(id, &b))
        return pattern->len == id->len && memcmp(pattern->bytes, id->bytes, id->len) == 0;
    bool forwards = a.n == b.n, backwards = a.n == b.n;
    for (uint8_t i = 0; i < a.n && (forwards || backwards); i++) {
        forwards = forwards && same_attribute(&a.of[i], &b.of[i], wildcards);
        backwards = backwards && same_attribute(&a.of[i], &b.of[b.n - 1 - i], wildcards);
    }
    return forwards || backwards;
}

/* --- writing ---------------------------------------------------------------------------------- */

/* Ends an element that started at the mark with its tag and one byte for the length, which it
 * grows by one when the contents need it. */
static void close_element(struct wr *w, size_t mark)
{
    size_t n = wr_len(w) - mark - 2;
    if (n >= 0x80) {
        wr_u8(w, 0);
        if (!w->bad && n <= 0xff)
            memmove(w->start + mark + 3, w->start + mark + 2, n);
        else
            w->bad = true;
        wr_patch8(w, mark + 1, 0x81);
        wr_patch8(w, mark + 2, (uint8_t)n);
    } else {
        wr_patch8(w, mark + 1, (uint8_t)n);
    }
}

static size_t open_element(struct wr *w, uint8_t tag)
{
    size_t mark = wr_mark(w);
    wr_u8(w, tag);
    wr_u8(w, 0);
    return mark;
}

static void put_attribute(struct wr *w, const struct attribute_name *name, const char *value,
                          size_t n)
{
    size_t set = open_element(w, TAG_SET), pair = open_element(w, TAG_SEQUENCE);
    size_t oid = open_element(w, TAG_OID);
    wr_bytes(w, name->oid, name->oid_len);
    close_element(w, oid);
    size_t string = open_element(w, name->tag);
    wr_bytes(w, value, n);
    close_element(w, string);
    close_element(w, pair);
    close_element(w, set);
}

static const struct attribute_name *named(const char *s, size_t n)
{
    for (size_t i = 0; i < ARRAY_LEN(attribute_names); i++) {
        const char *name = attribute_names[i].name;
        if (strnlen(name, n + 1) == n &&
            ike_same_text((const uint8_t *)name, (const uint8_t *)s, n))
            return &attribute_names[i];
    }
    return n == 1 && (*s == 'S' || *s == 's') ? &attribute_names[5] : NULL; /* ST, as some say */
}

static bool is_separator(char c)
{
    return c == ',' || c == '/' || c == ';';
}

/* The value from *s on, without the blanks around it; *s is then at its separator or the end. */
static size_t read_value(const char **s, char ret_value[VALUE_MAX])
{
    size_t n = 0, keep = 0;
    while (**s == ' ')
        ++*s;
    for (; **s && !is_separator(**s); ++*s) {
        bool escaped = **s == '\\' && (*s)[1];
        if (escaped)
            ++*s;
        if (n == VALUE_MAX)
            return VALUE_MAX + 1;
        ret_value[n++] = **s;
        if (**s != ' ' || escaped)
            keep = n;
    }
    return keep;
}

bool ike_dn_parse(const char *s, struct ike_id *ret_id, const char **ret_why)
{
    struct ike_id id = { .type = IKE_ID_DN };
    struct wr w = wr_init(id.bytes, sizeof(id.bytes));
    size_t seq = open_element(&w, TAG_SEQUENCE);
    bool any = false;
    *ret_why = NULL;
    while (*s && !*ret_why) {
        char value[VALUE_MAX];
        while (*s == ' ' || is_separator(*s))
            s++;
        if (!*s)
            break;
        const char *equals = strchr(s, '=');
        size_t n = equals ? (size_t)(equals - s) : 0;
        while (n > 0 && s[n - 1] == ' ')
            n--;
        const struct attribute_name *name = n > 0 ? named(s, n) : NULL;
        if (!name) {
            *ret_why = "an attribute that is none of CN, O, OU, C, ST, L, DC, E, UID ...";
            break;
        }
        s = equals + 1;
        n = read_value(&s, value);
        if (n == 0 || n > VALUE_MAX)
            *ret_why = "an attribute with an empty value, or one of more than 128 bytes";
        else
            put_attribute(&w, name, value, n);
        any = true;
    }
    close_element(&w, seq);
    if (!*ret_why && (!any || w.bad))
        *ret_why = any ? "longer than 256 bytes" : "no attribute in it";
    if (*ret_why)
        return false;
    id.len = (uint16_t)wr_len(&w);
    *ret_id = id;
    return true;
}

/* --- to text ---------------------------------------------------------------------------------- */

static void text_oid(struct text *t, const struct crypto_part *oid)
{
    for (size_t i = 0; i < ARRAY_LEN(attribute_names); i++)
        if (attribute_names[i].oid_len == oid->n &&
            memcmp(attribute_names[i].oid, oid->p, oid->n) == 0) {
            text_str(t, attribute_names[i].name);
            return;
        }
    text_char(t, '#');
    text_hex(t, oid->p, oid->n);
}

static void text_value(struct text *t, const struct crypto_part *value)
{
    struct rd r = rd_init(value->p, value->n);
    while (rd_left(&r) > 0) {
        uint8_t c = rd_u8(&r);
        /* Blanks around a value belong to it only when they are escaped. */
        bool at_edge = rd_left(&r) == 0 || rd_left(&r) + 1 == value->n;
        if (is_separator((char)c) || c == '\\' || (c == ' ' && at_edge))
            text_char(t, '\\');
        if (c < ' ' || c >= 0x7f) {
            text_str(t, "\\x");
            text_hex(t, &c, 1);
        } else {
            text_char(t, (char)c);
        }
    }
}

void text_ike_dn(struct text *t, const struct ike_id *id)
{
    struct dn dn;
    if (!read_dn(id, &dn)) {
        text_hex(t, id->bytes, id->len);
        return;
    }
    for (uint8_t i = 0; i < dn.n; i++) {
        if (i > 0)
            text_str(t, ", ");
        text_oid(t, &dn.of[i].oid);
        text_char(t, '=');
        text_value(t, &dn.of[i].value);
    }
}
