/* The reference page: one chapter for each chapter of the table, one row for each command. */
#include "config/docs.h"

#include "config/table.h"

static void say(struct config_printer *p, const char *s)
{
    p->line(p, s);
}

static const char *const intro[] = {
    "# Configuration reference",
    "",
    "Made from the command table in `src/config/` by the test `config/docs`; do not edit by hand.",
    "",
    "FRR's running configuration (8.x to 10.x, older versions too) and Cisco IOS / IOS-XE's",
    "`show running-config` are two dialects over one model. The dialect is recognised by its "
    "version",
    "line (`frr version`, `version`), by what the terminal printed around the text, else by which",
    "dialect understands more lines; it can be given.",
    "",
    "How to read the tables: words are typed as they stand, or any beginning of them that fits "
    "only",
    "one command; `<type>` is a value; `{a|b}` is one of the words; `[...]` may be left out;",
    "`([...] [...])` may come in any order. `no` in front takes a command back; arguments at the "
    "end",
    "may then be left out. `exit`, `end`, `exit-address-family` leave a block, as does a line that",
    "belongs further out. `!` and `#` begin comments. Text of a terminal, a shell or a document "
    "around",
    "the configuration (prompts, `Building configuration...`, fences, banners) is passed over.",
    "",
    "A line is applied, or known and without meaning here (the last chapters say why), or an error "
    "with",
    "its place, what was expected and the nearest command. Source NAT may also be written as",
    "`iptables -t nat -A POSTROUTING` lines with `-s`, `-d`, `-p`, `-o`, `!` and `-j` `RETURN`, "
    "`ACCEPT`,",
    "`MASQUERADE` or `SNAT --to-source`, or in the form of `iptables-save`.",
};

static const char *dialect_text(uint8_t dialects)
{
    return dialects == IN_BOTH ? "both" : dialects == IN_FRR ? "FRR" : "IOS";
}

/* A cell: bars would end it. */
static void cell(struct text *t, const char *s)
{
    for (; *s; s++) {
        if (*s == '|')
            text_char(t, '\\');
        text_char(t, *s);
    }
}

static void say_row(struct config_printer *p, const struct cmd_row *row)
{
    char buffer[1024];
    struct text t = text_init(buffer, sizeof(buffer));
    text_str(&t, "| ");
    text_str(&t, dialect_text(row->dialects));
    text_str(&t, " | ");
    text_str(&t, cmd_mode_info((enum cmd_mode)row->mode)->name);
    text_str(&t, " | `");
    text_str(&t, row->flags & ROW_NO_ONLY ? "no " : "");
    cell(&t, row->syntax);
    bool is_partial = row->flags & ROW_ON_SOME;
    bool is_applied = row->set && (!row->why || is_partial);
    text_str(&t, row->flags & ROW_OPEN && !is_applied ? " ...` | " : "` | ");
    if (row->set && row->why && !is_partial)
        text_str(&t, row->flags & ROW_REFUSED ? "**Refused:** " : "**Without meaning here:** ");
    cell(&t, is_applied ? row->help : row->why);
    if (is_partial) {
        text_str(&t, "; on other interfaces without meaning here: ");
        cell(&t, row->why);
    }
    text_str(&t, " |");
    say(p, buffer);
}

void config_docs(struct config_printer *p)
{
    for (size_t i = 0; i < ARRAY_LEN(intro); i++)
        say(p, intro[i]);
    size_t chapters;
    const struct cmd_rows *const *table = cmd_table(&chapters);
    for (size_t c = 0; c < chapters; c++) {
        char title[128];
        struct text t = text_init(title, sizeof(title));
        text_str(&t, "## ");
        text_str(&t, table[c]->title);
        say(p, "");
        say(p, title);
        say(p, "");
        say(p, "| dialect | under | command | meaning |");
        say(p, "|---|---|---|---|");
        for (size_t r = 0; r < table[c]->n; r++)
            say_row(p, &table[c]->v[r]);
    }
}
