/* The tables of facts as tables: every row is filled, named, sourced, and in its place. */
#include "cloud/fact.h"

#include <ctype.h>
#include <stdlib.h>

#include "../unit.h"

#define EACH_PROVIDER(p)                                                                           \
    for (size_t n_##p, i_##p = 0, once_##p = 1; once_##p; once_##p = 0)                            \
        for (const struct cloud_provider *p = cloud_providers(&n_##p); i_##p < n_##p; i_##p++, p++)

/* Small letters, digits and dashes between dots, two dots at least for what is not a device's. */
static bool is_well_formed(const char *id)
{
    size_t dots = 0, part = 0;
    for (const char *s = id; *s; s++) {
        if (*s == '.') {
            if (part == 0 || s[-1] == '-')
                return false;
            dots++;
            part = 0;
        } else {
            if (!islower((unsigned char)*s) && !isdigit((unsigned char)*s) &&
                (*s != '-' || part == 0))
                return false;
            part++;
        }
    }
    return dots >= 2 && part > 0 && id[strlen(id) - 1] != '-';
}

static void ids_are_unique_and_well_formed(void **state)
{
    (void)state;
    EACH_PROVIDER(p)
    {
        assert_ptr_equal(cloud_provider_find(p->name), p);
        for (size_t i = 0; i < p->fact_count; i++) {
            const char *id = p->facts[i].id;
            assert_non_null(id);
            CLAIM(id, is_well_formed(id));
            /* The first row of that id is this one: no other has it, in any table. */
            CLAIM(id, cloud_fact_find(id) == &p->facts[i]);
            bool is_device = strcmp(p->name, "device") == 0;
            size_t len = strlen(p->name);
            bool is_own = strncmp(id, p->name, len) == 0 && id[len] == '.';
            bool is_of_device = strncmp(id, "frr.", 4) == 0 || strncmp(id, "ios.", 4) == 0;
            CLAIM(id, is_device ? is_of_device : is_own);
        }
    }
    assert_null(cloud_fact_find("azure.vpn"));
    assert_null(cloud_provider_find("azur"));
}

static void check_data(const char *id, const struct cloud_data *d)
{
    char text[1024];
    struct text t = text_init(text, sizeof(text));
    text_cloud_data(&t, d);
    CLAIM(id, t.len > 0 && !t.cut);
    switch (d->kind) {
    case CLOUD_NOTHING:
        fail_msg("%s has no value", id);
        break;
    case CLOUD_BOOL:
        CLAIM(id, d->first == 0 || d->first == 1);
        break;
    case CLOUD_NUMBER:
        CLAIM(id, d->first == d->last && d->first >= 0);
        break;
    case CLOUD_RANGE:
        CLAIM(id, d->first < d->last && d->first >= 0);
        break;
    case CLOUD_TEXT:
        CLAIM(id, d->text && d->text[0] && strlen(d->text) < 128);
        break;
    case CLOUD_NUMBERS:
        for (uint32_t i = 0; i < d->n; i++) {
            CLAIM(id, d->spans[i].first <= d->spans[i].last);
            CLAIM(id, i == 0 || d->spans[i].first > d->spans[i - 1].last);
        }
        break;
    case CLOUD_PREFIXES:
        for (uint32_t i = 0; i < d->n; i++) {
            struct ip_addr a = prefix_addr(&d->prefixes[i]);
            struct prefix same = prefix_of(&a, d->prefixes[i].len);
            CLAIM(id, prefix_eq(&same, &d->prefixes[i]));
        }
        break;
    case CLOUD_WORDS:
        for (uint32_t i = 0; i < d->n; i++)
            CLAIM(id, d->words[i][0] != '\0');
        break;
    case CLOUD_ALGORITHMS:
        for (uint32_t i = 0; i < d->n; i++) {
            for (uint32_t k = 0; k < i; k++)
                CLAIM(id, strcmp(d->algorithms[i].name, d->algorithms[k].name) != 0);
        }
        break;
    }
}

/* Each code of a list such as "VPNFAQ, S5" is that of a document. */
static void check_source(const char *id, const char *codes)
{
    while (*codes) {
        size_t len = strcspn(codes, ",");
        if (!cloud_source_find(codes, len))
            fail_msg("%s: no source of the code %.*s", id, (int)len, codes);
        codes += len;
        codes += strspn(codes, ", ");
    }
}

static void every_row_is_filled(void **state)
{
    (void)state;
    EACH_PROVIDER(p)
    {
        CLAIM(p->name, p->fact_count > 10);
        for (size_t i = 0; i < p->fact_count; i++) {
            const struct cloud_fact *f = &p->facts[i];
            CLAIM(f->id, f->subject && f->subject[0]);
            CLAIM(f->id, f->text && f->text[0] && f->text[strlen(f->text) - 1] != '.');
            CLAIM(f->id, f->source && f->source[0]);
            CLAIM(f->id, !f->note || f->note[0]);
            CLAIM(f->id, !f->unit || f->unit[0]);
            check_data(f->id, &f->value);
            check_source(f->id, f->source);
            CLAIM(f->id, (f->grade == CLOUD_DISPUTED) == (f->other.kind != CLOUD_NOTHING));
            if (f->other.kind != CLOUD_NOTHING)
                check_data(f->id, &f->other);
            /* Without a document there is no other grade. */
            CLAIM(f->id, strcmp(f->source, "NONE") != 0 || f->grade == CLOUD_UNVERIFIED);
        }
    }
}

/* Rows of one subject may stand apart in the table, but a subject is of one provider. */
static void subjects_are_of_one_provider(void **state)
{
    (void)state;
    EACH_PROVIDER(p)
    {
        EACH_PROVIDER(q)
        {
            for (size_t i = 0; p != q && i < p->fact_count; i++) {
                for (size_t k = 0; k < q->fact_count; k++)
                    CLAIM(p->facts[i].id, strcmp(p->facts[i].subject, q->facts[k].subject) != 0);
            }
        }
    }
}

static bool names(const char *codes, const char *code)
{
    size_t len = strlen(code);
    while (*codes) {
        size_t one = strcspn(codes, ",");
        if (one == len && memcmp(codes, code, len) == 0)
            return true;
        codes += one;
        codes += strspn(codes, ", ");
    }
    return false;
}

static bool is_used(const char *code)
{
    EACH_PROVIDER(p)
    {
        for (size_t i = 0; i < p->fact_count; i++) {
            if (names(p->facts[i].source, code))
                return true;
        }
        for (size_t i = 0; i < p->sheet_count; i++) {
            const struct cloud_sheet *s = &p->sheets[i];
            for (size_t r = 0; r < s->row_count; r++) {
                char text[256];
                struct text t = text_init(text, sizeof(text));
                s->cell(&t, r, s->column_count - 1);
                if (names(text, code))
                    return true;
            }
        }
    }
    return false;
}

static void every_source_is_used(void **state)
{
    (void)state;
    size_t n;
    const struct cloud_source *s = cloud_sources(&n);
    for (size_t i = 0; i < n; i++) {
        CLAIM(s[i].code, s[i].title && s[i].title[0]);
        CLAIM(s[i].code, cloud_source_find(s[i].code, strlen(s[i].code)) == &s[i]);
        CLAIM(s[i].code, is_used(s[i].code));
    }
    assert_null(cloud_source_find("VPN", 3));
}

static void every_sheet_is_filled(void **state)
{
    (void)state;
    EACH_PROVIDER(p)
    {
        for (size_t i = 0; i < p->sheet_count; i++) {
            const struct cloud_sheet *s = &p->sheets[i];
            CLAIM(p->name, s->id && s->title && s->row_count > 0 && s->column_count > 2);
            CLAIM_TEXT(s->id, s->columns[s->column_count - 2], "grade");
            CLAIM_TEXT(s->id, s->columns[s->column_count - 1], "source");
            for (size_t r = 0; r < s->row_count; r++) {
                char text[256];
                for (size_t c = 0; c < s->column_count; c++) {
                    struct text t = text_init(text, sizeof(text));
                    s->cell(&t, r, c);
                    CLAIM(s->id, !t.cut);
                    CLAIM(s->id, t.len > 0 || strcmp(s->columns[c], "note") == 0);
                }
                check_source(s->id, text);
            }
        }
    }
}

/* ---- the names of rows in C ------------------------------------------------------------------ */

/* The enumeration's names stand in the header in the order of the rows. */
static void check_names(const struct cloud_provider *p)
{
    char path[1024], line[256];
    const char *source = getenv("SPANWAY_SOURCE");
    snprintf(path, sizeof(path), "%s/src/cloud/%s/facts.h", source ? source : ".", p->name);
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    size_t row = 0;
    while (fgets(line, sizeof(line), f) && row < p->fact_count) {
        const char *name = line + strspn(line, " ");
        size_t len = strcspn(name, ",");
        if (name == line || !isupper((unsigned char)*name) || name[len] != ',')
            continue;
        char want[128];
        snprintf(want, sizeof(want), "%s", p->facts[row].id);
        for (char *s = want; *s; s++)
            *s = *s == '.' || *s == '-' ? '_' : (char)toupper((unsigned char)*s);
        if (strlen(want) != len || strncmp(name, want, len) != 0)
            fail_msg("%.*s is the index of %s", (int)len, name, p->facts[row].id);
        row++;
    }
    fclose(f);
    CLAIM(p->name, row == p->fact_count);
}

static void the_name_of_an_index_is_the_id_in_capitals(void **state)
{
    (void)state;
    EACH_PROVIDER(p)
    check_names(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_are_unique_and_well_formed),
        cmocka_unit_test(every_row_is_filled),
        cmocka_unit_test(subjects_are_of_one_provider),
        cmocka_unit_test(every_source_is_used),
        cmocka_unit_test(every_sheet_is_filled),
        cmocka_unit_test(the_name_of_an_index_is_the_id_in_capitals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
