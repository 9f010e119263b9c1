/* The committed reference page is the one that the command table gives. With --write it is
 * rewritten: test_config_docs --write > docs/configuration.md */
#include "config/docs.h"
#include "config/table.h"

#include "lib.h"

static char *page(void)
{
    struct printed k = { .p = { .line = printed_line } };
    config_docs(&k.p);
    assert_non_null(k.s);
    return k.s;
}

static void test_page(void **state)
{
    (void)state;
    char path[1024];
    size_t len;
    char *committed = read_file(source_path(path, sizeof(path), "docs/configuration.md"), &len);
    char *made = page();
    if (!committed || strcmp(committed, made) != 0)
        fail_msg("docs/configuration.md is not what the table gives: "
                 "test_config_docs --write > docs/configuration.md");
    free(committed);
    free(made);
}

/* Rows that apply nothing say why; rows that do have their help. */
static void test_rows(void **state)
{
    (void)state;
    size_t chapters;
    const struct cmd_rows *const *table = cmd_table(&chapters);
    for (size_t c = 0; c < chapters; c++) {
        for (size_t r = 0; r < table[c]->n; r++) {
            const struct cmd_row *row = &table[c]->v[r];
            bool is_partial = row->flags & (ROW_ON_TUNNELS | ROW_ON_VXLANS);
            bool is_applied = row->set && (!row->why || is_partial);
            CLAIM(row->syntax, !is_applied || (row->help && row->help[0]));
            CLAIM(row->syntax, (is_applied && !is_partial) || (row->why && row->why[0]));
            CLAIM(row->syntax, !(row->flags & ROW_REFUSED) || row->why);
            CLAIM(row->syntax, row->dialects != 0);
            CLAIM(row->syntax, row->mode < MODE_COUNT && row->enters < MODE_COUNT);
        }
    }
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--write") == 0) {
        struct printed k = { .p = { .line = printed_line } };
        config_docs(&k.p);
        fputs(k.s, stdout);
        free(k.s);
        return 0;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_page),
        cmocka_unit_test(test_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
