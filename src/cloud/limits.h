/* cloud/limits.h: the values of facts as a topology wants them: those of the tables, but for the
 * ones that it replaces. Limits change (Route Server took 200 routes, then 1,000, then 4,000), and
 * some rows are disputed: a topology can state another value by the row's id.
 * A set of limits is a value without pointers into itself, zeroed at the start; every reader takes
 * NULL for "none replaced". Asking a row for another kind of value than it has is a bug. Pure. */
#ifndef CLOUD_LIMITS_H
#define CLOUD_LIMITS_H

#include "cloud/fact.h"

/* How many rows one topology may replace, and how many parts a list may have: far beyond use. */
enum { CLOUD_LIMITS_MAX = 64, CLOUD_PARTS_MAX = 16, CLOUD_TEXT_MAX = 128 };

/* No number of a fact is larger; everything above is a slip of the keyboard. */
#define CLOUD_NUMBER_MAX INT64_C(1000000000000)

struct cloud_override {
    const struct cloud_fact *fact;
    int64_t first, last;
    uint32_t n;
    struct cloud_span spans[CLOUD_PARTS_MAX];
    struct prefix prefixes[CLOUD_PARTS_MAX];
    char text[CLOUD_TEXT_MAX];
};

struct cloud_limits {
    uint32_t n;
    struct cloud_override v[CLOUD_LIMITS_MAX];
};

/* Replaces the value of the row `id`. The text is as text_cloud_data() writes values, yes, true and
 * on are the same, and "other" takes the other value of a disputed row. False: no such row, another
 * kind of value, out of bounds; ret_diag says what, without a place, and nothing has changed. */
must_use bool cloud_limits_set(struct cloud_limits *l, const char *id, const char *value,
                               struct diag *ret_diag);

/* Whether the row's value has been replaced. */
bool cloud_is_replaced(const struct cloud_limits *l, const struct cloud_fact *f);

/* The value of any row; it points into the row or into `l`. */
struct cloud_data cloud_data_of(const struct cloud_limits *l, const struct cloud_fact *f);

/* The value of a number. */
int64_t cloud_number(const struct cloud_limits *l, const struct cloud_fact *f);

/* The ends of a range; a number is a range of one. */
struct cloud_span cloud_range(const struct cloud_limits *l, const struct cloud_fact *f);

/* Whether what the row says is so. */
bool cloud_is_so(const struct cloud_limits *l, const struct cloud_fact *f);

/* The text of a row. */
const char *cloud_text(const struct cloud_limits *l, const struct cloud_fact *f);

/* Whether a number is in a row of spans, in a range, or the number itself. */
bool cloud_has_number(const struct cloud_limits *l, const struct cloud_fact *f, int64_t number);

/* The prefixes of a row. */
const struct prefix *cloud_prefixes(const struct cloud_limits *l, const struct cloud_fact *f,
                                    size_t *ret_n);

/* Whether one of a row's prefixes covers the address. */
bool cloud_has_addr(const struct cloud_limits *l, const struct cloud_fact *f,
                    const struct ip_addr *a);

/* Whether a word stands in a row of words; lower and capital letters count. */
bool cloud_has_word(const struct cloud_fact *f, const char *word);

/* An algorithm of a row by the provider's name (case aside) or by its transform; NULL: none. */
const struct cloud_algorithm *cloud_algorithm_named(const struct cloud_fact *f, const char *name);
const struct cloud_algorithm *cloud_algorithm_of(const struct cloud_fact *f, uint16_t id,
                                                 uint16_t bits);

#endif
