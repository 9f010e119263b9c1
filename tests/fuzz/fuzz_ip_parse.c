/* Any text as an address and as a prefix: what parses prints, and the print parses to the same. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/ip.h"

static void check_address(const char *s)
{
    struct ip_addr a, again;
    char buf[IP_TEXT_MAX];
    uint8_t theirs[16] = { 0 };
    bool ours_ok = ip_parse(s, &a);
    /* The C library is the oracle: it takes and refuses the same texts, to the same bytes. */
    int family = strchr(s, ':') ? AF_INET6 : AF_INET;
    bool theirs_ok = inet_pton(family, s, theirs) == 1;
    if (ours_ok != theirs_ok)
        abort();
    if (!ours_ok)
        return;
    struct text t = text_init(buf, sizeof(buf));
    text_ip(&t, &a);
    if (memcmp(a.b, theirs, sizeof(theirs)) != 0 || t.cut || !ip_parse(buf, &again))
        abort();
    if (!ip_eq(&a, &again))
        abort();
}

static void check_prefix(const char *s)
{
    struct prefix p, again;
    char buf[PREFIX_TEXT_MAX];
    bool host_bits;
    if (!prefix_parse(s, &p, NULL))
        return;
    struct text t = text_init(buf, sizeof(buf));
    text_prefix(&t, &p);
    if (t.cut || !prefix_parse(buf, &again, &host_bits) || host_bits || !prefix_eq(&p, &again))
        abort();
    struct ip_addr first = prefix_addr(&p);
    if (!prefix_covers(&p, &again) || !prefix_has_addr(&p, &first))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char s[128];
    if (size >= sizeof(s))
        return 0;
    if (size)
        memcpy(s, data, size);
    s[size] = '\0';
    check_address(s);
    check_prefix(s);
    return 0;
}
