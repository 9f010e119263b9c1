/* ike/view.h: records of IKE SAs and CHILD SAs for show and the API. */
#ifndef IKE_VIEW_H
#define IKE_VIEW_H

#include "base/view.h"

/* One IKE SA. Times in seconds; texts as text_ike_*() has them. */
struct view_ike_sa {
    uint32_t connection;
    char name[64];
    char state[20];
    bool initiator, up, fragmentation, mobike, nat_here, nat_there;
    struct ip_addr local, remote;
    uint16_t local_port, remote_port;
    char spi_i[17], spi_r[17]; /* hexadecimal */
    char suite[128];
    char local_id[128], remote_id[128];
    uint32_t age_s, rekey_in_s, expires_in_s; /* 0: never */
    uint32_t heard_s;                         /* since the peer was heard last */
    uint32_t next_id, expected_id, rekeys, established, lost;
};
extern const struct view view_ike_sa;

/* One CHILD SA. */
struct view_ike_child {
    uint32_t connection, id;
    char name[64];
    char state[20];
    bool sends;
    char ike_spi_i[17];
    uint32_t spi_in, spi_out;
    char suite[128];
    char local_ts[256], remote_ts[256];
    struct ip_addr local, remote;
    uint16_t local_port, remote_port; /* 0: bare ESP */
    uint32_t age_s, rekey_in_s, expires_in_s;
    uint64_t packets_in, packets_out, bytes_in, bytes_out;
    uint64_t replayed, bad_icv, dropped;
    uint64_t hard_bytes, hard_packets;
    uint32_t window;
    bool esn;
};
extern const struct view view_ike_child;

#endif
