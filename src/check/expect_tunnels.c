/* Expectations of tunnels, sessions and connections, by what net_pair() has worked out. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/expect_impl.h"

static const char *addr_text(char *buffer, size_t cap, const struct ip_addr *a)
{
    struct text t = text_init(buffer, cap);
    if (a->family == IP_NONE)
        text_str(&t, "any");
    else
        text_ip(&t, a);
    return buffer;
}

/* ---- which tunnel ---------------------------------------------------------------------------- */

static struct ip_addr public_of(const struct net_tunnel_end *e)
{
    return e->seen.family == IP_NONE ? e->outside : e->seen;
}

static bool is_addr(const struct topo_endpoint *expected, const struct ip_addr *a)
{
    return !expected->node || ip_eq(&expected->addr, a);
}

static bool has_addrs(const struct net *n, const struct net_tunnel *t,
                      const struct expect_tunnel *e)
{
    const struct net_tunnel_end *near = &n->ends.items[t->end[0]];
    struct ip_addr a = public_of(near), b = near->peer_outside;
    if (t->end[1] != NET_NONE)
        b = public_of(&n->ends.items[t->end[1]]);
    return (is_addr(&e->local, &a) && is_addr(&e->remote, &b)) ||
           (is_addr(&e->local, &b) && is_addr(&e->remote, &a));
}

static bool is_instance(const char *part, uint32_t instance)
{
    char *end;
    unsigned long n = strtoul(part, &end, 10);
    return end != part && *end == '\0' && n == instance;
}

/* Whether the place asks for the end: the object with its instance or interface, or the tunnel of
 * an AWS connection. */
static bool asks_for(const struct net *n, const struct topo_place *place,
                     const struct net_tunnel_end *e)
{
    const struct net_node *node = &n->nodes.items[e->node];
    if (place->object == e->object)
        return !place->part || is_instance(place->part, node->instance) ||
               (e->interface && strcmp(e->interface, place->part) == 0);
    return place->object && place->object->parent == e->object &&
           place->object->index == node->instance;
}

static bool is_configured_on(const struct net *n, const struct net_tunnel *t,
                             const topo_places_t *places)
{
    uint32_t ends = t->end[1] == NET_NONE ? 1 : 2;
    if (places->count == 0)
        return true;
    if (places->count != ends)
        return false;
    for (uint32_t i = 0; i < ends; i++) {
        bool asked = false;
        for (uint32_t k = 0; k < places->count; k++)
            asked |= asks_for(n, &places->items[k], &n->ends.items[t->end[i]]);
        if (!asked)
            return false;
    }
    return true;
}

static const struct net_tunnel *tunnel_of(const struct net *n, const struct expect_tunnel *e)
{
    for (uint32_t i = 0; i < n->tunnels.count; i++)
        if (has_addrs(n, &n->tunnels.items[i], e) &&
            is_configured_on(n, &n->tunnels.items[i], &e->configured_on))
            return &n->tunnels.items[i];
    return NULL;
}

/* ---- its state ------------------------------------------------------------------------------- */

static const struct net_session *session_through(const struct net *n, const struct net_tunnel *t)
{
    uint32_t index = (uint32_t)(t - n->tunnels.items);
    for (uint32_t i = 0; i < n->sessions.count; i++)
        if (n->sessions.items[i].tunnel == index)
            return &n->sessions.items[i];
    return NULL;
}

/* What is expected of one thing, and what pairing says of it. */
struct state {
    const char *name;
    bool is_compared;
    bool up, expected_up;
    const char *fault; /* in words */
};

/* Down in spite of fitting configurations is for others to tell. */
static void compare(struct expecting *x, const struct topo_object *o, const struct state *s)
{
    const char *expected = s->expected_up ? "up" : "down";
    if (s->up == s->expected_up)
        expect_add(x, CHECK_HOLDS, o->node, "%s: %s", s->name, expected);
    else if (s->up)
        expect_add(x, CHECK_LEFT, o->node, "%s: down expected, though both ends fit", s->name);
    else
        expect_add(x, CHECK_FAILED, o->node, "%s: up expected; %s", s->name, s->fault);
}

static void compare_bgp(struct expecting *x, const struct expect_tunnel *e,
                        const struct net_session *s, const char *name)
{
    char what[160];
    snprintf(what, sizeof(what), "BGP through %s", name);
    if (e->bgp == EXPECT_BGP_NONE) {
        expect_add(x, s ? CHECK_FAILED : CHECK_HOLDS, e->o.node, "%s: none expected%s", what,
                   s ? ", there is a session" : "");
        return;
    }
    compare(x, &e->o,
            &(struct state){
                .name = what,
                .up = s && s->fault == NET_SESSION_FINE,
                .expected_up = e->bgp == EXPECT_BGP_ESTABLISHED,
                .fault = s ? net_session_fault_text(s->fault) : "there is no session",
            });
}

static void expect_tunnel(struct expecting *x, const struct expect_tunnel *e)
{
    char name[128], local[IP_TEXT_MAX], remote[IP_TEXT_MAX];
    snprintf(name, sizeof(name), "tunnel %s - %s", addr_text(local, sizeof(local), &e->local.addr),
             addr_text(remote, sizeof(remote), &e->remote.addr));
    if (e->when.node) {
        expect_leave(x, &e->o, "a tunnel under circumstances");
        return;
    }
    const struct net_tunnel *t = tunnel_of(x->c->net, e);
    if (!t) {
        expect_add(x, CHECK_FAILED, e->o.node, "%s: nobody has configured such a tunnel", name);
        return;
    }
    if (lang_get(e->o.node, "state"))
        compare(x, &e->o,
                &(struct state){ .name = name,
                                 .up = t->fault == NET_FINE,
                                 .expected_up = e->state == EXPECT_UP,
                                 .fault = net_fault_text(t->fault) });
    if (lang_get(e->o.node, "bgp"))
        compare_bgp(x, e, session_through(x->c->net, t), name);
}

void expect_tunnels(struct expecting *x)
{
    for (uint32_t i = 0; i < x->c->topo->expect.tunnels.count; i++)
        expect_tunnel(x, &x->c->topo->expect.tunnels.items[i]);
}

/* ---- sessions -------------------------------------------------------------------------------- */

static bool is_node(const struct net *n, uint32_t node, const struct topo_place *at)
{
    const struct net_node *v = node == NET_NONE ? NULL : &n->nodes.items[node];
    return v && v->object == at->object && (!at->part || is_instance(at->part, v->instance));
}

static const struct net_session *session_of(const struct net *n, const struct expect_session *e)
{
    const struct net_session *found = NULL;
    for (uint32_t i = 0; i < n->sessions.count; i++) {
        const struct net_session *s = &n->sessions.items[i];
        for (int side = 0; side < 2; side++)
            if (is_node(n, s->node[side], &e->at) && ip_eq(&s->addr[1 - side], &e->neighbor) &&
                (!found || found->fault != NET_SESSION_FINE))
                found = s;
    }
    return found;
}

static void expect_session(struct expecting *x, const struct expect_session *e)
{
    char name[160], neighbor[IP_TEXT_MAX];
    if (e->when.node || e->drops > 0) {
        expect_leave(x, &e->o, "a session under circumstances");
        return;
    }
    snprintf(name, sizeof(name), "session of %s with %s", e->at.object ? e->at.object->name : "-",
             addr_text(neighbor, sizeof(neighbor), &e->neighbor));
    const struct net_session *s = session_of(x->c->net, e);
    compare(x, &e->o,
            &(struct state){
                .name = name,
                .up = s && s->fault == NET_SESSION_FINE,
                .expected_up = e->state == EXPECT_SESSION_ESTABLISHED,
                .fault = s ? net_session_fault_text(s->fault) : "nobody has configured it",
            });
}

void expect_sessions(struct expecting *x)
{
    for (uint32_t i = 0; i < x->c->topo->expect.sessions.count; i++)
        expect_session(x, &x->c->topo->expect.sessions.items[i]);
}

/* ---- what portals show ----------------------------------------------------------------------- */

/* Of the tunnels that an object asks for: of all of them, or of the one of that instance. */
static bool has_tunnel_up(const struct check *c, const struct topo_object *o, uint32_t instance,
                          bool with_bgp)
{
    const struct net_tunnel_end *e = NULL;
    while ((e = look_next_end(c, o, e))) {
        if (instance != NET_NONE && c->net->nodes.items[e->node].instance != instance)
            continue;
        const struct net_tunnel *t = look_tunnel(c, e);
        const struct net_session *s = session_through(c->net, t);
        if (t->fault == NET_FINE && (!with_bgp || !s || s->fault == NET_SESSION_FINE))
            return true;
    }
    return false;
}

/* A connection is Connected as soon as one of its tunnels is up, and an AWS connection available
 * once it is made; the status of an AWS tunnel wants BGP as well. NULL: we do not know. */
static const char *status_of(const struct check *c, const struct topo_object *o)
{
    if (o->kind == &azure_connection_kind) {
        const struct azure_connection *conn = (const struct azure_connection *)o;
        if (conn->type == AZURE_CONNECTION_EXPRESS_ROUTE)
            return NULL;
        return has_tunnel_up(c, o, NET_NONE, false) ? "Connected" : "NotConnected";
    }
    if (o->kind == &aws_vpn_connection_kind)
        return "available";
    if (o->kind == &aws_tunnel_kind || o->kind == &soracom_tunnel_kind)
        return has_tunnel_up(c, o->parent, o->index, true) ? "UP" : "DOWN";
    if (o->kind == &gcp_vpn_tunnel_kind)
        return has_tunnel_up(c, o, NET_NONE, false) ? "ESTABLISHED" : "NO_INCOMING_PACKETS";
    return NULL;
}

/* How a provider calls what is down has many words; one that is up has one. */
static bool is_up(const char *status)
{
    return strcmp(status, "Connected") == 0 || strcmp(status, "available") == 0 ||
           strcmp(status, "UP") == 0 || strcmp(status, "ESTABLISHED") == 0;
}

void expect_status(struct expecting *x)
{
    for (uint32_t i = 0; i < x->c->topo->expect.status.count; i++) {
        const struct expect_status *e = &x->c->topo->expect.status.items[i];
        const char *status =
            e->when.node || e->log || !e->of.object ? NULL : status_of(x->c, e->of.object);
        if (!status) {
            expect_leave(x, &e->o, "a status");
            continue;
        }
        char name[160];
        snprintf(name, sizeof(name), "status of %s", e->of.object->name);
        compare(x, &e->o,
                &(struct state){ .name = name,
                                 .up = is_up(status),
                                 .expected_up = is_up(e->status),
                                 .fault = "none of its tunnels can come up" });
    }
}
