/* daemon/devices.h: the devices that priv made for a process without privileges, so that there is
 * an end to what such a process may ask for, also when it was taken over. A device goes with its
 * last descriptor, which priv does not see: whether one is still there is looked up, a few at a
 * time, and only when there is no room. One thread. */
#ifndef DAEMON_DEVICES_H
#define DAEMON_DEVICES_H

#include "base/base.h"

enum {
    DEVICES_MAX = 16384,    /* IKE_CONNECTIONS_MAX: a configuration has no more tunnels */
    DEVICES_LOOKS_MAX = 64, /* look-ups for one question: nobody may keep priv busy */
    DEVICE_NAME_MAX = 16,
};

struct device {
    char name[DEVICE_NAME_MAX];
    uint32_t if_index;
};

struct devices {
    uint32_t n, next; /* next: to be looked up */
    bool (*is_there)(const char *name, uint32_t if_index);
    struct device v[DEVICES_MAX];
};

/* Nothing made; is_there says whether the kernel has a device of the name with the number. NULL:
 * no memory. */
struct devices *devices_new(bool (*is_there)(const char *name, uint32_t if_index));

/* Forgets all; NULL is allowed. */
void devices_free(struct devices *d);

/* Whether one more may be made. */
must_use bool devices_have_room(struct devices *d);

/* One more was made; there was room. */
void devices_add(struct devices *d, const char *name, uint32_t if_index);

#endif
