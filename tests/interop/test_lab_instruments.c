/* The lab's instruments in real namespaces: a -- r1 -- r2 -- r3 -- b. r2 translates a's address and
 * sends no "time exceeded"; the link from r2 to r3 takes 1400 bytes; r3 refuses TCP port 81 by
 * ICMP, drops 82, and has no route to 10.9.0.0/16. Needs root, ip and nft. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../unit/unit.h"
#include "lab/capture.h"
#include "lab/drill.h"
#include "lab/probe.h"
#include "lab/responder.h"
#include "lab/throughput.h"
#include "lab/trace.h"
#include "lab/traceroute.h"
#include "lab/wire.h"

enum { A, R1, R2, R3, B, SPACES };

static const char *const space_names[SPACES] = { "a", "r1", "r2", "r3", "b" };

static const char setup_script[] =
    "set -e\n"
    "n() { ns=$1; shift; ip netns exec $ID-$ns \"$@\"; }\n"
    "for s in a r1 r2 r3 b; do ip netns add $ID-$s; n $s ip link set lo up;\n"
    "  n $s sysctl -qw net.ipv4.ip_forward=1 net.ipv4.icmp_ratelimit=0; done\n"
    "cable() { ip link add $2 netns $ID-$1 type veth peer name $4 netns $ID-$3;\n"
    "  n $1 ip addr add 10.$5.1/24 dev $2; n $3 ip addr add 10.$5.2/24 dev $4;\n"
    "  n $1 ip link set $2 up; n $3 ip link set $4 up; }\n"
    "cable a eth0 r1 west 0.1; cable r1 east r2 west 0.2\n"
    "cable r2 east r3 west 0.3; cable r3 east b eth0 0.4\n"
    "n r2 ip link set east mtu 1400; n r3 ip link set west mtu 1400\n"
    "n a ip route add default via 10.0.1.2; n b ip route add default via 10.0.4.1\n"
    "n r1 ip route add default via 10.0.2.2; n r3 ip route add default via 10.0.3.1\n"
    "n r2 ip route add 10.0.1.0/24 via 10.0.2.1; n r2 ip route add 10.0.4.0/24 via 10.0.3.2\n"
    "n r2 ip route add 10.9.0.0/16 via 10.0.3.2; n r3 ip route add unreachable 10.9.0.0/16\n"
    "n r2 nft 'table ip t { chain o { type filter hook output priority 0;"
    " icmp type time-exceeded drop; }; chain n { type nat hook postrouting priority 100;"
    " oifname \"east\" ip saddr 10.0.1.0/24 masquerade; }; }'\n"
    "n r3 nft 'table ip t { chain f { type filter hook forward priority 0;"
    " tcp dport 81 reject with icmp type admin-prohibited; tcp dport 82 drop; }; }'\n";

static const char remove_script[] =
    "for s in a r1 r2 r3 b; do ip netns del $ID-$s; done 2>/dev/null";

struct lab {
    char id[32];
    struct lab_netns space[SPACES];
    pid_t responder;
    int capture; /* the file of one */
};

static int run_script(const char *script)
{
    return system(script); /* NOLINT: the text is ours */
}

/* --- the responder's process ------------------------------------------------------------------ */

static void serve(const struct lab *lab, int ready)
{
    static const uint16_t ports[] = { 7, 22, 80, 81, 82, LAB_THROUGHPUT_PORT };
    struct loop *l = loop_new();
    struct lab_responder *r = l ? lab_responder_new(l) : NULL;
    if (!r || lab_responder_listen(r, &lab->space[B], "b", true, 7) != 0)
        _exit(1);
    for (size_t i = 0; i < ARRAY_LEN(ports); i++)
        if (lab_responder_listen(r, &lab->space[B], "b", false, ports[i]) != 0)
            _exit(1);
    if (write(ready, "x", 1) != 1)
        _exit(1);
    for (;;)
        lab_responder_advance(r, loop_turn(l, lab_responder_deadline(r)));
}

static void start_responder(struct lab *lab)
{
    int ready[2];
    char c;
    assert_int_equal(pipe(ready), 0);
    lab->responder = fork();
    if (lab->responder == 0)
        serve(lab, ready[1]);
    close(ready[1]);
    assert_int_equal(read(ready[0], &c, 1), 1);
    close(ready[0]);
}

static int set_up(void **state)
{
    static struct lab lab;
    snprintf(lab.id, sizeof(lab.id), "swi%d", (int)getpid());
    setenv("ID", lab.id, 1);
    if (run_script(setup_script) != 0)
        return -1;
    for (int i = 0; i < SPACES; i++) {
        char name[64];
        snprintf(name, sizeof(name), "%s-%s", lab.id, space_names[i]);
        if (lab_netns_open(name, &lab.space[i]) != 0)
            return -1;
    }
    start_responder(&lab);
    *state = &lab;
    return 0;
}

static int tear_down(void **state)
{
    struct lab *lab = *state;
    if (lab && lab->responder > 0) {
        kill(lab->responder, SIGKILL);
        waitpid(lab->responder, NULL, 0);
    }
    (void)run_script(remove_script);
    return 0;
}

/* --- reachability ----------------------------------------------------------------------------- */

static struct ip_addr ip(const char *text)
{
    struct ip_addr a = { .family = IP_NONE };
    if (text[0])
        assert_true(ip_parse(text, &a));
    return a;
}

static struct lab_probe question(const struct lab *lab, int from, const char *to,
                                 const char *service)
{
    /* A Linux router tells a sender once a second that it has no route. */
    struct lab_probe p = { .from = &lab->space[from], .to = ip(to), .timeout = 1100 * NS_PER_MS };
    assert_true(lab_service_parse(service, &p.service, &p.port));
    assert_int_equal(lab_mark_new(&p.mark), 0);
    return p;
}

static void reach_and_why_not(void **state)
{
    static const struct {
        const char *claim;
        int from;
        const char *to, *service;
        enum lab_outcome outcome;
        const char *by, *source_seen;
    } cases[] = {
        { "echo passes three routers", A, "10.0.4.2", "icmp", LAB_REACHED, "10.0.4.2", "" },
        { "TCP passes, and the responder sees the translated address", A, "10.0.4.2", "tcp/22",
          LAB_REACHED, "10.0.4.2", "10.0.3.1" },
        { "so does UDP", A, "10.0.4.2", "udp/7", LAB_REACHED, "10.0.4.2", "10.0.3.1" },
        { "without NAT it sees the router's own address", R3, "10.0.4.2", "tcp/80", LAB_REACHED,
          "10.0.4.2", "10.0.4.1" },
        { "a closed TCP port refuses", A, "10.0.4.2", "tcp/9", LAB_REFUSED, "10.0.4.2", "" },
        { "a closed UDP port refuses", A, "10.0.4.2", "udp/9", LAB_REFUSED, "10.0.4.2", "" },
        { "a filter that rejects is named", A, "10.0.4.2", "tcp/81", LAB_PROHIBITED, "10.0.3.2",
          "" },
        { "a filter that drops is silence", A, "10.0.4.2", "tcp/82", LAB_TIMEOUT, "", "" },
        { "a router without a route is named", A, "10.9.0.1", "icmp", LAB_UNREACHABLE, "10.0.3.2",
          "" },
        { "for TCP, too", A, "10.9.0.1", "tcp/22", LAB_UNREACHABLE, "10.0.3.2", "" },
        { "and for UDP", A, "10.9.0.1", "udp/7", LAB_UNREACHABLE, "10.0.3.2", "" },
        { "nor where no neighbour is", A, "10.0.4.77", "icmp", LAB_UNREACHABLE, "10.0.3.2", "" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct lab_probe p = question(*state, cases[i].from, cases[i].to, cases[i].service);
        struct ip_addr by = ip(cases[i].by), seen = ip(cases[i].source_seen);
        struct lab_answer a;
        char text[128];
        struct text t = text_init(text, sizeof(text));
        lab_probe_run(&p, &a);
        lab_answer_text(&a, &t);
        printf("# %-60s %s %s\n", cases[i].claim, text, a.said);
        CLAIM_TEXT(cases[i].claim, lab_outcome_name(a.outcome), lab_outcome_name(cases[i].outcome));
        CLAIM(cases[i].claim, ip_eq(&a.by, &by));
        CLAIM(cases[i].claim, seen.family == IP_NONE || ip_eq(&a.source_seen, &seen));
    }
}

static void no_route_is_the_senders_own_word(void **state)
{
    struct lab_probe p = question(*state, R2, "203.0.113.1", "icmp");
    struct lab_answer a;
    lab_probe_run(&p, &a);
    assert_int_equal(a.outcome, LAB_NO_ROUTE);
    assert_int_equal(a.error, ENETUNREACH);
}

/* --- the way ---------------------------------------------------------------------------------- */

static void way_text(const struct lab_trace *t, enum lab_way way, char *text, size_t n)
{
    struct lab_step steps[16];
    struct text out = text_init(text, n);
    uint32_t count = lab_trace_way(t, way, A, steps, 16);
    for (uint32_t i = 0; i < MIN(count, 16U); i++) {
        text_str(&out, i ? " " : "");
        text_str(&out, steps[i].in);
        text_char(&out, '>');
        text_str(&out, space_names[steps[i].space]);
        text_char(&out, '>');
        text_str(&out, steps[i].out);
    }
}

static void the_way_of_question_and_answer(void **state)
{
    static const char *const services[] = { "icmp", "tcp/22", "udp/7" };
    struct lab *lab = *state;
    for (size_t i = 0; i < ARRAY_LEN(services); i++) {
        struct lab_probe p = question(lab, A, "10.0.4.2", services[i]);
        struct lab_trace t;
        struct lab_answer a;
        struct ip_addr source, want = ip("10.0.3.1");
        char text[400];
        const uint32_t middle[] = { R2 };
        assert_int_equal(lab_trace_open(lab->space, SPACES, &p.mark, &t), 0);
        p.trace = &t;
        lab_probe_run(&p, &a);
        CLAIM(services[i], a.outcome == LAB_REACHED);
        lab_trace_sort(&t);
        CLAIM(services[i], t.lost == 0);
        way_text(&t, LAB_ASKING, text, sizeof(text));
        CLAIM_TEXT(services[i], text, ">a>eth0 west>r1>east west>r2>east west>r3>east eth0>b>");
        way_text(&t, LAB_ANSWERING, text, sizeof(text));
        CLAIM_TEXT(services[i], text, ">b>eth0 east>r3>west east>r2>west east>r1>west eth0>a>");
        CLAIM(services[i], lab_trace_source_seen(&t, B, &source) && ip_eq(&source, &want));
        CLAIM(services[i], lab_trace_in_clear(&t, middle, 1) != NULL);
        lab_trace_close(&t);
    }
}

static void where_it_was_lost(void **state)
{
    struct lab *lab = *state;
    struct lab_probe p = question(lab, A, "10.0.4.2", "tcp/82");
    struct lab_trace t;
    struct lab_answer a;
    struct ip_addr source;
    p.attempts = 1;
    assert_int_equal(lab_trace_open(lab->space, SPACES, &p.mark, &t), 0);
    p.trace = &t;
    lab_probe_run(&p, &a);
    lab_trace_sort(&t);
    const struct lab_sighting *last = lab_trace_last(&t, LAB_ASKING);
    assert_non_null(last);
    assert_int_equal(last->space, R3);
    assert_false(last->leaving);
    assert_false(lab_trace_source_seen(&t, B, &source));
    lab_trace_close(&t);
}

/* --- hops and sizes --------------------------------------------------------------------------- */

static void hops(void **state)
{
    static const struct {
        const char *service;
        const char *to, *hops;
        bool reached;
    } cases[] = {
        { "tcp/22", "10.0.4.2", "10.0.1.2 * 10.0.3.2 10.0.4.2", true },
        { "tcp/9", "10.0.4.2", "10.0.1.2 * 10.0.3.2 10.0.4.2", true },
        { "icmp", "10.0.4.2", "10.0.1.2 * 10.0.3.2 10.0.4.2", true },
        { "udp/33434", "10.0.4.2", "10.0.1.2 * 10.0.3.2 10.0.4.2", true },
        { "tcp/82", "10.0.4.2", "10.0.1.2 * 10.0.3.2 *", false },
        { "icmp", "10.9.0.1", "10.0.1.2 * 10.0.3.2", false },
        { "tcp/22", "10.0.1.2", "10.0.1.2", true },
    };
    struct lab *lab = *state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct lab_traceroute t = { .from = &lab->space[A], .to = ip(cases[i].to), .hop_max = 8 };
        struct lab_hops h;
        char text[400];
        struct text out = text_init(text, sizeof(text));
        assert_true(lab_service_parse(cases[i].service, &t.service, &t.port));
        assert_int_equal(lab_mark_new(&t.mark), 0);
        t.timeout = 400 * NS_PER_MS;
        lab_traceroute_run(&t, &h);
        for (uint8_t k = 0; k < h.count; k++) {
            text_str(&out, k ? " " : "");
            lab_hop_text(&h.hop[k], &out);
        }
        CLAIM_TEXT(cases[i].service, text, cases[i].hops);
        CLAIM(cases[i].service, h.reached == cases[i].reached);
    }
}

static void the_largest_packet_that_passes(void **state)
{
    static const char *const services[] = { "icmp", "tcp/22", "tcp/9" };
    for (size_t i = 0; i < ARRAY_LEN(services); i++) {
        struct lab_probe p = question(*state, A, "10.0.4.2", services[i]);
        struct lab_answer a;
        CLAIM(services[i], lab_probe_mtu(&p, 9000, &a) == 1400);
        p.to = ip("10.0.2.2");
        CLAIM(services[i], lab_probe_mtu(&p, 9000, &a) == 1500);
        CLAIM(services[i], lab_probe_mtu(&p, 1200, &a) == 1200);
    }
}

/* A router that drops what is too long without a word is found by halves. */
static void a_silent_small_link(void **state)
{
    struct lab_probe p = question(*state, A, "10.0.4.2", "icmp");
    struct lab_answer a;
    assert_int_equal(run_script("ip netns exec $ID-r2 nft insert rule ip t o icmp type "
                                "destination-unreachable drop"),
                     0);
    assert_int_equal(lab_probe_mtu(&p, 1500, &a), 1400);
    p.to = ip("10.0.4.77");
    assert_int_equal(lab_probe_mtu(&p, 1500, &a), 0);
    assert_int_equal(a.outcome, LAB_TIMEOUT);
}

/* --- drills ----------------------------------------------------------------------------------- */

static void wait_ms(long ms)
{
    const struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * NS_PER_MS };
    nanosleep(&t, NULL);
}

/* A router that does not forward: to take its link down would take its routes, too. */
static err_t forwarding(const char *value)
{
    FILE *f = fopen("/proc/sys/net/ipv4/ip_forward", "w");
    if (!f)
        return -errno;
    bool written = fputs(value, f) >= 0;
    return fclose(f) == 0 && written ? 0 : -EIO;
}

static err_t link_down(void *arg)
{
    (void)arg;
    return forwarding("0");
}

static err_t link_up(void *arg)
{
    (void)arg;
    return forwarding("1");
}

static void start_drill(struct lab *lab, struct lab_drill *d)
{
    const struct lab_drill_params p = { .a = &lab->space[A],
                                        .b = &lab->space[B],
                                        .a_address = ip("10.0.1.1"),
                                        .b_address = ip("10.0.4.2") };
    uint32_t received[LAB_DRILL_WAYS] = { 0 };
    assert_int_equal(lab_drill_start(&p, d), 0);
    for (int i = 0; i < 5000 && (received[0] < 50 || received[1] < 50); i++) {
        lab_drill_received(d, received);
        wait_ms(1);
    }
    assert_true(received[0] >= 50 && received[1] >= 50);
}

static struct lab_drill_report stop_drill(struct lab_drill *d)
{
    struct lab_drill_report r;
    char text[2000], *rest = NULL;
    struct text t = text_init(text, sizeof(text));
    assert_int_equal(lab_drill_stop(d, &r), 0);
    lab_drill_text(&r, "a", "b", &t);
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
        printf("# %s\n", line);
    return r;
}

/* Until A's first packet went through the translation of addresses, B does not know where A is. */
static void a_drill_without_a_cut_loses_nothing(void **state)
{
    struct lab_drill d;
    start_drill(*state, &d);
    lab_drill_event(&d, "nothing");
    wait_ms(1500);
    struct lab_drill_report r = stop_drill(&d);
    assert_int_equal(r.event[0].lost, 0);
    assert_int_equal(r.way[0].lost, 0);
    assert_int_equal(r.way[0].duplicated + r.way[1].duplicated, 0);
    assert_int_equal(r.way[0].reordered + r.way[1].reordered, 0);
    assert_true(r.way[0].sent + r.way[0].skipped >= 1400);
}

/* The cut lasts as long as it was measured to: the machine may be slow to make it and to mend it.
 */
static void a_drill_measures_a_cut(void **state)
{
    struct lab_drill d;
    start_drill(*state, &d);
    /* Before it happens: what is lost before the event is noted would not be the event's. */
    lab_drill_event(&d, "cut");
    int rc = lab_netns_call(&((struct lab *)*state)->space[R1], link_down, NULL);
    ns_t down = lab_now();
    assert_int_equal(rc, 0);
    wait_ms(300);
    rc = lab_netns_call(&((struct lab *)*state)->space[R1], link_up, NULL);
    ns_t cut = lab_now() - down;
    lab_drill_event(&d, "mended");
    assert_int_equal(rc, 0);
    wait_ms(300);
    struct lab_drill_report r = stop_drill(&d);
    ns_t error = r.way[0].longest - cut;
    printf("# cut for %lld us\n", (long long)(cut / NS_PER_US));
    assert_true(error > -20 * NS_PER_MS && error < 20 * NS_PER_MS);
    error = r.event[0].longest - cut;
    assert_true(error > -20 * NS_PER_MS && error < 20 * NS_PER_MS);
    assert_true(r.way[1].lost >= 200);
}

/* --- captures --------------------------------------------------------------------------------- */

static int capture_child(void *arg)
{
    static const char *const dirs[] = { "/run/keys/r2", NULL };
    struct lab *lab = arg;
    struct lab_captured captured;
    struct lab_capture c = { .space = &lab->space[R2], .out = lab->capture, .stop = -1 };
    c.key_dirs = dirs;
    c.packet_max = 8; /* two echoes and their answers, in and out */
    return lab_capture_run(&c, &captured) == 0 && captured.packets == 8 ? 0 : 1;
}

/* The packets of a router's both interfaces, told by tcpdump where there is one. */
static void a_capture_is_read_back(void **state)
{
    struct lab *lab = *state;
    char path[] = "/tmp/spanway-capture.XXXXXX", head[12], script[400];
    struct spawn_child child;
    struct spawn_end end = { .code = -1 };
    lab->capture = mkstemp(path);
    assert_true(lab->capture >= 0);
    assert_int_equal(lab_netns_fork(&lab->space[R2], capture_child, lab, &child), 0);
    /* The head is written when the socket listens. */
    for (int i = 0; i < 5000 && pread(lab->capture, head, sizeof(head), 0) < 12; i++)
        wait_ms(1);
    for (int i = 0; i < 2; i++) {
        struct lab_probe p = question(lab, A, "10.0.4.2", "icmp");
        struct lab_answer a;
        lab_probe_run(&p, &a);
        assert_int_equal(a.outcome, LAB_REACHED);
    }
    struct pollfd one = { .fd = child.pidfd, .events = POLLIN };
    assert_int_equal(poll(&one, 1, 5000), 1);
    assert_int_equal(spawn_reap(&child, &end), 0);
    assert_false(end.by_signal);
    assert_int_equal(end.code, 0);
    snprintf(script, sizeof(script),
             "command -v tcpdump >/dev/null || exit 0; tcpdump -nr %s 2>/dev/null >%s.txt &&"
             " [ $(grep -c 'ICMP echo request' %s.txt) = 4 ] &&"
             " [ $(grep -c 'ICMP echo reply' %s.txt) = 4 ]",
             path, path, path, path);
    assert_int_equal(run_script(script), 0);
    snprintf(script, sizeof(script), "rm -f %s %s.txt", path, path);
    (void)run_script(script);
    close(lab->capture);
}

/* --- throughput ------------------------------------------------------------------------------- */

static void throughput_both_ways(void **state)
{
    struct lab *lab = *state;
    for (int way = 0; way < 2; way++) {
        const struct lab_throughput t = { .from = &lab->space[A],
                                          .to = ip("10.0.4.2"),
                                          .reverse = way == 1,
                                          .duration = 300 * NS_PER_MS };
        struct lab_throughput_result r = { 0 };
        assert_int_equal(lab_throughput_run(&t, &r), 0);
        printf("# %s: %llu bytes in %lld ms\n", way ? "from b" : "to b",
               (unsigned long long)r.bytes, (long long)(r.time / NS_PER_MS));
        assert_true(r.bytes > 100000);
        assert_true(r.time >= 300 * NS_PER_MS && r.time < 5 * NS_PER_S);
    }
    struct lab_throughput t = { .from = &lab->space[A], .to = ip("10.0.4.2"), .port = 9 };
    struct lab_throughput_result r;
    assert_int_equal(lab_throughput_run(&t, &r), -ECONNREFUSED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reach_and_why_not),
        cmocka_unit_test(no_route_is_the_senders_own_word),
        cmocka_unit_test(the_way_of_question_and_answer),
        cmocka_unit_test(where_it_was_lost),
        cmocka_unit_test(hops),
        cmocka_unit_test(the_largest_packet_that_passes),
        cmocka_unit_test(a_drill_without_a_cut_loses_nothing),
        cmocka_unit_test(a_drill_measures_a_cut),
        cmocka_unit_test(throughput_both_ways),
        cmocka_unit_test(a_capture_is_read_back),
        cmocka_unit_test(a_silent_small_link),
    };
    if (geteuid() != 0 || run_script("command -v ip nft >/dev/null") != 0) {
        printf("1..0 # SKIP needs root, ip and nft\n");
        return 77;
    }
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
