/* daemon/document.h: a configuration as it travels between processes: one sealed memory file with
 * the options and every file's name and text, validated by conf before anybody else sees it. The
 * text is the operator's own, so that later messages name the file, line and column that he knows,
 * and lines without meaning here can still be listed. */
#ifndef DAEMON_DOCUMENT_H
#define DAEMON_DOCUMENT_H

#include "config/parse.h"
#include "daemon/options.h"
#include "node/ipsec_build.h"

#define DOCUMENT_BYTES_MAX ((size_t)CONFIG_TEXT_MAX + OPTIONS_FILES_MAX * 1024 + 64)

struct document {
    uint8_t *bytes; /* owned: document_done() */
    size_t len;
    struct config_options options;
    size_t file_count;
    struct config_file files[OPTIONS_FILES_MAX]; /* texts point into bytes */
    char names[OPTIONS_FILES_MAX][512];
};

/* Writes files and options to a sealed memory file. */
must_use err_t document_write(const struct config_file *files, size_t n,
                              const struct config_options *options, int *ret_fd);

/* Reads one; does not close fd. -EPROTO: it is malformed. */
must_use err_t document_read(int fd, struct document *ret_document);

/* Wipes and frees the texts, which may hold passwords. */
void document_done(struct document *d);

/* A document's configuration, which is the caller's; fd is closed. -EINVAL: it has faults, which
 * conf would have refused: they are in *diags (the caller's, also after other errors). */
must_use err_t document_config(int fd, struct diag_list *diags, struct config **ret_config);

/* Hands the owner the configuration in a document with the tunnels built from it, both to be read
 * or copied, not kept; fd is closed. What `use` answers, or -EINVAL, -EPROTO, -ENOMEM, -EIO. */
must_use err_t document_use(int fd,
                            err_t (*use)(void *owner, const struct config *config,
                                         struct ipsec_build *built),
                            void *owner);

#endif
