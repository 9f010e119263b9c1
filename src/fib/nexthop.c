/* The kernel's objects. Every struct paths that routes in the kernel use has one object of its own,
 * with an id that stays: a group when it has, or ever had, several hops, whose members are objects
 * shared by all groups; else a plain next hop. When resolution changes, that object alone is set
 * again, and every route behind it moves along. The kernel cannot turn a plain object into a group:
 * then it gets a new id, and its routes are set once more.
 *
 * So a hop may be there twice: as the object of paths, which moves with them, and as a member of
 * groups, which stays what it is. One object for both would have to set every route of the paths
 * anew when they move.
 *
 * When a next hop is lost, BGP says soon after that each of its routes has the others alone: other
 * paths. Their routes stay where they are, as guests, since the group that has lost the member is
 * all they want; and when no route has the old paths any more, the new ones take over the object.
 * So it stays at one operation. Guests move out when the object comes to anything else. */
#include <errno.h>
#include <string.h>

#include "base/hash.h"
#include "fib/internal.h"

static const uint8_t class_size[CLASS_COUNT] = { 1, 4, 16, 64 };

static bool same_hop(const struct fib_path *a, const struct fib_path *b)
{
    return a->if_index == b->if_index && a->onlink == b->onlink &&
           ip_eq(&a->next_hop, &b->next_hop);
}

/* Adds a hop unless it is there already; false only when the list is full. */
bool hop_list_add(struct hop_list *l, const struct fib_path *path)
{
    for (uint32_t i = 0; i < l->n; i++) {
        if (same_hop(&l->path[i], path))
            return true;
    }
    if (l->n == FIB_PATHS_MAX)
        return false;
    l->path[l->n++] = *path;
    return true;
}

/* ---- single next hops ---- */

static uint64_t single_hash(const struct fib *f, const struct fib_path *p, uint8_t family)
{
    uint32_t words[] = { p->if_index, p->onlink, family };
    uint64_t h = hash_bytes(f->params.hash_key, words, sizeof(words));
    return hash_bytes(h, &p->next_hop, sizeof(p->next_hop));
}

static struct single *single_ref(struct fib *f, const struct fib_path *path, uint8_t family)
{
    if (path->next_hop.family != IP_NONE)
        family = path->next_hop.family;
    uint64_t hash = single_hash(f, path, family);
    for (struct table_link *l = table_first(&f->singles, hash); l; l = table_next(l)) {
        struct single *s = container_of(l, struct single, by_value);
        if (s->family == family && same_hop(&s->path, path)) {
            s->refs++;
            return s;
        }
    }
    struct single *s = slab_alloc(&f->single_slab);
    if (!s || table_insert(&f->singles, &s->by_value, hash) != 0) {
        slab_free(&f->single_slab, s);
        return NULL;
    }
    s->path = *path;
    s->path.weight = 0;
    s->family = family;
    s->refs = 1;
    return s;
}

static void single_release(struct fib *f, struct single *s)
{
    if (s->in_kernel && s->kernel_refs == 0 && !link_is_in_list(&s->dead))
        list_append(&f->dead_singles, &s->dead);
    if (s->refs > 0 || s->kernel_refs > 0 || s->in_kernel)
        return;
    list_remove(&s->dead);
    table_remove(&f->singles, &s->by_value);
    slab_free(&f->single_slab, s);
}

/* ---- hop lists ---- */

err_t hops_new(struct fib *f, const struct hop_list *l, uint8_t family, struct hops **ret_hops)
{
    if (l->n == 0) {
        *ret_hops = NULL;
        return 0;
    }
    uint8_t size_class = 0;
    while (class_size[size_class] < l->n)
        size_class++;
    struct hops *h = slab_alloc(&f->hops_slab[size_class]);
    if (!h)
        return -ENOMEM;
    h->refs = 1;
    h->size_class = size_class;
    for (uint32_t i = 0; i < l->n; i++) {
        struct single *s = single_ref(f, &l->path[i], family);
        if (!s) {
            hops_unref(f, h);
            return -ENOMEM;
        }
        h->hop[h->n].single = s;
        h->hop[h->n++].weight = MAX(l->path[i].weight, 1u);
    }
    *ret_hops = h;
    return 0;
}

void hops_unref(struct fib *f, struct hops *h)
{
    if (!h || --h->refs > 0)
        return;
    for (uint32_t i = 0; i < h->n; i++) {
        h->hop[i].single->refs--;
        single_release(f, h->hop[i].single);
    }
    slab_free(&f->hops_slab[h->size_class], h);
}

bool hops_equal(const struct hops *a, const struct hops *b)
{
    if (!a || !b || a->n != b->n)
        return a == b;
    for (uint32_t i = 0; i < a->n; i++) {
        if (a->hop[i].single != b->hop[i].single || a->hop[i].weight != b->hop[i].weight)
            return false;
    }
    return true;
}

/* ---- objects ---- */

void nexthop_want(struct fib *f, struct paths *p)
{
    if (!link_is_in_list(&p->object))
        list_append(&f->dirty_objects, &p->object);
}

static uint32_t next_id(struct fib *f)
{
    return f->next_id++;
}

static void untell(struct fib *f, struct paths *p)
{
    struct hops *told = p->told;
    p->told = NULL;
    for (uint32_t i = 0; told && p->is_group && i < told->n; i++) {
        told->hop[i].single->kernel_refs--;
        single_release(f, told->hop[i].single);
    }
    hops_unref(f, told);
}

static void tell(struct fib *f, struct paths *p)
{
    struct hops *before = p->told;
    bool was_group = p->is_group && before;
    p->hops->refs++;
    for (uint32_t i = 0; p->is_group && i < p->hops->n; i++)
        p->hops->hop[i].single->kernel_refs++;
    for (uint32_t i = 0; was_group && i < before->n; i++) {
        before->hop[i].single->kernel_refs--;
        single_release(f, before->hop[i].single);
    }
    hops_unref(f, before);
    p->told = p->hops;
}

static void op_single(struct fib_op *op, uint32_t id, const struct single *s)
{
    op->kind = FIB_OP_NEXTHOP_SET;
    op->id = id;
    op->prefix = (struct prefix){ .family = s->family };
    op->n = 1;
    op->path[0] = s->path;
}

/* A member that the kernel does not have yet. */
static bool member_op(struct fib *f, const struct paths *p, struct fib_op *op)
{
    for (uint32_t i = 0; i < p->hops->n; i++) {
        struct single *s = p->hops->hop[i].single;
        if (s->in_kernel || s->is_refused)
            continue;
        if (s->id == 0)
            s->id = next_id(f);
        s->in_kernel = true;
        single_release(f, s); /* until the group holds it, it is one to be removed */
        op_single(op, s->id, s);
        return true;
    }
    return false;
}

static void object_op(struct fib *f, struct paths *p, bool group, struct fib_op *op)
{
    if (!p->in_kernel) {
        p->id = next_id(f);
        p->is_group = group;
    } else if (group && !p->is_group) {
        untell(f, p);
        p->is_group = true;
        p->retired_id = p->id;
        p->id = next_id(f);
        paths_want(f, p, WANT_FORCE);
        if (!link_is_in_list(&p->dead))
            list_append(&f->dead_paths, &p->dead);
    }
    p->in_kernel = true;
    if (p->has_guests)
        paths_want(f, p, WANT_GUESTS);
    p->has_guests = false;
    tell(f, p);
    if (!p->is_group) {
        op_single(op, p->id, p->hops->hop[0].single);
        return;
    }
    op->kind = FIB_OP_GROUP_SET;
    op->id = p->id;
    op->n = p->hops->n;
    for (uint32_t i = 0; i < op->n; i++) {
        op->member[i].id = p->hops->hop[i].single->id;
        op->member[i].weight = p->hops->hop[i].weight;
    }
}

bool nexthop_next_op(struct fib *f, struct fib_op *ret_op)
{
    while (!list_is_empty(&f->dirty_objects)) {
        struct paths *p = LIST_ENTRY(f->dirty_objects.next, struct paths, object);
        if (p->outcome != OUTCOME_UNICAST) { /* its routes are removed, the object after them */
            list_remove(&p->object);
            continue;
        }
        bool group = p->hops->n > 1 || p->n > 1 || (p->in_kernel && p->is_group);
        if (group && member_op(f, p, ret_op))
            return true;
        list_remove(&p->object);
        object_op(f, p, group, ret_op);
        return true;
    }
    return false;
}

bool nexthop_serves(const struct paths *object, const struct paths *p)
{
    return object->in_kernel && object->told && p->outcome == OUTCOME_UNICAST &&
           hops_equal(object->told, p->hops);
}

void nexthop_take_over(struct fib *f, struct paths *p, struct paths *from)
{
    assert(!p->in_kernel && p->kernel_users == 0 && from->in_kernel && from->refs == 0);
    /* The kernel's routes name the object's paths by handle. */
    uint32_t self = p->self;
    p->self = from->self;
    from->self = self;
    *(struct paths **)pool_at(&f->paths_index, p->self) = p;
    *(struct paths **)pool_at(&f->paths_index, from->self) = from;
    p->id = from->id;
    p->retired_id = from->retired_id;
    p->told = from->told;
    p->is_group = from->is_group;
    p->in_kernel = p->has_guests = true;
    p->kernel_users = from->kernel_users;
    if (link_is_in_list(&from->dead))
        list_append(&f->dead_paths, &p->dead);
    list_remove(&p->object);
    from->id = from->retired_id = 0;
    from->told = NULL;
    from->in_kernel = from->is_group = false;
    from->kernel_users = 0;
    paths_release(f, from);
}

/* The object's last user in the kernel went: it goes too, unless a new one comes before that. */
void nexthop_user_gone(struct fib *f, struct paths *p)
{
    assert(p->kernel_users > 0);
    if (--p->kernel_users > 0)
        return;
    if (!p->in_kernel)
        paths_release(f, p);
    else if (!link_is_in_list(&p->dead))
        list_append(&f->dead_paths, &p->dead);
}

static void forget_object(struct fib *f, struct paths *p)
{
    untell(f, p);
    p->in_kernel = p->is_group = false;
    p->id = 0;
}

static bool dead_paths_op(struct fib *f, struct fib_op *op)
{
    while (!list_is_empty(&f->dead_paths)) {
        struct paths *p = LIST_ENTRY(f->dead_paths.next, struct paths, dead);
        op->kind = FIB_OP_NEXTHOP_DEL;
        if (p->retired_id) {
            op->id = p->retired_id;
            p->retired_id = 0;
            return true;
        }
        list_remove(&p->dead);
        if (p->kernel_users > 0 || !p->in_kernel) {
            paths_release(f, p);
            continue;
        }
        op->id = p->id;
        forget_object(f, p);
        paths_release(f, p);
        return true;
    }
    return false;
}

bool nexthop_next_dead(struct fib *f, struct fib_op *ret_op)
{
    if (dead_paths_op(f, ret_op))
        return true;
    while (!list_is_empty(&f->dead_singles)) {
        struct single *s = LIST_ENTRY(f->dead_singles.next, struct single, dead);
        list_remove(&s->dead);
        if (s->kernel_refs > 0 || !s->in_kernel) {
            single_release(f, s);
            continue;
        }
        ret_op->kind = FIB_OP_NEXTHOP_DEL;
        ret_op->id = s->id;
        s->in_kernel = false;
        s->id = 0;
        single_release(f, s);
        return true;
    }
    return false;
}

/* What is left of an object whose interface was flushed. It is set again under its id, should the
 * link be back already: the kernel takes that, whether or not it still has the object. */
static void object_flushed(struct fib *f, struct paths *p, uint32_t if_index)
{
    uint32_t left = 0;
    bool hit = false;
    for (uint32_t i = 0; i < p->told->n; i++) {
        hit = hit || p->told->hop[i].single->path.if_index == if_index;
        left += p->is_group ? p->told->hop[i].single->in_kernel
                            : p->told->hop[i].single->path.if_index != if_index;
    }
    if (!hit)
        return;
    nexthop_want(f, p);
    if (left == 0) /* its routes are gone, too */
        paths_want(f, p, WANT_FORCE);
}

/* Routes without objects are gone with the last of their links, or have lost a hop. */
static void routes_flushed(struct fib *f, struct paths *p, uint32_t if_index)
{
    for (uint32_t i = 0; p->kernel_users > 0 && p->hops && i < p->hops->n; i++) {
        if (p->hops->hop[i].single->path.if_index == if_index)
            paths_want(f, p, WANT_FORCE);
    }
}

void nexthop_interface_flushed(struct fib *f, uint32_t if_index)
{
    for (struct table_link *l = table_each(&f->singles, NULL); l; l = table_each(&f->singles, l)) {
        struct single *s = container_of(l, struct single, by_value);
        if (s->path.if_index == if_index)
            s->in_kernel = false;
    }
    for (struct table_link *l = table_each(&f->paths, NULL); l; l = table_each(&f->paths, l)) {
        struct paths *p = container_of(l, struct paths, by_value);
        if (p->in_kernel && p->told)
            object_flushed(f, p, if_index);
        else
            routes_flushed(f, p, if_index);
    }
}

/* Its routes may be gone, or go where the object went before: they are set again with it, or
 * removed.
 */
static void object_failed(struct fib *f, struct paths *p, bool is_final)
{
    p->had_rejected = true;
    for (uint32_t i = 0; p->hops && i < p->hops->n; i++)
        p->hops->hop[i].single->is_refused = false;
    if (!is_final && !p->was_retried) {
        p->was_retried = true;
        nexthop_want(f, p);
        paths_want(f, p, WANT_FORCE);
        return;
    }
    paths_want(f, p, is_final ? WANT_HOPELESS : WANT_REJECT);
    if (p->kernel_users == 0 && !link_is_in_list(&p->dead))
        list_append(&f->dead_paths, &p->dead);
}

void nexthop_failed(struct fib *f, const struct fib_op *op, bool is_final)
{
    for (struct table_link *l = table_each(&f->singles, NULL); l; l = table_each(&f->singles, l)) {
        struct single *s = container_of(l, struct single, by_value);
        if (s->in_kernel && s->id == op->id) {
            s->in_kernel = false;
            s->is_refused = true;
            single_release(f, s);
            return;
        }
    }
    for (struct table_link *l = table_each(&f->paths, NULL); l; l = table_each(&f->paths, l)) {
        struct paths *p = container_of(l, struct paths, by_value);
        if (p->in_kernel && p->id == op->id) {
            object_failed(f, p, is_final);
            return;
        }
    }
}

/* Route operation: by object, or with the hops themselves. */
void paths_fill_op(const struct paths *p, struct fib_op *op)
{
    if (p->outcome != OUTCOME_UNICAST) {
        op->route_kind = p->outcome == OUTCOME_BLACKHOLE ? FIB_BLACKHOLE : FIB_REJECT;
        return;
    }
    op->route_kind = FIB_UNICAST;
    op->id = p->in_kernel ? p->id : 0;
    if (op->id)
        return;
    op->n = p->hops->n;
    for (uint32_t i = 0; i < op->n; i++) {
        op->path[i] = p->hops->hop[i].single->path;
        op->path[i].weight = p->hops->hop[i].weight;
    }
}
