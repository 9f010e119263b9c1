/* spanway: the operator's command: asks a running daemon, or checks and converts files by itself.
 * */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/check_files.h"
#include "ctl/cli.h"
#include "ctl/facts.h"
#include "ctl/offline.h"
#include "ctl/ping.h"
#include "ctl/plan_files.h"
#include "ctl/protocol.h"
#include "ctl/routes_show.h"
#include "ctl/topo_show.h"
#include "daemon/version.h"
#include "lab/command.h"
#include "node/node.h"

enum { COMMANDS_MAX = 64, EXIT_USAGE = 2 };

static const char usage[] =
    "usage: spanway [--run-dir DIR] [--layout frr|ios] -c 'COMMAND' [-c 'COMMAND'...]\n"
    "       spanway [--run-dir DIR] reload\n"
    "       spanway config check [--format json] [--inert] [--dialect frr|ios]\n"
    "                            [--allow-unsupported] [--together] FILE...\n"
    "       spanway config convert [--to frr|ios] [--ikev2] [--redact] [--dialect frr|ios]\n"
    "                              FILE...\n"
    "       spanway facts [--format json] [--source] [azure|aws|gcp|soracom|device] [PATTERN]\n"
    "       spanway show topology [--format text|json|yaml] [--allow-outside] FILE\n"
    "       spanway show effective-routes [--at PLACE] [--learned GATEWAY=PREFIX[,NEXT-HOP]]...\n"
    "                     [--format text|json] [--allow-outside] FILE\n"
    "       spanway check [--format text|json|sarif|junit] [--strict] [--quiet | --verbose]\n"
    "                     [--expect] [--since OLD] [--allow-outside] FILE...\n"
    "       spanway check --explain RULE | --list-rules\n"
    "       spanway plan [--format topology|checklist|commands] [-o DIR] INTENT\n"
    "       spanway lab up [--name LAB] [--dry-run] [--despite-errors] [--allow-outside] FILE\n"
    "       spanway lab down [LAB | --all] | status [LAB] | graph FILE\n"
    "       spanway lab exec [--name LAB] NODE -- COMMAND... | shell [--name LAB] NODE\n"
    "       spanway lab fail|heal [--name LAB] PLACE...\n"
    "       spanway lab impair [--name LAB] [--from NODE] [CABLE WORD... | CABLE clear | clear]\n"
    "       spanway lab capture [--name LAB] NODE [INTERFACE] | wireshark -k -i -\n"
    "       spanway lab trace|hops [--name LAB] NODE ADDRESS [icmp|tcp/PORT|udp/PORT]\n"
    "       spanway lab drill [--name LAB] [--fail PLACE]... [--seconds N]\n"
    "                         [--format text|json] FROM TO\n"
    "       spanway version | --version | -V\n"
    "       spanway --help | -h\n"
    "Commands are those of the devices: show ip bgp summary, show ip route, clear bgp *, ...\n"
    "facts prints what the providers and devices do, with grades and sources.\n"
    "show topology prints a topology file complete: what it leaves out is marked.\n"
    "show effective-routes prints the routes of network interfaces as the provider does.\n"
    "check says what is wrong with topologies; with --expect, whether what they expect holds.\n"
    "plan works out all objects that connect two or three networks; -o DIR writes the files.\n"
    "lab builds the network of a topology on this machine, with real packets (docs/lab.md).\n"
    "Exit status: 0; 1 the command failed or files have errors; 2 wrong usage, no daemon,\n"
    "no file.\n"
    "Options:\n"
    "  -c 'COMMAND'         ask this; several are asked in order\n"
    "  --run-dir DIR        of the daemon that is asked; else /run/spanway\n"
    "  --layout frr|ios     answers as that device has them; else as its configuration is\n"
    "  --format FORMAT      text, or json; a topology also as yaml; findings as sarif, junit\n"
    "  --inert              list lines without meaning here, too\n"
    "  --dialect frr|ios    what the files are; else as they look\n"
    "  --allow-unsupported  what is refused is left out with a warning\n"
    "  --together           the files are one configuration, as spanwayd reads several\n"
    "  --to frr|ios         write the configuration in that dialect\n"
    "  --ikev2              write IKEv1 as the IKEv2 that the other end accepts\n"
    "  --redact             leave keys and passwords out of what is written\n"
    "  --source             say where each fact was found\n"
    "  --allow-outside      files that a topology names may be outside of its folder\n"
    "  --at PLACE           a network interface, machine or subnet; else every subnet\n"
    "  --learned G=P[,HOP]  gateway or Route Server G has learned prefix P; may be repeated\n"
    "  --strict             of check: warnings are errors\n"
    "  --quiet, --verbose   errors and warnings alone; what was suppressed as well\n"
    "  --expect             the exit status says whether what is expected holds\n"
    "  --since OLD          the topology that runs today, of which FILE is the next\n"
    "  --explain RULE       what a rule is about\n"
    "  --list-rules         all rules\n"
    "  --name LAB           of lab: another name than the topology's; which of several\n"
    "  --dry-run            print what would be done, as a shell script\n"
    "  --despite-errors     build what check finds errors in\n"
    "  --from NODE          impair only what this node sends\n"
    "  --fail PLACE         of drill: what fails after 2 seconds; may be repeated\n"
    "  --seconds N          of drill: how long it lasts (10); of a failure, and after it (30)\n";

struct client {
    const char *run_dir;
    enum dialect layout;
    const char *commands[COMMANDS_MAX];
    size_t command_count;
};

static const char hint[] = "try spanway --help\n";

/* One line that says what is wrong, and where to read on: the usage would hide it. */
static int wrong(const char *what, const char *word)
{
    fprintf(stderr, "spanway: %s \"%s\"\n%s", what, word, hint);
    return EXIT_USAGE;
}

/* getopt has said what is wrong. */
static int wrong_option(void)
{
    fputs(hint, stderr);
    return EXIT_USAGE;
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

/* ---- against the daemon ---------------------------------------------------------------------- */

/* Connects when the first command wants it: ping does without a daemon. */
static int ask_one(const struct client *cl, const char *line, int *fd)
{
    const struct ctl_request r = { .line = line, .layout = cl->layout };
    struct ping_request ping;
    int status = 0;
    err_t rc = 0;
    if (ping_parse(line, &ping))
        return ping_run(&ping, cl->run_dir, stdout);
    if (*fd < 0)
        rc = cli_connect(cl->run_dir, fd);
    if (rc != 0) {
        fprintf(stderr, "spanway: no spanwayd answers at %s/%s: %s\n", cl->run_dir, CTL_SOCKET_NAME,
                strerror(-rc));
        return CLI_UNREACHABLE;
    }
    rc = cli_run(*fd, &r, stdout, &status);
    if (rc != 0) {
        fprintf(stderr, "spanway: %s: %s\n", line, strerror(-rc));
        return CLI_UNREACHABLE;
    }
    return status;
}

static int ask(const struct client *cl)
{
    int fd = -1, status = 0;
    for (size_t i = 0; i < cl->command_count && status != CLI_UNREACHABLE; i++) {
        int one = ask_one(cl, cl->commands[i], &fd);
        status = status && one != CLI_UNREACHABLE ? status : one;
    }
    if (fd >= 0)
        close(fd);
    if (fflush(stdout) != 0 && status == 0)
        status = 1;
    return status;
}

/* ---- without --------------------------------------------------------------------------------- */

static const struct option config_options[] = {
    { "format", required_argument, NULL, 'f' },
    { "inert", no_argument, NULL, 'i' },
    { "dialect", required_argument, NULL, 'd' },
    { "allow-unsupported", no_argument, NULL, 'a' },
    { "to", required_argument, NULL, 't' },
    { "together", no_argument, NULL, 'T' },
    { "ikev2", no_argument, NULL, '2' },
    { "redact", no_argument, NULL, 'r' },
    { NULL, 0, NULL, 0 },
};

static bool take_config_option(struct offline_request *r, int option)
{
    switch (option) {
    case 'f':
        r->json = strcmp(optarg, "json") == 0;
        return r->json || strcmp(optarg, "text") == 0;
    case 'i':
        return r->list_inert = true;
    case 'd':
        return parse_dialect(optarg, &r->options.dialect);
    case 'a':
        return r->options.allow_unsupported = true;
    case 't':
        return parse_dialect(optarg, &r->to);
    case 'T':
        return r->together = true;
    case 'r':
        return r->redact = true;
    case '2':
        return r->to_ikev2 = true;
    default:
        return false;
    }
}

/* argv: "check" or "convert", options, files */
static int config_command(int argc, char *argv[])
{
    struct offline_request r = { .check = node_config_check };
    bool convert = argc > 0 && strcmp(argv[0], "convert") == 0;
    if (argc == 0 || (!convert && strcmp(argv[0], "check") != 0))
        return wrong("config wants check or convert, not", argc ? argv[0] : "nothing");
    int option;
    optind = 0;
    while ((option = getopt_long(argc, argv, "", config_options, NULL)) != -1) {
        if (option == '?')
            return wrong_option();
        if (!take_config_option(&r, option))
            return wrong("wrong value of an option:", optarg ? optarg : "");
    }
    r.files = (const char *const *)(argv + optind);
    r.file_count = (size_t)(argc - optind);
    if (r.file_count == 0 || r.file_count > OFFLINE_FILES_MAX)
        return wrong("1 to 32 files are wanted after", argv[0]);
    if (convert && r.to == DIALECT_UNKNOWN && !r.to_ikev2)
        return wrong("--to frr|ios or --ikev2 is wanted after", argv[0]);
    return convert ? offline_convert(&r, stdout, stderr) : offline_check(&r, stdout, stderr);
}

static const struct option facts_options[] = {
    { "format", required_argument, NULL, 'f' },
    { "source", no_argument, NULL, 's' },
    { NULL, 0, NULL, 0 },
};

/* argv: "facts", options, words */
static int facts_command(int argc, char *argv[])
{
    struct facts_request r = { 0 };
    int option;
    optind = 0;
    while ((option = getopt_long(argc, argv, "", facts_options, NULL)) != -1) {
        if (option == 's') {
            r.sources = true;
        } else if (option == 'f') {
            r.json = strcmp(optarg, "json") == 0;
            if (!r.json && strcmp(optarg, "text") != 0)
                return wrong("format is text or json, not", optarg);
        } else {
            return wrong_option();
        }
    }
    r.words = (const char *const *)(argv + optind);
    r.word_count = (size_t)(argc - optind);
    return facts_print(&r, stdout, stderr);
}

static const struct option show_options[] = {
    { "format", required_argument, NULL, 'f' },
    { "allow-outside", no_argument, NULL, 'o' },
    { NULL, 0, NULL, 0 },
};

static bool parse_topo_format(const char *s, enum topo_format *ret_format)
{
    static const char *const names[] = { "text", "yaml", "json" };
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (strcmp(s, names[i]) == 0) {
            *ret_format = (enum topo_format)i;
            return true;
        }
    }
    return false;
}

static const struct option routes_options[] = {
    { "at", required_argument, NULL, 'a' },
    { "learned", required_argument, NULL, 'l' },
    { "format", required_argument, NULL, 'f' },
    { "allow-outside", no_argument, NULL, 'o' },
    { NULL, 0, NULL, 0 },
};

static bool take_routes_option(struct routes_show_request *r, int option)
{
    switch (option) {
    case 'a':
        r->at = optarg;
        return true;
    case 'l':
        if (r->learned_count == ROUTES_LEARNED_MAX)
            return false;
        r->learned[r->learned_count++] = optarg;
        return true;
    case 'f':
        r->json = strcmp(optarg, "json") == 0;
        return r->json || strcmp(optarg, "text") == 0;
    case 'o':
        return r->outside_allowed = true;
    default:
        return false;
    }
}

/* argv: "effective-routes", options, file */
static int routes_command(int argc, char *argv[])
{
    struct routes_show_request r = { 0 };
    int option;
    optind = 0;
    while ((option = getopt_long(argc, argv, "", routes_options, NULL)) != -1) {
        if (option == '?')
            return wrong_option();
        if (!take_routes_option(&r, option))
            return wrong("wrong value of an option, or too many:", optarg ? optarg : "");
    }
    if (optind != argc - 1)
        return wrong("one file is wanted after", argv[0]);
    r.file = argv[optind];
    return routes_show(&r, stdout, stderr);
}

/* argv: "show", "topology", options, file */
static int show_command(int argc, char *argv[])
{
    struct topo_show_request r = { 0 };
    int option;
    if (argc >= 2 && strcmp(argv[1], "effective-routes") == 0)
        return routes_command(argc - 1, argv + 1);
    if (argc < 2 || strcmp(argv[1], "topology") != 0)
        return wrong(
            "show wants topology or effective-routes, or is asked of a daemon: -c 'show ...'; not",
            argc < 2 ? "nothing" : argv[1]);
    optind = 0;
    while ((option = getopt_long(argc - 1, argv + 1, "", show_options, NULL)) != -1) {
        if (option == 'o')
            r.outside_allowed = true;
        else if (option != 'f')
            return wrong_option();
        else if (!parse_topo_format(optarg, &r.format))
            return wrong("format is text, json or yaml, not", optarg);
    }
    if (optind != argc - 2)
        return wrong("one file is wanted after", argv[1]);
    r.file = argv[1 + optind];
    return topo_show(&r, stdout, stderr);
}

static const struct option check_options[] = {
    { "format", required_argument, NULL, 'f' },  { "since", required_argument, NULL, 's' },
    { "explain", required_argument, NULL, 'x' }, { "list-rules", no_argument, NULL, 'l' },
    { "expect", no_argument, NULL, 'e' },        { "strict", no_argument, NULL, 'S' },
    { "quiet", no_argument, NULL, 'q' },         { "verbose", no_argument, NULL, 'v' },
    { "allow-outside", no_argument, NULL, 'o' }, { NULL, 0, NULL, 0 },
};

static bool take_check_option(struct check_request *r, int option)
{
    switch (option) {
    case 'f':
        r->format = optarg;
        return true;
    case 's':
        r->since = optarg;
        return true;
    case 'x':
        r->explain = optarg;
        return true;
    case 'l':
        return r->list_rules = true;
    case 'e':
        return r->expect = true;
    case 'S':
        return r->strict = true;
    case 'q':
        return r->quiet = true;
    case 'v':
        return r->verbose = true;
    case 'o':
        return r->outside_allowed = true;
    default:
        return false;
    }
}

/* argv: "check", options, files */
static int check_command(int argc, char *argv[])
{
    struct check_request r = {
        .version = SPANWAY_VERSION,
        .color = isatty(STDOUT_FILENO) && !getenv("NO_COLOR"),
    };
    int option;
    optind = 0;
    while ((option = getopt_long(argc, argv, "", check_options, NULL)) != -1) {
        if (!take_check_option(&r, option))
            return wrong_option();
    }
    r.files = (const char *const *)(argv + optind);
    r.file_count = (size_t)(argc - optind);
    return check_files(&r, stdout, stderr);
}

static const struct option plan_options[] = {
    { "format", required_argument, NULL, 'f' },
    { "output", required_argument, NULL, 'o' },
    { NULL, 0, NULL, 0 },
};

/* argv: "plan", options, file */
static int plan_command(int argc, char *argv[])
{
    struct plan_request r = { 0 };
    int option;
    optind = 0;
    while ((option = getopt_long(argc, argv, "o:", plan_options, NULL)) != -1) {
        if (option == 'f')
            r.format = optarg;
        else if (option == 'o')
            r.folder = optarg;
        else
            return wrong_option();
    }
    if (optind != argc - 1)
        return wrong("one file is wanted after", "plan");
    r.file = argv[optind];
    return plan_files(&r, stdout, stderr);
}

/* ---- words ----------------------------------------------------------------------------------- */

static const struct option long_options[] = {
    { "command", required_argument, NULL, 'c' }, { "run-dir", required_argument, NULL, 'r' },
    { "layout", required_argument, NULL, 'l' },  { "help", no_argument, NULL, 'h' },
    { "version", no_argument, NULL, 'V' },       { NULL, 0, NULL, 0 },
};

static int words(struct client *cl, int argc, char *argv[])
{
    if (cl->command_count > 0)
        return argc ? wrong("unexpected word", argv[0]) : ask(cl);
    if (argc == 0) {
        fprintf(stderr,
                "spanway: nothing to do: give -c 'COMMAND', reload, config, facts, show, check, "
                "plan, lab or version\n%s",
                hint);
        return EXIT_USAGE;
    }
    if (strcmp(argv[0], "config") == 0)
        return config_command(argc - 1, argv + 1);
    if (strcmp(argv[0], "facts") == 0)
        return facts_command(argc, argv);
    if (strcmp(argv[0], "show") == 0)
        return show_command(argc, argv);
    if (strcmp(argv[0], "check") == 0)
        return check_command(argc, argv);
    if (strcmp(argv[0], "plan") == 0)
        return plan_command(argc, argv);
    if (strcmp(argv[0], "lab") == 0)
        return lab_command(argc, argv);
    if (argc > 1)
        return wrong("unexpected word", argv[1]);
    if (strcmp(argv[0], "version") == 0) {
        puts("spanway " SPANWAY_VERSION);
        return 0;
    }
    if (strcmp(argv[0], "reload") != 0)
        return wrong("unknown word", argv[0]);
    cl->commands[cl->command_count++] = "reload";
    return ask(cl);
}

int main(int argc, char *argv[])
{
    struct client cl = { .run_dir = CTL_RUN_DIR };
    int option;
    while ((option = getopt_long(argc, argv, "+c:hV", long_options, NULL)) != -1) {
        switch (option) {
        case 'c':
            if (cl.command_count == COMMANDS_MAX || strlen(optarg) >= CTL_LINE_MAX)
                return wrong("too long, or too many commands at", optarg);
            cl.commands[cl.command_count++] = optarg;
            break;
        case 'r':
            cl.run_dir = optarg;
            break;
        case 'l':
            if (!parse_dialect(optarg, &cl.layout))
                return wrong("layout is frr or ios, not", optarg);
            break;
        case 'h':
        case 'V':
            fputs(option == 'h' ? usage : "spanway " SPANWAY_VERSION "\n", stdout);
            return 0;
        default:
            return wrong_option();
        }
    }
    return words(&cl, argc - optind, argv + optind);
}
