#include "daemon/document.h"

#include <errno.h>
#include <malloc.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/rd.h"
#include "base/wr.h"
#include "daemon/messages_ipsec.h"
#include "os/ipc.h"

enum { DOCUMENT_MAGIC = 0x53505731 };

err_t document_write(const struct config_file *files, size_t n,
                     const struct config_options *options, int *ret_fd)
{
    assert(n <= OPTIONS_FILES_MAX);
    size_t size = 16;
    for (size_t i = 0; i < n; i++)
        size += strlen(files[i].name) + files[i].len + 8;
    if (size > DOCUMENT_BYTES_MAX)
        return -EFBIG;
    uint8_t *bytes = mem_alloc(MEM_BUFFER, size);
    if (!bytes)
        return -ENOMEM;
    struct wr w = wr_init(bytes, size);
    wr_u32(&w, DOCUMENT_MAGIC);
    wr_u8(&w, (uint8_t)options->dialect);
    wr_u8(&w, options->allow_unsupported);
    wr_u8(&w, options->secrets_removed);
    wr_u16(&w, (uint16_t)n);
    for (size_t i = 0; i < n; i++) {
        size_t name = strlen(files[i].name);
        wr_u16(&w, (uint16_t)name);
        wr_bytes(&w, files[i].name, name);
        wr_u32(&w, (uint32_t)files[i].len);
        wr_bytes(&w, files[i].text, files[i].len);
    }
    assert(!w.bad);
    err_t rc = ipc_memfd("spanway-config", bytes, wr_len(&w), ret_fd);
    mem_free(MEM_BUFFER, bytes, size);
    return rc;
}

static bool parse(struct document *d)
{
    struct rd r = rd_init(d->bytes, d->len);
    uint32_t magic = rd_u32(&r);
    uint8_t dialect = rd_u8(&r), allow = rd_u8(&r), removed = rd_u8(&r);
    d->file_count = rd_u16(&r);
    if (r.bad || magic != DOCUMENT_MAGIC || dialect > DIALECT_IOS || allow > 1 || removed > 1 ||
        d->file_count > OPTIONS_FILES_MAX)
        return false;
    d->options = (struct config_options){ .dialect = (enum dialect)dialect,
                                          .allow_unsupported = allow == 1,
                                          .secrets_removed = removed == 1 };
    for (size_t i = 0; i < d->file_count; i++) {
        size_t name = rd_u16(&r);
        const uint8_t *s = rd_bytes(&r, name);
        if (!s || name >= sizeof(d->names[i]))
            return false;
        memcpy(d->names[i], s, name);
        d->files[i].name = d->names[i];
        d->files[i].len = rd_u32(&r);
        d->files[i].text = (const char *)rd_bytes(&r, d->files[i].len);
        if (!d->files[i].text)
            return false;
    }
    return rd_is_done(&r);
}

err_t document_read(int fd, struct document *ret_document)
{
    struct document *d = ret_document;
    memset(d, 0, sizeof(*d));
    err_t rc = ipc_memfd_read(fd, DOCUMENT_BYTES_MAX, &d->bytes, &d->len);
    if (rc != 0)
        return rc;
    if (!parse(d)) {
        document_done(d);
        return -EPROTO;
    }
    return 0;
}

void document_done(struct document *d)
{
    mem_free(MEM_BUFFER, d->bytes, d->len);
    d->bytes = NULL;
}

err_t document_config(int fd, struct diag_list *diags, struct config **ret_config)
{
    struct config *config = NULL;
    struct document *d = mem_alloc(MEM_CONFIG, sizeof(*d));
    err_t rc = d ? document_read(fd, d) : -ENOMEM;
    close(fd);
    if (rc == 0) {
        if (config_parse(d->files, d->file_count, &d->options, diags, &config)) {
            *ret_config = config;
        } else {
            config_free(config);
            rc = -EINVAL;
        }
        document_done(d);
    }
    mem_free(MEM_CONFIG, d, d ? sizeof(*d) : 0);
    return rc;
}

err_t document_use(int fd,
                   err_t (*use)(void *owner, const struct config *config,
                                struct ipsec_build *built),
                   void *owner)
{
    struct diag_list diags = { 0 };
    struct config *config = NULL;
    struct ipsec_build built = { 0 };
    struct arena arena;
    arena_init(&arena, IPSEC_ARENA_MAX);
    err_t rc = document_config(fd, &diags, &config);
    if (rc == 0)
        rc = ipsec_build(config, &arena, &built) ? use(owner, config, &built) : -ENOMEM;
    config_free(config);
    arena_done(&arena);
    diag_list_done(&diags);
    (void)malloc_trim(0); /* what reading took is many times what is kept of it */
    return rc;
}
