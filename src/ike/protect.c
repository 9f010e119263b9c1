#include "ike/protect.h"

#include <errno.h>

#include "base/mem.h"
#include "base/rd.h"

enum { AT_LENGTH = 24, PAD_LENGTH_BYTES = 1, SKF_HEADER_BYTES = 4 };
enum { IPV4_UDP_BYTES = 20 + 8, IPV6_UDP_BYTES = 40 + 8, MARKER_BYTES = 4, PACKET_DEFAULT = 1280 };

/* What a sealed packet needs at least to carry a piece of something. */
enum { PIECE_MIN = 64 };

static_assert((int)IKE_MESSAGE_MAX <= (int)UINT16_MAX, "a message's payload lengths fit");

/* Bytes of one direction's keys. */
static size_t one_way(const struct crypto_encr_alg *encr, const struct crypto_integ_alg *integ)
{
    return (size_t)encr->key_bytes + encr->salt_bytes + (integ ? integ->key_bytes : 0);
}

/* For one message; NULL: no memory, libcrypto failed. */
static struct cipher *new_cipher(const struct ike_protect *p, bool seals)
{
    assert(p->keys);
    const uint8_t *key = p->keys + (seals ? 0 : one_way(p->encr, p->integ));
    const struct cipher_params params = {
        .encr = p->encr,
        .integ = p->integ,
        .key = key,
        .integ_key = p->integ ? key + p->encr->key_bytes + p->encr->salt_bytes : NULL,
        .seals = seals,
        .portable = true, /* single packets: bulk code has nothing to gain here */
    };
    return cipher_new(&params);
}

static void put_keys(const struct ike_protect *p, const struct ike_keys *keys, bool of_initiator,
                     struct wr *w)
{
    wr_bytes(w, of_initiator ? keys->ei : keys->er,
             (size_t)p->encr->key_bytes + p->encr->salt_bytes);
    if (p->integ)
        wr_bytes(w, of_initiator ? keys->ai : keys->ar, p->integ->key_bytes);
}

err_t ike_protect_init(const struct ike_suite *suite, const struct ike_keys *keys, bool initiator,
                       struct ike_protect *ret_protect)
{
    struct ike_protect p = {
        .encr = crypto_encr_alg(suite->encr, suite->encr_bits),
        .integ = suite->integ ? crypto_integ_alg(suite->integ) : NULL,
    };
    *ret_protect = (struct ike_protect){ 0 };
    if (!p.encr || (suite->integ && !p.integ) ||
        (p.encr->icv_bytes > 0) != (suite->integ == CRYPTO_INTEG_NONE))
        return -EOPNOTSUPP;
    size_t n = 2 * one_way(p.encr, p.integ);
    p.keys = mem_alloc(MEM_IKE, n);
    if (!p.keys)
        return -ENOMEM;
    struct wr w = wr_init(p.keys, n);
    put_keys(&p, keys, initiator, &w);
    put_keys(&p, keys, !initiator, &w);
    assert(!w.bad && wr_room(&w) == 0);
    *ret_protect = p;
    return 0;
}

void ike_protect_done(struct ike_protect *p)
{
    if (p->keys) {
        size_t n = 2 * one_way(p->encr, p->integ);
        secret_wipe_bytes(p->keys, n);
        mem_free(MEM_IKE, p->keys, n);
    }
    *p = (struct ike_protect){ 0 };
}

static size_t icv_bytes(const struct ike_protect *p)
{
    return p->integ ? p->integ->icv_bytes : p->encr->icv_bytes;
}

/* --- sealing ---------------------------------------------------------------------------------- */

uint32_t ike_datagram_max(uint16_t packet_bytes, uint8_t family, bool on_nat_port)
{
    uint32_t whole = packet_bytes ? packet_bytes : PACKET_DEFAULT;
    uint32_t around = (family == IP_V6 ? IPV6_UDP_BYTES : IPV4_UDP_BYTES) +
                      (on_nat_port ? (uint32_t)MARKER_BYTES : 0);
    return MAX(whole, (uint32_t)IKE_FRAGMENT_BYTES_MIN) - around;
}

/* Bytes of n bytes with padding and its length: a whole number of blocks. */
static size_t padded(const struct ike_protect *p, size_t n)
{
    size_t block = p->encr->block_bytes;
    return (n + PAD_LENGTH_BYTES + block - 1) / block * block;
}

/* Everything around the padded data of a packet with one payload, SK or SKF. */
static size_t overhead(const struct ike_protect *p, bool is_fragment)
{
    return (size_t)IKE_HEADER_BYTES + IKE_PAYLOAD_HEADER_BYTES +
           (is_fragment ? (size_t)SKF_HEADER_BYTES : 0) + p->encr->iv_bytes +
           icv_bytes(p);
}

/* The longest piece that a fragment of datagram_max bytes can carry. */
static size_t piece_max(const struct ike_protect *p, uint32_t datagram_max)
{
    size_t around = overhead(p, true), block = p->encr->block_bytes;
    if (datagram_max < around + PIECE_MIN)
        return PIECE_MIN - PAD_LENGTH_BYTES;
    return (datagram_max - around) / block * block - PAD_LENGTH_BYTES;
}

uint16_t ike_sealed_packets(const struct ike_protect *p, const struct ike_sealing *s)
{
    size_t whole = overhead(p, false) + padded(p, s->inner.n);
    size_t max = s->datagram_max ? s->datagram_max : (size_t)IKE_MESSAGE_MAX;
    if (whole <= max)
        return 1;
    if (s->datagram_max == 0)
        return 0;
    size_t piece = piece_max(p, s->datagram_max), n = (s->inner.n + piece - 1) / piece;
    if (n < 2) /* only its own header makes the one packet too long: RFC 7383 2.5 wants no 1 of 1 */
        return 1;
    return n > IKE_FRAGMENTS_MAX ? 0 : (uint16_t)n;
}

/* An AEAD's IV must only never repeat; CBC's has to be unpredictable. */
static err_t put_iv(struct ike_protect *p, struct crypto_random *random, struct wr *w)
{
    size_t n = p->encr->iv_bytes;
    if (!p->integ) {
        assert(n == sizeof(p->iv_counter));
        wr_u64(w, p->iv_counter++);
        return 0;
    }
    uint8_t *iv = wr_space(w, n);
    return iv ? crypto_random_bytes(random, iv, n) : 0;
}

/* Headers up to the IV; the lengths are those of the packet that will be. */
static void put_headers(const struct ike_sealing *s, uint16_t number, uint16_t total, size_t len,
                        struct wr *w)
{
    bool is_fragment = total > 1;
    struct ike_writer o = ike_begin(w->p, wr_room(w), s->header);
    size_t mark = ike_payload_begin(&o, is_fragment ? IKE_P_SKF : IKE_P_SK, false);
    wr_patch8(&o.w, mark, number <= 1 ? s->first : IKE_P_NONE);
    wr_patch16(&o.w, mark + 2, (uint16_t)(len - IKE_HEADER_BYTES));
    wr_patch16(&o.w, AT_LENGTH, 0);
    wr_patch16(&o.w, AT_LENGTH + 2, (uint16_t)len);
    if (is_fragment) {
        wr_u16(&o.w, number);
        wr_u16(&o.w, total);
    }
    if (o.w.bad)
        w->bad = true;
    else
        (void)wr_space(w, wr_len(&o.w));
}

err_t ike_seal(struct ike_protect *p, struct crypto_random *random, const struct ike_sealing *s,
               uint16_t number, uint16_t total, struct wr *w)
{
    assert(number >= 1 && number <= total);
    size_t piece = total > 1 ? piece_max(p, s->datagram_max) : s->inner.n;
    struct rd r = rd_init(s->inner.p, s->inner.n);
    (void)rd_bytes(&r, (size_t)(number - 1) * piece);
    size_t n = MIN(rd_left(&r), piece);
    const uint8_t *from = rd_bytes(&r, n);
    assert(!r.bad);
    size_t data_len = padded(p, n), len = overhead(p, total > 1) + data_len;
    if (w->bad || wr_room(w) < len || len > UINT16_MAX)
        return -EMSGSIZE;
    uint8_t *packet = w->p;
    put_headers(s, number, total, len, w);
    size_t header_len = len - p->encr->iv_bytes - data_len - icv_bytes(p);
    err_t e = put_iv(p, random, w);
    if (e)
        return e;
    struct cipher_job job = { .packet = packet,
                              .header_len = (uint32_t)header_len,
                              .data_len = (uint32_t)data_len,
                              .text = w->p };
    wr_bytes(w, from, n);
    for (size_t i = n; i + PAD_LENGTH_BYTES < data_len; i++)
        wr_u8(w, 0);
    wr_u8(w, (uint8_t)(data_len - n - PAD_LENGTH_BYTES));
    (void)wr_space(w, icv_bytes(p));
    assert(!w->bad);
    struct cipher *seal = new_cipher(p, true);
    if (!seal)
        return -ENOMEM;
    cipher_seal(seal, &job, 1);
    cipher_free(seal);
    return job.ok ? 0 : -EIO;
}

/* --- opening ---------------------------------------------------------------------------------- */

bool ike_open(struct ike_protect *p, const struct ike_message *m, uint8_t *out, size_t cap,
              struct crypto_part *ret_inner)
{
    size_t around = p->encr->iv_bytes + icv_bytes(p);
    size_t block = p->encr->block_bytes;
    if (m->sk.body.n < around + PAD_LENGTH_BYTES)
        return false;
    size_t n = m->sk.body.n - around;
    if (n % block != 0 || m->packet.n > cap)
        return false;
    assert(m->sk.header_len + m->sk.body.n == m->packet.n);
    /* A cipher may use the packet as its scratch; whoever passed it may want to look again. */
    memcpy(out, m->packet.p, m->packet.n);
    struct wr w = wr_init(out, cap);
    (void)wr_space(&w, m->sk.header_len + p->encr->iv_bytes);
    uint8_t *text = wr_space(&w, n);
    struct cipher_job job = {
        .packet = out, .header_len = m->sk.header_len, .data_len = (uint32_t)n, .text = text
    };
    struct cipher *open = new_cipher(p, false);
    if (!open)
        return false;
    cipher_open(open, &job, 1);
    cipher_free(open);
    if (!job.ok)
        return false;
    struct rd data = rd_init(text, n);
    const uint8_t *inner = rd_bytes(&data, n - PAD_LENGTH_BYTES);
    size_t pad = rd_u8(&data);
    if (data.bad || pad + PAD_LENGTH_BYTES > n)
        return false;
    *ret_inner = (struct crypto_part){ inner, n - PAD_LENGTH_BYTES - pad };
    return true;
}
