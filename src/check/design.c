#include "check/design.h"

#include <errno.h>
#include <string.h>

#include "cloud/assign.h"
#include "cloud/expand.h"
#include "config/parse.h"

/* ---- limits ---------------------------------------------------------------------------------- */

static bool take_limits(struct check_design *d, struct diag_list *diags)
{
    bool fine = true;
    for (uint32_t i = 0; i < d->topo->limits.count; i++) {
        const struct topo_limit *l = &d->topo->limits.items[i];
        struct diag why = { 0 };
        if (cloud_limits_set(&d->limits, l->o.name, l->value, &why))
            continue;
        lang_diag_at(l->o.node, &why);
        diag_add(diags, &why);
        fine = false;
    }
    return fine;
}

/* ---- devices --------------------------------------------------------------------------------- */

struct device_walk {
    struct check_design *d;
    struct topo_source *source;
    struct diag_list *diags;
    bool failed;
};

/* A file that is not there, or may not be read, is the topology's mistake; what stands in it is the
 * device's. */
static void report_unreadable(struct device_walk *w, const struct topo_device *device, err_t err)
{
    struct diag why = { .severity = DIAG_ERROR };
    struct text what = text_init(why.what, sizeof(why.what));
    DIAG_SET(why.id, "TOPO-DEVICE-FILE");
    text_str(&what, "the device configuration ");
    lang_quote(&what, device->configuration, strlen(device->configuration));
    text_str(&what, " cannot be read: ");
    text_str(&what, err == -EXDEV   ? "it lies outside of the topology's folder"
                    : err == -EFBIG ? "it is too large"
                                    : strerror((int)-err));
    DIAG_SET(why.expected, "a file below the topology's folder");
    const struct lang_node *at = lang_get(device->node, "configuration");
    lang_diag_at(at ? at : device->node, &why);
    diag_add(w->diags, &why);
    w->failed = true;
}

static void parse_device(struct device_walk *w, const struct topo_object *owner,
                         const struct topo_device *device, uint32_t i)
{
    const struct config_options options = { .dialect = device->dialect, .allow_unsupported = true };
    struct check_device *to = &w->d->devices[i];
    struct diag_list *findings = &w->d->findings[i];
    *to = (struct check_device){ .owner = owner, .device = device, .diags = findings };
    err_t err = w->source->read(w->source, device->configuration, CONFIG_TEXT_MAX, &w->d->arena,
                                &to->text, &to->len);
    if (err) {
        report_unreadable(w, device, err);
        return;
    }
    const struct config_file file = { device->configuration, to->text, to->len };
    (void)!config_parse(&file, 1, &options, findings, &w->d->configs[i]);
    to->config = w->d->configs[i];
    w->failed |= !to->config;
}

typedef void device_visit_fn(struct device_walk *w, const struct topo_object *owner,
                             const struct topo_device *device);

static void visit_devices(struct device_walk *w, device_visit_fn *visit)
{
    const struct topo *t = w->d->topo;
    for (uint32_t i = 0; i < t->sites.sites.count; i++) {
        const struct site *s = &t->sites.sites.items[i];
        for (uint32_t k = 0; k < s->routers.count; k++)
            visit(w, &s->routers.items[k].o, &s->routers.items[k].device);
    }
    for (uint32_t i = 0; i < t->azure.virtual_machines.count; i++)
        visit(w, &t->azure.virtual_machines.items[i].o, &t->azure.virtual_machines.items[i].device);
    for (uint32_t i = 0; i < t->aws.instances.count; i++)
        visit(w, &t->aws.instances.items[i].o, &t->aws.instances.items[i].device);
    for (uint32_t i = 0; i < t->gcp.instances.count; i++)
        visit(w, &t->gcp.instances.items[i].o, &t->gcp.instances.items[i].device);
}

static void count_device(struct device_walk *w, const struct topo_object *owner,
                         const struct topo_device *device)
{
    (void)owner;
    w->d->device_count += device->configuration != NULL;
}

static void add_device(struct device_walk *w, const struct topo_object *owner,
                       const struct topo_device *device)
{
    if (!device->configuration)
        return;
    uint32_t i = w->d->device_count++;
    parse_device(w, owner, device, i);
}

static bool read_devices(struct check_design *d, struct topo_source *source,
                         struct diag_list *diags)
{
    struct device_walk w = { .d = d, .source = source, .diags = diags };
    visit_devices(&w, count_device);
    uint32_t n = MIN(d->device_count, (uint32_t)CHECK_DEVICES_MAX);
    d->devices = arena_alloc(&d->arena, n * sizeof(*d->devices));
    d->configs = arena_alloc(&d->arena, n * sizeof(*d->configs));
    d->findings = arena_alloc(&d->arena, n * sizeof(*d->findings));
    if (d->device_count > n || !d->devices || !d->configs || !d->findings) {
        d->device_count = 0;
        return false;
    }
    d->device_count = 0;
    visit_devices(&w, add_device);
    return !w.failed;
}

/* ---- the whole ------------------------------------------------------------------------------- */

static bool expand(struct check_design *d)
{
    struct cloud_device *items = arena_alloc(&d->arena, d->device_count * sizeof(*items));
    if (!items)
        return false;
    for (uint32_t i = 0; i < d->device_count; i++)
        items[i] = (struct cloud_device){ d->devices[i].device, d->devices[i].config };
    const struct cloud_devices devices = { items, d->device_count };
    return cloud_expand(d->topo, &d->limits, &devices, &d->arena, &d->net) && net_pair(&d->net);
}

bool check_design_open(struct check_design *d, const char *path, struct topo_source *source,
                       struct diag_list *diags)
{
    memset(d, 0, sizeof(*d));
    arena_init(&d->arena, CHECK_DESIGN_ARENA_MAX_BYTES);
    return topo_read(path, source, diags, &d->topo) && take_limits(d, diags) &&
           cloud_assign(d->topo) && read_devices(d, source, diags) && expand(d);
}

void check_design_done(struct check_design *d)
{
    for (uint32_t i = 0; i < d->device_count; i++) {
        config_free(d->configs[i]);
        diag_list_done(&d->findings[i]);
    }
    topo_free(d->topo);
    arena_done(&d->arena);
    memset(d, 0, sizeof(*d));
}

struct check check_of_design(struct check_design *d, const struct check_design *before)
{
    return (struct check){
        .topo = d->topo,
        .before = before ? before->topo : NULL,
        .net = &d->net,
        .limits = &d->limits,
        .devices = d->devices,
        .device_count = d->device_count,
        .arena = &d->arena,
    };
}
