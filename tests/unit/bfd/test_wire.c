/* BFD control packets: RFC 5880 4.1 and the discarding rules of 6.8.6. */
#include "bfd/wire.h"

#include "../unit.h"

/* Up, poll, multiplier 3, 5 -> 7, 50 ms, 100 ms; echo interval 0. */
static const uint8_t good[] = { 0x20, 0xe0, 3, 24, 0, 0, 0, 5, 0, 0, 0, 7,
                                0, 0, 0xc3, 0x50, 0, 1, 0x86, 0xa0, 0, 0, 0, 0 };

static void a_packet_survives_the_round_trip(void **state)
{
    (void)state;
    struct bfd_packet p;
    const char *why = NULL;
    assert_true(bfd_decode(good, sizeof(good), &p, &why));
    assert_true(p.state == BFD_UP && p.poll && !p.final && !p.demand && p.diag == 0);
    assert_true(p.multiplier == 3 && p.my_discr == 5 && p.your_discr == 7);
    assert_true(p.min_tx_us == 50000 && p.min_rx_us == 100000);
    uint8_t out[BFD_PACKET_BYTES];
    struct wr w = wr_init(out, sizeof(out));
    bfd_encode(&w, &p);
    assert_false(w.bad);
    assert_memory_equal(out, good, sizeof(good));
}

struct bad_case {
    const char *name;
    size_t at;
    uint8_t value;
    size_t n;
    const char *why;
};

static const struct bad_case bad_cases[] = {
    { "[RFC 5880 6.8.6] version 0", 0, 0x00, 24, "version" },
    { "[RFC 5880 6.8.6] length 23", 3, 23, 24, "length too short" },
    { "[RFC 5880 6.8.6] length 25 of 24", 3, 25, 24, "length beyond the datagram" },
    { "[RFC 5880 6.8.6] multiplier 0", 2, 0, 24, "detect multiplier zero" },
    { "[RFC 5880 6.8.6] multipoint", 1, 0xc1, 24, "multipoint" },
    { "[RFC 5880 6.8.6] my discriminator 0", 7, 0, 24, "my discriminator zero" },
    { "[RFC 5880 6.8.6] up without your discriminator", 11, 0, 24, "your discriminator zero" },
    { "[RFC 5880 6.8.6] authentication that we do not use", 1, 0xc4, 24,
      "authentication is not in use" },
    { "[RFC 5880 4.1] poll and final", 1, 0xf0, 24, "poll and final" },
    { "datagram of 23 bytes", 0, 0x20, 23, "shorter than a packet" },
    { "empty datagram", 0, 0x20, 0, "shorter than a packet" },
};

static void bad_packets_are_discarded(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad_cases); i++) {
        const struct bad_case *c = &bad_cases[i];
        uint8_t bytes[sizeof(good)];
        memcpy(bytes, good, sizeof(good));
        bytes[c->at] = c->value;
        struct bfd_packet p = { .my_discr = 99 };
        const char *why = "";
        CLAIM(c->name, !bfd_decode(bytes, c->n, &p, &why));
        CLAIM_TEXT(c->name, why, c->why);
        CLAIM(c->name, p.my_discr == 99); /* untouched */
    }
}

static void a_first_packet_needs_no_your_discriminator(void **state)
{
    (void)state;
    uint8_t bytes[sizeof(good)];
    memcpy(bytes, good, sizeof(good));
    bytes[1] = 0x40; /* Down */
    bytes[11] = 0;
    struct bfd_packet p;
    const char *why = NULL;
    assert_true(bfd_decode(bytes, sizeof(bytes), &p, &why));
    assert_true(p.state == BFD_DOWN && p.your_discr == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_packet_survives_the_round_trip),
        cmocka_unit_test(bad_packets_are_discarded),
        cmocka_unit_test(a_first_packet_needs_no_your_discriminator),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
