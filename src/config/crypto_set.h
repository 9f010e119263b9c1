/* config/crypto_set.h: what the setters of IKEv2, IPsec and IKEv1 share: secrets, addresses that
 * may be left to fill in, lists of names and algorithms. Internal to config/. */
#ifndef CONFIG_CRYPTO_SET_H
#define CONFIG_CRYPTO_SET_H

#include "config/crypto_names.h"
#include "config/parser.h"

/* Finds or makes a typed object of the kind; its index, and its place. NULL: none or full. */
struct config_pos *crypto_block(struct parser *p, enum config_crypto_kind kind, const char *name,
                                bool make, uint32_t *ret_index);

/* A block's head, argument 0 its name: the object becomes the current one, or `no` takes it away.
 * Whether one is open now. */
bool crypto_open_block(struct parser *p, enum config_crypto_kind kind, const struct cmd_args *a);

/* Warns of words from w on that are left to fill in (keys are looked at elsewhere). */
void crypto_placeholders(struct parser *p, size_t w);

/* Whether a key is one that is left to fill in: "<pre-shared-key>". */
bool crypto_key_is_placeholder(const char *s);

/* A secret in words w..end-1: `0 KEY`, `hex DIGITS`, `file PATH`, `env NAME`, `credential NAME`, or
 * the key itself (to the end of the line when end is its end). Its place is noted for
 * config/secrets.h. False: refused, and said. */
must_use bool crypto_secret(struct parser *p, size_t w, size_t end, struct config_secret *ret);

/* Notes words w..end-1 as a secret, whatever they mean. */
void crypto_note_secret(struct parser *p, size_t w, size_t end);

/* Notes words w to the end of the line as the password of a BGP session. */
void crypto_note_bgp_password(struct parser *p, size_t w);

/* Notes what looks like a key in a line that nobody understands. */
void crypto_note_unread(struct parser *p);

/* The same in a line without meaning here: also what others call their secrets. */
void crypto_note_inert(struct parser *p);

/* An address, or a place for one, in argument i; a mask in argument i + 1 when it is there. */
struct config_addr crypto_addr(struct parser *p, const struct cmd_args *a, unsigned i,
                               bool has_mask);

/* Whether both say the same. */
bool crypto_addr_eq(const struct config_addr *a, const struct config_addr *b);

#endif
