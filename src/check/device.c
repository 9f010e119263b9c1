#include "check/device.h"

#include <string.h>

#include "topo/kinds.h"

/* ---- networks -------------------------------------------------------------------------------- */

static void add_network(struct device_networks *n, const struct ip_addr *a, uint8_t len)
{
    if (a->family != IP_NONE && n->n < DEVICE_NETWORKS_MAX)
        n->v[n->n++] = prefix_of(a, len);
}

static void add_prefix(struct device_networks *n, const struct prefix *p)
{
    struct ip_addr a = prefix_addr(p);
    add_network(n, &a, p->len);
}

static void add_machine(struct device_networks *n, const struct topo_object *o)
{
    if (o->kind == &azure_vm_kind) {
        const struct azure_vm *v = (const struct azure_vm *)o;
        for (uint32_t i = 0; i < v->network_interfaces.count; i++)
            if (v->network_interfaces.items[i] && v->network_interfaces.items[i]->subnet)
                add_prefix(n, &v->network_interfaces.items[i]->subnet->address_prefix);
    } else if (o->kind == &aws_instance_kind) {
        const struct aws_instance *v = (const struct aws_instance *)o;
        if (v->subnet)
            add_prefix(n, &v->subnet->cidr_block);
    } else if (o->kind == &gcp_instance_kind) {
        const struct gcp_instance *v = (const struct gcp_instance *)o;
        if (v->subnetwork)
            add_prefix(n, &v->subnetwork->ip_cidr_range);
    } else if (o->kind == &site_router_kind) {
        const struct site_router *r = (const struct site_router *)o;
        for (uint32_t i = 0; i < r->interfaces.count; i++)
            add_network(n, &r->interfaces.items[i].address.addr,
                        r->interfaces.items[i].address.len);
    }
}

struct device_networks device_networks(const struct check_device *d)
{
    struct device_networks n = { .n = 0 };
    for (uint32_t i = 0; d->config && i < d->config->interfaces.n; i++) {
        const struct config_interface *x = &d->config->interfaces.v[i];
        for (uint32_t k = 0; !x->shutdown && k < x->addresses.n; k++)
            add_prefix(&n, &x->addresses.v[k].prefix);
    }
    for (uint32_t i = 0; i < d->device->vxlan.count; i++)
        add_network(&n, &d->device->vxlan.items[i].address.addr,
                    d->device->vxlan.items[i].address.len);
    add_machine(&n, d->owner);
    return n;
}

bool device_networks_are_known(const struct check_device *d)
{
    return d->owner->kind != &site_router_kind || device_speaks(d, DIALECT_IOS) ||
           ((const struct site_router *)d->owner)->interfaces.count > 0;
}

bool device_is_on(const struct device_networks *n, const struct ip_addr *a)
{
    for (uint32_t i = 0; i < n->n; i++)
        if (prefix_has_addr(&n->v[i], a))
            return true;
    return false;
}

/* ---- text ------------------------------------------------------------------------------------ */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static const char *copy_line(char *buffer, const char *s, const char *end)
{
    while (s < end && is_blank(*s))
        s++;
    while (s < end && is_blank(end[-1]))
        end--;
    size_t n = MIN((size_t)(end - s), (size_t)DEVICE_LINE_MAX - 1);
    memcpy(buffer, s, n);
    buffer[n] = '\0';
    return buffer;
}

const char *device_line(const struct check_device *d, uint32_t line, char *buffer)
{
    const char *s = d->text, *end = s ? s + d->len : NULL;
    for (uint32_t i = 1; s && s < end; i++) {
        const char *stop = memchr(s, '\n', (size_t)(end - s));
        stop = stop ? stop : end;
        if (i == line)
            return copy_line(buffer, s, stop);
        s = stop < end ? stop + 1 : end;
    }
    buffer[0] = '\0';
    return buffer;
}

void device_lines(struct check *c, const struct check_rule *rule, const struct check_device *d,
                  void (*each)(struct check *c, const struct check_rule *rule,
                               const struct check_device *d, uint32_t line, const char *text))
{
    char buffer[DEVICE_LINE_MAX];
    const char *s = d->text, *end = s ? s + d->len : NULL;
    for (uint32_t line = 1; s && s < end; line++) {
        const char *stop = memchr(s, '\n', (size_t)(end - s));
        stop = stop ? stop : end;
        copy_line(buffer, s, stop);
        if (buffer[0] && buffer[0] != '!' && buffer[0] != '#')
            each(c, rule, d, line, buffer);
        s = stop < end ? stop + 1 : end;
    }
}

bool device_begins(const char *text, const char *word, const char **ret_rest)
{
    size_t n = strlen(word);
    if (strncmp(text, word, n) != 0 || (text[n] && !is_blank(text[n])))
        return false;
    text += n;
    while (is_blank(*text))
        text++;
    if (ret_rest)
        *ret_rest = text;
    return true;
}

/* ---- configuration --------------------------------------------------------------------------- */

bool device_speaks(const struct check_device *d, enum dialect dialect)
{
    return d->config && d->config->dialect == dialect;
}

bool device_is_ebgp(const struct check_device *d, const struct config_neighbor *n,
                    struct config_neighbor *ret)
{
    if (n->is_group)
        return false;
    config_neighbor_resolve(d->config, n, ret);
    return ret->remote_as_kind == REMOTE_AS_EXTERNAL ||
           (ret->remote_as_kind == REMOTE_AS_NUMBER && ret->remote_as != d->config->bgp.as);
}

uint32_t device_remote_as(const struct check_device *d, const struct config_neighbor *resolved)
{
    if (resolved->remote_as_kind == REMOTE_AS_INTERNAL)
        return d->config->bgp.as;
    return resolved->remote_as_kind == REMOTE_AS_NUMBER ? resolved->remote_as : 0;
}

static bool entry_matches(const struct config_prefix_entry *e, const struct prefix *p)
{
    if (e->any)
        return true;
    if (!prefix_covers(&e->prefix, p))
        return false;
    uint8_t least = e->ge ? e->ge : e->prefix.len;
    uint8_t most = e->le ? e->le : e->ge ? 128 : e->prefix.len;
    return p->len >= least && p->len <= most;
}

bool device_permits(const struct check_device *d, const char *prefix_list, const struct prefix *p)
{
    if (!prefix_list)
        return true;
    const struct config_prefix_list *l = config_prefix_list_find(d->config, p->family, prefix_list);
    if (!l)
        return d->config->dialect == DIALECT_IOS;
    for (uint32_t i = 0; i < l->entries.n; i++)
        if (entry_matches(&l->entries.v[i], p))
            return l->entries.v[i].permit;
    return false;
}

/* ---- tunnels --------------------------------------------------------------------------------- */

void device_report_between(struct check *c, const struct check_rule *rule,
                           const struct net_tunnel_end *a, const struct net_tunnel_end *b,
                           const char *what)
{
    const struct net_tunnel_end *at = look_device(c, a) || !look_device(c, b) ? a : b;
    const struct net_tunnel_end *other = at == a ? b : a;
    const struct check_device *d = look_device(c, at);
    const struct topo_object *objects[] = { a->object, b->object, NULL };
    if (!d || at->line == 0) {
        check_report_at(c, rule, objects, NULL, "%s and %s: %s", a->object->name, b->object->name,
                        what);
        return;
    }
    check_report_line(c, rule, d, at->line, "%s of %s and %s: %s", at->interface, d->owner->name,
                      other->object->name, what);
    check_last_concerns(c, other->object);
}
