/* Any bytes as a configuration, in both dialects: what was understood is printed, and reading that
 * again must give the same model. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/convert_ikev2.h"
#include "config/secrets.h"

enum { PRINTED_MAX = 256 << 10 };

struct sink {
    struct config_printer p;
    char *s;
    size_t len;
    bool full;
};

static void take_line(struct config_printer *p, const char *text)
{
    struct sink *k = container_of(p, struct sink, p);
    size_t n = strlen(text);
    if (k->len + n + 1 > PRINTED_MAX) {
        k->full = true;
        return;
    }
    memcpy(k->s + k->len, text, n);
    k->s[k->len + n] = '\n';
    k->len += n + 1;
}

static struct config *read_as(const void *text, size_t len, enum dialect dialect)
{
    struct config_file file = { .name = "fuzz", .text = text, .len = len };
    struct config_options options = { .dialect = dialect, .allow_unsupported = true };
    struct diag_list diags = { 0 };
    struct config *c = NULL;
    bool ok = config_parse(&file, 1, &options, &diags, &c);
    assert(!ok || diags.errors == 0);
    diag_list_done(&diags);
    return c;
}

/* The text without its secrets has its lines and no secret any more; IKEv1 has its equivalent. */
static void without_secrets(const struct config *c, const char *text, size_t len)
{
    size_t cap = config_without_secrets_max(c, 0, len), lines[2] = { 0 };
    char *to = malloc(cap + 1);
    if (!to)
        return;
    const struct config_secret_text from = { .text = text, .len = len };
    size_t n = config_without_secrets(c, &from, to, cap);
    assert(n <= cap);
    for (size_t i = 0; i < len; i++)
        lines[0] += text[i] == '\n';
    for (size_t i = 0; i < n; i++)
        lines[1] += to[i] == '\n';
    assert(lines[0] == lines[1]);
    struct config *again = read_as(to, n, c->dialect);
    assert(!again || again->ipsec.secrets.n == 0);
    config_free(again);
    free(to);
    struct sink k = { .p = { .line = take_line, .with_secrets = true }, .s = malloc(PRINTED_MAX) };
    struct diag_list findings = { 0 };
    if (k.s)
        config_ikev2_lines(c, &k.p, &findings);
    diag_list_done(&findings);
    free(k.s);
}

static void round_trip(const uint8_t *data, size_t size, enum dialect dialect)
{
    struct config *c = read_as(data, size, dialect);
    if (!c)
        return;
    struct sink k = { .p = { .line = take_line, .with_secrets = true }, .s = malloc(PRINTED_MAX) };
    if (k.s) {
        config_print(c, DIALECT_UNKNOWN, &k.p);
        struct config *again = k.full ? NULL : read_as(k.s, k.len, c->dialect);
        if (again && !config_eq(c, again)) {
            (void)!write(2, k.s, k.len);
            abort();
        }
        config_free(again);
        without_secrets(c, (const char *)data, size);
        /* The other dialect leaves things out; it must only be printable. */
        k.len = 0;
        config_print(c, c->dialect == DIALECT_IOS ? DIALECT_FRR : DIALECT_IOS, &k.p);
        struct diag_list findings = { 0 };
        config_convert_findings(c, c->dialect == DIALECT_IOS ? DIALECT_FRR : DIALECT_IOS,
                                &findings);
        diag_list_done(&findings);
    }
    free(k.s);
    config_free(c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    round_trip(data, size, DIALECT_FRR);
    round_trip(data, size, DIALECT_IOS);
    round_trip(data, size, DIALECT_UNKNOWN);
    return 0;
}
