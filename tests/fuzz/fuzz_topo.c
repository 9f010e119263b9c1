/* Any bytes as a topology: they are read, printed, and read again; what is printed of a topology
 * without errors has none either, and prints the same. A file that includes "b.yaml" gets what
 * follows a line of "===". */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "topo/docs.h"
#include "topo/print.h"
#include "topo/topo.h"

enum { TEXT_MAX = 1 << 16, PRINT_MAX = 4 << 20 };

struct halves {
    struct topo_source source;
    const char *first, *second;
    size_t first_len, second_len;
};

static err_t read_half(struct topo_source *s, const char *path, size_t max, struct arena *arena,
                       const char **ret_text, size_t *ret_len)
{
    struct halves *h = container_of(s, struct halves, source);
    bool second = strcmp(path, "b.yaml") == 0;
    if (!second && strcmp(path, "a.yaml") != 0)
        return -ENOENT;
    *ret_len = second ? h->second_len : h->first_len;
    if (*ret_len > max)
        return -EFBIG;
    *ret_text = arena_copy(arena, second ? h->second : h->first, *ret_len);
    return *ret_text ? 0 : -ENOMEM;
}

struct buffer {
    struct topo_printer printer;
    char *s;
    size_t len;
};

static void write_buffer(struct topo_printer *p, const char *s, size_t n)
{
    struct buffer *b = container_of(p, struct buffer, printer);
    if (n > PRINT_MAX - b->len)
        n = PRINT_MAX - b->len;
    memcpy(b->s + b->len, s, n);
    b->len += n;
}

static struct topo *read_text(const char *a, size_t a_len, const char *b, size_t b_len, bool *ok)
{
    struct halves h = { .source = { .read = read_half },
                        .first = a,
                        .first_len = a_len,
                        .second = b,
                        .second_len = b_len };
    struct diag_list diags = { 0 };
    struct topo *t = NULL;
    *ok = topo_read("a.yaml", &h.source, &diags, &t);
    if (*ok != (diags.errors == 0))
        abort();
    diag_list_done(&diags);
    return t;
}

static void print_twice(const struct topo *t)
{
    struct buffer first = { .printer = { .write = write_buffer }, .s = malloc(PRINT_MAX) };
    struct buffer second = { .printer = { .write = write_buffer }, .s = malloc(PRINT_MAX) };
    if (!first.s || !second.s)
        abort();
    topo_print(t, TOPO_FORMAT_YAML, &first.printer);
    if (first.len < PRINT_MAX) {
        bool ok;
        struct topo *again = read_text(first.s, first.len, "", 0, &ok);
        if (again && ok) {
            topo_print(again, TOPO_FORMAT_YAML, &second.printer);
            if (first.len != second.len || memcmp(first.s, second.s, first.len) != 0)
                abort();
        } else if (again) {
            abort();
        }
        topo_free(again);
    }
    free(first.s);
    free(second.s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > TEXT_MAX)
        return 0;
    static const char cut[] = "\n===\n";
    const char *text = (const char *)data, *second = "";
    size_t first_len = size, second_len = 0;
    for (size_t i = 0; i + sizeof(cut) - 1 <= size; i++) {
        if (memcmp(text + i, cut, sizeof(cut) - 1) == 0) {
            first_len = i + 1;
            second = text + i + sizeof(cut) - 1;
            second_len = size - i - (sizeof(cut) - 1);
            break;
        }
    }
    bool ok;
    struct topo *t = read_text(text, first_len, second, second_len, &ok);
    if (t && ok)
        print_twice(t);
    topo_free(t);
    return 0;
}
