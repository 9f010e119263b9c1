/* tests/unit/daemon/role.h: one process of the daemon, forked from the test, which plays priv and
 * the other process at the far ends of its channels. Waiting has a deadline. Test programs only. */
#ifndef ROLE_H
#define ROLE_H

#include <errno.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../unit.h"
#include "daemon/document.h"
#include "daemon/messages_ipsec.h"
#include "daemon/roles.h"

enum { ROLE_WAIT_S = 20, ROLE_OTHERS_MAX = 2 };

struct role_run {
    pid_t pid;
    struct ipc priv, other[ROLE_OTHERS_MAX];
};

/* The descriptors go to their fixed places by way of high numbers, which none of them has. */
static void role_take_places(const int *fds, size_t n)
{
    int high[1 + ROLE_OTHERS_MAX];
    for (size_t i = 0; i < n; i++) {
        high[i] = 100 + (int)i;
        if (dup2(fds[i], high[i]) < 0)
            _exit(99);
    }
    for (size_t i = 0; i < n; i++)
        if (dup2(high[i], ROLE_FD_PRIV + (int)i) < 0)
            _exit(99);
    for (int fd = ROLE_FD_PRIV + (int)n; fd < 200; fd++)
        close(fd);
}

/* Starts a role with a channel to each of n others, as one of several workers. */
static inline void role_start_worker(struct role_run *r, const struct options *as,
                                     int (*run)(const struct options *o), const enum role *others,
                                     size_t n)
{
    enum role role = as->role;
    *r = (struct role_run){ .priv.fd = -1, .other = { { .fd = -1 }, { .fd = -1 } } };
    int mine[1 + ROLE_OTHERS_MAX], theirs[1 + ROLE_OTHERS_MAX];
    assert_true(n <= ROLE_OTHERS_MAX);
    for (size_t i = 0; i <= n; i++) {
        int pair[2];
        assert_int_equal(ipc_pair(pair), 0);
        mine[i] = pair[0];
        theirs[i] = pair[1];
    }
    fflush(NULL);
    r->pid = fork();
    assert_true(r->pid >= 0);
    if (r->pid == 0) {
        static struct options o;
        o = *as;
        o.no_sandbox = true;
        o.log_level = LOG_LEVEL_ERROR;
        role_take_places(theirs, n + 1);
        exit(run(&o));
    }
    for (size_t i = 0; i <= n; i++) {
        struct ipc *c = i ? &r->other[i - 1] : &r->priv;
        close(theirs[i]);
        assert_int_equal(
            ipc_init(c, mine[i], (uint8_t)(i ? others[i - 1] : ROLE_PRIV), (uint8_t)role), 0);
        ipc_table(c, messages, MSG_COUNT);
    }
}

/* The same, the only one of its role. */
static inline void role_start(struct role_run *r, enum role role,
                              int (*run)(const struct options *o), const enum role *others,
                              size_t n)
{
    const struct options o = { .role = role, .workers = 1 };
    role_start_worker(r, &o, run, others, n);
}

/* Sends a message to the role. */
static inline void role_send(struct ipc *to, enum message kind, const void *bytes, size_t len,
                             int fd)
{
    assert_int_equal(ipc_send(to, (uint16_t)kind, bytes, len, fd), 0);
    assert_int_equal(ipc_drain(to, ROLE_WAIT_S * NS_PER_S), 0);
}

/* The next message of the role that is of the kind; others are passed over. */
static inline struct ipc_message role_next(struct ipc *from, enum message kind)
{
    struct ipc_message m;
    for (;;) {
        assert_int_equal(ipc_wait(from, ROLE_WAIT_S * NS_PER_S), 0);
        assert_int_equal(ipc_receive(from, &m), 0);
        if (m.kind == kind)
            return m;
        if (m.fd >= 0)
            close(m.fd);
    }
}

/* Whether the role still runs. */
static inline bool role_runs(const struct role_run *r)
{
    return waitpid(r->pid, NULL, WNOHANG) == 0;
}

/* Ends it as priv's end would; its exit status, or -1 by a signal. */
static inline int role_end(struct role_run *r)
{
    int status;
    ipc_done(&r->priv);
    assert_int_equal(waitpid(r->pid, &status, 0), r->pid);
    for (size_t i = 0; i < ROLE_OTHERS_MAX; i++)
        ipc_done(&r->other[i]);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* A configuration as the roles get it. */
static inline int role_document(const char *text, bool secrets_removed)
{
    const struct config_file file = { .name = "test.cfg", .text = text, .len = strlen(text) };
    const struct config_options options = { .dialect = DIALECT_IOS,
                                            .secrets_removed = secrets_removed };
    int fd;
    assert_int_equal(document_write(&file, 1, &options, &fd), 0);
    return fd;
}

/* Asks keys, as ike (the first other end), what the same octets are signed to with the pre-shared
 * key of a ring; false: it has none. */
static inline bool role_sign(struct role_run *r, const char *key, uint8_t ret[32])
{
    static const uint8_t octets[64] = { 1 };
    const struct ike_keys_request q = { .request = 7,
                                        .kind = IKE_KEYS_SIGN,
                                        .auth = IKE_AUTH_PSK,
                                        .key = key,
                                        .prf = CRYPTO_PRF_SHA256,
                                        .octets = { { octets, sizeof(octets) } },
                                        .n_octets = 1 };
    uint8_t bytes[ASK_BYTES_MAX];
    struct wr w = wr_init(bytes, sizeof(bytes));
    ask_encode(&q, &w);
    assert_false(w.bad);
    role_send(&r->other[0], MSG_KEYS_ASK, bytes, wr_len(&w), -1);
    struct ipc_message m = role_next(&r->other[0], MSG_KEYS_ANSWER);
    struct rd rd = rd_init(m.bytes, m.len);
    struct ike_keys_answer a;
    char why[NAME_BYTES_MAX];
    assert_true(answer_decode(&rd, &a, why) && a.request == 7);
    if (a.ok) {
        assert_int_equal(a.len, 32);
        memcpy(ret, a.data, 32);
    }
    return a.ok;
}

#define ROLE_PSK "a-key-that-must-not-linger-anywhere"
#define ROLE_CONFIG_WITH(key)                                                                      \
    "crypto ikev2 keyring K\n peer P\n  address 127.0.0.1\n  pre-shared-key " key "\n"             \
    "crypto ikev2 profile I\n match identity remote address 127.0.0.1 255.255.255.255\n"           \
    " authentication local pre-share\n authentication remote pre-share\n keyring local K\n"        \
    "crypto ipsec profile E\n set ikev2-profile I\n"                                               \
    "interface Tunnel7\n ip address 10.9.0.1 255.255.255.252\n tunnel source 127.0.0.1\n"          \
    " tunnel mode ipsec ipv4\n tunnel destination 127.0.0.1\n"                                     \
    " tunnel protection ipsec profile E\n"
#define ROLE_CONFIG ROLE_CONFIG_WITH(ROLE_PSK)
enum { ROLE_CONNECTION = 8 }; /* of Tunnel7: ipsec_connection_id() */

#endif
