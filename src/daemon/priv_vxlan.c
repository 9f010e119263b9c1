/* priv: VXLAN devices, made as core asks. Ours carry a mark in the kernel: an orderly end removes
 * them, a run that was killed leaves them for the next one, which takes them over as they are or
 * removes what its configuration does not want. A device of somebody else that is the same already
 * is used, and stays. */
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "base/list.h"
#include "base/mem.h"
#include "daemon/priv.h"
#include "os/sysctl.h"
#include "os/vxlan.h"

enum { VXLANS_MAX = 1024 }; /* devices of one configuration */

/* A device that the configuration wants. */
struct wanted {
    struct link link;
    char name[OS_VXLAN_NAME_MAX];
};

struct priv_vxlan {
    struct os_vxlan_handle *handle;
    struct link wanted;
    uint32_t wanted_count;
    char mark[OS_VXLAN_MARK_MAX];
};

err_t priv_vxlan_open(struct priv *p)
{
    struct priv_vxlan *v = mem_alloc(MEM_FIB, sizeof(*v));
    if (!v)
        return -ENOMEM;
    list_init(&v->wanted);
    snprintf(v->mark, sizeof(v->mark), "Spanway %.40s", priv_host_instance(p));
    p->vxlan = v;
    return os_vxlan_open(&v->handle);
}

static void forget(struct priv_vxlan *v, struct wanted *w)
{
    list_remove(&w->link);
    v->wanted_count--;
    mem_free(MEM_FIB, w, sizeof(*w));
}

void priv_vxlan_close(struct priv *p)
{
    struct priv_vxlan *v = p->vxlan;
    if (!v)
        return;
    LIST_EACH_SAFE (it, next, &v->wanted)
        forget(v, LIST_ENTRY(it, struct wanted, link));
    os_vxlan_close(v->handle);
    mem_free(MEM_FIB, v, sizeof(*v));
    p->vxlan = NULL;
}

static struct wanted *find(const struct priv_vxlan *v, const char *name)
{
    LIST_EACH (it, &v->wanted) {
        struct wanted *w = LIST_ENTRY(it, struct wanted, link);
        if (strcmp(w->name, name) == 0)
            return w;
    }
    return NULL;
}

static bool remember(struct priv_vxlan *v, const char *name)
{
    if (find(v, name))
        return true;
    struct wanted *w = v->wanted_count < VXLANS_MAX ? mem_alloc(MEM_FIB, sizeof(*w)) : NULL;
    if (!w)
        return false;
    memcpy(w->name, name, strlen(name) + 1);
    list_append(&v->wanted, &w->link);
    v->wanted_count++;
    return true;
}

static bool is_ours(const struct priv_vxlan *v, const struct os_vxlan_found *f)
{
    return f->is_vxlan && strcmp(f->mark, v->mark) == 0;
}

static void refuse(struct priv *p, const char *name, const char *why, const char *more)
{
    log_line(&p->log, LOG_LEVEL_ERROR, "VXLAN interface %s is not made: %s%s%s [VXLAN]", name, why,
             more[0] ? ": " : "", more);
}

/* ---- made ------------------------------------------------------------------------------------ */

/* Names that the kernel would not take, or take as a pattern ("vx%d"). */
static bool is_name(const char *name)
{
    size_t len = strlen(name);
    return len > 0 && len < OS_VXLAN_NAME_MAX && !strpbrk(name, "%/: ");
}

/* From core's words to the kernel's; false: why was said. */
static bool translate(struct priv *p, const struct kernel_write *w, struct os_vxlan *ret)
{
    const struct node_vxlan *from = &w->vxlan;
    struct os_vxlan to = { .vni = from->vni,
                           .remote = from->remote,
                           .local = from->local,
                           .port = from->port,
                           .mtu = from->mtu };
    if (!is_name(w->interface)) {
        refuse(p, w->interface, "no name of a device", "1 to 15 letters, digits, dots and dashes");
        return false;
    }
    if (!ip_bits(to.remote.family) || to.vni == 0 || to.vni > OS_VXLAN_VNI_MAX || to.port == 0 ||
        (to.local.family != IP_NONE && to.local.family != to.remote.family)) {
        refuse(p, w->interface, "core asked for what cannot be", "");
        return false;
    }
    if (from->device[0]) {
        to.if_index = if_nametoindex(from->device);
        if (to.if_index == 0) {
            refuse(p, w->interface, "what is to carry it is not there", from->device);
            return false;
        }
    }
    memcpy(to.name, w->interface, strlen(w->interface) + 1);
    *ret = to;
    return true;
}

static void adopt(struct priv *p, const struct os_vxlan *want, const struct os_vxlan_found *f)
{
    struct priv_vxlan *v = p->vxlan;
    if (!find(v, want->name))
        log_line(&p->log, LOG_LEVEL_INFO, "VXLAN interface %s is there as it should be: %s",
                 want->name, is_ours(v, f) ? "left by a run before" : "made by somebody else");
    if (want->mtu && want->mtu != f->is.mtu) {
        err_t rc = os_vxlan_set_mtu(v->handle, f->if_index, want->mtu);
        if (rc != 0)
            log_line(&p->log, LOG_LEVEL_ERROR, "the MTU of %s is not set: %s [VXLAN]", want->name,
                     strerror(-rc));
    }
}

/* A device of the name stands in the way, or serves. True: it is settled. */
static bool settle_with(struct priv *p, const struct os_vxlan *want, const struct os_vxlan_found *f)
{
    if (!f->is_vxlan) {
        log_line(&p->log, LOG_LEVEL_ERROR,
                 "VXLAN interface %s is not made: the host has a device of that name which is no "
                 "VXLAN (its kind: %s); it is left alone: rename one of the two [VXLAN]",
                 want->name, f->kind[0] ? f->kind : "hardware");
        return true;
    }
    if (os_vxlan_is_same(want, &f->is)) {
        adopt(p, want, f);
        return true;
    }
    log_line(&p->log, LOG_LEVEL_WARNING,
             "VXLAN interface %s is there, but not as the configuration says: it is replaced",
             want->name);
    err_t rc = os_vxlan_remove(p->vxlan->handle, f->if_index);
    if (rc != 0)
        refuse(p, want->name, "the one that is there cannot be removed", strerror(-rc));
    return rc != 0;
}

/* A new device has a new Ethernet address, while the other end remembers the old one for up to a
 * minute: the kernel is to announce ours as the device comes up. Without /proc/sys it takes longer.
 */
static void announce(struct priv *p, const char *name)
{
    static const char *const settings[][2] = { { "ipv4", "arp_notify" },
                                               { "ipv6", "ndisc_notify" } };
    for (size_t i = 0; i < ARRAY_LEN(settings); i++) {
        char path[80];
        snprintf(path, sizeof(path), "net/%s/conf/%.15s/%s", settings[i][0], name, settings[i][1]);
        err_t rc = os_sysctl_set(path, 1, NULL);
        if (rc != 0)
            log_line(&p->log, LOG_LEVEL_DEBUG, "%s is not set: %s", path, strerror(-rc));
    }
}

static void set(struct priv *p, const struct kernel_write *w)
{
    struct priv_vxlan *v = p->vxlan;
    struct os_vxlan want;
    struct os_vxlan_found f;
    char why[OS_VXLAN_WHY_MAX];
    if (!translate(p, w, &want))
        return;
    err_t rc = os_vxlan_find(v->handle, want.name, &f);
    bool settled = rc == 0 && settle_with(p, &want, &f);
    if (!remember(v, want.name)) {
        refuse(p, want.name, "there are too many", "");
        return;
    }
    if (settled)
        return;
    rc = rc == 0 || rc == -ENODEV ? os_vxlan_make(v->handle, &want, v->mark, why) : rc;
    if (rc == -EOPNOTSUPP)
        refuse(p, want.name, "this kernel has no VXLAN", "the module vxlan");
    else if (rc != 0)
        refuse(p, want.name, strerror(-rc), why);
    if (rc != 0)
        return;
    announce(p, want.name);
    log_line(&p->log, LOG_LEVEL_INFO, "VXLAN interface %s is made: id %u", want.name, want.vni);
}

/* ---- removed --------------------------------------------------------------------------------- */

static void remove_device(struct priv *p, const struct os_vxlan_found *f)
{
    err_t rc = os_vxlan_remove(p->vxlan->handle, f->if_index);
    log_line(&p->log, rc == 0 ? LOG_LEVEL_INFO : LOG_LEVEL_ERROR, "VXLAN interface %s is %s%s",
             f->is.name, rc == 0 ? "removed" : "not removed: ", rc == 0 ? "" : strerror(-rc));
}

static void drop(struct priv *p, const char *name)
{
    struct priv_vxlan *v = p->vxlan;
    struct wanted *w = find(v, name);
    struct os_vxlan_found f;
    if (w)
        forget(v, w);
    if (os_vxlan_find(v->handle, name, &f) == 0 && is_ours(v, &f))
        remove_device(p, &f);
}

/* What carries our mark goes, but what is wanted when `keep`. */
static void sweep(struct priv *p, bool keep)
{
    struct priv_vxlan *v = p->vxlan;
    struct os_vxlan_found f;
    uint32_t passed = 0; /* marked ones that stay: they are met again at each look */
    for (int i = 0; i < 2 * VXLANS_MAX && os_vxlan_marked(v->handle, v->mark, passed, &f); i++) {
        if (!is_ours(v, &f) || (keep && find(v, f.is.name)))
            passed++;
        else
            remove_device(p, &f);
    }
}

void priv_vxlan_write(struct priv *p, const struct kernel_write *w)
{
    assert(w->kind == WRITE_VXLAN && !p->options->no_kernel);
    if (w->on)
        set(p, w);
    else if (w->interface[0])
        drop(p, w->interface);
    else
        sweep(p, true);
}

void priv_vxlan_leave(struct priv *p)
{
    if (p->vxlan && !p->options->no_kernel)
        sweep(p, false);
}
