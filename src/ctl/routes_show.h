/* ctl/routes_show.h: `spanway show effective-routes`: the routes of the network interfaces of a
 * topology in their provider's own order and words, given what its gateways have learned. What they
 * learn is said on the command line, as a portal lists it: no protocol runs here. Needs no daemon.
 */
#ifndef CTL_ROUTES_SHOW_H
#define CTL_ROUTES_SHOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum { ROUTES_LEARNED_MAX = 256 };

struct routes_show_request {
    const char *file;
    const char *at; /* a network interface, machine, subnet; NULL: every subnet */
    /* "GATEWAY=PREFIX" or "GATEWAY=PREFIX,NEXT-HOP": what a gateway or Route Server has learned */
    const char *learned[ROUTES_LEARNED_MAX];
    size_t learned_count;
    bool json;
    bool outside_allowed; /* files beyond the topology's folder */
};

/* Prints the routes to `out`, findings about the file to `err`. The exit status: 0; 1 the file has
 * errors; 2 it cannot be read, or something that the request names is not in it. */
int routes_show(const struct routes_show_request *r, FILE *out, FILE *err);

#endif
