/* A peer that has the keys sends any fragments: numbers, totals, lengths, message ids as the input
 * says. Bounds hold, what comes out whole is what went in, and all memory is given back. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rd.h"
#include "ike/protect.h"

/* Of each fragment the input has five bytes: message id and kind, number, total, length (two). */
struct step {
    uint8_t kind;
    uint16_t number, total, len;
};

static void check_bounds(const struct ike_reassembly *r)
{
    uint32_t bytes = 0;
    uint16_t have = 0;
    for (uint16_t i = 0; i < r->total && r->pieces; i++) {
        bytes += r->pieces[i].n;
        have = (uint16_t)(have + (r->pieces[i].p != NULL));
    }
    if (bytes != r->bytes || have != r->have || bytes > IKE_REASSEMBLY_BYTES_MAX ||
        r->total > IKE_FRAGMENTS_MAX || (r->active && r->have == r->total && r->total))
        abort();
}

static void add(struct ike_reassembly *r, const struct step *s)
{
    static uint8_t piece[65536], out[IKE_REASSEMBLY_BYTES_MAX];
    static struct ike_message m;
    struct wr w = wr_init(out, sizeof(out));
    const char *why = NULL;
    uint8_t first = 0;
    m.has = 1u << (IKE_P_SKF - IKE_P_SA);
    m.header.message_id = s->kind & 3;
    m.sk.number = s->number;
    m.sk.total = s->total;
    m.sk.first = s->number == 1 ? IKE_P_IDI : 0;
    memset(piece, s->number, s->len);
    struct ike_reassembly before = *r;
    if (s->kind & 0x80)
        mem_fail_at(1 + (s->kind >> 4 & 3));
    enum ike_fragment e =
        ike_reassemble(r, &m, &(struct crypto_part){ piece, s->len }, &w, &first, &why);
    mem_fail_at(0);
    check_bounds(r);
    if (e == IKE_FRAGMENT_REFUSED && !why)
        abort();
    if (e == IKE_FRAGMENT_DUPLICATE && (r->have != before.have || r->bytes != before.bytes))
        abort();
    if (e != IKE_FRAGMENT_WHOLE)
        return;
    if (first != IKE_P_IDI || r->active || wr_len(&w) == 0)
        abort();
    for (size_t i = 1; i < wr_len(&w); i++) /* in order of their numbers */
        if (out[i] < out[i - 1])
            abort();
}

/* Whatever stands behind the header of SK or SKF does not open, and is not written to. */
static void check_open(const uint8_t *data, size_t size)
{
    static const struct ike_suite suites[] = {
        { .encr = CRYPTO_AES_CBC, .encr_bits = 128, .integ = CRYPTO_SHA1_96 },
        { .encr = CRYPTO_AES_GCM_16, .encr_bits = 256 },
    };
    static struct ike_message m;
    static uint8_t out[4096], packet[4096];
    const struct ike_header header = { .spi_i = 1, .major = 2, .exchange = IKE_AUTH };
    const struct ike_keys keys = { .encr_len = 36, .integ_len = 20 };
    struct diag d;
    if (size > 2048)
        return;
    for (size_t i = 0; i < 4; i++) {
        struct ike_protect p;
        struct crypto_part inner;
        size_t n;
        struct ike_writer o = ike_begin(packet, sizeof(packet), &header);
        ike_put(&o, i & 2 ? IKE_P_SKF : IKE_P_SK, data, size);
        if (!ike_end(&o, &n) || ike_protect_init(&suites[i & 1], &keys, true, &p))
            abort();
        if (ike_message_decode(packet, n, &m, &d) == IKE_N_NONE &&
            ike_open(&p, &m, out, sizeof(out), &inner) && inner.n > size)
            abort();
        ike_protect_done(&p);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ike_reassembly r = { 0 };
    size_t before = mem_bytes(MEM_BUFFER);
    struct rd in = rd_init(data, size);
    while (rd_left(&in) >= 5) {
        struct step s = { .kind = rd_u8(&in), .number = rd_u8(&in), .total = rd_u8(&in) };
        s.len = rd_u16(&in);
        if (s.number > 0 && s.number <= s.total)
            add(&r, &s);
    }
    ike_reassembly_done(&r);
    if (mem_bytes(MEM_BUFFER) != before)
        abort();
    check_open(data, size);
    return 0;
}
