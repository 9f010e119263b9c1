/* The kernel's messages: os_netlink_decode() takes any bytes, and what it says of them holds. */
#include <assert.h>
#include <string.h>

#include "os/netlink.h"

enum { MESSAGE_MAX = 8192 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static _Alignas(8) uint8_t message[MESSAGE_MAX];
    static struct os_netlink_event e;
    size = size < sizeof(message) ? size : sizeof(message);
    memcpy(message, data, size);
    /* The first four bytes are the length: mostly right, so that the rest is reached. */
    uint32_t len = (uint32_t)size;
    if (size >= 16 && data[size - 1] % 8 != 0)
        memcpy(message, &len, sizeof(len));
    if (os_netlink_decode(message, size, &e) != 0)
        return 0;
    assert(e.what <= OS_NETLINK_NEXTHOP && e.n <= OS_NETLINK_PATHS_MAX && e.route_kind <= 2);
    assert(memchr(e.link.name, 0, sizeof(e.link.name)));
    assert(memchr(e.link.alternative[1], 0, sizeof(e.link.alternative[1])));
    if (e.what == OS_NETLINK_ROUTE || e.what == OS_NETLINK_ADDRESS)
        assert(ip_bits(e.prefix.family) > 0 && e.prefix.len <= ip_bits(e.prefix.family));
    for (uint32_t i = 0; i < e.n; i++) {
        uint8_t family = e.path[i].next_hop.family;
        assert(family == IP_NONE || ip_bits(family) > 0);
    }
    return 0;
}
