#include "lab/probe.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/number.h"
#include "base/rd.h"
#include "lab/wire.h"

enum { SAID_WAIT_MS = 500, TTL = 64 };

/* --- questions -------------------------------------------------------------------------------- */

bool lab_service_parse(const char *text, enum lab_service *ret_service, uint16_t *ret_port)
{
    static const struct {
        const char *name;
        enum lab_service service;
    } rows[] = { { "tcp/", LAB_SERVICE_TCP }, { "udp/", LAB_SERVICE_UDP } };
    if (!text || strcmp(text, "any") == 0 || strcmp(text, "icmp") == 0) {
        *ret_service = LAB_SERVICE_ICMP;
        *ret_port = 0;
        return true;
    }
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (strncmp(text, rows[i].name, 4) != 0)
            continue;
        uint64_t port;
        if (!number_parse(text + 4, UINT16_MAX, &port) || port == 0)
            return false;
        *ret_service = rows[i].service;
        *ret_port = (uint16_t)port;
        return true;
    }
    return false;
}

err_t lab_mark_new(struct lab_mark *ret_mark)
{
    uint8_t bytes[LAB_MARK_BYTES];
    if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
        return -EIO;
    *ret_mark = lab_mark_of(bytes);
    return 0;
}

/* --- what the responder says ------------------------------------------------------------------ */

void lab_said_read(const void *bytes, size_t n, char ret_said[LAB_SAID_MAX],
                   struct ip_addr *ret_source)
{
    char address[IP_TEXT_MAX];
    const char *text = bytes;
    size_t len = 0;
    *ret_source = (struct ip_addr){ .family = IP_NONE };
    for (; len < n && len < LAB_SAID_MAX - 1 && text[len] != '\n' && text[len] != '\0'; len++)
        ret_said[len] = (char)(text[len] >= ' ' && text[len] <= '~' ? text[len] : '?');
    ret_said[len] = '\0';
    size_t part = strcspn(ret_said, ":");
    if (part >= sizeof(address) || !ret_said[part])
        return;
    memcpy(address, ret_said, part);
    address[part] = '\0';
    if (!ip_parse(address, ret_source))
        ret_source->family = IP_NONE;
}

/* --- one attempt ------------------------------------------------------------------------------ */

struct asking {
    const struct lab_probe *p;
    struct lab_wire wire;
    struct ip_addr source;
    uint8_t attempt;
    ns_t sent_at, until;
    struct lab_answer *answer;
};

static void conclude(struct asking *a, enum lab_outcome outcome, const struct ip_addr *by)
{
    a->answer->outcome = outcome;
    a->answer->by = by ? *by : (struct ip_addr){ .family = IP_NONE };
    a->answer->rtt = outcome == LAB_REACHED ? lab_now() - a->sent_at : 0;
}

static void conclude_errno(struct asking *a, err_t rc)
{
    conclude(a, lab_is_no_route(rc) ? LAB_NO_ROUTE : LAB_FAILED, NULL);
    a->answer->error = -rc;
}

/* What came by the raw sockets; whether that settles it. */
static bool hear(struct asking *a)
{
    struct lab_heard heard;
    while (lab_wire_receive(&a->wire, &heard)) {
        enum lab_outcome verdict = lab_packet_verdict(&heard.packet);
        struct lab_kinship k = lab_packet_kinship(&a->p->mark, heard.bytes, heard.n);
        if (k.way == LAB_ERROR && verdict != LAB_REACHED) {
            conclude(a, verdict, &heard.packet.src);
            return true;
        }
        if (k.way == LAB_ANSWERING && heard.packet.protocol == LAB_PROTOCOL_ICMP) {
            conclude(a, LAB_REACHED, &heard.packet.src);
            return true;
        }
    }
    return false;
}

static void ask_icmp(struct asking *a)
{
    const struct lab_question q = {
        .src = a->source,
        .dst = a->p->to,
        .protocol = LAB_PROTOCOL_ICMP,
        .ttl = TTL,
        .sport = (uint16_t)lab_mark_isn(&a->p->mark),
        .dport = a->attempt,
        .mark = a->p->mark,
        .attempt = a->attempt,
    };
    err_t rc = lab_wire_send(&a->wire, &q);
    if (rc != 0) {
        conclude_errno(a, rc);
        return;
    }
    while (lab_now() < a->until) {
        (void)lab_wire_wait(&a->wire, -1, 0, a->until, a->p->trace);
        if (hear(a))
            return;
    }
}

static socklen_t address_of(const struct ip_addr *a, uint16_t port, struct sockaddr_in *ret)
{
    *ret = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(port) };
    memcpy(&ret->sin_addr, a->b, 4);
    return sizeof(*ret);
}

/* The connection's first sequence number is set, so that it is known wherever it passes. */
static err_t set_isn(int fd, const struct lab_mark *mark)
{
    int on = TCP_REPAIR_ON, off = TCP_REPAIR_OFF, queue = TCP_SEND_QUEUE;
    int isn = (int)lab_mark_isn(mark);
    if (setsockopt(fd, IPPROTO_TCP, TCP_REPAIR, &on, sizeof(on)) != 0 ||
        setsockopt(fd, IPPROTO_TCP, TCP_REPAIR_QUEUE, &queue, sizeof(queue)) != 0 ||
        setsockopt(fd, IPPROTO_TCP, TCP_QUEUE_SEQ, &isn, sizeof(isn)) != 0 ||
        setsockopt(fd, IPPROTO_TCP, TCP_REPAIR, &off, sizeof(off)) != 0)
        return -errno;
    return 0;
}

static err_t connect_out(const struct asking *a, int type, int *ret_fd)
{
    struct sockaddr_in at;
    int fd;
    err_t rc = lab_netns_socket(a->p->from, AF_INET, type, 0, &fd);
    if (rc != 0)
        return rc;
    if (type == SOCK_STREAM)
        rc = set_isn(fd, &a->p->mark);
    socklen_t n = address_of(&a->p->source, 0, &at);
    if (rc == 0 && a->p->source.family == IP_V4 && bind(fd, (const struct sockaddr *)&at, n) != 0)
        rc = -errno;
    n = address_of(&a->p->to, a->p->port, &at);
    if (rc == 0 && connect(fd, (const struct sockaddr *)&at, n) != 0 && errno != EINPROGRESS)
        rc = -errno;
    if (rc != 0) {
        close(fd);
        return rc;
    }
    *ret_fd = fd;
    return 0;
}

static bool send_head(const struct asking *a, int fd)
{
    uint8_t head[LAB_HEAD_BYTES];
    lab_head_write(&a->p->mark, 'Q', a->attempt, head);
    return send(fd, head, sizeof(head), MSG_NOSIGNAL) == (ssize_t)sizeof(head);
}

/* A responder's answer: the head, then its line. False: it is none. */
static bool take_said(struct asking *a, const uint8_t *bytes, size_t n)
{
    uint8_t attempt;
    if (!lab_head_read(bytes, n, 'A', &a->p->mark, &attempt))
        return false;
    struct rd r = rd_init(bytes, n);
    rd_bytes(&r, LAB_HEAD_BYTES);
    lab_said_read(r.p, rd_left(&r), a->answer->said, &a->answer->source_seen);
    return true;
}

/* Who answers is asked as well; other servers than the responder may well be silent. */
static void ask_who(struct asking *a, int fd)
{
    uint8_t bytes[LAB_HEAD_BYTES + LAB_SAID_MAX];
    size_t n = 0;
    ns_t until = lab_now() + SAID_WAIT_MS * NS_PER_MS;
    if (!send_head(a, fd))
        return;
    while (lab_now() < until && n < sizeof(bytes)) {
        if (!(lab_wire_wait(&a->wire, fd, POLLIN, until, a->p->trace) & (POLLIN | POLLHUP)))
            continue;
        ssize_t got = recv(fd, bytes + n, sizeof(bytes) - n, MSG_DONTWAIT);
        if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
            return;
        n += got > 0 ? (size_t)got : 0;
        if (memchr(bytes, '\n', n) && take_said(a, bytes, n))
            return;
    }
}

static void conclude_tcp(struct asking *a, int error)
{
    if (hear(a)) /* the ICMP message behind the error says more */
        return;
    if (error == ECONNREFUSED || error == ECONNRESET)
        conclude(a, LAB_REFUSED, &a->p->to);
    else if (error != ETIMEDOUT)
        conclude_errno(a, -error);
}

static void ask_tcp(struct asking *a)
{
    int fd;
    err_t rc = connect_out(a, SOCK_STREAM, &fd);
    if (rc != 0) {
        conclude_tcp(a, -rc);
        return;
    }
    while (lab_now() < a->until) {
        short events = lab_wire_wait(&a->wire, fd, POLLOUT, a->until, a->p->trace);
        int error = 0;
        socklen_t n = sizeof(error);
        if (events == 0 && !hear(a))
            continue;
        if (events != 0 && getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &n) == 0 && error != 0) {
            conclude_tcp(a, error);
        } else if (events != 0) {
            conclude(a, LAB_REACHED, &a->p->to);
            ask_who(a, fd);
        }
        break;
    }
    close(fd);
}

static void ask_udp(struct asking *a)
{
    uint8_t bytes[LAB_HEAD_BYTES + LAB_SAID_MAX];
    int fd;
    err_t rc = connect_out(a, SOCK_DGRAM, &fd);
    if (rc == 0 && !send_head(a, fd))
        rc = -errno;
    if (rc != 0)
        conclude_errno(a, rc);
    while (rc == 0 && lab_now() < a->until) {
        short events = lab_wire_wait(&a->wire, fd, POLLIN, a->until, a->p->trace);
        ssize_t n = events ? recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT) : -1;
        if (hear(a))
            break;
        /* Any datagram from there is an answer; only the responder's says who it is. */
        if (n >= 0) {
            conclude(a, LAB_REACHED, &a->p->to);
            (void)take_said(a, bytes, (size_t)n);
            break;
        }
    }
    if (rc == 0)
        close(fd);
}

/* --- all attempts ----------------------------------------------------------------------------- */

static err_t open_wire(struct asking *a, bool with_tcp)
{
    err_t rc = 0;
    a->source = a->p->source;
    if (a->p->to.family != IP_V4)
        return -EAFNOSUPPORT;
    if (a->source.family != IP_V4)
        rc = lab_netns_source(a->p->from, &a->p->to, &a->source);
    return rc != 0 ? rc : lab_wire_open(a->p->from, with_tcp, &a->wire);
}

static ns_t timeout_of(const struct lab_probe *p)
{
    return p->timeout > 0 ? p->timeout : LAB_PROBE_TIMEOUT_MS * NS_PER_MS;
}

static uint8_t attempts_of(const struct lab_probe *p)
{
    return p->attempts ? MIN(p->attempts, LAB_PROBE_ATTEMPTS_MAX) : LAB_PROBE_ATTEMPTS;
}

static void ask(struct asking *a)
{
    switch (a->p->service) {
    case LAB_SERVICE_ICMP:
        ask_icmp(a);
        break;
    case LAB_SERVICE_TCP:
        ask_tcp(a);
        break;
    case LAB_SERVICE_UDP:
        ask_udp(a);
        break;
    }
}

void lab_probe_run(const struct lab_probe *p, struct lab_answer *ret_answer)
{
    struct asking a = { .p = p, .answer = ret_answer };
    *ret_answer = (struct lab_answer){ .outcome = LAB_TIMEOUT };
    err_t rc = open_wire(&a, false);
    if (rc != 0) {
        conclude_errno(&a, rc);
        return;
    }
    for (; a.attempt < attempts_of(p) && ret_answer->outcome == LAB_TIMEOUT; a.attempt++) {
        a.sent_at = lab_now();
        a.until = a.sent_at + timeout_of(p);
        ret_answer->attempts++;
        ask(&a);
    }
    if (p->trace)
        lab_trace_collect(p->trace);
    lab_wire_close(&a.wire);
}

/* --- text ------------------------------------------------------------------------------------- */

static void put_ms(struct text *t, ns_t time)
{
    text_u64(t, (uint64_t)(time / NS_PER_MS));
    text_char(t, '.');
    text_u64(t, (uint64_t)(time % NS_PER_MS * 10 / NS_PER_MS));
    text_str(t, " ms");
}

void lab_answer_text(const struct lab_answer *a, struct text *t)
{
    text_str(t, lab_outcome_name(a->outcome));
    switch (a->outcome) {
    case LAB_REACHED:
        text_str(t, ", ");
        put_ms(t, a->rtt);
        break;
    case LAB_TIMEOUT:
        text_str(t, " to ");
        text_u64(t, a->attempts);
        text_str(t, a->attempts == 1 ? " attempt" : " attempts");
        break;
    case LAB_NO_ROUTE:
    case LAB_FAILED:
        text_str(t, ": ");
        text_str(t, strerror(a->error));
        break;
    case LAB_REFUSED:
    case LAB_UNREACHABLE:
    case LAB_PROHIBITED:
    case LAB_LOOP:
    case LAB_TOO_BIG:
        text_str(t, ", says ");
        text_ip(t, &a->by);
        break;
    }
}
