# tests/lib/unpack.sh: programs of Debian packages that cannot stand beside the ones installed (libreswan
# conflicts with strongSwan), unpacked into a directory of the tests' own. Nothing is installed. Sourced.

UNPACK_DIR=${SPANWAY_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/spanway}/packages

# unpack PACKAGE: its tree in $UNPACKED, with the libraries it needs and this machine lacks. Kept for the
# next time; fails with a word where no package can be had.
unpack() {
    UNPACKED=$UNPACK_DIR/$1
    [ ! -e "$UNPACKED/complete" ] || return 0
    command -v apt-get >/dev/null && command -v dpkg >/dev/null || { echo "no Debian packages here" >&2; return 1; }
    mkdir -p "$UNPACK_DIR"
    (
        flock 9
        [ ! -e "$UNPACKED/complete" ] || exit 0
        rm -rf "$UNPACKED" "$UNPACKED.deb"
        mkdir -p "$UNPACKED" "$UNPACKED.deb"
        cd "$UNPACKED.deb"
        mapfile -t need < <(unpack_needs "$1")
        timeout 120 apt-get -q -o Acquire::Retries=0 -o Acquire::http::Timeout=10 download "${need[@]}" \
            >log 2>&1 || { echo "the package $1 cannot be had: $(tail -1 log)" >&2; exit 1; }
        for deb in *.deb; do dpkg -x "$deb" "$UNPACKED"; done
        rm -rf "$UNPACKED.deb"
        : >"$UNPACKED/complete"
    ) 9>"$UNPACK_DIR/lock"
}

# The package and what of the libraries below it is not installed, one a line.
unpack_needs() {
    local -A seen=()
    local queue=("$1") package
    while [ ${#queue[@]} -gt 0 ]; do
        package=${queue[0]}
        queue=("${queue[@]:1}")
        [ -z "${seen[$package]:-}" ] || continue
        seen[$package]=1
        [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" != installed ] || continue
        echo "$package"
        mapfile -t -O ${#queue[@]} queue < <(apt-cache depends --no-recommends --no-suggests "$package" |
            sed -n 's/^ *|\{0,1\}Depends: \(lib[^ ]*\)$/\1/p')
    done
}

# unpacked_libraries: where the loader finds the libraries of $UNPACKED.
unpacked_libraries() {
    { find "$UNPACKED/usr/lib" -name '*.so*' -printf '%h\n' 2>/dev/null || true; } | sort -u | paste -sd:
}
