/* bgp/open.c: whether the peer's OPEN is one that we can live with. */
#include "bgp/open.h"

#include "attr/aspath.h"

static bool refuse(struct bgp_fault *fault, uint8_t subcode, const char *id, const char *what)
{
    *fault = bgp_fault_reset(BGP_ERR_OPEN, subcode, id, what);
    return false;
}

/* The AS as the data of the NOTIFICATION: two bytes, or four when it needs them. */
static bool refuse_as(const struct bgp_open *open, struct bgp_fault *fault, const char *id,
                      const char *what)
{
    uint8_t bytes[4];
    struct wr w = wr_init(bytes, sizeof(bytes));
    refuse(fault, 2, id, what);
    if (open->as > UINT16_MAX)
        wr_u32(&w, open->as);
    else
        wr_u16(&w, (uint16_t)open->as);
    bgp_fault_set_data(fault, bytes, wr_len(&w));
    bgp_fault_set_bytes(fault, BGP_HEADER_BYTES + 1, bytes, wr_len(&w));
    return false;
}

static bool check_as(const struct bgp_open *open, const struct bgp_open_expect *expect,
                     struct bgp_fault *fault)
{
    if (open->as == 0 || open->as2 == 0)
        return refuse_as(open, fault, "BGP-7607-2", "the peer's AS is 0");
    if (open->as == AS_TRANS)
        return refuse_as(open, fault, "BGP-6793-9", "AS_TRANS is nobody's AS");
    if (open->caps.as4 && open->as2 != AS_TRANS && open->as2 != open->as)
        return refuse_as(open, fault, "BGP-6793-4.1", "the two AS numbers of the OPEN differ");
    bool wanted = expect->any_internal   ? open->as == expect->local_as
                  : expect->any_external ? open->as != expect->local_as
                                         : open->as == expect->remote_as;
    if (!wanted)
        return refuse_as(open, fault, "BGP-4271-6.2", "the peer's AS is not the configured one");
    return true;
}

static bool check_identifier(const struct bgp_open *open, const struct bgp_open_expect *expect,
                             struct bgp_fault *fault)
{
    bool internal = open->as == expect->local_as;
    if (open->router_id != 0 && !(internal && open->router_id == expect->router_id))
        return true;
    refuse(fault, 3, "BGP-6286-2.2",
           open->router_id == 0 ? "the peer's router id is 0"
                                : "the internal peer has our router id");
    uint8_t id[4];
    struct wr w = wr_init(id, sizeof(id));
    wr_u32(&w, open->router_id);
    bgp_fault_set_data(fault, id, sizeof(id));
    bgp_fault_set_bytes(fault, BGP_HEADER_BYTES + 5, id, sizeof(id));
    return false;
}

static bool check_hold_time(const struct bgp_open *open, struct bgp_fault *fault)
{
    if (open->hold_time == 0 || open->hold_time >= 3)
        return true;
    const uint8_t bytes[2] = { 0, (uint8_t)open->hold_time };
    refuse(fault, 6, "BGP-4271-6.2", "a hold time of one or two seconds");
    bgp_fault_set_data(fault, bytes, sizeof(bytes));
    bgp_fault_set_bytes(fault, BGP_HEADER_BYTES + 3, bytes, sizeof(bytes));
    return false;
}

/* RFC 5492 5: the data lists what we would have needed. */
static bool refuse_families(const struct bgp_open_expect *expect, struct bgp_fault *fault)
{
    uint8_t caps[12];
    struct wr w = wr_init(caps, sizeof(caps));
    for (uint16_t afi = AFI_IPV4; afi <= AFI_IPV6; afi++) {
        if (!(expect->families & bgp_family_bit(bgp_family_of(afi, SAFI_UNICAST))))
            continue;
        wr_u16(&w, 0x0104); /* multiprotocol, four bytes */
        wr_u16(&w, afi);
        wr_u16(&w, SAFI_UNICAST);
    }
    refuse(fault, 7, "BGP-5492-5", "no address family in common");
    bgp_fault_set_data(fault, caps, wr_len(&w));
    return false;
}

bool bgp_open_check(const struct bgp_open *open, const struct bgp_open_expect *expect,
                    uint16_t keepalive_s, struct bgp_negotiated *ret_agreed,
                    struct bgp_fault *fault)
{
    *fault = bgp_fault_none();
    if (!check_as(open, expect, fault) || !check_identifier(open, expect, fault) ||
        !check_hold_time(open, fault))
        return false;
    struct bgp_negotiated agreed = {
        .hold_time_s = MIN(open->hold_time, expect->hold_time_s),
        .families = open->caps.families & expect->families,
        .as4 = open->caps.as4 && expect->as4,
        .refresh = open->caps.route_refresh && expect->refresh,
        .is_ebgp = open->as != expect->local_as,
    };
    if (agreed.families == 0)
        return refuse_families(expect, fault);
    agreed.keepalive_s = agreed.hold_time_s / 3; /* 4.4; at least 1, since the hold time is >= 3 */
    if (keepalive_s > 0 && keepalive_s < agreed.keepalive_s)
        agreed.keepalive_s = keepalive_s;
    assert(agreed.hold_time_s == 0 || agreed.keepalive_s >= 1);
    *ret_agreed = agreed;
    return true;
}
