/* ctl/crypto.h: inside of ctl/: what `show crypto`, `show interface` of a tunnel and `clear crypto`
 * know: tunnels as configured (core), interfaces (core), IKE and CHILD SAs (ike), kept in lists
 * while one command runs, since every layout joins them by the interface's name. Texts are those
 * of IOS 15.6 in both layouts: FRR has none. No view holds a secret, so no output does. */
#ifndef CTL_CRYPTO_H
#define CTL_CRYPTO_H

#include "ctl/render.h"
#include "ike/view.h"

/* A growing list of records of one kind; heap. */
struct crypto_list {
    void *v;
    size_t n, cap, size;
};

struct crypto_facts {
    struct view_sink sink;
    struct crypto_list tunnels, interfaces, sas, children, totals, failures, workers;
    size_t sa_at, child_at, totals_at; /* where the last search ended: all are in one order */
    bool no_memory;
};

/* Records of the lists. */
static inline const struct view_tunnel *crypto_tunnel(const struct crypto_facts *f, size_t i)
{
    return (const struct view_tunnel *)f->tunnels.v + i;
}
static inline const struct view_ike_sa *crypto_sa(const struct crypto_facts *f, size_t i)
{
    return (const struct view_ike_sa *)f->sas.v + i;
}
static inline const struct view_ike_child *crypto_child(const struct crypto_facts *f, size_t i)
{
    return (const struct view_ike_child *)f->children.v + i;
}

static inline const struct view_ike_failure *crypto_failure(const struct crypto_facts *f, size_t i)
{
    return (const struct view_ike_failure *)f->failures.v + i;
}

/* Asks core, then ike. -ENOTCONN: no IPsec runs, the other lists are there; else as the backend.
 * crypto_facts_done() is due in every case. */
must_use err_t crypto_facts_get(struct crypto_facts *f, struct ctl_backend *b);
/* Frees the lists. */
void crypto_facts_done(struct crypto_facts *f);

/* Whether what an operator typed means the interface: the name itself, or as IOS has it, shortened
 * and in any case ("tu13" is Tunnel13). */
bool crypto_names_interface(const char *typed, const char *name);

/* The tunnel that an operator means; NULL: there is none of the name. */
const struct view_tunnel *crypto_tunnel_find(const struct crypto_facts *f, const char *typed);

/* By the exact name of the interface; NULL: it does not exist, or not yet. */
const struct view_interface *crypto_interface_find(const struct crypto_facts *f, const char *name);

/* The interface that has the address; NULL: none. */
const struct view_interface *crypto_interface_with(const struct crypto_facts *f,
                                                   const struct ip_addr *a);

/* The best IKE SA of a tunnel: one that is up before one that is not; NULL: none. */
const struct view_ike_sa *crypto_sa_of(struct crypto_facts *f, const char *name);

/* Why the tunnel is down, as far as an attempt told; NULL: it is up, or none was made. */
const struct view_ike_failure *crypto_failure_of(const struct crypto_facts *f, const char *name);

/* The CHILD SAs of a tunnel follow one another: the first, and how many; 0: none. */
size_t crypto_children_of(struct crypto_facts *f, const char *name, size_t *ret_first);

/* What went through a tunnel so far; NULL: nothing is known of it. */
const struct view_ike_totals *crypto_totals_of(struct crypto_facts *f, const char *name);

/* Whether all CHILD SAs of a tunnel have the selectors of the first: the tunnel's totals are then
 * those of its one flow, as IOS keeps them over rekeys. */
bool crypto_is_one_flow(const struct crypto_facts *f, size_t first, size_t n);

/* The tunnel of an SA's name; NULL: it is not configured any more. */
const struct view_tunnel *crypto_tunnel_of(const struct crypto_facts *f, const char *name);

/* --- names: crypto_words.c */

/* "AES-CBC": as `show crypto ikev2 sa` has it; what follows likewise. */
const char *crypto_encr_name(uint16_t encr);
/* The key length to show: that of the SA, or the one that the algorithm always has. */
uint16_t crypto_encr_bits(uint16_t encr, uint16_t bits);
/* "SHA256": the PRF by its hash. */
const char *crypto_prf_name(uint16_t prf);
/* "SHA96": the integrity algorithm; "None" beside an AEAD. */
const char *crypto_hash_name(uint16_t integ);
/* "PSK", "RSA", "ECDSA", "Certificate": how that side proves itself; t NULL: not configured now. */
const char *crypto_auth_name(const struct view_tunnel *t, bool local, bool is_cert);

/* "esp-256-aes esp-sha256-hmac": as `show crypto ipsec sa` has it. */
void crypto_transform_text(const struct view_ike_child *c, char *ret, size_t cap);

/* The first selector of a text of ike/view.h: "10.0.0.0/8 proto 6 port 179". A range that is no
 * prefix keeps its text as address. */
struct crypto_ident {
    char address[2 * IP_TEXT_MAX], mask[IP_TEXT_MAX];
    unsigned protocol, port;
};
/* The part that `local ident` and `remote ident` show; the family when there is no selector. */
struct crypto_ident crypto_ident_of(enum dialect layout, const char *selectors, uint8_t family);

/* The address as IOS writes it; 0.0.0.0 for none. */
void crypto_ip_text(const struct ip_addr *a, char ret[IP_TEXT_MAX]);

/* "01:02:03", hours without end. */
void crypto_clock_text(uint32_t seconds, char ret[16]);

/* --- layouts */

/* render_crypto_ike.c: all IKE SAs. */
void crypto_put_ike_sas(struct render *r, const struct crypto_facts *f, bool detail);

/* What narrows `show crypto ipsec sa` and `clear crypto`: NULL, IP_NONE: nothing does. */
struct crypto_filter {
    const struct view_tunnel *tunnel;
    struct ip_addr peer;
};
/* Whether the filter lets the tunnel of that name with that peer through. */
bool crypto_filter_takes(const struct crypto_filter *filter, const char *name,
                         const struct ip_addr *peer);

/* render_crypto_ipsec.c: the SAs of each tunnel interface. */
void crypto_put_ipsec_sas(struct render *r, struct crypto_facts *f,
                          const struct crypto_filter *filter);

/* render_crypto_session.c: a session a tunnel. */
void crypto_put_sessions(struct render *r, struct crypto_facts *f, bool detail);
/* "UP-ACTIVE", "UP-IDLE", "DOWN" ...; sa NULL: there is none. */
const char *crypto_session_state(const struct view_tunnel *t, const struct view_ike_sa *sa,
                                 size_t children);
/* Why a tunnel is down whose SAs are up, with the remedy; false: nothing keeps it down. */
bool crypto_held_text(const struct view_tunnel *t, struct text *text);

/* render_workers.c: the data plane's workers, and whose each tunnel is. */
void crypto_put_workers(struct render *r, const struct crypto_facts *f);
/* The same, as the records are. */
void crypto_put_workers_json(struct render *r, const struct crypto_facts *f);

/* render_crypto_tunnel.c: `show interface Tunnel13`. interface NULL: it does not exist. */
void crypto_put_tunnel(struct render *r, struct crypto_facts *f, const struct view_tunnel *t,
                       const struct view_interface *i);

/* render_crypto_json.c: every field of a record as a member, named as the view names it, in
 * camel case. */
void crypto_put_record_json(struct render *r, const char *key, const struct view *v,
                            const void *record);
/* All IKE SAs. */
void crypto_put_ike_sas_json(struct render *r, const struct crypto_facts *f);
/* The CHILD SAs, a tunnel each. */
void crypto_put_ipsec_sas_json(struct render *r, const struct crypto_facts *f,
                               const struct crypto_filter *filter);
/* A session a tunnel. */
void crypto_put_sessions_json(struct render *r, struct crypto_facts *f);
/* What a tunnel interface has beside an interface. */
void crypto_put_tunnel_json(struct render *r, struct crypto_facts *f, const struct view_tunnel *t);

#endif
