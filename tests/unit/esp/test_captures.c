/* ESP of other implementations, from the shared captures: 3DES, which is not spoken here, so that
 * nothing of it may come in, whatever SA it meets. Skipped where the data is not. */
#include "../../lib/capture.h"
#include "base/rd.h"
#include "tunnels.h"

enum { SKIPPED = 77, PCAP_HEADER = 24, LINK_ETHERNET = 1, LINK_RAW = 101 };

struct found {
    size_t packets;
    uint32_t spi, last_sequence;
};

/* The ESP payload of one packet of a little-endian pcap file; false: it is something else. */
static bool next_esp(struct rd *file, uint32_t link, struct rd *ret_esp)
{
    (void)rd_bytes(file, 8);
    const uint8_t *len = rd_bytes(file, 4);
    (void)rd_bytes(file, 4);
    if (!len)
        return false;
    struct rd packet = rd_sub(file, (size_t)len[0] | (size_t)len[1] << 8);
    if (link == LINK_ETHERNET)
        (void)rd_bytes(&packet, 14);
    const uint8_t *ip = rd_bytes(&packet, 20);
    if (!ip || ip[0] != 0x45 || ip[9] != 50)
        return false;
    *ret_esp = rd_sub(&packet, (size_t)(ip[2] << 8 | ip[3]) - 20);
    return !ret_esp->bad;
}

static struct found play(const uint8_t *bytes, size_t n, struct ends *w)
{
    struct found f = { 0 };
    struct rd file = rd_init(bytes, n), esp;
    (void)rd_bytes(&file, PCAP_HEADER);
    uint32_t link = bytes[20];
    assert_true(link == LINK_ETHERNET || link == LINK_RAW);
    esp_to_tun_init(&w->a.tun);
    while (rd_left(&file) > 0 && !file.bad) {
        if (!next_esp(&file, link, &esp))
            continue;
        uint32_t len = (uint32_t)rd_left(&esp);
        memcpy(w->frame + HEAD, esp.p, len);
        f.packets++;
        f.spi = rd_u32(&esp);
        f.last_sequence = rd_u32(&esp);
        struct esp_received in = { .bytes = w->frame + HEAD, .len = len };
        in.path.remote = address("192.1.2.23");
        assert_int_equal(esp_open(w->a.e, w->now, &in, 1, &w->a.tun), 1);
    }
    esp_to_tun_finish(&w->a.tun);
    return f;
}

static void foreign_packets_stay_out(void **state)
{
    (void)state;
    char path[1100];
    size_t n = 0;
    snprintf(path, sizeof(path), "%s/captures/esp/02-sunrise-sunset-esp.pcap", capture_data_dir());
    uint8_t *bytes = capture_read_file(path, &n);
    assert_true(bytes && n > PCAP_HEADER);
    static const struct setup ways[] = {
        { .bare = true },
        { .bare = true, .encr = CRYPTO_AES_CBC, .bits = 128, .integ = CRYPTO_SHA1_96 },
        { .bare = true, .encr = CRYPTO_CHACHA20_POLY1305, .esn = true },
    };
    for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
        struct ends *w = ends_bare(&ways[i]);
        struct found f = play(bytes, n, w);
        struct esp_event e;
        CLAIM("eight packets of one SA", f.packets == 8 && f.spi == 0x12345678);
        CLAIM("numbered from 1", f.last_sequence == 8);
        CLAIM("an SPI that is not ours is told",
              esp_next_event(w->a.e, &e) && e.kind == ESP_UNKNOWN_SPI && e.spi == f.spi);
        struct esp_child c = child_of(&ways[i], 1);
        c.spi_in = f.spi;
        assert_int_equal(esp_child_add(w->a.e, w->now, &c), 0);
        f = play(bytes, n, w);
        struct esp_counters k = counters(&w->a, 1);
        CLAIM("an SA with other keys lets nothing in",
              w->a.tun.n == 0 && k.bad_icv + k.malformed == 8 && k.packets_in == 0);
        CLAIM("and its window stays", k.sequence_in == 0);
        ends_free(w);
    }
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(foreign_packets_stay_out) };
    if (!capture_data_dir()) {
        printf("1..0 # SKIP the shared data is not here\n");
        return SKIPPED;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
