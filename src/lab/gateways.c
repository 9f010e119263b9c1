#include "lab/gateways.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/cli.h"
#include "lab/learned.h"
#include "topo/kinds.h"

/* ---- who they are ---------------------------------------------------------------------------- */

/* What learns in the provider's words; AWS's end points do it for their gateway. NULL: the node is
 * no gateway of a cloud. */
static const struct topo_object *learner_of(const struct net_node *n)
{
    if (n->kind != NET_VPN_GATEWAY && n->kind != NET_CIRCUIT_GATEWAY &&
        n->kind != NET_ROUTE_SERVER && n->kind != NET_CLOUD_ROUTER)
        return NULL;
    if (n->object && n->object->kind == &aws_vpn_connection_kind) {
        const struct aws_vpn_connection *c = (const struct aws_vpn_connection *)n->object;
        return c->vpn_gateway       ? &c->vpn_gateway->o
               : c->transit_gateway ? &c->transit_gateway->o
                                    : NULL;
    }
    if (n->object && n->object->kind == &soracom_door_kind)
        return &((const struct soracom_door *)n->object)->virtual_private_gateway->o;
    return n->object;
}

static const struct lab_nic *nic_of(const struct lab_plan *p, uint32_t node)
{
    for (uint32_t i = 0; i < p->nics.count; i++) {
        if (p->nics.items[i].node == node)
            return &p->nics.items[i];
    }
    return NULL;
}

static bool has_statics(const struct net *n, uint32_t node)
{
    for (uint32_t i = 0; i < n->statics.count; i++) {
        if (n->ends.items[n->statics.items[i].end].speaker == node)
            return true;
    }
    return false;
}

/* A path that has the name of the daemon's space, in the lab's folder. */
static const char *path_of(const struct lab_plan *p, const struct lab_daemon *d, const char *state,
                           const char *folder, struct arena *arena)
{
    char path[PATH_MAX];
    struct text t = text_init(path, sizeof(path));
    text_str(&t, state);
    text_str(&t, folder);
    text_str(&t, p->spaces.items[d->space].name);
    return t.cut ? NULL : arena_str(arena, path);
}

bool lab_gateways_find(const struct lab_plan *p, const char *state, struct arena *arena,
                       struct lab_gateways *ret)
{
    const struct net *n = &p->design->net;
    memset(ret, 0, sizeof(*ret));
    for (uint32_t i = 0; i < p->daemons.count; i++) {
        const struct lab_daemon *d = &p->daemons.items[i];
        const struct net_node *node = &n->nodes.items[d->node];
        const struct topo_object *by = learner_of(node);
        const struct lab_nic *nic = nic_of(p, d->node);
        if (!by || !nic)
            continue;
        struct lab_gateway *new = NET_PUSH(arena, &ret->items);
        if (!new)
            return false;
        *new = (struct lab_gateway){ .node = d->node,
                                     .space = d->space,
                                     .by = by,
                                     .next_hop = nic->via,
                                     .run_dir = path_of(p, d, state, "/run/", arena),
                                     .drain = path_of(p, d, state, "/drain/", arena),
                                     .has_statics = has_statics(n, d->node) };
        if (node->kind == NET_ROUTE_SERVER)
            new->next_hop.family = IP_NONE;
        if (!new->run_dir || !new->drain)
            return false;
    }
    return true;
}

/* ---- asking ---------------------------------------------------------------------------------- */

static const char *ask_on(int fd, const char *command, struct arena *arena, size_t *ret_len)
{
    const struct ctl_request request = { .line = command, .layout = DIALECT_UNKNOWN };
    char *buffer = NULL, *answer = NULL;
    int status = 1;
    FILE *out = open_memstream(&buffer, ret_len);
    if (!out)
        return NULL;
    err_t rc = cli_run(fd, &request, out, &status);
    bool whole = fclose(out) == 0 && rc == 0 && status == 0;
    if (whole)
        answer = arena_strn(arena, buffer, *ret_len);
    free(buffer);
    return answer;
}

const char *lab_ask(const char *run_dir, const char *command, struct arena *arena, size_t *ret_len)
{
    int fd;
    if (cli_connect(run_dir, &fd) != 0)
        return NULL;
    const char *answer = ask_on(fd, command, arena, ret_len);
    close(fd);
    return answer;
}

static bool add(struct lab_learned_list *list, struct arena *arena, const struct cloud_learned *l)
{
    struct cloud_learned *new = NET_PUSH(arena, &list->rows);
    if (new)
        *new = *l;
    return new;
}

/* What another instance of the same gateway has told is learned there, not here. */
static bool add_paths(const struct lab_gateway *g, const char *json, size_t len,
                      struct arena *arena, struct lab_learned_list *ret)
{
    struct lab_paths paths = { 0 };
    bool ok = true;
    (void)!lab_learned_read(json, len, arena, &paths); /* half an answer is what there is */
    for (uint32_t i = 0; ok && i < paths.rows.count; i++) {
        const struct lab_path *p = &paths.rows.items[i];
        if (!p->internal)
            ok = add(ret, arena,
                     &(struct cloud_learned){
                         .by = g->by,
                         .prefix = p->prefix,
                         .next_hop = g->next_hop.family != IP_NONE ? g->next_hop : p->next_hop,
                         .path_len = p->length,
                         .med = p->med });
    }
    return ok;
}

static bool add_statics(const struct lab_gateway *g, const char *json, size_t len,
                        struct arena *arena, struct lab_learned_list *ret)
{
    struct lab_paths paths = { 0 };
    bool ok = true;
    (void)!lab_statics_read(json, len, arena, &paths);
    for (uint32_t i = 0; ok && i < paths.rows.count; i++)
        ok = add(ret, arena,
                 &(struct cloud_learned){ .by = g->by,
                                          .prefix = paths.rows.items[i].prefix,
                                          .next_hop = g->next_hop,
                                          .is_static = true });
    return ok;
}

bool lab_gateways_ask(const struct lab_gateways *g, struct arena *arena,
                      struct lab_learned_list *ret)
{
    bool ok = true;
    memset(ret, 0, sizeof(*ret));
    for (uint32_t i = 0; ok && i < g->items.count; i++) {
        const struct lab_gateway *each = &g->items.items[i];
        size_t len;
        if (access(each->drain, F_OK) == 0)
            continue;
        const char *json = lab_ask(each->run_dir, "show ip bgp json", arena, &len);
        if (json)
            ok = add_paths(each, json, len, arena, ret);
        json = each->has_statics ? lab_ask(each->run_dir, "show ip route static json", arena, &len)
                                 : NULL;
        if (ok && json)
            ok = add_statics(each, json, len, arena, ret);
    }
    return ok;
}
