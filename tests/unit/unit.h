/* tests/unit/unit.h: what every unit test includes: cmocka, and a claim as the message of a
 * failure. Test programs only. */
#ifndef UNIT_H
#define UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* Fails with the case's name unless the condition holds. */
#define CLAIM(name, condition)                                                                     \
    do {                                                                                           \
        if (!(condition))                                                                          \
            fail_msg("%s: %s", (name), #condition);                                                \
    } while (0)

/* Fails with the case's name and both texts unless they are equal. */
#define CLAIM_TEXT(name, got, want)                                                                \
    do {                                                                                           \
        if (strcmp((got), (want)) != 0)                                                            \
            fail_msg("%s: got \"%s\", want \"%s\"", (name), (got), (want));                        \
    } while (0)

#endif
