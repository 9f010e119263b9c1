/* core: operators' questions, which come from ctl. The records of an answer are encoded into a
 * memory file while the node stands still; ctl reads and renders it in its own time. */
#include <string.h>

#include "daemon/answer.h"
#include "daemon/core.h"

static void check_sent(struct core *c, err_t rc)
{
    if (rc != 0)
        log_line(&c->log, LOG_LEVEL_ERROR, "ctl does not take an answer: %s", strerror(-rc));
}

static void answer(struct core *c, ns_t now, uint32_t id, const struct node_query *q)
{
    struct answer a;
    err_t rc = answer_begin(&a);
    if (rc != 0) {
        log_line(&c->log, LOG_LEVEL_ERROR, "an answer cannot be made: %s", strerror(-rc));
        return;
    }
    err_t result = a.error ? a.error : node_query(c->node, now, q, &a.sink);
    check_sent(c, answer_send(&a, &c->ctl, MSG_CTL_ANSWER, id, result));
}

bool core_query_message(struct core *c, ns_t now, const struct ipc_message *m)
{
    struct rd r = rd_init(m->bytes, m->len);
    uint32_t id = rd_u32(&r);
    if (m->kind == MSG_CTL_QUERY) {
        struct node_query q;
        if (!query_decode(&r, &q))
            return false;
        answer(c, now, id, &q);
        return true;
    }
    struct ip_addr peer;
    if (m->kind != MSG_CTL_CLEAR || !get_ip(&r, &peer))
        return false;
    uint8_t family = rd_u8(&r), what = rd_u8(&r);
    if (!rd_is_done(&r) || what > NODE_CLEAR_BOTH ||
        (family != IP_NONE && family != IP_V4 && family != IP_V6))
        return false;
    check_sent(c, answer_result(&c->ctl, MSG_CTL_CLEARED, id,
                                node_clear(c->node, now, &peer, family, (enum node_clear)what)));
    return true;
}
