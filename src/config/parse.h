/* config/parse.h: text of FRR or IOS dialect to a model. Input is untrusted: any bytes are allowed,
 * nothing is looked up outside. Errors go to a diag_list with file, line and column. */
#ifndef CONFIG_PARSE_H
#define CONFIG_PARSE_H

#include "base/diag.h"
#include "config/model.h"

struct config_file {
    const char *name; /* for messages */
    const char *text;
    size_t len;
};

struct config_options {
    enum dialect dialect;   /* DIALECT_UNKNOWN: recognise it */
    bool allow_unsupported; /* lines that are not understood: warnings instead of errors */
    bool secrets_removed;   /* keys were taken out of the texts: somebody else has them */
};

enum { CONFIG_TEXT_MAX = 16 << 20, CONFIG_LINE_MAX = 4096, CONFIG_OBJECTS_MAX = 1 << 20 };

/* Parses the files in order into one model. True when no error was found; *ret_config is made in
 * either case (config_free it) and holds what was understood. NULL only without memory. */
must_use bool config_parse(const struct config_file *files, size_t n,
                           const struct config_options *options, struct diag_list *diags,
                           struct config **ret_config);

/* Frees the model and every string in it. NULL is allowed. */
void config_free(struct config *c);

/* Prints the running configuration in the dialect, as the device would, through `line` one line at
 * a time (no newline). Secrets are masked unless with_secrets. Parsing it gives an equal model. */
struct config_printer {
    void (*line)(struct config_printer *p, const char *text);
    bool with_secrets;
};

/* dialect: of the text (UNKNOWN: c's own); in another one, defaults that differ are written out. */
void config_print(const struct config *c, enum dialect dialect, struct config_printer *p);

/* Adds a finding for each thing that `to` cannot say, or would take differently: what config_print
 * in that dialect leaves out. An error where the meaning changes, else a warning. */
void config_convert_findings(const struct config *c, enum dialect to, struct diag_list *findings);

#endif
