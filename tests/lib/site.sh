# tests/lib/site.sh: the configuration of our end of a tunnel to a peer of swan.sh, as IOS writes it,
# and questions about the tunnel. Sourced after net.sh.

# site_config KEY=VALUE...: on standard output. Keys (defaults):
#   local (198.51.100.1)  remote (198.51.100.2)  inner (10.1.0.1)  psk (secret; or "file /x")
#   encryption (aes-cbc-256)  integrity (sha256; none)  prf (as the integrity)  group (14)
#   esp (esp-gcm 256)  pfs (none)  remote_id (address ADDRESS MASK)  role (both, responder-only)
#   dpd (10 2 periodic)  auth (pre-share, rsa-sig, ecdsa-sig)
#   global, profile, ipsec, interface: further lines at these places
site_config() {
    local -A o=([local]=198.51.100.1 [remote]=198.51.100.2 [inner]=10.1.0.1 [psk]=secret
        [encryption]=aes-cbc-256 [integrity]=sha256 [group]=14 [esp]='esp-gcm 256' [pfs]=none
        [role]=both [dpd]='10 2 periodic' [auth]=pre-share)
    local pair
    for pair; do o[${pair%%=*}]=${pair#*=}; done
    : "${o[remote_id]:=address ${o[remote]} 255.255.255.255}"
    # Lines without a value are left out.
    sed -e '/^$/d' <<IOS
version 15.6
hostname site
crypto ikev2 proposal P
 encryption ${o[encryption]}
$([ "${o[integrity]}" = none ] || echo " integrity ${o[integrity]}")
$([ -z "${o[prf]:-}" ] || echo " prf ${o[prf]}")
 group ${o[group]}
crypto ikev2 policy POLICY
 proposal P
crypto ikev2 keyring KEYS
 peer cloud
  address ${o[remote]}
  pre-shared-key ${o[psk]}
${o[global]:-}
crypto ikev2 profile CLOUD
 match identity remote ${o[remote_id]}
 authentication local ${o[auth]}
 authentication remote ${o[auth]}
$([ "${o[auth]}" != pre-share ] || echo " keyring local KEYS")
 dpd ${o[dpd]}
${o[profile]:-}
crypto ipsec transform-set TS ${o[esp]}
 mode tunnel
crypto ipsec profile IPSEC
 set transform-set TS
$([ "${o[pfs]}" = none ] || echo " set pfs ${o[pfs]}")
$([ "${o[role]}" = both ] || echo " ${o[role]}")
${o[ipsec]:-}
 set ikev2-profile CLOUD
interface Tunnel1
 ip address ${o[inner]} 255.255.255.252
 tunnel source ${o[local]}
 tunnel mode ipsec ipv4
 tunnel destination ${o[remote]}
 tunnel protection ipsec profile IPSEC
${o[interface]:-}
ip route 10.2.0.0 255.255.0.0 Tunnel1
IOS
}

# reaches NS ADDRESS: one echo comes back within a second.
reaches() { in_ns "$1" ping -c1 -W1 -q "$2"; }

# tunnel_up NS, tunnel_down NS: the carrier of our Tunnel1.
tunnel_up() { in_ns "$1" ip -br link show Tunnel1 | grep -q LOWER_UP; }
tunnel_down() { in_ns "$1" ip -br link show Tunnel1 | grep -q NO-CARRIER; }

# logged NS PATTERN: our daemon said it.
logged() { grep -Eq -- "$2" "$NET_DIR/spanway-$1/log" || { tail -15 "$NET_DIR/spanway-$1/log"; false; }; }

# ipsec_needs: skips the whole script, with a word, where it cannot run.
ipsec_needs() {
    [ "$(id -u)" = 0 ] || { echo '1..0 # SKIP needs root: network namespaces'; exit 0; }
    command -v swanctl >/dev/null ||
        { echo '1..0 # SKIP needs strongSwan (package strongswan-swanctl)'; exit 0; }
    [ -x "$CHARON" ] || { echo '1..0 # SKIP needs strongSwan (package strongswan-charon)'; exit 0; }
    [ -c /dev/net/tun ] || { echo '1..0 # SKIP needs /dev/net/tun'; exit 0; }
}
