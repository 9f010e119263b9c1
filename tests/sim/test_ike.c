/* The failures that others are known for, by name, between two IKE engines in virtual time: what
 * collides (RFC 7296 2.8.1, 2.8.2, 2.25), what is lost, what an attacker without keys may try. */
#include "base/mem.h"
#include "ike_world.h"

enum { ROUNDS = 40 };

static struct world world;

static struct world *both_up(uint64_t seed)
{
    struct world *w = &world;
    world_begin(w, seed);
    w->esp_every = 100 * NS_PER_MS;
    world_boot(w, 1);
    world_boot(w, 0);
    HOLDS(w, world_wait(w, 5 * NS_PER_S, world_works) < 5 * NS_PER_S);
    world_run(w, NS_PER_S);
    return w;
}

static void finish(struct world *w)
{
    world_end_both(w);
    HOLDS(w, mem_bytes(MEM_IKE) == 0 && mem_bytes(MEM_CRYPTO) == 0);
}

/* Nothing is interrupted, and in the end one SA of each kind is left. */
static void settles_in(struct world *w, ns_t span)
{
    ns_t until = w->now + span;
    while (world_step(w, until))
        HOLDS(w, world_works(w));
    HOLDS(w, world_is_tidy(w));
}

static void settles(struct world *w)
{
    settles_in(w, 20 * NS_PER_S);
}

static bool drops_auth(struct world *w, int from, const struct ike_header *h)
{
    (void)w, (void)from;
    return h->exchange == IKE_AUTH;
}

static unsigned notes_with(const struct world *w, const char *text)
{
    unsigned n = 0;
    for (unsigned i = 0; i < MIN(w->lines, (unsigned)WORLD_LINES); i++)
        n += strstr(w->line[i], text) != NULL;
    return n;
}

static void rekey(struct world *w, int end, bool child)
{
    HOLDS(w, ike_rekey(w->end[end].e, w->now, 1, child) == 0);
    world_drain(w, end);
}

static void clear(struct world *w, int end, bool child_only, bool restart)
{
    ike_clear(w->end[end].e, w->now, 0, child_only, restart);
    world_drain(w, end);
}

static void rekeys_one_by_one(void **state)
{
    (void)state;
    struct world *w = both_up(1);
    for (int i = 0; i < 8; i++) {
        unsigned adds = w->end[0].adds;
        rekey(w, i & 1, i & 2);
        settles(w);
        HOLDS(w, w->end[0].adds == adds + !!(i & 2));
        HOLDS(w, w->end[0].unknown == 0 && w->end[1].unknown == 0);
    }
    HOLDS(w, world_show(w, 0).rekeys == 4);
    finish(w);
}

static void both_rekey_the_child_at_once(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
        struct world *w = both_up(seed);
        for (int i = 0; i < 3; i++) {
            unsigned adds = w->end[0].adds;
            rekey(w, 0, true);
            world_run(w, rng_between(&w->rng, 0, 15) * NS_PER_MS);
            rekey(w, 1, true);
            settles(w);
            HOLDS(w, w->end[0].adds == adds + 2 && w->end[1].adds == adds + 2);
            HOLDS(w, w->end[0].unknown == 0 && w->end[1].unknown == 0);
        }
        finish(w);
    }
}

static void both_rekey_the_ike_sa_at_once(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
        struct world *w = both_up(seed);
        for (int i = 0; i < 3; i++) {
            rekey(w, 0, false);
            world_run(w, rng_between(&w->rng, 0, 15) * NS_PER_MS);
            rekey(w, 1, false);
            settles(w);
        }
        HOLDS(w, world_show(w, 0).rekeys == 3 && world_show(w, 1).rekeys == 3);
        finish(w);
    }
}

/* Drops a number of messages of one kind from one end. */
static bool drop_some(struct world *w, int from, const struct ike_header *h)
{
    bool response = h->flags & IKE_FLAG_RESPONSE;
    if (from != w->drop_from || h->exchange != w->drop_exchange || response != w->drop_response ||
        w->drop_left == 0)
        return false;
    w->drop_left--;
    return true;
}

static void drop(struct world *w, int from, int exchange, bool response, int n)
{
    w->drops = drop_some;
    w->drop_from = from;
    w->drop_exchange = exchange;
    w->drop_response = response;
    w->drop_left = n;
}

/* One end does not see the other's request before its own is answered, or deleted over: 2.8.1. */
static void one_rekey_is_late(void **state)
{
    (void)state;
    for (int child = 0; child < 2; child++)
        for (int from = 0; from < 2; from++)
            for (int response = 0; response < 2; response++) {
                struct world *w = both_up(3);
                drop(w, from, IKE_CREATE_CHILD_SA, response, 1);
                rekey(w, 0, child);
                rekey(w, 1, child);
                settles_in(w, 40 * NS_PER_S);
                finish(w);
            }
}

static void the_ike_sa_is_rekeyed_while_its_child_is(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
        struct world *w = both_up(seed);
        unsigned adds = w->end[0].adds;
        rekey(w, (int)(seed & 1), false);
        world_run(w, rng_between(&w->rng, 0, 15) * NS_PER_MS);
        rekey(w, !(seed & 1), true);
        settles(w);
        HOLDS(w, world_show(w, 0).rekeys == 1 && w->end[0].adds == adds + 1);
        finish(w);
    }
}

static void rekey_and_delete_cross(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
        struct world *w = both_up(seed);
        rekey(w, (int)(seed & 1), true);
        world_run(w, rng_between(&w->rng, 0, 15) * NS_PER_MS);
        clear(w, !(seed & 1), true, true);
        world_run(w, 15 * NS_PER_S);
        HOLDS(w, world_is_tidy(w));
        finish(w);
    }
}

static void both_delete_at_once(void **state)
{
    (void)state;
    for (int child = 0; child < 2; child++) {
        struct world *w = both_up(5);
        clear(w, 0, child, true);
        clear(w, 1, child, false);
        world_run(w, 15 * NS_PER_S);
        HOLDS(w, world_is_tidy(w));
        finish(w);
    }
}

static void delete_crosses_ike_rekey(void **state)
{
    (void)state;
    struct world *w = both_up(6);
    rekey(w, 0, false);
    clear(w, 1, false, false);
    world_run(w, 15 * NS_PER_S);
    HOLDS(w, world_is_tidy(w));
    finish(w);
}

static void both_open_at_once(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
        struct world *w = &world;
        world_begin(w, seed);
        w->esp_every = 100 * NS_PER_MS;
        w->end[1].conn.start = IKE_START_AT_ONCE;
        world_boot(w, 0);
        world_boot(w, 1);
        world_run(w, 2 * NS_PER_S);
        ns_t until = w->now + 20 * NS_PER_S;
        while (world_step(w, until))
            HOLDS(w, world_works(w));
        HOLDS(w, world_is_tidy(w));
        finish(w);
    }
}

/* The data process of one end forgot an SA: over the IKE SA the other one hears of it. */
static void the_peer_answers_an_old_spi(void **state)
{
    (void)state;
    for (int end = 0; end < 2; end++) {
        struct world *w = both_up(7);
        struct esp_event event = { .kind = ESP_UNKNOWN_SPI,
                                   .spi = 0x12345678,
                                   .path = world_out(w, end)->path };
        ike_esp_event(w->end[end].e, w->now, &event); /* of an SA that is long gone */
        world_drain(w, end);
        world_run(w, 12 * NS_PER_S);
        HOLDS(w, world_is_tidy(w) && w->end[0].downs + w->end[1].downs == 0);
        struct world_child *lost = world_out(w, end);
        uint32_t spi = lost->spi_in;
        event.spi = spi;
        ike_esp_event(w->end[end].e, w->now, &event);
        world_drain(w, end);
        world_run(w, 12 * NS_PER_S);
        HOLDS(w, world_is_tidy(w) && world_out(w, end)->spi_in != spi);
        finish(w);
    }
}

static void a_stale_sa_after_a_restart(void **state)
{
    (void)state;
    struct world *w = both_up(8);
    world_boot(w, 0); /* the initiator: INITIAL_CONTACT drops what the peer kept */
    world_run(w, 500 * NS_PER_MS);
    HOLDS(w, world_is_tidy(w));
    finish(w);
}

static void a_responder_loses_its_state(void **state)
{
    (void)state;
    struct world *w = both_up(9);
    world_boot(w, 1);
    /* Liveness at once, for the peer says that it lacks the SA; the retries; a new start. */
    HOLDS(w, world_wait(w, 90 * NS_PER_S, world_works) < 45 * NS_PER_S);
    world_run(w, 5 * NS_PER_S);
    HOLDS(w, world_is_tidy(w));
    finish(w);
}

/* Bad luck with one exchange is no end of the SA: nine tries in a minute; a responder that has
 * heard nothing yet waits half a minute, five tries. */
static void losses_in_a_row_are_survived(void **state)
{
    (void)state;
    for (int response = 0; response < 2; response++) {
        struct world *w = &world;
        world_begin(w, 17);
        world_boot(w, 1);
        world_boot(w, 0);
        drop(w, response, IKE_AUTH, response, response ? 8 : 4);
        HOLDS(w, world_wait(w, 100 * NS_PER_S, world_works) < 60 * NS_PER_S);
        HOLDS(w, w->drop_left == 0 && w->end[0].failures == notes_with(w, " yet "));
        finish(w);
    }
}

static void silence_is_noticed_and_bounded(void **state)
{
    (void)state;
    struct world *w = both_up(10);
    w->cut = true;
    world_run(w, 30 * NS_PER_S + 35 * NS_PER_S);
    HOLDS(w, !w->end[0].up && !w->end[1].up);
    world_run(w, 600 * NS_PER_S);
    HOLDS(w, world_show(w, 0).sas <= 1 && world_show(w, 1).sas == 0);
    w->cut = false;
    HOLDS(w, world_wait(w, 120 * NS_PER_S, world_works) < 80 * NS_PER_S);
    finish(w);
}

/* What was sent, where to, and what to look at: long before the attempt is over; once. */
static void a_silent_peer_is_named_after_two_tries(void **state)
{
    (void)state;
    struct world *w = &world;
    world_begin(w, 27);
    w->cut = true;
    world_boot(w, 0);
    world_run(w, 5 * NS_PER_S);
    HOLDS(w, w->end[0].failures == 0);
    world_run(w, 2 * NS_PER_S);
    HOLDS(w, w->end[0].failures == 1 &&
                 strstr(w->end[0].last_failure, "no answer yet to IKE_SA_INIT from 192.0.2.2 port "
                                                "500 (2 tries in 6 s)") &&
                 strstr(w->end[0].last_failure, "is UDP 500 and 4500 open both ways?"));
    world_run(w, 200 * NS_PER_S);
    HOLDS(w, w->end[0].failures == 4 && notes_with(w, "no answer yet") == 1);
    w->cut = false;
    world_boot(w, 1);
    HOLDS(w, world_wait(w, 20 * NS_PER_S, world_works) < 20 * NS_PER_S);
    finish(w);
}

/* The same of IKE_AUTH. */
static void a_peer_that_falls_silent_in_between_is_named(void **state)
{
    (void)state;
    struct world *w = &world;
    world_begin(w, 28);
    w->drops = drops_auth;
    world_boot(w, 1);
    world_boot(w, 0);
    world_run(w, 8 * NS_PER_S);
    HOLDS(w, w->end[0].failures == 1 &&
                 strstr(w->end[0].last_failure, "answered IKE_SA_INIT, but not IKE_AUTH yet"));
    w->drops = NULL;
    HOLDS(w, world_wait(w, 20 * NS_PER_S, world_works) < 20 * NS_PER_S);
    finish(w);
}

static void traffic_counts_as_liveness(void **state)
{
    (void)state;
    struct world *w = both_up(11);
    uint64_t packets = w->packets;
    world_run(w, 300 * NS_PER_S);
    HOLDS(w, w->packets == packets);
    w->esp_every = 0;
    world_run(w, 100 * NS_PER_S);
    HOLDS(w, w->packets > packets && w->packets < packets + 20);
    finish(w);
}

static void a_wrong_key_is_explained(void **state)
{
    (void)state;
    struct world *w = &world;
    world_begin(w, 12);
    w->end[1].wrong_key = true;
    world_boot(w, 1);
    world_boot(w, 0);
    world_run(w, 100 * NS_PER_S);
    HOLDS(w, !w->end[0].up && !w->end[1].up);
    HOLDS(w, strstr(w->end[1].last_failure, "id=IKE-PSK"));
    HOLDS(w, strstr(w->end[0].last_failure, "id=IKE-"));
    HOLDS(w, w->end[0].failures >= 3 && w->end[0].failures < 12); /* with back-off */
    HOLDS(w, world_show(w, 1).sas == 0);
    finish(w);
}

static void a_wrong_identity_is_explained(void **state)
{
    (void)state;
    struct world *w = &world;
    world_begin(w, 13);
    w->end[1].conn.remote_id = (struct ike_id){ .type = IKE_ID_FQDN, .len = 1, .bytes = "x" };
    world_boot(w, 1);
    world_boot(w, 0);
    world_run(w, 10 * NS_PER_S);
    HOLDS(w, !w->end[0].up && !w->end[1].up && strstr(w->end[1].last_failure, "id=IKE-ID"));
    finish(w);
}

static void a_slow_keys_process_ends_in_time(void **state)
{
    (void)state;
    for (int end = 0; end < 2; end++) {
        struct world *w = &world;
        world_begin(w, 14);
        w->end[end].deaf_keys = true;
        world_boot(w, 1);
        world_boot(w, 0);
        world_run(w, 100 * NS_PER_S);
        HOLDS(w, !w->end[0].up && w->end[end].failures > 0);
        w->end[end].deaf_keys = false;
        HOLDS(w, world_wait(w, 200 * NS_PER_S, world_works) < 200 * NS_PER_S);
        finish(w);
    }
}

static void proposals_that_do_not_fit_are_explained(void **state)
{
    (void)state;
    for (int child = 0; child < 2; child++) {
        struct world *w = &world;
        world_begin(w, 15);
        struct ike_connection *c = &w->end[1].conn;
        (child ? c->lists->child : c->lists->ike)[0].encr[0].key_bits = 128;
        world_boot(w, 1);
        world_boot(w, 0);
        world_run(w, NS_PER_S);
        char first[sizeof(w->end[0].last_failure)];
        memcpy(first, w->end[0].last_failure, sizeof(first));
        world_run(w, 49 * NS_PER_S);
        HOLDS(w, !w->end[0].up && w->end[0].failures && w->end[1].failures);
        HOLDS(w, child == (int)world_show(w, 0).up); /* the IKE SA stays without a CHILD SA */
        HOLDS(w, !child || strstr(first, "transform-set")); /* IKE_AUTH names no group */
        HOLDS(w, !strstr(first, "PFS"));
        finish(w);
    }
}

static void another_group_is_asked_for(void **state)
{
    (void)state;
    struct world *w = &world;
    world_begin(w, 16);
    for (int i = 0; i < 2; i++) {
        struct ike_proposal *p = i ? w->end[0].conn.lists->child : w->end[0].conn.lists->ike;
        p->group[0] = CRYPTO_ECP_256;
        p->group[p->n_group++] = CRYPTO_X25519;
    }
    world_boot(w, 1);
    world_boot(w, 0);
    HOLDS(w, world_wait(w, NS_PER_S, world_works) < NS_PER_S);
    rekey(w, 0, true);
    settles(w);
    rekey(w, 0, false);
    settles(w);
    HOLDS(w, w->end[0].failures == 0);
    finish(w);
}

static void limits_of_esp_rekey_and_renew(void **state)
{
    (void)state;
    struct world *w = both_up(17);
    struct esp_event event = { .kind = ESP_SOFT_LIMIT, .child = world_out(w, 1)->id };
    unsigned adds = w->end[0].adds;
    ike_esp_event(w->end[1].e, w->now, &event);
    world_drain(w, 1);
    settles(w);
    HOLDS(w, w->end[0].adds == adds + 1);
    event = (struct esp_event){ .kind = ESP_HARD_LIMIT, .child = world_out(w, 0)->id };
    ike_esp_event(w->end[0].e, w->now, &event);
    world_drain(w, 0);
    world_run(w, 5 * NS_PER_S);
    HOLDS(w, world_is_tidy(w) && w->end[0].adds == adds + 2);
    finish(w);
}

/* Of three workers at one end, five at the other: the connection's is the second of both. */
static struct world *with_workers(uint64_t seed)
{
    struct world *w = &world;
    world_begin(w, seed);
    w->end[0].workers = 3;
    w->end[1].workers = 5;
    w->esp_every = 100 * NS_PER_MS;
    world_boot(w, 1);
    world_boot(w, 0);
    HOLDS(w, world_wait(w, 5 * NS_PER_S, world_works) < 5 * NS_PER_S);
    world_run(w, NS_PER_S);
    return w;
}

/* That it is so of each, the world asserts whenever one is added. */
static void spis_name_the_worker_of_their_tunnel(void **state)
{
    (void)state;
    struct world *w = with_workers(23);
    for (int i = 0; i < 16; i++) {
        rekey(w, i & 1, !(i & 2));
        if (i & 4)
            rekey(w, !(i & 1), !(i & 2));
        settles(w);
    }
    HOLDS(w, w->end[0].adds > 8 && w->end[1].adds > 8);
    finish(w);
}

/* Its tunnel is down at once, and up with another CHILD SA as soon as the peer has been told. */
static void a_worker_that_is_lost_costs_its_tunnels(void **state)
{
    (void)state;
    for (uint64_t round = 0; round < ROUNDS; round++) {
        struct world *w = with_workers(100 + round);
        int end = round & 1;
        struct world_end *me = &w->end[end];
        unsigned adds = me->adds, downs = me->downs;
        ike_worker_lost(me->e, w->now, 2);
        world_drain(w, end);
        HOLDS(w, me->up && me->downs == downs);
        if (round & 2) /* in the middle of something */
            rekey(w, end, round & 4);
        if (round & 8)
            rekey(w, !end, round & 4);
        world_run(w, (ns_t)(round / 8) * 7 * NS_PER_MS);
        ike_worker_lost(me->e, w->now, 1);
        for (size_t i = 0; i < WORLD_CHILDREN_MAX; i++)
            me->child[i].out = false; /* it has nothing any more */
        world_drain(w, end);
        HOLDS(w, !me->up && me->downs == downs + 1);
        HOLDS(w, world_wait(w, 10 * NS_PER_S, world_works) < 10 * NS_PER_S);
        world_run(w, 20 * NS_PER_S);
        HOLDS(w, me->up && me->adds > adds && world_is_tidy(w));
        finish(w);
    }
}

static void configuration_changes_are_the_difference(void **state)
{
    (void)state;
    struct world *w = both_up(18);
    unsigned adds = w->end[0].adds;
    HOLDS(w, ike_configure(w->end[0].e, w->now, &w->end[0].config) == 0);
    world_drain(w, 0);
    world_run(w, NS_PER_S);
    HOLDS(w, w->end[0].adds == adds && w->end[0].downs == 0);
    w->end[0].conn.force_encapsulation = true;
    HOLDS(w, ike_configure(w->end[0].e, w->now, &w->end[0].config) == 0);
    world_drain(w, 0);
    world_run(w, 5 * NS_PER_S);
    HOLDS(w, world_is_tidy(w) && w->end[0].downs == 1 && w->end[0].ups == 2);
    w->end[0].config.n = 0;
    HOLDS(w, ike_configure(w->end[0].e, w->now, &w->end[0].config) == 0);
    world_drain(w, 0);
    world_run(w, 5 * NS_PER_S);
    HOLDS(w, world_show(w, 0).sas == 0 && world_show(w, 1).sas == 0 && !w->end[1].up);
    finish(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rekeys_one_by_one),
        cmocka_unit_test(both_rekey_the_child_at_once),
        cmocka_unit_test(both_rekey_the_ike_sa_at_once),
        cmocka_unit_test(one_rekey_is_late),
        cmocka_unit_test(the_ike_sa_is_rekeyed_while_its_child_is),
        cmocka_unit_test(rekey_and_delete_cross),
        cmocka_unit_test(both_delete_at_once),
        cmocka_unit_test(delete_crosses_ike_rekey),
        cmocka_unit_test(both_open_at_once),
        cmocka_unit_test(the_peer_answers_an_old_spi),
        cmocka_unit_test(a_stale_sa_after_a_restart),
        cmocka_unit_test(a_responder_loses_its_state),
        cmocka_unit_test(losses_in_a_row_are_survived),
        cmocka_unit_test(silence_is_noticed_and_bounded),
        cmocka_unit_test(a_silent_peer_is_named_after_two_tries),
        cmocka_unit_test(a_peer_that_falls_silent_in_between_is_named),
        cmocka_unit_test(traffic_counts_as_liveness),
        cmocka_unit_test(a_wrong_key_is_explained),
        cmocka_unit_test(a_wrong_identity_is_explained),
        cmocka_unit_test(a_slow_keys_process_ends_in_time),
        cmocka_unit_test(proposals_that_do_not_fit_are_explained),
        cmocka_unit_test(another_group_is_asked_for),
        cmocka_unit_test(limits_of_esp_rekey_and_renew),
        cmocka_unit_test(spis_name_the_worker_of_their_tunnel),
        cmocka_unit_test(a_worker_that_is_lost_costs_its_tunnels),
        cmocka_unit_test(configuration_changes_are_the_difference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
