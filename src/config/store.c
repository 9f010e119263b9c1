/* Finding and making the objects of a configuration by name. */
#include "config/parser.h"

#include <string.h>

static uint32_t *slot(struct parser *p, enum index_kind kind, uint32_t owner, const char *name,
                      bool make)
{
    if (!make)
        return index_find(&p->index, kind, owner, name, strlen(name));
    uint32_t *value = index_make(&p->index, kind, owner, name, strlen(name));
    if (!value)
        p->full = true;
    return value;
}

/* Finds or makes an element of a list under (kind, owner, name). */
#define STORE(p, list, kind, owner, name_, make, ...)                                              \
    do {                                                                                           \
        uint32_t *value_ = slot((p), (kind), (owner), (name_), (make));                            \
        if (!value_ || (*value_ == INDEX_NONE && !(make)))                                         \
            return NULL;                                                                           \
        if (*value_ != INDEX_NONE)                                                                 \
            return &(list).v[*value_];                                                             \
        const char *kept_ = parser_keep((p), (name_));                                             \
        if (!kept_ || !LIST_PUSH((p), list))                                                       \
            return NULL;                                                                           \
        *value_ = (list).n - 1;                                                                    \
        __VA_ARGS__;                                                                               \
        (list).v[*value_].name = kept_;                                                            \
        (list).v[*value_].at = parser_at((p), 0);                                                  \
        return &(list).v[*value_];                                                                 \
    } while (0)

static bool names_tunnel(const char *name)
{
    return lex_is_prefix("Tunnel", name) && name[6] >= '0' && name[6] <= '9';
}

struct config_interface *store_interface(struct parser *p, const char *name, bool make)
{
    STORE(p, p->c->interfaces, INDEX_INTERFACE, 0, name, make,
          p->c->interfaces.v[*value_].is_tunnel = names_tunnel(name));
}

struct config_prefix_list *store_prefix_list(struct parser *p, uint8_t family, const char *name,
                                             bool make)
{
    STORE(p, p->c->prefix_lists, INDEX_PREFIX_LIST, family, name, make,
          p->c->prefix_lists.v[*value_].family = family);
}

struct config_as_path_list *store_as_path_list(struct parser *p, const char *name, bool make)
{
    STORE(p, p->c->as_path_lists, INDEX_AS_PATH_LIST, 0, name, make, (void)0);
}

struct config_community_list *store_community_list(struct parser *p, const char *name,
                                                   enum config_community_kind kind, bool make)
{
    /* Standard and expanded lists of one attribute share their names. */
    STORE(p, p->c->community_lists, INDEX_COMMUNITY_LIST, (uint32_t)kind / 2, name, make,
          p->c->community_lists.v[*value_].kind = kind);
}

struct config_access_list *store_access_list(struct parser *p, uint8_t family, const char *name,
                                             bool make)
{
    STORE(p, p->c->access_lists, INDEX_ACCESS_LIST, family, name, make,
          p->c->access_lists.v[*value_].family = family);
}

static struct config_route_map *store_route_map(struct parser *p, const char *name, bool make)
{
    STORE(p, p->c->route_maps, INDEX_ROUTE_MAP, 0, name, make, (void)0);
}

struct config_route_map_entry *store_route_map_entry(struct parser *p, const char *name,
                                                     uint32_t seq, bool make)
{
    struct config_route_map *map = store_route_map(p, name, make);
    if (!map)
        return NULL;
    p->route_map = (uint32_t)(map - p->c->route_maps.v);
    uint32_t *value =
        make ? index_make(&p->index, INDEX_ROUTE_MAP_ENTRY, p->route_map, &seq, sizeof(seq))
             : index_find(&p->index, INDEX_ROUTE_MAP_ENTRY, p->route_map, &seq, sizeof(seq));
    if (!value || (*value == INDEX_NONE && !make)) {
        p->full = p->full || make;
        return NULL;
    }
    if (*value == INDEX_NONE) {
        struct config_route_map_entry *e = LIST_PUSH(p, map->entries);
        if (!e)
            return NULL;
        e->seq = seq;
        e->at = parser_at(p, 0);
        *value = map->entries.n - 1;
    }
    p->route_map_entry = *value;
    return &map->entries.v[*value];
}

static void init_neighbor(struct config_neighbor *n)
{
    n->keepalive_s = UINT16_MAX;
    n->hold_s = UINT16_MAX;
    n->advertisement_interval_s = UINT16_MAX;
}

struct config_neighbor *store_neighbor(struct parser *p, const char *name, bool make)
{
    struct ip_addr address = { 0 };
    char canonical[IP_TEXT_MAX];
    if (ip_parse(name, &address)) {
        struct text t = text_init(canonical, sizeof(canonical));
        text_ip(&t, &address);
        name = canonical;
    }
    STORE(p, p->c->bgp.neighbors, INDEX_NEIGHBOR, p->bgp_generation, name, make,
          init_neighbor(&p->c->bgp.neighbors.v[*value_]);
          p->c->bgp.neighbors.v[*value_].address = address;
          p->c->bgp.neighbors.v[*value_].is_group = address.family == IP_NONE);
}

#define STORE_IPSEC(type, fn, list, kind)                                                          \
    struct type *fn(struct parser *p, const char *name, bool make)                                 \
    {                                                                                              \
        STORE(p, p->c->ipsec.list, INDEX_CRYPTO, (uint32_t)(kind), name, make, (void)0);           \
    }

STORE_IPSEC(config_ikev2_proposal, store_ikev2_proposal, proposals, CRYPTO_IKEV2_PROPOSAL)
STORE_IPSEC(config_ikev2_policy, store_ikev2_policy, policies, CRYPTO_IKEV2_POLICY)
STORE_IPSEC(config_ikev2_keyring, store_ikev2_keyring, keyrings, CRYPTO_IKEV2_KEYRING)
STORE_IPSEC(config_ikev2_profile, store_ikev2_profile, profiles, CRYPTO_IKEV2_PROFILE)
STORE_IPSEC(config_transform_set, store_transform_set, transform_sets, CRYPTO_IPSEC_TRANSFORM_SET)
STORE_IPSEC(config_ipsec_profile, store_ipsec_profile, ipsec_profiles, CRYPTO_IPSEC_PROFILE)
STORE_IPSEC(config_trustpoint, store_trustpoint, trustpoints, CRYPTO_TRUSTPOINT)

uint32_t store_peer_owner(uint32_t keyring)
{
    return (UINT32_C(1) << 24) + keyring; /* beyond enum config_crypto_kind */
}

struct config_ikev2_peer *store_ikev2_peer(struct parser *p, uint32_t keyring, const char *name,
                                           bool make)
{
    STORE(p, p->c->ipsec.keyrings.v[keyring].peers, INDEX_CRYPTO, store_peer_owner(keyring), name,
          make, (void)0);
}

struct config_crypto *store_crypto(struct parser *p, enum config_crypto_kind kind, const char *name,
                                   bool make)
{
    STORE(p, p->c->crypto, INDEX_CRYPTO, (uint32_t)kind, name, make,
          p->c->crypto.v[*value_].kind = kind);
}

void store_forget(struct parser *p, enum index_kind kind, uint32_t owner, const char *name)
{
    uint32_t *value = index_find(&p->index, kind, owner, name, strlen(name));
    if (value)
        *value = INDEX_NONE;
}

uint32_t store_next_seq(struct parser *p, enum index_kind kind, uint32_t list, uint32_t step)
{
    char key = (char)kind;
    const uint32_t *last = index_find(&p->index, INDEX_MAX_SEQ, list, &key, 1);
    if (!last || *last == INDEX_NONE)
        return step;
    return *last > UINT32_MAX - 2 * step ? UINT32_MAX - 1 : (*last / step + 1) * step;
}

void store_note_seq(struct parser *p, enum index_kind kind, uint32_t list, uint32_t seq)
{
    char key = (char)kind;
    uint32_t *last = index_make(&p->index, INDEX_MAX_SEQ, list, &key, 1);
    if (!last)
        p->full = true;
    else if (*last == INDEX_NONE || *last < seq)
        *last = seq;
}
