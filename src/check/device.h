/* check/device.h: what rules about devices ask of a configuration and of the machine around it.
 * Everything borrows from the topology and the configuration. One thread. */
#ifndef CHECK_DEVICE_H
#define CHECK_DEVICE_H

#include "check/look.h"

/* Networks a router is in; who has more is looked at as far as this. */
enum { DEVICE_NETWORKS_MAX = 256, DEVICE_LINE_MAX = 256 };

struct device_networks {
    struct prefix v[DEVICE_NETWORKS_MAX];
    uint32_t n;
};

/* The networks on the device's interfaces: those of the configuration, of the topology, of the
 * machine's network interfaces in a cloud, of its VXLANs. */
struct device_networks device_networks(const struct check_device *d);

/* Whether these are all networks it has: FRR's configuration need not name the addresses that the
 * operating system gives, so that for a router of a site the topology has to list them. */
bool device_networks_are_known(const struct check_device *d);

/* Whether one of the networks has the address. */
bool device_is_on(const struct device_networks *n, const struct ip_addr *a);

/* Whether the device runs that dialect, and its configuration could be read. */
bool device_speaks(const struct check_device *d, enum dialect dialect);

/* The text of a line without blanks at its ends, cut to DEVICE_LINE_MAX; "" beyond the last one. */
const char *device_line(const struct check_device *d, uint32_t line, char *buffer);

/* Calls `each` for the configuration's lines that are no comments, in order. */
void device_lines(struct check *c, const struct check_rule *rule, const struct check_device *d,
                  void (*each)(struct check *c, const struct check_rule *rule,
                               const struct check_device *d, uint32_t line, const char *text));

/* Whether the word, of letters, stands at the beginning of the text, with a blank or the end behind
 * it; *ret_rest (may be NULL) is what follows. */
bool device_begins(const char *text, const char *word, const char **ret_rest);

/* Whether the neighbor is in another AS, its settings resolved into *ret. */
bool device_is_ebgp(const struct check_device *d, const struct config_neighbor *n,
                    struct config_neighbor *ret);

/* Whether a prefix list permits the prefix; an undefined one (NULL) as the dialect has it. */
bool device_permits(const struct check_device *d, const char *prefix_list, const struct prefix *p);

/* The AS number that the resolved neighbor is expected to have; 0: any other. */
uint32_t device_remote_as(const struct check_device *d, const struct config_neighbor *resolved);

/* Reports what is wrong between the two ends of a tunnel: at the line of the tunnel in a router's
 * file if one of them is a router's, else at the object of the first one. */
void device_report_between(struct check *c, const struct check_rule *rule,
                           const struct net_tunnel_end *a, const struct net_tunnel_end *b,
                           const char *what);

#endif
