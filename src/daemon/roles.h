/* daemon/roles.h: the processes' main functions and what the unprivileged ones have in common. Each
 * returns the exit status. Descriptors of a role start at SPAWN_FIRST_FD, in the order given here.
 * */
#ifndef DAEMON_ROLES_H
#define DAEMON_ROLES_H

#include "daemon/options.h"
#include "os/sandbox.h"
#include "os/spawn.h"

enum {
    ROLE_FD_PRIV = SPAWN_FIRST_FD, /* conf, core, ctl: to priv */
    ROLE_FD_OTHER,                 /* core: to ctl; ctl: to core */
    ROLE_FD_SOCKET,                /* ctl: the listening socket of the run directory */
    ROLE_FD_IKE = ROLE_FD_OTHER,   /* keys, data: to ike */
    ROLE_FD_IKE_KEYS = ROLE_FD_OTHER, /* ike: to keys */
    ROLE_FD_IKE_DATA,              /* ike: to data: as many as it has workers */
};

/* Exit status of a role that lost its peer or was sent nonsense. */
enum { EXIT_PEER = 3, EXIT_SANDBOX = 4 };

/* The process that the user starts, and starts the others. */
int priv_main(const struct options *o);
/* Reads the files once. */
int conf_main(const struct options *o);
/* Owns the node. */
int core_main(const struct options *o);
/* Answers operators. */
int ctl_main(const struct options *o);
/* Holds pre-shared keys and private keys. */
int keys_main(const struct options *o);
/* Speaks IKEv2. */
int ike_main(const struct options *o);
/* Carries the packets of tunnels. */
int data_main(const struct options *o);

/* What a process is called: its role, and a number where the role has several workers. */
const char *role_title(enum role r, uint32_t worker, uint32_t workers);

/* First thing in an unprivileged role: ignores the terminal's signals (priv decides when to end),
 * opens the log, enters the sandbox. False: it could not, the reason is logged. */
must_use bool role_enter(const struct options *o, enum sandbox_role role, struct log *ret_log);

#endif
