#include "cases.h"

const struct check_case cases_aws[] = {
    {
        .rule = "R118",
        .claim = "inside addresses that AWS reserves",
        .base = "aws-gcp",
        .edits = { { .find = "inside_cidr: 169.254.100.0/30",
                     .replace = "inside_cidr: 169.254.5.0/30" },
                   { .find = "ip_range: 169.254.100.2/30", .replace = "ip_range: 169.254.5.2/30" },
                   { .find = "peer_ip_address: 169.254.100.1",
                     .replace = "peer_ip_address: 169.254.5.1" } },
        .object = "[0]",
    },
    {
        .rule = "R118",
        .claim = "an inside network of 16 addresses",
        .base = "aws-gcp",
        .edits = { { .find = "inside_cidr: 169.254.100.0/30",
                     .replace = "inside_cidr: 169.254.100.0/28" } },
        .object = "[0]",
    },
    {
        .rule = "R118",
        .claim = "inside addresses outside of 169.254.0.0/16",
        .base = "aws-gcp",
        .edits = { { .find = "inside_cidr: 169.254.100.0/30",
                     .replace = "inside_cidr: 192.168.100.0/30" },
                   { .find = "ip_range: 169.254.100.2/30",
                     .replace = "ip_range: 192.168.100.2/30" },
                   { .find = "peer_ip_address: 169.254.100.1",
                     .replace = "peer_ip_address: 192.168.100.1" } },
        .object = "[0]",
        .also = "R004",
    },
    {
        .rule = "R118",
        .claim = "two tunnels of a virtual private gateway with the same inside addresses",
        .base = "aws-hub",
        .edits = { { .find = "169.254.12.0/30", .replace = "169.254.10.0/30" },
                   { .file = "aws-hub/edge-b.cfg",
                     .find = "ip address 169.254.12.2",
                     .replace = "ip address 169.254.10.2" },
                   { .file = "aws-hub/edge-b.cfg",
                     .find = "neighbor 169.254.12.1 remote-as 64512",
                     .replace = "neighbor 169.254.10.1 remote-as 64512" } },
        .object = "[0]",
        .also = "R052 R152 R153 R159 R171 R172 R173 R177 R178 R182",
    },
    {
        .rule = "R119",
        .claim = "the customer has one tunnel of a connection",
        .base = "aws-gcp",
        .edits = { { .find = "    tunnel-3:\n"
                             "      region: asia-northeast1\n"
                             "      vpn_gateway: ha-vpn\n"
                             "      vpn_gateway_interface: 1\n"
                             "      peer_external_gateway: ext-aws\n"
                             "      peer_external_gateway_interface: 3\n"
                             "      router: router-app\n"
                             "      shared_secret: Vb4nM7cX1zLk9jHg6fDs3aPo8iUy5t11\n"
                             "      ike_version: 2\n",
                     .replace = "" },
                   { .find = "        if-3: {ip_range: 169.254.103.2/30, vpn_tunnel: tunnel-3}\n",
                     .replace = "" },
                   { .find = "        aws-3: {interface: if-3, peer_ip_address: 169.254.103.1, "
                             "peer_asn: 64512}\n",
                     .replace = "" } },
        .object = "vpn-1",
        .also = "R011 R175 R176 R182 R183",
    },
    {
        .rule = "R120",
        .claim = "more prefixes than a virtual private gateway takes",
        .base = "aws-site",
        .edits = { { .find = "aws:\n  vpcs",
                     .replace = "limits:\n"
                                "  aws.vgw.routes-in-max: 1\naws:\n  vpcs" },
                   { .file = "aws-site/edge.cfg",
                     .find = " network 192.168.10.0 mask 255.255.255.0\n",
                     .replace = " network 192.168.10.0 mask 255.255.255.0\n"
                                " network 192.168.11.0 mask 255.255.255.0\n" },
                   { .file = "aws-site/edge.cfg",
                     .find = "interface Tunnel1\n",
                     .replace = "interface GigabitEthernet3\n"
                                " ip address 192.168.11.1 255.255.255.0\ninterface Tunnel1\n" },
                   { .file = "aws-site/edge.cfg",
                     .find = "ip prefix-list SITE seq 5 permit 192.168.10.0/24\n",
                     .replace = "ip prefix-list SITE seq 5 permit 192.168.10.0/23 le 24\n" } },
        .object = "vpn",
    },
    {
        .rule = "R121",
        .claim = "more prefixes than a transit gateway takes",
        .base = "azure-aws",
        .edits = { { .find = "aws:\n  vpcs",
                     .replace = "limits:\n  aws.tgw.routes-in-max: 1\naws:\n  vpcs" },
                   { .find = "address_space: [10.2.0.0/16]",
                     .replace = "address_space: [10.2.0.0/16, 10.5.0.0/16]" } },
        .object = "vpn-0",
        .also = "R204",
    },
    {
        .rule = "R122",
        .claim = "AWS is to start a tunnel that is held to IKEv1",
        .base = "aws-site",
        .edits = { { .find = "l00\n          ike_versions: [ikev2]",
                     .replace = "l00\n          ike_versions: [ikev1]" } },
        .object = "[0]",
        .also = "R016 R017 R074 R076 R175",
    },
    {
        .rule = "R123",
        .claim = "AWS waits to be called, and the router only answers",
        .base = "aws-site",
        .edits = { { .find = "startup_action: start\n        - outside_address: 198.51.100.21",
                     .replace = "startup_action: add\n        - outside_address: 198.51.100.21" },
                   { .file = "aws-site/edge.cfg",
                     .find = " set pfs group20\n",
                     .replace = " set pfs group20\n responder-only\n" } },
        .object = "[0]",
        .also = "R119 R175",
    },
    {
        .rule = "R124",
        .claim = "AWS forgets a lost tunnel, and the router only answers",
        .base = "aws-site",
        .edits = { { .find = "dpd_timeout_action: restart\n          startup_action: start\n"
                             "        - outside_address: 198.51.100.21",
                     .replace = "dpd_timeout_action: clear\n          startup_action: start\n"
                                "        - outside_address: 198.51.100.21" },
                   { .file = "aws-site/edge.cfg",
                     .find = " set pfs group20\n",
                     .replace = " set pfs group20\n responder-only\n" } },
        .object = "[0]",
    },
    {
        .rule = "R125",
        .claim = "a phase 2 that lasts longer than phase 1",
        .base = "aws-site",
        .edits = { { .find = "l00\n"
                             "          ike_versions: [ikev2]\n"
                             "          phase1_encryption_algorithms: [AES256]\n"
                             "          phase1_integrity_algorithms: [SHA2-256]\n"
                             "          phase1_dh_group_numbers: [20]\n"
                             "          phase2_encryption_algorithms: [AES256-GCM-16]\n"
                             "          phase2_integrity_algorithms: [SHA2-256]\n"
                             "          phase2_dh_group_numbers: [20]\n"
                             "          phase1_lifetime_seconds: 28800\n"
                             "          phase2_lifetime_seconds: 3600\n",
                     .replace = "l00\n"
                                "          ike_versions: [ikev2]\n"
                                "          phase1_encryption_algorithms: [AES256]\n"
                                "          phase1_integrity_algorithms: [SHA2-256]\n"
                                "          phase1_dh_group_numbers: [20]\n"
                                "          phase2_encryption_algorithms: [AES256-GCM-16]\n"
                                "          phase2_integrity_algorithms: [SHA2-256]\n"
                                "          phase2_dh_group_numbers: [20]\n"
                                "          phase1_lifetime_seconds: 1800\n"
                                "          phase2_lifetime_seconds: 3600\n" } },
        .object = "[0]",
    },
    {
        .rule = "R126",
        .claim = "a customer gateway with another AS number than the router",
        .base = "aws-site",
        .edits = { { .find = "bgp_asn: 65150", .replace = "bgp_asn: 65151" } },
        .object = "vpn",
        .also = "R016 R174",
        .follows = "R016 R174",
    },
    {
        .rule = "R126",
        .claim = "a router that expects another AS number of AWS",
        .base = "aws-site",
        .edits = { { .find = "amazon_side_asn: 64512", .replace = "amazon_side_asn: 64513" } },
        .object = "vpn",
        .also = "R016 R174",
    },
    {
        .rule = "R126",
        .claim = "a router that expects another AS number of Azure",
        .base = "azure-site",
        .edits = { { .file = "azure-site/edge.cfg",
                     .find = "neighbor 10.1.255.4 remote-as 65010",
                     .replace = "neighbor 10.1.255.4 remote-as 65011" } },
        .object = "edge",
        .also = "R175",
    },
    {
        .rule = "R126",
        .claim = "a local network gateway with another AS number than the router",
        .base = "azure-site",
        .edits = { { .find = "asn: 65150", .replace = "asn: 65151" } },
        .object = "conn-site",
        .also = "R174 R175",
        .follows = "R016 R174",
    },
    {
        .rule = "R127",
        .claim = "a router that gives one tunnel more weight",
        .base = "aws-site",
        .edits = { { .file = "aws-site/edge.cfg",
                     .find = " neighbor 169.254.11.1 maximum-prefix 900\n",
                     .replace = " neighbor 169.254.11.1 maximum-prefix 900\n"
                                " neighbor 169.254.11.1 weight 100\n" } },
        .object = "edge",
    },
    {
        .rule = "R128",
        .claim = "a router that drops packets of flows it has not seen",
        .base = "aws-site",
        .edits = { { .find = "ip_forward: true}",
                     .replace = "ip_forward: true, iptables: [\"-A FORWARD -m conntrack --ctstate "
                                "INVALID -j DROP\"], iptables_persistent: true}" } },
        .object = "edge",
    },
    {
        .rule = "R129",
        .claim = "a site's prefix inside of the VPC",
        .base = "aws-site",
        .edits = { { .file = "aws-site/edge.cfg",
                     .find = " network 192.168.10.0 mask 255.255.255.0\n",
                     .replace = " network 172.24.5.0 mask 255.255.255.0\n" },
                   { .file = "aws-site/edge.cfg",
                     .find = "ip address 192.168.10.1 ",
                     .replace = "ip address 172.24.5.1 " },
                   { .file = "aws-site/edge.cfg",
                     .find = "permit 192.168.10.0/24",
                     .replace = "permit 172.24.5.0/24" } },
        .object = "vpc-app",
        .also = "R068 R174 R177 R182 R211",
    },
    {
        .rule = "R130",
        .claim = "static routes beside BGP",
        .base = "aws-site",
        .edits = { { .find = "      vpn_gateway: vgw\n",
                     .replace = "      vpn_gateway: vgw\n"
                                "      static_routes: [192.168.10.0/24]\n" } },
        .object = "vpn",
    },
    {
        .rule = "R131",
        .claim = "the default route of AWS's sample",
        .base = "aws-site",
        .edits = { { .file = "aws-site/edge.cfg",
                     .find = " neighbor 169.254.11.1 maximum-prefix 900\n",
                     .replace = " neighbor 169.254.11.1 maximum-prefix 900\n"
                                " neighbor 169.254.11.1 default-originate\n" } },
        .object = "edge",
        .also = "R067",
    },
    {
        .rule = "R035",
        .claim = "a subnet with a route table that learns nothing",
        .base = "aws-site",
        .edits = { { .find = "route_table: rt-app}\n",
                     .replace = "route_table: rt-app}\n"
                                "        b: {cidr_block: 172.24.1.0/24, route_table: rt-b}\n" },
                   { .find = "  route_tables:\n",
                     .replace = "  route_tables:\n    rt-b: {vpc: vpc-app}\n" } },
        .object = "rt-b",
    },
    {
        .rule = "R119",
        .claim = "two connections to Google Cloud's two interfaces, a tunnel each",
        .base = "aws-gcp",
        .edits = { { .find = "FOUR_IPS_REDUNDANCY", .replace = "TWO_IPS_REDUNDANCY" },
                   { .find = "        - {id: 1, ip_address: 203.0.113.21}\n"
                             "        - {id: 2, ip_address: 203.0.113.22}\n"
                             "        - {id: 3, ip_address: 203.0.113.23}\n",
                     .replace = "        - {id: 1, ip_address: 203.0.113.22}\n" },
                   { .find = "    tunnel-1:\n"
                             "      region: asia-northeast1\n"
                             "      vpn_gateway: ha-vpn\n"
                             "      vpn_gateway_interface: 0\n"
                             "      peer_external_gateway: ext-aws\n"
                             "      peer_external_gateway_interface: 1\n"
                             "      router: router-app\n"
                             "      shared_secret: Vb4nM7cX1zLk9jHg6fDs3aPo8iUy5t01\n"
                             "      ike_version: 2\n",
                     .replace = "" },
                   { .find = "      peer_external_gateway_interface: 2\n"
                             "      router: router-app\n"
                             "      shared_secret: Vb4nM7cX1zLk9jHg6fDs3aPo8iUy5t10\n"
                             "      ike_version: 2\n"
                             "    tunnel-3:\n"
                             "      region: asia-northeast1\n"
                             "      vpn_gateway: ha-vpn\n"
                             "      vpn_gateway_interface: 1\n"
                             "      peer_external_gateway: ext-aws\n"
                             "      peer_external_gateway_interface: 3\n"
                             "      router: router-app\n"
                             "      shared_secret: Vb4nM7cX1zLk9jHg6fDs3aPo8iUy5t11\n",
                     .replace = "      peer_external_gateway_interface: 1\n"
                                "      router: router-app\n"
                                "      shared_secret: Vb4nM7cX1zLk9jHg6fDs3aPo8iUy5t10\n" },
                   { .find = "        if-1: {ip_range: 169.254.101.2/30, vpn_tunnel: tunnel-1}\n"
                             "        if-2: {ip_range: 169.254.102.2/30, vpn_tunnel: tunnel-2}\n"
                             "        if-3: {ip_range: 169.254.103.2/30, vpn_tunnel: tunnel-3}\n",
                     .replace =
                         "        if-2: {ip_range: 169.254.102.2/30, vpn_tunnel: tunnel-2}\n" },
                   { .find = "        aws-1: {interface: if-1, peer_ip_address: 169.254.101.1, "
                             "peer_asn: 64512}\n"
                             "        aws-2: {interface: if-2, peer_ip_address: 169.254.102.1, "
                             "peer_asn: 64512}\n"
                             "        aws-3: {interface: if-3, peer_ip_address: 169.254.103.1, "
                             "peer_asn: 64512}\n",
                     .replace = "        aws-2: {interface: if-2, peer_ip_address: 169.254.102.1, "
                                "peer_asn: 64512}\n" } },
        .object = "vpn-0",
        .also = "R011 R176",
    },
    {
        .rule = "R132",
        .claim = "a policy of IKEv1 as in AWS's sample",
        .base = "aws-site",
        .edits = { { .file = "aws-site/edge.cfg",
                     .find = "hostname edge\n",
                     .replace = "hostname edge\ncrypto isakmp policy 200\n encryption aes 128\n"
                                " authentication pre-share\n group 2\n lifetime 28800\n hash sha\n"
                                "exit\n" },
                   { .file = "aws-site/edge.cfg",
                     .find = " set ikev2-profile AWS\n",
                     .replace = "" } },
        .object = "edge",
        .also = "R017 R076 R174 R175 R182",
    },
    {
        .rule = "R133",
        .claim = "two sites with one AS number on a virtual private gateway",
        .base = "aws-hub",
        .edits = { { .find = "bgp_asn: 65151", .replace = "bgp_asn: 65150" },
                   { .file = "aws-hub/edge-b.cfg",
                     .find = "router bgp 65151",
                     .replace = "router bgp 65150" } },
        .object = "cgw-b",
    },
    {
        .rule = "R134",
        .claim = "more is needed than four tunnels carry",
        .base = "azure-aws",
        .edits = { { .find = "{from: vnet-app, to: vpc-app}",
                     .replace = "{from: vnet-app, to: vpc-app, bandwidth_mbps: 6000}" } },
        .also = "R181",
    },
    {
        .rule = "R204",
        .claim = "a VPC without a route to the network that it has to reach",
        .base = "azure-aws",
        .edits = { { .find = "destination_cidr_block: 10.2.0.0/16",
                     .replace = "destination_cidr_block: 10.3.0.0/16" } },
        .object = "vpc-app",
    },
    {
        .rule = "R205",
        .claim = "attachments that announce nothing",
        .base = "azure-aws",
        .edits = { { .find = "vpn_ecmp_support: true}",
                     .replace = "vpn_ecmp_support: true, default_route_table_propagation: "
                                "false}" } },
        .object = "tgw",
    },
    {
        .rule = "R208",
        .claim = "a customer gateway with a private AS number of four bytes",
        .base = "aws-site",
        .edits = { { .find = "bgp_asn: 65150", .replace = "bgp_asn: 4200000000" },
                   { .file = "aws-site/edge.cfg",
                     .find = "router bgp 65150",
                     .replace = "router bgp 4200000000" } },
        .object = "cgw",
    },
    {
        .rule = "R125",
        .claim = "a router whose keys last half an hour",
        .base = "aws-site",
        .edits = { { .file = "aws-site/edge.cfg",
                     .find = " set security-association lifetime seconds 3600\n",
                     .replace = " set security-association lifetime seconds 1800\n" } },
        .object = "[0]",
    },
    {
        .rule = "R125",
        .claim = "a router whose phase 1 lasts an hour",
        .base = "aws-site",
        .edits = { { .file = "aws-site/edge.cfg",
                     .find = " lifetime 28800\n",
                     .replace = " lifetime 3600\n" } },
        .object = "[0]",
    },
    {
        .rule = "R125",
        .claim = "Azure's keys last shorter than AWS's",
        .base = "azure-aws",
        .edits = { { .find = "        sa_lifetime_seconds: 27000\n",
                     .replace = "        sa_lifetime_seconds: 1800\n" } },
        .object = "[0]",
    },
    {
        .rule = "R121",
        .claim = "more routes in all than a transit gateway takes",
        .base = "azure-aws",
        .edits = { { .find = "aws:\n  vpcs",
                     .replace = "limits:\n  aws.tgw.routes-total-max: 2\naws:\n  vpcs" } },
        .object = "tgw",
    },
    {
        .rule = "R131",
        .claim = "a network 0.0.0.0 that reaches AWS",
        .base = "aws-site",
        .edits = { { .file = "aws-site/edge.cfg",
                     .find = " network 192.168.10.0 mask 255.255.255.0\n",
                     .replace = " network 192.168.10.0 mask 255.255.255.0\n"
                                " network 0.0.0.0\n" },
                   { .file = "aws-site/edge.cfg",
                     .find = "ip prefix-list SITE seq 5 permit 192.168.10.0/24\n",
                     .replace = "ip prefix-list SITE seq 5 permit 192.168.10.0/24\n"
                                "ip prefix-list SITE seq 10 permit 0.0.0.0/0\n" } },
        .object = "edge",
    },
    {
        .rule = "R133",
        .claim = "two sites on a virtual private gateway with one prefix",
        .base = "aws-hub",
        .edits = { { .file = "aws-hub/edge-b.cfg",
                     .find = " network 192.168.20.0 mask 255.255.255.0\n",
                     .replace = " network 192.168.10.0 mask 255.255.255.0\n" },
                   { .file = "aws-hub/edge-b.cfg",
                     .find = "permit 192.168.20.0/24\n",
                     .replace = "permit 192.168.10.0/24\n" },
                   { .file = "aws-hub/edge-b.cfg",
                     .find = " ip address 192.168.20.1 255.255.255.0\n",
                     .replace = " ip address 192.168.10.1 255.255.255.0\n" } },
        .object = "vpn-b",
        .severity = "warning",
        .also = "R174 R211",
    },
    {
        .rule = "R118",
        .claim = "two tunnels of a transit gateway with the same inside addresses",
        .base = "azure-aws",
        .edits = { { .find = "inside_cidr: 169.254.22.4/30",
                     .replace = "inside_cidr: 169.254.22.0/30" } },
        .object = "[1]",
        .severity = "warning",
        .also = "R005 R006 R016 R174 R175 R202 R011 R119",
    },
    {
        .rule = "R125",
        .claim = "a phase 1 that this AWS does not allow",
        .base = "aws-site",
        .edits = { { .find = "aws:\n  vpcs",
                     .replace = "limits:\n  aws.ike.lifetime-range: 900-10000\naws:\n  vpcs" } },
        .object = "[0]",
    },
    {
        .rule = "R125",
        .claim = "a phase 2 that this AWS does not allow",
        .base = "aws-site",
        .edits = { { .find = "aws:\n  vpcs",
                     .replace = "limits:\n  aws.ipsec.lifetime-range: 900-1800\naws:\n  vpcs" } },
        .object = "[0]",
    },
    {
        .rule = "R121",
        .claim = "more prefixes than a transit gateway sends",
        .base = "azure-aws",
        .edits = { { .find = "aws:\n  vpcs",
                     .replace = "limits:\n  aws.tgw.routes-out-max: 1\naws:\n  vpcs" },
                   { .find = "cidr_blocks: [172.24.0.0/16]",
                     .replace = "cidr_blocks: [172.24.0.0/16, 172.25.0.0/16]" } },
        .object = "vpn-0",
    },
    {
        .rule = "R204",
        .claim = "an instance that has to reach a site, and no route",
        .base = "azure-aws",
        .edits = { { .find = "        - {destination_cidr_block: 10.2.0.0/16, target: tgw}",
                     .replace = "        - {destination_cidr_block: 10.77.0.0/16, target: tgw}" },
                   { .find = "    - {from: vnet-app, to: vpc-app}",
                     .replace = "    - {from: vnet-app/default, to: app}" },
                   { .find = "requirements:\n",
                     .replace = "  instances:\n    app: {subnet: vpc-app/a, private_ip: "
                                "172.24.0.10}\nrequirements:\n" } },
        .object = "a",
        .also = "R174 R175",
    },
    {
        .rule = "R204",
        .claim = "two networks of AWS without routes to each other",
        .base = "azure-aws",
        .edits = { { .find = "  route_tables:\n    rt-app:",
                     .replace = "    vpc-b: {region: ap-northeast-1, cidr_blocks: [172.25.0.0/16], "
                                "subnets: {b: {cidr_block: 172.25.0.0/24}}}\n  route_tables:\n    "
                                "rt-app:" },
                   { .find = "    att-app: {transit_gateway: tgw, vpc: vpc-app}\n",
                     .replace = "    att-app: {transit_gateway: tgw, vpc: vpc-app}\n    att-b: "
                                "{transit_gateway: tgw, vpc: vpc-b}\n" },
                   { .find = "    - {from: vnet-app, to: vpc-app}",
                     .replace = "    - {from: vnet-app, to: vpc-app}\n    - {from: vpc-app, to: "
                                "vpc-b}" } },
        .object = "vpc-app",
        .also = "R174 R175",
    },
    {
        .rule = "R204",
        .claim = "a site that no route of the VPC leads to",
        .base = "azure-aws",
        .edits = { { .find = "requirements:\n",
                     .replace = "sites:\n  far: {networks: {lan: {prefix: 192.168.77.0/24}, dmz: "
                                "{prefix: 192.168.78.0/24}}}\nrequirements:\n" },
                   { .find = "    - {from: vnet-app, to: vpc-app}",
                     .replace = "    - {from: sites.far.networks.lan, to: vpc-app}\n    - {from: "
                                "sites.far, to: vpc-app}" } },
        .object = "vpc-app",
        .also = "R174 R175",
    },
    { .rule = NULL },
};
