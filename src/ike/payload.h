/* ike/payload.h: bodies of the payloads, one row a type; for message.c and its neighbours in this
 * folder alone. Pure, borrowed bytes, no owner. (RFC 7296 3.3 to 3.16) */
#ifndef IKE_PAYLOAD_H
#define IKE_PAYLOAD_H

#include "ike/message.h"

/* A type that we know. Decode fills the message's fields of it; 0: fine. */
struct ike_payload_kind {
    uint8_t type;
    bool once;        /* a second one in the same message is refused */
    const char *name; /* as the RFC abbreviates it */
    bool (*decode)(struct ike_message *m, struct ike_payload *p, struct diag *ret_diag);
};

/* The row; NULL: a type that we do not know. */
const struct ike_payload_kind *ike_payload_kind(uint8_t type);

/* Writes the body of one decoded payload again, from the fields that it was decoded into. */
void ike_payload_body(const struct ike_message *m, const struct ike_payload *p, struct wr *w);

/* Fills *d: payload, offset, what is wrong. Always returns false. */
bool ike_syntax(struct diag *d, const char *payload, size_t offset, const char *what);

/* The index of payloads that a bound left out. */
enum { IKE_INDEX_IGNORED = 0xff };

#endif
