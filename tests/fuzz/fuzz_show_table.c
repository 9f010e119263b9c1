/* What a daemon prints for `show … json`: any bytes, as any table; and as plain output. */
#include <string.h>

#include "expect/impl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum expect_table tables[] = { EXPECT_RECEIVED, EXPECT_ADVERTISED, EXPECT_BGP,
                                                EXPECT_ROUTES };
    struct arena arena;
    struct expect_found_list list;
    const char *why = NULL, *lines[2];
    if (size == 0)
        return 0;
    arena_init(&arena, 64 << 20);
    enum expect_table table = tables[data[0] % 4];
    const char *text = arena_strn(&arena, (const char *)data + 1, size - 1);
    if (text && expect_read_table(&arena, table, text, size - 1, &list, &why)) {
        for (uint32_t i = 0; i < list.rows.count; i++)
            assert(list.rows.items[i].next_hop && list.rows.items[i].path);
    } else if (text) {
        assert(why);
    }
    /* A text is the same as itself, and its difference from another has two sides. */
    if (text && !memchr(text, '#', size - 1) && !memchr(text, '>', size - 1))
        assert(expect_same_output(&arena, text, text, &lines[0], &lines[1]));
    if (text && !expect_same_output(&arena, text, "x 00:00:01\n", &lines[0], &lines[1]))
        assert(lines[0] && lines[1]);
    arena_done(&arena);
    return 0;
}
