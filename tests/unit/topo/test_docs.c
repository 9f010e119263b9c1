/* docs/topology.schema.json and docs/topology-reference.md are what the tables print today; the
 * example of docs/topology.md is a topology. With --write the two are written anew. */
#include "lib.h"
#include "topo/docs.h"

struct buffer {
    struct topo_printer printer;
    char *s;
    size_t len, cap;
};

static void write_buffer(struct topo_printer *p, const char *s, size_t n)
{
    struct buffer *b = container_of(p, struct buffer, printer);
    if (b->len + n + 1 > b->cap) {
        b->cap = (b->len + n + 1) * 2;
        b->s = realloc(b->s, b->cap);
        assert_non_null(b->s);
    }
    memcpy(b->s + b->len, s, n);
    b->len += n;
    b->s[b->len] = '\0';
}

static const struct {
    const char *file;
    void (*print)(struct topo_printer *out);
} pages[] = {
    { "docs/topology.schema.json", topo_schema_print },
    { "docs/topology-reference.md", topo_reference_print },
};

static char *source_path(const char *file, char *path, size_t n)
{
    const char *source = getenv("SPANWAY_SOURCE");
    snprintf(path, n, "%s/%s", source ? source : ".", file);
    return path;
}

static char *slurp(const char *path)
{
    FILE *f = fopen(path, "r");
    if (!f)
        return NULL;
    char *s = calloc(1, 1 << 20);
    assert_non_null(s);
    size_t n = fread(s, 1, (1 << 20) - 1, f);
    s[n] = '\0';
    fclose(f);
    return s;
}

static void pages_are_what_the_tables_print(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(pages); i++) {
        char path[4096];
        struct buffer b = { .printer = { .write = write_buffer } };
        pages[i].print(&b.printer);
        char *have = slurp(source_path(pages[i].file, path, sizeof(path)));
        if (!have || strcmp(have, b.s) != 0)
            fail_msg("%s is not what the tables say: run test_topo_docs --write", pages[i].file);
        free(have);
        free(b.s);
    }
}

/* Every ```yaml block that begins with the version is a whole topology. */
static void examples_of_the_page_are_topologies(void **state)
{
    (void)state;
    char path[4096];
    char *page = slurp(source_path("docs/topology.md", path, sizeof(path)));
    assert_non_null(page);
    unsigned found = 0;
    for (char *at = page; (at = strstr(at, "```yaml\n"));) {
        at += strlen("```yaml\n");
        char *end = strstr(at, "```");
        assert_non_null(end);
        *end = '\0';
        if (strstr(at, "spanway: 1")) {
            struct fixture f;
            fixture_read(&f, at);
            assert_string_equal(f.said, "");
            fixture_done(&f);
            found++;
        }
        at = end + 1;
    }
    assert_true(found >= 1);
    free(page);
}

static void write_pages(void)
{
    for (size_t i = 0; i < ARRAY_LEN(pages); i++) {
        char path[4096];
        struct buffer b = { .printer = { .write = write_buffer } };
        pages[i].print(&b.printer);
        FILE *f = fopen(source_path(pages[i].file, path, sizeof(path)), "w");
        assert_non_null(f);
        fputs(b.s, f);
        fclose(f);
        free(b.s);
    }
}

int main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_are_what_the_tables_print),
        cmocka_unit_test(examples_of_the_page_are_topologies),
    };
    if (argc > 1 && strcmp(argv[1], "--write") == 0) {
        write_pages();
        return 0;
    }
    return cmocka_run_group_tests_name("topo/docs", tests, NULL, NULL);
}
