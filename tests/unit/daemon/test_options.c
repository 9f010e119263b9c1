/* daemon/options.h and daemon/document.h: the command line, and the configuration as it travels. */
#include "daemon/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <unistd.h>

#include "../unit.h"
#include "daemon/document.h"
#include "daemon/roles.h"
#include "daemon/version.h"

static enum options_verdict parse(char *argv[], struct options *o)
{
    int argc = 0;
    while (argv[argc])
        argc++;
    optind = 0;
    return options_parse(argc, argv, o);
}

static void test_fine(void **state)
{
    (void)state;
    struct options o;
    char *argv[] = { "spanwayd", "-f", "a", "-f", "b", "--dialect", "ios", "--shards", "4",
                     "--interface-map", "GigabitEthernet8.714=eth1,Vlan10=eth2", "--no-kernel",
                     "--log-level", "debug", NULL };
    assert_int_equal(parse(argv, &o), OPTIONS_RUN);
    CLAIM("files in order", o.file_count == 2 && strcmp(o.files[1], "b") == 0);
    CLAIM("dialect, shards, flags", o.dialect == DIALECT_IOS && o.shards == 4 && o.no_kernel &&
                                        !o.no_sandbox && o.log_level == LOG_LEVEL_DEBUG);
    CLAIM_TEXT("there", options_kernel_name(&o, "Vlan10"), "eth2");
    CLAIM_TEXT("and back", options_device_name(&o, "eth1"), "GigabitEthernet8.714");
    CLAIM("an unknown one", !options_kernel_name(&o, "Vlan1"));
}

static void test_workers(void **state)
{
    (void)state;
    struct options o;
    char *one[] = { "spanwayd", "-f", "a", NULL };
    assert_int_equal(parse(one, &o), OPTIONS_RUN);
    CLAIM("one unless it is said", o.workers == 1 && o.worker == 0);
    CLAIM_TEXT("one has no number", role_title(ROLE_DATA, 0, o.workers), "data");
    char *third[] = { "spanwayd", "--role", "data", "--workers", "16", "--worker", "15", NULL };
    assert_int_equal(parse(third, &o), OPTIONS_RUN);
    CLAIM("the last of many", o.workers == 16 && o.worker == 15);
    CLAIM_TEXT("is called by its number", role_title(ROLE_DATA, o.worker, o.workers), "data15");
    CLAIM_TEXT("others are not", role_title(ROLE_IKE, 0, o.workers), "ike");
}

static const struct wrong {
    const char *name;
    char *argv[6];
} wrongs[] = {
    { "no file", { "spanwayd", NULL } },
    { "a word", { "spanwayd", "-f", "a", "word", NULL } },
    { "no shards", { "spanwayd", "-f", "a", "--shards", "0", NULL } },
    { "shards with a tail", { "spanwayd", "-f", "a", "--shards", "1x", NULL } },
    { "no such dialect", { "spanwayd", "-f", "a", "--dialect", "junos", NULL } },
    { "map without a name", { "spanwayd", "-f", "a", "--interface-map", "=eth0", NULL } },
    { "map without an interface", { "spanwayd", "-f", "a", "--interface-map", "Vlan1=", NULL } },
    { "map without =", { "spanwayd", "-f", "a", "--interface-map", "Vlan1", NULL } },
    { "no such level", { "spanwayd", "-f", "a", "--log-level", "loud", NULL } },
    { "no worker", { "spanwayd", "-f", "a", "--workers", "0", NULL } },
    { "too many workers", { "spanwayd", "-f", "a", "--workers", "17", NULL } },
    { "a worker beyond the last", { "spanwayd", "-f", "a", "--worker", "1", NULL } },
    { "no such option", { "spanwayd", "-f", "a", "--loud", NULL } },
};

static void test_wrong(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(wrongs); i++) {
        struct options o;
        char *argv[6];
        memcpy(argv, wrongs[i].argv, sizeof(argv));
        CLAIM(wrongs[i].name, parse(argv, &o) == OPTIONS_WRONG);
    }
}

static void test_document(void **state)
{
    (void)state;
    const struct config_file files[] = { { "one", "text", 4 }, { "two", "", 0 } };
    const struct config_options options = { .dialect = DIALECT_FRR, .allow_unsupported = true };
    struct document d;
    int fd;
    assert_int_equal(document_write(files, 2, &options, &fd), 0);
    assert_int_equal(document_read(fd, &d), 0);
    CLAIM("options", d.options.dialect == DIALECT_FRR && d.options.allow_unsupported);
    CLAIM("files", d.file_count == 2 && d.files[0].len == 4 && d.files[1].len == 0 &&
                       memcmp(d.files[0].text, "text", 4) == 0);
    CLAIM_TEXT("names", d.files[1].name, "two");
    document_done(&d);
    close(fd);
    assert_int_equal(ipc_memfd("t", "SPW1 nonsense", 13, &fd), 0);
    CLAIM("nonsense is refused", document_read(fd, &d) == -EPROTO);
    close(fd);
}

/* The one number that stands in two places. */
static void test_version(void **state)
{
    (void)state;
    char path[1024], line[256], want[64];
    const char *source = getenv("SPANWAY_SOURCE");
    snprintf(path, sizeof(path), "%s/meson.build", source ? source : ".");
    snprintf(want, sizeof(want), "version: '%s'", SPANWAY_VERSION);
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    bool found = false;
    while (fgets(line, sizeof(line), f))
        found |= strstr(line, want) != NULL;
    fclose(f);
    CLAIM("version.h has meson.build's version", found);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fine),
        cmocka_unit_test(test_workers),
        cmocka_unit_test(test_wrong),
        cmocka_unit_test(test_document),
        cmocka_unit_test(test_version),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
