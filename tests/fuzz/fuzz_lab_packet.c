/* Packets that the lab's instruments hear: whatever they are, they are read within their bytes; and
 * a responder's line is printable. */
#include <stdint.h>
#include <stdlib.h>

#include "lab/packet.h"
#include "lab/probe.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct lab_mark mark = { { 0x89, 1, 2, 3, 4, 5, 6, 7 } };
    struct lab_packet p;
    struct ip_addr source;
    char said[LAB_SAID_MAX];
    uint8_t attempt;
    if (lab_packet_read(data, size, &p)) {
        if (p.payload_len > size || (p.payload_len && p.payload + p.payload_len > data + size))
            abort();
        (void)lab_packet_verdict(&p);
        if (lab_packet_is_error(&p)) {
            struct lab_packet about;
            if (lab_packet_read(p.payload, p.payload_len, &about) && about.payload_len > size)
                abort();
        }
    }
    struct lab_kinship k = lab_packet_kinship(&mark, data, size);
    if (k.wrapped && k.way == LAB_NEITHER)
        abort();
    if (lab_head_read(data, size, 'A', &mark, &attempt) && size < LAB_HEAD_BYTES)
        abort();
    lab_said_read(data, size, said, &source);
    for (const char *c = said; *c; c++)
        if (*c < ' ' || *c > '~')
            abort();
    return 0;
}
