#include "daemon/ike_addresses.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "base/list.h"
#include "base/mem.h"
#include "os/netlink.h"

enum {
    EVENTS_A_TURN = 1024,
    BUCKETS = 1024,
    NAMES = 4, /* of a link: the kernel's, --interface-map's, alternative ones */
    DUMP_WAIT_MS = 5000,
};

struct device {
    struct link link;
    uint32_t if_index;
    char names[NAMES][IKE_INTERFACE_MAX]; /* "": none */
};

struct ike_addresses {
    struct ike_addresses_params params;
    struct os_netlink *monitor;
    struct loop_watch watch;
    bool synced;
    struct link devices[BUCKETS];
};

static struct device *device_of(struct ike_addresses *a, uint32_t if_index)
{
    LIST_EACH (it, &a->devices[if_index % BUCKETS]) {
        struct device *d = LIST_ENTRY(it, struct device, link);
        if (d->if_index == if_index)
            return d;
    }
    return NULL;
}

uint32_t ike_addresses_index(const struct ike_addresses *a, const char *interface)
{
    for (size_t k = 0; a && k < BUCKETS; k++) {
        LIST_EACH (it, &a->devices[k]) {
            const struct device *d = LIST_ENTRY(it, struct device, link);
            for (size_t i = 0; i < NAMES && d->names[i][0]; i++) {
                if (strcmp(d->names[i], interface) == 0)
                    return d->if_index;
            }
        }
    }
    return 0;
}

static void add_name(struct device *d, const char *name)
{
    for (size_t i = 0; name && name[0] && i < NAMES; i++) {
        if (strcmp(d->names[i], name) == 0)
            return;
        if (d->names[i][0])
            continue;
        memcpy(d->names[i], name, strnlen(name, sizeof(d->names[i]) - 1));
        return;
    }
}

/* A link keeps the names that it had when its first address was told: addresses go under the names
 * under which they came. */
static void told_link(struct ike_addresses *a, const struct os_netlink_event *e)
{
    struct device *d = device_of(a, e->if_index);
    if (e->gone && d) {
        list_remove(&d->link);
        mem_free(MEM_MISC, d, sizeof(*d));
    }
    if (e->gone || d)
        return;
    d = mem_alloc(MEM_MISC, sizeof(*d));
    if (!d)
        return;
    d->if_index = e->if_index;
    add_name(d, e->link.name);
    add_name(d, options_device_name(a->params.options, e->link.name));
    for (size_t i = 0; i < ARRAY_LEN(e->link.alternative); i++)
        add_name(d, e->link.alternative[i]);
    list_append(&a->devices[e->if_index % BUCKETS], &d->link);
}

static void told_address(struct ike_addresses *a, const struct os_netlink_event *e)
{
    const struct device *d = device_of(a, e->if_index);
    struct ip_addr own = ip_from_bytes(e->prefix.family, e->prefix.b);
    for (size_t i = 0; d && i < NAMES && d->names[i][0]; i++)
        a->params.address(a->params.owner, d->names[i], &own, !e->gone);
}

static void told(struct ike_addresses *a, const struct os_netlink_event *e)
{
    switch (e->what) {
    case OS_NETLINK_LINK:
        told_link(a, e);
        break;
    case OS_NETLINK_ADDRESS:
        if (e->gone || !e->tentative)
            told_address(a, e);
        break;
    case OS_NETLINK_SYNCED:
        a->synced = true;
        break;
    case OS_NETLINK_ROUTE:
    case OS_NETLINK_NEXTHOP:
    case OS_NETLINK_OVERRUN: /* a dump follows, told as differences */
        break;
    }
}

/* 0: there may be more; -EAGAIN: none now. */
static err_t take(struct ike_addresses *a)
{
    struct os_netlink_event e;
    err_t rc = 0;
    for (int i = 0; i < EVENTS_A_TURN && rc == 0; i++) {
        rc = os_netlink_next(a->monitor, &e);
        if (rc == 0)
            told(a, &e);
    }
    return rc;
}

/* A broken socket costs the news, not the tunnels: liveness finds out what went. */
static void ready(struct loop_watch *w, uint32_t events)
{
    (void)events;
    struct ike_addresses *a = container_of(w, struct ike_addresses, watch);
    err_t rc;
    do {
        rc = take(a);
    } while (rc == 0 || rc == -ENOMEM);
    if (rc != -EAGAIN)
        loop_del(a->params.loop, &a->watch);
    a->params.told(a->params.owner);
}

static err_t read_all(struct ike_addresses *a)
{
    struct pollfd fd = { .fd = os_netlink_fd(a->monitor), .events = POLLIN };
    while (!a->synced) {
        err_t rc = take(a);
        if (rc != 0 && rc != -EAGAIN)
            return rc;
        if (rc == -EAGAIN && !a->synced && poll(&fd, 1, DUMP_WAIT_MS) <= 0)
            return -ETIMEDOUT;
    }
    return 0;
}

err_t ike_addresses_open(struct ike_addresses **ret_addresses)
{
    struct ike_addresses *a = mem_alloc(MEM_MISC, sizeof(*a));
    if (!a)
        return -ENOMEM;
    for (size_t i = 0; i < BUCKETS; i++)
        list_init(&a->devices[i]);
    err_t rc = os_netlink_open_addresses(&a->monitor);
    if (rc != 0) {
        ike_addresses_close(a);
        return rc;
    }
    *ret_addresses = a;
    return 0;
}

err_t ike_addresses_start(struct ike_addresses *a, const struct ike_addresses_params *params)
{
    a->params = *params;
    err_t rc = read_all(a);
    if (rc != 0)
        return rc;
    a->watch = (struct loop_watch){ .fd = os_netlink_fd(a->monitor),
                                    .events = EPOLLIN,
                                    .rank = params->rank,
                                    .ready = ready };
    return loop_add(params->loop, &a->watch);
}

void ike_addresses_close(struct ike_addresses *a)
{
    if (!a)
        return;
    if (a->watch.added)
        loop_del(a->params.loop, &a->watch);
    os_netlink_close(a->monitor);
    for (size_t i = 0; i < BUCKETS; i++)
        LIST_EACH_SAFE (it, next, &a->devices[i]) {
            struct device *d = LIST_ENTRY(it, struct device, link);
            list_remove(&d->link);
            mem_free(MEM_MISC, d, sizeof(*d));
        }
    mem_free(MEM_MISC, a, sizeof(*a));
}
