#include "esp/mtu.h"

uint16_t esp_mtu_outer(const struct esp_mtu *m, ns_t now)
{
    return m->learnt && now < m->until ? MIN(m->link, m->learnt) : m->link;
}

bool esp_mtu_learn(struct esp_mtu *m, ns_t now, uint8_t family, uint32_t mtu)
{
    uint32_t least = family == IP_V6 ? ESP_MTU_V6_MIN : ESP_MTU_V4_MIN;
    if (m->ignore_icmp || mtu >= m->link)
        return false;
    m->learnt = (uint16_t)MAX(mtu, least);
    m->until = now + ESP_MTU_AGE;
    return true;
}

uint16_t esp_mtu_inner(const struct esp_sa_out *out, uint8_t family, uint16_t outer)
{
    int ip = family == IP_V6 ? ESP_IPV6_BYTES : ESP_IPV4_BYTES;
    int room = outer - ip - (out->flags & ESP_SA_UDP ? ESP_UDP_BYTES : 0) - ESP_HEADER_BYTES -
               out->iv_bytes - out->icv_bytes;
    room = room / out->align * out->align - ESP_TRAILER_BYTES;
    if (out->flags & ESP_SA_TRANSPORT)
        room += ip; /* the inner IP header is the outer one */
    return (uint16_t)MAX(room, ESP_MTU_INNER_MIN);
}

void esp_mtu_apply(struct esp_sa *sa, ns_t now, uint16_t ip_mtu)
{
    uint16_t outer = esp_mtu_outer(&sa->path_mtu, now);
    uint16_t inner = esp_mtu_inner(&sa->out, sa->path.remote.family, outer);
    bool learnt = sa->path_mtu.learnt && now < sa->path_mtu.until;
    sa->out.mtu = ip_mtu ? MIN(inner, ip_mtu) : inner;
    sa->out.mtu_until = learnt ? sa->path_mtu.until : NS_NEVER;
}
