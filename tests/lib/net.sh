# tests/lib/net.sh: namespaces, cables and real peers for demos and tests. Sourced by bash scripts.
# Everything made here carries a prefix of this process and is removed by net_done (an EXIT trap of
# the script). Waits are for conditions with deadlines, never for time to pass. Scripts do not set pipefail:
# `show | grep -q` ends the show by a signal when it writes on after the match.

NET_ID=${NET_ID:-sw$$}
NET_DIR=$(mktemp -d "${TMPDIR:-/tmp}/spanway.XXXXXX")
NET_PIDS=()
NET_NS=()
FRR_LIB=${FRR_LIB:-/usr/lib/frr}
# The interpreter itself: json asks it often, and what is called python3 may be a slow wrapper.
NET_PYTHON=$(python3 -c 'import sys; print(sys.executable)' || echo python3)

# in_ns NAME COMMAND...: runs a command in a namespace of ours.
in_ns() { ip netns exec "$NET_ID-$1" "${@:2}"; }

# ns_add NAME...: namespaces with a loopback that is up and forwarding off.
ns_add() {
    local name
    for name; do
        ip netns add "$NET_ID-$name"
        NET_NS+=("$name")
        in_ns "$name" ip link set lo up
        # A reply may leave by another interface than the request came in by.
        in_ns "$name" sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0 \
            net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0
    done
}

# cable NS1 IF1 NS2 IF2: a virtual cable between two namespaces, both ends up.
cable() {
    ip link add "$2" netns "$NET_ID-$1" type veth peer name "$4" netns "$NET_ID-$3"
    in_ns "$1" ip link set "$2" up
    in_ns "$3" ip link set "$4" up
}

# addr NS IF ADDRESS/LEN...: addresses on an interface.
addr() {
    local a
    for a in "${@:3}"; do in_ns "$1" ip addr add "$a" dev "$2"; done
}

# forward NS: a router.
forward() { in_ns "$1" sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1; }

# wait_for SECONDS WHAT COMMAND...: until the command succeeds; fails with a word after the deadline.
# WAIT_SCALE stretches all deadlines, for machines that are emulated.
wait_for() {
    local deadline=$((SECONDS + $1 * ${WAIT_SCALE:-1})) what=$2
    shift 2
    until "$@" >/dev/null 2>&1; do
        if ((SECONDS >= deadline)); then
            echo "not reached in time: $what" >&2
            return 1
        fi
        sleep 0.1
    done
}

# start NS LOG COMMAND...: a process in the background, ended by net_done; its pid in $STARTED.
start() {
    local ns=$1 log=$2
    shift 2
    ip netns exec "$NET_ID-$ns" "$@" >"$log" 2>&1 &
    STARTED=$!
    NET_PIDS+=("$STARTED")
}

# bird_start NS: BIRD with the configuration on standard input.
bird_start() {
    local dir=$NET_DIR/bird-$1
    mkdir -p "$dir"
    cat >"$dir/bird.conf"
    start "$1" "$dir/log" bird -f -c "$dir/bird.conf" -s "$dir/bird.ctl" -P "$dir/bird.pid"
    wait_for 10 "BIRD in $1 answers" birdc -s "$dir/bird.ctl" show status
}

# bird_do NS COMMAND...: birdc.
bird_do() { birdc -r -s "$NET_DIR/bird-$1/bird.ctl" "${@:2}"; }

# frr_start NS: zebra and bgpd with the configuration on standard input.
frr_start() {
    local dir=$NET_DIR/frr-$1
    mkdir -p "$dir"
    cat >"$dir/frr.conf"
    chmod 755 "$NET_DIR"
    chown -R frr:frr "$dir"
    local common=(-f "$dir/frr.conf" --vty_socket "$dir" -z "$dir/zserv.api" -u frr -g frr -P 0)
    start "$1" "$dir/zebra.log" "$FRR_LIB/zebra" -i "$dir/zebra.pid" "${common[@]}"
    wait_for 10 "zebra in $1 is up" test -S "$dir/zserv.api"
    start "$1" "$dir/bgpd.log" "$FRR_LIB/bgpd" -i "$dir/bgpd.pid" "${common[@]}"
    wait_for 10 "bgpd in $1 answers" vtysh --vty_socket "$dir" -c 'show bgp summary'
}

# frr_do NS COMMAND: vtysh -c.
frr_do() { vtysh --vty_socket "$NET_DIR/frr-$1" -c "$2"; }

# spanway_start NS ARGUMENT...: our daemon, from $SPANWAYD; waits until it answers.
spanway_start() {
    local ns=$1 dir=$NET_DIR/spanway-$1
    mkdir -p "$dir"
    start "$ns" "$dir/log" "$SPANWAYD" --run-dir "$dir" "${@:2}"
    eval "SPANWAY_PID_$ns=$STARTED"
    if ! wait_for 20 "spanwayd in $ns answers" "$SPANWAY" --run-dir "$dir" -c 'show version'; then
        cat "$dir/log" >&2
        return 1
    fi
}

# spanway_do NS COMMAND [OPTION...]: our client.
spanway_do() { "$SPANWAY" --run-dir "$NET_DIR/spanway-$1" -c "$2" "${@:3}"; }

# within SECONDS NAME COMMAND...: a TAP claim (tests/lib/tap.sh) that must come true before the deadline.
# What the command printed last is shown when it does not.
within() {
    if wait_for "$1" "$2" "${@:3}" 2>/dev/null; then
        ok "$2"
    else
        not_ok "$2"
        { "${@:3}" 2>&1 || true; } | tail -20 | sed 's/^/# /'
    fi
}

# holds NAME COMMAND...: a TAP claim about now, with what the command printed when it fails.
holds() { within 0 "$@"; }

# json EXPRESSION COMMAND...: the command's JSON is d in a Python expression that must be true. A d that
# lacks what is asked for makes it false.
json() {
    local out
    out=$("${@:2}" 2>/dev/null) || return 1
    "$NET_PYTHON" -S -c '
import json, sys
d = json.loads(sys.argv[2])
try:
    good = eval("(" + sys.argv[1] + ")")
except (KeyError, IndexError, TypeError):
    good = False
if not good:
    print("false:", sys.argv[1], "of", sys.argv[2][:1500])
sys.exit(not good)' "$1" "$out"
}

# net_done: ends what was started, and what that started, and removes what was made.
net_done() {
    local pid name left
    for pid in "${NET_PIDS[@]}"; do kill "$pid" 2>/dev/null || true; done
    for pid in "${NET_PIDS[@]}"; do
        timeout 10 tail --pid="$pid" -f /dev/null 2>/dev/null || kill -9 "$pid" 2>/dev/null || true
    done
    for name in "${NET_NS[@]}"; do
        # Who outlives its parent keeps its namespace, and works on in it.
        mapfile -t left < <(ip netns pids "$NET_ID-$name" 2>/dev/null)
        [ ${#left[@]} = 0 ] || kill -9 "${left[@]}" 2>/dev/null || true
        ip netns del "$NET_ID-$name" 2>/dev/null || true
    done
    rm -rf "$NET_DIR"
}
trap net_done EXIT
