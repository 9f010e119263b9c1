/* config/value.h: the text forms of communities, both ways. */
#ifndef CONFIG_VALUE_H
#define CONFIG_VALUE_H

#include "config/model.h"

/* Values in one line: so many fit into a line however they are printed. */
enum { VALUES_MAX = 200 };

/* "65000:100", a well-known name ("no-export"), or a plain number. */
must_use bool value_community(const char *s, uint32_t *ret);

/* "65000:1:2". */
must_use bool value_large(const char *s, struct config_large *ret);

/* "65000:1" or "10.0.0.1:1" without its sub-type; value_ext_type knows "rt" and "soo". */
must_use bool value_ext(const char *s, uint64_t *ret);

/* The sub-type of a word, "rt" or "soo", as it stands in the community's upper bytes. */
must_use bool value_ext_type(const char *s, uint64_t *ret);

/* As FRR prints them; well-known ones by name. */
void text_community(struct text *t, uint32_t community);
/* "1:2:3". */
void text_large(struct text *t, const struct config_large *large);

/* With its sub-type in front: "rt 65000:1". */
void text_ext(struct text *t, uint64_t ext);

#endif
