/* topo/edit.h: the same topology, changed: with resources taken out and ranges added, for what is
 * expected to hold under such circumstances. A change is worked out once from a topology that has
 * been read, and applied to the trees of its files while they are read anew (topo_source.edit), so
 * that everything behind it (assignment, expansion, checks) sees a topology like any other, with
 * every line where it was.
 *
 * What refers to something that goes: a setting that is left out just as well (a subnet's route
 * table, an interface's public address) goes alone; else the resource that has it goes too (a
 * connection whose gateway goes), and whatever refers to that. Expectations of other circumstances,
 * requirements and suppressions are left out; one that stays and names what goes is refused.
 * One thread; a change lives in its arena and borrows nothing. */
#ifndef TOPO_EDIT_H
#define TOPO_EDIT_H

#include "topo/topo.h"

enum { TOPO_EDIT_OPS_MAX = 1 << 20 };

struct topo_edit_op {
    enum topo_edit_verb { TOPO_EDIT_REMOVE, TOPO_EDIT_EMPTY, TOPO_EDIT_APPEND } verb;
    uint8_t depth;
    uint32_t file;                 /* of the document */
    uint32_t path[LANG_DEPTH_MAX]; /* of the node: which child of each level */
    const char *text;              /* to append */
};

struct topo_edit {
    struct arena *arena;
    struct topo_edit_op *ops;
    uint32_t count, cap;
    const char *
        *gone; /* paths of the resources that are taken out, those that hang on others too */
    uint32_t gone_count, gone_cap;
};

/* What is wished. */
struct topo_wish {
    const topo_places_t *without; /* of these the ones without a part */
    const struct expect_addition *adds;
    uint32_t add_count;
    /* Whether an expectation of these circumstances stays; NULL circumstances: it has none. */
    bool (*keeps)(void *context, const struct expect_when *when);
    void *context;
};

/* Works the change out. False: it cannot be made, and *ret_why says why, at the place in the file
 * that wishes it. */
must_use bool topo_edit_make(struct topo_edit *e, const struct topo *t,
                             const struct topo_wish *wish, struct arena *arena,
                             struct diag *ret_why);

/* The changed tree of a file, in the document's arena. NULL: no memory. */
const struct lang_node *topo_edit_apply(const struct topo_edit *e, struct lang_doc *doc,
                                        uint32_t file, const struct lang_node *root);

#endif
