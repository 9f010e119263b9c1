/* Access lists as filters of routes: the first rule that matches decides, none denies. */
#include <errno.h>

#include "policy/world.h"

err_t policy_add_access_list(struct policy_world *w, uint8_t family, const char *name,
                             enum policy_acl_kind kind, const struct policy_acl_rule *rules,
                             size_t n)
{
    struct access_list *l = arena_alloc(&w->arena, sizeof(*l));
    if (!l)
        return -ENOMEM;
    l->kind = kind;
    l->n = n;
    if (n > 0)
        l->rules = arena_copy(&w->arena, rules, n * sizeof(*rules));
    if (w->arena.failed)
        return -ENOMEM;
    digest_u64(&l->head.digest, kind);
    for (size_t i = 0; i < n; i++) {
        const struct policy_acl_rule *r = &rules[i];
        digest_u64(&l->head.digest, (uint64_t)r->permit << 1 | r->exact);
        digest_bytes(&l->head.digest, &r->source, sizeof(r->source));
        digest_bytes(&l->head.digest, &r->mask, sizeof(r->mask));
    }
    return world_add(w, &l->head, LIST_ACCESS, family, name);
}

/* The route's length as the netmask that an extended list sees as destination. */
static struct ip_addr netmask(const struct prefix *p)
{
    struct ip_addr a = { .family = p->family };
    for (size_t bit = 0; bit < p->len; bit++)
        a.b[bit / 8] = (uint8_t)(a.b[bit / 8] | 0x80 >> bit % 8);
    return a;
}

static bool rule_matches(enum policy_acl_kind kind, const struct policy_acl_rule *r,
                         const struct prefix *p)
{
    struct ip_addr address = prefix_addr(p), mask;
    switch (kind) {
    case POLICY_ACL_PREFIX:
        return prefix_covers(&r->source, p) && (!r->exact || r->source.len == p->len);
    case POLICY_ACL_ADDRESS:
        return prefix_has_addr(&r->source, &address);
    case POLICY_ACL_NET_MASK:
        mask = netmask(p);
        return prefix_has_addr(&r->source, &address) && prefix_has_addr(&r->mask, &mask);
    }
    return false;
}

enum policy_verdict access_list_run(const struct policy_world *w, const struct access_list *l,
                                    const struct prefix *p)
{
    if (!l ||
        (l->n == 0 && w->params.ios)) /* IOS: a list of remarks is an empty list, and permits */
        return world_undefined(w);
    for (size_t i = 0; i < l->n; i++)
        if (rule_matches(l->kind, &l->rules[i], p))
            return l->rules[i].permit ? POLICY_PERMIT : POLICY_DENY;
    return POLICY_DENY;
}
