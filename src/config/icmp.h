/* config/icmp.h: the names that access lists give to ICMP messages, as IOS writes them, for both
 * families (RFC 792, 1812 5.2.7, 4443, 4861). Constant data; no memory is taken. */
#ifndef CONFIG_ICMP_H
#define CONFIG_ICMP_H

#include "base/base.h"

/* One kind of message: a type, and a code when has_code. */
struct config_icmp {
    uint8_t type, code;
    bool has_code;
};

/* The kind of a name (any case) in a list of the family; false: no such name. */
must_use bool config_icmp_parse(const char *name, uint8_t family, struct config_icmp *ret_icmp);

/* Its name in a list of the family; NULL: it has none and is written as numbers. */
const char *config_icmp_name(const struct config_icmp *icmp, uint8_t family);

#endif
