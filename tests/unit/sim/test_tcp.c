/* The model of Linux TCP over one segment, without nodes. */
#include "sim/tcp.h"

#include <errno.h>
#include <stdlib.h>

#include "../unit.h"
#include "sim/link.h"

enum { BYTES = 300000 };

struct end {
    struct sim_tcp_user user;
    struct sim_tcp tcp;
    struct sim_port port;
    struct sim_clock *clock;
    struct sim_link *link;
    struct end *peer;
    struct ip_addr address;
    uint8_t got[BYTES];
    size_t got_n;
    bool opened, accepted, refuse, is_closed;
    err_t why;
    ns_t opened_at, closed_at;
    uint32_t app, packets, largest;
};

static struct end *end_of(struct sim_tcp_user *u)
{
    return container_of(u, struct end, user);
}

static bool emit(struct sim_tcp_user *u, struct sim_packet *p)
{
    struct end *e = end_of(u);
    e->packets++;
    e->largest = MAX(e->largest, sim_packet_bytes(p));
    if (sim_packet_bytes(p) > e->link->params.mtu) { /* a router in between has a smaller MTU */
        struct sim_packet *error = sim_packet_new(0);
        error->kind = SIM_TOO_BIG;
        error->src = p->dst;
        error->dst = p->src;
        error->about = p->dst;
        error->sport = p->sport;
        error->dport = p->dport;
        error->mtu = e->link->params.mtu;
        sim_packet_free(p);
        sim_link_send(e->link, &e->peer->port, &e->port, error);
        return true;
    }
    sim_link_send(e->link, &e->port, &e->peer->port, p);
    return true;
}

static uint32_t accepted(struct sim_tcp_user *u, struct sim_conn *c)
{
    (void)c;
    end_of(u)->accepted = true;
    return end_of(u)->refuse ? 0 : (end_of(u)->app = 9);
}

static void opened(struct sim_tcp_user *u, struct sim_conn *c)
{
    (void)c;
    end_of(u)->opened = true;
    end_of(u)->opened_at = end_of(u)->clock->now;
}

static void received(struct sim_tcp_user *u, struct sim_conn *c, const uint8_t *bytes, size_t n)
{
    (void)c;
    struct end *e = end_of(u);
    assert_true(e->got_n + n <= sizeof(e->got));
    memcpy(e->got + e->got_n, bytes, n);
    e->got_n += n;
}

static void writable(struct sim_tcp_user *u, struct sim_conn *c)
{
    (void)u;
    (void)c;
}

static void closed(struct sim_tcp_user *u, struct sim_conn *c, err_t why)
{
    (void)c;
    end_of(u)->is_closed = true;
    end_of(u)->why = why;
    end_of(u)->closed_at = end_of(u)->clock->now;
}

static void settle(struct sim_tcp_user *u)
{
    (void)u;
}

static void deliver(struct sim_port *port, struct sim_packet *p)
{
    struct end *e = container_of(port, struct end, port);
    sim_tcp_input(&e->tcp, p, 1500);
}

struct wire {
    struct sim_clock clock;
    struct sim_link link;
    struct end *end[2];
    uint8_t data[BYTES];
};

static struct wire *wire_new(uint64_t seed, const struct sim_link_params *params)
{
    struct wire *w = calloc(1, sizeof(*w));
    sim_clock_init(&w->clock, seed);
    sim_link_init(&w->link, &w->clock, params);
    for (int i = 0; i < 2; i++) {
        struct end *e = w->end[i] = calloc(1, sizeof(*e));
        e->user =
            (struct sim_tcp_user){ emit, accepted, opened, received, writable, closed, settle };
        e->clock = &w->clock;
        e->link = &w->link;
        e->address = ip_from_u32(0x0a000001u + (uint32_t)i);
        e->port.deliver = deliver;
        sim_link_attach(&w->link, &e->port);
        sim_tcp_init(&e->tcp, &w->clock, &e->user);
        e->tcp.listening = true;
    }
    w->end[0]->peer = w->end[1];
    w->end[1]->peer = w->end[0];
    for (size_t i = 0; i < BYTES; i++)
        w->data[i] = (uint8_t)(i * 31 + (i >> 8));
    return w;
}

static void wire_done(struct wire *w)
{
    for (int i = 0; i < 2; i++)
        sim_tcp_done(&w->end[i]->tcp);
    sim_link_done(&w->link);
    sim_clock_done(&w->clock);
    free(w->end[0]);
    free(w->end[1]);
    free(w);
    assert_int_equal(mem_count(MEM_SIM), 0);
}

static struct sim_conn *dial(struct wire *w, uint16_t port, uint64_t key)
{
    struct sim_tcp_open open = { .local = w->end[0]->address, .remote = w->end[1]->address,
                                 .port = port, .ttl = 1, .mtu = 1500, .key = key, .app = 7 };
    w->end[0]->app = 7;
    struct sim_conn *c = sim_tcp_connect(&w->end[0]->tcp, &open);
    assert_non_null(c);
    return c;
}

static void run(struct wire *w, ns_t duration)
{
    assert_true(sim_clock_run(&w->clock, w->clock.now + duration, 10000000));
    assert_false(w->clock.out_of_memory);
}

static const struct sim_link_params quick = { .latency = 5 * NS_PER_MS };

static void handshake_data_and_orderly_end(void **state)
{
    (void)state;
    struct wire *w = wire_new(1, &quick);
    struct sim_conn *c = dial(w, 179, 0);
    run(w, 12 * NS_PER_MS);
    assert_true(w->end[0]->opened && w->end[0]->opened_at == 10 * NS_PER_MS);
    run(w, 10 * NS_PER_MS);
    assert_true(w->end[1]->accepted);
    sim_tcp_send(c, w->data, BYTES);
    run(w, 5 * NS_PER_S);
    assert_int_equal(w->end[1]->got_n, BYTES);
    assert_memory_equal(w->end[1]->got, w->data, BYTES);
    assert_int_equal(w->end[0]->tcp.retransmits, 0);
    assert_int_equal(w->end[0]->largest, 1500);
    sim_tcp_send(c, w->data, 0);
    sim_tcp_close(c);
    run(w, NS_PER_S);
    assert_true(w->end[1]->is_closed && w->end[1]->why == 0);
    assert_true(list_is_empty(&w->end[0]->tcp.conns) && list_is_empty(&w->end[1]->tcp.conns));
    wire_done(w);
}

static void loss_reordering_and_duplicates_are_repaired(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 50; seed++) {
        struct sim_link_params bad = { .latency = 20 * NS_PER_MS, .jitter = 10 * NS_PER_MS,
                                       .loss_ppm = 50000, .duplicate_ppm = 50000,
                                       .reorder_ppm = 100000 };
        struct wire *w = wire_new(seed, &bad);
        struct sim_conn *c = dial(w, 179, 0);
        run(w, 130 * NS_PER_S);
        assert_true(w->end[0]->opened);
        sim_tcp_send(c, w->data, BYTES);
        run(w, 600 * NS_PER_S);
        if (w->end[1]->got_n != BYTES)
            fail_msg("seed=%d: %zu bytes", (int)seed, w->end[1]->got_n);
        assert_memory_equal(w->end[1]->got, w->data, BYTES);
        assert_true(w->end[0]->tcp.retransmits > 0);
        wire_done(w);
    }
}

static void a_cut_ends_by_tcp_retries2(void **state)
{
    (void)state;
    struct wire *w = wire_new(1, &quick);
    struct sim_conn *c = dial(w, 179, 0);
    run(w, NS_PER_S);
    w->link.cut = true;
    sim_tcp_send(c, w->data, 100);
    uint32_t before = w->end[0]->packets;
    run(w, 900 * NS_PER_S);
    assert_false(w->end[0]->is_closed);
    /* 0.2 0.4 0.8 .. 102.4, 120 ..: 16 tries at most, 9 at least */
    assert_in_range(w->end[0]->packets - before, 9, 17);
    run(w, 100 * NS_PER_S);
    assert_true(w->end[0]->is_closed && w->end[0]->why == -ETIMEDOUT);
    assert_in_range(w->end[0]->closed_at / NS_PER_S, 920, 930);
    assert_false(w->end[1]->is_closed); /* it had nothing to send, so it does not know */
    w->link.cut = false;
    struct sim_conn *other = sim_tcp_find(&w->end[1]->tcp, 9);
    sim_tcp_send(other, w->data, 1);
    run(w, NS_PER_S);
    assert_true(w->end[1]->is_closed && w->end[1]->why == -ECONNRESET);
    wire_done(w);
}

static void a_short_cut_heals_by_retransmission(void **state)
{
    (void)state;
    struct wire *w = wire_new(1, &quick);
    struct sim_conn *c = dial(w, 179, 0);
    run(w, NS_PER_S);
    w->link.cut = true;
    sim_tcp_send(c, w->data, BYTES);
    run(w, 30 * NS_PER_S);
    assert_int_equal(w->end[1]->got_n, 0);
    w->link.cut = false;
    run(w, 60 * NS_PER_S);
    assert_int_equal(w->end[1]->got_n, BYTES);
    assert_memory_equal(w->end[1]->got, w->data, BYTES);
    wire_done(w);
}

static void syn_is_repeated_after_1_2_4_s(void **state)
{
    (void)state;
    struct wire *w = wire_new(1, &quick);
    w->link.cut = true;
    dial(w, 179, 0);
    static const struct { ns_t at_ms; uint32_t packets; } want[] = {
        { 900, 1 }, { 1100, 2 }, { 2900, 2 }, { 3100, 3 }, { 7100, 4 }, { 15100, 5 },
        { 31100, 6 }, { 63100, 7 }, { 126000, 7 },
    };
    for (size_t i = 0; i < ARRAY_LEN(want); i++) {
        run(w, want[i].at_ms * NS_PER_MS - w->clock.now);
        assert_int_equal(w->end[0]->packets, want[i].packets);
    }
    assert_false(w->end[0]->is_closed);
    run(w, 2 * NS_PER_S); /* 127 s */
    assert_true(w->end[0]->is_closed && w->end[0]->why == -ETIMEDOUT);
    wire_done(w);
}

static void closed_ports_and_refusals(void **state)
{
    (void)state;
    struct wire *w = wire_new(1, &quick);
    dial(w, 80, 0);
    run(w, NS_PER_S);
    assert_true(w->end[0]->is_closed && w->end[0]->why == -ECONNREFUSED);
    w->end[0]->is_closed = false;
    w->end[1]->tcp.listening = false;
    dial(w, 179, 0);
    run(w, NS_PER_S);
    assert_true(w->end[0]->is_closed && w->end[0]->why == -ECONNREFUSED);
    w->end[0]->is_closed = false;
    w->end[1]->tcp.listening = true;
    w->end[1]->refuse = true; /* the kernel accepts, the program closes */
    dial(w, 179, 0);
    run(w, NS_PER_S);
    assert_true(w->end[0]->opened && w->end[0]->is_closed && w->end[0]->why == 0);
    assert_true(list_is_empty(&w->end[0]->tcp.conns));
    wire_done(w);
}

static void a_wrong_md5_key_is_not_even_answered(void **state)
{
    (void)state;
    struct wire *w = wire_new(1, &quick);
    dial(w, 179, 77);
    run(w, 130 * NS_PER_S);
    assert_true(w->end[0]->is_closed && w->end[0]->why == -ETIMEDOUT);
    assert_false(w->end[1]->accepted);
    wire_done(w);
}

static void a_smaller_mtu_on_the_path_is_found(void **state)
{
    (void)state;
    struct sim_link_params narrow = { .latency = 5 * NS_PER_MS, .mtu = 1280 };
    struct wire *w = wire_new(1, &narrow);
    struct sim_conn *c = dial(w, 179, 0);
    run(w, NS_PER_S);
    sim_tcp_send(c, w->data, BYTES);
    run(w, 30 * NS_PER_S);
    assert_int_equal(w->end[1]->got_n, BYTES);
    assert_memory_equal(w->end[1]->got, w->data, BYTES);
    assert_int_equal(c->mss, 1280 - 52);
    wire_done(w);
}

static void bandwidth_is_kept(void **state)
{
    (void)state;
    struct sim_link_params slow = { .latency = 5 * NS_PER_MS, .bits_per_s = 1000000 };
    struct wire *w = wire_new(1, &slow);
    struct sim_conn *c = dial(w, 179, 0);
    run(w, NS_PER_S);
    sim_tcp_send(c, w->data, BYTES);
    run(w, 2 * NS_PER_S); /* 2.4 Mbit */
    assert_in_range(w->end[1]->got_n, 200000, 250000);
    run(w, 20 * NS_PER_S);
    assert_int_equal(w->end[1]->got_n, BYTES);
    wire_done(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(handshake_data_and_orderly_end),
        cmocka_unit_test(loss_reordering_and_duplicates_are_repaired),
        cmocka_unit_test(a_cut_ends_by_tcp_retries2),
        cmocka_unit_test(a_short_cut_heals_by_retransmission),
        cmocka_unit_test(syn_is_repeated_after_1_2_4_s),
        cmocka_unit_test(closed_ports_and_refusals),
        cmocka_unit_test(a_wrong_md5_key_is_not_even_answered),
        cmocka_unit_test(a_smaller_mtu_on_the_path_is_found),
        cmocka_unit_test(bandwidth_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
