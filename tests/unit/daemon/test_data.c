/* daemon/data.c: the process as it runs, between a TUN that is a socket of the test and a peer on
 * the loopback interface. What needs forged ICMP needs root. */
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "os/udp.h"
#include "role.h"

enum {
    SPI_IN = 0x1001,
    SPI_OUT = 0x2002,
    VNET_BYTES = 10,
    FRAME_MAX = 2048,
};

struct world {
    struct role_run role;
    struct ipc *ike;
    int tun;       /* our end of data's device */
    uint16_t port; /* data's */
    struct udp_socket peer;
    uint8_t got[FRAME_MAX];
    ssize_t got_len;
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

static struct esp_child child_of(const struct world *w, uint32_t id)
{
    struct esp_child c = { .id = id,
                           .connection = ROLE_CONNECTION,
                           .spi_in = SPI_IN + id,
                           .spi_out = SPI_OUT,
                           .encr = CRYPTO_AES_GCM_16,
                           .encr_bits = 256,
                           .window = ESP_WINDOW_DEFAULT,
                           .path = { .local = loopback(),
                                     .remote = loopback(),
                                     .local_port = w->port,
                                     .remote_port = w->peer.port },
                           .n_local = 1,
                           .n_remote = 1 };
    c.local[0] = c.remote[0] = (struct esp_selector){ .port_to = UINT16_MAX };
    assert_true(ip_parse("0.0.0.0", &c.local[0].from) &&
                ip_parse("255.255.255.255", &c.local[0].to));
    c.remote[0] = c.local[0];
    return c;
}

static void add_child(struct world *w, uint32_t id)
{
    uint8_t bytes[CHILD_BYTES_MAX];
    const struct esp_child c = child_of(w, id);
    struct wr to = wr_init(bytes, sizeof(bytes));
    child_encode(&c, &to);
    assert_false(to.bad);
    role_send(w->ike, MSG_CHILD_ADD, bytes, wr_len(&to), -1);
}

static void tell_number(struct world *w, enum message kind, uint32_t number)
{
    uint8_t bytes[4];
    struct wr to = wr_init(bytes, sizeof(bytes));
    wr_u32(&to, number);
    role_send(w->ike, kind, bytes, sizeof(bytes), -1);
}

static void give_device(struct world *w)
{
    struct ipc_message m = role_next(&w->role.priv, MSG_PRIV_TUN);
    struct rd r = rd_init(m.bytes, m.len);
    char name[16];
    int pair[2];
    uint8_t bytes[64];
    struct wr to = wr_init(bytes, sizeof(bytes));
    (void)rd_u16(&r);
    assert_true(get_text(&r, name, sizeof(name)) && rd_is_done(&r));
    assert_string_equal(name, "Tunnel7");
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair),
                     0);
    put_text(&to, name);
    wr_u8(&to, 0);
    role_send(&w->role.priv, MSG_DATA_TUN, bytes, wr_len(&to), pair[1]);
    w->tun = pair[0];
}

/* data with one tunnel, up, with one pair of SAs. */
static void world_start(struct world *w)
{
    static const enum role others[] = { ROLE_IKE };
    *w = (struct world){ .tun = -1 };
    role_start(&w->role, ROLE_DATA, data_main, others, 1);
    w->ike = &w->role.other[0];
    w->peer = open_socket();
    struct udp_socket s = open_socket();
    w->port = s.port;
    const uint8_t kind[] = { SOCKET_ESP_4500, IP_V4 };
    role_send(&w->role.priv, MSG_DATA_SOCKET, kind, sizeof(kind), s.fd);
    role_send(&w->role.priv, MSG_DATA_CONFIG, NULL, 0, role_document(ROLE_CONFIG, false));
    give_device(w);
    add_child(w, 1);
    tell_number(w, MSG_CHILD_OUT, 1);
}

static void world_end(struct world *w)
{
    int status = role_end(&w->role);
    close(w->tun);
    udp_close(&w->peer);
    assert_int_equal(status, EXIT_PEER); /* the end of priv is its end */
}

/* An IPv4 packet with DF goes into the tunnel. */
static void send_packet(struct world *w, uint16_t len)
{
    uint8_t frame[FRAME_MAX] = { 0 };
    struct wr to = wr_init(frame + VNET_BYTES, sizeof(frame) - VNET_BYTES);
    wr_u8(&to, 0x45);
    wr_u8(&to, 0);
    wr_u16(&to, len);
    wr_u16(&to, 0);
    wr_u16(&to, 0x4000);
    wr_u16(&to, 0x4001); /* TTL, ICMP */
    wr_u16(&to, 0);
    wr_u32(&to, 0x0a090001);
    wr_u32(&to, 0x0a090002);
    assert_int_equal(send(w->tun, frame, (size_t)VNET_BYTES + len, 0), VNET_BYTES + len);
}

enum outcome { SEALED, REFUSED, NOTHING };

/* What becomes of one packet: the peer gets ESP, or the sender an ICMP error. */
static enum outcome outcome_of(struct world *w, uint16_t len)
{
    struct pollfd p[] = { { .fd = w->peer.fd, .events = POLLIN },
                          { .fd = w->tun, .events = POLLIN } };
    send_packet(w, len);
    if (poll(p, 2, ROLE_WAIT_S * 1000) < 1)
        return NOTHING;
    w->got_len = recv(p[0].revents ? w->peer.fd : w->tun, w->got, sizeof(w->got), 0);
    assert_true(w->got_len > 0);
    return p[0].revents ? SEALED : REFUSED;
}

/* ---- path MTU ------------------------------------------------------------------------------ */

/* Destination unreachable, fragmentation needed, about a datagram of data's. */
static void forge_icmp(const struct world *w, uint32_t spi, size_t quoted, uint16_t mtu)
{
    uint8_t bytes[8 + 20 + 8 + 8] = { 0 };
    struct wr to = wr_init(bytes, sizeof(bytes));
    wr_u8(&to, 3);
    wr_u8(&to, 4);
    wr_u32(&to, 0);
    wr_u16(&to, mtu);
    wr_u8(&to, 0x45);
    wr_u8(&to, 0);
    wr_u16(&to, 1200);
    wr_u32(&to, 0x4000);
    wr_u32(&to, 0x40110000);
    wr_u32(&to, INADDR_LOOPBACK);
    wr_u32(&to, INADDR_LOOPBACK);
    wr_u16(&to, w->port);
    wr_u16(&to, w->peer.port);
    wr_u32(&to, 0x04b00000);
    wr_u32(&to, spi);
    wr_u32(&to, 1);
    assert_false(to.bad);
    uint32_t sum = 0;
    for (size_t i = 0; i < sizeof(bytes) - 8 + quoted; i += 2)
        sum += (uint32_t)bytes[i] << 8 | bytes[i + 1];
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    bytes[2] = (uint8_t)(~sum >> 8);
    bytes[3] = (uint8_t)~sum;
    int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP);
    const struct sockaddr_in a = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    assert_true(fd >= 0);
    assert_int_equal(sendto(fd, bytes, sizeof(bytes) - 8 + quoted, 0, (const void *)&a, sizeof(a)),
                     sizeof(bytes) - 8 + quoted);
    close(fd);
}

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
    close(fd);
    return true;
}

/* [RFC 4301 8.2.1] Who cannot see our packets cannot shrink our path. */
static void only_errors_that_quote_our_spi_shrink_the_path(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint32_t spi;
        size_t quoted;
    } forged[] = {
        { "an SPI of nobody's", 0x7777, 8 },
        { "the SPI that we receive with", SPI_IN + 1, 8 },
        { "half an SPI", SPI_OUT, 2 },
        { "no SPI", SPI_OUT, 0 },
    };
    if (!in_own_namespace())
        skip();
    struct world w;
    world_start(&w);
    CLAIM("it goes", outcome_of(&w, 1200) == SEALED);
    for (size_t i = 0; i < ARRAY_LEN(forged); i++) {
        forge_icmp(&w, forged[i].spi, forged[i].quoted, 600);
        /* In a turn the device comes before the socket, four times: later ones are sure to see. */
        for (int packets = 0; packets < 10; packets++)
            CLAIM(forged[i].name, outcome_of(&w, 1200) == SEALED);
    }
    forge_icmp(&w, SPI_OUT, 8, 40);
    enum outcome o;
    while ((o = outcome_of(&w, 1200)) == SEALED)
        ;
    CLAIM("one that quotes what we send is believed", o == REFUSED);
    CLAIM("to a floor", (w.got[VNET_BYTES + 26] << 8 | w.got[VNET_BYTES + 27]) == 514);
    CLAIM("what fits goes on", outcome_of(&w, 514) == SEALED);
    world_end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_errors_that_quote_our_spi_shrink_the_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
