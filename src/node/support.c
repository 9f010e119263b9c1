/* What a configuration may say, and this node cannot do: refused by name, one row a feature. */

#include "node/internal.h"

struct finding {
    struct diag_list *diags;
    const struct config *config;
    bool ok;
};

static void refuse(struct finding *f, struct config_pos at, const char *what, const char *remedy)
{
    struct diag d = { .severity = DIAG_ERROR, .line = at.line, .column = at.column };
    DIAG_SET(d.id, "CFG-UNSUPPORTED");
    if (at.file < f->config->files.n)
        DIAG_SET(d.file, f->config->files.v[at.file]);
    DIAG_SET(d.what, what);
    DIAG_SET(d.remedy, remedy);
    diag_add(f->diags, &d);
    f->ok = false;
}

static void check_neighbor_af(struct finding *f, const struct config_neighbor *c,
                              const struct config_neighbor_af *af)
{
    if (af->addpath_tx_all == TRI_YES)
        refuse(f, c->at, "neighbor addpath-tx-all-paths is not supported", "remove the line");
    if (af->allowas_in_origin)
        refuse(f, c->at, "neighbor allowas-in origin is not supported", "use allowas-in NUMBER");
}

static void check_neighbor(struct finding *f, const struct config_neighbor *c)
{
    if (c->bfd == TRI_YES)
        refuse(f, c->at, "neighbor bfd is not supported", "remove the line; use timers instead");
    if (c->graceful_restart == TRI_YES)
        refuse(f, c->at, "neighbor graceful-restart is not supported", "remove the line");
    if (c->local_as && (c->local_as_no_prepend || c->local_as_replace_as))
        refuse(f, c->at, "neighbor local-as no-prepend and replace-as are not supported",
               "use local-as NUMBER alone");
    if (c->capability_dynamic == TRI_YES || c->capability_extended_nexthop == TRI_YES)
        refuse(f, c->at, "neighbor capability dynamic and extended-nexthop are not supported",
               "remove the line");
    if (c->capability_negotiate == TRI_NO)
        refuse(f, c->at, "neighbor dont-capability-negotiate is not supported",
               "remove the line: peers of today negotiate");
    for (unsigned af = 0; af < CONFIG_AF_COUNT; af++)
        check_neighbor_af(f, c, &c->af[af]);
}

static void check_bgp(struct finding *f, const struct config_bgp *b)
{
    if (b->graceful_restart == TRI_YES)
        refuse(f, b->at, "bgp graceful-restart is not supported", "remove the line");
    if (b->graceful_shutdown == TRI_YES)
        refuse(f, b->at, "bgp graceful-shutdown is not supported",
               "use neighbor X shutdown, or a route-map that sets the community");
    if (b->med_confed == TRI_YES)
        refuse(f, b->at, "bgp bestpath med confed is not supported", "remove the line");
    for (unsigned af = 0; af < CONFIG_AF_COUNT; af++) {
        for (uint32_t i = 0; i < b->af[af].aggregates.n; i++)
            refuse(f, b->af[af].aggregates.v[i].at, "aggregate-address is not supported",
                   "announce the aggregate with network and a static route to Null0");
        for (uint32_t i = 0; i < b->af[af].networks.n; i++)
            if (b->af[af].networks.v[i].backdoor)
                refuse(f, b->af[af].networks.v[i].at, "network backdoor is not supported",
                       "set the distance with a route-map");
        if (b->af[af].table_map)
            refuse(f, b->at, "table-map is not supported", "remove the line");
    }
    for (uint32_t i = 0; i < b->neighbors.n; i++)
        check_neighbor(f, &b->neighbors.v[i]);
}

static void check_interface(struct finding *f, const struct config_interface *i)
{
    if (i->acl_in || i->acl_out)
        refuse(f, i->at, "ip access-group is not supported: packets would not be filtered",
               "filter with nftables, and remove the line");
}

bool node_config_check(const struct config *config, struct diag_list *diags)
{
    struct finding f = { .diags = diags, .config = config, .ok = true };
    for (uint32_t i = 0; i < config->interfaces.n; i++)
        check_interface(&f, &config->interfaces.v[i]);
    for (uint32_t i = 0; i < config->statics.n; i++)
        if (config->statics.v[i].track)
            refuse(&f, config->statics.v[i].at, "ip route ... track is not supported",
                   "remove `track`; the route then follows its interface and next hop alone");
    check_bgp(&f, &config->bgp);
    return policy_build_check(config, diags) && f.ok;
}
