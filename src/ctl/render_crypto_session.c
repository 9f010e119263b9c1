/* `show crypto session [detail]`: a session a tunnel that can come up. */
#include <stdio.h>
#include <string.h>

#include "ctl/crypto.h"

const char *crypto_session_state(const struct view_tunnel *t, const struct view_ike_sa *sa,
                                 size_t children)
{
    bool is_up = sa && sa->up;
    if (t->is_held)
        return "DOWN";
    if (children > 0)
        return is_up ? "UP-ACTIVE" : "UP-NO-IKE";
    return is_up ? "UP-IDLE" : sa ? "DOWN-NEGOTIATING" : "DOWN";
}

bool crypto_held_text(const struct view_tunnel *t, struct text *text)
{
    if (!t->is_held)
        return false;
    text_str(text, "recursive routing: the route to its destination ");
    text_ip(text, &t->destination);
    text_str(text, " leads into the tunnel itself; give it one by the outer interface");
    return true;
}

static const char *active_text(const struct view_ike_sa *sa)
{
    return sa->up ? "Active" : "Inactive";
}

static void put_ike(struct render *r, const struct view_ike_sa *sa, size_t number, bool detail)
{
    char local[IP_TEXT_MAX], remote[IP_TEXT_MAX], left[16], capabilities[8] = "";
    crypto_ip_text(&sa->local, local);
    crypto_ip_text(&sa->remote, remote);
    crypto_clock_text(sa->expires_in_s, left);
    render_f(r, "  Session ID: %zu  \n", number);
    render_f(r, "  IKEv2 SA: local %s/%u remote %s/%u %s \n", local, sa->local_port, remote,
             sa->remote_port, active_text(sa));
    if (!detail)
        return;
    struct text t = text_init(capabilities, sizeof(capabilities));
    if (sa->dpd_interval_s)
        text_char(&t, 'D');
    if (sa->nat_here || sa->nat_there)
        text_char(&t, 'N');
    if (sa->fragment_bytes)
        text_char(&t, 'F');
    render_f(r, "          Capabilities:%s connid:%zu lifetime:%s\n",
             capabilities[0] ? capabilities : "(none)", number, left);
}

/* Packets of the flow, over all its SAs (t; NULL: only this one is known); what is left of this. */
static void put_side(struct render *r, const struct view_ike_child *c,
                     const struct view_ike_totals *t, bool in)
{
    uint64_t packets = in ? c->packets_in : c->packets_out;
    uint64_t errors = in ? c->replayed + c->bad_icv + c->dropped : 0;
    if (t) {
        packets = in ? t->packets_in : t->packets_out;
        errors = in ? t->errors_in : t->errors_out;
    }
    char life[32] = "KB Vol Rekey Disabled";
    uint64_t used = in ? c->bytes_in : c->bytes_out;
    if (c->hard_bytes)
        snprintf(life, sizeof(life), "%llu",
                 (unsigned long long)(c->hard_bytes > used ? c->hard_bytes - used : 0) / 1024);
    render_f(r, "        %s #pkts %s'ed %llu drop %llu life (KB/Sec) %s/%u\n",
             in ? "Inbound: " : "Outbound:", in ? "dec" : "enc",
             (unsigned long long)packets, (unsigned long long)errors, life,
             c->expires_in_s);
}

static void put_flow(struct render *r, const struct view_ike_child *c, unsigned sas)
{
    struct crypto_ident local = crypto_ident_of(DIALECT_IOS, c ? c->local_ts : "", IP_V4);
    struct crypto_ident remote = crypto_ident_of(DIALECT_IOS, c ? c->remote_ts : "", IP_V4);
    char protocol[16] = "ip";
    if (local.protocol)
        snprintf(protocol, sizeof(protocol), "%u", local.protocol);
    render_f(r,
             "  IPSEC FLOW: permit %s %s/%s %s/%s \n        Active SAs: %u, origin: crypto map\n",
             protocol, local.address, local.mask, remote.address, remote.mask, sas);
}

static void put_children(struct render *r, struct crypto_facts *f, size_t first, size_t n,
                         bool detail)
{
    unsigned sas = 0;
    const struct view_ike_totals *t =
        crypto_is_one_flow(f, first, n) ? crypto_totals_of(f, crypto_child(f, first)->name) : NULL;
    for (size_t i = first; i < first + n; i++)
        sas += 1 + crypto_child(f, i)->sends;
    for (size_t i = first; i < first + n; i++) {
        const struct view_ike_child *c = crypto_child(f, i);
        bool is_last = i + 1 == first + n;
        if (!c->sends && !is_last)
            continue; /* a rekeyed one that only receives counts with its successor */
        put_flow(r, c, sas);
        if (detail) {
            put_side(r, c, t, true);
            put_side(r, c, t, false);
        }
        if (c->sends)
            sas = 0;
    }
}

/* What IOS leaves to the log: why it is down. */
static void put_why(struct render *r, const struct crypto_facts *f, const struct view_tunnel *t)
{
    const struct view_ike_failure *why = crypto_failure_of(f, t->name);
    char buf[256];
    struct text held = text_init(buf, sizeof(buf));
    if (crypto_held_text(t, &held))
        render_f(r, "Held down: %s [TUN-RECURDOWN]\n", buf);
    if (why)
        render_f(r, "Last failure: %u s ago: %s [%s]\n", why->age_s, why->why, why->id);
}

static void put_session(struct render *r, struct crypto_facts *f, const struct view_tunnel *t,
                        bool detail)
{
    const struct view_ike_sa *sa = crypto_sa_of(f, t->name);
    size_t first = 0, n = crypto_children_of(f, t->name, &first);
    char peer[IP_TEXT_MAX], up_for[16];
    const char *state = crypto_session_state(t, sa, n);
    crypto_ip_text(sa ? &sa->remote : &t->destination, peer);
    render_f(r, "Interface: %s\n", t->name);
    if (sa && sa->up)
        render_f(r, "Profile: %s\n", t->ike_profile);
    if (sa && sa->up && detail) {
        crypto_clock_text(sa->age_s, up_for);
        render_f(r, "Uptime: %s\n", up_for);
    }
    render_f(r, "Session status: %s%s\n", state, sa && sa->up ? "     " : "");
    put_why(r, f, t);
    render_f(r, "Peer: %s port %u %s\n", peer, sa ? sa->remote_port : 500,
             detail ? "fvrf: (none) ivrf: (none)" : "");
    if (detail)
        render_f(r, "      Phase1_id: %s\n      Desc: (none)\n",
                 sa && sa->remote_id[0] ? sa->remote_id : "(none)");
    if (sa)
        put_ike(r, sa, (size_t)(sa - crypto_sa(f, 0)) + 1, detail);
    if (n > 0)
        put_children(r, f, first, n, detail);
    else
        put_flow(r, NULL, 0);
    render_str(r, "\n");
}

void crypto_put_sessions(struct render *r, struct crypto_facts *f, bool detail)
{
    render_str(r, "Crypto session current status\n\n");
    if (detail)
        render_str(r, "Code: C - IKE Configuration mode, D - Dead Peer Detection     \n"
                      "K - Keepalives, N - NAT-traversal, T - cTCP encapsulation     \n"
                      "X - IKE Extended Authentication, F - IKE Fragmentation\n"
                      "R - IKE Auto Reconnect, U - IKE Dynamic Route Update\n\n");
    for (size_t i = 0; i < f->tunnels.n && !r->failed; i++)
        if (crypto_tunnel(f, i)->is_ready)
            put_session(r, f, crypto_tunnel(f, i), detail);
}
