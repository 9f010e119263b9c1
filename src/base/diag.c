#include "base/diag.h"

#include <string.h>

#include "base/mem.h"

enum { FIRST_CAP = 16 };

static bool has_room(struct diag_list *l)
{
    if (l->count < l->cap)
        return true;
    if (l->cap >= DIAG_LIST_MAX)
        return false;
    uint32_t cap = l->cap ? MIN(l->cap * 2, (uint32_t)DIAG_LIST_MAX) : FIRST_CAP;
    size_t one = sizeof(struct diag);
    struct diag *items = mem_resize(MEM_MISC, l->items, l->cap * one, cap * one);
    if (!items)
        return false;
    l->items = items;
    l->cap = cap;
    return true;
}

void diag_add(struct diag_list *l, const struct diag *d)
{
    if (d->severity == DIAG_ERROR)
        l->errors++;
    else if (d->severity == DIAG_WARNING)
        l->warnings++;
    if (has_room(l))
        l->items[l->count++] = *d;
    else
        l->dropped++;
}

void diag_list_done(struct diag_list *l)
{
    mem_free(MEM_MISC, l->items, l->cap * sizeof(struct diag));
    *l = (struct diag_list){ 0 };
}

void diag_set(char *field, size_t cap, const char *s)
{
    struct text t = text_init(field, cap);
    text_str(&t, s);
}

static const char *severity_name(enum diag_severity s)
{
    switch (s) {
    case DIAG_NOTE:
        return "note";
    case DIAG_WARNING:
        return "warning";
    case DIAG_ERROR:
        return "error";
    }
    return "error";
}

void text_diag(struct text *t, const struct diag *d)
{
    if (d->file[0]) {
        text_str(t, d->file);
        text_char(t, ':');
        if (d->line) {
            text_u64(t, d->line);
            text_char(t, ':');
        }
        if (d->column) {
            text_u64(t, d->column);
            text_char(t, ':');
        }
        text_char(t, ' ');
    }
    text_str(t, severity_name(d->severity));
    text_str(t, ": ");
    text_str(t, d->what);
    if (d->expected[0]) {
        text_str(t, "; expected ");
        text_str(t, d->expected);
    }
    if (d->remedy[0]) {
        text_str(t, "; ");
        text_str(t, d->remedy);
    }
    if (d->id[0]) {
        text_str(t, " [");
        text_str(t, d->id);
        text_char(t, ']');
    }
}
