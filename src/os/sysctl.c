#include "os/sysctl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/ip.h"
#include "base/text.h"

enum { PATH_BYTES = 160, VALUE_BYTES = 32 };

/* "net/..." without a way up, below /proc/sys. */
static err_t full_path(const char *path, char buf[PATH_BYTES])
{
    if (strncmp(path, "net/", 4) != 0 || strstr(path, ".."))
        return -EINVAL;
    struct text t = text_init(buf, PATH_BYTES);
    text_str(&t, "/proc/sys/");
    text_str(&t, path);
    return t.cut ? -ENAMETOOLONG : 0;
}

static err_t read_number(int fd, int64_t *ret_value)
{
    char buf[VALUE_BYTES];
    ssize_t n = pread(fd, buf, sizeof(buf) - 1, 0);
    if (n < 0)
        return -errno;
    buf[n] = '\0';
    char *end;
    errno = 0;
    long long v = strtoll(buf, &end, 10);
    if (end == buf || errno != 0)
        return -EBADMSG;
    *ret_value = v;
    return 0;
}

err_t os_sysctl_get(const char *path, int64_t *ret_value)
{
    char full[PATH_BYTES];
    err_t err = full_path(path, full);
    if (err)
        return err;
    int fd = open(full, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    err = read_number(fd, ret_value);
    (void)close(fd);
    return err;
}

static err_t write_number(const char *full, int64_t value)
{
    char buf[VALUE_BYTES];
    struct text t = text_init(buf, sizeof(buf));
    text_i64(&t, value);
    int fd = open(full, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    ssize_t n = write(fd, buf, t.len);
    err_t err = n < 0 ? -errno : (size_t)n == t.len ? 0 : -EIO;
    (void)close(fd);
    return err;
}

err_t os_sysctl_set(const char *path, int64_t value, int64_t *ret_old)
{
    char full[PATH_BYTES];
    int64_t old = 0;
    err_t err = full_path(path, full);
    if (!err)
        err = os_sysctl_get(path, &old);
    if (!err && old != value)
        err = write_number(full, value);
    if (!err && ret_old)
        *ret_old = old;
    return err;
}

err_t os_sysctl_forwarding(uint8_t family, const char *interface, bool on, bool *ret_was)
{
    char path[PATH_BYTES];
    struct text t = text_init(path, sizeof(path));
    if (interface && (interface[0] == '\0' || strchr(interface, '/')))
        return -EINVAL;
    if (family == IP_V4 && !interface) {
        text_str(&t, "net/ipv4/ip_forward");
    } else {
        text_str(&t, family == IP_V4 ? "net/ipv4/conf/" : "net/ipv6/conf/");
        text_str(&t, interface ? interface : "all");
        text_str(&t, "/forwarding");
    }
    int64_t old;
    err_t err = t.cut ? -ENAMETOOLONG : os_sysctl_set(path, on, &old);
    if (!err && ret_was)
        *ret_was = old != 0;
    return err;
}
