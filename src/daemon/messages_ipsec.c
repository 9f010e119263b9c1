#include "daemon/messages_ipsec.h"

#include <string.h>

static void put_selectors(struct wr *to, const struct esp_selector *s, uint8_t n)
{
    wr_u8(to, n);
    for (uint8_t i = 0; i < n; i++) {
        put_ip(to, &s[i].from);
        put_ip(to, &s[i].to);
        wr_u8(to, s[i].protocol);
        wr_u16(to, s[i].port_from);
        wr_u16(to, s[i].port_to);
    }
}

static bool get_selectors(struct rd *from, struct esp_selector *s, uint8_t *ret_n)
{
    uint8_t n = rd_u8(from);
    if (n > ESP_SELECTORS_MAX)
        return false;
    for (uint8_t i = 0; i < n; i++) {
        if (!get_ip(from, &s[i].from) || !get_ip(from, &s[i].to) ||
            s[i].from.family != s[i].to.family)
            return false;
        s[i].protocol = rd_u8(from);
        s[i].port_from = rd_u16(from);
        s[i].port_to = rd_u16(from);
    }
    *ret_n = n;
    return !from->bad;
}

void path_encode(const struct esp_path *p, struct wr *to)
{
    put_ip(to, &p->local);
    put_ip(to, &p->remote);
    wr_u16(to, p->local_port);
    wr_u16(to, p->remote_port);
    wr_u32(to, p->if_index);
}

bool path_decode(struct rd *from, struct esp_path *ret_path)
{
    struct esp_path p = { 0 };
    if (!get_ip(from, &p.local) || !get_ip(from, &p.remote))
        return false;
    p.local_port = rd_u16(from);
    p.remote_port = rd_u16(from);
    p.if_index = rd_u32(from);
    *ret_path = p;
    return !from->bad;
}

static void put_limits(struct wr *to, const struct esp_limits *l)
{
    wr_u64(to, l->soft_bytes);
    wr_u64(to, l->hard_bytes);
    wr_u64(to, l->soft_packets);
    wr_u64(to, l->hard_packets);
}

static struct esp_limits get_limits(struct rd *from)
{
    struct esp_limits l;
    l.soft_bytes = rd_u64(from);
    l.hard_bytes = rd_u64(from);
    l.soft_packets = rd_u64(from);
    l.hard_packets = rd_u64(from);
    return l;
}

void child_encode(const struct esp_child *c, struct wr *to)
{
    wr_u32(to, c->id);
    wr_u32(to, c->connection);
    wr_u32(to, c->spi_in);
    wr_u32(to, c->spi_out);
    wr_u16(to, c->encr);
    wr_u16(to, c->encr_bits);
    wr_u16(to, c->integ);
    wr_u8(to, c->esn);
    wr_u8(to, c->transport);
    wr_bytes(to, c->key_in, sizeof(c->key_in));
    wr_bytes(to, c->key_out, sizeof(c->key_out));
    path_encode(&c->path, to);
    wr_u32(to, c->window);
    put_limits(to, &c->limits);
    wr_u8(to, (uint8_t)c->df);
    wr_u8(to, c->copy_dscp);
    put_selectors(to, c->local, c->n_local);
    put_selectors(to, c->remote, c->n_remote);
}

bool child_decode(struct rd *from, struct esp_child *ret_child)
{
    struct esp_child *c = ret_child;
    memset(c, 0, sizeof(*c));
    c->id = rd_u32(from);
    c->connection = rd_u32(from);
    c->spi_in = rd_u32(from);
    c->spi_out = rd_u32(from);
    c->encr = rd_u16(from);
    c->encr_bits = rd_u16(from);
    c->integ = rd_u16(from);
    if (!get_bool(from, &c->esn) || !get_bool(from, &c->transport))
        return false;
    rd_copy(from, c->key_in, sizeof(c->key_in));
    rd_copy(from, c->key_out, sizeof(c->key_out));
    if (!path_decode(from, &c->path))
        return false;
    c->window = rd_u32(from);
    c->limits = get_limits(from);
    uint8_t df = rd_u8(from);
    if (df > ESP_DF_CLEAR || c->window > ESP_WINDOW_MAX)
        return false;
    c->df = (enum esp_df)df;
    return get_bool(from, &c->copy_dscp) && get_selectors(from, c->local, &c->n_local) &&
           get_selectors(from, c->remote, &c->n_remote) && rd_is_done(from) && c->id != 0 &&
           c->spi_in >= ESP_SPI_MIN;
}

void event_encode(const struct esp_event *e, struct wr *to)
{
    wr_u8(to, (uint8_t)e->kind);
    wr_u32(to, e->child);
    wr_u32(to, e->spi);
    path_encode(&e->path, to);
}

bool event_decode(struct rd *from, struct esp_event *ret_event)
{
    struct esp_event e = { 0 };
    uint8_t kind = rd_u8(from);
    e.child = rd_u32(from);
    e.spi = rd_u32(from);
    if (kind > ESP_ACTIVE || !path_decode(from, &e.path) || !rd_is_done(from))
        return false;
    e.kind = (enum esp_event_kind)kind;
    *ret_event = e;
    return true;
}

/* Counters in the order in which they travel. */
#define COUNTERS(X)                                                                                \
    X(packets_in)                                                                                  \
    X(packets_out)                                                                                 \
    X(bytes_in)                                                                                    \
    X(bytes_out)                                                                                   \
    X(replayed)                                                                                    \
    X(bad_icv)                                                                                     \
    X(bad_padding)                                                                                 \
    X(bad_selector)                                                                                \
    X(malformed)                                                                                   \
    X(no_room)                                                                                     \
    X(too_big)                                                                                     \
    X(sequence_out)                                                                                \
    X(sequence_in)

#define TOTALS(X)                                                                                  \
    X(packets_in)                                                                                  \
    X(packets_out)                                                                                 \
    X(bytes_in)                                                                                    \
    X(bytes_out)                                                                                   \
    X(errors_in)                                                                                   \
    X(errors_out)

void totals_encode(const struct esp_totals *t, struct wr *to)
{
#define X(name) wr_u64(to, t->name);
    TOTALS(X)
#undef X
}

void totals_decode(struct rd *from, struct esp_totals *ret_totals)
{
#define X(name) ret_totals->name = rd_u64(from);
    TOTALS(X)
#undef X
}

static uint64_t age_of(ns_t at, ns_t now)
{
    return at == 0 ? UINT64_MAX : (uint64_t)MAX(now - at, 0);
}

static ns_t time_of(uint64_t age, ns_t now)
{
    if (age == UINT64_MAX)
        return 0;
    return age < (uint64_t)now ? now - (ns_t)age : 1; /* 0 means never */
}

void counters_encode(const struct esp_counters *c, ns_t now, struct wr *to)
{
#define X(name) wr_u64(to, c->name);
    COUNTERS(X)
#undef X
    wr_u64(to, age_of(c->last_in, now));
    wr_u64(to, age_of(c->last_out, now));
}

bool counters_decode(struct rd *from, ns_t now, struct esp_counters *ret_counters)
{
    struct esp_counters c;
#define X(name) c.name = rd_u64(from);
    COUNTERS(X)
#undef X
    c.last_in = time_of(rd_u64(from), now);
    c.last_out = time_of(rd_u64(from), now);
    if (!rd_is_done(from))
        return false;
    *ret_counters = c;
    return true;
}

/* ---- keys -------------------------------------------------------------------------------------
 */

static void put_part(struct wr *to, const void *p, size_t n)
{
    wr_u32(to, (uint32_t)n);
    wr_bytes(to, p, n);
}

static bool get_part(struct rd *from, const uint8_t **ret_p, size_t *ret_n)
{
    size_t n = rd_u32(from);
    const uint8_t *p = rd_bytes(from, n);
    *ret_p = p;
    *ret_n = n;
    return p != NULL;
}

static bool get_parts(struct rd *from, struct crypto_part *parts, size_t max, uint8_t *ret_n)
{
    uint8_t n = rd_u8(from);
    if (n > max)
        return false;
    for (uint8_t i = 0; i < n; i++) {
        const uint8_t *p;
        if (!get_part(from, &p, &parts[i].n))
            return false;
        parts[i].p = p;
    }
    *ret_n = n;
    return true;
}

static void put_name(struct wr *to, const char *name)
{
    put_text(to, name ? name : "");
}

void ask_encode(const struct ike_keys_request *k, struct wr *to)
{
    wr_u32(to, k->request);
    wr_u8(to, (uint8_t)k->kind);
    put_name(to, k->key);
    put_name(to, k->trustpoint);
    put_name(to, k->ppk_id);
    wr_u8(to, (uint8_t)k->auth);
    wr_u16(to, (uint16_t)k->prf);
    wr_u32(to, k->peer_hashes);
    wr_u8(to, k->peer_id ? (uint8_t)k->peer_id->type : (uint8_t)IKE_ID_NONE);
    put_part(to, k->peer_id ? k->peer_id->bytes : NULL, k->peer_id ? k->peer_id->len : 0);
    wr_u8(to, k->n_octets);
    for (uint8_t i = 0; i < k->n_octets; i++)
        put_part(to, k->octets[i].p, k->octets[i].n);
    wr_u8(to, (uint8_t)k->method);
    put_part(to, k->auth_data, k->auth_len);
    wr_u8(to, k->n_certs);
    for (uint8_t i = 0; i < k->n_certs; i++)
        put_part(to, k->certs[i].p, k->certs[i].n);
    put_part(to, k->sk, k->sk_len);
}

static bool get_id(struct rd *from, struct ike_id *ret_id)
{
    uint8_t type = rd_u8(from);
    const uint8_t *bytes;
    size_t n;
    if (!get_part(from, &bytes, &n) || n > IKE_ID_MAX || type > IKE_ID_KEY_ID)
        return false;
    *ret_id = (struct ike_id){ .type = (enum ike_id_type)type, .len = (uint16_t)n };
    memcpy(ret_id->bytes, bytes, n);
    return true;
}

bool ask_decode(struct rd *from, struct ike_keys_request *ret_request,
                struct ask_strings *ret_strings)
{
    struct ike_keys_request k = { .request = rd_u32(from) };
    struct ask_strings *s = ret_strings;
    uint8_t kind = rd_u8(from);
    if (kind > IKE_KEYS_PPK || !get_text(from, s->key, sizeof(s->key)) ||
        !get_text(from, s->trustpoint, sizeof(s->trustpoint)) ||
        !get_text(from, s->ppk_id, sizeof(s->ppk_id)))
        return false;
    uint8_t auth = rd_u8(from);
    k.prf = (enum crypto_prf)rd_u16(from);
    k.peer_hashes = rd_u32(from);
    if (auth > IKE_AUTH_CERT || !crypto_prf_alg((uint16_t)k.prf) || !get_id(from, &s->peer_id) ||
        !get_parts(from, k.octets, ARRAY_LEN(k.octets), &k.n_octets))
        return false;
    k.method = (enum crypto_auth)rd_u8(from);
    if (!get_part(from, &k.auth_data, &k.auth_len) ||
        !get_parts(from, k.certs, ARRAY_LEN(k.certs), &k.n_certs) ||
        !get_part(from, &k.sk, &k.sk_len))
        return false;
    k.kind = (enum ike_keys_kind)kind;
    k.auth = (enum ike_auth)auth;
    k.key = s->key;
    k.trustpoint = s->trustpoint[0] ? s->trustpoint : NULL;
    k.ppk_id = s->ppk_id[0] ? s->ppk_id : NULL;
    k.peer_id = &s->peer_id;
    *ret_request = k;
    return rd_is_done(from);
}

void answer_encode(const struct ike_keys_answer *a, struct wr *to)
{
    wr_u32(to, a->request);
    wr_u8(to, a->ok);
    put_name(to, a->why);
    wr_u8(to, (uint8_t)a->method);
    put_part(to, a->data, a->len);
    wr_u8(to, a->n_certs);
    for (uint8_t i = 0; i < a->n_certs; i++)
        put_part(to, a->certs[i], a->cert_len[i]);
}

bool answer_decode(struct rd *from, struct ike_keys_answer *ret_answer,
                   char ret_why[NAME_BYTES_MAX])
{
    struct ike_keys_answer a = { .request = rd_u32(from) };
    if (!get_bool(from, &a.ok) || !get_text(from, ret_why, NAME_BYTES_MAX))
        return false;
    a.why = ret_why;
    a.method = (enum crypto_auth)rd_u8(from);
    if (!get_part(from, &a.data, &a.len))
        return false;
    a.n_certs = rd_u8(from);
    if (a.n_certs > CRYPTO_CHAIN_MAX)
        return false;
    for (uint8_t i = 0; i < a.n_certs; i++)
        if (!get_part(from, &a.certs[i], &a.cert_len[i]))
            return false;
    *ret_answer = a;
    return rd_is_done(from);
}

/* ---- workers -----------------------------------------------------------------------------------
 */

void wish_encode(const struct workers_wish *w, struct wr *to)
{
    wr_u8(to, w->workers);
    wr_u8(to, w->kernel);
    wr_u32(to, w->tunnels);
}

bool wish_decode(struct rd *from, struct workers_wish *ret_wish)
{
    struct workers_wish w = { .workers = rd_u8(from) };
    if (!get_bool(from, &w.kernel))
        return false;
    w.tunnels = rd_u32(from);
    if (!rd_is_done(from) || w.workers > ESP_WORKERS_MAX)
        return false;
    *ret_wish = w;
    return true;
}

void too_big_encode(const struct too_big *b, struct wr *to)
{
    put_ip(to, &b->remote);
    wr_u32(to, b->mtu);
    wr_u32(to, b->spi);
}

bool too_big_decode(struct rd *from, struct too_big *ret)
{
    struct too_big b;
    if (!get_ip(from, &b.remote))
        return false;
    b.mtu = rd_u32(from);
    b.spi = rd_u32(from);
    if (!rd_is_done(from))
        return false;
    *ret = b;
    return true;
}

void strays_encode(const struct view_ike_worker *v, struct wr *to)
{
    wr_u32(to, v->process);
    wr_u64(to, v->handed_over);
    wr_u64(to, v->taken_over);
    wr_u64(to, v->lost);
}

bool strays_decode(struct rd *from, struct view_ike_worker *v)
{
    v->process = rd_u32(from);
    v->handed_over = rd_u64(from);
    v->taken_over = rd_u64(from);
    v->lost = rd_u64(from);
    return rd_is_done(from);
}
