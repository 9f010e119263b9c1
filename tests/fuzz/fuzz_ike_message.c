/* Any datagram as an IKE message, and as the chain inside one: what is accepted is written again
 * as the same bytes (but for reserved ones), and everything that it holds lies within it. */
#include <stdlib.h>
#include <string.h>

#include "ike/internal.h"
#include "ike/proposal.h"

static void within(const struct crypto_part *part, const uint8_t *bytes, size_t n)
{
    const uint8_t *p = part->p;
    if (part->n > 0 && (p < bytes || p + part->n > bytes + n))
        abort();
}

static void check_fields(const struct ike_message *m, const uint8_t *bytes, size_t n)
{
    static const struct crypto_part none;
    const struct crypto_part *parts[] = {
        &m->sa,
        &m->ts_i,
        &m->ts_r,
        &m->nonce,
        &m->cp,
        &m->eap,
        &m->ke.value,
        &m->id_i.data,
        &m->id_r.data,
        &m->auth.data,
        ike_has(m, IKE_P_SK) || ike_has(m, IKE_P_SKF) ? &m->sk.body : &none,
    };
    for (size_t i = 0; i < ARRAY_LEN(parts); i++)
        within(parts[i], bytes, n);
    for (uint8_t i = 0; i < m->n_certs; i++)
        within(&m->certs[i].data, bytes, n);
    for (uint8_t i = 0; i < m->n_notifies; i++) {
        within(&m->notifies[i].spi, bytes, n);
        within(&m->notifies[i].data, bytes, n);
        (void)ike_notify_spi(&m->notifies[i]);
    }
    for (uint8_t i = 0; i < m->n_deletes; i++)
        for (uint16_t k = 0; k < m->deletes[i].n_spis && m->deletes[i].spi_bytes; k++)
            (void)ike_delete_spi(&m->deletes[i], k);
}

static void check_inside(const struct ike_message *m)
{
    static struct ike_ts ts;
    struct ike_id id;
    struct diag d;
    char buf[400];
    struct text t = text_init(buf, sizeof(buf));
    const struct ike_id_payload *ids[] = { &m->id_i, &m->id_r };
    const struct crypto_part *selectors[] = { &m->ts_i, &m->ts_r };
    for (size_t i = 0; i < 2; i++) {
        if (ike_has(m, i ? IKE_P_IDR : IKE_P_IDI) && ike_id_decode(ids[i], &id, &d)) {
            text_ike_id(&t, &id);
            if (!ike_id_eq(&id, &id))
                abort();
        }
        if (ike_has(m, i ? IKE_P_TSR : IKE_P_TSI) && ike_ts_decode(selectors[i], &ts, &d))
            text_ike_selectors(&t, ts.s, ts.n);
    }
    for (size_t i = 0; i < t.len; i++)
        if ((unsigned char)buf[i] < ' ' || (unsigned char)buf[i] >= 0x7f)
            abort();
}

/* Written again it decodes to the same, and once more gives the same bytes. */
static void check_again(const struct ike_message *m, bool inner, uint8_t first)
{
    static uint8_t once[70000], twice[70000];
    static struct ike_message again;
    struct diag d;
    size_t n = ike_message_encode(m, inner, once, sizeof(once));
    if (n == 0 && m->n_payloads > 0)
        abort();
    enum ike_notify_type e = inner ? ike_message_decode_inner(&again, first, once, n, &d)
                                   : ike_message_decode(once, n, &again, &d);
    if (e != IKE_N_NONE || again.has != m->has || again.n_payloads != m->n_payloads)
        abort();
    if (ike_message_encode(&again, inner, twice, sizeof(twice)) != n || memcmp(once, twice, n) != 0)
        abort();
}

static void check(const uint8_t *bytes, size_t n, bool inner, uint8_t first)
{
    static struct ike_message m;
    char line[512];
    struct text t = text_init(line, sizeof(line));
    struct diag d = { 0 };
    enum ike_notify_type e = inner ? ike_message_decode_inner(&m, first, bytes, n, &d)
                                   : ike_message_decode(bytes, n, &m, &d);
    struct ike_header h;
    bool headed = !inner && ike_header_decode(bytes, n, &h);
    if (!inner && e == IKE_N_NONE && (!headed || h.spi_i != m.header.spi_i || h.length != n))
        abort();
    if (e != IKE_N_NONE) {
        if (!d.what[0] || (e == IKE_N_UNSUPPORTED_CRITICAL_PAYLOAD) != (m.critical != 0))
            abort();
        return;
    }
    check_fields(&m, bytes, n);
    check_inside(&m);
    text_ike_message(&t, &m);
    text_ike_trace(&t, &m);
    check_again(&m, inner, first);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > IKE_MESSAGE_MAX)
        return 0;
    uint8_t *bytes = calloc(1, size ? size : 1); /* exact: ASan sees the first byte too many */
    if (!bytes)
        return 0;
    if (size)
        memcpy(bytes, data, size);
    check(bytes, size, false, 0);
    if (size >= 28) { /* the same with the length that it has */
        bytes[24] = bytes[25] = 0;
        bytes[26] = (uint8_t)(size >> 8);
        bytes[27] = (uint8_t)size;
        check(bytes, size, false, 0);
    }
    if (size > 0) {
        uint8_t *chain = calloc(1, size);
        if (chain) {
            memcpy(chain, data + 1, size - 1);
            check(chain, size - 1, true, data[0]);
        }
        free(chain);
    }
    free(bytes);
    return 0;
}
