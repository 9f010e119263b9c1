/* os/ipc.h: what arrives, what is a breach, what happens when nobody reads. */
#include "os/ipc.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../unit.h"
#include "base/mem.h"

enum { A, B };
enum { HELLO, BLOB, FILE_OF, REPLY, KINDS };

static const struct ipc_kind kinds[KINDS] = {
    [HELLO] = { "hello", A, B, false, 8 },
    [BLOB] = { "blob", A, B, false, IPC_MESSAGE_MAX },
    [FILE_OF] = { "file", A, B, true, 8 },
    [REPLY] = { "reply", B, A, false, 8 },
};

struct pair {
    struct ipc a, b;
};

static void open_pair(struct pair *p)
{
    int fds[2];
    assert_int_equal(ipc_pair(fds), 0);
    assert_int_equal(ipc_init(&p->a, fds[0], A, B), 0);
    assert_int_equal(ipc_init(&p->b, fds[1], B, A), 0);
    ipc_table(&p->a, kinds, KINDS);
    ipc_table(&p->b, kinds, KINDS);
}

static void close_pair(struct pair *p)
{
    ipc_done(&p->a);
    ipc_done(&p->b);
}

static void test_round_trip(void **state)
{
    (void)state;
    struct pair p;
    struct ipc_message m;
    open_pair(&p);
    assert_int_equal(ipc_send(&p.a, HELLO, "abc", 3, -1), 0);
    assert_int_equal(ipc_receive(&p.b, &m), 0);
    CLAIM("kind, bytes, no descriptor",
          m.kind == HELLO && m.len == 3 && m.fd == -1 && memcmp(m.bytes, "abc", 3) == 0);
    CLAIM("nothing more", ipc_receive(&p.b, &m) == -EAGAIN);
    close_pair(&p);
}

static void test_last_words(void **state)
{
    (void)state;
    struct pair p;
    struct ipc_message m;
    open_pair(&p);
    assert_int_equal(ipc_send(&p.a, HELLO, "abc", 3, -1), 0);
    assert_int_equal(ipc_send(&p.b, REPLY, "bye", 3, -1), 0);
    ipc_done(&p.b); /* with a word unread: the kernel makes that a reset */
    CLAIM("what it said last is heard", ipc_receive(&p.a, &m) == 0 && m.kind == REPLY);
    CLAIM("then its end", ipc_receive(&p.a, &m) == -EPIPE);
    ipc_done(&p.a);
}

static void test_descriptor(void **state)
{
    (void)state;
    struct pair p;
    struct ipc_message m;
    int fd;
    uint8_t *bytes;
    size_t len;
    open_pair(&p);
    assert_int_equal(ipc_memfd("t", "content", 7, &fd), 0);
    assert_int_equal(ipc_send(&p.a, FILE_OF, NULL, 0, fd), 0);
    assert_int_equal(ipc_receive(&p.b, &m), 0);
    CLAIM("a descriptor arrives", m.fd >= 0);
    CLAIM("closed on exec", fcntl(m.fd, F_GETFD) == FD_CLOEXEC);
    CLAIM("too large", ipc_memfd_read(m.fd, 6, &bytes, &len) == -EPROTO);
    assert_int_equal(ipc_memfd_read(m.fd, 7, &bytes, &len), 0);
    CLAIM("with the bytes", len == 7 && memcmp(bytes, "content", 7) == 0);
    CLAIM("that nobody can change", write(m.fd, "x", 1) < 0);
    mem_free(MEM_BUFFER, bytes, len);
    close(m.fd);
    close_pair(&p);
}

static const struct breach {
    const char *name;
    uint16_t kind, zero;
    uint32_t len;
    size_t bytes;
    bool with_fd;
} breaches[] = {
    { "unknown kind", KINDS, 0, 0, 0, false },
    { "wrong sender", REPLY, 0, 0, 0, false },
    { "longer than its row", HELLO, 0, 9, 9, false },
    { "length is a lie", HELLO, 0, 3, 2, false },
    { "reserved bits", HELLO, 1, 0, 0, false },
    { "descriptor that the row does not name", HELLO, 0, 0, 0, true },
    { "descriptor missing", FILE_OF, 0, 0, 0, false },
};

/* A message as a peer that was taken over might send it. */
static void send_raw(int to, const struct breach *b)
{
    struct {
        uint16_t kind, zero;
        uint32_t len;
        uint8_t bytes[16];
    } raw = { b->kind, b->zero, b->len, { 0 } };
    struct iovec iov = { &raw, 8 + b->bytes };
    char control[CMSG_SPACE(sizeof(int))] = { 0 };
    struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };
    if (b->with_fd) {
        int fd = to;
        m.msg_control = control;
        m.msg_controllen = sizeof(control);
        struct cmsghdr *c = CMSG_FIRSTHDR(&m);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(c), &fd, sizeof(fd));
    }
    assert_true(sendmsg(to, &m, 0) >= 0);
}

static void test_breaches(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(breaches); i++) {
        struct pair p;
        struct ipc_message m;
        open_pair(&p);
        send_raw(p.a.fd, &breaches[i]);
        CLAIM(breaches[i].name, ipc_receive(&p.b, &m) == -EPROTO);
        close_pair(&p);
    }
}

static void test_backlog(void **state)
{
    (void)state;
    struct pair p;
    struct ipc_message m;
    static uint8_t blob[IPC_MESSAGE_MAX];
    open_pair(&p);
    uint32_t sent = 0, got = 0;
    err_t rc;
    while ((rc = ipc_send(&p.a, BLOB, blob, sizeof(blob), -1)) == 0)
        sent++;
    CLAIM("the queue has an end", rc == -ENOBUFS && ipc_has_output(&p.a));
    while (got < sent) {
        err_t flushed = ipc_flush(&p.a);
        assert_true(flushed == 0 || flushed == -EAGAIN);
        while (ipc_receive(&p.b, &m) == 0)
            got += m.len == sizeof(blob);
    }
    CLAIM("everything arrived", got == sent && !ipc_has_output(&p.a));
    close_pair(&p);
}

static void test_gone(void **state)
{
    (void)state;
    struct pair p;
    struct ipc_message m;
    open_pair(&p);
    ipc_done(&p.b);
    CLAIM("receiving from a peer that is gone",
          ipc_receive(&p.a, &m) == -EPIPE || ipc_receive(&p.a, &m) == -EPIPE);
    CLAIM("sending to it", ipc_send(&p.a, HELLO, NULL, 0, -1) == -EPIPE);
    CLAIM("waiting for it", ipc_wait(&p.a, NS_PER_S) == 0);
    ipc_done(&p.a);
}

static void test_time_limit(void **state)
{
    (void)state;
    struct pair p;
    open_pair(&p);
    CLAIM("waiting has an end", ipc_wait(&p.a, 2 * NS_PER_MS) == -ETIMEDOUT);
    close_pair(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip), cmocka_unit_test(test_last_words),
        cmocka_unit_test(test_descriptor), cmocka_unit_test(test_breaches),
        cmocka_unit_test(test_backlog),    cmocka_unit_test(test_gone),
        cmocka_unit_test(test_time_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
