/* net/proposal.h: sets of algorithms as bits, and whether two of them have something in common.
 * A bit is a row of config/crypto_names.h, refused ones too: two devices of others may agree on
 * what this product does not speak. Pure. */
#ifndef NET_PROPOSAL_H
#define NET_PROPOSAL_H

#include "config/crypto_names.h"
#include "net/network.h"

/* The bit of an algorithm by its IANA number and key length; 0: nobody knows it. */
uint64_t net_algorithm_bit(enum crypto_word_kind kind, uint16_t id, uint16_t bits);

/* The bits of an integrity's PRFs: what a side that names no PRF offers (RFC 7296: the same hash).
 */
uint64_t net_prf_of_integrity(uint64_t integrity);

/* Whether one of a's and one of b's proposals, IKE's and ESP's each, have every kind of algorithm
 * in common. A side without proposals of a kind takes anything. */
bool net_proposals_meet(const struct net *n, const struct net_tunnel_end *a,
                        const struct net_tunnel_end *b);

#endif
