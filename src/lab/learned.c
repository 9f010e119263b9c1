#include "lab/learned.h"

#include <string.h>

#include "base/number.h"
#include "lang/yaml.h"

static const char *word(const struct lang_node *map, const char *key)
{
    const struct lang_node *v = lang_get(map, key);
    return v && v->kind == LANG_SCALAR ? v->text : "";
}

static bool is_true(const struct lang_node *map, const char *key)
{
    return strcmp(word(map, key), "true") == 0;
}

/* "65515 12076 {1,2}": the set, which has no blank inside, counts as one. */
static uint32_t path_length(const char *path)
{
    uint32_t n = 0;
    for (const char *p = path; *p;) {
        size_t blank = strspn(p, " ");
        size_t len = strcspn(p + blank, " ");
        n += len > 0;
        p += blank + len;
    }
    return n;
}

static bool add_path(const struct prefix *prefix, const struct lang_node *p, struct arena *arena,
                     struct lab_paths *ret)
{
    const struct lang_node *hops = lang_get(p, "nexthops");
    struct lab_path path = { .prefix = *prefix, .length = path_length(word(p, "path")) };
    /* "(unspec)", and no address therefore: the router's own. */
    if (!(is_true(p, "bestpath") || is_true(p, "multipath")) ||
        !ip_parse(word(p, "peerId"), &path.peer) || ip_is_zero(&path.peer))
        return true;
    if (!hops || hops->kind != LANG_SEQ || hops->count == 0 ||
        !ip_parse(word(hops->items[0], "ip"), &path.next_hop))
        return true;
    const char *metric = word(p, "metric");
    uint64_t med = 0;
    if (*metric && !number_parse(metric, UINT32_MAX, &med))
        return true;
    path.med = (uint32_t)med;
    path.internal = strcmp(word(p, "pathFrom"), "internal") == 0;
    struct lab_path *new = NET_PUSH(arena, &ret->rows);
    if (new)
        *new = path;
    return new;
}

/* A route that is in use and leads somewhere. */
static bool add_static(const struct prefix *prefix, const struct lang_node *route,
                       struct arena *arena, struct lab_paths *ret)
{
    const struct lang_node *hops = lang_get(route, "nexthops");
    bool leads = false;
    for (uint32_t i = 0; hops && hops->kind == LANG_SEQ && i < hops->count; i++)
        leads = leads || (is_true(hops->items[i], "active") &&
                          *word(hops->items[i], "interfaceName") != '\0');
    if (!is_true(route, "selected") || !leads)
        return true;
    struct lab_path *new = NET_PUSH(arena, &ret->rows);
    if (new)
        new->prefix = *prefix;
    return new;
}

typedef bool add_fn(const struct prefix *prefix, const struct lang_node *item, struct arena *arena,
                    struct lab_paths *ret);

/* A map of prefixes, each with an array of what is known of it. */
static bool add_all(const struct lang_node *map, add_fn *add, struct arena *arena,
                    struct lab_paths *ret)
{
    bool ok = true;
    for (uint32_t i = 0; ok && map && map->kind == LANG_MAP && i < map->count; i++) {
        struct prefix prefix;
        const struct lang_node *items = map->items[i];
        if (!prefix_parse(map->keys[i]->text, &prefix, NULL) || prefix.family != IP_V4)
            continue;
        for (uint32_t k = 0; ok && items->kind == LANG_SEQ && k < items->count; k++)
            ok = add(&prefix, items->items[k], arena, ret);
    }
    return ok;
}

static bool read_answer(const char *json, size_t len, const char *key, add_fn *add,
                        struct arena *arena, struct lab_paths *ret)
{
    struct lang_doc doc;
    struct diag diag;
    lang_doc_init(&doc);
    bool ok = lang_yaml_parse(&doc, "answer", json, len, &diag) &&
              doc.files[0].root->kind == LANG_MAP;
    const struct lang_node *root = ok ? doc.files[0].root : NULL;
    ok = ok && add_all(key ? lang_get(root, key) : root, add, arena, ret);
    lang_doc_done(&doc);
    return ok;
}

bool lab_learned_read(const char *json, size_t len, struct arena *arena, struct lab_paths *ret)
{
    return read_answer(json, len, "routes", add_path, arena, ret);
}

bool lab_statics_read(const char *json, size_t len, struct arena *arena, struct lab_paths *ret)
{
    return read_answer(json, len, NULL, add_static, arena, ret);
}
