/* Prefix lists, as-path lists, community lists and route-maps as lines, in FRR's or IOS's words.
 * Values that the configuration's printer can write (communities, clauses of route-maps) are taken
 * from what it prints, so that there is one way to write them. FRR's counters of invocations are
 * left out: policy does not count, and zeros would mislead. */
#include <string.h>

#include "config/parse.h"
#include "node/internal.h"

enum { LINE_MAX = sizeof(((struct view_line *)0)->text) };

/* FRR shows lists in the order of their names, the printer writes them in that of the
 * configuration: lines are held back, by the list that they belong to. IOS keeps the
 * configuration's order. */
struct block {
    char name[64];
    size_t at, end; /* of its lines in `bytes`, each with a NUL */
};
struct held {
    struct block *v;
    char *bytes;
    size_t n, cap, len, bytes_cap;
    bool failed; /* no memory */
};

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
    const char *word, *kind; /* of community lists: as configured, as shown */
    struct held held;
};

enum part { PART_HEAD, PART_MATCH, PART_SET };

static void begin(struct lists *l, const char *s)
{
    l->t = text_init(l->buf, sizeof(l->buf));
    text_str(&l->t, s);
}

static void emit(struct lists *l, const char *text)
{
    struct view_line line = { { 0 } };
    diag_set(line.text, sizeof(line.text), text);
    if (!l->stopped && !l->sink->emit(l->sink, &view_line, &line))
        l->stopped = true;
}

/* Room for one more thing of `size` bytes; false without memory. */
static bool grow(void **v, size_t *cap, size_t want, size_t size)
{
    if (want <= *cap)
        return true;
    size_t more = MAX(*cap * 2, MAX(want, (size_t)16));
    void *p = mem_resize(MEM_CTL, *v, *cap * size, more * size);
    if (!p)
        return false;
    *v = p;
    *cap = more;
    return true;
}

/* What follows belongs to the list. */
static void begin_block(struct lists *l, const char *name)
{
    struct held *h = &l->held;
    void *v = h->v;
    if (l->ios || h->failed)
        return;
    h->failed = !grow(&v, &h->cap, h->n + 1, sizeof(*h->v));
    h->v = v;
    if (h->failed)
        return;
    struct block *b = &h->v[h->n++];
    diag_set(b->name, sizeof(b->name), name);
    b->at = b->end = h->len;
}

static void hold(struct held *h, const char *text)
{
    size_t n = strlen(text) + 1;
    void *bytes = h->bytes;
    h->failed = h->failed || !grow(&bytes, &h->bytes_cap, h->len + n, 1);
    h->bytes = bytes;
    if (h->failed)
        return;
    memcpy(h->bytes + h->len, text, n);
    h->len += n;
    h->v[h->n - 1].end = h->len;
}

static void end(struct lists *l)
{
    if (l->held.n)
        hold(&l->held, l->buf);
    else if (!l->held.failed)
        emit(l, l->buf);
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
        begin_block(l, p->name);
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
        begin_block(l, a->name);
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

/* Numbers first, by value; then names. Route-maps are by their names alone. */
static bool is_before(const struct block *a, const struct block *b, bool numbers)
{
    bool an = numbers && is_number(a->name), bn = numbers && is_number(b->name);
    if (an != bn)
        return an;
    if (an && strlen(a->name) != strlen(b->name))
        return strlen(a->name) < strlen(b->name);
    return strcmp(a->name, b->name) < 0;
}

/* Emits what was held, in order: a list's blocks in that of the configuration. */
static err_t let_go(struct lists *l, bool numbers)
{
    struct held *h = &l->held;
    for (size_t i = 1; i < h->n; i++) {
        struct block b = h->v[i];
        size_t at = i;
        while (at > 0 && is_before(&b, &h->v[at - 1], numbers))
            at--;
        memmove(&h->v[at + 1], &h->v[at], (i - at) * sizeof(b));
        h->v[at] = b;
    }
    for (size_t i = 0; i < h->n && !h->failed; i++) {
        for (size_t at = h->v[i].at; at < h->v[i].end; at += strlen(h->bytes + at) + 1)
            emit(l, h->bytes + at);
    }
    mem_free(MEM_CTL, h->v, h->cap * sizeof(*h->v));
    mem_free(MEM_CTL, h->bytes, h->bytes_cap);
    return h->failed ? -ENOMEM : 0;
}

static void head_community_list(struct lists *l, const char *kind, const char *name, bool expanded)
{
    bool numbered = is_number(name);
    begin_block(l, name);
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
    if (!next_word(&line, word, sizeof(word)) ||
        (strcmp(word, "bgp") != 0 && strcmp(word, "ip") != 0) ||
        !next_word(&line, word, sizeof(word)) || strcmp(word, l->word) != 0)
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
        head_community_list(l, l->kind, name, expanded);
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
        begin_block(l, name);
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

static void put_community_lists(struct lists *l, enum node_query_kind kind)
{
    bool large = kind == NODE_QUERY_LARGE_COMMUNITY_LISTS;
    bool ext = kind == NODE_QUERY_EXT_COMMUNITY_LISTS;
    l->word = large ? "large-community-list" : ext ? "extcommunity-list" : "community-list";
    l->kind = large ? "large community" : ext ? "extended community" : "Community";
    l->printer.line = read_community_line;
    config_print(l->c, l->c->dialect, &l->printer);
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
        return let_go(&l, true);
    case NODE_QUERY_AS_PATH_LISTS:
        put_as_path_lists(&l);
        return let_go(&l, true);
    case NODE_QUERY_COMMUNITY_LISTS:
    case NODE_QUERY_LARGE_COMMUNITY_LISTS:
    case NODE_QUERY_EXT_COMMUNITY_LISTS:
        put_community_lists(&l, q->kind);
        return let_go(&l, true);
    case NODE_QUERY_ROUTE_MAPS:
        put_route_maps(&l);
        return let_go(&l, false);
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
    case NODE_QUERY_TUNNELS:
        break; /* not asked here */
    }
    return -EINVAL;
}
