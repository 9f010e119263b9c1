/* policy/ere.h: POSIX extended expressions, as glibc's regcomp() reads them and so FRR does,
 * rewritten for PCRE2. Every construct of the result is one that we wrote: nothing that only PCRE
 * understands (look-around, verbs, lazy and possessive repeats, \d) can be smuggled in, it means
 * what it means in an ERE or is refused. Pure text to text; no owner.
 *
 *   _            as FRR replaces it, before anything else: (^|[,{}() ]|$)
 *   \1 .. \9     back references, as glibc has them; \w \W \s \S \b \B \< \> \` \' too
 *   \x           any other x stands for itself
 *   {n,m}        a repeat; with `literal_braces` (IOS knows no repeats) the characters
 *   [...]        POSIX brackets: classes, equivalents, ranges by byte, `\` is a character
 *   ^* a|*b (*   refused, as regcomp() does */
#ifndef POLICY_ERE_H
#define POLICY_ERE_H

#include "base/base.h"

enum {
    ERE_TEXT_MAX = 2048,     /* characters of an expression: more than a line of configuration */
    ERE_PATTERN_MAX = 65535, /* of the result; PCRE2's compiled form has the same order of size */
    ERE_GROUPS_MAX = 120,    /* nested groups; PCRE2 takes 250 and we may double them */
    ERE_REPEAT_MAX = 32767,  /* RE_DUP_MAX of glibc */
};

struct ere_options {
    bool magic_underscore; /* replace `_` */
    bool literal_braces;   /* `{` is a character */
};

struct ere_result {
    size_t len; /* of the pattern, NUL not counted */
    bool has_back_reference;
    const char *error; /* why the expression was refused; static text */
};

/* Writes the PCRE2 pattern for `regex` into `out` (ERE_PATTERN_MAX + 1 bytes); needs `work` of
 * ERE_WORK_BYTES. False: refused, with ret_result->error. */
enum { ERE_WORK_BYTES = ERE_TEXT_MAX * 14 + 1 };
/* The pattern is ended by NUL; `out` holds it only on success. */
must_use bool ere_translate(const char *regex, const struct ere_options *options, char *work,
                            char *out, struct ere_result *ret_result);

#endif
