#include "lab/capture.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "lab/pcapng.h"

enum {
    CAPTURE_SOCKET_BYTES = 32 << 20,
    CAPTURE_DIRS_MAX = 32,
    CAPTURE_COMMENT_MAX = 512,
    CAPTURE_BATCH = 64, /* before it looks again whether it is to stop */
};

struct capturing {
    const struct lab_capture *c;
    int fd;
    uint32_t interfaces[LAB_CAPTURE_INTERFACES_MAX]; /* the kernel's numbers, by ours */
    uint32_t interface_count;
    struct lab_captured *captured;
    uint8_t packet[PCAPNG_SNAP_BYTES];
    uint8_t block[2 * PCAPNG_BLOCK_MAX]; /* an interface's and a packet's */
};

/* --- output ----------------------------------------------------------------------------------- */

static err_t write_all(int fd, const uint8_t *bytes, size_t n)
{
    while (n) {
        ssize_t done = write(fd, bytes, n);
        if (done < 0 && errno == EAGAIN) {
            struct pollfd one = { .fd = fd, .events = POLLOUT };
            (void)poll(&one, 1, -1);
            continue;
        }
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return -errno;
        bytes += done;
        n -= (size_t)done;
    }
    return 0;
}

static err_t write_block(const struct capturing *k, const struct wr *w)
{
    assert(!w->bad);
    return write_all(k->c->out, w->start, wr_len(w));
}

static err_t write_head(struct capturing *k)
{
    char text[CAPTURE_DIRS_MAX + 1][CAPTURE_COMMENT_MAX];
    const char *comments[CAPTURE_DIRS_MAX + 2] = { NULL };
    size_t n = 0;
    struct wr w = wr_init(k->block, sizeof(k->block));
    snprintf(text[n], CAPTURE_COMMENT_MAX, "%s of %s",
             k->c->interface ? k->c->interface : "all interfaces",
             k->c->space->name[0] ? k->c->space->name : "this host");
    comments[n] = text[n];
    n++;
    for (size_t i = 0; k->c->key_dirs && k->c->key_dirs[i] && n <= CAPTURE_DIRS_MAX; i++, n++) {
        snprintf(text[n], CAPTURE_COMMENT_MAX,
                 "The keys of IKE and ESP are in %.300s: ikev2_decryption_table and esp_sa, for "
                 "Wireshark's profile directory",
                 k->c->key_dirs[i]);
        comments[n] = text[n];
    }
    pcapng_section(&w, comments);
    return write_block(k, &w);
}

/* --- input ------------------------------------------------------------------------------------ */

static err_t open_socket(const struct lab_capture *c, int *ret_fd)
{
    struct sockaddr_ll at = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL) };
    struct ifreq r = { 0 };
    int fd = -1, on = 1, size = CAPTURE_SOCKET_BYTES;
    err_t rc = lab_netns_socket(c->space, AF_PACKET, SOCK_RAW, 0, &fd);
    if (rc != 0)
        return rc;
    if (c->interface) {
        snprintf(r.ifr_name, sizeof(r.ifr_name), "%.15s", c->interface);
        if (strlen(c->interface) >= sizeof(r.ifr_name))
            rc = -ENODEV;
        else if (ioctl(fd, SIOCGIFINDEX, &r) != 0)
            rc = -errno;
        at.sll_ifindex = r.ifr_ifindex;
    }
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
    if (rc == 0 && (setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on)) != 0 ||
                    bind(fd, (const struct sockaddr *)&at, sizeof(at)) != 0))
        rc = -errno;
    if (rc != 0) {
        close(fd);
        return rc;
    }
    *ret_fd = fd;
    return 0;
}

/* The interface's number in the file, told when it is met first; false: there are too many. */
static bool number_of(struct capturing *k, const struct sockaddr_ll *from, struct wr *w,
                      uint32_t *ret_number)
{
    struct ifreq r = { .ifr_ifindex = from->sll_ifindex };
    for (uint32_t i = 0; i < k->interface_count; i++)
        if (k->interfaces[i] == (uint32_t)from->sll_ifindex) {
            *ret_number = i;
            return true;
        }
    if (k->interface_count == LAB_CAPTURE_INTERFACES_MAX)
        return false;
    if (ioctl(k->fd, SIOCGIFNAME, &r) != 0)
        snprintf(r.ifr_name, sizeof(r.ifr_name), "if%d", from->sll_ifindex);
    bool has_header = from->sll_hatype == ARPHRD_ETHER || from->sll_hatype == ARPHRD_LOOPBACK;
    const struct pcapng_interface i = { .name = r.ifr_name,
                                        .description = k->c->space->name,
                                        .link_type = has_header ? PCAPNG_ETHERNET : PCAPNG_RAW_IP };
    pcapng_interface(w, &i);
    k->interfaces[k->interface_count] = (uint32_t)from->sll_ifindex;
    *ret_number = k->interface_count++;
    return true;
}

static ns_t wall_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (ns_t)t.tv_sec * NS_PER_S + t.tv_nsec;
}

static ns_t time_of(struct msghdr *m)
{
    struct timespec at = { 0 };
    for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c))
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS)
            memcpy(&at, CMSG_DATA(c), sizeof(at));
    return at.tv_sec ? (ns_t)at.tv_sec * NS_PER_S + at.tv_nsec : wall_now();
}

/* 0: written; -EAGAIN: none waits. */
static err_t take_one(struct capturing *k)
{
    _Alignas(struct cmsghdr) uint8_t control[128];
    struct sockaddr_ll from = { 0 };
    struct iovec iov = { k->packet, sizeof(k->packet) };
    struct msghdr m = { .msg_name = &from,
                        .msg_namelen = sizeof(from),
                        .msg_iov = &iov,
                        .msg_iovlen = 1,
                        .msg_control = control,
                        .msg_controllen = sizeof(control) };
    ssize_t n = recvmsg(k->fd, &m, MSG_DONTWAIT | MSG_TRUNC);
    if (n < 0)
        return errno == EINTR || errno == ENETDOWN ? 0 : -errno;
    struct wr w = wr_init(k->block, sizeof(k->block));
    struct pcapng_packet p = { .at = time_of(&m),
                               .outbound = from.sll_pkttype == PACKET_OUTGOING,
                               .bytes = k->packet,
                               .captured = (uint32_t)MIN((size_t)n, sizeof(k->packet)),
                               .length = (uint32_t)n };
    if (!number_of(k, &from, &w, &p.interface)) {
        k->captured->dropped++;
        return 0;
    }
    pcapng_packet(&w, &p);
    k->captured->packets++;
    return write_block(k, &w);
}

static bool is_full(const struct capturing *k)
{
    return k->c->packet_max && k->captured->packets >= k->c->packet_max;
}

static err_t take_all(struct capturing *k)
{
    err_t rc = 0;
    for (int i = 0; rc == 0 && i < CAPTURE_BATCH && !is_full(k); i++)
        rc = take_one(k);
    return rc == -EAGAIN ? 0 : rc;
}

static err_t capture(struct capturing *k)
{
    err_t rc = write_head(k);
    bool stopped = false;
    while (rc == 0 && !stopped && !is_full(k)) {
        /* A viewer that was closed shows on the pipe, also while nothing passes. */
        struct pollfd all[] = { { .fd = k->fd, .events = POLLIN },
                                { .fd = k->c->stop, .events = POLLIN },
                                { .fd = k->c->out, .events = 0 } };
        if (poll(all, ARRAY_LEN(all), -1) < 0 && errno != EINTR)
            return -errno;
        stopped = all[1].revents != 0;
        if (all[2].revents & (POLLERR | POLLHUP))
            return -EPIPE;
        rc = take_all(k);
    }
    return rc;
}

static err_t write_end(struct capturing *k)
{
    struct tpacket_stats stats = { 0 };
    socklen_t n = sizeof(stats);
    err_t rc = 0;
    if (getsockopt(k->fd, SOL_PACKET, PACKET_STATISTICS, &stats, &n) == 0)
        k->captured->dropped += stats.tp_drops;
    /* The kernel counts a socket's losses, not an interface's. */
    if (k->c->interface && k->interface_count == 1) {
        struct wr w = wr_init(k->block, sizeof(k->block));
        pcapng_statistics(&w, 0, wall_now(), k->captured->packets + k->captured->dropped,
                          k->captured->dropped);
        rc = write_block(k, &w);
    }
    return rc;
}

err_t lab_capture_run(const struct lab_capture *c, struct lab_captured *ret_captured)
{
    *ret_captured = (struct lab_captured){ .packets = 0 };
    struct capturing *k = mem_alloc(MEM_MISC, sizeof(*k));
    if (!k)
        return -ENOMEM;
    k->c = c;
    k->fd = -1;
    k->captured = ret_captured;
    err_t rc = open_socket(c, &k->fd);
    if (rc == 0)
        rc = capture(k);
    if (k->fd >= 0) {
        err_t end = write_end(k);
        rc = rc != 0 ? rc : end;
        close(k->fd);
    }
    mem_free(MEM_MISC, k, sizeof(*k));
    return rc;
}
