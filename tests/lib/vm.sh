# tests/lib/vm.sh: a virtual machine with a Debian kernel, for what the kernel here lacks. Sourced.
# Its files are this machine's, read only, with a layer in memory on top: every program and every
# build tree is there at the same path. It has no network device, and its processor is emulated in
# software: it tells right from wrong, never fast from slow.
#
# The kernel is one that is installed here, or one that tools/setup.sh --vm unpacked: VM_DIR.

VM_DIR=${VM_DIR:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/spanway-vm}

# vm_kernel: where a kernel and its modules stand: "ROOT VERSION", of which ROOT/boot/vmlinuz-VERSION.
vm_kernel() {
    local root image
    for root in "$VM_DIR/kernel" ''; do
        for image in "$root"/boot/vmlinuz-*; do
            [ -r "$image" ] || continue
            local version=${image##*/vmlinuz-}
            [ -d "$root/lib/modules/$version/kernel/fs/9p" ] || continue
            echo "$(realpath "${root:-/}") $version"
            return
        done
    done
    return 1
}

# vm_lacks: what is missing for a machine, in words; fails when nothing is. It takes minutes, so it has to
# be asked for.
vm_lacks() {
    local program
    if [ "${SPANWAY_VM:-}" != 1 ]; then
        echo 'machines are emulated by make test-vm'
        return
    fi
    for program in qemu-system-x86_64 busybox cpio modprobe; do
        command -v "$program" >/dev/null && continue
        echo "no $program here (tools/setup.sh --vm)"
        return
    done
    vm_kernel >/dev/null && return 1
    echo "no Debian kernel with its modules here (tools/setup.sh --vm)"
}

# vm_initrd DIR ROOT VERSION: what runs first in the machine: it finds the files of this one.
vm_initrd() {
    local dir=$1 root=$2 version=$3 module file
    mkdir -p "$dir"/{bin,proc,sys,dev,modules,host,layer,new}
    cp "$(command -v busybox)" "$dir/bin/busybox"
    [ -e "$root/lib/modules/$version/modules.dep.bin" ] || depmod -b "$root" "$version"
    for module in virtio_pci 9pnet_virtio 9p overlay virtio_rng; do
        modprobe -S "$version" -d "$root" --show-depends "$module" | sed -n 's/^insmod //p'
    done | awk '!seen[$1]++ { print $1 }' | while read -r file; do
        cp "$file" "$dir/modules/"
        basename "$file"
    done >"$dir/modules/order"
    cat >"$dir/init" <<'INIT'
#!/bin/busybox sh
export PATH=/bin
/bin/busybox --install -s /bin
mount -t proc none /proc; mount -t sysfs none /sys; mount -t devtmpfs none /dev
while read -r m; do insmod "/modules/$m" 2>/dev/null; done </modules/order
nine=trans=virtio,version=9p2000.L,msize=262144
mount -t 9p -o "$nine,ro,cache=loose" host /host
mount -t tmpfs none /layer
mkdir /layer/upper /layer/work
mount -t overlay -o lowerdir=/host,upperdir=/layer/upper,workdir=/layer/work none /new
for d in proc sys dev; do mount --move "/$d" "/new/$d"; done
mkdir -p /new/dev/pts /new/dev/shm /new/vm
ln -s /proc/self/fd /new/dev/fd
ln -s /proc/self/fd/0 /new/dev/stdin
for d in /new/run /new/dev/shm; do mount -t tmpfs none "$d"; done
mkdir -p /new/run/netns /new/run/lock
mount -t devpts none /new/dev/pts
mount -t 9p -o "$nine,rw,cache=none" share /new/vm
. /new/vm/place
mkdir -p "/new/lib/modules/$VERSION"
mount --bind "/host$ROOT/lib/modules/$VERSION" "/new/lib/modules/$VERSION"
exec switch_root /new /bin/bash /vm/run
INIT
    chmod 755 "$dir/init"
    (cd "$dir" && find . | cpio -o -H newc --quiet) | gzip -1
}

# vm_run SECONDS COMMAND...: runs a command as root in a machine; prints what it said, and ends as it
# ended. After so many seconds the machine is switched off: 124.
vm_run() {
    local seconds=$1 work root version status=0
    shift
    read -r root version < <(vm_kernel)
    work=$(mktemp -d "${TMPDIR:-/tmp}/spanway-vm.XXXXXX")
    mkdir "$work/share"
    vm_initrd "$work/initrd" "$root" "$version" >"$work/initrd.gz"
    printf 'ROOT=%q VERSION=%q\n' "${root%/}" "$version" >"$work/share/place"
    {
        echo 'export HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
        echo 'ip link set lo up'
        printf '%q ' "$@"
        echo '</dev/null >/vm/out 2>&1'
        echo 'echo $? >/vm/status; sync; echo o >/proc/sysrq-trigger; sleep 100'
    } >"$work/share/run"
    timeout -k 5 "$seconds" qemu-system-x86_64 -M q35 -accel tcg,thread=multi -cpu max -smp 2 \
        -m 1024 -nodefaults -no-reboot -display none -serial "file:$work/console" \
        -kernel "${root%/}/boot/vmlinuz-$version" -initrd "$work/initrd.gz" \
        -append 'console=ttyS0 panic=-1 quiet mitigations=off random.trust_cpu=on' \
        -device virtio-rng-pci \
        -fsdev local,id=host,path=/,security_model=none,readonly=on,multidevs=remap \
        -device virtio-9p-pci,fsdev=host,mount_tag=host \
        -fsdev "local,id=share,path=$work/share,security_model=none" \
        -device virtio-9p-pci,fsdev=share,mount_tag=share </dev/null >"$work/qemu" 2>&1 || status=$?
    [ ! -s "$work/share/out" ] || cat "$work/share/out"
    if [ -s "$work/share/status" ]; then
        status=$(<"$work/share/status")
    else
        echo "# the machine gave no answer (qemu: $status)"
        tail -n 5 "$work/qemu" "$work/console" | sed 's/^/# /'
        [ "$status" -ne 0 ] || status=125
    fi
    rm -rf "$work"
    return "$status"
}
