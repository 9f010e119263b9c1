#include "ctl/ping.h"

#include <errno.h>
#include <ifaddrs.h>
#include <jansson.h>
#include <linux/errqueue.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/rd.h"
#include "base/wr.h"
#include "ctl/cli.h"
#include "ctl/commands.h"
#include "ctl/crypto.h"

enum {
    COUNT_DEFAULT = 5,
    TIMEOUT_S = 2,
    PACKET_BYTES = 100, /* of the whole IP packet, as IOS counts */
    HEADER_V4 = 20,
    HEADER_V6 = 40,
    PATTERN = 0xabcd,
    RECEIVED_MAX = 2048,
};

struct pinger {
    int fd;
    FILE *out;
    struct ip_addr to;
    struct ping_expect expect;
    uint32_t sent, answered;
    ns_t min, max, total;
};

int run_ping(struct call *c)
{
    render_str(c->r, "% ping is done by the program spanway itself, not by the daemon\n");
    return 1;
}

bool ping_parse(const char *line, struct ping_request *ret)
{
    struct call c = { .row = NULL };
    struct line_error error;
    if (line_parse(line, &c, &error) != LINE_OK || c.row->run != run_ping)
        return false;
    *ret = (struct ping_request){ .to = c.peer, .count = c.number ? c.number : COUNT_DEFAULT };
    snprintf(ret->source, sizeof(ret->source), "%s", c.name);
    return true;
}

/* --- messages --------------------------------------------------------------------------------- */

/* RFC 1071. */
static uint16_t checksum(const uint8_t *p, size_t len)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < len; i++)
        sum += i % 2 ? p[i] : (uint32_t)p[i] << 8;
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

static size_t echo_encode(const struct ping_expect *e, uint8_t bytes[PACKET_BYTES])
{
    struct wr w = wr_init(bytes, PACKET_BYTES);
    size_t len = PACKET_BYTES - (e->family == IP_V6 ? HEADER_V6 : HEADER_V4);
    wr_u8(&w, e->family == IP_V6 ? ICMP6_ECHO_REQUEST : ICMP_ECHO);
    wr_u8(&w, 0);
    size_t sum = wr_mark(&w);
    wr_u16(&w, 0);
    wr_u16(&w, e->id);
    wr_u16(&w, e->seq);
    while (wr_len(&w) < len)
        wr_u16(&w, PATTERN);
    if (e->family == IP_V4) /* the kernel sums up ICMPv6, and datagram sockets do it again */
        wr_patch16(&w, sum, checksum(bytes, wr_len(&w)));
    assert(!w.bad && wr_len(&w) == len);
    return len;
}

enum ping_message ping_message_of(const struct ping_expect *e, const uint8_t *bytes, size_t len)
{
    struct rd r = rd_init(bytes, len);
    if (e->has_header) {
        uint8_t first = rd_u8(&r);
        if ((first & 0xf) < 5)
            return PING_OTHER;
        rd_bytes(&r, (size_t)(first & 0xf) * 4 - 1);
    }
    uint8_t type = rd_u8(&r), code = rd_u8(&r);
    rd_u16(&r); /* the kernel has checked the sum */
    uint16_t id = rd_u16(&r), seq = rd_u16(&r);
    if (r.bad || type != (e->family == IP_V6 ? ICMP6_ECHO_REPLY : ICMP_ECHOREPLY) || code != 0)
        return PING_OTHER;
    return seq == e->seq && (!e->own_id || id == e->id) ? PING_ANSWER : PING_OTHER;
}

/* --- sockets ---------------------------------------------------------------------------------- */

static socklen_t address_of(const struct ip_addr *a, struct sockaddr_storage *ret)
{
    *ret = (struct sockaddr_storage){ 0 };
    if (a->family == IP_V6) {
        struct sockaddr_in6 *s = (struct sockaddr_in6 *)ret;
        s->sin6_family = AF_INET6;
        memcpy(&s->sin6_addr, a->b, 16);
        return sizeof(*s);
    }
    struct sockaddr_in *s = (struct sockaddr_in *)ret;
    s->sin_family = AF_INET;
    memcpy(&s->sin_addr, a->b, 4);
    return sizeof(*s);
}

static bool from_sockaddr(const struct sockaddr *from, struct ip_addr *ret)
{
    struct sockaddr_storage s = { 0 };
    *ret = (struct ip_addr){ .family = IP_NONE };
    if (!from || (from->sa_family != AF_INET && from->sa_family != AF_INET6))
        return false;
    bool v6 = from->sa_family == AF_INET6;
    memcpy(&s, from, v6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in));
    ret->family = v6 ? IP_V6 : IP_V4;
    if (v6)
        memcpy(ret->b, &((const struct sockaddr_in6 *)&s)->sin6_addr, 16);
    else
        memcpy(ret->b, &((const struct sockaddr_in *)&s)->sin_addr, 4);
    return true;
}

/* The datagram socket, else the raw one. */
static err_t open_socket(struct pinger *p)
{
    bool v6 = p->to.family == IP_V6;
    int family = v6 ? AF_INET6 : AF_INET, on = 1;
    int protocol = v6 ? (int)IPPROTO_ICMPV6 : (int)IPPROTO_ICMP;
    p->expect = (struct ping_expect){ .family = p->to.family };
    p->fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);
    if (p->fd < 0) {
        p->fd = socket(family, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);
        p->expect.has_header = !v6;
        p->expect.own_id = true;
        p->expect.id = (uint16_t)getpid();
    }
    if (p->fd < 0)
        return -errno;
    /* What routers say about our echoes; without it only silence is left of it. */
    (void)setsockopt(p->fd, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_RECVERR : IP_RECVERR, &on,
                     sizeof(on));
    return 0;
}

/* --- the source ------------------------------------------------------------------------------- */

/* What echoes to `to` may come from: 169.254/16 is what tunnels have; an IPv6 address of one link
 * is not, and 127.0.0.1 reaches nobody else. */
static bool is_source(const struct ip_addr *a, const struct ip_addr *to)
{
    bool of_link = a->family == IP_V6 && ip_is_link_local(a);
    return a->family == to->family && !of_link && (!ip_is_loopback(a) || ip_is_loopback(to));
}

static bool kernel_address(const char *name, const struct ip_addr *to, struct ip_addr *ret)
{
    struct ifaddrs *all;
    bool found = false;
    if (getifaddrs(&all) != 0)
        return false;
    for (const struct ifaddrs *i = all; i && !found; i = i->ifa_next)
        found = crypto_names_interface(name, i->ifa_name) && from_sockaddr(i->ifa_addr, ret) &&
                is_source(ret, to);
    freeifaddrs(all);
    return found;
}

/* The first address that reaches `to` in {"eth0": {"ipAddresses": [{"address": "10.0.0.1/24"}]}}.
 */
static bool address_in(const json_t *root, const struct ip_addr *to, struct ip_addr *ret)
{
    const json_t *interface = json_object_iter_value(json_object_iter((json_t *)root));
    const json_t *list = json_object_get(interface, "ipAddresses");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *text = json_string_value(json_object_get(json_array_get(list, i), "address"));
        char address[IP_TEXT_MAX];
        if (!text)
            continue;
        snprintf(address, sizeof(address), "%.*s", (int)strcspn(text, "/"), text);
        if (ip_parse(address, ret) && is_source(ret, to))
            return true;
    }
    return false;
}

/* The daemon knows the names of the configuration. */
static bool configured_address(const char *run_dir, const char *name, const struct ip_addr *to,
                               struct ip_addr *ret)
{
    char line[CTL_LINE_MAX], *answer = NULL;
    size_t len = 0;
    int fd, status;
    bool found = false;
    snprintf(line, sizeof(line), "show interface %s json", name);
    const struct ctl_request request = { .line = line };
    FILE *said = open_memstream(&answer, &len);
    if (said && cli_connect(run_dir, &fd) == 0) {
        bool is_fine = cli_run(fd, &request, said, &status) == 0 && fflush(said) == 0;
        json_t *root = is_fine ? json_loadb(answer, len, 0, NULL) : NULL;
        found = root && address_in(root, to, ret);
        json_decref(root);
        close(fd);
    }
    if (said)
        fclose(said);
    free(answer);
    return found;
}

/* False: it has been said why. */
static bool bind_source(struct pinger *p, const struct ping_request *request, const char *run_dir,
                        struct ip_addr *ret)
{
    struct sockaddr_storage s;
    if (!ip_parse(request->source, ret) && !kernel_address(request->source, &p->to, ret) &&
        !configured_address(run_dir, request->source, &p->to, ret)) {
        fputs("% Invalid source interface - IP not enabled or interface is down\n", p->out);
        return false;
    }
    socklen_t len = address_of(ret, &s);
    if (ret->family != p->to.family || bind(p->fd, (const struct sockaddr *)&s, len) != 0) {
        fputs("% Invalid source address- IP address not on any of our up interfaces\n", p->out);
        return false;
    }
    return true;
}

/* --- echoes ----------------------------------------------------------------------------------- */

static ns_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (ns_t)t.tv_sec * NS_PER_S + t.tv_nsec;
}

/* What waits in the queue of errors keeps poll() from waiting. */
static void drain_errors(int fd)
{
    uint8_t bytes[RECEIVED_MAX], control[512];
    struct iovec iov = { bytes, sizeof(bytes) };
    for (;;) {
        struct msghdr m = { .msg_iov = &iov,
                            .msg_iovlen = 1,
                            .msg_control = control,
                            .msg_controllen = sizeof(control) };
        if (recvmsg(fd, &m, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
            return;
    }
}

static bool is_unreachable(int error)
{
    return error == EHOSTUNREACH || error == ENETUNREACH || error == ECONNREFUSED ||
           error == EPROTO || error == EACCES || error == EHOSTDOWN;
}

/* One look at the socket: '!', 'U', or 0: nothing about this echo. */
static char receive(struct pinger *p)
{
    uint8_t bytes[RECEIVED_MAX];
    ssize_t n = recv(p->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
    if (n < 0) {
        char what = is_unreachable(errno) ? 'U' : '\0';
        drain_errors(p->fd);
        return what;
    }
    return ping_message_of(&p->expect, bytes, (size_t)n) == PING_ANSWER ? '!' : '\0';
}

static char wait_for(struct pinger *p, ns_t sent_at)
{
    ns_t until = sent_at + TIMEOUT_S * NS_PER_S;
    for (;;) {
        ns_t left = until - now_ns();
        struct pollfd one = { .fd = p->fd, .events = POLLIN };
        if (left <= 0)
            return '.';
        int ms = (int)((left + NS_PER_MS - 1) / NS_PER_MS);
        if (poll(&one, 1, ms) <= 0)
            continue;
        char what = receive(p);
        if (what)
            return what;
    }
}

static void count_answer(struct pinger *p, ns_t took)
{
    p->min = p->answered == 0 ? took : MIN(p->min, took);
    p->max = MAX(p->max, took);
    p->total += took;
    p->answered++;
}

static void send_one(struct pinger *p)
{
    uint8_t bytes[PACKET_BYTES];
    size_t len = echo_encode(&p->expect, bytes);
    ns_t sent_at = now_ns();
    char what;
    ssize_t n = send(p->fd, bytes, len, 0);
    if (n < 0 && !is_unreachable(errno)) /* an error told by an earlier echo, or no room */
        n = send(p->fd, bytes, len, 0);
    what = n < 0 ? 'U' : wait_for(p, sent_at);
    if (what == '!')
        count_answer(p, now_ns() - sent_at);
    p->sent++;
    p->expect.seq++;
    fputc(what, p->out);
    if (p->sent % 70 == 0) /* IOS's width */
        fputc('\n', p->out);
    fflush(p->out);
}

/* Milliseconds, a begun one counts: nothing takes no time at all. */
static unsigned long long ms_of(ns_t t)
{
    return (unsigned long long)((t + NS_PER_MS - 1) / NS_PER_MS);
}

static void put_result(const struct pinger *p)
{
    fprintf(p->out, "%sSuccess rate is %llu percent (%u/%u)", p->sent % 70 ? "\n" : "",
            (unsigned long long)p->answered * 100 / p->sent, p->answered, p->sent);
    if (p->answered)
        fprintf(p->out, ", round-trip min/avg/max = %llu/%llu/%llu ms", ms_of(p->min),
                ms_of(p->total / p->answered), ms_of(p->max));
    fputc('\n', p->out);
}

static int echo_all(struct pinger *p, const struct ping_request *request, const char *run_dir)
{
    struct sockaddr_storage to;
    struct ip_addr source;
    char text[IP_TEXT_MAX];
    if (request->source[0] && !bind_source(p, request, run_dir, &source))
        return 1;
    crypto_ip_text(&p->to, text);
    fprintf(p->out,
            "Type escape sequence to abort.\n"
            "Sending %u, %d-byte ICMP Echos to %s, timeout is %d seconds:\n",
            request->count, PACKET_BYTES, text, TIMEOUT_S);
    if (request->source[0]) {
        crypto_ip_text(&source, text);
        fprintf(p->out, "Packet sent with a source address of %s \n", text);
    }
    fflush(p->out);
    socklen_t len = address_of(&p->to, &to);
    /* Answers of others do not concern us; where there is no route, each echo says so. */
    bool is_connected = connect(p->fd, (const struct sockaddr *)&to, len) == 0;
    while (p->sent < request->count) {
        if (!is_connected) {
            p->sent++;
            fputc('U', p->out);
            continue;
        }
        send_one(p);
    }
    put_result(p);
    return p->answered ? 0 : 1;
}

int ping_run(const struct ping_request *request, const char *run_dir, FILE *out)
{
    struct pinger p = { .out = out, .to = request->to };
    err_t rc = open_socket(&p);
    if (rc != 0) {
        fprintf(out,
                "%% Echoes cannot be sent: %s. Let this user's group do it (sysctl "
                "net.ipv4.ping_group_range), or run spanway as root\n",
                strerror(-rc));
        return 1;
    }
    int status = echo_all(&p, request, run_dir);
    close(p.fd);
    return status;
}
