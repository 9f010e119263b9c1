/* daemon/channel.h: what happens when the other end asks without listening, or does not keep up. */
#include "daemon/channel.h"

#include <errno.h>

#include "../unit.h"

enum { QUESTIONS = 2000, TURNS_MAX = 100000 };

/* keys' end of its channel to ike is under test; the test is ike. */
struct world {
    struct loop *loop;
    struct channel c;
    struct ipc peer;
    uint32_t asked, ended;
    err_t why;
};

static bool answer_long(void *owner, const struct ipc_message *m)
{
    struct world *w = owner;
    static uint8_t answer[40 * 1024];
    assert_int_equal(m->kind, MSG_KEYS_ASK);
    w->asked++;
    channel_send(&w->c, MSG_KEYS_ANSWER, answer, sizeof(answer), -1);
    return true;
}

static void on_end(void *owner, struct channel *c, err_t why)
{
    struct world *w = owner;
    (void)c;
    w->ended++;
    w->why = why;
}

static void world_open(struct world *w, bool answers_first)
{
    int fds[2];
    *w = (struct world){ .loop = loop_new() };
    assert_non_null(w->loop);
    assert_int_equal(ipc_pair(fds), 0);
    w->c = (struct channel){
        .owner = w, .message = answer_long, .ended = on_end, .answers_first = answers_first
    };
    assert_int_equal(channel_open(&w->c, w->loop, fds[0], ROLE_KEYS, ROLE_IKE, 1), 0);
    assert_int_equal(ipc_init(&w->peer, fds[1], ROLE_IKE, ROLE_KEYS), 0);
    ipc_table(&w->peer, messages, MSG_COUNT);
}

static void world_close(struct world *w)
{
    channel_done(&w->c);
    ipc_done(&w->peer);
    loop_free(w->loop);
}

static void turn(struct world *w)
{
    loop_turn(w->loop, 0);
}

static uint32_t listen_to_all(struct world *w)
{
    struct ipc_message m;
    uint32_t n = 0;
    while (ipc_receive(&w->peer, &m) == 0)
        n++;
    return n;
}

/* 80 MB of answers would not fit the queue. */
static void who_asks_and_does_not_listen_waits(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, true);
    for (int i = 0; i < QUESTIONS; i++) {
        assert_int_equal(ipc_send(&w.peer, MSG_KEYS_ASK, "x", 1, -1), 0);
        turn(&w);
    }
    for (int i = 0; i < 100; i++) {
        err_t rc = ipc_flush(&w.peer);
        assert_true(rc == 0 || rc == -EAGAIN);
        turn(&w);
    }
    CLAIM("it lives", w.ended == 0 && channel_is_open(&w.c));
    CLAIM("few answers wait", w.c.ipc.queued_bytes < 3 * IPC_MESSAGE_MAX);
    uint32_t got = 0;
    for (int i = 0; got < QUESTIONS && i < TURNS_MAX; i++) {
        err_t rc = ipc_flush(&w.peer);
        assert_true(rc == 0 || rc == -EAGAIN);
        got += listen_to_all(&w);
        turn(&w);
    }
    CLAIM("and every question is answered", got == QUESTIONS && w.asked == QUESTIONS);
    world_close(&w);
}

/* Offers stop long before the queue ends; what counts still goes in. */
static void what_may_be_missed_is_left_out(void **state)
{
    (void)state;
    struct world w;
    static uint8_t bytes[IPC_MESSAGE_MAX];
    world_open(&w, false);
    uint32_t sent = 0;
    while (channel_offer(&w.c, MSG_KEYS_ANSWER, bytes, sizeof(bytes)))
        sent++;
    CLAIM("it is behind", channel_is_behind(&w.c) && w.c.ipc.queued_bytes < IPC_QUEUE_MAX / 2);
    for (int i = 0; i < 10; i++) {
        assert_false(channel_offer(&w.c, MSG_KEYS_ANSWER, bytes, sizeof(bytes)));
        channel_send(&w.c, MSG_KEYS_ANSWER, bytes, 1, -1);
        turn(&w);
    }
    uint32_t got = 0;
    for (int i = 0; got < sent + 10 && i < TURNS_MAX; i++) {
        got += listen_to_all(&w);
        turn(&w);
    }
    CLAIM("nothing else is lost", got == sent + 10 && w.ended == 0);
    CLAIM("and offers go again",
          !channel_is_behind(&w.c) && channel_offer(&w.c, MSG_KEYS_ANSWER, bytes, 1));
    world_close(&w);
}

static void a_held_channel_takes_nothing(void **state)
{
    (void)state;
    struct world w;
    world_open(&w, false);
    channel_hold(&w.c, true);
    assert_int_equal(ipc_send(&w.peer, MSG_KEYS_ASK, "x", 1, -1), 0);
    turn(&w);
    CLAIM("nothing is asked", w.asked == 0);
    channel_hold(&w.c, false);
    turn(&w);
    CLAIM("and later it is", w.asked == 1 && listen_to_all(&w) == 1);
    channel_hold(&w.c, true);
    ipc_done(&w.peer);
    turn(&w);
    CLAIM("its end is noticed", w.ended == 1 && w.why == -EPIPE && !channel_is_open(&w.c));
    CLAIM("to nobody nothing goes", !channel_offer(&w.c, MSG_KEYS_ANSWER, "x", 1));
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_asks_and_does_not_listen_waits),
        cmocka_unit_test(what_may_be_missed_is_left_out),
        cmocka_unit_test(a_held_channel_takes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
