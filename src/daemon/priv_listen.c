/* priv: TCP port 179 for core, opened when core wants it and not before; while another program has
 * it (named in the log), tried again with growing patience. */
#include <errno.h>
#include <string.h>

#include "daemon/priv.h"
#include "os/tcp.h"

static const char *family_name(uint8_t family) { return family == IP_V4 ? "IPv4" : "IPv6"; }

static void say_failure(struct priv *p, struct priv_listener *l, err_t rc)
{
    if (rc == l->last_error)
        return;
    l->last_error = rc;
    if (rc == -EADDRINUSE)
        log_line(&p->log, LOG_LEVEL_ERROR,
                 "TCP port %d (%s) is in use by another program; trying again until it is free "
                 "[PORT-IN-USE]",
                 PRIV_BGP_PORT, family_name(l->family));
    else
        log_line(&p->log, LOG_LEVEL_ERROR, "TCP port %d (%s) cannot be opened: %s [PORT-OPEN]",
                 PRIV_BGP_PORT, family_name(l->family), strerror(-rc));
}

static void try_listener(struct priv *p, struct priv_listener *l)
{
    int fd;
    err_t rc = tcp_listen(l->family, PRIV_BGP_PORT, &fd);
    if (rc == -EAFNOSUPPORT) {
        l->unsupported = true;
        log_line(&p->log, LOG_LEVEL_INFO, "this kernel has no %s", family_name(l->family));
        return;
    }
    if (rc != 0) {
        say_failure(p, l, rc);
        return;
    }
    if (l->last_error)
        log_line(&p->log, LOG_LEVEL_INFO, "TCP port %d (%s) is ours now", PRIV_BGP_PORT,
                 family_name(l->family));
    l->last_error = 0;
    l->open = true;
    priv_send(&p->child[ROLE_CORE], MSG_CORE_LISTENER, &l->family, 1, fd);
}

void priv_listen_retry(struct priv *p)
{
    bool again = false;
    for (size_t i = 0; i < ARRAY_LEN(p->listeners); i++) {
        struct priv_listener *l = &p->listeners[i];
        if (!l->open && !l->unsupported)
            try_listener(p, l);
        again |= !l->open && !l->unsupported;
    }
    p->listen_wait_s = MIN(MAX(p->listen_wait_s * 2, (uint32_t)PRIV_LISTEN_FIRST_S),
                           (uint32_t)PRIV_LISTEN_MAX_S);
    p->listen_at = again ? loop_now(p->loop) + (ns_t)p->listen_wait_s * NS_PER_S : NS_NEVER;
}

void priv_listen_set(struct priv *p, bool on)
{
    if (on == p->listen)
        return;
    p->listen = on;
    p->listen_wait_s = 0;
    for (size_t i = 0; i < ARRAY_LEN(p->listeners); i++) {
        p->listeners[i].open = false;
        p->listeners[i].last_error = 0;
    }
    if (on)
        priv_listen_retry(p);
}
