#include "ctl/topo_files.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { PATH_BYTES = 4096 };

/* Without openat2 (kernels before 5.6, some sandboxes) every part of the path is opened by itself,
 * and none may be a symbolic link: stricter, and as safe. */
static int open_by_parts(int folder, const char *path)
{
    int at = folder, fd = -1;
    char part[PATH_BYTES];
    for (;;) {
        size_t n = strcspn(path, "/");
        if (n == 0 || n >= sizeof(part)) {
            fd = -EINVAL;
            break;
        }
        memcpy(part, path, n);
        part[n] = '\0';
        bool last = path[n] == '\0';
        if (strcmp(part, "..") == 0)
            fd = -EXDEV;
        else
            fd = openat(at, part,
                        O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK |
                            (last ? O_RDONLY : O_PATH | O_DIRECTORY));
        if (fd == -1)
            fd = errno == ELOOP || errno == ENOTDIR ? -EXDEV : -errno;
        if (last || fd < 0)
            break;
        if (at != folder)
            close(at);
        at = fd;
        path += n + 1;
    }
    if (at != folder)
        close(at);
    return fd;
}

static int open_beneath(int folder, const char *path)
{
    struct open_how how = {
        .flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
    };
    long fd = syscall(SYS_openat2, folder, path, &how, sizeof(how));
    if (fd >= 0)
        return (int)fd;
    if (errno != ENOSYS && errno != EPERM)
        return -errno;
    return open_by_parts(folder, path);
}

/* The whole of a regular file, and no more than max bytes of it. */
static err_t read_whole(int fd, size_t max, struct arena *arena, const char **ret_text,
                        size_t *ret_len)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return -errno;
    if (S_ISDIR(st.st_mode))
        return -EISDIR;
    if (!S_ISREG(st.st_mode))
        return -EINVAL;
    if ((uint64_t)st.st_size > max)
        return -EFBIG;
    size_t cap = (size_t)st.st_size, len = 0;
    char *text = arena_alloc(arena, cap + 1);
    if (!text)
        return -ENOMEM;
    while (len < cap) { /* a file that has become shorter ends early, one that grew is cut */
        ssize_t n = read(fd, text + len, cap - len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        if (n == 0)
            break;
        len += (size_t)n;
    }
    *ret_text = text;
    *ret_len = len;
    return 0;
}

static err_t read_file(struct topo_source *s, const char *path, size_t max, struct arena *arena,
                       const char **ret_text, size_t *ret_len)
{
    struct topo_files *files = container_of(s, struct topo_files, source);
    int fd;
    if (s->outside_allowed) {
        fd = openat(files->folder, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
        fd = fd < 0 ? -errno : fd;
    } else {
        fd = open_beneath(files->folder, path);
    }
    if (fd < 0)
        return fd;
    err_t err = read_whole(fd, max, arena, ret_text, ret_len);
    close(fd);
    return err;
}

err_t topo_files_open(struct topo_files *files, const char *path, bool outside_allowed)
{
    char folder[PATH_BYTES];
    const char *slash = strrchr(path, '/');
    struct text t = text_init(folder, sizeof(folder));
    text_bytes(&t, path, slash ? (size_t)(slash - path) + 1 : 0);
    if (t.cut)
        return -ENAMETOOLONG;
    int fd = open(t.len ? folder : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    *files =
        (struct topo_files){ .source = { .read = read_file, .outside_allowed = outside_allowed },
                             .folder = fd };
    return 0;
}

void topo_files_close(struct topo_files *files)
{
    if (files->folder >= 0)
        close(files->folder);
    files->folder = -1;
}
