/* bgp/open_wire.c: the OPEN message and its capabilities (RFC 4271 4.2, 6.2; 5492; 9072). */
#include <string.h>

#include "attr/aspath.h"
#include "bgp/wire.h"

enum { PARAM_CAPABILITIES = 2, PARAM_EXTENDED = 255 };

enum {
    CAP_MULTIPROTOCOL = 1,
    CAP_REFRESH = 2,
    CAP_EXTENDED_MESSAGE = 6,
    CAP_GRACEFUL_RESTART = 64,
    CAP_AS4 = 65,
    CAP_ENHANCED_REFRESH = 70,
    CAP_FQDN = 73,
};

static bool refuse(struct bgp_fault *fault, uint8_t subcode, const char *id, const char *what)
{
    *fault = bgp_fault_reset(BGP_ERR_OPEN, subcode, id, what);
    return false;
}

static bool decode_multiprotocol(struct rd *value, struct bgp_open *open)
{
    uint16_t afi = rd_u16(value);
    rd_u8(value);
    uint8_t safi = rd_u8(value);
    if (!rd_is_done(value))
        return false;
    open->caps.any_multiprotocol = true;
    open->caps.families |= bgp_family_bit(bgp_family_of(afi, safi));
    return true;
}

static bool decode_as4(struct rd *value, struct bgp_open *open)
{
    uint32_t as = rd_u32(value);
    if (!rd_is_done(value))
        return false;
    open->caps.as4 = true;
    open->as = as;
    return true;
}

/* A name of the peer for our screens: what is not printable ASCII becomes '?'. */
static void decode_fqdn(struct rd *value, struct bgp_open *open)
{
    uint8_t len = rd_u8(value);
    const uint8_t *name = rd_bytes(value, len);
    if (!name)
        return;
    size_t n = MIN((size_t)len, sizeof(open->caps.hostname) - 1);
    for (size_t i = 0; i < n; i++)
        open->caps.hostname[i] = name[i] > 0x20 && name[i] < 0x7f ? (char)name[i] : '?';
    open->caps.hostname[n] = '\0';
}

/* A capability whose length is wrong: the two that decide how everything else is read are refused,
 * the others are passed over as if not known (RFC 5492 3 lets each document say). */
static bool decode_capability(uint8_t code, struct rd *value, struct bgp_open *open)
{
    struct bgp_capabilities *c = &open->caps;
    if (c->code_count < BGP_CAPS_MAX && !memchr(c->codes, code, c->code_count))
        c->codes[c->code_count++] = code;
    switch (code) {
    case CAP_MULTIPROTOCOL:
        return decode_multiprotocol(value, open);
    case CAP_AS4:
        return decode_as4(value, open);
    case CAP_REFRESH:
        c->route_refresh |= rd_left(value) == 0;
        return true;
    case CAP_ENHANCED_REFRESH:
        c->enhanced_refresh |= rd_left(value) == 0;
        return true;
    case CAP_EXTENDED_MESSAGE:
        c->extended_message |= rd_left(value) == 0;
        return true;
    case CAP_GRACEFUL_RESTART:
        if (rd_left(value) >= 2) {
            c->graceful_restart = true;
            c->restart_time_s = rd_u16(value) & 0xfff;
        }
        return true;
    case CAP_FQDN:
        decode_fqdn(value, open);
        return true;
    default:
        return true;
    }
}

static bool decode_capabilities(const uint8_t *msg, struct rd *r, struct bgp_open *open,
                                struct bgp_fault *fault)
{
    while (rd_left(r) > 0) {
        const uint8_t *at = r->p;
        size_t left = rd_left(r);
        uint8_t code = rd_u8(r), len = rd_u8(r);
        struct rd value = rd_sub(r, len);
        if (value.bad || !decode_capability(code, &value, open)) {
            refuse(fault, 0, "BGP-5492-4", "a capability has the wrong length");
            bgp_fault_set_bytes(fault, (size_t)(at - msg), at, MIN(left, (size_t)len + 2));
            return false;
        }
    }
    return true;
}

/* RFC 9072 2: when the first parameter's type is 255, a longer length follows, and every parameter
 * has a length of two bytes. */
static bool decode_parameters(const uint8_t *msg, struct rd *r, struct bgp_open *open,
                              struct bgp_fault *fault)
{
    uint8_t len8 = rd_u8(r);
    struct rd peek = *r;
    bool extended = len8 > 0 && rd_u8(&peek) == PARAM_EXTENDED;
    size_t len = len8;
    if (extended) {
        rd_u8(r);
        len = rd_u16(r);
    }
    if (r->bad || len != rd_left(r))
        return refuse(fault, 0, "BGP-4271-6.2", "the optional parameters do not fill the OPEN");
    while (rd_left(r) > 0) {
        const uint8_t *at = r->p;
        size_t left = rd_left(r);
        uint8_t type = rd_u8(r);
        uint16_t n = extended ? rd_u16(r) : rd_u8(r);
        struct rd value = rd_sub(r, n);
        if (value.bad) {
            refuse(fault, 0, "BGP-4271-6.2", "an optional parameter is cut short");
            bgp_fault_set_bytes(fault, (size_t)(at - msg), at, left);
            return false;
        }
        if (type != PARAM_CAPABILITIES) {
            refuse(fault, 4, "BGP-4271-6.2", "an optional parameter is not supported");
            bgp_fault_set_bytes(fault, (size_t)(at - msg), at, MIN(left, (size_t)n + 2));
            return false;
        }
        if (!decode_capabilities(msg, &value, open, fault))
            return false;
    }
    return true;
}

bool bgp_decode_open(const uint8_t *msg, size_t n, struct bgp_open *ret_open,
                     struct bgp_fault *fault)
{
    *fault = bgp_fault_none();
    struct rd r = rd_init(msg, n);
    rd_bytes(&r, BGP_HEADER_BYTES);
    struct bgp_open open = { .version = rd_u8(&r) };
    if (!r.bad && open.version != BGP_VERSION) {
        refuse(fault, 1, "BGP-4271-6.2", "the BGP version is not 4");
        static const uint8_t ours[2] = { 0, BGP_VERSION };
        bgp_fault_set_data(fault, ours, sizeof(ours));
        bgp_fault_set_bytes(fault, BGP_HEADER_BYTES, &open.version, 1);
        return false;
    }
    open.as2 = rd_u16(&r);
    open.as = open.as2;
    open.hold_time = rd_u16(&r);
    open.router_id = rd_u32(&r);
    if (!decode_parameters(msg, &r, &open, fault))
        return false;
    if (!open.caps.any_multiprotocol)
        open.caps.families = BGP_IPV4; /* RFC 4760 8: the old way of speaking */
    *ret_open = open;
    return true;
}

static void put_family(struct wr *w, uint16_t afi)
{
    wr_u8(w, CAP_MULTIPROTOCOL);
    wr_u8(w, 4);
    wr_u16(w, afi);
    wr_u8(w, 0);
    wr_u8(w, SAFI_UNICAST);
}

static void put_empty(struct wr *w, uint8_t code, bool there)
{
    if (!there)
        return;
    wr_u8(w, code);
    wr_u8(w, 0);
}

static void put_capabilities(struct wr *w, const struct bgp_open *open)
{
    const struct bgp_capabilities *c = &open->caps;
    if (c->families & BGP_IPV4)
        put_family(w, AFI_IPV4);
    if (c->families & BGP_IPV6)
        put_family(w, AFI_IPV6);
    put_empty(w, CAP_REFRESH, c->route_refresh);
    put_empty(w, CAP_EXTENDED_MESSAGE, c->extended_message);
    if (c->graceful_restart) {
        wr_u8(w, CAP_GRACEFUL_RESTART);
        wr_u8(w, 2);
        wr_u16(w, c->restart_time_s & 0xfff);
    }
    if (c->as4) {
        wr_u8(w, CAP_AS4);
        wr_u8(w, 4);
        wr_u32(w, open->as);
    }
    put_empty(w, CAP_ENHANCED_REFRESH, c->enhanced_refresh);
    size_t name = strnlen(c->hostname, sizeof(c->hostname) - 1);
    if (name > 0) {
        wr_u8(w, CAP_FQDN);
        wr_u8(w, (uint8_t)(name + 2));
        wr_u8(w, (uint8_t)name);
        wr_bytes(w, c->hostname, name);
        wr_u8(w, 0);
    }
}

void bgp_encode_open(struct wr *w, const struct bgp_open *open)
{
    size_t mark = bgp_begin(w, BGP_OPEN);
    wr_u8(w, open->version);
    wr_u16(w, open->as > UINT16_MAX ? AS_TRANS : (uint16_t)open->as); /* RFC 6793 9 */
    wr_u16(w, open->hold_time);
    wr_u32(w, open->router_id);
    uint8_t room[128]; /* all of them and the longest name take 96 bytes */
    struct wr caps = wr_init(room, sizeof(room));
    put_capabilities(&caps, open);
    assert(!caps.bad);
    uint8_t n = (uint8_t)wr_len(&caps);
    wr_u8(w, n > 0 ? (uint8_t)(n + 2) : 0);
    if (n > 0) {
        wr_u8(w, PARAM_CAPABILITIES);
        wr_u8(w, n);
        wr_bytes(w, room, n);
    }
    bgp_end(w, mark);
}
