/* Rules of the checker itself: of the format, not of a provider. */
#include <string.h>

#include "check/check.h"
#include "check/look.h"
#include "check/rules/rules.h"
#include "lang/near.h"

static void suppressions_name_rules(struct check *c, const struct check_rule *rule)
{
    for (uint32_t i = 0; i < c->topo->suppress.count; i++) {
        const struct topo_suppression *s = &c->topo->suppress.items[i];
        if (!check_rule_find(s->rule))
            check_report(c, rule, &s->o, "rule", "there is no rule %s", s->rule);
    }
}

/* What a change would set off is silent as long as nobody asks about one; R200 has what is no rule;
 * of findings that were dropped nobody knows. */
static void suppressions_silence(struct check *c, const struct check_rule *rule)
{
    char path[512];
    for (uint32_t i = 0; c->dropped == 0 && i < c->topo->suppress.count; i++) {
        const struct topo_suppression *s = &c->topo->suppress.items[i];
        const struct check_rule *of = check_rule_find(s->rule);
        struct text t = text_init(path, sizeof(path));
        if (c->silences[i] || !of || of->of_others || (of->of_change && !c->before))
            continue;
        if (s->object.object)
            topo_object_path(s->object.object, &t);
        check_report(c, rule, &s->o, "rule", "%s finds nothing%s%s that this could silence", of->id,
                     s->object.object ? " about " : "", s->object.object ? path : "");
    }
}

/* Lines that nobody read are lines that no rule looked at. */
static void devices_are_understood(struct check *c, const struct check_rule *rule)
{
    for (uint32_t i = 0; i < c->device_count; i++) {
        const struct check_device *d = &c->devices[i];
        uint32_t n = 0, first = 0;
        for (uint32_t k = 0; k < d->diags->count; k++) {
            const struct diag *g = &d->diags->items[k];
            if (strcmp(g->id, "CFG-UNKNOWN") != 0 && strcmp(g->id, "CFG-UNSUPPORTED") != 0)
                continue;
            first = n++ ? first : g->line;
        }
        if (n > 0)
            check_report_line(c, rule, d, first,
                              "%u %s of %s understood by no rule: spanway config check names them",
                              n, n == 1 ? "line is" : "lines are", d->device->configuration);
    }
}

static bool has_interface(const struct config *f, const char *name)
{
    for (uint32_t i = 0; i < f->interfaces.n; i++)
        if (strcmp(f->interfaces.v[i].name, name) == 0)
            return true;
    return false;
}

/* FRR's texts leave addresses to the system, so that an interface may be missing there. */
static void interfaces_are_configured(struct check *c, const struct check_rule *rule)
{
    for (uint32_t i = 0; i < c->topo->sites.sites.count; i++) {
        const struct site *s = &c->topo->sites.sites.items[i];
        for (uint32_t k = 0; k < s->routers.count; k++) {
            const struct site_router *r = &s->routers.items[k];
            const struct check_device *d = look_device_of(c, &r->o);
            for (uint32_t n = 0;
                 d && d->config && d->config->dialect == DIALECT_IOS && n < r->interfaces.count;
                 n++)
                if (!has_interface(d->config, r->interfaces.items[n].o.name))
                    check_report(c, rule, &r->interfaces.items[n].o, NULL,
                                 "%s has no interface %s in its configuration", r->o.name,
                                 r->interfaces.items[n].o.name);
        }
    }
}

const struct check_rule check_rules_own[] = {
    {
        .id = "R200",
        .scope = "any",
        .severity = DIAG_WARNING,
        .title = "a suppression names a rule that exists",
        .symptom = "the finding that it should silence is still there",
        .remedy = "name the rule as the finding does; spanway check --list-rules lists them all",
        .source = "design",
        .run = suppressions_name_rules,
    },
    {
        .id = "R212",
        .scope = "any",
        .severity = DIAG_WARNING,
        .title = "a suppression silences something",
        .symptom = "nothing today; it hides the next finding, of which nobody knew",
        .remedy = "remove it, or correct its object",
        .source = "design",
        .of_others = true,
        .run = suppressions_silence,
    },
    {
        .id = "R206",
        .scope = "a router",
        .severity = DIAG_NOTE,
        .title = "every line of a device's configuration is understood",
        .symptom = "what such a line does was not looked at: a fault in it is not found",
        .remedy = "spanway config check FILE says of each line what is wrong",
        .source = "design",
        .run = devices_are_understood,
    },
    {
        .id = "R207",
        .scope = "a Cisco router",
        .severity = DIAG_WARNING,
        .title = "the interfaces that a topology gives a router are in its configuration",
        .symptom = "the address and internet: true have no effect",
        .remedy = "name the interface as the configuration does",
        .source = "design",
        .run = interfaces_are_configured,
    },
    { .id = NULL },
};
