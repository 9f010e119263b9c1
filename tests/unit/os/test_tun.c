/* os/tun.h in a network namespace of its own: packets both ways, virtio headers, carrier, names.
 * Needs root and /dev/net/tun; else it is skipped. */
#include "os/tun.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "../unit.h"

enum { SKIPPED = 77, BUFFERS = 8 };

static uint8_t memory[BUFFERS][TUN_FRAME_MAX];

static void set_address(const char *name, const char *address)
{
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct ifreq r = { 0 };
    struct sockaddr_in a = { .sin_family = AF_INET };
    snprintf(r.ifr_name, sizeof(r.ifr_name), "%s", name);
    assert_int_equal(inet_pton(AF_INET, address, &a.sin_addr), 1);
    memcpy(&r.ifr_addr, &a, sizeof(a));
    assert_true(fd >= 0 && ioctl(fd, SIOCSIFADDR, &r) == 0);
    assert_int_equal(inet_pton(AF_INET, "255.255.255.0", &a.sin_addr), 1);
    memcpy(&r.ifr_netmask, &a, sizeof(a));
    assert_int_equal(ioctl(fd, SIOCSIFNETMASK, &r), 0);
    close(fd);
}

static struct tun open_up(bool vnet)
{
    struct tun t;
    const struct tun_params p = { .name = "t%d", .vnet = vnet, .mtu = 1400 };
    assert_int_equal(tun_open(&p, &t), 0);
    set_address(t.name, "10.9.0.1");
    assert_int_equal(tun_set_up(t.name, true), 0);
    return t;
}

/* The frame of UDP to 10.9.0.2 among those that wait; its length, 0: none. */
static uint32_t find_udp(int fd, size_t head, uint8_t *ret_frame)
{
    struct tun_buffer b[BUFFERS];
    for (size_t i = 0; i < BUFFERS; i++)
        b[i] = (struct tun_buffer){ .bytes = memory[i], .room = TUN_FRAME_MAX };
    ssize_t n = tun_read(fd, b, BUFFERS);
    assert_true(n > 0);
    for (ssize_t i = 0; i < n; i++) {
        const uint8_t *ip = b[i].bytes + head;
        if (b[i].len < head + 28 || ip[0] != 0x45 || ip[9] != 17 || ip[19] != 2)
            continue;
        memcpy(ret_frame, b[i].bytes, b[i].len);
        return b[i].len;
    }
    return 0;
}

/* Sends until it can be read: a device that was just brought up drops for a while, until the kernel
 * has looked at its carrier. At most five seconds. */
static uint32_t send_and_read(int udp, const void *bytes, size_t n, int fd, size_t head,
                              uint8_t *ret_frame)
{
    struct pollfd p = { .fd = fd, .events = POLLIN };
    uint32_t len = 0;
    for (int tries = 0; len == 0 && tries < 50; tries++) {
        assert_int_equal(send(udp, bytes, n, 0), n);
        while (len == 0 && poll(&p, 1, 100) == 1)
            len = find_udp(fd, head, ret_frame);
    }
    return len;
}

static int udp_to_tunnel(struct sockaddr_in *to)
{
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    *to = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(7777) };
    assert_int_equal(inet_pton(AF_INET, "10.9.0.2", &to->sin_addr), 1);
    assert_true(fd >= 0);
    return fd;
}

/* What the kernel routes into the TUN is read; turned round and written, it is received. */
static void packets_go_both_ways(void **state)
{
    (void)state;
    static uint8_t frame[TUN_FRAME_MAX];
    for (int vnet = 0; vnet < 2; vnet++) {
        size_t head = vnet ? TUN_VNET_BYTES : 0;
        struct tun t = open_up(vnet);
        struct sockaddr_in to;
        int fd = udp_to_tunnel(&to);
        assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
        uint32_t len = send_and_read(fd, "hello", 5, t.fd, head, frame);
        CLAIM("it is read", len == head + 33 && memcmp(frame + head + 28, "hello", 5) == 0);
        uint8_t *ip = frame + head, swap[4];
        memset(frame, 0, head);
        memcpy(swap, ip + 12, 4);
        memcpy(ip + 12, ip + 16, 4);
        memcpy(ip + 16, swap, 4);
        memcpy(swap, ip + 20, 2);
        memcpy(ip + 20, ip + 22, 2);
        memcpy(ip + 22, swap, 2);
        memset(ip + 26, 0, 2); /* no checksum: RFC 768 */
        const struct iovec parts[] = {
            { .iov_base = frame, .iov_len = head + 30 },
            { .iov_base = frame + head + 30, .iov_len = 3 },
        };
        assert_int_equal(tun_write(t.fd, parts, 2), 0);
        struct pollfd p = { .fd = fd, .events = POLLIN };
        char got[16];
        CLAIM("it comes", poll(&p, 1, 5000) == 1 && recv(fd, got, sizeof(got), 0) == 5);
        CLAIM("from both parts", memcmp(got, "hello", 5) == 0);
        close(fd);
        tun_close(&t);
    }
}

/* A run of UDP comes whole where the kernel can, else in its segments. */
static void super_packets_come_whole(void **state)
{
    (void)state;
    static uint8_t frame[TUN_FRAME_MAX], bytes[5000];
    struct tun t = open_up(true);
    struct sockaddr_in to;
    int fd = udp_to_tunnel(&to), segment = 1000;
    assert_int_equal(setsockopt(fd, SOL_UDP, UDP_SEGMENT, &segment, sizeof(segment)), 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
    uint32_t len = send_and_read(fd, bytes, sizeof(bytes), t.fd, TUN_VNET_BYTES, frame);
    CLAIM("5000 bytes, or the first 1000",
          len == TUN_VNET_BYTES + 28u + (t.has_uso ? sizeof(bytes) : 1000));
    uint16_t says;
    memcpy(&says, frame + 4, 2);
    CLAIM("of what it is made", !t.has_uso || (frame[1] == 5 && says == 1000));
    close(fd);
    tun_close(&t);
}

static bool has_flag(const char *name, int flag)
{
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct ifreq r = { 0 };
    snprintf(r.ifr_name, sizeof(r.ifr_name), "%s", name);
    assert_true(fd >= 0 && ioctl(fd, SIOCGIFFLAGS, &r) == 0);
    close(fd);
    return r.ifr_flags & flag;
}

/* The kernel follows the carrier by and by (RFC 2863's operational state): a hundred devices of the
 * whole machine a second, so a neighbour with many delays us. */
static bool becomes(const char *name, int flag, bool want)
{
    const struct timespec moment = { .tv_nsec = 10000000 };
    for (int i = 0; i < 3000 && has_flag(name, flag) != want; i++)
        nanosleep(&moment, NULL);
    return has_flag(name, flag) == want;
}

static void the_carrier_goes_up_and_down(void **state)
{
    (void)state;
    struct tun t = open_up(true);
    CLAIM("running", becomes(t.name, IFF_RUNNING, true) && t.if_index == if_nametoindex(t.name));
    assert_int_equal(tun_set_carrier(t.fd, false), 0);
    CLAIM("not running, still up", becomes(t.name, IFF_RUNNING, false) && has_flag(t.name, IFF_UP));
    assert_int_equal(tun_set_carrier(t.fd, true), 0);
    CLAIM("running again", becomes(t.name, IFF_RUNNING, true));
    assert_int_equal(tun_set_up(t.name, false), 0);
    CLAIM("down", !has_flag(t.name, IFF_UP));
    const struct iovec part = { .iov_base = memory[0], .iov_len = 40 };
    CLAIM("nothing is written to it", tun_write(t.fd, &part, 1) < 0);
    tun_close(&t);
}

static void names_and_queues(void **state)
{
    (void)state;
    struct tun a, b;
    const struct tun_params plain = { .name = "plain" };
    const struct tun_params queues = { .name = "queues", .multi_queue = true, .vnet = true };
    const struct tun_params bad = { .name = "a-name-that-is-too-long" };
    CLAIM("a name too long", tun_open(&bad, &a) == -EINVAL);
    assert_int_equal(tun_open(&plain, &a), 0);
    CLAIM("one owner", tun_open(&plain, &b) == -EBUSY);
    tun_close(&a);
    CLAIM("it went with its descriptor", if_nametoindex("plain") == 0);
    assert_int_equal(tun_open(&queues, &a), 0);
    assert_int_equal(tun_open(&queues, &b), 0);
    CLAIM("two queues, one device", a.if_index == b.if_index);
    tun_close(&a);
    tun_close(&b);
}

static void an_empty_one_has_nothing(void **state)
{
    (void)state;
    struct tun t;
    const struct tun_params p = { .name = "empty%d", .vnet = true };
    struct tun_buffer b = { .bytes = memory[0], .room = TUN_FRAME_MAX };
    assert_int_equal(tun_open(&p, &t), 0);
    CLAIM("nothing waits", tun_read(t.fd, &b, 1) == 0);
    int gone = t.fd;
    tun_close(&t);
    CLAIM("a closed one says so", tun_read(gone, &b, 1) == -EBADF);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packets_go_both_ways),         cmocka_unit_test(super_packets_come_whole),
        cmocka_unit_test(the_carrier_goes_up_and_down), cmocka_unit_test(names_and_queues),
        cmocka_unit_test(an_empty_one_has_nothing),
    };
    if (geteuid() != 0 || access("/dev/net/tun", R_OK | W_OK) != 0 || unshare(CLONE_NEWNET) != 0) {
        printf("1..0 # SKIP needs root and /dev/net/tun\n");
        return SKIPPED;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
