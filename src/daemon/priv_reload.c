/* priv: from files to a configuration in force: open them, have conf read them, hand its document
 * to core, tell who asked. One at a time; who asks meanwhile gets the next. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/priv.h"
#include "os/notify.h"

static const enum log_level severity_level[] = { [DIAG_NOTE] = LOG_LEVEL_INFO,
                                                 [DIAG_WARNING] = LOG_LEVEL_WARNING,
                                                 [DIAG_ERROR] = LOG_LEVEL_ERROR };

static void say(struct priv *p, uint8_t severity, const char *text)
{
    log_line(&p->log, severity_level[severity], "%s", text);
    struct priv_child *ctl = &p->child[ROLE_CTL];
    if (p->reload_for_ctl && ctl->running &&
        finding_send(&ctl->ipc, MSG_RELOAD_LINE, severity, text) != 0)
        log_line(&p->log, LOG_LEVEL_WARNING, "ctl does not take messages");
}

static void finish(struct priv *p, bool fine)
{
    uint8_t bytes[4];
    struct wr w = wr_init(bytes, sizeof(bytes));
    wr_u32(&w, fine ? 0 : EINVAL);
    if (p->reload_for_ctl)
        priv_send(&p->child[ROLE_CTL], MSG_RELOAD_DONE, bytes, sizeof(bytes), -1);
    p->reload = RELOAD_NONE;
    p->reload_for_ctl = false;
    if (!p->configured) {
        if (!fine) {
            log_line(&p->log, LOG_LEVEL_ERROR, "no configuration: ending");
            priv_fail(p, 1);
            return;
        }
        p->configured = true;
        priv_host_settled(p);
        log_line(&p->log, LOG_LEVEL_INFO, "ready");
    } else {
        log_line(&p->log, fine ? LOG_LEVEL_INFO : LOG_LEVEL_ERROR, "%s",
                 fine ? "the new configuration is in force"
                      : "the new configuration is refused; the old one runs on");
    }
    notify_send("READY=1\n");
    priv_reload_next(p);
}

void priv_reload_next(struct priv *p)
{
    if (!p->reload_again || p->reload != RELOAD_NONE || p->child[ROLE_CONF].running)
        return;
    bool for_ctl = p->reload_again_for_ctl;
    p->reload_again = p->reload_again_for_ctl = false;
    priv_reload_start(p, for_ctl);
}

void priv_reload_failed(struct priv *p, const char *why)
{
    if (p->reload == RELOAD_NONE)
        return;
    spawn_signal(&p->child[ROLE_CONF].process, SIGKILL);
    say(p, DIAG_ERROR, why);
    finish(p, false);
}

void priv_reload_unasked(struct priv *p)
{
    p->reload_for_ctl = p->reload_again_for_ctl = false;
}

void priv_reload_configured(struct priv *p, bool fine)
{
    if (p->reload != RELOAD_APPLYING)
        return;
    priv_ipsec_applied(p, fine);
    finish(p, fine);
}

/* Opens a file for conf; priv reads none of it. A device or a pipe could block whoever reads. */
static bool pass_file(struct priv *p, const char *name)
{
    char why[320];
    struct stat st;
    int fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        snprintf(why, sizeof(why), "%.256s: error: %s", name,
                 fd < 0 ? strerror(errno) : "not a regular file");
        if (fd >= 0)
            close(fd);
        priv_reload_failed(p, why);
        return false;
    }
    uint8_t bytes[520];
    struct wr w = wr_init(bytes, sizeof(bytes));
    put_text(&w, name);
    if (w.bad) {
        close(fd);
        priv_reload_failed(p, "the name of a configuration file is longer than 511 bytes");
        return false;
    }
    priv_send(&p->child[ROLE_CONF], MSG_CONF_FILE, bytes, wr_len(&w), fd);
    return true;
}

void priv_reload_start(struct priv *p, bool for_ctl)
{
    if (p->stopping)
        return;
    if (p->reload != RELOAD_NONE || p->child[ROLE_CONF].running) {
        p->reload_again = true;
        p->reload_again_for_ctl |= for_ctl;
        return;
    }
    if (p->configured)
        notify_reloading();
    p->reload = RELOAD_READING;
    p->reload_for_ctl = for_ctl;
    p->reload_refused = false;
    p->reload_deadline = loop_now(p->loop) + PRIV_CONF_S * NS_PER_S;
    err_t rc = priv_start(p, ROLE_CONF, 0, NULL, 0);
    if (rc != 0) {
        char why[160];
        snprintf(why, sizeof(why), "the configuration cannot be read: %s", strerror(-rc));
        priv_reload_failed(p, why);
        return;
    }
    for (uint32_t i = 0; i < p->options->file_count; i++)
        if (!pass_file(p, p->options->files[i]))
            return;
    priv_send(&p->child[ROLE_CONF], MSG_CONF_RUN, NULL, 0, -1);
}

/* The processes that stay are started with the first document: a configuration that does not parse
 * ends the daemon before it touched anything. */
static err_t start_servers(struct priv *p)
{
    int pair[2];
    err_t rc = ipc_pair(pair);
    if (rc != 0)
        return rc;
    const int ctl[] = { pair[1], p->socket_fd };
    rc = priv_start(p, ROLE_CORE, 0, &pair[0], 1);
    if (rc == 0)
        rc = priv_start(p, ROLE_CTL, 0, ctl, ARRAY_LEN(ctl));
    if (rc == 0)
        priv_send(&p->child[ROLE_CTL], MSG_CTL_SERVE, NULL, 0, -1);
    p->ctl_began = loop_now(p->loop);
    close(pair[0]);
    close(pair[1]);
    return rc;
}

static void apply(struct priv *p, int document)
{
    if (!p->child[ROLE_CORE].running) {
        err_t rc = start_servers(p);
        if (rc != 0) {
            close(document);
            log_line(&p->log, LOG_LEVEL_ERROR, "cannot start the other processes: %s",
                     strerror(-rc));
            priv_fail(p, 1);
            return;
        }
    }
    p->reload = RELOAD_APPLYING;
    priv_send(&p->child[ROLE_CORE], MSG_CORE_CONFIG, NULL, 0, document);
}

/* The configuration wants what only the kernel can give: better refused than half in force. */
static void take_need(struct priv *p, const struct ipc_message *m)
{
    char at[FINDING_MAX], why[256], line[FINDING_MAX];
    uint8_t severity;
    struct text reason = text_init(why, sizeof(why)), t = text_init(line, sizeof(line));
    if (!finding_decode(m, &severity, at) || priv_xfrm_can(p, &reason))
        return;
    text_str(&t, at);
    text_str(&t, ": error: `platform ipsec kernel` cannot be: ");
    text_str(&t, why);
    text_str(&t, "; load the modules xfrm_interface and esp4 (esp6), or leave the line out: ESP in "
                 "user space needs neither [XFRM-MISSING]");
    say(p, DIAG_ERROR, line);
    p->reload_refused = true;
}

void priv_reload_message(struct priv *p, const struct ipc_message *m)
{
    char text[FINDING_MAX];
    uint8_t severity;
    if (m->kind == MSG_CONF_DOCUMENT && p->reload == RELOAD_READING && !p->reload_refused) {
        apply(p, m->fd);
    } else if (m->kind == MSG_CONF_DOCUMENT && p->reload == RELOAD_READING) {
        close(m->fd);
        priv_ipsec_done(p);
        finish(p, false);
    } else if (m->kind == MSG_CONF_KERNEL && p->reload == RELOAD_READING) {
        take_need(p, m);
    } else if (m->kind == MSG_CONF_SECRETS && p->reload == RELOAD_READING) {
        priv_ipsec_secrets(p, m->fd);
    } else if (m->kind == MSG_CONF_TUNNELS && p->reload == RELOAD_READING) {
        priv_ipsec_document(p, m);
    } else if (m->kind == MSG_CONF_KEY_FILE && p->reload == RELOAD_READING) {
        priv_ipsec_key_file(p, m);
    } else if (m->fd >= 0) {
        close(m->fd);
    } else if (m->kind == MSG_CONF_REFUSED && p->reload == RELOAD_READING) {
        finish(p, false);
    } else if ((m->kind == MSG_CONF_LINE || m->kind == MSG_PRIV_LINE) &&
               finding_decode(m, &severity, text)) {
        say(p, severity, text);
    }
}
