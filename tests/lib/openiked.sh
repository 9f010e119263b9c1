# tests/lib/openiked.sh: OpenIKED peers (iked) in namespaces of net.sh, which is sourced before, as is
# unpack.sh: its package conflicts with strongSwan's. It needs PF_KEY in the kernel (af_key). Its user and
# its directories of fixed names are mounted for it alone.

# iked_fetch: the program in $IKED; fails with a word.
iked_fetch() {
    unpack openiked || return 1
    IKED=$UNPACKED
    IKED_LIB=$(unpacked_libraries)
}

# iked_start NS: iked with the configuration on standard input.
iked_start() {
    local ns=$1 dir=$NET_DIR/iked-$1
    mkdir -p "$dir"/{etc,empty,run} "$dir"/etc/{ca,certs,crls,private,pubkeys/ipv4,pubkeys/fqdn}
    cat >"$dir/iked.conf"
    chmod 600 "$dir/iked.conf"
    chmod 755 "$NET_DIR" "$dir" "$dir/empty"
    { cat /etc/passwd; echo "_iked:x:64999:64999::$dir/empty:/usr/sbin/nologin"; } >"$dir/passwd"
    { cat /etc/group; echo '_iked:x:64999:'; } >"$dir/group"
    # Signatures are not used here, but it does not start without a key of its own.
    [ -e "$dir/etc/private/local.key" ] || openssl genpkey -algorithm EC -pkeyopt \
        ec_paramgen_curve:P-256 -out "$dir/etc/private/local.key" 2>/dev/null
    openssl pkey -in "$dir/etc/private/local.key" -pubout -out "$dir/etc/local.pub"
    start "$ns" "$dir/log" unshare -m bash -c '
        mount --make-rprivate / && mount -t tmpfs none /etc/iked 2>/dev/null ||
            { mkdir -p /etc/iked && mount -t tmpfs none /etc/iked; } || exit 1
        cp -r "$1/etc/." /etc/iked/ && mount --bind "$1/run" /run &&
            mount --bind "$1/passwd" /etc/passwd && mount --bind "$1/group" /etc/group || exit 1
        export LD_LIBRARY_PATH=$3
        exec "$2/usr/sbin/iked" -d -vv -f "$1/iked.conf" </dev/null' _ "$dir" "$IKED" "$IKED_LIB"
    eval "IKED_PID_$ns=$STARTED"
    wait_for 60 "iked in $ns answers" test -S "$dir/run/iked.sock"
}

# iked_do NS COMMAND...: ikectl.
iked_do() { LD_LIBRARY_PATH=$IKED_LIB "$IKED/usr/sbin/ikectl" -s "$NET_DIR/iked-$1/run/iked.sock" "${@:2}"; }
iked_logged() { grep -Eq -- "$2" "$NET_DIR/iked-$1/log"; }
# iked_end NS: in order.
iked_end() {
    local pid
    eval "pid=\$IKED_PID_$1"
    kill "$pid" 2>/dev/null || true
    timeout 20 tail --pid="$pid" -f /dev/null
}
