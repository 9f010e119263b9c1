/* A member gets a group of its own that remembers what it has been told, when its outbound policy
 * becomes another than that of the rest. */
#include <errno.h>

#include "rib/table.h"

struct rib_offer rib_told_so_far(const struct rib *r, const struct dest *d, const struct group *g,
                                 uint16_t peer)
{
    for (uint32_t h = d->adj; h; h = adj_at(r, h)->next) {
        const struct adj *a = adj_at(r, h);
        if (a->group != g->params.group || a->generation != g->generation)
            continue;
        if (!a->is_pending)
            return (struct rib_offer){ a->set, (uint16_t)a->source, a->is_transparent, a->is_self };
        const struct item *i = pool_at(&r->items, a->item);
        const struct bucket *b = pool_at(&r->buckets, i->bucket);
        if (i->is_split && b->source == peer)
            break; /* it was told to forget it, ahead of the others */
        return (struct rib_offer){ i->sent, (uint16_t)i->sent_source, i->sent_transparent,
                                   i->sent_self };
    }
    return (struct rib_offer){ 0 };
}

/* The state of one group, as the peer knows it, becomes that of another that has no members:
 * rib_tell() then keeps it without telling anybody. False: no memory. */
static bool copy_state(struct rib *r, unsigned fam, const struct group *from, struct group *to,
                       uint16_t peer)
{
    for (uint32_t h = 1; h < r->tables[fam].dests.end; h++) {
        struct dest *d = dest_at(r, fam, h);
        if (!(d->flags & DEST_LIVE))
            continue;
        struct rib_offer o = rib_told_so_far(r, d, from, peer);
        if (!o.set)
            continue;
        attr_ref(o.set);
        if (!rib_tell(r, fam, to, h, &o)) {
            attr_unref(r->params.attrs, o.set);
            return false;
        }
    }
    return true;
}

err_t rib_group_split(struct rib *r, uint16_t old_group, uint16_t peer,
                      const struct rib_group_params *g)
{
    unsigned fam = fam_of(g->family);
    struct group *old = rib_group_find(r, fam, old_group);
    struct member *m = old ? rib_member_find(old, peer) : NULL;
    if (!m)
        return -ENOENT;
    bool was_synced = m->state == MEMBER_SYNCED, wants_eor = m->wants_eor;
    err_t err = rib_group_set(r, g);
    if (err)
        return err;
    struct group *new = rib_group_find(r, fam, g->group);
    if (!copy_state(r, fam, old, new, peer))
        err = -ENOMEM;
    if (!err)
        err = rib_group_join(r, g->group, g->family, peer);
    if (err) {
        rib_group_del(r, g->group, g->family);
        return err;
    }
    struct member *moved = rib_member_find(new, peer);
    if (was_synced)
        *moved = (struct member){ .peer = peer, .state = MEMBER_SYNCED };
    else
        moved->wants_eor = wants_eor;
    rib_group_leave(r, old_group, g->family, peer);
    rib_refresh_out(r, g->group, g->family);
    return 0;
}
