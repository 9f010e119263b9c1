#include "cloud/filter.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/number.h"
#include "topo/kinds.h"

struct maker {
    struct arena *arena;
    struct cloud_filter_chain *chain;
    bool full;
};

/* ---- pieces ---------------------------------------------------------------------------------- */

static struct cloud_filter_rule *add_rule(struct maker *m, const struct cloud_filter_rule *rule)
{
    struct cloud_filter_rule *new = NET_PUSH(m->arena, &m->chain->rules);
    if (new)
        *new = *rule;
    m->full = m->full || !new;
    return new;
}

static void add_prefix(struct maker *m, struct cloud_filter_side *side, const struct prefix *p)
{
    struct prefix *new = NET_PUSH(m->arena, &side->prefixes);
    if (new)
        *new = *p;
    m->full = m->full || !new;
}

static void add_ports(struct maker *m, struct cloud_filter_rule *rule, bool source,
                      struct cloud_ports ports)
{
    struct cloud_ports *new = source ? NET_PUSH(m->arena, &rule->source_ports)
                                     : NET_PUSH(m->arena, &rule->destination_ports);
    if (new)
        *new = ports;
    m->full = m->full || !new;
}

/* "80", "1000-2000"; false: any port ("*"), or no number. */
static bool read_ports(const char *text, struct cloud_ports *ret)
{
    uint64_t first, last;
    if (!number_read(&text, UINT16_MAX, &first))
        return false;
    last = first;
    if (*text == '-') {
        text++;
        if (!number_read(&text, UINT16_MAX, &last))
            return false;
    }
    *ret = (struct cloud_ports){ (uint16_t)first, (uint16_t)last };
    return *text == '\0' && first <= last;
}

/* By any provider's spelling; 0: any. */
static uint8_t protocol_of(const char *word)
{
    static const struct {
        const char *word;
        uint8_t number;
    } words[] = { { "tcp", IPPROTO_TCP },  { "udp", IPPROTO_UDP }, { "icmp", IPPROTO_ICMP },
                  { "esp", IPPROTO_ESP },  { "ah", IPPROTO_AH },   { "gre", IPPROTO_GRE },
                  { "sctp", IPPROTO_SCTP } };
    uint64_t number;
    for (size_t i = 0; word && i < ARRAY_LEN(words); i++) {
        if (strcasecmp(word, words[i].word) == 0)
            return words[i].number;
    }
    return word && number_parse(word, UINT8_MAX, &number) ? (uint8_t)number : 0;
}

/* ---- Azure ----------------------------------------------------------------------------------- */

/* Tags beyond these are Microsoft's own ranges, which nobody in a lab has. */
static void read_side(struct maker *m, const topo_texts_t *words, struct cloud_filter_side *side)
{
    for (uint32_t i = 0; i < words->count; i++) {
        const char *word = words->items[i];
        struct prefix p;
        struct ip_addr a;
        if (strcmp(word, "*") == 0 || strcmp(word, "Any") == 0)
            side->any = true;
        else if (strcmp(word, "VirtualNetwork") == 0)
            side->connected = true;
        else if (strcmp(word, "Internet") == 0)
            side->internet = true;
        else if (prefix_parse(word, &p, NULL))
            add_prefix(m, side, &p);
        else if (ip_parse(word, &a)) {
            p = prefix_of(&a, ip_bits(a.family));
            add_prefix(m, side, &p);
        }
    }
    side->any = side->any || words->count == 0;
}

static void read_port_words(struct maker *m, const topo_texts_t *words,
                            struct cloud_filter_rule *rule, bool source)
{
    for (uint32_t i = 0; i < words->count; i++) {
        struct cloud_ports ports;
        if (strcmp(words->items[i], "*") == 0)
            return;
        if (read_ports(words->items[i], &ports))
            add_ports(m, rule, source, ports);
    }
}

static void add_azure_rule(struct maker *m, const struct azure_security_rule *r)
{
    struct cloud_filter_rule *rule =
        add_rule(m, &(struct cloud_filter_rule){ .inbound = r->direction == AZURE_INBOUND,
                                                 .allow = r->access == AZURE_ALLOW,
                                                 .protocol = protocol_of(r->protocol),
                                                 .object = &r->o });
    if (!rule)
        return;
    read_side(m, &r->source_address_prefixes, &rule->source);
    read_side(m, &r->destination_address_prefixes, &rule->destination);
    read_port_words(m, &r->source_port_ranges, rule, true);
    read_port_words(m, &r->destination_port_ranges, rule, false);
}

static int compare_azure(const void *a, const void *b)
{
    const struct azure_security_rule *const *x = a, *const *y = b;
    return (*x)->priority < (*y)->priority ? -1 : (*x)->priority > (*y)->priority;
}

/* 65000 and 65001 of each direction; 65500 is what meets no rule. */
static void add_azure_defaults(struct maker *m, const struct azure_nsg *g)
{
    const struct cloud_filter_side any = { .any = true }, connected = { .connected = true };
    add_rule(m, &(struct cloud_filter_rule){ .inbound = true,
                                             .allow = true,
                                             .source = connected,
                                             .destination = connected,
                                             .object = &g->o });
    add_rule(m,
             &(struct cloud_filter_rule){
                 .allow = true, .source = connected, .destination = connected, .object = &g->o });
    add_rule(m, &(struct cloud_filter_rule){ .allow = true,
                                             .source = any,
                                             .destination = { .internet = true },
                                             .object = &g->o });
}

static void add_azure(struct maker *m, struct cloud_filter *ret, const struct azure_nsg *g)
{
    if (!g)
        return;
    const struct azure_security_rule **sorted =
        arena_alloc(m->arena, g->security_rules.count * sizeof(*sorted));
    m->full = m->full || !sorted;
    if (!sorted)
        return;
    m->chain = &ret->chains[ret->chain_count++];
    for (uint32_t i = 0; i < g->security_rules.count; i++)
        sorted[i] = &g->security_rules.items[i];
    qsort(sorted, g->security_rules.count, sizeof(*sorted), compare_azure);
    for (uint32_t i = 0; i < g->security_rules.count; i++)
        add_azure_rule(m, sorted[i]);
    add_azure_defaults(m, g);
}

/* ---- AWS ------------------------------------------------------------------------------------- */

static void add_aws_rule(struct maker *m, const struct aws_security_rule *r, bool inbound)
{
    struct cloud_filter_rule *rule =
        add_rule(m, &(struct cloud_filter_rule){ .inbound = inbound,
                                                 .allow = true,
                                                 .protocol = protocol_of(r->protocol),
                                                 .source.any = true,
                                                 .destination.any = true,
                                                 .object = &r->o });
    if (!rule)
        return;
    struct cloud_filter_side *far = inbound ? &rule->source : &rule->destination;
    far->any = false;
    for (uint32_t i = 0; i < r->cidr_blocks.count; i++)
        add_prefix(m, far, &r->cidr_blocks.items[i]);
    bool has_ports = rule->protocol == IPPROTO_TCP || rule->protocol == IPPROTO_UDP;
    if (has_ports && (r->from_port || r->to_port))
        add_ports(m, rule, false,
                  (struct cloud_ports){ (uint16_t)MIN(r->from_port, UINT16_MAX),
                                        (uint16_t)MIN(r->to_port, UINT16_MAX) });
}

/* Who states no egress rule has the one that AWS gives: everything may leave. */
static void add_aws(struct maker *m, struct cloud_filter *ret, const struct aws_instance *v)
{
    uint32_t egress = 0;
    if (v->security_groups.count == 0)
        return;
    m->chain = &ret->chains[ret->chain_count++];
    for (uint32_t i = 0; i < v->security_groups.count; i++) {
        const struct aws_security_group *g = v->security_groups.items[i];
        for (uint32_t k = 0; k < g->ingress.count; k++)
            add_aws_rule(m, &g->ingress.items[k], true);
        for (uint32_t k = 0; k < g->egress.count; k++)
            add_aws_rule(m, &g->egress.items[k], false);
        egress += g->egress.count;
    }
    if (egress == 0)
        add_rule(m, &(struct cloud_filter_rule){ .allow = true,
                                                 .source.any = true,
                                                 .destination.any = true,
                                                 .object = &v->security_groups.items[0]->o });
}

/* ---- Google Cloud ---------------------------------------------------------------------------- */

/* "tcp:80", "tcp:1000-2000", "udp", "all". */
static void add_gcp_word(struct maker *m, const struct gcp_firewall *f, const char *word,
                         bool allow)
{
    char protocol[16];
    const char *colon = strchr(word, ':');
    size_t len = colon ? (size_t)(colon - word) : strlen(word);
    if (len >= sizeof(protocol))
        return;
    memcpy(protocol, word, len);
    protocol[len] = '\0';
    struct cloud_filter_rule *rule = add_rule(
        m, &(struct cloud_filter_rule){ .inbound = f->direction == GCP_INGRESS,
                                        .allow = allow,
                                        .protocol = protocol_of(protocol),
                                        .source.any = f->source_ranges.count == 0,
                                        .destination.any = f->destination_ranges.count == 0,
                                        .object = &f->o });
    struct cloud_ports ports;
    if (!rule)
        return;
    for (uint32_t i = 0; i < f->source_ranges.count; i++)
        add_prefix(m, &rule->source, &f->source_ranges.items[i]);
    for (uint32_t i = 0; i < f->destination_ranges.count; i++)
        add_prefix(m, &rule->destination, &f->destination_ranges.items[i]);
    if (colon && read_ports(colon + 1, &ports))
        add_ports(m, rule, false, ports);
}

/* Lower priorities first; of equal ones what denies. */
static int compare_gcp(const void *a, const void *b)
{
    const struct gcp_firewall *const *x = a, *const *y = b;
    if ((*x)->priority != (*y)->priority)
        return (*x)->priority < (*y)->priority ? -1 : 1;
    return ((*x)->deny.count == 0) - ((*y)->deny.count == 0);
}

static void add_gcp(struct maker *m, struct cloud_filter *ret, const struct topo *t,
                    const struct gcp_network *network)
{
    const struct gcp_firewall **own = arena_alloc(m->arena, t->gcp.firewalls.count * sizeof(*own));
    uint32_t n = 0;
    for (uint32_t i = 0; own && i < t->gcp.firewalls.count; i++) {
        if (t->gcp.firewalls.items[i].network == network)
            own[n++] = &t->gcp.firewalls.items[i];
    }
    m->full = m->full || !own;
    if (n == 0)
        return;
    m->chain = &ret->chains[ret->chain_count++];
    qsort(own, n, sizeof(*own), compare_gcp);
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t k = 0; k < own[i]->deny.count; k++)
            add_gcp_word(m, own[i], own[i]->deny.items[k], false);
        for (uint32_t k = 0; k < own[i]->allow.count; k++)
            add_gcp_word(m, own[i], own[i]->allow.items[k], true);
    }
    /* Nothing comes in and everything goes out (gcp's implied rules). */
    add_rule(
        m, &(struct cloud_filter_rule){
               .allow = true, .source.any = true, .destination.any = true, .object = &network->o });
}

/* ---- all ------------------------------------------------------------------------------------- */

bool cloud_filter_of(const struct topo *t, const struct topo_object *o, struct arena *arena,
                     struct cloud_filter *ret)
{
    struct maker m = { .arena = arena };
    memset(ret, 0, sizeof(*ret));
    if (o->kind == &azure_nic_kind) {
        const struct azure_nic *nic = (const struct azure_nic *)o;
        add_azure(&m, ret, nic->subnet ? nic->subnet->network_security_group : NULL);
        add_azure(&m, ret, nic->network_security_group);
    } else if (o->kind == &aws_instance_kind) {
        add_aws(&m, ret, (const struct aws_instance *)o);
    } else if (o->kind == &gcp_instance_kind) {
        const struct gcp_subnetwork *s = ((const struct gcp_instance *)o)->subnetwork;
        if (s && s->network)
            add_gcp(&m, ret, t, s->network);
    }
    return !m.full;
}
