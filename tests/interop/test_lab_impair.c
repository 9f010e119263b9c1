/* Impaired cables in real namespaces: a -- b, a cable of veth with all its offloads. Needs root,
 * ip, nft, ping. */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../unit/unit.h"
#include "lab/impair.h"
#include "lab/wire.h"

enum { A, B, SPACES };
enum { PORT = 7000, PACKETS_MAX = 2000, DEADLINE_S = 20 };

/* Neighbours are known, and there is no IPv6: what leaves is what a test sends. */
static const char setup_script[] =
    "set -e\n"
    "n() { ns=$1; shift; ip netns exec $ID-$ns \"$@\"; }\n"
    "for s in a b; do ip netns add $ID-$s; n $s ip link set lo up;\n"
    "  n $s sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1\n"
    "done\n"
    "ip link add eth0 netns $ID-a address 02:00:00:00:00:01 type veth peer name eth0\\\n"
    "  netns $ID-b address 02:00:00:00:00:02\n"
    "n a ip addr add 10.0.0.1/24 dev eth0; n b ip addr add 10.0.0.2/24 dev eth0\n"
    "n a ip link set eth0 up; n b ip link set eth0 up\n"
    "n a ip neigh replace 10.0.0.2 lladdr 02:00:00:00:00:02 dev eth0\n"
    "n b ip neigh replace 10.0.0.1 lladdr 02:00:00:00:00:01 dev eth0\n";

static const char remove_script[] =
    "for s in a b; do kill $(ip netns pids $ID-$s); ip netns del $ID-$s; done 2>/dev/null";

struct lab {
    char id[32];
    struct lab_netns space[SPACES];
};

static int run_script(const char *script)
{
    return system(script); /* NOLINT: the text is ours */
}

/* The first line of a command's output; "" without one. */
static void line_of(const char *command, char *line, size_t n)
{
    FILE *f = popen(command, "r"); /* NOLINT: the text is ours */
    assert_non_null(f);
    line[0] = '\0';
    if (!fgets(line, (int)n, f))
        line[0] = '\0';
    pclose(f);
}

static int set_up(void **state)
{
    static struct lab lab;
    snprintf(lab.id, sizeof(lab.id), "swj%d", (int)getpid());
    setenv("ID", lab.id, 1);
    if (run_script(setup_script) != 0)
        return -1;
    for (int i = 0; i < SPACES; i++) {
        char name[64];
        snprintf(name, sizeof(name), "%s-%c", lab.id, 'a' + i);
        if (lab_netns_open(name, &lab.space[i]) != 0)
            return -1;
    }
    *state = &lab;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    (void)run_script(remove_script);
    return 0;
}

static void impair(const struct lab *lab, int space, const char *words)
{
    struct lab_impair_spec s = lab_impair_none();
    char copy[128], text[256], *save = NULL;
    struct text why = text_init(text, sizeof(text));
    snprintf(copy, sizeof(copy), "%s", words);
    for (char *w = strtok_r(copy, " ", &save); w; w = strtok_r(NULL, " ", &save))
        assert_true(lab_impair_word(&s, w, &why));
    if (lab_impair_set(&lab->space[space], "eth0", &s, &why) != 0)
        fail_msg("%s: %s", words, text);
}

static struct lab_impair_count count_of(const struct lab *lab, int space)
{
    struct lab_impair_spec s;
    struct lab_impair_count c = { 0 };
    assert_int_equal(lab_impair_get(&lab->space[space], "eth0", &s, &c), 0);
    return c;
}

/* --- packets of UDP with numbers -------------------------------------------------------------- */

struct packet {
    uint32_t number;
    ns_t sent;
};

struct stream {
    uint32_t sent, arrived, doubled, overtaken;
    ns_t shortest, longest;
    uint8_t seen[PACKETS_MAX];
};

static int udp(const struct lab *lab, int space)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(PORT) };
    int fd = -1, bytes = 8 << 20;
    assert_int_equal(lab_netns_socket(&lab->space[space], AF_INET, SOCK_DGRAM, 0, &fd), 0);
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)), 0);
    a.sin_addr.s_addr = inet_addr(space == A ? "10.0.0.1" : "10.0.0.2");
    assert_int_equal(bind(fd, (const struct sockaddr *)&a, sizeof(a)), 0);
    return fd;
}

/* Collects what has come, until a time. */
static void collect(int fd, struct stream *s, uint32_t *last, ns_t until)
{
    do {
        struct pollfd p = { .fd = fd, .events = POLLIN };
        struct packet k;
        struct timespec wait = { .tv_nsec = (long)MAX(MIN(until - lab_now(), NS_PER_S - 1), 0) };
        if (ppoll(&p, 1, &wait, NULL) != 1 || recv(fd, &k, sizeof(k), 0) != (ssize_t)sizeof(k))
            continue;
        ns_t late = lab_now() - k.sent;
        assert_true(k.number < s->sent);
        s->doubled += s->seen[k.number];
        s->arrived += !s->seen[k.number];
        s->seen[k.number] = 1;
        s->overtaken += k.number < *last;
        *last = MAX(*last, k.number);
        s->shortest = MIN(s->shortest, late);
        s->longest = MAX(s->longest, late);
    } while (lab_now() < until);
}

/* From a to b, one each millisecond. */
static struct stream stream(const struct lab *lab, uint32_t packets)
{
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(PORT) };
    struct stream s = { .shortest = NS_NEVER };
    int from = udp(lab, A), at = udp(lab, B);
    uint32_t last = 0;
    ns_t begun = lab_now();
    to.sin_addr.s_addr = inet_addr("10.0.0.2");
    while (s.sent < packets) {
        struct packet k = { s.sent++, lab_now() };
        assert_int_equal(sendto(from, &k, sizeof(k), 0, (const struct sockaddr *)&to, sizeof(to)),
                         sizeof(k));
        collect(at, &s, &last, begun + s.sent * NS_PER_MS);
    }
    collect(at, &s, &last, lab_now() + 300 * NS_PER_MS);
    close(from);
    close(at);
    printf("# %u sent, %u arrived, %u doubled, %u overtaken, %.2f to %.2f ms\n", s.sent, s.arrived,
           s.doubled, s.overtaken, (double)s.shortest / 1e6, (double)s.longest / 1e6);
    return s;
}

/* --- ping ------------------------------------------------------------------------------------- */

/* The median of a few, in ms: a machine with other work makes some late. */
static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double ping_ms(void)
{
    double ms[32];
    size_t n = 0;
    char line[256];
    FILE *f = popen("ip netns exec $ID-a ping -n -c 20 -i 0.05 -W 1 10.0.0.2", "r"); /* NOLINT */
    assert_non_null(f);
    while (fgets(line, sizeof(line), f)) {
        const char *time = strstr(line, "time=");
        if (time && n < ARRAY_LEN(ms))
            ms[n++] = strtod(time + 5, NULL);
    }
    pclose(f);
    if (n == 0)
        return -1;
    qsort(ms, n, sizeof(ms[0]), compare);
    printf("# ping: %zu answers, %.2f ms, at most %.2f ms\n", n, ms[n / 2], ms[n - 1]);
    return ms[n / 2];
}

static void expect_ping(double low, double high)
{
    double ms = ping_ms();
    if (ms < low || ms > high)
        fail_msg("ping takes %.2f ms, expected %.0f to %.0f", ms, low, high);
}

static void expect_nothing_left(const struct lab *lab)
{
    struct lab_impair_spec s;
    struct lab_impair_count c;
    char line[256];
    for (int i = 0; i < SPACES; i++)
        assert_int_equal(lab_impair_get(&lab->space[i], "eth0", &s, &c), -ENOENT);
    line_of("ip netns exec $ID-a nft list tables; ip netns exec $ID-b nft list tables", line,
            sizeof(line));
    assert_string_equal(line, "");
    line_of("(ip -n $ID-a -o link; ip -n $ID-b -o link) | grep imp", line, sizeof(line));
    assert_string_equal(line, "");
    expect_ping(0, 3);
}

/* --- TCP -------------------------------------------------------------------------------------- */

/* Sends so many bytes from a to b; how long it took until all were there. */
static ns_t transfer(const struct lab *lab, size_t bytes)
{
    static uint8_t out[65536], in[65536];
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(PORT) };
    int listener = -1, from = -1, at = -1;
    size_t sent = 0, got = 0;
    ns_t begun = lab_now();
    for (size_t i = 0; i < sizeof(out); i++)
        out[i] = (uint8_t)(i * 31 >> 3);
    a.sin_addr.s_addr = inet_addr("10.0.0.2");
    assert_int_equal(lab_netns_socket(&lab->space[B], AF_INET, SOCK_STREAM, 0, &listener), 0);
    int on = 1;
    assert_int_equal(setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)), 0);
    assert_int_equal(bind(listener, (const struct sockaddr *)&a, sizeof(a)), 0);
    assert_int_equal(listen(listener, 1), 0);
    assert_int_equal(lab_netns_socket(&lab->space[A], AF_INET, SOCK_STREAM, 0, &from), 0);
    (void)!connect(from, (const struct sockaddr *)&a, sizeof(a));
    while (got < bytes && lab_now() < begun + DEADLINE_S * NS_PER_S) {
        struct pollfd p[] = { { .fd = at >= 0 ? at : listener, .events = POLLIN },
                              { .fd = from, .events = sent < bytes ? POLLOUT : 0 } };
        if (poll(p, 2, 100) <= 0)
            continue;
        if (p[1].revents & POLLOUT) {
            size_t at_byte = sent % sizeof(out), n = MIN(sizeof(out) - at_byte, bytes - sent);
            ssize_t did = send(from, out + at_byte, n, MSG_NOSIGNAL);
            sent += did > 0 ? (size_t)did : 0;
        }
        if (!(p[0].revents & POLLIN))
            continue;
        if (at < 0) {
            at = accept(listener, NULL, NULL);
            continue;
        }
        ssize_t did = recv(at, in, sizeof(in) - got % sizeof(in), MSG_DONTWAIT);
        for (ssize_t i = 0; i < did; i++, got++)
            assert_int_equal(in[i], out[got % sizeof(out)]);
    }
    ns_t took = lab_now() - begun;
    close(listener);
    close(from);
    close(at);
    assert_int_equal(got, bytes);
    printf("# TCP: %zu bytes in %.0f ms\n", bytes, (double)took / 1e6);
    return took;
}

/* --- the relay's process ---------------------------------------------------------------------- */

static pid_t relay_of(const struct lab *lab, int space)
{
    struct stat mine, its;
    pid_t found = -1;
    DIR *d = opendir("/proc");
    assert_non_null(d);
    assert_int_equal(fstat(lab->space[space].fd, &mine), 0);
    for (struct dirent *e = readdir(d); e; e = readdir(d)) {
        char path[300], name[32] = "";
        snprintf(path, sizeof(path), "/proc/%s/ns/net", e->d_name);
        if (stat(path, &its) != 0 || its.st_ino != mine.st_ino)
            continue;
        snprintf(path, sizeof(path), "/proc/%s/comm", e->d_name);
        FILE *f = fopen(path, "re");
        if (f && fgets(name, sizeof(name), f) && strcmp(name, "lab-impair\n") == 0)
            found = (pid_t)atol(e->d_name);
        if (f)
            fclose(f);
    }
    closedir(d);
    return found;
}

static void wait_until_gone(const struct lab *lab, int space)
{
    ns_t limit = lab_now() + 5 * NS_PER_S;
    const struct timespec pause = { .tv_nsec = 5 * NS_PER_MS };
    while (relay_of(lab, space) > 0 && lab_now() < limit)
        nanosleep(&pause, NULL);
    assert_int_equal(relay_of(lab, space), -1);
}

/* --- claims ----------------------------------------------------------------------------------- */

static void a_delay_is_seen_by_ping_and_ends_with_clear(void **state)
{
    const struct lab *lab = *state;
    expect_ping(0, 3);
    impair(lab, A, "delay=20ms");
    expect_ping(17, 23);
    impair(lab, B, "delay=20ms");
    expect_ping(37, 43);
    impair(lab, A, "delay=40ms"); /* the same relay, other figures */
    expect_ping(57, 63);
    assert_int_equal(lab_impair_clear(&lab->space[A], "eth0"), 0);
    expect_ping(17, 23);
    impair(lab, B, "");
    expect_nothing_left(lab);
    assert_int_equal(lab_impair_clear(&lab->space[A], "eth0"), -ENOENT);
}

static void ten_percent_are_ten_percent_and_a_seed_repeats_them(void **state)
{
    const struct lab *lab = *state;
    impair(lab, A, "loss=10%");
    struct stream first = stream(lab, PACKETS_MAX);
    assert_in_range(first.arrived, PACKETS_MAX * 88 / 100, PACKETS_MAX * 92 / 100);
    assert_int_equal(first.overtaken + first.doubled, 0);
    struct lab_impair_count c = count_of(lab, A);
    assert_int_equal(c.frames, PACKETS_MAX);
    assert_int_equal(c.lost, PACKETS_MAX - first.arrived);
    assert_int_equal(c.sent, first.arrived);
    impair(lab, A, "loss=10% seed=1");
    struct stream again = stream(lab, 500);
    assert_memory_equal(first.seen, again.seen, 500);
    impair(lab, A, "loss=10% seed=2");
    struct stream other = stream(lab, 500);
    assert_memory_not_equal(first.seen, other.seen, 500);
    impair(lab, A, "loss=100%");
    assert_int_equal(stream(lab, 50).arrived, 0);
    assert_int_equal(lab_impair_clear(&lab->space[A], "eth0"), 0);
    assert_int_equal(stream(lab, 50).arrived, 50);
}

static void order_is_kept_unless_reordering_is_asked_for(void **state)
{
    const struct lab *lab = *state;
    impair(lab, A, "delay=10ms jitter=10ms");
    struct stream s = stream(lab, 500);
    assert_int_equal(s.arrived, 500);
    assert_int_equal(s.overtaken, 0);
    assert_true(s.shortest >= 10 * NS_PER_MS);
    impair(lab, A, "delay=10ms reorder=5%");
    s = stream(lab, 500);
    assert_int_equal(s.arrived, 500);
    assert_in_range(s.overtaken, 5, 50);
    assert_true(count_of(lab, A).reordered >= s.overtaken);
    impair(lab, A, "duplicate=10%");
    s = stream(lab, 500);
    assert_int_equal(s.arrived, 500);
    assert_in_range(s.doubled, 25, 80);
    assert_int_equal(lab_impair_clear(&lab->space[A], "eth0"), 0);
}

static void tcp_flows_whatever_offloads_the_cable_has(void **state)
{
    const struct lab *lab = *state;
    impair(lab, A, "delay=2ms jitter=1ms loss=0.2% reorder=0.5% duplicate=0.5%");
    impair(lab, B, "delay=2ms");
    transfer(lab, 4 << 20);
    impair(lab, A, "rate=40mbit");
    impair(lab, B, "");
    /* 2 MiB are 16.8 Mbit: 0.42 s at the least, with headers some more. */
    assert_in_range(transfer(lab, 2 << 20), 420 * NS_PER_MS, 1200 * NS_PER_MS);
    assert_int_equal(lab_impair_clear(&lab->space[A], "eth0"), 0);
    expect_nothing_left(lab);
}

static void what_is_under_way_is_not_lost_by_clear(void **state)
{
    const struct lab *lab = *state;
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(PORT) };
    struct stream s = { .sent = 100, .shortest = NS_NEVER };
    int from = udp(lab, A), at = udp(lab, B);
    uint32_t last = 0;
    to.sin_addr.s_addr = inet_addr("10.0.0.2");
    impair(lab, A, "delay=9s");
    for (uint32_t i = 0; i < s.sent; i++) {
        struct packet k = { i, lab_now() };
        assert_int_equal(sendto(from, &k, sizeof(k), 0, (const struct sockaddr *)&to, sizeof(to)),
                         sizeof(k));
    }
    assert_int_equal(lab_impair_clear(&lab->space[A], "eth0"), 0);
    collect(at, &s, &last, lab_now() + 200 * NS_PER_MS);
    close(from);
    close(at);
    assert_int_equal(s.arrived, 100);
    assert_int_equal(s.overtaken, 0);
    assert_true(s.longest < 5 * NS_PER_S);
}

static void a_relay_that_is_killed_leaves_the_cable_as_it_was(void **state)
{
    const struct lab *lab = *state;
    impair(lab, A, "delay=20ms");
    impair(lab, B, "loss=100%");
    assert_int_equal(ping_ms(), -1);
    for (int i = 0; i < SPACES; i++) {
        pid_t pid = relay_of(lab, i);
        assert_true(pid > 0);
        assert_int_equal(kill(pid, SIGKILL), 0);
        wait_until_gone(lab, i);
    }
    expect_nothing_left(lab);
}

static void a_cable_that_is_cut_and_healed_is_impaired_as_before(void **state)
{
    const struct lab *lab = *state;
    impair(lab, A, "delay=20ms");
    assert_int_equal(run_script("ip -n $ID-a link set eth0 down"), 0);
    assert_int_equal(ping_ms(), -1);
    assert_int_equal(run_script("ip -n $ID-a link set eth0 up"), 0);
    expect_ping(17, 23);
    pid_t pid = relay_of(lab, A);
    assert_int_equal(kill(pid, SIGTERM), 0);
    wait_until_gone(lab, A);
    expect_nothing_left(lab);
}

static void refusals_name_what_is_missing(void **state)
{
    const struct lab *lab = *state;
    struct lab_impair_spec s = lab_impair_none();
    char text[256];
    struct text why = text_init(text, sizeof(text));
    s.line.loss_ppm = 1;
    assert_int_equal(lab_impair_set(&lab->space[A], "eth9", &s, &why), -ENODEV);
    assert_string_equal(text, "eth9: No such device");
}

static void sink(void *context, const char *bytes, size_t n)
{
    text_bytes(context, bytes, n);
}

static void a_lab_is_impaired_shown_and_cleared_as_a_whole(void **state)
{
    const struct lab *lab = *state;
    struct lab_space spaces[] = { { .name = "a", .netns = lab->space[A].name },
                                  { .name = "b", .netns = lab->space[B].name },
                                  { .name = "c", .netns = "no-such-namespace" } };
    struct lab_cable cables[] = { { .end = { { .space = A, .dev = "eth0" }, { B, "eth0" } } },
                                  { .end = { { .space = A, .dev = "eth1" }, { 2, "eth0" } } } };
    struct lab_plan p = { .spaces = { spaces, 3 }, .cables = { cables, 2 } };
    const struct lab_impair_way ways[] = { { 0, 0 }, { 0, 1 }, { 1, 0 } };
    struct lab_impair_spec s = lab_impair_none();
    char said[1024];
    struct text t = text_init(said, sizeof(said));
    s.line.loss_ppm = TRANSIT_PPM;
    assert_int_equal(lab_impair_apply(&p, ways, 3, &s, &t), -ENODEV);
    assert_string_equal(said, "a to c (eth1): eth1: No such device");
    expect_nothing_left(lab);
    t = text_init(said, sizeof(said));
    assert_int_equal(lab_impair_apply(&p, ways, 2, &s, &t), 0);
    assert_int_equal(stream(lab, 10).arrived, 0);
    assert_int_equal(lab_impair_show(&p, sink, &t), 2);
    assert_string_equal(said, "a to b (eth0): loss=100%; 10 frames, 10 lost\n"
                              "b to a (eth0): loss=100% seed=2; 0 frames\n");
    assert_int_equal(lab_impair_clear_lab(&p), 2);
    assert_int_equal(lab_impair_show(&p, sink, &t), 0);
    expect_nothing_left(lab);
}

static int command(const struct lab_plan *p, const char *from, const char *words)
{
    char copy[128], *argv[8], *save = NULL;
    int argc = 0;
    snprintf(copy, sizeof(copy), "%s", words);
    for (char *w = strtok_r(copy, " ", &save); w && argc < 8; w = strtok_r(NULL, " ", &save))
        argv[argc++] = w;
    return lab_impair_command(p, from, argc, argv);
}

static void the_command_impairs_shows_and_clears(void **state)
{
    const struct lab *lab = *state;
    struct lab_space spaces[] = { { .name = "a", .netns = lab->space[A].name },
                                  { .name = "b", .netns = lab->space[B].name } };
    struct lab_cable cables[] = { { .end = { { .space = A, .dev = "eth0" }, { B, "eth0" } } } };
    struct lab_plan p = { .name = "x", .spaces = { spaces, 2 }, .cables = { cables, 1 } };
    struct lab_impair_spec s;
    struct lab_impair_count c;
    assert_int_equal(command(&p, NULL, ""), 0);
    assert_int_equal(command(&p, NULL, "a--b"), 2);
    assert_int_equal(command(&p, NULL, "a--b loss=0%"), 2);
    assert_int_equal(command(&p, NULL, "a--b lost=1%"), 2);
    assert_int_equal(command(&p, NULL, "a--b delay=1s rate=1"), 2);
    expect_nothing_left(lab);
    assert_int_equal(command(&p, "b", "a--b delay=20ms"), 0);
    assert_int_equal(lab_impair_get(&lab->space[A], "eth0", &s, &c), -ENOENT);
    expect_ping(17, 23);
    assert_int_equal(command(&p, NULL, "b--a delay=10ms"), 0);
    expect_ping(17, 23);
    assert_int_equal(command(&p, "a", "a--b clear"), 0);
    expect_ping(8, 13);
    assert_int_equal(command(&p, NULL, "a--b clear"), 0);
    expect_nothing_left(lab);
    assert_int_equal(command(&p, NULL, "a--b delay=10ms"), 0);
    assert_int_equal(command(&p, NULL, "clear"), 0);
    expect_nothing_left(lab);
}

/* Last: the cable goes. */
static void a_relay_ends_with_its_device(void **state)
{
    const struct lab *lab = *state;
    impair(lab, A, "delay=20ms");
    assert_true(relay_of(lab, A) > 0);
    assert_int_equal(run_script("ip -n $ID-b link del eth0"), 0);
    wait_until_gone(lab, A);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_delay_is_seen_by_ping_and_ends_with_clear),
        cmocka_unit_test(ten_percent_are_ten_percent_and_a_seed_repeats_them),
        cmocka_unit_test(order_is_kept_unless_reordering_is_asked_for),
        cmocka_unit_test(tcp_flows_whatever_offloads_the_cable_has),
        cmocka_unit_test(what_is_under_way_is_not_lost_by_clear),
        cmocka_unit_test(a_relay_that_is_killed_leaves_the_cable_as_it_was),
        cmocka_unit_test(a_cable_that_is_cut_and_healed_is_impaired_as_before),
        cmocka_unit_test(refusals_name_what_is_missing),
        cmocka_unit_test(a_lab_is_impaired_shown_and_cleared_as_a_whole),
        cmocka_unit_test(the_command_impairs_shows_and_clears),
        cmocka_unit_test(a_relay_ends_with_its_device),
    };
    if (getuid() != 0) {
        printf("needs root: network namespaces\n");
        return 77;
    }
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
