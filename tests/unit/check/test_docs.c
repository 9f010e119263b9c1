/* The committed reference page is the one that the rows give. With --write it is printed:
 * test_check_docs --write > docs/rules.md */
#include "check/docs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
    check_docs(put, f);
    fclose(f);
    return made;
}

static void the_page_is_what_the_rows_give(void **state)
{
    (void)state;
    char path[1024], *made = page(), *old = NULL;
    size_t cap = 0;
    snprintf(path, sizeof(path), "%s/docs/rules.md", getenv("SPANWAY_SOURCE"));
    FILE *f = fopen(path, "re");
    bool same = f && getdelim(&old, &cap, '\0', f) > 0 && strcmp(old, made) == 0;
    if (f)
        fclose(f);
    if (!same)
        fail_msg("docs/rules.md is not what the rows give: "
                 "test_check_docs --write > docs/rules.md");
    free(made);
    free(old);
}

int main(int argc, char *argv[])
{
    if (argc > 1 && strcmp(argv[1], "--write") == 0) {
        check_docs(put, stdout);
        return 0;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_page_is_what_the_rows_give),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
