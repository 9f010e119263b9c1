/* The files of a topology on disk: nothing outside of its folder is opened without leave; and
 * `spanway show topology` over them. */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../unit.h"
#include "ctl/topo_files.h"
#include "ctl/topo_show.h"

enum { PATH_BYTES = 512 };

static char top[64]; /* made by set_up() */

static void put_file(const char *name, const char *text)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof(path), "%s/%s", top, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void put_link(const char *to, const char *name)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof(path), "%s/%s", top, name);
    assert_int_equal(symlink(to, path), 0);
}

static void put_folder(const char *name)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof(path), "%s/%s", top, name);
    assert_int_equal(mkdir(path, 0700), 0);
}

static int set_up(void **state)
{
    (void)state;
    snprintf(top, sizeof(top), "/tmp/spanway-topo-XXXXXX");
    if (!mkdtemp(top))
        return -1;
    put_folder("in");
    put_folder("in/sub");
    put_file("out.yaml", "outside");
    put_file("in/t.yaml", "spanway: 1\ninclude: [sub/b.yaml]\n");
    put_file("in/sub/b.yaml", "sites: {t: {location: Tokyo}}\n");
    put_file("in/assigned.yaml", "spanway: 1\nazure: {public_ip_addresses: {p: }}\n");
    put_file("in/bad.yaml", "spanway: 1\nsitez: {}\n");
    put_file("in/long.yaml", "0123456789");
    put_link("../out.yaml", "in/away.yaml");
    put_link("..", "in/up");
    put_link("/etc/hostname", "in/absolute.yaml");
    return 0;
}

static int tear_down(void **state)
{
    static const char *const names[] = { "in/up",
                                         "in/away.yaml",
                                         "in/absolute.yaml",
                                         "in/sub/b.yaml",
                                         "in/long.yaml",
                                         "in/bad.yaml",
                                         "in/assigned.yaml",
                                         "in/t.yaml",
                                         "out.yaml",
                                         "in/sub",
                                         "in",
                                         "" };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        char path[PATH_BYTES];
        snprintf(path, sizeof(path), "%s/%s", top, names[i]);
        if (remove(path) != 0)
            return -1;
    }
    return 0;
}

static const struct {
    const char *name, *path;
    bool outside;
    err_t err;
    const char *text;
} cases[] = {
    { "a file below", "sub/b.yaml", false, 0, "sites: {t: {location: Tokyo}}\n" },
    { "a file beside", "long.yaml", false, 0, "0123456789" },
    { "no file", "none.yaml", false, -ENOENT, NULL },
    { "a folder", "sub", false, -EISDIR, NULL },
    { "one above", "../out.yaml", false, -EXDEV, NULL },
    { "one above, by a link", "away.yaml", false, -EXDEV, NULL },
    { "one above, by a link to a folder", "up/out.yaml", false, -EXDEV, NULL },
    { "an absolute link", "absolute.yaml", false, -EXDEV, NULL },
    { "one above, with leave", "../out.yaml", true, 0, "outside" },
    { "one above by a link, with leave", "away.yaml", true, 0, "outside" },
};

static void read_all_cases(void)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof(path), "%s/in/t.yaml", top);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct topo_files files;
        struct arena arena;
        const char *text = NULL;
        size_t len = 0;
        arena_init(&arena, 1 << 20);
        assert_int_equal(topo_files_open(&files, path, cases[i].outside), 0);
        err_t err = files.source.read(&files.source, cases[i].path, 100, &arena, &text, &len);
        CLAIM(cases[i].name, err == cases[i].err);
        if (cases[i].text)
            CLAIM_TEXT(cases[i].name, text, cases[i].text);
        arena_done(&arena);
        topo_files_close(&files);
    }
}

static void nothing_outside_is_opened(void **state)
{
    (void)state;
    read_all_cases();
}

/* As on an old kernel, or in a sandbox that does not know the call. */
static void nor_without_openat2(void **state)
{
    (void)state;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct sock_filter code[] = {
            BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
            BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
            BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
            BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        };
        struct sock_fprog program = { .len = ARRAY_LEN(code), .filter = code };
        if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
            prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
            _exit(77);
        for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
            char path[PATH_BYTES];
            struct topo_files files;
            struct arena arena;
            const char *text;
            size_t len;
            snprintf(path, sizeof(path), "%s/in/t.yaml", top);
            arena_init(&arena, 1 << 20);
            if (topo_files_open(&files, path, cases[i].outside) != 0 ||
                files.source.read(&files.source, cases[i].path, 100, &arena, &text, &len) !=
                    cases[i].err)
                _exit((int)i + 1);
            arena_done(&arena);
            topo_files_close(&files);
        }
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == 77)
        skip();
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void a_file_has_a_largest_size(void **state)
{
    (void)state;
    char path[PATH_BYTES];
    struct topo_files files;
    struct arena arena;
    const char *text;
    size_t len;
    snprintf(path, sizeof(path), "%s/in/t.yaml", top);
    arena_init(&arena, 1 << 20);
    assert_int_equal(topo_files_open(&files, path, false), 0);
    assert_int_equal(files.source.read(&files.source, "long.yaml", 9, &arena, &text, &len), -EFBIG);
    assert_int_equal(files.source.read(&files.source, "long.yaml", 10, &arena, &text, &len), 0);
    assert_int_equal(len, 10);
    arena_done(&arena);
    topo_files_close(&files);
}

static int show(const char *name, char *out, char *err, size_t n)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof(path), "%s/in/%s", top, name);
    FILE *o = fmemopen(out, n, "w"), *e = fmemopen(err, n, "w");
    assert_non_null(o);
    assert_non_null(e);
    const struct topo_show_request r = { .file = path };
    int status = topo_show(&r, o, e);
    fclose(o);
    fclose(e);
    return status;
}

static void a_topology_is_shown(void **state)
{
    (void)state;
    char out[4096] = "", err[4096] = "", want[4096];
    assert_int_equal(show("t.yaml", out, err, sizeof(out)), 0);
    assert_string_equal(err, "");
    assert_string_equal(out, "spanway: 1\nsites:\n  t:\n    location: Tokyo\n");
    assert_int_equal(show("assigned.yaml", out, err, sizeof(out)), 0);
    assert_non_null(strstr(out, "      ip_address: "));
    assert_non_null(strstr(out, " # assigned\n"));
    memset(out, 0, sizeof(out));
    assert_int_equal(show("bad.yaml", out, err, sizeof(out)), 1);
    assert_string_equal(out, "");
    snprintf(want, sizeof(want),
             "%s/in/bad.yaml:2:1: error: the topology has no key \"sitez\"; expected sites; did "
             "you mean sites? [TOPO-KEY]\n"
             "     2 | sitez: {}\n"
             "       | ^^^^^\n",
             top);
    assert_string_equal(err, want);
    assert_int_equal(show("none.yaml", out, err, sizeof(out)), 2);
    assert_non_null(strstr(err, "cannot be read: No such file or directory"));
    assert_int_equal(show("none/t.yaml", out, err, sizeof(out)), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_outside_is_opened),
        cmocka_unit_test(nor_without_openat2),
        cmocka_unit_test(a_file_has_a_largest_size),
        cmocka_unit_test(a_topology_is_shown),
    };
    return cmocka_run_group_tests_name("ctl/topo_files", tests, set_up, tear_down);
}
