#include "net/list.h"
#include "net/map.h"
#include "net/network.h"
#include "net/proposal.h"

#include "../unit.h"

static struct ip_addr ip(const char *s)
{
    struct ip_addr a = { 0 };
    if (s && !ip_parse(s, &a))
        fail_msg("address %s", s);
    return a;
}

/* ---- networks as tables ---------------------------------------------------------------------- */

/* An end in words: node, our outside address, the peer's, our BGP address, the peer's. */
struct end_row {
    uint32_t node;
    const char *outside, *peer, *bgp, *peer_bgp;
    uint32_t asn, peer_asn;
};

static struct arena arena;

static struct net net_new(void)
{
    arena_init(&arena, 256 << 20);
    return (struct net){ .arena = &arena };
}

static struct net_tunnel_end *add_end(struct net *n, const struct end_row *r)
{
    struct net_tunnel_end *e = NET_PUSH(&arena, &n->ends);
    assert_non_null(e);
    *e = (struct net_tunnel_end){ .node = r->node,
                                  .speaker = r->node,
                                  .outside = ip(r->outside),
                                  .peer_outside = ip(r->peer),
                                  .bgp = ip(r->bgp),
                                  .peer_bgp = ip(r->peer_bgp),
                                  .asn = r->asn,
                                  .peer_asn = r->peer_asn,
                                  .ikev2 = true };
    return e;
}

static void add_ends(struct net *n, const struct end_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        add_end(n, &rows[i]);
}

static void add_half(struct net *n, uint32_t node, const char *addr, const char *peer, uint32_t asn,
                     uint32_t expects)
{
    struct net_session *s = NET_PUSH(&arena, &n->sessions);
    assert_non_null(s);
    *s = (struct net_session){ .node = { node, NET_NONE },
                               .addr = { ip(addr), ip(peer) },
                               .asn = { asn, 0 },
                               .expects = { expects, 0 },
                               .tunnel = NET_NONE };
}

static uint32_t count_tunnels(const struct net *n, enum net_fault fault)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < n->tunnels.count; i++)
        count += n->tunnels.items[i].fault == fault;
    return count;
}

static uint32_t count_sessions(const struct net *n, enum net_session_fault fault)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < n->sessions.count; i++)
        count += n->sessions.items[i].fault == fault;
    return count;
}

/* Every end is in exactly one tunnel. */
static void claim_each_end_once(const struct net *n)
{
    uint32_t seen = 0;
    uint64_t sum = 0;
    for (uint32_t i = 0; i < n->tunnels.count; i++) {
        for (unsigned side = 0; side < 2; side++) {
            uint32_t e = n->tunnels.items[i].end[side];
            if (e == NET_NONE)
                continue;
            seen++;
            sum += e;
        }
    }
    assert_int_equal(seen, n->ends.count);
    assert_int_equal(sum, (uint64_t)n->ends.count * (n->ends.count - 1) / 2);
}

/* ---- the reference networks ------------------------------------------------------------------ */

/* S3: Azure's instances are nodes 0 and 1, Google's interfaces 2 and 3. */
#define G0 "35.242.112.236"
#define G1 "35.220.0.20"
static const struct end_row s3[] = {
    { 0, "20.0.0.10", G0, "169.254.21.14", "169.254.21.13", 65510, 65509 },
    { 1, "20.0.0.11", G0, "169.254.22.50", "169.254.21.13", 65510, 65509 },
    { 0, "20.0.0.10", G1, "169.254.21.14", "169.254.22.49", 65510, 65509 },
    { 1, "20.0.0.11", G1, "169.254.22.50", "169.254.22.49", 65510, 65509 },
    { 2, G0, "20.0.0.10", "169.254.21.13", "169.254.21.14", 65509, 65510 },
    { 3, G1, "20.0.0.11", "169.254.22.49", "169.254.22.50", 65509, 65510 },
};

static void test_s3_has_four_tunnels_and_two_are_up(void **state)
{
    (void)state;
    struct net n = net_new();
    add_ends(&n, s3, ARRAY_LEN(s3));
    assert_true(net_pair(&n));
    claim_each_end_once(&n);
    assert_int_equal(n.tunnels.count, 4);
    assert_int_equal(count_tunnels(&n, NET_FINE), 2);
    assert_int_equal(count_tunnels(&n, NET_FAULT_ONE_SIDED), 2);
    assert_int_equal(n.tunnels.items[0].end[1], 4); /* PIP0 - interface 0 */
    assert_int_equal(n.tunnels.items[1].end[1], NET_NONE);
    assert_int_equal(n.sessions.count, 4);
    assert_int_equal(count_sessions(&n, NET_SESSION_FINE), 2);
    assert_int_equal(count_sessions(&n, NET_SESSION_TUNNEL_DOWN), 2);
    arena_done(&arena);
}

static const struct end_row s4_2020[] = {
    /* AWS: two tunnels of each connection, to the one address of its customer gateway */
    { 2, "52.0.0.1", "20.1.0.10", "169.254.21.1", "169.254.21.2", 64512, 65515 },
    { 3, "52.0.0.2", "20.1.0.10", "169.254.22.1", "169.254.22.2", 64512, 65515 },
    { 4, "52.0.0.3", "20.1.0.11", "169.254.21.5", "169.254.21.6", 64512, 65515 },
    { 5, "52.0.0.4", "20.1.0.11", "169.254.22.5", "169.254.22.6", 64512, 65515 },
    /* Azure: each instance to each of the two peers */
    { 0, "20.1.0.10", "52.0.0.1", "169.254.21.2", "169.254.21.1", 65515, 64512 },
    { 1, "20.1.0.11", "52.0.0.1", "169.254.21.6", "169.254.21.1", 65515, 64512 },
    { 0, "20.1.0.10", "52.0.0.3", "169.254.21.2", "169.254.21.5", 65515, 64512 },
    { 1, "20.1.0.11", "52.0.0.3", "169.254.21.6", "169.254.21.5", 65515, 64512 },
};

static void test_s4_of_2020_has_six_tunnels_and_two_are_up(void **state)
{
    (void)state;
    struct net n = net_new();
    add_ends(&n, s4_2020, ARRAY_LEN(s4_2020));
    assert_true(net_pair(&n));
    claim_each_end_once(&n);
    assert_int_equal(n.tunnels.count, 6);
    assert_int_equal(count_tunnels(&n, NET_FINE), 2);
    assert_int_equal(count_tunnels(&n, NET_FAULT_ONE_SIDED), 4);
    assert_int_equal(count_sessions(&n, NET_SESSION_FINE), 2);
    assert_int_equal(count_sessions(&n, NET_SESSION_TUNNEL_DOWN), 4);
    arena_done(&arena);
}

static const struct end_row s4_today[] = {
    { 2, "52.0.0.1", "20.1.0.10", "169.254.21.1", "169.254.21.2", 64512, 65515 },
    { 3, "52.0.0.2", "20.1.0.10", "169.254.22.1", "169.254.22.2", 64512, 65515 },
    { 4, "52.0.0.3", "20.1.0.11", "169.254.21.5", "169.254.21.6", 64512, 65515 },
    { 5, "52.0.0.4", "20.1.0.11", "169.254.22.5", "169.254.22.6", 64512, 65515 },
    { 0, "20.1.0.10", "52.0.0.1", "169.254.21.2", "169.254.21.1", 65515, 64512 },
    { 1, "20.1.0.11", "52.0.0.1", "169.254.21.6", "169.254.21.1", 65515, 64512 },
    { 0, "20.1.0.10", "52.0.0.2", "169.254.22.2", "169.254.22.1", 65515, 64512 },
    { 1, "20.1.0.11", "52.0.0.2", "169.254.22.6", "169.254.22.1", 65515, 64512 },
    { 0, "20.1.0.10", "52.0.0.3", "169.254.21.2", "169.254.21.5", 65515, 64512 },
    { 1, "20.1.0.11", "52.0.0.3", "169.254.21.6", "169.254.21.5", 65515, 64512 },
    { 0, "20.1.0.10", "52.0.0.4", "169.254.22.2", "169.254.22.5", 65515, 64512 },
    { 1, "20.1.0.11", "52.0.0.4", "169.254.22.6", "169.254.22.5", 65515, 64512 },
};

static void test_s4_of_today_has_eight_tunnels_and_four_are_up(void **state)
{
    (void)state;
    struct net n = net_new();
    add_ends(&n, s4_today, ARRAY_LEN(s4_today));
    assert_true(net_pair(&n));
    claim_each_end_once(&n);
    assert_int_equal(n.tunnels.count, 8);
    assert_int_equal(count_tunnels(&n, NET_FINE), 4);
    assert_int_equal(count_sessions(&n, NET_SESSION_FINE), 4);
    arena_done(&arena);
}

/* ---- faults ---------------------------------------------------------------------------------- */

static const struct end_row two[] = {
    { 0, "20.0.0.1", "52.0.0.1", "169.254.21.2", "169.254.21.1", 65010, 64512 },
    { 1, "52.0.0.1", "20.0.0.1", "169.254.21.1", "169.254.21.2", 64512, 65010 },
};

static void no_change(struct net *n)
{
    (void)n;
}
static void both_wait(struct net *n)
{
    n->ends.items[0].ike = n->ends.items[1].ike = NET_RESPONDS;
}
static void one_waits(struct net *n)
{
    n->ends.items[0].ike = NET_RESPONDS;
}
static void ikev1_there(struct net *n)
{
    n->ends.items[1].ikev2 = false;
    n->ends.items[1].ikev1 = true;
}
static void other_key(struct net *n)
{
    n->ends.items[0].psk = "one";
    n->ends.items[1].psk = "two";
}
static void one_key(struct net *n)
{
    n->ends.items[0].psk = "one";
}
static void other_asn(struct net *n)
{
    n->ends.items[0].asn = 65011;
}
static void other_address(struct net *n)
{
    n->ends.items[1].peer_bgp = ip("169.254.21.6");
}
static void nobody_opens(struct net *n)
{
    n->ends.items[0].opens_bgp = n->ends.items[1].opens_bgp = NET_RESPONDS;
}
static void no_bgp_there(struct net *n)
{
    n->ends.items[1].bgp = n->ends.items[1].peer_bgp = (struct ip_addr){ 0 };
}
static void no_bgp(struct net *n)
{
    no_bgp_there(n);
    n->ends.items[0].bgp = n->ends.items[0].peer_bgp = (struct ip_addr){ 0 };
}
static void elsewhere(struct net *n)
{
    n->ends.items[1].peer_outside = ip("20.0.0.2");
}
static void any_peer(struct net *n)
{
    n->ends.items[1].peer_outside = (struct ip_addr){ 0 };
}
static void unknown_address(struct net *n)
{
    any_peer(n);
    n->ends.items[0].outside = (struct ip_addr){ 0 };
}
static void behind_nat(struct net *n)
{
    n->ends.items[0].outside = ip("192.168.1.2");
    n->ends.items[0].seen = ip("20.0.0.1");
}
static void same_side_of_nat(struct net *n)
{
    n->ends.items[0].seen = ip("198.51.100.1");
}
static void nat_forgotten(struct net *n)
{
    n->ends.items[0].outside = ip("192.168.1.2");
}

static const struct fault_case {
    const char *name;
    void (*change)(struct net *n);
    uint32_t tunnels;
    enum net_fault fault;
    bool session;
    enum net_session_fault session_fault;
} fault_cases[] = {
    { "two that mean each other", no_change, 1, NET_FINE, true, NET_SESSION_FINE },
    { "responder only and add: nobody dials", both_wait, 1, NET_FAULT_NOBODY_DIALS, true,
      NET_SESSION_TUNNEL_DOWN },
    { "one that waits is dialled", one_waits, 1, NET_FINE, true, NET_SESSION_FINE },
    { "IKEv1 and IKEv2 do not meet", ikev1_there, 1, NET_FAULT_VERSION, true,
      NET_SESSION_TUNNEL_DOWN },
    { "two keys do not meet", other_key, 1, NET_FAULT_PSK, true, NET_SESSION_TUNNEL_DOWN },
    { "a key left to the user is not a wrong one", one_key, 1, NET_FINE, true, NET_SESSION_FINE },
    { "an AS number that is not expected", other_asn, 1, NET_FINE, true, NET_SESSION_ASN },
    { "a BGP address that is not the peer's", other_address, 1, NET_FINE, true,
      NET_SESSION_ADDRESS },
    { "both wait for the session", nobody_opens, 1, NET_FINE, true, NET_SESSION_NOBODY_OPENS },
    { "BGP on one side alone", no_bgp_there, 1, NET_FINE, true, NET_SESSION_ONE_SIDED },
    { "no BGP, no session", no_bgp, 1, NET_FINE, false, NET_SESSION_FINE },
    { "a peer that means somebody else", elsewhere, 2, NET_FAULT_ONE_SIDED, true,
      NET_SESSION_TUNNEL_DOWN },
    { "a peer that takes anybody", any_peer, 1, NET_FINE, true, NET_SESSION_FINE },
    { "an address nobody knows yet, to one that takes anybody", unknown_address, 1, NET_FINE, true,
      NET_SESSION_FINE },
    { "a NAT in front shows another address", behind_nat, 1, NET_FINE, true, NET_SESSION_FINE },
    { "two on one side of a NAT see each other as they are", same_side_of_nat, 1, NET_FINE, true,
      NET_SESSION_FINE },
    { "without it the two do not meet", nat_forgotten, 2, NET_FAULT_ONE_SIDED, true,
      NET_SESSION_TUNNEL_DOWN },
};

static void test_what_keeps_a_tunnel_down(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(fault_cases); i++) {
        const struct fault_case *c = &fault_cases[i];
        struct net n = net_new();
        add_ends(&n, two, ARRAY_LEN(two));
        c->change(&n);
        CLAIM(c->name, net_pair(&n));
        CLAIM(c->name, n.tunnels.count == c->tunnels);
        CLAIM_TEXT(c->name, net_fault_text(n.tunnels.items[0].fault), net_fault_text(c->fault));
        CLAIM(c->name, (n.sessions.count > 0) == c->session);
        if (c->session)
            CLAIM_TEXT(c->name, net_session_fault_text(n.sessions.items[0].fault),
                       net_session_fault_text(c->session_fault));
        arena_done(&arena);
    }
}

/* ---- algorithms ------------------------------------------------------------------------------ */

enum { CBC = 12, GCM = 20, TRIPLE_DES = 3, SHA1 = 2, SHA256 = 12 };

static struct net_proposal ike(uint16_t encr, uint16_t bits, uint16_t integ, uint16_t group)
{
    uint64_t i = net_algorithm_bit(WORD_INTEG, integ, 0);
    return (struct net_proposal){ .encryption = net_algorithm_bit(WORD_ENCR, encr, bits),
                                  .integrity = i,
                                  .prf = net_prf_of_integrity(i),
                                  .group = net_algorithm_bit(WORD_GROUP, group, 0) };
}

static struct net_proposal esp(uint16_t encr, uint16_t bits, uint16_t integ, uint16_t group)
{
    struct net_proposal p = ike(encr, bits, integ, group);
    p.prf = 0;
    p.esp = true;
    return p;
}

struct proposal_case {
    const char *name;
    struct net_proposal a, b;
    bool meet;
};

static void test_proposals_meet_in_every_kind(void **state)
{
    (void)state;
    const struct proposal_case cases[] = {
        { "the same", ike(CBC, 256, SHA1, 2), ike(CBC, 256, SHA1, 2), true },
        { "another key length", ike(CBC, 256, SHA1, 2), ike(CBC, 128, SHA1, 2), false },
        { "another hash", ike(CBC, 256, SHA1, 2), ike(CBC, 256, SHA256, 2), false },
        { "another group", ike(CBC, 256, SHA1, 2), ike(CBC, 256, SHA1, 14), false },
        { "an AEAD has no hash to agree on", esp(GCM, 256, 0, 0), esp(GCM, 256, SHA1, 0), true },
        { "a cipher without a common hash", esp(CBC, 256, 0, 0), esp(CBC, 256, SHA1, 0), false },
        { "PFS on one side: up until the first rekey", esp(GCM, 256, 0, 14), esp(GCM, 256, 0, 0),
          true },
        { "two groups for PFS", esp(GCM, 256, 0, 14), esp(GCM, 256, 0, 19), false },
        { "IKE's are not compared with ESP's", ike(CBC, 256, SHA1, 2), esp(GCM, 128, 0, 0), true },
        { "two others may agree on 3DES", ike(TRIPLE_DES, 0, SHA1, 2), ike(TRIPLE_DES, 0, SHA1, 2),
          true },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct net n = net_new();
        add_ends(&n, two, ARRAY_LEN(two));
        for (uint32_t k = 0; k < 2; k++) {
            struct net_proposal *p = NET_PUSH(&arena, &n.proposals);
            assert_non_null(p);
            *p = k ? cases[i].b : cases[i].a;
            n.ends.items[k].proposals = k;
            n.ends.items[k].proposal_count = 1;
        }
        CLAIM(cases[i].name, net_pair(&n));
        CLAIM(cases[i].name,
              n.tunnels.items[0].fault == (cases[i].meet ? NET_FINE : NET_FAULT_PROPOSAL));
        arena_done(&arena);
    }
}

static void test_a_side_without_proposals_takes_any(void **state)
{
    (void)state;
    struct net n = net_new();
    add_ends(&n, two, ARRAY_LEN(two));
    struct net_proposal *p = NET_PUSH(&arena, &n.proposals);
    assert_non_null(p);
    *p = ike(CBC, 256, SHA1, 2);
    n.ends.items[0].proposal_count = 1;
    assert_true(net_pair(&n));
    assert_int_equal(n.tunnels.items[0].fault, NET_FINE);
    arena_done(&arena);
}

/* ---- sessions outside of tunnels ------------------------------------------------------------- */

static void add_iface(struct net *n, uint32_t node, const char *addr)
{
    struct net_iface *f = NET_PUSH(&arena, &n->ifaces);
    assert_non_null(f);
    *f = (struct net_iface){ .node = node, .addr = ip(addr), .len = 24 };
}

static void test_halves_meet_by_their_addresses(void **state)
{
    (void)state;
    struct net n = net_new();
    add_half(&n, 0, "10.0.210.4", "10.0.0.4", 65515, 65001);
    add_half(&n, 1, "10.0.210.5", "10.0.0.4", 65515, 65001);
    add_half(&n, 2, "10.0.0.4", "10.0.210.4", 65001, 65515);
    add_half(&n, 2, "10.0.0.4", "10.0.210.5", 65001, 65514);
    add_half(&n, 2, "10.0.0.4", "10.9.9.9", 65001, 65515);
    assert_true(net_pair(&n));
    assert_int_equal(n.sessions.count, 3);
    assert_int_equal(count_sessions(&n, NET_SESSION_FINE), 1);
    assert_int_equal(count_sessions(&n, NET_SESSION_ASN), 1);
    assert_int_equal(count_sessions(&n, NET_SESSION_ONE_SIDED), 1);
    assert_int_equal(n.sessions.items[0].node[1], 2);
    arena_done(&arena);
}

static void test_a_half_for_the_wrong_address_of_the_right_node(void **state)
{
    (void)state;
    struct net n = net_new();
    add_iface(&n, 0, "10.10.200.4");
    add_iface(&n, 0, "10.10.200.6");
    add_iface(&n, 1, "10.100.20.1");
    add_half(&n, 0, "10.10.200.6", "10.100.20.1", 65155, 65150);
    add_half(&n, 1, "10.100.20.1", "10.10.200.4", 65150, 65155);
    assert_true(net_pair(&n));
    assert_int_equal(n.sessions.count, 1);
    assert_int_equal(n.sessions.items[0].fault, NET_SESSION_ADDRESS);
    arena_done(&arena);
}

static void test_a_neighbour_that_is_not_tied_to_the_tunnel_is_found(void **state)
{
    (void)state;
    struct net n = net_new();
    add_ends(&n, two, ARRAY_LEN(two));
    no_bgp_there(&n);
    add_half(&n, 1, "169.254.21.1", "169.254.21.2", 64512, 65010);
    assert_true(net_pair(&n));
    assert_int_equal(n.sessions.count, 1);
    assert_int_equal(n.sessions.items[0].fault, NET_SESSION_FINE);
    assert_int_equal(n.sessions.items[0].tunnel, 0);
    arena_done(&arena);
}

static void test_the_cloud_router_speaks_for_its_gateway(void **state)
{
    (void)state;
    struct net n = net_new();
    add_ends(&n, two, ARRAY_LEN(two));
    n.ends.items[1].speaker = 7;
    assert_true(net_pair(&n));
    assert_int_equal(n.sessions.items[0].node[1], 7);
    arena_done(&arena);
}

/* ---- growth ---------------------------------------------------------------------------------- */

/* `sites` sites with two ends each, in the worst order: all of one side first. */
static uint64_t probes_for(uint32_t sites, uint32_t *ret_tunnels)
{
    struct net n = net_new();
    for (uint32_t side = 0; side < 2; side++) {
        for (uint32_t i = 0; i < sites; i++) {
            struct net_tunnel_end *e = NET_PUSH(&arena, &n.ends);
            assert_non_null(e);
            *e = (struct net_tunnel_end){ .node = 2 * i + side, .speaker = 2 * i + side };
            e->ikev2 = true;
            struct ip_addr a = ip_from_u32(0x14000001), b = ip_from_u32(0x34000000 + i);
            e->outside = side ? b : a;
            e->peer_outside = side ? a : b;
            a = ip_from_u32(0xa9fe1501);
            b = ip_from_u32(0xa9fe1600 + i);
            e->bgp = side ? b : a;
            e->peer_bgp = side ? a : b;
        }
    }
    assert_true(net_pair(&n));
    *ret_tunnels = count_tunnels(&n, NET_FINE);
    assert_int_equal(count_sessions(&n, NET_SESSION_FINE), sites);
    arena_done(&arena);
    return n.probes;
}

static void test_ten_times_the_ends_are_ten_times_the_work(void **state)
{
    (void)state;
    uint32_t few_tunnels, many_tunnels;
    uint64_t few = probes_for(500, &few_tunnels), many = probes_for(5000, &many_tunnels);
    assert_int_equal(few_tunnels, 500);
    assert_int_equal(many_tunnels, 5000);
    if (many > 12 * few || many > 20 * 10000)
        fail_msg("1,000 ends: %llu places looked at, 10,000: %llu", (unsigned long long)few,
                 (unsigned long long)many);
}

/* Many ends between the same two addresses (a mistake of the user's) wait in one queue. */
static void test_the_same_address_pair_many_times_is_linear_too(void **state)
{
    (void)state;
    struct net n = net_new();
    for (uint32_t i = 0; i < 10000; i++)
        add_end(&n, &two[i < 5000]);
    assert_true(net_pair(&n));
    claim_each_end_once(&n);
    assert_int_equal(n.tunnels.count, 5000);
    assert_true(n.probes < 20 * 10000);
    arena_done(&arena);
}

static void test_a_full_arena_is_said(void **state)
{
    (void)state;
    struct net n = net_new();
    add_ends(&n, s4_today, ARRAY_LEN(s4_today));
    bool ok = false;
    size_t room = 0;
    for (; !ok && room < (1 << 20); room += 512) {
        struct arena small;
        arena_init(&small, room);
        struct net copy = n;
        copy.arena = &small;
        copy.probes = 0;
        ok = net_pair(&copy);
        if (ok)
            assert_int_equal(copy.tunnels.count, 8);
        arena_done(&small);
    }
    assert_true(ok);
    assert_true(room > 512);
    arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_s3_has_four_tunnels_and_two_are_up),
        cmocka_unit_test(test_s4_of_2020_has_six_tunnels_and_two_are_up),
        cmocka_unit_test(test_s4_of_today_has_eight_tunnels_and_four_are_up),
        cmocka_unit_test(test_what_keeps_a_tunnel_down),
        cmocka_unit_test(test_proposals_meet_in_every_kind),
        cmocka_unit_test(test_a_side_without_proposals_takes_any),
        cmocka_unit_test(test_halves_meet_by_their_addresses),
        cmocka_unit_test(test_a_half_for_the_wrong_address_of_the_right_node),
        cmocka_unit_test(test_a_neighbour_that_is_not_tied_to_the_tunnel_is_found),
        cmocka_unit_test(test_the_cloud_router_speaks_for_its_gateway),
        cmocka_unit_test(test_ten_times_the_ends_are_ten_times_the_work),
        cmocka_unit_test(test_the_same_address_pair_many_times_is_linear_too),
        cmocka_unit_test(test_a_full_arena_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
