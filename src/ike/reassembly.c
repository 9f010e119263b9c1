/* Fragments put together: RFC 7383 2.6. */
#include "base/mem.h"
#include "crypto/secret.h"
#include "ike/protect.h"

static void free_piece(struct ike_piece *piece)
{
    if (piece->p)
        secret_wipe_bytes(piece->p, piece->n);
    mem_free(MEM_BUFFER, piece->p, piece->n);
    *piece = (struct ike_piece){ 0 };
}

void ike_reassembly_done(struct ike_reassembly *r)
{
    for (uint16_t i = 0; i < r->total && r->pieces; i++)
        free_piece(&r->pieces[i]);
    mem_free(MEM_BUFFER, r->pieces, r->total * sizeof(*r->pieces));
    *r = (struct ike_reassembly){ 0 };
}

/* A new message, or a new try of the peer with smaller fragments. */
static bool start(struct ike_reassembly *r, const struct ike_message *m)
{
    struct ike_piece *pieces = mem_alloc(MEM_BUFFER, m->sk.total * sizeof(*pieces));
    if (!pieces)
        return false;
    ike_reassembly_done(r);
    *r = (struct ike_reassembly){
        .message_id = m->header.message_id, .total = m->sk.total, .active = true, .pieces = pieces
    };
    return true;
}

static bool keep(struct ike_reassembly *r, uint16_t number, const struct crypto_part *piece)
{
    uint8_t *p = mem_alloc(MEM_BUFFER, piece->n);
    if (!p)
        return false;
    memcpy(p, piece->p, piece->n);
    r->pieces[number - 1] = (struct ike_piece){ .p = p, .n = (uint32_t)piece->n };
    r->bytes += (uint32_t)piece->n;
    r->have++;
    return true;
}

/* What the bounds say to this fragment; NULL: welcome. */
static const char *refusal(const struct ike_reassembly *r, bool anew, const struct ike_message *m,
                           const struct crypto_part *piece)
{
    if (m->sk.total > IKE_FRAGMENTS_MAX)
        return "a message in more fragments than we put together";
    if (piece->n == 0)
        return "an empty fragment";
    if ((anew ? 0 : r->bytes) + piece->n > IKE_REASSEMBLY_BYTES_MAX)
        return "a fragmented message that is longer than we put together";
    return NULL;
}

enum ike_fragment ike_reassemble(struct ike_reassembly *r, const struct ike_message *m,
                                 const struct crypto_part *piece, struct wr *out,
                                 uint8_t *ret_first, const char **ret_why)
{
    uint16_t number = m->sk.number;
    assert(ike_has(m, IKE_P_SKF) && number >= 1 && number <= m->sk.total);
    bool same = r->active && r->message_id == m->header.message_id;
    if (same && (m->sk.total < r->total || (m->sk.total == r->total && r->pieces[number - 1].p)))
        return IKE_FRAGMENT_DUPLICATE;
    bool anew = !same || m->sk.total > r->total;
    *ret_why = refusal(r, anew, m, piece);
    if (*ret_why)
        return IKE_FRAGMENT_REFUSED;
    if ((anew && !start(r, m)) || !keep(r, number, piece)) {
        *ret_why = "no memory for a fragment";
        return IKE_FRAGMENT_REFUSED;
    }
    if (number == 1)
        r->first = m->sk.first;
    if (r->have < r->total)
        return IKE_FRAGMENT_TAKEN;
    for (uint16_t i = 0; i < r->total; i++)
        wr_bytes(out, r->pieces[i].p, r->pieces[i].n);
    assert(!out->bad);
    *ret_first = r->first;
    ike_reassembly_done(r);
    return IKE_FRAGMENT_WHOLE;
}
