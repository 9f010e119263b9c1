/* Which tunnels there are, and every number in them. */
#include "plan/plan.h"

#include <string.h>

#include "cloud/aws/facts.h"
#include "cloud/azure/facts.h"
#include "cloud/gcp/facts.h"
#include "cloud/limits.h"
#include "plan/refuse.h"

enum { INSIDE_LEN = 30, INSIDE_SIZE = 4 };

/* ---- small questions ------------------------------------------------------------------------- */

int plan_side(const struct plan_link *l, const struct plan_network *n)
{
    return l->side[0] == n ? 0 : l->side[1] == n ? 1 : -1;
}

const struct plan_network *plan_peer(const struct plan_link *l, const struct plan_network *n)
{
    assert(plan_side(l, n) >= 0);
    return l->side[l->side[0] == n];
}

uint32_t plan_asn(const struct plan *p, const struct plan_network *n)
{
    assert(n->o.index < PLAN_NETWORKS_MAX);
    return p->asn[n->o.index];
}

uint32_t plan_ends(const struct plan_link *l, int side)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < l->tunnel_count; i++)
        n = MAX(n, l->tunnels[i].end[side] + 1);
    return n;
}

/* Who has the first host of a /30: AWS has to, the others take what is left. */
static uint32_t claim(const struct plan_network *n)
{
    static const uint32_t claims[] = {
        [PLAN_AZURE] = 2, [PLAN_AWS] = 0, [PLAN_GCP] = 1, [PLAN_SORACOM] = 0, [PLAN_SITE] = 3
    };
    return claims[n->provider];
}

struct ip_addr plan_inside(const struct plan_link *l, const struct plan_tunnel *t, int side)
{
    if (t->inside.family == IP_NONE)
        return (struct ip_addr){ 0 };
    struct ip_addr base = prefix_addr(&t->inside);
    bool first = claim(l->side[side]) < claim(l->side[!side]);
    return ip_from_u32(ip_to_u32(&base) + (first ? 1 : 2));
}

bool plan_is_active_active(const struct plan *p)
{
    return p->intent->redundancy == PLAN_FULL;
}

const struct plan_tunnel *plan_partner(const struct plan_link *l, const struct plan_tunnel *t)
{
    assert(l->side[0]->provider == PLAN_AZURE);
    uint32_t ordinal = 0;
    for (const struct plan_tunnel *x = l->tunnels; x < t; x++)
        ordinal += x->end[0] == t->end[0];
    for (uint32_t i = 0; i < l->tunnel_count; i++) {
        const struct plan_tunnel *x = &l->tunnels[i];
        if (x->end[0] != t->end[0] && ordinal-- == 0)
            return x;
    }
    return NULL;
}

struct ip_addr plan_site_address(const struct plan_network *site, uint32_t router)
{
    const struct prefix *p = &site->address_space.items[0];
    struct ip_addr first = prefix_addr(p);
    uint32_t size = UINT32_C(1) << (32 - p->len);
    return ip_from_u32(ip_to_u32(&first) + size - 2 - router);
}

/* ---- AS numbers ------------------------------------------------------------------------------ */

static uint32_t default_asn(const struct plan_network *n)
{
    switch (n->provider) {
    case PLAN_AZURE:
        return (uint32_t)cloud_number(NULL, &azure_facts[AZURE_VPN_BGP_AS_DEFAULT]);
    case PLAN_AWS:
        return (uint32_t)cloud_number(
            NULL, &aws_facts[n->gateway == PLAN_TGW ? AWS_AS_TGW_DEFAULT : AWS_AS_VGW_DEFAULT]);
    case PLAN_SORACOM: /* its own is not published; like AWS's */
        return (uint32_t)cloud_number(NULL, &aws_facts[AWS_AS_VGW_DEFAULT]);
    case PLAN_GCP:
        return (uint32_t)gcp_facts[GCP_ROUTER_AS].value.spans[0].first;
    case PLAN_SITE:
        break;
    }
    return (uint32_t)cloud_number(NULL, &aws_facts[AWS_AS_CUSTOMER_DEFAULT]);
}

static bool is_taken(const struct plan *p, uint32_t asn)
{
    for (uint32_t i = 0; i < p->intent->connect.count; i++) {
        if (p->asn[i] == asn)
            return true;
    }
    return false;
}

/* Those that are given stand; the others are the provider's default, or the next that is free. */
static void choose_asns(struct plan *p)
{
    const struct plan_intent *in = p->intent;
    for (uint32_t i = 0; i < in->connect.count; i++)
        p->asn[i] = in->connect.items[i].asn;
    for (uint32_t i = 0; i < in->connect.count; i++) {
        uint32_t asn = default_asn(&in->connect.items[i]);
        while (p->asn[i] == 0 && is_taken(p, asn))
            asn++;
        if (p->asn[i] == 0)
            p->asn[i] = asn;
    }
}

/* ---- shapes ---------------------------------------------------------------------------------- */

struct shape {
    uint32_t n;
    uint32_t ends[PLAN_TUNNELS_MAX][2];
};

/* One end on the left, two on the right, and the mirror image; two by two; and two connections of
 * AWS, with two tunnels each, against two addresses. */
static const struct shape one = { 1, { { 0, 0 } } };
static const struct shape fork_right = { 2, { { 0, 0 }, { 0, 1 } } };
static const struct shape fork_left = { 2, { { 0, 0 }, { 1, 0 } } };
static const struct shape parallel = { 2, { { 0, 0 }, { 1, 1 } } };
static const struct shape four_right = { 4, { { 0, 0 }, { 0, 1 }, { 1, 2 }, { 1, 3 } } };
static const struct shape four_left = { 4, { { 0, 0 }, { 1, 0 }, { 2, 1 }, { 3, 1 } } };
static const struct shape mesh = { 4, { { 0, 0 }, { 1, 0 }, { 0, 1 }, { 1, 1 } } };

static const struct shape *shape_of(const struct plan_link *l, enum plan_redundancy r)
{
    const struct plan_network *a = l->side[0], *b = l->side[1];
    bool full = r == PLAN_FULL;
    if (plan_is_aws_kind(b)) /* Azure and AWS, SORACOM; a Door has its two tunnels in any case */
        return full ? &four_right : r == PLAN_NONE && b->provider == PLAN_AWS ? &one : &fork_right;
    if (plan_is_aws_kind(a)) /* AWS, SORACOM and Google, a site */
        return full ? &four_left : r == PLAN_NONE ? &one : &fork_left;
    if (r == PLAN_NONE)
        return &one;
    if (a->provider == PLAN_AZURE && b->provider == PLAN_SITE)
        return full ? &mesh : &fork_right;
    if (full)
        return &parallel;
    return a->provider == PLAN_AZURE ? &fork_right : &fork_left;
}

static enum plan_routing routing_of(const struct plan *p, const struct plan_link *l)
{
    if (l->pair && l->pair->routing != PLAN_ROUTING_DEFAULT)
        return l->pair->routing;
    if (p->intent->routing != PLAN_ROUTING_DEFAULT)
        return p->intent->routing;
    /* Pattern P1: with one VPN connection to an active-standby gateway SORACOM advises static
     * routes; and whether that gateway speaks BGP from a custom address for each of AWS's two
     * tunnels is disputed. */
    bool p1 = l->side[0]->provider == PLAN_AZURE && plan_is_aws_kind(l->side[1]) &&
              l->tunnel_count > 1 && !plan_is_active_active(p);
    return p1 ? PLAN_STATIC : PLAN_BGP;
}

/* "ReplaceMe", then a number: letters and digits, not 0 first, as long as AWS makes them. */
static void make_key(char *key, uint32_t link, uint32_t number)
{
    uint32_t n = link * PLAN_TUNNELS_MAX + number + 1;
    memcpy(key, "ReplaceMe", 9);
    for (size_t i = PLAN_KEY_MAX - 2; i >= 9; i--, n /= 10)
        key[i] = (char)('0' + n % 10);
    key[PLAN_KEY_MAX - 1] = '\0';
}

/* An Azure connection has one key, whichever of its instances uses it. */
static uint32_t key_number(const struct plan_link *l, uint32_t tunnel)
{
    bool shared = l->side[0]->provider == PLAN_AZURE && l->side[1]->provider == PLAN_SITE;
    return shared ? l->tunnels[tunnel].end[1] : tunnel;
}

/* ---- inside addresses ------------------------------------------------------------------------ */

static bool touches(const struct prefix *a, const struct prefix *b)
{
    return prefix_covers(a, b) || prefix_covers(b, a);
}

static bool is_refused(const struct prefix *p)
{
    const struct cloud_fact *rows[] = { &aws_facts[AWS_VPN_INSIDE_RESERVED],
                                        &gcp_facts[GCP_ROUTER_ADDRESSES_RESERVED] };
    for (size_t r = 0; r < ARRAY_LEN(rows); r++) {
        size_t n;
        const struct prefix *v = cloud_prefixes(NULL, rows[r], &n);
        for (size_t i = 0; i < n; i++) {
            if (touches(&v[i], p))
                return true;
        }
    }
    return false;
}

static bool is_used(const struct plan *p, const struct prefix *inside)
{
    for (uint32_t i = 0; i < p->link_count; i++) {
        for (uint32_t k = 0; k < p->links[i].tunnel_count; k++) {
            const struct prefix *other = &p->links[i].tunnels[k].inside;
            if (other->family != IP_NONE && touches(other, inside))
                return true;
        }
    }
    return false;
}

/* The first /30 of the range that nobody has and everybody takes. */
static bool take_from(const struct plan *p, const struct prefix *range, struct prefix *ret_inside)
{
    struct ip_addr base = prefix_addr(range);
    uint32_t size = range->len > INSIDE_LEN ? 0 : UINT32_C(1) << (32 - range->len);
    for (uint32_t at = 0; at < size; at += INSIDE_SIZE) {
        struct ip_addr a = ip_from_u32(ip_to_u32(&base) + at);
        struct prefix candidate = prefix_of(&a, INSIDE_LEN);
        if (!is_refused(&candidate) && !is_used(p, &candidate)) {
            *ret_inside = candidate;
            return true;
        }
    }
    return false;
}

/* What the link's tunnels are to be taken from. */
static const struct prefix *ranges_of(const struct plan_link *l, size_t *ret_n)
{
    if (l->pair && l->pair->inside.count > 0) {
        *ret_n = l->pair->inside.count;
        return l->pair->inside.items;
    }
    const struct cloud_fact *row = l->side[0]->provider == PLAN_AZURE
                                       ? &azure_facts[AZURE_VPN_APIPA_RANGE]
                                   : l->side[0]->provider == PLAN_GCP
                                       ? &gcp_facts[GCP_ROUTER_ADDRESSES]
                                       : &aws_facts[AWS_VPN_INSIDE_RANGE];
    return cloud_prefixes(NULL, row, ret_n);
}

/* Azure and a site's router speak BGP between addresses of their own networks. Everybody else
 * numbers the tunnel; AWS and routers do even when the routes are static. */
static bool is_numbered(const struct plan_link *l)
{
    bool azure = l->side[0]->provider == PLAN_AZURE;
    return azure ? l->bgp && l->side[1]->provider != PLAN_SITE : true;
}

static bool number_tunnels(struct plan *p, struct plan_link *l, struct diag_list *diags)
{
    size_t n;
    const struct prefix *ranges = ranges_of(l, &n);
    for (uint32_t i = 0; i < l->tunnel_count && is_numbered(l); i++) {
        bool ok = false;
        for (size_t k = 0; k < n && !ok; k++) /* in turn, so that each instance has several */
            ok = take_from(p, &ranges[(i + k) % n], &l->tunnels[i].inside);
        if (!ok) {
            plan_refuse(diags, l->pair ? l->pair->o.node : NULL, "give larger ranges, or none",
                        "the inside ranges have no room for %u tunnels of /30", l->tunnel_count);
            return false;
        }
    }
    return true;
}

/* ---- the whole ------------------------------------------------------------------------------- */

static const struct plan_pair *pair_of(const struct plan_intent *in, const struct plan_network *a,
                                       const struct plan_network *b)
{
    for (uint32_t i = 0; i < in->pairs.count; i++) {
        const struct plan_pair *p = &in->pairs.items[i];
        assert(p->between.count == 2);
        if ((p->between.items[0] == a && p->between.items[1] == b) ||
            (p->between.items[0] == b && p->between.items[1] == a))
            return p;
    }
    return NULL;
}

static void add_link(struct plan *p, const struct plan_network *a, const struct plan_network *b)
{
    struct plan_link *l = &p->links[p->link_count];
    bool swap = a->provider > b->provider;
    *l = (struct plan_link){ .side = { swap ? b : a, swap ? a : b },
                             .pair = pair_of(p->intent, a, b) };
    const struct shape *s = shape_of(l, p->intent->redundancy);
    l->tunnel_count = s->n;
    l->bgp = routing_of(p, l) == PLAN_BGP;
    for (uint32_t i = 0; i < s->n; i++)
        memcpy(l->tunnels[i].end, s->ends[i], sizeof(s->ends[i]));
    /* A site with one router: both of Google's interfaces, or two tunnels of AWS, end there. */
    for (uint32_t i = 0; i < s->n && l->side[1]->provider == PLAN_SITE; i++)
        l->tunnels[i].end[1] =
            MIN(l->tunnels[i].end[1], MAX(l->side[1]->public_addresses.count, 1U) - 1);
    for (uint32_t i = 0; i < s->n; i++)
        make_key(l->tunnels[i].key, p->link_count, key_number(l, i));
    p->link_count++;
}

bool plan_build(struct plan *plan, const struct plan_intent *intent, struct diag_list *diags)
{
    *plan = (struct plan){ .intent = intent };
    uint32_t before = diags->errors, n = intent->connect.count;
    plan_check_networks(intent, diags);
    if (diags->errors > before)
        return false;
    assert(n >= 2 && n <= PLAN_NETWORKS_MAX);
    choose_asns(plan);
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t k = i + 1; k < n; k++)
            add_link(plan, &intent->connect.items[i], &intent->connect.items[k]);
    }
    for (uint32_t i = 0; i < plan->link_count; i++)
        plan_check_link(plan, &plan->links[i], diags);
    if (diags->errors > before)
        return false;
    for (uint32_t i = 0; i < plan->link_count; i++) {
        if (!number_tunnels(plan, &plan->links[i], diags))
            return false;
    }
    return true;
}
