/* daemon/data.c with `platform ipsec kernel`: what ike says reaches priv, what the kernel counts
 * reaches ike, and a reload goes from one back end to the other. The test is priv and ike. */
#include <poll.h>

#include "daemon/messages_xfrm.h"
#include "role.h"

struct world {
    struct role_run role;
    struct ipc *priv, *ike;
};

static struct rd asked(struct world *w, enum xfrm_ask kind)
{
    for (;;) {
        struct ipc_message m = role_next(w->priv, MSG_PRIV_XFRM);
        struct rd r = rd_init(m.bytes, m.len);
        if (rd_u8(&r) == kind)
            return r;
    }
}

static void add_child(struct world *w, uint32_t id)
{
    uint8_t bytes[CHILD_BYTES_MAX];
    struct esp_child c = { .id = id,
                           .connection = ROLE_CONNECTION,
                           .spi_in = 0x1000 + id,
                           .spi_out = 0x2000 + id,
                           .encr = CRYPTO_AES_GCM_16,
                           .encr_bits = 256,
                           .esn = true,
                           .key_in = { 1, 2, 3 },
                           .n_local = 1,
                           .n_remote = 1 };
    assert_true(ip_parse("127.0.0.1", &c.path.local) && ip_parse("127.0.0.2", &c.path.remote));
    c.local[0].port_to = UINT16_MAX;
    assert_true(ip_parse("0.0.0.0", &c.local[0].from) &&
                ip_parse("255.255.255.255", &c.local[0].to));
    c.remote[0] = c.local[0];
    struct wr to = wr_init(bytes, sizeof(bytes));
    child_encode(&c, &to);
    assert_false(to.bad);
    role_send(w->ike, MSG_CHILD_ADD, bytes, wr_len(&to), -1);
}

static void tell_number(struct world *w, enum message kind, uint32_t number)
{
    uint8_t bytes[4];
    struct wr to = wr_init(bytes, sizeof(bytes));
    wr_u32(&to, number);
    role_send(w->ike, kind, bytes, sizeof(bytes), -1);
}

static struct esp_event told_event(struct world *w)
{
    struct ipc_message m = role_next(w->ike, MSG_ESP_EVENT);
    struct rd r = rd_init(m.bytes, m.len);
    struct esp_event e;
    assert_true(event_decode(&r, &e));
    return e;
}

/* data with one tunnel in the kernel, and one CHILD SA that sends. */
static void world_start(struct world *w)
{
    static const enum role others[] = { ROLE_IKE };
    *w = (struct world){ 0 };
    role_start(&w->role, ROLE_DATA, data_main, others, 1);
    w->priv = &w->role.priv;
    w->ike = &w->role.other[0];
    role_send(w->priv, MSG_DATA_CONFIG, NULL, 0,
              role_document("platform ipsec kernel\n" ROLE_CONFIG, false));
    struct rd r = asked(w, XFRM_TUNNEL);
    char name[16];
    assert_int_equal(rd_u32(&r), ROLE_CONNECTION);
    assert_int_equal(rd_u16(&r), 1400);
    assert_true(get_text(&r, name, sizeof(name)) && rd_is_done(&r));
    assert_string_equal(name, "Tunnel7");
    add_child(w, 1);
    tell_number(w, MSG_CHILD_OUT, 1);
}

static void what_ike_says_goes_to_priv_whole(void **state)
{
    (void)state;
    struct world w;
    world_start(&w);
    struct rd r = asked(&w, XFRM_CHILD_ADD);
    struct esp_child c;
    assert_int_equal(rd_u32(&r), 3600 + 120); /* the default lifetime, and some slack */
    assert_true(child_decode(&r, &c));
    assert_true(c.id == 1 && c.spi_in == 0x1001 && c.esn && c.key_in[2] == 3);
    r = asked(&w, XFRM_CHILD_OUT);
    assert_int_equal(rd_u32(&r), 1);
    uint8_t on[5] = { 0, 0, 0, ROLE_CONNECTION, 1 };
    role_send(w.ike, MSG_TUNNEL, on, sizeof(on), -1);
    r = asked(&w, XFRM_CARRIER);
    assert_int_equal(rd_u32(&r), ROLE_CONNECTION);
    assert_int_equal(rd_u8(&r), 1);
    tell_number(&w, MSG_CHILD_REMOVE, 1);
    r = asked(&w, XFRM_CHILD_REMOVE);
    assert_int_equal(rd_u32(&r), 1);
    assert_true(role_runs(&w.role));
    (void)role_end(&w.role);
}

static void count(struct world *w, uint64_t in, uint64_t out)
{
    uint8_t bytes[128];
    const struct xfrm_counts c = {
        .id = 1, .packets_in = in, .bytes_in = 100 * in, .packets_out = out, .sequence_out = 7
    };
    struct wr to = wr_init(bytes, sizeof(bytes));
    wr_u8(&to, XFRM_COUNTERS);
    xfrm_counts_encode(&c, &to);
    role_send(w->priv, MSG_DATA_XFRM, bytes, wr_len(&to), -1);
}

static void what_the_kernel_counts_reaches_ike(void **state)
{
    (void)state;
    struct world w;
    world_start(&w);
    (void)asked(&w, XFRM_CHILD_OUT);
    (void)asked(&w, XFRM_COUNT); /* unasked, once a second */
    count(&w, 3, 4);
    struct esp_event e = told_event(&w);
    assert_true(e.kind == ESP_ACTIVE && e.child == 1);
    struct ipc_message m = role_next(w.ike, MSG_ESP_COUNTERS);
    struct rd r = rd_init(m.bytes, m.len);
    struct esp_counters c;
    struct esp_totals totals;
    assert_true(rd_u32(&r) == 1 && rd_u32(&r) == ROLE_CONNECTION);
    totals_decode(&r, &totals);
    assert_true(totals.packets_in == 3 && totals.bytes_in == 300);
    assert_true(counters_decode(&r, 1000 * NS_PER_S, &c));
    assert_true(c.packets_in == 3 && c.bytes_in == 300 && c.packets_out == 4 &&
                c.sequence_out == 7 && c.last_in > 0 && c.last_out > 0);
    const uint8_t failed[] = { XFRM_FAILED, 0, 0, 0, 1 };
    role_send(w.priv, MSG_DATA_XFRM, failed, sizeof(failed), -1);
    e = told_event(&w); /* active is said once */
    assert_true(e.kind == ESP_HARD_LIMIT && e.child == 1);
    (void)role_end(&w.role);
}

static void a_reload_changes_who_encrypts(void **state)
{
    (void)state;
    struct world w;
    world_start(&w);
    (void)asked(&w, XFRM_CHILD_OUT);
    role_send(w.priv, MSG_DATA_CONFIG, NULL, 0, role_document(ROLE_CONFIG, false));
    struct esp_event e = told_event(&w);
    assert_true(e.kind == ESP_HARD_LIMIT && e.child == 1);
    struct rd r = asked(&w, XFRM_TUNNEL_GONE);
    assert_int_equal(rd_u32(&r), ROLE_CONNECTION);
    (void)role_next(w.priv, MSG_PRIV_TUN);
    count(&w, 1, 1); /* late news: nobody minds */
    role_send(w.priv, MSG_DATA_CONFIG, NULL, 0,
              role_document("platform ipsec kernel\n" ROLE_CONFIG, false));
    (void)asked(&w, XFRM_TUNNEL);
    assert_true(role_runs(&w.role));
    (void)role_end(&w.role);
}

static void broken_news_end_it(void **state)
{
    (void)state;
    static const struct {
        const char *claim;
        uint8_t bytes[12];
        size_t n;
    } rows[] = {
        { "nothing", { 0 }, 0 },
        { "a kind that is none", { 9, 0, 0, 0, 1 }, 5 },
        { "half a device", { XFRM_DEVICE, 0, 0, 0, 1, 0, 0 }, 7 },
        { "half a counter", { XFRM_COUNTERS, 0, 0, 0, 1, 0, 0 }, 7 },
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct world w;
        world_start(&w);
        role_send(w.priv, MSG_DATA_XFRM, rows[i].bytes, rows[i].n, -1);
        int status;
        CLAIM(rows[i].claim, waitpid(w.role.pid, &status, 0) == w.role.pid);
        CLAIM(rows[i].claim, WIFEXITED(status) && WEXITSTATUS(status) == EXIT_PEER);
        ipc_done(&w.role.priv);
        ipc_done(w.ike);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_ike_says_goes_to_priv_whole),
        cmocka_unit_test(what_the_kernel_counts_reaches_ike),
        cmocka_unit_test(a_reload_changes_who_encrypts),
        cmocka_unit_test(broken_news_end_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
