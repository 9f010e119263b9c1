/* NAT's rules in the model (nat/) and in the kernel (nftables): one answer. Three namespaces of
 * this process: clients inside, the router, the Internet outside; UDP packets with an echo that
 * says what source it saw. Needs root and nft; else it is skipped. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cmocka.h>

#include "nat/nat.h"
#include "os/nft.h"
#include "os/sysctl.h"

enum { SKIPPED = 77, ECHO_PORT = 7777, DEADLINE_S = 5 };
enum { INSIDE, ROUTER, OUTSIDE, NAMESPACES };

static const char *const sources[] = { "10.0.0.4", "192.168.50.5", "203.0.113.7", "172.20.0.9",
                                       "10.100.0.10" };
static const char *const targets[] = { "168.63.129.16", "168.63.129.17", "10.5.5.5", "172.16.9.9",
                                       "172.32.9.9",    "192.168.7.7",   "8.8.8.8" };

struct world {
    int ns[NAMESPACES];
    int echo;
};

static void sh(const char *command)
{
    int rc = system(command);
    if (rc != 0)
        fail_msg("%s: %d", command, rc);
}

static void enter(const struct world *w, int which)
{
    assert_int_equal(setns(w->ns[which], CLONE_NEWNET), 0);
}

static struct prefix px(const char *s)
{
    struct prefix p = { 0 };
    if (s && !prefix_parse(s, &p, NULL))
        fail_msg("prefix %s", s);
    return p;
}

static struct ip_addr ip(const char *s)
{
    struct ip_addr a = { 0 };
    if (s && !ip_parse(s, &a))
        fail_msg("address %s", s);
    return a;
}

static void add_addresses(const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char command[128];
        snprintf(command, sizeof(command), "ip addr add %s/32 dev lo", list[i]);
        sh(command);
    }
}

static int open_echo(void)
{
    int fd = socket(AF_INET, SOCK_DGRAM, 0), on = 1;
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(ECHO_PORT) };
    struct timeval limit = { .tv_sec = DEADLINE_S };
    assert_int_equal(setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on)), 0);
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)), 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
    return fd;
}

static int open_world(void **state)
{
    static struct world w;
    for (int i = 0; i < NAMESPACES; i++) {
        assert_int_equal(unshare(CLONE_NEWNET), 0);
        w.ns[i] = open("/proc/self/ns/net", O_RDONLY);
        assert_true(w.ns[i] >= 0);
        sh("ip link set lo up");
    }
    char command[512];
    enter(&w, ROUTER);
    snprintf(command, sizeof(command),
             "ip link add in0 type veth peer name c0 && ip link add eth0 type veth peer name o0 && "
             "ip link set c0 netns /proc/%d/fd/%d && ip link set o0 netns /proc/%d/fd/%d && "
             "ip addr add 169.254.1.1/30 dev in0 && ip addr add 10.100.0.10/24 dev eth0 && "
             "ip link set in0 up && ip link set eth0 up && ip route add default via 10.100.0.1",
             (int)getpid(), w.ns[INSIDE], (int)getpid(), w.ns[OUTSIDE]);
    sh(command);
    enter(&w, INSIDE);
    sh("ip addr add 169.254.1.2/30 dev c0 && ip link set c0 up && ip route add default via "
       "169.254.1.1");
    add_addresses(sources, ARRAY_LEN(sources) - 1);
    enter(&w, OUTSIDE);
    sh("ip addr add 10.100.0.1/24 dev o0 && ip link set o0 up && ip route add default via "
       "10.100.0.10");
    add_addresses(targets, ARRAY_LEN(targets));
    w.echo = open_echo();
    enter(&w, ROUTER);
    for (size_t i = 0; i + 1 < ARRAY_LEN(sources); i++) {
        snprintf(command, sizeof(command), "ip route add %s/32 via 169.254.1.2", sources[i]);
        sh(command);
    }
    *state = &w;
    return 0;
}

static int close_world(void **state)
{
    struct world *w = *state;
    close(w->echo);
    for (int i = 0; i < NAMESPACES; i++)
        close(w->ns[i]);
    return 0;
}

/* The echo's half: takes one packet, answers with the source that it saw, from where it was sent
 * to. */
static void answer(struct world *w)
{
    char data[64], control[256];
    struct sockaddr_in from;
    struct iovec io = { .iov_base = data, .iov_len = sizeof(data) };
    struct msghdr m = { .msg_name = &from,
                        .msg_namelen = sizeof(from),
                        .msg_iov = &io,
                        .msg_iovlen = 1,
                        .msg_control = control,
                        .msg_controllen = sizeof(control) };
    if (recvmsg(w->echo, &m, 0) < 0)
        fail_msg("nothing came through");
    struct cmsghdr *c = CMSG_FIRSTHDR(&m);
    struct in_pktinfo *info = (struct in_pktinfo *)(void *)CMSG_DATA(c);
    info->ipi_spec_dst = info->ipi_addr;
    info->ipi_ifindex = 0;
    inet_ntop(AF_INET, &from.sin_addr, data, sizeof(data));
    io.iov_len = strlen(data);
    if (sendmsg(w->echo, &m, 0) < 0)
        fail_msg("echo: %s", strerror(errno));
}

/* What source the outside sees of a packet; also, that the answer comes home. */
static const char *seen(struct world *w, const char *source, const char *target)
{
    static char text[64];
    bool own = strcmp(source, "10.100.0.10") == 0;
    enter(w, own ? ROUTER : INSIDE);
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_in from = { .sin_family = AF_INET }, to = { .sin_family = AF_INET };
    struct timeval limit = { .tv_sec = DEADLINE_S };
    inet_pton(AF_INET, source, &from.sin_addr);
    inet_pton(AF_INET, target, &to.sin_addr);
    to.sin_port = htons(ECHO_PORT);
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)), 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&from, sizeof(from)), 0);
    if (sendto(fd, "?", 1, 0, (struct sockaddr *)&to, sizeof(to)) != 1)
        fail_msg("%s to %s: %s", source, target, strerror(errno));
    answer(w);
    ssize_t n = recv(fd, text, sizeof(text) - 1, 0);
    if (n < 0)
        fail_msg("%s to %s: no answer came back", source, target);
    text[n] = '\0';
    close(fd);
    return text;
}

/* The same of the model. */
static const char *modelled(const struct nat_rule *rules, uint32_t n, const char *source,
                            const char *target)
{
    static char text[64];
    struct nat *nat = nat_new(&(struct nat_params){ .max_flows = 10 });
    struct nat_packet p = { .source = ip(source),
                            .destination = ip(target),
                            .protocol = NAT_UDP,
                            .source_port = 4000,
                            .destination_port = ECHO_PORT };
    struct nat_exit at = {
        .rules = rules, .n = n, .interface = "eth0", .address = ip("10.100.0.10")
    };
    (void)nat_in(nat, 0, &p);
    assert_int_not_equal(nat_out(nat, 0, &p, &at), NAT_DROP);
    struct text t = text_init(text, sizeof(text));
    text_ip(&t, &p.source);
    nat_free(nat);
    return text;
}

static void convert(const struct nat_rule *from, struct os_nft_rule *to)
{
    *to = (struct os_nft_rule){ .action = (enum os_nft_action)from->action,
                                .source = from->source,
                                .destination = from->destination,
                                .not_source = from->not_source,
                                .not_destination = from->not_destination,
                                .protocol = from->protocol,
                                .to = from->to };
    memcpy(to->out_interface, from->out_interface, sizeof(to->out_interface));
}

static void compare(struct world *w, const char *name, const struct nat_rule *rules, uint32_t n)
{
    struct os_nft_rule kernel[8];
    char why[512];
    struct text t = text_init(why, sizeof(why));
    for (uint32_t i = 0; i < n; i++)
        convert(&rules[i], &kernel[i]);
    enter(w, ROUTER);
    if (os_nft_set("test", kernel, n, &t) != 0)
        fail_msg("%s: nft: %s", name, why);
    for (size_t s = 0; s < ARRAY_LEN(sources); s++) {
        for (size_t d = 0; d < ARRAY_LEN(targets); d++) {
            const char *want = modelled(rules, n, sources[s], targets[d]);
            const char *got = seen(w, sources[s], targets[d]);
            if (strcmp(want, got) != 0)
                fail_msg("%s: %s to %s: the kernel sends %s, the model %s", name, sources[s],
                         targets[d], got, want);
        }
    }
    enter(w, ROUTER);
}

static void forwarding_is_a_setting_of_the_namespace(void **state)
{
    struct world *w = *state;
    bool was = true;
    int64_t value;
    enter(w, ROUTER);
    assert_int_equal(os_sysctl_forwarding(IP_V4, NULL, true, &was), 0);
    assert_int_equal(os_sysctl_get("net/ipv4/ip_forward", &value), 0);
    assert_int_equal(value, 1);
    assert_int_equal(os_sysctl_forwarding(IP_V4, NULL, true, &was), 0);
    assert_true(was);
    assert_int_equal(os_sysctl_forwarding(IP_V6, NULL, true, NULL), 0);
    assert_int_equal(os_sysctl_forwarding(IP_V4, "eth0", true, NULL), 0);
    assert_int_equal(os_sysctl_forwarding(IP_V4, "nosuch0", true, NULL), -ENOENT);
    assert_int_equal(os_sysctl_get("kernel/hostname", &value), -EINVAL);
    assert_int_equal(os_sysctl_get("net/../kernel/ostype", &value), -EINVAL);
    enter(w, INSIDE);
    assert_int_equal(os_sysctl_get("net/ipv4/ip_forward", &value), 0);
    assert_int_equal(value, 0);
    enter(w, ROUTER);
}

static void the_kernel_and_the_model_agree(void **state)
{
    struct world *w = *state;
    struct nat_rule s2[] = {
        { .action = NAT_ACT_EXEMPT, .destination = px("168.63.129.16/32") },
        { .action = NAT_ACT_EXEMPT, .destination = px("10.0.0.0/8") },
        { .action = NAT_ACT_EXEMPT, .destination = px("172.16.0.0/12") },
        { .action = NAT_ACT_EXEMPT, .destination = px("192.168.0.0/16") },
        { .action = NAT_ACT_MASQUERADE,
          .source = px("10.100.0.10/32"),
          .not_source = true,
          .out_interface = "eth0" },
    };
    compare(w, "S2.2", s2, 5);
    struct nat_rule fixed[] = {
        { .action = NAT_ACT_EXEMPT, .source = px("192.168.0.0/16"), .protocol = NAT_UDP },
        { .action = NAT_ACT_SOURCE,
          .source = px("203.0.113.0/24"),
          .to = ip("10.100.0.77"),
          .protocol = NAT_TCP },
        { .action = NAT_ACT_SOURCE,
          .destination = px("8.0.0.0/8"),
          .not_destination = true,
          .to = ip("10.100.0.10"),
          .out_interface = "in0" },
        { .action = NAT_ACT_MASQUERADE,
          .source = px("203.0.113.0/24"),
          .destination = px("10.0.0.0/8"),
          .not_destination = true },
    };
    compare(w, "protocols and negation", fixed, 4);
    struct nat_rule never[] = {
        { .action = NAT_ACT_MASQUERADE, .not_source = true },
        { .action = NAT_ACT_SOURCE, .to = ip("10.100.0.10"), .out_interface = "eth0" }
    };
    compare(w, "a rule that no packet matches", never, 2);
}

static void removal_leaves_nothing(void **state)
{
    struct world *w = *state;
    char why[512];
    struct text t = text_init(why, sizeof(why));
    enter(w, ROUTER);
    struct os_nft_rule both[] = { { .action = OS_NFT_MASQUERADE },
                                  { .action = OS_NFT_MASQUERADE, .source = px("fd00::/8") } };
    assert_int_equal(os_nft_set("test", both, 2, &t), 0);
    sh("nft list tables | grep -q 'table ip6 spanway-test'");
    assert_int_equal(os_nft_clear("test", &t), 0);
    assert_int_equal(os_nft_clear("test", &t), 0);
    sh("test -z \"$(nft list tables)\"");
    assert_string_equal(seen(w, "10.0.0.4", "8.8.8.8"), "10.0.0.4");
}

static void a_refusal_changes_nothing_and_says_why(void **state)
{
    struct world *w = *state;
    char why[512];
    struct text t = text_init(why, sizeof(why));
    enter(w, ROUTER);
    struct os_nft_rule r = { .action = OS_NFT_MASQUERADE };
    assert_int_equal(os_nft_set("test", &r, 1, &t), 0);
    memcpy(r.out_interface, "a-name-of-more-than-15", 23);
    assert_int_equal(os_nft_set("test", &r, 1, &t), -EPROTO);
    assert_true(t.len > 0);
    assert_string_equal(seen(w, "10.0.0.4", "8.8.8.8"), "10.100.0.10");
    enter(w, ROUTER);
    memcpy(r.out_interface, "a\"b", 4);
    assert_int_equal(os_nft_set("test", &r, 1, &t), -EINVAL);
    assert_int_equal(os_nft_set("x y", NULL, 0, &t), -EINVAL);
    assert_int_equal(os_nft_clear("test", &t), 0);
}

int main(void)
{
    if (geteuid() != 0 || unshare(CLONE_NEWNET) != 0 ||
        system("nft --version >/dev/null 2>&1") != 0) {
        printf("1..0 # SKIP needs root, network namespaces and nft\n");
        return SKIPPED;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forwarding_is_a_setting_of_the_namespace),
        cmocka_unit_test(the_kernel_and_the_model_agree),
        cmocka_unit_test(removal_leaves_nothing),
        cmocka_unit_test(a_refusal_changes_nothing_and_says_why),
    };
    return cmocka_run_group_tests_name("nat", tests, open_world, close_world);
}
