/* RFC 4303 3.4: ESP packets become packets for the TUN, in place. Each is judged twice: before
 * decryption (SA, length, window) and after (window again, limits, padding, what is inside,
 * selectors, ECN). */
#include <string.h>

#include "base/rd.h"
#include "esp/checksum.h"
#include "esp/coalesce.h"
#include "esp/internal.h"
#include "esp/mss.h"

enum { KEEPALIVE = 0xff, TTL = 64, UDP_CHECKSUM = 6, TCP_CHECKSUM = 16 };

struct opening {
    struct esp *e;
    struct esp_to_tun *o;
    struct esp_sa *sa; /* of the batch */
    size_t n;
    ns_t now;
};

/* ---- what was inside ---------------------------------------------------------------------- */

/* A frame of one packet, or more of its flow. */
static void deliver(struct opening *s, struct esp_packet *p)
{
    struct esp_to_tun *o = s->o;
    struct esp_tunnel *t = s->sa->tunnel;
    uint16_t mss = esp_mss_limit(p->family, t->params.tcp_mss, s->sa->out.mtu);
    if (p->protocol == ESP_PROTO_TCP && esp_mss_clamp(p, mss, false))
        t->counters.clamped++;
    s->sa->in.life.bytes += p->len;
    if (t->params.vnet) {
        esp_coalesce(o, &t->params, p);
        return;
    }
    assert(o->n < ESP_TUN_FRAMES_MAX);
    struct esp_tun_frame *f = &o->frames[o->n++];
    f->connection = t->params.connection;
    f->n = 1;
    f->len = p->len;
    f->slices[0] = (struct esp_slice){ .base = p->bytes, .len = p->len };
    f->flow.open = false;
    f->flow.header_bytes = 0;
}

static bool selected(const struct esp_sa *sa, const struct esp_packet *p)
{
    uint16_t all = p->family == IP_V4 ? ESP_SA_ALL_V4 : ESP_SA_ALL_V6;
    return sa->out.flags & all || esp_packet_selected(p, &sa->selectors, true);
}

/* 3.1.2: a whole packet. */
static void take_tunnel(struct opening *s, uint8_t *text, uint32_t len, uint8_t next,
                        const struct esp_pending *from)
{
    struct esp_sa *sa = s->sa;
    struct esp_packet p;
    if (!esp_packet_parse(text, len, &p) || p.family != (next == ESP_PROTO_IPV4 ? IP_V4 : IP_V6)) {
        sa->drops.malformed++;
        return;
    }
    if (!selected(sa, &p)) {
        sa->drops.bad_selector++;
        return;
    }
    if (!esp_packet_decapsulate_ecn(&p, from->tos)) {
        sa->drops.malformed++;
        return;
    }
    deliver(s, &p);
}

/* RFC 3948 3.1.2: behind a NAT the addresses are not those that the checksum was made with. */
static void fix_checksum(const struct esp_packet *p, uint8_t *text, uint32_t len)
{
    uint32_t at = p->protocol == ESP_PROTO_TCP ? TCP_CHECKSUM : UDP_CHECKSUM;
    if ((p->protocol != ESP_PROTO_TCP && p->protocol != ESP_PROTO_UDP) || len < at + 2 ||
        (p->protocol == ESP_PROTO_UDP && esp_get16(text + at) == 0))
        return;
    esp_put16(text + at, 0);
    uint16_t sum =
        (uint16_t)~checksum_fold((uint64_t)esp_packet_pseudo(p, len) + checksum_sum(text, len));
    esp_put16(text + at, sum ? sum : UINT16_MAX);
}

/* Writes the IP header that a packet of transport mode had. */
static void make_header(struct esp_packet *p, const struct esp_pending *from)
{
    const struct esp_path *path = &from->from->path;
    size_t n = ip_bytes(p->family);
    memset(p->bytes, 0, p->ip_bytes);
    if (p->family == IP_V4) {
        p->bytes[0] = 0x45;
        p->bytes[1] = from->tos;
        esp_put16(p->bytes + ESP_V4_FRAGMENT, ESP_V4_DF);
        p->bytes[8] = TTL;
        p->bytes[9] = p->protocol;
        memcpy(p->bytes + ESP_V4_SOURCE, path->remote.b, n);
        memcpy(p->bytes + ESP_V4_SOURCE + n, path->local.b, n);
    } else {
        esp_put16(p->bytes, (uint16_t)(0x6000 | from->tos << 4));
        p->bytes[6] = p->protocol;
        p->bytes[7] = TTL;
        memcpy(p->bytes + ESP_V6_SOURCE, path->remote.b, n);
        memcpy(p->bytes + ESP_V6_SOURCE + n, path->local.b, n);
    }
    esp_packet_set_length(p->bytes, p->family, p->ip_bytes, p->len);
}

/* 3.1.1: a transport, whose IP header was the outer one: a frame of two slices. */
static void take_transport(struct opening *s, uint8_t *text, uint32_t len, uint8_t next,
                           const struct esp_pending *from)
{
    struct esp_to_tun *o = s->o;
    struct esp_sa *sa = s->sa;
    uint32_t head = sa->tunnel->params.vnet ? ESP_VNET_BYTES : 0;
    uint8_t family = from->from->path.remote.family;
    assert(o->n < ESP_TUN_FRAMES_MAX);
    struct esp_packet p = { .bytes = o->headers[o->n] + head,
                            .family = family,
                            .protocol = next,
                            .ip_bytes = family == IP_V4 ? ESP_IPV4_BYTES : ESP_IPV6_BYTES,
                            .is_plain = true };
    struct rd r = rd_init(text, len);
    p.len = p.ip_bytes + len;
    if (p.len > UINT16_MAX) {
        sa->drops.malformed++;
        return;
    }
    esp_packet_read_ports(&p, &r);
    memset(o->headers[o->n], 0, head);
    make_header(&p, from);
    if (!selected(sa, &p)) {
        sa->drops.bad_selector++;
        return;
    }
    if (sa->out.flags & ESP_SA_UDP)
        fix_checksum(&p, text, len);
    struct esp_tun_frame *f = &o->frames[o->n++];
    f->connection = sa->tunnel->params.connection;
    f->n = 2;
    f->len = head + p.len;
    f->slices[0] = (struct esp_slice){ .base = p.bytes - head, .len = head + p.ip_bytes };
    f->slices[1] = (struct esp_slice){ .base = text, .len = len };
    f->flow.open = false;
    f->flow.header_bytes = 0;
    sa->in.life.bytes += p.len;
}

/* 2.4, 2.5: the trailer's padding length and next header; the bytes are 1, 2, 3 ... */
static bool read_trailer(const uint8_t *text, uint32_t data_len, uint32_t *ret_len,
                         uint8_t *ret_next)
{
    if (data_len < ESP_TRAILER_BYTES)
        return false;
    uint32_t pad = text[data_len - 2], end = data_len - ESP_TRAILER_BYTES;
    if (pad > end)
        return false;
    for (uint32_t i = 0; i < pad; i++)
        if (text[end - pad + i] != i + 1)
            return false;
    *ret_len = end - pad;
    *ret_next = text[data_len - 1];
    return true;
}

/* RFC 7296 2.23: the newest packet's source is where the peer is now. Told once for each place. */
static void notice_path(struct opening *s, const struct esp_pending *from)
{
    struct esp_sa *sa = s->sa;
    const struct esp_path *now = &from->from->path;
    if (from->sequence != sa->in.replay.top || !(sa->out.flags & ESP_SA_UDP) ||
        now->remote_port == 0 ||
        (now->remote_port == sa->path.remote_port && ip_eq(&now->remote, &sa->path.remote)))
        return;
    if (sa->told_moved && sa->moved_to.remote_port == now->remote_port &&
        ip_eq(&sa->moved_to.remote, &now->remote))
        return;
    const struct esp_event event = {
        .kind = ESP_MOVED, .child = sa->id, .spi = sa->spi_in, .path = *now
    };
    sa->told_moved = esp_tell(s->e, &event);
    sa->moved_to = *now;
}

static void take(struct opening *s, const struct cipher_job *j, const struct esp_pending *from)
{
    struct esp_sa *sa = s->sa;
    uint32_t len;
    uint8_t next;
    if (!j->ok) {
        sa->drops.bad_icv++;
        return;
    }
    if (!esp_replay_update(&sa->in.replay, from->sequence)) {
        sa->drops.replayed++; /* twice in one batch */
        return;
    }
    if (esp_life_is_due(&sa->in.life) && !esp_may_go_on(s->e, sa, false)) {
        sa->drops.no_room++;
        return;
    }
    sa->in.life.packets++;
    sa->drops.last_in = s->now;
    if (!sa->told_active)
        sa->told_active = esp_tell_of(s->e, ESP_ACTIVE, sa);
    notice_path(s, from);
    if (!read_trailer(j->text, j->data_len, &len, &next)) {
        sa->drops.bad_padding++;
        return;
    }
    if (next == ESP_PROTO_NONE)
        return;
    if (sa->out.flags & ESP_SA_TRANSPORT)
        take_transport(s, j->text, len, next, from);
    else if (next == ESP_PROTO_IPV4 || next == ESP_PROTO_IPV6)
        take_tunnel(s, j->text, len, next, from);
    else
        sa->drops.malformed++;
}

static void flush(struct opening *s)
{
    if (s->n == 0)
        return;
    cipher_open(s->sa->in.cipher, s->e->jobs, s->n);
    for (size_t i = 0; i < s->n; i++)
        take(s, &s->e->jobs[i], &s->e->pending[i]);
    s->n = 0;
}

/* ---- what came ---------------------------------------------------------------------------- */

static void unknown_spi(struct opening *s, uint32_t spi, const struct esp_received *from)
{
    const struct esp_event event = { .kind = ESP_UNKNOWN_SPI, .spi = spi, .path = from->path };
    if (!esp_token(&s->e->unknown, s->now, ESP_UNKNOWN_BURST, ESP_UNKNOWN_PER_S) ||
        !esp_tell(s->e, &event))
        return; /* whoever sends with it will send again */
}

/* 3.4.2, 3.4.3: the SA, whether lengths can be right, whether the number is new. */
static struct esp_sa *judge(struct opening *s, const uint8_t *bytes, uint32_t len,
                            const struct esp_received *from, uint64_t *ret_sequence)
{
    struct rd r = rd_init(bytes, len);
    uint32_t spi = rd_u32(&r), low = rd_u32(&r);
    if (r.bad || spi < ESP_SPI_MIN)
        return NULL; /* 2.1: reserved, so nobody's */
    struct esp_sa *sa = esp_find_spi(s->e, spi);
    if (!sa) {
        unknown_spi(s, spi, from);
        return NULL;
    }
    uint32_t fixed = sa->out.iv_bytes + (uint32_t)sa->out.icv_bytes;
    if (rd_left(&r) < fixed + ESP_TRAILER_BYTES ||
        (rd_left(&r) - fixed) % cipher_block_bytes(sa->in.cipher) != 0) {
        sa->drops.malformed++;
        return NULL;
    }
    if (!esp_replay_sequence(&sa->in.replay, sa->out.flags & ESP_SA_ESN, low, ret_sequence) ||
        !esp_replay_check(&sa->in.replay, *ret_sequence)) {
        sa->drops.replayed++;
        return NULL;
    }
    return sa;
}

static void add_job(struct opening *s, struct esp_sa *sa, uint8_t *bytes, uint32_t len,
                    const struct esp_pending *pending)
{
    if (s->n == ESP_BATCH || (s->n && s->sa != sa))
        flush(s);
    s->sa = sa;
    uint32_t data_len = len - ESP_HEADER_BYTES - sa->out.iv_bytes - sa->out.icv_bytes;
    s->e->jobs[s->n] = (struct cipher_job){ .packet = bytes,
                                            .header_len = ESP_HEADER_BYTES,
                                            .data_len = data_len,
                                            .text = bytes + ESP_HEADER_BYTES + sa->out.iv_bytes,
                                            .has_esn = sa->out.flags & ESP_SA_ESN,
                                            .esn_high = (uint32_t)(pending->sequence >> 32) };
    s->e->pending[s->n++] = *pending;
}

/* RFC 3948 2: on the UDP port also come keepalives and IKE. Whether it was one of them. */
static bool is_other(struct opening *s, const uint8_t *bytes, uint32_t len,
                     const struct esp_received *from)
{
    static const uint8_t marker[4];
    if (from->path.remote_port == 0)
        return false;
    if (len == 1 && bytes[0] == KEEPALIVE)
        return true;
    if (len < sizeof(marker) || memcmp(bytes, marker, sizeof(marker)) != 0)
        return false;
    assert(s->o->n_others < ESP_OTHERS_MAX);
    s->o->others[s->o->n_others++] = (struct esp_other){ .bytes = bytes + sizeof(marker),
                                                         .len = len - (uint32_t)sizeof(marker),
                                                         .path = from->path };
    return true;
}

/* Room for what the batch and one packet more may become. */
static bool has_room(struct opening *s)
{
    if (s->o->n + s->n >= ESP_TUN_FRAMES_MAX)
        flush(s); /* perhaps they join */
    return s->o->n < ESP_TUN_FRAMES_MAX && s->o->n_others < ESP_OTHERS_MAX;
}

static bool open_received(struct opening *s, struct esp_received *in)
{
    uint32_t segment = in->segment ? in->segment : in->len;
    while (in->done < in->len) {
        uint8_t *bytes = in->bytes + in->done;
        uint32_t len = MIN(segment, in->len - in->done);
        if (!has_room(s))
            return false;
        in->done += len;
        if (is_other(s, bytes, len, in))
            continue;
        struct esp_pending pending = { .from = in, .tos = in->tos };
        struct esp_sa *sa = judge(s, bytes, len, in, &pending.sequence);
        if (sa)
            add_job(s, sa, bytes, len, &pending);
    }
    return true;
}

size_t esp_open(struct esp *e, ns_t now, struct esp_received *in, size_t n, struct esp_to_tun *o)
{
    struct opening s = { .e = e, .o = o, .now = now };
    size_t i = 0;
    while (i < n && open_received(&s, &in[i]))
        i++;
    flush(&s);
    return i;
}
