/* show bgp neighbors json: one neighbour with FRR's keys. */
#include "ctl/render.h"

#include <stdio.h>

static void put_optional(struct render *r, const char *key, const char *value)
{
    if (value[0])
        json_text(r, key, value);
}

static void put_statistics(struct render *r, const struct view_bgp_neighbor *v)
{
    json_open(r, "messageStats", '{');
    json_u64(r, "depthInq", v->in_queue);
    json_u64(r, "depthOutq", v->out_queue);
    json_u64(r, "opensSent", v->opens_out);
    json_u64(r, "opensRecv", v->opens_in);
    json_u64(r, "notificationsSent", v->notifications_out);
    json_u64(r, "notificationsRecv", v->notifications_in);
    json_u64(r, "updatesSent", v->updates_out);
    json_u64(r, "updatesRecv", v->updates_in);
    json_u64(r, "keepalivesSent", v->keepalives_out);
    json_u64(r, "keepalivesRecv", v->keepalives_in);
    json_u64(r, "routeRefreshSent", v->refreshes_out);
    json_u64(r, "routeRefreshRecv", v->refreshes_in);
    json_u64(r, "capabilitySent", 0);
    json_u64(r, "capabilityRecv", 0);
    json_u64(r, "totalSent", v->messages_out);
    json_u64(r, "totalRecv", v->messages_in);
    json_close(r);
}

static void put_private_as(struct render *r, const struct view_bgp_neighbor *v)
{
    static const char *const keys[] = {
        "privateAsNumsRemovedInUpdatesToNbr",
        "privateAsNumsAllRemovedInUpdatesToNbr",
        "privateAsNumsReplacedInUpdatesToNbr",
        "privateAsNumsAllReplacedInUpdatesToNbr",
    };
    if (v->remove_private)
        json_bool(r, keys[v->remove_private_replace * 2 + v->remove_private_all], true);
    if (v->as_override)
        json_text(r, "overrideASNsInOutboundUpdates", "ifAspathEqualRemoteAs");
}

/* FRR's key knows nothing of large communities. */
static void put_communities_sent(struct render *r, const struct view_bgp_neighbor *v)
{
    uint8_t kinds = v->send_community_kinds & (SEND_COMMUNITY_STANDARD | SEND_COMMUNITY_EXTENDED);
    if (kinds)
        json_text(r, "commAttriSentToNbr",
                  kinds == SEND_COMMUNITY_STANDARD   ? "standard"
                  : kinds == SEND_COMMUNITY_EXTENDED ? "extended"
                                                     : "extendedAndStandard");
}

static void put_family(struct render *r, const struct view_bgp_neighbor *v)
{
    json_open(r, v->family == IP_V6 ? "ipv6Unicast" : "ipv4Unicast", '{');
    put_optional(r, "peerGroupMember", v->peer_group);
    if (v->established && v->family_negotiated) {
        json_u64(r, "updateGroupId", v->update_group);
        json_u64(r, "subGroupId", v->update_group);
        json_u64(r, "packetQueueLength", v->out_queue);
    }
    if (v->soft_reconfiguration)
        json_bool(r, "inboundSoftConfigPermit", true);
    put_private_as(r, v);
    if (v->next_hop_self)
        json_bool(r, "routerAlwaysNextHop", true);
    if (v->route_reflector_client)
        json_bool(r, "routeReflectorClient", true);
    if (v->route_server_client)
        json_bool(r, "routeServerClient", true);
    put_communities_sent(r, v);
    if (v->default_originate)
        json_bool(r, "defaultSent", v->established);
    if (v->prefix_list_in[0] || v->filter_list_in[0] || v->route_map_in[0])
        json_bool(r, "inboundPathPolicyConfig", true);
    if (v->prefix_list_out[0] || v->filter_list_out[0] || v->route_map_out[0])
        json_bool(r, "outboundPathPolicyConfig", true);
    if (v->policy_missing_in)
        json_text(r, "inboundEbgpRequiresPolicy",
                  "Inbound updates discarded due to missing policy");
    if (v->policy_missing_out)
        json_text(r, "outboundEbgpRequiresPolicy",
                  "Outbound updates discarded due to missing policy");
    put_optional(r, "incomingUpdatePrefixFilterList", v->prefix_list_in);
    put_optional(r, "outgoingUpdatePrefixFilterList", v->prefix_list_out);
    put_optional(r, "incomingUpdateAsPathFilterList", v->filter_list_in);
    put_optional(r, "outgoingUpdateAsPathFilterList", v->filter_list_out);
    put_optional(r, "routeMapForIncomingAdvertisements", v->route_map_in);
    put_optional(r, "routeMapForOutgoingAdvertisements", v->route_map_out);
    json_u64(r, "acceptedPrefixCounter", v->prefixes_accepted);
    if (v->established && v->family_negotiated)
        json_u64(r, "sentPrefixCounter", v->prefixes_sent);
    if (v->max_prefixes) {
        json_u64(r, "prefixAllowedMax", v->max_prefixes);
        if (v->max_prefix_warning_only)
            json_bool(r, "prefixAllowedMaxWarning", true);
        json_u64(r, "prefixAllowedWarningThresh", v->max_prefix_threshold);
        if (v->max_prefix_restart_min)
            json_u64(r, "prefixAllowedRestartIntervalMsecs",
                     v->max_prefix_restart_min * UINT64_C(60000));
    }
    json_close(r);
}

static void put_capabilities(struct render *r, const struct view_bgp_neighbor *v, unsigned n)
{
    json_open(r, "neighborCapabilities", '{');
    json_text(r, "4byteAs", v->as4 ? "advertisedAndReceived" : "advertised");
    if (v->offers_extended_message)
        json_text(r, "extendedMessage", "received");
    if (v->offers_long_restart)
        json_text(r, "longLivedGracefulRestart", "received");
    json_text(r, "routeRefresh", v->route_refresh ? "advertisedAndReceivedNew" : "advertised");
    if (v->offers_enhanced_refresh)
        json_text(r, "enhancedRouteRefresh", "received");
    json_open(r, "multiprotocolExtensions", '{');
    for (unsigned i = 0; i < n; i++) {
        json_open(r, v[i].family == IP_V6 ? "ipv6Unicast" : "ipv4Unicast", '{');
        json_bool(r, v[i].family_negotiated ? "advertisedAndReceived" : "advertised", true);
        json_close(r);
    }
    json_close(r);
    if (v->hostname[0]) {
        json_open(r, "hostName", '{');
        json_text(r, "rcvHostName", v->hostname);
        json_text(r, "rcvDomainName", "n/a");
        json_close(r);
    }
    if (v->offers_restart) {
        json_text(r, "gracefulRestart", "received");
        json_u64(r, "gracefulRestartRemoteTimerMsecs", v->restart_time_s * UINT64_C(1000));
    }
    json_close(r);
}

static void put_last_reset(struct render *r, const struct view_bgp_neighbor *v)
{
    char text[128];
    if (!v->last_code && !v->last_reason[0])
        return;
    ns_t ago = v->last_reset >= 0 ? v->last_reset : v->up_for;
    if (ago >= 0)
        json_u64(r, "lastResetTimerMsecs", (uint64_t)(ago / NS_PER_MS));
    if (v->last_code) {
        snprintf(text, sizeof(text), "%02X%02X", v->last_code, v->last_subcode);
        json_text(r, "lastErrorCodeSubcode", text);
        snprintf(text, sizeof(text), "%s%s", bgp_code_name(v->last_code),
                 bgp_subcode_name(v->last_code, v->last_subcode));
        json_text(r, "lastNotificationReason", text);
        json_bool(r, "lastNotificationHardReset", v->last_code == 6 && v->last_subcode == 9);
    }
    put_optional(r, "lastResetDueTo", v->last_reason);
}

/* The two ends of the connection, and the next hops that the neighbour is told. */
static void put_connection(struct render *r, const struct view_bgp_neighbor *v)
{
    if (ip_bytes(v->local_address.family)) {
        json_ip(r, "hostLocal", &v->local_address);
        json_u64(r, "portLocal", v->local_port);
        json_ip(r, "hostForeign", &v->address);
        json_u64(r, "portForeign", v->remote_port);
    } else {
        json_text(r, "hostLocal", "Unknown");
        json_i64(r, "portLocal", -1);
        json_text(r, "hostForeign", "Unknown");
        json_i64(r, "portForeign", -1);
    }
    if (!v->established)
        return;
    const struct ip_addr none[] = { { .family = IP_V4 }, { .family = IP_V6 } };
    json_ip(r, "nexthop", ip_bytes(v->next_hop_v4.family) ? &v->next_hop_v4 : &none[0]);
    json_ip(r, "nexthopGlobal", ip_bytes(v->next_hop_v6.family) ? &v->next_hop_v6 : &none[1]);
    json_ip(r, "nexthopLocal", ip_bytes(v->next_hop_ll.family) ? &v->next_hop_ll : &none[1]);
    json_text(r, "bgpConnection", v->is_shared_network ? "sharedNetwork" : "nonSharedNetwork");
}

static void put_session(struct render *r, const struct view_bgp_neighbor *v, int64_t wall_s)
{
    char age[RENDER_AGE_MAX];
    json_u64(r, "bgpVersion", 4);
    struct ip_addr id = ip_from_u32(v->remote_router_id);
    json_ip(r, "remoteRouterId", &id);
    id = ip_from_u32(v->router_id);
    json_ip(r, "localRouterId", &id);
    json_text(r, "bgpState", bgp_state_text(v->state));
    if (v->established) {
        render_age(DIALECT_FRR, v->up_for, age);
        json_u64(r, "bgpTimerUpMsec", (uint64_t)(v->up_for / NS_PER_MS));
        json_text(r, "bgpTimerUpString", age);
        json_u64(r, "bgpTimerUpEstablishedEpoch", (uint64_t)(wall_s - v->up_for / NS_PER_S));
    }
    if (v->last_read >= 0)
        json_u64(r, "bgpTimerLastRead", (uint64_t)(v->last_read / NS_PER_MS));
    if (v->last_write >= 0)
        json_u64(r, "bgpTimerLastWrite", (uint64_t)(v->last_write / NS_PER_MS));
    if (v->configured_hold_s && v->configured_hold_s != UINT16_MAX) {
        json_u64(r, "bgpTimerConfiguredHoldTimeMsecs", v->configured_hold_s * UINT64_C(1000));
        json_u64(r, "bgpTimerConfiguredKeepAliveIntervalMsecs",
                 v->configured_keepalive_s * UINT64_C(1000));
    }
    json_u64(r, "bgpTimerHoldTimeMsecs", v->hold_time_s * UINT64_C(1000));
    json_u64(r, "bgpTimerKeepAliveIntervalMsecs", v->keepalive_s * UINT64_C(1000));
    json_bool(r, "extendedOptionalParametersLength", false); /* RFC 9072: only where it has to be */
}

void bgp_neighbor_json(struct render *r, const struct view_bgp_neighbor *v, unsigned n,
                       int64_t wall_s)
{
    char key[IP_TEXT_MAX];
    render_ip_text(DIALECT_FRR, &v->address, key);
    json_open(r, key, '{');
    json_u64(r, "remoteAs", v->remote_as);
    json_u64(r, "localAs", v->local_as);
    json_bool(r, v->external ? "nbrExternalLink" : "nbrInternalLink", true);
    json_text(r, "localRole", "undefined"); /* RFC 9234: no roles */
    json_text(r, "remoteRole", "undefined");
    put_optional(r, "hostname", v->hostname);
    put_optional(r, "nbrDesc", v->description);
    put_optional(r, "peerGroup", v->peer_group);
    if (v->admin_down)
        json_bool(r, "adminShutDown", true);
    put_session(r, v, wall_s);
    if (v->established)
        put_capabilities(r, v, n);
    put_statistics(r, v);
    json_u64(r, "minBtwnAdvertisementRunsTimerMsecs", v->advertisement_interval_s * UINT64_C(1000));
    put_optional(r, "updateSource", v->update_source);
    json_open(r, "addressFamilyInfo", '{');
    for (unsigned i = 0; i < n; i++)
        put_family(r, &v[i]);
    json_close(r);
    json_u64(r, "connectionsEstablished", v->established_count);
    json_u64(r, "connectionsDropped", v->dropped_count);
    put_last_reset(r, v);
    json_u64(r, v->external ? "externalBgpNbrMaxHopsAway" : "internalBgpNbrMaxHopsAway", v->ttl);
    put_connection(r, v);
    json_u64(r, "connectRetryTimer", v->connect_retry_s);
    if (v->has_password)
        json_u64(r, "authenticationEnabled", 1);
    json_close(r);
}
