/* Tables of routes: what a neighbour sent and is told, what is in BGP and in use, and what a
 * subnet's fabric does. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "expect/impl.h"
#include "net/list.h"

static const char *const table_names[] = { [EXPECT_RECEIVED] = "received from",
                                           [EXPECT_ADVERTISED] = "advertised to",
                                           [EXPECT_BGP] = "BGP",
                                           [EXPECT_ROUTES] = "routes",
                                           [EXPECT_EFFECTIVE] = "effective routes" };

static const char *title_of(struct expect_try *t, const struct expect_routes *e, const char *at)
{
    char buffer[EXPECT_SENTENCE_MAX];
    struct text text = text_init(buffer, sizeof(buffer));
    text_str(&text, at);
    text_str(&text, ", ");
    text_str(&text, table_names[e->table]);
    if (e->table == EXPECT_RECEIVED || e->table == EXPECT_ADVERTISED) {
        text_char(&text, ' ');
        text_str(&text, expect_ip_text(t->arena, &e->neighbor));
    }
    const char *s = arena_str(t->arena, buffer);
    return s ? s : "";
}

/* ---- rows ------------------------------------------------------------------------------------ */

/* The first attribute in which a row differs; false: none, it fits. */
struct difference {
    const char *column, *expected, *found;
};

static bool differs(const char *column, const char *expected, const char *const found[2],
                    struct difference *ret)
{
    if (!expected || strcasecmp(expected, found[0]) == 0 || strcasecmp(expected, found[1]) == 0)
        return false;
    *ret = (struct difference){ column, expected, found[0] };
    return true;
}

static bool row_differs(const struct expect_route *e, const struct expect_found *f,
                        struct difference *ret)
{
    const struct {
        const char *column, *expected, *found[2];
    } columns[] = {
        { "next hop", e->next_hop, { f->next_hop, f->next_hop_name } },
        { "metric", e->metric, { f->metric, f->metric } },
        { "local preference", e->local_preference, { f->local_preference, f->local_preference } },
        { "weight", e->weight, { f->weight, f->weight } },
        { "path", e->path, { f->path, f->path } },
        { "origin", e->origin, { f->origin, f->origin } },
        { "source", e->source, { f->source[0], f->source[1] } },
        { "state", e->state, { f->state[0], f->state[1] } },
        { "next hop type", e->next_hop_type, { f->next_hop_type[0], f->next_hop_type[1] } },
    };
    for (size_t i = 0; i < ARRAY_LEN(columns); i++)
        if (differs(columns[i].column, columns[i].expected, columns[i].found, ret))
            return true;
    return false;
}

/* One expected row against the table. False: said what is wrong. */
static bool look_row(struct expect_try *t, const char *title, const struct expect_route *e,
                     struct expect_found_list *found)
{
    const char *network = expect_prefix_text(t->arena, &e->network);
    struct difference d, near = { 0 };
    for (uint32_t i = 0; i < found->rows.count; i++) {
        struct expect_found *f = &found->rows.items[i];
        if (f->taken || !prefix_eq(&f->network, &e->network))
            continue;
        if (row_differs(e, f, &d)) {
            near = near.column ? near : d;
            continue;
        }
        if (e->absent) {
            expect_say(t, EXPECT_FAILED, "%s: %s must not be there; it is", title, network);
            return false;
        }
        f->taken = true;
        return true;
    }
    if (e->absent)
        return true;
    if (near.column)
        expect_say(t, EXPECT_FAILED, "%s: %s: %s \"%s\" expected, it is \"%s\"", title, network,
                   near.column, near.expected, near.found);
    else
        expect_say(t, EXPECT_FAILED, "%s: %s expected, it is not there", title, network);
    return false;
}

static bool look_rows(struct expect_try *t, const struct expect_routes *e, const char *title,
                      struct expect_found_list *found)
{
    for (uint32_t i = 0; i < e->rows.count; i++)
        if (!look_row(t, title, &e->rows.items[i], found))
            return false;
    for (uint32_t i = 0; e->exactly && i < found->rows.count; i++) {
        const struct expect_found *f = &found->rows.items[i];
        if (f->taken)
            continue;
        expect_say(t, EXPECT_FAILED, "%s: %s is there, and not expected%s%s", title,
                   expect_prefix_text(t->arena, &f->network), *f->next_hop ? ": by " : "",
                   f->next_hop);
        return false;
    }
    return true;
}

/* ---- of a node ------------------------------------------------------------------------------- */

/* The command, without "json". */
static void command_of(const struct expect_routes *e, struct text *out)
{
    text_str(out, e->table == EXPECT_ROUTES ? "show ip route" : "show ip bgp");
    if (e->table != EXPECT_RECEIVED && e->table != EXPECT_ADVERTISED)
        return;
    text_str(out, " neighbors ");
    text_ip(out, &e->neighbor);
    text_str(out, e->table == EXPECT_RECEIVED ? " received-routes" : " advertised-routes");
}

/* The text of a command. False: said why there is none. */
static bool show(struct expect_try *t, uint32_t node, const char *title, const char *command,
                 struct expect_text *ret)
{
    *ret = (struct expect_text){ 0 };
    enum expect_answer answer = t->w->show(t->w, node, command, t->arena, ret);
    if (answer != EXPECT_ANSWERED)
        expect_say_unknown(t, answer, title, ret->why);
    else if (ret->len > EXPECT_ANSWER_BYTES_MAX)
        expect_say(t, EXPECT_FAILED, "%s: the answer is too long", title);
    return answer == EXPECT_ANSWERED && ret->len <= EXPECT_ANSWER_BYTES_MAX;
}

static bool look_output(struct expect_try *t, uint32_t node, const struct expect_routes *e,
                        const char *title)
{
    char command[128];
    struct text text = text_init(command, sizeof(command));
    const char *expected = NULL, *lines[2];
    size_t len = 0;
    struct expect_text printed;
    if (!t->files) {
        expect_say(t, EXPECT_LEFT, "%s: its rows are there; %s cannot be looked up here", title,
                   e->output);
        return false;
    }
    if (t->files->read(t->files, e->output, EXPECT_ANSWER_BYTES_MAX, t->arena, &expected, &len)) {
        expect_say(t, EXPECT_FAILED, "%s: the file %s cannot be read", title, e->output);
        return false;
    }
    const char *whole = arena_strn(t->arena, expected, len);
    command_of(e, &text);
    if (!whole || !show(t, node, title, command, &printed))
        return false;
    if (expect_same_output(t->arena, whole, printed.s, &lines[0], &lines[1]))
        return true;
    expect_say(t, EXPECT_FAILED, "%s: not as in %s: line \"%s\" expected, it is \"%s\"", title,
               e->output, lines[0], lines[1]);
    return false;
}

static bool look_node(struct expect_try *t, uint32_t node, const struct expect_routes *e)
{
    const char *title = title_of(t, e, t->w->net->nodes.items[node].name), *why = NULL;
    char command[128];
    struct text text = text_init(command, sizeof(command));
    struct expect_text printed;
    struct expect_found_list found;
    command_of(e, &text);
    text_str(&text, " json");
    if (!show(t, node, title, command, &printed))
        return false;
    if (!expect_read_table(t->arena, e->table, printed.s, printed.len, &found, &why)) {
        expect_say(t, EXPECT_FAILED, "%s: the table cannot be read: %s", title, why);
        return false;
    }
    if (!look_rows(t, e, title, &found) || (e->output && !look_output(t, node, e, title)))
        return false;
    expect_say(t, EXPECT_HOLDS, "%s: as expected", title);
    return true;
}

/* ---- of a fabric ----------------------------------------------------------------------------- */

/* The subnet whose effective routes a place shows: its own, or that of an interface, a machine, a
 * route table. */
static const struct topo_object *subnet_of_table(const struct topo *t, const struct topo_object *o)
{
    for (uint32_t i = 0; i < t->azure.virtual_networks.count; i++) {
        const struct azure_vnet *v = &t->azure.virtual_networks.items[i];
        for (uint32_t k = 0; k < v->subnets.count; k++)
            if (v->subnets.items[k].route_table && &v->subnets.items[k].route_table->o == o)
                return &v->subnets.items[k].o;
    }
    for (uint32_t i = 0; i < t->aws.vpcs.count; i++) {
        const struct aws_vpc *v = &t->aws.vpcs.items[i];
        for (uint32_t k = 0; k < v->subnets.count; k++) {
            const struct aws_route_table *r = v->subnets.items[k].route_table;
            r = r ? r : v->main_route_table;
            if (r && &r->o == o)
                return &v->subnets.items[k].o;
        }
    }
    return NULL;
}

static const struct topo_object *subnet_of(const struct topo *t, const struct topo_object *o)
{
    if (o->kind == &azure_vm_kind) {
        const struct azure_vm *v = (const struct azure_vm *)o;
        if (v->network_interfaces.count > 0)
            o = &v->network_interfaces.items[0]->o;
    }
    if (o->kind == &azure_nic_kind)
        return &((const struct azure_nic *)o)->subnet->o;
    if (o->kind == &aws_instance_kind)
        return &((const struct aws_instance *)o)->subnet->o;
    if (o->kind == &gcp_instance_kind)
        return &((const struct gcp_instance *)o)->subnetwork->o;
    if (o->kind == &azure_route_table_kind || o->kind == &aws_route_table_kind)
        return subnet_of_table(t, o);
    for (uint32_t i = 0; o->kind == &gcp_network_kind && i < t->gcp.subnetworks.count; i++)
        if (&t->gcp.subnetworks.items[i].network->o == o)
            return &t->gcp.subnetworks.items[i].o;
    return o->kind == &azure_subnet_kind || o->kind == &aws_subnet_kind ||
                   o->kind == &gcp_subnetwork_kind
               ? o
               : NULL;
}

bool expect_effective(struct cloud_fabric *f, const struct topo_object *subnet,
                      struct cloud_routes *ret)
{
    const struct gcp_subnetwork *g = (const struct gcp_subnetwork *)subnet;
    *ret = (struct cloud_routes){ 0 };
    if (subnet->kind == &azure_subnet_kind)
        return azure_effective_routes(f, (const struct azure_subnet *)subnet, ret);
    if (subnet->kind == &aws_subnet_kind)
        return aws_effective_routes(f, (const struct aws_subnet *)subnet, ret);
    return subnet->kind == &gcp_subnetwork_kind &&
           gcp_effective_routes(f, g->network, g->region, ret);
}

static bool found_of_routes(struct expect_try *t, const struct topo_object *subnet,
                            const struct cloud_routes *routes, struct expect_found_list *ret)
{
    enum cloud_provider_id id = subnet->kind == &aws_subnet_kind       ? CLOUD_AWS
                                : subnet->kind == &gcp_subnetwork_kind ? CLOUD_GCP
                                                                       : CLOUD_AZURE;
    *ret = (struct expect_found_list){ 0 };
    for (uint32_t i = 0; i < routes->rows.count; i++) {
        const struct cloud_route *r = &routes->rows.items[i];
        struct expect_found *f = NET_PUSH(t->arena, &ret->rows);
        if (!f)
            return false;
        const char *state = cloud_state_name(id, r->active);
        *f = (struct expect_found){
            .network = r->prefix,
            .next_hop = r->next_hop.family ? expect_ip_text(t->arena, &r->next_hop) : "",
            .next_hop_name = r->object && r->object->name ? r->object->name : "",
            .metric = "",
            .local_preference = "",
            .weight = "",
            .path = "",
            .origin = "",
            .source = { cloud_source_name(id, r->source, true),
                        cloud_source_name(id, r->source, false) },
            .state = { state, state },
            .next_hop_type = { cloud_hop_name(id, r->hop, true),
                               cloud_hop_name(id, r->hop, false) },
        };
    }
    return true;
}

static void look_effective(struct expect_try *t, const struct expect_routes *e)
{
    const char *title = title_of(t, e, expect_place_text(t->arena, &e->at));
    const struct topo_object *subnet = subnet_of(t->w->topo, e->at.object);
    struct cloud_routes routes = { 0 };
    struct expect_found_list found;
    if (!subnet) {
        expect_say(t, EXPECT_FAILED, "%s: it is in no subnet", title);
        return;
    }
    enum expect_answer answer = t->w->effective(t->w, subnet, t->arena, &routes);
    if (answer != EXPECT_ANSWERED)
        expect_say_unknown(t, answer, title, NULL);
    else if (!found_of_routes(t, subnet, &routes, &found))
        expect_say(t, EXPECT_FAILED, "%s: too many to hold", title);
    else if (look_rows(t, e, title, &found))
        expect_say(t, EXPECT_HOLDS, "%s: as expected", title);
}

void expect_look_routes(struct expect_try *t, const struct expect_item *item)
{
    const struct expect_routes *e = item->e;
    if (e->table == EXPECT_EFFECTIVE) {
        look_effective(t, e);
        return;
    }
    uint32_t node = expect_next_node(t->w, &e->at, NET_NONE);
    if (node == NET_NONE) {
        const char *title = title_of(t, e, expect_place_text(t->arena, &e->at));
        expect_say(t, EXPECT_FAILED, "%s: nobody there speaks BGP", title);
        return;
    }
    /* Every instance has to be so. */
    while (node != NET_NONE && look_node(t, node, e))
        node = expect_next_node(t->w, &e->at, node);
}
