/* `debug crypto ikev2`: a message in words, payload by payload. What proves who somebody is or what
 * keys come from (AUTH, KE, nonces, PPK identities aside) is named and measured, never printed. */
#include "ike/internal.h"

enum { VENDOR_SHOWN = 16 }; /* bytes of a vendor id that is no text */

static void trace_size(struct text *t, size_t n)
{
    text_u64(t, n);
    text_str(t, n == 1 ? " byte" : " bytes");
}

static void trace_sa(struct text *t, const struct ike_message *m)
{
    struct ike_offer offer;
    struct diag d = { 0 };
    if (ike_offer_decode(&m->sa, &offer, &d))
        text_ike_offer(t, &offer);
    else
        text_str(t, "malformed");
}

static void trace_ts(struct text *t, const struct crypto_part *body)
{
    struct ike_ts ts;
    struct diag d = { 0 };
    if (ike_ts_decode(body, &ts, &d))
        text_ike_selectors(t, ts.s, ts.n);
    else
        text_str(t, "malformed");
}

static void trace_group(struct text *t, uint16_t group)
{
    const struct ike_transform as = { .type = IKE_T_DH, .id = group };
    text_ike_transform(t, &as);
}

static void trace_id(struct text *t, const struct ike_id_payload *p)
{
    struct ike_id id;
    struct diag d = { 0 };
    if (!ike_id_decode(p, &id, &d)) {
        text_str(t, "kind ");
        text_u64(t, p->type);
        return;
    }
    text_str(t, ike_id_type_name(id.type));
    text_char(t, ' ');
    text_ike_id(t, &id);
}

static void trace_cert(struct text *t, const struct ike_cert *c, bool request)
{
    if (c->encoding == IKE_CERT_X509)
        text_str(t, "X.509 ");
    else {
        text_str(t, "encoding ");
        text_u64(t, c->encoding);
        text_char(t, ' ');
    }
    if (!request) {
        trace_size(t, c->data.n);
        return;
    }
    text_u64(t, c->data.n / 20); /* 3.7: a SHA-1 each */
    text_str(t, " authorities");
}

static void trace_auth(struct text *t, const struct ike_auth_payload *a)
{
    static const char *const names[] = {
        [CRYPTO_AUTH_RSA] = "RSA signature",     [CRYPTO_AUTH_PSK] = "pre-shared key",
        [CRYPTO_AUTH_ECDSA_256] = "ECDSA P-256", [CRYPTO_AUTH_ECDSA_384] = "ECDSA P-384",
        [CRYPTO_AUTH_ECDSA_521] = "ECDSA P-521", [CRYPTO_AUTH_SIGNATURE] = "digital signature"
    };
    if (a->method < ARRAY_LEN(names) && names[a->method]) {
        text_str(t, names[a->method]);
        return;
    }
    text_str(t, "method ");
    text_u64(t, a->method);
}

static void trace_spi(struct text *t, uint32_t spi)
{
    uint8_t b[4];
    struct wr w = wr_init(b, sizeof(b));
    wr_u32(&w, spi);
    text_char(t, ' ');
    text_hex(t, b, sizeof(b));
}

static void trace_hashes(struct text *t, const struct crypto_part *data)
{
    static const char *const names[] = {
        [1] = "SHA1", [2] = "SHA256", [3] = "SHA384", [4] = "SHA512", [5] = "identity"
    };
    struct rd r = rd_init(data->p, data->n);
    while (rd_left(&r) >= 2) {
        uint16_t hash = rd_u16(&r);
        text_char(t, ' ');
        if (hash < ARRAY_LEN(names) && names[hash])
            text_str(t, names[hash]);
        else
            text_u64(t, hash);
    }
}

static void trace_notify(struct text *t, const struct ike_notify *n)
{
    uint32_t spi = ike_notify_spi(n), number32;
    uint16_t number16;
    text_ike_notify(t, n->type);
    if (spi)
        trace_spi(t, spi);
    if (n->type == IKE_N_INVALID_KE_PAYLOAD && ike_notify_u16(n, &number16)) {
        text_char(t, ' ');
        trace_group(t, number16);
    } else if (n->type == IKE_N_SIGNATURE_HASH_ALGORITHMS) {
        trace_hashes(t, &n->data);
    } else if ((n->type == IKE_N_SET_WINDOW_SIZE || n->type == IKE_N_AUTH_LIFETIME) &&
               ike_notify_u32(n, &number32)) {
        text_char(t, ' ');
        text_u64(t, number32);
    } else if (n->data.n) {
        text_char(t, ' ');
        trace_size(t, n->data.n);
    }
}

static void trace_delete(struct text *t, const struct ike_delete *d)
{
    if (d->protocol == IKE_PROTO_IKE) {
        text_str(t, "IKE SA");
        return;
    }
    text_str(t, d->protocol == IKE_PROTO_ESP ? "ESP" : "AH");
    for (uint16_t i = 0; i < d->n_spis; i++)
        trace_spi(t, ike_delete_spi(d, i));
}

static void trace_vendor(struct text *t, const struct crypto_part *v)
{
    size_t n = MIN(v->n, (size_t)VENDOR_SHOWN);
    const char *s = v->p;
    bool printable = n > 0;
    for (size_t i = 0; i < n; i++)
        printable = printable && s[i] >= ' ' && s[i] <= '~';
    if (printable)
        text_bytes(t, s, n);
    else
        text_hex(t, s, n);
    text_str(t, v->n > n ? "..." : "");
}

/* What stands between the parentheses of one payload. */
static void trace_payload(struct text *t, const struct ike_message *m, const struct ike_payload *p)
{
    switch (p->type) {
    case IKE_P_SA:
        trace_sa(t, m);
        break;
    case IKE_P_KE:
        trace_group(t, m->ke.group);
        break;
    case IKE_P_IDI:
    case IKE_P_IDR:
        trace_id(t, p->type == IKE_P_IDI ? &m->id_i : &m->id_r);
        break;
    case IKE_P_CERT:
        if (p->index < m->n_certs)
            trace_cert(t, &m->certs[p->index], false);
        break;
    case IKE_P_CERTREQ:
        if (p->index < m->n_certreqs)
            trace_cert(t, &m->certreqs[p->index], true);
        break;
    case IKE_P_AUTH:
        trace_auth(t, &m->auth);
        break;
    case IKE_P_NOTIFY:
        if (p->index < m->n_notifies)
            trace_notify(t, &m->notifies[p->index]);
        break;
    case IKE_P_DELETE:
        if (p->index < m->n_deletes)
            trace_delete(t, &m->deletes[p->index]);
        break;
    case IKE_P_VENDOR:
        if (p->index < m->n_vendors)
            trace_vendor(t, &m->vendors[p->index]);
        break;
    case IKE_P_TSI:
    case IKE_P_TSR:
        trace_ts(t, p->type == IKE_P_TSI ? &m->ts_i : &m->ts_r);
        break;
    case IKE_P_SKF:
        text_u64(t, m->sk.number);
        text_char(t, '/');
        text_u64(t, m->sk.total);
        break;
    default: /* Nonce, CP, EAP, SK, and what nobody knows */
        trace_size(t, p->body.n);
        break;
    }
}

void text_ike_trace(struct text *t, const struct ike_message *m)
{
    for (uint8_t i = 0; i < m->n_payloads; i++) {
        text_str(t, i ? " " : "");
        text_ike_payload_type(t, m->payloads[i].type);
        text_char(t, '(');
        trace_payload(t, m, &m->payloads[i]);
        text_char(t, ')');
    }
    text_str(t, m->n_payloads ? "" : "no payloads");
}
