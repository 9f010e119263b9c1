#include "sim/host.h"

#include <errno.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"

enum { ARP_FAILS_S = 3, LO_MTU = 65536, LO = 1, TRACE_LOG = 1, TRACE_OP = 2, TRACE_TCP = 3 };

/* A packet that the host gives to itself, now or after a while. */
struct later {
    struct sim_event event;
    struct link link;
    struct sim_host *host;
    struct sim_packet *packet;
};

static struct sim_host *host_of(struct sim_tcp_user *u)
{
    return container_of(u, struct sim_host, user);
}

/* --- forwarding --------------------------------------------------------------------------------
 */

static void later_run(struct sim_event *e, ns_t now)
{
    (void)now;
    struct later *l = container_of(e, struct later, event);
    struct sim_host *h = l->host;
    struct sim_packet *p = l->packet;
    list_remove(&l->link);
    mem_free(MEM_SIM, l, sizeof(*l));
    sim_tcp_input(&h->tcp, p, LO_MTU);
    sim_host_pump(h);
}

static void deliver_later(struct sim_host *h, struct sim_packet *p, ns_t after)
{
    struct later *l = mem_alloc(MEM_SIM, sizeof(*l));
    if (!l) {
        h->clock->out_of_memory = true;
        sim_packet_free(p);
        return;
    }
    l->event.run = later_run;
    l->host = h;
    l->packet = p;
    list_append(&h->local, &l->link);
    sim_clock_post(h->clock, &l->event, h->clock->now + after);
}

/* The resolved path of a flow: shared out by weight. */
static const struct fib_path *path_of(const struct fib_answer *a, uint64_t flow)
{
    uint64_t total = 0;
    for (uint32_t i = 0; i < a->n; i++)
        total += MAX(a->path[i].weight, 1U);
    if (total == 0)
        return NULL;
    uint64_t at = flow % total;
    for (uint32_t i = 0; i < a->n; i++) {
        uint64_t weight = MAX(a->path[i].weight, 1U);
        if (at < weight)
            return &a->path[i];
        at -= weight;
    }
    return NULL;
}

static struct sim_interface *interface_of(struct sim_host *h, uint32_t if_index)
{
    return if_index >= 1 && if_index <= h->interface_n ? &h->interfaces[if_index - 1] : NULL;
}

/* Who answers for an address on the segment of an interface: as ARP would find it. */
static struct sim_interface *neighbor_of(const struct sim_interface *i, const struct ip_addr *a)
{
    if (!i->link)
        return NULL;
    LIST_EACH(it, &i->link->ports) {
        struct sim_interface *other =
            container_of(LIST_ENTRY(it, struct sim_port, link), struct sim_interface, port);
        if (other != i && other->settings.running &&
            fib_own_address(node_fib(other->host->node), a) == other->settings.index)
            return other;
    }
    return NULL;
}

static bool route(struct sim_host *h, struct sim_packet *p, bool is_ours);

/* Tells the sender of a packet that it was not delivered. */
static void complain(struct sim_host *h, const struct sim_packet *about, enum sim_packet_kind kind,
                     uint32_t mtu, ns_t after)
{
    if (about->kind != SIM_TCP || h->no_icmp)
        return;
    struct sim_packet *p = sim_packet_new(0);
    if (!p)
        return;
    p->kind = kind;
    p->src = about->dst;
    p->dst = about->src;
    p->about = about->dst;
    p->sport = about->sport;
    p->dport = about->dport;
    p->mtu = mtu;
    if (fib_own_address(node_fib(h->node), &p->dst))
        deliver_later(h, p, after);
    else if (!route(h, p, true))
        sim_packet_free(p);
}

/* Sends a packet on its way; false: there is no route (the packet is still the caller's). */
static bool route(struct sim_host *h, struct sim_packet *p, bool is_ours)
{
    struct fib_answer a;
    fib_lookup(node_fib(h->node), &p->dst, &a);
    const struct fib_path *path = a.found && !a.blackhole && !a.reject
                                      ? path_of(&a, sim_packet_flow(p))
                                      : NULL;
    struct sim_interface *out = path ? interface_of(h, path->if_index) : NULL;
    if (!out || !out->link || !out->settings.running)
        return false;
    const struct ip_addr *hop = path->next_hop.family ? &path->next_hop : &p->dst;
    struct sim_interface *to = neighbor_of(out, hop);
    if (sim_packet_bytes(p) > out->link->params.mtu) {
        h->too_big++;
        complain(h, p, SIM_TOO_BIG, out->link->params.mtu, 0);
        sim_packet_free(p);
    } else if (!to) {
        complain(h, p, SIM_UNREACHABLE, 0, ARP_FAILS_S * NS_PER_S);
        sim_packet_free(p);
    } else {
        h->forwarded += !is_ours;
        sim_link_send(out->link, &out->port, &to->port, p);
    }
    return true;
}

struct sim_host *sim_host_next_hop(struct sim_host *h, const struct ip_addr *to, uint64_t flow,
                                   bool *ret_local)
{
    const struct fib *fib = node_fib(h->node);
    *ret_local = fib_own_address(fib, to) != 0;
    if (*ret_local)
        return h;
    struct fib_answer a;
    fib_lookup(fib, to, &a);
    const struct fib_path *path = a.found && !a.blackhole && !a.reject ? path_of(&a, flow) : NULL;
    struct sim_interface *out = path ? interface_of(h, path->if_index) : NULL;
    if (!out || !out->settings.running)
        return NULL;
    struct sim_interface *i = neighbor_of(out, path->next_hop.family ? &path->next_hop : to);
    return i ? i->host : NULL;
}

/* A packet came over a segment. */
static void arrived(struct sim_port *port, struct sim_packet *p)
{
    struct sim_interface *i = container_of(port, struct sim_interface, port);
    struct sim_host *h = i->host;
    if (!i->settings.running) {
        sim_packet_free(p);
    } else if (fib_own_address(node_fib(h->node), &p->dst)) {
        sim_tcp_input(&h->tcp, p, i->link->params.mtu);
        sim_host_pump(h);
    } else if (!h->forwards[p->dst.family == IP_V6]) {
        h->not_forwarded++;
        sim_packet_free(p); /* as Linux: without a word */
    } else if (p->ttl <= 1) {
        h->ttl_expired++;
        sim_packet_free(p); /* TCP does not react to Time Exceeded */
    } else {
        p->ttl--;
        if (!route(h, p, false)) {
            h->no_route++;
            complain(h, p, SIM_UNREACHABLE, 0, 0);
            sim_packet_free(p);
        }
    }
}

/* --- TCP's news --------------------------------------------------------------------------------
 */

static bool user_emit(struct sim_tcp_user *u, struct sim_packet *p)
{
    struct sim_host *h = host_of(u);
    if (fib_own_address(node_fib(h->node), &p->dst)) {
        deliver_later(h, p, NS_PER_US);
        return true;
    }
    if (route(h, p, true))
        return true;
    h->no_route++;
    sim_packet_free(p);
    return false;
}

static struct node_endpoints endpoints_of(const struct sim_host *h, const struct sim_conn *c)
{
    return (struct node_endpoints){ .local = c->local,
                                    .remote = c->remote,
                                    .local_port = c->local_port,
                                    .remote_port = c->remote_port,
                                    .if_index = fib_own_address(node_fib(h->node), &c->local) };
}

static uint32_t user_accepted(struct sim_tcp_user *u, struct sim_conn *c)
{
    struct sim_host *h = host_of(u);
    struct node_endpoints ends = endpoints_of(h, c);
    return node_tcp_accepted(h->node, h->clock->now, &ends);
}

static void user_opened(struct sim_tcp_user *u, struct sim_conn *c)
{
    struct sim_host *h = host_of(u);
    struct node_endpoints ends = endpoints_of(h, c);
    node_tcp_opened(h->node, h->clock->now, c->app, &ends);
}

static void user_received(struct sim_tcp_user *u, struct sim_conn *c, const uint8_t *bytes,
                          size_t n)
{
    struct sim_host *h = host_of(u);
    sim_clock_trace(h->clock, TRACE_TCP, h->number, bytes, n);
    node_tcp_received(h->node, h->clock->now, c->app, bytes, n);
}

/* Moves what the node has for a connection; `all`: beyond the room, for it is about to be closed.
 */
static void flow(struct sim_host *h, struct sim_conn *c, bool all)
{
    uint32_t app = c->app;
    const uint8_t *bytes;
    size_t n;
    if (c->state != SIM_OPEN)
        return;
    while ((all || sim_tcp_room(c) > 0) &&
           (n = node_tcp_output(h->node, h->clock->now, app, &bytes)) > 0) {
        n = all ? n : MIN(n, sim_tcp_room(c));
        sim_tcp_send(c, bytes, n);
        node_tcp_sent(h->node, h->clock->now, app, n);
    }
}

static void user_writable(struct sim_tcp_user *u, struct sim_conn *c)
{
    flow(host_of(u), c, false);
}

static void user_closed(struct sim_tcp_user *u, struct sim_conn *c, err_t why)
{
    struct sim_host *h = host_of(u);
    node_tcp_closed(h->node, h->clock->now, c->app, why);
}

static void user_settle(struct sim_tcp_user *u)
{
    sim_host_pump(host_of(u));
}

static uint64_t password_key(const char *password)
{
    return password && password[0] ? hash_bytes(5, password, strlen(password)) | 1 : 0;
}

static uint64_t key_for(struct sim_tcp_user *u, const struct ip_addr *remote)
{
    const struct sim_host *h = host_of(u);
    for (uint32_t i = 0; i < h->key_n; i++)
        if (ip_eq(&h->keys[i].remote, remote))
            return h->keys[i].key;
    return 0;
}

static void set_key(struct sim_host *h, const struct node_tcp *tcp)
{
    uint32_t i = 0;
    while (i < h->key_n && !ip_eq(&h->keys[i].remote, &tcp->remote))
        i++;
    if (i == h->key_n && h->key_n == SIM_KEYS_MAX) {
        h->clock->out_of_memory = true;
        return;
    }
    h->keys[i] = (struct sim_key){ tcp->remote, password_key(tcp->password) };
    if (i == h->key_n)
        h->key_n++;
}

/* --- what the node wants -----------------------------------------------------------------------
 */

/* The interface by which an address is reached, and the address of ours that faces it. */
static err_t source_of(struct sim_host *h, const struct node_tcp *t, struct ip_addr *ret_local,
                       uint32_t *ret_mtu)
{
    const struct fib *fib = node_fib(h->node);
    struct fib_answer a;
    *ret_local = t->local;
    *ret_mtu = LO_MTU;
    if (fib_own_address(fib, &t->remote)) {
        *ret_local = t->local.family ? t->local : t->remote;
        return 0;
    }
    if (t->local.family && !fib_own_address(fib, &t->local))
        return -EADDRNOTAVAIL;
    fib_lookup(fib, &t->remote, &a);
    if (!a.found || a.blackhole || a.reject || a.n == 0)
        return -ENETUNREACH;
    const struct sim_interface *out = interface_of(h, a.path[0].if_index);
    struct prefix address;
    if (!out || !out->link)
        return -ENETUNREACH;
    if (!t->local.family) {
        if (!fib_interface_address(fib, a.path[0].if_index, t->remote.family, &address))
            return -EADDRNOTAVAIL;
        *ret_local = prefix_addr(&address);
    }
    *ret_mtu = out->link->params.mtu;
    return 0;
}

static void connect_out(struct sim_host *h, const struct node_action *a)
{
    struct sim_tcp_open open = { .remote = a->tcp.remote,
                                 .port = a->tcp.port,
                                 .ttl = a->tcp.ttl,
                                 .min_ttl = a->tcp.min_ttl,
                                 .key = password_key(a->tcp.password),
                                 .app = a->conn };
    err_t err = source_of(h, &a->tcp, &open.local, &open.mtu);
    if (!err && !sim_tcp_connect(&h->tcp, &open))
        err = -ENOMEM;
    if (err)
        node_tcp_closed(h->node, h->clock->now, a->conn, err);
}

static struct sim_interface *interface_named(struct sim_host *h, const char *name)
{
    for (uint32_t i = 0; i < h->interface_n; i++)
        if (strcmp(h->interfaces[i].settings.name, name) == 0)
            return &h->interfaces[i];
    return NULL;
}

/* Logs what this world cannot do. */
static void say(struct sim_host *h, const char *text)
{
    struct node_action line = { .kind = NODE_LOG, .severity = DIAG_ERROR, .text = text };
    h->logs++;
    sim_clock_trace(h->clock, TRACE_LOG, h->number, text, strlen(text));
    if (h->log)
        h->log(h, &line);
}

/* sim_host_init() refuses NAT; a reload that brings it is said, since nothing can refuse that. */
static void check_nat(struct sim_host *h)
{
    uint32_t n;
    (void)node_nat(h->node, &n);
    if (n > 0)
        say(h, "NAT is not played: packets go untranslated [SIM-NAT]");
}

static void act(struct sim_host *h, const struct node_action *a)
{
    ns_t now = h->clock->now;
    struct sim_conn *c = sim_tcp_find(&h->tcp, a->conn);
    struct sim_interface *i;
    switch (a->kind) {
    case NODE_TCP_CONNECT:
        connect_out(h, a);
        break;
    case NODE_TCP_CLOSE:
        if (c && a->flush)
            flow(h, c, true);
        if (c)
            sim_tcp_close(c);
        break;
    case NODE_TCP_SEND:
        if (c)
            flow(h, c, false);
        break;
    case NODE_TCP_LISTEN:
        h->tcp.listening = a->on;
        break;
    case NODE_TCP_KEY:
        set_key(h, &a->tcp);
        break;
    case NODE_KERNEL_OP:
        h->kernel_ops++;
        sim_clock_trace(h->clock, TRACE_OP, h->number, &a->op->prefix, sizeof(a->op->prefix));
        break;
    case NODE_ADDRESS:
        i = interface_named(h, a->interface);
        if (i)
            node_address(h->node, now, i->settings.index, &a->address, a->on);
        break;
    case NODE_LINK_UP:
        i = interface_named(h, a->interface);
        if (i && i->settings.admin_up != a->on) {
            i->settings.admin_up = i->settings.running = a->on;
            node_link(h->node, now, &i->settings);
        }
        break;
    case NODE_SIZES: /* links have the MTU of the world */
    case NODE_FORWARDING:
        h->forwards[a->family == IP_V6] = a->on;
        break;
    case NODE_NAT:
        check_nat(h);
        break;
    case NODE_VXLAN: /* a link of the name stands for it */
        if (a->on && !interface_named(h, a->interface))
            say(h, "VXLAN is not played: give the network a link of its name [SIM-VXLAN]");
        break;
    case NODE_LOG:
        h->logs++;
        sim_clock_trace(h->clock, TRACE_LOG, h->number, a->text, strlen(a->text));
        if (h->log)
            h->log(h, a);
        break;
    }
}

void sim_host_pump(struct sim_host *h)
{
    struct node_action a;
    assert(!h->pumping);
    h->pumping = true;
    while (node_next(h->node, &a))
        act(h, &a);
    h->pumping = false;
    sim_clock_post(h->clock, &h->wake, node_deadline(h->node));
}

static void wake(struct sim_event *e, ns_t now)
{
    struct sim_host *h = container_of(e, struct sim_host, wake);
    node_advance(h->node, now);
    sim_host_pump(h);
}

/* --- from outside ------------------------------------------------------------------------------
 */

static struct sim_interface *interface_add(struct sim_host *h, const char *name)
{
    assert(h->interface_n < SIM_INTERFACES_MAX);
    struct sim_interface *i = &h->interfaces[h->interface_n++];
    i->host = h;
    i->port.deliver = arrived;
    i->settings = (struct fib_interface){ .index = h->interface_n,
                                          .admin_up = true,
                                          .running = true };
    struct text t = text_init(i->settings.name, sizeof(i->settings.name));
    text_str(&t, name);
    return i;
}

/* What a node can do and this world cannot. */
static bool is_playable(const struct config *config, struct diag_list *diags)
{
    if (config->nat_rules.n == 0)
        return true;
    struct diag d = { .severity = DIAG_ERROR, .line = config->nat_rules.v[0].at.line };
    uint16_t file = config->nat_rules.v[0].at.file;
    DIAG_SET(d.id, "SIM-NAT");
    DIAG_SET(d.file, file < config->files.n ? config->files.v[file] : "");
    DIAG_SET(d.what, "NAT is not played in the virtual world");
    DIAG_SET(d.remedy, "leave the NAT lines out, or run the network in namespaces");
    diag_add(diags, &d);
    return false;
}

bool sim_host_init(struct sim_host *h, struct sim_clock *clock, const char *name,
                   const struct node_params *params, struct config *config,
                   struct diag_list *diags)
{
    *h = (struct sim_host){
        .clock = clock,
        .name = name,
        .number = (uint32_t)params->seed,
        .user = { .emit = user_emit,
                  .accepted = user_accepted,
                  .opened = user_opened,
                  .received = user_received,
                  .writable = user_writable,
                  .closed = user_closed,
                  .settle = user_settle },
        .wake = { .run = wake },
    };
    list_init(&h->local);
    sim_tcp_init(&h->tcp, clock, &h->user);
    h->tcp.key_for = key_for;
    h->node = node_new(params);
    if (!h->node || !is_playable(config, diags) ||
        !node_configure(h->node, clock->now, config, diags)) {
        node_free(h->node);
        h->node = NULL;
        return false;
    }
    struct sim_interface *lo = interface_add(h, "lo");
    lo->settings.loopback = true;
    lo->settings.mtu = LO_MTU;
    node_link(h->node, clock->now, &lo->settings);
    sim_host_pump(h);
    return true;
}

void sim_host_done(struct sim_host *h)
{
    sim_clock_cancel(h->clock, &h->wake);
    LIST_EACH_SAFE(it, tmp, &h->local) {
        struct later *l = LIST_ENTRY(it, struct later, link);
        sim_clock_cancel(h->clock, &l->event);
        sim_packet_free(l->packet);
        list_remove(&l->link);
        mem_free(MEM_SIM, l, sizeof(*l));
    }
    sim_tcp_done(&h->tcp);
    node_free(h->node);
    h->node = NULL;
}

uint32_t sim_host_attach(struct sim_host *h, const char *name, struct sim_link *link,
                         const struct prefix *address)
{
    struct sim_interface *i = interface_add(h, name);
    i->link = link;
    i->settings.mtu = link->params.mtu;
    i->settings.broadcast = i->settings.multicast = true;
    sim_link_attach(link, &i->port);
    node_link(h->node, h->clock->now, &i->settings);
    sim_host_address(h, i->settings.index, address, true);
    return i->settings.index;
}

void sim_host_address(struct sim_host *h, uint32_t if_index, const struct prefix *address,
                      bool present)
{
    node_address(h->node, h->clock->now, if_index, address, present);
    sim_host_pump(h);
}

void sim_host_carrier(struct sim_host *h, uint32_t if_index, bool running)
{
    struct sim_interface *i = interface_of(h, if_index);
    assert(i && i->link);
    if (i->settings.running == running)
        return;
    i->settings.running = running;
    node_link(h->node, h->clock->now, &i->settings);
    sim_host_pump(h);
}

void sim_host_start(struct sim_host *h)
{
    node_kernel_synced(h->node, h->clock->now);
    sim_host_pump(h);
}
