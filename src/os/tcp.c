#include "os/tcp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Internetwork control: what routers mark their routing protocols with. */
enum { TOS_ROUTING = 0xc0 };

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    struct sockaddr_storage storage;
};

static socklen_t fill(union address *a, const struct ip_addr *ip, uint16_t port, uint32_t if_index)
{
    memset(a, 0, sizeof(*a));
    if (ip->family == IP_V4) {
        a->v4.sin_family = AF_INET;
        a->v4.sin_port = htons(port);
        memcpy(&a->v4.sin_addr, ip->b, 4);
        return sizeof(a->v4);
    }
    a->v6.sin6_family = AF_INET6;
    a->v6.sin6_port = htons(port);
    memcpy(&a->v6.sin6_addr, ip->b, 16);
    if (ip_is_link_local(ip))
        a->v6.sin6_scope_id = if_index;
    return sizeof(a->v6);
}

static void unfill(const union address *a, struct ip_addr *ret_ip, uint16_t *ret_port,
                   uint32_t *ret_if_index)
{
    if (a->any.sa_family == AF_INET) {
        *ret_ip = ip_from_bytes(IP_V4, &a->v4.sin_addr);
        *ret_port = ntohs(a->v4.sin_port);
        return;
    }
    if (IN6_IS_ADDR_V4MAPPED(&a->v6.sin6_addr))
        *ret_ip = ip_from_bytes(IP_V4, (const uint8_t *)&a->v6.sin6_addr + 12);
    else
        *ret_ip = ip_from_bytes(IP_V6, &a->v6.sin6_addr);
    *ret_port = ntohs(a->v6.sin6_port);
    if (a->v6.sin6_scope_id)
        *ret_if_index = a->v6.sin6_scope_id;
}

static err_t set_int(int fd, int level, int option, int value)
{
    return setsockopt(fd, level, option, &value, sizeof(value)) == 0 ? 0 : -errno;
}

static err_t set_common(int fd, uint8_t family)
{
    err_t rc = set_int(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    if (rc == 0)
        rc = family == IP_V4 ? set_int(fd, IPPROTO_IP, IP_TOS, TOS_ROUTING)
                             : set_int(fd, IPPROTO_IPV6, IPV6_TCLASS, TOS_ROUTING);
    return rc;
}

static err_t open_socket(uint8_t family, int *ret_fd)
{
    int fd = socket(family == IP_V4 ? AF_INET : AF_INET6,
                    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
    if (fd < 0)
        return -errno;
    err_t rc = set_common(fd, family);
    if (rc == 0 && family == IP_V6)
        rc = set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
    if (rc != 0) {
        close(fd);
        return rc;
    }
    *ret_fd = fd;
    return 0;
}

err_t tcp_listen(uint8_t family, uint16_t port, int *ret_fd)
{
    int fd;
    err_t rc = open_socket(family, &fd);
    if (rc != 0)
        return rc;
    union address a;
    const struct ip_addr any = { .family = family };
    socklen_t len = fill(&a, &any, port, 0);
    rc = set_int(fd, SOL_SOCKET, SO_REUSEADDR, 1);
    if (rc == 0 && (bind(fd, &a.any, len) != 0 || listen(fd, TCP_BACKLOG) != 0))
        rc = -errno;
    if (rc != 0) {
        close(fd);
        return rc;
    }
    *ret_fd = fd;
    return 0;
}

err_t tcp_key(int fd, const struct ip_addr *remote, uint32_t if_index, const char *password)
{
    struct tcp_md5sig sig = { 0 };
    union address a;
    size_t len = password ? strlen(password) : 0;
    if (password && (len == 0 || len > TCP_PASSWORD_MAX))
        return -EINVAL;
    fill(&a, remote, 0, if_index);
    memcpy(&sig.tcpm_addr, &a.storage, sizeof(sig.tcpm_addr));
    sig.tcpm_keylen = (uint16_t)len;
    if (len)
        memcpy(sig.tcpm_key, password, len);
    err_t rc = 0;
    if (setsockopt(fd, IPPROTO_TCP, TCP_MD5SIG, &sig, sizeof(sig)) != 0)
        rc = -errno;
    explicit_bzero(&sig, sizeof(sig));
    /* No key to remove is as good as removed. */
    return rc == -ENOENT && !password ? 0 : rc;
}

err_t tcp_ttl(int fd, uint8_t family, uint8_t ttl, uint8_t min_ttl)
{
    bool v4 = family == IP_V4;
    int level = v4 ? IPPROTO_IP : IPPROTO_IPV6;
    err_t rc = 0;
    if (ttl)
        rc = set_int(fd, level, v4 ? IP_TTL : IPV6_UNICAST_HOPS, ttl);
    if (rc == 0 && min_ttl)
        rc = set_int(fd, level, v4 ? IP_MINTTL : IPV6_MINHOPCOUNT, min_ttl);
    return rc;
}

err_t tcp_keep_to(int fd, uint32_t device)
{
    err_t rc = set_int(fd, SOL_SOCKET, SO_BINDTOIFINDEX, (int)device);
    return rc == -EPERM || rc == -ENOPROTOOPT ? 0 : rc;
}

err_t tcp_connect(const struct tcp_params *p, int *ret_fd)
{
    int fd;
    err_t rc = open_socket(p->remote.family, &fd);
    if (rc != 0)
        return rc;
    union address a;
    rc = tcp_ttl(fd, p->remote.family, p->ttl, p->min_ttl);
    if (rc == 0 && p->password)
        rc = tcp_key(fd, &p->remote, p->if_index, p->password);
    if (rc == 0 && p->local.family) {
        socklen_t len = fill(&a, &p->local, 0, p->if_index);
        if (bind(fd, &a.any, len) != 0)
            rc = -errno;
    }
    if (rc == 0 && p->device) /* after bind(): the address need not be the interface's own */
        rc = tcp_keep_to(fd, p->device);
    if (rc == 0) {
        socklen_t len = fill(&a, &p->remote, p->port, p->if_index);
        if (connect(fd, &a.any, len) != 0 && errno != EINPROGRESS)
            rc = -errno;
    }
    if (rc != 0) {
        close(fd);
        return rc;
    }
    *ret_fd = fd;
    return 0;
}

err_t tcp_result(int fd)
{
    int error = 0;
    socklen_t len = sizeof(error);
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0)
        return -errno;
    return -error;
}

err_t tcp_ends(int fd, struct tcp_ends *ret_ends)
{
    union address a;
    struct tcp_ends ends = { 0 };
    socklen_t len = sizeof(a);
    if (getsockname(fd, &a.any, &len) != 0)
        return -errno;
    unfill(&a, &ends.local, &ends.local_port, &ends.if_index);
    len = sizeof(a);
    if (getpeername(fd, &a.any, &len) != 0)
        return -errno;
    unfill(&a, &ends.remote, &ends.remote_port, &ends.if_index);
    *ret_ends = ends;
    return 0;
}

err_t tcp_accept(int listener, int *ret_fd, struct tcp_ends *ret_ends)
{
    int fd;
    do
        fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    while (fd < 0 && errno == EINTR);
    if (fd < 0)
        return -errno;
    err_t rc = tcp_ends(fd, ret_ends);
    if (rc == 0)
        rc = set_common(fd, ret_ends->remote.family);
    if (rc != 0) {
        close(fd);
        return rc;
    }
    *ret_fd = fd;
    return 0;
}

ssize_t tcp_read(int fd, void *to, size_t n)
{
    ssize_t got;
    do
        got = recv(fd, to, n, MSG_DONTWAIT);
    while (got < 0 && errno == EINTR);
    return got < 0 ? -errno : got;
}

ssize_t tcp_write(int fd, const void *from, size_t n)
{
    ssize_t sent;
    do
        sent = send(fd, from, n, MSG_DONTWAIT | MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    return sent < 0 ? -errno : sent;
}
