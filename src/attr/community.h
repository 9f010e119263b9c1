/* attr/community.h: standard (RFC 1997), extended (RFC 4360) and large (RFC 8092) communities:
 * names, text, membership, sorted union and difference. Spans in network order. */
#ifndef ATTR_COMMUNITY_H
#define ATTR_COMMUNITY_H

#include "attr/attr.h"
#include "base/text.h"

enum {
    COMMUNITY_GRACEFUL_SHUTDOWN = (int)0xffff0000, /* RFC 8326 */
    COMMUNITY_BLACKHOLE = (int)0xffff029a,         /* RFC 7999 */
    COMMUNITY_NO_EXPORT = (int)0xffffff01,
    COMMUNITY_NO_ADVERTISE = (int)0xffffff02,
    COMMUNITY_NO_EXPORT_SUBCONFED = (int)0xffffff03,
    COMMUNITY_NO_PEER = (int)0xffffff04, /* RFC 3765 */
};

/* Whether the standard community is there. */
bool community_has(const uint8_t *span, size_t n, uint32_t community);

/* Whether the values of `width` bytes ascend without repeats. */
bool community_is_sorted(const uint8_t *span, size_t n, size_t width);

/* The span of `which` becomes the sorted union of itself (when additive) and `n` values of the
 * span's width (4, 8 or 12 bytes, network order), without repeats; false: too long or no memory. */
must_use bool community_set(struct attr_draft *d, struct arena *a, enum attr_span which,
                            const uint8_t *values, size_t n, bool additive);

/* Removes every value for which drop(arg, value) is true. */
must_use bool community_remove(struct attr_draft *d, struct arena *a, enum attr_span which,
                               bool (*drop)(const void *arg, const uint8_t *value),
                               const void *arg);

/* Text as FRR prints it: "65001:100 no-export"; large "1:2:3"; extended "RT:65001:100". */
void text_communities(struct text *t, const uint8_t *span, size_t n);
/* "65001:1:2", a blank between (RFC 8092). */
void text_large_communities(struct text *t, const uint8_t *span, size_t n);
/* "RT:65001:100" "SoO:..."; "UNK:3, 12" for a type without a name (RFC 4360). */
void text_ext_communities(struct text *t, const uint8_t *span, size_t n);

#endif
