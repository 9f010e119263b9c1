/* os/sysctl.h: kernel settings of the network namespace in which the process runs. What is as
 * wanted already is not written, so that a read-only /proc/sys that suits us is no error. */
#ifndef OS_SYSCTL_H
#define OS_SYSCTL_H

#include "base/base.h"

/* Reads a number: "net/ipv4/ip_forward". Negative errno: -ENOENT no such setting. */
must_use err_t os_sysctl_get(const char *path, int64_t *ret_value);

/* Sets it; ret_old (may be NULL) is what it was. -EROFS, -EACCES, -ENOENT. */
must_use err_t os_sysctl_set(const char *path, int64_t value, int64_t *ret_old);

/* Forwarding of a family (4, 6), of one interface or (NULL) of all. */
must_use err_t os_sysctl_forwarding(uint8_t family, const char *interface, bool on, bool *ret_was);

#endif
