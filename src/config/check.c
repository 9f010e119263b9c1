/* What does not fit together: references to what is not there, neighbors that cannot come up. */
#include "config/parser.h"

#include <string.h>

void check_config(struct parser *p)
{
    (void)p;
}
