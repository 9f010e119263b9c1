/* os/tun.h: TUN devices: made by whoever may (CAP_NET_ADMIN), used through a descriptor by whoever
 * has it. With virtio headers a read yields up to 64 KB of one TCP flow, unsegmented and without
 * checksum, and a write takes as much: what makes a tunnel in user space fast. Non-blocking. */
#ifndef OS_TUN_H
#define OS_TUN_H

#include <sys/types.h>
#include <sys/uio.h>

#include "base/base.h"

enum {
    TUN_NAME_MAX = 16,
    TUN_VNET_BYTES = 10,
    TUN_FRAME_MAX = TUN_VNET_BYTES + 65535 + 40, /* a packet with its headers, virtio's included */
};

struct tun_params {
    const char *name; /* "" or with %d: the kernel chooses */
    bool vnet;        /* virtio headers and offloads */
    bool multi_queue; /* every further tun_open() of the name adds a queue */
    bool ethernet;    /* a TAP: frames with their Ethernet headers */
    uint16_t mtu;     /* 0: as it is */
};

struct tun {
    int fd;
    char name[TUN_NAME_MAX];
    uint32_t if_index;
    bool has_uso; /* the kernel hands over UDP super-packets too */
};

/* Opens a TUN, which is made when there is none of the name; it is down, without carrier changes.
 * -EPERM, -ENODEV: no TUN here; -EBUSY: another has it; -EINVAL: a name that is none. */
must_use err_t tun_open(const struct tun_params *params, struct tun *ret_tun);
/* Closes it; the device goes with its last descriptor. */
void tun_close(struct tun *t);

/* The carrier, which routing and BGP see; needs no privilege, but the descriptor. */
must_use err_t tun_set_carrier(int fd, bool up);

/* The MTU: CAP_NET_ADMIN. */
must_use err_t tun_set_mtu(const char *name, uint16_t mtu);
/* Administratively up or down: CAP_NET_ADMIN. */
must_use err_t tun_set_up(const char *name, bool up);

/* One frame read into a buffer. */
struct tun_buffer {
    uint8_t *bytes;
    uint32_t room, len;
};

/* Reads up to n frames, one in each buffer: how many; 0: none waits. -EBADFD: it went away. */
must_use ssize_t tun_read(int fd, struct tun_buffer *buffers, size_t n);

/* Writes one frame from its parts. 0; -EAGAIN, -EIO: it is down; -EINVAL: the kernel will not have
 * this frame. */
must_use err_t tun_write(int fd, const struct iovec *parts, size_t n);

#endif
