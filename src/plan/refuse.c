#include "plan/refuse.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cloud/aws/facts.h"
#include "cloud/azure/facts.h"
#include "cloud/azure/tables.h"
#include "cloud/gcp/facts.h"
#include "cloud/limits.h"

/* What goes into files and commands as it is. */
#define WORD_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 -"

void plan_refuse(struct diag_list *diags, const struct lang_node *at, const char *remedy,
                 const char *format, ...)
{
    struct diag d = { .severity = DIAG_ERROR };
    DIAG_SET(d.id, "PLAN-CANNOT");
    DIAG_SET(d.remedy, remedy);
    if (at)
        lang_diag_at(at, &d);
    va_list args;
    va_start(args, format);
    vsnprintf(d.what, sizeof(d.what), format, args);
    va_end(args);
    diag_add(diags, &d);
}

/* ---- one network ----------------------------------------------------------------------------- */

/* A GatewaySubnet and a subnet beside it have to fit in the first prefix; AWS's blocks are /16 to
 * /28; anything else has at least a few hosts. */
static void check_space(const struct plan_network *n, struct diag_list *diags)
{
    uint8_t most = n->provider == PLAN_AZURE ? 26 : 28, least = n->provider == PLAN_AWS ? 16 : 1;
    if (n->address_space.count == 0)
        plan_refuse(diags, n->o.node, "add a prefix", "%s: the address space is empty", n->o.name);
    for (uint32_t i = 0; i < n->address_space.count; i++) {
        uint8_t len = n->address_space.items[i].len;
        if (len > most || len < least)
            plan_refuse(diags, n->o.node, "give another prefix",
                        "%s: a prefix of /%u is no address range for %s: /%u to /%u", n->o.name,
                        len, plan_provider_names[n->provider], least, most);
    }
}

static void check_azure(const struct plan_intent *in, const struct plan_network *n,
                        struct diag_list *diags)
{
    const struct azure_vpn_sku *sku = n->sku ? azure_vpn_sku_find(n->sku, 0) : NULL;
    if (n->sku && (!sku || !sku->has_bgp || !sku->is_zone_redundant))
        plan_refuse(diags, n->o.node, "take VpnGw1AZ or a larger one, or leave sku out",
                    "%s: \"%.40s\" is no SKU with BGP and zones", n->o.name, n->sku);
    if (n->existing_gateway == PLAN_ACTIVE_STANDBY && in->redundancy == PLAN_FULL)
        plan_refuse(diags, n->o.node,
                    "make it active-active first (its connections are interrupted), or ask for "
                    "redundancy: tunnel",
                    "%s: full redundancy needs an active-active gateway; one that is "
                    "active-standby fails over in up to minutes",
                    n->o.name);
}

static void check_asn(const struct plan_network *n, struct diag_list *diags)
{
    const struct cloud_as_range *no = NULL;
    if (n->asn == 0)
        return;
    uint32_t own = (uint32_t)cloud_number(NULL, &azure_facts[AZURE_VPN_BGP_AS_DEFAULT]);
    if (n->provider != PLAN_AZURE || n->asn != own)
        no = azure_as_refusal(n->asn);
    if (no)
        plan_refuse(diags, n->o.node, "take another private AS number, or leave asn out",
                    "%s: AS %u cannot be used: %s", n->o.name, n->asn, no->why);
    else if (n->provider == PLAN_GCP && !cloud_has_number(NULL, &gcp_facts[GCP_ROUTER_AS], n->asn))
        plan_refuse(diags, n->o.node, "take a private AS number, or leave asn out",
                    "%s: a Cloud Router does not take AS %u", n->o.name, n->asn);
}

static void check_network(const struct plan_intent *in, const struct plan_network *n,
                          struct diag_list *diags)
{
    if (strlen(n->o.name) > PLAN_NAME_MAX)
        plan_refuse(diags, n->o.node, "shorten it", "the name %.40s has more than %d characters",
                    n->o.name, PLAN_NAME_MAX);
    if (strpbrk(n->o.name, "._/:"))
        plan_refuse(diags, n->o.node, "take letters, digits and '-'",
                    "%s: providers do not take this name", n->o.name);
    if (n->region && strspn(n->region, WORD_CHARACTERS) != strlen(n->region))
        plan_refuse(diags, n->o.node, "take letters, digits, spaces and '-'",
                    "%s: this is no region", n->o.name);
    if (!n->region && n->provider == PLAN_GCP)
        plan_refuse(diags, n->o.node, "add region:", "%s: gateway and router are of a region",
                    n->o.name);
    check_space(n, diags);
    check_asn(n, diags);
    if (n->provider == PLAN_AZURE)
        check_azure(in, n, diags);
    if (n->provider == PLAN_SITE && n->public_addresses.count == 0)
        plan_refuse(diags, n->o.node, "add public_addresses: [203.0.113.1], one a router",
                    "%s: the site has no public address", n->o.name);
    if (n->provider != PLAN_SITE && n->public_addresses.count > 0)
        plan_refuse(diags, n->o.node, "leave public_addresses out",
                    "%s: the provider gives the public addresses", n->o.name);
    if ((n->provider != PLAN_AZURE && (n->existing_gateway != PLAN_TO_BE_MADE || n->sku)) ||
        (n->provider != PLAN_AWS && n->gateway != PLAN_VGW))
        plan_refuse(diags, n->o.node, "leave existing_gateway, sku and gateway out",
                    "%s: sku and existing_gateway are of Azure, gateway is of AWS", n->o.name);
}

/* ---- two of them ----------------------------------------------------------------------------- */

static void check_overlap(const struct plan_network *a, const struct plan_network *b,
                          struct diag_list *diags)
{
    for (uint32_t i = 0; i < a->address_space.count; i++) {
        for (uint32_t k = 0; k < b->address_space.count; k++) {
            const struct prefix *p = &a->address_space.items[i], *q = &b->address_space.items[k];
            char text[2][PREFIX_TEXT_MAX];
            struct text t0 = text_init(text[0], sizeof(text[0]));
            struct text t1 = text_init(text[1], sizeof(text[1]));
            if (!prefix_covers(p, q) && !prefix_covers(q, p))
                continue;
            text_prefix(&t0, p);
            text_prefix(&t1, q);
            plan_refuse(diags, b->o.node, "give one of them another range",
                        "%s and %s overlap: %s and %s", a->o.name, b->o.name, text[0], text[1]);
        }
    }
}

static void check_providers(const struct plan_network *a, const struct plan_network *b,
                            struct diag_list *diags)
{
    bool soracom = a->provider == PLAN_SORACOM || b->provider == PLAN_SORACOM;
    bool cloud = a->provider == PLAN_AWS || b->provider == PLAN_AWS || a->provider == PLAN_GCP ||
                 b->provider == PLAN_GCP;
    if (a->provider == b->provider)
        plan_refuse(diags, b->o.node,
                    a->provider == PLAN_SITE ? "connect each of them to a cloud"
                                             : "use the provider's own peering",
                    "%s and %s: two networks of one kind (%s) are not joined by this plan",
                    a->o.name, b->o.name, plan_provider_names[a->provider]);
    else if (soracom && cloud)
        plan_refuse(diags, b->o.node,
                    "join SORACOM to AWS by its Canal; to Google by way of Azure or a site",
                    "%s and %s: a Door is planned towards Azure or a site only", a->o.name,
                    b->o.name);
}

static void check_pairs(const struct plan_intent *in, struct diag_list *diags)
{
    for (uint32_t i = 0; i < in->pairs.count; i++) {
        const struct plan_pair *p = &in->pairs.items[i];
        if (p->between.count != 2 || p->between.items[0] == p->between.items[1])
            plan_refuse(diags, p->o.node, "name two networks", "a pair is of two networks");
    }
}

void plan_check_networks(const struct plan_intent *in, struct diag_list *diags)
{
    if (in->connect.count < 2) /* the key is there, and nothing behind it */
        plan_refuse(diags, NULL, "name two or three", "there are no networks to connect");
    for (uint32_t i = 0; i < in->connect.count; i++) {
        const struct plan_network *a = &in->connect.items[i];
        check_network(in, a, diags);
        for (uint32_t k = i + 1; k < in->connect.count; k++) {
            const struct plan_network *b = &in->connect.items[k];
            check_overlap(a, b, diags);
            check_providers(a, b, diags);
            if (a->asn != 0 && a->asn == b->asn)
                plan_refuse(diags, b->o.node, "give one of them another, or leave asn out",
                            "%s and %s have the same AS number, %u: they would not speak BGP, or "
                            "drop each other's routes as a loop",
                            a->o.name, b->o.name, a->asn);
        }
    }
    check_pairs(in, diags);
}

/* ---- a link ---------------------------------------------------------------------------------- */

/* S5.3: one connection of AWS or SORACOM accepts one customer gateway, that is one public address;
 * an active-active gateway has two. */
static void check_one_to_one(const struct plan *p, const struct plan_link *l,
                             struct diag_list *diags)
{
    const struct plan_network *azure = l->side[0], *aws = l->side[1];
    if (azure->provider != PLAN_AZURE || !plan_is_aws_kind(aws))
        return;
    bool full = p->intent->redundancy == PLAN_FULL;
    bool one = full ? l->pair && l->pair->connections == 1
                    : azure->existing_gateway == PLAN_ACTIVE_ACTIVE;
    if (!one)
        return;
    plan_refuse(diags, l->pair ? l->pair->o.node : azure->o.node,
                full ? "leave connections out (redundancy: full makes two, one for each address), "
                       "or ask for redundancy: tunnel with an active-standby gateway"
                     : "ask for redundancy: full: two connections, one for each of its addresses; "
                       "or take an active-standby gateway",
                "%s and %s: one VPN connection to an active-active gateway cannot be: it accepts "
                "%d customer gateway, which is one public address, and the gateway has %d; the "
                "second instance would have no tunnel",
                azure->o.name, aws->o.name,
                (int)cloud_number(NULL, &aws_facts[AWS_VPN_CUSTOMER_GATEWAYS]),
                (int)cloud_number(NULL, &azure_facts[AZURE_VPN_HA_ACTIVE_PUBLIC_IPS]));
}

static void check_routing(const struct plan *p, const struct plan_link *l, struct diag_list *diags)
{
    const char *a = l->side[0]->o.name, *b = l->side[1]->o.name;
    if (l->bgp)
        return;
    if (l->side[0]->provider == PLAN_GCP || l->side[1]->provider == PLAN_GCP)
        plan_refuse(diags, l->pair ? l->pair->o.node : NULL, "leave routing out",
                    "%s and %s: HA VPN takes no static routes, only BGP", a, b);
    else if (p->intent->redundancy == PLAN_FULL)
        plan_refuse(diags, l->pair ? l->pair->o.node : NULL,
                    "leave routing out, or ask for redundancy: tunnel",
                    "%s and %s: with static routes nobody notices that a tunnel is dead; AWS uses "
                    "the first address alone: no redundancy is gained",
                    a, b);
}

static void check_site(const struct plan *p, const struct plan_link *l, struct diag_list *diags)
{
    const struct plan_network *a = l->side[0], *site = l->side[1];
    if (site->provider != PLAN_SITE || site->public_addresses.count > 1)
        return;
    if (p->intent->redundancy == PLAN_FULL)
        plan_refuse(diags, site->o.node,
                    "add a second router's address, or ask for redundancy: tunnel",
                    "%s: one router is a single point of failure", site->o.name);
    else if (p->intent->redundancy == PLAN_TUNNEL && a->provider == PLAN_AZURE)
        plan_refuse(diags, site->o.node,
                    "add a second router's address, or ask for redundancy: none",
                    "%s and %s: between one address of Azure and one of the site there is one "
                    "tunnel",
                    a->o.name, site->o.name);
}

static void check_inside(const struct plan_link *l, struct diag_list *diags)
{
    const struct plan_pair *pair = l->pair;
    const struct cloud_fact *row = l->side[0]->provider == PLAN_AZURE
                                       ? &azure_facts[AZURE_VPN_APIPA_RANGE]
                                       : &aws_facts[AWS_VPN_INSIDE_RANGE];
    size_t n;
    const struct prefix *allowed = cloud_prefixes(NULL, row, &n);
    for (uint32_t i = 0; pair && i < pair->inside.count; i++) {
        bool ok = false;
        for (size_t k = 0; k < n; k++)
            ok |= prefix_covers(&allowed[k], &pair->inside.items[i]);
        char value[128];
        struct text t = text_init(value, sizeof(value));
        text_cloud_data(&t, &row->value);
        if (!ok)
            plan_refuse(diags, pair->o.node, "take ranges from there, or leave inside out",
                        "%s and %s: inside addresses have to be from %s", l->side[0]->o.name,
                        l->side[1]->o.name, value);
    }
}

/* AWS's customer gateways take no more than 31 bits. */
static void check_customer_asn(const struct plan *p, const struct plan_link *l,
                               struct diag_list *diags)
{
    for (int side = 0; side < 2; side++) {
        const struct plan_network *peer = l->side[!side];
        if (plan_is_aws_kind(l->side[side]) &&
            !cloud_has_number(NULL, &aws_facts[AWS_AS_CUSTOMER], plan_asn(p, peer)))
            plan_refuse(diags, peer->o.node, "take a smaller one, or leave asn out",
                        "%s: a customer gateway at %s does not take AS %u", peer->o.name,
                        l->side[side]->o.name, plan_asn(p, peer));
    }
}

void plan_check_link(const struct plan *p, const struct plan_link *l, struct diag_list *diags)
{
    check_one_to_one(p, l, diags);
    check_routing(p, l, diags);
    check_site(p, l, diags);
    check_inside(l, diags);
    check_customer_asn(p, l, diags);
}
