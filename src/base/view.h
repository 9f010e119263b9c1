/* base/view.h: records that `show`, the API and metrics are made of: a struct and its field table.
 * Engines fill records (their view.h); ctl/ alone renders them. Records travel between processes
 * with view_encode() and view_decode(), which trust nothing they read. */
#ifndef BASE_VIEW_H
#define BASE_VIEW_H

#include "base/base.h"
#include "base/ip.h"
#include "base/rd.h"
#include "base/wr.h"

enum view_type {
    VIEW_BOOL,   /* bool */
    VIEW_U8,     /* uint8_t */
    VIEW_U16,    /* uint16_t */
    VIEW_U32,    /* uint32_t */
    VIEW_U64,    /* uint64_t */
    VIEW_NS,     /* ns_t, a duration or an instant as the field says */
    VIEW_IP,     /* struct ip_addr */
    VIEW_PREFIX, /* struct prefix */
    VIEW_TEXT,   /* char[size], NUL-terminated */
};

struct view_field {
    const char *name; /* as in JSON where the record maps one to one */
    enum view_type type;
    uint16_t offset, size;
};
#define VIEW_FIELD(record, member, view_type_, name_)                                              \
    {                                                                                              \
        .name = (name_), .type = (view_type_), .offset = offsetof(struct record, member),          \
        .size = sizeof(((struct record *)0)->member)                                               \
    }

struct view {
    uint16_t id; /* unique over all views: enum view_id */
    const char *name;
    uint16_t record_bytes;
    const struct view_field *fields;
    uint16_t field_count;
};

/* Every view, by the folder that fills it. */
enum view_id {
    VIEW_BGP_GLOBAL = 1,
    VIEW_BGP_NEIGHBOR,
    VIEW_BGP_ROUTE,
    VIEW_FIB_ROUTE,
    VIEW_FIB_NEXTHOP,
    VIEW_INTERFACE,
    VIEW_MEMORY,
    VIEW_LINE, /* one line of text: running configuration, lists, route-maps */
    VIEW_LOG,
    VIEW_ROUTER,
    VIEW_IKE_SA,
    VIEW_IKE_CHILD,
    VIEW_TUNNEL,
    VIEW_IKE_DEBUG,
    VIEW_IKE_TOTALS,
    VIEW_IKE_FAILURE,
    VIEW_IKE_WORKER,
};

/* Writes the record field by field, and reads it back; decode is false on anything malformed
 * (wrong length, text without NUL, address family that does not exist). */
void view_encode(const struct view *v, const void *record, struct wr *w);

/* *ret_record is of v->record_bytes; on false it may be partly written. */
must_use bool view_decode(const struct view *v, struct rd *r, void *ret_record);

/* Where a query's records go, in the order in which they are made. `emit` returns false to stop. */
struct view_sink {
    bool (*emit)(struct view_sink *sink, const struct view *v, const void *record);
};

#endif
