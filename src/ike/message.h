/* ike/message.h: IKE messages on the wire (RFC 7296 3.1 to 3.16, RFC 7383 2.5). Pure: bytes to one
 * struct and back. Everything decoded borrows the packet. What may stand only once and stands
 * twice, lengths that do not fit, and unknown critical payloads are refused with a diag that names
 * payload and offset. Not here: what SA and TS payloads say (proposal.h, selector.h), identities
 * (identity.h), the Encrypted payload (protect.h), which payload belongs into which exchange. */
#ifndef IKE_MESSAGE_H
#define IKE_MESSAGE_H

#include "base/diag.h"
#include "base/rd.h"
#include "base/wr.h"
#include "crypto/prf.h"
#include "crypto/sign.h"
#include "ike/notify.h"

enum {
    IKE_PORT = 500,
    IKE_PORT_NAT = 4500,
    IKE_HEADER_BYTES = 28,
    IKE_PAYLOAD_HEADER_BYTES = 4,
    IKE_MESSAGE_MAX = 65507, /* what UDP over IPv4 carries */
    IKE_SPI_BYTES = 8,
    IKE_NONCE_MIN = 16, /* 3.9 */
    IKE_NONCE_MAX = 256,
    /* Bounds of one message: many times what any real peer sends. */
    IKE_PAYLOADS_MAX = 96,
    IKE_NOTIFIES_MAX = 48,
    IKE_DELETES_MAX = 4, /* one for IKE, AH, ESP, and one to spare */
    IKE_VENDORS_MAX = 24,
    IKE_CERTREQS_MAX = 4,
};

enum ike_exchange {
    IKE_SA_INIT = 34,
    IKE_AUTH = 35,
    IKE_CREATE_CHILD_SA = 36,
    IKE_INFORMATIONAL = 37,
};

enum ike_flag { IKE_FLAG_INITIATOR = 0x08, IKE_FLAG_VERSION = 0x10, IKE_FLAG_RESPONSE = 0x20 };

enum ike_protocol { IKE_PROTO_NONE = 0, IKE_PROTO_IKE = 1, IKE_PROTO_AH = 2, IKE_PROTO_ESP = 3 };

enum ike_payload_type {
    IKE_P_NONE = 0,
    IKE_P_SA = 33,
    IKE_P_KE = 34,
    IKE_P_IDI = 35,
    IKE_P_IDR = 36,
    IKE_P_CERT = 37,
    IKE_P_CERTREQ = 38,
    IKE_P_AUTH = 39,
    IKE_P_NONCE = 40,
    IKE_P_NOTIFY = 41,
    IKE_P_DELETE = 42,
    IKE_P_VENDOR = 43,
    IKE_P_TSI = 44,
    IKE_P_TSR = 45,
    IKE_P_SK = 46,
    IKE_P_CP = 47,
    IKE_P_EAP = 48,
    IKE_P_SKF = 53,
};

enum ike_cert_encoding { IKE_CERT_X509 = 4, IKE_CERT_HASH_URL = 12 };

/* SPIs are host order; spi_r is 0 in the first message. */
struct ike_header {
    uint64_t spi_i, spi_r;
    uint8_t first; /* type of the first payload; the encoder fills it in */
    uint8_t major, minor;
    uint8_t exchange; /* enum ike_exchange, or a number that we do not know */
    uint8_t flags;    /* enum ike_flag */
    uint32_t message_id;
    uint32_t length; /* of the whole message; the encoder fills it in */
};

/* A payload as it stood in the chain. */
struct ike_payload {
    uint8_t type;            /* enum ike_payload_type, or an unknown one that was skipped */
    uint8_t flags;           /* 0x80: critical */
    uint8_t index;           /* in the array of its kind */
    uint32_t offset;         /* of its generic header, from the first byte decoded */
    struct crypto_part body; /* behind the generic header */
};

struct ike_ke {
    uint16_t group;
    struct crypto_part value;
};
struct ike_id_payload {
    uint8_t type;            /* enum ike_id_type, or unknown */
    struct crypto_part data; /* the identity */
    struct crypto_part body; /* type, three reserved bytes, data: RestOfID of 2.15 */
};
struct ike_cert {     /* CERT and CERTREQ */
    uint8_t encoding; /* enum ike_cert_encoding, or another */
    struct crypto_part data;
};
struct ike_auth_payload {
    uint8_t method; /* enum crypto_auth, or unknown */
    struct crypto_part data;
};
struct ike_notify {
    uint8_t protocol; /* enum ike_protocol */
    uint16_t type;    /* enum ike_notify_type, or unknown */
    struct crypto_part spi, data;
};
struct ike_delete {
    uint8_t protocol;  /* enum ike_protocol */
    uint8_t spi_bytes; /* 0 for IKE, 4 for AH and ESP: anything else was refused */
    uint16_t n_spis;
    struct crypto_part spis; /* n_spis * spi_bytes; ike_delete_spi() reads them */
};
struct ike_encrypted {       /* SK and SKF, always the last payload */
    uint8_t first;           /* type of the first payload inside; of SKF: 0 but in fragment 1 */
    uint32_t header_len;     /* bytes of the packet before the IV: authenticated */
    uint16_t number, total;  /* SKF: 1..total; SK: both 0 */
    struct crypto_part body; /* IV, sealed data, ICV */
};

struct ike_message {
    struct ike_header header;
    struct crypto_part packet;         /* the whole datagram, marker excluded */
    uint32_t has;                      /* bits by payload: ike_has() */
    uint8_t critical;                  /* with UNSUPPORTED_CRITICAL_PAYLOAD: its number */
    struct crypto_part sa, ts_i, ts_r; /* bodies for ike_offer_decode(), ike_ts_decode() */
    struct crypto_part nonce, cp, eap;
    struct ike_ke ke;
    struct ike_id_payload id_i, id_r;
    struct ike_auth_payload auth;
    struct ike_encrypted sk; /* of SK or SKF */
    uint8_t n_certs, n_certreqs, n_notifies, n_deletes, n_vendors, n_payloads;
    uint32_t ignored; /* payloads beyond the bounds of certs, certreqs, notifies, vendors */
    struct ike_cert certs[CRYPTO_CHAIN_MAX];
    struct ike_cert certreqs[IKE_CERTREQS_MAX];
    struct ike_notify notifies[IKE_NOTIFIES_MAX];
    struct ike_delete deletes[IKE_DELETES_MAX];
    struct crypto_part vendors[IKE_VENDORS_MAX];
    struct ike_payload payloads[IKE_PAYLOADS_MAX]; /* all of them, in order */
};

/* --- decoding --------------------------------------------------------------------------------- */

/* The 28 bytes of the header alone, for demultiplexing; false: shorter, or its length field is not
 * n, or below 28. The version is not judged. */
must_use bool ike_header_decode(const uint8_t *bytes, size_t n, struct ike_header *ret_header);

/* A whole packet: header and outer payloads up to SK or SKF. 0: fine; else the notify to answer
 * with, where an answer is allowed (2.21): INVALID_SYNTAX, INVALID_MAJOR_VERSION (*ret_message
 * holds the header alone), UNSUPPORTED_CRITICAL_PAYLOAD (->critical); *ret_diag says why. */
must_use enum ike_notify_type ike_message_decode(const uint8_t *bytes, size_t n,
                                                 struct ike_message *ret_message,
                                                 struct diag *ret_diag);

/* What was inside SK (or the fragments): the chain of n bytes that starts with a payload of type
 * first. m keeps header, packet and sk; all that stood outside, unprotected, is forgotten. */
must_use enum ike_notify_type ike_message_decode_inner(struct ike_message *m, uint8_t first,
                                                       const uint8_t *bytes, size_t n,
                                                       struct diag *ret_diag);

/* Whether a payload of the type was decoded. */
static inline bool ike_has(const struct ike_message *m, enum ike_payload_type type)
{
    return type >= IKE_P_SA && (m->has >> (type - IKE_P_SA) & 1);
}
/* By its flag. */
static inline bool ike_is_response(const struct ike_message *m)
{
    return m->header.flags & IKE_FLAG_RESPONSE;
}

/* The first notify of the type; NULL: none. ike_message_error(): the first error (type below
 * 16384); 0: none. */
const struct ike_notify *ike_find_notify(const struct ike_message *m, enum ike_notify_type type);
/* The first error notify (3.10.1); NULL: none. */
const struct ike_notify *ike_message_error(const struct ike_message *m);

/* The i-th SPI of a Delete for AH or ESP; host order. */
uint32_t ike_delete_spi(const struct ike_delete *d, uint16_t i);
/* A notify's SPI of four bytes (host order); 0: it has none. */
uint32_t ike_notify_spi(const struct ike_notify *n);
/* A notify's data as a big-endian number of exactly two or four bytes; false: another length. */
must_use bool ike_notify_u16(const struct ike_notify *n, uint16_t *ret_value);
/* Data of four bytes; false: of another length. */
must_use bool ike_notify_u32(const struct ike_notify *n, uint32_t *ret_value);

/* --- encoding --------------------------------------------------------------------------------- */

/* A chain of payloads being written: each ike_put_*() links itself to the one before. Nothing is
 * checked until the end: w.bad then says that something did not fit. */
struct ike_writer {
    struct wr w;
    size_t link;   /* where the type of the next payload belongs */
    uint8_t first; /* type of the first payload */
    bool linked;   /* link is in the buffer: a payload or the header was written */
    bool headed;   /* starts with an IKE header */
};

/* Starts a whole message (IKE_SA_INIT), or the chain that goes inside SK, in cap bytes at buf. */
struct ike_writer ike_begin(void *buf, size_t cap, const struct ike_header *header);
/* The payloads of an Encrypted payload (3.14). */
struct ike_writer ike_begin_inner(void *buf, size_t cap);

/* Fills in the length; false: it did not fit. *ret_len: bytes written (an empty chain has 0). */
must_use bool ike_end(struct ike_writer *o, size_t *ret_len);

/* Opens a payload and closes it: what others write between, through o->w. The mark is its start. */
size_t ike_payload_begin(struct ike_writer *o, enum ike_payload_type type, bool critical);
/* Fills in the length. */
void ike_payload_end(struct ike_writer *o, size_t mark);

/* A payload whose body is the bytes: SA, TS, Nonce, Vendor ID, CP, EAP, or a copy of another's. */
void ike_put(struct ike_writer *o, enum ike_payload_type type, const void *body, size_t n);
/* 3.4. */
void ike_put_ke(struct ike_writer *o, uint16_t group, const void *value, size_t n);
/* type: IKE_P_IDI or IKE_P_IDR; id_type: enum ike_id_type. */
void ike_put_id(struct ike_writer *o, enum ike_payload_type type, uint8_t id_type, const void *data,
                size_t n);
/* type: IKE_P_CERT or IKE_P_CERTREQ. */
void ike_put_cert(struct ike_writer *o, enum ike_payload_type type, uint8_t encoding,
                  const void *data, size_t n);
/* 3.8. */
void ike_put_auth(struct ike_writer *o, uint8_t method, const void *data, size_t n);
/* A notify about the IKE SA, without a SPI; and one about anything. */
void ike_put_notify(struct ike_writer *o, enum ike_notify_type type, const void *data, size_t n);
/* 3.10, with protocol and SPI. */
void ike_put_notify_of(struct ike_writer *o, const struct ike_notify *notify);
/* About one ESP SA: REKEY_SA, CHILD_SA_NOT_FOUND. spi in host order. */
void ike_put_notify_esp(struct ike_writer *o, enum ike_notify_type type, uint32_t spi);
/* The IKE SA itself; ESP SAs by the SPIs that we receive with (host order). */
void ike_put_delete_ike(struct ike_writer *o);
/* 3.11: CHILD SAs, by the SPIs that we receive with. */
void ike_put_delete_esp(struct ike_writer *o, const uint32_t *spis, uint16_t n);

/* Writes the decoded message again, payload by payload, from its fields: the same bytes as long as
 * reserved bits were zero. 0: does not fit. inner: the chain alone. */
must_use size_t ike_message_encode(const struct ike_message *m, bool inner, void *buf, size_t cap);

/* --- names ------------------------------------------------------------------------------------ */

/* "IKE_SA_INIT"; "IDi"; "exchange 99", "payload 77" when unknown. */
void text_ike_exchange(struct text *t, uint8_t exchange);
/* The short name of RFC 7296 3.2. */
void text_ike_payload_type(struct text *t, uint8_t type);
/* What is in it, in short: "IKE_AUTH response 1 [ IDr AUTH SA TSi TSr N(MOBIKE_SUPPORTED) ]". */
void text_ike_message(struct text *t, const struct ike_message *m);

#endif
