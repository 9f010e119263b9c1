#include "ike/explain.h"

#include <errno.h>

#include "crypto/sign.h"
#include "ike/identity.h"

/* Above this an IP packet of most paths is split, and many a firewall drops the second piece. */
enum { FRAGMENT_SUSPECT_BYTES = 1280 };

/* A diag being filled. */
struct words {
    const struct ike_failure *f;
    struct diag *d;
    struct text what, expected, remedy;
};

typedef void words_fn(struct words *w);

static void say_peer(struct text *t, const struct ike_failure *f)
{
    text_ip(t, &f->path.remote);
    if (f->path.remote_port) {
        text_str(t, " port ");
        text_u64(t, f->path.remote_port);
    }
}

static void say_tries(struct text *t, const struct ike_failure *f)
{
    if (f->tries == 0)
        return;
    text_str(t, " (");
    text_u64(t, f->tries);
    text_str(t, f->tries == 1 ? " try" : " tries");
    if (f->seconds) {
        text_str(t, " in ");
        text_u64(t, f->seconds);
        text_str(t, " s");
    }
    text_char(t, ')');
}

/* What a diag of another module found goes through, with our remedy where it has none. */
static void take_detail(struct words *w)
{
    const struct diag *d = w->f->detail;
    if (!d)
        return;
    text_str(&w->what, d->what);
    text_str(&w->expected, d->expected);
    text_str(&w->remedy, d->remedy);
}

/* --- silence ---------------------------------------------------------------------------------- */

static void no_answer(struct words *w)
{
    DIAG_SET(w->d->id, "IKE-NO-ANSWER");
    text_str(&w->what, w->f->goes_on ? "no answer yet to IKE_SA_INIT from "
                                     : "no answer to IKE_SA_INIT from ");
    say_peer(&w->what, w->f);
    say_tries(&w->what, w->f);
    text_str(&w->expected, "an IKEv2 peer that answers on UDP 500, or 4500");
    text_str(&w->remedy, "is the address right, does the peer run IKEv2 and expect us (");
    text_ip(&w->remedy, &w->f->path.local);
    text_str(&w->remedy, "), is UDP 500 and 4500 open both ways? A peer that finds no matching "
                         "connection may stay silent");
}

static void no_auth_answer(struct words *w)
{
    const struct ike_failure *f = w->f;
    bool nat = f->nat_here || f->nat_there || f->path.remote_port == IKE_PORT_NAT;
    DIAG_SET(w->d->id, "IKE-NO-AUTH-ANSWER");
    say_peer(&w->what, f);
    text_str(&w->what, " answered IKE_SA_INIT, but not IKE_AUTH");
    if (f->goes_on)
        text_str(&w->what, " yet");
    say_tries(&w->what, f);
    if (f->longest_datagram) {
        text_str(&w->what, ", whose longest packet has ");
        text_u64(&w->what, f->longest_datagram);
        text_str(&w->what, " bytes");
    }
    if (nat)
        text_str(&w->what, f->nat_here ? "; a NAT is before us" : "; it goes over UDP 4500");
    if (f->longest_datagram > FRAGMENT_SUSPECT_BYTES && !f->fragmentation) {
        text_str(&w->remedy, "packets that large are split by IP and often dropped: switch IKE "
                             "fragmentation on at both ends (`crypto ikev2 fragmentation`)");
    } else if (nat) {
        text_str(&w->remedy, "after a NAT was found IKE goes on over UDP 4500: open it both ways, "
                             "on every firewall between");
    } else {
        text_str(&w->remedy, "the peer may drop what it cannot authenticate: compare the "
                             "pre-shared key and identities, look at its log");
    }
}

static void no_later_answer(struct words *w)
{
    DIAG_SET(w->d->id, "IKE-PEER-SILENT");
    say_peer(&w->what, w->f);
    text_str(&w->what, " answers no more");
    say_tries(&w->what, w->f);
    text_str(&w->remedy, "the path or the peer is down; the tunnel is set up again on its own "
                         "unless the peer has to start");
}

/* ICMP says so, which anybody can forge: a word, and the tries go on. */
static void port_closed(struct words *w)
{
    DIAG_SET(w->d->id, "IKE-PORT-CLOSED");
    text_str(&w->what, "nothing listens at ");
    say_peer(&w->what, w->f);
    text_str(&w->what, ": its host, or a firewall before it, says so by ICMP");
    text_str(&w->remedy, "is the address right, and does IKE run there (UDP 500 and 4500)?");
}

static void send_failed(struct words *w)
{
    if (w->f->send_error == -ECONNREFUSED) {
        port_closed(w);
        return;
    }
    DIAG_SET(w->d->id, "IKE-SEND");
    text_str(&w->what, "our own system does not send to ");
    say_peer(&w->what, w->f);
    switch (w->f->send_error) {
    case -ENETUNREACH:
    case -EHOSTUNREACH:
        text_str(&w->what, ": there is no route to it");
        text_str(&w->remedy, "a route outside of the tunnel has to lead to the peer");
        break;
    case -EADDRNOTAVAIL:
        text_str(&w->what, ": the local address is not there: ");
        text_ip(&w->what, &w->f->path.local);
        text_str(&w->remedy, "is `tunnel source` an address of an interface that is up?");
        break;
    case -EMSGSIZE:
        text_str(&w->what, ": the packet is longer than the path takes");
        text_str(&w->remedy, "`crypto ikev2 fragmentation mtu` lower than the path's MTU");
        break;
    case -EPERM:
    case -EACCES:
        text_str(&w->what, ": a firewall of this machine forbids it");
        text_str(&w->remedy, "allow UDP 500 and 4500 out");
        break;
    default:
        text_str(&w->what, ": error ");
        text_i64(&w->what, w->f->send_error);
    }
}

/* --- proposals and groups --------------------------------------------------------------------- */

static void we_chose_nothing(struct words *w)
{
    DIAG_SET(w->d->id, w->f->child ? "IKE-NO-CHILD-PROPOSAL" : "IKE-NO-PROPOSAL");
    take_detail(w);
}

static void peer_chose_nothing(struct words *w)
{
    const struct ike_failure *f = w->f;
    DIAG_SET(w->d->id, f->child ? "IKE-NO-CHILD-PROPOSAL" : "IKE-NO-PROPOSAL");
    text_str(&w->what, "the peer takes none of our ");
    text_str(&w->what, f->child ? "ESP proposals" : "IKE proposals");
    if (f->wish) {
        text_str(&w->what, ": ");
        text_ike_wish(&w->what, f->wish);
    }
    text_str(&w->expected, "what is configured at the peer, which it does not tell");
    if (f->child && f->wish && !f->wish->without_dh && ike_wish_group(f->wish) == 0)
        text_str(&w->remedy, "most often PFS: `set pfs` with the peer's group, in the crypto "
                             "ipsec profile");
    else if (f->child && f->wish && !f->wish->without_dh)
        text_str(&w->remedy, "most often PFS: the peer's group, or `no set pfs`; or its ESP "
                             "encryption and integrity in the transform-set");
    else if (f->child)
        text_str(&w->remedy, "set encryption and integrity of the transform-set as the peer's "
                             "(Azure: GCM-256, or AES-256 with SHA1 or SHA256)");
    else
        text_str(&w->remedy, "set encryption, integrity, PRF and group as the peer's (Azure's "
                             "default knows group 2 alone)");
}

static void bad_choice(struct words *w)
{
    DIAG_SET(w->d->id, "IKE-BAD-CHOICE");
    take_detail(w);
}

static void group(struct words *w)
{
    const struct ike_failure *f = w->f;
    const struct ike_transform t = { .type = IKE_T_DH, .id = f->group };
    DIAG_SET(w->d->id, "IKE-GROUP");
    text_str(&w->what, "the peer wants Diffie-Hellman group ");
    text_u64(&w->what, f->group);
    text_str(&w->what, " (");
    text_ike_transform(&w->what, &t);
    text_str(&w->what, f->wish && ike_wish_has_group(f->wish, f->group)
                           ? "), and refuses it when it gets it"
                           : "), which we do not offer");
    if (f->wish) {
        text_str(&w->expected, "one of ");
        text_ike_wish(&w->expected, f->wish);
    }
    if (!crypto_group_alg(f->group)) {
        text_str(&w->remedy, "we cannot do this group: give the peer 14, 19, 20 or 31");
    } else {
        text_str(&w->remedy, f->child ? "`set pfs group" : "`group ");
        text_u64(&w->remedy, f->group);
        text_str(&w->remedy, f->child ? "` in the crypto ipsec profile, or give the peer ours"
                                      : "` in the crypto ikev2 proposal, or give the peer ours");
    }
}

/* --- authentication --------------------------------------------------------------------------- */

static bool has_id(const struct ike_id *id)
{
    return id && id->type != IKE_ID_NONE;
}

static void say_id(struct text *t, const char *before, const struct ike_id *id)
{
    if (!has_id(id))
        return;
    text_str(t, before);
    text_str(t, ike_id_type_name(id->type));
    text_char(t, ' ');
    text_ike_id(t, id);
}

static bool by_psk(const struct ike_failure *f, bool local)
{
    const struct ike_connection *c = f->connection;
    return !c || (local ? c->local_auth : c->remote_auth) == IKE_AUTH_PSK;
}

static void peer_refused_auth(struct words *w)
{
    const struct ike_failure *f = w->f;
    DIAG_SET(w->d->id, "IKE-AUTH-REFUSED");
    text_str(&w->what, "the peer refuses our authentication (AUTHENTICATION_FAILED)");
    say_id(&w->what, "; we said we are ", f->local_id);
    if (by_psk(f, true)) {
        text_str(&w->remedy, "compare the pre-shared key (blanks and line ends too), and whether "
                             "the peer expects us by that identity (`identity local`)");
        if (f->nat_here)
            text_str(&w->remedy, "; behind a NAT it may want our public address");
    } else {
        text_str(&w->remedy, "does the peer trust our certificate's CA, and is our identity in "
                             "the certificate?");
    }
}

static void auth_wrong(struct words *w)
{
    const struct ike_failure *f = w->f;
    bool psk = f->peer_auth == CRYPTO_AUTH_PSK || (f->peer_auth == 0 && by_psk(f, false));
    bool configured_psk = by_psk(f, false);
    DIAG_SET(w->d->id, psk && configured_psk ? "IKE-PSK" : "IKE-AUTH-WRONG");
    if (f->peer_auth && psk != configured_psk) {
        text_str(&w->what, psk ? "the peer authenticates by pre-shared key, we want a certificate"
                               : "the peer authenticates by certificate, we want a pre-shared key");
        text_str(&w->remedy, "`authentication remote` has to say what the peer does");
        return;
    }
    text_str(&w->what, psk ? "the peer has another pre-shared key than we"
                           : "the peer's signature or certificate is not acceptable");
    if (f->keys_why) {
        text_str(&w->what, ": ");
        text_str(&w->what, f->keys_why);
    }
    say_id(&w->what, "; it is ", f->remote_id);
    text_str(&w->remedy, psk ? "set the same key at both ends (`pre-shared-key` of the keyring); "
                               "look for blanks, quotes and line ends"
                             : "the trustpoint has to hold the CA of the peer's certificate, and "
                               "both clocks have to be right");
}

static void id_wrong(struct words *w)
{
    const struct ike_failure *f = w->f;
    DIAG_SET(w->d->id, "IKE-IDENTITY");
    text_str(&w->what, "the peer is not who it should be:");
    say_id(&w->what, " it says it is ", f->remote_id);
    if (f->connection && has_id(&f->connection->remote_id)) {
        say_id(&w->expected, "", &f->connection->remote_id);
    } else if (f->connection) {
        text_str(&w->expected, "its address ");
        text_ip(&w->expected, &f->connection->remote);
    }
    if (has_id(f->remote_id)) {
        text_str(&w->remedy, "`match identity remote ");
        text_str(&w->remedy, ike_id_type_name(f->remote_id->type));
        text_char(&w->remedy, ' ');
        text_ike_id(&w->remedy, f->remote_id);
        text_str(&w->remedy, "`, or change the peer's identity");
    }
    if (f->nat_there)
        text_str(&w->remedy, "; it is behind a NAT and may say its private address");
}

static void no_key(struct words *w)
{
    DIAG_SET(w->d->id, "IKE-NO-KEY");
    text_str(&w->what, "there is no key to authenticate with");
    if (w->f->keys_why) {
        text_str(&w->what, ": ");
        text_str(&w->what, w->f->keys_why);
    }
    text_str(&w->remedy, "a keyring with this peer's address or identity and a `pre-shared-key`, "
                         "or a trustpoint with our key and certificate");
}

static void ppk(struct words *w)
{
    bool ours = w->f->connection && w->f->connection->ppk_required;
    DIAG_SET(w->d->id, "IKE-PPK");
    text_str(&w->what, ours ? "a post-quantum pre-shared key is required here, and the peer uses "
                              "none, or not the same"
                            : "the peer's post-quantum pre-shared key is not ours");
    text_str(&w->remedy, "the same `ppk` identity and key at both ends, or not required");
}

/* --- the rest --------------------------------------------------------------------------------- */

static void we_refused_ts(struct words *w)
{
    DIAG_SET(w->d->id, "IKE-TS");
    take_detail(w);
}

static void peer_refused_ts(struct words *w)
{
    const struct ike_connection *c = w->f->connection;
    DIAG_SET(w->d->id, "IKE-TS");
    text_str(&w->what, "the peer takes none of our traffic selectors (TS_UNACCEPTABLE)");
    const struct ike_lists *l = c ? c->lists : NULL;
    if (l && l->n_local_ts > 0 && l->n_remote_ts > 0) {
        text_str(&w->what, ": from ");
        text_ike_selectors(&w->what, l->local_ts, l->n_local_ts);
        text_str(&w->what, " to ");
        text_ike_selectors(&w->what, l->remote_ts, l->n_remote_ts);
    }
    text_str(&w->remedy, "route-based at both ends (any to any), or the peer's networks mirrored "
                         "here: what is local there is remote here");
}

static void no_connection(struct words *w)
{
    DIAG_SET(w->d->id, "IKE-UNKNOWN-PEER");
    text_str(&w->what, "nothing is configured for ");
    say_peer(&w->what, w->f);
    say_id(&w->what, ", which says it is ", w->f->remote_id);
    text_str(&w->what, ", at our address ");
    text_ip(&w->what, &w->f->path.local);
    text_str(&w->remedy, "a tunnel with this destination and source, or a profile that matches "
                         "the identity; if it is no peer of ours, nothing");
}

static void peer_error(struct words *w)
{
    const struct ike_failure *f = w->f;
    DIAG_SET(w->d->id, "IKE-PEER-ERROR");
    text_str(&w->what, "the peer refuses: ");
    text_ike_notify(&w->what, f->notify);
    switch (f->notify) {
    case IKE_N_NO_ADDITIONAL_SAS:
        text_str(&w->remedy, "it takes one tunnel an IKE SA: the IKE SA is set up anew");
        break;
    case IKE_N_TEMPORARY_FAILURE:
        text_str(&w->remedy, "it is busy with another exchange; we try again");
        break;
    case IKE_N_SINGLE_PAIR_REQUIRED:
        text_str(&w->remedy, "it takes one pair of networks a tunnel: one selector on each side");
        break;
    case IKE_N_FAILED_CP_REQUIRED:
    case IKE_N_INTERNAL_ADDRESS_FAILURE:
        text_str(&w->remedy, "it treats us as a remote-access client: make it site-to-site there");
        break;
    case IKE_N_INVALID_SYNTAX:
    case IKE_N_UNSUPPORTED_CRITICAL_PAYLOAD:
        text_str(&w->remedy, "it cannot read what we sent: its log says more; with a wrong "
                             "pre-shared key some peers say this too");
        break;
    default:
        text_str(&w->remedy, "the peer's log says more");
    }
}

static void syntax(struct words *w)
{
    DIAG_SET(w->d->id, "IKE-SYNTAX");
    text_str(&w->what, "a packet from ");
    say_peer(&w->what, w->f);
    text_str(&w->what, " cannot be read: ");
    take_detail(w);
}

static void peer_deleted(struct words *w)
{
    DIAG_SET(w->d->id, "IKE-DELETED");
    text_str(&w->what,
             w->f->child ? "the peer deleted the tunnel's SA" : "the peer deleted the IKE SA");
    if (w->f->connection && w->f->connection->start == IKE_START_NEVER)
        text_str(&w->remedy, "we only answer here: the peer has to start");
}

static void ikev1(struct words *w)
{
    DIAG_SET(w->d->id, "IKE-V1");
    say_peer(&w->what, w->f);
    text_str(&w->what, " speaks IKEv1, which is refused");
    text_str(&w->expected, "IKEv2");
    text_str(&w->remedy, "set the peer's connection to IKEv2 (Azure: connection protocol; AWS: "
                         "IKE versions of the tunnel)");
}

void ike_explain(const struct ike_failure *f, struct diag *ret_diag)
{
    static words_fn *const say[] = {
        [IKE_WHY_NO_ANSWER] = no_answer,
        [IKE_WHY_NO_AUTH_ANSWER] = no_auth_answer,
        [IKE_WHY_NO_LATER_ANSWER] = no_later_answer,
        [IKE_WHY_SEND_FAILED] = send_failed,
        [IKE_WHY_WE_CHOSE_NOTHING] = we_chose_nothing,
        [IKE_WHY_PEER_CHOSE_NOTHING] = peer_chose_nothing,
        [IKE_WHY_BAD_CHOICE] = bad_choice,
        [IKE_WHY_GROUP] = group,
        [IKE_WHY_PEER_REFUSED_AUTH] = peer_refused_auth,
        [IKE_WHY_AUTH_WRONG] = auth_wrong,
        [IKE_WHY_ID_WRONG] = id_wrong,
        [IKE_WHY_NO_KEY] = no_key,
        [IKE_WHY_PPK] = ppk,
        [IKE_WHY_WE_REFUSED_TS] = we_refused_ts,
        [IKE_WHY_PEER_REFUSED_TS] = peer_refused_ts,
        [IKE_WHY_NO_CONNECTION] = no_connection,
        [IKE_WHY_PEER_ERROR] = peer_error,
        [IKE_WHY_SYNTAX] = syntax,
        [IKE_WHY_PEER_DELETED] = peer_deleted,
        [IKE_WHY_IKEV1] = ikev1,
    };
    assert((size_t)f->why < ARRAY_LEN(say));
    bool may_mend = f->goes_on || f->why == IKE_WHY_PEER_DELETED;
    *ret_diag = (struct diag){ .severity = may_mend ? DIAG_WARNING : DIAG_ERROR };
    struct text file = text_init(ret_diag->file, sizeof(ret_diag->file));
    if (f->connection && f->connection->name) {
        text_str(&file, f->connection->name);
    } else {
        text_str(&file, "peer ");
        text_ip(&file, &f->path.remote);
    }
    struct words w = { .f = f, .d = ret_diag };
    w.what = text_init(ret_diag->what, sizeof(ret_diag->what));
    w.expected = text_init(ret_diag->expected, sizeof(ret_diag->expected));
    w.remedy = text_init(ret_diag->remedy, sizeof(ret_diag->remedy));
    say[f->why](&w);
}
