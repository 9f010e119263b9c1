/* The commands as one shell script: the frame, and what the providers' parts share. */
#include "plan/steps.h"
#include "plan/write.h"

#include <string.h>

/* A network's name as a part of a variable's. */
static void put_upper(struct text *out, const char *s)
{
    for (; *s; s++)
        text_char(out, *s == '-' ? '_' : *s >= 'a' && *s <= 'z' ? (char)(*s - 'a' + 'A') : *s);
}

struct put_text command_variable(const struct plan_link *l, int side, uint32_t end)
{
    const struct plan_network *n = l->side[side];
    struct put_text r;
    struct text t = text_init(r.s, sizeof(r.s));
    text_str(&t, "IP_");
    put_upper(&t, n->o.name);
    if (plan_is_aws_kind(n)) {
        text_char(&t, '_');
        put_upper(&t, l->side[!side]->o.name);
    }
    put(&t, "_%u", end);
    return r;
}

struct put_text command_address(const struct plan_link *l, int side, uint32_t end)
{
    if (l->side[side]->provider == PLAN_SITE)
        return put_endpoint(l, side, end);
    struct put_text r, v = command_variable(l, side, end);
    struct text t = text_init(r.s, sizeof(r.s));
    put(&t, "$%s", v.s);
    return r;
}

/* Keys stand once, on top; nothing is made while one of them is the placeholder. */
static void put_keys(const struct plan *p, struct text *out)
{
    put(out, "# Pre-shared keys: 32 letters and digits, the first not 0, another one for each.\n");
    const char *last = "";
    for (uint32_t i = 0; i < p->link_count; i++) {
        for (uint32_t k = 0; k < p->links[i].tunnel_count; k++) {
            const char *key = p->links[i].tunnels[k].key;
            bool known = false;
            for (uint32_t j = 0; j < k; j++)
                known |= strcmp(p->links[i].tunnels[j].key, key) == 0;
            if (!known)
                put(out, "KEY_%s=%s\n", key + PLAN_KEY_MAX - 3, key);
            last = key;
        }
    }
    assert(*last);
    put(out, "if grep -q '^KEY_.*=Replace''Me' \"$0\"; then\n"
             "    echo \"replace the keys on top of $0 first\" >&2\n    exit 1\nfi\n");
}

void plan_write_commands(const struct plan *p, struct text *out)
{
    uint32_t number = 0;
    put(out,
        "#!/bin/sh\n# Made by `spanway plan`, redundancy %s. Steps are in the order of who "
        "needs whose address.\nset -eu\n",
        plan_redundancy_names[p->intent->redundancy]);
    if (put_network(p, PLAN_AZURE))
        put(out, "RG=${RG:-%s-rg} # resource group\n", put_network(p, PLAN_AZURE)->o.name);
    put_keys(p, out);
    for (const struct plan_step *s = plan_steps; s->title; s++) {
        if (!s->applies(p))
            continue;
        put(out, "\n# %u. %s\n", ++number, s->title);
        s->command(p, out);
    }
}
