/* Topologies of several files. */
#include "lib.h"

enum { FILES_MAX = 6 };

static const struct {
    const char *name;
    bool outside;
    struct memory_file files[FILES_MAX];
    const char *said;
    unsigned sites; /* how many there are; they have one router each */
} cases[] = {
    { .name = "resources of all files are joined",
      .files = { { "t.yaml", "spanway: 1\ninclude: [b.yaml, c.yaml]\nsites: {a: {}}\n" },
                 { "b.yaml", "sites: {b: {}}\n" },
                 { "c.yaml", "spanway: 1\nname: another\nsites: {c: {}, d: {}}\n" } },
      .said = "",
      .sites = 4 },
    { .name = "an included file has files of its own, relative to itself",
      .files = { { "t.yaml", "spanway: 1\ninclude: [x/b.yaml]\n" },
                 { "x/b.yaml", "include: [y/c.yaml, ../d.yaml]\nsites: {b: {}}\n" },
                 { "x/y/c.yaml", "sites: {c: {}}\n" },
                 { "d.yaml", "sites: {d: {}}\n" } },
      .said = "",
      .sites = 3 },
    { .name = "a file that two others include is read once",
      .files = { { "t.yaml", "spanway: 1\ninclude: [b.yaml, c.yaml]\n" },
                 { "b.yaml", "include: [d.yaml]\n" },
                 { "c.yaml", "include: [./x/../d.yaml]\n" },
                 { "d.yaml", "sites: {d: {}}\n" } },
      .said = "",
      .sites = 1 },
    { .name = "references cross files",
      .files = { { "t.yaml", "spanway: 1\ninclude: [b.yaml]\nlinks: {l: {between: [a, b]}}\n" },
                 { "b.yaml", "sites: {a: {}, b: {}}\n" } },
      .said = "",
      .sites = 2 },
    { .name = "lists are joined",
      .files = { { "t.yaml", "spanway: 1\ninclude: [b.yaml]\n"
                             "requirements: {connect: [{from: a, to: b}]}\n" },
                 { "b.yaml", "sites: {a: {}, b: {}}\n"
                             "requirements: {redundancy: true, isolate: [{from: a, to: b}]}\n" } },
      .said = "",
      .sites = 2 },
    { .name = "the same resource twice names both places",
      .files = { { "t.yaml", "spanway: 1\ninclude: [b.yaml]\nsites: {a: {}}\n" },
                 { "b.yaml", "sites:\n  a: {}\n" } },
      .said = "b.yaml:2:3: error: sites.a is there twice; it is at t.yaml:3 too: take one out, or "
              "rename it [TOPO-TWICE]\n",
      .sites = 2 },
    { .name = "the same value twice names both places",
      .files = { { "t.yaml", "spanway: 1\ninclude: [b.yaml]\nrequirements: {redundancy: true}\n" },
                 { "b.yaml", "requirements:\n  redundancy: true\n" } },
      .said = "b.yaml:2:15: error: \"redundancy\" is there twice; it is at t.yaml:3 too: take one "
              "out [TOPO-TWICE]\n" },
    { .name = "a file below a file may not include it",
      .files = { { "t.yaml", "spanway: 1\ninclude: [b.yaml]\n" },
                 { "b.yaml", "include: [c.yaml]\nsites: {b: {}}\n" },
                 { "c.yaml", "include: [b.yaml]\nsites: {c: {}}\n" } },
      .said = "c.yaml:1:11: error: \"b.yaml\" includes itself; expected a file that does not "
              "include this one; take one of the includes out [TOPO-INCLUDE]\n",
      .sites = 2 },
    { .name = "an included file of another format",
      .files = { { "t.yaml", "spanway: 1\ninclude: [b.yaml]\n" }, { "b.yaml", "spanway: 7\n" } },
      .said = "b.yaml:1:10: error: this program does not know the format \"7\"; expected 1; write "
              "spanway: 1 [TOPO-VERSION]\n" },
    { .name = "an error in an included file has its place",
      .files = { { "t.yaml", "spanway: 1\ninclude: [x/b.yaml]\n" },
                 { "x/b.yaml", "\nsites: {b: {rooters: {}}}\n" } },
      .said = "x/b.yaml:2:13: error: sites.b has no key \"rooters\"; expected routers; did you "
              "mean routers? [TOPO-KEY]\n",
      .sites = 1 },
    { .name = "paths outside with leave",
      .outside = true,
      .files = { { "t.yaml", "spanway: 1\ninclude: [../b.yaml, /c.yaml]\n" },
                 { "../b.yaml", "include: [../d.yaml]\nsites: {b: {}}\n" },
                 { "/c.yaml", "sites: {c: {}}\n" },
                 { "../../d.yaml", "sites: {d: {}}\n" } },
      .said = "",
      .sites = 3 },
};

static void files_are_joined(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct fixture f;
        fixture_files(&f, cases[i].files, cases[i].outside);
        CLAIM_TEXT(cases[i].name, f.said, cases[i].said);
        CLAIM(cases[i].name, f.t->sites.sites.count == cases[i].sites);
        CLAIM(cases[i].name, f.ok == (cases[i].said[0] == '\0'));
        fixture_done(&f);
    }
}

static void a_device_is_below_the_file_that_names_it(void **state)
{
    (void)state;
    const struct memory_file files[] = {
        { "t.yaml", "spanway: 1\ninclude: [x/b.yaml]\n" },
        { "x/b.yaml",
          "sites: {b: {routers: {r: {device: ../cfg/./r.cfg}, s: {device: s.cfg}}}}\n" },
        { NULL, NULL },
    };
    struct fixture f;
    fixture_files(&f, files, false);
    assert_string_equal(f.said, "");
    assert_string_equal(f.t->sites.sites.items[0].routers.items[0].device.configuration,
                        "cfg/r.cfg");
    assert_string_equal(f.t->sites.sites.items[0].routers.items[1].device.configuration, "x/s.cfg");
    fixture_done(&f);
}

static void messages_have_the_path_that_was_typed(void **state)
{
    (void)state;
    struct memory_source m = { .files = (const struct memory_file[]){
                                   { "t.yaml", "spanway: 1\ninclude: [b.yaml]\n" },
                                   { "b.yaml", "nam: x\n" },
                                   { NULL, NULL } } };
    m.source.read = memory_read;
    struct diag_list diags = { 0 };
    struct topo *t;
    assert_false(topo_read("some/where/t.yaml", &m.source, &diags, &t));
    assert_int_equal(diags.count, 1);
    assert_string_equal(diags.items[0].file, "some/where/b.yaml");
    topo_free(t);
    diag_list_done(&diags);
}

static void a_topology_has_32_files(void **state)
{
    (void)state;
    struct memory_file files[TOPO_INCLUDES_MAX + 2] = { { 0 } };
    char names[TOPO_INCLUDES_MAX + 1][16], include[1024];
    struct text t = text_init(include, sizeof(include));
    text_str(&t, "spanway: 1\ninclude: [");
    for (unsigned i = 1; i <= TOPO_INCLUDES_MAX; i++) {
        snprintf(names[i], sizeof(names[i]), "f%u.yaml", i);
        files[i] = (struct memory_file){ names[i], "azure: {}\n" };
        text_str(&t, i > 1 ? ", " : "");
        text_str(&t, names[i]);
    }
    text_str(&t, "]\n");
    files[0] = (struct memory_file){ "t.yaml", include };
    struct fixture f;
    fixture_files(&f, files, false);
    assert_non_null(strstr(f.said, "the topology has too many files; expected at most 32 files"));
    assert_int_equal(f.diags.errors, 1);
    fixture_done(&f);
}

static void a_file_has_16_megabytes(void **state)
{
    (void)state;
    size_t n = LANG_FILE_BYTES_MAX + 1;
    char *big = malloc(n + 1);
    assert_non_null(big);
    memset(big, '#', n);
    big[n] = '\0';
    struct fixture f;
    fixture_read(&f, big);
    assert_string_equal(f.said, "error: \"t.yaml\" cannot be read: it is too large; expected at "
                                "most 16 MB; split the file [TOPO-FILE]\n");
    fixture_done(&f);
    free(big);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    bool ok = false;
    for (uint64_t n = 1; !ok; n++) {
        struct fixture f;
        assert_true(n < 2000);
        mem_fail_at(n);
        fixture_files(&f, cases[1].files, false);
        mem_fail_at(0);
        ok = f.ok;
        assert_true(ok || f.diags.errors > 0);
        fixture_done(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_are_joined),
        cmocka_unit_test(a_device_is_below_the_file_that_names_it),
        cmocka_unit_test(messages_have_the_path_that_was_typed),
        cmocka_unit_test(a_topology_has_32_files),
        cmocka_unit_test(a_file_has_16_megabytes),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests_name("topo/files", tests, NULL, NULL);
}
