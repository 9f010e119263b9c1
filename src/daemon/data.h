/* daemon/data.h: the process that carries packets, as its files share it: data.c hears priv and
 * ike, data_packets.c moves packets between devices and sockets, data_steer.c looks after those
 * that came to another worker than they are for. There may be several such processes, workers, with
 * the tunnels shared out among them; nothing else is shared. One thread. */
#ifndef DAEMON_DATA_H
#define DAEMON_DATA_H

#include "base/list.h"
#include "daemon/channel.h"
#include "daemon/data_kernel.h"
#include "daemon/messages_ipsec.h"
#include "daemon/options.h"
#include "esp/tunnel.h"
#include "os/tun.h"
#include "os/udp.h"

enum { DATA_TUNNEL_BUCKETS = 4096 };

/* The order of who is heard, in one turn of the loop. */
enum {
    DATA_RANK_PRIV = 1,
    DATA_RANK_IKE,
    DATA_RANK_TUN,
    DATA_RANK_SOCKET,
    DATA_RANK_INBOX,
    DATA_RANK_KERNEL,
};

struct data;

struct tunnel {
    struct link link;
    struct data *data;
    struct loop_watch watch; /* of the device; fd -1: priv has not made it yet */
    struct tunnel *next;     /* in its bucket */
    uint32_t connection;
    char name[TUN_NAME_MAX];
    bool up, asked, seen; /* seen: the configuration that is being read names it */
    bool uso;             /* the device takes super-packets of UDP */
    uint32_t lifetime_s;  /* of its CHILD SAs */
    struct esp_tunnel_params params;
    struct esp_totals totals; /* of its CHILD SAs, also those that are gone */
};

struct net_socket {
    struct data *data;
    struct udp_socket udp;
    struct loop_watch watch;
};

/* What a worker has to do with the others. */
struct data_steer {
    uint32_t count, own;           /* workers, and which of them this is */
    int inbox[ESP_WORKERS_MAX];    /* what is handed over to each goes there; our own: -1 */
    struct loop_watch watch;       /* of our own: fd -1: none */
    struct view_ike_worker counts; /* since the start */
    struct view_ike_worker told;   /* to ike */
};

struct data {
    const struct options *options;
    struct log log;
    struct loop *loop;
    struct esp *esp;
    struct data_kernel *kernel; /* NULL: we encrypt; else the kernel does, and esp has no tunnel */
    struct channel priv, ike;
    struct link tunnels, children;
    uint32_t n_children;
    struct tunnel *by_connection[DATA_TUNNEL_BUCKETS];
    struct net_socket sockets[2][2]; /* UDP 4500, raw; IPv4, IPv6 */
    uint8_t *frames, *inputs, *room; /* what is read from devices, from sockets, and what is sent */
    size_t inputs_wanted;            /* of the next batch: as many as make a good one */
    struct esp_to_net net;
    struct esp_to_tun tun;
    struct data_steer steer;
    ns_t counters_at;
    bool done;
    int status;
};

static inline struct tunnel **data_bucket(struct data *d, uint32_t connection)
{
    return &d->by_connection[connection % DATA_TUNNEL_BUCKETS];
}

/* NULL: the worker has no such tunnel. */
static inline struct tunnel *data_tunnel(struct data *d, uint32_t connection)
{
    struct tunnel *t = *data_bucket(d, connection);
    while (t && t->connection != connection)
        t = t->next;
    return t;
}

/* data_packets.c: the buffers; false: no memory. Done takes what init left. */
must_use bool data_packets_init(struct data *d);
void data_packets_done(struct data *d);
/* A device has frames. */
void data_seal_frames(struct data *d, struct tunnel *t);
/* A socket has datagrams, or errors: a loop_watch's of a net_socket. */
void data_socket_ready(struct loop_watch *w, uint32_t events);
/* Opens what was received, and writes what comes out to the devices. */
void data_open_all(struct data *d, struct esp_received *in, size_t n);
/* Where the i-th datagram is received into, ESP_HEADROOM behind the beginning of its room. */
struct data_input {
    uint8_t *bytes;
    uint32_t room;
};
enum { DATA_INPUTS = 64 }; /* i is below */
struct data_input data_input(struct data *d, size_t i);
/* An ICMP error that is about a packet of ours. */
void data_too_big(struct data *d, const struct too_big *b);
/* What ike is too busy to hear stays with the engine, which tells it again. */
void data_tell_events(struct data *d);

/* data_steer.c: who we are among the workers. Done closes the inboxes. */
void data_steer_init(struct data *d);
void data_steer_done(struct data *d);
/* MSG_DATA_INBOX of priv; false: malformed. */
must_use bool data_steer_inbox(struct data *d, const struct ipc_message *m);
/* Whether the tunnel is ours. */
bool data_steer_has(const struct data *d, uint32_t connection);
/* Whether what ike says of a CHILD SA may be: its tunnel is ours, and its SPI says so. */
bool data_steer_fits(const struct data *d, const struct esp_child *c);
/* As data_open_all(), but for what is another worker's, which is handed over to it. */
void data_steer_open(struct data *d, struct esp_received *in, size_t n);
/* An ICMP error that is not about a packet of ours may be about another worker's. */
void data_steer_too_big(struct data *d, const struct too_big *b);
/* A raw socket hears all workers' packets unless it has the filter, which the kernel's IPsec took
 * away. */
void data_steer_socket(struct data *d, const struct net_socket *s);
/* Tells ike of strays, if there were any since the last time. */
void data_steer_tell(struct data *d);
/* Whether there are some to be told of. */
bool data_steer_is_told(const struct data *d);

#endif
