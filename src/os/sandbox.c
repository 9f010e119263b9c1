#include "os/sandbox.h"

#include <cap-ng.h>
#include <errno.h>
#include <grp.h>
#include <linux/if_tun.h>
#include <pwd.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANDBOX_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANDBOX_SANITIZED 1
#endif
#endif
#ifndef SANDBOX_SANITIZED
#define SANDBOX_SANITIZED 0
#endif

#define ROLE(r) (1U << (r))
#define IPSEC (ROLE(SANDBOX_KEYS) | ROLE(SANDBOX_IKE) | ROLE(SANDBOX_DATA))
#define SERVERS (ROLE(SANDBOX_CORE) | ROLE(SANDBOX_CTL) | IPSEC)
#define ALL_BUT_PRIV (ROLE(SANDBOX_CONF) | SERVERS)

struct sandbox_call {
    int call;
    unsigned roles;
};

/* What each role may call, whatever the arguments. */
static const struct sandbox_call allowed[] = {
    /* Memory, time, and what libc does unasked: sysinfo() by qsort(), madvise() by free(). */
    { SCMP_SYS(brk), ALL_BUT_PRIV },
    { SCMP_SYS(munmap), ALL_BUT_PRIV },
    { SCMP_SYS(mremap), ALL_BUT_PRIV },
    { SCMP_SYS(madvise), ALL_BUT_PRIV },
    { SCMP_SYS(sysinfo), ALL_BUT_PRIV },
    { SCMP_SYS(futex), ALL_BUT_PRIV },
    { SCMP_SYS(getrandom), ALL_BUT_PRIV },
    { SCMP_SYS(clock_gettime), ALL_BUT_PRIV },
    { SCMP_SYS(gettimeofday), ALL_BUT_PRIV },
    { SCMP_SYS(restart_syscall), ALL_BUT_PRIV },
    /* An end, also by abort(): raise() asks who we are and blocks signals. */
    { SCMP_SYS(exit), ALL_BUT_PRIV },
    { SCMP_SYS(exit_group), ALL_BUT_PRIV },
    { SCMP_SYS(getpid), ALL_BUT_PRIV },
    { SCMP_SYS(gettid), ALL_BUT_PRIV },
    { SCMP_SYS(tgkill), ALL_BUT_PRIV },
    { SCMP_SYS(rt_sigaction), ALL_BUT_PRIV },
    { SCMP_SYS(rt_sigprocmask), ALL_BUT_PRIV },
    { SCMP_SYS(rt_sigreturn), ALL_BUT_PRIV },
    /* Open descriptors. newfstatat() is fstat() of newer libcs. */
    { SCMP_SYS(read), ALL_BUT_PRIV },
    { SCMP_SYS(readv), ALL_BUT_PRIV },
    { SCMP_SYS(pread64), ALL_BUT_PRIV },
    { SCMP_SYS(write), ALL_BUT_PRIV },
    { SCMP_SYS(writev), ALL_BUT_PRIV },
    { SCMP_SYS(close), ALL_BUT_PRIV },
    { SCMP_SYS(lseek), ALL_BUT_PRIV },
    { SCMP_SYS(fstat), ALL_BUT_PRIV },
    { SCMP_SYS(newfstatat), ALL_BUT_PRIV },
    { SCMP_SYS(fcntl), ALL_BUT_PRIV },
    { SCMP_SYS(ftruncate), ALL_BUT_PRIV },
    { SCMP_SYS(memfd_create), ALL_BUT_PRIV },
    { SCMP_SYS(poll), ALL_BUT_PRIV },
    { SCMP_SYS(ppoll), ALL_BUT_PRIV },
    { SCMP_SYS(sendmsg), ALL_BUT_PRIV },
    { SCMP_SYS(recvmsg), ALL_BUT_PRIV },
    { SCMP_SYS(sendto), SERVERS },
    { SCMP_SYS(recvfrom), SERVERS },
    { SCMP_SYS(shutdown), SERVERS },
    { SCMP_SYS(accept4), SERVERS },
    { SCMP_SYS(getsockopt), SERVERS },
    { SCMP_SYS(epoll_create1), SERVERS },
    { SCMP_SYS(epoll_ctl), SERVERS },
    { SCMP_SYS(epoll_wait), SERVERS },
    { SCMP_SYS(epoll_pwait), SERVERS },
    { SCMP_SYS(epoll_pwait2), SERVERS },
    { SCMP_SYS(eventfd2), SERVERS },
    /* Datagrams in batches. */
    { SCMP_SYS(recvmmsg), ROLE(SANDBOX_IKE) | ROLE(SANDBOX_DATA) },
    { SCMP_SYS(sendmmsg), ROLE(SANDBOX_IKE) | ROLE(SANDBOX_DATA) },
    { SCMP_SYS(setsockopt), ROLE(SANDBOX_IKE) | ROLE(SANDBOX_DATA) },
    { SCMP_SYS(getsockname), ROLE(SANDBOX_IKE) | ROLE(SANDBOX_DATA) },
    /* core alone makes connections. */
    { SCMP_SYS(bind), ROLE(SANDBOX_CORE) },
    { SCMP_SYS(connect), ROLE(SANDBOX_CORE) },
    { SCMP_SYS(setsockopt), ROLE(SANDBOX_CORE) },
    { SCMP_SYS(getsockname), ROLE(SANDBOX_CORE) },
    { SCMP_SYS(getpeername), ROLE(SANDBOX_CORE) },
};

/* What priv, and nft(8) under it, has no business to call. */
static const int forbidden_in_priv[] = {
    SCMP_SYS(ptrace), SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev), SCMP_SYS(kcmp),
    SCMP_SYS(kexec_load), SCMP_SYS(kexec_file_load), SCMP_SYS(init_module),
    SCMP_SYS(finit_module), SCMP_SYS(delete_module), SCMP_SYS(create_module), SCMP_SYS(bpf),
    SCMP_SYS(perf_event_open), SCMP_SYS(userfaultfd), SCMP_SYS(io_uring_setup),
    SCMP_SYS(io_uring_enter), SCMP_SYS(io_uring_register), SCMP_SYS(add_key), SCMP_SYS(keyctl),
    SCMP_SYS(request_key), SCMP_SYS(mount), SCMP_SYS(umount2), SCMP_SYS(move_mount),
    SCMP_SYS(open_tree), SCMP_SYS(fsopen), SCMP_SYS(fsmount), SCMP_SYS(pivot_root),
    SCMP_SYS(chroot), SCMP_SYS(setns), SCMP_SYS(unshare), SCMP_SYS(swapon), SCMP_SYS(swapoff),
    SCMP_SYS(reboot), SCMP_SYS(settimeofday), SCMP_SYS(clock_settime), SCMP_SYS(clock_adjtime),
    SCMP_SYS(adjtimex), SCMP_SYS(sethostname), SCMP_SYS(setdomainname), SCMP_SYS(acct),
    SCMP_SYS(quotactl), SCMP_SYS(open_by_handle_at), SCMP_SYS(name_to_handle_at),
    SCMP_SYS(mknod), SCMP_SYS(mknodat), SCMP_SYS(iopl), SCMP_SYS(ioperm), SCMP_SYS(modify_ldt),
    SCMP_SYS(lookup_dcookie), SCMP_SYS(syslog), SCMP_SYS(vhangup), SCMP_SYS(personality),
};

static const int priv_capabilities[] = {
    CAP_NET_ADMIN, CAP_NET_BIND_SERVICE, CAP_NET_RAW,  CAP_DAC_READ_SEARCH,
    CAP_SETUID,    CAP_SETGID,           CAP_SETPCAP, CAP_KILL,
};

bool sandbox_has_filter(void) { return !SANDBOX_SANITIZED; }

bool sandbox_can_net_admin(void)
{
    return capng_have_capability(CAPNG_EFFECTIVE, CAP_NET_ADMIN) == 1;
}

bool sandbox_can_bind(void)
{
    return capng_have_capability(CAPNG_EFFECTIVE, CAP_NET_BIND_SERVICE) == 1;
}

bool sandbox_user(uid_t *ret_uid, gid_t *ret_gid)
{
    static const char *const names[] = { "spanway", "nobody" };
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        const struct passwd *p = getpwnam(names[i]);
        if (p && p->pw_uid != 0) {
            *ret_uid = p->pw_uid;
            *ret_gid = p->pw_gid;
            return true;
        }
    }
    return false;
}

static void add_note(struct sandbox_result *r, const char *what, int error)
{
    size_t len = strlen(r->note);
    snprintf(r->note + len, sizeof(r->note) - len, "%s%s: %s", len ? "; " : "", what,
             strerror(error));
}

/* Another user, for good: group first, as afterwards it is too late. In a user namespace that maps
 * only root there is no other user; the capabilities go all the same. */
static void change_user(const struct sandbox_params *p, struct sandbox_result *r)
{
    if (p->uid == 0 || geteuid() != 0)
        return;
    if (setgroups(0, NULL) != 0 || setresgid(p->gid, p->gid, p->gid) != 0 ||
        setresuid(p->uid, p->uid, p->uid) != 0)
        add_note(r, "cannot change to an unprivileged user", errno);
    else
        r->user_changed = true;
}

/* Bounding set first: it needs CAP_SETPCAP, which goes with the change of user. */
static void drop_bounds(const struct sandbox_params *p)
{
    if (geteuid() != 0)
        return;
    for (int c = 0; prctl(PR_CAPBSET_READ, c, 0, 0, 0) >= 0; c++) {
        bool keep = false;
        for (size_t i = 0; p->role == SANDBOX_PRIV && i < ARRAY_LEN(priv_capabilities); i++)
            keep |= priv_capabilities[i] == c;
        if (!keep)
            prctl(PR_CAPBSET_DROP, c, 0, 0, 0);
    }
}

static void drop_capabilities(const struct sandbox_params *p, struct sandbox_result *r)
{
    capng_get_caps_process();
    bool had[ARRAY_LEN(priv_capabilities)];
    for (size_t i = 0; i < ARRAY_LEN(priv_capabilities); i++)
        had[i] = capng_have_capability(CAPNG_PERMITTED, (unsigned)priv_capabilities[i]) == 1;
    capng_clear(CAPNG_SELECT_CAPS);
    for (size_t i = 0; p->role == SANDBOX_PRIV && i < ARRAY_LEN(priv_capabilities); i++)
        if (had[i])
            capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED,
                         (unsigned)priv_capabilities[i]);
    if (capng_apply(CAPNG_SELECT_CAPS) != 0)
        add_note(r, "cannot drop capabilities", errno);
    else
        r->capabilities_dropped = true;
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
}

/* Memory may be mapped and protected, but never made executable. */
static int allow_memory(scmp_filter_ctx ctx)
{
    const struct scmp_arg_cmp plain = SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
    const struct scmp_arg_cmp exec = SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, PROT_EXEC);
    int rc = 0;
    rc |= seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, plain);
    rc |= seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, plain);
    rc |= seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EACCES), SCMP_SYS(mmap), 1, exec);
    rc |= seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EACCES), SCMP_SYS(mprotect), 1, exec);
    return rc;
}

/* core may make TCP sockets only: its netlink socket is a gift of priv. */
static int allow_sockets(scmp_filter_ctx ctx)
{
    static const int families[] = { AF_INET, AF_INET6 };
    int rc = 0;
    for (size_t i = 0; i < ARRAY_LEN(families); i++)
        rc |= seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(socket), 2,
                               SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)families[i], 0),
                               SCMP_A1(SCMP_CMP_MASKED_EQ, 0xf, SOCK_STREAM));
    return rc;
}

/* data says whether a tunnel's interface has a carrier. */
static int allow_carrier(scmp_filter_ctx ctx)
{
    const scmp_datum_t carrier = TUNSETCARRIER;
    return seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1,
                            SCMP_A1(SCMP_CMP_EQ, carrier, 0));
}

static int fill_filter(scmp_filter_ctx ctx, enum sandbox_role role)
{
    int rc = 0;
    if (role == SANDBOX_PRIV) {
        for (size_t i = 0; i < ARRAY_LEN(forbidden_in_priv); i++)
            if (forbidden_in_priv[i] >= 0)
                rc |= seccomp_rule_add(ctx, SCMP_ACT_KILL_PROCESS, forbidden_in_priv[i], 0);
        return rc;
    }
    for (size_t i = 0; i < ARRAY_LEN(allowed); i++)
        if ((allowed[i].roles & ROLE(role)) && allowed[i].call >= 0)
            rc |= seccomp_rule_add(ctx, SCMP_ACT_ALLOW, allowed[i].call, 0);
    rc |= allow_memory(ctx);
    if (role == SANDBOX_CORE)
        rc |= allow_sockets(ctx);
    if (role == SANDBOX_DATA)
        rc |= allow_carrier(ctx);
    return rc;
}

static err_t filter_calls(enum sandbox_role role)
{
    scmp_filter_ctx ctx =
        seccomp_init(role == SANDBOX_PRIV ? SCMP_ACT_ALLOW : SCMP_ACT_KILL_PROCESS);
    if (!ctx)
        return -ENOMEM;
    err_t rc = fill_filter(ctx, role) ? -EINVAL : 0;
    if (rc == 0)
        rc = seccomp_load(ctx);
    seccomp_release(ctx);
    return rc;
}

err_t sandbox_enter(const struct sandbox_params *p, struct sandbox_result *ret_result)
{
    struct sandbox_result r = { 0 };
    bool filter = p->filter && sandbox_has_filter();
    drop_bounds(p);
    if (p->role != SANDBOX_PRIV)
        change_user(p, &r);
    drop_capabilities(p, &r);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return -errno;
    /* Passwords of sessions are in every process but priv; priv could be traced into its powers. */
    if (sandbox_has_filter()) /* the leak checker of a sanitized build traces its own process */
        prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    const struct rlimit no_core = { 0 };
    setrlimit(RLIMIT_CORE, &no_core);
    /* After the change of user, which resets it. */
    if (p->role != SANDBOX_PRIV)
        prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    if (filter) {
        err_t rc = filter_calls(p->role);
        if (rc != 0)
            return rc;
        r.filtered = true;
    }
    *ret_result = r;
    return 0;
}
