/* What a provider's gateway becomes as a configuration: every one of every topology is read back
 * without a word, each behaviour stands in the text, and so does what is told apart by neighbour.
 */
#include "../cloud/lib.h"

#include "cloud/behaviour.h"
#include "net/gateway.h"
#include "net/list.h"

enum { TEXT_ROOM = 1 << 18 };

static const char *const topologies[] = { "s1.yaml",    "s1x.yaml",     "s2.yaml",
                                          "s3.yaml",    "s4-2020.yaml", "s4-today.yaml",
                                          "s5-ng.yaml", "s5-p1.yaml",   "s5-p2.yaml",
                                          "s5-w.yaml",  "s6.yaml",      "s7.yaml",
                                          "s8.yaml" };

/* The text of a node; stands until the next one of the same room. */
static const char *text_of(const struct net *n, uint32_t node, char room[TEXT_ROOM])
{
    struct text t = text_init(room, TEXT_ROOM);
    assert_true(net_gateway_config(n, node, NULL, &t));
    if (getenv("PRINT"))
        fprintf(stderr, "---- %s\n%s", n->nodes.items[node].name, room);
    return room;
}

/* The only thing that may be said: an algorithm of the provider's is weak. */
static void reads_back(const char *name, const char *text)
{
    struct config_file file = { name, text, strlen(text) };
    struct config_options options = { .dialect = DIALECT_UNKNOWN };
    struct diag_list diags = { 0 };
    struct config *c = NULL;
    bool ok = config_parse(&file, 1, &options, &diags, &c);
    bool fine = ok;
    for (uint32_t i = 0; i < diags.count; i++) {
        const struct diag *d = &diags.items[i];
        char line[1024];
        struct text t = text_init(line, sizeof(line));
        text_diag(&t, d);
        if (d->severity == DIAG_NOTE || strcmp(d->id, "CFG-WEAK") == 0)
            continue;
        print_error("%s\n", line);
        fine = false;
    }
    diag_list_done(&diags);
    if (!fine)
        fail_msg("%s is not read back:\n%s", name, text);
    config_free(c);
}

static void every_gateway_is_read_back(void **state)
{
    (void)state;
    static char room[TEXT_ROOM];
    for (size_t i = 0; i < ARRAY_LEN(topologies); i++) {
        struct world w;
        uint32_t count = 0;
        world_open_file(&w, topologies[i]);
        for (uint32_t k = 0; k < w.n.nodes.count; k++) {
            if (!net_gateway_is(&w.n, k))
                continue;
            count++;
            reads_back(w.n.nodes.items[k].name, text_of(&w.n, k, room));
        }
        assert_true(count > 0);
        world_close(&w);
    }
}

/* ---- behaviours ------------------------------------------------------------------------------ */

/* A node of each kind, with all that its behaviours are about. */
static const struct {
    enum cloud_gateway kind;
    const char *topology, *node;
} of_kind[] = {
    { CLOUD_AZURE_VPN, "s4-today.yaml", "vpngw:0" },
    { CLOUD_AZURE_VPN_STANDBY, "s4-today.yaml", "vpngw:0" },
    { CLOUD_AZURE_ER, "s1.yaml", "ergw-hub00:0" },
    { CLOUD_AZURE_MSEE, "s1.yaml", "circuit01:primary" },
    { CLOUD_AZURE_MSEE_PREMIUM, "s1.yaml", "circuit01:primary" },
    { CLOUD_AZURE_ROUTE_SERVER, "s1.yaml", "rs-hub00:0" },
    { CLOUD_AWS_VGW, "s4-today.yaml", NULL },
    { CLOUD_AWS_TGW, "s4-today.yaml", NULL },
    { CLOUD_GCP_ROUTER, "s3.yaml", NULL },
};
_Static_assert(ARRAY_LEN(of_kind) == CLOUD_GATEWAY_COUNT, "a kind of gateway without a node");

/* The node by its name, or the first that is a gateway of the provider whose name begins none of
 * Azure's. */
static uint32_t node_for(const struct net *n, size_t i)
{
    if (of_kind[i].node)
        return node_named(n, of_kind[i].node);
    for (uint32_t k = n->nodes.count; k-- > 0;) {
        const struct net_node *v = &n->nodes.items[k];
        bool cloud_router = of_kind[i].kind == CLOUD_GCP_ROUTER;
        if (v->kind == (cloud_router ? NET_CLOUD_ROUTER : NET_VPN_GATEWAY) && net_gateway_is(n, k))
            return k;
    }
    fail_msg("%s has no such gateway", of_kind[i].topology);
    return NET_NONE;
}

/* Changes what the row sets: a yes into a no, a number into another. */
static void change(struct net_behaviour *b, const struct cloud_behaviour_row *row)
{
    unsigned char *at = (unsigned char *)b + row->offset;
    *at = row->size == sizeof(bool) ? !*at : (unsigned char)(*at + 1);
}

static void every_behaviour_stands_in_the_text(void **state)
{
    (void)state;
    static char room[TEXT_ROOM], changed[TEXT_ROOM];
    for (size_t i = 0; i < ARRAY_LEN(of_kind); i++) {
        struct world w;
        size_t n;
        world_open_file(&w, of_kind[i].topology);
        uint32_t node = node_for(&w.n, i);
        struct net_behaviour *b = &w.n.nodes.items[node].behaviour;
        *b = (struct net_behaviour){ .keepalive_s = 20 };
        cloud_behave(NULL, of_kind[i].kind, b);
        const struct net_behaviour as_it_is = *b;
        const struct cloud_behaviour_row *rows = cloud_behaviour_rows(of_kind[i].kind, &n);
        for (size_t k = 0; k < n; k++) {
            text_of(&w.n, node, room);
            change(b, &rows[k]);
            text_of(&w.n, node, changed);
            reads_back(w.n.nodes.items[node].name, changed);
            if (strcmp(room, changed) == 0 &&
                (as_it_is.standby ||
                 rows[k].offset < offsetof(struct net_behaviour, failover_planned_ms)))
                fail_msg("%s: %s is not in the text", w.n.nodes.items[node].name, rows[k].fact->id);
            *b = as_it_is;
        }
        world_close(&w);
    }
}

/* ---- by neighbour ---------------------------------------------------------------------------- */

static void has(const char *text, const char *line)
{
    if (!strstr(text, line))
        fail_msg("no '%s' in\n%s", line, text);
}

static void lacks(const char *text, const char *line)
{
    if (strstr(text, line))
        fail_msg("'%s' in\n%s", line, text);
}

static void policies_depend_on_where_a_neighbour_stands(void **state)
{
    (void)state;
    static char room[TEXT_ROOM];
    struct world w;
    world_open_file(&w, "s1.yaml");
    const char *edge = text_of(&w.n, node_named(&w.n, "circuit01:primary"), room);
    has(edge, "  neighbor 172.16.0.1 remove-private-AS all\n");
    lacks(edge, "  neighbor 172.16.0.1 as-override\n");
    has(edge, "  neighbor 10.0.200.12 as-override\n");
    lacks(edge, "  neighbor 10.0.200.12 remove-private-AS");
    lacks(edge, " neighbor 172.16.0.1 ebgp-multihop"); /* on its own link */
    const char *rs = text_of(&w.n, node_named(&w.n, "rs-hub00:0"), room);
    has(rs, "  neighbor 10.0.0.4 next-hop-self\n");
    lacks(rs, "  neighbor 10.0.200.12 next-hop-self\n");
    lacks(rs, "neighbor 10.0.210.5"); /* the instances do not talk to each other */
    const char *vpn = text_of(&w.n, node_named(&w.n, "vpngw-spoke10:0"), room);
    has(vpn, " tunnel route-via gateway mandatory\n");
    has(vpn, "ip route 10.100.20.1/32 Tunnel1\n");
    has(vpn, "ip prefix-list OWN deny 10.10.0.0/16 le 32\n");
    has(vpn, "  neighbor 10.10.200.7 next-hop-self\n");
    world_close(&w);
}

/* The half sessions of the circuit's second link, where nobody is. */
static void nobody_on_the_other_side_is_still_a_neighbour(void **state)
{
    (void)state;
    static char room[TEXT_ROOM];
    struct world w;
    world_open_file(&w, "s1.yaml");
    const char *edge = text_of(&w.n, node_named(&w.n, "circuit01:secondary"), room);
    has(edge, " neighbor 172.16.0.5 remote-as 65150\n");
    world_close(&w);
}

static void an_origin_may_be_for_one_neighbour(void **state)
{
    (void)state;
    static char room[TEXT_ROOM];
    struct world w;
    world_open_file(&w, "s1.yaml");
    uint32_t edge = node_named(&w.n, "circuit01:primary");
    struct net_origin *o = NET_PUSH(&w.arena, &w.n.origins);
    assert_non_null(o);
    *o = (struct net_origin){ .node = edge,
                              .prefix = px("10.77.0.0/16"),
                              .towards = ip("10.0.200.12") };
    const char *text = text_of(&w.n, edge, room);
    has(text, "  network 10.77.0.0/16 route-map ORIGIN\n");
    has(text, "ip prefix-list OUT-10.0.200.13 deny 10.77.0.0/16\n");
    has(text, "  neighbor 172.16.0.1 prefix-list OUT-172.16.0.1 out\n");
    lacks(text, "OUT-10.0.200.12");
    reads_back("edge", text);
    world_close(&w);
}

static void the_caller_names_interfaces_and_hosts(void **state)
{
    (void)state;
    static char room[TEXT_ROOM];
    struct world w;
    world_open_file(&w, "s1.yaml");
    uint32_t node = node_named(&w.n, "vpngw-spoke10:0");
    const struct net_gateway_names names = { .hostname = "gw one", .fabric = "eth7" };
    struct text t = text_init(room, TEXT_ROOM);
    assert_true(net_gateway_config(&w.n, node, &names, &t));
    has(room, "hostname gw-one\n");
    has(room, " tunnel route-via eth7 mandatory\n");
    struct text small = text_init(room, 100);
    assert_false(net_gateway_config(&w.n, node, &names, &small));
    world_close(&w);
}

static void tunnels_that_cannot_come_up_are_shut(void **state)
{
    (void)state;
    static char room[TEXT_ROOM];
    struct world w;
    world_open_file(&w, "s1.yaml");
    uint32_t node = node_named(&w.n, "vpngw-spoke10:0");
    for (uint32_t i = 0; i < w.n.ends.count; i++)
        w.n.ends.items[i].ikev2 = w.n.ends.items[i].speaker != node;
    const char *text = text_of(&w.n, node, room);
    has(text, " shutdown\n");
    lacks(text, "ExampleKey");
    reads_back("gateway", text);
    world_close(&w);
}

/* A key with bytes that a line cannot hold is written as bytes. */
static void keys_stand_as_they_are(void **state)
{
    (void)state;
    static char room[TEXT_ROOM];
    struct world w;
    world_open_file(&w, "s1.yaml");
    uint32_t node = node_named(&w.n, "vpngw-spoke10:0");
    for (uint32_t i = 0; i < w.n.ends.count; i++)
        w.n.ends.items[i].psk = "hex 7! x";
    const char *text = text_of(&w.n, node, room);
    has(text, "  pre-shared-key hex 6865782037212078\n");
    reads_back("gateway", text);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_gateway_is_read_back),
        cmocka_unit_test(every_behaviour_stands_in_the_text),
        cmocka_unit_test(policies_depend_on_where_a_neighbour_stands),
        cmocka_unit_test(nobody_on_the_other_side_is_still_a_neighbour),
        cmocka_unit_test(an_origin_may_be_for_one_neighbour),
        cmocka_unit_test(the_caller_names_interfaces_and_hosts),
        cmocka_unit_test(tunnels_that_cannot_come_up_are_shut),
        cmocka_unit_test(keys_stand_as_they_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
