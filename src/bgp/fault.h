/* bgp/fault.h: what is wrong with a message and how hard it is answered: RFC 7606's ordered
 * verdicts, and the NOTIFICATION codes of RFC 4271 4.5, 4486, 6608, 7313, 9003. Several faults of
 * one UPDATE combine by max. */
#ifndef BGP_FAULT_H
#define BGP_FAULT_H

#include "base/base.h"
#include "base/text.h"

/* RFC 7606 section 2, mildest first. */
enum bgp_verdict { BGP_FINE, BGP_DISCARD, BGP_WITHDRAW, BGP_AFI_OFF, BGP_RESET };

enum bgp_error {
    BGP_ERR_NONE = 0,
    BGP_ERR_HEADER = 1, /* 1 not synchronized, 2 bad length, 3 bad type */
    BGP_ERR_OPEN = 2,   /* 1 version, 2 peer AS, 3 identifier, 4 optional parameter, 6 hold time,
                           7 capability */
    BGP_ERR_UPDATE = 3, /* 1 malformed list, 2 unrecognized well-known, 3 missing well-known,
                           4 flags, 5 length, 6 origin, 8 next hop, 9 optional, 10 network,
                           11 AS path */
    BGP_ERR_HOLD = 4,
    BGP_ERR_FSM = 5,       /* RFC 6608: 1 OpenSent, 2 OpenConfirm, 3 Established */
    BGP_ERR_CEASE = 6,     /* RFC 4486: 1 max prefixes, 2 shutdown, 3 de-configured, 4 reset,
                              5 rejected, 6 config change, 7 collision, 8 out of resources */
    BGP_ERR_REFRESH = 7,   /* RFC 7313: 1 invalid length */
    BGP_ERR_SEND_HOLD = 8, /* RFC 9687 */
};

enum { BGP_FAULT_DATA_MAX = 128 };

struct bgp_fault {
    enum bgp_verdict verdict;
    uint8_t code, subcode; /* of the NOTIFICATION when verdict is BGP_RESET */
    uint8_t data_len;
    uint8_t data[BGP_FAULT_DATA_MAX]; /* of the NOTIFICATION */
    const char *id;                   /* stable: "BGP-7606-7.4"; NULL: no fault */
    const char *what;                 /* static text: "ORIGIN has an undefined value" */
    uint8_t attribute;                /* type code; 0: none */
    uint16_t offset;                  /* in the message, of the offending bytes */
    uint8_t bytes[32];                /* the offending bytes, for the log line */
    uint8_t bytes_len;
};

/* No fault, and a fault that ends the session with a NOTIFICATION without data. */
struct bgp_fault bgp_fault_none(void);

/* id and what are static texts: the fault keeps the pointers. */
struct bgp_fault bgp_fault_reset(uint8_t code, uint8_t subcode, const char *id, const char *what);

/* The NOTIFICATION's data, and the offending bytes for the log with their offset in the message;
 * both are cut to fit. */
void bgp_fault_set_data(struct bgp_fault *f, const uint8_t *data, size_t n);

/* offset counts from the first byte of the message header. */
void bgp_fault_set_bytes(struct bgp_fault *f, size_t offset, const uint8_t *bytes, size_t n);

/* Keeps the harder of the two (the first of equals). */
void bgp_fault_combine(struct bgp_fault *into, const struct bgp_fault *other);

/* "Cease/Administrative Shutdown", "UPDATE Message Error/Malformed AS_PATH", in FRR's words. */
void text_bgp_notification(struct text *t, uint8_t code, uint8_t subcode);

#endif
