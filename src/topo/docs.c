/* The JSON Schema and the reference page. Both have a definition for each kind of resource and for
 * each map of keys; a list of those that are known, each with who leads to it first, is made once:
 * a resource's parts follow it. */
#include "topo/docs.h"

#include <string.h>

#include "topo/internal.h"

enum { DEFS_MAX = 128, SLUG_MAX = 80, LINE_MAX = 2048 };

struct def {
    const struct topo_kind *kind; /* NULL: a map of keys, found under `key` */
    const struct topo_field *fields;
    const char *key, *help;
};

struct defs {
    struct def v[DEFS_MAX];
    unsigned n;
};

static struct def def_of(const struct topo_field *f)
{
    if (f->type == TOPO_STRUCT)
        return (struct def){ .fields = f->fields, .key = f->name, .help = f->help };
    return (struct def){ .kind = f->kind, .fields = f->kind->fields, .help = f->help };
}

static bool leads_on(const struct topo_field *f)
{
    return !f->refused &&
           (f->type == TOPO_STRUCT || f->type == TOPO_NAMED || f->type == TOPO_ITEMS);
}

static bool same_def(const struct def *a, const struct def *b)
{
    return a->kind == b->kind && a->fields == b->fields;
}

static bool has_def(const struct defs *defs, const struct def *d)
{
    for (unsigned i = 0; i < defs->n; i++) {
        if (same_def(&defs->v[i], d))
            return true;
    }
    return false;
}

/* Depth first, in the order of the rows: what waits is put behind in reverse. */
static void collect(struct defs *defs)
{
    struct def waiting[DEFS_MAX] = { { .fields = topo_root_fields } };
    unsigned n = 1;
    while (n > 0) {
        struct def d = waiting[--n];
        if (has_def(defs, &d))
            continue;
        assert(defs->n < DEFS_MAX);
        defs->v[defs->n++] = d;
        unsigned rows = 0;
        while (d.fields[rows].name)
            rows++;
        while (rows-- > 0) {
            if (!leads_on(&d.fields[rows]))
                continue;
            assert(n < DEFS_MAX);
            waiting[n++] = def_of(&d.fields[rows]);
        }
    }
}

/* "azure_virtual_network", "ipsec_policy": with `between` for what cannot be in a name. */
static void slug(const struct def *d, char between, struct text *t)
{
    const char *s = d->kind ? d->kind->name : d->key ? d->key : "topology";
    for (; *s; s++) {
        char c = *s >= 'A' && *s <= 'Z' ? (char)(*s + ('a' - 'A')) : *s;
        bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
        text_char(t, plain ? c : between);
    }
}

static void put(struct topo_printer *out, const char *s)
{
    out->write(out, s, strlen(s));
}

/* --- the schema ------------------------------------------------------------------------------- */

static void quoted(struct text *t, const char *s)
{
    text_char(t, '"');
    for (; *s; s++) {
        if (*s == '"' || *s == '\\')
            text_char(t, '\\');
        text_char(t, *s);
    }
    text_char(t, '"');
}

static const char byte_pattern[] = "(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])";

static void address_schema(struct text *t, const char *tail)
{
    text_str(t, "\"type\": \"string\", \"pattern\": \"^(");
    text_str(t, byte_pattern);
    text_str(t, "[.]){3}");
    text_str(t, byte_pattern);
    text_str(t, tail);
    text_str(t, "$\"");
}

static void number_schema(const struct topo_field *f, bool bounded, struct text *t)
{
    text_str(t, "\"type\": \"integer\", \"minimum\": ");
    text_u64(t, bounded ? f->min : 0);
    text_str(t, ", \"maximum\": ");
    text_u64(t, bounded && f->max ? f->max : UINT32_MAX);
}

static void choice_schema(const struct topo_field *f, struct text *t)
{
    text_str(t, "\"enum\": [");
    for (size_t i = 0; f->choices[i]; i++) {
        text_str(t, i ? ", " : "");
        quoted(t, f->choices[i]);
    }
    text_char(t, ']');
}

/* The members of one value's schema, without braces. */
static void value_schema(const struct topo_field *f, enum topo_type type, struct text *t)
{
    switch (type) {
    case TOPO_TEXT:
        /* Whatever stands there is text, a number too. */
        text_str(t, "\"type\": [\"string\", \"number\", \"boolean\"]");
        text_str(t, f->may_be_empty ? "" : ", \"minLength\": 1");
        break;
    case TOPO_BOOL:
        text_str(t, "\"type\": \"boolean\"");
        break;
    case TOPO_U32:
        number_schema(f, type == f->type, t);
        break;
    case TOPO_CHOICE:
        choice_schema(f, t);
        break;
    case TOPO_ADDR:
        address_schema(t, "");
        break;
    case TOPO_PREFIX:
    case TOPO_IFADDR:
        address_schema(t, "/(3[0-2]|[12]?[0-9])");
        break;
    case TOPO_SECRET:
    case TOPO_FILE:
    case TOPO_ENDPOINT:
    case TOPO_REF:
    case TOPO_PLACE:
        text_str(t, "\"type\": [\"string\", \"number\"], \"minLength\": 1");
        break;
    case TOPO_STRUCT:
    case TOPO_NAMED:
    case TOPO_ITEMS:
    case TOPO_LIST:
        break;
    }
}

static void ref_schema(const struct topo_field *f, struct text *t)
{
    struct def d = def_of(f);
    text_str(t, "\"$ref\": \"#/$defs/");
    slug(&d, '_', t);
    text_char(t, '"');
}

static void counts_schema(const struct topo_field *f, struct text *t)
{
    if (f->min) {
        text_str(t, ", \"minItems\": ");
        text_u64(t, f->min);
    }
    if (f->max) {
        text_str(t, ", \"maxItems\": ");
        text_u64(t, f->max);
    }
}

static void default_schema(const struct topo_field *f, struct text *t)
{
    if (f->required || (f->type != TOPO_BOOL && f->type != TOPO_CHOICE && f->type != TOPO_U32) ||
        (f->type == TOPO_U32 && f->preset == 0))
        return;
    text_str(t, ", \"default\": ");
    if (f->type == TOPO_BOOL)
        text_str(t, f->preset ? "true" : "false");
    else if (f->type == TOPO_U32)
        text_i64(t, f->preset);
    else
        quoted(t, f->choices[f->preset]);
}

/* The members of a field's schema, without braces. */
static void field_schema(const struct topo_field *f, struct text *t)
{
    if (f->refused) {
        text_str(t, "\"not\": {}");
    } else if (f->type == TOPO_STRUCT) {
        ref_schema(f, t);
    } else if (f->type == TOPO_NAMED) {
        text_str(t, "\"type\": [\"object\", \"null\"], \"patternProperties\": {");
        text_str(t, f->kind->free_name ? "\"^[A-Za-z0-9._/:-]{1,80}$\": {"
                                       : "\"^[A-Za-z0-9._-]{1,80}$\": {");
        ref_schema(f, t);
        text_str(t, "}}, \"additionalProperties\": false");
    } else if (f->type == TOPO_ITEMS || f->type == TOPO_LIST) {
        text_str(t, "\"type\": [\"array\", \"null\"], \"items\": {");
        if (f->type == TOPO_ITEMS)
            ref_schema(f, t);
        else
            value_schema(f, f->element, t);
        text_char(t, '}');
        counts_schema(f, t);
    } else {
        value_schema(f, f->type, t);
    }
    default_schema(f, t);
    text_str(t, ", \"description\": ");
    quoted(t, f->refused ? f->refused : f->help);
}

static void property(struct topo_printer *out, const struct topo_field *f, bool first)
{
    char line[LINE_MAX];
    struct text t = text_init(line, sizeof(line));
    text_str(&t, first ? "\n" : ",\n");
    text_str(&t, "          ");
    quoted(&t, f->name);
    text_str(&t, ": {");
    field_schema(f, &t);
    text_char(&t, '}');
    assert(!t.cut);
    put(out, line);
}

static void required_keys(struct topo_printer *out, const struct topo_field *fields)
{
    char line[LINE_MAX];
    struct text t = text_init(line, sizeof(line));
    bool any = false;
    for (const struct topo_field *f = fields; f->name; f++) {
        if (!f->required)
            continue;
        text_str(&t, any ? ", " : ",\n        \"required\": [");
        quoted(&t, f->name);
        any = true;
    }
    text_str(&t, any ? "]" : "");
    put(out, line);
}

static const struct topo_field *find_shorthand(const struct topo_field *fields)
{
    for (; fields->name; fields++) {
        if (fields->shorthand)
            return fields;
    }
    return NULL;
}

static bool needs_nothing(const struct topo_field *fields)
{
    for (; fields->name; fields++) {
        if (fields->required)
            return false;
    }
    return true;
}

static void def_schema(struct topo_printer *out, const struct def *d, bool last)
{
    char line[LINE_MAX];
    struct text t = text_init(line, sizeof(line));
    const struct topo_field *brief = find_shorthand(d->fields);
    text_str(&t, "    ");
    text_char(&t, '"');
    slug(d, '_', &t);
    text_str(&t, "\": {\n      \"title\": ");
    quoted(&t, d->kind ? d->kind->name : d->key ? d->key : "topology");
    text_str(&t, ",\n      \"anyOf\": [{\n        \"type\": ");
    text_str(&t, needs_nothing(d->fields) ? "[\"object\", \"null\"]" : "\"object\"");
    text_str(&t, ",\n        \"additionalProperties\": false");
    put(out, line);
    required_keys(out, d->fields);
    put(out, ",\n        \"properties\": {");
    for (const struct topo_field *f = d->fields; f->name; f++)
        property(out, f, f == d->fields);
    put(out, "\n        }\n      }");
    if (brief) {
        t = text_init(line, sizeof(line));
        text_str(&t, ", {");
        value_schema(brief, brief->type, &t);
        text_char(&t, '}');
        put(out, line);
    }
    put(out, last ? "]\n    }\n" : "]\n    },\n");
}

void topo_schema_print(struct topo_printer *out)
{
    struct defs defs = { .n = 0 };
    collect(&defs);
    put(out, "{\n"
             "  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n"
             "  \"title\": \"Spanway topology\",\n"
             "  \"description\": \"Made from the tables in src/topo/ by the test topo/docs.\",\n"
             "  \"$ref\": \"#/$defs/topology\",\n"
             "  \"$defs\": {\n");
    for (unsigned i = 0; i < defs.n; i++)
        def_schema(out, &defs.v[i], i + 1 == defs.n);
    put(out, "  }\n}\n");
}

/* --- the reference page ----------------------------------------------------------------------- */

/* A table's cell: bars would end it, angle brackets vanish. */
static void cell(struct text *t, const char *s)
{
    for (; *s; s++) {
        if (*s == '|')
            text_char(t, '\\');
        text_char(t, *s);
    }
}

static void link_to(const struct topo_field *f, struct text *t)
{
    struct def d = def_of(f);
    text_char(t, '[');
    text_str(t, d.kind ? d.kind->name : d.key);
    text_str(t, "](#");
    slug(&d, '-', t);
    text_char(t, ')');
}

static void value_cell(const struct topo_field *f, struct text *t)
{
    char buffer[512];
    struct text value = text_init(buffer, sizeof(buffer));
    if (f->type == TOPO_STRUCT) {
        link_to(f, t);
    } else if (f->type == TOPO_NAMED || f->type == TOPO_ITEMS) {
        text_str(t, f->type == TOPO_NAMED ? "names: each " : "list: each ");
        link_to(f, t);
    } else {
        topo_expected(f, f->type == TOPO_LIST ? f->element : f->type, &value);
        text_str(t, f->type == TOPO_LIST ? "list: each " : "");
        cell(t, buffer);
    }
    if (f->type != TOPO_U32 && f->max) {
        text_str(t, f->min == f->max ? "; " : "; at most ");
        text_u64(t, f->max);
    }
}

static void default_cell(const struct topo_field *f, struct text *t)
{
    if (f->required)
        text_str(t, "required");
    else if (f->type == TOPO_BOOL)
        text_str(t, f->preset ? "true" : "false");
    else if (f->type == TOPO_CHOICE)
        text_str(t, f->choices[f->preset]);
    else if (f->type == TOPO_U32 && f->preset)
        text_i64(t, f->preset);
}

static void row(struct topo_printer *out, const struct topo_field *f)
{
    char line[LINE_MAX];
    struct text t = text_init(line, sizeof(line));
    text_str(&t, "| `");
    text_str(&t, f->name);
    text_str(&t, "` | ");
    if (f->refused) {
        text_str(&t, "not supported | | ");
        cell(&t, f->refused);
    } else {
        value_cell(f, &t);
        text_str(&t, " | ");
        default_cell(f, &t);
        text_str(&t, " | ");
        cell(&t, f->help);
        if (f->shorthand)
            text_str(&t, " May stand alone in the place of the map.");
    }
    text_str(&t, " |\n");
    assert(!t.cut);
    put(out, line);
}

/* Where a kind stands: "azure.virtual_networks.NAME.subnets". */
static void path_line(const struct topo_kind *kind, struct text *t)
{
    const struct topo_kind *chain[8];
    size_t n = 0;
    for (; kind && n < ARRAY_LEN(chain); kind = kind->parent)
        chain[n++] = kind;
    text_str(t, "In `");
    while (n-- > 0) {
        text_str(t, chain[n]->path);
        text_str(t, n ? ".NAME." : "`.");
    }
}

static void def_page(struct topo_printer *out, const struct def *d)
{
    char line[LINE_MAX];
    struct text t = text_init(line, sizeof(line));
    text_str(&t, "\n## ");
    text_str(&t, d->kind ? d->kind->name : d->key ? d->key : "topology");
    text_str(&t, "\n\n");
    if (d->kind)
        path_line(d->kind, &t);
    else
        text_str(&t, d->help ? d->help : "The whole file.");
    if (d->kind && d->kind->device)
        text_str(&t,
                 " As a place, an interface or a line of its configuration may follow a colon.");
    if (d->kind && d->kind->parts) {
        text_str(&t, " As a place, one of these may follow a colon:");
        for (const char *const *p = d->kind->parts; *p; p++) {
            text_str(&t, p == d->kind->parts ? " `" : ", `");
            text_str(&t, *p);
            text_char(&t, '`');
        }
        text_char(&t, '.');
    }
    text_str(&t, "\n\n| key | value | default | meaning |\n|---|---|---|---|\n");
    assert(!t.cut);
    put(out, line);
    for (const struct topo_field *f = d->fields; f->name; f++)
        row(out, f);
}

void topo_reference_print(struct topo_printer *out)
{
    struct defs defs = { .n = 0 };
    collect(&defs);
    put(out, "# Topology reference\n\n"
             "Made from the tables in `src/topo/` by the test `topo/docs`; do not edit by hand.\n"
             "[topology.md](topology.md) says how to write a topology.\n\n"
             "Names have letters, digits, `.`, `_` and `-`, at most 80. A resource is referred to "
             "by its name,\na part by `parent/name`, both by the whole path too, such as\n"
             "`azure.virtual_networks.vnet-hub.subnets.default`. A place is any resource or part, "
             "by its path or\nby a name that nothing else has. IPv6 is not supported in "
             "topologies.\n");
    for (unsigned i = 0; i < defs.n; i++)
        def_page(out, &defs.v[i]);
}
