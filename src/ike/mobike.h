/* ike/mobike.h: the change of addresses over an established IKE SA (RFC 4555), for src/ike alone.
 * Who opened the SA chooses the addresses; who answered says which ones it has. The list of others
 * is the SA's; one thread, as everything there. */
#ifndef IKE_MOBIKE_H
#define IKE_MOBIKE_H

#include "esp/params.h"
#include "ike/message.h"
#include "ike/payload.h"

struct ike_sa;

enum { IKE_OTHERS_MAX = 4 }; /* addresses of a peer's that are tried when its one is silent */

/* Further addresses of the peer, who answers: 3.4, 3.6. */
struct ike_others {
    uint8_t n, next; /* which one is tried next */
    struct ip_addr v[IKE_OTHERS_MAX];
};

/* RFC 4555 3.5: UPDATE_SA_ADDRESSES. */
must_use bool ike_mobike_send(struct ike_sa *sa);
/* RFC 4555 3.7: COOKIE2, whether the peer receives there. */
must_use bool ike_mobike_probe(struct ike_sa *sa);
/* RFC 4555 3.6: the responder tells that its addresses changed; the initiator is told. */
must_use bool ike_mobike_announce(struct ike_sa *sa);
/* What the initiator makes of it. */
void ike_mobike_announced(struct ike_sa *sa, const struct ike_message *m);
/* Which other addresses the peer has, as it says in the message, if it says anything. */
void ike_mobike_learn(struct ike_sa *sa, const struct ike_message *m);
/* Another address of the peer's to try, each in its turn; false: it named none. */
must_use bool ike_mobike_other(struct ike_sa *sa, struct esp_path *ret_path);
/* The answer to a request of ours came from there: is it one of the others, the SA goes there. */
void ike_mobike_answered(struct ike_sa *sa, const struct esp_path *path);
/* RFC 4555 3.5: the initiator has moved. */
void ike_mobike_request(struct ike_sa *sa, const struct ike_message *m, struct ike_writer *out);
/* Its answer: ESP follows. */
void ike_mobike_response(struct ike_sa *sa, const struct ike_message *m);

#endif
