#include "os/loop.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"

struct loop {
    int epoll;
    ns_t origin;
    uint64_t next_order;
    struct loop_watch signals;
    void (*on_signal)(void *owner, int signal);
    void *owner;
    /* The turn that runs: watches that are deleted meanwhile become NULL. */
    uint32_t ready_count;
    struct loop_watch *ready[LOOP_READY_MAX];
    uint32_t ready_events[LOOP_READY_MAX];
};

static ns_t clock_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (ns_t)t.tv_sec * NS_PER_S + t.tv_nsec;
}

ns_t loop_now(const struct loop *l) { return clock_ns() - l->origin; }

static void signals_ready(struct loop_watch *w, uint32_t events)
{
    (void)events;
    struct loop *l = container_of(w, struct loop, signals);
    struct signalfd_siginfo info;
    while (read(w->fd, &info, sizeof(info)) == (ssize_t)sizeof(info))
        l->on_signal(l->owner, (int)info.ssi_signo);
}

struct loop *loop_new(void)
{
    struct loop *l = mem_alloc(MEM_MISC, sizeof(*l));
    if (!l)
        return NULL;
    l->origin = clock_ns();
    l->signals.fd = -1;
    l->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (l->epoll < 0) {
        loop_free(l);
        return NULL;
    }
    return l;
}

void loop_free(struct loop *l)
{
    if (!l)
        return;
    if (l->signals.fd >= 0)
        close(l->signals.fd);
    if (l->epoll >= 0)
        close(l->epoll);
    mem_free(MEM_MISC, l, sizeof(*l));
}

err_t loop_add(struct loop *l, struct loop_watch *w)
{
    assert(!w->added && w->ready);
    struct epoll_event e = { .events = w->events, .data.ptr = w };
    if (epoll_ctl(l->epoll, EPOLL_CTL_ADD, w->fd, &e) != 0)
        return -errno;
    w->order = l->next_order++;
    w->added = true;
    return 0;
}

void loop_set(struct loop *l, struct loop_watch *w, uint32_t events)
{
    assert(w->added);
    if (w->events == events)
        return;
    struct epoll_event e = { .events = events, .data.ptr = w };
    int rc = epoll_ctl(l->epoll, EPOLL_CTL_MOD, w->fd, &e);
    assert(rc == 0); /* fails only for a descriptor that is not in the set: our bug */
    (void)rc;
    w->events = events;
}

void loop_del(struct loop *l, struct loop_watch *w)
{
    if (!w->added)
        return;
    epoll_ctl(l->epoll, EPOLL_CTL_DEL, w->fd, NULL);
    w->added = false;
    for (uint32_t i = 0; i < l->ready_count; i++)
        if (l->ready[i] == w)
            l->ready[i] = NULL;
}

err_t loop_signals(struct loop *l, const sigset_t *set, void (*on_signal)(void *owner, int signal),
                   void *owner)
{
    assert(l->signals.fd < 0);
    if (sigprocmask(SIG_BLOCK, set, NULL) != 0)
        return -errno;
    int fd = signalfd(-1, set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (fd < 0)
        return -errno;
    l->on_signal = on_signal;
    l->owner = owner;
    l->signals = (struct loop_watch){ .fd = fd, .events = EPOLLIN, .ready = signals_ready };
    return loop_add(l, &l->signals);
}

/* Rank, then age: insertion sort, as few are ready at a time and mostly in order. */
static void sort_ready(struct loop *l)
{
    for (uint32_t i = 1; i < l->ready_count; i++) {
        struct loop_watch *w = l->ready[i];
        uint32_t events = l->ready_events[i];
        uint32_t at = i;
        for (; at > 0; at--) {
            const struct loop_watch *before = l->ready[at - 1];
            if (before->rank < w->rank || (before->rank == w->rank && before->order < w->order))
                break;
            l->ready[at] = l->ready[at - 1];
            l->ready_events[at] = l->ready_events[at - 1];
        }
        l->ready[at] = w;
        l->ready_events[at] = events;
    }
}

ns_t loop_turn(struct loop *l, ns_t until)
{
    struct epoll_event events[LOOP_READY_MAX];
    struct timespec timeout, *limit = NULL;
    if (until != NS_NEVER) {
        ns_t wait = MAX(until - loop_now(l), 0);
        timeout = (struct timespec){ .tv_sec = (time_t)(wait / NS_PER_S),
                                     .tv_nsec = (long)(wait % NS_PER_S) };
        limit = &timeout;
    }
    int n = epoll_pwait2(l->epoll, events, LOOP_READY_MAX, limit, NULL);
    ns_t now = loop_now(l);
    if (n <= 0)
        return now;
    for (int i = 0; i < n; i++) {
        l->ready[i] = events[i].data.ptr;
        l->ready_events[i] = events[i].events;
    }
    l->ready_count = (uint32_t)n;
    sort_ready(l);
    for (uint32_t i = 0; i < l->ready_count; i++)
        if (l->ready[i])
            l->ready[i]->ready(l->ready[i], l->ready_events[i]);
    l->ready_count = 0;
    return now;
}
