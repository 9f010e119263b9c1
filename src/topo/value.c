/* One value of the file into one slot: what each type accepts. */
#include <string.h>
#include <strings.h>

#include "base/number.h"
#include "lang/near.h"
#include "topo/internal.h"

size_t topo_element_size(enum topo_type element)
{
    switch (element) {
    case TOPO_TEXT:
    case TOPO_SECRET:
    case TOPO_FILE:
        return sizeof(const char *);
    case TOPO_BOOL:
        return sizeof(bool);
    case TOPO_U32:
        return sizeof(uint32_t);
    case TOPO_CHOICE:
        return sizeof(int);
    case TOPO_ADDR:
        return sizeof(struct ip_addr);
    case TOPO_PREFIX:
        return sizeof(struct prefix);
    case TOPO_IFADDR:
        return sizeof(struct topo_ifaddr);
    case TOPO_ENDPOINT:
        return sizeof(struct topo_endpoint);
    case TOPO_REF:
        return sizeof(void *);
    case TOPO_PLACE:
        return sizeof(struct topo_place);
    case TOPO_STRUCT:
    case TOPO_NAMED:
    case TOPO_ITEMS:
    case TOPO_LIST:
        break;
    }
    return 0; /* not one value */
}

/* --- what would have been right --------------------------------------------------------------- */

static void expected_u32(const struct topo_field *f, struct text *out)
{
    text_str(out, "a whole number");
    if (f->min == 0 && f->max == 0)
        return;
    text_str(out, " from ");
    text_u64(out, f->min);
    text_str(out, " to ");
    text_u64(out, f->max ? f->max : UINT32_MAX);
}

static void expected_choice(const struct topo_field *f, struct text *out)
{
    for (size_t i = 0; f->choices[i]; i++) {
        if (i > 0)
            text_str(out, f->choices[i + 1] ? ", " : " or ");
        text_str(out, f->choices[i]);
    }
}

static void expected_text(const struct topo_field *f, struct text *out)
{
    for (size_t i = 0; f->protocols && f->protocols[i]; i++) {
        bool last = !f->numbers && !f->protocols[i + 1];
        text_str(out, i == 0 ? "" : last ? " or " : ", ");
        text_str(out, f->protocols[i]);
    }
    text_str(out, !f->protocols ? "text" : f->numbers ? " or the number of a protocol" : "");
}

void topo_kind_text(const struct topo_kind *kind, struct text *out)
{
    text_str(out, strchr("aeioAEIO", kind->name[0]) ? "an " : "a ");
    text_str(out, kind->name);
}

void topo_expected(const struct topo_field *f, enum topo_type type, struct text *out)
{
    switch (type) {
    case TOPO_TEXT:
        expected_text(f, out);
        break;
    case TOPO_SECRET:
        text_str(out, "text");
        break;
    case TOPO_FILE:
        text_str(out, "the path of a file below this one's folder");
        break;
    case TOPO_BOOL:
        text_str(out, "true or false");
        break;
    case TOPO_U32:
        expected_u32(f, out);
        break;
    case TOPO_CHOICE:
        expected_choice(f, out);
        break;
    case TOPO_ADDR:
        text_str(out, "an IPv4 address such as 10.0.0.4");
        break;
    case TOPO_PREFIX:
        text_str(out, "an IPv4 prefix such as 10.0.0.0/16");
        break;
    case TOPO_IFADDR:
        text_str(out, "an address with its length such as 10.0.0.4/24");
        break;
    case TOPO_ENDPOINT:
        text_str(out, "an IPv4 address, or the resource that has it");
        break;
    case TOPO_REF:
        text_str(out, f->kind->parent ? "parent/name of " : "the name of ");
        topo_kind_text(f->kind, out);
        break;
    case TOPO_PLACE:
        text_str(out, "a resource, as its name or its path, with :part where it has parts");
        break;
    case TOPO_NAMED:
    case TOPO_STRUCT:
        text_str(out, "a map");
        break;
    case TOPO_ITEMS:
    case TOPO_LIST:
        text_str(out, "a list");
        break;
    }
}

/* --- errors ----------------------------------------------------------------------------------- */

/* The value is not of the type: says what it is, and what was wanted. */
static bool wrong_value(struct topo_reader *rd, const struct topo_field *f, enum topo_type type,
                        const struct lang_node *node, const char *remedy)
{
    char expected[192], quote[TOPO_QUOTE_MAX];
    struct text t = text_init(expected, sizeof(expected));
    topo_expected(f, type, &t);
    struct topo_wrong wrong = { "TOPO-VALUE", expected, remedy };
    if (node->kind != LANG_SCALAR || node->is_null)
        topo_error(rd, node, wrong, "\"%s\" is %s", f->name, lang_what(node));
    else
        topo_error(rd, node, wrong, "\"%s\" is %s", f->name, topo_quote(quote, node->text));
    return false;
}

static bool wrong_ipv6(struct topo_reader *rd, const struct topo_field *f,
                       const struct lang_node *node)
{
    char quote[TOPO_QUOTE_MAX];
    topo_error(rd, node,
               (struct topo_wrong){ "TOPO-IPV6", "IPv4",
                                    "leave IPv6 out: the providers are modelled for IPv4" },
               "\"%s\" is %s: IPv6 in a topology is not supported", f->name,
               topo_quote(quote, node->text));
    return false;
}

/* --- types ------------------------------------------------------------------------------------ */

/* No control characters, and none of the characters that YAML has no place for or takes for the end
 * of a line: NEL, the line and paragraph separators, a byte order mark, U+FFFE and U+FFFF. */
static bool text_ok(const char *s)
{
    static const char *const refused[] = { "\xe2\x80\xa8", "\xe2\x80\xa9", "\xef\xbb\xbf",
                                           "\xef\xbf\xbe", "\xef\xbf\xbf" };
    for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
        if (strstr(s, refused[i]))
            return false;
    }
    for (; *s; s++) {
        const unsigned char c = (unsigned char)*s, next = (unsigned char)s[1];
        if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7f || (c == 0xc2 && next < 0xa0))
            return false;
    }
    return true;
}

/* Words are short: what is longer is none. */
enum { PROTOCOL_LEN_MAX = 16 };

static bool is_protocol(struct topo_reader *rd, const struct topo_field *f,
                        const struct lang_node *node)
{
    char word[PROTOCOL_LEN_MAX + 1] = "";
    size_t len = strcspn(node->text, ":"), n = 0;
    uint64_t number;
    if (len <= PROTOCOL_LEN_MAX)
        memcpy(word, node->text, len);
    for (; f->protocols[n]; n++)
        if (strcasecmp(f->protocols[n], word) == 0)
            return true;
    if (f->numbers && number_parse(word, UINT8_MAX, &number))
        return true;
    char remedy[80];
    struct text t = text_init(remedy, sizeof(remedy));
    const char *near = lang_near(word, f->protocols, n);
    text_str(&t, near ? "did you mean " : "write one of them");
    text_str(&t, near ? near : "");
    text_str(&t, near ? "?" : "");
    return wrong_value(rd, f, TOPO_TEXT, node, remedy);
}

static bool read_text(struct topo_reader *rd, const struct topo_field *f,
                      const struct lang_node *node, const char **slot)
{
    if (node->text_len == 0 && !f->may_be_empty)
        return wrong_value(rd, f, TOPO_TEXT, node, "write a text, or leave the key out");
    if (node->text_len > TOPO_TEXT_MAX || !text_ok(node->text)) {
        topo_error(rd, node,
                   (struct topo_wrong){ "TOPO-TEXT",
                                        "at most 4096 bytes without control characters",
                                        "shorten it, or take them out" },
                   "\"%s\" is not a text that can be used", f->name);
        return false;
    }
    *slot = node->text;
    return !f->protocols || is_protocol(rd, f, node);
}

static bool read_file(struct topo_reader *rd, const struct topo_field *f,
                      const struct lang_node *node, const char **slot)
{
    if (!read_text(rd, f, node, slot))
        return false;
    *slot = topo_file_path(rd, node);
    return *slot != NULL;
}

static bool read_bool(struct topo_reader *rd, const struct topo_field *f,
                      const struct lang_node *node, bool *slot)
{
    const char *what = lang_what(node);
    if (strcmp(what, "true") != 0 && strcmp(what, "false") != 0)
        return wrong_value(rd, f, TOPO_BOOL, node, "write true or false, without quotes");
    *slot = what[0] == 't';
    return true;
}

static bool read_u32(struct topo_reader *rd, const struct topo_field *f, enum topo_type type,
                     const struct lang_node *node, uint32_t *slot)
{
    bool bounded = type == f->type; /* bounds of a list are of its length */
    uint32_t max = bounded && f->max ? f->max : UINT32_MAX;
    uint64_t n;
    if (node->quoted || !number_parse(node->text, max, &n) || (bounded && n < f->min))
        return wrong_value(rd, f, type, node,
                           node->quoted ? "write it without quotes"
                                        : "write a number in the range");
    *slot = (uint32_t)n;
    return true;
}

static bool read_choice(struct topo_reader *rd, const struct topo_field *f,
                        const struct lang_node *node, int *slot)
{
    size_t n = 0;
    for (; f->choices[n]; n++) {
        if (strcmp(f->choices[n], node->text) == 0) {
            *slot = (int)n;
            return true;
        }
    }
    char remedy[160];
    struct text t = text_init(remedy, sizeof(remedy));
    const char *near = lang_near(node->text, f->choices, n);
    text_str(&t, near ? "did you mean " : "write one of them");
    text_str(&t, near ? near : "");
    text_str(&t, near ? "?" : "");
    return wrong_value(rd, f, TOPO_CHOICE, node, remedy);
}

static bool read_addr(struct topo_reader *rd, const struct topo_field *f,
                      const struct lang_node *node, struct ip_addr *slot)
{
    struct ip_addr addr;
    if (!ip_parse(node->text, &addr))
        return wrong_value(rd, f, TOPO_ADDR, node,
                           strchr(node->text, '/') ? "leave the length out" : "write an address");
    if (addr.family != IP_V4)
        return wrong_ipv6(rd, f, node);
    *slot = addr;
    return true;
}

static bool read_prefix(struct topo_reader *rd, const struct topo_field *f,
                        const struct lang_node *node, struct prefix *slot)
{
    struct prefix p;
    bool host_bits = false;
    if (!prefix_parse(node->text, &p, &host_bits)) {
        struct ip_addr addr;
        return wrong_value(rd, f, TOPO_PREFIX, node,
                           ip_parse(node->text, &addr) ? "add the length: /24, /32"
                                                       : "write a prefix");
    }
    if (p.family != IP_V4)
        return wrong_ipv6(rd, f, node);
    if (host_bits) {
        char quote[TOPO_QUOTE_MAX], want[PREFIX_TEXT_MAX + 8], remedy[PREFIX_TEXT_MAX + 16];
        struct text t = text_init(want, sizeof(want));
        text_prefix(&t, &p);
        struct text r = text_init(remedy, sizeof(remedy));
        text_str(&r, "write ");
        text_str(&r, want);
        topo_error(rd, node, (struct topo_wrong){ "TOPO-HOST-BITS", want, remedy },
                   "\"%s\" is %s, which has bits beyond its length", f->name,
                   topo_quote(quote, node->text));
        return false;
    }
    *slot = p;
    return true;
}

static bool read_ifaddr(struct topo_reader *rd, const struct topo_field *f,
                        const struct lang_node *node, struct topo_ifaddr *slot)
{
    const char *slash = strchr(node->text, '/');
    char buffer[IP_TEXT_MAX];
    struct ip_addr addr;
    uint64_t len;
    size_t n = slash ? (size_t)(slash - node->text) : sizeof(buffer);
    if (!slash)
        return wrong_value(rd, f, TOPO_IFADDR, node, "add the length of its network: /24, /32");
    struct text t = text_init(buffer, sizeof(buffer));
    text_bytes(&t, node->text, MIN(n, sizeof(buffer)));
    if (t.cut || !ip_parse(buffer, &addr) || !number_parse(slash + 1, ip_bits(addr.family), &len))
        return wrong_value(rd, f, TOPO_IFADDR, node, "write an address and the length");
    if (addr.family != IP_V4)
        return wrong_ipv6(rd, f, node);
    *slot = (struct topo_ifaddr){ .addr = addr, .len = (uint8_t)len };
    return true;
}

/* Looked up when all names are known. */
static bool note_reference(struct topo_reader *rd, const struct topo_field *f, enum topo_type type,
                           const struct lang_node *node, void *slot)
{
    struct topo_fixup *fixup = arena_alloc(&rd->t->arena, sizeof(*fixup));
    if (!fixup) {
        topo_give_up(rd, node, true);
        return false;
    }
    *fixup = (struct topo_fixup){ .type = type, .kind = f->kind, .node = node, .slot = slot };
    *rd->fixup_tail = fixup;
    rd->fixup_tail = &fixup->next;
    return true;
}

/* An address, or what has one: whatever looks like neither is taken for a reference. */
static bool read_endpoint(struct topo_reader *rd, const struct topo_field *f,
                          const struct lang_node *node, struct topo_endpoint *slot)
{
    slot->node = node;
    if (node->text[0] && node->text[strspn(node->text, "0123456789.")] == '\0')
        return read_addr(rd, f, node, &slot->addr);
    struct ip_addr addr;
    if (ip_parse(node->text, &addr))
        return wrong_ipv6(rd, f, node);
    return note_reference(rd, f, TOPO_ENDPOINT, node, slot);
}

bool topo_read_value(struct topo_reader *rd, const struct topo_field *f, enum topo_type type,
                     const struct lang_node *node, void *slot)
{
    if (node->kind != LANG_SCALAR || node->is_null)
        return wrong_value(rd, f, type, node,
                           node->kind == LANG_SCALAR ? "write a value, or leave the key out"
                                                     : "write one value");
    switch (type) {
    case TOPO_TEXT:
    case TOPO_SECRET:
        return read_text(rd, f, node, slot);
    case TOPO_FILE:
        return read_file(rd, f, node, slot);
    case TOPO_BOOL:
        return read_bool(rd, f, node, slot);
    case TOPO_U32:
        return read_u32(rd, f, type, node, slot);
    case TOPO_CHOICE:
        return read_choice(rd, f, node, slot);
    case TOPO_ADDR:
        return read_addr(rd, f, node, slot);
    case TOPO_PREFIX:
        return read_prefix(rd, f, node, slot);
    case TOPO_IFADDR:
        return read_ifaddr(rd, f, node, slot);
    case TOPO_ENDPOINT:
        return read_endpoint(rd, f, node, slot);
    case TOPO_REF:
    case TOPO_PLACE:
        return note_reference(rd, f, type, node, slot);
    case TOPO_STRUCT:
    case TOPO_NAMED:
    case TOPO_ITEMS:
    case TOPO_LIST:
        break;
    }
    assert(!"not one value");
    return false;
}
