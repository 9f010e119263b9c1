/* config/convert_ikev2.h: the IKEv2 equivalent of a configuration of IKEv1, with the same
 * algorithms, keys and lifetimes: what a provider whose download is for IKEv1 accepts as well. */
#ifndef CONFIG_CONVERT_IKEV2_H
#define CONFIG_CONVERT_IKEV2_H

#include "config/parse.h"

/* Gives the lines that, read after the configuration's own, make its route-based tunnels IKEv2's
 * and take IKEv1's lines back: secrets included. A finding for what has no equivalent. False:
 * nothing in it is IKEv1's. */
bool config_ikev2_lines(const struct config *c, struct config_printer *p,
                        struct diag_list *findings);

#endif
