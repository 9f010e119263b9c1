/* The lists of connections (struct ike_lists): compared, and kept once where connections have equal
 * ones, as those of one profile do. */
#include "ike/internal.h"

/* One set of lists, and how many connections have it. */
struct kept_lists {
    struct ike_lists lists;
    uint32_t refs;
};

/* --- what differs ----------------------------------------------------------------------------- */

static bool proposals_eq(const struct ike_proposal *a, uint8_t n, const struct ike_proposal *b)
{
    for (uint8_t i = 0; i < n; i++) {
        const struct ike_proposal *x = &a[i], *y = &b[i];
        if (x->n_encr != y->n_encr || x->n_prf != y->n_prf || x->n_integ != y->n_integ ||
            x->n_group != y->n_group || x->esn != y->esn || x->no_esn != y->no_esn ||
            memcmp(x->encr, y->encr, x->n_encr * sizeof(x->encr[0])) != 0 ||
            memcmp(x->prf, y->prf, x->n_prf * sizeof(x->prf[0])) != 0 ||
            memcmp(x->integ, y->integ, x->n_integ * sizeof(x->integ[0])) != 0 ||
            memcmp(x->group, y->group, x->n_group * sizeof(x->group[0])) != 0)
            return false;
    }
    return true;
}

static bool selectors_eq(const struct esp_selector *a, uint8_t n, const struct esp_selector *b)
{
    for (uint8_t i = 0; i < n; i++)
        if (!ike_ts_eq(&a[i], &b[i]))
            return false;
    return true;
}

bool ike_lists_offers_eq(const struct ike_lists *a, const struct ike_lists *b)
{
    return a->n_ike == b->n_ike && a->n_child == b->n_child &&
           proposals_eq(a->ike, a->n_ike, b->ike) && proposals_eq(a->child, a->n_child, b->child);
}

bool ike_lists_selectors_eq(const struct ike_lists *a, const struct ike_lists *b)
{
    return a->n_local_ts == b->n_local_ts && a->n_remote_ts == b->n_remote_ts &&
           selectors_eq(a->local_ts, a->n_local_ts, b->local_ts) &&
           selectors_eq(a->remote_ts, a->n_remote_ts, b->remote_ts);
}

bool ike_lists_ids_eq(const struct ike_lists *a, const struct ike_lists *b)
{
    if (a->n_remote_ids != b->n_remote_ids)
        return false;
    for (uint8_t i = 0; i < a->n_remote_ids; i++)
        if (!ike_id_eq(&a->remote_ids[i], &b->remote_ids[i]))
            return false;
    return true;
}

/* --- kept ------------------------------------------------------------------------------------- */

static bool lists_eq(const struct ike_lists *a, const struct ike_lists *b)
{
    return ike_lists_offers_eq(a, b) && ike_lists_selectors_eq(a, b) && ike_lists_ids_eq(a, b);
}

struct ike_lists *ike_lists_keep(struct ike *e, const struct ike_lists *from)
{
    struct kept_lists *kept;
    if (e->last_lists && lists_eq(e->last_lists, from)) {
        kept = container_of(e->last_lists, struct kept_lists, lists);
    } else {
        kept = mem_alloc(MEM_IKE, sizeof(*kept));
        if (!kept)
            return NULL;
        kept->lists = *from;
        e->last_lists = &kept->lists;
    }
    kept->refs++;
    return &kept->lists;
}

void ike_lists_unref(struct ike *e, struct ike_lists *lists)
{
    if (!lists)
        return;
    struct kept_lists *kept = container_of(lists, struct kept_lists, lists);
    assert(kept->refs > 0);
    if (--kept->refs > 0)
        return;
    if (e->last_lists == lists)
        e->last_lists = NULL;
    mem_free(MEM_IKE, kept, sizeof(*kept));
}
