#!/usr/bin/env bash
# Installs what is missing to build, test and demonstrate Spanway on Debian: `setup.sh` for the build,
# `setup.sh --peers` also for the demo and the interoperability tests, `setup.sh --bench` also for
# `make bench-ipsec`; `setup.sh --vm` also for the tests in an emulated machine, whose kernel has IPsec
# (500 MB: the kernel is unpacked into VM_DIR, not installed). Prints each step.
set -euo pipefail

# libFuzzer comes with clang's runtime, whose package has the version in its name on Debian 12.
clang_rt=libclang-rt-dev
! grep -qs bookworm /etc/os-release || clang_rt=libclang-rt-14-dev

build_packages=(meson ninja-build gcc clang "$clang_rt" pkg-config libmnl-dev libjansson-dev
    libyaml-dev libseccomp-dev libcap-ng-dev libedit-dev libcmocka-dev libpcre2-dev libssl-dev
    python3)
# Intel's library exists for its own architecture; elsewhere libcrypto encrypts.
[ "$(dpkg --print-architecture 2>/dev/null)" != amd64 ] || build_packages+=(libipsec-mb-dev)
# libreswan and OpenIKED conflict with strongSwan: their tests unpack them for themselves.
peer_packages=(nftables iproute2 iputils-ping jq frr bird2 tcpdump strongswan-swanctl strongswan-charon
    libcharon-extra-plugins libstrongswan-standard-plugins libstrongswan-extra-plugins strongswan-pki
    tshark)

vm_packages=(qemu-system-x86 busybox-static kmod cpio)
vm_dir=${VM_DIR:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/spanway-vm}

bench_packages=(wireguard-go wireguard-tools)

missing() {
    local p
    for p in "$@"; do
        [ "$(dpkg-query -W -f='${db:Status-Status}' "$p" 2>/dev/null)" = installed ] || echo "$p"
    done
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

# The packages of frr and bird2 start routing daemons on installation. A policy that refuses service
# starts stands while apt runs; what was there before is put back.
policy=${POLICY_RC_D:-/usr/sbin/policy-rc.d}
saved=
forbid_starts() {
    if [ -e "$policy" ]; then
        saved=$(mktemp)
        cp -p "$policy" "$saved"
    fi
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
    as_root chmod 755 "$policy"
}
allow_starts() {
    if [ -n "$saved" ]; then
        as_root cp -p "$saved" "$policy"
        rm -f "$saved"
    else
        as_root rm -f "$policy"
    fi
}

install_missing() {
    local what=$1 need
    shift
    mapfile -t need < <(missing "$@")
    if [ ${#need[@]} -eq 0 ]; then
        echo "setup: $what: all ${#} packages are there"
        return
    fi
    if ! command -v apt-get >/dev/null; then
        echo "setup: $what: no apt-get here; please install the like of: ${need[*]}" >&2
        exit 1
    fi
    echo "setup: $what: installing ${need[*]}"
    local before
    before=$(daemons_enabled)
    trap allow_starts EXIT
    forbid_starts
    as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends \
        "${need[@]}"
    allow_starts
    trap - EXIT
    leave_daemons_off "$before" "${need[@]}"
}

daemons_enabled() {
    command -v systemctl >/dev/null || return 0
    local s
    for s in frr bird; do
        ! systemctl -q is-enabled "$s" 2>/dev/null || echo "$s"
    done
}

# What this run installed must not start at the next boot either; what ran before is left alone.
leave_daemons_off() {
    local before=$1 s
    shift
    case " $* " in *" frr "* | *" bird2 "*) ;; *) return 0 ;; esac
    if command -v systemctl >/dev/null; then
        for s in frr bird; do
            if systemctl -q is-enabled "$s" 2>/dev/null && ! grep -qx "$s" <<<"$before"; then
                as_root systemctl -q disable "$s" || true
            fi
        done
    fi
    echo "setup: frr and bird2 are installed for tests only: their system services were not" \
        "started and will not start at boot (systemctl enable --now frr would)"
}

# The plain flavour's: the cloud's has no 9p.
unpack_kernel() {
    local package work
    if compgen -G "$vm_dir/kernel/boot/vmlinuz-*" >/dev/null; then
        echo "setup: emulated machine: a kernel is there, in $vm_dir"
        return
    fi
    package=$(apt-cache depends linux-image-amd64 | awk '/Depends: linux-image-/ { print $2; exit }')
    echo "setup: emulated machine: unpacking $package into $vm_dir/kernel"
    work=$(mktemp -d)
    (cd "$work" && apt-get download -q "$package")
    mkdir -p "$vm_dir"
    dpkg-deb -x "$work"/*.deb "$work/kernel"
    mv "$work/kernel" "$vm_dir/kernel"
    rm -rf "$work"
}

install_missing "build" "${build_packages[@]}"
if [ "${1:-}" = --vm ]; then
    install_missing "demo and test peers" "${peer_packages[@]}"
    install_missing "emulated machine" "${vm_packages[@]}"
    unpack_kernel
fi
if [ "${1:-}" = --peers ] || [ "${1:-}" = --bench ]; then
    install_missing "demo and test peers" "${peer_packages[@]}"
fi
if [ "${1:-}" = --bench ]; then
    install_missing "what the bench compares with" "${bench_packages[@]}"
fi
