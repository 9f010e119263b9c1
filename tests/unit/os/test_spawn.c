/* os/spawn.h: this program executes itself. Called with --child it is the child: it says what it
 * sees over its first descriptor. */
#include "os/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "../unit.h"

static int child(const char *what)
{
    if (strcmp(what, "fds") == 0) {
        /* Two were given; nothing else but the standard ones may be open. */
        int open_fds = 0;
        for (int fd = 3; fd < 256; fd++)
            open_fds += fcntl(fd, F_GETFD) >= 0;
        char digit = (char)('0' + open_fds);
        return write(SPAWN_FIRST_FD + 1, &digit, 1) == 1 ? 42 : 1;
    }
    if (strcmp(what, "environment") == 0)
        return (getenv("TZ") ? 1 : 0) + (getenv("A_PASSWORD") ? 2 : 0);
    raise(strcmp(what, "sys") == 0 ? SIGSYS : SIGKILL);
    return 0;
}

static void start(const char *what, const int *fds, size_t n, struct spawn_child *c)
{
    const char *args[] = { "--child", what };
    const struct spawn_params p = {
        .name = "test", .args = args, .arg_count = 2, .fds = fds, .fd_count = n };
    assert_int_equal(spawn_role(&p, c), 0);
}

static struct spawn_end finish(struct spawn_child *c)
{
    struct spawn_end end;
    struct pollfd p = { .fd = c->pidfd, .events = POLLIN };
    assert_int_equal(poll(&p, 1, 20000), 1);
    assert_int_equal(spawn_reap(c, &end), 0);
    return end;
}

static void test_descriptors(void **state)
{
    (void)state;
    int a[2], b[2];
    char digit = 0;
    struct spawn_child c;
    assert_int_equal(pipe(a), 0);
    assert_int_equal(pipe(b), 0);
    const int fds[] = { a[0], b[1] };
    start("fds", fds, 2, &c);
    struct spawn_end end = finish(&c);
    CLAIM("its exit status is seen", !end.by_signal && end.code == 42);
    assert_int_equal(read(b[0], &digit, 1), 1);
    CLAIM("exactly the descriptors given", digit == '2');
    for (int i = 0; i < 2; i++) {
        close(a[i]);
        close(b[i]);
    }
}

static int environment_of(bool whole)
{
    const char *args[] = { "--child", "environment" };
    const struct spawn_params p = {
        .name = "test", .args = args, .arg_count = 2, .whole_environment = whole };
    struct spawn_child c;
    assert_int_equal(spawn_role(&p, &c), 0);
    return finish(&c).code;
}

static void test_environment(void **state)
{
    (void)state;
    assert_int_equal(setenv("TZ", "UTC0", 1), 0);
    assert_int_equal(setenv("A_PASSWORD", "secret", 1), 0);
    CLAIM("what the log needs, no secret", environment_of(false) == 1);
    CLAIM("all of it where it is told to", environment_of(true) == 3);
}

static void test_signals(void **state)
{
    (void)state;
    struct spawn_child c;
    char text[160];
    start("sys", NULL, 0, &c);
    struct spawn_end end = finish(&c);
    spawn_end_text(&end, text, sizeof(text));
    CLAIM("a signal is seen", end.by_signal && end.code == SIGSYS);
    CLAIM("and named", strstr(text, "its sandbox forbids"));
}

static void test_running(void **state)
{
    (void)state;
    struct spawn_child c;
    struct spawn_end end;
    int p[2];
    assert_int_equal(pipe(p), 0);
    start("kill", p, 1, &c);
    err_t rc = spawn_reap(&c, &end);
    CLAIM("one that runs is not collected", rc == -EAGAIN || rc == 0);
    if (rc == -EAGAIN) {
        spawn_signal(&c, SIGKILL);
        end = finish(&c);
    }
    CLAIM("it ended by the signal", end.by_signal && end.code == SIGKILL);
    close(p[0]);
    close(p[1]);
}

int main(int argc, char *argv[])
{
    if (argc == 3 && strcmp(argv[1], "--child") == 0)
        return child(argv[2]);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_descriptors),
        cmocka_unit_test(test_environment),
        cmocka_unit_test(test_signals),
        cmocka_unit_test(test_running),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
