#include "config/refs.h"

const char *refs_kind_name(enum refs_kind kind)
{
    static const char *const names[] = {
        [REFS_PREFIX_LIST] = "prefix list",   [REFS_PREFIX_LIST6] = "IPv6 prefix list",
        [REFS_AS_PATH_LIST] = "as-path list", [REFS_COMMUNITY_LIST] = "community list",
        [REFS_ACCESS_LIST] = "access list",   [REFS_ACCESS_LIST6] = "IPv6 access list",
        [REFS_ROUTE_MAP] = "route map",
    };
    assert(kind < REFS_KIND_COUNT);
    return names[kind];
}

static void see(struct refs_walk *w, enum refs_kind kind, const char *name, struct config_pos at)
{
    if (name)
        w->seen(w, kind, name, at);
}

static void walk_neighbor(const struct config_neighbor *n, struct refs_walk *w)
{
    for (unsigned i = 0; i < CONFIG_AF_COUNT; i++) {
        const struct config_neighbor_af *af = &n->af[i];
        bool v6 = i == CONFIG_AF_IPV6;
        for (unsigned d = 0; d < 2; d++) {
            see(w, v6 ? REFS_PREFIX_LIST6 : REFS_PREFIX_LIST, af->prefix_list[d], n->at);
            see(w, REFS_AS_PATH_LIST, af->filter_list[d], n->at);
            see(w, REFS_ROUTE_MAP, af->route_map[d], n->at);
            see(w, v6 ? REFS_ACCESS_LIST6 : REFS_ACCESS_LIST, af->distribute_list[d], n->at);
        }
        see(w, REFS_ROUTE_MAP, af->default_originate_map, n->at);
    }
}

static void walk_bgp(const struct config_bgp *b, struct refs_walk *w)
{
    for (uint32_t i = 0; i < b->neighbors.n; i++)
        walk_neighbor(&b->neighbors.v[i], w);
    for (unsigned i = 0; i < CONFIG_AF_COUNT; i++) {
        const struct config_bgp_af *af = &b->af[i];
        for (uint32_t k = 0; k < af->networks.n; k++)
            see(w, REFS_ROUTE_MAP, af->networks.v[k].route_map, af->networks.v[k].at);
        for (unsigned k = 0; k < SOURCE_COUNT; k++)
            see(w, REFS_ROUTE_MAP, af->redistribute[k].route_map, af->redistribute[k].at);
        see(w, REFS_ROUTE_MAP, af->table_map, b->at);
    }
}

static enum refs_kind match_refers_to(enum config_match_kind kind)
{
    switch (kind) {
    case MATCH_AS_PATH:
        return REFS_AS_PATH_LIST;
    case MATCH_COMMUNITY:
    case MATCH_LARGE_COMMUNITY:
    case MATCH_EXT_COMMUNITY:
        return REFS_COMMUNITY_LIST;
    case MATCH_IP_PREFIX_LIST:
    case MATCH_IP_NEXT_HOP_PREFIX_LIST:
        return REFS_PREFIX_LIST;
    case MATCH_IP_ACCESS_LIST:
    case MATCH_IP_NEXT_HOP_ACCESS_LIST:
        return REFS_ACCESS_LIST;
    case MATCH_IPV6_PREFIX_LIST:
    case MATCH_IPV6_NEXT_HOP_PREFIX_LIST:
        return REFS_PREFIX_LIST6;
    case MATCH_IPV6_ACCESS_LIST:
        return REFS_ACCESS_LIST6;
    case MATCH_IP_NEXT_HOP_ADDRESS:
    case MATCH_METRIC:
    case MATCH_LOCAL_PREFERENCE:
    case MATCH_ORIGIN:
    case MATCH_TAG:
    case MATCH_PEER:
    case MATCH_SOURCE_PROTOCOL:
    case MATCH_INTERFACE:
        break;
    }
    return REFS_KIND_COUNT;
}

static void walk_entry(const struct config_route_map_entry *e, struct refs_walk *w)
{
    for (uint32_t i = 0; i < e->matches.n; i++) {
        const struct config_match *m = &e->matches.v[i];
        enum refs_kind kind = match_refers_to(m->kind);
        for (uint32_t k = 0; kind != REFS_KIND_COUNT && k < m->names.n; k++)
            see(w, kind, m->names.v[k], m->at);
    }
    for (uint32_t i = 0; i < e->sets.n; i++) {
        const struct config_set *s = &e->sets.v[i];
        if (s->kind == SET_COMMUNITY_DELETE || s->kind == SET_LARGE_COMMUNITY_DELETE)
            see(w, REFS_COMMUNITY_LIST, s->name, s->at);
    }
    see(w, REFS_ROUTE_MAP, e->call, e->at);
}

void refs_walk(const struct config *c, struct refs_walk *w)
{
    walk_bgp(&c->bgp, w);
    for (uint32_t i = 0; i < c->route_maps.n; i++) {
        for (uint32_t k = 0; k < c->route_maps.v[i].entries.n; k++)
            walk_entry(&c->route_maps.v[i].entries.v[k], w);
    }
    for (uint32_t i = 0; i < c->interfaces.n; i++) {
        see(w, REFS_ACCESS_LIST, c->interfaces.v[i].acl_in, c->interfaces.v[i].at);
        see(w, REFS_ACCESS_LIST, c->interfaces.v[i].acl_out, c->interfaces.v[i].at);
    }
}
