# demo/s2/network.sh: scenario S2 in namespaces. Sourced after tests/lib/net.sh.
#
#   client --- hub ======== fabric --- nva        rs4, rs5: Route Server's two instances, AS 65515,
#   10.0.0.4   MSEE,        VNet #2,   10.100.0.10          a real FRR and a real BIRD
#              AS 12076     ER gateway, spanwayd   fabric:   forwards per interface, as a cloud does;
#                           AS 65515   AS 65001              its BIRD is the ExpressRoute gateway
#                             |  \
#                          inet   rs4, rs5
#
# The default route reaches the client's network by BGP alone:
# nva -> rs4, rs5 -> fabric (ER gateway) -> hub (MSEE) -> kernel.

PUBLIC_IP=192.0.2.10     # attached to the NVA's NIC
INTERNET_HOST=203.0.113.80

s2_wire() {
    ns_add client hub fabric nva rs4 rs5 inet
    forward hub; forward fabric
    cable client eth0 hub h-client
    cable hub h-er fabric f-er
    cable fabric f-nva nva eth0
    cable fabric f-rs4 rs4 eth0
    cable fabric f-rs5 rs5 eth0
    cable fabric f-inet inet eth0
    addr client eth0 10.0.0.4/24
    addr hub h-client 10.0.0.1/24
    addr hub h-er 10.255.0.2/30
    addr fabric f-er 10.255.0.1/30
    addr fabric f-nva 10.100.0.1/24
    addr nva eth0 10.100.0.10/24
    addr fabric f-inet 198.51.100.2/30
    addr inet eth0 198.51.100.1/30
    addr inet lo $INTERNET_HOST/32
    in_ns client ip route add default via 10.0.0.1
    in_ns nva ip route add default via 10.100.0.1
    in_ns inet ip route add $PUBLIC_IP via 198.51.100.2
    local n
    for n in 4 5; do
        addr fabric f-rs$n 10.100.210.1/32
        addr rs$n eth0 10.100.210.$n/32
        in_ns fabric ip route add 10.100.210.$n dev f-rs$n src 10.100.210.1
        in_ns rs$n ip route add 10.100.210.1 dev eth0
        in_ns rs$n ip route add default via 10.100.210.1
    done
    in_ns nva sysctl -qw net.ipv4.ip_forward=1
    s2_user_route on
    # What arrives over ExpressRoute is forwarded by what the gateway learned (table 102).
    in_ns fabric ip rule add iif f-er lookup main suppress_prefixlength 0 priority 100
    in_ns fabric ip rule add iif f-er lookup 102 priority 101
    in_ns fabric ip route add blackhole default metric 4000 table 102
    # The NIC's public address.
    in_ns fabric nft -f - <<NFT
table ip public {
    chain out {
        type nat hook postrouting priority srcnat;
        oifname "f-inet" ip saddr 10.100.0.10 snat to $PUBLIC_IP
    }
    chain in {
        type nat hook prerouting priority dstnat;
        iifname "f-inet" ip daddr $PUBLIC_IP dnat to 10.100.0.10
    }
    chain forward {
        type filter hook forward priority filter;
        oifname "f-inet" ip saddr != 10.100.0.10 drop
    }
}
NFT
}

# The user-defined route 0.0.0.0/0 -> Internet on the NVA's subnet: on, or off (then the subnet
# follows the learned default route, which points back to the NVA).
s2_user_route() {
    in_ns fabric ip rule del iif f-nva priority 90 2>/dev/null || true
    in_ns fabric ip rule del iif f-nva priority 91 2>/dev/null || true
    in_ns fabric ip rule add iif f-nva lookup main suppress_prefixlength 0 priority 90
    if [ "$1" = on ]; then
        in_ns fabric ip route replace default via 198.51.100.1 table 101
        in_ns fabric ip rule add iif f-nva lookup 101 priority 91
    else
        in_ns fabric ip rule add iif f-nva lookup 102 priority 91
    fi
}

# The speakers of the cloud: two instances of the Route Server, its ExpressRoute gateway, the MSEE.
s2_cloud() {
    frr_start rs4 <<FRR
frr defaults traditional
hostname rs4
ip nht resolve-via-default
router bgp 65515
 bgp router-id 10.100.210.4
 no bgp ebgp-requires-policy
 no bgp default ipv4-unicast
 no bgp network import-check
 neighbor 10.100.0.10 remote-as 65001
 neighbor 10.100.0.10 ebgp-multihop 255
 neighbor 10.100.210.1 remote-as 65515
 address-family ipv4 unicast
  network 10.100.0.0/16
  neighbor 10.100.0.10 activate
  neighbor 10.100.210.1 activate
 exit-address-family
exit
FRR
    bird_start rs5 <<BIRD
router id 10.100.210.5;
protocol device {}
protocol direct { ipv4; }
protocol kernel { learn; ipv4 { import all; export none; }; }
protocol static { ipv4; route 10.100.0.0/16 blackhole; }
template bgp peer {
    local 10.100.210.5 as 65515;
    multihop;
    ipv4 { import all; export where source ~ [ RTS_BGP, RTS_STATIC ]; };
}
protocol bgp nva from peer { neighbor 10.100.0.10 as 65001; }
protocol bgp ergw from peer { neighbor 10.100.210.1 as 65515; }
BIRD
    bird_start fabric <<BIRD
router id 10.255.0.1;
protocol device {}
protocol direct { ipv4; }
protocol kernel { kernel table 102; ipv4 { import none; export where source = RTS_BGP; }; }
template bgp route_server {
    local 10.100.210.1 as 65515;
    multihop;
    ipv4 { import all; export where source = RTS_BGP; next hop self ebgp; };
}
protocol bgp rs4 from route_server { neighbor 10.100.210.4 as 65515; }
protocol bgp rs5 from route_server { neighbor 10.100.210.5 as 65515; }
protocol bgp msee {
    local 10.255.0.1 as 65515;
    neighbor 10.255.0.2 as 12076;
    ipv4 { import all; export where source = RTS_BGP; next hop self; };
}
BIRD
    bird_start hub <<BIRD
router id 10.255.0.2;
protocol device {}
protocol direct { ipv4; }
protocol static { ipv4; route 10.0.0.0/16 blackhole; }
protocol kernel { ipv4 { import none; export where source = RTS_BGP; }; }
protocol bgp ergw {
    local 10.255.0.2 as 12076;
    neighbor 10.255.0.1 as 65515;
    ipv4 { import all; export where source = RTS_STATIC; };
}
BIRD
    in_ns fabric ip route add 10.0.0.0/16 via 10.255.0.2
}

# A host of the Internet that answers every HTTP request with the address that it came from.
s2_internet() {
    start inet "$NET_DIR/inet.log" python3 -c "
import http.server
class Echo(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = (self.client_address[0] + '\n').encode()
        self.send_response(200)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *args): pass
http.server.HTTPServer(('$INTERNET_HOST', 80), Echo).serve_forever()"
    wait_for 10 'the Internet host listens' in_ns inet python3 -c "
import socket; socket.create_connection(('$INTERNET_HOST', 80), 1)"
}

# The address that the Internet sees when the client asks; fails when there is no answer.
s2_ask() {
    in_ns client python3 -c "
import urllib.request
print(urllib.request.urlopen('http://$INTERNET_HOST/', timeout=2).read().decode().strip())" 2>/dev/null
}
s2_reaches() { [ "$(s2_ask)" = "$PUBLIC_IP" ]; }
s2_does_not_reach() { ! s2_ask >/dev/null; }
