/* Interface names: `int tunnel 1`, `Gi0/0` and `GigabitEthernet 0/0` name what IOS prints. */
#include "config/table.h"

#include <string.h>

/* In the order that an abbreviation is resolved: `t` is Tunnel, `te` TenGigabitEthernet. */
static const char *const kinds[] = {
    "Tunnel",
    "TenGigabitEthernet",
    "TwentyFiveGigE",
    "TwoGigabitEthernet",
    "Loopback",
    "Vlan",
    "GigabitEthernet",
    "FastEthernet",
    "FortyGigabitEthernet",
    "FiveGigabitEthernet",
    "Ethernet",
    "Port-channel",
    "Dialer",
    "Cellular",
    "Serial",
    "BDI",
    "BVI",
    "ATM",
    "Multilink",
    "Async",
    "VirtualPortGroup",
    "Virtual-Template",
    "Virtual-Access",
    "HundredGigE",
    "Null",
    "NVI",
    "nve",
    "Embedded-Service-Engine",
    "Bundle-Ether",
    "AppGigabitEthernet",
    "Wlan-GigabitEthernet",
    "Service-Engine",
    "ucse",
    "pseudowire",
    "MgmtEth",
    "LISP",
    "Group-Async",
    "Integrated-Service-Engine",
    "Dot11Radio",
    "wlan-ap",
};

/* Words that follow a next hop in a static route: never an interface of Linux. */
static const char *const reserved[] = { "tag",    "name",        "track", "weight", "permanent",
                                        "onlink", "nexthop-vrf", "table", "label",  "color",
                                        "vrf",    "segments",    "bfd" };

static bool is_reserved(const char *s)
{
    for (size_t i = 0; i < ARRAY_LEN(reserved); i++) {
        if (strcmp(s, reserved[i]) == 0)
            return true;
    }
    return false;
}

/* Shorter than this an abbreviation would take words that are something else. */
enum { KIND_MIN = 2 };

static bool is_number_part(const char *s)
{
    size_t n = strspn(s, "0123456789/.:");
    return n > 0 && s[n] == '\0' && s[0] >= '0' && s[0] <= '9';
}

static const char *kind_of(const char *s, size_t len)
{
    char begin[32];
    if (len < KIND_MIN || len >= sizeof(begin))
        return NULL;
    memcpy(begin, s, len);
    begin[len] = '\0';
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        if (lex_is_prefix(begin, kinds[i]))
            return kinds[i];
    }
    return NULL;
}

/* eth21, eth0.100: Linux writes it so, and IOS never does (Ethernet21 in full, and by hand e or eth
 * with slot and port, or without digits at once). */
static bool is_linux_ethernet(const char *s)
{
    if (strncmp(s, "eth", 3) != 0)
        return false;
    const char *end = s + 3 + strspn(s + 3, "0123456789");
    if (*end == '.')
        end += 1 + strspn(end + 1, "0123456789");
    return end > s + 3 && *end == '\0' && end[-1] != '.';
}

size_t cmd_interface_name(const struct lex_line *l, size_t word, bool ios, struct text *ret_name)
{
    if (word >= l->n)
        return 0;
    const char *s = l->words[word].s;
    size_t len = l->words[word].len;
    if (!ios) {
        if ((s[0] >= '0' && s[0] <= '9') || strchr(s, ':') || is_reserved(s))
            return 0;
        text_str(ret_name, s);
        return 1;
    }
    if (is_linux_ethernet(s)) {
        text_str(ret_name, s);
        return 1;
    }
    size_t letters = strcspn(s, "0123456789");
    const char *kind = kind_of(s, letters);
    if (kind && letters < len && is_number_part(s + letters)) {
        text_str(ret_name, kind);
        text_str(ret_name, s + letters);
        return 1;
    }
    if (kind && letters == len && word + 1 < l->n && is_number_part(l->words[word + 1].s)) {
        text_str(ret_name, kind);
        text_str(ret_name, l->words[word + 1].s);
        return 2;
    }
    /* Names of Linux interfaces, in a file written for a gateway of ours. */
    if ((s[0] >= 'a' && s[0] <= 'z' && letters < len) || strcmp(s, "lo") == 0) {
        text_str(ret_name, s);
        return 1;
    }
    if (lex_is_placeholder(s)) {
        text_str(ret_name, s);
        return 1;
    }
    return 0;
}
