/* The rows of requirements, expectations and exceptions, and of the top level. */
#include "topo/kinds.h"
#include "topo/topo.h"

#define AT(s, member) TOPO_AT(s, member)

/* --- when ------------------------------------------------------------------------------------- */

static const struct topo_field addition_fields[] = {
    { AT(expect_addition, to), .type = TOPO_PLACE, .required = true,
      .help = "A virtual network, a VPC." },
    { AT(expect_addition, prefix), .type = TOPO_PREFIX, .required = true,
      .help = "Range that it is given later." },
    { 0 },
};

static const struct topo_kind addition_kind = {
    .name = "addition",
    .path = "when.add",
    .size = sizeof(struct expect_addition),
    .fields = addition_fields,
};

static const struct topo_field when_fields[] = {
    { AT(expect_when, without), .type = TOPO_LIST, .element = TOPO_PLACE,
      .help = "What is taken out of the design." },
    { AT(expect_when, fail), .type = TOPO_LIST, .element = TOPO_PLACE, .help = "What has failed." },
    { AT(expect_when, add), .type = TOPO_ITEMS, .kind = &addition_kind,
      .help = "Ranges that networks are given later." },
    { 0 },
};

#define WHEN(s)                                                                                    \
    {                                                                                              \
        AT(s, when), .type = TOPO_STRUCT, .fields = when_fields,                                   \
                     .node_offset = offsetof(struct expect_when, node),                            \
                     .help = "Under which circumstances; left out: as described."                  \
    }

/* --- expectations ----------------------------------------------------------------------------- */

static const struct topo_field reach_fields[] = {
    { AT(expect_reach, from), .type = TOPO_PLACE, .required = true, .help = "Who sends." },
    { AT(expect_reach, to), .type = TOPO_PLACE, .help = "Who is reached; this or address." },
    { AT(expect_reach, address), .type = TOPO_ADDR,
      .help = "An address instead of `to`, or which one of `to` is meant." },
    { AT(expect_reach, service), .type = TOPO_TEXT,
      .help = "\"icmp\", \"tcp/22\"; left out: any." },
    { AT(expect_reach, reachable), .type = TOPO_BOOL, .preset = true,
      .help = "false: it must not be reached." },
    { AT(expect_reach, encrypted), .type = TOPO_BOOL, .help = "On the whole way through tunnels." },
    { AT(expect_reach, path), .type = TOPO_LIST, .element = TOPO_PLACE,
      .help = "What it has to pass, in order." },
    { AT(expect_reach, avoids), .type = TOPO_LIST, .element = TOPO_PLACE,
      .help = "What it must not pass." },
    { AT(expect_reach, hops), .type = TOPO_LIST, .element = TOPO_TEXT,
      .help = "Of a traceroute: addresses, \"*\" for no answer." },
    { AT(expect_reach, source_seen), .type = TOPO_TEXT, .help = "The address that `to` sees." },
    { AT(expect_reach, mtu_bytes), .type = TOPO_U32,
      .help = "The largest packet that passes whole." },
    WHEN(expect_reach),
    { 0 },
};

const struct topo_kind expect_reach_kind = {
    .name = "expectation of reachability",
    .path = "expect.reach",
    .size = sizeof(struct expect_reach),
    .fields = reach_fields,
};

#define COLUMN(member, help_)                                                                      \
    {                                                                                              \
        AT(expect_route, member), .type = TOPO_TEXT, .may_be_empty = true, .help = help_           \
    }

static const struct topo_field route_fields[] = {
    { AT(expect_route, network), .type = TOPO_PREFIX, .required = true, .shorthand = true,
      .help = "Destination." },
    COLUMN(next_hop, "Left out: not compared; \"\": blank."),
    COLUMN(metric, "Left out: not compared; \"\": blank."),
    COLUMN(local_preference, "Left out: not compared; \"\": blank."),
    COLUMN(weight, "Left out: not compared; \"\": blank."),
    COLUMN(path, "AS path; left out: not compared; \"\": empty."),
    COLUMN(origin, "\"i\", \"e\" or \"?\"; left out: not compared."),
    COLUMN(source, "Of effective routes: \"Default\", \"User\", ..."),
    COLUMN(state, "Of effective routes: \"Active\" or \"Invalid\"."),
    COLUMN(next_hop_type, "Of effective routes."),
    { AT(expect_route, absent), .type = TOPO_BOOL, .help = "The row must not be there." },
    { 0 },
};

const struct topo_kind expect_route_kind = {
    .name = "expected route",
    .path = "rows",
    .size = sizeof(struct expect_route),
    .fields = route_fields,
    .parent = &expect_routes_kind,
};

static const char *const tables[] = {
    "received", "advertised", "bgp", "routes", "effective", NULL
};

static const struct topo_field routes_fields[] = {
    { AT(expect_routes, at), .type = TOPO_PLACE, .required = true, .help = "Whose table." },
    { AT(expect_routes, table), .type = TOPO_CHOICE, .required = true, .choices = tables,
      .help = "Which one; received and advertised are of a neighbor." },
    { AT(expect_routes, neighbor), .type = TOPO_ADDR, .help = "Of received and advertised." },
    { AT(expect_routes, rows), .type = TOPO_ITEMS, .kind = &expect_route_kind,
      .help = "The routes." },
    { AT(expect_routes, exactly), .type = TOPO_BOOL, .preset = true, .help = "No other rows." },
    { AT(expect_routes, output), .type = TOPO_FILE,
      .help = "File with the exact text of the command." },
    WHEN(expect_routes),
    { 0 },
};

const struct topo_kind expect_routes_kind = {
    .name = "expected table of routes",
    .path = "expect.routes",
    .size = sizeof(struct expect_routes),
    .fields = routes_fields,
};

static const char *const tunnel_states[] = { "up", "down", NULL };
static const char *const tunnel_bgp[] = { "none", "established", "down", NULL };

static const struct topo_field tunnel_fields[] = {
    { AT(expect_tunnel, local), .type = TOPO_ENDPOINT, .help = "Outside address of one end." },
    { AT(expect_tunnel, remote), .type = TOPO_ENDPOINT, .help = "Of the other end." },
    { AT(expect_tunnel, configured_on), .type = TOPO_LIST, .element = TOPO_PLACE, .max = 2,
      .help = "The objects that ask for it." },
    { AT(expect_tunnel, state), .type = TOPO_CHOICE, .choices = tunnel_states, .help = "IPsec." },
    { AT(expect_tunnel, bgp), .type = TOPO_CHOICE, .choices = tunnel_bgp,
      .help = "The session through it." },
    WHEN(expect_tunnel),
    { 0 },
};

const struct topo_kind expect_tunnel_kind = {
    .name = "expected tunnel",
    .path = "expect.tunnels",
    .size = sizeof(struct expect_tunnel),
    .fields = tunnel_fields,
};

static const char *const session_states[] = { "established", "down", NULL };

static const struct topo_field session_fields[] = {
    { AT(expect_session, at), .type = TOPO_PLACE, .required = true, .help = "Who speaks BGP." },
    { AT(expect_session, neighbor), .type = TOPO_ADDR, .required = true, .help = "With whom." },
    { AT(expect_session, state), .type = TOPO_CHOICE, .choices = session_states,
      .help = "What it is in." },
    { AT(expect_session, drops), .type = TOPO_U32,
      .help = "How often it is lost while what `when` adds takes effect." },
    WHEN(expect_session),
    { 0 },
};

const struct topo_kind expect_session_kind = {
    .name = "expected BGP session",
    .path = "expect.sessions",
    .size = sizeof(struct expect_session),
    .fields = session_fields,
};

static const struct topo_field status_fields[] = {
    { AT(expect_status, of), .type = TOPO_PLACE, .required = true, .help = "A connection." },
    { AT(expect_status, log), .type = TOPO_TEXT,
      .help = "Category that has an entry of it; left out: the status itself." },
    { AT(expect_status, status), .type = TOPO_TEXT, .required = true,
      .help = "As the portal shows it: \"Connected\", \"available\"." },
    WHEN(expect_status),
    { 0 },
};

const struct topo_kind expect_status_kind = {
    .name = "expected status",
    .path = "expect.status",
    .size = sizeof(struct expect_status),
    .fields = status_fields,
};

static const struct topo_field outage_fields[] = {
    { AT(expect_outage, fail), .type = TOPO_LIST, .element = TOPO_PLACE, .required = true, .min = 1,
      .help = "What fails." },
    { AT(expect_outage, from), .type = TOPO_PLACE, .required = true, .help = "Who sends." },
    { AT(expect_outage, to), .type = TOPO_PLACE, .required = true, .help = "Who is reached." },
    { AT(expect_outage, at_most_ms), .type = TOPO_U32, .required = true,
      .help = "How long it may be cut off." },
    { AT(expect_outage, planned), .type = TOPO_BOOL, .help = "Maintenance instead of a fault." },
    { 0 },
};

const struct topo_kind expect_outage_kind = {
    .name = "largest outage",
    .path = "expect.outages",
    .size = sizeof(struct expect_outage),
    .fields = outage_fields,
};

static const struct topo_field finding_fields[] = {
    { AT(expect_finding, rule), .type = TOPO_TEXT, .required = true, .shorthand = true,
      .help = "Number of the rule, such as \"R099\"." },
    { AT(expect_finding, object), .type = TOPO_PLACE, .help = "What it is about; left out: any." },
    { AT(expect_finding, severity), .type = TOPO_TEXT, .help = "Left out: not compared." },
    { 0 },
};

const struct topo_kind expect_finding_kind = {
    .name = "expected finding",
    .path = "expect.findings",
    .size = sizeof(struct expect_finding),
    .fields = finding_fields,
};

static const struct topo_field count_fields[] = {
    { AT(expect_count, collection), .type = TOPO_TEXT, .required = true,
      .help = "\"azure.connections\"; \"tunnels\" and \"tunnels.up\" are of the whole network." },
    { AT(expect_count, count), .type = TOPO_U32, .required = true, .help = "How many." },
    { 0 },
};

const struct topo_kind expect_count_kind = {
    .name = "expected number of objects",
    .path = "expect.objects",
    .size = sizeof(struct expect_count),
    .fields = count_fields,
};

static const struct topo_field step_fields[] = {
    { AT(expect_step, step), .type = TOPO_TEXT, .required = true, .help = "What is done." },
    { AT(expect_step, objects), .type = TOPO_LIST, .element = TOPO_PLACE,
      .help = "Made in this step; left out: done by people." },
    { 0 },
};

const struct topo_kind expect_step_kind = {
    .name = "step",
    .path = "expect.order",
    .size = sizeof(struct expect_step),
    .fields = step_fields,
};

const struct topo_field topo_expect_fields[] = {
    { AT(topo_expect, reach), .type = TOPO_ITEMS, .kind = &expect_reach_kind,
      .help = "Who can reach whom, and who cannot." },
    { AT(topo_expect, routes), .type = TOPO_ITEMS, .kind = &expect_routes_kind,
      .help = "Tables of routes." },
    { AT(topo_expect, tunnels), .type = TOPO_ITEMS, .kind = &expect_tunnel_kind,
      .help = "Tunnels and their states." },
    { AT(topo_expect, sessions), .type = TOPO_ITEMS, .kind = &expect_session_kind,
      .help = "BGP sessions and their states." },
    { AT(topo_expect, status), .type = TOPO_ITEMS, .kind = &expect_status_kind,
      .help = "What portals show." },
    { AT(topo_expect, outages), .type = TOPO_ITEMS, .kind = &expect_outage_kind,
      .help = "The largest outage for a failure." },
    { AT(topo_expect, findings), .type = TOPO_ITEMS, .kind = &expect_finding_kind,
      .help = "All errors and warnings of `check`." },
    { AT(topo_expect, objects), .type = TOPO_ITEMS, .kind = &expect_count_kind,
      .help = "How many objects there are." },
    { AT(topo_expect, order), .type = TOPO_ITEMS, .kind = &expect_step_kind,
      .help = "The order in which they are made." },
    { 0 },
};

/* --- requirements ----------------------------------------------------------------------------- */

#define PAIR_ENDS                                                                                  \
    { AT(topo_pair, from), .type = TOPO_PLACE, .required = true,                                   \
      .help = "A site, a network of a cloud, a subnet, a host." },                                 \
    {                                                                                              \
        AT(topo_pair, to), .type = TOPO_PLACE, .required = true, .help = "The other one."          \
    }

static const struct topo_field connect_fields[] = {
    PAIR_ENDS,
    { AT(topo_pair, bandwidth_mbps), .type = TOPO_U32, .help = "What it needs." },
    { AT(topo_pair, encrypted), .type = TOPO_BOOL, .help = "On the whole way." },
    { 0 },
};

static const struct topo_field isolate_fields[] = { PAIR_ENDS, { 0 } };

const struct topo_kind topo_connect_kind = {
    .name = "pair to connect",
    .path = "requirements.connect",
    .size = sizeof(struct topo_pair),
    .fields = connect_fields,
};

const struct topo_kind topo_isolate_kind = {
    .name = "pair to keep apart",
    .path = "requirements.isolate",
    .size = sizeof(struct topo_pair),
    .fields = isolate_fields,
};

const struct topo_field topo_requirements_fields[] = {
    { AT(topo_requirements, connect), .type = TOPO_ITEMS, .kind = &topo_connect_kind,
      .help = "Pairs that must reach each other, both ways." },
    { AT(topo_requirements, isolate), .type = TOPO_ITEMS, .kind = &topo_isolate_kind,
      .help = "Pairs that must not, either way." },
    { AT(topo_requirements, redundancy), .type = TOPO_BOOL,
      .help = "Any single failure leaves `connect` standing." },
    { AT(topo_requirements, convergence_seconds), .type = TOPO_U32,
      .help = "The longest outage that is acceptable; left out: any." },
    { 0 },
};

/* --- exceptions ------------------------------------------------------------------------------- */

static const struct topo_field suppression_fields[] = {
    { AT(topo_suppression, rule), .type = TOPO_TEXT, .required = true,
      .help = "Number of the rule, such as \"R099\"." },
    { AT(topo_suppression, object), .type = TOPO_PLACE, .help = "Left out: everywhere." },
    { AT(topo_suppression, reason), .type = TOPO_TEXT, .required = true,
      .help = "Why it is all right here; shown in reports." },
    { 0 },
};

const struct topo_kind topo_suppression_kind = {
    .name = "suppression",
    .path = "suppress",
    .size = sizeof(struct topo_suppression),
    .fields = suppression_fields,
};

static const struct topo_field limit_fields[] = {
    { AT(topo_limit, value), .type = TOPO_TEXT, .required = true, .shorthand = true,
      .help = "The value here." },
    { 0 },
};

const struct topo_kind topo_limit_kind = {
    .name = "limit",
    .path = "limits",
    .size = sizeof(struct topo_limit),
    .fields = limit_fields,
};

/* --- the top level ---------------------------------------------------------------------------- */

#define SITES(member)                                                                              \
    .name = #member, .offset = (uint32_t)offsetof(struct topo, sites.member),                      \
    .size = (uint32_t)sizeof(((struct topo *)NULL)->sites.member)

const struct topo_field topo_root_fields[] = {
    { .name = "spanway",
      .type = TOPO_U32,
      .min = TOPO_VERSION,
      .max = TOPO_VERSION,
      .required = true,
      .help = "Version of the format; the first line." },
    { AT(topo, name), .type = TOPO_TEXT, .help = "Name of the topology." },
    { AT(topo, description), .type = TOPO_TEXT, .help = "What it is for." },
    { .name = "include",
      .type = TOPO_LIST,
      .element = TOPO_FILE,
      .max = TOPO_INCLUDES_MAX - 1,
      .help = "More files of the same form, relative to this one; their resources are added." },
    { AT(topo, azure), .type = TOPO_STRUCT, .fields = topo_azure_fields,
      .help = "Microsoft Azure." },
    { AT(topo, aws), .type = TOPO_STRUCT, .fields = topo_aws_fields,
      .help = "Amazon Web Services." },
    { AT(topo, gcp), .type = TOPO_STRUCT, .fields = topo_gcp_fields, .help = "Google Cloud." },
    { AT(topo, soracom), .type = TOPO_STRUCT, .fields = topo_soracom_fields, .help = "SORACOM." },
    { SITES(sites), .type = TOPO_NAMED, .kind = &site_kind, .help = "Places of one's own." },
    { SITES(carriers), .type = TOPO_NAMED, .kind = &site_carrier_kind,
      .help = "Providers between a site and a cloud's edge." },
    { SITES(links), .type = TOPO_NAMED, .kind = &site_link_kind,
      .help = "Cables, VLANs, cross connects." },
    { AT(topo, requirements), .type = TOPO_STRUCT, .fields = topo_requirements_fields,
      .node_offset = offsetof(struct topo_requirements, node), .help = "What the design is for." },
    { AT(topo, expect), .type = TOPO_STRUCT, .fields = topo_expect_fields,
      .help = "What has to come out: it makes the file a test." },
    { AT(topo, suppress), .type = TOPO_ITEMS, .kind = &topo_suppression_kind,
      .help = "Findings that are all right here." },
    { AT(topo, limits), .type = TOPO_NAMED, .kind = &topo_limit_kind,
      .help = "Providers' limits that differ here, named as `spanway facts` does." },
    { 0 },
};
