/* Frames from a TUN, virtio header included: whatever they are, each datagram that esp_seal()
 * makes opens at the other end as sound, and fits the path. The first byte chooses the tunnel, the
 * next two the path MTU. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "esp/tunnel.h"

enum { INPUT_MAX = 65535, ROOM = ESP_SEND_ROOM_MIN + ESP_HEADROOM };

static struct esp_child child_for(uint8_t choice, bool mirror)
{
    struct esp_child c = { .id = 1,
                           .connection = 1,
                           .spi_in = mirror ? 0x2001 : 0x1001,
                           .spi_out = mirror ? 0x1001 : 0x2001,
                           .encr = choice & 1 ? CRYPTO_AES_CBC : CRYPTO_AES_GCM_16,
                           .encr_bits = 128,
                           .integ = choice & 1 ? CRYPTO_SHA1_96 : 0,
                           .window = 64,
                           .copy_dscp = choice & 2,
                           .n_local = 2,
                           .n_remote = 2 };
    c.path.local = ip_from_u32(mirror ? 0x0a000002 : 0x0a000001);
    c.path.remote = ip_from_u32(mirror ? 0x0a000001 : 0x0a000002);
    c.path.local_port = c.path.remote_port = choice & 4 ? 4500 : 0;
    for (int i = 0; i < 2; i++) {
        c.local[i].from.family = c.local[i].to.family = i ? IP_V6 : IP_V4;
        c.local[i].port_to = 65535;
        memset(c.local[i].to.b, 0xff, i ? 16 : 4);
        c.remote[i] = c.local[i];
    }
    return c;
}

static struct esp *engine(uint8_t choice, uint16_t mtu, bool mirror)
{
    const struct esp_params params = { .max_tunnels = 1,
                                       .max_children = 1,
                                       .random = crypto_random_seeded(1),
                                       .portable = true,
                                       .no_runs = choice & 8 };
    const struct esp_tunnel_params tunnel = {
        .connection = 1, .vnet = !(choice & 16), .link_mtu = mtu, .tcp_mss = choice & 32 ? 1200 : 0
    };
    const struct esp_child c = child_for(choice, mirror);
    struct esp *e = esp_new(&params);
    if (!e || esp_tunnel_set(e, &tunnel) != 0 || esp_child_add(e, 0, &c) != 0)
        abort();
    esp_child_out(e, 1);
    return e;
}

/* The other end takes all of it. */
static void open_all(struct esp *e, const struct esp_to_net *net, uint16_t mtu)
{
    static struct esp_to_tun out;
    for (uint32_t i = 0; i < net->n; i++) {
        const struct esp_datagram *d = &net->datagrams[i];
        assert(d->count >= 1 && d->segment * (d->count - 1u) < d->len);
        assert(d->bytes >= net->room && d->bytes + d->len <= net->room + net->used);
        assert(!d->df || d->segment <= mtu);
        struct esp_received in = { .bytes = d->bytes,
                                   .len = d->len,
                                   .segment = d->count > 1 ? d->segment : 0,
                                   .tos = d->tos,
                                   .path = *d->path };
        size_t done = 0;
        while (done == 0) {
            esp_to_tun_init(&out);
            done = esp_open(e, 1, &in, 1, &out);
            esp_to_tun_finish(&out);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct esp_to_tun back;
    static struct esp_to_net net;
    static uint8_t room[ROOM];
    if (size < 3 || size > INPUT_MAX)
        return 0;
    uint16_t mtu = (uint16_t)(576 + ((data[1] << 8 | data[2]) & 2047));
    struct esp *a = engine(data[0], mtu, false), *b = engine(data[0], mtu, true);
    struct esp_counters ca, cb;
    uint64_t passes = 0;
    size_t n = size - 3, done;
    uint8_t *memory = malloc(n + ESP_TAILROOM);
    if (!memory)
        abort();
    memcpy(memory, data + 3, n);
    struct esp_frame f = { .bytes = memory, .len = (uint32_t)n };
    do {
        esp_to_tun_init(&back);
        esp_to_net_init(&net, room + ESP_HEADROOM, ESP_SEND_ROOM_MIN, &back);
        done = esp_seal(a, 1, 1, &f, 1, &net);
        assert(done == 1 || net.n > 0); /* it gets on */
        open_all(b, &net, mtu);
        assert(++passes < 70000);
    } while (done == 0);
    assert(esp_child_counters(a, 1, &ca) && esp_child_counters(b, 1, &cb));
    assert(ca.packets_out == cb.packets_in && cb.replayed == 0 && cb.bad_icv == 0);
    assert(cb.malformed == 0 && cb.bad_padding == 0 && cb.bad_selector == 0);
    assert(ca.bytes_out == cb.bytes_in);
    esp_free(a);
    esp_free(b);
    free(memory);
    return 0;
}
