#include "config/value.h"

#include <string.h>

#include "config/lex.h"

static const struct {
    const char *name;
    uint32_t value;
} well_known[] = {
    { "no-export", 0xffffff01 },  { "no-advertise", 0xffffff02 },      { "local-AS", 0xffffff03 },
    { "no-peer", 0xffffff04 },    { "graceful-shutdown", 0xffff0000 }, { "accept-own", 0xffff0001 },
    { "llgr-stale", 0xffff0006 }, { "no-llgr", 0xffff0007 },           { "blackhole", 0xffff029a },
};

/* The n parts of a word between colons, each at most its limit. */
static bool parts(const char *s, size_t n, const uint32_t *limits, uint32_t *ret)
{
    for (size_t i = 0; i < n; i++) {
        char part[12];
        size_t len = strcspn(s, ":");
        if (len >= sizeof(part) || (i + 1 < n) != (s[len] == ':'))
            return false;
        memcpy(part, s, len);
        part[len] = '\0';
        if (!lex_number(part, 0, limits[i], &ret[i]))
            return false;
        s += len + 1;
    }
    return true;
}

bool value_community(const char *s, uint32_t *ret)
{
    for (size_t i = 0; i < ARRAY_LEN(well_known); i++) {
        if (lex_eq(s, well_known[i].name)) {
            *ret = well_known[i].value;
            return true;
        }
    }
    uint32_t v[2];
    static const uint32_t limits[2] = { UINT16_MAX, UINT16_MAX };
    if (parts(s, 2, limits, v)) {
        *ret = v[0] << 16 | v[1];
        return true;
    }
    return lex_number(s, 1, UINT32_MAX, ret);
}

bool value_large(const char *s, struct config_large *ret)
{
    uint32_t v[3];
    static const uint32_t limits[3] = { UINT32_MAX, UINT32_MAX, UINT32_MAX };
    if (!parts(s, 3, limits, v))
        return false;
    *ret = (struct config_large){ v[0], v[1], v[2] };
    return true;
}

/* RFC 4360 3: type 0 AS:4 bytes, 1 address:2 bytes, 2 four-byte AS:2 bytes (RFC 5668). */
bool value_ext(const char *s, uint64_t *ret)
{
    uint32_t v[2];
    static const uint32_t two[2] = { UINT16_MAX, UINT32_MAX }, four[2] = { UINT32_MAX, UINT16_MAX };
    if (parts(s, 2, two, v)) {
        *ret = (uint64_t)v[0] << 32 | v[1];
        return true;
    }
    if (parts(s, 2, four, v)) {
        *ret = UINT64_C(2) << 56 | (uint64_t)v[0] << 16 | v[1];
        return true;
    }
    const char *colon = strchr(s, ':');
    char ip_text[IP_TEXT_MAX];
    struct ip_addr ip;
    if (!colon || (size_t)(colon - s) >= sizeof(ip_text))
        return false;
    memcpy(ip_text, s, (size_t)(colon - s));
    ip_text[colon - s] = '\0';
    if (!ip_parse(ip_text, &ip) || ip.family != IP_V4 || !lex_number(colon + 1, 0, 65535, &v[0]))
        return false;
    *ret = UINT64_C(1) << 56 | (uint64_t)ip_to_u32(&ip) << 16 | v[0];
    return true;
}

bool value_ext_type(const char *s, uint64_t *ret)
{
    if (lex_eq(s, "rt"))
        *ret = UINT64_C(2) << 48;
    else if (lex_eq(s, "soo"))
        *ret = UINT64_C(3) << 48;
    else
        return false;
    return true;
}

void text_community(struct text *t, uint32_t community)
{
    for (size_t i = 0; i < ARRAY_LEN(well_known); i++) {
        if (community == well_known[i].value) {
            text_str(t, well_known[i].name);
            return;
        }
    }
    text_u64(t, community >> 16);
    text_char(t, ':');
    text_u64(t, community & 0xffff);
}

void text_large(struct text *t, const struct config_large *large)
{
    text_u64(t, large->global);
    text_char(t, ':');
    text_u64(t, large->local1);
    text_char(t, ':');
    text_u64(t, large->local2);
}

void text_ext(struct text *t, uint64_t ext)
{
    uint8_t type = (uint8_t)(ext >> 56), sub = (uint8_t)(ext >> 48);
    text_str(t, sub == 3 ? "soo " : "rt ");
    if (type == 1) {
        struct ip_addr ip = ip_from_u32((uint32_t)(ext >> 16));
        text_ip(t, &ip);
    } else {
        text_u64(t, type == 2 ? (ext >> 16) & UINT32_MAX : (ext >> 32) & UINT16_MAX);
    }
    text_char(t, ':');
    text_u64(t, type == 0 ? ext & UINT32_MAX : ext & UINT16_MAX);
}
