/* The words of IOS for algorithms, selectors and durations. */
#include <stdio.h>
#include <string.h>

#include "config/crypto_names.h"
#include "ctl/crypto.h"

/* IANA, "Internet Key Exchange Version 2 (IKEv2) Parameters". */
enum { ENCR_AES_CBC = 12, ENCR_AES_GCM = 20, ENCR_CHACHA20 = 28 };

struct named {
    uint16_t id;
    const char *name;
};

static const char *name_of(const struct named *v, size_t n, uint16_t id)
{
    for (size_t i = 0; i < n; i++)
        if (v[i].id == id)
            return v[i].name;
    return "Unknown";
}

const char *crypto_encr_name(uint16_t encr)
{
    static const struct named names[] = { { ENCR_AES_CBC, "AES-CBC" },
                                          { ENCR_AES_GCM, "AES-GCM" },
                                          { ENCR_CHACHA20, "CHACHA20-POLY1305" } };
    return name_of(names, ARRAY_LEN(names), encr);
}

uint16_t crypto_encr_bits(uint16_t encr, uint16_t bits)
{
    return encr == ENCR_CHACHA20 ? 256 : bits;
}

const char *crypto_prf_name(uint16_t prf)
{
    static const struct named names[] = {
        { 2, "SHA1" }, { 5, "SHA256" }, { 6, "SHA384" }, { 7, "SHA512" }
    };
    return name_of(names, ARRAY_LEN(names), prf);
}

const char *crypto_hash_name(uint16_t integ)
{
    static const struct named names[] = {
        { 0, "None" }, { 2, "SHA96" }, { 12, "SHA256" }, { 13, "SHA384" }, { 14, "SHA512" }
    };
    return name_of(names, ARRAY_LEN(names), integ);
}

const char *crypto_auth_name(const struct view_tunnel *t, bool local, bool is_cert)
{
    uint8_t said = !t ? (uint8_t)AUTH_UNSET : local ? t->auth_local : t->auth_remote;
    if (!is_cert)
        return "PSK";
    return said == AUTH_ECDSA ? "ECDSA" : said == AUTH_RSA ? "RSA" : "Certificate";
}

void crypto_transform_text(const struct view_ike_child *c, char *ret, size_t cap)
{
    const struct crypto_transform_word *encr = crypto_transform_of(false, c->encr);
    const struct crypto_transform_word *integ = crypto_transform_of(true, c->integ);
    char first[32];
    if (c->encr == ENCR_AES_CBC && c->encr_bits != 128)
        snprintf(first, sizeof(first), "esp-%u-aes", c->encr_bits);
    else if (c->encr == ENCR_AES_GCM && c->encr_bits != 128)
        snprintf(first, sizeof(first), "esp-gcm %u", c->encr_bits);
    else
        snprintf(first, sizeof(first), "%s", encr ? encr->word : "esp-unknown");
    snprintf(ret, cap, "%s%s%s", first, c->integ ? " " : "",
             !c->integ ? ""
             : integ   ? integ->word
                       : "esp-unknown-hmac");
}

/* The number behind a word of the selector; 0: it is not there. */
static unsigned number_behind(const char *s, const char *end, const char *word)
{
    unsigned v = 0;
    const char *p = strstr(s, word);
    if (p && p < end)
        for (p += strlen(word); *p >= '0' && *p <= '9' && v < 65536; p++)
            v = v * 10 + (unsigned)(*p - '0');
    return v;
}

static void mask_text(const struct prefix *p, char ret[IP_TEXT_MAX])
{
    struct ip_addr mask = { .family = IP_V4 };
    if (p->family == IP_V6) {
        snprintf(ret, IP_TEXT_MAX, "%u", p->len);
        return;
    }
    for (unsigned bit = 0; bit < p->len; bit++)
        mask.b[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
    render_ip_text(DIALECT_IOS, &mask, ret);
}

struct crypto_ident crypto_ident_of(enum dialect layout, const char *selectors, uint8_t family)
{
    struct crypto_ident ident = { .protocol = 0 };
    struct prefix p = { .family = family };
    struct ip_addr a = { .family = family };
    char first[2 * IP_TEXT_MAX];
    const char *end = strstr(selectors, ", ");
    if (!end)
        end = selectors + strlen(selectors);
    snprintf(first, sizeof(first), "%.*s", (int)strcspn(selectors, " ,"), selectors);
    if (ip_parse(first, &a))
        p = prefix_of(&a, ip_bits(a.family));
    else if (first[0] == '\0' || prefix_parse(first, &p, NULL))
        a = prefix_addr(&p);
    else
        a.family = IP_NONE;
    if (a.family == IP_NONE) { /* a range */
        snprintf(ident.address, sizeof(ident.address), "%s", first);
    } else {
        render_ip_text(layout, &a, ident.address);
        mask_text(&p, ident.mask);
    }
    ident.protocol = number_behind(selectors, end, " proto ");
    ident.port = number_behind(selectors, end, " port ");
    return ident;
}

void crypto_ip_text(const struct ip_addr *a, char ret[IP_TEXT_MAX])
{
    if (ip_bytes(a->family))
        render_ip_text(DIALECT_IOS, a, ret);
    else
        memcpy(ret, "0.0.0.0", 8);
}

void crypto_clock_text(uint32_t seconds, char ret[16])
{
    snprintf(ret, 16, "%02u:%02u:%02u", seconds / 3600, seconds / 60 % 60, seconds % 60);
}
