#include "cloud/assign_impl.h"

#include <string.h>

#include "cloud/aws/facts.h"
#include "cloud/limits.h"

bool cloud_is_assigned(const struct topo_object *o, const char *key)
{
    return !o->node || !lang_get(o->node, key);
}

uint32_t assign_u32(const struct topo_object *o, const char *key, uint32_t value, int64_t preset)
{
    assert(preset >= 0 && preset <= UINT32_MAX);
    return value == 0 && cloud_is_assigned(o, key) ? (uint32_t)preset : value;
}

void *assign_extend(struct assigner *a, const void *items, uint32_t count, uint32_t want,
                    size_t size)
{
    void *new = arena_alloc(&a->t->arena, want * size);
    if (!new)
        a->full = true;
    else if (count > 0)
        memcpy(new, items, count * size);
    return new;
}

struct ip_addr cloud_link_host(const struct prefix *p, uint32_t host)
{
    struct ip_addr net = prefix_addr(p);
    return p->family == IP_V4 ? ip_from_u32(ip_to_u32(&net) + host) : (struct ip_addr){ 0 };
}

/* ---- spaces of addresses --------------------------------------------------------------------- */

/* Owners of addresses are told apart by where they lie; nothing hangs on the order of these. */
struct space_key {
    const void *space;
    uint32_t addr;
};

static const char public_space, inside_space;

static bool is_used(struct assigner *a, const void *space, uint32_t addr)
{
    struct space_key key;
    memset(&key, 0, sizeof(key)); /* its padding is hashed too */
    key.space = space;
    key.addr = addr;
    return net_map_find(&a->used, &key, sizeof(key));
}

static void use(struct assigner *a, const void *space, uint32_t addr)
{
    struct space_key key;
    memset(&key, 0, sizeof(key));
    key.space = space;
    key.addr = addr;
    a->full = !net_map_make(&a->used, &key, sizeof(key)) || a->full;
}

void assign_note(struct assigner *a, const void *subnet, const struct ip_addr *addr)
{
    if (subnet && addr->family == IP_V4)
        use(a, subnet, ip_to_u32(addr));
}

struct ip_addr assign_first(struct assigner *a, const void *subnet, const struct prefix *p,
                            uint32_t from, uint32_t reserved)
{
    if (p->family != IP_V4 || p->len > 30)
        return (struct ip_addr){ 0 };
    uint32_t size = p->len == 0 ? UINT32_MAX : UINT32_C(1) << (32 - p->len);
    struct ip_addr net = prefix_addr(p);
    uint32_t *cursor = net_map_make(&a->cursors, &subnet, sizeof(subnet));
    if (!cursor) {
        a->full = true;
        return (struct ip_addr){ 0 };
    }
    /* The cursor makes many addresses of one subnet linear. */
    uint32_t at = *cursor == UINT32_MAX ? from : MAX(from, *cursor);
    while (at < size - reserved && is_used(a, subnet, ip_to_u32(&net) + at))
        at++;
    *cursor = at;
    if (at >= size - reserved)
        return (struct ip_addr){ 0 };
    use(a, subnet, ip_to_u32(&net) + at);
    return ip_from_u32(ip_to_u32(&net) + at);
}

struct ip_addr assign_last(struct assigner *a, const void *subnet, const struct prefix *p,
                           uint32_t from, uint32_t reserved)
{
    if (p->family != IP_V4 || p->len > 30 || p->len == 0)
        return (struct ip_addr){ 0 };
    struct ip_addr net = prefix_addr(p);
    uint32_t at = (UINT32_C(1) << (32 - p->len)) - reserved;
    while (at > from && is_used(a, subnet, ip_to_u32(&net) + at - 1))
        at--;
    if (at <= from)
        return (struct ip_addr){ 0 };
    use(a, subnet, ip_to_u32(&net) + at - 1);
    return ip_from_u32(ip_to_u32(&net) + at - 1);
}

/* ---- public addresses ------------------------------------------------------------------------ */

/* RFC 5737's three blocks, then RFC 2544's: nobody on the Internet has them. First and last host.
 */
static const struct {
    uint32_t first, last;
} public_blocks[] = {
    { 0xc0000201, 0xc00002fe }, /* 192.0.2.0/24 */
    { 0xc6336401, 0xc63364fe }, /* 198.51.100.0/24 */
    { 0xcb007101, 0xcb0071fe }, /* 203.0.113.0/24 */
    { 0xc6120001, 0xc613fffe }, /* 198.18.0.0/15 */
};

static uint32_t nth_public(uint32_t n)
{
    for (size_t i = 0; i < ARRAY_LEN(public_blocks); i++) {
        uint32_t count = public_blocks[i].last - public_blocks[i].first + 1;
        if (n < count)
            return public_blocks[i].first + n;
        n -= count;
    }
    return 0;
}

void assign_note_public(struct assigner *a, const struct ip_addr *addr)
{
    if (addr->family == IP_V4)
        use(a, &public_space, ip_to_u32(addr));
}

struct ip_addr assign_public(struct assigner *a)
{
    for (;;) {
        uint32_t addr = nth_public(a->public_next);
        if (addr == 0)
            return (struct ip_addr){ 0 };
        a->public_next++;
        if (!is_used(a, &public_space, addr))
            return ip_from_u32(addr);
    }
}

/* ---- inside of tunnels ----------------------------------------------------------------------- */

enum {
    INSIDE_BASE = 0xa9fe0000 >> 2, /* 169.254.0.0/16 in /30s */
    INSIDE_COUNT = 1 << 14,
    INSIDE_START = 10 * 64, /* 169.254.10.0: above all that AWS keeps for itself */
};

/* Blocks that AWS refuses, and those in which Azure's addresses are chosen by people. */
static bool inside_is_reserved(uint32_t block)
{
    struct ip_addr addr = ip_from_u32(block << 2);
    uint8_t third = addr.b[2];
    return third == 21 || third == 22 ||
           cloud_has_addr(NULL, &aws_facts[AWS_VPN_INSIDE_RESERVED], &addr);
}

void assign_note_inside(struct assigner *a, const void *gateway, const struct ip_addr *addr)
{
    if (!ip_is_link_local(addr) || addr->family != IP_V4)
        return;
    use(a, &inside_space, ip_to_u32(addr) >> 2);
    use(a, gateway, ip_to_u32(addr) >> 2);
}

struct prefix assign_inside(struct assigner *a, const void *gateway)
{
    /* No two gateways of the file get the same block as long as there are enough; a gateway never
     * gets one twice. */
    const void *space = &inside_space;
    for (unsigned round = 0; round < 2; round++, space = gateway) {
        for (uint32_t tried = 0; tried < INSIDE_COUNT; tried++) {
            if (round == 0 && a->inside_next >= INSIDE_COUNT)
                break;
            uint32_t block = INSIDE_BASE + a->inside_next++ % INSIDE_COUNT;
            if (inside_is_reserved(block) || is_used(a, space, block))
                continue;
            struct ip_addr addr = ip_from_u32(block << 2);
            assign_note_inside(a, gateway, &addr);
            return prefix_of(&addr, 30);
        }
    }
    return (struct prefix){ 0 };
}

/* ---- all ------------------------------------------------------------------------------------- */

static void note_sites(struct assigner *a)
{
    const struct topo_sites *sites = &a->t->sites;
    for (uint32_t i = 0; i < sites->sites.count; i++) {
        for (uint32_t k = 0; k < sites->sites.items[i].routers.count; k++) {
            const struct site_router *r = &sites->sites.items[i].routers.items[k];
            assign_note_public(a, &r->nat_address);
            for (uint32_t f = 0; f < r->interfaces.count; f++)
                assign_note_public(a, &r->interfaces.items[f].address.addr);
        }
    }
}

bool cloud_assign(struct topo *t)
{
    struct assigner a = { .t = t, .inside_next = INSIDE_START };
    net_map_init(&a.used, &t->arena);
    net_map_init(&a.cursors, &t->arena);
    note_sites(&a);
    azure_note_given(&a);
    aws_note_given(&a);
    gcp_note_given(&a);
    soracom_note_given(&a);
    azure_assign(&a);
    aws_assign(&a);
    gcp_assign(&a);
    soracom_assign(&a);
    topo_resolve_endpoints(t);
    return !a.full;
}
