/* A plan as text: the lines that build it, as a script and for the runner alike, and a graph. */
#include "lab/plan_print.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { LINE_MAX_BYTES = 2048 };

struct writer {
    lab_sink sink;
    void *context;
};

static void put(const struct writer *w, const char *s)
{
    w->sink(w->context, s, strlen(s));
}

static void putf(const struct writer *w, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void putf(const struct writer *w, const char *format, ...)
{
    char line[LINE_MAX_BYTES];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    assert(n >= 0 && (size_t)n < sizeof(line));
    w->sink(w->context, line, (size_t)n);
}

/* ---- lines of `ip -batch` -------------------------------------------------------------------- */

void lab_print_cables(const struct lab_plan *p, lab_sink sink, void *context)
{
    const struct writer w = { sink, context };
    for (uint32_t i = 0; i < p->cables.count; i++) {
        const struct lab_cable *c = &p->cables.items[i];
        putf(&w, "link add name %s mtu %u netns %s type veth peer name %s mtu %u netns %s\n",
             c->end[0].dev, c->mtu, p->spaces.items[c->end[0].space].netns, c->end[1].dev, c->mtu,
             p->spaces.items[c->end[1].space].netns);
    }
}

void lab_print_setup(const struct lab_plan *p, uint32_t space, lab_sink sink, void *context)
{
    const struct writer w = { sink, context };
    const struct lab_space *s = &p->spaces.items[space];
    put(&w, "link set dev lo up\n");
    for (uint32_t i = 0; i < p->cables.count; i++) {
        for (uint32_t k = 0; k < 2; k++) {
            const struct lab_end *e = &p->cables.items[i].end[k];
            if (e->space != space)
                continue;
            for (uint32_t a = 0; a < e->addresses.count; a++) {
                char addr[IP_TEXT_MAX];
                struct text t = text_init(addr, sizeof(addr));
                text_ip(&t, &e->addresses.items[a].addr);
                putf(&w, "address add %s/%u dev %s\n", addr, e->addresses.items[a].len, e->dev);
            }
            putf(&w, "link set dev %s up\n", e->dev);
        }
    }
    for (uint32_t i = 0; i < s->setup.count; i++) {
        put(&w, s->setup.items[i]);
        put(&w, "\n");
    }
}

/* ---- a script -------------------------------------------------------------------------------- */

static void put_document(const struct writer *w, const char *bytes, size_t n)
{
    put(w, " <<'END-OF-IT'\n");
    w->sink(w->context, bytes, n);
    put(w, n && bytes[n - 1] == '\n' ? "END-OF-IT\n" : "\nEND-OF-IT\n");
}

static void put_space(const struct lab_plan *p, const struct writer *w, uint32_t i)
{
    const struct lab_space *s = &p->spaces.items[i];
    put(w, "\n");
    if (s->late.count)
        putf(w, "ip netns exec %s sysctl -qw", s->netns);
    for (uint32_t k = 0; k < s->late.count; k++)
        putf(w, " \\\n    %s=%lld", s->late.items[k].path, (long long)s->late.items[k].value);
    putf(w, "%sip -n %s -batch - <<'END-OF-IT'\n", s->late.count ? "\n" : "", s->netns);
    lab_print_setup(p, i, w->sink, w->context);
    put(w, "END-OF-IT\n");
    if (s->nft) {
        putf(w, "ip netns exec %s nft -f -", s->netns);
        put_document(w, s->nft, strlen(s->nft));
    }
}

static const char *daemon_name(enum lab_daemon_kind kind)
{
    static const char *const names[] = { "spanwayd", "frr", "bird", "strongswan" };
    return names[kind];
}

const char *lab_daemon_kind_name(enum lab_daemon_kind kind)
{
    return daemon_name(kind);
}

static void put_spanwayd(const struct lab_plan *p, const struct writer *w,
                         const struct lab_daemon *d)
{
    const struct lab_space *s = &p->spaces.items[d->space];
    putf(w, "ip netns exec %s spanwayd -f \"$state/conf/%s\"", s->netns, s->name);
    if (d->iptables)
        putf(w, " -f \"$state/conf/%s.iptables\"", s->name);
    if (d->dialect != DIALECT_UNKNOWN)
        putf(w, " --dialect %s", d->dialect == DIALECT_IOS ? "ios" : "frr");
    for (uint32_t i = 0; i < d->map.count; i++)
        putf(w, "%s%s=%s", i ? "," : " --interface-map ", d->map.items[i].device,
             d->map.items[i].dev);
    putf(w, " \\\n    --run-dir \"$state/run/%s\" >\"$state/log/%s\" 2>&1 &\n", s->name, s->name);
}

static void put_daemon(const struct lab_plan *p, const struct writer *w, const struct lab_daemon *d)
{
    const struct lab_space *s = &p->spaces.items[d->space];
    putf(w, "\nmkdir -p \"$state/run/%s\"\ncat >\"$state/conf/%s\"", s->name, s->name);
    put_document(w, d->config, d->config_len);
    if (d->iptables) {
        putf(w, "cat >\"$state/conf/%s.iptables\"", s->name);
        put_document(w, d->iptables, strlen(d->iptables));
    }
    if (d->kind == LAB_SPANWAYD)
        put_spanwayd(p, w, d);
    else
        putf(w, "# %s is started in %s\n", daemon_name(d->kind), s->netns);
}

void lab_plan_script(const struct lab_plan *p, const char *state, lab_sink sink, void *context)
{
    const struct writer w = { sink, context };
    putf(&w,
         "#!/bin/sh\n# The lab %s: %u namespaces, %u cables, %u daemons.\nset -eu\n"
         "state=%s\nmkdir -p \"$state/conf\" \"$state/run\" \"$state/log\"\n\n",
         p->name, p->spaces.count, p->cables.count, p->daemons.count, state);
    for (uint32_t i = 0; i < p->spaces.count; i++) {
        const struct lab_space *s = &p->spaces.items[i];
        putf(&w, "ip netns add %s\nip netns exec %s sysctl -qw", s->netns, s->netns);
        for (uint32_t k = 0; k < s->sysctls.count; k++)
            putf(&w, " \\\n    %s=%lld", s->sysctls.items[k].path,
                 (long long)s->sysctls.items[k].value);
        put(&w, "\n");
    }
    put(&w, "\nip -batch - <<'END-OF-IT'\n");
    lab_print_cables(p, sink, context);
    put(&w, "END-OF-IT\n");
    for (uint32_t i = 0; i < p->spaces.count; i++)
        put_space(p, &w, i);
    for (uint32_t i = 0; i < p->daemons.count; i++)
        put_daemon(p, &w, &p->daemons.items[i]);
}

/* ---- a graph --------------------------------------------------------------------------------- */

static const char *shape_of(const struct lab_plan *p, const struct lab_space *s)
{
    static const char *const shapes[] = { [LAB_SPACE_NODE] = "box",
                                          [LAB_SPACE_FABRIC] = "ellipse",
                                          [LAB_SPACE_INTERNET] = "doubleoctagon",
                                          [LAB_SPACE_LAN] = "ellipse" };
    if (s->kind == LAB_SPACE_NODE && p->design->net.nodes.items[s->node].kind == NET_HOST)
        return "plaintext";
    return shapes[s->kind];
}

static void put_end(const struct writer *w, const char *key, const struct lab_end *e)
{
    putf(w, "%s=\"%s", key, e->dev);
    for (uint32_t i = 0; i < e->addresses.count; i++) {
        char addr[IP_TEXT_MAX];
        struct text t = text_init(addr, sizeof(addr));
        text_ip(&t, &e->addresses.items[i].addr);
        putf(w, "\\n%s/%u", addr, e->addresses.items[i].len);
    }
    put(w, "\"");
}

void lab_plan_graph(const struct lab_plan *p, lab_sink sink, void *context)
{
    const struct writer w = { sink, context };
    putf(&w,
         "graph \"%s\" {\n  node [fontname=\"sans-serif\"];\n"
         "  edge [fontname=\"sans-serif\", fontsize=9];\n",
         p->name);
    for (uint32_t i = 0; i < p->spaces.count; i++)
        putf(&w, "  \"%s\" [shape=%s];\n", p->spaces.items[i].name,
             shape_of(p, &p->spaces.items[i]));
    for (uint32_t i = 0; i < p->cables.count; i++) {
        const struct lab_cable *c = &p->cables.items[i];
        if (c->kind == LAB_CABLE_VOID)
            continue;
        putf(&w, "  \"%s\" -- \"%s\" [", p->spaces.items[c->end[0].space].name,
             p->spaces.items[c->end[1].space].name);
        put_end(&w, "taillabel", &c->end[0]);
        put(&w, ", ");
        put_end(&w, "headlabel", &c->end[1]);
        put(&w, "];\n");
    }
    put(&w, "}\n");
}
