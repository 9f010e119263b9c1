/* What the tests of policy/ share: paths from text, routes, prefixes. */
#ifndef TESTS_POLICY_HELPER_H
#define TESTS_POLICY_HELPER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "attr/aspath.h"
#include "attr/attr.h"
#include "policy/build.h"

struct path {
    uint8_t b[4096];
    size_t n;
};

static inline void path_segment(struct path *p, uint8_t type, const uint32_t *as, size_t n)
{
    p->b[p->n++] = type;
    p->b[p->n++] = (uint8_t)n;
    for (size_t i = 0; i < n; i++)
        for (int shift = 24; shift >= 0; shift -= 8)
            p->b[p->n++] = (uint8_t)(as[i] >> shift);
}

/* "1 2 {3,4} (5 6)" as segments on the wire. */
static inline struct path path_of(const char *s)
{
    struct path p = { .n = 0 };
    while (*s) {
        uint32_t as[64];
        size_t n = 0;
        uint8_t type = *s == '{' ? AS_SET : *s == '(' ? AS_CONFED_SEQUENCE : AS_SEQUENCE;
        s += type != AS_SEQUENCE;
        while (*s >= '0' && *s <= '9') {
            char *end;
            as[n++] = (uint32_t)strtoul(s, &end, 10);
            s = end + (*end == ' ' || *end == ',');
        }
        s += type != AS_SEQUENCE;
        s += *s == ' ';
        path_segment(&p, type, as, n);
    }
    return p;
}

static inline struct prefix prefix_from(const char *s)
{
    struct prefix p;
    if (!prefix_parse(s, &p, NULL))
        fail_msg("%s is no prefix", s);
    return p;
}

static inline struct ip_addr address_from(const char *s)
{
    struct ip_addr a;
    if (!ip_parse(s, &a))
        fail_msg("%s is no address", s);
    return a;
}

#endif
