#include "lab/drill.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "base/rd.h"
#include "base/wr.h"
#include "lab/wire.h"

enum {
    DRILL_SOCKET_BYTES = 8 << 20,
    DRILL_MAGIC = 0x53574452,
    DRILL_PACKET = 20, /* magic, run, way and number */
    DRILL_SENT_MAX = LAB_DRILL_SECONDS_MAX * 1000,
    DRILL_NICE = -15,
    DRILL_BATCH = 256, /* received in a row: the sender must not wait for long */
    KILL_WAIT_MS = 5000,
};

/* Written by the drill's process; read by the caller while it runs (the atomics) and after. */
struct lab_drill_shared {
    _Atomic bool stop;
    _Atomic bool finished;
    _Atomic uint32_t received[LAB_DRILL_WAYS];
    ns_t start;
    struct {
        uint32_t count, reordered, refused, skipped;
        struct lab_drill_sent sent[DRILL_SENT_MAX];
    } way[LAB_DRILL_WAYS];
};

struct end {
    int fd;
    struct sockaddr_in peer; /* to whom it sends */
    uint32_t highest;        /* number received so far, plus one */
};

struct driller {
    struct lab_drill_shared *shared;
    uint64_t run;                   /* tells its packets from others */
    struct end end[LAB_DRILL_WAYS]; /* A, B */
};

/* --- packets ---------------------------------------------------------------------------------- */

static void send_one(struct driller *d, int way)
{
    uint8_t bytes[DRILL_PACKET];
    struct wr w = wr_init(bytes, sizeof(bytes));
    const struct end *e = &d->end[way];
    uint32_t number = d->shared->way[way].count;
    if (number == DRILL_SENT_MAX)
        return;
    wr_u32(&w, DRILL_MAGIC);
    wr_u64(&w, d->run);
    wr_u32(&w, (uint32_t)way);
    wr_u32(&w, number);
    assert(!w.bad);
    d->shared->way[way].sent[number].at = lab_now();
    d->shared->way[way].count++;
    if (sendto(e->fd, bytes, wr_len(&w), MSG_NOSIGNAL | MSG_DONTWAIT,
               (const struct sockaddr *)&e->peer, sizeof(e->peer)) < 0)
        d->shared->way[way].refused++;
}

/* The kernel's wall clock as time of our own: both are read now. */
static ns_t arrival_of(struct msghdr *m)
{
    struct timespec wall, at = { 0 };
    clock_gettime(CLOCK_REALTIME, &wall);
    ns_t now = lab_now();
    for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c))
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS)
            memcpy(&at, CMSG_DATA(c), sizeof(at));
    ns_t waited = ((ns_t)wall.tv_sec - (ns_t)at.tv_sec) * NS_PER_S + (ns_t)wall.tv_nsec -
                  at.tv_nsec;
    return at.tv_sec && waited > 0 ? now - waited : now;
}

/* Whoever can reach the port can send something. */
static void take(struct driller *d, int way, const uint8_t *bytes, size_t n, ns_t at)
{
    struct rd r = rd_init(bytes, n);
    uint32_t magic = rd_u32(&r);
    uint64_t run = rd_u64(&r);
    uint32_t its_way = rd_u32(&r), number = rd_u32(&r);
    struct end *e = &d->end[1 - way];
    if (!rd_is_done(&r) || magic != DRILL_MAGIC || run != d->run || its_way != (uint32_t)way ||
        number >= d->shared->way[way].count)
        return;
    struct lab_drill_sent *s = &d->shared->way[way].sent[number];
    if (s->copies++ == 0) {
        ns_t delay = MAX(at - s->at, 0) / NS_PER_US;
        s->delay_us = (uint32_t)MIN(delay, UINT32_MAX);
        d->shared->way[way].reordered += number + 1 < e->highest;
        atomic_fetch_add(&d->shared->received[way], 1);
    }
    e->highest = MAX(e->highest, number + 1);
}

/* Way 0 arrives at B, which then knows where A really is. */
static void receive(struct driller *d, int way)
{
    struct end *e = &d->end[1 - way];
    for (int i = 0; i < DRILL_BATCH; i++) {
        uint8_t bytes[64];
        _Alignas(struct cmsghdr) uint8_t control[128];
        struct sockaddr_in peer = { 0 };
        struct iovec iov = { bytes, sizeof(bytes) };
        struct msghdr m = { .msg_name = &peer,
                            .msg_namelen = sizeof(peer),
                            .msg_iov = &iov,
                            .msg_iovlen = 1,
                            .msg_control = control,
                            .msg_controllen = sizeof(control) };
        ssize_t n = recvmsg(e->fd, &m, MSG_DONTWAIT);
        if (n < 0)
            return;
        uint32_t before = atomic_load(&d->shared->received[way]);
        take(d, way, bytes, (size_t)n, arrival_of(&m));
        if (way == 0 && atomic_load(&d->shared->received[way]) != before)
            e->peer = peer;
    }
}

/* --- the process ------------------------------------------------------------------------------ */

static int start_clock(void)
{
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    const struct itimerspec every = { .it_interval.tv_nsec = LAB_DRILL_INTERVAL_US * NS_PER_US,
                                      .it_value.tv_nsec = LAB_DRILL_INTERVAL_US * NS_PER_US };
    if (fd >= 0 && timerfd_settime(fd, 0, &every, NULL) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

/* Waits until the clock ticks (-1: no clock) or the time is over, and receives meanwhile. */
static void turn(struct driller *d, int clock, ns_t until)
{
    struct pollfd all[] = {
        { .fd = clock, .events = POLLIN },
        { .fd = d->end[1].fd, .events = POLLIN },
        { .fd = d->end[0].fd, .events = POLLIN },
    };
    ns_t left = MAX(until - lab_now(), 0);
    struct timespec wait = { .tv_sec = left / NS_PER_S, .tv_nsec = left % NS_PER_S };
    if (ppoll(all, ARRAY_LEN(all), &wait, NULL) <= 0)
        return;
    uint64_t ticks = 0;
    if (all[0].revents && read(clock, &ticks, sizeof(ticks)) == (ssize_t)sizeof(ticks))
        for (int way = 0; way < LAB_DRILL_WAYS; way++) {
            d->shared->way[way].skipped += (uint32_t)(ticks - 1);
            send_one(d, way);
        }
    for (int way = 0; way < LAB_DRILL_WAYS; way++)
        if (all[1 + way].revents)
            receive(d, way);
}

static bool is_all_there(const struct driller *d)
{
    for (int way = 0; way < LAB_DRILL_WAYS; way++)
        if (atomic_load(&d->shared->received[way]) != d->shared->way[way].count)
            return false;
    return true;
}

static int run(void *arg)
{
    struct driller *d = arg;
    const struct sched_param first = { .sched_priority = 1 };
    /* Both are wishes: without them the figures say how often the sender was late. */
    if (sched_setscheduler(0, SCHED_FIFO, &first) != 0)
        (void)setpriority(PRIO_PROCESS, 0, DRILL_NICE);
    (void)signal(SIGINT, SIG_IGN); /* of a terminal: the caller ends us */
    int clock = start_clock();
    if (clock < 0)
        return 1;
    while (!atomic_load(&d->shared->stop))
        turn(d, clock, lab_now() + NS_PER_S / 10);
    ns_t until = lab_now() + LAB_DRILL_SETTLE_MS * NS_PER_MS;
    while (lab_now() < until && !is_all_there(d))
        turn(d, -1, until);
    atomic_store(&d->shared->finished, true);
    return 0;
}

/* --- the caller ------------------------------------------------------------------------------- */

static err_t open_end(const struct lab_netns *s, uint16_t port, const struct ip_addr *to,
                      uint16_t to_port, struct end *ret_end)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(port) };
    int on = 1, size = DRILL_SOCKET_BYTES, fd = -1;
    if (to->family != IP_V4)
        return -EAFNOSUPPORT;
    err_t rc = lab_netns_socket(s, AF_INET, SOCK_DGRAM, 0, &fd);
    if (rc != 0)
        return rc;
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
    if (setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on)) != 0 ||
        bind(fd, (const struct sockaddr *)&at, sizeof(at)) != 0) {
        rc = -errno;
        close(fd);
        return rc;
    }
    *ret_end = (struct end){ .fd = fd, .peer = at };
    ret_end->peer.sin_port = htons(to_port);
    memcpy(&ret_end->peer.sin_addr, to->b, 4);
    return 0;
}

static err_t open_ends(const struct lab_drill_params *p, struct driller *d)
{
    uint16_t a = p->a_port ? p->a_port : LAB_DRILL_PORT;
    uint16_t b = p->b_port ? p->b_port : LAB_DRILL_PORT;
    err_t rc = open_end(p->a, a, &p->b_address, b, &d->end[0]);
    if (rc == 0)
        rc = open_end(p->b, b, &p->a_address, a, &d->end[1]);
    return rc;
}

err_t lab_drill_start(const struct lab_drill_params *p, struct lab_drill *ret_drill)
{
    struct driller d = { .end = { { .fd = -1 }, { .fd = -1 } } };
    struct lab_drill drill = { .child.pidfd = -1 };
    if (getrandom(&d.run, sizeof(d.run), 0) != (ssize_t)sizeof(d.run))
        return -EIO;
    /* Room for the longest drill; only what is used is ever taken. */
    void *memory = mmap(NULL, sizeof(*d.shared), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED)
        return -errno;
    d.shared = memory;
    d.shared->start = lab_now();
    err_t rc = open_ends(p, &d);
    if (rc == 0)
        rc = lab_netns_fork(p->a, run, &d, &drill.child);
    for (int i = 0; i < LAB_DRILL_WAYS; i++)
        if (d.end[i].fd >= 0)
            close(d.end[i].fd);
    if (rc != 0) {
        munmap(memory, sizeof(*d.shared));
        return rc;
    }
    drill.shared = d.shared;
    *ret_drill = drill;
    return 0;
}

void lab_drill_received(const struct lab_drill *d, uint32_t ret_received[LAB_DRILL_WAYS])
{
    for (int way = 0; way < LAB_DRILL_WAYS; way++)
        ret_received[way] = atomic_load(&d->shared->received[way]);
}

void lab_drill_event(struct lab_drill *d, const char *what)
{
    if (d->report.event_count == LAB_DRILL_EVENTS_MAX)
        return;
    struct lab_drill_event *e = &d->report.event[d->report.event_count++];
    snprintf(e->what, sizeof(e->what), "%s", what);
    e->at = lab_now() - d->shared->start;
}

/* The process ends by itself; one that does not is ended. */
static void await_end(struct lab_drill *d)
{
    struct spawn_end end;
    struct pollfd one = { .fd = d->child.pidfd, .events = POLLIN };
    if (poll(&one, 1, LAB_DRILL_SETTLE_MS + KILL_WAIT_MS) != 1)
        spawn_signal(&d->child, SIGKILL);
    while (spawn_reap(&d->child, &end) == -EAGAIN)
        (void)poll(&one, 1, KILL_WAIT_MS);
}

err_t lab_drill_stop(struct lab_drill *d, struct lab_drill_report *ret_report)
{
    struct lab_drill_log log[LAB_DRILL_WAYS];
    atomic_store(&d->shared->stop, true);
    await_end(d);
    for (int way = 0; way < LAB_DRILL_WAYS; way++)
        log[way] = (struct lab_drill_log){
            .sent = d->shared->way[way].sent,
            .count = d->shared->way[way].count,
            .reordered = d->shared->way[way].reordered,
            .refused = d->shared->way[way].refused,
            .skipped = d->shared->way[way].skipped,
        };
    bool finished = atomic_load(&d->shared->finished);
    if (finished)
        lab_drill_analyse(log, d->shared->start, &d->report);
    munmap(d->shared, sizeof(*d->shared));
    d->shared = NULL;
    if (!finished)
        return -EPIPE;
    *ret_report = d->report;
    return 0;
}
