/* daemon/priv.h: the privileged process, as its files share it. It starts and watches the others,
 * opens what needs privileges, and writes to the kernel what core asks for. It parses no byte that
 * came from the network or from a file; what its children say is decoded as hostile. One thread. */
#ifndef DAEMON_PRIV_H
#define DAEMON_PRIV_H

#include "daemon/devices.h"
#include "daemon/messages.h"
#include "daemon/messages_ipsec.h"
#include "daemon/options.h"
#include "daemon/roles.h"
#include "os/loop.h"

enum {
    PRIV_STOP_S = 10,        /* core has this long to say goodbye to its peers */
    PRIV_CONF_S = 60,        /* conf has this long to read the files */
    PRIV_LISTEN_FIRST_S = 1, /* between attempts to open port 179, doubled */
    PRIV_LISTEN_MAX_S = 30,
    PRIV_CTL_MS = 100,       /* before ctl is started again; doubled when it ends soon again */
    PRIV_CTL_MAX_MS = 30000,
    PRIV_CTL_GOOD_S = 60,    /* one that ran so long had no part in it */
    PRIV_BGP_PORT = 179,
    /* By role; behind the first worker of data stand the others. */
    PRIV_CHILDREN = ROLE_COUNT + ESP_WORKERS_MAX - 1,
};
static_assert((int)ROLE_DATA == (int)ROLE_COUNT - 1, "the workers stand at the end");

struct priv;

/* A process that runs: how it is watched and spoken to. */
struct priv_child {
    struct priv *priv;
    enum role role;
    uint32_t number; /* of a worker of data; else 0 */
    bool running;
    struct spawn_child process;
    struct loop_watch ended;   /* its pidfd */
    struct ipc ipc;
    struct loop_watch channel;
};

/* A listening socket that core wants: one a family. */
struct priv_listener {
    uint8_t family;
    bool open, unsupported;
    err_t last_error; /* logged once, not at every attempt */
};

enum priv_reload {
    RELOAD_NONE,
    RELOAD_READING,   /* conf runs */
    RELOAD_APPLYING,  /* core has the document */
};

struct priv_xfrm;
struct priv_host; /* priv_host.c: the kernel */
struct priv_links; /* priv_links.c */
struct os_netlink_writer;
struct priv_vxlan; /* priv_vxlan.c */

/* What a worker of data has that outlives its process: who takes its place goes on with the same
 * sockets, so that those of the others keep their places in the group. Descriptors: -1: none. */
struct priv_worker {
    int sockets[2][2]; /* UDP 4500, raw; IPv4, IPv6 */
    int inbox[2];      /* what others hand over to it: its end, theirs; of one worker: none */
};

/* What IPsec needs of priv. Descriptors: -1: none. */
struct priv_ipsec {
    int document, secrets; /* what conf made of the files, until core has taken it over */
    struct link key_files; /* that hold secrets: priv opens them for keys */
    uint32_t key_file_count;
    bool has_ports;        /* ike and data have their sockets */
    struct workers_wish wish, wished; /* of the document that waits, and of the one in force */
    int in_force;          /* the document that ike and data have */
    uint32_t workers;      /* of data, once they run */
    struct priv_worker worker[ESP_WORKERS_MAX];
    ns_t ended_at[4];      /* the last ends of workers: too many end all */
    uint32_t ends;
    int key_log[2];        /* enum key_log_file; opened at the start, for ike */
    struct devices *tuns;  /* made for data; with the first one */
    err_t last_error;      /* logged once, not at every attempt */
    ns_t retry_at;
    uint32_t wait_s;
};

struct priv {
    const struct options *options;
    struct loop *loop;
    struct log log;
    uid_t uid;
    gid_t gid;
    int lock_fd, socket_fd, core_ctl_fd;
    struct priv_child child[PRIV_CHILDREN]; /* [ROLE_PRIV] is not used */
    struct priv_host *host;
    struct priv_links *links; /* NULL: core asked for nothing */

    enum priv_reload reload;
    bool reload_refused; /* by us: the document is not wanted any more */
    bool reload_again, reload_for_ctl, reload_again_for_ctl;
    ns_t reload_deadline;
    bool configured; /* the first configuration is in force */

    struct priv_ipsec ipsec;
    struct priv_vxlan *vxlan;
    struct priv_xfrm *xfrm; /* priv_xfrm.c; NULL: no tunnel is in the kernel */

    bool listen;
    struct priv_listener listeners[2];
    ns_t listen_at;
    uint32_t listen_wait_s;

    ns_t ctl_at, ctl_began; /* when it is started again: NS_NEVER: it runs */
    uint32_t ctl_wait_ms;

    bool stopping, done;
    ns_t stop_deadline;
    int status;
};

/* priv.c: ends everything with an exit status, in order (core says goodbye) or at once. */
void priv_stop(struct priv *p);

/* Ends at once with the exit status: a child broke its rules, or is gone. */
void priv_fail(struct priv *p, int status);

/* priv.c: sends to a child; a child that does not keep up is ended. */
void priv_send(struct priv_child *c, enum message kind, const void *bytes, size_t len, int fd);

/* priv_children.c: starts a role, or a worker of data by its number; the messages of each come to
 * priv_message(). fds: of the role, behind its channel to us (roles.h); borrowed. */
must_use err_t priv_start(struct priv *p, enum role role, uint32_t number, const int *fds,
                          size_t n);

/* Takes the child out of the loop and closes its channel. */
void priv_child_done(struct priv_child *c);

/* A message of a child, by its role; one that the role may not send ends everything. */
void priv_message(struct priv_child *c, const struct ipc_message *m);

/* A child exited or was killed: conf ends a reload, ctl is started again, since it holds nothing;
 * any other ends everything. */
void priv_child_ended(struct priv_child *c, const struct spawn_end *end);

/* Starts ctl again, with channels to core and, where it runs, to ike. */
void priv_ctl_again(struct priv *p);

/* priv_reload.c: reads the files (again); conf's and core's answers. */
void priv_reload_start(struct priv *p, bool for_ctl);

/* What conf says while it reads: the document, a finding, a refusal. */
void priv_reload_message(struct priv *p, const struct ipc_message *m);

/* Who asked for a reload is not there any more. */
void priv_reload_unasked(struct priv *p);

/* Gives up a reload that is under way; what ran runs on. */
void priv_reload_failed(struct priv *p, const char *why);
void priv_reload_next(struct priv *p); /* the reload that waits, when nothing stands in its way */
void priv_reload_configured(struct priv *p, bool fine);

/* priv_listen.c: port 179. */
void priv_listen_set(struct priv *p, bool on);

/* Tries the families again that could not be bound, and later if they still cannot. */
void priv_listen_retry(struct priv *p);

/* priv_ipsec.c: keys, ike and data. document: conf's for ike and data, kept until core accepts its
 * own (taken). Applied:
 * core did: the processes are started at need and get it. ports: sockets again, when it is time. */
void priv_ipsec_init(struct priv *p);
/* Opens the files of --key-log, if it was given, and says so; false: it cannot, and why is said. */
must_use bool priv_ipsec_key_log(struct priv *p);
void priv_ipsec_secrets(struct priv *p, int fd);
void priv_ipsec_key_file(struct priv *p, const struct ipc_message *m);
void priv_ipsec_document(struct priv *p, const struct ipc_message *m);
void priv_ipsec_applied(struct priv *p, bool fine);
void priv_ipsec_ports(struct priv *p);
/* A channel between ctl and ike, where that runs. */
must_use err_t priv_ipsec_ctl(struct priv *p);
/* A TUN device for a worker of data; false: malformed. */
must_use bool priv_ipsec_tun(struct priv_child *c, const struct ipc_message *m);
/* Drops what is kept for the next configuration. */
void priv_ipsec_done(struct priv *p);

/* priv_workers.c: data's. init: nothing is there. start: as many as the configuration wants, with a
 * channel to ike each (ret_fds: ike's ends). again: one that ended starts once more, with all that
 * it had; false: that is no help, or it was done too often. note: the configuration wants another
 * number of them. done: at the end of all. */
void priv_workers_init(struct priv *p);
must_use err_t priv_workers_start(struct priv *p, int ret_fds[ESP_WORKERS_MAX]);
must_use bool priv_worker_again(struct priv_child *c);
void priv_workers_note(struct priv *p);
void priv_workers_done(struct priv *p);
/* A socket of a worker, which gets a copy. */
void priv_worker_socket(struct priv *p, uint32_t number, enum ipsec_socket kind, uint8_t family,
                        int fd);
/* A document for each. */
void priv_workers_configure(struct priv *p);

/* Whether a tunnel's device may have the name: no path, no pattern. */
must_use bool priv_ipsec_is_name(const char *name);

/* priv_xfrm.c: tunnels in the kernel's IPsec. can: whether there is one; false: ret_why says what
 * is missing. A message of data: false: malformed. sweep: what a run before left goes; leave: all
 * of ours goes. */
must_use bool priv_xfrm_can(struct priv *p, struct text *ret_why);
must_use bool priv_xfrm_message(struct priv_child *c, const struct ipc_message *m);
void priv_xfrm_sweep(struct priv *p);
void priv_xfrm_leave(struct priv *p);

/* priv_host.c: the kernel. open: handles, before the sandbox. Messages of core: false: malformed.
 * */
must_use err_t priv_host_open(struct priv *p);

/* Closes the netlink writer; what was written stays. */
void priv_host_close(struct priv *p);

/* Whether the kernel has next-hop objects (Linux 5.3). */
bool priv_host_has_nexthops(const struct priv *p);

/* What names things of ours in the kernel: of this run directory, and of a run before in it. */
const char *priv_host_instance(const struct priv *p);

/* The one writer. */
struct os_netlink_writer *priv_host_writer(const struct priv *p);

/* A batch of writes of core, done in order, and answered. */
must_use bool priv_host_write(struct priv *p, const struct ipc_message *m);

/* A part of the NAT rules; the last one puts all into nftables. */
must_use bool priv_host_nat(struct priv *p, const struct ipc_message *m);

/* priv_host.c: the first configuration is in force: NAT that a run before left and nobody asks for
 * now goes. An orderly end: ours goes. */
void priv_host_settled(struct priv *p);

/* An orderly end: our nftables table is removed. */
void priv_host_leave(struct priv *p);

/* priv_links.c: MTU and MSS of the host's links (WRITE_SIZES). False: malformed. settle: behind a
 * batch, the MSS comes into force. sweep: what a run before left and nobody asked for goes. leave:
 * an orderly end, all is as it was. */
must_use bool priv_links_write(struct priv *p, const struct kernel_write *w);
void priv_links_settle(struct priv *p);
void priv_links_sweep(struct priv *p);
void priv_links_leave(struct priv *p);
/* Forgets what was. */
void priv_links_done(struct priv *p);

/* priv_vxlan.c: VXLAN devices. open: before the sandbox, and after priv_host_open(). */
must_use err_t priv_vxlan_open(struct priv *p);

/* Closes the handle; the devices stay. */
void priv_vxlan_close(struct priv *p);

/* Does what core asks (WRITE_VXLAN); what the kernel refuses is logged. */
void priv_vxlan_write(struct priv *p, const struct kernel_write *w);

/* An orderly end: the devices that we made are removed. */
void priv_vxlan_leave(struct priv *p);

#endif
