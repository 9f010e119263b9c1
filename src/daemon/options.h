/* daemon/options.h: the command line of spanwayd, and of the roles that it starts. Strings are
 * borrowed from argv. */
#ifndef DAEMON_OPTIONS_H
#define DAEMON_OPTIONS_H

#include <sys/types.h>

#include "base/base.h"
#include "config/model.h"
#include "daemon/messages.h"
#include "os/log.h"

enum { OPTIONS_FILES_MAX = 32, OPTIONS_MAP_MAX = 256, OPTIONS_SHARDS_MAX = 16 };

/* --interface-map NAME=ifname: the device's name in the configuration, and the kernel's. */
struct options_alias {
    char device[64], kernel[32];
};

struct options {
    enum role role;
    const char *files[OPTIONS_FILES_MAX];
    uint32_t file_count;
    const char *run_dir;
    bool no_kernel, plain_routes, allow_unsupported, no_sandbox;
    enum dialect dialect; /* DIALECT_UNKNOWN: recognise it */
    const char *interface_map; /* as written; NULL: none */
    const char *key_log; /* the directory that session keys are written to; NULL: they are not */
    struct options_alias aliases[OPTIONS_MAP_MAX];
    uint32_t alias_count;
    uint32_t shards;
    uint32_t workers, worker; /* of data; worker: the number of this one (from priv to data) */
    enum log_level log_level;
    uid_t uid; /* of the unprivileged roles; 0: no change (from priv to its children) */
    gid_t gid;
};

enum options_verdict { OPTIONS_RUN, OPTIONS_DONE, OPTIONS_WRONG };

/* Reads argv. DONE: help or the version was printed. WRONG: the reason was printed on stderr. */
must_use enum options_verdict options_parse(int argc, char *argv[], struct options *ret_options);

/* The kernel's name that --interface-map gives a device's interface, and the way back; NULL: none.
 * */
const char *options_kernel_name(const struct options *o, const char *device);

/* The device's name of one of the kernel's; NULL: it is not in the map. */
const char *options_device_name(const struct options *o, const char *kernel);

#endif
