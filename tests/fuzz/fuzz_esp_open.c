/* Datagrams from the network: whatever they are, esp_open() hands out frames that lie in the
 * buffer, and of a tunnel that authenticates nothing that was not sealed. The first byte chooses
 * the tunnel, the next two how the bytes are cut into a run. Without encryption (the simulator's)
 * the bytes reach everything behind decryption too. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "esp/tunnel.h"

enum { INPUT_MAX = 60000, SPI = 0x1001 };

static struct esp_child child_for(uint8_t choice)
{
    struct esp_child c = { .id = 1,
                           .connection = 1,
                           .spi_in = SPI,
                           .spi_out = 0x2001,
                           .encr = CRYPTO_ENCR_NULL,
                           .esn = choice & 8,
                           .transport = choice & 16,
                           .window = choice & 32 ? 64 : 0,
                           .n_local = 2,
                           .n_remote = 2 };
    if ((choice & 3) == 1) {
        c.encr = CRYPTO_AES_GCM_16;
        c.encr_bits = 128;
    } else if ((choice & 3) == 2) {
        c.encr = CRYPTO_AES_CBC;
        c.encr_bits = 128;
        c.integ = CRYPTO_SHA1_96;
    }
    c.path.local = ip_from_u32(0x0a000001);
    c.path.remote = ip_from_u32(0x0a000002);
    c.path.local_port = c.path.remote_port = choice & 64 ? 4500 : 0;
    for (int i = 0; i < 2; i++) {
        c.local[i].from.family = c.local[i].to.family = i ? IP_V6 : IP_V4;
        c.local[i].port_to = 65535;
        memset(c.local[i].to.b, 0xff, i ? 16 : 4);
        c.remote[i] = c.local[i];
    }
    if (choice & 128) { /* narrow: everything is compared */
        c.remote[0].from = ip_from_u32(0x0a010000);
        c.remote[0].protocol = 17;
        c.remote[0].port_to = 5000;
    }
    return c;
}

static void check(const struct esp_to_tun *o, const uint8_t *from, size_t n, bool vnet)
{
    assert(o->n <= ESP_TUN_FRAMES_MAX && o->n_others <= ESP_OTHERS_MAX);
    for (uint32_t i = 0; i < o->n; i++) {
        const struct esp_tun_frame *f = &o->frames[i];
        size_t len = 0;
        assert(f->connection == 1 && f->n >= 1 && f->n <= ESP_SLICES_MAX);
        for (uint16_t k = 0; k < f->n; k++) {
            const uint8_t *p = f->slices[k].base;
            bool is_header = p >= &o->headers[0][0] && p < &o->headers[0][0] + sizeof(o->headers);
            assert(is_header || (p + ESP_HEADROOM >= from && p + f->slices[k].len <= from + n));
            len += f->slices[k].len;
        }
        assert(len == f->len && len >= 20 + (vnet ? ESP_VNET_BYTES : 0u) &&
               len <= 65575 + ESP_VNET_BYTES);
    }
    for (uint32_t i = 0; i < o->n_others; i++)
        assert(o->others[i].bytes + o->others[i].len <= from + n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct esp_to_tun out;
    if (size < 3 || size > INPUT_MAX)
        return 0;
    const struct esp_params params = {
        .max_tunnels = 1, .max_children = 1, .random = crypto_random_seeded(1), .portable = true
    };
    const struct esp_tunnel_params tunnel = { .connection = 1,
                                              .vnet = data[0] & 4,
                                              .uso = data[0] & 4 };
    const struct esp_child c = child_for(data[0]);
    uint32_t segment = (uint32_t)(data[1] << 8 | data[2]);
    size_t n = size - 3, done;
    uint8_t *memory = malloc(ESP_HEADROOM + n);
    struct esp *e = esp_new(&params);
    struct esp_event event;
    struct esp_counters counters;
    if (!memory || !e || esp_tunnel_set(e, &tunnel) != 0 || esp_child_add(e, 0, &c) != 0)
        abort();
    memcpy(memory + ESP_HEADROOM, data + 3, n);
    struct esp_received in = { .bytes = memory + ESP_HEADROOM,
                               .len = (uint32_t)n,
                               .segment = segment < n ? segment : 0,
                               .tos = (uint8_t)(segment & 3),
                               .path = c.path };
    do {
        esp_to_tun_init(&out);
        done = esp_open(e, 1, &in, 1, &out);
        esp_to_tun_finish(&out);
        check(&out, memory + ESP_HEADROOM, n, tunnel.vnet);
        assert(c.encr == CRYPTO_ENCR_NULL || out.n == 0);
    } while (done == 0);
    while (esp_next_event(e, &event))
        assert(event.kind == ESP_UNKNOWN_SPI || c.encr == CRYPTO_ENCR_NULL);
    assert(esp_child_counters(e, 1, &counters));
    assert(c.encr == CRYPTO_ENCR_NULL || (counters.packets_in == 0 && counters.sequence_in == 0));
    esp_free(e);
    free(memory);
    return 0;
}
