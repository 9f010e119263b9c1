/* ctl/protocol.h: what the client and the daemon say on the daemon's socket. A request is one JSON
 * object on one line; a reply is one JSON object on one line, followed by as many bytes of text as
 * it says. Requests follow one another on a connection.
 *
 *   -> {"command": "show ip bgp", "layout": "frr"}
 *   <- {"status": 0, "bytes": 1234}  and 1234 bytes */
#ifndef CTL_PROTOCOL_H
#define CTL_PROTOCOL_H

#include "ctl/ctl.h"

enum { CTL_REQUEST_MAX = 4096, CTL_HEADER_MAX = 128 };

/* Name of the socket in the run directory, and the run directory unless told. */
#define CTL_SOCKET_NAME "spanway.sock"
#define CTL_RUN_DIR "/run/spanway"

struct ctl_request_text {
    char line[CTL_LINE_MAX];
    enum dialect layout;
};

/* To be called once, before a sandbox: the JSON library opens a file for its hash seed. */
void ctl_protocol_init(void);

/* Reads a request of len bytes (without the newline). False: *ret_why says what is wrong. */
must_use bool ctl_request_decode(const char *bytes, size_t len,
                                 struct ctl_request_text *ret_request, const char **ret_why);

/* Writes a request, newline included; the length, or 0 when it does not fit or the command is not
 * UTF-8. */
size_t ctl_request_encode(const struct ctl_request *request, char *buf, size_t cap);
/* Writes a reply's header in the same way: the length, or 0. */
size_t ctl_header_encode(int status, uint64_t bytes, char *buf, size_t cap);

/* Reads a reply's header. */
must_use bool ctl_header_decode(const char *bytes, size_t len, int *ret_status,
                                uint64_t *ret_bytes);

#endif
