#include "lab/wire.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { WIRE_SOCKET_BYTES = 1 << 20 };

ns_t lab_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (ns_t)t.tv_sec * NS_PER_S + t.tv_nsec;
}

bool lab_is_no_route(err_t rc)
{
    return rc == -ENETUNREACH || rc == -EHOSTUNREACH || rc == -EINVAL || rc == -EACCES ||
           rc == -ENETDOWN || rc == -EPERM;
}

err_t lab_wire_open(const struct lab_netns *s, bool with_tcp, struct lab_wire *ret_wire)
{
    struct lab_wire w = { .send = -1, .icmp = -1, .tcp = -1 };
    int size = WIRE_SOCKET_BYTES;
    err_t rc = lab_netns_socket(s, AF_INET, SOCK_RAW, IPPROTO_RAW, &w.send);
    if (rc == 0)
        rc = lab_netns_socket(s, AF_INET, SOCK_RAW, IPPROTO_ICMP, &w.icmp);
    if (rc == 0 && with_tcp)
        rc = lab_netns_socket(s, AF_INET, SOCK_RAW, IPPROTO_TCP, &w.tcp);
    if (rc != 0) {
        lab_wire_close(&w);
        return rc;
    }
    (void)setsockopt(w.icmp, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
    /* Packets of 64 kB are asked for when the limit of the path is. */
    (void)setsockopt(w.send, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size));
    *ret_wire = w;
    return 0;
}

void lab_wire_close(struct lab_wire *w)
{
    int *const all[] = { &w->send, &w->icmp, &w->tcp };
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        if (*all[i] >= 0)
            close(*all[i]);
        *all[i] = -1;
    }
}

err_t lab_wire_send(const struct lab_wire *w, const struct lab_question *q)
{
    uint8_t bytes[LAB_PACKET_MAX];
    struct wr out = wr_init(bytes, sizeof(bytes));
    struct sockaddr_in to = { .sin_family = AF_INET };
    if (!lab_question_write(q, &out))
        return -EMSGSIZE;
    memcpy(&to.sin_addr, q->dst.b, 4);
    for (int tries = 0; tries < 2; tries++) {
        if (sendto(w->send, bytes, wr_len(&out), 0, (const struct sockaddr *)&to, sizeof(to)) >= 0)
            return 0;
        if (errno != EINTR)
            break;
    }
    return -errno;
}

short lab_wire_wait(const struct lab_wire *w, int other, short events, ns_t until,
                    struct lab_trace *trace)
{
    struct pollfd all[] = {
        { .fd = w->icmp, .events = POLLIN },
        { .fd = w->tcp, .events = POLLIN },
        { .fd = other, .events = events },
        { .fd = trace ? trace->epoll : -1, .events = POLLIN },
    };
    ns_t left = until - lab_now();
    struct timespec wait = { 0 };
    if (left > 0)
        wait = (struct timespec){ .tv_sec = left / NS_PER_S, .tv_nsec = left % NS_PER_S };
    if (ppoll(all, ARRAY_LEN(all), &wait, NULL) <= 0)
        return 0;
    if (trace && all[3].revents)
        lab_trace_collect(trace);
    return all[2].revents;
}

static bool receive(int fd, struct lab_heard *ret_heard)
{
    ssize_t n = fd < 0 ? -1 : recv(fd, ret_heard->bytes, LAB_WIRE_BUFFER, MSG_DONTWAIT);
    if (n < 0)
        return false;
    ret_heard->n = (size_t)n;
    if (!lab_packet_read(ret_heard->bytes, ret_heard->n, &ret_heard->packet))
        ret_heard->packet = (struct lab_packet){ 0 };
    return true;
}

bool lab_wire_receive(const struct lab_wire *w, struct lab_heard *ret_heard)
{
    return receive(w->icmp, ret_heard) || receive(w->tcp, ret_heard);
}
