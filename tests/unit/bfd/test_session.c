/* One BFD session, its peer played by packets. */
#include "bfd/session.h"

#include "../unit.h"

static struct bfd_packet says(enum bfd_state state)
{
    return (struct bfd_packet){ .state = state, .multiplier = 3, .my_discr = 9, .your_discr = 1,
                                .min_tx_us = 100000, .min_rx_us = 100000 };
}

/* Hears a packet whose effects the case does not look at. */
static void hear(struct bfd_session *s, ns_t now, const struct bfd_packet *p, struct rng *rng)
{
    struct bfd_output ignored = bfd_receive(s, now, p, rng);
    (void)ignored;
}

/* A session brought to a state by what a peer would say. */
static struct bfd_session in_state(enum bfd_state state, struct rng *rng)
{
    struct bfd_session s;
    bfd_init(&s, 0, 1, 100000, 100000, 3);
    struct bfd_packet down = says(BFD_DOWN), init = says(BFD_INIT);
    if (state == BFD_INIT)
        hear(&s, 0, &down, rng);
    else if (state == BFD_UP)
        hear(&s, 0, &init, rng);
    else if (state == BFD_ADMIN_DOWN)
        assert_true(bfd_set_admin(&s, 0, false).changed);
    assert_true(s.state == state);
    return s;
}

struct move_case {
    const char *name;
    enum bfd_state local, remote, want;
    enum bfd_diag why;
};

static const struct move_case moves[] = {
    { "handshake, first packet", BFD_DOWN, BFD_DOWN, BFD_INIT, BFD_DIAG_NONE },
    { "handshake, second packet", BFD_DOWN, BFD_INIT, BFD_UP, BFD_DIAG_NONE },
    { "handshake, third packet", BFD_INIT, BFD_UP, BFD_UP, BFD_DIAG_NONE },
    { "both began at once", BFD_INIT, BFD_INIT, BFD_UP, BFD_DIAG_NONE },
    { "still waiting", BFD_INIT, BFD_DOWN, BFD_INIT, BFD_DIAG_NONE },
    { "we restarted, the peer has not noticed", BFD_DOWN, BFD_UP, BFD_DOWN, BFD_DIAG_NONE },
    { "peer forgot us", BFD_UP, BFD_DOWN, BFD_DOWN, BFD_DIAG_NEIGHBOR_DOWN },
    { "peer is late", BFD_UP, BFD_INIT, BFD_UP, BFD_DIAG_NONE },
    { "peer was shut down", BFD_UP, BFD_ADMIN_DOWN, BFD_DOWN, BFD_DIAG_NEIGHBOR_DOWN },
    { "peer was shut down early", BFD_INIT, BFD_ADMIN_DOWN, BFD_DOWN, BFD_DIAG_NEIGHBOR_DOWN },
    { "peer is still shut down", BFD_DOWN, BFD_ADMIN_DOWN, BFD_DOWN, BFD_DIAG_NONE },
    { "we are shut down", BFD_ADMIN_DOWN, BFD_INIT, BFD_ADMIN_DOWN, BFD_DIAG_NONE },
};

static void states_follow_the_table_of_6_8_6(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(moves); i++) {
        const struct move_case *c = &moves[i];
        struct rng rng = rng_init(1);
        struct bfd_session s = in_state(c->local, &rng);
        struct bfd_packet p = says(c->remote);
        struct bfd_output out = bfd_receive(&s, NS_PER_MS, &p, &rng);
        CLAIM(c->name, s.state == c->want);
        CLAIM(c->name, out.changed == (c->local != c->want));
        CLAIM(c->name, !out.changed || (out.from == c->local && out.to == c->want));
        CLAIM(c->name, !out.changed || out.why == c->why);
    }
}

static void silence_for_the_detection_time_is_down(void **state)
{
    (void)state;
    struct rng rng = rng_init(1);
    struct bfd_session s = in_state(BFD_UP, &rng);
    s.send_at = NS_NEVER;
    assert_true(bfd_deadline(&s) == 300 * NS_PER_MS); /* [RFC 5880 6.8.4] their multiplier */
    struct bfd_output out = bfd_advance(&s, 300 * NS_PER_MS - 1, &rng);
    assert_false(out.changed);
    out = bfd_advance(&s, 300 * NS_PER_MS, &rng);
    assert_true(out.changed && out.to == BFD_DOWN && out.why == BFD_DIAG_EXPIRED);
    assert_true(out.send && out.packet.diag == BFD_DIAG_EXPIRED && out.packet.your_discr == 0);
    assert_int_equal(out.packet.min_tx_us, 1000000); /* [RFC 5880 6.8.3] slow while down */
}

static void gaps_are_jittered(void **state)
{
    (void)state;
    struct rng rng = rng_init(1);
    struct bfd_session s = in_state(BFD_UP, &rng);
    s.multiplier = 1;
    s.expire_at = NS_NEVER;
    ns_t last = s.send_at;
    for (int i = 0; i < 1000; i++) { /* [RFC 5880 6.8.7] 75..90 % with a multiplier of 1 */
        struct bfd_output out = bfd_advance(&s, last, &rng);
        assert_true(out.send);
        assert_in_range((s.send_at - last) / NS_PER_US, 75000, 90000);
        last = s.send_at;
    }
}

static void a_poll_is_answered_at_once(void **state)
{
    (void)state;
    struct rng rng = rng_init(1);
    struct bfd_session s = in_state(BFD_UP, &rng);
    struct bfd_packet p = says(BFD_UP);
    p.poll = true;
    struct bfd_output out = bfd_receive(&s, NS_PER_MS, &p, &rng);
    assert_true(out.send && out.packet.final && !out.packet.poll);
}

static void new_intervals_wait_for_the_final(void **state)
{
    (void)state;
    struct rng rng = rng_init(1);
    struct bfd_session s = in_state(BFD_UP, &rng);
    struct bfd_packet final = says(BFD_UP);
    final.final = true;
    hear(&s, 0, &final, &rng); /* of the poll that coming up began */
    assert_false(s.poll.active);
    bfd_set_intervals(&s, NS_PER_MS, 900000, 50000);
    struct bfd_output out = bfd_advance(&s, NS_PER_MS, &rng);
    assert_true(out.send && out.packet.poll);
    assert_true(out.packet.min_tx_us == 900000 && out.packet.min_rx_us == 50000);
    assert_int_equal(bfd_tx_in_use_us(&s), 100000); /* [RFC 5880 6.8.3] not slower yet */
    assert_int_equal(bfd_rx_in_use_us(&s), 100000); /* nor more impatient */
    hear(&s, 2 * NS_PER_MS, &final, &rng);
    assert_int_equal(bfd_tx_in_use_us(&s), 900000);
    assert_int_equal(bfd_rx_in_use_us(&s), 50000);
}

static void a_peer_that_wants_nothing_gets_nothing(void **state)
{
    (void)state;
    struct rng rng = rng_init(1);
    struct bfd_session s = in_state(BFD_UP, &rng);
    struct bfd_packet p = says(BFD_UP);
    p.min_rx_us = 0;
    hear(&s, NS_PER_MS, &p, &rng);
    assert_true(s.send_at == NS_NEVER); /* [RFC 5880 6.8.1] */
    struct bfd_output out = bfd_advance(&s, s.expire_at, &rng);
    assert_true(out.to == BFD_DOWN && out.send); /* it is gone: we look for it again */
}

static void a_dead_path_is_told(void **state)
{
    (void)state;
    struct rng rng = rng_init(1);
    struct bfd_session s = in_state(BFD_UP, &rng);
    struct bfd_output out = bfd_path_down(&s);
    assert_true(out.changed && out.to == BFD_DOWN && out.why == BFD_DIAG_PATH_DOWN);
    assert_int_equal(s.diag, BFD_DIAG_PATH_DOWN);
    out = bfd_path_down(&s);
    assert_false(out.changed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(states_follow_the_table_of_6_8_6),
        cmocka_unit_test(silence_for_the_detection_time_is_down),
        cmocka_unit_test(gaps_are_jittered),
        cmocka_unit_test(a_poll_is_answered_at_once),
        cmocka_unit_test(new_intervals_wait_for_the_final),
        cmocka_unit_test(a_peer_that_wants_nothing_gets_nothing),
        cmocka_unit_test(a_dead_path_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
