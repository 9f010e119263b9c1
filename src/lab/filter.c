#include "lab/filter.h"

/* ---- one rule -------------------------------------------------------------------------------- */

/* What a side names: nftables has no "or" within a rule, so that a side of several kinds takes
 * several rules. */
enum side_kind { SIDE_PREFIXES, SIDE_CONNECTED, SIDE_INTERNET, SIDE_ANY, SIDE_KINDS };

static bool has_kind(const struct cloud_filter_side *s, enum side_kind kind)
{
    switch (kind) {
    case SIDE_ANY:
        return s->any;
    case SIDE_CONNECTED:
        return s->connected && !s->any;
    case SIDE_INTERNET:
        return s->internet && !s->any;
    case SIDE_PREFIXES:
        return s->prefixes.count > 0 && !s->any;
    case SIDE_KINDS:
        break;
    }
    return false;
}

static void put_side(struct text *out, const char *word, const struct cloud_filter_side *s,
                     enum side_kind kind, const char *device)
{
    if (kind == SIDE_ANY)
        return;
    text_str(out, " ip ");
    text_str(out, word);
    if (kind == SIDE_PREFIXES) {
        for (uint32_t i = 0; i < s->prefixes.count; i++) {
            text_str(out, i ? ", " : " { ");
            text_prefix(out, &s->prefixes.items[i]);
        }
        text_str(out, " }");
        return;
    }
    text_str(out, kind == SIDE_INTERNET ? " != @connected-" : " @connected-");
    text_str(out, device);
}

static void put_ports(struct text *out, const char *word, const struct cloud_ports *ports,
                      uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        text_str(out, i ? ", " : word);
        text_u64(out, ports[i].first);
        if (ports[i].last != ports[i].first) {
            text_str(out, "-");
            text_u64(out, ports[i].last);
        }
    }
    if (n)
        text_str(out, " }");
}

static void put_rule(struct text *out, const struct cloud_filter_rule *r, enum side_kind source,
                     enum side_kind destination, const char *device)
{
    text_str(out, "       ");
    if (r->protocol) {
        text_str(out, " ip protocol ");
        text_u64(out, r->protocol);
    }
    put_side(out, "saddr", &r->source, source, device);
    put_side(out, "daddr", &r->destination, destination, device);
    if (r->source_ports.count || r->destination_ports.count) {
        if (!r->protocol)
            text_str(out, " meta l4proto { tcp, udp }");
        put_ports(out, " th sport { ", r->source_ports.items, r->source_ports.count);
        put_ports(out, " th dport { ", r->destination_ports.items, r->destination_ports.count);
    }
    text_str(out, r->allow ? " return\n" : " drop\n");
}

static void put_rules(struct text *out, const struct cloud_filter_chain *chain, bool inbound,
                      const char *device)
{
    for (uint32_t i = 0; i < chain->rules.count; i++) {
        const struct cloud_filter_rule *r = &chain->rules.items[i];
        for (int s = 0; r->inbound == inbound && s < SIDE_KINDS; s++) {
            for (int d = 0; has_kind(&r->source, (enum side_kind)s) && d < SIDE_KINDS; d++) {
                if (has_kind(&r->destination, (enum side_kind)d))
                    put_rule(out, r, (enum side_kind)s, (enum side_kind)d, device);
            }
        }
    }
}

/* ---- chains ---------------------------------------------------------------------------------- */

static void put_name(struct text *out, const char *word, const char *device, uint32_t chain)
{
    text_str(out, word);
    text_str(out, device);
    text_str(out, "-");
    text_u64(out, chain);
}

static void put_chains(struct text *out, const struct lab_filtered *f, bool inbound)
{
    for (uint32_t i = 0; i < f->filter->chain_count; i++) {
        put_name(out, inbound ? "    chain in-" : "    chain out-", f->device, i);
        text_str(out, " {\n");
        put_rules(out, &f->filter->chains[i], inbound, f->device);
        text_str(out, "        drop\n    }\n");
    }
}

/* An interface's groups one after another: each of them has to let the packet pass. */
static void put_jumps(struct text *out, const struct lab_filtered *f, bool inbound)
{
    for (uint32_t i = 0; i < f->filter->chain_count; i++) {
        text_str(out, inbound ? "        oifname \"" : "        iifname \"");
        text_str(out, f->device);
        text_str(out, "\" ");
        put_name(out, inbound ? "jump in-" : "jump out-", f->device, i);
        text_str(out, "\n");
    }
}

void lab_filter_text(const struct lab_filtered *items, uint32_t count, struct text *out)
{
    if (count == 0)
        return;
    text_str(out, "table ip lab-filter {\n");
    for (uint32_t i = 0; i < count; i++) {
        text_str(out, "    set connected-");
        text_str(out, items[i].device);
        text_str(out, " { type ipv4_addr; flags interval; auto-merge; }\n");
    }
    for (uint32_t i = 0; i < count; i++) {
        put_chains(out, &items[i], false);
        put_chains(out, &items[i], true);
    }
    text_str(out, "    chain forward {\n"
                  "        type filter hook forward priority filter; policy accept;\n"
                  "        ct state established,related accept\n");
    for (uint32_t i = 0; i < count; i++)
        put_jumps(out, &items[i], false);
    for (uint32_t i = 0; i < count; i++)
        put_jumps(out, &items[i], true);
    text_str(out, "    }\n}\n");
}

/* ---- what is connected ----------------------------------------------------------------------- */

static bool is_connected(const struct cloud_route *r)
{
    return r->active && r->prefix.len > 0 && r->hop != CLOUD_HOP_INTERNET &&
           r->hop != CLOUD_HOP_NONE;
}

void lab_filter_connected(const char *device, const struct cloud_routes *routes, struct text *out)
{
    text_str(out, "flush set ip lab-filter connected-");
    text_str(out, device);
    text_str(out, "\n");
    for (uint32_t i = 0; i < routes->rows.count; i++) {
        if (!is_connected(&routes->rows.items[i]))
            continue;
        text_str(out, "add element ip lab-filter connected-");
        text_str(out, device);
        text_str(out, " { ");
        text_prefix(out, &routes->rows.items[i].prefix);
        text_str(out, " }\n");
    }
}
