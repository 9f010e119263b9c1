/* config/docs.h: the reference of commands, made from the command table. */
#ifndef CONFIG_DOCS_H
#define CONFIG_DOCS_H

#include "config/parse.h"

/* Prints docs/configuration.md through `line`, one line at a time. */
void config_docs(struct config_printer *p);

#endif
