/* Messages as a kernel (6.x) sent them, kept as the fuzz target's corpus, and broken ones. */
#include "os/netlink.h"

#include <errno.h>
#include <stdlib.h>

#include "../unit.h"

static struct os_netlink_event event;
static _Alignas(8) uint8_t bytes[8192];

static size_t load(const char *name)
{
    char path[512];
    const char *root = getenv("SPANWAY_SOURCE");
    snprintf(path, sizeof(path), "%s/tests/fuzz/corpus/netlink/%s", root ? root : ".", name);
    FILE *f = fopen(path, "rb");
    if (!f)
        fail_msg("%s: %s", path, strerror(errno));
    size_t n = fread(bytes, 1, sizeof(bytes), f);
    fclose(f);
    return n;
}

static const char *words(const struct os_netlink_event *e)
{
    static char buf[1024];
    struct text t = text_init(buf, sizeof(buf));
    if (e->what == OS_NETLINK_LINK) {
        text_str(&t, e->link.name);
        text_str(&t, e->link.admin_up ? " up" : " down");
        text_str(&t, e->link.running ? " running" : "");
        text_str(&t, e->link.loopback ? " loopback" : "");
        text_str(&t, e->link.alternative[0][0] ? " alt " : "");
        text_str(&t, e->link.alternative[0]);
        return buf;
    }
    if (e->what == OS_NETLINK_NEXTHOP) {
        text_str(&t, "nexthop ");
        text_u64(&t, e->nexthop_id);
        return buf;
    }
    text_prefix(&t, &e->prefix);
    text_str(&t, e->route_kind == 1 ? " blackhole" : "");
    for (uint32_t i = 0; i < e->n; i++) {
        text_char(&t, ' ');
        text_ip(&t, &e->path[i].next_hop);
        text_char(&t, '*');
        text_u64(&t, e->path[i].weight);
    }
    if (e->metric) {
        text_str(&t, " metric ");
        text_u64(&t, e->metric);
    }
    if (e->preferred_source.family) {
        text_str(&t, " src ");
        text_ip(&t, &e->preferred_source);
    }
    if (e->nexthop_id) {
        text_str(&t, " nhid ");
        text_u64(&t, e->nexthop_id);
    }
    return buf;
}

static void every_message_reads_as_what_ip_says(void **state)
{
    (void)state;
    static const struct {
        const char *file, *want;
    } cases[] = {
        { "addr-1", "127.0.0.1/8" },
        { "addr-2", "10.0.0.4/24" },
        { "addr-3", "::1/128" },
        { "addr-4", "fe80::a8bb:10ff:feba:95e1/64" },
        { "addr-5", "2001:db8::4/64" },
        { "addr-6", "fe80::c48d:10ff:fea1:e89c/64" },
        { "link-1", "lo up running loopback" },
        { "link-2", "vb up running" },
        { "link-3", "va up running alt GigabitEthernet8.714" },
        { "nexthop-1", "nexthop 70001" },
        { "nexthop-2", "nexthop 70002" },
        { "route-1", "0.0.0.0/0 10.0.0.1*1" },
        { "route-10", "nothing" },
        { "route-11", "nothing" },
        { "route-2", "nothing" },
        { "route-3", "20.0.0.0/8 10.0.0.1*1 metric 100 src 10.0.0.4" },
        { "route-4", "21.0.0.0/8 10.0.0.1*2 10.0.0.2*1" },
        { "route-5", "22.0.0.0/8 fe80::1*1" },
        { "route-6", "23.0.0.0/8 blackhole" },
        { "route-7", "24.0.0.0/8 10.0.0.1*1 nhid 70002" },
        { "route-8", "nothing" },
        { "route-9", "2001:db8:1::/48 2001:db8::1*1 2001:db8::2*1 metric 1024" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        size_t n = load(cases[i].file);
        err_t err = os_netlink_decode(bytes, n, &event);
        CLAIM_TEXT(cases[i].file,
                   err == -ENOMSG ? "nothing"
                   : err          ? "bad"
                                  : words(&event),
                   cases[i].want);
    }
}

static void cut_messages_are_refused(void **state)
{
    (void)state;
    size_t n = load("route-1");
    for (size_t cut = 0; cut < n; cut++)
        assert_int_equal(os_netlink_decode(bytes, cut, &event), -EBADMSG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_message_reads_as_what_ip_says),
        cmocka_unit_test(cut_messages_are_refused),
    };
    return cmocka_run_group_tests_name("os/netlink", tests, NULL, NULL);
}
