/* config/eq.h: comparing models member by member: the pieces that eq.c and crypto/eq.c are made of.
 * Internal to config/. */
#ifndef CONFIG_EQ_H
#define CONFIG_EQ_H

#include <string.h>

#include "config/model.h"

static inline bool str_eq(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

#define SAME(m) (a->m == b->m)
#define SAME_STR(m) str_eq(a->m, b->m)
#define SAME_IP(m) ip_eq(&a->m, &b->m)
#define SAME_PREFIX(m) prefix_eq(&a->m, &b->m)

/* Whether two lists have equal elements, by a function over elements. */
#define LIST_EQ(x, y, eq) list_eq((x).v, (x).n, (y).v, (y).n, sizeof((x).v[0]), (eq))

typedef bool eq_fn(const void *a, const void *b);

static inline bool list_eq(const void *x, uint32_t xn, const void *y, uint32_t yn, size_t size,
                           eq_fn *eq)
{
    if (xn != yn)
        return false;
    for (uint32_t i = 0; i < xn; i++) {
        if (!eq((const char *)x + i * size, (const char *)y + i * size))
            return false;
    }
    return true;
}

#define EQ(name, type)                                                                             \
    static bool name##_is(const struct type *a, const struct type *b);                             \
    static bool name(const void *a, const void *b)                                                 \
    {                                                                                              \
        return name##_is(a, b);                                                                    \
    }                                                                                              \
    static bool name##_is(const struct type *a, const struct type *b)

static inline bool name_eq(const void *a, const void *b)
{
    return str_eq(*(const char *const *)a, *(const char *const *)b);
}

#endif
