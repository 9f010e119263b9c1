#include "daemon/ctl_backend.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "ctl/records.h"
#include "daemon/version.h"

/* The answer to a question; what comes for older ones, which ran out of time, is dropped. */
static err_t await(struct ctl_asker *a, uint16_t kind, uint32_t id, struct ipc_message *ret_message,
                   err_t *ret_result)
{
    for (;;) {
        err_t rc = ipc_wait(&a->core, ASK_TIMEOUT_S * NS_PER_S);
        if (rc == 0)
            rc = ipc_receive(&a->core, ret_message);
        if (rc == -EAGAIN)
            continue;
        if (rc == -EPROTO)
            a->broken = true;
        if (rc != 0)
            return rc;
        struct rd r = rd_init(ret_message->bytes, ret_message->len);
        uint32_t got_id = rd_u32(&r), result = rd_u32(&r);
        if (ret_message->kind == kind && got_id == id && rd_is_done(&r)) {
            *ret_result = -(err_t)(result & 0xfff);
            return 0;
        }
        if (ret_message->fd >= 0)
            close(ret_message->fd);
    }
}

static err_t query(struct ctl_backend *b, const struct node_query *q, struct view_sink *sink)
{
    struct ctl_asker *a = container_of(b, struct ctl_asker, backend);
    uint8_t bytes[256];
    struct wr w = wr_init(bytes, sizeof(bytes));
    uint32_t id = a->next_id++;
    wr_u32(&w, id);
    query_encode(q, &w);
    if (w.bad)
        return -EINVAL;
    struct ipc_message m;
    err_t result;
    err_t rc = ipc_send(&a->core, MSG_CTL_QUERY, bytes, wr_len(&w), -1);
    if (rc == 0)
        rc = await(a, MSG_CTL_ANSWER, id, &m, &result);
    if (rc != 0)
        return rc;
    rc = ctl_records_read(m.fd, sink);
    close(m.fd);
    return result != 0 ? result : rc;
}

static err_t clear(struct ctl_backend *b, const struct ip_addr *peer, uint8_t family,
                   enum node_clear what)
{
    struct ctl_asker *a = container_of(b, struct ctl_asker, backend);
    uint8_t bytes[64];
    struct wr w = wr_init(bytes, sizeof(bytes));
    uint32_t id = a->next_id++;
    wr_u32(&w, id);
    put_ip(&w, peer);
    wr_u8(&w, family);
    wr_u8(&w, (uint8_t)what);
    struct ipc_message m;
    err_t result;
    err_t rc = ipc_send(&a->core, MSG_CTL_CLEAR, bytes, wr_len(&w), -1);
    if (rc == 0)
        rc = await(a, MSG_CTL_CLEARED, id, &m, &result);
    return rc != 0 ? rc : result;
}

static err_t reload(struct ctl_backend *b, struct ctl_output *out)
{
    struct ctl_asker *a = container_of(b, struct ctl_asker, backend);
    err_t rc = ipc_send(&a->priv, MSG_RELOAD, NULL, 0, -1);
    while (rc == 0) {
        struct ipc_message m;
        rc = ipc_wait(&a->priv, RELOAD_TIMEOUT_S * NS_PER_S);
        if (rc == 0)
            rc = ipc_receive(&a->priv, &m);
        if (rc == -EPROTO)
            a->broken = true;
        if (rc == -EAGAIN) {
            rc = 0;
            continue;
        }
        if (rc != 0)
            break;
        if (m.kind == MSG_RELOAD_DONE) {
            struct rd r = rd_init(m.bytes, m.len);
            return -(err_t)(rd_u32(&r) & 0xfff);
        }
        char text[FINDING_MAX];
        uint8_t severity;
        if (m.kind == MSG_RELOAD_LINE && finding_decode(&m, &severity, text)) {
            out->write(out, text, strlen(text));
            out->write(out, "\n", 1);
        }
    }
    return rc;
}

err_t ctl_asker_init(struct ctl_asker *a, int priv_fd, int core_fd)
{
    a->backend = (struct ctl_backend){
        .query = query, .clear = clear, .reload = reload, .version = SPANWAY_VERSION };
    a->next_id = 1;
    a->core.fd = core_fd;
    err_t rc = ipc_init(&a->priv, priv_fd, ROLE_CTL, ROLE_PRIV);
    if (rc == 0)
        rc = ipc_init(&a->core, core_fd, ROLE_CTL, ROLE_CORE);
    ipc_table(&a->priv, messages, MSG_COUNT);
    ipc_table(&a->core, messages, MSG_COUNT);
    return rc;
}

void ctl_asker_done(struct ctl_asker *a)
{
    ipc_done(&a->priv);
    ipc_done(&a->core);
}
