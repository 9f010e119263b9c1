/* The names of all resources and parts. Each is under its path, and under its short forms twice:
 * for its kind and for any kind. An entry counts who has the key, so that ten thousand subnets
 * named "default" cost no more than one. */
#include <string.h>

#include "base/hash.h"
#include "lang/near.h"
#include "topo/internal.h"

enum { BUCKETS_FIRST = 256 };

/* What a key is: the kinds of one text do not meet. */
static const struct topo_kind path_marker = { .name = "path" };

struct entry {
    struct entry *next;  /* in its bucket */
    struct entry *after; /* in the order in which they came */
    uint64_t hash;
    const char *text;
    const struct topo_kind *kind; /* NULL: any; &path_marker: text is a path */
    struct topo_found found;
};

struct topo_index {
    struct arena *arena;
    uint64_t key;
    struct entry **buckets;
    size_t bucket_count, count;
    struct entry *first, **tail;
};

struct topo_index *topo_index_new(struct arena *arena, uint64_t key)
{
    struct topo_index *x = arena_alloc(arena, sizeof(*x));
    struct entry **buckets = arena_alloc(arena, BUCKETS_FIRST * sizeof(struct entry *));
    if (!x || !buckets)
        return NULL;
    *x = (struct topo_index){
        .arena = arena, .key = key, .buckets = buckets, .bucket_count = BUCKETS_FIRST
    };
    x->tail = &x->first;
    return x;
}

/* A kind stands for itself in the hash by its path: addresses differ from run to run. */
static uint64_t hash_of(const struct topo_index *x, const struct topo_kind *kind, const char *s,
                        size_t len)
{
    uint64_t h = x->key;
    if (kind == &path_marker)
        h = hash_mix(h + 1);
    else if (kind)
        h = hash_bytes(h, kind->path, strlen(kind->path));
    return hash_bytes(h, s, len);
}

static struct entry *look_up(const struct topo_index *x, const struct topo_kind *kind,
                             const char *s, size_t len)
{
    uint64_t h = hash_of(x, kind, s, len);
    assert(x->bucket_count > 0 && (x->bucket_count & (x->bucket_count - 1)) == 0);
    for (struct entry *e = x->buckets[h & (x->bucket_count - 1)]; e; e = e->next) {
        if (e->hash == h && e->kind == kind && strncmp(e->text, s, len) == 0 && !e->text[len])
            return e;
    }
    return NULL;
}

/* Twice as many buckets; the old array stays in the arena: all of them together are no more than
 * the last one. Without memory the chains just grow longer. */
static void grow(struct topo_index *x)
{
    size_t n = x->bucket_count * 2;
    struct entry **buckets = arena_alloc(x->arena, n * sizeof(struct entry *));
    if (!buckets)
        return;
    for (size_t i = 0; i < x->bucket_count; i++) {
        for (struct entry *e = x->buckets[i], *next; e; e = next) {
            next = e->next;
            e->next = buckets[e->hash & (n - 1)];
            buckets[e->hash & (n - 1)] = e;
        }
    }
    x->buckets = buckets;
    x->bucket_count = n;
}

static bool add(struct topo_index *x, const struct topo_kind *kind, const char *text,
                const struct topo_object *o)
{
    size_t len = strlen(text);
    struct entry *e = look_up(x, kind, text, len);
    if (e) {
        e->found.count++;
        if (!e->found.second)
            e->found.second = o;
        return true;
    }
    if (x->count >= x->bucket_count)
        grow(x);
    e = arena_alloc(x->arena, sizeof(*e));
    if (!e)
        return false;
    uint64_t h = hash_of(x, kind, text, len);
    struct entry **bucket = &x->buckets[h & (x->bucket_count - 1)];
    *e = (struct entry){ .next = *bucket, .hash = h, .text = text, .kind = kind };
    e->found = (struct topo_found){ .first = o, .count = 1 };
    *bucket = e;
    *x->tail = e;
    x->tail = &e->after;
    x->count++;
    return true;
}

/* "parent/name", as references to parts are written. */
static const char *short_path(struct topo_index *x, const struct topo_object *o)
{
    char buffer[TOPO_PATH_MAX];
    struct text t = text_init(buffer, sizeof(buffer));
    text_str(&t, o->parent->name);
    text_char(&t, '/');
    text_str(&t, o->name);
    return arena_str(x->arena, buffer);
}

bool topo_index_add(struct topo_index *x, const struct topo_object *o,
                    const struct topo_object **ret_before)
{
    char buffer[TOPO_PATH_MAX];
    struct text t = text_init(buffer, sizeof(buffer));
    topo_object_path(o, &t);
    const struct entry *before = look_up(x, &path_marker, buffer, t.len);
    /* Names may contain dots, so that the paths of two different objects can look alike. */
    if (before && before->found.first->kind == o->kind &&
        before->found.first->parent == o->parent) {
        *ret_before = before->found.first;
        return true;
    }
    *ret_before = NULL;
    const char *path = arena_str(x->arena, buffer);
    if (!path || !add(x, &path_marker, path, o))
        return false;
    if (o->name[0] == '[')
        return true;
    if (!add(x, o->kind, o->name, o) || !add(x, NULL, o->name, o))
        return false;
    if (!o->parent)
        return true;
    path = short_path(x, o);
    return path && add(x, o->kind, path, o) && add(x, NULL, path, o);
}

static struct topo_found found_in(const struct entry *e)
{
    return e ? e->found : (struct topo_found){ 0 };
}

struct topo_found topo_index_path(const struct topo_index *x, const char *s, size_t len)
{
    return found_in(look_up(x, &path_marker, s, len));
}

struct topo_found topo_index_name(const struct topo_index *x, const struct topo_kind *kind,
                                  const char *s, size_t len)
{
    return found_in(look_up(x, kind, s, len));
}

const char *topo_index_near(const struct topo_index *x, const struct topo_kind *kind, const char *s)
{
    struct lang_near n = lang_near_start(s);
    for (const struct entry *e = x->first; e; e = e->after) {
        if (e->kind == kind)
            lang_near_try(&n, e->text);
    }
    return n.best;
}

const struct topo_object *topo_find(const struct topo *t, const char *text)
{
    if (!t->index)
        return NULL;
    struct topo_found found = topo_index_path(t->index, text, strlen(text));
    if (found.count == 0)
        found = topo_index_name(t->index, NULL, text, strlen(text));
    return found.count == 1 ? found.first : NULL;
}

const char *topo_near(const struct topo *t, const char *text)
{
    struct lang_near n = lang_near_start(text);
    for (const struct entry *e = t->index ? t->index->first : NULL; e; e = e->after) {
        if (!e->kind || e->kind == &path_marker)
            lang_near_try(&n, e->text);
    }
    return n.best;
}
