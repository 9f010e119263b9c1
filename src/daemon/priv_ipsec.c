/* priv: what IPsec needs of it: the processes keys, ike and data, started with the first
 * configuration that has a tunnel; their sockets, which need privileges; TUN devices. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/list.h"
#include "base/mem.h"
#include "daemon/messages_ipsec.h"
#include "daemon/priv.h"
#include "os/tun.h"
#include "os/udp.h"

enum {
    IKE_PORT = 500,
    NATT_PORT = 4500,
    PORTS_FIRST_S = 1,
    PORTS_MAX_S = 30,
    PORTS_MAX = 2 * (2 + 2 * ESP_WORKERS_MAX), /* of two families: IKE's, and two a worker */
};

/* A file that a secret of the configuration names. */
struct key_file {
    struct link link;
    bool is_credential;
    char name[KEY_FILE_NAME_MAX];
};

static void replace(int *kept, int fd)
{
    if (*kept >= 0)
        close(*kept);
    *kept = fd;
}

void priv_ipsec_secrets(struct priv *p, int fd)
{
    replace(&p->ipsec.secrets, fd);
}

void priv_ipsec_document(struct priv *p, const struct ipc_message *m)
{
    struct rd r = rd_init(m->bytes, m->len);
    if (wish_decode(&r, &p->ipsec.wish))
        replace(&p->ipsec.document, m->fd);
    else
        close(m->fd); /* conf ends for it soon enough: a document of core's follows */
}

void priv_ipsec_init(struct priv *p)
{
    p->ipsec = (struct priv_ipsec){
        .document = -1, .secrets = -1, .in_force = -1, .key_log = { -1, -1 }, .retry_at = NS_NEVER
    };
    priv_workers_init(p);
    list_init(&p->ipsec.key_files);
}

void priv_ipsec_done(struct priv *p)
{
    replace(&p->ipsec.document, -1);
    replace(&p->ipsec.secrets, -1);
    LIST_EACH_SAFE (it, tmp, &p->ipsec.key_files) {
        struct key_file *f = LIST_ENTRY(it, struct key_file, link);
        list_remove(&f->link);
        mem_free(MEM_MISC, f, sizeof(*f));
    }
    p->ipsec.key_file_count = 0;
}

/* ---- the key log ------------------------------------------------------------------------------
 */

static int open_key_log(const char *dir, const char *name)
{
    char path[PATH_MAX];
    int n = snprintf(path, sizeof(path), "%s/%s", dir, name);
    if (n < 0 || (size_t)n >= sizeof(path)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY, 0600);
    struct stat st;
    if (fd >= 0 && (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || fchmod(fd, 0600) != 0)) {
        int why = errno;
        close(fd);
        fd = -1;
        errno = why ? why : EINVAL;
    }
    return fd;
}

bool priv_ipsec_key_log(struct priv *p)
{
    static const char *const names[] = { [KEY_LOG_IKE] = "ikev2_decryption_table",
                                         [KEY_LOG_ESP] = "esp_sa" };
    static_assert(ARRAY_LEN(names) == ARRAY_LEN(p->ipsec.key_log), "a descriptor a file");
    const char *dir = p->options->key_log;
    if (!dir)
        return true;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        replace(&p->ipsec.key_log[i], open_key_log(dir, names[i]));
        if (p->ipsec.key_log[i] < 0) {
            log_line(&p->log, LOG_LEVEL_ERROR, "--key-log: %s/%s: %s [KEY-LOG]", dir, names[i],
                     strerror(errno));
            return false;
        }
    }
    log_line(&p->log, LOG_LEVEL_WARNING,
             "--key-log: THE KEYS OF ALL TUNNELS ARE WRITTEN TO %s: whoever reads the files there "
             "can read the traffic; for debugging only [KEY-LOG]",
             dir);
    return true;
}

/* ike is started once; its descriptors of the files go with it. */
static void pass_key_log(struct priv *p)
{
    for (uint8_t i = 0; i < KEY_LOG_FILES; i++) {
        if (p->ipsec.key_log[i] >= 0)
            priv_send(&p->child[ROLE_IKE], MSG_IKE_KEY_LOG, &i, 1, p->ipsec.key_log[i]);
        p->ipsec.key_log[i] = -1;
    }
}

/* ---- files that hold secrets ------------------------------------------------------------------
 */

void priv_ipsec_key_file(struct priv *p, const struct ipc_message *m)
{
    struct rd r = rd_init(m->bytes, m->len);
    struct key_file *f = NULL;
    if (p->ipsec.key_file_count < KEY_FILES_MAX)
        f = mem_alloc(MEM_MISC, sizeof(*f));
    if (!f || !get_bool(&r, &f->is_credential) || !get_text(&r, f->name, sizeof(f->name))) {
        mem_free(MEM_MISC, f, f ? sizeof(*f) : 0);
        log_line(&p->log, LOG_LEVEL_ERROR, "a file with a key is passed over: there are too many");
        return;
    }
    list_append(&p->ipsec.key_files, &f->link);
    p->ipsec.key_file_count++;
}

/* A credential is a file of systemd's directory for this service: no path leads out of it. */
static int open_key_file(const struct key_file *f)
{
    const int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
    const char *dir = getenv("CREDENTIALS_DIRECTORY");
    char path[2 * KEY_FILE_NAME_MAX];
    if (!f->is_credential)
        return open(f->name, flags);
    int n = dir ? snprintf(path, sizeof(path), "%s/%s", dir, f->name) : -1;
    if (n < 0 || (size_t)n >= sizeof(path) || strchr(f->name, '/')) {
        errno = ENOENT;
        return -1;
    }
    return open(path, flags | O_NOFOLLOW);
}

/* Each name once: several secrets may stand in one file. */
static bool is_repeated(const struct priv *p, const struct key_file *f)
{
    LIST_EACH (it, &p->ipsec.key_files) {
        const struct key_file *other = LIST_ENTRY(it, struct key_file, link);
        if (other == f)
            return false;
        if (other->is_credential == f->is_credential && strcmp(other->name, f->name) == 0)
            return true;
    }
    return false;
}

static void pass_key_files(struct priv *p)
{
    LIST_EACH (it, &p->ipsec.key_files) {
        const struct key_file *f = LIST_ENTRY(it, struct key_file, link);
        uint8_t bytes[KEY_FILE_NAME_MAX + 8];
        struct wr w = wr_init(bytes, sizeof(bytes));
        struct stat st;
        if (is_repeated(p, f))
            continue;
        int fd = open_key_file(f);
        if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
            log_line(&p->log, LOG_LEVEL_ERROR, "%s: %s [KEY-FILE]", f->name,
                     fd < 0 ? strerror(errno) : "not a regular file");
            if (fd >= 0)
                close(fd);
            continue;
        }
        wr_u8(&w, f->is_credential);
        put_text(&w, f->name);
        priv_send(&p->child[ROLE_KEYS], MSG_KEYS_FILE, bytes, wr_len(&w), fd);
    }
}

/* ---- processes --------------------------------------------------------------------------------
 */

err_t priv_ipsec_ctl(struct priv *p)
{
    int pair[2];
    if (!p->child[ROLE_IKE].running)
        return 0;
    err_t rc = ipc_pair(pair);
    if (rc != 0)
        return rc;
    priv_send(&p->child[ROLE_IKE], MSG_IKE_CTL, NULL, 0, pair[0]);
    priv_send(&p->child[ROLE_CTL], MSG_CTL_IKE, NULL, 0, pair[1]);
    return 0;
}

static void close_all(int *fds, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (fds[i] >= 0)
            close(fds[i]);
}

/* ike has a channel to each of the others, and one to ctl. */
static err_t start_all(struct priv *p)
{
    int keys[2] = { -1, -1 }, of_ike[1 + ESP_WORKERS_MAX];
    err_t rc = ipc_pair(keys);
    of_ike[0] = keys[0];
    if (rc == 0)
        rc = priv_start(p, ROLE_KEYS, 0, &keys[1], 1);
    if (rc == 0)
        rc = priv_workers_start(p, of_ike + 1);
    if (rc == 0) {
        rc = priv_start(p, ROLE_IKE, 0, of_ike, 1 + p->ipsec.workers);
        close_all(of_ike + 1, p->ipsec.workers);
    }
    if (rc == 0)
        rc = priv_ipsec_ctl(p);
    if (rc == 0)
        pass_key_log(p);
    close_all(keys, 2);
    return rc;
}

static void pass_document(struct priv *p)
{
    int fd = fcntl(p->ipsec.in_force, F_DUPFD_CLOEXEC, 0);
    if (fd >= 0)
        priv_send(&p->child[ROLE_IKE], MSG_IKE_CONFIG, NULL, 0, fd);
    else
        log_line(&p->log, LOG_LEVEL_ERROR, "ike does not get the configuration: %s",
                 strerror(errno));
}

/* What is in force: also for a worker that has to start again. */
static void put_in_force(struct priv_ipsec *s)
{
    if (s->document < 0)
        return;
    replace(&s->in_force, s->document);
    s->document = -1;
    s->wished = s->wish;
}

void priv_ipsec_applied(struct priv *p, bool fine)
{
    struct priv_ipsec *s = &p->ipsec;
    bool runs = p->child[ROLE_IKE].running;
    if (fine)
        put_in_force(s);
    if (fine && s->secrets >= 0 && !runs) {
        err_t rc = start_all(p);
        if (rc != 0) {
            log_line(&p->log, LOG_LEVEL_ERROR, "cannot start the processes of IPsec: %s",
                     strerror(-rc));
            priv_fail(p, 1);
            return;
        }
        runs = true;
        s->wait_s = 0;
        priv_ipsec_ports(p);
    }
    if (fine && runs) {
        if (s->secrets >= 0) {
            pass_key_files(p);
            priv_send(&p->child[ROLE_KEYS], MSG_KEYS_CONFIG, NULL, 0, s->secrets);
            s->secrets = -1;
        }
        priv_workers_note(p);
        priv_workers_configure(p);
        pass_document(p);
    }
    priv_ipsec_done(p);
}

/* ---- sockets ----------------------------------------------------------------------------------
 */

struct port {
    enum ipsec_socket kind;
    uint8_t family;
    uint32_t worker; /* of data, if it is data's */
    struct udp_socket socket;
};

static bool is_for_data(enum ipsec_socket kind)
{
    return kind == SOCKET_ESP_4500 || kind == SOCKET_ESP_RAW;
}

static struct udp_workers steering(const struct priv *p)
{
    return (struct udp_workers){ .mask = esp_worker_mask(p->ipsec.workers),
                                 .count = p->ipsec.workers };
}

/* Port 4500 is shared by ike and data: a filter on the group tells their datagrams apart, and the
 * order in which the sockets are bound is their number in the group. */
static err_t open_port(const struct priv *p, struct port *o)
{
    struct udp_params params = { .family = o->family, .port = NATT_PORT, .shared = true };
    const struct udp_workers all = steering(p);
    err_t rc;
    switch (o->kind) {
    case SOCKET_IKE_500:
        params.port = IKE_PORT;
        params.shared = false;
        break;
    case SOCKET_ESP_4500:
        params.offload = true;
        break;
    case SOCKET_ESP_RAW:
        rc = udp_open_raw(o->family, &o->socket);
        return rc == 0 && all.count > 1 ? udp_steer_raw(&o->socket, &all, o->worker) : rc;
    case SOCKET_IKE_4500:
    case SOCKET_KINDS:
        break;
    }
    return udp_open(&params, &o->socket);
}

/* A shared port that another program has already would be shared with it. */
static err_t is_free(uint8_t family)
{
    const struct udp_params params = { .family = family, .port = NATT_PORT };
    struct udp_socket s;
    err_t rc = udp_open(&params, &s);
    if (rc == 0)
        udp_close(&s);
    return rc;
}

static err_t open_family(const struct priv *p, uint8_t family, struct port ports[], size_t *n)
{
    static const enum ipsec_socket kinds[] = { SOCKET_IKE_500, SOCKET_IKE_4500, SOCKET_ESP_4500,
                                               SOCKET_ESP_RAW };
    const struct udp_workers all = steering(p);
    err_t rc = is_free(family);
    for (size_t i = 0; rc == 0 && i < ARRAY_LEN(kinds); i++) {
        uint32_t each = is_for_data(kinds[i]) ? all.count : 1;
        struct port *o = &ports[*n];
        for (uint32_t w = 0; rc == 0 && w < each; w++) {
            o = &ports[*n];
            *o = (struct port){ .kind = kinds[i], .family = family, .worker = w, .socket.fd = -1 };
            rc = open_port(p, o);
            *n += o->socket.fd >= 0;
        }
        if (rc == 0 && kinds[i] == SOCKET_ESP_4500)
            rc = udp_steer(&o->socket, &all);
    }
    return rc;
}

static err_t open_ports(const struct priv *p, struct port ports[PORTS_MAX], size_t *ret_n)
{
    *ret_n = 0;
    err_t rc = open_family(p, IP_V4, ports, ret_n);
    if (rc != 0)
        return rc;
    rc = open_family(p, IP_V6, ports, ret_n);
    return rc == -EAFNOSUPPORT ? 0 : rc; /* this kernel has no IPv6 */
}

static void say_failure(struct priv *p, err_t rc)
{
    if (rc == p->ipsec.last_error)
        return;
    p->ipsec.last_error = rc;
    if (rc == -EADDRINUSE)
        log_line(&p->log, LOG_LEVEL_ERROR,
                 "UDP port %d or %d is in use by another program (an IKE daemon?); trying again "
                 "until they are free [PORT-IN-USE]",
                 IKE_PORT, NATT_PORT);
    else
        log_line(&p->log, LOG_LEVEL_ERROR,
                 "the sockets of IPsec (UDP ports %d and %d, IP protocol 50) cannot be opened: %s "
                 "[PORT-OPEN]",
                 IKE_PORT, NATT_PORT, strerror(-rc));
}

void priv_ipsec_ports(struct priv *p)
{
    struct priv_ipsec *s = &p->ipsec;
    s->retry_at = NS_NEVER;
    if (s->has_ports || p->stopping)
        return;
    struct port ports[PORTS_MAX];
    size_t n;
    err_t rc = open_ports(p, ports, &n);
    if (rc != 0) {
        say_failure(p, rc);
        while (n)
            udp_close(&ports[--n].socket);
        s->wait_s = MIN(MAX(s->wait_s * 2, (uint32_t)PORTS_FIRST_S), (uint32_t)PORTS_MAX_S);
        s->retry_at = loop_now(p->loop) + (ns_t)s->wait_s * NS_PER_S;
        return;
    }
    if (s->last_error)
        log_line(&p->log, LOG_LEVEL_INFO, "the sockets of IPsec are ours now");
    s->last_error = 0;
    s->has_ports = true;
    for (size_t i = 0; i < n; i++) {
        const struct port *o = &ports[i];
        const uint8_t bytes[2] = { (uint8_t)o->kind, o->family };
        if (is_for_data(o->kind))
            priv_worker_socket(p, o->worker, o->kind, o->family, o->socket.fd);
        else
            priv_send(&p->child[ROLE_IKE], MSG_IKE_SOCKET, bytes, sizeof(bytes), o->socket.fd);
    }
}

/* ---- TUN devices ------------------------------------------------------------------------------
 */

/* Letters, digits and what else stands in a device's name: no path, no pattern. */
bool priv_ipsec_is_name(const char *name)
{
    static const char good[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
    size_t len = strlen(name);
    return len > 0 && len < TUN_NAME_MAX && strspn(name, good) == len && name[0] != '.';
}

static_assert((int)DEVICES_MAX >= (int)IKE_CONNECTIONS_MAX && (int)DEVICE_NAME_MAX >= TUN_NAME_MAX,
              "every tunnel of a configuration gets its device");

static bool is_there(const char *name, uint32_t if_index)
{
    return if_nametoindex(name) == if_index;
}

/* Whether data may have one more; why not is told. */
static bool may_make_tun(struct priv *p, const char *name)
{
    if (!p->ipsec.tuns)
        p->ipsec.tuns = devices_new(is_there);
    if (p->ipsec.tuns && devices_have_room(p->ipsec.tuns))
        return true;
    log_line(&p->log, LOG_LEVEL_ERROR, "tunnel interface %s cannot be made: %s [TUN-LIMIT]", name,
             p->ipsec.tuns ? "there are 16384 already" : "no memory");
    return false;
}

bool priv_ipsec_tun(struct priv_child *c, const struct ipc_message *m)
{
    struct priv *p = c->priv;
    struct rd r = rd_init(m->bytes, m->len);
    char name[TUN_NAME_MAX];
    uint16_t mtu = rd_u16(&r);
    if (m->kind != MSG_PRIV_TUN || !get_text(&r, name, sizeof(name)) || !rd_is_done(&r) ||
        !priv_ipsec_is_name(name))
        return false;
    const struct tun_params params = { .name = name, .vnet = true, .mtu = mtu };
    struct tun tun;
    if (!may_make_tun(p, name))
        return true;
    err_t rc = tun_open(&params, &tun);
    if (rc == 0) {
        rc = tun_set_carrier(tun.fd, false); /* before it is brought up: no route may use it yet */
        if (rc != 0)
            tun_close(&tun);
    }
    if (rc != 0) {
        log_line(&p->log, LOG_LEVEL_ERROR, "tunnel interface %s cannot be made: %s%s [TUN-OPEN]",
                 name, strerror(-rc),
                 rc == -ENODEV  ? ": there is no /dev/net/tun here"
                 : rc == -EBUSY ? ": another program has a device of this name"
                                : "");
        return true;
    }
    uint8_t bytes[64];
    struct wr w = wr_init(bytes, sizeof(bytes));
    put_text(&w, name);
    wr_u8(&w, tun.has_uso);
    devices_add(p->ipsec.tuns, name, tun.if_index);
    priv_send(c, MSG_DATA_TUN, bytes, wr_len(&w), tun.fd);
    return true;
}
