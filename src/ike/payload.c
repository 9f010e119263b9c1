#include "ike/payload.h"

/* Longest Key Exchange value of any group, ours or not: MODP 8192 has 1024 bytes. */
enum { KE_VALUE_MAX = 2048 };

bool ike_syntax(struct diag *d, const char *payload, size_t offset, const char *what)
{
    *d = (struct diag){ .severity = DIAG_ERROR, .column = (uint32_t)offset };
    DIAG_SET(d->id, "IKE-SYNTAX");
    struct text t = text_init(d->what, sizeof(d->what));
    text_str(&t, payload);
    text_str(&t, " at offset ");
    text_u64(&t, offset);
    text_str(&t, ": ");
    text_str(&t, what);
    return false;
}

static struct rd body_of(const struct ike_payload *p)
{
    return rd_init(p->body.p, p->body.n);
}

static struct crypto_part rest_of(struct rd *r)
{
    size_t n = rd_left(r);
    return (struct crypto_part){ .p = rd_bytes(r, n), .n = n };
}

/* SA, TS and their like: their own modules look inside. */
static bool decode_sa(struct ike_message *m, struct ike_payload *p, struct diag *d)
{
    m->sa = p->body;
    return p->body.n > 0 || ike_syntax(d, "SA", p->offset, "no proposal in it");
}

static bool decode_ts_i(struct ike_message *m, struct ike_payload *p, struct diag *d)
{
    m->ts_i = p->body;
    return p->body.n >= 4 || ike_syntax(d, "TSi", p->offset, "shorter than its header");
}

static bool decode_ts_r(struct ike_message *m, struct ike_payload *p, struct diag *d)
{
    m->ts_r = p->body;
    return p->body.n >= 4 || ike_syntax(d, "TSr", p->offset, "shorter than its header");
}

static bool decode_cp(struct ike_message *m, struct ike_payload *p, struct diag *d)
{
    m->cp = p->body;
    return p->body.n >= 4 || ike_syntax(d, "CP", p->offset, "shorter than its header");
}

static bool decode_eap(struct ike_message *m, struct ike_payload *p, struct diag *d)
{
    m->eap = p->body;
    return p->body.n >= 4 || ike_syntax(d, "EAP", p->offset, "shorter than its header");
}

/* 3.4: group, reserved, value. */
static bool decode_ke(struct ike_message *m, struct ike_payload *p, struct diag *d)
{
    struct rd r = body_of(p);
    m->ke.group = rd_u16(&r);
    (void)rd_u16(&r);
    m->ke.value = rest_of(&r);
    if (r.bad || m->ke.value.n == 0)
        return ike_syntax(d, "KE", p->offset, "no key exchange data in it");
    if (m->ke.value.n > KE_VALUE_MAX)
        return ike_syntax(d, "KE", p->offset, "longer than the value of any group");
    return true;
}

/* 3.5: type, three reserved bytes, identity; AUTH covers all of it (2.15). */
static bool decode_id(struct ike_id_payload *id, const struct ike_payload *p, const char *name,
                      struct diag *d)
{
    struct rd r = body_of(p);
    id->type = rd_u8(&r);
    (void)rd_bytes(&r, 3);
    id->data = rest_of(&r);
    id->body = p->body;
    return !r.bad || ike_syntax(d, name, p->offset, "shorter than its header");
}

static bool decode_id_i(struct ike_message *m, struct ike_payload *p, struct diag *d)
{
    return decode_id(&m->id_i, p, "IDi", d);
}

static bool decode_id_r(struct ike_message *m, struct ike_payload *p, struct diag *d)
{
    return decode_id(&m->id_r, p, "IDr", d);
}

static bool read_cert(const struct ike_payload *p, struct ike_cert *ret_cert)
{
    struct rd r = body_of(p);
    ret_cert->encoding = rd_u8(&r);
    ret_cert->data = rest_of(&r);
    return !r.bad;
}

static bool decode_cert(struct ike_message *m, struct ike_payload *p, struct diag *d)
{
    struct ike_cert cert;
    if (!read_cert(p, &cert))
        return ike_syntax(d, "CERT", p->offset, "empty");
    if (m->n_certs == CRYPTO_CHAIN_MAX) {
        p->index = IKE_INDEX_IGNORED;
        m->ignored++;
        return true;
    }
    p->index = m->n_certs;
    m->certs[m->n_certs++] = cert;
    return true;
}

static bool decode_certreq(struct ike_message *m, struct ike_payload *p, struct diag *d)
{
    struct ike_cert request;
    if (!read_cert(p, &request))
        return ike_syntax(d, "CERTREQ", p->offset, "empty");
    if (m->n_certreqs == IKE_CERTREQS_MAX) {
        p->index = IKE_INDEX_IGNORED;
        m->ignored++;
        return true;
    }
    p->index = m->n_certreqs;
    m->certreqs[m->n_certreqs++] = request;
    return true;
}

/* 3.8: method, three reserved bytes, data. */
static bool decode_auth(struct ike_message *m, struct ike_payload *p, struct diag *d)
{
    struct rd r = body_of(p);
    m->auth.method = rd_u8(&r);
    (void)rd_bytes(&r, 3);
    m->auth.data = rest_of(&r);
    return !r.bad || ike_syntax(d, "AUTH", p->offset, "shorter than its header");
}

static bool decode_nonce(struct ike_message *m, struct ike_payload *p, struct diag *d)
{
    m->nonce = p->body;
    if (p->body.n < IKE_NONCE_MIN || p->body.n > IKE_NONCE_MAX)
        return ike_syntax(d, "Nonce", p->offset, "not 16 to 256 bytes long");
    return true;
}

/* 3.10: protocol, SPI size, type, SPI, data. The SPI's size is taken as it comes, since peers set
 * it where none belongs; whoever uses the SPI looks at it. */
static bool decode_notify(struct ike_message *m, struct ike_payload *p, struct diag *d)
{
    struct rd r = body_of(p);
    struct ike_notify n = { .protocol = rd_u8(&r) };
    size_t spi_bytes = rd_u8(&r);
    n.type = rd_u16(&r);
    n.spi = (struct crypto_part){ .p = rd_bytes(&r, spi_bytes), .n = spi_bytes };
    if (r.bad)
        return ike_syntax(d, "N", p->offset, "shorter than its header and SPI");
    n.data = rest_of(&r);
    if (m->n_notifies == IKE_NOTIFIES_MAX) {
        p->index = IKE_INDEX_IGNORED;
        m->ignored++;
        return true;
    }
    p->index = m->n_notifies;
    m->notifies[m->n_notifies++] = n;
    return true;
}

/* 3.11: protocol, SPI size, count, SPIs. */
static bool decode_delete(struct ike_message *m, struct ike_payload *p, struct diag *d)
{
    struct rd r = body_of(p);
    struct ike_delete x = { .protocol = rd_u8(&r), .spi_bytes = rd_u8(&r), .n_spis = rd_u16(&r) };
    if (r.bad)
        return ike_syntax(d, "D", p->offset, "shorter than its header");
    x.spis = rest_of(&r);
    bool is_ipsec = x.protocol == IKE_PROTO_AH || x.protocol == IKE_PROTO_ESP;
    if (!is_ipsec && x.protocol != IKE_PROTO_IKE)
        return ike_syntax(d, "D", p->offset, "for a protocol that is none of IKE, AH, ESP");
    if (x.spi_bytes != (is_ipsec ? 4 : 0))
        return ike_syntax(d, "D", p->offset, "SPI size does not fit the protocol");
    if (x.spis.n != (size_t)x.spi_bytes * x.n_spis)
        return ike_syntax(d, "D", p->offset, "as many SPIs as it says are not there");
    if (m->n_deletes == IKE_DELETES_MAX)
        return ike_syntax(d, "D", p->offset, "more Delete payloads than there are protocols");
    p->index = m->n_deletes;
    m->deletes[m->n_deletes++] = x;
    return true;
}

static bool decode_vendor(struct ike_message *m, struct ike_payload *p, struct diag *d)
{
    (void)d;
    if (m->n_vendors == IKE_VENDORS_MAX) {
        p->index = IKE_INDEX_IGNORED;
        m->ignored++;
        return true;
    }
    p->index = m->n_vendors;
    m->vendors[m->n_vendors++] = p->body;
    return true;
}

/* 3.14: that it is the last one and stands outside, message.c has seen. */
static bool decode_sk(struct ike_message *m, struct ike_payload *p, struct diag *d)
{
    (void)d;
    m->sk.header_len = p->offset + IKE_PAYLOAD_HEADER_BYTES;
    m->sk.body = p->body;
    return true;
}

/* RFC 7383 2.5 and 2.6: number and total before the IV. */
static bool decode_skf(struct ike_message *m, struct ike_payload *p, struct diag *d)
{
    struct rd r = body_of(p);
    m->sk.number = rd_u16(&r);
    m->sk.total = rd_u16(&r);
    m->sk.header_len = p->offset + IKE_PAYLOAD_HEADER_BYTES + 4;
    m->sk.body = rest_of(&r);
    if (r.bad)
        return ike_syntax(d, "SKF", p->offset, "shorter than its header");
    if (m->sk.number == 0 || m->sk.number > m->sk.total)
        return ike_syntax(d, "SKF", p->offset, "fragment number is 0 or beyond the total");
    if (m->sk.number > 1 && m->sk.first != IKE_P_NONE)
        return ike_syntax(d, "SKF", p->offset, "a later fragment names a first payload");
    return true;
}

static const struct ike_payload_kind kinds[] = {
    { IKE_P_SA, true, "SA", decode_sa },
    { IKE_P_KE, true, "KE", decode_ke },
    { IKE_P_IDI, true, "IDi", decode_id_i },
    { IKE_P_IDR, true, "IDr", decode_id_r },
    { IKE_P_CERT, false, "CERT", decode_cert },
    { IKE_P_CERTREQ, false, "CERTREQ", decode_certreq },
    { IKE_P_AUTH, true, "AUTH", decode_auth },
    { IKE_P_NONCE, true, "Nonce", decode_nonce },
    { IKE_P_NOTIFY, false, "N", decode_notify },
    { IKE_P_DELETE, false, "D", decode_delete },
    { IKE_P_VENDOR, false, "V", decode_vendor },
    { IKE_P_TSI, true, "TSi", decode_ts_i },
    { IKE_P_TSR, true, "TSr", decode_ts_r },
    { IKE_P_SK, true, "SK", decode_sk },
    { IKE_P_CP, true, "CP", decode_cp },
    { IKE_P_EAP, true, "EAP", decode_eap },
    { IKE_P_SKF, true, "SKF", decode_skf },
};

const struct ike_payload_kind *ike_payload_kind(uint8_t type)
{
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        if (kinds[i].type == type)
            return &kinds[i];
    return NULL;
}

/* --- encoding --------------------------------------------------------------------------------- */

static void put_part(struct wr *w, const struct crypto_part *part)
{
    wr_bytes(w, part->p, part->n);
}

/* One byte, three reserved ones, data: ID and AUTH. */
static void put_typed(struct wr *w, uint8_t type, const struct crypto_part *data)
{
    wr_u8(w, type);
    wr_u8(w, 0);
    wr_u16(w, 0);
    put_part(w, data);
}

static void put_cert(struct wr *w, const struct ike_cert *cert)
{
    wr_u8(w, cert->encoding);
    put_part(w, &cert->data);
}

static void put_notify(struct wr *w, const struct ike_notify *n)
{
    wr_u8(w, n->protocol);
    wr_u8(w, (uint8_t)n->spi.n);
    wr_u16(w, n->type);
    put_part(w, &n->spi);
    put_part(w, &n->data);
}

static void put_delete(struct wr *w, const struct ike_delete *x)
{
    wr_u8(w, x->protocol);
    wr_u8(w, x->spi_bytes);
    wr_u16(w, x->n_spis);
    put_part(w, &x->spis);
}

void ike_payload_body(const struct ike_message *m, const struct ike_payload *p, struct wr *w)
{
    if (!ike_payload_kind(p->type) || p->index == IKE_INDEX_IGNORED) {
        put_part(w, &p->body);
        return;
    }
    switch (p->type) {
    case IKE_P_KE:
        wr_u16(w, m->ke.group);
        wr_u16(w, 0);
        put_part(w, &m->ke.value);
        break;
    case IKE_P_IDI:
        put_typed(w, m->id_i.type, &m->id_i.data);
        break;
    case IKE_P_IDR:
        put_typed(w, m->id_r.type, &m->id_r.data);
        break;
    case IKE_P_CERT:
        put_cert(w, &m->certs[p->index]);
        break;
    case IKE_P_CERTREQ:
        put_cert(w, &m->certreqs[p->index]);
        break;
    case IKE_P_AUTH:
        put_typed(w, m->auth.method, &m->auth.data);
        break;
    case IKE_P_NOTIFY:
        put_notify(w, &m->notifies[p->index]);
        break;
    case IKE_P_DELETE:
        put_delete(w, &m->deletes[p->index]);
        break;
    case IKE_P_VENDOR:
        put_part(w, &m->vendors[p->index]);
        break;
    case IKE_P_SKF:
        wr_u16(w, m->sk.number);
        wr_u16(w, m->sk.total);
        put_part(w, &m->sk.body);
        break;
    default: /* SA, Nonce, TS, SK, CP, EAP: the body as it is */
        put_part(w, &p->body);
    }
}

size_t ike_payload_begin(struct ike_writer *o, enum ike_payload_type type, bool critical)
{
    if (o->linked)
        wr_patch8(&o->w, o->link, (uint8_t)type);
    if (o->first == IKE_P_NONE)
        o->first = (uint8_t)type;
    size_t mark = wr_mark(&o->w);
    wr_u8(&o->w, IKE_P_NONE);
    wr_u8(&o->w, critical ? 0x80 : 0);
    wr_u16(&o->w, 0);
    o->link = mark;
    o->linked = true;
    return mark;
}

void ike_payload_end(struct ike_writer *o, size_t mark)
{
    size_t n = wr_len(&o->w) - mark;
    if (n > UINT16_MAX)
        o->w.bad = true;
    wr_patch16(&o->w, mark + 2, (uint16_t)n);
}

void ike_put(struct ike_writer *o, enum ike_payload_type type, const void *body, size_t n)
{
    size_t mark = ike_payload_begin(o, type, false);
    wr_bytes(&o->w, body, n);
    ike_payload_end(o, mark);
}

void ike_put_ke(struct ike_writer *o, uint16_t group, const void *value, size_t n)
{
    size_t mark = ike_payload_begin(o, IKE_P_KE, false);
    wr_u16(&o->w, group);
    wr_u16(&o->w, 0);
    wr_bytes(&o->w, value, n);
    ike_payload_end(o, mark);
}

void ike_put_id(struct ike_writer *o, enum ike_payload_type type, uint8_t id_type, const void *data,
                size_t n)
{
    assert(type == IKE_P_IDI || type == IKE_P_IDR);
    size_t mark = ike_payload_begin(o, type, false);
    put_typed(&o->w, id_type, &(struct crypto_part){ .p = data, .n = n });
    ike_payload_end(o, mark);
}

void ike_put_cert(struct ike_writer *o, enum ike_payload_type type, uint8_t encoding,
                  const void *data, size_t n)
{
    assert(type == IKE_P_CERT || type == IKE_P_CERTREQ);
    size_t mark = ike_payload_begin(o, type, false);
    put_cert(&o->w, &(struct ike_cert){ encoding, { .p = data, .n = n } });
    ike_payload_end(o, mark);
}

void ike_put_auth(struct ike_writer *o, uint8_t method, const void *data, size_t n)
{
    size_t mark = ike_payload_begin(o, IKE_P_AUTH, false);
    put_typed(&o->w, method, &(struct crypto_part){ .p = data, .n = n });
    ike_payload_end(o, mark);
}

void ike_put_notify(struct ike_writer *o, enum ike_notify_type type, const void *data, size_t n)
{
    ike_put_notify_of(o, &(struct ike_notify){ .type = (uint16_t)type, .data = { data, n } });
}

void ike_put_notify_of(struct ike_writer *o, const struct ike_notify *notify)
{
    size_t mark = ike_payload_begin(o, IKE_P_NOTIFY, false);
    put_notify(&o->w, notify);
    ike_payload_end(o, mark);
}

void ike_put_notify_esp(struct ike_writer *o, enum ike_notify_type type, uint32_t spi)
{
    uint8_t bytes[4];
    struct wr w = wr_init(bytes, sizeof(bytes));
    wr_u32(&w, spi);
    ike_put_notify_of(o, &(struct ike_notify){ .protocol = IKE_PROTO_ESP,
                                               .type = (uint16_t)type,
                                               .spi = { bytes, sizeof(bytes) } });
}

void ike_put_delete_ike(struct ike_writer *o)
{
    size_t mark = ike_payload_begin(o, IKE_P_DELETE, false);
    put_delete(&o->w, &(struct ike_delete){ .protocol = IKE_PROTO_IKE });
    ike_payload_end(o, mark);
}

void ike_put_delete_esp(struct ike_writer *o, const uint32_t *spis, uint16_t n)
{
    size_t mark = ike_payload_begin(o, IKE_P_DELETE, false);
    wr_u8(&o->w, IKE_PROTO_ESP);
    wr_u8(&o->w, 4);
    wr_u16(&o->w, n);
    for (uint16_t i = 0; i < n; i++)
        wr_u32(&o->w, spis[i]);
    ike_payload_end(o, mark);
}
