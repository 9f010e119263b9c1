/* AS-path access lists: expressions over the text of the path, the first that matches decides, none
 * denies. A verdict hangs on nothing but list and path, so it is kept in the world's memo under a
 * keyed hash of both: a path seen before costs a hash and a load. A slot is one atomic word (62
 * bits of the hash, 2 of the verdict), so threads may share it, and it knows no addresses that
 * could be reused. Two paths that agree in 62 bits under a key unknown to peers are out of reach.
 */
#include <errno.h>

#include "attr/aspath.h"
#include "base/hash.h"
#include "policy/world.h"

static err_t make_memo(struct policy_world *w)
{
    if (w->memo)
        return 0;
    uint32_t slots = w->params.memo_slots;
    w->memo = arena_alloc(&w->arena, slots * sizeof(*w->memo));
    w->memo_mask = slots - 1;
    return w->memo ? 0 : -ENOMEM;
}

err_t policy_add_as_path_list(struct policy_world *w, const char *name,
                              const struct policy_as_path_rule *rules, size_t n,
                              struct policy_error *ret_error)
{
    struct as_path_list *l = arena_alloc(&w->arena, sizeof(*l));
    if (!l || make_memo(w))
        return -ENOMEM;
    l->rules = arena_alloc(&w->arena, n * sizeof(*l->rules));
    if (!l->rules)
        return -ENOMEM;
    for (l->n = 0; l->n < n; l->n++) {
        const struct policy_as_path_rule *r = &rules[l->n];
        const char *why = NULL;
        l->rules[l->n].permit = r->permit;
        err_t err = world_regex(w, r->regex, true, &l->rules[l->n].regex, &why);
        if (err) {
            *ret_error = (struct policy_error){ .entry = l->n, .why = why };
            return err;
        }
        digest_u64(&l->head.digest, r->permit);
        digest_str(&l->head.digest, r->regex);
    }
    err_t err = world_add(w, &l->head, LIST_AS_PATH, 0, name);
    if (err)
        *ret_error = (struct policy_error){ .why = "two lists of one name" };
    l->hash_key = hash_bytes(w->params.hash_key, &l->head.digest, sizeof(l->head.digest));
    return err;
}

static enum policy_verdict run_rules(struct policy_world *w, const struct as_path_list *l,
                                     const uint8_t *path, size_t n)
{
    char buf[POLICY_TEXT_MAX];
    struct text t = text_init(buf, sizeof(buf));
    text_aspath(&t, path, n);
    if (t.cut) {
        shared_count(&w->text_limits);
        return POLICY_DENY;
    }
    for (size_t i = 0; i < l->n; i++)
        if (regex_matches(w->regexes, l->rules[i].regex, t.s, t.len))
            return l->rules[i].permit ? POLICY_PERMIT : POLICY_DENY;
    return POLICY_DENY;
}

enum policy_verdict as_path_list_run(struct policy_world *w, const struct as_path_list *l,
                                     const uint8_t *path, size_t n)
{
    if (!l)
        return world_undefined(w);
    assert(w->memo && (w->memo_mask & (w->memo_mask + 1)) == 0);
    uint64_t tag = hash_bytes(l->hash_key, path, n);
    uint64_t *slot = &w->memo[tag >> 2 & w->memo_mask];
    tag &= ~UINT64_C(3);
    uint64_t kept = shared_load(slot);
    if ((kept & 3) != 0 && (kept & ~UINT64_C(3)) == tag)
        return (kept & 3) == 2 ? POLICY_PERMIT : POLICY_DENY;
    enum policy_verdict verdict = run_rules(w, l, path, n);
    uint64_t word = tag | (verdict == POLICY_PERMIT ? 2U : 1U);
    shared_store(slot, word);
    return verdict;
}
