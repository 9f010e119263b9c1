/* check/expect_impl.h: what the two halves of expect.c share. Internal to check/. */
#ifndef CHECK_EXPECT_IMPL_H
#define CHECK_EXPECT_IMPL_H

#include "check/expect.h"
#include "check/look.h"
#include "check/print.h"
#include "topo/kinds.h"

struct expecting {
    const struct check *c;
    struct check_expect *expect;
    bool full; /* of memory */
};

/* Adds a row; the sentence is formatted as by printf. */
void expect_add(struct expecting *x, enum check_verdict verdict, const struct lang_node *at,
                const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Adds that only running the network can tell. */
void expect_leave(struct expecting *x, const struct topo_object *o, const char *what);

/* --- expect_tunnels.c: what pairing knows */

/* Tunnels and the sessions through them. */
void expect_tunnels(struct expecting *x);

/* Sessions, as one of the two sees them. */
void expect_sessions(struct expecting *x);

/* What portals show of connections and tunnels. */
void expect_status(struct expecting *x);

#endif
