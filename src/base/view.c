#include "base/view.h"

#include <string.h>

/* On the wire a field is: integers big-endian (bool: one byte, 0 or 1); an address its family and
 * that many bytes; a prefix its family, length and all bytes of the family; a text its length in
 * two bytes and its characters without the NUL. No padding, and no tags: both sides have the table.
 */

static void encode_field(const struct view_field *f, const uint8_t *from, struct wr *w)
{
    uint16_t u16;
    uint32_t u32;
    uint64_t u64;
    struct ip_addr ip;
    struct prefix prefix;
    const uint8_t *nul;
    size_t len;
    switch (f->type) {
    case VIEW_BOOL:
        wr_u8(w, *from != 0);
        return;
    case VIEW_U8:
        wr_u8(w, *from);
        return;
    case VIEW_U16:
        memcpy(&u16, from, sizeof(u16));
        wr_u16(w, u16);
        return;
    case VIEW_U32:
        memcpy(&u32, from, sizeof(u32));
        wr_u32(w, u32);
        return;
    case VIEW_U64:
    case VIEW_NS:
        memcpy(&u64, from, sizeof(u64));
        wr_u64(w, u64);
        return;
    case VIEW_IP:
        memcpy(&ip, from, sizeof(ip));
        wr_u8(w, ip.family);
        wr_bytes(w, ip.b, ip_bytes(ip.family));
        return;
    case VIEW_PREFIX:
        memcpy(&prefix, from, sizeof(prefix));
        wr_u8(w, prefix.family);
        wr_u8(w, prefix.len);
        wr_bytes(w, prefix.b, ip_bytes(prefix.family));
        return;
    case VIEW_TEXT:
        nul = memchr(from, 0, f->size);
        assert(nul);
        len = (size_t)(nul - from);
        wr_u16(w, (uint16_t)len);
        wr_bytes(w, from, len);
        return;
    }
}

/* The bytes that a field of the type has in its record; texts have what their row says. */
static size_t type_bytes(const struct view_field *f)
{
    switch (f->type) {
    case VIEW_BOOL:
        return sizeof(bool);
    case VIEW_U8:
        return 1;
    case VIEW_U16:
        return 2;
    case VIEW_U32:
        return 4;
    case VIEW_U64:
    case VIEW_NS:
        return 8;
    case VIEW_IP:
        return sizeof(struct ip_addr);
    case VIEW_PREFIX:
        return sizeof(struct prefix);
    case VIEW_TEXT:
        return f->size;
    }
    return 0;
}

static void assert_field(const struct view *v, const struct view_field *f)
{
    assert(f->size > 0 && f->size == type_bytes(f));
    assert((size_t)f->offset + f->size <= v->record_bytes);
}

void view_encode(const struct view *v, const void *record, struct wr *w)
{
    for (uint16_t i = 0; i < v->field_count; i++) {
        assert_field(v, &v->fields[i]);
        encode_field(&v->fields[i], (const uint8_t *)record + v->fields[i].offset, w);
    }
}

/* Reads an address of a family that exists, or the absent one. */
static bool decode_ip(struct rd *r, struct ip_addr *ret_ip)
{
    struct ip_addr a = { .family = rd_u8(r) };
    if (a.family != IP_NONE && ip_bytes(a.family) == 0)
        return false;
    rd_copy(r, a.b, ip_bytes(a.family));
    *ret_ip = a;
    return true;
}

/* Reads a prefix with no bits set beyond its length. */
static bool decode_prefix(struct rd *r, struct prefix *ret_prefix)
{
    struct ip_addr a = { .family = rd_u8(r) };
    uint8_t len = rd_u8(r);
    if ((a.family != IP_NONE && ip_bytes(a.family) == 0) || len > ip_bits(a.family))
        return false;
    rd_copy(r, a.b, ip_bytes(a.family));
    struct prefix p = prefix_of(&a, len);
    if (memcmp(p.b, a.b, sizeof(p.b)) != 0)
        return false;
    *ret_prefix = p;
    return true;
}

/* Reads a text that fits its field with a NUL, and has none inside; `to` is zeroed memory. */
static bool decode_text(struct rd *r, size_t size, uint8_t *to)
{
    size_t n = rd_u16(r);
    if (n >= size)
        return false;
    const uint8_t *s = rd_bytes(r, n);
    if (!s || memchr(s, 0, n))
        return false;
    if (to)
        memcpy(to, s, n);
    return true;
}

/* Reads an integer of the type's width. */
static uint64_t decode_number(struct rd *r, enum view_type type)
{
    switch (type) {
    case VIEW_BOOL:
    case VIEW_U8:
        return rd_u8(r);
    case VIEW_U16:
        return rd_u16(r);
    case VIEW_U32:
        return rd_u32(r);
    case VIEW_U64:
    case VIEW_NS:
        return rd_u64(r);
    case VIEW_IP:
    case VIEW_PREFIX:
    case VIEW_TEXT:
        break;
    }
    assert(false);
    return 0;
}

static void store_number(uint8_t *to, enum view_type type, uint64_t v)
{
    uint8_t u8 = (uint8_t)v;
    uint16_t u16 = (uint16_t)v;
    uint32_t u32 = (uint32_t)v;
    bool b = v != 0;
    if (type == VIEW_BOOL)
        memcpy(to, &b, sizeof(b));
    else if (type == VIEW_U8)
        memcpy(to, &u8, sizeof(u8));
    else if (type == VIEW_U16)
        memcpy(to, &u16, sizeof(u16));
    else if (type == VIEW_U32)
        memcpy(to, &u32, sizeof(u32));
    else
        memcpy(to, &v, sizeof(v));
}

/* Reads one field; `to` is where it goes, or NULL to check only. */
static bool decode_field(const struct view_field *f, struct rd *r, uint8_t *to)
{
    struct ip_addr ip;
    struct prefix prefix;
    uint64_t number;
    switch (f->type) {
    case VIEW_IP:
        if (!decode_ip(r, &ip))
            return false;
        if (to)
            memcpy(to, &ip, sizeof(ip));
        break;
    case VIEW_PREFIX:
        if (!decode_prefix(r, &prefix))
            return false;
        if (to)
            memcpy(to, &prefix, sizeof(prefix));
        break;
    case VIEW_TEXT:
        if (!decode_text(r, f->size, to))
            return false;
        break;
    case VIEW_BOOL:
    case VIEW_U8:
    case VIEW_U16:
    case VIEW_U32:
    case VIEW_U64:
    case VIEW_NS:
        number = decode_number(r, f->type);
        if (f->type == VIEW_BOOL && number > 1)
            return false;
        if (to)
            store_number(to, f->type, number);
        break;
    }
    return !r->bad;
}

bool view_decode(const struct view *v, struct rd *r, void *ret_record)
{
    /* Once to check, once to store: a failed decode leaves the record as it was. */
    struct rd check = *r;
    for (uint16_t i = 0; i < v->field_count; i++) {
        assert_field(v, &v->fields[i]);
        if (!decode_field(&v->fields[i], &check, NULL))
            return false;
    }
    memset(ret_record, 0, v->record_bytes);
    for (uint16_t i = 0; i < v->field_count; i++) {
        bool ok = decode_field(&v->fields[i], r, (uint8_t *)ret_record + v->fields[i].offset);
        assert(ok);
        (void)ok;
    }
    return true;
}
