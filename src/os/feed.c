#include "os/feed.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct child {
    pid_t pid;
    int fd; /* what it says, on standard output and error */
};

/* The document as a file: nft opens /dev/stdin by name, which a socket would not let it, and a file
 * takes all of it at once. */
static err_t open_document(const char *document, size_t bytes, int *ret_fd)
{
    int fd = memfd_create("document", MFD_CLOEXEC);
    if (fd < 0)
        return -errno;
    while (bytes > 0) {
        ssize_t n = write(fd, document, bytes);
        if (n < 0 && errno != EINTR) {
            err_t err = -errno;
            (void)close(fd);
            return err;
        }
        document += MAX(n, 0);
        bytes -= (size_t)MAX(n, 0);
    }
    (void)lseek(fd, 0, SEEK_SET);
    *ret_fd = fd;
    return 0;
}

static err_t spawn(const char *path, const struct os_feed *f, int in, int out, pid_t *ret_pid)
{
    posix_spawn_file_actions_t actions;
    char *argv[OS_FEED_ARGS_MAX + 2] = { (char *)(uintptr_t)f->program };
    char *const environment[] = { NULL };
    for (size_t i = 0; f->args[i]; i++) {
        assert(i < OS_FEED_ARGS_MAX);
        argv[i + 1] = (char *)(uintptr_t)f->args[i];
    }
    int rc = posix_spawn_file_actions_init(&actions);
    if (rc != 0)
        return -rc;
    rc = posix_spawn_file_actions_adddup2(&actions, in, 0);
    for (int fd = 1; rc == 0 && fd < 3; fd++)
        rc = posix_spawn_file_actions_adddup2(&actions, out, fd);
    if (rc == 0)
        rc = posix_spawn(ret_pid, path, &actions, NULL, argv, environment);
    (void)posix_spawn_file_actions_destroy(&actions);
    return -rc;
}

/* The place of a program in a folder of the system; false: there is no such one. */
static bool path_of(const char *program, size_t i, char *ret, size_t n)
{
    static const char *const folders[] = { "/usr/sbin/", "/sbin/",           "/usr/bin/",
                                           "/bin/",      "/usr/local/sbin/", "/usr/local/bin/" };
    if (i >= ARRAY_LEN(folders))
        return false;
    struct text t = text_init(ret, n);
    text_str(&t, folders[i]);
    text_str(&t, program);
    return !t.cut;
}

bool os_feed_has(const char *program)
{
    char path[PATH_MAX];
    for (size_t i = 0; path_of(program, i, path, sizeof(path)); i++)
        if (access(path, X_OK) == 0)
            return true;
    return false;
}

static err_t start(const struct os_feed *f, int document, struct child *ret_child)
{
    char path[PATH_MAX];
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return -errno;
    err_t err = -ENOENT;
    for (size_t i = 0; err == -ENOENT && path_of(f->program, i, path, sizeof(path)); i++)
        err = spawn(path, f, document, ends[1], &ret_child->pid);
    (void)close(ends[1]);
    if (err)
        (void)close(ends[0]);
    ret_child->fd = ends[0];
    return err;
}

static int64_t now_ms(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * INT64_C(1000) + t.tv_nsec / 1000000;
}

/* Takes what it says until it closes. */
static err_t listen_to(struct child *c, unsigned deadline_s, struct text *ret_why)
{
    int64_t end = now_ms() + deadline_s * INT64_C(1000);
    for (;;) {
        struct pollfd p = { .fd = c->fd, .events = POLLIN };
        int64_t wait = end - now_ms();
        if (wait <= 0)
            return -ETIMEDOUT;
        if (poll(&p, 1, (int)wait) < 1)
            continue;
        char buf[512];
        ssize_t n = read(c->fd, buf, sizeof(buf));
        if (n > 0)
            text_bytes(ret_why, buf, (size_t)n);
        else if (n == 0 || errno != EINTR)
            return 0;
    }
}

static err_t finish(struct child *c, err_t err)
{
    int status = 0;
    if (err)
        (void)kill(c->pid, SIGKILL);
    (void)close(c->fd);
    while (waitpid(c->pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (err)
        return err;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -EPROTO;
}

err_t os_feed(const struct os_feed *f, struct text *ret_why)
{
    struct child c;
    int fd = -1;
    err_t err = open_document(f->document, f->bytes, &fd);
    if (err)
        return err;
    err = start(f, fd, &c);
    (void)close(fd);
    if (err) {
        text_str(ret_why, "the program ");
        text_str(ret_why, f->program);
        text_str(ret_why, err == -ENOENT ? " is not installed" : " cannot be run");
        return err;
    }
    err = finish(&c, listen_to(&c, f->deadline_s, ret_why));
    if (err == -ETIMEDOUT) {
        text_str(ret_why, f->program);
        text_str(ret_why, " does not end");
    }
    return err;
}
