/* The limit of a tunnel in user space: copies frames of a TUN device to UDP and back, with the same
 * batches through the kernel as the data process has, and nothing in between: no cryptography, no
 * headers, no look at the packets. What the kernel hands over unsegmented goes as one run of
 * datagrams, cut at MTU bytes wherever that falls; the other end writes its virtio header and bytes
 * back as they were. Both ends are this program.
 *
 *   tun_copy TUN-NAME LOCAL REMOTE MTU
 *
 * The first 14 bytes of a run: its length, and the virtio header, so that the other end finds the
 * frame's end also where runs were joined. Runs until it is ended. */

#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ip.h"
#include "base/number.h"
#include "os/tun.h"
#include "os/udp.h"

enum {
    PORT = 4501,
    FRAMES = 16,
    INPUTS = 32,
    LENGTH_BYTES = 4,
    ROOM = 70 * 1024,
    SPINS = 50, /* looks before it sleeps */
};

struct copy {
    struct tun tun;
    struct udp_socket udp;
    struct ip_addr local, remote;
    uint32_t segment;
    uint8_t *frames, *inputs;
};

static void fail(const char *what, err_t why)
{
    fprintf(stderr, "tun_copy: %s: %s\n", what, strerror(-why));
    exit(1);
}

/* From the device to the network: true: there was something. */
static bool seal(struct copy *c)
{
    struct tun_buffer buffers[FRAMES];
    struct udp_sent out[FRAMES];
    uint32_t failed;
    err_t why;
    for (size_t i = 0; i < FRAMES; i++)
        buffers[i] = (struct tun_buffer){ .bytes = c->frames + i * ROOM + LENGTH_BYTES,
                                          .room = UDP_PAYLOAD_MAX - 8 - 20 - LENGTH_BYTES };
    ssize_t n = tun_read(c->tun.fd, buffers, FRAMES);
    for (ssize_t i = 0; i < n; i++) {
        uint8_t *at = buffers[i].bytes - LENGTH_BYTES;
        uint32_t len = buffers[i].len + LENGTH_BYTES;
        memcpy(at, &len, sizeof(len));
        out[i] = (struct udp_sent){ .bytes = at,
                                    .len = len,
                                    .segment = len > c->segment ? c->segment : 0,
                                    .local = &c->local,
                                    .remote = &c->remote,
                                    .remote_port = PORT };
    }
    if (n > 0)
        (void)!udp_send(&c->udp, out, (size_t)n, &failed, &why);
    return n > 0;
}

/* From the network to the device. */
static bool open_runs(struct copy *c)
{
    struct udp_received in[INPUTS];
    for (size_t i = 0; i < INPUTS; i++)
        in[i] = (struct udp_received){ .bytes = c->inputs + i * ROOM, .room = ROOM };
    ssize_t n = udp_receive(&c->udp, in, INPUTS);
    for (ssize_t i = 0; i < n; i++) {
        for (uint32_t at = 0, len; at + LENGTH_BYTES < in[i].len; at += len) {
            memcpy(&len, in[i].bytes + at, sizeof(len));
            if (len <= LENGTH_BYTES || len > in[i].len - at)
                break; /* not the beginning of a frame: the rest of one that was lost in part */
            const struct iovec part = { .iov_base = in[i].bytes + at + LENGTH_BYTES,
                                        .iov_len = len - LENGTH_BYTES };
            (void)!tun_write(c->tun.fd, &part, 1);
        }
    }
    return n > 0;
}

int main(int argc, char **argv)
{
    static struct copy c;
    if (argc != 5) {
        fprintf(stderr, "usage: tun_copy TUN-NAME LOCAL REMOTE MTU\n");
        return 2;
    }
    const struct tun_params device = { .name = argv[1], .vnet = true, .mtu = 1400 };
    struct in_addr local, remote;
    if (inet_pton(AF_INET, argv[2], &local) != 1 || inet_pton(AF_INET, argv[3], &remote) != 1)
        return 2;
    c.local = ip_from_bytes(IP_V4, &local);
    c.remote = ip_from_bytes(IP_V4, &remote);
    uint64_t mtu;
    if (!number_parse(argv[4], 65535, &mtu) || mtu < 576)
        return 2;
    c.segment = (uint32_t)mtu - 28;
    const struct udp_params port = { .family = IP_V4, .port = PORT, .offload = true };
    err_t rc = tun_open(&device, &c.tun);
    if (rc != 0)
        fail(argv[1], rc);
    rc = udp_open(&port, &c.udp);
    if (rc != 0)
        fail("socket", rc);
    c.frames = malloc((size_t)FRAMES * ROOM);
    c.inputs = malloc((size_t)INPUTS * ROOM);
    for (int idle = 0; c.frames && c.inputs;) {
        bool sealed = seal(&c), opened = open_runs(&c);
        idle = sealed || opened ? 0 : idle + 1;
        struct pollfd p[] = { { .fd = c.tun.fd, .events = POLLIN },
                              { .fd = c.udp.fd, .events = POLLIN } };
        if (idle > SPINS)
            (void)poll(p, 2, -1);
    }
    return 1;
}
