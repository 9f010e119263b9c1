#include "lab/impair.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "lab/impair_impl.h"

/* A relay answers in its next turn; one that was stopped does not. One that is just ending gives
 * its address away within this time. */
enum { ANSWER_TIMEOUT_S = 5, TRIES = 100, PAUSE_MS = 10 };

static err_t connect_to(const struct lab_netns *s, const char *dev, int *ret_fd)
{
    const struct timeval limit = { .tv_sec = ANSWER_TIMEOUT_S };
    struct sockaddr_un a;
    struct lab_netns home;
    socklen_t n = lab_impair_address(dev, &a);
    if (n == 0)
        return -EINVAL;
    err_t rc = lab_netns_enter(s, &home);
    if (rc != 0)
        return rc;
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) != 0 ||
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) != 0 ||
        connect(fd, (const struct sockaddr *)&a, n) != 0)
        rc = -errno;
    lab_netns_leave(&home);
    if (rc != 0) {
        if (fd >= 0)
            close(fd);
        return rc == -ECONNREFUSED ? -ENOENT : rc;
    }
    *ret_fd = fd;
    return 0;
}

/* -ENOENT: there is no relay; -ETIMEDOUT: it does not answer. */
static err_t ask(const struct lab_netns *s, const char *dev, const struct lab_impair_request *q,
                 struct lab_impair_answer *ret_answer)
{
    struct lab_impair_answer a;
    int fd = -1;
    err_t rc = connect_to(s, dev, &fd);
    if (rc != 0)
        return rc;
    ssize_t n = send(fd, q, sizeof(*q), MSG_NOSIGNAL);
    if (n >= 0)
        n = recv(fd, &a, sizeof(a), 0);
    if (n == 0 || (n < 0 && (errno == ECONNRESET || errno == EPIPE)))
        rc = -ENOENT; /* it ended meanwhile */
    else if (n < 0)
        rc = errno == EAGAIN ? -ETIMEDOUT : -errno;
    else if (n != (ssize_t)sizeof(a) || a.version != LAB_IMPAIR_VERSION)
        rc = -EPROTO;
    else
        *ret_answer = a;
    close(fd);
    return rc;
}

err_t lab_impair_get(const struct lab_netns *s, const char *dev, struct lab_impair_spec *ret_spec,
                     struct lab_impair_count *ret_count)
{
    const struct lab_impair_request q = { .version = LAB_IMPAIR_VERSION, .op = LAB_IMPAIR_GET };
    struct lab_impair_answer a;
    err_t rc = ask(s, dev, &q, &a);
    if (rc != 0)
        return rc;
    *ret_spec = a.spec;
    *ret_count = a.count;
    return 0;
}

err_t lab_impair_clear(const struct lab_netns *s, const char *dev)
{
    const struct lab_impair_request q = { .version = LAB_IMPAIR_VERSION, .op = LAB_IMPAIR_END };
    struct lab_impair_answer a;
    return ask(s, dev, &q, &a);
}

static err_t change(const struct lab_netns *s, const char *dev, const struct lab_impair_spec *spec)
{
    struct lab_impair_request q = { .version = LAB_IMPAIR_VERSION, .op = LAB_IMPAIR_CHANGE };
    struct lab_impair_answer a;
    q.spec = *spec;
    return ask(s, dev, &q, &a);
}

static err_t set(const struct lab_netns *s, const char *dev, const struct lab_impair_spec *spec,
                 struct text *why)
{
    const struct lab_impair_relay_params p = { s, dev, spec };
    const struct timespec pause = { .tv_nsec = PAUSE_MS * NS_PER_MS };
    err_t rc = change(s, dev, spec);
    for (int i = 0; rc == -ENOENT; i++) {
        size_t before = why->len;
        rc = lab_impair_relay_start(&p, why);
        if (rc != -EADDRINUSE || i == TRIES)
            return rc;
        why->s[why->len = before] = '\0';
        nanosleep(&pause, NULL);
        rc = change(s, dev, spec);
    }
    if (rc != 0)
        text_str(why, rc == -ETIMEDOUT ? "its relay does not answer" : strerror(-rc));
    return rc;
}

err_t lab_impair_set(const struct lab_netns *s, const char *dev, const struct lab_impair_spec *spec,
                     struct text *why)
{
    if (!lab_impair_is_none(spec))
        return set(s, dev, spec, why);
    err_t rc = lab_impair_clear(s, dev);
    if (rc == 0 || rc == -ENOENT)
        return 0;
    text_str(why, rc == -ETIMEDOUT ? "its relay does not answer" : strerror(-rc));
    return rc;
}
