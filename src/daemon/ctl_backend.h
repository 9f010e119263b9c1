/* daemon/ctl_backend.h: how ctl asks core, ike and priv: the backend of ctl_run(). A question is
 * sent, and its answer waited for, with a limit of time. */
#ifndef DAEMON_CTL_BACKEND_H
#define DAEMON_CTL_BACKEND_H

#include "ctl/ctl.h"
#include "daemon/messages.h"

enum { ASK_TIMEOUT_S = 30, RELOAD_TIMEOUT_S = 120 };

struct ctl_asker {
    struct ctl_backend backend;
    struct ipc priv, core;
    struct ipc ike; /* fd -1: no IPsec runs */
    uint32_t next_id;
    bool broken; /* a peer sent what it may not: ctl ends */
};

/* Takes over both descriptors. */
must_use err_t ctl_asker_init(struct ctl_asker *a, int priv_fd, int core_fd);

/* priv said MSG_CTL_IKE: takes over the descriptor of a channel to ike, in the place of an older
 * one. */
void ctl_asker_take_ike(struct ctl_asker *a, int fd);

/* Closes all channels; questions under way have no answer. */
void ctl_asker_done(struct ctl_asker *a);

#endif
