/* The plan of a lab: properties that hold for every topology that is built, and what some networks
 * become in particular. */
#include "../expect/lib.h"

#include "lab/plan.h"

struct planned {
    struct lib lib;
    struct arena arena;
    struct lab_plan plan;
};

static const char *const topologies[] = { "s1.yaml",    "s1x.yaml",     "s2.yaml",
                                          "s3.yaml",    "s4-2020.yaml", "s4-today.yaml",
                                          "s5-p1.yaml", "s5-p2.yaml",   "s5-w.yaml",
                                          "s6.yaml",    "s7.yaml",      "s8.yaml" };

static void plan_open(struct planned *p, const char *file, const char *text)
{
    memset(p, 0, sizeof(*p));
    p->lib.files = (struct lib_source){ .source = { .read = lib_read }, .text = text };
    bool ok = check_design_open(&p->lib.design, file, &p->lib.files.source, &p->lib.diags);
    lib_print(&p->lib.diags);
    assert_true(ok);
    arena_init(&p->arena, 1 << 28);
    assert_true(lab_plan_make(&p->lib.design, NULL, &p->arena, &p->plan));
}

static void plan_close(struct planned *p)
{
    arena_done(&p->arena);
    check_design_done(&p->lib.design);
    diag_list_done(&p->lib.diags);
}

/* ---- properties ------------------------------------------------------------------------------ */

static uint32_t ends_of(const struct lab_plan *p, uint32_t space)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < 2 * p->cables.count; i++)
        n += p->cables.items[i / 2].end[i % 2].space == space;
    return n;
}

static void names_fit(const struct lab_plan *p)
{
    for (uint32_t i = 0; i < p->spaces.count; i++) {
        const struct lab_space *s = &p->spaces.items[i];
        assert_null(strpbrk(s->netns, ":/ \t"));
        assert_true(strncmp(s->netns, p->name, strlen(p->name)) == 0);
        for (uint32_t k = 0; k < i; k++)
            assert_string_not_equal(s->name, p->spaces.items[k].name);
        if (ends_of(p, i) == 0)
            fail_msg("%s has no cable", s->name);
    }
}

static void ends_are_unique(const struct lab_plan *p)
{
    for (uint32_t i = 0; i < 2 * p->cables.count; i++) {
        const struct lab_end *a = &p->cables.items[i / 2].end[i % 2];
        assert_true(a->space < p->spaces.count);
        assert_in_range(strlen(a->dev), 1, LAB_DEV_MAX);
        for (uint32_t k = 0; k < i; k++) {
            const struct lab_end *b = &p->cables.items[k / 2].end[k % 2];
            if (a->space == b->space && strcmp(a->dev, b->dev) == 0)
                fail_msg("two cables end at %s of %s", a->dev, p->spaces.items[a->space].name);
        }
    }
}

/* An address is one end's; of an edge router's also of its loopback, which is no cable. */
static void addresses_are_unique(const struct lab_plan *p)
{
    for (uint32_t i = 0; i < 2 * p->cables.count; i++) {
        const struct lab_end *a = &p->cables.items[i / 2].end[i % 2];
        for (uint32_t n = 0; n < a->addresses.count; n++) {
            for (uint32_t k = 0; k < i; k++) {
                const struct lab_end *b = &p->cables.items[k / 2].end[k % 2];
                for (uint32_t m = 0; m < b->addresses.count; m++)
                    assert_false(ip_eq(&a->addresses.items[n].addr, &b->addresses.items[m].addr));
            }
        }
    }
}

static bool says(const struct lab_space *s, const char *line)
{
    for (uint32_t i = 0; i < s->setup.count; i++) {
        if (strcmp(s->setup.items[i], line) == 0)
            return true;
    }
    return false;
}

static void tables_are_there(const struct lab_plan *p)
{
    char line[256];
    for (uint32_t i = 0; i < p->nics.count; i++) {
        const struct lab_nic *nic = &p->nics.items[i];
        const struct lab_space *fabric = &p->spaces.items[nic->fabric];
        char via[IP_TEXT_MAX];
        struct text t = text_init(via, sizeof(via));
        text_ip(&t, &nic->via);
        assert_int_equal(fabric->kind, LAB_SPACE_FABRIC);
        assert_non_null(nic->network);
        assert_string_equal(nic->dev, p->cables.items[nic->cable].end[1].dev);
        snprintf(line, sizeof(line), "rule add priority 1000 iif %s lookup %u", nic->dev,
                 nic->table);
        assert_true(says(fabric, line));
        snprintf(line, sizeof(line), "route add blackhole default table %u", nic->table);
        assert_true(says(fabric, line));
        snprintf(line, sizeof(line), "route add %s/32 dev %s", via, nic->dev);
        if (!says(fabric, line))
            fail_msg("%s: %s is not said", fabric->name, line);
        for (uint32_t k = 0; k < i; k++)
            assert_true(nic->table != p->nics.items[k].table);
    }
}

/* Who sits in no subnet reaches the network; nobody else writes its table. */
static void end_points_reach_networks(const struct lab_plan *p)
{
    for (uint32_t i = 0; i < p->nics.count; i++) {
        const struct lab_nic *nic = &p->nics.items[i];
        const struct lab_space *fabric = &p->spaces.items[nic->fabric];
        char end[32];
        bool throws = false;
        snprintf(end, sizeof(end), " table %u", nic->table);
        for (uint32_t k = 0; k < fabric->setup.count; k++) {
            const char *line = fabric->setup.items[k];
            throws = throws || (strncmp(line, "route add throw ", 16) == 0 &&
                                strcmp(line + strlen(line) - strlen(end), end) == 0);
        }
        assert_int_equal(throws, nic->subnet == NULL);
    }
}

/* Whoever speaks BGP or has a configuration runs a daemon, and one alone. */
static void daemons_are_there(const struct lab_plan *p)
{
    const struct net *n = &p->design->net;
    for (uint32_t i = 0; i < n->nodes.count; i++) {
        uint32_t here = 0;
        for (uint32_t k = 0; k < p->daemons.count; k++)
            here += p->daemons.items[k].space == p->space_of[i];
        if (n->nodes.items[i].asn && p->space_of[i] != NET_NONE && here != 1)
            fail_msg("%s has %u daemons", n->nodes.items[i].name, here);
    }
}

static void every_plan_is_sound(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(topologies); i++) {
        struct planned p;
        plan_open(&p, topologies[i], NULL);
        if (p.plan.refusals.count)
            fail_msg("%s: %s", topologies[i], p.plan.refusals.items[0].what);
        names_fit(&p.plan);
        ends_are_unique(&p.plan);
        addresses_are_unique(&p.plan);
        tables_are_there(&p.plan);
        end_points_reach_networks(&p.plan);
        daemons_are_there(&p.plan);
        plan_close(&p);
    }
}

static void same_file_same_plan(void **state)
{
    (void)state;
    struct planned a, b;
    plan_open(&a, "s1.yaml", NULL);
    plan_open(&b, "s1.yaml", NULL);
    assert_int_equal(a.plan.cables.count, b.plan.cables.count);
    for (uint32_t i = 0; i < a.plan.cables.count; i++) {
        assert_string_equal(a.plan.cables.items[i].end[0].dev, b.plan.cables.items[i].end[0].dev);
        assert_string_equal(a.plan.cables.items[i].end[1].dev, b.plan.cables.items[i].end[1].dev);
    }
    plan_close(&a);
    plan_close(&b);
}

/* ---- networks -------------------------------------------------------------------------------- */

static const struct lab_space *space_named(const struct lab_plan *p, const char *name)
{
    uint32_t at = lab_plan_space(p, name);
    if (at == NET_NONE)
        fail_msg("there is no space %s", name);
    return &p->spaces.items[at];
}

static const struct lab_daemon *daemon_of(const struct lab_plan *p, const char *name)
{
    uint32_t at = lab_plan_space(p, name);
    for (uint32_t i = 0; i < p->daemons.count; i++) {
        if (p->daemons.items[i].space == at)
            return &p->daemons.items[i];
    }
    fail_msg("%s has no daemon", name);
    return NULL;
}

static bool joined(const struct lab_plan *p, const char *a, const char *b)
{
    uint32_t x = lab_plan_space(p, a), y = lab_plan_space(p, b);
    for (uint32_t i = 0; i < p->cables.count; i++) {
        const struct lab_end *e = p->cables.items[i].end;
        if ((e[0].space == x && e[1].space == y) || (e[0].space == y && e[1].space == x))
            return true;
    }
    return false;
}

static void a_site_and_a_circuit_are_cables(void **state)
{
    (void)state;
    struct planned p;
    plan_open(&p, "s1.yaml", NULL);
    assert_true(joined(&p.plan, "tky01", "circuit01.primary"));
    assert_false(joined(&p.plan, "tky01", "circuit01.secondary"));
    assert_true(joined(&p.plan, "tky01", "client"));
    assert_true(joined(&p.plan, "circuit01.secondary", "ergw-hub00.1"));
    /* Peered networks are one fabric. */
    assert_true(joined(&p.plan, "vm-spoke10", "fabric.vnet-hub00"));
    assert_true(joined(&p.plan, "rs-hub00:0", "fabric.vnet-hub00"));
    const struct lab_daemon *tky = daemon_of(&p.plan, "tky01");
    assert_int_equal(tky->map.count, 2);
    assert_string_equal(tky->map.items[0].device, "GigabitEthernet8.714");
    assert_string_equal(tky->map.items[0].dev, "eth0");
    assert_string_equal(tky->map.items[1].device, "Vlan10");
    assert_true(strncmp(tky->config, "tky01#show running-config", 20) == 0);
    assert_true(says(space_named(&p.plan, "vm-hub00"),
                     "route add default via 10.0.0.1 dev eth0 proto dhcp src 10.0.0.4 metric 100"));
    plan_close(&p);
}

static void end_points_of_aws_stand_alone(void **state)
{
    (void)state;
    struct planned p;
    plan_open(&p, "s4-today.yaml", NULL);
    assert_int_equal(p.plan.spaces.count, 11);
    assert_true(joined(&p.plan, "vpn0.0", "internet"));
    assert_true(joined(&p.plan, "vpn0.0", "fabric.vpc"));
    assert_true(says(space_named(&p.plan, "vpngw:1"), "route replace 52.0.0.1/32 dev public"));
    assert_true(says(space_named(&p.plan, "internet"), "route add 20.1.0.10/32 dev vpngw.0"));
    plan_close(&p);
}

static void networks_that_are_not_peered_are_apart(void **state)
{
    (void)state;
    struct planned p;
    plan_open(&p, "s6.yaml", NULL);
    assert_true(joined(&p.plan, "vm-spoke10", "fabric.vnet-hub00"));
    assert_true(joined(&p.plan, "vm-hub100", "fabric.vnet-hub100"));
    assert_false(joined(&p.plan, "vm-hub100", "fabric.vnet-hub00"));
    assert_true(
        says(space_named(&p.plan, "vm-hub100"),
             "link add name vxlan0 mtu 1450 type vxlan id 77 remote 10.0.0.4 dstport 4789"));
    plan_close(&p);
}

/* ---- what is refused ------------------------------------------------------------------------- */

static void refuses(const char *text, const char *what)
{
    struct planned p;
    plan_open(&p, "t.yaml", text);
    assert_true(p.plan.refusals.count > 0);
    assert_non_null(strstr(p.plan.refusals.items[0].what, what));
    plan_close(&p);
}

static void what_is_not_run_is_refused_by_name(void **state)
{
    (void)state;
    refuses("spanway: 1\nname: t\naws:\n  transit_gateways:\n    tgw: {amazon_side_asn: 64512}\n",
            "transit gateways");
    refuses("spanway: 1\nname: t\ncarriers:\n  c: {asn: 65000}\n", "carriers that route");
    refuses("spanway: 1\nname: \"a name/with more\"\n", "a lab's name");
}

static void names_of_labs_are_plain(void **state)
{
    (void)state;
    assert_true(lab_name_is_valid("s1"));
    assert_true(lab_name_is_valid("s4-today"));
    assert_false(lab_name_is_valid(""));
    assert_false(lab_name_is_valid("../x"));
    assert_false(lab_name_is_valid("-x"));
    assert_false(lab_name_is_valid("a b"));
    assert_false(lab_name_is_valid("123456789012345678901234567890123"));
}

/* ---- printing -------------------------------------------------------------------------------- */

struct room {
    struct text t;
};

static void append(void *context, const char *bytes, size_t n)
{
    struct room *r = context;
    text_bytes(&r->t, bytes, n);
}

static void a_plan_is_printed(void **state)
{
    (void)state;
    enum { ROOM = 1 << 20 };
    static char buffer[ROOM];
    struct planned p;
    struct room r = { .t = text_init(buffer, ROOM) };
    plan_open(&p, "s1.yaml", NULL);
    lab_plan_script(&p.plan, "/run/x", append, &r);
    assert_false(r.t.cut);
    assert_non_null(strstr(buffer, "ip netns add s1.tky01\n"));
    assert_non_null(strstr(buffer, "--interface-map GigabitEthernet8.714=eth0,Vlan10=eth1"));
    r.t = text_init(buffer, ROOM);
    lab_plan_graph(&p.plan, append, &r);
    assert_non_null(strstr(buffer, "\"tky01\" [shape=box]"));
    assert_non_null(strstr(buffer, "\"client\" [shape=plaintext]"));
    plan_close(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_plan_is_sound),
        cmocka_unit_test(same_file_same_plan),
        cmocka_unit_test(a_site_and_a_circuit_are_cables),
        cmocka_unit_test(end_points_of_aws_stand_alone),
        cmocka_unit_test(networks_that_are_not_peered_are_apart),
        cmocka_unit_test(what_is_not_run_is_refused_by_name),
        cmocka_unit_test(names_of_labs_are_plain),
        cmocka_unit_test(a_plan_is_printed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
