/* The world: names, digests, expressions, and its life. */
#include "policy/world.h"

#include <errno.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"

struct policy_world *policy_world_new(const struct policy_params *params)
{
    struct policy_world *w = mem_alloc(MEM_POLICY, sizeof(*w));
    if (!w)
        return NULL;
    arena_init(&w->arena, POLICY_WORLD_BYTES_MAX);
    w->params = *params;
    if (w->params.memo_slots == 0)
        w->params.memo_slots = POLICY_MEMO_SLOTS;
    assert((w->params.memo_slots & (w->params.memo_slots - 1)) == 0);
    w->all_end = &w->all;
    w->denies = (struct policy){ .world = w, .deny_all = true };
    return w;
}

void policy_world_free(struct policy_world *w)
{
    if (!w)
        return;
    for (struct owned_regex *o = w->owned; o; o = o->next)
        regex_free(o->regex);
    regex_context_free(w->regexes);
    arena_done(&w->arena);
    mem_free(MEM_POLICY, w, sizeof(*w));
}

/* ---- names ----------------------------------------------------------------------------------- */

static size_t bucket_of(enum list_kind kind, uint8_t space, const char *name)
{
    uint64_t key = (uint64_t)kind << 8 | space;
    return (size_t)(hash_bytes(key, name, strlen(name)) % NAME_BUCKETS);
}

static struct named *find(const struct policy_world *w, enum list_kind kind, uint8_t space,
                          const char *name)
{
    struct named *at = w->buckets[bucket_of(kind, space, name)];
    while (at && (at->kind != kind || at->space != space || strcmp(at->name, name) != 0))
        at = at->next_in_bucket;
    return at;
}

const struct named *world_find(const struct policy_world *w, enum list_kind kind, uint8_t space,
                               const char *name)
{
    return find(w, kind, space, name);
}

err_t world_add(struct policy_world *w, struct named *item, enum list_kind kind, uint8_t space,
                const char *name)
{
    assert(!w->sealed);
    if (find(w, kind, space, name))
        return -EEXIST;
    item->kind = kind;
    item->space = space;
    item->name = arena_str(&w->arena, name);
    if (!item->name)
        return -ENOMEM;
    struct named **bucket = &w->buckets[bucket_of(kind, space, name)];
    item->next_in_bucket = *bucket;
    *bucket = item;
    *w->all_end = item;
    w->all_end = &item->next;
    return 0;
}

err_t policy_world_seal(struct policy_world *w)
{
    assert(!w->sealed);
    w->sealed = true;
    return route_maps_seal(w);
}

/* ---- expressions ----------------------------------------------------------------------------- */

err_t world_regex(struct policy_world *w, const char *text, bool magic_underscore,
                  struct regex **ret_regex, const char **ret_why)
{
    assert(!w->sealed);
    *ret_why = "out of memory";
    if (!w->regexes)
        w->regexes = regex_context_new(!w->params.no_jit);
    struct owned_regex *o = arena_alloc(&w->arena, sizeof(*o));
    if (!w->regexes || !o)
        return -ENOMEM;
    struct ere_options options = { .magic_underscore = magic_underscore,
                                   .literal_braces = w->params.ios };
    err_t err = regex_new(w->regexes, text, &options, &o->regex, ret_why);
    if (err)
        return err;
    o->next = w->owned;
    w->owned = o;
    *ret_regex = o->regex;
    return 0;
}

struct policy_counts policy_world_counts(const struct policy_world *w)
{
    uint64_t texts = shared_load(&w->text_limits);
    return (struct policy_counts){
        .regex_limits = texts + (w->regexes ? regex_limit_hits(w->regexes) : 0),
        .set_failures = shared_load(&w->set_failures),
        .loop_limits = shared_load(&w->loop_limits),
    };
}

/* ---- digests --------------------------------------------------------------------------------- */

void digest_bytes(struct digest *d, const void *bytes, size_t n)
{
    d->a = hash_bytes(d->a ^ UINT64_C(0x6a09e667f3bcc909), n ? bytes : "", n);
    d->b = hash_bytes(hash_mix(d->b + UINT64_C(0xbb67ae8584caa73b)), n ? bytes : "", n);
}

void digest_u64(struct digest *d, uint64_t v)
{
    digest_bytes(d, &v, sizeof(v));
}

void digest_str(struct digest *d, const char *s)
{
    digest_u64(d, s ? 1 : 0);
    if (s)
        digest_bytes(d, s, strlen(s));
}
