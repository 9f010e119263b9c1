/* ctl/cli.h: the client of the daemon's socket: sends a command, copies the answer to a stream. */
#ifndef CTL_CLI_H
#define CTL_CLI_H

#include <stdio.h>

#include "ctl/ctl.h"

/* Exit statuses of the client beyond those of commands. */
enum { CLI_UNREACHABLE = 2 };

/* A connection to the daemon of a run directory; negative errno. */
must_use err_t cli_connect(const char *run_dir, int *ret_fd);

/* Runs one command over the connection: the command's status. -EPIPE, -EPROTO: the daemon ended or
 * answered nonsense. */
must_use err_t cli_run(int fd, const struct ctl_request *request, FILE *out, int *ret_status);

#endif
