#include "daemon/messages_xfrm.h"

#include <string.h>

#define TEXT_ROW (FINDING_MAX + 16)

const struct ipc_kind messages[MSG_COUNT] = {
    [MSG_CONF_FILE] = { "conf-file", ROLE_PRIV, ROLE_CONF, true, TEXT_ROW },
    [MSG_CONF_RUN] = { "conf-run", ROLE_PRIV, ROLE_CONF, false, 0 },
    [MSG_CONF_LINE] = { "conf-line", ROLE_CONF, ROLE_PRIV, false, TEXT_ROW },
    [MSG_CONF_SECRETS] = { "conf-secrets", ROLE_CONF, ROLE_PRIV, true, 0 },
    [MSG_CONF_KERNEL] = { "conf-kernel", ROLE_CONF, ROLE_PRIV, false, TEXT_ROW },
    [MSG_CONF_TUNNELS] = { "conf-tunnels", ROLE_CONF, ROLE_PRIV, true, 8 },
    [MSG_CONF_DOCUMENT] = { "conf-document", ROLE_CONF, ROLE_PRIV, true, 0 },
    [MSG_CONF_REFUSED] = { "conf-refused", ROLE_CONF, ROLE_PRIV, false, 0 },

    [MSG_CORE_CONFIG] = { "config", ROLE_PRIV, ROLE_CORE, true, 0 },
    [MSG_CORE_LISTENER] = { "listener", ROLE_PRIV, ROLE_CORE, true, 1 },
    [MSG_CORE_WRITTEN] = { "written", ROLE_PRIV, ROLE_CORE, false, IPC_MESSAGE_MAX },
    [MSG_CORE_STOP] = { "stop", ROLE_PRIV, ROLE_CORE, false, 0 },
    [MSG_CORE_CTL] = { "ctl", ROLE_PRIV, ROLE_CORE, true, 0 },

    [MSG_PRIV_LINE] = { "config-line", ROLE_CORE, ROLE_PRIV, false, TEXT_ROW },
    [MSG_PRIV_CONFIGURED] = { "configured", ROLE_CORE, ROLE_PRIV, false, 1 },
    [MSG_PRIV_LISTEN] = { "listen", ROLE_CORE, ROLE_PRIV, false, 1 },
    [MSG_PRIV_WRITE] = { "write", ROLE_CORE, ROLE_PRIV, false, WRITES_BYTES_MAX },
    [MSG_PRIV_NAT] = { "nat", ROLE_CORE, ROLE_PRIV, false, IPC_MESSAGE_MAX },

    [MSG_CTL_QUERY] = { "query", ROLE_CTL, ROLE_CORE, false, 256 },
    [MSG_CTL_ANSWER] = { "answer", ROLE_CORE, ROLE_CTL, true, 8 },
    [MSG_CTL_CLEAR] = { "clear", ROLE_CTL, ROLE_CORE, false, 64 },
    [MSG_CTL_CLEARED] = { "cleared", ROLE_CORE, ROLE_CTL, false, 8 },

    [MSG_RELOAD] = { "reload", ROLE_CTL, ROLE_PRIV, false, 0 },
    [MSG_RELOAD_LINE] = { "reload-line", ROLE_PRIV, ROLE_CTL, false, TEXT_ROW },
    [MSG_RELOAD_DONE] = { "reload-done", ROLE_PRIV, ROLE_CTL, false, 4 },

    [MSG_CONF_KEY_FILE] = { "conf-key-file", ROLE_CONF, ROLE_PRIV, false, KEY_FILE_NAME_MAX + 8 },
    [MSG_KEYS_FILE] = { "keys-file", ROLE_PRIV, ROLE_KEYS, true, KEY_FILE_NAME_MAX + 8 },
    [MSG_KEYS_CONFIG] = { "keys-config", ROLE_PRIV, ROLE_KEYS, true, 0 },
    [MSG_KEYS_ASK] = { "keys-ask", ROLE_IKE, ROLE_KEYS, false, IPC_MESSAGE_MAX },
    [MSG_KEYS_ANSWER] = { "keys-answer", ROLE_KEYS, ROLE_IKE, false, IPC_MESSAGE_MAX },
    [MSG_KEYS_TRUST] = { "keys-trust", ROLE_KEYS, ROLE_IKE, false, TRUST_BYTES_MAX },
    [MSG_KEYS_SUBJECT] = { "keys-subject", ROLE_KEYS, ROLE_IKE, false, TRUST_BYTES_MAX },

    [MSG_IKE_CONFIG] = { "ike-config", ROLE_PRIV, ROLE_IKE, true, 0 },
    [MSG_IKE_SOCKET] = { "ike-socket", ROLE_PRIV, ROLE_IKE, true, 2 },
    [MSG_IKE_CTL] = { "ike-ctl", ROLE_PRIV, ROLE_IKE, true, 0 },
    [MSG_IKE_STOP] = { "ike-stop", ROLE_PRIV, ROLE_IKE, false, 0 },
    [MSG_IKE_KEY_LOG] = { "ike-key-log", ROLE_PRIV, ROLE_IKE, true, 1 },
    [MSG_IKE_WORKER] = { "ike-worker", ROLE_PRIV, ROLE_IKE, true, 1 },
    [MSG_CTL_IKE] = { "ctl-ike", ROLE_PRIV, ROLE_CTL, true, 0 },
    [MSG_CTL_SERVE] = { "ctl-serve", ROLE_PRIV, ROLE_CTL, false, 0 },
    [MSG_IKE_QUERY] = { "ike-query", ROLE_CTL, ROLE_IKE, false, 8 },
    [MSG_IKE_ANSWER] = { "ike-answer", ROLE_IKE, ROLE_CTL, true, 8 },
    [MSG_IKE_ORDER] = { "ike-clear", ROLE_CTL, ROLE_IKE, false, 9 },
    [MSG_IKE_DEBUG] = { "ike-debug", ROLE_CTL, ROLE_IKE, false, 32 },
    [MSG_IKE_ORDERED] = { "ike-cleared", ROLE_IKE, ROLE_CTL, false, 8 },

    [MSG_DATA_CONFIG] = { "data-config", ROLE_PRIV, ROLE_DATA, true, 0 },
    [MSG_DATA_SOCKET] = { "data-socket", ROLE_PRIV, ROLE_DATA, true, 2 },
    [MSG_DATA_TUN] = { "data-tun", ROLE_PRIV, ROLE_DATA, true, 64 },
    [MSG_DATA_INBOX] = { "data-inbox", ROLE_PRIV, ROLE_DATA, true, 1 },
    [MSG_PRIV_TUN] = { "tun", ROLE_DATA, ROLE_PRIV, false, 64 },
    [MSG_PRIV_LOST] = { "tunnel-lost", ROLE_DATA, ROLE_PRIV, false, TUNNEL_NAME_MAX },
    [MSG_CORE_LOST] = { "tunnel-lost", ROLE_PRIV, ROLE_CORE, false, TUNNEL_NAME_MAX },
    [MSG_PRIV_BACK] = { "tunnel-back", ROLE_DATA, ROLE_PRIV, false, TUNNEL_NAME_MAX },
    [MSG_CORE_BACK] = { "tunnel-back", ROLE_PRIV, ROLE_CORE, false, TUNNEL_NAME_MAX },

    [MSG_DATA_XFRM_MONITOR] = { "data-xfrm-monitor", ROLE_PRIV, ROLE_DATA, true, 0 },
    [MSG_DATA_XFRM] = { "data-xfrm", ROLE_PRIV, ROLE_DATA, false, 16 * 1024 },
    [MSG_PRIV_XFRM] = { "xfrm", ROLE_DATA, ROLE_PRIV, false, XFRM_ASK_MAX },

    [MSG_CHILD_ADD] = { "child-add", ROLE_IKE, ROLE_DATA, false, CHILD_BYTES_MAX },
    [MSG_CHILD_OUT] = { "child-out", ROLE_IKE, ROLE_DATA, false, 4 },
    [MSG_CHILD_PATH] = { "child-path", ROLE_IKE, ROLE_DATA, false, 64 },
    [MSG_CHILD_REMOVE] = { "child-remove", ROLE_IKE, ROLE_DATA, false, 4 },
    [MSG_TUNNEL] = { "tunnel", ROLE_IKE, ROLE_DATA, false, 5 },
    [MSG_ESP_EVENT] = { "esp-event", ROLE_DATA, ROLE_IKE, false, 64 },
    [MSG_ESP_COUNTERS] = { "esp-counters", ROLE_DATA, ROLE_IKE, false, 256 },
    [MSG_ESP_TRAFFIC] = { "esp-traffic", ROLE_DATA, ROLE_IKE, false, 4 },
    [MSG_ESP_STRAYS] = { "esp-strays", ROLE_DATA, ROLE_IKE, false, 64 },
    [MSG_ESP_TOO_BIG] = { "esp-too-big", ROLE_DATA, ROLE_IKE, false, 32 },
    [MSG_TOO_BIG] = { "too-big", ROLE_IKE, ROLE_DATA, false, 32 },
};

const char *role_name(enum role r)
{
    static const char *const names[] = {
        [ROLE_PRIV] = "priv", [ROLE_CONF] = "conf", [ROLE_CORE] = "core", [ROLE_CTL] = "ctl",
        [ROLE_KEYS] = "keys", [ROLE_IKE] = "ike",   [ROLE_DATA] = "data"
    };
    return r < ROLE_COUNT ? names[r] : "none";
}

void put_ip(struct wr *to, const struct ip_addr *a)
{
    wr_u8(to, a->family);
    wr_bytes(to, a->b, ip_bytes(a->family));
}

void put_prefix(struct wr *to, const struct prefix *p)
{
    wr_u8(to, p->family);
    wr_u8(to, p->len);
    wr_bytes(to, p->b, ip_bytes(p->family));
}

static bool is_family(uint8_t family)
{
    return family == IP_NONE || family == IP_V4 || family == IP_V6;
}

bool get_ip(struct rd *from, struct ip_addr *ret_addr)
{
    struct ip_addr a = { .family = rd_u8(from) };
    if (!is_family(a.family))
        return false;
    rd_copy(from, a.b, ip_bytes(a.family));
    *ret_addr = a;
    return !from->bad;
}

bool get_prefix(struct rd *from, struct prefix *ret_prefix)
{
    struct prefix p = { .family = rd_u8(from), .len = rd_u8(from) };
    if (!is_family(p.family) || p.len > ip_bits(p.family))
        return false;
    rd_copy(from, p.b, ip_bytes(p.family));
    *ret_prefix = p;
    return !from->bad;
}

void put_text(struct wr *to, const char *s)
{
    size_t len = strlen(s);
    wr_u16(to, (uint16_t)MIN(len, UINT16_MAX));
    wr_bytes(to, s, MIN(len, UINT16_MAX));
}

bool get_text(struct rd *from, char *buf, size_t cap)
{
    size_t len = rd_u16(from);
    const uint8_t *s = rd_bytes(from, len);
    if (!s || len >= cap || memchr(s, 0, len))
        return false;
    memcpy(buf, s, len);
    buf[len] = '\0';
    return true;
}

bool get_bool(struct rd *from, bool *ret_v)
{
    uint8_t v = rd_u8(from);
    *ret_v = v == 1;
    return !from->bad && v <= 1;
}

static bool op_has_members(enum fib_op_kind kind) { return kind == FIB_OP_GROUP_SET; }

static void op_encode(const struct fib_op *op, struct wr *to)
{
    wr_u8(to, (uint8_t)op->kind);
    wr_u32(to, op->id);
    put_prefix(to, &op->prefix);
    wr_u8(to, op->route_kind);
    wr_u8(to, op->protocol);
    wr_u32(to, op->metric);
    put_ip(to, &op->preferred_source);
    wr_u8(to, (uint8_t)op->n);
    for (uint32_t i = 0; i < op->n; i++) {
        if (op_has_members(op->kind)) {
            wr_u32(to, op->member[i].id);
            wr_u32(to, op->member[i].weight);
            continue;
        }
        put_ip(to, &op->path[i].next_hop);
        wr_u32(to, op->path[i].if_index);
        wr_u32(to, op->path[i].weight);
        wr_u8(to, op->path[i].onlink);
    }
}

static bool op_decode(struct rd *from, struct fib_op *op)
{
    uint8_t kind = rd_u8(from);
    if (kind > FIB_OP_ROUTE_DEL)
        return false;
    op->kind = (enum fib_op_kind)kind;
    op->id = rd_u32(from);
    if (!get_prefix(from, &op->prefix))
        return false;
    op->route_kind = rd_u8(from);
    op->protocol = rd_u8(from);
    op->metric = rd_u32(from);
    if (!get_ip(from, &op->preferred_source))
        return false;
    op->n = rd_u8(from);
    if (from->bad || op->n > FIB_PATHS_MAX || op->route_kind > FIB_REJECT)
        return false;
    for (uint32_t i = 0; i < op->n; i++) {
        if (op_has_members(op->kind)) {
            op->member[i].id = rd_u32(from);
            op->member[i].weight = rd_u32(from);
            continue;
        }
        if (!get_ip(from, &op->path[i].next_hop))
            return false;
        op->path[i].if_index = rd_u32(from);
        op->path[i].weight = rd_u32(from);
        if (!get_bool(from, &op->path[i].onlink))
            return false;
    }
    return !from->bad;
}

static void vxlan_encode(const struct node_vxlan *v, struct wr *to)
{
    wr_u32(to, v->vni);
    put_ip(to, &v->remote);
    put_ip(to, &v->local);
    wr_u16(to, v->port);
    wr_u32(to, v->mtu);
    put_text(to, v->device);
}

static bool vxlan_decode(struct rd *from, struct node_vxlan *v)
{
    v->vni = rd_u32(from);
    if (!get_ip(from, &v->remote) || !get_ip(from, &v->local))
        return false;
    v->port = rd_u16(from);
    v->mtu = rd_u32(from);
    return get_text(from, v->device, sizeof(v->device));
}

void write_encode(const struct kernel_write *w, struct wr *to)
{
    wr_u8(to, (uint8_t)w->kind);
    if (w->kind == WRITE_FIB) {
        op_encode(&w->op, to);
        return;
    }
    wr_u8(to, w->on);
    wr_u8(to, w->family);
    put_text(to, w->interface);
    if (w->kind == WRITE_VXLAN) {
        vxlan_encode(&w->vxlan, to);
    } else if (w->kind == WRITE_SIZES) {
        wr_u32(to, w->mtu);
        wr_u16(to, w->tcp_mss);
    } else {
        put_prefix(to, &w->address);
    }
}

bool write_decode(struct rd *from, struct kernel_write *ret_write)
{
    struct kernel_write *w = ret_write;
    memset(w, 0, sizeof(*w));
    uint8_t kind = rd_u8(from);
    if (from->bad || kind >= WRITE_KINDS)
        return false;
    w->kind = (enum write_kind)kind;
    if (w->kind == WRITE_FIB)
        return op_decode(from, &w->op);
    if (!get_bool(from, &w->on))
        return false;
    w->family = rd_u8(from);
    if (!is_family(w->family) || !get_text(from, w->interface, sizeof(w->interface)))
        return false;
    if (w->kind == WRITE_SIZES) {
        w->mtu = rd_u32(from);
        w->tcp_mss = rd_u16(from);
        return !from->bad;
    }
    return w->kind == WRITE_VXLAN ? vxlan_decode(from, &w->vxlan) : get_prefix(from, &w->address);
}

void nat_rule_encode(const struct config_nat_rule *rule, struct wr *to)
{
    wr_u8(to, (uint8_t)rule->action);
    put_prefix(to, &rule->source);
    put_prefix(to, &rule->destination);
    wr_u8(to, rule->not_source);
    wr_u8(to, rule->not_destination);
    wr_u8(to, rule->protocol);
    char name[32] = "";
    if (rule->out_interface)
        memcpy(name, rule->out_interface, strnlen(rule->out_interface, sizeof(name) - 1));
    put_text(to, name);
    put_ip(to, &rule->to);
}

bool nat_rule_decode(struct rd *from, struct config_nat_rule *ret_rule,
                     struct nat_strings *ret_strings)
{
    struct config_nat_rule r = { 0 };
    uint8_t action = rd_u8(from);
    if (from->bad || action > NAT_SOURCE)
        return false;
    r.action = (enum config_nat_action)action;
    if (!get_prefix(from, &r.source) || !get_prefix(from, &r.destination) ||
        !get_bool(from, &r.not_source) || !get_bool(from, &r.not_destination))
        return false;
    r.protocol = rd_u8(from);
    if (!get_text(from, ret_strings->interface, sizeof(ret_strings->interface)) ||
        !get_ip(from, &r.to))
        return false;
    r.out_interface = ret_strings->interface[0] ? ret_strings->interface : NULL;
    *ret_rule = r;
    return true;
}

void query_encode(const struct node_query *q, struct wr *to)
{
    wr_u8(to, (uint8_t)q->kind);
    wr_u8(to, q->family);
    put_ip(to, &q->peer);
    put_prefix(to, &q->prefix);
    wr_u8(to, q->longest);
    wr_u8(to, q->longer_prefixes);
    wr_u8(to, q->source);
    put_text(to, q->name);
}

bool query_decode(struct rd *from, struct node_query *ret_query)
{
    struct node_query q = { 0 };
    uint8_t kind = rd_u8(from);
    if (from->bad || kind > NODE_QUERY_INERT)
        return false;
    q.kind = (enum node_query_kind)kind;
    q.family = rd_u8(from);
    if (!is_family(q.family) || !get_ip(from, &q.peer) || !get_prefix(from, &q.prefix) ||
        !get_bool(from, &q.longest) || !get_bool(from, &q.longer_prefixes))
        return false;
    q.source = rd_u8(from);
    if (q.source > FIB_SOURCE_COUNT || !get_text(from, q.name, sizeof(q.name)))
        return false;
    *ret_query = q;
    return rd_is_done(from);
}

err_t finding_send(struct ipc *to, enum message kind, uint8_t severity, const char *text)
{
    uint8_t bytes[FINDING_MAX + 1];
    size_t len = strnlen(text, FINDING_MAX - 1);
    bytes[0] = severity;
    memcpy(bytes + 1, text, len);
    return ipc_send(to, (uint16_t)kind, bytes, len + 1, -1);
}

bool finding_decode(const struct ipc_message *m, uint8_t *ret_severity, char ret_text[FINDING_MAX])
{
    struct rd r = rd_init(m->bytes, m->len);
    uint8_t severity = rd_u8(&r);
    size_t len = rd_left(&r);
    if (r.bad || severity > DIAG_ERROR || len >= FINDING_MAX)
        return false;
    rd_copy(&r, ret_text, len);
    ret_text[len] = '\0';
    *ret_severity = severity;
    return true;
}
