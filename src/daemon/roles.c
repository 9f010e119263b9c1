#include "daemon/roles.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

#include "esp/workers.h"

/* Several workers of one role tell themselves apart, in logs and in ps(1). */
const char *role_title(enum role r, uint32_t worker, uint32_t workers)
{
    static const char *const data[] = { "data0",  "data1",  "data2",  "data3", "data4",  "data5",
                                        "data6",  "data7",  "data8",  "data9", "data10", "data11",
                                        "data12", "data13", "data14", "data15" };
    static_assert(ARRAY_LEN(data) == ESP_WORKERS_MAX, "a name each");
    assert(workers <= 1 || worker < workers);
    return r == ROLE_DATA && workers > 1 ? data[worker] : role_name(r);
}

bool role_enter(const struct options *o, enum sandbox_role role, struct log *ret_log)
{
    static const int ignored[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE };
    for (size_t i = 0; i < ARRAY_LEN(ignored); i++)
        signal(ignored[i], SIG_IGN);
    char name[16];
    const char *title = role_title(o->role, o->worker, o->workers);
    snprintf(name, sizeof(name), "spanwayd-%s", title);
    prctl(PR_SET_NAME, name, 0, 0, 0);
    log_init(ret_log, title, o->log_level);
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
