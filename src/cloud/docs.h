/* cloud/docs.h: the reference of facts, docs/facts.md, made from the tables. Pure. */
#ifndef CLOUD_DOCS_H
#define CLOUD_DOCS_H

#include "cloud/fact.h"

/* No row of the page is longer, its Markdown included. */
enum { CLOUD_DOCS_LINE_MAX = 2048 };

/* Gives docs/facts.md, one line at a time, without line ends. */
void cloud_docs(void (*line)(void *to, const char *text), void *to);

/* A subject of a provider that stands at row `at` for the first time: subjects are shown in that
 * order, each with all of its rows. */
bool cloud_is_first_of_subject(const struct cloud_provider *p, size_t at);

#endif
