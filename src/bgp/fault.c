/* bgp/fault.c: verdicts and the names of NOTIFICATIONs. */
#include "bgp/fault.h"

#include <string.h>

struct bgp_fault bgp_fault_none(void)
{
    return (struct bgp_fault){ .verdict = BGP_FINE };
}

struct bgp_fault bgp_fault_reset(uint8_t code, uint8_t subcode, const char *id, const char *what)
{
    assert(code != BGP_ERR_NONE && id && what);
    return (struct bgp_fault){
        .verdict = BGP_RESET, .code = code, .subcode = subcode, .id = id, .what = what
    };
}

void bgp_fault_set_data(struct bgp_fault *f, const uint8_t *data, size_t n)
{
    f->data_len = (uint8_t)MIN(n, sizeof(f->data));
    if (f->data_len)
        memcpy(f->data, data, f->data_len);
}

void bgp_fault_set_bytes(struct bgp_fault *f, size_t offset, const uint8_t *bytes, size_t n)
{
    f->offset = (uint16_t)MIN(offset, (size_t)UINT16_MAX);
    f->bytes_len = (uint8_t)MIN(n, sizeof(f->bytes));
    if (f->bytes_len)
        memcpy(f->bytes, bytes, f->bytes_len);
}

void bgp_fault_combine(struct bgp_fault *into, const struct bgp_fault *other)
{
    if (other->verdict > into->verdict)
        *into = *other;
}

/* Subcode names by code; a NULL subcode has no name. */
static const char *const header_names[] = { "Unspecific", "Connection Not Synchronized",
                                            "Bad Message Length", "Bad Message Type" };
static const char *const open_names[] = {
    "Unspecific",
    "Unsupported Version Number",
    "Bad Peer AS",
    "Bad BGP Identifier",
    "Unsupported Optional Parameter",
    "Authentication Failure",
    "Unacceptable Hold Time",
    "Unsupported Capability",
    NULL,
    NULL,
    NULL,
    "Role Mismatch",
};
static const char *const update_names[] = {
    "Unspecific",
    "Malformed Attribute List",
    "Unrecognized Well-known Attribute",
    "Missing Well-known Attribute",
    "Attribute Flags Error",
    "Attribute Length Error",
    "Invalid ORIGIN Attribute",
    "AS Routing Loop",
    "Invalid NEXT_HOP Attribute",
    "Optional Attribute Error",
    "Invalid Network Field",
    "Malformed AS_PATH",
};
static const char *const fsm_names[] = {
    "Unspecific",
    "Receive Unexpected Message in OpenSent State",
    "Receive Unexpected Message in OpenConfirm State",
    "Receive Unexpected Message in Established State",
};
static const char *const cease_names[] = {
    "Unspecific",
    "Maximum Number of Prefixes Reached",
    "Administrative Shutdown",
    "Peer Unconfigured",
    "Administrative Reset",
    "Connection Rejected",
    "Other Configuration Change",
    "Connection collision resolution",
    "Out of Resource",
    "Hard Reset",
    "BFD Down",
};
static const char *const refresh_names[] = { "Unspecific", "Invalid Message Length" };

static const struct {
    const char *name;
    const char *const *subcodes;
    size_t subcode_count;
} codes[] = {
    [BGP_ERR_HEADER] = { "Message Header Error", header_names, ARRAY_LEN(header_names) },
    [BGP_ERR_OPEN] = { "OPEN Message Error", open_names, ARRAY_LEN(open_names) },
    [BGP_ERR_UPDATE] = { "UPDATE Message Error", update_names, ARRAY_LEN(update_names) },
    [BGP_ERR_HOLD] = { "Hold Timer Expired", NULL, 0 },
    [BGP_ERR_FSM] = { "Neighbor Events Error", fsm_names, ARRAY_LEN(fsm_names) },
    [BGP_ERR_CEASE] = { "Cease", cease_names, ARRAY_LEN(cease_names) },
    [BGP_ERR_REFRESH] = { "ROUTE-REFRESH Message Error", refresh_names, ARRAY_LEN(refresh_names) },
    [BGP_ERR_SEND_HOLD] = { "Send Hold Timer Expired", NULL, 0 },
};

void text_bgp_notification(struct text *t, uint8_t code, uint8_t subcode)
{
    if (code >= ARRAY_LEN(codes) || !codes[code].name) {
        text_str(t, "Unknown error ");
        text_u64(t, code);
        text_char(t, '/');
        text_u64(t, subcode);
        return;
    }
    text_str(t, codes[code].name);
    if (!codes[code].subcodes && subcode == 0)
        return;
    text_char(t, '/');
    if (subcode < codes[code].subcode_count && codes[code].subcodes[subcode])
        text_str(t, codes[code].subcodes[subcode]);
    else
        text_u64(t, subcode);
}
