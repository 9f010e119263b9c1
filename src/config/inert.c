/* Lines without meaning here: what is kept of them, and which of them mean something after all. */
#include <string.h>

#include "config/crypto_set.h"
#include "config/parser.h"

/* The line as written but for its secret, which the row's setter has noted, or is found by its
 * words. */
static const char *text_without_secret(struct parser *p)
{
    const struct config_ipsec *x = &p->c->ipsec;
    struct config_pos here = parser_at(p, 0);
    uint32_t n = x->secrets.n;
    const struct config_secret_span *s = n ? &x->secrets.v[n - 1] : NULL;
    bool noted = s && s->at.file == here.file && s->at.line == here.line;
    if (!noted) {
        crypto_note_inert(p);
        noted = x->secrets.n > n;
        s = noted ? &x->secrets.v[n] : NULL;
    }
    const char *text = lex_rest(&p->l, 0);
    if (!noted)
        return parser_keep(p, text);
    char buffer[CONFIG_LINE_MAX + sizeof("<removed>")];
    struct text t = text_init(buffer, sizeof(buffer));
    size_t len = strlen(text), start = (size_t)(s->at.column - here.column);
    text_bytes(&t, text, MIN(start, len));
    text_str(&t, "<removed>");
    text_str(&t, text + MIN(start + s->len, len));
    return parser_keep(p, buffer);
}

void parser_inert(struct parser *p, const char *why)
{
    struct config_line *line = LIST_PUSH(p, p->c->inert);
    if (line)
        *line = (struct config_line){ .at = parser_at(p, 0),
                                      .text = text_without_secret(p),
                                      .why = why };
}

void parser_inert_row(struct parser *p, const struct cmd_row *row)
{
    parser_inert(p, row->why);
    uint8_t flags = row->flags & ROW_ON_SOME;
    if (!flags || p->full)
        return;
    struct parser_maybe *m = LIST_PUSH(p, p->maybe);
    if (m)
        *m = (struct parser_maybe){ .inert = p->c->inert.n - 1,
                                    .interface = p->interface,
                                    .flags = flags };
}

bool parser_takes_no_part(const struct parser *p, const struct cmd_row *row)
{
    return row->mode == MODE_INTERFACE && p->c->interfaces.v[p->interface].vrf;
}

static uint8_t kind_of(const struct config_interface *x)
{
    bool loopback = lex_is_prefix("loopback", x->name) || strcmp(x->name, "lo") == 0;
    if (x->is_tunnel)
        return ROW_ON_TUNNELS;
    return x->vxlan.vni ? ROW_ON_VXLANS : loopback ? 0 : ROW_ON_LINKS;
}

void parser_inert_finish(struct parser *p)
{
    for (uint32_t i = 0; i < p->maybe.n; i++) {
        const struct parser_maybe *m = &p->maybe.v[i];
        const struct config_interface *x = &p->c->interfaces.v[m->interface];
        if (m->flags & kind_of(x))
            p->c->inert.v[m->inert].at.line = 0;
    }
    SWEEP(p->c->inert);
}
