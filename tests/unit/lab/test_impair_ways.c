/* Which cables a user's words mean, in scenario S1. */
#include "../expect/lib.h"
#include "lab/impair.h"

struct planned {
    struct lib lib;
    struct arena arena;
    struct lab_plan plan;
};

static int plan_open(void **state)
{
    static struct planned p;
    p.lib.files = (struct lib_source){ .source = { .read = lib_read } };
    if (!check_design_open(&p.lib.design, "s1.yaml", &p.lib.files.source, &p.lib.diags))
        return -1;
    arena_init(&p.arena, 1 << 28);
    *state = &p;
    return lab_plan_make(&p.lib.design, NULL, &p.arena, &p.plan) ? 0 : -1;
}

static int plan_close(void **state)
{
    struct planned *p = *state;
    arena_done(&p->arena);
    check_design_done(&p->lib.design);
    diag_list_done(&p->lib.diags);
    return 0;
}

/* "vm-hub00>fabric.vnet-hub00 ...", sender first; why without one. */
static const char *ways_text(const struct lab_plan *p, const char *cable, const char *from,
                             char *text, size_t n)
{
    struct lab_impair_way ways[LAB_IMPAIR_WAYS_MAX];
    struct text t = text_init(text, n);
    uint32_t count = lab_impair_ways(p, cable, from, ways, &t);
    for (uint32_t i = 0; i < count; i++) {
        const struct lab_cable *c = &p->cables.items[ways[i].cable];
        assert_true(ways[i].end < 2);
        text_str(&t, i ? " " : "");
        text_str(&t, p->spaces.items[c->end[ways[i].end].space].name);
        text_str(&t, ">");
        text_str(&t, p->spaces.items[c->end[1 - ways[i].end].space].name);
    }
    assert_false(t.cut);
    return text;
}

static void words_are_directions_of_cables(void **state)
{
    const struct planned *p = *state;
    static const struct {
        const char *cable, *from, *ways;
    } cases[] = {
        { "tky01--client", NULL, "tky01>client client>tky01" },
        { "client--tky01", NULL, "tky01>client client>tky01" },
        { "tky01--client", "client", "client>tky01" },
        { "vpngw-spoke10.0--internet", "internet", "internet>vpngw-spoke10.0" },
        { "vpngw-spoke10:1--internet", "vpngw-spoke10:1", "vpngw-spoke10.1>internet" },
        { "vm-hub00", NULL, "vm-hub00>fabric.vnet-hub00 fabric.vnet-hub00>vm-hub00" },
        { "rs-hub00.1", "rs-hub00.1", "rs-hub00.1>fabric.vnet-hub00" },
        { "vpngw-spoke10", "internet", "internet>vpngw-spoke10.0 internet>vpngw-spoke10.1" },
        { "tky01", "tky01", "tky01>circuit01.primary tky01>client" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char text[1024];
        CLAIM_TEXT(cases[i].cable,
                   ways_text(&p->plan, cases[i].cable, cases[i].from, text, sizeof(text)),
                   cases[i].ways);
    }
}

static void what_is_no_cable_is_refused_with_what_there_is(void **state)
{
#define NONE                                                                                       \
    ": no such cable or node; expected a link or connection of the topology, a node, or "          \
    "NODE--NODE"
    const struct planned *p = *state;
    static const struct {
        const char *cable, *from, *why;
    } cases[] = {
        { "nobody", NULL, "nobody" NONE },
        { "", NULL, NONE },
        { "--", NULL, "--" NONE },
        { "tky01--nobody", NULL, "tky01--nobody" NONE },
        { "tky01--client", "nobody", "nobody: no such node" },
        { "tky01--client", "vm-hub00", "vm-hub00: sends on none of these cables" },
        { "client--vm-hub00", NULL, "no cable joins client and vm-hub00; its cables go to tky01" },
        { "vm-hub00--vm-spoke10", NULL,
          "no cable joins vm-hub00 and vm-spoke10; its cables go to fabric.vnet-hub00" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char text[1024];
        CLAIM_TEXT(cases[i].cable,
                   ways_text(&p->plan, cases[i].cable, cases[i].from, text, sizeof(text)),
                   cases[i].why);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_directions_of_cables),
        cmocka_unit_test(what_is_no_cable_is_refused_with_what_there_is),
    };
    return cmocka_run_group_tests(tests, plan_open, plan_close);
}
