/* config/crypto_resolve.h: what is usable of the algorithms that a configuration lists. */
#ifndef CONFIG_CRYPTO_RESOLVE_H
#define CONFIG_CRYPTO_RESOLVE_H

#include "config/crypto_names.h"

/* Whether we offer and accept it: known, and not refused. */
bool crypto_is_usable(enum crypto_word_kind kind, const struct config_algorithm *a);

/* Whether something of each kind is left once the refused ones are out. */
bool crypto_proposal_is_usable(const struct config_ikev2_proposal *x);

/* Why the transform set is not used, and what instead; NULL: it is used. */
const char *crypto_transform_refusal(const struct config_transform_set *x);

#endif
