# demo/s1/network.sh: scenario S1 in namespaces. Sourced after tests/lib/net.sh and tests/lib/swan.sh.
#
#   pc ---- tky ==== msee ==== fabric ---- nva             tky, nva: spanwayd
#   client  tky01    MSEE,     hub and     vm-hub00,       rs4, rs5: Route Server, AS 65515 (BIRD)
#           AS 65150 AS 12076  spoke VNet, AS 65001        vpn6, vpn7: the VPN gateway's instances,
#                    (BIRD)    ER gateway    |             AS 65155: strongSwan and BIRD
#                              |  |  |  \  rs4, rs5
#                              |  |  vm (vm-spoke10)
#                           vpn6  vpn7
#
# On-premises hears of the spoke's GatewaySubnet alone, by nva -> rs4, rs5 -> fabric -> msee -> tky;
# everything else of the spoke comes by BGP through the two tunnels. The fabric forwards per
# interface, as a cloud does; its BIRD is the ExpressRoute gateway.

PC=10.100.10.10
SPOKE_VM=10.10.0.4
HUB_VM=10.0.0.1

s1_wire() {
    ns_add pc tky msee fabric nva rs4 rs5 vpn6 vpn7 vm
    forward msee; forward fabric
    cable pc eth0 tky lan10
    cable tky er msee m-tky
    cable msee m-er fabric f-er
    cable fabric f-nva nva eth0
    cable fabric f-vm vm eth0
    addr pc eth0 $PC/24
    in_ns pc ip route add default via 10.100.10.1
    addr msee m-tky 172.16.0.2/30
    addr msee m-er 10.255.0.2/30
    addr fabric f-er 10.255.0.1/30
    addr fabric f-nva $HUB_VM/24
    addr nva eth0 10.0.0.4/24
    in_ns nva ip route add default via 10.0.0.1 src 10.0.0.4 metric 100 proto dhcp
    in_ns nva sysctl -qw net.ipv4.ip_forward=1
    addr fabric f-vm 10.10.0.1/24
    addr vm eth0 $SPOKE_VM/24
    in_ns vm ip route add default via 10.10.0.1
    local n
    for n in 4 5; do
        cable fabric f-rs$n rs$n eth0
        addr fabric f-rs$n 10.0.210.1/32
        addr rs$n eth0 10.0.210.$n/32
        in_ns fabric ip route add 10.0.210.$n dev f-rs$n src 10.0.210.1
        in_ns rs$n ip route add 10.0.210.1 dev eth0
        in_ns rs$n ip route add default via 10.0.210.1
    done
    for n in 6 7; do
        cable fabric f-vpn$n vpn$n eth0
        addr fabric f-vpn$n 10.10.200.1/32
        addr vpn$n eth0 10.10.200.$((n - 2))/32
        addr vpn$n lo 10.10.200.$n/32
        forward vpn$n
        in_ns vpn$n sysctl -qw net.ipv4.conf.eth0.proxy_arp=1 # the fabric hands it what is routed to it
        in_ns fabric ip route add 10.10.200.$((n - 2)) dev f-vpn$n src 10.10.200.1
        in_ns fabric ip route add 10.10.200.$n dev f-vpn$n src 10.10.200.1
        in_ns vpn$n ip route add 10.10.200.1 dev eth0
        in_ns vpn$n ip route add default via 10.10.200.1
    done
    s1_user_route on
    # The VM's routes to on-premises are those that the VPN gateway learned (table 111).
    in_ns fabric ip rule add iif f-vm lookup 111 priority 95
    in_ns fabric ip rule add iif f-vm to 10.100.0.0/16 unreachable priority 96
}

# The user-defined route of the spoke's GatewaySubnet, 10.100.20.1/32 -> the NVA: on, or off (then
# the spoke has no way back to on-premises but the tunnel itself).
s1_user_route() {
    local n
    for n in 6 7; do
        in_ns fabric ip rule del iif f-vpn$n priority 9$n 2>/dev/null || true
        if [ "$1" = on ]; then
            in_ns fabric ip route replace 10.100.20.1 via 10.0.0.4 table 110
            in_ns fabric ip rule add iif f-vpn$n to 10.100.20.1 lookup 110 priority 9$n
        else
            in_ns fabric ip rule add iif f-vpn$n to 10.100.20.1 unreachable priority 9$n
        fi
    done
}

s1_route_server() { # 4 or 5
    bird_start rs$1 <<BIRD
router id 10.0.210.$1;
protocol device {}
protocol kernel { learn; ipv4 { import all; export none; }; }
protocol static { ipv4; route 10.0.0.0/16 blackhole; }
template bgp peer {
    local 10.0.210.$1 as 65515;
    multihop;
    ipv4 { import all; next hop self; export where source ~ [ RTS_BGP, RTS_STATIC ]; };
}
protocol bgp nva from peer { neighbor 10.0.0.4 as 65001; }
protocol bgp ergw from peer { neighbor 10.0.210.1 as 65515; rr client; }
BIRD
}

s1_cloud() {
    s1_route_server 4
    s1_route_server 5
    bird_start fabric <<BIRD
router id 10.255.0.1;
ipv4 table learnt;
protocol device {}
protocol direct { ipv4; interface "f-*"; }
protocol kernel { ipv4 { import none; export where source = RTS_BGP && net !~ 10.10.0.0/16; }; }
protocol kernel { kernel table 111; ipv4 { table learnt; export all; }; }
template bgp server {
    local 10.0.210.1 as 65515;
    multihop;
    ipv4 { import all; next hop self; export where proto = "msee"; };
}
protocol bgp rs4 from server { neighbor 10.0.210.4 as 65515; }
protocol bgp rs5 from server { neighbor 10.0.210.5 as 65515; }
protocol bgp msee {
    local 10.255.0.1 as 65515;
    neighbor 10.255.0.2 as 12076;
    ipv4 { import all; next hop self; export where source = RTS_BGP; };
}
template bgp vpngw {
    local 10.10.200.1 as 65155;
    passive;
    multihop;
}
protocol bgp gw6 from vpngw {
    neighbor 10.10.200.6 as 65155;
    ipv4 { table learnt; import filter { ifname = "f-vpn6"; accept; }; export none; };
}
protocol bgp gw7 from vpngw {
    neighbor 10.10.200.7 as 65155;
    ipv4 { table learnt; import filter { ifname = "f-vpn7"; accept; }; export none; };
}
BIRD
    bird_start msee <<BIRD
router id 172.16.0.2;
protocol device {}
protocol direct { ipv4; }
protocol kernel { ipv4 { import none; export where source = RTS_BGP; }; }
filter to_customer {
    if source != RTS_BGP then reject;
    bgp_path.delete([64512..65534]);
    accept;
}
protocol bgp ergw {
    local 10.255.0.2 as 12076;
    neighbor 10.255.0.1 as 65515;
    ipv4 { import all; next hop self; export where source = RTS_BGP; };
}
protocol bgp tky {
    local 172.16.0.2 as 12076;
    neighbor 172.16.0.1 as 65150;
    ipv4 { import all; next hop self; export filter to_customer; };
}
BIRD
}

# One instance of the VPN gateway: strongSwan at its VPN address, BIRD at its BGP address. What goes
# from there to 10.100.20.1 enters the tunnel; strongSwan's own packets do not.
s1_gateway() { # 6 or 7
    local n=$1 vpn=10.10.200.$(($1 - 2)) bgp=10.10.200.$1
    swan_start vpn$n local=$vpn remote=10.100.20.1 psk=ExampleKeyTky01Spoke10 ike=aes256-sha1-modp1024 \
        esp=aes256gcm16
    in_ns vpn$n ip route replace default dev ipsec0 src $bgp table 200
    in_ns vpn$n ip rule add from $bgp to 10.100.20.1 lookup 200 priority 90
    # Its BGP address is there for the tunnel alone.
    in_ns vpn$n nft -f - <<NFT
table ip gateway {
    chain in {
        type filter hook input priority filter;
        iifname "eth0" ip saddr 10.100.20.1 tcp dport 179 drop
        iifname "eth0" ip saddr 10.100.20.1 tcp sport 179 drop
    }
}
NFT
    bird_start vpn$n <<BIRD
router id $bgp;
protocol device {}
protocol direct { ipv4; }
protocol static { ipv4; route 10.10.0.0/16 blackhole; }
protocol kernel { ipv4 { import none; export where proto = "tky"; }; }
filter from_tky { ifname = "ipsec0"; accept; }
protocol bgp tky {
    local $bgp as 65155;
    neighbor 10.100.20.1 as 65150;
    multihop;
    ipv4 { import filter from_tky; next hop self; export where source = RTS_STATIC; };
}
protocol bgp fabric {
    local $bgp as 65155;
    neighbor 10.10.200.1 as 65155;
    multihop;
    ipv4 { import none; next hop self; export where proto = "tky"; };
}
BIRD
}

s1_reaches() { in_ns pc ping -c1 -W1 -q "$1"; }
s1_does_not_reach() { ! in_ns pc ping -c1 -W1 -q "$1" >/dev/null 2>&1; }
s1_tunnel_is() { in_ns tky ip -br link show "$1" | grep -q "$2"; }
