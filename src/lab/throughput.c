#include "lab/throughput.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/number.h"
#include "lab/responder.h"
#include "lab/wire.h"

enum { THROUGHPUT_BUFFER = 256 << 10, THROUGHPUT_ANSWER = 64 };

/* 0: the socket is ready, or -ETIMEDOUT. */
static err_t await(int fd, short events, ns_t until)
{
    ns_t left = until - lab_now();
    struct pollfd one = { .fd = fd, .events = events };
    if (left <= 0 || poll(&one, 1, (int)(left / NS_PER_MS + 1)) == 0)
        return -ETIMEDOUT;
    return 0;
}

static err_t connect_to(const struct lab_throughput *t, int *ret_fd)
{
    struct sockaddr_in to = { .sin_family = AF_INET };
    int fd = -1, error = 0;
    socklen_t n = sizeof(error);
    if (t->to.family != IP_V4)
        return -EAFNOSUPPORT;
    to.sin_port = htons(t->port ? t->port : LAB_THROUGHPUT_PORT);
    memcpy(&to.sin_addr, t->to.b, 4);
    err_t rc = lab_netns_socket(t->from, AF_INET, SOCK_STREAM, 0, &fd);
    if (rc != 0)
        return rc;
    if (connect(fd, (const struct sockaddr *)&to, sizeof(to)) != 0 && errno != EINPROGRESS)
        rc = -errno;
    if (rc == 0)
        rc = await(fd, POLLOUT, lab_now() + LAB_THROUGHPUT_WAIT_S * NS_PER_S);
    if (rc == 0 && getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &n) == 0)
        rc = -error;
    if (rc != 0) {
        close(fd);
        return rc;
    }
    *ret_fd = fd;
    return 0;
}

static bool is_later(ssize_t n)
{
    return n < 0 && (errno == EAGAIN || errno == EINTR);
}

/* Sends zeros until the time is over, then asks how many of them came. */
static err_t pour(int fd, uint8_t *buffer, ns_t start, ns_t duration,
                  struct lab_throughput_result *r)
{
    char said[THROUGHPUT_ANSWER] = "";
    size_t len = 0;
    while (lab_now() < start + duration) {
        ssize_t n = send(fd, buffer, THROUGHPUT_BUFFER, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && !is_later(n))
            return -errno;
        if (n < 0 && await(fd, POLLOUT, start + duration) != 0)
            break;
    }
    shutdown(fd, SHUT_WR);
    ns_t until = lab_now() + LAB_THROUGHPUT_WAIT_S * NS_PER_S;
    while (!memchr(said, '\n', len)) {
        err_t rc = await(fd, POLLIN, until);
        ssize_t n = rc == 0 ? recv(fd, said + len, sizeof(said) - 1 - len, MSG_DONTWAIT) : -1;
        if (rc != 0)
            return rc;
        if (n < 0 && !is_later(n))
            return -errno;
        if (n == 0) /* the end, or more than an answer has */
            return -EPROTO;
        len += n > 0 ? (size_t)n : 0;
    }
    r->time = lab_now() - start;
    said[strcspn(said, "\n")] = '\0';
    return strncmp(said, "bytes ", 6) == 0 && number_parse(said + 6, INT64_MAX, &r->bytes)
               ? 0
               : -EPROTO;
}

static err_t draw(int fd, uint8_t *buffer, ns_t start, ns_t duration,
                  struct lab_throughput_result *r)
{
    while (lab_now() < start + duration) {
        ssize_t n = recv(fd, buffer, THROUGHPUT_BUFFER, MSG_DONTWAIT);
        if (n == 0)
            return -EPROTO;
        if (n < 0 && !is_later(n))
            return -errno;
        if (n < 0 && await(fd, POLLIN, start + duration) != 0)
            break;
        r->bytes += n > 0 ? (uint64_t)n : 0;
    }
    r->time = lab_now() - start;
    return 0;
}

err_t lab_throughput_run(const struct lab_throughput *t, struct lab_throughput_result *ret_result)
{
    struct lab_throughput_result r = { .bytes = 0 };
    char line[40];
    int fd = -1;
    err_t rc = connect_to(t, &fd);
    if (rc != 0)
        return rc;
    uint8_t *buffer = mem_alloc(MEM_MISC, THROUGHPUT_BUFFER);
    int n = t->reverse ? snprintf(line, sizeof(line), "source %lld\n", (long long)INT64_MAX)
                       : snprintf(line, sizeof(line), "sink\n");
    ns_t start = lab_now();
    if (!buffer)
        rc = -ENOMEM;
    else if (send(fd, line, (size_t)n, MSG_NOSIGNAL) != n)
        rc = -EIO;
    else
        rc = t->reverse ? draw(fd, buffer, start, t->duration, &r)
                        : pour(fd, buffer, start, t->duration, &r);
    mem_free(MEM_MISC, buffer, THROUGHPUT_BUFFER);
    close(fd);
    if (rc == 0)
        *ret_result = r;
    return rc;
}
