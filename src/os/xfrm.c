/* The kernel's interfaces, states and policies of IPsec, written and read. */
#include "os/xfrm.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/xfrm.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "base/mem.h"
#include "os/xfrm_wire.h"

unsigned if_nametoindex(const char *name); /* net/if.h does not go with linux/if.h */

enum {
    ANSWER_TIMEOUT_S = 10,
    IN_BYTES = 32 * 1024,
    WHY_MAX = 96,
    SKIP = 1 << 16,    /* sequence numbers that a move leaves out */
    SWEEP_BATCH = 256, /* states or policies removed after one dump */
    PROTOCOL_ESP = 50,
};

struct os_xfrm {
    struct mnl_socket *xfrm, *route;
    uint32_t seq;
    char why[WHY_MAX];
    _Alignas(8) char out[OS_XFRM_MESSAGE_MAX];
    _Alignas(8) char in[IN_BYTES];
};

static err_t open_socket(int bus, struct mnl_socket **ret_socket)
{
    struct mnl_socket *s = mnl_socket_open2(bus, SOCK_CLOEXEC);
    if (!s)
        return -errno;
    const struct timeval limit = { .tv_sec = ANSWER_TIMEOUT_S };
    int on = 1;
    (void)mnl_socket_setsockopt(s, NETLINK_CAP_ACK, &on, sizeof(on));
    (void)mnl_socket_setsockopt(s, NETLINK_EXT_ACK, &on, sizeof(on));
    if (setsockopt(mnl_socket_get_fd(s), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) != 0 ||
        mnl_socket_bind(s, 0, MNL_SOCKET_AUTOPID) < 0) {
        err_t rc = -errno;
        (void)mnl_socket_close(s);
        return rc;
    }
    *ret_socket = s;
    return 0;
}

err_t os_xfrm_open(struct os_xfrm **ret_xfrm)
{
    struct os_xfrm *x = mem_alloc(MEM_MISC, sizeof(*x));
    if (!x)
        return -ENOMEM;
    memset(x, 0, sizeof(*x));
    err_t rc = open_socket(NETLINK_XFRM, &x->xfrm);
    if (rc == 0)
        rc = open_socket(NETLINK_ROUTE, &x->route);
    if (rc != 0) {
        os_xfrm_close(x);
        return rc;
    }
    *ret_xfrm = x;
    return 0;
}

void os_xfrm_close(struct os_xfrm *x)
{
    if (!x)
        return;
    if (x->xfrm)
        (void)mnl_socket_close(x->xfrm);
    if (x->route)
        (void)mnl_socket_close(x->route);
    xfrm_wipe(x->out, sizeof(x->out));
    xfrm_wipe(x->in, sizeof(x->in));
    mem_free(MEM_MISC, x, sizeof(*x));
}

const char *os_xfrm_why(const struct os_xfrm *x)
{
    return x->why;
}

/* ---- a question and its answer --------------------------------------------------------------- */

/* The kernel's words behind a refusal (NLM_F_ACK_TLVS). */
static void take_words(struct os_xfrm *x, const struct nlmsghdr *h)
{
    const struct nlmsgerr *e = mnl_nlmsg_get_payload(h);
    size_t head = sizeof(*e);
    if (!(h->nlmsg_flags & NLM_F_ACK_TLVS))
        return;
    if (!(h->nlmsg_flags & NLM_F_CAPPED))
        head += NLMSG_ALIGN(e->msg.nlmsg_len - NLMSG_HDRLEN);
    const char *end = mnl_nlmsg_get_payload_tail(h);
    if (mnl_nlmsg_get_payload_len(h) < head)
        return;
    const struct nlattr *a = mnl_nlmsg_get_payload_offset(h, head);
    for (; mnl_attr_ok(a, (int)(end - (const char *)a)); a = mnl_attr_next(a)) {
        if (mnl_attr_get_type(a) != NLMSGERR_ATTR_MSG)
            continue;
        size_t n = strnlen(mnl_attr_get_payload(a),
                           MIN((size_t)mnl_attr_get_payload_len(a), sizeof(x->why) - 1));
        memcpy(x->why, mnl_attr_get_payload(a), n);
        x->why[n] = '\0';
    }
}

/* What the kernel answers: a message of `kind`, or 0 for a plain confirmation. */
struct answer {
    uint16_t kind;
    const struct nlmsghdr *message; /* out; in x->in */
};

static err_t take_answers(struct os_xfrm *x, size_t got, struct answer *a, bool *ret_done)
{
    int left = (int)got;
    const struct nlmsghdr *h = (const struct nlmsghdr *)(const void *)x->in;
    for (; mnl_nlmsg_ok(h, left); h = mnl_nlmsg_next(h, &left)) {
        if (h->nlmsg_seq != x->seq)
            continue;
        *ret_done = true;
        if (a->kind && h->nlmsg_type == a->kind) {
            a->message = h;
            return 0;
        }
        if (h->nlmsg_type != NLMSG_ERROR || mnl_nlmsg_get_payload_len(h) < sizeof(struct nlmsgerr))
            return -EPROTO;
        take_words(x, h);
        return ((const struct nlmsgerr *)mnl_nlmsg_get_payload(h))->error;
    }
    return 0;
}

static err_t send_out(struct os_xfrm *x, struct mnl_socket *s)
{
    struct nlmsghdr *h = (struct nlmsghdr *)(void *)x->out;
    h->nlmsg_seq = ++x->seq;
    x->why[0] = '\0';
    return mnl_socket_sendto(s, h, h->nlmsg_len) < 0 ? -errno : 0;
}

/* Sends x->out and waits; a's message is in x->in until the next. */
static err_t ask(struct os_xfrm *x, struct mnl_socket *s, struct answer *a)
{
    err_t rc = send_out(x, s);
    bool done = false;
    while (rc == 0 && !done) {
        ssize_t got = mnl_socket_recvfrom(s, x->in, sizeof(x->in));
        if (got >= 0)
            rc = take_answers(x, (size_t)got, a, &done);
        else if (errno != EINTR)
            rc = errno == EAGAIN ? -ETIMEDOUT : -errno;
    }
    return rc;
}

static err_t order(struct os_xfrm *x, struct mnl_socket *s)
{
    struct answer none = { 0 };
    err_t rc = ask(x, s, &none);
    xfrm_wipe(x->out, sizeof(x->out));
    return rc;
}

/* ---- interfaces ------------------------------------------------------------------------------ */

static struct nlmsghdr *link_message(struct os_xfrm *x, uint16_t type, uint32_t if_index)
{
    struct nlmsghdr *h = mnl_nlmsg_put_header(x->out);
    h->nlmsg_type = type;
    h->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
    struct ifinfomsg *m = mnl_nlmsg_put_extra_header(h, sizeof(*m));
    m->ifi_family = AF_UNSPEC;
    m->ifi_index = (int)if_index;
    return h;
}

static struct nlmsghdr *change_link(struct os_xfrm *x, const char *name)
{
    uint32_t if_index = if_nametoindex(name);
    return if_index ? link_message(x, RTM_NEWLINK, if_index) : NULL;
}

err_t os_xfrm_link_add(struct os_xfrm *x, const char *name, uint32_t if_id, uint16_t mtu,
                       const char *alias)
{
    if (os_xfrm_encode_link(x->out, name, if_id, mtu) == 0 || strlen(alias) >= OS_XFRM_ALIAS_MAX)
        return -EINVAL;
    err_t rc = order(x, x->route);
    if (rc != 0)
        return rc;
    /* A new link takes no alias: it is given in a second step. */
    struct nlmsghdr *h = change_link(x, name);
    if (!h)
        return -ENODEV;
    mnl_attr_put_str(h, IFLA_IFALIAS, alias);
    rc = order(x, x->route);
    if (rc != 0)
        (void)!os_xfrm_link_del(x, name);
    return rc;
}

err_t os_xfrm_link_del(struct os_xfrm *x, const char *name)
{
    uint32_t if_index = if_nametoindex(name);
    if (!if_index)
        return -ENODEV;
    (void)link_message(x, RTM_DELLINK, if_index);
    return order(x, x->route);
}

err_t os_xfrm_link_set_mtu(struct os_xfrm *x, const char *name, uint16_t mtu)
{
    struct nlmsghdr *h = change_link(x, name);
    if (!h)
        return -ENODEV;
    mnl_attr_put_u32(h, IFLA_MTU, mtu);
    return order(x, x->route);
}

err_t os_xfrm_link_set_running(struct os_xfrm *x, const char *name, bool running)
{
    struct nlmsghdr *h = change_link(x, name);
    if (!h)
        return -ENODEV;
    mnl_attr_put_u8(h, IFLA_OPERSTATE, running ? IF_OPER_UP : IF_OPER_DORMANT);
    return order(x, x->route);
}

/* ---- states and policies --------------------------------------------------------------------- */

err_t os_xfrm_state_add(struct os_xfrm *x, const struct os_xfrm_state *s)
{
    if (os_xfrm_encode_state(x->out, s) == 0)
        return -ENOTSUP;
    return order(x, x->xfrm);
}

err_t os_xfrm_state_del(struct os_xfrm *x, const struct ip_addr *destination, uint32_t spi)
{
    if (os_xfrm_encode_state_id(x->out, true, destination, spi) == 0)
        return -EINVAL;
    return order(x, x->xfrm);
}

err_t os_xfrm_policy_set(struct os_xfrm *x, const struct os_xfrm_policy *p)
{
    if (os_xfrm_encode_policy(x->out, p, false) == 0)
        return -EINVAL;
    return order(x, x->xfrm);
}

err_t os_xfrm_policy_del(struct os_xfrm *x, const struct os_xfrm_policy *p)
{
    if (os_xfrm_encode_policy(x->out, p, true) == 0)
        return -EINVAL;
    return order(x, x->xfrm);
}

/* The answer holds the keys: whoever asked wipes x->in. */
static err_t get_state(struct os_xfrm *x, const struct ip_addr *destination, uint32_t spi,
                       const struct nlmsghdr **ret_message)
{
    struct answer a = { .kind = XFRM_MSG_NEWSA };
    if (os_xfrm_encode_state_id(x->out, false, destination, spi) == 0)
        return -EINVAL;
    err_t rc = ask(x, x->xfrm, &a);
    if (rc == 0 && mnl_nlmsg_get_payload_len(a.message) < sizeof(struct xfrm_usersa_info))
        rc = -EPROTO;
    if (rc == 0)
        *ret_message = a.message;
    return rc;
}

static uint64_t long_number(uint32_t high, uint32_t low)
{
    return (uint64_t)high << 32 | low;
}

static uint64_t sequence_of(const struct nlmsghdr *h, bool out)
{
    const struct nlattr *a;
    XFRM_ATTR_EACH(a, h, sizeof(struct xfrm_usersa_info))
    {
        size_t len = mnl_attr_get_payload_len(a);
        struct xfrm_replay_state_esn e;
        struct xfrm_replay_state r;
        if (mnl_attr_get_type(a) == XFRMA_REPLAY_ESN_VAL && len >= sizeof(e)) {
            memcpy(&e, mnl_attr_get_payload(a), sizeof(e));
            return out ? long_number(e.oseq_hi, e.oseq) : long_number(e.seq_hi, e.seq);
        }
        if (mnl_attr_get_type(a) == XFRMA_REPLAY_VAL && len >= sizeof(r)) {
            memcpy(&r, mnl_attr_get_payload(a), sizeof(r));
            return out ? r.oseq : r.seq;
        }
    }
    return 0;
}

err_t os_xfrm_state_read(struct os_xfrm *x, const struct ip_addr *destination, uint32_t spi,
                         bool out, struct os_xfrm_counters *ret_counters)
{
    const struct nlmsghdr *h;
    err_t rc = get_state(x, destination, spi, &h);
    if (rc == 0) {
        const struct xfrm_usersa_info *i = mnl_nlmsg_get_payload(h);
        *ret_counters = (struct os_xfrm_counters){ .packets = i->curlft.packets,
                                                   .bytes = i->curlft.bytes,
                                                   .replayed = i->stats.replay,
                                                   .bad_icv = i->stats.integrity_failed,
                                                   .sequence = sequence_of(h, out) };
        xfrm_wipe(x->in, mnl_nlmsg_get_payload_len(h) + sizeof(*h));
    }
    return rc;
}

/* Room for packets that were sent between reading and writing: no number may be used twice. */
static void skip_numbers(struct nlattr *a)
{
    void *at = mnl_attr_get_payload(a);
    struct xfrm_replay_state_esn e;
    struct xfrm_replay_state r;
    if (mnl_attr_get_type(a) == XFRMA_REPLAY_ESN_VAL && mnl_attr_get_payload_len(a) >= sizeof(e)) {
        memcpy(&e, at, sizeof(e));
        uint64_t next = long_number(e.oseq_hi, e.oseq) + SKIP;
        e.oseq = (uint32_t)next;
        e.oseq_hi = (uint32_t)(next >> 32);
        memcpy(at, &e, sizeof(e));
    } else if (mnl_attr_get_type(a) == XFRMA_REPLAY_VAL &&
               mnl_attr_get_payload_len(a) >= sizeof(r)) {
        memcpy(&r, at, sizeof(r));
        r.oseq = r.oseq > UINT32_MAX - SKIP ? UINT32_MAX : r.oseq + SKIP;
        memcpy(at, &r, sizeof(r));
    }
}

/* Attributes of a state as it was read that its new form takes over as they are. */
static bool is_kept(uint16_t type)
{
    switch (type) {
    case XFRMA_ALG_AUTH:
    case XFRMA_ALG_AUTH_TRUNC:
    case XFRMA_ALG_CRYPT:
    case XFRMA_ALG_AEAD:
    case XFRMA_REPLAY_VAL:
    case XFRMA_REPLAY_ESN_VAL:
    case XFRMA_SA_EXTRA_FLAGS:
    case XFRMA_IF_ID:
        return true;
    default: /* numbers of the kernel's, and addresses that change */
        return false;
    }
}

static err_t encode_moved(struct os_xfrm *x, const struct nlmsghdr *from,
                          const struct os_xfrm_move *m)
{
    struct nlmsghdr *h = mnl_nlmsg_put_header(x->out);
    h->nlmsg_type = XFRM_MSG_NEWSA;
    h->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL;
    struct xfrm_usersa_info *i = mnl_nlmsg_put_extra_header(h, sizeof(*i));
    memcpy(i, mnl_nlmsg_get_payload(from), sizeof(*i));
    memset(&i->id.daddr, 0, sizeof(i->id.daddr));
    memset(&i->saddr, 0, sizeof(i->saddr));
    memcpy(&i->id.daddr, m->new_destination.b, ip_bytes(m->new_destination.family));
    memcpy(&i->saddr, m->new_source.b, ip_bytes(m->new_source.family));
    i->family = m->new_source.family == IP_V6 ? AF_INET6 : AF_INET;
    i->seq = 0;
    mnl_attr_put(h, XFRMA_LTIME_VAL, sizeof(i->curlft), &i->curlft);
    const struct nlattr *a;
    XFRM_ATTR_EACH(a, from, sizeof(*i))
    {
        uint16_t type = mnl_attr_get_type(a), len = mnl_attr_get_payload_len(a);
        if (!is_kept(type))
            continue;
        struct nlattr *at = mnl_nlmsg_get_payload_tail(h);
        if (!mnl_attr_put_check(h, sizeof(x->out), type, len, mnl_attr_get_payload(a)))
            return -EMSGSIZE;
        if (m->out)
            skip_numbers(at);
    }
    if (m->source_port && m->destination_port)
        xfrm_put_encapsulation(h, m->source_port, m->destination_port);
    return h->nlmsg_len <= sizeof(x->out) ? 0 : -EMSGSIZE;
}

err_t os_xfrm_state_move(struct os_xfrm *x, const struct os_xfrm_move *m)
{
    const struct nlmsghdr *h;
    if (m->new_source.family != m->new_destination.family || !ip_bits(m->new_source.family))
        return -EINVAL;
    _Alignas(8) char kept[OS_XFRM_MESSAGE_MAX];
    err_t rc = get_state(x, &m->destination, m->spi, &h);
    if (rc == 0)
        rc = encode_moved(x, h, m);
    if (rc == 0) {
        memcpy(kept, x->out, sizeof(kept));
        rc = os_xfrm_state_del(x, &m->destination, m->spi);
        memcpy(x->out, kept, sizeof(kept));
    }
    if (rc == 0)
        rc = order(x, x->xfrm);
    xfrm_wipe(kept, sizeof(kept));
    xfrm_wipe(x->out, sizeof(x->out));
    xfrm_wipe(x->in, sizeof(x->in));
    return rc;
}

/* ---- what is there --------------------------------------------------------------------------- */

static err_t probe_interface(struct os_xfrm *x)
{
    static const char name[] = "spanway-probe";
    enum { PROBE_ID = 0x7e575759 };
    if (os_xfrm_encode_link(x->out, name, PROBE_ID, 0) == 0)
        return -EINVAL;
    err_t rc = order(x, x->route);
    if (rc == 0)
        rc = os_xfrm_link_del(x, name);
    return rc == -EEXIST ? 0 : rc; /* whoever made it could */
}

/* From and to an address that no packet has (RFC 5737), for the moment of the question. */
static err_t probe_state(struct os_xfrm *x)
{
    static const uint8_t key[20];
    enum { PROBE_SPI = 0x7e575759 };
    const struct ip_addr nobody = { .family = IP_V4, .b = { 192, 0, 2, 255 } };
    const struct os_xfrm_state s = { .source = nobody,
                                     .destination = nobody,
                                     .spi = PROBE_SPI,
                                     .if_id = PROBE_SPI,
                                     .encr = 20,
                                     .encr_bits = 128,
                                     .key = key,
                                     .hard_s = 1 };
    err_t rc = os_xfrm_state_add(x, &s);
    if (rc == 0)
        rc = os_xfrm_state_del(x, &nobody, PROBE_SPI);
    return rc == -EEXIST ? 0 : rc;
}

err_t os_xfrm_probe(struct os_xfrm *x, struct text *ret_why)
{
    err_t rc = probe_interface(x);
    const char *missing = "interfaces of the kind xfrm (module xfrm_interface)";
    if (rc == 0) {
        rc = probe_state(x);
        missing = "ESP (module esp4)";
    }
    if (rc == 0)
        return 0;
    if (rc == -EPERM) {
        text_str(ret_why, "it takes CAP_NET_ADMIN to ask the kernel for IPsec");
        return rc;
    }
    text_str(ret_why, "this kernel has no ");
    text_str(ret_why, missing);
    text_str(ret_why, ": ");
    text_str(ret_why, strerror(-rc));
    return rc;
}

/* ---- what a run before left ------------------------------------------------------------------ */

struct sweep {
    struct os_xfrm *x;
    const char *alias;
    uint32_t n, if_ids[OS_XFRM_LEFT_MAX], if_indexes[OS_XFRM_LEFT_MAX];
    /* Of one dump: what is to be removed after it. */
    uint32_t n_states, n_policies;
    struct xfrm_usersa_id states[SWEEP_BATCH];
    struct xfrm_userpolicy_id policies[SWEEP_BATCH];
    uint32_t policy_if_ids[SWEEP_BATCH];
};

/* The if_id in a link's IFLA_LINKINFO; 0: it is of another kind. */
static uint32_t if_id_of(const struct nlattr *info)
{
    const struct nlattr *a, *data = NULL;
    bool is_xfrm = false;
    XFRM_ATTR_EACH_IN(a, info)
    {
        if (mnl_attr_get_type(a) == IFLA_INFO_KIND &&
            mnl_attr_validate(a, MNL_TYPE_NUL_STRING) >= 0)
            is_xfrm = strcmp(mnl_attr_get_str(a), "xfrm") == 0;
        else if (mnl_attr_get_type(a) == IFLA_INFO_DATA)
            data = a;
    }
    if (!is_xfrm || !data)
        return 0;
    XFRM_ATTR_EACH_IN(a, data)
    {
        if (mnl_attr_get_type(a) == IFLA_XFRM_IF_ID && mnl_attr_validate(a, MNL_TYPE_U32) >= 0)
            return mnl_attr_get_u32(a);
    }
    return 0;
}

static int cb_link(const struct nlmsghdr *h, void *arg)
{
    struct sweep *s = arg;
    const struct ifinfomsg *m = mnl_nlmsg_get_payload(h);
    const struct nlattr *a;
    bool ours = false;
    uint32_t if_id = 0;
    if (h->nlmsg_type != RTM_NEWLINK || mnl_nlmsg_get_payload_len(h) < sizeof(*m))
        return MNL_CB_OK;
    XFRM_ATTR_EACH(a, h, sizeof(*m))
    {
        if (mnl_attr_get_type(a) == IFLA_IFALIAS && mnl_attr_validate(a, MNL_TYPE_NUL_STRING) >= 0)
            ours = strcmp(mnl_attr_get_str(a), s->alias) == 0;
        else if (mnl_attr_get_type(a) == IFLA_LINKINFO)
            if_id = if_id_of(a);
    }
    if (ours && if_id && s->n < OS_XFRM_LEFT_MAX) {
        s->if_ids[s->n] = if_id;
        s->if_indexes[s->n++] = (uint32_t)m->ifi_index;
    }
    return MNL_CB_OK;
}

static bool is_left(const struct sweep *s, const struct nlmsghdr *h, size_t head, uint32_t *ret_id)
{
    const struct nlattr *a;
    uint32_t if_id = 0;
    XFRM_ATTR_EACH(a, h, head)
    {
        if (mnl_attr_get_type(a) == XFRMA_IF_ID && mnl_attr_validate(a, MNL_TYPE_U32) >= 0)
            if_id = mnl_attr_get_u32(a);
    }
    *ret_id = if_id;
    for (uint32_t i = 0; if_id && i < s->n; i++)
        if (s->if_ids[i] == if_id)
            return true;
    return false;
}

static int cb_state(const struct nlmsghdr *h, void *arg)
{
    struct sweep *s = arg;
    uint32_t if_id;
    const struct xfrm_usersa_info *i = mnl_nlmsg_get_payload(h);
    if (h->nlmsg_type != XFRM_MSG_NEWSA || mnl_nlmsg_get_payload_len(h) < sizeof(*i) ||
        s->n_states == SWEEP_BATCH || !is_left(s, h, sizeof(*i), &if_id))
        return MNL_CB_OK;
    s->states[s->n_states++] = (struct xfrm_usersa_id){
        .daddr = i->id.daddr, .spi = i->id.spi, .family = i->family, .proto = i->id.proto
    };
    return MNL_CB_OK;
}

static int cb_policy(const struct nlmsghdr *h, void *arg)
{
    struct sweep *s = arg;
    const struct xfrm_userpolicy_info *i = mnl_nlmsg_get_payload(h);
    if (h->nlmsg_type != XFRM_MSG_NEWPOLICY || mnl_nlmsg_get_payload_len(h) < sizeof(*i) ||
        s->n_policies == SWEEP_BATCH ||
        !is_left(s, h, sizeof(*i), &s->policy_if_ids[s->n_policies]))
        return MNL_CB_OK;
    s->policies[s->n_policies++] =
        (struct xfrm_userpolicy_id){ .sel = i->sel, .index = i->index, .dir = i->dir };
    return MNL_CB_OK;
}

static err_t dump(struct sweep *s, struct mnl_socket *socket, uint16_t type, size_t head,
                  mnl_cb_t each)
{
    struct os_xfrm *x = s->x;
    struct nlmsghdr *h = mnl_nlmsg_put_header(x->out);
    h->nlmsg_type = type;
    h->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    if (head)
        (void)mnl_nlmsg_put_extra_header(h, head);
    err_t rc = send_out(x, socket);
    for (int more = 1; rc == 0 && more > 0;) {
        ssize_t got = mnl_socket_recvfrom(socket, x->in, sizeof(x->in));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return errno == EAGAIN ? -ETIMEDOUT : -errno;
        more = mnl_cb_run(x->in, (size_t)got, x->seq, mnl_socket_get_portid(socket), each, s);
        rc = more < 0 ? -errno : 0;
        xfrm_wipe(x->in, (size_t)got);
    }
    return rc;
}

static void remove_state(struct os_xfrm *x, const struct xfrm_usersa_id *id)
{
    struct nlmsghdr *h = mnl_nlmsg_put_header(x->out);
    h->nlmsg_type = XFRM_MSG_DELSA;
    h->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
    memcpy(mnl_nlmsg_put_extra_header(h, sizeof(*id)), id, sizeof(*id));
    (void)!order(x, x->xfrm); /* it may have expired meanwhile */
}

static void remove_policy(struct os_xfrm *x, const struct xfrm_userpolicy_id *id, uint32_t if_id)
{
    struct nlmsghdr *h = mnl_nlmsg_put_header(x->out);
    h->nlmsg_type = XFRM_MSG_DELPOLICY;
    h->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
    memcpy(mnl_nlmsg_put_extra_header(h, sizeof(*id)), id, sizeof(*id));
    mnl_attr_put_u32(h, XFRMA_IF_ID, if_id);
    (void)!order(x, x->xfrm);
}

static err_t sweep_once(struct sweep *s, bool *ret_more)
{
    s->n_states = s->n_policies = 0;
    err_t rc = dump(s, s->x->xfrm, XFRM_MSG_GETPOLICY, 0, cb_policy);
    if (rc == 0)
        rc = dump(s, s->x->xfrm, XFRM_MSG_GETSA, 0, cb_state);
    for (uint32_t i = 0; rc == 0 && i < s->n_policies; i++)
        remove_policy(s->x, &s->policies[i], s->policy_if_ids[i]);
    for (uint32_t i = 0; rc == 0 && i < s->n_states; i++)
        remove_state(s->x, &s->states[i]);
    *ret_more = s->n_policies == SWEEP_BATCH || s->n_states == SWEEP_BATCH;
    return rc;
}

ssize_t os_xfrm_sweep(struct os_xfrm *x, const char *alias)
{
    struct sweep *s = mem_alloc(MEM_MISC, sizeof(*s));
    if (!s)
        return -ENOMEM;
    memset(s, 0, sizeof(*s));
    s->x = x;
    s->alias = alias;
    err_t rc = dump(s, x->route, RTM_GETLINK, sizeof(struct ifinfomsg), cb_link);
    for (bool more = s->n > 0; rc == 0 && more;)
        rc = sweep_once(s, &more);
    for (uint32_t i = 0; rc == 0 && i < s->n; i++) {
        (void)link_message(x, RTM_DELLINK, s->if_indexes[i]);
        rc = order(x, x->route);
    }
    ssize_t n = rc == 0 ? (ssize_t)s->n : rc;
    mem_free(MEM_MISC, s, sizeof(*s));
    return n;
}
