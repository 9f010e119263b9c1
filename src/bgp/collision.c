/* RFC 4271 6.8, made safe against its own race. Say B has the higher identifier. The RFC lets each
 * end judge alone, so A can reach Established on the connection that B has just closed. Here B
 * commits: with its KEEPALIVE to A's connection, after which it does not connect itself, or with
 * its OPEN on its own connection. A follows what B has committed to, and so does not close its own
 * connection before B's OPEN has come on the other one. */
#include "bgp/session_impl.h"

enum bgp_side bgp_collision_winner(uint32_t local_id, uint32_t local_as, uint32_t remote_id,
                                   uint32_t remote_as)
{
    if (local_id != remote_id)
        return local_id > remote_id ? BGP_OUTGOING : BGP_INCOMING;
    return local_as > remote_as ? BGP_OUTGOING : BGP_INCOMING;
}

bool bgp_collision_resolve(struct bgp_session *s, ns_t now, enum bgp_side side)
{
    enum bgp_side other = side == BGP_OUTGOING ? BGP_INCOMING : BGP_OUTGOING;
    if (s->conn[other].state < BGP_OPENSENT)
        return true;
    assert(s->conn[other].state < BGP_ESTABLISHED); /* it ended the others when it came up */
    const struct bgp_open *peer = &s->conn[side].peer_open;
    enum bgp_side winner = bgp_collision_winner(s->params.router_id, s->params.local_as,
                                                peer->router_id, peer->as);
    bool undecided = winner == BGP_INCOMING && other == BGP_INCOMING &&
                     s->conn[other].state == BGP_OPENSENT;
    if (undecided)
        return true;
    struct bgp_end end = { .why = BGP_DOWN_WE_NOTIFIED,
                           .notify = true,
                           .fault = bgp_fault_of(BGP_ERR_CEASE, 7),
                           .collision = true };
    bgp_fsm_end(s, now, winner == side ? other : side, &end);
    return winner == side;
}
