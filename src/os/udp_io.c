/* os/udp.h: datagrams in and out, and errors about them. */
#include <errno.h>
#include <time.h>

#include <linux/errqueue.h> /* wants struct timespec */
#include <netinet/in.h>
#include <netinet/udp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "os/udp.h"

enum {
    CONTROL_BYTES = 128, /* address, TOS, segment */
    ERROR_CONTROL_BYTES = 512,
    QUOTE_BYTES = 64,
};

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

union control {
    struct cmsghdr align;
    uint8_t bytes[CONTROL_BYTES];
};

static void address_of(const union address *a, struct ip_addr *ret_addr, uint16_t *ret_port)
{
    if (a->any.sa_family == AF_INET) {
        *ret_addr = ip_from_bytes(IP_V4, &a->v4.sin_addr);
        *ret_port = ntohs(a->v4.sin_port);
    } else {
        *ret_addr = ip_from_bytes(IP_V6, &a->v6.sin6_addr);
        *ret_port = ntohs(a->v6.sin6_port);
    }
}

/* ---- receiving ---------------------------------------------------------------------------- */

static bool is_kind(const struct cmsghdr *c, int level, int type, size_t len)
{
    return c->cmsg_level == level && c->cmsg_type == type && c->cmsg_len >= CMSG_LEN(len);
}

static void read_control(struct msghdr *m, struct udp_received *d)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
        const void *data = CMSG_DATA(c);
        struct in_pktinfo v4;
        struct in6_pktinfo v6;
        int number;
        if (is_kind(c, IPPROTO_IP, IP_PKTINFO, sizeof(v4))) {
            memcpy(&v4, data, sizeof(v4));
            d->local = ip_from_bytes(IP_V4, &v4.ipi_addr);
            d->if_index = (uint32_t)v4.ipi_ifindex;
        } else if (is_kind(c, IPPROTO_IPV6, IPV6_PKTINFO, sizeof(v6))) {
            memcpy(&v6, data, sizeof(v6));
            d->local = ip_from_bytes(IP_V6, &v6.ipi6_addr);
            d->if_index = v6.ipi6_ifindex;
        } else if (is_kind(c, IPPROTO_IP, IP_TOS, 1)) {
            d->tos = *(const uint8_t *)data;
        } else if (is_kind(c, IPPROTO_IPV6, IPV6_TCLASS, sizeof(number))) {
            memcpy(&number, data, sizeof(number));
            d->tos = (uint8_t)number;
        } else if (is_kind(c, SOL_UDP, UDP_GRO, sizeof(number))) {
            memcpy(&number, data, sizeof(number));
            d->segment = number > 0 && (uint32_t)number < d->len ? (uint32_t)number : 0;
        }
    }
}

/* Raw IPv4: the IP header comes along. */
static void skip_header(struct udp_received *d)
{
    uint32_t header = d->len ? (d->bytes[0] & 15u) * 4u : 0;
    if (header < 20 || header > d->len) {
        d->len = 0;
        return;
    }
    d->bytes += header;
    d->len -= header;
}

ssize_t udp_receive(struct udp_socket *s, struct udp_received *in, size_t n)
{
    struct mmsghdr messages[UDP_BATCH_MAX];
    struct iovec parts[UDP_BATCH_MAX];
    union address from[UDP_BATCH_MAX];
    union control controls[UDP_BATCH_MAX];
    assert(n <= UDP_BATCH_MAX);
    for (size_t i = 0; i < n; i++) {
        parts[i] = (struct iovec){ .iov_base = in[i].bytes, .iov_len = in[i].room };
        messages[i].msg_hdr = (struct msghdr){ .msg_name = &from[i],
                                               .msg_namelen = sizeof(from[i]),
                                               .msg_iov = &parts[i],
                                               .msg_iovlen = 1,
                                               .msg_control = &controls[i],
                                               .msg_controllen = sizeof(controls[i]) };
    }
    int got;
    /* An error of an earlier datagram is reported once, here or there: udp_next_error() has it. */
    for (int tries = 0; tries < 3; tries++) {
        got = recvmmsg(s->fd, messages, (unsigned)n, MSG_DONTWAIT, NULL);
        if (got >= 0 || errno == EAGAIN || errno == EBADF || errno == ENOTSOCK)
            break;
    }
    if (got < 0)
        return errno == EAGAIN ? 0 : -errno;
    for (int i = 0; i < got; i++) {
        struct msghdr *m = &messages[i].msg_hdr;
        struct udp_received *d = &in[i];
        d->len = m->msg_flags & MSG_TRUNC ? 0 : messages[i].msg_len;
        d->segment = 0;
        d->tos = 0;
        d->if_index = 0;
        d->local = (struct ip_addr){ 0 };
        address_of(&from[i], &d->remote, &d->remote_port);
        read_control(m, d);
        if (s->is_raw)
            d->remote_port = 0;
        if (s->is_raw && s->family == IP_V4)
            skip_header(d);
    }
    return got;
}

/* ---- sending ------------------------------------------------------------------------------ */

/* Where sending is: a datagram, and of a run that the kernel does not cut, the byte. */
struct cursor {
    size_t i;
    uint32_t offset;
    size_t cut_here; /* the datagram whose run the kernel refused: cut here; SIZE_MAX: none */
};

struct outgoing {
    struct mmsghdr messages[UDP_BATCH_MAX];
    struct iovec parts[UDP_BATCH_MAX];
    union address to[UDP_BATCH_MAX];
    union control controls[UDP_BATCH_MAX];
    struct cursor after[UDP_BATCH_MAX];
};

static void put_control(struct msghdr *m, int level, int type, const void *data, size_t n)
{
    uint8_t *end = (uint8_t *)m->msg_control + m->msg_controllen;
    struct cmsghdr *c = (void *)end;
    assert(m->msg_controllen + CMSG_SPACE(n) <= CONTROL_BYTES);
    memset(c, 0, CMSG_SPACE(n));
    c->cmsg_level = level;
    c->cmsg_type = type;
    c->cmsg_len = CMSG_LEN(n);
    memcpy(CMSG_DATA(c), data, n);
    m->msg_controllen += CMSG_SPACE(n);
}

static void put_source(struct msghdr *m, const struct udp_sent *d)
{
    if (d->local->family == IP_V4) {
        struct in_pktinfo info = { .ipi_ifindex = (int)d->if_index };
        memcpy(&info.ipi_spec_dst, d->local->b, 4);
        put_control(m, IPPROTO_IP, IP_PKTINFO, &info, sizeof(info));
    } else if (d->local->family == IP_V6) {
        struct in6_pktinfo info = { .ipi6_ifindex = d->if_index };
        memcpy(&info.ipi6_addr, d->local->b, 16);
        put_control(m, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof(info));
    }
}

static socklen_t put_address(union address *a, const struct udp_sent *d)
{
    memset(a, 0, sizeof(*a));
    if (d->remote->family == IP_V4) {
        a->v4.sin_family = AF_INET;
        a->v4.sin_port = htons(d->remote_port);
        memcpy(&a->v4.sin_addr, d->remote->b, 4);
        return sizeof(a->v4);
    }
    a->v6.sin6_family = AF_INET6;
    a->v6.sin6_port = htons(d->remote_port);
    a->v6.sin6_scope_id = d->if_index;
    memcpy(&a->v6.sin6_addr, d->remote->b, 16);
    return sizeof(a->v6);
}

/* One message of the batch: len bytes of a datagram, or a run that the kernel cuts. */
static void put_message(struct outgoing *o, size_t at, const struct udp_sent *d, uint32_t offset,
                        uint32_t len)
{
    struct msghdr *m = &o->messages[at].msg_hdr;
    int tos = d->tos;
    uint16_t segment = (uint16_t)d->segment;
    bool v4 = d->remote->family == IP_V4;
    o->parts[at] =
        (struct iovec){ .iov_base = (void *)(uintptr_t)(d->bytes + offset), .iov_len = len };
    *m = (struct msghdr){ .msg_name = &o->to[at],
                          .msg_iov = &o->parts[at],
                          .msg_iovlen = 1,
                          .msg_control = &o->controls[at] };
    m->msg_namelen = put_address(&o->to[at], d);
    put_source(m, d);
    put_control(m, v4 ? IPPROTO_IP : IPPROTO_IPV6, v4 ? IP_TOS : IPV6_TCLASS, &tos, sizeof(tos));
    if (d->segment && len > d->segment)
        put_control(m, SOL_UDP, UDP_SEGMENT, &segment, sizeof(segment));
}

/* Messages from the cursor on, all with the same DF; their number. */
static size_t put_batch(const struct udp_socket *s, struct outgoing *o, const struct udp_sent *out,
                        size_t n, struct cursor from)
{
    size_t count = 0;
    bool df = out[from.i].df;
    while (from.i < n && count < UDP_BATCH_MAX && out[from.i].df == df) {
        const struct udp_sent *d = &out[from.i];
        uint32_t len = d->len - from.offset;
        if (d->segment && (!s->has_runs || from.i == from.cut_here))
            len = MIN(len, d->segment);
        put_message(o, count, d, from.offset, len);
        from.offset += len;
        if (from.offset >= d->len)
            from = (struct cursor){ .i = from.i + 1, .cut_here = from.cut_here };
        o->after[count++] = from;
    }
    return count;
}

/* DF on: also beyond what the kernel believes of the path, which ESP knows itself. DF off: IPv4's
 * _DONT would drop what ICMP says of the path, and of a port that is shared any socket may be told
 * what another one's packets met. */
static void set_df(struct udp_socket *s, bool df)
{
    bool v4 = s->family == IP_V4;
    int policy = df ? IP_PMTUDISC_PROBE : v4 ? IP_PMTUDISC_OMIT : IPV6_PMTUDISC_DONT, off = df;
    static_assert(IP_PMTUDISC_PROBE == IPV6_PMTUDISC_PROBE, "the same numbers for both families");
    if (s->df == (int)df)
        return;
    if (setsockopt(s->fd, v4 ? IPPROTO_IP : IPPROTO_IPV6, v4 ? IP_MTU_DISCOVER : IPV6_MTU_DISCOVER,
                   &policy, sizeof(policy)) != 0)
        return;
    if (!v4 && setsockopt(s->fd, IPPROTO_IPV6, IPV6_DONTFRAG, &off, sizeof(off)) != 0)
        return;
    s->df = df;
}

/* What to do about an error of the message at the cursor; true: try it again. */
static bool try_again(struct udp_socket *s, err_t why, bool is_run, struct cursor *at, int *tries)
{
    if (is_run && s->has_runs && why == -EIO) {
        s->has_runs = false; /* no checksum offload on the way out: none will ever go */
        return true;
    }
    if (is_run && why == -EINVAL && at->cut_here != at->i) {
        at->cut_here = at->i; /* what the kernel says of segments beyond the MTU before 6.12 */
        return true;
    }
    /* The first error may be an earlier datagram's, reported late. */
    return ++*tries < 2;
}

size_t udp_send(struct udp_socket *s, const struct udp_sent *out, size_t n, uint32_t *ret_failed,
                err_t *ret_why)
{
    struct outgoing o;
    struct cursor at = { .cut_here = SIZE_MAX };
    int tries = 0;
    *ret_failed = 0;
    while (at.i < n) {
        const struct udp_sent *d = &out[at.i];
        set_df(s, d->df);
        size_t count = put_batch(s, &o, out, n, at);
        int sent = sendmmsg(s->fd, o.messages, (unsigned)count, MSG_DONTWAIT);
        if (sent > 0) {
            at = o.after[sent - 1];
            tries = 0;
            continue;
        }
        err_t why = sent < 0 ? -errno : -EIO;
        if (why == -EAGAIN)
            break; /* a run cut here may have gone in part; the peer's window drops its repetition
                    */
        if (why == -EINTR || try_again(s, why, d->segment && d->len > d->segment, &at, &tries))
            continue;
        ++*ret_failed;
        *ret_why = why;
        at = (struct cursor){ .i = at.i + 1, .cut_here = SIZE_MAX };
        tries = 0;
    }
    return at.i;
}

/* ---- errors ------------------------------------------------------------------------------- */

static void read_error(struct msghdr *m, struct udp_error *ret)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
        struct sock_extended_err e;
        if (!is_kind(c, IPPROTO_IP, IP_RECVERR, sizeof(e)) &&
            !is_kind(c, IPPROTO_IPV6, IPV6_RECVERR, sizeof(e)))
            continue;
        memcpy(&e, CMSG_DATA(c), sizeof(e));
        ret->error = (int)e.ee_errno;
        ret->mtu = e.ee_errno == EMSGSIZE ? e.ee_info : 0;
        ret->is_local = e.ee_origin == SO_EE_ORIGIN_LOCAL;
    }
}

bool udp_next_error(struct udp_socket *s, struct udp_error *ret_error)
{
    union {
        struct cmsghdr align;
        uint8_t bytes[ERROR_CONTROL_BYTES];
    } control;
    uint8_t quote[QUOTE_BYTES];
    union address to = { .any.sa_family = AF_UNSPEC };
    struct iovec part = { .iov_base = quote, .iov_len = sizeof(quote) };
    struct msghdr m = { .msg_name = &to,
                        .msg_namelen = sizeof(to),
                        .msg_iov = &part,
                        .msg_iovlen = 1,
                        .msg_control = &control,
                        .msg_controllen = sizeof(control) };
    ssize_t got = recvmsg(s->fd, &m, MSG_ERRQUEUE | MSG_DONTWAIT);
    if (got < 0)
        return false;
    *ret_error = (struct udp_error){ 0 };
    if (to.any.sa_family == AF_INET || to.any.sa_family == AF_INET6)
        address_of(&to, &ret_error->remote, &ret_error->remote_port);
    read_error(&m, ret_error);
    ret_error->quote_len = (uint8_t)MIN((size_t)got, sizeof(ret_error->quote));
    memcpy(ret_error->quote, quote, ret_error->quote_len);
    return true;
}
