#include "ike/message.h"

#include "ike/payload.h"

/* Offsets in the header: 3.1. */
enum { AT_FIRST = 16, AT_LENGTH = 24, MAJOR = 2 };

enum { FLAG_CRITICAL = 0x80 };

static_assert(IKE_P_SKF - IKE_P_SA < 32, "every payload type has a bit in struct ike_message.has");
static_assert((int)IKE_NOTIFIES_MAX < (int)IKE_INDEX_IGNORED,
              "an index never looks like a payload that was left out");

static void read_header(struct rd *r, struct ike_header *h)
{
    h->spi_i = rd_u64(r);
    h->spi_r = rd_u64(r);
    h->first = rd_u8(r);
    uint8_t version = rd_u8(r);
    h->major = version >> 4;
    h->minor = version & 15;
    h->exchange = rd_u8(r);
    h->flags = rd_u8(r);
    h->message_id = rd_u32(r);
    h->length = rd_u32(r);
}

static void write_header(struct wr *w, const struct ike_header *h)
{
    wr_u64(w, h->spi_i);
    wr_u64(w, h->spi_r);
    wr_u8(w, h->first);
    wr_u8(w, (uint8_t)(h->major << 4 | (h->minor & 15)));
    wr_u8(w, h->exchange);
    wr_u8(w, h->flags);
    wr_u32(w, h->message_id);
    wr_u32(w, h->length);
}

bool ike_header_decode(const uint8_t *bytes, size_t n, struct ike_header *ret_header)
{
    struct rd r = rd_init(bytes, n);
    struct ike_header h;
    read_header(&r, &h);
    if (r.bad || h.length != n)
        return false;
    *ret_header = h;
    return true;
}

/* --- the chain -------------------------------------------------------------------------------- */

/* Where a chain is being read. */
struct chain {
    struct rd r;
    size_t n; /* bytes from where offsets count to the end of r */
    bool inner;
};

static bool bad_payload(struct diag *d, uint8_t type, size_t offset, const char *what)
{
    char name[32];
    struct text t = text_init(name, sizeof(name));
    text_ike_payload_type(&t, type);
    return ike_syntax(d, name, offset, what);
}

/* The generic header and the body it frames: 3.2. *ret_next: what follows. */
static bool read_frame(struct chain *c, struct ike_payload *p, uint8_t *ret_next, struct diag *d)
{
    p->offset = (uint32_t)(c->n - rd_left(&c->r));
    *ret_next = rd_u8(&c->r);
    p->flags = rd_u8(&c->r);
    uint16_t length = rd_u16(&c->r);
    if (c->r.bad)
        return bad_payload(d, p->type, p->offset, "the message ends before its header");
    if (length < IKE_PAYLOAD_HEADER_BYTES)
        return bad_payload(d, p->type, p->offset, "its length is less than its header");
    p->body.n = length - (size_t)IKE_PAYLOAD_HEADER_BYTES;
    p->body.p = rd_bytes(&c->r, p->body.n);
    return !c->r.bad || bad_payload(d, p->type, p->offset, "longer than what is left");
}

static bool is_encrypted(uint8_t type)
{
    return type == IKE_P_SK || type == IKE_P_SKF;
}

/* One payload that we know. */
static bool read_known(struct ike_message *m, const struct chain *c, struct ike_payload *p,
                       const struct ike_payload_kind *kind, struct diag *d)
{
    uint32_t bit = UINT32_C(1) << (p->type - IKE_P_SA);
    if (kind->once && (m->has & bit))
        return bad_payload(d, p->type, p->offset, "a second one in the same message");
    if (is_encrypted(p->type) && c->inner)
        return bad_payload(d, p->type, p->offset, "inside an Encrypted payload");
    if (is_encrypted(p->type) && rd_left(&c->r) > 0)
        return bad_payload(d, p->type, p->offset, "has to be the last one, but bytes follow");
    m->has |= bit;
    return kind->decode(m, p, d);
}

static enum ike_notify_type read_chain(struct ike_message *m, uint8_t type, struct chain *c,
                                       struct diag *d)
{
    while (type != IKE_P_NONE) {
        struct ike_payload p = { .type = type };
        uint8_t next;
        if (!read_frame(c, &p, &next, d))
            return IKE_N_INVALID_SYNTAX;
        if (m->n_payloads == IKE_PAYLOADS_MAX) {
            (void)bad_payload(d, type, p.offset, "more payloads than any message has");
            return IKE_N_INVALID_SYNTAX;
        }
        const struct ike_payload_kind *kind = ike_payload_kind(type);
        if (!kind && (p.flags & FLAG_CRITICAL)) {
            m->critical = type;
            (void)bad_payload(d, type, p.offset, "is critical and of a type that we do not know");
            return IKE_N_UNSUPPORTED_CRITICAL_PAYLOAD;
        }
        if (is_encrypted(type)) { /* 3.14: its next field is about what is inside */
            m->sk.first = next;
            next = IKE_P_NONE;
        }
        if (kind && !read_known(m, c, &p, kind, d))
            return IKE_N_INVALID_SYNTAX;
        m->payloads[m->n_payloads++] = p;
        type = next;
    }
    if (rd_left(&c->r) > 0) {
        (void)ike_syntax(d, "message", c->n - rd_left(&c->r), "bytes behind the last payload");
        return IKE_N_INVALID_SYNTAX;
    }
    return IKE_N_NONE;
}

/* Arrays are left alone: their counts rule. */
static void forget_payloads(struct ike_message *m)
{
    m->has = 0;
    m->critical = 0;
    m->sa = m->ts_i = m->ts_r = m->nonce = m->cp = m->eap = (struct crypto_part){ 0 };
    m->ke = (struct ike_ke){ 0 };
    m->id_i = m->id_r = (struct ike_id_payload){ 0 };
    m->auth = (struct ike_auth_payload){ 0 };
    m->n_certs = m->n_certreqs = m->n_notifies = m->n_deletes = m->n_vendors = m->n_payloads = 0;
    m->ignored = 0;
}

enum ike_notify_type ike_message_decode(const uint8_t *bytes, size_t n,
                                        struct ike_message *ret_message, struct diag *ret_diag)
{
    struct ike_message *m = ret_message;
    struct chain c = { .r = rd_init(bytes, n), .n = n };
    forget_payloads(m);
    m->sk = (struct ike_encrypted){ 0 };
    m->packet = (struct crypto_part){ .p = bytes, .n = n };
    read_header(&c.r, &m->header);
    if (c.r.bad) {
        (void)ike_syntax(ret_diag, "header", 0, "shorter than 28 bytes");
        return IKE_N_INVALID_SYNTAX;
    }
    if (m->header.length != n) {
        (void)ike_syntax(ret_diag, "header", AT_LENGTH, "its length is not that of the datagram");
        return IKE_N_INVALID_SYNTAX;
    }
    if (m->header.major != MAJOR) {
        (void)ike_syntax(ret_diag, "header", AT_FIRST + 1,
                         m->header.major == 1 ? "version 1 of IKE; we speak version 2 alone"
                                              : "a version of IKE that we do not speak");
        return IKE_N_INVALID_MAJOR_VERSION;
    }
    return read_chain(m, m->header.first, &c, ret_diag);
}

enum ike_notify_type ike_message_decode_inner(struct ike_message *m, uint8_t first,
                                              const uint8_t *bytes, size_t n, struct diag *ret_diag)
{
    struct chain c = { .r = rd_init(bytes, n), .n = n, .inner = true };
    forget_payloads(m);
    return read_chain(m, first, &c, ret_diag);
}

const struct ike_notify *ike_find_notify(const struct ike_message *m, enum ike_notify_type type)
{
    for (uint8_t i = 0; i < m->n_notifies; i++)
        if (m->notifies[i].type == type)
            return &m->notifies[i];
    return NULL;
}

const struct ike_notify *ike_message_error(const struct ike_message *m)
{
    for (uint8_t i = 0; i < m->n_notifies; i++)
        if (m->notifies[i].type < IKE_N_STATUS_MIN && m->notifies[i].type != IKE_N_NONE)
            return &m->notifies[i];
    return NULL;
}

uint32_t ike_delete_spi(const struct ike_delete *d, uint16_t i)
{
    assert(i < d->n_spis && d->spi_bytes == 4);
    struct rd r = rd_init(d->spis.p, d->spis.n);
    (void)rd_bytes(&r, (size_t)i * 4);
    return rd_u32(&r);
}

uint32_t ike_notify_spi(const struct ike_notify *n)
{
    struct rd r = rd_init(n->spi.p, n->spi.n);
    return n->spi.n == 4 ? rd_u32(&r) : 0;
}

bool ike_notify_u16(const struct ike_notify *n, uint16_t *ret_value)
{
    struct rd r = rd_init(n->data.p, n->data.n);
    uint16_t v = rd_u16(&r);
    if (!rd_is_done(&r))
        return false;
    *ret_value = v;
    return true;
}

bool ike_notify_u32(const struct ike_notify *n, uint32_t *ret_value)
{
    struct rd r = rd_init(n->data.p, n->data.n);
    uint32_t v = rd_u32(&r);
    if (!rd_is_done(&r))
        return false;
    *ret_value = v;
    return true;
}

/* --- encoding --------------------------------------------------------------------------------- */

struct ike_writer ike_begin(void *buf, size_t cap, const struct ike_header *header)
{
    struct ike_writer o = { .w = wr_init(buf, cap), .headed = true, .linked = true };
    struct ike_header h = *header;
    h.first = IKE_P_NONE;
    write_header(&o.w, &h);
    o.link = AT_FIRST;
    return o;
}

struct ike_writer ike_begin_inner(void *buf, size_t cap)
{
    return (struct ike_writer){ .w = wr_init(buf, cap) };
}

bool ike_end(struct ike_writer *o, size_t *ret_len)
{
    size_t n = wr_len(&o->w);
    if (o->headed) {
        wr_patch16(&o->w, AT_LENGTH, (uint16_t)(n >> 16));
        wr_patch16(&o->w, AT_LENGTH + 2, (uint16_t)n);
    }
    if (o->w.bad)
        return false;
    *ret_len = n;
    return true;
}

size_t ike_message_encode(const struct ike_message *m, bool inner, void *buf, size_t cap)
{
    struct ike_writer o = inner ? ike_begin_inner(buf, cap) : ike_begin(buf, cap, &m->header);
    for (uint8_t i = 0; i < m->n_payloads; i++) {
        const struct ike_payload *p = &m->payloads[i];
        size_t mark = ike_payload_begin(&o, p->type, p->flags & FLAG_CRITICAL);
        ike_payload_body(m, p, &o.w);
        ike_payload_end(&o, mark);
        if (is_encrypted(p->type))
            wr_patch8(&o.w, mark, m->sk.first);
    }
    size_t n;
    return ike_end(&o, &n) ? n : 0;
}

/* --- names ------------------------------------------------------------------------------------ */

void text_ike_exchange(struct text *t, uint8_t exchange)
{
    static const struct {
        uint8_t number;
        const char *name;
    } names[] = {
        { IKE_SA_INIT, "IKE_SA_INIT" },
        { IKE_AUTH, "IKE_AUTH" },
        { IKE_CREATE_CHILD_SA, "CREATE_CHILD_SA" },
        { IKE_INFORMATIONAL, "INFORMATIONAL" },
        { 38, "IKE_SESSION_RESUME" },
        { 43, "IKE_INTERMEDIATE" },
        { 44, "IKE_FOLLOWUP_KE" },
    };
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (names[i].number == exchange) {
            text_str(t, names[i].name);
            return;
        }
    text_str(t, "exchange ");
    text_u64(t, exchange);
}

void text_ike_payload_type(struct text *t, uint8_t type)
{
    const struct ike_payload_kind *kind = ike_payload_kind(type);
    if (kind) {
        text_str(t, kind->name);
        return;
    }
    text_str(t, "payload ");
    text_u64(t, type);
}

static void text_payload(struct text *t, const struct ike_message *m, const struct ike_payload *p)
{
    text_ike_payload_type(t, p->type);
    if (p->type == IKE_P_NOTIFY && p->index < m->n_notifies) {
        text_char(t, '(');
        text_ike_notify(t, m->notifies[p->index].type);
        text_char(t, ')');
    } else if (p->type == IKE_P_SKF) {
        text_char(t, '(');
        text_u64(t, m->sk.number);
        text_char(t, '/');
        text_u64(t, m->sk.total);
        text_char(t, ')');
    }
}

void text_ike_message(struct text *t, const struct ike_message *m)
{
    text_ike_exchange(t, m->header.exchange);
    text_str(t, ike_is_response(m) ? " response " : " request ");
    text_u64(t, m->header.message_id);
    text_str(t, " [ ");
    for (uint8_t i = 0; i < m->n_payloads; i++) {
        text_payload(t, m, &m->payloads[i]);
        text_char(t, ' ');
    }
    text_char(t, ']');
}
