/* Every pair and every redundancy: the topology that comes out passes `check` without an error or a
 * warning, and has the objects that the scenarios state. */
#include "lib.h"

#include <stdio.h>
#include <stdlib.h>

#include "check/design.h"

static const char *const redundancies[] = { "none", "tunnel", "full" };

static const struct {
    const char *name, *networks;
    const char *from; /* the least redundancy that these networks can have: others are refused */
    const char *to;
    uint32_t tunnels[3]; /* that both sides have, by redundancy */
} cases[] = {
    { "Azure and AWS", LIB_AZURE LIB_AWS, "none", "full", { 1, 2, 4 } },
    { "Azure and AWS's transit gateway", LIB_AZURE LIB_TGW, "none", "full", { 1, 2, 4 } },
    { "Azure and Google", LIB_AZURE LIB_GCP, "none", "full", { 1, 2, 2 } },
    { "AWS and Google", LIB_AWS LIB_GCP, "none", "full", { 1, 2, 4 } },
    { "transit gateway and Google", LIB_TGW LIB_GCP, "none", "full", { 1, 2, 4 } },
    { "SORACOM and Azure", LIB_SORACOM LIB_AZURE, "none", "full", { 2, 2, 4 } },
    { "Azure and a router", LIB_AZURE LIB_SITE1, "none", "none", { 1, 0, 0 } },
    { "Azure and two routers", LIB_AZURE LIB_SITE2, "none", "full", { 1, 2, 4 } },
    { "AWS and a router", LIB_AWS LIB_SITE1, "none", "tunnel", { 1, 2, 0 } },
    { "AWS and two routers", LIB_AWS LIB_SITE2, "none", "full", { 1, 2, 4 } },
    { "transit gateway and two routers", LIB_TGW LIB_SITE2, "none", "full", { 1, 2, 4 } },
    { "Google and a router", LIB_GCP LIB_SITE1, "none", "tunnel", { 1, 2, 0 } },
    { "Google and two routers", LIB_GCP LIB_SITE2, "none", "full", { 1, 2, 2 } },
    { "SORACOM and a router", LIB_SORACOM LIB_SITE1, "none", "tunnel", { 1, 2, 0 } },
    { "SORACOM and two routers", LIB_SORACOM LIB_SITE2, "none", "full", { 1, 2, 4 } },
    { "Azure, AWS, Google", LIB_AZURE LIB_AWS LIB_GCP, "none", "full", { 3, 6, 10 } },
    { "Azure, AWS, two routers", LIB_AZURE LIB_AWS LIB_SITE2, "none", "full", { 3, 6, 12 } },
    { "Azure, SORACOM, two routers",
      LIB_AZURE LIB_SORACOM LIB_SITE2,
      "none",
      "full",
      { 4, 6, 12 } },
    { "AWS, Google, two routers", LIB_AWS LIB_GCP LIB_SITE2, "none", "full", { 3, 6, 10 } },
};

static uint32_t rank(const char *redundancy)
{
    for (uint32_t i = 0; i < ARRAY_LEN(redundancies); i++) {
        if (strcmp(redundancies[i], redundancy) == 0)
            return i;
    }
    fail();
    return 0;
}

static void print_diags(const struct diag_list *diags)
{
    for (uint32_t i = 0; i < diags->count; i++) {
        char line[1024];
        struct text t = text_init(line, sizeof(line));
        text_diag(&t, &diags->items[i]);
        print_message("# %s\n", line);
    }
}

/* The written files, checked. The number of findings that are errors or warnings. */
static uint32_t check_files(struct lib_source *files)
{
    struct diag_list diags = { 0 };
    struct check_design d;
    bool ok = check_design_open(&d, "plan.yaml", &files->source, &diags);
    print_diags(&diags);
    assert_true(ok);
    struct check c = check_of_design(&d, NULL);
    assert_true(check_run(&c));
    for (uint32_t i = 0; i < c.count; i++) {
        const struct check_finding *f = &c.findings[i];
        if (f->severity != DIAG_NOTE && !f->suppressed)
            print_message("# %s %s: %s\n", f->rule->id, f->object_count ? f->objects[0]->name : "",
                          f->what);
    }
    for (uint32_t i = 0; i < d.device_count; i++) {
        print_diags(d.devices[i].diags);
        assert_int_equal(d.devices[i].diags->count, 0);
    }
    uint32_t n = c.errors + c.warnings;
    check_design_done(&d);
    diag_list_done(&diags);
    return n;
}

static char topology[PLAN_TEXT_MAX], routers[2][PLAN_TEXT_MAX / 4];

static uint32_t plan_and_check(const char *intent_text, uint32_t *ret_tunnels)
{
    struct lib_source source = { .source = { .read = lib_read },
                                 .names = { "intent.yaml" },
                                 .texts = { intent_text } };
    struct diag_list diags = { 0 };
    struct plan_intent intent;
    struct plan plan;
    bool ok = plan_intent_read(&intent, "intent.yaml", &source.source, &diags) &&
              plan_build(&plan, &intent, &diags);
    print_diags(&diags);
    assert_true(ok);
    *ret_tunnels = 0;
    for (uint32_t i = 0; i < plan.link_count; i++)
        *ret_tunnels += plan.links[i].tunnel_count;
    struct text t = text_init(topology, sizeof(topology));
    plan_write_topology(&plan, &t);
    assert_false(t.cut);
    struct lib_source files = { .source = { .read = lib_read },
                                .names = { "plan.yaml", "tokyo-r0.cfg", "tokyo-r1.cfg" },
                                .texts = { topology, routers[0], routers[1] } };
    for (uint32_t i = 0; i < intent.connect.count; i++) {
        const struct plan_network *n = &intent.connect.items[i];
        for (uint32_t k = 0; k < n->public_addresses.count; k++) {
            struct text r = text_init(routers[k], sizeof(routers[k]));
            plan_write_router(&plan, n, k, &r);
            assert_false(r.cut);
        }
    }
    uint32_t n = check_files(&files);
    const char *dump = getenv("PLAN_DUMP");
    if (n > 0 && dump)
        print_message("%s\n%s\n%s\n", topology, routers[0], routers[1]);
    plan_intent_done(&intent);
    diag_list_done(&diags);
    return n;
}

static void test_plans_pass_check(void **state)
{
    (void)state;
    uint32_t bad = 0;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        for (uint32_t r = rank(cases[i].from); r <= rank(cases[i].to); r++) {
            char text[2048];
            uint32_t tunnels;
            snprintf(text, sizeof(text), "spanway-plan: 1\nredundancy: %s\nconnect:\n%s",
                     redundancies[r], cases[i].networks);
            print_message("# %s, %s\n", cases[i].name, redundancies[r]);
            bad += plan_and_check(text, &tunnels);
            assert_int_equal(tunnels, cases[i].tunnels[r]);
        }
    }
    assert_int_equal(bad, 0);
}

/* ---- what the scenarios state ---------------------------------------------------------------- */

static const struct {
    const char *name, *networks, *redundancy;
    const char *in_order[12]; /* parts of the checklist, each behind the one before */
} lists[] = {
    { "S3: order of work and count of objects",
      LIB_AZURE LIB_GCP,
      "full",
      { "1. Networks", "2. Azure's gateway", "3. Google's peer VPN gateway",
        "4. Google's HA VPN gateway", "5. Cloud Router", "6. Google's VPN tunnels",
        "7. Google's BGP sessions", "8. Azure's local network gateways", "9. Azure's connections",
        "Objects:\n   1 virtual network gateway\n   1 peer VPN gateway\n"
        "   1 Cloud VPN gateway\n   1 Cloud Router\n   2 VPN tunnels\n   2 BGP sessions\n"
        "   2 local network gateways\n   2 connections\n" } },
    { "S4.5: Azure first, then AWS, then the ends at Azure",
      LIB_AZURE LIB_AWS,
      "full",
      { "2. Azure's gateway", "3. VPN connections of AWS", "inside 169.254.21.0/30",
        "inside 169.254.22.0/30", "inside 169.254.21.4/30", "inside 169.254.22.4/30",
        "4. Azure's local network gateways", "5. Azure's connections", "stays down",
        "6. Routes on AWS", "4 local network gateways", "4 connections" } },
    { "S5 P1: one Door, static routes, and what that implies",
      LIB_AZURE LIB_SORACOM,
      "tunnel",
      { "BGP stays off", "Door door-az-0, static routes", "address space of so", "BGP off",
        "1 Door\n", "an outage at each maintenance" } },
    { "AWS needs Google's addresses, then Google AWS's",
      LIB_AWS LIB_GCP,
      "full",
      { "2. Google's HA VPN gateway", "4. VPN connections of AWS", "5. Google's peer VPN gateway",
        "peer-am: 4 interfaces", "6. Google's VPN tunnels" } },
    { "an unused tunnel is called so",
      LIB_AZURE LIB_AWS,
      "none",
      { "tunnel 1: inside", "tunnel 2: exists in any case, stays unused", "implies:" } },
};

static void test_checklists_follow_the_scenarios(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
        char text[2048];
        snprintf(text, sizeof(text), "spanway-plan: 1\nredundancy: %s\nconnect:\n%s",
                 lists[i].redundancy, lists[i].networks);
        struct lib_source source = { .source = { .read = lib_read },
                                     .names = { "intent.yaml" },
                                     .texts = { text } };
        struct diag_list diags = { 0 };
        struct plan_intent intent;
        struct plan plan;
        assert_true(plan_intent_read(&intent, "intent.yaml", &source.source, &diags));
        assert_true(plan_build(&plan, &intent, &diags));
        struct text t = text_init(topology, sizeof(topology));
        plan_write_checklist(&plan, &t);
        const char *at = topology;
        for (size_t k = 0; k < ARRAY_LEN(lists[i].in_order) && lists[i].in_order[k]; k++) {
            const char *found = strstr(at, lists[i].in_order[k]);
            if (!found)
                fail_msg("%s: no \"%s\" in order\n%s", lists[i].name, lists[i].in_order[k],
                         topology);
            at = found + 1;
        }
        plan_intent_done(&intent);
        diag_list_done(&diags);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_plans_pass_check),
                                        cmocka_unit_test(test_checklists_follow_the_scenarios) };
    int failed = cmocka_run_group_tests_name("plan", tests, NULL, NULL);
    return failed;
}
