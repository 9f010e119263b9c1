#include "capture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/rd.h"

enum { FILE_MAX = 64 << 20, TCP_BGP = 179 };

static const char *unpacker(const char *path)
{
    size_t n = strlen(path);
    if (n > 3 && strcmp(path + n - 3, ".gz") == 0)
        return "gzip -dcq";
    if (n > 4 && strcmp(path + n - 4, ".bz2") == 0)
        return "bzip2 -dcq";
    return "cat";
}

uint8_t *capture_read_file(const char *path, size_t *ret_n)
{
    char command[1200];
    struct stat st;
    if (stat(path, &st) != 0 || strchr(path, '\'') || strlen(path) > 1000)
        return NULL;
    snprintf(command, sizeof(command), "%s '%s' 2>/dev/null", unpacker(path), path);
    FILE *f = popen(command, "r");
    if (!f)
        return NULL;
    uint8_t *bytes = malloc(FILE_MAX);
    *ret_n = bytes ? fread(bytes, 1, FILE_MAX, f) : 0;
    pclose(f);
    return bytes;
}

const char *capture_data_dir(void)
{
    static char dir[1000];
    struct stat st;
    const char *data = getenv("SPANWAY_DATA"), *source = getenv("SPANWAY_SOURCE");
    if (data)
        snprintf(dir, sizeof(dir), "%s", data);
    else
        snprintf(dir, sizeof(dir), "%s/../shared/data", source ? source : ".");
    return stat(dir, &st) == 0 ? dir : NULL;
}

static struct capture_stream *stream_of(struct capture *c, const uint8_t key[38])
{
    for (size_t i = 0; i < c->stream_count; i++)
        if (memcmp(c->streams[i].key, key, 38) == 0)
            return &c->streams[i];
    if (c->stream_count == CAPTURE_STREAMS_MAX)
        return NULL;
    struct capture_stream *s = &c->streams[c->stream_count++];
    memcpy(s->key, key, 38);
    return s;
}

/* Appends a segment that continues the stream; what was seen before is passed over. */
static void append(struct capture_stream *s, uint32_t seq, struct rd payload)
{
    size_t n = rd_left(&payload);
    uint32_t seen = s->next_seq - seq;
    if (!s->started)
        s->next_seq = seq, s->started = true;
    else if (seen > 0 && seen < 1U << 31)
        rd_bytes(&payload, n < seen ? n : seen);
    else
        s->next_seq = seq; /* in order, or bytes are missing: go on behind the gap */
    n = rd_left(&payload);
    if (n == 0 || s->n + n > CAPTURE_STREAM_BYTES_MAX)
        return;
    if (s->n + n > s->cap) {
        size_t cap = (s->n + n) * 2;
        uint8_t *more = realloc(s->bytes, cap);
        if (!more)
            return;
        s->bytes = more;
        s->cap = cap;
    }
    memcpy(s->bytes + s->n, payload.p, n);
    s->n += n;
    s->next_seq += (uint32_t)n;
}

static void read_tcp(struct capture *c, uint8_t key[38], struct rd r)
{
    uint16_t source = rd_u16(&r), destination = rd_u16(&r);
    uint32_t seq = rd_u32(&r);
    rd_u32(&r);
    uint8_t offset = rd_u8(&r), flags = rd_u8(&r);
    rd_bytes(&r, 6);
    size_t header = (size_t)(offset >> 4) * 4;
    if (r.bad || header < 20 || (source != TCP_BGP && destination != TCP_BGP))
        return;
    rd_bytes(&r, header - 20);
    memcpy(key + 32, &source, 2);
    memcpy(key + 34, &destination, 2);
    struct capture_stream *s = r.bad ? NULL : stream_of(c, key);
    if (!s)
        return;
    if (flags & 2) { /* SYN: the numbers start anew; made-up captures carry data with it */
        s->next_seq = rd_left(&r) > 0 ? seq : seq + 1;
        s->started = true;
    }
    append(s, seq, r);
}

static void read_ip(struct capture *c, struct rd r)
{
    uint8_t key[38] = { 0 };
    struct rd peek = r;
    uint8_t version = rd_u8(&peek) >> 4;
    if (version == 4) {
        size_t header = (size_t)(rd_u8(&r) & 15) * 4;
        rd_u8(&r);
        size_t total = rd_u16(&r);
        rd_bytes(&r, 5);
        uint8_t protocol = rd_u8(&r);
        rd_bytes(&r, 2);
        rd_copy(&r, key, 4);
        rd_copy(&r, key + 16, 4);
        if (r.bad || header < 20 || total < header || protocol != 6)
            return;
        rd_bytes(&r, header - 20);
        size_t n = rd_left(&r) < total - header ? rd_left(&r) : total - header;
        read_tcp(c, key, rd_sub(&r, n));
    } else if (version == 6) {
        rd_bytes(&r, 4);
        size_t n = rd_u16(&r);
        uint8_t protocol = rd_u8(&r);
        rd_u8(&r);
        rd_copy(&r, key, 16);
        rd_copy(&r, key + 16, 16);
        if (!r.bad && protocol == 6)
            read_tcp(c, key, rd_sub(&r, n < rd_left(&r) ? n : rd_left(&r)));
    }
}

static void read_packet(struct capture *c, uint32_t link, struct rd r)
{
    c->packets++;
    if (link == 1) { /* Ethernet, with any VLAN tags */
        rd_bytes(&r, 12);
        uint16_t type = rd_u16(&r);
        while (!r.bad && (type == 0x8100 || type == 0x88a8)) {
            rd_u16(&r);
            type = rd_u16(&r);
        }
        if (type != 0x0800 && type != 0x86dd)
            return;
    } else if (link == 0) {
        rd_u32(&r); /* BSD loopback */
    } else if (link == 113) {
        rd_bytes(&r, 16); /* Linux cooked */
    } else if (link == 276) {
        rd_bytes(&r, 20); /* Linux cooked, version 2 */
    } else if (link != 101 && link != 12 && link != 228 && link != 229) {
        return;
    }
    if (!r.bad)
        read_ip(c, r);
}

static uint32_t u32_of(struct rd *r, bool little)
{
    uint32_t v = rd_u32(r);
    return little ? __builtin_bswap32(v) : v;
}

static void read_classic(struct capture *c, struct rd r, bool little)
{
    rd_bytes(&r, 20);
    uint32_t link = u32_of(&r, little) & 0xffff;
    while (!r.bad && rd_left(&r) > 0) {
        rd_bytes(&r, 8);
        uint32_t n = u32_of(&r, little);
        rd_u32(&r);
        struct rd packet = rd_sub(&r, n);
        if (!packet.bad)
            read_packet(c, link, packet);
    }
}

static void read_block(struct capture *c, uint32_t type, struct rd body, bool little,
                       uint32_t links[16], uint32_t *interfaces)
{
    if (type == 1 && *interfaces < 16) { /* interface description */
        uint16_t link = rd_u16(&body);
        links[(*interfaces)++] = little ? __builtin_bswap16(link) : link;
    } else if (type == 6) { /* enhanced packet */
        uint32_t interface = u32_of(&body, little);
        rd_bytes(&body, 8);
        uint32_t n = u32_of(&body, little);
        rd_u32(&body);
        struct rd packet = rd_sub(&body, n);
        if (!packet.bad && interface < *interfaces)
            read_packet(c, links[interface], packet);
    } else if (type == 3 && *interfaces > 0) { /* simple packet */
        uint32_t n = u32_of(&body, little);
        size_t left = rd_left(&body);
        read_packet(c, links[0], rd_sub(&body, n < left ? n : left));
    }
}

static void read_ng(struct capture *c, struct rd r)
{
    bool little = true;
    uint32_t links[16], interfaces = 0;
    while (rd_left(&r) >= 12) {
        struct rd peek = r;
        uint32_t type = u32_of(&peek, little);
        if (type == 0x0a0d0d0a) {
            rd_u32(&peek);
            little = rd_u32(&peek) == 0x4d3c2b1a;
            interfaces = 0;
        }
        rd_u32(&r);
        uint32_t n = u32_of(&r, little);
        if (n < 12 || n % 4 != 0)
            return;
        struct rd body = rd_sub(&r, n - 12);
        rd_u32(&r);
        if (r.bad)
            return;
        read_block(c, type, body, little, links, &interfaces);
    }
}

bool capture_read_pcap(const uint8_t *file, size_t n, struct capture *ret_capture)
{
    memset(ret_capture, 0, sizeof(*ret_capture));
    struct rd r = rd_init(file, n), peek = r;
    uint32_t magic = rd_u32(&peek);
    if (magic == 0x0a0d0d0a)
        read_ng(ret_capture, r);
    else if (magic == 0xa1b2c3d4 || magic == 0xa1b23c4d)
        read_classic(ret_capture, r, false);
    else if (magic == 0xd4c3b2a1 || magic == 0x4d3cb2a1)
        read_classic(ret_capture, r, true);
    else
        return false;
    return true;
}

void capture_free(struct capture *c)
{
    for (size_t i = 0; i < c->stream_count; i++)
        free(c->streams[i].bytes);
    c->stream_count = 0;
}

bool capture_read_mrt(const uint8_t *file, size_t n,
                      void (*got)(void *arg, const struct mrt_message *m), void *arg)
{
    enum { BGP4MP = 16, BGP4MP_ET = 17 };
    struct rd r = rd_init(file, n);
    while (rd_left(&r) > 0) {
        rd_u32(&r);
        uint16_t type = rd_u16(&r), sub = rd_u16(&r);
        uint32_t length = rd_u32(&r);
        struct rd body = rd_sub(&r, length);
        if (body.bad)
            return false;
        if (type == BGP4MP_ET)
            rd_u32(&body);
        bool as4 = sub == 4 || sub == 7 || sub == 9 || sub == 11;
        bool message = sub == 1 || sub == 6 || as4;
        if ((type != BGP4MP && type != BGP4MP_ET) || !message)
            continue;
        struct mrt_message m = { .as4 = as4 };
        m.peer_as = as4 ? rd_u32(&body) : rd_u16(&body);
        m.local_as = as4 ? rd_u32(&body) : rd_u16(&body);
        rd_u16(&body);
        rd_bytes(&body, rd_u16(&body) == 2 ? 32 : 8);
        m.n = rd_left(&body);
        m.bytes = body.p;
        if (!body.bad && m.n > 0)
            got(arg, &m);
    }
    return true;
}
