/* Configurations of FRR: what it refuses, what it does without saying so. */
#include <ctype.h>
#include <string.h>

#include "check/device.h"
#include "check/rules/rules.h"
#include "topo/kinds.h"

/* ---- RFC 8212 -------------------------------------------------------------------------------- */

static bool has_policy(const struct config_neighbor_af *af, unsigned way)
{
    return af->prefix_list[way] || af->filter_list[way] || af->route_map[way] ||
           af->distribute_list[way];
}

static bool is_before_8212(const struct config_version *v)
{
    return v->major != 0 && (v->major < 7 || (v->major == 7 && v->minor < 4));
}

/* Reports each neighbor that has no policy in one direction or in both. */
static void report_no_policy(struct check *c, const struct check_rule *rule,
                             const struct check_device *d)
{
    struct config_neighbor r;
    for (uint32_t i = 0; i < d->config->bgp.neighbors.n; i++) {
        if (!device_is_ebgp(d, &d->config->bgp.neighbors.v[i], &r) || r.shutdown == TRI_YES ||
            r.af[CONFIG_AF_IPV4].activate != TRI_YES)
            continue;
        bool in = has_policy(&r.af[CONFIG_AF_IPV4], DIR_IN);
        bool out = has_policy(&r.af[CONFIG_AF_IPV4], DIR_OUT);
        if (!in || !out)
            check_report_line(c, rule, d, r.at.line, "%s: neighbor %s has no policy%s",
                              d->owner->name, r.name,
                              in    ? " towards it"
                              : out ? " for what it sends"
                                    : "");
    }
}

static void neighbors_have_policies(struct check *c, const struct check_rule *rule)
{
    struct config_bgp b;
    for (uint32_t i = 0; i < c->device_count; i++) {
        const struct check_device *d = &c->devices[i];
        if (!device_speaks(d, DIALECT_FRR))
            continue;
        config_bgp_resolve(d->config, &b);
        if (b.ebgp_requires_policy == TRI_YES)
            report_no_policy(c, rule, d);
    }
}

/* An old version in the file switches the check off, until a newer FRR writes the file. */
static void old_files_have_policies(struct check *c, const struct check_rule *rule)
{
    for (uint32_t i = 0; i < c->device_count; i++) {
        const struct check_device *d = &c->devices[i];
        if (device_speaks(d, DIALECT_FRR) && is_before_8212(&d->config->version) &&
            d->config->bgp.ebgp_requires_policy == TRI_UNSET)
            report_no_policy(c, rule, d);
    }
}

/* ---- routes ---------------------------------------------------------------------------------- */

static bool is_static(const struct config *c, const struct prefix *p)
{
    for (uint32_t i = 0; i < c->statics.n; i++)
        if (prefix_eq(&c->statics.v[i].prefix, p))
            return true;
    return false;
}

static bool is_connected(const struct device_networks *n, const struct prefix *p)
{
    for (uint32_t i = 0; i < n->n; i++)
        if (prefix_eq(&n->v[i], p))
            return true;
    return false;
}

/* Whose routes the table has as well, which nobody can know from the text. */
static bool has_another_protocol(const struct check_device *d)
{
    static const char *const lines[] = { "router ospf", "router eigrp", "router isis",
                                         "router rip" };
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
        if (look_line(d, lines[i], 0))
            return true;
    return false;
}

static void check_networks(struct check *c, const struct check_rule *rule,
                           const struct check_device *d)
{
    const struct device_networks on = device_networks(d);
    const struct config_bgp_af *af = &d->config->bgp.af[CONFIG_AF_IPV4];
    for (uint32_t i = 0; i < af->networks.n; i++) {
        const struct config_network *n = &af->networks.v[i];
        char prefix[PREFIX_TEXT_MAX];
        struct text t = text_init(prefix, sizeof(prefix));
        text_prefix(&t, &n->prefix);
        if (is_static(d->config, &n->prefix) || is_connected(&on, &n->prefix))
            continue;
        check_report_line(c, rule, d, n->at.line,
                          "%s: network %s is neither on an interface nor a static route",
                          d->owner->name, prefix);
        if (!device_networks_are_known(d) || has_another_protocol(d))
            check_last_is(c, DIAG_WARNING);
    }
}

static void networks_are_in_the_table(struct check *c, const struct check_rule *rule)
{
    struct config_bgp b;
    for (uint32_t i = 0; i < c->device_count; i++) {
        const struct check_device *d = &c->devices[i];
        if (!d->config)
            continue;
        config_bgp_resolve(d->config, &b);
        if (b.network_import_check == TRI_YES || device_speaks(d, DIALECT_IOS))
            check_networks(c, rule, d);
    }
}

/* By another static route, but for the default, which FRR does not resolve by unless told to. */
static bool resolves(const struct config *c, const struct ip_addr *a)
{
    for (uint32_t i = 0; i < c->statics.n; i++) {
        const struct config_static *s = &c->statics.v[i];
        bool counts = s->prefix.len > 0 || c->dialect == DIALECT_IOS ||
                      c->nht_resolve_via_default[CONFIG_AF_IPV4] == TRI_YES;
        if (counts && prefix_has_addr(&s->prefix, a) && !ip_eq(&s->next_hop, a))
            return true;
    }
    return false;
}

static void next_hops_are_reachable(struct check *c, const struct check_rule *rule)
{
    for (uint32_t i = 0; i < c->device_count; i++) {
        const struct check_device *d = &c->devices[i];
        const struct device_networks on = device_networks(d);
        for (uint32_t k = 0; d->config && on.n > 0 && k < d->config->statics.n; k++) {
            const struct config_static *s = &d->config->statics.v[k];
            char hop[IP_TEXT_MAX];
            struct text t = text_init(hop, sizeof(hop));
            if (s->kind != STATIC_VIA || s->interface || s->next_hop.family != IP_V4 ||
                device_is_on(&on, &s->next_hop) || resolves(d->config, &s->next_hop))
                continue;
            text_ip(&t, &s->next_hop);
            check_report_line(c, rule, d, s->at.line,
                              "%s: the next hop %s is on none of its networks", d->owner->name,
                              hop);
            if (!device_networks_are_known(d))
                check_last_is(c, DIAG_WARNING);
        }
    }
}

/* ---- lines ----------------------------------------------------------------------------------- */

static bool is_of_other_family(const char *text)
{
    const char *rest = text;
    bool v6 = false;
    if (device_begins(text, "ipv6", &rest))
        v6 = true;
    else if (!device_begins(text, "ip", &rest))
        return false;
    if (!device_begins(rest, "prefix-list", &rest))
        return false;
    const char *at = strstr(rest, " permit ");
    at = at ? at : strstr(rest, " deny ");
    if (!at)
        return false;
    at = strchr(at + 1, ' ') + 1;
    size_t n = strcspn(at, " ");
    bool colon = memchr(at, ':', n) != NULL, dot = memchr(at, '.', n) != NULL;
    return v6 ? dot && !colon : colon;
}

static void check_family(struct check *c, const struct check_rule *rule,
                         const struct check_device *d, uint32_t line, const char *text)
{
    if (is_of_other_family(text))
        check_report_line(c, rule, d, line, "%s: an %s prefix in an %s prefix list", d->owner->name,
                          text[2] == 'v' ? "IPv4" : "IPv6", text[2] == 'v' ? "IPv6" : "IPv4");
}

static void prefix_lists_have_one_family(struct check *c, const struct check_rule *rule)
{
    for (uint32_t i = 0; i < c->device_count; i++)
        device_lines(c, rule, &c->devices[i], check_family);
}

static void check_twin(struct check *c, const struct check_rule *rule, const struct check_device *d,
                       uint32_t line, const char *text)
{
    if (!device_begins(text, "ip", NULL) || !look_line(d, text, line))
        return;
    if (device_begins(text, "ip route", NULL))
        check_report_line(c, rule, d, look_line(d, text, line),
                          "%s: \"%s\" stands there twice: one of them was to be another route",
                          d->owner->name, text);
}

/* Thousands of statics are made by a program, which does not mistype. */
enum { STATICS_COMPARED_MAX = 500 };

static void statics_are_written_once(struct check *c, const struct check_rule *rule)
{
    for (uint32_t i = 0; i < c->device_count; i++) {
        const struct check_device *d = &c->devices[i];
        if (d->config && d->config->statics.n > 0 && d->config->statics.n < STATICS_COMPARED_MAX)
            device_lines(c, rule, d, check_twin);
    }
}

/* What the reader does not know can be a command of a newer FRR; what has no word is none. */
static bool is_a_command(const char *text)
{
    return islower((unsigned char)text[0]) && strcspn(text, " ") > 1;
}

static void lines_are_commands(struct check *c, const struct check_rule *rule)
{
    for (uint32_t i = 0; i < c->device_count; i++) {
        const struct check_device *d = &c->devices[i];
        for (uint32_t k = 0; device_speaks(d, DIALECT_FRR) && k < d->diags->count; k++) {
            const struct diag *found = &d->diags->items[k];
            char buffer[DEVICE_LINE_MAX];
            const char *text = device_line(d, found->line, buffer);
            if (strcmp(found->id, "CFG-UNKNOWN") != 0 || is_a_command(text))
                continue;
            check_report_line(c, rule, d, found->line, "%s: this line is no command",
                              d->owner->name);
        }
    }
}

/* ---- the machine ----------------------------------------------------------------------------- */

static void daemons_run_and_forward(struct check *c, const struct check_rule *rule)
{
    for (uint32_t i = 0; i < c->device_count; i++) {
        const struct check_device *d = &c->devices[i];
        if (!device_speaks(d, DIALECT_FRR))
            continue;
        if (d->config->bgp.as != 0 && !d->device->bgpd)
            check_report(c, rule, d->owner, NULL,
                         "%s has a configuration of BGP, and its BGP daemon is not enabled",
                         d->owner->name);
        if (d->config->ip_forwarding == TRI_NO)
            check_report_line(c, rule, d, look_line(d, "no ip forwarding", 0),
                              "%s: forwarding is switched off, and packets go through it",
                              d->owner->name);
    }
}

/* ---- the table ------------------------------------------------------------------------------- */

const struct check_rule check_rules_frr[] = {
    {
        .id = "R149",
        .scope = "FRR",
        .severity = DIAG_ERROR,
        .title = "from version 7.4 on each eBGP neighbor has a policy in and out",
        .symptom = "the session is Established with 0 prefixes, and shows (Policy)",
        .remedy = "add route maps or lists in both directions, or no bgp ebgp-requires-policy",
        .source = "FRRDOC, FAB",
        .run = neighbors_have_policies,
    },
    {
        .id = "R150",
        .scope = "FRR",
        .severity = DIAG_WARNING,
        .title = "a file of an FRR before 7.4 has policies as well",
        .symptom = "it works, until a newer FRR writes the file: then no route is exchanged",
        .remedy = "add route maps or lists in both directions",
        .source = "FRRDOC, KAY",
        .run = old_files_have_policies,
    },
    {
        .id = "R151",
        .scope = "FRR and IOS",
        .severity = DIAG_ERROR,
        .title = "a network that BGP is to announce is in the routing table",
        .symptom = "it is not announced",
        .remedy = "correct network and mask, or add a static route (to Null0); of FRR also no bgp "
                  "network import-check",
        .source = "FRRDOC",
        .run = networks_are_in_the_table,
    },
    {
        .id = "R156",
        .scope = "FRR",
        .severity = DIAG_ERROR,
        .title = "a prefix list has prefixes of its family",
        .symptom = "the line is refused at start, and the list is shorter than meant",
        .remedy = "ipv6 prefix-list for IPv6, ip prefix-list for IPv4",
        .source = "KAY",
        .run = prefix_lists_have_one_family,
    },
    {
        .id = "R157",
        .scope = "FRR",
        .severity = DIAG_WARNING,
        .title = "no static route is written twice",
        .symptom = "the route that was meant is missing: one Route Server cannot be reached",
        .remedy = "correct the second line",
        .source = "KAY",
        .run = statics_are_written_once,
    },
    {
        .id = "R158",
        .scope = "FRR and IOS",
        .severity = DIAG_ERROR,
        .title = "the next hop of a static route can be reached",
        .symptom = "the route is not installed",
        .remedy = "name a next hop on one of the device's networks",
        .source = "BIC",
        .run = next_hops_are_reachable,
    },
    {
        .id = "R168",
        .scope = "FRR",
        .severity = DIAG_ERROR,
        .title = "every line is a command",
        .symptom = "loading stops there, or the line is ignored",
        .remedy = "remove the line",
        .source = "FRRDOC",
        .run = lines_are_commands,
    },
    {
        .id = "R170",
        .scope = "FRR",
        .severity = DIAG_WARNING,
        .title = "the BGP daemon is enabled and packets are forwarded",
        .symptom = "no session comes up, or routes are right and no packet passes",
        .remedy = "bgpd=yes in /etc/frr/daemons; ip forwarding",
        .source = "BIC",
        .run = daemons_run_and_forward,
    },
    { .id = NULL },
};
