#include "ike/identity.h"

#include "crypto/sign.h"
#include "ike/dn.h"
#include "ike/payload.h"

enum { IPV4_MASKED = 8, IPV6_PREFIXED = 17 }; /* lengths of patterns: identity.h */

static_assert((int)IKE_ID_MAX <= (int)UINT16_MAX, "an identity's length fits its field");

static struct ike_id id_of(enum ike_id_type type, const void *bytes, size_t n)
{
    struct ike_id id = { .type = type, .len = (uint16_t)n };
    assert(n <= IKE_ID_MAX);
    if (n)
        memcpy(id.bytes, bytes, n);
    return id;
}

struct ike_id ike_id_of_addr(const struct ip_addr *a)
{
    if (a->family == IP_NONE)
        return (struct ike_id){ 0 };
    return id_of(a->family == IP_V4 ? IKE_ID_IPV4 : IKE_ID_IPV6, a->b, ip_bytes(a->family));
}

/* --- from text -------------------------------------------------------------------------------- */

static bool refuse(const char **ret_why, const char *why)
{
    *ret_why = why;
    return false;
}

/* "10.0.0.0/8", or "10.0.0.0 255.0.0.0" as IOS writes it. */
static bool parse_ipv4_pattern(const char *s, struct ike_id *ret_id, const char **ret_why)
{
    struct prefix p;
    struct ip_addr mask, a;
    bool host_bits;
    char text[IP_TEXT_MAX];
    const char *blank = strchr(s, ' ');
    if (prefix_parse(s, &p, &host_bits) && p.family == IP_V4) {
        mask = ip_mask_from_len(p.len);
        a = prefix_addr(&p);
    } else if (blank && (size_t)(blank - s) < sizeof(text)) {
        struct text t = text_init(text, sizeof(text));
        text_bytes(&t, s, (size_t)(blank - s));
        if (!ip_parse(text, &a) || !ip_parse(blank + 1, &mask) || a.family != IP_V4 ||
            mask.family != IP_V4)
            return refuse(ret_why, "not an IPv4 address and a mask");
    } else {
        return refuse(ret_why, "not an IPv4 address, prefix, or address and mask");
    }
    struct ike_id id = id_of(IKE_ID_IPV4, a.b, 4);
    memcpy(id.bytes + 4, mask.b, 4);
    for (size_t i = 0; i < 4; i++)
        id.bytes[i] &= mask.b[i];
    id.len = IPV4_MASKED;
    *ret_id = id;
    return true;
}

static bool parse_address(enum ike_id_type type, const char *s, struct ike_id *ret_id,
                          const char **ret_why)
{
    struct ip_addr a;
    struct prefix p;
    bool host_bits;
    if (ip_parse(s, &a) && a.family == (type == IKE_ID_IPV4 ? IP_V4 : IP_V6)) {
        *ret_id = ike_id_of_addr(&a);
        return true;
    }
    if (type == IKE_ID_IPV4)
        return parse_ipv4_pattern(s, ret_id, ret_why);
    if (!prefix_parse(s, &p, &host_bits) || p.family != IP_V6)
        return refuse(ret_why, "not an IPv6 address or prefix");
    struct ike_id id = id_of(IKE_ID_IPV6, p.b, 16);
    id.bytes[16] = p.len;
    id.len = IPV6_PREFIXED;
    *ret_id = id;
    return true;
}

static bool is_name(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)s[i] <= ' ' || (unsigned char)s[i] >= 0x7f)
            return false;
    return n > 0;
}

static bool is_mailbox(const char *s, size_t n)
{
    const char *at = strchr(s, '@');
    return is_name(s, n) && at && at != s && at[1] && !strchr(at + 1, '@');
}

bool ike_id_parse(enum ike_id_type type, const char *s, struct ike_id *ret_id, const char **ret_why)
{
    size_t n = strnlen(s, IKE_ID_MAX + 1u);
    if (n > IKE_ID_MAX)
        return refuse(ret_why, "longer than 256 bytes");
    switch (type) {
    case IKE_ID_NONE:
        *ret_id = (struct ike_id){ 0 };
        return true;
    case IKE_ID_IPV4:
    case IKE_ID_IPV6:
        return parse_address(type, s, ret_id, ret_why);
    case IKE_ID_FQDN:
        if (!is_name(s, n) || strchr(s, '@'))
            return refuse(ret_why, "not a name: printable characters without blanks and @");
        break;
    case IKE_ID_RFC822:
        if (!is_mailbox(s, n))
            return refuse(ret_why, "not of the form user@domain");
        break;
    case IKE_ID_KEY_ID:
        if (n == 0)
            return refuse(ret_why, "empty");
        break;
    case IKE_ID_DN:
        return ike_dn_parse(s, ret_id, ret_why);
    case IKE_ID_DER_GN:
        return refuse(ret_why, "a general name has no form in text");
    }
    *ret_id = id_of(type, s, n);
    return true;
}

/* --- payloads --------------------------------------------------------------------------------- */

static const char *wrong_payload(const struct ike_id_payload *p)
{
    size_t n = p->data.n;
    struct rd r = rd_init(p->data.p, n);
    switch ((enum ike_id_type)p->type) {
    case IKE_ID_IPV4:
        return n == 4 ? NULL : "an IPv4 identity that has not 4 bytes";
    case IKE_ID_IPV6:
        return n == 16 ? NULL : "an IPv6 identity that has not 16 bytes";
    case IKE_ID_FQDN:
    case IKE_ID_RFC822:
    case IKE_ID_KEY_ID:
        break;
    case IKE_ID_DN:
        if (rd_u8(&r) != 0x30)
            return "a distinguished name that is no DER sequence";
        break;
    case IKE_ID_DER_GN:
        break;
    case IKE_ID_NONE:
    default:
        return "a kind of identity that we do not know";
    }
    return n == 0 ? "an empty identity" : n > IKE_ID_MAX ? "longer than 256 bytes" : NULL;
}

bool ike_id_decode(const struct ike_id_payload *p, struct ike_id *ret_id, struct diag *ret_diag)
{
    const char *why = wrong_payload(p);
    if (why)
        return ike_syntax(ret_diag, "ID", 0, why);
    *ret_id = id_of((enum ike_id_type)p->type, p->data.p, p->data.n);
    return true;
}

void ike_id_put(struct ike_writer *o, enum ike_payload_type type, const struct ike_id *id)
{
    ike_put_id(o, type, (uint8_t)id->type, id->bytes, id->len);
}

void ike_id_body(const struct ike_id *id, struct wr *w)
{
    wr_u8(w, (uint8_t)id->type);
    wr_u8(w, 0);
    wr_u16(w, 0);
    wr_bytes(w, id->bytes, id->len);
}

struct ike_id ike_id_local(const struct ike_connection *c, const struct ip_addr *local)
{
    return c->local_id.type == IKE_ID_NONE ? ike_id_of_addr(local) : c->local_id;
}

/* --- matching --------------------------------------------------------------------------------- */

static uint8_t lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c + ('a' - 'A')) : c;
}

bool ike_same_text(const uint8_t *a, const uint8_t *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (lower(a[i]) != lower(b[i]))
            return false;
    return true;
}

static bool is_text(enum ike_id_type type)
{
    return type == IKE_ID_FQDN || type == IKE_ID_RFC822;
}

bool ike_id_eq(const struct ike_id *a, const struct ike_id *b)
{
    if (a->type != b->type)
        return false;
    if (a->type == IKE_ID_DN)
        return ike_dn_matches(a, b, false);
    if (a->len != b->len)
        return false;
    return is_text(a->type) ? ike_same_text(a->bytes, b->bytes, a->len)
                            : memcmp(a->bytes, b->bytes, a->len) == 0;
}

static bool matches_address(const struct ike_id *pattern, const struct ike_id *id)
{
    if (pattern->type == IKE_ID_IPV4 && pattern->len == IPV4_MASKED && id->len == 4) {
        for (size_t i = 0; i < 4; i++)
            if ((id->bytes[i] & pattern->bytes[4 + i]) != pattern->bytes[i])
                return false;
        return true;
    }
    if (pattern->type == IKE_ID_IPV6 && pattern->len == IPV6_PREFIXED && id->len == 16) {
        struct ip_addr a = ip_from_bytes(IP_V6, id->bytes),
                       b = ip_from_bytes(IP_V6, pattern->bytes);
        struct prefix p = prefix_of(&b, MIN(pattern->bytes[16], 128));
        return prefix_has_addr(&p, &a);
    }
    return ike_id_eq(pattern, id);
}

/* "*.example.com", "*@example.com": what follows the star is the end of the name. */
static bool matches_text(const struct ike_id *pattern, const struct ike_id *id)
{
    uint8_t mark = pattern->type == IKE_ID_FQDN ? '.' : '@';
    if (pattern->len < 3 || pattern->bytes[0] != '*' || pattern->bytes[1] != mark)
        return ike_id_eq(pattern, id);
    size_t tail = pattern->len - 1u;
    if (id->len <= tail)
        return false;
    return ike_same_text(id->bytes + (id->len - tail), pattern->bytes + 1, tail);
}

bool ike_id_matches(const struct ike_id *pattern, const struct ike_id *id)
{
    if (pattern->type != id->type)
        return false;
    switch (pattern->type) {
    case IKE_ID_NONE:
        return false;
    case IKE_ID_IPV4:
    case IKE_ID_IPV6:
        return matches_address(pattern, id);
    case IKE_ID_FQDN:
    case IKE_ID_RFC822:
        return matches_text(pattern, id);
    case IKE_ID_DN:
        return ike_dn_matches(pattern, id, true);
    case IKE_ID_DER_GN:
    case IKE_ID_KEY_ID:
        break;
    }
    return ike_id_eq(pattern, id);
}

bool ike_id_accepted(const struct ike_connection *c, const struct ip_addr *peer,
                     const struct ike_id *id)
{
    if (c->any_remote_id)
        return true;
    for (uint8_t i = 0; i < c->lists->n_remote_ids; i++)
        if (ike_id_matches(&c->lists->remote_ids[i], id))
            return true;
    if (c->remote_id.type != IKE_ID_NONE)
        return ike_id_matches(&c->remote_id, id);
    if (c->lists->n_remote_ids > 0)
        return false;
    struct ike_id address = ike_id_of_addr(c->remote.family == IP_NONE ? peer : &c->remote);
    return ike_id_eq(&address, id);
}

/* --- to text ---------------------------------------------------------------------------------- */

static void text_escaped(struct text *t, const uint8_t *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (bytes[i] >= ' ' && bytes[i] < 0x7f && bytes[i] != '\\') {
            text_char(t, (char)bytes[i]);
        } else {
            text_str(t, "\\x");
            text_hex(t, &bytes[i], 1);
        }
    }
}

static void text_address(struct text *t, const struct ike_id *id)
{
    uint8_t family = id->type == IKE_ID_IPV4 ? IP_V4 : IP_V6;
    struct ip_addr a = ip_from_bytes(family, id->bytes);
    text_ip(t, &a);
    if (family == IP_V4 && id->len == IPV4_MASKED) {
        struct ip_addr mask = ip_from_bytes(IP_V4, id->bytes + 4);
        text_char(t, ' ');
        text_ip(t, &mask);
    } else if (family == IP_V6 && id->len == IPV6_PREFIXED) {
        text_char(t, '/');
        text_u64(t, id->bytes[16]);
    }
}

static bool is_printable(const struct ike_id *id)
{
    for (uint16_t i = 0; i < id->len; i++)
        if (id->bytes[i] < ' ' || id->bytes[i] >= 0x7f)
            return false;
    return true;
}

void text_ike_id(struct text *t, const struct ike_id *id)
{
    switch (id->type) {
    case IKE_ID_NONE:
        text_str(t, "any");
        return;
    case IKE_ID_IPV4:
    case IKE_ID_IPV6:
        text_address(t, id);
        return;
    case IKE_ID_FQDN:
    case IKE_ID_RFC822:
        text_escaped(t, id->bytes, id->len);
        return;
    case IKE_ID_DN:
        text_ike_dn(t, id);
        return;
    case IKE_ID_KEY_ID:
        if (is_printable(id)) {
            text_escaped(t, id->bytes, id->len);
            return;
        }
        break;
    case IKE_ID_DER_GN:
        break;
    }
    text_hex(t, id->bytes, id->len);
}

const char *ike_id_type_name(enum ike_id_type type)
{
    switch (type) {
    case IKE_ID_NONE:
        return "any";
    case IKE_ID_IPV4:
    case IKE_ID_IPV6:
        return "address";
    case IKE_ID_FQDN:
        return "fqdn";
    case IKE_ID_RFC822:
        return "email";
    case IKE_ID_DN:
        return "dn";
    case IKE_ID_DER_GN:
        return "general-name";
    case IKE_ID_KEY_ID:
        return "key-id";
    }
    return "unknown";
}
