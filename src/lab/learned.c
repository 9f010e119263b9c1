#include "lab/learned.h"

#include <stdlib.h>
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

static bool add_routes(const struct lang_node *routes, struct arena *arena, struct lab_paths *ret)
{
    bool ok = true;
    for (uint32_t i = 0; ok && routes && routes->kind == LANG_MAP && i < routes->count; i++) {
        struct prefix prefix;
        const struct lang_node *paths = routes->items[i];
        if (!prefix_parse(routes->keys[i]->text, &prefix, NULL) || prefix.family != IP_V4)
            continue;
        for (uint32_t k = 0; ok && paths->kind == LANG_SEQ && k < paths->count; k++)
            ok = add_path(&prefix, paths->items[k], arena, ret);
    }
    return ok;
}

bool lab_learned_read(const char *json, size_t len, struct arena *arena, struct lab_paths *ret)
{
    struct lang_doc doc;
    struct diag diag;
    lang_doc_init(&doc);
    bool ok = lang_yaml_parse(&doc, "show ip bgp json", json, len, &diag) &&
              doc.files[0].root->kind == LANG_MAP &&
              add_routes(lang_get(doc.files[0].root, "routes"), arena, ret);
    lang_doc_done(&doc);
    return ok;
}
