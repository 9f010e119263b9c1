#include "sim/link.h"

#include "base/mem.h"

enum { MTU_DEFAULT = 1500, QUEUE_DEFAULT = 256 << 10 };

/* A packet on its way. */
struct flight {
    struct sim_event event;
    struct link link;
    struct sim_link *on;
    struct sim_port *to;
    struct sim_packet *packet;
};

void sim_link_init(struct sim_link *l, struct sim_clock *clock, const struct sim_link_params *p)
{
    *l = (struct sim_link){ .clock = clock, .params = *p };
    if (l->params.mtu == 0)
        l->params.mtu = MTU_DEFAULT;
    if (l->params.queue_bytes == 0)
        l->params.queue_bytes = QUEUE_DEFAULT;
    list_init(&l->ports);
    list_init(&l->flights);
}

static void flight_free(struct flight *f)
{
    list_remove(&f->link);
    sim_clock_cancel(f->on->clock, &f->event);
    mem_free(MEM_SIM, f, sizeof(*f));
}

void sim_link_done(struct sim_link *l)
{
    LIST_EACH_SAFE(it, tmp, &l->flights) {
        struct flight *f = LIST_ENTRY(it, struct flight, link);
        sim_packet_free(f->packet);
        flight_free(f);
    }
}

void sim_link_attach(struct sim_link *l, struct sim_port *port)
{
    list_append(&l->ports, &port->link);
}

static void arrive(struct sim_event *e, ns_t now)
{
    (void)now;
    struct flight *f = container_of(e, struct flight, event);
    struct sim_link *l = f->on;
    struct sim_port *to = f->to;
    struct sim_packet *packet = f->packet;
    flight_free(f);
    if (l->cut) {
        l->lost++;
        sim_packet_free(packet);
        return;
    }
    to->deliver(to, packet);
}

/* One copy departs; takes the packet. */
static void depart(struct sim_link *l, struct sim_port *from, struct sim_port *to,
                   struct sim_packet *packet, ns_t at)
{
    struct flight *f = mem_alloc(MEM_SIM, sizeof(*f));
    if (!f) {
        l->clock->out_of_memory = true;
        sim_packet_free(packet);
        return;
    }
    const struct sim_link_params *p = &l->params;
    at += p->latency + (p->jitter ? rng_between(&l->clock->rng, 0, p->jitter) : 0);
    if (p->reorder_ppm && rng_chance(&l->clock->rng, p->reorder_ppm)) {
        at += rng_between(&l->clock->rng, 0, 4 * p->latency + NS_PER_MS);
    } else {
        at = MAX(at, from->last_arrival);
        from->last_arrival = at;
    }
    f->event.run = arrive;
    f->on = l;
    f->to = to;
    f->packet = packet;
    list_append(&l->flights, &f->link);
    sim_clock_post(l->clock, &f->event, at);
}

void sim_link_send(struct sim_link *l, struct sim_port *from, struct sim_port *to,
                   struct sim_packet *packet)
{
    const struct sim_link_params *p = &l->params;
    uint32_t bytes = sim_packet_bytes(packet);
    ns_t now = l->clock->now;
    assert(bytes <= p->mtu);
    l->sent++;
    if (l->cut || (p->loss_ppm && rng_chance(&l->clock->rng, p->loss_ppm))) {
        l->lost++;
        sim_packet_free(packet);
        return;
    }
    if (p->bits_per_s) {
        ns_t wait = MAX(from->free_at - now, 0);
        uint64_t queued = (uint64_t)wait * p->bits_per_s / 8 / (uint64_t)NS_PER_S;
        if (queued + bytes > p->queue_bytes) {
            l->queue_drops++;
            sim_packet_free(packet);
            return;
        }
        from->free_at = now + wait + (ns_t)((uint64_t)bytes * 8 * NS_PER_S / p->bits_per_s);
        now = from->free_at;
    }
    if (p->duplicate_ppm && rng_chance(&l->clock->rng, p->duplicate_ppm)) {
        struct sim_packet *copy = sim_packet_copy(packet);
        if (copy)
            depart(l, from, to, copy, now);
    }
    depart(l, from, to, packet, now);
}
