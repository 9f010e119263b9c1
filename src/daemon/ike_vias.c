#include "daemon/ike_vias.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"

enum { IF_INDEX_NOBODY = INT32_MAX };

void ike_vias_done(struct ike_vias *v)
{
    mem_free(MEM_MISC, v->items, v->n * sizeof(*v->items));
    *v = (struct ike_vias){ 0 };
}

err_t ike_vias_set(struct ike_vias *v, const struct config *c)
{
    struct ike_vias new = { 0 };
    for (uint32_t i = 0; i < c->ipsec.tunnels.n; i++)
        new.n += c->ipsec.tunnels.v[i].interface->tunnel_via != NULL;
    if (new.n > 0 && !(new.items = mem_alloc(MEM_MISC, new.n * sizeof(*new.items))))
        return -ENOMEM;
    for (uint32_t i = 0, k = 0; i < c->ipsec.tunnels.n; i++) {
        const struct config_tunnel *t = &c->ipsec.tunnels.v[i];
        const char *via = t->interface->tunnel_via;
        if (!via)
            continue;
        struct ike_via *x = &new.items[k++];
        *x = (struct ike_via){ .local = t->local, .remote = t->remote };
        memcpy(x->interface, via, strnlen(via, sizeof(x->interface) - 1));
    }
    ike_vias_done(v);
    *v = new;
    return 0;
}

void ike_vias_path(const struct ike_vias *v, const struct ike_addresses *a, struct esp_path *path)
{
    path->if_index = 0;
    for (uint32_t i = 0; i < v->n; i++) {
        const struct ike_via *x = &v->items[i];
        if (!ip_eq(&x->remote, &path->remote) ||
            (x->local.family != IP_NONE && !ip_eq(&x->local, &path->local)))
            continue;
        path->if_index = ike_addresses_index(a, x->interface);
        if (path->if_index == 0)
            path->if_index = IF_INDEX_NOBODY;
        return;
    }
}
