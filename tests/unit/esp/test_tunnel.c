/* esp/tunnel.h: what one end seals, the other opens: algorithms, families, ways outside; what is
 * refused, counted and told. */
#include "base/rng.h"
#include "tunnels.h"

/* ---- round trips -------------------------------------------------------------------------- */

static const struct {
    uint16_t encr, bits, integ;
} algorithms[] = {
    { CRYPTO_ENCR_NULL, 0, 0 },
    { CRYPTO_AES_GCM_16, 128, 0 },
    { CRYPTO_AES_GCM_16, 192, 0 },
    { CRYPTO_AES_GCM_16, 256, 0 },
    { CRYPTO_CHACHA20_POLY1305, 0, 0 },
    { CRYPTO_AES_CBC, 128, CRYPTO_SHA1_96 },
    { CRYPTO_AES_CBC, 128, CRYPTO_SHA256_128 },
    { CRYPTO_AES_CBC, 192, CRYPTO_SHA384_192 },
    { CRYPTO_AES_CBC, 256, CRYPTO_SHA1_96 },
    { CRYPTO_AES_CBC, 256, CRYPTO_SHA256_128 },
    { CRYPTO_AES_CBC, 256, CRYPTO_SHA512_256 },
};

/* Packets of many lengths, both families inside. */
static void trip(const struct setup *s)
{
    struct ends *w = ends_new(s);
    static uint8_t before[2000];
    uint64_t bytes = 0, count = 0;
    size_t head = s->vnet ? ESP_VNET_BYTES : 0;
    for (uint32_t payload = 0; payload < 1300; payload += payload < 40 ? 1 : 191) {
        for (uint8_t family = IP_V4; family <= IP_V6; family += 2) {
            const struct spec p = {
                .family = family, .protocol = 17, .dport = 9, .payload = payload
            };
            size_t n = make_packet(before, &p);
            seal_packet(w, &w->a, &p, s->vnet);
            assert_int_equal(w->a.net.n, 1);
            const struct esp_datagram *d = &w->a.net.datagrams[0];
            if (s->encr != CRYPTO_ENCR_NULL && payload > 16)
                CLAIM("it cannot be read", !memmem(d->bytes, d->len, before + 20, 24));
            pass(w, &w->a, &w->b);
            assert_int_equal(w->b.tun.n, 1);
            assert_int_equal(gather_frame(w, &w->b.tun.frames[0]), head + n);
            CLAIM("the same packet", memcmp(w->gathered + head, before, n) == 0);
            bytes += n;
            count++;
        }
    }
    struct esp_counters out = counters(&w->a, 1), in = counters(&w->b, 1);
    assert_true(out.packets_out == count && out.bytes_out == bytes && out.sequence_out == count);
    assert_true(in.packets_in == count && in.bytes_in == bytes && in.sequence_in == count);
    assert_true(in.last_in == w->now && out.last_out == w->now && in.last_out == 0);
    ends_free(w);
}

/* [RFC 4303 3] [RFC 4106 3] [RFC 7634 2] [RFC 3602 3] [RFC 3948 2.1] */
static void every_algorithm_every_way(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++) {
        for (unsigned way = 0; way < 16; way++) {
            const struct setup s = { .encr = algorithms[i].encr,
                                     .bits = algorithms[i].bits,
                                     .integ = algorithms[i].integ,
                                     .esn = way & 1,
                                     .bare = way & 2,
                                     .outer_v6 = way & 4,
                                     .vnet = way & 8 };
            trip(&s);
        }
    }
}

/* [RFC 7634 appendix A] A packet as it stands in the RFC. */
static void the_packet_of_rfc_7634(void **state)
{
    (void)state;
    static const uint8_t packet[] = {
        0x01, 0x02, 0x03, 0x04, 0x00, 0x00, 0x00, 0x05, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16,
        0x17, 0x24, 0x03, 0x94, 0x28, 0xb9, 0x7f, 0x41, 0x7e, 0x3c, 0x13, 0x75, 0x3a, 0x4f, 0x05,
        0x08, 0x7b, 0x67, 0xc3, 0x52, 0xe6, 0xa7, 0xfa, 0xb1, 0xb9, 0x82, 0xd4, 0x66, 0xef, 0x40,
        0x7a, 0xe5, 0xc6, 0x14, 0xee, 0x80, 0x99, 0xd5, 0x28, 0x44, 0xeb, 0x61, 0xaa, 0x95, 0xdf,
        0xab, 0x4c, 0x02, 0xf7, 0x2a, 0xa7, 0x1e, 0x7c, 0x4c, 0x4f, 0x64, 0xc9, 0xbe, 0xfe, 0x2f,
        0xac, 0xc6, 0x38, 0xe8, 0xf3, 0xcb, 0xec, 0x16, 0x3f, 0xac, 0x46, 0x9b, 0x50, 0x27, 0x73,
        0xf6, 0xfb, 0x94, 0xe6, 0x64, 0xda, 0x91, 0x65, 0xb8, 0x28, 0x29, 0xf6, 0x41, 0xe0, 0x76,
        0xaa, 0xa8, 0x26, 0x6b, 0x7f, 0xb0, 0xf7, 0xb1, 0x1b, 0x36, 0x99, 0x07, 0xe1, 0xad, 0x43,
    };
    static const uint8_t start[] = { 0x45, 0x00, 0x00, 0x54, 0xa6, 0xf2, 0x00, 0x00, 0x40, 0x01 };
    const struct setup s = { .encr = CRYPTO_CHACHA20_POLY1305, .bare = true };
    struct ends *w = ends_bare(&s);
    struct esp_child c = child_of(&s, 1);
    c.spi_in = 0x01020304;
    for (uint8_t i = 0; i < 36; i++)
        c.key_in[i] = (uint8_t)(0x80 + i);
    assert_int_equal(esp_child_add(w->a.e, w->now, &c), 0);
    memcpy(w->frame + HEAD, packet, sizeof(packet));
    struct esp_received r = { .bytes = w->frame + HEAD, .len = sizeof(packet), .path = c.path };
    esp_to_tun_init(&w->a.tun);
    assert_int_equal(esp_open(w->a.e, w->now, &r, 1, &w->a.tun), 1);
    assert_int_equal(w->a.tun.n, 1);
    assert_int_equal(gather_frame(w, &w->a.tun.frames[0]), 84);
    assert_memory_equal(w->gathered, start, sizeof(start));
    CLAIM("its own number", counters(&w->a, 1).sequence_in == 5);
    ends_free(w);
}

/* A super-packet becomes runs of equal datagrams, and a super-packet again. */
static void super_packets_stay_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++) {
        for (uint8_t family = IP_V4; family <= IP_V6; family += 2) {
            const struct setup s = { .encr = algorithms[i].encr,
                                     .bits = algorithms[i].bits,
                                     .integ = algorithms[i].integ,
                                     .vnet = true };
            struct ends *w = ends_new(&s);
            const struct spec p = { .family = family,
                                    .protocol = 6,
                                    .flags = 0x18,
                                    .df = true,
                                    .timestamps = true,
                                    .payload = 60000 };
            const struct esp_vnet v = { .flags = ESP_VNET_NEEDS_CHECKSUM,
                                        .kind = family == IP_V4 ? ESP_VNET_TCPV4 : ESP_VNET_TCPV6,
                                        .header_bytes = (uint16_t)(family == IP_V4 ? 52 : 72),
                                        .segment = 1300,
                                        .checksum_start = family == IP_V4 ? 20 : 40,
                                        .checksum_offset = 16 };
            uint8_t *b = w->frame + HEAD;
            size_t n = make_packet(b + ESP_VNET_BYTES, &p);
            memcpy(b, &v, ESP_VNET_BYTES);
            size_t at = ESP_VNET_BYTES + (size_t)v.checksum_start + 16;
            put16(b + at,
                  (uint16_t)~slow_checksum(
                      b, 0, slow_pseudo(b + ESP_VNET_BYTES, 6, (uint32_t)n - v.checksum_start)));
            seal(w, &w->a, ESP_VNET_BYTES + n);
            const struct esp_datagram *d = w->a.net.datagrams;
            CLAIM("one run for 47 packets, or two where 65000 bytes are not enough",
                  w->a.net.n <= 2 && d[0].count >= 44 && d[0].df);
            CLAIM("equal but the last", d[0].len > (d[0].count - 1u) * d[0].segment);
            pass(w, &w->a, &w->b);
            CLAIM("one frame", w->b.tun.n == 1);
            assert_int_equal(gather_frame(w, &w->b.tun.frames[0]), n + ESP_VNET_BYTES);
            CLAIM("as it was", memcmp(w->gathered, b, n + ESP_VNET_BYTES) == 0);
            ends_free(w);
        }
    }
}

/* A small send buffer: the caller sends, empties and calls again, until the frame is through. */
static void a_full_output_goes_on_where_it_stopped(void **state)
{
    (void)state;
    const struct setup s = { .vnet = true, .no_runs = true };
    struct ends *w = ends_new(&s);
    const struct spec p = { .family = IP_V4, .protocol = 6, .flags = 0x10, .payload = 64000 };
    const struct esp_vnet v = { .kind = ESP_VNET_TCPV4, .segment = 100 };
    size_t n = make_packet(w->frame + HEAD + ESP_VNET_BYTES, &p), got = 0, calls = 0;
    memcpy(w->frame + HEAD, &v, ESP_VNET_BYTES);
    struct esp_frame f = { .bytes = w->frame + HEAD, .len = (uint32_t)(n + ESP_VNET_BYTES) };
    size_t done;
    do {
        end_clear(&w->a);
        w->a.net.room_bytes = ESP_SEND_ROOM_MIN;
        done = esp_seal(w->a.e, w->now, 1, &f, 1, &w->a.net);
        for (uint32_t i = 0; i < w->a.net.n; i += 8) { /* also the way in runs out of room */
            struct esp_received r[8];
            for (uint32_t k = 0; k < 8 && i + k < w->a.net.n; k++)
                r[k] = received(&w->a.net.datagrams[i + k]);
            esp_to_tun_init(&w->b.tun);
            size_t some = MIN(8, w->a.net.n - i);
            assert_int_equal(esp_open(w->b.e, w->now, r, some, &w->b.tun), some);
            esp_to_tun_finish(&w->b.tun);
            for (uint32_t k = 0; k < w->b.tun.n; k++) {
                size_t len = gather_frame(w, &w->b.tun.frames[k]);
                got += len - ESP_VNET_BYTES - 40;
            }
        }
        calls++;
    } while (done == 0 && calls < 100);
    CLAIM("in several calls", calls > 1 && done == 1);
    CLAIM("every byte, once", got == p.payload && counters(&w->b, 1).replayed == 0);
    ends_free(w);
}

/* The other direction: more frames than an output takes. */
static void a_full_output_of_frames(void **state)
{
    (void)state;
    const struct setup s = { .no_runs = true };
    struct ends *w = ends_new(&s);
    static struct esp_received r[250];
    struct esp_to_net kept;
    const struct spec p = { .family = IP_V4, .protocol = 17, .payload = 10 };
    size_t n = make_packet(w->frame + HEAD, &p), frames = 0, calls = 0, at = 0;
    end_clear(&w->a);
    for (size_t i = 0; i < 250; i++) {
        struct esp_frame f = { .bytes = w->frame + HEAD, .len = (uint32_t)n };
        assert_int_equal(esp_seal(w->a.e, w->now, 1, &f, 1, &w->a.net), 1);
    }
    kept = w->a.net;
    assert_int_equal(kept.n, 250);
    for (size_t i = 0; i < 250; i++)
        r[i] = received(&kept.datagrams[i]);
    while (at < 250 && calls++ < 10) {
        esp_to_tun_init(&w->b.tun);
        at += esp_open(w->b.e, w->now, r + at, 250 - at, &w->b.tun);
        frames += w->b.tun.n;
        CLAIM("never more than fit", w->b.tun.n <= ESP_TUN_FRAMES_MAX);
    }
    CLAIM("two calls, every packet once", calls == 2 && frames == 250);
    ends_free(w);
}

/* ---- what is refused ---------------------------------------------------------------------- */

/* [RFC 4303 3.4.3] */
static void replays_are_counted_and_dropped(void **state)
{
    (void)state;
    const struct setup s = { .vnet = true };
    struct ends *w = ends_new(&s);
    static uint8_t copy[3][200];
    const struct spec p = { .family = IP_V4, .protocol = 17, .payload = 30 };
    size_t len = 0;
    for (int i = 0; i < 3; i++) {
        seal_packet(w, &w->a, &p, true);
        len = w->a.net.datagrams[0].len;
        memcpy(copy[i], w->a.net.datagrams[0].bytes, len);
    }
    static const int order[] = { 0, 2, 1, 1, 0, 2 };
    esp_to_tun_init(&w->b.tun);
    /* All in one batch, as a run: the check before decryption cannot see them. */
    for (size_t i = 0; i < 6; i++)
        memcpy(w->b.room + HEAD + i * len, copy[order[i]], len);
    struct esp_received r = received(&w->a.net.datagrams[0]);
    r.bytes = w->b.room + HEAD;
    r.len = (uint32_t)(6 * len);
    r.segment = (uint32_t)len;
    assert_int_equal(esp_open(w->b.e, w->now, &r, 1, &w->b.tun), 1);
    CLAIM("three packets", w->b.tun.n == 3 && counters(&w->b, 1).packets_in == 3);
    CLAIM("three replays", counters(&w->b, 1).replayed == 3);
    memcpy(w->b.room + HEAD, copy[0], len);
    r.done = 0;
    r.len = (uint32_t)len;
    assert_int_equal(esp_open(w->b.e, w->now, &r, 1, &w->b.tun), 1);
    CLAIM("and a fourth, before decryption", counters(&w->b, 1).replayed == 4);
    ends_free(w);
}

/* A flipped bit anywhere changes nothing: no packet, no window, no event. */
static void flipped_bits_change_nothing(void **state)
{
    (void)state;
    for (size_t i = 1; i < sizeof(algorithms) / sizeof(algorithms[0]); i++) {
        const struct setup s = { .encr = algorithms[i].encr,
                                 .bits = algorithms[i].bits,
                                 .integ = algorithms[i].integ,
                                 .esn = i & 1 };
        struct ends *w = ends_new(&s);
        const struct spec p = { .family = IP_V4, .protocol = 17, .payload = 20 };
        static uint8_t copy[300];
        seal_packet(w, &w->a, &p, false);
        struct esp_datagram *d = &w->a.net.datagrams[0];
        memcpy(copy, d->bytes, d->len);
        for (uint32_t at = 4; at < d->len; at++) {
            memcpy(d->bytes, copy, d->len);
            d->bytes[at] ^= (uint8_t)(1 << at % 8);
            pass(w, &w->a, &w->b);
            CLAIM("nothing comes out", w->b.tun.n == 0);
        }
        struct esp_counters c = counters(&w->b, 1);
        CLAIM("each is counted", c.bad_icv + c.replayed == d->len - 4u && c.packets_in == 0);
        CLAIM("the window did not move", c.sequence_in == 0 && event_of(&w->b) == -1);
        memcpy(d->bytes, copy, d->len);
        pass(w, &w->a, &w->b);
        CLAIM("the true packet still comes", w->b.tun.n == 1);
        ends_free(w);
    }
}

static void cut_packets_are_malformed(void **state)
{
    (void)state;
    const struct setup s = { .encr = CRYPTO_AES_CBC, .bits = 128, .integ = CRYPTO_SHA1_96 };
    struct ends *w = ends_new(&s);
    const struct spec p = { .family = IP_V4, .protocol = 17, .payload = 20 };
    seal_packet(w, &w->a, &p, false);
    struct esp_datagram d = w->a.net.datagrams[0];
    for (uint32_t len = 0; len < d.len; len++) {
        w->a.net.datagrams[0].len = len;
        pass(w, &w->a, &w->b);
        CLAIM("nothing comes out", w->b.tun.n == 0);
    }
    struct esp_counters c = counters(&w->b, 1);
    /* 8 to d.len - 1 bytes reach the SA; a whole block less looks right and has a bad ICV. */
    CLAIM("each is counted", c.malformed + c.bad_icv == d.len - 8u && c.malformed > c.bad_icv);
    ends_free(w);
}

/* [RFC 4301 5.2] What the peer sends has to lie in what was agreed. */
static void selectors_hold_both_ways(void **state)
{
    (void)state;
    const struct setup s = { .vnet = true };
    struct ends *w = ends_bare(&s);
    struct esp_child c = child_of(&s, 1);
    c.n_local = c.n_remote = 1; /* IPv4 alone */
    c.local[0].from = address("10.1.0.0");
    c.local[0].to = address("10.1.0.9");
    add_child(w, &c);
    const struct spec in = { .family = IP_V4, .protocol = 17, .host = 9 };
    const struct spec out = { .family = IP_V4, .protocol = 17, .host = 10 };
    const struct spec six = { .family = IP_V6, .protocol = 17 };
    struct esp_tunnel_counters t;
    seal_packet(w, &w->a, &in, true);
    CLAIM("inside", w->a.net.n == 1);
    seal_packet(w, &w->a, &out, true);
    CLAIM("outside", w->a.net.n == 0);
    seal_packet(w, &w->a, &six, true);
    CLAIM("the other family", w->a.net.n == 0);
    assert_true(esp_tunnel_counters(w->a.e, 1, &t));
    CLAIM("counted", t.no_sa == 2);
    /* A peer that sends what was not agreed. */
    struct esp_sa *sa = esp_find_child(w->a.e, 1);
    sa->out.flags |= ESP_SA_ALL_V4 | ESP_SA_ALL_V6;
    seal_packet(w, &w->a, &out, true);
    pass(w, &w->a, &w->b);
    CLAIM("is not let in", w->b.tun.n == 0 && counters(&w->b, 1).bad_selector == 1);
    seal_packet(w, &w->a, &six, true);
    pass(w, &w->a, &w->b);
    CLAIM("in no family", w->b.tun.n == 0 && counters(&w->b, 1).bad_selector == 2);
    ends_free(w);
}

/* Seals bytes that are no IP packet, or with a trailer of the test's, by the peer's own cipher. */
static void forge(struct ends *w, const uint8_t *text, uint32_t n)
{
    struct esp_sa *sa = esp_find_child(w->a.e, 1);
    uint8_t *p = w->a.room + HEAD;
    end_clear(&w->a);
    sa->out.life.packets++;
    esp_put32(p, sa->out.spi);
    esp_put32(p + 4, (uint32_t)sa->out.life.packets);
    memset(p + 8, 7, 8);
    esp_put32(p + 12, (uint32_t)sa->out.life.packets);
    struct cipher_job j = { .packet = p, .header_len = 8, .data_len = n };
    uint8_t copy[256];
    memcpy(copy, text, n);
    j.text = copy;
    cipher_seal(sa->out.cipher, &j, 1);
    assert_true(j.ok);
    w->a.net.n = 1;
    w->a.net.datagrams[0] =
        (struct esp_datagram){ .path = &sa->path, .bytes = p, .len = 8 + 8 + n + 16, .count = 1 };
    pass(w, &w->a, &w->b);
}

/* [RFC 4303 2.4] [RFC 4303 2.6] [RFC 4303 2.7] */
static void what_is_inside_is_checked(void **state)
{
    (void)state;
    const struct setup s = { 0 };
    struct ends *w = ends_new(&s);
    uint8_t b[256];
    const struct spec p = { .family = IP_V4, .protocol = 17, .payload = 8 };
    size_t n = make_packet(b, &p); /* 36 bytes */
    memcpy(b + n, "\x01\x02\x02\x04", 4);
    forge(w, b, (uint32_t)n + 4);
    CLAIM("as it should be", w->b.tun.n == 1 && w->b.tun.frames[0].len == n);
    memcpy(b + n, "\x01\x03\x02\x04", 4);
    forge(w, b, (uint32_t)n + 4);
    CLAIM("padding that does not count", w->b.tun.n == 0 && counters(&w->b, 1).bad_padding == 1);
    memcpy(b + n, "\x01\x02\xff\x04", 4);
    forge(w, b, (uint32_t)n + 4);
    CLAIM("padding beyond the start", w->b.tun.n == 0 && counters(&w->b, 1).bad_padding == 2);
    memcpy(b + n, "\x01\x02\x02\x29", 4);
    forge(w, b, (uint32_t)n + 4);
    CLAIM("IPv4 called IPv6", w->b.tun.n == 0 && counters(&w->b, 1).malformed == 1);
    memcpy(b + n, "\x01\x02\x02\x06", 4);
    forge(w, b, (uint32_t)n + 4);
    CLAIM("TCP in a tunnel", w->b.tun.n == 0 && counters(&w->b, 1).malformed == 2);
    memcpy(b + n, "\x01\x02\x02\x3b", 4);
    forge(w, b, (uint32_t)n + 4);
    CLAIM("a dummy is dropped in silence", w->b.tun.n == 0 && counters(&w->b, 1).malformed == 2);
    memset(b + n, 0, 64);
    memcpy(b + n + 40, "\x00\x04", 2);
    forge(w, b, (uint32_t)n + 42);
    CLAIM("traffic flow padding is cut off", w->b.tun.n == 1 && w->b.tun.frames[0].len == n);
    memcpy(b + n - 20, "\x00\x04", 2);
    forge(w, b, (uint32_t)n - 18);
    CLAIM("a packet cut short", w->b.tun.n == 0 && counters(&w->b, 1).malformed == 3);
    ends_free(w);
}

/* A network that loses, repeats, reorders and damages: each packet comes out once at most, and
 * every one that arrived whole and in time comes out. */
static void a_bad_network_adds_nothing(void **state)
{
    (void)state;
    enum { MANY = 400, LATE = 200 }; /* the window has 1024 */
    static uint8_t copies[MANY][200];
    for (uint64_t seed = 1; seed <= 40; seed++) {
        const struct setup s = { .vnet = seed & 1, .esn = seed & 2, .bare = seed & 4 };
        struct ends *w = ends_new(&s);
        struct rng rng = rng_init(seed);
        struct esp_received r = { 0 };
        uint8_t came[MANY] = { 0 }, whole[MANY] = { 0 };
        uint64_t sent = 0, damaged = 0, again = 0;
        for (uint16_t i = 0; i < MANY; i++) {
            const struct spec p = { .family = IP_V4, .protocol = 17, .dport = i };
            seal_packet(w, &w->a, &p, s.vnet);
            r = received(&w->a.net.datagrams[0]);
            memcpy(copies[i], r.bytes, r.len);
        }
        for (int step = 0; step < 3 * MANY; step++) {
            int64_t at = step / 3 + rng_between(&rng, 0, LATE);
            if (at >= MANY)
                continue;
            struct esp_received in = r;
            bool damage = rng_chance(&rng, 200000);
            in.bytes = memcpy(w->b.room + HEAD, copies[at], r.len);
            if (damage)
                in.bytes[rng_between(&rng, 4, r.len - 1)] ^= 0x10;
            damaged += damage;
            again += !damage && whole[at];
            whole[at] = whole[at] || !damage;
            sent++;
            esp_to_tun_init(&w->b.tun);
            assert_int_equal(esp_open(w->b.e, w->now, &in, 1, &w->b.tun), 1);
            esp_to_tun_finish(&w->b.tun);
            for (uint32_t k = 0; k < w->b.tun.n; k++) {
                gather_frame(w, &w->b.tun.frames[k]);
                came[esp_get16(w->gathered + (s.vnet ? ESP_VNET_BYTES : 0) + 22)]++;
            }
        }
        for (size_t i = 0; i < MANY; i++)
            CLAIM("once if it came whole, else never", came[i] == whole[i]);
        struct esp_counters c = counters(&w->b, 1);
        CLAIM("all is counted", c.packets_in + c.replayed + c.bad_icv == sent &&
                                    c.bad_icv <= damaged && c.replayed >= again);
        ends_free(w);
    }
}

/* ---- what comes beside ESP ---------------------------------------------------------------- */

/* [RFC 3948 2.2] [RFC 3948 2.3] */
static void ike_and_keepalives(void **state)
{
    (void)state;
    const struct setup s = { 0 };
    struct ends *w = ends_new(&s);
    uint8_t *b = w->a.room + HEAD;
    const struct esp_path path = child_of(&s, 1).path;
    memcpy(b, "\0\0\0\0IKEIKE\0\0\0\0ikeike\xff", 21);
    struct esp_received r[] = {
        { .bytes = b, .len = 20, .segment = 10, .path = path },
        { .bytes = b + 20, .len = 1, .path = path },
    };
    esp_to_tun_init(&w->a.tun);
    assert_int_equal(esp_open(w->a.e, w->now, r, 2, &w->a.tun), 2);
    CLAIM("two IKE messages", w->a.tun.n_others == 2 && w->a.tun.n == 0);
    CLAIM("without the marker", w->a.tun.others[1].len == 6 &&
                                    memcmp(w->a.tun.others[1].bytes, "ikeike", 6) == 0 &&
                                    w->a.tun.others[0].path.remote_port == 4500);
    CLAIM("nothing is told of keepalives", event_of(&w->a) == -1);
    ends_free(w);
}

/* [RFC 4303 3.1.1] [RFC 3948 3.1.2] */
static void transport_mode(void **state)
{
    (void)state;
    for (unsigned way = 0; way < 8; way++) {
        const struct setup s = {
            .transport = true, .outer_v6 = way & 1, .bare = way & 2, .vnet = way & 4
        };
        struct ends *w = ends_new(&s);
        static uint8_t before[2000];
        const struct spec p = {
            .family = s.outer_v6 ? IP_V6 : IP_V4, .protocol = 17, .dport = 4789, .payload = 500
        };
        size_t n = make_packet(before, &p), head = s.vnet ? ESP_VNET_BYTES : 0;
        seal_packet(w, &w->a, &p, s.vnet);
        assert_int_equal(w->a.net.n, 1);
        CLAIM("no second IP header", w->a.net.datagrams[0].len < n + 32);
        pass(w, &w->a, &w->b);
        assert_int_equal(w->b.tun.n, 1);
        assert_int_equal(gather_frame(w, &w->b.tun.frames[0]), head + n);
        CLAIM("sound", is_sound(w->gathered + head, n));
        size_t ip = s.outer_v6 ? 40 : 20;
        CLAIM("the same", memcmp(w->gathered + head + ip, before + ip, n - ip) == 0);
        const struct spec other = { .family = p.family, .protocol = 17, .host = 99 };
        seal_packet(w, &w->a, &other, s.vnet);
        CLAIM("other addresses do not fit", w->a.net.n == 0);
        CLAIM("and are counted", counters(&w->a, 1).bad_selector == 1);
        ends_free(w);
    }
}

/* [RFC 6040 4.1] [RFC 2983] and DF */
static void outer_fields(void **state)
{
    (void)state;
    static const struct {
        const char *claim;
        bool copy_dscp;
        enum esp_df policy;
        uint8_t family, tos;
        bool df;
        uint8_t want_tos;
        bool want_df;
    } rows[] = {
        { "ECN is copied", false, ESP_DF_COPY, IP_V4, 0xb9, false, 0x01, false },
        { "DSCP when told", true, ESP_DF_COPY, IP_V4, 0xb8, true, 0xb8, true },
        { "of IPv6 too", true, ESP_DF_COPY, IP_V6, 0x2e, false, 0x2e, true },
        { "DF set", false, ESP_DF_SET, IP_V4, 0, false, 0, true },
        { "DF cleared", false, ESP_DF_CLEAR, IP_V4, 0, true, 0, false },
        { "DF cleared for IPv6", false, ESP_DF_CLEAR, IP_V6, 3, true, 3, false },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct setup s = { .copy_dscp = rows[i].copy_dscp, .df = rows[i].policy };
        struct ends *w = ends_new(&s);
        const struct spec p = {
            .family = rows[i].family, .protocol = 17, .tos = rows[i].tos, .df = rows[i].df
        };
        seal_packet(w, &w->a, &p, false);
        CLAIM(rows[i].claim, w->a.net.datagrams[0].tos == rows[i].want_tos);
        CLAIM(rows[i].claim, w->a.net.datagrams[0].df == rows[i].want_df);
        ends_free(w);
    }
}

/* CE on the way reaches the inner packet, or it is dropped. */
static void congestion_reaches_the_inside(void **state)
{
    (void)state;
    const struct setup s = { 0 };
    struct ends *w = ends_new(&s);
    const struct spec able = { .family = IP_V4, .protocol = 17, .tos = 2 };
    const struct spec not_able = { .family = IP_V4, .protocol = 17, .tos = 0 };
    size_t n = seal_packet(w, &w->a, &able, false);
    w->a.net.datagrams[0].tos = 3;
    pass(w, &w->a, &w->b);
    assert_int_equal(gather_frame(w, &w->b.tun.frames[0]), n);
    CLAIM("CE", (w->gathered[1] & 3) == 3 && is_sound(w->gathered, n));
    seal_packet(w, &w->a, &not_able, false);
    w->a.net.datagrams[0].tos = 3;
    pass(w, &w->a, &w->b);
    CLAIM("dropped", w->b.tun.n == 0);
    ends_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_algorithm_every_way),
        cmocka_unit_test(the_packet_of_rfc_7634),
        cmocka_unit_test(super_packets_stay_whole),
        cmocka_unit_test(a_full_output_goes_on_where_it_stopped),
        cmocka_unit_test(a_full_output_of_frames),
        cmocka_unit_test(replays_are_counted_and_dropped),
        cmocka_unit_test(flipped_bits_change_nothing),
        cmocka_unit_test(cut_packets_are_malformed),
        cmocka_unit_test(selectors_hold_both_ways),
        cmocka_unit_test(what_is_inside_is_checked),
        cmocka_unit_test(a_bad_network_adds_nothing),
        cmocka_unit_test(ike_and_keepalives),
        cmocka_unit_test(transport_mode),
        cmocka_unit_test(outer_fields),
        cmocka_unit_test(congestion_reaches_the_inside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
