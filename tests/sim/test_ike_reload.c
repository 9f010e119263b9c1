/* A new configuration under tunnels that run: what changes reaches them without a packet lost, and
 * what did not change never notices. Two engines in virtual time. */
#include "base/mem.h"
#include "ike_world.h"

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
    HOLDS(w, world_is_tidy(w));
    return w;
}

static void finish(struct world *w)
{
    world_end_both(w);
    HOLDS(w, mem_bytes(MEM_IKE) == 0 && mem_bytes(MEM_CRYPTO) == 0);
}

static void reload(struct world *w, int end)
{
    HOLDS(w, ike_configure(w->end[end].e, w->now, &w->end[end].config) == 0);
    world_drain(w, end);
}

/* Packets go through all the time, and in the end one SA of each kind is left. */
static void works_for(struct world *w, ns_t span)
{
    ns_t until = w->now + span;
    while (world_step(w, until))
        HOLDS(w, world_works(w));
    HOLDS(w, world_is_tidy(w) && w->end[0].downs == 0 && w->end[1].downs == 0);
}

/* Nothing was made since `adds` were there. */
static void stayed(struct world *w, unsigned adds)
{
    works_for(w, 20 * NS_PER_S);
    HOLDS(w, w->end[0].adds == adds && w->end[1].adds == adds);
}

static void lifetimes_and_liveness_change_in_place(void **state)
{
    (void)state;
    struct world *w = both_up(1);
    unsigned adds = w->end[0].adds;
    w->end[0].conn.child_lifetime_s = 400;
    w->end[0].conn.ike_lifetime_s = 1000;
    w->end[0].conn.dpd_interval_s = 10;
    reload(w, 0);
    stayed(w, adds);
    works_for(w, 390 * NS_PER_S);
    HOLDS(w, w->end[0].adds == adds + 1);
    finish(w);
}

static void a_lifetime_that_is_over_already_leaves_time_to_rekey(void **state)
{
    (void)state;
    struct world *w = both_up(2);
    works_for(w, 300 * NS_PER_S);
    unsigned adds = w->end[0].adds;
    w->end[0].conn.child_lifetime_s = 120;
    reload(w, 0);
    works_for(w, 10 * NS_PER_S);
    HOLDS(w, w->end[0].adds == adds + 1);
    finish(w);
}

static void a_longer_lifetime_is_for_the_successor(void **state)
{
    (void)state;
    struct world *w = both_up(3);
    unsigned adds = w->end[0].adds;
    w->end[0].conn.child_lifetime_s = 1800;
    w->end[1].conn.child_lifetime_s = 1800;
    reload(w, 0);
    reload(w, 1);
    works_for(w, 900 * NS_PER_S);
    HOLDS(w, w->end[0].adds == adds + 1);
    works_for(w, 900 * NS_PER_S);
    HOLDS(w, w->end[0].adds == adds + 1);
    finish(w);
}

/* Liveness as it is now configured notices a silent peer: one that was off before. */
static void liveness_begins_with_the_reload(void **state)
{
    (void)state;
    struct world *w = &world;
    world_begin(w, 4);
    w->end[0].conn.dpd = IKE_DPD_OFF;
    world_boot(w, 1);
    world_boot(w, 0);
    HOLDS(w, world_wait(w, 5 * NS_PER_S, world_works) < 5 * NS_PER_S);
    world_run(w, NS_PER_S);
    w->end[0].conn.dpd = IKE_DPD_PERIODIC;
    w->end[0].conn.dpd_interval_s = 10;
    reload(w, 0);
    HOLDS(w, w->end[0].downs == 0);
    w->cut = true;
    world_run(w, 90 * NS_PER_S);
    HOLDS(w, w->end[0].downs == 1);
    finish(w);
}

static struct ike_id fqdn(const char *name)
{
    struct ike_id id = { .type = IKE_ID_FQDN, .len = (uint16_t)strlen(name) };
    memcpy(id.bytes, name, id.len);
    return id;
}

static void identities_come_and_go_around_the_peer(void **state)
{
    (void)state;
    struct world *w = both_up(5);
    unsigned adds = w->end[0].adds;
    struct ike_connection *c = &w->end[0].conn;
    struct ike_id own = { .type = IKE_ID_IPV4, .len = 4 };
    memcpy(own.bytes, c->remote.b, 4);
    c->remote_id = fqdn("other.example");
    c->lists->remote_ids[c->lists->n_remote_ids++] = own;
    reload(w, 0);
    stayed(w, adds);
    c->remote_id = own;
    c->lists->n_remote_ids = 0;
    reload(w, 0);
    stayed(w, adds);
    c->remote_id = fqdn("other.example"); /* the peer is not that one */
    reload(w, 0);
    world_run(w, 5 * NS_PER_S);
    HOLDS(w, w->end[0].downs == 1 && !w->end[0].up);
    c->remote_id = own;
    reload(w, 0);
    world_run(w, 5 * NS_PER_S);
    HOLDS(w, world_is_tidy(w));
    finish(w);
}

static void set_bits(struct ike_connection *c, bool child, uint16_t first, uint16_t second)
{
    struct ike_proposal *p = child ? &c->lists->child[0] : &c->lists->ike[0];
    p->encr[0].id = p->encr[1].id = CRYPTO_AES_GCM_16;
    p->encr[0].key_bits = first;
    p->encr[1].key_bits = second;
    p->n_encr = second ? 2 : 1;
}

/* From AES-256 to AES-128 step by step, of the IKE SA or the CHILD SA: one rekey in all. */
static void move_to_another_cipher(uint64_t seed, bool child)
{
    struct world *w = both_up(seed);
    unsigned adds = w->end[0].adds;
    set_bits(&w->end[1].conn, child, 256, 128);
    reload(w, 1);
    stayed(w, adds);
    uint32_t rekeys = world_show(w, 0).rekeys;
    set_bits(&w->end[0].conn, child, 128, 0);
    reload(w, 0);
    works_for(w, 10 * NS_PER_S);
    HOLDS(w, w->end[0].adds == adds + child);
    HOLDS(w, world_show(w, 0).rekeys == rekeys + !child);
    adds = w->end[0].adds;
    set_bits(&w->end[1].conn, child, 128, 0);
    reload(w, 1);
    stayed(w, adds);
    finish(w);
}

static void what_is_no_longer_allowed_is_rekeyed_at_once(void **state)
{
    (void)state;
    move_to_another_cipher(6, true);
    move_to_another_cipher(7, false);
}

static void pfs_changes_with_the_next_rekey(void **state)
{
    (void)state;
    struct world *w = both_up(8);
    unsigned adds = w->end[0].adds;
    for (int end = 0; end < 2; end++) {
        w->end[end].conn.lists->child[0].group[0] = CRYPTO_ECP_256;
        reload(w, end);
    }
    stayed(w, adds);
    HOLDS(w, ike_rekey(w->end[0].e, w->now, 1, true) == 0);
    world_drain(w, 0);
    works_for(w, 20 * NS_PER_S);
    HOLDS(w, w->end[0].adds == adds + 1);
    finish(w);
}

static void the_replay_window_changes_by_a_rekey(void **state)
{
    (void)state;
    struct world *w = both_up(9);
    unsigned adds = w->end[0].adds;
    w->end[0].conn.window = 4096;
    reload(w, 0);
    works_for(w, 20 * NS_PER_S);
    HOLDS(w, w->end[0].adds == adds + 1);
    finish(w);
}

/* The answer names what was offered, which is no longer configured when it comes. */
static void a_reload_does_not_cross_a_rekey(void **state)
{
    (void)state;
    for (int kind = 0; kind < 2; kind++) {
        struct world *w = both_up(10);
        bool child = kind == 0;
        set_bits(&w->end[1].conn, child, 256, 128);
        reload(w, 1);
        works_for(w, NS_PER_S);
        HOLDS(w, ike_rekey(w->end[0].e, w->now, 1, child) == 0);
        world_drain(w, 0); /* on its way now */
        set_bits(&w->end[0].conn, child, 128, 0);
        reload(w, 0);
        reload(w, 0); /* and once more, while it waits */
        works_for(w, 20 * NS_PER_S);
        finish(w);
    }
}

static void a_waiting_change_can_be_taken_back_or_end(void **state)
{
    (void)state;
    for (int gone = 0; gone < 2; gone++) {
        struct world *w = both_up(11);
        unsigned adds = w->end[0].adds;
        HOLDS(w, ike_rekey(w->end[0].e, w->now, 1, true) == 0);
        world_drain(w, 0);
        set_bits(&w->end[0].conn, true, 128, 0);
        reload(w, 0);
        set_bits(&w->end[0].conn, true, 256, 0);
        w->end[0].config.n = gone ? 0 : 1;
        reload(w, 0);
        if (gone)
            world_run(w, 5 * NS_PER_S);
        else
            works_for(w, 20 * NS_PER_S);
        HOLDS(w, gone ? world_show(w, 0).sas == 0 : w->end[0].adds == adds + 1);
        finish(w);
    }
}

static void who_we_are_is_another_connection(void **state)
{
    (void)state;
    struct world *w = both_up(12);
    w->end[1].conn.any_remote_id = true;
    reload(w, 1);
    works_for(w, NS_PER_S);
    w->end[0].conn.local_id = fqdn("we.example");
    reload(w, 0);
    world_run(w, 5 * NS_PER_S);
    HOLDS(w, world_is_tidy(w) && w->end[0].downs == 1 && w->end[0].ups == 2);
    finish(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lifetimes_and_liveness_change_in_place),
        cmocka_unit_test(a_lifetime_that_is_over_already_leaves_time_to_rekey),
        cmocka_unit_test(a_longer_lifetime_is_for_the_successor),
        cmocka_unit_test(liveness_begins_with_the_reload),
        cmocka_unit_test(identities_come_and_go_around_the_peer),
        cmocka_unit_test(what_is_no_longer_allowed_is_rekeyed_at_once),
        cmocka_unit_test(pfs_changes_with_the_next_rekey),
        cmocka_unit_test(the_replay_window_changes_by_a_rekey),
        cmocka_unit_test(a_reload_does_not_cross_a_rekey),
        cmocka_unit_test(a_waiting_change_can_be_taken_back_or_end),
        cmocka_unit_test(who_we_are_is_another_connection),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
