/* Looking things up in a configuration, and what is in force where nothing was said. */
#include "config/model.h"

#include <string.h>

#define FIND(list, condition)                                                                      \
    do {                                                                                           \
        for (uint32_t i = 0; i < (list).n; i++) {                                                  \
            if (condition)                                                                         \
                return &(list).v[i];                                                               \
        }                                                                                          \
        return NULL;                                                                               \
    } while (0)

const struct config_interface *config_interface_find(const struct config *c, const char *name)
{
    FIND(c->interfaces, strcmp(c->interfaces.v[i].name, name) == 0);
}

const struct config_prefix_list *config_prefix_list_find(const struct config *c, uint8_t family,
                                                         const char *name)
{
    FIND(c->prefix_lists,
         c->prefix_lists.v[i].family == family && strcmp(c->prefix_lists.v[i].name, name) == 0);
}

const struct config_as_path_list *config_as_path_list_find(const struct config *c, const char *name)
{
    FIND(c->as_path_lists, strcmp(c->as_path_lists.v[i].name, name) == 0);
}

const struct config_community_list *config_community_list_find(const struct config *c,
                                                               const char *name)
{
    FIND(c->community_lists, strcmp(c->community_lists.v[i].name, name) == 0);
}

const struct config_access_list *config_access_list_find(const struct config *c, const char *name)
{
    FIND(c->access_lists, strcmp(c->access_lists.v[i].name, name) == 0);
}

const struct config_route_map *config_route_map_find(const struct config *c, const char *name)
{
    FIND(c->route_maps, strcmp(c->route_maps.v[i].name, name) == 0);
}

const struct config_neighbor *config_neighbor_find(const struct config *c,
                                                   const struct ip_addr *address)
{
    FIND(c->bgp.neighbors,
         !c->bgp.neighbors.v[i].is_group && ip_eq(&c->bgp.neighbors.v[i].address, address));
}

/* ---- what is in force ------------------------------------------------------------------------ */

static enum config_tri first(enum config_tri a, enum config_tri b)
{
    return a != TRI_UNSET ? a : b;
}

static enum config_tri yes_if(bool condition)
{
    return condition ? TRI_YES : TRI_NO;
}

/* Whether FRR's version (when said) is at least this; not said: it is. */
static bool frr_from(const struct config *c, unsigned major, unsigned minor)
{
    const struct config_version *v = &c->version;
    if (v->major == 0 && v->minor == 0)
        return true;
    return v->major > major || (v->major == major && v->minor >= minor);
}

void config_bgp_resolve(const struct config *c, struct config_bgp *ret)
{
    struct config_bgp b = c->bgp;
    bool frr = c->dialect != DIALECT_IOS, dc = frr && c->datacenter;
    b.default_ipv4_unicast = first(b.default_ipv4_unicast, TRI_YES);
    b.ebgp_requires_policy = first(b.ebgp_requires_policy, yes_if(frr && !dc && frr_from(c, 7, 4)));
    b.network_import_check = first(b.network_import_check, yes_if(!frr || dc || frr_from(c, 7, 4)));
    b.log_neighbor_changes = first(b.log_neighbor_changes, yes_if(!frr || dc));
    b.deterministic_med = first(b.deterministic_med, yes_if(dc));
    b.always_compare_med = first(b.always_compare_med, TRI_NO);
    b.compare_routerid = first(b.compare_routerid, TRI_NO);
    b.as_path_ignore = first(b.as_path_ignore, TRI_NO);
    b.as_path_multipath_relax = first(b.as_path_multipath_relax, TRI_NO);
    b.med_missing_as_worst = first(b.med_missing_as_worst, TRI_NO);
    b.med_confed = first(b.med_confed, TRI_NO);
    b.fast_external_failover = first(b.fast_external_failover, TRI_YES);
    b.default_show_hostname = first(b.default_show_hostname, yes_if(dc));
    b.suppress_duplicates = first(b.suppress_duplicates, yes_if(frr && frr_from(c, 7, 6)));
    b.client_to_client = first(b.client_to_client, TRI_YES);
    b.graceful_restart = first(b.graceful_restart, TRI_NO);
    b.graceful_shutdown = first(b.graceful_shutdown, TRI_NO);
    for (unsigned i = 0; i < CONFIG_AF_COUNT; i++) {
        struct config_bgp_af *af = &b.af[i];
        uint16_t paths = frr ? 64 : 1;
        af->maximum_paths = af->maximum_paths ? af->maximum_paths : paths;
        af->maximum_paths_ibgp = af->maximum_paths_ibgp ? af->maximum_paths_ibgp : paths;
        static const uint8_t distances[3] = { 20, 200, 200 };
        for (unsigned k = 0; k < 3; k++)
            af->distance[k] = af->distance[k] ? af->distance[k] : distances[k];
    }
    *ret = b;
}

#define TAKE(member) n->member = n->member ? n->member : g->member
#define TAKE_TRI(member) n->member = first(n->member, g->member)

static void inherit_af(struct config_neighbor_af *n, const struct config_neighbor_af *g)
{
    for (unsigned d = 0; d < 2; d++) {
        TAKE(prefix_list[d]);
        TAKE(filter_list[d]);
        TAKE(route_map[d]);
        TAKE(distribute_list[d]);
    }
    TAKE_TRI(activate);
    TAKE_TRI(soft_reconfiguration);
    if (n->default_originate == TRI_UNSET) {
        n->default_originate = g->default_originate;
        n->default_originate_map = g->default_originate_map;
    }
    TAKE_TRI(next_hop_self);
    TAKE_TRI(next_hop_self_force);
    TAKE_TRI(next_hop_unchanged);
    TAKE_TRI(route_reflector_client);
    TAKE_TRI(route_server_client);
    if (n->send_community == TRI_UNSET) {
        n->send_community = g->send_community;
        n->send_community_kinds = g->send_community_kinds;
    }
    if (n->remove_private_as == TRI_UNSET) {
        n->remove_private_as = g->remove_private_as;
        n->remove_private_as_all = g->remove_private_as_all;
        n->remove_private_as_replace = g->remove_private_as_replace;
    }
    TAKE_TRI(as_override);
    if (n->allowas_in == 0) {
        n->allowas_in = g->allowas_in;
        n->allowas_in_origin = g->allowas_in_origin;
    }
    if (!n->has_weight) {
        n->has_weight = g->has_weight;
        n->weight = g->weight;
    }
    if (n->maximum_prefix == 0) {
        n->maximum_prefix = g->maximum_prefix;
        n->maximum_prefix_threshold = g->maximum_prefix_threshold;
        n->maximum_prefix_warning_only = g->maximum_prefix_warning_only;
        n->maximum_prefix_restart_min = g->maximum_prefix_restart_min;
    }
    TAKE_TRI(addpath_tx_all);
}

static void inherit(struct config_neighbor *n, const struct config_neighbor *g)
{
    if (n->remote_as_kind == REMOTE_AS_UNSET) {
        n->remote_as_kind = g->remote_as_kind;
        n->remote_as = g->remote_as;
        n->remote_as_refused |= g->remote_as_refused;
    }
    if (n->local_as == 0) {
        n->local_as = g->local_as;
        n->local_as_no_prepend = g->local_as_no_prepend;
        n->local_as_replace_as = g->local_as_replace_as;
    }
    TAKE(description);
    if (n->shutdown == TRI_UNSET) {
        n->shutdown = g->shutdown;
        n->shutdown_message = g->shutdown_message;
    }
    TAKE_TRI(passive);
    TAKE(ebgp_multihop);
    TAKE_TRI(disable_connected_check);
    TAKE(ttl_security_hops);
    TAKE(update_source);
    TAKE(password);
    if (n->hold_s == UINT16_MAX) {
        n->keepalive_s = g->keepalive_s;
        n->hold_s = g->hold_s;
    }
    TAKE(connect_s);
    if (n->advertisement_interval_s == UINT16_MAX)
        n->advertisement_interval_s = g->advertisement_interval_s;
    TAKE(port);
    TAKE_TRI(capability_negotiate);
    TAKE_TRI(capability_4octet);
    TAKE_TRI(capability_dynamic);
    TAKE_TRI(capability_extended_nexthop);
    TAKE_TRI(enforce_first_as);
    TAKE_TRI(bfd);
    TAKE(bfd_profile);
    TAKE_TRI(graceful_restart);
    for (unsigned i = 0; i < CONFIG_AF_COUNT; i++)
        inherit_af(&n->af[i], &g->af[i]);
}

static void default_af(const struct config *c, struct config_neighbor_af *n, bool ipv4)
{
    bool frr = c->dialect != DIALECT_IOS;
    n->activate = first(n->activate, yes_if(ipv4 && c->bgp.default_ipv4_unicast != TRI_NO));
    n->soft_reconfiguration = first(n->soft_reconfiguration, TRI_NO);
    n->default_originate = first(n->default_originate, TRI_NO);
    n->next_hop_self = first(n->next_hop_self, TRI_NO);
    n->next_hop_self_force = first(n->next_hop_self_force, TRI_NO);
    n->next_hop_unchanged = first(n->next_hop_unchanged, TRI_NO);
    n->route_reflector_client = first(n->route_reflector_client, TRI_NO);
    n->route_server_client = first(n->route_server_client, TRI_NO);
    if (n->send_community == TRI_UNSET) {
        n->send_community = yes_if(frr);
        n->send_community_kinds = frr ? SEND_COMMUNITY_ALL : 0;
    }
    n->remove_private_as = first(n->remove_private_as, TRI_NO);
    n->as_override = first(n->as_override, TRI_NO);
    if (n->maximum_prefix && n->maximum_prefix_threshold == 0)
        n->maximum_prefix_threshold = 75;
    n->addpath_tx_all = first(n->addpath_tx_all, TRI_NO);
}

static void default_session(const struct config *c, struct config_neighbor *n)
{
    bool frr = c->dialect != DIALECT_IOS;
    n->shutdown = first(n->shutdown, TRI_NO);
    n->passive = first(n->passive, TRI_NO);
    n->disable_connected_check = first(n->disable_connected_check, TRI_NO);
    if (n->hold_s == UINT16_MAX) {
        n->keepalive_s = c->bgp.keepalive_s;
        n->hold_s = c->bgp.hold_s;
    }
    if (n->connect_s == 0)
        n->connect_s = frr && c->datacenter ? 10 : 120;
    n->port = n->port ? n->port : 179;
    n->capability_negotiate = first(n->capability_negotiate, TRI_YES);
    n->capability_4octet = first(n->capability_4octet, TRI_YES);
    n->capability_dynamic = first(n->capability_dynamic, TRI_NO);
    n->capability_extended_nexthop = first(n->capability_extended_nexthop, TRI_NO);
    enum config_tri first_as = yes_if(!frr || frr_from(c, 9, 1));
    n->enforce_first_as = first(n->enforce_first_as, first(c->bgp.enforce_first_as, first_as));
    n->bfd = first(n->bfd, TRI_NO);
    n->graceful_restart = first(n->graceful_restart, first(c->bgp.graceful_restart, TRI_NO));
}

void config_neighbor_resolve(const struct config *c, const struct config_neighbor *n,
                             struct config_neighbor *ret)
{
    struct config_neighbor r = *n;
    for (uint32_t i = 0; r.peer_group && i < c->bgp.neighbors.n; i++) {
        const struct config_neighbor *g = &c->bgp.neighbors.v[i];
        if (g->is_group && strcmp(g->name, r.peer_group) == 0) {
            inherit(&r, g);
            break;
        }
    }
    if (r.remote_as_kind == REMOTE_AS_INTERNAL)
        r.remote_as = r.local_as ? r.local_as : c->bgp.as;
    default_session(c, &r);
    bool ibgp = r.remote_as_kind == REMOTE_AS_INTERNAL ||
                (r.remote_as_kind == REMOTE_AS_NUMBER &&
                 r.remote_as == (r.local_as ? r.local_as : c->bgp.as));
    if (r.ebgp_multihop == 0)
        r.ebgp_multihop = ibgp ? 255 : 1;
    if (r.advertisement_interval_s == UINT16_MAX)
        r.advertisement_interval_s = !ibgp && c->dialect == DIALECT_IOS ? 30 : 0;
    for (unsigned i = 0; i < CONFIG_AF_COUNT; i++)
        default_af(c, &r.af[i], i == CONFIG_AF_IPV4);
    *ret = r;
}
