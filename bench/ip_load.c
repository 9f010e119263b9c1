/* A load for tunnels: a sender in one network namespace, a receiver in another, threads of one
 * process, so that one clock measures both.
 *
 *   ip_load tcp FROM-NS TO-NS ADDRESS STREAMS SECONDS
 *   ip_load udp FROM-NS TO-NS ADDRESS PAYLOAD-BYTES SECONDS
 *
 * Namespaces by their names under /run/netns. TCP: as much as goes, by STREAMS connections to
 * ADDRESS; bytes count when received. UDP: as many datagrams as go, by sendmmsg(); sent and
 * received are counted. Prints one line: `bytes N packets SENT RECEIVED seconds S cpu S`, CPU
 * seconds being its own, of both sides. Exit 1 when a socket fails. */

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/number.h"

enum {
    PORT = 5201,
    CHUNK = 1 << 18,
    BATCH = 64,
    PAYLOAD_MAX = 1400,
    STREAMS_MAX = 64,
    QUIET_MS = 300, /* after the last datagram: nothing is under way any more */
    RECEIVE_BYTES = 8 << 20,
};

struct load {
    const char *from, *to;
    struct sockaddr_in address;
    int streams;
    size_t payload;
    double seconds;
    pthread_barrier_t ready, begun; /* of receiver and sender; of sender and clock */
    _Atomic uint64_t bytes, sent, received;
    atomic_bool done;
    double began, ended;
};

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void fail(const char *what)
{
    fprintf(stderr, "ip_load: %s: %s\n", what, strerror(errno));
    exit(1);
}

/* The namespace of this thread. */
static void enter(const char *name)
{
    char path[256];
    snprintf(path, sizeof(path), "/run/netns/%s", name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || setns(fd, CLONE_NEWNET) != 0)
        fail(path);
    close(fd);
}

static int bound(const struct load *l, int type)
{
    int fd = socket(AF_INET, type, 0), on = 1, room = RECEIVE_BYTES;
    struct sockaddr_in a = l->address;
    if (fd < 0)
        fail("socket");
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (type == SOCK_DGRAM)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
    if (bind(fd, (struct sockaddr *)&a, sizeof(a)) != 0)
        fail("bind");
    return fd;
}

static int connected(const struct load *l, int type)
{
    int fd = socket(AF_INET, type, 0);
    if (fd < 0 || connect(fd, (const struct sockaddr *)&l->address, sizeof(l->address)) != 0)
        fail("connect");
    return fd;
}

static void accept_all(struct load *l, struct pollfd *p)
{
    int listener = bound(l, SOCK_STREAM);
    if (listen(listener, STREAMS_MAX) != 0)
        fail("listen");
    pthread_barrier_wait(&l->ready);
    for (int i = 0; i < l->streams; i++) {
        p[i] = (struct pollfd){ .fd = accept(listener, NULL, NULL), .events = POLLIN };
        if (p[i].fd < 0)
            fail("accept");
    }
    close(listener);
}

static void *tcp_receiver(void *of)
{
    struct load *l = of;
    struct pollfd p[STREAMS_MAX];
    uint8_t *chunk = malloc(CHUNK);
    enter(l->to);
    accept_all(l, p);
    while (!l->done && chunk) {
        if (poll(p, (nfds_t)l->streams, QUIET_MS) < 0)
            fail("poll");
        for (int i = 0; i < l->streams; i++) {
            if (!p[i].revents)
                continue;
            ssize_t n = recv(p[i].fd, chunk, CHUNK, MSG_DONTWAIT);
            if (n > 0)
                l->bytes += (uint64_t)n;
        }
    }
    free(chunk);
    return NULL;
}

static void *tcp_sender(void *of)
{
    struct load *l = of;
    struct pollfd p[STREAMS_MAX];
    uint8_t *chunk = calloc(1, CHUNK);
    enter(l->from);
    pthread_barrier_wait(&l->ready);
    for (int i = 0; i < l->streams; i++)
        p[i] = (struct pollfd){ .fd = connected(l, SOCK_STREAM), .events = POLLOUT };
    l->began = now_s();
    pthread_barrier_wait(&l->begun);
    while (!l->done && chunk) {
        if (poll(p, (nfds_t)l->streams, QUIET_MS) < 0)
            fail("poll");
        for (int i = 0; i < l->streams; i++)
            if (p[i].revents &&
                send(p[i].fd, chunk, CHUNK, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 && errno != EAGAIN)
                fail("send");
    }
    free(chunk);
    return NULL;
}

static void *udp_receiver(void *of)
{
    struct load *l = of;
    static uint8_t room[BATCH][PAYLOAD_MAX];
    struct iovec parts[BATCH];
    struct mmsghdr messages[BATCH];
    enter(l->to);
    int fd = bound(l, SOCK_DGRAM);
    for (int i = 0; i < BATCH; i++) {
        parts[i] = (struct iovec){ .iov_base = room[i], .iov_len = PAYLOAD_MAX };
        messages[i] = (struct mmsghdr){ .msg_hdr = { .msg_iov = &parts[i], .msg_iovlen = 1 } };
    }
    pthread_barrier_wait(&l->ready);
    for (;;) {
        struct pollfd p = { .fd = fd, .events = POLLIN };
        if (poll(&p, 1, QUIET_MS) == 0 && l->done)
            return NULL;
        int n = recvmmsg(fd, messages, BATCH, MSG_DONTWAIT, NULL);
        if (n > 0)
            l->received += (uint64_t)n;
    }
}

static void *udp_sender(void *of)
{
    struct load *l = of;
    static uint8_t payload[PAYLOAD_MAX];
    struct iovec part = { .iov_base = payload, .iov_len = l->payload };
    struct mmsghdr messages[BATCH];
    enter(l->from);
    pthread_barrier_wait(&l->ready);
    int fd = connected(l, SOCK_DGRAM);
    for (int i = 0; i < BATCH; i++)
        messages[i] = (struct mmsghdr){ .msg_hdr = { .msg_iov = &part, .msg_iovlen = 1 } };
    l->began = now_s();
    pthread_barrier_wait(&l->begun);
    while (!l->done) {
        int n = sendmmsg(fd, messages, BATCH, 0);
        if (n < 0 && errno != ENOBUFS && errno != EAGAIN && errno != ECONNREFUSED)
            fail("sendmmsg");
        if (n > 0)
            l->sent += (uint64_t)n;
    }
    return NULL;
}

static double cpu_s(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
           (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

int main(int argc, char **argv)
{
    static struct load l = { .address = { .sin_family = AF_INET } };
    bool tcp = argc == 7 && strcmp(argv[1], "tcp") == 0;
    if (argc != 7 || (!tcp && strcmp(argv[1], "udp") != 0) ||
        inet_pton(AF_INET, argv[4], &l.address.sin_addr) != 1) {
        fprintf(stderr, "usage: ip_load tcp|udp FROM-NS TO-NS ADDRESS STREAMS|BYTES SECONDS\n");
        return 2;
    }
    uint64_t number, most = tcp ? STREAMS_MAX : PAYLOAD_MAX;
    if (!number_parse(argv[5], most, &number) || number == 0) {
        fprintf(stderr, "ip_load: 1 to %u, not %s\n", (unsigned)most, argv[5]);
        return 2;
    }
    l.from = argv[2];
    l.to = argv[3];
    l.address.sin_port = htons(PORT);
    l.streams = tcp ? (int)number : 1;
    l.payload = tcp ? 64 : (size_t)number;
    l.seconds = atof(argv[6]);
    pthread_t threads[2];
    pthread_barrier_init(&l.ready, NULL, 2);
    pthread_barrier_init(&l.begun, NULL, 2);
    if (pthread_create(&threads[0], NULL, tcp ? tcp_receiver : udp_receiver, &l) != 0 ||
        pthread_create(&threads[1], NULL, tcp ? tcp_sender : udp_sender, &l) != 0)
        fail("threads");
    pthread_barrier_wait(&l.begun);
    double whole = l.seconds, cpu = cpu_s();
    nanosleep(&(struct timespec){ .tv_sec = (time_t)whole,
                                  .tv_nsec = (long)((whole - (double)(time_t)whole) * 1e9) },
              NULL);
    uint64_t bytes = l.bytes, received = l.received;
    l.ended = now_s();
    cpu = cpu_s() - cpu;
    l.done = true;
    pthread_join(threads[1], NULL);
    pthread_join(threads[0], NULL);
    printf("bytes %llu packets %llu %llu seconds %.3f cpu %.3f\n", (unsigned long long)bytes,
           (unsigned long long)l.sent, (unsigned long long)received, l.ended - l.began, cpu);
    return 0;
}
