/* A load for BGP speakers: one peer that announces N prefixes, one that receives them, in one
 * process, so that one clock measures both. Says `ready` when both sessions are up, announces after
 * a line on standard input, prints figures when the last prefix has arrived; after another line
 * withdraws everything and prints when the last withdrawal has.
 *
 *   bgp_load ROUTER PREFIXES PREFIXES-PER-UPDATE
 *
 * The sender is AS 65001 at 10.99.1.1, the receiver AS 65002 at 10.99.2.1; both connect to the
 * router, AS 65000, at 10.99.1.2 and 10.99.2.2. Exit 1 when a session does not come up, ends, or
 * nothing arrives for 120 s. */

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/number.h"

enum { HEADER = 19, MESSAGE_MAX = 4096, QUIET_MS = 120000 };

struct buffer {
    uint8_t *bytes;
    size_t len, at, cap;
};

struct session {
    int fd;
    struct buffer out;
    uint8_t in[1 << 20];
    size_t in_len;
    bool opened, established;
    uint64_t announced, withdrawn;
};

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void fail(const char *what)
{
    fprintf(stderr, "bgp_load: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void put(struct buffer *b, const void *from, size_t n)
{
    if (b->len + n > b->cap) {
        b->cap = (b->len + n) * 2;
        b->bytes = realloc(b->bytes, b->cap);
        if (!b->bytes)
            fail("memory");
    }
    memcpy(b->bytes + b->len, from, n);
    b->len += n;
}

static void put_header(uint8_t *m, size_t len, uint8_t type)
{
    memset(m, 0xff, 16);
    m[16] = (uint8_t)(len >> 8);
    m[17] = (uint8_t)len;
    m[18] = type;
}

static void put_open(struct buffer *b, uint16_t as, const char *id)
{
    uint8_t m[HEADER + 10 + 2 + 12];
    size_t n = HEADER;
    m[n++] = 4;
    m[n++] = (uint8_t)(as >> 8);
    m[n++] = (uint8_t)as;
    m[n++] = 0;
    m[n++] = 240; /* hold time */
    inet_pton(AF_INET, id, m + n);
    n += 4;
    m[n++] = 14; /* optional parameters: one of 12 bytes: multiprotocol IPv4, 4-byte AS */
    m[n++] = 2;
    m[n++] = 12;
    memcpy(m + n, (uint8_t[]){ 1, 4, 0, 1, 0, 1, 65, 4, 0, 0 }, 10);
    m[n + 10] = (uint8_t)(as >> 8);
    m[n + 11] = (uint8_t)as;
    n += 12;
    put_header(m, n, 1);
    put(b, m, n);
}

static void put_keepalive(struct buffer *b)
{
    uint8_t m[HEADER];
    put_header(m, HEADER, 4);
    put(b, m, HEADER);
}

/* The i-th prefix: 1.0.0.0/24 and on. */
static void put_prefix(uint8_t *m, size_t *n, uint32_t i)
{
    uint32_t a = 0x01000000u + (i << 8);
    m[(*n)++] = 24;
    m[(*n)++] = (uint8_t)(a >> 24);
    m[(*n)++] = (uint8_t)(a >> 16);
    m[(*n)++] = (uint8_t)(a >> 8);
}

/* All updates: `per` prefixes with one path of 3 to 6 AS numbers each. */
static void put_table(struct buffer *b, uint32_t prefixes, uint32_t per)
{
    for (uint32_t i = 0; i < prefixes; i += per) {
        uint8_t m[MESSAGE_MAX];
        uint32_t key = i / per * 2654435761u, hops = 3 + key % 4;
        size_t n = HEADER;
        m[n++] = 0;
        m[n++] = 0;
        size_t attrs = n;
        n += 2;
        memcpy(m + n, (uint8_t[]){ 0x40, 1, 1, 0, 0x40, 2, (uint8_t)(2 + 4 * hops), 2,
                                   (uint8_t)hops }, 9);
        n += 9;
        for (uint32_t h = 0; h < hops; h++) {
            uint32_t as = h == 0 ? 65001 : 1000 + (key >> h * 3) % 20000;
            as = h + 1 == hops ? 100000 + i / per : as; /* never the router's own */
            memcpy(m + n, (uint8_t[]){ (uint8_t)(as >> 24), (uint8_t)(as >> 16), (uint8_t)(as >> 8),
                                       (uint8_t)as }, 4);
            n += 4;
        }
        memcpy(m + n, (uint8_t[]){ 0x40, 3, 4, 10, 99, 1, 1 }, 7);
        n += 7;
        m[attrs] = (uint8_t)((n - attrs - 2) >> 8);
        m[attrs + 1] = (uint8_t)(n - attrs - 2);
        for (uint32_t k = i; k < i + per && k < prefixes; k++)
            put_prefix(m, &n, k);
        put_header(m, n, 2);
        put(b, m, n);
    }
}

static void put_withdrawals(struct buffer *b, uint32_t prefixes)
{
    for (uint32_t i = 0; i < prefixes;) {
        uint8_t m[MESSAGE_MAX];
        size_t n = HEADER + 2;
        while (i < prefixes && n + 6 <= MESSAGE_MAX)
            put_prefix(m, &n, i++);
        m[HEADER] = (uint8_t)((n - HEADER - 2) >> 8);
        m[HEADER + 1] = (uint8_t)(n - HEADER - 2);
        m[n++] = 0;
        m[n++] = 0;
        put_header(m, n, 2);
        put(b, m, n);
    }
}

static uint32_t count_prefixes(const uint8_t *p, size_t n)
{
    uint32_t count = 0;
    for (size_t at = 0; at < n; count++)
        at += 1 + (p[at] + 7u) / 8;
    return count;
}

static void on_message(struct session *s, const uint8_t *m, size_t len)
{
    switch (m[18]) {
    case 1:
        s->opened = true;
        put_keepalive(&s->out);
        break;
    case 2: {
        size_t withdrawn = (size_t)m[19] << 8 | m[20];
        size_t attrs = (size_t)m[21 + withdrawn] << 8 | m[22 + withdrawn];
        size_t nlri = 23 + withdrawn + attrs;
        s->withdrawn += count_prefixes(m + 21, withdrawn);
        s->announced += count_prefixes(m + nlri, len - nlri);
        break;
    }
    case 3:
        fprintf(stderr, "bgp_load: NOTIFICATION %u/%u\n", m[19], m[20]);
        exit(1);
    case 4:
        s->established = s->opened;
        break;
    default:
        break;
    }
}

static void on_readable(struct session *s)
{
    ssize_t n = recv(s->fd, s->in + s->in_len, sizeof(s->in) - s->in_len, MSG_DONTWAIT);
    if (n <= 0) {
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        fail("the router closed a session");
    }
    s->in_len += (size_t)n;
    size_t at = 0;
    while (s->in_len - at >= HEADER) {
        size_t len = (size_t)s->in[at + 16] << 8 | s->in[at + 17];
        if (s->in_len - at < len)
            break;
        on_message(s, s->in + at, len);
        at += len;
    }
    memmove(s->in, s->in + at, s->in_len - at);
    s->in_len -= at;
}

static void on_writable(struct session *s)
{
    ssize_t n = send(s->fd, s->out.bytes + s->out.at, s->out.len - s->out.at,
                     MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n < 0 && errno != EAGAIN)
        fail("send");
    if (n > 0)
        s->out.at += (size_t)n;
    if (s->out.at == s->out.len)
        s->out.at = s->out.len = 0;
}

static bool turn(struct session *s, int count)
{
    struct pollfd p[2];
    for (int i = 0; i < count; i++)
        p[i] = (struct pollfd){ .fd = s[i].fd,
                                .events = (short)(POLLIN | (s[i].out.len ? POLLOUT : 0)) };
    int n = poll(p, (nfds_t)count, QUIET_MS);
    if (n <= 0)
        return false;
    for (int i = 0; i < count; i++) {
        if (p[i].revents & (POLLIN | POLLHUP | POLLERR))
            on_readable(&s[i]);
        if (p[i].revents & POLLOUT)
            on_writable(&s[i]);
    }
    return true;
}

static int open_session(const char *local, const char *remote)
{
    struct sockaddr_in from = { .sin_family = AF_INET }, to = { .sin_family = AF_INET,
                                                                .sin_port = htons(179) };
    inet_pton(AF_INET, local, &from.sin_addr);
    inet_pton(AF_INET, remote, &to.sin_addr);
    for (int tries = 0; tries < 300; tries++) {
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        if (fd < 0 || bind(fd, (struct sockaddr *)&from, sizeof(from)) < 0)
            fail("socket");
        if (connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0)
            return fd;
        close(fd);
        nanosleep(&(struct timespec){ .tv_nsec = 100000000 }, NULL);
    }
    fail("connect");
    return -1;
}

int main(int argc, char **argv)
{
    uint64_t n, each;
    if (argc != 4 || !number_parse(argv[2], UINT32_MAX, &n) ||
        !number_parse(argv[3], UINT32_MAX, &each)) {
        fprintf(stderr, "usage: bgp_load ROUTER PREFIXES PREFIXES-PER-UPDATE\n");
        return 2;
    }
    uint32_t prefixes = (uint32_t)n, per = (uint32_t)each;
    static struct session s[2]; /* 0 receives, 1 sends */
    s[0].fd = open_session("10.99.2.1", "10.99.2.2");
    put_open(&s[0].out, 65002, "10.99.2.1");
    s[1].fd = open_session("10.99.1.1", "10.99.1.2");
    put_open(&s[1].out, 65001, "10.99.1.1");
    while (!s[0].established || !s[1].established)
        if (!turn(s, 2))
            fail("sessions did not come up");
    struct buffer table = { 0 };
    put_table(&table, prefixes, per);
    printf("ready\n");
    fflush(stdout);
    if (getchar() == EOF) /* the bench reads the router's memory and CPU time, then lets us go on */
        return 0;
    double t0 = now_s();
    put(&s[1].out, table.bytes, table.len);
    double sent = 0;
    while (s[0].announced < prefixes) {
        if (!turn(s, 2))
            fail("prefixes stopped coming");
        if (!sent && !s[1].out.len)
            sent = now_s();
    }
    double t1 = now_s();
    printf("%s announced %u seconds %.3f sent-after %.3f\n", argv[1], prefixes, t1 - t0, sent - t0);
    fflush(stdout);
    if (getchar() == EOF)
        return 0;
    t0 = now_s();
    put_withdrawals(&s[1].out, prefixes);
    while (s[0].withdrawn < prefixes)
        if (!turn(s, 2))
            fail("withdrawals stopped coming");
    printf("%s withdrawn %u seconds %.3f\n", argv[1], prefixes, now_s() - t0);
    return 0;
}
