/* Connections and their output: shared UPDATE bytes, with the session's own messages (OPEN,
 * KEEPALIVE, NOTIFICATION, ROUTE-REFRESH) put in between at message boundaries. */

#include "node/internal.h"

struct node_conn *node_conn_new(struct node *n, struct node_peer *p, enum bgp_side side)
{
    for (uint32_t tries = 0; tries < NODE_CONNS_MAX; tries++) {
        uint32_t slot = n->next_conn++ % NODE_CONNS_MAX;
        if (n->conns[slot])
            continue;
        struct node_conn *c = mem_alloc(MEM_PEER, sizeof(*c));
        if (!c)
            return NULL;
        /* A slot is used again under another number: late news of the old connection is no news. */
        n->conn_generation = n->conn_generation % 0x7fff + 1;
        c->id = n->conn_generation * NODE_CONNS_MAX + slot;
        c->peer = p;
        c->side = side;
        list_init(&c->bufs);
        n->conns[slot] = c;
        p->conn[side] = c;
        return c;
    }
    return NULL;
}

struct node_conn *node_conn_find(struct node *n, uint32_t id)
{
    struct node_conn *c = n->conns[id % NODE_CONNS_MAX];
    return c && c->id == id ? c : NULL;
}

void node_buf_unref(struct node *n, struct node_buf *b)
{
    assert(b->refs > 0);
    if (--b->refs == 0)
        slab_free(&n->bufs, b);
}

static void drop_first(struct node *n, struct node_conn *c)
{
    assert(!list_is_empty(&c->bufs));
    struct node_buf_ref *ref = LIST_ENTRY(c->bufs.next, struct node_buf_ref, link);
    list_remove(&ref->link);
    node_buf_unref(n, ref->buf);
    slab_free(&n->buf_refs, ref);
    c->sent = c->boundary = 0;
}

void node_conn_free(struct node *n, struct node_conn *c)
{
    if (!c)
        return;
    assert(n->conns[c->id % NODE_CONNS_MAX] == c);
    while (!list_is_empty(&c->bufs))
        drop_first(n, c);
    mem_free(MEM_PEER, c->tail, c->tail_cap);
    n->conns[c->id % NODE_CONNS_MAX] = NULL;
    mem_free(MEM_PEER, c, sizeof(*c));
}

/* What is left of the message that is half sent, and the session's last words. */
static void keep_tail(struct node_conn *c)
{
    const uint8_t *control = NULL, *message = NULL;
    size_t control_len = bgp_session_output(c->peer->session, c->side, &control), message_len = 0;
    if (c->sent < c->boundary) {
        struct node_buf_ref *ref = LIST_ENTRY(c->bufs.next, struct node_buf_ref, link);
        message = ref->buf->bytes + c->sent;
        message_len = c->boundary - c->sent;
    }
    if (control_len + message_len == 0)
        return;
    c->tail = mem_alloc(MEM_PEER, control_len + message_len);
    if (!c->tail)
        return; /* without memory the other end sees a plain close */
    c->tail_cap = c->tail_len = (uint32_t)(control_len + message_len);
    if (message_len)
        memcpy(c->tail, message, message_len);
    if (control_len)
        memcpy(c->tail + message_len, control, control_len);
}

void node_conn_close(struct node *n, struct node_conn *c, bool flush)
{
    struct node_peer *p = c->peer;
    assert(p && p->conn[c->side] == c);
    if (flush && c->is_open)
        keep_tail(c);
    while (!list_is_empty(&c->bufs))
        drop_first(n, c);
    c->queued = 0;
    const uint8_t *control;
    size_t left = bgp_session_output(p->session, c->side, &control);
    if (left)
        bgp_session_sent(p->session, n->now, c->side, left);
    p->conn[c->side] = NULL;
    c->peer = NULL;
    struct node_action *a = node_push(n, NODE_TCP_CLOSE);
    if (a) {
        a->conn = c->id;
        a->flush = c->tail_len > 0;
    }
    if (!c->tail_len)
        node_conn_free(n, c);
}

bool node_conn_queue(struct node *n, struct node_conn *c, struct node_buf *b)
{
    assert(b->len > 0 && b->len <= NODE_BUF_BYTES); /* nothing to send would never be gone */
    struct node_buf_ref *ref = slab_alloc(&n->buf_refs);
    if (!ref)
        return false;
    ref->buf = b;
    b->refs++;
    c->queued += b->len;
    list_append(&c->bufs, &ref->link);
    return true;
}

void node_conn_wake(struct node *n, struct node_conn *c)
{
    if (c->send_told || !c->is_open)
        return;
    const uint8_t *bytes;
    if (list_is_empty(&c->bufs) && bgp_session_output(c->peer->session, c->side, &bytes) == 0)
        return;
    struct node_action *a = node_push(n, NODE_TCP_SEND);
    if (!a)
        return;
    a->conn = c->id;
    c->send_told = true;
}

/* The end of the message that byte `at` (a message's first) begins, from its header. */
static uint32_t message_end(const struct node_buf *b, uint32_t at)
{
    assert(at + BGP_HEADER_BYTES <= b->len);
    return at + ((uint32_t)b->bytes[at + 16] << 8 | b->bytes[at + 17]);
}

size_t node_tcp_output(struct node *n, ns_t now, uint32_t conn, const uint8_t **ret_bytes)
{
    node_at(n, now);
    struct node_conn *c = node_conn_find(n, conn);
    if (!c)
        return 0;
    if (!c->peer) {
        *ret_bytes = c->tail;
        return c->tail_len;
    }
    bool is_inside = c->sent < c->boundary;
    size_t control = bgp_session_output(c->peer->session, c->side, ret_bytes);
    if (control && !is_inside)
        return control;
    if (list_is_empty(&c->bufs)) {
        c->send_told = false;
        return 0;
    }
    struct node_buf *b = LIST_ENTRY(c->bufs.next, struct node_buf_ref, link)->buf;
    *ret_bytes = b->bytes + c->sent;
    return (control ? c->boundary : b->len) - c->sent;
}

/* Moves on in the first buffer; counts the messages that are complete. */
static uint32_t consume(struct node *n, struct node_conn *c, size_t len)
{
    struct node_buf *b = LIST_ENTRY(c->bufs.next, struct node_buf_ref, link)->buf;
    assert(len <= b->len - c->sent);
    uint32_t messages = 0;
    c->sent += (uint32_t)len;
    c->queued -= len;
    assert(c->sent <= b->len && c->boundary <= b->len);
    while (c->boundary < c->sent) {
        c->boundary = message_end(b, c->boundary);
        messages++;
    }
    if (c->sent == b->len)
        drop_first(n, c);
    return messages;
}

void node_tcp_sent(struct node *n, ns_t now, uint32_t conn, size_t len)
{
    node_at(n, now);
    struct node_conn *c = node_conn_find(n, conn);
    if (!c || len == 0)
        return;
    if (!c->peer) {
        assert(len <= c->tail_len);
        c->tail_len -= (uint32_t)len;
        memmove(c->tail, c->tail + len, c->tail_len);
        if (!c->tail_len)
            node_conn_free(n, c);
        return;
    }
    const uint8_t *control;
    bool is_inside = c->sent < c->boundary;
    struct bgp_session *s = c->peer->session;
    if (!is_inside && bgp_session_output(s, c->side, &control) > 0) {
        bgp_session_sent(s, now, c->side, len);
    } else {
        uint32_t messages = consume(n, c, len);
        bgp_session_wrote(s, now, messages, true);
        if (c->queued < NODE_OUT_LOW)
            n->has_more = true; /* room for more of the table */
    }
    node_peer_drain(c->peer);
}
