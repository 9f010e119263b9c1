/* os/tcp.h: TCP sockets as BGP needs them: non-blocking, bound to a local address, TTL and its
 * check (RFC 5082), MD5 signatures (RFC 2385), no delay, precedence 6 (RFC 4271 4 and common
 * practice). Link-local addresses carry their interface as scope. Keys on a listener hold for what
 * it accepts. */
#ifndef OS_TCP_H
#define OS_TCP_H

#include <sys/types.h>

#include "base/base.h"
#include "base/ip.h"

enum { TCP_PASSWORD_MAX = 80, TCP_BACKLOG = 128 };

struct tcp_params {
    struct ip_addr local;  /* IP_NONE: the kernel chooses */
    struct ip_addr remote;
    uint16_t port;
    uint8_t ttl;           /* 0: the kernel's */
    uint8_t min_ttl;       /* 0: not checked */
    uint32_t if_index;     /* scope of link-local addresses */
    uint32_t device;       /* see tcp_keep_to(); 0: none */
    const char *password;  /* NULL: none */
};

struct tcp_ends {
    struct ip_addr local, remote;
    uint16_t local_port, remote_port;
    uint32_t if_index;     /* of a link-local peer, else 0 */
};

/* A listening socket on every address of the family: -EADDRINUSE, -EACCES, ... */
must_use err_t tcp_listen(uint8_t family, uint16_t port, int *ret_fd);

/* Sets or (password NULL) removes the MD5 key of a peer on a socket. -EINVAL: too long or empty. */
must_use err_t tcp_key(int fd, const struct ip_addr *remote, uint32_t if_index,
                       const char *password);

/* Sets TTL and the lowest TTL that is accepted; 0 leaves each as it is. */
must_use err_t tcp_ttl(int fd, uint8_t family, uint8_t ttl, uint8_t min_ttl);

/* Packets of the socket leave and come by the interface alone, whatever routes say (Linux 5.7; an
 * older one leaves it to the routes). */
must_use err_t tcp_keep_to(int fd, uint32_t device);

/* Starts to connect; 0: under way, ready when writable. */
must_use err_t tcp_connect(const struct tcp_params *p, int *ret_fd);

/* How connecting ended: 0, or the error. */
must_use err_t tcp_result(int fd);

/* The next connection of a listener, set up like our own: -EAGAIN none. */
must_use err_t tcp_accept(int listener, int *ret_fd, struct tcp_ends *ret_ends);

/* Both ends of a connection. IPv4 in IPv6 clothes is shown as IPv4. */
must_use err_t tcp_ends(int fd, struct tcp_ends *ret_ends);

/* Bytes read (at most n; 0: the other end is done) or sent, or a negative errno (-EAGAIN). */
must_use ssize_t tcp_read(int fd, void *to, size_t n);

/* Bytes that the kernel took, perhaps fewer than n; or a negative errno (-EAGAIN: it is full). */
must_use ssize_t tcp_write(int fd, const void *from, size_t n);

#endif
