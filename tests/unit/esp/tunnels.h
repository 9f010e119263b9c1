/* tests/unit/esp/tunnels.h: two data planes with a tunnel between them, for the tests of esp/: what
 * one seals, the other opens. Test programs only. */
#ifndef TESTS_ESP_TUNNELS_H
#define TESTS_ESP_TUNNELS_H

#include "../unit.h"
#include "esp/internal.h"
#include "packets.h"

enum { ROOM = 512 * 1024, HEAD = 64, FRAME_MAX = 66000 };

/* One end: its engine, and where it last wrote. */
struct end {
    struct esp *e;
    struct esp_to_net net;
    struct esp_to_tun tun;
    uint8_t room[HEAD + ROOM];
};
struct ends {
    struct end a, b;
    uint8_t frame[HEAD + FRAME_MAX + ESP_TAILROOM];
    uint8_t gathered[FRAME_MAX + 100];
    ns_t now;
};

/* What differs from case to case. */
struct setup {
    uint16_t encr, bits, integ;
    bool esn, bare, vnet, outer_v6, transport, copy_dscp, no_runs;
    enum esp_df df;
    uint16_t ip_mtu, tcp_mss;
    struct esp_limits limits;
};

static inline struct ip_addr address(const char *s)
{
    struct ip_addr a = { 0 };
    assert_true(ip_parse(s, &a));
    return a;
}

static inline struct esp_selector any_of(uint8_t family)
{
    struct esp_selector s = { .port_to = 65535 };
    s.from.family = s.to.family = family;
    memset(s.to.b, 0xff, ip_bytes(family));
    return s;
}

/* One CHILD SA as a's IKE sees it; b's is its mirror. */
static inline struct esp_child child_of(const struct setup *s, uint32_t id)
{
    struct esp_child c = { .id = id,
                           .connection = 1,
                           .spi_in = 0x1000 + id,
                           .spi_out = 0x2000 + id,
                           .encr = s->encr ? s->encr : CRYPTO_AES_GCM_16,
                           .encr_bits = s->encr ? s->bits : 128,
                           .integ = s->integ,
                           .esn = s->esn,
                           .transport = s->transport,
                           .window = 1024,
                           .limits = s->limits,
                           .df = s->df,
                           .copy_dscp = s->copy_dscp,
                           .n_local = 2,
                           .n_remote = 2 };
    for (size_t i = 0; i < ESP_KEY_MAX; i++) {
        c.key_in[i] = (uint8_t)(i + id);
        c.key_out[i] = (uint8_t)(200 - i - id);
    }
    c.path.local = address(s->outer_v6 ? "2001:db8::1" : "192.0.2.1");
    c.path.remote = address(s->outer_v6 ? "2001:db8::2" : "192.0.2.2");
    if (s->transport) { /* the packets of packets.h */
        c.path.local = address(s->outer_v6 ? "fd00::" : "10.1.0.0");
        c.path.remote = address(s->outer_v6 ? "fd00::7" : "10.2.0.7");
    }
    c.path.local_port = c.path.remote_port = s->bare ? 0 : 4500;
    c.local[0] = c.remote[0] = any_of(IP_V4);
    c.local[1] = c.remote[1] = any_of(IP_V6);
    return c;
}

static inline struct esp_child mirrored(const struct esp_child *c)
{
    struct esp_child m = *c;
    m.spi_in = c->spi_out;
    m.spi_out = c->spi_in;
    memcpy(m.key_in, c->key_out, ESP_KEY_MAX);
    memcpy(m.key_out, c->key_in, ESP_KEY_MAX);
    m.path = (struct esp_path){ .local = c->path.remote,
                                .remote = c->path.local,
                                .local_port = c->path.remote_port,
                                .remote_port = c->path.local_port };
    memcpy(m.local, c->remote, sizeof(m.local));
    memcpy(m.remote, c->local, sizeof(m.remote));
    m.n_local = c->n_remote;
    m.n_remote = c->n_local;
    return m;
}

static inline void add_child(struct ends *w, const struct esp_child *c)
{
    const struct esp_child m = mirrored(c);
    assert_int_equal(esp_child_add(w->a.e, w->now, c), 0);
    assert_int_equal(esp_child_add(w->b.e, w->now, &m), 0);
    esp_child_out(w->a.e, c->id);
    esp_child_out(w->b.e, c->id);
}

/* Two ends without a CHILD SA. */
static inline struct ends *ends_bare(const struct setup *s)
{
    struct ends *w = calloc(1, sizeof(*w));
    assert_non_null(w);
    const struct esp_params params = { .hash_key = 7,
                                       .random = crypto_random_seeded(1),
                                       .max_tunnels = 4,
                                       .max_children = 8,
                                       .no_runs = s->no_runs };
    const struct esp_tunnel_params tunnel = {
        .connection = 1, .vnet = s->vnet, .ip_mtu = s->ip_mtu, .tcp_mss = s->tcp_mss
    };
    w->now = NS_PER_S;
    w->a.e = esp_new(&params);
    w->b.e = esp_new(&params);
    assert_true(w->a.e && w->b.e);
    assert_int_equal(esp_tunnel_set(w->a.e, &tunnel), 0);
    assert_int_equal(esp_tunnel_set(w->b.e, &tunnel), 0);
    return w;
}

static inline struct ends *ends_new(const struct setup *s)
{
    struct ends *w = ends_bare(s);
    const struct esp_child c = child_of(s, 1);
    add_child(w, &c);
    return w;
}

static inline void ends_free(struct ends *w)
{
    esp_free(w->a.e);
    esp_free(w->b.e);
    free(w);
}

static inline void end_clear(struct end *x)
{
    esp_to_net_init(&x->net, x->room + HEAD, ROOM, &x->tun);
    esp_to_tun_init(&x->tun);
}

/* a seals n bytes in w->frame + HEAD, virtio header included. */
static inline void seal(struct ends *w, struct end *x, size_t n)
{
    struct esp_frame f = { .bytes = w->frame + HEAD, .len = (uint32_t)n };
    end_clear(x);
    assert_int_equal(esp_seal(x->e, w->now, 1, &f, 1, &x->net), 1);
}

/* Makes a packet and seals it at x, with an empty virtio header where the tunnel has them. */
static inline size_t seal_packet(struct ends *w, struct end *x, const struct spec *s, bool vnet)
{
    size_t head = vnet ? ESP_VNET_BYTES : 0, n;
    memset(w->frame + HEAD, 0, head);
    n = make_packet(w->frame + HEAD + head, s);
    seal(w, x, head + n);
    return n;
}

/* A run as its receiver gets it. */
static inline struct esp_received received(const struct esp_datagram *d)
{
    struct esp_received r = {
        .bytes = d->bytes, .len = d->len, .segment = d->count > 1 ? d->segment : 0, .tos = d->tos
    };
    r.path = (struct esp_path){ .local = d->path->remote,
                                .remote = d->path->local,
                                .local_port = d->path->remote_port,
                                .remote_port = d->path->local_port };
    return r;
}

/* Everything that x sealed is opened at y. */
static inline void pass(struct ends *w, struct end *x, struct end *y)
{
    esp_to_tun_init(&y->tun);
    for (uint32_t i = 0; i < x->net.n; i++) {
        struct esp_received r = received(&x->net.datagrams[i]);
        assert_int_equal(esp_open(y->e, w->now, &r, 1, &y->tun), 1);
    }
    esp_to_tun_finish(&y->tun);
}

static inline size_t gather_frame(struct ends *w, const struct esp_tun_frame *f)
{
    size_t n = 0;
    for (uint16_t i = 0; i < f->n; i++) {
        memcpy(w->gathered + n, f->slices[i].base, f->slices[i].len);
        n += f->slices[i].len;
    }
    assert_int_equal(n, f->len);
    return n;
}

static inline struct esp_counters counters(const struct end *x, uint32_t id)
{
    struct esp_counters c = { 0 };
    assert_true(esp_child_counters(x->e, id, &c));
    return c;
}

/* The next event's kind; -1: none. */
static inline int event_of(struct end *x)
{
    struct esp_event e;
    return esp_next_event(x->e, &e) ? (int)e.kind : -1;
}

#endif
