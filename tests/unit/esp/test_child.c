/* esp/tunnel.h, the control side: SAs that come, take over and go; limits; events; path MTU. */
#include <errno.h>

#include "base/mem.h"
#include "tunnels.h"

static const struct spec small = { .family = IP_V4, .protocol = 17, .payload = 72 }; /* 100 bytes */

/* ---- limits ------------------------------------------------------------------------------- */

static void limits_are_told_once_and_hold(void **state)
{
    (void)state;
    static const struct {
        const char *claim;
        struct esp_limits limits;
        int soft_at, hard_at; /* packets sent when told; 0: never within 20 */
    } rows[] = {
        { "packets", { .soft_packets = 5, .hard_packets = 10 }, 5, 10 },
        { "bytes", { .soft_bytes = 700, .hard_bytes = 1200 }, 7, 12 },
        { "soft alone", { .soft_bytes = 1 }, 1, 0 },
        { "hard alone is told as soft first", { .hard_packets = 3 }, 3, 3 },
        { "whichever comes first", { .soft_bytes = 1500, .soft_packets = 4 }, 4, 0 },
        { "none", { 0 }, 0, 0 },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        for (int inbound = 0; inbound < 2; inbound++) {
            struct setup s = { .limits = rows[i].limits };
            struct ends *w = ends_new(&s);
            struct end *x = inbound ? &w->b : &w->a;
            if (inbound) /* the sender has none */
                memset(&esp_find_child(w->a.e, 1)->limits, 0, sizeof(s.limits));
            if (inbound)
                esp_sa_set_alarms(esp_find_child(w->a.e, 1));
            int soft = 0, hard = 0, passed = 0;
            for (int n = 1; n <= 20; n++) {
                seal_packet(w, &w->a, &small, false);
                pass(w, &w->a, &w->b);
                passed += (int)w->b.tun.n;
                struct esp_event e;
                while (esp_next_event(x->e, &e)) {
                    CLAIM(rows[i].claim, e.child == 1);
                    soft = e.kind == ESP_SOFT_LIMIT ? soft * 100 + n - 1 : soft;
                    hard = e.kind == ESP_HARD_LIMIT ? hard * 100 + n - 1 : hard;
                }
            }
            CLAIM(rows[i].claim, soft == rows[i].soft_at && hard == rows[i].hard_at);
            CLAIM(rows[i].claim, passed == (rows[i].hard_at ? rows[i].hard_at : 20));
            ends_free(w);
        }
    }
}

/* [RFC 4303 3.3.3] A 32-bit number does not cycle; a new SA is asked for at nine tenths. */
static void sequence_numbers_end(void **state)
{
    (void)state;
    const struct setup s = { 0 };
    struct ends *w = ends_new(&s);
    struct esp_life *l = &esp_find_child(w->a.e, 1)->out.life;
    l->packets = UINT64_C(3865470561) - 2;
    seal_packet(w, &w->a, &small, false);
    CLAIM("not yet", event_of(&w->a) == -1);
    seal_packet(w, &w->a, &small, false);
    seal_packet(w, &w->a, &small, false);
    CLAIM("a rekey is wanted", event_of(&w->a) == ESP_SOFT_LIMIT && event_of(&w->a) == -1);
    l->packets = UINT64_C(0xfffffffe);
    seal_packet(w, &w->a, &small, false);
    pass(w, &w->a, &w->b);
    CLAIM("the last number", w->b.tun.n == 1 && counters(&w->b, 1).sequence_in == 0xffffffff);
    seal_packet(w, &w->a, &small, false);
    CLAIM("nothing after it", w->a.net.n == 0 && event_of(&w->a) == ESP_HARD_LIMIT);
    seal_packet(w, &w->a, &small, false);
    CLAIM("told once", w->a.net.n == 0 && event_of(&w->a) == -1);
    CLAIM("drops are counted", counters(&w->a, 1).no_room == 2);
    ends_free(w);
}

/* [RFC 4303 2.2.1] Extended numbers go on, and both ends agree on the high half. */
static void extended_numbers_go_on(void **state)
{
    (void)state;
    for (unsigned cbc = 0; cbc < 2; cbc++) {
        const struct setup s = { .esn = true,
                                 .encr = cbc ? CRYPTO_AES_CBC : CRYPTO_AES_GCM_16,
                                 .bits = 256,
                                 .integ = cbc ? CRYPTO_SHA256_128 : 0 };
        struct ends *w = ends_new(&s);
        esp_find_child(w->a.e, 1)->out.life.packets = UINT64_C(0x1fffffffd);
        esp_find_child(w->b.e, 1)->in.replay.top = UINT64_C(0x1fffffffd);
        for (int i = 0; i < 5; i++) {
            seal_packet(w, &w->a, &small, false);
            pass(w, &w->a, &w->b);
            CLAIM("every packet", w->b.tun.n == 1);
        }
        CLAIM("over the edge", counters(&w->b, 1).sequence_in == UINT64_C(0x200000002));
        CLAIM("no limit", event_of(&w->a) == -1);
        ends_free(w);
    }
}

/* A full queue loses no limit: it is told when there is room again. */
static void events_wait_for_room(void **state)
{
    (void)state;
    const struct setup s = { .limits = { .soft_packets = 1 } };
    struct ends *w = ends_new(&s);
    const struct esp_event filler = { .kind = ESP_MOVED };
    while (esp_tell(w->a.e, &filler))
        ;
    for (int i = 0; i < 4; i++)
        seal_packet(w, &w->a, &small, false);
    for (int i = 0; i < ESP_EVENTS_MAX; i++)
        assert_int_equal(event_of(&w->a), ESP_MOVED);
    CLAIM("nothing yet", event_of(&w->a) == -1);
    seal_packet(w, &w->a, &small, false);
    CLAIM("now it is told", event_of(&w->a) == ESP_SOFT_LIMIT);
    ends_free(w);
}

/* ---- make before break -------------------------------------------------------------------- */

/* [RFC 7296 2.8] */
static void a_rekey_loses_no_packet(void **state)
{
    (void)state;
    const struct setup s = { 0 };
    struct ends *w = ends_new(&s);
    const struct esp_child c = child_of(&s, 2), m = mirrored(&c);
    static uint8_t late[300];
    seal_packet(w, &w->a, &small, false);
    size_t len = w->a.net.datagrams[0].len;
    memcpy(late, w->a.net.datagrams[0].bytes, len);
    struct esp_received r = received(&w->a.net.datagrams[0]);

    assert_int_equal(esp_child_add(w->b.e, w->now, &m), 0);
    assert_int_equal(esp_child_add(w->a.e, w->now, &c), 0);
    seal_packet(w, &w->a, &small, false);
    pass(w, &w->a, &w->b);
    CLAIM("the old one until told", w->b.tun.n == 1 && counters(&w->b, 1).packets_in == 1);
    CLAIM("it is in use", event_of(&w->b) == ESP_ACTIVE && event_of(&w->b) == -1);
    esp_child_out(w->a.e, 2);
    seal_packet(w, &w->a, &small, false);
    pass(w, &w->a, &w->b);
    struct esp_event e;
    CLAIM("the new one then", w->b.tun.n == 1 && counters(&w->b, 2).packets_in == 1);
    CLAIM("and that is told", esp_next_event(w->b.e, &e) && e.kind == ESP_ACTIVE && e.child == 2);
    esp_to_tun_init(&w->b.tun);
    r.bytes = memcpy(w->b.room + HEAD, late, len);
    assert_int_equal(esp_open(w->b.e, w->now, &r, 1, &w->b.tun), 1);
    CLAIM("a late packet of the old one is opened", w->b.tun.n == 1);

    esp_child_remove(w->a.e, 1);
    esp_child_remove(w->b.e, 1);
    seal_packet(w, &w->a, &small, false);
    pass(w, &w->a, &w->b);
    CLAIM("without the old one", w->b.tun.n == 1);
    r.bytes = memcpy(w->b.room + HEAD, late, len);
    r.done = 0;
    esp_to_tun_init(&w->b.tun);
    assert_int_equal(esp_open(w->b.e, w->now, &r, 1, &w->b.tun), 1);
    CLAIM("whose packets are unknown now", w->b.tun.n == 0);
    CLAIM("with SPI and sender", esp_next_event(w->b.e, &e) && e.kind == ESP_UNKNOWN_SPI &&
                                     e.spi == 0x2001 && e.path.remote_port == 4500);
    ends_free(w);
}

/* Azure's policy-based selectors: one SA for each pair of networks, chosen by the packet. */
static void each_pair_of_selectors_has_its_sa(void **state)
{
    (void)state;
    const struct setup s = { 0 };
    struct ends *w = ends_bare(&s);
    for (uint32_t id = 1; id <= 3; id++) {
        struct esp_child c = child_of(&s, id);
        c.n_local = c.n_remote = 1;
        c.local[0].from = c.local[0].to = ip_from_u32(0x0a010000 + id);
        add_child(w, &c);
    }
    for (uint8_t host = 1; host <= 4; host++) {
        const struct spec p = { .family = IP_V4, .protocol = 17, .host = host };
        seal_packet(w, &w->a, &p, false);
        pass(w, &w->a, &w->b);
        CLAIM("its own",
              w->b.tun.n == (host < 4) && (host == 4 || counters(&w->b, host).packets_in == 1));
    }
    struct esp_child again = child_of(&s, 4);
    again.n_local = again.n_remote = 1;
    again.local[0].from = again.local[0].to = ip_from_u32(0x0a010002);
    add_child(w, &again);
    const struct spec p = { .family = IP_V4, .protocol = 17, .host = 2 };
    seal_packet(w, &w->a, &p, false);
    CLAIM("the new one instead of its like",
          counters(&w->a, 4).packets_out == 1 && esp_find_tunnel(w->a.e, 1)->n_outs == 3);
    esp_child_remove(w->a.e, 4);
    seal_packet(w, &w->a, &p, false);
    CLAIM("none is left for it", w->a.net.n == 0);
    ends_free(w);
}

static void what_cannot_be_is_refused(void **state)
{
    (void)state;
    const struct setup s = { 0 };
    struct ends *w = ends_new(&s);
    const struct esp_child good = child_of(&s, 5);
    struct esp_child c = good;
    struct esp *e = w->a.e;
    c.id = 1;
    CLAIM("an id twice", esp_child_add(e, 0, &c) == -EEXIST);
    c = good;
    c.spi_in = 0x1001;
    CLAIM("an SPI twice", esp_child_add(e, 0, &c) == -EEXIST);
    c = good;
    c.connection = 9;
    CLAIM("no tunnel", esp_child_add(e, 0, &c) == -ENOENT);
    c = good;
    c.encr = 3;
    CLAIM("3DES", esp_child_add(e, 0, &c) == -EINVAL);
    c = good;
    c.integ = CRYPTO_SHA1_96;
    CLAIM("an AEAD with a second ICV", esp_child_add(e, 0, &c) == -EINVAL);
    c = good;
    c.encr = CRYPTO_AES_CBC;
    CLAIM("CBC without any", esp_child_add(e, 0, &c) == -EINVAL);
    c = good;
    c.spi_out = 255;
    CLAIM("a reserved SPI", esp_child_add(e, 0, &c) == -EINVAL);
    c = good;
    c.window = ESP_WINDOW_MAX + 64;
    CLAIM("a window too large", esp_child_add(e, 0, &c) == -EINVAL);
    c = good;
    for (uint32_t id = 10; id < 17; id++) {
        c.id = id;
        c.spi_in = 0x3000 + id;
        CLAIM("there is room", esp_child_add(e, 0, &c) == 0);
    }
    CLAIM("and an end of it", esp_child_add(e, 0, &good) == -ENOSPC);
    struct esp_tunnel_params t = { 0 };
    for (t.connection = 2; t.connection <= 4; t.connection++)
        CLAIM("tunnels", esp_tunnel_set(e, &t) == 0);
    CLAIM("have an end", esp_tunnel_set(e, &t) == -ENOSPC);
    esp_tunnel_remove(e, 1);
    CLAIM("a tunnel takes its SAs along", !esp_find_child(e, 1) && !esp_find_spi(e, 0x300a) &&
                                              esp_child_add(e, 0, &good) == -ENOENT);
    esp_tunnel_remove(e, 77);
    esp_child_remove(e, 77);
    esp_child_out(e, 77);
    ends_free(w);
}

enum { MANY = 300 };

/* Whether exactly the SAs first..MANY of the engine are found, by both names. */
static bool all_are_found(const struct esp *e, uint32_t first)
{
    for (uint32_t id = 1; id <= MANY; id++) {
        const struct esp_sa *sa = esp_find_child(e, id);
        if (sa != esp_find_spi(e, 0x1000 + id) || (sa != NULL) != (id >= first))
            return false;
    }
    return true;
}

/* The tables begin small and grow; without memory for that, they work all the same. */
static void many_sas_are_found(void **state)
{
    (void)state;
    const struct setup s = { 0 };
    for (int short_of_memory = 0; short_of_memory < 2; short_of_memory++) {
        size_t held = mem_bytes(MEM_ESP);
        const struct esp_params params = {
            .random = crypto_random_seeded(1), .max_tunnels = 1, .max_children = MANY
        };
        const struct esp_tunnel_params tunnel = { .connection = 1 };
        struct esp *e = esp_new(&params);
        assert_true(e && esp_tunnel_set(e, &tunnel) == 0);
        struct esp_child c = child_of(&s, 1);
        for (c.id = 1; c.id <= MANY; c.id++) {
            c.spi_in = 0x1000 + c.id;
            /* An SA is one allocation of its own, and two of its ciphers. */
            mem_fail_at(short_of_memory ? 4 + c.id % 2 : 0);
            CLAIM("there is room", esp_child_add(e, 0, &c) == 0);
        }
        mem_fail_at(0);
        CLAIM("tables grow if they can", e->sa_mask == (short_of_memory ? 63 : 511));
        CLAIM("all are found", all_are_found(e, 1));
        for (uint32_t id = 1; id < 100; id++)
            esp_child_remove(e, id);
        CLAIM("those that stay", all_are_found(e, 100));
        esp_free(e);
        CLAIM("nothing is left", mem_bytes(MEM_ESP) == held);
    }
}

/* Every allocation fails once; nothing leaks, nothing is half there. */
static void without_memory_nothing_happens(void **state)
{
    (void)state;
    const struct setup s = { .vnet = true };
    size_t held = mem_bytes(MEM_ESP);
    for (uint64_t n = 1; n < 5; n++) {
        const struct esp_params params = { .max_tunnels = 4, .max_children = 4 };
        mem_fail_at(n);
        struct esp *e = esp_new(&params);
        mem_fail_at(0);
        CLAIM("no engine", !e && mem_bytes(MEM_ESP) == held);
    }
    struct ends *w = ends_bare(&s);
    const struct esp_child c = child_of(&s, 1);
    size_t before = mem_bytes(MEM_ESP);
    for (uint64_t n = 1; n < 4; n++) {
        mem_fail_at(n);
        err_t rc = esp_child_add(w->a.e, 0, &c);
        mem_fail_at(0);
        CLAIM("no SA", rc == -ENOMEM || rc == 0);
        esp_child_remove(w->a.e, 1);
        CLAIM("nothing left", mem_bytes(MEM_ESP) == before);
    }
    ends_free(w);
    CLAIM("nothing at all", mem_bytes(MEM_ESP) == held);
}

/* ---- events ------------------------------------------------------------------------------- */

/* [RFC 7296 2.23] */
static void a_peer_that_moved_is_told_once(void **state)
{
    (void)state;
    const struct setup s = { 0 };
    struct ends *w = ends_new(&s);
    struct esp_event e;
    for (int i = 0; i < 3; i++) {
        seal_packet(w, &w->a, &small, false);
        struct esp_received r = received(&w->a.net.datagrams[0]);
        r.path.remote_port = 61000;
        esp_to_tun_init(&w->b.tun);
        assert_int_equal(esp_open(w->b.e, w->now, &r, 1, &w->b.tun), 1);
        CLAIM("it is opened", w->b.tun.n == 1);
    }
    CLAIM("in use", esp_next_event(w->b.e, &e) && e.kind == ESP_ACTIVE);
    CLAIM("moved", esp_next_event(w->b.e, &e) && e.kind == ESP_MOVED && e.child == 1 &&
                       e.path.remote_port == 61000);
    CLAIM("once", event_of(&w->b) == -1);
    esp_child_path(w->b.e, w->now, 1, &e.path);
    seal_packet(w, &w->b, &small, false);
    CLAIM("answers go there", w->b.net.datagrams[0].path->remote_port == 61000);
    /* An older packet, from the old place, does not bring it back. */
    seal_packet(w, &w->a, &small, false);
    static uint8_t late[300];
    size_t len = w->a.net.datagrams[0].len;
    memcpy(late, w->a.net.datagrams[0].bytes, len);
    seal_packet(w, &w->a, &small, false);
    struct esp_received r = received(&w->a.net.datagrams[0]);
    r.path.remote_port = 61000;
    esp_to_tun_init(&w->b.tun);
    assert_int_equal(esp_open(w->b.e, w->now, &r, 1, &w->b.tun), 1);
    r.path.remote_port = 4500;
    r.bytes = memcpy(w->b.room + HEAD, late, len);
    r.done = 0;
    assert_int_equal(esp_open(w->b.e, w->now, &r, 1, &w->b.tun), 1);
    CLAIM("both came", w->b.tun.n == 2);
    CLAIM("the older one says nothing", event_of(&w->b) == -1);
    ends_free(w);
}

static void unknown_spis_are_told_at_a_rate(void **state)
{
    (void)state;
    const struct setup s = { 0 };
    struct ends *w = ends_new(&s);
    uint8_t b[HEAD + 100] = { 0 };
    struct esp_received r = { .bytes = b + HEAD, .len = 100, .path = child_of(&s, 1).path };
    int told = 0;
    for (int round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < 1000; i++) {
            r.done = 0;
            esp_put32(r.bytes, 0x777 + i);
            assert_int_equal(esp_open(w->a.e, w->now, &r, 1, &w->a.tun), 1);
        }
        for (told = 0; event_of(&w->a) == ESP_UNKNOWN_SPI;)
            told++;
        CLAIM("a few of a thousand", told == ESP_UNKNOWN_BURST);
        w->now += 2 * NS_PER_S;
    }
    ends_free(w);
}

/* ---- path MTU ----------------------------------------------------------------------------- */

static void effective_mtu(void **state)
{
    (void)state;
    static const struct {
        const char *claim;
        struct setup setup;
        uint16_t link, want;
    } rows[] = {
        { "GCP: 1460 outside carry 1406 with GCM", { .bare = true }, 1460, 1406 },
        { "8 less behind a NAT", { 0 }, 1460, 1398 },
        { "AWS: 1500 outside, CBC and SHA-1, NAT-T",
          { .encr = CRYPTO_AES_CBC, .bits = 128, .integ = CRYPTO_SHA1_96 },
          1500,
          1422 },
        { "CBC and SHA-256, NAT-T",
          { .encr = CRYPTO_AES_CBC, .bits = 256, .integ = CRYPTO_SHA256_128 },
          1500,
          1422 },
        { "CBC and SHA-512, bare, IPv6",
          { .encr = CRYPTO_AES_CBC,
            .bits = 256,
            .integ = CRYPTO_SHA512_256,
            .bare = true,
            .outer_v6 = true },
          1500,
          1390 },
        { "GCM over IPv6", { .outer_v6 = true }, 1500, 1418 },
        { "the configured one is less", { .ip_mtu = 1400 }, 1500, 1400 },
        { "or is not", { .ip_mtu = 1480 }, 1500, 1438 },
        { "transport mode", { .bare = true, .transport = true }, 1500, 1466 },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ends *w = ends_new(&rows[i].setup);
        const struct esp_tunnel_params t = { .connection = 1,
                                             .ip_mtu = rows[i].setup.ip_mtu,
                                             .link_mtu = rows[i].link };
        assert_int_equal(esp_tunnel_set(w->a.e, &t), 0);
        CLAIM(rows[i].claim, esp_tunnel_mtu(w->a.e, w->now, 1) == rows[i].want);
        /* The largest packet fits, and one byte more would not. */
        uint16_t ip = rows[i].setup.outer_v6 ? 40 : 20, udp = rows[i].setup.bare ? 0 : 8;
        uint16_t mtu = rows[i].want;
        struct spec p = { .family = rows[i].setup.transport && rows[i].setup.outer_v6 ? IP_V6
                                                                                      : IP_V4,
                          .protocol = 17,
                          .df = true,
                          .payload = mtu - 28u };
        seal_packet(w, &w->a, &p, false);
        assert_int_equal(w->a.net.n, 1);
        uint32_t outer = w->a.net.datagrams[0].len + ip + udp;
        CLAIM(rows[i].claim, outer <= rows[i].link);
        p.payload++;
        seal_packet(w, &w->a, &p, false);
        CLAIM(rows[i].claim, w->a.net.n == 0 && w->a.tun.n == 1);
        ends_free(w);
    }
}

/* [RFC 4301 8.2] [RFC 1191 6.3] */
static void the_path_mtu_is_learnt_and_forgotten(void **state)
{
    (void)state;
    const struct setup s = { 0 };
    struct ends *w = ends_new(&s);
    const struct ip_addr peer = child_of(&s, 1).path.remote, other = address("192.0.2.99");
    const struct spec p = { .family = IP_V4, .protocol = 6, .df = true, .payload = 1360 };
    assert_int_equal(esp_tunnel_mtu(w->a.e, w->now, 1), 1438);
    esp_path_mtu(w->a.e, w->now, &other, 1300);
    CLAIM("another path", esp_tunnel_mtu(w->a.e, w->now, 1) == 1438);
    CLAIM("what an error may quote", esp_sends_with(w->a.e, &peer, 0x2001));
    CLAIM("and what it may not",
          !esp_sends_with(w->a.e, &peer, 0x1001) && !esp_sends_with(w->a.e, &other, 0x2001));
    esp_path_mtu(w->a.e, w->now, &peer, 1400);
    CLAIM("learnt", esp_tunnel_mtu(w->a.e, w->now, 1) == 1338);
    seal_packet(w, &w->a, &p, false);
    assert_true(w->a.net.n == 0 && w->a.tun.n == 1);
    gather_frame(w, &w->a.tun.frames[0]);
    CLAIM("the sender is told", w->gathered[20] == 3 && esp_get16(w->gathered + 26) == 1338);
    CLAIM("counted", counters(&w->a, 1).too_big == 1);
    const struct esp_child next = child_of(&s, 2);
    add_child(w, &next);
    CLAIM("a rekey does not forget", esp_tunnel_mtu(w->a.e, w->now, 1) == 1338);
    esp_path_mtu(w->a.e, w->now, &peer, 40);
    CLAIM("never below 576", esp_tunnel_mtu(w->a.e, w->now, 1) == 514);
    esp_path_mtu(w->a.e, w->now, &peer, 9000);
    CLAIM("never above the link", esp_tunnel_mtu(w->a.e, w->now, 1) == 514);
    w->now += 600 * NS_PER_S;
    CLAIM("after ten minutes forgotten", esp_tunnel_mtu(w->a.e, w->now, 1) == 1438);
    seal_packet(w, &w->a, &p, false);
    CLAIM("and tried again", w->a.net.n == 1);
    ends_free(w);
}

static void big_packets_are_cut_before_sealing(void **state)
{
    (void)state;
    const struct setup s = { .vnet = true };
    struct ends *w = ends_new(&s);
    const struct spec p = { .family = IP_V4, .protocol = 17, .payload = 4000 };
    struct esp_tunnel_counters t;
    size_t n = seal_packet(w, &w->a, &p, true), bytes = 0;
    pass(w, &w->a, &w->b);
    CLAIM("three fragments", w->b.tun.n == 3);
    for (uint32_t i = 0; i < 3; i++)
        bytes += gather_frame(w, &w->b.tun.frames[i]) - ESP_VNET_BYTES - 20;
    CLAIM("all of it", bytes == n - 20);
    CLAIM("whole datagrams outside", !w->a.net.datagrams[0].df);
    assert_true(esp_tunnel_counters(w->a.e, 1, &t));
    CLAIM("counted", t.fragmented == 1 && t.too_big == 0);
    ends_free(w);
}

/* [RFC 2473 7.1] Of IPv6, 1280 bytes always go. */
static void ipv6_is_never_told_less_than_1280(void **state)
{
    (void)state;
    const struct setup s = { 0 };
    struct ends *w = ends_new(&s);
    const struct ip_addr peer = child_of(&s, 1).path.remote;
    esp_path_mtu(w->a.e, w->now, &peer, 1200);
    struct spec p = { .family = IP_V6, .protocol = 17, .payload = 1280 - 48 };
    seal_packet(w, &w->a, &p, false);
    CLAIM("1280 go, in outer fragments if need be",
          w->a.net.n == 1 && !w->a.net.datagrams[0].df && w->a.tun.n == 0);
    p.payload++;
    seal_packet(w, &w->a, &p, false);
    assert_int_equal(w->a.tun.n, 1);
    gather_frame(w, &w->a.tun.frames[0]);
    CLAIM("1281 are told 1280", w->gathered[40] == 2 && esp_get32(w->gathered + 44) == 1280);
    ends_free(w);
}

/* A super-packet whose segments do not fit: with DF its sender is told, without it is cut smaller.
 */
static void super_packets_fit_the_path(void **state)
{
    (void)state;
    const struct setup s = { .vnet = true };
    struct ends *w = ends_new(&s);
    const struct ip_addr peer = child_of(&s, 1).path.remote;
    const struct esp_vnet v = { .kind = ESP_VNET_TCPV4, .segment = 1398 };
    struct spec p = { .family = IP_V4, .protocol = 6, .flags = 16, .df = true, .payload = 30000 };
    esp_path_mtu(w->a.e, w->now, &peer, 1300);
    for (int df = 1; df >= 0; df--) {
        p.df = df;
        memcpy(w->frame + HEAD, &v, sizeof(v));
        size_t n = make_packet(w->frame + HEAD + ESP_VNET_BYTES, &p);
        seal(w, &w->a, n + ESP_VNET_BYTES);
        CLAIM("told, or cut", (w->a.net.n == 0) == df && w->a.tun.n == (uint32_t)df);
    }
    CLAIM("to what fits", w->a.net.datagrams[0].segment <= 1300 - 28);
    pass(w, &w->a, &w->b);
    CLAIM("one frame again", w->b.tun.n == 1 && w->b.tun.frames[0].len == 30050);
    ends_free(w);
}

/* ICMP errors have a rate. */
static void errors_have_a_rate(void **state)
{
    (void)state;
    const struct setup s = { 0 };
    struct ends *w = ends_new(&s);
    const struct spec p = { .family = IP_V4, .protocol = 6, .df = true, .payload = 3000 };
    uint32_t sent = 0;
    for (int i = 0; i < 1000; i++) {
        seal_packet(w, &w->a, &p, false);
        sent += w->a.tun.n;
    }
    CLAIM("a burst", sent == ESP_ICMP_BURST && counters(&w->a, 1).too_big == 1000);
    ends_free(w);
}

/* SYNs are clamped on the way out and on the way in. */
static void syns_are_clamped_both_ways(void **state)
{
    (void)state;
    for (unsigned way = 0; way < 2; way++) {
        const struct setup s = { .vnet = true, .tcp_mss = way ? 1350 : 0 };
        struct ends *w = ends_new(&s);
        const struct spec p = { .family = IP_V4, .protocol = 6, .flags = 2, .payload = 4 };
        uint8_t *b = w->frame + HEAD;
        memset(b, 0, ESP_VNET_BYTES);
        b += ESP_VNET_BYTES;
        size_t n = make_packet(b, &p);
        b[32] = 0x60; /* the four bytes of payload are an option */
        memcpy(b + 40, "\x02\x04\x05\xb4", 4);
        put16(b + 36, 0);
        put16(b + 36, slow_checksum(b + 20, n - 20, slow_pseudo(b, 6, (uint32_t)n - 20)));
        seal(w, &w->a, n + ESP_VNET_BYTES);
        pass(w, &w->a, &w->b);
        gather_frame(w, &w->b.tun.frames[0]);
        uint16_t got = esp_get16(w->gathered + ESP_VNET_BYTES + 42);
        CLAIM("configured, or the path's", got == (way ? 1350 : 1398));
        CLAIM("sound", is_sound(w->gathered + ESP_VNET_BYTES, n));
        /* The receiver's tunnel is narrower. */
        const struct esp_tunnel_params t = { .connection = 1, .vnet = true, .ip_mtu = 1000 };
        assert_int_equal(esp_tunnel_set(w->b.e, &t), 0);
        memcpy(w->frame + HEAD, w->gathered, n + ESP_VNET_BYTES);
        seal(w, &w->a, n + ESP_VNET_BYTES);
        pass(w, &w->a, &w->b);
        gather_frame(w, &w->b.tun.frames[0]);
        CLAIM("on the way in", esp_get16(w->gathered + ESP_VNET_BYTES + 42) == 960);
        CLAIM("sound still", is_sound(w->gathered + ESP_VNET_BYTES, n));
        ends_free(w);
    }
}

/* Two SAs of a tunnel, one after the other, each looked at twice. */
static void totals_are_of_all_looks(void **state)
{
    (void)state;
    static const struct esp_counters looks[2][2] = {
        { { .packets_in = 10, .packets_out = 4, .bytes_in = 1000, .bytes_out = 400 },
          { .packets_in = 11, .packets_out = 9, .bytes_in = 1100, .bytes_out = 900, .bad_icv = 2 }
        },
        { { .packets_in = 1, .bytes_in = 60, .replayed = 1 },
          { .packets_in = 5, .bytes_in = 300, .replayed = 1, .malformed = 1, .no_room = 1,
            .bad_padding = 1, .bad_selector = 1, .too_big = 7 } },
    };
    struct esp_totals t = { 0 };
    for (size_t sa = 0; sa < 2; sa++) {
        struct esp_counters told = { 0 };
        for (size_t i = 0; i < 2; i++) {
            esp_totals_add(&t, &told, &looks[sa][i]);
            told = looks[sa][i];
        }
    }
    assert_true(t.packets_in == 16 && t.packets_out == 9);
    assert_true(t.bytes_in == 1400 && t.bytes_out == 900);
    assert_int_equal(t.errors_in, 7); /* what was too big left nothing behind here */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(limits_are_told_once_and_hold),
        cmocka_unit_test(sequence_numbers_end),
        cmocka_unit_test(extended_numbers_go_on),
        cmocka_unit_test(events_wait_for_room),
        cmocka_unit_test(a_rekey_loses_no_packet),
        cmocka_unit_test(totals_are_of_all_looks),
        cmocka_unit_test(each_pair_of_selectors_has_its_sa),
        cmocka_unit_test(what_cannot_be_is_refused),
        cmocka_unit_test(many_sas_are_found),
        cmocka_unit_test(without_memory_nothing_happens),
        cmocka_unit_test(a_peer_that_moved_is_told_once),
        cmocka_unit_test(unknown_spis_are_told_at_a_rate),
        cmocka_unit_test(effective_mtu),
        cmocka_unit_test(the_path_mtu_is_learnt_and_forgotten),
        cmocka_unit_test(big_packets_are_cut_before_sealing),
        cmocka_unit_test(ipv6_is_never_told_less_than_1280),
        cmocka_unit_test(super_packets_fit_the_path),
        cmocka_unit_test(errors_have_a_rate),
        cmocka_unit_test(syns_are_clamped_both_ways),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
