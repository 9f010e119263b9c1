/* os/loop.h: order, deadlines, deletion inside a turn, signals, pidfds. */
#include "os/loop.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../unit.h"

struct probe {
    struct loop_watch watch;
    struct loop *loop;
    struct probe *victim; /* deleted when this one runs */
    char *trace;
    char letter;
};

static void probe_ready(struct loop_watch *w, uint32_t events)
{
    struct probe *p = container_of(w, struct probe, watch);
    char byte;
    assert_true(events & (EPOLLIN | EPOLLHUP));
    assert_int_equal(read(w->fd, &byte, 1), 1);
    strncat(p->trace, &p->letter, 1);
    if (p->victim)
        loop_del(p->loop, &p->victim->watch);
}

static void add_probe(struct probe *p, struct loop *l, uint8_t rank, char letter, char *trace)
{
    int pair[2];
    assert_int_equal(pipe(pair), 0);
    assert_int_equal(write(pair[1], "x", 1), 1);
    close(pair[1]);
    *p = (struct probe){ .loop = l, .trace = trace, .letter = letter };
    p->watch = (struct loop_watch){
        .fd = pair[0], .events = EPOLLIN, .rank = rank, .ready = probe_ready };
    assert_int_equal(loop_add(l, &p->watch), 0);
}

static void drop_probe(struct probe *p)
{
    loop_del(p->loop, &p->watch);
    close(p->watch.fd);
}

static void test_order(void **state)
{
    (void)state;
    struct loop *l = loop_new();
    char trace[16] = "";
    struct probe p[4];
    add_probe(&p[0], l, 2, 'c', trace);
    add_probe(&p[1], l, 1, 'a', trace);
    add_probe(&p[2], l, 2, 'd', trace);
    add_probe(&p[3], l, 1, 'b', trace);
    loop_turn(l, NS_NEVER);
    CLAIM_TEXT("rank first, then age", trace, "abcd");
    for (int i = 0; i < 4; i++)
        drop_probe(&p[i]);
    loop_free(l);
}

static void test_delete_in_turn(void **state)
{
    (void)state;
    struct loop *l = loop_new();
    char trace[16] = "";
    struct probe p[3];
    add_probe(&p[0], l, 0, 'a', trace);
    add_probe(&p[1], l, 1, 'b', trace);
    add_probe(&p[2], l, 2, 'c', trace);
    p[0].victim = &p[1];
    loop_turn(l, NS_NEVER);
    CLAIM_TEXT("a watch deleted in the turn does not run", trace, "ac");
    for (int i = 0; i < 3; i++)
        drop_probe(&p[i]);
    loop_free(l);
}

static void test_deadline(void **state)
{
    (void)state;
    struct loop *l = loop_new();
    ns_t until = loop_now(l) + 3 * NS_PER_MS;
    ns_t now = loop_turn(l, until);
    CLAIM("it waits until the deadline", now >= until);
    CLAIM("and not for seconds", now < until + NS_PER_S);
    ns_t before = loop_now(l);
    loop_turn(l, 0);
    CLAIM("a deadline in the past only looks", loop_now(l) < before + NS_PER_S);
    loop_free(l);
}

static void count_signal(void *owner, int signal)
{
    assert_int_equal(signal, SIGUSR1);
    ++*(int *)owner;
}

static void test_signals(void **state)
{
    (void)state;
    struct loop *l = loop_new();
    int count = 0;
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    assert_int_equal(loop_signals(l, &set, count_signal, &count), 0);
    raise(SIGUSR1);
    loop_turn(l, NS_NEVER);
    CLAIM("the signal was reported", count == 1);
    loop_free(l);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),    cmocka_unit_test(test_delete_in_turn),
        cmocka_unit_test(test_deadline), cmocka_unit_test(test_signals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
