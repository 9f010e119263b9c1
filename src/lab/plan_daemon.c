/* Who runs what: the user's own configurations as they are, and those of the providers' gateways,
 * which are made of the network. */
#include "lab/plan_impl.h"

#include <string.h>

#include "net/gateway.h"
#include "topo/kinds.h"

enum { IPTABLES_MAX = 1 << 16, GATEWAY_MAX = 1 << 20 };

/* ---- interfaces ------------------------------------------------------------------------------ */

static void map_interface(struct lab_draft *x, struct lab_daemon *d, const char *device,
                          const char *dev)
{
    if (strcmp(device, dev) == 0)
        return;
    struct lab_mapping *new = NET_PUSH(x->arena, &d->map);
    if (new)
        *new = (struct lab_mapping){ device, dev };
    x->full = x->full || !new;
}

static bool is_physical(const struct config_interface *i)
{
    return !i->is_tunnel && !i->vxlan.vni && !i->dot1q_vlan &&
           strncmp(i->name, "Loopback", 8) != 0 && strncmp(i->name, "Tunnel", 6) != 0;
}

/* A router of Cisco's as a machine in a cloud: its ports are the network interfaces in order. */
static void map_ports(struct lab_draft *x, struct lab_daemon *d, const struct config *c)
{
    uint32_t port = 0;
    for (uint32_t i = 0; i < c->interfaces.n; i++) {
        if (is_physical(&c->interfaces.v[i]))
            map_interface(x, d, c->interfaces.v[i].name, lab_draft_text(x, "eth%u", port++));
    }
}

static void map_interfaces(struct lab_draft *x, struct lab_daemon *d, const struct net_node *node)
{
    if (node->object->kind != &site_router_kind) {
        if (node->config->dialect == DIALECT_IOS)
            map_ports(x, d, node->config);
        return;
    }
    for (uint32_t i = 0; i < x->plugs.count; i++) {
        if (x->plugs.items[i].node == d->node)
            map_interface(x, d, x->plugs.items[i].device, x->plugs.items[i].dev);
    }
}

/* ---- the user's ------------------------------------------------------------------------------ */

/* Rules as typed, each a command of its own: what spanwayd reads beside a configuration. */
static const char *iptables_of(struct lab_draft *x, const struct topo_device *device)
{
    if (device->iptables.count == 0)
        return NULL;
    char *buffer = arena_alloc(x->arena, IPTABLES_MAX);
    if (!buffer) {
        x->full = true;
        return NULL;
    }
    struct text t = text_init(buffer, IPTABLES_MAX);
    for (uint32_t i = 0; i < device->iptables.count; i++) {
        const char *rule = device->iptables.items[i];
        if (strncmp(rule, "iptables", 8) != 0)
            text_str(&t, "iptables ");
        text_str(&t, rule);
        text_char(&t, '\n');
    }
    if (t.cut)
        lab_draft_refuse(x, NULL, "its rules of iptables are longer than 64 KiB");
    return buffer;
}

static void add_daemon(struct lab_draft *x, const struct lab_daemon *d)
{
    struct lab_daemon *new = NET_PUSH(x->arena, &x->p->daemons);
    if (new)
        *new = *d;
    x->full = x->full || !new;
}

static void add_device(struct lab_draft *x, uint32_t i)
{
    const struct net_node *node = &x->n->nodes.items[i];
    const struct check_device *k = lab_draft_device(x, node->object);
    if (!k)
        return; /* a router without configuration: its Linux forwards */
    if (!k->config || !k->text || (k->diags && k->diags->errors)) {
        lab_draft_refuse(x, node->object, "its configuration has errors");
        return;
    }
    bool frr = k->device->daemon == TOPO_FRR;
    if (frr && (k->config->dialect != DIALECT_FRR || k->device->iptables.count)) {
        lab_draft_refuse(x, node->object,
                         "`daemon: frr` wants a configuration of FRR's, and no "
                         "rules of iptables");
        return;
    }
    struct lab_daemon d = { .kind = frr ? LAB_FRR : LAB_SPANWAYD,
                            .space = x->p->space_of[i],
                            .node = i,
                            .config = k->text,
                            .config_len = k->len,
                            .dialect = k->device->dialect,
                            .iptables = iptables_of(x, k->device),
                            .bgpd = k->device->bgpd };
    map_interfaces(x, &d, node);
    add_daemon(x, &d);
}

/* ---- providers' ------------------------------------------------------------------------------ */

/* Where the others of a group reach a node that has no address in its network. */
static struct ip_addr *inside_addresses(struct lab_draft *x)
{
    struct ip_addr *all = arena_alloc(x->arena, (x->n->nodes.count + 1) * sizeof(*all));
    x->full = x->full || !all;
    for (uint32_t i = 0; all && i < x->p->nics.count; i++) {
        const struct lab_nic *nic = &x->p->nics.items[i];
        if (nic->addresses.count == 0)
            all[nic->node] = nic->via;
    }
    return all;
}

static const char *fabric_dev(const struct lab_draft *x, uint32_t space)
{
    for (uint32_t i = 0; i < x->p->cables.count; i++) {
        const struct lab_cable *c = &x->p->cables.items[i];
        if (c->kind == LAB_CABLE_NIC && c->end[0].space == space)
            return c->end[0].dev;
    }
    return NULL;
}

static void add_gateway(struct lab_draft *x, uint32_t i, const struct ip_addr *inside, char *buffer)
{
    uint32_t space = x->p->space_of[i];
    struct text t = text_init(buffer, GATEWAY_MAX);
    const struct net_gateway_names names = { .fabric = fabric_dev(x, space), .inside = inside };
    if (!net_gateway_config(x->n, i, &names, &t)) {
        lab_draft_refuse(x, x->n->nodes.items[i].object, "its configuration is longer than 1 MiB");
        return;
    }
    const char *config = arena_strn(x->arena, t.s, t.len);
    x->full = x->full || !config;
    add_daemon(x, &(struct lab_daemon){ .kind = LAB_SPANWAYD,
                                        .space = space,
                                        .node = i,
                                        .config = config,
                                        .config_len = t.len,
                                        .dialect = DIALECT_FRR });
}

/* ---- all ------------------------------------------------------------------------------------- */

void lab_draft_daemons(struct lab_draft *x)
{
    const struct ip_addr *inside = inside_addresses(x);
    char *buffer = arena_alloc(x->arena, GATEWAY_MAX);
    x->full = x->full || !buffer;
    for (uint32_t i = 0; !x->full && i < x->n->nodes.count; i++) {
        const struct net_node *node = &x->n->nodes.items[i];
        if (x->p->space_of[i] == NET_NONE || !node->object)
            continue;
        if (net_gateway_is(x->n, i))
            add_gateway(x, i, inside, buffer);
        else if (node->config)
            add_device(x, i);
    }
}
