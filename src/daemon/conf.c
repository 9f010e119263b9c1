/* conf: reads the files that priv opened, parses them, hands on one document or the findings, ends.
 * Nothing but descriptors 0 to 3 and what comes over 3. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "config/secrets.h"
#include "daemon/document.h"
#include "daemon/messages_ipsec.h"
#include "daemon/roles.h"
#include "node/ipsec_build.h"
#include "node/node.h"

enum { CONF_TIMEOUT_S = 30 };

struct conf {
    const struct options *options;
    struct ipc priv;
    struct log log;
    size_t file_count, total;
    struct config_file files[OPTIONS_FILES_MAX];
    char names[OPTIONS_FILES_MAX][512];
    char *texts[OPTIONS_FILES_MAX];
    size_t sizes[OPTIONS_FILES_MAX];
};

static bool say(struct conf *c, uint8_t severity, const char *text)
{
    /* Many findings outrun priv: wait for room instead of queueing without end. */
    return ipc_drain(&c->priv, CONF_TIMEOUT_S * NS_PER_S) == 0 &&
           finding_send(&c->priv, MSG_CONF_LINE, severity, text) == 0;
}

static bool say_file(struct conf *c, const char *name, const char *why)
{
    char line[FINDING_MAX];
    struct text t = text_init(line, sizeof(line));
    text_str(&t, name);
    text_str(&t, ": error: ");
    text_str(&t, why);
    return say(c, DIAG_ERROR, line);
}

/* All of a file, growing: its size may change while it is read. */
static err_t read_file(struct conf *c, int fd, size_t i)
{
    size_t len = 0;
    for (;;) {
        if (len == c->sizes[i]) {
            size_t size = MAX(c->sizes[i] * 2, (size_t)65536);
            char *text = mem_resize(MEM_BUFFER, c->texts[i], c->sizes[i], size);
            if (!text)
                return -ENOMEM;
            c->texts[i] = text;
            c->sizes[i] = size;
        }
        ssize_t n = read(fd, c->texts[i] + len, c->sizes[i] - len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        if (n == 0)
            break;
        len += (size_t)n;
        if (c->total + len > CONFIG_TEXT_MAX)
            return -EFBIG;
    }
    c->total += len;
    c->files[i] = (struct config_file){ .name = c->names[i], .text = c->texts[i], .len = len };
    return 0;
}

/* Receives the files up to MSG_CONF_RUN. */
static bool collect(struct conf *c)
{
    for (;;) {
        struct ipc_message m;
        if (ipc_wait(&c->priv, CONF_TIMEOUT_S * NS_PER_S) != 0 || ipc_receive(&c->priv, &m) != 0)
            return false;
        if (m.kind == MSG_CONF_RUN)
            return true;
        struct rd r = rd_init(m.bytes, m.len);
        size_t i = c->file_count;
        if (i == OPTIONS_FILES_MAX || !get_text(&r, c->names[i], sizeof(c->names[i])))
            return false;
        err_t rc = read_file(c, m.fd, i);
        close(m.fd);
        if (rc != 0) {
            (void)say_file(c, c->names[i],
                           rc == -EFBIG ? "more than 16 MB of configuration" : strerror(-rc));
            return false;
        }
        c->file_count++;
    }
}

static void say_findings(struct conf *c, const struct diag_list *diags)
{
    char line[FINDING_MAX];
    for (uint32_t i = 0; i < diags->count; i++) {
        struct text t = text_init(line, sizeof(line));
        text_diag(&t, &diags->items[i]);
        if (!say(c, (uint8_t)diags->items[i].severity, line))
            return;
    }
    if (diags->dropped) {
        struct text t = text_init(line, sizeof(line));
        text_u64(&t, diags->dropped);
        text_str(&t, " more findings are not shown");
        (void)say(c, DIAG_WARNING, line);
    }
}

/* Whoever reads the secrets gets the files that they stand in from priv. */
static bool say_key_file(struct conf *c, const struct config_secret *s)
{
    if (!s || (s->kind != SECRET_FILE && s->kind != SECRET_CREDENTIAL))
        return true;
    uint8_t bytes[KEY_FILE_NAME_MAX + 8];
    struct wr w = wr_init(bytes, sizeof(bytes));
    wr_u8(&w, s->kind == SECRET_CREDENTIAL);
    put_text(&w, s->value);
    return !w.bad && ipc_drain(&c->priv, CONF_TIMEOUT_S * NS_PER_S) == 0 &&
           ipc_send(&c->priv, MSG_CONF_KEY_FILE, bytes, wr_len(&w), -1) == 0;
}

/* Who is to read a document: everybody sees the secrets that he needs, and no other. */
struct audience {
    bool speaks_bgp, has_keys;
};

static err_t write_for(struct conf *c, const struct config *config,
                       const struct config_options *options, const struct audience *who,
                       int *ret_fd)
{
    struct config_file files[OPTIONS_FILES_MAX];
    char *texts[OPTIONS_FILES_MAX] = { 0 };
    size_t sizes[OPTIONS_FILES_MAX] = { 0 };
    struct config_options theirs = *options;
    err_t rc = 0;
    for (size_t i = 0; rc == 0 && i < c->file_count; i++) {
        files[i] = c->files[i];
        sizes[i] = config_without_secrets_max(config, (uint16_t)i, files[i].len);
        texts[i] = mem_alloc(MEM_BUFFER, sizes[i]);
        const struct config_secret_text from = { .file = (uint16_t)i,
                                                 .text = files[i].text,
                                                 .len = files[i].len,
                                                 .keeps_bgp = who->speaks_bgp,
                                                 .keeps_ipsec = who->has_keys };
        if (!texts[i])
            rc = -ENOMEM;
        else
            files[i].len = config_without_secrets(config, &from, texts[i], sizes[i]);
        files[i].text = texts[i];
    }
    theirs.secrets_removed = !who->has_keys;
    if (rc == 0)
        rc = document_write(files, c->file_count, &theirs, ret_fd);
    for (size_t i = 0; i < c->file_count; i++)
        mem_free(MEM_BUFFER, texts[i], texts[i] ? sizes[i] : 0);
    return rc;
}

/* The text with its secrets is for keys alone, if there are tunnels at all. */
static err_t hand_over_secrets(struct conf *c, const struct config *config,
                               const struct config_options *options, uint32_t *ret_tunnels)
{
    struct arena arena;
    struct ipsec_build built;
    int fd;
    arena_init(&arena, IPSEC_ARENA_MAX);
    bool fine = ipsec_build(config, &arena, &built);
    for (uint32_t i = 0; fine && i < built.n_secrets; i++) {
        const struct ipsec_secret *s = &built.secrets[i];
        fine = say_key_file(c, s->psk_local) && say_key_file(c, s->psk_remote) &&
               say_key_file(c, s->certificate) && say_key_file(c, s->private_key) &&
               say_key_file(c, s->ca) && say_key_file(c, s->ppk);
    }
    uint32_t tunnels = fine ? built.config.n : 0;
    arena_done(&arena);
    if (!fine)
        return -ENOMEM;
    *ret_tunnels = tunnels;
    if (tunnels == 0)
        return 0;
    const struct audience keys = { .has_keys = true };
    err_t rc = write_for(c, config, options, &keys, &fd);
    return rc == 0 ? ipc_send(&c->priv, MSG_CONF_SECRETS, NULL, 0, fd) : rc;
}

/* priv knows whether the kernel has IPsec; where the line stands, it is told by us. */
static err_t say_kernel(struct conf *c, const struct config *config)
{
    const struct config_pos *at = &config->ipsec.global.kernel_at;
    char line[FINDING_MAX];
    struct text t = text_init(line, sizeof(line));
    if (!config->ipsec.global.kernel || config->ipsec.tunnels.n == 0)
        return 0;
    text_str(&t, c->files[at->file].name);
    text_char(&t, ':');
    text_u64(&t, at->line);
    text_char(&t, ':');
    text_u64(&t, at->column);
    return finding_send(&c->priv, MSG_CONF_KERNEL, DIAG_ERROR, line);
}

static err_t hand_over(struct conf *c, const struct config *config,
                       const struct config_options *options, int *ret_fd)
{
    const struct audience core = { .speaks_bgp = true }, tunnels = { 0 };
    struct workers_wish wish = { .workers = config->ipsec.global.workers,
                                 .kernel = config->ipsec.global.kernel };
    uint8_t bytes[8];
    struct wr w = wr_init(bytes, sizeof(bytes));
    int fd;
    err_t rc = say_kernel(c, config);
    if (rc == 0)
        rc = hand_over_secrets(c, config, options, &wish.tunnels);
    if (rc == 0)
        rc = write_for(c, config, options, &tunnels, &fd);
    if (rc == 0) {
        wish_encode(&wish, &w);
        rc = ipc_send(&c->priv, MSG_CONF_TUNNELS, bytes, wr_len(&w), fd);
    }
    return rc == 0 ? write_for(c, config, options, &core, ret_fd) : rc;
}

static bool validate(struct conf *c, int *ret_fd)
{
    struct diag_list diags = { 0 };
    struct config *config = NULL;
    const struct config_options options = { .dialect = c->options->dialect,
                                            .allow_unsupported = c->options->allow_unsupported };
    bool fine = config_parse(c->files, c->file_count, &options, &diags, &config);
    /* What a router would refuse is found with the rest: nobody mends a text twice. */
    if (config)
        fine &= node_config_check(config, &diags);
    say_findings(c, &diags);
    diag_list_done(&diags);
    if (!config)
        return false;
    err_t rc = fine ? hand_over(c, config, &options, ret_fd) : 0;
    config_free(config);
    if (!fine)
        return false;
    if (rc != 0)
        (void)say_file(c, "configuration", strerror(-rc));
    return rc == 0;
}

static int run(struct conf *c)
{
    int document = -1;
    bool fine = collect(c) && validate(c, &document);
    err_t rc = fine ? ipc_send(&c->priv, MSG_CONF_DOCUMENT, NULL, 0, document)
                    : ipc_send(&c->priv, MSG_CONF_REFUSED, NULL, 0, -1);
    if (rc != 0 || ipc_drain(&c->priv, CONF_TIMEOUT_S * NS_PER_S) != 0)
        return EXIT_PEER;
    return fine ? 0 : 1;
}

int conf_main(const struct options *o)
{
    struct log log;
    if (!role_enter(o, SANDBOX_CONF, &log))
        return EXIT_SANDBOX;
    struct conf *c = mem_alloc(MEM_CONFIG, sizeof(*c));
    if (!c)
        return EXIT_PEER;
    c->options = o;
    c->log = log;
    int status = EXIT_PEER;
    if (ipc_init(&c->priv, ROLE_FD_PRIV, ROLE_CONF, ROLE_PRIV) == 0) {
        ipc_table(&c->priv, messages, MSG_COUNT);
        status = run(c);
    }
    ipc_done(&c->priv);
    for (size_t i = 0; i < OPTIONS_FILES_MAX; i++)
        mem_free(MEM_BUFFER, c->texts[i], c->sizes[i]);
    mem_free(MEM_CONFIG, c, sizeof(*c));
    return status;
}
