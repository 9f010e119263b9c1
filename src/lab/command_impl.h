/* lab/command_impl.h: what the verbs of `spanway lab` share: the words that were typed, and a lab
 * that is up with the plan of its topology. Inside of the lab's commands only. One thread. */
#ifndef LAB_COMMAND_IMPL_H
#define LAB_COMMAND_IMPL_H

#include <signal.h>

#include "lab/load.h"
#include "lab/state.h"
#include "lab/world.h"

enum { LAB_PLACES_MAX = 16 };

/* Options, taken from the command line. */
struct lab_words {
    const char *name; /* of the lab; NULL: not said */
    const char *format;
    const char *from;                  /* of impair: who sends */
    const char *fails[LAB_PLACES_MAX]; /* of drill */
    uint32_t fail_count;
    uint32_t seconds; /* of drill; 0: not said */
    bool dry_run, despite_errors, outside_allowed, all, quiet, no_failures, no_variants, frr;
};

/* Says what is wrong with which word: LAB_EXIT_WRONG. */
int lab_wrong(const char *what, const char *word);

struct lab_names {
    char name[64][LAB_NAME_MAX + 1];
    uint32_t count;
};

/* The lab that was named, or the only one that is up; NULL: why was said. It is in *n, or `said`.
 */
const char *lab_which(const char *said, struct lab_names *n);

/* A lab that is up, as its topology's file describes it now. */
struct lab_live {
    char name[LAB_NAME_MAX + 1];
    char state[LAB_PATH_MAX];
    struct lab_loaded loaded;
    struct lab_world world;
    int signals; /* readable when the user wants to stop */
    sigset_t before;
};

/* Finds the lab by its journal, reads its topology again, opens its spaces. 0; else the exit
 * status, and why was said. lab_live_close() is due in either case. */
int lab_live_open(struct lab_live *v, const struct lab_words *w);

/* From here on Ctrl-C waits in v->signals, for whoever looks. */
void lab_live_take_signals(struct lab_live *v);

/* Lets go of it all; a signal that waited ends the program here. */
void lab_live_close(struct lab_live *v);

/* The space of a node by any of its names; NET_NONE: there is none, which was said. */
uint32_t lab_live_space(const struct lab_live *v, const char *node);

/* The space and address that a node's name means to somebody who sends to it. False: why was said.
 */
bool lab_live_stand(const struct lab_live *v, const char *node, uint32_t *ret_space,
                    struct ip_addr *ret_address);

/* Places by their words, in `ret`. 0; else the exit status, and why was said. */
int lab_live_places(struct lab_live *v, const char *const *words, uint32_t n,
                    struct topo_place ret[LAB_PLACES_MAX]);

/* Takes all of them down; when one cannot be, none is, and why was said. False then. */
bool lab_live_cut(struct lab_live *v, const struct topo_place *places, uint32_t n);

/* Takes all of them up. */
void lab_live_heal(struct lab_live *v, const struct topo_place *places, uint32_t n);

/* The verbs of labs that are up: argv has the words behind the verb and the options. The exit
 * status of the program. */
int lab_verb_fail(const struct lab_words *w, int argc, char *argv[]);
int lab_verb_heal(const struct lab_words *w, int argc, char *argv[]);
int lab_verb_impair(const struct lab_words *w, int argc, char *argv[]);
int lab_verb_capture(const struct lab_words *w, int argc, char *argv[]);
int lab_verb_trace(const struct lab_words *w, int argc, char *argv[]);
int lab_verb_hops(const struct lab_words *w, int argc, char *argv[]);
int lab_verb_drill(const struct lab_words *w, int argc, char *argv[]);

#endif
