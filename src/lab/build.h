/* lab/build.h: network namespaces with a name, as `ip netns` has them, and programs run in them.
 * Needs CAP_SYS_ADMIN. One thread: it forks. */
#ifndef LAB_BUILD_H
#define LAB_BUILD_H

#include <sys/types.h>

#include "lab/plan.h"

enum { LAB_BUILD_WORKERS = 4 }; /* children that set up spaces at the same time */

/* Makes the folder of names, as `ip netns add` would. */
must_use err_t lab_build_folder(void);

/* Makes all spaces of the plan with their settings. On failure `why` says which and what. */
must_use err_t lab_build_spaces(const struct lab_plan *p, struct text *why);

/* Removes a namespace's name; with the last process in it the namespace goes. No error if there is
 * none. */
void lab_build_remove(const char *netns);

/* Whether there is a namespace of that name. */
bool lab_build_exists(const char *netns);

/* Enters the namespace of that name for good: for children. */
must_use err_t lab_build_enter(const char *netns);

/* Sends the signal to all processes in the namespace; how many there were. */
unsigned lab_build_signal(const char *netns, int signal);

/* Makes the cables, then sets up every space, by the files that lab_build_write() wrote into
 * `dir`. On failure `why` has the program's own words. */
must_use err_t lab_build_setup(const struct lab_plan *p, const char *dir, struct text *why);

/* Writes what `ip` and `nft` are to be told as files DIR/cables, DIR/SPACE.ip, DIR/SPACE.nft. */
must_use err_t lab_build_write(const struct lab_plan *p, const char *dir);

#endif
