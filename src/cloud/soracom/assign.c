#include "cloud/assign_impl.h"
#include "cloud/aws/facts.h"
#include "cloud/limits.h"

/* A Door is made of AWS's tunnels, on a gateway that SORACOM runs: its AS number is not published,
 * so that it is taken for the default of such gateways unless the topology says otherwise. */

void soracom_note_given(struct assigner *a)
{
    const struct topo_soracom *s = &a->t->soracom;
    for (uint32_t i = 0; i < s->doors.count; i++) {
        const struct soracom_door *d = &s->doors.items[i];
        assign_note_public(a, &d->customer_gateway_address.addr);
        aws_note_tunnels(a, d->virtual_private_gateway, d->tunnels.items, d->tunnels.count);
    }
}

void soracom_assign(struct assigner *a)
{
    struct topo_soracom *s = &a->t->soracom;
    uint32_t both = (uint32_t)cloud_number(NULL, &aws_facts[AWS_VPN_TUNNELS]);
    for (uint32_t i = 0; i < s->virtual_private_gateways.count; i++) {
        if (s->virtual_private_gateways.items[i].asn == 0)
            s->virtual_private_gateways.items[i].asn =
                (uint32_t)cloud_number(NULL, &aws_facts[AWS_AS_VGW_DEFAULT]);
    }
    for (uint32_t i = 0; i < s->doors.count; i++) {
        struct soracom_door *d = &s->doors.items[i];
        struct aws_tunnel *v = aws_assign_tunnels(a, d->virtual_private_gateway, &d->o,
                                                  d->tunnels.items, d->tunnels.count);
        if (!v)
            return;
        d->tunnels.items = v;
        d->tunnels.count = MAX(both, d->tunnels.count);
    }
}
