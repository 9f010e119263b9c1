/* lab/state.h: what a lab has on this machine: a folder LAB_STATE_DIR/NAME with a journal in which
 * each thing stands before it is made, so that whoever comes after a crash, at any moment, can
 * remove everything. Whoever changes a lab holds its lock, which ends with the process. */
#ifndef LAB_STATE_H
#define LAB_STATE_H

#include <sys/types.h>

#include "lab/plan.h"

#define LAB_STATE_DIR "/run/spanway/lab"
#define LAB_NETNS_DIR "/run/netns"

enum { LAB_PATH_MAX = 512, LAB_LINE_BYTES_MAX = 1024, LAB_RECORDS_MAX = 8192 };

struct lab_state {
    char dir[LAB_PATH_MAX]; /* "/run/spanway/lab/s1" */
    int folder;             /* descriptor, and the lock; -1: closed */
    int journal;            /* -1: closed */
};

/* A line of the journal. */
struct lab_record {
    enum lab_record_kind {
        LAB_RECORD_LAB,    /* name: of the lab; detail: the topology's path */
        LAB_RECORD_SPACE,  /* name; detail: the namespace */
        LAB_RECORD_DAEMON, /* name: its space; detail: what it is; pid, start */
        LAB_RECORD_READY,  /* everything was made */
    } kind;
    char name[128], detail[LAB_PATH_MAX];
    pid_t pid;
    uint64_t start; /* of the process, in ticks since boot: a pid is used again, the two are not */
};

struct lab_records {
    struct lab_record *items; /* MEM_MISC */
    uint32_t count, cap;
};

/* Makes the folder of a lab that is not there, and takes its lock. -EEXIST: there is such a lab, or
 * what is left of one; -EBUSY: somebody is at work on it. */
must_use err_t lab_state_create(struct lab_state *s, const char *lab);

/* Takes the lock of a lab that is there. -ENOENT; -EBUSY: somebody is at work on it. */
must_use err_t lab_state_lock(struct lab_state *s, const char *lab);

/* Closes, and lets go of the lock. */
void lab_state_close(struct lab_state *s);

/* Writes a line into the journal; what it names may be made afterwards. */
must_use err_t lab_state_note(struct lab_state *s, const struct lab_record *r);

/* The calling process enters itself, as `name`, into the journal in the lab's folder. -ENOENT: the
 * lab is gone. */
must_use err_t lab_state_note_self(const char *dir, const char *name);

/* Reads the journal of a lab; needs no lock. -ENOENT: there is none. lab_records_done() after it.
 */
must_use err_t lab_records_read(const char *lab, struct lab_records *ret);

/* Frees them. */
void lab_records_done(struct lab_records *r);

/* Whether the lab was made to its end. */
bool lab_records_ready(const struct lab_records *r);

/* When the process began, in ticks; 0: there is none, or it has ended. */
uint64_t lab_process_start(pid_t pid);

/* Whether the process of a record still runs. */
bool lab_process_runs(const struct lab_record *r);

/* Removes the folder, with everything in it. */
void lab_state_remove(struct lab_state *s);

/* Calls back for the name of each lab, in no order. */
void lab_state_each(void (*each)(void *context, const char *lab), void *context);

#endif
