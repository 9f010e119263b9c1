/* Packets of the tunnels: what the kernel routes into a device is sealed and sent, what comes from
 * the network is opened and written to the device; in batches. */
#include <errno.h>
#include <string.h>
#include <sys/uio.h>

#include "base/mem.h"
#include "daemon/data.h"

enum {
    /* A batch is read, crypted and written while the second-level cache still has it: many small
     * packets, or few large ones. */
    BATCH_BYTES = 128 * 1024,
    FRAMES_A_BATCH = 64,
    FRAME_ROOM = 66 * 1024, /* of a super-packet, with tail room */
    FRAMES_ROOM = BATCH_BYTES + FRAME_ROOM,
    FRAME_ALIGN = 64,
    INPUTS_MIN = 2,
    INPUT_ROOM = 66 * 1024, /* of a run of datagrams, with head room */
    NET_ROOM = 512 * 1024,  /* what one batch seals */
    TURNS_A_DEVICE = 4,     /* batches before others get theirs */
};
static_assert((int)FRAME_ROOM >= (int)TUN_FRAME_MAX + ESP_TAILROOM, "the largest frame fits");
static_assert((int)INPUT_ROOM >= UDP_PAYLOAD_MAX + ESP_HEADROOM + UDP_HEADROOM, "so does a run");

bool data_packets_init(struct data *d)
{
    d->frames = mem_alloc(MEM_BUFFER, FRAMES_ROOM);
    d->inputs_wanted = DATA_INPUTS;
    d->inputs = mem_alloc(MEM_BUFFER, (size_t)DATA_INPUTS * INPUT_ROOM);
    d->room = mem_alloc(MEM_BUFFER, NET_ROOM);
    if (!d->frames || !d->inputs || !d->room)
        return false;
    esp_to_net_init(&d->net, d->room, NET_ROOM, &d->tun);
    esp_to_tun_init(&d->tun);
    return true;
}

void data_packets_done(struct data *d)
{
    mem_free(MEM_BUFFER, d->frames, d->frames ? FRAMES_ROOM : 0);
    mem_free(MEM_BUFFER, d->inputs, d->inputs ? (size_t)DATA_INPUTS * INPUT_ROOM : 0);
    mem_free(MEM_BUFFER, d->room, d->room ? NET_ROOM : 0);
}

static void write_frames(struct data *d)
{
    esp_to_tun_finish(&d->tun);
    for (uint32_t i = 0; i < d->tun.n; i++) {
        const struct esp_tun_frame *f = &d->tun.frames[i];
        const struct tunnel *t = data_tunnel(d, f->connection);
        /* A device that takes no more drops, as any interface does. */
        if (t && t->watch.fd >= 0)
            (void)!tun_write(t->watch.fd, (const struct iovec *)f->slices, f->n);
    }
    esp_to_tun_init(&d->tun);
}

static_assert(sizeof(struct esp_slice) == sizeof(struct iovec) &&
                  offsetof(struct esp_slice, len) == offsetof(struct iovec, iov_len),
              "slices are given to the kernel as they are");

static struct net_socket *socket_for(struct data *d, const struct esp_path *path)
{
    return &d->sockets[path->local_port == 0][path->remote.family == IP_V6];
}

/* Sends consecutive datagrams of one socket. A refusal is not told here: path MTUs come as errors
 * of the socket. */
static uint32_t send_run(struct data *d, uint32_t from)
{
    struct udp_sent out[UDP_BATCH_MAX];
    struct net_socket *s = socket_for(d, d->net.datagrams[from].path);
    uint32_t n = 0;
    for (; from + n < d->net.n && n < UDP_BATCH_MAX; n++) {
        const struct esp_datagram *g = &d->net.datagrams[from + n];
        if (socket_for(d, g->path) != s)
            break;
        out[n] = (struct udp_sent){ .bytes = g->bytes,
                                    .len = g->len,
                                    .segment = g->segment,
                                    .local = &g->path->local,
                                    .remote = &g->path->remote,
                                    .remote_port = g->path->remote_port,
                                    .tos = g->tos,
                                    .df = g->df,
                                    .if_index = g->path->if_index };
    }
    uint32_t failed;
    err_t why;
    if (s->udp.fd >= 0)
        (void)!udp_send(&s->udp, out, n, &failed, &why); /* no room: dropped, as on any link */
    return n;
}

static void send_datagrams(struct data *d)
{
    for (uint32_t i = 0; i < d->net.n;)
        i += send_run(d, i);
    esp_to_net_init(&d->net, d->room, NET_ROOM, &d->tun);
}

void data_tell_events(struct data *d)
{
    struct esp_event e;
    while (!channel_is_behind(&d->ike) && esp_next_event(d->esp, &e))
        data_tell_event(&d->ike, &e);
}

/* What was read goes through the SAs in order; ICMP errors go back into the tunnels. */
static void seal(struct data *d, struct tunnel *t, struct esp_frame *frames, size_t n)
{
    for (size_t done = 0; done < n;) {
        done +=
            esp_seal(d->esp, loop_now(d->loop), t->connection, frames + done, n - done, &d->net);
        send_datagrams(d);
        write_frames(d);
    }
    data_tell_events(d);
}

/* Reads frames one behind the other, each with its tail room, until there are enough or none waits;
 * their number. A device that went away yields none. */
static size_t read_frames(struct data *d, int fd, struct esp_frame *frames)
{
    size_t n = 0, used = 0;
    while (n < FRAMES_A_BATCH && used <= BATCH_BYTES) {
        struct tun_buffer b = { .bytes = d->frames + used, .room = FRAME_ROOM - ESP_TAILROOM };
        if (tun_read(fd, &b, 1) != 1)
            break;
        frames[n++] = (struct esp_frame){ .bytes = b.bytes, .len = b.len };
        used += (b.len + ESP_TAILROOM + FRAME_ALIGN - 1) / FRAME_ALIGN * FRAME_ALIGN;
    }
    return n;
}

/* RFC 4301 8.2.1: ICMP is believed only if it quotes an SPI that we send with to that address,
 * which nobody knows who cannot see our packets. Routers that quote no more than the UDP header are
 * not believed; those of RFC 1812 4.3.2.3 quote enough. The MTU is believed within limits (RFC
 * 791's and RFC 8200's least), and for a while. */
void data_too_big(struct data *d, const struct too_big *b)
{
    if (esp_sends_with(d->esp, &b->remote, b->spi))
        esp_path_mtu(d->esp, loop_now(d->loop), &b->remote, b->mtu);
}

/* What this kernel says of a device or a route of its own quotes nothing. */
static void take_error(struct data *d, const struct net_socket *s, const struct udp_error *e)
{
    struct rd r = rd_init(e->quote, e->quote_len);
    const struct too_big b = { .remote = e->remote, .mtu = e->mtu, .spi = rd_u32(&r) };
    if (e->is_local)
        esp_path_mtu(d->esp, loop_now(d->loop), &e->remote, e->mtu);
    else if (!r.bad && esp_sends_with(d->esp, &b.remote, b.spi))
        data_too_big(d, &b);
    else if (!r.bad && !s->udp.is_raw) /* of raw sockets each has heard it */
        data_steer_too_big(d, &b);
}

static void take_errors(struct data *d, struct net_socket *s)
{
    struct udp_error e;
    for (int i = 0; i < DATA_INPUTS && udp_next_error(&s->udp, &e); i++)
        if (e.error == EMSGSIZE && e.mtu)
            take_error(d, s, &e);
}

void data_open_all(struct data *d, struct esp_received *in, size_t n)
{
    for (size_t done = 0; done < n;) {
        done += esp_open(d->esp, loop_now(d->loop), in + done, n - done, &d->tun);
        write_frames(d);
    }
    data_tell_events(d);
}

/* What is received into follows what came: runs of 64 KB fill the cache by two, single datagrams by
 * the hundred. */
static void adapt(struct data *d, const struct udp_received *got, size_t n)
{
    size_t bytes = 0;
    for (size_t i = 0; i < n; i++)
        bytes += got[i].len;
    size_t each = MAX(bytes / n, 1);
    d->inputs_wanted =
        MIN(MAX((size_t)BATCH_BYTES / each, (size_t)INPUTS_MIN), (size_t)DATA_INPUTS);
}

struct data_input data_input(struct data *d, size_t i)
{
    assert(i < DATA_INPUTS);
    return (struct data_input){ .bytes = d->inputs + i * INPUT_ROOM + ESP_HEADROOM,
                                .room = INPUT_ROOM - ESP_HEADROOM };
}

/* Receives one batch and opens it; false: no more waits. What is not ESP strayed here before the
 * filter of the port stood: IKE repeats it. */
static bool receive_batch(struct data *d, struct net_socket *s)
{
    struct udp_received got[DATA_INPUTS];
    struct esp_received in[DATA_INPUTS];
    size_t wanted = d->inputs_wanted;
    for (size_t i = 0; i < wanted; i++) {
        struct data_input at = data_input(d, i);
        got[i] = (struct udp_received){ .bytes = at.bytes, .room = at.room };
    }
    ssize_t n = udp_receive(&s->udp, got, wanted);
    if (n <= 0)
        return false;
    for (ssize_t i = 0; i < n; i++)
        in[i] = (struct esp_received){ .bytes = got[i].bytes,
                                       .len = got[i].len,
                                       .segment = got[i].segment,
                                       .tos = got[i].tos,
                                       .path = { .local = got[i].local,
                                                 .remote = got[i].remote,
                                                 .local_port = s->udp.port,
                                                 .remote_port = got[i].remote_port } };
    adapt(d, got, (size_t)n);
    data_steer_open(d, in, (size_t)n);
    return (size_t)n == wanted;
}

void data_socket_ready(struct loop_watch *w, uint32_t events)
{
    struct net_socket *s = container_of(w, struct net_socket, watch);
    struct data *d = s->data;
    if (events & EPOLLERR)
        take_errors(d, s);
    for (int turn = 0; turn < TURNS_A_DEVICE && receive_batch(d, s); turn++)
        ;
}

void data_seal_frames(struct data *d, struct tunnel *t)
{
    for (int turn = 0; turn < TURNS_A_DEVICE; turn++) {
        struct esp_frame frames[FRAMES_A_BATCH];
        size_t n = read_frames(d, t->watch.fd, frames);
        if (n == 0)
            return;
        seal(d, t, frames, n);
    }
}
