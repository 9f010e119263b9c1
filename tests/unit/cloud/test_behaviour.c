#include "../unit.h"
#include "cloud/behaviour.h"

/* What each kind of gateway does, as the reference networks and the documents have it. */
static const struct {
    const char *name;
    enum cloud_gateway kind;
    struct net_behaviour want;
} cases[] = {
    { "an active-active VPN gateway of Azure",
      CLOUD_AZURE_VPN,
      { .drops_default_out = true,
        .filters_own_prefixes = true,
        .announces_spaces_only = true,
        .equal_cost = true,
        .prefixes_max = 4000,
        .keepalive_s = 60,
        .hold_s = 180 } },
    { "an active-standby one fails over",
      CLOUD_AZURE_VPN_STANDBY,
      { .drops_default_out = true,
        .filters_own_prefixes = true,
        .announces_spaces_only = true,
        .equal_cost = true,
        .prefixes_max = 4000,
        .keepalive_s = 60,
        .hold_s = 180,
        .standby = true,
        .failover_planned_ms = 15000,
        .failover_unplanned_ms = 180000 } },
    { "an ExpressRoute gateway",
      CLOUD_AZURE_ER,
      { .announces_spaces_only = true, .equal_cost = true, .keepalive_s = 60, .hold_s = 180 } },
    { "Microsoft's edge removes private AS numbers",
      CLOUD_AZURE_MSEE,
      { .removes_private_asn = true,
        .replaces_peer_asn = true,
        .prefixes_max = 4000,
        .keepalive_s = 60,
        .hold_s = 180 } },
    { "and takes more with Premium",
      CLOUD_AZURE_MSEE_PREMIUM,
      { .removes_private_asn = true,
        .replaces_peer_asn = true,
        .prefixes_max = 10000,
        .keepalive_s = 60,
        .hold_s = 180 } },
    { "a Route Server",
      CLOUD_AZURE_ROUTE_SERVER,
      { .announces_spaces_only = true,
        .equal_cost = true,
        .prefixes_max = 4000,
        .keepalive_s = 60,
        .hold_s = 180 } },
    { "a virtual private gateway chooses one tunnel",
      CLOUD_AWS_VGW,
      { .prefixes_max = 100, .keepalive_s = 10, .hold_s = 30 } },
    { "a transit gateway uses several",
      CLOUD_AWS_TGW,
      { .equal_cost = true, .prefixes_max = 1000, .keepalive_s = 10, .hold_s = 30 } },
    { "a Cloud Router",
      CLOUD_GCP_ROUTER,
      { .keeps_learned = true, .prefixes_max = 250, .keepalive_s = 20, .hold_s = 60 } },
};
_Static_assert(ARRAY_LEN(cases) == CLOUD_GATEWAY_COUNT, "a kind of gateway without a case");

static bool same(const struct net_behaviour *a, const struct net_behaviour *b)
{
    return a->removes_private_asn == b->removes_private_asn &&
           a->replaces_peer_asn == b->replaces_peer_asn &&
           a->drops_default_out == b->drops_default_out &&
           a->filters_own_prefixes == b->filters_own_prefixes &&
           a->announces_spaces_only == b->announces_spaces_only &&
           a->keeps_learned == b->keeps_learned && a->opens_from_apipa == b->opens_from_apipa &&
           a->equal_cost == b->equal_cost && a->prefixes_max == b->prefixes_max &&
           a->keepalive_s == b->keepalive_s && a->hold_s == b->hold_s &&
           a->failover_planned_ms == b->failover_planned_ms &&
           a->failover_unplanned_ms == b->failover_unplanned_ms && a->standby == b->standby;
}

static void test_each_kind_does_what_it_does(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct net_behaviour b = { 0 };
        cloud_behave(NULL, cases[i].kind, &b);
        CLAIM(cases[i].name, same(&b, &cases[i].want));
    }
}

/* The value of the row when its fact says the opposite, or another number. */
static struct cloud_limits turned(const struct cloud_fact *f)
{
    struct cloud_limits l = { 0 };
    struct diag d = { 0 };
    const char *value = f->value.kind == CLOUD_TEXT    ? "65515 12076"
                        : f->value.kind == CLOUD_BOOL  ? (f->value.first ? "no" : "yes")
                        : f->value.kind == CLOUD_RANGE ? "1-2"
                                                       : "1";
    if (!cloud_limits_set(&l, f->id, value, &d))
        fail_msg("%s = %s: %s", f->id, value, d.what);
    return l;
}

/* Taken out, or turned round by a topology, a row makes a difference: none is idle. Rows that say
 * no leave a member as it was, and show only when they are turned round. */
static void test_each_row_makes_a_difference(void **state)
{
    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(cases); k++) {
        size_t n;
        const struct cloud_behaviour_row *rows = cloud_behaviour_rows(cases[k].kind, &n);
        for (size_t out = 0; out < n; out++) {
            struct net_behaviour without = { 0 }, other = { 0 };
            for (size_t i = 0; i < n; i++) {
                if (i != out)
                    cloud_behaviour_apply(NULL, &rows[i], &without);
            }
            bool differs = !same(&without, &cases[k].want);
            if (rows[out].fact->value.kind != CLOUD_WORDS) {
                struct cloud_limits l = turned(rows[out].fact);
                cloud_behave(&l, cases[k].kind, &other);
                CLAIM(rows[out].fact->id, !same(&other, &cases[k].want));
            }
            bool says_no = rows[out].how == CLOUD_ROW_SO && !rows[out].fact->value.first;
            CLAIM(rows[out].fact->id, differs || says_no);
        }
    }
}

static void test_a_router_s_own_timer_stays(void **state)
{
    (void)state;
    struct net_behaviour b = { .keepalive_s = 30 };
    cloud_behave(NULL, CLOUD_GCP_ROUTER, &b);
    assert_int_equal(b.keepalive_s, 30);
    assert_int_equal(b.hold_s, 90);
}

static void test_a_number_beyond_its_member_is_the_largest(void **state)
{
    (void)state;
    struct cloud_limits l = { 0 };
    struct diag d = { 0 };
    assert_true(cloud_limits_set(&l, "azure.vpn.bgp.hold", "100000", &d));
    struct net_behaviour b = { 0 };
    cloud_behave(&l, CLOUD_AZURE_VPN, &b);
    assert_int_equal(b.hold_s, UINT16_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_kind_does_what_it_does),
        cmocka_unit_test(test_each_row_makes_a_difference),
        cmocka_unit_test(test_a_router_s_own_timer_stays),
        cmocka_unit_test(test_a_number_beyond_its_member_is_the_largest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
