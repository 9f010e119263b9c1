#include "os/divert.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum {
    BATCH_BYTES = 4096, /* of which some 500 are needed */
    ANSWER_BYTES = 16 * 1024,
    ANSWER_TIMEOUT_S = 10,
    REQUESTS = 4, /* each one is answered: table, chain, two rules */
};

#define CHAIN "egress"

/* Messages one behind the other. */
struct batch {
    _Alignas(8) char bytes[BATCH_BYTES];
    size_t used;
    uint32_t seq;
};

/* ---- encoding -------------------------------------------------------------------------------- */

static struct nlmsghdr *begin(struct batch *b, uint16_t type, uint16_t flags, uint8_t family)
{
    struct nlmsghdr *h = mnl_nlmsg_put_header(b->bytes + b->used);
    h->nlmsg_type = type;
    h->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
    h->nlmsg_seq = b->seq++;
    struct nfgenmsg *g = mnl_nlmsg_put_extra_header(h, sizeof(*g));
    g->nfgen_family = family;
    g->version = NFNETLINK_V0;
    return h;
}

static void end(struct batch *b, const struct nlmsghdr *h)
{
    b->used += (h->nlmsg_len + MNL_ALIGNTO - 1) / MNL_ALIGNTO * MNL_ALIGNTO;
    assert(b->used <= sizeof(b->bytes));
}

static void put_edge(struct batch *b, uint16_t type)
{
    struct nlmsghdr *h = begin(b, type, 0, AF_UNSPEC);
    struct nfgenmsg *g = mnl_nlmsg_get_payload(h);
    g->res_id = htons(NFNL_SUBSYS_NFTABLES);
    end(b, h);
}

static struct nlmsghdr *begin_new(struct batch *b, int message, uint16_t flags)
{
    return begin(b, (uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | message),
                 (uint16_t)(NLM_F_CREATE | NLM_F_ACK | flags), NFPROTO_NETDEV);
}

static void put_be32(struct nlmsghdr *h, uint16_t type, uint32_t v)
{
    mnl_attr_put_u32(h, type, htonl(v));
}

static void put_table(struct batch *b, const struct os_divert *d)
{
    struct nlmsghdr *h = begin_new(b, NFT_MSG_NEWTABLE, NLM_F_EXCL);
    mnl_attr_put_strz(h, NFTA_TABLE_NAME, d->table);
    put_be32(h, NFTA_TABLE_FLAGS, NFT_TABLE_F_OWNER);
    end(b, h);
}

static void put_chain(struct batch *b, const struct os_divert *d)
{
    struct nlmsghdr *h = begin_new(b, NFT_MSG_NEWCHAIN, 0);
    mnl_attr_put_strz(h, NFTA_CHAIN_TABLE, d->table);
    mnl_attr_put_strz(h, NFTA_CHAIN_NAME, CHAIN);
    struct nlattr *hook = mnl_attr_nest_start(h, NFTA_CHAIN_HOOK);
    put_be32(h, NFTA_HOOK_HOOKNUM, NF_NETDEV_EGRESS);
    put_be32(h, NFTA_HOOK_PRIORITY, 0);
    mnl_attr_put_strz(h, NFTA_HOOK_DEV, d->from);
    mnl_attr_nest_end(h, hook);
    mnl_attr_put_strz(h, NFTA_CHAIN_TYPE, "filter");
    put_be32(h, NFTA_CHAIN_POLICY, NF_ACCEPT);
    end(b, h);
}

struct rule {
    struct nlmsghdr *h;
    struct nlattr *list, *element, *data;
};

static struct rule begin_rule(struct batch *b, const struct os_divert *d)
{
    struct rule r = { .h = begin_new(b, NFT_MSG_NEWRULE, NLM_F_APPEND) };
    mnl_attr_put_strz(r.h, NFTA_RULE_TABLE, d->table);
    mnl_attr_put_strz(r.h, NFTA_RULE_CHAIN, CHAIN);
    r.list = mnl_attr_nest_start(r.h, NFTA_RULE_EXPRESSIONS);
    return r;
}

static void end_rule(struct batch *b, struct rule *r)
{
    mnl_attr_nest_end(r->h, r->list);
    end(b, r->h);
}

static void begin_expr(struct rule *r, const char *name)
{
    r->element = mnl_attr_nest_start(r->h, NFTA_LIST_ELEM);
    mnl_attr_put_strz(r->h, NFTA_EXPR_NAME, name);
    r->data = mnl_attr_nest_start(r->h, NFTA_EXPR_DATA);
}

static void end_expr(struct rule *r)
{
    mnl_attr_nest_end(r->h, r->data);
    mnl_attr_nest_end(r->h, r->element);
}

/* Registers hold marks and indices as the machine has them. */
static void put_value(struct rule *r, uint16_t type, uint32_t v)
{
    struct nlattr *value = mnl_attr_nest_start(r->h, type);
    mnl_attr_put(r->h, NFTA_DATA_VALUE, sizeof(v), &v);
    mnl_attr_nest_end(r->h, value);
}

/* meta mark MARK accept */
static void put_pass(struct batch *b, const struct os_divert *d)
{
    struct rule r = begin_rule(b, d);
    begin_expr(&r, "meta");
    put_be32(r.h, NFTA_META_DREG, NFT_REG_1);
    put_be32(r.h, NFTA_META_KEY, NFT_META_MARK);
    end_expr(&r);
    begin_expr(&r, "cmp");
    put_be32(r.h, NFTA_CMP_SREG, NFT_REG_1);
    put_be32(r.h, NFTA_CMP_OP, NFT_CMP_EQ);
    put_value(&r, NFTA_CMP_DATA, d->mark);
    end_expr(&r);
    begin_expr(&r, "immediate");
    put_be32(r.h, NFTA_IMMEDIATE_DREG, NFT_REG_VERDICT);
    struct nlattr *data = mnl_attr_nest_start(r.h, NFTA_IMMEDIATE_DATA);
    struct nlattr *verdict = mnl_attr_nest_start(r.h, NFTA_DATA_VERDICT);
    put_be32(r.h, NFTA_VERDICT_CODE, NF_ACCEPT);
    mnl_attr_nest_end(r.h, verdict);
    mnl_attr_nest_end(r.h, data);
    end_expr(&r);
    end_rule(b, &r);
}

/* fwd to DEVICE */
static void put_forward(struct batch *b, const struct os_divert *d)
{
    struct rule r = begin_rule(b, d);
    begin_expr(&r, "immediate");
    put_be32(r.h, NFTA_IMMEDIATE_DREG, NFT_REG_1);
    put_value(&r, NFTA_IMMEDIATE_DATA, d->to);
    end_expr(&r);
    begin_expr(&r, "fwd");
    put_be32(r.h, NFTA_FWD_SREG_DEV, NFT_REG_1);
    end_expr(&r);
    end_rule(b, &r);
}

/* ---- asking ---------------------------------------------------------------------------------- */

/* The answers to the requests; one that fails stands for the batch, of which then nothing is done.
 */
static err_t collect(int fd, uint32_t *ret_failed)
{
    _Alignas(8) char in[ANSWER_BYTES];
    uint32_t answered = 0;
    while (answered < REQUESTS) {
        ssize_t n = recv(fd, in, sizeof(in), 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno == EAGAIN ? -ETIMEDOUT : -errno;
        int left = (int)n;
        for (const struct nlmsghdr *h = (const void *)in; mnl_nlmsg_ok(h, left);
             h = mnl_nlmsg_next(h, &left)) {
            if (h->nlmsg_type != NLMSG_ERROR)
                continue;
            const struct nlmsgerr *e = mnl_nlmsg_get_payload(h);
            *ret_failed = h->nlmsg_seq;
            if (e->error != 0)
                return e->error;
            answered++;
        }
    }
    return 0;
}

static err_t open_socket(int *ret_fd)
{
    struct sockaddr_nl a = { .nl_family = AF_NETLINK };
    struct timeval limit = { .tv_sec = ANSWER_TIMEOUT_S };
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
    if (fd < 0)
        return -errno;
    if (bind(fd, (const struct sockaddr *)&a, sizeof(a)) != 0 ||
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) != 0) {
        err_t rc = -errno;
        close(fd);
        return rc;
    }
    *ret_fd = fd;
    return 0;
}

err_t os_divert(const struct os_divert *d, int *ret_fd, struct text *ret_why)
{
    static const char *const parts[] = { "the transaction", "a table with an owner (Linux 5.12)",
                                         "a chain at the egress of the device (Linux 5.16)",
                                         "meta mark", "fwd" };
    struct batch b = { .used = 0 };
    struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
    uint32_t failed = 0;
    int fd = -1;
    assert(strlen(d->table) < NFT_NAME_MAXLEN && d->to != 0);
    put_edge(&b, NFNL_MSG_BATCH_BEGIN);
    put_table(&b, d);
    put_chain(&b, d);
    put_pass(&b, d);
    put_forward(&b, d);
    put_edge(&b, NFNL_MSG_BATCH_END);
    err_t rc = open_socket(&fd);
    if (rc == 0 && sendto(fd, b.bytes, b.used, 0, (const struct sockaddr *)&kernel,
                          sizeof(kernel)) != (ssize_t)b.used)
        rc = -errno;
    if (rc == 0)
        rc = collect(fd, &failed);
    if (rc == 0) {
        *ret_fd = fd;
        return 0;
    }
    text_str(ret_why, "nftables: ");
    text_str(ret_why, failed < ARRAY_LEN(parts) ? parts[failed] : parts[0]);
    text_str(ret_why, ": ");
    text_str(ret_why, strerror(-rc));
    if (fd >= 0)
        close(fd);
    return rc;
}
