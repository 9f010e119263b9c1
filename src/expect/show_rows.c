/* Tables of routes as a node's `show … json` prints them: FRR's keys, of the real one and of ours.
 * JSON is read as YAML, which it is a part of, so that no second reader meets untrusted bytes. */
#include <string.h>

#include "expect/impl.h"
#include "lang/yaml.h"
#include "net/list.h"

/* A scalar's text; "" for what is not there. */
static const char *text_at(const struct lang_node *map, const char *key)
{
    const struct lang_node *v = map ? lang_get(map, key) : NULL;
    return v && v->kind == LANG_SCALAR && !v->is_null ? v->text : "";
}

static bool is_true(const struct lang_node *map, const char *key)
{
    return strcmp(text_at(map, key), "true") == 0;
}

/* "IGP", "incomplete" or the letters. */
static const char *origin_at(const struct lang_node *v)
{
    const char *s = text_at(v, "bgpOriginCode");
    if (!*s)
        s = text_at(v, "origin");
    switch (*s) {
    case 'I':
    case 'i':
        return strcmp(s, "incomplete") == 0 ? "?" : "i";
    case 'E':
    case 'e':
        return "e";
    case '?':
        return "?";
    default:
        return "";
    }
}

struct reading {
    struct arena *arena;
    struct expect_found_list *list;
    enum expect_table table;
    const char *why;
};

/* A row in which everything is blank. NULL: no memory. */
static struct expect_found *new_row(struct reading *r, const struct prefix *network)
{
    struct expect_found *row = NET_PUSH(r->arena, &r->list->rows);
    if (!row) {
        r->why = "it is too much to hold";
        return NULL;
    }
    *row = (struct expect_found){ .network = *network,
                                  .next_hop = "",
                                  .next_hop_name = "",
                                  .metric = "",
                                  .local_preference = "",
                                  .weight = "",
                                  .path = "",
                                  .origin = "",
                                  .source = { "", "" },
                                  .state = { "", "" },
                                  .next_hop_type = { "", "" } };
    return row;
}

/* Texts of the document end with it: what a row keeps is copied. */
static const char *keep(struct reading *r, const char *s)
{
    const char *copy = *s ? arena_str(r->arena, s) : "";
    if (!copy)
        r->why = "it is too much to hold";
    return copy ? copy : "";
}

static void read_bgp(struct reading *r, const struct prefix *network, const struct lang_node *v,
                     const char *next_hop)
{
    struct expect_found *row = new_row(r, network);
    if (!row)
        return;
    row->next_hop = keep(r, next_hop);
    row->metric = keep(r, text_at(v, "metric"));
    row->local_preference = keep(r, text_at(v, "locPrf"));
    row->weight = keep(r, text_at(v, "weight"));
    row->path = keep(r, text_at(v, "path"));
    row->origin = origin_at(v);
}

/* What a neighbour sent or is told: one object a prefix. */
static void read_adjacent(struct reading *r, const struct prefix *network,
                          const struct lang_node *v)
{
    const char *next_hop = text_at(v, "nextHop");
    read_bgp(r, network, v, *next_hop ? next_hop : text_at(v, "nextHopGlobal"));
}

/* The BGP table: a list of paths a prefix. */
static void read_paths(struct reading *r, const struct prefix *network, const struct lang_node *v)
{
    for (uint32_t i = 0; v->kind == LANG_SEQ && i < v->count && !r->why; i++) {
        const struct lang_node *hops = lang_get(v->items[i], "nexthops");
        const char *ip =
            hops && hops->kind == LANG_SEQ && hops->count > 0 ? text_at(hops->items[0], "ip") : "";
        if (!is_true(v->items[i], "removed"))
            read_bgp(r, network, v->items[i], ip);
    }
}

/* The routing table: what is used; of each route its next hops, without those that they are
 * resolved by. */
static void read_routes(struct reading *r, const struct prefix *network, const struct lang_node *v)
{
    for (uint32_t i = 0; v->kind == LANG_SEQ && i < v->count; i++) {
        const struct lang_node *route = v->items[i], *hops = lang_get(route, "nexthops");
        if (!is_true(route, "selected") || !hops || hops->kind != LANG_SEQ)
            continue;
        for (uint32_t k = 0; k < hops->count && !r->why; k++) {
            if (is_true(hops->items[k], "resolver"))
                continue;
            struct expect_found *row = new_row(r, network);
            if (!row)
                return;
            row->next_hop = keep(r, text_at(hops->items[k], "ip"));
            row->metric = keep(r, text_at(route, "metric"));
            row->source[0] = row->source[1] = keep(r, text_at(route, "protocol"));
        }
    }
}

static const char *const table_keys[] = { [EXPECT_RECEIVED] = "receivedRoutes",
                                          [EXPECT_ADVERTISED] = "advertisedRoutes",
                                          [EXPECT_BGP] = "routes" };

static void read_tree(struct reading *r, const struct lang_node *root)
{
    bool is_fib = r->table == EXPECT_ROUTES;
    if (root->kind != LANG_MAP) {
        r->why = "it is no JSON object";
        return;
    }
    const struct lang_node *rows = is_fib ? root : lang_get(root, table_keys[r->table]);
    const char *warning = text_at(root, "warning"), *error = text_at(root, "error");
    if (!rows && (*warning || *error)) {
        r->why = keep(r, *warning ? warning : error);
        return;
    }
    /* FRR prints {} when there is no route at all. */
    for (uint32_t i = 0; rows && rows->kind == LANG_MAP && i < rows->count && !r->why; i++) {
        struct prefix network;
        if (!prefix_parse(rows->keys[i]->text, &network, NULL))
            continue;
        if (is_fib)
            read_routes(r, &network, rows->items[i]);
        else if (r->table == EXPECT_BGP)
            read_paths(r, &network, rows->items[i]);
        else
            read_adjacent(r, &network, rows->items[i]);
    }
}

bool expect_read_table(struct arena *arena, enum expect_table table, const char *json, size_t len,
                       struct expect_found_list *ret, const char **ret_why)
{
    assert(table != EXPECT_EFFECTIVE);
    struct lang_doc doc;
    struct diag d = { 0 };
    struct reading r = { .arena = arena, .list = ret, .table = table };
    *ret = (struct expect_found_list){ 0 };
    lang_doc_init(&doc);
    if (lang_yaml_parse(&doc, "show", json, len, &d))
        read_tree(&r, doc.root);
    else
        r.why = keep(&r, d.what);
    lang_doc_done(&doc);
    if (r.why)
        *ret_why = r.why;
    return !r.why;
}

/* ---- printed tables -------------------------------------------------------------------------- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* How much of the text is an age: "05:01:44", "1d02h03m", "04w2d05h"; 0: none. */
static size_t age_len(const char *s, size_t len)
{
    size_t n = 0, parts = 0;
    while (n < len && is_digit(s[n])) {
        while (n < len && is_digit(s[n]))
            n++;
        parts++;
        if (n < len && (s[n] == ':' || s[n] == 'w' || s[n] == 'd' || s[n] == 'h' || s[n] == 'm'))
            n++;
        else
            break;
    }
    return parts == 3 && n >= 6 ? n : 0;
}

/* The line with versions and ages as one letter each. */
static void mask(const char *line, size_t len, struct text *out)
{
    static const char version[] = "version is ";
    for (size_t i = 0; i < len;) {
        size_t n = i > 0 && is_digit(line[i - 1]) ? 0 : age_len(line + i, len - i);
        if (n > 0) {
            text_str(out, "AGE");
            i += n;
        } else if (len - i > sizeof(version) &&
                   memcmp(line + i, version, sizeof(version) - 1) == 0) {
            text_str(out, version);
            text_char(out, 'N');
            for (i += sizeof(version) - 1; i < len && is_digit(line[i]);)
                i++;
        } else if (i < 2 && line[i] == '*' && i + 1 < len && line[i + 1] == '>') {
            /* Which of several equal paths is the best one is decided by their age. */
            text_str(out, "* ");
            i += 2;
        } else if (line[i] == '\r') {
            i++;
        } else {
            text_char(out, line[i++]);
        }
    }
}

/* A text's lines, one after the other. */
struct lines {
    const char *p;
};

static bool next_line(struct lines *l, struct text *out)
{
    if (*l->p == '\0')
        return false;
    size_t len = strcspn(l->p, "\n");
    mask(l->p, len, out);
    l->p += len + (l->p[len] == '\n');
    return true;
}

static bool is_blank_rest(const char *s)
{
    return s[strspn(s, " \r\n")] == '\0';
}

enum { LINE_MAX_BYTES = 1024 };

/* "tky01#sh ip bgp", "vm-hub00# show ip route"; not "K>* 0.0.0.0/0", which is a route. */
static bool is_prompt(const char *text)
{
    size_t n = strcspn(text, "#> \n");
    char next = text[n] == '#' || text[n] == '>' ? text[n + 1] : '\0';
    return n > 0 && (next == ' ' || (next >= 'a' && next <= 'z')) &&
           text[strcspn(text, "\n")] == '\n';
}

bool expect_same_output(struct arena *arena, const char *expected, const char *found,
                        const char **ret_expected, const char **ret_found)
{
    if (is_prompt(expected))
        expected += strcspn(expected, "\n") + 1;
    struct lines a = { expected }, b = { found };
    for (;;) {
        char x[LINE_MAX_BYTES], y[LINE_MAX_BYTES];
        struct text tx = text_init(x, sizeof(x)), ty = text_init(y, sizeof(y));
        if (is_blank_rest(a.p) && is_blank_rest(b.p))
            return true;
        bool more_a = next_line(&a, &tx), more_b = next_line(&b, &ty);
        if (more_a != more_b || strcmp(x, y) != 0) {
            const char *kept[2] = { arena_str(arena, more_a ? x : ""),
                                    arena_str(arena, more_b ? y : "") };
            *ret_expected = kept[0] ? kept[0] : "";
            *ret_found = kept[1] ? kept[1] : "";
            return false;
        }
    }
}
