/* daemon/xfrm_selectors.h: a CHILD SA's traffic selectors, which are ranges, as the kernel's, which
 * are prefixes and ports under a mask. Pure; no allocation. */
#ifndef DAEMON_XFRM_SELECTORS_H
#define DAEMON_XFRM_SELECTORS_H

#include "esp/params.h"
#include "os/xfrm.h"

enum { XFRM_SELECTORS_MAX = 64 }; /* of one CHILD SA: three policies each */

/* What leaves by the CHILD SA: source is ours. How many; 0: they do not fit in
 * XFRM_SELECTORS_MAX, or name types of ICMP, which the kernel takes for two numbers. */
must_use uint32_t xfrm_selectors(const struct esp_child *child,
                                 struct os_xfrm_selector ret_selectors[XFRM_SELECTORS_MAX]);

/* The same packets on their way back. */
struct os_xfrm_selector xfrm_selector_reversed(const struct os_xfrm_selector *s);

/* Whether both select the same packets. */
must_use bool xfrm_selector_eq(const struct os_xfrm_selector *a, const struct os_xfrm_selector *b);

#endif
