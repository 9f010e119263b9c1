#include "node/ipsec_build.h"

#include <string.h>

#include "base/hash.h"
#include "base/wr.h"
#include "config/crypto_presets.h"
#include "config/crypto_resolve.h"
#include "config/index.h"
#include "config/lex.h"
#include "node/ipsec_proposals.h"

/* What holds where neither configuration nor preset says anything. IOS: 86,400 s, 3,600 s. Its
 * limit by traffic (4,608,000 kilobytes) is left out: that is four seconds at 10 Gbit/s, and
 * sequence numbers have their own limit. */
enum {
    IKE_LIFETIME_S = 86400,
    CHILD_LIFETIME_S = 3600,
    NAT_KEEPALIVE_S = 20, /* RFC 3948 4 */
    DPD_RETRIES = 5,      /* as IOS */
    FUZZ_PERCENT = 100,   /* of the margin: ends that were set up together drift apart */
    OWNER_ID = 1,         /* in our index: connection numbers, and secrets by name */
    OWNER_SECRET,
};

struct builder {
    const struct config *c;
    struct arena *a;
    struct index index;
    struct ipsec_secret *secrets;
    uint32_t n_secrets, max_secrets;
    struct ike_lists lists; /* of the tunnel that is being built */
    struct ike_lists *kept; /* of the tunnel before, in the arena */
};

/* ---- names and numbers ----------------------------------------------------------------------- */

uint32_t ipsec_connection_id(const char *interface)
{
    uint32_t n;
    if (lex_is_prefix("Tunnel", interface) && lex_number(interface + 6, 0, INT32_MAX - 1, &n))
        return n + 1;
    return UINT32_C(0x80000000) | (uint32_t)hash_bytes(0, interface, strlen(interface));
}

static bool number(struct builder *b, const char *name, uint32_t *ret_id)
{
    uint32_t id = ipsec_connection_id(name);
    for (;; id = id == UINT32_MAX ? UINT32_C(0x80000000) : id + 1) {
        uint32_t *slot = index_make(&b->index, INDEX_CRYPTO, OWNER_ID, &id, sizeof(id));
        if (!slot)
            return false;
        if (*slot != INDEX_NONE)
            continue;
        *slot = id;
        *ret_id = id;
        return true;
    }
}

/* "a", "a/b", "a/b+c": in the arena; NULL without memory. */
static const char *join(struct builder *b, const char *const parts[5])
{
    size_t len = 0;
    for (size_t i = 0; i < 5 && parts[i]; i++)
        len += strlen(parts[i]);
    char *s = arena_alloc(b->a, len + 1);
    if (!s)
        return NULL;
    struct text t = text_init(s, len + 1);
    for (size_t i = 0; i < 5 && parts[i]; i++)
        text_str(&t, parts[i]);
    assert(!t.cut);
    return s;
}

/* ---- secrets --------------------------------------------------------------------------------- */

static bool add_secret(struct builder *b, const struct ipsec_secret *s)
{
    uint32_t *slot =
        s->name ? index_make(&b->index, INDEX_CRYPTO, OWNER_SECRET, s->name, strlen(s->name))
                : NULL;
    if (!slot)
        return false;
    if (*slot != INDEX_NONE)
        return true;
    assert(b->n_secrets < b->max_secrets);
    *slot = b->n_secrets;
    b->secrets[b->n_secrets++] = *s;
    return true;
}

/* One name holds all that both sides need: pre-shared keys, or a certificate with its key, or, when
 * each side authenticates in its own way, both. */
static bool set_key(struct builder *b, const struct config_tunnel *t, struct ike_connection *x)
{
    bool psk = x->local_auth == IKE_AUTH_PSK || x->remote_auth == IKE_AUTH_PSK;
    const char *parts[5] = { NULL };
    size_t n = 0;
    struct ipsec_secret s = { 0 };
    if (psk) {
        parts[n++] = t->keyring->name;
        parts[n++] = "/";
        parts[n++] = t->peer->name;
        s.psk_local = &t->peer->psk[PSK_LOCAL];
        s.psk_remote = &t->peer->psk[PSK_REMOTE];
    }
    if (x->local_auth == IKE_AUTH_CERT) {
        parts[n++] = psk ? "+pki/" : "pki/";
        parts[n++] = t->sign->name;
        s.certificate = &t->sign->part[TRUST_CERTIFICATE];
        s.private_key = &t->sign->part[TRUST_PRIVATE_KEY];
    }
    s.name = x->key = join(b, parts);
    return add_secret(b, &s);
}

static bool set_secrets(struct builder *b, const struct config_tunnel *t, struct ike_connection *x)
{
    x->local_auth = t->ike->auth_local > AUTH_PSK ? IKE_AUTH_CERT : IKE_AUTH_PSK;
    x->remote_auth = t->ike->auth_remote > AUTH_PSK ? IKE_AUTH_CERT : IKE_AUTH_PSK;
    if (!set_key(b, t, x))
        return false;
    if (x->remote_auth == IKE_AUTH_CERT) {
        x->trustpoint = join(b, (const char *const[5]){ "ca/", t->verify->name });
        struct ipsec_secret s = { .name = x->trustpoint, .ca = &t->verify->part[TRUST_CA] };
        if (!add_secret(b, &s))
            return false;
    }
    if (t->peer && t->peer->ppk_id) {
        x->ppk_id = join(b, (const char *const[5]){ t->peer->ppk_id });
        x->ppk_required = t->peer->ppk_required;
        struct ipsec_secret s = { .name = x->ppk_id, .ppk = &t->peer->ppk };
        return add_secret(b, &s);
    }
    return true;
}

/* ---- identities ------------------------------------------------------------------------------ */

static struct ike_id id_of_address(const struct ip_addr *a)
{
    struct ike_id id = { .type = a->family == IP_V6 ? IKE_ID_IPV6 : IKE_ID_IPV4,
                         .len = (uint16_t)ip_bytes(a->family) };
    memcpy(id.bytes, a->b, id.len);
    return id;
}

static struct ike_id id_of(const struct config_identity *from)
{
    static const enum ike_id_type types[] = {
        [IDENTITY_NONE] = IKE_ID_NONE,     [IDENTITY_ADDRESS] = IKE_ID_NONE,
        [IDENTITY_FQDN] = IKE_ID_FQDN,     [IDENTITY_EMAIL] = IKE_ID_RFC822,
        [IDENTITY_KEY_ID] = IKE_ID_KEY_ID, [IDENTITY_DN] = IKE_ID_DN,
        [IDENTITY_ANY] = IKE_ID_NONE,
    };
    if (from->kind == IDENTITY_ADDRESS)
        return from->addr.ip.family == IP_NONE ? (struct ike_id){ 0 }
                                               : id_of_address(&from->addr.ip);
    struct ike_id id = { .type = types[from->kind] };
    struct wr w = wr_init(id.bytes, sizeof(id.bytes));
    if (from->domain) /* ike/identity.h: whatever is before the domain */
        wr_bytes(&w, from->kind == IDENTITY_EMAIL ? "*@" : "*.", 2);
    if (from->text)
        wr_bytes(&w, from->text, MIN(strlen(from->text), wr_room(&w)));
    id.len = (uint16_t)wr_len(&w);
    return id;
}

static bool is_whole(const struct config_addr *a)
{
    return a->ip.family != IP_NONE && a->len == ip_bits(a->ip.family);
}

static bool holds(const struct config_addr *range, const struct ip_addr *a)
{
    struct prefix p = prefix_of(&range->ip, range->len);
    return range->ip.family == a->family && prefix_has_addr(&p, a);
}

static void add_remote_id(struct ike_connection *x, const struct ike_id *id)
{
    if (x->remote_id.type == IKE_ID_NONE)
        x->remote_id = *id;
    else if (x->lists->n_remote_ids < ARRAY_LEN(x->lists->remote_ids))
        x->lists->remote_ids[x->lists->n_remote_ids++] = *id;
}

/* A profile names the identities of all its peers. Where the destination's address is among them it
 * is this one's, and other addresses are other tunnels'; where it is not, the peer stands behind a
 * NAT and says its private address: any of them. */
static void set_remote_ids(struct ike_connection *x, const struct config_tunnel *t)
{
    bool named = t->ike->remotes.n == 0;
    for (uint32_t i = 0; i < t->ike->remotes.n; i++) {
        const struct config_identity *id = &t->ike->remotes.v[i];
        if (id->kind == IDENTITY_ANY ||
            (id->kind == IDENTITY_ADDRESS && id->addr.len == 0 && id->addr.ip.family != IP_NONE))
            x->any_remote_id = true;
        else if (id->kind == IDENTITY_ADDRESS && holds(&id->addr, &t->remote))
            named = true;
    }
    if (named) {
        struct ike_id own = id_of_address(&t->remote);
        add_remote_id(x, &own);
    }
    for (uint32_t i = 0; i < t->ike->remotes.n; i++) {
        const struct config_identity *from = &t->ike->remotes.v[i];
        if (from->kind == IDENTITY_ANY ||
            (from->kind == IDENTITY_ADDRESS && (named || !is_whole(&from->addr))))
            continue;
        struct ike_id id = id_of(from);
        add_remote_id(x, &id);
    }
}

/* ---- selectors ------------------------------------------------------------------------------- */

static struct esp_selector selector(const struct prefix *p, uint8_t protocol,
                                    const uint16_t port[2])
{
    struct esp_selector s = { .from = prefix_addr(p), .to = prefix_addr(p), .protocol = protocol };
    for (unsigned bit = p->len; bit < ip_bits(p->family); bit++)
        s.to.b[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
    s.port_from = port[0];
    s.port_to = port[1];
    return s;
}

static void add_selector(struct ike_lists *x, const struct esp_selector *local,
                         const struct esp_selector *remote)
{
    static_assert((int)TUNNEL_SELECTORS_MAX <= (int)ESP_SELECTORS_MAX, "all have room");
    x->local_ts[x->n_local_ts++] = *local;
    x->remote_ts[x->n_remote_ts++] = *remote;
}

static void set_selectors(struct ike_connection *x, const struct config_tunnel *t)
{
    static const uint16_t any[2] = { 0, UINT16_MAX };
    for (uint8_t i = 0; i < t->n_selectors; i++) {
        struct esp_selector local =
            selector(&t->selectors[i].local, t->selectors[i].protocol, t->selectors[i].local_port);
        struct esp_selector remote = selector(&t->selectors[i].remote, t->selectors[i].protocol,
                                              t->selectors[i].remote_port);
        add_selector(x->lists, &local, &remote);
    }
    bool carries_ipv4 = !t->carries_ipv6 || t->interface->ip_unnumbered;
    for (uint32_t i = 0; i < t->interface->addresses.n; i++)
        carries_ipv4 = carries_ipv4 || t->interface->addresses.v[i].prefix.family == IP_V4;
    for (unsigned v6 = 0; v6 < 2 && t->n_selectors == 0; v6++) {
        struct prefix all = { .family = v6 ? IP_V6 : IP_V4 };
        struct esp_selector whole = selector(&all, 0, any);
        if (v6 ? t->carries_ipv6 : carries_ipv4)
            add_selector(x->lists, &whole, &whole);
    }
    x->accept_narrower = true;
}

/* ---- a connection ---------------------------------------------------------------------------- */

static void set_lifetimes(struct ike_connection *x, const struct config_tunnel *t,
                          const struct config_crypto_global *g, const struct crypto_preset *preset)
{
    const struct config_sa_limits *own = &t->ipsec->limits, *all = &g->limits;
    x->ike_lifetime_s = t->ike->lifetime_s ? t->ike->lifetime_s
                        : preset           ? preset->ike_lifetime_s
                                           : IKE_LIFETIME_S;
    x->child_lifetime_s = own->lifetime_s   ? own->lifetime_s
                          : all->lifetime_s ? all->lifetime_s
                          : preset          ? preset->child_lifetime_s
                                            : CHILD_LIFETIME_S;
    const struct config_sa_limits *said = own->lifetime_kilobytes || own->no_kilobytes ? own : all;
    uint64_t kilobytes = said->lifetime_kilobytes;
    if (kilobytes == 0 && !said->no_kilobytes && preset)
        kilobytes = preset->child_kilobytes;
    x->child_lifetime_bytes = kilobytes * 1024;
    x->rekey_fuzz_percent = FUZZ_PERCENT;
    const struct config_sa_limits *replay = own->replay != REPLAY_UNSET ? own : all;
    x->window = replay->replay == REPLAY_OFF      ? 0
                : replay->replay == REPLAY_WINDOW ? replay->window
                : preset                          ? preset->replay_window
                                                  : ESP_WINDOW_DEFAULT;
}

static void set_liveness(struct ike_connection *x, const struct config_tunnel *t,
                         const struct config_crypto_global *g, const struct crypto_preset *preset)
{
    const struct config_dpd *d = t->ike->dpd.interval_s ? &t->ike->dpd : &g->dpd;
    if (d->interval_s) {
        x->dpd = d->on_demand ? IKE_DPD_ON_DEMAND : IKE_DPD_PERIODIC;
        x->dpd_interval_s = d->interval_s;
        x->dpd_retry_s = d->retry_s;
        x->dpd_retries = DPD_RETRIES;
    } else if (preset) {
        x->dpd = IKE_DPD_PERIODIC;
        x->dpd_interval_s = preset->dpd_interval_s;
        x->dpd_retry_s = preset->dpd_retry_s;
        x->dpd_retries = 3;
    }
    x->nat_keepalive_s = t->ike->nat_keepalive_s ? t->ike->nat_keepalive_s
                         : g->nat_keepalive_s    ? g->nat_keepalive_s
                                                 : NAT_KEEPALIVE_S;
    x->force_encapsulation = t->ike->force_encapsulation;
    x->mobike = t->ike->mobike;
    x->fragmentation = g->fragmentation != TRI_NO;
    x->fragment_bytes = g->fragment_bytes;
}

/* The builder's in the arena; once where the tunnel before has the same. NULL: no memory. */
static struct ike_lists *keep_lists(struct builder *b)
{
    if (b->kept && memcmp(b->kept, &b->lists, sizeof(b->lists)) == 0)
        return b->kept;
    b->kept = arena_alloc(b->a, sizeof(*b->kept));
    if (b->kept)
        *b->kept = b->lists;
    return b->kept;
}

static bool build(struct builder *b, const struct config_tunnel *t, struct ike_connection *x)
{
    const struct config_crypto_global *g = &b->c->ipsec.global;
    const struct crypto_preset *preset = t->ike->preset ? crypto_preset_find(t->ike->preset) : NULL;
    static const enum esp_df df[] = { [DF_UNSET] = ESP_DF_COPY,
                                      [DF_CLEAR] = ESP_DF_CLEAR,
                                      [DF_COPY] = ESP_DF_COPY,
                                      [DF_SET] = ESP_DF_SET };
    *x = (struct ike_connection){
        .name = join(b, (const char *const[5]){ t->interface->name }),
        .local = t->local,
        .remote = t->remote,
        .local_id = id_of(&t->ike->local),
        .start = t->ipsec->responder_only ? IKE_START_NEVER : IKE_START_AT_ONCE,
        .df = df[g->df],
        .copy_dscp = true,
        .lists = &b->lists,
    };
    memset(&b->lists, 0, sizeof(b->lists));
    set_remote_ids(x, t);
    set_lifetimes(x, t, g, preset);
    set_liveness(x, t, g, preset);
    set_selectors(x, t);
    ipsec_proposals_ike(t, preset, x->lists);
    ipsec_proposals_child(t, preset, x->lists);
    /* The parser left out tunnels without any. */
    assert(x->lists->n_ike > 0 && x->lists->n_child > 0);
    struct ip_addr fixed;
    if (!ip_parse(t->interface->tunnel_source, &fixed))
        x->source = join(b, (const char *const[5]){ t->interface->tunnel_source });
    x->lists = keep_lists(b);
    return x->name && x->lists && number(b, x->name, &x->id) && set_secrets(b, t, x);
}

bool ipsec_build(const struct config *c, struct arena *a, struct ipsec_build *ret)
{
    const struct config_ipsec *from = &c->ipsec;
    uint32_t n = from->tunnels.n;
    struct builder b = { .c = c, .a = a, .max_secrets = 3 * n };
    if (n > IKE_CONNECTIONS_MAX)
        return false;
    index_init(&b.index, a);
    struct ike_connection *v = arena_alloc(a, n * sizeof(*v));
    b.secrets = arena_alloc(a, b.max_secrets * sizeof(*b.secrets));
    if (!v || !b.secrets)
        return false;
    for (uint32_t i = 0; i < n; i++) {
        if (!build(&b, &from->tunnels.v[i], &v[i]))
            return false;
    }
    const struct config_crypto_global *g = &from->global;
    *ret = (struct ipsec_build){
        .config = { .connections = v,
                    .n = n,
                    .half_open_max = g->has_cookie_challenge ? MAX(g->cookie_challenge, 1) : 0,
                    .half_open_limit = g->max_negotiation,
                    .sa_max = g->max_sa },
        .secrets = b.secrets,
        .n_secrets = b.n_secrets,
    };
    return true;
}
