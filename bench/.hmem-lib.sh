#!/usr/bin/env bash
# bench/ipsec_tunnels: many tunnels between two namespaces: time until all are up, handshakes and CPU
# seconds, memory of a tunnel; for each Diffie-Hellman group, Spanway beside strongSwan.
#
#   bench/ipsec_tunnels [--tunnels 1000] [--groups 31,19,14] [--kinds spanway,swan] [--perf FILE]
#
# Every tunnel has an IKE SA and a CHILD SA of its own, with a pre-shared key and AES-128-GCM. One end
# starts all of them, the other answers. Spanway's tunnels are devices, each with a static route: how
# long until all of them are up with carrier, and all routes are in the kernel, is measured too. --perf
# records a profile of all processes of the starting end. Needs root and strongSwan.
set -euo pipefail
cd "$(dirname "$0")/.."
BUILD=${BUILD:-build}
export SPANWAYD=$BUILD/src/spanwayd SPANWAY=$BUILD/src/spanway
tunnels=1000 groups=31,19,14 kinds=spanway,swan perf=
while [ $# -gt 0 ]; do
    case $1 in
    --tunnels) tunnels=$2 ;;
    --groups) groups=$2 ;;
    --kinds) kinds=$2 ;;
    --perf) perf=$2 ;;
    *)
        sed -n '2,11s/^# \{0,1\}//p' "$0"
        exit 2
        ;;
    esac
    shift 2
done

# Addresses of the i-th tunnel: 198.18.x.y at one end, 198.19.x.y at the other; behind one neighbour
# each, as the kernel's table of neighbours holds 1,024 for all namespaces.
ground() {
    ns_add a b
    cable a va b vb
    addr a va 192.0.2.1/24
    addr b vb 192.0.2.2/24
    local i
    for ((i = 0; i < tunnels; i++)); do
        echo "addr add 198.18.$((i / 250)).$((i % 250 + 1))/32 dev lo" >&3
        echo "addr add 198.19.$((i / 250)).$((i % 250 + 1))/32 dev lo" >&4
    done 3>"$NET_DIR/a.ip" 4>"$NET_DIR/b.ip"
    in_ns a ip -batch "$NET_DIR/a.ip"
    in_ns b ip -batch "$NET_DIR/b.ip"
    in_ns a ip route add 198.19.0.0/16 via 192.0.2.2
    in_ns b ip route add 198.18.0.0/16 via 192.0.2.1
}

# spanway_config LOCAL-OCTET REMOTE-OCTET GROUP ROLE
spanway_config() {
    cat <<IOS
hostname bench
crypto ikev2 proposal P
 encryption aes-cbc-128
 integrity sha256
 group $3
crypto ikev2 policy POLICY
 proposal P
crypto ikev2 keyring KEYS
 peer all
  address 198.$2.0.0 255.255.0.0
  pre-shared-key secret
crypto ikev2 profile ALL
 match identity remote address 198.$2.0.0 255.255.0.0
 authentication local pre-share
 authentication remote pre-share
 keyring local KEYS
 nat force-encap
crypto ipsec transform-set TS esp-gcm 128
 mode tunnel
crypto ipsec profile IPSEC
 set transform-set TS
 set ikev2-profile ALL
 $4
IOS
    local i
    for ((i = 0; i < tunnels; i++)); do
        cat <<IOS
interface Tunnel$i
 ip address 10.$(($1 + i / 250)).$((i % 250)).1 255.255.255.252
 tunnel source 198.$1.$((i / 250)).$((i % 250 + 1))
 tunnel mode ipsec ipv4
 tunnel destination 198.$2.$((i / 250)).$((i % 250 + 1))
 tunnel protection ipsec profile IPSEC
IOS
    done
    for ((i = 0; i < tunnels; i++)); do
        echo "ip route 172.$((16 + i / 250)).$((i % 250)).0 255.255.255.0 Tunnel$i"
    done
}

# swan_config LOCAL-OCTET REMOTE-OCTET GROUP START
swan_config() {
    local i l r dh
    declare -A dh=([2]=modp1024 [31]=curve25519 [19]=ecp256 [20]=ecp384 [14]=modp2048)
    echo 'connections {'
    for ((i = 0; i < tunnels; i++)); do
        l=198.$1.$((i / 250)).$((i % 250 + 1)) r=198.$2.$((i / 250)).$((i % 250 + 1))
        cat <<CONF
gw$i {
  version = 2
  local_addrs = $l
  remote_addrs = $r
  proposals = aes128-sha256-${dh[$3]}
  encap = yes
  local {
    auth = psk
    id = $l
  }
  remote {
    auth = psk
    id = $r
  }
  children {
    net$i {
      local_ts = 198.$1.$((i / 250)).$((i % 250 + 1))/32
      remote_ts = 198.$2.$((i / 250)).$((i % 250 + 1))/32
      esp_proposals = aes128gcm16
      start_action = $4
    }
  }
}
CONF
    done
    echo '}'
    echo 'secrets { ike-all { secret = "secret" } }'
}

# swan_many NS LOCAL-OCTET REMOTE-OCTET GROUP START
swan_many() {
    local dir=$NET_DIR/swan-$1
    mkdir -p "$dir/run" "$dir/etc"
    # Shared secrets of equal weight; all its threads; nothing logged for each SA.
    swan_conf "$dir" | sed 's/default = 1/default = 0/' >"$dir/etc/strongswan.conf"
    echo 'connections {
}' >"$dir/etc/swanctl.conf"
    swan_run "$1"
    swan_config "$2" "$3" "$4" "$5" >"$dir/etc/swanctl.conf"
}

cpu() { python3 bench/ipsec_measure.py cpu "$@"; }
memory() { python3 bench/ipsec_measure.py memory "$@"; }

report() { # KIND GROUP SECONDS CPU-BEFORE CPU-AFTER MEMORY-BEFORE MEMORY-AFTER
    python3 - "$tunnels" "$@" <<'PY'
import sys
n, kind, group = int(sys.argv[1]), sys.argv[2], sys.argv[3]
s, c0, c1, m0, m1 = map(float, sys.argv[4:])
print(f"{kind} group {group}: {n} tunnels up in {s:.2f} s, {n / s:.0f} a second; "
      f"{(c1 - c0) / n * 1e3:.2f} CPU ms a tunnel, both ends; {(m1 - m0) / n / 1e3:.1f} kB a tunnel, "
      f"one end", flush=True)
PY
}

now() { date +%s.%N; }
since() { printf %.2f "$(echo "$(now) - $1" | bc -l)"; }
devices() { in_ns a ip -o link show up | grep -c 'Tunnel.*LOWER_UP' || true; }
routes() { in_ns a ip route show root 172.16.0.0/12 | grep -c 'dev Tunnel' || true; }
ups() { grep -c 'tunnel is up' "$NET_DIR/spanway-a/log" || true; }
swan_ups() { swan_ctl a --list-sas 2>/dev/null | grep -c 'INSTALLED, TUNNEL' || true; }

# all_up COUNT-COMMAND: looks ten times a second, for half a minute.
all_up() {
    local deadline=$((SECONDS + 30)) n
    until n=$("$1") && [ "$n" -eq "$tunnels" ]; do
        ((SECONDS < deadline)) || { echo "bench/ipsec_tunnels: $1: $n of $tunnels" >&2 && return 1; }
        sleep 0.1
    done
}

# The daemon that is started next runs under perf.
profiled() {
    printf '#!/bin/sh\nexec perf record -q -g -F 997 -o %s -- %s "$@"\n' "$perf" "$SPANWAYD" >"$NET_DIR/profiled"
    chmod +x "$NET_DIR/profiled"
    SPANWAYD=$NET_DIR/profiled
}

# The answering end has read everything when the other starts; that one's start counts.
run_spanway() {
    spanway_config 19 18 "$1" responder-only >"$NET_DIR/b.cfg"
    spanway_config 18 19 "$1" '' >"$NET_DIR/a.cfg"
    spanway_start b -f "$NET_DIR/b.cfg"
    local b=$STARTED a c0 m0 t0
    wait_for 20 'the devices of the answering end' \
        eval '[ "$(in_ns b ip -br link | grep -c ^Tunnel)" -eq "$tunnels" ]'
    c0=$(cpu "$b") m0=$(memory "$b") t0=$(now)
    [ -z "$perf" ] || profiled
    spanway_start a -f "$NET_DIR/a.cfg"
    a=$STARTED
    all_up ups || return 1
    report Spanway "$1" "$(since "$t0")" "$c0" "$(cpu "$a" "$b")" "$m0" "$(memory "$b")"
    all_up devices || return 1
    echo "    all devices up after $(since "$t0") s"
    all_up routes || return 1
    echo "    all routes in after $(since "$t0") s; CPU s: $(python3 bench/ipsec_measure.py roles "$a")"
}

run_swan() {
    swan_many b 19 18 "$1" none
    swan_many a 18 19 "$1" start
    local a=$SWAN_PID_a b=$SWAN_PID_b c0 m0 t0
    m0=$(memory "$b")
    swan_ctl b --load-all --noprompt --file "$NET_DIR/swan-b/etc/swanctl.conf" >/dev/null 2>"$NET_DIR/load"
    c0=$(cpu "$a" "$b") t0=$(now)
    swan_ctl a --load-all --noprompt --file "$NET_DIR/swan-a/etc/swanctl.conf" >/dev/null 2>"$NET_DIR/load"
    all_up swan_ups || return 1
    report strongSwan "$1" "$(since "$t0")" "$c0" "$(cpu "$a" "$b")" "$m0" "$(memory "$b")"
}

