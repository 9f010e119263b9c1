/* `spanway lab trace|hops|drill`: what packets of a lab that is up tell. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "lab/command_impl.h"
#include "lab/drill.h"
#include "lab/probe.h"
#include "lab/trace.h"
#include "lab/traceroute.h"

enum {
    ASK_STEPS_MAX = 64,
    ASK_TEXT_MAX = 8192,
    DRILL_BEFORE_S = 2, /* of service before a failure */
    DRILL_SECONDS = 10,
    DRILL_FAIL_SECONDS = 30, /* a failure; as long again after it */
};

struct asking {
    struct lab_live v;
    uint32_t from; /* space */
    struct ip_addr to;
    enum lab_service service;
    uint16_t port;
    struct lab_mark mark;
};

/* NODE ADDRESS [SERVICE]. 0, or the exit status. */
static int begin(struct asking *a, const struct lab_words *w, const char *verb, int argc,
                 char *argv[])
{
    uint32_t ignored;
    if (argc < 2 || argc > 3) {
        memset(&a->v, 0, sizeof(a->v));
        a->v.signals = -1;
        return lab_wrong("a node, an address and perhaps a service are wanted after", verb);
    }
    int status = lab_live_open(&a->v, w);
    if (status != 0)
        return status;
    a->from = lab_live_space(&a->v, argv[0]);
    if (a->from == NET_NONE)
        return LAB_EXIT_WRONG;
    if (!ip_parse(argv[1], &a->to) && !lab_live_stand(&a->v, argv[1], &ignored, &a->to))
        return LAB_EXIT_WRONG;
    if (a->to.family != IP_V4)
        return lab_wrong("the lab asks IPv4 only, not", argv[1]);
    if (!lab_service_parse(argc > 2 ? argv[2] : NULL, &a->service, &a->port))
        return lab_wrong("a service is icmp, tcp/PORT or udp/PORT, not", argv[2]);
    if (lab_mark_new(&a->mark) == 0)
        return 0;
    fputs("spanway: lab: no random numbers\n", stderr);
    return LAB_EXIT_FAILED;
}

/* ---- trace ----------------------------------------------------------------------------------- */

static const char *name_of(const struct asking *a, uint32_t space)
{
    return a->v.loaded.plan.spaces.items[space].name;
}

static uint32_t print_way(const struct asking *a, const char *title, const struct lab_trace *t,
                          enum lab_way way, uint32_t origin)
{
    struct lab_step steps[ASK_STEPS_MAX];
    uint32_t n = lab_trace_way(t, way, origin, steps, ASK_STEPS_MAX);
    if (n > ASK_STEPS_MAX)
        n = ASK_STEPS_MAX;
    printf("%s\n", n ? title : "");
    for (uint32_t i = 0; i < n; i++) {
        printf("  %-28s %-15s %-15s %s\n", name_of(a, steps[i].space),
               steps[i].in[0] ? steps[i].in : "-", steps[i].out[0] ? steps[i].out : "-",
               steps[i].sealed ? "inside of ESP" : "");
    }
    return n ? steps[n - 1].space : NET_NONE;
}

static void print_address(const char *before, const struct ip_addr *address, const char *after)
{
    char text[IP_TEXT_MAX];
    struct text t = text_init(text, sizeof(text));
    text_ip(&t, address);
    printf("%s%s%s", before, text, after);
}

static void print_trace(const struct asking *a, const struct lab_answer *answer,
                        const struct lab_trace *t)
{
    struct ip_addr seen;
    bool reached = answer->outcome == LAB_REACHED;
    uint32_t end =
        print_way(a, "there                          in              out", t, LAB_ASKING, a->from);
    if (end != NET_NONE && reached && lab_trace_source_seen(t, end, &seen))
        print_address("its source there is ", &seen, "\n");
    const struct lab_sighting *last = lab_trace_last(t, LAB_ASKING);
    if (!reached && last)
        printf("last seen in %s, which %s it at %s\n", name_of(a, last->space),
               last->leaving ? "sends" : "receives", last->interface);
    if (end != NET_NONE)
        print_way(a, "back", t, LAB_ANSWERING, end);
    if (t->lost)
        puts("packets passed that were not seen: the ways may have gaps");
}

int lab_verb_trace(const struct lab_words *w, int argc, char *argv[])
{
    struct asking a;
    struct lab_answer answer;
    struct lab_trace trace = { 0 };
    char text[256];
    struct text t = text_init(text, sizeof(text));
    int status = begin(&a, w, "trace", argc, argv);
    err_t err =
        status ? 0 : lab_trace_open(a.v.world.netns, a.v.loaded.plan.spaces.count, &a.mark, &trace);
    if (err != 0) {
        fprintf(stderr, "spanway: lab %s: trace: %s\n", a.v.name, strerror(-err));
        status = LAB_EXIT_FAILED;
    }
    if (status == 0) {
        const struct lab_probe p = { .from = &a.v.world.netns[a.from],
                                     .to = a.to,
                                     .service = a.service,
                                     .port = a.port,
                                     .mark = a.mark,
                                     .trace = &trace };
        lab_probe_run(&p, &answer);
        lab_trace_collect(&trace);
        lab_trace_sort(&trace);
        lab_answer_text(&answer, &t);
        print_address("", &a.to, ": ");
        puts(text);
        print_trace(&a, &answer, &trace);
        status = answer.outcome == LAB_REACHED ? 0 : LAB_EXIT_FAILED;
    }
    lab_trace_close(&trace);
    lab_live_close(&a.v);
    return status;
}

/* ---- hops ------------------------------------------------------------------------------------ */

int lab_verb_hops(const struct lab_words *w, int argc, char *argv[])
{
    struct asking a;
    struct lab_hops hops;
    char text[ASK_TEXT_MAX];
    struct text t = text_init(text, sizeof(text));
    int status = begin(&a, w, "hops", argc, argv);
    if (status == 0) {
        lab_traceroute_run(&(struct lab_traceroute){ .from = &a.v.world.netns[a.from],
                                                     .to = a.to,
                                                     .service = a.service,
                                                     .port = a.port,
                                                     .mark = a.mark },
                           &hops);
        lab_hops_text(&hops, &t);
        fputs(text, stdout);
        if (hops.error)
            fprintf(stderr, "spanway: lab %s: hops: %s\n", a.v.name, strerror(hops.error));
        status = hops.reached ? 0 : LAB_EXIT_FAILED;
    }
    lab_live_close(&a.v);
    return status;
}

/* ---- drill ----------------------------------------------------------------------------------- */

struct drilling {
    struct lab_live v;
    const struct lab_words *w;
    struct topo_place places[LAB_PLACES_MAX];
    const char *a, *b;
    struct lab_drill_params params;
    struct lab_drill_report report;
};

static bool is_json(const struct lab_words *w)
{
    return w->format && strcmp(w->format, "json") == 0;
}

/* False: the user wants to stop. */
static bool wait_s(const struct drilling *d, uint32_t seconds)
{
    struct pollfd p = { .fd = d->v.signals, .events = POLLIN };
    return poll(&p, 1, (int)seconds * 1000) != 1;
}

/* One event for all places: they fail at the same time. */
static void note(struct lab_drill *drill, const struct drilling *d, const char *what)
{
    char name[48];
    bool more = d->w->fail_count > 1;
    snprintf(name, sizeof(name), "%.*s%s %s", more ? 26 : 37, d->w->fails[0],
             more ? " and others" : "", what);
    lab_drill_event(drill, name);
}

/* Sends, with the failure in the middle; 0, or the exit status. */
static int send_packets(struct drilling *d)
{
    struct lab_drill drill;
    uint32_t n = d->w->fail_count, seconds = d->w->seconds;
    err_t err = lab_drill_start(&d->params, &drill);
    bool cut = true, go_on = true;
    if (err == 0 && n == 0) {
        wait_s(d, seconds ? seconds : DRILL_SECONDS);
    } else if (err == 0) {
        seconds = seconds ? seconds : DRILL_FAIL_SECONDS;
        go_on = wait_s(d, DRILL_BEFORE_S);
        if (go_on)
            note(&drill, d, "fails");
        cut = go_on && lab_live_cut(&d->v, d->places, n);
        go_on = cut && wait_s(d, seconds);
        if (cut) {
            note(&drill, d, "is healed");
            lab_live_heal(&d->v, d->places, n);
        }
        (void)(go_on && wait_s(d, seconds));
        cut = cut || !go_on;
    }
    if (err == 0)
        err = lab_drill_stop(&drill, &d->report);
    if (err != 0)
        fprintf(stderr, "spanway: lab %s: drill: %s\n", d->v.name, strerror(-err));
    return err != 0 ? LAB_EXIT_FAILED : cut ? 0 : LAB_EXIT_WRONG;
}

static bool sink(void *context, const char *bytes, size_t n)
{
    return fwrite(bytes, 1, n, context) == n;
}

static void print_report(const struct drilling *d)
{
    char text[ASK_TEXT_MAX];
    struct text t = text_init(text, sizeof(text));
    if (is_json(d->w)) {
        struct lang_json j = lang_json_to_sink(sink, stdout, 2);
        lab_drill_json(&d->report, d->a, d->b, &j);
        if (lang_json_done(&j))
            putchar('\n');
        return;
    }
    lab_drill_text(&d->report, d->a, d->b, &t);
    fputs(text, stdout);
}

static int drill(struct drilling *d)
{
    uint32_t a, b;
    if (!lab_live_stand(&d->v, d->a, &a, &d->params.a_address) ||
        !lab_live_stand(&d->v, d->b, &b, &d->params.b_address))
        return LAB_EXIT_WRONG;
    int status = lab_live_places(&d->v, d->w->fails, d->w->fail_count, d->places);
    if (status != 0)
        return status;
    d->params.a = &d->v.world.netns[a];
    d->params.b = &d->v.world.netns[b];
    lab_live_take_signals(&d->v);
    status = send_packets(d);
    if (status == 0)
        print_report(d);
    return status;
}

int lab_verb_drill(const struct lab_words *w, int argc, char *argv[])
{
    struct drilling d = { .w = w };
    uint32_t longest = (uint32_t)(LAB_DRILL_SECONDS_MAX - DRILL_BEFORE_S) / (w->fail_count ? 2 : 1);
    if (argc != 2)
        return lab_wrong("two nodes are wanted after", "drill");
    if (w->format && !is_json(w) && strcmp(w->format, "text") != 0)
        return lab_wrong("--format of drill is text or json, not", w->format);
    if (w->seconds > longest)
        return lab_wrong("a drill sends for 15 minutes at most: --seconds is too long for",
                         argv[0]);
    d.a = argv[0];
    d.b = argv[1];
    int status = lab_live_open(&d.v, w);
    if (status == 0)
        status = drill(&d);
    lab_live_close(&d.v);
    return status;
}
