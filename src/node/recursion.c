/* A tunnel whose destination is routed into the tunnel: each packet would be wrapped again and
 * again. Such a tunnel is taken down, as IOS does (%TUN-5-RECURDOWN), and tried again later, for
 * the route may have been another tunnel's or router's. */

#include "node/internal.h"

/* How often it is looked, and how long such a tunnel stays down. One look is not believed: while
 * sessions come up, a route by the tunnel may be there before a better one by the outer interface.
 */
#define LOOK_EVERY (2 * NS_PER_S)
#define HOLD_DOWN (60 * NS_PER_S)
enum { LOOKS_BELIEVED = 5 };

/* Whether packets to the tunnel's other end come back to it, perhaps by way of other tunnels. */
static bool leads_into_itself(const struct node *n, const struct config_tunnel *t)
{
    struct ip_addr to = t->remote;
    for (unsigned depth = 0; depth < FIB_RECURSION_MAX; depth++) {
        struct fib_answer a;
        const struct config_tunnel *next = NULL;
        fib_lookup(n->fib, &to, &a);
        for (uint32_t i = 0; i < a.n; i++) {
            const struct config_interface *c = node_interface_config(n, a.path[i].if_index);
            if (c == t->interface)
                return true;
            if (c && !next)
                next = node_index_tunnel(n->index, c);
        }
        if (!next || next->interface->tunnel_via)
            return false;
        to = next->remote;
    }
    return false; /* a loop of others: they are found themselves */
}

static void log_recursion(struct node *n, const struct config_tunnel *t)
{
    char buf[320];
    struct text x = text_init(buf, sizeof(buf));
    text_str(&x, "interface=");
    text_str(&x, t->interface->name);
    text_str(&x, " event=down reason=\"recursive routing: the route to its destination ");
    text_ip(&x, &t->remote);
    text_str(&x, " leads into the tunnel itself; give it one by the outer interface\" "
                 "[TUN-RECURDOWN]");
    node_log(n, DIAG_ERROR, buf);
}

static void set_link(struct node *n, const struct config_tunnel *t, bool up)
{
    const struct fib_interface *i = fib_interface_find(n->fib, t->interface->name);
    struct node_action *a = i ? node_push(n, NODE_LINK_UP) : NULL;
    if (!a)
        return;
    a->on = up;
    diag_set(a->interface, sizeof(a->interface), i->name);
}

static void look_at(struct node *n, const struct config_tunnel *t, struct node_held *h)
{
    const struct fib_interface *i = fib_interface_find(n->fib, t->interface->name);
    /* Where the configuration itself says so, time mends nothing. */
    bool is_configured = node_config_way(n->config, &t->remote) == t->interface;
    if (i && i->admin_up && i->running && leads_into_itself(n, t)) {
        if (++h->looks < LOOKS_BELIEVED && !is_configured)
            return;
        if (h->until == 0)
            log_recursion(n, t);
        h->until = n->now + HOLD_DOWN;
        set_link(n, t, false);
        return;
    }
    h->looks = 0;
    if (h->until == 0 || n->now < h->until || is_configured)
        return;
    h->until = 0;
    set_link(n, t, true);
}

static void look_later(struct node *n)
{
    if (timer_set(&n->timers, &n->recursion.timer, n->now + LOOK_EVERY) < 0)
        node_log(n, DIAG_ERROR, "routes of tunnels into themselves are not looked for: no memory");
}

void node_recursion_look(struct node *n)
{
    const struct config_ipsec *c = &n->config->ipsec;
    assert(n->held_n == c->tunnels.n);
    /* With `tunnel route-via` no route leads into it. */
    for (uint32_t i = 0; i < n->held_n; i++)
        if (!c->tunnels.v[i].interface->shutdown && !c->tunnels.v[i].interface->tunnel_via)
            look_at(n, &c->tunnels.v[i], &n->held[i]);
    look_later(n);
}

void node_recursion_done(struct node *n)
{
    mem_free(MEM_NODE, n->held, n->held_n * sizeof(*n->held));
    n->held = NULL;
    n->held_n = 0;
    timer_clear(&n->timers, &n->recursion.timer);
}

void node_recursion_apply(struct node *n, const struct config *old)
{
    for (uint32_t i = 0; old && i < n->held_n; i++) {
        const struct config_interface *now =
            node_index_interface(n->index, old->ipsec.tunnels.v[i].interface->name);
        if (n->held[i].until && now && !now->shutdown)
            set_link(n, &old->ipsec.tunnels.v[i], true);
    }
    node_recursion_done(n);
    uint32_t count = n->config->ipsec.tunnels.n;
    if (count == 0)
        return;
    n->held = mem_alloc(MEM_NODE, count * sizeof(*n->held));
    n->held_n = n->held ? count : 0;
    if (n->held)
        look_later(n);
}
