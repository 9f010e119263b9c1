/* base/ip.h: addresses and prefixes of both families, parsing and printing.
 * Values, no owner. Bytes are in network order; those beyond the family's length, and beyond a
 * prefix's length, are zero, so that values compare by memcmp. */
#ifndef BASE_IP_H
#define BASE_IP_H

#include "base/base.h"
#include "base/text.h"

enum ip_family { IP_NONE = 0, IP_V4 = 4, IP_V6 = 6 };

struct ip_addr {
    uint8_t family; /* enum ip_family */
    uint8_t b[16];
};

struct prefix {
    uint8_t family; /* enum ip_family */
    uint8_t len;    /* bits: 0..32 or 0..128 */
    uint8_t b[16];
};

/* The longest text of an address and of a prefix, NUL included. */
enum { IP_TEXT_MAX = 46, PREFIX_TEXT_MAX = 50 };

/* Bytes of an address of the family (4, 16; 0 for IP_NONE), and its bits. */
static inline size_t ip_bytes(uint8_t family)
{
    return family == IP_V4 ? 4 : family == IP_V6 ? 16 : 0;
}
static inline uint8_t ip_bits(uint8_t family)
{
    return family == IP_V4 ? 32 : family == IP_V6 ? 128 : 0;
}

/* An IPv4 address from its number in host order, and back (0 unless IPv4). */
struct ip_addr ip_from_u32(uint32_t host_order);

/* The IPv4 address as a number in host order; 0 for any other family. */
uint32_t ip_to_u32(const struct ip_addr *a);

/* An address of the family from its raw bytes in network order. */
struct ip_addr ip_from_bytes(uint8_t family, const void *bytes);

/* Order: family first, then the bytes as a number. Equal: 0. */
int ip_cmp(const struct ip_addr *a, const struct ip_addr *b);
static inline bool ip_eq(const struct ip_addr *a, const struct ip_addr *b)
{
    return ip_cmp(a, b) == 0;
}

/* Four or eight bytes as a number, the first one highest. Written out, so that compilers see one
 * load and a swap; a loop over the bytes stays a loop, and tables do this for every prefix. */
static inline uint32_t ip_load32(const uint8_t *b)
{
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}
static inline uint64_t ip_load64(const uint8_t *b)
{
    return (uint64_t)ip_load32(b) << 32 | ip_load32(b + 4);
}

/* Order: family, then address, then length: the order of every `show`. */
int prefix_cmp(const struct prefix *a, const struct prefix *b);
static inline bool prefix_eq(const struct prefix *a, const struct prefix *b)
{
    return prefix_cmp(a, b) == 0;
}

bool ip_is_zero(const struct ip_addr *a);       /* 0.0.0.0, ::, or none */
bool ip_is_loopback(const struct ip_addr *a);   /* 127/8, ::1 */
bool ip_is_multicast(const struct ip_addr *a);  /* 224/4, ff00::/8 */
bool ip_is_link_local(const struct ip_addr *a); /* 169.254/16, fe80::/10 */

/* Strict text forms ("10.0.0.1", "2001:db8::1", "10.0.0.0/8"); false leaves *ret_ untouched.
 * prefix_parse clears the bits beyond the length and says so in ret_host_bits (may be NULL). */
must_use bool ip_parse(const char *s, struct ip_addr *ret_addr);

/* "10.0.0.0/8"; the length has to be there and to fit the family. */
must_use bool prefix_parse(const char *s, struct prefix *ret_prefix, bool *ret_host_bits);

/* Append the canonical text (RFC 5952 for IPv6); IP_NONE prints as "-". */
void text_ip(struct text *t, const struct ip_addr *a);

/* Appends "address/length"; IP_NONE prints as "-". */
void text_prefix(struct text *t, const struct prefix *p);

/* The prefix of len bits that contains the address; len is at most the family's bits. */
struct prefix prefix_of(const struct ip_addr *a, uint8_t len);

/* The prefix's first address. */
struct ip_addr prefix_addr(const struct prefix *p);

/* Whether the prefix covers the address, or (equally or more specific) the other prefix. */
bool prefix_has_addr(const struct prefix *p, const struct ip_addr *a);

/* Whether inner is the prefix itself or more specific; families that differ: false. */
bool prefix_covers(const struct prefix *p, const struct prefix *inner);

/* Netmask or (wildcard) inverse mask of IPv4 to a length; false when not contiguous. */
must_use bool ip_mask_to_len(const struct ip_addr *mask, uint8_t *ret_len);

/* 0.0.0.255 -> 24: the bits that are set are those that do not matter (Cisco). */
must_use bool ip_wildcard_to_len(const struct ip_addr *wildcard, uint8_t *ret_len);

/* 24 -> 255.255.255.0; len is at most 32. */
struct ip_addr ip_mask_from_len(uint8_t len);

#endif
