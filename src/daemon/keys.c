/* keys: the process that holds pre-shared keys and private keys. ike asks it to sign, to verify, to
 * mix in a post-quantum key; a key never leaves. No network, no file: what stands in files comes as
 * descriptors from priv, before the configuration that names it. One thread, one loop. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/list.h"
#include "base/mem.h"
#include "config/parse.h"
#include "crypto/random.h"
#include "crypto/secret.h"
#include "daemon/channel.h"
#include "daemon/document.h"
#include "daemon/messages_ipsec.h"
#include "daemon/roles.h"
#include "ike/keymat.h"
#include "node/ipsec_build.h"

enum { RANK_PRIV = 1, RANK_IKE, FILE_BYTES_MAX = 64 * 1024 };

/* What a file holds that a secret refers to, until the configuration is read. */
struct key_file {
    struct link link;
    bool is_credential; /* of systemd's directory; else a path: the same name may be both */
    char name[KEY_FILE_NAME_MAX];
    size_t len;
    uint8_t *bytes; /* FILE_BYTES_MAX */
};

/* All that is known under one name. */
struct key_ring {
    struct link link;
    char name[NAME_BYTES_MAX];
    bool has_local, has_remote, has_ppk;
    struct secret psk_local, psk_remote, ppk;
    struct crypto_key *key;
    struct crypto_cert *chain[CRYPTO_CHAIN_MAX], *trusted[TRUSTED_MAX];
    size_t n_chain, n_trusted;
};

struct keys {
    const struct options *options;
    struct log log;
    struct loop *loop;
    struct channel priv, ike;
    struct link files, rings;
    bool done;
    int status;
};

/* ---- what is held -----------------------------------------------------------------------------
 */

static void drop_files(struct keys *k)
{
    LIST_EACH_SAFE (it, tmp, &k->files) {
        struct key_file *f = LIST_ENTRY(it, struct key_file, link);
        list_remove(&f->link);
        secret_wipe_bytes(f->bytes, FILE_BYTES_MAX);
        mem_free(MEM_BUFFER, f->bytes, FILE_BYTES_MAX);
        mem_free(MEM_BUFFER, f, sizeof(*f));
    }
}

static void drop_rings(struct link *rings)
{
    LIST_EACH_SAFE (it, tmp, rings) {
        struct key_ring *r = LIST_ENTRY(it, struct key_ring, link);
        list_remove(&r->link);
        crypto_key_free(r->key);
        for (size_t i = 0; i < r->n_chain; i++)
            crypto_cert_free(r->chain[i]);
        for (size_t i = 0; i < r->n_trusted; i++)
            crypto_cert_free(r->trusted[i]);
        secret_wipe_bytes(r, sizeof(*r));
        mem_free(MEM_NODE, r, sizeof(*r));
    }
}

static const struct key_file *file_of(const struct keys *k, const struct config_secret *s)
{
    LIST_EACH (it, &k->files) {
        const struct key_file *f = LIST_ENTRY(it, struct key_file, link);
        if (f->is_credential == (s->kind == SECRET_CREDENTIAL) && strcmp(f->name, s->value) == 0)
            return f;
    }
    return NULL;
}

static bool take_file(struct keys *k, const struct ipc_message *m)
{
    struct rd r = rd_init(m->bytes, m->len);
    struct key_file *f = mem_alloc(MEM_BUFFER, sizeof(*f));
    uint8_t *bytes = mem_alloc(MEM_BUFFER, FILE_BYTES_MAX);
    bool fine = f && bytes && get_bool(&r, &f->is_credential) &&
                get_text(&r, f->name, sizeof(f->name)) && rd_is_done(&r);
    ssize_t n = fine ? pread(m->fd, bytes, FILE_BYTES_MAX, 0) : -1;
    close(m->fd);
    if (n < 0) {
        mem_free(MEM_BUFFER, f, f ? sizeof(*f) : 0);
        mem_free(MEM_BUFFER, bytes, bytes ? FILE_BYTES_MAX : 0);
        return fine; /* an unreadable file: the secret that names it is missed below */
    }
    f->bytes = bytes;
    f->len = (size_t)n;
    list_append(&k->files, &f->link);
    return true;
}

/* ---- from the configuration -------------------------------------------------------------------
 */

/* A key as text ends with its line. */
static size_t without_newline(const uint8_t *bytes, size_t n)
{
    while (n && (bytes[n - 1] == '\n' || bytes[n - 1] == '\r'))
        n--;
    return n;
}

static bool from_hex(const char *text, struct secret *ret)
{
    size_t n = strlen(text);
    struct secret s = { .len = (uint16_t)(n / 2) };
    if (n % 2 || n / 2 > SECRET_MAX)
        return false;
    for (size_t i = 0; i < n; i++) {
        static const char digits[] = "0123456789abcdef";
        const char *at = strchr(digits, text[i] | 0x20);
        if (!at || !*at)
            return false;
        s.bytes[i / 2] = (uint8_t)(s.bytes[i / 2] << 4 | (at - digits));
    }
    *ret = s;
    secret_wipe(&s);
    return true;
}

/* NULL: it is there; else why not. */
static const char *find_psk(const struct keys *k, const struct config_secret *from,
                            struct secret *ret)
{
    const char *text = from->value;
    const struct key_file *f;
    switch (from->kind) {
    case SECRET_TEXT:
        return secret_set(ret, text, strlen(text)) ? NULL : "longer than 256 bytes";
    case SECRET_HEX:
        return from_hex(text, ret) ? NULL : "not pairs of hexadecimal digits, or too many";
    case SECRET_ENV:
        text = getenv(from->value);
        if (!text)
            return "the environment has no such variable";
        return secret_set(ret, text, strlen(text)) ? NULL : "longer than 256 bytes";
    case SECRET_FILE:
    case SECRET_CREDENTIAL:
        f = file_of(k, from);
        if (!f)
            return "the file cannot be read";
        return secret_set(ret, f->bytes, without_newline(f->bytes, f->len))
                   ? NULL
                   : "longer than 256 bytes";
    case SECRET_NONE:
    case SECRET_REMOVED:
        break;
    }
    return "there is none";
}

static const char *find_certs(const struct keys *k, const struct config_secret *from,
                              struct crypto_cert **to, size_t max, size_t *ret_n)
{
    const struct key_file *f = file_of(k, from);
    const char *why = "the file cannot be read";
    if (f)
        *ret_n = crypto_cert_read(f->bytes, f->len, to, max, &why);
    return f && *ret_n ? NULL : why;
}

static const char *find_key(const struct keys *k, const struct config_secret *from,
                            struct crypto_key **ret)
{
    const struct key_file *f = file_of(k, from);
    const char *why = "the file cannot be read";
    *ret = f ? crypto_key_read(f->bytes, f->len, NULL, &why) : NULL;
    return *ret ? NULL : why;
}

static void miss(struct keys *k, const char *name, const char *what, const char *why)
{
    if (why)
        log_line(&k->log, LOG_LEVEL_ERROR, "%s: %s: %s; tunnels that need it stay down", name, what,
                 why);
}

/* It is shown to the peer all the same, whose clock may be another: but it will refuse it. */
static void check_dates(struct keys *k, const struct key_ring *r)
{
    const char *why = r->n_chain ? crypto_cert_dates(r->chain[0], (int64_t)time(NULL)) : NULL;
    if (why)
        log_line(&k->log, LOG_LEVEL_WARNING,
                 "%s: certificate: %s: peers will refuse it [KEY-CERT-DATE]", r->name, why);
}

static void fill_ring(struct keys *k, const struct ipsec_secret *from, struct key_ring *r)
{
    const char *why;
    if (from->psk_local) {
        miss(k, r->name, "pre-shared key (local)",
             why = find_psk(k, from->psk_local, &r->psk_local));
        r->has_local = !why;
    }
    if (from->psk_remote) {
        miss(k, r->name, "pre-shared key (remote)",
             why = find_psk(k, from->psk_remote, &r->psk_remote));
        r->has_remote = !why;
    }
    if (from->ppk) {
        miss(k, r->name, "post-quantum pre-shared key", why = find_psk(k, from->ppk, &r->ppk));
        r->has_ppk = !why;
    }
    if (from->private_key)
        miss(k, r->name, "private key", find_key(k, from->private_key, &r->key));
    if (from->certificate)
        miss(k, r->name, "certificate",
             find_certs(k, from->certificate, r->chain, ARRAY_LEN(r->chain), &r->n_chain));
    check_dates(k, r);
    if (from->ca)
        miss(k, r->name, "certificates of the authority",
             find_certs(k, from->ca, r->trusted, ARRAY_LEN(r->trusted), &r->n_trusted));
    if (r->key && r->n_chain && !crypto_key_fits(r->key, r->chain[0]))
        miss(k, r->name, "private key", "it does not belong to the certificate");
}

/* ike asks the peer for a certificate of one of our authorities (CERTREQ): most send none
 * unasked. */
static void tell_trust(struct keys *k, const struct key_ring *r)
{
    uint8_t bytes[TRUST_BYTES_MAX];
    struct wr w = wr_init(bytes, sizeof(bytes));
    put_text(&w, r->name);
    for (size_t i = 0; i < r->n_trusted; i++) {
        uint8_t hash[20];
        crypto_cert_key_hash(r->trusted[i], hash);
        wr_bytes(&w, hash, sizeof(hash));
    }
    assert(!w.bad);
    channel_send(&k->ike, MSG_KEYS_TRUST, bytes, wr_len(&w), -1);
}

/* `identity local dn`: ike names us by the subject of our certificate, which it does not have. */
static void tell_subject(struct keys *k, const struct key_ring *r)
{
    uint8_t bytes[TRUST_BYTES_MAX];
    struct wr w = wr_init(bytes, sizeof(bytes));
    size_t len;
    const uint8_t *subject = crypto_cert_subject(r->chain[0], &len);
    if (len == 0 || len > IKE_ID_MAX)
        return; /* no name to go by: an identity of another kind has to be configured */
    put_text(&w, r->name);
    wr_bytes(&w, subject, len);
    assert(!w.bad);
    channel_send(&k->ike, MSG_KEYS_SUBJECT, bytes, wr_len(&w), -1);
}

static err_t use_config(void *owner, const struct config *config, struct ipsec_build *built)
{
    struct keys *k = owner;
    (void)config;
    drop_rings(&k->rings);
    for (uint32_t i = 0; i < built->n_secrets; i++) {
        struct key_ring *r = mem_alloc(MEM_NODE, sizeof(*r));
        if (!r)
            return -ENOMEM;
        const char *name = built->secrets[i].name;
        memcpy(r->name, name, MIN(strlen(name), sizeof(r->name) - 1));
        list_append(&k->rings, &r->link);
        fill_ring(k, &built->secrets[i], r);
        if (r->n_trusted)
            tell_trust(k, r);
        if (r->n_chain)
            tell_subject(k, r);
    }
    return 0;
}

static void configure(struct keys *k, int fd)
{
    err_t rc = document_use(fd, use_config, k);
    drop_files(k);
    if (rc != 0)
        log_line(&k->log, LOG_LEVEL_ERROR, "the keys are not all taken over: %s", strerror(-rc));
}

/* ---- requests ---------------------------------------------------------------------------------
 */

static struct key_ring *ring_named(struct keys *k, const char *name)
{
    LIST_EACH (it, &k->rings) {
        struct key_ring *r = LIST_ENTRY(it, struct key_ring, link);
        if (name && strcmp(r->name, name) == 0)
            return r;
    }
    return NULL;
}

static const char *sign(struct key_ring *r, const struct ike_keys_request *q,
                        struct ike_keys_answer *a, struct crypto_signature *out)
{
    if (q->auth == IKE_AUTH_PSK) {
        out->method = CRYPTO_AUTH_PSK;
        if (!r || !r->has_local)
            return "there is no pre-shared key of ours for this peer";
        size_t len;
        if (ike_psk_auth((uint16_t)q->prf, &r->psk_local, q->octets, q->n_octets, out->data,
                         &len) != 0)
            return "libcrypto failed";
        out->len = (uint16_t)len;
        return NULL;
    }
    if (!r || !r->key || r->n_chain == 0)
        return "there is no private key, or no certificate, of ours";
    err_t rc = crypto_sign(r->key, q->peer_hashes, q->octets, q->n_octets, out);
    a->n_certs = (uint8_t)r->n_chain;
    for (size_t i = 0; i < r->n_chain; i++)
        a->certs[i] = crypto_cert_der(r->chain[i], &a->cert_len[i]);
    return rc == 0             ? NULL
           : rc == -EOPNOTSUPP ? "the peer takes no signature that our key can make"
                               : "libcrypto failed";
}

static bool is_in_cert(const struct ike_id *id, const struct crypto_cert *c)
{
    struct ip_addr a;
    const char *text = (const char *)id->bytes;
    switch (id->type) {
    case IKE_ID_FQDN:
        return crypto_cert_has_fqdn(c, text, id->len);
    case IKE_ID_RFC822:
        return crypto_cert_has_email(c, text, id->len);
    case IKE_ID_IPV4:
    case IKE_ID_IPV6:
        a = ip_from_bytes(id->type == IKE_ID_IPV4 ? IP_V4 : IP_V6, id->bytes);
        return id->len == ip_bytes(a.family) && crypto_cert_has_ip(c, &a);
    case IKE_ID_DN:
        return crypto_cert_has_dn(c, id->bytes, id->len);
    case IKE_ID_NONE:
    case IKE_ID_DER_GN:
    case IKE_ID_KEY_ID:
        break;
    }
    return false;
}

static const char *verify_chain(struct key_ring *ca, const struct ike_keys_request *q,
                                struct crypto_cert **chain, size_t n)
{
    const char *why = NULL;
    if (!ca || ca->n_trusted == 0)
        return "there is no certificate authority that we trust";
    if (n == 0)
        return "the peer sent no certificate";
    if (!is_in_cert(q->peer_id, chain[0]))
        return "the certificate does not speak for the identity that the peer claims";
    if (!crypto_chain_verify(chain, n, ca->trusted, ca->n_trusted, (int64_t)time(NULL), &why))
        return why;
    const struct crypto_part data = { q->auth_data, q->auth_len };
    if (!crypto_verify(chain[0], q->method, &data, q->octets, q->n_octets, &why))
        return why;
    return NULL;
}

static const char *verify(struct keys *k, struct key_ring *r, const struct ike_keys_request *q)
{
    if (q->auth == IKE_AUTH_PSK) {
        const struct crypto_part auth = { q->auth_data, q->auth_len };
        if (q->method != CRYPTO_AUTH_PSK)
            return "the peer authenticates by certificate, not by pre-shared key";
        if (!r || !r->has_remote)
            return "there is no pre-shared key of the peer";
        return ike_psk_verify((uint16_t)q->prf, &r->psk_remote, q->octets, q->n_octets, &auth)
                   ? NULL
                   : "the pre-shared keys differ";
    }
    if (q->method == CRYPTO_AUTH_PSK)
        return "the peer authenticates by pre-shared key, not by certificate";
    struct crypto_cert *chain[CRYPTO_CHAIN_MAX];
    size_t n = 0;
    const char *why = NULL;
    while (n < q->n_certs &&
           crypto_cert_read(q->certs[n].p, q->certs[n].n, &chain[n], 1, &why) == 1)
        n++;
    if (n == q->n_certs) /* the reason counts only with a failure */
        why = verify_chain(ring_named(k, q->trustpoint), q, chain, n);
    while (n)
        crypto_cert_free(chain[--n]);
    return why;
}

static const char *mix(struct keys *k, const struct ike_keys_request *q,
                       struct crypto_signature *out)
{
    struct key_ring *r = ring_named(k, q->ppk_id);
    if (!r || !r->has_ppk)
        return "there is no post-quantum pre-shared key of this name";
    if (q->sk_len > 3 * CRYPTO_HASH_MAX)
        return "the keys are longer than any";
    memcpy(out->data, q->sk, q->sk_len);
    out->len = (uint16_t)q->sk_len;
    return ike_ppk_mix((uint16_t)q->prf, &r->ppk, out->data, q->sk_len) == 0 ? NULL
                                                                             : "libcrypto failed";
}

static void reply(struct keys *k, const struct ike_keys_answer *a)
{
    uint8_t *bytes = mem_alloc(MEM_BUFFER, IPC_MESSAGE_MAX);
    if (!bytes)
        return; /* ike's exchange runs into its time limit */
    struct wr w = wr_init(bytes, IPC_MESSAGE_MAX);
    answer_encode(a, &w);
    if (!w.bad)
        channel_send(&k->ike, MSG_KEYS_ANSWER, bytes, wr_len(&w), -1);
    secret_wipe_bytes(bytes, wr_len(&w));
    mem_free(MEM_BUFFER, bytes, IPC_MESSAGE_MAX);
}

static bool ike_message(void *owner, const struct ipc_message *m)
{
    struct keys *k = owner;
    struct rd in = rd_init(m->bytes, m->len);
    struct ike_keys_request q;
    struct ask_strings strings;
    if (m->kind != MSG_KEYS_ASK || !ask_decode(&in, &q, &strings))
        return false;
    struct ike_keys_answer a = { .request = q.request };
    struct crypto_signature out = { 0 };
    struct key_ring *r = ring_named(k, q.key);
    switch (q.kind) {
    case IKE_KEYS_SIGN:
        a.why = sign(r, &q, &a, &out);
        break;
    case IKE_KEYS_VERIFY:
        a.why = verify(k, r, &q);
        break;
    case IKE_KEYS_PPK:
        a.why = mix(k, &q, &out);
        break;
    }
    a.ok = a.why == NULL;
    a.method = out.method;
    a.data = out.data;
    a.len = a.ok ? out.len : 0;
    reply(k, &a);
    secret_wipe_bytes(&out, sizeof(out));
    return true;
}

static bool priv_message(void *owner, const struct ipc_message *m)
{
    struct keys *k = owner;
    if (m->kind == MSG_KEYS_FILE)
        return take_file(k, m);
    if (m->kind != MSG_KEYS_CONFIG)
        return false;
    configure(k, m->fd);
    return true;
}

static void peer_ended(void *owner, struct channel *c, err_t why)
{
    struct keys *k = owner;
    if (why != -EPIPE)
        log_line(&k->log, LOG_LEVEL_ERROR, "%s broke the rules of its channel: ending",
                 c == &k->priv ? "priv" : "ike");
    k->status = EXIT_PEER;
    k->done = true;
}

/* ---- start and end ----------------------------------------------------------------------------
 */

static err_t set_up(struct keys *k)
{
    k->loop = loop_new();
    if (!k->loop)
        return -ENOMEM;
    k->priv = (struct channel){ .owner = k, .message = priv_message, .ended = peer_ended };
    k->ike = (struct channel){
        .owner = k, .message = ike_message, .ended = peer_ended, .answers_first = true
    };
    err_t rc = channel_open(&k->priv, k->loop, ROLE_FD_PRIV, ROLE_KEYS, ROLE_PRIV, RANK_PRIV);
    if (rc == 0)
        rc = channel_open(&k->ike, k->loop, ROLE_FD_IKE, ROLE_KEYS, ROLE_IKE, RANK_IKE);
    return rc;
}

int keys_main(const struct options *o)
{
    struct keys k = { .options = o, .status = EXIT_PEER };
    list_init(&k.files);
    list_init(&k.rings);
    /* libcrypto's look at a certificate's dates has libc read /etc/localtime: the sandbox has no
     * files, and all our times are UTC. */
    setenv("TZ", "UTC0", 1);
    tzset();
    err_t rc = crypto_start();
    if (!role_enter(o, SANDBOX_KEYS, &k.log))
        return EXIT_SANDBOX;
    if (rc == 0)
        rc = set_up(&k);
    if (rc != 0)
        log_line(&k.log, LOG_LEVEL_ERROR, "%s: ending", strerror(-rc));
    while (rc == 0 && !k.done)
        loop_turn(k.loop, NS_NEVER);
    channel_done(&k.ike);
    channel_done(&k.priv);
    drop_files(&k);
    drop_rings(&k.rings);
    loop_free(k.loop);
    return k.status;
}
