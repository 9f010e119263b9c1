/* The reference networks in virtual time: the providers' gateways with the configurations that
 * net/gateway.c makes of the topology, the users' devices with their own texts, and every table of
 * BGP that the topology expects of them. Below BGP there is one segment with everybody on it:
 * tunnels are wires here, who may reach whom is not what is tested. */
#include "../unit/cloud/lib.h"

#include "net/gateway.h"
#include "rib/view.h"
#include "sim/world.h"

enum { TEXT_ROOM = 1 << 18, ROWS_MAX = 32, SETTLED_S = 120 };

struct play {
    struct world w;
    struct sim_world world;
    struct sim_link *segment;
    struct sim_host *host[SIM_HOSTS_MAX]; /* by node; NULL: it does not run */
    struct ip_addr found[SIM_HOSTS_MAX];  /* an address of its on the segment */
    size_t changed;                       /* the byte of every behaviour that is taken out; 0 */
};

static void logged(struct sim_host *h, const struct node_action *line)
{
    fprintf(stderr, "[%9.3f] %s: %s\n", (double)h->clock->now / 1e9, h->name, line->text);
}

static struct config *config_of(const char *name, const char *text)
{
    struct config_file file = { name, text, strlen(text) };
    struct config_options options = { .allow_unsupported = true };
    struct diag_list diags = { 0 };
    struct config *c = NULL;
    bool ok = config_parse(&file, 1, &options, &diags, &c);
    if (!ok)
        print_findings(&diags);
    diag_list_done(&diags);
    assert_true(ok);
    return c;
}

/* The text of a node: the user's, a provider's; NULL: it does not run. */
static struct config *text_of(struct play *p, uint32_t node, char room[TEXT_ROOM])
{
    const struct net_node *n = &p->w.n.nodes.items[node];
    for (uint32_t i = 0; n->config && i < p->w.device_count; i++) {
        const char *name = p->w.devices[i].device->configuration;
        if (p->w.devices[i].config == n->config)
            return config_of(name, world_text(&p->w, name));
    }
    if (!net_gateway_is(&p->w.n, node))
        return NULL;
    struct text t = text_init(room, TEXT_ROOM);
    assert_true(net_gateway_config(&p->w.n, node, NULL, &t));
    return config_of(n->name, room);
}

static struct prefix with_len(const struct ip_addr *a, uint8_t len)
{
    struct prefix p = prefix_of(a, ip_bits(a->family));
    p.len = len; /* an interface's address keeps its host bits */
    return p;
}

/* ---- the segment ----------------------------------------------------------------------------- */

static void attach_tunnels(struct play *p, uint32_t node)
{
    const struct net *n = &p->w.n;
    for (uint32_t i = 0; i < n->ends.count; i++) {
        const struct net_tunnel_end *e = &n->ends.items[i];
        char name[NET_GATEWAY_TUNNEL_MAX];
        if (e->speaker != node || !net_gateway_is(n, node))
            continue;
        net_gateway_tunnel(n, i, name);
        /* Its own address comes with its configuration. */
        struct prefix none = with_len(&e->outside, 32);
        sim_host_attach(p->host[node], name, p->segment, &none);
    }
}

static bool is_loopback(const struct net_iface *f)
{
    return strcmp(f->name, "lo") == 0 || strncmp(f->name, "Loopback", 8) == 0;
}

static void attach(struct play *p, uint32_t node)
{
    const struct net *n = &p->w.n;
    for (uint32_t i = 0; i < n->ifaces.count; i++) {
        const struct net_iface *f = &n->ifaces.items[i];
        bool provider = !n->nodes.items[node].config;
        if (f->node != node || (provider && ip_is_link_local(&f->addr)))
            continue;
        struct prefix own = with_len(&f->addr, f->len);
        if (is_loopback(f)) {
            sim_host_address(p->host[node], 1, &own, true);
            continue;
        }
        sim_host_attach(p->host[node], f->name, p->segment, &own);
        if (p->found[node].family == IP_NONE)
            p->found[node] = f->addr;
    }
    attach_tunnels(p, node);
}

/* By way of another node; NET_NONE: straight out. */
static void add_route(struct play *p, uint32_t node, const struct prefix *to, uint32_t by)
{
    struct fib_route r = { .prefix = *to,
                           .source = FIB_KERNEL,
                           .kind = FIB_UNICAST,
                           .n = 1,
                           .path = { { .if_index = 2, .weight = 1, .onlink = true } } };
    if (by != NET_NONE)
        r.path[0].next_hop = p->found[by];
    node_kernel_route(p->host[node]->node, p->world.clock.now, &r, true);
    sim_host_pump(p->host[node]);
}

static bool is_connected(const struct net *n, const struct net_session *s, unsigned k)
{
    for (uint32_t i = 0; i < n->ifaces.count; i++) {
        const struct net_iface *f = &n->ifaces.items[i];
        struct prefix link = prefix_of(&f->addr, f->len);
        if (f->node == s->node[k] && f->len < 32 && !is_loopback(f) &&
            prefix_has_addr(&link, &s->addr[!k]))
            return true;
    }
    return false;
}

/* What the fabric and the circuits would do: everybody finds those he talks to. */
static void add_routes(struct play *p)
{
    const struct net *n = &p->w.n;
    struct prefix all = px("0.0.0.0/0");
    for (uint32_t i = 0; i < n->sessions.count; i++) {
        const struct net_session *s = &n->sessions.items[i];
        for (unsigned k = 0; k < 2; k++) {
            if (s->node[0] == NET_NONE || s->node[1] == NET_NONE || !p->host[s->node[k]])
                continue;
            struct prefix to = with_len(&s->addr[!k], 32);
            if (is_connected(n, s, k))
                continue;
            add_route(p, s->node[k], &to, s->node[!k]);
        }
    }
    for (uint32_t i = 0; i < n->nodes.count; i++) {
        if (p->host[i] && !n->nodes.items[i].config)
            add_route(p, i, &all, NET_NONE);
    }
}

static void play_open(struct play *p, const char *name, size_t changed)
{
    static char room[TEXT_ROOM];
    struct sim_link_params params = { .latency = NS_PER_MS };
    memset(p, 0, sizeof(*p));
    p->changed = changed;
    world_open_file(&p->w, name);
    for (uint32_t i = 0; changed && i < p->w.n.nodes.count; i++)
        ((unsigned char *)&p->w.n.nodes.items[i].behaviour)[changed - 1] = 0;
    sim_world_init(&p->world, 7);
    p->segment = sim_world_link(&p->world, &params);
    assert_non_null(p->segment);
    for (uint32_t i = 0; i < p->w.n.nodes.count; i++) {
        struct diag_list diags = { 0 };
        struct config *c = text_of(p, i, room);
        if (!c)
            continue;
        p->host[i] = sim_world_host(&p->world, p->w.n.nodes.items[i].name, 1, c, &diags);
        if (!p->host[i])
            print_findings(&diags);
        assert_non_null(p->host[i]);
        diag_list_done(&diags);
        if (getenv("LOGS"))
            p->host[i]->log = logged;
        attach(p, i);
    }
    sim_world_start(&p->world);
    add_routes(p);
    assert_true(sim_world_run(&p->world, SETTLED_S * NS_PER_S));
}

static void play_close(struct play *p)
{
    sim_world_done(&p->world);
    world_close(&p->w);
}

/* ---- tables ---------------------------------------------------------------------------------- */

struct row {
    char network[PREFIX_TEXT_MAX], next_hop[IP_TEXT_MAX], metric[16], preference[16], weight[16];
    char path[1024]; /* as long as a record's */
    char origin;
};

struct table {
    struct view_sink sink;
    struct row rows[ROWS_MAX];
    uint32_t n;
};

static void put_number(char s[16], bool there, uint32_t v)
{
    snprintf(s, 16, there ? "%u" : "", v);
}

static bool emit(struct view_sink *sink, const struct view *v, const void *record)
{
    struct table *t = container_of(sink, struct table, sink);
    const struct view_bgp_route *r = record;
    if (v != &view_bgp_route || t->n == ROWS_MAX)
        return true;
    struct row *row = &t->rows[t->n++];
    struct text x = text_init(row->network, sizeof(row->network));
    text_prefix(&x, &r->prefix);
    x = text_init(row->next_hop, sizeof(row->next_hop));
    if (r->next_hop.family == IP_NONE)
        text_str(&x, "0.0.0.0");
    else
        text_ip(&x, &r->next_hop);
    put_number(row->metric, r->has_med, r->med);
    put_number(row->preference, r->has_local_pref, r->local_pref);
    put_number(row->weight, true, r->weight);
    snprintf(row->path, sizeof(row->path), "%s", r->as_path);
    row->origin = "ie?"[MIN(r->origin, 2)];
    return true;
}

static bool is_column(const char *want, const char *got)
{
    return !want || strcmp(want, got) == 0;
}

static bool is_row(const struct expect_route *want, const struct row *got, bool in)
{
    char network[PREFIX_TEXT_MAX];
    struct text t = text_init(network, sizeof(network));
    text_prefix(&t, &want->network);
    return strcmp(network, got->network) == 0 && is_column(want->next_hop, got->next_hop) &&
           is_column(want->metric, got->metric) && (!in || is_column(want->weight, got->weight)) &&
           is_column(want->path, got->path) && (!want->origin || want->origin[0] == got->origin);
}

static void print_table(const struct table *t)
{
    for (uint32_t i = 0; i < t->n; i++)
        print_error("  %s via %s metric '%s' weight '%s' path '%s' %c\n", t->rows[i].network,
                    t->rows[i].next_hop, t->rows[i].metric, t->rows[i].weight, t->rows[i].path,
                    t->rows[i].origin);
}

static bool comes_out(struct play *p, uint32_t node, const struct expect_routes *x)
{
    struct table t = { .sink = { .emit = emit } };
    static const enum node_query_kind kinds[] = { [EXPECT_RECEIVED] = NODE_QUERY_BGP_RECEIVED,
                                                  [EXPECT_ADVERTISED] = NODE_QUERY_BGP_ADVERTISED,
                                                  [EXPECT_BGP] = NODE_QUERY_BGP_TABLE };
    bool in = x->table != EXPECT_ADVERTISED;
    struct node_query q = { .kind = kinds[x->table], .family = IP_V4, .peer = x->neighbor };
    assert_int_equal(node_query(p->host[node]->node, p->world.clock.now, &q, &t.sink), 0);
    uint32_t found = 0, wanted = 0;
    for (uint32_t i = 0; i < x->rows.count; i++) {
        bool there = false;
        for (uint32_t k = 0; k < t.n; k++)
            there = there || is_row(&x->rows.items[i], &t.rows[k], in);
        wanted += !x->rows.items[i].absent;
        found += there;
    }
    if (found == wanted && (!x->exactly || t.n == wanted))
        return true;
    if (p->changed)
        return false;
    print_table(&t);
    fail_msg("%s: what %s %s %s is not what is expected: %u of %u rows, %u are there", p->w.t->name,
             p->w.n.nodes.items[node].name, in ? "has, or receives from," : "announces to",
             ip_text(&x->neighbor), found, wanted, t.n);
    return false;
}

static uint32_t node_of(const struct play *p, const struct topo_place *at)
{
    for (uint32_t i = 0; i < p->w.n.nodes.count; i++) {
        if (p->w.n.nodes.items[i].object == at->object && p->host[i])
            return i;
    }
    return NET_NONE;
}

/* How many of the tables of BGP that the topology states for the design as it is come out. */
static uint32_t compare_all(struct play *p)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < p->w.t->expect.routes.count; i++) {
        const struct expect_routes *x = &p->w.t->expect.routes.items[i];
        uint32_t node = node_of(p, &x->at);
        if (x->when.node || node == NET_NONE || x->table == EXPECT_ROUTES ||
            x->table == EXPECT_EFFECTIVE)
            continue;
        count += comes_out(p, node, x);
    }
    return count;
}

static void the_tables_are_those_of_the_scenarios(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint32_t tables;
    } cases[] = { { "s1.yaml", 10 }, { "s2.yaml", 6 }, { "s7.yaml", 4 }, { "s8.yaml", 4 } };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct play p;
        play_open(&p, cases[i].name, 0);
        uint32_t n = compare_all(&p);
        print_message("# %s: %u tables\n", cases[i].name, n);
        assert_int_equal(n, cases[i].tables);
        play_close(&p);
    }
}

/* And they are what they are because of these. */
static void without_a_behaviour_they_are_others(void **state)
{
    (void)state;
#define TAKEN(member) (offsetof(struct net_behaviour, member) + 1), #member
    static const struct {
        const char *name;
        uint32_t tables;
        size_t byte;
        const char *member;
    } cases[] = {
        { "s1.yaml", 10, TAKEN(removes_private_asn) },
        { "s1.yaml", 10, TAKEN(announces_spaces_only) },
        { "s7.yaml", 4, TAKEN(replaces_peer_asn) },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct play p;
        play_open(&p, cases[i].name, cases[i].byte);
        if (compare_all(&p) >= cases[i].tables)
            fail_msg("%s: all tables come out without %s", cases[i].name, cases[i].member);
        play_close(&p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_tables_are_those_of_the_scenarios),
        cmocka_unit_test(without_a_behaviour_they_are_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
