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
    LIST_EACH_SAFE (it, tmp, &l->flights) {
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
static void depart(struct sim_link *l, struct sim_port *to, struct sim_packet *packet, ns_t at)
{
    struct flight *f = mem_alloc(MEM_SIM, sizeof(*f));
    if (!f) {
        l->clock->out_of_memory = true;
        sim_packet_free(packet);
        return;
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
    const struct transit line = {
        .latency = p->latency,
        .jitter = p->jitter,
        .loss_ppm = p->loss_ppm,
        .duplicate_ppm = p->duplicate_ppm,
        .reorder_ppm = p->reorder_ppm,
        .bits_per_s = p->bits_per_s,
        .queue_bytes = p->queue_bytes,
    };
    struct transit_result r = { .fate = TRANSIT_LOST };
    uint32_t bytes = sim_packet_bytes(packet);
    assert(bytes <= p->mtu);
    l->sent++;
    if (!l->cut)
        r = transit_pass(&line, &from->sent, &l->clock->rng, l->clock->now, bytes);
    l->lost += r.fate == TRANSIT_LOST;
    l->queue_drops += r.fate == TRANSIT_QUEUE_FULL;
    for (uint32_t i = 1; i < r.copies; i++) {
        struct sim_packet *copy = sim_packet_copy(packet);
        if (copy)
            depart(l, to, copy, r.copy[i - 1].at);
    }
    if (r.copies)
        depart(l, to, packet, r.copy[r.copies - 1].at);
    else
        sim_packet_free(packet);
}
