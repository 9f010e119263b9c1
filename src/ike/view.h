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
    /* What the suite is made of: IANA transform numbers; bits 0: as the number says; integ 0: an
     * AEAD. encr 0: there are no keys yet. */
    uint16_t encr, encr_bits, integ, prf, group;
    uint32_t life_s; /* as a whole, as configured; 0: never ends */
    bool local_cert, remote_cert; /* authenticated by certificate; else by a pre-shared key */
    bool dpd_periodic;
    uint16_t dpd_interval_s, dpd_retry_s; /* 0: off */
    uint16_t fragment_bytes;              /* of a whole IP packet, ours; 0: not fragmented */
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
    uint16_t encr, encr_bits, integ, group; /* as above; group 0: without PFS */
};
extern const struct view view_ike_child;

/* What went through a tunnel, over all its CHILD SAs; behind the SAs of its connection, also where
 * there are none. */
struct view_ike_totals {
    uint32_t connection;
    char name[64];
    uint32_t worker; /* of the data plane, whose it is */
    uint64_t packets_in, packets_out, bytes_in, bytes_out, errors_in, errors_out;
};
extern const struct view view_ike_totals;

/* One worker of the data plane; of the driver, as an engine has none. What came to it and was for
 * another (handed over; lost: that one was too busy), and what others handed to it. */
struct view_ike_worker {
    uint32_t worker, process; /* its id at the operating system */
    uint32_t restarts;
    uint64_t handed_over, taken_over, lost;
};
extern const struct view view_ike_worker;

/* Why a connection that is down did not come up, or went down, last. */
struct view_ike_failure {
    uint32_t connection;
    char name[64];
    char id[24];   /* stable: "IKE-PSK" */
    char why[672]; /* as the log has it, with the remedy */
    uint32_t age_s;
};
extern const struct view view_ike_failure;

/* `debug crypto ikev2`: what an operator wants of it. */
enum ike_debug_what {
    IKE_DEBUG_SHOW,
    IKE_DEBUG_ON,       /* a peer given: of that one too */
    IKE_DEBUG_PEER,     /* the same without switching on */
    IKE_DEBUG_OFF,      /* the peers stay noted */
    IKE_DEBUG_NO_PEERS, /* of every peer again */
    IKE_DEBUG_NOTHING,  /* off, and no peers */
    IKE_DEBUG_KINDS,
};
enum { IKE_DEBUG_PEERS_MAX = 16 };

/* Whether it is on; a record for each peer that it is limited to, or one without a peer. */
struct view_ike_debug {
    bool on;
    struct ip_addr peer; /* IP_NONE: every peer */
};
extern const struct view view_ike_debug;

#endif
