/* os/vxlan.h: the kernel's VXLAN devices (RFC 7348) with one other end, made, looked at and removed
 * by rtnetlink. A device that we made carries our mark (its IFLA_IFALIAS, which `ip link` shows):
 * the run after one that was killed finds what that left. Needs CAP_NET_ADMIN in the namespace in
 * which the handle was opened; the kernel answers while it takes a request, so every call waits for
 * it. One thread. Addresses, and up or down, are os/netlink.h's. */
#ifndef OS_VXLAN_H
#define OS_VXLAN_H

#include "base/base.h"
#include "base/ip.h"

enum {
    OS_VXLAN_NAME_MAX = 16, /* IFNAMSIZ */
    OS_VXLAN_MARK_MAX = 64,
    OS_VXLAN_WHY_MAX = 96, /* the kernel's words */
    OS_VXLAN_PORT = 4789,  /* RFC 7348 */
    OS_VXLAN_VNI_MAX = 0xffffff,
};

/* One device as it is wanted, or as it was found. */
struct os_vxlan {
    char name[OS_VXLAN_NAME_MAX];
    uint32_t vni;                 /* 0: none is known: what carries several is not ours */
    struct ip_addr remote, local; /* local IP_NONE: the route's */
    uint16_t port;
    uint32_t if_index; /* of the device that carries it; 0: the route's */
    uint32_t mtu;      /* 0: the kernel's choice, which is right where if_index is given */
};

/* What a device of a name turned out to be. */
struct os_vxlan_found {
    struct os_vxlan is;
    bool is_vxlan; /* else nothing of `is` but the name and the MTU */
    char kind[16]; /* "vxlan", "dummy" ...; "": hardware, or a device without a kind */
    char mark[OS_VXLAN_MARK_MAX];
    uint32_t if_index; /* its own */
};

struct os_vxlan_handle;

/* A handle into this process's network namespace. Closing takes NULL. */
must_use err_t os_vxlan_open(struct os_vxlan_handle **ret_handle);

/* Closes the socket; the devices stay. */
void os_vxlan_close(struct os_vxlan_handle *h);

/* The device of that name: -ENODEV: there is none. */
must_use err_t os_vxlan_find(struct os_vxlan_handle *h, const char *name,
                             struct os_vxlan_found *ret_found);

/* Makes the device, down, with the mark. The kernel's refusal: its words in why ("": it has none).
 * What was half made is removed again. */
must_use err_t os_vxlan_make(struct os_vxlan_handle *h, const struct os_vxlan *v, const char *mark,
                             char why[OS_VXLAN_WHY_MAX]);

/* Sets the MTU of a device that is there. */
must_use err_t os_vxlan_set_mtu(struct os_vxlan_handle *h, uint32_t if_index, uint32_t mtu);

/* Removes the device of that index; one that is gone already is no error. */
must_use err_t os_vxlan_remove(struct os_vxlan_handle *h, uint32_t if_index);

/* The n-th device of the namespace that carries the mark: true, or there are no more. The list is
 * read anew at each call: what the caller removed meanwhile does not count. */
bool os_vxlan_marked(struct os_vxlan_handle *h, const char *mark, uint32_t n,
                     struct os_vxlan_found *ret_found);

/* Whether the device serves as it is: same id, ends, port and carrier. Not the MTU. */
bool os_vxlan_is_same(const struct os_vxlan *a, const struct os_vxlan *b);

/* The request that makes the device, in `to` (aligned to 4); its bytes, 0: it does not fit. */
size_t os_vxlan_encode(const struct os_vxlan *v, uint32_t seq, void *to, size_t cap);

/* A link as the kernel tells it: -ENOMSG: no message about one; -EBADMSG: malformed. */
must_use err_t os_vxlan_decode(const void *message, size_t len, struct os_vxlan_found *ret_found);

#endif
