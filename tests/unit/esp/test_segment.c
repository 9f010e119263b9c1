/* esp/segment.h, esp/coalesce.h, esp/frag.h: super-packets, fragments, ICMP errors. */
#include "esp/segment.h"

#include "../unit.h"
#include "base/rng.h"
#include "esp/coalesce.h"
#include "esp/frag.h"
#include "packets.h"

/* Cases are a usual packet and what is different in it. */
#pragma GCC diagnostic ignored "-Woverride-init"

enum { GAP = 64, SUPER_MAX = 66000 };

static struct esp_to_tun out;
static const struct esp_tunnel_params tunnel = { .connection = 1, .vnet = true };
static const struct esp_tunnel_params another = { .connection = 2, .vnet = true };
/* One that takes UDP's too. */
static const struct esp_tunnel_params with_uso = { .connection = 1, .vnet = true, .uso = true };
static uint8_t memory[64 * 1600 + SUPER_MAX], joined[SUPER_MAX];

/* A super-packet as a TUN would hand it over, its checksum left to be computed. */
static size_t make_super(uint8_t *b, const struct spec *s, uint16_t segment, struct esp_vnet *v)
{
    size_t n = make_packet(b, s), ip = s->family == IP_V4 ? 20 : 40;
    size_t transport = s->protocol == 17 ? 8 : s->timestamps ? 32 : 20;
    *v = (struct esp_vnet){
        .flags = ESP_VNET_NEEDS_CHECKSUM,
        .kind = s->protocol == 17    ? ESP_VNET_UDP_L4
                : s->family == IP_V4 ? ESP_VNET_TCPV4
                                     : ESP_VNET_TCPV6,
        .header_bytes = (uint16_t)(ip + transport),
        .segment = segment,
        .checksum_start = (uint16_t)ip,
        .checksum_offset = s->protocol == 17 ? 6 : 16,
    };
    put16(b + ip + v->checksum_offset,
          (uint16_t)~slow_checksum(b, 0, slow_pseudo(b, s->protocol, (uint32_t)(n - ip))));
    return n;
}

static struct spec random_spec(struct rng *rng)
{
    return (struct spec){ .family = rng_chance(rng, 500000) ? IP_V4 : IP_V6,
                          .protocol = 6,
                          .tos = (uint8_t)rng_u64(rng),
                          .flags = 0x10,
                          .df = rng_chance(rng, 500000),
                          .timestamps = rng_chance(rng, 500000),
                          .id = (uint16_t)rng_u64(rng),
                          .sport = (uint16_t)rng_u64(rng),
                          .dport = 443,
                          .window = 500,
                          .seq = (uint32_t)rng_u64(rng),
                          .ack = (uint32_t)rng_u64(rng),
                          .fill = (uint8_t)rng_u64(rng) };
}

/* Segments of a super-packet one after the other, GAP bytes before each; their number. */
static size_t cut(const struct esp_vnet *v, uint8_t *b, size_t n, struct esp_packet *parts)
{
    struct esp_packet p;
    struct esp_super s;
    size_t count = 0, at = GAP;
    assert_true(esp_packet_parse(b, n, &p) && esp_super_init(&s, v, &p));
    for (uint32_t done = 0; done < s.payload; done += s.segment) {
        uint32_t len = esp_super_len(&s, done);
        assert_true(at + len + GAP < sizeof(memory));
        esp_super_write(&s, done, memory + at);
        CLAIM("each segment is sound", is_sound(memory + at, len));
        assert_true(esp_packet_parse(memory + at, len, &parts[count]));
        at += len + GAP;
        count++;
    }
    return count;
}

static size_t gather(const struct esp_tun_frame *f, uint8_t *to)
{
    size_t n = 0;
    for (uint16_t i = 0; i < f->n; i++) {
        memcpy(to + n, f->slices[i].base, f->slices[i].len);
        n += f->slices[i].len;
    }
    assert_int_equal(n, f->len);
    return n;
}

/* What segmentation cuts, coalescing joins: the same bytes, but for a super-packet's checksum. */
static void coalescing_inverts_segmentation(void **state)
{
    (void)state;
    static uint8_t b[SUPER_MAX + 64];
    static struct esp_packet parts[1024];
    struct rng rng = rng_init(3);
    for (int i = 0; i < 600; i++) {
        struct spec s = random_spec(&rng);
        struct esp_vnet v, got;
        uint16_t segment = (uint16_t)rng_between(&rng, 500, 1400);
        s.payload = (uint32_t)rng_between(&rng, segment + 1, MIN(64 * segment, 65000));
        s.flags = (uint8_t)(rng_chance(&rng, 500000) ? 0x18 : 0x10);
        size_t n = make_super(b, &s, segment, &v), count = cut(&v, b, n, parts);
        esp_to_tun_init(&out);
        for (size_t k = 0; k < count; k++)
            esp_coalesce(&out, &tunnel, &parts[k]);
        esp_to_tun_finish(&out);
        assert_int_equal(out.n, 1);
        size_t len = gather(&out.frames[0], joined);
        assert_int_equal(len, n + ESP_VNET_BYTES);
        got = esp_vnet_read(joined);
        CLAIM("the virtio header", memcmp(&got, &v, sizeof(v)) == 0);
        CLAIM("the packet", memcmp(joined + ESP_VNET_BYTES, b, n) == 0);
    }
}

/* The other way round: sound packets in, joined, cut again: the same packets, in order. */
static void segmentation_inverts_coalescing(void **state)
{
    (void)state;
    static struct esp_packet parts[64], again[64];
    static uint8_t copies[64][1600];
    struct rng rng = rng_init(4);
    for (int i = 0; i < 300; i++) {
        struct spec s = random_spec(&rng);
        size_t count = (size_t)rng_between(&rng, 2, 40), at = GAP;
        s.payload = (uint32_t)rng_between(&rng, 100, 1400);
        for (size_t k = 0; k < count; k++) {
            size_t len = make_packet(memory + at, &s);
            memcpy(copies[k], memory + at, len);
            assert_true(esp_packet_parse(memory + at, len, &parts[k]));
            at += len + GAP;
            s.seq += s.payload;
            s.id++;
            s.fill++;
        }
        esp_to_tun_init(&out);
        for (size_t k = 0; k < count; k++)
            esp_coalesce(&out, &tunnel, &parts[k]);
        esp_to_tun_finish(&out);
        assert_int_equal(out.n, 1);
        size_t len = gather(&out.frames[0], joined);
        struct esp_vnet v = esp_vnet_read(joined);
        assert_int_equal(cut(&v, joined + ESP_VNET_BYTES, len - ESP_VNET_BYTES, again), count);
        for (size_t k = 0; k < count; k++)
            CLAIM("each packet as it was",
                  again[k].len == parts[0].len + 0 * k &&
                      memcmp(again[k].bytes, copies[k], again[k].len) == 0);
    }
}

/* ---- what is not joined ------------------------------------------------------------------- */

struct pair {
    const char *claim;
    struct spec first, second;
    bool second_is_bad; /* its checksum */
    bool joined;
};

#define ONE                                                                                        \
    .family = IP_V4, .protocol = 6, .flags = 0x10, .sport = 1, .dport = 2, .payload = 100,         \
    .seq = 1000, .ack = 5, .window = 9, .id = 1, .df = true
#define TWO ONE, .seq = 1100, .id = 2

static const struct pair pairs[] = {
    { "the next segment is joined", { ONE }, { TWO }, false, true },
    { "a shorter one too", { ONE }, { TWO, .payload = 9 }, false, true },
    { "one with PSH too", { ONE }, { TWO, .flags = 0x18 }, false, true },
    { "with DF any number is joined", { ONE }, { TWO, .id = 77 }, false, true },
    { "not a longer one", { ONE }, { TWO, .payload = 101 }, false, false },
    { "not behind a gap", { ONE }, { TWO, .seq = 1101 }, false, false },
    { "not the same again", { ONE }, { ONE }, false, false },
    { "not behind PSH", { ONE, .flags = 0x18 }, { TWO }, false, false },
    { "not with FIN", { ONE }, { TWO, .flags = 0x11 }, false, false },
    { "not with SYN", { ONE }, { TWO, .flags = 0x12 }, false, false },
    { "not with RST", { ONE }, { TWO, .flags = 0x14 }, false, false },
    { "not with URG", { ONE }, { TWO, .flags = 0x30 }, false, false },
    { "not with CWR", { ONE }, { TWO, .flags = 0x90 }, false, false },
    { "not with another ECE", { ONE }, { TWO, .flags = 0x50 }, false, false },
    { "not without payload", { ONE }, { TWO, .payload = 0 }, false, false },
    { "not with another acknowledgement", { ONE }, { TWO, .ack = 6 }, false, false },
    { "not with another window", { ONE }, { TWO, .window = 8 }, false, false },
    { "not with other options", { ONE }, { TWO, .timestamps = true }, false, false },
    { "not of another port", { ONE }, { TWO, .sport = 3 }, false, false },
    { "not from another host", { ONE }, { TWO, .host = 3 }, false, false },
    { "not with another DSCP", { ONE }, { TWO, .tos = 8 }, false, false },
    { "not with another ECN", { ONE }, { TWO, .tos = 3 }, false, false },
    { "not with another DF", { ONE }, { TWO, .df = false }, false, false },
    { "not with a number out of order",
      { ONE, .df = false },
      { TWO, .df = false, .id = 5 },
      false,
      false },
    { "not with a bad checksum", { ONE }, { TWO }, true, false },
    { "not UDP", { ONE, .protocol = 17 }, { TWO, .protocol = 17 }, false, false },
};

static void only_what_belongs_together_is_joined(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        static uint8_t a[GAP + 400], b[GAP + 400];
        struct esp_packet p;
        esp_to_tun_init(&out);
        size_t n = make_packet(a + GAP, &pairs[i].first);
        assert_true(esp_packet_parse(a + GAP, n, &p));
        esp_coalesce(&out, &tunnel, &p);
        n = make_packet(b + GAP, &pairs[i].second);
        if (pairs[i].second_is_bad)
            b[GAP + n - 1] ^= 4;
        assert_true(esp_packet_parse(b + GAP, n, &p));
        esp_coalesce(&out, &tunnel, &p);
        esp_to_tun_finish(&out);
        CLAIM(pairs[i].claim, out.n == (pairs[i].joined ? 1u : 2u));
        for (uint32_t k = 0; k < out.n; k++) {
            size_t len = gather(&out.frames[k], joined);
            struct esp_vnet v = esp_vnet_read(joined);
            CLAIM(pairs[i].claim, (v.kind != 0) == pairs[i].joined);
            CLAIM(pairs[i].claim, v.flags != 0 || pairs[i].second_is_bad ||
                                      is_sound(joined + ESP_VNET_BYTES, len - ESP_VNET_BYTES));
        }
    }
}

/* A first packet with a bad checksum stays alone: the kernel shall see and drop it. */
static void a_bad_first_packet_stays_alone(void **state)
{
    (void)state;
    static uint8_t a[GAP + 400], b[GAP + 400];
    const struct spec one = { ONE }, two = { TWO };
    struct esp_packet p;
    size_t n = make_packet(a + GAP, &one);
    esp_to_tun_init(&out);
    a[GAP + n - 1] ^= 1;
    assert_true(esp_packet_parse(a + GAP, n, &p));
    esp_coalesce(&out, &tunnel, &p);
    n = make_packet(b + GAP, &two);
    assert_true(esp_packet_parse(b + GAP, n, &p));
    esp_coalesce(&out, &tunnel, &p);
    esp_to_tun_finish(&out);
    assert_int_equal(out.n, 2);
    assert_int_equal(gather(&out.frames[1], joined), n + ESP_VNET_BYTES);
}

/* Flows in between do not part a flow, tunnels and a bare ACK do. */
static void flows_are_joined_each_for_itself(void **state)
{
    (void)state;
    static uint8_t b[16][GAP + 400];
    struct esp_packet p;
    esp_to_tun_init(&out);
    for (uint32_t i = 0; i < 16; i++) {
        const struct spec s = { ONE, .sport = (uint16_t)(i % 2), .seq = 1000 + i / 2 * 100 };
        size_t n = make_packet(b[i] + GAP, &s);
        assert_true(esp_packet_parse(b[i] + GAP, n, &p));
        esp_coalesce(&out, &tunnel, &p);
    }
    CLAIM("two flows, two frames", out.n == 2);
    const struct spec ack = { ONE, .sport = 0, .seq = 1800, .payload = 0 };
    size_t n = make_packet(b[0] + GAP, &ack);
    assert_true(esp_packet_parse(b[0] + GAP, n, &p));
    esp_coalesce(&out, &tunnel, &p);
    const struct spec next = { ONE, .sport = 0, .seq = 1800 };
    n = make_packet(b[2] + GAP, &next);
    assert_true(esp_packet_parse(b[2] + GAP, n, &p));
    esp_coalesce(&out, &tunnel, &p);
    CLAIM("nothing overtakes the ACK", out.n == 4);
    const struct spec other = { ONE, .sport = 1, .seq = 1800 };
    n = make_packet(b[4] + GAP, &other);
    assert_true(esp_packet_parse(b[4] + GAP, n, &p));
    esp_coalesce(&out, &another, &p);
    CLAIM("tunnels are apart", out.n == 5 && out.frames[4].connection == 2);
    esp_to_tun_finish(&out);
}

/* UDP: datagrams of one length, the last may be shorter, in order; cut again they are the same. */
static void datagrams_are_joined_where_the_tun_takes_them(void **state)
{
    (void)state;
    static struct esp_packet parts[64], again[64];
    static uint8_t copies[64][400];
    for (uint8_t family = IP_V4; family <= IP_V6; family += 2) {
        for (int way = 0; way < 4; way++) {
            struct spec s = { .family = family, .protocol = 17, .sport = 7, .payload = 200 };
            size_t count = 20, at = GAP;
            for (size_t k = 0; k < count; k++) {
                if (k == count - 1)
                    s.payload = way == 1 ? 201 : 150;
                size_t len = make_packet(memory + at, &s);
                if (way == 2 && k == 7)
                    put16(memory + at + (family == IP_V4 ? 26 : 46), 0); /* no checksum */
                memcpy(copies[k], memory + at, len);
                assert_true(esp_packet_parse(memory + at, len, &parts[k]));
                at += len + GAP;
                s.id++;
                s.fill++;
            }
            esp_to_tun_init(&out);
            for (size_t k = 0; k < count; k++)
                esp_coalesce(&out, way == 3 ? &tunnel : &with_uso, &parts[k]);
            esp_to_tun_finish(&out);
            static const uint32_t want[] = { 1, 2, 3, 20 };
            CLAIM("joined; a longer one apart; one without checksum apart; none",
                  out.n == want[way]);
            size_t len = gather(&out.frames[0], joined);
            struct esp_vnet v = esp_vnet_read(joined);
            if (way > 0)
                continue;
            assert_int_equal(cut(&v, joined + ESP_VNET_BYTES, len - ESP_VNET_BYTES, again), count);
            for (size_t k = 0; k < count; k++)
                CLAIM("each as it was", memcmp(again[k].bytes, copies[k], again[k].len) == 0);
        }
    }
}

/* ---- segmentation ------------------------------------------------------------------------- */

static void flags_stand_where_they_belong(void **state)
{
    (void)state;
    static struct esp_packet parts[8];
    static uint8_t b[4096];
    struct esp_vnet v;
    const struct spec s = { .family = IP_V4,
                            .protocol = 6,
                            .flags = 0x80 | 0x19, /* CWR ACK PSH FIN */
                            .id = 0xffff,
                            .seq = 0xffffff00,
                            .payload = 2500 };
    size_t n = make_super(b, &s, 1000, &v);
    v.kind |= ESP_VNET_ECN;
    assert_int_equal(cut(&v, b, n, parts), 3);
    static const uint8_t want[] = { 0x90, 0x10, 0x19 };
    for (uint32_t i = 0; i < 3; i++) {
        const uint8_t *t = parts[i].bytes + 20;
        CLAIM("CWR first, PSH and FIN last", t[13] == want[i]);
        CLAIM("sequence numbers", esp_get32(t + 4) == 0xffffff00u + 1000 * i);
        CLAIM("packet numbers", esp_get16(parts[i].bytes + 4) == (uint16_t)(0xffff + i));
    }
    CLAIM("the rest", parts[2].len == 540);
}

static void udp_is_cut_too(void **state)
{
    (void)state;
    static struct esp_packet parts[64];
    static uint8_t b[SUPER_MAX];
    struct esp_vnet v;
    for (uint8_t family = IP_V4; family <= IP_V6; family += 2) {
        const struct spec s = { .family = family, .protocol = 17, .sport = 5, .payload = 12345 };
        size_t n = make_super(b, &s, 1200, &v);
        assert_int_equal(cut(&v, b, n, parts), 11);
        CLAIM("each has its length", esp_get16(parts[3].bytes + parts[3].ip_bytes + 4) == 1208);
        CLAIM("so has the last", esp_get16(parts[10].bytes + parts[10].ip_bytes + 4) == 353);
    }
}

static void misfits_are_refused(void **state)
{
    (void)state;
    static uint8_t b[4096];
    struct esp_vnet v, w;
    struct esp_packet p;
    struct esp_super super;
    const struct spec s = { .family = IP_V4, .protocol = 6, .payload = 2000 };
    size_t n = make_super(b, &s, 1000, &v);
    assert_true(esp_packet_parse(b, n, &p));
    CLAIM("the right one is taken", esp_super_init(&super, &v, &p));
    w = v;
    w.segment = 0;
    CLAIM("segments of nothing", !esp_super_init(&super, &w, &p));
    w = v;
    w.kind = ESP_VNET_TCPV6;
    CLAIM("the other family", !esp_super_init(&super, &w, &p));
    w.kind = ESP_VNET_UDP_L4;
    CLAIM("UDP that is TCP", !esp_super_init(&super, &w, &p));
    w.kind = 3;
    CLAIM("fragment offload", !esp_super_init(&super, &w, &p));
    b[32] = 0xf0;
    CLAIM("a header longer than the packet is no matter here", esp_super_init(&super, &v, &p));
    b[32] = 0x40;
    CLAIM("a TCP header too short", !esp_super_init(&super, &v, &p));
    w = v;
    w.checksum_start = (uint16_t)(n - 3);
    CLAIM("a checksum beyond the end", !esp_vnet_checksum(&w, &p));
}

static void checksums_are_filled_in(void **state)
{
    (void)state;
    uint8_t b[512];
    struct esp_vnet v;
    struct esp_packet p;
    for (uint8_t family = IP_V4; family <= IP_V6; family += 2) {
        for (uint8_t protocol = 6; protocol <= 17; protocol += 11) {
            const struct spec s = { .family = family, .protocol = protocol, .payload = 101 };
            size_t n = make_super(b, &s, 0, &v);
            assert_true(esp_packet_parse(b, n, &p) && !is_sound(b, n));
            assert_true(esp_vnet_checksum(&v, &p));
            CLAIM("it is right", is_sound(b, n));
        }
    }
}

/* ---- fragments ---------------------------------------------------------------------------- */

/* [RFC 791 3.2] */
static void fragments_make_the_packet_again(void **state)
{
    (void)state;
    static uint8_t b[SUPER_MAX], part[SUPER_MAX], whole[SUPER_MAX];
    struct rng rng = rng_init(5);
    for (int i = 0; i < 400; i++) {
        const struct spec s = { .family = IP_V4,
                                .protocol = 17,
                                .id = (uint16_t)i,
                                .payload = (uint32_t)rng_between(&rng, 1500, 9000) };
        uint16_t mtu = (uint16_t)rng_between(&rng, 68, 1499),
                 field = (uint16_t)(i % 3 ? 0 : 0x2005);
        size_t n = make_packet(b, &s);
        struct esp_packet p, f;
        put16(b + 6, field);
        assert_true(esp_packet_parse(b, n, &p) && esp_frag_may(&p, mtu));
        uint32_t done = 0, bytes;
        while (done < n - 20) {
            uint32_t len = esp_frag_len(&p, mtu, done, &bytes);
            esp_frag_write(&p, mtu, done, part);
            CLAIM("it fits", len <= mtu && (done + bytes == n - 20 || len + 8 > mtu));
            CLAIM("its header is right", slow_checksum(part, 20, 0) == 0);
            assert_true(esp_packet_parse(part, len, &f) && f.len == len);
            uint16_t got = esp_get16(part + 6);
            CLAIM("offset", (got & 0x1fff) == (field & 0x1fff) + done / 8);
            CLAIM("more follow", !!(got & 0x2000) == (done + bytes < n - 20 || field & 0x2000));
            memcpy(whole + done, part + 20, bytes);
            done += bytes;
        }
        CLAIM("nothing is lost", memcmp(whole, b + 20, n - 20) == 0);
    }
}

/* [RFC 791 3.1] Record route (7) stays behind, the router alert (148) goes along. */
static void options_are_copied_when_they_say_so(void **state)
{
    (void)state;
    static uint8_t b[2000], part[2000];
    const struct spec s = { .family = IP_V4, .protocol = 17, .payload = 1000 };
    size_t n = make_packet(b, &s);
    memmove(b + 32, b + 20, n - 20);
    memcpy(b + 20, "\x07\x07\x04\x00\x00\x00\x00\x01\x94\x04\x00\x00", 12);
    b[0] = 0x48;
    put16(b + 2, (uint32_t)(n + 12));
    struct esp_packet p, f;
    uint32_t bytes;
    assert_true(esp_packet_parse(b, n + 12, &p));
    uint32_t len = esp_frag_len(&p, 500, 0, &bytes), second;
    esp_frag_write(&p, 500, 0, part);
    CLAIM("the first has all", esp_packet_parse(part, len, &f) && f.ip_bytes == 32);
    second = bytes;
    len = esp_frag_len(&p, 500, second, &bytes);
    esp_frag_write(&p, 500, second, part);
    CLAIM("the second has one", esp_packet_parse(part, len, &f) && f.ip_bytes == 24);
    CLAIM("the router alert", memcmp(part + 20, "\x94\x04\x00\x00", 4) == 0);
}

/* ---- ICMP --------------------------------------------------------------------------------- */

/* [RFC 1191 4] [RFC 4443 3.2] */
static void senders_are_told_the_mtu(void **state)
{
    (void)state;
    static uint8_t b[SUPER_MAX], e[ESP_ICMP_BYTES_MAX];
    struct esp_packet p, got;
    struct spec s = { .family = IP_V4, .protocol = 6, .df = true, .payload = 3000 };
    size_t n = make_packet(b, &s);
    assert_true(esp_packet_parse(b, n, &p));
    uint32_t len = esp_icmp_too_big(&p, 1400, e);
    CLAIM("576 bytes at most", len == 576 && esp_packet_parse(e, len, &got));
    CLAIM("sound", slow_checksum(e, 20, 0) == 0 && slow_checksum(e + 20, len - 20, 0) == 0);
    CLAIM("type, code, MTU", e[20] == 3 && e[21] == 4 && esp_get16(e + 26) == 1400);
    CLAIM("to the sender", memcmp(e + 16, b + 12, 4) == 0 && memcmp(e + 12, b + 16, 4) == 0);
    CLAIM("quotes the packet", memcmp(e + 28, b, 548) == 0);

    s.family = IP_V6;
    n = make_packet(b, &s);
    assert_true(esp_packet_parse(b, n, &p));
    len = esp_icmp_too_big(&p, 1300, e);
    CLAIM("1280 bytes at most", len == 1280 && esp_packet_parse(e, len, &got));
    CLAIM("sound, IPv6", slow_checksum(e + 40, len - 40, slow_pseudo(e, 58, len - 40)) == 0);
    CLAIM("packet too big", e[40] == 2 && esp_get32(e + 44) == 1300);
    CLAIM("quotes it", memcmp(e + 48, b, 1232) == 0);
}

/* [RFC 1122 3.2.2] */
static void no_error_about_what_may_have_none(void **state)
{
    (void)state;
    static uint8_t b[2000], e[ESP_ICMP_BYTES_MAX];
    struct esp_packet p;
    const struct spec s = {
        .family = IP_V4, .protocol = ESP_PROTO_ICMP, .df = true, .payload = 99
    };
    size_t n = make_packet(b, &s);
    assert_true(esp_packet_parse(b, n, &p));
    CLAIM("an echo request may", esp_icmp_too_big(&p, 68, e) > 0);
    b[20] = 3;
    assert_true(esp_packet_parse(b, n, &p));
    CLAIM("an error may not", esp_icmp_too_big(&p, 68, e) == 0);
    b[20] = 8;
    b[16] = 224;
    assert_true(esp_packet_parse(b, n, &p));
    CLAIM("to a group", esp_icmp_too_big(&p, 68, e) == 0);
    b[16] = 10;
    b[12] = 0;
    assert_true(esp_packet_parse(b, n, &p));
    CLAIM("from nobody", esp_icmp_too_big(&p, 68, e) == 0);
    b[12] = 10;
    put16(b + 6, 9);
    assert_true(esp_packet_parse(b, n, &p));
    CLAIM("a later fragment", esp_icmp_too_big(&p, 68, e) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(coalescing_inverts_segmentation),
        cmocka_unit_test(segmentation_inverts_coalescing),
        cmocka_unit_test(only_what_belongs_together_is_joined),
        cmocka_unit_test(a_bad_first_packet_stays_alone),
        cmocka_unit_test(flows_are_joined_each_for_itself),
        cmocka_unit_test(datagrams_are_joined_where_the_tun_takes_them),
        cmocka_unit_test(flags_stand_where_they_belong),
        cmocka_unit_test(udp_is_cut_too),
        cmocka_unit_test(misfits_are_refused),
        cmocka_unit_test(checksums_are_filled_in),
        cmocka_unit_test(fragments_make_the_packet_again),
        cmocka_unit_test(options_are_copied_when_they_say_so),
        cmocka_unit_test(senders_are_told_the_mtu),
        cmocka_unit_test(no_error_about_what_may_have_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
