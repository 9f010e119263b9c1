/* tests/unit/ike/ike_lib.h: what tests of the IKE folder share: UDP payloads out of the captures of
 * real peers, bytes from hexadecimal text. Test programs only. */
#ifndef IKE_TEST_LIB_H
#define IKE_TEST_LIB_H

#include <stdlib.h>

#include "../../lib/capture.h"
#include "../unit.h"
#include "base/rd.h"

enum { LIB_PACKETS_MAX = 64, LIB_PACKET_MAX = 2048 };

/* IKE messages of one file, copied. */
struct lib_packets {
    size_t n;
    struct {
        size_t n;
        uint8_t bytes[LIB_PACKET_MAX];
    } of[LIB_PACKETS_MAX];
};

/* Bytes from text without blanks; the test's own input, so it has to be right. */
static inline size_t lib_hex(const char *hex, uint8_t *to, size_t cap)
{
    size_t n = strlen(hex) / 2;
    assert_true(n <= cap);
    for (size_t i = 0; i < n; i++) {
        unsigned v;
        assert_int_equal(sscanf(hex + 2 * i, "%2x", &v), 1);
        to[i] = (uint8_t)v;
    }
    return n;
}

/* Ethernet or raw IPv4, UDP: its payload is added. */
static inline void lib_add_packet(struct lib_packets *p, const uint8_t *frame, size_t n)
{
    struct rd r = rd_init(frame, n);
    if (n > 14 && frame[0] >> 4 != 4)
        (void)rd_bytes(&r, 14);
    else if (n > 4 && frame[0] == 2)
        (void)rd_bytes(&r, 4);
    uint8_t first = rd_u8(&r);
    (void)rd_bytes(&r, (first & 15) * 4u - 1u);
    (void)rd_bytes(&r, 8);
    size_t left = rd_left(&r);
    if (r.bad || first >> 4 != 4 || left > LIB_PACKET_MAX || p->n == LIB_PACKETS_MAX)
        return;
    rd_copy(&r, p->of[p->n].bytes, left);
    p->of[p->n++].n = left;
}

static inline uint32_t lib_le32(struct rd *r)
{
    const uint8_t *b = rd_bytes(r, 4);
    return b ? (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24
             : 0;
}

static inline void lib_read_pcap(struct rd r, struct lib_packets *p)
{
    (void)rd_bytes(&r, 20);
    bool null_link = lib_le32(&r) == 0;
    while (!r.bad && rd_left(&r) > 0) {
        (void)rd_bytes(&r, 8);
        size_t n = lib_le32(&r);
        (void)rd_bytes(&r, 4);
        const uint8_t *frame = rd_bytes(&r, n);
        if (frame && n > 4)
            lib_add_packet(p, null_link ? frame + 4 : frame, null_link ? n - 4 : n);
    }
}

static inline void lib_read_pcapng(struct rd r, struct lib_packets *p)
{
    while (!r.bad && rd_left(&r) > 0) {
        uint32_t type = lib_le32(&r), len = lib_le32(&r);
        struct rd block = rd_sub(&r, len < 8 ? 0 : len - 8);
        if (type != 6 || len < 8)
            continue;
        (void)rd_bytes(&block, 12);
        size_t n = lib_le32(&block);
        (void)lib_le32(&block);
        const uint8_t *frame = rd_bytes(&block, n);
        if (frame)
            lib_add_packet(p, frame, n);
    }
}

/* The IKE messages of a file below ikev2/ of the shared data; skips the test where there is none.
 */
static inline void lib_captures(const char *name, struct lib_packets *ret_packets)
{
    char path[4096];
    size_t n = 0;
    const char *dir = capture_data_dir();
    if (!dir) {
        print_message("no shared data: skipped\n");
        skip();
    }
    snprintf(path, sizeof(path), "%s/captures/ikev2/%s", dir, name);
    uint8_t *file = capture_read_file(path, &n);
    if (!file) {
        print_message("%s is not there: skipped\n", path);
        skip();
    }
    ret_packets->n = 0;
    if (file[0] == 0x0a)
        lib_read_pcapng(rd_init(file, n), ret_packets);
    else
        lib_read_pcap(rd_init(file, n), ret_packets);
    free(file);
}

#endif
