#include "sim/fault.h"

static void heal(struct sim_fault *x)
{
    x->on = false;
    if (x->kind == SIM_FAULT_CUT)
        x->link->cut = false;
    else if (x->kind == SIM_FAULT_CARRIER)
        sim_world_carrier(x->of->world, x->link, true);
    else
        x->link->params = x->before;
}

static void ended(struct sim_event *e, ns_t now)
{
    (void)now;
    heal(container_of(e, struct sim_fault, event));
}

static bool is_faulty(const struct sim_faults *f, const struct sim_link *l)
{
    for (size_t i = 0; i < SIM_FAULTS_AT_ONCE; i++)
        if (f->running[i].on && f->running[i].link == l)
            return true;
    return false;
}

/* An operator clears every session of a router, hard. */
static void clear_sessions(struct sim_faults *f)
{
    struct sim_world *w = f->world;
    struct sim_host *h = w->hosts[rng_between(&f->rng, 0, (int64_t)w->host_n - 1)];
    struct ip_addr all = { 0 };
    if (node_clear(h->node, w->clock.now, &all, IP_NONE, NODE_CLEAR_HARD) == 0)
        sim_host_pump(h);
}

static void strike(struct sim_fault *x)
{
    struct sim_link_params *p = &x->link->params;
    struct rng *rng = &x->of->rng;
    x->on = true;
    x->before = *p;
    if (x->kind == SIM_FAULT_CUT) {
        x->link->cut = true;
    } else if (x->kind == SIM_FAULT_CARRIER) {
        sim_world_carrier(x->of->world, x->link, false);
    } else if (x->kind == SIM_FAULT_LOSS) {
        p->loss_ppm = (uint32_t)rng_between(rng, 10000, 700000);
        p->duplicate_ppm = (uint32_t)rng_between(rng, 0, 50000);
        p->reorder_ppm = (uint32_t)rng_between(rng, 0, 200000);
    } else {
        p->latency += rng_between(rng, 0, NS_PER_S);
        p->jitter += rng_between(rng, 0, NS_PER_S);
    }
}

static void next(struct sim_event *e, ns_t now)
{
    struct sim_faults *f = container_of(e, struct sim_faults, next);
    struct sim_world *w = f->world;
    enum sim_fault_kind kind = (enum sim_fault_kind)rng_between(&f->rng, 0, SIM_FAULT_KINDS - 1);
    struct sim_link *l = w->links[rng_between(&f->rng, 0, (int64_t)w->link_n - 1)];
    ns_t length = rng_between(&f->rng, NS_PER_MS, 2 * f->mean_length);
    struct sim_fault *x = NULL;
    for (size_t i = 0; !x && i < SIM_FAULTS_AT_ONCE; i++)
        if (!f->running[i].on)
            x = &f->running[i];
    if (now + length >= f->until)
        return;
    if (kind == SIM_FAULT_CLEAR) {
        clear_sessions(f);
        f->counts[kind]++;
    } else if (x && !is_faulty(f, l)) {
        x->kind = kind;
        x->link = l;
        x->of = f;
        x->event.run = ended;
        strike(x);
        f->counts[kind]++;
        sim_clock_post(&w->clock, &x->event, now + length);
    }
    sim_clock_post(&w->clock, &f->next, now + rng_between(&f->rng, NS_PER_MS, 2 * f->mean_gap));
}

void sim_faults_start(struct sim_faults *f, struct sim_world *w, uint64_t seed, ns_t until,
                      ns_t mean_gap, ns_t mean_length)
{
    assert(w->link_n > 0 && w->host_n > 0);
    *f = (struct sim_faults){ .world = w,
                              .rng = rng_init(seed),
                              .next = { .run = next },
                              .until = until,
                              .mean_gap = mean_gap,
                              .mean_length = mean_length };
    sim_clock_post(&w->clock, &f->next, w->clock.now);
}

void sim_faults_stop(struct sim_faults *f)
{
    sim_clock_cancel(&f->world->clock, &f->next);
    for (size_t i = 0; i < SIM_FAULTS_AT_ONCE; i++) {
        if (!f->running[i].on)
            continue;
        sim_clock_cancel(&f->world->clock, &f->running[i].event);
        heal(&f->running[i]);
    }
}
