/* ike/protect.h: the Encrypted payload (RFC 7296 3.14, RFC 5282) and its fragments (RFC 7383): one
 * IKE SA's keys in both directions, messages sealed and opened, fragments put together. Message
 * IDs, windows and retransmissions are the caller's. A packet that does not open changes nothing.
 * Kept are the keys alone, a hundred bytes: an SA seals a message in minutes, and the schedules and
 * contexts that libcrypto makes of them, 2 KB, last as long as one. One thread; keys are wiped by
 * ike_protect_done(). */
#ifndef IKE_PROTECT_H
#define IKE_PROTECT_H

#include "crypto/cipher.h"
#include "crypto/random.h"
#include "ike/keymat.h"
#include "ike/message.h"

struct ike_protect {
    const struct crypto_encr_alg *encr;
    const struct crypto_integ_alg *integ; /* NULL: AEAD */
    /* Heap: what seals, then what opens; of each the encryption key with its salt, then the
     * integrity key. NULL: not made yet. */
    uint8_t *keys;
    uint64_t iv_counter; /* of an AEAD: never repeats under one key */
};

/* initiator: we are the original initiator of this IKE SA. -ENOMEM, -EOPNOTSUPP: *ret_protect is
 * empty. Done twice, or on zeroes, is fine. The keys are copied. */
must_use err_t ike_protect_init(const struct ike_suite *suite, const struct ike_keys *keys,
                                bool initiator, struct ike_protect *ret_protect);
/* Wipes the keys. */
void ike_protect_done(struct ike_protect *p);

enum {
    IKE_FRAGMENTS_MAX = 128,          /* of one message, ours and theirs */
    IKE_REASSEMBLY_BYTES_MAX = 32768, /* of one message: four certificates of the largest kind */
    IKE_FRAGMENT_BYTES_MIN = 576,     /* IP packet below which nobody fragments: RFC 7383 2.5.1 */
};

/* --- sealing ---------------------------------------------------------------------------------- */

struct ike_sealing {
    const struct ike_header *header; /* exchange, flags, SPIs, message id */
    uint8_t first;                   /* of the writer that ike_begin_inner() started */
    struct crypto_part inner;        /* its bytes; may be empty */
    uint32_t datagram_max;           /* longest datagram (ike_datagram_max()); 0: never split */
};

/* Bytes of a datagram's payload when the IP packet may have packet_bytes (0: 1280): without IP and
 * UDP headers and, on port 4500, the marker. */
uint32_t ike_datagram_max(uint16_t packet_bytes, uint8_t family, bool on_nat_port);

/* How many packets the message takes: 1: SK; more: SKF; 0: more than IKE_FRAGMENTS_MAX. */
uint16_t ike_sealed_packets(const struct ike_protect *p, const struct ike_sealing *s);

/* Writes packet number 1..total (as ike_sealed_packets() said). -EMSGSIZE: no room in w; -ENOMEM;
 * -EIO: no random bytes, cipher failed; w is then of no use. */
must_use err_t ike_seal(struct ike_protect *p, struct crypto_random *random,
                        const struct ike_sealing *s, uint16_t number, uint16_t total, struct wr *w);

/* --- opening ---------------------------------------------------------------------------------- */

/* Opens m->sk: *ret_inner is the chain of payloads, or this fragment's piece of it, without
 * padding, in cap bytes at out, which has to have room for the whole packet (IKE_MESSAGE_MAX is
 * always enough). False: not authentic, too short, or no memory (as good as lost on the way). The
 * packet itself is left as it is. */
must_use bool ike_open(struct ike_protect *p, const struct ike_message *m, uint8_t *out, size_t cap,
                       struct crypto_part *ret_inner);

/* Fragments of one message at a time; one of these for requests, one for responses. Zeroes are an
 * empty one; memory is taken with the first fragment and given back when the message is whole. */
struct ike_reassembly {
    uint32_t message_id;
    uint16_t total, have;
    uint8_t first; /* type of the first inner payload, once fragment 1 is here */
    bool active;
    uint32_t bytes; /* of all pieces here */
    struct ike_piece {
        uint8_t *p; /* heap */
        uint32_t n;
    } * pieces; /* heap, total of them; NULL: none */
};

enum ike_fragment {
    IKE_FRAGMENT_TAKEN,     /* more are missing */
    IKE_FRAGMENT_WHOLE,     /* out and *ret_first: the message */
    IKE_FRAGMENT_DUPLICATE, /* was here before, or of a smaller total (2.6): ignored */
    IKE_FRAGMENT_REFUSED,   /* beyond a bound, or without memory: *ret_why; what was here is kept */
};

/* Takes the opened piece of the SKF message m (the caller has seen that its message id is one it
 * waits for). Another message id, or a greater total, starts anew. WHOLE: the message is written
 * to out, which needs room for IKE_REASSEMBLY_BYTES_MAX; the pieces are wiped. (reassembly.c) */
enum ike_fragment ike_reassemble(struct ike_reassembly *r, const struct ike_message *m,
                                 const struct crypto_part *piece, struct wr *out,
                                 uint8_t *ret_first, const char **ret_why);
/* Wipes and forgets what is there. */
void ike_reassembly_done(struct ike_reassembly *r);

#endif
