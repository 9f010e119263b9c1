/* config/secrets.h: keeping secrets from whom they do not concern. The process that reads the files
 * parses them, gives the keys process what node/ipsec_build.h names, and hands everybody else the
 * same texts with "<removed>" in the place of each key: the others read them with
 * config_options.secrets_removed, find the same lines and build the same connections. References
 * (`file`, `env`, `credential`) are no secrets and stay. Passwords of BGP sessions stay for those
 * who speak BGP, and go for the others. */
#ifndef CONFIG_SECRETS_H
#define CONFIG_SECRETS_H

#include "config/parse.h"

/* Bytes that the text of a file (its number in c->files) may need without its secrets. */
size_t config_without_secrets_max(const struct config *c, uint16_t file, size_t len);

/* A text, and which of its secrets stay. */
struct config_secret_text {
    uint16_t file; /* its number in c->files */
    const char *text;
    size_t len;
    bool keeps_bgp;   /* passwords of BGP sessions stay */
    bool keeps_ipsec; /* keys of IPsec stay */
};

/* Copies the text without its secrets, in lines as before; c is what it was parsed to. Returns the
 * length; cap is at least config_without_secrets_max(). Not terminated. */
size_t config_without_secrets(const struct config *c, const struct config_secret_text *from,
                              char *to, size_t cap);

/* Overwrites the keys that the model holds; they print as "<removed>" from then on. */
void config_wipe_secrets(struct config *c);

#endif
