/* show bgp neighbors: each neighbour in detail, as text in FRR's and in IOS's layout. */
#include "ctl/render.h"

#include <stdio.h>
#include <string.h>

/* NOTIFICATION codes and subcodes (RFC 4271 4.5, 4486, 8538). */
static const char *const code_names[] = {
    [1] = "Message Header Error",        [2] = "OPEN Message Error",
    [3] = "UPDATE Message Error",        [4] = "Hold Timer Expired",
    [5] = "Neighbor Events Error",       [6] = "Cease",
    [7] = "ROUTE-REFRESH Message Error", [8] = "Send Hold Timer Expired",
};
static const char *const header_subcodes[] = {
    [1] = "/Connection Not Synchronized",
    [2] = "/Bad Message Length",
    [3] = "/Bad Message Type",
};
static const char *const open_subcodes[] = {
    [1] = "/Unsupported Version Number", [2] = "/Bad Peer AS",
    [3] = "/Bad BGP Identifier",         [4] = "/Unsupported Optional Parameter",
    [5] = "/Authentication Failure",     [6] = "/Unacceptable Hold Time",
    [7] = "/Unsupported Capability",
};
static const char *const update_subcodes[] = {
    [1] = "/Malformed Attribute List",
    [2] = "/Unrecognized Well-known Attribute",
    [3] = "/Missing Well-known Attribute",
    [4] = "/Attribute Flags Error",
    [5] = "/Attribute Length Error",
    [6] = "/Invalid ORIGIN Attribute",
    [7] = "/AS Routing Loop",
    [8] = "/Invalid NEXT_HOP Attribute",
    [9] = "/Optional Attribute Error",
    [10] = "/Invalid Network Field",
    [11] = "/Malformed AS_PATH",
};
static const char *const cease_subcodes[] = {
    [1] = "/Maximum Number of Prefixes Reached",
    [2] = "/Administrative Shutdown",
    [3] = "/Peer De-configured",
    [4] = "/Administrative Reset",
    [5] = "/Connection Rejected",
    [6] = "/Other Configuration Change",
    [7] = "/Connection Collision Resolution",
    [8] = "/Out of Resources",
    [9] = "/Hard Reset",
    [10] = "/BFD Down",
};

static const char *name_in(const char *const *names, size_t n, unsigned i)
{
    return i < n && names[i] ? names[i] : "";
}
#define NAME(names, i) name_in(names, ARRAY_LEN(names), i)

const char *bgp_code_name(uint8_t code)
{
    return NAME(code_names, code);
}

const char *bgp_subcode_name(uint8_t code, uint8_t subcode)
{
    switch (code) {
    case 1:
        return NAME(header_subcodes, subcode);
    case 2:
        return NAME(open_subcodes, subcode);
    case 3:
        return NAME(update_subcodes, subcode);
    case 6:
        return NAME(cease_subcodes, subcode);
    default:
        return "";
    }
}

static void put_last_reset(struct render *r, const struct view_bgp_neighbor *v)
{
    char age[RENDER_AGE_MAX];
    if (!v->last_code && !v->last_reason[0]) {
        render_str(r, "  Last reset never\n");
        return;
    }
    /* What ended an attempt has no time of its own: it is as old as the state. */
    render_age(r->layout, v->last_reset >= 0 ? v->last_reset : v->up_for, age);
    render_f(r, "  Last reset %s, ", age);
    if (v->last_code)
        render_f(r, " Notification %s (%s%s)\n", v->last_sent ? "sent" : "received",
                 bgp_code_name(v->last_code), bgp_subcode_name(v->last_code, v->last_subcode));
    else
        render_f(r, " %s\n", v->last_reason);
}

static const char *family_text(const struct view_bgp_neighbor *v)
{
    return v->family == IP_V6 ? "IPv6 Unicast" : "IPv4 Unicast";
}

/* --- FRR ------------------------------------------------------------------------------------- */

static void put_filter_frr(struct render *r, const char *what, const char *name)
{
    if (name[0])
        render_f(r, "  %s is *%s\n", what, name);
}

static void put_private_as(struct render *r, const struct view_bgp_neighbor *v)
{
    if (v->remove_private)
        render_f(r, "  Private AS numbers %s%s in updates to this neighbor\n",
                 v->remove_private_all ? "(all) " : "",
                 v->remove_private_replace ? "replaced" : "removed");
    if (v->as_override)
        render_str(r, "  Override ASNs in outbound updates if aspath equals remote-as\n");
}

/* FRR names one kind where not all are sent. */
static void put_communities_sent(struct render *r, const struct view_bgp_neighbor *v)
{
    uint8_t kinds = v->send_community_kinds;
    if (kinds)
        render_f(r, "  Community attribute sent to this neighbor(%s)\n",
                 kinds == SEND_COMMUNITY_ALL       ? "all"
                 : kinds & SEND_COMMUNITY_LARGE    ? "large"
                 : kinds & SEND_COMMUNITY_EXTENDED ? "extended"
                                                   : "standard");
}

static void put_limit(struct render *r, const struct view_bgp_neighbor *v)
{
    if (!v->max_prefixes)
        return;
    render_f(r, "  Maximum prefixes allowed %u%s\n", v->max_prefixes,
             v->max_prefix_warning_only ? " (warning-only)" : "");
    render_f(r, "  Threshold for warning message %u%%", v->max_prefix_threshold);
    if (v->max_prefix_restart_min)
        render_f(r, ", restart interval %u min", v->max_prefix_restart_min);
    render_str(r, "\n");
}

static void put_family_frr(struct render *r, const struct view_bgp_neighbor *v)
{
    render_f(r, " For address family: %s\n", family_text(v));
    if (v->peer_group[0])
        render_f(r, "  %s peer-group member\n", v->peer_group);
    if (v->established && v->family_negotiated)
        render_f(r, "  Update group %u, subgroup %u\n  Packet Queue length %u\n", v->update_group,
                 v->update_group, v->out_queue);
    else
        render_str(r, "  Not part of any update group\n");
    if (v->route_reflector_client)
        render_str(r, "  Route-Reflector Client\n");
    if (v->route_server_client)
        render_str(r, "  Route-Server Client\n");
    if (v->soft_reconfiguration)
        render_str(r, "  Inbound soft reconfiguration allowed\n");
    put_private_as(r, v);
    if (v->next_hop_self)
        render_str(r, "  NEXT_HOP is always this router\n");
    put_communities_sent(r, v);
    if (v->default_originate)
        render_f(r, "  Default information originate, default %s\n",
                 v->established ? "sent" : "not sent");
    if (v->prefix_list_in[0] || v->filter_list_in[0] || v->route_map_in[0])
        render_str(r, "  Inbound path policy configured\n");
    if (v->prefix_list_out[0] || v->filter_list_out[0] || v->route_map_out[0])
        render_str(r, "  Outbound path policy configured\n");
    if (v->policy_missing_in)
        render_str(r, "  Inbound updates discarded due to missing policy\n");
    if (v->policy_missing_out)
        render_str(r, "  Outbound updates discarded due to missing policy\n");
    put_filter_frr(r, "Incoming update prefix filter list", v->prefix_list_in);
    put_filter_frr(r, "Outgoing update prefix filter list", v->prefix_list_out);
    put_filter_frr(r, "Incoming update AS path filter list", v->filter_list_in);
    put_filter_frr(r, "Outgoing update AS path filter list", v->filter_list_out);
    put_filter_frr(r, "Route map for incoming advertisements", v->route_map_in);
    put_filter_frr(r, "Route map for outgoing advertisements", v->route_map_out);
    render_f(r, "  %u accepted prefixes\n", v->prefixes_accepted);
    put_limit(r, v);
    render_str(r, "\n");
}

static void put_messages(struct render *r, const struct view_bgp_neighbor *v)
{
    bool is_frr = r->layout == DIALECT_FRR;
    const struct {
        const char *name;
        uint64_t sent, received;
    } rows[] = {
        { "Opens:", v->opens_out, v->opens_in },
        { "Notifications:", v->notifications_out, v->notifications_in },
        { "Updates:", v->updates_out, v->updates_in },
        { "Keepalives:", v->keepalives_out, v->keepalives_in },
        { "Route Refresh:", v->refreshes_out, v->refreshes_in },
        { "Capability:", 0, 0 }, /* dynamic capabilities: never offered; IOS has no such line */
        { "Total:", v->messages_out, v->messages_in },
    };
    render_str(r, "                         Sent       Rcvd\n");
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (i == ARRAY_LEN(rows) - 2 && !is_frr)
            continue;
        render_f(r, "    %-14s %10llu %10llu\n", rows[i].name, (unsigned long long)rows[i].sent,
                 (unsigned long long)rows[i].received);
    }
}

static void put_statistics_frr(struct render *r, const struct view_bgp_neighbor *v)
{
    render_f(r, "  Message statistics:\n    Inq depth is %u\n    Outq depth is %u\n", v->in_queue,
             v->out_queue);
    put_messages(r, v);
    render_f(r, "  Minimum time between advertisement runs is %u seconds\n",
             v->advertisement_interval_s);
    if (v->update_source[0])
        render_f(r, "  Update source is %s\n", v->update_source);
    render_str(r, "\n");
}

static void put_session_frr(struct render *r, const struct view_bgp_neighbor *v)
{
    char own[IP_TEXT_MAX], other[IP_TEXT_MAX], up[RENDER_AGE_MAX], in[RENDER_AGE_MAX],
        out[RENDER_AGE_MAX];
    render_router_id(v->router_id, own);
    render_router_id(v->remote_router_id, other);
    render_age(DIALECT_FRR, v->up_for, up);
    render_age(DIALECT_FRR, v->last_read, in);
    render_age(DIALECT_FRR, v->last_write, out);
    render_f(r, "  BGP version 4, remote router ID %s, local router ID %s\n", other, own);
    render_f(r, "  BGP state = %s", bgp_state_text(v->state));
    if (v->established)
        render_f(r, ", up for %s", up);
    if (v->passive)
        render_str(r, ", passive");
    render_f(r, "\n  Last read %s, Last write %s\n", in, out);
    render_f(r, "  Hold time is %u seconds, keepalive interval is %u seconds\n", v->hold_time_s,
             v->keepalive_s);
    if (v->configured_hold_s && v->configured_hold_s != UINT16_MAX)
        render_f(r, "  Configured hold time is %u seconds, keepalive interval is %u seconds\n",
                 v->configured_hold_s, v->configured_keepalive_s);
}

static void put_capabilities_frr(struct render *r, const struct view_bgp_neighbor *v, unsigned n)
{
    render_str(r, "  Neighbor capabilities:\n");
    render_f(r, "    4 Byte AS: advertised%s\n", v->as4 ? " and received" : "");
    if (v->offers_extended_message)
        render_str(r, "    Extended Message: received\n");
    if (v->offers_long_restart)
        render_str(r, "    Long-lived Graceful Restart: received\n");
    render_f(r, "    Route refresh: advertised%s\n", v->route_refresh ? " and received(new)" : "");
    if (v->offers_enhanced_refresh)
        render_str(r, "    Enhanced Route Refresh: received\n");
    for (unsigned i = 0; i < n; i++)
        render_f(r, "    Address Family %s: advertised%s\n", family_text(&v[i]),
                 v[i].family_negotiated ? " and received" : "");
    if (v->hostname[0])
        render_f(r,
                 "    Hostname Capability: not advertised received (name: %s,domain name: n/a)\n",
                 v->hostname);
    if (v->offers_restart)
        render_f(r,
                 "    Graceful Restart Capability: received\n"
                 "      Remote Restart timer is %u seconds\n",
                 v->restart_time_s);
}

static void put_connection(struct render *r, const struct view_bgp_neighbor *v)
{
    char local[IP_TEXT_MAX], remote[IP_TEXT_MAX];
    if (!ip_bytes(v->local_address.family))
        return;
    render_ip_text(r->layout, &v->local_address, local);
    render_ip_text(r->layout, &v->address, remote);
    render_f(r, "Local host: %s, Local port: %u\n", local, v->local_port);
    render_f(r, "Foreign host: %s, Foreign port: %u\n", remote, v->remote_port);
}

/* The next hops that the neighbour is told for our own routes. */
static void put_next_hops(struct render *r, const struct view_bgp_neighbor *v)
{
    const struct {
        const char *name;
        const struct ip_addr *a;
    } rows[] = {
        { "Nexthop", &v->next_hop_v4 },
        { "Nexthop global", &v->next_hop_v6 },
        { "Nexthop local", &v->next_hop_ll },
    };
    char text[IP_TEXT_MAX];
    if (!v->established)
        return;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct ip_addr a = *rows[i].a;
        if (!ip_bytes(a.family))
            a = (struct ip_addr){ .family = i == 0 ? IP_V4 : IP_V6 };
        render_ip_text(r->layout, &a, text);
        render_f(r, "%s: %s\n", rows[i].name, text);
    }
    render_f(r, "BGP connection: %s\n",
             v->is_shared_network ? "shared network" : "non shared network");
}

void bgp_neighbor_frr(struct render *r, const struct view_bgp_neighbor *v, unsigned n)
{
    char address[IP_TEXT_MAX];
    render_ip_text(r->layout, &v->address, address);
    render_f(r, "BGP neighbor is %s, remote AS %u, local AS %u, %s link\n", address, v->remote_as,
             v->local_as, v->external ? "external" : "internal");
    render_str(r, "  Local Role: undefined\n  Remote Role: undefined\n"); /* RFC 9234: no roles */
    if (v->description[0])
        render_f(r, " Description: %s\n", v->description);
    if (v->hostname[0])
        render_f(r, "Hostname: %s\n", v->hostname);
    if (v->peer_group[0])
        render_f(r, " Member of peer-group %s for session parameters\n", v->peer_group);
    if (v->admin_down)
        render_str(r, " Administratively shut down\n");
    put_session_frr(r, v);
    if (v->established)
        put_capabilities_frr(r, v, n);
    put_statistics_frr(r, v);
    for (unsigned i = 0; i < n; i++)
        put_family_frr(r, &v[i]);
    render_f(r, "  Connections established %u; dropped %u\n", v->established_count,
             v->dropped_count);
    put_last_reset(r, v);
    render_f(r, "  %s BGP neighbor may be up to %u hops away.\n",
             v->external ? "External" : "Internal", v->ttl);
    put_connection(r, v);
    put_next_hops(r, v);
    render_f(r, "BGP Connect Retry Timer in Seconds: %u\n", v->connect_retry_s);
    if (v->has_password)
        render_str(r, "Peer Authentication Enabled\n");
    render_str(r, "\n");
}

/* --- IOS ------------------------------------------------------------------------------------- */

static void put_capabilities_ios(struct render *r, const struct view_bgp_neighbor *v, unsigned n)
{
    render_str(r, "  Neighbor capabilities:\n");
    render_f(r, "    Route refresh: advertised%s\n", v->route_refresh ? " and received(new)" : "");
    render_f(r, "    Four-octets ASN Capability: advertised%s\n", v->as4 ? " and received" : "");
    for (unsigned i = 0; i < n; i++)
        render_f(r, "    Address family %s: advertised%s\n", family_text(&v[i]),
                 v[i].family_negotiated ? " and received" : "");
}

static void put_statistics_ios(struct render *r, const struct view_bgp_neighbor *v)
{
    render_f(r, "  Message statistics:\n    InQ depth is %u\n    OutQ depth is %u\n    \n",
             v->in_queue, v->out_queue);
    put_messages(r, v);
}

static void put_filter_ios(struct render *r, const char *what, const char *name)
{
    if (name[0])
        render_f(r, "  %s is %s\n", what, name);
}

static void put_family_ios(struct render *r, const struct view_bgp_neighbor *v)
{
    render_f(r, "\n For address family: %s\n", family_text(v));
    render_f(r, "  BGP table version %u, neighbor version %u/0\n", v->table_version,
             v->table_version);
    render_f(r, "  Output queue size : %u\n", v->out_queue);
    if (v->established)
        render_f(r, "  %u update-group member\n", v->update_group);
    if (v->soft_reconfiguration)
        render_str(r, "  Inbound soft reconfiguration allowed\n");
    if (v->next_hop_self)
        render_str(r, "  NEXT_HOP is always this router for eBGP paths\n");
    if (v->route_reflector_client)
        render_str(r, "  Route-Reflector Client\n");
    if (v->default_originate)
        render_f(r, "  Default information originate, default %s\n",
                 v->established ? "sent" : "not sent");
    put_filter_ios(r, "Incoming update prefix filter list", v->prefix_list_in);
    put_filter_ios(r, "Outgoing update prefix filter list", v->prefix_list_out);
    put_filter_ios(r, "Incoming update AS path filter list", v->filter_list_in);
    put_filter_ios(r, "Outgoing update AS path filter list", v->filter_list_out);
    put_filter_ios(r, "Route map for incoming advertisements", v->route_map_in);
    put_filter_ios(r, "Route map for outgoing advertisements", v->route_map_out);
    render_str(r, "                                 Sent       Rcvd\n"
                  "  Prefix activity:               ----       ----\n");
    render_f(r, "    Prefixes Current: %16u %10u\n", v->prefixes_sent, v->prefixes_accepted);
    if (v->max_prefixes)
        render_f(r, "  Maximum prefixes allowed %u\n", v->max_prefixes);
}

void bgp_neighbor_ios(struct render *r, const struct view_bgp_neighbor *v, unsigned n)
{
    char address[IP_TEXT_MAX], id[IP_TEXT_MAX], up[RENDER_AGE_MAX], in[RENDER_AGE_MAX],
        out[RENDER_AGE_MAX];
    render_ip_text(r->layout, &v->address, address);
    render_router_id(v->remote_router_id, id);
    render_age(DIALECT_IOS, v->up_for, up);
    render_age(DIALECT_IOS, v->last_read, in);
    render_age(DIALECT_IOS, v->last_write, out);
    render_f(r, "BGP neighbor is %s,  remote AS %u, %s link\n", address, v->remote_as,
             v->external ? "external" : "internal");
    if (v->description[0])
        render_f(r, " Description: %s\n", v->description);
    if (v->peer_group[0])
        render_f(r, " Member of peer-group %s for session parameters\n", v->peer_group);
    if (v->admin_down)
        render_str(r, " Administratively shut down\n");
    render_f(r, "  BGP version 4, remote router ID %s\n", id);
    render_f(r, "  BGP state = %s%s%s\n", bgp_state_text(v->state),
             v->established ? ", up for " : "", v->established ? up : "");
    if (v->established)
        render_f(r,
                 "  Last read %s, last write %s, hold time is %u, keepalive interval is %u"
                 " seconds\n",
                 in, out, v->hold_time_s, v->keepalive_s);
    if (v->established)
        put_capabilities_ios(r, v, n);
    put_statistics_ios(r, v);
    for (unsigned i = 0; i < n; i++)
        put_family_ios(r, &v[i]);
    render_f(r, "\n  Connections established %u; dropped %u\n", v->established_count,
             v->dropped_count);
    put_last_reset(r, v);
    if (v->external && v->multihop)
        render_f(r, "  External BGP neighbor may be up to %u hops away.\n", v->ttl);
    put_connection(r, v);
    render_str(r, "\n");
}

/* --- the records ----------------------------------------------------------------------------- */

static void put_neighbor(struct bgp_neighbors *n)
{
    if (!n->n)
        return;
    if (n->json)
        bgp_neighbor_json(n->r, n->v, n->n, n->wall_s);
    else if (n->r->layout == DIALECT_IOS)
        bgp_neighbor_ios(n->r, n->v, n->n);
    else
        bgp_neighbor_frr(n->r, n->v, n->n);
    n->shown++;
    n->n = 0;
}

static bool take(struct view_sink *sink, const struct view *view, const void *record)
{
    struct bgp_neighbors *n = container_of(sink, struct bgp_neighbors, sink);
    const struct view_bgp_neighbor *v = record;
    if (view->id != VIEW_BGP_NEIGHBOR)
        return true;
    if (n->n == ARRAY_LEN(n->v) || (n->n && !ip_eq(&n->v[0].address, &v->address)))
        put_neighbor(n);
    n->v[n->n++] = *v;
    return !n->r->failed;
}

void bgp_neighbors_init(struct bgp_neighbors *n, struct render *r, bool json)
{
    memset(n, 0, sizeof(*n));
    n->sink.emit = take;
    n->r = r;
    n->json = json;
    if (json)
        json_open(r, NULL, '{');
}

void bgp_neighbors_end(struct bgp_neighbors *n)
{
    put_neighbor(n);
    if (n->json)
        json_end(n->r);
    else if (n->r->layout == DIALECT_FRR)
        render_str(n->r, "\n"); /* one more behind the last */
}
