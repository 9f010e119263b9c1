/* Interfaces, memory, and lines that come ready from the node. */
#include "ctl/crypto.h"

#include <stdio.h>
#include <string.h>

static const char *shown_name(const struct render *r, const struct view_interface *i)
{
    return r->layout == DIALECT_IOS && i->alias[0] ? i->alias : i->name;
}

static void put_mac(struct render *r, const struct view_interface *i)
{
    if (r->layout == DIALECT_IOS)
        render_f(r, "%02x%02x.%02x%02x.%02x%02x", i->mac0, i->mac1, i->mac2, i->mac3, i->mac4,
                 i->mac5);
    else
        render_f(r, "%02x:%02x:%02x:%02x:%02x:%02x", i->mac0, i->mac1, i->mac2, i->mac3, i->mac4,
                 i->mac5);
}

/* Writes the addresses one by one between `before` and a newline. */
static void put_addresses(struct render *r, const struct view_interface *i, const char *before)
{
    char list[sizeof(i->addresses)];
    char *next = NULL;
    snprintf(list, sizeof(list), "%s", i->addresses);
    for (char *w = strtok_r(list, " ", &next); w; w = strtok_r(NULL, " ", &next)) {
        const char *family = strchr(w, ':') ? "inet6" : "inet";
        if (r->layout == DIALECT_IOS)
            render_f(r, "%s%s\n", before, w);
        else
            render_f(r, "%s%s %s\n", before, family, w);
    }
}

static void put_interface_frr(struct render *r, const struct view_interface *i)
{
    render_f(r, "Interface %s is %s, line protocol is %s\n", i->name, i->admin_up ? "up" : "down",
             i->running ? "up" : "down");
    if (i->alias[0])
        render_f(r, "  Configured as: %s\n", i->alias);
    render_f(r, "  vrf: default\n  index %u metric 0 mtu %u\n", i->index, i->mtu);
    render_f(r, "  flags: <%s%s%s>\n", i->admin_up ? "UP" : "DOWN", i->running ? ",RUNNING" : "",
             i->loopback ? ",LOOPBACK" : "");
    if (!i->loopback) {
        render_str(r, "  Type: Ethernet\n  HWaddr: ");
        put_mac(r, i);
        render_str(r, "\n");
    } else {
        render_str(r, "  Type: Loopback\n");
    }
    put_addresses(r, i, "  ");
}

static void put_interface_ios(struct render *r, const struct view_interface *i)
{
    render_f(r, "%s is %s, line protocol is %s \n", shown_name(r, i),
             i->admin_up ? "up" : "administratively down", i->running ? "up" : "down");
    if (i->loopback) {
        render_str(r, "  Hardware is Loopback\n");
    } else {
        render_str(r, "  Hardware is Ethernet, address is ");
        put_mac(r, i);
        render_str(r, "\n");
    }
    put_addresses(r, i, "  Internet address is ");
    render_f(r, "  MTU %u bytes\n", i->mtu);
}

/* "192.0.2.1/24": the address as it stands; the others are not shown. */
static bool parse_address(const char *text, struct ip_addr *ret, struct prefix *ret_network)
{
    char address[IP_TEXT_MAX];
    snprintf(address, sizeof(address), "%.*s", (int)strcspn(text, "/"), text);
    return ip_parse(address, ret) && prefix_parse(text, ret_network, NULL) && !ip_is_loopback(ret);
}

static void put_brief_ios(struct misc_table *m, const struct view_interface *i)
{
    struct render *r = m->r;
    struct ip_addr a;
    struct prefix network;
    char list[sizeof(i->addresses)];
    char *next = NULL;
    snprintf(list, sizeof(list), "%s", i->addresses);
    char *first = strtok_r(list, " ", &next);
    while (first && !parse_address(first, &a, &network))
        first = strtok_r(NULL, " ", &next);
    if (m->shown == 0)
        render_str(r, "Interface                  IP-Address      OK? Method Status"
                      "                Protocol\n");
    if (first)
        first[strcspn(first, "/")] = '\0';
    render_f(r, "%-26s %-15s YES unset  %-21s %s\n", shown_name(r, i), first ? first : "unassigned",
             i->admin_up ? "up" : "administratively down", i->running ? "up" : "down");
}

/* FRR names one address of each IPv4 network, in the order of the networks, and the first of IPv6
 * that is not link-local; a plus says that there are more of its kind. It knows no loopback ones.
 */
struct brief {
    struct {
        struct prefix network;
        char text[PREFIX_TEXT_MAX];
        unsigned count;
    } v[sizeof(((struct view_interface *)0)->addresses) / sizeof("1.1.1.1/1")], v6;
    size_t n;
};

/* False: an address of the network is there already. */
static bool add_v4(struct brief *b, const struct prefix *network, const char *text)
{
    size_t at = 0;
    while (at < b->n && prefix_cmp(&b->v[at].network, network) < 0)
        at++;
    if (at == b->n || !prefix_eq(&b->v[at].network, network)) {
        if (b->n == ARRAY_LEN(b->v))
            return false;
        memmove(&b->v[at + 1], &b->v[at], (b->n++ - at) * sizeof(b->v[0]));
        b->v[at].network = *network;
        b->v[at].count = 0;
        snprintf(b->v[at].text, sizeof(b->v[at].text), "%s", text);
    }
    return b->v[at].count++ == 0;
}

static void add_address(struct brief *b, const char *text)
{
    struct ip_addr a;
    struct prefix network;
    if (!parse_address(text, &a, &network))
        return;
    if (a.family == IP_V4) {
        (void)add_v4(b, &network, text);
        return;
    }
    b->v6.count++;
    if (!b->v6.text[0] && !ip_is_link_local(&a))
        snprintf(b->v6.text, sizeof(b->v6.text), "%s", text);
}

static void put_brief_frr(struct misc_table *m, const struct view_interface *i)
{
    struct render *r = m->r;
    struct brief b = { .n = 0 };
    char list[sizeof(i->addresses)];
    char *next = NULL;
    if (m->shown == 0)
        render_str(r, "Interface       Status  VRF             Addresses\n"
                      "---------       ------  ---             ---------\n");
    snprintf(list, sizeof(list), "%s", i->addresses);
    for (char *w = strtok_r(list, " ", &next); w; w = strtok_r(NULL, " ", &next))
        add_address(&b, w);
    render_f(r, "%-15s %-7s %-15s ", i->name, i->admin_up && i->running ? "up" : "down", "default");
    for (size_t k = 0; k < b.n; k++) {
        render_to(r, 40);
        render_f(r, "%s%s\n", b.v[k].count > 1 ? "+ " : "", b.v[k].text);
    }
    if (b.v6.text[0]) {
        render_to(r, 40);
        render_f(r, "%s%s\n", b.v6.count > 1 ? "+ " : "", b.v6.text);
    }
    if (b.n == 0 && !b.v6.text[0])
        render_str(r, "\n");
}

static void put_brief_json(struct render *r, const struct view_interface *i)
{
    char list[sizeof(i->addresses)];
    char *next = NULL;
    struct ip_addr a;
    struct prefix network;
    struct brief b = { .n = 0 };
    snprintf(list, sizeof(list), "%s", i->addresses);
    json_open(r, i->name, '{');
    json_text(r, "status", i->admin_up && i->running ? "up" : "down");
    json_text(r, "vrfName", "default");
    json_open(r, "addresses", '[');
    for (char *w = strtok_r(list, " ", &next); w; w = strtok_r(NULL, " ", &next)) {
        if (!parse_address(w, &a, &network))
            continue;
        if (a.family == IP_V4 ? add_v4(&b, &network, w) : !ip_is_link_local(&a))
            json_text(r, NULL, w);
    }
    json_close(r);
    json_close(r);
}

void interface_addresses_json(struct render *r, const struct view_interface *i)
{
    char list[sizeof(i->addresses)];
    char *next = NULL;
    snprintf(list, sizeof(list), "%s", i->addresses);
    json_open(r, "ipAddresses", '[');
    for (char *w = strtok_r(list, " ", &next); w; w = strtok_r(NULL, " ", &next)) {
        json_open(r, NULL, '{');
        json_text(r, "address", w);
        json_close(r);
    }
    json_close(r);
}

static void put_interface_json(struct render *r, const struct view_interface *i)
{
    char mac[24];
    snprintf(mac, sizeof(mac), "%02x:%02x:%02x:%02x:%02x:%02x", i->mac0, i->mac1, i->mac2, i->mac3,
             i->mac4, i->mac5);
    json_open(r, i->name, '{');
    json_text(r, "administrativeStatus", i->admin_up ? "up" : "down");
    json_text(r, "operationalStatus", i->running ? "up" : "down");
    json_text(r, "vrfName", "default");
    if (i->alias[0])
        json_text(r, "configuredName", i->alias);
    json_u64(r, "index", i->index);
    json_u64(r, "mtu", i->mtu);
    if (!i->loopback)
        json_text(r, "hardwareAddress", mac);
    interface_addresses_json(r, i);
    json_close(r);
}

static bool take_interface(struct misc_table *m, const struct view_interface *i)
{
    if (m->name[0] && strcmp(m->name, i->name) != 0 && strcmp(m->name, i->alias) != 0)
        return true;
    const struct view_tunnel *t = m->facts ? crypto_tunnel_of(m->facts, i->name) : NULL;
    if (t)
        crypto_put_tunnel(m->r, m->facts, t, i);
    else if (m->json && m->brief)
        put_brief_json(m->r, i);
    else if (m->json)
        put_interface_json(m->r, i);
    else if (m->brief && m->r->layout == DIALECT_IOS)
        put_brief_ios(m, i);
    else if (m->brief)
        put_brief_frr(m, i);
    else if (m->r->layout == DIALECT_IOS)
        put_interface_ios(m->r, i);
    else
        put_interface_frr(m->r, i);
    m->shown++;
    return !m->r->failed;
}

static bool take_memory(struct misc_table *m, const struct view_memory *v)
{
    if (m->json) {
        json_open(m->r, v->name, '{');
        json_u64(m->r, "bytes", v->bytes);
        json_u64(m->r, "count", v->count);
        json_close(m->r);
    } else {
        if (m->shown == 0)
            render_f(m->r, "%-24s %14s %12s\n", "Memory", "bytes", "count");
        render_f(m->r, "%-24s %14llu %12llu\n", v->name, (unsigned long long)v->bytes,
                 (unsigned long long)v->count);
    }
    m->bytes += v->bytes;
    m->count += v->count;
    m->shown++;
    return !m->r->failed;
}

static bool take(struct view_sink *sink, const struct view *view, const void *record)
{
    struct misc_table *m = container_of(sink, struct misc_table, sink);
    if (view->id == VIEW_INTERFACE)
        return take_interface(m, record);
    if (view->id == VIEW_MEMORY)
        return take_memory(m, record);
    if (view->id != VIEW_LINE)
        return true;
    const struct view_line *l = record;
    m->shown++;
    if (m->json) {
        json_text(m->r, NULL, l->text);
    } else {
        render_str(m->r, l->text);
        render_str(m->r, "\n");
    }
    return !m->r->failed;
}

void misc_table_init(struct misc_table *m, struct render *r, bool json)
{
    *m = (struct misc_table){ .sink = { take }, .r = r, .json = json, .name = "" };
}
