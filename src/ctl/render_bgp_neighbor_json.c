/* show bgp neighbors json: one neighbour with FRR's keys. */
#include "ctl/render.h"

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

static void put_family(struct render *r, const struct view_bgp_neighbor *v)
{
    json_open(r, v->family == IP_V6 ? "ipv6Unicast" : "ipv4Unicast", '{');
    put_optional(r, "peerGroupMember", v->peer_group);
    if (v->established && v->family_negotiated)
        json_u64(r, "updateGroupId", v->update_group);
    if (v->soft_reconfiguration)
        json_bool(r, "inboundSoftConfigPermit", true);
    if (v->next_hop_self)
        json_bool(r, "routerAlwaysNextHop", true);
    if (v->route_reflector_client)
        json_bool(r, "routeReflectorClient", true);
    if (v->route_server_client)
        json_bool(r, "routeServerClient", true);
    if (v->default_originate)
        json_bool(r, "defaultSent", v->established);
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
    json_u64(r, "sentPrefixCounter", v->prefixes_sent);
    if (v->max_prefixes)
        json_u64(r, "prefixAllowedMax", v->max_prefixes);
    json_close(r);
}

static void put_capabilities(struct render *r, const struct view_bgp_neighbor *v, unsigned n)
{
    json_open(r, "neighborCapabilities", '{');
    json_text(r, "4byteAs", v->as4 ? "advertisedAndReceived" : "advertised");
    json_text(r, "routeRefresh", v->route_refresh ? "advertisedAndReceivedNew" : "advertised");
    json_open(r, "multiprotocolExtensions", '{');
    for (unsigned i = 0; i < n; i++) {
        json_open(r, v[i].family == IP_V6 ? "ipv6Unicast" : "ipv4Unicast", '{');
        json_bool(r, v[i].family_negotiated ? "advertisedAndReceived" : "advertised", true);
        json_close(r);
    }
    json_close(r);
    json_close(r);
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
    json_u64(r, "bgpTimerHoldTimeMsecs", v->hold_time_s * UINT64_C(1000));
    json_u64(r, "bgpTimerKeepAliveIntervalMsecs", v->keepalive_s * UINT64_C(1000));
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
    put_optional(r, "hostname", v->hostname);
    put_optional(r, "nbrDesc", v->description);
    put_optional(r, "peerGroup", v->peer_group);
    if (v->admin_down)
        json_bool(r, "adminShutDown", true);
    put_session(r, v, wall_s);
    if (v->established)
        put_capabilities(r, v, n);
    put_statistics(r, v);
    json_open(r, "addressFamilyInfo", '{');
    for (unsigned i = 0; i < n; i++)
        put_family(r, &v[i]);
    json_close(r);
    json_u64(r, "connectionsEstablished", v->established_count);
    json_u64(r, "connectionsDropped", v->dropped_count);
    put_optional(r, "lastResetDueTo", v->last_reason);
    if (v->last_code) {
        json_u64(r, "lastErrorCode", v->last_code);
        json_u64(r, "lastErrorSubcode", v->last_subcode);
    }
    if (v->external)
        json_u64(r, "externalBgpNbrMaxHopsAway", v->ttl);
    if (ip_bytes(v->local_address.family)) {
        json_ip(r, "hostLocal", &v->local_address);
        json_u64(r, "portLocal", v->local_port);
        json_ip(r, "hostForeign", &v->address);
        json_u64(r, "portForeign", v->remote_port);
    }
    json_u64(r, "connectRetryTimer", v->connect_retry_s);
    if (v->has_password)
        json_u64(r, "authenticationEnabled", 1);
    json_close(r);
}
