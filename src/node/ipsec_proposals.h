/* node/ipsec_proposals.h: the algorithms of a tunnel as proposals of the IKE engine: those of the
 * configuration without the refused ones, else the preset's, else the defaults. Internal to node/.
 */
#ifndef NODE_IPSEC_PROPOSALS_H
#define NODE_IPSEC_PROPOSALS_H

#include "config/crypto_presets.h"
#include "config/model.h"
#include "ike/config.h"

/* Fills in x->ike or x->child; preset may be NULL. */
void ipsec_proposals_ike(const struct config_tunnel *t, const struct crypto_preset *preset,
                         struct ike_lists *x);
void ipsec_proposals_child(const struct config_tunnel *t, const struct crypto_preset *preset,
                           struct ike_lists *x);

#endif
