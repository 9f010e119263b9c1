#include "node/policy_build.h"

#include <errno.h>
#include <string.h>

#include "attr/attr.h"
#include "policy/build.h"

enum { SCRATCH_BYTES = 64 << 20 };

struct builder {
    const struct config *config;
    struct policy_world *world;
    struct arena scratch;    /* definitions of one list or map */
    struct diag_list *diags; /* NULL: nobody asks */
    bool ok;                 /* no expression was refused */
};

/* ---- findings -------------------------------------------------------------------------------- */

static void add_diag(struct builder *b, const char *id, struct config_pos at, struct diag *d)
{
    if (!b->diags)
        return;
    DIAG_SET(d->id, id);
    if (at.file < b->config->files.n)
        DIAG_SET(d->file, b->config->files.v[at.file]);
    d->line = at.line;
    d->column = at.column;
    diag_add(b->diags, d);
}

static void refuse_regex(struct builder *b, struct config_pos at, const char *regex,
                         const char *why)
{
    struct diag d = { .severity = DIAG_ERROR };
    struct text t = text_init(d.what, sizeof(d.what));
    text_str(&t, "the expression '");
    text_str(&t, regex);
    text_str(&t, "' is refused: ");
    text_str(&t, why);
    DIAG_SET(d.expected, "a POSIX extended regular expression, in which _ stands for a delimiter");
    add_diag(b, "CFG-REGEX", at, &d);
    b->ok = false;
}

/* ---- lists ----------------------------------------------------------------------------------- */

static err_t add_prefix_list(struct builder *b, const struct config_prefix_list *l)
{
    struct policy_prefix_rule *rules = arena_alloc(&b->scratch, l->entries.n * sizeof(*rules));
    if (!rules)
        return -ENOMEM;
    for (uint32_t i = 0; i < l->entries.n; i++) {
        const struct config_prefix_entry *e = &l->entries.v[i];
        rules[i] = (struct policy_prefix_rule){ e->permit, e->prefix, e->ge, e->le };
        if (e->any) {
            rules[i].prefix = (struct prefix){ .family = l->family };
            rules[i].ge = 0;
            rules[i].le = ip_bits(l->family);
        }
    }
    return policy_add_prefix_list(b->world, l->family, l->name, rules, l->entries.n);
}

static err_t add_as_path_list(struct builder *b, const struct config_as_path_list *l)
{
    uint32_t n = l->entries.n;
    struct policy_as_path_rule *rules = arena_alloc(&b->scratch, n * sizeof(*rules));
    uint32_t *entry = arena_alloc(&b->scratch, n * sizeof(*entry));
    if (!rules || !entry)
        return -ENOMEM;
    for (uint32_t i = 0; i < n; i++) {
        rules[i] = (struct policy_as_path_rule){ l->entries.v[i].permit, l->entries.v[i].regex };
        entry[i] = i;
    }
    struct policy_error e = { 0 };
    err_t err = policy_add_as_path_list(b->world, l->name, rules, n, &e);
    for (; err == -EINVAL; err = policy_add_as_path_list(b->world, l->name, rules, n, &e)) {
        const struct config_as_path_entry *bad = &l->entries.v[entry[e.entry]];
        refuse_regex(b, bad->at, bad->regex, e.why);
        n--;
        memmove(&rules[e.entry], &rules[e.entry + 1], (n - e.entry) * sizeof(*rules));
        memmove(&entry[e.entry], &entry[e.entry + 1], (n - e.entry) * sizeof(*entry));
    }
    return err;
}

static void put_big_endian(uint8_t *to, uint64_t v, size_t n)
{
    for (size_t i = n; i-- > 0; v >>= 8)
        to[i] = (uint8_t)v;
}

static const uint8_t *raw_u32(struct arena *a, const uint32_t *v, size_t n)
{
    uint8_t *raw = arena_alloc(a, n * 4);
    for (size_t i = 0; raw && i < n; i++)
        put_big_endian(raw + i * 4, v[i], 4);
    return raw;
}

static const uint8_t *raw_u64(struct arena *a, const uint64_t *v, size_t n)
{
    uint8_t *raw = arena_alloc(a, n * 8);
    for (size_t i = 0; raw && i < n; i++)
        put_big_endian(raw + i * 8, v[i], 8);
    return raw;
}

static const uint8_t *raw_large(struct arena *a, const struct config_large *v, size_t n)
{
    uint8_t *raw = arena_alloc(a, n * 12);
    for (size_t i = 0; raw && i < n; i++) {
        put_big_endian(raw + i * 12, v[i].global, 4);
        put_big_endian(raw + i * 12 + 4, v[i].local1, 4);
        put_big_endian(raw + i * 12 + 8, v[i].local2, 4);
    }
    return raw;
}

static enum attr_span span_of(enum config_community_kind kind)
{
    switch (kind) {
    case COMMUNITY_STANDARD:
    case COMMUNITY_EXPANDED:
        return SPAN_COMMUNITIES;
    case COMMUNITY_LARGE_STANDARD:
    case COMMUNITY_LARGE_EXPANDED:
        return SPAN_LARGE_COMMUNITIES;
    case COMMUNITY_EXT_STANDARD:
    case COMMUNITY_EXT_EXPANDED:
        return SPAN_EXT_COMMUNITIES;
    }
    return SPAN_COMMUNITIES;
}

static struct policy_community_rule community_rule(struct builder *b, enum attr_span which,
                                                   const struct config_community_entry *e)
{
    struct policy_community_rule r = { .permit = e->permit, .any = e->any, .regex = e->regex };
    if (e->regex || e->any)
        return r;
    if (which == SPAN_LARGE_COMMUNITIES) {
        r.n_values = e->large_values.n;
        r.values = raw_large(&b->scratch, e->large_values.v, r.n_values);
    } else if (which == SPAN_EXT_COMMUNITIES) {
        r.n_values = e->ext_values.n;
        r.values = raw_u64(&b->scratch, e->ext_values.v, r.n_values);
    } else {
        r.n_values = e->values.n;
        r.values = raw_u32(&b->scratch, e->values.v, r.n_values);
    }
    return r;
}

static err_t add_community_list(struct builder *b, const struct config_community_list *l)
{
    enum attr_span which = span_of(l->kind);
    uint32_t n = l->entries.n;
    struct policy_community_rule *rules = arena_alloc(&b->scratch, n * sizeof(*rules));
    uint32_t *entry = arena_alloc(&b->scratch, n * sizeof(*entry));
    for (uint32_t i = 0; rules && entry && i < n; i++) {
        rules[i] = community_rule(b, which, &l->entries.v[i]);
        entry[i] = i;
    }
    if (b->scratch.failed)
        return -ENOMEM;
    struct policy_error e = { 0 };
    err_t err = policy_add_community_list(b->world, which, l->name, rules, n, &e);
    for (; err == -EINVAL;
         err = policy_add_community_list(b->world, which, l->name, rules, n, &e)) {
        const struct config_community_entry *bad = &l->entries.v[entry[e.entry]];
        refuse_regex(b, bad->at, bad->regex, e.why);
        n--;
        memmove(&rules[e.entry], &rules[e.entry + 1], (n - e.entry) * sizeof(*rules));
        memmove(&entry[e.entry], &entry[e.entry + 1], (n - e.entry) * sizeof(*entry));
    }
    return err;
}

static bool is_number(const char *s)
{
    return *s && s[strspn(s, "0123456789")] == '\0';
}

/* FRR's lists by name compare prefixes, its numbered ones and all of IOS addresses with a wildcard.
 */
static enum policy_acl_kind acl_kind(const struct builder *b, const struct config_access_list *l)
{
    if (l->extended)
        return POLICY_ACL_NET_MASK;
    if (b->config->dialect == DIALECT_IOS || is_number(l->name))
        return POLICY_ACL_ADDRESS;
    return POLICY_ACL_PREFIX;
}

static err_t add_access_list(struct builder *b, const struct config_access_list *l)
{
    struct policy_acl_rule *rules = arena_alloc(&b->scratch, l->entries.n * sizeof(*rules));
    if (!rules)
        return -ENOMEM;
    size_t n = 0;
    for (uint32_t i = 0; i < l->entries.n; i++) {
        const struct config_acl_entry *e = &l->entries.v[i];
        if (e->remark || e->protocol != ACL_PROTO_ANY)
            continue; /* a rule for packets of one protocol matches no route */
        struct policy_acl_rule *r = &rules[n++];
        *r = (struct policy_acl_rule){ e->permit, e->exact, e->source, e->destination };
        if (e->any_source || e->source.len == 0)
            r->source = (struct prefix){ .family = l->family };
        if (e->any_destination || e->destination.len == 0)
            r->mask = (struct prefix){ .family = l->family };
    }
    return policy_add_access_list(b->world, l->family, l->name, acl_kind(b, l), rules, n);
}

/* ---- route-maps ------------------------------------------------------------------------------ */

/* What each kind of the model is in a policy. */
static const struct {
    enum policy_match_kind kind;
    uint8_t family;
} match_rows[] = {
    [MATCH_AS_PATH] = { POLICY_MATCH_AS_PATH, IP_NONE },
    [MATCH_COMMUNITY] = { POLICY_MATCH_COMMUNITY, IP_NONE },
    [MATCH_LARGE_COMMUNITY] = { POLICY_MATCH_LARGE_COMMUNITY, IP_NONE },
    [MATCH_EXT_COMMUNITY] = { POLICY_MATCH_EXT_COMMUNITY, IP_NONE },
    [MATCH_IP_PREFIX_LIST] = { POLICY_MATCH_PREFIX_LIST, IP_V4 },
    [MATCH_IP_ACCESS_LIST] = { POLICY_MATCH_ACCESS_LIST, IP_V4 },
    [MATCH_IP_NEXT_HOP_PREFIX_LIST] = { POLICY_MATCH_NEXT_HOP_PREFIX_LIST, IP_V4 },
    [MATCH_IP_NEXT_HOP_ADDRESS] = { POLICY_MATCH_NEXT_HOP, IP_NONE },
    [MATCH_IP_NEXT_HOP_ACCESS_LIST] = { POLICY_MATCH_NEXT_HOP_ACCESS_LIST, IP_V4 },
    [MATCH_IPV6_PREFIX_LIST] = { POLICY_MATCH_PREFIX_LIST, IP_V6 },
    [MATCH_IPV6_ACCESS_LIST] = { POLICY_MATCH_ACCESS_LIST, IP_V6 },
    [MATCH_IPV6_NEXT_HOP_PREFIX_LIST] = { POLICY_MATCH_NEXT_HOP_PREFIX_LIST, IP_V6 },
    [MATCH_METRIC] = { POLICY_MATCH_METRIC, IP_NONE },
    [MATCH_LOCAL_PREFERENCE] = { POLICY_MATCH_LOCAL_PREF, IP_NONE },
    [MATCH_ORIGIN] = { POLICY_MATCH_ORIGIN, IP_NONE },
    [MATCH_TAG] = { POLICY_MATCH_TAG, IP_NONE },
    [MATCH_PEER] = { POLICY_MATCH_PEER, IP_NONE },
    [MATCH_SOURCE_PROTOCOL] = { POLICY_MATCH_SOURCE, IP_NONE },
    [MATCH_INTERFACE] = { POLICY_MATCH_INTERFACE, IP_NONE },
};

static const struct {
    enum policy_set_kind kind;
    uint8_t family;
    enum attr_span which;
} set_rows[] = {
    [SET_AS_PATH_PREPEND] = { POLICY_SET_PREPEND, IP_NONE, 0 },
    [SET_AS_PATH_PREPEND_LAST] = { POLICY_SET_PREPEND_LAST, IP_NONE, 0 },
    [SET_AS_PATH_EXCLUDE] = { POLICY_SET_EXCLUDE, IP_NONE, 0 },
    [SET_AS_PATH_REPLACE] = { POLICY_SET_REPLACE, IP_NONE, 0 },
    [SET_COMMUNITY] = { POLICY_SET_COMMUNITY, IP_NONE, SPAN_COMMUNITIES },
    [SET_COMMUNITY_DELETE] = { POLICY_SET_COMMUNITY_DELETE, IP_NONE, SPAN_COMMUNITIES },
    [SET_LARGE_COMMUNITY] = { POLICY_SET_COMMUNITY, IP_NONE, SPAN_LARGE_COMMUNITIES },
    [SET_LARGE_COMMUNITY_DELETE] = { POLICY_SET_COMMUNITY_DELETE, IP_NONE, SPAN_LARGE_COMMUNITIES },
    [SET_EXT_COMMUNITY] = { POLICY_SET_COMMUNITY, IP_NONE, SPAN_EXT_COMMUNITIES },
    [SET_IP_NEXT_HOP] = { POLICY_SET_NEXT_HOP, IP_V4, 0 },
    [SET_IP_NEXT_HOP_PEER] = { POLICY_SET_NEXT_HOP_PEER, IP_V4, 0 },
    [SET_IP_NEXT_HOP_SELF] = { POLICY_SET_NEXT_HOP_SELF, IP_V4, 0 },
    [SET_IP_NEXT_HOP_UNCHANGED] = { POLICY_SET_NEXT_HOP_UNCHANGED, IP_V4, 0 },
    [SET_IPV6_NEXT_HOP_GLOBAL] = { POLICY_SET_NEXT_HOP, IP_V6, 0 },
    [SET_IPV6_NEXT_HOP_PEER] = { POLICY_SET_NEXT_HOP_PEER, IP_V6, 0 },
    [SET_LOCAL_PREFERENCE] = { POLICY_SET_LOCAL_PREF, IP_NONE, 0 },
    [SET_METRIC] = { POLICY_SET_METRIC, IP_NONE, 0 },
    [SET_ORIGIN] = { POLICY_SET_ORIGIN, IP_NONE, 0 },
    [SET_WEIGHT] = { POLICY_SET_WEIGHT, IP_NONE, 0 },
    [SET_TAG] = { POLICY_SET_TAG, IP_NONE, 0 },
    [SET_DISTANCE] = { POLICY_SET_DISTANCE, IP_NONE, 0 },
    [SET_SRC] = { POLICY_SET_SRC, IP_NONE, 0 },
    [SET_ATOMIC_AGGREGATE] = { POLICY_SET_ATOMIC_AGGREGATE, IP_NONE, 0 },
    [SET_AGGREGATOR] = { POLICY_SET_AGGREGATOR, IP_NONE, 0 },
    [SET_ORIGINATOR_ID] = { POLICY_SET_ORIGINATOR_ID, IP_NONE, 0 },
};

static const enum policy_op ops[] = {
    [SET_ASSIGN] = POLICY_ASSIGN,
    [SET_ADD] = POLICY_ADD,
    [SET_SUBTRACT] = POLICY_SUBTRACT,
    [SET_REMOVE] = POLICY_REMOVE,
};
static const enum policy_on_match on_matches[] = {
    [ON_MATCH_STOP] = POLICY_STOP, [ON_MATCH_NEXT] = POLICY_NEXT, [ON_MATCH_GOTO] = POLICY_GOTO
};

static const char *const sources[] = { [POLICY_BGP] = "bgp",
                                       [POLICY_CONNECTED] = "connected",
                                       [POLICY_STATIC] = "static",
                                       [POLICY_KERNEL] = "kernel" };

/* One clause of the model; a row of protocols becomes alternatives. How many. */
static size_t match_defs(const struct config_match *m, struct policy_match_def *to)
{
    struct policy_match_def d = { .kind = match_rows[m->kind].kind,
                                  .family = match_rows[m->kind].family,
                                  .exact = m->exact,
                                  .number = m->number,
                                  .address = m->address,
                                  .names = m->names.v,
                                  .n_names = m->names.n };
    if (m->kind != MATCH_SOURCE_PROTOCOL) {
        to[0] = d;
        return 1;
    }
    d.names = NULL;
    d.n_names = 0;
    size_t n = 0;
    for (uint32_t i = 0; i < m->names.n; i++) {
        d.number = UINT32_MAX; /* a protocol that we do not have: no route is of it */
        for (uint32_t s = 0; s < ARRAY_LEN(sources); s++)
            if (strcmp(sources[s], m->names.v[i]) == 0)
                d.number = s;
        to[n++] = d;
    }
    return n;
}

static struct policy_set_def set_def(struct builder *b, const struct config_set *s)
{
    struct policy_set_def d = { .kind = set_rows[s->kind].kind,
                                .op = ops[s->op],
                                .which = set_rows[s->kind].which,
                                .family = set_rows[s->kind].family,
                                .additive = s->additive,
                                .number = s->number,
                                .address = s->address,
                                .name = s->name };
    if (s->kind == SET_COMMUNITY) {
        d.n_raw = s->numbers.n;
        d.raw = raw_u32(&b->scratch, s->numbers.v, d.n_raw);
    } else if (s->kind == SET_LARGE_COMMUNITY) {
        d.n_raw = s->large.n;
        d.raw = raw_large(&b->scratch, s->large.v, d.n_raw);
    } else if (s->kind == SET_EXT_COMMUNITY) {
        d.n_raw = s->ext.n;
        d.raw = raw_u64(&b->scratch, s->ext.v, d.n_raw);
    } else {
        d.values = s->numbers.v;
        d.n_values = s->numbers.n;
    }
    return d;
}

static bool entry_def(struct builder *b, const struct config_route_map_entry *e,
                      struct policy_entry_def *to)
{
    size_t n_matches = 0;
    for (uint32_t i = 0; i < e->matches.n; i++)
        n_matches += MAX(1, e->matches.v[i].names.n);
    struct policy_match_def *matches = arena_alloc(&b->scratch, n_matches * sizeof(*matches));
    struct policy_set_def *sets = arena_alloc(&b->scratch, e->sets.n * sizeof(*sets));
    if (!matches || !sets)
        return false;
    *to = (struct policy_entry_def){ .seq = e->seq,
                                     .permit = e->permit,
                                     .matches = matches,
                                     .sets = sets,
                                     .n_sets = e->sets.n,
                                     .call = e->call,
                                     .on_match = on_matches[e->on_match],
                                     .goto_seq = e->on_match_goto };
    for (uint32_t i = 0; i < e->matches.n; i++)
        to->n_matches += match_defs(&e->matches.v[i], matches + to->n_matches);
    for (uint32_t i = 0; i < e->sets.n; i++)
        sets[i] = set_def(b, &e->sets.v[i]);
    return !b->scratch.failed;
}

static err_t add_route_map(struct builder *b, const struct config_route_map *m)
{
    struct policy_entry_def *entries = arena_alloc(&b->scratch, m->entries.n * sizeof(*entries));
    for (uint32_t i = 0; entries && i < m->entries.n; i++)
        if (!entry_def(b, &m->entries.v[i], &entries[i]))
            return -ENOMEM;
    if (!entries)
        return -ENOMEM;
    return policy_add_route_map(b->world, m->name, entries, m->entries.n);
}

/* ---- the whole ------------------------------------------------------------------------------- */

/* Adds each of a list of things; one that is there twice (it cannot be, but for a hand-made model)
 * stands as it was first. */
#define ADD_ALL(b, list, add)                                                                      \
    for (uint32_t i_ = 0; i_ < (list).n && !err; i_++) {                                           \
        arena_reset(&(b)->scratch);                                                                \
        err = add((b), &(list).v[i_]);                                                             \
        if (err == -EEXIST)                                                                        \
            err = 0;                                                                               \
    }

static bool build(struct builder *b, uint64_t hash_key)
{
    const struct config *c = b->config;
    struct policy_params params = { .ios = c->dialect == DIALECT_IOS,
                                    .hash_key = hash_key,
                                    .own_as = c->bgp.as };
    b->ok = true;
    b->world = policy_world_new(&params);
    if (!b->world)
        return false;
    arena_init(&b->scratch, SCRATCH_BYTES);
    err_t err = 0;
    ADD_ALL(b, c->prefix_lists, add_prefix_list);
    ADD_ALL(b, c->as_path_lists, add_as_path_list);
    ADD_ALL(b, c->community_lists, add_community_list);
    ADD_ALL(b, c->access_lists, add_access_list);
    ADD_ALL(b, c->route_maps, add_route_map);
    arena_done(&b->scratch);
    if (!err)
        err = policy_world_seal(b->world);
    if (!err)
        return true;
    policy_world_free(b->world);
    b->world = NULL;
    return false;
}

struct policy_world *policy_world_build(const struct config *c, uint64_t hash_key)
{
    struct builder b = { .config = c };
    return build(&b, hash_key) ? b.world : NULL;
}

bool policy_build_check(const struct config *c, struct diag_list *diags)
{
    struct builder b = { .config = c, .diags = diags };
    if (!build(&b, 0)) {
        struct diag d = { .severity = DIAG_ERROR };
        DIAG_SET(d.what, "no memory for the lists and route-maps");
        add_diag(&b, "NODE-MEMORY", (struct config_pos){ .file = UINT16_MAX }, &d);
        return false;
    }
    policy_world_free(b.world);
    return b.ok;
}

/* ---- chains ---------------------------------------------------------------------------------- */

const struct policy *node_policy_of(struct policy_world *w, const struct config *c,
                                    const struct config_neighbor_af *af, unsigned family,
                                    enum config_direction direction)
{
    struct policy_chain chain = {
        .family = family == CONFIG_AF_IPV4 ? IP_V4 : IP_V6,
        .direction = direction == DIR_IN ? POLICY_IN : POLICY_OUT,
        .own_as = c->bgp.as,
        .distribute_list = af->distribute_list[direction],
        .prefix_list = af->prefix_list[direction],
        .filter_list = af->filter_list[direction],
        .route_map = af->route_map[direction],
    };
    const struct policy *p = NULL;
    return policy_of(w, &chain, &p) ? policy_deny_all(w) : p;
}

const struct policy *policy_for_map(struct policy_world *w, const char *name)
{
    struct policy_chain chain = { .direction = POLICY_LOCAL, .route_map = name };
    const struct policy *p = NULL;
    if (!name)
        return NULL;
    return policy_of(w, &chain, &p) ? policy_deny_all(w) : p;
}
