#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_addr.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/mem.h"
#include "os/netlink.h"

enum {
    MESSAGE_MAX = 4096,      /* the largest operation: 64 paths of 44 bytes, and the head */
    SEND_BYTES = 64 * 1024,  /* messages that go out at once */
    RECEIVE_BYTES = 2 << 20, /* their answers have to fit, or they are lost */
    ANSWER_TIMEOUT_S = 10,   /* the kernel answers while it takes the messages */
    WEIGHT_MAX = 256,        /* of a group's member, and of a path */
};

struct os_netlink_writer {
    struct mnl_socket *socket;
    uint32_t port, seq;
    int names; /* a socket to ask for the index of a name */
    _Alignas(8) char out[SEND_BYTES];
    _Alignas(8) char in[SEND_BYTES];
};

static err_t start(struct os_netlink_writer *w)
{
    w->socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
    if (!w->socket)
        return -errno;
    int fd = mnl_socket_get_fd(w->socket), on = 1, bytes = RECEIVE_BYTES;
    struct timeval limit = { .tv_sec = ANSWER_TIMEOUT_S };
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)) != 0)
        (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
    if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) != 0)
        return -errno;
    /* Short answers, with the kernel's own words where it has some. */
    (void)mnl_socket_setsockopt(w->socket, NETLINK_CAP_ACK, &on, sizeof(on));
    (void)mnl_socket_setsockopt(w->socket, NETLINK_EXT_ACK, &on, sizeof(on));
    if (mnl_socket_bind(w->socket, 0, MNL_SOCKET_AUTOPID) < 0)
        return -errno;
    w->port = mnl_socket_get_portid(w->socket);
    w->names = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    return w->names < 0 ? -errno : 0;
}

err_t os_netlink_writer_open(struct os_netlink_writer **ret_writer)
{
    struct os_netlink_writer *w = mem_alloc(MEM_MISC, sizeof(*w));
    if (!w)
        return -ENOMEM;
    w->names = -1;
    err_t err = start(w);
    if (err) {
        os_netlink_writer_close(w);
        return err;
    }
    *ret_writer = w;
    return 0;
}

void os_netlink_writer_close(struct os_netlink_writer *w)
{
    if (!w)
        return;
    if (w->socket)
        (void)mnl_socket_close(w->socket);
    if (w->names >= 0)
        close(w->names);
    mem_free(MEM_MISC, w, sizeof(*w));
}

/* ---- encoding ---- */

static uint8_t af(uint8_t family)
{
    return family == IP_V4 ? AF_INET : family == IP_V6 ? AF_INET6 : AF_UNSPEC;
}

static void put_ip(struct nlmsghdr *h, uint16_t type, const struct ip_addr *a)
{
    mnl_attr_put(h, type, ip_bytes(a->family), a->b);
}

/* 1..256: more is scaled down to that, keeping the proportions. */
static uint8_t weight_minus_one(uint32_t weight, uint32_t top)
{
    uint64_t w = MAX(weight, 1u);
    if (top > WEIGHT_MAX)
        w = MAX(w * WEIGHT_MAX / top, (uint64_t)1);
    return (uint8_t)(w - 1);
}

static void encode_nexthop(struct nlmsghdr *h, const struct os_netlink_op *op)
{
    const struct os_netlink_path *p = &op->path[0];
    h->nlmsg_type = RTM_NEWNEXTHOP;
    h->nlmsg_flags |= NLM_F_CREATE | NLM_F_REPLACE;
    struct nhmsg *m = mnl_nlmsg_put_extra_header(h, sizeof(*m));
    bool gateway = p->next_hop.family != IP_NONE;
    m->nh_family = af(gateway ? p->next_hop.family : op->prefix.family);
    m->nh_protocol = OS_NETLINK_PROTOCOL_BGP;
    m->nh_flags = p->onlink && gateway ? RTNH_F_ONLINK : 0;
    mnl_attr_put_u32(h, NHA_ID, op->id);
    mnl_attr_put_u32(h, NHA_OIF, p->if_index);
    if (gateway)
        put_ip(h, NHA_GATEWAY, &p->next_hop);
}

static void encode_group(struct nlmsghdr *h, const struct os_netlink_op *op)
{
    struct nexthop_grp members[OS_NETLINK_PATHS_MAX];
    uint32_t top = 0;
    memset(members, 0, sizeof(members));
    for (uint32_t i = 0; i < op->n; i++)
        top = MAX(top, op->member[i].weight);
    for (uint32_t i = 0; i < op->n; i++) {
        members[i].id = op->member[i].id;
        members[i].weight = weight_minus_one(op->member[i].weight, top);
    }
    h->nlmsg_type = RTM_NEWNEXTHOP;
    h->nlmsg_flags |= NLM_F_CREATE | NLM_F_REPLACE;
    struct nhmsg *m = mnl_nlmsg_put_extra_header(h, sizeof(*m));
    m->nh_family = AF_UNSPEC;
    m->nh_protocol = OS_NETLINK_PROTOCOL_BGP;
    mnl_attr_put_u32(h, NHA_ID, op->id);
    mnl_attr_put(h, NHA_GROUP, op->n * sizeof(members[0]), members);
}

static void encode_nexthop_del(struct nlmsghdr *h, const struct os_netlink_op *op)
{
    h->nlmsg_type = RTM_DELNEXTHOP;
    struct nhmsg *m = mnl_nlmsg_put_extra_header(h, sizeof(*m));
    m->nh_family = AF_UNSPEC;
    mnl_attr_put_u32(h, NHA_ID, op->id);
}

/* A gateway of the route's family, or of the other one. */
static void put_gateway(struct nlmsghdr *h, uint8_t family, const struct ip_addr *gateway)
{
    uint8_t via[sizeof(struct rtvia) + sizeof(gateway->b)] = { 0 };
    if (gateway->family == IP_NONE)
        return;
    if (gateway->family == family) {
        put_ip(h, RTA_GATEWAY, gateway);
        return;
    }
    struct rtvia head = { .rtvia_family = af(gateway->family) };
    memcpy(via, &head, sizeof(head));
    memcpy(via + sizeof(head), gateway->b, sizeof(gateway->b));
    mnl_attr_put(h, RTA_VIA, sizeof(head) + ip_bytes(gateway->family), via);
}

static void put_multipath(struct nlmsghdr *h, const struct os_netlink_op *op)
{
    uint32_t top = 0;
    for (uint32_t i = 0; i < op->n; i++)
        top = MAX(top, op->path[i].weight);
    struct nlattr *list = mnl_attr_nest_start(h, RTA_MULTIPATH);
    for (uint32_t i = 0; i < op->n; i++) {
        const struct os_netlink_path *p = &op->path[i];
        struct rtnexthop *hop = mnl_nlmsg_put_extra_header(h, sizeof(*hop));
        size_t before = h->nlmsg_len;
        hop->rtnh_ifindex = (int)p->if_index;
        hop->rtnh_hops = weight_minus_one(p->weight, top);
        hop->rtnh_flags = p->onlink ? RTNH_F_ONLINK : 0;
        put_gateway(h, op->prefix.family, &p->next_hop);
        hop->rtnh_len = (uint16_t)(sizeof(*hop) + h->nlmsg_len - before);
    }
    mnl_attr_nest_end(h, list);
}

static void encode_route(struct nlmsghdr *h, const struct os_netlink_op *op)
{
    static const uint8_t types[] = { RTN_UNICAST, RTN_BLACKHOLE, RTN_UNREACHABLE };
    bool set = op->kind == OS_NETLINK_ROUTE_SET;
    h->nlmsg_type = set ? RTM_NEWROUTE : RTM_DELROUTE;
    if (set)
        h->nlmsg_flags |= NLM_F_CREATE | NLM_F_REPLACE;
    struct rtmsg *m = mnl_nlmsg_put_extra_header(h, sizeof(*m));
    m->rtm_family = af(op->prefix.family);
    m->rtm_dst_len = op->prefix.len;
    m->rtm_table = RT_TABLE_MAIN;
    m->rtm_protocol = op->protocol;
    m->rtm_scope = set ? RT_SCOPE_UNIVERSE : RT_SCOPE_NOWHERE;
    struct ip_addr to = prefix_addr(&op->prefix);
    put_ip(h, RTA_DST, &to);
    mnl_attr_put_u32(h, RTA_PRIORITY, op->metric);
    if (!set)
        return;
    m->rtm_type = types[op->route_kind];
    if (op->preferred_source.family != IP_NONE)
        put_ip(h, RTA_PREFSRC, &op->preferred_source);
    if (op->route_kind != 0)
        return;
    if (op->id) {
        mnl_attr_put_u32(h, RTA_NH_ID, op->id);
    } else if (op->n == 1) {
        if (op->path[0].next_hop.family == IP_NONE)
            m->rtm_scope = op->prefix.family == IP_V4 ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
        m->rtm_flags = op->path[0].onlink ? RTNH_F_ONLINK : 0;
        put_gateway(h, op->prefix.family, &op->path[0].next_hop);
        mnl_attr_put_u32(h, RTA_OIF, op->path[0].if_index);
    } else {
        put_multipath(h, op);
    }
}

static void encode_address(struct nlmsghdr *h, const struct os_netlink_op *op, uint32_t if_index)
{
    bool add = op->kind == OS_NETLINK_ADDRESS_ADD;
    h->nlmsg_type = add ? RTM_NEWADDR : RTM_DELADDR;
    if (add)
        h->nlmsg_flags |= NLM_F_CREATE | NLM_F_EXCL;
    struct ifaddrmsg *m = mnl_nlmsg_put_extra_header(h, sizeof(*m));
    m->ifa_family = af(op->prefix.family);
    m->ifa_prefixlen = op->prefix.len;
    m->ifa_index = if_index;
    struct ip_addr a = prefix_addr(&op->prefix);
    put_ip(h, IFA_LOCAL, &a);
    put_ip(h, IFA_ADDRESS, &a);
    if (add && op->prefix.family == IP_V4 && op->prefix.len < 31) {
        struct ip_addr broadcast = a;
        for (unsigned bit = op->prefix.len; bit < 32; bit++)
            broadcast.b[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
        put_ip(h, IFA_BROADCAST, &broadcast);
    }
}

static void encode_link(struct nlmsghdr *h, const struct os_netlink_op *op, uint32_t if_index)
{
    h->nlmsg_type = RTM_NEWLINK;
    struct ifinfomsg *m = mnl_nlmsg_put_extra_header(h, sizeof(*m));
    m->ifi_family = AF_UNSPEC;
    m->ifi_index = (int)if_index;
    if (op->kind == OS_NETLINK_LINK_MTU) {
        mnl_attr_put_u32(h, IFLA_MTU, op->mtu);
        return;
    }
    m->ifi_change = IFF_UP;
    m->ifi_flags = op->kind == OS_NETLINK_LINK_UP ? IFF_UP : 0;
}

/* What no caller of ours sends, but a broken one could: it must not reach the kernel, or our
 * memory. */
static bool is_valid(const struct os_netlink_op *op)
{
    if (op->n > OS_NETLINK_PATHS_MAX)
        return false;
    for (uint32_t i = 0; i < op->n; i++) {
        uint8_t family = op->path[i].next_hop.family;
        if (op->kind != OS_NETLINK_GROUP_SET && family != IP_NONE && ip_bits(family) == 0)
            return false;
    }
    bool prefix = ip_bits(op->prefix.family) > 0 && op->prefix.len <= ip_bits(op->prefix.family);
    bool ours = op->protocol == OS_NETLINK_PROTOCOL_BGP ||
                op->protocol == OS_NETLINK_PROTOCOL_STATIC;
    switch (op->kind) {
    case OS_NETLINK_NEXTHOP_SET:
        return op->id && op->n == 1 && op->path[0].if_index &&
               (op->path[0].next_hop.family != IP_NONE || ip_bits(op->prefix.family) > 0);
    case OS_NETLINK_GROUP_SET:
        return op->id && op->n > 0;
    case OS_NETLINK_NEXTHOP_DEL:
        return op->id != 0;
    case OS_NETLINK_ROUTE_SET:
        return prefix && ours && op->route_kind <= 2 && (op->route_kind || op->id || op->n > 0) &&
               (op->preferred_source.family == IP_NONE || ip_bits(op->preferred_source.family) > 0);
    case OS_NETLINK_ROUTE_DEL:
        return prefix && ours;
    case OS_NETLINK_ADDRESS_ADD:
    case OS_NETLINK_ADDRESS_DEL:
        return prefix && memchr(op->interface, '\0', sizeof(op->interface));
    case OS_NETLINK_LINK_UP:
    case OS_NETLINK_LINK_DOWN:
        return memchr(op->interface, '\0', sizeof(op->interface)) != NULL;
    case OS_NETLINK_LINK_MTU:
        return op->mtu != 0 && memchr(op->interface, '\0', sizeof(op->interface));
    }
    return false;
}

/* As if_nametoindex(), which opens a socket each time: a thousand devices come with two operations
 * each. 0: there is none. */
static uint32_t index_of(const struct os_netlink_writer *w, const char *name)
{
    struct ifreq r = { 0 };
    size_t n = strlen(name);
    if (n >= sizeof(r.ifr_name))
        return 0;
    memcpy(r.ifr_name, name, n);
    return ioctl(w->names, SIOCGIFINDEX, &r) == 0 ? (uint32_t)r.ifr_ifindex : 0;
}

uint32_t os_netlink_mtu(const struct os_netlink_writer *w, const char *interface)
{
    struct ifreq r = { 0 };
    size_t n = strlen(interface);
    if (n >= sizeof(r.ifr_name))
        return 0;
    memcpy(r.ifr_name, interface, n);
    return ioctl(w->names, SIOCGIFMTU, &r) == 0 && r.ifr_mtu > 0 ? (uint32_t)r.ifr_mtu : 0;
}

/* The message of an operation at `at`; NULL: op->result says why there is none. */
static struct nlmsghdr *encode(const struct os_netlink_writer *w, char *at,
                               struct os_netlink_op *op)
{
    op->result = is_valid(op) ? 0 : -EINVAL;
    op->why[0] = '\0';
    uint32_t if_index = 0;
    if (!op->result && op->kind >= OS_NETLINK_ADDRESS_ADD) {
        if_index = index_of(w, op->interface);
        op->result = if_index ? 0 : -ENODEV;
    }
    if (op->result)
        return NULL;
    struct nlmsghdr *h = mnl_nlmsg_put_header(at);
    h->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
    switch (op->kind) {
    case OS_NETLINK_NEXTHOP_SET:
        encode_nexthop(h, op);
        break;
    case OS_NETLINK_GROUP_SET:
        encode_group(h, op);
        break;
    case OS_NETLINK_NEXTHOP_DEL:
        encode_nexthop_del(h, op);
        break;
    case OS_NETLINK_ROUTE_SET:
    case OS_NETLINK_ROUTE_DEL:
        encode_route(h, op);
        break;
    case OS_NETLINK_ADDRESS_ADD:
    case OS_NETLINK_ADDRESS_DEL:
        encode_address(h, op, if_index);
        break;
    case OS_NETLINK_LINK_UP:
    case OS_NETLINK_LINK_DOWN:
    case OS_NETLINK_LINK_MTU:
        encode_link(h, op, if_index);
        break;
    }
    return h;
}

/* ---- answers ---- */

static bool is_harmless(const struct os_netlink_op *op, int error)
{
    switch (op->kind) {
    case OS_NETLINK_NEXTHOP_DEL:
        return error == ENOENT;
    case OS_NETLINK_ROUTE_DEL:
        return error == ESRCH || error == ENODEV;
    case OS_NETLINK_ADDRESS_ADD:
        return error == EEXIST;
    case OS_NETLINK_ADDRESS_DEL:
        return error == EADDRNOTAVAIL;
    case OS_NETLINK_NEXTHOP_SET:
    case OS_NETLINK_GROUP_SET:
    case OS_NETLINK_ROUTE_SET:
    case OS_NETLINK_LINK_UP:
    case OS_NETLINK_LINK_DOWN:
    case OS_NETLINK_LINK_MTU:
        return false;
    }
    return false;
}

/* The kernel's words behind a refusal (NLM_F_ACK_TLVS). */
static void take_words(const struct nlmsghdr *h, struct os_netlink_op *op)
{
    size_t head = sizeof(struct nlmsgerr);
    const struct nlmsgerr *e = mnl_nlmsg_get_payload(h);
    if (!(h->nlmsg_flags & NLM_F_ACK_TLVS))
        return;
    if (!(h->nlmsg_flags & NLM_F_CAPPED))
        head += NLMSG_ALIGN(e->msg.nlmsg_len - NLMSG_HDRLEN);
    if (mnl_nlmsg_get_payload_len(h) < head)
        return;
    const struct nlattr *a;
    const char *end = mnl_nlmsg_get_payload_tail(h);
    for (a = mnl_nlmsg_get_payload_offset(h, head); mnl_attr_ok(a, (int)(end - (const char *)a));
         a = mnl_attr_next(a)) {
        if (mnl_attr_get_type(a) != NLMSGERR_ATTR_MSG)
            continue;
        size_t n = MIN((size_t)mnl_attr_get_payload_len(a), sizeof(op->why) - 1);
        n = strnlen(mnl_attr_get_payload(a), n);
        memcpy(op->why, mnl_attr_get_payload(a), n);
        op->why[n] = '\0';
    }
}

static void take_answer(const struct nlmsghdr *h, struct os_netlink_op *op)
{
    const struct nlmsgerr *e = mnl_nlmsg_get_payload(h);
    op->result = is_harmless(op, -e->error) ? 0 : e->error;
    if (op->result)
        take_words(h, op);
}

/* Ops first .. first + n went out, those with a result still -EINPROGRESS await their answer. */
static err_t collect(struct os_netlink_writer *w, struct os_netlink_op *ops, uint32_t n,
                     uint32_t first_seq, uint32_t waiting)
{
    while (waiting > 0) {
        ssize_t got = mnl_socket_recvfrom(w->socket, w->in, sizeof(w->in));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return errno == EAGAIN ? -ETIMEDOUT : -errno;
        int left = (int)got;
        const struct nlmsghdr *h = (const struct nlmsghdr *)(const void *)w->in;
        for (; mnl_nlmsg_ok(h, left); h = mnl_nlmsg_next(h, &left)) {
            uint32_t i = h->nlmsg_seq - first_seq;
            if (h->nlmsg_type != NLMSG_ERROR || i >= n || ops[i].result != -EINPROGRESS ||
                mnl_nlmsg_get_payload_len(h) < sizeof(struct nlmsgerr))
                continue;
            take_answer(h, &ops[i]);
            waiting--;
        }
    }
    return 0;
}

/* Sends as many operations as fit and collects their answers. */
static err_t apply_some(struct os_netlink_writer *w, struct os_netlink_op *ops, uint32_t n,
                        uint32_t *ret_done)
{
    uint32_t first_seq = w->seq + 1, i = 0, waiting = 0;
    size_t bytes = 0;
    for (; i < n && bytes + MESSAGE_MAX <= sizeof(w->out); i++) {
        struct nlmsghdr *h = encode(w, w->out + bytes, &ops[i]);
        w->seq++;
        if (!h)
            continue;
        h->nlmsg_seq = w->seq;
        ops[i].result = -EINPROGRESS;
        bytes += (h->nlmsg_len + MNL_ALIGNTO - 1) & ~(MNL_ALIGNTO - 1U);
        waiting++;
    }
    *ret_done = i;
    if (bytes == 0)
        return 0;
    if (mnl_socket_sendto(w->socket, w->out, bytes) < 0)
        return -errno;
    return collect(w, ops, i, first_seq, waiting);
}

err_t os_netlink_apply(struct os_netlink_writer *w, struct os_netlink_op *ops, uint32_t n)
{
    assert(n <= OS_NETLINK_BATCH_MAX);
    err_t err = 0;
    uint32_t at = 0;
    while (at < n && !err) {
        uint32_t done = 0;
        err = apply_some(w, ops + at, n - at, &done);
        for (uint32_t i = 0; i < done; i++) {
            if (ops[at + i].result == -EINPROGRESS)
                ops[at + i].result = -EIO;
        }
        at += done;
    }
    for (; at < n; at++)
        ops[at].result = -EIO;
    return err;
}

bool os_netlink_has_nexthops(struct os_netlink_writer *w)
{
    enum { NOBODYS_ID = 0x7ffffffe };
    char buf[256];
    struct nlmsghdr *h = mnl_nlmsg_put_header(buf);
    h->nlmsg_type = RTM_GETNEXTHOP;
    h->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
    h->nlmsg_seq = ++w->seq;
    (void)mnl_nlmsg_put_extra_header(h, sizeof(struct nhmsg));
    mnl_attr_put_u32(h, NHA_ID, NOBODYS_ID);
    struct os_netlink_op op = { .kind = OS_NETLINK_NEXTHOP_DEL, .result = -EINPROGRESS };
    if (mnl_socket_sendto(w->socket, h, h->nlmsg_len) < 0)
        return false;
    return collect(w, &op, 1, h->nlmsg_seq, 1) == 0 && op.result == 0;
}
