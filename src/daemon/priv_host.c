/* priv: the kernel's routes, addresses, forwarding and NAT, written as core asks, batch by batch.
 * What core may ask for is checked here: our own protocols, and nothing with --no-kernel. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "daemon/priv.h"
#include "os/netlink.h"
#include "os/nft.h"
#include "os/sysctl.h"

/* Refusals that are logged of one batch; the rest is counted. */
enum { REFUSALS_LOGGED = 5 };

/* Operations that are written at once: each has room for 64 paths, as it came and as it goes. */
enum { WRITES_A_BATCH = 64 };
static_assert((int)WRITES_A_BATCH <= (int)OS_NETLINK_BATCH_MAX, "netlink takes that many");

struct priv_host {
    struct os_netlink_writer *writer;
    uint32_t op_count;
    struct os_netlink_op ops[WRITES_A_BATCH];
    struct kernel_write writes[WRITES_A_BATCH];
    uint32_t refused; /* in the batch of core that is being written */
    struct wr answer;
    uint8_t answer_bytes[IPC_MESSAGE_MAX];
    char instance[OS_NFT_INSTANCE_MAX]; /* names our nftables tables */
    bool has_nat;                       /* rules of ours are in force */
    bool nat_settled;                   /* core has said what it wants */
    uint32_t nat_count;                 /* rules collected so far */
    struct os_nft_rule nat[NAT_RULES_MAX];
};

static_assert((int)NAT_RULES_MAX <= (int)OS_NFT_RULES_MAX, "what core may send can be set");

/* Several daemons may run in one network namespace: each is known by its run directory, so that one
 * started again finds what it left. */
static void name_instance(struct priv *p)
{
    char *path = realpath(p->options->run_dir, NULL);
    const char *dir = path ? path : p->options->run_dir;
    snprintf(p->host->instance, sizeof(p->host->instance), "%016llx",
             (unsigned long long)hash_bytes(0, dir, strlen(dir)));
    free(path);
}

const char *priv_host_instance(const struct priv *p)
{
    return p->host->instance;
}

struct os_netlink_writer *priv_host_writer(const struct priv *p)
{
    return p->host->writer;
}

err_t priv_host_open(struct priv *p)
{
    p->host = mem_alloc(MEM_FIB, sizeof(*p->host));
    if (!p->host)
        return -ENOMEM;
    name_instance(p);
    return os_netlink_writer_open(&p->host->writer);
}

void priv_host_close(struct priv *p)
{
    if (!p->host)
        return;
    os_netlink_writer_close(p->host->writer);
    mem_free(MEM_FIB, p->host, sizeof(*p->host));
    p->host = NULL;
}

bool priv_host_has_nexthops(const struct priv *p)
{
    return os_netlink_has_nexthops(p->host->writer);
}

/* ---- routes, addresses, links ---------------------------------------------------------------- */

static const enum os_netlink_op_kind fib_kinds[] = {
    [FIB_OP_NEXTHOP_SET] = OS_NETLINK_NEXTHOP_SET, [FIB_OP_GROUP_SET] = OS_NETLINK_GROUP_SET,
    [FIB_OP_NEXTHOP_DEL] = OS_NETLINK_NEXTHOP_DEL, [FIB_OP_ROUTE_SET] = OS_NETLINK_ROUTE_SET,
    [FIB_OP_ROUTE_DEL] = OS_NETLINK_ROUTE_DEL,
};

/* core may write routes of our protocols only, whatever became of it. Objects have no protocol of
 * their own in the FIB; in the kernel they are ours. */
static bool is_ours(const struct fib_op *op)
{
    bool is_route = op->kind == FIB_OP_ROUTE_SET || op->kind == FIB_OP_ROUTE_DEL;
    return !is_route || op->protocol == FIB_PROTOCOL || op->protocol == FIB_PROTOCOL_STATIC;
}

static void translate_fib(const struct fib_op *op, struct os_netlink_op *to)
{
    to->kind = fib_kinds[op->kind];
    to->id = op->id;
    to->prefix = op->prefix;
    to->route_kind = op->route_kind;
    to->protocol = op->protocol == FIB_PROTOCOL_STATIC ? FIB_PROTOCOL_STATIC : FIB_PROTOCOL;
    to->metric = op->metric;
    to->preferred_source = op->preferred_source;
    to->n = op->n;
    for (uint32_t i = 0; i < op->n; i++) {
        to->path[i] = (struct os_netlink_path){ .next_hop = op->path[i].next_hop,
                                                .if_index = op->path[i].if_index,
                                                .weight = op->path[i].weight,
                                                .onlink = op->path[i].onlink };
        to->member[i].id = op->member[i].id;
        to->member[i].weight = op->member[i].weight;
    }
}

static void translate(const struct kernel_write *w, struct os_netlink_op *to)
{
    memset(to, 0, sizeof(*to));
    if (w->kind == WRITE_FIB) {
        translate_fib(&w->op, to);
        return;
    }
    memcpy(to->interface, w->interface, sizeof(to->interface));
    to->prefix = w->address;
    if (w->kind == WRITE_ADDRESS)
        to->kind = w->on ? OS_NETLINK_ADDRESS_ADD : OS_NETLINK_ADDRESS_DEL;
    else
        to->kind = w->on ? OS_NETLINK_LINK_UP : OS_NETLINK_LINK_DOWN;
}

static void name_write(const struct kernel_write *w, struct text *t)
{
    static const char *const names[] = { [FIB_OP_NEXTHOP_SET] = "next-hop object ",
                                         [FIB_OP_GROUP_SET] = "next-hop group ",
                                         [FIB_OP_NEXTHOP_DEL] = "removal of next-hop object ",
                                         [FIB_OP_ROUTE_SET] = "route ",
                                         [FIB_OP_ROUTE_DEL] = "removal of route " };
    if (w->kind == WRITE_FIB) {
        text_str(t, names[w->op.kind]);
        if (w->op.kind == FIB_OP_ROUTE_SET || w->op.kind == FIB_OP_ROUTE_DEL)
            text_prefix(t, &w->op.prefix);
        else
            text_u64(t, w->op.id);
        return;
    }
    if (w->kind == WRITE_ADDRESS) {
        text_str(t, w->on ? "address " : "removal of address ");
        text_prefix(t, &w->address);
        text_str(t, " on ");
    } else if (w->kind == WRITE_LINK) {
        text_str(t, w->on ? "bringing up " : "shutting down ");
    } else {
        text_str(t, w->family == IP_V4 ? "IPv4 forwarding" : "IPv6 forwarding");
    }
    text_str(t, w->interface);
}

static void refuse(struct priv *p, const struct kernel_write *w, err_t rc, const char *why)
{
    struct priv_host *h = p->host;
    if (w->kind == WRITE_FIB) { /* the node shows its routes as rejected; the rest is only logged */
        wr_u32(&h->answer, (uint32_t)-rc);
        write_encode(w, &h->answer);
    }
    if (h->refused++ >= REFUSALS_LOGGED)
        return;
    char what[160];
    struct text t = text_init(what, sizeof(what));
    name_write(w, &t);
    log_line(&p->log, LOG_LEVEL_ERROR, "the kernel refused %s: %s%s%s [KERNEL-REFUSED]", what,
             strerror(-rc), why[0] ? ": " : "", why);
}

/* Writes what was collected; the order of core is kept. */
static void apply(struct priv *p)
{
    struct priv_host *h = p->host;
    if (h->op_count == 0)
        return;
    err_t rc = os_netlink_apply(h->writer, h->ops, h->op_count);
    if (rc != 0)
        log_line(&p->log, LOG_LEVEL_ERROR, "netlink: %s", strerror(-rc));
    for (uint32_t i = 0; i < h->op_count; i++)
        if (h->ops[i].result != 0)
            refuse(p, &h->writes[i], h->ops[i].result, h->ops[i].why);
    h->op_count = 0;
}

static void set_forwarding(struct priv *p, const struct kernel_write *w)
{
    bool was;
    err_t rc = w->family == IP_V4 || w->family == IP_V6
                   ? os_sysctl_forwarding(w->family, NULL, w->on, &was)
                   : -EAFNOSUPPORT;
    if (rc != 0)
        refuse(p, w, rc, "");
    else if (was != w->on)
        log_line(&p->log, LOG_LEVEL_INFO, "%s forwarding is %s now",
                 w->family == IP_V4 ? "IPv4" : "IPv6", w->on ? "on" : "off");
}

static bool is_special(enum write_kind kind)
{
    return kind == WRITE_FORWARDING || kind == WRITE_VXLAN || kind == WRITE_SIZES;
}

/* What is no operation of the writer's, or has more to it. */
static bool do_special(struct priv *p, const struct kernel_write *w)
{
    if (w->kind == WRITE_SIZES)
        return priv_links_write(p, w);
    if (w->kind == WRITE_FORWARDING)
        set_forwarding(p, w);
    else
        priv_vxlan_write(p, w);
    return true;
}

bool priv_host_write(struct priv *p, const struct ipc_message *m)
{
    struct priv_host *h = p->host;
    struct rd r = rd_init(m->bytes, m->len);
    h->answer = wr_init(h->answer_bytes, sizeof(h->answer_bytes));
    h->refused = 0;
    if (p->options->no_kernel)
        return false;
    while (rd_left(&r) > 0) {
        struct kernel_write *w = &h->writes[h->op_count];
        if (!write_decode(&r, w) || (w->kind == WRITE_FIB && !is_ours(&w->op)))
            return false;
        if (is_special(w->kind)) {
            struct kernel_write one = *w; /* apply() takes its place */
            apply(p);
            if (!do_special(p, &one))
                return false;
            continue;
        }
        translate(w, &h->ops[h->op_count++]);
        if (h->op_count == WRITES_A_BATCH)
            apply(p);
    }
    apply(p);
    priv_links_settle(p);
    if (h->refused > REFUSALS_LOGGED)
        log_line(&p->log, LOG_LEVEL_ERROR, "the kernel refused %u more writes [KERNEL-REFUSED]",
                 h->refused - REFUSALS_LOGGED);
    assert(!h->answer.bad);
    priv_send(&p->child[ROLE_CORE], MSG_CORE_WRITTEN, h->answer_bytes, wr_len(&h->answer), -1);
    return true;
}

/* ---- NAT ------------------------------------------------------------------------------------- */

static const enum os_nft_action nat_actions[] = { [NAT_MASQUERADE] = OS_NFT_MASQUERADE,
                                                  [NAT_EXEMPT] = OS_NFT_EXEMPT,
                                                  [NAT_SOURCE] = OS_NFT_SOURCE };

static void translate_nat(const struct config_nat_rule *from, struct os_nft_rule *to)
{
    *to = (struct os_nft_rule){ .action = nat_actions[from->action],
                                .source = from->source,
                                .destination = from->destination,
                                .not_source = from->not_source,
                                .not_destination = from->not_destination,
                                .protocol = from->protocol,
                                .to = from->to };
    if (from->out_interface)
        memcpy(to->out_interface, from->out_interface,
               strnlen(from->out_interface, sizeof(to->out_interface) - 1));
}

static void set_nat(struct priv *p)
{
    struct priv_host *h = p->host;
    char why[256];
    struct text t = text_init(why, sizeof(why));
    err_t rc = os_nft_set(h->instance, h->nat, h->nat_count, &t);
    if (rc == -ENOENT && h->nat_count == 0)
        return; /* without nft there is nothing to remove either */
    if (rc == -ENOENT)
        log_line(&p->log, LOG_LEVEL_ERROR,
                 "NAT is not set: the program nft (package nftables) is missing [NAT-NO-NFT]");
    else if (rc != 0)
        log_line(&p->log, LOG_LEVEL_ERROR, "NAT is not set: %s: %s [NAT-REFUSED]", strerror(-rc),
                 why);
    else
        log_line(&p->log, LOG_LEVEL_INFO, "%u NAT rules are in force", h->nat_count);
    if (rc == 0)
        h->has_nat = h->nat_count > 0;
}

bool priv_host_nat(struct priv *p, const struct ipc_message *m)
{
    struct priv_host *h = p->host;
    struct rd r = rd_init(m->bytes, m->len);
    uint8_t last = rd_u8(&r);
    if (p->options->no_kernel || r.bad || last > 1)
        return false;
    while (rd_left(&r) > 0) {
        struct config_nat_rule rule;
        struct nat_strings strings;
        if (h->nat_count == NAT_RULES_MAX || !nat_rule_decode(&r, &rule, &strings))
            return false;
        translate_nat(&rule, &h->nat[h->nat_count++]);
    }
    if (last) {
        h->nat_settled = true;
        set_nat(p);
        h->nat_count = 0;
    }
    return true;
}

void priv_host_settled(struct priv *p)
{
    struct priv_host *h = p->host;
    char why[256];
    struct text t = text_init(why, sizeof(why));
    if (p->options->no_kernel || !sandbox_can_net_admin())
        return;
    priv_links_sweep(p);
    if (h->nat_settled)
        return;
    err_t rc = os_nft_clear(h->instance, &t);
    if (rc != 0 && rc != -ENOENT)
        log_line(&p->log, LOG_LEVEL_WARNING, "NAT of an earlier run cannot be looked for: %s: %s",
                 strerror(-rc), why);
}

void priv_host_leave(struct priv *p)
{
    struct priv_host *h = p->host;
    char why[256];
    struct text t = text_init(why, sizeof(why));
    if (!h || !h->has_nat)
        return;
    err_t rc = os_nft_clear(h->instance, &t);
    if (rc != 0)
        log_line(&p->log, LOG_LEVEL_ERROR, "NAT is not removed: %s: %s", strerror(-rc), why);
}
