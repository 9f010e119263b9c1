#include "ctl/offline.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "base/mem.h"
#include "config/convert_ikev2.h"

struct offline_files {
    size_t n;
    struct config_file file[OFFLINE_FILES_MAX];
    char *text[OFFLINE_FILES_MAX];
    size_t size[OFFLINE_FILES_MAX];
};

struct offline_parsed {
    struct offline_files files;
    struct diag_list diags;
    struct config *config;
    bool fine;
};

static err_t read_stream(FILE *f, char **ret_text, size_t *ret_size, size_t *ret_len)
{
    size_t len = 0, size = 0;
    char *text = NULL;
    do {
        if (len == size) {
            size_t more = MAX(size * 2, (size_t)65536);
            char *grown = mem_resize(MEM_CONFIG, text, size, more);
            if (!grown) {
                mem_free(MEM_CONFIG, text, size);
                return -ENOMEM;
            }
            text = grown;
            size = more;
        }
        len += fread(text + len, 1, size - len, f);
    } while (!feof(f) && !ferror(f) && len <= CONFIG_TEXT_MAX);
    if (ferror(f) || len > CONFIG_TEXT_MAX) {
        mem_free(MEM_CONFIG, text, size);
        return ferror(f) ? -EIO : -EFBIG;
    }
    *ret_text = text;
    *ret_size = size;
    *ret_len = len;
    return 0;
}

static bool read_files(const struct offline_request *r, struct offline_files *to, FILE *err)
{
    for (size_t i = 0; i < r->file_count; i++) {
        const char *name = r->files[i];
        FILE *f = fopen(name, "re");
        size_t len = 0;
        err_t rc = f ? read_stream(f, &to->text[i], &to->size[i], &len) : -errno;
        if (f)
            fclose(f);
        if (rc != 0) {
            fprintf(err, "%s: error: %s\n", name, strerror(-rc));
            return false;
        }
        to->file[i] = (struct config_file){ .name = name, .text = to->text[i], .len = len };
        to->n++;
    }
    return true;
}

/* False: nothing was parsed, and why was said. done() is due in any case. */
static bool parse(const struct offline_request *r, struct offline_parsed *p, FILE *err)
{
    memset(p, 0, sizeof(*p));
    if (!read_files(r, &p->files, err))
        return false;
    p->fine = config_parse(p->files.file, p->files.n, &r->options, &p->diags, &p->config);
    if (!p->config)
        fprintf(err, "error: no memory\n");
    else if (r->check)
        p->fine &= r->check(p->config, &p->diags);
    return p->config != NULL;
}

static void done(struct offline_parsed *p)
{
    if (p->config)
        config_free(p->config);
    diag_list_done(&p->diags);
    for (size_t i = 0; i < OFFLINE_FILES_MAX; i++)
        mem_free(MEM_CONFIG, p->files.text[i], p->files.size[i]);
}

static const char *const severity_names[] = {
    [DIAG_NOTE] = "note", [DIAG_WARNING] = "warning", [DIAG_ERROR] = "error"
};

static void print_diags(const struct diag_list *l, FILE *out)
{
    char line[1024];
    for (uint32_t i = 0; i < l->count; i++) {
        struct text t = text_init(line, sizeof(line));
        text_diag(&t, &l->items[i]);
        fprintf(out, "%s\n", line);
    }
    if (l->dropped)
        fprintf(out, "%u more findings are not shown\n", l->dropped);
}

/* Text of a file may be any bytes; JSON takes UTF-8, others become '?'. */
static json_t *json_text(const char *s)
{
    json_t *j = json_string(s);
    if (j)
        return j;
    char ascii[1024];
    struct text t = text_init(ascii, sizeof(ascii));
    for (; *s; s++)
        text_char(&t, (unsigned char)*s < 0x80 ? *s : '?');
    return json_string(ascii);
}

static void set_text(json_t *o, const char *key, const char *value)
{
    if (value && value[0])
        json_object_set_new(o, key, json_text(value));
}

static int print_chunk(const char *s, size_t n, void *out)
{
    return fwrite(s, 1, n, out) == n ? 0 : -1;
}

/* One element of a list, on its own line: long lists are never built as one tree. */
static void print_element(FILE *out, json_t *o, bool first)
{
    fputs(first ? "\n    " : ",\n    ", out);
    if (o)
        json_dump_callback(o, print_chunk, out, JSON_COMPACT | JSON_PRESERVE_ORDER);
    json_decref(o);
}

static void print_finding(FILE *out, const struct diag *d, bool first)
{
    json_t *o = json_object();
    set_text(o, "severity", severity_names[d->severity]);
    set_text(o, "id", d->id);
    set_text(o, "file", d->file);
    if (d->line)
        json_object_set_new(o, "line", json_integer(d->line));
    if (d->column)
        json_object_set_new(o, "column", json_integer(d->column));
    set_text(o, "what", d->what);
    set_text(o, "expected", d->expected);
    set_text(o, "remedy", d->remedy);
    print_element(out, o, first);
}

static const char *file_of(const struct config *c, const struct config_pos *at)
{
    return at->file < c->files.n ? c->files.v[at->file] : "";
}

static void print_inert_json(FILE *out, const struct config *c)
{
    fputs("],\n  \"withoutMeaning\": [", out);
    for (uint32_t i = 0; i < c->inert.n; i++) {
        const struct config_line *l = &c->inert.v[i];
        json_t *o = json_object();
        set_text(o, "file", file_of(c, &l->at));
        json_object_set_new(o, "line", json_integer(l->at.line));
        set_text(o, "text", l->text);
        set_text(o, "why", l->why);
        print_element(out, o, i == 0);
    }
}

/* One object a configuration; `file` names it where several are reported. */
static void print_json(const struct offline_request *r, const struct offline_parsed *p,
                       const char *file, FILE *out)
{
    const struct config *c = p->config;
    fputs("{\n", out);
    if (file) {
        json_t *name = json_text(file);
        fputs("  \"file\": ", out);
        json_dump_callback(name, print_chunk, out, JSON_ENCODE_ANY);
        fputs(",\n", out);
        json_decref(name);
    }
    fprintf(out, "  \"dialect\": \"%s\",\n  \"errors\": %u,\n  \"warnings\": %u,\n",
            c->dialect == DIALECT_IOS   ? "ios"
            : c->dialect == DIALECT_FRR ? "frr"
                                        : "unknown",
            p->diags.errors, p->diags.warnings);
    fprintf(out, "  \"withoutMeaningCount\": %u,\n  \"findings\": [", c->inert.n);
    for (uint32_t i = 0; i < p->diags.count; i++)
        print_finding(out, &p->diags.items[i], i == 0);
    if (r->list_inert)
        print_inert_json(out, c);
    fputs("]\n}", out);
}

static void print_text(const struct offline_request *r, const struct offline_parsed *p,
                       const char *file, FILE *out)
{
    const struct config *c = p->config;
    print_diags(&p->diags, out);
    for (uint32_t i = 0; r->list_inert && i < c->inert.n; i++) {
        const struct config_line *l = &c->inert.v[i];
        fprintf(out, "%s:%u: without meaning here: %s (%s)\n", file_of(c, &l->at), l->at.line,
                l->text, l->why ? l->why : "");
    }
    if (file)
        fprintf(out, "%s: ", file);
    fprintf(out, "%s configuration: %u errors, %u warnings, %u lines without meaning here%s\n",
            c->dialect == DIALECT_IOS   ? "IOS"
            : c->dialect == DIALECT_FRR ? "FRR"
                                        : "unrecognised",
            p->diags.errors, p->diags.warnings, c->inert.n,
            c->inert.n && !r->list_inert ? " (--inert lists them)" : "");
}

/* Checks the request's files as one configuration; `file` names it where several are reported. */
static int check_one(const struct offline_request *r, const char *file, FILE *out, FILE *err)
{
    struct offline_parsed p;
    int status = 2;
    if (parse(r, &p, err)) {
        if (r->json)
            print_json(r, &p, file, out);
        else
            print_text(r, &p, file, out);
        status = p.fine ? 0 : 1;
    } else if (r->json && file) {
        fputs("null", out); /* the array keeps one element a file */
    }
    done(&p);
    return status;
}

int offline_check(const struct offline_request *r, FILE *out, FILE *err)
{
    bool several = !r->together && r->file_count > 1;
    int worst = 0;
    if (!several) {
        worst = check_one(r, NULL, out, err);
        if (r->json && worst != 2)
            fputc('\n', out);
        return worst;
    }
    if (r->json)
        fputc('[', out);
    for (size_t i = 0; i < r->file_count; i++) {
        struct offline_request one = *r;
        one.files = r->files + i;
        one.file_count = 1;
        if (r->json && i > 0)
            fputs(",\n", out);
        int status = check_one(&one, r->files[i], out, err);
        worst = MAX(worst, status);
    }
    if (r->json)
        fputs("]\n", out);
    return worst;
}

struct file_printer {
    struct config_printer printer;
    FILE *out;
};

static void print_line(struct config_printer *p, const char *text)
{
    fprintf(container_of(p, struct file_printer, printer)->out, "%s\n", text);
}

/* Lines put one after the other into a text. */
struct text_printer {
    struct config_printer printer;
    char *text;
    size_t len, size;
    bool failed;
};

static void keep_line(struct config_printer *p, const char *text)
{
    struct text_printer *k = container_of(p, struct text_printer, printer);
    size_t n = strlen(text);
    if (k->len + n + 1 > k->size) {
        size_t more = MAX(k->size * 2, k->len + n + 4096);
        char *grown = mem_resize(MEM_CONFIG, k->text, k->size, more);
        k->failed = k->failed || !grown;
        if (!grown)
            return;
        k->text = grown;
        k->size = more;
    }
    memcpy(k->text + k->len, text, n);
    k->text[k->len + n] = '\n';
    k->len += n + 1;
}

/* Reads the files again with the lines after them that make IKEv2 of IKEv1. The exit status. */
static int make_ikev2(const struct offline_request *r, struct offline_parsed *p, FILE *err)
{
    struct text_printer k = { .printer = { .line = keep_line, .with_secrets = true } };
    struct diag_list findings = { 0 };
    bool any = config_ikev2_lines(p->config, &k.printer, &findings);
    struct config_file files[OFFLINE_FILES_MAX + 1];
    memcpy(files, p->files.file, p->files.n * sizeof(files[0]));
    files[p->files.n] =
        (struct config_file){ .name = "IKEv2 equivalent", .text = k.text, .len = k.len };
    struct config_options options = r->options;
    options.dialect = p->config->dialect;
    diag_list_done(&p->diags);
    p->diags = (struct diag_list){ 0 };
    config_free(p->config);
    p->config = NULL;
    p->fine = !k.failed && config_parse(files, p->files.n + 1, &options, &p->diags, &p->config);
    if (!any)
        fprintf(err, "nothing in it is IKEv1's\n");
    print_diags(&findings, err);
    print_diags(&p->diags, err);
    int status = p->fine && findings.errors == 0 ? 0 : 1;
    diag_list_done(&findings);
    mem_free(MEM_CONFIG, k.text, k.size);
    return p->config ? status : 2;
}

/* Counts the lines that have a secret. */
struct secret_counter {
    struct config_printer printer;
    unsigned n;
};

static void count_secret(struct config_printer *p, const char *text)
{
    container_of(p, struct secret_counter, printer)->n += strstr(text, "<removed>") != NULL;
}

/* Prints what came out; a text with keys in it is said to be one. */
static void print_converted(const struct offline_request *r, const struct config *c, FILE *out,
                            FILE *err)
{
    struct file_printer f = { .printer = { .line = print_line, .with_secrets = !r->redact },
                              .out = out };
    struct secret_counter secrets = { .printer.line = count_secret };
    config_print(c, r->to, &f.printer);
    config_print(c, r->to, &secrets.printer);
    if (secrets.n > 0 && !r->redact)
        fprintf(err, "note: %u lines of it have keys or passwords; --redact leaves them out\n",
                secrets.n);
}

int offline_convert(const struct offline_request *r, FILE *out, FILE *err)
{
    struct offline_parsed p;
    int status = 2;
    if (parse(r, &p, err)) {
        status = p.fine ? 0 : 1;
        if (r->to_ikev2 && p.fine)
            status = make_ikev2(r, &p, err);
        else
            print_diags(&p.diags, err);
    }
    if (status == 0) {
        struct diag_list lost = { 0 };
        if (r->to != DIALECT_UNKNOWN)
            config_convert_findings(p.config, r->to, &lost);
        print_diags(&lost, err);
        status = lost.errors > 0 ? 1 : 0;
        diag_list_done(&lost);
        print_converted(r, p.config, out, err);
    }
    done(&p);
    return status;
}
