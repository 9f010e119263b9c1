/* Records of a living tunnel: filled in, and the same after a way through the wire. */
#include "../../sim/ike_world.h"

static struct world world;

struct checker {
    struct view_sink sink;
    unsigned sas, children, totals;
    bool stops;
};

static bool check(struct view_sink *sink, const struct view *v, const void *record)
{
    struct checker *c = (struct checker *)(void *)sink;
    uint8_t wire[4096], back[sizeof(struct view_ike_sa) + sizeof(struct view_ike_child)] = { 0 };
    struct wr w = wr_init(wire, sizeof(wire));
    view_encode(v, record, &w);
    assert_false(w.bad);
    struct rd r = rd_init(wire, wr_len(&w));
    assert_true(view_decode(v, &r, back));
    if (v->id == VIEW_IKE_SA) {
        struct view_ike_sa sa;
        memcpy(&sa, back, sizeof(sa));
        assert_string_equal(sa.state, "READY");
        assert_string_equal(sa.suite, "AES-GCM-16-256/PRF-HMAC-SHA2-256/CURVE_25519");
        assert_string_equal(sa.remote_id, "192.0.2.2");
        assert_true(sa.initiator && sa.up && sa.remote_port == 500 && strlen(sa.spi_i) == 16);
        assert_true(sa.expires_in_s > sa.rekey_in_s && sa.rekey_in_s > 3000);
        c->sas++;
    } else if (v->id == VIEW_IKE_TOTALS) {
        struct view_ike_totals totals;
        memcpy(&totals, back, sizeof(totals));
        assert_string_equal(totals.name, "Tunnel1");
        assert_true(totals.packets_in == 70 && totals.errors_in == 74 && totals.errors_out == 75);
        c->totals++;
    } else {
        struct view_ike_child child;
        memcpy(&child, back, sizeof(child));
        assert_int_equal(v->id, VIEW_IKE_CHILD);
        assert_string_equal(child.state, "READY");
        assert_string_equal(child.name, "Tunnel1");
        assert_string_equal(child.local_ts, "0.0.0.0/0");
        assert_true(child.sends && child.spi_in && child.spi_out && child.packets_in > 5);
        assert_true(child.expires_in_s <= 900 && child.rekey_in_s < child.expires_in_s);
        c->children++;
    }
    return !c->stops;
}

static void records_of_a_tunnel(void **state)
{
    (void)state;
    struct world *w = &world;
    world_begin(w, 1);
    w->esp_every = 100 * NS_PER_MS;
    world_boot(w, 1);
    world_boot(w, 0);
    world_run(w, 10 * NS_PER_S);
    world_count(w, 0);
    const struct esp_totals totals = { 70, 71, 72, 73, 74, 75 };
    ike_esp_totals(w->end[0].e, 1, &totals);
    ike_esp_totals(w->end[0].e, 99, &totals); /* of nobody: nothing happens */
    struct checker c = { .sink.emit = check };
    assert_int_equal(ike_query(w->end[0].e, w->now, 0, &c.sink), 0);
    assert_true(c.sas == 1 && c.children == 1 && c.totals == 1);
    c = (struct checker){ .sink.emit = check };
    assert_int_equal(ike_query(w->end[0].e, w->now, 7, &c.sink), 0);
    assert_true(c.sas == 0 && c.children == 0);
    c = (struct checker){ .sink.emit = check, .stops = true };
    assert_int_equal(ike_query(w->end[0].e, w->now, 1, &c.sink), 0);
    assert_true(c.sas == 1 && c.children == 0);
    world_end_both(w);
}

struct failures {
    struct view_sink sink;
    unsigned n;
    struct view_ike_failure last;
};

static bool take_failure(struct view_sink *sink, const struct view *v, const void *record)
{
    struct failures *f = container_of(sink, struct failures, sink);
    if (v->id == VIEW_IKE_FAILURE) {
        f->n++;
        memcpy(&f->last, record, sizeof(f->last));
    }
    return true;
}

/* Why the last attempt failed stays until the tunnel is up. */
static void a_record_of_what_went_wrong(void **state)
{
    (void)state;
    struct world *w = &world;
    world_begin(w, 1);
    world_boot(w, 0);
    world_run(w, 200 * NS_PER_S);
    struct failures f = { .sink.emit = take_failure };
    assert_int_equal(ike_query(w->end[0].e, w->now, 0, &f.sink), 0);
    assert_int_equal(f.n, 1);
    assert_string_equal(f.last.id, "IKE-NO-ANSWER");
    assert_string_equal(f.last.name, "Tunnel1");
    assert_non_null(strstr(f.last.why, "no answer"));
    assert_null(strstr(f.last.why, "id="));
    world_boot(w, 1);
    world_run(w, 200 * NS_PER_S);
    f = (struct failures){ .sink.emit = take_failure };
    assert_int_equal(ike_query(w->end[0].e, w->now, 0, &f.sink), 0);
    assert_int_equal(f.n, 0);
    world_end_both(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_of_a_tunnel),
        cmocka_unit_test(a_record_of_what_went_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
