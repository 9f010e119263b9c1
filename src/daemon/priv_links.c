/* priv: MTU and MSS of links that the host has (`mtu`, `ip mtu`, `ip tcp adjust-mss`), as core
 * asks. What a link's MTU was before is remembered here, where it is still known when core is not:
 * it comes back when the configuration says nothing more, and with an orderly end. */
#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "daemon/priv.h"
#include "os/netlink.h"
#include "os/nft.h"

enum { LINKS_MAX = 1024, MTU_MIN = 68, MTU_MAX = 65535 };

static_assert((int)LINKS_MAX <= (int)OS_NFT_RULES_MAX, "each may have a clamp");

struct link_sizes {
    char name[32];
    uint32_t mtu, before; /* 0: the MTU is not ours */
    uint16_t mss;         /* 0: no clamp */
};

struct priv_links {
    uint32_t n;
    bool clamps_differ, has_clamps, was_asked;
    struct link_sizes v[LINKS_MAX];
    struct os_nft_clamp clamps[LINKS_MAX]; /* scratch */
};

static struct link_sizes *find(struct priv_links *l, const char *name)
{
    for (uint32_t i = 0; i < l->n; i++)
        if (strcmp(l->v[i].name, name) == 0)
            return &l->v[i];
    return NULL;
}

static struct link_sizes *make(struct priv_links *l, const char *name)
{
    if (l->n == LINKS_MAX)
        return NULL;
    struct link_sizes *s = &l->v[l->n++];
    *s = (struct link_sizes){ 0 };
    memcpy(s->name, name, strlen(name));
    return s;
}

static bool set_mtu(struct priv *p, const char *name, uint32_t mtu)
{
    struct os_netlink_op op = { .kind = OS_NETLINK_LINK_MTU, .mtu = mtu };
    memcpy(op.interface, name, strlen(name));
    err_t rc = os_netlink_apply(priv_host_writer(p), &op, 1);
    if (rc == 0)
        rc = op.result;
    if (rc != 0)
        log_line(&p->log, LOG_LEVEL_ERROR,
                 "the kernel refused MTU %u on %s: %s%s%s [KERNEL-REFUSED]", mtu, name,
                 strerror(-rc), op.why[0] ? ": " : "", op.why);
    return rc == 0;
}

/* What somebody else has set since is left alone. */
static void restore(struct priv *p, struct link_sizes *s)
{
    if (s->mtu && os_netlink_mtu(priv_host_writer(p), s->name) == s->mtu && s->before != s->mtu)
        (void)set_mtu(p, s->name, s->before);
    s->mtu = s->before = 0;
}

static void want_mtu(struct priv *p, struct link_sizes *s, uint32_t mtu)
{
    uint32_t now = os_netlink_mtu(priv_host_writer(p), s->name);
    if (mtu == 0 || now == 0) {
        restore(p, s);
        return;
    }
    if (now != s->mtu) /* not ours: from before, or of a device that is another one now */
        s->before = now;
    if (now == mtu || set_mtu(p, s->name, mtu))
        s->mtu = mtu;
    else
        s->mtu = s->before = 0;
}

bool priv_links_write(struct priv *p, const struct kernel_write *w)
{
    struct priv_links *l = p->links;
    bool off = w->mtu == 0 && w->tcp_mss == 0;
    if (w->mtu && (w->mtu < MTU_MIN || w->mtu > MTU_MAX))
        return false;
    if (!priv_ipsec_is_name(w->interface)) { /* as a device that is absent was configured */
        if (!off)
            log_line(&p->log, LOG_LEVEL_ERROR, "MTU and MSS of '%s' are not set: such a name no "
                     "link of ours has", w->interface);
        return true;
    }
    if (!l)
        l = p->links = mem_alloc(MEM_FIB, sizeof(*l));
    struct link_sizes *s = l ? find(l, w->interface) : NULL;
    if (off && !s)
        return true;
    if (!s && l)
        s = make(l, w->interface);
    if (!s) {
        log_line(&p->log, LOG_LEVEL_ERROR, "MTU and MSS of %s are not set: %s", w->interface,
                 l ? "too many links" : "no memory");
        return true;
    }
    if (w->mtu || s->mtu)
        want_mtu(p, s, w->mtu);
    l->clamps_differ = l->clamps_differ || s->mss != w->tcp_mss;
    s->mss = w->tcp_mss;
    if (off)
        *s = l->v[--l->n];
    return true;
}

static void set_clamps(struct priv *p, uint32_t n)
{
    struct priv_links *l = p->links;
    char why[256];
    struct text t = text_init(why, sizeof(why));
    err_t rc = os_nft_clamp(priv_host_instance(p), l->clamps, n, &t);
    if (rc == -ENOENT && n == 0)
        return; /* without nft there is nothing to remove either */
    if (rc == -ENOENT)
        log_line(&p->log, LOG_LEVEL_ERROR,
                 "`ip tcp adjust-mss` is not in force: the program nft (package nftables) is "
                 "missing [MSS-NO-NFT]");
    else if (rc != 0)
        log_line(&p->log, LOG_LEVEL_ERROR, "`ip tcp adjust-mss` is not in force: %s: %s "
                 "[MSS-REFUSED]", strerror(-rc), why);
    else
        log_line(&p->log, LOG_LEVEL_INFO, "`ip tcp adjust-mss` is in force on %u links", n);
    l->has_clamps = rc == 0 ? n > 0 : l->has_clamps;
}

void priv_links_settle(struct priv *p)
{
    struct priv_links *l = p->links;
    uint32_t n = 0;
    if (!l || !l->clamps_differ)
        return;
    l->clamps_differ = false;
    l->was_asked = true;
    for (uint32_t i = 0; i < l->n; i++) {
        if (l->v[i].mss == 0)
            continue;
        memcpy(l->clamps[n].interface, l->v[i].name, sizeof(l->clamps[n].interface));
        l->clamps[n++].mss = l->v[i].mss;
    }
    set_clamps(p, n);
}

void priv_links_sweep(struct priv *p)
{
    char why[256];
    struct text t = text_init(why, sizeof(why));
    if (p->links && p->links->was_asked)
        return;
    err_t rc = os_nft_clamp(priv_host_instance(p), NULL, 0, &t);
    if (rc != 0 && rc != -ENOENT)
        log_line(&p->log, LOG_LEVEL_WARNING,
                 "clamps of an earlier run cannot be looked for: %s: %s", strerror(-rc), why);
}

void priv_links_leave(struct priv *p)
{
    struct priv_links *l = p->links;
    if (!l)
        return;
    for (uint32_t i = 0; i < l->n; i++)
        restore(p, &l->v[i]);
    if (l->has_clamps)
        set_clamps(p, 0);
}

void priv_links_done(struct priv *p)
{
    mem_free(MEM_FIB, p->links, p->links ? sizeof(*p->links) : 0);
    p->links = NULL;
}
