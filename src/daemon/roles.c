#include "daemon/roles.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

bool role_enter(const struct options *o, enum sandbox_role role, struct log *ret_log)
{
    static const int ignored[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE };
    for (size_t i = 0; i < ARRAY_LEN(ignored); i++)
        signal(ignored[i], SIG_IGN);
    char name[16];
    snprintf(name, sizeof(name), "spanwayd-%s", role_name(o->role));
    prctl(PR_SET_NAME, name, 0, 0, 0);
    log_init(ret_log, role_name(o->role), o->log_level);
    const struct sandbox_params p = {
        .role = role, .uid = o->uid, .gid = o->gid, .filter = !o->no_sandbox };
    struct sandbox_result r;
    err_t rc = sandbox_enter(&p, &r);
    if (rc != 0) {
        log_line(ret_log, LOG_LEVEL_ERROR, "the sandbox cannot be entered: %s", strerror(-rc));
        return false;
    }
    if (r.note[0])
        log_line(ret_log, LOG_LEVEL_WARNING, "sandbox: %s", r.note);
    return true;
}
