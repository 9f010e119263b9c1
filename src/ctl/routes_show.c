#include "ctl/routes_show.h"

#include <string.h>

#include "check/design.h"
#include "cloud/place.h"
#include "ctl/topo_files.h"
#include "ctl/topo_show.h"
#include "lang/json.h"

enum { TABLE_TEXT_MAX = 1 << 20, WORD_MAX = 128, EXIT_WRONG = 2 };

struct show {
    const struct routes_show_request *r;
    struct check_design design;
    struct cloud_fabric fabric;
    struct cloud_learned *learned;
    uint32_t count;
    FILE *out, *err;
    struct lang_json json;
};

/* ---- what was learned ------------------------------------------------------------------------ */

/* Splits "GATEWAY=PREFIX,NEXT-HOP" in the place. */
static bool split(char *word, char **ret_prefix, char **ret_hop)
{
    *ret_prefix = strchr(word, '=');
    if (!*ret_prefix)
        return false;
    *(*ret_prefix)++ = '\0';
    *ret_hop = strchr(*ret_prefix, ',');
    if (*ret_hop)
        *(*ret_hop)++ = '\0';
    return true;
}

static bool take_learned(struct show *s, const char *text)
{
    char word[WORD_MAX], *prefix, *hop;
    struct cloud_learned l = { .path_len = 1 };
    snprintf(word, sizeof(word), "%s", text);
    if (strlen(text) >= sizeof(word) || !split(word, &prefix, &hop) ||
        !prefix_parse(prefix, &l.prefix, NULL) || (hop && !ip_parse(hop, &l.next_hop))) {
        fprintf(s->err,
                "spanway: --learned wants GATEWAY=PREFIX or GATEWAY=PREFIX,NEXT-HOP, not "
                "\"%s\"\n",
                text);
        return false;
    }
    l.by = topo_find(s->design.topo, word);
    if (!l.by) {
        fprintf(s->err, "spanway: \"%s\" is no gateway of %s, or several are called so\n", word,
                s->r->file);
        return false;
    }
    s->learned[s->count++] = l;
    return true;
}

/* Static routes of AWS's connections, which no protocol has to learn. */
static void take_static(struct show *s)
{
    const struct topo_aws *a = &s->design.topo->aws;
    for (uint32_t i = 0; i < a->vpn_connections.count; i++) {
        const struct aws_vpn_connection *v = &a->vpn_connections.items[i];
        for (uint32_t k = 0; v->vpn_gateway && k < v->static_routes.count; k++)
            s->learned[s->count++] = (struct cloud_learned){ .by = &v->vpn_gateway->o,
                                                             .prefix = v->static_routes.items[k],
                                                             .is_static = true };
    }
}

static uint32_t count_static(const struct topo_aws *a)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < a->vpn_connections.count; i++)
        n += a->vpn_connections.items[i].static_routes.count;
    return n;
}

static bool learn(struct show *s)
{
    size_t n = s->r->learned_count + count_static(&s->design.topo->aws) + 1;
    s->learned = arena_alloc(&s->design.arena, n * sizeof(*s->learned));
    if (!s->learned)
        return false;
    for (size_t i = 0; i < s->r->learned_count; i++)
        if (!take_learned(s, s->r->learned[i]))
            return false;
    take_static(s);
    return cloud_fabric_init(&s->fabric, s->design.topo, &s->design.limits, s->learned, s->count,
                             &s->design.arena);
}

/* ---- printing -------------------------------------------------------------------------------- */

static void json_routes(struct show *s, const struct cloud_place *p, const char *path,
                        const struct cloud_routes *routes)
{
    lang_json_object(&s->json);
    lang_json_member_str(&s->json, "at", path);
    lang_json_key(&s->json, "routes");
    lang_json_array(&s->json);
    for (uint32_t i = 0; i < routes->rows.count; i++) {
        const struct cloud_route *r = &routes->rows.items[i];
        char prefix[PREFIX_TEXT_MAX], hop[IP_TEXT_MAX];
        struct text t = text_init(prefix, sizeof(prefix));
        text_prefix(&t, &r->prefix);
        t = text_init(hop, sizeof(hop));
        if (r->next_hop.family != IP_NONE)
            text_ip(&t, &r->next_hop);
        lang_json_object(&s->json);
        lang_json_member_str(&s->json, "source", cloud_source_name(p->provider, r->source, false));
        lang_json_member_str(&s->json, "state", cloud_state_name(p->provider, r->active));
        lang_json_member_str(&s->json, "addressPrefix", prefix);
        lang_json_member_str(&s->json, "nextHopType", cloud_hop_name(p->provider, r->hop, false));
        lang_json_member_str(&s->json, "nextHopIpAddress", hop);
        lang_json_close(&s->json);
    }
    lang_json_close(&s->json);
    lang_json_close(&s->json);
}

static bool print_place(struct show *s, const struct cloud_place *p)
{
    struct cloud_routes routes;
    char path[WORD_MAX * 2];
    struct text t = text_init(path, sizeof(path));
    topo_object_path(p->object, &t);
    if (!cloud_effective_routes(&s->fabric, p, &routes))
        return false;
    if (s->r->json) {
        json_routes(s, p, path, &routes);
        return true;
    }
    char *table = arena_alloc(&s->design.arena, TABLE_TEXT_MAX);
    if (!table)
        return false;
    t = text_init(table, TABLE_TEXT_MAX);
    text_cloud_routes(&t, p->provider, &routes);
    fprintf(s->out, "%s\n%s\n", path, table);
    return !t.cut;
}

static bool print_all(struct show *s)
{
    const struct topo *t = s->design.topo;
    bool fine = true;
    for (uint32_t i = 0; i < t->azure.virtual_networks.count; i++)
        for (uint32_t k = 0; k < t->azure.virtual_networks.items[i].subnets.count && fine; k++)
            fine = print_place(
                s, &(struct cloud_place){ &t->azure.virtual_networks.items[i].subnets.items[k].o,
                                          CLOUD_AZURE });
    for (uint32_t i = 0; i < t->aws.vpcs.count; i++)
        for (uint32_t k = 0; k < t->aws.vpcs.items[i].subnets.count && fine; k++)
            fine = print_place(
                s, &(struct cloud_place){ &t->aws.vpcs.items[i].subnets.items[k].o, CLOUD_AWS });
    for (uint32_t i = 0; i < t->gcp.subnetworks.count && fine; i++)
        fine = print_place(s, &(struct cloud_place){ &t->gcp.subnetworks.items[i].o, CLOUD_GCP });
    return fine;
}

/* ---- the request ----------------------------------------------------------------------------- */

static bool write_json(void *context, const char *text, size_t n)
{
    return fwrite(text, 1, n, context) == n;
}

/* By its full name, by a name that only one has, or by one that only one machine has: a Route
 * Server's peer is often called as the machine is. */
static bool find_place(const struct show *s, struct cloud_place *ret)
{
    static const char *const collections[] = { "azure.virtual_machines", "azure.network_interfaces",
                                               "aws.instances", "gcp.instances" };
    const struct topo_object *o = topo_find(s->design.topo, s->r->at);
    for (size_t i = 0; i < ARRAY_LEN(collections) && !o; i++) {
        char path[WORD_MAX * 2];
        snprintf(path, sizeof(path), "%s.%s", collections[i], s->r->at);
        o = topo_find(s->design.topo, path);
    }
    return o && cloud_place_of(o, ret);
}

static int print(struct show *s)
{
    struct cloud_place p;
    if (s->r->at && !find_place(s, &p)) {
        fprintf(s->err,
                "spanway: \"%s\" is no network interface, machine or subnet of %s, or several are "
                "called so\n",
                s->r->at, s->r->file);
        return EXIT_WRONG;
    }
    if (s->r->json) {
        s->json = lang_json_to_sink(write_json, s->out, 2);
        lang_json_array(&s->json);
    }
    bool fine = s->r->at ? print_place(s, &p) : print_all(s);
    if (s->r->json) {
        lang_json_close(&s->json);
        fine &= lang_json_done(&s->json);
        fputc('\n', s->out);
    }
    return fine && fflush(s->out) == 0 ? 0 : 1;
}

int routes_show(const struct routes_show_request *r, FILE *out, FILE *err)
{
    struct show s = { .r = r, .out = out, .err = err };
    struct topo_files files;
    struct diag_list diags = { 0 };
    err_t rc = topo_files_open(&files, r->file, r->outside_allowed);
    if (rc != 0) {
        fprintf(err, "spanway: %s: %s\n", r->file, strerror(-rc));
        return EXIT_WRONG;
    }
    bool fine = check_design_open(&s.design, r->file, &files.source, &diags);
    topo_files_close(&files);
    topo_show_findings(s.design.topo, &diags, err);
    int status = !fine ? topo_show_status(&diags) : learn(&s) ? print(&s) : EXIT_WRONG;
    check_design_done(&s.design);
    diag_list_done(&diags);
    return status;
}
