/* topo/schema.h: one row a field of the topology file. The tables are the format: they read it,
 * refuse what is not in it (with the near miss), print it (`spanway show topology`), and make the
 * JSON Schema and the reference page. */
#ifndef TOPO_SCHEMA_H
#define TOPO_SCHEMA_H

#include <stddef.h>

#include "topo/object.h"

/* What a field is read into, at its offset in the struct. */
enum topo_type {
    TOPO_TEXT,     /* const char * */
    TOPO_SECRET,   /* const char *, never printed */
    TOPO_FILE,     /* const char *: below the topology's folder */
    TOPO_BOOL,     /* bool */
    TOPO_U32,      /* uint32_t in min..max */
    TOPO_CHOICE,   /* int: index in choices */
    TOPO_ADDR,     /* struct ip_addr, IPv4: IPv6 is refused by name */
    TOPO_PREFIX,   /* struct prefix, without host bits */
    TOPO_IFADDR,   /* struct topo_ifaddr */
    TOPO_ENDPOINT, /* struct topo_endpoint */
    TOPO_REF,      /* const struct X *: `kind` says which */
    TOPO_PLACE,    /* struct topo_place */
    TOPO_STRUCT,   /* a struct in the place, with `fields`; its last member may be the node */
    TOPO_NAMED, /* list of struct X with a topo_object head: a mapping name -> fields of `kind` */
    TOPO_ITEMS, /* the same as a sequence */
    TOPO_LIST,  /* list of `element` */
};

struct topo_field {
    const char *name;
    enum topo_type type;
    enum topo_type element; /* of TOPO_LIST */
    uint32_t offset, size;  /* of the member: TOPO_AT() */
    bool required;
    uint32_t min, max;            /* of TOPO_U32; of lists: how many; 0, 0: no bound of its own */
    const char *const *choices;   /* of TOPO_CHOICE, ends in NULL */
    /* Of TOPO_TEXT, ends in NULL: it is one of these in any letter case, or with `numbers` the
     * number of a protocol; what stands behind a colon is not looked at. */
    const char *const *protocols;
    bool numbers;
    int64_t preset;               /* BOOL, U32, CHOICE that was left out */
    const struct topo_kind *kind; /* of TOPO_REF, TOPO_NAMED, TOPO_ITEMS */
    const struct topo_field *fields; /* of TOPO_STRUCT, ends in a row without name */
    uint32_t node_offset;            /* of TOPO_STRUCT: where its node goes; 0: nowhere */
    bool may_be_empty;               /* of TOPO_TEXT: "" says something else than nothing at all */
    /* What may be written short: a value in the place of the mapping is this field of it. */
    bool shorthand;
    /* The address by which others know the resource: what an endpoint that names it means. */
    bool address;
    uint32_t implied;    /* of TOPO_ITEMS: so many exist, even when they are not written down */
    const char *refused; /* known, not supported: why, and what to do */
    const char *help;    /* one sentence */
};

/* The name and the place of a field: its key is the member's name. */
#define TOPO_AT(s, member)                                                                         \
    .name = #member, .offset = (uint32_t)offsetof(struct s, member),                               \
    .size = (uint32_t)sizeof(((struct s *)NULL)->member)

struct topo_kind {
    const char *name; /* "azure virtual network": for people */
    const char *path; /* "azure.virtual_networks": where it stands; a part: "subnets" */
    size_t size;      /* of its struct */
    const struct topo_field *fields;
    const struct topo_kind *parent; /* of a part; its references read parent/name */
    /* What may follow a place of this kind and a colon: one of these (NULL: nothing), or any
     * interface and any line of its configuration, if it is a `device`. */
    const char *const *parts;
    bool device;
    bool free_name; /* an interface's name, a selector: '/' and ':' are allowed in it */
};

/* The whole file: what may stand at the top, with offsets in struct topo. */
extern const struct topo_field topo_root_fields[];

/* The layout that every TOPO_LIST_OF has. */
struct topo_any_list {
    void *items;
    uint32_t count;
};

/* The size of one element of a TOPO_LIST. */
size_t topo_element_size(enum topo_type element);

#endif
