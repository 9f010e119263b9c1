/* ctl/facts.h: `spanway facts`: prints what the providers do, with grades and sources, from the
 * tables of cloud/. Needs no daemon and no file. */
#ifndef CTL_FACTS_H
#define CTL_FACTS_H

#include <stdio.h>

#include "base/base.h"

enum { FACTS_WORDS_MAX = 2 };

struct facts_request {
    const char *const *words; /* [PROVIDER] [PATTERN] */
    size_t word_count;
    bool json;
    bool sources; /* text: the documents behind the codes; JSON has them always */
};

/* Prints the facts of the provider, or of all of them, that have the pattern somewhere, case aside.
 * The exit status: 0; 1 nothing has it; 2 the words are wrong. `err` is told why, with what was
 * probably meant. */
int facts_print(const struct facts_request *r, FILE *out, FILE *err);

#endif
