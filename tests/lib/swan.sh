# tests/lib/swan.sh: strongSwan peers with its user-space ESP in namespaces of net.sh, which is sourced
# before. The traffic leaves charon on UDP 4500 and comes out of its TUN device ipsec0. With SWAN_ESP
# "kernel" the kernel encrypts, and ipsec0 is an xfrm interface.

CHARON=${CHARON:-/usr/lib/ipsec/charon}
SWAN_ESP=${SWAN_ESP:-libipsec}
SWAN_IF_ID=4242

# swan_start NS KEY=VALUE...: charon with one connection "gw" and one child "net". Keys (defaults):
#   local, remote (required)   psk (secret)          local_id, remote_id (the addresses)
#   ike (aes256-sha256-modp2048)                     esp (aes256gcm16)
#   local_ts, remote_ts (0.0.0.0/0)                  start (none: none, start, trap)
#   dpd (0s)  rekey_ike (0)  rekey_child (0)         encap (yes)   mobike (no)
#   connection, child: further lines for these blocks; auth (psk), certs, secrets: for certificates
swan_start() {
    local ns=$1 dir=$NET_DIR/swan-$1
    mkdir -p "$dir/run" "$dir/etc"/{x509,x509ca,private}
    swan_conf "$dir" >"$dir/etc/strongswan.conf"
    printf '%s\0' "${@:2}" >"$dir/keys"
    swan_connections "${@:2}" >"$dir/etc/swanctl.conf"
    swan_run "$ns"
}

# swan_change NS KEY=VALUE...: the keys of swan_start but for these; what is set up stays.
swan_change() {
    local ns=$1 dir=$NET_DIR/swan-$1 keys
    mapfile -d '' -t keys <"$dir/keys"
    swan_connections "${keys[@]}" "${@:2}" >"$dir/etc/swanctl.conf"
    swan_load "$ns"
}

# swan_load NS: charon reads swanctl.conf (again).
swan_load() {
    local dir=$NET_DIR/swan-$1
    swan_ctl "$1" --load-all --clear --noprompt --file "$dir/etc/swanctl.conf" >"$dir/load" 2>&1 ||
        { cat "$dir/load" >&2; return 1; }
}

# swanctl.conf of the keys of swan_start, on standard output.
swan_connections() {
    local pair
    local -A o=([psk]=secret [ike]=aes256-sha256-modp2048 [esp]=aes256gcm16 [local_ts]=0.0.0.0/0
        [remote_ts]=0.0.0.0/0 [start]=none [dpd]=0s [rekey_ike]=0 [rekey_child]=0 [encap]=yes
        [mobike]=no [connection]= [child]= [auth]=psk [local_auth]= [remote_auth]= [secrets]=)
    for pair; do o[${pair%%=*}]=${pair#*=}; done
    : "${o[local_id]:=${o[local]}}" "${o[remote_id]:=${o[remote]}}"
    cat <<CONF
connections {
  gw {
    version = 2
    local_addrs = ${o[local]}
    remote_addrs = ${o[remote]}
    proposals = ${o[ike]}
    encap = ${o[encap]}
    mobike = ${o[mobike]}
    dpd_delay = ${o[dpd]}
    rekey_time = ${o[rekey_ike]}
    unique = replace
    $([ "$SWAN_ESP" != kernel ] || echo "if_id_in = $SWAN_IF_ID
    if_id_out = $SWAN_IF_ID")
    ${o[connection]}
    local {
      auth = ${o[auth]}
      id = ${o[local_id]}
      ${o[local_auth]}
    }
    remote {
      auth = ${o[auth]}
      id = ${o[remote_id]}
      ${o[remote_auth]}
    }
    children {
      net {
        local_ts = ${o[local_ts]}
        remote_ts = ${o[remote_ts]}
        esp_proposals = ${o[esp]}
        rekey_time = ${o[rekey_child]}
        start_action = ${o[start]}
        ${o[child]}
      }
    }
  }
}
secrets {
  ike-gw {
    secret = "${o[psk]}"
  }
  ${o[secrets]}
}
CONF
}

# strongswan.conf of a peer, on standard output.
swan_conf() {
    cat <<CONF
charon {
  load = random nonce aesni openssl aes sha1 sha2 hmac kdf gcm ctr chapoly curve25519 gmp pem pkcs1 pkcs8 pubkey x509 constraints revocation $([ "$SWAN_ESP" = kernel ] || echo kernel-libipsec) kernel-netlink socket-default vici updown
  install_routes = no
  install_virtual_ip = no
  delete_rekeyed_delay = 2
  retransmit_timeout = 1.0
  retransmit_tries = 5
  plugins {
    vici {
      socket = unix://$1/vici
    }
    kernel-libipsec {
      allow_peer_ts = yes
    }
  }
  filelog {
    file {
      path = $1/log
      flush_line = yes
      default = 1
    }
  }
}
CONF
}

# Starts charon of a namespace with what swan_start wrote; /run is its own, as its pid file is fixed.
swan_run() {
    local ns=$1 dir=$NET_DIR/swan-$1
    rm -f "$dir/vici"
    [ "$SWAN_ESP" != kernel ] || in_ns "$ns" ip link show ipsec0 >/dev/null 2>&1 ||
        in_ns "$ns" ip link add ipsec0 type xfrm if_id $SWAN_IF_ID
    start "$ns" "$dir/stdout" unshare -m bash -c '
        mount --make-rprivate / && mount --bind "$1/run" /run || exit 1
        export STRONGSWAN_CONF="$1/etc/strongswan.conf"
        exec "$2" </dev/null' _ "$dir" "$CHARON"
    eval "SWAN_PID_$ns=$STARTED"
    wait_for 10 "charon in $ns answers" test -S "$dir/vici"
    wait_for 10 "charon in $ns has its TUN device" in_ns "$ns" ip link show ipsec0
    if [ "$SWAN_ESP" = kernel ]; then
        in_ns "$ns" ip link set ipsec0 up mtu 1400
        swan_load "$ns"
        return
    fi
    # It routes all that its selectors name into the tunnel, its own ESP packets too.
    wait_for 10 "charon's rule in $ns goes" in_ns "$ns" ip rule del table 220
    in_ns "$ns" ip link set ipsec0 up mtu 1400
    swan_load "$ns"
}

# swan_ctl NS ARGUMENT...: swanctl at a peer.
swan_ctl() {
    STRONGSWAN_CONF="$NET_DIR/swan-$1/etc/strongswan.conf" \
        swanctl "${@:2}" --uri "unix://$NET_DIR/swan-$1/vici"
}

# swan_up NS [SECONDS]: initiates the child.
swan_up() { swan_ctl "$1" --initiate --child net --timeout "${2:-15}"; }

# swan_has NS STATE: whether an IKE SA, and one child, are in the state.
swan_has() { swan_ctl "$1" --list-sas 2>/dev/null | grep -q "$2"; }
