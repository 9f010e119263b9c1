/* cloud/rows.h: short forms for the rows of the tables of facts, for cloud/PROVIDER/ alone.
 * FACT(index, id, subject, text, value, grade and source, further members). */
#ifndef CLOUD_ROWS_H
#define CLOUD_ROWS_H

#include "cloud/fact.h"

#define FACT(index, fact_id, about, what, ...)                                                     \
    [index] = { .id = (fact_id), .subject = (about), .text = (what), __VA_ARGS__ }

/* Values. */
#define COUNT(v, u) .value = { .kind = CLOUD_NUMBER, .first = (v), .last = (v) }, .unit = (u)
#define NUMBER(v) .value = { .kind = CLOUD_NUMBER, .first = (v), .last = (v) }
#define RANGE(a, b, u) .value = { .kind = CLOUD_RANGE, .first = (a), .last = (b) }, .unit = (u)
#define YES .value = { .kind = CLOUD_BOOL, .first = 1, .last = 1 }
#define NO .value = { .kind = CLOUD_BOOL }
#define TEXT(s) .value = { .kind = CLOUD_TEXT, .text = (s) }
#define LIST(k, member, type, ...)                                                                 \
    .value = { .kind = (k),                                                                        \
               .member = (type[]){ __VA_ARGS__ },                                                  \
               .n = sizeof((type[]){ __VA_ARGS__ }) / sizeof(type) }
#define SPANS(...) LIST(CLOUD_NUMBERS, spans, const struct cloud_span, __VA_ARGS__)
#define PREFIXES(...) LIST(CLOUD_PREFIXES, prefixes, const struct prefix, __VA_ARGS__)
#define WORDS(...) LIST(CLOUD_WORDS, words, const char *const, __VA_ARGS__)
#define ALGORITHMS(v) .value = { .kind = CLOUD_ALGORITHMS, .algorithms = (v), .n = ARRAY_LEN(v) }

/* Algorithms: name, transform, key bits; those that this product does not take. */
#define ALG(s, number, key)                                                                        \
    {                                                                                              \
        .name = (s), .id = (number), .bits = (key)                                                 \
    }
#define WEAK(s, number, key)                                                                       \
    {                                                                                              \
        .name = (s), .id = (number), .bits = (key), .weak = true                                   \
    }

/* The other value of a disputed row. */
#define OR_COUNT(v) .other = { .kind = CLOUD_NUMBER, .first = (v), .last = (v) }
#define OR_RANGE(a, b) .other = { .kind = CLOUD_RANGE, .first = (a), .last = (b) }
#define OR_YES .other = { .kind = CLOUD_BOOL, .first = 1, .last = 1 }
#define OR_NO .other = { .kind = CLOUD_BOOL }
#define OR_TEXT(s) .other = { .kind = CLOUD_TEXT, .text = (s) }

/* Grades with their sources, and the note. */
#define DOC(s) .grade = CLOUD_DOCUMENTED, .source = (s)
#define SEEN(s) .grade = CLOUD_OBSERVED, .source = (s)
#define DISPUTED(s) .grade = CLOUD_DISPUTED, .source = (s)
#define UNVERIFIED(s) .grade = CLOUD_UNVERIFIED, .source = (s)
#define NOTE(s) .note = (s)

/* An IPv4 prefix. */
#define V4(b0, b1, b2, b3, bits)                                                                   \
    {                                                                                              \
        .family = IP_V4, .len = (bits), .b = {(b0), (b1), (b2), (b3) }                             \
    }

#endif
