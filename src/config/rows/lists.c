/* Prefix lists, as-path lists, community lists, access lists. */
#include "config/parser.h"
#include "config/value.h"

#include <string.h>

/* The entry (list, seq), made when asked; NULL: none, or full. */
#define ENTRY(p, list, kind, owner, seq_, make, ret)                                               \
    do {                                                                                           \
        uint32_t key_ = (seq_);                                                                    \
        uint32_t *value_ = (make) ? index_make(&(p)->index, (kind), (owner), &key_, sizeof(key_))  \
                                  : index_find(&(p)->index, (kind), (owner), &key_, sizeof(key_)); \
        (ret) = NULL;                                                                              \
        if (value_ && *value_ != INDEX_NONE) {                                                     \
            (ret) = &(list).v[*value_];                                                            \
        } else if (value_ && (make) && ((ret) = LIST_PUSH((p), list)) != NULL) {                   \
            *value_ = (list).n - 1;                                                                \
            store_note_seq((p), (kind), (owner), key_);                                            \
        }                                                                                          \
    } while (0)

/* ---- prefix lists ---------------------------------------------------------------------------- */

static bool same_prefix_entry(const struct config_prefix_entry *a,
                              const struct config_prefix_entry *b)
{
    return a->permit == b->permit && a->any == b->any && prefix_eq(&a->prefix, &b->prefix) &&
           a->ge == b->ge && a->le == b->le;
}

static bool check_ranges(struct parser *p, const struct cmd_args *a, unsigned ge, unsigned le,
                         const struct config_prefix_entry *e)
{
    if (e->ge && (e->ge < e->prefix.len || (e->le && e->ge > e->le))) {
        parser_bad(p, a->v[ge].word, "prefix length <= ge <= le");
        return false;
    }
    if (e->le && e->le < e->prefix.len) {
        parser_bad(p, a->v[le].word, "prefix length <= le");
        return false;
    }
    return true;
}

/* no ip prefix-list NAME [seq N] permit ...: found by what it says when no number is given. */
static void remove_prefix_entry(struct parser *p, struct config_prefix_list *list,
                                const struct config_prefix_entry *e, bool by_seq)
{
    if (!parser_may_scan(p, list->entries.n))
        return;
    for (uint32_t i = 0; i < list->entries.n; i++) {
        struct config_prefix_entry *x = &list->entries.v[i];
        if (config_is_dead(x->at) || (by_seq ? x->seq != e->seq : !same_prefix_entry(x, e)))
            continue;
        x->at.line = 0;
        uint32_t *value = index_find(&p->index, INDEX_PREFIX_ENTRY,
                                     (uint32_t)(list - p->c->prefix_lists.v), &x->seq,
                                     sizeof(x->seq));
        if (value)
            *value = INDEX_NONE;
    }
}

static void put_prefix_entry(struct parser *p, struct config_prefix_list *list,
                             struct config_prefix_entry e, bool has_seq)
{
    uint32_t owner = (uint32_t)(list - p->c->prefix_lists.v);
    if (!has_seq)
        e.seq = store_next_seq(p, INDEX_PREFIX_ENTRY, owner, 5);
    struct config_prefix_entry *entry;
    ENTRY(p, list->entries, INDEX_PREFIX_ENTRY, owner, e.seq, true, entry);
    if (!entry)
        return;
    e.at = parser_at(p, 0);
    *entry = e;
}

/* A list of one family that holds a prefix of the other: FRR refuses the line, people paste it. */
static bool is_other_family(struct parser *p, const struct cmd_args *a, unsigned i, uint8_t family)
{
    struct prefix prefix;
    if (!prefix_parse(parser_arg(p, a, i), &prefix, NULL) || prefix.family == family)
        return false;
    parser_warn(p, "CFG-SUSPECT", a->v[i].word,
                "a prefix of the other family: the device refuses this line, it has no effect",
                family == IP_V4 ? "use ipv6 prefix-list" : "use ip prefix-list");
    return true;
}

/* 0 name, 1 [seq], 2 number, 3 permit|deny, 4 prefix, 5 [ge] 6, 7 [le] 8 */
static void set_prefix_list(struct parser *p, const struct cmd_args *a)
{
    uint8_t family = (uint8_t)a->row->arg;
    struct config_prefix_list *list = store_prefix_list(p, family, parser_arg(p, a, 0), !a->no);
    if (!list)
        return;
    if (config_is_dead(list->at))
        list->at = parser_at(p, 0);
    struct config_prefix_entry e = { .seq = a->v[2].number, .permit = a->v[3].number == 0 };
    if (a->v[4].present && is_other_family(p, a, 4, family))
        return;
    e.prefix = parser_net(p, a, 4);
    e.ge = (uint8_t)a->v[6].number;
    e.le = (uint8_t)a->v[8].number;
    if (a->v[4].present && !check_ranges(p, a, 6, 8, &e))
        return;
    if (a->no && !a->v[3].present && !a->v[1].present) {
        list->at.line = 0;
        store_forget(p, INDEX_PREFIX_LIST, family, list->name);
    } else if (a->no) {
        remove_prefix_entry(p, list, &e, a->v[1].present);
    } else {
        put_prefix_entry(p, list, e, a->v[1].present);
    }
}

/* 0 name, 1 [seq], 2 number, 3 permit|deny */
static void set_prefix_list_any(struct parser *p, const struct cmd_args *a)
{
    uint8_t family = (uint8_t)a->row->arg;
    struct config_prefix_list *list = store_prefix_list(p, family, parser_arg(p, a, 0), !a->no);
    if (!list)
        return;
    struct config_prefix_entry e = { .seq = a->v[2].number,
                                     .permit = a->v[3].number == 0,
                                     .any = true,
                                     .prefix = { .family = family },
                                     .le = ip_bits(family) };
    if (a->no)
        remove_prefix_entry(p, list, &e, a->v[1].present);
    else
        put_prefix_entry(p, list, e, a->v[1].present);
}

static void set_prefix_list_description(struct parser *p, const struct cmd_args *a)
{
    struct config_prefix_list *list =
        store_prefix_list(p, (uint8_t)a->row->arg, parser_arg(p, a, 0), !a->no);
    if (list)
        list->description = a->no ? NULL : parser_keep_rest(p, a, 1);
}

/* ---- as-path lists --------------------------------------------------------------------------- */

static void remove_as_path(struct parser *p, struct config_as_path_list *list, uint32_t seq,
                           bool permit, const char *regex)
{
    if (!regex && seq == 0) {
        list->at.line = 0;
        store_forget(p, INDEX_AS_PATH_LIST, 0, list->name);
        return;
    }
    if (!parser_may_scan(p, list->entries.n))
        return;
    uint32_t owner = (uint32_t)(list - p->c->as_path_lists.v);
    for (uint32_t i = 0; i < list->entries.n; i++) {
        struct config_as_path_entry *x = &list->entries.v[i];
        bool same = seq ? x->seq == seq : x->permit == permit && strcmp(x->regex, regex) == 0;
        if (config_is_dead(x->at) || !same)
            continue;
        x->at.line = 0;
        uint32_t *value =
            index_find(&p->index, INDEX_AS_PATH_ENTRY, owner, &x->seq, sizeof(x->seq));
        if (value)
            *value = INDEX_NONE;
    }
}

/* 0 name, 1 [seq], 2 number, 3 permit|deny, 4 expression */
static void set_as_path_list(struct parser *p, const struct cmd_args *a)
{
    struct config_as_path_list *list = store_as_path_list(p, parser_arg(p, a, 0), !a->no);
    if (!list)
        return;
    bool permit = a->v[3].number == 0;
    if (a->no) {
        remove_as_path(p, list, a->v[2].number, permit, parser_rest(p, a, 4));
        return;
    }
    uint32_t owner = (uint32_t)(list - p->c->as_path_lists.v);
    uint32_t seq = a->v[1].present ? a->v[2].number
                                   : store_next_seq(p, INDEX_AS_PATH_ENTRY, owner, 5);
    struct config_as_path_entry *e;
    ENTRY(p, list->entries, INDEX_AS_PATH_ENTRY, owner, seq, true, e);
    const char *regex = parser_keep_rest(p, a, 4);
    if (e && regex)
        *e = (struct config_as_path_entry){
            .seq = seq, .permit = permit, .regex = regex, .at = parser_at(p, 0)
        };
    else if (e)
        list->entries.n--;
}

/* ---- community lists ------------------------------------------------------------------------- */

static bool add_value(struct parser *p, struct config_community_entry *e,
                      enum config_community_kind kind, const char *word)
{
    uint32_t *value;
    uint64_t *ext, parsed;
    struct config_large *large, triple;
    if (kind == COMMUNITY_STANDARD) {
        uint32_t community;
        if (!value_community(word, &community))
            return false;
        if ((value = LIST_PUSH(p, e->values)) != NULL)
            *value = community;
    } else if (kind == COMMUNITY_LARGE_STANDARD) {
        if (!value_large(word, &triple))
            return false;
        if ((large = LIST_PUSH(p, e->large_values)) != NULL)
            *large = triple;
    } else {
        if (!value_ext(word, &parsed))
            return false;
        if ((ext = LIST_PUSH(p, e->ext_values)) != NULL)
            *ext = parsed;
    }
    return true;
}

/* The values of an entry from word w on; false: reported. */
static bool fill_values(struct parser *p, struct config_community_entry *e,
                        enum config_community_kind kind, size_t w)
{
    uint64_t type = 0;
    if (p->l.n - w > VALUES_MAX) {
        parser_error(p, "CFG-LIMIT", w + VALUES_MAX, "more than 200 values in one line", NULL);
        return false;
    }
    for (; w < p->l.n; w++) {
        const char *word = parser_word(p, w);
        if (kind == COMMUNITY_STANDARD && strcmp(word, "internet") == 0) {
            e->any = true;
            continue;
        }
        if (kind == COMMUNITY_EXT_STANDARD && value_ext_type(word, &type))
            continue;
        bool typed = kind != COMMUNITY_EXT_STANDARD || type != 0;
        if (!typed || !add_value(p, e, kind, word)) {
            parser_bad(p, w,
                       kind == COMMUNITY_LARGE_STANDARD ? "a large community such as 65000:1:2"
                       : kind == COMMUNITY_STANDARD     ? "a community such as 65000:100"
                                                        : "rt or soo and a value such as 65000:1");
            return false;
        }
        if (kind == COMMUNITY_EXT_STANDARD && e->ext_values.n > 0)
            e->ext_values.v[e->ext_values.n - 1] |= type;
    }
    return true;
}

static void remove_community(struct parser *p, struct config_community_list *list, uint32_t seq)
{
    if (seq == 0) {
        list->at.line = 0;
        store_forget(p, INDEX_COMMUNITY_LIST, (uint32_t)list->kind / 2, list->name);
        return;
    }
    uint32_t *value = index_find(&p->index, INDEX_COMMUNITY_ENTRY,
                                 (uint32_t)(list - p->c->community_lists.v), &seq, sizeof(seq));
    if (value && *value != INDEX_NONE) {
        list->entries.v[*value].at.line = 0;
        *value = INDEX_NONE;
    }
}

/* Numbered lists: 1-99 are standard, 100-500 expanded. */
static enum config_community_kind kind_by_number(enum config_community_kind kind, const char *name)
{
    uint32_t n;
    if (!lex_number(name, 1, 500, &n) || n < 100)
        return kind;
    return (enum config_community_kind)((uint32_t)kind | 1);
}

static void put_community(struct parser *p, struct config_community_list *list,
                          const struct cmd_args *a)
{
    enum config_community_kind kind = list->kind;
    uint32_t owner = (uint32_t)(list - p->c->community_lists.v);
    uint32_t seq = a->v[1].present ? a->v[2].number
                                   : store_next_seq(p, INDEX_COMMUNITY_ENTRY, owner, 5);
    struct config_community_entry fresh = { .seq = seq,
                                            .permit = a->v[3].number == 0,
                                            .at = parser_at(p, 0) };
    if ((uint32_t)kind & 1) {
        fresh.regex = parser_keep_rest(p, a, 4);
        if (!fresh.regex)
            return;
    } else if (a->v[4].present && !fill_values(p, &fresh, kind, a->v[4].word)) {
        return;
    } else if (fresh.values.n + fresh.ext_values.n + fresh.large_values.n == 0) {
        fresh.any = true;
    }
    struct config_community_entry *e;
    ENTRY(p, list->entries, INDEX_COMMUNITY_ENTRY, owner, seq, true, e);
    if (e)
        *e = fresh;
}

/* 0 name, 1 [seq], 2 number, 3 permit|deny, 4 values or expression */
static void set_community_list(struct parser *p, const struct cmd_args *a)
{
    const char *name = parser_arg(p, a, 0);
    enum config_community_kind kind = (enum config_community_kind)a->row->arg;
    struct config_community_list *list =
        store_community_list(p, name, kind_by_number(kind, name), !a->no);
    if (!list)
        return;
    if (a->no)
        remove_community(p, list, a->v[2].number);
    else
        put_community(p, list, a);
}

#define LIST_ROW(d, s, f, k, h)                                                                    \
    {                                                                                              \
        .mode = MODE_GLOBAL, .dialects = (d), .syntax = (s), .set = (f), .arg = (k), .help = (h),  \
        .flags = ROW_NAMED                                                                         \
    }
#define SEQ " [seq <1-4294967295>] {permit|deny}"

static const struct cmd_row rows[] = {
    LIST_ROW(IN_BOTH, "ip prefix-list <name>" SEQ " <net> ([ge <0-32>] [le <0-32>])",
             set_prefix_list, IP_V4,
             "An entry of an IPv4 prefix list; without a number it goes to the end"),
    LIST_ROW(IN_BOTH, "ip prefix-list <name>" SEQ " any", set_prefix_list_any, IP_V4,
             "An entry for every IPv4 prefix"),
    LIST_ROW(IN_BOTH, "ip prefix-list <name> description <line>", set_prefix_list_description,
             IP_V4, "A text for people"),
    LIST_ROW(IN_BOTH, "ipv6 prefix-list <name>" SEQ " <net> ([ge <0-128>] [le <0-128>])",
             set_prefix_list, IP_V6, "An entry of an IPv6 prefix list"),
    LIST_ROW(IN_BOTH, "ipv6 prefix-list <name>" SEQ " any", set_prefix_list_any, IP_V6,
             "An entry for every IPv6 prefix"),
    LIST_ROW(IN_BOTH, "ipv6 prefix-list <name> description <line>", set_prefix_list_description,
             IP_V6, "A text for people"),
    LIST_ROW(IN_FRR, "bgp as-path access-list <name>" SEQ " <line>", set_as_path_list, 0,
             "An expression over AS paths"),
    LIST_ROW(IN_BOTH, "ip as-path access-list <name>" SEQ " <line>", set_as_path_list, 0,
             "The same, as IOS and older versions of FRR write it"),
    LIST_ROW(IN_FRR, "bgp community-list <name>" SEQ " [<line>]", set_community_list,
             COMMUNITY_STANDARD, "Communities; all of an entry must be there"),
    LIST_ROW(IN_FRR, "bgp community-list standard <name>" SEQ " [<line>]", set_community_list,
             COMMUNITY_STANDARD, "The same under a name"),
    LIST_ROW(IN_FRR, "bgp community-list expanded <name>" SEQ " <line>", set_community_list,
             COMMUNITY_EXPANDED, "An expression over communities"),
    LIST_ROW(IN_BOTH, "ip community-list <name>" SEQ " [<line>]", set_community_list,
             COMMUNITY_STANDARD, "Communities by number (1-99), expressions (100-500)"),
    LIST_ROW(IN_BOTH, "ip community-list standard <name>" SEQ " [<line>]", set_community_list,
             COMMUNITY_STANDARD, "Communities under a name"),
    LIST_ROW(IN_BOTH, "ip community-list expanded <name>" SEQ " <line>", set_community_list,
             COMMUNITY_EXPANDED, "An expression over communities"),
    LIST_ROW(IN_FRR, "bgp large-community-list standard <name>" SEQ " [<line>]", set_community_list,
             COMMUNITY_LARGE_STANDARD, "Large communities (RFC 8092)"),
    LIST_ROW(IN_FRR, "bgp large-community-list expanded <name>" SEQ " <line>", set_community_list,
             COMMUNITY_LARGE_EXPANDED, "An expression over large communities"),
    LIST_ROW(IN_FRR, "bgp large-community-list <name>" SEQ " [<line>]", set_community_list,
             COMMUNITY_LARGE_STANDARD, "Large communities by number"),
    LIST_ROW(IN_BOTH, "ip large-community-list standard <name>" SEQ " [<line>]", set_community_list,
             COMMUNITY_LARGE_STANDARD, "Large communities (RFC 8092)"),
    LIST_ROW(IN_BOTH, "ip large-community-list expanded <name>" SEQ " <line>", set_community_list,
             COMMUNITY_LARGE_EXPANDED, "An expression over large communities"),
    LIST_ROW(IN_FRR, "bgp extcommunity-list standard <name>" SEQ " [<line>]", set_community_list,
             COMMUNITY_EXT_STANDARD, "Extended communities: rt and soo"),
    LIST_ROW(IN_FRR, "bgp extcommunity-list expanded <name>" SEQ " <line>", set_community_list,
             COMMUNITY_EXT_EXPANDED, "An expression over extended communities"),
    LIST_ROW(IN_FRR, "bgp extcommunity-list <name>" SEQ " [<line>]", set_community_list,
             COMMUNITY_EXT_STANDARD, "Extended communities by number"),
    LIST_ROW(IN_BOTH, "ip extcommunity-list standard <name>" SEQ " [<line>]", set_community_list,
             COMMUNITY_EXT_STANDARD, "Extended communities: rt and soo"),
    LIST_ROW(IN_BOTH, "ip extcommunity-list expanded <name>" SEQ " <line>", set_community_list,
             COMMUNITY_EXT_EXPANDED, "An expression over extended communities"),
    LIST_ROW(IN_BOTH, "ip extcommunity-list <name>" SEQ " [<line>]", set_community_list,
             COMMUNITY_EXT_STANDARD, "Extended communities by number"),
};

const struct cmd_rows cmd_rows_lists = { "Lists for routes", rows, ARRAY_LEN(rows) };
