#include "lab/responder.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/list.h"
#include "base/mem.h"
#include "base/number.h"

enum {
    NODE_MAX = 64,
    SAID_MAX = 160,
    PATIENCE_MS = 300,
    BACKLOG = 128,
    DATAGRAM_MAX = 65535,
    BULK_BYTES = 256 << 10,
    BULK_TURNS = 8, /* reads or writes of one connection in a turn: the others wait */
    ACCEPT_TURNS = 64,
};

struct listener {
    struct loop_watch watch;
    struct link link;
    struct lab_responder *r;
    uint16_t port;
    char node[NODE_MAX];
};

enum doing { ASKED, SINK, SOURCE, OVER };

struct connection {
    struct loop_watch watch;
    struct link link;
    struct lab_responder *r;
    struct listener *from;
    enum doing doing;
    bool spoke; /* of itself: once is enough */
    ns_t due;
    uint64_t bytes; /* SINK: swallowed; SOURCE: still to be sent */
    char said[SAID_MAX];
    size_t n;
    uint8_t request[LAB_RESPONDER_LINE_MAX];
};

struct lab_responder {
    struct loop *loop;
    struct link listeners, connections;
    uint32_t connection_count;
    uint64_t refused;
    uint8_t bulk[BULK_BYTES];
};

/* --- lines ------------------------------------------------------------------------------------ */

static void end_text(const struct sockaddr_in *a, char *text, size_t n)
{
    char address[INET_ADDRSTRLEN] = "?";
    inet_ntop(AF_INET, &a->sin_addr, address, sizeof(address));
    snprintf(text, n, "%s:%u", address, ntohs(a->sin_port));
}

static void say_who(const struct listener *l, const struct sockaddr_in *peer,
                    const struct sockaddr_in *local, char said[SAID_MAX])
{
    char from[32], to[32];
    end_text(peer, from, sizeof(from));
    end_text(local, to, sizeof(to));
    snprintf(said, SAID_MAX, "%s reached %s (%s)\n", from, l->node, to);
}

/* Answers are short: a client that does not read them has to do without. */
static void put_answer(struct connection *c, const void *bytes, size_t n)
{
    if (send(c->watch.fd, bytes, n, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)n)
        c->doing = OVER;
}

static void put_said(struct connection *c)
{
    put_answer(c, c->said, strlen(c->said));
}

/* --- what the client says --------------------------------------------------------------------- */

/* Each takes how many bytes of the request it has used up; 0: it waits for more. */
static size_t do_mark(struct connection *c)
{
    uint8_t attempt, answer[LAB_HEAD_BYTES + SAID_MAX];
    struct lab_mark mark;
    if (c->n < LAB_HEAD_BYTES)
        return 0;
    if (!lab_head_read(c->request, c->n, 'Q', NULL, &attempt)) {
        c->doing = OVER;
        return 0;
    }
    memcpy(mark.b, c->request, sizeof(mark.b));
    lab_head_write(&mark, 'A', attempt, answer);
    memcpy(answer + LAB_HEAD_BYTES, c->said, sizeof(c->said));
    put_answer(c, answer, LAB_HEAD_BYTES + strlen(c->said));
    return LAB_HEAD_BYTES;
}

static size_t do_get(struct connection *c)
{
    char answer[SAID_MAX + 160];
    if (!memmem(c->request, c->n, "\r\n\r\n", 4) && !memmem(c->request, c->n, "\n\n", 2))
        return 0;
    int n = snprintf(answer, sizeof(answer),
                     "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %zu\r\n"
                     "Connection: close\r\n\r\n%s",
                     strlen(c->said), c->said);
    put_answer(c, answer, (size_t)n);
    c->doing = OVER;
    return c->n;
}

static void be_source(struct connection *c, const char *count)
{
    if (!number_parse(count, INT64_MAX, &c->bytes)) {
        put_answer(c, "want: source BYTES\n", 19);
        return;
    }
    c->doing = SOURCE;
    loop_set(c->r->loop, &c->watch, EPOLLOUT);
}

static size_t do_line(struct connection *c)
{
    const uint8_t *end = memchr(c->request, '\n', c->n);
    char line[LAB_RESPONDER_LINE_MAX + 1];
    if (!end)
        return 0;
    size_t used = (size_t)(end - c->request) + 1, n = used - 1;
    while (n && c->request[n - 1] == '\r')
        n--;
    memcpy(line, c->request, n);
    line[n] = '\0';
    if (strcmp(line, "sink") == 0)
        c->doing = SINK;
    else if (strncmp(line, "source ", 7) == 0)
        be_source(c, line + 7);
    else
        put_said(c);
    return used;
}

static size_t do_request(struct connection *c)
{
    if (c->request[0] == LAB_MARK_FIRST)
        return do_mark(c);
    if (memcmp(c->request, "GET ", MIN(c->n, (size_t)4)) == 0)
        return c->n < 4 ? 0 : do_get(c);
    return do_line(c);
}

static void do_requests(struct connection *c)
{
    while (c->n && c->doing == ASKED) {
        size_t used = do_request(c);
        if (used == 0)
            break;
        c->n -= used;
        memmove(c->request, c->request + used, c->n);
    }
    if (c->doing == SINK) {
        c->bytes += c->n;
        c->n = 0;
    }
}

/* --- connections ------------------------------------------------------------------------------ */

static void close_connection(struct connection *c)
{
    loop_del(c->r->loop, &c->watch);
    close(c->watch.fd);
    list_remove(&c->link);
    c->r->connection_count--;
    mem_free(MEM_MISC, c, sizeof(*c));
}

static void read_request(struct connection *c)
{
    ssize_t n = recv(c->watch.fd, c->request + c->n, sizeof(c->request) - c->n, MSG_DONTWAIT);
    if (n > 0) {
        c->n += (size_t)n;
        c->spoke = true;
        do_requests(c);
    }
    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR) || c->n == sizeof(c->request))
        c->doing = OVER;
}

static void swallow(struct connection *c)
{
    char answer[40];
    for (int i = 0; i < BULK_TURNS; i++) {
        ssize_t n = recv(c->watch.fd, c->r->bulk, sizeof(c->r->bulk), MSG_DONTWAIT | MSG_TRUNC);
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (n <= 0) {
            int len =
                snprintf(answer, sizeof(answer), "bytes %llu\n", (unsigned long long)c->bytes);
            put_answer(c, answer, (size_t)len);
            c->doing = OVER;
            return;
        }
        c->bytes += (uint64_t)n;
    }
}

static void pour(struct connection *c)
{
    for (int i = 0; i < BULK_TURNS && c->bytes; i++) {
        size_t most = (size_t)MIN(c->bytes, (uint64_t)sizeof(c->r->bulk));
        ssize_t n = send(c->watch.fd, c->r->bulk, most, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (n < 0) {
            c->doing = OVER;
            return;
        }
        c->bytes -= (uint64_t)n;
    }
    if (c->bytes == 0)
        c->doing = OVER;
}

static void on_connection(struct loop_watch *w, uint32_t events)
{
    struct connection *c = container_of(w, struct connection, watch);
    (void)events;
    c->due = loop_now(c->r->loop) + LAB_RESPONDER_IDLE_S * NS_PER_S;
    switch (c->doing) {
    case ASKED:
        read_request(c);
        break;
    case SINK:
        swallow(c);
        break;
    case SOURCE:
        pour(c);
        break;
    case OVER:
        break;
    }
    if (c->doing == OVER)
        close_connection(c);
}

static void welcome(struct listener *l, int fd)
{
    struct lab_responder *r = l->r;
    struct sockaddr_in peer = { 0 }, local = { 0 };
    socklen_t peer_len = sizeof(peer), local_len = sizeof(local);
    struct connection *c = r->connection_count < LAB_RESPONDER_CONNECTIONS_MAX
                               ? mem_alloc(MEM_MISC, sizeof(*c))
                               : NULL;
    if (!c || getpeername(fd, (struct sockaddr *)&peer, &peer_len) != 0 ||
        getsockname(fd, (struct sockaddr *)&local, &local_len) != 0)
        goto refuse;
    c->r = r;
    c->from = l;
    c->watch = (struct loop_watch){ .fd = fd, .events = EPOLLIN, .ready = on_connection };
    say_who(l, &peer, &local, c->said);
    if (loop_add(r->loop, &c->watch) != 0)
        goto refuse;
    c->due = loop_now(r->loop) + PATIENCE_MS * NS_PER_MS;
    list_append(&r->connections, &c->link);
    r->connection_count++;
    return;
refuse:
    r->refused++;
    mem_free(MEM_MISC, c, sizeof(*c));
    close(fd);
}

static void on_listener(struct loop_watch *w, uint32_t events)
{
    struct listener *l = container_of(w, struct listener, watch);
    (void)events;
    for (int i = 0; i < ACCEPT_TURNS; i++) {
        int fd = accept4(w->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd >= 0)
            welcome(l, fd);
        else if (errno != EINTR && errno != ECONNABORTED)
            return;
    }
}

/* --- datagrams -------------------------------------------------------------------------------- */

/* The address to which it came: a host may have several, and has to answer by the same. */
static struct sockaddr_in local_of(struct msghdr *m, uint16_t port)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(port) };
    for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
        struct in_pktinfo info;
        if (c->cmsg_level != IPPROTO_IP || c->cmsg_type != IP_PKTINFO)
            continue;
        memcpy(&info, CMSG_DATA(c), sizeof(info));
        a.sin_addr = info.ipi_spec_dst;
        /* The route back chooses the interface, as for any server. */
        info.ipi_ifindex = 0;
        memcpy(CMSG_DATA(c), &info, sizeof(info));
    }
    return a;
}

/* Whether there may be more. */
static bool answer_datagram(struct listener *l)
{
    uint8_t *bytes = l->r->bulk, attempt;
    _Alignas(struct cmsghdr) uint8_t control[CMSG_SPACE(sizeof(struct in_pktinfo))];
    struct sockaddr_in peer = { 0 };
    struct iovec iov = { bytes, DATAGRAM_MAX };
    struct msghdr m = { .msg_name = &peer,
                        .msg_namelen = sizeof(peer),
                        .msg_iov = &iov,
                        .msg_iovlen = 1,
                        .msg_control = control,
                        .msg_controllen = sizeof(control) };
    ssize_t n = recvmsg(l->watch.fd, &m, MSG_DONTWAIT);
    if (n < 0)
        return errno == EINTR;
    struct sockaddr_in local = local_of(&m, l->port);
    iov.iov_len = (size_t)n;
    if (lab_head_read(bytes, (size_t)n, 'Q', NULL, &attempt)) {
        char said[SAID_MAX];
        struct lab_mark mark;
        say_who(l, &peer, &local, said);
        memcpy(mark.b, bytes, sizeof(mark.b));
        lab_head_write(&mark, 'A', attempt, bytes);
        memcpy(bytes + LAB_HEAD_BYTES, said, sizeof(said));
        iov.iov_len = LAB_HEAD_BYTES + strlen(said);
    }
    (void)sendmsg(l->watch.fd, &m, MSG_DONTWAIT | MSG_NOSIGNAL);
    return true;
}

static void on_datagrams(struct loop_watch *w, uint32_t events)
{
    struct listener *l = container_of(w, struct listener, watch);
    (void)events;
    for (int i = 0; i < ACCEPT_TURNS; i++)
        if (!answer_datagram(l))
            return;
}

/* --- the responder ---------------------------------------------------------------------------- */

struct lab_responder *lab_responder_new(struct loop *l)
{
    struct lab_responder *r = mem_alloc(MEM_MISC, sizeof(*r));
    if (!r)
        return NULL;
    r->loop = l;
    list_init(&r->listeners);
    list_init(&r->connections);
    return r;
}

void lab_responder_free(struct lab_responder *r)
{
    if (!r)
        return;
    LIST_EACH_SAFE (i, next, &r->connections)
        close_connection(LIST_ENTRY(i, struct connection, link));
    LIST_EACH_SAFE (i, next, &r->listeners) {
        struct listener *l = LIST_ENTRY(i, struct listener, link);
        loop_del(r->loop, &l->watch);
        close(l->watch.fd);
        list_remove(&l->link);
        mem_free(MEM_MISC, l, sizeof(*l));
    }
    mem_free(MEM_MISC, r, sizeof(*r));
}

static err_t open_listener(const struct lab_netns *s, bool is_udp, uint16_t port, int *ret_fd)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(port) };
    int on = 1, fd = -1;
    err_t rc = lab_netns_socket(s, AF_INET, is_udp ? SOCK_DGRAM : SOCK_STREAM, 0, &fd);
    if (rc != 0)
        return rc;
    if ((!is_udp && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0) ||
        (is_udp && setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on)) != 0) ||
        bind(fd, (const struct sockaddr *)&at, sizeof(at)) != 0 ||
        (!is_udp && listen(fd, BACKLOG) != 0)) {
        rc = -errno;
        close(fd);
        return rc;
    }
    *ret_fd = fd;
    return 0;
}

err_t lab_responder_listen(struct lab_responder *r, const struct lab_netns *s, const char *node,
                           bool is_udp, uint16_t port)
{
    int fd = -1;
    err_t rc = open_listener(s, is_udp, port, &fd);
    if (rc != 0)
        return rc;
    struct listener *l = mem_alloc(MEM_MISC, sizeof(*l));
    if (!l) {
        close(fd);
        return -ENOMEM;
    }
    l->r = r;
    l->port = port;
    l->watch = (struct loop_watch){ .fd = fd,
                                    .events = EPOLLIN,
                                    .ready = is_udp ? on_datagrams : on_listener };
    snprintf(l->node, sizeof(l->node), "%s", node);
    rc = loop_add(r->loop, &l->watch);
    if (rc != 0) {
        close(fd);
        mem_free(MEM_MISC, l, sizeof(*l));
        return rc;
    }
    list_append(&r->listeners, &l->link);
    return 0;
}

ns_t lab_responder_deadline(const struct lab_responder *r)
{
    ns_t due = NS_NEVER;
    LIST_EACH (i, &r->connections)
        due = MIN(due, LIST_ENTRY(i, struct connection, link)->due);
    return due;
}

void lab_responder_advance(struct lab_responder *r, ns_t now)
{
    LIST_EACH_SAFE (i, next, &r->connections) {
        struct connection *c = LIST_ENTRY(i, struct connection, link);
        if (now < c->due)
            continue;
        if (c->spoke || c->doing != ASKED)
            c->doing = OVER;
        else
            put_said(c);
        c->spoke = true;
        c->due = now + LAB_RESPONDER_IDLE_S * NS_PER_S;
        if (c->doing == OVER)
            close_connection(c);
    }
}

uint64_t lab_responder_refused(const struct lab_responder *r)
{
    return r->refused;
}
