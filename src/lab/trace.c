#include "lab/trace.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/rd.h"

enum {
    TRACE_SOCKET_BYTES = 4 << 20,
    TRACE_FIRST_CAP = 64,
    TRACE_READY_MAX = 64,
    STAMP_WAIT_US = 200,
    STAMP_TRIES = 50
};

/* --- filter ----------------------------------------------------------------------------------- */

/* Labels of jumps within the filter: jumps are forward and short, and are resolved at the end. */
enum label { NEXT, REJECT, ACCEPT, TCP, TCP_DATA, TCP_ANSWER, ICMP, UDP, MARK, LABEL_COUNT };

struct assembler {
    struct sock_filter *code;
    uint16_t n;
    uint8_t place[LABEL_COUNT];
};

static void put(struct assembler *a, uint16_t code, uint32_t k)
{
    assert(a->n < LAB_FILTER_MAX);
    a->code[a->n++] = (struct sock_filter){ .code = code, .k = k };
}

/* Jumps carry labels until resolve(). */
static void jump(struct assembler *a, uint16_t how, uint32_t k, enum label yes, enum label no)
{
    put(a, (uint16_t)(BPF_JMP | how | BPF_K), k);
    a->code[a->n - 1].jt = (uint8_t)yes;
    a->code[a->n - 1].jf = (uint8_t)no;
}

static void label(struct assembler *a, enum label l)
{
    a->place[l] = (uint8_t)a->n;
}

static uint8_t distance(const struct assembler *a, uint16_t from, uint8_t to)
{
    if (to == NEXT)
        return 0;
    assert(a->place[to] > from);
    return (uint8_t)(a->place[to] - from - 1);
}

static void resolve(struct assembler *a)
{
    for (uint16_t i = 0; i < a->n; i++) {
        struct sock_filter *f = &a->code[i];
        if (BPF_CLASS(f->code) != BPF_JMP)
            continue;
        f->jt = distance(a, i, f->jt);
        f->jf = distance(a, i, f->jf);
    }
}

static void put_tcp(struct assembler *a, uint32_t isn)
{
    label(a, TCP);
    put(a, BPF_LDX | BPF_B | BPF_MSH, 0);
    put(a, BPF_LD | BPF_B | BPF_IND, 13);
    jump(a, BPF_JSET, LAB_SYN | LAB_RST, NEXT, TCP_DATA);
    jump(a, BPF_JSET, LAB_ACK, TCP_ANSWER, NEXT);
    put(a, BPF_LD | BPF_W | BPF_IND, 4);
    jump(a, BPF_JEQ, isn, ACCEPT, REJECT);
    label(a, TCP_ANSWER);
    put(a, BPF_LD | BPF_W | BPF_IND, 8);
    put(a, BPF_ALU | BPF_SUB | BPF_K, isn + 1);
    jump(a, BPF_JGT, LAB_PACKET_MAX, REJECT, ACCEPT);
    label(a, TCP_DATA);
    put(a, BPF_LD | BPF_B | BPF_IND, 12);
    put(a, BPF_ALU | BPF_RSH | BPF_K, 2);
    put(a, BPF_ALU | BPF_AND | BPF_K, 0x3c);
    put(a, BPF_ALU | BPF_ADD | BPF_X, 0);
    put(a, BPF_ALU | BPF_SUB | BPF_K, 8); /* MARK looks 8 bytes behind X */
    put(a, BPF_MISC | BPF_TAX, 0);
    jump(a, BPF_JGE, 0, MARK, MARK);
}

static void put_icmp(struct assembler *a)
{
    static const uint8_t errors[] = { 3, 4, 11, 12 };
    label(a, ICMP);
    put(a, BPF_LDX | BPF_B | BPF_MSH, 0);
    put(a, BPF_LD | BPF_B | BPF_IND, 0);
    for (size_t i = 0; i < ARRAY_LEN(errors); i++)
        jump(a, BPF_JEQ, errors[i], ACCEPT, NEXT);
    jump(a, BPF_JEQ, 0, MARK, NEXT);
    jump(a, BPF_JEQ, 8, MARK, REJECT);
}

static void put_udp(struct assembler *a)
{
    label(a, UDP);
    put(a, BPF_LDX | BPF_B | BPF_MSH, 0);
    put(a, BPF_LD | BPF_H | BPF_IND, 0);
    jump(a, BPF_JEQ, 4500, ACCEPT, NEXT);
    put(a, BPF_LD | BPF_H | BPF_IND, 2);
    jump(a, BPF_JEQ, 4500, ACCEPT, NEXT);
    jump(a, BPF_JEQ, 4789, ACCEPT, MARK);
}

uint16_t lab_trace_filter(const struct lab_mark *m, struct sock_filter ret_filter[LAB_FILTER_MAX])
{
    static const uint8_t carriers[] = { 4, 47, 50 };
    struct assembler a = { .code = ret_filter };
    put(&a, BPF_LD | BPF_H | BPF_ABS, (uint32_t)(SKF_AD_OFF + SKF_AD_PROTOCOL));
    jump(&a, BPF_JEQ, ETH_P_IP, NEXT, REJECT);
    put(&a, BPF_LD | BPF_H | BPF_ABS, 6);
    jump(&a, BPF_JSET, 0x1fff, REJECT, NEXT);
    put(&a, BPF_LD | BPF_B | BPF_ABS, 9);
    jump(&a, BPF_JEQ, LAB_PROTOCOL_TCP, TCP, NEXT);
    jump(&a, BPF_JEQ, LAB_PROTOCOL_UDP, UDP, NEXT);
    for (size_t i = 0; i < ARRAY_LEN(carriers); i++)
        jump(&a, BPF_JEQ, carriers[i], ACCEPT, NEXT);
    jump(&a, BPF_JEQ, LAB_PROTOCOL_ICMP, ICMP, REJECT);
    put_icmp(&a);
    put_udp(&a);
    put_tcp(&a, lab_mark_isn(m));
    label(&a, MARK);
    put(&a, BPF_LD | BPF_W | BPF_IND, 8);
    jump(&a, BPF_JEQ, ip_load32(m->b), NEXT, REJECT);
    put(&a, BPF_LD | BPF_W | BPF_IND, 12);
    jump(&a, BPF_JEQ, ip_load32(m->b + 4), ACCEPT, REJECT);
    label(&a, ACCEPT);
    put(&a, BPF_RET | BPF_K, LAB_SNAP_BYTES);
    label(&a, REJECT);
    put(&a, BPF_RET | BPF_K, 0);
    resolve(&a);
    return a.n;
}

/* --- sockets ---------------------------------------------------------------------------------- */

/* Filter first, then everything: what comes between would be of nobody's filter. */
static err_t listen_in(const struct lab_netns *s, const struct sock_fprog *filter, int *ret_fd)
{
    int on = 1, size = TRACE_SOCKET_BYTES, fd;
    struct sockaddr_ll all = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL) };
    err_t rc = lab_netns_socket(s, AF_PACKET, SOCK_DGRAM, 0, &fd);
    if (rc != 0)
        return rc;
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
    if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, filter, sizeof(*filter)) != 0 ||
        setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on)) != 0 ||
        bind(fd, (const struct sockaddr *)&all, sizeof(all)) != 0) {
        rc = -errno;
        close(fd);
        return rc;
    }
    *ret_fd = fd;
    return 0;
}

static ns_t time_of(struct msghdr *m)
{
    struct timespec at = { 0 };
    for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c))
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS)
            memcpy(&at, CMSG_DATA(c), sizeof(at));
    if (at.tv_sec == 0)
        clock_gettime(CLOCK_REALTIME, &at);
    return (ns_t)at.tv_sec * NS_PER_S + at.tv_nsec;
}

/* Whether a datagram that waited has the time of its arrival, not that of its being read. */
static bool is_stamped(int fd)
{
    static const struct timespec moment = { .tv_nsec = STAMP_WAIT_US * NS_PER_US };
    _Alignas(struct cmsghdr) uint8_t control[128];
    struct sockaddr_in self = { .sin_family = AF_INET };
    struct timespec before;
    socklen_t n = sizeof(self);
    char byte = 0;
    struct iovec iov = { &byte, 1 };
    struct msghdr m = {
        .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control)
    };
    if (getsockname(fd, (struct sockaddr *)&self, &n) != 0)
        return false;
    clock_gettime(CLOCK_REALTIME, &before);
    if (sendto(fd, &byte, 1, 0, (struct sockaddr *)&self, sizeof(self)) != 1)
        return false;
    nanosleep(&moment, NULL);
    if (recvmsg(fd, &m, MSG_DONTWAIT) != 1)
        return false;
    ns_t sent_at = (ns_t)before.tv_sec * NS_PER_S + before.tv_nsec;
    return time_of(&m) - sent_at < STAMP_WAIT_US * NS_PER_US;
}

/* The kernel begins to stamp packets some time after the first socket asked for it; until then each
 * has the time at which it was read, and the order is lost. A datagram of the space to itself
 * tells; where the loopback is down, waiting has to do. */
static err_t await_stamps(const struct lab_netns *s)
{
    struct sockaddr_in self = { .sin_family = AF_INET };
    int on = 1, fd = -1;
    self.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    err_t rc = lab_netns_socket(s, AF_INET, SOCK_DGRAM, 0, &fd);
    if (rc != 0)
        return rc;
    if (setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on)) != 0 ||
        bind(fd, (const struct sockaddr *)&self, sizeof(self)) != 0)
        rc = -errno;
    for (int i = 0; rc == 0 && i < STAMP_TRIES && !is_stamped(fd); i++) {
        static const struct timespec moment = { .tv_nsec = NS_PER_MS };
        nanosleep(&moment, NULL);
    }
    close(fd);
    return rc;
}

static err_t listen_everywhere(struct lab_trace *t)
{
    struct sock_filter code[LAB_FILTER_MAX];
    struct sock_fprog filter = { .len = lab_trace_filter(&t->mark, code), .filter = code };
    for (uint32_t i = 0; i < t->space_count; i++) {
        struct epoll_event e = { .events = EPOLLIN, .data.u32 = i };
        err_t rc = listen_in(&t->spaces[i], &filter, &t->sockets[i]);
        if (rc != 0)
            return rc;
        if (epoll_ctl(t->epoll, EPOLL_CTL_ADD, t->sockets[i], &e) != 0)
            return -errno;
    }
    return 0;
}

err_t lab_trace_open(const struct lab_netns *spaces, uint32_t n, const struct lab_mark *mark,
                     struct lab_trace *ret_trace)
{
    if (n == 0 || n > LAB_TRACE_SPACES_MAX)
        return -E2BIG;
    struct lab_trace t = { .spaces = spaces, .space_count = n, .mark = *mark, .epoll = -1 };
    t.sockets = mem_alloc(MEM_MISC, n * sizeof(*t.sockets));
    if (!t.sockets)
        return -ENOMEM;
    for (uint32_t i = 0; i < n; i++)
        t.sockets[i] = -1;
    t.epoll = epoll_create1(EPOLL_CLOEXEC);
    err_t rc = t.epoll < 0 ? -errno : listen_everywhere(&t);
    if (rc == 0)
        rc = await_stamps(&spaces[0]);
    if (rc != 0) {
        lab_trace_close(&t);
        return rc;
    }
    *ret_trace = t;
    return 0;
}

void lab_trace_close(struct lab_trace *t)
{
    for (uint32_t i = 0; t->sockets && i < t->space_count; i++)
        if (t->sockets[i] >= 0)
            close(t->sockets[i]);
    if (t->sockets && t->epoll >= 0)
        close(t->epoll);
    mem_free(MEM_MISC, t->sockets, t->space_count * sizeof(*t->sockets));
    mem_free(MEM_MISC, t->sightings, t->cap * sizeof(*t->sightings));
    *t = (struct lab_trace){ .epoll = -1 };
}

/* --- seeing ----------------------------------------------------------------------------------- */

void lab_trace_add(struct lab_trace *t, const struct lab_sighting *s)
{
    bool is_sealed = s->kinship.way == LAB_SEALED;
    if (is_sealed && t->sealed == LAB_SEALED_MAX) {
        t->sealed_lost++;
        return;
    }
    if (t->count == t->cap) {
        uint32_t cap = t->cap ? t->cap * 2 : TRACE_FIRST_CAP;
        struct lab_sighting *more =
            cap > LAB_SIGHTINGS_MAX
                ? NULL
                : mem_resize(MEM_MISC, t->sightings, t->cap * sizeof(*more), cap * sizeof(*more));
        if (!more) {
            t->lost++;
            return;
        }
        t->sightings = more;
        t->cap = cap;
    }
    t->sightings[t->count] = *s;
    t->sightings[t->count].order = t->count;
    t->count++;
    t->sealed += is_sealed;
}

/* The socket's space answers, whichever one the thread is in. */
static void name_of(int fd, uint32_t if_index, char ret_name[LAB_INTERFACE_MAX])
{
    struct ifreq r = { .ifr_ifindex = (int)if_index };
    if (ioctl(fd, SIOCGIFNAME, &r) == 0)
        snprintf(ret_name, LAB_INTERFACE_MAX, "%.15s", r.ifr_name);
    else
        snprintf(ret_name, LAB_INTERFACE_MAX, "if%u", if_index);
}

static void see(struct lab_trace *t, uint32_t space, const struct sockaddr_ll *from,
                const uint8_t *bytes, size_t n, ns_t at)
{
    struct lab_packet p;
    struct lab_sighting s = { .at = at, .space = space };
    s.kinship = lab_packet_kinship(&t->mark, bytes, n);
    if (!lab_packet_read(bytes, n, &p))
        return;
    if (s.kinship.way == LAB_NEITHER && lab_packet_esp(&p, &s.spi, &s.number))
        s.kinship.way = LAB_SEALED;
    if (s.kinship.way == LAB_NEITHER)
        return;
    s.if_index = (uint32_t)from->sll_ifindex;
    s.leaving = from->sll_pkttype == PACKET_OUTGOING;
    s.ttl = p.ttl;
    s.src = p.src;
    s.dst = p.dst;
    s.sport = p.sport;
    s.dport = p.dport;
    name_of(t->sockets[space], s.if_index, s.interface);
    lab_trace_add(t, &s);
}

/* Whether there may be more. */
static bool read_one(struct lab_trace *t, uint32_t space)
{
    uint8_t bytes[LAB_SNAP_BYTES];
    _Alignas(struct cmsghdr) uint8_t control[256];
    struct sockaddr_ll from = { 0 };
    struct iovec iov = { bytes, sizeof(bytes) };
    struct msghdr m = { .msg_name = &from,
                        .msg_namelen = sizeof(from),
                        .msg_iov = &iov,
                        .msg_iovlen = 1,
                        .msg_control = control,
                        .msg_controllen = sizeof(control) };
    ssize_t n = recvmsg(t->sockets[space], &m, MSG_DONTWAIT);
    if (n < 0)
        return errno == EINTR || errno == ENETDOWN; /* ENETDOWN: said once of a link that went */
    see(t, space, &from, bytes, (size_t)n, time_of(&m));
    return true;
}

void lab_trace_collect(struct lab_trace *t)
{
    struct epoll_event ready[TRACE_READY_MAX];
    int n;
    while ((n = epoll_wait(t->epoll, ready, TRACE_READY_MAX, 0)) > 0)
        for (int i = 0; i < n; i++)
            while (read_one(t, ready[i].data.u32))
                ;
}

static int compare(const void *a, const void *b)
{
    const struct lab_sighting *x = a, *y = b;
    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

/* Asking for the kernel's count of drops also clears it. */
static void count_drops(struct lab_trace *t)
{
    for (uint32_t i = 0; t->sockets && i < t->space_count; i++) {
        struct tpacket_stats stats = { 0 };
        socklen_t n = sizeof(stats);
        if (getsockopt(t->sockets[i], SOL_PACKET, PACKET_STATISTICS, &stats, &n) == 0)
            t->lost += stats.tp_drops;
    }
}

void lab_trace_sort(struct lab_trace *t)
{
    count_drops(t);
    if (t->count)
        qsort(t->sightings, t->count, sizeof(*t->sightings), compare);
}

/* --- telling ---------------------------------------------------------------------------------- */

static bool is_on_way(const struct lab_sighting *s, enum lab_way way)
{
    return s->kinship.way == way && s->kinship.opens && !s->kinship.wrapped;
}

/* Where the last attempt begins: when `space` sent it for the last time. What was not seen leaving
 * begins with the first sighting. */
static uint32_t start_of(const struct lab_trace *t, enum lab_way way, uint32_t space)
{
    uint32_t first = t->count;
    for (uint32_t i = t->count; i-- > 0;) {
        const struct lab_sighting *s = &t->sightings[i];
        if (!is_on_way(s, way))
            continue;
        first = i;
        if (s->leaving && s->space == space)
            break;
    }
    return first;
}

static uint32_t first_space(const struct lab_trace *t, enum lab_way way, uint32_t otherwise)
{
    for (uint32_t i = 0; i < t->count; i++)
        if (is_on_way(&t->sightings[i], way))
            return t->sightings[i].space;
    return otherwise;
}

static void copy_name(char to[LAB_INTERFACE_MAX], const char from[LAB_INTERFACE_MAX])
{
    memcpy(to, from, LAB_INTERFACE_MAX);
}

struct steps {
    struct lab_step *to;
    uint32_t count, room;
};

static void put_step(struct steps *steps, const struct lab_step *step)
{
    if (steps->count < steps->room)
        steps->to[steps->count] = *step;
    steps->count++;
}

static void extend(struct lab_step *step, const struct lab_sighting *s)
{
    if (s->leaving)
        copy_name(step->out, s->interface);
    else if (!step->in[0])
        copy_name(step->in, s->interface);
}

static bool is_same_esp(const struct lab_sighting *a, const struct lab_sighting *b)
{
    return b->kinship.way == LAB_SEALED && a->spi == b->spi && a->number == b->number;
}

/* Whether the ESP packet sighted first at `first` is the one that took ours from one sighting to
 * the next: it arrives in the other space in time. */
static bool carries(const struct lab_trace *t, uint32_t first, uint32_t to)
{
    for (uint32_t i = first + 1; i < to; i++)
        if (is_same_esp(&t->sightings[first], &t->sightings[i]) && !t->sightings[i].leaving &&
            t->sightings[i].space == t->sightings[to].space)
            return true;
    return false;
}

static void put_sealed(const struct lab_trace *t, uint32_t from, uint32_t to, struct steps *steps)
{
    const struct lab_sighting *first = NULL;
    struct lab_step now = { .space = t->sightings[from].space };
    for (uint32_t i = from + 1; i < to && !first; i++) {
        const struct lab_sighting *s = &t->sightings[i];
        if (s->kinship.way == LAB_SEALED && s->leaving && s->space == now.space &&
            carries(t, i, to))
            first = s;
    }
    for (uint32_t i = from + 1; first && i < to; i++) {
        const struct lab_sighting *s = &t->sightings[i];
        if (!is_same_esp(first, s) || s->space == t->sightings[from].space ||
            s->space == t->sightings[to].space)
            continue;
        if (s->space != now.space) {
            if (now.sealed)
                put_step(steps, &now);
            now = (struct lab_step){ .space = s->space, .sealed = true };
        }
        extend(&now, s);
    }
    if (now.sealed)
        put_step(steps, &now);
}

uint32_t lab_trace_way(const struct lab_trace *t, enum lab_way way, uint32_t origin,
                       struct lab_step *ret_steps, uint32_t n)
{
    uint32_t from = way == LAB_ASKING ? origin : first_space(t, way, origin), last = 0;
    struct steps steps = { .to = ret_steps, .room = n };
    struct lab_step now = { .space = UINT32_MAX };
    for (uint32_t i = start_of(t, way, from); i < t->count; i++) {
        const struct lab_sighting *s = &t->sightings[i];
        if (!is_on_way(s, way))
            continue;
        /* Into the space in which it is already: it has left unseen, and comes back. */
        if (s->space != now.space || (!s->leaving && now.out[0] && strcmp(now.out, "lo") != 0)) {
            if (now.space != UINT32_MAX) {
                put_step(&steps, &now);
                put_sealed(t, last, i, &steps);
            }
            now = (struct lab_step){ .space = s->space };
        }
        extend(&now, s);
        last = i;
    }
    if (now.space != UINT32_MAX)
        put_step(&steps, &now);
    return steps.count;
}

bool lab_trace_source_seen(const struct lab_trace *t, uint32_t space, struct ip_addr *ret_source)
{
    for (uint32_t i = t->count; i-- > 0;) {
        const struct lab_sighting *s = &t->sightings[i];
        if (s->space == space && !s->leaving && is_on_way(s, LAB_ASKING)) {
            *ret_source = s->src;
            return true;
        }
    }
    return false;
}

static bool is_content(const struct lab_sighting *s)
{
    return s->kinship.way == LAB_ASKING || s->kinship.way == LAB_ANSWERING;
}

const struct lab_sighting *lab_trace_in_clear(const struct lab_trace *t, const uint32_t *spaces,
                                              uint32_t n)
{
    for (uint32_t i = 0; i < t->count; i++)
        for (uint32_t k = 0; k < n; k++)
            if (t->sightings[i].space == spaces[k] && is_content(&t->sightings[i]))
                return &t->sightings[i];
    return NULL;
}

const struct lab_sighting *lab_trace_last(const struct lab_trace *t, enum lab_way way)
{
    for (uint32_t i = t->count; i-- > 0;)
        if (t->sightings[i].kinship.way == way && t->sightings[i].kinship.opens)
            return &t->sightings[i];
    return NULL;
}
