/* attr/aspath.h: AS paths (RFC 4271 4.3 b, 5.1.2; RFC 6793): spans of segments with 4-byte numbers.
 * Functions that change a path write a new span into an arena and leave the old one alone. */
#ifndef ATTR_ASPATH_H
#define ATTR_ASPATH_H

#include "attr/attr.h"
#include "base/text.h"

enum { AS_SET = 1, AS_SEQUENCE = 2, AS_CONFED_SEQUENCE = 3, AS_CONFED_SET = 4 };
enum { AS_TRANS = 23456, AS_PATH_BYTES_MAX = 4096 };

/* Whether the bytes are well-formed segments (RFC 7606 7.2), with as_bytes (2 or 4) a number. */
must_use bool aspath_is_valid(const uint8_t *path, size_t n, size_t as_bytes);

/* Length for the decision (RFC 4271 9.1.2.2): a set counts as one. */
uint16_t aspath_hops(const uint8_t *path, size_t n);
/* How often the AS occurs, in segments of every kind. */
uint32_t aspath_count(const uint8_t *path, size_t n, uint32_t as);
/* The first AS; 0: the path is empty or begins with a set. */
uint32_t aspath_first(const uint8_t *path, size_t n);

/* Is every AS of the path private (RFC 6996)? False for an empty path. */
bool aspath_is_all_private(const uint8_t *path, size_t n);
/* 64512 to 65534 and 4200000000 to 4294967294 (RFC 6996). */
bool as_is_private(uint32_t as);

/* The path with `as` put in front `times` times (RFC 4271 5.1.2 b); false: too long or no memory.
 */
must_use bool aspath_prepend(struct attr_draft *d, struct arena *a, uint32_t as, uint32_t times);

/* Private numbers removed: all, or only when all are private; or replaced by `as` (0: removed). */
must_use bool aspath_remove_private(struct attr_draft *d, struct arena *a, bool all, uint32_t as);

/* As above, but `keep` (the AS of the peer that the path is for; 0: none) stays where it stands. */
must_use bool aspath_remove_private_but(struct attr_draft *d, struct arena *a, bool all,
                                        uint32_t as, uint32_t keep);

/* Whether a confederation segment (RFC 5065) occurs: none may come from outside. */
bool aspath_has_confed(const uint8_t *path, size_t n);

/* Each number in `excluded` removed; n 0: the whole path. */
must_use bool aspath_exclude(struct attr_draft *d, struct arena *a, const uint32_t *excluded,
                             size_t n);
/* Each number that is `from` (0: any) replaced by `to`; false: no memory. */
must_use bool aspath_replace(struct attr_draft *d, struct arena *a, uint32_t from, uint32_t to);

/* The path as FRR and IOS print it: "65515 12076 {1,2}", "(65001 65002)" for confederations, ""
 * when empty. The as-path expressions match exactly this text. */
void text_aspath(struct text *t, const uint8_t *path, size_t n);

#endif
