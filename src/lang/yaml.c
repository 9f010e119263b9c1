#include "lang/yaml.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "lang/near.h"
#include "lang/yaml_impl.h"

/* Maps up to this size are searched key by key; larger ones have an order. */
enum { SMALL_MAP_MAX = 8, FIRST_CAP = 64 };

/* Arrays, padding and the end of text that one node may cost besides itself. */
enum { NODE_EXTRA_BYTES = 64 };
/* "\L" in quotes, two bytes, is a character of three: a value can be longer than its source. */
enum { ARENA_BYTES_MAX = 384 << 20 };
static_assert((size_t)LANG_NODES_MAX * (sizeof(struct lang_node) + NODE_EXTRA_BYTES) +
                      (size_t)LANG_TEXT_BYTES_MAX / 2 * 5 + (1 << 20) <=
                  ARENA_BYTES_MAX,
              "what the other limits allow fits into the arena");

static const struct yaml_fault no_memory = {
    "LANG-YAML-MEMORY",
    "no memory for this file",
    NULL,
    "read a smaller file",
};

static bool has_room(struct yaml_build *b)
{
    if (b->pending_count < b->pending_cap)
        return true;
    uint32_t cap = b->pending_cap ? b->pending_cap * 2 : FIRST_CAP;
    size_t one = sizeof(b->pending[0]);
    const struct lang_node **p = mem_resize(MEM_MISC, b->pending, b->pending_cap * one, cap * one);
    if (!p)
        return false;
    b->pending = p;
    b->pending_cap = cap;
    return true;
}

static struct yaml_open *innermost(struct yaml_build *b)
{
    return b->depth ? &b->open[b->depth - 1] : NULL;
}

/* Whether what comes next is a key. */
static bool wants_key(struct yaml_build *b)
{
    const struct yaml_open *o = innermost(b);
    return o && o->node->kind == LANG_MAP && (b->pending_count - o->first) % 2 == 0;
}

/* Counts n more nodes of the document. */
static bool count_nodes(struct yaml_build *b, uint32_t n, struct yaml_place at, bool by_alias)
{
    static const struct yaml_fault many = {
        "LANG-YAML-NODES",
        "too many values",
        "at most 1000000 in all files",
        "split the network",
    };
    static const struct yaml_fault multiplied = {
        "LANG-YAML-ALIAS",
        "aliases multiply to too many values",
        "at most 1000000, each alias counted as all that it stands for",
        "let fewer aliases stand for trees that have aliases themselves",
    };
    static_assert(LANG_NODES_MAX == 1000000, "as the texts say");
    if (n > LANG_NODES_MAX - b->doc->nodes)
        return yaml_refuse(b, at, by_alias ? &multiplied : &many);
    b->doc->nodes += n;
    return true;
}

static struct lang_node *new_node(struct yaml_build *b, enum lang_kind kind, const yaml_event_t *e)
{
    struct yaml_place at = yaml_place_of(b, &e->start_mark), end = yaml_place_of(b, &e->end_mark);
    if (!count_nodes(b, 1, at, false))
        return NULL;
    struct lang_node *n = arena_alloc(&b->doc->arena, sizeof(*n));
    if (!n) {
        yaml_refuse(b, at, &no_memory);
        return NULL;
    }
    *n = (struct lang_node){
        .kind = kind,
        .file = (uint32_t)(b->file - b->doc->files),
        .line = at.line,
        .column = at.column,
        .end_line = end.line,
        .end_column = end.column,
        .text = "",
        .file_name = b->file->name,
        .weight = 1,
    };
    return n;
}

/* Gives a finished node to what is open, or makes it the root. */
static bool attach(struct yaml_build *b, const struct lang_node *n)
{
    struct yaml_open *o = innermost(b);
    if (!o) {
        assert(!b->root);
        b->root = n;
        return true;
    }
    if (!has_room(b))
        return yaml_refuse(b, b->end, &no_memory);
    o->node->weight += n->weight;
    o->node->height = MAX(o->node->height, (uint8_t)(n->height + 1));
    assert(o->node->weight <= LANG_NODES_MAX && b->depth + n->height <= LANG_DEPTH_MAX);
    b->pending[b->pending_count++] = n;
    return true;
}

static struct yaml_anchor *find_anchor(const struct yaml_build *b, const char *name)
{
    for (uint32_t i = b->anchor_count; i > 0; i--) {
        if (strcmp(b->anchors[i - 1].name, name) == 0)
            return &b->anchors[i - 1];
    }
    return NULL;
}

/* "%s "NAME"%s", which lives as long as the caller's buffer. */
static const char *about(struct text *t, const char *before, const char *name, const char *after)
{
    text_str(t, before);
    lang_quote(t, name, strlen(name));
    text_str(t, after);
    return t->s;
}

static bool refuse_second_anchor(struct yaml_build *b, const struct yaml_anchor *a,
                                 struct yaml_place at)
{
    char buf[160];
    struct text t = text_init(buf, sizeof(buf));
    about(&t, "the anchor ", a->name, " was given before, on line ");
    text_u64(&t, a->at.line);
    struct yaml_fault f = { "LANG-YAML-ANCHOR", buf, NULL, "give one of them another name" };
    return yaml_refuse(b, at, &f);
}

/* A new row for the anchor that the event gives, if any; its node is known later. */
static bool open_anchor(struct yaml_build *b, const yaml_char_t *name, struct yaml_place at)
{
    static const struct yaml_fault many = {
        "LANG-YAML-ANCHOR",
        "too many anchors",
        "at most 1000 in a file",
        "split the file",
    };
    static_assert(LANG_ANCHORS_MAX == 1000, "as the text says");
    if (!name)
        return true;
    const struct yaml_anchor *before = find_anchor(b, (const char *)name);
    if (before)
        return refuse_second_anchor(b, before, at);
    if (b->anchor_count == LANG_ANCHORS_MAX)
        return yaml_refuse(b, at, &many);
    if (b->anchor_count == b->anchor_cap) {
        uint32_t cap = b->anchor_cap ? b->anchor_cap * 2 : FIRST_CAP;
        size_t one = sizeof(b->anchors[0]);
        struct yaml_anchor *p = mem_resize(MEM_MISC, b->anchors, b->anchor_cap * one, cap * one);
        if (!p)
            return yaml_refuse(b, at, &no_memory);
        b->anchors = p;
        b->anchor_cap = cap;
    }
    const char *copy = arena_str(&b->doc->arena, (const char *)name);
    if (!copy)
        return yaml_refuse(b, at, &no_memory);
    b->anchors[b->anchor_count++] = (struct yaml_anchor){ .name = copy, .at = at };
    return true;
}

static bool refuse_unknown_alias(struct yaml_build *b, const char *name, struct yaml_place at)
{
    char buf[128], hint[128];
    struct text t = text_init(buf, sizeof(buf)), h = text_init(hint, sizeof(hint));
    about(&t, "the alias ", name, " names no anchor above it");
    struct lang_near near = lang_near_start(name);
    for (uint32_t i = 0; i < b->anchor_count; i++)
        lang_near_try(&near, b->anchors[i].name);
    if (near.best)
        about(&h, "did you mean ", near.best, "?");
    else
        text_str(&h, "give the anchor first, as &name; text that begins with * needs quotes");
    struct yaml_fault f = { "LANG-YAML-ALIAS", buf, NULL, hint };
    return yaml_refuse(b, at, &f);
}

static bool on_alias(struct yaml_build *b, const yaml_event_t *e)
{
    static const struct yaml_fault faults[] = {
        { "LANG-YAML-KEY", "an alias stands where a key is expected", "a name", "write it out" },
        { "LANG-YAML-ALIAS", "too many aliases", "at most 10000 in a file", "split the file" },
        { "LANG-YAML-ALIAS", "this alias stands for a value that it is part of", NULL,
          "take the alias or the anchor away" },
        { "LANG-YAML-DEPTH", "what this alias stands for is nested too deep here",
          "at most 64 levels", "let the alias stand for less" },
    };
    static_assert(LANG_ALIASES_MAX == 10000 && LANG_DEPTH_MAX == 64, "as the texts say");
    struct yaml_place at = yaml_place_of(b, &e->start_mark);
    b->end = yaml_place_of(b, &e->end_mark);
    const char *name = (const char *)e->data.alias.anchor;
    if (wants_key(b))
        return yaml_refuse(b, at, &faults[0]);
    if (++b->aliases > LANG_ALIASES_MAX)
        return yaml_refuse(b, at, &faults[1]);
    const struct yaml_anchor *a = find_anchor(b, name);
    if (!a)
        return refuse_unknown_alias(b, name, at);
    if (!a->node)
        return yaml_refuse(b, at, &faults[2]);
    if (b->depth + a->node->height > LANG_DEPTH_MAX)
        return yaml_refuse(b, at, &faults[3]);
    return count_nodes(b, a->node->weight, at, true) && attach(b, a->node);
}

static bool is_null_word(const char *s)
{
    static const char *const words[] = { "", "~", "null", "Null", "NULL" };
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (strcmp(s, words[i]) == 0)
            return true;
    }
    return false;
}

static bool refuse_tag(struct yaml_build *b, const char *tag, struct yaml_place at)
{
    char buf[128];
    struct text t = text_init(buf, sizeof(buf));
    struct yaml_fault f = {
        "LANG-YAML-TAG",
        about(&t, "the tag ", tag, " does not belong here"),
        "no tag, or the core tag of this kind of value: !!str, !!int, !!map ...",
        "take it away; text that begins with ! needs quotes",
    };
    return yaml_refuse(b, at, &f);
}

/* What a tag says besides the value's own form; of the core schema's, those of the kind. */
static bool apply_tag(struct yaml_build *b, const yaml_char_t *tag, struct lang_node *n,
                      struct yaml_place at)
{
    static const struct {
        const char *tag;
        enum lang_kind kind;
        bool text;
    } core[] = {
        { "!", LANG_SCALAR, true },
        { YAML_STR_TAG, LANG_SCALAR, true },
        { YAML_INT_TAG, LANG_SCALAR, false },
        { YAML_FLOAT_TAG, LANG_SCALAR, false },
        { YAML_BOOL_TAG, LANG_SCALAR, false },
        { YAML_NULL_TAG, LANG_SCALAR, false },
        { YAML_SEQ_TAG, LANG_SEQ, false },
        { YAML_MAP_TAG, LANG_MAP, false },
    };
    if (!tag)
        return true;
    for (size_t i = 0; i < ARRAY_LEN(core); i++) {
        if (strcmp((const char *)tag, core[i].tag) != 0 || core[i].kind != n->kind)
            continue;
        if (n->kind == LANG_SCALAR) {
            n->quoted = core[i].text;
            n->is_null = !n->quoted && is_null_word(n->text);
            if (strcmp(core[i].tag, YAML_NULL_TAG) == 0 && !n->is_null)
                break;
        }
        return true;
    }
    return refuse_tag(b, (const char *)tag, at);
}

/* What only a key must not be. */
static bool check_key(struct yaml_build *b, const struct lang_node *n, struct yaml_place at)
{
    static const struct yaml_fault merge = {
        "LANG-YAML-MERGE",
        "merge keys (<<) are not supported",
        "a key",
        "write the keys out, or let an alias stand for the whole map",
    };
    static const struct yaml_fault empty = {
        "LANG-YAML-KEY",
        "a key is missing before the colon",
        "a name",
        NULL,
    };
    if (!n->quoted && strcmp(n->text, "<<") == 0)
        return yaml_refuse(b, at, &merge);
    if (!n->quoted && n->text_len == 0)
        return yaml_refuse(b, at, &empty);
    return true;
}

static bool on_scalar(struct yaml_build *b, const yaml_event_t *e)
{
    static const struct yaml_fault nul = {
        "LANG-YAML-CONTROL",
        "the text contains a NUL (\\0)",
        "text",
        "take it away",
    };
    struct yaml_place at = yaml_place_of(b, &e->start_mark);
    b->end = yaml_place_of(b, &e->end_mark);
    struct lang_node *n = new_node(b, LANG_SCALAR, e);
    if (!n)
        return false;
    const char *text = (const char *)e->data.scalar.value;
    size_t len = e->data.scalar.length;
    if (memchr(text, '\0', len))
        return yaml_refuse(b, at, &nul);
    if (len > 0) {
        n->text = arena_strn(&b->doc->arena, text, len);
        if (!n->text)
            return yaml_refuse(b, at, &no_memory);
    }
    n->text_len = (uint32_t)len;
    n->quoted = e->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    n->is_null = !n->quoted && is_null_word(n->text);
    if (!apply_tag(b, e->data.scalar.tag, n, at) || (wants_key(b) && !check_key(b, n, at)) ||
        !open_anchor(b, e->data.scalar.anchor, at))
        return false;
    if (e->data.scalar.anchor)
        b->anchors[b->anchor_count - 1].node = n;
    return attach(b, n);
}

struct start {
    enum lang_kind kind;
    bool block;
    const yaml_char_t *anchor, *tag;
};

static bool on_start(struct yaml_build *b, const yaml_event_t *e, const struct start *s)
{
    static const struct yaml_fault not_a_key = {
        "LANG-YAML-KEY",
        "a map or a list stands where a key is expected",
        "a name",
        "text that begins with { or [ needs quotes",
    };
    static const struct yaml_fault deep = {
        "LANG-YAML-DEPTH",
        "nested too deep",
        "at most 64 levels",
        NULL,
    };
    struct yaml_place at = yaml_place_of(b, &e->start_mark);
    b->end = yaml_place_of(b, &e->end_mark);
    if (wants_key(b))
        return yaml_refuse(b, at, &not_a_key);
    if (b->depth == LANG_DEPTH_MAX)
        return yaml_refuse(b, at, &deep);
    struct lang_node *n = new_node(b, s->kind, e);
    if (!n || !apply_tag(b, s->tag, n, at) || !open_anchor(b, s->anchor, at))
        return false;
    n->height = 1;
    b->open[b->depth++] = (struct yaml_open){
        .node = n,
        .first = b->pending_count,
        .block = s->block,
        .anchor = s->anchor ? b->anchor_count : 0,
    };
    return true;
}

/* Sorts a map's keys: length does not matter, equal ones stay as written. */
static int compare_keys(const void *left, const void *right, void *keys_of)
{
    const struct lang_node *const *keys = keys_of;
    uint32_t l = *(const uint32_t *)left, r = *(const uint32_t *)right;
    int c = strcmp(keys[l]->text, keys[r]->text);
    if (c != 0)
        return c;
    return l < r ? -1 : l > r;
}

static bool refuse_duplicate(struct yaml_build *b, const struct lang_node *first,
                             const struct lang_node *again)
{
    char buf[160];
    struct text t = text_init(buf, sizeof(buf));
    about(&t, "the key ", again->text, " stands twice in this map, first on line ");
    text_u64(&t, first->line);
    struct yaml_fault f = {
        "LANG-YAML-DUPLICATE",
        buf,
        "each key once",
        "take one of the two away or rename it",
    };
    return yaml_refuse(b, (struct yaml_place){ again->line, again->column }, &f);
}

/* The map has each key once. Of several repetitions the topmost is reported. */
static bool check_small_map(struct yaml_build *b, const struct lang_node *n)
{
    for (uint32_t i = 1; i < n->count; i++) {
        for (uint32_t k = 0; k < i; k++) {
            if (strcmp(n->keys[k]->text, n->keys[i]->text) == 0)
                return refuse_duplicate(b, n->keys[k], n->keys[i]);
        }
    }
    return true;
}

static bool order_map(struct yaml_build *b, struct lang_node *n)
{
    uint32_t *order = arena_alloc(&b->doc->arena, n->count * sizeof(*order));
    if (!order)
        return yaml_refuse(b, b->end, &no_memory);
    for (uint32_t i = 0; i < n->count; i++)
        order[i] = i;
    qsort_r(order, n->count, sizeof(*order), compare_keys, (void *)n->keys);
    n->order = order;
    uint32_t first = 0, again = UINT32_MAX;
    for (uint32_t i = 1; i < n->count; i++) {
        bool same = strcmp(n->keys[order[i - 1]]->text, n->keys[order[i]]->text) == 0;
        if (same && order[i] < again) {
            first = order[i - 1];
            again = order[i];
        }
    }
    return again == UINT32_MAX || refuse_duplicate(b, n->keys[first], n->keys[again]);
}

/* Moves the pending children of the innermost collection into arrays of its own. */
static bool take_children(struct yaml_build *b, const struct yaml_open *o)
{
    struct lang_node *n = o->node;
    uint32_t pending = b->pending_count - o->first;
    uint32_t step = n->kind == LANG_MAP ? 2 : 1;
    assert(pending % step == 0);
    n->count = pending / step;
    if (n->count == 0)
        return true;
    size_t one = sizeof(struct lang_node *);
    const struct lang_node **items = arena_alloc(&b->doc->arena, n->count * one), **keys = NULL;
    if (n->kind == LANG_MAP)
        keys = arena_alloc(&b->doc->arena, n->count * one);
    if (!items || (n->kind == LANG_MAP && !keys))
        return yaml_refuse(b, b->end, &no_memory);
    for (uint32_t i = 0; i < n->count; i++) {
        if (keys)
            keys[i] = b->pending[o->first + i * step];
        items[i] = b->pending[o->first + i * step + (step - 1)];
    }
    n->items = items;
    n->keys = keys;
    b->pending_count = o->first;
    if (n->kind != LANG_MAP)
        return true;
    return n->count <= SMALL_MAP_MAX ? check_small_map(b, n) : order_map(b, n);
}

static bool on_end(struct yaml_build *b, const yaml_event_t *e)
{
    assert(b->depth > 0);
    const struct yaml_open *o = innermost(b);
    /* By indentation, a collection is seen to end only where the next thing begins. */
    if (!o->block)
        b->end = yaml_place_of(b, &e->end_mark);
    o->node->end_line = b->end.line;
    o->node->end_column = b->end.column;
    if (!take_children(b, o))
        return false;
    if (o->anchor)
        b->anchors[o->anchor - 1].node = o->node;
    b->depth--;
    return attach(b, o->node);
}

static bool on_document(struct yaml_build *b, const yaml_event_t *e)
{
    static const struct yaml_fault second = {
        "LANG-YAML-DOCUMENTS",
        "a second document begins here",
        "one document in a file",
        "make it a file of its own, or take the --- away",
    };
    if (++b->documents > 1)
        return yaml_refuse(b, yaml_place_of(b, &e->start_mark), &second);
    return true;
}

static bool on_event(struct yaml_build *b, const yaml_event_t *e)
{
    struct start s = { .kind = LANG_SEQ };
    switch (e->type) {
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_STREAM_END_EVENT:
    case YAML_DOCUMENT_END_EVENT:
        return true;
    case YAML_DOCUMENT_START_EVENT:
        return on_document(b, e);
    case YAML_ALIAS_EVENT:
        return on_alias(b, e);
    case YAML_SCALAR_EVENT:
        return on_scalar(b, e);
    case YAML_SEQUENCE_START_EVENT:
        s.block = e->data.sequence_start.style == YAML_BLOCK_SEQUENCE_STYLE;
        s.anchor = e->data.sequence_start.anchor;
        s.tag = e->data.sequence_start.tag;
        return on_start(b, e, &s);
    case YAML_MAPPING_START_EVENT:
        s.kind = LANG_MAP;
        s.block = e->data.mapping_start.style == YAML_BLOCK_MAPPING_STYLE;
        s.anchor = e->data.mapping_start.anchor;
        s.tag = e->data.mapping_start.tag;
        return on_start(b, e, &s);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        return on_end(b, e);
    }
    return true;
}

/* All of the file's events; libyaml is initialised. */
static bool read_events(struct yaml_build *b)
{
    yaml_parser_set_encoding(&b->parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&b->parser, (const unsigned char *)b->file->text, b->file->len);
    for (bool more = true; more;) {
        yaml_event_t e;
        if (!yaml_parser_parse(&b->parser, &e))
            return yaml_refuse_syntax(b);
        bool ok = on_event(b, &e);
        more = e.type != YAML_STREAM_END_EVENT;
        yaml_event_delete(&e);
        if (!ok)
            return false;
    }
    return true;
}

/* A text of comments alone is a null. */
static bool root_of_nothing(struct yaml_build *b)
{
    if (b->root)
        return true;
    yaml_event_t nowhere = { 0 };
    struct lang_node *n = new_node(b, LANG_SCALAR, &nowhere);
    if (n)
        n->is_null = true;
    b->root = n;
    return n;
}

static bool build(struct yaml_build *b)
{
    if (!yaml_check_bytes(b))
        return false;
    if (!yaml_parser_initialize(&b->parser))
        return yaml_refuse(b, (struct yaml_place){ 0 }, &no_memory);
    bool ok = read_events(b) && root_of_nothing(b);
    yaml_parser_delete(&b->parser);
    mem_free(MEM_MISC, b->pending, b->pending_cap * sizeof(b->pending[0]));
    mem_free(MEM_MISC, b->anchors, b->anchor_cap * sizeof(b->anchors[0]));
    return ok;
}

static bool check_sizes(const struct yaml_build *b, size_t len)
{
    static const struct yaml_fault faults[] = {
        { "LANG-YAML-FILES", "too many files", "at most 64 in all", "join some of them" },
        { "LANG-YAML-SIZE", "the file is too large", "at most 16 MiB", "split it into several" },
        { "LANG-YAML-SIZE", "the files are too large together", "at most 64 MiB", NULL },
    };
    static_assert(LANG_FILES_MAX == 64 && LANG_FILE_BYTES_MAX == 16 << 20 &&
                      LANG_TEXT_BYTES_MAX == 64 << 20,
                  "as the texts say");
    struct yaml_place nowhere = { 0 };
    if (b->doc->file_count == LANG_FILES_MAX)
        return yaml_refuse(b, nowhere, &faults[0]);
    if (len > LANG_FILE_BYTES_MAX)
        return yaml_refuse(b, nowhere, &faults[1]);
    if (len > LANG_TEXT_BYTES_MAX - b->doc->text_bytes)
        return yaml_refuse(b, nowhere, &faults[2]);
    return true;
}

void lang_doc_init(struct lang_doc *doc)
{
    *doc = (struct lang_doc){ 0 };
    arena_init(&doc->arena, ARENA_BYTES_MAX);
}

void lang_doc_done(struct lang_doc *doc)
{
    arena_done(&doc->arena);
    *doc = (struct lang_doc){ 0 };
}

bool lang_yaml_parse(struct lang_doc *doc, const char *file_name, const char *text, size_t len,
                     struct diag *ret_diag)
{
    static const char mark[] = "\xEF\xBB\xBF"; /* U+FEFF */
    struct lang_file unnamed = { .name = file_name };
    struct yaml_build b = { .doc = doc, .file = &unnamed, .diag = ret_diag };
    if (!check_sizes(&b, len))
        return false;
    if (len >= sizeof(mark) - 1 && memcmp(text, mark, sizeof(mark) - 1) == 0) {
        text += sizeof(mark) - 1;
        len -= sizeof(mark) - 1;
    }
    struct lang_file file = {
        .name = arena_str(&doc->arena, file_name),
        .text = arena_strn(&doc->arena, text, len),
        .len = len,
        /* A line is a byte at least. */
        .marks = arena_alloc(&doc->arena, (len / LANG_MARK_LINES + 1) * sizeof(*file.marks)),
    };
    if (!file.name || !file.text || !file.marks)
        return yaml_refuse(&b, (struct yaml_place){ 0 }, &no_memory);
    b.file = &doc->files[doc->file_count++];
    *b.file = file;
    doc->text_bytes += len;
    if (!build(&b))
        return false;
    b.file->root = b.root;
    if (b.file == doc->files)
        doc->root = b.root;
    return true;
}
