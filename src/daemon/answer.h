/* daemon/answer.h: an answer's records in a memory file, for ctl to read (ctl/records.h). What the
 * processes that are asked have in common. */
#ifndef DAEMON_ANSWER_H
#define DAEMON_ANSWER_H

#include "base/view.h"
#include "os/ipc.h"

struct answer {
    struct view_sink sink; /* takes the records */
    int fd;                /* of the memory file; answer_send() gives it away */
    uint8_t *buffer;
    struct wr w;
    size_t total;
    err_t error;
};

/* A new memory file. An answer carries a descriptor: without one ctl runs into its time limit. */
must_use err_t answer_begin(struct answer *a);

/* Writes out what is left and sends it: kind, the id of the question, the result (the answer's own
 * error wins over `result`). Frees everything. */
must_use err_t answer_send(struct answer *a, struct ipc *to, uint16_t kind, uint32_t id,
                           err_t result);

/* The id and result of an answer without records. */
must_use err_t answer_result(struct ipc *to, uint16_t kind, uint32_t id, err_t result);

#endif
