/* os/notify.h: telling systemd (or whoever set NOTIFY_SOCKET) about the daemon's state: one
 * datagram, nothing where nobody asked. */
#ifndef OS_NOTIFY_H
#define OS_NOTIFY_H

#include "base/base.h"

/* Sends lines such as "READY=1\nSTATUS=..."; failure to do so changes nothing and is not reported.
 * */
void notify_send(const char *lines);

/* "RELOADING=1" with the monotonic time that Type=notify-reload wants. */
void notify_reloading(void);

#endif
