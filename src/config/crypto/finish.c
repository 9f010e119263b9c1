/* After the last line: what was taken back of IKEv2 and IPsec is swept. */
#include "config/parser.h"

void finish_crypto(struct config *c)
{
    struct config_ipsec *x = &c->ipsec;
    SWEEP(x->proposals);
    SWEEP(x->policies);
    for (uint32_t i = 0; i < x->policies.n; i++)
        SWEEP(x->policies.v[i].locals);
    SWEEP(x->keyrings);
    for (uint32_t i = 0; i < x->keyrings.n; i++)
        SWEEP(x->keyrings.v[i].peers);
    SWEEP(x->profiles);
    for (uint32_t i = 0; i < x->profiles.n; i++) {
        SWEEP(x->profiles.v[i].locals);
        SWEEP(x->profiles.v[i].remotes);
        SWEEP(x->profiles.v[i].trustpoints);
    }
    SWEEP(x->transform_sets);
    SWEEP(x->ipsec_profiles);
    SWEEP(x->trustpoints);
    SWEEP(c->crypto);
    for (uint32_t i = 0; i < c->crypto.n; i++)
        SWEEP(c->crypto.v[i].lines);
}
