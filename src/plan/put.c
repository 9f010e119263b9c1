#include "plan/put.h"

#include <stdarg.h>
#include <stdio.h>

#include "cloud/aws/facts.h"
#include "cloud/azure/facts.h"
#include "cloud/limits.h"

void put(struct text *out, const char *format, ...)
{
    char line[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    text_str(out, line);
}

struct put_text put_addr(struct ip_addr a)
{
    struct put_text r;
    struct text t = text_init(r.s, sizeof(r.s));
    text_ip(&t, &a);
    return r;
}

struct put_text put_prefix(const struct prefix *p)
{
    struct put_text r;
    struct text t = text_init(r.s, sizeof(r.s));
    text_prefix(&t, p);
    return r;
}

struct put_text put_mask(uint8_t len)
{
    return put_addr(ip_mask_from_len(len));
}

void put_prefixes(struct text *out, const topo_prefixes_t *v, const char *between)
{
    for (uint32_t i = 0; i < v->count; i++)
        put(out, "%s%s", i ? between : "", put_prefix(&v->items[i]).s);
}

struct put_text put_endpoint(const struct plan_link *l, int side, uint32_t end)
{
    const char *name = l->side[side]->o.name, *peer = l->side[!side]->o.name;
    struct put_text r;
    struct text t = text_init(r.s, sizeof(r.s));
    switch (l->side[side]->provider) {
    case PLAN_AZURE:
        put(&t, "azure.public_ip_addresses.%s-pip%u", name, end);
        break;
    case PLAN_AWS:
        put(&t, "aws.vpn_connections.vpn-%s-%u.tunnels.%u", peer, end / 2, end % 2);
        break;
    case PLAN_GCP:
        put(&t, "gcp.ha_vpn_gateways.%s-ha-vpn.interfaces.%u", name, end);
        break;
    case PLAN_SORACOM:
        put(&t, "soracom.doors.door-%s-%u.tunnels.%u", peer, end / 2, end % 2);
        break;
    case PLAN_SITE:
        assert(end < l->side[side]->public_addresses.count);
        text_ip(&t, &l->side[side]->public_addresses.items[end]);
        break;
    }
    return r;
}

struct ip_addr put_public(const struct plan_link *l, int side, uint32_t end)
{
    const struct plan_network *n = l->side[side];
    if (n->provider == PLAN_SITE)
        return n->public_addresses.items[end];
    /* AWS has addresses of its own for each connection, the others have them for the gateway. */
    uint32_t at = 16 + 32 * (uint32_t)n->provider + end;
    if (plan_is_aws_kind(n))
        at += 4 * (uint32_t)l->side[!side]->provider;
    return ip_from_u32((UINT32_C(198) << 24 | 51U << 16 | 100U << 8) + at);
}

const struct plan_link *put_next_link(const struct plan *p, const struct plan_network *n,
                                      const struct plan_link *after)
{
    for (const struct plan_link *l = after ? after + 1 : p->links; l < p->links + p->link_count;
         l++) {
        if (plan_side(l, n) >= 0)
            return l;
    }
    return NULL;
}

const struct plan_tunnel *put_tunnel_at(const struct plan_link *l, int side, uint32_t end)
{
    for (uint32_t i = 0; i < l->tunnel_count; i++) {
        if (l->tunnels[i].end[side] == end)
            return &l->tunnels[i];
    }
    return NULL;
}

uint32_t put_connections(const struct plan_link *l)
{
    for (int side = 0; side < 2; side++) {
        if (plan_is_aws_kind(l->side[side]))
            return (plan_ends(l, side) + 1) / 2;
    }
    return 0;
}

const struct plan_network *put_network(const struct plan *p, enum plan_provider provider)
{
    for (uint32_t i = 0; i < p->intent->connect.count; i++) {
        if (p->intent->connect.items[i].provider == provider)
            return &p->intent->connect.items[i];
    }
    return NULL;
}

uint32_t put_instances(const struct plan *p)
{
    return (uint32_t)cloud_number(
        NULL, &azure_facts[plan_is_active_active(p) ? AZURE_VPN_HA_ACTIVE_PUBLIC_IPS
                                                    : AZURE_VPN_HA_STANDBY_PUBLIC_IPS]);
}

bool put_has_bgp(const struct plan *p, const struct plan_network *n)
{
    for (const struct plan_link *l = NULL; (l = put_next_link(p, n, l)) != NULL;) {
        if (l->bgp)
            return true;
    }
    return false;
}

/* ---- the suite ------------------------------------------------------------------------------- */

/* AES-256-CBC with SHA-256 and group 14 for IKE, AES-256-GCM for ESP, the same group for PFS: all
 * four providers and IOS have it. By IANA's transform numbers. */
static const struct {
    uint16_t id, bits;
    enum azure_fact azure;
    enum aws_fact aws;
} suite[] = {
    [PUT_IKE_CIPHER] = { 12, 256, AZURE_VPN_IKE_ENCRYPTION, AWS_IKE_ENCRYPTION },
    [PUT_IKE_HASH] = { 12, 0, AZURE_VPN_IKE_INTEGRITY, AWS_IKE_INTEGRITY },
    [PUT_IKE_GROUP] = { 14, 0, AZURE_VPN_IKE_DH, AWS_IKE_DH },
    [PUT_ESP_CIPHER] = { 20, 256, AZURE_VPN_IPSEC_ENCRYPTION, AWS_IPSEC_ENCRYPTION },
    [PUT_PFS_GROUP] = { 14, 0, AZURE_VPN_IPSEC_PFS, AWS_IPSEC_PFS },
};

static const char *name_of(const struct cloud_fact *row, uint16_t id, uint16_t bits)
{
    assert(row->value.kind == CLOUD_ALGORITHMS);
    for (uint32_t i = 0; i < row->value.n; i++) {
        const struct cloud_algorithm *a = &row->value.algorithms[i];
        if (a->id == id && a->bits == bits)
            return a->name;
    }
    return NULL;
}

const char *put_azure_algorithm(enum put_algorithm which)
{
    return name_of(&azure_facts[suite[which].azure], suite[which].id, suite[which].bits);
}

const char *put_aws_algorithm(enum put_algorithm which)
{
    return name_of(&aws_facts[suite[which].aws], suite[which].id, suite[which].bits);
}

/* ---- Azure's subnets ------------------------------------------------------------------------- */

struct prefix put_default_subnet(const struct plan_network *azure)
{
    struct prefix p = azure->address_space.items[0];
    p.len++;
    return p;
}

struct prefix put_gateway_subnet(const struct plan_network *azure)
{
    const struct prefix *p = &azure->address_space.items[0];
    struct ip_addr first = prefix_addr(p);
    uint8_t len = (uint8_t)cloud_number(NULL, &azure_facts[AZURE_GATEWAY_SUBNET_LENGTH_ADVISED]);
    assert(p->len < len);
    uint32_t last = ip_to_u32(&first) + ((UINT32_C(1) << (32 - p->len)) - 1);
    struct ip_addr a = ip_from_u32(last);
    return prefix_of(&a, len);
}
