/* `show crypto ipsec sa`: for each tunnel interface the selectors with their SAs. While an SA is
 * rekeyed both stand there: both receive, one sends. */
#include <stdio.h>
#include <string.h>

#include "ctl/crypto.h"

/* The CHILD SAs of one pair of selectors: those from `first` on, of n, that have its texts. */
struct flow {
    struct crypto_facts *f;
    const struct view_tunnel *tunnel; /* NULL: it is not configured any more */
    const char *name;
    size_t first, n;
    const struct view_ike_child *like; /* NULL: the tunnel is down */
    const struct view_ike_child *out;  /* that sends; NULL: none */
    struct ip_addr local, remote;
    uint16_t port;
    uint64_t packets_in, packets_out, errors_in, errors_out;
};

static bool is_of(const struct flow *w, const struct view_ike_child *c)
{
    return strcmp(c->local_ts, w->like->local_ts) == 0 &&
           strcmp(c->remote_ts, w->like->remote_ts) == 0;
}

/* Counters of a flow go on over rekeys, as on IOS, and when the tunnel is down. Of several flows in
 * one tunnel each shows what its SAs of now have. */
static void sum(struct flow *w)
{
    const struct view_ike_totals *all = crypto_totals_of(w->f, w->name);
    const struct view_ike_totals *t = crypto_is_one_flow(w->f, w->first, w->n) ? all : NULL;
    w->errors_out = all ? all->errors_out : 0; /* outside of every flow, so of none */
    for (size_t i = w->first; w->like && i < w->first + w->n; i++) {
        const struct view_ike_child *c = crypto_child(w->f, i);
        if (!is_of(w, c))
            continue;
        w->packets_in += c->packets_in;
        w->packets_out += c->packets_out;
        w->errors_in += c->replayed + c->bad_icv + c->dropped;
        if (c->sends)
            w->out = c;
    }
    if (t) {
        w->packets_in = t->packets_in;
        w->packets_out = t->packets_out;
        w->errors_in = t->errors_in;
    }
}

static void put_ident(struct render *r, const char *side, const char *selectors, uint8_t family)
{
    struct crypto_ident i = crypto_ident_of(DIALECT_IOS, selectors, family);
    render_f(r, "   %-6s ident (addr/mask/prot/port): (%s/%s/%u/%u)\n", side, i.address, i.mask,
             i.protocol, i.port);
}

static void put_counters(struct render *r, const struct flow *w)
{
    unsigned long long in = w->packets_in, out = w->packets_out;
    render_f(r,
             "    #pkts encaps: %llu, #pkts encrypt: %llu, #pkts digest: %llu\n"
             "    #pkts decaps: %llu, #pkts decrypt: %llu, #pkts verify: %llu\n"
             "    #pkts compressed: 0, #pkts decompressed: 0\n"
             "    #pkts not compressed: 0, #pkts compr. failed: 0\n"
             "    #pkts not decompressed: 0, #pkts decompress failed: 0\n"
             "    #send errors %llu, #recv errors %llu\n\n",
             out, out, out, in, in, in, (unsigned long long)w->errors_out,
             (unsigned long long)w->errors_in);
}

static void put_mtu(struct render *r, const struct flow *w)
{
    const struct view_interface *inside = crypto_interface_find(w->f, w->name);
    const struct view_interface *outside = crypto_interface_with(w->f, &w->local);
    uint32_t path = outside ? outside->mtu : 1500;
    render_f(r, "     plaintext mtu %u, path mtu %u, ip mtu %u, ip mtu idb %s\n",
             inside ? inside->mtu : path, path, path,
             !outside            ? "(none)"
             : outside->alias[0] ? outside->alias
                                 : outside->name);
}

static void put_sa(struct render *r, const struct flow *w, const struct view_ike_child *c, bool in)
{
    char transform[96], kilobytes[32] = "KB Vol Rekey Disabled";
    uint32_t spi = in ? c->spi_in : c->spi_out;
    uint64_t used = in ? c->bytes_in : c->bytes_out;
    crypto_transform_text(c, transform, sizeof(transform));
    if (c->hard_bytes)
        snprintf(kilobytes, sizeof(kilobytes), "%llu",
                 (unsigned long long)(c->hard_bytes > used ? c->hard_bytes - used : 0) / 1024);
    render_f(r, "      spi: 0x%X(%u)\n", spi, spi);
    render_f(r, "        transform: %s ,\n", transform);
    render_f(r, "        in use settings ={Tunnel%s, }\n", c->remote_port ? " UDP-Encaps" : "");
    render_f(r,
             "        conn id: %u, flow_id: SW:%u, sibling_flags 80000040, crypto map: "
             "%s-head-0\n",
             c->id, c->id, w->name);
    render_f(r, "        sa timing: remaining key lifetime (k/sec): (%s/%u)\n", kilobytes,
             c->expires_in_s);
    render_f(r, "        IV size: %u bytes\n", c->integ ? 16u : 8u);
    render_f(r, "        replay detection support: %s\n", c->window ? "Y" : "N");
    render_str(r, "        Status: ACTIVE(ACTIVE)\n");
}

static void put_direction(struct render *r, const struct flow *w, bool in)
{
    const char *name = in ? "inbound" : "outbound";
    render_f(r, "     %s esp sas:\n", name);
    for (size_t i = w->first; w->like && i < w->first + w->n; i++) {
        const struct view_ike_child *c = crypto_child(w->f, i);
        if (is_of(w, c) && (in || c->sends))
            put_sa(r, w, c, in);
    }
    render_f(r, "\n     %s ah sas:\n\n     %s pcp sas:\n%s", name, name, in ? "\n" : "");
}

static void put_flow(struct render *r, struct flow *w)
{
    char local[IP_TEXT_MAX], remote[IP_TEXT_MAX];
    sum(w);
    uint16_t group = w->out ? w->out->group : 0;
    uint32_t spi = w->out ? w->out->spi_out : 0;
    crypto_ip_text(&w->local, local);
    crypto_ip_text(&w->remote, remote);
    render_str(r, "\n   protected vrf: (none)\n");
    put_ident(r, "local", w->like ? w->like->local_ts : "", IP_V4);
    put_ident(r, "remote", w->like ? w->like->remote_ts : "", IP_V4);
    render_f(r, "   current_peer %s port %u\n     PERMIT, flags={origin_is_acl,}\n", remote,
             w->port);
    put_counters(r, w);
    render_f(r, "     local crypto endpt.: %s, remote crypto endpt.: %s\n", local, remote);
    put_mtu(r, w);
    render_f(r, "     current outbound spi: 0x%X(%u)\n", spi, spi);
    if (group)
        render_f(r, "     PFS (Y/N): Y, DH group: group%u\n\n", group);
    else
        render_str(r, "     PFS (Y/N): N, DH group: none\n\n");
    put_direction(r, w, true);
    put_direction(r, w, false);
}

/* Whether an earlier CHILD SA of the tunnel has the same selectors. */
static bool was_shown(const struct flow *w, size_t at)
{
    for (size_t i = w->first; i < at; i++)
        if (is_of(w, crypto_child(w->f, i)))
            return true;
    return false;
}

static void put_tunnel(struct render *r, struct crypto_facts *f, const struct view_tunnel *t)
{
    char local[IP_TEXT_MAX];
    const struct view_ike_sa *sa = crypto_sa_of(f, t->name);
    struct flow w = { .f = f, .tunnel = t, .name = t->name };
    w.n = crypto_children_of(f, t->name, &w.first);
    w.local = sa ? sa->local : t->local;
    w.remote = sa ? sa->remote : t->destination;
    w.port = sa ? sa->remote_port : 500;
    crypto_ip_text(&w.local, local);
    render_f(r, "\ninterface: %s\n    Crypto map tag: %s-head-0, local addr %s\n", t->name, t->name,
             local);
    if (w.n == 0)
        put_flow(r, &w);
    for (size_t i = w.first; i < w.first + w.n; i++) {
        struct flow one = w;
        one.like = crypto_child(f, i);
        one.local = one.like->local;
        one.remote = one.like->remote;
        if (one.like->remote_port)
            one.port = one.like->remote_port;
        if (!was_shown(&one, i))
            put_flow(r, &one);
    }
}

void crypto_put_ipsec_sas(struct render *r, struct crypto_facts *f,
                          const struct crypto_filter *filter)
{
    for (size_t i = 0; i < f->tunnels.n && !r->failed; i++) {
        const struct view_tunnel *t = crypto_tunnel(f, i);
        if (t->is_ready && crypto_filter_takes(filter, t->name, &t->destination))
            put_tunnel(r, f, t);
    }
}
