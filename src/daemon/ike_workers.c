#include "daemon/ike_workers.h"

#include <errno.h>
#include <unistd.h>

#include "base/mem.h"
#include "daemon/roles.h"

struct worker {
    struct ike_workers *all;
    struct channel channel;
    struct view_ike_worker view;
};

struct ike_workers {
    struct ike_workers_params p;
    struct worker v[ESP_WORKERS_MAX];
};

/* ---- what they say --------------------------------------------------------------------------- */

/* What the workers do not know whose it is, is offered to the others: an ICMP error that is left
 * out comes again, with the next packet. */
static void spread(struct ike_workers *w, const struct too_big *b, const struct worker *but)
{
    uint8_t bytes[32];
    struct wr to = wr_init(bytes, sizeof(bytes));
    too_big_encode(b, &to);
    for (uint32_t i = 0; i < w->p.count; i++)
        if (&w->v[i] != but)
            (void)channel_offer(&w->v[i].channel, MSG_TOO_BIG, bytes, wr_len(&to));
}

/* A worker speaks for its own tunnels only. */
static bool take_counters(struct worker *from, struct rd *r, ns_t now)
{
    const struct ike_workers_params *p = &from->all->p;
    struct esp_counters counters;
    struct esp_totals totals;
    uint32_t child = rd_u32(r), connection = rd_u32(r);
    totals_decode(r, &totals);
    if (!counters_decode(r, now, &counters) ||
        esp_worker_of(connection, p->count) != from->view.worker)
        return false;
    ike_esp_counters(p->engine, now, child, &counters);
    ike_esp_totals(p->engine, connection, &totals);
    return true;
}

static bool take_traffic(struct worker *from, struct rd *r, ns_t now)
{
    uint32_t connection = rd_u32(r);
    if (!rd_is_done(r))
        return false;
    ike_traffic(from->all->p.engine, now, connection);
    return true;
}

static bool take_event(struct worker *from, struct rd *r, ns_t now)
{
    struct esp_event e;
    if (!event_decode(r, &e))
        return false;
    ike_esp_event(from->all->p.engine, now, &e);
    return true;
}

static bool message(void *owner, const struct ipc_message *m)
{
    struct worker *from = owner;
    const struct ike_workers_params *p = &from->all->p;
    struct rd r = rd_init(m->bytes, m->len);
    ns_t now = loop_now(p->loop);
    struct too_big b;
    bool fine = false;
    if (m->kind == MSG_ESP_EVENT)
        fine = take_event(from, &r, now);
    else if (m->kind == MSG_ESP_COUNTERS)
        fine = take_counters(from, &r, now);
    else if (m->kind == MSG_ESP_TRAFFIC)
        fine = take_traffic(from, &r, now);
    else if (m->kind == MSG_ESP_STRAYS)
        fine = strays_decode(&r, &from->view);
    else if (m->kind == MSG_ESP_TOO_BIG && too_big_decode(&r, &b)) {
        spread(from->all, &b, from);
        fine = true;
    }
    if (fine)
        p->told(p->owner);
    return fine;
}

/* One of several is started again by priv, who ends us if it cannot be. */
static void ended(void *owner, struct channel *c, err_t why)
{
    struct worker *w = owner;
    const struct ike_workers_params *p = &w->all->p;
    (void)c;
    if (why != -EPIPE || p->count == 1)
        p->ended(p->owner, role_title(ROLE_DATA, w->view.worker, p->count), why);
}

/* ---- their channels -------------------------------------------------------------------------- */

static err_t open_channel(struct worker *w, int fd)
{
    const struct ike_workers_params *p = &w->all->p;
    w->channel = (struct channel){ .owner = w, .message = message, .ended = ended };
    return channel_open(&w->channel, p->loop, fd, ROLE_IKE, ROLE_DATA, p->rank);
}

err_t ike_workers_open(const struct ike_workers_params *params, struct ike_workers **ret_workers)
{
    assert(params->count > 0 && params->count <= ESP_WORKERS_MAX);
    struct ike_workers *w = mem_alloc(MEM_NODE, sizeof(*w));
    if (!w)
        return -ENOMEM;
    *w = (struct ike_workers){ .p = *params };
    *ret_workers = w;
    err_t rc = 0;
    for (uint32_t i = 0; rc == 0 && i < params->count; i++) {
        w->v[i].all = w;
        w->v[i].view.worker = i;
        rc = open_channel(&w->v[i], params->first_fd + (int)i);
    }
    return rc;
}

void ike_workers_close(struct ike_workers *w)
{
    if (!w)
        return;
    for (uint32_t i = 0; i < w->p.count; i++)
        channel_done(&w->v[i].channel);
    mem_free(MEM_NODE, w, sizeof(*w));
}

bool ike_workers_again(struct ike_workers *w, uint8_t number, int fd)
{
    if (number >= w->p.count) {
        close(fd);
        return false;
    }
    struct worker *one = &w->v[number];
    channel_done(&one->channel); /* its end may not have been read yet */
    one->view.restarts++;
    if (open_channel(one, fd) != 0) {
        close(fd);
        return false;
    }
    ike_worker_lost(w->p.engine, loop_now(w->p.loop), number);
    w->p.told(w->p.owner);
    return true;
}

bool ike_workers_are_behind(const struct ike_workers *w)
{
    for (uint32_t i = 0; i < w->p.count; i++)
        if (channel_is_behind(&w->v[i].channel))
            return true;
    return false;
}

void ike_workers_send(struct ike_workers *w, uint32_t connection, enum message kind,
                      const void *bytes, size_t len)
{
    struct worker *to = &w->v[esp_worker_of(connection, w->p.count)];
    channel_send(&to->channel, kind, bytes, len, -1);
}

void ike_workers_too_big(struct ike_workers *w, const struct too_big *b)
{
    spread(w, b, NULL);
}

bool ike_workers_query(const struct ike_workers *w, struct view_sink *sink)
{
    for (uint32_t i = 0; i < w->p.count; i++)
        if (!sink->emit(sink, &view_ike_worker, &w->v[i].view))
            return false;
    return true;
}
