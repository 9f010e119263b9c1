/* net/list.h: lists that grow in an arena, of the layout of NET_LIST_OF: items, count, cap. What is
 * outgrown stays in the arena until it is freed whole. */
#ifndef NET_LIST_H
#define NET_LIST_H

#include "base/arena.h"

/* Room for one more: *items of `size` bytes each, moved when they have to. False: full. */
must_use bool net_list_grow(struct arena *a, void **items, uint32_t count, uint32_t *cap,
                            size_t size);

/* A zeroed item at the end of the list, or NULL: full. */
#define NET_PUSH(arena, list)                                                                      \
    (net_list_grow((arena), (void **)&(list)->items, (list)->count, &(list)->cap,                  \
                   sizeof(*(list)->items))                                                         \
         ? &(list)->items[(list)->count++]                                                         \
         : NULL)

#endif
