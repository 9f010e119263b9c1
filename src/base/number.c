#include "base/number.h"

bool number_read(const char **s, uint64_t max, uint64_t *ret_number)
{
    const char *p = *s;
    uint64_t v = 0;
    for (; *p >= '0' && *p <= '9'; p++) {
        uint64_t digit = (uint64_t)(*p - '0');
        if (v > max / 10 || digit > max - v * 10)
            return false;
        v = v * 10 + digit;
    }
    if (p == *s)
        return false;
    *s = p;
    *ret_number = v;
    return true;
}

bool number_parse(const char *s, uint64_t max, uint64_t *ret_number)
{
    uint64_t v;
    if (!number_read(&s, max, &v) || *s)
        return false;
    *ret_number = v;
    return true;
}
