/* Tunnels of a gateway as text: algorithms from the bits of the network's proposals, keys, who
 * begins, lifetimes, liveness, and the routes that lead into them. */
#include "net/gateway_impl.h"

#include <string.h>

#include "config/crypto_names.h"

/* ---- ends ------------------------------------------------------------------------------------ */

void net_gateway_tunnel(const struct net *n, uint32_t end, char name[NET_GATEWAY_TUNNEL_MAX])
{
    assert(end < n->ends.count);
    uint32_t number = 1;
    for (uint32_t i = 0; i < end; i++)
        number += n->ends.items[i].speaker == n->ends.items[end].speaker;
    struct text t = text_init(name, NET_GATEWAY_TUNNEL_MAX);
    text_str(&t, "Tunnel");
    text_u64(&t, number);
}

const struct net_tunnel_end *gateway_other_end(const struct net *n, uint32_t end)
{
    for (uint32_t i = 0; i < n->tunnels.count; i++) {
        const struct net_tunnel *t = &n->tunnels.items[i];
        for (unsigned k = 0; k < 2; k++) {
            if (t->end[k] == end)
                return t->end[!k] != NET_NONE ? &n->ends.items[t->end[!k]] : NULL;
        }
    }
    return NULL;
}

/* An end at work. */
struct tunnel {
    uint32_t end;
    const struct net_tunnel_end *e, *other;
    const char *psk;
    const char *why_down; /* it cannot come up, whatever the other side does; NULL */
    char name[NET_GATEWAY_TUNNEL_MAX];
};

/* Packets of two tunnels between the same addresses could be either's. */
static bool is_doubled(const struct gateway *g, uint32_t end)
{
    const struct net_tunnel_end *e = &g->n->ends.items[end];
    for (uint32_t i = 0; i < end; i++) {
        const struct net_tunnel_end *b = &g->n->ends.items[i];
        if (b->speaker == g->speaker && ip_eq(&b->outside, &e->outside) &&
            ip_eq(&b->peer_outside, &e->peer_outside))
            return true;
    }
    return false;
}

static bool next_tunnel(const struct gateway *g, uint32_t *pos, struct tunnel *ret)
{
    while (*pos < g->n->ends.count && g->n->ends.items[*pos].speaker != g->speaker)
        (*pos)++;
    if (*pos == g->n->ends.count)
        return false;
    struct tunnel x = { .end = *pos, .e = &g->n->ends.items[*pos] };
    x.other = gateway_other_end(g->n, x.end);
    /* A key that the provider makes is the one that the other side was given. */
    x.psk = x.e->psk ? x.e->psk : x.other ? x.other->psk : NULL;
    x.why_down = !x.e->ikev2                  ? "IKEv1 alone"
                 : !x.psk || x.psk[0] == '\0' ? "no pre-shared key"
                 : x.e->peer_outside.family == IP_NONE ||
                         x.e->outside.family != x.e->peer_outside.family
                     ? "no peer address"
                 : is_doubled(g, x.end) ? "a tunnel between these addresses exists"
                                        : NULL;
    net_gateway_tunnel(g->n, x.end, x.name);
    *ret = x;
    (*pos)++;
    return true;
}

/* ---- algorithms ------------------------------------------------------------------------------ */

enum which { WHICH_ALL, WHICH_AEAD, WHICH_PLAIN };

static bool is_wanted(const struct crypto_word *w, enum which which)
{
    return !w->refused && (which == WHICH_ALL || w->is_aead == (which == WHICH_AEAD));
}

static bool has_any(enum crypto_word_kind kind, uint64_t bits, enum which which)
{
    size_t n;
    const struct crypto_word *w = crypto_words(kind, &n);
    for (size_t i = 0; i < n; i++) {
        if ((bits >> i & 1) && is_wanted(&w[i], which))
            return true;
    }
    return false;
}

/* " encryption aes-cbc-256 aes-cbc-128"; nothing where there is none. */
static void put_algorithms(struct gateway *g, const char *head, enum crypto_word_kind kind,
                           uint64_t bits, enum which which)
{
    size_t n;
    const struct crypto_word *w = crypto_words(kind, &n);
    if (!has_any(kind, bits, which))
        return;
    PUT(g, head);
    for (size_t i = 0; i < n; i++) {
        if ((bits >> i & 1) && is_wanted(&w[i], which))
            PUT(g, " ", w[i].word);
    }
    PUT(g, "\n");
}

/* Ciphers that bring their own integrity stand apart (RFC 7296 3.3.3). */
static bool can_be(const struct net_proposal *p, enum which which)
{
    return has_any(WORD_ENCR, p->encryption, which) &&
           (which == WHICH_AEAD || has_any(WORD_INTEG, p->integrity, WHICH_ALL)) &&
           (p->esp || has_any(WORD_GROUP, p->group, WHICH_ALL));
}

static const enum which kinds[] = { WHICH_AEAD, WHICH_PLAIN };

static void put_name(struct gateway *g, uint32_t proposal, enum which which)
{
    PUT(g, which == WHICH_AEAD ? "aead-" : "plain-", NUMBER(proposal + 1));
}

/* Whether an end before this one of the same speaker has the same proposals. */
static bool were_before(const struct gateway *g, uint32_t end)
{
    for (uint32_t i = 0; i < end; i++) {
        const struct net_tunnel_end *b = &g->n->ends.items[i];
        if (b->speaker == g->speaker && b->proposals == g->n->ends.items[end].proposals &&
            b->proposal_count == g->n->ends.items[end].proposal_count)
            return true;
    }
    return false;
}

static void put_ike_proposal(struct gateway *g, uint32_t at, enum which which)
{
    const struct net_proposal *p = &g->n->proposals.items[at];
    PUT(g, "crypto ikev2 proposal ");
    put_name(g, at, which);
    PUT(g, "\n");
    put_algorithms(g, " encryption", WORD_ENCR, p->encryption, which);
    if (which == WHICH_PLAIN)
        put_algorithms(g, " integrity", WORD_INTEG, p->integrity, WHICH_ALL);
    put_algorithms(g, " prf", WORD_PRF, p->prf, WHICH_ALL);
    put_algorithms(g, " group", WORD_GROUP, p->group, WHICH_ALL);
    PUT(g, "exit\n!\n");
}

/* A transform set has one cipher and one integrity: each pair that is proposed. */
typedef void (*each_transform)(struct gateway *g, const struct crypto_word *cipher,
                               const struct crypto_word *integrity, uint32_t number);

static void put_transform_name(struct gateway *g, const struct crypto_word *cipher,
                               const struct crypto_word *integrity, uint32_t at)
{
    PUT(g, "esp-", NUMBER(at + 1), "-", cipher->word, integrity ? "-" : "",
        integrity ? integrity->word : "");
}

static void put_transform(struct gateway *g, const struct crypto_word *cipher,
                          const struct crypto_word *integrity, uint32_t at)
{
    const struct crypto_transform_word *c = crypto_transform_of(false, cipher->id);
    const struct crypto_transform_word *h = integrity ? crypto_transform_of(true, integrity->id)
                                                      : NULL;
    if (!c || (integrity && !h))
        return;
    PUT(g, "crypto ipsec transform-set ");
    put_transform_name(g, cipher, integrity, at);
    PUT(g, " ", c->word);
    if (c->takes_bits)
        PUT(g, " ", NUMBER(cipher->bits));
    if (h)
        PUT(g, " ", h->word);
    PUT(g, "\n mode tunnel\nexit\n!\n");
}

static void put_transform_use(struct gateway *g, const struct crypto_word *cipher,
                              const struct crypto_word *integrity, uint32_t at)
{
    if (!crypto_transform_of(false, cipher->id) ||
        (integrity && !crypto_transform_of(true, integrity->id)))
        return;
    PUT(g, " ");
    put_transform_name(g, cipher, integrity, at);
}

static void with_integrities(struct gateway *g, const struct crypto_word *cipher, uint32_t at,
                             each_transform each)
{
    const struct net_proposal *p = &g->n->proposals.items[at];
    size_t n;
    const struct crypto_word *w = crypto_words(WORD_INTEG, &n);
    if (cipher->is_aead)
        each(g, cipher, NULL, at);
    for (size_t i = 0; !cipher->is_aead && i < n; i++) {
        if ((p->integrity >> i & 1) && is_wanted(&w[i], WHICH_ALL))
            each(g, cipher, &w[i], at);
    }
}

static void for_transforms(struct gateway *g, const struct net_tunnel_end *e, each_transform each)
{
    size_t n;
    const struct crypto_word *w = crypto_words(WORD_ENCR, &n);
    for (uint32_t k = 0; k < e->proposal_count; k++) {
        const struct net_proposal *p = &g->n->proposals.items[e->proposals + k];
        for (size_t i = 0; p->esp && i < n; i++) {
            if ((p->encryption >> i & 1) && is_wanted(&w[i], WHICH_ALL))
                with_integrities(g, &w[i], e->proposals + k, each);
        }
    }
}

static void put_algorithms_of(struct gateway *g, const struct net_tunnel_end *e)
{
    for (uint32_t k = 0; k < e->proposal_count; k++) {
        const struct net_proposal *p = &g->n->proposals.items[e->proposals + k];
        for (size_t i = 0; !p->esp && i < ARRAY_LEN(kinds); i++) {
            if (can_be(p, kinds[i]))
                put_ike_proposal(g, e->proposals + k, kinds[i]);
        }
    }
    for_transforms(g, e, put_transform);
}

/* ---- policies of IKE ------------------------------------------------------------------------- */

static void put_policy_proposals(struct gateway *g, const struct net_tunnel_end *e)
{
    for (uint32_t k = 0; k < e->proposal_count; k++) {
        uint32_t at = e->proposals + k;
        for (size_t i = 0; !g->n->proposals.items[at].esp && i < ARRAY_LEN(kinds); i++) {
            if (!can_be(&g->n->proposals.items[at], kinds[i]))
                continue;
            PUT(g, " proposal ");
            put_name(g, at, kinds[i]);
            PUT(g, "\n");
        }
    }
}

static bool is_first_of_its_address(const struct gateway *g, uint32_t end)
{
    for (uint32_t i = 0; i < end; i++) {
        const struct net_tunnel_end *b = &g->n->ends.items[i];
        if (b->speaker == g->speaker && ip_eq(&b->outside, &g->n->ends.items[end].outside))
            return false;
    }
    return true;
}

/* One for each own address: what all tunnels from it propose, for IKE chooses by the address that a
 * request came to. */
static void put_policies(struct gateway *g)
{
    struct tunnel x, y;
    for (uint32_t pos = 0; next_tunnel(g, &pos, &x);) {
        if (!is_first_of_its_address(g, x.end) || x.e->outside.family == IP_NONE)
            continue;
        PUT(g, "crypto ikev2 policy ", x.name, "\n match address local ", IP_WORD(&x.e->outside),
            "\n");
        for (uint32_t at = 0; next_tunnel(g, &at, &y);) {
            if (ip_eq(&y.e->outside, &x.e->outside) && (y.end == x.end || !were_before(g, y.end)))
                put_policy_proposals(g, y.e);
        }
        PUT(g, "exit\n!\n");
    }
}

/* ---- keys, liveness, lifetimes --------------------------------------------------------------- */

/* As typed where no reader can take it for anything else; else as bytes. */
static void put_key(struct gateway *g, const char *key)
{
    bool plain = true;
    for (const char *s = key; *s; s++)
        plain = plain && ((*s >= '0' && *s <= '9') || (*s >= 'a' && *s <= 'z') ||
                          (*s >= 'A' && *s <= 'Z') || *s == '.' || *s == '_');
    PUT(g, "  pre-shared-key ", plain ? "0 " : "hex ");
    if (plain)
        PUT(g, key);
    else
        text_hex(g->t, key, strlen(key));
    PUT(g, "\n");
}

/* Five repetitions after the idle time (node/ipsec_build.c): together the provider's timeout. */
static void put_dpd(struct gateway *g, uint32_t timeout_s)
{
    enum { REPEATED = 5, UNKNOWN_S = 45, RETRY_MIN = 2, RETRY_MAX = 60, IDLE_MIN = 10 };
    uint32_t all = timeout_s ? timeout_s : UNKNOWN_S;
    uint32_t retry = MIN(MAX(all / (2 * REPEATED - 1), (uint32_t)RETRY_MIN), (uint32_t)RETRY_MAX);
    uint32_t asked = REPEATED * retry;
    uint32_t idle = MIN(MAX(all > asked ? all - asked : 0, (uint32_t)IDLE_MIN), 3600U);
    PUT(g, " dpd ", NUMBER(idle), " ", NUMBER(retry), " periodic\n");
}

static void put_ike_profile(struct gateway *g, const struct tunnel *x)
{
    PUT(g, "crypto ikev2 keyring ", x->name, "\n peer peer\n  address ",
        IP_WORD(&x->e->peer_outside), "\n");
    put_key(g, x->psk);
    /* Providers take any identity with the right key: peers behind a NAT say their inner address.
     */
    PUT(g, " exit\nexit\n!\ncrypto ikev2 profile ", x->name, "\n match address local ",
        IP_WORD(&x->e->outside), "\n match identity remote any\n",
        " authentication remote pre-share\n authentication local pre-share\n keyring local ",
        x->name, "\n");
    if (x->e->ike_lifetime_s)
        PUT(g, " lifetime ", NUMBER(x->e->ike_lifetime_s), "\n");
    put_dpd(g, x->e->dpd_s);
    PUT(g, "exit\n!\n");
}

static uint64_t pfs_of(const struct net *n, const struct net_tunnel_end *e)
{
    uint64_t bits = 0;
    for (uint32_t k = 0; e && k < e->proposal_count; k++) {
        const struct net_proposal *p = &n->proposals.items[e->proposals + k];
        bits |= p->esp ? p->group : 0;
    }
    return bits;
}

/* One group stands in a profile, where a provider may list several: the other side's, if it takes
 * it; the first of 14 and above else. */
static const char *pfs_group(const struct gateway *g, const struct tunnel *x)
{
    enum { STRONG = 14 };
    uint64_t mine = pfs_of(g->n, x->e), common = mine & pfs_of(g->n, x->other);
    const char *any = NULL;
    size_t n;
    const struct crypto_word *w = crypto_words(WORD_GROUP, &n);
    for (size_t i = 0; i < n; i++) {
        if (w[i].refused || !((common ? common : mine) >> i & 1))
            continue;
        if (w[i].id >= STRONG)
            return w[i].word;
        any = w[i].word;
    }
    return any;
}

static void put_ipsec_profile(struct gateway *g, const struct tunnel *x)
{
    const struct net_tunnel_end *e = x->e;
    const char *pfs = pfs_group(g, x);
    PUT(g, "crypto ipsec profile ", x->name, "\n set transform-set");
    for_transforms(g, e, put_transform_use);
    PUT(g, "\n set ikev2-profile ", x->name, "\n");
    if (pfs)
        PUT(g, " set pfs group", pfs, "\n");
    if (e->child_lifetime_s)
        PUT(g, " set security-association lifetime seconds ", NUMBER(e->child_lifetime_s), "\n");
    if (e->child_kilobytes)
        PUT(g, " set security-association lifetime kilobytes ", NUMBER(e->child_kilobytes), "\n");
    if (e->ike == NET_RESPONDS)
        PUT(g, " responder-only\n");
    PUT(g, "exit\n!\n");
}

/* ---- interfaces and routes ------------------------------------------------------------------- */

/* Addresses of a provider's network are the fabric's business; 169.254 ones exist in tunnels alone,
 * on the first that has it. */
static bool bears_address(const struct gateway *g, const struct tunnel *x)
{
    if (!ip_is_link_local(&x->e->bgp))
        return false;
    for (uint32_t i = 0; i < x->end; i++) {
        if (g->n->ends.items[i].speaker == g->speaker &&
            ip_eq(&g->n->ends.items[i].bgp, &x->e->bgp))
            return false;
    }
    return true;
}

/* What a provider wraps goes out below its tunnels, whatever is learned through them: one of
 * Azure's peers may have the address of its tunnel as its BGP address. */
static void put_via(struct gateway *g, const struct tunnel *x)
{
    const struct net_node *node = &g->n->nodes.items[x->e->node];
    bool outside = false;
    for (uint32_t i = 0; i < g->n->ifaces.count; i++) {
        const struct net_iface *f = &g->n->ifaces.items[i];
        outside = outside || (f->node == x->e->node && ip_eq(&f->addr, &x->e->outside) &&
                              strcmp(f->name, "public") == 0);
    }
    PUT(g, " tunnel route-via ");
    if (g->names.via && g->names.via[x->end])
        PUT(g, g->names.via[x->end]);
    else if (outside && x->e->node != g->speaker)
        PUT(g, g->names.outside, NUMBER(node->instance));
    else
        PUT(g, outside ? g->names.outside : g->names.fabric);
    PUT(g, " mandatory\n");
}

static void put_interface(struct gateway *g, const struct tunnel *x)
{
    const struct net_tunnel_end *e = x->e;
    PUT(g, "interface ", x->name, "\n");
    if (bears_address(g, x))
        PUT(g, " ip address ", IP_WORD(&e->bgp), "/",
            NUMBER(gateway_len(g->n, g->speaker, &e->bgp)), "\n");
    if (x->why_down) {
        PUT(g, " ! ", x->why_down, "\n shutdown\nexit\n!\n");
        return;
    }
    PUT(g, " tunnel source ", IP_WORD(&e->outside), "\n tunnel destination ",
        IP_WORD(&e->peer_outside), "\n");
    put_via(g, x);
    PUT(g, " tunnel mode ipsec ", e->outside.family == IP_V6 ? "ipv6" : "ipv4",
        "\n tunnel protection ipsec profile ", x->name, "\nexit\n!\n");
}

static void put_routes(struct gateway *g, const struct tunnel *x)
{
    const struct net_tunnel_end *e = x->e;
    if (e->peer_bgp.family == IP_V4 &&
        (!bears_address(g, x) || !gateway_is_connected(g->n, g->speaker, &e->bgp, &e->peer_bgp)))
        PUT(g, "ip route ", IP_WORD(&e->peer_bgp), "/32 ", x->name, "\n");
    for (uint32_t i = 0; i < g->n->statics.count; i++) {
        const struct net_static *s = &g->n->statics.items[i];
        if (s->end == x->end && s->prefix.family == IP_V4)
            PUT(g, "ip route ", PREFIX(&s->prefix), " ", x->name, "\n");
    }
}

void gateway_tunnels(struct gateway *g)
{
    struct tunnel x;
    for (uint32_t pos = 0; next_tunnel(g, &pos, &x);) {
        if (!were_before(g, x.end))
            put_algorithms_of(g, x.e);
    }
    put_policies(g);
    for (uint32_t pos = 0; next_tunnel(g, &pos, &x);) {
        if (x.why_down)
            continue;
        put_ike_profile(g, &x);
        put_ipsec_profile(g, &x);
    }
    for (uint32_t pos = 0; next_tunnel(g, &pos, &x);)
        put_interface(g, &x);
    for (uint32_t pos = 0; next_tunnel(g, &pos, &x);)
        put_routes(g, &x);
    PUT(g, "!\n");
}
