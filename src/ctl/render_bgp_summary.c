/* show bgp summary, in both layouts and as JSON. */
#include "base/mem.h"
#include "ctl/render.h"

#include <stdio.h>
#include <string.h>

const char *bgp_state_text(uint8_t state)
{
    /* In the order of enum bgp_state: RFC 4271 8.2.2. */
    static const char *const names[] = { "Idle",     "Connect",     "Active",
                                         "OpenSent", "OpenConfirm", "Established" };
    return state < ARRAY_LEN(names) ? names[state] : "Unknown";
}

bool bgp_neighbor_is_over_limit(const struct view_bgp_neighbor *v)
{
    return strstr(v->last_reason, "refix limit") != NULL;
}

static bool take(struct view_sink *sink, const struct view *view, const void *record)
{
    struct bgp_summary *s = container_of(sink, struct bgp_summary, sink);
    if (view->id == VIEW_BGP_GLOBAL)
        s->global = *(const struct view_bgp_global *)record;
    if (view->id != VIEW_BGP_NEIGHBOR)
        return true;
    if (s->n == s->cap) {
        size_t cap = s->cap ? s->cap * 2 : 16;
        void *v = mem_resize(MEM_CTL, s->v, s->cap * sizeof(*s->v), cap * sizeof(*s->v));
        if (!v) {
            s->no_memory = true;
            return false;
        }
        s->v = v;
        s->cap = cap;
    }
    s->v[s->n++] = *(const struct view_bgp_neighbor *)record;
    return true;
}

void bgp_summary_init(struct bgp_summary *s, struct render *r, uint8_t family)
{
    *s = (struct bgp_summary){ .sink = { take }, .r = r, .family = family };
}

void bgp_summary_done(struct bgp_summary *s)
{
    mem_free(MEM_CTL, s->v, s->cap * sizeof(*s->v));
    s->v = NULL;
    s->n = s->cap = 0;
}

/* FRR's way to write an amount of memory. */
static void put_amount(struct render *r, uint64_t bytes)
{
    if (bytes >= UINT64_C(1) << 30)
        render_f(r, "%.2f GiB", (double)bytes / (double)(1 << 30));
    else if (bytes >= 10 << 20)
        render_f(r, "%llu MiB", (unsigned long long)(bytes >> 20));
    else if (bytes >= 10 << 10)
        render_f(r, "%llu KiB", (unsigned long long)(bytes >> 10));
    else
        render_f(r, "%llu bytes", (unsigned long long)bytes);
}

/* --- FRR ------------------------------------------------------------------------------------- */

/* State, or the prefixes received; then those sent. */
static void put_state_frr(struct render *r, const struct view_bgp_neighbor *v)
{
    if (!v->established) {
        const char *state = v->admin_down                   ? "Idle (Admin)"
                            : bgp_neighbor_is_over_limit(v) ? "Idle (PfxCt)"
                                                            : bgp_state_text(v->state);
        render_f(r, " %12s %8u", state, 0u);
    } else if (!v->family_negotiated) {
        render_str(r, "        NoNeg    NoNeg");
    } else {
        if (v->policy_missing_in)
            render_f(r, " %12s", "(Policy)");
        else
            render_f(r, " %12u", v->prefixes_accepted);
        if (v->policy_missing_out)
            render_f(r, " %8s", "(Policy)");
        else
            render_f(r, " %8u", v->prefixes_sent);
    }
}

static void put_row_frr(const struct bgp_summary *s, const struct view_bgp_neighbor *v,
                        size_t width)
{
    struct render *r = s->r;
    uint32_t version = v->established && !s->hides_version ? v->table_version : 0;
    char address[IP_TEXT_MAX], age[RENDER_AGE_MAX];
    render_ip_text(r->layout, &v->address, address);
    render_age(r->layout, v->up_for, age);
    render_str(r, address);
    render_to(r, width);
    render_f(r, "4 %10u %9llu %9llu %8u %4u %4u %8s", v->remote_as,
             (unsigned long long)v->messages_in, (unsigned long long)v->messages_out, version,
             v->in_queue, v->out_queue, age);
    put_state_frr(r, v);
    render_f(r, " %.20s\n", v->description[0] ? v->description : "N/A");
}

static void put_frr(const struct bgp_summary *s)
{
    struct render *r = s->r;
    const struct view_bgp_global *g = &s->global;
    char id[IP_TEXT_MAX];
    size_t width = 16;
    render_router_id(g->router_id, id);
    if (!s->named)
        render_f(r, "\n%s Unicast Summary (VRF default):\n", s->family == IP_V6 ? "IPv6" : "IPv4");
    if (s->n == 0) {
        render_f(r, "%% No BGP neighbors found\n");
        return;
    }
    for (size_t i = 0; i < s->n; i++) {
        char address[IP_TEXT_MAX];
        render_ip_text(r->layout, &s->v[i].address, address);
        width = MAX(width, strlen(address) + 1);
    }
    render_f(r, "BGP router identifier %s, local AS number %u vrf-id 0\n", id, g->local_as);
    render_f(r, "BGP table version %u\n", g->table_version);
    render_f(r, "RIB entries %llu, using ", (unsigned long long)g->rib_entries);
    put_amount(r, g->rib_bytes);
    render_f(r, " of memory\nPeers %u, using ", g->peers);
    put_amount(r, g->peer_bytes);
    render_str(r, " of memory\n\nNeighbor");
    render_to(r, width);
    render_str(r, "V         AS   MsgRcvd   MsgSent   TblVer  InQ OutQ  Up/Down State/PfxRcd"
                  "   PfxSnt Desc\n");
    for (size_t i = 0; i < s->n; i++)
        put_row_frr(s, &s->v[i], width);
    render_f(r, "\nTotal number of neighbors %zu\n", s->n);
}

/* --- IOS ------------------------------------------------------------------------------------- */

static void put_row_ios(struct render *r, const struct view_bgp_neighbor *v)
{
    char address[IP_TEXT_MAX], age[RENDER_AGE_MAX];
    render_ip_text(r->layout, &v->address, address);
    render_age(r->layout, v->up_for, age);
    render_cell(r, address, 16);
    render_f(r, "4 %12u %7llu %7llu %8u %4u %4u %-8s", v->remote_as,
             (unsigned long long)v->messages_in, (unsigned long long)v->messages_out,
             v->established ? v->table_version : 1, v->in_queue, v->out_queue, age);
    if (v->established && v->family_negotiated)
        render_f(r, "%9u\n", v->prefixes_accepted);
    else if (v->established)
        render_str(r, " (NoNeg)\n");
    else if (v->admin_down)
        render_str(r, " Idle (Admin)\n");
    else if (bgp_neighbor_is_over_limit(v))
        render_str(r, " Idle (PfxCt)\n");
    else
        render_f(r, " %s\n", bgp_state_text(v->state));
}

static void put_ios(const struct bgp_summary *s)
{
    struct render *r = s->r;
    const struct view_bgp_global *g = &s->global;
    char id[IP_TEXT_MAX];
    render_router_id(g->router_id, id);
    render_f(r, "BGP router identifier %s, local AS number %u\n", id, g->local_as);
    render_f(r, "BGP table version is %u, main routing table version %u\n", g->table_version,
             g->table_version);
    if (g->rib_entries) {
        render_f(r, "%llu network entries using %llu bytes of memory\n",
                 (unsigned long long)g->rib_entries, (unsigned long long)g->rib_bytes);
        render_f(r, "%llu path entries\n", (unsigned long long)g->paths);
        render_f(r, "BGP using %llu total bytes of memory\n",
                 (unsigned long long)(g->rib_bytes + g->peer_bytes));
    }
    render_str(r, "\nNeighbor        V           AS MsgRcvd MsgSent   TblVer  InQ OutQ Up/Down"
                  "  State/PfxRcd\n");
    for (size_t i = 0; i < s->n; i++)
        put_row_ios(r, &s->v[i]);
}

void bgp_summary_text(const struct bgp_summary *s)
{
    if (s->r->layout == DIALECT_IOS)
        put_ios(s);
    else
        put_frr(s);
}

/* --- JSON ------------------------------------------------------------------------------------ */

static void put_peer_json(const struct bgp_summary *s, const struct view_bgp_neighbor *v)
{
    struct render *r = s->r;
    char text[IP_TEXT_MAX], age[RENDER_AGE_MAX];
    render_ip_text(DIALECT_FRR, &v->address, text);
    render_age(DIALECT_FRR, v->up_for, age);
    json_open(r, text, '{');
    if (v->hostname[0])
        json_text(r, "hostname", v->hostname);
    json_u64(r, "remoteAs", v->remote_as);
    json_u64(r, "localAs", v->local_as);
    json_u64(r, "version", 4);
    json_u64(r, "msgRcvd", v->messages_in);
    json_u64(r, "msgSent", v->messages_out);
    json_u64(r, "tableVersion", v->established && !s->hides_version ? v->table_version : 0);
    json_u64(r, "outq", v->out_queue);
    json_u64(r, "inq", v->in_queue);
    json_text(r, "peerUptime", age);
    json_u64(r, "peerUptimeMsec", v->up_for < 0 ? 0 : (uint64_t)(v->up_for / NS_PER_MS));
    if (v->up_for >= 0) /* FRR's word, also of one that went down */
        json_u64(r, "peerUptimeEstablishedEpoch", (uint64_t)(s->wall_s - v->up_for / NS_PER_S));
    json_u64(r, "pfxRcd", v->prefixes_accepted);
    json_u64(r, "pfxSnt", v->prefixes_sent);
    json_text(r, "state", v->admin_down ? "Idle (Admin)" : bgp_state_text(v->state));
    json_text(r, "peerState",
              v->admin_down                                   ? "Admin"
              : v->policy_missing_in || v->policy_missing_out ? "Policy"
                                                              : "OK");
    json_u64(r, "connectionsEstablished", v->established_count);
    json_u64(r, "connectionsDropped", v->dropped_count);
    if (v->description[0])
        json_text(r, "desc", v->description);
    json_text(r, "idType", v->address.family == IP_V6 ? "ipv6" : "ipv4");
    json_close(r);
}

void bgp_summary_json(const struct bgp_summary *s)
{
    struct render *r = s->r;
    const struct view_bgp_global *g = &s->global;
    char id[IP_TEXT_MAX];
    uint64_t failed = 0;
    render_router_id(g->router_id, id);
    if (!s->named)
        json_open(r, s->family == IP_V6 ? "ipv6Unicast" : "ipv4Unicast", '{');
    json_text(r, "routerId", id);
    json_u64(r, "as", g->local_as);
    json_u64(r, "vrfId", 0);
    json_text(r, "vrfName", "default");
    json_u64(r, "tableVersion", g->table_version);
    json_u64(r, "ribCount", g->rib_entries);
    json_u64(r, "ribMemory", g->rib_bytes);
    json_u64(r, "peerCount", g->peers);
    json_u64(r, "peerMemory", g->peer_bytes);
    json_open(r, "peers", '{');
    for (size_t i = 0; i < s->n; i++) {
        put_peer_json(s, &s->v[i]);
        failed += !s->v[i].established;
    }
    json_close(r);
    json_u64(r, "failedPeers", failed);
    json_u64(r, "displayedPeers", s->n);
    json_u64(r, "totalPeers", s->n);
    json_u64(r, "dynamicPeers", 0);
    if (g->multipath_relax) {
        json_open(r, "bestPath", '{');
        json_text(r, "multiPathRelax", "true"); /* FRR writes a text */
        json_close(r);
    }
    if (!s->named)
        json_close(r);
}
