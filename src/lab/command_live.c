/* `spanway lab fail|heal|impair|capture`: what is done to a lab that is up. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/near.h"
#include "ctl/topo_files.h"
#include "lab/capture.h"
#include "lab/command_impl.h"
#include "lab/impair.h"
#include "topo/topo.h"

/* ---- a lab that is up ------------------------------------------------------------------------ */

/* Where the topology is that the lab was built from. */
static bool find_topology(const char *lab, char ret_file[LAB_PATH_MAX])
{
    struct lab_records r;
    err_t err = lab_records_read(lab, &r);
    bool ready = err == 0 && lab_records_ready(&r);
    for (uint32_t i = 0; err == 0 && i < r.count; i++) {
        if (r.items[i].kind == LAB_RECORD_LAB)
            snprintf(ret_file, LAB_PATH_MAX, "%s", r.items[i].detail);
    }
    lab_records_done(&r);
    if (err == -ENOENT)
        fprintf(stderr, "spanway: lab: there is no lab %s\n", lab);
    else if (err != 0)
        fprintf(stderr, "spanway: lab %s: %s\n", lab, strerror(-err));
    else if (!ready)
        fprintf(stderr, "spanway: lab %s is unfinished\n", lab);
    return ready;
}

/* What `up` has allowed to be outside of the topology's folder is allowed here. */
static int load(struct lab_live *v, const char *file)
{
    struct topo_files files;
    err_t err = topo_files_open(&files, file, true);
    if (err != 0) {
        fprintf(stderr, "spanway: lab %s: its topology %s: %s\n", v->name, file, strerror(-err));
        return LAB_EXIT_FAILED;
    }
    int status = lab_load(
        &(struct lab_load){
            .file = file, .source = &files.source, .name = v->name, .despite_errors = true },
        &v->loaded);
    topo_files_close(&files);
    return status;
}

int lab_live_open(struct lab_live *v, const struct lab_words *w)
{
    struct lab_names names;
    char file[LAB_PATH_MAX] = "";
    memset(v, 0, sizeof(*v));
    v->signals = -1;
    const char *lab = lab_which(w->name, &names);
    if (!lab)
        return LAB_EXIT_FAILED;
    snprintf(v->name, sizeof(v->name), "%s", lab);
    snprintf(v->state, sizeof(v->state), LAB_STATE_DIR "/%s", lab);
    if (!find_topology(v->name, file))
        return LAB_EXIT_FAILED;
    int status = load(v, file);
    if (status != 0)
        return status;
    err_t err = lab_world_open(&v->world, &v->loaded.plan, v->state);
    if (err == 0)
        return 0;
    fprintf(stderr, "spanway: lab %s: %s%s\n", v->name, strerror(-err),
            err == -ENOENT ? ": its topology has changed since it was built, or a namespace is gone"
                           : "");
    return LAB_EXIT_FAILED;
}

void lab_live_take_signals(struct lab_live *v)
{
    sigset_t ours;
    sigemptyset(&ours);
    sigaddset(&ours, SIGINT);
    sigaddset(&ours, SIGTERM);
    sigaddset(&ours, SIGHUP);
    sigprocmask(SIG_BLOCK, &ours, &v->before);
    v->signals = signalfd(-1, &ours, SFD_CLOEXEC | SFD_NONBLOCK);
    v->world.signals = v->signals;
}

void lab_live_close(struct lab_live *v)
{
    if (v->world.plan)
        lab_world_close(&v->world);
    lab_unload(&v->loaded);
    if (v->signals >= 0) {
        fflush(stdout);
        close(v->signals);
        sigprocmask(SIG_SETMASK, &v->before, NULL);
    }
}

/* ---- names ----------------------------------------------------------------------------------- */

static void say_no_node(const struct lab_live *v, const char *node)
{
    const struct lab_plan *p = &v->loaded.plan;
    struct near near = near_init(node);
    for (uint32_t i = 0; i < p->spaces.count; i++)
        near_consider_word(&near, p->spaces.items[i].name);
    if (near.best)
        fprintf(stderr, "spanway: lab %s has no \"%s\"; did you mean %.*s?\n", v->name, node,
                (int)near.best_len, near.best);
    else
        fprintf(stderr, "spanway: lab %s has no \"%s\"; spanway lab status lists what it has\n",
                v->name, node);
}

uint32_t lab_live_space(const struct lab_live *v, const char *node)
{
    uint32_t space = lab_plan_space(&v->loaded.plan, node);
    if (space == NET_NONE)
        say_no_node(v, node);
    return space;
}

/* The node that a space is of, or the user calls so: the object says more than one address. */
static uint32_t node_of(const struct lab_live *v, uint32_t space, const char *name)
{
    const struct net *n = &v->loaded.design.net;
    for (uint32_t i = 0; i < n->nodes.count; i++) {
        if (v->loaded.plan.space_of[i] == space && strcmp(n->nodes.items[i].name, name) == 0)
            return i;
    }
    return v->loaded.plan.spaces.items[space].node;
}

bool lab_live_stand(const struct lab_live *v, const char *node, uint32_t *ret_space,
                    struct ip_addr *ret_address)
{
    struct expect_stand stand[LAB_PLACES_MAX];
    uint32_t space = lab_live_space(v, node);
    if (space == NET_NONE)
        return false;
    uint32_t i = node_of(v, space, node);
    if (i != NET_NONE) {
        const struct topo_place place = { .object = v->loaded.design.net.nodes.items[i].object };
        uint32_t n = expect_stands(&v->world.base, &place, stand, ARRAY_LEN(stand));
        for (uint32_t k = 0; k < n; k++) {
            if (stand[k].node != i || stand[k].address.family != IP_V4)
                continue;
            *ret_space = space;
            *ret_address = stand[k].address;
            return true;
        }
    }
    fprintf(stderr, "spanway: lab %s: %s has no address\n", v->name, node);
    return false;
}

/* ---- places ---------------------------------------------------------------------------------- */

/* An address of IPv6 or a line of a configuration may have colons: the part begins at the first
 * before which something is named. */
static const struct topo_object *find_place(struct lab_live *v, const char *word,
                                            const char **ret_part)
{
    const struct topo *t = v->loaded.design.topo;
    const struct topo_object *o = topo_find(t, word);
    *ret_part = NULL;
    for (const char *colon = strchr(word, ':'); !o && colon; colon = strchr(colon + 1, ':')) {
        const char *before = arena_strn(&v->world.arena, word, (size_t)(colon - word));
        o = before ? topo_find(t, before) : NULL;
        *ret_part = colon + 1;
    }
    return o;
}

static int say_no_place(const struct lab_live *v, const char *word)
{
    const char *near = topo_near(v->loaded.design.topo, word);
    fprintf(stderr, "spanway: lab %s: the topology has no \"%s\", or several%s%s%s\n", v->name,
            word, near ? "; did you mean " : "; a place is a resource by its name or its path",
            near ? near : "", near ? "?" : "");
    return LAB_EXIT_WRONG;
}

int lab_live_places(struct lab_live *v, const char *const *words, uint32_t n,
                    struct topo_place ret[LAB_PLACES_MAX])
{
    if (n > LAB_PLACES_MAX)
        return lab_wrong("too many places at once, from", words[LAB_PLACES_MAX]);
    for (uint32_t i = 0; i < n; i++) {
        const char *part;
        const struct topo_object *o = find_place(v, words[i], &part);
        if (!o)
            return say_no_place(v, words[i]);
        ret[i] = (struct topo_place){ .object = o, .part = part };
    }
    return 0;
}

bool lab_live_cut(struct lab_live *v, const struct topo_place *places, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        char path[512];
        struct text t = text_init(path, sizeof(path));
        if (lab_world_cut(&v->world, &places[i], true))
            continue;
        topo_object_path(places[i].object, &t);
        fprintf(stderr, "spanway: lab %s: nothing of %s%s%s can be taken down\n", v->name, path,
                places[i].part ? ":" : "", places[i].part ? places[i].part : "");
        lab_live_heal(v, places, i);
        return false;
    }
    return true;
}

void lab_live_heal(struct lab_live *v, const struct topo_place *places, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        (void)lab_world_cut(&v->world, &places[i], false);
}

/* ---- verbs ----------------------------------------------------------------------------------- */

static int change(const struct lab_words *w, int argc, char *argv[], bool cut)
{
    struct lab_live v;
    struct topo_place places[LAB_PLACES_MAX];
    uint32_t n = (uint32_t)argc;
    if (argc < 1)
        return lab_wrong("places are wanted after", cut ? "fail" : "heal");
    int status = lab_live_open(&v, w);
    if (status == 0)
        status = lab_live_places(&v, (const char *const *)argv, n, places);
    if (status == 0 && cut && !lab_live_cut(&v, places, n))
        status = LAB_EXIT_WRONG;
    if (status == 0 && !cut)
        lab_live_heal(&v, places, n);
    for (int i = 0; status == 0 && i < argc; i++)
        printf("lab %s: %s %s\n", v.name, argv[i], cut ? "is down" : "is up again");
    lab_live_close(&v);
    return status;
}

int lab_verb_fail(const struct lab_words *w, int argc, char *argv[])
{
    return change(w, argc, argv, true);
}

int lab_verb_heal(const struct lab_words *w, int argc, char *argv[])
{
    return change(w, argc, argv, false);
}

int lab_verb_impair(const struct lab_words *w, int argc, char *argv[])
{
    struct lab_live v;
    int status = lab_live_open(&v, w);
    if (status == 0)
        status = lab_impair_command(&v.loaded.plan, w->from, argc, argv);
    lab_live_close(&v);
    return status;
}

/* The kernel's name of an interface that the device's configuration calls otherwise. */
static const char *device_of(const struct lab_live *v, uint32_t space, const char *interface)
{
    const struct lab_plan *p = &v->loaded.plan;
    for (uint32_t i = 0; i < p->daemons.count; i++) {
        const struct lab_daemon *d = &p->daemons.items[i];
        for (uint32_t k = 0; d->space == space && k < d->map.count; k++) {
            if (strcmp(d->map.items[k].device, interface) == 0)
                return d->map.items[k].dev;
        }
    }
    return interface;
}

static int capture(struct lab_live *v, const char *node, const char *interface)
{
    struct lab_captured done;
    uint32_t space = lab_live_space(v, node);
    if (space == NET_NONE)
        return LAB_EXIT_WRONG;
    signal(SIGPIPE, SIG_IGN);
    lab_live_take_signals(v);
    const struct lab_capture c = { .space = &v->world.netns[space],
                                   .interface = interface ? device_of(v, space, interface) : NULL,
                                   .out = STDOUT_FILENO,
                                   .stop = v->signals };
    err_t err = lab_capture_run(&c, &done);
    if (err == -ENODEV) {
        fprintf(stderr, "spanway: lab %s: %s has no interface \"%s\"\n", v->name, node, interface);
        return LAB_EXIT_WRONG;
    }
    if (err != 0 && err != -EPIPE) {
        fprintf(stderr, "spanway: lab %s: capture: %s\n", v->name, strerror(-err));
        return LAB_EXIT_FAILED;
    }
    fprintf(stderr, "%llu packets, %llu dropped\n", (unsigned long long)done.packets,
            (unsigned long long)done.dropped);
    return 0;
}

/* The signal that ends a capture is its proper end: it is taken, and the exit status is 0. */
static void drain(const struct lab_live *v)
{
    struct signalfd_siginfo one;
    while (v->signals >= 0 && read(v->signals, &one, sizeof(one)) == (ssize_t)sizeof(one))
        continue;
}

int lab_verb_capture(const struct lab_words *w, int argc, char *argv[])
{
    struct lab_live v;
    if (argc < 1 || argc > 2)
        return lab_wrong("a node, and perhaps one interface, are wanted after", "capture");
    if (isatty(STDOUT_FILENO)) {
        fputs("spanway: lab: a capture is no text: send it to a file (>FILE), or to a viewer "
              "(| wireshark -k -i -)\n",
              stderr);
        return LAB_EXIT_WRONG;
    }
    int status = lab_live_open(&v, w);
    if (status == 0)
        status = capture(&v, argv[0], argc > 1 ? argv[1] : NULL);
    drain(&v);
    lab_live_close(&v);
    return status;
}
