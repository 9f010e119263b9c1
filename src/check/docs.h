/* check/docs.h: the reference of rules, docs/rules.md, made from the rows. */
#ifndef CHECK_DOCS_H
#define CHECK_DOCS_H

#include "check/rule.h"

/* Gives docs/rules.md, one line at a time, without line ends. */
void check_docs(void (*line)(void *to, const char *text), void *to);

#endif
