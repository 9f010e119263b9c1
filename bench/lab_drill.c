/* The lab's drill (lab/drill.h) for a script: a packet every millisecond both ways between two
 * hosts of a lab, while the script breaks and mends things.
 *
 *   lab_drill NAME-A NAMESPACE-A ADDRESS-A NAME-B NAMESPACE-B ADDRESS-B
 *
 * It reads lines. "event TEXT": something happens now. "flows SECONDS": waits until packets come
 * steadily both ways, and answers "flows" or, after so many seconds, "silent". The end of its input
 * ends the drill and prints the report. A begins: a stateful filter sees a connection from A to B.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lab/drill.h"

enum {
    LINE_MAX_BYTES = 256,
    REPORT_MAX = 4096,
    POLL_MS = 20,
    CALM_MS = 1000, /* packets have to come for so long */
};

enum { NAME_A = 1, SPACE_A, ADDRESS_A, NAME_B, SPACE_B, ADDRESS_B, WORDS };

static void wait_ms(long ms)
{
    const struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * NS_PER_MS };
    nanosleep(&t, NULL);
}

static bool flows(const struct lab_drill *d, long seconds)
{
    uint32_t before[LAB_DRILL_WAYS], now[LAB_DRILL_WAYS], calm = 0;
    lab_drill_received(d, before);
    for (long ms = 0; ms < seconds * 1000 && calm < CALM_MS; ms += POLL_MS) {
        wait_ms(POLL_MS);
        lab_drill_received(d, now);
        bool both = now[0] > before[0] && now[1] > before[1];
        calm = both ? calm + POLL_MS : 0;
        memcpy(before, now, sizeof(before));
    }
    return calm >= CALM_MS;
}

static void obey(struct lab_drill *d, char *line)
{
    line[strcspn(line, "\n")] = '\0';
    if (strncmp(line, "event ", 6) == 0) {
        lab_drill_event(d, line + 6);
        puts("noted");
    } else if (strncmp(line, "flows ", 6) == 0) {
        puts(flows(d, strtol(line + 6, NULL, 10)) ? "flows" : "silent");
    } else {
        fprintf(stderr, "lab_drill: \"event TEXT\" or \"flows SECONDS\" is wanted, not \"%s\"\n",
                line);
    }
    fflush(stdout);
}

static int report(struct lab_drill *d, char *const argv[])
{
    char buffer[REPORT_MAX];
    struct text t = text_init(buffer, sizeof(buffer));
    struct lab_drill_report r;
    err_t err = lab_drill_stop(d, &r);
    if (err) {
        fprintf(stderr, "lab_drill: %s\n", strerror(-err));
        return EXIT_FAILURE;
    }
    lab_drill_text(&r, argv[NAME_A], argv[NAME_B], &t);
    fputs(t.s, stdout);
    return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char *argv[])
{
    struct lab_netns a, b;
    struct lab_drill d;
    char line[LINE_MAX_BYTES];
    struct lab_drill_params p = { .a = &a, .b = &b };
    if (argc != WORDS || !ip_parse(argv[ADDRESS_A], &p.a_address) ||
        !ip_parse(argv[ADDRESS_B], &p.b_address)) {
        fputs("usage: lab_drill NAME-A NAMESPACE-A ADDRESS-A NAME-B NAMESPACE-B ADDRESS-B\n",
              stderr);
        return EXIT_FAILURE;
    }
    err_t err = lab_netns_open(argv[SPACE_A], &a);
    if (!err)
        err = lab_netns_open(argv[SPACE_B], &b);
    if (!err)
        err = lab_drill_start(&p, &d);
    if (err) {
        fprintf(stderr, "lab_drill: %s\n", strerror(-err));
        return EXIT_FAILURE;
    }
    while (fgets(line, sizeof(line), stdin))
        obey(&d, line);
    return report(&d, argv);
}
