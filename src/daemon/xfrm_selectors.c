#include "daemon/xfrm_selectors.h"

#include <string.h>

enum { PIECES_MAX = XFRM_SELECTORS_MAX, PROTOCOL_ICMP = 1, PROTOCOL_ICMPV6 = 58 };

/* A number of up to 128 bits, and how many of its first bits count. */
struct piece {
    uint8_t b[16], len;
};

static bool bit(const uint8_t *b, unsigned i)
{
    return b[i / 8] >> (7 - i % 8) & 1;
}

/* The last number that shares the first `len` bits. */
static void last_of(const struct piece *p, size_t bytes, uint8_t ret_last[16])
{
    memcpy(ret_last, p->b, 16);
    for (unsigned i = p->len; i < bytes * 8; i++)
        ret_last[i / 8] |= (uint8_t)(0x80 >> i % 8);
}

/* Cuts a range of numbers of `bytes` bytes into pieces of powers of two, the largest that begin
 * where the last one ended; 0: more than PIECES_MAX, or no range. */
static uint32_t cut(const uint8_t *from, const uint8_t *to, size_t bytes,
                    struct piece ret_pieces[PIECES_MAX])
{
    uint8_t at[16] = { 0 }, last[16];
    memcpy(at, from, bytes);
    for (uint32_t n = 0; n < PIECES_MAX && memcmp(at, to, bytes) <= 0; n++) {
        struct piece p = { .len = (uint8_t)(bytes * 8) };
        memcpy(p.b, at, sizeof(p.b));
        while (p.len > 0 && !bit(at, p.len - 1U)) {
            struct piece larger = p;
            larger.len--;
            last_of(&larger, bytes, last);
            if (memcmp(last, to, bytes) > 0)
                break;
            p = larger;
        }
        ret_pieces[n] = p;
        last_of(&p, bytes, last);
        if (memcmp(last, to, bytes) == 0)
            return n + 1;
        memcpy(at, last, sizeof(at));
        for (size_t i = bytes; i-- > 0 && ++at[i] == 0;)
            ;
    }
    return 0;
}

static uint32_t cut_ports(const struct esp_selector *s, struct piece ret_pieces[PIECES_MAX])
{
    const uint8_t from[2] = { (uint8_t)(s->port_from >> 8), (uint8_t)s->port_from };
    const uint8_t to[2] = { (uint8_t)(s->port_to >> 8), (uint8_t)s->port_to };
    return cut(from, to, sizeof(from), ret_pieces);
}

static void set_port(const struct piece *p, uint16_t *ret_port, uint16_t *ret_mask)
{
    *ret_port = (uint16_t)(p->b[0] << 8 | p->b[1]);
    *ret_mask = (uint16_t)(UINT32_C(0xffff0000) >> p->len);
}

/* One side of a selector: prefixes and ports. */
struct side {
    uint8_t family;
    uint32_t n_prefixes, n_ports;
    struct piece prefixes[PIECES_MAX], ports[PIECES_MAX];
};

static bool set_side(const struct esp_selector *s, struct side *ret_side)
{
    size_t bytes = ip_bytes(s->from.family);
    bool any_port = s->port_from == 0 && s->port_to == UINT16_MAX;
    bool icmp = s->protocol == PROTOCOL_ICMP || s->protocol == PROTOCOL_ICMPV6;
    if (bytes == 0 || s->to.family != s->from.family || (icmp && !any_port))
        return false;
    ret_side->family = s->from.family;
    ret_side->n_prefixes = cut(s->from.b, s->to.b, bytes, ret_side->prefixes);
    ret_side->n_ports = cut_ports(s, ret_side->ports);
    return ret_side->n_prefixes > 0 && ret_side->n_ports > 0;
}

static struct prefix prefix_from(const struct side *s, uint32_t i)
{
    struct ip_addr a = { .family = s->family };
    memcpy(a.b, s->prefixes[i].b, sizeof(a.b));
    return prefix_of(&a, s->prefixes[i].len);
}

static bool add(const struct os_xfrm_selector *s, struct os_xfrm_selector *to, uint32_t *n)
{
    if (*n == XFRM_SELECTORS_MAX)
        return false;
    to[(*n)++] = *s;
    return true;
}

/* Every prefix and port of one side with every one of the other. */
static bool add_pairs(const struct side *local, const struct side *remote, uint8_t protocol,
                      struct os_xfrm_selector *to, uint32_t *n)
{
    uint32_t locals = local->n_prefixes * local->n_ports;
    uint32_t remotes = remote->n_prefixes * remote->n_ports;
    for (uint32_t i = 0; i < locals * remotes; i++) {
        uint32_t l = i / remotes, r = i % remotes;
        struct os_xfrm_selector s = { .source = prefix_from(local, l / local->n_ports),
                                      .destination = prefix_from(remote, r / remote->n_ports),
                                      .protocol = protocol };
        set_port(&local->ports[l % local->n_ports], &s.source_port, &s.source_mask);
        set_port(&remote->ports[r % remote->n_ports], &s.destination_port, &s.destination_mask);
        if (!add(&s, to, n))
            return false;
    }
    return true;
}

uint32_t xfrm_selectors(const struct esp_child *child,
                        struct os_xfrm_selector ret_selectors[XFRM_SELECTORS_MAX])
{
    uint32_t n = 0;
    for (uint8_t i = 0; i < child->n_local; i++) {
        struct side local, remote;
        if (!set_side(&child->local[i], &local))
            return 0;
        for (uint8_t k = 0; k < child->n_remote; k++) {
            uint8_t a = child->local[i].protocol, b = child->remote[k].protocol;
            if (!set_side(&child->remote[k], &remote))
                return 0;
            /* RFC 4301 4.4.1.1: both sides of a packet are of one family and one protocol. */
            if (local.family != remote.family || (a && b && a != b))
                continue;
            if (!add_pairs(&local, &remote, a ? a : b, ret_selectors, &n))
                return 0;
        }
    }
    return n;
}

struct os_xfrm_selector xfrm_selector_reversed(const struct os_xfrm_selector *s)
{
    return (struct os_xfrm_selector){ .source = s->destination,
                                      .destination = s->source,
                                      .protocol = s->protocol,
                                      .source_port = s->destination_port,
                                      .source_mask = s->destination_mask,
                                      .destination_port = s->source_port,
                                      .destination_mask = s->source_mask };
}

bool xfrm_selector_eq(const struct os_xfrm_selector *a, const struct os_xfrm_selector *b)
{
    return prefix_eq(&a->source, &b->source) && prefix_eq(&a->destination, &b->destination) &&
           a->protocol == b->protocol && a->source_port == b->source_port &&
           a->source_mask == b->source_mask && a->destination_port == b->destination_port &&
           a->destination_mask == b->destination_mask;
}
