#include "os/vxlan.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "base/mem.h"

enum {
    REQUEST_MAX = 512,     /* the largest request: a name, a mark, a dozen of numbers */
    ANSWER_MAX = 64 << 10, /* what one read of a dump gives at most */
    ANSWER_TIMEOUT_S = 10, /* the kernel answers while it takes the request */
    READS_MAX = 4096,      /* of one answer: a dump of as many devices as a kernel has */
};
static_assert((int)OS_VXLAN_NAME_MAX + (int)OS_VXLAN_MARK_MAX + 256 < (int)REQUEST_MAX, "it fits");

struct os_vxlan_handle {
    struct mnl_socket *socket;
    uint32_t port, seq;
    _Alignas(8) char out[REQUEST_MAX];
    _Alignas(8) char in[ANSWER_MAX];
};

static err_t start(struct os_vxlan_handle *h)
{
    struct timeval limit = { .tv_sec = ANSWER_TIMEOUT_S };
    int on = 1;
    h->socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
    if (!h->socket)
        return -errno;
    if (setsockopt(mnl_socket_get_fd(h->socket), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)))
        return -errno;
    /* Short answers, with the kernel's own words where it has some. */
    (void)mnl_socket_setsockopt(h->socket, NETLINK_CAP_ACK, &on, sizeof(on));
    (void)mnl_socket_setsockopt(h->socket, NETLINK_EXT_ACK, &on, sizeof(on));
    if (mnl_socket_bind(h->socket, 0, MNL_SOCKET_AUTOPID) < 0)
        return -errno;
    h->port = mnl_socket_get_portid(h->socket);
    return 0;
}

err_t os_vxlan_open(struct os_vxlan_handle **ret_handle)
{
    struct os_vxlan_handle *h = mem_alloc(MEM_MISC, sizeof(*h));
    if (!h)
        return -ENOMEM;
    err_t rc = start(h);
    if (rc != 0) {
        os_vxlan_close(h);
        return rc;
    }
    *ret_handle = h;
    return 0;
}

void os_vxlan_close(struct os_vxlan_handle *h)
{
    if (!h)
        return;
    if (h->socket)
        (void)mnl_socket_close(h->socket);
    mem_free(MEM_MISC, h, sizeof(*h));
}

/* ---- what the kernel tells ------------------------------------------------------------------- */

struct attrs {
    const struct nlattr *at[64];
};

static int collect(const struct nlattr *a, void *data)
{
    struct attrs *attrs = data;
    uint16_t type = mnl_attr_get_type(a);
    if (type < ARRAY_LEN(attrs->at))
        attrs->at[type] = a;
    return MNL_CB_OK;
}

static uint32_t attr_u32(const struct nlattr *a)
{
    return a && mnl_attr_get_payload_len(a) >= 4 ? mnl_attr_get_u32(a) : 0;
}

static bool attr_flag(const struct nlattr *a)
{
    return a && mnl_attr_get_payload_len(a) >= 1 && mnl_attr_get_u8(a) != 0;
}

static void attr_text(const struct nlattr *a, char *to, size_t cap)
{
    size_t n = a ? MIN((size_t)mnl_attr_get_payload_len(a), cap - 1) : 0;
    n = a ? strnlen(mnl_attr_get_payload(a), n) : 0;
    if (n)
        memcpy(to, mnl_attr_get_payload(a), n);
    to[n] = '\0';
}

/* An address by either of two attributes, one a family; the kernel leaves out what is not set. */
static struct ip_addr attr_ip(const struct nlattr *v4, const struct nlattr *v6)
{
    if (v4 && mnl_attr_get_payload_len(v4) == 4)
        return ip_from_bytes(IP_V4, mnl_attr_get_payload(v4));
    if (v6 && mnl_attr_get_payload_len(v6) == 16)
        return ip_from_bytes(IP_V6, mnl_attr_get_payload(v6));
    return (struct ip_addr){ 0 };
}

static void decode_data(const struct nlattr *nest, struct os_vxlan *to)
{
    struct attrs a = { 0 };
    uint8_t port[2];
    if (nest)
        (void)mnl_attr_parse_nested(nest, collect, &a);
    to->vni = attr_flag(a.at[IFLA_VXLAN_COLLECT_METADATA]) ? 0 : attr_u32(a.at[IFLA_VXLAN_ID]);
    to->if_index = attr_u32(a.at[IFLA_VXLAN_LINK]);
    to->remote = attr_ip(a.at[IFLA_VXLAN_GROUP], a.at[IFLA_VXLAN_GROUP6]);
    to->local = attr_ip(a.at[IFLA_VXLAN_LOCAL], a.at[IFLA_VXLAN_LOCAL6]);
    if (a.at[IFLA_VXLAN_PORT] && mnl_attr_get_payload_len(a.at[IFLA_VXLAN_PORT]) >= sizeof(port)) {
        memcpy(port, mnl_attr_get_payload(a.at[IFLA_VXLAN_PORT]), sizeof(port));
        to->port = (uint16_t)(port[0] << 8 | port[1]);
    }
}

err_t os_vxlan_decode(const void *message, size_t len, struct os_vxlan_found *ret_found)
{
    const struct nlmsghdr *h = message;
    struct os_vxlan_found f = { 0 };
    struct attrs a = { 0 }, info = { 0 };
    /* mnl_nlmsg_ok() compares lengths as signed. */
    if (len < sizeof(*h) || h->nlmsg_len > len ||
        !mnl_nlmsg_ok(h, (int)MIN(len, (size_t)INT32_MAX)))
        return -EBADMSG;
    if (h->nlmsg_type != RTM_NEWLINK)
        return -ENOMSG;
    if (mnl_nlmsg_get_payload_len(h) < sizeof(struct ifinfomsg))
        return -EBADMSG;
    const struct ifinfomsg *m = mnl_nlmsg_get_payload(h);
    (void)mnl_attr_parse(h, sizeof(*m), collect, &a);
    if (m->ifi_index <= 0 || !a.at[IFLA_IFNAME])
        return -EBADMSG;
    f.if_index = (uint32_t)m->ifi_index;
    attr_text(a.at[IFLA_IFNAME], f.is.name, sizeof(f.is.name));
    attr_text(a.at[IFLA_IFALIAS], f.mark, sizeof(f.mark));
    f.is.mtu = attr_u32(a.at[IFLA_MTU]);
    if (a.at[IFLA_LINKINFO])
        (void)mnl_attr_parse_nested(a.at[IFLA_LINKINFO], collect, &info);
    attr_text(info.at[IFLA_INFO_KIND], f.kind, sizeof(f.kind));
    f.is_vxlan = strcmp(f.kind, "vxlan") == 0;
    if (f.is_vxlan)
        decode_data(info.at[IFLA_INFO_DATA], &f.is);
    *ret_found = f;
    return 0;
}

bool os_vxlan_is_same(const struct os_vxlan *a, const struct os_vxlan *b)
{
    return a->vni == b->vni && a->port == b->port && a->if_index == b->if_index &&
           ip_eq(&a->remote, &b->remote) && ip_eq(&a->local, &b->local);
}

/* ---- requests -------------------------------------------------------------------------------- */

static struct nlmsghdr *begin(void *to, uint16_t type, uint16_t flags, uint32_t seq,
                              uint32_t if_index)
{
    memset(to, 0, REQUEST_MAX); /* libmnl leaves what stood in the padding */
    struct nlmsghdr *h = mnl_nlmsg_put_header(to);
    h->nlmsg_type = type;
    h->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
    h->nlmsg_seq = seq;
    struct ifinfomsg *m = mnl_nlmsg_put_extra_header(h, sizeof(*m));
    m->ifi_family = AF_UNSPEC;
    m->ifi_index = (int)if_index;
    return h;
}

static void put_ip(struct nlmsghdr *h, uint16_t v4, uint16_t v6, const struct ip_addr *a)
{
    if (a->family != IP_NONE)
        mnl_attr_put(h, a->family == IP_V4 ? v4 : v6, ip_bytes(a->family), a->b);
}

/* With one other end there is nothing to learn: the default entry of the forwarding table, which
 * the remote makes, serves every frame. Learnt entries would also forget the device that carries
 * the tunnel, and whoever can send a packet could move them. */
size_t os_vxlan_encode(const struct os_vxlan *v, uint32_t seq, void *to, size_t cap)
{
    assert(ip_bits(v->remote.family) && v->vni && v->vni <= OS_VXLAN_VNI_MAX && v->port);
    const uint8_t port[2] = { (uint8_t)(v->port >> 8), (uint8_t)v->port };
    if (cap < REQUEST_MAX)
        return 0;
    struct nlmsghdr *h = begin(to, RTM_NEWLINK, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, seq, 0);
    mnl_attr_put_strz(h, IFLA_IFNAME, v->name);
    if (v->mtu)
        mnl_attr_put_u32(h, IFLA_MTU, v->mtu);
    struct nlattr *info = mnl_attr_nest_start(h, IFLA_LINKINFO);
    mnl_attr_put_strz(h, IFLA_INFO_KIND, "vxlan");
    struct nlattr *data = mnl_attr_nest_start(h, IFLA_INFO_DATA);
    mnl_attr_put_u32(h, IFLA_VXLAN_ID, v->vni);
    put_ip(h, IFLA_VXLAN_GROUP, IFLA_VXLAN_GROUP6, &v->remote);
    put_ip(h, IFLA_VXLAN_LOCAL, IFLA_VXLAN_LOCAL6, &v->local);
    if (v->if_index)
        mnl_attr_put_u32(h, IFLA_VXLAN_LINK, v->if_index);
    mnl_attr_put(h, IFLA_VXLAN_PORT, sizeof(port), port);
    mnl_attr_put_u8(h, IFLA_VXLAN_LEARNING, 0);
    mnl_attr_nest_end(h, data);
    mnl_attr_nest_end(h, info);
    return h->nlmsg_len;
}

/* ---- answers --------------------------------------------------------------------------------- */

/* The kernel's words behind a refusal (NLM_F_ACK_TLVS). */
static void take_words(const struct nlmsghdr *h, char why[OS_VXLAN_WHY_MAX])
{
    const struct nlmsgerr *e = mnl_nlmsg_get_payload(h);
    size_t head = sizeof(*e);
    struct attrs a = { 0 };
    if (!(h->nlmsg_flags & NLM_F_ACK_TLVS))
        return;
    if (!(h->nlmsg_flags & NLM_F_CAPPED))
        head += NLMSG_ALIGN(e->msg.nlmsg_len - NLMSG_HDRLEN);
    if (mnl_nlmsg_get_payload_len(h) < head)
        return;
    (void)mnl_attr_parse_payload(mnl_nlmsg_get_payload_offset(h, head),
                                 mnl_nlmsg_get_payload_len(h) - head, collect, &a);
    attr_text(a.at[NLMSGERR_ATTR_MSG], why, OS_VXLAN_WHY_MAX);
}

/* What a request wants of each message that answers it. */
struct answer {
    const char *mark;           /* of a dump: only those that carry it; NULL: any */
    uint32_t skip;              /* so many of them before */
    bool found;                 /* ret is filled */
    struct os_vxlan_found *ret; /* NULL: nothing but yes or no is expected */
    char *why;                  /* the kernel's words; NULL: not wanted */
};

static void take_link(const struct nlmsghdr *h, struct answer *a)
{
    struct os_vxlan_found f;
    if (!a->ret || a->found || os_vxlan_decode(h, h->nlmsg_len, &f) != 0)
        return;
    if (a->mark && strcmp(a->mark, f.mark) != 0)
        return;
    if (a->skip) {
        a->skip--;
        return;
    }
    a->found = true;
    *a->ret = f;
}

/* One read of messages. 1: the answer goes on; 0 or the kernel's refusal: it ended. */
static err_t take(struct os_vxlan_handle *h, ssize_t got, struct answer *a)
{
    int left = (int)got;
    const struct nlmsghdr *m = (const struct nlmsghdr *)(const void *)h->in;
    for (; mnl_nlmsg_ok(m, left); m = mnl_nlmsg_next(m, &left)) {
        if (m->nlmsg_seq != h->seq || m->nlmsg_pid != h->port)
            continue; /* of a request that was given up */
        if (m->nlmsg_type == NLMSG_DONE)
            return 0;
        if (m->nlmsg_type == NLMSG_ERROR && mnl_nlmsg_get_payload_len(m) >= sizeof(int)) {
            err_t rc = *(const int *)mnl_nlmsg_get_payload(m);
            if (rc != 0 && a->why)
                take_words(m, a->why);
            return MIN(rc, 0);
        }
        take_link(m, a);
    }
    return 1;
}

/* Sends what stands in h->out and reads until the answer is complete. */
static err_t ask(struct os_vxlan_handle *h, size_t len, struct answer *a)
{
    if (mnl_socket_sendto(h->socket, h->out, len) < 0)
        return -errno;
    for (int reads = 0; reads < READS_MAX; reads++) {
        ssize_t got = mnl_socket_recvfrom(h->socket, h->in, sizeof(h->in));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return errno == EAGAIN ? -ETIMEDOUT : -errno;
        err_t rc = take(h, got, a);
        if (rc <= 0)
            return rc;
    }
    return -EMSGSIZE;
}

err_t os_vxlan_find(struct os_vxlan_handle *h, const char *name, struct os_vxlan_found *ret_found)
{
    struct answer a = { .ret = ret_found };
    if (strlen(name) >= OS_VXLAN_NAME_MAX)
        return -ENODEV;
    struct nlmsghdr *m = begin(h->out, RTM_GETLINK, NLM_F_ACK, ++h->seq, 0);
    mnl_attr_put_strz(m, IFLA_IFNAME, name);
    err_t rc = ask(h, m->nlmsg_len, &a);
    return rc == 0 && !a.found ? -ENODEV : rc;
}

bool os_vxlan_marked(struct os_vxlan_handle *h, const char *mark, uint32_t n,
                     struct os_vxlan_found *ret_found)
{
    struct answer a = { .mark = mark, .skip = n, .ret = ret_found };
    struct nlmsghdr *m = begin(h->out, RTM_GETLINK, NLM_F_DUMP, ++h->seq, 0);
    return ask(h, m->nlmsg_len, &a) == 0 && a.found;
}

static err_t set_mark(struct os_vxlan_handle *h, uint32_t if_index, const char *mark)
{
    struct answer a = { 0 };
    struct nlmsghdr *m = begin(h->out, RTM_NEWLINK, NLM_F_ACK, ++h->seq, if_index);
    mnl_attr_put_str(m, IFLA_IFALIAS, mark); /* the kernel counts it without its NUL */
    return ask(h, m->nlmsg_len, &a);
}

err_t os_vxlan_make(struct os_vxlan_handle *h, const struct os_vxlan *v, const char *mark,
                    char why[OS_VXLAN_WHY_MAX])
{
    struct answer a = { .why = why };
    struct os_vxlan_found f;
    assert(strlen(mark) < OS_VXLAN_MARK_MAX && v->name[0]);
    why[0] = '\0';
    err_t rc = ask(h, os_vxlan_encode(v, ++h->seq, h->out, sizeof(h->out)), &a);
    if (rc == 0) /* the mark is no part of what makes a link */
        rc = os_vxlan_find(h, v->name, &f);
    else
        return rc;
    if (rc == 0) {
        rc = set_mark(h, f.if_index, mark);
        if (rc != 0)
            (void)!os_vxlan_remove(h, f.if_index);
    }
    return rc;
}

err_t os_vxlan_set_mtu(struct os_vxlan_handle *h, uint32_t if_index, uint32_t mtu)
{
    struct answer a = { 0 };
    struct nlmsghdr *m = begin(h->out, RTM_NEWLINK, NLM_F_ACK, ++h->seq, if_index);
    mnl_attr_put_u32(m, IFLA_MTU, mtu);
    return ask(h, m->nlmsg_len, &a);
}

err_t os_vxlan_remove(struct os_vxlan_handle *h, uint32_t if_index)
{
    struct answer a = { 0 };
    assert(if_index);
    struct nlmsghdr *m = begin(h->out, RTM_DELLINK, NLM_F_ACK, ++h->seq, if_index);
    err_t rc = ask(h, m->nlmsg_len, &a);
    return rc == -ENODEV ? 0 : rc;
}
