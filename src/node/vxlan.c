/* VXLAN interfaces: which devices are to be there. The driver makes them; their addresses, and the
 * routes through them, follow when the kernel tells of the device (statics.c). */

#include "node/internal.h"

/* What VXLAN puts in front of a packet: Ethernet, its own header, UDP, IP (RFC 7348 4). */
enum {
    VXLAN_PORT = 4789,
    HEAD_V4_BYTES = 14 + 8 + 8 + 20,
    HEAD_V6_BYTES = HEAD_V4_BYTES + 20,
    LINK_MTU = 1500, /* of the way to the other end, when its device is not named */
};

/* The kernel knows what a device carries; without one it would take 1500, which does not fit. */
static uint32_t mtu_of(const struct config_interface *c)
{
    if (c->mtu || c->ip_mtu)
        return c->mtu ? c->mtu : c->ip_mtu;
    if (c->vxlan.device)
        return 0;
    return LINK_MTU - (c->vxlan.remote.family == IP_V6 ? HEAD_V6_BYTES : HEAD_V4_BYTES);
}

static bool text_eq(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool is_same(const struct config_interface *a, const struct config_interface *b)
{
    const struct config_vxlan *x = &a->vxlan, *y = &b->vxlan;
    return x->vni == y->vni && x->port == y->port && ip_eq(&x->remote, &y->remote) &&
           ip_eq(&x->local, &y->local) && text_eq(x->device, y->device);
}

static void push(struct node *n, const char *name, const struct node_vxlan *v)
{
    struct node_action *a = node_push(n, NODE_VXLAN);
    if (!a)
        return;
    a->on = v != NULL;
    if (v)
        a->vxlan = *v;
    diag_set(a->interface, sizeof(a->interface), name);
}

static void log_waiting(struct node *n, const struct config_interface *c)
{
    char buf[256];
    struct text t = text_init(buf, sizeof(buf));
    text_str(&t, "interface=");
    text_str(&t, c->name);
    text_str(&t, " event=waiting reason=\"the device that is to carry this VXLAN is not there: ");
    text_str(&t, c->vxlan.device);
    text_char(&t, '"');
    node_log(n, DIAG_WARNING, buf);
}

/* Asks for the device, if what is to carry it is there. */
static void want(struct node *n, const struct config_interface *c)
{
    const struct config_vxlan *x = &c->vxlan;
    assert(x->vni && ip_bytes(x->remote.family));
    struct node_vxlan v = { .vni = x->vni,
                            .remote = x->remote,
                            .local = x->local,
                            .port = x->port ? x->port : VXLAN_PORT,
                            .mtu = mtu_of(c) };
    if (x->device) {
        const struct fib_interface *on = fib_interface_find(n->fib, x->device);
        if (!on) {
            log_waiting(n, c);
            return;
        }
        diag_set(v.device, sizeof(v.device), on->name);
    }
    push(n, c->name, &v);
}

void node_vxlan_apply(struct node *n, const struct config *old, const struct config *config)
{
    /* First what goes or changes: the kernel has no two devices of one id and port. */
    for (uint32_t i = 0; old && i < old->interfaces.n; i++) {
        const struct config_interface *was = &old->interfaces.v[i];
        const struct config_interface *is = node_index_interface(n->index, was->name);
        if (was->vxlan.vni && !(is && is_same(was, is)))
            push(n, was->name, NULL);
    }
    for (uint32_t i = 0; i < config->interfaces.n; i++)
        if (config->interfaces.v[i].vxlan.vni)
            want(n, &config->interfaces.v[i]);
    if (!old) /* what a run before left and nobody wants may go */
        push(n, "", NULL);
}

void node_vxlan_link(struct node *n, const char *name, const char *alias, bool gone)
{
    for (uint32_t i = 0; n->config && i < n->config->interfaces.n; i++) {
        const struct config_interface *c = &n->config->interfaces.v[i];
        const char *about = gone ? c->name : c->vxlan.device;
        if (c->vxlan.vni && about &&
            (strcmp(about, name) == 0 || (alias[0] && strcmp(about, alias) == 0)))
            want(n, c);
    }
}
