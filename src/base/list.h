/* base/list.h: intrusive doubly linked ring list. The head is a link; an empty list points at
 * itself; a link that is in no list is zeroed or points at itself. No allocation. */
#ifndef BASE_LIST_H
#define BASE_LIST_H

#include "base/base.h"

struct link {
    struct link *next, *prev;
};

static inline void list_init(struct link *head)
{
    head->next = head->prev = head;
}
static inline bool list_is_empty(const struct link *head)
{
    return head->next == head;
}
static inline bool link_is_in_list(const struct link *l)
{
    return l->next && l->next != l;
}
static inline void list_append(struct link *head, struct link *l)
{
    l->prev = head->prev;
    l->next = head;
    head->prev->next = l;
    head->prev = l;
}
static inline void list_remove(struct link *l)
{
    if (!l->next)
        return;
    l->prev->next = l->next;
    l->next->prev = l->prev;
    l->next = l->prev = l;
}
#define LIST_ENTRY(l, type, member) container_of(l, type, member)
/* Iterates; `it` may not be removed inside (use LIST_EACH_SAFE; its `tmp` holds the next link). */
#define LIST_EACH(it, head) for (struct link *it = (head)->next; it != (head); it = it->next)
#define LIST_EACH_SAFE(it, tmp, head)                                                              \
    for (struct link *it = (head)->next, *tmp = it->next; it != (head); it = tmp, tmp = tmp->next)

#endif
