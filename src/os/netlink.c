#include "os/netlink.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/filter.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>

#include "base/mem.h"
#include "os/netlink_told.h"

enum {
    BUFFER_BYTES = 64 * 1024, /* the kernel fills at most 32 KB at once */
    RECEIVE_BYTES = 8 << 20,  /* room for bursts; an overrun is answered by a dump */
    DUMP_RETRIES_MAX = 16,    /* dumps that changes interrupted; then what came is taken */
    LOWER_UP = 1 << 16,       /* IFF_LOWER_UP: linux/if.h does not go with net/if.h */
};

static const struct {
    uint16_t type;
    uint8_t family;
} dumps[] = {
    { RTM_GETLINK, AF_UNSPEC }, { RTM_GETADDR, AF_UNSPEC }, { RTM_GETNEXTHOP, AF_UNSPEC },
    { RTM_GETROUTE, AF_INET },  { RTM_GETROUTE, AF_INET6 },
};
static const int groups[] = { RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR,
                              RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE };
/* The first of both are about links and addresses. */
enum { ADDRESS_DUMPS = 2, ADDRESS_GROUPS = 3 };

struct os_netlink {
    struct mnl_socket *socket;
    uint32_t port, seq;
    uint32_t dump;    /* the row of dumps that is under way; n_dumps: none */
    uint32_t n_dumps; /* how many rows this monitor asks for */
    uint32_t retries;
    bool interrupted; /* things changed while this dump ran */
    bool lost;        /* an overrun, to be told */
    bool sweeping;    /* the dump is complete, what it did not name is gone */
    struct os_netlink_told told;
    size_t left; /* bytes of the buffer not looked at */
    const struct nlmsghdr *at;
    _Alignas(8) char buffer[BUFFER_BYTES];
};

/* What we write comes back as notifications, a million of them after a full table: the kernel drops
 * them, by our protocols. Parts of dumps pass. Loads are big-endian, the header is not. */
static err_t filter_echoes(int fd)
{
    enum { AT_TYPE = 4, AT_FLAGS = 6, AT_ROUTE_PROTOCOL = 21, AT_NEXTHOP_PROTOCOL = 18 };
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_H | BPF_ABS, AT_FLAGS),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, htons(NLM_F_MULTI), 10, 0),
        BPF_STMT(BPF_LD | BPF_H | BPF_ABS, AT_TYPE),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_NEWROUTE), 3, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_DELROUTE), 2, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_NEWNEXTHOP), 3, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_DELNEXTHOP), 2, 5),
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, AT_ROUTE_PROTOCOL),
        BPF_STMT(BPF_JMP | BPF_JA, 1),
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, AT_NEXTHOP_PROTOCOL),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OS_NETLINK_PROTOCOL_BGP, 2, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OS_NETLINK_PROTOCOL_STATIC, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
        BPF_STMT(BPF_RET | BPF_K, 0),
    };
    struct sock_fprog program = { .len = ARRAY_LEN(code), .filter = code };
    return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) ? -errno : 0;
}

static err_t join(struct os_netlink *n)
{
    size_t count = n->n_dumps == ADDRESS_DUMPS ? ADDRESS_GROUPS : ARRAY_LEN(groups);
    for (size_t i = 0; i < count; i++) {
        int group = groups[i];
        if (mnl_socket_setsockopt(n->socket, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) < 0)
            return -errno;
    }
    return 0;
}

static err_t request_dump(struct os_netlink *n)
{
    char buf[256];
    struct nlmsghdr *h = mnl_nlmsg_put_header(buf);
    h->nlmsg_type = dumps[n->dump].type;
    h->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    h->nlmsg_seq = ++n->seq;
    /* The kernel's checks want each kind's own header, zero but for the family, which is first. */
    size_t sizes[] = { sizeof(struct ifinfomsg), sizeof(struct ifaddrmsg), sizeof(struct nhmsg),
                       sizeof(struct rtmsg), sizeof(struct rtmsg) };
    uint8_t *extra = mnl_nlmsg_put_extra_header(h, sizes[n->dump]);
    extra[0] = dumps[n->dump].family;
    n->interrupted = false;
    return mnl_socket_sendto(n->socket, h, h->nlmsg_len) < 0 ? -errno : 0;
}

err_t os_netlink_resync(struct os_netlink *n)
{
    n->dump = 0;
    n->sweeping = false;
    n->left = 0;
    os_netlink_told_begin(&n->told);
    return request_dump(n);
}

static err_t start(struct os_netlink *n)
{
    n->socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (!n->socket)
        return -errno;
    int fd = mnl_socket_get_fd(n->socket), bytes = RECEIVE_BYTES;
    /* Without the privilege to exceed the system's limit, take what it allows. */
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)) != 0)
        (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
    err_t err = filter_echoes(fd);
    if (!err && mnl_socket_bind(n->socket, 0, MNL_SOCKET_AUTOPID) < 0)
        err = -errno;
    if (!err)
        err = join(n);
    n->port = mnl_socket_get_portid(n->socket);
    return err ? err : os_netlink_resync(n);
}

static err_t open_monitor(uint32_t n_dumps, struct os_netlink **ret_monitor)
{
    struct os_netlink *n = mem_alloc(MEM_MISC, sizeof(*n));
    if (!n)
        return -ENOMEM;
    n->n_dumps = n_dumps;
    os_netlink_told_init(&n->told);
    err_t err = start(n);
    if (err) {
        os_netlink_close(n);
        return err;
    }
    *ret_monitor = n;
    return 0;
}

err_t os_netlink_open(struct os_netlink **ret_monitor)
{
    return open_monitor(ARRAY_LEN(dumps), ret_monitor);
}

err_t os_netlink_open_addresses(struct os_netlink **ret_monitor)
{
    return open_monitor(ADDRESS_DUMPS, ret_monitor);
}

void os_netlink_close(struct os_netlink *n)
{
    if (!n)
        return;
    if (n->socket)
        (void)mnl_socket_close(n->socket);
    os_netlink_told_done(&n->told);
    mem_free(MEM_MISC, n, sizeof(*n));
}

int os_netlink_fd(const struct os_netlink *n)
{
    return mnl_socket_get_fd(n->socket);
}

/* A dump ended: the next one, or this one again when things changed under it. */
static err_t dump_done(struct os_netlink *n)
{
    if (n->interrupted && n->retries++ < DUMP_RETRIES_MAX)
        return request_dump(n);
    n->retries = 0;
    n->dump++;
    if (n->dump < n->n_dumps)
        return request_dump(n);
    n->sweeping = true;
    return 0;
}

static bool is_ours(const struct os_netlink_event *e)
{
    return e->protocol == OS_NETLINK_PROTOCOL_BGP || e->protocol == OS_NETLINK_PROTOCOL_STATIC;
}

/* One message of the buffer. True: ret_event is to be told. */
static err_t take(struct os_netlink *n, const struct nlmsghdr *h,
                  struct os_netlink_event *ret_event)
{
    bool dumping = n->dump < n->n_dumps && h->nlmsg_seq == n->seq && h->nlmsg_pid == n->port;
    bool reply = h->nlmsg_pid == n->port && h->nlmsg_seq != 0;
    if (reply && !dumping)
        return -ENOMSG; /* of a dump that was given up */
    if (dumping && h->nlmsg_flags & NLM_F_DUMP_INTR)
        n->interrupted = true;
    if (h->nlmsg_type == NLMSG_DONE || h->nlmsg_type == NLMSG_ERROR) {
        /* A kernel without next-hop objects, or without IPv6, answers with an error: nothing there.
         */
        err_t err = dumping ? dump_done(n) : 0;
        return err ? err : -ENOMSG;
    }
    err_t err = os_netlink_decode(h, h->nlmsg_len, ret_event);
    if (err)
        return -ENOMSG; /* malformed ones are the kernel's novelties: nothing that we could name */
    bool route = ret_event->what == OS_NETLINK_ROUTE || ret_event->what == OS_NETLINK_NEXTHOP;
    if (route && is_ours(ret_event)) /* what was there at start is told, echoes are not */
        return dumping && n->told.generation == 1 ? 0 : -ENOMSG;
    os_netlink_told_note(&n->told, ret_event);
    if (!dumping)
        os_netlink_told_check_flush(&n->told, ret_event);
    return 0;
}

/* What was queued before the loss may have been undone by what was lost: none of it counts. */
static err_t start_over(struct os_netlink *n)
{
    ssize_t got;
    do {
        got = mnl_socket_recvfrom(n->socket, n->buffer, sizeof(n->buffer));
    } while (got >= 0 || errno == ENOBUFS || errno == EINTR);
    if (errno != EAGAIN)
        return -errno;
    n->lost = true;
    return os_netlink_resync(n);
}

static err_t receive(struct os_netlink *n)
{
    ssize_t got = mnl_socket_recvfrom(n->socket, n->buffer, sizeof(n->buffer));
    if (got < 0 && errno == ENOBUFS)
        return start_over(n);
    if (got < 0)
        return errno == EINTR ? 0 : -errno;
    n->at = (const struct nlmsghdr *)(const void *)n->buffer;
    n->left = (size_t)got;
    return 0;
}

/* The next message in the buffer; NULL: it is used up. */
static const struct nlmsghdr *next_message(struct os_netlink *n)
{
    int left = (int)n->left;
    if (left <= 0 || !mnl_nlmsg_ok(n->at, left)) {
        n->left = 0;
        return NULL;
    }
    const struct nlmsghdr *h = n->at;
    n->at = mnl_nlmsg_next(h, &left);
    n->left = left > 0 ? (size_t)left : 0;
    return h;
}

err_t os_netlink_next(struct os_netlink *n, struct os_netlink_event *ret_event)
{
    for (;;) {
        if (n->lost) {
            n->lost = false;
            memset(ret_event, 0, offsetof(struct os_netlink_event, path));
            ret_event->what = OS_NETLINK_OVERRUN;
            return 0;
        }
        if (n->sweeping) {
            if (os_netlink_told_sweep(&n->told, ret_event))
                return 0;
            n->sweeping = false;
            memset(ret_event, 0, offsetof(struct os_netlink_event, path));
            ret_event->what = OS_NETLINK_SYNCED;
            return 0;
        }
        if (os_netlink_told_flush(&n->told, ret_event))
            return 0;
        const struct nlmsghdr *h = next_message(n);
        err_t err = h ? take(n, h, ret_event) : receive(n);
        if (h ? err != -ENOMSG : err != 0)
            return err;
    }
}

/* ---- decoding ---- */

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

/* Header of `bytes` at the front of a whole message; attributes behind it. NULL: too short. */
static const void *open_message(const struct nlmsghdr *h, size_t bytes, struct attrs *ret_attrs)
{
    memset(ret_attrs, 0, sizeof(*ret_attrs));
    if (mnl_nlmsg_get_payload_len(h) < bytes)
        return NULL;
    (void)mnl_attr_parse(h, (unsigned)bytes, collect, ret_attrs);
    return mnl_nlmsg_get_payload(h);
}

static uint32_t attr_u32(const struct attrs *a, unsigned type)
{
    const struct nlattr *at = a->at[type];
    return at && mnl_attr_get_payload_len(at) >= 4 ? mnl_attr_get_u32(at) : 0;
}

static struct ip_addr attr_ip(const struct nlattr *a)
{
    if (!a)
        return (struct ip_addr){ 0 };
    uint16_t len = mnl_attr_get_payload_len(a);
    uint8_t family = len == 4 ? IP_V4 : len == 16 ? IP_V6 : IP_NONE;
    return ip_from_bytes(family, mnl_attr_get_payload(a));
}

static void attr_text(const struct nlattr *a, char *to, size_t cap)
{
    size_t n = MIN((size_t)mnl_attr_get_payload_len(a), cap - 1);
    n = strnlen(mnl_attr_get_payload(a), n);
    memcpy(to, mnl_attr_get_payload(a), n);
    to[n] = '\0';
}

static void alternative_names(const struct nlattr *list, struct os_netlink_event *e)
{
    const struct nlattr *a;
    size_t n = 0;
    const char *end = (const char *)mnl_attr_get_payload(list) + mnl_attr_get_payload_len(list);
    for (a = mnl_attr_get_payload(list); mnl_attr_ok(a, (int)(end - (const char *)a));
         a = mnl_attr_next(a)) {
        if (mnl_attr_get_type(a) == IFLA_ALT_IFNAME && n < ARRAY_LEN(e->link.alternative)) {
            attr_text(a, e->link.alternative[n], sizeof(e->link.alternative[n]));
            n++;
        }
    }
}

static err_t decode_link(const struct nlmsghdr *h, struct os_netlink_event *e)
{
    struct attrs a;
    const struct ifinfomsg *m = open_message(h, sizeof(*m), &a);
    if (!m || m->ifi_index <= 0)
        return -EBADMSG;
    if (m->ifi_family != AF_UNSPEC)
        return -ENOMSG; /* a bridge's view of its port */
    e->what = OS_NETLINK_LINK;
    e->gone = h->nlmsg_type == RTM_DELLINK;
    e->if_index = (uint32_t)m->ifi_index;
    e->link.admin_up = m->ifi_flags & IFF_UP;
    /* A device without carrier counts as running until the kernel has looked at its link. */
    e->link.running = (m->ifi_flags & IFF_RUNNING) && (m->ifi_flags & LOWER_UP);
    e->link.loopback = m->ifi_flags & IFF_LOOPBACK;
    e->link.multicast = m->ifi_flags & IFF_MULTICAST;
    e->link.broadcast = m->ifi_flags & IFF_BROADCAST;
    e->link.point_to_point = m->ifi_flags & IFF_POINTOPOINT;
    e->link.mtu = attr_u32(&a, IFLA_MTU);
    if (a.at[IFLA_IFNAME])
        attr_text(a.at[IFLA_IFNAME], e->link.name, sizeof(e->link.name));
    if (a.at[IFLA_ADDRESS] && mnl_attr_get_payload_len(a.at[IFLA_ADDRESS]) == 6)
        memcpy(e->link.mac, mnl_attr_get_payload(a.at[IFLA_ADDRESS]), 6);
    if (a.at[IFLA_PROP_LIST])
        alternative_names(a.at[IFLA_PROP_LIST], e);
    return e->link.name[0] ? 0 : -EBADMSG;
}

static err_t decode_address(const struct nlmsghdr *h, struct os_netlink_event *e)
{
    struct attrs a;
    const struct ifaddrmsg *m = open_message(h, sizeof(*m), &a);
    if (!m)
        return -EBADMSG;
    uint8_t family = m->ifa_family == AF_INET ? IP_V4 : m->ifa_family == AF_INET6 ? IP_V6 : IP_NONE;
    if (family == IP_NONE)
        return -ENOMSG;
    struct ip_addr own = attr_ip(a.at[IFA_LOCAL] ? a.at[IFA_LOCAL] : a.at[IFA_ADDRESS]);
    if (own.family != family || m->ifa_prefixlen > ip_bits(family) || m->ifa_index == 0)
        return -EBADMSG;
    uint32_t flags = a.at[IFA_FLAGS] ? attr_u32(&a, IFA_FLAGS) : m->ifa_flags;
    e->what = OS_NETLINK_ADDRESS;
    e->gone = h->nlmsg_type == RTM_DELADDR;
    e->if_index = m->ifa_index;
    e->prefix = (struct prefix){ .family = family, .len = m->ifa_prefixlen };
    memcpy(e->prefix.b, own.b, sizeof(own.b));
    e->tentative = flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED);
    return 0;
}

/* A gateway of the other family. */
static struct ip_addr attr_via(const struct nlattr *a)
{
    if (!a || mnl_attr_get_payload_len(a) < sizeof(struct rtvia))
        return (struct ip_addr){ 0 };
    const struct rtvia *via = mnl_attr_get_payload(a);
    size_t bytes = mnl_attr_get_payload_len(a) - sizeof(*via);
    uint8_t family = bytes == 4 ? IP_V4 : bytes == 16 ? IP_V6 : IP_NONE;
    return ip_from_bytes(family, via->rtvia_addr);
}

static void add_path(struct os_netlink_event *e, const struct attrs *a, uint32_t if_index,
                     unsigned flags, uint32_t weight)
{
    if (e->n == OS_NETLINK_PATHS_MAX)
        return;
    struct os_netlink_path *p = &e->path[e->n++];
    *p = (struct os_netlink_path){ .if_index = if_index, .weight = weight };
    p->next_hop = attr_ip(a->at[RTA_GATEWAY]);
    if (p->next_hop.family == IP_NONE)
        p->next_hop = attr_via(a->at[RTA_VIA]);
    p->onlink = flags & RTNH_F_ONLINK;
}

/* RTA_MULTIPATH: struct rtnexthop, each with attributes of its own. */
static err_t decode_multipath(const struct nlattr *list, struct os_netlink_event *e)
{
    const char *at = mnl_attr_get_payload(list);
    size_t left = mnl_attr_get_payload_len(list);
    while (left >= sizeof(struct rtnexthop)) {
        const struct rtnexthop *hop = (const struct rtnexthop *)(const void *)at;
        size_t len = hop->rtnh_len;
        if (len < sizeof(*hop) || len > left)
            return -EBADMSG;
        struct attrs a = { 0 };
        (void)mnl_attr_parse_payload(at + sizeof(*hop), len - sizeof(*hop), collect, &a);
        add_path(e, &a, (uint32_t)hop->rtnh_ifindex, hop->rtnh_flags, hop->rtnh_hops + 1u);
        len = (len + RTNH_ALIGNTO - 1) & ~(size_t)(RTNH_ALIGNTO - 1);
        if (len > left)
            break;
        at += len;
        left -= len;
    }
    return 0;
}

static bool route_kind(uint8_t type, uint8_t *ret_kind)
{
    if (type != RTN_UNICAST && type != RTN_BLACKHOLE && type != RTN_UNREACHABLE &&
        type != RTN_PROHIBIT)
        return false;
    *ret_kind = type == RTN_UNICAST ? 0 : type == RTN_BLACKHOLE ? 1 : 2;
    return true;
}

static err_t decode_route(const struct nlmsghdr *h, struct os_netlink_event *e)
{
    struct attrs a;
    const struct rtmsg *m = open_message(h, sizeof(*m), &a);
    if (!m)
        return -EBADMSG;
    uint8_t family = m->rtm_family == AF_INET ? IP_V4 : m->rtm_family == AF_INET6 ? IP_V6 : IP_NONE;
    uint32_t table = a.at[RTA_TABLE] ? attr_u32(&a, RTA_TABLE) : m->rtm_table;
    if (family == IP_NONE || table != RT_TABLE_MAIN || m->rtm_flags & RTM_F_CLONED ||
        m->rtm_protocol == RTPROT_KERNEL || m->rtm_protocol == RTPROT_REDIRECT || m->rtm_tos ||
        m->rtm_src_len || !route_kind(m->rtm_type, &e->route_kind))
        return -ENOMSG;
    struct ip_addr to = attr_ip(a.at[RTA_DST]);
    if (m->rtm_dst_len > ip_bits(family) ||
        (to.family != family && (a.at[RTA_DST] || m->rtm_dst_len)))
        return -EBADMSG;
    to.family = family;
    e->what = OS_NETLINK_ROUTE;
    e->gone = h->nlmsg_type == RTM_DELROUTE;
    e->prefix = prefix_of(&to, m->rtm_dst_len);
    e->protocol = m->rtm_protocol;
    e->metric = attr_u32(&a, RTA_PRIORITY);
    e->preferred_source = attr_ip(a.at[RTA_PREFSRC]);
    e->nexthop_id = attr_u32(&a, RTA_NH_ID);
    if (e->route_kind != 0)
        return 0;
    if (a.at[RTA_MULTIPATH])
        return decode_multipath(a.at[RTA_MULTIPATH], e);
    if (a.at[RTA_OIF])
        add_path(e, &a, attr_u32(&a, RTA_OIF), m->rtm_flags, 1);
    return 0;
}

static err_t decode_nexthop(const struct nlmsghdr *h, struct os_netlink_event *e)
{
    struct attrs a;
    const struct nhmsg *m = open_message(h, sizeof(*m), &a);
    if (!m)
        return -EBADMSG;
    if (m->nh_protocol != OS_NETLINK_PROTOCOL_BGP && m->nh_protocol != OS_NETLINK_PROTOCOL_STATIC)
        return -ENOMSG;
    e->what = OS_NETLINK_NEXTHOP;
    e->gone = h->nlmsg_type == RTM_DELNEXTHOP;
    e->protocol = m->nh_protocol;
    e->nexthop_id = attr_u32(&a, NHA_ID);
    return e->nexthop_id ? 0 : -EBADMSG;
}

err_t os_netlink_decode(const void *message, size_t len, struct os_netlink_event *ret_event)
{
    const struct nlmsghdr *h = message;
    /* mnl_nlmsg_ok() compares lengths as signed: 0x8000000c is not below 99. */
    if (len < sizeof(*h) || h->nlmsg_len > len ||
        !mnl_nlmsg_ok(h, (int)MIN(len, (size_t)INT32_MAX)))
        return -EBADMSG;
    memset(ret_event, 0, offsetof(struct os_netlink_event, path));
    switch (h->nlmsg_type) {
    case RTM_NEWLINK:
    case RTM_DELLINK:
        return decode_link(h, ret_event);
    case RTM_NEWADDR:
    case RTM_DELADDR:
        return decode_address(h, ret_event);
    case RTM_NEWROUTE:
    case RTM_DELROUTE:
        return decode_route(h, ret_event);
    case RTM_NEWNEXTHOP:
    case RTM_DELNEXTHOP:
        return decode_nexthop(h, ret_event);
    default:
        return -ENOMSG;
    }
}
