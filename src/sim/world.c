#include "sim/world.h"

#include "base/hash.h"
#include "base/mem.h"

enum { STEPS_MAX = 50000000, ROUTES_MAX = 1 << 20 };

void sim_world_init(struct sim_world *w, uint64_t seed)
{
    *w = (struct sim_world){ .seed = seed };
    sim_clock_init(&w->clock, seed);
}

void sim_world_done(struct sim_world *w)
{
    for (uint32_t i = 0; i < w->host_n; i++) {
        sim_host_done(w->hosts[i]);
        mem_free(MEM_SIM, w->hosts[i], sizeof(*w->hosts[i]));
    }
    for (uint32_t i = 0; i < w->link_n; i++) {
        sim_link_done(w->links[i]);
        mem_free(MEM_SIM, w->links[i], sizeof(*w->links[i]));
    }
    sim_clock_done(&w->clock);
}

struct sim_host *sim_world_host(struct sim_world *w, const char *name, uint32_t shards,
                                struct config *config, struct diag_list *diags)
{
    if (w->host_n == SIM_HOSTS_MAX)
        return NULL;
    struct sim_host *h = mem_alloc(MEM_SIM, sizeof(*h));
    if (!h)
        return NULL;
    uint32_t number = w->host_n + 1;
    struct node_params params = {
        .name = name,
        .seed = hash_mix(w->seed + number),
        .shards = shards,
        .max_routes = ROUTES_MAX,
        .next_hop_objects = true,
        .install = true,
    };
    if (!sim_host_init(h, &w->clock, name, &params, config, diags)) {
        mem_free(MEM_SIM, h, sizeof(*h));
        return NULL;
    }
    h->number = number;
    w->hosts[w->host_n++] = h;
    return h;
}

struct sim_link *sim_world_link(struct sim_world *w, const struct sim_link_params *p)
{
    if (w->link_n == SIM_LINKS_MAX)
        return NULL;
    struct sim_link *l = mem_alloc(MEM_SIM, sizeof(*l));
    if (!l)
        return NULL;
    sim_link_init(l, &w->clock, p);
    w->links[w->link_n++] = l;
    return l;
}

void sim_world_start(struct sim_world *w)
{
    for (uint32_t i = 0; i < w->host_n; i++)
        sim_host_start(w->hosts[i]);
}

bool sim_world_run(struct sim_world *w, ns_t duration)
{
    return sim_clock_run(&w->clock, w->clock.now + duration, STEPS_MAX) && !w->clock.out_of_memory;
}

void sim_world_carrier(struct sim_world *w, struct sim_link *l, bool running)
{
    (void)w;
    l->cut = !running;
    LIST_EACH(it, &l->ports) {
        struct sim_interface *i =
            container_of(LIST_ENTRY(it, struct sim_port, link), struct sim_interface, port);
        sim_host_carrier(i->host, i->settings.index, running);
    }
}
