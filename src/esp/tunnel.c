#include "esp/tunnel.h"

#include <errno.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "crypto/secret.h"
#include "esp/internal.h"

/* A few SAs should not spread over a table that has room for all: each would take a page. */
enum { BUCKETS_FIRST = 64 };

static uint32_t power_above(uint32_t n)
{
    uint32_t p = BUCKETS_FIRST;
    while (p < n && p < UINT32_C(1) << 30)
        p *= 2;
    return p;
}

static void free_parts(struct esp *e)
{
    cipher_engine_free(e->engine);
    mem_free(MEM_ESP, e->tunnels, ((size_t)e->tunnel_mask + 1) * sizeof(*e->tunnels));
    mem_free(MEM_ESP, e->by_spi, ((size_t)e->sa_mask + 1) * sizeof(*e->by_spi));
    mem_free(MEM_ESP, e->by_id, ((size_t)e->sa_mask + 1) * sizeof(*e->by_id));
}

struct esp *esp_new(const struct esp_params *params)
{
    assert(params->max_tunnels > 0 && params->max_children > 0);
    struct esp *e = mem_alloc(MEM_ESP, sizeof(*e));
    if (!e)
        return NULL;
    e->params = *params;
    e->tunnel_mask = power_above(params->max_tunnels) - 1;
    e->sa_mask = BUCKETS_FIRST - 1;
    e->tunnels = mem_alloc(MEM_ESP, ((size_t)e->tunnel_mask + 1) * sizeof(*e->tunnels));
    e->by_spi = mem_alloc(MEM_ESP, ((size_t)e->sa_mask + 1) * sizeof(*e->by_spi));
    e->by_id = mem_alloc(MEM_ESP, ((size_t)e->sa_mask + 1) * sizeof(*e->by_id));
    e->engine = params->portable ? NULL : cipher_engine_new();
    e->icmp.left = ESP_ICMP_BURST;
    e->unknown.left = ESP_UNKNOWN_BURST;
    if (!e->tunnels || !e->by_spi || !e->by_id) {
        free_parts(e);
        mem_free(MEM_ESP, e, sizeof(*e));
        return NULL;
    }
    return e;
}

void esp_free(struct esp *e)
{
    if (!e)
        return;
    for (uint32_t i = 0; i <= e->tunnel_mask; i++)
        while (e->tunnels[i])
            esp_tunnel_remove(e, e->tunnels[i]->params.connection);
    assert(e->n_sas == 0 && e->n_tunnels == 0);
    free_parts(e);
    secret_wipe_bytes(e, sizeof(*e)); /* IVs to come, what a batch left behind */
    mem_free(MEM_ESP, e, sizeof(*e));
}

/* ---- tables ------------------------------------------------------------------------------- */

static uint32_t bucket(const struct esp *e, uint32_t number, uint32_t mask)
{
    return (uint32_t)hash_mix(e->params.hash_key ^ number) & mask;
}

struct esp_tunnel *esp_find_tunnel(const struct esp *e, uint32_t connection)
{
    struct esp_tunnel *t = e->tunnels[bucket(e, connection, e->tunnel_mask)];
    while (t && t->params.connection != connection)
        t = t->next;
    return t;
}

struct esp_sa *esp_find_spi(const struct esp *e, uint32_t spi)
{
    struct esp_sa *sa = e->by_spi[bucket(e, spi, e->sa_mask)];
    while (sa && sa->spi_in != spi)
        sa = sa->next_spi;
    return sa;
}

struct esp_sa *esp_find_child(const struct esp *e, uint32_t id)
{
    struct esp_sa *sa = e->by_id[bucket(e, id, e->sa_mask)];
    while (sa && sa->id != id)
        sa = sa->next_id;
    return sa;
}

static void put_sa(struct esp *e, struct esp_sa *sa)
{
    struct esp_sa **spi = &e->by_spi[bucket(e, sa->spi_in, e->sa_mask)];
    struct esp_sa **id = &e->by_id[bucket(e, sa->id, e->sa_mask)];
    sa->next_spi = *spi;
    *spi = sa;
    sa->next_id = *id;
    *id = sa;
}

/* As many buckets as SAs, in powers of two; without memory the chains grow instead. */
static void grow(struct esp *e)
{
    size_t n = (size_t)e->sa_mask + 1;
    struct esp_sa **old_spi = e->by_spi, **old_id = e->by_id;
    struct esp_sa **spi = mem_alloc(MEM_ESP, 2 * n * sizeof(struct esp_sa *));
    struct esp_sa **id = mem_alloc(MEM_ESP, 2 * n * sizeof(struct esp_sa *));
    if (!spi || !id) {
        mem_free(MEM_ESP, spi, 2 * n * sizeof(struct esp_sa *));
        mem_free(MEM_ESP, id, 2 * n * sizeof(struct esp_sa *));
        return;
    }
    e->by_spi = spi;
    e->by_id = id;
    e->sa_mask = (uint32_t)(2 * n - 1);
    for (size_t i = 0; i < n; i++)
        for (struct esp_sa *sa = old_spi[i], *next; sa; sa = next) {
            next = sa->next_spi;
            put_sa(e, sa);
        }
    mem_free(MEM_ESP, old_spi, n * sizeof(struct esp_sa *));
    mem_free(MEM_ESP, old_id, n * sizeof(struct esp_sa *));
}

static void link_sa(struct esp *e, struct esp_sa *sa)
{
    if (e->n_sas > e->sa_mask)
        grow(e);
    put_sa(e, sa);
    sa->next_of_tunnel = sa->tunnel->sas;
    sa->tunnel->sas = sa;
    e->n_sas++;
}

static void unlink_sa(struct esp *e, struct esp_sa *sa)
{
    struct esp_sa **at = &e->by_spi[bucket(e, sa->spi_in, e->sa_mask)];
    while (*at != sa)
        at = &(*at)->next_spi;
    *at = sa->next_spi;
    at = &e->by_id[bucket(e, sa->id, e->sa_mask)];
    while (*at != sa)
        at = &(*at)->next_id;
    *at = sa->next_id;
    at = &sa->tunnel->sas;
    while (*at != sa)
        at = &(*at)->next_of_tunnel;
    *at = sa->next_of_tunnel;
    assert(e->n_sas > 0);
    e->n_sas--;
}

/* ---- tunnels ------------------------------------------------------------------------------ */

static void set_link_mtu(struct esp_sa *sa, ns_t now)
{
    const struct esp_tunnel_params *p = &sa->tunnel->params;
    sa->path_mtu.link = p->link_mtu ? p->link_mtu : ESP_MTU_DEFAULT;
    sa->path_mtu.ignore_icmp = p->ignore_icmp;
    esp_mtu_apply(sa, now, p->ip_mtu);
}

static bool same_params(const struct esp_tunnel_params *a, const struct esp_tunnel_params *b)
{
    return a->vnet == b->vnet && a->uso == b->uso && a->ip_mtu == b->ip_mtu &&
           a->tcp_mss == b->tcp_mss && a->link_mtu == b->link_mtu &&
           a->ignore_icmp == b->ignore_icmp;
}

/* What the paths carry is learnt anew. */
static void change(struct esp_tunnel *t, const struct esp_tunnel_params *params)
{
    if (same_params(&t->params, params))
        return;
    t->params = *params;
    for (struct esp_sa *sa = t->sas; sa; sa = sa->next_of_tunnel) {
        sa->path_mtu.learnt = 0;
        set_link_mtu(sa, 0);
    }
}

err_t esp_tunnel_set(struct esp *e, const struct esp_tunnel_params *params)
{
    assert(params->connection != 0);
    struct esp_tunnel *t = esp_find_tunnel(e, params->connection);
    if (t) {
        change(t, params);
        return 0;
    }
    if (e->n_tunnels >= e->params.max_tunnels)
        return -ENOSPC;
    t = mem_alloc(MEM_ESP, sizeof(*t));
    if (!t)
        return -ENOMEM;
    struct esp_tunnel **head = &e->tunnels[bucket(e, params->connection, e->tunnel_mask)];
    t->params = *params;
    t->next = *head;
    *head = t;
    e->n_tunnels++;
    return 0;
}

void esp_tunnel_remove(struct esp *e, uint32_t connection)
{
    struct esp_tunnel **at = &e->tunnels[bucket(e, connection, e->tunnel_mask)];
    while (*at && (*at)->params.connection != connection)
        at = &(*at)->next;
    struct esp_tunnel *t = *at;
    if (!t)
        return;
    while (t->sas) {
        struct esp_sa *sa = t->sas;
        unlink_sa(e, sa);
        esp_sa_free(sa);
    }
    *at = t->next;
    e->n_tunnels--;
    mem_free(MEM_ESP, t, sizeof(*t));
}

uint16_t esp_tunnel_mtu(const struct esp *e, ns_t now, uint32_t connection)
{
    const struct esp_tunnel *t = esp_find_tunnel(e, connection);
    if (!t)
        return 0;
    if (t->n_outs == 0)
        return t->params.ip_mtu     ? t->params.ip_mtu
               : t->params.link_mtu ? t->params.link_mtu
                                    : ESP_MTU_DEFAULT;
    const struct esp_sa *sa = t->outs[0];
    uint16_t outer = esp_mtu_outer(&sa->path_mtu, now);
    uint16_t inner = esp_mtu_inner(&sa->out, sa->path.remote.family, outer);
    return t->params.ip_mtu ? MIN(inner, t->params.ip_mtu) : inner;
}

bool esp_tunnel_counters(const struct esp *e, uint32_t connection,
                         struct esp_tunnel_counters *ret_counters)
{
    const struct esp_tunnel *t = esp_find_tunnel(e, connection);
    if (t)
        *ret_counters = t->counters;
    return t != NULL;
}

/* ---- SAs ---------------------------------------------------------------------------------- */

err_t esp_child_add(struct esp *e, ns_t now, const struct esp_child *child)
{
    struct esp_tunnel *t = esp_find_tunnel(e, child->connection);
    struct esp_sa *sa;
    if (!t)
        return -ENOENT;
    if (esp_find_child(e, child->id) || esp_find_spi(e, child->spi_in))
        return -EEXIST;
    if (e->n_sas >= e->params.max_children)
        return -ENOSPC;
    err_t rc = esp_sa_new(child, e->engine, &sa);
    if (rc != 0)
        return rc;
    sa->tunnel = t;
    if (t->n_outs > 0 && ip_eq(&t->outs[0]->path.remote, &sa->path.remote))
        sa->path_mtu = t->outs[0]->path_mtu; /* a rekey does not forget what the path carries */
    set_link_mtu(sa, now);
    link_sa(e, sa);
    return 0;
}

static bool same_list(const struct esp_selector *a, uint8_t n_a, const struct esp_selector *b,
                      uint8_t n_b)
{
    bool same = n_a == n_b;
    for (uint8_t i = 0; same && i < n_a; i++)
        same = ip_eq(&a[i].from, &b[i].from) && ip_eq(&a[i].to, &b[i].to) &&
               a[i].protocol == b[i].protocol && a[i].port_from == b[i].port_from &&
               a[i].port_to == b[i].port_to;
    return same;
}

static bool same_selectors(const struct esp_selectors *a, const struct esp_selectors *b)
{
    return same_list(a->local, a->n_local, b->local, b->n_local) &&
           same_list(a->remote, a->n_remote, b->remote, b->n_remote);
}

static void take_out(struct esp_tunnel *t, uint8_t i)
{
    assert(i < t->n_outs);
    t->n_outs--;
    memmove(&t->outs[i], &t->outs[i + 1], (size_t)(t->n_outs - i) * sizeof(*t->outs));
}

void esp_child_out(struct esp *e, uint32_t id)
{
    struct esp_sa *sa = esp_find_child(e, id);
    if (!sa)
        return;
    struct esp_tunnel *t = sa->tunnel;
    for (uint8_t i = t->n_outs; i-- > 0;)
        if (same_selectors(&t->outs[i]->selectors, &sa->selectors))
            take_out(t, i);
    if (t->n_outs == ESP_TUNNEL_OUTS_MAX)
        take_out(t, ESP_TUNNEL_OUTS_MAX - 1); /* the oldest */
    memmove(&t->outs[1], &t->outs[0], t->n_outs * sizeof(*t->outs));
    t->outs[0] = sa;
    t->n_outs++;
}

void esp_child_path(struct esp *e, ns_t now, uint32_t id, const struct esp_path *path)
{
    struct esp_sa *sa = esp_find_child(e, id);
    if (!sa || ip_bytes(path->remote.family) == 0)
        return;
    sa->path = *path;
    sa->told_moved = false;
    sa->path_mtu.learnt = 0;
    sa->out.flags = (uint16_t)(sa->out.flags & ~ESP_SA_UDP);
    if (path->remote_port)
        sa->out.flags |= ESP_SA_UDP;
    set_link_mtu(sa, now);
}

void esp_child_remove(struct esp *e, uint32_t id)
{
    struct esp_sa *sa = esp_find_child(e, id);
    if (!sa)
        return;
    for (uint8_t i = sa->tunnel->n_outs; i-- > 0;)
        if (sa->tunnel->outs[i] == sa)
            take_out(sa->tunnel, i);
    unlink_sa(e, sa);
    esp_sa_free(sa);
}

bool esp_child_counters(const struct esp *e, uint32_t id, struct esp_counters *ret)
{
    const struct esp_sa *sa = esp_find_child(e, id);
    if (sa)
        esp_sa_counters(sa, ret);
    return sa != NULL;
}

void esp_path_mtu(struct esp *e, ns_t now, const struct ip_addr *remote, uint32_t mtu)
{
    for (uint32_t i = 0; i <= e->tunnel_mask; i++)
        for (const struct esp_tunnel *t = e->tunnels[i]; t; t = t->next)
            for (struct esp_sa *sa = t->sas; sa; sa = sa->next_of_tunnel)
                if (ip_eq(&sa->path.remote, remote) &&
                    esp_mtu_learn(&sa->path_mtu, now, remote->family, mtu))
                    esp_mtu_apply(sa, now, t->params.ip_mtu);
}

bool esp_sends_with(const struct esp *e, const struct ip_addr *remote, uint32_t spi)
{
    for (uint32_t i = 0; i <= e->tunnel_mask; i++)
        for (const struct esp_tunnel *t = e->tunnels[i]; t; t = t->next)
            for (const struct esp_sa *sa = t->sas; sa; sa = sa->next_of_tunnel)
                if (sa->out.spi == spi && ip_eq(&sa->path.remote, remote))
                    return true;
    return false;
}

/* ---- events ------------------------------------------------------------------------------- */

bool esp_tell(struct esp *e, const struct esp_event *event)
{
    if (e->n_events == ESP_EVENTS_MAX)
        return false;
    e->events[(e->event_head + e->n_events) % ESP_EVENTS_MAX] = *event;
    e->n_events++;
    return true;
}

bool esp_next_event(struct esp *e, struct esp_event *ret_event)
{
    if (e->n_events == 0)
        return false;
    *ret_event = e->events[e->event_head];
    e->event_head = (e->event_head + 1) % ESP_EVENTS_MAX;
    e->n_events--;
    return true;
}

bool esp_may_go_on(struct esp *e, struct esp_sa *sa, bool outbound)
{
    enum esp_due due = esp_sa_due(sa, outbound);
    if (due != ESP_DUE_NOTHING && !sa->told_soft)
        sa->told_soft = esp_tell_of(e, ESP_SOFT_LIMIT, sa);
    esp_sa_set_alarms(sa);
    if (due != ESP_DUE_HARD)
        return true;
    if (!sa->told_hard)
        sa->told_hard = esp_tell_of(e, ESP_HARD_LIMIT, sa);
    return false;
}

bool esp_token(struct esp_tokens *t, ns_t now, uint32_t burst, uint32_t per_s)
{
    ns_t gap = NS_PER_S / per_s, passed = now - t->since;
    if (passed >= gap) {
        uint64_t came = (uint64_t)(passed / gap);
        t->left = (uint32_t)MIN(t->left + came, (uint64_t)burst);
        t->since = now - passed % gap;
    }
    if (t->left == 0)
        return false;
    t->left--;
    return true;
}
