/* core: writes to the kernel, sent to priv in batches, a bounded number of them unanswered. */
#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "daemon/core.h"

struct core_writes {
    struct wr w;
    uint32_t count;     /* in the batch that is being filled */
    uint32_t unanswered; /* batches */
    uint8_t buffer[WRITES_BYTES_MAX];
};

err_t core_writes_init(struct core *c)
{
    c->writes = mem_alloc(MEM_BUFFER, sizeof(*c->writes));
    if (!c->writes)
        return -ENOMEM;
    c->writes->w = wr_init(c->writes->buffer, sizeof(c->writes->buffer));
    return 0;
}

void core_writes_done(struct core *c)
{
    mem_free(MEM_BUFFER, c->writes, c->writes ? sizeof(*c->writes) : 0);
    c->writes = NULL;
}

static bool has_room(const struct core_writes *k) { return wr_room(&k->w) >= WRITE_BYTES_MAX; }

bool core_writes_are_full(const struct core *c)
{
    return !has_room(c->writes) && c->writes->unanswered == BATCHES_MAX;
}

bool core_writes_are_idle(const struct core *c)
{
    return c->writes->count == 0 && c->writes->unanswered == 0;
}

void core_writes_flush(struct core *c)
{
    struct core_writes *k = c->writes;
    if (k->count == 0 || k->unanswered == BATCHES_MAX)
        return;
    core_tell(c, MSG_PRIV_WRITE, k->buffer, wr_len(&k->w), -1);
    k->w = wr_init(k->buffer, sizeof(k->buffer));
    k->count = 0;
    k->unanswered++;
}

void core_write(struct core *c, const struct kernel_write *write)
{
    struct core_writes *k = c->writes;
    if (!has_room(k))
        core_writes_flush(c);
    write_encode(write, &k->w);
    assert(!k->w.bad); /* serve_node() stops before it is full */
    k->count++;
}

static void failed(struct core *c, ns_t now, const struct kernel_write *w, err_t why)
{
    /* priv logs the others by name; routes are the node's to show as rejected. */
    if (w->kind == WRITE_FIB)
        node_kernel_failed(c->node, now, &w->op, why);
}

bool core_writes_answered(struct core *c, ns_t now, const struct ipc_message *m)
{
    struct rd r = rd_init(m->bytes, m->len);
    struct kernel_write w;
    if (c->writes->unanswered == 0)
        return false;
    c->writes->unanswered--;
    while (rd_left(&r) > 0) {
        err_t why = -(err_t)(rd_u32(&r) & 0xfff);
        if (!write_decode(&r, &w))
            return false;
        failed(c, now, &w, why);
    }
    return !r.bad;
}

/* The kernel knows nothing of a device's names. */
static void encode_rule(const struct core *c, const struct config_nat_rule *rule, struct wr *w)
{
    struct config_nat_rule named = *rule;
    const struct fib_interface *i =
        rule->out_interface ? fib_interface_find(node_fib(c->node), rule->out_interface) : NULL;
    if (i)
        named.out_interface = i->name;
    nat_rule_encode(&named, w);
}

/* NAT rules go whole, in as many messages as they need; the last one makes them valid. */
void core_write_nat(struct core *c)
{
    uint32_t n;
    const struct config_nat_rule *rules = node_nat(c->node, &n);
    uint8_t *buffer = mem_alloc(MEM_BUFFER, IPC_MESSAGE_MAX);
    if (!buffer || n > NAT_RULES_MAX) {
        log_line(&c->log, LOG_LEVEL_ERROR, "NAT is not changed: %s",
                 buffer ? "too many rules" : "no memory");
        mem_free(MEM_BUFFER, buffer, buffer ? IPC_MESSAGE_MAX : 0);
        return;
    }
    uint32_t i = 0;
    do {
        struct wr w = wr_init(buffer, IPC_MESSAGE_MAX);
        wr_u8(&w, 0);
        while (i < n && wr_room(&w) >= NAT_RULE_BYTES_MAX)
            encode_rule(c, &rules[i++], &w);
        wr_patch8(&w, 0, i == n);
        assert(!w.bad);
        core_tell(c, MSG_PRIV_NAT, buffer, wr_len(&w), -1);
    } while (i < n);
    mem_free(MEM_BUFFER, buffer, IPC_MESSAGE_MAX);
}
