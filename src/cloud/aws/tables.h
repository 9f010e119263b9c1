/* cloud/aws/tables.h: AWS's tables with more columns than a fact has: what each cipher leaves of a
 * packet, and the AS numbers of older virtual private gateways. Constant. */
#ifndef CLOUD_AWS_TABLES_H
#define CLOUD_AWS_TABLES_H

#include "cloud/fact.h"

/* MTU and TCP MSS of a tunnel: by cipher and hash, with NAT traversal or without. */
struct aws_mtu {
    const char *name;
    bool is_aead;
    uint16_t integrity; /* IANA's transform number; 0: AEAD */
    uint16_t mtu_bytes, mss_bytes;
    uint16_t nat_mtu_bytes, nat_mss_bytes;
    enum cloud_grade grade;
    const char *source;
};
enum { AWS_MTU_COUNT = 5 };
extern const struct aws_mtu aws_mtus[AWS_MTU_COUNT];

/* The row for AES-GCM, or for AES-CBC with an integrity algorithm; NULL: AWS has no such. */
const struct aws_mtu *aws_mtu_find(bool is_aead, uint16_t integrity);

/* AS number of virtual private gateways that are older than 2018-06-30. */
struct aws_old_vgw {
    const char *region; /* NULL: all others */
    uint32_t as;
    enum cloud_grade grade;
    const char *source;
};
enum { AWS_OLD_VGW_COUNT = 4 };
extern const struct aws_old_vgw aws_old_vgws[AWS_OLD_VGW_COUNT];

/* AS numbers that a customer gateway cannot have, and why. */
enum { AWS_AS_REFUSED_COUNT = 2 };
extern const struct cloud_as_range aws_as_refused[AWS_AS_REFUSED_COUNT];

/* Why the AS number cannot be a customer gateway's, or NULL. */
const struct cloud_as_range *aws_as_refusal(uint32_t as);

enum { AWS_SHEET_COUNT = 3 };
/* The tables above as text. */
extern const struct cloud_sheet aws_sheets[AWS_SHEET_COUNT];

#endif
