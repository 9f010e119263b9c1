/* lab/probe.h, traceroute.h and responder.h, as far as no namespace is needed: services, what a
 * responder says, answers in words, and the responder's dialogue over loopback. */
#include "lab/probe.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../unit.h"
#include "lab/responder.h"
#include "lab/traceroute.h"
#include "lab/wire.h"

static void services_are_read(void **state)
{
    static const struct {
        const char *text;
        bool good;
        enum lab_service service;
        uint16_t port;
    } cases[] = {
        { "icmp", true, LAB_SERVICE_ICMP, 0 },
        { "any", true, LAB_SERVICE_ICMP, 0 },
        { "tcp/22", true, LAB_SERVICE_TCP, 22 },
        { "udp/65535", true, LAB_SERVICE_UDP, 65535 },
        { "tcp/0", false, 0, 0 },
        { "tcp/65536", false, 0, 0 },
        { "tcp/", false, 0, 0 },
        { "tcp/-1", false, 0, 0 },
        { "tcp/22x", false, 0, 0 },
        { "sctp/1", false, 0, 0 },
        { "", false, 0, 0 },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        enum lab_service service = LAB_SERVICE_ICMP;
        uint16_t port = 0;
        bool good = lab_service_parse(cases[i].text, &service, &port);
        CLAIM(cases[i].text, good == cases[i].good);
        CLAIM(cases[i].text, !good || (service == cases[i].service && port == cases[i].port));
    }
}

static void what_a_responder_says_is_not_believed_further_than_its_form(void **state)
{
    static const struct {
        const char *bytes, *said, *source;
    } cases[] = {
        { "192.0.2.1:40000 reached vm (10.0.0.4:22)\n", "192.0.2.1:40000 reached vm (10.0.0.4:22)",
          "192.0.2.1" },
        { "no address: here\n", "no address: here", "-" },
        { "999.0.2.1:5\n", "999.0.2.1:5", "-" },
        { "\x1b[2J\n", "?[2J", "-" },
        { "", "", "-" },
        { ":\n", ":", "-" },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char said[LAB_SAID_MAX], text[IP_TEXT_MAX];
        struct ip_addr source;
        struct text t = text_init(text, sizeof(text));
        lab_said_read(cases[i].bytes, strlen(cases[i].bytes), said, &source);
        text_ip(&t, &source);
        CLAIM_TEXT(cases[i].said, said, cases[i].said);
        CLAIM_TEXT(cases[i].said, text, cases[i].source);
    }
}

static void a_long_line_is_cut(void **state)
{
    char bytes[LAB_SAID_MAX * 2], said[LAB_SAID_MAX];
    struct ip_addr source;
    (void)state;
    memset(bytes, 'x', sizeof(bytes));
    lab_said_read(bytes, sizeof(bytes), said, &source);
    assert_int_equal(strlen(said), LAB_SAID_MAX - 1);
}

static void answers_in_words(void **state)
{
    static const struct {
        struct lab_answer a;
        const char *text;
    } cases[] = {
        { { .outcome = LAB_REACHED, .rtt = 1234567 }, "reachable, 1.2 ms" },
        { { .outcome = LAB_TIMEOUT, .attempts = 3 }, "no answer to 3 attempts" },
        { { .outcome = LAB_TIMEOUT, .attempts = 1 }, "no answer to 1 attempt" },
        { { .outcome = LAB_PROHIBITED, .by = { IP_V4, { 10, 0, 0, 1 } } },
          "prohibited, says 10.0.0.1" },
        { { .outcome = LAB_NO_ROUTE, .error = 101 }, "no route: Network is unreachable" },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char text[100];
        struct text t = text_init(text, sizeof(text));
        lab_answer_text(&cases[i].a, &t);
        CLAIM_TEXT(cases[i].text, text, cases[i].text);
    }
}

static void hops_in_words(void **state)
{
    const struct lab_hops h = {
        .count = 3,
        .hop = { { .address = { IP_V4, { 10, 0, 0, 1 } }, .rtt = 5000, .outcome = LAB_LOOP },
                 { .rtt = 0 },
                 { .address = { IP_V4, { 10, 0, 0, 3 } },
                   .rtt = 7000,
                   .outcome = LAB_PROHIBITED } },
    };
    char text[200];
    struct text t = text_init(text, sizeof(text));
    (void)state;
    lab_hops_text(&h, &t);
    assert_string_equal(text, " 1  10.0.0.1  5 us\n 2  *\n 3  10.0.0.3  7 us !X\n");
}

/* --- the responder over loopback -------------------------------------------------------------- */

struct room {
    struct loop *loop;
    struct lab_responder *r;
    uint16_t port;
};

/* A port that is free now; another process may take it, then the next one is tried. */
static int open_room(void **state)
{
    static struct room room;
    struct lab_netns here;
    room.loop = loop_new();
    room.r = room.loop ? lab_responder_new(room.loop) : NULL;
    if (!room.r || lab_netns_open(NULL, &here) != 0)
        return -1;
    for (room.port = 45201; room.port < 45301; room.port++)
        if (lab_responder_listen(room.r, &here, "node", false, room.port) == 0)
            break;
    lab_netns_close(&here);
    *state = &room;
    return room.port < 45301 ? 0 : -1;
}

static int close_room(void **state)
{
    struct room *room = *state;
    lab_responder_free(room->r);
    loop_free(room->loop);
    return 0;
}

static int client(const struct room *room)
{
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(room->port) };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
    return fd;
}

/* Runs the loop until the client has `want` in what came, or the end came; how many bytes. */
static size_t converse(struct room *room, int fd, char *said, size_t room_bytes, const char *want)
{
    size_t n = 0;
    ns_t until = lab_now() + 10 * NS_PER_S;
    while (lab_now() < until && n < room_bytes - 1) {
        ns_t now = loop_turn(room->loop, loop_now(room->loop) + NS_PER_MS);
        lab_responder_advance(room->r, now);
        ssize_t got = recv(fd, said + n, room_bytes - 1 - n, MSG_DONTWAIT);
        if (got == 0)
            break;
        n += got > 0 ? (size_t)got : 0;
        said[n] = '\0';
        if (want && memmem(said, n, want, strlen(want)))
            break;
    }
    return n;
}

static void who_is_silent_is_greeted_and_lines_are_answered(void **state)
{
    struct room *room = *state;
    char said[1000] = "";
    int fd = client(room);
    (void)converse(room, fd, said, sizeof(said), "\n");
    assert_non_null(strstr(said, "127.0.0.1:"));
    assert_non_null(strstr(said, " reached node (127.0.0.1:"));
    assert_int_equal(send(fd, "hello\n", 6, 0), 6);
    (void)converse(room, fd, said, sizeof(said), " reached node");
    assert_non_null(strstr(said, " reached node"));
    close(fd);
}

static void a_mark_is_answered(void **state)
{
    struct room *room = *state;
    static const struct lab_mark mark = { { LAB_MARK_FIRST, 0, 2, 3, '\n', 5, 6, 7 } };
    uint8_t head[LAB_HEAD_BYTES], attempt = 0;
    char said[1000];
    int fd = client(room);
    lab_head_write(&mark, 'Q', 9, head);
    /* In two pieces: the first is no request yet. */
    assert_int_equal(send(fd, head, 5, 0), 5);
    for (int i = 0; i < 3; i++)
        (void)loop_turn(room->loop, loop_now(room->loop) + NS_PER_MS);
    assert_int_equal(send(fd, head + 5, 5, 0), 5);
    size_t n = converse(room, fd, said, sizeof(said), "node");
    assert_true(lab_head_read(said, n, 'A', &mark, &attempt));
    assert_int_equal(attempt, 9);
    close(fd);
}

static void http_is_answered(void **state)
{
    static const char get[] = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    struct room *room = *state;
    char said[1000];
    int fd = client(room);
    assert_int_equal(send(fd, get, sizeof(get) - 1, 0), sizeof(get) - 1);
    (void)converse(room, fd, said, sizeof(said), NULL);
    assert_int_equal(strncmp(said, "HTTP/1.0 200 OK\r\n", 17), 0);
    assert_non_null(strstr(said, "\r\n\r\n127.0.0.1:"));
    close(fd);
}

static void a_sink_counts_and_a_source_pours(void **state)
{
    static char bytes[100000];
    struct room *room = *state;
    int fd = client(room);
    assert_int_equal(send(fd, "sink\nrest", 9, 0), 9);
    assert_int_equal(send(fd, bytes, 50000, 0), 50000);
    shutdown(fd, SHUT_WR);
    (void)converse(room, fd, bytes, sizeof(bytes), NULL);
    assert_string_equal(bytes, "bytes 50004\n");
    close(fd);
    fd = client(room);
    assert_int_equal(send(fd, "source 70000\n", 13, 0), 13);
    assert_int_equal(converse(room, fd, bytes, sizeof(bytes), NULL), 70000);
    close(fd);
}

static void nonsense_ends_the_connection(void **state)
{
    static char bytes[LAB_RESPONDER_LINE_MAX + 10];
    static const char broken[] = "\x89not a mark";
    struct room *room = *state;
    char said[100];
    memset(bytes, 'x', sizeof(bytes));
    int fd = client(room);
    assert_int_equal(send(fd, bytes, sizeof(bytes), 0), sizeof(bytes));
    assert_int_equal(converse(room, fd, said, sizeof(said), NULL), 0);
    close(fd);
    fd = client(room);
    assert_int_equal(send(fd, broken, sizeof(broken), 0), sizeof(broken));
    assert_int_equal(converse(room, fd, said, sizeof(said), NULL), 0);
    close(fd);
    fd = client(room);
    assert_int_equal(send(fd, "source many\n", 12, 0), 12);
    (void)converse(room, fd, said, sizeof(said), "want");
    assert_non_null(strstr(said, "want: source BYTES"));
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(services_are_read),
        cmocka_unit_test(what_a_responder_says_is_not_believed_further_than_its_form),
        cmocka_unit_test(a_long_line_is_cut),
        cmocka_unit_test(answers_in_words),
        cmocka_unit_test(hops_in_words),
        cmocka_unit_test_setup_teardown(who_is_silent_is_greeted_and_lines_are_answered, open_room,
                                        close_room),
        cmocka_unit_test_setup_teardown(a_mark_is_answered, open_room, close_room),
        cmocka_unit_test_setup_teardown(http_is_answered, open_room, close_room),
        cmocka_unit_test_setup_teardown(a_sink_counts_and_a_source_pours, open_room, close_room),
        cmocka_unit_test_setup_teardown(nonsense_ends_the_connection, open_room, close_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
