/* show ip bgp PREFIX json: the paths to one prefix with FRR's keys. */
#include "ctl/render.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The segments of the text of a path: "65001 65002 {65003,65004} (65100 65101)". */
static void put_segments(struct render *r, const char *path)
{
    bool open = false;
    char closer = 0;
    json_open(r, "segments", '[');
    while (*path) {
        if (isdigit((unsigned char)*path)) {
            char *end;
            unsigned long long as = strtoull(path, &end, 10);
            if (!open) {
                json_open(r, NULL, '{');
                json_text(r, "type",
                          closer == '}'   ? "as-set"
                          : closer == ')' ? "as-confed-sequence"
                          : closer == ']' ? "as-confed-set"
                                          : "as-sequence");
                json_open(r, "list", '[');
                open = true;
            }
            json_u64(r, NULL, as);
            path = end;
            continue;
        }
        bool starts = strchr("{([", *path) != NULL;
        if (open && (starts || *path == closer)) {
            json_close(r);
            json_close(r);
            open = false;
        }
        if (starts)
            closer = *path == '{' ? '}' : *path == '(' ? ')' : ']';
        else if (*path == closer)
            closer = 0;
        path++;
    }
    if (open) {
        json_close(r);
        json_close(r);
    }
    json_close(r);
}

/* In lists FRR writes the names of communities in another way than in texts. */
static const char *listed_name(const char *word)
{
    static const char *const names[][2] = {
        { "graceful-shutdown", "gracefulShutdown" },
        { "accept-own", "acceptown" },
        { "route-filter-translated-v4", "routeFilterTranslatedV4" },
        { "route-filter-v4", "routeFilterV4" },
        { "route-filter-translated-v6", "routeFilterTranslatedV6" },
        { "route-filter-v6", "routeFilterV6" },
        { "llgr-stale", "llgrStale" },
        { "no-llgr", "noLlgr" },
        { "accept-own-nexthop", "acceptownnexthop" },
        { "no-export", "noExport" },
        { "no-advertise", "noAdvertise" },
        { "local-AS", "localAs" },
        { "no-peer", "noPeer" },
    };
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (strcmp(word, names[i][0]) == 0)
            return names[i][1];
    }
    return word;
}

static void put_communities(struct render *r, const char *key, const char *value)
{
    char list[512];
    char *next = NULL;
    if (!value[0])
        return;
    snprintf(list, sizeof(list), "%s", value);
    json_open(r, key, '{');
    json_text(r, "string", value);
    json_open(r, "list", '[');
    for (char *w = strtok_r(list, " ", &next); w; w = strtok_r(NULL, " ", &next))
        json_text(r, NULL, listed_name(w));
    json_close(r);
    json_close(r);
}

static void put_id(struct render *r, const char *key, uint32_t id)
{
    struct ip_addr a = ip_from_u32(id);
    json_ip(r, key, &a);
}

static void put_next_hop(struct render *r, const struct view_bgp_route *v)
{
    bool has_ll = ip_bytes(v->next_hop_ll.family) != 0;
    json_open(r, "nexthops", '[');
    bgp_next_hop_json_open(r, v);
    bool is_accessible = v->next_hop_reachable || ip_bytes(v->peer.family) == 0;
    if (is_accessible)
        json_u64(r, "metric", v->igp_metric);
    json_bool(r, "accessible", is_accessible);
    if (!has_ll)
        json_bool(r, "used", true);
    json_close(r);
    if (has_ll)
        bgp_next_hop_ll_json(r, v, true);
    json_close(r);
}

static void put_peer(const struct bgp_paths *p, const struct view_bgp_route *v)
{
    struct render *r = p->r;
    bool is_own = ip_bytes(v->peer.family) == 0;
    struct ip_addr peer = is_own ? (struct ip_addr){ .family = v->prefix.family } : v->peer;
    json_open(r, "peer", '{');
    json_ip(r, "peerId", &peer);
    if (!is_own && v->hostname[0])
        json_text(r, "hostname", v->hostname);
    put_id(r, "routerId", is_own ? p->global.router_id : v->peer_router_id);
    if (!is_own)
        json_text(r, "type", v->internal ? "internal" : "external");
    json_close(r);
}

/* Whether the router's table has the prefix from another source than BGP. */
static bool has_redistributed(const struct bgp_paths *p)
{
    for (unsigned i = 0; i < p->n; i++) {
        if (!ip_bytes(p->v[i].peer.family) && p->v[i].source != POLICY_NETWORK)
            return true;
    }
    return false;
}

static void put_flags(const struct bgp_paths *p, const struct view_bgp_route *v)
{
    struct render *r = p->r;
    bool is_own = ip_bytes(v->peer.family) == 0;
    json_bool(r, "valid", v->valid);
    json_u64(r, "version", p->global.table_version);
    if (is_own)
        json_bool(r, "sourced", true);
    if (is_own && v->source == POLICY_NETWORK)
        json_bool(r, "local", true);
    if (v->atomic_aggregate)
        json_bool(r, "atomicAggregate", true);
    if (v->multipath || (v->best && bgp_paths_have_multipath(p)))
        json_bool(r, "multipath", true);
    if (v->best) {
        json_open(r, "bestpath", '{');
        json_bool(r, "overall", true);
        if (v->reason < RIB_STEP_COUNT)
            json_text(r, "selectionReason", rib_step_name(v->reason));
        json_close(r);
    }
}

static void put_path(const struct bgp_paths *p, const struct view_bgp_route *v)
{
    struct render *r = p->r;
    json_open(r, NULL, '{');
    json_open(r, "aspath", '{');
    json_text(r, "string", v->as_path[0] ? v->as_path : "Local");
    put_segments(r, v->as_path);
    json_u64(r, "length", v->as_path_hops);
    json_close(r);
    if (v->has_aggregator) {
        json_u64(r, "aggregatorAs", v->aggregator_as);
        put_id(r, "aggregatorId", v->aggregator_id);
    }
    json_text(r, "origin", bgp_origin_name(v->origin));
    if (v->has_med)
        json_u64(r, "metric", v->med);
    if (v->has_local_pref)
        json_u64(r, "locPrf", v->local_pref);
    if (v->weight)
        json_u64(r, "weight", v->weight);
    if (v->tag)
        json_u64(r, "tag", v->tag);
    put_flags(p, v);
    put_communities(r, "community", v->communities);
    if (v->ext_communities[0]) { /* FRR lists the others alone */
        json_open(r, "extendedCommunity", '{');
        json_text(r, "string", v->ext_communities);
        json_close(r);
    }
    put_communities(r, "largeCommunity", v->large_communities);
    if (v->has_originator_id)
        put_id(r, "originatorId", v->originator_id);
    if (v->cluster_list[0])
        put_communities(r, "clusterList", v->cluster_list);
    json_open(r, "lastUpdate", '{');
    char when[BGP_DATE_MAX];
    bgp_date_text(p->wall_s - v->age_s, when);
    snprintf(when + strlen(when), sizeof(when) - strlen(when), "\n"); /* as FRR has it */
    json_u64(r, "epoch", (uint64_t)(p->wall_s - v->age_s));
    json_text(r, "string", when);
    json_close(r);
    if (has_redistributed(p))
        json_bool(r, "fibInstalled", true);
    put_next_hop(r, v);
    put_peer(p, v);
    json_close(r);
}

static void put_advertised(const struct bgp_paths *p)
{
    struct render *r = p->r;
    char list[sizeof(p->advertised)], names[sizeof(p->names)];
    char *next = NULL, *next_name = NULL;
    snprintf(list, sizeof(list), "%s", p->advertised);
    snprintf(names, sizeof(names), "%s", p->names);
    char *name = strtok_r(names, " ", &next_name);
    json_open(r, "advertisedTo", '{');
    for (char *w = strtok_r(list, " ", &next); w; w = strtok_r(NULL, " ", &next)) {
        json_open(r, w, '{');
        if (name && strcmp(name, "-") != 0)
            json_text(r, "hostname", name);
        json_close(r);
        if (name)
            name = strtok_r(NULL, " ", &next_name);
    }
    json_close(r);
}

void bgp_paths_json(const struct bgp_paths *p)
{
    struct render *r = p->r;
    json_open(r, NULL, '{');
    if (p->n) {
        json_prefix(r, "prefix", &p->v[0].prefix);
        json_u64(r, "version", p->global.table_version);
        if (p->advertised[0])
            put_advertised(p);
        json_open(r, "paths", '[');
        for (unsigned i = 0; i < p->n; i++)
            put_path(p, &p->v[i]);
        json_close(r);
    }
    json_end(r);
}
