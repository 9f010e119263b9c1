/* The relay: a TAP to which the frames are diverted, a queue of deadlines, a packet socket on the
 * device they were meant for. It is a process of its own and not part of the keeper: no route that
 * is followed, no host that is answered for, makes a frame late; and its end is the impairment's.
 *
 * The TAP offers no offloads, so that the kernel segments and finishes checksums before it hands a
 * frame over, whatever the device itself would have taken. */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lab/impair_impl.h"
#include "os/divert.h"
#include "os/loop.h"
#include "os/sysctl.h"
#include "os/tun.h"

enum {
    MARK = 0x696d7072,    /* of frames that were here: "impr" */
    READS_MAX = 64,       /* frames of one turn, before those that are due are sent */
    QUEUE_FRAMES = 10000, /* the TAP's own queue, while the relay waits for a processor */
    SEND_BYTES = 4 << 20,
    START_DEADLINE_MS = 10000,
    ASKERS_MAX = 4, /* at once; each has one question */
    NICENESS = -20,
    WHY_MAX = 256,
};

enum { RANK_FRAMES, RANK_LINKS, RANK_TALK };

struct relay {
    struct lab_impair_line line;
    struct loop *loop;
    char dev[IFNAMSIZ];
    uint32_t index; /* the device's */
    struct tun tap;
    int divert;
    int device;
    struct loop_watch frames, links, talk;
    struct asker {
        struct loop_watch watch; /* of descriptor -1: free */
        struct relay *of;
        bool waits;
    } askers[ASKERS_MAX];
    bool ends;
    uint8_t buffer[TUN_FRAME_MAX];
};

/* What a relay that starts tells its parent. */
struct word {
    err_t rc;
    char why[WHY_MAX];
};

/* ---- frames ---------------------------------------------------------------------------------- */

static void send_frame(struct relay *r, const struct lab_impair_frame *f)
{
    ssize_t n;
    do
        n = send(r->device, f->bytes, f->len, MSG_DONTWAIT);
    while (n < 0 && errno == EINTR);
    if (n == (ssize_t)f->len)
        r->line.count.sent++;
    else
        r->line.count.refused++;
}

static void send_due(struct relay *r, ns_t now)
{
    struct lab_impair_frame *f;
    while ((f = lab_impair_line_take(&r->line, now))) {
        send_frame(r, f);
        lab_impair_line_free(&r->line, f);
    }
}

/* How many were read. */
static size_t read_frames(struct relay *r)
{
    size_t n = 0;
    for (; n < READS_MAX; n++) {
        struct tun_buffer b = { .bytes = r->buffer, .room = sizeof(r->buffer) };
        if (tun_read(r->tap.fd, &b, 1) != 1)
            break;
        lab_impair_line_send(&r->line, loop_now(r->loop), b.bytes, b.len);
    }
    return n;
}

static void on_frames(struct loop_watch *w, uint32_t events)
{
    struct relay *r = container_of(w, struct relay, frames);
    (void)events;
    read_frames(r);
}

/* Something happened to some device. Ours may be down and come up again; one that is gone does not.
 */
static void on_links(struct loop_watch *w, uint32_t events)
{
    struct relay *r = container_of(w, struct relay, links);
    char name[IFNAMSIZ];
    (void)events;
    while (recv(w->fd, r->buffer, sizeof(r->buffer), MSG_DONTWAIT) > 0)
        ;
    if (!if_indextoname(r->index, name))
        r->ends = true;
}

/* ---- those who ask --------------------------------------------------------------------------- */

static void answer(const struct relay *r, int fd)
{
    struct lab_impair_answer a = { .version = LAB_IMPAIR_VERSION };
    a.spec = r->line.spec;
    a.count = r->line.count;
    /* Who does not wait for it does not need it. */
    (void)!send(fd, &a, sizeof(a), MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void forget(struct asker *a)
{
    loop_del(a->of->loop, &a->watch);
    close(a->watch.fd);
    a->watch.fd = -1;
}

static void on_question(struct loop_watch *w, uint32_t events)
{
    struct asker *a = container_of(w, struct asker, watch);
    struct relay *r = a->of;
    struct lab_impair_request q;
    (void)events;
    ssize_t n = recv(w->fd, &q, sizeof(q), MSG_DONTWAIT | MSG_TRUNC);
    if (n != (ssize_t)sizeof(q) || q.version != LAB_IMPAIR_VERSION) {
        forget(a);
        return;
    }
    if (q.op == LAB_IMPAIR_END) {
        a->waits = true; /* for the end, and is told then */
        r->ends = true;
        return;
    }
    if (q.op == LAB_IMPAIR_CHANGE)
        lab_impair_line_change(&r->line, &q.spec);
    answer(r, w->fd);
    forget(a);
}

/* Everybody in the space can connect to an abstract address: only our own user is heard. */
static bool is_ours(int fd)
{
    struct ucred who;
    socklen_t n = sizeof(who);
    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &n) == 0 && who.uid == geteuid();
}

static void on_talk(struct loop_watch *w, uint32_t events)
{
    struct relay *r = container_of(w, struct relay, talk);
    (void)events;
    int fd = accept4(w->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0)
        return;
    for (size_t i = 0; is_ours(fd) && i < ASKERS_MAX; i++) {
        struct asker *a = &r->askers[i];
        if (a->watch.fd >= 0)
            continue;
        a->of = r;
        a->watch = (struct loop_watch){ fd, EPOLLIN, RANK_TALK, .ready = on_question };
        if (loop_add(r->loop, &a->watch) == 0)
            return;
        a->watch.fd = -1;
        break;
    }
    close(fd);
}

/* ---- beginning ------------------------------------------------------------------------------- */

socklen_t lab_impair_address(const char *dev, struct sockaddr_un *ret_address)
{
    struct sockaddr_un a = { .sun_family = AF_UNIX };
    if (strlen(dev) == 0 || strlen(dev) >= IFNAMSIZ)
        return 0;
    int n = snprintf(a.sun_path + 1, sizeof(a.sun_path) - 1, "spanway-impair/%s", dev);
    *ret_address = a;
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)n);
}

/* Whoever has the address is the relay of the device. */
static err_t open_talk(struct relay *r)
{
    struct sockaddr_un a;
    socklen_t n = lab_impair_address(r->dev, &a);
    int fd = r->talk.fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    for (size_t i = 0; i < ASKERS_MAX; i++)
        r->askers[i].watch.fd = -1;
    if (fd < 0 || bind(fd, (const struct sockaddr *)&a, n) != 0 || listen(fd, ASKERS_MAX) != 0)
        return -errno;
    return 0;
}

static err_t open_device(struct relay *r)
{
    uint32_t mark = MARK;
    int bytes = SEND_BYTES;
    /* Protocol 0: it hears nothing. */
    int fd = r->device = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    r->index = if_nametoindex(r->dev);
    const struct sockaddr_ll a = { .sll_family = AF_PACKET, .sll_ifindex = (int)r->index };
    if (fd < 0 || r->index == 0 || bind(fd, (const struct sockaddr *)&a, sizeof(a)) != 0 ||
        setsockopt(fd, SOL_SOCKET, SO_MARK, &mark, sizeof(mark)) != 0)
        return -errno;
    (void)!setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof(bytes));
    return 0;
}

static err_t open_links(struct relay *r)
{
    const struct sockaddr_nl a = { .nl_family = AF_NETLINK, .nl_groups = RTMGRP_LINK };
    int fd = r->links.fd =
        socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
    return fd < 0 || bind(fd, (const struct sockaddr *)&a, sizeof(a)) != 0 ? -errno : 0;
}

/* Its own kernel would send neighbour and router messages into the TAP, and they would go out on
 * the cable: without IPv6 it is silent. Where there is no IPv6, there is no file. */
static void silence(const char *tap)
{
    char path[128];
    snprintf(path, sizeof(path), "net/ipv6/conf/%s/disable_ipv6", tap);
    (void)!os_sysctl_set(path, 1, NULL);
}

static err_t open_tap(struct relay *r)
{
    const struct tun_params p = { .name = "imp%d", .ethernet = true };
    struct ifreq q = { .ifr_qlen = QUEUE_FRAMES };
    err_t rc = tun_open(&p, &r->tap);
    if (rc != 0)
        return rc;
    memcpy(q.ifr_name, r->tap.name, sizeof(q.ifr_name));
    (void)!ioctl(r->device, SIOCSIFTXQLEN, &q);
    silence(r->tap.name);
    r->frames.fd = r->tap.fd;
    return tun_set_up(r->tap.name, true);
}

static err_t divert(struct relay *r, struct text *why)
{
    char table[64];
    snprintf(table, sizeof(table), "lab-impair-%s", r->dev);
    return os_divert(&(struct os_divert){ table, r->dev, r->tap.if_index, MARK }, &r->divert, why);
}

static void on_signal(void *owner, int signal)
{
    struct relay *r = owner;
    (void)signal;
    r->ends = true;
}

static err_t watch(struct relay *r)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    r->frames = (struct loop_watch){ r->frames.fd, EPOLLIN, RANK_FRAMES, .ready = on_frames };
    r->links = (struct loop_watch){ r->links.fd, EPOLLIN, RANK_LINKS, .ready = on_links };
    r->talk = (struct loop_watch){ r->talk.fd, EPOLLIN, RANK_TALK, .ready = on_talk };
    r->loop = loop_new();
    err_t rc = r->loop ? loop_signals(r->loop, &set, on_signal, r) : -ENOMEM;
    struct loop_watch *all[] = { &r->frames, &r->links, &r->talk };
    for (size_t i = 0; rc == 0 && i < ARRAY_LEN(all); i++)
        rc = loop_add(r->loop, all[i]);
    return rc;
}

static err_t begin(struct relay *r, struct text *why)
{
    const char *step = "the relay's address";
    err_t rc = open_talk(r);
    if (rc == 0) {
        step = r->dev;
        rc = open_links(r);
    }
    if (rc == 0)
        rc = open_device(r);
    if (rc == 0) {
        step = "/dev/net/tun";
        rc = open_tap(r);
    }
    if (rc == 0) {
        step = "events";
        rc = watch(r);
    }
    if (rc == 0)
        return divert(r, why);
    text_str(why, step);
    text_str(why, ": ");
    text_str(why, strerror(-rc));
    return rc;
}

/* ---- the process ----------------------------------------------------------------------------- */

/* The detour first, then what is under way, in its order; the address last, for who has it may be
 * the next relay. Whoever waits is told when all is done. */
static void end(struct relay *r)
{
    close(r->divert);
    while (read_frames(r) > 0)
        ;
    send_due(r, NS_NEVER - 1);
    tun_close(&r->tap);
    close(r->talk.fd);
    for (size_t i = 0; i < ASKERS_MAX; i++)
        if (r->askers[i].watch.fd >= 0 && r->askers[i].waits)
            answer(r, r->askers[i].watch.fd);
    lab_impair_line_done(&r->line);
}

static int run(const struct lab_impair_relay_params *p, int parent)
{
    struct word word = { .rc = 0 };
    struct text why = text_init(word.why, sizeof(word.why));
    struct relay *r = mem_alloc(MEM_MISC, sizeof(*r));
    if (!r)
        return 1;
    snprintf(r->dev, sizeof(r->dev), "%s", p->dev);
    lab_impair_line_init(&r->line, p->spec);
    word.rc = begin(r, &why);
    if (write(parent, &word, sizeof(word)) != (ssize_t)sizeof(word) || word.rc != 0)
        return 1;
    close(parent);
    while (!r->ends) {
        ns_t now = loop_turn(r->loop, lab_impair_line_next(&r->line));
        send_due(r, MAX(now, loop_now(r->loop)));
    }
    end(r);
    return 0;
}

/* A frame that waits for a processor is a delay that nobody asked for. Niceness counts only among
 * the processes of one session where the kernel groups them by session, hence real time, of the
 * lowest kind; where that is not allowed, niceness. */
static void be_punctual(void)
{
    const struct sched_param lowest = { .sched_priority = sched_get_priority_min(SCHED_RR) };
    prctl(PR_SET_TIMERSLACK, 1);
    if (sched_setscheduler(0, SCHED_RR, &lowest) != 0)
        (void)!setpriority(PRIO_PROCESS, 0, NICENESS);
}

/* Nothing of the parent's is kept: its locks end with it, and its terminal. */
static void detach(int *parent)
{
    enum { FIRST = STDERR_FILENO + 1 };
    sigset_t none;
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int fd = 0; null >= 0 && fd < FIRST; fd++)
        dup2(null, fd);
    if (*parent != FIRST)
        dup2(*parent, FIRST);
    *parent = FIRST;
    close_range(FIRST + 1, ~0u, 0);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    setsid();
    (void)!chdir("/");
    prctl(PR_SET_NAME, "lab-impair");
    be_punctual();
}

/* The child of a child: nobody has to collect it. */
static pid_t fork_away(void)
{
    pid_t pid = fork();
    if (pid != 0) {
        while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
            ;
        return pid;
    }
    pid = fork();
    if (pid != 0)
        _exit(0);
    return 0;
}

/* One that starts too late finds nobody to tell, and ends. */
static err_t wait_for(int child, struct text *why)
{
    struct pollfd p = { .fd = child, .events = POLLIN };
    struct word word = { .rc = 0 };
    int n;
    do
        n = poll(&p, 1, START_DEADLINE_MS);
    while (n < 0 && errno == EINTR);
    if (n == 1 && read(child, &word, sizeof(word)) == (ssize_t)sizeof(word)) {
        text_str(why, word.why);
        return word.rc;
    }
    text_str(why, n == 0 ? "the relay did not start in time" : "the relay ended at once");
    return n == 0 ? -ETIMEDOUT : -EPIPE;
}

err_t lab_impair_relay_start(const struct lab_impair_relay_params *p, struct text *why)
{
    int pipes[2];
    if (pipe2(pipes, O_CLOEXEC) != 0)
        return -errno;
    fflush(NULL);
    pid_t pid = fork_away();
    if (pid == 0) {
        int space = setns(p->space->fd, CLONE_NEWNET);
        detach(&pipes[1]);
        _exit(space == 0 ? run(p, pipes[1]) : 1);
    }
    close(pipes[1]);
    err_t rc = pid < 0 ? -errno : wait_for(pipes[0], why);
    close(pipes[0]);
    return rc;
}
