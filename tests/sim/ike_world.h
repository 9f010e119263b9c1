/* tests/sim/ike_world.h: two IKE engines over a link in virtual time, with a model of ESP between
 * them: packets with SPIs, delivered when the SPI is installed at the other end. Keys are answered
 * by a PSK at once. Faults are numbers of struct world. Test programs only. */
#ifndef IKE_WORLD_H
#define IKE_WORLD_H

#include <stdlib.h>

#include "../unit/unit.h"
#include "base/hash.h"
#include "crypto/secret.h"
#include "ike/identity.h"
#include "ike/ike.h"
#include "ike/keymat.h"
#include "ike/message.h"
#include "ike/selector.h"
#include "ike/view.h"

enum { WORLD_FLIGHTS_MAX = 8192, WORLD_CHILDREN_MAX = 64, WORLD_LINES = 64 };

struct flight {
    bool keys; /* no datagram: an answer of the keys process */
    struct ike_keys_answer answer;
    ns_t at;
    uint64_t order;
    int to;
    bool esp;
    uint32_t spi;
    struct esp_path path; /* as the receiver sees it */
    uint8_t *bytes;
    size_t len;
};

struct world;

struct world_child {
    uint32_t id, spi_in, spi_out;
    bool installed, out, heard, told;
    struct esp_path path;
    struct esp_child esp;
    struct esp_counters counters;
};

struct world_end {
    struct ike *e;
    struct ike_config config;
    struct ike_connection conn; /* with these lists */
    struct ike_lists lists;
    struct ip_addr address;
    uint16_t nat_port; /* not 0: its packets come from nat_address, this port and the next one */
    struct ip_addr nat_address;
    struct world_child child[WORLD_CHILDREN_MAX];
    bool up, deaf_keys, wrong_key;
    uint32_t workers; /* of its data plane; 0: one, as everywhere but in their own tests */
    unsigned keepalives, key_lines, certs_seen;
    unsigned ups, downs, adds, removes, outs, failures;
    uint64_t received, unknown, sent;
    char last_failure[1024];
};

struct world {
    uint64_t seed, order, hash, packets;
    struct rng rng;
    ns_t now, delay_us, jitter_us;
    uint32_t loss_ppm, duplicate_ppm;
    bool cut, cut_from[2];
    bool one_path; /* what leaves from another address than the present one is lost, too */
    bool (*drops)(struct world *w, int from, const struct ike_header *h); /* NULL: none */
    void (*tap)(struct world *w, const struct flight *f); /* sees what is delivered */
    int drop_from, drop_exchange, drop_left;              /* for drops */
    bool drop_response;
    ns_t keys_take; /* so long, at most, the keys process thinks */
    ns_t esp_every; /* 0: no traffic */
    ns_t esp_at;
    struct world_end end[2];
    struct flight *flight; /* heap */
    size_t flight_n;
    uint64_t ike_rekeys;
    size_t longest; /* IKE datagram */
    char line[WORLD_LINES][256];
    unsigned lines;
};

#define HOLDS(w, condition)                                                                        \
    do {                                                                                           \
        if (!(condition))                                                                          \
            world_fail((w), __FILE__, __LINE__, #condition);                                       \
    } while (0)

static inline void world_fail(struct world *w, const char *file, int line, const char *what)
{
    for (unsigned i = w->lines > WORLD_LINES ? w->lines - WORLD_LINES : 0; i < w->lines; i++)
        fprintf(stderr, "# %s\n", w->line[i % WORLD_LINES]);
    for (int end = 0; end < 2; end++)
        for (size_t i = 0; i < WORLD_CHILDREN_MAX; i++) {
            const struct world_child *c = &w->end[end].child[i];
            if (c->installed)
                fprintf(stderr, "# end %d child %u in %08x out %08x%s\n", end, c->id, c->spi_in,
                        c->spi_out, c->out ? " sends" : "");
        }
    fail_msg("%s:%d: seed=%llu now=%.3f s: %s", file, line, (unsigned long long)w->seed,
             (double)w->now / 1e9, what);
}

static inline void world_note(struct world *w, int end, const char *text)
{
    snprintf(w->line[w->lines++ % WORLD_LINES], sizeof(w->line[0]), "%10.3f %c %s",
             (double)w->now / 1e9, 'A' + end, text);
    if (getenv("VERBOSE"))
        fprintf(stderr, "# %10.3f %c %s\n", (double)w->now / 1e9, 'A' + end, text);
}

static inline struct world_child *world_child(struct world *w, int end, uint32_t id)
{
    for (size_t i = 0; i < WORLD_CHILDREN_MAX; i++) {
        struct world_child *c = &w->end[end].child[i];
        if (c->installed && c->id == id)
            return c;
    }
    return NULL;
}

static inline struct world_child *world_by_spi(struct world *w, int end, uint32_t spi_in)
{
    for (size_t i = 0; i < WORLD_CHILDREN_MAX; i++) {
        struct world_child *c = &w->end[end].child[i];
        if (c->installed && c->spi_in == spi_in)
            return c;
    }
    return NULL;
}

static inline struct world_child *world_out(struct world *w, int end)
{
    for (size_t i = 0; i < WORLD_CHILDREN_MAX; i++)
        if (w->end[end].child[i].installed && w->end[end].child[i].out)
            return &w->end[end].child[i];
    return NULL;
}

static inline unsigned world_children(struct world *w, int end)
{
    unsigned n = 0;
    for (size_t i = 0; i < WORLD_CHILDREN_MAX; i++)
        n += w->end[end].child[i].installed;
    return n;
}

/* What one end sends with is installed at the other, both ways. */
static inline bool world_works(struct world *w)
{
    for (int end = 0; end < 2; end++) {
        const struct world_child *c = world_out(w, end);
        if (!c || !world_by_spi(w, !end, c->spi_out))
            return false;
    }
    return true;
}

/* --- the link --------------------------------------------------------------------------------- */

static inline void world_launch(struct world *w, int from, const struct esp_path *path, bool esp,
                                uint32_t spi, const uint8_t *bytes, size_t len)
{
    int copies = rng_chance(&w->rng, w->duplicate_ppm) ? 2 : 1;
    const struct world_end *me = &w->end[from];
    for (int i = 0; i < copies; i++) {
        if (w->cut || w->cut_from[from] || rng_chance(&w->rng, w->loss_ppm))
            continue;
        if (w->one_path && !ip_eq(&path->local, &me->address))
            continue;
        HOLDS(w, w->flight_n < WORLD_FLIGHTS_MAX);
        struct flight *f = &w->flight[w->flight_n++];
        *f = (struct flight){ .order = w->order++, .to = !from, .esp = esp, .spi = spi };
        f->at = w->now + (w->delay_us + rng_between(&w->rng, 0, w->jitter_us)) * NS_PER_US;
        f->path = (struct esp_path){ .local = path->remote,
                                     .remote = path->local,
                                     .local_port = path->remote_port,
                                     .remote_port = path->local_port };
        if (f->path.remote.family == IP_NONE)
            f->path.remote = me->address;
        if (me->nat_port) {
            f->path.remote = me->nat_address;
            f->path.remote_port = (uint16_t)(me->nat_port + (path->local_port == IKE_PORT_NAT));
        }
        const struct world_end *you = &w->end[!from];
        bool through = you->nat_port && ip_eq(&path->remote, &you->nat_address) &&
                       path->remote_port - you->nat_port <= 1;
        if (through) {
            f->path.local = you->address;
            f->path.local_port = path->remote_port == you->nat_port ? IKE_PORT : IKE_PORT_NAT;
        }
        if (!through && (you->nat_port || !ip_eq(&path->remote, &you->address))) {
            w->flight_n--; /* nobody is there */
            continue;
        }
        if (len) {
            f->bytes = malloc(len);
            memcpy(f->bytes, bytes, len);
            f->len = len;
        }
    }
}

static inline void world_send(struct world *w, int from, const struct ike_action *a)
{
    struct ike_header h;
    HOLDS(w, ike_header_decode(a->bytes, a->len, &h));
    char line[200];
    snprintf(line, sizeof(line), "  sends exchange %u id %u%s%s spi %08x %zu bytes port %u",
             h.exchange, h.message_id, h.flags & IKE_FLAG_RESPONSE ? " response" : "",
             h.flags & IKE_FLAG_INITIATOR ? " I" : "", (unsigned)(h.spi_i >> 32), a->len,
             a->path.remote_port);
    if (getenv("VERBOSE"))
        world_note(w, from, line);
    w->packets++;
    w->hash = hash_bytes(w->hash, a->bytes, a->len);
    w->longest = a->len > w->longest ? a->len : w->longest;
    if (w->drops && w->drops(w, from, &h))
        return;
    world_launch(w, from, &a->path, false, 0, a->bytes, a->len);
}

/* --- actions ---------------------------------------------------------------------------------- */

static inline void world_keys(struct world *w, int end, const struct ike_keys_request *k)
{
    struct world_end *me = &w->end[end];
    struct secret psk;
    uint8_t auth[CRYPTO_HASH_MAX];
    uint8_t sk[3 * CRYPTO_HASH_MAX];
    struct ike_keys_answer a = { .request = k->request, .method = CRYPTO_AUTH_PSK };
    const char *key = me->wrong_key ? "wrong" : "a shared secret";
    if (me->deaf_keys)
        return;
    static const uint8_t chain[2][1500] = { { 0x30, 1 }, { 0x30, 2 } };
    HOLDS(w, secret_set(&psk, key, strlen(key)));
    me->certs_seen += k->n_certs;
    if (k->auth == IKE_AUTH_CERT && k->kind == IKE_KEYS_SIGN) { /* certificates of no content */
        a.method = CRYPTO_AUTH_SIGNATURE;
        a.certs[0] = chain[0];
        a.certs[1] = chain[1];
        a.cert_len[0] = a.cert_len[1] = sizeof(chain[0]);
        a.n_certs = 2;
        a.ca_hashes = chain[0];
        a.ca_hashes_len = 40;
    }
    if (k->kind == IKE_KEYS_SIGN) {
        a.ok = ike_psk_auth(k->prf, &psk, k->octets, k->n_octets, auth, &a.len) == 0;
        a.data = auth;
    } else if (k->kind == IKE_KEYS_VERIFY) {
        struct crypto_part part = { k->auth_data, k->auth_len };
        a.ok = ike_psk_verify(k->prf, &psk, k->octets, k->n_octets, &part);
        a.why = "the pre-shared key differs";
    } else {
        struct secret ppk;
        HOLDS(w, secret_set(&ppk, "quantum", 7) && k->sk_len <= sizeof(sk));
        memcpy(sk, k->sk, k->sk_len);
        a.ok = ike_ppk_mix(k->prf, &ppk, sk, k->sk_len) == 0;
        a.data = sk;
        a.len = k->sk_len;
    }
    if (!w->keys_take) {
        ike_keys_answered(me->e, w->now, &a);
        return;
    }
    HOLDS(w, w->flight_n < WORLD_FLIGHTS_MAX);
    struct flight *f = &w->flight[w->flight_n++];
    *f = (struct flight){ .keys = true, .answer = a, .order = w->order++, .to = end };
    f->at = w->now + rng_between(&w->rng, 0, w->keys_take);
    f->bytes = malloc(CRYPTO_HASH_MAX * 3);
    memcpy(f->bytes, k->kind == IKE_KEYS_PPK ? sk : auth, a.len);
    f->answer.data = f->bytes;
}

static inline void world_child_action(struct world *w, int end, const struct ike_action *a)
{
    struct world_end *me = &w->end[end];
    struct world_child *c = world_child(w, end, a->child->id);
    if (a->kind == IKE_DO_CHILD_ADD) {
        uint32_t workers = MAX(me->workers, UINT32_C(1));
        HOLDS(w, !c && !world_by_spi(w, end, a->child->spi_in));
        HOLDS(w, esp_worker_of_spi(a->child->spi_in, workers) ==
                     esp_worker_of(a->child->connection, workers));
        size_t i = 0;
        while (i < WORLD_CHILDREN_MAX && me->child[i].installed)
            i++;
        HOLDS(w, i < WORLD_CHILDREN_MAX);
        me->child[i] = (struct world_child){ .id = a->child->id,
                                             .spi_in = a->child->spi_in,
                                             .spi_out = a->child->spi_out,
                                             .installed = true,
                                             .path = a->child->path,
                                             .esp = *a->child };
        me->adds++;
        return;
    }
    HOLDS(w, c);
    if (a->kind == IKE_DO_CHILD_REMOVE) {
        c->installed = c->out = false;
        me->removes++;
    } else if (a->kind == IKE_DO_CHILD_PATH) {
        c->path = a->child->path;
    } else {
        for (size_t i = 0; i < WORLD_CHILDREN_MAX; i++)
            me->child[i].out = false;
        c->out = true;
        me->outs++;
    }
}

static inline void world_act(struct world *w, int end, const struct ike_action *a)
{
    struct world_end *me = &w->end[end];
    uint64_t what[] = { w->hash, (uint64_t)w->now, (uint64_t)end, a->kind };
    w->hash = hash_bytes(1, what, sizeof(what));
    switch (a->kind) {
    case IKE_DO_SEND:
        world_send(w, end, a);
        break;
    case IKE_DO_KEEPALIVE:
        me->keepalives++;
        break;
    case IKE_DO_TRACE:
        world_note(w, end, a->text);
        break;
    case IKE_DO_KEY_LOG:
        me->key_lines++;
        break;
    case IKE_DO_KEYS:
        world_keys(w, end, a->keys);
        break;
    case IKE_DO_CHILD_ADD:
    case IKE_DO_CHILD_OUT:
    case IKE_DO_CHILD_PATH:
    case IKE_DO_CHILD_REMOVE:
        world_child_action(w, end, a);
        break;
    case IKE_DO_TUNNEL:
        HOLDS(w, a->on != me->up);
        me->up = a->on;
        me->ups += a->on;
        me->downs += !a->on;
        break;
    case IKE_DO_EVENT:
        world_note(w, end, a->text);
        w->ike_rekeys += strncmp(a->text, "IKE SA was rekeyed", 18) == 0 && end == 0;
        if (a->severity != DIAG_NOTE && strstr(a->text, " id=")) {
            me->failures++;
            snprintf(me->last_failure, sizeof(me->last_failure), "%s", a->text);
        }
        break;
    }
}

static inline void world_drain(struct world *w, int end)
{
    struct ike_action a;
    while (w->end[end].e && ike_next(w->end[end].e, &a))
        world_act(w, end, &a);
}

/* --- time ------------------------------------------------------------------------------------- */

static inline void world_deliver(struct world *w, const struct flight *f)
{
    struct world_end *to = &w->end[f->to];
    if (!to->e)
        return;
    if (f->keys) {
        ike_keys_answered(to->e, w->now, &f->answer);
        return;
    }
    if (!f->esp) {
        ike_receive(to->e, w->now, &f->path, f->bytes, f->len);
        return;
    }
    struct world_child *c = world_by_spi(w, f->to, f->spi);
    struct esp_event event = { .kind = ESP_UNKNOWN_SPI, .spi = f->spi, .path = f->path };
    if (!c) {
        to->unknown++;
        ike_esp_event(to->e, w->now, &event);
        return;
    }
    to->received++;
    c->counters.packets_in++;
    c->counters.last_in = w->now;
    event.kind = ESP_ACTIVE;
    event.child = c->id;
    if (!c->heard)
        ike_esp_event(to->e, w->now, &event);
    c->heard = true;
    bool moved = !ip_eq(&f->path.remote, &c->path.remote) ||
                 (c->path.remote_port && f->path.remote_port != c->path.remote_port);
    event.kind = ESP_MOVED;
    if (moved)
        ike_esp_event(to->e, w->now, &event);
}

static inline void world_traffic(struct world *w)
{
    for (int end = 0; end < 2; end++) {
        struct world_child *c = world_out(w, end);
        if (!c)
            continue;
        w->end[end].sent++;
        c->counters.packets_out++;
        c->counters.last_out = w->now;
        world_launch(w, end, &c->path, true, c->spi_out, NULL, 0);
    }
    w->esp_at = w->now + w->esp_every;
}

static inline void world_count(struct world *w, int end)
{
    for (size_t i = 0; i < WORLD_CHILDREN_MAX; i++) {
        const struct world_child *c = &w->end[end].child[i];
        if (c->installed)
            ike_esp_counters(w->end[end].e, w->now, c->id, &c->counters);
    }
}

/* One thing that is due no later than `until`; false: nothing is. */
static inline bool world_step(struct world *w, ns_t until)
{
    size_t first = 0;
    for (size_t i = 1; i < w->flight_n; i++) {
        const struct flight *a = &w->flight[i], *b = &w->flight[first];
        if (a->at < b->at || (a->at == b->at && a->order < b->order))
            first = i;
    }
    ns_t at = w->flight_n ? w->flight[first].at : NS_NEVER, timer[2];
    ns_t esp = w->esp_every ? MAX(w->esp_at, w->now) : NS_NEVER;
    for (int end = 0; end < 2; end++)
        timer[end] = w->end[end].e ? ike_deadline(w->end[end].e) : NS_NEVER;
    ns_t next = MIN(MIN(at, esp), MIN(timer[0], timer[1]));
    if (next > until) {
        w->now = until;
        return false;
    }
    w->now = MAX(next, w->now);
    if (at == next) {
        struct flight f = w->flight[first];
        w->flight[first] = w->flight[--w->flight_n];
        if (w->tap)
            w->tap(w, &f);
        world_deliver(w, &f);
        free(f.bytes);
        world_drain(w, f.to);
    } else if (esp == next) {
        world_traffic(w);
    } else {
        int end = timer[0] == next ? 0 : 1;
        world_count(w, end);
        ike_advance(w->end[end].e, w->now);
        world_drain(w, end);
        HOLDS(w, ike_deadline(w->end[end].e) > w->now || timer[end] < w->now ||
                     ike_deadline(w->end[end].e) >= w->now);
    }
    return true;
}

static inline void world_run(struct world *w, ns_t span)
{
    ns_t until = w->now + span;
    unsigned steps = 0;
    while (world_step(w, until))
        HOLDS(w, ++steps < 10000000);
}

/* Until the condition holds, at most so long; the time it took. */
static inline ns_t world_wait(struct world *w, ns_t span, bool (*is_so)(struct world *w))
{
    ns_t from = w->now;
    while (!is_so(w) && world_step(w, from + span))
        continue;
    return w->now - from;
}

/* --- what show would say -----------------------------------------------------------------------
 */

struct world_sink {
    struct view_sink sink;
    unsigned sas, up, children, rekeys;
};

static inline bool world_emit(struct view_sink *sink, const struct view *v, const void *record)
{
    struct world_sink *s = (struct world_sink *)(void *)sink;
    if (v->id == VIEW_IKE_SA) {
        const struct view_ike_sa *sa = record;
        s->sas++;
        s->up += sa->up;
        s->rekeys = sa->rekeys > s->rekeys ? sa->rekeys : s->rekeys;
    } else if (v->id == VIEW_IKE_CHILD) {
        s->children++;
    }
    return true;
}

static inline struct world_sink world_show(struct world *w, int end)
{
    struct world_sink s = { .sink.emit = world_emit };
    HOLDS(w, ike_query(w->end[end].e, w->now, 0, &s.sink) == 0);
    return s;
}

/* One IKE SA and one CHILD SA at each end, which work: nothing was left behind. */
static inline bool world_is_tidy(struct world *w)
{
    for (int end = 0; end < 2; end++) {
        struct world_sink s = world_show(w, end);
        if (s.sas != 1 || s.up != 1 || s.children != 1 || world_children(w, end) != 1)
            return false;
    }
    return world_works(w);
}

/* --- begin, end ------------------------------------------------------------------------------- */

static inline struct ip_addr world_ip(const char *s)
{
    struct ip_addr a;
    if (!ip_parse(s, &a))
        fail();
    return a;
}

static inline struct ike_proposal world_proposal(bool child, bool pfs)
{
    struct ike_proposal p = { .encr = { { CRYPTO_AES_GCM_16, 256 } }, .n_encr = 1 };
    if (!child) {
        p.prf[p.n_prf++] = CRYPTO_PRF_SHA256;
        p.group[p.n_group++] = CRYPTO_X25519;
    } else if (pfs) {
        p.group[p.n_group++] = CRYPTO_X25519;
    }
    return p;
}

static inline struct ike_connection world_connection(int end, struct ike_lists *lists)
{
    *lists = (struct ike_lists){ .n_ike = 1, .n_child = 1, .n_local_ts = 1, .n_remote_ts = 1 };
    struct ike_connection c = {
        .id = 1,
        .name = end ? "Tunnel2" : "Tunnel1",
        .local = world_ip(end ? "192.0.2.2" : "192.0.2.1"),
        .remote = world_ip(end ? "192.0.2.1" : "192.0.2.2"),
        .key = "psk",
        .lists = lists,
        .start = end ? IKE_START_NEVER : IKE_START_AT_ONCE,
        .ike_lifetime_s = 3600,
        .child_lifetime_s = 900,
        .rekey_fuzz_percent = 50,
        .dpd = IKE_DPD_PERIODIC,
        .dpd_interval_s = 30,
        .dpd_retry_s = 5,
        .dpd_retries = 5,
        .fragmentation = true,
        .window = 1024,
    };
    lists->ike[0] = world_proposal(false, false);
    lists->child[0] = world_proposal(true, true);
    lists->local_ts[0] = lists->remote_ts[0] = (struct esp_selector){
        .from = world_ip("0.0.0.0"), .to = world_ip("255.255.255.255"), .port_to = 65535
    };
    return c;
}

/* An engine starts (again), without anything it knew. */
static inline void world_boot(struct world *w, int end)
{
    struct world_end *me = &w->end[end];
    ike_free(me->e);
    memset(me->child, 0, sizeof(me->child));
    me->up = false;
    struct ike_params p = { .random = crypto_random_seeded(rng_u64(&w->rng)),
                            .workers = me->workers };
    me->e = ike_new(&p);
    HOLDS(w, me->e);
    me->config.connections = &me->conn;
    me->config.n = 1;
    ike_advance(me->e, w->now);
    HOLDS(w, ike_configure(me->e, w->now, &me->config) == 0);
    world_drain(w, end);
}

static inline void world_end_both(struct world *w)
{
    for (int end = 0; end < 2; end++) {
        ike_free(w->end[end].e);
        w->end[end].e = NULL;
    }
    for (size_t i = 0; i < w->flight_n; i++)
        free(w->flight[i].bytes);
    free(w->flight);
    w->flight = NULL;
    w->flight_n = 0;
}

/* Both ends as they are configured by default; change w->end[].conn before world_boot(). */
static inline void world_begin(struct world *w, uint64_t seed)
{
    if (w->flight)
        world_end_both(w); /* a test failed in the middle */
    struct flight *flight = calloc(WORLD_FLIGHTS_MAX, sizeof(*flight));
    memset(w, 0, sizeof(*w));
    w->flight = flight;
    w->seed = seed;
    w->rng = rng_init(seed);
    w->delay_us = 20000;
    w->jitter_us = 2000;
    for (int end = 0; end < 2; end++) {
        w->end[end].conn = world_connection(end, &w->end[end].lists);
        w->end[end].address = w->end[end].conn.local;
    }
}

#endif
