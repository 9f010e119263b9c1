#include "lab/agent.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "cloud/place.h"
#include "lab/filter.h"
#include "lab/gateways.h"
#include "lab/netns.h"
#include "lab/table.h"
#include "os/feed.h"
#include "topo/kinds.h"

/* Routes of one failure come in several messages, and BGP's table is changed a moment before the
 * kernel's: one look at once, one when it is over. Without a message a look now and then. */
#define LOOK_AGAIN (20 * NS_PER_MS)
#define LOOK_ANYWAY NS_PER_S
enum { BATCH_MAX = 1 << 20, FEED_DEADLINE_S = 10, ARENA_MAX = 64 << 20 };

/* A name space whose changes wake the agent up. */
struct watched {
    struct loop_watch watch;
    struct lab_agent *agent;
    uint32_t space;
};

/* A NIC with what its table held after the last look. */
struct followed {
    const struct lab_nic *nic;
    struct cloud_place place;          /* object NULL: without routes of its own */
    const struct cloud_filter *filter; /* NULL: nothing is filtered */
    struct lab_table table;
    bool up;
    bool rewrite; /* its device was down in between: the kernel has dropped what led there */
};

struct lab_agent {
    const struct lab_plan *plan;
    struct loop *loop;
    struct arena arena;   /* for as long as the agent lives */
    struct arena look[2]; /* of this look, and of the one before, whose tables are still compared */
    unsigned turn;
    struct lab_gateways gateways;
    struct followed *nics;
    struct lab_netns *spaces; /* of the plan's spaces; closed ones are not needed */
    struct watched *watched;
    uint32_t watched_n;
    ns_t due, again;
    char *batch;
};

/* ---- waking up ------------------------------------------------------------------------------- */

static void wake(struct loop_watch *w, uint32_t events)
{
    struct watched *d = container_of(w, struct watched, watch);
    char buffer[8192];
    (void)events;
    while (recv(w->fd, buffer, sizeof(buffer), MSG_DONTWAIT) > 0)
        ;
    ns_t now = loop_now(d->agent->loop);
    d->agent->due = now;
    d->agent->again = now + LOOK_AGAIN;
}

static err_t join(int fd, int group)
{
    return setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) == 0 ? 0
                                                                                           : -errno;
}

static err_t listen_in(struct lab_agent *a, uint32_t space, bool routes)
{
    struct watched *w = &a->watched[a->watched_n];
    int fd;
    err_t rc = lab_netns_socket(&a->spaces[space], AF_NETLINK, SOCK_RAW, NETLINK_ROUTE, &fd);
    if (rc != 0)
        return rc;
    rc = join(fd, RTNLGRP_LINK);
    if (rc == 0 && routes)
        rc = join(fd, RTNLGRP_IPV4_ROUTE);
    if (rc == 0 && routes)
        rc = join(fd, RTNLGRP_NEXTHOP);
    *w = (struct watched){ .watch = { .fd = fd, .events = EPOLLIN, .ready = wake },
                           .agent = a,
                           .space = space };
    if (rc == 0)
        rc = loop_add(a->loop, &w->watch);
    if (rc != 0)
        close(fd);
    else
        a->watched_n++;
    return rc;
}

static err_t open_space(struct lab_agent *a, uint32_t space, bool routes)
{
    if (a->spaces[space].fd >= 0)
        return 0;
    err_t rc = lab_netns_open(a->plan->spaces.items[space].netns, &a->spaces[space]);
    return rc != 0 ? rc : listen_in(a, space, routes);
}

/* ---- NICs ------------------------------------------------------------------------------------ */

/* Who sits in no subnet, an end point of AWS, hands over what the network delivers itself. */
static bool prepare_nic(struct lab_agent *a, const struct lab_nic *nic, struct followed *f)
{
    struct cloud_filter *filter = arena_alloc(&a->arena, sizeof(*filter));
    *f = (struct followed){ .nic = nic };
    if (nic->subnet && !cloud_place_of(nic->subnet, &f->place))
        f->place.object = NULL;
    if (!filter)
        return false;
    if (nic->nic && !cloud_filter_of(a->plan->design->topo, nic->nic, &a->arena, filter))
        return false;
    f->filter = filter->chain_count ? filter : NULL;
    return true;
}

/* Whether packets can leave by the device. */
static bool is_up(const struct lab_agent *a, const struct lab_nic *nic)
{
    struct ifreq request = { 0 };
    int fd;
    if (lab_netns_socket(&a->spaces[nic->fabric], AF_INET, SOCK_DGRAM, 0, &fd) != 0)
        return false;
    memcpy(request.ifr_name, nic->dev, MIN(strlen(nic->dev), sizeof(request.ifr_name) - 1));
    bool up = ioctl(fd, SIOCGIFFLAGS, &request) == 0 && (request.ifr_flags & IFF_UP) &&
              (request.ifr_flags & IFF_RUNNING);
    close(fd);
    return up;
}

static void look_at_links(struct lab_agent *a)
{
    for (uint32_t i = 0; i < a->plan->nics.count; i++) {
        struct followed *f = &a->nics[i];
        bool up = is_up(a, f->nic);
        f->rewrite = up && !f->up;
        f->up = up;
    }
}

/* ---- hops ------------------------------------------------------------------------------------ */

struct finder {
    struct lab_via_finder base;
    const struct lab_agent *agent;
    const struct lab_nic *from;
};

static bool has_address(const struct lab_nic *nic, const struct ip_addr *a)
{
    for (uint32_t i = 0; i < nic->addresses.count; i++) {
        if (ip_eq(&nic->addresses.items[i].addr, a))
            return true;
    }
    return ip_eq(&nic->via, a);
}

static uint32_t to_internet(const struct lab_agent *a, uint32_t fabric, struct lab_via *ret)
{
    for (uint32_t i = 0; i < a->plan->cables.count; i++) {
        const struct lab_cable *c = &a->plan->cables.items[i];
        if (c->kind == LAB_CABLE_INTERNET && c->end[0].space == fabric) {
            ret[0] = (struct lab_via){ .dev = c->end[0].dev };
            return 1;
        }
    }
    return 0;
}

/* A route that names a kind of gateway, or the gateway itself: all instances of it. */
static bool is_meant(const struct finder *f, const struct lab_nic *nic, const struct cloud_route *r)
{
    for (uint32_t i = 0; i < f->agent->gateways.items.count; i++) {
        const struct lab_gateway *g = &f->agent->gateways.items.items[i];
        const struct net_node *n = &f->agent->plan->design->net.nodes.items[g->node];
        if (g->node != nic->node)
            continue;
        return g->by == r->object ||
               (r->object && r->object->kind == &azure_route_kind && n->kind == NET_VPN_GATEWAY &&
                nic->network == f->from->network);
    }
    return false;
}

static uint32_t find(struct lab_via_finder *base, const struct cloud_route *r, struct lab_via *ret)
{
    struct finder *f = container_of(base, struct finder, base);
    const struct lab_agent *a = f->agent;
    uint32_t n = 0;
    if (r->hop == CLOUD_HOP_INTERNET)
        return to_internet(a, f->from->fabric, ret);
    for (uint32_t i = 0; i < a->plan->nics.count && n < LAB_VIAS_MAX; i++) {
        const struct lab_nic *nic = &a->plan->nics.items[i];
        bool meant = r->next_hop.family != IP_NONE ? has_address(nic, &r->next_hop)
                                                   : is_meant(f, nic, r);
        if (!meant || !a->nics[i].up || nic->fabric != f->from->fabric)
            continue;
        ret[n++] =
            (struct lab_via){ r->next_hop.family != IP_NONE ? r->next_hop : nic->via, nic->dev };
    }
    return n;
}

/* ---- writing --------------------------------------------------------------------------------- */

struct feeding {
    const char *program;
    const char *const *args;
    const struct text *document;
    struct text *why;
};

static err_t feed(void *arg)
{
    const struct feeding *f = arg;
    return os_feed(
        &(struct os_feed){ f->program, f->args, f->document->s, f->document->len, FEED_DEADLINE_S },
        f->why);
}

static bool write_to(struct lab_agent *a, uint32_t space, const char *program,
                     const char *const *args, const struct text *document, struct text *ret_why)
{
    struct feeding f = { program, args, document, ret_why };
    if (document->cut) {
        text_str(ret_why, "too many routes change at once");
        return false;
    }
    return document->len == 0 || lab_netns_call(&a->spaces[space], feed, &f) == 0;
}

/* Rows whose device was down were dropped by the kernel: they are told again. */
static void forget_rows_by(const struct lab_agent *a, struct lab_table *t, uint32_t fabric)
{
    for (uint32_t i = 0; i < t->rows.count; i++) {
        struct lab_entry *e = &t->rows.items[i];
        for (uint32_t h = 0; h < e->hop_count; h++) {
            for (uint32_t k = 0; k < a->plan->nics.count; k++) {
                if (a->nics[k].rewrite && a->plan->nics.items[k].fabric == fabric &&
                    strcmp(a->plan->nics.items[k].dev, e->hops[h].dev) == 0)
                    e->hop_count = 0;
            }
        }
    }
}

static bool change_table(struct lab_agent *a, struct followed *f, struct cloud_fabric *fabric,
                         struct text *routes, struct text *sets)
{
    struct finder finder = { .base = { find }, .agent = a, .from = f->nic };
    struct arena *look = &a->look[a->turn];
    struct cloud_routes effective;
    struct lab_table now;
    size_t before = routes->len;
    if (!cloud_effective_routes(fabric, &f->place, &effective) ||
        !lab_table_make(&effective, &finder.base, look, &now))
        return false;
    forget_rows_by(a, &f->table, f->nic->fabric);
    lab_table_change(&f->table, &now, f->nic->table, routes);
    if (f->filter && routes->len != before)
        lab_filter_connected(f->nic->dev, &effective, sets);
    f->table = now;
    return true;
}

static bool write_fabric(struct lab_agent *a, uint32_t space, struct cloud_fabric *fabric,
                         struct text *ret_why)
{
    static const char *const ip[] = { "-force", "-batch", "-", NULL };
    static const char *const nft[] = { "-f", "-", NULL };
    struct text routes = text_init(a->batch, BATCH_MAX / 2);
    struct text sets = text_init(a->batch + BATCH_MAX / 2, BATCH_MAX / 2);
    for (uint32_t i = 0; i < a->plan->nics.count; i++) {
        struct followed *f = &a->nics[i];
        if (f->nic->fabric == space && f->place.object &&
            !change_table(a, f, fabric, &routes, &sets)) {
            text_str(ret_why, "no memory for the routes of a network");
            return false;
        }
    }
    /* What may pass is widened before packets are sent there. */
    if (write_to(a, space, "nft", nft, &sets, ret_why) &&
        write_to(a, space, "ip", ip, &routes, ret_why))
        return true;
    /* Nobody knows what was taken: the next look tells everything. */
    for (uint32_t i = 0; i < a->plan->nics.count; i++) {
        if (a->nics[i].nic->fabric == space)
            a->nics[i].table = (struct lab_table){ 0 };
    }
    return false;
}

/* ---- looking --------------------------------------------------------------------------------- */

static bool look(struct lab_agent *a, struct text *ret_why)
{
    struct lab_learned_list learned;
    struct cloud_fabric fabric;
    const struct check_design *d = a->plan->design;
    a->turn ^= 1;
    struct arena *arena = &a->look[a->turn];
    arena_reset(arena);
    look_at_links(a);
    if (!lab_gateways_ask(&a->gateways, arena, &learned) ||
        !cloud_fabric_init(&fabric, d->topo, &d->limits, learned.rows.items, learned.rows.count,
                           arena)) {
        text_str(ret_why, "no memory for what the gateways have learned");
        return false;
    }
    bool fine = true;
    for (uint32_t i = 0; i < a->plan->spaces.count; i++) {
        if (a->plan->spaces.items[i].kind == LAB_SPACE_FABRIC)
            fine = write_fabric(a, i, &fabric, ret_why) && fine;
    }
    return fine;
}

ns_t lab_agent_due(const struct lab_agent *a)
{
    return MIN(a->due, a->again);
}

void lab_agent_tick(struct lab_agent *a, ns_t now, struct text *ret_why)
{
    if (lab_agent_due(a) > now)
        return;
    if (a->again <= now)
        a->again = NS_NEVER;
    a->due = now + LOOK_ANYWAY;
    if (!look(a, ret_why))
        a->due = now + LOOK_AGAIN;
}

/* ---- beginning and end ----------------------------------------------------------------------- */

void lab_agent_free(struct lab_agent *a)
{
    if (!a)
        return;
    for (uint32_t i = 0; i < a->watched_n; i++) {
        loop_del(a->loop, &a->watched[i].watch);
        close(a->watched[i].watch.fd);
    }
    for (uint32_t i = 0; a->spaces && i < a->plan->spaces.count; i++)
        lab_netns_close(&a->spaces[i]);
    for (int i = 0; i < 2; i++)
        arena_done(&a->look[i]);
    arena_done(&a->arena);
    mem_free(MEM_MISC, a, sizeof(*a));
}

static err_t prepare(struct lab_agent *a, const char *state)
{
    const struct lab_plan *p = a->plan;
    a->nics = arena_alloc(&a->arena, p->nics.count * sizeof(*a->nics));
    a->spaces = arena_alloc(&a->arena, p->spaces.count * sizeof(*a->spaces));
    a->watched = arena_alloc(&a->arena, p->spaces.count * sizeof(*a->watched));
    a->batch = arena_alloc(&a->arena, BATCH_MAX);
    bool ok = a->nics && a->spaces && a->watched && a->batch &&
              lab_gateways_find(p, state, &a->arena, &a->gateways);
    for (uint32_t i = 0; a->spaces && i < p->spaces.count; i++)
        a->spaces[i].fd = -1;
    for (uint32_t i = 0; ok && i < p->nics.count; i++)
        ok = prepare_nic(a, &p->nics.items[i], &a->nics[i]);
    err_t rc = ok ? 0 : -ENOMEM;
    for (uint32_t i = 0; rc == 0 && i < p->spaces.count; i++) {
        if (p->spaces.items[i].kind == LAB_SPACE_FABRIC)
            rc = open_space(a, i, false);
    }
    for (uint32_t i = 0; rc == 0 && i < a->gateways.items.count; i++)
        rc = open_space(a, a->gateways.items.items[i].space, true);
    return rc;
}

err_t lab_agent_new(const struct lab_plan *p, const char *state, struct loop *loop,
                    struct lab_agent **ret_agent)
{
    struct lab_agent *a = mem_alloc(MEM_MISC, sizeof(*a));
    if (!a)
        return -ENOMEM;
    *a = (struct lab_agent){ .plan = p, .loop = loop, .again = NS_NEVER };
    arena_init(&a->arena, ARENA_MAX);
    arena_init(&a->look[0], ARENA_MAX);
    arena_init(&a->look[1], ARENA_MAX);
    err_t rc = prepare(a, state);
    if (rc != 0) {
        lab_agent_free(a);
        return rc;
    }
    *ret_agent = a;
    return 0;
}
