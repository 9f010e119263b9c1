/* check/expect.h: whether what the author of a topology expects (`expect:`) holds, as far as that
 * can be known without running anything: findings, tunnels and their BGP, sessions, what portals
 * show of connections, counts of objects. Routes, reach, outages, the order of work, and whatever
 * holds only under circumstances (`when:`) are left to the simulator, and said to be. A tunnel or
 * session that is configured right and yet expected down is left as well: the way between its ends
 * decides. One thread; rows live in the check's arena. */
#ifndef CHECK_EXPECT_H
#define CHECK_EXPECT_H

#include "check/check.h"

enum check_verdict { CHECK_HOLDS, CHECK_FAILED, CHECK_LEFT };

struct check_expect_row {
    enum check_verdict verdict;
    const struct lang_node *at; /* the expectation; NULL: what is found and not expected */
    const char *what;           /* "tunnel 20.1.0.10 - 52.0.0.1: up expected, is down: …" */
};

struct check_expect {
    struct check_expect_row *items;
    uint32_t count, cap;
    uint32_t held, failed, left;
};

/* Compares after check_run(). False: no memory. */
must_use bool check_expectations(const struct check *c, struct check_expect *ret_expect);

#endif
