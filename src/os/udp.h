/* os/udp.h: the sockets of the data plane: UDP in batches, with segmentation and receive offload,
 * and IP protocol 50 without UDP. Each datagram says from which of our addresses it goes and to
 * which it came, and the outer header's TOS both ways (RFC 6040). Path MTUs come as errors. The
 * sockets of several workers share a port, and the kernel gives each worker what is for it, by the
 * SPI. Non-blocking; a socket belongs to one thread. */
#ifndef OS_UDP_H
#define OS_UDP_H

#include <sys/types.h>

#include "base/base.h"
#include "base/ip.h"

enum {
    UDP_BATCH_MAX = 64,
    UDP_PAYLOAD_MAX = 65535,
    UDP_HEADROOM = 64, /* raw IPv4: room for the IP header, which comes before the payload */
    UDP_SOCKET_BYTES = 4 << 20,
};

struct udp_params {
    uint8_t family;
    struct ip_addr local; /* IP_NONE: every address */
    uint16_t port;
    bool shared;  /* SO_REUSEPORT */
    bool offload; /* received datagrams are joined where the kernel can (UDP_GRO) */
};

struct udp_socket {
    int fd; /* -1: closed */
    uint8_t family;
    bool is_raw;
    bool has_runs; /* the kernel cuts runs (UDP_SEGMENT) */
    int df;        /* what the socket is set to; -1: not known */
    uint16_t port;
};

/* A UDP socket; -EADDRINUSE, -EACCES, -EAFNOSUPPORT. */
must_use err_t udp_open(const struct udp_params *params, struct udp_socket *ret_socket);
/* A socket for IP protocol 50; CAP_NET_RAW. */
must_use err_t udp_open_raw(uint8_t family, struct udp_socket *ret_socket);
/* Takes a descriptor that another process opened with these two. */
must_use err_t udp_adopt(int fd, struct udp_socket *ret_socket);
/* Closes it; one that was never opened too. */
void udp_close(struct udp_socket *s);

/* The sockets of several workers: which of them an SPI is for: its bits of `mask`, modulo `count`
 * (1 or more). */
struct udp_workers {
    uint32_t mask, count;
};

/* Who gets what of a port that is shared: the first socket bound takes what begins with four zero
 * bytes (IKE, RFC 3948 2.2) or is shorter (keepalives); each of the others, in the order in which
 * they were bound, the SPIs of the worker of its number, from 0. Set on any one of them. */
must_use err_t udp_steer(const struct udp_socket *s, const struct udp_workers *w);

/* A raw socket takes only the SPIs of that worker; the kernel would give every packet to each. */
must_use err_t udp_steer_raw(const struct udp_socket *s, const struct udp_workers *w,
                             uint32_t worker);

/* A datagram or a run of equal ones, as received. Raw: port 0. */
struct udp_received {
    uint8_t *bytes; /* the caller's buffer; raw IPv4: moved up to the payload */
    uint32_t room;
    uint32_t len;
    uint32_t segment; /* bytes of each but the last; 0: it is one */
    uint8_t tos;
    struct ip_addr local, remote;
    uint16_t remote_port;
    uint32_t if_index;
};

/* Receives up to n (UDP_BATCH_MAX): how many; 0: none waits; a negative errno. Longer ones than
 * their room are dropped. */
must_use ssize_t udp_receive(struct udp_socket *s, struct udp_received *in, size_t n);

/* What is sent. */
struct udp_sent {
    const uint8_t *bytes;
    uint32_t len;
    uint32_t segment; /* below len: a run of datagrams of so many bytes, for UDP_SEGMENT */
    const struct ip_addr *local; /* IP_NONE: the kernel chooses */
    const struct ip_addr *remote;
    uint16_t remote_port; /* raw: 0 */
    uint8_t tos;
    bool df;
    uint32_t if_index; /* it leaves by this interface; 0: as the routes say */
};

/* Sends in order: how many were taken; fewer than n: -EAGAIN would be next. A datagram that the
 * kernel refuses (-EMSGSIZE, -EHOSTUNREACH ...) is passed over: *ret_failed counts such, and the
 * reason of the last stands in *ret_why. */
must_use size_t udp_send(struct udp_socket *s, const struct udp_sent *out, size_t n,
                         uint32_t *ret_failed, err_t *ret_why);

/* An ICMP error, or the kernel's own, about a datagram of ours. */
struct udp_error {
    int error;             /* errno, positive: EMSGSIZE, ECONNREFUSED, EHOSTUNREACH ... */
    uint32_t mtu;          /* with EMSGSIZE */
    bool is_local;         /* this kernel says so, of a device or a route of its own; it quotes
                            * nothing. Else it came from the network, where anybody can forge it */
    struct ip_addr remote; /* where the datagram went */
    uint16_t remote_port;
    uint8_t quote[8]; /* the beginning of its payload, as far as it was quoted: SPI and number */
    uint8_t quote_len;
};

/* The next error; false: none waits. A poll reports waiting errors (EPOLLERR) until all were taken.
 */
must_use bool udp_next_error(struct udp_socket *s, struct udp_error *ret_error);

#endif
