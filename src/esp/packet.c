#include "esp/packet.h"

#include "base/rd.h"
#include "esp/checksum.h"

enum {
    EXTENSIONS_MAX = 8, /* IPv6 headers before the transport; more are not worth following */
    ECN_MASK = 3,
    ECN_NOT_ECT = 0,
    ECN_ECT1 = 1,
    ECN_ECT0 = 2,
    ECN_CE = 3,
};

/* ICMP has its type and code where selectors have ports: RFC 7296 3.13.1. */
void esp_packet_read_ports(struct esp_packet *p, struct rd *transport)
{
    struct rd *r = transport;
    switch (p->protocol) {
    case ESP_PROTO_TCP:
    case ESP_PROTO_UDP:
    case 132: /* SCTP */
    case 33:  /* DCCP */
        p->source_port = rd_u16(r);
        p->destination_port = rd_u16(r);
        break;
    case ESP_PROTO_ICMP:
    case ESP_PROTO_ICMPV6:
        p->source_port = p->destination_port = rd_u16(r);
        break;
    default:
        return;
    }
    p->has_ports = !r->bad;
}

static bool parse_v4(struct esp_packet *p, size_t n)
{
    struct rd r = rd_init(p->bytes, n);
    uint8_t ihl = rd_u8(&r) & 15;
    p->tos = rd_u8(&r);
    p->len = rd_u16(&r);
    (void)rd_u16(&r);
    uint16_t fragment = rd_u16(&r);
    (void)rd_u8(&r);
    p->protocol = rd_u8(&r);
    p->ip_bytes = (uint16_t)(ihl * 4);
    if (r.bad || ihl < 5 || p->len < p->ip_bytes || p->len > n)
        return false;
    p->df = fragment & ESP_V4_DF;
    p->is_fragment = fragment & (ESP_V4_MF | ESP_V4_OFFSET);
    p->is_plain = ihl == 5 && !p->is_fragment;
    struct rd transport = rd_init(p->bytes, p->len);
    (void)rd_bytes(&transport, p->ip_bytes);
    if ((fragment & ESP_V4_OFFSET) == 0)
        esp_packet_read_ports(p, &transport);
    return true;
}

/* Steps over one extension header; false: `next` is not one, or it is cut short. */
static bool step_over(struct rd *r, uint8_t *next, bool *later, struct esp_packet *p)
{
    uint8_t kind = *next, after, words;
    if (kind != ESP_PROTO_HOP_BY_HOP && kind != ESP_PROTO_ROUTING && kind != ESP_PROTO_OPTIONS &&
        kind != ESP_PROTO_FRAGMENT && kind != ESP_PROTO_AH && kind != ESP_PROTO_MH)
        return false;
    struct rd at = *r;
    after = rd_u8(&at);
    words = rd_u8(&at);
    if (kind == ESP_PROTO_FRAGMENT) {
        uint16_t offset = rd_u16(&at);
        (void)rd_u32(&at);
        p->is_fragment = p->is_fragment || (offset & ~6) != 0;
        *later = *later || (offset & ~7) != 0;
    } else {
        size_t bytes = kind == ESP_PROTO_AH ? (words + 2u) * 4u : (words + 1u) * 8u;
        (void)rd_bytes(&at, bytes - 2);
    }
    if (at.bad)
        return false;
    *r = at;
    *next = after;
    return true;
}

static bool parse_v6(struct esp_packet *p, size_t n)
{
    struct rd r = rd_init(p->bytes, n);
    uint32_t word = rd_u32(&r);
    p->tos = (uint8_t)(word >> 20);
    p->len = ESP_IPV6_BYTES + (uint32_t)rd_u16(&r);
    uint8_t next = rd_u8(&r);
    if (n < ESP_IPV6_BYTES || p->len > n)
        return false;
    struct rd transport = rd_init(p->bytes, p->len);
    (void)rd_bytes(&transport, ESP_IPV6_BYTES);
    bool later = false;
    p->is_plain = true;
    for (int i = 0; i < EXTENSIONS_MAX && !later; i++) {
        if (!step_over(&transport, &next, &later, p))
            break;
        p->is_plain = false;
    }
    p->df = true;
    p->protocol = next;
    p->ip_bytes = (uint16_t)(p->len - rd_left(&transport));
    if (!later)
        esp_packet_read_ports(p, &transport);
    return true;
}

bool esp_packet_parse(uint8_t *bytes, size_t n, struct esp_packet *ret_packet)
{
    *ret_packet = (struct esp_packet){ .bytes = bytes };
    if (n < ESP_IPV4_BYTES)
        return false;
    ret_packet->family = bytes[0] >> 4;
    if (ret_packet->family == IP_V4)
        return parse_v4(ret_packet, n);
    return ret_packet->family == IP_V6 && parse_v6(ret_packet, n);
}

void esp_packet_set_length(uint8_t *bytes, uint8_t family, uint16_t header_bytes, uint32_t len)
{
    assert(len <= UINT16_MAX + (family == IP_V6 ? ESP_IPV6_BYTES : 0u));
    if (family == IP_V6) {
        esp_put16(bytes + ESP_V6_LENGTH, (uint16_t)(len - ESP_IPV6_BYTES));
        return;
    }
    esp_put16(bytes + ESP_V4_LENGTH, (uint16_t)len);
    esp_put16(bytes + ESP_V4_CHECKSUM, 0);
    esp_put16(bytes + ESP_V4_CHECKSUM, (uint16_t)~checksum_fold(checksum_sum(bytes, header_bytes)));
}

uint32_t esp_packet_pseudo(const struct esp_packet *p, uint32_t len)
{
    return checksum_sum(esp_packet_source(p), 2 * ip_bytes(p->family)) + (len >> 16) +
           (len & 0xffff) + p->protocol;
}

bool esp_packet_checksum_ok(const struct esp_packet *p)
{
    uint32_t len = p->len - p->ip_bytes;
    const uint8_t *transport = p->bytes + p->ip_bytes;
    if (p->protocol == ESP_PROTO_UDP && len >= 8 && esp_get16(transport + 6) == 0)
        return p->family == IP_V4; /* RFC 768: none was computed */
    return checksum_fold((uint64_t)esp_packet_pseudo(p, len) + checksum_sum(transport, len)) ==
           0xffff;
}

/* Sets the ECN field, and keeps IPv4's header checksum right. */
static void set_ecn(struct esp_packet *p, uint8_t ecn)
{
    uint8_t *b = p->bytes;
    uint16_t before = esp_get16(b), now;
    unsigned shift = p->family == IP_V4 ? 0 : 4;
    now = (uint16_t)((before & ~(ECN_MASK << shift)) | ecn << shift);
    if (p->family == IP_V4) {
        uint16_t sum = esp_get16(b + ESP_V4_CHECKSUM);
        esp_put16(b + ESP_V4_CHECKSUM, checksum_update(sum, before, now));
    }
    esp_put16(b, now);
    p->tos = (uint8_t)((p->tos & ~ECN_MASK) | ecn);
}

bool esp_packet_decapsulate_ecn(struct esp_packet *p, uint8_t outer_tos)
{
    uint8_t outer = outer_tos & ECN_MASK, inner = p->tos & ECN_MASK;
    if (outer == ECN_CE) {
        if (inner == ECN_NOT_ECT)
            return false; /* the sender would never learn of the congestion */
        if (inner != ECN_CE)
            set_ecn(p, ECN_CE);
    } else if (outer == ECN_ECT1 && inner == ECN_ECT0) {
        set_ecn(p, ECN_ECT1);
    }
    return true;
}

static bool is_any_port(const struct esp_selector *s)
{
    return s->port_from == 0 && s->port_to == UINT16_MAX;
}

static bool has(const struct esp_selector *s, const struct esp_packet *p, const uint8_t *address,
                uint16_t port)
{
    size_t n = ip_bytes(p->family);
    if (s->from.family != p->family || memcmp(address, s->from.b, n) < 0 ||
        memcmp(address, s->to.b, n) > 0)
        return false;
    if (s->protocol != 0 && s->protocol != p->protocol)
        return false;
    return is_any_port(s) || (p->has_ports && port >= s->port_from && port <= s->port_to);
}

static bool any_has(const struct esp_selector *s, uint8_t n, const struct esp_packet *p,
                    bool is_source)
{
    const uint8_t *address = is_source ? esp_packet_source(p) : esp_packet_destination(p);
    uint16_t port = is_source ? p->source_port : p->destination_port;
    for (uint8_t i = 0; i < n; i++)
        if (has(&s[i], p, address, port))
            return true;
    return false;
}

bool esp_packet_selected(const struct esp_packet *p, const struct esp_selectors *s, bool inbound)
{
    return any_has(s->local, s->n_local, p, !inbound) &&
           any_has(s->remote, s->n_remote, p, inbound);
}

static bool one_takes_all(const struct esp_selector *s, uint8_t n, uint8_t family)
{
    for (uint8_t i = 0; i < n; i++) {
        bool all = s[i].from.family == family && s[i].protocol == 0 && is_any_port(&s[i]);
        for (size_t k = 0; all && k < ip_bytes(family); k++)
            all = s[i].from.b[k] == 0 && s[i].to.b[k] == UINT8_MAX;
        if (all)
            return true;
    }
    return false;
}

bool esp_selectors_take_all(const struct esp_selectors *s, uint8_t family)
{
    return one_takes_all(s->local, s->n_local, family) &&
           one_takes_all(s->remote, s->n_remote, family);
}
