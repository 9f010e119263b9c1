/* config/convert.h: which clauses of a route map exist in a dialect. Internal to config/. */
#ifndef CONFIG_CONVERT_H
#define CONFIG_CONVERT_H

#include "config/parse.h"

/* Whether the dialect (IOS or FRR) has the clause; print writes the others as comments. */
bool convert_has_match(enum config_match_kind kind, bool ios);

/* Whether the dialect has the `set` clause. */
bool convert_has_set(enum config_set_kind kind, bool ios);

#endif
