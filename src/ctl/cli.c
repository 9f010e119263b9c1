#include "ctl/cli.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "ctl/protocol.h"

err_t cli_connect(const char *run_dir, int *ret_fd)
{
    struct sockaddr_un a = { .sun_family = AF_UNIX };
    int n = snprintf(a.sun_path, sizeof(a.sun_path), "%s/%s", run_dir, CTL_SOCKET_NAME);
    if (n < 0 || (size_t)n >= sizeof(a.sun_path))
        return -ENAMETOOLONG;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    if (connect(fd, (const struct sockaddr *)&a, sizeof(a)) != 0) {
        err_t rc = -errno;
        close(fd);
        return rc;
    }
    *ret_fd = fd;
    return 0;
}

static err_t send_all(int fd, const char *bytes, size_t len)
{
    while (len) {
        ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        bytes += n;
        len -= (size_t)n;
    }
    return 0;
}

/* The header's line; what was read behind it is the beginning of the text. */
static err_t read_header(int fd, char *buf, size_t cap, size_t *ret_len, size_t *ret_line)
{
    size_t len = 0;
    for (;;) {
        char *end = memchr(buf, '\n', len);
        if (end) {
            *ret_len = len;
            *ret_line = (size_t)(end - buf) + 1;
            return 0;
        }
        if (len == cap)
            return -EPROTO;
        ssize_t n = read(fd, buf + len, cap - len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? -errno : -EPIPE;
        len += (size_t)n;
    }
}

err_t cli_run(int fd, const struct ctl_request *request, FILE *out, int *ret_status)
{
    char buf[65536];
    size_t len = ctl_request_encode(request, buf, CTL_REQUEST_MAX), line = 0;
    if (len == 0)
        return -EINVAL;
    err_t rc = send_all(fd, buf, len);
    if (rc == 0)
        rc = read_header(fd, buf, sizeof(buf), &len, &line);
    if (rc != 0)
        return rc;
    int status;
    uint64_t left;
    if (!ctl_header_decode(buf, line, &status, &left) || len - line > left)
        return -EPROTO;
    if (len > line)
        fwrite(buf + line, 1, len - line, out);
    left -= len - line;
    while (left) {
        ssize_t n = read(fd, buf, (size_t)MIN(left, (uint64_t)sizeof(buf)));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? -errno : -EPIPE;
        if (fwrite(buf, 1, (size_t)n, out) != (size_t)n)
            return -EIO;
        left -= (uint64_t)n;
    }
    *ret_status = status;
    return 0;
}
