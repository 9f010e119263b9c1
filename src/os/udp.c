#include "os/udp.h"

#include <errno.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PROTOCOL_ESP = 50 };

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

static err_t set_int(int fd, int level, int option, int value)
{
    return setsockopt(fd, level, option, &value, sizeof(value)) == 0 ? 0 : -errno;
}

/* What every socket reports: our address, TOS, errors. */
static err_t set_reports(int fd, uint8_t family)
{
    static const int v4[] = { IP_PKTINFO, IP_RECVTOS, IP_RECVERR };
    static const int v6[] = { IPV6_RECVPKTINFO, IPV6_RECVTCLASS, IPV6_RECVERR };
    int level = family == IP_V4 ? IPPROTO_IP : IPPROTO_IPV6;
    err_t rc = 0;
    for (size_t i = 0; rc == 0 && i < ARRAY_LEN(v4); i++)
        rc = set_int(fd, level, family == IP_V4 ? v4[i] : v6[i], 1);
    return rc;
}

/* Room for bursts; more than the system's limit needs a privilege, and less will do. */
static void set_buffers(int fd)
{
    if (set_int(fd, SOL_SOCKET, SO_RCVBUFFORCE, UDP_SOCKET_BYTES) != 0 &&
        set_int(fd, SOL_SOCKET, SO_RCVBUF, UDP_SOCKET_BYTES) != 0)
        return;
    if (set_int(fd, SOL_SOCKET, SO_SNDBUFFORCE, UDP_SOCKET_BYTES) != 0 &&
        set_int(fd, SOL_SOCKET, SO_SNDBUF, UDP_SOCKET_BYTES) != 0)
        return;
}

static err_t bind_to(int fd, const struct udp_params *p)
{
    union address a;
    socklen_t len;
    memset(&a, 0, sizeof(a));
    if (p->family == IP_V4) {
        a.v4.sin_family = AF_INET;
        a.v4.sin_port = htons(p->port);
        memcpy(&a.v4.sin_addr, p->local.b, 4);
        len = sizeof(a.v4);
    } else {
        a.v6.sin6_family = AF_INET6;
        a.v6.sin6_port = htons(p->port);
        memcpy(&a.v6.sin6_addr, p->local.b, 16);
        len = sizeof(a.v6);
    }
    return bind(fd, &a.any, len) == 0 ? 0 : -errno;
}

static err_t set_up(int fd, const struct udp_params *p)
{
    err_t rc = set_reports(fd, p->family);
    set_buffers(fd);
    if (rc == 0 && p->family == IP_V6)
        rc = set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
    if (rc == 0 && p->shared)
        rc = set_int(fd, SOL_SOCKET, SO_REUSEPORT, 1);
    /* Kernels before 5.0 join nothing, and lose nothing but speed. */
    if (rc == 0 && p->offload && set_int(fd, SOL_UDP, UDP_GRO, 1) == -EPERM)
        rc = -EPERM;
    return rc ? rc : bind_to(fd, p);
}

static int domain(uint8_t family)
{
    return family == IP_V4 ? AF_INET : AF_INET6;
}

err_t udp_open(const struct udp_params *params, struct udp_socket *ret_socket)
{
    assert(params->family == IP_V4 || params->family == IP_V6);
    int fd = socket(domain(params->family), SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    err_t rc = set_up(fd, params);
    if (rc == 0)
        rc = udp_adopt(fd, ret_socket);
    if (rc != 0)
        close(fd);
    return rc;
}

err_t udp_open_raw(uint8_t family, struct udp_socket *ret_socket)
{
    assert(family == IP_V4 || family == IP_V6);
    int fd = socket(domain(family), SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, PROTOCOL_ESP);
    if (fd < 0)
        return -errno;
    err_t rc = set_reports(fd, family);
    set_buffers(fd);
    if (rc == 0)
        rc = udp_adopt(fd, ret_socket);
    if (rc != 0)
        close(fd);
    return rc;
}

static int get_int(int fd, int level, int option, int otherwise)
{
    int value = 0;
    socklen_t len = sizeof(value);
    return getsockopt(fd, level, option, &value, &len) == 0 ? value : otherwise;
}

err_t udp_adopt(int fd, struct udp_socket *ret_socket)
{
    union address a;
    socklen_t len = sizeof(a);
    int af = get_int(fd, SOL_SOCKET, SO_DOMAIN, AF_UNSPEC);
    int type = get_int(fd, SOL_SOCKET, SO_TYPE, 0);
    if ((af != AF_INET && af != AF_INET6) || (type != SOCK_DGRAM && type != SOCK_RAW))
        return -ENOTSOCK;
    if (getsockname(fd, &a.any, &len) != 0)
        return -errno;
    *ret_socket = (struct udp_socket){
        .fd = fd,
        .family = af == AF_INET ? IP_V4 : IP_V6,
        .is_raw = type == SOCK_RAW,
        .df = -1,
    };
    if (!ret_socket->is_raw) {
        ret_socket->port = ntohs(af == AF_INET ? a.v4.sin_port : a.v6.sin6_port);
        ret_socket->has_runs = set_int(fd, SOL_UDP, UDP_SEGMENT, 0) == 0;
    }
    return 0;
}

void udp_close(struct udp_socket *s)
{
    if (s->fd >= 0)
        close(s->fd);
    s->fd = -1;
}

static err_t attach(const struct udp_socket *s, int option, struct sock_filter *code, uint16_t n)
{
    const struct sock_fprog program = { .len = n, .filter = code };
    return setsockopt(s->fd, SOL_SOCKET, option, &program, sizeof(program)) == 0 ? 0 : -errno;
}

/* The program sees the UDP payload; a load beyond its end answers 0, the first socket. */
err_t udp_steer(const struct udp_socket *s, const struct udp_workers *w)
{
    assert(w->count > 0);
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 3, 0), /* the non-ESP marker: answer A, which is 0 */
        BPF_STMT(BPF_ALU | BPF_AND | BPF_K, w->mask),
        BPF_STMT(BPF_ALU | BPF_MOD | BPF_K, w->count),
        BPF_STMT(BPF_ALU | BPF_ADD | BPF_K, 1),
        BPF_STMT(BPF_RET | BPF_A, 0),
    };
    return attach(s, SO_ATTACH_REUSEPORT_CBPF, code, ARRAY_LEN(code));
}

/* The program sees the IP header before the payload where it is IPv4's, and the payload alone where
 * it is IPv6's, as readers of such sockets do. What is too short for an SPI is nobody's. */
err_t udp_steer_raw(const struct udp_socket *s, const struct udp_workers *w, uint32_t worker)
{
    assert(s->is_raw && worker < w->count);
    struct sock_filter code[] = {
        BPF_STMT(BPF_LDX | BPF_W | BPF_IMM, 0),
        BPF_STMT(BPF_LD | BPF_W | BPF_IND, 0),
        BPF_STMT(BPF_ALU | BPF_AND | BPF_K, w->mask),
        BPF_STMT(BPF_ALU | BPF_MOD | BPF_K, w->count),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, worker, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, UINT32_MAX), /* all of its bytes */
        BPF_STMT(BPF_RET | BPF_K, 0),
    };
    if (s->family == IP_V4) /* four times the header's length field */
        code[0] = (struct sock_filter)BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0);
    return attach(s, SO_ATTACH_FILTER, code, ARRAY_LEN(code));
}
