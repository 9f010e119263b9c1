/* Community lists of the three kinds. A standard entry matches when the route has all its values
 * (with exact-match: these and no others), an expanded one when its expression matches the text;
 * the first entry that matches decides, none denies. */
#include "attr/community.h"

#include <errno.h>
#include <string.h>

#include "policy/world.h"

size_t community_width(enum attr_span which)
{
    return which == SPAN_LARGE_COMMUNITIES ? 12 : which == SPAN_EXT_COMMUNITIES ? 8 : 4;
}

static err_t add_rule(struct policy_world *w, struct community_list *l,
                      const struct policy_community_rule *from, const char **ret_why)
{
    struct community_rule *r = &l->rules[l->n];
    *r = (struct community_rule){ .permit = from->permit, .any = from->any };
    digest_u64(&l->head.digest, (uint64_t)from->permit << 1 | from->any);
    digest_str(&l->head.digest, from->regex);
    digest_u64(&l->head.digest, from->n_values);
    digest_bytes(&l->head.digest, from->values, from->n_values * l->width);
    if (from->regex) {
        l->has_regex = true;
        return world_regex(w, from->regex, true, &r->regex, ret_why);
    }
    r->n_values = from->n_values;
    if (from->n_values > 0)
        r->values = arena_copy(&w->arena, from->values, from->n_values * l->width);
    return w->arena.failed ? -ENOMEM : 0;
}

err_t policy_add_community_list(struct policy_world *w, enum attr_span which, const char *name,
                                const struct policy_community_rule *rules, size_t n,
                                struct policy_error *ret_error)
{
    struct community_list *l = arena_alloc(&w->arena, sizeof(*l));
    if (!l)
        return -ENOMEM;
    l->width = community_width(which);
    l->rules = arena_alloc(&w->arena, n * sizeof(*l->rules));
    if (!l->rules)
        return -ENOMEM;
    for (; l->n < n; l->n++) {
        const char *why = NULL;
        err_t err = add_rule(w, l, &rules[l->n], &why);
        if (err) {
            *ret_error = (struct policy_error){ .entry = l->n, .why = why };
            return err;
        }
    }
    err_t err = world_add(w, &l->head, LIST_COMMUNITY, (uint8_t)which, name);
    if (err)
        *ret_error = (struct policy_error){ .why = "two lists of one name" };
    return err;
}

static bool has_value(const uint8_t *values, size_t n, size_t width, const uint8_t *value)
{
    for (size_t i = 0; i < n; i++)
        if (memcmp(values + i * width, value, width) == 0)
            return true;
    return false;
}

static bool has_all(const uint8_t *values, size_t n, size_t width, const uint8_t *wanted,
                    size_t n_wanted)
{
    for (size_t i = 0; i < n_wanted; i++)
        if (!has_value(values, n, width, wanted + i * width))
            return false;
    return true;
}

/* False: too long, and counted. */
static bool span_text(struct policy_world *w, const struct community_list *l, const uint8_t *span,
                      size_t n, struct text *t)
{
    if (l->width == 4)
        text_communities(t, span, n);
    else if (l->width == 8)
        text_ext_communities(t, span, n);
    else
        text_large_communities(t, span, n);
    if (t->cut)
        shared_count(&w->text_limits);
    return !t->cut;
}

static bool rule_matches(const struct community_list *l, const struct community_rule *r,
                         const uint8_t *span, size_t n, bool exact)
{
    size_t values = n / l->width;
    return has_all(span, values, l->width, r->values, r->n_values) &&
           (!exact || has_all(r->values, r->n_values, l->width, span, values));
}

enum policy_verdict community_list_run(struct policy_world *w, const struct community_list *l,
                                       const uint8_t *span, size_t n, bool exact)
{
    if (!l)
        return world_undefined(w);
    assert(n % l->width == 0); /* decoders and set clauses make whole values */
    char buf[POLICY_TEXT_MAX];
    struct text t = text_init(buf, sizeof(buf));
    if (l->has_regex && !span_text(w, l, span, n, &t))
        return POLICY_DENY;
    for (size_t i = 0; i < l->n; i++) {
        const struct community_rule *r = &l->rules[i];
        bool matches = r->any || (r->regex ? regex_matches(w->regexes, r->regex, t.s, t.len)
                                           : rule_matches(l, r, span, n, exact));
        if (matches)
            return r->permit ? POLICY_PERMIT : POLICY_DENY;
    }
    return POLICY_DENY;
}

bool community_list_drops(struct policy_world *w, const struct community_list *l,
                          const uint8_t *value)
{
    char buf[128];
    struct text t = text_init(buf, sizeof(buf));
    if (l->has_regex && !span_text(w, l, value, l->width, &t))
        return false;
    for (size_t i = 0; i < l->n; i++) {
        const struct community_rule *r = &l->rules[i];
        bool matches = r->any || (r->regex ? regex_matches(w->regexes, r->regex, t.s, t.len)
                                           : has_value(r->values, r->n_values, l->width, value));
        if (matches)
            return r->permit;
    }
    return false;
}
