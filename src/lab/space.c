#include "lab/space.h"

#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define SPACE_DIR "/run/netns/"

enum { CHILD_LOST = 126, PORT_DISCARD = 9 };

err_t lab_space_open(const char *name, struct lab_space *ret_space)
{
    char path[sizeof(SPACE_DIR) + LAB_SPACE_NAME_MAX] = "/proc/thread-self/ns/net";
    struct lab_space s = { .fd = -1 };
    if (name && name[0]) {
        if (strlen(name) >= sizeof(s.name))
            return -ENAMETOOLONG;
        if (strchr(name, '/') || name[0] == '.')
            return -EINVAL;
        snprintf(path, sizeof(path), SPACE_DIR "%s", name);
        memcpy(s.name, name, strlen(name) + 1);
    }
    s.fd = open(path, O_RDONLY | O_CLOEXEC);
    if (s.fd < 0)
        return -errno;
    *ret_space = s;
    return 0;
}

void lab_space_close(struct lab_space *s)
{
    if (s->fd >= 0)
        close(s->fd);
    s->fd = -1;
}

err_t lab_space_enter(const struct lab_space *s, struct lab_space *ret_home)
{
    struct lab_space home;
    err_t rc = lab_space_open(NULL, &home);
    if (rc != 0)
        return rc;
    if (setns(s->fd, CLONE_NEWNET) != 0) {
        rc = -errno;
        lab_space_close(&home);
        return rc;
    }
    *ret_home = home;
    return 0;
}

void lab_space_leave(struct lab_space *home)
{
    int rc = setns(home->fd, CLONE_NEWNET);
    assert(rc == 0);
    (void)rc;
    lab_space_close(home);
}

err_t lab_space_socket(const struct lab_space *s, int domain, int type, int protocol, int *ret_fd)
{
    struct lab_space home;
    err_t rc = lab_space_enter(s, &home);
    if (rc != 0)
        return rc;
    int fd = socket(domain, type | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);
    rc = fd < 0 ? -errno : 0;
    lab_space_leave(&home);
    if (rc == 0)
        *ret_fd = fd;
    return rc;
}

err_t lab_space_call(const struct lab_space *s, err_t (*run)(void *arg), void *arg)
{
    struct lab_space home;
    err_t rc = lab_space_enter(s, &home);
    if (rc != 0)
        return rc;
    rc = run(arg);
    lab_space_leave(&home);
    return rc;
}

err_t lab_space_fork(const struct lab_space *s, int (*run)(void *arg), void *arg,
                     struct spawn_child *ret_child)
{
    pid_t parent = getpid(), pid = fork();
    if (pid < 0)
        return -errno;
    if (pid == 0) {
        /* The parent may have ended before the request was made. */
        if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent)
            _exit(CHILD_LOST);
        _exit(setns(s->fd, CLONE_NEWNET) == 0 ? run(arg) : CHILD_LOST);
    }
    int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    if (pidfd < 0) {
        err_t rc = -errno;
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
        return rc;
    }
    *ret_child = (struct spawn_child){ .pid = pid, .pidfd = pidfd };
    return 0;
}

/* --- what the space's kernel would do ----------------------------------------------------------
 */

/* Connecting a datagram socket sends nothing, but looks for the route. */
static err_t connect_to(const struct lab_space *s, const struct ip_addr *to, int *ret_fd)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(PORT_DISCARD) };
    if (to->family != IP_V4)
        return -EAFNOSUPPORT;
    memcpy(&a.sin_addr, to->b, 4);
    int fd = -1;
    err_t rc = lab_space_socket(s, AF_INET, SOCK_DGRAM, 0, &fd);
    if (rc != 0)
        return rc;
    if (connect(fd, (const struct sockaddr *)&a, sizeof(a)) != 0) {
        rc = -errno;
        close(fd);
        return rc;
    }
    *ret_fd = fd;
    return 0;
}

static err_t source_of(int fd, struct ip_addr *ret_source)
{
    struct sockaddr_in a = { 0 };
    socklen_t n = sizeof(a);
    if (getsockname(fd, (struct sockaddr *)&a, &n) != 0)
        return -errno;
    *ret_source = ip_from_bytes(IP_V4, &a.sin_addr);
    return 0;
}

err_t lab_space_source(const struct lab_space *s, const struct ip_addr *to,
                       struct ip_addr *ret_source)
{
    int fd = -1;
    err_t rc = connect_to(s, to, &fd);
    if (rc != 0)
        return rc;
    rc = source_of(fd, ret_source);
    close(fd);
    return rc;
}

/* The device that has the source address; of another one (an address of the loopback) the largest
 * there is, which a sender finds out by EMSGSIZE. */
err_t lab_space_mtu(const struct lab_space *s, const struct ip_addr *to, uint32_t *ret_mtu)
{
    struct ip_addr source;
    struct lab_space home;
    struct ifaddrs *all = NULL;
    struct ifreq r = { 0 };
    uint32_t mtu = UINT16_MAX;
    err_t rc = lab_space_source(s, to, &source);
    if (rc == 0)
        rc = lab_space_enter(s, &home);
    if (rc != 0)
        return rc;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || getifaddrs(&all) != 0)
        rc = -errno;
    lab_space_leave(&home);
    for (const struct ifaddrs *i = all; i; i = i->ifa_next) {
        struct sockaddr_in a;
        if (!i->ifa_addr || i->ifa_addr->sa_family != AF_INET || (i->ifa_flags & IFF_LOOPBACK))
            continue;
        memcpy(&a, i->ifa_addr, sizeof(a));
        snprintf(r.ifr_name, sizeof(r.ifr_name), "%s", i->ifa_name);
        if (memcmp(&a.sin_addr, source.b, 4) == 0 && ioctl(fd, SIOCGIFMTU, &r) == 0)
            mtu = MIN(mtu, (uint32_t)r.ifr_mtu);
    }
    if (all)
        freeifaddrs(all);
    if (fd >= 0)
        close(fd);
    if (rc == 0)
        *ret_mtu = mtu;
    return rc;
}
