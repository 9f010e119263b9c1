/* lab/space.h: network namespaces ("spaces") by their names in /run/netns, as ip-netns(8) keeps
 * them: entering one and coming back, sockets that live in one while their owner does not, and
 * child processes in one. A namespace belongs to the thread: what is opened between entering and
 * leaving is of the other space, everything else stays where it was. CAP_SYS_ADMIN over both. */
#ifndef LAB_SPACE_H
#define LAB_SPACE_H

#include "base/base.h"
#include "base/ip.h"
#include "os/spawn.h"

enum { LAB_SPACE_NAME_MAX = 64 };

struct lab_space {
    char name[LAB_SPACE_NAME_MAX]; /* "": the one that the process was in */
    int fd;                        /* keeps it alive; -1: closed */
};

/* A space by its name ("" or NULL: the calling thread's own): -ENOENT no such space, -EPERM,
 * -ENAMETOOLONG, -EINVAL a name with a slash. */
must_use err_t lab_space_open(const char *name, struct lab_space *ret_space);

/* Closes it; one that is closed, too. */
void lab_space_close(struct lab_space *s);

/* The thread enters the space; *ret_home is where it was, for lab_space_leave(), which closes it.
 */
must_use err_t lab_space_enter(const struct lab_space *s, struct lab_space *ret_home);

/* Back home. A thread that stayed abroad would open the next socket in the wrong network, so that
 * it cannot fail quietly. */
void lab_space_leave(struct lab_space *home);

/* A socket of the space, non-blocking and closed on exec. */
must_use err_t lab_space_socket(const struct lab_space *s, int domain, int type, int protocol,
                                int *ret_fd);

/* Runs a function in the space, in this thread: what it returns, or why it could not be entered. */
must_use err_t lab_space_call(const struct lab_space *s, err_t (*run)(void *arg), void *arg);

/* A child process that runs a function in the space and ends with its exit status; it is killed
 * when its parent ends. lab_space_call() and then an exec is how programs are started there. */
must_use err_t lab_space_fork(const struct lab_space *s, int (*run)(void *arg), void *arg,
                              struct spawn_child *ret_child);

/* The address from which the space's kernel would send to another; -ENETUNREACH: no route. */
must_use err_t lab_space_source(const struct lab_space *s, const struct ip_addr *to,
                                struct ip_addr *ret_source);

/* No packet to the address is longer: the MTU of the interface that has the source address. */
must_use err_t lab_space_mtu(const struct lab_space *s, const struct ip_addr *to,
                             uint32_t *ret_mtu);

#endif
