#include "lab/pcapng.h"

#include <string.h>

enum {
    BLOCK_SECTION = 0x0a0d0d0a,
    BLOCK_INTERFACE = 1,
    BLOCK_STATISTICS = 5,
    BLOCK_PACKET = 6,
    BYTE_ORDER = 0x1a2b3c4d, /* big-endian, as wr.h writes: readers go by this word */
    OPTION_END = 0,
    OPTION_COMMENT = 1,
    OPTION_APPLICATION = 4,
    OPTION_IF_NAME = 2,
    OPTION_IF_DESCRIPTION = 3,
    OPTION_IF_TSRESOL = 9,
    OPTION_FLAGS = 2,
    OPTION_IF_RECEIVED = 4,
    OPTION_IF_DROPPED = 5,
    NANOSECONDS = 9, /* ten to the minus ninth */
    INBOUND = 1,
    OUTBOUND = 2,
};

static void put_padding(struct wr *w, size_t n)
{
    static const uint8_t zeros[4];
    wr_bytes(w, zeros, (4 - n % 4) % 4);
}

/* A block's length stands before and behind what it holds. */
static size_t begin(struct wr *w, uint32_t type)
{
    wr_u32(w, type);
    size_t mark = wr_mark(w);
    wr_u32(w, 0);
    return mark;
}

static void end(struct wr *w, size_t mark)
{
    size_t n = wr_len(w) - mark + 4 + 4; /* the type before the mark, this length behind */
    assert(w->bad || n % 4 == 0);
    wr_u32(w, (uint32_t)n);
    wr_patch16(w, mark, (uint16_t)(n >> 16));
    wr_patch16(w, mark + 2, (uint16_t)n);
}

static void put_option(struct wr *w, uint16_t code, const void *bytes, size_t n)
{
    wr_u16(w, code);
    wr_u16(w, (uint16_t)n);
    wr_bytes(w, bytes, n);
    put_padding(w, n);
}

static void put_text(struct wr *w, uint16_t code, const char *text)
{
    put_option(w, code, text, MIN(strlen(text), (size_t)PCAPNG_TEXT_MAX));
}

static void put_u64(struct wr *w, uint16_t code, uint64_t v)
{
    uint8_t bytes[8];
    struct wr number = wr_init(bytes, sizeof(bytes));
    wr_u64(&number, v);
    put_option(w, code, bytes, sizeof(bytes));
}

void pcapng_section(struct wr *w, const char *const *comments)
{
    size_t mark = begin(w, BLOCK_SECTION);
    wr_u32(w, BYTE_ORDER);
    wr_u16(w, 1); /* version 1.0 */
    wr_u16(w, 0);
    wr_u64(w, UINT64_MAX); /* the section's length is not known */
    put_text(w, OPTION_APPLICATION, "spanway lab capture");
    for (; comments && *comments; comments++)
        put_text(w, OPTION_COMMENT, *comments);
    put_option(w, OPTION_END, NULL, 0);
    end(w, mark);
}

void pcapng_interface(struct wr *w, const struct pcapng_interface *i)
{
    uint8_t resolution = NANOSECONDS;
    size_t mark = begin(w, BLOCK_INTERFACE);
    wr_u16(w, i->link_type);
    wr_u16(w, 0);
    wr_u32(w, PCAPNG_SNAP_BYTES);
    put_text(w, OPTION_IF_NAME, i->name);
    put_text(w, OPTION_IF_DESCRIPTION, i->description);
    put_option(w, OPTION_IF_TSRESOL, &resolution, 1);
    put_option(w, OPTION_END, NULL, 0);
    end(w, mark);
}

void pcapng_packet(struct wr *w, const struct pcapng_packet *p)
{
    uint8_t flags[4] = { 0, 0, 0, p->outbound ? OUTBOUND : INBOUND };
    assert(p->captured <= PCAPNG_SNAP_BYTES && p->captured <= p->length);
    size_t mark = begin(w, BLOCK_PACKET);
    wr_u32(w, p->interface);
    wr_u64(w, (uint64_t)p->at);
    wr_u32(w, p->captured);
    wr_u32(w, p->length);
    wr_bytes(w, p->bytes, p->captured);
    put_padding(w, p->captured);
    put_option(w, OPTION_FLAGS, flags, sizeof(flags));
    put_option(w, OPTION_END, NULL, 0);
    end(w, mark);
}

void pcapng_statistics(struct wr *w, uint32_t interface, ns_t at, uint64_t received,
                       uint64_t dropped)
{
    size_t mark = begin(w, BLOCK_STATISTICS);
    wr_u32(w, interface);
    wr_u64(w, (uint64_t)at);
    put_u64(w, OPTION_IF_RECEIVED, received);
    put_u64(w, OPTION_IF_DROPPED, dropped);
    put_option(w, OPTION_END, NULL, 0);
    end(w, mark);
}
