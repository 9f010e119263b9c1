/* daemon/devices.h: there is an end to what may be asked for, and room again when devices went. */
#include "daemon/devices.h"

#include "../unit.h"

/* Of the devices that were ever made, those with these numbers are gone. */
static bool odd_ones_are_gone, all_are_gone;
static int looks;

static bool is_there(const char *name, uint32_t if_index)
{
    looks++;
    assert_string_equal(name, "tun");
    return !all_are_gone && !(odd_ones_are_gone && if_index % 2);
}

static void there_is_an_end(void **state)
{
    (void)state;
    struct devices *d = devices_new(is_there);
    assert_non_null(d);
    for (uint32_t i = 1; i <= DEVICES_MAX; i++) {
        assert_true(devices_have_room(d));
        devices_add(d, "tun", i);
    }
    CLAIM("nobody is asked before", looks == 0);
    CLAIM("no more", !devices_have_room(d) && looks == DEVICES_LOOKS_MAX);
    CLAIM("however often", !devices_have_room(d) && looks == 2 * DEVICES_LOOKS_MAX);
    odd_ones_are_gone = true;
    uint32_t more = 0;
    while (more <= DEVICES_MAX && devices_have_room(d)) {
        devices_add(d, "tun", 2);
        more++;
    }
    CLAIM("as many as went", more == DEVICES_MAX / 2);
    all_are_gone = true;
    CLAIM("and after the end of all, again", devices_have_room(d));
    devices_free(d);
    devices_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(there_is_an_end) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
