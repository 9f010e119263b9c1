/* Whether two configurations mean the same: everything but where it was written. */
#include "config/eq.h"

static bool u32_eq(const void *a, const void *b)
{
    return *(const uint32_t *)a == *(const uint32_t *)b;
}

static bool u64_eq(const void *a, const void *b)
{
    return *(const uint64_t *)a == *(const uint64_t *)b;
}

EQ(large_eq, config_large)
{
    return SAME(global) && SAME(local1) && SAME(local2);
}

EQ(address_eq, config_address)
{
    return SAME_PREFIX(prefix) && SAME(secondary);
}

static bool vxlan_is(const struct config_vxlan *a, const struct config_vxlan *b)
{
    return SAME(vni) && SAME_IP(remote) && SAME_IP(local) && SAME(port) && SAME_STR(device);
}

EQ(interface_eq, config_interface)
{
    return vxlan_is(&a->vxlan, &b->vxlan) && SAME_STR(name) && SAME_STR(description) &&
           LIST_EQ(a->addresses, b->addresses, address_eq) && SAME(dhcp) && SAME(shutdown) &&
           SAME(mtu) && SAME(ip_mtu) && SAME(bandwidth_kbit) && SAME(dot1q_vlan) && SAME(tcp_mss) &&
           SAME(nat_side) && SAME_STR(acl_in) && SAME_STR(acl_out) && SAME(no_redirects) &&
           SAME(no_unreachables) && SAME(no_proxy_arp) && SAME(is_tunnel) &&
           SAME_STR(tunnel_source) && SAME_IP(tunnel_destination) &&
           SAME_STR(tunnel_destination_text) && SAME_STR(tunnel_mode) &&
           SAME_STR(tunnel_ipsec_profile) && SAME_STR(tunnel_ipsec_policy) &&
           SAME_STR(tunnel_via) && SAME_STR(ip_unnumbered) && SAME_STR(crypto_map) && SAME_STR(vrf);
}

EQ(static_eq, config_static)
{
    return SAME_PREFIX(prefix) && SAME(kind) && SAME_IP(next_hop) && SAME_STR(interface) &&
           SAME(distance) && SAME(tag) && SAME(weight) && SAME(track) && SAME_STR(name) &&
           SAME(permanent) && SAME(onlink);
}

EQ(prefix_entry_eq, config_prefix_entry)
{
    return SAME(seq) && SAME(permit) && SAME_PREFIX(prefix) && SAME(ge) && SAME(le);
}

EQ(prefix_list_eq, config_prefix_list)
{
    return SAME_STR(name) && SAME(family) && SAME_STR(description) &&
           LIST_EQ(a->entries, b->entries, prefix_entry_eq);
}

EQ(as_path_entry_eq, config_as_path_entry)
{
    return SAME(seq) && SAME(permit) && SAME_STR(regex);
}

EQ(as_path_list_eq, config_as_path_list)
{
    return SAME_STR(name) && LIST_EQ(a->entries, b->entries, as_path_entry_eq);
}

EQ(community_entry_eq, config_community_entry)
{
    return SAME(seq) && SAME(permit) && SAME(any) && LIST_EQ(a->values, b->values, u32_eq) &&
           LIST_EQ(a->ext_values, b->ext_values, u64_eq) &&
           LIST_EQ(a->large_values, b->large_values, large_eq) && SAME_STR(regex);
}

EQ(community_list_eq, config_community_list)
{
    return SAME_STR(name) && SAME(kind) && LIST_EQ(a->entries, b->entries, community_entry_eq);
}

EQ(acl_entry_eq, config_acl_entry)
{
    if (a->remark && b->remark) /* a remark's number means nothing */
        return SAME_STR(remark) && SAME(placeholder);
    return SAME(seq) && SAME(permit) && SAME(protocol) && SAME_PREFIX(source) &&
           SAME_PREFIX(destination) && SAME(exact) && SAME(src_port_lo) && SAME(src_port_hi) &&
           SAME(dst_port_lo) && SAME(dst_port_hi) && SAME(established) && SAME(log) &&
           SAME(has_icmp) && SAME(icmp.type) && SAME(icmp.has_code) && SAME(icmp.code) &&
           SAME_STR(remark);
}

EQ(access_list_eq, config_access_list)
{
    return SAME_STR(name) && SAME(extended) && SAME(family) &&
           LIST_EQ(a->entries, b->entries, acl_entry_eq);
}

EQ(match_eq, config_match)
{
    return SAME(kind) && LIST_EQ(a->names, b->names, name_eq) && SAME(number) && SAME_IP(address) &&
           SAME(exact);
}

EQ(set_eq, config_set)
{
    return SAME(kind) && SAME(op) && SAME(number) && LIST_EQ(a->numbers, b->numbers, u32_eq) &&
           LIST_EQ(a->ext, b->ext, u64_eq) && LIST_EQ(a->large, b->large, large_eq) &&
           SAME_STR(name) && SAME_IP(address) && SAME(additive);
}

EQ(route_map_entry_eq, config_route_map_entry)
{
    return SAME(seq) && SAME(permit) && SAME_STR(description) &&
           LIST_EQ(a->matches, b->matches, match_eq) && LIST_EQ(a->sets, b->sets, set_eq) &&
           SAME_STR(call) && SAME(on_match) && SAME(on_match_goto);
}

EQ(route_map_eq, config_route_map)
{
    return SAME_STR(name) && LIST_EQ(a->entries, b->entries, route_map_entry_eq);
}

static bool neighbor_af_eq(const struct config_neighbor_af *a, const struct config_neighbor_af *b)
{
    for (unsigned d = 0; d < 2; d++) {
        if (!SAME_STR(prefix_list[d]) || !SAME_STR(filter_list[d]) || !SAME_STR(route_map[d]) ||
            !SAME_STR(distribute_list[d]))
            return false;
    }
    return SAME(activate) && SAME(soft_reconfiguration) && SAME(default_originate) &&
           SAME_STR(default_originate_map) && SAME(next_hop_self) && SAME(next_hop_self_force) &&
           SAME(next_hop_unchanged) && SAME(route_reflector_client) && SAME(route_server_client) &&
           SAME(send_community) && SAME(send_community_kinds) && SAME(remove_private_as) &&
           SAME(remove_private_as_all) && SAME(remove_private_as_replace) && SAME(as_override) &&
           SAME(allowas_in) && SAME(allowas_in_origin) && SAME(weight) && SAME(has_weight) &&
           SAME(maximum_prefix) && SAME(maximum_prefix_threshold) &&
           SAME(maximum_prefix_warning_only) && SAME(maximum_prefix_restart_min) &&
           SAME(addpath_tx_all);
}

EQ(neighbor_eq, config_neighbor)
{
    for (unsigned i = 0; i < CONFIG_AF_COUNT; i++) {
        if (!neighbor_af_eq(&a->af[i], &b->af[i]))
            return false;
    }
    return SAME(is_group) && SAME_STR(name) && SAME_IP(address) && SAME_STR(peer_group) &&
           SAME(remote_as_kind) && SAME(remote_as) && SAME(local_as) && SAME(local_as_no_prepend) &&
           SAME(local_as_replace_as) && SAME_STR(description) && SAME(shutdown) &&
           SAME_STR(shutdown_message) && SAME(passive) && SAME(ebgp_multihop) &&
           SAME(disable_connected_check) && SAME(ttl_security_hops) && SAME_STR(update_source) &&
           SAME_STR(password) && SAME(keepalive_s) && SAME(hold_s) && SAME(connect_s) &&
           SAME(advertisement_interval_s) && SAME(port) && SAME(capability_negotiate) &&
           SAME(capability_4octet) && SAME(capability_dynamic) &&
           SAME(capability_extended_nexthop) && SAME(enforce_first_as) && SAME(bfd) &&
           SAME_STR(bfd_profile) && SAME(graceful_restart);
}

EQ(network_eq, config_network)
{
    return SAME_PREFIX(prefix) && SAME_STR(route_map) && SAME(backdoor);
}

EQ(aggregate_eq, config_aggregate)
{
    return SAME_PREFIX(prefix) && SAME(summary_only) && SAME(as_set);
}

static bool bgp_af_eq(const struct config_bgp_af *a, const struct config_bgp_af *b)
{
    for (unsigned i = 0; i < SOURCE_COUNT; i++) {
        if (!SAME(redistribute[i].on) || !SAME_STR(redistribute[i].route_map) ||
            !SAME(redistribute[i].has_metric) || !SAME(redistribute[i].metric))
            return false;
    }
    return LIST_EQ(a->networks, b->networks, network_eq) &&
           LIST_EQ(a->aggregates, b->aggregates, aggregate_eq) && SAME(maximum_paths) &&
           SAME(maximum_paths_ibgp) && memcmp(a->distance, b->distance, sizeof(a->distance)) == 0 &&
           SAME_STR(table_map);
}

static bool bgp_eq(const struct config_bgp *a, const struct config_bgp *b)
{
    for (unsigned i = 0; i < CONFIG_AF_COUNT; i++) {
        if (!bgp_af_eq(&a->af[i], &b->af[i]))
            return false;
    }
    return SAME(as) && SAME_IP(router_id) && SAME_STR(router_id_interface) &&
           LIST_EQ(a->neighbors, b->neighbors, neighbor_eq) && SAME(keepalive_s) && SAME(hold_s) &&
           SAME(default_local_pref) && SAME(default_ipv4_unicast) && SAME(ebgp_requires_policy) &&
           SAME(network_import_check) && SAME(log_neighbor_changes) && SAME(deterministic_med) &&
           SAME(always_compare_med) && SAME(compare_routerid) && SAME(as_path_ignore) &&
           SAME(as_path_multipath_relax) && SAME(med_missing_as_worst) && SAME(med_confed) &&
           SAME(fast_external_failover) && SAME(enforce_first_as) && SAME(default_show_hostname) &&
           SAME(suppress_duplicates) && SAME(client_to_client) && SAME_IP(cluster_id) &&
           SAME(graceful_restart) && SAME(graceful_shutdown);
}

EQ(nat_list_eq, config_nat_source_list)
{
    return SAME_STR(acl) && SAME(is_route_map) && SAME_STR(interface) && SAME_STR(pool) &&
           SAME(overload);
}

EQ(nat_pool_eq, config_nat_pool)
{
    return SAME_STR(name) && SAME_IP(first) && SAME_IP(last) && SAME(len);
}

EQ(nat_rule_eq, config_nat_rule)
{
    return SAME(action) && SAME_PREFIX(source) && SAME_PREFIX(destination) && SAME(not_source) &&
           SAME(not_destination) && SAME(protocol) && SAME_STR(out_interface) && SAME_IP(to) &&
           SAME(from_list);
}

static bool words_eq(const void *a, const void *b)
{
    return config_words_eq(a, b);
}

static bool crypto_eq(const void *a, const void *b)
{
    return config_crypto_eq(a, b);
}

bool config_eq(const struct config *a, const struct config *b)
{
    return SAME(dialect) && SAME_STR(version.text) && SAME(datacenter) && SAME_STR(hostname) &&
           SAME_STR(log_syslog_level) && SAME(ip_forwarding) && SAME(ipv6_forwarding) &&
           LIST_EQ(a->interfaces, b->interfaces, interface_eq) &&
           LIST_EQ(a->statics, b->statics, static_eq) &&
           LIST_EQ(a->prefix_lists, b->prefix_lists, prefix_list_eq) &&
           LIST_EQ(a->as_path_lists, b->as_path_lists, as_path_list_eq) &&
           LIST_EQ(a->community_lists, b->community_lists, community_list_eq) &&
           LIST_EQ(a->access_lists, b->access_lists, access_list_eq) &&
           LIST_EQ(a->route_maps, b->route_maps, route_map_eq) && bgp_eq(&a->bgp, &b->bgp) &&
           LIST_EQ(a->nat_lists, b->nat_lists, nat_list_eq) &&
           LIST_EQ(a->nat_pools, b->nat_pools, nat_pool_eq) &&
           LIST_EQ(a->nat_rules, b->nat_rules, nat_rule_eq) &&
           config_ipsec_eq(&a->ipsec, &b->ipsec) && LIST_EQ(a->crypto, b->crypto, crypto_eq) &&
           LIST_EQ(a->tracks, b->tracks, words_eq) && SAME_IP(router_id) &&
           SAME(nht_resolve_via_default[0]) && SAME(nht_resolve_via_default[1]);
}
