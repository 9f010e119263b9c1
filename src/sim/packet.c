#include "sim/packet.h"

#include <string.h>

#include "base/hash.h"
#include "base/mem.h"

struct sim_packet *sim_packet_new(uint32_t len)
{
    struct sim_packet *p = mem_alloc(MEM_SIM, sizeof(*p) + len);
    if (p) {
        p->len = len;
        p->ttl = SIM_TTL;
    }
    return p;
}

struct sim_packet *sim_packet_copy(const struct sim_packet *p)
{
    struct sim_packet *copy = sim_packet_new(p->len);
    if (copy)
        memcpy(copy, p, sizeof(*p) + p->len);
    return copy;
}

void sim_packet_free(struct sim_packet *p)
{
    if (p)
        mem_free(MEM_SIM, p, sizeof(*p) + p->len);
}

uint32_t sim_header_bytes(uint8_t family)
{
    return (family == IP_V6 ? 40u : 20u) + SIM_TCP_HEADER;
}

uint32_t sim_packet_bytes(const struct sim_packet *p)
{
    return sim_header_bytes(p->dst.family) + p->len;
}

uint64_t sim_packet_flow(const struct sim_packet *p)
{
    uint8_t key[36];
    memcpy(key, p->src.b, 16);
    memcpy(key + 16, p->dst.b, 16);
    memcpy(key + 32, &p->sport, 2);
    memcpy(key + 34, &p->dport, 2);
    return hash_bytes(3, key, sizeof(key));
}
