/* tests/lib/capture.h: BGP messages out of captures, for tests only: TCP payload of pcap and pcapng
 * files (Ethernet, Linux cooked, raw IP; IPv4 and IPv6), put in order for each direction, and the
 * BGP4MP messages of MRT files (RFC 6396), gzip or bzip2 or plain. Bounded; whatever is not
 * understood is passed over. */
#ifndef TESTS_CAPTURE_H
#define TESTS_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One direction of a TCP connection: all bytes seen, in order; gaps end it. */
struct capture_stream {
    uint8_t key[38]; /* source and destination address, ports */
    uint32_t next_seq;
    bool started;
    uint8_t *bytes;
    size_t n, cap;
};

enum { CAPTURE_STREAMS_MAX = 512, CAPTURE_STREAM_BYTES_MAX = 4 << 20 };
struct capture {
    struct capture_stream streams[CAPTURE_STREAMS_MAX];
    size_t stream_count, packets;
};

/* A whole file (at most 64 MB, unpacked by its name's .gz or .bz2); NULL: it cannot be read. To be
 * freed. */
uint8_t *capture_read_file(const char *path, size_t *ret_n);

/* Reads a pcap or pcapng file; false: it is neither. */
bool capture_read_pcap(const uint8_t *file, size_t n, struct capture *ret_capture);
void capture_free(struct capture *c);

/* Where the shared data is: SPANWAY_DATA, or ../shared/data beside the checkout; NULL: nowhere. */
const char *capture_data_dir(void);

/* One BGP message of an MRT file. */
struct mrt_message {
    const uint8_t *bytes;
    size_t n;
    bool as4; /* BGP4MP_MESSAGE_AS4: four-byte numbers inside */
    uint32_t peer_as, local_as;
};

/* Calls `got` for each BGP4MP message; false: the file ends within a record. */
bool capture_read_mrt(const uint8_t *file, size_t n,
                      void (*got)(void *arg, const struct mrt_message *m), void *arg);

#endif
