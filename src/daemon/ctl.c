/* ctl: the operators' process: takes commands from its socket, asks core and ike, renders, answers.
 * Commands run one at a time; answers go out as fast as each client reads, from a memory file each,
 * so that a slow client holds up nobody. No privilege, no file. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/list.h"
#include "base/mem.h"
#include "ctl/protocol.h"
#include "daemon/roles.h"
#include "daemon/ctl_backend.h"
#include "daemon/version.h"
#include "os/loop.h"

enum { CLIENTS_MAX = 64, SEND_CHUNK = 65536, SENDS_A_TURN = 16, ACCEPTS_A_TURN = 16 };

struct client {
    struct ctl *ctl;
    struct loop_watch watch;
    struct link link;
    char request[CTL_REQUEST_MAX];
    size_t request_len;
    /* The answer that goes out; memory -1: none. */
    char header[CTL_HEADER_MAX];
    size_t header_len, header_sent;
    int memory;
    uint64_t bytes, sent;
};

struct ctl {
    struct log log;
    struct loop *loop;
    struct ctl_asker asker;
    struct loop_watch listener, priv, core;
    struct link clients;
    uint32_t client_count;
    char *chunk; /* SEND_CHUNK bytes */
    bool done;
    int status;
};

struct memory_output {
    struct ctl_output output;
    int fd;
    uint64_t bytes;
    bool failed;
};

static void drop(struct client *cl)
{
    struct ctl *c = cl->ctl;
    loop_del(c->loop, &cl->watch);
    close(cl->watch.fd);
    if (cl->memory >= 0)
        close(cl->memory);
    list_remove(&cl->link);
    mem_free(MEM_CTL, cl, sizeof(*cl));
    c->client_count--;
    if (c->listener.added)
        loop_set(c->loop, &c->listener, EPOLLIN);
}

static bool write_memory(struct ctl_output *out, const char *text, size_t len)
{
    struct memory_output *m = container_of(out, struct memory_output, output);
    if (m->failed || m->bytes + len > CTL_OUTPUT_MAX) {
        m->failed = true;
        return false;
    }
    while (len) {
        ssize_t n = write(m->fd, text, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            m->failed = true;
            return false;
        }
        text += n;
        len -= (size_t)n;
        m->bytes += (uint64_t)n;
    }
    return true;
}

/* Runs a request into a memory file; what goes wrong is part of the answer. */
static int run_request(struct ctl *c, const char *bytes, size_t len, struct memory_output *out)
{
    struct ctl_request_text text;
    const char *why = NULL;
    if (!ctl_request_decode(bytes, len, &text, &why)) {
        write_memory(&out->output, "% ", 2);
        write_memory(&out->output, why, strlen(why));
        write_memory(&out->output, "\n", 1);
        return 1;
    }
    const struct ctl_request request = { .line = text.line, .layout = text.layout };
    int status = ctl_run(&request, &c->asker.backend, &out->output);
    return out->failed ? 1 : status;
}

static void start_answer(struct client *cl, const char *bytes, size_t len)
{
    struct ctl *c = cl->ctl;
    struct memory_output out = { .output.write = write_memory };
    out.fd = memfd_create("spanway-output", MFD_CLOEXEC);
    if (out.fd < 0) {
        log_line(&c->log, LOG_LEVEL_ERROR, "an answer cannot be made: %s", strerror(errno));
        drop(cl);
        return;
    }
    int status = run_request(c, bytes, len, &out);
    cl->memory = out.fd;
    cl->bytes = out.bytes;
    cl->sent = 0;
    cl->header_sent = 0;
    cl->header_len = ctl_header_encode(status, out.bytes, cl->header, sizeof(cl->header));
    loop_set(c->loop, &cl->watch, EPOLLOUT);
    if (c->asker.broken) {
        log_line(&c->log, LOG_LEVEL_ERROR,
                 "core, ike or priv is gone or broke the rules of its channel: ending");
        c->status = EXIT_PEER;
        c->done = true;
    }
}

/* A whole line is a request; what follows it waits until the answer is out. */
static void next_request(struct client *cl)
{
    char line[CTL_REQUEST_MAX];
    char *end = memchr(cl->request, '\n', cl->request_len);
    if (!end) {
        if (cl->request_len == sizeof(cl->request))
            drop(cl);
        else
            loop_set(cl->ctl->loop, &cl->watch, EPOLLIN);
        return;
    }
    size_t len = (size_t)(end - cl->request);
    memcpy(line, cl->request, len);
    cl->request_len -= len + 1;
    memmove(cl->request, end + 1, cl->request_len);
    start_answer(cl, line, len);
}

static void receive(struct client *cl)
{
    struct ctl *c = cl->ctl;
    ssize_t n = recv(cl->watch.fd, cl->request + cl->request_len,
                     sizeof(cl->request) - cl->request_len, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0) {
        drop(cl);
        return;
    }
    cl->request_len += (size_t)n;
    list_remove(&cl->link);
    list_append(&c->clients, &cl->link);
    next_request(cl);
}

/* Sends len bytes at p: what was taken; -1: the client is gone. */
static ssize_t send_some(struct client *cl, const char *p, size_t len)
{
    ssize_t n = send(cl->watch.fd, p, len, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    return n;
}

static void send_answer(struct client *cl)
{
    struct ctl *c = cl->ctl;
    for (int i = 0; i < SENDS_A_TURN; i++) {
        ssize_t n;
        if (cl->header_sent < cl->header_len) {
            n = send_some(cl, cl->header + cl->header_sent, cl->header_len - cl->header_sent);
            cl->header_sent += n > 0 ? (size_t)n : 0;
        } else if (cl->sent < cl->bytes) {
            ssize_t got = pread(cl->memory, c->chunk, SEND_CHUNK, (off_t)cl->sent);
            n = got > 0 ? send_some(cl, c->chunk, (size_t)got) : -1;
            cl->sent += n > 0 ? (uint64_t)n : 0;
        } else {
            close(cl->memory);
            cl->memory = -1;
            next_request(cl);
            return;
        }
        if (n < 0) {
            drop(cl);
            return;
        }
        if (n == 0)
            return;
    }
}

static void client_ready(struct loop_watch *w, uint32_t events)
{
    struct client *cl = container_of(w, struct client, watch);
    if (cl->memory >= 0 && (events & EPOLLOUT))
        send_answer(cl);
    else if (events & EPOLLIN)
        receive(cl);
    else
        drop(cl);
}

/* Room for one more: the client that has been silent longest goes. False: all wait for answers. */
static bool make_room(struct ctl *c)
{
    if (c->client_count < CLIENTS_MAX)
        return true;
    LIST_EACH(it, &c->clients) {
        struct client *cl = LIST_ENTRY(it, struct client, link);
        if (cl->memory < 0) {
            drop(cl);
            return true;
        }
    }
    return false;
}

static void accepted(struct ctl *c, int fd)
{
    struct client *cl = mem_alloc(MEM_CTL, sizeof(*cl));
    if (!cl) {
        close(fd);
        return;
    }
    cl->ctl = c;
    cl->memory = -1;
    cl->watch = (struct loop_watch){
        .fd = fd, .events = EPOLLIN, .rank = 2, .ready = client_ready };
    list_append(&c->clients, &cl->link);
    c->client_count++;
    if (loop_add(c->loop, &cl->watch) != 0)
        drop(cl);
}

static void listener_ready(struct loop_watch *w, uint32_t events)
{
    (void)events;
    struct ctl *c = container_of(w, struct ctl, listener);
    for (int i = 0; i < ACCEPTS_A_TURN; i++) {
        if (!make_room(c)) {
            loop_set(c->loop, w, 0); /* the others wait in the socket's queue */
            return;
        }
        int fd = accept4(w->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0)
            return;
        accepted(c, fd);
    }
}

/* Between commands nothing is expected from the other processes but a channel to ike and leave to
 * begin, from priv, and their end. */
static void idle_channel(struct ctl *c, struct ipc *ipc)
{
    struct ipc_message m;
    err_t rc = ipc_receive(ipc, &m);
    if (rc == -EAGAIN)
        return;
    if (rc == 0) { /* late: the command that asked ran into its time limit */
        if (m.kind == MSG_CTL_IKE)
            ctl_asker_take_ike(&c->asker, m.fd);
        else if (m.kind == MSG_CTL_SERVE)
            loop_set(c->loop, &c->listener, EPOLLIN);
        else if (m.fd >= 0)
            close(m.fd);
        return;
    }
    c->status = rc == -EPIPE ? 0 : EXIT_PEER;
    c->done = true;
}

static void priv_ready(struct loop_watch *w, uint32_t events)
{
    (void)events;
    struct ctl *c = container_of(w, struct ctl, priv);
    idle_channel(c, &c->asker.priv);
}

static void core_ready(struct loop_watch *w, uint32_t events)
{
    (void)events;
    struct ctl *c = container_of(w, struct ctl, core);
    idle_channel(c, &c->asker.core);
    /* Without core there is nothing to tell: priv ends all, or starts us again. */
    if (c->done)
        c->status = EXIT_PEER;
}

static err_t watch(struct ctl *c, struct loop_watch *w, int fd, uint8_t rank,
                   void (*ready)(struct loop_watch *w, uint32_t events))
{
    *w = (struct loop_watch){ .fd = fd, .events = EPOLLIN, .rank = rank, .ready = ready };
    return loop_add(c->loop, w);
}

static err_t set_up(struct ctl *c)
{
    list_init(&c->clients);
    c->loop = loop_new();
    c->chunk = mem_alloc(MEM_CTL, SEND_CHUNK);
    err_t rc = c->loop && c->chunk ? 0 : -ENOMEM;
    if (rc == 0)
        rc = ctl_asker_init(&c->asker, ROLE_FD_PRIV, ROLE_FD_OTHER);
    if (rc == 0)
        rc = watch(c, &c->priv, ROLE_FD_PRIV, 0, priv_ready);
    if (rc == 0)
        rc = watch(c, &c->core, ROLE_FD_OTHER, 1, core_ready);
    if (rc == 0)
        rc = watch(c, &c->listener, ROLE_FD_SOCKET, 3, listener_ready);
    if (rc == 0)
        loop_set(c->loop, &c->listener, 0); /* until priv gives leave */
    return rc;
}

int ctl_main(const struct options *o)
{
    struct ctl c = { .status = EXIT_PEER };
    ctl_protocol_init();
    if (!role_enter(o, SANDBOX_CTL, &c.log))
        return EXIT_SANDBOX;
    err_t rc = set_up(&c);
    c.asker.backend.key_log = o->key_log;
    if (rc != 0)
        log_line(&c.log, LOG_LEVEL_ERROR, "%s: ending", strerror(-rc));
    while (rc == 0 && !c.done)
        loop_turn(c.loop, NS_NEVER);
    LIST_EACH_SAFE(it, tmp, &c.clients)
        drop(LIST_ENTRY(it, struct client, link));
    ctl_asker_done(&c.asker);
    mem_free(MEM_CTL, c.chunk, c.chunk ? SEND_CHUNK : 0);
    loop_free(c.loop);
    return c.status;
}
