/* attr/attr.h: BGP path attributes as immutable, interned, counted sets (RFC 4271 5).
 * A set is a value: equal sets of one table are one pointer. Sets belong to their table; who keeps
 * a pointer holds a reference. A draft is the writable form: its spans point into a set, a packet
 * or an arena, and attr_intern() makes a set of it. One thread a table. AS numbers and communities
 * are in network order inside spans, host order in fields. */
#ifndef ATTR_ATTR_H
#define ATTR_ATTR_H

#include "base/arena.h"
#include "base/base.h"
#include "base/ip.h"

/* Type codes, as on the wire. */
enum attr_code {
    ATTR_ORIGIN = 1,
    ATTR_AS_PATH = 2,
    ATTR_NEXT_HOP = 3,
    ATTR_MED = 4,
    ATTR_LOCAL_PREF = 5,
    ATTR_ATOMIC_AGGREGATE = 6,
    ATTR_AGGREGATOR = 7,
    ATTR_COMMUNITIES = 8,
    ATTR_ORIGINATOR_ID = 9,
    ATTR_CLUSTER_LIST = 10,
    ATTR_MP_REACH = 14,
    ATTR_MP_UNREACH = 15,
    ATTR_EXT_COMMUNITIES = 16,
    ATTR_AS4_PATH = 17,
    ATTR_AS4_AGGREGATOR = 18,
    ATTR_IPV6_EXT_COMMUNITIES = 25, /* RFC 5701 */
    ATTR_LARGE_COMMUNITIES = 32,
};

enum attr_origin { ORIGIN_IGP = 0, ORIGIN_EGP = 1, ORIGIN_INCOMPLETE = 2 };

/* Attributes whose value is a span of bytes. */
enum attr_span {
    SPAN_AS_PATH,           /* segments as on the wire, always with 4-byte AS numbers (RFC 6793) */
    SPAN_COMMUNITIES,       /* 4 bytes each, RFC 1997 */
    SPAN_EXT_COMMUNITIES,   /* 8 bytes each, RFC 4360 */
    SPAN_LARGE_COMMUNITIES, /* 12 bytes each, RFC 8092 */
    SPAN_CLUSTER_LIST,      /* 4 bytes each, RFC 4456 */
    SPAN_UNKNOWN, /* optional transitive ones, whole: flags, code, 2-byte length, value; by code */
    SPAN_COUNT
};

/* Which scalar attributes stand (origin, AS path and next hop always do). */
enum {
    ATTR_HAS_MED = 1 << 0,
    ATTR_HAS_LOCAL_PREF = 1 << 1,
    ATTR_HAS_ATOMIC_AGGREGATE = 1 << 2,
    ATTR_HAS_AGGREGATOR = 1 << 3,
    ATTR_HAS_ORIGINATOR_ID = 1 << 4,
    ATTR_NEXT_HOP_UNCHANGED = 1 << 5, /* policy said so; never on the wire */
    ATTR_NEXT_HOP_SET = 1 << 6,       /* policy set next_hop on the way out; never on the wire */
};

/* What every set has, and sets of a draft alone: the scalar part in two. Zero what does not stand:
 * sets compare by bytes. */
#define ATTR_CORE_FIELDS                                                                           \
    uint16_t has;     /* ATTR_HAS_* */                                                             \
    uint8_t origin;   /* enum attr_origin */                                                       \
    uint8_t distance; /* set distance of a route-map; 0: the protocol's */                         \
    uint32_t med, local_pref;                                                                      \
    uint32_t weight;               /* Cisco's and FRR's, local to the router, never on the wire */ \
    uint16_t span_len[SPAN_COUNT]; /* bytes of each span */                                        \
    struct ip_addr next_hop;       /* IP_NONE: ourselves (own routes; next-hop-self) */            \
    uint8_t pad[2];                                                                                \
    bool is_rare; /* of a set: it has a struct attr_rare; false in a draft */
#define ATTR_RARE_FIELDS                                                                           \
    uint32_t tag;                          /* local, for redistribution */                         \
    uint32_t aggregator_as, aggregator_id; /* host order */                                        \
    uint32_t originator_id;                /* host order */                                        \
    struct ip_addr next_hop_ll;            /* IPv6 link-local beside a global one; else IP_NONE */ \
    uint8_t rare_pad[3];

struct attr_core {
    ATTR_CORE_FIELDS
};
struct attr_rare {
    ATTR_RARE_FIELDS
};
struct attr_head {
    ATTR_CORE_FIELDS
    ATTR_RARE_FIELDS
};

/* One interned set. Behind the head stand what is rare, if anything of it is not zero, and the
 * spans one after the other. */
struct attr_set {
    struct attr_set *hash_next; /* the table's */
    uint32_t refs;
    uint32_t hash;
    uint32_t first_as;     /* of the AS path, 0: none: the neighbour */
    uint16_t as_path_hops; /* length for the decision: an AS_SET counts 1 (RFC 4271 9.1.2.2) */
    uint16_t cluster_hops;
    struct attr_core head;
    uint8_t tail[];
};

/* The writable form. */
struct attr_draft {
    struct attr_head head;           /* span_len says how long each span is */
    const uint8_t *span[SPAN_COUNT]; /* NULL when empty */
};

/* A span of a set (never NULL when its length is not 0). */
const uint8_t *attr_span(const struct attr_set *s, enum attr_span which);

/* The rare part of a set; all zero where it has none. */
const struct attr_rare *attr_rare(const struct attr_set *s);

/* A draft that equals the set and borrows its spans. */
struct attr_draft attr_draft_of(const struct attr_set *s);

struct attr_table;

/* A table of at most max_sets sets, with the key of its hash. NULL without memory. */
must_use struct attr_table *attr_table_new(uint64_t hash_key, uint32_t max_sets);

/* Frees the table and every set, referenced or not. NULL is allowed. */
void attr_table_free(struct attr_table *t);

/* The set that equals the draft, with one more reference; NULL at the limit or without memory. */
must_use struct attr_set *attr_intern(struct attr_table *t, const struct attr_draft *d);

/* One more reference. NULL is allowed. */
struct attr_set *attr_ref(struct attr_set *s);
/* One reference less; the last one frees the set. NULL is allowed. */
void attr_unref(struct attr_table *t, struct attr_set *s);

/* Live sets. */
uint32_t attr_table_count(const struct attr_table *t);

/* How often attr_intern() gave NULL. */
uint64_t attr_table_refused(const struct attr_table *t);

#endif
