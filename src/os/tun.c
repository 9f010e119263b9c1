#include "os/tun.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* Newer than Debian 12's headers; older kernels answer EINVAL. */
enum { OFFLOAD_USO4 = 0x20, OFFLOAD_USO6 = 0x40 };
enum { OFFLOAD_TCP = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 };

static bool set_name(struct ifreq *r, const char *name)
{
    size_t n = strlen(name);
    if (n >= sizeof(r->ifr_name))
        return false;
    memcpy(r->ifr_name, name, n + 1);
    return true;
}

/* An ioctl on the interface of a name, by any socket. */
static err_t on_interface(unsigned long request, struct ifreq *r)
{
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    err_t rc = ioctl(fd, request, r) == 0 ? 0 : -errno;
    close(fd);
    return rc;
}

static err_t attach(int fd, const struct tun_params *params, struct ifreq *r)
{
    int flags = IFF_NO_PI | (params->ethernet ? IFF_TAP : IFF_TUN);
    flags |= params->vnet ? IFF_VNET_HDR : 0;
    flags |= params->multi_queue ? IFF_MULTI_QUEUE : 0;
    r->ifr_flags = (short)flags;
    if (ioctl(fd, TUNSETIFF, r) != 0)
        return -errno;
    return 0;
}

/* What the kernel may hand over unsegmented. */
static err_t set_offloads(int fd, bool vnet, bool *ret_uso)
{
    unsigned long all = OFFLOAD_TCP | OFFLOAD_USO4 | OFFLOAD_USO6;
    int size = TUN_VNET_BYTES;
    *ret_uso = false;
    if (!vnet)
        return 0;
    if (ioctl(fd, TUNSETVNETHDRSZ, &size) != 0)
        return -errno;
    *ret_uso = ioctl(fd, TUNSETOFFLOAD, all) == 0;
    if (*ret_uso || ioctl(fd, TUNSETOFFLOAD, (unsigned long)OFFLOAD_TCP) == 0)
        return 0;
    return -errno;
}

err_t tun_open(const struct tun_params *params, struct tun *ret_tun)
{
    struct ifreq r = { 0 };
    struct tun t = { .fd = -1 };
    if (!set_name(&r, params->name))
        return -EINVAL;
    t.fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (t.fd < 0)
        return -errno;
    err_t rc = attach(t.fd, params, &r);
    if (rc == 0)
        rc = set_offloads(t.fd, params->vnet, &t.has_uso);
    if (rc == 0 && params->mtu)
        rc = tun_set_mtu(r.ifr_name, params->mtu);
    if (rc == 0) {
        memcpy(t.name, r.ifr_name, sizeof(t.name));
        rc = on_interface(SIOCGIFINDEX, &r);
    }
    if (rc != 0) {
        close(t.fd);
        return rc;
    }
    t.if_index = (uint32_t)r.ifr_ifindex;
    *ret_tun = t;
    return 0;
}

void tun_close(struct tun *t)
{
    if (t->fd >= 0)
        close(t->fd);
    t->fd = -1;
}

err_t tun_set_carrier(int fd, bool up)
{
    int carrier = up;
    return ioctl(fd, TUNSETCARRIER, &carrier) == 0 ? 0 : -errno;
}

err_t tun_set_mtu(const char *name, uint16_t mtu)
{
    struct ifreq r = { 0 };
    if (!set_name(&r, name))
        return -EINVAL;
    r.ifr_mtu = mtu;
    return on_interface(SIOCSIFMTU, &r);
}

err_t tun_set_up(const char *name, bool up)
{
    struct ifreq r = { 0 };
    if (!set_name(&r, name))
        return -EINVAL;
    err_t rc = on_interface(SIOCGIFFLAGS, &r);
    if (rc != 0)
        return rc;
    r.ifr_flags = (short)(up ? r.ifr_flags | IFF_UP : r.ifr_flags & ~IFF_UP);
    return on_interface(SIOCSIFFLAGS, &r);
}

ssize_t tun_read(int fd, struct tun_buffer *buffers, size_t n)
{
    size_t i = 0;
    while (i < n) {
        ssize_t got = read(fd, buffers[i].bytes, buffers[i].room);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 && errno != EAGAIN && i == 0)
            return -errno;
        if (got <= 0)
            break;
        buffers[i++].len = (uint32_t)got;
    }
    return (ssize_t)i;
}

err_t tun_write(int fd, const struct iovec *parts, size_t n)
{
    ssize_t sent;
    do
        sent = writev(fd, parts, (int)n);
    while (sent < 0 && errno == EINTR);
    return sent >= 0 ? 0 : -errno;
}
