/* The committed reference page is the one that the tables give. With --write it is printed:
 * test_cloud_docs --write > docs/facts.md */
#include "cloud/docs.h"

#include <stdlib.h>

#include "../unit.h"

static void put(void *to, const char *text)
{
    fprintf(to, "%s\n", text);
}

static char *page(void)
{
    char *made = NULL;
    size_t len;
    FILE *f = open_memstream(&made, &len);
    assert_non_null(f);
    cloud_docs(put, f);
    fclose(f);
    return made;
}

static char *committed(void)
{
    char path[1024];
    const char *source = getenv("SPANWAY_SOURCE");
    snprintf(path, sizeof(path), "%s/docs/facts.md", source ? source : ".");
    FILE *f = fopen(path, "r");
    if (!f)
        return NULL;
    char *text = NULL;
    size_t cap = 0;
    ssize_t n = getdelim(&text, &cap, '\0', f);
    fclose(f);
    assert_true(n > 0);
    return text;
}

static void the_page_is_what_the_tables_give(void **state)
{
    (void)state;
    char *made = page(), *old = committed();
    if (!old || strcmp(old, made) != 0)
        fail_msg("docs/facts.md is not what the tables give: "
                 "test_cloud_docs --write > docs/facts.md");
    free(made);
    free(old);
}

static unsigned bars(const char *s, size_t len)
{
    unsigned n = 0;
    for (size_t i = 0; i < len; i++)
        n += s[i] == '|' && (i == 0 || s[i - 1] != '\\');
    return n;
}

/* In each table of the page every row has as many cells as its heading. */
static void rows_have_the_cells_of_their_heading(void **state)
{
    (void)state;
    char *made = page();
    unsigned want = 0, rows = 0;
    for (char *s = made; *s;) {
        size_t len = strcspn(s, "\n");
        if (*s == '|') {
            want = want ? want : bars(s, len);
            if (bars(s, len) != want)
                fail_msg("%u bars, not %u: %.*s", bars(s, len), want, (int)len, s);
            rows++;
        } else {
            want = 0;
        }
        s += len + (s[len] == '\n');
    }
    assert_true(rows > 500);
    free(made);
}

/* Every row and every source is on it. */
static void nothing_is_left_out(void **state)
{
    (void)state;
    char *made = page();
    size_t n;
    const struct cloud_provider *p = cloud_providers(&n);
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < p[i].fact_count; k++) {
            char row[128];
            snprintf(row, sizeof(row), "| `%s` |", p[i].facts[k].id);
            CLAIM(row, strstr(made, row) != NULL);
        }
    }
    const struct cloud_source *s = cloud_sources(&n);
    for (size_t i = 0; i < n; i++) {
        char row[128];
        snprintf(row, sizeof(row), "\n| %s | %s |", s[i].code, s[i].title);
        CLAIM(row, strstr(made, row) != NULL);
    }
    free(made);
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--write") == 0) {
        cloud_docs(put, stdout);
        return 0;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_page_is_what_the_tables_give),
        cmocka_unit_test(rows_have_the_cells_of_their_heading),
        cmocka_unit_test(nothing_is_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
