#include "daemon/options.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "daemon/version.h"
#include "esp/workers.h"

enum {
    OPT_RUN_DIR = 256,
    OPT_NO_KERNEL,
    OPT_PLAIN,
    OPT_DIALECT,
    OPT_MAP,
    OPT_UNSUPPORTED,
    OPT_SHARDS,
    OPT_NO_SANDBOX,
    OPT_LOG_LEVEL,
    OPT_ROLE,
    OPT_USER,
    OPT_KEY_LOG,
    OPT_WORKERS,
    OPT_WORKER,
};

static const struct option long_options[] = {
    { "file", required_argument, NULL, 'f' },
    { "run-dir", required_argument, NULL, OPT_RUN_DIR },
    { "no-kernel", no_argument, NULL, OPT_NO_KERNEL },
    { "plain-routes", no_argument, NULL, OPT_PLAIN },
    { "dialect", required_argument, NULL, OPT_DIALECT },
    { "interface-map", required_argument, NULL, OPT_MAP },
    { "allow-unsupported", no_argument, NULL, OPT_UNSUPPORTED },
    { "shards", required_argument, NULL, OPT_SHARDS },
    { "no-sandbox", no_argument, NULL, OPT_NO_SANDBOX },
    { "log-level", required_argument, NULL, OPT_LOG_LEVEL },
    { "role", required_argument, NULL, OPT_ROLE },
    { "user", required_argument, NULL, OPT_USER },
    { "workers", required_argument, NULL, OPT_WORKERS },
    { "worker", required_argument, NULL, OPT_WORKER },
    { "key-log", required_argument, NULL, OPT_KEY_LOG },
    { "help", no_argument, NULL, 'h' },
    { "version", no_argument, NULL, 'V' },
    { NULL, 0, NULL, 0 },
};

static const char usage[] =
    "usage: spanwayd -f FILE [-f FILE...] [options]\n"
    "  -f, --file FILE            configuration in FRR's or IOS's words; several are one\n"
    "      --run-dir DIR          where spanway.sock and the lock are (/run/spanway)\n"
    "      --dialect frr|ios      do not guess the dialect\n"
    "      --interface-map NAME=IFNAME,...\n"
    "                             a device's interface is this one here\n"
    "      --allow-unsupported    lines that are not understood are warnings\n"
    "      --no-kernel            leave the kernel's routes, addresses and NAT alone\n"
    "      --plain-routes         no next-hop objects: each route carries its next hops\n"
    "      --shards N             shards of the BGP tables, 1 to 16 (1)\n"
    "      --no-sandbox           no seccomp filters (for sanitizers and debuggers)\n"
    "      --log-level LEVEL      error, warning, info (default) or debug\n"
    "      --key-log DIR          write the keys of every tunnel to DIR, as Wireshark reads them\n"
    "                             (ikev2_decryption_table, esp_sa): for debugging, as whoever\n"
    "                             reads these files can read the tunnels\n"
    "  -h, --help                 this text\n"
    "  -V, --version              the version\n"
    "Runs in the foreground and logs to standard error. SIGHUP reads the files again,\n"
    "SIGTERM ends every session in order.\n";

static bool parse_u32(const char *s, uint32_t lo, uint32_t hi, uint32_t *ret_v)
{
    uint64_t v;
    if (!number_parse(s, hi, &v) || v < lo)
        return false;
    *ret_v = (uint32_t)v;
    return true;
}

/* "GigabitEthernet8.714=eth1,Vlan10=eth2" */
static bool parse_map(struct options *o, const char *map)
{
    for (const char *at = map; *at;) {
        size_t len = strcspn(at, ",");
        const char *eq = memchr(at, '=', len);
        if (!eq || o->alias_count == OPTIONS_MAP_MAX)
            return false;
        struct options_alias *a = &o->aliases[o->alias_count];
        size_t device = (size_t)(eq - at), kernel = len - device - 1;
        if (device == 0 || device >= sizeof(a->device) || kernel == 0 ||
            kernel >= sizeof(a->kernel))
            return false;
        memcpy(a->device, at, device);
        memcpy(a->kernel, eq + 1, kernel);
        o->alias_count++;
        at += len;
        at += *at == ',';
    }
    return o->alias_count > 0;
}

static bool parse_user(struct options *o, const char *s)
{
    uint64_t uid, gid;
    if (!number_read(&s, UINT32_MAX, &uid) || *s++ != ':' || !number_parse(s, UINT32_MAX, &gid))
        return false;
    o->uid = (uid_t)uid;
    o->gid = (gid_t)gid;
    return true;
}

static bool parse_dialect(const char *s, enum dialect *ret_dialect)
{
    if (strcmp(s, "frr") == 0)
        *ret_dialect = DIALECT_FRR;
    else if (strcmp(s, "ios") == 0)
        *ret_dialect = DIALECT_IOS;
    else
        return false;
    return true;
}

static bool parse_role(const char *s, enum role *ret_role)
{
    for (unsigned r = 0; r < ROLE_COUNT; r++) {
        if (strcmp(s, role_name((enum role)r)) == 0) {
            *ret_role = (enum role)r;
            return true;
        }
    }
    return false;
}

/* One option; false: its argument is wrong. */
static bool take(struct options *o, int option, const char *value)
{
    switch (option) {
    case 'f':
        if (o->file_count == OPTIONS_FILES_MAX)
            return false;
        o->files[o->file_count++] = value;
        return true;
    case OPT_RUN_DIR:
        o->run_dir = value;
        return *value != '\0';
    case OPT_NO_KERNEL:
        return o->no_kernel = true;
    case OPT_PLAIN:
        return o->plain_routes = true;
    case OPT_DIALECT:
        return parse_dialect(value, &o->dialect);
    case OPT_MAP:
        o->interface_map = value;
        return parse_map(o, value);
    case OPT_UNSUPPORTED:
        return o->allow_unsupported = true;
    case OPT_SHARDS:
        return parse_u32(value, 1, OPTIONS_SHARDS_MAX, &o->shards);
    case OPT_NO_SANDBOX:
        return o->no_sandbox = true;
    case OPT_LOG_LEVEL:
        return log_level_parse(value, &o->log_level);
    case OPT_ROLE:
        return parse_role(value, &o->role);
    case OPT_USER:
        return parse_user(o, value);
    case OPT_WORKERS:
        return parse_u32(value, 1, ESP_WORKERS_MAX, &o->workers);
    case OPT_WORKER:
        return parse_u32(value, 0, ESP_WORKERS_MAX - 1, &o->worker);
    case OPT_KEY_LOG:
        o->key_log = value;
        return *value != '\0';
    default:
        return false;
    }
}

enum options_verdict options_parse(int argc, char *argv[], struct options *ret_options)
{
    struct options o = { .role = ROLE_PRIV,
                         .run_dir = "/run/spanway",
                         .shards = 1,
                         .workers = 1,
                         .log_level = LOG_LEVEL_INFO };
    int option;
    while ((option = getopt_long(argc, argv, "f:hV", long_options, NULL)) != -1) {
        if (option == 'h' || option == 'V') {
            fputs(option == 'h' ? usage : "spanwayd " SPANWAY_VERSION "\n", stdout);
            return OPTIONS_DONE;
        }
        if (option == '?')
            return OPTIONS_WRONG;
        if (!take(&o, option, optarg)) {
            fprintf(stderr, "spanwayd: wrong value \"%s\" of option %s\n", optarg ? optarg : "",
                    argv[optind - 1] == optarg ? argv[optind - 2] : argv[optind - 1]);
            return OPTIONS_WRONG;
        }
    }
    if (optind < argc) {
        fprintf(stderr, "spanwayd: unexpected word \"%s\"; files are given with -f\n",
                argv[optind]);
        return OPTIONS_WRONG;
    }
    if (o.worker >= o.workers) {
        fprintf(stderr, "spanwayd: worker %u of %u\n", o.worker, o.workers);
        return OPTIONS_WRONG;
    }
    if (o.role == ROLE_PRIV && o.file_count == 0) {
        fprintf(stderr, "spanwayd: no configuration file\n%s", usage);
        return OPTIONS_WRONG;
    }
    *ret_options = o;
    return OPTIONS_RUN;
}

const char *options_kernel_name(const struct options *o, const char *device)
{
    for (uint32_t i = 0; i < o->alias_count; i++)
        if (strcmp(o->aliases[i].device, device) == 0)
            return o->aliases[i].kernel;
    return NULL;
}

const char *options_device_name(const struct options *o, const char *kernel)
{
    for (uint32_t i = 0; i < o->alias_count; i++)
        if (strcmp(o->aliases[i].kernel, kernel) == 0)
            return o->aliases[i].device;
    return NULL;
}
