/* An engine with an established tunnel, and a peer that says anything: datagrams in the clear, and
 * what no outsider can send, authentic messages with any payloads. Records of the input: kind, two
 * bytes of length, bytes. Whatever comes, the engine stays sound, and lets go of everything; what
 * an outsider sends, made up or recorded and changed, leaves the established SA as it was. */
#include <stdlib.h>
#include <string.h>

#include "../lib/ike_ends.h"
#include "crypto/secret.h"
#include "ike/internal.h"

enum { RECORDS_MAX = 40, TAPED_MAX = 16, TAPED_BYTES = 1500, MEMORY_MAX = 4 << 20 };

/* A datagram that an outsider has seen. */
struct taped {
    int to;
    size_t n;
    uint8_t bytes[TAPED_BYTES];
};

struct ends {
    struct ike *e[2];
    ns_t now;
    struct taped tape[TAPED_MAX];
    size_t n_taped;
};

static void tape(struct ends *x, int to, const struct ike_action *a)
{
    if (x->n_taped == TAPED_MAX || a->len > TAPED_BYTES)
        return;
    struct taped *t = &x->tape[x->n_taped++];
    t->to = to;
    t->n = a->len;
    memcpy(t->bytes, a->bytes, a->len);
}

/* Drains both; datagrams reach the other end only while the tunnel is being made. */
static void drain(struct ends *x, bool deliver)
{
    struct ike_action a;
    bool more = true;
    while (more) {
        more = false;
        for (int end = 0; end < 2; end++)
            while (ike_next(x->e[end], &a)) {
                more = true;
                struct esp_path path = { .local = a.path.remote,
                                         .remote = a.path.local,
                                         .local_port = a.path.remote_port,
                                         .remote_port = a.path.local_port };
                if (a.kind == IKE_DO_KEYS && !ike_ends_answer_keys(x->e[end], x->now, a.keys, "k"))
                    abort();
                if (a.kind == IKE_DO_SEND)
                    tape(x, !end, &a);
                if (a.kind == IKE_DO_SEND && deliver)
                    ike_receive(x->e[!end], x->now, &path, a.bytes, a.len);
            }
    }
}

static struct ike_sa *newest(struct ike *e)
{
    if (list_is_empty(&e->conns))
        return NULL;
    struct ike_conn *conn = LIST_ENTRY(e->conns.next, struct ike_conn, link);
    return list_is_empty(&conn->sas) ? NULL : LIST_ENTRY(conn->sas.prev, struct ike_sa, link);
}

/* Where the input says 11 22 33 44 it means the SPI of the CHILD SA that is there. */
static size_t inner_of(const struct ike_sa *theirs, struct rd *r, uint8_t *to, size_t cap)
{
    static const uint8_t pattern[4] = { 0x11, 0x22, 0x33, 0x44 };
    size_t n = MIN(rd_left(r), cap);
    rd_copy(r, to, n);
    if (!theirs->conn || list_is_empty(&theirs->conn->children))
        return n;
    const struct ike_child *c = LIST_ENTRY(theirs->conn->children.next, struct ike_child, link);
    for (size_t i = 0; i + 4 <= n; i++) {
        if (memcmp(to + i, pattern, 4) != 0)
            continue;
        struct wr w = wr_init(to + i, 4);
        wr_u32(&w, c->esp.spi_out);
    }
    return n;
}

/* An authentic message of the peer's: request or answer, whatever is due. */
static void say(struct ends *x, struct ike_sa *ours, struct rd *r)
{
    struct ike_sa *theirs = ike_find_sa(x->e[1], ours->initiator ? ours->spi_r : ours->spi_i);
    uint8_t flags = rd_u8(r), first = rd_u8(r);
    if (!theirs)
        return;
    bool response = flags & 1;
    struct ike_header h = {
        .spi_i = ours->spi_i,
        .spi_r = ours->spi_r,
        .major = 2,
        .exchange = (uint8_t)(IKE_SA_INIT + (flags >> 1 & 3)),
        .flags = (uint8_t)((ours->initiator ? IKE_FLAG_INITIATOR : 0) |
                           (response ? IKE_FLAG_RESPONSE : 0)),
        .message_id = response ? theirs->request.message_id : theirs->expect_id,
    };
    uint8_t inner[4000];
    size_t n = inner_of(theirs, r, inner, sizeof(inner));
    struct ike_sealing s = { .header = &h,
                             .first = n ? first : 0,
                             .inner = { inner, n },
                             .datagram_max = flags & 8 ? 600 : 0 };
    uint16_t total = ike_sealed_packets(&ours->protect, &s);
    uint8_t packet[8192];
    struct esp_path path = { .local = theirs->path.local,
                             .remote = theirs->path.remote,
                             .local_port = theirs->path.local_port,
                             .remote_port = theirs->path.remote_port };
    for (uint16_t i = 1; i <= total; i++) {
        struct wr w = wr_init(packet, sizeof(packet));
        if (ike_seal(&ours->protect, &x->e[0]->random, &s, i, total, &w) == 0)
            ike_receive(x->e[1], x->now, &path, packet, wr_len(&w));
    }
}

/* What an outsider must not change. */
struct state {
    enum ike_state state;
    bool delete_wanted, rekey_wanted, up;
    uint32_t next_id, expect_id, n_children;
    struct esp_path path;
};

static struct state state_of(const struct ike_sa *sa)
{
    return (struct state){ sa->state,   sa->delete_wanted, sa->rekey_wanted,     sa->conn->up,
                           sa->next_id, sa->expect_id,     sa->conn->n_children, sa->path };
}

static void receive(struct ends *x, int to, const struct esp_path *path, const uint8_t *p, size_t n)
{
    struct ike_sa *sa = newest(x->e[to]);
    bool is_up = sa && sa->state == IKE_ST_UP && sa->request.task == IKE_TASK_NONE;
    struct state before = is_up ? state_of(sa) : (struct state){ 0 };
    ike_receive(x->e[to], x->now, path, p, n);
    if (!is_up)
        return;
    struct state after = state_of(sa);
    /* A hint may have liveness asked for: one request. */
    if (before.state != after.state || before.delete_wanted != after.delete_wanted ||
        before.rekey_wanted != after.rekey_wanted || before.up != after.up ||
        before.expect_id != after.expect_id || before.n_children != after.n_children ||
        after.next_id - before.next_id > 1 || !ip_eq(&before.path.remote, &after.path.remote) ||
        before.path.remote_port != after.path.remote_port)
        abort();
}

/* What was seen on the way, from anywhere, with one byte changed; unchanged, it is old. */
static void replay(struct ends *x, struct rd *r)
{
    const struct taped *t = &x->tape[rd_u8(r) % TAPED_MAX];
    uint16_t at = rd_u16(r);
    uint8_t flip = rd_u8(r), bytes[TAPED_BYTES];
    const struct esp_path path = { .local = ip_from_u32(t->to ? 0xc0000202 : 0xc0000201),
                                   .remote = ip_from_u32(0xc0000200 + rd_u8(r)),
                                   .local_port = 500,
                                   .remote_port = 500 };
    if (t->n == 0)
        return;
    memcpy(bytes, t->bytes, t->n);
    bytes[at % t->n] ^= flip ? flip : 1;
    receive(x, t->to, &path, bytes, t->n);
}

static void one(struct ends *x, struct rd *r)
{
    uint8_t kind = rd_u8(r);
    struct rd in = rd_sub(r, MIN(rd_u16(r), rd_left(r)));
    struct esp_path path = { .local = ip_from_u32(0xc0000202),
                             .remote = ip_from_u32(0xc0000201),
                             .local_port = 500,
                             .remote_port = 500 };
    struct ike_sa *ours = newest(x->e[0]);
    size_t n = rd_left(&in);
    switch (kind & 7) {
    case 0:
        receive(x, 1, &path, rd_bytes(&in, n), n);
        break;
    case 7:
        replay(x, &in);
        break;
    case 1:
        (void)!ike_rekey(x->e[1], x->now, 1, rd_u8(&in) & 1);
        break;
    case 2:
        x->now += (ns_t)rd_u8(&in) * NS_PER_S;
        ike_advance(x->e[1], x->now);
        break;
    case 3:
        ike_clear(x->e[1], x->now, 0, rd_u8(&in) & 1, false);
        break;
    default:
        if (ours)
            say(x, ours, &in);
        break;
    }
    drain(x, false);
    if (mem_bytes(MEM_IKE) > MEMORY_MAX)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ends x = { .now = 0 };
    struct ike_connection c[2];
    struct rd r = rd_init(data, size);
    for (int end = 1; end >= 0; end--) {
        struct ike_params p = { .random = crypto_random_seeded((uint64_t)end + 1) };
        struct ike_config config = { .connections = &c[end], .n = 1 };
        c[end] = ike_ends_connection(end);
        x.e[end] = ike_new(&p);
        if (!x.e[end] || ike_configure(x.e[end], 0, &config))
            abort();
    }
    ike_advance(x.e[0], 0);
    drain(&x, true);
    struct ike_sa *up = newest(x.e[1]);
    if (!up || up->state != IKE_ST_UP)
        abort();
    for (int i = 0; i < RECORDS_MAX && !r.bad && rd_left(&r) > 0; i++)
        one(&x, &r);
    for (int i = 0; i < 20; i++) { /* what hangs is given up */
        x.now += 20 * NS_PER_S;
        ike_advance(x.e[1], x.now);
        drain(&x, false);
    }
    ike_free(x.e[0]);
    ike_free(x.e[1]);
    if (mem_bytes(MEM_IKE) != 0)
        abort();
    return 0;
}
