/* lab/impair.h: cables that lose, delay, overtake, double and hold up frames, in one direction:
 * what leaves a device of a space. Without netem, which not every kernel has, and repeatable: a
 * process of its own, the relay, takes each frame before it leaves the device (os/divert.h), does
 * with it what base/transit.h says, and sends it on the same device.
 *
 * The relay listens on an abstract Unix socket of its space, "@spanway-impair/DEVICE", which is how
 * it is found, asked, changed and ended: nothing of it is on disk. It ends when it is told so, by
 * SIGTERM, and with the device; the space itself it keeps alive, so that whoever removes the space
 * ends those that live in it first. However it ends, the kernel takes the detour away with it, and
 * the cable is as it was.
 *
 * A capture at the sending device sees frames when they leave late, not when they were sent. */
#ifndef LAB_IMPAIR_H
#define LAB_IMPAIR_H

#include "base/text.h"
#include "base/transit.h"
#include "lab/netns.h"
#include "lab/plan.h"

#define LAB_IMPAIR_WORDS                                                                           \
    "loss=PERCENT delay=TIME jitter=TIME reorder=PERCENT duplicate=PERCENT rate=RATE seed=NUMBER"

enum {
    LAB_IMPAIR_DELAY_MAX_S = 10,
    LAB_IMPAIR_HELD_BYTES = 64 << 20,   /* under way on one cable; more is dropped, and counted */
    LAB_IMPAIR_QUEUE_BYTES = 256 << 10, /* waits for the rate, as in sim/link.h */
    LAB_IMPAIR_TEXT_MAX = 256,          /* bytes of the words of any impairment */
};

struct lab_impair_spec {
    struct transit line;
    uint64_t seed; /* 1 unless it is said */
    uint32_t said; /* words, a bit each: none may be said twice */
};

/* Adds a word ("loss=1%", "delay=20ms") to what stands there; false: why says what was expected of
 * which word. Begin with lab_impair_none(). */
must_use bool lab_impair_word(struct lab_impair_spec *s, const char *word, struct text *why);

/* No impairment, seed 1. */
struct lab_impair_spec lab_impair_none(void);

/* Nothing is impaired. */
bool lab_impair_is_none(const struct lab_impair_spec *s);

/* Appends the words that say it again; "none" without any. */
void lab_impair_text(const struct lab_impair_spec *s, struct text *t);

/* Impairs what leaves the device, instead of what did so before; nothing is lost in the change.
 * With no impairment: as lab_impair_clear(). Otherwise why says what failed. */
must_use err_t lab_impair_set(const struct lab_netns *s, const char *dev,
                              const struct lab_impair_spec *spec, struct text *why);

struct lab_impair_count {
    uint64_t frames;     /* that left the device */
    uint64_t lost;       /* by loss= */
    uint64_t queue_full; /* by rate=, or too many under way */
    uint64_t duplicated, reordered;
    uint64_t sent;      /* on the cable */
    uint64_t refused;   /* by the cable: it is down */
    uint64_t under_way; /* now */
};

/* What is in force on the device, and what became of its frames. -ENOENT: it is not impaired. */
must_use err_t lab_impair_get(const struct lab_netns *s, const char *dev,
                              struct lab_impair_spec *ret_spec, struct lab_impair_count *ret_count);

/* Ends it; what is under way arrives at once. The cable is as before when this returns. -ENOENT: it
 * was not impaired. */
must_use err_t lab_impair_clear(const struct lab_netns *s, const char *dev);

/* One direction of a cable: what its end sends. */
struct lab_impair_way {
    uint32_t cable;
    uint32_t end; /* 0 or 1 */
};

enum { LAB_IMPAIR_WAYS_MAX = 64 };

/* The directions that a user's words mean: a link, connection or NIC by its name in the topology,
 * "NODE--NODE" for all cables between two spaces, "NODE--" or "NODE" for all of one's; `from`
 * (NULL: both directions) is the space that sends. How many; 0: why says what was not found. */
must_use uint32_t lab_impair_ways(const struct lab_plan *p, const char *cable, const char *from,
                                  struct lab_impair_way ret_ways[LAB_IMPAIR_WAYS_MAX],
                                  struct text *why);

/* Impairs these directions, the i-th with seed + i, so that two do not lose the same. All, or none
 * of them: why says which failed, and those that were not impaired before are cleared again. */
must_use err_t lab_impair_apply(const struct lab_plan *p, const struct lab_impair_way *ways,
                                uint32_t n, const struct lab_impair_spec *spec, struct text *why);

/* Clears these directions; those that are not impaired are no error. */
must_use err_t lab_impair_clear_ways(const struct lab_plan *p, const struct lab_impair_way *ways,
                                     uint32_t n, struct text *why);

/* Clears all cables of the lab; how many directions were impaired. A namespace that is not there is
 * no error. */
uint32_t lab_impair_clear_lab(const struct lab_plan *p);

/* Appends a line for each direction that is impaired, with what became of its frames:
 *   tky01 to client (eth1): loss=1% delay=20ms; 1200 frames, 12 lost, ...
 * How many. */
uint32_t lab_impair_show(const struct lab_plan *p, lab_sink sink, void *context);

/* `spanway lab impair` behind its options and the lab's name, as words on a terminal:
 *   CABLE WORD...   impairs (both directions, or with `from` what that node sends)
 *   CABLE clear     ends it
 *   clear           ends all of the lab
 *   (nothing)       shows what is impaired, and what became of the frames
 * The exit status: 0, 1 it failed, 2 the words are wrong; why was said. */
int lab_impair_command(const struct lab_plan *p, const char *from, int argc, char *argv[]);

#endif
