/* Checking files without a daemon: one by one, or as one configuration. */
#include "ctl/offline.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../unit.h"

static const char frr[] = "frr version 8.5\nrouter bgp 65001\n no bgp ebgp-requires-policy\n"
                          " neighbor 10.0.0.2 remote-as 65002\n";
static const char more[] = "frr version 8.5\nrouter bgp 65001\n neighbor 10.0.0.2 timers 3 9\n";
static const char broken[] = "frr version 8.5\nrouter bgp 65001\n neighbr 10.0.0.2 timers 3 9\n";

enum { FILES = 3 };

static void make_file(char *name, size_t cap, const char *text)
{
    snprintf(name, cap, "/tmp/test_offline.XXXXXX");
    int fd = mkstemp(name);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

struct said {
    char *out, *err;
    size_t out_len, err_len;
    int status;
};

static void run(int (*what)(const struct offline_request *, FILE *, FILE *),
                const struct offline_request *r, struct said *ret_said)
{
    *ret_said = (struct said){ 0 };
    FILE *out = open_memstream(&ret_said->out, &ret_said->out_len);
    FILE *err = open_memstream(&ret_said->err, &ret_said->err_len);
    assert_true(out && err);
    ret_said->status = what(r, out, err);
    fclose(out);
    fclose(err);
}

static void check(const struct offline_request *r, struct said *ret_said)
{
    run(offline_check, r, ret_said);
}

static void done(struct said *s)
{
    free(s->out);
    free(s->err);
}

static void files_are_reported_one_by_one_or_together(void **state)
{
    (void)state;
    char name[FILES][32];
    make_file(name[0], sizeof(name[0]), frr);
    make_file(name[1], sizeof(name[1]), more);
    make_file(name[2], sizeof(name[2]), broken);
    const char *none = "/nonexistent/file";
    const struct {
        const char *name, *files[FILES];
        size_t n;
        bool together;
        int status;
        json_int_t errors[FILES]; /* a report each; -1: null; -2: no further report */
    } cases[] = {
        { "one file", { name[0] }, 1, false, 0, { 0, -2 } },
        { "each alone: an AS is missing", { name[0], name[1] }, 2, false, 1, { 0, 1, -2 } },
        { "together it is there", { name[0], name[1] }, 2, true, 0, { 0, -2 } },
        { "the worst decides", { name[2], name[0] }, 2, false, 1, { 1, 0, -2 } },
        { "a file that is not there", { name[0], none, name[2] }, 3, false, 2, { 0, -1, 1 } },
        { "nothing of a whole that lacks a file", { name[0], none }, 2, true, 2, { -2 } },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct offline_request r = { .files = cases[i].files,
                                     .file_count = cases[i].n,
                                     .together = cases[i].together,
                                     .json = true };
        struct said s;
        check(&r, &s);
        CLAIM(cases[i].name, s.status == cases[i].status);
        json_t *all = json_loads(s.out, 0, NULL);
        CLAIM(cases[i].name, (all != NULL) == (cases[i].errors[0] != -2));
        size_t reports = json_is_array(all) ? json_array_size(all) : all != NULL;
        for (size_t k = 0; k < FILES && cases[i].errors[k] != -2; k++) {
            json_t *one = json_is_array(all) ? json_array_get(all, k) : all;
            CLAIM(cases[i].name, k < reports);
            if (cases[i].errors[k] == -1)
                CLAIM(cases[i].name, json_is_null(one));
            else
                CLAIM(cases[i].name,
                      json_integer_value(json_object_get(one, "errors")) == cases[i].errors[k]);
            if (json_is_array(all) && json_is_object(one))
                CLAIM(cases[i].name,
                      strcmp(json_string_value(json_object_get(one, "file")), r.files[k]) == 0);
        }
        json_decref(all);
        done(&s);

        r.json = false;
        check(&r, &s);
        CLAIM(cases[i].name, s.status == cases[i].status);
        CLAIM(cases[i].name, (strstr(s.err, none) != NULL) == (s.status == 2));
        done(&s);
    }
    for (size_t i = 0; i < FILES; i++)
        unlink(name[i]);
}

/* A download for IKEv1 comes out as IKEv2, in its own dialect, with its key; and the status says
 * whether all of it could be. */
static void ikev1_is_converted(void **state)
{
    (void)state;
    static const struct {
        const char *name, *key, *want;
        int status;
    } cases[] = {
        { "with its key", "crypto isakmp key s3cr3t address 192.0.2.1\n",
          "  pre-shared-key s3cr3t\n", 0 },
        { "without one", "", "", 1 },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char name[64], text[2048];
        snprintf(text, sizeof(text),
                 "crypto isakmp policy 1\n encr aes\n authentication pre-share\n group 14\n%s"
                 "crypto ipsec profile E\ninterface Tunnel1\n ip address 10.0.0.1 255.255.255.0\n"
                 " tunnel source 198.51.100.1\n tunnel mode ipsec ipv4\n"
                 " tunnel destination 192.0.2.1\n tunnel protection ipsec profile E\n",
                 cases[i].key);
        make_file(name, sizeof(name), text);
        const char *file = name;
        struct offline_request r = { .files = &file, .file_count = 1, .to_ikev2 = true };
        struct said s = { 0 };
        FILE *out = open_memstream(&s.out, &s.out_len);
        FILE *err = open_memstream(&s.err, &s.err_len);
        assert_true(out && err);
        s.status = offline_convert(&r, out, err);
        fclose(out);
        fclose(err);
        CLAIM(cases[i].name, s.status == cases[i].status);
        CLAIM(cases[i].name, s.status != 0 || strstr(s.out, cases[i].want));
        CLAIM(cases[i].name, s.status != 0 || !strstr(s.out, "isakmp"));
        done(&s);
        unlink(name);
    }
}

/* What a router asks beyond the text is found with the parser's findings. */
static bool refuse(const struct config *config, struct diag_list *diags)
{
    struct diag d = { .severity = DIAG_ERROR, .line = config->bgp.at.line };
    DIAG_SET(d.id, "CFG-REGEX");
    DIAG_SET(d.what, "the router says no");
    diag_add(diags, &d);
    return false;
}

static void what_a_router_refuses_is_found_too(void **state)
{
    (void)state;
    char name[2][32];
    make_file(name[0], sizeof(name[0]), frr);
    make_file(name[1], sizeof(name[1]), broken);
    for (unsigned i = 0; i < 2; i++) {
        const char *file = name[i];
        struct offline_request r = { .files = &file, .file_count = 1, .check = refuse };
        struct said s;
        check(&r, &s);
        assert_int_equal(s.status, 1);
        assert_non_null(strstr(s.out, "the router says no"));
        assert_true(!strstr(s.out, "neighbr") == (i == 0));
        done(&s);
        remove(name[i]);
    }
}

/* A configuration to use has its keys; whoever prints one is told, and may leave them out. */
static void what_is_converted_says_that_it_has_keys(void **state)
{
    (void)state;
    static const char text[] = "frr version 8.5\nrouter bgp 65001\n"
                               " neighbor 10.0.0.2 remote-as 65002\n"
                               " neighbor 10.0.0.2 password s3cr3t\n";
    char name[2][32];
    make_file(name[0], sizeof(name[0]), text);
    make_file(name[1], sizeof(name[1]), frr);
    static const struct {
        unsigned file;
        bool redact, has_key, says;
    } cases[] = { { 0, false, true, true }, { 0, true, false, false }, { 1, false, false, false } };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const char *file = name[cases[i].file];
        struct offline_request r = {
            .files = &file, .file_count = 1, .to = DIALECT_IOS, .redact = cases[i].redact
        };
        struct said s;
        run(offline_convert, &r, &s);
        assert_int_equal(s.status, 0);
        assert_true((strstr(s.out, "password s3cr3t") != NULL) == cases[i].has_key);
        assert_true((strstr(s.out, "password <removed>") != NULL) == cases[i].redact);
        assert_true((strstr(s.err, "1 lines of it have keys") != NULL) == cases[i].says);
        done(&s);
    }
    remove(name[0]);
    remove(name[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_converted_says_that_it_has_keys),
        cmocka_unit_test(what_a_router_refuses_is_found_too),
        cmocka_unit_test(ikev1_is_converted),
        cmocka_unit_test(files_are_reported_one_by_one_or_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
