/* os/tcp.h over loopback: both families, both ends, keys, TTL, failure. */
#include "os/tcp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../unit.h"

/* A listener on any free port: tcp_listen() with port 0. */
static int listen_any(uint8_t family, uint16_t *ret_port)
{
    int fd;
    struct sockaddr_storage a;
    socklen_t len = sizeof(a);
    err_t rc = tcp_listen(family, 0, &fd);
    if (rc == -EAFNOSUPPORT)
        return -1;
    assert_int_equal(rc, 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &len), 0);
    *ret_port = ntohs(family == IP_V4 ? ((struct sockaddr_in *)&a)->sin_port
                                      : ((struct sockaddr_in6 *)&a)->sin6_port);
    return fd;
}

static bool wait_for(int fd, short events, int ms)
{
    struct pollfd p = { .fd = fd, .events = events };
    return poll(&p, 1, ms) == 1;
}

static struct ip_addr loopback(uint8_t family)
{
    struct ip_addr a;
    assert_true(ip_parse(family == IP_V4 ? "127.0.0.1" : "::1", &a));
    return a;
}

static void exchange(uint8_t family)
{
    uint16_t port = 0;
    int listener = listen_any(family, &port), fd, peer;
    if (listener < 0)
        return;
    const struct tcp_params p = { .local = loopback(family),
                                  .remote = loopback(family),
                                  .port = port,
                                  .ttl = 1,
                                  .min_ttl = 1 };
    assert_int_equal(tcp_connect(&p, &fd), 0);
    CLAIM("it connects", wait_for(fd, POLLOUT, 5000) && tcp_result(fd) == 0);
    struct tcp_ends out, in;
    CLAIM("a connection waits", wait_for(listener, POLLIN, 5000));
    assert_int_equal(tcp_accept(listener, &peer, &in), 0);
    assert_int_equal(tcp_ends(fd, &out), 0);
    CLAIM("each end sees the other", ip_eq(&out.local, &in.remote) &&
                                         out.local_port == in.remote_port &&
                                         out.remote_port == port);
    char buf[8];
    CLAIM("nothing to read yet", tcp_read(peer, buf, sizeof(buf)) == -EAGAIN);
    CLAIM("bytes are sent", tcp_write(fd, "hello", 5) == 5);
    CLAIM("and arrive", wait_for(peer, POLLIN, 5000) && tcp_read(peer, buf, sizeof(buf)) == 5);
    int tos = 0;
    socklen_t len = sizeof(tos);
    if (family == IP_V4) {
        assert_int_equal(getsockopt(peer, IPPROTO_IP, IP_TOS, &tos, &len), 0);
        CLAIM("precedence of routing protocols", tos == 0xc0);
    }
    close(fd);
    CLAIM("the end is read as 0", wait_for(peer, POLLIN, 5000) &&
                                      tcp_read(peer, buf, sizeof(buf)) == 0);
    close(peer);
    close(listener);
}

static void test_exchange(void **state)
{
    (void)state;
    exchange(IP_V4);
    exchange(IP_V6);
}

static void test_refused(void **state)
{
    (void)state;
    uint16_t port = 0;
    int listener = listen_any(IP_V4, &port), fd;
    close(listener);
    const struct tcp_params p = { .remote = loopback(IP_V4), .port = port };
    err_t rc = tcp_connect(&p, &fd);
    if (rc == 0) {
        CLAIM("it is told", wait_for(fd, POLLOUT, 5000));
        rc = tcp_result(fd);
        close(fd);
    }
    CLAIM("by name", rc == -ECONNREFUSED);
}

static void test_in_use(void **state)
{
    (void)state;
    uint16_t port = 0;
    int listener = listen_any(IP_V4, &port), fd;
    CLAIM("a port in use is named", tcp_listen(IP_V4, port, &fd) == -EADDRINUSE);
    close(listener);
}

/* True when the two keys let a connection come about. */
static bool connects_with(uint8_t family, const char *ours, const char *theirs)
{
    uint16_t port = 0;
    int listener = listen_any(family, &port), fd;
    const struct ip_addr peer = loopback(family);
    assert_int_equal(tcp_key(listener, &peer, 0, theirs), 0);
    const struct tcp_params p = {
        .remote = peer, .port = port, .password = ours };
    assert_int_equal(tcp_connect(&p, &fd), 0);
    bool fine = wait_for(fd, POLLOUT, 300) && tcp_result(fd) == 0;
    close(fd);
    close(listener);
    return fine;
}

static void test_keys(void **state)
{
    (void)state;
    uint16_t port = 0;
    int listener = listen_any(IP_V4, &port);
    const struct ip_addr peer = loopback(IP_V4);
    err_t rc = tcp_key(listener, &peer, 0, "probe");
    close(listener);
    if (rc == -ENOPROTOOPT || rc == -EOPNOTSUPP) {
        print_message("this kernel has no TCP-MD5: passed over\n");
        return;
    }
    CLAIM("the same key connects", connects_with(IP_V4, "secret", "secret"));
    CLAIM("another key does not", !connects_with(IP_V4, "secret", "other"));
    CLAIM("no key does not", !connects_with(IP_V4, NULL, "other"));
    CLAIM("none on both sides does", connects_with(IP_V4, NULL, NULL));
    listener = listen_any(IP_V6, &port);
    if (listener < 0)
        return;
    close(listener);
    CLAIM("IPv6: the same key connects", connects_with(IP_V6, "secret", "secret"));
    CLAIM("IPv6: another key does not", !connects_with(IP_V6, "secret", "other"));
}

static void test_key_limits(void **state)
{
    (void)state;
    uint16_t port = 0;
    char password[TCP_PASSWORD_MAX + 2];
    int listener = listen_any(IP_V4, &port);
    const struct ip_addr peer = loopback(IP_V4);
    memset(password, 'x', sizeof(password));
    password[TCP_PASSWORD_MAX + 1] = '\0';
    CLAIM("too long", tcp_key(listener, &peer, 0, password) == -EINVAL);
    CLAIM("empty", tcp_key(listener, &peer, 0, "") == -EINVAL);
    close(listener);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exchange), cmocka_unit_test(test_refused),
        cmocka_unit_test(test_in_use),   cmocka_unit_test(test_keys),
        cmocka_unit_test(test_key_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
