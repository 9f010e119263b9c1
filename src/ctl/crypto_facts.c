#include "ctl/crypto.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

/* Records of one list at most: more SAs than the engine keeps (ike/config.h). */
enum { LIST_MAX = 262144, LIST_FIRST = 16 };

static bool append(struct crypto_list *l, const void *record)
{
    if (l->n == l->cap) {
        size_t cap = l->cap ? l->cap * 2 : LIST_FIRST;
        void *v = cap > LIST_MAX ? NULL
                                 : mem_resize(MEM_CTL, l->v, l->cap * l->size, cap * l->size);
        if (!v)
            return false;
        l->v = v;
        l->cap = cap;
    }
    memcpy((char *)l->v + l->n++ * l->size, record, l->size);
    return true;
}

static bool take(struct view_sink *sink, const struct view *view, const void *record)
{
    struct crypto_facts *f = container_of(sink, struct crypto_facts, sink);
    struct crypto_list *l = view->id == VIEW_TUNNEL        ? &f->tunnels
                            : view->id == VIEW_INTERFACE   ? &f->interfaces
                            : view->id == VIEW_IKE_SA      ? &f->sas
                            : view->id == VIEW_IKE_CHILD   ? &f->children
                            : view->id == VIEW_IKE_TOTALS  ? &f->totals
                            : view->id == VIEW_IKE_FAILURE ? &f->failures
                            : view->id == VIEW_IKE_WORKER  ? &f->workers
                                                           : NULL;
    if (l && !append(l, record))
        f->no_memory = true;
    return !f->no_memory;
}

err_t crypto_facts_get(struct crypto_facts *f, struct ctl_backend *b)
{
    const struct node_query tunnels = { .kind = NODE_QUERY_TUNNELS };
    const struct node_query interfaces = { .kind = NODE_QUERY_INTERFACES };
    *f = (struct crypto_facts){ .sink = { take },
                                .tunnels.size = sizeof(struct view_tunnel),
                                .interfaces.size = sizeof(struct view_interface),
                                .sas.size = sizeof(struct view_ike_sa),
                                .children.size = sizeof(struct view_ike_child),
                                .totals.size = sizeof(struct view_ike_totals),
                                .failures.size = sizeof(struct view_ike_failure),
                                .workers.size = sizeof(struct view_ike_worker) };
    err_t err = b->query(b, &tunnels, &f->sink);
    if (!err)
        err = b->query(b, &interfaces, &f->sink);
    if (!err)
        err = b->ike_query ? b->ike_query(b, 0, &f->sink) : -ENOTCONN;
    return f->no_memory ? -ENOMEM : err;
}

static void free_list(struct crypto_list *l)
{
    mem_free(MEM_CTL, l->v, l->cap * l->size);
    l->v = NULL;
    l->n = l->cap = 0;
}

void crypto_facts_done(struct crypto_facts *f)
{
    free_list(&f->tunnels);
    free_list(&f->interfaces);
    free_list(&f->sas);
    free_list(&f->children);
    free_list(&f->totals);
    free_list(&f->failures);
    free_list(&f->workers);
}

/* --- finding ---------------------------------------------------------------------------------- */

bool crypto_names_interface(const char *typed, const char *name)
{
    if (strcmp(typed, name) == 0)
        return true;
    size_t letters = 0;
    while (isalpha((unsigned char)typed[letters]) &&
           tolower((unsigned char)typed[letters]) == tolower((unsigned char)name[letters]))
        letters++;
    size_t all = letters;
    while (isalpha((unsigned char)name[all]))
        all++;
    return letters > 0 && isdigit((unsigned char)name[all]) &&
           strcmp(typed + letters, name + all) == 0;
}

const struct view_tunnel *crypto_tunnel_of(const struct crypto_facts *f, const char *name)
{
    for (size_t i = 0; i < f->tunnels.n; i++)
        if (strcmp(crypto_tunnel(f, i)->name, name) == 0)
            return crypto_tunnel(f, i);
    return NULL;
}

const struct view_tunnel *crypto_tunnel_find(const struct crypto_facts *f, const char *typed)
{
    const struct view_tunnel *exact = crypto_tunnel_of(f, typed);
    for (size_t i = 0; i < f->tunnels.n && !exact; i++)
        if (crypto_names_interface(typed, crypto_tunnel(f, i)->name))
            return crypto_tunnel(f, i);
    return exact;
}

static const struct view_interface *interface_at(const struct crypto_facts *f, size_t i)
{
    return (const struct view_interface *)f->interfaces.v + i;
}

const struct view_interface *crypto_interface_find(const struct crypto_facts *f, const char *name)
{
    for (size_t i = 0; i < f->interfaces.n; i++) {
        const struct view_interface *v = interface_at(f, i);
        if (strcmp(v->name, name) == 0 || strcmp(v->alias, name) == 0)
            return v;
    }
    return NULL;
}

/* Whether the list "10.0.0.1/24 10.0.1.1/24" has the address. */
static bool has_address(const char *list, const struct ip_addr *a)
{
    char text[IP_TEXT_MAX + 1];
    struct text t = text_init(text, sizeof(text) - 1);
    text_ip(&t, a);
    size_t len = strlen(text);
    for (const char *p = list; p; p = strchr(p, ' ')) {
        p += *p == ' ';
        if (strncmp(p, text, len) == 0 && (p[len] == '/' || p[len] == '\0'))
            return true;
    }
    return false;
}

const struct view_interface *crypto_interface_with(const struct crypto_facts *f,
                                                   const struct ip_addr *a)
{
    for (size_t i = 0; i < f->interfaces.n && ip_bytes(a->family); i++)
        if (has_address(interface_at(f, i)->addresses, a))
            return interface_at(f, i);
    return NULL;
}

const struct view_ike_failure *crypto_failure_of(const struct crypto_facts *f, const char *name)
{
    for (size_t i = 0; i < f->failures.n; i++)
        if (strcmp(crypto_failure(f, i)->name, name) == 0)
            return crypto_failure(f, i);
    return NULL;
}

/* An SA that is up and not on its way out wins, then one that is up, then any. */
static int rank_of(const struct view_ike_sa *sa)
{
    return sa->up ? 2 : strcmp(sa->state, "REPLACED") == 0 ? 1 : 0;
}

const struct view_ike_sa *crypto_sa_of(struct crypto_facts *f, const char *name)
{
    const struct view_ike_sa *best = NULL;
    for (size_t k = 0; k < f->sas.n; k++) {
        size_t i = (f->sa_at + k) % f->sas.n;
        const struct view_ike_sa *sa = crypto_sa(f, i);
        if (strcmp(sa->name, name) != 0) {
            if (!best)
                continue;
            f->sa_at = i; /* the SAs of a tunnel follow one another */
            break;
        }
        if (!best || rank_of(sa) > rank_of(best))
            best = sa;
    }
    return best;
}

size_t crypto_children_of(struct crypto_facts *f, const char *name, size_t *ret_first)
{
    for (size_t k = 0; k < f->children.n; k++) {
        size_t first = (f->child_at + k) % f->children.n, n = 0;
        while (first + n < f->children.n && strcmp(crypto_child(f, first + n)->name, name) == 0)
            n++;
        if (n == 0)
            continue;
        *ret_first = first;
        f->child_at = (first + n) % f->children.n;
        return n;
    }
    return 0;
}

const struct view_ike_totals *crypto_totals_of(struct crypto_facts *f, const char *name)
{
    const struct view_ike_totals *all = f->totals.v;
    for (size_t k = 0; k < f->totals.n; k++) {
        size_t i = (f->totals_at + k) % f->totals.n;
        if (strcmp(all[i].name, name) != 0)
            continue;
        f->totals_at = i;
        return &all[i];
    }
    return NULL;
}

bool crypto_is_one_flow(const struct crypto_facts *f, size_t first, size_t n)
{
    for (size_t i = first + 1; i < first + n; i++) {
        const struct view_ike_child *a = crypto_child(f, first), *b = crypto_child(f, i);
        if (strcmp(a->local_ts, b->local_ts) != 0 || strcmp(a->remote_ts, b->remote_ts) != 0)
            return false;
    }
    return true;
}

bool crypto_filter_takes(const struct crypto_filter *filter, const char *name,
                         const struct ip_addr *peer)
{
    return (!filter->tunnel || strcmp(filter->tunnel->name, name) == 0) &&
           (!ip_bytes(filter->peer.family) || ip_eq(&filter->peer, peer));
}
