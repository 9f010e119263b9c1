/* cloud/assign_impl.h: what the providers' assign.c share. Inside of cloud/ only. */
#ifndef CLOUD_ASSIGN_IMPL_H
#define CLOUD_ASSIGN_IMPL_H

#include "cloud/assign.h"
#include "net/map.h"

struct assigner {
    struct topo *t;
    struct net_map used;    /* (space, address): space is the subnet, or PUBLIC, or a gateway */
    struct net_map cursors; /* subnet to the next offset to be tried */
    uint32_t public_next, inside_next;
    bool full;
};

/* Notes that a public address is taken. IP_NONE: nothing to note. */
void assign_note_public(struct assigner *a, const struct ip_addr *addr);

/* A public address that nobody has. */
struct ip_addr assign_public(struct assigner *a);

/* Notes that an address of a subnet is taken. */
void assign_note(struct assigner *a, const void *subnet, const struct ip_addr *addr);

/* The first free address of the subnet from an offset on, but for the last `reserved` ones;
 * IP_NONE: there is none. */
struct ip_addr assign_first(struct assigner *a, const void *subnet, const struct prefix *p,
                            uint32_t from, uint32_t reserved);

/* The last free address of the subnet, but for the last `reserved` ones and those below `from`. */
struct ip_addr assign_last(struct assigner *a, const void *subnet, const struct prefix *p,
                           uint32_t from, uint32_t reserved);

/* Notes the /30 around an address inside a tunnel of a gateway. */
void assign_note_inside(struct assigner *a, const void *gateway, const struct ip_addr *addr);

/* A /30 for the inside of a tunnel, which no other tunnel of the gateway has. */
struct prefix assign_inside(struct assigner *a, const void *gateway);

/* The value, unless it is 0 and the user did not write the key: then the default. */
uint32_t assign_u32(const struct topo_object *o, const char *key, uint32_t value, int64_t preset);

/* A list with at least `want` items, those behind `count` zeroed; NULL and full without memory. */
void *assign_extend(struct assigner *a, const void *items, uint32_t count, uint32_t want,
                    size_t size);

/* Makes a list longer in place; whether it has `want` items now. */
#define ASSIGN_EXTEND(a, list, want)                                                               \
    ((list)->count >= (want) ||                                                                    \
     (((list)->items =                                                                             \
           assign_extend((a), (list)->items, (list)->count, (want), sizeof(*(list)->items))) &&    \
      ((list)->count = (want))))

/* What the provider's file names as given. */
void azure_note_given(struct assigner *a);
/* The same of AWS, Google Cloud and SORACOM. */
void aws_note_given(struct assigner *a);
void gcp_note_given(struct assigner *a);
void soracom_note_given(struct assigner *a);

/* What is missing of the provider's resources. */
void azure_assign(struct assigner *a);
/* The same of AWS, Google Cloud and SORACOM. */
void aws_assign(struct assigner *a);
void gcp_assign(struct assigner *a);
void soracom_assign(struct assigner *a);

/* Both tunnels of a connection of AWS, or of a Door, which is one; the gateway keeps their inside
 * addresses apart. */
typedef TOPO_LIST_OF(struct aws_tunnel) aws_tunnels_t;
void aws_note_tunnels(struct assigner *a, const void *gateway, const struct aws_tunnel *v,
                      uint32_t n);
struct aws_tunnel *aws_assign_tunnels(struct assigner *a, const void *gateway,
                                      const struct topo_object *connection,
                                      const struct aws_tunnel *v, uint32_t n);

#endif
