/* An id and a value, with a newline between, any number of them: nothing crashes, what is taken is
 * within bounds, and what it is printed as is taken again and printed the same. */
#include <stdlib.h>
#include <string.h>

#include "cloud/limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LINE_MAX_BYTES = 400, VALUE_TEXT_MAX = 1024 };

/* The next line, without what does not fit; false: there is none. */
static bool next_line(const uint8_t **p, const uint8_t *end, char *to)
{
    if (*p == end)
        return false;
    size_t n = 0;
    while (*p < end && **p != '\n') {
        if (**p != 0 && n < LINE_MAX_BYTES)
            to[n++] = (char)**p;
        (*p)++;
    }
    *p += *p < end;
    to[n] = '\0';
    return true;
}

static void print(char *to, const struct cloud_limits *l, const struct cloud_fact *f)
{
    struct text t = text_init(to, VALUE_TEXT_MAX);
    struct cloud_data d = cloud_data_of(l, f);
    text_cloud_data(&t, &d);
    if (t.cut)
        abort();
}

static void check(const struct cloud_limits *l, const struct cloud_fact *f)
{
    char once[VALUE_TEXT_MAX], twice[VALUE_TEXT_MAX];
    struct cloud_limits again = { 0 };
    struct diag d = { 0 };
    struct cloud_data v = cloud_data_of(l, f);
    if (!cloud_is_replaced(l, f) || v.kind != f->value.kind)
        abort();
    if (v.first < 0 || v.last < v.first || v.last > CLOUD_NUMBER_MAX)
        abort();
    print(once, l, f);
    /* The one text that means something else than itself. */
    if (strcmp(once, "other") == 0)
        return;
    if (!cloud_limits_set(&again, f->id, once, &d))
        abort();
    print(twice, &again, f);
    if (strcmp(once, twice) != 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cloud_limits l = { 0 };
    char id[LINE_MAX_BYTES + 1], value[LINE_MAX_BYTES + 1];
    const uint8_t *p = data, *end = data + size;
    while (next_line(&p, end, id) && next_line(&p, end, value)) {
        struct diag d = { 0 };
        uint32_t before = l.n;
        const struct cloud_fact *f = cloud_fact_find(id);
        if (cloud_limits_set(&l, id, value, &d)) {
            if (!f || d.what[0] != '\0')
                abort();
            check(&l, f);
        } else if (l.n != before || d.what[0] == '\0' || d.severity != DIAG_ERROR) {
            abort();
        }
    }
    return 0;
}
