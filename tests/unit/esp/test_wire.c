/* esp/ on a real kernel: two network namespaces with a TUN each, a third one for the outer
 * datagrams, and TCP and UDP of this kernel through the tunnel: bulk, rekeys, bare ESP, fragments,
 * a path that shrinks. One thread pumps everything, until a deadline. Needs root and /dev/net/tun;
 * else it is skipped. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "os/tun.h"
#include "os/udp.h"
#include "tunnels.h"

enum { SKIPPED = 77, FRAMES = 8, MTU = 1400, BULK = 8 << 20, DEADLINE_S = 60, PORT = 5001 };

static_assert(sizeof(struct esp_slice) == sizeof(struct iovec) &&
                  offsetof(struct esp_slice, len) == offsetof(struct iovec, iov_len),
              "frames are written without copying their slices");

struct side {
    struct esp *e;
    struct tun tun;
    struct udp_socket socket;
    int ns;
    struct esp_to_net net;
    struct esp_to_tun in, back;
    uint64_t frames_out, frames_in;
    uint8_t tun_room[FRAMES][TUN_FRAME_MAX + ESP_TAILROOM];
    uint8_t udp_room[FRAMES][ESP_HEADROOM + UDP_PAYLOAD_MAX];
    uint8_t send_room[1 << 20];
};

struct wire {
    struct side side[2];
    int outer_ns;
    uint32_t next_child;
    bool bare;
    ns_t end;
};

static ns_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * NS_PER_S + t.tv_nsec;
}

static int new_namespace(void)
{
    assert_int_equal(unshare(CLONE_NEWNET), 0);
    assert_int_equal(tun_set_up("lo", true), 0);
    int fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    return fd;
}

static void enter(int ns)
{
    assert_int_equal(setns(ns, CLONE_NEWNET), 0);
}

static void set_address(const char *name, const char *text)
{
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct ifreq r = { 0 };
    struct sockaddr_in a = { .sin_family = AF_INET };
    snprintf(r.ifr_name, sizeof(r.ifr_name), "%s", name);
    assert_int_equal(inet_pton(AF_INET, text, &a.sin_addr), 1);
    memcpy(&r.ifr_addr, &a, sizeof(a));
    assert_true(fd >= 0 && ioctl(fd, SIOCSIFADDR, &r) == 0);
    assert_int_equal(inet_pton(AF_INET, "255.255.255.0", &a.sin_addr), 1);
    memcpy(&r.ifr_netmask, &a, sizeof(a));
    assert_int_equal(ioctl(fd, SIOCSIFNETMASK, &r), 0);
    close(fd);
}

/* ---- both ends ---------------------------------------------------------------------------- */

static void add_keys(struct wire *w, const struct setup *s)
{
    struct esp_child c = child_of(s, ++w->next_child);
    c.path.local = address("127.0.0.1");
    c.path.remote = address("127.0.0.2");
    const struct esp_child m = mirrored(&c);
    assert_int_equal(esp_child_add(w->side[0].e, now(), &c), 0);
    assert_int_equal(esp_child_add(w->side[1].e, now(), &m), 0);
    esp_child_out(w->side[0].e, c.id);
    esp_child_out(w->side[1].e, c.id);
}

static void open_side(struct wire *w, int i, const struct setup *s)
{
    struct side *x = &w->side[i];
    const struct esp_params params = { .random = crypto_random_system(),
                                       .max_tunnels = 1,
                                       .max_children = 64,
                                       .no_runs = s->no_runs };
    const struct tun_params tun = { .name = "tun0", .vnet = true, .mtu = MTU };
    enter(x->ns);
    assert_int_equal(tun_open(&tun, &x->tun), 0);
    set_address("tun0", i ? "10.8.0.2" : "10.8.0.1");
    assert_int_equal(tun_set_up("tun0", true), 0);
    const struct esp_tunnel_params tunnel = {
        .connection = 1, .vnet = true, .uso = x->tun.has_uso, .tcp_mss = s->tcp_mss
    };
    x->e = esp_new(&params);
    assert_true(x->e && esp_tunnel_set(x->e, &tunnel) == 0);
    enter(w->outer_ns);
    const struct udp_params udp = { .family = IP_V4,
                                    .local = address(i ? "127.0.0.2" : "127.0.0.1"),
                                    .port = 4500,
                                    .offload = true };
    if (s->bare)
        assert_int_equal(udp_open_raw(IP_V4, &x->socket), 0);
    else
        assert_int_equal(udp_open(&udp, &x->socket), 0);
}

static struct wire *wire_new(const struct setup *s)
{
    struct wire *w = calloc(1, sizeof(*w));
    assert_non_null(w);
    w->bare = s->bare;
    w->outer_ns = new_namespace();
    for (int i = 0; i < 2; i++)
        w->side[i].ns = new_namespace();
    for (int i = 0; i < 2; i++)
        open_side(w, i, s);
    add_keys(w, s);
    w->end = now() + DEADLINE_S * NS_PER_S;
    return w;
}

static void wire_free(struct wire *w)
{
    for (int i = 0; i < 2; i++) {
        esp_free(w->side[i].e);
        tun_close(&w->side[i].tun);
        udp_close(&w->side[i].socket);
        close(w->side[i].ns);
    }
    close(w->outer_ns);
    free(w);
}

/* ---- the pump ----------------------------------------------------------------------------- */

static void write_frames(struct side *x, struct esp_to_tun *o)
{
    esp_to_tun_finish(o);
    for (uint32_t i = 0; i < o->n; i++) {
        const struct esp_tun_frame *f = &o->frames[i];
        CLAIM("the kernel takes every frame",
              tun_write(x->tun.fd, (const struct iovec *)(const void *)f->slices, f->n) == 0);
    }
    x->frames_in += o->n;
    esp_to_tun_init(o);
}

static void send_datagrams(struct side *x)
{
    struct udp_sent out[ESP_DATAGRAMS_MAX];
    uint32_t failed;
    err_t why = 0;
    for (uint32_t i = 0; i < x->net.n; i++) {
        const struct esp_datagram *d = &x->net.datagrams[i];
        out[i] = (struct udp_sent){ .bytes = d->bytes,
                                    .len = d->len,
                                    .segment = d->segment,
                                    .local = &d->path->local,
                                    .remote = &d->path->remote,
                                    .remote_port = d->path->remote_port,
                                    .tos = d->tos,
                                    .df = d->df };
    }
    size_t sent = udp_send(&x->socket, out, x->net.n, &failed, &why);
    CLAIM("the kernel sends every datagram", failed == 0);
    CLAIM("at once, with such buffers", sent == x->net.n);
}

static bool pump_out(struct side *x)
{
    struct tun_buffer b[FRAMES];
    struct esp_frame f[FRAMES];
    for (size_t i = 0; i < FRAMES; i++)
        b[i] = (struct tun_buffer){ .bytes = x->tun_room[i], .room = TUN_FRAME_MAX };
    ssize_t n = tun_read(x->tun.fd, b, FRAMES);
    assert_true(n >= 0);
    for (ssize_t i = 0; i < n; i++)
        f[i] = (struct esp_frame){ .bytes = b[i].bytes, .len = b[i].len };
    x->frames_out += (uint64_t)n;
    for (size_t at = 0; at < (size_t)n;) {
        esp_to_net_init(&x->net, x->send_room, sizeof(x->send_room), &x->back);
        at += esp_seal(x->e, now(), 1, f + at, (size_t)n - at, &x->net);
        send_datagrams(x);
    }
    write_frames(x, &x->back);
    return n > 0;
}

static bool pump_in(struct side *x, bool bare)
{
    struct udp_received u[FRAMES];
    struct esp_received r[FRAMES];
    for (size_t i = 0; i < FRAMES; i++)
        u[i] = (struct udp_received){ .bytes = x->udp_room[i] + ESP_HEADROOM,
                                      .room = UDP_PAYLOAD_MAX };
    ssize_t n = udp_receive(&x->socket, u, FRAMES);
    assert_true(n >= 0);
    for (ssize_t i = 0; i < n; i++)
        r[i] = (struct esp_received){
            .bytes = u[i].bytes,
            .len = u[i].len,
            .segment = u[i].segment,
            .tos = u[i].tos,
            .path = { .local = u[i].local,
                      .remote = u[i].remote,
                      .local_port = bare ? 0 : x->socket.port,
                      .remote_port = u[i].remote_port },
        };
    for (size_t at = 0; at < (size_t)n;) {
        at += esp_open(x->e, now(), r + at, (size_t)n - at, &x->in);
        write_frames(x, &x->in);
    }
    return n > 0;
}

/* One round of everything; false: nothing was to be done. */
static bool pump(struct wire *w)
{
    bool did = false;
    assert_true(now() < w->end);
    for (int i = 0; i < 2; i++) {
        did = pump_out(&w->side[i]) || did;
        did = pump_in(&w->side[i], w->bare) || did;
    }
    return did;
}

/* ---- TCP through it ----------------------------------------------------------------------- */

static struct sockaddr_in peer_address(const char *text)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(PORT) };
    assert_int_equal(inet_pton(AF_INET, text, &a.sin_addr), 1);
    return a;
}

struct bulk {
    int client, server;
    size_t sent, got;
};

static uint8_t byte_at(size_t i)
{
    return (uint8_t)(i * 131 + i / 65521);
}

static void bulk_start(struct wire *w, struct bulk *b)
{
    struct sockaddr_in a = peer_address("10.8.0.2");
    *b = (struct bulk){ .server = -1 };
    enter(w->side[1].ns);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&a, sizeof(a)), 0);
    assert_int_equal(listen(listener, 1), 0);
    enter(w->side[0].ns);
    b->client = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int rc = connect(b->client, (struct sockaddr *)&a, sizeof(a));
    assert_true(rc == 0 || errno == EINPROGRESS);
    while (b->server < 0) {
        pump(w);
        b->server = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    }
    close(listener);
}

/* Sends and receives what goes now. */
static void bulk_step(struct bulk *b)
{
    static uint8_t chunk[65536];
    size_t n = MIN(sizeof(chunk), BULK - b->sent);
    for (size_t i = 0; i < n; i++)
        chunk[i] = byte_at(b->sent + i);
    ssize_t done = n ? send(b->client, chunk, n, MSG_NOSIGNAL) : 0;
    b->sent += done > 0 ? (size_t)done : 0;
    while ((done = recv(b->server, chunk, sizeof(chunk), 0)) > 0)
        for (ssize_t i = 0; i < done; i++)
            assert_int_equal(chunk[i], byte_at(b->got++));
}

static void bulk_end(struct bulk *b)
{
    close(b->client);
    close(b->server);
}

/* What all SAs of a side counted together. */
static struct esp_counters sum_of(const struct wire *w, int side)
{
    struct esp_counters all = { 0 }, c;
    for (uint32_t id = 1; id <= w->next_child; id++) {
        if (!esp_child_counters(w->side[side].e, id, &c))
            continue;
        all.packets_in += c.packets_in;
        all.packets_out += c.packets_out;
        all.replayed += c.replayed;
        all.malformed += c.malformed + c.bad_icv + c.bad_padding + c.bad_selector + c.no_room;
        all.too_big += c.too_big;
    }
    return all;
}

static void every_packet_came(struct wire *w)
{
    while (pump(w)) /* the kernel sends some of its own at any time */
        ;
    struct esp_counters a = sum_of(w, 0), b = sum_of(w, 1);
    CLAIM("there", b.packets_in == a.packets_out);
    CLAIM("and back", a.packets_in == b.packets_out);
    CLAIM("and none was dropped", a.replayed + a.malformed + b.replayed + b.malformed == 0);
}

static void bulk_passes_every_way(void **state)
{
    (void)state;
    static const struct setup ways[] = {
        { 0 },
        { .no_runs = true },
        { .encr = CRYPTO_AES_CBC, .bits = 256, .integ = CRYPTO_SHA256_128 },
        { .encr = CRYPTO_CHACHA20_POLY1305, .esn = true },
        { .bare = true, .esn = true },
    };
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        struct wire *w = wire_new(&ways[i]);
        struct bulk b;
        bulk_start(w, &b);
        while (b.got < BULK) {
            bulk_step(&b);
            pump(w);
        }
        every_packet_came(w);
        struct esp_counters c = sum_of(w, 0);
        CLAIM("super-packets from the kernel", w->side[0].frames_out * 4 < c.packets_out);
        CLAIM("and to it", ways[i].bare || w->side[1].frames_in * 2 < c.packets_out);
        bulk_end(&b);
        wire_free(w);
    }
}

/* [RFC 7296 2.8] A rekey after every megabyte, the old SA removed when the new one is in use. */
static void no_rekey_loses_a_packet(void **state)
{
    (void)state;
    const struct setup s = { 0 };
    struct wire *w = wire_new(&s);
    struct bulk b;
    size_t next = 1 << 20;
    struct esp_counters out = { 0 }, in = { 0 }, c;
    bulk_start(w, &b);
    while (b.got < BULK) {
        bulk_step(&b);
        pump(w);
        if (b.got < next)
            continue;
        next += 1 << 20;
        add_keys(w, &s);
        while (pump(w)) /* until nothing is on the way with the old one */
            ;
        uint32_t old = w->next_child - 1;
        assert_true(esp_child_counters(w->side[0].e, old, &c));
        out.packets_out += c.packets_out;
        assert_true(esp_child_counters(w->side[1].e, old, &c));
        in.packets_in += c.packets_in;
        esp_child_remove(w->side[0].e, old);
        esp_child_remove(w->side[1].e, old);
    }
    CLAIM("many rekeys", w->next_child > 6);
    CLAIM("no packet lost on the old ones", out.packets_out == in.packets_in);
    every_packet_came(w);
    struct esp_event e;
    while (esp_next_event(w->side[1].e, &e))
        CLAIM("only good news", e.kind == ESP_ACTIVE);
    bulk_end(&b);
    wire_free(w);
}

/* [RFC 1191] The path shrinks in the middle: the kernel's TCP is told, and goes on. */
static void tcp_follows_a_path_that_shrinks(void **state)
{
    (void)state;
    const struct setup s = { 0 };
    struct wire *w = wire_new(&s);
    struct bulk b;
    bool shrunk = false;
    bulk_start(w, &b);
    while (b.got < BULK) {
        bulk_step(&b);
        pump(w);
        if (!shrunk && b.got > BULK / 4) {
            const struct ip_addr remote = address("127.0.0.2");
            esp_path_mtu(w->side[0].e, now(), &remote, 1200);
            shrunk = true;
        }
    }
    CLAIM("some were too big", sum_of(w, 0).too_big > 0);
    bulk_end(&b);
    wire_free(w);
}

/* Datagrams of 9000 bytes: the kernel's fragments, and ours where the kernel thinks they fit. */
static void big_datagrams_pass(void **state)
{
    (void)state;
    const struct setup s = { .esn = true };
    struct wire *w = wire_new(&s);
    static uint8_t sent[9000], got[10000];
    struct sockaddr_in a = peer_address("10.8.0.2");
    const struct ip_addr remote = address("127.0.0.2");
    int no_df = IP_PMTUDISC_DONT;
    esp_path_mtu(w->side[0].e, now(), &remote, 1000);
    enter(w->side[1].ns);
    int server = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(server, (struct sockaddr *)&a, sizeof(a)), 0);
    enter(w->side[0].ns);
    int client = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    assert_int_equal(setsockopt(client, IPPROTO_IP, IP_MTU_DISCOVER, &no_df, sizeof(no_df)), 0);
    for (size_t i = 0; i < sizeof(sent); i++)
        sent[i] = byte_at(i);
    for (size_t len = 1; len <= sizeof(sent); len = len * 3 + 5) {
        assert_int_equal(sendto(client, sent, len, 0, (struct sockaddr *)&a, sizeof(a)), len);
        ssize_t n = -1;
        while (n < 0) {
            pump(w);
            n = recv(server, got, sizeof(got), 0);
        }
        CLAIM("whole", (size_t)n == len && memcmp(got, sent, len) == 0);
    }
    every_packet_came(w);
    close(client);
    close(server);
    wire_free(w);
}

/* Small datagrams, which the kernel is handed many at a time. */
static void small_datagrams_pass_in_order(void **state)
{
    (void)state;
    const struct setup s = { 0 };
    struct wire *w = wire_new(&s);
    struct sockaddr_in a = peer_address("10.8.0.2");
    enum { MANY = 2000 };
    enter(w->side[1].ns);
    int server = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(server, (struct sockaddr *)&a, sizeof(a)), 0);
    enter(w->side[0].ns);
    int client = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(client, (struct sockaddr *)&a, sizeof(a)), 0);
    for (uint32_t out = 0, in = 0; in < MANY;) {
        uint32_t number[16];
        for (int burst = 0; burst < 50 && out < MANY; burst++, out++) {
            number[0] = out;
            assert_int_equal(send(client, number, sizeof(number), 0), sizeof(number));
        }
        while (pump(w)) /* a TUN queues 500 packets, no more */
            ;
        while (recv(server, number, sizeof(number), 0) == sizeof(number))
            assert_int_equal(number[0], in++);
    }
    every_packet_came(w);
    CLAIM("fewer writes than packets",
          !w->side[1].tun.has_uso || w->side[1].frames_in < sum_of(w, 1).packets_in);
    close(client);
    close(server);
    wire_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bulk_passes_every_way),
        cmocka_unit_test(no_rekey_loses_a_packet),
        cmocka_unit_test(tcp_follows_a_path_that_shrinks),
        cmocka_unit_test(big_datagrams_pass),
        cmocka_unit_test(small_datagrams_pass_in_order),
    };
    if (geteuid() != 0 || access("/dev/net/tun", R_OK | W_OK) != 0 || unshare(CLONE_NEWNET) != 0) {
        printf("1..0 # SKIP needs root and /dev/net/tun\n");
        return SKIPPED;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
