/* bench/rib_bench.c: what a route costs in the tables: one peer announces prefixes with many
 * attribute sets, one group of one receiver is told them all; then everything is withdrawn.
 *
 *   rib_bench [PREFIXES [SETS]]      default 1000000 50000
 *
 * Prints nanoseconds and bytes a route. Not a test. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "attr/aspath.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/rng.h"
#include "rib/rib.h"

enum { PER_UPDATE = 20, LOCAL_AS = 65001, PEER_AS = 65010, SENDER = 1, RECEIVER = 2 };

struct bench {
    uint32_t prefixes, sets;
    struct prefix *prefix;
    struct attr_table *attrs;
    struct attr_set **set;
    struct rib *r;
    uint64_t told, withdrawn, portions, changes;
};

/* CPU time: other work on the machine does not count. */
static double now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void must(bool done, const char *what)
{
    if (done)
        return;
    fprintf(stderr, "rib_bench: %s failed\n", what);
    exit(1);
}

/* Distinct prefixes of /24 in an order like that of a full table: runs of neighbours. */
static void make_prefixes(struct bench *b)
{
    struct rng rng = rng_init(1);
    uint32_t next = 1 << 16;
    for (uint32_t i = 0; i < b->prefixes; i++) {
        next += (uint32_t)rng_between(&rng, 1, 12);
        struct ip_addr a = ip_from_u32(next << 8);
        b->prefix[i] = prefix_of(&a, 24);
    }
    for (uint32_t i = b->prefixes / 8; i > 1; i--) { /* runs of eight come in any order */
        uint32_t j = (uint32_t)rng_between(&rng, 0, i - 1);
        for (uint32_t k = 0; k < 8; k++) {
            struct prefix swap = b->prefix[(i - 1) * 8 + k];
            b->prefix[(i - 1) * 8 + k] = b->prefix[j * 8 + k];
            b->prefix[j * 8 + k] = swap;
        }
    }
}

static void make_sets(struct bench *b)
{
    for (uint32_t i = 0; i < b->sets; i++) {
        uint8_t path[2 + 4 * 5] = { AS_SEQUENCE, 5 };
        uint32_t as[5] = { PEER_AS, 3356, 100 + i % 977, 2000 + i % 4999, 10000 + i };
        for (size_t k = 0; k < 20; k++)
            path[2 + k] = (uint8_t)(as[k / 4] >> (24 - 8 * (k % 4)));
        struct attr_draft d = { .head = { .next_hop = ip_from_u32(0x0a090001) } };
        d.head.span_len[SPAN_AS_PATH] = sizeof(path);
        d.span[SPAN_AS_PATH] = path;
        b->set[i] = attr_intern(b->attrs, &d);
        must(b->set[i] != NULL, "attr_intern");
    }
}

static void make_rib(struct bench *b)
{
    struct rib_params params = {
        .shards = 1,
        .hash_key = 7,
        .attrs = b->attrs,
        .decision = { .paths_ebgp = 1, .paths_ibgp = 1, .default_local_pref = 100 },
        .local_as = LOCAL_AS,
        .router_id = 1,
        .max_routes = UINT32_MAX - 1,
    };
    struct rib_peer_params peer = {
        .peer = SENDER,
        .family = IP_V4,
        .kind = RIB_EBGP,
        .remote_as = PEER_AS,
        .router_id = 2,
        .local_as = LOCAL_AS,
        .address = ip_from_u32(0x0a090001),
    };
    struct rib_group_params group = { .family = IP_V4, .kind = RIB_EBGP, .local_as = LOCAL_AS };
    b->r = rib_new(&params);
    must(b->r && rib_peer_set(b->r, &peer) == 0 && rib_group_set(b->r, &group) == 0 &&
             rib_group_join(b->r, 0, IP_V4, RECEIVER) == 0,
         "the shard");
}

/* What a node does after each message. */
static void drain(struct bench *b)
{
    struct rib_export e;
    struct rib_change c;
    struct rib_next_hop nh = { .reachable = true, .connected = true };
    bool track;
    while (rib_next_tracked(b->r, &nh.address, &track))
        rib_next_hop_set(b->r, &nh);
    while (rib_work(b->r, 1000))
        continue;
    while (rib_next_export(b->r, 0, IP_V4, &e)) {
        b->portions++;
        b->told += e.set ? e.n : 0;
        b->withdrawn += e.set ? 0 : e.n;
    }
    while (rib_next_change(b->r, &c))
        b->changes++;
}

static void announce_all(struct bench *b, uint32_t shift)
{
    for (uint32_t i = 0; i < b->prefixes; i += PER_UPDATE) {
        uint32_t n = MIN((uint32_t)PER_UPDATE, b->prefixes - i);
        struct attr_set *set = b->set[(i / PER_UPDATE + shift) % b->sets];
        must(rib_announce(b->r, 1, SENDER, set, &b->prefix[i], n) == RIB_OK, "rib_announce");
        if (i / PER_UPDATE % 64 == 63)
            drain(b);
    }
    drain(b);
}

static void withdraw_all(struct bench *b)
{
    for (uint32_t i = 0; i < b->prefixes; i += 200) {
        rib_withdraw(b->r, SENDER, &b->prefix[i], MIN(200U, b->prefixes - i));
        if (i / 200 % 6 == 5)
            drain(b);
    }
    drain(b);
}

static void report(struct bench *b, const char *what, double since)
{
    double ns = (now_ns() - since) / b->prefixes;
    printf("%-28s %8.1f ns a route  (told %llu, withdrawn %llu, portions %llu, changes %llu)\n",
           what, ns, (unsigned long long)b->told, (unsigned long long)b->withdrawn,
           (unsigned long long)b->portions, (unsigned long long)b->changes);
    b->told = b->withdrawn = b->portions = b->changes = 0;
}

int main(int argc, char **argv)
{
    struct bench b = { .prefixes = 1000000, .sets = 50000 };
    uint64_t prefixes = b.prefixes, kinds = b.sets;
    if ((argc > 1 && !number_parse(argv[1], UINT32_MAX, &prefixes)) ||
        (argc > 2 && !number_parse(argv[2], UINT32_MAX, &kinds)) || argc > 3) {
        fprintf(stderr, "usage: rib_bench [PREFIXES [SETS]]\n");
        return 2;
    }
    b.prefixes = (uint32_t)prefixes;
    b.sets = (uint32_t)kinds;
    b.prefix = calloc(b.prefixes, sizeof(*b.prefix));
    b.set = calloc(b.sets, sizeof(struct attr_set *));
    b.attrs = attr_table_new(3, UINT32_MAX);
    must(b.prefix && b.set && b.attrs && b.prefixes > 0 && b.sets > 0, "memory");
    make_prefixes(&b);
    make_sets(&b);
    make_rib(&b);
    drain(&b);

    double since = now_ns();
    announce_all(&b, 0);
    report(&b, "announced, told, to the FIB", since);
    struct rib_counts c = rib_counts(b.r);
    size_t sets = mem_bytes(MEM_ATTR);
    printf("%-28s %8.1f bytes a route, and %.1f of attribute sets\n", "",
           (double)c.bytes / b.prefixes, (double)sets / b.prefixes);
    since = now_ns();
    announce_all(&b, 1);
    report(&b, "each with another set", since);
    since = now_ns();
    must(rib_group_join(b.r, 0, IP_V4, 3) == 0, "rib_group_join");
    drain(&b);
    report(&b, "dumped to one that joins", since);
    since = now_ns();
    withdraw_all(&b);
    report(&b, "withdrawn", since);
    announce_all(&b, 0);
    since = now_ns();
    rib_peer_down(b.r, SENDER, IP_V4);
    drain(&b);
    report(&b, "the peer goes down", since);

    rib_free(b.r);
    for (uint32_t i = 0; i < b.sets; i++)
        attr_unref(b.attrs, b.set[i]);
    attr_table_free(b.attrs);
    free(b.set);
    free(b.prefix);
    return 0;
}
