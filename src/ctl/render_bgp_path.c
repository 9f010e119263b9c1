/* show ip bgp PREFIX: the paths to one prefix in detail, as text in both layouts. */
#include "base/mem.h"
#include "ctl/render.h"

#include <stdio.h>
#include <string.h>

static bool take(struct view_sink *sink, const struct view *view, const void *record)
{
    struct bgp_paths *p = container_of(sink, struct bgp_paths, sink);
    if (view->id == VIEW_BGP_GLOBAL)
        p->global = *(const struct view_bgp_global *)record;
    if (view->id != VIEW_BGP_ROUTE)
        return true;
    if (!p->v)
        p->v = mem_alloc(MEM_CTL, BGP_PATHS_SHOWN * sizeof(*p->v));
    if (!p->v) {
        p->no_memory = true;
        return false;
    }
    if (p->n < BGP_PATHS_SHOWN)
        p->v[p->n++] = *(const struct view_bgp_route *)record;
    else
        p->cut++;
    return true;
}

void bgp_paths_init(struct bgp_paths *p, struct render *r)
{
    *p = (struct bgp_paths){ .sink = { take }, .r = r };
}

void bgp_paths_done(struct bgp_paths *p)
{
    mem_free(MEM_CTL, p->v, p->v ? BGP_PATHS_SHOWN * sizeof(*p->v) : 0);
    p->v = NULL;
}

static bool has_word(const char *list, const char *word)
{
    size_t n = strlen(word);
    for (const char *at = strstr(list, word); at; at = strstr(at + 1, word)) {
        if ((at == list || at[-1] == ' ') && (at[n] == ' ' || !at[n]))
            return true;
    }
    return false;
}

/* What the communities of the best path say about who may be told. */
static const char *scope_text(const struct view_bgp_route *best)
{
    if (has_word(best->communities, "no-advertise"))
        return ", not advertised to any peer";
    if (has_word(best->communities, "no-export"))
        return ", not advertised to EBGP peer";
    if (has_word(best->communities, "local-AS"))
        return ", not advertised outside local AS";
    return "";
}

static void put_head(const struct bgp_paths *p)
{
    struct render *r = p->r;
    char prefix[PREFIX_TEXT_MAX];
    struct text t = text_init(prefix, sizeof(prefix));
    text_prefix(&t, &p->v[0].prefix);
    unsigned best = 0;
    for (unsigned i = 0; i < p->n && !best; i++)
        best = p->v[i].best ? i + 1 : 0;
    render_f(r, "BGP routing table entry for %s, version %u\n", prefix, p->global.table_version);
    render_f(r, "Paths: (%u available, ", p->n + p->cut);
    if (best)
        render_f(r, "best #%u, table default%s)\n", best, scope_text(&p->v[best - 1]));
    else
        render_str(r, "no best path)\n");
    if (!p->advertised[0])
        render_str(r, "  Not advertised to any peer\n");
    else if (r->layout == DIALECT_IOS)
        render_f(r, "  Advertised to update-groups:\n    %s\n", p->advertised);
    else
        render_f(r, "  Advertised to non peer-group peers:\n %s\n", p->advertised);
}

/* AS path, then who aggregated it, what kind of path it is. */
static void put_as_path(struct render *r, const struct view_bgp_route *v)
{
    char id[IP_TEXT_MAX];
    render_f(r, "  %s", v->as_path[0] ? v->as_path : "Local");
    if (v->removed)
        render_str(r, ", (removed)");
    if (v->stale)
        render_str(r, ", (stale)");
    if (v->has_aggregator) {
        render_router_id(v->aggregator_id, id);
        render_f(r, ", (aggregated by %u %s)", v->aggregator_as, id);
    }
    if (!v->accepted && !v->local)
        render_str(r, ", (received-only)");
    render_str(r, "\n");
}

static void put_from(struct render *r, const struct view_bgp_route *v, uint32_t own_id)
{
    char next_hop[IP_TEXT_MAX], peer[IP_TEXT_MAX], id[IP_TEXT_MAX];
    struct ip_addr nh = bgp_route_next_hop(v), from = v->peer;
    bool is_own = ip_bytes(v->peer.family) == 0;
    if (is_own)
        from = (struct ip_addr){ .family = v->prefix.family };
    render_ip_text(r->layout, &nh, next_hop);
    render_ip_text(r->layout, &from, peer);
    render_router_id(is_own                 ? own_id
                     : v->has_originator_id ? v->originator_id
                                            : v->peer_router_id,
                     id);
    render_f(r, "    %s", next_hop);
    if (!is_own && !v->next_hop_reachable)
        render_str(r, " (inaccessible)");
    else if (!is_own && v->igp_metric)
        render_f(r, " (metric %u)", v->igp_metric);
    render_f(r, " from %s (%s)\n", peer, id);
    if (ip_bytes(v->next_hop_ll.family)) {
        render_ip_text(r->layout, &v->next_hop_ll, next_hop);
        render_f(r, "    (%s) (used)\n", next_hop);
    }
}

bool bgp_paths_have_multipath(const struct bgp_paths *p)
{
    for (unsigned i = 0; i < p->n; i++) {
        if (p->v[i].multipath)
            return true;
    }
    return false;
}

static void put_facts(const struct bgp_paths *p, const struct view_bgp_route *v)
{
    struct render *r = p->r;
    bool is_own = ip_bytes(v->peer.family) == 0, ios = r->layout == DIALECT_IOS;
    render_f(r, "      Origin %s", bgp_origin_name(v->origin));
    if (v->has_med)
        render_f(r, ", metric %u", v->med);
    if (v->has_local_pref || ios)
        render_f(r, ", localpref %u",
                 v->has_local_pref ? v->local_pref : p->global.default_local_pref);
    if (v->weight)
        render_f(r, ", weight %u", v->weight);
    if (v->tag)
        render_f(r, ", tag %u", v->tag);
    render_str(r, v->valid ? ", valid" : ", invalid");
    if (is_own)
        render_str(r, v->source == POLICY_NETWORK ? ", sourced, local" : ", sourced");
    else
        render_str(r, v->internal ? ", internal" : ", external");
    if (v->atomic_aggregate)
        render_str(r, ", atomic-aggregate");
    if (v->multipath || (v->best && bgp_paths_have_multipath(p)))
        render_str(r, ", multipath");
    if (v->best)
        render_str(r, ", best");
    if (v->best && !ios && v->reason < RIB_STEP_COUNT)
        render_f(r, " (%s)", rib_step_name(v->reason));
    render_str(r, "\n");
}

static void put_communities(struct render *r, const struct view_bgp_route *v)
{
    char id[IP_TEXT_MAX];
    if (v->communities[0])
        render_f(r, "      Community: %s\n", v->communities);
    if (v->ext_communities[0])
        render_f(r, "      Extended Community: %s\n", v->ext_communities);
    if (v->large_communities[0])
        render_f(r, "      Large Community: %s\n", v->large_communities);
    if (v->has_originator_id) {
        render_router_id(v->originator_id, id);
        render_f(r, "      Originator: %s", id);
        if (v->cluster_list[0])
            render_f(r, ", Cluster list: %s", v->cluster_list);
        render_str(r, "\n");
    }
}

/* By hand: libc's gmtime_r() and strftime() open the zone's file, for which the sandbox ends the
 * process. */
void bgp_date_text(int64_t epoch_s, char text[BGP_DATE_MAX])
{
    static const char days[] = "ThuFriSatSunMonTueWed";
    static const char months[] = "MarAprMayJunJulAugSepOctNovDecJanFeb";
    uint64_t at = epoch_s < 0 ? 0 : (uint64_t)epoch_s;
    uint64_t day = at / 86400, second = at % 86400;
    /* Years begin in March, so that the leap day is the last: 719468 days before 1970 was
     * 1 March 0; 146097 days are 400 years. */
    uint64_t z = day + 719468, era = z / 146097, of_era = z % 146097;
    uint64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    uint64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    uint64_t month = (5 * of_year + 2) / 153;
    unsigned date = (unsigned)(of_year - (153 * month + 2) / 5 + 1);
    snprintf(text, BGP_DATE_MAX, "%.3s %.3s %2u %02u:%02u:%02u %llu", days + 3 * (day % 7),
             months + 3 * month, date, (unsigned)(second / 3600), (unsigned)(second / 60 % 60),
             (unsigned)(second % 60), (unsigned long long)(year + era * 400 + (month >= 10)));
}

static void put_path(const struct bgp_paths *p, const struct view_bgp_route *v)
{
    struct render *r = p->r;
    put_as_path(r, v);
    put_from(r, v, p->global.router_id);
    put_facts(p, v);
    put_communities(r, v);
    if (r->layout == DIALECT_IOS)
        return;
    char when[BGP_DATE_MAX];
    bgp_date_text(p->wall_s - v->age_s, when);
    render_f(r, "      Last update: %s\n", when);
}

void bgp_paths_text(const struct bgp_paths *p)
{
    put_head(p);
    for (unsigned i = 0; i < p->n; i++)
        put_path(p, &p->v[i]);
    if (p->cut)
        render_f(p->r, "  (%u more paths are not shown)\n", p->cut);
}
