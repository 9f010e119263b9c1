/* lab/responder.h: the hosts of a lab that no program of the user's plays: one loop answers for all
 * of them, with listening sockets in each one's space. Everybody may connect to it and send what he
 * likes; each connection has bounded memory and time.
 *
 * TCP, on every port, by what the client says first:
 *   nothing for 0.3 s, or a line   "192.0.2.1:40000 reached NODE (10.0.0.4:22)", who asks and who
 *                                  answers; then the connection stays open for more lines
 *   a mark (lab/packet.h)          the head of an answer, then the same line
 *   GET ...                        HTTP/1.0 200 with the line as text
 *   sink                           swallows all bytes to the end, then says "bytes N"
 *   source N                       sends N bytes and closes
 * UDP: a mark is answered as above; any other datagram comes back as it is. */
#ifndef LAB_RESPONDER_H
#define LAB_RESPONDER_H

#include "lab/netns.h"
#include "lab/packet.h"
#include "os/loop.h"

enum {
    LAB_RESPONDER_CONNECTIONS_MAX = 1024, /* further ones are closed at once, and counted */
    LAB_RESPONDER_LINE_MAX = 2048,        /* of a request; a longer one ends the connection */
    LAB_RESPONDER_IDLE_S = 30,
    LAB_THROUGHPUT_PORT = 5201,
};

struct lab_responder;

/* A responder that answers in the turns of a loop, which outlives it. */
must_use struct lab_responder *lab_responder_new(struct loop *l);

/* Closes everything. NULL is allowed. */
void lab_responder_free(struct lab_responder *r);

/* Answers in a space for a node, on a TCP port or (is_udp) a UDP port; the name is copied.
 * -EADDRINUSE: somebody else does. */
must_use err_t lab_responder_listen(struct lab_responder *r, const struct lab_netns *s,
                                    const char *node, bool is_udp, uint16_t port);

/* When lab_responder_advance() is to be called at the latest, in the loop's time. */
ns_t lab_responder_deadline(const struct lab_responder *r);

/* Speaks first to who is silent, and ends who idles. */
void lab_responder_advance(struct lab_responder *r, ns_t now);

/* Connections that were refused for want of room. */
uint64_t lab_responder_refused(const struct lab_responder *r);

#endif
