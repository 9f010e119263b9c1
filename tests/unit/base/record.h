/* tests/unit/base/record.h: a record with a field of every type and its view table, for the view's
 * unit test and its fuzz target. */
#ifndef RECORD_H
#define RECORD_H

#include "base/view.h"

struct record {
    bool up;
    uint8_t u8;
    uint16_t u16;
    uint32_t u32;
    uint64_t u64;
    ns_t uptime;
    struct ip_addr ip;
    struct prefix prefix;
    char text[12];
};

static const struct view_field record_fields[] = {
    VIEW_FIELD(record, up, VIEW_BOOL, "up"),     VIEW_FIELD(record, u8, VIEW_U8, "u8"),
    VIEW_FIELD(record, u16, VIEW_U16, "u16"),    VIEW_FIELD(record, u32, VIEW_U32, "u32"),
    VIEW_FIELD(record, u64, VIEW_U64, "u64"),    VIEW_FIELD(record, uptime, VIEW_NS, "uptime"),
    VIEW_FIELD(record, ip, VIEW_IP, "ip"),       VIEW_FIELD(record, prefix, VIEW_PREFIX, "prefix"),
    VIEW_FIELD(record, text, VIEW_TEXT, "text"),
};
static const struct view record_view = {
    .id = VIEW_LINE,
    .name = "record",
    .record_bytes = sizeof(struct record),
    .fields = record_fields,
    .field_count = ARRAY_LEN(record_fields),
};

#endif
