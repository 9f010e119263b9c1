/* cloud/fact.h: what the providers' gateways, fabrics and devices do, as rows of constant tables,
 * each with its source and a grade that says how far it can be relied on. Checks, models and
 * documents read the same rows and carry no number of their own: azure_facts[AZURE_...] is the
 * row, cloud_number(limits, &row) its value, which a topology may replace. The name of a row's
 * index is its id in capitals: AZURE_VPN_BGP_PREFIXES_MAX has "azure.vpn.bgp.prefixes-max".
 * Tables are in cloud/PROVIDER/; everything is constant but struct cloud_limits. Pure. */
#ifndef CLOUD_FACT_H
#define CLOUD_FACT_H

#include "base/diag.h"
#include "base/ip.h"

/* How far a row can be relied on. A rule that rests on an unverified row never reports an error. */
enum cloud_grade {
    CLOUD_DOCUMENTED, /* the provider's or vendor's own documents, or its source code */
    CLOUD_OBSERVED,   /* seen in networks that were built: articles, repositories */
    CLOUD_DISPUTED,   /* sources disagree: `other` has what the other one says */
    CLOUD_UNVERIFIED, /* believed, without a document at hand */
};

/* What kind of value a row has, and which members of struct cloud_data hold it. */
enum cloud_value {
    CLOUD_NOTHING,    /* only `other` of a row may be it: the sources do not disagree */
    CLOUD_NUMBER,     /* first */
    CLOUD_RANGE,      /* first to last, both included */
    CLOUD_BOOL,       /* first: 0 or 1; whether what the row says is so */
    CLOUD_TEXT,       /* text */
    CLOUD_NUMBERS,    /* n spans */
    CLOUD_PREFIXES,   /* n prefixes */
    CLOUD_WORDS,      /* n words; where there is an order, in it */
    CLOUD_ALGORITHMS, /* n algorithms, by the provider's names */
};

struct cloud_span {
    int64_t first, last;
};

/* One algorithm under the name by which a provider offers it. */
struct cloud_algorithm {
    const char *name;
    uint16_t id, bits; /* IANA's transform number, key bits; id 0: none */
    bool weak;         /* the provider takes it, this product does not: DES, MD5, group 1 */
};

struct cloud_data {
    enum cloud_value kind;
    int64_t first, last;
    const char *text;
    union {
        const struct cloud_span *spans;
        const struct prefix *prefixes;
        const char *const *words;
        const struct cloud_algorithm *algorithms;
    };
    uint32_t n;
};

struct cloud_fact {
    const char *id;      /* stable: "azure.vpn.bgp.prefixes-max" */
    const char *subject; /* what it is about: "VPN gateway: BGP" */
    const char *text;    /* what the value is, as a claim where it is yes or no */
    struct cloud_data value;
    struct cloud_data other; /* disputed rows: the other value */
    const char *unit;        /* "s", "Mbit/s", "prefixes"; NULL: none */
    const char *source;      /* codes of the table of sources: "VPNFAQ, S5" */
    enum cloud_grade grade;
    const char *note; /* history, where documents disagree, what follows; NULL: none */
};

/* A document, by its code. */
struct cloud_source {
    const char *code, *title;
    const char *where; /* address, or a repository's name; NULL: an article without one */
};

/* A table with more columns than a row of facts has, as text. */
struct cloud_sheet {
    const char *id, *title;
    const char *const *columns; /* headings; the last two are "grade" and "source" */
    size_t column_count, row_count;
    /* Appends the text of one cell. */
    void (*cell)(struct text *t, size_t row, size_t column);
};

struct cloud_provider {
    const char *name, *title; /* "azure", "Microsoft Azure" */
    const struct cloud_fact *facts;
    size_t fact_count;
    const struct cloud_sheet *sheets;
    size_t sheet_count;
};

/* AS numbers that someone refuses, and why. */
struct cloud_as_range {
    uint32_t first, last;
    const char *why;
    enum cloud_grade grade;
    const char *source;
};

/* All providers, in the order in which they are shown. */
const struct cloud_provider *cloud_providers(size_t *ret_n);

/* One by its name; NULL: none. */
const struct cloud_provider *cloud_provider_find(const char *name);

/* All sources, and one by its code (len bytes; NULL: none). */
const struct cloud_source *cloud_sources(size_t *ret_n);
const struct cloud_source *cloud_source_find(const char *code, size_t len);

/* A row by its id, and the id that is nearest to one that is none (NULL: none is near). */
const struct cloud_fact *cloud_fact_find(const char *id);
const char *cloud_fact_near(const char *id);

/* "documented", "observed", "disputed", "unverified". */
const char *cloud_grade_name(enum cloud_grade grade);

/* "number", "range", "bool", "text", "numbers", "prefixes", "words", "algorithms". */
const char *cloud_value_name(enum cloud_value kind);

/* Appends a value as people write it: "4000", "9-3600", "yes", "64512-65514, 65521-65534". */
void text_cloud_data(struct text *t, const struct cloud_data *d);

/* The same with the row's unit behind a number or a range: "4000 prefixes", "1 peer". */
void text_cloud_value(struct text *t, const struct cloud_fact *f, const struct cloud_data *d);

#endif
