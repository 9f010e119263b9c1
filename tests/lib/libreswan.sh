# tests/lib/libreswan.sh: libreswan peers (pluto) in namespaces of net.sh, which is sourced before, as is
# unpack.sh: its package conflicts with strongSwan's. All its files are in a directory of the peer; what
# it looks for at a fixed path is mounted there for it alone.

# pluto_needs: skips the whole script, with a word, where it cannot run.
pluto_needs() {
    [ "$(id -u)" = 0 ] || { echo '1..0 # SKIP needs root: network namespaces'; exit 0; }
    [ -c /dev/net/tun ] || { echo '1..0 # SKIP needs /dev/net/tun'; exit 0; }
    local why
    why=$(unpack libreswan 2>&1) || { echo "1..0 # SKIP needs libreswan: $why"; exit 0; }
    unpack libreswan
    PLUTO=$UNPACKED
    PLUTO_LIB=$(unpacked_libraries)
    why=$(pluto_run pluto --version 2>&1) || { echo "1..0 # SKIP libreswan does not run: $why"; exit 0; }
}

# pluto_run PROGRAM ARGUMENT...: one of the programs of the package.
pluto_run() { LD_LIBRARY_PATH=$PLUTO_LIB "$PLUTO/usr/libexec/ipsec/$1" "${@:2}"; }
pluto_nss() { LD_LIBRARY_PATH=$PLUTO_LIB "$PLUTO/usr/bin/$1" "${@:2}"; }

# pluto_start NS KEY=VALUE...: pluto with one connection "gw", listening. Keys (defaults):
#   local, remote (required)   psk (secret)          local_id, remote_id (the addresses)
#   ike (aes256-sha2_256-dh14)                       esp (aes_gcm256-null)  pfs (no)
#   local_ts, remote_ts (0.0.0.0/0)                  auth (secret)
#   conn, secrets: further lines of the connection, of ipsec.secrets
pluto_start() {
    local ns=$1 dir=$NET_DIR/pluto-$1
    mkdir -p "$dir"/{nss,run,ipsec.d/policies}
    pluto_nss certutil -N --empty-password -d "sql:$dir/nss"
    printf '%s\0' "${@:2}" >"$dir/keys"
    pluto_connections "$dir" "${@:2}"
    pluto_run_again "$ns"
}

# pluto_run_again NS: starts it with the configuration that it had.
pluto_run_again() {
    local ns=$1 dir=$NET_DIR/pluto-$1
    start "$ns" "$dir/log" unshare -m bash -c '
        mount --make-rprivate / && mount --bind "$1/usr/libexec" /usr/libexec || exit 1
        export LD_LIBRARY_PATH=$2
        exec /usr/libexec/ipsec/pluto --nofork --stderrlog --config "$3/ipsec.conf" \
            --secretsfile "$3/ipsec.secrets" --ipsecdir "$3/ipsec.d" --nssdir "$3/nss" \
            --rundir "$3/run" --dumpdir "$3/run" --nhelpers 1 </dev/null' _ "$PLUTO" "$PLUTO_LIB" "$dir"
    eval "PLUTO_PID_$ns=$STARTED"
    wait_for 20 "pluto in $ns has its connection" pluto_loaded "$ns"
}

# pluto_kill NS: as by a power failure.
pluto_kill() {
    local pid
    eval "pid=\$PLUTO_PID_$1"
    disown "$pid"
    kill -9 "$pid"
    timeout 10 tail --pid="$pid" -f /dev/null
    rm -f "$NET_DIR/pluto-$1"/run/pluto.*
}

# pluto_change NS KEY=VALUE...: the keys of pluto_start but for these; its SAs end.
pluto_change() {
    local ns=$1 dir=$NET_DIR/pluto-$1 keys
    mapfile -d '' -t keys <"$dir/keys"
    pluto_connections "$dir" "${keys[@]}" "${@:2}"
    local before
    before=$(pluto_added "$ns")
    # The exit status of both tells of the last line printed, which may be of another matter.
    pluto_do "$ns" --rereadsecrets >"$dir/load" 2>&1 || true
    pluto_run addconn --config "$dir/ipsec.conf" --ctlsocket "$dir/run/pluto.ctl" gw >>"$dir/load" 2>&1 || true
    wait_for 10 "pluto in $ns has the connection" pluto_added "$ns" "$before" || { cat "$dir/load" >&2; return 1; }
}

# ipsec.conf and ipsec.secrets of the keys, in the directory.
pluto_connections() {
    local dir=$1 pair
    local -A o=([psk]=secret [ike]=aes256-sha2_256-dh14 [esp]=aes_gcm256-null [local_ts]=0.0.0.0/0
        [remote_ts]=0.0.0.0/0 [auth]=secret [pfs]=no [conn]= [secrets]=)
    for pair in "${@:2}"; do o[${pair%%=*}]=${pair#*=}; done
    : "${o[local_id]:=${o[local]}}" "${o[remote_id]:=${o[remote]}}"
    # Lines without a value are left out; ours come last and win.
    sed -e '/^$/d' >"$dir/ipsec.conf" <<CONF
config setup
    nssdir=$dir/nss
    logtime=yes
conn gw
    ikev2=insist
    left=${o[local]}
    leftid=${o[local_id]}
    leftsubnet=${o[local_ts]}
    right=${o[remote]}
    rightid=${o[remote_id]}
    rightsubnet=${o[remote_ts]}
    authby=${o[auth]}
    ike=${o[ike]}
    esp=${o[esp]}
    pfs=${o[pfs]}
    leftupdown=%disabled
    auto=add
${o[conn]}
CONF
    printf ': PSK "%s"\n%s\n' "${o[psk]}" "${o[secrets]}" >"$dir/ipsec.secrets"
}

# pluto_do NS ARGUMENT...: whack at a peer.
pluto_do() { pluto_run whack --ctlsocket "$NET_DIR/pluto-$1/run/pluto.ctl" "${@:2}"; }
# pluto_added NS: how often it added the connection. pluto_added NS COUNT: whether more often than this.
pluto_added() {
    local n
    n=$(grep -c '"gw": added IKEv2 connection' "$NET_DIR/pluto-$1/log") || true
    if [ $# -gt 1 ]; then [ "$n" -gt "$2" ]; else echo "$n"; fi
}
pluto_loaded() { grep -q '^000 "gw":' <(pluto_do "$1" --status 2>/dev/null); }

# pluto_up NS [SECONDS]: initiates the connection.
pluto_up() { timeout "${2:-15}" bash -c "$(declare -f pluto_do pluto_run); pluto_do $1 --initiate --name gw"; }

# pluto_logged NS PATTERN: pluto said it.
pluto_logged() { grep -Eq -- "$2" "$NET_DIR/pluto-$1/log"; }

# pluto_certificate NS DIR NAME TAG: the certificate NAME.pem with NAME.key and the authority ca.pem of DIR
# become its NAME-TAG and ca-TAG.
pluto_certificate() {
    local db=sql:$NET_DIR/pluto-$1/nss
    pluto_nss certutil -A -d "$db" -n "ca-$4" -t CT,, -i "$2/ca.pem"
    openssl pkcs12 -export -name "$3-$4" -in "$2/$3.pem" -inkey "$2/$3.key" -passout pass:x -out "$2/$3.p12"
    pluto_nss pk12util -i "$2/$3.p12" -d "$db" -W x -K '' >/dev/null
}
