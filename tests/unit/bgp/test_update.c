/* UPDATE messages from the wire: RFC 4271 6.3 and RFC 7606 rule by rule. */
#include "update_lib.h"

enum { EXTERNAL = 0, INTERNAL = 1, OLD = 2, ONLY_V4 = 4, ONLY_V6 = 8, FIRST_AS = 16 };

static struct bgp_update_context context_of(int peer)
{
    struct bgp_update_context c = peer & INTERNAL ? internal_peer() : external_peer();
    c.as4 = !(peer & OLD);
    if (peer & ONLY_V4)
        c.families = BGP_IPV4;
    if (peer & ONLY_V6)
        c.families = BGP_IPV6;
    c.enforce_first_as = peer & FIRST_AS;
    return c;
}

#define ORIGIN "\x40\x01\x01\x00"
#define PATH "\x40\x02\x06\x02\x01\x00\x00\xfd\xea"
#define NEXT_HOP "\x40\x03\x04\x0a\x00\x00\x02"
#define GOOD ORIGIN PATH NEXT_HOP
#define PREF "\x40\x05\x04\x00\x00\x00\x64"
#define NET "\x18\x0a\x01\x02" /* 10.1.2.0/24 */
#define REACH6                 /* 2001:db8:1::/48 by way of 2001:db8::2 */                         \
    "\x80\x0e\x1c\x00\x02\x01\x10\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x02\x00\x30\x20\x01\x0d"   \
    "\xb8\x00\x01"

#define GLOBAL16 "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x02"

/* Each case: what is wrong, the attributes, the NLRI, the peer, and what has to come of it. */
static const struct {
    const char *name;
    const uint8_t *attrs;
    size_t attrs_n;
    const uint8_t *nlri;
    size_t nlri_n;
    int peer;
    enum bgp_verdict verdict;
    uint8_t subcode;
    const char *id;
} cases[] = {
    { "a good one", B(GOOD), B(NET), EXTERNAL, BGP_FINE, 0, NULL },
    { "a good internal one", B(GOOD PREF), B(NET), INTERNAL, BGP_FINE, 0, NULL },
    { "attributes in any order", B(NEXT_HOP PATH ORIGIN), B(NET), EXTERNAL, BGP_FINE, 0, NULL },
    { "an extended length that was not needed", B("\x50\x01\x00\x01\x00" PATH NEXT_HOP), B(NET),
      EXTERNAL, BGP_FINE, 0, NULL },
    { "the partial bit and the low bits do not matter", B("\x6f\x01\x01\x00" PATH NEXT_HOP), B(NET),
      EXTERNAL, BGP_FINE, 0, NULL },

    /* Section 3. */
    { "[RFC 7606 3.c] ORIGIN as optional", B("\xc0\x01\x01\x00" PATH NEXT_HOP), B(NET), EXTERNAL,
      BGP_WITHDRAW, 4, "BGP-7606-3.c" },
    { "[RFC 7606 3.c] ORIGIN not transitive", B("\x00\x01\x01\x00" PATH NEXT_HOP), B(NET), EXTERNAL,
      BGP_WITHDRAW, 4, "BGP-7606-3.c" },
    { "[RFC 7606 3.c] COMMUNITIES not transitive", B(GOOD "\x80\x08\x04\0\0\0\x01"), B(NET),
      EXTERNAL, BGP_WITHDRAW, 4, "BGP-7606-3.c" },
    { "[RFC 7606 3.d] ORIGIN is missing", B(PATH NEXT_HOP), B(NET), EXTERNAL, BGP_WITHDRAW, 3,
      "BGP-7606-3.d" },
    { "[RFC 7606 3.d] AS_PATH is missing", B(ORIGIN NEXT_HOP), B(NET), EXTERNAL, BGP_WITHDRAW, 3,
      "BGP-7606-3.d" },
    { "[RFC 7606 3.d] NEXT_HOP is missing", B(ORIGIN PATH), B(NET), EXTERNAL, BGP_WITHDRAW, 3,
      "BGP-7606-3.d" },
    { "LOCAL_PREF is missing from an internal peer", B(GOOD), B(NET), INTERNAL, BGP_WITHDRAW, 3,
      "BGP-7606-3.d" },
    { "[RFC 4760 3] NEXT_HOP is not needed beside MP_REACH_NLRI", B(REACH6 ORIGIN PATH), B(""),
      EXTERNAL, BGP_FINE, 0, NULL },
    { "[RFC 7606 3.d] ORIGIN is missing beside MP_REACH_NLRI", B(REACH6 PATH), B(""), EXTERNAL,
      BGP_WITHDRAW, 3, "BGP-7606-3.d" },
    { "[RFC 7606 3.g] an attribute twice: the first counts", B(GOOD "\x40\x01\x01\x02"), B(NET),
      EXTERNAL, BGP_DISCARD, 1, "BGP-7606-3.g" },
    { "[RFC 7606 3.g] an unknown attribute twice",
      B(GOOD "\xc0\xc8\x01\x02"
             "\xc0\xc8\x01\x03"),
      B(NET), EXTERNAL, BGP_DISCARD, 1, "BGP-7606-3.g" },
    { "[RFC 7606 3.g] MP_REACH_NLRI twice", B(REACH6 REACH6 ORIGIN PATH), B(""), EXTERNAL,
      BGP_RESET, 1, "BGP-7606-3.g" },
    { "[RFC 7606 3.g] MP_UNREACH_NLRI twice",
      B("\x80\x0f\x03\x00\x02\x01"
        "\x80\x0f\x03\x00\x02\x01"),
      B(""), EXTERNAL, BGP_RESET, 1, "BGP-7606-3.g" },
    { "[RFC 7606 3.h] the harder of two faults counts",
      B(GOOD "\x40\x06\x01\x00"
             "\x80\x04\x03\0\0\0"),
      B(NET), EXTERNAL, BGP_WITHDRAW, 5, "BGP-7606-7.4" },
    { "[RFC 4271 6.3] a well-known attribute that nobody knows", B(GOOD "\x40\xc8\x01\x02"), B(NET),
      EXTERNAL, BGP_RESET, 2, "BGP-4271-6.3" },

    /* Section 4. */
    { "[RFC 7606 4] an attribute beyond the attributes", B(GOOD "\x80\x04\x05\0\0\0\0"), B(NET),
      EXTERNAL, BGP_WITHDRAW, 1, "BGP-7606-4" },
    { "[RFC 7606 4] two bytes are left", B(GOOD "\x80\x04"), B(NET), EXTERNAL, BGP_WITHDRAW, 1,
      "BGP-7606-4" },
    { "[RFC 7606 4] three bytes of an extended header are left", B(GOOD "\x90\x04\x00"), B(NET),
      EXTERNAL, BGP_WITHDRAW, 1, "BGP-7606-4" },
    { "[RFC 7606 3.j] MP_REACH_NLRI is cut short", B(GOOD "\x80\x0e\x20\x00\x02\x01"), B(NET),
      EXTERNAL, BGP_RESET, 1, "BGP-7606-4" },

    /* Section 5. */
    { "[RFC 7606 5.2] a fault, and no route that is announced", B("\x40\x01\x02\x00\x00" PATH),
      B(""), EXTERNAL, BGP_RESET, 5, "BGP-7606-7.1" },
    { "[RFC 7606 5.2] a prefix of no use was announced all the same",
      B("\x40\x01\x02\x00\x00" PATH), B("\x04\xe0"), EXTERNAL, BGP_WITHDRAW, 5, "BGP-7606-7.1" },
    { "[RFC 7606 5.2] a discard does not count there", B("\x40\x06\x01\x00"), B(""), EXTERNAL,
      BGP_DISCARD, 5, "BGP-7606-7.6" },
    { "attributes without any route", B(GOOD), B(""), EXTERNAL, BGP_FINE, 0, NULL },
    { "[RFC 7606 5.3] a prefix of 33 bits", B(GOOD), B("\x21\x0a\x01\x02\x03\x04"), EXTERNAL,
      BGP_RESET, 10, "BGP-7606-5.3" },
    { "[RFC 7606 5.3] a prefix of 255 bits", B(GOOD), B("\xff"), EXTERNAL, BGP_RESET, 10,
      "BGP-7606-5.3" },
    { "[RFC 7606 5.3] a prefix cut short", B(GOOD), B(NET "\x18\x0a\x01"), EXTERNAL, BGP_RESET, 10,
      "BGP-7606-5.3" },
    { "[RFC 7606 5.3] MP_UNREACH_NLRI of two bytes", B("\x80\x0f\x02\x00\x02"), B(""), EXTERNAL,
      BGP_RESET, 5, "BGP-7606-5.3" },
    { "[RFC 7606 5.3] MP_REACH_NLRI of four bytes", B("\x80\x0e\x04\x00\x02\x01\x00"), B(""),
      EXTERNAL, BGP_RESET, 5, "BGP-7606-5.3" },
    { "[RFC 7606 5.3] MP_UNREACH_NLRI with the wrong flags", B("\xc0\x0f\x03\x00\x02\x01"), B(""),
      EXTERNAL, BGP_RESET, 4, "BGP-7606-3.c" },
    { "[RFC 7606 5.3] an IPv6 prefix of 129 bits is the family's end",
      B("\x80\x0f\x04\x00\x02\x01\x81"), B(""), EXTERNAL, BGP_AFI_OFF, 9, "BGP-7606-5.3" },
    { "[RFC 7606 5.3] and the session's where it has no other", B("\x80\x0f\x04\x00\x02\x01\x81"),
      B(""), ONLY_V6, BGP_RESET, 9, "BGP-7606-5.3" },
    { "[RFC 7606 5.3] an IPv4 prefix of 33 bits in MP_UNREACH_NLRI",
      B("\x80\x0f\x09\x00\x01\x01\x21\x0a\0\0\0\0"), B(""), EXTERNAL, BGP_AFI_OFF, 9,
      "BGP-7606-5.3" },

    /* Section 7. */
    { "[RFC 7606 7.1] ORIGIN of two bytes", B("\x40\x01\x02\x00\x00" PATH NEXT_HOP), B(NET),
      EXTERNAL, BGP_WITHDRAW, 5, "BGP-7606-7.1" },
    { "[RFC 7606 7.1] ORIGIN of no bytes", B("\x40\x01\x00" PATH NEXT_HOP), B(NET), EXTERNAL,
      BGP_WITHDRAW, 5, "BGP-7606-7.1" },
    { "[RFC 7606 7.1] ORIGIN 3", B("\x40\x01\x01\x03" PATH NEXT_HOP), B(NET), EXTERNAL,
      BGP_WITHDRAW, 6, "BGP-7606-7.1" },
    { "[RFC 7606 7.2] AS_PATH with segment type 9",
      B(ORIGIN "\x40\x02\x06\x09\x01\x00\x00\xfd\xea" NEXT_HOP), B(NET), EXTERNAL, BGP_WITHDRAW, 11,
      "BGP-7606-7.2" },
    { "[RFC 7606 7.2] AS_PATH with a segment overrun",
      B(ORIGIN "\x40\x02\x06\x02\x02\x00\x00\xfd\xea" NEXT_HOP), B(NET), EXTERNAL, BGP_WITHDRAW, 11,
      "BGP-7606-7.2" },
    { "[RFC 7606 7.2] AS_PATH with a byte left over",
      B(ORIGIN "\x40\x02\x07\x02\x01\x00\x00\xfd\xea\x02" NEXT_HOP), B(NET), EXTERNAL, BGP_WITHDRAW,
      11, "BGP-7606-7.2" },
    { "[RFC 7606 7.2] AS_PATH with an empty segment", B(ORIGIN "\x40\x02\x02\x02\x00" NEXT_HOP),
      B(NET), EXTERNAL, BGP_WITHDRAW, 11, "BGP-7606-7.2" },
    { "an empty AS_PATH is well-formed", B(ORIGIN "\x40\x02\x00" NEXT_HOP PREF), B(NET), INTERNAL,
      BGP_FINE, 0, NULL },
    { "[RFC 5065 5] a confederation segment from an external peer",
      B(ORIGIN "\x40\x02\x06\x03\x01\x00\x00\xfd\xea" NEXT_HOP), B(NET), EXTERNAL, BGP_WITHDRAW, 11,
      "BGP-5065-4" },
    { "[RFC 7607 2] AS 0 in AS_PATH", B(ORIGIN "\x40\x02\x06\x02\x01\x00\x00\x00\x00" NEXT_HOP),
      B(NET), EXTERNAL, BGP_WITHDRAW, 11, "BGP-7607-2" },
    { "[RFC 7607 2] AS 0 in an old AS_PATH", B(ORIGIN "\x40\x02\x04\x02\x01\x00\x00" NEXT_HOP),
      B(NET), OLD, BGP_WITHDRAW, 11, "BGP-7607-2" },
    { "[RFC 7606 7.3] NEXT_HOP of three bytes", B(ORIGIN PATH "\x40\x03\x03\x0a\x00\x00"), B(NET),
      EXTERNAL, BGP_WITHDRAW, 5, "BGP-7606-7.3" },
    { "[RFC 7606 7.4] MED of three bytes", B(GOOD "\x80\x04\x03\0\0\0"), B(NET), EXTERNAL,
      BGP_WITHDRAW, 5, "BGP-7606-7.4" },
    { "[RFC 7606 7.5] LOCAL_PREF from an external peer", B(GOOD PREF), B(NET), EXTERNAL,
      BGP_DISCARD, 9, "BGP-7606-7.5" },
    { "[RFC 7606 7.5] malformed LOCAL_PREF from an external peer", B(GOOD "\x40\x05\x01\x00"),
      B(NET), EXTERNAL, BGP_DISCARD, 9, "BGP-7606-7.5" },
    { "[RFC 7606 7.5] LOCAL_PREF of five bytes", B(GOOD "\x40\x05\x05\0\0\0\0\0"), B(NET), INTERNAL,
      BGP_WITHDRAW, 5, "BGP-7606-7.5" },
    { "[RFC 7606 7.6] ATOMIC_AGGREGATE of one byte", B(GOOD "\x40\x06\x01\x00"), B(NET), EXTERNAL,
      BGP_DISCARD, 5, "BGP-7606-7.6" },
    { "[RFC 7606 3.f] ATOMIC_AGGREGATE with the wrong flags", B(GOOD "\x80\x06\x00"), B(NET),
      EXTERNAL, BGP_DISCARD, 4, "BGP-7606-3.c" },
    { "[RFC 7606 7.7] AGGREGATOR of six bytes from a new speaker",
      B(GOOD "\xc0\x07\x06\xfd\xea\x0a\0\0\x02"), B(NET), EXTERNAL, BGP_DISCARD, 5,
      "BGP-7606-7.7" },
    { "[RFC 7606 7.7] AGGREGATOR of eight bytes from an old one",
      B(ORIGIN "\x40\x02\x04\x02\x01\xfd\xea" NEXT_HOP "\xc0\x07\x08\0\0\xfd\xea\x0a\0\0\x02"),
      B(NET), OLD, BGP_DISCARD, 5, "BGP-7606-7.7" },
    { "[RFC 7607 2] AS 0 in AGGREGATOR", B(GOOD "\xc0\x07\x08\0\0\0\0\x0a\0\0\x02"), B(NET),
      EXTERNAL, BGP_DISCARD, 9, "BGP-7607-2" },
    { "[RFC 7606 7.8] COMMUNITIES of five bytes", B(GOOD "\xc0\x08\x05\0\0\0\0\0"), B(NET),
      EXTERNAL, BGP_WITHDRAW, 5, "BGP-7606-7.8" },
    { "[RFC 7606 7.8] COMMUNITIES of no bytes", B(GOOD "\xc0\x08\x00"), B(NET), EXTERNAL,
      BGP_WITHDRAW, 5, "BGP-7606-7.8" },
    { "[RFC 7606 7.9] ORIGINATOR_ID from an external peer", B(GOOD "\x80\x09\x04\x0a\0\0\x09"),
      B(NET), EXTERNAL, BGP_DISCARD, 9, "BGP-7606-7.9" },
    { "[RFC 7606 7.9] ORIGINATOR_ID of five bytes", B(GOOD PREF "\x80\x09\x05\0\0\0\0\0"), B(NET),
      INTERNAL, BGP_WITHDRAW, 5, "BGP-7606-7.9" },
    { "[RFC 7606 7.10] CLUSTER_LIST from an external peer", B(GOOD "\x80\x0a\x04\x0a\0\0\x09"),
      B(NET), EXTERNAL, BGP_DISCARD, 9, "BGP-7606-7.10" },
    { "[RFC 7606 7.10] CLUSTER_LIST of five bytes", B(GOOD PREF "\x80\x0a\x05\0\0\0\0\0"), B(NET),
      INTERNAL, BGP_WITHDRAW, 5, "BGP-7606-7.10" },
    { "[RFC 7606 7.10] CLUSTER_LIST of no bytes", B(GOOD PREF "\x80\x0a\x00"), B(NET), INTERNAL,
      BGP_WITHDRAW, 5, "BGP-7606-7.10" },
    { "[RFC 7606 7.11] an IPv6 next hop of 4 bytes",
      B("\x80\x0e\x0a\x00\x02\x01\x04\x0a\x00\x00\x02\x00\x00" ORIGIN PATH), B(""), EXTERNAL,
      BGP_AFI_OFF, 9, "BGP-7606-7.11" },
    { "[RFC 7606 7.11] a next hop longer than the attribute",
      B("\x80\x0e\x06\x00\x02\x01\x20\x00\x00" ORIGIN PATH), B(""), EXTERNAL, BGP_AFI_OFF, 9,
      "BGP-7606-7.11" },
    { "[RFC 7606 7.11] an IPv4 next hop of 16 bytes",
      B("\x80\x0e\x16\x00\x01\x01\x10\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\x00\x00" ORIGIN PATH),
      B(""), ONLY_V4, BGP_RESET, 9, "BGP-7606-7.11" },
    { "[RFC 7606 7.12] an IPv6 prefix cut short in MP_UNREACH_NLRI",
      B("\x80\x0f\x06\x00\x02\x01\x30\x20\x01"), B(""), EXTERNAL, BGP_AFI_OFF, 9, "BGP-7606-5.3" },
    { "[RFC 7606 7.13] a traffic engineering attribute is not ours: it goes, unread",
      B(GOOD "\x80\x18\x01\x00"), B(NET), EXTERNAL, BGP_FINE, 0, NULL },
    { "[RFC 7606 7.16] ATTR_SET is not ours: it is passed on, unread",
      B(GOOD "\xc0\x80\x02\x00\x00"), B(NET), EXTERNAL, BGP_FINE, 0, NULL },
    { "[RFC 7606 7.14] EXTENDED COMMUNITIES of seven bytes", B(GOOD "\xc0\x10\x07\0\0\0\0\0\0\0"),
      B(NET), EXTERNAL, BGP_WITHDRAW, 5, "BGP-7606-7.14" },
    { "[RFC 7606 7.15] IPv6 EXTENDED COMMUNITIES of four bytes", B(GOOD "\xc0\x19\x04\0\0\0\0"),
      B(NET), EXTERNAL, BGP_WITHDRAW, 5, "BGP-7606-7.15" },
    { "[RFC 8092 6] LARGE_COMMUNITY of eight bytes", B(GOOD "\xc0\x20\x08\0\0\0\0\0\0\0\0"), B(NET),
      EXTERNAL, BGP_WITHDRAW, 5, "BGP-8092-6" },
    { "[RFC 6793 6] AS4_PATH with a bad segment", B(GOOD "\xc0\x11\x06\x09\x01\0\0\0\x01"), B(NET),
      EXTERNAL, BGP_DISCARD, 9, "BGP-6793-6" },
    { "[RFC 6793 6] AS4_PATH of four bytes", B(GOOD "\xc0\x11\x04\x02\x00\0\0"), B(NET), EXTERNAL,
      BGP_DISCARD, 5, "BGP-6793-6" },
    { "[RFC 6793 6] AS4_AGGREGATOR of six bytes", B(GOOD "\xc0\x12\x06\0\0\0\0\0\x01"), B(NET),
      EXTERNAL, BGP_DISCARD, 5, "BGP-6793-6" },
    { "[RFC 7607 2] AS 0 in AS4_PATH", B(GOOD "\xc0\x11\x06\x02\x01\0\0\0\0"), B(NET), EXTERNAL,
      BGP_DISCARD, 9, "BGP-7607-2" },

    { "[RFC 7606 3.c] MP_REACH_NLRI with the wrong flags",
      B("\xc0\x0e\x1c\x00\x02\x01\x10\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x02\x00\x30\x20\x01"
        "\x0d\xb8\x00\x01" ORIGIN PATH),
      B(""), EXTERNAL, BGP_RESET, 4, "BGP-7606-3.c" },
    { "[RFC 7606 3.c] the Partial bit of a well-known attribute is not looked at",
      B("\x60\x01\x01\x00" PATH NEXT_HOP), B(NET), EXTERNAL, BGP_FINE, 0, NULL },
    { "[RFC 7606 4] MED of no bytes", B(GOOD "\x80\x04\x00"), B(NET), EXTERNAL, BGP_WITHDRAW, 5,
      "BGP-7606-7.4" },
    { "[RFC 7606 4] LOCAL_PREF of no bytes", B(GOOD "\x40\x05\x00"), B(NET), INTERNAL, BGP_WITHDRAW,
      5, "BGP-7606-7.5" },
    { "[RFC 7606 4] NEXT_HOP of no bytes", B(ORIGIN PATH "\x40\x03\x00"), B(NET), EXTERNAL,
      BGP_WITHDRAW, 5, "BGP-7606-7.3" },
    { "[RFC 7606 4] one byte is left", B(GOOD "\x80"), B(NET), EXTERNAL, BGP_WITHDRAW, 1,
      "BGP-7606-4" },
    { "[RFC 7606 5.1] MP_REACH_NLRI as the last attribute", B(ORIGIN PATH REACH6), B(""), EXTERNAL,
      BGP_FINE, 0, NULL },
    { "[RFC 7606 5.1] all four places for prefixes at once",
      B(GOOD REACH6 "\x80\x0f\x04\x00\x02\x01\x00"), B(NET), EXTERNAL, BGP_FINE, 0, NULL },
    { "[RFC 4760 3] the reserved byte is not looked at",
      B("\x80\x0e\x1c\x00\x02\x01\x10\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x02\xff\x30\x20\x01"
        "\x0d\xb8\x00\x01" ORIGIN PATH),
      B(""), EXTERNAL, BGP_FINE, 0, NULL },
    { "[RFC 7606 7.3] NEXT_HOP of five bytes", B(ORIGIN PATH "\x40\x03\x05\x0a\0\0\x02\0"), B(NET),
      EXTERNAL, BGP_WITHDRAW, 5, "BGP-7606-7.3" },
    { "[RFC 7606 7.7] AGGREGATOR of seven bytes", B(GOOD "\xc0\x07\x07\0\0\0\0\0\0\0"), B(NET),
      EXTERNAL, BGP_DISCARD, 5, "BGP-7606-7.7" },
    { "[RFC 7606 7.7] AGGREGATOR of five bytes", B(GOOD "\xc0\x07\x05\0\0\0\0\0"), B(NET), EXTERNAL,
      BGP_DISCARD, 5, "BGP-7606-7.7" },
    { "[RFC 7606 7.9] ORIGINATOR_ID of three bytes", B(GOOD PREF "\x80\x09\x03\0\0\0"), B(NET),
      INTERNAL, BGP_WITHDRAW, 5, "BGP-7606-7.9" },
    { "[RFC 7606 7.9] malformed ORIGINATOR_ID from an external peer", B(GOOD "\x80\x09\x03\0\0\0"),
      B(NET), EXTERNAL, BGP_DISCARD, 9, "BGP-7606-7.9" },
    { "[RFC 7606 7.10] malformed CLUSTER_LIST from an external peer",
      B(GOOD "\x80\x0a\x05\0\0\0\0\0"), B(NET), EXTERNAL, BGP_DISCARD, 9, "BGP-7606-7.10" },
    { "[RFC 7606 7.11] an IPv6 next hop of 24 bytes",
      B("\x80\x0e\x1d\x00\x02\x01\x18" GLOBAL16 "\0\0\0\0\0\0\0\0\x00" ORIGIN PATH), B(""),
      EXTERNAL, BGP_AFI_OFF, 9, "BGP-7606-7.11" },
    { "[RFC 7606 7.11] an IPv6 next hop of no bytes",
      B("\x80\x0e\x05\x00\x02\x01\x00\x00" ORIGIN PATH), B(""), EXTERNAL, BGP_AFI_OFF, 9,
      "BGP-7606-7.11" },
    { "[RFC 7606 7.14] EXTENDED COMMUNITIES of no bytes", B(GOOD "\xc0\x10\x00"), B(NET), EXTERNAL,
      BGP_WITHDRAW, 5, "BGP-7606-7.14" },
    { "[RFC 7606 7.14] an extended community of an unknown type is no fault",
      B(GOOD "\xc0\x10\x08\xff\xff\0\0\0\0\0\0"), B(NET), EXTERNAL, BGP_FINE, 0, NULL },
    { "[RFC 7606 7.15] IPv6 EXTENDED COMMUNITIES of no bytes", B(GOOD "\xc0\x19\x00"), B(NET),
      EXTERNAL, BGP_WITHDRAW, 5, "BGP-7606-7.15" },
    { "[RFC 7606 7.15] an IPv6 extended community of an unknown type is no fault",
      B(GOOD "\xc0\x19\x14\xff\xff"
             "123456789012345678"),
      B(NET), EXTERNAL, BGP_FINE, 0, NULL },
    { "[RFC 6793 4.1] AS4_PATH from a new speaker is passed over",
      B(GOOD "\xc0\x11\x06\x02\x01\0\0\0\x07"), B(NET), EXTERNAL, BGP_FINE, 0, NULL },
    { "[RFC 7607 2] AS 0 in AS4_AGGREGATOR", B(GOOD "\xc0\x12\x08\0\0\0\0\x0a\0\0\x02"), B(NET),
      EXTERNAL, BGP_DISCARD, 9, "BGP-7607-2" },

    /* RFC 4271 6.3: what the values mean. */
    { "[RFC 4271 6.3] NEXT_HOP 0.0.0.0", B(ORIGIN PATH "\x40\x03\x04\0\0\0\0"), B(NET), EXTERNAL,
      BGP_WITHDRAW, 8, "BGP-4271-6.3" },
    { "NEXT_HOP 127.0.0.1", B(ORIGIN PATH "\x40\x03\x04\x7f\0\0\x01"), B(NET), EXTERNAL,
      BGP_WITHDRAW, 8, "BGP-4271-6.3" },
    { "NEXT_HOP 224.0.0.1", B(ORIGIN PATH "\x40\x03\x04\xe0\0\0\x01"), B(NET), EXTERNAL,
      BGP_WITHDRAW, 8, "BGP-4271-6.3" },
    { "NEXT_HOP 255.255.255.255", B(ORIGIN PATH "\x40\x03\x04\xff\xff\xff\xff"), B(NET), EXTERNAL,
      BGP_WITHDRAW, 8, "BGP-4271-6.3" },
    { "[RFC 4271 6.3] NEXT_HOP is our own address", B(ORIGIN PATH "\x40\x03\x04\x0a\0\0\x01"),
      B(NET), EXTERNAL, BGP_WITHDRAW, 8, "BGP-4271-6.3" },
    { "[RFC 4760 3] NEXT_HOP without IPv4 routes does not matter",
      B(REACH6 ORIGIN PATH "\x40\x03\x04\0\0\0\0"), B(""), EXTERNAL, BGP_FINE, 0, NULL },
    { "the path begins with another AS, which is allowed",
      B(ORIGIN "\x40\x02\x06\x02\x01\x00\x00\xfd\xeb" NEXT_HOP), B(NET), EXTERNAL, BGP_FINE, 0,
      NULL },
    { "[RFC 4271 6.3] the path has to begin with the peer's AS",
      B(ORIGIN "\x40\x02\x06\x02\x01\x00\x00\xfd\xeb" NEXT_HOP), B(NET), FIRST_AS, BGP_WITHDRAW, 11,
      "BGP-4271-6.3" },
    { "the path begins with the peer's AS as a set",
      B(ORIGIN "\x40\x02\x06\x01\x01\x00\x00\xfd\xea" NEXT_HOP), B(NET), FIRST_AS, BGP_WITHDRAW, 11,
      "BGP-4271-6.3" },
    { "the path begins with the peer's AS", B(GOOD), B(NET), FIRST_AS, BGP_FINE, 0, NULL },
    { "a multicast prefix is passed over", B(GOOD), B(NET "\x08\xe0"), EXTERNAL, BGP_DISCARD, 10,
      "BGP-4271-6.3" },
    { "IPv4 routes that were not agreed on", B(GOOD), B(NET), ONLY_V6, BGP_DISCARD, 10,
      "BGP-4760-8" },
    { "IPv6 routes that were not agreed on", B(REACH6 ORIGIN PATH), B(""), ONLY_V4, BGP_DISCARD, 9,
      "BGP-4760-8" },
    { "a family that we do not know", B("\x80\x0f\x04\x00\x19\x46\xff"), B(""), EXTERNAL,
      BGP_DISCARD, 9, "BGP-4760-8" },
    { "unknown optional attributes are fine", B(GOOD "\x80\xc8\x01\x02\xc0\xc9\x01\x03"), B(NET),
      EXTERNAL, BGP_FINE, 0, NULL },
};

static void verdicts(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, BGP_UPDATE_ARENA_BYTES);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        uint8_t msg[BGP_MESSAGE_MAX];
        size_t n = make_update(msg, NULL, 0, cases[i].attrs, cases[i].attrs_n, cases[i].nlri,
                               cases[i].nlri_n);
        struct bgp_update_context c = context_of(cases[i].peer);
        struct bgp_update u;
        struct bgp_fault f;
        arena_reset(&a);
        bgp_decode_update(msg, n, &c, &a, &u, &f);
        if (f.verdict != cases[i].verdict || f.subcode != cases[i].subcode ||
            (f.id == NULL) != (cases[i].id == NULL) || (f.id && strcmp(f.id, cases[i].id) != 0))
            fail_msg("%s: verdict %d, subcode %u, %s: %s", cases[i].name, f.verdict, f.subcode,
                     f.id ? f.id : "-", f.what ? f.what : "-");
        if (f.verdict == BGP_WITHDRAW) {
            assert_int_equal(u.announced_n + u.mp_announced_n, 0);
            bool multicast = cases[i].nlri_n == 2 && cases[i].nlri[1] == 0xe0; /* no use: gone */
            assert_int_equal(u.withdrawn_n + u.mp_withdrawn_n > 0, !multicast);
        }
        assert_int_equal(u.end_of_rib, 0);
    }
    arena_done(&a);
}

static struct arena arena;
static struct bgp_update u;
static struct bgp_fault f;

/* Decodes one message; verdict in f, the rest in u. */
static void decode(const uint8_t *withdrawn, size_t wn, const uint8_t *attrs, size_t an,
                   const uint8_t *nlri, size_t nn, int peer)
{
    static uint8_t msg[BGP_MESSAGE_MAX];
    size_t n = make_update(msg, withdrawn, wn, attrs, an, nlri, nn);
    struct bgp_update_context c = context_of(peer);
    arena_reset(&arena);
    bgp_decode_update(msg, n, &c, &arena, &u, &f);
}

static const char *path_text(void)
{
    static char buf[400];
    struct text t = text_init(buf, sizeof(buf));
    text_aspath(&t, u.draft.span[SPAN_AS_PATH], u.draft.head.span_len[SPAN_AS_PATH]);
    return buf;
}

static void assert_prefix(const struct prefix *p, const char *want)
{
    char buf[PREFIX_TEXT_MAX];
    struct text t = text_init(buf, sizeof(buf));
    text_prefix(&t, p);
    assert_string_equal(buf, want);
}

static void values(void **state)
{
    (void)state;
    decode(B("\x08\x0b\x00"),
           B(GOOD PREF "\x80\x04\x04\0\0\0\x07"
                       "\x40\x06\x00"
                       "\xc0\x07\x08\0\0\xfd\xea\x0a\0\0\x09"
                       "\xc0\x08\x0c\0\0\0\x09\0\0\0\x01\0\0\0\x09"
                       "\x80\x09\x04\x0a\0\0\x05"
                       "\x80\x0a\x08\0\0\0\x02\0\0\0\x01"
                       "\xc0\x10\x08\0\x02\0\x01\0\0\0\x02"
                       "\xc0\x20\x0c\0\0\0\x01\0\0\0\x02\0\0\0\x03"),
           B(NET "\x19\x0a\x01\x02\xff"
                 "\x00"
                 "\x20\x01\x02\x03\x04"),
           INTERNAL);
    assert_int_equal(f.verdict, BGP_FINE);
    const struct attr_head *h = &u.draft.head;
    assert_int_equal(h->origin, ORIGIN_IGP);
    assert_string_equal(path_text(), "65002");
    assert_int_equal(ip_to_u32(&h->next_hop), 0x0a000002);
    assert_int_equal(h->local_pref, 100);
    assert_int_equal(h->med, 7);
    assert_int_equal(h->aggregator_as, 65002);
    assert_int_equal(h->aggregator_id, 0x0a000009);
    assert_int_equal(h->originator_id, 0x0a000005);
    assert_int_equal(h->has, ATTR_HAS_MED | ATTR_HAS_LOCAL_PREF | ATTR_HAS_ATOMIC_AGGREGATE |
                                 ATTR_HAS_AGGREGATOR | ATTR_HAS_ORIGINATOR_ID);
    assert_int_equal(h->span_len[SPAN_COMMUNITIES], 8); /* sorted, without repeats */
    assert_memory_equal(u.draft.span[SPAN_COMMUNITIES], "\0\0\0\x01\0\0\0\x09", 8);
    assert_int_equal(h->span_len[SPAN_CLUSTER_LIST], 8); /* in its order */
    assert_memory_equal(u.draft.span[SPAN_CLUSTER_LIST], "\0\0\0\x02\0\0\0\x01", 8);
    assert_int_equal(h->span_len[SPAN_EXT_COMMUNITIES], 8);
    assert_int_equal(h->span_len[SPAN_LARGE_COMMUNITIES], 12);
    assert_int_equal(u.announced_n, 4);
    assert_prefix(&u.announced[0], "10.1.2.0/24");
    assert_prefix(&u.announced[1], "10.1.2.128/25"); /* bits beyond the length are cleared */
    assert_prefix(&u.announced[2], "0.0.0.0/0");
    assert_prefix(&u.announced[3], "1.2.3.4/32");
    assert_int_equal(u.withdrawn_n, 2);
    assert_prefix(&u.withdrawn[0], "11.0.0.0/8");
    assert_prefix(&u.withdrawn[1], "0.0.0.0/0");
}

static void the_first_of_two_counts(void **state)
{
    (void)state;
    decode(B(""), B(GOOD "\x40\x01\x01\x02"), B(NET), EXTERNAL); /* [RFC 7606 3.g] */
    assert_int_equal(u.draft.head.origin, ORIGIN_IGP);
    assert_int_equal(u.announced_n, 1);
    /* A malformed first one counts too. */
    decode(B(""),
           B("\x40\x01\x01\x07"
             "\x40\x01\x01\x00" PATH NEXT_HOP),
           B(NET), EXTERNAL);
    assert_int_equal(f.verdict, BGP_WITHDRAW);
}

static void ipv6(void **state)
{
    (void)state;
    char buf[IP_TEXT_MAX];
    struct text t;
    decode(B(""), B(REACH6 ORIGIN PATH), B(""), EXTERNAL);
    assert_int_equal(f.verdict, BGP_FINE);
    assert_int_equal(u.mp_family, IP_V6);
    assert_int_equal(u.mp_announced_n, 1);
    assert_prefix(u.mp_announced, "2001:db8:1::/48");
    t = text_init(buf, sizeof(buf));
    text_ip(&t, &u.mp_next_hop);
    assert_string_equal(buf, "2001:db8::2");
    assert_int_equal(u.mp_next_hop_ll.family, IP_NONE);
#define AFI6_32 "\x80\x0e\x2c\x00\x02\x01\x20"
#define GLOBAL "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x02"
#define LINK "\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\x05"
#define ZERO16 "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define NET6 "\x00\x30\x20\x01\x0d\xb8\x00\x01"
    decode(B(""), B(AFI6_32 GLOBAL LINK NET6 ORIGIN PATH), B(""), EXTERNAL);
    assert_int_equal(f.verdict, BGP_FINE);
    assert_int_equal(u.mp_next_hop_ll.family, IP_V6);
    assert_true(ip_is_link_local(&u.mp_next_hop_ll));
    assert_false(ip_is_link_local(&u.mp_next_hop));
    decode(B(""), B(AFI6_32 ZERO16 LINK NET6 ORIGIN PATH), B(""), EXTERNAL);
    assert_int_equal(f.verdict, BGP_FINE);
    assert_true(ip_is_link_local(&u.mp_next_hop));
    assert_int_equal(u.mp_next_hop_ll.family, IP_NONE);
    decode(B(""), B(AFI6_32 GLOBAL GLOBAL NET6 ORIGIN PATH), B(""), EXTERNAL);
    assert_int_equal(f.verdict, BGP_FINE);
    assert_int_equal(u.mp_next_hop_ll.family, IP_NONE);
    decode(B(""), B(AFI6_32 ZERO16 ZERO16 NET6 ORIGIN PATH), B(""), EXTERNAL);
    assert_int_equal(f.verdict, BGP_WITHDRAW);
    assert_int_equal(u.mp_withdrawn_n, 1);
    /* IPv4 in MP_REACH_NLRI, with an IPv4 next hop [RFC 4760 3]. */
    decode(B(""), B("\x80\x0e\x0d\x00\x01\x01\x04\x0a\0\0\x02\x00" NET ORIGIN PATH), B(""),
           ONLY_V4);
    assert_int_equal(f.verdict, BGP_FINE);
    assert_int_equal(u.mp_family, IP_V4);
    assert_int_equal(u.mp_announced_n, 1);
    assert_int_equal(ip_to_u32(&u.mp_next_hop), 0x0a000002);
    /* Both families in one message: each prefix says its own. */
    decode(B("\x08\x0b"), B(REACH6 "\x80\x0f\x04\x00\x01\x01\x00" GOOD), B(NET), EXTERNAL);
    assert_int_equal(f.verdict, BGP_FINE);
    assert_int_equal(u.mp_family, IP_V6);
    assert_prefix(u.mp_withdrawn, "0.0.0.0/0");
    assert_int_equal(u.withdrawn_n, 1);
    assert_int_equal(u.announced_n, 1);
}

static void a_family_that_ends_leaves_the_other(void **state)
{
    (void)state;
    /* The IPv6 part is broken, the IPv4 one is used. */
    decode(B("\x08\x0b"), B("\x80\x0f\x04\x00\x02\x01\x81" GOOD), B(NET), EXTERNAL);
    assert_int_equal(f.verdict, BGP_AFI_OFF);
    assert_int_equal(u.off, BGP_IPV6);
    assert_int_equal(u.mp_withdrawn_n, 0);
    assert_int_equal(u.announced_n, 1);
    /* And it is withdrawn when something else asks for that. */
    decode(B("\x08\x0b"), B("\x80\x0f\x04\x00\x02\x01\x81" ORIGIN NEXT_HOP), B(NET), EXTERNAL);
    assert_int_equal(f.verdict, BGP_AFI_OFF);
    assert_int_equal(u.announced_n, 0);
    assert_int_equal(u.withdrawn_n, 2);
    assert_prefix(&u.withdrawn[0], "11.0.0.0/8");
    assert_prefix(&u.withdrawn[1], "10.1.2.0/24");
    /* The other attribute's family is not the one that ends. */
    decode(B(""), B(REACH6 "\x80\x0f\x09\x00\x01\x01\x21\x0a\0\0\0\0" GOOD), B(NET), EXTERNAL);
    assert_int_equal(f.verdict, BGP_AFI_OFF);
    assert_int_equal(u.off, BGP_IPV4);
    assert_int_equal(u.mp_announced_n, 1);
    assert_int_equal(u.announced_n, 0); /* nothing more of the family that ends */
    /* [RFC 7606 3.h] Both broken: there is nothing left to go on with. */
    decode(B(""),
           B("\x80\x0f\x09\x00\x01\x01\x21\x0a\0\0\0\0"
             "\x80\x0e\x0a\x00\x02\x01\x04\x0a\x00\x00\x02\x00\x00" ORIGIN PATH),
           B(""), EXTERNAL);
    assert_int_equal(f.verdict, BGP_RESET);
    assert_int_equal(f.code, BGP_ERR_UPDATE);
    assert_int_equal(f.subcode, 9);
}

static void end_of_rib(void **state)
{
    (void)state;
    decode(B(""), B(""), B(""), EXTERNAL);
    assert_int_equal(u.end_of_rib, BGP_IPV4); /* [RFC 4724 2] */
    decode(B(""), B("\x80\x0f\x03\x00\x02\x01"), B(""), EXTERNAL);
    assert_int_equal(u.end_of_rib, BGP_IPV6);
    decode(B(""), B("\x80\x0f\x03\x00\x01\x01"), B(""), EXTERNAL);
    assert_int_equal(u.end_of_rib, BGP_IPV4);
    decode(B(""), B("\x80\x0f\x04\x00\x02\x01\x00"), B(""), EXTERNAL);
    assert_int_equal(u.end_of_rib, 0);
    decode(B("\x00"), B(""), B(""), EXTERNAL);
    assert_int_equal(u.end_of_rib, 0);
    decode(B(""), B(ORIGIN), B(""), EXTERNAL);
    assert_int_equal(u.end_of_rib, 0);
    decode(B(""), B(""), B(""), ONLY_V6);
    assert_int_equal(u.end_of_rib, 0);
}

static void lengths_of_the_message(void **state)
{
    (void)state;
    /* [RFC 7606 3.b] Malformed Attribute List when the lengths exceed the message. */
    static const uint8_t bodies[][6] = {
        { 0, 1, 0, 0 }, { 0, 0, 0, 1 }, { 0xff, 0xff, 0, 0 }, { 0, 0, 0xff, 0xff }, { 0, 2, 0, 0 },
    };
    for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
        uint8_t msg[23];
        memset(msg, 0xff, sizeof(msg));
        memcpy(msg + 19, bodies[i], 4);
        struct bgp_update_context c = external_peer();
        arena_reset(&arena);
        bgp_decode_update(msg, sizeof(msg), &c, &arena, &u, &f);
        assert_int_equal(f.verdict, BGP_RESET);
        assert_int_equal(f.code, BGP_ERR_UPDATE);
        assert_int_equal(f.subcode, 1);
        assert_int_equal(f.data_len, 0);
    }
    decode(B("\x21"), B(""), B(""), EXTERNAL); /* [RFC 7606 3.i] */
    assert_int_equal(f.verdict, BGP_RESET);
    assert_int_equal(f.subcode, 10);
}

static void notification_data(void **state)
{
    (void)state;
    decode(B(""), B(GOOD "\x40\xc8\x01\x02"), B(NET), EXTERNAL);
    assert_int_equal(f.data_len, 4); /* [RFC 4271 6.3] the unrecognized attribute */
    assert_memory_equal(f.data, "\x40\xc8\x01\x02", 4);
    assert_int_equal(f.attribute, 0xc8);
    assert_int_equal(f.offset, 23 + sizeof(GOOD) - 1);
    assert_memory_equal(f.bytes, "\x40\xc8\x01\x02", 4);
    decode(B(""), B(ORIGIN NEXT_HOP), B(NET), EXTERNAL);
    assert_int_equal(f.data_len, 1); /* [RFC 4271 6.3] the missing attribute's code */
    assert_int_equal(f.data[0], ATTR_AS_PATH);
    decode(B(""), B(GOOD), B(NET "\x21\x01\x02"), EXTERNAL);
    assert_int_equal(f.bytes_len, 3);
    assert_memory_equal(f.bytes, "\x21\x01\x02", 3);
    decode(B(""), B("\x40\x01\x02\x00\x00" PATH), B(""), EXTERNAL);
    assert_int_equal(f.data_len, 5); /* [RFC 4271 6.3] the erroneous attribute */
    assert_memory_equal(f.data, "\x40\x01\x02\x00\x00", 5);
}

static void unknown_attributes(void **state)
{
    (void)state;
    decode(B(""),
           B(GOOD "\xd0\xc9\x00\x01\x03"
                  "\x80\xca\x01\x02"
                  "\xe0\xc8\x02\x02\x01"
                  "\xc0\xcb\x00"),
           B(NET), EXTERNAL);
    assert_int_equal(f.verdict, BGP_FINE);
    /* [RFC 4271 5] Transitive ones stay and are partial from now on; the others go. By code. */
    static const uint8_t want[] = { 0xe0, 0xc8, 0, 2, 2, 1, 0xe0, 0xc9, 0, 1, 3, 0xe0, 0xcb, 0, 0 };
    assert_int_equal(u.draft.head.span_len[SPAN_UNKNOWN], sizeof(want));
    assert_memory_equal(u.draft.span[SPAN_UNKNOWN], want, sizeof(want));
}

/* RFC 6793 4.2.3: what an old speaker sends. Numbers: 23456 is AS_TRANS, 70000 is 0x11170. */
static void old_speakers(void **state)
{
    (void)state;
#define OLD_PATH(bytes, n) ORIGIN "\x40\x02" n bytes NEXT_HOP
    static const struct {
        const char *name;
        const uint8_t *attrs;
        size_t n;
        const char *want;
        enum bgp_verdict verdict;
    } paths[] = {
        { "two bytes a number", B(OLD_PATH("\x02\x02\xfd\xea\x00\x07", "\x06")), "65002 7", 0 },
        { "[RFC 6793 4.2.3] the tail comes from AS4_PATH",
          B(OLD_PATH("\x02\x02\xfd\xea\x5b\xa0", "\x06") "\xc0\x11\x06\x02\x01\0\x01\x11\x70"),
          "65002 70000", 0 },
        { "[RFC 6793 4.2.3] all of it",
          B(OLD_PATH("\x02\x01\x5b\xa0", "\x04") "\xc0\x11\x06\x02\x01\0\x01\x11\x70"), "70000",
          0 },
        { "[RFC 6793 4.2.3] a longer AS4_PATH is ignored",
          B(OLD_PATH("\x02\x01\x5b\xa0", "\x04") "\xc0\x11\x0a\x02\x02\0\x01\x11\x70\0\0\0\x01"),
          "23456", 0 },
        { "[RFC 6793 4.2.3] a set counts one hop",
          B(OLD_PATH("\x02\x01\xfd\xea\x01\x02\x5b\xa0\x00\x05",
                     "\x0a") "\xc0\x11\x0a\x01\x02\0\x01\x11\x70\0\0\0\x05"),
          "65002 {70000,5}", 0 },
        { "[RFC 6793 6] confederation segments in AS4_PATH are dropped",
          B(OLD_PATH("\x02\x02\xfd\xea\x5b\xa0",
                     "\x06") "\xc0\x11\x0c\x03\x01\0\0\0\x09\x02\x01\0\x01\x11\x70"),
          "65002 70000", 0 },
        { "a malformed AS4_PATH is discarded",
          B(OLD_PATH("\x02\x02\xfd\xea\x5b\xa0", "\x06") "\xc0\x11\x06\x02\x02\0\x01\x11\x70"),
          "65002 23456", BGP_DISCARD },
        { "[RFC 6793 4.2.3] AGGREGATOR of an AS that is no AS_TRANS: AS4_* are ignored",
          B(OLD_PATH("\x02\x02\xfd\xea\x5b\xa0", "\x06") "\xc0\x07\x06\xfd\xea\x0a\0\0\x02"
                                                         "\xc0\x11\x06\x02\x01\0\x01\x11\x70"
                                                         "\xc0\x12\x08\0\x01\x11\x70\x0a\0\0\x03"),
          "65002 23456", 0 },
    };
    for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
        decode(B(""), paths[i].attrs, paths[i].n, B(NET), OLD);
        if (f.verdict != paths[i].verdict || strcmp(path_text(), paths[i].want) != 0)
            fail_msg("%s: %s (%d)", paths[i].name, path_text(), f.verdict);
    }
    assert_int_equal(u.draft.head.aggregator_as, 65002);
    decode(B(""),
           B(OLD_PATH("\x02\x02\xfd\xea\x5b\xa0", "\x06") "\xc0\x07\x06\x5b\xa0\x0a\0\0\x02"
                                                          "\xc0\x12\x08\0\x01\x11\x70\x0a\0\0\x03"),
           B(NET), OLD);
    assert_int_equal(u.draft.head.aggregator_as, 70000);
    assert_int_equal(u.draft.head.aggregator_id, 0x0a000003);
    /* [RFC 6793 4.1] A new speaker's AS4_PATH is ignored. */
    decode(B(""), B(GOOD "\xc0\x11\x06\x02\x01\0\x01\x11\x70"), B(NET), EXTERNAL);
    assert_string_equal(path_text(), "65002");
}

static void no_memory_is_a_cease(void **state)
{
    (void)state;
    uint8_t msg[BGP_MESSAGE_MAX];
    struct bgp_update_context c = context_of(OLD);
    size_t n = make_update(msg, B(NET),
                           B(OLD_PATH("\x02\x01\xfd\xea", "\x04") "\xc0\x08\x08\0\0\0\x09\0\0\0\x01"
                                                                  "\xc0\xc8\x01\x02"),
                           B(NET));
    for (size_t limit = 0; limit < 200; limit += 8) {
        struct arena tiny;
        arena_init(&tiny, limit);
        bgp_decode_update(msg, n, &c, &tiny, &u, &f);
        assert_true(f.verdict == BGP_FINE ||
                    (f.verdict == BGP_RESET && f.code == BGP_ERR_CEASE && f.subcode == 8));
        if (limit == 0)
            assert_int_equal(f.verdict, BGP_RESET);
        if (limit == 192)
            assert_int_equal(f.verdict, BGP_FINE);
        arena_done(&tiny);
    }
}

/* What strangers may put into a route does not cost us the session that brings it. */
static void many_unknown_attributes_are_kept(void **state)
{
    (void)state;
    uint8_t attrs[BGP_MESSAGE_MAX];
    struct wr w = wr_init(attrs, 4000);
    size_t kept = 0;
    wr_bytes(&w, B(GOOD));
    for (int code = 255; code > 32; code--) {
        wr_u8(&w, 0xc0);
        wr_u8(&w, (uint8_t)code);
        size_t n = (size_t)code % 29;
        wr_u8(&w, (uint8_t)n);
        for (size_t i = 0; i < n; i++)
            wr_u8(&w, (uint8_t)code);
        kept += n + 4;
    }
    assert_false(w.bad);
    decode(B(""), attrs, wr_len(&w), B(NET), EXTERNAL);
    assert_int_equal(f.verdict, BGP_FINE);
    assert_int_equal(u.draft.head.span_len[SPAN_UNKNOWN], kept);
    struct rd r = rd_init(u.draft.span[SPAN_UNKNOWN], kept);
    for (int code = 33; code <= 255; code++) {
        assert_int_equal(rd_u8(&r), 0xe0);
        assert_int_equal(rd_u8(&r), code);
        uint16_t n = rd_u16(&r);
        assert_int_equal(n, code % 29);
        const uint8_t *value = rd_bytes(&r, n);
        assert_true(n == 0 || (value[0] == code && value[n - 1] == code));
    }
    assert_true(rd_is_done(&r));
    assert_true(arena.used < 32768);
}

static void the_arena_holds_the_worst_message(void **state)
{
    (void)state;
    /* 4069 default routes: each withdrawn one takes a byte. */
    static uint8_t zeroes[BGP_MESSAGE_MAX];
    decode(zeroes, 2030, B(ORIGIN), zeroes, 2030, EXTERNAL);
    assert_int_equal(f.verdict, BGP_WITHDRAW);
    assert_int_equal(u.withdrawn_n, 4060);
}

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, BGP_UPDATE_ARENA_BYTES);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verdicts),
        cmocka_unit_test(values),
        cmocka_unit_test(the_first_of_two_counts),
        cmocka_unit_test(ipv6),
        cmocka_unit_test(a_family_that_ends_leaves_the_other),
        cmocka_unit_test(end_of_rib),
        cmocka_unit_test(lengths_of_the_message),
        cmocka_unit_test(notification_data),
        cmocka_unit_test(unknown_attributes),
        cmocka_unit_test(old_speakers),
        cmocka_unit_test(no_memory_is_a_cease),
        cmocka_unit_test(many_unknown_attributes_are_kept),
        cmocka_unit_test(the_arena_holds_the_worst_message),
    };
    return cmocka_run_group_tests_name("bgp/update", tests, setup, teardown);
}
