/* daemon/data_steer.c: one worker of two, as the process runs, between a device that is a socket of
 * the test, a peer on the loopback interface, and the other worker, which the test plays: what each
 * of them gets of packets that came to the wrong one. */
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

#include "esp/tunnel.h"
#include "os/udp.h"
#include "role.h"

enum {
    WORKERS = 2,
    OWN = 0, /* ROLE_CONNECTION is even */
    OTHER = 1,
    SPI_OWN = 0x1000,
    SPI_OTHER = 0x2001,
    SPI_OUT = 0x3000,
    PACKET = 84,
    SEALED_MAX = 256,
    HEAD_BYTES = 64, /* before what is handed over */
    VNET_BYTES = 10,
};

struct world {
    struct role_run role;
    struct ipc *ike;
    int tun, theirs, ours; /* inboxes: what we hand to the worker, what it hands to us */
    uint16_t port;         /* the worker's */
    struct udp_socket peer;
    struct esp *esp; /* the peer's */
};

static struct ip_addr loopback(void)
{
    struct ip_addr a;
    assert_true(ip_parse("127.0.0.1", &a));
    return a;
}

static struct udp_socket open_socket(void)
{
    const struct udp_params p = { .family = IP_V4, .local = loopback(), .offload = true };
    struct udp_socket s;
    assert_int_equal(udp_open(&p, &s), 0);
    return s;
}

/* One end's; both ends have the same key both ways. */
static struct esp_child child_of(const struct world *w, bool is_peer, uint32_t spi)
{
    struct esp_child c = { .id = 1,
                           .connection = ROLE_CONNECTION,
                           .spi_in = is_peer ? SPI_OUT : spi,
                           .spi_out = is_peer ? spi : SPI_OUT,
                           .encr = CRYPTO_AES_GCM_16,
                           .encr_bits = 256,
                           .window = ESP_WINDOW_DEFAULT,
                           .path = { .local = loopback(),
                                     .remote = loopback(),
                                     .local_port = is_peer ? w->peer.port : w->port,
                                     .remote_port = is_peer ? w->port : w->peer.port },
                           .n_local = 1,
                           .n_remote = 1 };
    c.local[0] = (struct esp_selector){ .port_to = UINT16_MAX };
    assert_true(ip_parse("0.0.0.0", &c.local[0].from) &&
                ip_parse("255.255.255.255", &c.local[0].to));
    c.remote[0] = c.local[0];
    return c;
}

static void tell_child(struct world *w, uint32_t spi)
{
    uint8_t bytes[CHILD_BYTES_MAX];
    const struct esp_child c = child_of(w, false, spi);
    struct wr to = wr_init(bytes, sizeof(bytes));
    child_encode(&c, &to);
    assert_false(to.bad);
    role_send(w->ike, MSG_CHILD_ADD, bytes, wr_len(&to), -1);
}

static void give_inbox(struct world *w, uint8_t number, int fd)
{
    role_send(&w->role.priv, MSG_DATA_INBOX, &number, 1, fd);
}

static void give_device(struct world *w)
{
    struct ipc_message m = role_next(&w->role.priv, MSG_PRIV_TUN);
    int pair[2];
    uint8_t bytes[64];
    struct wr to = wr_init(bytes, sizeof(bytes));
    assert_true(m.len > 2);
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair),
                     0);
    put_text(&to, "Tunnel7");
    wr_u8(&to, 0);
    role_send(&w->role.priv, MSG_DATA_TUN, bytes, wr_len(&to), pair[1]);
    w->tun = pair[0];
}

static void peer_start(struct world *w)
{
    const struct esp_params params = {
        .random = crypto_random_seeded(1), .max_tunnels = 1, .max_children = 1, .portable = true
    };
    const struct esp_tunnel_params tunnel = { .connection = ROLE_CONNECTION };
    const struct esp_child c = child_of(w, true, SPI_OWN);
    w->esp = esp_new(&params);
    assert_non_null(w->esp);
    assert_int_equal(esp_tunnel_set(w->esp, &tunnel), 0);
    assert_int_equal(esp_child_add(w->esp, 0, &c), 0);
    esp_child_out(w->esp, c.id);
}

/* A worker of two with one tunnel, and a pair of SAs. */
static void world_start(struct world *w)
{
    static const enum role others[] = { ROLE_IKE };
    const struct options o = { .role = ROLE_DATA, .workers = WORKERS, .worker = OWN };
    int own[2], other[2];
    *w = (struct world){ .tun = -1 };
    role_start_worker(&w->role, &o, data_main, others, 1);
    w->ike = &w->role.other[0];
    w->peer = open_socket();
    struct udp_socket s = open_socket();
    w->port = s.port;
    assert_true(ipc_pair(own) == 0 && ipc_pair(other) == 0);
    give_inbox(w, OWN, own[0]);
    give_inbox(w, OTHER, other[1]);
    w->theirs = own[1];
    w->ours = other[0];
    const uint8_t kind[] = { SOCKET_ESP_4500, IP_V4 };
    role_send(&w->role.priv, MSG_DATA_SOCKET, kind, sizeof(kind), s.fd);
    role_send(&w->role.priv, MSG_DATA_CONFIG, NULL, 0, role_document(ROLE_CONFIG, false));
    give_device(w);
    tell_child(w, SPI_OWN);
    peer_start(w);
}

static void world_end(struct world *w)
{
    int status = role_end(&w->role);
    close(w->tun);
    close(w->theirs);
    close(w->ours);
    udp_close(&w->peer);
    esp_free(w->esp);
    assert_int_equal(status, EXIT_PEER); /* the end of priv is its end */
}

/* One packet with a number in it, sealed by the peer; its length. */
static uint32_t sealed(struct world *w, uint8_t number, uint8_t out[SEALED_MAX])
{
    static uint8_t room[ESP_SEND_ROOM_MIN];
    static struct esp_to_net net;
    uint8_t frame[PACKET + ESP_TAILROOM] = { 0x45, 0, 0, PACKET, 0, 0, 0, 0, 64, 253, 0, 0,
                                             10,   9, 0, 2,      10, 9, 0, 1 };
    frame[PACKET - 1] = number;
    struct esp_frame f = { .bytes = frame, .len = PACKET };
    esp_to_net_init(&net, room, sizeof(room), NULL);
    assert_int_equal(esp_seal(w->esp, 0, ROLE_CONNECTION, &f, 1, &net), 1);
    assert_true(net.n == 1 && net.datagrams[0].len <= SEALED_MAX);
    memcpy(out, net.datagrams[0].bytes, net.datagrams[0].len);
    return net.datagrams[0].len;
}

static bool ready(int fd, int milliseconds)
{
    struct pollfd p = { .fd = fd, .events = POLLIN };
    return poll(&p, 1, milliseconds) == 1;
}

/* The number of the packet that comes out of the device next; -1: none. */
static int out_of(const struct world *w, int milliseconds)
{
    uint8_t frame[4096];
    if (!ready(w->tun, milliseconds))
        return -1;
    ssize_t n = recv(w->tun, frame, sizeof(frame), 0);
    return n == VNET_BYTES + PACKET ? frame[n - 1] : -2;
}

/* What the worker says of strays, from the time on when it counts so many. */
static struct view_ike_worker strays(struct world *w, uint64_t handed, uint64_t taken,
                                     uint64_t lost)
{
    struct view_ike_worker v = { 0 };
    do {
        struct ipc_message m = role_next(w->ike, MSG_ESP_STRAYS);
        struct rd r = rd_init(m.bytes, m.len);
        assert_true(strays_decode(&r, &v));
    } while (v.handed_over < handed || v.taken_over < taken || v.lost < lost);
    return v;
}

static void send_run(struct world *w, const uint8_t *bytes, uint32_t len, uint32_t segment)
{
    struct ip_addr to = loopback();
    const struct udp_sent d = { .bytes = bytes,
                                .len = len,
                                .segment = segment,
                                .local = &to,
                                .remote = &to,
                                .remote_port = w->port };
    uint32_t failed;
    err_t why = 0;
    assert_true(udp_send(&w->peer, &d, 1, &failed, &why) == 1 && !failed);
}

static uint32_t put_other(uint8_t *bytes, uint8_t number, uint32_t len)
{
    struct wr to = wr_init(bytes, len);
    memset(bytes, number, len);
    wr_u32(&to, SPI_OTHER);
    return len;
}

/* As the kernel joins datagrams of two tunnels between the same addresses and ports. */
static void a_run_is_taken_apart(void **state)
{
    (void)state;
    struct world w;
    world_start(&w);
    uint8_t run[6 * SEALED_MAX];
    uint32_t n = sealed(&w, 1, run), len = n;
    len += put_other(run + len, 71, n);
    len += put_other(run + len, 72, n);
    len += sealed(&w, 2, run + len);
    len += sealed(&w, 3, run + len);
    len += put_other(run + len, 73, n);
    send_run(&w, run, len, n);
    for (int i = 1; i <= 3; i++)
        CLAIM("what is ours is opened, in order", out_of(&w, ROLE_WAIT_S * 1000) == i);
    uint8_t got[HEAD_BYTES + 6 * SEALED_MAX];
    CLAIM("the others' go to the other, run by run",
          ready(w.ours, ROLE_WAIT_S * 1000) &&
              recv(w.ours, got, sizeof(got), 0) == (ssize_t)(HEAD_BYTES + 2 * n));
    CLAIM("as they came", memcmp(got + HEAD_BYTES, run + n, 2 * n) == 0);
    CLAIM("to the last", ready(w.ours, ROLE_WAIT_S * 1000) &&
                             recv(w.ours, got, sizeof(got), 0) == (ssize_t)(HEAD_BYTES + n) &&
                             memcmp(got + HEAD_BYTES, run + 5 * n, n) == 0);
    const struct view_ike_worker v = strays(&w, 3, 0, 0);
    CLAIM("and are counted", v.handed_over == 3 && v.taken_over == 0 && v.lost == 0);
    CLAIM("by a process that says who it is", v.process == (uint32_t)w.role.pid);
    CLAIM("nothing else came of it", out_of(&w, 0) == -1 && !ready(w.ours, 0));
    world_end(&w);
}

static void hand(const struct world *w, const uint8_t *bytes, uint32_t len, uint32_t segment)
{
    uint8_t all[HEAD_BYTES + 8 * SEALED_MAX] = { 0 };
    const struct esp_path path = { .local = loopback(),
                                   .remote = loopback(),
                                   .local_port = w->port,
                                   .remote_port = w->peer.port };
    struct wr to = wr_init(all, HEAD_BYTES);
    wr_u8(&to, 0);
    wr_u32(&to, segment);
    path_encode(&path, &to);
    memcpy(all + HEAD_BYTES, bytes, len);
    assert_int_equal(send(w->theirs, all, HEAD_BYTES + len, 0), HEAD_BYTES + len);
}

static void what_is_handed_over_is_opened(void **state)
{
    (void)state;
    struct world w;
    world_start(&w);
    uint8_t run[4 * SEALED_MAX];
    uint32_t n = sealed(&w, 1, run), len = n;
    len += sealed(&w, 2, run + len);
    hand(&w, run, len, n);
    CLAIM("a run", out_of(&w, ROLE_WAIT_S * 1000) == 1 && out_of(&w, ROLE_WAIT_S * 1000) == 2);
    len = sealed(&w, 3, run);
    hand(&w, run, len, 0);
    CLAIM("one datagram", out_of(&w, ROLE_WAIT_S * 1000) == 3);
    const struct view_ike_worker v = strays(&w, 0, 3, 0);
    CLAIM("and is counted", v.taken_over == 3 && v.handed_over == 0 && v.lost == 0);
    world_end(&w);
}

/* The other worker may have been taken over. */
static void nonsense_is_lost(void **state)
{
    (void)state;
    struct world w;
    world_start(&w);
    uint8_t bytes[SEALED_MAX] = { 0 };
    assert_int_equal(send(w.theirs, bytes, 1, 0), 1);
    assert_int_equal(send(w.theirs, bytes, HEAD_BYTES, 0), HEAD_BYTES);
    memset(bytes, 0xff, sizeof(bytes));
    assert_int_equal(send(w.theirs, bytes, sizeof(bytes), 0), sizeof(bytes));
    hand(&w, bytes, put_other(bytes, 9, 100), 0); /* never a second hop */
    hand(&w, bytes, sealed(&w, 1, bytes), SEALED_MAX);
    struct view_ike_worker v = strays(&w, 0, 0, 5);
    CLAIM("all of it", v.lost == 5 && v.taken_over == 0 && v.handed_over == 0);
    CLAIM("nothing comes of it", out_of(&w, 0) == -1 && !ready(w.ours, 0));
    hand(&w, bytes, sealed(&w, 2, bytes), 0);
    CLAIM("and the worker goes on", out_of(&w, ROLE_WAIT_S * 1000) == 2);
    world_end(&w);
}

static void an_inbox_that_is_full_or_gone_loses(void **state)
{
    (void)state;
    struct world w;
    world_start(&w);
    close(w.ours);
    uint8_t bytes[SEALED_MAX];
    send_run(&w, bytes, put_other(bytes, 9, 100), 0);
    const struct view_ike_worker v = strays(&w, 0, 0, 1);
    CLAIM("one packet", v.lost == 1 && v.handed_over == 0);
    send_run(&w, bytes, sealed(&w, 1, bytes), 0);
    CLAIM("and the worker goes on", out_of(&w, ROLE_WAIT_S * 1000) == 1);
    w.ours = dup(w.theirs);
    world_end(&w);
}

/* Such an SA could never receive. */
static void an_spi_of_another_worker_is_a_breach(void **state)
{
    (void)state;
    struct world w;
    world_start(&w);
    tell_child(&w, SPI_OTHER);
    struct pollfd p = { .fd = w.ike->fd, .events = POLLIN };
    for (;;) { /* it hangs up */
        struct ipc_message m;
        assert_int_equal(poll(&p, 1, ROLE_WAIT_S * 1000), 1);
        err_t rc = ipc_receive(w.ike, &m);
        if (rc == -EPIPE)
            break;
        assert_int_equal(rc, 0);
    }
    world_end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_is_taken_apart),
        cmocka_unit_test(what_is_handed_over_is_opened),
        cmocka_unit_test(nonsense_is_lost),
        cmocka_unit_test(an_inbox_that_is_full_or_gone_loses),
        cmocka_unit_test(an_spi_of_another_worker_is_a_breach),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
