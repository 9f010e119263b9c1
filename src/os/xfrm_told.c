/* What the kernel says of IPsec unasked: limits reached, peers that moved, packets without a state.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/filter.h>
#include <netinet/udp.h>
#include <linux/xfrm.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "os/xfrm.h"
#include "os/xfrm_wire.h"

enum { MONITOR_BYTES = 1 << 20, PROTOCOL_ESP = 50 };

err_t os_xfrm_monitor_open(int *ret_fd)
{
    static const unsigned groups[] = { XFRMNLGRP_ACQUIRE, XFRMNLGRP_EXPIRE, XFRMNLGRP_MAPPING };
    struct sockaddr_nl a = { .nl_family = AF_NETLINK };
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_XFRM);
    if (fd < 0)
        return -errno;
    for (size_t i = 0; i < ARRAY_LEN(groups); i++)
        a.nl_groups |= 1U << (groups[i] - 1);
    int bytes = MONITOR_BYTES;
    (void)!setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes));
    if (bind(fd, (const struct sockaddr *)&a, sizeof(a)) != 0) {
        err_t rc = -errno;
        close(fd);
        return rc;
    }
    *ret_fd = fd;
    return 0;
}

ssize_t os_xfrm_monitor_read(int fd, void *buf)
{
    for (;;) {
        struct sockaddr_nl from = { 0 };
        socklen_t len = sizeof(from);
        ssize_t n =
            recvfrom(fd, buf, OS_XFRM_READ_BYTES, MSG_DONTWAIT, (struct sockaddr *)&from, &len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno == EAGAIN ? 0 : -errno;
        if (from.nl_pid == 0 && n > 0) /* the kernel's own */
            return n;
    }
}

err_t os_xfrm_give_socket(int fd, bool is_raw, bool to_kernel)
{
    struct sock_filter nothing[] = { BPF_STMT(BPF_RET | BPF_K, 0) };
    const struct sock_fprog program = { .len = ARRAY_LEN(nothing), .filter = nothing };
    int encap = to_kernel ? UDP_ENCAP_ESPINUDP : 0, join = !to_kernel, none = 0;
    if (is_raw) {
        int rc = to_kernel ? setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program))
                           : setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, &none, sizeof(none));
        return rc == 0 ? 0 : -errno;
    }
    /* Joined datagrams would be one packet for the kernel's ESP: that stops first. */
    if (to_kernel && setsockopt(fd, SOL_UDP, UDP_GRO, &join, sizeof(join)) != 0)
        return -errno;
    if (setsockopt(fd, SOL_UDP, UDP_ENCAP, &encap, sizeof(encap)) != 0)
        return -errno;
    if (!to_kernel)
        (void)!setsockopt(fd, SOL_UDP, UDP_GRO, &join, sizeof(join));
    return 0;
}

static struct ip_addr address(uint16_t family, const xfrm_address_t *a)
{
    struct ip_addr x = { .family = family == AF_INET    ? IP_V4
                                   : family == AF_INET6 ? IP_V6
                                                        : IP_NONE };
    memcpy(x.b, a, ip_bytes(x.family));
    return x;
}

static uint32_t if_id_of(const struct nlmsghdr *h, size_t head)
{
    const struct nlattr *a;
    XFRM_ATTR_EACH(a, h, head)
    {
        if (mnl_attr_get_type(a) == XFRMA_IF_ID && mnl_attr_validate(a, MNL_TYPE_U32) >= 0)
            return mnl_attr_get_u32(a);
    }
    return 0;
}

static bool take_expire(const struct nlmsghdr *h, struct os_xfrm_event *e)
{
    struct xfrm_user_expire x;
    if (mnl_nlmsg_get_payload_len(h) < sizeof(x))
        return false;
    memcpy(&x, mnl_nlmsg_get_payload(h), sizeof(x));
    *e = (struct os_xfrm_event){ .what = x.hard ? OS_XFRM_HARD : OS_XFRM_SOFT,
                                 .if_id = if_id_of(h, sizeof(x)),
                                 .spi = ntohl(x.state.id.spi),
                                 .destination = address(x.state.family, &x.state.id.daddr) };
    return x.state.id.proto == PROTOCOL_ESP && e->destination.family != IP_NONE;
}

static bool take_mapping(const struct nlmsghdr *h, struct os_xfrm_event *e)
{
    struct xfrm_user_mapping x;
    if (mnl_nlmsg_get_payload_len(h) < sizeof(x))
        return false;
    memcpy(&x, mnl_nlmsg_get_payload(h), sizeof(x));
    *e = (struct os_xfrm_event){ .what = OS_XFRM_MOVED,
                                 .spi = ntohl(x.id.spi),
                                 .destination = address(x.id.family, &x.id.daddr),
                                 .from = address(x.id.family, &x.new_saddr),
                                 .from_port = ntohs(x.new_sport) };
    return x.id.proto == PROTOCOL_ESP && e->destination.family != IP_NONE;
}

static bool take_acquire(const struct nlmsghdr *h, struct os_xfrm_event *e)
{
    struct xfrm_user_acquire x;
    if (mnl_nlmsg_get_payload_len(h) < sizeof(x))
        return false;
    *e = (struct os_xfrm_event){ .what = OS_XFRM_ACQUIRE, .if_id = if_id_of(h, sizeof(x)) };
    return e->if_id != 0;
}

static bool take(const struct nlmsghdr *h, struct os_xfrm_event *e)
{
    switch (h->nlmsg_type) {
    case XFRM_MSG_EXPIRE:
        return take_expire(h, e);
    case XFRM_MSG_MAPPING:
        return take_mapping(h, e);
    case XFRM_MSG_ACQUIRE:
        return take_acquire(h, e);
    default:
        return false;
    }
}

bool os_xfrm_monitor_next(const void *buf, size_t len, size_t *at, struct os_xfrm_event *ret_event)
{
    assert(*at <= len && len <= INT32_MAX);
    int left = (int)(len - *at);
    const struct nlmsghdr *h = (const struct nlmsghdr *)((const char *)buf + *at);
    /* libmnl takes a length beyond INT32_MAX for a negative one. */
    while (mnl_nlmsg_ok(h, left) && h->nlmsg_len <= (uint32_t)left) {
        const struct nlmsghdr *this = h;
        h = mnl_nlmsg_next(h, &left);
        *at = len - (size_t)MAX(left, 0);
        if (take(this, ret_event))
            return true;
    }
    *at = len;
    return false;
}
