#include "ike/selector.h"

#include "ike/payload.h"

enum { HEADER_BYTES = 4, SELECTOR_HEADER_BYTES = 8, PORT_MAX = 65535 };

static uint8_t family_of(uint8_t ts_type)
{
    return ts_type == IKE_TS_IPV4_RANGE ? IP_V4 : ts_type == IKE_TS_IPV6_RANGE ? IP_V6 : IP_NONE;
}

/* --- on the wire: 3.13 ------------------------------------------------------------------------ */

static struct ip_addr read_addr(struct rd *r, uint8_t family)
{
    uint8_t bytes[16];
    rd_copy(r, bytes, ip_bytes(family));
    return ip_from_bytes(family, bytes);
}

static bool is_opaque(const struct esp_selector *s)
{
    return s->port_from == PORT_MAX && s->port_to == 0;
}

/* The selector that `in` holds behind its type, protocol and length: 3.13.1. */
static const char *read_selector(struct rd *in, struct esp_selector *s, uint8_t family)
{
    s->port_from = rd_u16(in);
    s->port_to = rd_u16(in);
    s->from = read_addr(in, family);
    s->to = read_addr(in, family);
    if (!rd_is_done(in))
        return "a selector's length is not that of its kind";
    if (ip_cmp(&s->from, &s->to) > 0)
        return "an address range that ends before it starts";
    if (s->port_from > s->port_to && !is_opaque(s))
        return "a port range that ends before it starts";
    return NULL;
}

bool ike_ts_decode(const struct crypto_part *body, struct ike_ts *ret_ts, struct diag *ret_diag)
{
    struct rd r = rd_init(body->p, body->n);
    uint8_t count = rd_u8(&r);
    (void)rd_bytes(&r, 3);
    ret_ts->n = ret_ts->ignored = 0;
    for (uint8_t i = 0; i < count; i++) {
        size_t at = body->n - rd_left(&r);
        uint8_t type = rd_u8(&r);
        struct esp_selector s = { .protocol = rd_u8(&r) };
        uint16_t length = rd_u16(&r);
        struct rd in = rd_sub(&r, length < 4 ? 0 : length - 4u);
        if (r.bad || length < SELECTOR_HEADER_BYTES)
            return ike_syntax(ret_diag, "TS", at, "shorter than its selectors say");
        uint8_t family = family_of(type);
        const char *why = family == IP_NONE ? NULL : read_selector(&in, &s, family);
        if (why)
            return ike_syntax(ret_diag, "TS", at, why);
        if (family == IP_NONE || ret_ts->n == IKE_TS_MAX)
            ret_ts->ignored++;
        else
            ret_ts->s[ret_ts->n++] = s;
    }
    if (count == 0 || !rd_is_done(&r))
        return ike_syntax(ret_diag, "TS", HEADER_BYTES, "not as many selectors as it says");
    return true;
}

void ike_ts_encode(const struct esp_selector *s, size_t n, struct wr *w)
{
    assert(n > 0 && n <= UINT8_MAX);
    wr_u8(w, (uint8_t)n);
    wr_u8(w, 0);
    wr_u16(w, 0);
    for (size_t i = 0; i < n; i++) {
        size_t bytes = ip_bytes(s[i].from.family);
        wr_u8(w, bytes == 4 ? IKE_TS_IPV4_RANGE : IKE_TS_IPV6_RANGE);
        wr_u8(w, s[i].protocol);
        wr_u16(w, (uint16_t)(SELECTOR_HEADER_BYTES + 2 * bytes));
        wr_u16(w, s[i].port_from);
        wr_u16(w, s[i].port_to);
        wr_bytes(w, s[i].from.b, bytes);
        wr_bytes(w, s[i].to.b, bytes);
    }
}

/* --- sets ------------------------------------------------------------------------------------- */

struct esp_selector ike_ts_any(uint8_t family)
{
    struct esp_selector s = { .port_to = PORT_MAX };
    s.from.family = s.to.family = family;
    memset(s.to.b, 0xff, ip_bytes(family));
    return s;
}

struct esp_selector ike_ts_prefix(const struct prefix *p)
{
    struct esp_selector s = { .from = prefix_addr(p), .to = prefix_addr(p), .port_to = PORT_MAX };
    for (uint8_t bit = p->len; bit < ip_bits(p->family); bit++)
        s.to.b[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
    return s;
}

bool ike_ts_eq(const struct esp_selector *a, const struct esp_selector *b)
{
    return ip_eq(&a->from, &b->from) && ip_eq(&a->to, &b->to) && a->protocol == b->protocol &&
           a->port_from == b->port_from && a->port_to == b->port_to;
}

static bool has_any_port(const struct esp_selector *s)
{
    return s->port_from == 0 && s->port_to == PORT_MAX;
}

/* 3.13.1: OPAQUE says that the port cannot be seen: within any port, and itself. */
static bool ports_cover(const struct esp_selector *outer, const struct esp_selector *inner)
{
    if (is_opaque(outer) || is_opaque(inner))
        return has_any_port(outer) || (is_opaque(outer) && is_opaque(inner));
    return outer->port_from <= inner->port_from && outer->port_to >= inner->port_to;
}

bool ike_ts_covers(const struct esp_selector *outer, const struct esp_selector *inner)
{
    return outer->from.family == inner->from.family && ip_cmp(&outer->from, &inner->from) <= 0 &&
           ip_cmp(&outer->to, &inner->to) >= 0 &&
           (outer->protocol == 0 || outer->protocol == inner->protocol) &&
           ports_cover(outer, inner);
}

static bool ports_meet(const struct esp_selector *a, const struct esp_selector *b,
                       struct esp_selector *both)
{
    if (is_opaque(a) || is_opaque(b)) {
        both->port_from = PORT_MAX;
        both->port_to = 0;
        return ports_cover(a, b) || ports_cover(b, a);
    }
    both->port_from = MAX(a->port_from, b->port_from);
    both->port_to = MIN(a->port_to, b->port_to);
    return both->port_from <= both->port_to;
}

bool ike_ts_meet(const struct esp_selector *a, const struct esp_selector *b,
                 struct esp_selector *ret_both)
{
    struct esp_selector both = { .protocol = a->protocol ? a->protocol : b->protocol };
    if (a->from.family != b->from.family)
        return false;
    if (a->protocol && b->protocol && a->protocol != b->protocol)
        return false;
    both.from = ip_cmp(&a->from, &b->from) >= 0 ? a->from : b->from;
    both.to = ip_cmp(&a->to, &b->to) <= 0 ? a->to : b->to;
    if (ip_cmp(&both.from, &both.to) > 0 || !ports_meet(a, b, &both))
        return false;
    *ret_both = both;
    return true;
}

/* --- narrowing: 2.9 --------------------------------------------------------------------------- */

/* Adds what is not there yet; what it covers goes. */
static void add(struct ike_narrowed *r, const struct esp_selector *s)
{
    for (uint8_t i = 0; i < r->n; i++)
        if (ike_ts_covers(&r->s[i], s))
            return;
    uint8_t keep = 0;
    for (uint8_t i = 0; i < r->n; i++)
        if (!ike_ts_covers(s, &r->s[i]))
            r->s[keep++] = r->s[i];
    r->n = keep;
    if (r->n == ESP_SELECTORS_MAX)
        r->cut = true;
    else
        r->s[r->n++] = *s;
}

/* 2.9: the first selector may be that of the packet that asked for the SA. */
static bool is_one_packet(const struct ike_ts *ts)
{
    return ts->n > 1 && ip_eq(&ts->s[0].from, &ts->s[0].to);
}

static bool covered_by_one(const struct esp_selector *set, size_t n, const struct esp_selector *s)
{
    for (size_t i = 0; i < n; i++)
        if (ike_ts_covers(&set[i], s))
            return true;
    return false;
}

/* What meets, by the initiator's order; what is sure to be in the result comes first. */
static void meet_all(const struct ike_narrow *x, struct ike_narrowed *r)
{
    bool one_packet = is_one_packet(x->offered);
    for (size_t k = 0; k < x->n_ours && one_packet; k++) {
        if (!ike_ts_covers(&x->ours[k], &x->offered->s[0]))
            continue;
        for (uint16_t i = 0; i < x->offered->n; i++) {
            struct esp_selector both;
            if (ike_ts_covers(&x->offered->s[i], &x->offered->s[0]) &&
                ike_ts_meet(&x->offered->s[i], &x->ours[k], &both))
                add(r, &both);
        }
    }
    for (uint16_t i = 0; i < x->offered->n; i++)
        for (size_t k = 0; k < x->n_ours; k++) {
            struct esp_selector both;
            if (ike_ts_meet(&x->offered->s[i], &x->ours[k], &both))
                add(r, &both);
        }
}

static void say_ts(struct diag *d, const char *side, const struct ike_ts *ts, const char *what)
{
    *d = (struct diag){ .severity = DIAG_ERROR };
    DIAG_SET(d->id, "IKE-TS");
    struct text t = text_init(d->what, sizeof(d->what));
    text_str(&t, side);
    text_str(&t, ": ");
    text_str(&t, what);
    text_ike_selectors(&t, ts->s, ts->n);
}

bool ike_ts_narrow(const struct ike_narrow *narrow, const char *side,
                   struct ike_narrowed *ret_narrowed, struct diag *ret_diag)
{
    struct ike_narrowed r = { 0 };
    const char *why = NULL, *remedy = NULL;
    meet_all(narrow, &r);
    for (size_t k = 0; k < narrow->n_ours && !narrow->accept_narrower && r.n > 0; k++)
        if (!covered_by_one(r.s, r.n, &narrow->ours[k])) {
            why = "narrower than what is configured: the peer offers ";
            remedy = "give the peer the same selectors, any-any for a tunnel interface";
        }
    if (r.n == 0) {
        why = "nothing in common: the peer offers ";
        remedy = "make the networks of both ends mirror each other: any-any for a tunnel "
                 "interface, the same prefixes for policy-based selectors";
    }
    if (why) {
        say_ts(ret_diag, side, narrow->offered, why);
        struct text t = text_init(ret_diag->expected, sizeof(ret_diag->expected));
        text_ike_selectors(&t, narrow->ours, narrow->n_ours);
        DIAG_SET(ret_diag->remedy, remedy);
        return false;
    }
    for (uint16_t i = 0; i < narrow->offered->n; i++)
        if (!covered_by_one(r.s, r.n, &narrow->offered->s[i]))
            r.narrowed = true;
    *ret_narrowed = r;
    return true;
}

bool ike_ts_check(const struct esp_selector *offered, size_t n_offered, const struct ike_ts *answer,
                  const char *side, struct ike_narrowed *ret_narrowed, struct diag *ret_diag)
{
    struct ike_narrowed r = { 0 };
    bool fits = answer->n > 0 && answer->n <= ESP_SELECTORS_MAX && answer->ignored == 0;
    for (uint16_t i = 0; i < answer->n && fits; i++) {
        fits = covered_by_one(offered, n_offered, &answer->s[i]);
        add(&r, &answer->s[i]);
    }
    if (!fits) {
        say_ts(ret_diag, side, answer, "the peer answers with more than was offered: ");
        struct text t = text_init(ret_diag->expected, sizeof(ret_diag->expected));
        text_ike_selectors(&t, offered, n_offered);
        DIAG_SET(ret_diag->remedy, "the peer is at fault: give it the same selectors");
        return false;
    }
    for (size_t i = 0; i < n_offered; i++)
        if (!covered_by_one(r.s, r.n, &offered[i]))
            r.narrowed = true;
    *ret_narrowed = r;
    return true;
}

/* --- in words --------------------------------------------------------------------------------- */

/* The length of the prefix that the range is; -1: it is none. */
static int prefix_len(const struct esp_selector *s)
{
    for (int len = ip_bits(s->from.family); len >= 0; len--) {
        struct prefix p = prefix_of(&s->from, (uint8_t)len);
        struct esp_selector whole = ike_ts_prefix(&p);
        if (ip_eq(&whole.from, &s->from) && ip_eq(&whole.to, &s->to))
            return len;
    }
    return -1;
}

void text_ike_selector(struct text *t, const struct esp_selector *s)
{
    int len = prefix_len(s);
    text_ip(t, &s->from);
    if (len < 0) {
        text_char(t, '-');
        text_ip(t, &s->to);
    } else if (len < ip_bits(s->from.family)) {
        text_char(t, '/');
        text_u64(t, (uint64_t)len);
    }
    if (s->protocol) {
        text_str(t, " proto ");
        text_u64(t, s->protocol);
    }
    if (is_opaque(s)) {
        text_str(t, " port opaque");
    } else if (!has_any_port(s)) {
        text_str(t, " port ");
        text_u64(t, s->port_from);
        if (s->port_to != s->port_from) {
            text_char(t, '-');
            text_u64(t, s->port_to);
        }
    }
}

void text_ike_selectors(struct text *t, const struct esp_selector *s, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            text_str(t, ", ");
        text_ike_selector(t, &s[i]);
    }
    if (n == 0)
        text_str(t, "nothing");
}
