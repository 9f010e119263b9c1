/* The reader: what a topology becomes, and what is said about one that is wrong. */
#include "lib.h"

static const char small[] =
    "spanway: 1\n"
    "name: one tunnel\n"
    "azure:\n"
    "  virtual_networks:\n"
    "    vnet-hub:\n"
    "      location: japaneast\n"
    "      address_space: [10.0.0.0/16]\n"
    "      subnets:\n"
    "        default: {address_prefix: 10.0.0.0/24, route_table: rt}\n"
    "        GatewaySubnet: 10.0.200.0/24\n"
    "  route_tables:\n"
    "    rt: {routes: {up: {address_prefix: 0.0.0.0/0, next_hop_type: Internet}}}\n"
    "  public_ip_addresses:\n"
    "    pip0: 203.0.113.4\n"
    "    pip1:\n"
    "  virtual_network_gateways:\n"
    "    vpngw:\n"
    "      type: Vpn\n"
    "      sku: VpnGw1AZ\n"
    "      virtual_network: vnet-hub\n"
    "      enable_bgp: true\n"
    "      ip_configurations: [{public_ip_address: pip0}]\n"
    "      bgp_settings: {asn: 65010, peering_addresses: [{apipa_addresses: [169.254.21.1]}]}\n"
    "  local_network_gateways:\n"
    "    lng:\n"
    "      gateway_address: sites.tokyo.routers.tky01\n"
    "      address_space: []\n"
    "      asn: 65020\n"
    "      bgp_peering_address: 169.254.21.2\n"
    "  connections:\n"
    "    c0: {virtual_network_gateway: vpngw, local_network_gateway: lng, enable_bgp: true}\n"
    "sites:\n"
    "  tokyo:\n"
    "    networks: {lan: 192.168.0.0/24}\n"
    "    routers:\n"
    "      tky01: {device: tky01.cfg, nat_address: 198.51.100.7,\n"
    "              interfaces: {GigabitEthernet0/0: 192.168.0.1/24}}\n"
    "    hosts: {pc: 192.168.0.10/24}\n"
    "expect:\n"
    "  reach:\n"
    "    - {from: pc, to: vnet-hub/default, when: {fail: ['vpngw:0']}}\n"
    "    - {from: pc, address: 10.0.0.9, reachable: false}\n"
    "limits: {azure.vpn.bgp.prefixes-max: 4000}\n";

static void a_small_topology_is_read(void **state)
{
    (void)state;
    struct fixture f;
    fixture_read(&f, small);
    assert_string_equal(f.said, "");
    assert_true(f.ok);
    const struct topo_azure *az = &f.t->azure;
    assert_string_equal(f.t->name, "one tunnel");
    assert_int_equal(az->virtual_networks.count, 1);
    const struct azure_vnet *vnet = &az->virtual_networks.items[0];
    assert_string_equal(vnet->o.name, "vnet-hub");
    assert_ptr_equal(vnet->o.kind, &azure_vnet_kind);
    assert_int_equal(vnet->address_space.items[0].len, 16);
    assert_int_equal(vnet->subnets.count, 2);
    assert_int_equal(vnet->subnets.items[1].address_prefix.len, 24);
    assert_ptr_equal(vnet->subnets.items[0].route_table, &az->route_tables.items[0]);
    assert_ptr_equal(vnet->subnets.items[0].o.parent, vnet);
    const struct azure_vnet_gateway *gw = &az->virtual_network_gateways.items[0];
    assert_ptr_equal(gw->virtual_network, vnet);
    assert_int_equal(gw->bgp_settings.asn, 65010);
    assert_non_null(gw->bgp_settings.node);
    assert_int_equal(gw->generation, 1);
    assert_ptr_equal(gw->ip_configurations.items[0].public_ip_address,
                     &az->public_ip_addresses.items[0]);
    const struct site_router *r = &f.t->sites.sites.items[0].routers.items[0];
    assert_ptr_equal(az->local_network_gateways.items[0].gateway_address.of, r);
    assert_int_equal(ip_to_u32(&az->local_network_gateways.items[0].gateway_address.addr),
                     0xc6336407);
    assert_string_equal(r->device.configuration, "tky01.cfg");
    assert_true(r->device.bgpd);
    assert_string_equal(r->interfaces.items[0].o.name, "GigabitEthernet0/0");
    const struct azure_connection *c0 = &az->connections.items[0];
    assert_int_equal(c0->dpd_timeout_seconds, 45);
    assert_null(c0->ipsec_policy.node);
    const struct expect_reach *reach = f.t->expect.reach.items;
    assert_int_equal(f.t->expect.reach.count, 2);
    assert_ptr_equal(reach[0].to.object, &vnet->subnets.items[0]);
    assert_ptr_equal(reach[0].when.fail.items[0].object, gw);
    assert_string_equal(reach[0].when.fail.items[0].part, "0");
    assert_true(reach[0].reachable);
    assert_false(reach[1].reachable);
    assert_string_equal(f.t->limits.items[0].value, "4000");
    assert_ptr_equal(topo_find(f.t, "tokyo/tky01"), r);
    assert_ptr_equal(topo_find(f.t, "sites.tokyo.routers.tky01"), r);
    assert_null(topo_find(f.t, "tokyo/tky02"));
    fixture_done(&f);
}

/* What follows `spanway: 1`, and all that is said about it. */
static const struct {
    const char *name, *text, *said;
} wrong[] = {
    { "an unknown key has a near miss", "azure: {virtual_network: {}}\n",
      "t.yaml:2:9: error: azure has no key \"virtual_network\"; expected virtual_networks; did you "
      "mean virtual_networks? [TOPO-KEY]\n" },
    { "an unknown key without one lists the keys", "sites: {t: {colour: red}}\n",
      "t.yaml:2:13: error: sites.t has no key \"colour\"; expected location, networks, routers, "
      "hosts; all keys are in docs/topology-reference.md [TOPO-KEY]\n" },
    { "an unknown key in a struct names where",
      "azure:\n"
      "  virtual_network_gateways:\n"
      "    g: {type: Vpn, sku: VpnGw1AZ, virtual_network: vn, bgp_settings: {as: 65001}}\n"
      "  virtual_networks:\n"
      "    vn: {address_space: [10.0.0.0/16], subnets: {s: 10.0.0.0/24}}\n",
      "t.yaml:4:71: error: bgp_settings of azure.virtual_network_gateways.g has no key \"as\"; "
      "expected asn, peering_addresses; all keys are in docs/topology-reference.md [TOPO-KEY]\n" },
    { "an unknown section has a near miss", "azur: {}\n",
      "t.yaml:2:1: error: the topology has no key \"azur\"; expected azure; did you mean azure? "
      "[TOPO-KEY]\n" },
    { "what is known and not modelled says what to do", "azure: {virtual_wans: {}}\n",
      "t.yaml:2:9: error: \"virtual_wans\" is not supported; describe the hub as a virtual network "
      "with its own gateways [TOPO-REFUSED]\n" },
    { "Direct Connect is known and not modelled", "aws: {dx_connections: {}}\n",
      "t.yaml:2:7: error: \"dx_connections\" is not supported; leave them out: Direct Connect is "
      "not modelled; a link between two routers is [TOPO-REFUSED]\n" },
    { "a required key is missed", "azure: {virtual_networks: {vn: {location: japaneast}}}\n",
      "t.yaml:2:32: error: azure.virtual_networks.vn has no \"address_space\"; expected a list; "
      "add address_space: [TOPO-MISSING]\n" },
    { "a required key is missed in an item", "expect: {reach: [{to: 10.0.0.1}]}\n",
      "t.yaml:2:18: error: expect.reach.0 has no \"from\"; expected a resource, as its name or its "
      "path, with :part where it has parts; add from: [TOPO-MISSING]\n"
      "t.yaml:2:23: error: there is no resource \"10.0.0.1\"; name what has the address "
      "[TOPO-REF-UNKNOWN]\n" },
    { "a map is wanted", "azure: [virtual_networks]\n",
      "t.yaml:2:8: error: azure is a list; expected a map; write key: value below it "
      "[TOPO-VALUE]\n" },
    { "a map of names is wanted", "azure: {virtual_networks: [vn]}\n",
      "t.yaml:2:27: error: \"virtual_networks\" is a list; expected a map of names; write name: "
      "and its keys below it [TOPO-VALUE]\n" },
    { "a list is wanted", "azure: {virtual_networks: {vn: {address_space: 10.0.0.0/16}}}\n",
      "t.yaml:2:48: error: \"address_space\" is text; expected a list; write [a, b], or each item "
      "after a dash [TOPO-VALUE]\n" },
    { "a value is wanted, not a list", "name: [a]\n",
      "t.yaml:2:7: error: \"name\" is a list; expected text; write one value [TOPO-VALUE]\n" },
    { "a value is wanted, not nothing", "name:\n",
      "t.yaml:2:6: error: \"name\" is nothing; expected text; write a value, or leave the key out "
      "[TOPO-VALUE]\n" },
    { "an empty text is none", "name: ''\n",
      "t.yaml:2:7: error: \"name\" is \"\"; expected text; write a text, or leave the key out "
      "[TOPO-VALUE]\n" },
    { "a text without control characters", "name: \"a\\x07b\"\n",
      "t.yaml:2:7: error: \"name\" is not a text that can be used; expected at most 4096 bytes "
      "without control characters; shorten it, or take them out [TOPO-TEXT]\n" },
    { "a text without line separators", "name: \"a\\u2028b\"\n",
      "t.yaml:2:7: error: \"name\" is not a text that can be used; expected at most 4096 bytes "
      "without control characters; shorten it, or take them out [TOPO-TEXT]\n" },
    { "true or false is wanted", "requirements: {redundancy: yes}\n",
      "t.yaml:2:28: error: \"redundancy\" is \"yes\"; expected true or false; write true or false, "
      "without quotes [TOPO-VALUE]\n" },
    { "a bool in quotes is text", "requirements: {redundancy: 'true'}\n",
      "t.yaml:2:28: error: \"redundancy\" is \"true\"; expected true or false; write true or "
      "false, without quotes [TOPO-VALUE]\n" },
    { "a number is wanted", "requirements: {convergence_seconds: soon}\n",
      "t.yaml:2:37: error: \"convergence_seconds\" is \"soon\"; expected a whole number; write a "
      "number in the range [TOPO-VALUE]\n" },
    { "a number is not negative", "requirements: {convergence_seconds: -1}\n",
      "t.yaml:2:37: error: \"convergence_seconds\" is \"-1\"; expected a whole number; write a "
      "number in the range [TOPO-VALUE]\n" },
    { "a number in quotes is text", "requirements: {convergence_seconds: '1'}\n",
      "t.yaml:2:37: error: \"convergence_seconds\" is \"1\"; expected a whole number; write it "
      "without quotes [TOPO-VALUE]\n" },
    { "a number has a range",
      "sites: {t: {routers: {r: {device: {vxlan: {v: {id: 16777216, remote: 10.0.0.1}}}}}}}\n",
      "t.yaml:2:52: error: \"id\" is \"16777216\"; expected a whole number from 1 to 16777215; "
      "write a number in the range [TOPO-VALUE]\n" },
    { "a number below its range",
      "aws: {vpn_connections: {c: {customer_gateway: g, tunnels: [{dpd_timeout_seconds: 5}]}}, "
      "customer_gateways: {g: {ip_address: 192.0.2.1}}}\n",
      "t.yaml:2:82: error: \"dpd_timeout_seconds\" is \"5\"; expected a whole number from 30 to "
      "4294967295; write a number in the range [TOPO-VALUE]\n" },
    { "a choice has a near miss", "azure: {public_ip_addresses: {p: {sku: standard}}}\n",
      "t.yaml:2:40: error: \"sku\" is \"standard\"; expected Standard or Basic; did you mean "
      "Standard? [TOPO-VALUE]\n" },
    { "a choice without one", "azure: {public_ip_addresses: {p: {sku: gold}}}\n",
      "t.yaml:2:40: error: \"sku\" is \"gold\"; expected Standard or Basic; write one of them "
      "[TOPO-VALUE]\n" },
    { "an address is wanted", "azure: {public_ip_addresses: {p: {ip_address: 10.0.0.256}}}\n",
      "t.yaml:2:47: error: \"ip_address\" is \"10.0.0.256\"; expected an IPv4 address such as "
      "10.0.0.4; write an address [TOPO-VALUE]\n" },
    { "an address has no length", "azure: {public_ip_addresses: {p: {ip_address: 10.0.0.1/32}}}\n",
      "t.yaml:2:47: error: \"ip_address\" is \"10.0.0.1/32\"; expected an IPv4 address such as "
      "10.0.0.4; leave the length out [TOPO-VALUE]\n" },
    { "an IPv6 address is refused by name",
      "azure: {public_ip_addresses: {p: {ip_address: '2001:db8::1'}}}\n",
      "t.yaml:2:47: error: \"ip_address\" is \"2001:db8::1\": IPv6 in a topology is not supported; "
      "expected IPv4; leave IPv6 out: the providers are modelled for IPv4 [TOPO-IPV6]\n" },
    { "an IPv6 prefix is refused by name",
      "azure: {virtual_networks: {vn: {address_space: ['fd00::/48']}}}\n",
      "t.yaml:2:49: error: \"address_space\" is \"fd00::/48\": IPv6 in a topology is not "
      "supported; expected IPv4; leave IPv6 out: the providers are modelled for IPv4 "
      "[TOPO-IPV6]\n" },
    { "an IPv6 interface address is refused by name", "sites: {t: {hosts: {h: 'fd00::1/64'}}}\n",
      "t.yaml:2:24: error: \"address\" is \"fd00::1/64\": IPv6 in a topology is not supported; "
      "expected IPv4; leave IPv6 out: the providers are modelled for IPv4 [TOPO-IPV6]\n" },
    { "an IPv6 endpoint is refused by name",
      "azure: {local_network_gateways: {l: {gateway_address: '2001:db8::1'}}}\n",
      "t.yaml:2:55: error: \"gateway_address\" is \"2001:db8::1\": IPv6 in a topology is not "
      "supported; expected IPv4; leave IPv6 out: the providers are modelled for IPv4 "
      "[TOPO-IPV6]\n" },
    { "a prefix is wanted", "azure: {virtual_networks: {vn: {address_space: [ten]}}}\n",
      "t.yaml:2:49: error: \"address_space\" is \"ten\"; expected an IPv4 prefix such as "
      "10.0.0.0/16; write a prefix [TOPO-VALUE]\n" },
    { "a prefix has a length", "azure: {virtual_networks: {vn: {address_space: [10.0.0.0]}}}\n",
      "t.yaml:2:49: error: \"address_space\" is \"10.0.0.0\"; expected an IPv4 prefix such as "
      "10.0.0.0/16; add the length: /24, /32 [TOPO-VALUE]\n" },
    { "a prefix has no host bits",
      "azure: {virtual_networks: {vn: {address_space: [10.0.0.1/16]}}}\n",
      "t.yaml:2:49: error: \"address_space\" is \"10.0.0.1/16\", which has bits beyond its length; "
      "expected 10.0.0.0/16; write 10.0.0.0/16 [TOPO-HOST-BITS]\n" },
    { "an interface address has a length", "sites: {t: {hosts: {h: 10.0.0.1}}}\n",
      "t.yaml:2:24: error: \"address\" is \"10.0.0.1\"; expected an address with its length such "
      "as 10.0.0.4/24; add the length of its network: /24, /32 [TOPO-VALUE]\n" },
    { "an interface address is one", "sites: {t: {hosts: {h: 10.0.0.1/33}}}\n",
      "t.yaml:2:24: error: \"address\" is \"10.0.0.1/33\"; expected an address with its length "
      "such as 10.0.0.4/24; write an address and the length [TOPO-VALUE]\n" },
    { "an endpoint is an address or a name",
      "azure: {local_network_gateways: {l: {gateway_address: 10.0.0}}}\n",
      "t.yaml:2:55: error: \"gateway_address\" is \"10.0.0\"; expected an IPv4 address such as "
      "10.0.0.4; write an address [TOPO-VALUE]\n" },
    { "a list has enough items", "azure: {virtual_networks: {vn: {address_space: []}}}\n",
      "t.yaml:2:48: error: \"address_space\" has 0 items; expected 1 to 10000; add what is missing "
      "[TOPO-COUNT]\n" },
    { "a list has not too many items", "links: {l: {between: [a, b, c]}}\n",
      "t.yaml:2:22: error: \"between\" has 3 items; expected 2; take some out [TOPO-COUNT]\n" },
    { "a name has no blanks", "azure: {public_ip_addresses: {a b: }}\n",
      "t.yaml:2:31: error: \"a b\" cannot be the name of an Azure public IP address; expected "
      "letters, digits, '.', '_' and '-', at most 80; rename it [TOPO-NAME]\n" },
    { "a name is at most 80 characters",
      "azure: {public_ip_addresses: "
      "{aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa: }}\n",
      "t.yaml:2:31: error: \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...\" cannot be the "
      "name of an Azure public IP address; expected letters, digits, '.', '_' and '-', at most 80; "
      "rename it [TOPO-NAME]\n" },
    { "a name has no slash", "sites: {a/b: {}}\n",
      "t.yaml:2:9: error: \"a/b\" cannot be the name of a site; expected letters, digits, '.', '_' "
      "and '-', at most 80; rename it [TOPO-NAME]\n" },
    { "a protocol has a near miss",
      "azure: {network_security_groups: {g: {security_rules: {r: {priority: 100,\n"
      "  direction: Inbound, access: Allow, protocol: Tpc}}}}}\n",
      "t.yaml:3:48: error: \"protocol\" is \"Tpc\"; expected Tcp, Udp, Icmp, Esp, Ah or *; did "
      "you mean Tcp? [TOPO-VALUE]\n" },
    { "so has that of a list, without its ports",
      "gcp: {networks: {n: {}}, firewalls: {f: {network: n, allow: [\"tpc:80\"]}}}\n",
      "t.yaml:2:62: error: \"allow\" is \"tpc:80\"; expected tcp, udp, icmp, esp, ah, sctp, all or "
      "the number of a protocol; did you mean tcp? [TOPO-VALUE]\n" },
    { "a number of a protocol has 8 bits",
      "aws: {vpcs: {v: {cidr_blocks: [10.0.0.0/16]}}, security_groups: {g: {vpc: v,\n"
      "  ingress: [{protocol: 256}]}}}\n",
      "t.yaml:3:24: error: \"protocol\" is \"256\"; expected tcp, udp, icmp, -1 or the number of a "
      "protocol; write one of them [TOPO-VALUE]\n" },
    { "a reference has a near miss",
      "azure:\n"
      "  virtual_network_peerings:\n"
      "    p: {virtual_network: vnet-hub, remote_virtual_network: vnet-hob}\n"
      "  virtual_networks: {vnet-hub: {address_space: [10.0.0.0/16]}}\n",
      "t.yaml:4:60: error: there is no Azure virtual network \"vnet-hob\"; did you mean vnet-hub? "
      "[TOPO-REF-UNKNOWN]\n" },
    { "a reference says where to define it",
      "azure: {virtual_machines: {m: {network_interfaces: [nic0]}}}\n",
      "t.yaml:2:53: error: there is no Azure network interface \"nic0\"; define it under "
      "azure.network_interfaces [TOPO-REF-UNKNOWN]\n" },
    { "a reference to a part says how to write it",
      "azure: {network_interfaces: {n: {subnet: default}}}\n",
      "t.yaml:2:42: error: there is no Azure subnet \"default\"; define it under subnets of its "
      "Azure virtual network, and write parent/name [TOPO-REF-UNKNOWN]\n" },
    { "a reference to a part is unique by its name",
      "azure:\n"
      "  network_interfaces: {n: {subnet: s}}\n"
      "  virtual_networks:\n"
      "    a: {address_space: [10.0.0.0/16], subnets: {s: 10.0.0.0/24}}\n"
      "    b: {address_space: [10.1.0.0/16], subnets: {s: 10.1.0.0/24}}\n",
      "t.yaml:3:36: error: \"s\" is the name of 2 things; expected "
      "azure.virtual_networks.a.subnets.s or azure.virtual_networks.b.subnets.s; write the path of "
      "the one [TOPO-REF-AMBIGUOUS]\n" },
    { "a reference to another kind",
      "azure:\n"
      "  network_interfaces: {n: {subnet: pip}}\n"
      "  public_ip_addresses: {pip: }\n",
      "t.yaml:3:36: error: \"pip\" is of another kind: Azure public IP address; expected "
      "parent/name of an Azure subnet; name one of that kind [TOPO-REF-KIND]\n" },
    { "a place that is not there",
      "requirements: {connect: [{from: tokyo, to: tokio}]}\n"
      "sites: {tokyo: {}}\n",
      "t.yaml:2:44: error: there is no resource \"tokio\"; did you mean tokyo? "
      "[TOPO-REF-UNKNOWN]\n" },
    { "a place with two meanings",
      "requirements: {connect: [{from: a, to: sites.a}]}\n"
      "sites: {a: {routers: {a: {}}}}\n",
      "t.yaml:2:33: error: \"a\" is the name of 2 things; expected sites.a or sites.a.routers.a; "
      "write the path of the one [TOPO-REF-AMBIGUOUS]\n" },
    { "a part that a place has not",
      "expect: {outages: [{fail: ['c:third'], from: c, to: c, at_most_ms: 1}]}\n"
      "azure: {express_route_circuits: {c: {}}}\n",
      "t.yaml:2:28: error: \"third\" is no part of azure.express_route_circuits.c; expected "
      "primary or secondary; change what follows the colon, or leave it out [TOPO-PART]\n" },
    { "a part of what has none",
      "expect: {outages: [{fail: ['c:0'], from: c, to: c, at_most_ms: 1}]}\n"
      "carriers: {c: {}}\n",
      "t.yaml:2:28: error: \"0\" is no part of carriers.c; expected nothing after it; change what "
      "follows the colon, or leave it out [TOPO-PART]\n" },
    { "an endpoint without an address of its own",
      "azure:\n"
      "  local_network_gateways: {l: {gateway_address: vn}}\n"
      "  virtual_networks: {vn: {address_space: [10.0.0.0/16]}}\n",
      "t.yaml:3:49: error: azure.virtual_networks.vn has no address of its own; expected an IPv4 "
      "address, or what has just one; write the address, or name the public address "
      "[TOPO-REF-KIND]\n" },
    { "a file leaves the folder", "sites: {t: {routers: {r: {device: ../tky01.cfg}}}}\n",
      "t.yaml:2:35: error: \"../tky01.cfg\" leaves the folder of the topology; expected a path "
      "below the topology's folder; move the file there, or give --allow-outside [TOPO-PATH]\n" },
    { "a file with an absolute path", "sites: {t: {routers: {r: {device: /etc/passwd}}}}\n",
      "t.yaml:2:35: error: \"/etc/passwd\" leaves the folder of the topology; expected a path "
      "below the topology's folder; move the file there, or give --allow-outside [TOPO-PATH]\n" },
    { "an included file is not there", "include: [b.yaml]\n",
      "t.yaml:2:11: error: \"b.yaml\" cannot be read: No such file or directory; check the path "
      "and who may read it [TOPO-FILE]\n" },
    { "an include is a list", "include: b.yaml\n",
      "t.yaml:2:10: error: \"include\" is text; expected a list of files; write [a.yaml, b.yaml] "
      "[TOPO-VALUE]\n" },
    { "an include is a path", "include: [{a: b}]\n",
      "t.yaml:2:11: error: an item of \"include\" is a map; expected the path of a file; write one "
      "a line [TOPO-VALUE]\n" },
    { "an included file leaves the folder", "include: [../b.yaml]\n",
      "t.yaml:2:11: error: \"../b.yaml\" leaves the folder of the topology; expected a path below "
      "the topology's folder; move the file there, or give --allow-outside [TOPO-PATH]\n" },
    { "a topology that includes itself", "include: [./t.yaml]\n",
      "t.yaml:2:11: error: \"t.yaml\" includes itself; expected a file that does not include this "
      "one; take one of the includes out [TOPO-INCLUDE]\n" },
    { "an address is no place",
      "requirements: {connect: [{from: 10.0.0.1, to: t}]}\n"
      "sites: {t: {}}\n",
      "t.yaml:2:33: error: there is no resource \"10.0.0.1\"; name what has the address "
      "[TOPO-REF-UNKNOWN]\n" },
    { "every finding is there, in the order of the lines",
      "nam: x\n"
      "azure: {virtual_network: {}}\n"
      "sites: {t: 7}\n",
      "t.yaml:2:1: error: the topology has no key \"nam\"; expected name; did you mean name? "
      "[TOPO-KEY]\n"
      "t.yaml:3:9: error: azure has no key \"virtual_network\"; expected virtual_networks; did you "
      "mean virtual_networks? [TOPO-KEY]\n"
      "t.yaml:4:12: error: sites.t is a number; expected a map; write key: value below it "
      "[TOPO-VALUE]\n" },
};

static void what_is_wrong_is_said(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        char text[8192];
        struct fixture f;
        snprintf(text, sizeof(text), "spanway: 1\n%s", wrong[i].text);
        fixture_read(&f, text);
        CLAIM_TEXT(wrong[i].name, f.said, wrong[i].said);
        CLAIM(wrong[i].name, !f.ok);
        fixture_done(&f);
    }
}

/* --- the version ------------------------------------------------------------------------------ */

static const struct {
    const char *name, *text, *said;
} heads[] = {
    { "a file without a version is none", "name: x\n",
      "t.yaml:1:1: error: this is not a topology: it does not begin with its version; expected "
      "spanway: 1; write it as the first line [TOPO-VERSION]\n" },
    { "an empty file is none", "",
      "t.yaml:1:1: error: this is not a topology: it does not begin with its version; expected "
      "spanway: 1; write it as the first line [TOPO-VERSION]\n" },
    { "a list is none", "[spanway, 1]\n",
      "t.yaml:1:1: error: this is not a topology: it does not begin with its version; expected "
      "spanway: 1; write it as the first line [TOPO-VERSION]\n" },
    { "a later format is not known", "spanway: 2\n",
      "t.yaml:1:10: error: this program does not know the format \"2\"; expected 1; write spanway: "
      "1 [TOPO-VERSION]\n" },
    { "the version stands first", "name: x\nspanway: 1\n",
      "t.yaml:2:10: error: \"spanway\" is not the first key; expected spanway: 1; move it to the "
      "top [TOPO-VERSION]\n" },
};

static void the_version_is_the_first_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(heads); i++) {
        struct fixture f;
        fixture_read(&f, heads[i].text);
        CLAIM_TEXT(heads[i].name, f.said, heads[i].said);
        CLAIM(heads[i].name, !f.ok);
        fixture_done(&f);
    }
}

/* --- references ------------------------------------------------------------------------------- */

static void an_endpoint_waits_for_the_address(void **state)
{
    (void)state;
    struct fixture f;
    fixture_read(&f, "spanway: 1\n"
                     "aws:\n"
                     "  customer_gateways: {cgw: {ip_address: vpngw/ip_configurations.0}}\n");
    assert_non_null(strstr(f.said, "TOPO-REF-UNKNOWN"));
    fixture_done(&f);
    fixture_read(
        &f, "spanway: 1\n"
            "aws:\n"
            "  customer_gateways:\n"
            "    cgw: {ip_address: azure.virtual_network_gateways.vpngw.ip_configurations.0}\n"
            "  vpn_connections: {c: {customer_gateway: cgw}}\n"
            "azure:\n"
            "  virtual_networks: {vn: {address_space: [10.0.0.0/16]}}\n"
            "  public_ip_addresses: {pip: }\n"
            "  virtual_network_gateways:\n"
            "    vpngw: {type: Vpn, sku: VpnGw1AZ, virtual_network: vn,\n"
            "            ip_configurations: [{public_ip_address: pip}]}\n"
            "  local_network_gateways: {l: {gateway_address: aws.vpn_connections.c.tunnels.1}}\n");
    assert_string_equal(f.said, "");
    struct aws_vpn_connection *c = &f.t->aws.vpn_connections.items[0];
    const struct topo_endpoint *to_azure = &f.t->aws.customer_gateways.items[0].ip_address;
    const struct topo_endpoint *to_aws =
        &f.t->azure.local_network_gateways.items[0].gateway_address;
    assert_int_equal(c->tunnels.count, 2); /* they exist in any case */
    assert_null(c->tunnels.items[1].o.node);
    assert_int_equal(c->tunnels.items[1].phase1_lifetime_seconds, 28800);
    assert_ptr_equal(to_aws->of, &c->tunnels.items[1]);
    assert_int_equal(to_aws->addr.family, IP_NONE);
    assert_int_equal(to_azure->addr.family, IP_NONE);
    c->tunnels.items[1].outside_address = ip_from_u32(0xcb007101);
    f.t->azure.public_ip_addresses.items[0].ip_address = ip_from_u32(0xcb007102);
    topo_resolve_endpoints(f.t);
    assert_int_equal(ip_to_u32(&to_aws->addr), 0xcb007101);
    assert_int_equal(ip_to_u32(&to_azure->addr), 0xcb007102);
    fixture_done(&f);
}

static const struct {
    const char *name, *place, *path, *part;
} places[] = {
    { "a name that only one has", "tky01", "sites.tokyo.routers.tky01", NULL },
    { "a path", "sites.tokyo.routers.tky01", "sites.tokyo.routers.tky01", NULL },
    { "parent/name", "tokyo/tky01", "sites.tokyo.routers.tky01", NULL },
    { "an interface that is not described", "tky01:GigabitEthernet8.714",
      "sites.tokyo.routers.tky01", "GigabitEthernet8.714" },
    { "an interface that is", "tky01/GigabitEthernet0/0:1",
      "sites.tokyo.routers.tky01.interfaces.GigabitEthernet0/0:1", NULL },
    { "a line of the configuration", "tky01:ip route 10.0.0.0 255.0.0.0 Null0",
      "sites.tokyo.routers.tky01", "ip route 10.0.0.0 255.0.0.0 Null0" },
    { "a link of a circuit", "azure.express_route_circuits.circuit01:primary",
      "azure.express_route_circuits.circuit01", "primary" },
    { "a name with dots", "v.1", "sites.v.1", NULL },
};

static void places_have_short_forms(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(places); i++) {
        char text[1024], path[256];
        struct fixture f;
        snprintf(text, sizeof(text),
                 "spanway: 1\n"
                 "sites:\n"
                 "  tokyo: {routers: {tky01: {interfaces: {'GigabitEthernet0/0:1': }}}}\n"
                 "  v.1: {}\n"
                 "azure: {express_route_circuits: {circuit01: {}}}\n"
                 "requirements: {connect: [{from: '%s', to: v.1}]}\n",
                 places[i].place);
        fixture_read(&f, text);
        CLAIM_TEXT(places[i].name, f.said, "");
        const struct topo_place *from = &f.t->requirements.connect.items[0].from;
        struct text t = text_init(path, sizeof(path));
        topo_object_path(from->object, &t);
        CLAIM_TEXT(places[i].name, path, places[i].path);
        CLAIM_TEXT(places[i].name, from->part ? from->part : "",
                   places[i].part ? places[i].part : "");
        fixture_done(&f);
    }
}

/* --- memory, size ----------------------------------------------------------------------------- */

/* Whatever allocation fails, there is a finding instead of a crash. */
static void every_allocation_may_fail(void **state)
{
    (void)state;
    bool ok = false;
    for (uint64_t n = 1; !ok; n++) {
        struct fixture f;
        assert_true(n < 2000);
        mem_fail_at(n);
        fixture_read(&f, small);
        mem_fail_at(0);
        ok = f.ok;
        /* The list of findings itself may be what found no memory. */
        assert_true(ok || f.diags.errors > 0);
        fixture_done(&f);
    }
    assert_int_equal(mem_bytes(MEM_ARENA), 0);
}

enum { SITES = 10000 };

static void ten_thousand_sites_are_read(void **state)
{
    (void)state;
    size_t cap = SITES * 600, len = 0;
    char *text = malloc(cap);
    assert_non_null(text);
    len += (size_t)snprintf(text, cap, "spanway: 1\nsites:\n");
    for (unsigned i = 0; i < SITES; i++)
        len += (size_t)snprintf(text + len, cap - len,
                                "  s%u: {networks: {lan: 10.%u.%u.0/24}, routers: {r%u: {device: "
                                "r.cfg, nat_address: 198.51.100.7}}, hosts: {pc: 10.%u.%u.9/24}}\n",
                                i, i >> 8, i & 255, i, i >> 8, i & 255);
    len += (size_t)snprintf(text + len, cap - len, "azure:\n  local_network_gateways:\n");
    for (unsigned i = 0; i < SITES; i++)
        len += (size_t)snprintf(text + len, cap - len, "    l%u: {gateway_address: r%u}\n", i, i);
    len += (size_t)snprintf(text + len, cap - len, "requirements:\n  connect:\n");
    for (unsigned i = 0; i + 1 < SITES; i++)
        len += (size_t)snprintf(text + len, cap - len, "    - {from: s%u/pc, to: s%u/lan}\n", i,
                                i + 1);
    struct fixture f;
    fixture_read(&f, text);
    assert_string_equal(f.said, "");
    assert_int_equal(f.t->sites.sites.count, SITES);
    const struct site *last = &f.t->sites.sites.items[SITES - 1];
    assert_ptr_equal(f.t->azure.local_network_gateways.items[SITES - 1].gateway_address.of,
                     last->routers.items);
    assert_ptr_equal(f.t->requirements.connect.items[SITES - 2].to.object, last->networks.items);
    fixture_done(&f);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_small_topology_is_read),
        cmocka_unit_test(what_is_wrong_is_said),
        cmocka_unit_test(the_version_is_the_first_line),
        cmocka_unit_test(an_endpoint_waits_for_the_address),
        cmocka_unit_test(places_have_short_forms),
        cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test(ten_thousand_sites_are_read),
    };
    return cmocka_run_group_tests_name("topo/read", tests, NULL, NULL);
}
