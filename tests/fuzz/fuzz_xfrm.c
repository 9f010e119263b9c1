/* What the kernel says of IPsec: os_xfrm_monitor_next() takes any bytes, ends, and what it says of
 * them holds. */
#include <assert.h>
#include <string.h>

#include "os/xfrm.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static _Alignas(8) uint8_t bytes[4096];
    size = size < sizeof(bytes) ? size : sizeof(bytes);
    memcpy(bytes, data, size);
    struct os_xfrm_event e;
    size_t at = 0;
    for (size_t before = 0; os_xfrm_monitor_next(bytes, size, &at, &e); before = at) {
        assert(at > before && at <= size && e.what <= OS_XFRM_ACQUIRE);
        assert(e.what == OS_XFRM_ACQUIRE ? e.if_id != 0 : ip_bits(e.destination.family) > 0);
        assert(e.from.family == IP_NONE || e.what == OS_XFRM_MOVED);
    }
    assert(at == size);
    return 0;
}
