#include "daemon/ctl_backend.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "ctl/records.h"
#include "daemon/version.h"

/* The answer to a question; what comes for older ones, which ran out of time, is dropped. */
static err_t await(struct ctl_asker *a, struct ipc *from, uint16_t kind, uint32_t id,
                   struct ipc_message *ret_message, err_t *ret_result)
{
    for (;;) {
        err_t rc = ipc_wait(from, ASK_TIMEOUT_S * NS_PER_S);
        if (rc == 0)
            rc = ipc_receive(from, ret_message);
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
        rc = await(a, &a->core, MSG_CTL_ANSWER, id, &m, &result);
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
        rc = await(a, &a->core, MSG_CTL_CLEARED, id, &m, &result);
    return rc != 0 ? rc : result;
}

/* Asks ike. When it is gone, or does not hear us any more, we end: priv ends all, or starts us
 * again. */
static err_t ask_ike(struct ctl_asker *a, enum message ask, const struct wr *w, uint32_t id,
                     struct ipc_message *ret_message)
{
    enum message answer = ask == MSG_IKE_ORDER ? MSG_IKE_ORDERED : MSG_IKE_ANSWER;
    err_t result = 0;
    if (a->ike.fd < 0)
        return -ENOTCONN;
    err_t rc = ipc_send(&a->ike, ask, w->start, wr_len(w), -1);
    if (rc == 0)
        rc = await(a, &a->ike, answer, id, ret_message, &result);
    if (rc == -EPIPE) {
        ipc_done(&a->ike);
        a->broken = true;
    }
    return rc != 0 ? rc : result;
}

static err_t ike_query(struct ctl_backend *b, uint32_t connection, struct view_sink *sink)
{
    struct ctl_asker *a = container_of(b, struct ctl_asker, backend);
    uint8_t bytes[8];
    struct wr w = wr_init(bytes, sizeof(bytes));
    uint32_t id = a->next_id++;
    wr_u32(&w, id);
    wr_u32(&w, connection);
    struct ipc_message m = { .fd = -1 };
    err_t rc = ask_ike(a, MSG_IKE_QUERY, &w, id, &m);
    if (rc == 0)
        rc = ctl_records_read(m.fd, sink);
    if (m.fd >= 0)
        close(m.fd);
    return rc;
}

static err_t ike_order(struct ctl_backend *b, uint32_t connection, enum ctl_ike_order what)
{
    struct ctl_asker *a = container_of(b, struct ctl_asker, backend);
    uint8_t bytes[9];
    struct wr w = wr_init(bytes, sizeof(bytes));
    uint32_t id = a->next_id++;
    wr_u32(&w, id);
    wr_u32(&w, connection);
    wr_u8(&w, (uint8_t)what);
    struct ipc_message m;
    return ask_ike(a, MSG_IKE_ORDER, &w, id, &m);
}

static err_t ike_debug(struct ctl_backend *b, enum ike_debug_what what, const struct ip_addr *peer,
                       struct view_sink *sink)
{
    struct ctl_asker *a = container_of(b, struct ctl_asker, backend);
    uint8_t bytes[32];
    struct wr w = wr_init(bytes, sizeof(bytes));
    uint32_t id = a->next_id++;
    wr_u32(&w, id);
    wr_u8(&w, (uint8_t)what);
    put_ip(&w, peer);
    struct ipc_message m = { .fd = -1 };
    err_t rc = ask_ike(a, MSG_IKE_DEBUG, &w, id, &m);
    if (rc == 0)
        rc = ctl_records_read(m.fd, sink);
    if (m.fd >= 0)
        close(m.fd);
    return rc;
}

void ctl_asker_take_ike(struct ctl_asker *a, int fd)
{
    ipc_done(&a->ike);
    if (ipc_init(&a->ike, fd, ROLE_CTL, ROLE_IKE) != 0) {
        ipc_done(&a->ike); /* as if no IPsec ran: the next command says so */
        return;
    }
    ipc_table(&a->ike, messages, MSG_COUNT);
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
        if (m.kind == MSG_CTL_IKE) { /* the new configuration is the first with a tunnel */
            ctl_asker_take_ike(a, m.fd);
            continue;
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
        .query = query, .clear = clear, .reload = reload, .version = SPANWAY_VERSION,
        .ike_query = ike_query, .ike_order = ike_order, .ike_debug = ike_debug };
    a->next_id = 1;
    a->core.fd = core_fd;
    a->ike.fd = -1;
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
    ipc_done(&a->ike);
}
