/* bench/crypto_bench.c: what sealing and opening cost, and key exchange.
 *
 *   crypto_bench [SECONDS]      default 0.1 for each figure
 *
 * Prints gigabytes of payload a second of CPU time on one core, the best of many short runs, for
 * libcrypto and for Intel's library in batches of 1, 8, 32 and 64 packets, and operations a second.
 * Not a test. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "crypto/cipher.h"
#include "crypto/dh.h"
#include "crypto/prf.h"

enum { HEADER = 8, ROOM = 9216, TURNS = 16 };

static const uint32_t sizes[] = { 64, 576, 1400, 9000 };

struct suite {
    const struct crypto_encr_alg *encr;
    const struct crypto_integ_alg *integ;
};

struct bench {
    double seconds;
    struct cipher_engine *engine;
    uint8_t (*packets)[ROOM];
};

/* CPU time: other work on the machine does not count. */
static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void must(bool done, const char *what)
{
    if (done)
        return;
    fprintf(stderr, "crypto_bench: %s failed\n", what);
    exit(1);
}

static struct cipher *make(const struct bench *b, const struct suite *s, bool seals, bool portable)
{
    static const uint8_t key[CRYPTO_KEY_MAX] = { 1 };
    struct cipher *c = cipher_new(&(struct cipher_params){ .encr = s->encr,
                                                           .integ = s->integ,
                                                           .key = key,
                                                           .integ_key = key,
                                                           .engine = b->engine,
                                                           .seals = seals,
                                                           .portable = portable });
    must(c != NULL, "cipher_new()");
    return c;
}

static void fill(const struct bench *b, const struct cipher *c, struct cipher_job *jobs, size_t n,
                 uint32_t size)
{
    uint32_t block = (uint32_t)cipher_block_bytes(c);
    for (size_t i = 0; i < n; i++) {
        jobs[i] = (struct cipher_job){
            .packet = b->packets[i],
            .header_len = HEADER,
            .data_len = (size + block - 1) / block * block,
            .text = b->packets[i] + HEADER + cipher_iv_bytes(c),
        };
    }
}

/* An opened packet is plain text in place: the next turn needs the sealed one again, so what is
 * measured is sealing, or sealing and opening, and the difference is printed. */
static double seconds_a_turn(const struct bench *b, const struct suite *s, uint32_t size, size_t n,
                             bool portable, bool opens)
{
    struct cipher_job jobs[CIPHER_BATCH_MAX];
    struct cipher *seal = make(b, s, true, portable), *open = make(b, s, false, portable);
    fill(b, seal, jobs, n, size);
    double best = 1e9, until = now_s() + b->seconds;
    for (double start = now_s(); start < until; start = now_s()) {
        for (int k = 0; k < TURNS; k++) {
            cipher_seal(seal, jobs, n);
            if (opens)
                cipher_open(open, jobs, n);
        }
        double spent = (now_s() - start) / TURNS;
        best = spent < best ? spent : best;
    }
    must(jobs[0].ok && jobs[n - 1].ok, "sealing or opening");
    cipher_free(seal);
    cipher_free(open);
    return best;
}

static void print_rates(const struct bench *b, const struct suite *s, size_t n, bool portable)
{
    char label[32];
    snprintf(label, sizeof(label), portable ? "libcrypto" : "engine, %zu", n);
    printf("  %-12s", label);
    for (int opens = 0; opens < 2; opens++) {
        printf(opens ? "  open" : "  seal");
        for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
            double seal = seconds_a_turn(b, s, sizes[i], n, portable, false);
            double turn = seal;
            if (opens)
                turn = seconds_a_turn(b, s, sizes[i], n, portable, true) - seal;
            printf(" %6.2f", (double)sizes[i] * (double)n / turn / 1e9);
        }
    }
    printf("\n");
    fflush(stdout);
}

static void bench_suite(const struct bench *b, const struct suite *s)
{
    static const size_t batches[] = { 1, 4, 8, 32, 64 };
    printf("%s%s%s\n", s->encr->swan, s->integ ? " + " : "", s->integ ? s->integ->swan : "");
    print_rates(b, s, 32, true);
    if (!b->engine)
        return;
    for (size_t i = 0; i < ARRAY_LEN(batches); i++)
        print_rates(b, s, batches[i], false);
}

static void bench_bulk(const struct bench *b)
{
    size_t n_encr, n_integ;
    const struct crypto_encr_alg *encr = crypto_encr_algs(&n_encr);
    const struct crypto_integ_alg *integ = crypto_integ_algs(&n_integ);
    printf("GB/s of CPU time, packets of 64, 576, 1400 and 9000 bytes; engine: %s\n",
           b->engine ? "yes" : "no");
    for (size_t e = 0; e < n_encr; e++) {
        if (encr[e].key_bits == 192)
            continue;
        for (size_t i = 0; i < (encr[e].icv_bytes ? 1 : n_integ); i++) {
            struct suite s = { &encr[e], encr[e].icv_bytes ? NULL : &integ[i] };
            bench_suite(b, &s);
        }
    }
}

static void bench_group(double seconds, const struct crypto_group_alg *group)
{
    struct crypto_random random = crypto_random_system();
    uint8_t shared[CRYPTO_PUBLIC_MAX];
    size_t n;
    uint64_t turns = 0;
    double start = now_s(), spent = 0;
    while (spent < seconds) {
        struct crypto_dh *dh = crypto_dh_new(group->id, &random);
        must(dh != NULL, "crypto_dh_new()");
        crypto_dh_free(dh);
        turns++;
        spent = now_s() - start;
    }
    double make_us = spent / (double)turns * 1e6;
    struct crypto_dh *a = crypto_dh_new(group->id, &random);
    struct crypto_dh *p = crypto_dh_new(group->id, &random);
    must(a && p, "crypto_dh_new()");
    const uint8_t *peer = crypto_dh_public(p, &n);
    turns = 0;
    start = now_s();
    for (spent = 0; spent < seconds; spent = now_s() - start, turns++)
        must(crypto_dh_shared(a, peer, group->public_bytes, shared, &n) == 0, "crypto_dh_shared()");
    double shared_us = spent / (double)turns * 1e6;
    printf("  %-14s key %8.1f us  shared %8.1f us  exchanges (both, one side) %8.0f/s\n",
           group->name, make_us, shared_us, 1e6 / (make_us + shared_us));
    crypto_dh_free(a);
    crypto_dh_free(p);
}

static void bench_prf(double seconds)
{
    uint8_t key[32] = { 1 }, data[300] = { 2 }, out[512];
    const struct crypto_part parts = { data, sizeof(data) }, key_part = { key, sizeof(key) };
    size_t n;
    const struct crypto_prf_alg *prf = crypto_prf_algs(&n);
    for (size_t i = 0; i < n; i++) {
        uint64_t turns = 0;
        double start = now_s(), spent = 0;
        for (; spent < seconds; spent = now_s() - start, turns++)
            must(crypto_prf(prf[i].id, key, sizeof(key), &parts, 1, out) == 0, "crypto_prf()");
        double one = spent / (double)turns * 1e6;
        turns = 0;
        start = now_s();
        for (spent = 0; spent < seconds; spent = now_s() - start, turns++)
            must(crypto_prf_plus(prf[i].id, &key_part, &parts, 1, out, 256) == 0, "prf+");
        printf("  %-14s prf of 300 bytes %6.2f us  prf+ of 256 bytes %6.2f us\n", prf[i].swan, one,
               spent / (double)turns * 1e6);
    }
}

int main(int argc, char **argv)
{
    struct bench b = { .seconds = argc > 1 ? atof(argv[1]) : 0.1 };
    size_t n;
    const struct crypto_group_alg *groups = crypto_group_algs(&n);
    b.engine = cipher_engine_new();
    b.packets = calloc(CIPHER_BATCH_MAX, ROOM);
    must(b.packets != NULL, "calloc()");
    bench_bulk(&b);
    printf("key exchange\n");
    for (size_t i = 0; i < n; i++)
        bench_group(b.seconds, &groups[i]);
    printf("PRF\n");
    bench_prf(b.seconds);
    free(b.packets);
    cipher_engine_free(b.engine);
    return 0;
}
