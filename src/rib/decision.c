/* The steps of the decision process. Each compares two paths in one respect: negative when the
 * first is better, positive when the second is, 0 when the next step has to tell. A new step is a
 * row. */
#include "rib/decision.h"

#include <string.h>

struct step_input {
    const struct rib_decision *how;
    const struct rib_candidate *a, *b;
};

static int order_u32(uint32_t a, uint32_t b)
{
    return (a > b) - (a < b);
}

static int step_weight(const struct step_input *in)
{
    return order_u32(in->b->set->head.weight, in->a->set->head.weight);
}

static uint32_t local_pref_of(const struct rib_decision *how, const struct attr_set *s)
{
    return s->head.has & ATTR_HAS_LOCAL_PREF ? s->head.local_pref : how->default_local_pref;
}

static int step_local_pref(const struct step_input *in)
{
    return order_u32(local_pref_of(in->how, in->b->set), local_pref_of(in->how, in->a->set));
}

static int step_local_route(const struct step_input *in)
{
    return (in->b->kind == RIB_LOCAL) - (in->a->kind == RIB_LOCAL);
}

static int step_as_path(const struct step_input *in)
{
    if (in->how->as_path_ignore)
        return 0;
    return order_u32(in->a->set->as_path_hops, in->b->set->as_path_hops);
}

static int step_origin(const struct step_input *in)
{
    return order_u32(in->a->set->head.origin, in->b->set->head.origin);
}

static uint32_t med_of(const struct rib_decision *how, const struct attr_set *s)
{
    if (s->head.has & ATTR_HAS_MED)
        return s->head.med;
    return how->med_missing_as_worst ? UINT32_MAX : 0;
}

/* 9.1.2.2 c: MEDs of different neighbour ASes say nothing about one another. */
static int step_med(const struct step_input *in)
{
    const struct attr_set *a = in->a->set, *b = in->b->set;
    bool same_neighbor = a->first_as != 0 && a->first_as == b->first_as;
    bool both_internal = a->as_path_hops == 0 && b->as_path_hops == 0;
    if (!in->how->always_compare_med && !same_neighbor && !both_internal)
        return 0;
    return order_u32(med_of(in->how, a), med_of(in->how, b));
}

static bool is_internal(enum rib_peer_kind kind)
{
    return kind == RIB_IBGP || kind == RIB_IBGP_CLIENT;
}

static int step_peer_type(const struct step_input *in)
{
    return is_internal(in->a->kind) - is_internal(in->b->kind);
}

static int step_igp_metric(const struct step_input *in)
{
    return order_u32(in->a->igp_metric, in->b->igp_metric);
}

/* Of two external paths the one that is in use stays: fewer changes (RFC 5004). */
static int step_older(const struct step_input *in)
{
    if (in->how->compare_router_id || in->a->kind != RIB_EBGP || in->b->kind != RIB_EBGP)
        return 0;
    return in->b->is_chosen - in->a->is_chosen;
}

/* RFC 4456 9: a reflected path counts as its originator's. */
static uint32_t router_id_of(const struct rib_candidate *c)
{
    return c->set->head.has & ATTR_HAS_ORIGINATOR_ID ? attr_rare(c->set)->originator_id
                                                     : c->router_id;
}

static int step_router_id(const struct step_input *in)
{
    return order_u32(router_id_of(in->a), router_id_of(in->b));
}

static int step_cluster_length(const struct step_input *in)
{
    return order_u32(in->a->set->cluster_hops, in->b->set->cluster_hops);
}

static int step_neighbor_ip(const struct step_input *in)
{
    return ip_cmp(in->a->address, in->b->address);
}

static const struct {
    enum rib_step step;
    int (*compare)(const struct step_input *in);
} steps[] = {
    { RIB_STEP_WEIGHT, step_weight },
    { RIB_STEP_LOCAL_PREF, step_local_pref },
    { RIB_STEP_LOCAL_ROUTE, step_local_route },
    { RIB_STEP_AS_PATH, step_as_path },
    { RIB_STEP_ORIGIN, step_origin },
    { RIB_STEP_MED, step_med },
    { RIB_STEP_PEER_TYPE, step_peer_type },
    { RIB_STEP_IGP_METRIC, step_igp_metric },
    { RIB_STEP_OLDER, step_older },
    { RIB_STEP_ROUTER_ID, step_router_id },
    { RIB_STEP_CLUSTER_LENGTH, step_cluster_length },
    { RIB_STEP_NEIGHBOR_IP, step_neighbor_ip },
};

static const char *const step_names[RIB_STEP_COUNT] = {
    [RIB_STEP_NONE] = "Nothing to Select",
    [RIB_STEP_FIRST] = "First path received",
    [RIB_STEP_WEIGHT] = "Weight",
    [RIB_STEP_LOCAL_PREF] = "Local Pref",
    [RIB_STEP_LOCAL_ROUTE] = "Local Route",
    [RIB_STEP_AS_PATH] = "AS Path",
    [RIB_STEP_ORIGIN] = "Origin",
    [RIB_STEP_MED] = "MED",
    [RIB_STEP_PEER_TYPE] = "Peer Type",
    [RIB_STEP_IGP_METRIC] = "IGP Metric",
    [RIB_STEP_OLDER] = "Older Path",
    [RIB_STEP_ROUTER_ID] = "Router ID",
    [RIB_STEP_CLUSTER_LENGTH] = "Cluster length",
    [RIB_STEP_NEIGHBOR_IP] = "Neighbor IP",
    [RIB_STEP_EQUAL] = "Nothing left to compare",
    [RIB_STEP_INVALID] = "Next hop unusable",
};

const char *rib_step_name(enum rib_step step)
{
    assert(step < RIB_STEP_COUNT);
    return step_names[step];
}

static bool has_same_as_path(const struct attr_set *a, const struct attr_set *b)
{
    uint16_t n = a->head.span_len[SPAN_AS_PATH];
    if (n != b->head.span_len[SPAN_AS_PATH])
        return false;
    return n == 0 || memcmp(attr_span(a, SPAN_AS_PATH), attr_span(b, SPAN_AS_PATH), n) == 0;
}

/* Paths that are equal up to the IGP metric share the load if they are from one neighbour AS, or
 * inside of one path; `as-path multipath-relax` asks for neither. */
static bool may_share(const struct rib_decision *how, const struct rib_candidate *a,
                      const struct rib_candidate *b)
{
    if (a->kind == RIB_LOCAL || b->kind == RIB_LOCAL)
        return false;
    if (how->multipath_relax)
        return true;
    if (is_internal(a->kind))
        return has_same_as_path(a->set, b->set);
    return a->peer_as == b->peer_as;
}

struct rib_verdict rib_compare(const struct rib_decision *how, const struct rib_candidate *a,
                               const struct rib_candidate *b)
{
    struct step_input in = { .how = how, .a = a, .b = b };
    bool is_multipath = false;
    for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
        int order = steps[i].compare(&in);
        if (order != 0)
            return (struct rib_verdict){ order < 0, is_multipath, steps[i].step };
        if (steps[i].step == RIB_STEP_IGP_METRIC)
            is_multipath = may_share(how, a, b);
    }
    return (struct rib_verdict){ true, is_multipath, RIB_STEP_EQUAL };
}
