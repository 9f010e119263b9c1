/* The scenarios under topologies/ as networks: the tunnels and sessions that their `expect:` states
 * for the design as it is are those that come out, no more and no fewer. */
#include <stdio.h>
#include <stdlib.h>

#include "lib.h"

enum { SCENARIO_FILES_MAX = 6 };

struct scenario {
    const char *topology;
    const char *devices[SCENARIO_FILES_MAX - 2];
};

static const struct scenario scenarios[] = {
    { "s1.yaml", { "s1/tky01.cfg", "s1/vm-hub00.conf" } },
    { "s1x.yaml",
      { "s1x/edge01.cfg", "s1x/router-a.cfg", "s1x/router-b.cfg", "s1x/vm-hub00.conf" } },
    { "s2.yaml", { "s2/vm-nva100.conf" } },
    { "s3.yaml", { NULL } },
    { "s4-2020.yaml", { NULL } },
    { "s4-today.yaml", { NULL } },
    { "s5-p1.yaml", { NULL } },
    { "s5-p2.yaml", { NULL } },
    { "s5-ng.yaml", { NULL } },
    { "s5-w.yaml", { NULL } },
    { "s6.yaml", { "s6/vm-hub00.conf", "s6/vm-hub100.conf" } },
    { "s7.yaml", { "s7/vm-hub00.conf" } },
    { "s8.yaml", { "s8/vm-hub00.conf" } },
};

/* The caller's to free. */
static char *text_of(const char *name)
{
    const char *source = getenv("SPANWAY_SOURCE");
    char path[1024];
    snprintf(path, sizeof(path), "%s/topologies/%s", source ? source : ".", name);
    FILE *f = fopen(path, "rb");
    char *s = calloc(1, 1 << 20);
    if (!f || !s)
        fail_msg("no file %s", path);
    size_t n = fread(s, 1, (1 << 20) - 1, f);
    fclose(f);
    s[n] = '\0';
    return s;
}

/* The tunnel between the two outside addresses, or NET_NONE. */
static uint32_t tunnel_between(const struct net *n, const struct ip_addr *a,
                               const struct ip_addr *b)
{
    for (uint32_t i = 0; i < n->tunnels.count; i++) {
        const struct net_tunnel_end *e = &n->ends.items[n->tunnels.items[i].end[0]];
        if ((ip_eq(&e->outside, a) && ip_eq(&e->peer_outside, b)) ||
            (ip_eq(&e->outside, b) && ip_eq(&e->peer_outside, a)))
            return i;
    }
    return NET_NONE;
}

static bool has_session(const struct net *n, uint32_t tunnel)
{
    for (uint32_t i = 0; i < n->sessions.count; i++) {
        const struct net_session *s = &n->sessions.items[i];
        if (s->tunnel == tunnel && s->fault == NET_SESSION_FINE)
            return true;
    }
    return false;
}

static void check_tunnels(const char *name, const struct world *w)
{
    uint32_t stated = 0;
    for (uint32_t i = 0; i < w->t->expect.tunnels.count; i++) {
        const struct expect_tunnel *x = &w->t->expect.tunnels.items[i];
        if (x->when.node)
            continue;
        struct ip_addr a = x->local.addr, b = x->remote.addr;
        uint32_t t = tunnel_between(&w->n, &a, &b);
        if (t == NET_NONE)
            fail_msg("%s: no tunnel %s - %s", name, ip_text(&a), ip_text(&b));
        bool up = w->n.tunnels.items[t].fault == NET_FINE;
        if (up != (x->state == EXPECT_UP))
            fail_msg("%s: tunnel %s - %s: %s", name, ip_text(&a), ip_text(&b),
                     net_fault_text(w->n.tunnels.items[t].fault));
        if (has_session(&w->n, t) != (x->bgp == EXPECT_BGP_ESTABLISHED))
            fail_msg("%s: BGP in tunnel %s - %s", name, ip_text(&a), ip_text(&b));
        stated++;
    }
    if (stated != w->n.tunnels.count)
        fail_msg("%s: %u tunnels, %u stated", name, w->n.tunnels.count, stated);
}

static void check_sessions(const char *name, const struct world *w)
{
    for (uint32_t i = 0; i < w->t->expect.sessions.count; i++) {
        const struct expect_session *x = &w->t->expect.sessions.items[i];
        bool found = x->when.node != NULL;
        for (uint32_t k = 0; k < w->n.sessions.count && !found; k++) {
            const struct net_session *s = &w->n.sessions.items[k];
            for (int side = 0; side < 2 && s->fault == NET_SESSION_FINE; side++)
                found |= w->n.nodes.items[s->node[side]].object == x->at.object &&
                         ip_eq(&s->addr[!side], &x->neighbor);
        }
        if (!found)
            fail_msg("%s: no session with %s", name, ip_text(&x->neighbor));
    }
}

static void check_scenario(const struct scenario *s)
{
    char *texts[SCENARIO_FILES_MAX] = { text_of(s->topology) };
    struct text_file files[SCENARIO_FILES_MAX] = { { s->topology, texts[0] } };
    for (size_t i = 0; i < ARRAY_LEN(s->devices) && s->devices[i]; i++) {
        texts[i + 1] = text_of(s->devices[i]);
        files[i + 1] = (struct text_file){ s->devices[i], texts[i + 1] };
    }
    struct world w;
    world_open(&w, files);
    check_tunnels(s->topology, &w);
    check_sessions(s->topology, &w);
    world_close(&w);
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        free(texts[i]);
}

static void tunnels_and_sessions_are_those_stated(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(scenarios); i++)
        check_scenario(&scenarios[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tunnels_and_sessions_are_those_stated),
    };
    return cmocka_run_group_tests_name("cloud/scenarios", tests, NULL, NULL);
}
