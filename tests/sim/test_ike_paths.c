/* IKE where the network is not plain: NATs, addresses that change, fragments, certificates, PPKs,
 * floods, attackers without keys, and a want of memory; two engines in virtual time. */
#include "base/mem.h"
#include "ike_world.h"

static struct world world;

static struct world *begin(uint64_t seed)
{
    world_begin(&world, seed);
    world.esp_every = 100 * NS_PER_MS;
    return &world;
}

static void come_up(struct world *w)
{
    world_boot(w, 1);
    world_boot(w, 0);
    HOLDS(w, world_wait(w, 5 * NS_PER_S, world_works) < 5 * NS_PER_S);
    world_run(w, NS_PER_S);
}

static void finish(struct world *w)
{
    world_end_both(w);
    HOLDS(w, mem_bytes(MEM_IKE) == 0 && mem_bytes(MEM_CRYPTO) == 0);
}

static void rekey_both(struct world *w)
{
    uint64_t adds = w->end[0].adds, ike = w->ike_rekeys;
    for (int i = 0; i < 4; i++) {
        HOLDS(w, ike_rekey(w->end[i & 1].e, w->now, 1, i & 2) == 0);
        world_drain(w, i & 1);
        world_run(w, 10 * NS_PER_S);
        HOLDS(w, world_is_tidy(w));
    }
    HOLDS(w, w->end[0].adds == adds + 2 && w->ike_rekeys == ike + 2);
}

/* --- addresses -------------------------------------------------------------------------------- */

static struct world *behind_nat(uint64_t seed)
{
    struct world *w = begin(seed);
    w->end[0].conn.local = w->end[0].address = world_ip("10.0.0.1");
    w->end[0].conn.nat_keepalive_s = 20;
    w->end[0].nat_port = 10000;
    w->end[0].nat_address = world_ip("198.51.100.1");
    w->end[1].conn.remote = (struct ip_addr){ 0 };
    w->end[1].conn.any_remote_id = true;
    return w;
}

static void a_nat_moves_both_to_port_4500(void **state)
{
    (void)state;
    struct world *w = behind_nat(1);
    come_up(w);
    const struct world_child *a = world_out(w, 0), *b = world_out(w, 1);
    HOLDS(w, a->path.local_port == 4500 && a->path.remote_port == 4500);
    HOLDS(w, b->path.local_port == 4500 && b->path.remote_port == 10001);
    HOLDS(w, ip_eq(&b->path.remote, &w->end[0].nat_address));
    rekey_both(w);
    world_run(w, 200 * NS_PER_S);
    HOLDS(w, w->end[0].keepalives >= 10 && w->end[1].keepalives == 0);
    finish(w);
}

static void a_new_mapping_of_the_nat_is_followed(void **state)
{
    (void)state;
    for (int mobike = 0; mobike < 2; mobike++) {
        struct world *w = behind_nat(2);
        w->end[0].conn.mobike = w->end[1].conn.mobike = mobike;
        come_up(w);
        w->end[0].nat_port = 20000;
        world_run(w, 2 * NS_PER_S);
        HOLDS(w, world_out(w, 1)->path.remote_port == 20001);
        w->esp_every = 0;
        w->end[0].nat_port = 30000;
        world_run(w, 100 * NS_PER_S); /* liveness of the one inside */
        HOLDS(w, mobike || world_out(w, 1)->path.remote_port == 30001);
        HOLDS(w, w->end[0].downs + w->end[1].downs == 0 && world_is_tidy(w));
        finish(w);
    }
}

static void encapsulation_is_forced(void **state)
{
    (void)state;
    for (int end = 0; end < 2; end++) {
        struct world *w = begin(3);
        w->end[end].conn.force_encapsulation = true;
        come_up(w);
        HOLDS(w, world_out(w, 0)->path.local_port == 4500);
        HOLDS(w, world_out(w, 1)->path.local_port == 4500);
        finish(w);
    }
}

static void a_gateway_changes_its_address(void **state)
{
    (void)state;
    for (int mobike = 0; mobike < 2; mobike++) {
        struct world *w = begin(4);
        struct world_end *a = &w->end[0];
        struct ip_addr old = a->address, fresh = world_ip("203.0.113.9");
        a->conn.local = (struct ip_addr){ 0 };
        a->conn.mobike = w->end[1].conn.mobike = mobike;
        a->conn.local_id = ike_id_of_addr(&old);
        w->end[1].conn.remote = (struct ip_addr){ 0 };
        w->end[1].conn.any_remote_id = true;
        world_boot(w, 1);
        world_boot(w, 0);
        ike_address(a->e, w->now, "eth0", &old, true);
        world_drain(w, 0);
        HOLDS(w, world_wait(w, 5 * NS_PER_S, world_works) < 5 * NS_PER_S);
        world_run(w, NS_PER_S);
        HOLDS(w, world_out(w, 0)->path.local_port == 0); /* no NAT: bare ESP */
        a->address = fresh;
        ike_address(a->e, w->now, "eth0", &old, false);
        world_drain(w, 0);
        world_run(w, 200 * NS_PER_MS);
        ike_address(a->e, w->now, "eth0", &fresh, true);
        world_drain(w, 0);
        HOLDS(w, world_wait(w, 20 * NS_PER_S, world_works) < 5 * NS_PER_S);
        world_run(w, 10 * NS_PER_S);
        HOLDS(w, mobike == (a->downs + w->end[1].downs == 0));
        HOLDS(w, ip_eq(&world_out(w, 1)->path.remote, &fresh) && world_is_tidy(w));
        HOLDS(w, ip_eq(&world_out(w, 0)->path.local, &fresh));
        finish(w);
    }
}

/* An end whose source is an interface, and a peer that takes it from anywhere. */
static struct world *with_interface(uint64_t seed, int end, bool mobike)
{
    struct world *w = begin(seed);
    struct world_end *a = &w->end[end];
    a->conn.source = "wan";
    a->conn.mobike = w->end[!end].conn.mobike = mobike;
    a->conn.local_id = ike_id_of_addr(&a->address);
    if (end == 0)
        w->end[1].conn.remote = (struct ip_addr){ 0 };
    w->end[!end].conn.remote_id = a->conn.local_id;
    return w;
}

static void told(struct world *w, int end, const char *interface, const char *a, bool present)
{
    struct ip_addr ip = world_ip(a);
    ike_address(w->end[end].e, w->now, interface, &ip, present);
    world_drain(w, end);
}

static void up_with_addresses(struct world *w, int end)
{
    char own[IP_TEXT_MAX];
    struct text t = text_init(own, sizeof(own));
    text_ip(&t, &w->end[end].address);
    world_boot(w, 1);
    world_boot(w, 0);
    told(w, end, "lan", "10.9.9.9", true);
    told(w, end, "wan", own, true);
    HOLDS(w, world_wait(w, 5 * NS_PER_S, world_works) < 5 * NS_PER_S);
    world_run(w, NS_PER_S);
}

/* Whoever was opened to has two addresses, and the one in use goes silent; later the other. */
static void the_peers_other_address_is_tried(void **state)
{
    (void)state;
    for (unsigned way = 0; way < 4; way++) {
        bool mobike = way != 0, rekeyed = way == 2, told_late = way == 3;
        struct world *w = with_interface(60 + way, 1, mobike);
        struct ip_addr first = w->end[1].address, other = world_ip("203.0.113.22");
        w->one_path = true;
        world_boot(w, 1);
        world_boot(w, 0);
        told(w, 1, "wan", "192.0.2.2", true);
        if (!told_late)
            told(w, 1, "wan", "203.0.113.22", true);
        HOLDS(w, world_wait(w, 5 * NS_PER_S, world_works) < 5 * NS_PER_S);
        if (told_late) { /* then it is known once it has been in use */
            told(w, 1, "wan", "203.0.113.22", true);
            w->end[1].address = other;
            told(w, 1, "wan", "192.0.2.2", false);
            world_run(w, 5 * NS_PER_S);
            told(w, 1, "wan", "192.0.2.2", true);
            HOLDS(w, ip_eq(&world_out(w, 0)->path.remote, &other));
        }
        if (rekeyed) {
            HOLDS(w, ike_rekey(w->end[0].e, w->now, 1, false) == 0);
            world_drain(w, 0);
            world_run(w, 5 * NS_PER_S);
        }
        for (int round = told_late; round < 3 && !told_late; round++) {
            struct ip_addr *now = round & 1 ? &first : &other;
            w->end[1].address = *now; /* nothing reaches the other one any more */
            world_run(w, 70 * NS_PER_S);
            HOLDS(w, mobike == (w->end[0].downs + w->end[1].downs == 0));
            if (!mobike)
                break;
            HOLDS(w, ip_eq(&world_out(w, 0)->path.remote, now) &&
                         ip_eq(&world_out(w, 1)->path.local, now) && world_is_tidy(w));
        }
        finish(w);
    }
}

/* Silent everywhere: it is over as soon as it would be with one address. */
static void other_addresses_do_not_delay_the_end(void **state)
{
    (void)state;
    struct world *w = with_interface(70, 1, true);
    world_boot(w, 1);
    world_boot(w, 0);
    told(w, 1, "wan", "192.0.2.2", true);
    told(w, 1, "wan", "203.0.113.22", true);
    HOLDS(w, world_wait(w, 5 * NS_PER_S, world_works) < 5 * NS_PER_S);
    w->cut = true;
    world_run(w, 30 * NS_PER_S + 35 * NS_PER_S);
    HOLDS(w, !w->end[0].up);
    finish(w);
}

/* Either end moves; the responder, who may not say where the SA goes, says that it has moved. A
 * request that is on its way goes on from the new address. */
static void an_interface_gets_another_address(void **state)
{
    (void)state;
    for (int way = 0; way < 4; way++) {
        int end = way & 1;
        struct world *w = with_interface(20 + (uint64_t)way, end, true);
        struct ip_addr fresh = world_ip("203.0.113.9");
        up_with_addresses(w, end);
        if (way & 2) { /* nobody answers this one at the old address */
            w->end[end].address = fresh;
            HOLDS(w, ike_rekey(w->end[end].e, w->now, 1, true) == 0);
            world_drain(w, end);
            world_run(w, 100 * NS_PER_MS);
        }
        w->end[end].address = fresh;
        told(w, end, "wan", end ? "192.0.2.2" : "192.0.2.1", false);
        world_run(w, 300 * NS_PER_MS);
        told(w, end, "lan", "203.0.113.77", true); /* of another interface: not for us */
        world_run(w, 300 * NS_PER_MS);
        told(w, end, "wan", "203.0.113.9", true);
        HOLDS(w, world_wait(w, 20 * NS_PER_S, world_works) < 2 * NS_PER_S);
        world_run(w, 10 * NS_PER_S);
        HOLDS(w, w->end[0].downs + w->end[1].downs == 0 && world_is_tidy(w));
        HOLDS(w, ip_eq(&world_out(w, end)->path.local, &fresh));
        HOLDS(w, ip_eq(&world_out(w, !end)->path.remote, &fresh));
        finish(w);
    }
}

static void an_address_that_comes_back_costs_nothing(void **state)
{
    (void)state;
    for (int way = 0; way < 4; way++) { /* of a named address, of an interface; soon, or late */
        struct world *w = with_interface(30, 0, false);
        if (way & 1)
            w->end[0].conn.source = NULL;
        up_with_addresses(w, 0);
        told(w, 0, "wan", "192.0.2.1", false);
        world_run(w, (way & 2 ? 3 : 1) * NS_PER_S);
        told(w, 0, "wan", "192.0.2.1", true);
        HOLDS(w, world_wait(w, 10 * NS_PER_S, world_works) < 2 * NS_PER_S);
        world_run(w, 10 * NS_PER_S);
        HOLDS(w, w->end[0].downs == (way & 2 ? 1u : 0u) && world_is_tidy(w));
        finish(w);
    }
}

static void over_ipv6(void **state)
{
    (void)state;
    struct world *w = begin(8);
    for (int end = 0; end < 2; end++) {
        struct ike_connection *c = &w->end[end].conn;
        c->local = w->end[end].address = world_ip(end ? "2001:db8::2" : "2001:db8::1");
        c->remote = world_ip(end ? "2001:db8::1" : "2001:db8::2");
        c->lists->n_local_ts = c->lists->n_remote_ts = 2;
        c->lists->local_ts[1] = c->lists->remote_ts[1] = ike_ts_any(IP_V6);
    }
    come_up(w);
    HOLDS(w, world_out(w, 0)->esp.n_local == 2);
    rekey_both(w);
    finish(w);
}

/* --- whose tunnel it is ------------------------------------------------------------------------
 */

static struct ike_id name_id(const char *name)
{
    struct ike_id id = { .type = IKE_ID_FQDN, .len = (uint16_t)strlen(name) };
    memcpy(id.bytes, name, id.len);
    return id;
}

/* Three connections take the peer's address; the identity decides, the first that fits. */
static void a_responder_finds_the_connection(void **state)
{
    (void)state;
    static const struct {
        const char *name, *id;
        uint32_t connection;
    } cases[] = {
        { "its address and its name", "a.example.com", 1 },
        { "anybody by name", "b.example.com", 2 },
        { "anybody by pattern", "x.example.org", 3 },
        { "nobody", "stranger", 0 },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct world *w = begin(30 + i);
        static struct ike_connection c[3];
        for (uint32_t k = 0; k < 3; k++) {
            c[k] = w->end[1].conn;
            c[k].id = 3 - k;
            if (k < 2)
                c[k].remote = (struct ip_addr){ 0 };
        }
        c[2].remote_id = name_id("a.example.com");
        c[1].remote_id = name_id("b.example.com");
        c[0].remote_id = name_id("*.example.org");
        w->end[0].conn.local_id = name_id(cases[i].id);
        world_boot(w, 1);
        struct ike_config config = { .connections = c, .n = 3 };
        HOLDS(w, ike_configure(w->end[1].e, w->now, &config) == 0);
        world_boot(w, 0);
        world_run(w, 3 * NS_PER_S);
        CLAIM(cases[i].name, w->end[1].up == (cases[i].connection != 0));
        const struct world_child *out = world_out(w, 1);
        CLAIM(cases[i].name, !out || out->esp.connection == cases[i].connection);
        finish(w);
    }
}

static void traffic_starts_a_tunnel(void **state)
{
    (void)state;
    struct world *w = begin(40);
    w->end[0].conn.start = IKE_START_TRAFFIC;
    world_boot(w, 1);
    world_boot(w, 0);
    world_run(w, 10 * NS_PER_S);
    HOLDS(w, w->packets == 0);
    ike_traffic(w->end[0].e, w->now, 1);
    world_drain(w, 0);
    HOLDS(w, world_wait(w, NS_PER_S, world_works) < NS_PER_S);
    ike_clear(w->end[0].e, w->now, 1, false, false);
    world_drain(w, 0);
    world_run(w, 30 * NS_PER_S);
    HOLDS(w, !w->end[0].up && world_show(w, 0).sas == 0);
    ike_traffic(w->end[0].e, w->now, 1);
    world_drain(w, 0);
    HOLDS(w, world_wait(w, NS_PER_S, world_works) < NS_PER_S);
    finish(w);
}

/* --- what is large ---------------------------------------------------------------------------- */

static void certificates_go_in_fragments(void **state)
{
    (void)state;
    for (int loss = 0; loss < 2; loss++) {
        struct world *w = begin(5);
        for (int end = 0; end < 2; end++) {
            struct ike_connection *c = &w->end[end].conn;
            c->local_auth = c->remote_auth = IKE_AUTH_CERT;
            c->trustpoint = "ca";
            c->fragment_bytes = 576;
        }
        w->loss_ppm = loss ? 200000 : 0;
        w->duplicate_ppm = loss ? 200000 : 0;
        w->jitter_us = 50000;
        world_boot(w, 1);
        world_boot(w, 0);
        HOLDS(w, world_wait(w, 300 * NS_PER_S, world_works) < 300 * NS_PER_S);
        HOLDS(w, w->longest <= 576 - 28);
        HOLDS(w, w->end[0].certs_seen >= 2 && w->end[1].certs_seen >= 2);
        w->loss_ppm = 0;
        world_run(w, 120 * NS_PER_S);
        HOLDS(w, world_works(w));
        finish(w);
    }
}

/* `identity local dn`: the keys process tells the subject, after the configuration and perhaps
 * after the peer has begun. */
static void a_certificate_says_who_we_are(void **state)
{
    (void)state;
    const char *why;
    struct ike_id subject;
    HOLDS(&world, ike_id_parse(IKE_ID_DN, "O=Test, CN=site", &subject, &why));
    for (int answers = 0; answers < 2; answers++) {
        struct world *w = begin(7);
        struct ike_connection *c = &w->end[answers].conn;
        c->local_auth = w->end[!answers].conn.remote_auth = IKE_AUTH_CERT;
        c->local_id.type = IKE_ID_DN;
        w->end[!answers].conn.trustpoint = "ca";
        w->end[!answers].conn.remote_id = subject;
        world_boot(w, 1);
        world_boot(w, 0);
        world_run(w, 20 * NS_PER_S);
        HOLDS(w, !w->end[0].up && !w->end[1].up);
        HOLDS(w, answers ? w->end[1].failures > 0 : w->end[0].failures == 0 && w->packets == 0);
        struct ike *e = w->end[answers].e;
        ike_subject(e, w->now, "another", subject.bytes, subject.len);
        ike_subject(e, w->now, "psk", subject.bytes, subject.len);
        world_drain(w, answers);
        HOLDS(w, world_wait(w, 60 * NS_PER_S, world_works) < (answers ? 60 : 1) * NS_PER_S);
        finish(w);
    }
}

static void without_fragmentation_a_message_stays_whole(void **state)
{
    (void)state;
    struct world *w = begin(6);
    for (int end = 0; end < 2; end++) {
        w->end[end].conn.local_auth = w->end[end].conn.remote_auth = IKE_AUTH_CERT;
        w->end[end].conn.trustpoint = "ca";
    }
    w->end[1].conn.fragmentation = false;
    come_up(w);
    HOLDS(w, w->longest > 3000);
    finish(w);
}

/* --- RFC 8784 --------------------------------------------------------------------------------- */

static void post_quantum_keys(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *id[2];
        bool required[2];
        bool up;
    } cases[] = {
        { "both require it", { "q", "q" }, { true, true }, true },
        { "both have it", { "q", "q" }, { false, false }, true },
        { "one has it", { "q", NULL }, { false, false }, true },
        { "the other has it", { NULL, "q" }, { false, false }, true },
        { "one requires what the other lacks", { "q", NULL }, { true, false }, false },
        { "the responder requires it", { NULL, "q" }, { false, true }, false },
        { "different names, not required", { "q", "r" }, { false, false }, true },
        { "different names, required", { "q", "r" }, { true, false }, false },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct world *w = begin(7 + i);
        for (int end = 0; end < 2; end++) {
            w->end[end].conn.ppk_id = cases[i].id[end];
            w->end[end].conn.ppk_required = cases[i].required[end];
        }
        world_boot(w, 1);
        world_boot(w, 0);
        world_run(w, 20 * NS_PER_S);
        CLAIM(cases[i].name, world_works(w) == cases[i].up);
        if (cases[i].up)
            rekey_both(w);
        else
            CLAIM(cases[i].name, w->end[0].failures + w->end[1].failures > 0);
        finish(w);
    }
}

/* --- attackers -------------------------------------------------------------------------------- */

enum { TAPPED_MAX = 512 };
static struct flight tapped[TAPPED_MAX];
static size_t n_tapped;

static void record(struct world *w, const struct flight *f)
{
    (void)w;
    if (f->esp || f->keys || n_tapped == TAPPED_MAX)
        return;
    struct flight *t = &tapped[n_tapped++];
    *t = *f;
    t->bytes = malloc(f->len);
    memcpy(t->bytes, f->bytes, f->len);
}

static void forget(void)
{
    while (n_tapped)
        free(tapped[--n_tapped].bytes);
}

static void inject(struct world *w, const struct flight *f, const uint8_t *bytes, size_t n)
{
    for (int to = 0; to < 2; to++) {
        if (!w->end[to].e)
            continue;
        struct esp_path path = f->path;
        if (to != f->to)
            path = (struct esp_path){ .local = f->path.remote,
                                      .remote = f->path.local,
                                      .local_port = f->path.remote_port,
                                      .remote_port = f->path.local_port };
        ike_receive(w->end[to].e, w->now, &path, bytes, n);
        world_drain(w, to);
    }
}

static void replayed_cut_and_flipped_packets_change_nothing(void **state)
{
    (void)state;
    struct world *w = begin(20);
    w->tap = record;
    come_up(w);
    rekey_both(w);
    w->tap = NULL;
    unsigned adds = w->end[0].adds + w->end[1].adds;
    for (size_t i = 0; i < n_tapped; i++) {
        uint8_t copy[4096];
        const struct flight *f = &tapped[i];
        memcpy(copy, f->bytes, f->len);
        inject(w, f, copy, f->len);
        for (int k = 0; k < 20; k++) {
            size_t at = (size_t)rng_between(&w->rng, 0, (int64_t)f->len - 1);
            copy[at] ^= (uint8_t)(1 << rng_between(&w->rng, 0, 7));
            inject(w, f, copy, f->len);
            copy[at] = f->bytes[at];
            inject(w, f, copy, at);
        }
        world_run(w, 100 * NS_PER_MS);
    }
    world_run(w, 60 * NS_PER_S); /* half-open SAs of replayed INITs go */
    HOLDS(w, world_is_tidy(w) && w->end[0].downs + w->end[1].downs == 0);
    HOLDS(w, w->end[0].adds + w->end[1].adds == adds);
    forget();
    finish(w);
}

/* Who sees the SPIs writes words in the clear. */
static void unprotected_words_tear_nothing_down(void **state)
{
    (void)state;
    static const uint16_t words[] = { IKE_N_INVALID_IKE_SPI,       IKE_N_INVALID_SPI,
                                      IKE_N_AUTHENTICATION_FAILED, IKE_N_INVALID_SYNTAX,
                                      IKE_N_NO_PROPOSAL_CHOSEN,    IKE_N_INVALID_MAJOR_VERSION };
    struct world *w = begin(21);
    w->tap = record;
    come_up(w);
    w->tap = NULL;
    const struct flight *last = &tapped[n_tapped - 1];
    struct ike_header h;
    HOLDS(w, ike_header_decode(last->bytes, last->len, &h));
    for (size_t i = 0; i < ARRAY_LEN(words) * 16; i++) {
        uint8_t buf[256];
        size_t n;
        h.flags = (uint8_t)((i & 1 ? IKE_FLAG_RESPONSE : 0) | (i & 2 ? IKE_FLAG_INITIATOR : 0));
        h.exchange = (uint8_t)(IKE_SA_INIT + (i >> 2 & 3));
        h.message_id = (uint32_t)rng_between(&w->rng, 0, 3);
        struct ike_writer out = ike_begin(buf, sizeof(buf), &h);
        ike_put_notify(&out, (enum ike_notify_type)words[i / 16], NULL, 0);
        if (i & 1)
            ike_put_delete_ike(&out);
        HOLDS(w, ike_end(&out, &n));
        inject(w, last, buf, n);
        world_run(w, NS_PER_S);
    }
    HOLDS(w, world_is_tidy(w) && w->end[0].downs + w->end[1].downs == 0);
    forget();
    finish(w);
}

static void a_flood_meets_cookies(void **state)
{
    (void)state;
    struct world *w = begin(22);
    w->tap = record;
    world_boot(w, 1);
    world_boot(w, 0);
    while (n_tapped == 0 && world_step(w, NS_PER_S))
        continue;
    w->tap = NULL;
    HOLDS(w, n_tapped == 1);
    struct flight f = tapped[0];
    for (uint32_t i = 0; i < 1000; i++) {
        memcpy(f.bytes, &i, sizeof(i));
        f.path.remote = ip_from_u32(UINT32_C(0xc0000200) + i % 200);
        ike_receive(w->end[1].e, w->now, &f.path, f.bytes, f.len);
        world_drain(w, 1);
    }
    HOLDS(w, world_show(w, 1).sas <= 65);
    world_boot(w, 0); /* who is honest gets through */
    HOLDS(w, world_wait(w, 5 * NS_PER_S, world_works) < 5 * NS_PER_S);
    world_run(w, 40 * NS_PER_S);
    HOLDS(w, world_is_tidy(w)); /* and the flood is forgotten */
    forget();
    finish(w);
}

static void an_ikev1_peer_is_named(void **state)
{
    (void)state;
    struct world *w = begin(23);
    world_boot(w, 1);
    uint8_t packet[28] = { 1, 2, 3, 4, 5, 6, 7, 8, [16] = 1, [17] = 0x10, [18] = 2, [27] = 28 };
    struct esp_path path = { .local = w->end[1].address,
                             .remote = w->end[0].address,
                             .local_port = 500,
                             .remote_port = 500 };
    ike_receive(w->end[1].e, w->now, &path, packet, sizeof(packet));
    world_drain(w, 1);
    HOLDS(w, strstr(w->end[1].last_failure, "IKEv1"));
    finish(w);
}

/* --- the rest --------------------------------------------------------------------------------- */

static void a_key_log_is_written_when_wanted(void **state)
{
    (void)state;
    struct world *w = begin(24);
    w->end[0].config.key_log = true;
    come_up(w);
    HOLDS(w, w->end[0].key_lines == 3 && w->end[1].key_lines == 0);
    finish(w);
}

static void every_message_is_shown_when_wanted(void **state)
{
    (void)state;
    struct world *w = begin(27);
    w->end[0].config.debug = true;
    come_up(w);
    char all[4096] = "";
    for (unsigned i = 0; i < w->lines && i < WORLD_LINES; i++)
        if (strlen(all) + strlen(w->line[i]) < sizeof(all) - 1)
            strcat(all, w->line[i]);
    HOLDS(w, strstr(all, "sent IKE_AUTH request 1 connection="));
    HOLDS(w, strstr(all, ": IDi("));
    HOLDS(w, strstr(all, " AUTH(pre-shared key)"));
    HOLDS(w, strstr(all, "received IKE_SA_INIT response 0 connection="));
    finish(w);
}

static void selectors_are_narrowed(void **state)
{
    (void)state;
    struct world *w = begin(25);
    w->end[1].lists.local_ts[0].from = world_ip("10.1.0.0");
    w->end[1].lists.local_ts[0].to = world_ip("10.1.255.255");
    come_up(w);
    HOLDS(w, ip_eq(&world_out(w, 0)->esp.remote[0].from, &w->end[1].lists.local_ts[0].from));
    HOLDS(w, ip_eq(&world_out(w, 0)->esp.remote[0].to, &w->end[1].lists.local_ts[0].to));
    rekey_both(w);
    finish(w);
}

/* Each allocation fails once: nothing breaks, and it comes up all the same. */
static void a_want_of_memory_is_survived(void **state)
{
    (void)state;
    for (uint64_t n = 1; n <= 160; n++) {
        struct world *w = begin(26);
        world_boot(w, 1);
        world_boot(w, 0);
        mem_fail_at(n);
        HOLDS(w, world_wait(w, 150 * NS_PER_S, world_works) < 150 * NS_PER_S);
        for (int end = 0; end < 2; end++) {
            (void)!ike_rekey(w->end[end].e, w->now, 1, end);
            world_drain(w, end);
        }
        world_run(w, 200 * NS_PER_S);
        mem_fail_at(0);
        HOLDS(w, world_wait(w, 150 * NS_PER_S, world_works) < 150 * NS_PER_S);
        finish(w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_nat_moves_both_to_port_4500),
        cmocka_unit_test(a_new_mapping_of_the_nat_is_followed),
        cmocka_unit_test(encapsulation_is_forced),
        cmocka_unit_test(a_gateway_changes_its_address),
        cmocka_unit_test(an_interface_gets_another_address),
        cmocka_unit_test(the_peers_other_address_is_tried),
        cmocka_unit_test(other_addresses_do_not_delay_the_end),
        cmocka_unit_test(an_address_that_comes_back_costs_nothing),
        cmocka_unit_test(over_ipv6),
        cmocka_unit_test(a_responder_finds_the_connection),
        cmocka_unit_test(traffic_starts_a_tunnel),
        cmocka_unit_test(certificates_go_in_fragments),
        cmocka_unit_test(a_certificate_says_who_we_are),
        cmocka_unit_test(without_fragmentation_a_message_stays_whole),
        cmocka_unit_test(post_quantum_keys),
        cmocka_unit_test(replayed_cut_and_flipped_packets_change_nothing),
        cmocka_unit_test(unprotected_words_tear_nothing_down),
        cmocka_unit_test(a_flood_meets_cookies),
        cmocka_unit_test(an_ikev1_peer_is_named),
        cmocka_unit_test(a_key_log_is_written_when_wanted),
        cmocka_unit_test(every_message_is_shown_when_wanted),
        cmocka_unit_test(selectors_are_narrowed),
        cmocka_unit_test(a_want_of_memory_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
