/* sim/tcp.h: a small model of Linux TCP: handshake with SYN retries after 1, 2, 4.. s,
 * retransmission time-outs of at least 200 ms that double, giving up after tcp_retries2 (924.6 s)
 * or a user time-out, slow start, fast retransmit, in-order delivery, RST, FIN, MSS from the MTU,
 * path MTU discovery, TCP-MD5 keys, TTL. The application always reads, so the window never closes.
 * Not modelled: delayed acknowledgements, SACK, urgent data, TIME-WAIT (ports are not reused).
 * The owner passes packets in and gets packets and news through sim_tcp_user. One thread. */
#ifndef SIM_TCP_H
#define SIM_TCP_H

#include "base/list.h"
#include "sim/clock.h"
#include "sim/packet.h"

enum {
    SIM_TCP_SYN_RETRIES = 6,      /* tcp_syn_retries: gives up after 127 s */
    SIM_TCP_SYNACK_RETRIES = 5,
    SIM_TCP_SEND_BUFFER = 256 << 10,
    SIM_TCP_WINDOW = 256 << 10,
    SIM_TCP_EARLY_MAX = 256,      /* segments that came before their turn */
    SIM_TCP_RTO_MIN_MS = 200,
    SIM_TCP_RTO_MAX_MS = 120000,
    SIM_TCP_RETRIES2_MS = 924600, /* tcp_retries2 = 15 */
    SIM_TCP_ORPHAN_MS = 100000,   /* tcp_orphan_retries: nobody reads it any more */
    SIM_TCP_FIN_WAIT_MS = 60000,  /* tcp_fin_timeout */
};

struct sim_conn;

/* What the owner does. News come from sim_tcp_input() and from timers; none of these may call back.
 */
struct sim_tcp_user {
    /* Sends a packet (taken); false: there is no route. */
    bool (*emit)(struct sim_tcp_user *u, struct sim_packet *p);
    /* A connection came in; its application number, or 0: it is closed. */
    uint32_t (*accepted)(struct sim_tcp_user *u, struct sim_conn *c);
    void (*opened)(struct sim_tcp_user *u, struct sim_conn *c);
    void (*received)(struct sim_tcp_user *u, struct sim_conn *c, const uint8_t *bytes, size_t n);
    void (*writable)(struct sim_tcp_user *u, struct sim_conn *c);
    /* The other end closed (0) or the connection failed; c is the application's no more. */
    void (*closed)(struct sim_tcp_user *u, struct sim_conn *c, err_t why);
    /* After a timer: the owner looks after what the news have caused. */
    void (*settle)(struct sim_tcp_user *u);
};

enum sim_conn_state { SIM_SYN_SENT, SIM_SYN_RCVD, SIM_OPEN };

struct sim_conn {
    struct link link;
    struct sim_tcp *tcp;
    struct sim_event timer;
    enum sim_conn_state state;
    struct ip_addr local, remote;
    uint16_t local_port, remote_port;
    uint8_t ttl, min_ttl;
    uint64_t key;
    uint32_t app;            /* the application's number; 0: nobody's */
    bool fin_queued, fin_acked, peer_fin;
    uint64_t una, nxt;       /* not acknowledged; not sent */
    uint8_t *buf;            /* the data from una on (from 1 while una is 0) */
    size_t buf_len, buf_cap;
    uint64_t rcv_nxt;
    struct sim_packet *early[SIM_TCP_EARLY_MAX];
    uint32_t early_n;
    uint32_t mss, cwnd, ssthresh, dup_acks;
    ns_t srtt, rttvar, rto, timed_at;
    uint64_t timed_seq;      /* 0: no segment is timed */
    uint32_t retries;
    ns_t retry_since, user_timeout;
};

struct sim_tcp {
    struct sim_clock *clock;
    struct sim_tcp_user *user;
    struct link conns;
    bool listening;
    uint16_t next_port;
    uint64_t (*key_for)(struct sim_tcp_user *u, const struct ip_addr *remote); /* NULL: no keys */
    uint64_t retransmits, resets_sent;
};

/* TCP of one host, listening to nobody yet. */
void sim_tcp_init(struct sim_tcp *t, struct sim_clock *clock, struct sim_tcp_user *user);

/* Drops every connection without a word. */
void sim_tcp_done(struct sim_tcp *t);

struct sim_tcp_open {
    struct ip_addr local, remote;
    uint16_t port;
    uint8_t ttl, min_ttl;
    uint32_t mtu;   /* of the interface it leaves by */
    uint64_t key;
    uint32_t app;   /* not 0 */
};

/* Connects; NULL without memory. Success and failure come as news. */
must_use struct sim_conn *sim_tcp_connect(struct sim_tcp *t, const struct sim_tcp_open *open);

/* Room for bytes to send; takes all n bytes (closing applications may exceed the room). */
size_t sim_tcp_room(const struct sim_conn *c);

/* Queues n bytes, which are copied; sends what the windows allow. */
void sim_tcp_send(struct sim_conn *c, const uint8_t *bytes, size_t n);

/* The application lets go: what was sent still goes out, then FIN. */
void sim_tcp_close(struct sim_conn *c);

/* A packet for this host (taken); `mtu` of the interface that leads back. */
void sim_tcp_input(struct sim_tcp *t, struct sim_packet *p, uint32_t mtu);

/* The connection of an application number; NULL: none. */
struct sim_conn *sim_tcp_find(struct sim_tcp *t, uint32_t app);

#endif
