/* attr/table.h: the table of path attributes: one row an attribute, with its name, code, flags,
 * rule of length, faults (RFC 7606 7), and the functions that read, write and print it. Who decodes
 * an UPDATE walks the attributes and asks the table; MP_REACH_NLRI and MP_UNREACH_NLRI carry
 * prefixes and have no functions here. Nothing here keeps state but what struct attr_decoding says.
 */
#ifndef ATTR_TABLE_H
#define ATTR_TABLE_H

#include "attr/attr.h"
#include "base/rd.h"
#include "base/text.h"
#include "base/wr.h"

enum {
    ATTR_FLAG_OPTIONAL = 0x80,
    ATTR_FLAG_TRANSITIVE = 0x40,
    ATTR_FLAG_PARTIAL = 0x20,
    ATTR_FLAG_EXTENDED = 0x10, /* the length has two bytes */
};

/* What becomes of an UPDATE with a malformed attribute: RFC 7606 2, mildest first. */
enum attr_fault { ATTR_DISCARD, ATTR_WITHDRAW, ATTR_RESET };

/* One way in which an attribute can be wrong. */
struct attr_problem {
    enum attr_fault fault;
    uint8_t subcode; /* of the NOTIFICATION should it come to one: RFC 4271 6.3 */
    const char *id;  /* stable: "BGP-7606-7.1" */
    const char *what;
};

enum attr_length { ATTR_LENGTH_ANY, ATTR_LENGTH_EXACT, ATTR_LENGTH_MULTIPLE, ATTR_LENGTH_MIN };

/* The attributes of one UPDATE on their way into a draft. */
struct attr_decoding {
    struct attr_draft *draft;
    struct arena *arena;
    bool as4; /* AS numbers have four bytes */
    bool is_ebgp;
    bool no_memory; /* the arena was full */
    bool has_as4_aggregator;
    uint32_t as4_aggregator_as, as4_aggregator_id;
    const uint8_t *as4_path; /* NULL: none */
    size_t as4_path_len;
    size_t bytes;     /* of all attributes together: bounds those that are kept unknown */
    uint8_t *unknown; /* room for those, made when the first one comes */
};

/* To whom attributes are told. */
struct attr_encoding {
    bool as4;
    bool is_ebgp;
    bool prepend; /* local_as goes in front of the path */
    uint32_t local_as;
    uint32_t local_pref;     /* of a set that has none */
    struct ip_addr next_hop; /* of NEXT_HOP; IP_NONE: it stands in MP_REACH_NLRI */
};

struct attr_row {
    const char *name;
    uint8_t code;
    uint8_t flags; /* Optional and Transitive as specified */
    enum attr_length rule;
    uint16_t length; /* what the rule counts with, in bytes */
    struct attr_problem bad_length, bad_flags;
    bool internal_only; /* from an external peer it is passed over (RFC 7606 7.5, 7.9, 7.10) */
    /* Reads the value, whose length fits the rule; NULL, or what is wrong with it. */
    const struct attr_problem *(*decode)(struct attr_decoding *d, struct rd *value);
    /* Writes the whole attribute if it stands and is meant for such a peer. */
    void (*encode)(struct wr *w, const struct attr_set *s, const struct attr_encoding *e);
    /* Appends the value for people; nothing when it does not stand. */
    void (*format)(struct text *t, const struct attr_set *s);
};

/* The row of a code; NULL: not known. */
const struct attr_row *attr_row_of(uint8_t code);
/* All rows, by code. */
const struct attr_row *attr_rows(size_t *ret_count);

/* Whether the value's length fits the row's rule. */
bool attr_length_fits(const struct attr_row *row, size_t n);

/* Keeps an unknown optional transitive attribute whole, as a partial one (RFC 4271 5); false: there
 * is no room. */
must_use bool attr_keep_unknown(struct attr_decoding *d, uint8_t flags, uint8_t code,
                                const struct rd *value);

/* After the last attribute: the four-byte numbers of AS4_PATH and AS4_AGGREGATOR are put where they
 * belong (RFC 6793 4.2.3). NULL, or what is wrong. */
const struct attr_problem *attr_decode_end(struct attr_decoding *d);

/* Writes every attribute of the set by code, those that are not known included. */
void attr_encode(struct wr *w, const struct attr_set *s, const struct attr_encoding *e);

/* Header of an attribute with a length to come; attr_put_end() fills it in at the mark, and makes
 * it an extended one where it has to. */
size_t attr_put_begin(struct wr *w, uint8_t flags, uint8_t code);
/* Fills in the length of what was written since the mark. */
void attr_put_end(struct wr *w, size_t mark);

#endif
