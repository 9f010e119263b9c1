/* Appliances: machines in a virtual network that packets of others pass, and that speak BGP with a
 * Route Server. */
#include <regex.h>
#include <string.h>

#include "check/device.h"
#include "check/rules/rules.h"
#include "topo/kinds.h"

/* ---- who is one ------------------------------------------------------------------------------ */

/* A machine that is on the way of others' packets, and why. */
struct appliance {
    const struct azure_vm *vm;
    const struct azure_nic *nic;
    const struct azure_vnet *vnet;
    const struct azure_route_server *server; /* that it is a peer of; NULL: none */
    const struct azure_route *route;         /* that leads to it; NULL: none */
};

typedef void appliance_fn(struct check *c, const struct check_rule *rule,
                          const struct appliance *a);

static void visit(struct check *c, const struct check_rule *rule, struct appliance *a,
                  const struct azure_nic *nic, appliance_fn *each)
{
    a->nic = nic;
    a->vm = nic ? look_vm(c, nic) : NULL;
    a->vnet = nic ? look_vnet_of_nic(nic) : NULL;
    if (a->vm && a->vnet)
        each(c, rule, a);
}

static void each_server_peer(struct check *c, const struct check_rule *rule, appliance_fn *each)
{
    for (uint32_t i = 0; i < c->topo->azure.route_servers.count; i++) {
        const struct azure_route_server *rs = &c->topo->azure.route_servers.items[i];
        for (uint32_t k = 0; k < rs->peers.count; k++) {
            struct appliance a = { .server = rs };
            visit(c, rule, &a, look_nic(c, rs->virtual_network, &rs->peers.items[k].peer_ip), each);
        }
    }
}

/* Routes of a table lead to an appliance in the network of a subnet that uses the table. */
static void each_route_target(struct check *c, const struct check_rule *rule, appliance_fn *each)
{
    for (uint32_t i = 0; i < c->topo->azure.virtual_networks.count; i++) {
        const struct azure_vnet *v = &c->topo->azure.virtual_networks.items[i];
        for (uint32_t k = 0; k < v->subnets.count; k++) {
            const struct azure_route_table *t = v->subnets.items[k].route_table;
            for (uint32_t r = 0; t && r < t->routes.count; r++) {
                struct appliance a = { .route = &t->routes.items[r] };
                if (a.route->next_hop_type == AZURE_HOP_VIRTUAL_APPLIANCE)
                    visit(c, rule, &a, look_nic(c, v, &a.route->next_hop_ip_address), each);
            }
        }
    }
}

/* Both; who is both is visited twice, and what is said twice is reported once. */
static void each_appliance(struct check *c, const struct check_rule *rule, appliance_fn *each)
{
    each_server_peer(c, rule, each);
    each_route_target(c, rule, each);
}

static bool is_default(const struct prefix *p)
{
    return p->family == IP_V4 && p->len == 0;
}

/* Whether the device sends a default route to the neighbor. */
static bool sends_default(const struct check *c, const struct check_device *d,
                          const struct ip_addr *neighbor)
{
    struct config_neighbor r;
    const struct config_neighbor *n = look_neighbor(c, d, neighbor);
    if (!n)
        return false;
    config_neighbor_resolve(d->config, n, &r);
    const struct config_bgp_af *af = &d->config->bgp.af[CONFIG_AF_IPV4];
    bool sends = r.af[CONFIG_AF_IPV4].default_originate == TRI_YES;
    for (uint32_t i = 0; i < af->networks.n; i++)
        sends |= is_default(&af->networks.v[i].prefix);
    return sends;
}

/* Whether it attracts what goes to the Internet. */
static bool takes_default(const struct check *c, const struct appliance *a)
{
    const struct check_device *d = look_device_of(c, &a->vm->o);
    if (a->route)
        return is_default(&a->route->address_prefix);
    for (uint32_t i = 0; i < a->server->virtual_router_ips.count; i++)
        if (sends_default(c, d, &a->server->virtual_router_ips.items[i]))
            return true;
    return false;
}

/* ---- NAT ------------------------------------------------------------------------------------- */

static const char *const exempt[] = { "168.63.129.16/32", "10.0.0.0/8", "172.16.0.0/12",
                                      "192.168.0.0/16" };

static const char *option_of(const char *rule, const char *option)
{
    const char *at = strstr(rule, option);
    return at ? at + strlen(option) : NULL;
}

/* The destination of a rule of iptables; false: any. */
static bool destination_of(const char *rule, struct prefix *ret)
{
    char word[PREFIX_TEXT_MAX];
    const char *at = option_of(rule, " -d ");
    if (!at)
        return false;
    struct text t = text_init(word, sizeof(word));
    text_bytes(&t, at, strcspn(at, " "));
    if (!strchr(word, '/'))
        text_str(&t, "/32");
    return prefix_parse(word, ret, NULL);
}

static bool is_masquerade(const char *rule)
{
    return strstr(rule, "-j MASQUERADE") || strstr(rule, "-j SNAT");
}

/* Whether a rule before the first that translates returns what goes to the prefix. */
static bool is_exempt(const topo_texts_t *rules, const struct prefix *p)
{
    for (uint32_t i = 0; i < rules->count && !is_masquerade(rules->items[i]); i++) {
        struct prefix d;
        bool returns = strstr(rules->items[i], "-j RETURN") || strstr(rules->items[i], "-j ACCEPT");
        if (returns && destination_of(rules->items[i], &d) && prefix_covers(&d, p))
            return true;
    }
    return false;
}

static const char *first_masquerade(const topo_texts_t *rules)
{
    for (uint32_t i = 0; i < rules->count; i++)
        if (is_masquerade(rules->items[i]))
            return rules->items[i];
    return NULL;
}

static void nat_leaves_private_addresses(struct check *c, const struct check_rule *rule)
{
    for (uint32_t i = 0; i < c->topo->azure.virtual_machines.count; i++) {
        const struct azure_vm *vm = &c->topo->azure.virtual_machines.items[i];
        for (size_t k = 0; first_masquerade(&vm->device.iptables) && k < ARRAY_LEN(exempt); k++) {
            struct prefix p;
            if (prefix_parse(exempt[k], &p, NULL) && !is_exempt(&vm->device.iptables, &p))
                check_report(c, rule, &vm->o, "device",
                             "%s translates what goes to %s: no RETURN stands before the "
                             "MASQUERADE",
                             vm->o.name, exempt[k]);
        }
    }
}

static void nat_leaves_own_packets(struct check *c, const struct check_rule *rule)
{
    for (uint32_t i = 0; i < c->topo->azure.virtual_machines.count; i++) {
        const struct azure_vm *vm = &c->topo->azure.virtual_machines.items[i];
        const char *nat = first_masquerade(&vm->device.iptables);
        if (nat && !strstr(nat, "! -s "))
            check_report(c, rule, &vm->o, "device", "%s translates its own packets as well",
                         vm->o.name);
    }
}

static void rules_survive_a_reboot(struct check *c, const struct check_rule *rule)
{
    for (uint32_t i = 0; i < c->topo->azure.virtual_machines.count; i++) {
        const struct azure_vm *vm = &c->topo->azure.virtual_machines.items[i];
        if (vm->device.iptables.count > 0 && !vm->device.iptables_persistent)
            check_report(c, rule, &vm->o, "device", "the iptables rules of %s are not persistent",
                         vm->o.name);
    }
}

/* ---- forwarding ------------------------------------------------------------------------------ */

static void forwards(struct check *c, const struct check_rule *rule, const struct appliance *a)
{
    if (!a->nic->ip_forwarding_enabled)
        check_report(c, rule, &a->nic->o, "ip_forwarding_enabled",
                     "%s forwards packets, and its interface %s does not take them", a->vm->o.name,
                     a->nic->o.name);
    if (a->vm->device.node && !a->vm->device.ip_forward)
        check_report(c, rule, &a->vm->o, "device",
                     "%s forwards packets, and its operating system does not", a->vm->o.name);
}

/* AWS: a machine that a route table leads to. */
static void instance_forwards(struct check *c, const struct check_rule *rule,
                              const struct aws_instance *v)
{
    if (v->source_dest_check)
        check_report(c, rule, &v->o, "source_dest_check",
                     "%s forwards packets, and AWS drops those of others: source_dest_check is on",
                     v->o.name);
    if (v->device.node && !v->device.ip_forward)
        check_report(c, rule, &v->o, "device",
                     "%s forwards packets, and its operating system does not", v->o.name);
}

static void appliances_forward(struct check *c, const struct check_rule *rule)
{
    const struct topo_aws *a = &c->topo->aws;
    each_appliance(c, rule, forwards);
    for (uint32_t i = 0; i < a->route_tables.count; i++)
        for (uint32_t k = 0; k < a->route_tables.items[i].routes.count; k++) {
            const struct topo_object *o = a->route_tables.items[i].routes.items[k].target.object;
            if (o && o->kind == &aws_instance_kind)
                instance_forwards(c, rule, (const struct aws_instance *)o);
        }
}

static bool has_word(const topo_texts_t *l, const char *const *words)
{
    for (uint32_t i = 0; i < l->count; i++)
        for (const char *const *w = words; *w; w++)
            if (strcmp(l->items[i], *w) == 0)
                return true;
    return l->count == 0;
}

/* Whether an inbound rule admits what comes from the network and goes to the Internet. The rules
 * that every group has admit what goes to the network alone. */
static bool admits_transit(const struct azure_nsg *g)
{
    static const char *const from[] = { "*", "VirtualNetwork", "10.0.0.0/8", "0.0.0.0/0", NULL };
    static const char *const to[] = { "*", "Internet", "0.0.0.0/0", NULL };
    for (uint32_t i = 0; g && i < g->security_rules.count; i++) {
        const struct azure_security_rule *r = &g->security_rules.items[i];
        if (r->direction == AZURE_INBOUND && r->access == AZURE_ALLOW &&
            has_word(&r->source_address_prefixes, from) &&
            has_word(&r->destination_address_prefixes, to))
            return true;
    }
    return !g;
}

static void admits(struct check *c, const struct check_rule *rule, const struct appliance *a)
{
    const struct azure_nsg *groups[] = { a->nic->network_security_group,
                                         a->nic->subnet->network_security_group };
    for (size_t i = 0; takes_default(c, a) && i < ARRAY_LEN(groups); i++)
        if (!admits_transit(groups[i]))
            check_report(c, rule, &groups[i]->o, "security_rules",
                         "%s lets nothing pass that goes through %s to the Internet",
                         groups[i]->o.name, a->vm->o.name);
}

static void groups_admit_transit(struct check *c, const struct check_rule *rule)
{
    each_appliance(c, rule, admits);
}

static void reaches_internet(struct check *c, const struct check_rule *rule,
                             const struct appliance *a)
{
    const struct check_device *d = look_device_of(c, &a->vm->o);
    bool is_public = false;
    if (!takes_default(c, a))
        return;
    for (uint32_t i = 0; i < a->vm->network_interfaces.count; i++)
        is_public |= a->vm->network_interfaces.items[i]->public_ip_address != NULL;
    if (!is_public)
        check_report(c, rule, &a->vm->o, "network_interfaces",
                     "%s takes what goes to the Internet and has no public address", a->vm->o.name);
    else if (!first_masquerade(&a->vm->device.iptables) &&
             !(d && d->config && d->config->nat_rules.n > 0))
        check_report(c, rule, &a->vm->o, "device",
                     "%s takes what goes to the Internet and does not translate it", a->vm->o.name);
}

static void appliances_reach_the_internet(struct check *c, const struct check_rule *rule)
{
    each_appliance(c, rule, reaches_internet);
}

/* ---- BGP with the Route Server --------------------------------------------------------------- */

static void default_to_both(struct check *c, const struct check_rule *rule,
                            const struct appliance *a)
{
    const struct check_device *d = look_device_of(c, &a->vm->o);
    uint32_t sent = 0, n = a->server->virtual_router_ips.count;
    struct ip_addr missing = { 0 };
    for (uint32_t i = 0; i < n; i++) {
        bool sends = sends_default(c, d, &a->server->virtual_router_ips.items[i]);
        sent += sends;
        if (!sends)
            missing = a->server->virtual_router_ips.items[i];
    }
    if (sent == 0 || sent == n)
        return;
    char addr[IP_TEXT_MAX];
    struct text t = text_init(addr, sizeof(addr));
    text_ip(&t, &missing);
    const struct config_neighbor *at = look_neighbor(c, d, &missing);
    check_report_line(c, rule, d, at ? at->at.line : 0,
                      "%s sends the default route to one instance of %s, and not to %s",
                      a->vm->o.name, a->server->o.name, addr);
}

static void default_goes_to_both_instances(struct check *c, const struct check_rule *rule)
{
    each_server_peer(c, rule, default_to_both);
}

enum { REGEX_MAX = 64 };

/* Whether an as-path expression matches the path. Short ones without counts alone: an expression is
 * not worth more work than that. `_` is a boundary. */
static bool regex_matches(const char *regex, const char *path)
{
    char posix[REGEX_MAX * 16];
    regex_t re;
    if (strlen(regex) > REGEX_MAX || strpbrk(regex, "{\\"))
        return false;
    struct text t = text_init(posix, sizeof(posix));
    for (; *regex; regex++) {
        if (*regex == '_')
            text_str(&t, "(^|[ ,]|$)");
        else
            text_char(&t, *regex);
    }
    if (regcomp(&re, posix, REG_EXTENDED | REG_NOSUB) != 0)
        return false;
    bool matches = regexec(&re, path, 0, NULL, 0) == 0;
    regfree(&re);
    return matches;
}

static bool list_matches(const struct check_device *d, const char *name, const char *path)
{
    const struct config_as_path_list *l = config_as_path_list_find(d->config, name);
    for (uint32_t i = 0; l && i < l->entries.n; i++)
        if (regex_matches(l->entries.v[i].regex, path))
            return l->entries.v[i].permit;
    return false;
}

/* Whether an entry of a route map matches by AS path alone, and does so; 0: it is about more. */
static const char *entry_denies(const struct check_device *d,
                                const struct config_route_map_entry *e, const char *path)
{
    for (uint32_t i = 0; !e->permit && e->matches.n == 1 && i < e->matches.v[0].names.n; i++)
        if (e->matches.v[0].kind == MATCH_AS_PATH &&
            list_matches(d, e->matches.v[0].names.v[i], path))
            return e->matches.v[0].names.v[i];
    return NULL;
}

/* The as-path list by which a route with the path is denied in that direction; NULL: it is not. */
static const char *denied_by(const struct check_device *d, const struct config_neighbor *r,
                             unsigned way, const char *path)
{
    const struct config_neighbor_af *af = &r->af[CONFIG_AF_IPV4];
    const struct config_route_map *m =
        af->route_map[way] ? config_route_map_find(d->config, af->route_map[way]) : NULL;
    if (af->filter_list[way] && config_as_path_list_find(d->config, af->filter_list[way]) &&
        !list_matches(d, af->filter_list[way], path))
        return af->filter_list[way];
    for (uint32_t i = 0; m && i < m->entries.n; i++) {
        const char *name = entry_denies(d, &m->entries.v[i], path);
        if (name)
            return name;
        if (m->entries.v[i].permit && m->entries.v[i].matches.n == 0)
            break;
    }
    return NULL;
}

/* The neighbors of an appliance that are instances of its Route Server. */
static bool server_neighbor(const struct check *c, const struct check_device *d,
                            const struct appliance *a, uint32_t i, struct config_neighbor *ret)
{
    const struct config_neighbor *n = look_neighbor(c, d, &a->server->virtual_router_ips.items[i]);
    if (n)
        config_neighbor_resolve(d->config, n, ret);
    return n != NULL;
}

static void sends_nothing_back(struct check *c, const struct check_rule *rule,
                               const struct appliance *a)
{
    const struct check_device *d = look_device_of(c, &a->vm->o);
    struct config_neighbor r;
    for (uint32_t i = 0; d && i < a->server->virtual_router_ips.count; i++) {
        if (!server_neighbor(c, d, a, i, &r) || a->vnet->address_space.count == 0)
            continue;
        const char *list = r.af[CONFIG_AF_IPV4].prefix_list[DIR_OUT];
        if (denied_by(d, &r, DIR_OUT, "65515") ||
            (list && !device_permits(d, list, &a->vnet->address_space.items[0])))
            continue;
        check_report_line(c, rule, d, r.at.line,
                          "%s sends back to %s what it has learned from Azure", a->vm->o.name,
                          r.name);
    }
}

static void azure_routes_are_not_sent_back(struct check *c, const struct check_rule *rule)
{
    each_server_peer(c, rule, sends_nothing_back);
}

static void takes_azure(struct check *c, const struct check_rule *rule, const struct appliance *a)
{
    const struct check_device *d = look_device_of(c, &a->vm->o);
    struct config_neighbor r;
    for (uint32_t i = 0; d && i < a->server->virtual_router_ips.count; i++) {
        const char *list = server_neighbor(c, d, a, i, &r) ? denied_by(d, &r, DIR_IN, "65515")
                                                           : NULL;
        if (list)
            check_report_line(c, rule, d, r.at.line, "%s drops all routes of %s: list %s has 65515",
                              a->vm->o.name, r.name, list);
    }
}

static void azure_routes_are_taken(struct check *c, const struct check_rule *rule)
{
    each_server_peer(c, rule, takes_azure);
}

static void reaches_server(struct check *c, const struct check_rule *rule,
                           const struct appliance *a)
{
    const struct check_device *d = look_device_of(c, &a->vm->o);
    struct prefix subnet = a->nic->subnet->address_prefix;
    struct ip_addr first = prefix_addr(&subnet);
    struct ip_addr gateway = ip_from_u32(ip_to_u32(&first) + 1);
    bool all = d && d->config;
    for (uint32_t i = 0; all && i < a->server->virtual_router_ips.count; i++) {
        const struct ip_addr *to = &a->server->virtual_router_ips.items[i];
        bool has = prefix_has_addr(&subnet, to);
        for (uint32_t k = 0; k < d->config->statics.n; k++)
            has |= d->config->statics.v[k].prefix.len > 0 &&
                   prefix_has_addr(&d->config->statics.v[k].prefix, to) &&
                   ip_eq(&d->config->statics.v[k].next_hop, &gateway);
        all = has;
    }
    if (d && d->config && d->config->bgp.as != 0 && !all)
        check_report_line(c, rule, d, d->config->bgp.at.line,
                          "%s has no route of its own to %s by the gateway of its subnet",
                          a->vm->o.name, a->server->o.name);
}

static void servers_are_reached_by_a_static(struct check *c, const struct check_rule *rule)
{
    each_server_peer(c, rule, reaches_server);
}

static void is_alone(struct check *c, const struct check_rule *rule, const struct appliance *a)
{
    if (a->route || a->server->peers.count == 1)
        check_report(c, rule, &a->vm->o, NULL, "%s is alone on the way of others' packets",
                     a->vm->o.name);
}

static void appliances_are_two(struct check *c, const struct check_rule *rule)
{
    each_appliance(c, rule, is_alone);
}

/* ---- the table ------------------------------------------------------------------------------- */

const struct check_rule check_rules_nva[] = {
    {
        .id = "R021",
        .scope = "appliance with NAT",
        .severity = DIAG_ERROR,
        .title = "NAT leaves 168.63.129.16 and private destinations alone",
        .symptom = "DNS, agent, probes or private flows break, or lose their source address",
        .remedy = "put RETURN rules for 168.63.129.16/32 and the private ranges before MASQUERADE",
        .source = "S2",
        .run = nat_leaves_private_addresses,
    },
    {
        .id = "R022",
        .scope = "appliance with NAT",
        .severity = DIAG_NOTE,
        .title = "NAT leaves the appliance's own packets alone",
        .symptom = "its BGP and SSH are rewritten, which is harmless",
        .remedy = "add ! -s ADDRESS/32 to the MASQUERADE rule",
        .source = "S2",
        .run = nat_leaves_own_packets,
    },
    {
        .id = "R023",
        .scope = "appliance",
        .severity = DIAG_WARNING,
        .title = "iptables rules are persistent",
        .symptom = "after a reboot there is no NAT: clients are without the Internet",
        .remedy = "iptables-persistent or the like",
        .source = "S2",
        .run = rules_survive_a_reboot,
    },
    {
        .id = "R024",
        .scope = "appliance",
        .severity = DIAG_ERROR,
        .title = "an appliance forwards: its network interface and its operating system",
        .symptom = "packets are dropped without a word",
        .remedy = "IP forwarding on the interface (AWS: source_dest_check off), and "
                  "net.ipv4.ip_forward=1",
        .source = "S1, S2",
        .run = appliances_forward,
    },
    {
        .id = "R025",
        .scope = "appliance for the Internet",
        .severity = DIAG_ERROR,
        .title = "the security group admits what passes to the Internet",
        .symptom = "clients time out although routing is right",
        .remedy = "allow inbound from VirtualNetwork to Internet",
        .source = "S2",
        .run = groups_admit_transit,
    },
    {
        .id = "R026",
        .scope = "appliance for the Internet",
        .severity = DIAG_ERROR,
        .title = "an appliance that takes the default route has a public address and NAT",
        .symptom = "no answer comes from the Internet",
        .remedy = "attach a public address, and translate",
        .source = "S2, UDR",
        .run = appliances_reach_the_internet,
    },
    {
        .id = "R027",
        .scope = "FRR and Route Server",
        .severity = DIAG_ERROR,
        .title = "the default route goes to both instances of the Route Server",
        .symptom = "no forced tunnelling, or for half of the flows",
        .remedy = "default-originate towards both neighbors",
        .source = "S2, ARSTS",
        .run = default_goes_to_both_instances,
    },
    {
        .id = "R028",
        .scope = "Route Server and appliance",
        .severity = DIAG_WARNING,
        .title = "what is learned from Azure is not sent back",
        .symptom = "it is refused by loop detection; with as-override it loops",
        .remedy = "deny _65515_ towards the Route Server",
        .source = "S1, S2, ARSMR",
        .run = azure_routes_are_not_sent_back,
    },
    {
        .id = "R029",
        .scope = "Route Server and appliance",
        .severity = DIAG_ERROR,
        .title = "a filter of private AS numbers lets 65515 pass",
        .symptom = "all routes of Azure are dropped",
        .remedy = "deny _65515_ in the list before permit ^65",
        .source = "S1, S2",
        .run = azure_routes_are_taken,
    },
    {
        .id = "R045",
        .scope = "Route Server and appliance",
        .severity = DIAG_WARNING,
        .title = "an appliance has a static route to the RouteServerSubnet",
        .symptom = "BGP flaps when learned routes cover the subnet",
        .remedy = "ip route RouteServerSubnet by the first address of its own subnet",
        .source = "S1, S2, ARSTS",
        .run = servers_are_reached_by_a_static,
    },
    {
        .id = "R046",
        .scope = "appliance",
        .severity = DIAG_WARNING,
        .title = "packets have two appliances to pass",
        .symptom = "everything behind it is lost with it",
        .remedy = "two appliances with equal AS paths, or an internal load balancer",
        .source = "BIC, ARSNH",
        .run = appliances_are_two,
    },
    { .id = NULL },
};
