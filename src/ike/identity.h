/* ike/identity.h: identities (RFC 7296 3.5): from text and to text, to and from ID payloads, and
 * whether one matches what is configured. Values, no owner.
 *
 * Configured ones may be patterns (`match identity remote ...` of IOS): IPV4 of 8 bytes is an
 * address and its mask, IPV6 of 17 bytes an address and its prefix length, FQDN "*.example.com" is
 * any name in the domain, RFC822 "*@example.com" any mailbox of it. */
#ifndef IKE_IDENTITY_H
#define IKE_IDENTITY_H

#include "base/diag.h"
#include "base/text.h"
#include "ike/config.h"
#include "ike/message.h"

/* From text: an address (with /len or a mask: a pattern), a name, user@domain, a key id, a
 * distinguished name ("CN=a, O=b"). False: *ret_why (static text) says what is wrong. */
must_use bool ike_id_parse(enum ike_id_type type, const char *s, struct ike_id *ret_id,
                           const char **ret_why);

/* The identity that an address is. */
struct ike_id ike_id_of_addr(const struct ip_addr *a);

/* From an ID payload. False: a kind we do not know, or a length that does not fit its kind. */
must_use bool ike_id_decode(const struct ike_id_payload *p, struct ike_id *ret_id,
                            struct diag *ret_diag);
/* Writes the payload; and its body alone (type, reserved, data), which AUTH covers (2.15). */
void ike_id_put(struct ike_writer *o, enum ike_payload_type type, const struct ike_id *id);
/* The same without the payload header: what AUTH covers (2.15). */
void ike_id_body(const struct ike_id *id, struct wr *w);
enum { IKE_ID_BODY_MAX = 4 + IKE_ID_MAX };

/* Ours for the connection: what is configured, or the local address. */
struct ike_id ike_id_local(const struct ike_connection *c, const struct ip_addr *local);

/* Whether both are the same identity; DNs by their attributes. */
must_use bool ike_id_eq(const struct ike_id *a, const struct ike_id *b);
/* Whether the identity is what the (configured) pattern says. Names compare without case, DNs by
 * their attributes and not by the kind of string. */
must_use bool ike_id_matches(const struct ike_id *pattern, const struct ike_id *id);
/* Whether the connection takes this identity from the peer at that address. */
must_use bool ike_id_accepted(const struct ike_connection *c, const struct ip_addr *peer,
                              const struct ike_id *id);

/* "10.0.0.1", "vpn.example.com", "CN=a, O=b", key ids as text or hexadecimal; "any". Bytes that
 * are no printable ASCII come as \xNN. */
void text_ike_id(struct text *t, const struct ike_id *id);
/* "address", "fqdn", "email", "dn", "key-id", as IOS names the kinds. */
const char *ike_id_type_name(enum ike_id_type type);

#endif
