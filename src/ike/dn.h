/* ike/dn.h: distinguished names as identities: from text, to text, compared by attribute; for
 * identity.c alone. DER is read bounds-checked; at most IKE_ID_MAX bytes. Pure values. (X.501, RFC
 * 4514; the order of the text is the order of the encoding, as strongSwan and openssl print it) */
#ifndef IKE_DN_H
#define IKE_DN_H

#include "ike/identity.h"

/* "C=CH, O=Example, CN=gw*": a comma, slash or semicolon between attributes, `\` before one that
 * is part of a value. */
must_use bool ike_dn_parse(const char *s, struct ike_id *ret_id, const char **ret_why);

/* Whether both have the same attributes in the same order, forwards or backwards (RFC 4514 prints
 * the last one first). Values compare without case; with wildcards a value "*" is any. */
must_use bool ike_dn_matches(const struct ike_id *pattern, const struct ike_id *id, bool wildcards);

/* The text that ike_dn_parse() reads; hexadecimal when it is no distinguished name. */
void text_ike_dn(struct text *t, const struct ike_id *id);

/* Whether n bytes are equal but for the case of ASCII letters (identity.c). */
must_use bool ike_same_text(const uint8_t *a, const uint8_t *b, size_t n);

#endif
