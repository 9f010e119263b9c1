/* What the commands of IPsec run. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ctl/commands.h"
#include "ctl/crypto.h"

static const char no_ipsec[] =
    "no IPsec runs here: the configuration has no tunnel that can come up";

/* Says why there is nothing to show; the exit status 1. */
static int failed(struct call *c, err_t why)
{
    if (why == -ENOENT) {
        render_f(c->r, "%% There is no SA that is up\n");
        return 1;
    }
    if (why != -ENOTCONN)
        return run_failed(c, why);
    if (c->json) {
        json_open(c->r, NULL, '{');
        json_text(c->r, "error", no_ipsec);
        json_end(c->r);
    } else {
        render_f(c->r, "%% %s\n", no_ipsec);
    }
    return 1;
}

static int no_interface(struct call *c)
{
    if (c->json) {
        json_open(c->r, NULL, '{');
        json_text(c->r, "error", "no such tunnel interface");
        json_end(c->r);
    } else {
        render_f(c->r, "%% There is no tunnel interface %s\n", c->name);
    }
    return 1;
}

/* What the operator narrowed the command to; false: there is no such tunnel. */
static bool filter_of(const struct call *c, const struct crypto_facts *f,
                      struct crypto_filter *ret_filter)
{
    *ret_filter = (struct crypto_filter){ .peer = c->peer };
    if (c->name[0])
        ret_filter->tunnel = crypto_tunnel_find(f, c->name);
    return !c->name[0] || ret_filter->tunnel;
}

static void put(struct call *c, struct crypto_facts *f, const struct crypto_filter *filter)
{
    struct render *r = c->r;
    switch ((enum crypto_show)c->row->kind) {
    case CRYPTO_SHOW_IKE:
        if (c->json)
            crypto_put_ike_sas_json(r, f);
        else
            crypto_put_ike_sas(r, f, c->row->detail);
        break;
    case CRYPTO_SHOW_IPSEC:
        if (c->json)
            crypto_put_ipsec_sas_json(r, f, filter);
        else
            crypto_put_ipsec_sas(r, f, filter);
        break;
    case CRYPTO_SHOW_SESSION:
        if (c->json)
            crypto_put_sessions_json(r, f);
        else
            crypto_put_sessions(r, f, c->row->detail);
        break;
    case CRYPTO_SHOW_WORKERS:
        if (c->json)
            crypto_put_workers_json(r, f);
        else
            crypto_put_workers(r, f);
        break;
    }
}

int run_crypto(struct call *c)
{
    struct crypto_facts f;
    struct crypto_filter filter;
    int status = 0;
    err_t err = crypto_facts_get(&f, c->backend);
    if (err) {
        status = failed(c, err);
    } else if (!filter_of(c, &f, &filter)) {
        status = no_interface(c);
    } else {
        if (c->json)
            json_open(c->r, NULL, '{');
        put(c, &f, &filter);
        if (c->json)
            json_end(c->r);
    }
    crypto_facts_done(&f);
    return status;
}

static err_t order(struct call *c, uint32_t connection)
{
    return c->backend->ike_order(c->backend, connection, (enum ctl_ike_order)c->row->kind);
}

/* Every connection with an SA that the filter takes, each once. */
static err_t order_some(struct call *c, const struct crypto_facts *f,
                        const struct crypto_filter *filter)
{
    uint32_t last = 0;
    for (size_t i = 0; i < f->sas.n; i++) {
        const struct view_ike_sa *sa = crypto_sa(f, i);
        if (sa->connection == 0 || sa->connection == last ||
            !crypto_filter_takes(filter, sa->name, &sa->remote))
            continue;
        last = sa->connection; /* those of a connection follow one another */
        err_t err = order(c, last);
        if (err)
            return err;
    }
    return 0;
}

int run_order_crypto(struct call *c)
{
    struct crypto_facts f;
    struct crypto_filter filter;
    int status = 0;
    err_t err = crypto_facts_get(&f, c->backend);
    bool all = !c->name[0] && !ip_bytes(c->peer.family);
    if (!err && !filter_of(c, &f, &filter))
        status = no_interface(c);
    else if (!err && all)
        err = order(c, 0);
    else if (!err)
        err = order_some(c, &f, &filter);
    crypto_facts_done(&f);
    return err ? failed(c, err) : status;
}

bool run_tunnel(struct call *c, int *ret_status)
{
    struct crypto_facts f;
    err_t err = crypto_facts_get(&f, c->backend);
    const struct view_tunnel *t = NULL;
    if (!err || err == -ENOTCONN)
        t = crypto_tunnel_find(&f, c->name);
    if (t && c->json) {
        json_open(c->r, NULL, '{');
        json_open(c->r, t->name, '{');
        const struct view_interface *i = crypto_interface_find(&f, t->name);
        json_text(c->r, "administrativeStatus", i && i->admin_up ? "up" : "down");
        json_text(c->r, "operationalStatus", i && i->running ? "up" : "down");
        if (i) {
            json_u64(c->r, "index", i->index);
            json_u64(c->r, "mtu", i->mtu);
            interface_addresses_json(c->r, i);
        }
        crypto_put_tunnel_json(c->r, &f, t);
        json_end(c->r);
    } else if (t) {
        crypto_put_tunnel(c->r, &f, t, crypto_interface_find(&f, t->name));
    }
    crypto_facts_done(&f);
    *ret_status = 0;
    return t != NULL;
}

/* --- debug crypto ikev2 ----------------------------------------------------------------------- */

struct debug_facts {
    struct view_sink sink;
    bool on;
    uint32_t n;
    struct ip_addr peers[IKE_DEBUG_PEERS_MAX];
};

static bool take_debug(struct view_sink *sink, const struct view *view, const void *record)
{
    struct debug_facts *f = container_of(sink, struct debug_facts, sink);
    const struct view_ike_debug *v = record;
    if (view->id != VIEW_IKE_DEBUG)
        return true;
    f->on = v->on;
    if (ip_bytes(v->peer.family) && f->n < ARRAY_LEN(f->peers))
        f->peers[f->n++] = v->peer;
    return true;
}

static void put_debug_json(struct render *r, const struct debug_facts *f)
{
    json_open(r, NULL, '{');
    json_bool(r, "ikev2", f->on);
    json_open(r, "peers", '[');
    for (uint32_t i = 0; i < f->n; i++)
        json_ip(r, NULL, &f->peers[i]);
    json_end(r);
}

/* IOS shows debugging on the terminal that asked; the answer says where it is to be read here. */
static void put_debug(struct render *r, const struct debug_facts *f, const char *indent)
{
    render_f(r, "%sIKEv2 default debugging is %s", indent, f->on ? "on" : "off");
    for (uint32_t i = 0; f->on && i < f->n; i++) {
        render_str(r, i ? ", " : " for ");
        char peer[IP_TEXT_MAX];
        render_ip_text(r->layout, &f->peers[i], peer);
        render_str(r, peer);
    }
    if (f->on)
        render_str(r, ": in the log of spanwayd (journalctl -u spanway, or its standard error)");
    render_str(r, "\n");
}

int run_debug(struct call *c)
{
    struct debug_facts f = { .sink = { take_debug } };
    enum ike_debug_what what = (enum ike_debug_what)c->row->kind;
    err_t err = c->backend->ike_debug
                    ? c->backend->ike_debug(c->backend, what, &c->peer, &f.sink)
                    : -ENOTCONN;
    if (err == -ENOSPC) {
        render_f(c->r, "%% No more than %d peers: undebug all\n", IKE_DEBUG_PEERS_MAX);
        return 1;
    }
    if (err)
        return failed(c, err);
    if (c->json)
        put_debug_json(c->r, &f);
    else if (what == IKE_DEBUG_NOTHING)
        render_str(c->r, "All possible debugging has been turned off\n");
    else if (what != IKE_DEBUG_SHOW)
        put_debug(c->r, &f, "");
    else if (f.on) {
        render_str(c->r, "IKEV2:\n");
        put_debug(c->r, &f, "  ");
    }
    return 0;
}
