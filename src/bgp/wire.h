/* bgp/wire.h: messages on the wire (RFC 4271 4, 2918, 4760, 5492, 6793). Pure: bytes to structs and
 * back. What is decoded borrows the message's bytes or the arena's. Offsets of faults count from
 * the first byte of the message header. */
#ifndef BGP_WIRE_H
#define BGP_WIRE_H

#include "attr/attr.h"
#include "base/arena.h"
#include "base/ip.h"
#include "base/rd.h"
#include "base/wr.h"
#include "bgp/fault.h"

enum {
    BGP_PORT = 179,
    BGP_VERSION = 4,
    BGP_HEADER_BYTES = 19,
    BGP_MESSAGE_MAX = 4096,
    BGP_CAPS_MAX = 64,
};

enum bgp_type {
    BGP_OPEN = 1,
    BGP_UPDATE = 2,
    BGP_NOTIFICATION = 3,
    BGP_KEEPALIVE = 4,
    BGP_REFRESH = 5
};

enum { AFI_IPV4 = 1, AFI_IPV6 = 2, SAFI_UNICAST = 1 };

/* Families as bits, in the order of CONFIG_AF_*: 1 << 0 IPv4 unicast, 1 << 1 IPv6 unicast. */
enum { BGP_IPV4 = 1, BGP_IPV6 = 2 };

/* What both ends can do, as one OPEN says it. */
struct bgp_capabilities {
    uint8_t families;       /* BGP_IPV4 | BGP_IPV6 (RFC 4760); of an OPEN without any: BGP_IPV4 */
    bool any_multiprotocol; /* at least one multiprotocol capability was there */
    bool route_refresh;     /* RFC 2918 */
    bool enhanced_refresh;  /* RFC 7313 */
    bool as4;               /* RFC 6793 */
    bool extended_message;  /* RFC 8654: recognised, not offered */
    bool graceful_restart;  /* RFC 4724: recognised, not offered */
    uint16_t restart_time_s;
    char hostname[65];           /* FRR's FQDN capability (73): shown only */
    uint8_t codes[BGP_CAPS_MAX]; /* every capability code seen, for show */
    uint8_t code_count;
};

struct bgp_open {
    uint8_t version;
    uint32_t as;        /* from the 4-byte capability when there, else the 2-byte field */
    uint16_t as2;       /* the 2-byte field */
    uint16_t hold_time; /* seconds */
    uint32_t router_id; /* host order */
    struct bgp_capabilities caps;
};

/* Length of the whole message at the start of a stream: 0 when fewer than 19 bytes are there; the
 * header is checked (marker, length by type, type) and a bad one is BGP_RESET in *fault (and 0).
 * The rest of the message need not be there yet. */
size_t bgp_frame(const uint8_t *bytes, size_t n, uint8_t *ret_type, struct bgp_fault *fault);

/* Starts a message of the type and ends it: the length field at the mark that begin returned is
 * filled in. */
size_t bgp_begin(struct wr *w, uint8_t type);

/* Fills in the length of the message that bgp_begin() started at the mark. */
void bgp_end(struct wr *w, size_t mark);

/* Whole message (header included) -> OPEN; false: *fault says why (RFC 4271 6.2). What the values
 * mean for us (AS, identifier, hold time) is bgp/open.c's: bgp_open_check(). */
must_use bool bgp_decode_open(const uint8_t *msg, size_t n, struct bgp_open *ret_open,
                              struct bgp_fault *fault);

/* Appends the whole OPEN; capabilities that *open does not have are left out (RFC 5492 4). An AS
 * beyond two bytes leaves AS_TRANS in the old field (RFC 6793 9). */
void bgp_encode_open(struct wr *w, const struct bgp_open *open);

/* Appends 19 bytes (RFC 4271 4.4). */
void bgp_encode_keepalive(struct wr *w);

/* Appends a NOTIFICATION with n bytes of data, at most 4075 (RFC 4271 4.5). */
void bgp_encode_notification(struct wr *w, uint8_t code, uint8_t subcode, const uint8_t *data,
                             size_t n);
void bgp_encode_refresh(struct wr *w, uint8_t family); /* enum ip_family */

/* The enum ip_family of AFI and SAFI (IP_NONE: not ours), and the BGP_IPV4 / BGP_IPV6 bit of it. */
uint8_t bgp_family_of(uint16_t afi, uint8_t safi);

/* BGP_IPV4 or BGP_IPV6 of an enum ip_family; 0 for any other value. */
uint8_t bgp_family_bit(uint8_t family);

struct bgp_notification {
    uint8_t code, subcode;
    const uint8_t *data;
    size_t data_len;
    char shutdown_message[256]; /* RFC 9003, UTF-8 checked, control characters replaced */
};

/* Whole message -> codes and data, which borrow it; false: shorter than 21 bytes, and no answer is
 * due (RFC 4271 6.4). */
must_use bool bgp_decode_notification(const uint8_t *msg, size_t n,
                                      struct bgp_notification *ret_notification);

/* RFC 2918 3: *ret_family IP_V4, IP_V6, or IP_NONE for a family we do not know (ignored);
 * *ret_subtype 0: a request, 1 and 2: the marks of RFC 7313. */
must_use bool bgp_decode_refresh(const uint8_t *msg, size_t n, uint8_t *ret_family,
                                 uint8_t *ret_subtype, struct bgp_fault *fault);

#endif
