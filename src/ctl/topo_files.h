/* ctl/topo_files.h: the files of a topology as they lie on disk: the topology itself, what it
 * includes, the devices' configurations and expected output that it names. Nothing outside of the
 * topology's folder is opened, by ".." or by a symbolic link either, unless that is allowed. One
 * thread; regular files alone. */
#ifndef CTL_TOPO_FILES_H
#define CTL_TOPO_FILES_H

#include "topo/topo.h"

struct topo_files {
    struct topo_source source; /* what topo_read() takes */
    int folder;                /* descriptor; -1: closed */
};

/* Opens the folder of the topology at `path`. 0, or a negative errno. */
must_use err_t topo_files_open(struct topo_files *files, const char *path, bool outside_allowed);

/* Closes the folder. */
void topo_files_close(struct topo_files *files);

#endif
