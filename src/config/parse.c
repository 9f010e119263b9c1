/* Reading a configuration line by line: modes, blocks, findings. */
#include "config/crypto_set.h"
#include "config/parser.h"

#include <string.h>

#include "base/mem.h"
#include "config/secrets.h"

/* A configuration of 16 MB text holds about a million objects; beyond this it is refused. */
#define CONFIG_ARENA_MAX ((size_t)1 << 30)
#define SCAN_BUDGET UINT64_C(50000000)

static void push_mode(struct parser *p, enum cmd_mode mode, bool loose)
{
    if (p->depth + 1 < PARSER_DEPTH_MAX)
        p->depth++;
    p->stack[p->depth] =
        (struct parser_frame){ .mode = mode, .indent = p->l.indent, .loose = loose };
}

static unsigned mask_of(enum dialect dialect)
{
    return dialect == DIALECT_IOS ? IN_IOS : IN_FRR;
}

static enum cmd_mode mode_at(const struct parser *p, unsigned depth)
{
    return p->stack[depth].mode;
}

static bool is_swallowing(enum cmd_mode mode)
{
    return mode == MODE_INERT || mode == MODE_LOST;
}

/* ---- findings -------------------------------------------------------------------------------- */

/* Another place where the whole line would be right: a different block, the other dialect. */
static bool say_elsewhere(const struct parser *p, struct text *t)
{
    struct cmd_args args;
    unsigned mine = mask_of(p->dialect);
    if (cmd_match(&p->l, MODE_COUNT, mine, &args, NULL) == CMD_FOUND) {
        text_str(t, "this belongs under '");
        text_str(t, cmd_mode_info((enum cmd_mode)args.row->mode)->name);
        text_char(t, '\'');
        return true;
    }
    if (cmd_match(&p->l, mode_at(p, p->depth), IN_BOTH & ~mine, &args, NULL) == CMD_FOUND) {
        text_str(t, parser_is_ios(p) ? "this is a line of FRR; the file is read as Cisco IOS"
                                     : "this is a line of Cisco IOS; the file is read as FRR");
        text_str(t, " (--dialect decides)");
        return true;
    }
    return false;
}

static void say_nearest(const struct parser *p, struct text *t, const struct cmd_failure *f,
                        const char *word)
{
    bool first = f->word == 0 || (f->word == 1 && lex_eq(p->l.words[0].s, "no"));
    size_t len;
    const char *near =
        cmd_nearest(word, first ? NULL : f, mode_at(p, p->depth), mask_of(p->dialect), &len);
    if (!near)
        return;
    text_str(t, "did you mean '");
    text_bytes(t, near, len);
    text_str(t, "'?");
}

/* What was expected, each thing once; what does not fit whole is left out. */
static void say_expected(struct text *t, const struct cmd_failure *f)
{
    for (size_t i = 0; i < f->n; i++) {
        char element[160];
        struct text e = text_init(element, sizeof(element));
        cmd_element_text(&e, f->expected[i]);
        if (strstr(t->s, element) || t->len + e.len + 4 >= t->cap)
            continue;
        if (t->len > 0)
            text_str(t, i + 1 == f->n ? " or " : ", ");
        text_str(t, element);
    }
}

/* `set security ike ...`: what clouds offer for download beside the text for IOS. */
static bool looks_like_junos(const struct parser *p)
{
    static const char *const words[] = { "interfaces", "security",       "routing-options",
                                         "protocols",  "policy-options", "system" };
    bool is_set = p->l.n > 2 && lex_eq(p->l.words[0].s, "set");
    for (size_t i = 0; is_set && i < ARRAY_LEN(words); i++)
        if (lex_eq(p->l.words[1].s, words[i]))
            return true;
    return false;
}

static void report_unknown(struct parser *p, struct cmd_failure *f)
{
    struct diag d = { .severity = DIAG_ERROR };
    struct text what = text_init(d.what, sizeof(d.what));
    struct text expected = text_init(d.expected, sizeof(d.expected));
    struct text remedy = text_init(d.remedy, sizeof(d.remedy));
    size_t no = lex_eq(p->l.words[0].s, "no") ? 1 : 0;
    size_t word = MAX(f->word, no);
    const char *id = "CFG-UNKNOWN";
    if (word >= p->l.n) {
        id = "CFG-INCOMPLETE";
        text_str(&what, "the line ends too early: '");
        text_str(&what, lex_rest(&p->l, 0));
        text_char(&what, '\'');
    } else if (f->value) {
        id = "CFG-VALUE";
        text_char(&what, '\'');
        text_str(&what, p->l.words[word].s);
        text_str(&what, "' is not a value that fits here");
    } else {
        text_str(&what, word == no ? "unknown command '" : "not understood: '");
        text_str(&what, p->l.words[word].s);
        text_char(&what, '\'');
    }
    /* What nobody will see need not be found out: a million wrong lines take no longer than right
     * ones. */
    bool seen = p->diags->count < DIAG_LIST_MAX, guess = seen && word < p->l.n && !f->value;
    if (seen && word > no)
        say_expected(&expected, f);
    if (looks_like_junos(p))
        text_str(&remedy, "this looks like Junos: take the text for Cisco IOS");
    else if (guess && !say_elsewhere(p, &remedy))
        say_nearest(p, &remedy, f, p->l.words[word].s);
    parser_error(p, id, word, d.what, d.expected);
    if (p->diags->count > 0 && remedy.len > 0 && p->diags->dropped == 0)
        DIAG_SET(p->diags->items[p->diags->count - 1].remedy, d.remedy);
}

/* ---- a line ---------------------------------------------------------------------------------- */

static void apply(struct parser *p, const struct cmd_args *a, unsigned depth)
{
    const struct cmd_row *row = a->row;
    p->depth = depth;
    p->refused = false;
    if (parser_takes_no_part(p, row)) {
        parser_inert(p, "its interface is in a management VRF, which carries nothing of ours");
        if (row->set)
            row->set(p, a);
    } else if (row->flags & ROW_REFUSED) {
        if (a->no) /* `no` of what we do not have is how things are */
            parser_inert(p, "switches off what is not done here");
        else
            parser_error(p, "CFG-UNSUPPORTED", 0, row->why, NULL);
        if (row->set)
            row->set(p, a);
    } else if (!row->set) {
        parser_inert(p, row->why);
    } else {
        if (row->mode == MODE_BGP_AF && mode_at(p, depth) == MODE_BGP)
            p->af = CONFIG_AF_IPV4;
        row->set(p, a);
        if (row->why && !p->refused)
            parser_inert_row(p, row);
    }
    if (a->no || !row->enters)
        return;
    if (row->mode == MODE_BGP_AF && mode_at(p, depth) == MODE_BGP)
        return;
    bool lost = p->refused || row->enters == MODE_LOST;
    push_mode(p, lost ? MODE_LOST : (enum cmd_mode)row->enters, lost);
}

/* exit, quit, end and their long forms. True: it was one. */
static bool leave_line(struct parser *p)
{
    const char *w = p->l.words[0].s;
    if (p->l.n != 1)
        return false;
    if (strcmp(w, "end") == 0) {
        p->depth = 0;
        return true;
    }
    bool af = p->l.words[0].len > 5 && lex_is_prefix(w, "exit-address-family");
    if (af || strcmp(w, "exit-vrf") == 0 || strcmp(w, "exit-af") == 0) {
        while (p->depth > 0 &&
               (is_swallowing(mode_at(p, p->depth)) || mode_at(p, p->depth) == MODE_BGP_AF)) {
            bool was_af = !is_swallowing(mode_at(p, p->depth));
            p->depth--;
            if (was_af)
                break;
        }
        return true;
    }
    if ((lex_is_prefix(w, "exit") && p->l.words[0].len >= 2) || strcmp(w, "quit") == 0) {
        if (p->depth > 0)
            p->depth--;
        return true;
    }
    return false;
}

/* Lines below a head that was swallowed: by indentation. True: swallowed. */
static bool swallow_line(struct parser *p)
{
    while (p->depth > 0 && is_swallowing(mode_at(p, p->depth))) {
        const struct parser_frame *f = &p->stack[p->depth];
        if (p->l.indent > f->indent)
            return true;
        if (f->loose)
            return false;
        p->depth--;
    }
    return false;
}

/* The row for a line and the depth of its mode: innermost first, but a command written out further
 * out beats an abbreviation (`ip route` is not the beginning of an interface's `ip router`). */
static enum cmd_verdict find_row(struct parser *p, struct cmd_args *ret_args, unsigned *ret_depth,
                                 struct cmd_failure *failure)
{
    enum cmd_verdict found = CMD_NONE;
    for (unsigned d = p->depth + 1; d-- > 0;) {
        struct cmd_failure f = { 0 };
        struct cmd_args args;
        if (is_swallowing(mode_at(p, d)))
            continue;
        enum cmd_verdict v = cmd_match(&p->l, mode_at(p, d), mask_of(p->dialect), &args, &f);
        if (f.word > failure->word || (f.word == failure->word && failure->n == 0))
            *failure = f;
        if (v == CMD_NONE || (found != CMD_NONE && (v == CMD_AMBIGUOUS || args.abbreviated)))
            continue;
        found = v;
        *ret_args = args;
        *ret_depth = d;
        if (!args.abbreviated)
            break;
    }
    return found;
}

static void command_line(struct parser *p)
{
    if (swallow_line(p)) {
        crypto_note_unread(p);
        return;
    }
    if (leave_line(p))
        return;
    struct cmd_failure failure = { 0 };
    struct cmd_args args;
    unsigned depth = 0;
    switch (find_row(p, &args, &depth, &failure)) {
    case CMD_FOUND:
        apply(p, &args, depth);
        return;
    case CMD_AMBIGUOUS:
        parser_error(p, "CFG-AMBIGUOUS", 0, "more than one command begins so", NULL);
        return;
    case CMD_NONE:
        break;
    }
    crypto_note_unread(p);
    /* Below a refused head a line without indentation is the block's, unless it begins like a
     * command of its own. */
    size_t no = lex_eq(p->l.words[0].s, "no") ? 1 : 0;
    if (mode_at(p, p->depth) == MODE_LOST && p->stack[p->depth].loose && failure.word <= no)
        return;
    while (p->depth > 0 && is_swallowing(mode_at(p, p->depth)))
        p->depth--;
    report_unknown(p, &failure);
    push_mode(p, MODE_LOST, false);
}

static void one_line(struct parser *p, const char *text, size_t len)
{
    enum lex_result r = lex_line(&p->l, text, len);
    if (r != LEX_OK) {
        p->l.n = 0;
        parser_error(p, "CFG-LIMIT", 0,
                     r == LEX_TOO_LONG ? "the line is longer than 4096 bytes"
                                       : "the line has more than 1024 words",
                     NULL);
        return;
    }
    if (p->l.n == 0 && p->l.etx == 0)
        return;
    if (capture_line(p)) {
        crypto_note_unread(p); /* a comment may be an old line */
        return;
    }
    if (iptables_line(p))
        return;
    command_line(p);
}

static void one_file(struct parser *p, const struct config_file *f)
{
    p->depth = 0;
    p->stack[0] = (struct parser_frame){ .mode = MODE_GLOBAL };
    p->line = 0;
    p->banner = NULL;
    p->certificate = false;
    p->other_output = false;
    p->table = TABLE_NONE;
    const char *at = f->text, *end = f->text + MIN(f->len, (size_t)CONFIG_TEXT_MAX);
    if (end - at >= 3 && memcmp(at, "\xef\xbb\xbf", 3) == 0)
        at += 3; /* what an editor puts before UTF-8 */
    while (at < end && !p->full) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        size_t len = (size_t)((newline ? newline : end) - at);
        p->line++;
        one_line(p, at, len);
        at += len + 1;
    }
    capture_end(p);
    if (f->len > CONFIG_TEXT_MAX)
        parser_error(p, "CFG-LIMIT", 0, "the text is longer than 16 MB", NULL);
}

static void choose_dialect(struct parser *p, const struct config_file *f, size_t i)
{
    enum dialect d = p->options->dialect;
    if (d == DIALECT_UNKNOWN)
        d = detect_dialect(&p->l, f->text, MIN(f->len, (size_t)CONFIG_TEXT_MAX));
    if (d == DIALECT_UNKNOWN)
        d = i > 0 ? p->c->dialect : DIALECT_FRR;
    p->dialect = d;
    if (i == 0)
        p->c->dialect = d;
}

static struct config *config_new(void)
{
    struct config *c = mem_alloc(MEM_CONFIG, sizeof(*c));
    if (!c)
        return NULL;
    arena_init(&c->arena, CONFIG_ARENA_MAX);
    c->hostname = "";
    c->version.text = "";
    return c;
}

void config_free(struct config *c)
{
    if (!c)
        return;
    config_wipe_secrets(c);
    arena_done(&c->arena);
    mem_free(MEM_CONFIG, c, sizeof(*c));
}

static void read_files(struct parser *p, const struct config_file *files, size_t n)
{
    for (size_t i = 0; i < n && !p->full; i++) {
        const char **name = LIST_PUSH(p, p->c->files);
        if (!name)
            break;
        *name = parser_keep(p, files[i].name);
        if (!*name) {
            p->c->files.n--;
            break;
        }
        p->file = (uint16_t)i;
        p->file_name = files[i].name;
        choose_dialect(p, &files[i], i);
        one_file(p, &files[i]);
    }
}

bool config_parse(const struct config_file *files, size_t n, const struct config_options *options,
                  struct diag_list *diags, struct config **ret_config)
{
    struct config *c = config_new();
    struct parser *p = mem_alloc(MEM_CONFIG, sizeof(*p));
    if (!c || !p) {
        config_free(c);
        mem_free(MEM_CONFIG, p, sizeof(*p));
        *ret_config = NULL;
        return false;
    }
    uint32_t errors = diags->errors;
    p->c = c;
    p->diags = diags;
    p->options = options;
    p->file_name = "";
    p->scan_budget = SCAN_BUDGET;
    index_init(&p->index, &c->arena);
    read_files(p, files, MIN(n, (size_t)UINT16_MAX));
    p->l.n = 0;
    if (p->full)
        parser_error(p, "CFG-LIMIT", 0,
                     "the configuration is larger than what is kept: the rest was not read", NULL);
    finish_config(p);
    check_config(p);
    finish_neighbors(p);
    mem_free(MEM_CONFIG, p, sizeof(*p));
    *ret_config = c;
    return diags->errors == errors;
}
