/* Virtual networks, who sits in them, circuits, the Internet. */
#include "lab/plan_impl.h"

#include <string.h>

#include "cloud/assign.h"
#include "topo/kinds.h"

/* ---- fabrics --------------------------------------------------------------------------------- */

/* The first network of those that are peered with it, as fabric_of chains them. */
static uint32_t root_of(const struct lab_draft *x, uint32_t node)
{
    while (x->fabric_of[node] != node)
        node = x->fabric_of[node];
    return node;
}

static void join_peered(struct lab_draft *x)
{
    const struct net *n = x->n;
    for (uint32_t i = 0; i < n->nodes.count; i++)
        x->fabric_of[i] = i;
    for (uint32_t i = 0; i < n->links.count; i++) {
        const struct net_link *l = &n->links.items[i];
        if (l->kind != NET_LINK_FABRIC || n->nodes.items[l->node[0]].kind != NET_FABRIC ||
            n->nodes.items[l->node[1]].kind != NET_FABRIC)
            continue;
        uint32_t a = root_of(x, l->node[0]), b = root_of(x, l->node[1]);
        x->fabric_of[MAX(a, b)] = MIN(a, b);
    }
}

static void set_up_fabric(struct lab_draft *x, uint32_t space)
{
    /* First, as it sets others back. */
    lab_draft_sysctl(x, space, "net/ipv4/ip_forward", 1);
    lab_draft_sysctl(x, space, "net/ipv4/conf/all/send_redirects", 0);
    lab_draft_sysctl(x, space, "net/ipv4/conf/default/send_redirects", 0);
    lab_draft_sysctl(x, space, "net/ipv4/conf/default/proxy_arp", 1);
    lab_draft_sysctl(x, space, "net/ipv4/fib_multipath_hash_policy", 1);
    lab_draft_sysctl(x, space, "net/ipv6/conf/all/disable_ipv6", 1);
    lab_draft_sysctl(x, space, "net/ipv6/conf/default/disable_ipv6", 1);
}

/* What answers for a subnet: Azure, AWS and Google all have the router there. */
static void add_gateway(struct lab_draft *x, uint32_t space, const struct prefix *subnet)
{
    struct ip_addr gw = cloud_link_host(subnet, 1);
    if (subnet->family == IP_V4 && subnet->len <= 30)
        lab_draft_setup(x, space, "address add %s/32 dev lo", lab_draft_ip(x, &gw));
}

static void add_subnets(struct lab_draft *x, uint32_t space, const struct topo_object *network)
{
    if (network->kind == &azure_vnet_kind) {
        const struct azure_vnet *v = (const struct azure_vnet *)(const void *)network;
        lab_draft_setup(x, space, "address replace " LAB_PLATFORM "/32 dev lo");
        for (uint32_t i = 0; i < v->subnets.count; i++)
            add_gateway(x, space, &v->subnets.items[i].address_prefix);
    } else if (network->kind == &aws_vpc_kind) {
        const struct aws_vpc *v = (const struct aws_vpc *)(const void *)network;
        for (uint32_t i = 0; i < v->subnets.count; i++)
            add_gateway(x, space, &v->subnets.items[i].cidr_block);
    } else if (network->kind == &gcp_network_kind) {
        for (uint32_t i = 0; i < x->t->gcp.subnetworks.count; i++) {
            const struct gcp_subnetwork *s = &x->t->gcp.subnetworks.items[i];
            if (&s->network->o == network)
                add_gateway(x, space, &s->ip_cidr_range);
        }
    }
}

void lab_draft_fabrics(struct lab_draft *x)
{
    const struct net *n = x->n;
    join_peered(x);
    for (uint32_t i = 0; i < n->nodes.count; i++) {
        const struct net_node *node = &n->nodes.items[i];
        if (node->kind != NET_FABRIC)
            continue;
        if (root_of(x, i) == i) {
            uint32_t space = lab_draft_space(x, LAB_SPACE_FABRIC,
                                             lab_draft_text(x, "fabric.%s", node->name), NET_NONE);
            x->p->space_of[i] = space;
            set_up_fabric(x, space);
            lab_draft_setup(x, space, "address add " LAB_HELPER "/32 dev lo");
            lab_draft_setup(x, space, "route add blackhole default metric 4000000000");
            lab_draft_setup(x, space, "rule add priority 990 to " LAB_HELPERS " lookup main");
        } else {
            x->p->space_of[i] = x->p->space_of[root_of(x, i)];
        }
        if (node->object)
            add_subnets(x, x->p->space_of[i], node->object);
    }
}

/* ---- the Internet ---------------------------------------------------------------------------- */

/* What is sent to nobody goes into a cable that ends where it begins; so there is a route to every
 * address, and proxy ARP answers for every gateway that somebody has configured. */
static void add_void(struct lab_draft *x, uint32_t space)
{
    struct lab_cable c = { .kind = LAB_CABLE_VOID };
    c.end[0] = (struct lab_end){ .space = space, .dev = lab_draft_dev(x, space, "void") };
    c.end[1] = (struct lab_end){ .space = space, .dev = lab_draft_dev(x, space, "void-end") };
    lab_draft_cable(x, &c);
    lab_draft_setup(x, space, "link set dev %s arp off", c.end[0].dev);
    lab_draft_setup(x, space, "route add default dev %s", c.end[0].dev);
}

/* Fabrics translate; they reach the Internet by a cable that has no address of its own. */
static void connect_fabric(struct lab_draft *x, uint32_t fabric)
{
    uint32_t all = x->p->internet;
    struct lab_cable c = { .kind = LAB_CABLE_INTERNET };
    c.end[0] = (struct lab_end){ .space = fabric, .dev = lab_draft_dev(x, fabric, "internet") };
    c.end[1] = (struct lab_end){ .space = all,
                                 .dev = lab_draft_dev(x, all, x->p->spaces.items[fabric].name) };
    lab_draft_cable(x, &c);
}

void lab_draft_internet(struct lab_draft *x)
{
    for (uint32_t i = 0; i < x->n->nodes.count; i++) {
        if (x->n->nodes.items[i].kind == NET_INTERNET)
            x->p->internet = lab_draft_space(x, LAB_SPACE_INTERNET, "internet", NET_NONE);
    }
    if (x->p->internet == NET_NONE)
        return;
    set_up_fabric(x, x->p->internet);
    add_void(x, x->p->internet);
    uint32_t spaces = x->p->spaces.count;
    for (uint32_t i = 0; i < spaces; i++) {
        if (x->p->spaces.items[i].kind == LAB_SPACE_FABRIC)
            connect_fabric(x, i);
    }
}

/* Whether the node's outside address of that name is used by a tunnel: then its peer has a route.
 */
static void route_to_peers(struct lab_draft *x, uint32_t space, const struct ip_addr *mine,
                           const char *dev)
{
    for (uint32_t i = 0; i < x->n->ends.count; i++) {
        const struct net_tunnel_end *e = &x->n->ends.items[i];
        if (x->p->space_of[e->node] == space && ip_eq(&e->outside, mine) &&
            e->peer_outside.family == IP_V4)
            lab_draft_setup(x, space, "route replace %s/32 dev %s",
                            lab_draft_ip(x, &e->peer_outside), dev);
    }
}

/* A gateway's public address: what it sends from there leaves there. */
static void add_public(struct lab_draft *x, uint32_t node, const struct net_iface *f)
{
    uint32_t space = x->p->space_of[node], all = x->p->internet;
    if (all == NET_NONE)
        return;
    uint32_t table = LAB_TABLE_PUBLIC + x->n->nodes.items[node].instance;
    /* As net/gateway.h has it: of a gateway whose BGP is spoken elsewhere there are several. */
    const char *dev = x->p->spaces.items[space].node == node
                          ? "public"
                          : lab_draft_text(x, "public%u", x->n->nodes.items[node].instance);
    struct lab_cable c = { .kind = LAB_CABLE_INTERNET, .object = x->n->nodes.items[node].object };
    c.end[0] = (struct lab_end){ .space = space, .dev = lab_draft_dev(x, space, dev) };
    c.end[1] = (struct lab_end){ .space = all,
                                 .dev = lab_draft_dev(x, all, x->n->nodes.items[node].name) };
    lab_draft_address(x, &c.end[0], &f->addr, 32);
    if (lab_draft_cable(x, &c) == NET_NONE)
        return;
    const char *address = lab_draft_ip(x, &f->addr);
    lab_draft_setup(x, space, "route add default dev %s table %u", c.end[0].dev, table);
    lab_draft_setup(x, space, "rule add priority 110 from %s lookup %u", address, table);
    route_to_peers(x, space, &f->addr, c.end[0].dev);
    lab_draft_setup(x, all, "route add %s/32 dev %s", address, c.end[1].dev);
}

/* ---- network interfaces ---------------------------------------------------------------------- */

static struct lab_nic *add_nic(struct lab_draft *x, const struct lab_nic *nic)
{
    struct lab_nic *new = NET_PUSH(x->arena, &x->p->nics);
    if (!new) {
        x->full = true;
        return NULL;
    }
    *new = *nic;
    new->table = LAB_TABLE_FIRST + x->p->nics.count - 1;
    return new;
}

typedef NET_LIST_OF(const char *) texts_t;

static void add_prefix(struct lab_draft *x, texts_t *to, const struct prefix *p)
{
    char buffer[PREFIX_TEXT_MAX];
    struct text t = text_init(buffer, sizeof(buffer));
    text_prefix(&t, p);
    const char **new = NET_PUSH(x->arena, to);
    if (new)
        *new = lab_draft_text(x, "%s", buffer);
    x->full = x->full || !new;
}

/* The address spaces of all networks of a fabric: what a gateway's own routing has to know. */
static texts_t spaces_of(struct lab_draft *x, uint32_t fabric)
{
    texts_t all = { 0 };
    for (uint32_t i = 0; i < x->n->nodes.count; i++) {
        const struct topo_object *o = x->n->nodes.items[i].object;
        const topo_prefixes_t *spaces = NULL;
        if (x->n->nodes.items[i].kind != NET_FABRIC || x->p->space_of[i] != fabric)
            continue;
        if (o->kind == &azure_vnet_kind)
            spaces = &((const struct azure_vnet *)(const void *)o)->address_space;
        else if (o->kind == &aws_vpc_kind)
            spaces = &((const struct aws_vpc *)(const void *)o)->cidr_blocks;
        else if (o->kind == &soracom_vpg_kind)
            spaces = &((const struct soracom_vpg *)(const void *)o)->device_ranges;
        for (uint32_t k = 0; spaces && k < spaces->count; k++)
            add_prefix(x, &all, &spaces->items[k]);
        for (uint32_t k = 0; o->kind == &gcp_network_kind && k < x->t->gcp.subnetworks.count; k++) {
            if (&x->t->gcp.subnetworks.items[k].network->o == o)
                add_prefix(x, &all, &x->t->gcp.subnetworks.items[k].ip_cidr_range);
        }
    }
    return all;
}

/* Who sits in no subnet has no effective routes: what it sends is for the network itself. */
static void reach_network(struct lab_draft *x, const struct lab_nic *nic)
{
    texts_t all = spaces_of(x, nic->fabric);
    for (uint32_t i = 0; i < all.count; i++)
        lab_draft_setup(x, nic->fabric, "route add throw %s table %u", all.items[i], nic->table);
}

/* What the fabric has of a network interface: its host routes, its rule, its table. */
static void set_up_nic(struct lab_draft *x, const struct lab_nic *nic)
{
    for (uint32_t i = 0; i < nic->addresses.count; i++)
        lab_draft_setup(x, nic->fabric, "route add %s/32 dev %s",
                        lab_draft_ip(x, &nic->addresses.items[i].addr), nic->dev);
    if (nic->addresses.count == 0)
        lab_draft_setup(x, nic->fabric, "route add %s/32 dev %s", lab_draft_ip(x, &nic->via),
                        nic->dev);
    lab_draft_setup(x, nic->fabric, "route add blackhole default table %u", nic->table);
    if (!nic->subnet)
        reach_network(x, nic);
    lab_draft_setup(x, nic->fabric, "rule add priority 1000 iif %s lookup %u", nic->dev,
                    nic->table);
    if (nic->public_ip.family != IP_V4 || x->p->internet == NET_NONE)
        return;
    for (uint32_t i = 0; i < x->p->cables.count; i++) {
        const struct lab_cable *c = &x->p->cables.items[i];
        if (c->kind == LAB_CABLE_INTERNET && c->end[0].space == nic->fabric)
            lab_draft_setup(x, x->p->internet, "route add %s/32 via " LAB_HELPER " dev %s onlink",
                            lab_draft_ip(x, &nic->public_ip), c->end[1].dev);
    }
}

/* Plugs a node into its fabric by an interface that is called `dev` at the node. */
static const char *plug(struct lab_draft *x, struct lab_nic *nic, const char *dev)
{
    const struct net_node *node = &x->n->nodes.items[nic->node];
    uint32_t space = x->p->space_of[nic->node];
    struct lab_cable c = { .kind = LAB_CABLE_NIC, .object = nic->nic };
    nic->fabric = x->p->space_of[node->fabric];
    nic->network = x->n->nodes.items[node->fabric].object;
    c.end[0] = (struct lab_end){ .space = space, .dev = lab_draft_dev(x, space, dev) };
    c.end[1] =
        (struct lab_end){ .space = nic->fabric,
                          .dev = lab_draft_dev(x, nic->fabric, x->p->spaces.items[space].name) };
    for (uint32_t i = 0; i < nic->addresses.count; i++)
        lab_draft_address(x, &c.end[0], &nic->addresses.items[i].addr, nic->addresses.items[i].len);
    if (nic->addresses.count == 0) {
        uint32_t k = x->helpers++;
        nic->via = ip_from_u32(LAB_HELPER_FIRST + k);
        if (k == LAB_HELPERS_MAX)
            lab_draft_refuse(x, node->object, "a lab has 200 end points of AWS at most");
        lab_draft_address(x, &c.end[0], &nic->via, 32);
    } else {
        nic->via = nic->addresses.items[0].addr;
    }
    nic->dev = c.end[1].dev;
    nic->cable = lab_draft_cable(x, &c);
    const struct lab_nic *made = nic->cable != NET_NONE ? add_nic(x, nic) : NULL;
    if (made)
        set_up_nic(x, made);
    return c.end[0].dev;
}

static void take_address(struct lab_draft *x, struct lab_nic *nic, const struct ip_addr *a,
                         uint8_t len)
{
    struct lab_address *new = a->family == IP_V4 ? NET_PUSH(x->arena, &nic->addresses) : NULL;
    if (new)
        *new = (struct lab_address){ *a, len };
    x->full = x->full || (a->family == IP_V4 && !new);
}

/* ---- machines -------------------------------------------------------------------------------- */

/* What a machine hears by DHCP. */
static void add_leases(struct lab_draft *x, uint32_t space, const char *dev,
                       const struct lab_nic *nic, const struct prefix *subnet)
{
    struct ip_addr gw = cloud_link_host(subnet, 1);
    const char *own = lab_draft_ip(x, &nic->via), *via = lab_draft_ip(x, &gw);
    static const char *const platform[] = { LAB_PLATFORM "/32", "169.254.169.254/32" };
    lab_draft_setup(x, space, "route add default via %s dev %s proto dhcp src %s metric 100", via,
                    dev, own);
    for (size_t i = 0; nic->network->kind == &azure_vnet_kind && i < ARRAY_LEN(platform); i++)
        lab_draft_setup(x, space, "route add %s via %s dev %s proto dhcp src %s metric 100",
                        platform[i], via, dev, own);
}

static const struct topo_device *device_of(const struct topo_object *o)
{
    return o->kind == &azure_vm_kind       ? &((const struct azure_vm *)(const void *)o)->device
           : o->kind == &aws_instance_kind ? &((const struct aws_instance *)(const void *)o)->device
           : o->kind == &gcp_instance_kind ? &((const struct gcp_instance *)(const void *)o)->device
                                           : NULL;
}

/* A machine's VXLAN is its Linux's; its daemon only sees it. */
static void add_vxlans(struct lab_draft *x, uint32_t space, const struct topo_device *device)
{
    for (uint32_t i = 0; device && i < device->vxlan.count; i++) {
        const struct topo_vxlan *v = &device->vxlan.items[i];
        if (v->remote.family != IP_V4)
            continue;
        const char *dev = lab_draft_dev(x, space, v->o.name);
        lab_draft_setup(x, space, "link add name %s mtu %u type vxlan id %u remote %s dstport %u",
                        dev, v->mtu_bytes, v->id, lab_draft_ip(x, &v->remote), v->port);
        if (v->address.addr.family != IP_NONE)
            lab_draft_setup(x, space, "address add %s/%u dev %s", lab_draft_ip(x, &v->address.addr),
                            v->address.len, dev);
        lab_draft_setup(x, space, "link set dev %s up", dev);
    }
}

static void add_machine(struct lab_draft *x, uint32_t node, const struct lab_nic *nic,
                        const struct prefix *subnet, uint32_t number)
{
    struct lab_nic copy = *nic;
    uint32_t space = x->p->space_of[node];
    if (space == NET_NONE || x->n->nodes.items[node].fabric == NET_NONE)
        return;
    const char *dev = plug(x, &copy, lab_draft_text(x, "eth%u", number));
    if (number == 0 && copy.addresses.count)
        add_leases(x, space, dev, &copy, subnet);
}

static void finish_machine(struct lab_draft *x, uint32_t node)
{
    const struct topo_device *device = device_of(x->n->nodes.items[node].object);
    const struct config *config = x->n->nodes.items[node].config;
    bool forwards = (device && device->ip_forward) || (config && config->dialect == DIALECT_IOS);
    lab_draft_sysctl(x, x->p->space_of[node], "net/ipv4/ip_forward", forwards);
    add_vxlans(x, x->p->space_of[node], device);
}

static void plug_azure_vm(struct lab_draft *x, uint32_t node, const struct azure_vm *vm)
{
    for (uint32_t i = 0; i < vm->network_interfaces.count; i++) {
        const struct azure_nic *a = vm->network_interfaces.items[i];
        if (!a || !a->subnet)
            continue;
        struct lab_nic nic = { .node = node,
                               .subnet = &a->subnet->o,
                               .nic = &a->o,
                               .forwards = a->ip_forwarding_enabled };
        if (a->public_ip_address)
            nic.public_ip = a->public_ip_address->ip_address;
        take_address(x, &nic, &a->private_ip_address, a->subnet->address_prefix.len);
        add_machine(x, node, &nic, &a->subnet->address_prefix, i);
    }
}

/* Who stands for the devices has the first address of their range, which elsewhere is the router's.
 */
static void plug_devices(struct lab_draft *x, uint32_t node, const struct soracom_vpg *vpg)
{
    struct ip_addr first = cloud_link_host(&vpg->device_ranges.items[0], 1);
    struct lab_nic nic = { .node = node, .nic = &vpg->o, .subnet = &vpg->o };
    take_address(x, &nic, &first, 32);
    if (x->p->space_of[node] == NET_NONE)
        return;
    const char *dev = plug(x, &nic, "eth0");
    lab_draft_setup(x, x->p->space_of[node], "route add default via " LAB_HELPER " dev %s onlink",
                    dev);
}

static void plug_machine(struct lab_draft *x, uint32_t node)
{
    const struct topo_object *o = x->n->nodes.items[node].object;
    struct lab_nic nic = { .node = node, .nic = o };
    if (o->kind == &azure_vm_kind) {
        plug_azure_vm(x, node, (const struct azure_vm *)(const void *)o);
    } else if (o->kind == &aws_instance_kind) {
        const struct aws_instance *v = (const struct aws_instance *)(const void *)o;
        if (!v->subnet)
            return;
        nic.subnet = &v->subnet->o;
        nic.forwards = !v->source_dest_check;
        nic.public_ip = v->public_ip;
        take_address(x, &nic, &v->private_ip, v->subnet->cidr_block.len);
        add_machine(x, node, &nic, &v->subnet->cidr_block, 0);
    } else if (o->kind == &gcp_instance_kind) {
        const struct gcp_instance *v = (const struct gcp_instance *)(const void *)o;
        if (!v->subnetwork)
            return;
        nic.subnet = &v->subnetwork->o;
        nic.forwards = v->can_ip_forward;
        nic.public_ip = v->external_ip;
        take_address(x, &nic, &v->network_ip, v->subnetwork->ip_cidr_range.len);
        add_machine(x, node, &nic, &v->subnetwork->ip_cidr_range, 0);
    }
    finish_machine(x, node);
}

/* ---- gateways -------------------------------------------------------------------------------- */

static void route_to_networks(struct lab_draft *x, uint32_t space, uint32_t fabric, const char *via,
                              const char *dev)
{
    texts_t all = spaces_of(x, fabric);
    for (uint32_t i = 0; i < all.count; i++)
        lab_draft_setup(x, space, "route replace %s via %s dev %s onlink", all.items[i], via, dev);
}

static const struct azure_subnet *gateway_subnet(const struct net_node *node)
{
    const struct topo_object *o = node->object;
    if (o->kind == &azure_vnet_gateway_kind)
        return azure_subnet_named(
            ((const struct azure_vnet_gateway *)(const void *)o)->virtual_network, "GatewaySubnet");
    if (o->kind == &azure_route_server_kind)
        return azure_subnet_named(
            ((const struct azure_route_server *)(const void *)o)->virtual_network,
            "RouteServerSubnet");
    return NULL;
}

static bool is_in_network(const struct net_iface *f)
{
    return strcmp(f->name, "private") == 0 || strcmp(f->name, "bgp") == 0 ||
           strcmp(f->name, "gateway") == 0;
}

static bool is_plugged(const struct lab_draft *x, uint32_t space)
{
    for (uint32_t i = 0; i < x->p->nics.count; i++) {
        if (x->p->space_of[x->p->nics.items[i].node] == space)
            return true;
    }
    return false;
}

static void plug_gateway(struct lab_draft *x, uint32_t space)
{
    /* Of several in one space the one that speaks BGP: routes lead to whom learned them. */
    uint32_t i = x->p->spaces.items[space].node;
    const struct net_node *node = &x->n->nodes.items[i];
    const struct azure_subnet *s = gateway_subnet(node);
    bool server = node->kind == NET_ROUTE_SERVER;
    struct lab_nic nic = {
        .node = i, .nic = node->object, .subnet = s ? &s->o : NULL, .forwards = !server
    };
    if (node->fabric == NET_NONE || is_plugged(x, space))
        return;
    for (uint32_t k = 0; s && k < x->n->ifaces.count; k++) {
        const struct net_iface *f = &x->n->ifaces.items[k];
        if (f->node == i && is_in_network(f))
            take_address(x, &nic, &f->addr, f->len);
    }
    const char *dev = plug(x, &nic, server ? "eth0" : s ? "gateway" : "vpc");
    struct ip_addr first = s ? cloud_link_host(&s->address_prefix, 1) : (struct ip_addr){ 0 };
    const char *via = nic.addresses.count ? lab_draft_ip(x, &first) : LAB_HELPER;
    if (server) {
        lab_draft_setup(x, space, "route add default via %s dev %s", via, dev);
        return;
    }
    lab_draft_sysctl(x, space, "net/ipv4/ip_forward", 1);
    lab_draft_sysctl(x, space, "net/ipv4/conf/all/send_redirects", 0);
    lab_draft_sysctl(x, space, "net/ipv4/conf/default/send_redirects", 0);
    lab_draft_sysctl(x, space, "net/ipv4/fib_multipath_hash_policy", 1);
    route_to_networks(x, space, nic.fabric, via, dev);
    /* Below what is learned: a default route that comes by BGP is not hidden by this one. */
    lab_draft_setup(x, space, "route add default via %s dev %s onlink table %u", via, dev,
                    LAB_TABLE_FABRIC);
    lab_draft_setup(x, space, "rule add priority 33000 lookup %u", LAB_TABLE_FABRIC);
}

static void plug_public(struct lab_draft *x, uint32_t node)
{
    for (uint32_t k = 0; k < x->n->ifaces.count; k++) {
        const struct net_iface *f = &x->n->ifaces.items[k];
        if (f->node == node && strcmp(f->name, "public") == 0 && f->addr.family == IP_V4)
            add_public(x, node, f);
    }
}

void lab_draft_nics(struct lab_draft *x)
{
    for (uint32_t i = 0; i < x->n->nodes.count; i++) {
        const struct net_node *node = &x->n->nodes.items[i];
        if (x->p->space_of[i] == NET_NONE || !node->object)
            continue;
        if (device_of(node->object)) {
            plug_machine(x, i);
        } else if (node->kind == NET_HOST && node->object->kind == &soracom_vpg_kind) {
            plug_devices(x, i, (const struct soracom_vpg *)(const void *)node->object);
        } else if (node->kind == NET_VPN_GATEWAY || node->kind == NET_CIRCUIT_GATEWAY ||
                   node->kind == NET_ROUTE_SERVER || node->kind == NET_CLOUD_ROUTER) {
            plug_gateway(x, x->p->space_of[i]);
            if (node->kind == NET_VPN_GATEWAY)
                plug_public(x, i);
        }
    }
}

/* ---- circuits -------------------------------------------------------------------------------- */

static const struct net_iface *first_iface(const struct lab_draft *x, uint32_t node)
{
    for (uint32_t i = 0; i < x->n->ifaces.count; i++) {
        if (x->n->ifaces.items[i].node == node && x->n->ifaces.items[i].addr.family == IP_V4)
            return &x->n->ifaces.items[i];
    }
    return NULL;
}

/* The interface of a gateway's next circuit: "er0", "er1". */
static const char *next_port(struct lab_draft *x, uint32_t space)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < x->p->cables.count; i++) {
        const struct lab_cable *c = &x->p->cables.items[i];
        n += c->kind == LAB_CABLE_CIRCUIT && c->end[1].space == space;
    }
    return lab_draft_dev(x, space, lab_draft_text(x, "er%u", n));
}

/* An edge router and an instance of a gateway: each has its one address, elsewhere. */
static void connect_gateway(struct lab_draft *x, const struct net_link *l, uint32_t edge,
                            uint32_t gateway)
{
    const struct net_iface *a = first_iface(x, edge), *b = first_iface(x, gateway);
    uint32_t edge_space = x->p->space_of[edge], gateway_space = x->p->space_of[gateway];
    struct lab_cable c = { .kind = LAB_CABLE_CIRCUIT, .object = l->object };
    if (!a || !b || edge_space == NET_NONE || gateway_space == NET_NONE)
        return;
    c.end[0] =
        (struct lab_end){ .space = edge_space,
                          .dev = lab_draft_dev(x, edge_space, x->n->nodes.items[gateway].name) };
    c.end[1] = (struct lab_end){ .space = gateway_space, .dev = next_port(x, gateway_space) };
    lab_draft_cable(x, &c);
    lab_draft_setup(x, edge_space, "route add %s/32 dev %s", lab_draft_ip(x, &b->addr),
                    c.end[0].dev);
    lab_draft_setup(x, gateway_space, "route add %s/32 dev %s", lab_draft_ip(x, &a->addr),
                    c.end[1].dev);
    /* What comes from a circuit goes into the fabric, whose routes decide. */
    lab_draft_setup(x, gateway_space, "rule add priority 100 iif %s lookup %u", c.end[1].dev,
                    LAB_TABLE_FABRIC);
}

void lab_draft_circuits(struct lab_draft *x)
{
    const struct net *n = x->n;
    for (uint32_t i = 0; i < n->nodes.count; i++) {
        const struct net_iface *f = n->nodes.items[i].kind == NET_EDGE ? first_iface(x, i) : NULL;
        if (n->nodes.items[i].kind != NET_EDGE)
            continue;
        lab_draft_sysctl(x, x->p->space_of[i], "net/ipv4/ip_forward", 1);
        lab_draft_sysctl(x, x->p->space_of[i], "net/ipv4/conf/all/send_redirects", 0);
        lab_draft_sysctl(x, x->p->space_of[i], "net/ipv4/conf/default/send_redirects", 0);
        lab_draft_sysctl(x, x->p->space_of[i], "net/ipv4/fib_multipath_hash_policy", 1);
        if (f)
            lab_draft_setup(x, x->p->space_of[i], "address add %s/32 dev lo",
                            lab_draft_ip(x, &f->addr));
    }
    for (uint32_t i = 0; i < n->links.count; i++) {
        const struct net_link *l = &n->links.items[i];
        if (l->kind != NET_LINK_CIRCUIT)
            continue;
        for (uint32_t k = 0; k < 2; k++) {
            if (n->nodes.items[l->node[k]].kind == NET_EDGE &&
                n->nodes.items[l->node[!k]].kind == NET_CIRCUIT_GATEWAY)
                connect_gateway(x, l, l->node[k], l->node[!k]);
        }
    }
}
