/* Prefix lists, as-path lists, community lists and route-maps as lines, in FRR's or IOS's words.
 * Values that the configuration's printer can write (communities, clauses of route-maps) are taken
 * from what it prints, so that there is one way to write them. FRR's counters of invocations are
 * left out: policy does not count, and zeros would mislead. */
#include <string.h>

#include "config/parse.h"
#include "node/internal.h"

enum { LINE_MAX = sizeof(((struct view_line *)0)->text) };

/* One query on its way: text is put together in `t`, a line at a time. */
struct lists {
    struct config_printer printer; /* first lines of the configuration's printer */
    struct view_sink *sink;
    const struct config *c;
    const char *name; /* "": all */
    bool ios, stopped;
    struct text t;
    char buf[LINE_MAX];
    /* While printed lines are read: where we are. */
    char current[64]; /* list or route-map that has been headed */
    bool in_entry;
    uint8_t part; /* of a route-map entry: enum part */
    char call[64], action[80];
};

enum part { PART_HEAD, PART_MATCH, PART_SET };

static void begin(struct lists *l, const char *s)
{
    l->t = text_init(l->buf, sizeof(l->buf));
    text_str(&l->t, s);
}

static void end(struct lists *l)
{
    struct view_line line = { { 0 } };
    diag_set(line.text, sizeof(line.text), l->buf);
    if (!l->stopped && !l->sink->emit(l->sink, &view_line, &line))
        l->stopped = true;
}

static void put(struct lists *l, const char *s)
{
    begin(l, s);
    end(l);
}

static bool is_wanted(const struct lists *l, const char *name)
{
    return !l->stopped && (!l->name[0] || strcmp(l->name, name) == 0);
}

/* --- prefix lists ---------------------------------------------------------------------------- */

static void put_prefix_entry(struct lists *l, const struct config_prefix_entry *e)
{
    begin(l, "   seq ");
    text_u64(&l->t, e->seq);
    text_str(&l->t, e->permit ? " permit " : " deny ");
    if (e->any) {
        text_str(&l->t, "any");
    } else {
        text_prefix(&l->t, &e->prefix);
        if (e->ge) {
            text_str(&l->t, " ge ");
            text_u64(&l->t, e->ge);
        }
        if (e->le) {
            text_str(&l->t, " le ");
            text_u64(&l->t, e->le);
        }
    }
    end(l);
}

static void put_prefix_lists(struct lists *l, uint8_t family)
{
    for (uint32_t i = 0; i < l->c->prefix_lists.n; i++) {
        const struct config_prefix_list *p = &l->c->prefix_lists.v[i];
        if (p->family != family || !is_wanted(l, p->name))
            continue;
        begin(l, l->ios ? "" : "BGP: ");
        text_str(&l->t, family == IP_V6 ? "ipv6 prefix-list " : "ip prefix-list ");
        text_str(&l->t, p->name);
        text_str(&l->t, ": ");
        text_u64(&l->t, p->entries.n);
        text_str(&l->t, " entries");
        end(l);
        if (p->description) {
            begin(l, "   Description: ");
            text_str(&l->t, p->description);
            end(l);
        }
        for (uint32_t k = 0; k < p->entries.n; k++)
            put_prefix_entry(l, &p->entries.v[k]);
    }
}

/* --- as-path lists --------------------------------------------------------------------------- */

static void put_as_path_lists(struct lists *l)
{
    for (uint32_t i = 0; i < l->c->as_path_lists.n; i++) {
        const struct config_as_path_list *a = &l->c->as_path_lists.v[i];
        if (!is_wanted(l, a->name))
            continue;
        begin(l, "AS path access list ");
        text_str(&l->t, a->name);
        end(l);
        for (uint32_t k = 0; k < a->entries.n; k++) {
            begin(l, a->entries.v[k].permit ? "    permit " : "    deny ");
            text_str(&l->t, a->entries.v[k].regex);
            end(l);
        }
    }
}

/* --- community lists ------------------------------------------------------------------------- */

/* The next word of a printed line, copied and cut to fit; NULL at its end. */
static const char *next_word(const char **line, char *word, size_t cap)
{
    const char *p = *line;
    while (*p == ' ')
        p++;
    size_t n = 0;
    while (p[n] && p[n] != ' ')
        n++;
    size_t kept = MIN(n, cap - 1);
    memcpy(word, p, kept);
    word[kept] = '\0';
    *line = p + n;
    return n ? word : NULL;
}

static bool is_number(const char *s)
{
    const char *p = s;
    while (*p >= '0' && *p <= '9')
        p++;
    return *p == '\0' && p != s;
}

static void head_community_list(struct lists *l, const char *kind, const char *name, bool expanded)
{
    bool numbered = is_number(name);
    begin(l, numbered ? "" : "Named ");
    text_str(&l->t, kind);
    if (numbered && expanded)
        text_str(&l->t, " (expanded) access");
    else
        text_str(&l->t, expanded ? " expanded" : " standard");
    text_str(&l->t, " list ");
    text_str(&l->t, name);
    end(l);
}

/* "bgp community-list standard NAME seq 5 permit 65000:1", or IOS's "ip community-list 1 permit
 * ...". */
static void read_community_line(struct config_printer *printer, const char *line)
{
    struct lists *l = container_of(printer, struct lists, printer);
    char word[64], name[64];
    const char *kind = "Community";
    if (!next_word(&line, word, sizeof(word)) ||
        (strcmp(word, "bgp") != 0 && strcmp(word, "ip") != 0) ||
        !next_word(&line, word, sizeof(word)))
        return;
    if (strcmp(word, "large-community-list") == 0)
        kind = "Large community";
    else if (strcmp(word, "extcommunity-list") == 0)
        kind = "Extended community";
    else if (strcmp(word, "community-list") != 0)
        return;
    if (!next_word(&line, name, sizeof(name)))
        return;
    bool expanded = strcmp(name, "expanded") == 0, said = expanded || strcmp(name, "standard") == 0;
    if (said && !next_word(&line, name, sizeof(name)))
        return;
    /* IOS: the number says the kind, 1..99 standard. */
    if (!said)
        expanded = is_number(name) && strlen(name) > 2;
    if (!is_wanted(l, name) || !next_word(&line, word, sizeof(word)))
        return;
    if (strcmp(word, "seq") == 0) {
        (void)next_word(&line, word, sizeof(word));
        (void)next_word(&line, word, sizeof(word));
    }
    if (strcmp(l->current, name) != 0)
        head_community_list(l, kind, name, expanded);
    diag_set(l->current, sizeof(l->current), name);
    begin(l, l->ios ? "     " : "    ");
    text_str(&l->t, word);
    text_str(&l->t, line);
    end(l);
}

/* --- route-maps ------------------------------------------------------------------------------ */

static void open_part(struct lists *l, uint8_t part)
{
    for (; l->part < part; l->part++)
        put(l, l->part == PART_HEAD ? "  Match clauses:" : "  Set clauses:");
}

static void end_entry(struct lists *l)
{
    if (!l->in_entry)
        return;
    open_part(l, PART_SET);
    if (l->ios) {
        put(l, "  Policy routing matches: 0 packets, 0 bytes"); /* there is no policy routing */
    } else {
        put(l, "  Call clause:");
        if (l->call[0]) {
            begin(l, "    Call ");
            text_str(&l->t, l->call);
            end(l);
        }
        put(l, "  Action:");
        begin(l, "    ");
        text_str(&l->t, l->action);
        end(l);
    }
    l->in_entry = false;
}

static void begin_entry(struct lists *l, const char *line)
{
    char name[64], verdict[16], seq[16];
    bool ok = next_word(&line, name, sizeof(name)) && next_word(&line, verdict, sizeof(verdict)) &&
              next_word(&line, seq, sizeof(seq));
    if (!ok || !is_wanted(l, name))
        return;
    if (!l->ios && strcmp(l->current, name) != 0) {
        begin(l, "route-map: ");
        text_str(&l->t, name);
        end(l);
    }
    diag_set(l->current, sizeof(l->current), name);
    begin(l, l->ios ? "route-map " : "");
    text_str(&l->t, l->ios ? name : "");
    text_str(&l->t, l->ios ? ", " : " ");
    text_str(&l->t, verdict);
    text_str(&l->t, ", sequence ");
    text_str(&l->t, seq);
    end(l);
    l->in_entry = true;
    l->part = PART_HEAD;
    l->call[0] = '\0';
    diag_set(l->action, sizeof(l->action), "Exit routemap");
}

/* What follows the word when the text starts with it and a blank; else NULL. */
static const char *after(const char *s, const char *word)
{
    size_t n = strlen(word);
    return strncmp(s, word, n) == 0 && s[n] == ' ' ? s + n + 1 : NULL;
}

/* IOS names the kind of list, and ends the row of names with a blank. */
static void put_match_ios(struct lists *l, const char *clause)
{
    static const struct {
        const char *printed, *shown;
    } rows[] = {
        { "as-path", "as-path (as-path filter): " },
        { "community", "community (community-list filter): " },
        { "extcommunity", "extcommunity (extcommunity-list filter):" },
        { "ip address prefix-list", "ip address prefix-lists: " },
        { "ip address", "ip address (access-lists): " },
        { "ip next-hop prefix-list", "ip next-hop prefix-lists: " },
        { "ip next-hop", "ip next-hop (access-lists): " },
        { "ipv6 address prefix-list", "ipv6 address prefix-lists: " },
        { "ipv6 address", "ipv6 address " },
    };
    begin(l, "    ");
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const char *names = after(clause, rows[i].printed);
        if (!names)
            continue;
        text_str(&l->t, rows[i].shown);
        text_str(&l->t, names);
        text_char(&l->t, ' ');
        end(l);
        return;
    }
    text_str(&l->t, clause);
    end(l);
}

static void read_clause(struct lists *l, const char *line)
{
    const char *rest;
    if ((rest = after(line, "match")) != NULL) {
        open_part(l, PART_MATCH);
        if (l->ios) {
            put_match_ios(l, rest);
            return;
        }
    } else if ((rest = after(line, "set")) != NULL) {
        open_part(l, PART_SET);
    } else if ((rest = after(line, "description")) != NULL) {
        put(l, "  Description:");
    } else if ((rest = after(line, "call")) != NULL) {
        diag_set(l->call, sizeof(l->call), rest);
        return;
    } else if ((rest = after(line, "on-match goto")) != NULL) {
        struct text t = text_init(l->action, sizeof(l->action));
        text_str(&t, "Goto ");
        text_str(&t, rest);
        return;
    } else if ((rest = after(line, "continue")) != NULL) {
        open_part(l, PART_MATCH);
        begin(l, "    Continue: sequence ");
        text_str(&l->t, rest);
        end(l);
        return;
    } else {
        if (strcmp(line, "on-match next") == 0)
            diag_set(l->action, sizeof(l->action), "Continue to next entry");
        if (strcmp(line, "continue") == 0)
            put(l, "    Continue: to next entry");
        return;
    }
    begin(l, "    ");
    text_str(&l->t, rest);
    end(l);
}

static void read_route_map_line(struct config_printer *printer, const char *line)
{
    struct lists *l = container_of(printer, struct lists, printer);
    const char *entry = after(line, "route-map");
    if (entry) {
        end_entry(l);
        begin_entry(l, entry);
    } else if (line[0] == ' ' && l->in_entry) {
        read_clause(l, line + 1);
    } else if (line[0] != ' ') {
        end_entry(l);
    }
}

static void put_route_maps(struct lists *l)
{
    bool any = false;
    for (uint32_t i = 0; i < l->c->route_maps.n; i++)
        any |= is_wanted(l, l->c->route_maps.v[i].name);
    if (any && !l->ios)
        put(l, "BGP:");
    l->printer.line = read_route_map_line;
    config_print(l->c, l->c->dialect, &l->printer);
    end_entry(l);
}

err_t node_query_lists(struct node *n, const struct node_query *q, struct view_sink *sink)
{
    struct lists l = {
        .sink = sink, .c = n->config, .name = q->name, .ios = n->config->dialect == DIALECT_IOS
    };
    switch (q->kind) {
    case NODE_QUERY_PREFIX_LISTS:
        put_prefix_lists(&l, q->family == IP_V6 ? IP_V6 : IP_V4);
        return 0;
    case NODE_QUERY_AS_PATH_LISTS:
        put_as_path_lists(&l);
        return 0;
    case NODE_QUERY_COMMUNITY_LISTS:
        l.printer.line = read_community_line;
        config_print(l.c, l.c->dialect, &l.printer);
        return 0;
    case NODE_QUERY_ROUTE_MAPS:
        put_route_maps(&l);
        return 0;
    case NODE_QUERY_ROUTER:
    case NODE_QUERY_BGP_SUMMARY:
    case NODE_QUERY_BGP_NEIGHBORS:
    case NODE_QUERY_BGP_TABLE:
    case NODE_QUERY_BGP_RECEIVED:
    case NODE_QUERY_BGP_ROUTES:
    case NODE_QUERY_BGP_ADVERTISED:
    case NODE_QUERY_FIB:
    case NODE_QUERY_INTERFACES:
    case NODE_QUERY_CONFIG:
    case NODE_QUERY_MEMORY:
    case NODE_QUERY_INERT:
        break; /* not asked here */
    }
    return -EINVAL;
}
