/* Actions that wait for the driver: copied whole, each in one piece of memory, wiped when taken. */
#include "crypto/secret.h"
#include "ike/internal.h"

struct ike_item {
    struct ike_item *next;
    size_t bytes; /* of this piece of memory */
    struct ike_action action;
    _Alignas(max_align_t) uint8_t data[]; /* a struct first, where the kind has one */
};

/* A piece of memory for an action with n bytes of data; NULL: counted. */
static struct ike_item *item_new(struct ike *e, enum ike_action_kind kind, size_t n)
{
    size_t bytes = sizeof(struct ike_item) + n;
    struct ike_item *i = e->n_items < IKE_ACTIONS_MAX ? mem_alloc(MEM_IKE, bytes) : NULL;
    if (!i) {
        e->dropped++;
        return NULL;
    }
    i->bytes = bytes;
    i->action.kind = kind;
    return i;
}

static void item_free(struct ike_item *i)
{
    if (!i)
        return;
    size_t bytes = i->bytes;
    secret_wipe_bytes(i, bytes);
    mem_free(MEM_IKE, i, bytes);
}

static void append(struct ike *e, struct ike_item *i)
{
    i->next = NULL;
    if (e->last)
        e->last->next = i;
    else
        e->first = i;
    e->last = i;
    e->n_items++;
}

bool ike_next(struct ike *e, struct ike_action *ret_action)
{
    item_free(e->lent);
    struct ike_item *i = e->lent = e->first;
    if (!i)
        return false;
    e->first = i->next;
    if (!e->first)
        e->last = NULL;
    e->n_items--;
    *ret_action = i->action;
    return true;
}

void ike_queue_done(struct ike *e)
{
    item_free(e->lent);
    for (struct ike_item *i = e->first, *next; i; i = next) {
        next = i->next;
        item_free(i);
    }
    e->first = e->last = e->lent = NULL;
    e->n_items = 0;
}

void ike_do_send(struct ike *e, uint32_t connection, const struct esp_path *path, const uint8_t *p,
                 size_t n)
{
    struct ike_item *i = item_new(e, IKE_DO_SEND, n);
    if (!i)
        return; /* as good as lost on the way: it will be sent again */
    memcpy(i->data, p, n);
    i->action.connection = connection;
    i->action.path = *path;
    i->action.bytes = i->data;
    i->action.len = n;
    append(e, i);
}

void ike_do_keepalive(struct ike *e, const struct ike_sa *sa)
{
    struct ike_item *i = item_new(e, IKE_DO_KEEPALIVE, 0);
    if (!i)
        return;
    i->action.connection = sa->conn ? sa->conn->c.id : 0;
    i->action.path = sa->path;
    append(e, i);
}

/* Copies n bytes to the writer and says where they are now. */
static const uint8_t *keep(struct wr *w, const void *p, size_t n)
{
    uint8_t *at = wr_space(w, n);
    assert(at);
    if (n)
        memcpy(at, p, n);
    return at;
}

static struct crypto_part keep_part(struct wr *w, const struct crypto_part *part)
{
    return (struct crypto_part){ keep(w, part->p, part->n), part->n };
}

static size_t text_bytes_of(const char *s)
{
    return s ? strlen(s) + 1 : 0;
}

static const char *keep_text(struct wr *w, const char *s)
{
    return s ? (const char *)keep(w, s, strlen(s) + 1) : NULL;
}

static size_t keys_bytes(const struct ike_keys_request *k)
{
    size_t n = k->auth_len + k->sk_len + (k->peer_id ? sizeof(*k->peer_id) : 0);
    n += text_bytes_of(k->key) + text_bytes_of(k->trustpoint) + text_bytes_of(k->ppk_id);
    for (uint8_t i = 0; i < k->n_octets; i++)
        n += k->octets[i].n;
    for (uint8_t i = 0; i < k->n_certs; i++)
        n += k->certs[i].n;
    return n;
}

void ike_do_keys(struct ike *e, uint32_t connection, const struct ike_keys_request *keys)
{
    size_t n = keys_bytes(keys);
    struct ike_item *i = item_new(e, IKE_DO_KEYS, sizeof(struct ike_keys_request) + n);
    if (!i)
        return; /* the SA's own deadline ends it */
    struct ike_keys_request *k = (void *)i->data;
    struct wr w = wr_init(i->data + sizeof(*k), n);
    *k = *keys;
    /* The other struct next, aligned as well, and nothing behind it needs to be. */
    if (keys->peer_id)
        k->peer_id =
            (const struct ike_id *)(const void *)keep(&w, keys->peer_id, sizeof(*keys->peer_id));
    for (uint8_t p = 0; p < k->n_octets; p++)
        k->octets[p] = keep_part(&w, &keys->octets[p]);
    for (uint8_t p = 0; p < k->n_certs; p++)
        k->certs[p] = keep_part(&w, &keys->certs[p]);
    k->auth_data = keep(&w, keys->auth_data, keys->auth_len);
    k->sk = keep(&w, keys->sk, keys->sk_len);
    k->key = keep_text(&w, keys->key);
    k->trustpoint = keep_text(&w, keys->trustpoint);
    k->ppk_id = keep_text(&w, keys->ppk_id);
    i->action.connection = connection;
    i->action.keys = k;
    append(e, i);
}

static bool do_child(struct ike *e, enum ike_action_kind kind, const struct esp_child *child)
{
    struct ike_item *i = item_new(e, kind, sizeof(*child));
    if (!i)
        return false;
    memcpy(i->data, child, sizeof(*child));
    i->action.connection = child->connection;
    i->action.path = child->path;
    i->action.child = (void *)i->data;
    append(e, i);
    return true;
}

bool ike_do_child_add(struct ike *e, const struct esp_child *child)
{
    return do_child(e, IKE_DO_CHILD_ADD, child);
}

bool ike_do_child(struct ike *e, enum ike_action_kind kind, const struct ike_child *child)
{
    assert(kind != IKE_DO_CHILD_ADD);
    return do_child(e, kind,
                    &(struct esp_child){ .id = child->esp.id,
                                         .connection = child->conn->c.id,
                                         .spi_in = child->esp.spi_in,
                                         .spi_out = child->esp.spi_out,
                                         .path = child->esp.path });
}

void ike_do_tunnel(struct ike *e, const struct ike_conn *conn)
{
    struct ike_item *i = item_new(e, IKE_DO_TUNNEL, 0);
    if (!i)
        return;
    i->action.connection = conn->c.id;
    i->action.on = conn->up;
    append(e, i);
}

static void do_line(struct ike *e, enum ike_action_kind kind, uint32_t connection,
                    enum diag_severity severity, const struct text *line)
{
    struct ike_item *i = item_new(e, kind, line->len + 1);
    if (!i)
        return;
    memcpy(i->data, line->s, line->len + 1);
    i->action.connection = connection;
    i->action.severity = severity;
    i->action.text = (const char *)i->data;
    append(e, i);
}

void ike_do_key_log(struct ike *e, uint32_t connection, const struct text *line)
{
    do_line(e, IKE_DO_KEY_LOG, connection, DIAG_NOTE, line);
}

void ike_event_end(struct ike *e, struct ike_event_line *l, enum diag_severity severity)
{
    do_line(e, IKE_DO_EVENT, l->connection, severity, &l->t);
}

void ike_event_trace(struct ike *e, struct ike_event_line *l)
{
    do_line(e, IKE_DO_TRACE, l->connection, DIAG_NOTE, &l->t);
}
