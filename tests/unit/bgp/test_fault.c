/* Verdicts combine by the harder one; NOTIFICATIONs have names. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "bgp/fault.h"

static void harder_faults_win(void **state)
{
    (void)state;
    static const enum bgp_verdict order[] = { BGP_FINE, BGP_DISCARD, BGP_WITHDRAW, BGP_AFI_OFF,
                                              BGP_RESET };
    for (size_t i = 0; i < ARRAY_LEN(order); i++) {
        for (size_t j = 0; j < ARRAY_LEN(order); j++) {
            struct bgp_fault a = { .verdict = order[i], .id = "first" };
            struct bgp_fault b = { .verdict = order[j], .id = "second" };
            bgp_fault_combine(&a, &b); /* [RFC 7606 3.h] */
            assert_int_equal(a.verdict, order[MAX(i, j)]);
            assert_string_equal(a.id, j > i ? "second" : "first");
        }
    }
}

static void data_and_bytes_are_cut_to_fit(void **state)
{
    (void)state;
    uint8_t many[300];
    memset(many, 7, sizeof(many));
    struct bgp_fault f = bgp_fault_reset(3, 1, "X", "x");
    bgp_fault_set_data(&f, many, sizeof(many));
    bgp_fault_set_bytes(&f, 100000, many, sizeof(many));
    assert_int_equal(f.data_len, BGP_FAULT_DATA_MAX);
    assert_int_equal(f.bytes_len, 32);
    assert_int_equal(f.offset, UINT16_MAX);
    bgp_fault_set_data(&f, NULL, 0);
    assert_int_equal(f.data_len, 0);
    assert_int_equal(bgp_fault_none().verdict, BGP_FINE);
}

static void names(void **state)
{
    (void)state;
    static const struct {
        uint8_t code, subcode;
        const char *want;
    } cases[] = {
        { 1, 1, "Message Header Error/Connection Not Synchronized" },
        { 1, 0, "Message Header Error/Unspecific" },
        { 2, 2, "OPEN Message Error/Bad Peer AS" },
        { 2, 7, "OPEN Message Error/Unsupported Capability" },
        { 2, 8, "OPEN Message Error/8" },
        { 2, 11, "OPEN Message Error/Role Mismatch" },
        { 3, 11, "UPDATE Message Error/Malformed AS_PATH" },
        { 3, 200, "UPDATE Message Error/200" },
        { 4, 0, "Hold Timer Expired" },
        { 5, 3, "Neighbor Events Error/Receive Unexpected Message in Established State" },
        { 6, 2, "Cease/Administrative Shutdown" },
        { 6, 7, "Cease/Connection collision resolution" },
        { 6, 10, "Cease/BFD Down" },
        { 7, 1, "ROUTE-REFRESH Message Error/Invalid Message Length" },
        { 8, 0, "Send Hold Timer Expired" },
        { 0, 0, "Unknown error 0/0" },
        { 255, 255, "Unknown error 255/255" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char buf[100];
        struct text t = text_init(buf, sizeof(buf));
        text_bgp_notification(&t, cases[i].code, cases[i].subcode);
        assert_string_equal(buf, cases[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(harder_faults_win),
        cmocka_unit_test(data_and_bytes_are_cut_to_fit),
        cmocka_unit_test(names),
    };
    return cmocka_run_group_tests_name("bgp/fault", tests, NULL, NULL);
}
