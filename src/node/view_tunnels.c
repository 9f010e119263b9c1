/* Records of tunnel interfaces, from the configuration. */
#include "node/internal.h"

#define T(member, type, name) VIEW_FIELD(view_tunnel, member, type, name)
static const struct view_field tunnel_fields[] = {
    T(name, VIEW_TEXT, "interface"),
    T(description, VIEW_TEXT, "description"),
    T(mode, VIEW_TEXT, "mode"),
    T(source, VIEW_TEXT, "source"),
    T(local, VIEW_IP, "local"),
    T(destination, VIEW_IP, "destination"),
    T(ipsec_profile, VIEW_TEXT, "ipsecProfile"),
    T(ike_profile, VIEW_TEXT, "ikeProfile"),
    T(auth_local, VIEW_U8, "authLocal"),
    T(auth_remote, VIEW_U8, "authRemote"),
    T(mtu, VIEW_U32, "mtu"),
    T(ip_mtu, VIEW_U32, "ipMtu"),
    T(bandwidth_kbit, VIEW_U32, "bandwidth"),
    T(tcp_mss, VIEW_U16, "tcpMss"),
    T(is_shutdown, VIEW_BOOL, "shutdown"),
    T(is_ready, VIEW_BOOL, "ready"),
    T(is_held, VIEW_BOOL, "recursiveRouting"),
};
#undef T
const struct view view_tunnel = { VIEW_TUNNEL, "tunnel", sizeof(struct view_tunnel), tunnel_fields,
                                  ARRAY_LEN(tunnel_fields) };

static void set_text(char *field, size_t cap, const char *s)
{
    if (s)
        diag_set(field, cap, s);
}
#define SET(field, s) set_text((field), sizeof(field), (s))

/* t: with all that it refers to; NULL: it cannot come up. */
static struct view_tunnel tunnel_of(const struct config_interface *i, const struct config_tunnel *t)
{
    struct view_tunnel v = {
        .destination = i->tunnel_destination,
        .mtu = i->mtu,
        .ip_mtu = i->ip_mtu,
        .bandwidth_kbit = i->bandwidth_kbit,
        .tcp_mss = i->tcp_mss,
        .is_shutdown = i->shutdown,
        .is_ready = t != NULL,
    };
    SET(v.name, i->name);
    SET(v.description, i->description);
    SET(v.mode, i->tunnel_mode);
    SET(v.source, i->tunnel_source);
    SET(v.ipsec_profile, i->tunnel_ipsec_profile);
    if (!t)
        return v;
    v.local = t->local;
    v.destination = t->remote;
    v.auth_local = (uint8_t)t->ike->auth_local;
    v.auth_remote = (uint8_t)t->ike->auth_remote;
    SET(v.ike_profile, t->ike->name);
    return v;
}

err_t node_emit_tunnels(struct node *n, struct view_sink *sink)
{
    const struct config *c = n->config;
    for (uint32_t i = 0, next = 0; i < c->interfaces.n; i++) {
        const struct config_interface *interface = &c->interfaces.v[i];
        if (!interface->is_tunnel)
            continue;
        /* Both lists are in the order of the interfaces. */
        const struct config_tunnel *t = next < c->ipsec.tunnels.n ? &c->ipsec.tunnels.v[next]
                                                                  : NULL;
        bool is_ready = t && t->interface == interface;
        struct view_tunnel v = tunnel_of(interface, is_ready ? t : NULL);
        v.is_held = is_ready && next < n->held_n && n->held[next].until != 0;
        next += is_ready;
        if (!sink->emit(sink, &view_tunnel, &v))
            break;
    }
    return 0;
}
