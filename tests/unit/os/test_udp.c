/* os/udp.h over loopback: both families, addresses and TOS both ways, runs, steering by SPI, raw
 * sockets, path MTU. What needs root runs in a network namespace of its own. */
#include "os/udp.h"

#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../unit.h"

enum { ROOM = 66000, SOME = 8 };

static struct ip_addr loopback(uint8_t family)
{
    struct ip_addr a;
    assert_true(ip_parse(family == IP_V4 ? "127.0.0.1" : "::1", &a));
    return a;
}

static struct udp_socket open_on(uint8_t family, uint16_t port, bool shared)
{
    struct udp_socket s;
    const struct udp_params p = {
        .family = family, .port = port, .shared = shared, .offload = true
    };
    assert_int_equal(udp_open(&p, &s), 0);
    return s;
}

static bool has_family(uint8_t family)
{
    int fd = socket(family == IP_V4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in6 a = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
    bool ok = fd >= 0 && (family == IP_V4 || bind(fd, (struct sockaddr *)&a, sizeof(a)) == 0);
    if (fd >= 0)
        close(fd);
    return ok;
}

static uint8_t buffers[SOME][ROOM];

/* Waits for the first datagram, at most five seconds; how many came. */
static ssize_t receive(struct udp_socket *s, struct udp_received *in, size_t n)
{
    struct pollfd p = { .fd = s->fd, .events = POLLIN };
    for (size_t i = 0; i < n; i++)
        in[i] = (struct udp_received){ .bytes = buffers[i], .room = ROOM };
    if (poll(&p, 1, 5000) != 1)
        return 0;
    return udp_receive(s, in, n);
}

static bool is_empty(struct udp_socket *s)
{
    struct udp_received in = { .bytes = buffers[0], .room = ROOM };
    return udp_receive(s, &in, 1) == 0;
}

static void send_all(struct udp_socket *s, const struct udp_sent *out, size_t n)
{
    uint32_t failed;
    err_t why = 0;
    assert_int_equal(udp_send(s, out, n, &failed, &why), n);
    assert_int_equal(failed, 0);
}

/* ---- datagrams ---------------------------------------------------------------------------- */

static void datagrams_say_where_from_and_where_to(void **state)
{
    (void)state;
    for (uint8_t family = IP_V4; family <= IP_V6; family += 2) {
        if (!has_family(family))
            continue;
        struct udp_socket a = open_on(family, 0, false), b = open_on(family, 0, false);
        struct ip_addr to = loopback(family), from = to, none = { 0 };
        if (family == IP_V4)
            from.b[3] = 9; /* any of 127/8 is ours */
        const struct udp_sent out[] = {
            { .bytes = (const uint8_t *)"one",
              .len = 3,
              .local = &from,
              .remote = &to,
              .remote_port = b.port,
              .tos = 0xb9,
              .df = true },
            { .bytes = (const uint8_t *)"two!",
              .len = 4,
              .local = &none,
              .remote = &to,
              .remote_port = b.port,
              .tos = 2 },
        };
        struct udp_received in[SOME];
        send_all(&a, out, 2);
        size_t n = 0;
        while (n < 2) {
            ssize_t got = receive(&b, in, SOME);
            assert_true(got > 0);
            for (ssize_t i = 0; i < got; i++, n++) {
                CLAIM("in order", in[i].len == 3 + n && in[i].segment == 0);
                CLAIM("from our address", ip_eq(&in[i].remote, n == 0 ? &from : &to));
                CLAIM("and port", in[i].remote_port == a.port);
                CLAIM("to this one", ip_eq(&in[i].local, &to) && in[i].if_index != 0);
                CLAIM("TOS", in[i].tos == out[n].tos);
            }
        }
        CLAIM("no more", is_empty(&b));
        udp_close(&a);
        udp_close(&b);
    }
}

/* Sends a run of 3000 bytes in segments of 700 and checks that every byte comes. */
static void run_comes_whole(struct udp_socket *a, struct udp_socket *b, uint8_t family)
{
    static uint8_t bytes[3000];
    struct ip_addr to = loopback(family);
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (uint8_t)(i * 7);
    const struct udp_sent out = { .bytes = bytes,
                                  .len = sizeof(bytes),
                                  .segment = 700,
                                  .local = &to,
                                  .remote = &to,
                                  .remote_port = b->port,
                                  .df = true };
    struct udp_received in[SOME];
    size_t got = 0;
    send_all(a, &out, 1);
    while (got < sizeof(bytes)) {
        ssize_t n = receive(b, in, SOME);
        assert_true(n > 0);
        for (ssize_t i = 0; i < n; i++) {
            CLAIM("in segments", in[i].len <= 700 || in[i].segment == 700);
            CLAIM("the same bytes", memcmp(in[i].bytes, bytes + got, in[i].len) == 0);
            got += in[i].len;
        }
    }
    assert_int_equal(got, sizeof(bytes));
}

static void runs_are_cut_and_joined(void **state)
{
    (void)state;
    for (uint8_t family = IP_V4; family <= IP_V6; family += 2) {
        if (!has_family(family))
            continue;
        struct udp_socket a = open_on(family, 0, false), b = open_on(family, 0, false);
        run_comes_whole(&a, &b, family);
        a.has_runs = false; /* as on an old kernel */
        run_comes_whole(&a, &b, family);
        udp_close(&a);
        udp_close(&b);
    }
}

static void many_datagrams_go_in_order(void **state)
{
    (void)state;
    struct udp_socket a = open_on(IP_V4, 0, false), b = open_on(IP_V4, 0, false);
    struct ip_addr to = loopback(IP_V4);
    static uint8_t bytes[200][4];
    struct udp_sent out[200];
    for (uint8_t i = 0; i < 200; i++) {
        bytes[i][0] = i;
        out[i] = (struct udp_sent){ .bytes = bytes[i],
                                    .len = 4,
                                    .local = &to,
                                    .remote = &to,
                                    .remote_port = b.port,
                                    .df = i % 50 < 25 };
    }
    send_all(&a, out, 200);
    struct udp_received in[SOME];
    for (uint32_t next = 0; next < 200;) {
        ssize_t n = receive(&b, in, SOME);
        assert_true(n > 0);
        for (ssize_t i = 0; i < n; i++)
            for (uint32_t at = 0; at < in[i].len; at += 4)
                assert_int_equal(in[i].bytes[at], next++);
    }
    udp_close(&a);
    udp_close(&b);
}

static void too_long_ones_are_dropped(void **state)
{
    (void)state;
    struct udp_socket a = open_on(IP_V4, 0, false), b = open_on(IP_V4, 0, false);
    struct ip_addr to = loopback(IP_V4);
    const struct udp_sent out = {
        .bytes = buffers[7], .len = 500, .local = &to, .remote = &to, .remote_port = b.port
    };
    send_all(&a, &out, 1);
    struct pollfd p = { .fd = b.fd, .events = POLLIN };
    assert_int_equal(poll(&p, 1, 5000), 1);
    struct udp_received in = { .bytes = buffers[0], .room = 100 };
    assert_int_equal(udp_receive(&b, &in, 1), 1);
    CLAIM("it has no length", in.len == 0);
    udp_close(&a);
    udp_close(&b);
}

/* A port that nobody listens on: the error comes by itself, and nothing else is held up by it. */
static void errors_come_apart(void **state)
{
    (void)state;
    struct udp_socket a = open_on(IP_V4, 0, false), b = open_on(IP_V4, 0, false);
    struct ip_addr to = loopback(IP_V4);
    uint16_t gone = b.port;
    udp_close(&b);
    b = open_on(IP_V4, 0, false);
    const struct udp_sent lost = { .bytes = (const uint8_t *)"\x01\x02\x03\x04SEQUENCE",
                                   .len = 12,
                                   .local = &to,
                                   .remote = &to,
                                   .remote_port = gone,
                                   .df = true };
    struct udp_sent good = lost;
    good.remote_port = b.port;
    const struct udp_sent out[] = { lost, good, good };
    send_all(&a, out, 1);
    send_all(&a, out + 1, 2);
    struct udp_error e;
    CLAIM("it is told", udp_next_error(&a, &e));
    CLAIM("what", e.error == ECONNREFUSED && e.remote_port == gone && ip_eq(&e.remote, &to));
    CLAIM("about which SPI", e.quote_len == 8 && memcmp(e.quote, "\x01\x02\x03\x04SEQU", 8) == 0);
    CLAIM("by ICMP", !e.is_local);
    CLAIM("once", !udp_next_error(&a, &e));
    struct udp_received in[SOME];
    CLAIM("the others arrive", receive(&b, in, SOME) >= 1);
    udp_close(&a);
    udp_close(&b);
}

enum { WORKERS_MAX = 16 };

/* What each of the workers is to get, of a count with the mask for it. */
static const struct udp_workers counts[] = {
    { 0, 1 }, { 1, 2 }, { 3, 3 }, { 3, 4 }, { 7, 5 }, { 15, 16 },
};

static uint32_t worker_of(const struct udp_workers *all, uint32_t spi)
{
    return (spi & all->mask) % all->count;
}

static void send_to(struct udp_socket *from, const struct udp_socket *to, const uint8_t *bytes,
                    uint32_t len)
{
    struct ip_addr a = loopback(from->family);
    const struct udp_sent d = {
        .bytes = bytes, .len = len, .local = &a, .remote = &a, .remote_port = to->port
    };
    send_all(from, &d, 1);
}

static void send_spi(struct udp_socket *from, const struct udp_socket *to, uint32_t spi)
{
    const uint8_t bytes[12] = { (uint8_t)(spi >> 24), (uint8_t)(spi >> 16), (uint8_t)(spi >> 8),
                                (uint8_t)spi,         0,                    0,
                                0,                    1 };
    send_to(from, to, bytes, sizeof(bytes));
}

static uint32_t spi_in(const struct udp_received *in)
{
    return (uint32_t)in->bytes[0] << 24 | (uint32_t)in->bytes[1] << 16 |
           (uint32_t)in->bytes[2] << 8 | in->bytes[3];
}

static void steer_all(uint8_t family, const struct udp_workers *all)
{
    struct udp_socket ike = open_on(family, 0, true), from = open_on(family, 0, false);
    struct udp_socket w[WORKERS_MAX];
    struct udp_received in[SOME];
    for (size_t i = 0; i < all->count; i++)
        w[i] = open_on(family, ike.port, true);
    assert_int_equal(udp_steer(&w[all->count - 1], all), 0);
    for (uint32_t i = 0; i < 40; i++) {
        uint32_t spi = UINT32_C(0x9e3779b9) * (i + 1) | UINT32_C(0x100);
        send_spi(&from, &ike, spi);
        CLAIM("an SPI comes to its worker",
              receive(&w[worker_of(all, spi)], in, SOME) == 1 && spi_in(&in[0]) == spi);
    }
    static const uint8_t marker[] = { 0, 0, 0, 0, 9 }, keepalive[] = { 0xff };
    send_to(&from, &ike, marker, sizeof(marker));
    CLAIM("the marker: IKE", receive(&ike, in, SOME) == 1 && in[0].len == sizeof(marker));
    send_to(&from, &ike, keepalive, sizeof(keepalive));
    CLAIM("a keepalive: there, too", receive(&ike, in, SOME) == 1 && in[0].len == 1);
    for (size_t i = 0; i < all->count; i++) {
        CLAIM("nothing else", is_empty(&w[i]));
        udp_close(&w[i]);
    }
    CLAIM("nothing else to IKE", is_empty(&ike));
    udp_close(&ike);
    udp_close(&from);
}

/* [RFC 3948 2.2] Each worker gets its SPIs, IKE the marker and keepalives. */
static void spis_are_steered(void **state)
{
    (void)state;
    for (uint8_t family = IP_V4; family <= IP_V6; family += 2)
        for (size_t i = 0; has_family(family) && i < ARRAY_LEN(counts); i++)
            steer_all(family, &counts[i]);
}

static void an_adopted_socket_is_the_same(void **state)
{
    (void)state;
    struct udp_socket a = open_on(IP_V4, 0, false), b;
    assert_int_equal(udp_adopt(a.fd, &b), 0);
    CLAIM("family, port, runs",
          b.family == IP_V4 && b.port == a.port && b.has_runs == a.has_runs && !b.is_raw);
    udp_close(&a);
    CLAIM("a closed one is none", udp_adopt(b.fd, &b) == -ENOTSOCK);
    const struct udp_params bad = { .family = IP_V4,
                                    .local = { .family = IP_V4, .b = { 192, 0, 2 } } };
    CLAIM("an address that is not ours", udp_open(&bad, &b) == -EADDRNOTAVAIL);
}

/* ---- as root ------------------------------------------------------------------------------ */

/* A namespace with a loopback of its own; false: not allowed. */
static bool in_own_namespace(void)
{
    if (unshare(CLONE_NEWNET) != 0)
        return false;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct ifreq r = { .ifr_name = "lo" };
    assert_true(fd >= 0 && ioctl(fd, SIOCGIFFLAGS, &r) == 0);
    r.ifr_flags |= IFF_UP;
    assert_int_equal(ioctl(fd, SIOCSIFFLAGS, &r), 0);
    r.ifr_mtu = 1500;
    assert_int_equal(ioctl(fd, SIOCSIFMTU, &r), 0);
    close(fd);
    return true;
}

static void raw_sockets_carry_protocol_50(void **state)
{
    (void)state;
    if (!in_own_namespace())
        skip();
    for (uint8_t family = IP_V4; family <= IP_V6; family += 2) {
        if (!has_family(family))
            continue;
        struct udp_socket a, b;
        struct ip_addr to = loopback(family);
        assert_int_equal(udp_open_raw(family, &a), 0);
        assert_int_equal(udp_open_raw(family, &b), 0);
        static const uint8_t first[] = { 1, 2, 3, 4, 0, 0, 0, 1, 99 };
        static const uint8_t second[] = { 1, 2, 3, 5, 0, 0, 0, 1, 99, 98 };
        const struct udp_sent out[] = {
            { .bytes = first,
              .len = sizeof(first),
              .local = &to,
              .remote = &to,
              .tos = 3,
              .df = true },
            { .bytes = second, .len = sizeof(second), .local = &to, .remote = &to },
        };
        struct udp_received in[SOME];
        send_all(&a, out, 2);
        CLAIM("both", receive(&b, in, SOME) == 2);
        CLAIM("whole",
              in[0].len == sizeof(first) && memcmp(in[0].bytes, first, sizeof(first)) == 0);
        CLAIM("with their TOS", in[0].tos == 3 && in[1].tos == 0);
        CLAIM("from whom", ip_eq(&in[0].remote, &to) && in[0].remote_port == 0);
        CLAIM("to whom", ip_eq(&in[0].local, &to));
        CLAIM("in order", in[1].len == sizeof(second));
        CLAIM("nothing more", is_empty(&b));
        udp_close(&a);
        udp_close(&b);
    }
}

static void steer_raw(uint8_t family, const struct udp_workers *all)
{
    struct udp_socket from, w[WORKERS_MAX];
    struct udp_received in[SOME];
    const struct udp_socket nowhere = { .family = family }; /* no port */
    static const uint8_t scrap[] = { 1, 2 };
    assert_int_equal(udp_open_raw(family, &from), 0);
    for (uint32_t i = 0; i < all->count; i++) {
        assert_int_equal(udp_open_raw(family, &w[i]), 0);
        assert_int_equal(udp_steer_raw(&w[i], all, i), 0);
    }
    for (uint32_t i = 0; i < 40; i++) {
        uint32_t spi = UINT32_C(0x9e3779b9) * (i + 1) | UINT32_C(0x100);
        send_spi(&from, &nowhere, spi);
        CLAIM("an SPI comes to its worker",
              receive(&w[worker_of(all, spi)], in, SOME) == 1 && spi_in(&in[0]) == spi &&
                  in[0].len == 12);
    }
    send_to(&from, &nowhere, scrap, sizeof(scrap));
    for (uint32_t i = 0; i < all->count; i++) {
        CLAIM("and to nobody else; what has no SPI to nobody", is_empty(&w[i]));
        udp_close(&w[i]);
    }
    udp_close(&from);
}

static void raw_sockets_hear_their_own_spis(void **state)
{
    (void)state;
    if (!in_own_namespace())
        skip();
    for (uint8_t family = IP_V4; family <= IP_V6; family += 2)
        for (size_t i = 0; has_family(family) && i < ARRAY_LEN(counts); i++)
            steer_raw(family, &counts[i]);
}

/* Destination unreachable, fragmentation needed, about a datagram from one port to the other. */
static void forge_too_big(uint16_t from, uint16_t to)
{
    uint8_t b[8 + 20 + 8 + 8] = { 3, 4, [6] = 2, 88, 0x45, [11] = 64, [14] = 0x40, [16] = 64, 17 };
    b[20] = b[24] = 127;
    b[23] = b[27] = 1;
    b[28] = (uint8_t)(from >> 8);
    b[29] = (uint8_t)from;
    b[30] = (uint8_t)(to >> 8);
    b[31] = (uint8_t)to;
    b[33] = 44;
    uint32_t sum = 0;
    for (size_t i = 0; i < sizeof(b); i += 2)
        sum += (uint32_t)b[i] << 8 | b[i + 1];
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    b[2] = (uint8_t)(~sum >> 8);
    b[3] = (uint8_t)~sum;
    int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP);
    const struct sockaddr_in a = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    assert_true(fd >= 0);
    assert_int_equal(sendto(fd, b, sizeof(b), 0, (const void *)&a, sizeof(a)), sizeof(b));
    close(fd);
}

/* On a shared port an error comes to any socket, also to one that itself sends without DF. */
static void who_sends_without_df_hears_of_the_path(void **state)
{
    (void)state;
    if (!in_own_namespace())
        skip();
    struct udp_socket a = open_on(IP_V4, 0, false), b = open_on(IP_V4, 0, false);
    struct ip_addr to = loopback(IP_V4);
    static const uint8_t byte = 7;
    for (int df = 1; df >= 0; df--) {
        const struct udp_sent d = { .bytes = &byte,
                                    .len = 1,
                                    .local = &to,
                                    .remote = &to,
                                    .remote_port = b.port,
                                    .df = df };
        struct udp_error e = { 0 };
        send_all(&a, &d, 1);
        forge_too_big(a.port, b.port);
        struct pollfd p = { .fd = a.fd };
        assert_int_equal(poll(&p, 1, 5000), 1);
        CLAIM(df ? "with DF" : "without",
              udp_next_error(&a, &e) && e.error == EMSGSIZE && e.mtu == 600 && !e.is_local);
    }
    udp_close(&a);
    udp_close(&b);
}

static void the_path_mtu_is_told(void **state)
{
    (void)state;
    if (!in_own_namespace())
        skip();
    for (uint8_t family = IP_V4; family <= IP_V6; family += 2) {
        if (!has_family(family))
            continue;
        struct udp_socket a = open_on(family, 0, false), b = open_on(family, 0, false);
        struct ip_addr to = loopback(family);
        struct udp_sent out = { .bytes = buffers[7],
                                .len = 1600,
                                .local = &to,
                                .remote = &to,
                                .remote_port = b.port,
                                .df = true };
        uint32_t failed;
        err_t why = 0;
        assert_int_equal(udp_send(&a, &out, 1, &failed, &why), 1);
        CLAIM("too big with DF", failed == 1 && why == -EMSGSIZE);
        struct udp_error e;
        CLAIM("the MTU", udp_next_error(&a, &e) && e.error == EMSGSIZE && e.mtu == 1500);
        CLAIM("of the path", ip_eq(&e.remote, &to));
        CLAIM("as this kernel knows it", e.is_local && e.quote_len == 0);
        while (udp_next_error(&a, &e))
            ;
        out.len = 6400;
        out.segment = 1600;
        assert_int_equal(udp_send(&a, &out, 1, &failed, &why), 1);
        CLAIM("a run too", failed == 1 && (why == -EMSGSIZE || why == -EINVAL));
        CLAIM("and runs go on", a.has_runs);
        while (udp_next_error(&a, &e))
            ;
        out.len = 1600;
        out.segment = 0;
        out.df = false;
        struct udp_received in[SOME];
        send_all(&a, &out, 1);
        CLAIM("without DF it goes", receive(&b, in, SOME) == 1 && in[0].len == 1600);
        udp_close(&a);
        udp_close(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(datagrams_say_where_from_and_where_to),
        cmocka_unit_test(runs_are_cut_and_joined),
        cmocka_unit_test(many_datagrams_go_in_order),
        cmocka_unit_test(too_long_ones_are_dropped),
        cmocka_unit_test(errors_come_apart),
        cmocka_unit_test(spis_are_steered),
        cmocka_unit_test(an_adopted_socket_is_the_same),
        cmocka_unit_test(raw_sockets_carry_protocol_50),
        cmocka_unit_test(raw_sockets_hear_their_own_spis),
        cmocka_unit_test(who_sends_without_df_hears_of_the_path),
        cmocka_unit_test(the_path_mtu_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
