/* RFC 4303 3.3: packets of a TUN become ESP packets in the send buffer. A packet is written in
 * three steps: its place, header and IV; its data, copied there (segments, fragments) or left in
 * the TUN's buffer; its trailer. A batch of them is encrypted by one call. */
#include <string.h>

#include "esp/frag.h"
#include "esp/internal.h"
#include "esp/mss.h"
#include "esp/segment.h"

enum { ECN_MASK = 3 };

struct sealing {
    struct esp *e;
    struct esp_tunnel *t;
    struct esp_to_net *o;
    struct esp_sa *sa; /* of the batch */
    size_t n;          /* packets in the batch */
    ns_t now;
};

enum put { PUT_DONE, PUT_FULL };

/* ---- the output --------------------------------------------------------------------------- */

/* Adds a sealed packet to the run that it continues, or starts one. */
static void add_datagram(struct sealing *s, uint8_t *bytes, uint32_t len,
                         const struct esp_pending *p)
{
    struct esp_to_net *o = s->o;
    struct esp_datagram *d = o->n ? &o->datagrams[o->n - 1] : NULL;
    bool joins = d && !s->e->params.no_runs && d->path == &s->sa->path &&
                 s->sa->out.flags & ESP_SA_UDP && d->bytes + d->len == bytes &&
                 d->len == d->segment * d->count && len <= d->segment && d->tos == p->tos &&
                 d->df == p->df && d->count < ESP_SEGMENTS_MAX && d->len + len <= ESP_RUN_BYTES_MAX;
    if (joins) {
        d->len += len;
        d->count++;
        return;
    }
    assert(o->n < ESP_DATAGRAMS_MAX);
    o->datagrams[o->n++] = (struct esp_datagram){ .path = &s->sa->path,
                                                  .bytes = bytes,
                                                  .len = len,
                                                  .segment = len,
                                                  .count = 1,
                                                  .tos = p->tos,
                                                  .df = p->df };
}

static void flush(struct sealing *s)
{
    struct esp *e = s->e;
    if (s->n == 0)
        return;
    cipher_seal(s->sa->out.cipher, e->jobs, s->n);
    s->sa->drops.last_out = s->now;
    for (size_t i = 0; i < s->n; i++) {
        const struct cipher_job *j = &e->jobs[i];
        uint32_t len = j->header_len + s->sa->out.iv_bytes + j->data_len + s->sa->out.icv_bytes;
        if (j->ok)
            add_datagram(s, j->packet, len, &e->pending[i]);
        else
            s->sa->drops.no_room++;
    }
    s->n = 0;
}

/* ---- one packet --------------------------------------------------------------------------- */

static uint32_t padded(const struct esp_sa_out *out, uint32_t inner_len)
{
    uint32_t n = inner_len + ESP_TRAILER_BYTES + out->align - 1;
    return n - n % out->align;
}

/* 3.3.4 of RFC 3602: unpredictable; drawn in bulk, since a call for 16 bytes costs a packet. */
static bool random_iv(struct esp *e, uint8_t *iv, size_t n)
{
    if (e->iv_left < n) {
        if (crypto_random_bytes(&e->params.random, e->iv_pool, sizeof(e->iv_pool)) != 0)
            return false;
        e->iv_left = sizeof(e->iv_pool);
    }
    memcpy(iv, e->iv_pool + e->iv_left - n, n);
    e->iv_left -= (uint32_t)n;
    return true;
}

/* Whether a packet may be sent: the SA's limits, and room for its bytes. */
static bool has_room(struct sealing *s, struct esp_sa *sa, uint32_t inner_len)
{
    size_t len = ESP_HEADER_BYTES + (size_t)sa->out.iv_bytes + padded(&sa->out, inner_len) +
                 sa->out.icv_bytes;
    struct esp_to_net *o = s->o;
    if (o->n + s->n >= ESP_DATAGRAMS_MAX)
        flush(s); /* perhaps they are few runs */
    return o->n < ESP_DATAGRAMS_MAX && o->room_bytes - o->used >= len;
}

/* Writes header and IV of the next packet of an SA. The place of its data; NULL: the SA may carry
 * nothing more, or there are no random bytes (counted). */
static uint8_t *begin(struct sealing *s, struct esp_sa *sa)
{
    struct esp_sa_out *out = &sa->out;
    if (s->n == ESP_BATCH || (s->n && s->sa != sa))
        flush(s);
    s->sa = sa;
    if (esp_life_is_due(&out->life) && !esp_may_go_on(s->e, sa, true)) {
        sa->drops.no_room++;
        return NULL;
    }
    uint64_t sequence = out->life.packets + 1;
    uint8_t *p = s->o->room + s->o->used, *iv = p + ESP_HEADER_BYTES;
    esp_put32(p, out->spi);
    esp_put32(p + 4, (uint32_t)sequence);
    if (!(out->flags & ESP_SA_COUNTER_IV)) {
        if (!random_iv(s->e, iv, out->iv_bytes)) {
            sa->drops.no_room++;
            return NULL;
        }
    } else if (out->iv_bytes == 8) {
        esp_put32(iv, (uint32_t)(sequence >> 32));
        esp_put32(iv + 4, (uint32_t)sequence);
    }
    out->life.packets = sequence;
    return iv + out->iv_bytes;
}

/* Puts the trailer behind the data in `text` and the packet into the batch. */
static void end(struct sealing *s, uint8_t *text, uint32_t inner_len, uint8_t next,
                const struct esp_packet *p)
{
    struct esp_sa_out *out = &s->sa->out;
    uint32_t data_len = padded(out, inner_len);
    uint32_t pad = data_len - inner_len - ESP_TRAILER_BYTES;
    for (uint32_t i = 0; i < pad; i++)
        text[inner_len + i] = (uint8_t)(i + 1);
    text[data_len - 2] = (uint8_t)pad;
    text[data_len - 1] = next;
    s->e->jobs[s->n] = (struct cipher_job){ .packet = s->o->room + s->o->used,
                                            .header_len = ESP_HEADER_BYTES,
                                            .data_len = data_len,
                                            .text = text,
                                            .has_esn = out->flags & ESP_SA_ESN,
                                            .esn_high = (uint32_t)(out->life.packets >> 32) };
    /* RFC 6040 4.1: ECN goes outward as it is. */
    uint8_t tos = (uint8_t)(out->flags & ESP_SA_COPY_DSCP ? p->tos : p->tos & ECN_MASK);
    bool df = out->df == ESP_DF_SET || (out->df == ESP_DF_COPY && p->df);
    s->e->pending[s->n] = (struct esp_pending){
        .inner_len = inner_len,
        .tos = tos,
        .df = df && p->len <= out->mtu, /* IPv6's 1280 bytes go, if need be in outer fragments */
    };
    out->life.bytes += inner_len;
    s->o->used += ESP_HEADER_BYTES + (size_t)out->iv_bytes + data_len + out->icv_bytes;
    s->n++;
}

static uint8_t next_header(const struct esp_packet *p)
{
    return p->family == IP_V4 ? ESP_PROTO_IPV4 : ESP_PROTO_IPV6;
}

/* 3.1.1: in transport mode what the IP header carries is sealed, and the header becomes the outer
 * one, so its addresses have to be the path's. */
static bool fits_transport(const struct esp_sa *sa, const struct esp_packet *p)
{
    size_t n = ip_bytes(p->family);
    return p->is_plain && sa->path.local.family == p->family &&
           sa->path.remote.family == p->family &&
           memcmp(sa->path.local.b, esp_packet_source(p), n) == 0 &&
           memcmp(sa->path.remote.b, esp_packet_destination(p), n) == 0;
}

/* Seals a whole packet from where it is. */
static enum put seal_one(struct sealing *s, struct esp_sa *sa, const struct esp_packet *p)
{
    bool transport = sa->out.flags & ESP_SA_TRANSPORT;
    uint16_t skip = transport ? p->ip_bytes : 0;
    if (transport && !fits_transport(sa, p)) {
        sa->drops.bad_selector++;
        return PUT_DONE;
    }
    if (!has_room(s, sa, p->len - skip))
        return PUT_FULL;
    if (begin(s, sa))
        end(s, p->bytes + skip, p->len - skip, transport ? p->protocol : next_header(p), p);
    return PUT_DONE;
}

/* Seals the segments of a super-packet from *done on. */
static enum put seal_super(struct sealing *s, struct esp_sa *sa, const struct esp_super *super,
                           uint32_t *done)
{
    struct esp_packet shape = *super->packet;
    while (*done < super->payload) {
        uint32_t len = esp_super_len(super, *done);
        if (!has_room(s, sa, len))
            return PUT_FULL;
        uint8_t *to = begin(s, sa);
        if (!to)
            return PUT_DONE;
        esp_super_write(super, *done, to);
        shape.len = len;
        end(s, to, len, next_header(&shape), &shape);
        *done += MIN(super->segment, super->payload - *done);
    }
    return PUT_DONE;
}

/* Seals the fragments of a packet from *done on. */
static enum put seal_fragments(struct sealing *s, struct esp_sa *sa, const struct esp_packet *p,
                               uint32_t *done)
{
    struct esp_packet shape = *p;
    if (*done == 0)
        s->t->counters.fragmented++;
    while (*done < p->len - p->ip_bytes) {
        uint32_t part, len = esp_frag_len(p, sa->out.mtu, *done, &part);
        if (!has_room(s, sa, len))
            return PUT_FULL;
        uint8_t *to = begin(s, sa);
        if (!to)
            return PUT_DONE;
        esp_frag_write(p, sa->out.mtu, *done, to);
        shape.len = len;
        end(s, to, len, ESP_PROTO_IPV4, &shape);
        *done += part;
    }
    return PUT_DONE;
}

/* ---- one frame ---------------------------------------------------------------------------- */

/* RFC 4301 5.1: the outbound SA whose selectors take the packet, newest first. */
static struct esp_sa *choose(const struct esp_tunnel *t, const struct esp_packet *p)
{
    uint16_t all = p->family == IP_V4 ? ESP_SA_ALL_V4 : ESP_SA_ALL_V6;
    for (uint8_t i = 0; i < t->n_outs; i++)
        if (t->outs[i]->out.flags & all || esp_packet_selected(p, &t->outs[i]->selectors, false))
            return t->outs[i];
    return NULL;
}

/* Tells the sender how much fits, within the rate that strangers may provoke. */
static void refuse_big(struct sealing *s, struct esp_sa *sa, const struct esp_packet *p,
                       uint16_t mtu)
{
    struct esp_to_tun *b = s->o->back;
    s->t->counters.too_big++;
    sa->drops.too_big++;
    if (!b || b->n_icmps == ESP_ICMPS_MAX || b->n == ESP_TUN_FRAMES_MAX ||
        !esp_token(&s->e->icmp, s->now, ESP_ICMP_BURST, ESP_ICMP_PER_S))
        return;
    uint8_t *to = b->icmps[b->n_icmps];
    uint32_t head = s->t->params.vnet ? ESP_VNET_BYTES : 0;
    uint32_t len = esp_icmp_too_big(p, mtu, to + head);
    if (len == 0)
        return;
    memset(to, 0, head);
    struct esp_tun_frame *f = &b->frames[b->n++];
    b->n_icmps++;
    f->connection = s->t->params.connection;
    f->n = 1;
    f->len = head + len;
    f->slices[0] = (struct esp_slice){ .base = to, .len = f->len };
    f->flow.open = false;
    f->flow.header_bytes = 0;
}

/* RFC 2473 7.1: IPv6 is never told less than its own minimum; such packets go as they are, and the
 * outer ones are cut on the way. */
static uint16_t mtu_for(const struct esp_sa *sa, const struct esp_packet *p)
{
    return p->family == IP_V6 ? MAX(sa->out.mtu, ESP_IPV6_MTU_MIN) : sa->out.mtu;
}

/* Lowers what a super-packet is cut to; false: its sender has to be told. TCP without DF takes
 * smaller segments, which spares the other end putting fragments together. */
static bool fit_super(struct esp_super *super, uint16_t mtu)
{
    if (super->header_bytes + MIN(super->segment, super->payload) <= mtu)
        return true;
    if (!super->is_tcp || super->packet->df || super->header_bytes + 8 > mtu)
        return false;
    super->segment = (uint16_t)(mtu - super->header_bytes);
    return true;
}

static enum put seal_offloaded(struct sealing *s, struct esp_sa *sa, const struct esp_vnet *v,
                               struct esp_packet *p, uint32_t *done)
{
    struct esp_super super;
    uint16_t limit = mtu_for(sa, p);
    if (!esp_super_init(&super, v, p) || sa->out.flags & ESP_SA_TRANSPORT) {
        s->t->counters.malformed++;
        return PUT_DONE;
    }
    if (!fit_super(&super, limit)) {
        refuse_big(s, sa, p, limit);
        return PUT_DONE;
    }
    return seal_super(s, sa, &super, done);
}

static enum put seal_packet(struct sealing *s, const struct esp_vnet *v, struct esp_packet *p,
                            struct esp_frame *f)
{
    struct esp_sa *sa = choose(s->t, p);
    if (!sa) {
        s->t->counters.no_sa++;
        return PUT_DONE;
    }
    if (s->now >= sa->out.mtu_until)
        esp_mtu_apply(sa, s->now, s->t->params.ip_mtu);
    bool partial = v->flags & ESP_VNET_NEEDS_CHECKSUM;
    uint16_t mss = esp_mss_limit(p->family, s->t->params.tcp_mss, sa->out.mtu);
    if (p->protocol == ESP_PROTO_TCP && esp_mss_clamp(p, mss, partial))
        s->t->counters.clamped++;
    if (v->kind != ESP_VNET_PACKET)
        return seal_offloaded(s, sa, v, p, &f->done);
    if (p->len <= mtu_for(sa, p))
        return seal_one(s, sa, p);
    if (esp_frag_may(p, sa->out.mtu) && !(sa->out.flags & ESP_SA_TRANSPORT))
        return seal_fragments(s, sa, p, &f->done);
    refuse_big(s, sa, p, mtu_for(sa, p));
    return PUT_DONE;
}

static enum put seal_frame(struct sealing *s, struct esp_frame *f)
{
    struct esp_vnet v = { 0 };
    struct esp_packet p;
    uint32_t head = s->t->params.vnet ? ESP_VNET_BYTES : 0;
    if (f->len < head || !esp_packet_parse(f->bytes + head, f->len - head, &p)) {
        s->t->counters.malformed++;
        return PUT_DONE;
    }
    if (head)
        v = esp_vnet_read(f->bytes);
    /* Once: a frame that is looked at again for want of room has its checksum already. */
    if (v.kind == ESP_VNET_PACKET && v.flags & ESP_VNET_NEEDS_CHECKSUM) {
        if (!esp_vnet_checksum(&v, &p)) {
            s->t->counters.malformed++;
            return PUT_DONE;
        }
        v.flags = 0;
        esp_vnet_write(f->bytes, &v);
    }
    return seal_packet(s, &v, &p, f);
}

size_t esp_seal(struct esp *e, ns_t now, uint32_t connection, struct esp_frame *frames, size_t n,
                struct esp_to_net *o)
{
    struct sealing s = { .e = e, .o = o, .now = now };
    size_t i = 0;
    s.t = esp_find_tunnel(e, connection);
    assert(o->room_bytes >= ESP_SEND_ROOM_MIN && o->used <= o->room_bytes);
    if (!s.t)
        return n;
    while (i < n && seal_frame(&s, &frames[i]) == PUT_DONE)
        i++;
    flush(&s);
    return i;
}
