#include "base/ip.h"

#include <string.h>

enum { V6_GROUPS = 8 };

struct ip_addr ip_from_u32(uint32_t host_order)
{
    return (struct ip_addr){
        .family = IP_V4,
        .b = { (uint8_t)(host_order >> 24), (uint8_t)(host_order >> 16), (uint8_t)(host_order >> 8),
               (uint8_t)host_order },
    };
}

uint32_t ip_to_u32(const struct ip_addr *a)
{
    if (a->family != IP_V4)
        return 0;
    return (uint32_t)a->b[0] << 24 | (uint32_t)a->b[1] << 16 | (uint32_t)a->b[2] << 8 | a->b[3];
}

struct ip_addr ip_from_bytes(uint8_t family, const void *bytes)
{
    struct ip_addr a = { .family = family };
    size_t n = ip_bytes(family);
    if (n)
        memcpy(a.b, bytes, n);
    return a;
}

int ip_cmp(const struct ip_addr *a, const struct ip_addr *b)
{
    if (a->family != b->family)
        return a->family < b->family ? -1 : 1;
    return memcmp(a->b, b->b, sizeof(a->b));
}

int prefix_cmp(const struct prefix *a, const struct prefix *b)
{
    if (a->family != b->family)
        return a->family < b->family ? -1 : 1;
    int order = memcmp(a->b, b->b, sizeof(a->b));
    if (order != 0)
        return order;
    return (int)a->len - (int)b->len;
}

bool ip_is_zero(const struct ip_addr *a)
{
    static const uint8_t zero[16];
    return memcmp(a->b, zero, sizeof(zero)) == 0;
}

bool ip_is_loopback(const struct ip_addr *a)
{
    static const uint8_t one[16] = { [15] = 1 };
    if (a->family == IP_V4)
        return a->b[0] == 127;
    return a->family == IP_V6 && memcmp(a->b, one, sizeof(one)) == 0;
}

bool ip_is_multicast(const struct ip_addr *a)
{
    if (a->family == IP_V4)
        return a->b[0] >> 4 == 0xe;
    return a->family == IP_V6 && a->b[0] == 0xff;
}

bool ip_is_link_local(const struct ip_addr *a)
{
    if (a->family == IP_V4)
        return a->b[0] == 169 && a->b[1] == 254;
    return a->family == IP_V6 && a->b[0] == 0xfe && (a->b[1] & 0xc0) == 0x80;
}

/* A number of at most `top` without sign or leading zero; NULL, or the place after it. */
static const char *parse_decimal(const char *s, const char *end, unsigned top, unsigned *ret_value)
{
    const char *p = s;
    unsigned v = 0;
    while (p < end && *p >= '0' && *p <= '9') {
        v = v * 10 + (unsigned)(*p++ - '0');
        if (v > top)
            return NULL;
    }
    if (p == s || (*s == '0' && p - s > 1))
        return NULL;
    *ret_value = v;
    return p;
}

static bool parse_v4(const char *s, const char *end, uint8_t ret_bytes[4])
{
    uint8_t b[4];
    for (size_t i = 0; i < 4; i++) {
        unsigned v;
        if (i > 0 && (s == end || *s++ != '.'))
            return false;
        s = parse_decimal(s, end, 255, &v);
        if (!s)
            return false;
        b[i] = (uint8_t)v;
    }
    if (s != end)
        return false;
    memcpy(ret_bytes, b, sizeof(b));
    return true;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* What was read of an IPv6 address so far. */
struct v6_parse {
    uint16_t group[V6_GROUPS];
    size_t count;
    size_t gap; /* groups before "::"; V6_GROUPS + 1: there is none */
};

/* One group, or the dotted quad at the end: the place after it, or NULL. */
static const char *parse_group(const char *s, const char *end, struct v6_parse *v)
{
    const char *p = s;
    unsigned value = 0;
    while (p < end && p - s < 4 && hex_value(*p) >= 0)
        value = value << 4 | (unsigned)hex_value(*p++);
    if (p < end && *p == '.' && v->count + 2 <= V6_GROUPS) {
        uint8_t b[4];
        if (!parse_v4(s, end, b))
            return NULL;
        v->group[v->count++] = (uint16_t)(b[0] << 8 | b[1]);
        v->group[v->count++] = (uint16_t)(b[2] << 8 | b[3]);
        return end;
    }
    if (p == s || v->count == V6_GROUPS)
        return NULL;
    v->group[v->count++] = (uint16_t)value;
    return p;
}

/* The groups with their colons; false when they are not an address. */
static bool parse_groups(const char *s, const char *end, struct v6_parse *v)
{
    if (end - s >= 2 && s[0] == ':' && s[1] == ':') {
        v->gap = 0;
        s += 2;
    }
    while (s < end) {
        s = parse_group(s, end, v);
        if (!s)
            return false;
        if (s == end)
            break;
        if (*s++ != ':' || s == end)
            return false;
        if (*s != ':')
            continue;
        if (v->gap <= V6_GROUPS)
            return false;
        v->gap = v->count;
        s++;
    }
    return v->gap <= V6_GROUPS ? v->count < V6_GROUPS : v->count == V6_GROUPS;
}

static bool parse_v6(const char *s, const char *end, uint8_t ret_bytes[16])
{
    struct v6_parse v = { .gap = V6_GROUPS + 1 };
    if (!parse_groups(s, end, &v))
        return false;
    memset(ret_bytes, 0, 16);
    for (size_t i = 0; i < v.count; i++) {
        size_t at = i < v.gap ? i : i + V6_GROUPS - v.count;
        ret_bytes[2 * at] = (uint8_t)(v.group[i] >> 8);
        ret_bytes[2 * at + 1] = (uint8_t)v.group[i];
    }
    return true;
}

static bool parse_addr(const char *s, size_t n, struct ip_addr *ret_addr)
{
    struct ip_addr a = { 0 };
    if (memchr(s, ':', n)) {
        a.family = IP_V6;
        if (!parse_v6(s, s + n, a.b))
            return false;
    } else {
        a.family = IP_V4;
        if (!parse_v4(s, s + n, a.b))
            return false;
    }
    *ret_addr = a;
    return true;
}

bool ip_parse(const char *s, struct ip_addr *ret_addr)
{
    return parse_addr(s, strlen(s), ret_addr);
}

bool prefix_parse(const char *s, struct prefix *ret_prefix, bool *ret_host_bits)
{
    const char *slash = strchr(s, '/');
    struct ip_addr a;
    unsigned len;
    if (!slash || !parse_addr(s, (size_t)(slash - s), &a))
        return false;
    const char *end = slash + strlen(slash);
    if (parse_decimal(slash + 1, end, ip_bits(a.family), &len) != end)
        return false;
    *ret_prefix = prefix_of(&a, (uint8_t)len);
    if (ret_host_bits)
        *ret_host_bits = memcmp(ret_prefix->b, a.b, sizeof(a.b)) != 0;
    return true;
}

static void text_v4(struct text *t, const uint8_t b[4])
{
    for (size_t i = 0; i < 4; i++) {
        if (i > 0)
            text_char(t, '.');
        text_u64(t, b[i]);
    }
}

/* A group without its leading zeros (RFC 5952 4.1, 4.3). */
static void text_group(struct text *t, unsigned v)
{
    static const char hex[] = "0123456789abcdef";
    unsigned shift = 12;
    while (shift > 0 && v >> shift == 0)
        shift -= 4;
    for (;; shift -= 4) {
        text_char(t, hex[v >> shift & 15]);
        if (shift == 0)
            break;
    }
}

static unsigned group_of(const uint8_t b[16], size_t i)
{
    return (unsigned)b[2 * i] << 8 | b[2 * i + 1];
}

/* RFC 5952 4.2: the first of the longest runs of zero groups, if longer than one. */
static size_t longest_gap(const uint8_t b[16], size_t *ret_len)
{
    size_t best = 0, best_len = 1;
    for (size_t i = 0; i < V6_GROUPS; i++) {
        size_t n = 0;
        while (i + n < V6_GROUPS && group_of(b, i + n) == 0)
            n++;
        if (n > best_len) {
            best = i;
            best_len = n;
        }
        i += n;
    }
    *ret_len = best_len > 1 ? best_len : 0;
    return best;
}

static void text_v6(struct text *t, const uint8_t b[16])
{
    static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
    if (memcmp(b, mapped, sizeof(mapped)) == 0) { /* RFC 5952 5 */
        text_str(t, "::ffff:");
        text_v4(t, b + 12);
        return;
    }
    size_t gap_len;
    size_t gap = longest_gap(b, &gap_len);
    bool needs_colon = false;
    for (size_t i = 0; i < V6_GROUPS; i++) {
        if (gap_len > 0 && i == gap) {
            text_str(t, "::");
            needs_colon = false;
            i += gap_len - 1;
            continue;
        }
        if (needs_colon)
            text_char(t, ':');
        text_group(t, group_of(b, i));
        needs_colon = true;
    }
}

void text_ip(struct text *t, const struct ip_addr *a)
{
    if (a->family == IP_V4)
        text_v4(t, a->b);
    else if (a->family == IP_V6)
        text_v6(t, a->b);
    else
        text_char(t, '-');
}

void text_prefix(struct text *t, const struct prefix *p)
{
    struct ip_addr a = prefix_addr(p);
    text_ip(t, &a);
    if (p->family == IP_NONE)
        return;
    text_char(t, '/');
    text_u64(t, p->len);
}

/* Written out for the reason of ip_load32(). */
static inline void store32(uint8_t *b, uint32_t v)
{
    b[0] = (uint8_t)(v >> 24);
    b[1] = (uint8_t)(v >> 16);
    b[2] = (uint8_t)(v >> 8);
    b[3] = (uint8_t)v;
}

static inline void store64(uint8_t *b, uint64_t v)
{
    store32(b, (uint32_t)(v >> 32));
    store32(b + 4, (uint32_t)v);
}

struct prefix prefix_of(const struct ip_addr *a, uint8_t len)
{
    assert(len <= ip_bits(a->family));
    struct prefix p = { .family = a->family, .len = len };
    uint64_t high = len < 64 ? (len ? UINT64_MAX << (64 - len) : 0) : UINT64_MAX;
    uint64_t low = len > 64 ? UINT64_MAX << (128 - len) : 0;
    store64(p.b, ip_load64(a->b) & high);
    store64(p.b + 8, ip_load64(a->b + 8) & low);
    return p;
}

struct ip_addr prefix_addr(const struct prefix *p)
{
    struct ip_addr a = { .family = p->family };
    memcpy(a.b, p->b, sizeof(a.b));
    return a;
}

/* Whether the first len bits are equal. */
static bool same_bits(const uint8_t *a, const uint8_t *b, uint8_t len)
{
    size_t whole = len / 8;
    if (memcmp(a, b, whole) != 0)
        return false;
    return len % 8 == 0 || ((a[whole] ^ b[whole]) & 0xff00 >> len % 8 & 0xff) == 0;
}

bool prefix_has_addr(const struct prefix *p, const struct ip_addr *a)
{
    return p->family == a->family && same_bits(p->b, a->b, p->len);
}

bool prefix_covers(const struct prefix *p, const struct prefix *inner)
{
    return p->family == inner->family && p->len <= inner->len && same_bits(p->b, inner->b, p->len);
}

static bool mask_to_len(uint32_t mask, uint8_t *ret_len)
{
    uint32_t hosts = ~mask;
    if (hosts & (hosts + 1))
        return false;
    uint8_t len = 32;
    for (; hosts; hosts >>= 1)
        len--;
    *ret_len = len;
    return true;
}

bool ip_mask_to_len(const struct ip_addr *mask, uint8_t *ret_len)
{
    return mask->family == IP_V4 && mask_to_len(ip_to_u32(mask), ret_len);
}

bool ip_wildcard_to_len(const struct ip_addr *wildcard, uint8_t *ret_len)
{
    return wildcard->family == IP_V4 && mask_to_len(~ip_to_u32(wildcard), ret_len);
}

struct ip_addr ip_mask_from_len(uint8_t len)
{
    assert(len <= 32);
    return ip_from_u32(len ? UINT32_MAX << (32 - len) : 0);
}
