/* The kernel's links: os_vxlan_decode() takes any bytes, and what it says of them holds. */
#include <assert.h>
#include <string.h>

#include "os/vxlan.h"

enum { MESSAGE_MAX = 8192 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static _Alignas(8) uint8_t message[MESSAGE_MAX];
    struct os_vxlan_found f;
    size = size < sizeof(message) ? size : sizeof(message);
    memcpy(message, data, size);
    /* The first four bytes are the length: mostly right, so that the rest is reached. */
    uint32_t len = (uint32_t)size;
    if (size >= 16 && data[size - 1] % 8 != 0)
        memcpy(message, &len, sizeof(len));
    if (os_vxlan_decode(message, size, &f) != 0)
        return 0;
    assert(f.if_index && memchr(f.is.name, 0, sizeof(f.is.name)));
    assert(memchr(f.kind, 0, sizeof(f.kind)) && memchr(f.mark, 0, sizeof(f.mark)));
    assert(f.is_vxlan == (strcmp(f.kind, "vxlan") == 0));
    assert(f.is.remote.family == IP_NONE || ip_bits(f.is.remote.family) > 0);
    assert(f.is.local.family == IP_NONE || ip_bits(f.is.local.family) > 0);
    assert(f.is_vxlan || (f.is.vni == 0 && f.is.port == 0));
    return 0;
}
