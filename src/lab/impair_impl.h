/* lab/impair_impl.h: what the files of lab/impair.h share: frames with their deadlines, and what
 * the relay and those who ask it say to each other. */
#ifndef LAB_IMPAIR_IMPL_H
#define LAB_IMPAIR_IMPL_H

#include <sys/socket.h>
#include <sys/un.h>

#include "base/deadline.h"
#include "lab/impair.h"

/* ---- frames under way: pure ---- */

struct lab_impair_frame {
    struct timer timer;
    uint32_t len;
    uint8_t bytes[];
};

struct lab_impair_line {
    struct lab_impair_spec spec;
    struct transit_state state;
    struct rng rng;
    struct timer_heap heap;
    uint64_t held; /* bytes of memory */
    struct lab_impair_count count;
};

/* A line without frames. */
void lab_impair_line_init(struct lab_impair_line *l, const struct lab_impair_spec *spec);

/* Forgets the frames under way. */
void lab_impair_line_done(struct lab_impair_line *l);

/* Other figures; what is under way keeps its time, and nothing overtakes it. */
void lab_impair_line_change(struct lab_impair_line *l, const struct lab_impair_spec *spec);

/* A frame sets out now: its fate is decided, and counted. */
void lab_impair_line_send(struct lab_impair_line *l, ns_t now, const uint8_t *bytes, uint32_t len);

/* When the next frame arrives; NS_NEVER: none is under way. */
ns_t lab_impair_line_next(const struct lab_impair_line *l);

/* The next frame that has arrived by then, which lab_impair_line_free() takes; NULL: none. */
must_use struct lab_impair_frame *lab_impair_line_take(struct lab_impair_line *l, ns_t now);

/* Frees a frame that was taken. */
void lab_impair_line_free(struct lab_impair_line *l, struct lab_impair_frame *f);

/* ---- what is said on the socket: one message each way, then it is closed ---- */

enum lab_impair_op { LAB_IMPAIR_GET = 1, LAB_IMPAIR_CHANGE, LAB_IMPAIR_END };

struct lab_impair_request {
    uint32_t version, op;
    struct lab_impair_spec spec; /* LAB_IMPAIR_CHANGE */
};

struct lab_impair_answer {
    uint32_t version, reserved;
    struct lab_impair_spec spec;
    struct lab_impair_count count;
};

enum { LAB_IMPAIR_VERSION = 1 };

/* The relay's address; its length. 0: the name is too long for a device. */
socklen_t lab_impair_address(const char *dev, struct sockaddr_un *ret_address);

/* ---- the relay ---- */

struct lab_impair_relay_params {
    const struct lab_netns *space;
    const char *dev;
    const struct lab_impair_spec *spec;
};

/* Starts a relay in the background; it works when this returns. */
must_use err_t lab_impair_relay_start(const struct lab_impair_relay_params *p, struct text *why);

#endif
