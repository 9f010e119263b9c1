/* daemon/messages.h: what the processes of the daemon say to one another: the table of messages
 * (who sends, who receives, how long), and the encoding of those that carry more than text.
 * Decoders trust nothing that they read: the sender may have been taken over. */
#ifndef DAEMON_MESSAGES_H
#define DAEMON_MESSAGES_H

#include "base/rd.h"
#include "base/wr.h"
#include "node/node.h"
#include "os/ipc.h"

enum role { ROLE_PRIV, ROLE_CONF, ROLE_CORE, ROLE_CTL, ROLE_KEYS, ROLE_IKE, ROLE_DATA, ROLE_COUNT };

enum message {
    MSG_CONF_FILE,     /* name; descriptor of the file */
    MSG_CONF_RUN,      /* no more files: read them */
    MSG_CONF_LINE,     /* severity, then a finding in words */
    MSG_CONF_SECRETS,  /* IPsec is configured: descriptor of the document with its secrets */
    MSG_CONF_KERNEL,   /* where the text asks for the kernel's IPsec: can that be? */
    MSG_CONF_TUNNELS,  /* struct workers_wish; descriptor of the document without any secret: for
                          ike and data */
    MSG_CONF_DOCUMENT, /* the files passed: descriptor of the document without keys of IPsec */
    MSG_CONF_REFUSED,  /* they did not */

    MSG_CORE_CONFIG,   /* descriptor of the document */
    MSG_CORE_LISTENER, /* family; descriptor */
    MSG_CORE_WRITTEN,  /* answer to MSG_PRIV_WRITE: number of writes, then those that failed */
    MSG_CORE_STOP,
    MSG_CORE_CTL,      /* descriptor of a channel to ctl, which was started again */

    MSG_PRIV_LINE,     /* severity, then a finding about the configuration */
    MSG_PRIV_CONFIGURED, /* whether the configuration is in force */
    MSG_PRIV_LISTEN,   /* on or off */
    MSG_PRIV_WRITE,    /* a batch of writes to the kernel */
    MSG_PRIV_NAT,      /* whether it is the last part, then NAT rules */

    MSG_CTL_QUERY,     /* id, query */
    MSG_CTL_ANSWER,    /* id, result; descriptor of the records */
    MSG_CTL_CLEAR,     /* id, peer, family, what */
    MSG_CTL_CLEARED,   /* id, result */

    MSG_RELOAD,        /* ctl asks priv */
    MSG_RELOAD_LINE,   /* severity, finding */
    MSG_RELOAD_DONE,   /* result */

    /* IPsec: encodings in messages_ipsec.h. */
    MSG_CONF_KEY_FILE, /* whether it is a credential, name of a file that a secret is in */
    MSG_KEYS_FILE,     /* whether it is a credential, name as configured; descriptor */
    MSG_KEYS_CONFIG,   /* descriptor of the document with secrets */
    MSG_KEYS_ASK,      /* sign, verify, mix: a request of the IKE engine */
    MSG_KEYS_ANSWER,
    MSG_KEYS_TRUST,    /* trustpoint, SHA-1 of the public keys of its CAs */
    MSG_KEYS_SUBJECT,  /* key, subject (DER) of the certificate that belongs to it */

    MSG_IKE_CONFIG,    /* descriptor of the document */
    MSG_IKE_SOCKET,    /* enum ipsec_socket, family; descriptor */
    MSG_IKE_CTL,       /* descriptor of a channel to ctl */
    MSG_IKE_STOP,      /* delete the SAs, then end */
    MSG_IKE_KEY_LOG,   /* enum key_log_file; descriptor */
    MSG_IKE_WORKER,    /* number of a worker of data that started again; descriptor to it */
    MSG_CTL_IKE,       /* descriptor of a channel to ike */
    MSG_CTL_SERVE,     /* all channels are there: operators may be heard */
    MSG_IKE_QUERY,     /* id, connection */
    MSG_IKE_ANSWER,    /* id, result; descriptor of the records */
    MSG_IKE_ORDER,     /* id, connection, enum ctl_ike_order */
    MSG_IKE_ORDERED,   /* id, result */
    MSG_IKE_DEBUG,     /* id, enum ike_debug_what, peer: answered by MSG_IKE_ANSWER */

    MSG_DATA_CONFIG,   /* descriptor of the document */
    MSG_DATA_SOCKET,   /* enum ipsec_socket, family; descriptor */
    MSG_DATA_TUN,      /* name, takes UDP super-packets; descriptor of the TUN */
    MSG_DATA_INBOX,    /* number of a worker; descriptor: it reads what others hand over to it; the
                          others write */
    MSG_PRIV_TUN,      /* MTU, name: data asks for a TUN device */
    MSG_PRIV_LOST,     /* name of a tunnel that carries nothing any more */
    MSG_CORE_LOST,     /* the same, passed on */
    MSG_PRIV_BACK,     /* name of a tunnel that carries something again */
    MSG_CORE_BACK,     /* the same, passed on */

    MSG_DATA_XFRM_MONITOR, /* descriptor of what the kernel says of IPsec */
    MSG_DATA_XFRM,     /* enum xfrm_say, and what it says: messages_xfrm.h */
    MSG_PRIV_XFRM,     /* enum xfrm_ask, and what for */

    MSG_CHILD_ADD,     /* struct esp_child, with its keys */
    MSG_CHILD_OUT,     /* id: send with it from now on */
    MSG_CHILD_PATH,    /* id, path */
    MSG_CHILD_REMOVE,  /* id */
    MSG_TUNNEL,        /* connection, up or down */
    MSG_ESP_EVENT,     /* struct esp_event */
    MSG_ESP_COUNTERS,  /* CHILD SA, connection, its struct esp_totals, struct esp_counters of the SA
                          with ages for times */
    MSG_ESP_TRAFFIC,   /* connection: a packet wants into a tunnel that has no SA (the kernel's) */
    MSG_ESP_STRAYS,    /* struct view_ike_worker: what came to a worker and was another's */
    MSG_ESP_TOO_BIG,   /* struct too_big: came to a worker, and may be another's */
    MSG_TOO_BIG,       /* the same, for every worker */
    MSG_COUNT,
};

extern const struct ipc_kind messages[MSG_COUNT];

/* Limits of a batch of writes, its answer, and of what may be on its way. */
enum {
    WRITES_BYTES_MAX = 32 * 1024,
    WRITE_BYTES_MAX = 2048,         /* one write, encoded */
    WRITE_BYTES_MIN = 16,           /* of a route or object */
    BATCHES_MAX = 8,                /* sent to priv and not answered */
    NAT_RULES_MAX = 1024,
    NAT_RULE_BYTES_MAX = 256,       /* one rule, encoded: its interface name is at most 31 long */
    FINDING_MAX = 1024,
    TUNNEL_NAME_MAX = 16,           /* bytes of a tunnel's name */
};
static_assert((int)WRITES_BYTES_MAX / WRITE_BYTES_MIN * (WRITE_BYTES_MIN + 4) <=
                  (int)IPC_MESSAGE_MAX,
              "an answer that names every write of a batch fits");

/* The records of one answer, at most. */
#define ANSWER_BYTES_MAX ((size_t)512 << 20)

/* "priv", "conf", "core", "ctl", "keys", "ike", "data". */
const char *role_name(enum role r);

/* A write to the kernel that priv does for core. */
enum write_kind {
    WRITE_FIB,
    WRITE_ADDRESS,
    WRITE_LINK,
    WRITE_FORWARDING,
    WRITE_VXLAN,
    WRITE_SIZES,
    WRITE_KINDS
};

struct kernel_write {
    enum write_kind kind;
    bool on;
    uint8_t family;
    char interface[32];
    struct prefix address;
    uint32_t mtu; /* SIZES: 0: as it was */
    uint16_t tcp_mss;
    struct node_vxlan vxlan;
    struct fib_op op;
};

/* Appends the write; false on anything malformed. */

/* Appends the write; w->kind says which of its members travel. */
void write_encode(const struct kernel_write *w, struct wr *to);

/* Takes one write off the reader; false: malformed, *ret_write may be partly written. */
must_use bool write_decode(struct rd *from, struct kernel_write *ret_write);

/* NAT rules travel without their places in files; strings end up in the given buffer. */
struct nat_strings {
    char interface[32];
};

/* Appends the rule. */
void nat_rule_encode(const struct config_nat_rule *rule, struct wr *to);

/* Takes one rule off the reader; its strings point into *ret_strings. */
must_use bool nat_rule_decode(struct rd *from, struct config_nat_rule *ret_rule,
                              struct nat_strings *ret_strings);

/* An operator's question; false on anything malformed, and on bytes behind it. */
void query_encode(const struct node_query *q, struct wr *to);
/* The way back. */
must_use bool query_decode(struct rd *from, struct node_query *ret_query);

/* Addresses and prefixes: family (0, 4, 6), length, bytes of the family. */
void put_ip(struct wr *to, const struct ip_addr *a);

/* Appends family, length and the bytes of the whole address. */
void put_prefix(struct wr *to, const struct prefix *p);

/* False: a family that does not exist, or too few bytes. */
must_use bool get_ip(struct rd *from, struct ip_addr *ret_addr);

/* As get_ip(); also false when the length is beyond the family's bits. */
must_use bool get_prefix(struct rd *from, struct prefix *ret_prefix);

/* A byte that is 0 or 1. */
must_use bool get_bool(struct rd *from, bool *ret_v);

/* Text of at most cap - 1 bytes, length first; get is false on NULs inside and on excess. */
void put_text(struct wr *to, const char *s);

/* Fills buf with a text and its NUL. */
must_use bool get_text(struct rd *from, char *buf, size_t cap);

/* Sends a finding (severity and text, cut at FINDING_MAX) as one of the _LINE messages. */
must_use err_t finding_send(struct ipc *to, enum message kind, uint8_t severity, const char *text);

/* The way back; false: an unknown severity or too long. */
must_use bool finding_decode(const struct ipc_message *m, uint8_t *ret_severity,
                             char ret_text[FINDING_MAX]);

#endif
