/* Tunnels, sessions, and what portals show of them. */
#include <string.h>

#include "expect/impl.h"
#include "lang/yaml.h"

/* ---- tunnels --------------------------------------------------------------------------------- */

static uint32_t session_through(const struct net *n, uint32_t tunnel)
{
    for (uint32_t i = 0; i < n->sessions.count; i++)
        if (n->sessions.items[i].tunnel == tunnel)
            return i;
    return NET_NONE;
}

/* What the world says of a tunnel or session, with what pairing knows when it has no reason. */
static enum expect_answer ask_tunnel(struct expect_try *t, uint32_t tunnel, struct expect_state *s)
{
    *s = (struct expect_state){ 0 };
    enum expect_answer answer = t->w->tunnel(t->w, tunnel, t->arena, s);
    const struct net_tunnel *net = &t->w->net->tunnels.items[tunnel];
    if (!s->why && net->fault != NET_FINE)
        s->why = net_fault_text(net->fault);
    return answer;
}

static enum expect_answer ask_session(struct expect_try *t, uint32_t session,
                                      struct expect_state *s)
{
    *s = (struct expect_state){ 0 };
    enum expect_answer answer = t->w->session(t->w, session, t->arena, s);
    const struct net_session *net = &t->w->net->sessions.items[session];
    if (!s->why && net->fault != NET_SESSION_FINE)
        s->why = net_session_fault_text(net->fault);
    return answer;
}

/* What one thing should be, and is. */
struct state {
    const char *name;
    bool expected_up;
    enum expect_answer answer;
    struct expect_state found;
};

static bool compare(struct expect_try *t, const struct state *s)
{
    const char *expected = s->expected_up ? "up" : "down", *state = s->found.state;
    if (s->answer != EXPECT_ANSWERED) {
        expect_say_unknown(t, s->answer, s->name, s->found.why);
        return false;
    }
    bool holds = s->found.up == s->expected_up;
    if (holds)
        expect_say(t, EXPECT_HOLDS, "%s: %s", s->name, expected);
    else
        expect_say(t, EXPECT_FAILED, "%s: %s expected, it is %s%s%s%s%s%s", s->name, expected,
                   s->found.up ? "up" : "down", state ? " (" : "", state ? state : "",
                   state ? ")" : "", s->found.why ? ": " : "", s->found.why ? s->found.why : "");
    return holds;
}

void expect_look_tunnel(struct expect_try *t, const struct expect_item *item)
{
    const struct expect_tunnel *e = item->e;
    const struct net *n = t->w->net;
    char name[128], bgp[160];
    struct text text = text_init(name, sizeof(name));
    text_str(&text, "tunnel ");
    text_str(&text, expect_ip_text(t->arena, &e->local.addr));
    text_str(&text, " - ");
    text_str(&text, expect_ip_text(t->arena, &e->remote.addr));
    uint32_t tunnel = expect_tunnel_of(n, e);
    struct state s = { .name = name, .expected_up = e->state == EXPECT_UP };
    if (tunnel == NET_NONE) {
        expect_say(t, EXPECT_FAILED, "%s: nobody has configured such a tunnel", name);
        return;
    }
    if (lang_get(e->o.node, "state")) {
        s.answer = ask_tunnel(t, tunnel, &s.found);
        if (!compare(t, &s))
            return;
    }
    if (!lang_get(e->o.node, "bgp"))
        return;
    text = text_init(bgp, sizeof(bgp));
    text_str(&text, "BGP through ");
    text_str(&text, name);
    uint32_t session = session_through(n, tunnel);
    if (e->bgp == EXPECT_BGP_NONE || session == NET_NONE) {
        bool holds = session == NET_NONE && e->bgp != EXPECT_BGP_ESTABLISHED;
        expect_say(t, holds ? EXPECT_HOLDS : EXPECT_FAILED, "%s: %s", bgp,
                   session == NET_NONE ? "there is none" : "none expected, there is a session");
        return;
    }
    s = (struct state){ .name = bgp, .expected_up = e->bgp == EXPECT_BGP_ESTABLISHED };
    s.answer = ask_session(t, session, &s.found);
    (void)compare(t, &s);
}

/* ---- sessions -------------------------------------------------------------------------------- */

void expect_look_session(struct expect_try *t, const struct expect_item *item)
{
    const struct expect_session *e = item->e;
    char name[EXPECT_SENTENCE_MAX];
    struct text text = text_init(name, sizeof(name));
    text_str(&text, "session of ");
    text_str(&text, expect_place_text(t->arena, &e->at));
    text_str(&text, " with ");
    text_str(&text, expect_ip_text(t->arena, &e->neighbor));
    uint32_t session = expect_session_of(t->w->net, e);
    struct state s = { .name = name, .expected_up = e->state == EXPECT_SESSION_ESTABLISHED };
    if (session == NET_NONE) {
        bool holds = lang_get(e->o.node, "state") && !s.expected_up;
        expect_say(t, holds ? EXPECT_HOLDS : EXPECT_FAILED, "%s: nobody has configured it", name);
        return;
    }
    s.answer = ask_session(t, session, &s.found);
    bool has_state = lang_get(e->o.node, "state") || !lang_get(e->o.node, "drops");
    if ((has_state || s.answer != EXPECT_ANSWERED) && !compare(t, &s))
        return;
    if (!lang_get(e->o.node, "drops"))
        return;
    uint32_t drops = s.found.drops - MIN(item->drops, s.found.drops);
    if (item->drops == UINT32_MAX)
        expect_say(t, EXPECT_LEFT, "%s: the change was there before it began", name);
    else
        expect_say(t, drops == e->drops ? EXPECT_HOLDS : EXPECT_FAILED,
                   "%s: lost %u times%s, expected %u", name, drops,
                   s.found.up ? "" : " and it is down", e->drops);
}

/* ---- portals --------------------------------------------------------------------------------- */

bool expect_is_up_word(const char *word)
{
    return strcmp(word, "Connected") == 0 || strcmp(word, "available") == 0 ||
           strcmp(word, "UP") == 0 || strcmp(word, "ESTABLISHED") == 0 ||
           strcmp(word, "Established") == 0;
}

/* What the tunnels that an object asks for come to. */
struct sum {
    bool any, up, was_up, known;
};

static void add_tunnel(struct expect_world *w, struct arena *arena, uint32_t i, bool with_bgp,
                       struct sum *sum)
{
    struct expect_state s = { 0 }, b = { .up = true };
    enum expect_answer answer = w->tunnel(w, i, arena, &s);
    uint32_t session = with_bgp ? session_through(w->net, i) : NET_NONE;
    if (session != NET_NONE && answer == EXPECT_ANSWERED)
        answer = w->session(w, session, arena, &b);
    sum->any = true;
    sum->known |= answer == EXPECT_ANSWERED;
    sum->up |= answer == EXPECT_ANSWERED && s.up && b.up;
    sum->was_up |= s.drops > 0 || s.up;
}

static struct sum sum_of(struct expect_world *w, const struct topo_place *place, bool with_bgp,
                         struct arena *arena)
{
    struct sum sum = { 0 };
    for (uint32_t i = 0; i < w->net->tunnels.count; i++)
        if (expect_is_tunnel(w->net, place, i))
            add_tunnel(w, arena, i, with_bgp, &sum);
    return sum;
}

/* Of the sessions between a gateway and the edges of a circuit; with a peer of a Cloud Router, its
 * own. */
static struct sum sum_of_sessions(struct expect_world *w, const struct topo_object *a,
                                  const struct topo_object *b, const struct ip_addr *peer,
                                  struct arena *arena)
{
    struct sum sum = { 0 };
    const struct net *n = w->net;
    for (uint32_t i = 0; i < n->sessions.count; i++) {
        const struct net_session *v = &n->sessions.items[i];
        bool fits = false;
        for (int side = 0; side < 2; side++) {
            uint32_t x = v->node[side], y = v->node[1 - side];
            fits |= x != NET_NONE && n->nodes.items[x].object == a &&
                    (peer ? ip_eq(&v->addr[1 - side], peer)
                          : y != NET_NONE && n->nodes.items[y].object == b);
        }
        struct expect_state s = { 0 };
        if (!fits)
            continue;
        bool known = w->session(w, i, arena, &s) == EXPECT_ANSWERED;
        sum.any = true;
        sum.known |= known;
        sum.up |= known && s.up;
        sum.was_up |= s.drops > 0 || s.up;
    }
    return sum;
}

/* Never up since it was made: nobody can say of it more than that. */
static const char *azure_word(const struct sum *s)
{
    return s->up ? "Connected" : s->was_up ? "NotConnected" : "Unknown";
}

const char *expect_status_word(struct expect_world *w, const struct topo_object *o,
                               struct arena *arena)
{
    const struct topo_place place = { .object = o };
    struct sum s;
    if (o->kind == &azure_connection_kind) {
        const struct azure_connection *c = (const struct azure_connection *)o;
        bool circuit = c->type == AZURE_CONNECTION_EXPRESS_ROUTE;
        if (circuit && (!c->virtual_network_gateway || !c->express_route_circuit))
            return NULL;
        s = circuit ? sum_of_sessions(w, &c->virtual_network_gateway->o,
                                      &c->express_route_circuit->o, NULL, arena)
                    : sum_of(w, &place, false, arena);
        return s.any && !s.known ? NULL : azure_word(&s);
    }
    if (o->kind == &aws_vpn_connection_kind)
        return "available";
    if (o->kind == &aws_tunnel_kind || o->kind == &soracom_tunnel_kind) {
        s = sum_of(w, &place, true, arena);
        return s.any && !s.known ? NULL : s.up ? "UP" : "DOWN";
    }
    if (o->kind == &gcp_vpn_tunnel_kind) {
        s = sum_of(w, &place, false, arena);
        return s.any && !s.known ? NULL : s.up ? "ESTABLISHED" : "NO_INCOMING_PACKETS";
    }
    if (o->kind == &gcp_router_peer_kind) {
        const struct gcp_router_peer *p = (const struct gcp_router_peer *)o;
        s = sum_of_sessions(w, o->parent, NULL, &p->peer_ip_address, arena);
        return s.any && !s.known ? NULL : s.up ? "Established" : "Waiting for peer";
    }
    return NULL;
}

static void look_log(struct expect_try *t, const struct expect_status *e)
{
    const char *of = expect_place_text(t->arena, &e->of);
    bool there = false;
    enum expect_answer answer = EXPECT_NOT_HERE;
    if (t->w->logged)
        answer = t->w->logged(t->w, &e->of, e->log, e->status, &there);
    char name[EXPECT_SENTENCE_MAX];
    struct text text = text_init(name, sizeof(name));
    text_str(&text, e->log);
    text_str(&text, " of ");
    text_str(&text, of);
    if (answer != EXPECT_ANSWERED)
        expect_say_unknown(t, answer, name, NULL);
    else
        expect_say(t, there ? EXPECT_HOLDS : EXPECT_FAILED, "%s: %s%s", name, e->status,
                   there ? "" : " expected, there is no such entry");
}

void expect_look_status(struct expect_try *t, const struct expect_item *item)
{
    const struct expect_status *e = item->e;
    if (e->log) {
        look_log(t, e);
        return;
    }
    const char *of = expect_place_text(t->arena, &e->of);
    const char *word = e->of.object ? expect_status_word(t->w, e->of.object, t->arena) : NULL;
    if (!word)
        expect_say(t, EXPECT_LEFT, "status of %s: no portal's word for it is known", of);
    else if (strcmp(word, e->status) == 0)
        expect_say(t, EXPECT_HOLDS, "status of %s: %s", of, word);
    else
        expect_say(t, EXPECT_FAILED, "status of %s: %s expected, it is %s", of, e->status, word);
}
