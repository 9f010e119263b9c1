/* Interfaces, memory, and lines that come ready from the node. */
#include "ctl/render.h"

#include <stdio.h>
#include <stdlib.h>
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

static void put_brief(struct misc_table *m, const struct view_interface *i)
{
    struct render *r = m->r;
    char list[sizeof(i->addresses)];
    char *next = NULL;
    snprintf(list, sizeof(list), "%s", i->addresses);
    char *first = strtok_r(list, " ", &next);
    if (r->layout == DIALECT_IOS) {
        char *slash = first ? strchr(first, '/') : NULL;
        if (slash)
            *slash = '\0';
        if (m->shown == 0)
            render_str(r, "Interface                  IP-Address      OK? Method Status"
                          "                Protocol\n");
        render_f(r, "%-26s %-15s YES unset  %-21s %s\n", shown_name(r, i),
                 first ? first : "unassigned", i->admin_up ? "up" : "administratively down",
                 i->running ? "up" : "down");
        return;
    }
    if (m->shown == 0)
        render_str(r, "Interface       Status  VRF             Addresses\n"
                      "---------       ------  ---             ---------\n");
    render_f(r, "%-15s %-7s %-15s %s", i->name, i->admin_up && i->running ? "up" : "down",
             "default", first ? first : "");
    while (first && (first = strtok_r(NULL, " ", &next)) != NULL)
        render_f(r, "\n%40s%s", "", first);
    render_str(r, "\n");
}

static void put_interface_json(struct render *r, const struct view_interface *i)
{
    char list[sizeof(i->addresses)], mac[24];
    char *next = NULL;
    snprintf(mac, sizeof(mac), "%02x:%02x:%02x:%02x:%02x:%02x", i->mac0, i->mac1, i->mac2, i->mac3,
             i->mac4, i->mac5);
    snprintf(list, sizeof(list), "%s", i->addresses);
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
    json_open(r, "ipAddresses", '[');
    for (char *w = strtok_r(list, " ", &next); w; w = strtok_r(NULL, " ", &next)) {
        json_open(r, NULL, '{');
        json_text(r, "address", w);
        json_close(r);
    }
    json_close(r);
    json_close(r);
}

static bool take_interface(struct misc_table *m, const struct view_interface *i)
{
    if (m->name[0] && strcmp(m->name, i->name) != 0 && strcmp(m->name, i->alias) != 0)
        return true;
    if (m->json)
        put_interface_json(m->r, i);
    else if (m->brief)
        put_brief(m, i);
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
