/* The tables themselves: each row fits its member, and says what it is for. */
#include <ctype.h>

#include "lib.h"

enum { TABLES_MAX = 160 };

struct tables {
    const struct topo_field *v[TABLES_MAX];
    const struct topo_kind *kind[TABLES_MAX];
    unsigned n;
};

static void add_table(struct tables *t, const struct topo_field *fields,
                      const struct topo_kind *kind)
{
    for (unsigned i = 0; i < t->n; i++) {
        if (t->v[i] == fields && t->kind[i] == kind)
            return;
    }
    assert_true(t->n < TABLES_MAX);
    t->kind[t->n] = kind;
    t->v[t->n++] = fields;
}

/* Every table that the top level leads to. */
static struct tables all_tables(void)
{
    struct tables t = { .n = 0 };
    add_table(&t, topo_root_fields, NULL);
    for (unsigned i = 0; i < t.n; i++) {
        for (const struct topo_field *f = t.v[i]; f->name; f++) {
            if (f->type == TOPO_STRUCT && !f->refused)
                add_table(&t, f->fields, NULL);
            else if (f->kind && !f->refused)
                add_table(&t, f->kind->fields, f->kind);
        }
    }
    return t;
}

static bool is_collection(const struct topo_field *f)
{
    return f->type == TOPO_LIST || f->type == TOPO_NAMED || f->type == TOPO_ITEMS;
}

static void check_row(const struct topo_field *f)
{
    CLAIM(f->name, f->help && f->help[0] && strchr(".", f->help[strlen(f->help) - 1]));
    if (f->size > 0 && is_collection(f))
        CLAIM(f->name, f->size == sizeof(struct topo_any_list));
    else if (f->size > 0 && f->type != TOPO_STRUCT)
        CLAIM(f->name, f->size == topo_element_size(f->type));
    CLAIM(f->name, (f->type == TOPO_LIST) == (topo_element_size(f->element) > 0 && f->element) ||
                       f->type == TOPO_LIST);
    if (f->type == TOPO_REF || f->type == TOPO_NAMED || f->type == TOPO_ITEMS ||
        (f->type == TOPO_LIST && f->element == TOPO_REF))
        CLAIM(f->name, f->kind);
    if (f->type == TOPO_STRUCT)
        CLAIM(f->name, f->fields && f->node_offset < f->size);
    if (f->type == TOPO_CHOICE) {
        int64_t n = 0;
        while (f->choices[n])
            n++;
        CLAIM(f->name, f->preset >= 0 && f->preset < n);
    }
    if (f->type == TOPO_U32 && f->preset)
        CLAIM(f->name, f->preset >= f->min && (!f->max || f->preset <= f->max));
    for (const char *c = f->name; *c; c++)
        CLAIM(f->name, islower((unsigned char)*c) || isdigit((unsigned char)*c) || *c == '_');
}

static void every_row_fits_its_member(void **state)
{
    (void)state;
    struct tables t = all_tables();
    assert_true(t.n > 80);
    for (unsigned i = 0; i < t.n; i++) {
        unsigned brief = 0, address = 0;
        for (const struct topo_field *f = t.v[i]; f->name; f++) {
            for (const struct topo_field *g = t.v[i]; g < f; g++)
                CLAIM(f->name, strcmp(f->name, g->name) != 0);
            brief += f->shorthand;
            address += f->address;
            if (f->refused)
                CLAIM(f->name, f->size == 0 && f->refused[0]);
            else
                check_row(f);
        }
        assert_true(brief <= 1 && address <= 1);
    }
}

static void every_kind_says_where_it_stands(void **state)
{
    (void)state;
    struct tables t = all_tables();
    for (unsigned i = 0; i < t.n; i++) {
        const struct topo_kind *kind = t.kind[i];
        if (!kind)
            continue;
        CLAIM(kind->name, kind->path && kind->path[0]);
        CLAIM(kind->name, kind->size >= sizeof(struct topo_object));
        CLAIM(kind->name, kind->fields == t.v[i]);
        for (const struct topo_field *f = kind->fields; f->name; f++)
            CLAIM(kind->name, f->refused || (f->offset >= sizeof(struct topo_object) &&
                                             f->offset + f->size <= kind->size));
        for (unsigned k = 0; k < i; k++)
            CLAIM(kind->name, !t.kind[k] || strcmp(t.kind[k]->name, kind->name) != 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_fits_its_member),
        cmocka_unit_test(every_kind_says_where_it_stands),
    };
    return cmocka_run_group_tests_name("topo/tables", tests, NULL, NULL);
}
