/* Messages to the kernel about IPsec, as bytes. */
#include <arpa/inet.h>
#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/udp.h>
#include <linux/xfrm.h>

#include <errno.h>
#include <libmnl/libmnl.h>
#include <string.h>

#include "os/xfrm.h"
#include "os/xfrm_wire.h"

enum { PROTOCOL_ESP = 50, ENCR_CBC = 12, INTEG_NONE = 0, BITS_ANY = 0 };

/* The kernel's names of what IKEv2 negotiates; key: bytes, salt included. */
struct cipher_name {
    uint16_t encr, bits;
    const char *name;
    uint8_t key, icv_bits; /* icv 0: no AEAD */
};
static const struct cipher_name ciphers[] = {
    { 20, 128, "rfc4106(gcm(aes))", 16 + 4, 128 },
    { 20, 192, "rfc4106(gcm(aes))", 24 + 4, 128 },
    { 20, 256, "rfc4106(gcm(aes))", 32 + 4, 128 },
    { 28, BITS_ANY, "rfc7539esp(chacha20,poly1305)", 32 + 4, 128 },
    { ENCR_CBC, 128, "cbc(aes)", 16, 0 },
    { ENCR_CBC, 192, "cbc(aes)", 24, 0 },
    { ENCR_CBC, 256, "cbc(aes)", 32, 0 },
};

struct integ_name {
    uint16_t integ;
    const char *name;
    uint8_t key;
    uint16_t cut_bits; /* of the output, on the wire */
};
static const struct integ_name integs[] = {
    { 2, "hmac(sha1)", 20, 96 },
    { 12, "hmac(sha256)", 32, 128 },
    { 13, "hmac(sha384)", 48, 192 },
    { 14, "hmac(sha512)", 64, 256 },
};

static uint16_t af(uint8_t family)
{
    return family == IP_V6 ? AF_INET6 : family == IP_V4 ? AF_INET : AF_UNSPEC;
}

static bool is_family(uint8_t family)
{
    return family == IP_V4 || family == IP_V6;
}

static xfrm_address_t address(const struct ip_addr *a)
{
    xfrm_address_t x;
    memset(&x, 0, sizeof(x));
    memcpy(&x, a->b, ip_bytes(a->family));
    return x;
}

/* ---- states ---------------------------------------------------------------------------------- */

/* An attribute of zeros, to be filled in place: keys are nowhere but in the message. */
static uint8_t *put_room(struct nlmsghdr *h, uint16_t type, size_t len)
{
    static const uint8_t zeros[1024];
    assert(len <= sizeof(zeros));
    size_t at = h->nlmsg_len + sizeof(struct nlattr);
    mnl_attr_put(h, type, len, zeros);
    return (uint8_t *)h + at;
}

static void put_aead(struct nlmsghdr *h, const struct cipher_name *c, const uint8_t *key)
{
    struct xfrm_algo_aead a = { .alg_key_len = c->key * 8U, .alg_icv_len = c->icv_bits };
    uint8_t *at = put_room(h, XFRMA_ALG_AEAD, sizeof(a) + c->key);
    memcpy(a.alg_name, c->name, strlen(c->name));
    memcpy(at, &a, sizeof(a));
    memcpy(at + sizeof(a), key, c->key);
}

static bool put_cipher_and_integ(struct nlmsghdr *h, const struct cipher_name *c, uint16_t integ,
                                 const uint8_t *key)
{
    const struct integ_name *n = NULL;
    for (size_t i = 0; i < ARRAY_LEN(integs); i++)
        if (integs[i].integ == integ)
            n = &integs[i];
    if (!n)
        return false;
    struct xfrm_algo encr = { .alg_key_len = c->key * 8U };
    struct xfrm_algo_auth auth = { .alg_key_len = n->key * 8U, .alg_trunc_len = n->cut_bits };
    uint8_t *at = put_room(h, XFRMA_ALG_CRYPT, sizeof(encr) + c->key);
    memcpy(encr.alg_name, c->name, strlen(c->name));
    memcpy(at, &encr, sizeof(encr));
    memcpy(at + sizeof(encr), key, c->key);
    at = put_room(h, XFRMA_ALG_AUTH_TRUNC, sizeof(auth) + n->key);
    memcpy(auth.alg_name, n->name, strlen(n->name));
    memcpy(at, &auth, sizeof(auth));
    memcpy(at + sizeof(auth), key + c->key, n->key);
    return true;
}

static bool put_algorithms(struct nlmsghdr *h, const struct os_xfrm_state *s)
{
    for (size_t i = 0; i < ARRAY_LEN(ciphers); i++) {
        const struct cipher_name *c = &ciphers[i];
        if (c->encr != s->encr || (c->bits != BITS_ANY && c->bits != s->encr_bits))
            continue;
        if (c->icv_bits == 0)
            return put_cipher_and_integ(h, c, s->integ, s->key);
        put_aead(h, c, s->key);
        return s->integ == INTEG_NONE;
    }
    return false;
}

static uint64_t limit(uint64_t v)
{
    return v ? v : XFRM_INF;
}

/* A window of more than 32 packets, or long sequence numbers, need the longer form, whose bitmap
 * is whole words. Long numbers are guessed from the window: there they have one always. */
static void put_window(struct nlmsghdr *h, const struct os_xfrm_state *s)
{
    uint32_t window = s->out ? 0 : MIN(s->window, (uint32_t)OS_XFRM_WINDOW_MAX);
    if (s->esn && window == 0)
        window = s->out ? 32 : OS_XFRM_WINDOW_MAX;
    if (window == 0)
        return;
    struct xfrm_replay_state_esn e = { .bmp_len = (window + 31) / 32, .replay_window = window };
    memcpy(put_room(h, XFRMA_REPLAY_ESN_VAL, sizeof(e) + e.bmp_len * 4UL), &e, sizeof(e));
}

size_t os_xfrm_encode_state(void *at, const struct os_xfrm_state *s)
{
    if (!is_family(s->source.family) || s->source.family != s->destination.family)
        return 0;
    struct nlmsghdr *h = mnl_nlmsg_put_header(at);
    h->nlmsg_type = XFRM_MSG_NEWSA;
    h->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL;
    struct xfrm_usersa_info *i = mnl_nlmsg_put_extra_header(h, sizeof(*i));
    i->id = (struct xfrm_id){ .daddr = address(&s->destination),
                              .spi = htonl(s->spi),
                              .proto = PROTOCOL_ESP };
    i->saddr = address(&s->source);
    i->family = af(s->source.family);
    i->mode = XFRM_MODE_TUNNEL;
    i->reqid = s->reqid;
    /* Both families inside. */
    i->flags = (uint8_t)(XFRM_STATE_AF_UNSPEC | (s->esn ? XFRM_STATE_ESN : 0) |
                         (s->clear_df ? XFRM_STATE_NOPMTUDISC : 0));
    i->lft = (struct xfrm_lifetime_cfg){ .soft_byte_limit = limit(s->soft_bytes),
                                         .hard_byte_limit = limit(s->hard_bytes),
                                         .soft_packet_limit = limit(s->soft_packets),
                                         .hard_packet_limit = limit(s->hard_packets),
                                         .hard_add_expires_seconds = s->hard_s };
    if (!put_algorithms(h, s))
        return 0;
    if (s->source_port && s->destination_port)
        xfrm_put_encapsulation(h, s->source_port, s->destination_port);
    put_window(h, s);
    if (s->ignore_dscp)
        mnl_attr_put_u32(h, XFRMA_SA_EXTRA_FLAGS, XFRM_SA_XFLAG_DONT_ENCAP_DSCP);
    mnl_attr_put_u32(h, XFRMA_IF_ID, s->if_id);
    assert(h->nlmsg_len <= OS_XFRM_MESSAGE_MAX);
    return h->nlmsg_len;
}

void xfrm_put_encapsulation(struct nlmsghdr *h, uint16_t source_port, uint16_t destination_port)
{
    struct xfrm_encap_tmpl e = { .encap_type = UDP_ENCAP_ESPINUDP,
                                 .encap_sport = htons(source_port),
                                 .encap_dport = htons(destination_port) };
    mnl_attr_put(h, XFRMA_ENCAP, sizeof(e), &e);
}

size_t os_xfrm_encode_state_id(void *at, bool remove, const struct ip_addr *destination,
                               uint32_t spi)
{
    if (!is_family(destination->family))
        return 0;
    struct nlmsghdr *h = mnl_nlmsg_put_header(at);
    h->nlmsg_type = remove ? XFRM_MSG_DELSA : XFRM_MSG_GETSA;
    h->nlmsg_flags = remove ? NLM_F_REQUEST | NLM_F_ACK : NLM_F_REQUEST;
    struct xfrm_usersa_id *i = mnl_nlmsg_put_extra_header(h, sizeof(*i));
    i->daddr = address(destination);
    i->spi = htonl(spi);
    i->family = af(destination->family);
    i->proto = PROTOCOL_ESP;
    return h->nlmsg_len;
}

/* ---- policies -------------------------------------------------------------------------------- */

static bool set_selector(struct xfrm_selector *x, const struct os_xfrm_selector *s)
{
    uint8_t family = s->source.family;
    if (!is_family(family) || s->destination.family != family || s->source.len > ip_bits(family) ||
        s->destination.len > ip_bits(family))
        return false;
    struct ip_addr source = prefix_addr(&s->source), destination = prefix_addr(&s->destination);
    x->saddr = address(&source);
    x->daddr = address(&destination);
    x->prefixlen_s = s->source.len;
    x->prefixlen_d = s->destination.len;
    x->sport = htons(s->source_port & s->source_mask);
    x->sport_mask = htons(s->source_mask);
    x->dport = htons(s->destination_port & s->destination_mask);
    x->dport_mask = htons(s->destination_mask);
    x->proto = s->protocol;
    x->family = af(family);
    return true;
}

/* What comes in is bound to its states by the if_id alone: their addresses may change. */
static void put_template(struct nlmsghdr *h, const struct os_xfrm_policy *p)
{
    struct xfrm_user_tmpl t = { .id = { .proto = PROTOCOL_ESP },
                                .family = af(p->destination.family),
                                .reqid = p->reqid,
                                .mode = XFRM_MODE_TUNNEL,
                                .aalgos = UINT32_MAX,
                                .ealgos = UINT32_MAX,
                                .calgos = UINT32_MAX };
    if (p->direction == OS_XFRM_OUT) {
        t.id.daddr = address(&p->destination);
        t.saddr = address(&p->source);
    }
    mnl_attr_put(h, XFRMA_TMPL, sizeof(t), &t);
}

size_t os_xfrm_encode_policy(void *at, const struct os_xfrm_policy *p, bool remove)
{
    static_assert((int)OS_XFRM_IN == XFRM_POLICY_IN && (int)OS_XFRM_OUT == XFRM_POLICY_OUT &&
                      (int)OS_XFRM_FORWARD == XFRM_POLICY_FWD,
                  "directions are the kernel's");
    struct nlmsghdr *h = mnl_nlmsg_put_header(at);
    h->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
    if (remove) {
        h->nlmsg_type = XFRM_MSG_DELPOLICY;
        struct xfrm_userpolicy_id *i = mnl_nlmsg_put_extra_header(h, sizeof(*i));
        i->dir = (uint8_t)p->direction;
        if (!set_selector(&i->sel, &p->selector))
            return 0;
        mnl_attr_put_u32(h, XFRMA_IF_ID, p->if_id);
        return h->nlmsg_len;
    }
    h->nlmsg_type = XFRM_MSG_UPDPOLICY;
    struct xfrm_userpolicy_info *i = mnl_nlmsg_put_extra_header(h, sizeof(*i));
    if (!is_family(p->destination.family) || !set_selector(&i->sel, &p->selector))
        return 0;
    i->lft.soft_byte_limit = i->lft.hard_byte_limit = XFRM_INF;
    i->lft.soft_packet_limit = i->lft.hard_packet_limit = XFRM_INF;
    i->priority = p->priority;
    i->dir = (uint8_t)p->direction;
    i->action = XFRM_POLICY_ALLOW;
    put_template(h, p);
    mnl_attr_put_u32(h, XFRMA_IF_ID, p->if_id);
    return h->nlmsg_len;
}

/* ---- interfaces ------------------------------------------------------------------------------ */

size_t os_xfrm_encode_link(void *at, const char *name, uint32_t if_id, uint16_t mtu)
{
    size_t len = strnlen(name, OS_XFRM_NAME_MAX);
    if (len == 0 || len == OS_XFRM_NAME_MAX || if_id == 0)
        return 0;
    struct nlmsghdr *h = mnl_nlmsg_put_header(at);
    h->nlmsg_type = RTM_NEWLINK;
    h->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL;
    struct ifinfomsg *m = mnl_nlmsg_put_extra_header(h, sizeof(*m));
    m->ifi_family = AF_UNSPEC;
    mnl_attr_put_strz(h, IFLA_IFNAME, name);
    if (mtu)
        mnl_attr_put_u32(h, IFLA_MTU, mtu);
    mnl_attr_put_u8(h, IFLA_LINKMODE, IF_LINK_MODE_DORMANT);
    mnl_attr_put_u8(h, IFLA_OPERSTATE, IF_OPER_DORMANT);
    struct nlattr *info = mnl_attr_nest_start(h, IFLA_LINKINFO);
    mnl_attr_put_strz(h, IFLA_INFO_KIND, "xfrm");
    struct nlattr *data = mnl_attr_nest_start(h, IFLA_INFO_DATA);
    mnl_attr_put_u32(h, IFLA_XFRM_IF_ID, if_id);
    mnl_attr_nest_end(h, data);
    mnl_attr_nest_end(h, info);
    return h->nlmsg_len;
}
