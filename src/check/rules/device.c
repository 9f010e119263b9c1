/* Configurations of devices, whatever their dialect: lists and references, sessions, text. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "check/device.h"
#include "check/rules/rules.h"
#include "config/refs.h"

/* ---- names of lists -------------------------------------------------------------------------- */

/* A list or route map, defined or only referred to. */
struct named {
    enum refs_kind kind;
    const char *name;
    uint32_t line;
};

enum { NAMES_MAX = 2048 };

struct names {
    struct refs_walk walk;
    uint32_t n;
    struct named v[NAMES_MAX]; /* not cleared: 10,000 devices are looked at */
};

static void keep_name(struct names *l, enum refs_kind kind, const char *name, uint32_t line)
{
    if (l->n < NAMES_MAX)
        l->v[l->n++] = (struct named){ kind, name, line };
}

static void keep_reference(struct refs_walk *w, enum refs_kind kind, const char *name,
                           struct config_pos at)
{
    keep_name(container_of(w, struct names, walk), kind, name, at.line);
}

static bool is_defined(const struct config *c, enum refs_kind kind, const char *name)
{
    switch (kind) {
    case REFS_PREFIX_LIST:
        return config_prefix_list_find(c, IP_V4, name);
    case REFS_PREFIX_LIST6:
        return config_prefix_list_find(c, IP_V6, name);
    case REFS_AS_PATH_LIST:
        return config_as_path_list_find(c, name);
    case REFS_COMMUNITY_LIST:
        return config_community_list_find(c, name);
    case REFS_ACCESS_LIST:
    case REFS_ACCESS_LIST6:
        return config_access_list_find(c, name);
    case REFS_ROUTE_MAP:
        return config_route_map_find(c, name);
    case REFS_KIND_COUNT:
        break;
    }
    return true;
}

/* What the line that has the reference is about. */
enum reference { REFERENCE_OTHER, REFERENCE_NEIGHBOR, REFERENCE_MATCH };

static enum reference reference_of(const struct check_device *d, uint32_t line)
{
    char buffer[DEVICE_LINE_MAX];
    const char *text = device_line(d, line, buffer);
    return device_begins(text, "neighbor", NULL) ? REFERENCE_NEIGHBOR
           : device_begins(text, "match", NULL)  ? REFERENCE_MATCH
                                                 : REFERENCE_OTHER;
}

/* The line of a neighbor on which the list is named: the model knows only its first one. */
static uint32_t line_with_name(const struct check_device *d, uint32_t from, const char *name)
{
    char buffer[DEVICE_LINE_MAX], words[64];
    struct text first = text_init(words, sizeof(words));
    text_str(&first, "neighbor");
    for (uint32_t line = from ? from - 1 : 0; (line = look_line(d, words, line)) != 0;) {
        const char *found = strstr(device_line(d, line, buffer), name);
        size_t n = strlen(name);
        if (found && found[-1] == ' ' && (found[n] == ' ' || !found[n]))
            return line;
    }
    return from;
}

static void report_undefined(struct check *c, const struct check_rule *rule,
                             const struct check_device *d, enum reference what)
{
    struct names l;
    l.walk.seen = keep_reference;
    l.n = 0;
    refs_walk(d->config, &l.walk);
    for (uint32_t i = 0; i < l.n; i++) {
        const struct named *r = &l.v[i];
        if (is_defined(d->config, r->kind, r->name) || reference_of(d, r->line) != what)
            continue;
        uint32_t line = what == REFERENCE_NEIGHBOR ? line_with_name(d, r->line, r->name) : r->line;
        check_report_line(c, rule, d, line, "%s: there is no %s \"%s\"", d->owner->name,
                          refs_kind_name(r->kind), r->name);
    }
}

static void frr_neighbors_name_what_is_there(struct check *c, const struct check_rule *rule)
{
    for (uint32_t i = 0; i < c->device_count; i++)
        if (device_speaks(&c->devices[i], DIALECT_FRR))
            report_undefined(c, rule, &c->devices[i], REFERENCE_NEIGHBOR);
}

static void ios_neighbors_name_what_is_there(struct check *c, const struct check_rule *rule)
{
    for (uint32_t i = 0; i < c->device_count; i++)
        if (device_speaks(&c->devices[i], DIALECT_IOS))
            report_undefined(c, rule, &c->devices[i], REFERENCE_NEIGHBOR);
}

static void matches_name_what_is_there(struct check *c, const struct check_rule *rule)
{
    for (uint32_t i = 0; i < c->device_count; i++)
        if (device_speaks(&c->devices[i], DIALECT_FRR))
            report_undefined(c, rule, &c->devices[i], REFERENCE_MATCH);
}

#define KEEP_DEFINED(l, list, kind)                                                                \
    for (uint32_t i_ = 0; i_ < (list).n; i_++)                                                     \
    keep_name((l), (kind), (list).v[i_].name, (list).v[i_].at.line)

static void keep_defined(struct names *l, const struct config *c)
{
    KEEP_DEFINED(l, c->prefix_lists, REFS_PREFIX_LIST);
    KEEP_DEFINED(l, c->as_path_lists, REFS_AS_PATH_LIST);
    KEEP_DEFINED(l, c->community_lists, REFS_COMMUNITY_LIST);
    KEEP_DEFINED(l, c->access_lists, REFS_ACCESS_LIST);
    KEEP_DEFINED(l, c->route_maps, REFS_ROUTE_MAP);
}

/* The first name before i that is the same but for letter case, of the same kind. */
static const struct named *case_twin(const struct names *l, uint32_t i)
{
    for (uint32_t k = 0; k < i; k++)
        if (l->v[k].kind == l->v[i].kind && strcasecmp(l->v[k].name, l->v[i].name) == 0 &&
            strcmp(l->v[k].name, l->v[i].name) != 0)
            return &l->v[k];
    return NULL;
}

/* Who has hundreds of lists has no use for a comparison of each with each. */
enum { NAMES_COMPARED_MAX = 512 };

static void names_differ_in_more_than_case(struct check *c, const struct check_rule *rule)
{
    for (uint32_t i = 0; i < c->device_count; i++) {
        const struct check_device *d = &c->devices[i];
        struct names l;
        l.walk.seen = keep_reference;
        l.n = 0;
        if (!d->config)
            continue;
        keep_defined(&l, d->config);
        refs_walk(d->config, &l.walk);
        for (uint32_t k = 0; k < MIN(l.n, (uint32_t)NAMES_COMPARED_MAX); k++) {
            const struct named *twin = case_twin(&l, k);
            if (twin)
                check_report_line(c, rule, d, l.v[k].line,
                                  "%s: \"%s\" and \"%s\" are two different names of a %s",
                                  d->owner->name, twin->name, l.v[k].name,
                                  refs_kind_name(l.v[k].kind));
        }
    }
}

/* ---- filters --------------------------------------------------------------------------------- */

static bool prefix_list_permits(const struct config_prefix_list *l)
{
    bool permits = !l;
    for (uint32_t i = 0; l && i < l->entries.n; i++)
        permits |= l->entries.v[i].permit;
    return permits;
}

static bool as_path_list_permits(const struct config_as_path_list *l)
{
    bool permits = !l;
    for (uint32_t i = 0; l && i < l->entries.n; i++)
        permits |= l->entries.v[i].permit;
    return permits;
}

static bool route_map_permits(const struct config_route_map *m)
{
    bool permits = !m;
    for (uint32_t i = 0; m && i < m->entries.n; i++)
        permits |= m->entries.v[i].permit;
    return permits;
}

static void check_filter(struct check *c, const struct check_rule *rule,
                         const struct check_device *d, const struct config_neighbor *n)
{
    for (unsigned way = 0; way < 2; way++) {
        const struct config_neighbor_af *af = &n->af[CONFIG_AF_IPV4];
        const char *name = NULL;
        if (af->prefix_list[way] &&
            !prefix_list_permits(config_prefix_list_find(d->config, IP_V4, af->prefix_list[way])))
            name = af->prefix_list[way];
        if (af->filter_list[way] &&
            !as_path_list_permits(config_as_path_list_find(d->config, af->filter_list[way])))
            name = af->filter_list[way];
        if (af->route_map[way] &&
            !route_map_permits(config_route_map_find(d->config, af->route_map[way])))
            name = af->route_map[way];
        if (name)
            check_report_line(c, rule, d, line_with_name(d, n->at.line, name),
                              "%s: filter \"%s\" %s %s has no permit: nothing passes",
                              d->owner->name, name, way == DIR_IN ? "from" : "towards", n->name);
    }
}

static void filters_let_something_pass(struct check *c, const struct check_rule *rule)
{
    for (uint32_t i = 0; i < c->device_count; i++) {
        const struct check_device *d = &c->devices[i];
        for (uint32_t k = 0; d->config && k < d->config->bgp.neighbors.n; k++)
            check_filter(c, rule, d, &d->config->bgp.neighbors.v[k]);
    }
}

/* A list that first denies and then permits 0.0.0.0/0 wants to permit the rest. */
static void default_in_a_list_is_meant(struct check *c, const struct check_rule *rule)
{
    for (uint32_t i = 0; i < c->device_count; i++) {
        const struct check_device *d = &c->devices[i];
        for (uint32_t k = 0; d->config && k < d->config->prefix_lists.n; k++) {
            const struct config_prefix_list *l = &d->config->prefix_lists.v[k];
            const struct config_prefix_entry *last = &l->entries.v[l->entries.n - 1];
            if (l->entries.n > 1 && !l->entries.v[0].permit && last->permit && !last->any &&
                last->prefix.len == 0 && !last->ge && !last->le)
                check_report_line(c, rule, d, last->at.line,
                                  "%s: the last entry of \"%s\" permits the default route alone, "
                                  "not the rest",
                                  d->owner->name, l->name);
        }
    }
}

/* ---- expressions over AS paths --------------------------------------------------------------- */

/* Whether the text before or behind a number ends it: `_`, an end of the path, a blank, a bracket.
 * Groups are looked through: in "_(65515|65520)_" both numbers are bounded. */
static bool is_bound(char c)
{
    return c == '_' || c == '^' || c == '$' || c == ' ' || c == ',' || c == '{' || c == '}';
}

/* Whether a group has nothing but boundaries in it, as "(^|_)". */
static bool is_bounds(const char *inside, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!is_bound(inside[i]) && inside[i] != '|')
            return false;
    return n > 0;
}

/* The same, of the group that ends at its bracket `close`. */
static bool ends_in_bounds(const char *regex, size_t close)
{
    size_t open = close;
    while (open > 0 && regex[open - 1] != '(')
        open--;
    return open > 0 && is_bounds(regex + open, close - open);
}

static bool bounded_before(const char *regex, size_t at)
{
    unsigned depth = 0;
    while (at > 0) {
        char c = regex[--at];
        if (c == ')' && depth == 0 && ends_in_bounds(regex, at))
            return true;
        if (c == ')')
            depth++;
        else if (depth > 0)
            depth -= c == '(';
        else if (c == '|' && !memchr(regex, '(', at))
            return false; /* another alternative of the whole */
        else if (c == '|')
            while (at > 0 && regex[at] != '(')
                at--;
        else if (c != '(')
            return is_bound(c);
    }
    return false;
}

static bool bounded_behind(const char *s)
{
    unsigned depth = 0;
    for (; *s; s++) {
        if (*s == '(' && depth == 0 && is_bounds(s + 1, strcspn(s + 1, ")")))
            return true;
        if (*s == '(')
            depth++;
        else if (depth > 0)
            depth -= *s == ')';
        else if (*s == '|' && !strchr(s, ')'))
            return false;
        else if (*s == '|')
            s = strchr(s, ')');
        else if (*s != ')')
            return is_bound(*s);
    }
    return false;
}

static const char *skip_class(const char *s)
{
    const char *end = *s == '[' ? strchr(s + 1, ']') : NULL;
    return end ? end + 1 : s + 1;
}

/* A number with the classes that go on with it: "1310[0-6][0-9]", "65[0-9]+". */
static const char *skip_number(const char *s)
{
    while (isdigit((unsigned char)*s) || *s == '[')
        s = skip_class(s);
    while (*s == '+' || *s == '*' || *s == '?')
        s++;
    return s;
}

static bool has_loose_number(const char *regex)
{
    for (const char *s = regex; *s;) {
        if (!isdigit((unsigned char)*s)) {
            s = *s == '[' ? skip_class(s) : s + 1;
            continue;
        }
        const char *end = skip_number(s);
        if (!bounded_before(regex, (size_t)(s - regex)) ||
            (!bounded_behind(end) && end[-1] != '+' && end[-1] != '*'))
            return true;
        s = end;
    }
    return false;
}

static void numbers_in_expressions_are_bounded(struct check *c, const struct check_rule *rule)
{
    for (uint32_t i = 0; i < c->device_count; i++) {
        const struct check_device *d = &c->devices[i];
        for (uint32_t k = 0; d->config && k < d->config->as_path_lists.n; k++) {
            const struct config_as_path_list *l = &d->config->as_path_lists.v[k];
            for (uint32_t e = 0; e < l->entries.n; e++)
                if (has_loose_number(l->entries.v[e].regex))
                    check_report_line(c, rule, d, l->entries.v[e].at.line,
                                      "%s: \"%s\" of list %s also matches longer AS numbers",
                                      d->owner->name, l->entries.v[e].regex, l->name);
        }
    }
}

/* ---- sessions -------------------------------------------------------------------------------- */

typedef void neighbor_fn(struct check *c, const struct check_rule *rule,
                         const struct check_device *d, const struct config_neighbor *resolved);

static void each_ebgp_neighbor(struct check *c, const struct check_rule *rule, neighbor_fn *each)
{
    struct config_neighbor r;
    for (uint32_t i = 0; i < c->device_count; i++) {
        const struct check_device *d = &c->devices[i];
        for (uint32_t k = 0; d->config && k < d->config->bgp.neighbors.n; k++)
            if (device_is_ebgp(d, &d->config->bgp.neighbors.v[k], &r) && r.shutdown != TRI_YES)
                each(c, rule, d, &r);
    }
}

static const struct config_interface *loopback_of(const struct check_device *d, const char *source)
{
    struct ip_addr a;
    if (!ip_parse(source, &a)) {
        const struct config_interface *x = config_interface_find(d->config, source);
        return x && (strncasecmp(x->name, "lo", 2) == 0) ? x : NULL;
    }
    for (uint32_t i = 0; i < d->config->interfaces.n; i++) {
        const struct config_interface *x = &d->config->interfaces.v[i];
        for (uint32_t k = 0; k < x->addresses.n; k++) {
            struct ip_addr own = prefix_addr(&x->addresses.v[k].prefix);
            if (strncasecmp(x->name, "lo", 2) == 0 && ip_eq(&own, &a))
                return x;
        }
    }
    return NULL;
}

/* A neighbor that is on no network of the device is more than one hop away. Without any network
 * known nothing can be said. */
static void far_neighbor_has_multihop(struct check *c, const struct check_rule *rule,
                                      const struct check_device *d, const struct config_neighbor *r)
{
    const struct device_networks n = device_networks(d);
    bool far = n.n > 0 && !device_is_on(&n, &r->address);
    bool by_loopback = r->update_source && loopback_of(d, r->update_source);
    bool may = r->ebgp_multihop > 1 || r->ttl_security_hops > 1 ||
               r->disable_connected_check == TRI_YES;
    if (may || !(far || by_loopback))
        return;
    check_report_line(c, rule, d, r->at.line, "%s: neighbor %s is %s, and ebgp-multihop is missing",
                      d->owner->name, r->name,
                      far ? "on no network of the device" : "reached by a loopback");
    if (!by_loopback && !device_networks_are_known(d))
        check_last_is(c, DIAG_WARNING);
}

static void ebgp_over_loopbacks_is_told_so(struct check *c, const struct check_rule *rule)
{
    each_ebgp_neighbor(c, rule, far_neighbor_has_multihop);
}

static void timers_fit(struct check *c, const struct check_rule *rule, const struct check_device *d,
                       const struct config_neighbor *r)
{
    if (r->hold_s == 0)
        check_report_line(c, rule, d, r->at.line,
                          "%s: hold time 0 towards %s: a dead neighbor is never noticed",
                          d->owner->name, r->name);
    else if (r->hold_s < 3 * r->keepalive_s)
        check_report_line(c, rule, d, r->at.line,
                          "%s: hold time %u s towards %s is less than three keepalives of %u s",
                          d->owner->name, r->hold_s, r->name, r->keepalive_s);
}

/* Of a session between two devices, which both know. */
static void restart_is_the_same(struct check *c, const struct check_rule *rule,
                                const struct net_session *s)
{
    const struct net_node *a = &c->net->nodes.items[s->node[0]];
    const struct net_node *b = s->node[1] == NET_NONE ? NULL : &c->net->nodes.items[s->node[1]];
    if (!a->config || !b || !b->config)
        return;
    struct config_bgp left, right;
    config_bgp_resolve(a->config, &left);
    config_bgp_resolve(b->config, &right);
    if (left.graceful_restart == right.graceful_restart)
        return;
    const struct topo_object *both[] = { a->object, b->object, NULL };
    check_report_at(c, rule, both, NULL, "graceful restart is on at one of %s and %s alone",
                    a->name, b->name);
}

static void timers_and_restart_fit(struct check *c, const struct check_rule *rule)
{
    each_ebgp_neighbor(c, rule, timers_fit);
    for (uint32_t i = 0; i < c->net->sessions.count; i++)
        restart_is_the_same(c, rule, &c->net->sessions.items[i]);
}

/* One finding a device: all its neighbors would say the same. */
static void edges_have_a_guard(struct check *c, const struct check_rule *rule)
{
    struct config_neighbor r;
    for (uint32_t i = 0; i < c->device_count; i++) {
        const struct check_device *d = &c->devices[i];
        for (uint32_t k = 0; d->config && k < d->config->bgp.neighbors.n; k++) {
            if (!device_is_ebgp(d, &d->config->bgp.neighbors.v[k], &r) ||
                r.af[CONFIG_AF_IPV4].maximum_prefix)
                continue;
            check_report_line(c, rule, d, r.at.line,
                              "%s: neighbor %s has no maximum-prefix; it is the first one",
                              d->owner->name, r.name);
            break;
        }
    }
}

static void received_routes_are_kept(struct check *c, const struct check_rule *rule)
{
    struct config_neighbor r;
    for (uint32_t i = 0; i < c->topo->expect.routes.count; i++) {
        const struct expect_routes *e = &c->topo->expect.routes.items[i];
        const struct check_device *d = e->table == EXPECT_RECEIVED ? look_device_of(c, e->at.object)
                                                                   : NULL;
        const struct config_neighbor *n = look_neighbor(c, d, &e->neighbor);
        if (!n)
            continue;
        config_neighbor_resolve(d->config, n, &r);
        if (r.af[CONFIG_AF_IPV4].soft_reconfiguration != TRI_YES)
            check_report_line(c, rule, d, r.at.line,
                              "%s: what %s sends is to be compared, and soft-reconfiguration "
                              "inbound is missing",
                              d->owner->name, r.name);
    }
}

/* ---- text ------------------------------------------------------------------------------------ */

/* "<…>" of words, as in "<pre-shared-key>"; "<removed>" stands where a key was taken out. */
static bool has_brackets(const char *s)
{
    for (; (s = strchr(s, '<')); s++) {
        const char *end = strchr(s, '>');
        size_t n = end ? (size_t)(end - s) : 0;
        if (n > 1 && isalpha((unsigned char)s[1]) && strncmp(s, "<removed>", 9) != 0)
            return true;
    }
    return false;
}

static void look_for_placeholder(struct check *c, const struct check_rule *rule,
                                 const struct check_device *d, uint32_t line, const char *text)
{
    if (device_begins(text, "description", NULL) || device_begins(text, "banner", NULL) ||
        strstr(text, " remark "))
        return;
    if (has_brackets(text) || strstr(text, "$(") || strstr(text, "${") || strstr(text, "YOUR_") ||
        strstr(text, "{{"))
        check_report_line(c, rule, d, line, "%s: a placeholder is left to be filled in",
                          d->owner->name);
}

static void placeholders_are_filled_in(struct check *c, const struct check_rule *rule)
{
    for (uint32_t i = 0; i < c->device_count; i++)
        device_lines(c, rule, &c->devices[i], look_for_placeholder);
}

/* ---- strongSwan ------------------------------------------------------------------------------ */

struct swan {
    uint32_t conn; /* line of the connection that is open; 0: none */
    bool wide_left, wide_right, marked;
};

static void close_conn(struct check *c, const struct check_rule *rule, const struct check_device *d,
                       struct swan *s)
{
    if (s->conn && s->wide_left && s->wide_right && !s->marked)
        check_report_line(c, rule, d, s->conn,
                          "%s: the connection selects all traffic and has neither a mark nor an "
                          "interface",
                          d->owner->name);
    *s = (struct swan){ 0 };
}

/* "leftsubnet = 0.0.0.0/0" of ipsec.conf, "local_ts = 0.0.0.0/0" of swanctl.conf. */
static void take_option(struct swan *s, const char *text)
{
    bool all = strstr(text, "0.0.0.0/0") != NULL;
    s->wide_left |= all &&
                    (strncmp(text, "leftsubnet", 10) == 0 || strncmp(text, "local_ts", 8) == 0);
    s->wide_right |= all &&
                     (strncmp(text, "rightsubnet", 11) == 0 || strncmp(text, "remote_ts", 9) == 0);
    s->marked |= strncmp(text, "mark", 4) == 0 || strncmp(text, "if_id", 5) == 0 ||
                 strncmp(text, "installpolicy", 13) == 0;
}

static void routed_strongswan_is_marked(struct check *c, const struct check_rule *rule)
{
    for (uint32_t i = 0; i < c->device_count; i++) {
        const struct check_device *d = &c->devices[i];
        char buffer[DEVICE_LINE_MAX];
        struct swan s = { 0 };
        if (!look_line(d, "conn", 0) && !look_line(d, "connections", 0))
            continue;
        const char *at = d->text;
        for (uint32_t line = 1; at && at < d->text + d->len; line++) {
            const char *stop = memchr(at, '\n', (size_t)(d->text + d->len - at));
            stop = stop ? stop : d->text + d->len;
            struct check_device one = { .text = at, .len = (size_t)(stop - at) };
            const char *text = device_line(&one, 1, buffer);
            if (device_begins(text, "conn", NULL) || device_begins(text, "children", NULL)) {
                close_conn(c, rule, d, &s);
                s.conn = line;
            }
            take_option(&s, text);
            at = stop + (stop < d->text + d->len);
        }
        close_conn(c, rule, d, &s);
    }
}

/* ---- the table ------------------------------------------------------------------------------- */

const struct check_rule check_rules_device[] = {
    {
        .id = "R152",
        .scope = "FRR",
        .severity = DIAG_ERROR,
        .title = "a neighbor names lists and route maps that are defined",
        .symptom = "everything is denied in that direction: the session is up and has no routes",
        .remedy = "define the list, or correct its name",
        .source = "FRRSRC",
        .run = frr_neighbors_name_what_is_there,
    },
    {
        .id = "R153",
        .scope = "IOS",
        .severity = DIAG_WARNING,
        .title = "a neighbor names lists and route maps that are defined",
        .symptom = "everything is permitted: the filter that was meant does nothing",
        .remedy = "define the list, or correct its name",
        .source = "IOSDOC",
        .run = ios_neighbors_name_what_is_there,
    },
    {
        .id = "R154",
        .scope = "FRR",
        .severity = DIAG_ERROR,
        .title = "a match names a list that is defined",
        .symptom = "the entry never matches, and what it was to permit or deny is not",
        .remedy = "define the list, or correct its name",
        .source = "FRRSRC",
        .run = matches_name_what_is_there,
    },
    {
        .id = "R155",
        .scope = "FRR and IOS",
        .severity = DIAG_WARNING,
        .title = "names of lists differ in more than letter case",
        .symptom = "ALL and all are two lists, and one of them may not exist",
        .remedy = "use one spelling",
        .source = "FRRSRC",
        .run = names_differ_in_more_than_case,
    },
    {
        .id = "R159",
        .scope = "FRR and IOS",
        .severity = DIAG_WARNING,
        .title = "a filter permits something",
        .symptom = "what no entry permits is denied at the end: all routes are missing",
        .remedy = "end the filter with a permit for the rest",
        .source = "FRRSRC",
        .run = filters_let_something_pass,
    },
    {
        .id = "R160",
        .scope = "FRR and IOS",
        .severity = DIAG_WARNING,
        .title = "an AS number in an as-path expression has boundaries",
        .symptom = "longer numbers match as well: ^65 is 65, 650 and 65000",
        .remedy = "put _ on both sides of it: ^65515_, _65515_",
        .source = "FRRSRC, S1",
        .run = numbers_in_expressions_are_bounded,
    },
    {
        .id = "R161",
        .scope = "FRR and IOS",
        .severity = DIAG_WARNING,
        .title = "a prefix list that ends with 0.0.0.0/0 means the default route",
        .symptom = "all other routes are denied: 0.0.0.0/0 without `le 32` is one route",
        .remedy = "permit 0.0.0.0/0 le 32, or any",
        .source = "FRRSRC",
        .run = default_in_a_list_is_meant,
    },
    {
        .id = "R162",
        .scope = "FRR and IOS",
        .severity = DIAG_ERROR,
        .title = "an eBGP neighbor that is not on a connected network has ebgp-multihop",
        .symptom = "the session stays Idle or Active",
        .remedy = "add ebgp-multihop, with update-source the address that the neighbor knows",
        .source = "S1, FRRDOC",
        .run = ebgp_over_loopbacks_is_told_so,
    },
    {
        .id = "R167",
        .scope = "strongSwan",
        .severity = DIAG_WARNING,
        .title = "a route-based connection has a mark or an interface",
        .symptom = "all traffic is captured by the tunnel's policy, or dropped one way",
        .remedy = "set mark or if_id, with install_routes = no, and route into the interface",
        .source = "S2SVPN",
        .run = routed_strongswan_is_marked,
    },
    {
        .id = "R169",
        .scope = "any",
        .severity = DIAG_ERROR,
        .title = "no placeholder is left in a configuration",
        .symptom = "the line is refused, or means something else",
        .remedy = "fill in the value",
        .source = "VPNAWS",
        .run = placeholders_are_filled_in,
    },
    {
        .id = "R171",
        .scope = "any",
        .severity = DIAG_NOTE,
        .title = "where received routes are compared they are kept",
        .symptom = "`show ... received-routes` is refused",
        .remedy = "neighbor X soft-reconfiguration inbound",
        .source = "FRRDOC",
        .run = received_routes_are_kept,
    },
    {
        .id = "R172",
        .scope = "any",
        .severity = DIAG_NOTE,
        .title = "neighbors in other AS have a maximum of prefixes",
        .symptom = "a neighbor's mistake floods the table",
        .remedy = "maximum-prefix, with a margin",
        .source = "FRRDOC",
        .run = edges_have_a_guard,
    },
    {
        .id = "R173",
        .scope = "any",
        .severity = DIAG_WARNING,
        .title = "timers and graceful restart fit",
        .symptom = "the session flaps, or a dead neighbor's routes stay",
        .remedy = "hold time three times the keepalive; graceful restart on both sides or on none",
        .source = "FRRDOC",
        .run = timers_and_restart_fit,
    },
    { .id = NULL },
};
