/* daemon/ike_workers.h: the workers of data, as ike sees them: what it has to say of a tunnel goes
 * to the one whose it is, what they say goes into the engine, and what one cannot know whose it is
 * goes to all. Owned by ike; one thread. */
#ifndef DAEMON_IKE_WORKERS_H
#define DAEMON_IKE_WORKERS_H

#include "base/view.h"
#include "daemon/channel.h"
#include "daemon/messages_ipsec.h"
#include "esp/workers.h"
#include "ike/ike.h"

struct ike_workers;

struct ike_workers_params {
    struct loop *loop;
    struct ike *engine;
    uint32_t count; /* of workers */
    int first_fd;   /* of a channel to each, one behind the other */
    uint8_t rank;   /* of all on the loop */
    void *owner;
    void (*told)(void *owner); /* the engine heard something: it may want something */
    /* Without this worker there is no IPsec. -EPIPE: it is gone; -EPROTO: it broke the rules. */
    void (*ended)(void *owner, const char *name, err_t why);
};

/* Channels to all; *ret_workers is to be closed also when this fails. Close takes NULL. */
must_use err_t ike_workers_open(const struct ike_workers_params *params,
                                struct ike_workers **ret_workers);
void ike_workers_close(struct ike_workers *w);

/* A worker started again, by its number: it has nothing. Takes the descriptor. False: there is none
 * of that number. */
must_use bool ike_workers_again(struct ike_workers *w, uint8_t number, int fd);

/* Whether any of them does not keep up. */
bool ike_workers_are_behind(const struct ike_workers *w);

/* Says it to the worker of the connection. */
void ike_workers_send(struct ike_workers *w, uint32_t connection, enum message kind,
                      const void *bytes, size_t len);

/* An ICMP error that came to ike's own socket: whose packet it quotes, only they know. */
void ike_workers_too_big(struct ike_workers *w, const struct too_big *b);

/* A view_ike_worker each; false: the sink takes no more. */
must_use bool ike_workers_query(const struct ike_workers *w, struct view_sink *sink);

#endif
