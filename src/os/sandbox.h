/* os/sandbox.h: what a process gives up before it meets its input: the user, the capabilities, new
 * privileges, core dumps, and every system call that its role does not need (seccomp).
 *
 *   priv  keeps CAP_NET_ADMIN, CAP_NET_BIND_SERVICE, CAP_NET_RAW for its work; CAP_DAC_READ_SEARCH
 * to
 *         open configuration files that belong to somebody else; CAP_SETUID, CAP_SETGID,
 * CAP_SETPCAP
 *         and CAP_KILL to start and end its children. As it runs nft(8), its filter is a list of
 * what
 *         is forbidden; the others have lists of what is allowed.
 *   conf  reads descriptors it was given.      core  sockets and netlink, no files.
 *   ctl   the connections of its one socket.
 *   keys  nothing but its channels.            ike   the UDP sockets it was given, and netlink.
 *   data  the sockets and TUN devices it was given, and their carrier (one ioctl).
 * All but priv keep no capability.
 *
 * A call that is not allowed kills the process (SIGSYS). Memory that is both writable and
 * executable is refused with EACCES (PCRE2 then interprets instead of compiling). */
#ifndef OS_SANDBOX_H
#define OS_SANDBOX_H

#include <sys/types.h>

#include "base/base.h"

enum sandbox_role {
    SANDBOX_PRIV,
    SANDBOX_CONF,
    SANDBOX_CORE,
    SANDBOX_CTL,
    SANDBOX_KEYS,
    SANDBOX_IKE,
    SANDBOX_DATA,
};

struct sandbox_params {
    enum sandbox_role role;
    uid_t uid; /* to become; 0: stay who we are */
    gid_t gid;
    bool filter; /* false: no seccomp (sanitizers need more than any list allows) */
};

/* What the kernel, the user or the build would not do: not fatal, to be logged. */
struct sandbox_result {
    bool user_changed, capabilities_dropped, filtered;
    char note[160]; /* empty: all as it should be */
};

/* Enters the sandbox; on an error the process is only partly in it and should end. */
must_use err_t sandbox_enter(const struct sandbox_params *p, struct sandbox_result *ret_result);

/* Whether this build can filter system calls: not with sanitizers. */
bool sandbox_has_filter(void);

/* Whether this process holds CAP_NET_ADMIN, and CAP_NET_BIND_SERVICE. */
bool sandbox_can_net_admin(void);

/* Whether it holds CAP_NET_BIND_SERVICE, which port 179 needs. */
bool sandbox_can_bind(void);

/* The user "spanway", or else "nobody"; false: neither exists. */
must_use bool sandbox_user(uid_t *ret_uid, gid_t *ret_gid);

#endif
