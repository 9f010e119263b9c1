/* ike/kept.h: what thousands of SAs and connections keep, in little room; for src/ike alone. Lists
 * that connections have alike are there once; identities and CHILD SAs take what they need. */
#ifndef IKE_KEPT_H
#define IKE_KEPT_H

#include "ike/config.h"

struct ike;
struct ike_sa;

/* --- lists.c --- */

/* A connection's lists, kept once for all that have equal ones; NULL: no memory. */
must_use struct ike_lists *ike_lists_keep(struct ike *e, const struct ike_lists *from);
/* One connection less has them; NULL is allowed. */
void ike_lists_unref(struct ike *e, struct ike_lists *lists);
/* Whether both have the same proposals, selectors, identities of the peer. */
bool ike_lists_offers_eq(const struct ike_lists *a, const struct ike_lists *b);
bool ike_lists_selectors_eq(const struct ike_lists *a, const struct ike_lists *b);
bool ike_lists_ids_eq(const struct ike_lists *a, const struct ike_lists *b);

/* --- sa.c: who both ends are --- */

/* Keeps who both are; false: no memory. */
must_use bool ike_ids_keep(struct ike_sa *sa, const struct ike_id *local,
                           const struct ike_id *peer);
/* Ours, or the peer's; type NONE: nothing is kept. */
struct ike_id ike_id_kept(const struct ike_sa *sa, bool local);

/* --- child.c --- */

/* What is kept of the struct esp_child that went to ESP. */
struct ike_child_esp {
    uint32_t id, spi_in, spi_out, window;
    struct esp_path path;
    bool esn;
    uint8_t n_local, n_remote;
    uint64_t hard_bytes, hard_packets;
    const struct esp_selector *local, *remote; /* of the CHILD SA's own memory */
};

#endif
