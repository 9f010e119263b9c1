/* lab/pcapng.h: a capture file as Wireshark and tcpdump read it, block by block (pcapng,
 * draft-ietf-opsawg-pcapng): section header with comments, an interface description for each
 * interface when it is met first, enhanced packet blocks with nanoseconds and direction. Pure. */
#ifndef LAB_PCAPNG_H
#define LAB_PCAPNG_H

#include "base/base.h"
#include "base/wr.h"

enum {
    PCAPNG_ETHERNET = 1,
    PCAPNG_RAW_IP = 101, /* TUN devices: no header of a link */
    PCAPNG_SNAP_BYTES = 65535 + 18,
    PCAPNG_BLOCK_MAX = PCAPNG_SNAP_BYTES + 128, /* of any block; texts are cut */
    PCAPNG_TEXT_MAX = 4096,
};

/* Begins the file. Each comment (NULL ends the list) stands on a line of its own. */
void pcapng_section(struct wr *w, const char *const *comments);

struct pcapng_interface {
    const char *name;        /* "eth0" */
    const char *description; /* the space */
    uint16_t link_type;
};

/* The next interface; they are numbered from 0. */
void pcapng_interface(struct wr *w, const struct pcapng_interface *i);

struct pcapng_packet {
    uint32_t interface; /* its number */
    ns_t at;            /* since 1970 */
    bool outbound;
    const void *bytes;
    uint32_t captured, length; /* bytes here, and on the wire */
};

/* A packet. */
void pcapng_packet(struct wr *w, const struct pcapng_packet *p);

/* What an interface had, at the end of the capture. */
void pcapng_statistics(struct wr *w, uint32_t interface, ns_t at, uint64_t received,
                       uint64_t dropped);

#endif
