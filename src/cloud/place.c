#include "cloud/place.h"

#include <string.h>

#include "topo/kinds.h"

/* What stands in a subnet, as that subnet; anything else as it is. */
static const struct topo_object *subnet_of(const struct topo_object *o)
{
    if (o->kind == &azure_vm_kind) {
        const struct azure_vm *v = (const struct azure_vm *)o;
        o = v->network_interfaces.count ? &v->network_interfaces.items[0]->o : o;
    }
    if (o->kind == &azure_nic_kind && ((const struct azure_nic *)o)->subnet)
        return &((const struct azure_nic *)o)->subnet->o;
    if (o->kind == &aws_instance_kind && ((const struct aws_instance *)o)->subnet)
        return &((const struct aws_instance *)o)->subnet->o;
    if (o->kind == &gcp_instance_kind && ((const struct gcp_instance *)o)->subnetwork)
        return &((const struct gcp_instance *)o)->subnetwork->o;
    return o;
}

bool cloud_place_of(const struct topo_object *o, struct cloud_place *ret)
{
    static const struct {
        const struct topo_kind *kind;
        enum cloud_provider_id provider;
    } subnets[] = { { &azure_subnet_kind, CLOUD_AZURE },
                    { &aws_subnet_kind, CLOUD_AWS },
                    { &gcp_subnetwork_kind, CLOUD_GCP },
                    { &soracom_vpg_kind, CLOUD_AWS } };
    *ret = (struct cloud_place){ .object = subnet_of(o) };
    for (size_t i = 0; i < ARRAY_LEN(subnets); i++) {
        if (ret->object->kind == subnets[i].kind) {
            ret->provider = subnets[i].provider;
            return true;
        }
    }
    return false;
}

bool cloud_effective_routes(struct cloud_fabric *f, const struct cloud_place *p,
                            struct cloud_routes *ret)
{
    const struct gcp_subnetwork *g = (const struct gcp_subnetwork *)p->object;
    memset(ret, 0, sizeof(*ret));
    if (p->object->kind == &soracom_vpg_kind)
        return soracom_effective_routes(f, (const struct soracom_vpg *)p->object, ret);
    switch (p->provider) {
    case CLOUD_AZURE:
        return azure_effective_routes(f, (const struct azure_subnet *)p->object, ret);
    case CLOUD_AWS:
        return aws_effective_routes(f, (const struct aws_subnet *)p->object, ret);
    case CLOUD_GCP:
        return gcp_effective_routes(f, g->network, g->region, ret);
    }
    return false;
}
