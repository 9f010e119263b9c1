/* fib/table.h: a hash table of intrusive links, for what the engine interns. The owner hashes (with
 * its key) and compares. Grows by doubling; when it cannot grow, chains get longer. One thread. */
#ifndef FIB_TABLE_H
#define FIB_TABLE_H

#include "base/base.h"

struct table_link {
    struct table_link *next;
    uint64_t hash;
};

struct table {
    struct table_link **buckets;
    uint32_t bucket_count, count; /* bucket_count: a power of two, or 0 before the first insert */
};

/* Gives the buckets back; the links' owners are untouched. */
void table_done(struct table *t);

/* The first link with the hash, and the next one behind it; NULL: no more. */
struct table_link *table_first(const struct table *t, uint64_t hash);

/* The next one with the same hash; NULL: no more. */
struct table_link *table_next(const struct table_link *l);

/* Adds a link under a hash; -ENOMEM only when there are no buckets at all. */
must_use err_t table_insert(struct table *t, struct table_link *l, uint64_t hash);

/* Takes out a link that is in the table. */
void table_remove(struct table *t, struct table_link *l);

/* Iterates over all links, in no order that a caller may show. */
struct table_link *table_each(const struct table *t, const struct table_link *after);

#endif
