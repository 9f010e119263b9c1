/* core: what the kernel says of links, addresses and routes, told to the node. */
#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "daemon/core.h"
#include "os/netlink.h"

/* Events handled in a turn: sessions wait no longer than that for a kernel with a full table. */
enum { EVENTS_A_TURN = 1024 };

static_assert((int)FIB_PATHS_MAX == (int)OS_NETLINK_PATHS_MAX, "paths are copied one to one");

struct core_kernel {
    struct core *core;
    struct os_netlink *monitor;
    struct loop_watch watch;
    bool synced;
};

static bool is_ours(uint8_t protocol)
{
    return protocol == FIB_PROTOCOL || protocol == FIB_PROTOCOL_STATIC;
}

/* The name that the configuration has for a link: what --interface-map says, else the first
 * alternative name of the kernel. */
static void set_alias(const struct core *c, const struct os_netlink_event *e,
                      struct fib_interface *i)
{
    const char *alias = options_device_name(c->options, e->link.name);
    for (size_t a = 0; !alias && a < ARRAY_LEN(e->link.alternative); a++) {
        if (!e->link.alternative[a][0])
            continue;
        alias = options_device_name(c->options, e->link.alternative[a]);
        if (!alias)
            alias = e->link.alternative[a];
    }
    if (alias)
        memcpy(i->alias, alias, strnlen(alias, sizeof(i->alias) - 1));
}

static void told_link(struct core *c, ns_t now, const struct os_netlink_event *e)
{
    if (e->gone) {
        node_link_gone(c->node, now, e->if_index);
        return;
    }
    struct fib_interface i = { .index = e->if_index,
                               .admin_up = e->link.admin_up,
                               .running = e->link.running,
                               .loopback = e->link.loopback,
                               .multicast = e->link.multicast,
                               .broadcast = e->link.broadcast,
                               .point_to_point = e->link.point_to_point,
                               .mtu = e->link.mtu };
    static_assert(sizeof(i.name) == sizeof(e->link.name), "names are copied whole");
    memcpy(i.name, e->link.name, sizeof(i.name));
    memcpy(i.mac, e->link.mac, sizeof(i.mac));
    set_alias(c, e, &i);
    node_link(c->node, now, &i);
}

static void told_route(struct core *c, ns_t now, const struct os_netlink_event *e)
{
    if (is_ours(e->protocol)) {
        /* Left over from an earlier run: adopted or removed, by a daemon that writes at all. */
        if (!e->gone && !c->options->no_kernel)
            node_kernel_ours(c->node, &e->prefix, e->protocol, e->metric, e->nexthop_id);
        return;
    }
    struct fib_route r = { .prefix = e->prefix,
                           .source = FIB_KERNEL,
                           .kind = e->route_kind,
                           .metric = e->metric,
                           .preferred_source = e->preferred_source,
                           .n = MIN(e->n, (uint32_t)FIB_PATHS_MAX),
                           .kernel_protocol = e->protocol };
    for (uint32_t i = 0; i < r.n; i++)
        r.path[i] = (struct fib_path){ .next_hop = e->path[i].next_hop,
                                       .if_index = e->path[i].if_index,
                                       .weight = e->path[i].weight,
                                       .onlink = e->path[i].onlink };
    node_kernel_route(c->node, now, &r, !e->gone);
}

static void told(struct core_kernel *k, ns_t now, const struct os_netlink_event *e)
{
    struct core *c = k->core;
    switch (e->what) {
    case OS_NETLINK_LINK:
        told_link(c, now, e);
        break;
    case OS_NETLINK_ADDRESS:
        /* A tentative address cannot be used yet; it is told again when it can. */
        if (e->gone || !e->tentative)
            node_address(c->node, now, e->if_index, &e->prefix, !e->gone);
        break;
    case OS_NETLINK_ROUTE:
        told_route(c, now, e);
        break;
    case OS_NETLINK_NEXTHOP:
        if (!e->gone && !c->options->no_kernel)
            node_kernel_ours_nexthop(c->node, e->nexthop_id);
        break;
    case OS_NETLINK_OVERRUN:
        log_line(&c->log, LOG_LEVEL_WARNING,
                 "netlink: the kernel had more news than could be kept; its tables are read again "
                 "[NETLINK-OVERRUN]");
        break;
    case OS_NETLINK_SYNCED:
        log_line(&c->log, k->synced ? LOG_LEVEL_INFO : LOG_LEVEL_DEBUG,
                 "netlink: the kernel's tables were read");
        k->synced = true;
        break;
    }
}

static void monitor_ready(struct loop_watch *w, uint32_t events)
{
    (void)events;
    struct core_kernel *k = container_of(w, struct core_kernel, watch);
    struct os_netlink_event e;
    ns_t now = loop_now(k->core->loop);
    err_t rc = 0;
    for (int i = 0; i < EVENTS_A_TURN && rc == 0; i++) {
        rc = os_netlink_next(k->monitor, &e);
        if (rc == 0)
            told(k, now, &e);
    }
    k->core->kernel_has_more = rc == 0;
    if (rc == 0 || rc == -EAGAIN || rc == -ENOMEM)
        return;
    log_line(&k->core->log, LOG_LEVEL_ERROR, "netlink: %s", strerror(-rc));
    core_fail(k->core, "the kernel is not heard any more");
}

void core_kernel_more(struct core *c)
{
    if (c->kernel_has_more)
        monitor_ready(&c->kernel->watch, EPOLLIN);
}

bool core_kernel_is_synced(const struct core *c) { return c->kernel->synced; }

err_t core_kernel_open(struct core *c)
{
    struct core_kernel *k = mem_alloc(MEM_FIB, sizeof(*k));
    if (!k)
        return -ENOMEM;
    k->core = c;
    c->kernel = k;
    return os_netlink_open(&k->monitor);
}

err_t core_kernel_watch(struct core *c)
{
    struct core_kernel *k = c->kernel;
    k->watch = (struct loop_watch){ .fd = os_netlink_fd(k->monitor),
                                    .events = EPOLLIN,
                                    .rank = RANK_KERNEL,
                                    .ready = monitor_ready };
    return loop_add(c->loop, &k->watch);
}

void core_kernel_close(struct core *c)
{
    struct core_kernel *k = c->kernel;
    if (!k)
        return;
    if (c->loop)
        loop_del(c->loop, &k->watch);
    os_netlink_close(k->monitor);
    mem_free(MEM_FIB, k, sizeof(*k));
    c->kernel = NULL;
}
