/* os/vxlan.h: the bytes of the request; links as a kernel (6.x) told them, kept as the corpus of
 * the fuzz target, and broken ones; devices in a real kernel, in a namespace of this process's own
 * (needs root and the kernel's VXLAN; else that part is skipped). */
#include "os/vxlan.h"

#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

#include "../unit.h"

enum { REQUEST_BYTES = 512 };

static _Alignas(8) uint8_t bytes[8192];

static struct ip_addr ip(const char *s)
{
    struct ip_addr a = { 0 };
    if (s && !ip_parse(s, &a))
        fail_msg("address %s", s);
    return a;
}

static struct os_vxlan s6(void)
{
    return (struct os_vxlan){
        .name = "vxlan0", .vni = 77, .remote = ip("10.100.0.4"), .port = OS_VXLAN_PORT };
}

/* ---- requests -------------------------------------------------------------------------------- */

static size_t from_hex(const char *hex, uint8_t *to, size_t cap)
{
    size_t n = 0;
    for (; *hex; hex++) {
        unsigned v;
        if (*hex == ' ')
            continue;
        assert_true(n < cap && sscanf(hex, "%2x", &v) == 1);
        to[n++] = (uint8_t)v;
        hex++;
    }
    return n;
}

/* Host order is little-endian in these, as on every machine that we build for. */
static const struct {
    const char *name;
    const char *local, *remote;
    uint32_t if_index, mtu;
    const char *hex;
} requests[] = {
    { "S6: the way is the routes'; learning is off", NULL, "10.100.0.4", 0, 1450,
      "68000000 1000 0506 07000000 00000000"      /* NEWLINK, request ack excl create, 7 */
      "00000000 00000000 00000000 00000000"       /* ifinfomsg */
      "0b00 0300 76786c616e3000 00"               /* IFNAME vxlan0 */
      "0800 0400 aa050000"                        /* MTU 1450 */
      "3400 1280"                                 /* LINKINFO */
      "0a00 0100 76786c616e00 0000"               /* KIND vxlan */
      "2400 0280"                                 /* DATA */
      "0800 0100 4d000000"                        /* ID 77 */
      "0800 0200 0a640004"                        /* GROUP 10.100.0.4 */
      "0600 0f00 12b5 0000"                       /* PORT 4789, network order */
      "0500 0700 00 000000" },                    /* LEARNING off */
    { "a device, an address of our own, the kernel's MTU", "10.0.0.4", "10.100.0.4", 3, 0,
      "70000000 1000 0506 07000000 00000000"
      "00000000 00000000 00000000 00000000"
      "0b00 0300 76786c616e3000 00"
      "4400 1280"
      "0a00 0100 76786c616e00 0000"
      "3400 0280"
      "0800 0100 4d000000"
      "0800 0200 0a640004"
      "0800 0400 0a000004"                        /* LOCAL */
      "0800 0300 03000000"                        /* LINK */
      "0600 0f00 12b5 0000"
      "0500 0700 00 000000" },
    { "IPv6 outside", NULL, "2001:db8::4", 0, 1430,
      "74000000 1000 0506 07000000 00000000"
      "00000000 00000000 00000000 00000000"
      "0b00 0300 76786c616e3000 00"
      "0800 0400 96050000"
      "4000 1280"
      "0a00 0100 76786c616e00 0000"
      "3000 0280"
      "0800 0100 4d000000"
      "1400 1000 20010db8 00000000 00000000 00000004" /* GROUP6 */
      "0600 0f00 12b5 0000"
      "0500 0700 00 000000" },
};

static void requests_have_these_bytes(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(requests); i++) {
        struct os_vxlan v = s6();
        uint8_t want[REQUEST_BYTES];
        v.remote = ip(requests[i].remote);
        v.local = ip(requests[i].local);
        v.if_index = requests[i].if_index;
        v.mtu = requests[i].mtu;
        size_t n = from_hex(requests[i].hex, want, sizeof(want));
        size_t got = os_vxlan_encode(&v, 7, bytes, sizeof(bytes));
        CLAIM(requests[i].name, got == n);
        for (size_t k = 0; k < n; k++)
            if (bytes[k] != want[k])
                fail_msg("%s: byte %zu is %02x, not %02x", requests[i].name, k, bytes[k], want[k]);
        CLAIM(requests[i].name, os_vxlan_encode(&v, 7, bytes, 64) == 0);
    }
}

/* ---- what is told ---------------------------------------------------------------------------- */

static size_t load(const char *name)
{
    char path[512];
    const char *root = getenv("SPANWAY_SOURCE");
    snprintf(path, sizeof(path), "%s/tests/fuzz/corpus/vxlan/%s", root ? root : ".", name);
    FILE *f = fopen(path, "rb");
    if (!f)
        fail_msg("%s: %s", path, strerror(errno));
    size_t n = fread(bytes, 1, sizeof(bytes), f);
    fclose(f);
    return n;
}

static const char *words(const struct os_vxlan_found *f)
{
    static char buf[512];
    struct text t = text_init(buf, sizeof(buf));
    text_str(&t, f->is.name);
    text_char(&t, ' ');
    text_str(&t, f->kind[0] ? f->kind : "-");
    if (f->is_vxlan) {
        text_str(&t, " id ");
        text_u64(&t, f->is.vni);
        text_str(&t, " remote ");
        text_ip(&t, &f->is.remote);
        text_str(&t, " local ");
        text_ip(&t, &f->is.local);
        text_str(&t, " port ");
        text_u64(&t, f->is.port);
        text_str(&t, f->is.if_index ? " dev" : "");
    }
    text_str(&t, " mtu ");
    text_u64(&t, f->is.mtu);
    text_str(&t, f->mark[0] ? " mark " : "");
    text_str(&t, f->mark);
    return buf;
}

static void links_read_as_what_ip_says(void **state)
{
    (void)state;
    static const struct {
        const char *file, *want;
    } cases[] = {
        { "vxlan-v4", "vx4 vxlan id 77 remote 10.100.0.4 local 10.0.0.4 port 4789 dev mtu 1450 "
                      "mark Spanway 0123456789abcdef" },
        { "vxlan-v6", "vx6 vxlan id 78 remote 2001:db8::4 local - port 4790 mtu 1500" },
        { "vxlan-plain", "vx0 vxlan id 79 remote - local - port 4789 mtu 1500" },
        { "vxlan-external", "vxe vxlan id 0 remote - local - port 4791 mtu 1500" },
        { "bridge", "br9 bridge mtu 1500" },
        { "veth", "va veth mtu 1500" },
        { "loopback", "lo - mtu 65536" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct os_vxlan_found f;
        size_t n = load(cases[i].file);
        err_t rc = os_vxlan_decode(bytes, n, &f);
        CLAIM_TEXT(cases[i].file, rc == 0 ? words(&f) : "refused", cases[i].want);
        for (size_t cut = 0; cut < n; cut++)
            CLAIM(cases[i].file, os_vxlan_decode(bytes, cut, &f) == -EBADMSG);
    }
}

static void a_difference_that_counts(void **state)
{
    (void)state;
    const struct os_vxlan a = s6();
    struct os_vxlan b = a;
    b.mtu = 1400;
    CLAIM("the MTU is set, not made anew", os_vxlan_is_same(&a, &b));
    for (int i = 0; i < 5; i++) {
        b = a;
        b.vni += i == 0;
        b.port = i == 1 ? 4790 : b.port;
        b.if_index += i == 2;
        b.remote = i == 3 ? ip("10.100.0.5") : b.remote;
        b.local = i == 4 ? ip("10.0.0.4") : b.local;
        CLAIM("id, port, device, remote, local", !os_vxlan_is_same(&a, &b));
    }
}

/* ---- a real kernel --------------------------------------------------------------------------- */

static void devices_come_and_go(void **state)
{
    struct os_vxlan_handle *h = *state;
    struct os_vxlan_found f;
    struct os_vxlan v = s6(), other = s6();
    char why[OS_VXLAN_WHY_MAX];
    if (!h)
        skip();
    assert_int_equal(os_vxlan_find(h, "vxlan0", &f), -ENODEV);
    v.mtu = 1450;
    err_t rc = os_vxlan_make(h, &v, "Spanway one", why);
    if (rc == -EOPNOTSUPP)
        skip();
    assert_int_equal(rc, 0);
    assert_int_equal(os_vxlan_find(h, "vxlan0", &f), 0);
    CLAIM("it is what was asked for", f.is_vxlan && os_vxlan_is_same(&v, &f.is));
    CLAIM("with its MTU and mark", f.is.mtu == 1450 && strcmp(f.mark, "Spanway one") == 0);
    CLAIM("a second one of the name is refused", os_vxlan_make(h, &v, "x", why) == -EEXIST);
    memcpy(other.name, "vxlan1", 7);
    CLAIM("one of the same id is refused, with a word",
          os_vxlan_make(h, &other, "x", why) == -EEXIST && strstr(why, "VNI"));
    other.vni = 78;
    assert_int_equal(os_vxlan_make(h, &other, "Spanway two", why), 0);
    uint32_t first = f.if_index;
    CLAIM("found by its mark", os_vxlan_marked(h, "Spanway one", 0, &f) && f.if_index == first);
    CLAIM("there is no second", !os_vxlan_marked(h, "Spanway one", 1, &f));
    assert_int_equal(os_vxlan_set_mtu(h, first, 1400), 0);
    assert_int_equal(os_vxlan_find(h, "vxlan0", &f), 0);
    CLAIM("the MTU changes", f.is.mtu == 1400);
    assert_int_equal(os_vxlan_remove(h, first), 0);
    CLAIM("gone", if_nametoindex("vxlan0") == 0);
    CLAIM("gone already is no error", os_vxlan_remove(h, first) == 0);
    CLAIM("the other one stays", if_nametoindex("vxlan1") != 0);
    other.vni = 79;
    other.if_index = 4711;
    memcpy(other.name, "vxlan2", 7);
    CLAIM("a carrier that is not there", os_vxlan_make(h, &other, "x", why) == -ENODEV);
}

static int enter_namespace(void **state)
{
    struct os_vxlan_handle *h = NULL;
    if (geteuid() == 0 && unshare(CLONE_NEWNET) == 0 && os_vxlan_open(&h) != 0)
        return -1;
    *state = h;
    return 0;
}

static int leave(void **state)
{
    os_vxlan_close(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_have_these_bytes),
        cmocka_unit_test(links_read_as_what_ip_says),
        cmocka_unit_test(a_difference_that_counts),
        cmocka_unit_test_setup_teardown(devices_come_and_go, enter_namespace, leave),
    };
    return cmocka_run_group_tests_name("os/vxlan", tests, NULL, NULL);
}
