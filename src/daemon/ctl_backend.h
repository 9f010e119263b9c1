/* daemon/ctl_backend.h: how ctl asks core and priv: the backend of ctl_run(). A question is sent,
 * and its answer waited for, with a limit of time. */
#ifndef DAEMON_CTL_BACKEND_H
#define DAEMON_CTL_BACKEND_H

#include "ctl/ctl.h"
#include "daemon/messages.h"

enum { ASK_TIMEOUT_S = 30, RELOAD_TIMEOUT_S = 120 };

struct ctl_asker {
    struct ctl_backend backend;
    struct ipc priv, core;
    uint32_t next_id;
    bool broken; /* a peer sent what it may not: ctl ends */
};

/* Takes over both descriptors. */
must_use err_t ctl_asker_init(struct ctl_asker *a, int priv_fd, int core_fd);

/* Closes both channels; questions under way have no answer. */
void ctl_asker_done(struct ctl_asker *a);

#endif
