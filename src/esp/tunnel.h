/* esp/tunnel.h: the data plane of one worker: packets from tunnel interfaces are sealed for the
 * network, datagrams from the network are opened for the tunnel interfaces (RFC 4303, 4301, 3948).
 * An engine: no I/O, no clock; no lock and no allocation per packet. One thread owns a struct esp.
 * Times: ns_t of the owner's clock.
 *
 *   tunnel.c   tunnels, their SAs, events           packet.c    headers, selectors, ECN
 *   sa.c       one pair of SAs: keys, limits        checksum.c  RFC 1071, RFC 1624
 *   replay.c   the window                           segment.c   a super-packet into packets
 *   seal.c     TUN to network                       coalesce.c  packets into a super-packet
 *   open.c     network to TUN                       frag.c      fragments; ICMP: too big
 *                                                   mtu.c       path MTU; mss.c: TCP's MSS
 *
 * The control side (any time, between batches): esp_tunnel_set() for every interface, then what IKE
 * says: esp_child_add() (the new inbound SA works at once), esp_child_out() (send with it from now
 * on), esp_child_path(), esp_child_remove(). Events are drained by esp_next_event().
 *
 * The data side works in batches on memory of the caller's, who owns big buffers, fills them with
 * one system call, and empties them with one:
 *
 *   frames = read from a TUN;    esp_seal(...) -> datagrams, sent by UDP GSO and sendmmsg
 *   datagrams = recvmmsg, GRO;   esp_open(...) -> frames, one writev() each
 *
 * Nothing is copied but for segments of a super-packet, whose checksums have to be computed anyway:
 * sealing encrypts from the TUN's buffer into the send buffer, opening decrypts in place and hands
 * out slices of the receive buffer. What was handed out is valid until the buffers are used again.
 */
#ifndef ESP_TUNNEL_H
#define ESP_TUNNEL_H

#include "crypto/random.h"
#include "esp/params.h"

enum {
    ESP_VNET_BYTES = 10, /* struct virtio_net_hdr before each frame of a TUN with IFF_VNET_HDR */
    /* Writable bytes that the caller leaves before each received datagram (a virtio header that
     * does not fit the ESP header's place) and after each frame from the TUN (padding, trailer). */
    ESP_HEADROOM = 64,
    ESP_TAILROOM = 32,
    ESP_DATAGRAMS_MAX = 256,   /* of one struct esp_to_net */
    ESP_SEGMENTS_MAX = 64,     /* packets of one datagram run: UDP_MAX_SEGMENTS of old kernels */
    ESP_RUN_BYTES_MAX = 65000, /* of one run: a UDP datagram's limit, headers aside */
    ESP_SEND_ROOM_MIN = 70 * 1024, /* a send buffer that takes any one packet */
    ESP_TUN_FRAMES_MAX = 192,      /* of one struct esp_to_tun */
    ESP_SLICES_MAX = 64,           /* of one frame */
    ESP_OTHERS_MAX = 64,           /* IKE messages of one struct esp_to_tun */
    ESP_ICMP_BYTES_MAX = 1280,     /* RFC 4443 2.4 (c) */
    ESP_ICMPS_MAX = 8,             /* errors written in one batch */
    ESP_HEADER_MAX = 64,           /* virtio header and IP header, rounded up */
    ESP_EVENTS_MAX = 256,          /* what is not drained in time is told again later */
    ESP_TUNNEL_OUTS_MAX = 16,      /* outbound SAs of one tunnel, one for each set of selectors */
};

struct esp;

struct esp_params {
    uint64_t hash_key;           /* of the tables */
    struct crypto_random random; /* IVs of CBC; copied */
    uint32_t max_tunnels, max_children;
    bool no_runs;  /* the kernel has no UDP GSO: every datagram by itself */
    bool portable; /* libcrypto only; without the 200 KB that Intel's library takes (simulator) */
};

/* An engine without tunnels; NULL without memory. */
must_use struct esp *esp_new(const struct esp_params *params);
/* Frees it and wipes every key. NULL is allowed. */
void esp_free(struct esp *e);

/* ---- tunnels and SAs ---------------------------------------------------------------------- */

struct esp_tunnel_params {
    uint32_t connection; /* never 0 */
    bool vnet;           /* the TUN has virtio headers, and takes super-packets */
    bool uso;            /* and super-packets of UDP (Linux 6.2; struct tun's has_uso) */
    uint16_t ip_mtu;     /* `ip mtu`: 0: what the path carries */
    uint16_t tcp_mss;    /* `ip tcp adjust-mss`, for IPv6 20 less; 0: what the MTU carries */
    uint16_t link_mtu;   /* of the interface that the outer packets leave by; 0: 1500 */
    bool ignore_icmp;    /* the path MTU is not learnt: it stays link_mtu */
};

/* Adds a tunnel or changes it; -ENOMEM, -ENOSPC. Its SAs stay. */
must_use err_t esp_tunnel_set(struct esp *e, const struct esp_tunnel_params *params);
/* Removes it and its SAs; unknown: nothing happens. */
void esp_tunnel_remove(struct esp *e, uint32_t connection);

/* The largest inner packet of the tunnel at the moment, without fragments; 0: no such tunnel. */
uint16_t esp_tunnel_mtu(const struct esp *e, ns_t now, uint32_t connection);

struct esp_tunnel_counters {
    uint64_t no_sa;     /* packets that found no outbound SA: also those that no selector takes */
    uint64_t malformed; /* no IP packet, or a virtio header that does not fit it */
    uint64_t too_big;   /* answered by ICMP, or dropped silently beyond its rate */
    uint64_t fragmented, clamped;
};
/* False: there is no such tunnel. */
must_use bool esp_tunnel_counters(const struct esp *e, uint32_t connection,
                                  struct esp_tunnel_counters *ret_counters);

/* Adds both SAs of a CHILD SA to its tunnel; it opens at once, and seals when told. The keys are
 * not kept in `child`'s form. -ENOENT: no such tunnel; -EEXIST: id or inbound SPI are there;
 * -EINVAL: not usable; -ENOSPC, -ENOMEM. */
must_use err_t esp_child_add(struct esp *e, ns_t now, const struct esp_child *child);
/* Seals with it from now on, before older SAs with other selectors, instead of one with the same.
 */
void esp_child_out(struct esp *e, uint32_t id);
/* Where its packets go changed; the path MTU starts anew. */
void esp_child_path(struct esp *e, ns_t now, uint32_t id, const struct esp_path *path);
/* Both directions go, keys are wiped. Of unknown ids these three do nothing. */
void esp_child_remove(struct esp *e, uint32_t id);
/* False: there is no such CHILD SA. */
must_use bool esp_child_counters(const struct esp *e, uint32_t id, struct esp_counters *ret);

/* ICMP said (or EMSGSIZE) that packets to `remote` may have mtu bytes at most, outer header
 * included. Believed for ten minutes, within RFC 791's and RFC 8200's minima. */
void esp_path_mtu(struct esp *e, ns_t now, const struct ip_addr *remote, uint32_t mtu);

/* Whether an SA to `remote` sends with the SPI, as the packet that an ICMP error quotes has to: who
 * cannot see our packets cannot shrink our path (RFC 4301 8.2.1). */
must_use bool esp_sends_with(const struct esp *e, const struct ip_addr *remote, uint32_t spi);

/* The oldest event; false: none. */
bool esp_next_event(struct esp *e, struct esp_event *ret_event);

/* ---- TUN to network ----------------------------------------------------------------------- */

/* What was read from a TUN. */
struct esp_frame {
    uint8_t *bytes; /* virtio header (when the tunnel has them) and packet, then ESP_TAILROOM */
    uint32_t len;   /* without the tail room */
    uint32_t done;  /* 0; after a call that ran out of room: how far this frame is sealed */
};

/* One datagram for the network, or a run of datagrams of equal length (the last may be shorter) for
 * UDP GSO, one after the other in memory. */
struct esp_datagram {
    const struct esp_path *path; /* the SA's, so valid until the control side is called */
    uint8_t *bytes;
    uint32_t len;     /* of all */
    uint32_t segment; /* of each */
    uint16_t count;
    uint8_t tos; /* of the outer header: DSCP and ECN */
    bool df;
};

struct esp_to_tun;
struct esp_to_net {
    uint8_t *room; /* the caller's send buffer, at least ESP_SEND_ROOM_MIN */
    size_t room_bytes, used;
    struct esp_to_tun
        *back; /* gets ICMP errors for senders in the inner network; NULL: no errors */
    uint32_t n;
    struct esp_datagram datagrams[ESP_DATAGRAMS_MAX];
};

/* An empty output over a send buffer. */
static inline void esp_to_net_init(struct esp_to_net *o, uint8_t *room, size_t room_bytes,
                                   struct esp_to_tun *back)
{
    o->room = room;
    o->room_bytes = room_bytes;
    o->back = back;
    o->used = 0;
    o->n = 0;
}

/* Seals frames of a tunnel in order. Returns how many were done; fewer than n: the output is full,
 * so send it, empty it, and call again with the rest (whose first has `done` set). Frames are
 * changed. ICMP errors for `back` are lost where it has no room. */
size_t esp_seal(struct esp *e, ns_t now, uint32_t connection, struct esp_frame *frames, size_t n,
                struct esp_to_net *o);

/* ---- network to TUN ----------------------------------------------------------------------- */

/* A datagram, or a run of equal ones as UDP GRO joins them. Of UDP the payload; of IP protocol 50
 * the IP payload. ESP_HEADROOM bytes before it may be overwritten. */
struct esp_received {
    uint8_t *bytes;
    uint32_t len;
    uint32_t segment;     /* bytes of each but the last; 0: it is one */
    uint32_t done;        /* 0; after a call that ran out of room: how far it is opened */
    uint8_t tos;          /* of the outer header */
    struct esp_path path; /* local: ours; ports 0: IP protocol 50 */
};

/* Same layout as struct iovec. */
struct esp_slice {
    void *base;
    size_t len;
};

/* One frame for a TUN: its slices one after the other, virtio header first where it has one. */
struct esp_tun_frame {
    uint32_t connection;
    uint16_t n;
    uint32_t len;
    struct esp_slice slices[ESP_SLICES_MAX];
    struct { /* of the flow that may still grow: coalesce.c's */
        uint8_t *packet;
        uint32_t len, next_sequence;
        uint16_t segment, header_bytes, next_id;
        bool open, verified, is_udp;
    } flow;
};

/* A message that is not ESP: IKE behind the non-ESP marker, which is taken off (RFC 3948 2.2). */
struct esp_other {
    const uint8_t *bytes;
    uint32_t len;
    struct esp_path path;
};

enum { ESP_FLOWS = 64 }; /* flows that can be joined at the same time */
struct esp_to_tun {
    uint32_t n, n_others, n_icmps;
    struct esp_tun_frame frames[ESP_TUN_FRAMES_MAX];
    struct esp_other others[ESP_OTHERS_MAX];
    uint16_t flows[ESP_FLOWS];                           /* frame + 1 by the flow's hash; 0: none */
    uint8_t headers[ESP_TUN_FRAMES_MAX][ESP_HEADER_MAX]; /* of packets of transport mode */
    uint8_t icmps[ESP_ICMPS_MAX][ESP_ICMP_BYTES_MAX + ESP_VNET_BYTES + 6];
};

/* An empty output. */
void esp_to_tun_init(struct esp_to_tun *o);

/* Opens what was received, in order. Returns how many were done; fewer than n: write the frames,
 * empty the output, and call again with the rest. Several calls may fill one output.
 * esp_to_tun_finish() then closes super-packets: only after it may frames be written. */
size_t esp_open(struct esp *e, ns_t now, struct esp_received *in, size_t n, struct esp_to_tun *o);
/* Closes the super-packets: lengths and checksums. */
void esp_to_tun_finish(struct esp_to_tun *o);

#endif
