#include <string.h>

#include "nat/nat.h"

uint8_t nat_rule_family(const struct nat_rule *r)
{
    if (r->source.family != IP_NONE)
        return r->source.family;
    if (r->destination.family != IP_NONE)
        return r->destination.family;
    return r->to.family != IP_NONE ? r->to.family : IP_V4;
}

static bool side_matches(const struct prefix *p, bool negated, const struct ip_addr *a)
{
    bool inside = p->len == 0 || prefix_has_addr(p, a);
    return inside != negated;
}

const struct nat_rule *nat_match(const struct nat_rule *rules, uint32_t n,
                                 const struct nat_packet *p, const char *out_interface)
{
    for (uint32_t i = 0; i < n; i++) {
        const struct nat_rule *r = &rules[i];
        if (nat_rule_family(r) != p->source.family)
            continue;
        if (r->protocol != 0 && r->protocol != p->protocol)
            continue;
        if (r->out_interface[0] != '\0' && strcmp(r->out_interface, out_interface) != 0)
            continue;
        if (side_matches(&r->source, r->not_source, &p->source) &&
            side_matches(&r->destination, r->not_destination, &p->destination))
            return r;
    }
    return NULL;
}
