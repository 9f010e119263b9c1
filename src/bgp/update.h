/* bgp/update.h: UPDATE messages (RFC 4271 4.3, 5, 6.3; 4760; 6793; 7606; 7607; 1997...). */
#ifndef BGP_UPDATE_H
#define BGP_UPDATE_H

#include "attr/attr.h"
#include "bgp/wire.h"
#include "rib/rib.h"

/* What of a session matters for decoding. */
struct bgp_update_context {
    bool as4; /* both ends speak 4-byte AS numbers */
    bool is_ebgp;
    uint8_t families; /* negotiated: BGP_IPV4 | BGP_IPV6 */
    uint32_t local_as, remote_as;
    bool enforce_first_as;
    struct ip_addr local, remote; /* of the TCP session */
    uint32_t router_id;           /* ours, host order */
};

enum {
    BGP_UPDATE_PREFIXES_MAX = BGP_MESSAGE_MAX, /* each takes a byte at least */
    BGP_UPDATE_ARENA_BYTES = 256 * 1024, /* twice the prefixes, and all attributes rewritten */
};

/* One decoded UPDATE. Prefix arrays stand in the arena. */
struct bgp_update {
    struct attr_draft draft; /* spans point into the message or the arena; next_hop of the
                                IPv4 NLRI (NEXT_HOP) */
    struct ip_addr mp_next_hop, mp_next_hop_ll; /* of mp_announced, not draft.head.next_hop */
    struct prefix *announced, *withdrawn;       /* IPv4 NLRI and withdrawn routes */
    struct prefix *mp_announced, *mp_withdrawn; /* MP_REACH / MP_UNREACH, family mp_family */
    size_t announced_n, withdrawn_n, mp_announced_n, mp_withdrawn_n;
    uint8_t mp_family;  /* of the MP_REACH, else of the MP_UNREACH: IP_V4, IP_V6; IP_NONE:
                           neither. Should the two differ, each prefix says its own */
    uint8_t off; /* BGP_IPV4 or BGP_IPV6 with BGP_AFI_OFF: the family that ends (RFC 4760 7) */
    uint8_t end_of_rib; /* BGP_IPV4 or BGP_IPV6 (RFC 4724 2); 0: none */
};

/* Whole message -> update. The fault's verdict tells what to do: BGP_FINE and BGP_DISCARD: use it
 * (the bad attribute is left out); BGP_WITHDRAW: announced prefixes have been moved to the
 * withdrawn ones; BGP_AFI_OFF: the family `off` has to be switched off (RFC 4760 7), the other's
 * prefixes are to be used as they stand here (it is the verdict only where the session carries both
 * families and one of them is sound, else BGP_RESET); BGP_RESET: send the NOTIFICATION, nothing of
 * the update counts. Withdrawn prefixes come before announced ones. The arena takes at most
 * BGP_UPDATE_ARENA_BYTES. */
void bgp_decode_update(const uint8_t *msg, size_t n, const struct bgp_update_context *ctx,
                       struct arena *arena, struct bgp_update *ret_update,
                       struct bgp_fault *ret_fault);

/* How a portion of the RIB is told to a peer. Peers for whom all of it is equal share the bytes. */
struct bgp_encode_context {
    bool as4;
    bool is_ebgp;
    bool prepend; /* our AS goes in front (eBGP, not to a route-server client) */
    uint32_t local_as;
    struct ip_addr self_v4, self_v6; /* our address towards the peer: next hop of own routes */
    struct ip_addr self_ll;   /* our link-local address when the peer is directly connected */
    struct prefix shared;     /* the network that we share with an external peer; or IP_NONE */
    uint8_t message_families; /* negotiated */
};

/* Encodes as many of the export's prefixes as fit into one message of at most BGP_MESSAGE_MAX bytes
 * appended to w; returns how many (from `from` on), 0 when not even one fits (attributes too long:
 * the caller counts and skips; RFC 8654 not negotiated), w has less room than that, or there is no
 * next hop of the family; w is then as it was. With room for BGP_MESSAGE_MAX bytes, 0 means: never.
 * Prefixes of IPv4 go as NLRI, of IPv6 as MP_REACH_NLRI / MP_UNREACH_NLRI. end_of_rib is encoded as
 * RFC 4724 says (returns 1). */
size_t bgp_encode_update(struct wr *w, const struct rib_export *x, size_t from,
                         const struct bgp_encode_context *ctx);

#endif
